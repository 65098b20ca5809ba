# SPDX-License-Identifier: Apache-2.0
"""The core object: its events and what it says of itself, beside the promise."""

from typing import Any

import pytest

from phonefsm import (
    CapturePolicy,
    Consent,
    ConversationError,
    Observation,
    PhoneCapture,
    PolicyError,
    State,
    Support,
    ToolCall,
)
from phonefsm.evidence import TURNS_KEPT
from phonefsm.turns import MAX_TEXT
from tests.script import A_E164, B_E164, READ_A, A, B, Talk, confirm, decline, escalate, extend, update


def policy(**fields: object) -> CapturePolicy:
    return CapturePolicy.load({"default_region": "US", **fields})


# Grounding.


@pytest.mark.parametrize(
    ("said", "claim"),
    [
        ("four one five five five five oh one two three", A),
        ("it's (415) 555-0123", "+1 415 555 0123"),
        ("+1 415 555 0123", A),
        ("415 555 0123", "(415) 555-0123"),
        ("one four one five five five five oh one two three", A),
    ],
)
def test_a_claim_is_heard_however_it_is_written(said: str, claim: str) -> None:
    assert Talk().says(said).update(claim).codes == ["recorded"]


def test_what_follows_an_area_code_is_none() -> None:
    talk = Talk(default_region="GB").says("0131").update("0131").says("583").update("583").says("554").update("554")
    assert (talk.codes, talk.e164) == (["part_recorded"], None)
    assert talk.says("5").update("01315835545").e164 == "+441315835545"


@pytest.mark.parametrize(
    "order", [("415", "555", "0123"), ("555 0123", "the area code is 415"), ("555 0123", "415"), ("41", "55550", "123")]
)
def test_a_number_in_parts_is_heard_joined_over_turns(order: tuple[str, ...]) -> None:
    talk = Talk()
    for part in order:
        talk.says(part).says("and then")
    assert talk.update(A).e164 == A_E164


@pytest.mark.parametrize("claim", ["4155554155", "415 555 5550", "4154155550"])
def test_no_digit_is_used_twice(claim: str) -> None:
    assert Talk().says("415").says("555").update(claim).codes == ["not_heard"]


def test_a_claim_cut_from_the_candidate_alone_voids_nothing() -> None:
    talk = Talk().pending().agent(READ_A).says("yes").update("415 555 012")
    assert talk.codes == ["not_heard"]
    assert talk.e164 == A_E164


def test_loose_digits_do_not_make_a_number() -> None:
    talk = Talk()
    for digit in "4155550123":
        talk.says(f"I have {digit} cats and a dog")
    assert talk.update("3210555514").codes == ["not_heard"]


def test_a_whole_number_is_not_cut_to_pieces() -> None:
    talk = Talk().says(f"{A} or {B}").update("415 555 0123")
    assert talk.codes == ["recorded"]
    assert Talk().says("415 555 0123 or 628 555 0188").update("628 555 0123").codes == ["not_heard"]


@pytest.mark.parametrize(
    ("correction", "claim", "number"),
    [
        ("no, the last four are 0188", "0188", B_E164),
        ("no, the last four are 0188", B, B_E164),
        ("no, 0188", "0188", B_E164),
        ("the last digit is eight", "415 555 0128", "+14155550128"),
        ("eight at the end", "4155550128", "+14155550128"),
        ("no, the area code is 628", "628 555 0123", "+16285550123"),
        (f"no, it's {B}", B, B_E164),
    ],
)
def test_a_correction_after_the_read_back_makes_the_new_number(correction: str, claim: str, number: str) -> None:
    talk = Talk().pending().agent(READ_A).says(correction).update(claim)
    assert talk.e164 == number
    assert talk.capture.consent is Consent.UNREAD
    assert talk.capture.generation == 2


def test_an_extend_in_pending_is_a_new_tail_or_an_addition() -> None:
    assert Talk().pending().says("0188 at the end").extend("0188").e164 == B_E164


