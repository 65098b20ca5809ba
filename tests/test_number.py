# SPDX-License-Identifier: Apache-2.0
"""Numbers under a policy: what is read, what is refused and why."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonefsm import CapturePolicy, PhoneNumber
from phonefsm.number import is_beginning, only_digits, read, spoken_forms


def policy(region: str | None = None, **fields: object) -> CapturePolicy:
    return CapturePolicy.load({"default_region": region, **fields})


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("415-555-0123", "US", "+14155550123"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 (0)7911 123456", None, "+447911123456"),
        ("+44 (0)7911 123456", "US", "+447911123456"),
        ("(0) 20 7946 0958", "GB", "+442079460958"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("011 44 20 7946 0958", "US", "+442079460958"),
        ("00 44 20 7946 0958", "FR", "+442079460958"),
        ("0044 20 7946 0958", None, "+442079460958"),
        ("tel:+1-415-555-0123;ext=89", None, "+14155550123;ext=89"),
        ("(415) 555-0123 ext. 89", "US", "+14155550123;ext=89"),
        ("415-555-0123 x89", "US", "+14155550123;ext=89"),
        ("415-555-0123 #89", "US", "+14155550123;ext=89"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("４１５５５５０１２３", "US", "+14155550123"),
        ("٤١٥٥٥٥٠١٢٣", "US", "+14155550123"),
        ("06 6982 0000", "IT", "+390669820000"),
        ("  +1 (415) 555.0123  ", None, "+14155550123"),
    ],
)
def test_numbers_are_read_as_callers_and_models_give_them(text: str, region: str | None, number: str) -> None:
    assert str(read(text, policy(region))) == number


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("555 0123", "US", "too_short"),
        ("415 555 01234", "US", "too_long"),
        ("+1 415 555 01234567890", None, "too_long"),
        ("555 123 4567", "US", "no_such_number"),
        ("+999999999999999", None, "no_such_number"),
        ("020 7946 0958", None, "country_needed"),
        ("555 123 4567", None, "country_needed"),
        ("hello", "US", "not_a_number"),
        ("", "US", "not_a_number"),
        ("911", "US", "short_code"),
        ("999", "GB", "short_code"),
        ("112", "DE", "short_code"),
        ("411", "US", "short_code"),
    ],
)
def test_what_is_no_number_has_a_cause(text: str, region: str | None, code: str) -> None:
    assert read(text, policy(region)) == code


@pytest.mark.parametrize(
    ("text", "fields", "taken"),
    [
        ("+44 7911 123456", {"allowed_regions": ["GB"]}, True),  # a number of Guernsey's, and no caller knows
        ("+33 6 12 34 56 78", {"allowed_regions": ["GB"]}, False),
        ("+1 415 555 0123", {"allowed_regions": ["US"]}, True),
        ("+1 415 555 0123", {"allowed_regions": ["CA"]}, False),
        ("+1 604 555 0123", {"allowed_regions": ["CA"]}, True),
        ("+7 701 123 4567", {"allowed_regions": ["RU"]}, False),
        ("+44 20 7946 0958", {"allowed_types": ["mobile"]}, False),
        ("+44 7400 123456", {"allowed_types": ["mobile"]}, True),
        ("+1 415 555 0123", {"allowed_types": ["mobile"]}, True),  # the plan does not tell them apart
        ("+1 800 356 9377", {"allowed_types": ["mobile"]}, False),
        ("+1 555 123 4567", {"validity": "possible"}, True),
        ("911", {"validity": "possible", "default_region": "US"}, False),
    ],
)
def test_a_policy_limits_what_is_taken(text: str, fields: dict[str, object], taken: bool) -> None:
    assert isinstance(read(text, CapturePolicy.load(fields)), PhoneNumber) is taken


def test_an_extension_is_dropped_where_the_policy_keeps_none() -> None:
    assert read("415-555-0123 ext 89", policy("US", extensions=False)) == PhoneNumber("+14155550123")


@pytest.mark.parametrize(
    ("digits", "region", "beginning"),
    [
        ("415", "US", True),
        ("4", "US", True),
        ("415555012", "US", True),
        ("4155550123", "US", False),
        ("1415555012", "US", True),
        ("020", "GB", True),
        ("+4", None, True),
        ("+4420", None, True),
        ("+442079460958", None, False),
        ("415", None, True),
        ("4155550", None, False),
        ("", "US", False),
        ("", None, False),
        ("1234567890123456", "DE", False),
    ],
)
def test_a_part_is_a_proper_beginning_of_a_possible_number(digits: str, region: str | None, beginning: bool) -> None:
    assert is_beginning(digits, policy(region)) is beginning


def test_the_rest_of_a_number_is_worked_out() -> None:
    number = PhoneNumber("+14155550123", "89")
    assert number.region == "US"
    assert number.type == "fixed_line_or_mobile"
    assert number.national == "(415) 555-0123 ext. 89"
    assert number.international == "+1 415-555-0123 ext. 89"
    assert number.calling_code == "1"
    assert PhoneNumber("+80012345678").region in (None, "001")


def test_spoken_forms_leave_the_country_code_out_only_where_it_is_known() -> None:
    number = PhoneNumber("+442079460958")
    assert {"02079460958", "2079460958", "442079460958"} <= spoken_forms(number, country_code_optional=True)
    assert not {"02079460958", "2079460958"} & spoken_forms(number, country_code_optional=False)


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from(range(11)))
def test_every_countrys_example_is_read_in_each_of_its_forms(region: str, kind: int) -> None:
    example = phonenumbers.example_number_for_type(region, kind)
    if example is None or not phonenumbers.is_valid_number(example):
        return
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    for style in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
        assert read(phonenumbers.format_number(example, style), policy(region)) == PhoneNumber(e164)


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.text("0123456789", min_size=4, max_size=12))
def test_a_number_is_valid_where_phonenumbers_says_so(region: str, digits: str) -> None:
    try:
        parsed = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return
    valid = phonenumbers.is_valid_number(parsed)
    assert isinstance(read(digits, policy(region)), PhoneNumber) <= valid


@given(st.text())
def test_any_text_is_a_number_or_a_cause(text: str) -> None:
    for region in ("US", None):
        found = read(text, policy(region))
        assert isinstance(found, PhoneNumber) == str(found).startswith("+")
    assert only_digits(text).lstrip("+").isascii()
