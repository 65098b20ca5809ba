# SPDX-License-Identifier: Apache-2.0
"""What users of LiveKit's own task have, they have here: arguments, tools, results, task groups, closing."""

import asyncio
import inspect
from typing import Any

import pytest

pytest.importorskip("livekit.agents", reason="livekit-agents is not installed: pip install 'phonefsm[livekit]'")

from livekit.agents import Agent, AgentTask, ToolError, function_tool, llm
from livekit.agents.beta import workflows

from phonefsm import CapturePolicy, PolicyError, State
from phonefsm.adapters.livekit import (
    GetPhoneNumberResult,
    GetPhoneNumberTask,
    PhoneNumberDeclined,
    PhoneNumberEscalated,
)
from phonefsm.testing._livekit import Call, Room, Step
from tests.livekit.talk import CONFIRM, DECLINE, ESCALATE, READ_A, READ_B, A, B, number, state, task, task_of, update

DECLINES = "decline_phone_number_capture"
UPDATES = "update_phone_number"


# Arguments and results.


def test_the_constructor_takes_what_livekits_takes_in_the_same_order() -> None:
    theirs = inspect.signature(workflows.GetPhoneNumberTask).parameters
    mine = inspect.signature(GetPhoneNumberTask).parameters
    assert list(mine)[: len(theirs)] == list(theirs)
    for name, parameter in theirs.items():
        assert mine[name].default == parameter.default
        assert mine[name].kind == parameter.kind


def test_a_result_is_made_of_a_number_alone() -> None:
    assert GetPhoneNumberResult("+14155550123") == GetPhoneNumberResult(phone_number="+14155550123")


def test_the_result_has_the_number_and_the_evidence() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn(f"it's {A} extension 89", update(f"{A} ext 89"), Step(f"I have {A}, extension 89. Right?"))
            await room.turn("yes", CONFIRM)
            result = room.host.result
            assert result.phone_number == "+14155550123;ext=89"
            assert (result.number.e164, result.number.extension) == ("+14155550123", "89")
            assert result.receipt.confirmation

    asyncio.run(talk())


def test_declining_and_escalating_end_as_errors_that_carry_the_outcome() -> None:
    async def talk(call: Call, said: str) -> Any:
        async with Room(lambda: GetPhoneNumberTask(policy=CapturePolicy(handover=True))) as room:
            await room.turn(said, call)
            return room.host.result

    declined = asyncio.run(talk(DECLINE, "I'd rather not give it"))
    assert isinstance(declined, PhoneNumberDeclined)
    assert isinstance(declined, ToolError)
    assert declined.message == "couldn't get the phone number: would rather not"
    assert declined.outcome.reason == "would rather not"
    escalated = asyncio.run(talk(ESCALATE, "let me talk to a person"))
    assert isinstance(escalated, PhoneNumberEscalated)
    assert escalated.message == "couldn't get the phone number: caller_asked"
    assert escalated.outcome.receipt.state is State.ESCALATED


@pytest.mark.parametrize(
    ("required", "modality", "confirms"),
    [(None, "text", False), (None, "audio", True), (True, "text", True), (False, "audio", False)],
)
def test_confirmation_is_asked_for_as_by_livekits_task(required: bool | None, modality: Any, confirms: bool) -> None:
    async def talk() -> None:
        options = {} if required is None else {"require_confirmation": required}
        async with Room(lambda: task(**options)) as room:
            await room.turn(A, update(A), Step(READ_A), modality=modality)
            assert (number(room) is None) == confirms

    asyncio.run(talk())


def test_extra_instructions_are_shown_to_the_model() -> None:
    async def talk() -> None:
        async with Room(lambda: task(extra_instructions="Be brief.")) as room:
            assert "Be brief." in room.shown[0].instructions

    asyncio.run(talk())


