# SPDX-License-Identifier: Apache-2.0
"""Numbers are said in their own groups, and what is said is heard again, and accepted as a read-back."""

import re
from typing import Any, get_args

import phonenumbers
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from phonefsm import Consent, PhoneNumber
from phonefsm.evidence import START, Candidate, step
from phonefsm.speech import Style, UnknownLanguageError, hear, runs, say, say_in_parts, says_pairs, written
from phonefsm.speech.words import languages
from phonefsm.turns import agent_turn


def _examples() -> list[tuple[str, str]]:
    found = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number(region)
        if number is not None:
            found.append((region, _e164(number)))
    return found


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


EXAMPLES = _examples()
STYLES: tuple[Style, ...] = get_args(Style)
# Every language there is, and the regions whose habits differ from the language's own.
VOICES = [*languages(), "en-GB", "en-IN", "es-ES", "fr-FR", "fr-BE", "fr-CH"]


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


@pytest.mark.parametrize(
    ("e164", "options", "said"),
    [
        ("+447700900555", {"region": "GB"}, "oh double seven double oh, nine double oh, triple five"),
        ("+447700900555", {"region": "US"}, "plus four four, seven seven zero zero, nine zero zero, five five five"),
        ("+447777955500", {"region": "GB"}, "oh double seven double seven, nine double five, five double oh"),
        ("+61491570006", {"region": "AU"}, "oh four nine one, five seven oh, double oh six"),
        ("+919811223344", {"region": "IN"}, "zero nine eight, double one two, two double three double four"),
        ("+12125550147", {"region": "US"}, "two one two, five five five, zero one four seven"),
        ("+12125550147", {"language": "en-GB"}, "plus one, two one two, triple five, oh one four seven"),
        ("+33612345678", {"region": "FR"}, "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit"),
        ("+33612007190", {"region": "FR"}, "zéro six, douze, zéro zéro, soixante et onze, quatre-vingt-dix"),
        ("+32470127198", {"region": "BE"}, "zéro quatre sept zéro, douze, septante et un, nonante-huit"),
        ("+41781238193", {"region": "CH"}, "zéro septante-huit, un deux trois, huitante et un, nonante-trois"),
        (
            "+33612345678",
            {"language": "fr-BE"},
            "plus trente-trois, six, douze, trente-quatre, cinquante-six, septante-huit",
        ),
        ("+15146273849", {"region": "CA", "language": "fr"}, "cinq un quatre, six deux sept, trois huit quatre neuf"),
        ("+34612345678", {"region": "ES"}, "seis uno dos, treinta y cuatro, cincuenta y seis, setenta y ocho"),
        ("+525512345678", {"region": "MX"}, "cinco cinco, uno dos tres cuatro, cinco seis siete ocho"),
        ("+4915123456789", {"region": "DE"}, "null eins fünf eins zwei, drei vier fünf, sechs sieben acht neun"),
    ],
)
def test_words_are_those_of_the_country(e164: str, options: dict[str, Any], said: str) -> None:
    """Doubles where they are usual and never across groups, pairs in the words of France, Belgium or Switzerland."""
    home = {"FR": "fr", "BE": "fr", "CH": "fr", "ES": "es", "MX": "es", "DE": "de"}
    language = options.pop("language", home.get(options.get("region", ""), "en"))
    assert say(e164, style="words", language=language, **options) == said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"style": "telephone"}, '<say-as interpret-as="telephone">+1 212 555 0147</say-as>'),
        (
            {"style": "telephone", "region": "US", "spell": True},
            '<prosody rate="slow"><say-as interpret-as="telephone">2 1 2 5 5 5 0 1 4 7</say-as></prosody>',
        ),
        (
            {"style": "telephone", "region": "US", "extension": "31"},
            '<say-as interpret-as="telephone">212 555 0147</say-as>, '
            'extension <say-as interpret-as="telephone">31</say-as>',
        ),
        (
            {"style": "breaks", "extension": "31"},
            "plus 1|2 1 2|5 5 5|0 1 4 7|extension 3 1".replace("|", '<break time="500ms"/>'),
        ),
        (
            {"style": "breaks", "region": "US", "spell": True},
            "2|1|2|5|5|5|0|1|4|7".replace("|", '<break time="250ms"/>'),
        ),
    ],
)
def test_ssml_says_a_number_as_a_telephone_number_or_with_pauses(options: dict[str, Any], said: str) -> None:
    assert say("+12125550147", **options) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "extension 8 9"), ("fr", "poste 8 9"), ("es", "extensión 8 9"), ("de", "Durchwahl 8 9")],
)
def test_country_code_and_extension_are_said_as_people_say_them(language: str, said: str) -> None:
    assert say("+12125550147", "89", language=language).endswith(said)
    plus = "más 1, " if language == "es" else "plus 1, "
    assert say("+12125550147", "89", language=language).startswith(plus)


