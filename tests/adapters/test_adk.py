# SPDX-License-Identifier: Apache-2.0
"""Google ADK, through its runner and a scripted ``BaseLlm``."""

import asyncio
import builtins
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

from phonefsm import CapturePolicy, Completed, ConversationError, PhoneCapture
from phonefsm.adapters import AdapterError
from tests.adapters.conformance import Adapter, Conformance, Script, Seen
from tests.adapters.conversations import ORDER, A, Call, Conversation, Need, Step, Turn

pytest.importorskip("google.adk", reason="google-adk is not installed: pip install 'phonefsm[adk]'")

from google.adk.agents import Agent
from google.adk.models.base_llm import BaseLlm
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.adk.runners import InMemoryRunner
from google.adk.tools.base_tool import BaseTool
from google.genai import types

from phonefsm.adapters import adk
from phonefsm.conversation import QUIET
from tests.adapters.test_examples import STEPS, program

pytestmark = [
    # What ADK itself warns of, in its own code.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*EXPERIMENTAL.*:UserWarning"),
]


class Scripted(BaseLlm):
    """A model that says what the script says, and notes the results that it is shown."""

    script: Any
    seen: Any = ()
    streamed: bool = False

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        del stream
        results = [part.function_response for content in llm_request.contents for part in content.parts or []]
        self.seen = [seen(each) for each in results if each is not None]
        tools: list[Any] = list(llm_request.config.tools or [])
        offered = [each for tool in tools for each in tool.function_declarations]
        assert all(each.parameters_json_schema["additionalProperties"] is False for each in offered)
        step = self.script.step(
            tools=[each.name for each in offered], instructions=llm_request.config.system_instruction
        )
        parts = [types.Part(text=step.text)] if step.text else []
        if self.streamed and parts:
            yield LlmResponse(content=types.Content(role="model", parts=list(parts)), partial=True)
        parts += [
            types.Part(function_call=types.FunctionCall(id=call.id or None, name=call.name, args=call.arguments))
            for call in step.calls
        ]
        yield LlmResponse(content=types.Content(role="model", parts=parts))


def seen(result: types.FunctionResponse) -> Seen:
    ((key, text),) = (result.response or {}).items()
    return Seen(result.name or "", text, {"error": True, "output": False}[key])


class LookUp(BaseTool):
    """The host's own tool."""

    def __init__(self, name: str = ORDER.name) -> None:
        super().__init__(name=name, description=ORDER.description)

    def _get_declaration(self) -> types.FunctionDeclaration:
        return types.FunctionDeclaration(
            name=self.name, description=self.description, parameters_json_schema=ORDER.parameters
        )

    async def run_async(self, *, args: dict[str, Any], tool_context: Any) -> Any:
        assert args == {"order": "A"}
        assert tool_context
        return {"output": ORDER.answer}


class Talk:
    """A host; where it plays the words itself, it says with the next turn what was played."""

    def __init__(self, phone: adk.Phone, script: Script, *, tools: list[Any], plays: bool, streamed: bool) -> None:
        self.phone, self._plays = phone, plays
        self._model = Scripted(model="scripted", script=script, streamed=streamed)
        self.agent = Agent(name="clerk", model=self._model, instruction="Be kind.", tools=tools, **phone.callbacks)
        self.runner = InMemoryRunner(agent=self.agent, app_name="clerk")
        self.state: dict[str, Any] = {}
        self._played: list[dict[str, Any]] = []

    @property
    def replies(self) -> list[Seen]:
        return list(self._model.seen)

    @property
    def capture(self) -> PhoneCapture:
        return self.phone.capture(self.state)

    async def turn(self, turn: Turn) -> None:
        line: dict[str, Any] = {"user": turn.caller, "modality": turn.modality}
        if turn.keys is not None:
            line = {"keys": turn.keys}
        elif turn.caller is None:
            line = {"silence": True}
        await self.run(turn.caller or "(silence)", self.phone.heard(*self._played, line))
        self._played = [
            {"agent": step.text if step.played is None else step.played, "interrupted": step.interrupted}
            for step in turn.steps
            if self._plays and step.text
        ]

    async def run(self, text: str, heard: dict[str, Any] | None = None) -> list[Any]:
        service = self.runner.session_service
        who: Any = {"app_name": "clerk", "user_id": "u", "session_id": "s"}
        if await service.get_session(**who) is None:
            await service.create_session(**who)
        events = [
            event
            async for event in self.runner.run_async(
                user_id="u", session_id="s", new_message=types.UserContent(text), state_delta=heard
            )
        ]
        session = await service.get_session(**who)
        assert session is not None
        self.state = json.loads(json.dumps(session.state))  # as a database would keep it
        return events


def talk(script: Script, *, policy: dict[str, Any] | None = None, **options: Any) -> Talk:
    given = {"tools": [], "plays": False, "streamed": False, **options}
    chosen = CapturePolicy.load({"default_region": "US", **(policy or {})})
    return Talk(adk.Phone(chosen, shown=not given["plays"], logger=QUIET), script, **given)