def test_a_policy_goes_with_livekits_arguments_and_not_with_its_own_fields() -> None:
    async def make() -> None:
        policy = CapturePolicy(default_region="GB", extra_instructions="Old.")
        made = GetPhoneNumberTask("New.", require_confirmation=True, policy=policy)
        assert made.capture.policy == CapturePolicy(
            default_region="GB", extra_instructions="New.", require_confirmation=True
        )
        assert GetPhoneNumberTask(policy=policy).capture.policy == policy
        with pytest.raises(PolicyError, match="default_region"):
            GetPhoneNumberTask(policy=policy, default_region="US")
        with pytest.raises(PolicyError, match="default_region"):
            GetPhoneNumberTask(default_region="Atlantis")

    asyncio.run(make())


# Tools and instructions.


def test_on_entry_it_asks_and_does_not_offer_to_decline() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            assert "Ask the caller for their phone number" in room.shown[0].system
            assert room.shown[0].tools == (UPDATES,)
            await room.turn("hello", Step("What is your number?"))
            assert set(room.shown[-1].tools) == {UPDATES, DECLINES}
        async with Room(lambda: task(require_explicit_ask=True), entry=[Step(calls=(update(A),))]) as room:
            assert room.shown[0].tools == ()
            await room.turn("hello", Step("What is your number?"))
            assert set(room.shown[-1].tools) == {UPDATES, DECLINES}

    asyncio.run(talk())


def test_the_generation_that_follows_a_transition_sees_the_state() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            before, after = room.shown[-2:]
            assert set(before.tools) == {UPDATES, DECLINES}
            assert "no number is recorded" in before.instructions
            assert set(after.tools) == {UPDATES, DECLINES, "confirm_phone_number", "reject_phone_number"}
            assert "+14155550123 is recorded but not saved" in after.instructions

    asyncio.run(talk())


@pytest.mark.parametrize(("spoken", "word"), [(True, "speech recognition"), (False, "The caller types")])
def test_the_right_variant_is_used_from_the_first_turn_on(spoken: bool, word: str) -> None:
    async def talk() -> None:
        async with Room(task, spoken=spoken) as room:
            await room.turn("hello", Step("Hello."), modality="audio" if spoken else "text")
            assert len(room.shown) == 2
            assert all(word in seen.instructions for seen in room.shown)

    asyncio.run(talk())


def test_the_variant_follows_the_caller_who_begins_to_type() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn("hello", Step("Hello."))
            await room.turn("hello", Step("Hello."), modality="text")
            assert ["The caller types" in seen.instructions for seen in room.shown] == [False, False, True]

    asyncio.run(talk())


def test_a_reply_without_a_turn_of_the_caller_keeps_the_variant() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn("hello", Step("Hello."))
            room.session.generate_reply(instructions="Say something nice.")  # LiveKit takes it for typed
            await room.settled()
            assert "speech recognition" in room.shown[-1].instructions

    asyncio.run(talk())


def test_instructions_that_were_replaced_stay_replaced() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await task_of(room).update_instructions("Only this.")
            await room.turn("hello", Step("Hello."))
            assert room.shown[-1].instructions == "Only this."

    asyncio.run(talk())


def test_tools_of_ones_own_are_kept_and_called() -> None:
    @function_tool
    async def look_up_order() -> str:
        """Look up the order."""
        return "on its way"

    async def talk() -> None:
        async with Room(lambda: task(tools=[look_up_order])) as room:
            await room.turn("where is it?", Call("look_up_order"), Step("It is on its way."))
            assert "look_up_order" in room.shown[-1].tools
            assert room.outputs[-1].output == "on its way"

    asyncio.run(talk())


def test_a_tool_that_is_not_offered_answers_that_nothing_happened() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn("hello", CONFIRM, Step("What is your number?"))
            assert room.outputs[-1].is_error
            assert room.outputs[-1].output.startswith("Nothing was changed: no number is waiting")

    asyncio.run(talk())


def test_a_final_success_asks_the_model_no_more() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            before = len(room.shown)
            await room.turn("yes", CONFIRM, Step("This should never be said."))
            assert number(room) == "+14155550123"
            assert len(room.shown) == before + 1

    asyncio.run(talk())


