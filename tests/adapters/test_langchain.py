# SPDX-License-Identifier: Apache-2.0
"""LangChain and LangGraph, through the real agent, its checkpointer and a chat model of our own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import takewhile
from typing import Any, ClassVar

import pytest

from phonefsm import CapturePolicy, Completed, PhoneCapture, State
from phonefsm.adapters import AdapterError
from tests.adapters.conformance import SILENT, Adapter, Conformance, Forced, Part, Script, Seen, capture_for
from tests.adapters.conversations import ORDER, READ_A, A, B, Call, Conversation, Need, Step, Turn
from tests.adapters.providers import raw, strict
from tests.adapters.test_examples import STEPS, run_program

reason = "langchain is missing: pip install 'phonefsm[langchain]'"
agents = pytest.importorskip("langchain.agents", reason=reason)
memory = pytest.importorskip("langgraph.checkpoint.memory", reason=reason)
adapter = pytest.importorskip("phonefsm.adapters.langchain")
core = pytest.importorskip("langchain_core.messages")
models = pytest.importorskip("langchain_core.language_models")
outputs = pytest.importorskip("langchain_core.outputs")
parsing = pytest.importorskip("langchain_core.output_parsers.openai_tools")
tools = pytest.importorskip("langchain_core.tools")
functions = pytest.importorskip("langchain_core.utils.function_calling")
PhoneMiddleware = adapter.PhoneMiddleware
BaseChatModel: Any = models.BaseChatModel

LATE = "the model is asked with the caller's words, so they are never late"


class Fake(BaseChatModel):
    """Says what the script says, parsed as the real integrations do, and notes what it was shown."""

    script: Any
    seen: list[Any]

    @property
    def _llm_type(self) -> str:
        return "fake"

    def bind_tools(self, tools: Any, **options: Any) -> Any:
        return self.bind(tools=[functions.convert_to_openai_tool(tool)["function"] for tool in tools], **options)

    def _generate(self, messages: Any, *_: Any, **options: Any) -> Any:
        told = [each.text for each in messages if each.type == "system"]
        assert messages[0].type == "system"
        assert len(told) == 1
        shown = options.get("tools", [])
        for tool in shown:
            if tool["name"] != ORDER.name:
                strict(tool["parameters"])
        self.seen[:] = []
        calls: list[Any] = []
        for place, message in enumerate(messages):
            if message.type == "tool":
                assert message.tool_call_id in [call["id"] for call in calls], (
                    "a result that no call before it asks for"
                )
                continue
            calls, results = _calls(message), _results(messages[place + 1 :])
            assert [call["id"] for call in calls] == list(dict.fromkeys(call["id"] for call in calls))
            for call in calls:
                self.seen.append(Seen(call["name"], results[call["id"]].text, results[call["id"]].status == "error"))
        step = self.script.step(tools=[tool["name"] for tool in shown], instructions=told[0])
        valid, invalid = [], []
        for call in step.calls:
            sent = {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": raw(call)}}
            try:
                valid.append(parsing.parse_tool_call(sent, return_id=True))
                core.AIMessage("", tool_calls=valid)
            except Exception as error:
                if valid and valid[-1]["id"] == call.id:
                    valid.pop()
                invalid.append(parsing.make_invalid_tool_call(sent, str(error)))
        message = core.AIMessage(step.text, tool_calls=valid, invalid_tool_calls=invalid)
        return outputs.ChatResult(generations=[outputs.ChatGeneration(message=message)])


def _calls(message: Any) -> list[Any]:
    return [*message.tool_calls, *message.invalid_tool_calls] if message.type == "ai" else []


def _results(messages: list[Any]) -> dict[str, Any]:
    """The results behind an answer, by id."""
    return {each.tool_call_id: each for each in takewhile(lambda each: each.type == "tool", messages)}


@tools.tool
def look_up_order(order: str) -> str:
    """Look up an order of the caller's."""
    assert order == "A"
    return ORDER.answer


class Talk:
    """A host: all it keeps is the checkpointer, and the agent is built anew for each turn."""

    def __init__(self, policy: CapturePolicy, script: Script, *, foreign: bool) -> None:
        self.fake = Fake(script=script, seen=[])
        self._policy = policy
        self._tools = [look_up_order] if foreign else []
        self._saver = memory.InMemorySaver()
        self._thread = {"configurable": {"thread_id": "1"}}
        self._phone: Any = None
        self._agent: Any = None
        self._build("everything")

    def _build(self, shows: str) -> None:
        self._phone = PhoneMiddleware(self._policy, logger=SILENT, shows=shows)
        self._agent = agents.create_agent(
            self.fake, self._tools, system_prompt="Be kind.", middleware=[self._phone], checkpointer=self._saver
        )

    @property
    def replies(self) -> list[Seen]:
        return self.fake.seen

    @property
    def capture(self) -> PhoneCapture:
        capture: PhoneCapture = self._phone.capture(self._agent.get_state(self._thread).values)
        return capture

    async def turn(self, turn: Turn) -> None:
        last = turn.steps[-1]
        self._build("everything" if last.interrupted is False else "nothing")
        messages = [] if turn.caller is None else [core.HumanMessage(turn.caller)]
        told: dict[str, Any] = {"messages": messages, "phone_modality": turn.modality}
        if turn.caller is None:
            capture = self.capture
            if turn.keys is None:
                capture.user_silent()
            else:
                capture.keys_pressed(turn.keys)
            told |= self._phone.update(capture)
        await self._agent.ainvoke(told, self._thread)
        if last.interrupted is not False:
            capture = self.capture
            capture.agent_said(last.played or "", interrupted=last.interrupted)
            self._agent.update_state(self._thread, self._phone.update(capture))


