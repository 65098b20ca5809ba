# SPDX-License-Identifier: Apache-2.0
"""All of a policy's behaviour as one plain JSON value: what may happen, what is said, what is offered, what is proved.

``behaviour_of(policy, report)`` makes it from the table, the wording and a proof; ``load`` reads it back. The review
page shows it, and ``difference`` compares two of them.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from phonefsm.errors import PhoneFsmError
from phonefsm.policy import CapturePolicy, EvidenceRules, Limits
from phonefsm.prompts import ERRORS, nudge_text, reminder_text
from phonefsm.prompts.caller import lines_for
from phonefsm.review import wording
from phonefsm.review.graph import GUARD_LABELS
from phonefsm.review.never import codes_never_given, rows_never_taken, states_never_reached
from phonefsm.review.reference import bounds, ends_with
from phonefsm.review.table import fired_by
from phonefsm.table import (
    CONSENT_ROWS,
    FACT_TEXTS,
    FINAL,
    GUARD_TEXTS,
    OPEN,
    ROWS,
    Code,
    Consent,
    Fact,
    Guard,
    State,
    Trigger,
)
from phonefsm.tools import TOOL_LIST, offered
from phonefsm.verify import INVARIANTS, Report

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

FORMAT: Final = "phonefsm behaviour 1"
_FOREIGN: Final = "not a behaviour of phonefsm review --json"
_LONGEST: Final = 16 * 1024 * 1024
"""Bytes of a behaviour file that are read: a hundred times what one has."""
_DECIDES: Final = ("prompts", "speech")
"""The folders of the package that decide beside its top level: what is said, and what is heard."""


class BehaviourError(PhoneFsmError):
    """A behaviour file cannot be read; the message names it and the cause."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RowView(_Value):
    """One row of the table; ``never`` says why this policy cannot take it."""

    sources: tuple[str, ...]
    triggers: tuple[str, ...]
    when: tuple[str, ...]
    unless: tuple[str, ...]
    target: str | None
    effect: str
    codes: tuple[str, ...]
    never: str | None


class ConsentView(_Value):
    """One row of the consent table."""

    sources: tuple[str, ...]
    fact: str
    target: str | None
    code: str | None


class SaidView(_Value):
    """A text in speech and in chat, and when it is said."""

    when: tuple[str, ...]
    audio: str
    text: str


class HeardView(SaidView):
    """What the caller hears, and the keys of the lines that it is made of."""

    audio_lines: tuple[str, ...]
    text_lines: tuple[str, ...]


class StateView(_Value):
    """A state: what the model is told and offered there, and what the caller hears where no model talks."""

    name: str
    final: bool
    told: tuple[SaidView, ...]
    heard: tuple[HeardView, ...]
    nudge: str | None
    reminder: str | None
    tools: tuple[str, ...]
    never: str | None
    """Why this policy does not get there."""


class WordsView(_Value):
    """What the model reads, and when it is not the usual text."""

    when: str
    text: str


class CodeView(_Value):
    """What a reply may say; ``never`` says why none does under this policy."""

    name: str
    is_error: bool
    texts: tuple[WordsView, ...]
    never: str | None


class ToolView(_Value):
    """A tool as a model is shown it."""

    name: str
    description: str
    parameters: dict[str, Any]


class LimitView(_Value):
    """How often something may happen, and the code with which the next one ends the capture."""

    name: str
    value: int
    counts: str
    ends_with: str


class EvidenceView(_Value):
    """What a check asks for; no rule is ``require`` where the host reports it and ``accept_unknown`` elsewhere."""

    name: str
    rule: str | None
    asks: str


class BoundView(_Value):
    """A bound on what is looked at and kept."""

    name: str
    value: int
    why: str


class VerdictView(_Value):
    """What the proof found of one invariant under one kind of host."""

    name: str
    text: str
    observes: tuple[str, ...]
    verdict: Literal["holds", "broken", "given_up"]
    given_up: str | None
    wrong: str | None
    conversation: tuple[dict[str, Any], ...]