def test_a_subclass_that_enters_in_its_own_way_is_guarded_all_the_same() -> None:
    class Mine(GetPhoneNumberTask):
        async def on_enter(self) -> None:
            self.session.generate_reply(instructions="Ask nicely.")

        async def on_exit(self) -> None:
            pass

    async def talk() -> None:
        async with Room(lambda: Mine(default_region="US")) as room:
            assert "Ask nicely." in room.shown[0].system
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            await room.turn("no", CONFIRM)
            assert number(room) is None
            await room.turn("sorry, I meant yes", Step(READ_A))
            await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550123"

    asyncio.run(talk())


# History.


def _said(*turns: tuple[str, str]) -> llm.ChatContext:
    history = llm.ChatContext.empty()
    for role, text in turns:
        history.add_message(role=role, content=text)  # type: ignore[arg-type,unused-ignore]
    return history


def test_history_that_is_handed_over_counts_as_said() -> None:
    async def talk() -> None:
        history = _said(("user", f"call me at {A}"), ("assistant", "I will."))
        async with Room(lambda: task(chat_ctx=history), entry=[Step(calls=(update(A),)), Step(READ_A)]) as room:
            assert "already given one" in room.shown[0].system
            assert state(room) is State.PENDING_CONFIRMATION
            await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550123"

    asyncio.run(talk())


def test_what_was_saved_before_needs_no_nudge() -> None:
    async def talk() -> None:
        history = _said(("user", "it's jo@example.com"), ("assistant", "Great, I have saved your address."))
        async with Room(lambda: task(chat_ctx=history)) as room:
            assert len(room.shown) == 1
            assert "Nothing has been saved" not in room.shown[0].system

    asyncio.run(talk())


class _Teller(Agent):
    """Awaits the task in a tool, as most agents do, and keeps how it ended."""

    def __init__(self) -> None:
        super().__init__(instructions="You take orders.")
        self.result: Any = None
        self.task: GetPhoneNumberTask | None = None

    @function_tool
    async def take_number(self) -> str:
        """Take the caller's number."""
        self.task = task(chat_ctx=self.chat_ctx)
        try:
            self.result = await self.task
        except ToolError as error:
            self.result = error
        return "The number is taken."


@pytest.mark.parametrize(("modality", "completes"), [("audio", False), ("text", True)])
def test_a_number_taken_on_entry_is_judged_by_how_the_caller_gave_it(modality: Any, completes: bool) -> None:
    async def talk() -> None:
        teller = _Teller()
        async with Room(teller) as room:
            steps = (Call("take_number"), update(A), Step("Thank you."))
            await room.turn(f"an order please, my number is {A}", *steps, modality=modality)
            assert (teller.result is not None) == completes
            assert teller.task is not None
            assert teller.task.capture.state is (State.COMPLETED if completes else State.PENDING_CONFIRMATION)

    asyncio.run(talk())


def test_it_is_awaited_from_a_tool_whose_result_the_model_then_sees() -> None:
    async def talk() -> None:
        teller = _Teller()
        async with Room(teller) as room:
            await room.turn("an order please", Call("take_number"), Step("Your number?"))
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            await room.turn("yes", CONFIRM, Step("All done, thank you."))
            assert teller.result.phone_number == "+14155550123"
            assert room.session.current_agent is teller
            assert "The number is taken." in [result.output for result in room.shown[-1].results]
            said = [item.text_content for item in teller.chat_ctx.items if item.type == "message"]
            assert READ_A in said

    asyncio.run(talk())


def test_a_declined_number_ends_the_tool_with_livekits_words() -> None:
    async def talk() -> None:
        teller = _Teller()
        async with Room(teller) as room:
            await room.turn("an order please", Call("take_number"), Step("Your number?"))
            await room.turn("I'd rather not", DECLINE, Step("That is fine."))
            assert str(teller.result) == "couldn't get the phone number: would rather not"

    asyncio.run(talk())


