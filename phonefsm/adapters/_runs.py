# SPDX-License-Identifier: Apache-2.0
"""What the agent frameworks share: they ask the model again by themselves, and dispatch its calls one by one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from phonefsm.adapters._formats import Asked, decided
from phonefsm.capture import PhoneCapture
from phonefsm.tools import ToolReply

Shows = Literal["output", "everything", "nothing"]
"""Which of the model's words the caller gets: a run's last ones, which call nothing; those beside calls too, where the
host streams them; or none for sure, where the host reports with ``agent_said`` what was played."""


class Generation:
    """One answer of the model: its calls are decided as one batch, before the first of them is dispatched.

    Args:
        capture: the capture.
        text: what the model said.
        calls: all its calls, in order.
        response: what no other answer is known by.
        foreign: the names of the host's own tools; ``None``: not known.
        shows: as ``Shows`` says.
    """

    def __init__(
        self,
        capture: PhoneCapture,
        text: str,
        calls: Sequence[Asked],
        *,
        response: object,
        foreign: Iterable[object] | None,
        shows: Shows,
    ) -> None:
        shown = shows == "everything" or (shows == "output" and not calls)
        replies = decided(capture, text, calls, response=response, foreign=foreign, shown=shown)
        self.replies = [(call, reply) for call, reply in zip(calls, replies, strict=True) if reply is not None]
        """The calls of this capture's tools, and the replies to them."""
        self._by_id = defaultdict[str, list[ToolReply]](list)
        for call, reply in self.replies:
            self._by_id[call.id].append(reply)
        self.waiting = {reply.name for _, reply in self.replies}
        """The names whose replies have not been asked for yet."""

    def reply(self, id: str) -> ToolReply | None:
        """Return the reply to the call with this ``id``; where several have it, one after the other."""
        replies = self._by_id.get(id)
        if not replies:
            return None
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        self.waiting.discard(reply.name)
        return reply
