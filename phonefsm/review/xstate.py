# SPDX-License-Identifier: Apache-2.0
"""Both tables as configurations for XState 5: JSON that its ``createMachine`` takes.

Guards are named after the conditions of their rows (``usable and needs_confirmation``), and carry these as parameters:
all of ``when`` and none of ``unless`` must hold. Rows stand in the table's order, and XState, too, takes the first
whose guard holds. Final states have the tag ``final`` and not XState's type of that name, whose states nothing leaves:
a capture can be reopened.
"""

from typing import Any

from phonefsm.table import CONSENT_ROWS, FINAL, ROWS, Consent, Fact, Row, State, Trigger


def capture() -> dict[str, Any]:
    """Return the capture table as a machine configuration; an event's type is the trigger's name."""
    return _machine("capture", State.ASKING, {state.value: _state(state) for state in State})


def consent() -> dict[str, Any]:
    """Return the consent table as a machine configuration; an event's type is the fact's name."""
    rows = {(source, row.fact): row for row in CONSENT_ROWS for source in row.sources}
    states: dict[str, Any] = {}
    for state in Consent:
        cells = {fact.value: rows[state, fact] for fact in Fact}
        states[state.value] = {
            "on": {
                fact: [{**_target(row.target), "meta": {"codes": [row.code.value] if row.code else []}}]
                for fact, row in cells.items()
            }
        }
    return _machine("consent", Consent.UNREAD, states)


def _machine(name: str, initial: str, states: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"phonefsm-{name}", "initial": str(initial), "states": states}


def _state(state: State) -> dict[str, Any]:
    events = {
        trigger.value: [
            _transition(place, row)
            for place, row in enumerate(ROWS)
            if state in row.sources and trigger in row.triggers
        ]
        for trigger in Trigger
    }
    return {"tags": ["final"] if state in FINAL else ["open"], "on": events}


def _transition(place: int, row: Row) -> dict[str, Any]:
    when, unless = [guard.value for guard in row.when], [guard.value for guard in row.unless]
    guard = {"type": " and ".join([*when, *(f"not {name}" for name in unless)])}
    meta = {"row": place, "effect": row.effect.value, "codes": [code.value for code in row.codes]}
    return {
        **({"guard": {**guard, "params": {"when": when, "unless": unless}}} if row.guarded else {}),
        **_target(row.target),
        "meta": meta,
    }


def _target(target: State | Consent | None) -> dict[str, str]:
    """Return where a transition leads; one without a target keeps the state."""
    return {} if target is None else {"target": target.value}
