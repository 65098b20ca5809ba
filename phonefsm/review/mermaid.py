# SPDX-License-Identifier: Apache-2.0
"""Both tables as mermaid state diagrams, from the tables alone.

A row with a target is an edge, also where it leads back to its source. A row that keeps the state is none: the note
sums up such rows, and the refusals, which would be loops at every state.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from phonefsm.review.table import fired_by
from phonefsm.table import (
    CONSENT_ROWS,
    FINAL,
    OPEN,
    ROWS,
    Code,
    Consent,
    Effect,
    Fact,
    Guard,
    Row,
    State,
    Trigger,
)

GUARD_LABELS: Final[dict[Guard, tuple[str, str]]] = {
    Guard.CHOSEN: ("clear which number", "two numbers"),
    Guard.HEARD: ("heard", "not heard"),
    Guard.SAME_NUMBER: ("same number", "another number"),
    Guard.ATTEMPTS_LEFT: ("attempts left", "no attempts left"),
    Guard.USABLE: ("a number", "no number"),
    Guard.NEEDS_CONFIRMATION: ("to be confirmed", "no confirmation needed"),
    Guard.PARTIAL: ("part of one", "no part"),
    Guard.ALONE: ("alone", "not alone"),
    Guard.AGREED: ("heard back and agreed", "not agreed"),
    Guard.REJECTIONS_LEFT: ("rejections left", "no rejections left"),
    Guard.CONTRADICTED: ("contradicted", "not contradicted"),
    Guard.SILENCES_LEFT: ("silences left", "no silences left"),
    Guard.REFUSALS_LEFT: ("refusals left", "no refusals left"),
}
"""A guard in as few words as an edge has room for, and its opposite; ``GUARD_TEXTS`` has the full sentences."""

FACT_LABELS: Final[dict[Fact, str]] = {
    Fact.READ_BACK: "agent reads it back",
    Fact.OTHER_NUMBER: "agent says another number",
    Fact.AGREES: "caller agrees",
    Fact.OBJECTS: "caller objects",
    Fact.SAYS_PART: "caller says a part",
    Fact.TALKS: "caller talks on",
    Fact.UNCLEAR: "a short unclear word",
    Fact.WORDS_UNKNOWN: "caller spoke, words to come",
    Fact.SMALL_TALK: "small talk by the agent",
    Fact.CLAIM_REFUSED: "update or extend refused",
    Fact.NEW_GENERATION: "new or voided number",
}

_GROUPS: Final = {OPEN: ("open", "any open state"), FINAL: ("final", "any final state")}
"""States that share ways out or refusals: the name of the node that stands for them, and its title."""

_STYLES: Final = (
    "classDef group fill:transparent,stroke-dasharray:4 3",
    "classDef done fill:#d7f0dd,stroke:#2e7d4f,color:#10331f",
)

_Edges = dict[tuple[str, str], list[str]]


def short(trigger: Trigger) -> str:
    """Return a trigger's name without what every tool's name repeats: ``update``, ``decline``, ``no input``."""
    return trigger.value.split("_phone_number")[0].replace("_", " ")


def capture() -> str:
    """Return the capture table as a ``stateDiagram-v2``, ending in a newline.

    Ways out that open states share start at one node, and so do those of final states. Where a call may lead to
    several states, it leads to a diamond and its guards stand behind that. A source that such a shared edge does
    not hold for is named on it.
    """
    choices = _choices()
    edges: _Edges = {}
    for row in (row for row in ROWS if row.target is not None):
        target, guards = str(row.target), _guards(row)
        if row.effect is Effect.END or row.sources == FINAL:
            group = FINAL if row.sources == FINAL else OPEN
            gap = "<br/>" if len(row.triggers) > 1 and guards else " "
            _add(edges, _GROUPS[group][0], target, f"{_triggers(row)}{gap}{guards}".strip() + _except(group, row))
        elif row.triggers in choices:
            node, sources = choices[row.triggers]
            for source in sources:
                _add(edges, source, node, _triggers(row))
            _add(edges, node, target, (guards or "otherwise") + _except(sources, row))
        else:
            for source in row.sources:
                _add(edges, source, target, f"{_triggers(row)}<br/>{guards}".removesuffix("<br/>"))
    head = [f'state "{title}" as {node}' for node, title in _GROUPS.values()]
    head += [f"state {node} <<choice>>" for node, _ in choices.values()]
    head += [
        *_STYLES,
        f"class {', '.join(node for node, _ in _GROUPS.values())} group",
        f"class {State.COMPLETED} done",
    ]
    return _diagram(State.ASKING, edges, FINAL, head=head, notes={State.ESCALATED: _staying()})


def consent() -> str:
    """Return the consent table as a ``stateDiagram-v2``, ending in a newline.

    A fact that leads back to its source is no edge: it changes nothing but the reason of a refusal.
    """
    edges: _Edges = {}
    moving = set()
    for row in CONSENT_ROWS:
        for source in row.sources:
            if row.target not in (None, source):
                moving.add(row.fact)
                _add(edges, source, str(row.target), FACT_LABELS[row.fact])
    idle = [FACT_LABELS[fact] for fact in Fact if fact not in moving]
    notes = {
        Consent.AGREED.value: [
            "confirm asks for this, as far as the host can see.",
            f"Nothing moves by: {', '.join(idle)}.",
        ]
    }
    return _diagram(Consent.UNREAD, edges, (), head=[], notes=notes)


def _add(edges: _Edges, source: str, target: str, label: str) -> None:
    """Put ``label`` on the one edge from ``source`` to ``target``."""
    labels = edges.setdefault((source, target), [])
    if label not in labels:
        labels.append(label)


def _choices() -> dict[tuple[Trigger, ...], tuple[str, tuple[State, ...]]]:
    """Return, by triggers that may lead to several states and go on, the name of their diamond and their sources."""
    going_on: dict[tuple[Trigger, ...], list[Row]] = {}
    for row in ROWS:
        if row.target is not None and row.effect is not Effect.END:
            going_on.setdefault(row.triggers, []).append(row)
    return {
        triggers: ("_or_".join(map(short, triggers)), tuple(s for s in State if any(s in row.sources for row in rows)))
        for triggers, rows in going_on.items()
        if len(rows) > 1
    }


def _triggers(row: Row) -> str:
    return " / ".join(map(short, row.triggers))


def _except(states: Iterable[State], row: Row) -> str:
    missing = [state.value for state in states if state not in row.sources]
    return f"<br/>(not from {', '.join(missing)})" if missing else ""


def _guards(row: Row) -> str:
    words = [GUARD_LABELS[guard][0] for guard in row.when]
    words += [GUARD_LABELS[guard][1] for guard in (*row.unless, *_passed_over(row))]
    return f"[{', '.join(dict.fromkeys(words))}]" if words else ""


def _passed_over(row: Row) -> Iterable[Guard]:
    """Return the guards that fail wherever ``row`` is reached, as a row before it asks for just one guard more.

    Rows that leave no trace in the diagram are left out, so that the labels stay short.
    """
    for earlier in ROWS[: ROWS.index(row)]:
        shared = set(earlier.sources) & set(row.sources) and set(earlier.triggers) & set(row.triggers)
        if shared and set(row.when) < set(earlier.when) and earlier.effect not in (Effect.REFUSE, Effect.KEEP):
            more = [guard for guard in earlier.when if guard not in row.when]
            if len(more) == 1:
                yield more[0]


def _staying() -> list[str]:
    """Return lines that sum up the rows that keep the state: which codes answer, by state."""
    states: dict[Code, set[State]] = {}
    for row in ROWS:
        if row.target is None:
            for code in row.codes:
                states.setdefault(code, set()).update(row.sources)
    codes: dict[tuple[State, ...], list[Code]] = {}
    for code in Code:
        if code in states:
            codes.setdefault(tuple(state for state in State if state in states[code]), []).append(code)
    lines = [f"{_GROUPS[key][1] if key in _GROUPS else ', '.join(key)}: {', '.join(codes[key])}" for key in codes]
    return ["Anything else keeps the state, and the reply says why.", *lines, _firing()]


def _firing() -> str:
    """Return a line on who fires what."""
    by: dict[str, list[str]] = {}
    for trigger in Trigger:
        by.setdefault(fired_by(trigger), []).append(short(trigger))
    return f"The host fires {' and '.join(by['host'])}, the machine {' and '.join(by['machine'])}, the model the rest."


def _diagram(
    initial: str, edges: _Edges, final: Iterable[str], *, head: Iterable[str], notes: Mapping[str, list[str]]
) -> str:
    lines = [*head, f"[*] --> {initial}"]
    lines += [f"{source} --> {target} : {'<br/>'.join(labels)}" for (source, target), labels in edges.items()]
    lines += [f"{state} --> [*]" for state in final]
    for state, text in notes.items():
        lines += [f"note right of {state}", *(f"    {line}" for line in "<br/>\n".join(text).split("\n")), "end note"]
    return "\n    ".join(["stateDiagram-v2", "direction LR", *lines]) + "\n"
