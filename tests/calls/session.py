# SPDX-License-Identifier: Apache-2.0
"""LiveKit's ``GetPhoneNumberTask`` and phonefsm's as contestants, each in a real ``AgentSession``.

The session is that of ``phonefsm.testing``: what was recognised comes in as the caller's audio turn, and a speaker
plays what is said, up to where the caller cuts in. The model comes through LiveKit's own OpenAI plugin.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, Literal

from livekit.agents import AgentTask
from livekit.agents.beta import workflows
from livekit.agents.llm import ToolError
from livekit.agents.types import APIConnectOptions
from livekit.agents.voice.agent_session import SessionConnectOptions
from livekit.plugins import openai

from phonefsm.adapters import livekit as ours
from phonefsm.policy import CapturePolicy
from phonefsm.testing._livekit import Room
from tests.calls.agents import TIMEOUT, Act, Cut, End, Said, number_in
from tests.calls.model import Endpoint
from tests.sound.line import PATIENCE

Whose = Literal["theirs", "ours"]

_LOOKS: Final = 30
"""Times that a session which does not settle is waited for; a model without a graphics card is slow."""


class SessionAgent:
    """One of the two tasks in a session of its own."""

    def __init__(self, whose: Whose, region: str, cut: Cut, endpoint: Endpoint) -> None:
        logging.getLogger("livekit.agents").setLevel(logging.CRITICAL)
        self._region, self._cut, self._endpoint = region, cut, endpoint
        self._runner = asyncio.Runner()
        self.lines = [json.dumps({"policy": {"default_region": region}})]
        self._acts: list[Act] = []
        self._texts: list[str] = []
        self._held: str | None = None
        self._runner.run(self._prepare(whose))

    async def _prepare(self, whose: Whose) -> None:
        model = openai.LLM(model="local", base_url=self._endpoint.url, api_key="none", timeout=TIMEOUT)  # type: ignore[arg-type,unused-ignore]
        task: Callable[..., AgentTask[Any]] = workflows.GetPhoneNumberTask
        if whose == "ours":
            task = partial(ours.GetPhoneNumberTask, policy=CapturePolicy(default_region=self._region))
        wait = SessionConnectOptions(llm_conn_options=APIConnectOptions(timeout=TIMEOUT))
        self._room = Room(partial(task, llm=model), conn_options=wait)
        self._room.session.on("conversation_item_added", self._added)
        self._room.session.on("function_tools_executed", self._executed)
        self._endpoint.watch = self._will_say

    @property
    def patience(self) -> float:
        """Seconds of silence that end the caller's turn."""
        task = self._room.host.task
        return task.capture.listening.patience if isinstance(task, ours.GetPhoneNumberTask) else PATIENCE

    @property
    def end(self) -> tuple[End, str] | None:
        """How it ended."""
        result = self._room.host.result
        if result is None:
            return None
        if isinstance(result, ours.PhoneNumberEscalated):
            return "escalated", ""
        if isinstance(result, ToolError):
            return "declined", ""
        if isinstance(result, Exception):
            raise result
        return "completed", number_in(result.phone_number, self._region)

    def open(self) -> Said:
        """Enter the session."""
        return self._runner.run(self._open())

    def heard(self, text: str) -> Said:
        """Take in one turn of the caller's."""
        return self._runner.run(self._heard(text))

    def close(self) -> None:
        """Leave the session."""
        self._endpoint.watch = None
        self._runner.run(self._close())
        self._runner.close()

    async def _close(self) -> None:
        with contextlib.suppress(RuntimeError, asyncio.TimeoutError):
            await asyncio.wait_for(self._room.session.aclose(), TIMEOUT)

    async def _open(self) -> Said:
        self._room.session.output.audio = self._room.speaker
        await self._room.session.start(self._room.agent)
        return await self._said()

    async def _heard(self, text: str) -> Said:
        if self._held is not None:
            self._held = None
            self._room.session.interrupt()
            await self._said()  # of what was cut, the caller knows already
        if text:
            self.lines.append(_line(user=text, modality="audio"))
            self._room.session.generate_reply(user_input=text, input_modality="audio")
        else:
            self.lines.append(_line(silence=True))
            self._room.be_silent()
        return await self._said()

    async def _said(self) -> Said:
        """Wait until the agent has had its say, and return it."""
        room = self._room
        for look in range(_LOOKS):
            try:
                await room.settled()
                break
            except TimeoutError:
                if look == _LOOKS - 1:
                    raise
        texts, self._texts = self._texts, []
        acts, self._acts = self._acts, []
        speaker = room.speaker
        if speaker is not None and speaker.holding.is_set() and self._held is not None:
            return Said(" ".join([*texts, self._held]), cut=True, acts=acts)
        self._held = None
        return Said(" ".join(texts), acts=acts)

    def _will_say(self, text: str) -> None:
        """Tell the speaker, before the words reach it, where the caller will cut in."""
        self._held = self._cut(text)
        if self._room.speaker is not None:
            self._room.speaker.cuts = [self._held]

    def _added(self, event: Any) -> None:
        item = event.item
        if item.type == "message" and item.role == "assistant" and item.text_content:
            self._texts.append(item.text_content)
            self.lines.append(_line(agent=item.text_content, interrupted=item.interrupted))

    def _executed(self, event: Any) -> None:
        calls = []
        for made, output in zip(event.function_calls, event.function_call_outputs, strict=True):
            calls.append({"name": made.name, "arguments": _arguments(made.arguments)})
            result = output.output if output is not None else ""
            self._acts.append(Act(made.name, made.arguments, result, output is not None and output.is_error))
        self.lines.append(_line(call=calls))


def _arguments(text: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, Mapping) else text


def _line(**event: Any) -> str:
    return json.dumps(event, ensure_ascii=False)
