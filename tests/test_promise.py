# SPDX-License-Identifier: Apache-2.0
"""The promise, and the consequences of the table that today's systems get wrong: a named test each."""

from itertools import permutations

import pytest

from phonefsm import CapturePolicy, Completed, Consent, Declined, Escalated, PhoneCapture, State, ToolCall
from tests.script import (
    A_E164,
    B_E164,
    READ_A,
    READ_B,
    A,
    B,
    Talk,
    confirm,
    decline,
    escalate,
    extend,
    reject,
    update,
)


def test_a_number_given_heard_and_agreed_to_is_completed() -> None:
    talk = Talk().agreed().confirm()
    outcome = talk.capture.outcome
    assert isinstance(outcome, Completed)
    assert outcome.number.e164 == A_E164
    assert (outcome.receipt.heard, outcome.receipt.read_back, outcome.receipt.agreement) == ("seen", "seen", "seen")


def test_the_model_cannot_confirm_for_the_caller() -> None:
    talk = Talk().pending().confirm()
    assert talk.codes == ["not_read_back"]
    talk.agent(READ_A).confirm()
    assert talk.codes == ["not_answered"]
    assert talk.state is State.PENDING_CONFIRMATION


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("no", "objected"),
        ("no that's wrong", "objected"),
        ("uh-huh", "unclear"),
        ("hmm", "unclear"),
        ("what are your opening hours today", "unclear"),
        ("yes but the last digit is four", "objected"),
        ("415 555 0124", "objected"),
        ("can you repeat that", "objected"),
        ("hold on a second", "objected"),
        ("I'd rather not give it", "objected"),
        ("let me talk to a person", "objected"),
    ],
)
def test_an_answer_that_is_no_clear_yes_does_not_confirm(answer: str, code: str) -> None:
    talk = Talk().pending().agent(READ_A).says(answer).confirm()
    assert talk.codes == [code]
    assert talk.state is State.PENDING_CONFIRMATION


@pytest.mark.parametrize(
    "answer", ["yes", "yeah that's right", "correct", "yep", "that's it, thank you", A, f"yes, {A}"]
)
def test_a_clear_yes_or_the_same_number_again_agrees(answer: str) -> None:
    assert Talk().pending().agent(READ_A).says(answer).confirm().state is State.COMPLETED


def test_an_invented_number_is_refused_and_what_was_heard_is_told() -> None:
    talk = Talk().says("my number is four one five").update(A)
    assert talk.codes == ["not_heard"]
    assert talk.replies[0].text.startswith("Nothing was saved")
    assert "415" in talk.replies[0].text


def test_an_invented_number_voids_nothing_but_the_pending_one_must_be_read_back_again() -> None:
    talk = Talk().agreed().update("628 555 9999")
    assert talk.codes == ["not_heard"]
    assert talk.e164 == A_E164
    assert talk.confirm().codes == ["not_read_back"]
    assert talk.agent(READ_A).says("yes").confirm().state is State.COMPLETED


def test_a_yes_never_completes_a_number_that_was_corrected_by_an_invalid_one() -> None:
    talk = Talk().pending().agent(READ_A).says("no, it's 415 555 01888").update("415 555 01888")
    assert talk.codes == ["too_long"]
    assert talk.says("yes").confirm().codes == ["nothing_pending"]
    assert talk.state is State.ASKING


def test_a_correction_that_the_model_ignored_takes_the_consent_away() -> None:
    talk = Talk().pending().agent(READ_A).says(f"sorry, it's {B}").says("yes").confirm()
    assert talk.codes == ["objected"]


def test_confirm_is_bound_to_a_generation_and_not_to_a_value() -> None:
    talk = Talk().agreed().says(f"no, {B}").update(B).says(f"no, {A}").update(A)
    assert talk.e164 == A_E164
    assert talk.capture.generation == 3
    assert talk.says("yes").confirm().codes == ["not_read_back"]
    assert talk.agent(READ_A).says("yes").confirm().state is State.COMPLETED


