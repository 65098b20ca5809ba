# SPDX-License-Identifier: Apache-2.0
"""The callers, the judge and the count behind the calls over sound, tried on lines without sound."""

import re

import pytest

from tests.sound import line, words
from tests.sound.callers import WAYS, Utterance, numbers
from tests.sound.calls import Ear, call, judged, perfect
from tests.sound.line import Line, LineMissingError
from tests.sound.report import report, run, summary, wilson


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("four one five, five five five, oh one seventy one", "415-555-0171."),
        ("double oh seven, triple nine", "007 999"),
        ("eight hundred, twenty oh five", "800 2005"),
        ("no wait, the last four are forty two twelve", "No, wait. The last 4 are 4212"),
        ("plus four four, seven seven hundred", "+44 7700"),
        ("oh four ninety, one seventy, eight twenty", "04 90, 170, 820"),
        ("yep, that's right", "Yes, that's right."),
        ("my number is one two", "It's 1-2"),
    ],
)
def test_the_judge_finds_the_same_gist_in_words_and_figures(text: str, same: str) -> None:
    assert words.gist(text) == words.gist(same)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("five five five", "55"),
        ("five five five", "5555"),
        ("one two, sorry, three", "1 2 3"),
        ("seven three", "7th 3"),
        ("four one", "for one"),
        ("plus four", "4"),
        ("yes", "no"),
        ("yes", ""),
        ("triple five", "tribal 5"),
    ],
)
def test_the_judge_takes_nothing_for_what_it_is_not(text: str, other: str) -> None:
    assert words.gist(text) != words.gist(other)


def test_numbers_are_different_valid_and_the_same_every_time() -> None:
    made = list(numbers(40, seed=3))
    assert len({number.e164 for number in made}) == 40
    assert all(number.is_valid for number in made)
    assert {number.region for number in made} == {"US", "GB", "AU", "IE"}
    assert made == list(numbers(40, seed=3))


def test_on_a_line_that_loses_nothing_every_caller_gets_the_number_across() -> None:
    calls = run(perfect, numbers=30, ways=len(WAYS), seed=0)
    assert len(calls) == 30 * len(WAYS)
    assert [(call.way, call.number.e164, call.ending) for call in calls if call.ending != "right"] == []
    figures = summary(calls)
    assert figures["recogniser exact"][0] == figures["recogniser exact"][1] > 300
    assert figures["hearing right, given exact words"][0] == figures["recogniser exact"][0]


def losing_repeats(sentence: str, patience: float) -> tuple[str, ...]:
    """Hear a repeated word once."""
    return tuple(re.sub(r"\b(\w+)((,?) \1\b)+", r"\1", text) for text in perfect(sentence, patience))


def altering(sentence: str, patience: float) -> tuple[str, ...]:
    """Hear another digit."""
    return tuple(text.replace("five", "nine").replace("Five", "Nine") for text in perfect(sentence, patience))


@pytest.mark.parametrize("ear", [losing_repeats, altering])
def test_on_a_line_that_garbles_no_other_number_is_completed(ear: Ear) -> None:
    calls = run(ear, numbers=24, ways=4, seed=1)
    assert {call.ending for call in calls} > {"right"}
    assert not any(call.ending == "wrong" for call in calls)
    assert "Calls that did not end with the right number:\n  " in report(calls)


def test_a_caller_who_is_not_heard_ends_with_a_person() -> None:
    number = next(numbers(1, seed=0))
    assert call(number, "digits", seed=0, to_agent=lambda _s, _p: ()).ending == "escalated"


def test_a_wrong_completion_is_seen() -> None:
    """A caller who agrees to any read-back, on a line that alters digits, gets a wrong number; the count shows it."""
    number = next(number for number in numbers(9, seed=0) if "5" in number.national)

    def yes_man(prompt: str, _patience: float) -> tuple[str, ...]:
        return (f"I have {' '.join(number.national)}.",) if words.digits(prompt) else (prompt,)

    made = call(number, "digits", seed=0, to_agent=altering, to_caller=yes_man)
    assert made.ending == "wrong"
    assert summary([made])["calls: wrong"] == (1, 1)


def test_recogniser_and_hearing_are_judged_apart() -> None:
    said = Utterance("It's two one two, five five five, oh one four seven.", "number", "+12125550147")
    lost = judged(said, ("It's 212-55-0147.",), "US")
    assert (lost.recognised, lost.understood, lost.mistaken) == (False, False, "")
    other = judged(said, ("It's 212-555-0148.",), "US")
    assert (other.recognised, other.understood, other.mistaken) == (False, False, "+12125550148")
    mended = judged(said, ("It's 2 one to 555 0147.",), "US")
    assert (mended.recognised, mended.understood) == (False, True)


def test_wilson_gives_the_published_interval() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_missing_package_is_named_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_MODULES", ("no_such_package",))
    with pytest.raises(LineMissingError, match=r"tests/sound/requirements\.txt .*no_such_package"):
        Line()
