# SPDX-License-Identifier: Apache-2.0
"""Numbers are said in their own groups, and what is said is heard again."""

from typing import Any, Literal

import phonenumbers
import pytest

from phonefsm.speech import UnknownLanguageError, hear, runs, say, written


def _examples() -> list[tuple[str, str]]:
    found = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number(region)
        if number is not None:
            found.append((region, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)))
    return found


EXAMPLES = _examples()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"region": "US"}, "2 1 2, 5 5 5, 0 1 4 7"),
        ({"region": "CA"}, "2 1 2, 5 5 5, 0 1 4 7"),
        ({"region": "GB"}, "plus 1, 2 1 2, 5 5 5, 0 1 4 7"),
        ({}, "plus 1, 2 1 2, 5 5 5, 0 1 4 7"),
        ({"region": "US", "international": True}, "plus 1, 2 1 2, 5 5 5, 0 1 4 7"),
        ({"region": "GB", "international": False}, "2 1 2, 5 5 5, 0 1 4 7"),
        ({"region": "US", "style": "words"}, "two one two, five five five, zero one four seven"),
        ({"region": "US", "spell": True}, "2, 1, 2, 5, 5, 5, 0, 1, 4, 7"),
        ({"region": "US", "extension": "31"}, "2 1 2, 5 5 5, 0 1 4 7, extension 3 1"),
    ],
)
def test_a_number_is_said_in_its_own_groups(options: dict[str, Any], said: str) -> None:
    assert say("+12125550147", **options) == said


def test_a_zero_is_said_as_the_listener_says_it() -> None:
    assert say("+442079460147", region="GB", style="words").startswith("oh two oh, seven nine four six")
    assert say("+442079460147", region="US", style="words").startswith("plus four four, two zero, ")


@pytest.mark.parametrize(
    ("region", "extension", "text"),
    [
        ("US", "", "(212) 555-0147"),
        (None, "", "+1 212-555-0147"),
        ("GB", "31", "+1 212-555-0147 ext. 31"),
    ],
)
def test_a_number_is_written_for_its_reader(region: str | None, extension: str, text: str) -> None:
    assert written("+12125550147", extension, region=region) == text


def test_what_is_no_phone_number_is_said_as_its_digits() -> None:
    assert say("12345") == "1 2 3 4 5"
    assert say("") == ""
    assert written("12345") == "12345"


def test_a_language_without_lexicon_is_refused() -> None:
    with pytest.raises(UnknownLanguageError):
        say("+12125550147", language="xx")


@pytest.mark.parametrize("spell", [False, True])
@pytest.mark.parametrize("style", ["digits", "words"])
def test_what_is_said_is_heard(*, style: Literal["digits", "words"], spell: bool) -> None:
    """For an example number of every region, at home and abroad, with an extension."""
    for region, e164 in EXAMPLES:
        abroad = say(e164, "12", style=style, spell=spell)
        assert [(run.readings[0], run.extension) for run in runs(abroad)] == [(e164, "12")], abroad
        home = say(e164, region=region, style=style, spell=spell)
        (run,) = runs(home)
        national = phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.NATIONAL)
        assert run.readings == (phonenumbers.normalize_digits_only(national),), home


def test_what_is_written_is_heard() -> None:
    for region, e164 in EXAMPLES:
        (run,) = hear(written(e164, "12")).runs
        assert (run.readings[0], run.extension) == (e164, "12")
        (run,) = hear(written(e164, region=region)).runs
        assert phonenumbers.parse(run.readings[0], region) == phonenumbers.parse(e164)
