# SPDX-License-Identifier: Apache-2.0
"""pydantic-ai, through its real agent and its ``FunctionModel``."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

from phonefsm import Completed, PhoneCapture, State
from phonefsm.adapters import AdapterError
from tests.adapters.conformance import Adapter, Conformance, Forced, Part, Script, Seen, capture_for
from tests.adapters.conversations import ORDER, READ_A, A, Call, Conversation, Need, Step, Turn
from tests.adapters.test_examples import STEPS, run_program

pydantic_ai = pytest.importorskip("pydantic_ai", reason="pydantic-ai is missing: pip install 'phonefsm[pydantic-ai]'")
adapter = pytest.importorskip("phonefsm.adapters.pydantic_ai")
function = pytest.importorskip("pydantic_ai.models.function")
parts = pytest.importorskip("pydantic_ai.messages")
Agent, Phone = pydantic_ai.Agent, adapter.Phone

pytestmark = pytest.mark.usefixtures("loop")

LATE = "the model is asked with the caller's words, so they are never late"


class Fake:
    """Says what the script says, and notes what it was shown."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.seen: list[Seen] = []

    def answer(self, messages: list[Any], info: Any) -> Any:
        self.seen = []
        for message in messages:
            for part in message.parts:
                if isinstance(part, parts.ToolReturnPart):
                    self.seen.append(Seen(part.tool_name, str(part.content), part.outcome != "success"))
                elif isinstance(part, parts.RetryPromptPart) and part.tool_name:
                    self.seen.append(Seen(part.tool_name, part.model_response(), True))
        assert all(tool.strict for tool in info.function_tools if tool.name != ORDER.name)
        step = self.script.step(tools=[tool.name for tool in info.function_tools], instructions=info.instructions)
        said = [parts.TextPart(step.text)] if step.text else []
        calls = [parts.ToolCallPart(each.name, each.arguments, each.id or "") for each in step.calls]
        return parts.ModelResponse(parts=said + calls)


def look_up_order(order: str) -> str:
    assert order == "A"
    return ORDER.answer


class Talk:
    """A host: it keeps the messages, and knows what it has played."""

    def __init__(self, capture: PhoneCapture, script: Script, *, foreign: bool) -> None:
        self.capture = capture
        self._fake = Fake(script)
        tools = [pydantic_ai.Tool(look_up_order, description=ORDER.description)] if foreign else []
        self._agent = Agent(function.FunctionModel(self._fake.answer), instructions="Be kind.", tools=tools)
        self._phone = Phone(capture, shows="everything")
        self._messages: list[Any] = []

    @property
    def replies(self) -> list[Seen]:
        return self._fake.seen

    async def turn(self, turn: Turn) -> None:
        capture, phone = self.capture, self._phone
        if turn.keys is not None:
            capture.keys_pressed(turn.keys)
        elif turn.caller is None:
            capture.user_silent()
        played = turn.steps[-1]
        phone.modality = turn.modality
        phone.shows = "everything" if played.interrupted is False else "nothing"
        result = await self._agent.run(turn.caller, message_history=self._messages, capabilities=[phone])
        if played.interrupted is not False:
            capture.agent_said(played.played or "", interrupted=played.interrupted)
        self._messages = result.all_messages()


class PydanticAI(Adapter):
    name = "pydantic-ai"
    lacks: ClassVar = {Need.LATE_WORDS: LATE}
    forced: ClassVar = {
        "an empty answer": Forced("the framework asks again by itself where an answer is empty"),
        "names close to ours": Forced(
            "the framework answers for unknown names, and ends a run that has too many of them", Part.REPLIES
        ),
    }

    @asynccontextmanager
    async def session(self, conversation: Conversation, script: Script) -> AsyncIterator[Talk]:
        yield Talk(capture_for(conversation, self.observes), script, foreign=conversation.foreign)


class TestPydanticAI(Conformance):
    adapter = PydanticAI()


