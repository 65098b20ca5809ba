# SPDX-License-Identifier: Apache-2.0
"""Phone numbers: what a text means as one, and whether a policy takes it. ``phonenumbers`` decides."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, ValidationResult

from phonefsm.policy import CapturePolicy, NumberType
from phonefsm.table import Code

MAX_DIGITS: Final = 15
"""Digits of an international number without its prefix (ITU-T E.164)."""

_TYPES: Final = {getattr(phonenumbers.PhoneNumberType, kind.name): kind for kind in NumberType}
_CALLING_CODES: Final = frozenset(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
_SHARED_CODES: Final = (1, 7)  # calling codes of several countries whose callers know them apart
_SHORT_CODES_BELOW: Final = 10**6
_TOLD_SHORT_CODE_DIGITS: Final = 4
_WHOLE_DIGITS: Final = 7  # as many may be a whole number somewhere: without a country they are no part
_TRUNK_ZERO: Final = re.compile(r"\(\s*0\s*\)")
_NOT_DIGITS: Final = re.compile(r"\D+", re.ASCII)
_PROBLEMS: Final = {
    ValidationResult.TOO_SHORT: Code.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: Code.TOO_SHORT,
    ValidationResult.TOO_LONG: Code.TOO_LONG,
    ValidationResult.INVALID_LENGTH: Code.NO_SUCH_NUMBER,
    ValidationResult.INVALID_COUNTRY_CODE: Code.NO_SUCH_NUMBER,
}
_PARSE_PROBLEMS: Final = {
    NumberParseException.INVALID_COUNTRY_CODE: Code.NO_SUCH_NUMBER,
    NumberParseException.NOT_A_NUMBER: Code.NOT_A_NUMBER,
    NumberParseException.TOO_SHORT_AFTER_IDD: Code.TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: Code.TOO_SHORT,
    NumberParseException.TOO_LONG: Code.TOO_LONG,
}


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number in E.164 (``+14155550123``) with its extension (digits, or ``None``).

    The rest is worked out when asked for, so that a kept number costs two strings.
    """

    e164: str
    extension: str | None = None

    def _parsed(self) -> phonenumbers.PhoneNumber:
        number = phonenumbers.parse(self.e164)
        number.extension = self.extension
        return number

    @property
    def region(self) -> str | None:
        """The region by ISO 3166-1 (``US``), or ``None`` for a number of no country."""
        return phonenumbers.region_code_for_number(self._parsed())

    @property
    def type(self) -> NumberType:
        """The kind of number."""
        return _TYPES[phonenumbers.number_type(self._parsed())]

    @property
    def national(self) -> str:
        """As its own country writes it: ``(415) 555-0123 ext. 89``."""
        return phonenumbers.format_number(self._parsed(), PhoneNumberFormat.NATIONAL)

    @property
    def international(self) -> str:
        """As the world writes it: ``+1 415-555-0123 ext. 89``."""
        return phonenumbers.format_number(self._parsed(), PhoneNumberFormat.INTERNATIONAL)

    @property
    def calling_code(self) -> str:
        """The country's calling code, digits only."""
        for length in (1, 2, 3):
            if self.e164[1 : 1 + length] in _CALLING_CODES:
                return self.e164[1 : 1 + length]
        return ""

    def __str__(self) -> str:
        return self.e164 if self.extension is None else f"{self.e164};ext={self.extension}"


@cache
def calling_code(region: str | None) -> str:
    """Return the calling code of ``region``, digits only, or ``""`` without a region."""
    return str(phonenumbers.country_code_for_region(region)) if region else ""


def national_digits(number: PhoneNumber) -> str:
    """Return the digits by which its own country dials ``number``, trunk prefix and all."""
    return only_digits(PhoneNumber(number.e164).national)


def only_digits(text: str) -> str:
    """Return the digits of ``text`` in ASCII, with a leading ``+`` if it starts with one."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(str(unicodedata.decimal(char, char)) for char in text)
    digits = _NOT_DIGITS.sub("", text)
    return f"+{digits}" if text.lstrip(" (").startswith("+") else digits


def read(text: str, policy: CapturePolicy, *, region: str | None = None) -> PhoneNumber | Code:
    """Return the number that ``text`` is under ``policy``, or the code of what is wrong with it.

    ``region`` stands for the policy's default region where the caller named a country.
    """
    region = region or policy.default_region
    parsed = _parse(text, region)
    if isinstance(parsed, Code):
        return parsed
    kinds, regions = policy.allowed_types, policy.allowed_regions
    kind = None if kinds is None else _TYPES[phonenumbers.number_type(parsed)]
    if policy.validity == "possible":
        taken = phonenumbers.is_possible_number(parsed)
    elif kind is None:
        taken = _is_valid(parsed, region)
    else:  # a number is valid where it is of a known kind, and finding that out once is enough
        taken = kind is not NumberType.UNKNOWN
    if not taken:
        return _problem(parsed, region)
    if (parsed.national_number or 0) < _SHORT_CODES_BELOW and _is_short_code(text, region):
        return Code.SHORT_CODE
    if regions is not None and not _served(parsed, regions):
        return Code.COUNTRY_NOT_SERVED
    if kinds is not None and kind is not None and not _kind_served(kind, kinds):
        return Code.KIND_NOT_SERVED
    extension = parsed.extension if policy.extensions else None
    return PhoneNumber(phonenumbers.format_number(parsed, PhoneNumberFormat.E164), extension or None)


def is_beginning(digits: str, policy: CapturePolicy) -> bool:
    """Return whether ``digits`` (ASCII, perhaps with ``+``) can be the proper beginning of a possible number."""
    region = policy.default_region
    if not digits.strip("+") or len(digits) > MAX_DIGITS:
        return False
    if digits.startswith("+"):
        return _longer_exists(digits, None)
    if region is None:
        return len(digits) < _WHOLE_DIGITS
    metadata = PhoneMetadata.metadata_for_region(region)
    abroad = re.match(metadata.international_prefix or "$^", digits) if metadata else None
    return _longer_exists(f"+{digits[abroad.end() :]}" if abroad else digits, None if abroad else region)


def is_emergency_number(digits: str, policy: CapturePolicy) -> bool:
    """Return whether ``digits`` are an emergency number where the policy's callers are."""
    return policy.default_region is not None and phonenumbers.is_emergency_number(digits, policy.default_region)


