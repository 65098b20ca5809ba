# SPDX-License-Identifier: Apache-2.0
"""Every wording of a policy, by state and moment: what the model is told and reads, and what the caller hears.

The texts are those of ``phonefsm.prompts`` itself, asked for each situation that makes a difference. Where a number
stands in them, a slot such as ``{number in groups}`` does here, so that no number of anybody is shown and two policies
differ only where their wording does.
"""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any, Final, NamedTuple

from phonefsm.checks import EVERYTHING, checks_for
from phonefsm.ladder import Rung, ladder
from phonefsm.policy import CapturePolicy
from phonefsm.prompts import Situation, instructions_for, prompt_for
from phonefsm.prompts.caller import keys_for, speaks_english
from phonefsm.prompts.situation import number_for
from phonefsm.review.never import rows_never_taken
from phonefsm.review.reference import model_reads, not_heard_reads
from phonefsm.speech import Intent
from phonefsm.table import ROWS, TOOLS, Code, Effect, State
from phonefsm.verify import numbers_for

_PART: Final = "\ue000"
"""Stands for the part in hand while a text is made: one character, since digits are spaced out for speech."""
_SPOKEN: Final = {Rung.GROUPS: "{number in groups}", Rung.DIGITS: "{number digit by digit}"}
_DETAILS: Final = {
    Code.PART_RECORDED: "{digits}",
    Code.UNKNOWN_TOOL: ", ".join(TOOLS),
    Code.INVALID_ARGUMENTS: "{argument: what is wrong}",
}
"""What a reply's text is filled with, where it is not the number."""
_RUNG_WORDS: Final = {
    Rung.GROUPS: "read back in groups",
    Rung.DIGITS: "read back digit by digit",
    Rung.PARTS: "read back in parts",
    Rung.KEYPAD: "once the keypad is asked for",
}
_AGAIN: Final = ", again"
_ASIDES: Final = (
    ("the caller asks why", Intent.WHY),
    ("the caller asks to wait", Intent.WAIT),
    ("the caller would rather not", Intent.DECLINE),
    ("the caller asks to hear it again", Intent.REPEAT),
    ("the caller says yes", Intent.YES),
    ("the caller talks of something else", Intent.NONE),
)


class Said(NamedTuple):
    """One text in both modalities, and the moments at which it is said."""

    when: tuple[str, ...]
    audio: str
    text: str
    audio_lines: tuple[str, ...] = ()
    """The keys of the lines that it is made of, where the caller hears it."""
    text_lines: tuple[str, ...] = ()


class Replied(NamedTuple):
    """What the model reads, and where it differs from the usual text, when."""

    when: str
    text: str


def language_of(policy: CapturePolicy) -> str:
    """Return the language in which the caller is spoken to, as a BCP 47 tag."""
    return "en" if speaks_english(policy) else policy.language.replace("_", "-")


def rungs_of(policy: CapturePolicy) -> tuple[Rung, ...]:
    """Return the read-back ladder of ``policy`` for a host that reports everything."""
    checks = checks_for(policy.evidence, policy.language, EVERYTHING)
    return ladder(policy, in_parts=checks.hears_parts)


def told_always(policy: CapturePolicy) -> Said:
    """Return the lines that begin the model's instructions in every state."""
    every = [said for state in State for said in _instructions(policy, state)]
    return Said(("in every state",), _shared(said.audio for said in every), _shared(said.text for said in every))


def _shared(texts: Iterable[str]) -> str:
    """Return the lines with which all of ``texts`` begin."""
    several = zip(*(text.split("\n") for text in texts), strict=False)
    return "\n".join(lines[0] for lines in takewhile(lambda lines: len(set(lines)) == 1, several))


def told(policy: CapturePolicy, state: State) -> tuple[Said, ...]:
    """Return the rest of the model's instructions in ``state``, by moment."""
    always = told_always(policy)
    found = (
        Said(
            said.when,
            said.audio.removeprefix(always.audio).strip("\n"),
            said.text.removeprefix(always.text).strip("\n"),
        )
        for said in _instructions(policy, state)
    )
    return tuple(_merged(found))


def heard(policy: CapturePolicy, state: State) -> tuple[Said, ...]:
    """Return what the caller hears in ``state`` where no model talks, by moment."""
    found = []
    for when, now in _moments(policy, state):
        prompt = prompt_for(now, policy)
        lines = (tuple(keys_for(now, policy, audio=audio)) for audio in (True, False))
        said = _slots(when, prompt.audio, prompt.text, now, policy)
        found.append(Said(said.when, said.audio, said.text, *lines))
    return tuple(_merged(found))


def replied(policy: CapturePolicy, code: Code) -> tuple[Replied, ...]:
    """Return what the model reads with ``code``: the usual text first, then where it differs."""
    if code is Code.NOT_HEARD:
        return tuple(Replied(when, text) for when, text in not_heard_reads())
    detail, rungs, never = _DETAILS.get(code, "{number}"), rungs_of(policy), rows_never_taken(policy)
    rows = [row for row in ROWS if code in row.codes]
    rows = [row for row in rows if row not in never] or rows
    states = dict.fromkeys(row.target or row.sources[-1] for row in rows) or {State.PENDING_CONFIRMATION: None}
    found: dict[str, Replied] = {}
    for place, state in enumerate(states):
        for rung in rungs:
            text = model_reads(code, state, detail, rung)
            when = f"in {state}" if place else _RUNG_WORDS[rung]
            found.setdefault(text, Replied(when if found else "", text))
    return tuple(found.values())


