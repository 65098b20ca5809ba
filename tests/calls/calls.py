# SPDX-License-Identifier: Apache-2.0
"""One call: a caller, a line and an agent; and which link of the chain each turn went wrong in."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from phonefsm.prompts import REPLIES
from phonefsm.speech import Intent, hear
from phonefsm.table import Code
from tests.calls.agents import Act, Agent, Cut, Said
from tests.calls.callers import SILENCE, Caller, Profile
from tests.calls.model import Use
from tests.sound import words
from tests.sound.callers import Utterance
from tests.sound.calls import e164, judged
from tests.sound.line import PATIENCE

Ear = Callable[[str, str, float], tuple[str, ...]]
"""From a sentence, the voice that says it and the seconds of silence that end a turn to the texts that are heard."""
Ending = Literal["right", "wrong", "declined right", "declined wrong", "escalated", "open"]
Link = Literal["recogniser", "hearing", "model", "policy"]

MOST_TURNS: Final = 10
"""Turns after which a caller hangs up."""
LINKS: Final[tuple[Link, ...]] = ("recogniser", "hearing", "model", "policy")
AGENTS_VOICE: Final = "hibari"

_RECORDS: Final = ("update_phone_number", "extend_phone_number")
_CONFIRM: Final = "confirm_phone_number"
_DECLINE: Final = "decline_phone_number_capture"
_NOT_READ: Final = REPLIES[Code.NOT_READ_BACK].partition(" {")[0]


@dataclass(frozen=True, slots=True)
class Turn:
    """What the caller heard and said, what came of it, and the first link that went wrong in it, if any."""

    prompt: str
    said: str
    kind: str
    digits: str
    heard: tuple[str, ...]
    acts: tuple[Act, ...]
    answer: str
    fault: Link | None


@dataclass(frozen=True, slots=True)
class Call:
    """A whole call with one contestant."""

    contestant: str
    profile: Profile
    ending: Ending
    completed: str
    turns: tuple[Turn, ...]
    lines: tuple[str, ...]
    seconds: float
    use: Use = field(default_factory=Use)

    @property
    def is_right(self) -> bool:
        """The caller's number was completed, or the refusal of one who declines was taken."""
        return self.ending in ("right", "declined right")

    @property
    def cause(self) -> Link | None:
        """Where a miss came from: the link that went wrong in most turns, the earlier one of two; else the policy."""
        if self.is_right:
            return None
        faults = [turn.fault for turn in self.turns]
        return max(LINKS, key=faults.count) if any(faults) else "policy"


def call(name: str, profile: Profile, make: Callable[[Cut], Agent], ear: Ear, *, use: Use | None = None) -> Call:
    """Have ``profile`` call the agent that ``make`` makes, until it ends or the caller hangs up.

    Args:
        name: the contestant's.
        profile: who calls.
        make: makes the agent, given how the caller cuts into what it says.
        ear: the line.
        use: counts what is used of the model meanwhile.
    """
    caller = Caller.of(profile)
    since = time.perf_counter()
    agent = make(caller.cuts_into)
    turns: list[Turn] = []
    last = ""
    try:
        said = agent.open()
        while agent.end is None and len(turns) < MOST_TURNS:
            prompt = _to_caller(said, profile, ear)
            last = prompt or last  # to nothing a caller answers what was said before
            utterance = caller.turn(last, cut=said.cut)
            heard = () if utterance == SILENCE else ear(utterance.text, profile.voice, agent.patience)
            acts: list[Act] = []
            parts: list[str] = []
            # Turns that follow each other leave the agent no time to speak; only its last words are played to the end.
            for text in heard or ("",):
                if agent.end is None:
                    said = agent.heard(text)
                    acts += said.acts
                    parts = [said.text]
            turns.append(_turn(prompt, utterance, heard, acts, " ".join(parts), profile, has_model=use is not None))
        ending, completed = _ending(agent, profile)
        lines = tuple(agent.lines)
    finally:
        agent.close()
    spent = time.perf_counter() - since
    return Call(name, profile, ending, completed, tuple(turns), lines, spent, use or Use())


