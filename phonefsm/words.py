# SPDX-License-Identifier: Apache-2.0
"""The caller's words since the last candidate: which numbers they hold, corrections made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, NamedTuple

import phonenumbers

from phonefsm.evidence import Evidence
from phonefsm.number import PhoneNumber, national_digits, read
from phonefsm.policy import CapturePolicy
from phonefsm.speech import Correction, Intent
from phonefsm.table import Code
from phonefsm.turns import CallerTurn, unpack

SHORT_TURN_DIGITS: Final = 4
"""Digits up to which a whole turn is a correction in itself ("three at the end")."""
JOINED: Final = 8
"""Fragments of a number in parts that are tried together; eight two-digit parts are a whole number."""
READINGS: Final = 8
"""Readings of joined fragments that are tried."""
AREA_DIGITS: Final = 5
"""Digits that may be an area code given after the rest of a number."""
WHOLE_DIGITS: Final = 7
"""Digits from which what was said is a whole number, right or wrong, and no part."""
_FIRST: Final = ("0", "+")  # what begins with one has its area code


class Whole(NamedTuple):
    """A usable number in the caller's words, and the turn (its place in the window) that completed it.

    ``first`` is the turn of its first part, where it came in parts.
    """

    number: PhoneNumber
    turn: int
    first: int = -1


@dataclass(slots=True, eq=False, repr=False)
class Stretch:
    """Digits that were said between two whole numbers, joined over turns; ``short`` spans are short turns."""

    parts: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    short: list[tuple[int, int]] = field(default_factory=list)

    @property
    def digits(self) -> str:
        """All of them, in the likeliest reading."""
        return "".join(readings[0].lstrip("+") for readings, _ in self.parts)


@dataclass(slots=True, eq=False, repr=False)
class Words:
    """The caller's words since the last candidate, corrections made."""

    wholes: list[Whole] = field(default_factory=list)
    """Usable numbers that stand: none that the caller has since corrected."""
    stretches: list[Stretch] = field(default_factory=lambda: [Stretch()])
    said: list[tuple[str, int]] = field(default_factory=list)
    """Every reading of every run, and its turn."""
    extensions: list[str] = field(default_factory=list)
    latest: int = -1
    """The latest turn that gave digits."""
    typed: bool = True
    complete: bool = True
    """The words of all turns are known."""
    code: str = ""
    """The calling code of the country that the caller named last."""

    @property
    def numbers(self) -> set[PhoneNumber]:
        """The usable numbers."""
        return {whole.number for whole in self.wholes}

    def turn_of(self, number: PhoneNumber) -> int:
        """Return the latest turn that completed ``number``, or -1."""
        return max((whole.turn for whole in self.wholes if whole.number == number), default=-1)

    def first_of(self, number: PhoneNumber, turn: int) -> int:
        """Return the turn in which ``number``, complete at ``turn``, began."""
        firsts = (whole.first for whole in self.wholes if (whole.number, whole.turn) == (number, turn))
        return max((first for first in firsts if first >= 0), default=turn)


