# SPDX-License-Identifier: Apache-2.0
"""What was said in a Pipecat pipeline, as a capture's events, in the order in which it was heard.

The context aggregators tell it: the user's when a turn of the caller was written to the context, the assistant's when
the agent's words were played or cut. What the caller typed comes without a turn, and is found in the context.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

from phonefsm.capture import PhoneCapture
from phonefsm.turns import Modality

CUT_WAIT: Final = 0.5
"""Seconds to wait for what was played of words that the caller cut; where callers may not cut, they speak meanwhile."""
WORDS_WAIT: Final = 1.0
"""Seconds to wait for the words of a caller whom a realtime model has heard before them."""


def text_of(message: Any) -> str:
    """Return the text of a message of the context; one in a provider's own format has none."""
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        content = " ".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return content.strip() if isinstance(content, str) else ""


def _is_of(message: Any, role: str) -> bool:
    return isinstance(message, dict) and message.get("role") == role and bool(text_of(message))


class Hearing:
    """Tells a capture what the aggregators of a pipeline report.

    Args:
        aggregators: the pipeline's ``LLMContextAggregatorPair``.
        spoken: is called when the agent has finished, with whether it was cut.
    """

    def __init__(self, aggregators: Any, spoken: Callable[[bool], Awaitable[None]]) -> None:
        self.context = aggregators.user().context
        self.modality: Modality = "audio"
        """How the caller's latest turn came."""
        self.turns = 0
        """The caller's turns that the capture was told of."""
        self.realtime = False
        """The model hears the caller itself, and the words come late."""
        self._capture: PhoneCapture | None = None
        self._spoken = spoken
        self._known: list[str] = []
        self._speaking = False
        self._agent_speaks = False
        self._cut_known = asyncio.Event()
        self._cut_known.set()
        self._turn: str | None = None
        self._wordless = False
        self._pieces: list[str] = []
        self._words = asyncio.Event()
        for event, handler in {
            "on_user_turn_started": self._caller_begins,
            "on_user_turn_stopped": self._caller_ends,
            "on_user_turn_message_added": self._caller_said,
        }.items():
            aggregators.user().add_event_handler(event, handler)
        aggregators.assistant().add_event_handler("on_assistant_turn_started", self._agent_begins)
        aggregators.assistant().add_event_handler("on_assistant_turn_stopped", self._agent_ends)

    def history(self) -> list[dict[str, Any]]:
        """Return what the context holds, as ``PhoneCapture`` takes it."""
        lines: list[dict[str, Any]] = []
        for message in self.context.messages:
            if _is_of(message, "user"):
                lines.append({"user": text_of(message)})
            elif _is_of(message, "assistant"):
                lines.append({"agent": text_of(message), "interrupted": None if self.realtime else False})
        return lines

    def tell(self, capture: PhoneCapture) -> None:
        """Tell ``capture`` what is said from now on; what the context holds counts as told."""
        self._capture, self._known = capture, self._typed_or_said()

    def interrupted(self) -> None:
        """Notice that the caller cuts the agent."""
        if self._agent_speaks:
            self._cut_known.clear()

    async def in_order(self) -> None:
        """Wait until the capture knows what was played of words that were cut: they were heard before the cut."""
        if self._cut_known.is_set():
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._cut_known.wait(), CUT_WAIT)
        self._cut_known.set()

    async def words_come(self) -> None:
        """Wait a while for the words of a caller whom a realtime model has answered before they are known."""
        if self._wordless:
            self._words.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._words.wait(), WORDS_WAIT)

    def transcribed(self, text: str) -> None:
        """Take in words as a realtime model reports them; the aggregator may hold them back until the next response."""
        if self._turn is not None and (self._wordless or self._pieces):
            self._pieces.append(text)
            self._wordless = False
            self._user_said(" ".join(self._pieces), "audio", self._turn)
            self._words.set()

    def catch_up(self) -> None:
        """Tell the capture what the caller typed: what the context holds as theirs without a spoken turn."""
        if self._speaking or self._capture is None:
            return  # the turn will be told when it ends
        known, self._known = Counter(self._known), self._typed_or_said()
        for text in self._known:
            if known[text]:
                known[text] -= 1
            else:
                self._user_said(text, None if self.realtime else "text")

    def _typed_or_said(self) -> list[str]:
        return [text_of(message) for message in self.context.messages if _is_of(message, "user")]

    def _user_said(self, text: str | None, modality: Modality | None, id: str | None = None) -> None:
        self.turns += id is None or text is None
        self.modality = modality or "audio"
        if self._capture is not None:
            self._capture.user_said(text, modality, id)

    # What the aggregators report.

    async def _caller_begins(self, *_: Any) -> None:
        self.catch_up()
        self._speaking = True
        self.interrupted()

    async def _caller_ends(self, _: Any, __: Any, message: Any) -> None:
        if message.content is None:  # a realtime model's caller
            await self.in_order()
            self._turn, self._wordless, self._pieces = f"turn {self.turns} of {message.timestamp}", True, []
            self._user_said(None, "audio", self._turn)
        self._speaking = False

    async def _caller_said(self, _: Any, message: Any) -> None:
        await self.in_order()
        self._known.append(message.content.strip())
        if not self._pieces:  # else they are known by now
            self._user_said(message.content, "audio", self._turn if self._wordless else None)
        self._wordless, self._pieces = False, []
        self._words.set()

    async def _agent_begins(self, _: Any) -> None:
        self._agent_speaks = True

    async def _agent_ends(self, _: Any, message: Any) -> None:
        self._agent_speaks = False
        if message.content and self._capture is not None:
            # A speech-to-speech model is ahead of what is played.
            cut = None if message.interrupted and self.realtime else message.interrupted
            self._capture.agent_said(message.content, interrupted=cut)
        self._cut_known.set()
        await self._spoken(message.interrupted)
