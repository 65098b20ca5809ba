# SPDX-License-Identifier: Apache-2.0
"""A plain pipeline: what counts as said, what the model is shown, and how a capture ends."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("pipecat", reason="pipecat-ai is not installed: pip install 'phonefsm[pipecat]'")

from pipecat.frames.frames import InterruptionFrame

from phonefsm import CapturePolicy, Completed, Consent, Declined, PhoneCapture, PolicyError, State
from phonefsm.adapters.pipecat import hearing
from tests.pipecat.line import Call, Line, Step
from tests.pipecat.talk import CONFIRM, DECLINE, READ_A, READ_B, A, B, capture, number, state, told, update


def test_a_spoken_number_is_read_back_and_confirmed() -> None:
    async def talk() -> None:
        ended: list[Any] = []
        async with Line(on_end=ended.append) as line:
            line.phone.begin()
            await line.run("What is your number?")
            await line.say(f"it's {A}", update(A), READ_A)
            assert not ended
            await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"
            assert ended == [capture(line).outcome]

    asyncio.run(talk())


def test_the_end_may_be_told_to_a_coroutine_function_and_is_told_once() -> None:
    async def talk() -> None:
        ended: list[Any] = []

        async def on_end(outcome: Any) -> None:
            await asyncio.sleep(0)
            ended.append(outcome)

        async with Line(on_end=on_end) as line:
            line.phone.begin()
            await line.say("I'd rather not say", DECLINE, "That is fine.")
            await line.say("hello?", DECLINE, "Yes?")
            assert [type(each) for each in ended] == [Declined]
            assert line.results[-1].text.startswith("Nothing was changed: this capture has already ended.")

    asyncio.run(talk())


def test_every_call_has_a_result_also_that_of_a_batch_which_ends_it() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.say(f"it's {A}", update(A), READ_A)
            await line.say("I don't want to after all", Step(calls=(CONFIRM, DECLINE)), "That is fine.")
            assert [each.status for each in line.results] == ["ok", "error", "ok"]

    asyncio.run(talk())


def test_a_read_back_that_was_cut_counts_as_far_as_it_was_played() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.say(A, update(A), Step(READ_A, played="I have 415 555"))
            await line.say("yes", CONFIRM, READ_A)
            assert line.ended[:2] == [False, True]
            assert line.results[-1].text.startswith("Nothing was confirmed: the number has not been read back")

    asyncio.run(talk())


def test_a_yes_into_the_last_words_comes_behind_the_read_back_that_it_cut() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.say(A, update(A), Step(READ_A, played=f"I have {A}. Is"))
            await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"

    asyncio.run(talk())


def test_typed_words_that_cut_the_agent_come_behind_what_they_cut() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.say(A, update(A), Step(READ_A, played=f"I have {A}. Is"))
            await line.type("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"

    asyncio.run(talk())


def test_what_was_played_of_words_that_were_cut_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "CUT_WAIT", 0.01)

    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            line.phone._hearing._agent_speaks = True  # it never ends, as where the assistant's half is missing
            await line.say(A, update(A), READ_A)
            assert state(line) is State.PENDING_CONFIRMATION

    asyncio.run(talk())


def test_a_no_said_twice_is_heard_twice() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.say("no", "No?")
            await line.say(A, update(A), READ_A)
            await line.say("no", CONFIRM, "What is wrong?")
            assert "the caller did not agree" in line.results[-1].text
            await line.type("no", CONFIRM, "What is wrong?")
            assert "the caller did not agree" in line.results[-1].text

    asyncio.run(talk())


def test_a_typed_number_is_taken_as_it_stands_and_the_model_is_told_as_for_text() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.type(A, update(A), "Thank you.")
            assert number(line) == "+14155550123"
            fresh = PhoneCapture(default_region="US")
            fresh.user_said(A, "text")
            assert line.shown[0].system == fresh.instructions.text != fresh.instructions.audio

    asyncio.run(talk())


def test_a_context_that_is_written_anew_is_not_heard_again() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.type("yes", "What is your number?")
            await line.say(A, update(A), READ_A)
            messages: Any = [dict(each) for each in list[Any](line.context.messages)]
            line.context.set_messages(messages)
            await line.run(CONFIRM, READ_A)
            assert state(line) is State.PENDING_CONFIRMATION
            assert capture(line).consent is not Consent.AGREED

    asyncio.run(talk())


def test_what_the_context_holds_at_the_beginning_counts_as_said() -> None:
    async def talk() -> None:
        async with Line(messages=[{"role": "user", "content": f"my number is {A}"}]) as line:
            line.phone.begin()
            await line.run(update(A), READ_A)
            assert state(line) is State.PENDING_CONFIRMATION  # it is not known that it was typed
            await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"

    asyncio.run(talk())


def test_the_model_is_shown_one_message_and_the_tools_of_the_state_until_the_end() -> None:
    async def talk() -> None:
        system = {"role": "system", "content": "Be kind."}
        async with Line(messages=[system]) as line:
            assert line.phone.capture is None
            await line.run("Hello.")
            assert line.shown[-1].tools == ()
            line.phone.begin()
            await line.say(f"it's {A}", update(A), READ_A)
            assert [len([1 for each in shown.messages if each["role"] == "developer"]) for shown in line.shown] == [
                0,
                1,
                1,
            ]
            assert told(line) == [str(capture(line).instructions.audio)]
            assert "confirm_phone_number" in line.shown[-1].tools
            await line.say("yes", CONFIRM, "Thank you.")
            assert told(line) == []
            assert line.shown[-1].tools == ()
            assert line.context.messages[0] == system

    asyncio.run(talk())


def test_nothing_happens_before_a_capture_begins_and_another_may_follow() -> None:
    async def talk() -> None:
        async with Line() as line:
            await line.say("hello", CONFIRM, "Hello.")
            assert line.results[-1].text == "The function `confirm_phone_number` is not currently available."
            for spoken, read in ((A, READ_A), (B, READ_B)):
                line.phone.begin()
                await line.say(spoken, update(spoken), read)
                await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550188"

    asyncio.run(talk())


def test_the_calls_of_one_response_are_a_unit_also_where_they_are_run_one_by_one() -> None:
    async def talk() -> None:
        async with Line(model={"run_in_parallel": False}) as line:
            line.phone.begin()
            await line.say(A, update(A), READ_A)
            await line.say(f"yes. no, {B}", Step(calls=(CONFIRM, update(B))), "Let me see.", READ_B)
            assert [each.status for each in line.results] == ["ok", "error", "ok"]
            assert str(capture(line).number) == "+14155550188"

    asyncio.run(talk())


def test_a_name_that_is_neither_ours_nor_the_hosts_is_answered_as_pipecat_does() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            before = capture(line).snapshot()
            await line.run(Call("book_flight"), "I cannot.")
            assert line.results[-1].text == "The function `book_flight` is not currently available."
            assert capture(line).snapshot() == before.model_copy(update={"spoke": True})

    asyncio.run(talk())


def test_a_catch_all_of_the_hosts_stays_and_may_pass_on() -> None:
    async def talk() -> None:
        async with Line() as line:
            names = []

            async def catch_all(params: Any) -> None:
                names.append(params.function_name)
                await line.phone.answer(params)

            line.model.register_function(None, catch_all)
            line.phone.begin()
            await line.say("hello", CONFIRM, "Your number?")
            assert names == ["confirm_phone_number"]
            assert line.results[-1].text.startswith("Nothing was changed: no number is waiting")

    asyncio.run(talk())


def test_a_model_that_says_saved_and_calls_nothing_is_told_so_at_once_and_once() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.say(A, update(A), READ_A)
            await line.say("yes", "Great, I have saved your number.", "All is saved.")
            assert "you said so without calling a tool" in line.shown[-1].system
            await line.say("is it?", CONFIRM, "Now it is.")
            assert number(line) == "+14155550123"

    asyncio.run(talk())


def test_silence_is_asked_about_and_ends_it_at_last() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.say(A, update(A), READ_A)
            for _ in range(3):
                await line.be_silent("Are you there?")
            assert "Nothing was changed: the caller was silent" in line.shown[-1].system
            await line.be_silent("Goodbye.")
            assert state(line) is State.ESCALATED

    asyncio.run(talk())


def test_pipecats_own_idle_timer_reports_the_silence() -> None:
    async def talk() -> None:
        from pipecat.frames.frames import BotStartedSpeakingFrame, BotStoppedSpeakingFrame

        async with Line(user={"user_idle_timeout": 0.05}) as line:
            line.phone.begin()
            line.lay_out("Are you there?")
            for frame in (BotStartedSpeakingFrame(), BotStoppedSpeakingFrame()):
                await line.worker.queue_frame(frame)
            await line.settled()
            assert capture(line).receipt.silences == 1

    asyncio.run(talk())


def test_a_policy_and_one_of_its_fields_are_not_given_together() -> None:
    with pytest.raises(PolicyError, match="language"):
        Line(policy=CapturePolicy(), default_region=None, language="fr")


def test_the_outcome_is_that_of_the_core() -> None:
    async def talk() -> None:
        async with Line() as line:
            assert line.phone.begin() is line.phone.capture
            await line.say(f"{A} extension 89", update(f"{A} x89"), f"{READ_A[:-15]} extension 8 9. Is that right?")
            await line.say("yes", CONFIRM, "Thank you.")
            outcome = capture(line).outcome
            assert isinstance(outcome, Completed)
            assert outcome.number.extension == "89"
            assert outcome.receipt.confirmation

    asyncio.run(talk())


def test_a_call_that_is_cut_before_its_result_is_there_is_decided_all_the_same() -> None:
    async def talk() -> None:
        ended: list[Any] = []
        async with Line(on_end=ended.append) as line:
            line.phone.begin()
            await line.say(A, update(A), READ_A)
            gate = asyncio.Event()
            line.phone._hearing.words_come = gate.wait  # type: ignore[method-assign, assignment]
            line.lay_out(CONFIRM)
            talking = asyncio.create_task(line.say("yes"))
            async with asyncio.timeout(5):
                while line.model.asked != 3:
                    await asyncio.sleep(0.001)
            await asyncio.sleep(0.02)
            await line.worker.queue_frame(InterruptionFrame())
            await asyncio.sleep(0.02)
            gate.set()
            await talking
            assert number(line) == "+14155550123"
            assert len(ended) == 1

    asyncio.run(talk())


# A call that is due.


def test_a_model_that_leaves_digits_out_is_asked_for_a_call_at_once_and_once_a_turn() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.say("it's four one five", "And the rest?", "Go on.")
            assert [seen.choice for seen in line.shown] == [None, "required"]
            assert "Heard from the caller: 415" in line.shown[-1].system
            await line.say("five five five, oh one two three", update(A), READ_A)
            assert [seen.choice for seen in line.shown[2:]] == ["required", None], "it has left digits out before"
            assert "Heard from the caller" not in line.shown[2].system, "those of the turn before are no news"

    asyncio.run(talk())


@pytest.mark.parametrize(("theirs", "asked"), [("auto", "required"), ("none", "none")])
def test_a_caller_who_has_agreed_is_answered_with_a_call_unless_the_host_wants_none(theirs: Any, asked: str) -> None:
    async def talk() -> None:
        async with Line() as line:
            line.context.set_tool_choice(theirs)
            line.phone.begin()
            await line.say(f"it's {A}", update(A), READ_A)
            assert {seen.choice for seen in line.shown} == {theirs}
            await line.say("yes", CONFIRM, "Thank you.")
            assert line.shown[-2].choice == asked
            assert line.shown[-1].choice == theirs, "the host has its own again"
            assert number(line) == "+14155550123"

    asyncio.run(talk())
