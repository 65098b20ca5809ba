# SPDX-License-Identifier: Apache-2.0
"""The OpenAI Agents SDK, through its real runner and its ``ScriptedModel``."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

from phonefsm import Completed, PhoneCapture, State
from phonefsm.adapters import AdapterError
from tests.adapters.conformance import Adapter, Conformance, Forced, Script, Seen, capture_for
from tests.adapters.conversations import ORDER, READ_A, A, Call, Conversation, Need, Step, Turn
from tests.adapters.providers import raw, strict
from tests.adapters.test_examples import STEPS, run_program

agents = pytest.importorskip("agents", reason="openai-agents is missing: pip install 'phonefsm[openai-agents]'")
adapter = pytest.importorskip("phonefsm.adapters.openai.agents")
testing = pytest.importorskip("agents.testing")
Phone = adapter.Phone

pytestmark = pytest.mark.usefixtures("loop", "untraced")

LATE = "the model is asked with the caller's words, so they are never late"


@pytest.fixture
def untraced() -> Iterator[None]:
    """Nothing is sent to the provider's tracing."""
    agents.set_tracing_disabled(True)
    yield
    agents.set_tracing_disabled(False)


class Fake:
    """Says what the script says, and notes what it was shown."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.seen: list[Seen] = []
        self.model = testing.ScriptedModel()

    def expect(self, count: int) -> None:
        """Let the model be asked ``count`` times, and once too often."""
        self.model.extend([testing.ModelStep.respond(self.answer)] * count)

    def answer(self, call: Any) -> list[Any]:
        self.seen, names, waiting = [], dict[str, str](), list[str]()
        for item in call.input:
            if item.get("type") == "function_call":
                names[item["call_id"]] = item["name"]
                waiting.append(item["call_id"])
            elif item.get("type") == "function_call_output":
                waiting.remove(item["call_id"])
                self.seen.append(Seen(names[item["call_id"]], item["output"]))
        assert not waiting
        for tool in call.tools:
            strict(tool.params_json_schema)
            assert tool.strict_json_schema
        step = self.script.step(tools=[tool.name for tool in call.tools], instructions=call.system_instructions)
        said = [testing.assistant_message(step.text)] if step.text else []
        return said + [testing.function_call(each.name, raw(each), call_id=each.id) for each in step.calls]


def order_tool() -> Any:
    async def look_up(context: Any, arguments: str) -> str:  # noqa: ARG001
        return ORDER.answer

    return agents.FunctionTool(ORDER.name, ORDER.description, ORDER.parameters, look_up)


class Talk:
    """A host: it keeps the items, and knows what it has played."""

    def __init__(self, capture: PhoneCapture, script: Script, *, foreign: bool) -> None:
        self.capture = capture
        self.fake = Fake(script)
        self._phone = Phone(capture)
        tools = [*self._phone.tools, *([order_tool()] if foreign else [])]
        told = self._phone.instructions("Be kind.")
        self._agent = agents.Agent(name="Assistant", model=self.fake.model, instructions=told, tools=tools)
        self._items: list[Any] = []

    @property
    def replies(self) -> list[Seen]:
        return self.fake.seen

    async def turn(self, turn: Turn) -> None:
        capture, phone, last = self.capture, self._phone, turn.steps[-1]
        phone.modality = turn.modality
        phone.shows = "everything" if last.interrupted is False else "nothing"
        if turn.keys is not None:
            capture.keys_pressed(turn.keys)
            self._items.append({"role": "developer", "content": "The caller pressed keys."})
        elif turn.caller is None:
            capture.user_silent()
        else:
            self._items += phone.user(turn.caller)
        self.fake.expect(len(turn.steps))
        config = phone.config(agents.RunConfig(tracing_disabled=True))
        result = await agents.Runner.run(self._agent, self._items, hooks=phone, run_config=config, max_turns=20)
        if last.interrupted is not False:
            capture.agent_said(last.played or "", interrupted=last.interrupted)
        self._items = result.to_input_list()


class OpenAIAgents(Adapter):
    name = "openai agents"
    lacks: ClassVar = {Need.LATE_WORDS: LATE}
    forced: ClassVar = {"ids reused": Forced("the framework ends a run in which the model uses an id again")}

    @asynccontextmanager
    async def session(self, conversation: Conversation, script: Script) -> AsyncIterator[Talk]:
        yield Talk(capture_for(conversation, self.observes), script, foreign=conversation.foreign)


class TestOpenAIAgents(Conformance):
    adapter = OpenAIAgents()


UPDATE, CONFIRM = Call("update_phone_number", {"phone_number": A}), Call("confirm_phone_number")


class Host:
    """An agent for one capture."""

    def __init__(self, *steps: Step, shows: str = "output", tools: tuple[Any, ...] = ()) -> None:
        self.capture = PhoneCapture(default_region="US")
        self.phone = Phone(self.capture, shows=shows)
        script = Script()
        script.load(steps)
        self.fake = Fake(script)
        self.fake.expect(len(steps))
        self.agent = agents.Agent(
            name="Assistant",
            model=self.fake.model,
            instructions=self.phone.instructions(),
            tools=[*self.phone.tools, *tools],
        )
        self.items: list[Any] = []

    def say(self, words: str, **options: Any) -> None:
        self.items += self.phone.user(words)
        options = {"hooks": self.phone, "run_config": self.phone.config(), **options}
        self.items = agents.Runner.run_sync(self.agent, self.items, **options).to_input_list()


def test_the_program_gets_a_number(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    create, fake = agents.Agent, Host(*STEPS).fake
    monkeypatch.setattr(agents, "Agent", lambda **options: create(**{**options, "model": fake.model}))
    space = run_program(adapter, monkeypatch, "hello", A)
    assert isinstance(space["capture"].outcome, Completed)
    assert "Thank you." in capsys.readouterr().out


def test_words_beside_a_call_prove_nothing_unless_the_host_shows_them() -> None:
    for shows, ends in {"output": State.PENDING_CONFIRMATION, "everything": State.COMPLETED}.items():
        steps = Step(READ_A, (UPDATE,)), Step("Is it?"), Step(calls=(CONFIRM,)), Step("Thank you.")
        host = Host(*steps, shows=shows)
        host.say(A)
        host.say("yes")
        assert host.capture.state is ends


def test_streamed_runs_are_heard_and_decided_too() -> None:
    async def talk() -> None:
        said = host.phone.user(A)
        result = agents.Runner.run_streamed(host.agent, said, hooks=host.phone, run_config=host.phone.config())
        async for _ in result.stream_events():
            pass

    host = Host(Step(calls=(UPDATE, CONFIRM)), Step(READ_A))
    asyncio.run(talk())
    assert host.capture.consent == "read"


def test_a_run_without_the_hooks_says_so_and_changes_nothing() -> None:
    host = Host(Step(calls=(UPDATE,)), Step(READ_A))
    with pytest.raises(agents.UserError, match="hooks=phone") as raised:
        host.say(A, hooks=None)
    assert isinstance(raised.value.__cause__, AdapterError)
    assert host.capture.state is State.ASKING


def test_a_run_without_the_configuration_ends_where_a_hidden_tool_is_called_and_the_capture_goes_on() -> None:
    host = Host(Step(calls=(CONFIRM,)), Step(calls=(UPDATE,)), Step(READ_A))
    with pytest.raises(agents.ModelBehaviorError, match="not found"):
        host.say(A, run_config=None)
    host.say("did you get it?")
    assert host.capture.state is State.PENDING_CONFIRMATION


def test_the_host_s_configuration_stays_and_answers_for_its_own_tools() -> None:
    host = Host(Step(calls=(Call("send_fax"), CONFIRM)), Step("Sorry."))
    own = agents.RunConfig(workflow_name="desk", tool_error_formatter=lambda error: f"No {error.tool_name} here.")
    config = host.phone.config(own)
    assert config.workflow_name == "desk"
    host.say("hello", run_config=config)
    texts = {seen.name: seen.text for seen in host.fake.seen}
    assert texts["send_fax"] == "No send_fax here."
    assert texts[CONFIRM.name].startswith("Nothing was changed")


def test_an_id_used_twice_ends_the_run_before_anything_is_decided() -> None:
    twice = tuple(Call(each.name, each.arguments, "1") for each in (UPDATE, CONFIRM))
    host = Host(Step(calls=twice), Step(calls=(UPDATE,)), Step(READ_A))
    with pytest.raises(agents.ModelBehaviorError, match="ID"):
        host.say(A)
    assert host.capture.receipt.attempts == host.capture.receipt.refusals == 0
    host.say("did you get it?")
    assert host.capture.state is State.PENDING_CONFIRMATION


def test_a_tool_with_one_of_our_names_is_refused() -> None:
    tool = order_tool()
    tool.name = "confirmPhoneNumber"
    with pytest.raises(AdapterError, match="too close"):
        Host(Step(), tools=(tool,)).say(A)