class ThemeView(_Value):
    """How far one theme was explored."""

    theme: str
    observes: tuple[str, ...]
    depth: int
    complete: bool
    states: int
    transitions: int


class CoverageView(_Value):
    """What of the table the proof took."""

    cells_taken: int
    cells: int
    cells_not_taken: tuple[tuple[str, str], ...]
    guards_both_ways: int
    guards: int


class ProofView(_Value):
    """The verdicts and figures of ``verify``; ``depth`` is the one asked for, ``None`` for each theme's own."""

    depth: int | None
    states: int
    transitions: int
    coverage: CoverageView
    verdicts: tuple[VerdictView, ...]
    explored: tuple[ThemeView, ...]

    @property
    def hosts(self) -> tuple[tuple[str, ...], ...]:
        """The kinds of hosts by what they report; the one that reports everything comes first."""
        return tuple(dict.fromkeys(each.observes for each in self.verdicts))

    def of(self, observes: tuple[str, ...]) -> tuple[VerdictView, ...]:
        """Return the verdicts under one kind of host."""
        return tuple(each for each in self.verdicts if each.observes == observes)


class Versions(_Value):
    """What it was made with; ``code`` is a SHA-256 over the modules and word lists that decide."""

    phonefsm: str
    phonenumbers: str
    code: str


class Behaviour(_Value):
    """All of it. ``hash`` is a SHA-256 over everything but itself, the versions and the proof."""

    format: Literal["phonefsm behaviour 1"]
    hash: str
    versions: Versions
    policy: dict[str, Any]
    initial: str
    states: tuple[StateView, ...]
    always_told: SaidView
    triggers: dict[str, str]
    guards: dict[str, str]
    opposites: dict[str, str]
    """What it means that a guard does not hold, in a few words."""
    rows: tuple[RowView, ...]
    consent_initial: str
    consent_states: tuple[str, ...]
    facts: dict[str, str]
    consent: tuple[ConsentView, ...]
    tools: tuple[ToolView, ...]
    codes: tuple[CodeView, ...]
    ladder: tuple[str, ...]
    language: str
    """In which the caller is spoken to."""
    lines: dict[str, str]
    limits: tuple[LimitView, ...]
    evidence: tuple[EvidenceView, ...]
    bounds: tuple[BoundView, ...]
    invariants: dict[str, str]
    proof: ProofView

    def as_json(self) -> str:
        """Return it as JSON text, ending in a newline; the same value gives the same bytes."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"

    def digest(self) -> str:
        """Return the hash that it should have."""
        return _digest(self.model_dump(mode="json"))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the behaviour in the file at ``path``, as ``phonefsm review --json`` writes it.

        Raises:
            BehaviourError: it is no behaviour, or has been changed since.
            OSError: it cannot be read.
        """
        with path.open("rb") as file:
            raw = file.read(_LONGEST + 1)
        if len(raw) > _LONGEST:
            raise BehaviourError(f"{path}: {_FOREIGN}: it is too large")
        try:
            data = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise BehaviourError(f"{path}: not JSON: {error}") from None
        made = data.get("format") if isinstance(data, dict) else None
        if made != FORMAT:
            what = f"its format is {made!r}" if isinstance(made, str) else "it has no format"
            raise BehaviourError(f"{path}: {_FOREIGN}: {what}, not {FORMAT!r}")
        try:
            found = cls.model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise BehaviourError(
                f"{path}: not a behaviour of phonefsm review --json: {place}: {first['msg']}"
            ) from None
        if found.digest() != found.hash:
            raise BehaviourError(f"{path}: it was changed by hand: its content does not have its hash")
        return found


