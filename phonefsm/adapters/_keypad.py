# SPDX-License-Identifier: Apache-2.0
"""Keys pressed one by one, gathered to the finished entries that a capture takes."""

import asyncio
from collections.abc import Callable
from typing import Final

TIMEOUT: Final = 4.0
"""Seconds after a key in which the next one belongs to the same entry; as in LiveKit's own keypad task."""

_END: Final = "#"


class Keypad:
    """Gathers keys.

    Args:
        entered: is given each finished entry: up to ``#``, or until no key came for ``TIMEOUT``.
    """

    def __init__(self, entered: Callable[[str], None]) -> None:
        self._entered = entered
        self._keys = ""
        self._timer: asyncio.TimerHandle | None = None

    def press(self, key: str) -> bool:
        """Take in a key; say whether it begins an entry."""
        begins = not self._keys
        self._keys += key
        self._stop()
        if key == _END:
            self._end()
        else:
            self._timer = asyncio.get_running_loop().call_later(TIMEOUT, self._end)
        return begins

    def take(self) -> str:
        """End the entry in hand and return its keys, if any."""
        self._stop()
        keys, self._keys = self._keys, ""
        return keys

    def _end(self) -> None:
        keys = self.take()
        if keys:
            self._entered(keys)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
