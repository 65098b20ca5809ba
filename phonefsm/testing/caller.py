# SPDX-License-Identifier: Apache-2.0
"""A caller made of a seed: has a number in mind, gives it in some way, and answers what it hears."""

from collections.abc import Sequence
from random import Random
from typing import Final, Literal

from phonefsm.number import PhoneNumber
from phonefsm.verify.alphabet import SILENCE, TAIL, Act, Alphabet, Spoken, keys, no_number

_STRANGE: Final = ("unclear", "talk", "hedge", "wait", "repeat")


class SeededCaller:
    """A caller who knows a number and will not agree to another.

    Args:
        alphabet: what callers say; it should choose by ``rng``, too.
        numbers: those that this caller may have in mind, at least two; the first is the one.
        rng: where all choices come from.
        temper: how often, from 0 to 1, the caller does anything but give the number and answer plainly.
        modality: how the caller talks.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        numbers: Sequence[PhoneNumber],
        rng: Random,
        *,
        temper: float = 0.3,
        modality: Literal["audio", "text"] = "audio",
    ) -> None:
        self._alphabet = alphabet
        self._numbers = numbers
        self._rng = rng
        self._temper = temper
        self._modality: Literal["audio", "text"] = modality
        self._rest = ""
        self.number = numbers[0]
        """The number that this caller stands by now."""
        self.gave = False
        """They have said it, and nothing else since."""
        self.agreed = False
        """The last thing they said was a plain yes to it, heard whole."""
        self.has_agreed = False
        """They said so at some time."""

    def turn(self, heard: Sequence[Spoken]) -> Act:
        """Return what the caller says or does next, after the agent's words as they were played."""
        self.agreed = False
        read = next((spoken.numbers for spoken in reversed(heard) if spoken.numbers and spoken.played), ())
        if self._rng.random() < self._temper:
            return self._strange()
        if read == (str(self.number),) and self.gave:
            self.agreed = self.has_agreed = True
            return self._alphabet.answers("yes")
        if self._rest:
            digits, self._rest = self._rest, ""
            return self._alphabet.gives_part(digits, self._modality)
        if read and self.gave:
            return self._rng.choice((self._alphabet.answers("no"), self._instead()))
        return self._gives()

    def _gives(self) -> Act:
        self.gave = True
        a, rng = self._alphabet, self._rng
        if rng.random() < 0.2:
            digits = a.digits(self.number)
            self._rest = digits[-TAIL:]
            return a.gives_part(digits[:-TAIL], self._modality)
        return a.gives(self.number, self._modality)

    def _instead(self) -> Act:
        self._rest = ""
        return self._alphabet.gives_instead(self.number, self._modality)

    def _strange(self) -> Act:
        a, rng = self._alphabet, self._rng
        other = rng.choice([number for number in self._numbers if number != self.number])
        match rng.randrange(10):
            case 0:
                self.number, self.gave = other, True
                return self._instead()
            case 1 if self.gave and not self._rest and str(other)[:-TAIL] == str(self.number)[:-TAIL]:
                self.number = other
                return a.corrects_tail(a.digits(other)[-TAIL:])
            case 2:
                self.gave = True
                return a.gives_either(self.number, other)
            case 3:
                return a.gives_wrong(no_number(a.digits(self.number), a.policy), self._modality)
            case 4:
                return a.answers("no")
            case 5:
                return a.answers(rng.choice(("decline", "person")))
            case 6:
                return SILENCE
            case 7 if self.number.e164.startswith("+") and a.policy.default_region:
                self.gave = True
                return keys(a.digits(self.number) + "#", self.number)
            case _:
                return a.answers(rng.choice(_STRANGE))