def test_the_pending_number_recorded_again_changes_nothing_and_keeps_the_consent() -> None:
    talk = Talk().agreed().update("(415) 555-0123")
    assert talk.codes == ["unchanged"]
    assert not talk.replies[0].is_error
    assert talk.capture.generation == 1
    assert talk.confirm().state is State.COMPLETED


def test_a_final_state_answers_every_tool_truthfully_and_moves_for_none() -> None:
    for end in (Talk().agreed().confirm(), Talk().says("I'd rather not").decline(), Talk().calls(escalate())):
        before = end.state
        for call in (update(), extend("415"), confirm(), reject(), decline(), escalate()):
            end.calls(call)
            assert end.codes == ["finished"]
            assert end.replies[0].text.startswith("Nothing was changed")
            assert end.state is before


def test_a_correction_that_is_typed_after_voice_still_needs_confirmation() -> None:
    talk = Talk().pending().types(B).update(B)
    assert talk.state is State.PENDING_CONFIRMATION
    assert talk.e164 == B_E164


def test_voice_in_an_earlier_candidate_is_sticky_after_a_rejection() -> None:
    talk = Talk().pending().reject().types(B).update(B)
    assert talk.state is State.PENDING_CONFIRMATION


def test_typed_text_completes_at_once_where_it_holds_exactly_this_number() -> None:
    talk = Talk().types("it's 415-555-0123").update(A)
    assert talk.state is State.COMPLETED
    assert talk.capture.outcome is not None
    assert not talk.capture.outcome.receipt.confirmation


@pytest.mark.parametrize("text", ["no wait", "that's wrong", "I'd rather not give it"])
def test_a_typed_number_that_was_taken_back_needs_confirmation(text: str) -> None:
    assert Talk().types(A).types(text).update(A).state is State.PENDING_CONFIRMATION


def test_what_is_said_after_the_end_does_not_change_its_evidence() -> None:
    talk = Talk().agreed().confirm()
    outcome = talk.capture.outcome
    talk.says("no wait", id="t8").agent(READ_B).says(B).update(B).says("yes", id="t8")
    assert talk.capture.outcome == outcome
    assert talk.capture.consent is Consent.AGREED


@pytest.mark.parametrize("text", [f"{A} or {B}", f"{B} or {A}"])
def test_typed_text_with_two_numbers_needs_confirmation(text: str) -> None:
    assert Talk().types(text).update(A).state is State.PENDING_CONFIRMATION


def test_typed_text_whose_country_was_neither_said_nor_implied_needs_confirmation() -> None:
    talk = Talk(default_region=None).types("020 7946 0958").update("+442079460958")
    assert talk.state is State.PENDING_CONFIRMATION
    assert talk.agent("020 7946 0958, right?").types("yes").confirm().codes == ["not_read_back"]
    assert talk.agent("+44 20 7946 0958, right?").types("yes").confirm().state is State.COMPLETED


def test_unknown_modality_needs_confirmation() -> None:
    assert Talk().says(A, None).update(A).state is State.PENDING_CONFIRMATION


def test_a_lost_repeated_digit_is_put_right_from_the_callers_words() -> None:
    talk = Talk().says("four one five five five five oh one two three").update("415550123")
    assert talk.codes == ["heard_instead"]
    assert talk.e164 == A_E164
    assert not talk.replies[0].is_error


def test_heard_instead_is_confirmed_also_where_the_number_was_typed() -> None:
    assert Talk().types(A).update(B).state is State.PENDING_CONFIRMATION


def test_an_extension_that_the_model_dropped_comes_back_without_confirmation() -> None:
    talk = Talk().types("415-555-0123 ext. 89").update(A)
    assert talk.codes == ["heard_instead"]
    assert talk.state is State.COMPLETED
    assert str(talk.capture.number) == f"{A_E164};ext=89"


def test_prefer_heard_can_be_turned_off_and_then_the_claim_is_refused() -> None:
    talk = Talk(PhoneCapture.restore(PhoneCapture().snapshot(), _policy(prefer_heard=False)))
    assert talk.says(A).update(B).codes == ["not_heard"]


def test_a_stale_claim_never_beats_a_later_correction() -> None:
    talk = Talk().pending().agent(READ_A).says("no, the last four are 0188").update(A)
    assert talk.codes == ["heard_instead"]
    assert talk.e164 == B_E164


