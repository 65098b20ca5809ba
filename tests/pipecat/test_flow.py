# SPDX-License-Identifier: Apache-2.0
"""A flow of ``pipecat.flows``: a node for each state, and none of its functions outlives it."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("pipecat", reason="pipecat-ai is not installed: pip install 'phonefsm[pipecat]'")

from pipecat.flows import ContextStrategy, ContextStrategyConfig, FlowsFunctionSchema

from phonefsm import Completed, Outcome, State
from tests.pipecat.line import Call, Line, Step
from tests.pipecat.talk import CONFIRM, DECLINE, READ_A, READ_B, A, B, capture, number, state, told, update

THANKS: Any = {"name": "thanks", "task_messages": [{"role": "developer", "content": "Thank the caller."}]}
SORRY: Any = {"name": "sorry", "task_messages": [{"role": "developer", "content": "Say that it is fine."}]}


def then(outcome: Outcome) -> Any:
    """Return the host's node for ``outcome``."""
    return THANKS if isinstance(outcome, Completed) else SORRY


async def begun(line: Line, **options: Any) -> None:
    """Begin a flow with a capture, and have the model ask."""
    line.lay_out("What is your number?")
    await line.flow.initialize(line.phone.node(line.flow, **options))
    await line.settled()


def names(node: Any) -> list[str]:
    """Return the names of a node's functions."""
    return [each.name for each in node["functions"]]


def function(node: Any, name: str) -> Any:
    """Return the handler of a node's function."""
    return next(each.handler for each in node["functions"] if each.name == name)


def test_each_state_has_its_node_and_the_outcome_leads_to_the_hosts() -> None:
    async def talk() -> None:
        nodes = []
        async with Line() as line:
            await begun(line, then=then)
            nodes.append(line.flow.current_node)
            await line.say("it begins with 415", update("415"), "And then?")
            nodes.append(line.flow.current_node)
            await line.say("555 0123", Call("extend_phone_number", {"digits": "5550123"}), READ_A)
            nodes.append(line.flow.current_node)
            await line.say("yes", CONFIRM, "Thank you.")
            nodes.append(line.flow.current_node)
            assert nodes == ["phone_asking", "phone_collecting", "phone_pending_confirmation", "thanks"]
            assert line.shown[-1].system == "Thank the caller."
            assert line.shown[-1].tools == ()

    asyncio.run(talk())


def test_a_decline_leads_to_its_own_node() -> None:
    async def talk() -> None:
        async with Line() as line:
            await begun(line, then=then)
            await line.say("I'd rather not say", DECLINE, "That is fine.")
            assert line.flow.current_node == "sorry"

    asyncio.run(talk())


def test_a_node_holds_the_tools_and_instructions_of_its_state() -> None:
    async def talk() -> None:
        async with Line() as line:
            node = line.phone.node(line.flow)
            assert names(node) == [tool.name for tool in capture(line).tools]
            assert node["task_messages"] == [{"role": "developer", "content": str(capture(line).instructions.audio)}]
            assert all(isinstance(each, FlowsFunctionSchema) for each in node["functions"])

    asyncio.run(talk())


def test_the_model_is_asked_once_for_a_batch_with_a_call_that_its_node_does_not_list() -> None:
    async def talk() -> None:
        async with Line() as line:
            await begun(line)
            await line.say(f"it's {A}", Step(calls=(update(A), CONFIRM)), READ_A)
            assert [each.status for each in line.results] == ["ok", "error"]
            assert line.results[1].text.startswith("Nothing was confirmed: confirm_phone_number must be called alone")
            assert line.flow.current_node == "phone_pending_confirmation"
            assert len(line.shown) == 3

    asyncio.run(talk())


def test_a_call_that_its_node_does_not_list_leads_on_by_itself_where_the_core_takes_it() -> None:
    async def talk() -> None:
        async with Line() as line:
            await begun(line, then=then)
            await line.say(f"it's {A}", Call("extend_phone_number", {"digits": A}), READ_A)
            assert line.flow.current_node == "phone_pending_confirmation"
            assert "confirm_phone_number" in line.shown[-1].tools
            await line.say("yes", CONFIRM, "Thank you.")
            assert line.flow.current_node == "thanks"

    asyncio.run(talk())


def test_a_function_of_an_old_node_is_refused_and_leads_nowhere() -> None:
    async def talk() -> None:
        async with Line() as line:
            await begun(line, then=then)
            old = line.phone.node(line.flow, then)
            await line.say(f"it's {A}", update(A), READ_A)
            pending = line.phone._node()
            await line.say("yes", CONFIRM, "Thank you.")
            for node, name, arguments in (
                (old, "update_phone_number", {"phone_number": B}),
                (old, "decline_phone_number_capture", {"reason": "no"}),
                (pending, "confirm_phone_number", {}),
            ):
                result, following = await function(node, name)(arguments, line.flow)
                assert result["status"] == "error"
                assert result["message"].startswith("Nothing was changed: this capture has already ended")
                assert following is None
            assert number(line) == "+14155550123"

    asyncio.run(talk())


