# SPDX-License-Identifier: Apache-2.0
"""The read-back ladder: which rung holds, what is said on it, and that a read-back in parts is judged as a whole."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonefsm import CapturePolicy, Consent, Escalated, PhoneCapture, PolicyError, Rung, State
from phonefsm.evidence import parts_said
from tests.script import A_E164, READ_A, A, B, Talk, update

GROUPS, DIGITS, PARTS, KEYPAD = Rung
FIRST, SECOND, LAST = (
    "4 1 5. Right so far?",
    "Then 5 5 5. Right so far?",
    "And then 0 1 2 3. Is the whole number right?",
)


def policy(**fields: object) -> CapturePolicy:
    return CapturePolicy.load({"default_region": "US", **fields})


def on(rung: Rung, **fields: object) -> Talk:
    """A capture that is asking on ``rung``, after as many rejections as it takes."""
    talk = Talk(policy=policy(keypad=True, **fields))
    while talk.capture.rung is not rung:
        talk.pending().agent(READ_A).says("no").reject()
    return talk


# Which rung holds.


def test_each_rejection_leads_one_rung_further_and_then_to_a_person() -> None:
    talk = Talk(policy=policy(keypad=True))
    for rung in Rung:
        assert talk.capture.rung is rung
        talk.pending()
        assert talk.capture.rung is rung, "a number in hand has not failed yet"
        talk.agent(READ_A).says("no").reject()
    outcome = talk.capture.outcome
    assert isinstance(outcome, Escalated)
    assert outcome.reason == "rejections_exhausted"


def test_a_correction_leads_one_rung_further_as_a_rejection_does() -> None:
    talk = Talk(policy=policy(keypad=True)).pending()
    for digit, rung in zip("4567", (DIGITS, PARTS, KEYPAD, KEYPAD), strict=True):
        talk.says(f"no, 415 555 012{digit}").update(f"415 555 012{digit}")
        assert talk.state is State.PENDING_CONFIRMATION
        assert talk.capture.rung is rung


def test_a_number_voided_by_a_bad_one_has_failed_and_a_bad_one_alone_has_not() -> None:
    talk = Talk().says("415 555 01234").update("415 555 01234")
    assert talk.capture.rung is GROUPS
    talk.pending().says("no, 415 555 01234").update("415 555 01234")
    assert talk.state is State.ASKING
    assert talk.capture.rung is DIGITS
    assert talk.pending().capture.rung is DIGITS


def test_what_is_no_failure_stays_on_the_rung() -> None:
    talk = Talk().pending().update().update()
    assert talk.capture.rung is GROUPS, "the same number once more"
    talk.says("extension 89").update(f"{A} ext 89")
    assert str(talk.capture.number) == f"{A_E164};ext=89"
    assert talk.capture.rung is GROUPS, "an extension is an addition"
    assert talk.says("something else").update("628 555 9999").capture.rung is GROUPS, "an invented number"


def test_a_rejected_part_counts_and_a_number_after_it_counts_once() -> None:
    talk = Talk().says("416").extend("416").says("no").reject()
    assert talk.capture.rung is DIGITS
    assert talk.pending().capture.rung is DIGITS
    assert talk.says(f"no, {B}").update(B).capture.rung is DIGITS


@pytest.mark.parametrize(
    ("fields", "rungs"),
    [
        ({}, [GROUPS, DIGITS, PARTS, PARTS]),
        ({"keypad": True}, [GROUPS, DIGITS, PARTS, KEYPAD]),
        ({"read_back": "digits"}, [DIGITS, PARTS, PARTS, PARTS]),
        ({"read_back": "digits", "keypad": True}, [DIGITS, PARTS, KEYPAD, KEYPAD]),
    ],
)
def test_the_policy_says_which_rungs_there_are(fields: dict[str, Any], rungs: list[Rung]) -> None:
    talk = Talk(policy=policy(**fields))
    seen = []
    for _ in rungs:
        seen.append(talk.pending().capture.rung)
        talk.says("no").reject()
    assert seen == rungs


@pytest.mark.parametrize(
    "options",
    [
        {"observes": ()},
        {"observes": ["caller"]},
        {"observes": ["agent"]},
        {"observes": ["transcript", "agent"]},
        {"evidence": {"read_back": "ignore"}},
    ],
)
def test_there_are_no_parts_where_a_yes_to_the_first_would_count_for_the_whole(options: dict[str, Any]) -> None:
    fields = {"evidence": options.pop("evidence", {})}
    talk = Talk(policy=policy(**fields), **options)
    for _ in range(3):
        talk.pending()
        assert talk.capture.rung is not PARTS
        talk.says("no").reject()


def test_a_reopened_capture_begins_at_the_first_rung() -> None:
    talk = on(PARTS).agreed().confirm()
    assert talk.state is State.COMPLETED
    talk.capture.reopen()
    assert talk.capture.rung is GROUPS
    assert talk.pending(B).capture.rung is GROUPS


def test_a_restored_capture_stands_on_the_same_rung_and_at_the_same_part() -> None:
    talk = on(PARTS).pending().agent(FIRST).says("yes")
    again = PhoneCapture.restore(talk.capture.snapshot().model_dump_json(), talk.capture.policy)
    assert again.rung is PARTS
    assert again.prompt == talk.capture.prompt
    assert again.prompt.audio == SECOND
    data = talk.capture.snapshot().model_dump()
    del data["candidates"]  # as an earlier release wrote it
    assert PhoneCapture.restore(data, talk.capture.policy).rung is PARTS


# What is said on it.


@pytest.mark.parametrize(
    ("rung", "asked", "read"),
    [
        (GROUPS, "What is your phone number?", "I have 4 1 5, 5 5 5, 0 1 2 3. Is that right?"),
        (DIGITS, "Please give me the number in parts", "I have 4, 1, 5, 5, 5, 5, 0, 1, 2, 3. Is that right?"),
        (PARTS, "Please give me the number in parts", "Let us go through it in parts. 4 1 5. Right so far?"),
        (KEYPAD, "enter the number on your keypad, then press the pound", "I have 4, 1, 5, 5, 5, 5, 0, 1, 2, 3."),
    ],
)
def test_prompts_and_instructions_follow_the_rung(rung: Rung, asked: str, read: str) -> None:
    talk = on(rung)
    assert asked in talk.capture.prompt.audio
    if rung is KEYPAD:
        assert asked in talk.capture.instructions.audio
    elif rung is not GROUPS:
        assert "in parts, the area code first; when" in talk.capture.instructions.audio
    talk.pending()
    assert talk.capture.prompt.audio.startswith(read)
    assert read in talk.capture.instructions.audio


@pytest.mark.parametrize(
    ("rung", "read_back", "again"),
    [
        (GROUPS, "in groups", "in parts, the area code first"),
        (DIGITS, "digit by digit", "in parts, the area code first"),
        (PARTS, "one part at a time, wait for a yes after each part", "key it in, with the # key at the end"),
        (KEYPAD, "digit by digit", ""),
    ],
)
def test_replies_tell_the_model_how_to_read_back_and_how_to_ask(rung: Rung, read_back: str, again: str) -> None:
    talk = on(rung).pending()
    assert read_back in talk.replies[0].text
    assert read_back in talk.confirm().replies[0].text
    assert again in talk.says("no").reject().replies[0].text


def test_a_repeated_call_gets_its_first_words_again_on_a_later_rung() -> None:
    talk = Talk().says(A).calls(update(A, "1"))
    first = talk.replies
    talk.says("no").reject().pending().says("no").reject()
    assert talk.calls(update(A, "1")).replies == first


@pytest.mark.parametrize(
    ("region", "key"), [("US", "pound"), ("CA", "pound"), ("GB", "hash"), ("AU", "hash"), (None, "hash")]
)
def test_the_key_at_the_end_is_called_as_in_the_country(region: str | None, key: str) -> None:
    talk = Talk(policy=policy(keypad=True, default_region=region))
    for _ in range(3):
        talk.pending("+1 415 555 0123").says("no").reject()
    assert f"press the {key} key" in talk.capture.prompt.audio


def test_the_keypad_is_spoken_of_to_a_caller_who_hears_and_only_where_there_is_one() -> None:
    for keypad in (True, False):
        prompt = Talk(policy=policy(keypad=keypad)).pending().capture.prompt
        assert ("press 1 for yes or 2 for no" in prompt.audio) is keypad
        assert "press" not in prompt.text
        assert prompt.text == "I have (415) 555-0123. Is that right?"
    talk = on(KEYPAD)
    assert "keypad" not in talk.capture.prompt.text
    assert "keypad" not in talk.capture.instructions.text


def test_a_person_is_offered_behind_the_last_rung_where_there_is_one() -> None:
    for handover in (True, False):
        talk = Talk(policy=policy(handover=handover, limits={"rejections": 9}))
        for _ in range(3):
            assert "ask for a person" not in talk.capture.prompt
            talk.pending().says("no").reject()
        assert ("ask for a person" in talk.capture.prompt) is handover
        assert ("a person can take over" in talk.capture.instructions) is handover


def test_a_wording_of_your_own_must_say_the_number() -> None:
    own = {"first_part": "One. {number}?", "last_part": "Finally {number}?", "ask_keypad": "Keys and {hash}!"}
    talk = Talk(policy=policy(wording=own, keypad=False))
    for _ in range(2):
        talk.pending().says("no").reject()
    assert talk.pending().capture.prompt.audio == "One. 4 1 5?"
    with pytest.raises(PolicyError, match=r"wording\.read_back: it must say \{number\}"):
        PhoneCapture(policy(wording={"read_back": "Is that right?"}))


# A read-back in parts.


def test_consent_comes_after_the_last_part_and_a_yes_behind_it() -> None:
    talk = on(PARTS).pending()
    seen = []
    for part, answer in ((FIRST, "yes"), (SECOND, "uh-huh"), (LAST, "yes, that's right")):
        talk.agent(part)
        seen.append(talk.capture.consent)
        assert talk.confirm().codes[0] in ("not_read_back", "not_answered")
        talk.says(answer)
        seen.append(talk.capture.consent)
    assert seen == [Consent.UNREAD] * 4 + [Consent.READ, Consent.AGREED]
    assert talk.confirm().state is State.COMPLETED


@pytest.mark.parametrize(
    "turns",
    [
        ["415", "yes", "555", "yes", "0124", "yes"],
        ["415", "yes", "0123", "yes"],
        ["555", "yes", "415", "yes", "0123", "yes"],
        ["415", "yes", "555", "yes", "555", "yes", "0123", "yes"],
        ["415", "yes", "55", "yes", "0123", "yes"],
        ["415", "no", "555", "yes", "0123", "yes"],
        ["415", "wait", "555", "yes", "0123", "yes"],
        ["415", "yes", "555", "no, 556", "0123", "yes"],
        ["415", "yes", "555", "what did you say", "0123", "yes"],
        ["415", "yes but the middle is different", "555", "yes", "0123", "yes"],
        ["415", "yes", "555", "yes", "0123", "no"],
        ["415", "yes", "555", "yes", "0123"],
        ["415", "yes", "555", "yes"],
    ],
)
def test_a_wrong_missing_or_refused_part_is_no_consent(turns: list[str]) -> None:
    talk = on(PARTS).pending()
    for place, turn in enumerate(turns):
        talk.says(turn) if place % 2 else talk.agent(f"So {turn}, right?")
    talk.confirm()
    assert talk.state is State.PENDING_CONFIRMATION
    assert talk.replies[0].is_error


_EVENTS = st.lists(
    st.sampled_from(
        [
            *("4 1 5", "5 5 5", "0 1 2 3", "0 1 2 4", "5 5", "4 1 5, 5 5 5", "4 1 5, 5 5 5, 0 1 2 3", "!", "?"),
            *("<yes", "<uh-huh", "<no", "<wait", "<415", "<555", "<what did you say", "<banana", "<yes but"),
        ]
    ),
    max_size=14,
)


@given(_EVENTS)
@settings(max_examples=200)
def test_no_order_of_parts_and_answers_completes_what_was_not_heard_whole_and_agreed_to(events: list[str]) -> None:
    """Judged from what was said, by code of its own: the digits since the last objection, and a yes behind them."""
    talk = on(PARTS).pending()
    said, read, agreed = "", False, False
    for event in events:
        if event == "!":
            talk.confirm()
        elif event == "?":
            talk.update("628 555 9999")
        elif event.startswith("<"):
            talk.says(event[1:])
            if event in ("<no", "<wait", "<what did you say"):
                said, read, agreed = "", False, False
            agreed |= read and event == "<yes"
        else:
            talk.agent(f"So {event}, right?")
            said += "".join(filter(str.isdigit, event))
            read |= said.endswith("4155550123")
        if talk.state is State.COMPLETED:
            assert read
            assert agreed
            return
        if talk.state is not State.PENDING_CONFIRMATION:
            return


def test_a_part_that_was_cut_is_not_heard() -> None:
    talk = on(PARTS).pending().agent("4 1 5").says("yes").agent("5 5", interrupted=True).says("yes")
    assert talk.capture.prompt.audio.endswith(FIRST), "it begins again"
    assert talk.agent("0 1 2 3").says("yes").confirm().codes == ["not_read_back"]


def test_a_refused_claim_in_the_middle_begins_it_again() -> None:
    talk = on(PARTS).pending().agent(FIRST).says("yes").update("628 555 9999")
    assert talk.codes == ["not_heard"]
    assert talk.agent(SECOND).says("yes").agent(LAST).says("yes").confirm().codes == ["not_read_back"]


@pytest.mark.parametrize("part", [FIRST, SECOND])
def test_a_no_to_a_part_is_no_refusal_to_give_a_number(part: str) -> None:
    talk = on(PARTS).pending().agent(FIRST)
    if part == SECOND:
        talk.says("yes").agent(SECOND)
    assert talk.says("no").decline().codes == ["not_declined"]
    assert talk.reject().state is State.ASKING


def test_a_no_after_other_digits_of_the_agent_is_no_answer_to_a_part() -> None:
    talk = Talk().pending().agent("There are 3 options.").says("no").decline()
    assert talk.state is State.DECLINED


@pytest.mark.parametrize(
    ("answer", "prompt"),
    [
        ("yes", SECOND),
        ("uh-huh", SECOND),
        ("415", SECOND),
        ("banana", f"Sorry, I need a yes or a no. Let us go through it in parts. {FIRST}"),
        ("what did you say", f"Let us go through it in parts. {FIRST}"),
        ("hold on", "Of course, take your time."),
    ],
)
def test_the_next_part_comes_when_the_caller_goes_along(answer: str, prompt: str) -> None:
    talk = on(PARTS).pending().agent(FIRST)
    assert talk.capture.prompt.audio.endswith(FIRST), "until then it stays"
    assert talk.says(answer).capture.prompt.audio == prompt


def test_a_silent_caller_hears_it_from_the_beginning() -> None:
    talk = on(PARTS).pending().agent(FIRST).says("yes").agent(SECOND)
    talk.capture.user_silent()
    assert talk.capture.prompt.audio == f"Sorry, I did not hear anything. Let us go through it in parts. {FIRST}"
    for part in (FIRST, SECOND, LAST):
        talk.agent(part).says("yes")
    assert talk.confirm().state is State.COMPLETED


def test_the_last_part_is_asked_again_once_all_were_said() -> None:
    talk = on(PARTS).pending()
    for part in (FIRST, SECOND, LAST):
        talk.agent(part).says("mm-hm")
    assert talk.capture.consent is Consent.READ
    prompt = talk.capture.prompt.audio
    assert prompt.startswith("Sorry, I need a yes or a no. And then 0 1 2 3. Is the whole number right?")
    assert talk.agent(prompt).says("yes").confirm().state is State.COMPLETED


def test_keys_answer_parts_too() -> None:
    talk = on(PARTS).pending().agent(FIRST)
    assert talk.capture.keys_pressed("1").code == "not_read_back"
    assert talk.capture.prompt.audio == SECOND
    talk.agent(SECOND)
    talk.capture.keys_pressed("1")
    talk.agent(talk.capture.prompt.audio)
    assert talk.capture.keys_pressed("1").code == "completed"
    talk = on(PARTS).pending().agent(FIRST)
    assert talk.capture.keys_pressed("2").code == "rejected"


def test_instructions_say_which_part_is_due_and_what_follows() -> None:
    talk = on(PARTS).pending()
    first = talk.capture.instructions.audio
    assert f'Now part 1 of 3: "Let us go through it in parts. {FIRST}"' in first
    assert '"5 5 5", then "0 1 2 3"' in first
    assert "yes to the whole number call confirm_phone_number" in first
    second = talk.agent(FIRST).says("yes").capture.instructions.audio
    assert f'Now part 2 of 3: "{SECOND}" After a yes go on with "0 1 2 3"' in second
    assert LAST in talk.agent(SECOND).says("yes").capture.instructions.audio
    assert "part" not in talk.capture.instructions.text.partition("Now:")[2], "text is read at one go"


@pytest.mark.parametrize(
    ("spoken", "count"),
    [
        ("", 0),
        ("415", 1),
        ("415 555", 2),
        ("4 1 5 555", 2),
        ("415 415", 1),
        ("555", 0),
        ("415 55", 0),
        ("41 415", 1),
        ("12 415 555", 2),
        ("415 555 0123", 0),
    ],
)
def test_the_parts_said_are_counted_from_the_first_one(spoken: str, count: int) -> None:
    assert parts_said(spoken, ("415", "555", "0123")) == count
    assert parts_said("555 555", ("555", "555", "5555")) == 2


# The keypad.


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("4155550123#", A_E164),
        ("4155550123", A_E164),
        ("#4155550123#", A_E164),
        ("4155550123#1", A_E164),
        ("4155559*0123#", A_E164),
        ("415555019*23##", A_E164),
        ("14155550123#", A_E164),
        ("01144 7911 123456#", "+447911123456"),
    ],
)
def test_a_hash_ends_an_entry_and_a_star_erases_the_last_key(keys: str, number: str) -> None:
    talk = Talk()
    talk.capture.keys_pressed(keys)
    assert talk.e164 == number


def test_stars_erase_no_more_than_there_is() -> None:
    talk = Talk()
    talk.capture.keys_pressed("99***4155550123#")
    assert talk.e164 == A_E164
    assert talk.capture.keys_pressed("12**").code == "no_input"


def test_a_number_half_spoken_and_half_keyed_is_one_number() -> None:
    talk = Talk().says("four one five").extend("415")
    talk.capture.keys_pressed("555#")
    assert (talk.state, talk.capture.part) == (State.COLLECTING, "415555")
    talk.says("oh one two three").extend("0123")
    assert talk.e164 == A_E164
    keyed = Talk()
    keyed.capture.keys_pressed("415#")
    assert keyed.says("five five five oh one two three").extend("5550123").e164 == A_E164
    assert keyed.agent(READ_A).capture.keys_pressed("1").code == "completed"