def behaviour_of(policy: CapturePolicy, report: Report, *, depth: int | None = None) -> Behaviour:
    """Return the behaviour of ``policy``, proved by ``report``; ``depth`` is the one that the proof was asked for.

    Raises:
        PolicyError: the policy accepts no number that could be shown.
    """
    never = rows_never_taken(policy)
    no_code = codes_never_given(policy)
    data: dict[str, Any] = {
        "format": FORMAT,
        "versions": {"phonefsm": version("phonefsm"), "phonenumbers": version("phonenumbers"), "code": _code()},
        "policy": _policy(policy),
        "initial": State.ASKING,
        "states": [_state(policy, state) for state in State],
        "always_told": _said(wording.told_always(policy)),
        "triggers": {trigger: fired_by(trigger) for trigger in Trigger},
        "guards": {guard: GUARD_TEXTS[guard] for guard in Guard},
        "opposites": {guard: GUARD_LABELS[guard][1] for guard in Guard},
        "rows": [{**row._asdict(), "never": never.get(row)} for row in ROWS],
        "consent_initial": Consent.UNREAD,
        "consent_states": list(Consent),
        "facts": {fact: FACT_TEXTS[fact] for fact in Fact},
        "consent": [row._asdict() for row in CONSENT_ROWS],
        "tools": [
            {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
            for trigger, tool in TOOL_LIST.items()
            if policy.handover or trigger is not Trigger.ESCALATE
        ],
        "codes": [
            {
                "name": code,
                "is_error": code in ERRORS,
                "texts": [words._asdict() for words in wording.replied(policy, code)],
                "never": no_code.get(code),
            }
            for code in Code
        ],
        "ladder": list(wording.rungs_of(policy)),
        "language": wording.language_of(policy),
        "lines": dict(lines_for(policy)),
        "limits": [
            {
                "name": name,
                "value": getattr(policy.limits, name),
                "counts": field.description,
                "ends_with": ends_with(name),
            }
            for name, field in Limits.model_fields.items()
        ],
        "evidence": [
            {"name": name, "rule": getattr(policy.evidence, name), "asks": (field.description or "").split(";")[0]}
            for name, field in EvidenceRules.model_fields.items()
        ],
        "bounds": [{"name": name, "value": value, "why": why} for name, value, why in bounds()],
        "invariants": {each.name: each.text for each in INVARIANTS},
        "proof": {"depth": depth, **report.as_dict()},
    }
    plain = json.loads(json.dumps(data))
    return Behaviour.model_validate({**plain, "hash": _digest(plain)})


def _digest(data: dict[str, Any]) -> str:
    decides = {name: value for name, value in data.items() if name not in ("hash", "versions", "proof")}
    return sha256(json.dumps(decides, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _policy(policy: CapturePolicy) -> dict[str, Any]:
    """Return every field of ``policy``, defaults too; what has no order is sorted."""
    data = policy.model_dump(mode="json")
    return {name: sorted(value) if isinstance(value, list) else value for name, value in data.items()}


def _state(policy: CapturePolicy, state: State) -> dict[str, Any]:
    return {
        "name": state,
        "final": state in FINAL,
        "told": [_said(said) for said in wording.told(policy, state)],
        "heard": [
            {**_said(said), "audio_lines": said.audio_lines, "text_lines": said.text_lines}
            for said in wording.heard(policy, state)
        ],
        "nudge": nudge_text(state) if state in OPEN else None,
        "reminder": reminder_text(state, "{digits}"),
        "tools": [tool.name for tool in offered(state, handover=policy.handover)],
        "never": states_never_reached(policy).get(state),
    }


def _said(said: wording.Said) -> dict[str, Any]:
    return {"when": [moment for moment in said.when if moment], "audio": said.audio, "text": said.text}


def _code() -> str:
    """Return a SHA-256 over the package's code that decides: its top level, what is said and what is heard."""
    root = files("phonefsm")
    found = sha256()
    for name, text in sorted(_sources(root, "")):
        found.update(f"{name}\0{len(text)}\0".encode())
        found.update(text)
    return found.hexdigest()


def _sources(folder: "Traversable", path: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        name = f"{path}{item.name}"
        if item.is_dir() and (path or item.name in _DECIDES) and item.name != "__pycache__":
            yield from _sources(item, f"{name}/")
        elif item.name.endswith((".py", ".toml")):
            yield name, item.read_bytes().replace(b"\r\n", b"\n")
