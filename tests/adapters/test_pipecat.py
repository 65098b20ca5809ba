# SPDX-License-Identifier: Apache-2.0
"""Pipecat: the conversations of the suite in real pipelines, plain and with a flow."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

pytest.importorskip("pipecat", reason="pipecat-ai is not installed: pip install 'phonefsm[pipecat]'")

import tests.pipecat  # noqa: F401, I001 - first: it silences what Pipecat's own imports warn of
from pipecat.flows import FlowsFunctionSchema

from phonefsm.adapters.pipecat import processor
from phonefsm.capture import PhoneCapture
from tests.adapters.conformance import Adapter, Conformance, Forced, Part, Script, Seen, capture_for
from tests.adapters.conversations import ORDER, Conversation, Need, Turn
from tests.pipecat import line as pipe


def _order(*, flows: bool) -> Any:
    async def look_up(_args: Any = None, _flow: Any = None) -> str:
        await asyncio.sleep(0.05)  # where one of two calls is answered before the other has begun, Pipecat runs twice
        return ORDER.answer

    async def called(params: Any) -> None:
        await params.result_callback(await look_up())

    kind: Any = FlowsFunctionSchema if flows else vars(processor)["FunctionSchema"]
    options: dict[str, Any] = {"handler": look_up, "cancel_on_interruption": True} if flows else {"handler": called}
    return kind(
        name=ORDER.name,
        description=ORDER.description,
        properties=ORDER.parameters["properties"],
        required=ORDER.parameters["required"],
        **options,
    )


_THEN: Any = {"name": "then", "task_messages": [{"role": "developer", "content": "Say goodbye."}]}


class Session:
    """A conversation through a pipeline."""

    def __init__(self, line: pipe.Line, script: Script) -> None:
        self.line = line
        self.line.says = self._says
        self._script = script

    @property
    def capture(self) -> PhoneCapture:
        assert self.line.phone.capture is not None
        return self.line.phone.capture

    @property
    def replies(self) -> list[Seen]:
        return [
            Seen(each.name, each.text, None if each.status is None else each.status == "error")
            for each in self.line.results
        ]

    async def turn(self, turn: Turn) -> None:
        self.line.expected += len(turn.steps)
        if turn.keys is not None:
            await self.line.press(turn.keys)
        elif turn.caller is None:
            await self.line.be_silent()
        elif turn.modality == "text":
            await self.line.type(turn.caller)
        else:
            await self.line.say(turn.caller)

    def _says(self, shown: pipe.Seen) -> pipe.Step:
        # Behind the end the model is the host's: what it was told of the capture has left the context.
        told = shown.system if self.capture.outcome is None else None
        step = self._script.step(tools=shown.tools, instructions=told)
        calls = tuple(pipe.Call(each.name, dict(each.arguments), each.id) for each in step.calls)  # type: ignore[arg-type]
        return pipe.Step(step.text, calls, step.played if step.interrupted is not False else None)


class Pipecat(Adapter):
    name = "pipecat"
    flows: ClassVar[bool] = False
    lacks: ClassVar[Mapping[Need, str]] = {
        Need.RAW_ARGUMENTS: "Pipecat's services parse the arguments",
        Need.LATE_WORDS: "the words are there before the model is asked; a realtime model's have tests of their own",
    }
    forced: ClassVar[Mapping[str, Forced]] = {
        "read back and confirmed in one breath": Forced(
            "words count once they were played, and calls come before that", Part.RECEIPT, Part.REPLIES
        ),
        "ids reused": Forced("Pipecat puts a result to every call of its id", Part.REPLIES),
        "a read-back cut nobody knows where": Forced("Pipecat knows where; a realtime model's has tests of its own"),
        "saved without a call": Forced("the model is nudged at once, so it is asked once more in the same turn"),
        "claimed saved at the end": Forced("the model is nudged at once, so it is asked once more in the same turn"),
    }

    @asynccontextmanager
    async def session(self, conversation: Conversation, script: Script) -> AsyncIterator[Session]:
        tools = [_order(flows=self.flows)] if conversation.foreign else []
        async with pipe.Line(
            policy=capture_for(conversation).policy,
            default_region=None,
            tools=None if self.flows else tools,
            functions=tools if self.flows else None,
        ) as line:
            if self.flows:
                await line.flow.initialize({**line.phone.node(line.flow, _THEN), "respond_immediately": False})
            else:
                line.phone.begin()
            yield Session(line, script)


class TestPipecat(Conformance):
    adapter = Pipecat()


class PipecatFlows(Pipecat):
    name = "pipecat, flows"
    flows = True
    forced: ClassVar[Mapping[str, Forced]] = {
        **Pipecat.forced,
        "a tool of the host's beside ours": Forced(
            "a flow forgets a transition beside a function that is slower; it is made up for in the next turn",
            Part.TOOLS,
        ),
    }


class TestPipecatFlows(Conformance):
    adapter = PipecatFlows()