def _to_caller(said: Said, profile: Profile, ear: Ear) -> str:
    if not profile.by_ear or not said.text:
        return said.text
    return " ".join(ear(said.text, AGENTS_VOICE, PATIENCE))


def _ending(agent: Agent, profile: Profile) -> tuple[Ending, str]:
    if agent.end is None:
        return "open", ""
    end, number = agent.end
    if end == "completed":
        is_right = profile.wants == "number" and number == profile.number.e164
        return ("right" if is_right else "wrong"), number
    if end == "declined":
        return ("declined right" if profile.wants == "decline" else "declined wrong"), ""
    return "escalated", ""


def _turn(
    prompt: str,
    utterance: Utterance,
    heard: tuple[str, ...],
    acts: Sequence[Act],
    answer: str,
    profile: Profile,
    *,
    has_model: bool,
) -> Turn:
    fault: Link | None = None
    if utterance != SILENCE:
        recognised, understood = _judged(utterance, heard, profile)
        if not understood:
            fault = "hearing" if recognised else "recogniser"
        elif has_model:
            fault = model_fault(utterance, acts, answer, profile)
    made = tuple(acts)
    return Turn(prompt, utterance.text, utterance.kind, utterance.digits, heard, made, answer, fault)


def _judged(utterance: Utterance, heard: tuple[str, ...], profile: Profile) -> tuple[bool, bool]:
    """Return whether the recogniser's words are the caller's, and whether their meaning can be had from them."""
    region = profile.number.region
    if profile.wants == "decline":
        said = [hear(text, region=region) for text in heard]
        understood = any(one.intents & (Intent.DECLINE | Intent.NO) for one in said)
        return words.gist(utterance.text) == words.gist(" ".join(heard)), understood
    if not utterance.digits and utterance.kind == "number":  # none that is valid: nothing that could be lost
        return True, True
    step = judged(utterance, heard, region)
    return step.recognised, step.understood


def model_fault(utterance: Utterance, acts: Sequence[Act], answer: str, profile: Profile) -> Link | None:
    """Return what is wrong with what was made of an utterance that was understood, or ``None``.

    The model has to call the tool that the utterance is for, with the digits that were said, and to read back what was
    recorded; what is refused all the same is the policy's. A question asks for no call.
    """
    names = [act.name for act in acts]
    if profile.wants == "decline":
        return None if _DECLINE in names and not acts[names.index(_DECLINE)].is_error else _blame(_DECLINE, acts)
    if _DECLINE in names:
        return "model"
    if utterance.kind in ("number", "part", "change"):
        record = next((act for act in acts if act.name in _RECORDS), None)
        if record is None:
            return "model"
        if not utterance.digits:
            return None
        given = _digits(record.arguments)
        if record.is_error:
            return "policy" if _as_said(given, utterance, profile) else "model"
        said = words.digits(answer)
        whole = len(said) >= len(profile.number.national) - 2
        if utterance.kind == "number" and utterance.digits and not (whole and _is(said, utterance.digits, profile)):
            return "model"
        return None
    if utterance.kind == "yes":
        return None if _CONFIRM in names and not acts[names.index(_CONFIRM)].is_error else _blame(_CONFIRM, acts)
    if utterance.kind == "no" and (_CONFIRM in names or any(name in _RECORDS for name in names)):
        return "model"
    return None


def _blame(tool: str, acts: Sequence[Act]) -> Link:
    """Return whose fault it is that ``tool`` did not do its work: it was not called, or for want of a read-back."""
    made = next((act for act in acts if act.name == tool), None)
    return "policy" if made is not None and _NOT_READ not in made.result else "model"


def _as_said(given: str, utterance: Utterance, profile: Profile) -> bool:
    return given == utterance.digits or _is(given, utterance.digits, profile)


def _is(given: str, digits: str, profile: Profile) -> bool:
    region = profile.number.region
    forms = {e164(given, region), e164(f"+{given}", region)}
    return bool(digits) and (digits in forms or given.endswith(digits))


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit() or char == "+")
