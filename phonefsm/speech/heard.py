# SPDX-License-Identifier: Apache-2.0
"""What was heard in one utterance: numbers, corrections and intents, as plain values."""

import enum
from typing import Literal, NamedTuple


class UnknownLanguageError(ValueError):
    """There is no lexicon for this language."""

    def __init__(self, language: str) -> None:
        super().__init__(f"no lexicon for language {language!r}")
        self.language = language


class Intent(enum.IntFlag):
    """What an utterance does beside giving digits; flags combine."""

    NONE = 0
    YES = enum.auto()
    NO = enum.auto()
    HEDGE = enum.auto()
    UNCLEAR = enum.auto()
    DECLINE = enum.auto()
    REPEAT = enum.auto()
    WHY = enum.auto()
    WAIT = enum.auto()
    PERSON = enum.auto()
    CALLER_ID = enum.auto()
    CORRECTION = enum.auto()

    @property
    def agree(self) -> bool:
        """Whether this is clear agreement: a yes, and nothing that takes from it."""
        return self & (Intent.YES | _AGAINST) == Intent.YES


_AGAINST = (
    Intent.NO
    | Intent.HEDGE
    | Intent.DECLINE
    | Intent.REPEAT
    | Intent.WHY
    | Intent.WAIT
    | Intent.PERSON
    | Intent.CORRECTION
)


class Run(NamedTuple):
    """One number-like run in an utterance.

    `readings` are ASCII digits, the likeliest first, distinct and at most four, with a leading "+" where an
    international prefix was said or typed; `start` and `end` are its span in the text, what it corrects included.
    """

    readings: tuple[str, ...]
    start: int
    end: int
    extension: str = ""


class Correction(NamedTuple):
    """A named change to a number said earlier: its last digits, its first, or some digits for others."""

    kind: Literal["tail", "head", "swap"]
    digits: str
    old: str = ""

    def apply(self, number: str) -> str | None:
        """Return `number` (digits, a leading "+" is kept) with the change made, or None where it cannot be.

        A swap needs the old digits to be there exactly once.
        """
        plus, digits = ("+", number[1:]) if number.startswith("+") else ("", number)
        if self.kind == "swap":
            at = digits.find(self.old) if self.old else -1
            if at < 0 or digits.find(self.old, at + 1) >= 0:
                return None
            return plus + digits[:at] + self.digits + digits[at + len(self.old) :]
        size = len(self.digits)
        if not 0 < size <= len(digits):
            return None
        return plus + (digits[:-size] + self.digits if self.kind == "tail" else self.digits + digits[size:])


class Heard(NamedTuple):
    """All that one utterance holds.

    `runs` are the numbers that stand after the corrections made within the utterance, in order; `corrections`
    change something said before it; `words` counts words, a group of digits being one; `calling_code` is that of
    a country named in words, or "".
    """

    runs: tuple[Run, ...]
    corrections: tuple[Correction, ...]
    intents: Intent
    words: int
    calling_code: str = ""

    @property
    def agrees(self) -> bool:
        """Whether this is clear agreement: a yes, and nothing that takes from it."""
        return self.intents.agree

    @property
    def extension(self) -> str:
        """The last run's extension, or ""."""
        return self.runs[-1].extension if self.runs else ""
