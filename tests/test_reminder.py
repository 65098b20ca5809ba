# SPDX-License-Identifier: Apache-2.0
"""A model that leaves a call out, or gets the caller's digits wrong, is told so, and the host may ask it for a call."""

import pytest

from phonefsm import PhoneCapture, State
from tests.script import READ_A, A, B, Talk, confirm, update

ASKS = "And the rest?"


def due(talk: Talk) -> bool:
    return talk.capture.call_due


@pytest.mark.parametrize(
    ("talk", "tool", "digits"),
    [
        (Talk().says("it's four one five"), "update_phone_number", "415"),
        (Talk().says("415").extend("415").says("five five five"), "extend_phone_number", "555"),
        (Talk().pending().says("no, 628 555 0188"), "update_phone_number", "6285550188"),
    ],
)
def test_digits_that_a_model_answers_without_a_call_are_held_against_it(talk: Talk, tool: str, digits: str) -> None:
    assert talk.capture.reminder is None, "the model has not spoken yet"
    assert not due(talk)
    talk.agent(ASKS)
    assert due(talk)
    assert tool in (talk.capture.reminder or "")
    assert digits in (talk.capture.reminder or "")
    assert talk.capture.nudge is None, "it did not say that anything is saved"
    talk.calls(update("1"))
    assert talk.capture.reminder is None, "it called something"


@pytest.mark.parametrize(
    "talk",
    [
        Talk().says("hello, who is this?"),
        Talk().says("I'm 42, and I live at number 7"),
        Talk().says("415 555 0123, no, I'd rather not give it"),
        Talk().says("let me talk to a person, my number is 415 555 0123"),
        Talk().pending().says("yes, 0123 at the end"),
        Talk().says(A).update(A),
    ],
)
def test_a_model_that_talks_where_no_call_is_due_is_left_alone(talk: Talk) -> None:
    talk.agent(ASKS)
    assert talk.capture.reminder is None


def test_keys_are_the_hosts_to_record() -> None:
    talk = Talk()
    talk.capture.keys_pressed("415")
    assert talk.agent(ASKS).capture.reminder is None


def test_what_came_before_the_capture_is_not_held_against_the_model() -> None:
    history = [{"user": f"it's {A}"}, {"agent": ASKS}]
    capture = PhoneCapture(default_region="US", history=history)
    assert capture.reminder is None
    assert not capture.call_due
    assert Talk(capture).agent(ASKS).capture.reminder is not None, "but it is still to be recorded"


def test_saved_comes_before_digits() -> None:
    capture = Talk().says(A).agent("I have saved your number.").capture
    assert capture.reminder == capture.nudge is not None


def test_words_that_come_late_take_no_call_back() -> None:
    talk = Talk(observes=["transcript", "agent"]).says(None, id="t1").update("415").says("415", id="t1").agent(ASKS)
    assert talk.state == State.COLLECTING
    assert talk.capture.reminder is None


def test_words_that_come_late_excuse_no_model() -> None:
    talk = Talk().says(None, id="t1").agent(ASKS).says("415", id="t1")
    assert "415" in (talk.capture.reminder or "")


def test_a_model_that_left_digits_out_once_is_asked_for_a_call_at_once_from_then_on() -> None:
    talk = Talk().says("415").agent(ASKS).calls(update("415"))
    assert not due(talk)
    talk.agent("Go on.").says("let me see")
    assert not due(talk)
    talk.says("555")
    assert due(talk)
    assert talk.capture.reminder is None, "it has not spoken yet"
    talk.extend("555")
    assert not due(talk)
    capture = PhoneCapture.restore(talk.capture.snapshot(), talk.capture.policy)
    assert due(Talk(capture).says("0123"))


def test_a_call_is_due_once_the_caller_has_agreed() -> None:
    talk = Talk().pending().agent(READ_A)
    assert not due(talk)
    talk.says("yes")
    assert due(talk)
    talk.calls(confirm())
    assert talk.state == State.COMPLETED
    assert not due(talk)


def test_no_call_is_due_for_an_agreement_of_which_only_a_second_ear_knows() -> None:
    talk = Talk(observes=["transcript", "agent"]).says(A).update(A).agent(READ_A).says("yes")
    assert talk.capture.consent == "agreed"
    assert not due(talk)