@pytest.mark.parametrize("later", ["extension 89", "it's extension eight nine", "89"])
def test_an_extension_may_come_in_a_turn_of_its_own(later: str) -> None:
    assert str(Talk().says(A).says(later).update("415 555 0123 ext 89").capture.number) == f"{A_E164};ext=89"
    talk = Talk().pending().agent(READ_A).says(later).update("415 555 0123 ext 89")
    assert str(talk.capture.number) == f"{A_E164};ext=89"
    assert talk.agent(READ_A).says("yes").confirm().codes == ["not_read_back"], "the extension was not read back"
    assert talk.agent("415 555 0123, extension 89. Right?").says("yes").confirm().state is State.COMPLETED


def test_an_extension_that_nobody_gave_is_dropped() -> None:
    assert str(Talk().says(A).update("415 555 0123 ext 89").capture.number) == A_E164


def test_a_country_named_in_words_gives_its_calling_code() -> None:
    talk = Talk(default_region=None).says("020 7946 0958").update("020 7946 0958")
    assert talk.codes == ["country_needed"]
    assert talk.says("it's a UK number").update("020 7946 0958").e164 == "+442079460958"


def test_history_that_the_host_hands_over_counts() -> None:
    history = [{"agent": "Your number?"}, {"user": A, "modality": "audio"}]
    assert Talk(history=history).update(A).e164 == A_E164


@pytest.mark.parametrize(
    "line", [{"usr": "hi"}, {"user": 5}, {"user": "hi", "modality": "smell"}, {"user": "a", "b": 1}]
)
def test_a_wrong_line_of_history_is_named(line: dict[str, Any]) -> None:
    with pytest.raises(ConversationError, match="line 2: history"):
        PhoneCapture(history=[{"agent": "hi"}, line])


def test_a_caller_id_counts_once_the_caller_refers_to_it() -> None:
    talk = Talk(caller_id=A_E164).says("good morning").update(A)
    assert talk.codes == ["not_heard"]
    assert talk.says("use the number I'm calling from").update(A).codes == ["recorded"]
    assert talk.agent(READ_A).says("yes").confirm().state is State.COMPLETED


def test_a_caller_id_is_confirmed_also_where_the_caller_types() -> None:
    talk = Talk(caller_id=A_E164).types("use the number I'm calling from").update(A)
    assert talk.state is State.PENDING_CONFIRMATION


# Parts.


def test_a_number_in_parts_is_collected_and_completed_by_consent() -> None:
    talk = Talk().says("415").extend("415")
    assert (talk.state, talk.capture.part) == (State.COLLECTING, "415")
    talk.says("five five five").extend("555")
    assert talk.capture.part == "415555"
    assert talk.says("0123").extend("0123").e164 == A_E164
    assert talk.capture.receipt.attempts == 0


def test_a_part_is_replaced_by_the_latest_words_and_never_shrinks() -> None:
    talk = Talk().says("415").extend("415").says("no, 628").update("628")
    assert talk.capture.part == "628"
    assert talk.update("62").state is State.ASKING


def test_an_extend_that_was_not_said_is_refused() -> None:
    talk = Talk().says("415").extend("415").extend("415")
    assert talk.codes == ["not_heard"]
    assert talk.capture.part == "415"


def test_digits_that_a_model_drops_in_parts_come_from_the_words() -> None:
    talk = Talk().says("415").extend("415").says("five five five oh one two three").extend("550123")
    assert talk.codes == ["heard_instead"]
    assert talk.e164 == A_E164


# What a host does not see.


def test_a_host_that_sees_no_turns_completes_with_an_update_and_a_confirm_and_the_receipt_says_so() -> None:
    talk = Talk(observes=()).update(A_E164)
    assert talk.state is State.PENDING_CONFIRMATION
    outcome = talk.confirm().capture.outcome
    assert outcome is not None
    receipt = outcome.receipt
    assert {receipt.heard, receipt.read_back, receipt.agreement} == {Support.UNKNOWN}


def test_what_is_unobserved_is_refused_where_the_policy_requires_it() -> None:
    strict = policy(evidence={"heard": "require"})
    assert Talk(policy=strict, observes=()).update(A).codes == ["not_heard"]
    strict = policy(evidence={"agreement": "require"})
    assert Talk(policy=strict, observes=()).update(A).confirm().codes == ["not_read_back"]