UPDATE, CONFIRM = Call("update_phone_number", {"phone_number": A}), Call("confirm_phone_number")


def agent(*steps: Step, **options: Any) -> Any:
    script = Script()
    script.load(steps)
    return Agent(function.FunctionModel(Fake(script).answer), **options)


def test_the_program_gets_a_number(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(pydantic_ai, "Agent", lambda _: agent(*STEPS))
    space = run_program(adapter, monkeypatch, "hello", A)
    assert isinstance(space["capture"].outcome, Completed)
    assert "Thank you." in capsys.readouterr().out


def test_words_beside_a_call_prove_nothing_unless_the_host_shows_them() -> None:
    for shows, ends in {"output": State.PENDING_CONFIRMATION, "everything": State.COMPLETED}.items():
        capture = PhoneCapture(default_region="US")
        said = agent(Step(READ_A, (UPDATE,)), Step("Is it?"), Step(calls=(CONFIRM,)), Step("Thank you."))
        result = said.run_sync(A, capabilities=[Phone(capture, shows=shows)])
        said.run_sync("yes", message_history=result.all_messages(), capabilities=[Phone(capture, shows=shows)])
        assert capture.state is ends


def test_a_capture_and_its_messages_go_on_in_another_process() -> None:
    said = agent(Step(calls=(UPDATE,)), Step(READ_A), Step(calls=(CONFIRM,)), Step("Thank you."))
    capture = PhoneCapture(default_region="US")
    kept = said.run_sync(A, capabilities=[Phone(capture)]).all_messages_json()
    capture = PhoneCapture.restore(capture.snapshot().model_dump_json(), capture.policy)
    messages = parts.ModelMessagesTypeAdapter.validate_json(kept)
    said.run_sync("yes", message_history=messages, capabilities=[Phone(capture)])
    assert isinstance(capture.outcome, Completed)


def test_calls_that_an_earlier_run_left_are_decided_as_one_batch() -> None:
    capture = PhoneCapture(default_region="US", history=[{"user": A}])
    left = parts.ModelResponse(
        parts=[parts.ToolCallPart(each.name, each.arguments, each.name) for each in (CONFIRM, UPDATE)]
    )
    agent(Step(READ_A)).run_sync(message_history=[left], capabilities=[Phone(capture)])
    assert capture.state is State.PENDING_CONFIRMATION


def test_streamed_runs_are_heard_and_decided_too() -> None:
    async def stream(messages: list[Any], _: Any) -> AsyncIterator[Any]:
        if len(messages) == 1:
            yield {
                0: function.DeltaToolCall(
                    name=UPDATE.name, json_args=json.dumps(UPDATE.arguments)[:9], tool_call_id="1"
                )
            }
            yield {0: function.DeltaToolCall(json_args=json.dumps(UPDATE.arguments)[9:])}
        else:
            yield READ_A[:9]
            yield READ_A[9:]

    async def talk() -> None:
        said = Agent(function.FunctionModel(stream_function=stream))
        async with said.run_stream(A, capabilities=[Phone(capture)]) as result:
            assert await result.get_output() == READ_A

    capture = PhoneCapture(default_region="US")
    asyncio.run(talk())
    assert capture.consent == "read"


def test_a_tool_with_one_of_our_names_is_refused() -> None:
    with pytest.raises(AdapterError, match="too close"):
        agent(Step(), tools=[pydantic_ai.Tool(look_up_order, name="confirmPhoneNumber")]).run_sync(
            A, capabilities=[Phone(PhoneCapture())]
        )


def test_a_transcript_becomes_history() -> None:
    messages = agent(Step("What is it?")).run_sync(["my", "number"]).all_messages()
    assert adapter.history(messages, "text") == [{"user": "my number", "modality": "text"}, {"agent": "What is it?"}]
    PhoneCapture(history=adapter.history(messages))