class LangChain(Adapter):
    name = "langchain"
    lacks: ClassVar = {Need.LATE_WORDS: LATE}
    forced: ClassVar = {
        "arguments that are no JSON": Forced("the framework reads an empty list of arguments as none", Part.REPLIES),
    }

    @asynccontextmanager
    async def session(self, conversation: Conversation, script: Script) -> AsyncIterator[Talk]:
        yield Talk(capture_for(conversation).policy, script, foreign=conversation.foreign)


class TestLangChain(Conformance):
    adapter = LangChain()


UPDATE, CONFIRM = Call("update_phone_number", {"phone_number": A}), Call("confirm_phone_number")


def fake(*steps: Step) -> Fake:
    script = Script()
    script.load(steps)
    return Fake(script=script, seen=[])


class Host:
    """An agent, and one thread of it."""

    def __init__(self, model: Fake, own: tuple[Any, ...] = (), **options: Any) -> None:
        self.phone = PhoneMiddleware(default_region="US", **options)
        self.agent = agents.create_agent(model, own, middleware=[self.phone], checkpointer=memory.InMemorySaver())

    def say(self, words: str, thread: str = "1") -> PhoneCapture:
        said = {"messages": [core.HumanMessage(words)]}
        capture: PhoneCapture = self.phone.capture(self.agent.invoke(said, {"configurable": {"thread_id": thread}}))
        return capture


def test_the_program_gets_a_number(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    create = agents.create_agent
    monkeypatch.setattr(agents, "create_agent", lambda _, **options: create(fake(*STEPS), **options))
    space = run_program(adapter, monkeypatch, "hello", A)
    assert isinstance(space["outcome"], Completed)
    assert "Thank you." in capsys.readouterr().out


def test_words_beside_a_call_prove_nothing_unless_the_host_shows_them() -> None:
    for shows, ends in {"output": State.PENDING_CONFIRMATION, "everything": State.COMPLETED}.items():
        steps = Step(READ_A, (UPDATE,)), Step("Is it?"), Step(calls=(CONFIRM,)), Step("Thank you.")
        host = Host(fake(*steps), shows=shows)
        host.say(A)
        assert host.say("yes").state is ends


def test_each_thread_has_a_capture_of_its_own() -> None:
    host = Host(fake(Step(calls=(UPDATE,)), Step(READ_A), Step("What is it?"), Step(calls=(CONFIRM,)), Step("Thanks.")))
    host.say(A, "1")
    assert host.say("hello", "2").state is State.ASKING
    assert host.say("yes", "1").state is State.COMPLETED


@pytest.mark.parametrize("id", [None, "", "call_0"], ids=["none", "empty", "the same"])
def test_calls_whose_ids_are_missing_or_the_same_get_a_result_each(id: str | None) -> None:
    class Nameless(Fake):
        def _generate(self, *args: Any, **options: Any) -> Any:
            result = super()._generate(*args, **options)
            for call in result.generations[0].message.tool_calls:
                call["id"] = id
            return result

    script = Script()
    script.load([Step(calls=(CONFIRM, UPDATE)), Step(READ_A), Step(calls=(CONFIRM,)), Step("Thank you.")])
    host = Host(Nameless(script=script, seen=[]))
    assert host.say(A).state is State.PENDING_CONFIRMATION
    assert host.say("yes").state is State.COMPLETED


@pytest.mark.parametrize("own", [(), (look_up_order,)], ids=["no tools", "a tool"])
def test_a_name_that_nobody_knows_is_answered_and_the_rest_of_its_batch_decided(own: tuple[Any, ...]) -> None:
    model = fake(Step(calls=(Call("send_fax", {"to": "A"}), UPDATE)), Step(READ_A))
    assert Host(model, own).say(A).state is State.PENDING_CONFIRMATION
    assert [seen.name for seen in model.seen] == ["send_fax", UPDATE.name]
    assert model.seen[0].is_error


def test_a_conversation_that_was_there_before_is_evidence() -> None:
    host = Host(fake(Step(calls=(UPDATE,)), Step(READ_A)))
    earlier = [core.HumanMessage(A), core.AIMessage("Thanks. What may we do?"), core.HumanMessage("save that number")]
    state = host.agent.invoke({"messages": earlier}, {"configurable": {"thread_id": "1"}})
    assert host.phone.capture(state).state is State.PENDING_CONFIRMATION


def test_a_summary_that_the_model_wrote_is_nothing_that_the_caller_said() -> None:
    host = Host(fake(Step(calls=(UPDATE,)), Step("What is it?")))
    summary = core.HumanMessage(f"The caller's number is {A}.", additional_kwargs={"lc_source": "summarization"})
    said = {"messages": [summary, core.HumanMessage("save my number")]}
    state = host.agent.invoke(said, {"configurable": {"thread_id": "1"}})
    assert host.phone.capture(state).state is State.ASKING


def test_two_things_said_before_an_answer_count_both() -> None:
    host = Host(fake(Step(calls=(Call("update_phone_number", {"phone_number": B}),)), Step("I see.")))
    said = [core.HumanMessage(A), core.HumanMessage(f"no, {B}")]
    state = host.agent.invoke({"messages": said}, {"configurable": {"thread_id": "1"}})
    capture = host.phone.capture(state)
    assert str(capture.number) == "+14155550188"
    assert len(capture.snapshot().turns) == 2


def test_a_tool_with_one_of_our_names_is_refused() -> None:
    tool = tools.StructuredTool.from_function(look_up_order.func, name="confirmPhoneNumber", description="Confirm.")
    with pytest.raises(AdapterError, match="too close"):
        Host(fake(Step()), (tool,)).say(A)