class Adk(Adapter):
    name = "google adk"
    lacks: ClassVar = {
        Need.RAW_ARGUMENTS: "a call's arguments are always an object",
        Need.LATE_WORDS: "what the host heard comes with a turn, and not within one",
    }
    streamed: ClassVar = False

    @asynccontextmanager
    async def session(self, conversation: Conversation, script: Script) -> AsyncIterator[Talk]:
        opened = talk(
            script,
            policy=conversation.policy,
            tools=[LookUp()] if conversation.foreign else [],
            plays=Need.INTERRUPTION in conversation.needs,
            streamed=self.streamed,
        )
        yield opened
        await opened.runner.close()


class AdkStreamed(Adk):
    name = "google adk, streamed"
    streamed = True


class TestAdk(Conformance):
    adapter = Adk()


class TestAdkStreamed(Conformance):
    adapter = AdkStreamed()


def _run(*turns: tuple[str, dict[str, Any] | None, list[Step]], **options: Any) -> Talk:
    async def have() -> Talk:
        script = Script()
        opened = talk(script, **options)
        for text, heard, steps in turns:
            script.load(steps)
            await opened.run(text, heard)
            script.check(may_stop=False)
        await opened.runner.close()
        return opened

    return asyncio.run(have())


def _update(id: str | None = None) -> Call:
    return Call("update_phone_number", {"phone_number": A}, id)


def test_a_message_without_more_counts_as_heard_and_must_be_confirmed() -> None:
    had = _run((f"it's {A}", None, [Step(calls=(_update(),)), Step("Right?")]))
    assert had.capture.state == "pending_confirmation"
    assert had.capture.receipt.heard == "seen"


def test_calls_without_ids_or_with_the_same_one_get_their_own_results() -> None:
    calls = (_update(""), Call("confirm_phone_number", {}, ""), Call("reject_phone_number", {}, "1"), _update("1"))
    for pair in (calls[:2], calls[2:]):
        had = _run((A, None, [Step(calls=pair), Step()]))
        assert [each.name for each in had.replies] == [each.name for each in pair]
        assert len({each.text for each in had.replies}) == 2


def test_an_empty_or_refused_answer_changes_nothing() -> None:
    had = _run((A, None, [Step()]), ("hello?", None, [Step("I cannot help with that.")]))
    assert had.capture.state == "asking"
    assert had.capture.receipt.refusals == 0


def test_a_message_without_text_is_a_turn_whose_words_are_unknown() -> None:
    had = _run((A, None, [Step(calls=(_update(),)), Step(f"{A}, right?")]), ("", None, [Step("Hm?")]))
    assert had.capture.snapshot().turns[-1].words_known is False


def test_what_was_heard_counts_for_one_turn() -> None:
    phone = adk.Phone(default_region="US", logger=QUIET)
    typed = phone.heard({"user": A, "modality": "text"})
    had = _run(("(typed)", typed, [Step(calls=(_update(),)), Step("Thanks.")]), ("bye", None, [Step("Bye.")]))
    assert isinstance(had.capture.outcome, Completed)
    assert len([turn for turn in had.capture.snapshot().turns if turn.numbers]) == 1


@pytest.mark.parametrize("line", [{"call": []}, {"policy": {}}, {"snapshot": True}])
def test_what_cannot_be_heard_is_an_error_of_the_developer(line: dict[str, Any]) -> None:
    with pytest.raises(AdapterError, match=f"heard: {next(iter(line))}"):
        adk.Phone().heard(line)


def test_a_line_that_does_not_hold_is_an_error_of_the_developer() -> None:
    with pytest.raises(ConversationError, match="modality"):
        adk.Phone().heard({"user": A, "modality": "smoke"})


def test_a_tool_with_a_name_close_to_ours_is_an_error_of_the_developer() -> None:
    with pytest.raises(AdapterError, match="updatePhoneNumber"):
        _run((A, None, [Step()]), tools=[LookUp("updatePhoneNumber")])


def test_an_agent_without_all_callbacks_is_an_error_of_the_developer() -> None:
    async def have() -> None:
        script = Script()
        script.load([Step(calls=(_update(),)), Step()])
        opened = talk(script)
        opened.agent.after_model_callback = None
        with pytest.raises(AdapterError, match="callbacks"):
            await opened.run(A)

    asyncio.run(have())


def test_two_captures_live_in_one_session() -> None:
    phones = [adk.Phone(default_region="US", key=key, logger=QUIET) for key in ("home", "work")]
    state = phones[0].heard({"user": A}) | phones[1].heard({"silence": True})
    assert set(state) == {"home_heard", "work_heard"}


def test_the_program_that_the_module_shows_gets_a_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script, typed = Script(), iter(["hello", A])
    script.load(STEPS)
    scripted = Scripted(model="scripted", script=script)
    monkeypatch.setattr("google.adk.agents.Agent", lambda **given: Agent(**{**given, "model": scripted}))
    monkeypatch.setattr(builtins, "input", lambda _: next(typed))
    shown = program(adk)
    assert len(shown.splitlines()) < 25
    exec(shown, {})  # noqa: S102 - the program that the module shows
    assert "Thank you.\nCompleted(" in capsys.readouterr().out.replace("\n\n", "\n")