def test_digits_that_the_model_got_wrong_are_to_be_sent_again_and_only_once() -> None:
    talk = Talk().says("four one five").update(B)
    (reply,) = talk.replies
    assert talk.codes == ["not_heard"]
    assert "call update_phone_number with 415" in reply.text
    assert "Say:" not in reply.text, "a call is to follow"
    assert due(talk)
    (reply,) = talk.update(A).replies
    assert "Heard from the caller: 415. Ask the caller" in reply.text
    assert "Say:" in reply.text
    assert not due(talk)
    talk.says("four one five").update("415")
    assert talk.codes == ["part_recorded"]


def test_digits_to_send_again_are_those_of_the_part_in_hand_and_the_latest_turn() -> None:
    talk = Talk().says("415").update(B).says("415").update(B)
    assert "with 415;" in talk.replies[0].text, "said again, not once more"
    talk.update("415").says("555").update("415555555")
    assert "with 415555;" in talk.replies[0].text
    talk.extend("555").says("415 555").update(B)
    assert "with 415555;" in talk.replies[0].text, "from the beginning again"


def test_of_two_numbers_the_model_has_to_ask_which() -> None:
    talk = Talk().says(f"{A} or {B}").update("628 555 0123")
    (reply,) = talk.replies
    assert "+14155550123, +14155550188. Ask the caller for the number" in reply.text
    assert "Say:" in reply.text
    assert not due(talk)


def test_what_is_pending_is_named_where_a_made_up_number_comes_instead_of_a_confirmation() -> None:
    (reply,) = Talk().agreed().update(B).replies
    assert "+14155550123 is still recorded, not saved" in reply.text
    assert "confirm_phone_number" in reply.text
    assert "a yes or a no" not in reply.text, "the caller has said yes"


def test_a_made_up_number_without_a_word_of_the_callers_asks_for_one() -> None:
    talk = Talk().says("hello").update(A)
    assert "No new digits were heard. Ask the caller" in talk.replies[0].text
    assert not due(talk)


def test_a_restored_capture_knows_what_the_model_left_out() -> None:
    talk = Talk().says("415").agent(ASKS)
    capture = PhoneCapture.restore(talk.capture.snapshot().model_dump_json(), talk.capture.policy)
    assert capture.reminder == talk.capture.reminder is not None
    old = talk.capture.snapshot().model_dump(exclude={"spoke", "forgot"})
    assert PhoneCapture.restore(old, talk.capture.policy).reminder is None


# A part that the caller rejected.


def test_digits_before_a_no_to_them_are_not_put_together_with_later_ones() -> None:
    talk = Talk().says("415 555 19").update("41555519").says("No.").reject().says("four one five")
    assert talk.update("41555519").codes == ["not_heard"]
    assert talk.update("415").codes == ["part_recorded"]
    assert talk.says("555").update("555").says("0123").update("0123").codes == ["heard_instead"]
    assert talk.e164 == "+14155550123"


@pytest.mark.parametrize("said", ["Hm, let me see.", "the last two are 23"])
def test_without_a_plain_no_the_caller_took_nothing_back(said: str) -> None:
    talk = Talk().says("415 555").update("415555").says(said).reject().says("0123").update(A)
    assert talk.state == State.PENDING_CONFIRMATION


def test_what_comes_with_the_no_counts() -> None:
    talk = Talk().says("415 555").update("415555").says(f"no, it's {A}").reject().update(A)
    assert talk.e164 == "+14155550123"


def test_a_typed_number_beside_a_rejected_part_is_confirmed() -> None:
    talk = Talk().types("415 555").update("415555").types("no").reject().types(A).update(A)
    assert talk.state == State.PENDING_CONFIRMATION


# A no to digits that the model takes for a refusal to give any.


@pytest.mark.parametrize("talk", [Talk().pending().agent(READ_A), Talk().says("415").agent("I have 4 1 5. Next?")])
def test_a_no_that_is_no_refusal_comes_with_what_to_say(talk: Talk) -> None:
    (reply,) = talk.says("No, that's wrong.").decline().replies
    assert talk.codes == ["not_declined"]
    assert reply.text.endswith(
        'Say: "Sorry about that. Please give me the number in parts, starting with the area code."'
    )
