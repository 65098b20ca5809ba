# SPDX-License-Identifier: Apache-2.0
"""Callers for tests: whose number it is, how they say it, and what they answer to what they hear."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal

import phonenumbers

from tests.sound import words
from tests.sound.words import ONES, TEENS, TENS

Kind = Literal["number", "part", "change", "yes", "no", "again"]
"""What an utterance is for: a whole number, a part of one, a change to what was read back, an answer, a question."""

WAYS: Final = ("digits", "grouped", "pairs", "repeats", "parts", "pause", "corrected", "slip", "abroad")

# Some come from the ranges that are set apart for fiction, the others are any digits that are valid: ranges alone
# would try few digits, and those in a row.
_REGIONS: Final = ("US", "GB", "US", "GB", "AU", "US", "GB", "IE")
_SHAPES: Final = {
    "US": ("{area} 555 01xx", "{area} Nxx xxxx", "{area} Nxx xxxx"),
    "GB": ("07700 900 xxx", "020 7946 0xxx", "0161 496 0xxx", "079xx xxx xxx", "0121 xxx xxxx", "0131 xxx xxxx"),
    "AU": ("0491 570 xxx", "02 7010 xxxx", "04xx xxx xxx", "03 9xxx xxxx"),
    "IE": ("085 xxx xxxx", "01 xxx xxxx", "087 xxx xxxx", "021 4xx xxxx"),
}
_AREAS: Final = ("212", "305", "312", "404", "415", "503", "602", "617", "702", "713", "808", "919")
_FRAMES: Final = ("It's {}.", "My number is {}.", "{}.", "Sure, it's {}.", "You can reach me on {}.")
YES: Final = ("Yes.", "Yes, that's right.", "Yes, correct.", "Yep.", "That's right.", "Yeah, that's correct.")
_NO: Final = ("No.", "No, that's wrong.", "No, that's not right.")
_AMENDS: Final = ("no wait, {}", "sorry, {}", "I mean {}", "no, {}", "actually, {}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as its own country dials it, in the groups in which it is said."""

    region: str
    groups: tuple[str, ...]

    @property
    def national(self) -> str:
        return "".join(self.groups)

    @property
    def e164(self) -> str:
        parsed = phonenumbers.parse(self.national, self.region)
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

    @property
    def is_valid(self) -> bool:
        return phonenumbers.is_valid_number_for_region(phonenumbers.parse(self.national, self.region), self.region)

    @property
    def abroad(self) -> tuple[str, ...]:
        """The groups as they are said to another country, the first with its calling code: "+44 7700"."""
        code = phonenumbers.country_code_for_region(self.region)
        return (f"+{code} {self.groups[0].removeprefix('0')}", *self.groups[1:])


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a caller says, and what it is for; ``digits`` are those that it gives, E.164 for a whole number."""

    text: str
    kind: Kind
    digits: str = ""


def numbers(count: int, seed: int) -> Iterator[Number]:
    """Yield ``count`` different valid numbers, the regions taking turns."""
    random = Random(seed)
    seen: set[str] = set()
    while len(seen) < count:
        region = _REGIONS[len(seen) % len(_REGIONS)]
        shape = random.choice(_SHAPES[region]).format(area=random.choice(_AREAS))
        filled = "".join({"x": str(random.randrange(10)), "N": str(random.randrange(2, 10))}.get(c, c) for c in shape)
        number = Number(region, tuple(filled.split()))
        if number.is_valid and number.national not in seen:
            seen.add(number.national)
            yield number


@dataclass(slots=True)
class Caller:
    """One caller with one number, who says it in one way and then answers what is heard of the agent."""

    number: Number
    way: str
    random: Random
    home: str = ""
    """The region that the agent takes numbers to be in."""
    _frame: str = ""
    _zero: str = ""
    _stumbles: int = 0
    _asked: bool = False
    _next: list[str] = field(default_factory=list)
    _slip: Number | None = None

    def __post_init__(self) -> None:
        self.home = self.number.region
        if self.way == "abroad":
            self.home = "GB" if self.number.region == "US" else "US"
        self._frame = self.random.choice(_FRAMES)
        self._zero = self.random.choice(["oh", "zero"])

    def opening(self) -> Utterance:
        """Say the number for the first time, in the caller's way."""
        groups, number = self.number.groups, self.number
        if self.way == "parts":
            cut = self.random.randrange(1, len(groups))
            self._next = list(groups[cut:])
            return self._part(groups[:cut])
        if self.way == "slip":
            self._slip = number = self._wrong()
        said = list(map(self._group, self._groups(number)))
        if self.way == "pause":
            said.insert(len(said) - 1, "...")
            text = ", ".join(said).replace(", ..., ", " ... ")
        elif self.way == "corrected":
            amends = self.random.choice(_AMENDS).format(said[-1])
            text = ", ".join([*said[:-1], self._group(self._wrong().groups[-1]), amends])
        else:
            text = ", ".join(said)
        return self._sentence(text, "number", number.e164)

    def answer(self, prompt: str) -> Utterance:
        """Answer ``prompt``, as it was heard."""
        heard, number = words.digits(prompt), self.number
        if len(heard) >= len(number.national) - 2 and "next" not in prompt:
            self._next = []
            if heard in (number.national, number.e164.removeprefix("+")):
                return Utterance(self.random.choice(YES), "yes")
            if self._slip is not None and heard in (self._slip.national, self._slip.e164.removeprefix("+")):
                self._slip = None
                return self._change()
            if len(heard) != len(number.national) and not self._asked:
                self._asked = True
                return Utterance("Sorry, can you say that again?", "again")
            return self._no()
        if heard and _plain(self._groups(number)).startswith(heard):
            return self._rest(heard)
        if heard:
            return self._no()
        if self._next and "next" in prompt:
            return self._part([self._next.pop(0)])
        if "parts" in prompt:
            self._stumble()
            self._next = list(self._groups(number))
            return self._part([self._next.pop(0)])
        if "yes or a no" in prompt:
            return self._no()
        self._stumble()
        return self._sentence(". ".join(map(self._group, self._groups(number))), "number", number.e164)

    def _stumble(self) -> None:
        """Speak more clearly from here on: zero as such, and all digits apart or all groups apart, by turns."""
        self._stumbles += 1
        self._zero = "zero"

    def _no(self) -> Utterance:
        self._stumble()
        return Utterance(self.random.choice(_NO), "no")

    def _change(self) -> Utterance:
        last = self.number.groups[-1]
        if self.random.random() < 0.5:
            text = f"No, the last {ONES[len(last)]} are {self._group(last)}."
            return Utterance(text, "change", last)
        return Utterance(f"No, it's {', '.join(map(self._group, self.number.groups))}.", "number", self.number.e164)

    def _rest(self, heard: str) -> Utterance:
        """Go on after the digits that the agent has."""
        self._next = []
        for group in self._groups(self.number):
            size = len(_plain([group]))
            if size > len(heard):
                self._next.append(_plain([group])[len(heard) :])
            heard = heard[size:]
        return self._part([self._next.pop(0)]) if self._next else self._no()

    def _part(self, groups: list[str] | tuple[str, ...]) -> Utterance:
        return Utterance(f"{', '.join(map(self._group, groups)).capitalize()}.", "part", _plain(groups))

    def _sentence(self, text: str, kind: Kind, digits: str) -> Utterance:
        text = self._frame.format(text)
        return Utterance(text[0].upper() + text[1:], kind, digits)

    def _wrong(self) -> Number:
        """Return the number with a digit of its last group changed."""
        groups = self.number.groups
        while True:
            last = list(groups[-1])
            last[self.random.randrange(len(last))] = str(self.random.randrange(10))
            wrong = Number(self.number.region, (*groups[:-1], "".join(last)))
            if wrong != self.number and wrong.is_valid:
                return wrong

    def _groups(self, number: Number) -> tuple[str, ...]:
        return number.abroad if self.way == "abroad" else number.groups

    def _group(self, group: str) -> str:
        """Return a group in the caller's way, a calling code before it as such."""
        code, _, digits = group.rpartition(" ")
        said = self._digits(digits)
        return f"plus {self._spelt(code[1:])}, {said}" if code else said

    def _digits(self, digits: str) -> str:
        if self._stumbles:
            return (", " if self._stumbles % 2 else " ").join(map(self._spelt, digits))
        if self.way == "grouped" or (self.way == "pairs" and len(digits) % 2 == 0):
            return self._as_numbers(digits)
        return self._spelt(digits, repeats=self.way == "repeats")

    def _as_numbers(self, digits: str) -> str:
        """Return ``digits`` in tens and hundreds, as in "four fifteen" and "oh five twenty three"."""
        if len(digits) == 3 and digits[1:] == "00" and digits[0] != "0":
            return f"{ONES[int(digits[0])]} hundred"
        said = [self._spelt(digits[0])] if len(digits) % 2 else []
        for at in range(len(digits) % 2, len(digits), 2):
            ten, one = int(digits[at]), int(digits[at + 1])
            if ten == 0:
                said.append(self._spelt(digits[at : at + 2]))
            elif ten == 1:
                said.append(TEENS[one])
            else:
                said.append(f"{TENS[ten]} {ONES[one]}" if one else TENS[ten])
        return " ".join(said)

    def _spelt(self, digits: str, *, repeats: bool = False) -> str:
        said: list[str] = []
        at = 0
        while at < len(digits):
            name = self._zero if digits[at] == "0" else ONES[int(digits[at])]
            run = len(digits[at:]) - len(digits[at:].lstrip(digits[at]))
            times = min(run, 3) if repeats else 1
            said.append({1: name, 2: f"double {name}", 3: f"triple {name}"}[times])
            at += times
        return " ".join(said)


def _plain(groups: Iterable[str]) -> str:
    return "".join(char for group in groups for char in group if char.isdigit())
