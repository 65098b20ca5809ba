# SPDX-License-Identifier: Apache-2.0
"""What changed from one behaviour to another: rows, guards, wording, tools, limits, and invariants gained or lost.

Each behaviour is laid out as named facts, section by section; two of them are compared name by name. So whatever is
named here is compared, and a fact that has another name is one that went and one that came.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from phonefsm.review.behaviour import Behaviour, HeardView, ProofView, RowView, SaidView, VerdictView

Facts = Mapping[str, str]

_HOLDS: Final = "holds"


@dataclass(frozen=True, slots=True)
class Change:
    """Facts that changed alike: ``old`` ``None`` is new, ``new`` ``None`` is gone.

    Of texts of several lines only those are here that lie between the first and the last line that changed.
    """

    names: tuple[str, ...]
    old: str | None
    new: str | None

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        """What became of the fact."""
        if self.old is None:
            return "added"
        return "removed" if self.new is None else "changed"


@dataclass(frozen=True, slots=True)
class Section:
    """What changed of one kind; ``spoken``: the texts are in the caller's language."""

    title: str
    changes: tuple[Change, ...]
    spoken: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed; ``gained`` and ``lost`` are invariants, for a host that reports everything."""

    old: Behaviour
    new: Behaviour
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    sections: tuple[Section, ...]
    """Those with a change."""
    aside: tuple[Change, ...]
    """What was not behaviour: versions, and how far the proof went."""

    def __bool__(self) -> bool:
        """Whether the behaviour, or what is proved of it, differs."""
        return bool(self.sections)

    @property
    def changes(self) -> int:
        """How many facts changed."""
        return sum(len(change.names) for section in self.sections for change in section.changes)


def difference(old: Behaviour, new: Behaviour) -> Difference:
    """Return what changed from ``old`` to ``new``."""
    before, after = _layout(old), _layout(new)
    sections = (Section(title, _compared(before[title], after[title]), spoken=title == _HEARD) for title in after)
    was, now = _holding(old), _holding(new)
    return Difference(
        old=old,
        new=new,
        gained=tuple(name for name in now if now[name] and not was.get(name, False)),
        lost=tuple(name for name in was if was[name] and not now.get(name, False)),
        sections=tuple(section for section in sections if section.changes),
        aside=_compared(_circumstances(old), _circumstances(new)),
    )


def as_text(found: Difference) -> str:
    """Return the difference for a terminal, ending in a newline."""
    if not found:
        lines = ["The behaviour is the same."]
    else:
        sections = len(found.sections)
        lines = [f"{found.changes} change{'s'[: found.changes > 1]} in {sections} section{'s'[: sections > 1]}."]
        lines += [f"Invariant lost: {name}" for name in found.lost]
        lines += [f"Invariant gained: {name}" for name in found.gained]
    for section in found.sections:
        lines += ["", section.title]
        for change in section.changes:
            lines += _told(change)
    if found.aside:
        lines += ["", "Not behaviour, but not the same"]
        lines += [line for change in found.aside for line in _told(change)]
    return "\n".join(lines) + "\n"


def _told(change: Change) -> Iterator[str]:
    yield from (f"  {name}" for name in change.names)
    if change.old is not None:
        yield from (f"    - {line}" for line in change.old.split("\n"))
    if change.new is not None:
        yield from (f"    + {line}" for line in change.new.split("\n"))


def _compared(old: Facts, new: Facts) -> tuple[Change, ...]:
    names: dict[tuple[str | None, str | None], list[str]] = {}
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            names.setdefault(_trimmed(old.get(name), new.get(name)), []).append(name)
    return tuple(Change(tuple(alike), *texts) for texts, alike in names.items())


def _trimmed(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Return both texts without the lines that they begin and end with alike."""
    if old is None or new is None:
        return old, new
    before, after = old.split("\n"), new.split("\n")
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return "\n".join(before) if before else None, "\n".join(after) if after else None


def _holding(behaviour: Behaviour) -> dict[str, bool]:
    """Return, by invariant, whether it holds for the host that reports everything."""
    proof = behaviour.proof
    return {verdict.name: verdict.verdict == _HOLDS for verdict in proof.of(proof.hosts[0])}


# The layout: every section has the same name in both behaviours, and every fact a name that a reader knows it by.

_HEARD: Final = "What the caller hears where no model talks"


