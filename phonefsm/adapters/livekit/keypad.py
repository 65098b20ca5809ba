# SPDX-License-Identifier: Apache-2.0
"""Keys pressed in a LiveKit room, gathered to entries."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from livekit.agents import AgentSession, get_job_context

TIMEOUT: Final = 4.0
"""Seconds after a key in which the next one belongs to the same entry; as in LiveKit's own keypad task."""

_END: Final = "#"
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
        entered: is given each finished entry: up to ``#``, or until no key came for ``TIMEOUT``.
    """

    def __init__(self, room: Any, entered: Callable[[str], None]) -> None:
        self._room = room
        self._entered = entered
        self._keys = ""
        self._timer: asyncio.TimerHandle | None = None
        room.on(_EVENT, self._pressed)

    def _pressed(self, event: Any) -> None:
        self._keys += event.digit
        self._stop()
        if event.digit == _END:
            self._end()
        else:
            self._timer = asyncio.get_running_loop().call_later(TIMEOUT, self._end)

    def _end(self) -> None:
        keys = self.take()
        if keys:
            self._entered(keys)

    def take(self) -> str:
        """End the entry in hand and return its keys, if any."""
        self._stop()
        keys, self._keys = self._keys, ""
        return keys

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Gather no more, and forget the entry in hand."""
        self.take()
        self._room.off(_EVENT, self._pressed)
