# SPDX-License-Identifier: Apache-2.0
"""A seeded population of callers: each knows a number, says it in a way, and answers what is heard in a temper.

How numbers are put into words and how an answer is made comes from ``tests.sound.callers``. A caller hears with
``tests.sound.words``, which shares nothing with ``phonefsm.speech``, so that a mistake there cannot hide itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final, Literal, get_args

from tests.sound import callers as sound
from tests.sound import words
from tests.sound.callers import Number, Utterance

Temper = Literal["agrees", "slips", "corrects", "changes", "invalid", "declines", "interrupts", "silent"]
"""How a caller is: agrees to what is right; says a wrong digit and puts it right at once; gives a wrong digit and puts
it right after the read-back; wants another number after the read-back; gives an invalid number first; does not want to
give one; cuts into the first read-back; stays silent once at the question and once at the read-back."""
Way = Literal["digits", "parts", "repeats", "pairs"]
"""How a number is said: in one go, in parts, with "double" and "triple", in pairs."""
Wants = Literal["number", "decline"]

TEMPERS: Final[tuple[Temper, ...]] = get_args(Temper)
WAYS: Final[tuple[Way, ...]] = get_args(Way)
VOICES: Final = ("hibari", "joe")
BY_EAR: Final = 3
"""One caller in so many hears the agent over the line; the others read the agent's words."""
SILENCE: Final = Utterance("", "again")

_REFUSALS: Final = (
    "I'd rather not give my number.",
    "No, I don't want to give you my phone number.",
    "I prefer not to share it.",
    "Sorry, I don't give out my number.",
)
_CHANGES: Final = ("No, use another number. It's {}.", "Actually, take my other number. It's {}.")
_WHICH: Final = "Which number do you have?"
_PART: Final = re.compile(r"right so far|whole number right")
_ASKS: Final = re.compile(r"\b(right|correct|confirm)\b[^?]*\?")


@dataclass(frozen=True, slots=True)
class Profile:
    """Who calls; ``number`` is the truth, ``seed`` that of everything that is random in the caller."""

    id: int
    number: Number
    way: Way
    temper: Temper
    voice: str
    by_ear: bool
    seed: str

    @property
    def wants(self) -> Wants:
        """What the right end of the call is."""
        return "decline" if self.temper == "declines" else "number"


def population(count: int, seed: int) -> Iterator[Profile]:
    """Yield ``count`` callers; tempers take turns, each with either country and all ways by turns."""
    made = (number for number in sound.numbers(6 * count + 24, seed) if number.region in ("US", "GB"))
    random = Random(f"voices {seed}")
    for id, number in zip(range(count), made, strict=False):
        # The countries of the numbers take turns, so each round begins one temper further.
        round = id // len(TEMPERS)
        place = (id + round) % len(TEMPERS)
        temper, way = TEMPERS[place], WAYS[(place + round) % len(WAYS)]
        yield Profile(id, number, way, temper, random.choice(VOICES), random.randrange(BY_EAR) == 0, f"{seed} {id}")