def test_a_host_that_does_not_hear_the_agent_takes_the_callers_answer() -> None:
    for answer, state in (("yes", State.COMPLETED), ("no", State.PENDING_CONFIRMATION)):
        talk = Talk(observes=["caller"]).says(A).update(A)
        assert talk.confirm().codes == ["not_read_back"]
        assert talk.says(answer).confirm().state is state


def test_a_second_ear_that_differs_is_unknown_and_makes_the_read_back_go_digit_by_digit() -> None:
    talk = Talk(observes=["transcript", "agent"]).says(B).update(A)
    assert talk.e164 == A_E164
    assert talk.capture.receipt.heard is Support.UNKNOWN
    assert "4, 1, 5" in talk.capture.prompt.audio


def test_a_late_transcript_counts_where_it_was_spoken() -> None:
    talk = Talk(observes=["transcript", "agent"]).says(None, id="t1").update(A).agent(READ_A)
    talk.says(None, id="t2")
    talk.capture.user_said("no, that's wrong", "audio", id="t2")
    assert talk.confirm().codes == ["objected"]
    talk.capture.user_said(A, "audio", id="t1")
    assert talk.agent(READ_A).says("yes", id="t3").confirm().state is State.COMPLETED


def test_a_host_with_a_second_ear_knows_that_nobody_answered_the_read_back() -> None:
    talk = Talk(observes=["transcript", "agent"]).says(A).update(A).agent(READ_A)
    assert talk.confirm().codes == ["not_answered"]
    talk.capture.user_silent()
    assert talk.confirm().codes == ["not_answered"]
    talk.says(None, id="t9").agent("One moment.")
    talk.capture = PhoneCapture.restore(talk.capture.snapshot().model_dump_json(), talk.capture.policy)
    assert talk.confirm().state is State.COMPLETED
    assert talk.capture.receipt.agreement is Support.UNKNOWN


def test_words_that_are_still_to_come_keep_a_host_that_reports_them_waiting() -> None:
    talk = Talk().pending().agent(READ_A).says("yes").says(None, id="t9")
    assert talk.confirm().codes == ["not_answered"]
    talk.capture.user_said("yes", "audio", id="t9")
    assert talk.confirm().state is State.COMPLETED


def test_ignored_evidence_is_not_asked_for() -> None:
    blind = policy(evidence={"heard": "ignore", "read_back": "ignore", "agreement": "ignore"})
    assert Talk(policy=blind).update(A).says("no").confirm().state is State.COMPLETED


def test_a_read_back_cut_nobody_knows_where_counts_only_where_unknown_is_accepted() -> None:
    lenient = policy(evidence={"read_back": "accept_unknown"})
    talk = Talk(policy=lenient).pending().agent(READ_A, None).says("yes").confirm()
    assert talk.capture.outcome is not None
    assert talk.capture.outcome.receipt.read_back is Support.UNKNOWN


def test_a_language_without_a_lexicon_is_unobserved_and_not_contradicted() -> None:
    talk = Talk(policy=policy(language="und")).says("noll sju").update(A)
    assert talk.codes == ["recorded"]
    assert talk.capture.receipt.heard is Support.UNKNOWN


def test_what_a_host_observes_has_known_names() -> None:
    assert PhoneCapture().observes == {Observation.CALLER, Observation.AGENT}
    with pytest.raises(PolicyError, match="observes"):
        PhoneCapture(observes=["smoke signals"])


# Keypad.


def test_keys_are_a_whole_number_and_count_as_voice() -> None:
    talk = Talk()
    assert talk.capture.keys_pressed("41555*55 0123#").code == "recorded"
    assert talk.e164 == A_E164
    assert talk.capture.keys_pressed("1").code == "not_read_back"
    talk.agent(READ_A)
    assert talk.capture.keys_pressed("1").code == "completed"


def test_two_rejects_and_other_keys_are_digits() -> None:
    talk = Talk()
    talk.capture.keys_pressed("4155550123")
    assert talk.capture.keys_pressed("0188#").code == "recorded"
    assert talk.e164 == B_E164
    assert talk.capture.keys_pressed("2").code == "rejected"
    assert talk.state is State.ASKING