def test_a_number_corrected_before_it_was_recorded_is_not_brought_back() -> None:
    talk = Talk().says(A).says(f"no wait, {B}").update(A)
    assert talk.e164 == B_E164


def test_a_read_back_in_the_same_breath_as_the_update_counts() -> None:
    talk = Talk().says(A).agent(READ_A).update(A).says("yes").confirm()
    assert talk.state is State.COMPLETED


def test_an_agreement_from_before_the_number_does_not_count() -> None:
    talk = Talk().agent(READ_A).says("yes").says(A).update(A).confirm()
    assert talk.codes == ["not_read_back"]


@pytest.mark.parametrize(
    ("played", "interrupted", "state"),
    [
        ("I have 415 555", True, State.PENDING_CONFIRMATION),
        ("I have 415 555 012", True, State.PENDING_CONFIRMATION),
        ("I have 415 555 0123", True, State.COMPLETED),
        (READ_A, None, State.PENDING_CONFIRMATION),
        (READ_A, False, State.COMPLETED),
    ],
)
def test_an_interrupted_read_back_counts_as_far_as_it_was_played(
    played: str, interrupted: bool | None, state: State
) -> None:
    assert Talk().pending().agent(played, interrupted).says("yes").confirm().state is state


@pytest.mark.parametrize(
    "said",
    [
        "I have 415 555 0124. Is that right?",
        "I have 415 555 012. Is that right?",
        "I have 555 415 0123. Is that right?",
        "Is it 415 555 0123 or 415 555 0188?",
        "Is it 415 555 0188 or 415 555 0123?",
        "So it ends in 0123?",
        "Shall I save your number?",
    ],
)
def test_a_wrong_partial_reordered_or_double_read_back_is_none(said: str) -> None:
    assert Talk().pending().agent(said).says("yes").confirm().codes == ["not_read_back"]


def test_another_number_after_the_read_back_takes_it_away() -> None:
    talk = Talk().pending().agent(READ_A).agent("Our own number is 800 555 0199.").says("yes").confirm()
    assert talk.codes == ["not_read_back"]


@pytest.mark.parametrize(
    "parts",
    [
        ("415", "555", "0123"),
        ("That is 415,", "then 555", "and 0123. Right?"),
        ("four one five", "five five five oh one two three"),
    ],
)
def test_a_read_back_may_span_utterances(parts: tuple[str, ...]) -> None:
    talk = Talk().pending()
    for part in parts:
        talk.agent(part).says("mm-hm")
    assert talk.says("yes").confirm().state is State.COMPLETED


def test_a_part_said_after_the_yes_takes_it_back_and_a_yes_with_a_part_does_not() -> None:
    assert Talk().agreed().says("415").confirm().codes == ["unclear"]
    assert Talk().pending().agent(READ_A).says("yes, 0123 at the end").confirm().state is State.PENDING_CONFIRMATION
    assert Talk().pending().agent(READ_A).says("yes, 0123").confirm().state is State.COMPLETED


@pytest.mark.parametrize("words", ["yes, except the area code", "but the last digit is off", "all but the end"])
def test_a_doubt_after_the_yes_takes_it_back(words: str) -> None:
    assert Talk().agreed().says(words).confirm().codes == ["objected"]


def test_an_echo_does_not_break_a_read_back_in_parts() -> None:
    talk = Talk().pending().agent("415").says("415").agent("555 0123, is that right?").says("yes").confirm()
    assert talk.state is State.COMPLETED


@pytest.mark.parametrize("order", list(permutations(range(2))))
@pytest.mark.parametrize(
    ("other", "state", "number"),
    [
        (update(B), State.PENDING_CONFIRMATION, B_E164),
        (reject(), State.ASKING, None),
        (decline(), State.DECLINED, None),
        (escalate(), State.ESCALATED, None),
        (extend("0188"), State.PENDING_CONFIRMATION, B_E164),
        (ToolCall("save_everything"), State.PENDING_CONFIRMATION, A_E164),
    ],
)
def test_a_confirm_beside_any_other_call_is_refused_in_either_order(
    order: tuple[int, ...], other: ToolCall, state: State, number: str | None
) -> None:
    talk = Talk().agreed()
    if number == B_E164:
        talk = Talk().pending().agent(READ_A).says("yes no, the last four are 0188")
    batch = [confirm("a"), other]
    talk.calls(*(batch[place] for place in order))
    assert talk.state is state
    assert talk.e164 == number
    assert talk.replies[order.index(0)].is_error


