# SPDX-License-Identifier: Apache-2.0
"""How a capture ended, and the evidence for it, as plain values."""

from dataclasses import asdict, dataclass
from typing import Any

from phonefsm.number import PhoneNumber
from phonefsm.policy import Support
from phonefsm.table import Code, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The evidence of a capture, without a digit of the number: safe to log and to keep."""

    state: State
    code: Code | None
    """What the last transition said, such as ``completed`` or ``attempts_exhausted``."""
    generation: int
    region: str | None
    """The country of the number in hand, or ``None``."""
    digits: int
    """How many digits the number in hand has, extension and calling code included; 0 without one."""
    heard: Support
    """That the caller gave the number."""
    read_back: Support
    """That the caller heard it back, whole and as played."""
    agreement: Support
    """That the caller agreed to it."""
    confirmation: bool
    """Whether it was confirmed, rather than taken from typed text as it stood."""
    attempts: int
    rejections: int
    refusals: int
    """Calls in a row that changed nothing, at the end."""
    silences: int
    observes: tuple[str, ...]
    """What the host reported; a check of what it did not report is ``unknown``."""
    cut: bool
    """Some utterance was longer than what is looked at."""

    def as_dict(self) -> dict[str, Any]:
        """Return the receipt as JSON-ready data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Completed:
    """The caller gave the number, heard it back and agreed (or typed it, where the policy asks no more)."""

    number: PhoneNumber
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Declined:
    """The caller does not want to give a number; ``reason`` is the model's, cut to a stated size."""

    reason: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Escalated:
    """A person should take over; ``reason`` is a code such as ``caller_asked`` or ``attempts_exhausted``."""

    reason: str
    receipt: Receipt


Outcome = Completed | Declined | Escalated