def spoken_forms(number: PhoneNumber, *, country_code_optional: bool) -> frozenset[str]:
    """Return the digit strings by which ``number`` (less its extension) may be said or read back whole.

    A form with a leading ``+`` counts only where a plus, or its word, was said.
    """
    code = number.calling_code
    national = number.e164[1 + len(code) :]
    forms = {number.e164, code + national, f"00{code}{national}", f"011{code}{national}"}
    if country_code_optional:
        forms |= {national, national_digits(number)}
        region = phonenumbers.region_code_for_country_code(int(code))
        metadata = PhoneMetadata.metadata_for_region(region)
        if metadata is not None and metadata.national_prefix:
            forms.add(metadata.national_prefix + national)
    return frozenset(forms)


def _parse(text: str, region: str | None) -> phonenumbers.PhoneNumber | Code:
    if "(" in text:
        text = _TRUNK_ZERO.sub("", text) if "+" in text or text.lstrip().startswith("0") else text
    if region is None and text.lstrip().startswith("00"):
        text = "+" + text.lstrip()[2:]
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE and region is None and "+" not in text:
            return Code.COUNTRY_NEEDED
        return _PARSE_PROBLEMS.get(error.error_type, Code.NOT_A_NUMBER)


def _is_valid(parsed: phonenumbers.PhoneNumber, region: str | None) -> bool:
    # Most numbers are of the default region, and to look at that one alone is half the work.
    at_home = region is not None and phonenumbers.is_valid_number_for_region(parsed, region)
    return at_home or phonenumbers.is_valid_number(parsed)


def _problem(parsed: phonenumbers.PhoneNumber, region: str | None) -> Code:
    national = phonenumbers.national_significant_number(parsed)
    # Most strings of five or six digits are some short code, and rather a number in the making.
    if len(national) <= _TOLD_SHORT_CODE_DIGITS and _is_short_code(national, region):
        return Code.SHORT_CODE
    return _PROBLEMS.get(phonenumbers.is_possible_number_with_reason(parsed), Code.NO_SUCH_NUMBER)


def _is_short_code(text: str, region: str | None) -> bool:
    if region is None:
        return False
    short = phonenumbers.PhoneNumber(country_code=phonenumbers.country_code_for_region(region))
    digits = only_digits(text)
    if not digits.isdigit():
        return False
    short.national_number = int(digits)
    short.italian_leading_zero = digits.startswith("0") or None
    return phonenumbers.is_emergency_number(digits, region) or phonenumbers.is_valid_short_number_for_region(
        short, region
    )


def _served(parsed: phonenumbers.PhoneNumber, regions: frozenset[str]) -> bool:
    if parsed.country_code in _SHARED_CODES:
        return phonenumbers.region_code_for_number(parsed) in regions
    return any(phonenumbers.country_code_for_region(region) == parsed.country_code for region in regions)


def _kind_served(kind: NumberType, kinds: frozenset[NumberType]) -> bool:
    if kind is NumberType.FIXED_LINE_OR_MOBILE:  # where the plan does not tell, either will do
        return not kinds.isdisjoint({kind, NumberType.FIXED_LINE, NumberType.MOBILE})
    return kind in kinds


def _longer_exists(digits: str, region: str | None) -> bool:
    """Return whether some possible number is longer than ``digits``."""
    if region is None:
        try:
            parsed = phonenumbers.parse(digits)
        except NumberParseException:
            return True  # a country code in the making
        region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
        digits = phonenumbers.national_significant_number(parsed)
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.general_desc is None:
        return False
    prefix = metadata.national_prefix or ""
    national = digits.removeprefix(prefix) if prefix else digits
    if prefix and national.startswith(prefix) and len(digits) >= max(metadata.general_desc.possible_length):
        return False  # a whole number's worth of digits, and a trunk prefix does not come twice
    return len(national) < max(metadata.general_desc.possible_length)