@pytest.mark.parametrize("order", [(A, B), (B, A)])
def test_of_two_numbers_in_a_batch_the_one_in_the_latest_words_counts(order: tuple[str, str]) -> None:
    talk = Talk().says(A).calls(*map(update, order))
    assert sorted(talk.codes) == ["recorded", "which_number"]
    assert talk.e164 == A_E164


def test_two_numbers_in_a_batch_that_the_latest_words_do_not_tell_apart_are_both_refused() -> None:
    talk = Talk().says(f"{A} or {B}").calls(update(A), update(B))
    assert talk.codes == ["which_number", "which_number"]
    assert talk.state is State.ASKING


def test_equal_calls_of_a_batch_collapse() -> None:
    talk = Talk().says(A).calls(update(A, "1"), update("(415) 555-0123", "2"), update(A, "3"))
    assert talk.codes == ["recorded"] * 3
    assert [reply.call_id for reply in talk.replies] == ["1", "2", "3"]
    assert talk.capture.generation == 1
    talk.agent(READ_A).says("yes").calls(confirm("4"), confirm("5"))
    assert talk.codes == ["completed", "completed"]


def test_several_extends_of_a_batch_keep_their_order() -> None:
    talk = Talk().says("415").says("555 0123").calls(extend("415"), extend("555"), extend("0123"))
    assert talk.e164 == A_E164


def test_a_repeated_call_gets_its_first_reply_again_and_moves_nothing() -> None:
    talk = Talk().says(A).calls(update(A, "1"))
    first = talk.replies
    kept = PhoneCapture.restore(talk.capture.snapshot(), talk.capture.policy)
    talk.says(f"no, {B}").calls(update(A, "1"))
    assert talk.replies == first
    assert [reply.text for reply in talk.replies] == [reply.text for reply in first]
    assert [reply.text for reply in kept.tools_called(update(A, "1"))] == [reply.text for reply in first]
    assert talk.e164 == A_E164
    assert talk.calls(confirm("1")).codes == ["not_read_back"], "another name under the same id is another call"


def test_a_no_to_the_read_back_is_no_refusal_to_give_a_number() -> None:
    talk = Talk().pending().agent(READ_A).says("no").decline()
    assert talk.codes == ["not_declined"]
    assert talk.reject().decline().codes == ["not_declined"], "nor is it one after the model rejected the number"
    assert talk.says("I don't want to give it").decline().state is State.DECLINED


def test_a_no_to_digits_that_were_never_recorded_is_no_refusal_either() -> None:
    talk = Talk().says("hello").agent("I have 415 555 0199. Is that right?").says("no").decline()
    assert talk.codes == ["not_declined"]
    assert talk.agent("What is your number?").says("no").decline().state is State.DECLINED
    refused = Talk().agent("Call us on 415 555 0199. What is your number?").says("I'd rather not say").decline()
    assert refused.state is State.DECLINED


def test_digits_contradict_a_decline() -> None:
    assert Talk().says(A).decline().codes == ["not_declined"]


def test_a_decline_carries_its_reason() -> None:
    outcome = Talk().says("I'd rather not").calls(decline("privacy")).capture.outcome
    assert isinstance(outcome, Declined)
    assert outcome.reason == "privacy"


