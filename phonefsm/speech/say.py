# SPDX-License-Identifier: Apache-2.0
"""Say a phone number aloud, or write it, in the groups of its own country."""

import re
from typing import TYPE_CHECKING, Literal

from phonefsm.speech.words import lexicon

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_GROUP = re.compile(r"[0-9]+")


def say(
    e164: str,
    extension: str = "",
    *,
    language: str = "en",
    region: str | None = None,
    style: Literal["digits", "words"] = "digits",
    spell: bool = False,
    international: bool | None = None,
) -> str:
    """Return what a synthesiser is to say for a number, digit by digit, with a comma as pause between groups.

    The country code is left out where `region`, the listener's, shares it, unless `international` says which.
    `spell` makes every digit a group. A text that is no phone number is said as its digits.

    Raises:
        UnknownLanguageError: there is no lexicon for the language.

    """
    words = lexicon(language)
    names = list(words.digit_names) if style == "words" else list("0123456789")
    if style == "words" and region is not None:
        names[0] = words.zero_in.get(region.upper(), names[0])
    number = _parse(e164)
    abroad = international if international is not None else number is None or not _at_home(number, region)
    groups = _GROUP.findall(e164 if number is None else _format(number, abroad=abroad))
    if spell:
        groups = list("".join(groups))
    spoken = [" ".join(names[int(digit)] for digit in group) for group in groups]
    if abroad and spoken and (number is not None or e164.strip().startswith("+")):
        spoken[0] = f"{words.plus} {spoken[0]}"
    tail = [int(digit) for digit in "".join(_GROUP.findall(extension))]
    if tail:
        pause = ", " if spell else " "
        spoken.append(f"{words.extension} " + pause.join(names[digit] for digit in tail))
    return ", ".join(spoken)


def written(e164: str, extension: str = "", *, language: str = "en", region: str | None = None) -> str:
    """Return a number as text shows it: "(415) 555-0123" to a reader in the US, "+1 415-555-0123" elsewhere.

    Raises:
        UnknownLanguageError: there is no lexicon for the language.

    """
    number = _parse(e164)
    shown = e164 if number is None else _format(number, abroad=not _at_home(number, region))
    return f"{shown} {lexicon(language).written_extension} {extension}" if extension else shown


def _parse(e164: str) -> "PhoneNumber | None":
    # Imported here, since hearing does without it.
    import phonenumbers

    try:
        return phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return None


def _at_home(number: "PhoneNumber", region: str | None) -> bool:
    import phonenumbers

    return region is not None and number.country_code == phonenumbers.country_code_for_region(region.upper())


def _format(number: "PhoneNumber", *, abroad: bool) -> str:
    import phonenumbers

    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.INTERNATIONAL if abroad else form.NATIONAL)
