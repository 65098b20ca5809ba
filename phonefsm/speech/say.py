# SPDX-License-Identifier: Apache-2.0
"""Say a phone number aloud, or write it, in the groups of its own country."""

import itertools
import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from phonefsm.speech.words import Lexicon, lexicon

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

Style = Literal["digits", "words", "telephone", "breaks"]
"""``digits``: spaced digits with commas between groups, which any synthesiser says as digits. ``words``: as people of
the country say it. ``telephone`` and ``breaks``: SSML to stand inside ``<speak>``, as ``say-as`` or with pauses."""

_GROUP: Final = re.compile(r"[0-9]+")
_LONGEST: Final = 5  # digits of a group that are said in one breath
_BREATH: Final = 4  # digits of the groups into which a longer one falls, and of a part of a read-back
_PAUSE: Final = '<break time="500ms"/>'
_SHORT_PAUSE: Final = '<break time="250ms"/>'
_PAIR: Final = 2
_DIGITS: Final = tuple("0123456789")


class Part(NamedTuple):
    """One part of a read-back in parts: its digits, with a leading "+" where one is said, and what to say."""

    digits: str
    spoken: str


def say(
    e164: str,
    extension: str = "",
    *,
    language: str = "en",
    region: str | None = None,
    style: Style = "digits",
    spell: bool = False,
    international: bool | None = None,
) -> str:
    """Return what a synthesiser is to say for a number, group by group.

    The country code is left out where `region`, the listener's, shares it, unless `international` says which.
    `spell` makes every digit a group. A text that is no phone number is said as its digits.

    Raises:
        UnknownLanguageError: there is no lexicon for the language.

    """
    words = lexicon(language)
    groups = _groups(e164, region=region, international=international)
    if spell:
        groups = list(_spelled(groups))
    tail = "".join(_GROUP.findall(extension))
    if style == "telephone":
        said = [_telephone(" ".join(groups), slowly=spell)] if groups else []
        if tail:
            said.append(f"{words.extension} {_telephone(tail, slowly=spell)}")
        return ", ".join(said)
    voice = _Voice(words, language=language, region=region, style=style)
    said = [voice.group(group) for group in groups]
    pause = ", "
    if style == "breaks":
        pause = _SHORT_PAUSE if spell else _PAUSE
    if tail:
        said.append(voice.extension(tail, pause if spell else " "))
    return pause.join(said)


def say_in_parts(
    e164: str,
    extension: str = "",
    *,
    language: str = "en",
    region: str | None = None,
    international: bool | None = None,
) -> tuple[Part, ...]:
    """Return a number as parts of one breath each, in digits, for a read-back that waits after each of them.

    The country code stands with the first digits and the extension with the last.

    Raises:
        UnknownLanguageError: there is no lexicon for the language.

    """
    parts: list[list[str]] = []
    for group in _groups(e164, region=region, international=international):
        begun = parts[-1] if parts else []
        opens = len(parts) == 1 and len(begun) == 1 and begun[0].startswith("+")
        if parts and (opens or sum(map(len, begun)) + len(group) <= _BREATH):
            begun.append(group)
        else:
            parts.append([group])
    voice = _Voice(lexicon(language), language=language, region=region, style="digits")
    said = [Part("".join(part), ", ".join(map(voice.group, part))) for part in parts]
    tail = "".join(_GROUP.findall(extension))
    if tail and said:
        last = said[-1]
        said[-1] = last._replace(spoken=f"{last.spoken}, {voice.extension(tail)}")
    return tuple(said)


def written(e164: str, extension: str = "", *, language: str = "en", region: str | None = None) -> str:
    """Return a number as text shows it: "(415) 555-0123" to a reader in the US, "+1 415-555-0123" elsewhere.

    Raises:
        UnknownLanguageError: there is no lexicon for the language.

    """
    number = _parse(e164)
    shown = e164 if number is None else _format(number, abroad=not _at_home(number, region))
    return f"{shown} {lexicon(language).written_extension} {extension}" if extension else shown


