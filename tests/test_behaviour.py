# SPDX-License-Identifier: Apache-2.0
"""A behaviour holds all that a policy decides, reads back as it was, and differs exactly where the behaviour does."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from phonefsm import CapturePolicy, PhoneCapture, ToolCall
from phonefsm.prompts import REPLIES
from phonefsm.review import reach
from phonefsm.review.behaviour import Behaviour, BehaviourError, behaviour_of
from phonefsm.review.difference import Difference, as_text, difference
from phonefsm.review.never import codes_never_given, rows_never_taken, states_never_reached
from phonefsm.table import ROWS, Code, Effect, State, Trigger
from phonefsm.verify import INVARIANTS, Report, verify

DEFAULT: Mapping[str, Any] = {}
SPANISH: Mapping[str, Any] = {"default_region": "US", "allowed_regions": ["US", "CA", "MX"], "language": "es"}
UNCONFIRMED: Mapping[str, Any] = {"require_confirmation": False}
EVERYTHING_ON: Mapping[str, Any] = {"default_region": "IN", "language": "hi", "keypad": True, "handover": True}


@cache
def _report(policy: str) -> Report:
    return verify(CapturePolicy.load(json.loads(policy)), depth=1, processes=1)


@cache
def _made(policy: str) -> Behaviour:
    return behaviour_of(CapturePolicy.load(json.loads(policy)), _report(policy), depth=1)


def made(fields: Mapping[str, Any] = DEFAULT) -> Behaviour:
    return _made(json.dumps(dict(fields)))


def deeper(behaviour: Behaviour) -> Behaviour:
    """Return ``behaviour`` with a proof that went further."""
    proof = behaviour.proof.model_copy(update={"depth": 2, "states": 2 * behaviour.proof.states})
    return behaviour.model_copy(update={"proof": proof})


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    return difference(made(old), made(new))


def titles(found: Difference) -> list[str]:
    return [section.title for section in found.sections]


# The value.


@pytest.mark.parametrize("fields", [DEFAULT, SPANISH, UNCONFIRMED, EVERYTHING_ON])
def test_it_reads_back_as_it_was_written(fields: Mapping[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "behaviour.json"
    path.write_text(made(fields).as_json(), encoding="utf-8")
    assert Behaviour.load(path) == made(fields)
    policy = CapturePolicy.load(fields)
    assert behaviour_of(policy, verify(policy, depth=1, processes=1), depth=1).as_json() == made(fields).as_json()


def test_it_holds_every_state_code_tool_row_and_invariant() -> None:
    behaviour = made(EVERYTHING_ON)
    assert [state.name for state in behaviour.states] == list(State)
    assert [code.name for code in behaviour.codes] == list(Code)
    assert {tool.name for tool in behaviour.tools} == {each for each in Trigger if "phone_number" in each}
    assert [(row.sources, row.triggers, row.effect) for row in behaviour.rows] == [
        (row.sources, row.triggers, row.effect) for row in ROWS
    ]
    assert list(behaviour.invariants) == [invariant.name for invariant in INVARIANTS]
    assert {verdict.name for verdict in behaviour.proof.verdicts} == set(behaviour.invariants)


def test_a_tool_that_is_not_offered_is_not_shown() -> None:
    assert Trigger.ESCALATE not in {tool.name for tool in made().tools}


def test_what_the_model_is_told_is_what_a_capture_tells_it() -> None:
    """The lines of every state and those of this one, one behind the other, with the number in the slots."""
    capture = PhoneCapture(default_region="US")
    behaviour = made({"default_region": "US"})
    by_name = {state.name: state for state in behaviour.states}
    first = by_name["asking"].told[0]
    assert capture.instructions.audio == f"{behaviour.always_told.audio}\n{first.audio}"
    assert capture.instructions.text == f"{behaviour.always_told.text}\n{first.text}"
    assert capture.prompt == by_name["asking"].heard[0].audio
    capture.user_said("4155550123", modality="audio")
    capture.tools_called(ToolCall("update_phone_number", {"phone_number": "4155550123"}))
    told = by_name["pending_confirmation"].told[0].audio
    filled = told.replace("{number}", "+14155550123").replace("{number in groups}", "4 1 5, 5 5 5, 0 1 2 3")
    assert capture.instructions.audio == f"{behaviour.always_told.audio}\n{filled}"


def test_no_slot_is_left_unfilled_and_no_number_of_anybody_is_shown() -> None:
    behaviour = made(EVERYTHING_ON)
    said = [said for state in behaviour.states for said in (*state.told, *state.heard)]
    texts = [text for each in said for text in (each.audio, each.text)]
    assert all("\ue000" not in text for text in texts)
    assert all(len(re.findall(r"\d", re.sub(r"\{[^}]*\}", "", text))) <= 4 for text in texts)


def test_every_reply_is_one_that_the_prompts_have() -> None:
    for code in made().codes:
        beginning = REPLIES[Code(code.name)].split("{")[0]
        assert any(words.text.startswith(beginning) for words in code.texts)
        assert all("{read_back}" not in words.text and "{again}" not in words.text for words in code.texts)


def test_the_limits_are_the_policys_and_name_the_code_that_ends_it() -> None:
    behaviour = made({"limits": {"attempts": 2}})
    assert [(limit.name, limit.value, limit.ends_with) for limit in behaviour.limits] == [
        ("attempts", 2, "attempts_exhausted"),
        ("rejections", 3, "rejections_exhausted"),
        ("silences", 3, "silence"),
        ("refusals", 8, "refusals_exhausted"),
    ]


def test_the_hash_is_of_the_behaviour_and_not_of_the_proof() -> None:
    assert deeper(made()).digest() == made().hash
    assert made(SPANISH).hash != made().hash
    assert made({"limits": {"silences": 4}}).hash != made().hash
    assert made({"extra_instructions": "Be brief."}).hash != made().hash


def test_the_order_in_which_countries_are_given_makes_no_difference() -> None:
    one, other = ({"allowed_regions": regions} for regions in (["US", "CA", "MX"], ["MX", "US", "CA"]))
    assert made(one).as_json() == made(other).as_json()


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "not JSON"),
        ("[1, 2]", "it has no format"),
        ('{"format": 1}', "it has no format"),
        ('{"format": "phonefsm behaviour 99"}', "its format is 'phonefsm behaviour 99'"),
        ('{"format": "phonefsm behaviour 1"}', "hash: Field required"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_file_that_is_no_behaviour_is_named_with_the_cause(text: str, cause: str, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BehaviourError, match=cause) as error:
        Behaviour.load(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_changed_file_does_not_load(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(made().as_json().replace('"initial": "asking"', '"initial": "completed"'), encoding="utf-8")
    with pytest.raises(BehaviourError, match="changed by hand"):
        Behaviour.load(path)


# What a policy rules out.


def test_rows_are_never_taken_where_no_cell_of_them_is_and_each_has_a_reason() -> None:
    for fields in (
        DEFAULT,
        UNCONFIRMED,
        {"require_confirmation": True},
        {"language": "und"},
        {"limits": {"silences": 0}},
    ):
        policy = CapturePolicy.load(fields)
        gone = reach.never(policy)
        wanted = [
            row
            for place, row in enumerate(ROWS)
            if all((source.value, trigger.value, place) in gone for source in row.sources for trigger in row.triggers)
        ]
        found = rows_never_taken(policy)
        assert list(found) == wanted
        assert all(found.values())


def test_without_confirmation_nothing_is_ever_pending() -> None:
    policy = CapturePolicy(require_confirmation=False)
    why = "the policy sets require_confirmation to false"
    assert states_never_reached(policy) == {State.PENDING_CONFIRMATION: why}
    effects = {row.effect: reason for row, reason in rows_never_taken(policy).items()}
    assert effects[Effect.RECORD] == why
    assert effects[Effect.CONFIRM] == "pending_confirmation is never reached"
    assert codes_never_given(policy)[Code.NOT_READ_BACK] == "pending_confirmation is never reached"


def test_codes_of_checks_that_a_policy_does_not_make_are_never_given() -> None:
    everywhere = {Code.COUNTRY_NOT_SERVED, Code.KIND_NOT_SERVED}
    assert set(codes_never_given(CapturePolicy())) == everywhere
    served = CapturePolicy.load({**SPANISH, "allowed_types": ["mobile"], "prefer_heard": False})
    assert set(codes_never_given(served)) == {Code.COUNTRY_NEEDED, Code.HEARD_INSTEAD}


# The difference.


def test_a_behaviour_does_not_differ_from_itself() -> None:
    found = changed(SPANISH, SPANISH)
    assert not found
    assert (found.changes, found.gained, found.lost, found.aside) == (0, (), (), ())
    assert as_text(found) == "The behaviour is the same.\n"


def test_a_deeper_proof_is_no_other_behaviour_and_is_told() -> None:
    found = difference(made(), deeper(made()))
    assert not found
    assert [change.names for change in found.aside] == [("proof",)]


def test_an_invariant_that_is_given_up_is_lost_and_the_other_way_round_gained() -> None:
    lost = changed(DEFAULT, UNCONFIRMED)
    assert lost.lost == (
        "completed_only_if_read_back",
        "completed_only_if_agreed",
        "never_a_corrected_number",
        "unconfirmed_only_if_typed",
    )
    assert lost.gained == ()
    gained = changed(UNCONFIRMED, DEFAULT)
    assert (gained.gained, gained.lost) == (lost.lost, ())
    assert "Invariant lost: completed_only_if_agreed\n" in as_text(lost)
    assert "Invariant gained: completed_only_if_agreed\n" in as_text(gained)


def test_a_limit_is_one_change() -> None:
    found = changed(DEFAULT, {"limits": {"silences": 1}})
    assert titles(found) == ["Limits"]
    (change,) = found.sections[0].changes
    assert (change.names, change.kind) == (("silences",), "changed")
    assert (change.old or "").startswith("3 ")
    assert (change.new or "").startswith("1 ")


def test_words_of_ones_own_are_one_change() -> None:
    found = changed(DEFAULT, {"wording": {"ask": "And your number?"}})
    assert titles(found) == ["What the caller hears where no model talks"]
    assert [(each.names, each.old, each.new) for each in found.sections[0].changes] == [
        (("ask",), "What is your phone number?", "And your number?")
    ]


def test_instructions_of_ones_own_are_shown_without_the_lines_that_stayed() -> None:
    found = changed(DEFAULT, {"extra_instructions": "Be brief."})
    told = next(section for section in found.sections if section.title == "What the model is told")
    assert [(each.old, each.new, each.kind) for each in told.changes] == [(None, "Be brief.", "added")]
    assert titles(found) == ["Policy", "What the model is told"]


def test_handing_over_brings_a_tool() -> None:
    found = changed(DEFAULT, {"handover": True})
    (tools,) = (section for section in found.sections if section.title == "Tools")
    names = {name for change in tools.changes for name in change.names}
    assert "escalate_phone_number_capture, description" in names
    assert "offered in asking" in names


def test_another_language_and_countries_change_wording_and_codes_but_no_row() -> None:
    found = changed(DEFAULT, SPANISH)
    assert titles(found) == [
        "Policy",
        "What the model is told",
        "Codes",
        "What the caller hears where no model talks",
    ]
    assert (found.gained, found.lost) == ((), ())


def test_a_changed_row_guard_code_and_consent_are_each_told() -> None:
    """What only another version of the table can change."""
    old = made()
    rows = list(old.rows)
    rows[4] = rows[4].model_copy(update={"target": "completed"})
    new = old.model_copy(
        update={
            "rows": tuple(rows),
            "guards": {**old.guards, "heard": "anything goes"},
            "consent": old.consent[1:],
            "codes": (old.codes[0].model_copy(update={"is_error": True}), *old.codes[1:]),
            "bounds": (old.bounds[0].model_copy(update={"value": 7}), *old.bounds[1:]),
        }
    )
    assert titles(difference(old, new)) == ["Rows of the table", "Guards", "Consent", "Codes", "Bounds"]


def test_the_order_of_rows_counts() -> None:
    old = made()
    rows = list(old.rows)
    rows[4], rows[5] = rows[5], rows[4]
    assert titles(difference(old, old.model_copy(update={"rows": tuple(rows)}))) == ["Order of the rows"]


def test_a_broken_invariant_is_lost() -> None:
    old = made()
    broken = old.proof.verdicts[0].model_copy(update={"verdict": "broken", "wrong": "it went wrong"})
    proof = old.proof.model_copy(update={"verdicts": (broken, *old.proof.verdicts[1:])})
    found = difference(old, old.model_copy(update={"proof": proof}))
    assert found.lost == (broken.name,)
    assert "broken: it went wrong" in as_text(found)
