# SPDX-License-Identifier: Apache-2.0
"""LiveKit: the conversations of the suite in real sessions, spoken and typed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

livekit = pytest.importorskip(
    "livekit.agents", reason="livekit-agents is not installed: pip install 'phonefsm[livekit]'"
)

from livekit.agents.llm import function_tool  # noqa: E402 - behind the check that it is there

from phonefsm.adapters.livekit import GetPhoneNumberTask  # noqa: E402
from phonefsm.capture import PhoneCapture  # noqa: E402
from phonefsm.testing import _livekit as lk  # noqa: E402
from tests.adapters.conformance import Adapter, Conformance, Forced, Part, Script, Seen, capture_for  # noqa: E402
from tests.adapters.conversations import ORDER, Conversation, Need, Turn  # noqa: E402


def _order() -> Any:
    async def look_up(raw_arguments: dict[str, object]) -> str:  # noqa: ARG001 - any order will do
        return ORDER.answer

    return function_tool(
        look_up, raw_schema={"name": ORDER.name, "description": ORDER.description, "parameters": ORDER.parameters}
    )


class Session:
    """A conversation through a session of LiveKit."""

    def __init__(self, room: lk.Room, script: Script) -> None:
        self.room = room
        self.replies: list[Seen] = []
        self._script = script
        self._asked: list[str] = []
        self._interrupted: bool | None = False
        assert isinstance(room.model, lk.Model)
        room.model.says = self._says
        room.session.on("function_tools_executed", self._executed)

    @property
    def capture(self) -> PhoneCapture:
        task = self.room.host.task
        assert isinstance(task, GetPhoneNumberTask)
        return task.capture

    async def turn(self, turn: Turn) -> None:
        if self.capture.outcome is not None:
            return
        if turn.keys is not None:
            await self.room.press(turn.keys)
        elif turn.caller is None:
            self.room.be_silent()
            await self.room.settled()
        else:
            if self.room.speaker is not None and self.room.speaker.holding.is_set():
                self.room.session.interrupt()
            await self.room.speak(turn.caller, turn.modality)

    def _says(self, seen: lk.Seen) -> lk.Step:
        step = self._script.step(tools=seen.tools, instructions=seen.system)
        calls = tuple(lk.Call(call.name, call.arguments, call.id) for call in step.calls)
        self._asked = [call.id or "" for call in step.calls]
        if self.room.speaker is not None and step.text:
            self.room.speaker.cuts.append(step.played if step.interrupted is not False else None)
            self.room.speaker.synchronised = step.interrupted is not None
        return lk.Step(step.text, calls)

    def _executed(self, event: Any) -> None:
        if self.capture.outcome is None or any(call.name == ORDER.name for call in event.function_calls):
            outputs = {each.call_id: each for each in event.function_call_outputs if each is not None}
            for id in self._asked:
                output = outputs[id]
                self.replies.append(Seen(output.name, output.output, output.is_error))


class LiveKit(Adapter):
    name = "livekit"
    stops_at_end = True
    lacks: ClassVar[Mapping[Need, str]] = {
        Need.RAW_ARGUMENTS: "LiveKit parses the arguments, and answers itself where they are no JSON",
        Need.LATE_WORDS: "the words are there before the model is asked; a realtime model's have tests of their own",
    }
    forced: ClassVar[Mapping[str, Forced]] = {
        "saved without a call": Forced("the model is nudged at once, so it is asked once more in the same turn"),
        "claimed saved at the end": Forced("the model is nudged at once, so it is asked once more in the same turn"),
        "a yes over the last words of the read-back": Forced(
            "what was cut is in the history only when the next generation has begun", Part.INSTRUCTIONS
        ),
        "names close to ours": Forced("LiveKit answers calls of unknown tools itself", Part.REPLIES),
        "a tool of the host's beside ours": Forced(
            "the model is asked once more, for the host's result",
            Part.REPLIES,
            Part.TOOLS,
            Part.INSTRUCTIONS,
        ),
    }

    @asynccontextmanager
    async def session(self, conversation: Conversation, script: Script) -> AsyncIterator[Session]:
        policy = capture_for(conversation).policy
        tools = [_order()] if conversation.foreign else []
        async with lk.Room(
            lambda: GetPhoneNumberTask(tools=tools, policy=policy), keypad=True, max_tool_steps=20
        ) as room:
            yield Session(room, script)


class TestLiveKit(Conformance):
    adapter = LiveKit()