def _instructions(policy: CapturePolicy, state: State) -> Iterator[Said]:
    steps = [*_steps(policy, state)]
    if state is State.PENDING_CONFIRMATION:
        steps.append(("once the caller has agreed", _situation(policy, state, agreed=True)))
    for when, now in steps:
        text = instructions_for(now, policy)
        yield _slots(when, text.audio, text.text, now, policy)


def _slots(when: str, audio: str, text: str, now: Situation, policy: CapturePolicy) -> Said:
    """Put slots where the number and the part are."""
    if now.number is not None:
        spoken = _SPOKEN.get(now.rung, _SPOKEN[Rung.DIGITS])
        audio = audio.replace(number_for(now, policy, audio=True), spoken)
        text = text.replace(number_for(now, policy, audio=False), "{number as written}")
        audio, text = (words.replace(str(now.number), "{number}") for words in (audio, text))
    return Said((when,), audio.replace(_PART, "{digits so far}"), text.replace(_PART, "{digits so far}"))


def _merged(found: Iterable[Said]) -> Iterator[Said]:
    """Yield each pair of texts once, with all of its moments."""
    moments: dict[Said, dict[str, None]] = {}
    for said in found:
        when = moments.setdefault(said._replace(when=()), {})
        when.update({moment: None for moment in said.when if moment.removesuffix(_AGAIN) not in when})
    for said, when in moments.items():
        yield said._replace(when=tuple(when))


def _situation(policy: CapturePolicy, state: State, **known: Any) -> Situation:  # noqa: ANN401 - its fields
    number = numbers_for(policy)[0] if state in (State.PENDING_CONFIRMATION, State.COMPLETED) else None
    usual: dict[str, Any] = {
        "code": None,
        "part": _PART if state is State.COLLECTING else "",
        "country_given": True,
        "always_confirm": False,
        "rung": rungs_of(policy)[0],
        "parts": (),
        "place": 0,
        "goes_along": False,
        "failed": False,
        "climbed": False,
        "attempts": 0,
        "agreed": False,
        "intents": Intent.NONE,
        "typed": False,
        "spoke": False,
    }
    return Situation(state=state, number=number, **{**usual, **known})


def _steps(policy: CapturePolicy, state: State) -> Iterator[tuple[str, Situation]]:
    """Yield what becomes of ``state`` as more goes wrong: the moments that instructions tell apart."""
    rungs = rungs_of(policy)
    first = "at first" if state in (State.ASKING, State.COLLECTING) else ""
    if state is not State.PENDING_CONFIRMATION:
        yield first, _situation(policy, state)
    if state in (State.ASKING, State.COLLECTING):
        by_voice = "once a number came by voice, or after a reopen"
        yield by_voice, _situation(policy, state, always_confirm=True)
        known = {"failed": True, "attempts": 2, "always_confirm": True}
        yield "after a number that did not stand", _situation(policy, state, **known)
        if Rung.KEYPAD in rungs:
            yield _RUNG_WORDS[Rung.KEYPAD], _situation(policy, state, rung=Rung.KEYPAD, **known)
        last = _situation(policy, state, rung=rungs[-1], climbed=True, **known)
        yield "after every way of asking has failed", last
    if state is State.PENDING_CONFIRMATION:
        for rung in rungs:
            # The keypad comes last; a number that was keyed in is read back digit by digit.
            when = "read back digit by digit" if rung is Rung.KEYPAD else _RUNG_WORDS[rung]
            if rung is Rung.PARTS:
                parts = tuple(f"{{part {place}}}" for place in (1, 2, 3))
                for place in range(len(parts)):
                    which = f"{when}, part {place + 1} of 3"
                    yield which, _situation(policy, state, rung=rung, parts=parts, place=place, goes_along=True)
            else:
                yield when, _situation(policy, state, rung=rung)


def _moments(policy: CapturePolicy, state: State) -> Iterator[tuple[str, Situation]]:
    """Yield the moments that prompts tell apart: each step, each code that an answer can have, each aside."""
    yield from _steps(policy, state)
    if state in (State.COMPLETED, State.DECLINED, State.ESCALATED):
        return
    for code in _codes_in(state):
        yield f"after {code}", _situation(policy, state, code=code, attempts=1)
        if code is not Code.NO_INPUT and state is State.ASKING:
            yield f"after {code}{_AGAIN}", _situation(policy, state, code=code, attempts=2, failed=True)
    for when, intents in _ASIDES:
        yield when, _situation(policy, state, intents=intents, spoke=True)
    no = _situation(policy, state, intents=Intent.NO, code=Code.NOT_DECLINED)
    yield "after a no to digits that the model took for a refusal", no
    caller_id = _situation(policy, state, intents=Intent.CALLER_ID, code=Code.NOT_HEARD)
    yield "the caller refers to a caller id that is not known", caller_id


def _codes_in(state: State) -> tuple[Code, ...]:
    """Return the codes of the answers after which the capture stands in ``state``, and somebody has to go on."""
    found: dict[Code, None] = {}
    for row in ROWS:
        stays = row.target is None and state in row.sources
        if (stays or row.target is state) and row.effect is not Effect.COUNT_REFUSAL:
            found.update(dict.fromkeys(row.codes))
    return tuple(found)