def test_an_old_update_does_not_confirm_nor_bring_back_what_was_corrected() -> None:
    async def talk() -> None:
        async with Line() as line:
            await begun(line)
            asking = line.phone.node(line.flow)
            await line.say(f"it's {A}", update(A), READ_A)
            await line.say(f"no, it's {B}", update(B), READ_B)
            result, following = await function(asking, "update_phone_number")({"phone_number": A}, line.flow)
            assert result["status"] == "error" or "0188" in result["message"]
            assert following is None
            assert str(capture(line).number) == "+14155550188"

    asyncio.run(talk())


def test_instructions_do_not_pile_up() -> None:
    async def talk() -> None:
        async with Line() as line:
            await begun(line, then=then)
            for spoken, read in ((A, READ_A), (B, READ_B)):
                await line.say(f"it's {spoken}", update(spoken), read)
                assert told(line) == [str(capture(line).instructions.audio)]
                await line.say("no", Call("reject_phone_number"), "What is it then?")
                assert told(line) == [str(capture(line).instructions.audio)]
            await line.say("I won't say", DECLINE, "That is fine.")
            assert told(line) == []

    asyncio.run(talk())


def test_a_flow_that_resets_its_context_keeps_the_capture() -> None:
    async def talk() -> None:
        async with Line(strategy=ContextStrategyConfig(strategy=ContextStrategy.RESET)) as line:
            await begun(line, then=then)
            await line.say(f"it's {A}", update(A), READ_A)
            await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"

    asyncio.run(talk())


def test_a_transition_that_the_flow_forgets_is_made_up_for_in_the_next_turn() -> None:
    async def talk() -> None:
        async def look_up(_arguments: Any, _flow: Any) -> str:
            await asyncio.sleep(0.05)
            return "on its way"

        order = FlowsFunctionSchema("look_up", "Looks up.", {}, [], look_up, cancel_on_interruption=True)
        async with Line(functions=[order]) as line:
            await begun(line, then=then)
            await line.say(f"it's {A}", Step(calls=(update(A), Call("look_up"))), READ_A)
            assert line.flow.current_node == "phone_asking"
            assert state(line) is State.PENDING_CONFIRMATION
            await line.say("yes", Step(calls=(CONFIRM, Call("look_up"))), "Thank you.")
            assert state(line) is State.PENDING_CONFIRMATION or number(line) == "+14155550123"
            await line.say("hello?", "Hello.")
            assert line.flow.current_node == "thanks"

    asyncio.run(talk())


def test_a_flow_without_a_node_to_follow_stays_in_one_without_functions() -> None:
    async def talk() -> None:
        async with Line() as line:
            await begun(line)
            await line.type(A, update(A), "Thank you.")
            assert line.flow.current_node == "phone_completed"
            assert line.shown[-1].tools == ()
            assert "Saved" in line.results[-1].text

    asyncio.run(talk())


def test_a_capture_may_begin_in_the_middle_of_a_flow() -> None:
    async def talk() -> None:
        async with Line() as line:

            async def ask(_arguments: Any, flow: Any) -> Any:
                return "one moment", line.phone.node(flow, then=THANKS)

            first: Any = {
                "name": "first",
                "task_messages": [{"role": "developer", "content": "Greet."}],
                "functions": [FlowsFunctionSchema("take_number", "Takes a number.", {}, [], ask)],
            }
            line.lay_out("Hello. I have saved your seat.")
            await line.flow.initialize(first)
            await line.settled()
            await line.say(f"call me at {A}", Call("take_number"), update(A), READ_A)
            await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"
            assert line.flow.current_node == "thanks"

    asyncio.run(talk())


def test_keys_and_silence_lead_the_flow_on() -> None:
    async def talk() -> None:
        async with Line() as line:
            await begun(line, then=then)
            await line.press("4155550123#", READ_A)
            assert line.flow.current_node == "phone_pending_confirmation"
            await line.be_silent("Are you there?")
            assert line.flow.current_node == "phone_pending_confirmation"
            await line.press("2#", "What is it then?")
            assert line.flow.current_node == "phone_asking"
            for _ in range(3):
                await line.be_silent("Are you there?")
            await line.be_silent("Goodbye.")
            assert line.flow.current_node == "sorry"

    asyncio.run(talk())
