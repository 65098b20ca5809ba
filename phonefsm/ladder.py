# SPDX-License-Identifier: Apache-2.0
"""The read-back ladder: the more often a number went wrong, the more carefully it is asked for and read back.

A rung follows from what the machine counts. It changes what is said and never what counts: no rung moves a state,
and consent is judged alike on all of them. Behind the last one stands a person: ``limits`` and the table see to it.
"""

from enum import StrEnum, auto
from functools import cache
from typing import Final

from phonefsm.policy import CapturePolicy


class Rung(StrEnum):
    """How a number is asked for and read back; each number that did not stand leads one rung further."""

    GROUPS = auto()
    DIGITS = auto()
    PARTS = auto()
    KEYPAD = auto()


RUNG_TEXTS: Final[dict[Rung, tuple[str, str]]] = {
    Rung.GROUPS: ("whole", "in the groups of its country"),
    Rung.DIGITS: ("in parts", "digit by digit"),
    Rung.PARTS: ("in parts", "one part at a time, and the caller says yes to each part and then to the whole"),
    Rung.KEYPAD: ("on the keypad, `#` at the end", "digit by digit"),
}
"""How a number is asked for and how it is read back on each rung."""


def ladder(policy: CapturePolicy, *, in_parts: bool) -> tuple[Rung, ...]:
    """Return the rungs that ``policy`` has; ``in_parts``: the host reports what a read-back in parts is judged by."""
    return _rungs(policy.read_back == "digits", in_parts, policy.keypad)


@cache
def _rungs(spelled: bool, in_parts: bool, keypad: bool) -> tuple[Rung, ...]:  # noqa: FBT001 - a key of the cache
    left_out = {Rung.GROUPS: spelled, Rung.PARTS: not in_parts, Rung.KEYPAD: not keypad}
    return tuple(rung for rung in Rung if not left_out.get(rung))
