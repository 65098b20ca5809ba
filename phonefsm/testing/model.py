# SPDX-License-Identifier: Apache-2.0
"""``MisbehavingModel``: a stand-in for a language model that does what real ones have done, from a seed or a script."""

from collections.abc import Iterable, Sequence
from enum import StrEnum, auto
from itertools import count
from random import Random

from phonefsm.capture import PhoneCapture
from phonefsm.conversation import CallLine
from phonefsm.number import PhoneNumber
from phonefsm.table import State
from phonefsm.testing.conversation import Generation
from phonefsm.verify.alphabet import (
    JUNK,
    Act,
    Alphabet,
    Answer,
    Said,
    confirm,
    decline,
    escalate,
    extend,
    reject,
    update,
)


class Habit(StrEnum):
    """A way to misbehave."""

    SELF_CONFIRM = auto()
    """It confirms for the caller."""
    INVENT = auto()
    """It records a number that nobody gave."""
    LOSE_DIGIT = auto()
    """It records the number with a digit lost or changed."""
    RE_RECORD = auto()
    """It records an earlier number again."""
    PARALLEL = auto()
    """It calls several tools at once, in any order."""
    REPEAT_ID = auto()
    """It sends a call again, under the same id."""
    SILENT = auto()
    """It neither calls nor speaks."""
    CLAIM_SAVED = auto()
    """It says that the number is saved, and calls nothing."""
    DECLINE_ON_NO = auto()
    """It takes a no for a refusal."""
    JUNK_ARGUMENTS = auto()
    """It sends arguments, or calls tools, that there are not."""
    READ_WRONG = auto()
    """It reads back another number, or two."""
    READ_HALF = auto()
    """It is cut off in the middle, or reads but a half."""
    NOT_READ = auto()
    """It says something else in place of the read-back."""


class MisbehavingModel:
    """A model that behaves well, but for its habits.

    Args:
        alphabet: what agents say; it should choose by ``rng``, too.
        numbers: numbers to invent from.
        rng: where all choices come from.
        badness: how often, from 0 to 1, a generation follows a habit.
        habits: those that it has.
        script: generations to begin with, before any of its own.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        numbers: Sequence[PhoneNumber],
        rng: Random,
        *,
        badness: float = 0.5,
        habits: Sequence[Habit] = tuple(Habit),
        script: Iterable[Generation] = (),
    ) -> None:
        self._alphabet = alphabet
        self._numbers = numbers
        self._rng = rng
        self._badness = badness
        self._habits = habits
        self._script = iter(script)
        self._ids = count(1)
        self._sent: list[CallLine] = []
        self._given: list[str] = []

    def respond(self, said: Act | None, capture: PhoneCapture) -> Generation:
        """Return the next generation; ``said`` is the caller's turn, or ``None`` once its calls were answered."""
        scripted = next(self._script, None)
        if scripted is not None:
            return scripted
        if said is not None and isinstance(said.means, Said):
            self._given += [self._text(number) for number in said.means.numbers]
        bad = self._habits and self._rng.random() < self._badness
        generation = self._bad(said, capture) if bad else self._good(said, capture)
        calls = tuple(
            call if call.id is not None else call.model_copy(update={"id": f"c{next(self._ids)}"})
            for call in generation.calls
        )
        self._sent += calls
        return generation._replace(calls=calls)

    def _text(self, e164: str) -> str:
        return e164.partition(";ext=")[0]

    # As it should be.

    def _good(self, said: Act | None, capture: PhoneCapture) -> Generation:
        calls = self._called_for(said, capture)
        return Generation(calls=calls) if calls else Generation(speech=(self._speech(capture),))

    def _called_for(self, said: Act | None, capture: PhoneCapture) -> tuple[CallLine, ...]:
        if said is None or not isinstance(said.means, Said):
            return ()
        means, state = said.means, capture.state
        if means.numbers:
            return (update(self._text(means.numbers[-1])),)
        if means.digits:
            part = state is State.COLLECTING or (state is State.ASKING and not means.keyed)
            return (extend(means.digits) if part else update(means.digits),)
        if means.answer is Answer.AGREES and state is State.PENDING_CONFIRMATION:
            return (confirm(),)
        match said.name:
            case "no" if state is State.PENDING_CONFIRMATION:
                return (reject(),)
            case "decline":
                return (decline(),)
            case "person":
                return (escalate(),)
        return ()

    def _speech(self, capture: PhoneCapture) -> Act:
        number = capture.number
        if capture.state is State.PENDING_CONFIRMATION and number is not None:
            return self._alphabet.reads(number)
        return self._alphabet.remarks()

    # As it should not be.

    def _bad(self, said: Act | None, capture: PhoneCapture) -> Generation:
        a, rng, number = self._alphabet, self._rng, capture.number
        speech = (self._speech(capture),)
        match rng.choice(self._habits):
            case Habit.SELF_CONFIRM:
                return Generation(
                    (*self._called_for(said, capture)[:1], confirm()) if rng.random() < 0.3 else (confirm(),)
                )
            case Habit.INVENT:
                return Generation((update(self._invented()),))
            case Habit.LOSE_DIGIT if self._given:
                return Generation((update(self._slip(self._given[-1])),))
            case Habit.RE_RECORD if self._given:
                return Generation((update(rng.choice(self._given)),))
            case Habit.PARALLEL:
                calls = [self._any() for _ in range(rng.randint(2, 3))]
                return Generation(tuple(calls))
            case Habit.REPEAT_ID if self._sent:
                return Generation((rng.choice(self._sent[-4:]),))
            case Habit.SILENT:
                return Generation()
            case Habit.CLAIM_SAVED:
                return Generation(speech=(a.remarks("saved"),))
            case Habit.DECLINE_ON_NO if said is not None and said.name == "no":
                return Generation((decline(),))
            case Habit.JUNK_ARGUMENTS:
                return Generation((rng.choice(JUNK),))
            case Habit.READ_WRONG:
                other = rng.choice(self._numbers)
                both = number is not None and number != other and rng.random() < 0.3
                return Generation(speech=(a.reads_both(number, other) if both and number else a.reads(other),))
            case Habit.READ_HALF if number is not None:
                cut = rng.choice((a.reads_half, a.reads_rest, a.reads_cut))
                return Generation(speech=(cut(number),))
            case Habit.NOT_READ:
                return Generation(self._called_for(said, capture), speech=(a.remarks(),))
        return Generation(self._called_for(said, capture), speech)

    def _any(self) -> CallLine:
        rng = self._rng
        given = rng.choice(self._given) if self._given and rng.random() < 0.6 else self._invented()
        return rng.choice(
            (
                update(given),
                update(given),
                confirm(),
                confirm(),
                reject(),
                extend(given[-4:]),
                rng.choice(JUNK),
                decline(),
                escalate(),
            )
        )

    def _invented(self) -> str:
        return self._text(str(self._rng.choice(self._numbers)))

    def _slip(self, digits: str) -> str:
        place = self._rng.randrange(1, len(digits))
        return digits[:place] + self._rng.choice(("", "7", "0")) + digits[place + 1 :]