class _Hearing:
    """Builds ``Words`` by going over the turns once."""

    def __init__(self, policy: CapturePolicy, previous: PhoneNumber | None, caller_id: PhoneNumber | None) -> None:
        self.policy = policy
        self.previous = previous
        self.caller_id = caller_id
        self.words = Words()

    def turn(self, turn: CallerTurn, place: int) -> None:
        words = self.words
        if turn.calling_code:
            words.code = turn.calling_code
        words.complete &= turn.words_known
        corrects = bool(turn.intents & (Intent.NO | Intent.CORRECTION))
        for correction in turn.corrections:
            self._correct(correction, place)
        heard = list(unpack(turn.numbers))
        short = sum(len(readings[0]) for readings, _ in heard if readings) <= SHORT_TURN_DIGITS
        for readings, extension in heard:
            if extension is not None:
                words.extensions.append(extension)
            if readings:
                self._run(readings, extension, place, corrects=corrects, short=short)
            elif extension is not None:  # "extension twelve", behind the number
                base = words.wholes[-1].number if words.wholes else self.previous
                if base is not None and self.policy.extensions:
                    words.wholes[:] = [Whole(PhoneNumber(base.e164, extension), place)]
        refers = bool(turn.intents & Intent.CALLER_ID) and self.caller_id is not None
        if refers and self.caller_id is not None:
            words.wholes.append(Whole(self.caller_id, place))
        if heard or turn.corrections or refers:
            words.latest = place
            words.typed &= turn.modality == "text"

    def _run(
        self, readings: tuple[str, ...], extension: str | None, place: int, *, corrects: bool, short: bool
    ) -> None:
        words = self.words
        words.said.extend((reading, place) for reading in readings)
        usable = dict.fromkeys(self._usable(readings, extension))
        if corrects and (usable or len(readings[0]) >= WHOLE_DIGITS):
            self._forget_before(place)
        if usable:
            words.wholes.extend(Whole(number, place) for number in usable)
            words.stretches.append(Stretch())
            return
        stretch = words.stretches[-1]
        if corrects and stretch.parts and len(stretch.parts[-1][0][0]) == len(readings[0]):
            stretch.parts.pop()  # "five five six ... no, five five five"
        start = len(stretch.digits)
        stretch.parts.append((readings, place))
        if short:
            stretch.short.append((start, len(stretch.digits)))
        base = words.wholes[-1].number if words.wholes else self.previous
        if corrects and short and base is not None and len(words.stretches[-1].parts) == 1:
            self._replace(base, Correction("tail", readings[0]), place)  # "no, 0124"

    def _forget_before(self, place: int) -> None:
        """Take back what was said before the turn of a whole number that came with a no."""
        words = self.words
        words.wholes[:] = [whole for whole in words.wholes if whole.turn == place]
        words.stretches[:] = [Stretch()]

    def _usable(self, readings: Sequence[str], extension: str | None = None) -> Iterator[PhoneNumber]:
        for reading in readings:
            number = read_reading(reading, extension, self.policy, self.words.code)
            if number is not None:
                yield number

    def _correct(self, correction: Correction, place: int) -> None:
        """Make a named correction on what it can mean: the last whole number, else the parts, else the candidate."""
        words = self.words
        stretch = words.stretches[-1]
        if not words.wholes and stretch.parts:
            changed = correction.apply(stretch.digits)
            completed = correction.digits + stretch.digits
            if correction.kind == "head" and any(self._usable((completed,))):  # the rest came first
                changed = completed
            if changed is not None:
                short = [(0, len(changed))] if len(changed) <= SHORT_TURN_DIGITS else []
                words.stretches[-1] = Stretch([((changed,), place)], short)
                words.said.append((changed, place))
                words.wholes.extend(Whole(number, place) for number in self._usable((changed,)))
                return
        base = words.wholes[-1].number if words.wholes else self.previous
        if base is not None and self._replace(base, correction, place):
            return
        # It changed nothing that is known, so its digits are all there is to go by.
        words.said.append((correction.digits, place))
        stretch.short.append((len(stretch.digits), len(stretch.digits) + len(correction.digits)))
        stretch.parts.append(((correction.digits,), place))

    def _replace(self, base: PhoneNumber, correction: Correction, place: int) -> bool:
        number = next(corrected(base, correction, self.policy), None)
        if number is not None:
            self.words.wholes[:] = [Whole(number, place)]
        return number is not None

    def joined(self) -> None:
        """Find whole numbers that came in parts."""
        for stretch in self.words.stretches:
            parts = stretch.parts[-JOINED:]
            known = len(self.words.wholes)
            for first in range(len(parts)):
                for last in range(first + 1, len(parts)):
                    self._join(parts[first : last + 1])
            if len(parts) < 2 or len(self.words.wholes) > known or len(parts[-1][0][0]) > AREA_DIGITS:
                continue
            if not parts[0][0][0].startswith(_FIRST):
                self._join([parts[-1], *parts[:-1]])  # "555 0123", and then "415"

    def _join(self, parts: list[tuple[tuple[str, ...], int]]) -> None:
        if not WHOLE_DIGITS <= sum(len(readings[0]) for readings, _ in parts) <= WHOLE_DIGITS + 12:
            return
        if any(readings[0].startswith("+") for readings, _ in parts[1:]):
            return
        turns = [turn for _, turn in parts]
        for count, readings in enumerate(product(*(readings for readings, _ in parts))):
            if count == READINGS:
                break
            for number in self._usable(("".join(readings),)):
                self.words.wholes.append(Whole(number, max(turns), min(turns)))


def read_reading(reading: str, extension: str | None, policy: CapturePolicy, code: str = "") -> PhoneNumber | None:
    """Return the usable number that a heard ``reading`` is; ``code`` is that of a country named in words."""
    if len(reading) < WHOLE_DIGITS - 1:  # no policy takes shorter ones; most runs end here, unparsed
        return None
    found: PhoneNumber | Code = Code.NOT_A_NUMBER
    if code and not reading.startswith("+"):
        found = read(reading, policy, region=phonenumbers.region_code_for_country_code(int(code)))
    if isinstance(found, Code):
        found = read(reading, policy)
    if isinstance(found, Code):
        return None
    return PhoneNumber(found.e164, extension) if extension and policy.extensions else found


def corrected(base: PhoneNumber, correction: Correction, policy: CapturePolicy) -> Iterator[PhoneNumber]:
    """Yield the usable numbers that ``correction`` makes of ``base``, said with or without its trunk prefix."""
    code = base.calling_code
    region = phonenumbers.region_code_for_country_code(int(code))
    for form in dict.fromkeys((base.e164[1 + len(code) :], national_digits(base))):
        changed = correction.apply(form)
        number = None if changed is None else read(changed, policy, region=region)
        if isinstance(number, PhoneNumber):
            yield PhoneNumber(number.e164, base.extension)


def words_since(
    evidence: Evidence, policy: CapturePolicy, previous: PhoneNumber | None, caller_id: PhoneNumber | None
) -> Words:
    """Return the caller's words since the last candidate."""
    hearing = _Hearing(policy, previous, caller_id)
    for place in range(evidence.mark, len(evidence.turns)):
        entry = evidence.turns[place]
        if isinstance(entry, CallerTurn):
            hearing.turn(entry, place)
    hearing.joined()
    return hearing.words
