# SPDX-License-Identifier: Apache-2.0
"""One call from ring to end, and what each step of it made of every utterance."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Final, Literal

import phonenumbers
import structlog

from phonefsm import Completed, Declined, PhoneCapture
from phonefsm.dialogue import Dialogue
from phonefsm.speech import Intent, digits, hear
from tests.sound import words
from tests.sound.callers import Caller, Number, Utterance
from tests.sound.line import PATIENCE

Ear = Callable[[str, float], tuple[str, ...]]
"""From a sentence and the seconds of silence that end a turn to the texts that are heard, one a turn."""
Ending = Literal["right", "wrong", "escalated", "declined", "open"]

MOST_ANSWERS: Final = 14
"""Utterances after which a caller hangs up."""

_QUIET: Final = structlog.wrap_logger(
    None, wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
).bind()


def perfect(sentence: str, _patience: float) -> tuple[str, ...]:
    """Hear every word as it was said: a line without sound."""
    return tuple(part for part in sentence.split(" ... ") if part)


@dataclass(frozen=True, slots=True)
class Step:
    """One utterance: what was said, what the recogniser wrote, and who was right."""

    said: str
    kind: str
    digits: str
    region: str
    heard: tuple[str, ...]
    recognised: bool
    """The recogniser's words hold the digits that were said, and the words about them; ``tests.sound.words`` judges."""
    understood: bool
    """``phonefsm.speech`` made of the recogniser's words what the caller meant."""
    mistaken: str
    """Another whole valid number that it made of them instead."""


@dataclass(frozen=True, slots=True)
class Call:
    """A whole call; ``by_ear``: the caller heard the agent over the line too."""

    number: Number
    way: str
    by_ear: bool
    ending: Ending
    completed: str
    steps: list[Step]
    prompts: list[tuple[str, str]]
    """What the agent said, and what the caller heard of it."""


def call(number: Number, way: str, *, seed: int, to_agent: Ear, to_caller: Ear | None = None) -> Call:
    """Run one call; without ``to_caller`` the caller reads the agent's words."""
    caller = Caller(number, way, Random(f"{seed} {number.national} {way}"))
    capture = PhoneCapture(default_region=caller.home, logger=_QUIET)
    driver = Dialogue(capture)
    steps: list[Step] = []
    prompts: list[tuple[str, str]] = []
    prompt = driver.open().audio
    while True:
        said = " ".join(to_caller(prompt, PATIENCE)) if to_caller else prompt
        prompts.append((prompt, said))
        capture.agent_said(prompt)
        if capture.outcome is not None or len(steps) == MOST_ANSWERS:
            break
        utterance = caller.answer(said) if steps else caller.opening()
        heard = to_agent(utterance.text, capture.listening.patience)
        steps.append(judged(utterance, heard, caller.home))
        # Turns that follow each other leave the agent no time to speak; only its last prompt is played.
        for text in heard or ("",):
            prompt = driver.heard(text, "audio").audio
    outcome = capture.outcome
    completed = outcome.number.e164 if isinstance(outcome, Completed) else ""
    if completed:
        ending: Ending = "right" if completed == number.e164 else "wrong"
    else:
        ending = "open" if outcome is None else "declined" if isinstance(outcome, Declined) else "escalated"
    return Call(number, way, to_caller is not None, ending, completed, steps, prompts)


def judged(utterance: Utterance, heard: tuple[str, ...], region: str) -> Step:
    """Judge recogniser and hearing apart."""
    kind, wanted = utterance.kind, utterance.digits
    readings = _readings(heard, region)
    whole = e164(readings[0], region)
    if kind == "number":
        # A number that comes whole is asked for as such; one in pieces has no more than its pieces' readings.
        understood = wanted in [e164(reading, region) for reading in readings[: 1 if len(heard) == 1 else None]]
    elif kind == "part":
        understood = wanted in readings
    elif kind == "change":
        # As a named change, or as the only digits, which the capture then tries as a new tail.
        changes = [(change.kind, change.digits) for text in heard for change in hear(text, region=region).corrections]
        understood = changes == [("tail", wanted)] if changes else {*readings} - {""} == {wanted}
    elif kind == "again":
        understood = any(hear(text).intents & Intent.REPEAT for text in heard)
    else:
        said = [hear(text, region=region) for text in heard]
        is_yes = bool(said) and all(one.agrees for one in said)
        is_no = any(one.intents & Intent.NO for one in said) and not is_yes
        understood = is_yes if kind == "yes" else is_no
    recognised = words.gist(utterance.text) == words.gist(" ".join(heard))
    mistaken = whole if kind in ("number", "part") and whole != wanted else ""
    return Step(utterance.text, kind, wanted, region, heard, recognised, understood, mistaken)


def _readings(heard: tuple[str, ...], region: str) -> list[str]:
    """Return what the turns, one after the other, can mean as digits, the likeliest first."""
    turns: list[list[str]] = []
    for text in heard:
        runs = [run.readings for run in hear(text, region=region).runs if run.readings]
        plus = "+" if any(readings[0].startswith("+") for readings in runs) else ""
        turns.append([plus + (digits(text, region=region) or ""), *map("".join, product(*runs))])
    return list(map("".join, product(*turns)))


def e164(found: str, region: str) -> str:
    """Return ``found``, digits as dialled in ``region`` or with "+", as a valid number in E.164, or ""."""
    try:
        number = phonenumbers.parse(found, region)
    except phonenumbers.NumberParseException:
        return ""
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""