def test_spoken_and_keyed_digits_join() -> None:
    talk = Talk().says("four one five").extend("415")
    assert talk.capture.keys_pressed("5550123#").code == "recorded"
    assert talk.e164 == A_E164


def test_an_entry_without_digits_is_silence() -> None:
    talk = Talk().says(A)
    assert talk.capture.keys_pressed("#").code == "no_input"
    assert talk.state is State.ASKING


# What it says of itself.


def test_tools_follow_the_state_and_are_never_an_empty_schema() -> None:
    def names(talk: Talk) -> list[str]:
        return [tool.name.split("_")[0] for tool in talk.capture.tools]

    assert names(Talk()) == ["update", "decline"]
    assert names(Talk().says("415").extend("415")) == ["update", "extend", "reject", "decline"]
    assert names(Talk().pending()) == ["update", "confirm", "reject", "decline"]
    assert names(Talk(policy=policy(handover=True))) == ["update", "decline", "escalate"]
    assert names(Talk().agreed().confirm()) == []
    for tool in Talk().pending().capture.tools:
        assert tool.parameters["additionalProperties"] is False
        assert tool.parameters["required"] == list(tool.parameters["properties"])


def test_every_tool_may_be_called_in_every_state() -> None:
    for talk in (Talk(), Talk().says("415").extend("415"), Talk().pending()):
        talk.calls(escalate())
        assert talk.state is State.ESCALATED
        assert talk.replies[0].text.startswith("No number was saved")


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (ToolCall("update_phone_number", {}), "phone_number"),
        (ToolCall("update_phone_number", {"phone_number": 4155550123}), "phone_number"),
        (ToolCall("update_phone_number", {"phone_number": ""}), "phone_number"),
        (ToolCall("update_phone_number", {"phone_number": "1" * 300}), "phone_number"),
        (ToolCall("update_phone_number", {"phone_number": A, "note": "x"}), "note"),
        (ToolCall("extend_phone_number", {"phone_number": A}), "digits"),
        (ToolCall("decline_phone_number_capture"), "reason"),
        (ToolCall("confirm_phone_number", {"sure": True}), "sure"),
        (ToolCall("update_phone_number", ["415"]), ""),  # type: ignore[arg-type]
        (ToolCall("update_phone_number", "415"), ""),  # type: ignore[arg-type]
        (ToolCall("save_number", {}), "update_phone_number"),
        (ToolCall("no_input", {}), "update_phone_number"),
        (ToolCall("reopen", {}), "update_phone_number"),
        (ToolCall(None, {}), "update_phone_number"),  # type: ignore[arg-type]
    ],
)
def test_a_malformed_call_names_what_is_wrong_and_counts_as_a_refusal_only(call: ToolCall, named: str) -> None:
    talk = Talk().agreed()
    before = talk.capture.snapshot()
    talk.calls(call)
    reply = talk.replies[0]
    assert reply.is_error
    assert named in reply.text
    after = talk.capture.snapshot()
    assert after.refusals == 1
    changed = {name for name in type(after).model_fields if getattr(after, name) != getattr(before, name)}
    assert changed <= {"refusals", "called"}


def test_a_batch_of_nothing_is_nothing() -> None:
    assert PhoneCapture().tools_called() == []


def test_a_model_that_says_saved_and_calls_nothing_is_nudged() -> None:
    talk = Talk().says(A).agent("Perfect, I've saved your number!")
    assert talk.capture.nudge is not None
    assert "update_phone_number" in talk.capture.nudge
    talk.update(A)
    assert talk.capture.nudge is None
    talk.agent(READ_A).says("yes").agent("Your number is saved.")
    assert "confirm_phone_number" in (talk.capture.nudge or "")
    assert Talk().says(A).agent("Shall I save it?").capture.nudge is None
    assert Talk().agreed().confirm().agent("Your number is saved.").capture.nudge is None


def test_listening_expects_digits_while_they_come() -> None:
    asking, collecting, pending = Talk(), Talk().says("415").extend("415"), Talk().pending()
    hints = [talk.capture.listening for talk in (asking, collecting, pending)]
    assert [hint.digits for hint in hints] == [True, True, False]
    assert hints[1].patience > hints[0].patience > hints[2].patience
    assert Talk(policy=policy(keypad=True)).capture.listening.keypad


