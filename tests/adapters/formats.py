# SPDX-License-Identifier: Apache-2.0
"""Drives a provider's format as a host would: the SDK's own client, against the local server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from types import ModuleType
from typing import Any, ClassVar

from phonefsm import PhoneCapture
from tests.adapters.conformance import Adapter, Conformance, Script, Seen, capture_for
from tests.adapters.conversations import CONVERSATIONS, ORDER, Conversation, Turn
from tests.adapters.providers import Provider, server

Create = Callable[[dict[str, Any]], Any]


class FormatSession:
    """The loop that a host writes, with interruptions, silence and late words as it would report them."""

    def __init__(self, adapter: "FormatAdapter", capture: PhoneCapture, provider: Provider, *, foreign: bool) -> None:
        self.capture = capture
        self.provider = provider
        self._adapter = adapter
        self._own = adapter.own if foreign else ()
        self._messages: list[Any] = []
        self._turns = 0

    @property
    def replies(self) -> list[Seen]:
        return self.provider.seen

    async def turn(self, turn: Turn) -> None:
        capture, format = self.capture, self._adapter.format
        self._turns += 1
        id = f"turn {self._turns}"
        if turn.keys is not None:
            capture.keys_pressed(turn.keys)
            self._messages += format.user(PhoneCapture(), "(keys)")
        elif turn.caller is None:
            capture.user_silent()
            self._messages += format.user(PhoneCapture(), "(silence)")
        elif turn.late:
            capture.user_said(None, turn.modality, id)
            self._messages += format.user(PhoneCapture(), turn.caller)
        else:
            self._messages += format.user(capture, turn.caller, turn.modality)
        for place, step in enumerate(turn.steps, 1):
            whole = step.interrupted is False
            request = format.request(capture, self._messages, tools=self._own, modality=turn.modality)
            response = self._adapter.send(request)
            reply = format.apply(capture, response, shown=whole)
            if not whole:
                capture.agent_said(step.played or "", interrupted=step.interrupted)
            for call in reply.foreign:
                reply.answer(call, ORDER.answer)
            self._messages += reply
            if turn.late == place:
                capture.user_said(turn.caller, turn.modality, id)
            assert reply.again == bool(step.calls)
            assert reply.text == step.text


class FormatAdapter(Adapter):
    """A format, with the SDK's client and the stand-in for its provider."""

    format: ClassVar[ModuleType]
    provider: ClassVar[type[Provider]]
    own: ClassVar[Sequence[Any]]
    """The host's own tool, in the format."""

    def create(self, address: str) -> Create:
        """Return a function that sends a request with the SDK's client."""
        raise NotImplementedError

    @cached_property
    def _sends(self) -> Create:
        return self.create(server().address(type(self).__name__))

    @asynccontextmanager
    async def session(self, conversation: Conversation, script: Script) -> AsyncIterator[FormatSession]:
        provider = self.provider(script)
        server().answers[type(self).__name__] = provider.answer
        yield FormatSession(self, capture_for(conversation, self.observes), provider, foreign=conversation.foreign)

    def send(self, request: dict[str, Any]) -> Any:
        """Send a request."""
        return self._sends(request)


class FormatConformance(Conformance):
    """The suite, and that the stand-in can find fault."""

    adapter: ClassVar[FormatAdapter]

    def test_the_stand_in_refuses_what_the_provider_would(self) -> None:
        async def requests() -> Provider:
            script, conversation = Script(), CONVERSATIONS[0]
            async with self.adapter.session(conversation, script) as session:
                for turn in conversation.turns[:1]:
                    script.load(turn.steps)
                    await session.turn(turn)
                return session.provider

        provider = asyncio.run(requests())
        good = provider.requests[-1]
        provider.check(good)
        (said,) = good.keys() & {"messages", "input", "contents"}
        for wrong in (
            {**good, "tools": []},
            {**good, said: good[said][:-1]},
            {**good, said: [*good[said], good[said][-1]]},
            {**good, said: [each for each in good[said] if each is not good[said][-2]]},
        ):
            assert provider.answer("/", wrong)[0] == 400