@dataclass(slots=True)
class Caller(sound.Caller):
    """A caller in a call; made by ``of``."""

    temper: Temper = "agrees"
    first: Number | None = None
    """The number that is given before the true one, where the caller begins with another."""
    _silences: int = 0
    _has_cut_in: bool = False
    _which: int = 0
    _started: bool = field(default=False)

    @classmethod
    def of(cls, profile: Profile) -> "Caller":
        """Return the caller that ``profile`` describes."""
        random = Random(profile.seed)
        way = "corrected" if profile.temper == "slips" else profile.way
        caller = cls(profile.number, way, random, temper=profile.temper)
        if profile.temper == "corrects":
            caller.first = caller._wrong()
        elif profile.temper == "changes":
            others = sound.numbers(60, random.randrange(1 << 30))
            caller.first = next(one for one in others if one.region == profile.number.region and one != profile.number)
        elif profile.temper == "invalid":
            caller.first = _invalid(profile.number, random)
        return caller

    def cuts_into(self, prompt: str) -> str | None:
        """Return as much of ``prompt`` as is played before the caller cuts in, or ``None``: all of it."""
        if self.temper != "interrupts" or self._has_cut_in or not self._is_whole(words.digits(prompt)):
            return None
        self._has_cut_in = True
        said = prompt.split()
        # Behind the first digits that are read back, and well before the last.
        first = next(at for at, word in enumerate(said) if words.digits(word))
        return " ".join(said[: first + 2])

    def turn(self, prompt: str, *, cut: bool = False) -> Utterance:
        """Answer ``prompt``, as it was heard; ``SILENCE`` where the caller says nothing."""
        if self.temper == "declines":
            return Utterance(self.random.choice(_REFUSALS), "no")
        if self._stays_silent(prompt):
            self._silences += 1
            return SILENCE
        if cut:
            return Utterance(self.random.choice(["Yeah, yeah.", "Yes, yes.", "Uh-huh."]), "yes")
        if not self._started:
            self._started = True
            if self.first is not None:
                return self._gives(self.first)
            return self.opening()
        return self._responds(prompt)

    def _responds(self, prompt: str) -> Utterance:
        heard = words.digits(prompt)
        if self.first is not None and (_same(heard, self.first) or not heard):
            return self._turns_to_the_truth(heard, prompt)
        if heard and _PART.search(prompt.lower()):
            # A read-back in parts, whose last part asks about the whole.
            return self._answers(self._has_part(heard))
        if self._is_whole(heard):
            self.first = None
        if not heard and _ASKS.search(prompt.lower()) and "parts" not in prompt:
            # Nobody agrees to a number that was not said; asked for it twice, a caller says it again.
            self._which += 1
            if self._which <= 2:
                return Utterance(_WHICH, "again")
        return self.answer(prompt)

    def _turns_to_the_truth(self, heard: str, prompt: str) -> Utterance:
        """Leave the first number behind: it was read back, or it was refused, or the agent asks once more."""
        first, self.first = self.first, None
        if not heard and _ASKS.search(prompt.lower()):
            self.first, self._which = first, self._which + 1
            if self._which <= 2:
                return Utterance(_WHICH, "again")
            self.first = None
        if self.temper == "corrects" and heard:
            return self._change()
        said = ", ".join(map(self._group, self.number.groups))
        if self.temper == "changes" and heard:
            return Utterance(self.random.choice(_CHANGES).format(said), "number", self.number.e164)
        if heard:
            return Utterance(f"No, that's wrong. It's {said}.", "number", self.number.e164)
        return self._sentence(said, "number", self.number.e164)

    def _gives(self, number: Number) -> Utterance:
        digits = number.e164 if _is_valid(number) else ""
        return self._sentence(", ".join(map(self._group, number.groups)), "number", digits)

    def _stays_silent(self, prompt: str) -> bool:
        if self.temper != "silent" or self._silences >= 2:
            return False
        return self._silences == 0 or self._is_whole(words.digits(prompt))

    def _answers(self, agrees: bool) -> Utterance:
        return Utterance(self.random.choice(sound.YES), "yes") if agrees else self._no()

    def _has_part(self, heard: str) -> bool:
        return heard in self.number.national or heard in self.number.e164

    def _is_whole(self, heard: str) -> bool:
        return len(heard) >= len(self.number.national) - 2


def _same(heard: str, number: Number) -> bool:
    plain = number.e164.removeprefix("+") if number.is_valid else number.national
    return heard in (number.national, plain)


def _invalid(number: Number, random: Random) -> Number:
    """Return ``number`` without a digit of its last group, or with an area that begins with a one in the US."""
    groups = list(number.groups)
    if number.region == "US" and random.random() < 0.5:
        groups[0] = "1" + groups[0][1:]
    else:
        groups[-1] = groups[-1][:-1]
    made = replace(number, groups=tuple(groups))
    return made if not _is_valid(made) else replace(number, groups=(*number.groups[:-1], number.groups[-1][:1]))


def _is_valid(number: Number) -> bool:
    try:
        return number.is_valid
    except Exception:
        return False