@pytest.mark.parametrize(
    ("e164", "region", "said"),
    [
        ("+4930123456", "DE", "0 3 0, 1 2 3, 4 5 6"),
        ("+31612345678", "NL", "0 6, 1 2 3 4, 5 6 7 8"),
        ("+4721345678", "NO", "2 1, 3 4, 5 6, 7 8"),
    ],
)
def test_a_group_too_long_for_a_breath_is_cut_evenly(e164: str, region: str, said: str) -> None:
    assert say(e164, region=region) == said
    assert max(len(group.split()) for _, e164 in EXAMPLES for group in say(e164).split(", ")) <= 5


@pytest.mark.parametrize(
    ("e164", "region", "parts"),
    [
        ("+12125550147", "US", ["2 1 2", "5 5 5", "0 1 4 7, extension 8 9"]),
        ("+12125550147", None, ["plus 1, 2 1 2", "5 5 5", "0 1 4 7, extension 8 9"]),
        ("+33612345678", "FR", ["0 6, 1 2", "3 4, 5 6", "7 8, extension 8 9"]),
        ("+33612345678", None, ["plus 3 3, 6", "1 2, 3 4", "5 6, 7 8, extension 8 9"]),
    ],
)
def test_the_parts_of_a_read_back_are_a_breath_each(e164: str, region: str | None, parts: list[str]) -> None:
    """The country code goes with the first digits, the extension with the last."""
    assert [part.spoken for part in say_in_parts(e164, "89", region=region)] == parts


def test_the_digits_of_the_parts_are_the_number() -> None:
    for region, e164 in EXAMPLES:
        parts = say_in_parts(e164, "12")
        assert "".join(part.digits for part in parts) == e164
        assert sum(len(part.spoken.split(",")) for part in parts) > len(parts)
        home = "".join(part.digits for part in say_in_parts(e164, region=region))
        assert home == "".join(run.readings[0] for run in runs(say(e164, region=region)))
    assert say_in_parts("") == ()


def test_pairs_are_a_habit_of_the_listener() -> None:
    assert says_pairs("fr", "FR")
    assert says_pairs("fr-BE", "US")
    assert not says_pairs("fr", "CA")
    assert not says_pairs("fr", None)
    assert not says_pairs("en", "FR")


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


def _told(text: str, language: str) -> list[tuple[str, str]]:
    return [(run.readings[0], run.extension) for run in runs(text, language=language)]


@pytest.mark.parametrize("language", VOICES)
@pytest.mark.parametrize("style", STYLES)
def test_what_is_said_is_heard(style: Style, language: str) -> None:
    """For an example number of every region, at home and abroad, with an extension, in groups and digit by digit."""
    for place, (region, e164) in enumerate(EXAMPLES):
        spell = place % 2 == 0
        abroad = say(e164, "12", language=language, style=style, spell=spell)
        assert _told(abroad, language) == [(e164, "12")], abroad
        home = say(e164, language=language, region=region, style=style, spell=not spell)
        national = phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.NATIONAL)
        assert _told(home, language) == [(phonenumbers.normalize_digits_only(national), "")], home


@given(st.sampled_from(EXAMPLES), st.integers(0, 9999), st.sampled_from(VOICES), st.sampled_from(STYLES))
@settings(max_examples=150)
def test_whatever_the_digits_are_they_are_heard(
    example: tuple[str, str], end: int, language: str, style: Style
) -> None:
    e164 = example[1][:-4] + f"{end:04}"
    assume(_e164(phonenumbers.parse(e164)) == e164)
    said = say(e164, str(end % 100), language=language, style=style, international=True)
    assert _told(said, language) == [(e164, str(end % 100))], said


def _is_read_back(text: str, number: PhoneNumber, language: str) -> bool:
    candidate = Candidate(number, country_given=True, presume_read=False, accept_unplayed=False)
    return step(START, agent_turn(text, language=language, played=True), candidate).consent is Consent.READ


def _mistakes(e164: str) -> list[str]:
    """Return a number with a digit changed, one dropped, two swapped, and one cut off."""
    head, tail = e164[:-4], e164[-4:]
    swap = next((at for at in range(len(e164) - 2, 4, -1) if e164[at] != e164[at + 1]), 0)
    swapped = e164[:swap] + e164[swap + 1] + e164[swap] + e164[swap + 2 :] if swap else e164[:-1]
    changed = str((int(tail[1]) + 1) % 10)
    return [head + tail[0] + changed + tail[2:], head + tail[0] + tail[2:], swapped, e164[:-1]]


