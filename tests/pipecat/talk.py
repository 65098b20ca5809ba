# SPDX-License-Identifier: Apache-2.0
"""What the tests of Pipecat share: numbers, calls, and how a line's capture stands. Imported where Pipecat is there."""

from typing import Any, Final

from phonefsm import Completed, PhoneCapture, State
from tests.pipecat.line import Call, Line

A: Final = "415 555 0123"
B: Final = "415 555 0188"
READ_A: Final = f"I have {A}. Is that right?"
READ_B: Final = f"I have {B}. Is that right?"
CONFIRM: Final = Call("confirm_phone_number")
REJECT: Final = Call("reject_phone_number")
DECLINE: Final = Call("decline_phone_number_capture", {"reason": "would rather not"})


def update(claim: str) -> Call:
    """Return the call that records ``claim``."""
    return Call("update_phone_number", {"phone_number": claim})


def capture(line: Line) -> PhoneCapture:
    """Return the capture of a line."""
    assert line.phone.capture is not None
    return line.phone.capture


def state(line: Line) -> State:
    """Return where the capture of a line stands."""
    return capture(line).state


def number(line: Line) -> str | None:
    """Return the number that was completed on a line."""
    outcome = capture(line).outcome
    return str(outcome.number) if isinstance(outcome, Completed) else None


def told(line: Line) -> list[str]:
    """Return the instructions of ours that the line's context holds now."""
    messages: list[Any] = line.context.messages
    return [
        each["content"]
        for each in messages
        if each["role"] == "developer" and each["content"].startswith("You handle one step")
    ]
