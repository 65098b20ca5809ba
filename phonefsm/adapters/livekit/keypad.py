# SPDX-License-Identifier: Apache-2.0
"""Keys pressed in a LiveKit room, gathered to entries."""

from collections.abc import Callable
from typing import Any, Final

from livekit.agents import AgentSession, get_job_context

from phonefsm.adapters import _keypad

_EVENT: Final = "sip_dtmf_received"


def room_of(session: AgentSession[Any]) -> Any | None:
    """Return the room of ``session``, or ``None`` for one without."""
    try:
        return session.room_io.room
    except RuntimeError:
        pass
    try:
        return get_job_context().room
    except RuntimeError:
        return None


class Keypad:
    """Gathers the keys of a room.

    Args:
        room: where the keys are pressed.
        entered: is given each finished entry.
    """

    def __init__(self, room: Any, entered: Callable[[str], None]) -> None:
        self._room = room
        self._keys = _keypad.Keypad(entered)
        room.on(_EVENT, self._pressed)

    def _pressed(self, event: Any) -> None:
        self._keys.press(event.digit)

    def take(self) -> str:
        """End the entry in hand and return its keys, if any."""
        return self._keys.take()

    def close(self) -> None:
        """Gather no more, and forget the entry in hand."""
        self.take()
        self._room.off(_EVENT, self._pressed)
