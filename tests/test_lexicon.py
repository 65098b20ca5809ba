# SPDX-License-Identifier: Apache-2.0
"""Every lexicon file is whole, and agrees with CLDR on numbers and countries."""

import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonefsm.speech import UnknownLanguageError, digits, has_lexicon, hear, runs, words
from tests import countries

rbnf = pytest.importorskip("unicode_rbnf", reason="needs unicode-rbnf, which knows how CLDR spells numbers")
LANGUAGES = countries.languages()
HUNDREDS = (*range(100, 1000, 7), 200, 900, 1000, 1001, 1100, 2000, 2012, 2300, 2345)


def spellings(language: str, value: int) -> set[str]:
    """Return how CLDR spells a number, in all genders and cases."""
    spelled = rbnf.RbnfEngine.for_language(language).format_number(value).text_by_ruleset
    return {text for name, text in spelled.items() if name.endswith("numbering") or "-cardinal" in name}


def heard(text: str, language: str) -> tuple[str, ...]:
    # A zero before it makes every article a digit.
    found = hear(f"{words.lexicon(language).names[0]} {text}", language=language).runs
    return found[0].readings if found else ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_spelling_of_0_to_100_is_heard_first(language: str) -> None:
    for value in range(101):
        texts = spellings(language, value)
        assert texts
        for text in texts:
            assert heard(text, language)[:1] == (f"0{value}",), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_hundreds_and_thousands_are_among_the_readings(language: str) -> None:
    for value in HUNDREDS:
        for text in spellings(language, value):
            assert f"0{value}" in heard(text, language), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_heard_as_what_they_name(language: str) -> None:
    names = words.lexicon(language).names
    assert len(names) == 100
    for value, name in enumerate(names):
        assert heard(name, language)[:1] == (f"0{value}",), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_heard_without_their_accents(language: str) -> None:
    for value, name in enumerate(words.lexicon(language).names):
        bare = words.without_accents(name)
        assert heard(bare, language)[:1] == (f"0{value}",), bare


@pytest.mark.parametrize("language", LANGUAGES)
def test_english_digits_are_understood_beside_every_language(language: str) -> None:
    text = "plus four four two oh seven nine double four six zero one two three"
    assert hear(text, language=language).runs[0].readings == ("+4420794460123",)
    assert hear("nine eight seven six five four three two one zero", language=language).runs[0].readings == (
        "9876543210",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_have_known_names(language: str) -> None:
    """A list whose name is misspelt would never be read."""
    data = tomllib.loads((countries.LEXICON / f"{language}.toml").read_text(encoding="utf-8"))
    assert set(data) <= words.TABLES
    assert set(data["marks"]) <= set(words._MARKS)
    assert set(data["numbers"]) <= {"words", "compounds", "articles", "plurals", *words._NUMBERS}
    assert set(data.get("habits", {})) <= {*words.Habits._fields, "glued", "joiner"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_countries_are_those_of_cldr(language: str) -> None:
    path = countries.LEXICON / f"{language}_countries.toml"
    assert path.read_text(encoding="utf-8") == countries.names(language), "run python -m tests.countries"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_country_in_words_gives_its_code(language: str) -> None:
    for code in (31, 33, 34, 39, 44, 49, 91, 351):
        line = tomllib.loads(countries.names(language))[str(code)].split(", ")[0]
        assert hear(line, language=language).calling_code == str(code), line


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_row_of_a_language_s_words_is_heard(language: str, data: st.DataObject) -> None:
    """Whatever is said, the answer is well formed: spans lie in the text, readings are few, distinct ASCII digits."""
    spoken = st.sampled_from(sorted(words.lexicon(language).phrases))
    pieces = st.sampled_from(words.lexicon(language).names) | spoken | st.sampled_from([",", ".", "-", "+", "12", "0"])
    text = " ".join(data.draw(st.lists(pieces, max_size=25)))
    heard = hear(text, language=language, region="ES")
    for run in (*heard.runs, *runs(text, language=language)):
        assert 0 <= run.start < run.end <= len(text)
        assert len(set(run.readings)) == len(run.readings) <= words.MOST_READINGS
        assert all(re.fullmatch(r"\+?[0-9]+", reading) for reading in run.readings)
    for correction in heard.corrections:
        assert re.fullmatch("[0-9]+", correction.digits)
    assert re.fullmatch("[0-9]+", digits(text, language=language, region="FR") or "0")


def test_a_lexicon_is_read_when_its_language_is_first_used() -> None:
    words._load.cache_clear()
    hear("one", language="en")
    assert words._load.cache_info().currsize == 1
    hear("uno", language="es-MX")
    assert words._load.cache_info().currsize == 2


def test_a_file_of_countries_is_no_language() -> None:
    assert has_lexicon("en_countries") == has_lexicon("en")
    with pytest.raises(UnknownLanguageError):
        words.lexicon("countries")


@pytest.mark.parametrize(
    ("text", "language", "readings"),
    [
        ("cincuenta cinco", "es", ["55", "505"]),
        ("cincuenta y cinco", "es", ["55"]),
        ("quatre vingt dix", "fr", ["90", "8010", "42010"]),
        ("quatre-vingt-dix", "fr", ["90"]),
        ("quatre-vingt dix", "fr", ["8010", "90"]),
        ("vingt et un", "fr", ["21"]),
        ("vingt quatre vingt", "fr", ["2420", "2080", "20420"]),
        ("deux cent trois", "fr", ["203", "2003", "2103"]),
        ("drei und zwanzig", "de", ["23"]),
        ("seiscientos doce", "es", ["612", "60012"]),
        ("sixty three", "en", ["63", "603"]),
        ("sixty-three", "en", ["63"]),
        ("three times five", "en", ["555"]),
        ("nul twee keer een vijf", "nl", ["055", "0115"]),
        ("tre centoventi", "it", ["3120", "320"]),
        ("trecentotré cento", "it", ["303100"]),
        ("cinque mille", "it", ["51000"]),
        ("nulzes drie nullen", "nl", ["06000", "0630"]),
    ],
)
def test_what_is_ambiguous_stays_visible(text: str, language: str, readings: list[str]) -> None:
    assert [list(run.readings) for run in hear(text, language=language).runs] == [readings]