# Task groups, parallel tasks, closing, cancelling.


class _Group(Agent):
    def __init__(self) -> None:
        super().__init__(instructions="You take two numbers.")
        self.result: Any = None

    async def on_enter(self) -> None:
        group: Any = workflows.TaskGroup(summarize_chat_ctx=False)
        group.add(task, id="home", description="the number at home")
        group.add(task, id="work", description="the number at work")
        self.result = (await group).task_results


def test_it_works_twice_in_a_task_group() -> None:
    async def talk() -> None:
        agent = _Group()
        async with Room(agent) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            await room.turn("yes", CONFIRM, Step("And the other one?"))
            await room.turn(f"it's {B}", update(B), Step(READ_B))
            assert "out_of_scope" in room.shown[-1].tools
            await room.turn("yes", CONFIRM)
            numbers = {name: result.phone_number for name, result in agent.result.items()}
            assert numbers == {"home": "+14155550123", "work": "+14155550188"}

    asyncio.run(talk())


def test_a_caller_goes_back_within_a_task_group() -> None:
    async def talk() -> None:
        agent = _Group()
        async with Room(agent) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            await room.turn("yes", CONFIRM, Step("And the other one?"))
            await room.turn("the first one was wrong", Call("out_of_scope", {"task_ids": ["home"]}), Step("Yes?"))
            await room.turn(f"it's {B}", update(B), Step(READ_B))
            await room.turn("yes", CONFIRM, Step("And at work?"))
            await room.turn(f"{A}", update(A), Step(READ_A))
            await room.turn("yes", CONFIRM)
            numbers = {name: result.phone_number for name, result in agent.result.items()}
            assert numbers == {"home": "+14155550188", "work": "+14155550123"}

    asyncio.run(talk())


class _Pair(Agent):
    """Has two tools that await a task each, and that a model calls at once."""

    def __init__(self) -> None:
        super().__init__(instructions="You take two numbers.")
        self.results: list[str] = []

    async def _take(self) -> str:
        result = await task()
        self.results.append(result.phone_number)
        return f"Taken: {result.phone_number}"

    @function_tool
    async def take_home_number(self) -> str:
        """Take the number at home."""
        return await self._take()

    @function_tool
    async def take_work_number(self) -> str:
        """Take the number at work."""
        return await self._take()


def test_two_tasks_that_are_awaited_at_once_come_one_after_the_other() -> None:
    async def talk() -> None:
        agent = _Pair()
        async with Room(agent) as room:
            both = Step(calls=(Call("take_home_number"), Call("take_work_number")))
            await room.turn("two numbers", both, Step("The first?"))
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            await room.turn("yes", CONFIRM, Step("And the second?"))
            await room.turn(f"it's {B}", update(B), Step(READ_B))
            await room.turn("yes", CONFIRM, Step("Thank you."))
            assert sorted(agent.results) == ["+14155550123", "+14155550188"]

    asyncio.run(talk())


def test_sessions_side_by_side_do_not_disturb_each_other() -> None:
    async def talk(said: str, read: str) -> str | None:
        async with Room(task) as room:
            await room.turn(f"it's {said}", update(said), Step(read))
            await room.turn("yes", CONFIRM)
            return number(room)

    async def both() -> list[str | None]:
        return list(await asyncio.gather(talk(A, READ_A), talk(B, READ_B)))

    assert asyncio.run(both()) == ["+14155550123", "+14155550188"]


@pytest.mark.parametrize("steps", [(), (update(A), Step(READ_A))])
def test_closing_the_session_ends_an_open_task(steps: tuple[Any, ...]) -> None:
    async def talk() -> None:
        async with Room(task) as room:
            if steps:
                await room.turn(f"it's {A}", *steps)
            host, open_task = room.host, task_of(room)
        await asyncio.wait_for(host.ended.wait(), 5)
        assert open_task.capture.outcome is None
        assert not isinstance(host.result, GetPhoneNumberResult)

    asyncio.run(talk())