def test_no_loop_is_endless() -> None:
    def reason(talk: Talk) -> str:
        assert isinstance(talk.capture.outcome, Escalated)
        return talk.capture.outcome.reason

    invalid, rejected, stubborn, refused, junk, silent, flipping = (Talk() for _ in range(7))
    for _ in range(9):
        invalid.says("555 123 45678").update("555 123 45678")
        stubborn.says(A).update(A)
        refused.update(A)
        junk.calls(ToolCall("nonsense"))
    assert reason(invalid) == "attempts_exhausted"
    assert reason(refused) == reason(junk) == "refusals_exhausted"
    stubborn.update(A)
    assert reason(stubborn) == "refusals_exhausted"
    for _ in range(4):
        rejected.says(A).update(A).reject()
        silent.capture.user_silent()
    assert reason(rejected) == "rejections_exhausted"
    assert reason(silent) == "silence"
    flipping.says(A)
    for _ in range(30):
        flipping.update("415").update(A)
    assert flipping.state is State.ESCALATED


def test_limits_count_what_may_happen_and_the_next_one_ends() -> None:
    talk = Talk(policy=_policy(limits={"attempts": 2, "silences": 0, "rejections": 1, "refusals": 0}))
    talk.says(A).update(A).says(f"no, {B}").update(B)
    assert talk.state is State.PENDING_CONFIRMATION
    assert talk.says("no, 415 555 0199").update("415 555 0199").codes == ["attempts_exhausted"]
    silent = Talk(policy=_policy(limits={"silences": 0}))
    assert silent.capture.user_silent().code == "silence"


def test_silences_and_refusals_count_in_a_row_only() -> None:
    talk = Talk()
    for _ in range(10):
        talk.capture.user_silent()
        talk.capture.user_silent()
        talk.says("hello")
    assert talk.state is State.ASKING
    for _ in range(3):
        for _ in range(8):
            talk.confirm()
        talk.says("no, 415 55").update("41555").reject()
    assert talk.state is State.ASKING


def test_reopen_takes_the_end_back_and_counts_anew() -> None:
    talk = Talk().agreed().confirm()
    assert talk.capture.reopen().code == "reopened"
    assert talk.state is State.ASKING
    assert talk.capture.receipt.attempts == 0
    assert talk.confirm().codes == ["nothing_pending"]
    assert talk.types("the last four are 0188").update(B).state is State.PENDING_CONFIRMATION, (
        "after a reopen typed numbers are confirmed too"
    )
    assert talk.agent(READ_B).types("yes").confirm().state is State.COMPLETED
    assert talk.e164 == B_E164
    assert Talk().capture.reopen().code == "not_finished"


def test_consent_moves_as_its_table_says() -> None:
    talk = Talk().pending()
    seen = [talk.capture.consent]
    for who, text in (
        (talk.agent, READ_A),
        (talk.says, "yes"),
        (talk.agent, "Great, one moment."),
        (talk.agent, READ_A),
        (talk.says, "mm"),
        (talk.says, "yes"),
        (talk.says, "no wait"),
    ):
        who(text)
        seen.append(talk.capture.consent)
    unread, read, agreed = Consent
    assert seen == [unread, read, agreed, agreed, read, read, agreed, unread]


def _policy(**fields: object) -> CapturePolicy:
    return CapturePolicy.load({"default_region": "US", **fields})


def test_what_may_not_have_been_played_is_no_half_of_a_read_back() -> None:
    talk = Talk().pending().agent("415 555", None).agent("0123, is that right?").says("yes").confirm()
    assert talk.codes == ["not_read_back"]


@pytest.mark.parametrize("words", ["well " * 500, "1 and my " * 30 + "2"])
def test_an_utterance_longer_than_is_looked_at_may_have_taken_the_yes_back(words: str) -> None:
    talk = Talk().agreed().says(words).confirm()
    assert talk.codes == ["objected"]
    assert talk.capture.receipt.cut


def test_another_number_among_more_runs_than_are_kept_is_another_number() -> None:
    many = "628 555 0199 and then " + "3 and then " * 14 + READ_A
    assert Talk().pending().agent(many).says("yes").confirm().codes == ["not_read_back"]


def test_a_run_too_long_to_be_a_number_is_other_digits() -> None:
    assert Talk().agreed().says("12345678901234567890123456789012345").confirm().state is State.PENDING_CONFIRMATION
    talk = Talk().pending().agent(READ_A).agent("Ticket 12345678901234567890123456789012345").says("yes").confirm()
    assert talk.codes == ["not_read_back"]