def test_the_fixed_part_of_the_instructions_is_the_same_in_every_state() -> None:
    talks = [Talk(), Talk().says("415").extend("415"), Talk().pending(), Talk().agreed().confirm()]
    for modality in ("audio", "text"):
        texts = [getattr(talk.capture.instructions, modality) for talk in talks]
        assert len({text.partition("\nNow:")[0] for text in texts}) == 1
        assert len({text.partition("\nNow:")[2] for text in texts}) == len(texts)


@pytest.mark.parametrize(
    ("required", "audio", "text"), [(None, True, False), (True, True, True), (False, False, False)]
)
def test_confirmation_is_announced_where_it_will_be_asked_for(required: bool | None, audio: bool, text: bool) -> None:
    lines = Talk(policy=policy(require_confirmation=required)).capture.instructions
    assert ("confirmed before it counts" in lines.audio) is audio
    assert ("confirmed before it counts" in lines.text) is text
    sticky = Talk(policy=policy(require_confirmation=required)).says(A).update(A)
    if sticky.state is State.PENDING_CONFIRMATION:
        assert "confirmed before it counts" in sticky.reject().capture.instructions.text


def test_extra_instructions_are_added() -> None:
    assert "Speak like a pirate." in Talk(policy=policy(extra_instructions="Speak like a pirate.")).capture.instructions


def test_the_prompt_speaks_the_number_in_groups_and_shows_it_as_written() -> None:
    prompt = Talk().pending().capture.prompt
    assert "4 1 5, 5 5 5, 0 1 2 3" in prompt.audio
    assert "(415) 555-0123" in prompt.text
    assert "4, 1, 5" in Talk().pending().reject().says(B).update(B).capture.prompt.audio


def test_wording_is_the_policys_where_it_has_one() -> None:
    talk = Talk(policy=policy(wording={"ask": "Your digits, please?", "read_back": "{number} - yes?"}))
    assert talk.capture.prompt == "Your digits, please?"
    assert talk.pending().capture.prompt.text == "(415) 555-0123 - yes?"


def test_a_cut_utterance_is_marked_and_proves_no_agreement() -> None:
    talk = Talk().pending().agent(READ_A).says("yes " + "la " * MAX_TEXT)
    assert talk.confirm().codes != ["completed"]
    assert talk.capture.receipt.cut
    talk = Talk().pending().agent(READ_A + " la" * MAX_TEXT).says("yes").confirm()
    assert talk.codes == ["not_read_back"]


def test_a_capture_stays_small_however_long_the_conversation() -> None:
    talk = Talk().pending()
    for _ in range(3 * TURNS_KEPT):
        talk.says("what was that").agent(READ_A)
    assert len(talk.capture.snapshot().turns) == TURNS_KEPT
    assert talk.says("yes").confirm().state is State.COMPLETED


def test_consent_outlives_the_window() -> None:
    talk = Talk().agreed()
    for _ in range(3 * TURNS_KEPT):
        talk.says("mm")
    assert talk.capture.consent is Consent.AGREED
    assert talk.confirm().state is State.COMPLETED


@pytest.mark.parametrize("text", [1, b"x", ["a"]])
def test_what_is_no_text_is_an_input_error(text: Any) -> None:
    capture = PhoneCapture()
    for method in (capture.user_said, capture.agent_said, capture.keys_pressed):
        with pytest.raises(TypeError):
            method(text)
    with pytest.raises(ValueError, match="modality"):
        capture.user_said("hi", "smell")  # type: ignore[arg-type]


def test_a_decline_beside_an_escalate_is_decided_in_one_order() -> None:
    for batch in ((decline(), escalate()), (escalate(), decline())):
        assert Talk().calls(*batch).state is State.ESCALATED


def test_a_batch_after_the_end_answers_every_call() -> None:
    talk = Talk().agreed().calls(confirm("1"), update(A, "2"), extend("5", "3"))
    assert [reply.call_id for reply in talk.replies] == ["1", "2", "3"]