def test_closing_while_a_call_waits_for_the_end_of_its_words_completes_nothing_twice() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            await room.turn("yes", Step("Thank you.", (CONFIRM,), played="Thank"))
            assert number(room) is None
            host = room.host
        await asyncio.wait_for(host.ended.wait(), 5)
        assert not isinstance(host.result, GetPhoneNumberResult)  # it was cut: nobody heard the model out

    asyncio.run(talk())


def test_a_task_can_be_cancelled() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            task_of(room).cancel()
            await asyncio.wait_for(room.host.ended.wait(), 5)
            assert isinstance(room.host.result, ToolError)
            assert "cancelled" in room.host.result.message
            await room.turn("yes", CONFIRM)
            assert task_of(room).capture.outcome is None

    asyncio.run(talk())


def test_a_task_that_it_awaits_itself_does_not_disturb_it() -> None:
    class Other(AgentTask[str]):
        def __init__(self) -> None:
            super().__init__(instructions="Ask for the colour.")

        async def on_enter(self) -> None:
            self.session.generate_reply(instructions="Ask for the colour.")

        @function_tool
        async def colour(self, name: str) -> None:
            """Take the colour."""
            self.complete(name)

    @function_tool
    async def ask_colour() -> str:
        """Ask for the colour."""
        return str(await Other())

    async def talk() -> None:
        async with Room(lambda: task(tools=[ask_colour]), keypad=True) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            await room.turn("wait", Call("ask_colour"), Step("Which colour?"))
            await room.press("1#")  # for the other task
            await room.turn("blue, I have saved it", Call("colour", {"name": "blue"}), Step(READ_A))
            assert state(room) is State.PENDING_CONFIRMATION
            await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550123"

    asyncio.run(talk())


# The nudge.


def test_a_model_that_said_saved_is_set_right_at_once_and_until_it_calls() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            saved = Step("Great, I have saved your number.")
            await room.turn(f"it's {A}", saved, saved, Step("This should not be said."))
            assert len(room.shown) == 3, "once for each turn of the caller, as it may never end otherwise"
            assert "Nothing has been saved" in room.shown[-1].system
            await room.turn("fine", update(A), Step(READ_A))
            assert "Nothing has been saved" in room.shown[-2].system
            assert "Nothing has been saved" not in room.shown[-1].system

    asyncio.run(talk())


def test_a_model_that_leaves_digits_out_is_asked_for_a_call_at_once_and_once_a_turn() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn("it's four one five", Step("And the rest?"), Step("Go on."), Step("This is not said."))
            first, again = room.shown[-2:]
            assert len(room.shown) == 3, "the greeting, what it said, and once more"
            assert (first.must_call, again.must_call) == (False, True)
            assert "Heard from the caller: 415" in again.system
            assert "Heard from the caller" not in first.system
            await room.turn("five five five, oh one two three", update(A), Step(READ_A))
            assert [seen.must_call for seen in room.shown[3:]] == [True, False], "it has left digits out before"
            assert "Heard from the caller" not in room.shown[3].system, "those of the turn before are no news"

    asyncio.run(talk())


def test_a_caller_who_has_agreed_is_answered_with_a_call() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            assert not any(seen.must_call for seen in room.shown)
            await room.turn("yes", CONFIRM)
            assert room.shown[-1].must_call
            assert room.host.result.phone_number == "+14155550123"

    asyncio.run(talk())


def test_digits_that_were_got_wrong_are_asked_for_again_before_the_caller_is() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn("it's four one five", update(B), update("415"), Step("And the rest?"))
            assert [seen.must_call for seen in room.shown[1:]] == [False, True, False]
            assert "call update_phone_number with 415" in room.shown[2].results[-1].output
            assert task_of(room).capture.part == "415"

    asyncio.run(talk())


def test_words_beside_a_call_are_no_claim() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn(f"it's {A}", Step("Saved, one moment.", (update(A),)), Step(READ_A))
            assert not any("Nothing has been saved" in seen.system for seen in room.shown)

    asyncio.run(talk())
