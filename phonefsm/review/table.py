# SPDX-License-Identifier: Apache-2.0
"""Both tables for people, in Markdown, and for programs, as JSON-ready data."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from phonefsm.prompts import ERRORS, REPLIES
from phonefsm.table import (
    CONSENT_ROWS,
    FACT_TEXTS,
    FINAL,
    GUARD_TEXTS,
    OFFERED,
    OPEN,
    ROWS,
    TOOLS,
    Code,
    Consent,
    ConsentRow,
    Effect,
    Fact,
    Guard,
    Row,
    State,
    Trigger,
)

_GROUPS: Final[dict[tuple[str, ...], str]] = {OPEN: "open", FINAL: "final", tuple(Consent): "any"}
_STAYS: Final = "same state"


def fired_by(trigger: Trigger) -> Literal["model", "host", "machine"]:
    """Return who fires ``trigger``. For keys that the caller presses the host fires the model's triggers, too."""
    if trigger in TOOLS:
        return "model"
    return "machine" if trigger is Trigger.REFUSED else "host"


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table without a newline at its end; ``|`` in a cell is escaped."""
    lines = ([cell.replace("|", r"\|") for cell in line] for line in (head, ["---"] * len(head), *rows))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(values: Iterable[str]) -> str:
    """Return ``values`` as Markdown code, separated by commas."""
    return ", ".join(f"`{value}`" for value in values)


def markdown() -> str:
    """Return both tables as a Markdown page, ending in a newline.

    Every (state, trigger) and every (consent, fact) cell is in a row. Of several rows for a cell the first whose
    guard holds is taken.
    """
    capture = grid(("source", "trigger", "guard", "target", "code"), map(_capture_cells, ROWS))
    consent = grid(("source", "fact", "target", "code"), map(_consent_cells, CONSENT_ROWS))
    fires = grid(("trigger", "fired by"), ((code([trigger]), fired_by(trigger)) for trigger in Trigger))
    offered = grid(("state", "tools shown to the model"), ((code([s]), code(OFFERED[s]) or "none") for s in State))
    return f"""\
# What may happen

Made from `phonefsm.table` by `python -m phonefsm.review`; do not edit.

## Capture

Open states: {code(OPEN)}; it starts in `{State.ASKING}`. Final states: {code(FINAL)}.
Rows are tried from the top; the first whose guard holds is taken.

{capture}

## Consent

How far the caller's agreement to the number in hand has come. It starts in `{Consent.UNREAD}`.
`{Trigger.CONFIRM}` asks for `{Consent.AGREED}`, as far as the host can see it; the code is what it is refused with from
then on.

{consent}

## Triggers

{fires}

For keys that the caller presses, the host fires the model's triggers.

## Tools

{offered}

Where the policy says that a person can take over, `{Trigger.ESCALATE}` is shown in the open states, too. A tool that
is not shown may be called all the same; the table answers.
"""


def data() -> dict[str, Any]:
    """Return both tables as dicts, lists, strings, booleans and ``None``, in a fixed order.

    ``target`` ``None`` keeps the state. A row holds where all of ``when`` and none of ``unless`` do; ``guards`` has
    their texts.
    """
    return {
        "states": [state.value for state in State],
        "initial": State.ASKING.value,
        "final": _values(FINAL),
        "triggers": [{"name": trigger.value, "fired_by": fired_by(trigger)} for trigger in Trigger],
        "guards": {guard.value: GUARD_TEXTS[guard] for guard in Guard},
        "rows": [
            {
                "sources": _values(row.sources),
                "triggers": _values(row.triggers),
                "when": _values(row.when),
                "unless": _values(row.unless),
                "target": row.target.value if row.target else None,
                "effect": row.effect.value,
                "codes": _values(row.codes),
            }
            for row in ROWS
        ],
        "consent": {
            "states": _values(Consent),
            "initial": Consent.UNREAD.value,
            "facts": {fact.value: FACT_TEXTS[fact] for fact in Fact},
            "rows": [
                {
                    "sources": _values(row.sources),
                    "fact": row.fact.value,
                    "target": row.target.value if row.target else None,
                    "code": row.code.value if row.code else None,
                }
                for row in CONSENT_ROWS
            ],
        },
        "offered": {state.value: _values(OFFERED[state]) for state in State},
        "codes": [{"name": name.value, "is_error": name in ERRORS, "text": REPLIES[name]} for name in Code],
    }


def _values(members: Iterable[State | Trigger | Guard | Code | Consent]) -> list[str]:
    return [member.value for member in members]


def _sources(row: Row | ConsentRow) -> str:
    return _GROUPS.get(row.sources) or code(row.sources)


def _capture_cells(row: Row) -> tuple[str, ...]:
    target = f"`{row.target}`" if row.target else "refused" if row.effect is Effect.REFUSE else _STAYS
    return _sources(row), code(row.triggers), _guard(row), target, code(row.codes) or "that of the refusal"


def _guard(row: Row) -> str:
    """Return the condition of ``row`` in words; ``otherwise`` where rows before it may take what it does not."""
    words = [GUARD_TEXTS[guard] for guard in row.when] + [f"not: {GUARD_TEXTS[guard]}" for guard in row.unless]
    if words:
        return "; and ".join(words)
    before = ROWS[: ROWS.index(row)]
    rest = any(set(row.sources) & set(one.sources) and set(row.triggers) & set(one.triggers) for one in before)
    return "otherwise" if rest else "always"


def _consent_cells(row: ConsentRow) -> tuple[str, ...]:
    target = f"`{row.target}`" if row.target else _STAYS
    return _sources(row), FACT_TEXTS[row.fact], target, code([row.code]) if row.code else ""