@pytest.mark.parametrize("order", [("busy", "annoyed"), ("annoyed", "busy")])
def test_of_two_reasons_in_a_batch_the_same_one_stands_in_any_order(order: tuple[str, str]) -> None:
    outcome = Talk().says("I'd rather not").calls(*(decline(reason) for reason in order)).capture.outcome
    assert isinstance(outcome, Declined)
    assert outcome.reason == "annoyed"


def test_an_id_and_name_that_spell_a_tool_and_its_argument_are_another_call() -> None:
    talk = Talk().says(A).calls(update(A), ToolCall(A, {}, "update_phone_number"))
    assert talk.codes == ["recorded", "unknown_tool"]


def test_a_part_said_after_the_read_back_wants_a_new_one() -> None:
    talk = Talk().pending().agent(READ_A).says("0123").says("yes").confirm()
    assert talk.codes == ["unclear"]
    assert talk.agent(READ_A).says("yes").confirm().state is State.COMPLETED


def test_what_the_caller_tells_after_a_yes_takes_nothing_from_it() -> None:
    talk = Talk().agreed().says("my dog is barking again").confirm()
    assert talk.state is State.COMPLETED


def test_a_turn_without_its_words_is_no_read_back() -> None:
    talk = Talk().pending().says(None, id="t1")
    assert talk.capture.consent == "unread"
    assert talk.says("yes").confirm().codes == ["not_read_back"]


def test_an_agreement_counts_for_no_later_generation() -> None:
    talk = Talk().pending().says(A).agent(READ_A).says("yes").reject().update()
    assert talk.state is State.PENDING_CONFIRMATION
    assert talk.confirm().codes == ["not_read_back"]


def test_an_agreement_counts_for_nothing_after_a_reopen() -> None:
    talk = Talk().pending().says(A).agent(READ_A).says("yes").confirm()
    talk.capture.reopen()
    talk.says("415 555").extend("415 555")
    assert talk.confirm().state is not State.COMPLETED


def test_a_call_repeated_after_a_reopen_is_not_told_that_it_is_saved() -> None:
    talk = Talk().agreed().calls(confirm("c9"))
    talk.capture.reopen()
    assert talk.calls(confirm("c9")).codes == ["nothing_pending"]


def test_the_number_the_caller_calls_from_is_another_one() -> None:
    talk = Talk(caller_id=B).agreed().says("the number I'm calling from").confirm()
    assert talk.codes == ["objected"]


def test_another_number_in_halves_is_another_number() -> None:
    talk = Talk().pending().agent(READ_A).agent("415 555", interrupted=True).agent("0188").says("yes").confirm()
    assert talk.codes == ["not_read_back"]


def test_typed_digits_at_home_are_not_those_of_a_number_abroad() -> None:
    talk = Talk().types("201 532 1137").update("+2015321137")
    assert talk.e164 == "+12015321137"
    assert talk.state is State.PENDING_CONFIRMATION


def test_a_typed_number_that_was_passed_over_is_asked_about() -> None:
    talk = Talk().types(B).types(A).update(B).reject().update(A)
    assert (talk.state, talk.e164) == (State.PENDING_CONFIRMATION, A_E164)


def test_typed_parts_beside_other_digits_are_asked_about() -> None:
    talk = Talk().types("415 555").types("no").types("0123").update(A)
    assert talk.state is State.PENDING_CONFIRMATION
    talk = Talk().types("001 555 0123").types("415 555").types("0123").update(A)
    assert talk.state is State.PENDING_CONFIRMATION


def test_the_digits_of_a_number_at_home_ground_none_abroad() -> None:
    talk = Talk().pending("201 567 9037").says("yes, I think so").update("+2015679037")
    assert talk.codes == ["not_heard"]
    assert talk.e164 == "+12015679037"


def test_typed_parts_after_an_earlier_candidate_are_asked_about() -> None:
    talk = Talk().types(f"{A} or {B}").update(B).reject().types("415 555").types("0123").update(A)
    assert talk.state is State.PENDING_CONFIRMATION