def _layout(behaviour: Behaviour) -> dict[str, Facts]:
    proof = behaviour.proof
    full, *less = proof.hosts
    return {
        "What is proved": {verdict.name: _verdict(verdict) for verdict in proof.of(full)},
        "What is proved where the host reports less": {
            f"{verdict.name}, where it reports {_host(observes)}": _verdict(verdict)
            for observes in less
            for verdict in proof.of(observes)
        },
        "What the invariants say": behaviour.invariants,
        "Policy": dict(_fields(behaviour.policy)),
        "Limits": {limit.name: f"{limit.value} {limit.counts}; then {limit.ends_with}" for limit in behaviour.limits},
        "Rows of the table": dict(map(_row, behaviour.rows)),
        "Order of the rows": _order(behaviour),
        "Guards": behaviour.guards,
        "Triggers": {name: f"fired by the {who}" for name, who in behaviour.triggers.items()},
        "Consent": {
            f"{_names(row.sources)}: {behaviour.facts.get(row.fact, row.fact)}": _goes(row.target, row.code)
            for row in behaviour.consent
        },
        "Tools": {
            **{
                f"{tool.name}, {what}": text
                for tool in behaviour.tools
                for what, text in (("description", tool.description), *_parameters(tool.parameters))
            },
            **{f"offered in {state.name}": _names(state.tools) or "none" for state in behaviour.states},
        },
        "What the model is told": {
            **dict(_said("", (behaviour.always_told,))),
            **{name: text for state in behaviour.states for name, text in _said(state.name, state.told)},
            **{f"{state.name}, nudge": state.nudge for state in behaviour.states if state.nudge},
            **{f"{state.name}, reminder": state.reminder for state in behaviour.states if state.reminder},
        },
        "What the model reads": {
            f"{code.name}, {words.when}" if words.when else code.name: words.text
            for code in behaviour.codes
            for words in code.texts
        },
        "Codes": {
            code.name: ("an error" if code.is_error else "no error")
            + (f"; never given: {code.never}" if code.never else "")
            for code in behaviour.codes
        },
        _HEARD: behaviour.lines,
        "When the caller hears it": {
            name: text for state in behaviour.states for name, text in _chosen(state.name, state.heard)
        },
        "Read-back": {f"rung {place}": rung for place, rung in enumerate(behaviour.ladder, 1)},
        "Bounds": {bound.name: str(bound.value) for bound in behaviour.bounds},
    }


def _verdict(verdict: VerdictView) -> str:
    why = verdict.given_up or verdict.wrong
    return verdict.verdict.replace("_", " ") + (f": {why}" if why and verdict.verdict != _HOLDS else "")


def _host(observes: Sequence[str]) -> str:
    return " and ".join(observes) or "nothing"


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)


def _fields(fields: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the fields of a policy with their paths; limits have a section of their own, and wording has lines."""
    for name, value in fields.items():
        if isinstance(value, dict):
            if name not in ("limits", "wording"):
                yield from _fields(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", _value(value)


def _value(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(map(str, value)) or "no one"
        case _:
            return str(value) or "empty"


def _row(row: RowView) -> tuple[str, str]:
    guards = [*(f"[{guard}]" for guard in row.when), *(f"[not {guard}]" for guard in row.unless)]
    name = f"{_names(row.sources)}: {' / '.join(row.triggers)} {' '.join(guards)}".rstrip()
    never = f"; never taken: {row.never}" if row.never else ""
    return name, f"{row.effect}, {_goes(row.target, _names(row.codes))}{never}"


def _order(behaviour: Behaviour) -> Facts:
    """Return, by state and trigger, the order in which its rows are tried: it decides, too."""
    cells: dict[str, list[str]] = {}
    for row in behaviour.rows:
        asks = " and ".join((*row.when, *(f"not {guard}" for guard in row.unless))) or "otherwise"
        for source in row.sources:
            for trigger in row.triggers:
                cells.setdefault(f"{source}, {trigger}", []).append(asks)
    return {cell: ", then ".join(asks) for cell, asks in cells.items() if len(asks) > 2}


def _goes(target: str | None, code: str | None) -> str:
    where = f"goes to {target}" if target else "stays"
    return f"{where} ({code})" if code else where


def _parameters(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, parameter in schema.get("properties", {}).items():
        yield f"argument {name}", f"{parameter.get('type', '')}: {parameter.get('description', '')}"


def _said(state: str, said: Sequence[SaidView]) -> Iterator[tuple[str, str]]:
    """Yield each moment's text by itself, so that a moment that moves to another text is one change."""
    for each in said:
        for when in each.when or ("",):
            place = ", ".join(filter(None, (state, when)))
            yield f"{place}, in speech", each.audio
            yield f"{place}, in chat", each.text


def _chosen(state: str, heard: Sequence[HeardView]) -> Iterator[tuple[str, str]]:
    """Yield by which lines each moment is answered."""
    for each in heard:
        for when in each.when or ("",):
            place = ", ".join(filter(None, (state, when)))
            yield f"{place}, in speech", _names(each.audio_lines)
            yield f"{place}, in chat", _names(each.text_lines)


def _circumstances(behaviour: Behaviour) -> Facts:
    versions = behaviour.versions.model_dump()
    return {**{f"version of {name}": text for name, text in versions.items()}, "proof": _reach(behaviour.proof)}


def _reach(proof: ProofView) -> str:
    depth = "each theme's own depth" if proof.depth is None else f"conversations of up to {proof.depth} events"
    return f"{depth}: {proof.states:,} states, {proof.transitions:,} transitions"