def says_pairs(language: str, region: str | None) -> bool:
    """Whether the listener's habit is to say a group of two digits as a number, which only words can show.

    Raises:
        UnknownLanguageError: there is no lexicon for the language.

    """
    return _home(language, region) in lexicon(language).pairs_in


class _Voice:
    """How groups of digits sound in one language, to a listener of one region."""

    def __init__(self, words: Lexicon, *, language: str, region: str | None, style: Style) -> None:
        self.words = words
        self.names: tuple[str, ...] = _DIGITS
        self.pairs = self.doubles = False
        if style == "words":
            home = _home(language, region)
            self.names = words.names_in.get(home, words.names)
            self.pairs = home in words.pairs_in
            self.doubles = home in words.doubles_in

    def group(self, group: str) -> str:
        """Return a group of digits; one with a leading "+" is a country code, in which no digit is doubled."""
        if group.startswith("+"):
            return f"{self.words.plus} {self._paired(group[1:]) or self._spelled(group[1:])}"
        return self._paired(group) or (self._doubled(group) if self.doubles else self._spelled(group))

    def extension(self, digits: str, pause: str = " ") -> str:
        """Return an extension, digit by digit."""
        return f"{self.words.extension} {self._spelled(digits, pause)}"

    def _spelled(self, digits: str, pause: str = " ") -> str:
        return pause.join(self.names[int(digit)] for digit in digits)

    def _paired(self, digits: str) -> str:
        """Return a group whose zeros lead to a pair, the pair as a number ("zéro six", "douze"), or ""."""
        pair = digits.lstrip("0")
        if not self.pairs or len(pair) != _PAIR or len(digits) > _PAIR + 1:
            return ""
        return " ".join((*(self.names[0] for _ in digits[_PAIR:]), self.names[int(pair)]))

    def _doubled(self, digits: str) -> str:
        """Return digits with repeated ones as doubles, and as a triple where an odd number of them is left."""
        said = []
        for digit, run in itertools.groupby(digits):
            count, name = len(list(run)), self.names[int(digit)]
            while count > 1:
                times = 3 if count == 3 else 2
                said.append(f"{self.words.repeats[times]} {name}")
                count -= times
            said.extend([name] * count)
        return " ".join(said)


def _telephone(digits: str, *, slowly: bool) -> str:
    said = f'<say-as interpret-as="telephone">{digits}</say-as>'
    return f'<prosody rate="slow">{said}</prosody>' if slowly else said


def _home(language: str, region: str | None) -> str:
    """Return whose habits the listener has: those of "fr-BE" are Belgian wherever the line is; else the region's."""
    subtags = language.replace("_", "-").split("-")[1:]
    return next((subtag for subtag in subtags if len(subtag) == 2), region or "").upper()


def _groups(e164: str, *, region: str | None, international: bool | None) -> list[str]:
    """Return the digits of a number in groups of one breath, the first one the country code if it is said."""
    number = _parse(e164)
    abroad = international if international is not None else number is None or not _at_home(number, region)
    found = _GROUP.findall(e164 if number is None else _format(number, abroad=abroad))
    plus = abroad and (number is not None or e164.strip().startswith("+"))
    if plus and found:
        return ["+" + found[0], *itertools.chain.from_iterable(map(_in_breaths, found[1:]))]
    return list(itertools.chain.from_iterable(map(_in_breaths, found)))


def _in_breaths(group: str) -> list[str]:
    """Return a group of digits cut evenly where it is too long for a breath, the longer pieces last."""
    if len(group) <= _LONGEST:
        return [group]
    count = -(-len(group) // _BREATH)
    ends = [len(group) * place // count for place in range(count + 1)]
    return [group[start:end] for start, end in itertools.pairwise(ends)]


def _spelled(groups: list[str]) -> list[str]:
    """Return every digit as a group of its own."""
    spelled = list("".join(groups))
    return ["+" + spelled[1], *spelled[2:]] if spelled[:1] == ["+"] else spelled


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