@pytest.mark.parametrize("language", VOICES)
@pytest.mark.parametrize("style", STYLES)
def test_a_read_back_is_accepted_in_every_form_that_say_makes(style: Style, language: str) -> None:
    """And one with a digit changed, dropped, swapped or cut off is refused."""
    for place, (region, e164) in enumerate(EXAMPLES):
        options: dict[str, Any] = {"language": language, "style": style, "spell": place % 3 == 0}
        options |= {"region": region, "international": place % 2 == 0}
        extension = "12" if place % 5 == 0 else ""
        number = PhoneNumber(e164, extension or None)
        said = say(e164, extension, **options)
        assert _is_read_back(said, number, language), said
        wrong = say(_mistakes(e164)[place % 4], extension, **options)
        assert not _is_read_back(wrong, number, language), wrong


def test_a_read_back_without_its_extension_or_with_another_is_refused() -> None:
    number = PhoneNumber("+12125550147", "89")
    for extension, accepted in (("89", True), ("", False), ("98", False), ("8", False), ("890", False)):
        for style in STYLES:
            assert _is_read_back(say(number.e164, extension, style=style), number, "en") is accepted


@pytest.mark.parametrize(
    "said",
    [
        "415-555-0123",
        "(415) 555-0123, right?",
        "1-415-555-0123",
        "+1 (415) 555-0123",
        "415.555.0123",
        "4155550123",
        "**415-555-0123**",
        "4-1-5, 5-5-5, 0-1-2-3",
        "4 - 1 - 5 ... 5 - 5 - 5 ... 0 - 1 - 2 - 3",
        "415\n555\n0123",
        "４１５ ５５５ ０１２３",
        "four one five, five five five, zero one two three",
        "four-one-five, five-five-five, oh-one-two-three",
        "plus one, four one five, five five five, oh one two three",
        "one, four one five, triple five, zero one two three",
        "four fifteen, five fifty-five, oh one twenty-three",
        "four hundred fifteen, five fifty five, zero one two three",
        "Four. One. Five. Five. Five. Five. Zero. One. Two. Three.",
        "415, uh, 555, 0123",
        "that's 415 as in the area code, 555 in the middle, 0123 at the end",
        "<speak>415<break/>555<break/>0123</speak>",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "Got it! I have {}. Is that right?", "Just one moment. So {}, yes? Line 2 is free."]
)
def test_a_read_back_is_accepted_as_models_write_it(said: str, around: str) -> None:
    number = PhoneNumber("+14155550123")
    assert _is_read_back(around.format(said), number, "en")
    for wrong, right in (("415", "451"), ("0123", "0132"), ("0123", "012"), ("four", "nine"), ("two", ""), ("2", "7")):
        if wrong in said:
            changed = said.replace(wrong, right, 1)
            assert not _is_read_back(around.format(changed), number, "en"), changed


@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        ("The area code is 415, then 555, and the last four are 0123", True),
        ("The area code is 415, then 555, and the last four are 0132", False),
        ("The area code is 415, then 55, and the last four are 0123", False),
        ("415 555 0123, so 4 1 5, 5 5 5, 0 1 2 3", True),
        ("415 555 0123, so 4 1 5, 5 5 5, 0 1 3 2", False),
        ("415 555 0123, or 415 555 0124", False),
        ("You said 555 0123, area code 415", False),
    ],
)
def test_a_read_back_may_name_its_parts_and_say_the_number_twice(said: str, *, accepted: bool) -> None:
    assert _is_read_back(said, PhoneNumber("+14155550123"), "en") is accepted


def test_what_is_written_is_heard() -> None:
    for region, e164 in EXAMPLES:
        (run,) = hear(written(e164, "12")).runs
        assert (run.readings[0], run.extension) == (e164, "12")
        (run,) = hear(written(e164, region=region)).runs
        assert phonenumbers.parse(run.readings[0], region) == phonenumbers.parse(e164)


def test_ssml_is_well_formed() -> None:
    for style in ("telephone", "breaks"):
        said = say("+12125550147", "12", style=style, spell=True)
        assert not re.sub(r"<(\S+)[^<>]*/>|<(\S+)[^<>]*>", "", re.sub(r"</\S+>", "", said)).count("<")
        assert said.count("<say-as") == said.count("</say-as>")
