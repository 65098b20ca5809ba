# SPDX-License-Identifier: Apache-2.0
"""What the tests of LiveKit share: numbers, calls, and how a room's task stands. Imported where LiveKit is there."""

from typing import Any, Final

from phonefsm import State
from phonefsm.adapters.livekit import GetPhoneNumberResult, GetPhoneNumberTask
from phonefsm.testing._livekit import Call, Room

A: Final = "415 555 0123"
B: Final = "415 555 0188"
READ_A: Final = f"I have {A}. Is that right?"
READ_B: Final = f"I have {B}. Is that right?"
CONFIRM: Final = Call("confirm_phone_number")
DECLINE: Final = Call("decline_phone_number_capture", {"reason": "would rather not"})
ESCALATE: Final = Call("escalate_phone_number_capture", {"reason": "wants a person"})


def update(claim: str) -> Call:
    """Return the call that records ``claim``."""
    return Call("update_phone_number", {"phone_number": claim})


def task(**options: Any) -> GetPhoneNumberTask:
    """Return the task as most would have it."""
    return GetPhoneNumberTask(**{"default_region": "US", **options})


def task_of(room: Room) -> GetPhoneNumberTask:
    """Return the task of the room's host."""
    found = room.host.task
    assert isinstance(found, GetPhoneNumberTask)
    return found


def state(room: Room) -> State:
    """Return where the capture of the room's task stands."""
    return task_of(room).capture.state


def number(room: Room) -> str | None:
    """Return the number that the room's task returned."""
    result = room.host.result
    return result.phone_number if isinstance(result, GetPhoneNumberResult) else None
