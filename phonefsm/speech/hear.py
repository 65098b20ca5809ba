# SPDX-License-Identifier: Apache-2.0
"""Hear an utterance: the numbers in it, what it corrects, and what it means beside them."""

import functools
import itertools
import re

from phonefsm.speech import correct, countries, intents, numbers, words
from phonefsm.speech.correct import Settled
from phonefsm.speech.heard import Heard, Intent, Run
from phonefsm.speech.numbers import Span
from phonefsm.speech.tokens import Item, tokenise
from phonefsm.speech.words import Habits, Kind

_TAG = re.compile(r"<[^<>]*>")
# A short run in a sentence is a count; for the one number in a text more is asked.
_COUNT = 3
_SHORT = 6
# Readings that are checked for validity in one text.
_MOST_TRIED = 24
# From here on a run of typed groups is tried without some of them, where it is no number as a whole.
_LONG = 12


def hear(text: str, *, language: str = "en", region: str | None = None) -> Heard:
    """Hear `text`, an utterance in `language` (a BCP 47 tag).

    With `region` (two letters) the readings that are valid numbers there come first. Any string is heard.

    Raises:
        UnknownLanguageError: there is no lexicon for the language.

    """
    items, count, settled = _hear(text, language, region)
    code = countries.calling_code(items)
    if len(items) == 1 and not code:
        code = words.lexicon(language).countries_alone.get(items[0].value, "")
    return Heard(
        runs=tuple(
            Run((), span.start, span.end, span.readings[0]) if numbers.is_extension(items, span) else _run(span, region)
            for span in settled.runs
        ),
        corrections=tuple(settled.corrections),
        intents=Intent(intents.intents(items, text) | settled.intents),
        words=count,
        calling_code=code,
    )


def digits(text: str, *, language: str = "en", region: str | None = None) -> str | None:
    """Return the one number in `text` as ASCII digits without "+", its extension appended, or None.

    The digits are those written: the zero of "+44 (0)20" is among them, which a parser of numbers leaves out.

    Of several the first that is valid in `region` is taken, else the longest.

    Raises:
        UnknownLanguageError: there is no lexicon for the language.

    """
    items, _, settled = _hear(text, language, region)
    spans = [span for span in settled.runs if not correct.is_prose(items, span, most=_SHORT)]
    if not spans:
        parts = [correction.digits for correction in settled.corrections if correction.kind != "swap"]
        return parts[-1] if parts else None
    choices = [(reading, span.extension) for span in spans for reading in span.readings]
    if region is not None:
        shorter = [(rest, span.extension) for span in spans for rest in _shorter(items, span)]
        if len(choices) + len(shorter) > 1:
            likeliest = {span.readings[0] for span in spans}
            for reading, extension in (choices + shorter)[:_MOST_TRIED]:
                if _is_valid(reading, region, abroad=reading in likeliest):
                    return _written(reading, choices, text) + extension
    best = max(spans, key=lambda span: len(span.readings[0]))
    return _written(best.readings[0], choices, text) + best.extension


def _written(reading: str, choices: list[tuple[str, str]], text: str) -> str:
    """Return a reading's digits; an international one as it is written, with the zero of "+44 (0)20"."""
    if reading.startswith("+") and "(0)" in text:
        for code in range(2, 5):
            longer = f"{reading[:code]}0{reading[code:]}"
            if any(longer == other for other, _ in choices):
                return longer[1:]
    return reading.lstrip("+")


def runs(text: str, *, language: str = "en") -> tuple[Run, ...]:
    """Return every run of digits in what an agent says, as it is said: nothing corrected, nothing left out.

    The count in "the last four are 0123" is no digit of the number. SSML and XML tags are passed over.

    Raises:
        UnknownLanguageError: there is no lexicon for the language.

    """
    bare = _TAG.sub(lambda tag: " " * len(tag[0]), text)
    lexicon = words.lexicon(language)
    items, _ = tokenise(bare, lexicon)
    items = correct.without_counts(items)
    return tuple(_run(span, None) for span in numbers.find(items, bare, lexicon.habits, literal=True))


def claims_saved(text: str, *, language: str = "en") -> bool:
    """Whether an agent's words claim that the number is saved; questions, plans and denials are no claims.

    Raises:
        UnknownLanguageError: there is no lexicon for the language.

    """
    lexicon = words.lexicon(language)
    items, _ = tokenise(text, lexicon, lexicon.claims)
    return intents.claims(items, text)


def _hear(text: str, language: str, region: str | None) -> tuple[list[Item], int, Settled]:
    lexicon = words.lexicon(language)
    items, count = tokenise(text, lexicon)
    kinds = {item.kind for item in items}
    if min(kinds, default=Kind.OTHER) > Kind.PLUS:
        return items, count, Settled()
    if Kind.TYPED in kinds:
        items = numbers.typed_apart(items, text)
    if not kinds.isdisjoint(correct.COUNTING):
        items = correct.without_counts(items)
    habits = lexicon.habits if region is None else _habits(words.primary(language), region.upper())
    spans = [span for span in numbers.find(items, text, habits) if not correct.is_prose(items, span, most=_COUNT)]
    return items, count, correct.settle(items, spans, habits)


@functools.lru_cache(maxsize=64)
def _habits(language: str, region: str) -> Habits:
    """Return the habits of a language with the lengths of numbers in `region`, as its numbering plan shows them."""
    # Imported here, since hearing as such needs no numbering plan.
    from phonenumbers import PhoneMetadata

    habits = words.lexicon(language).habits
    plan = PhoneMetadata.metadata_for_region(region)
    kinds = (plan.mobile, plan.fixed_line) if plan is not None else ()
    sizes = [len(kind.example_number) for kind in kinds if kind is not None and kind.example_number]
    if plan is None or not sizes:
        return habits
    trunk = min(sizes) + (plan.national_prefix == "0")
    return habits._replace(whole=min(sizes), whole_trunk=trunk, longest=max(sizes), code=str(plan.country_code))


def _run(span: Span, region: str | None) -> Run:
    readings = span.readings
    if region is not None and len(readings) > 1:
        likeliest = readings[0]
        readings = tuple(sorted(readings, key=lambda one: not _is_valid(one, region, abroad=one == likeliest)))
    return Run(readings, span.start, span.end, span.extension)


def _shorter(items: list[Item], span: Span) -> list[str]:
    """Return an overlong run without its first groups where they may end an address: "Springfield 35801 212 ..."."""
    reading, groups = span.readings[0], items[span.first : min(span.stop, span.first + _SHORT)]
    if len(reading) < _LONG or reading.startswith(("+", "00", "011")) or any(item.kind for item in groups):
        return []
    if not span.first or items[span.first - 1].kind != Kind.OTHER:
        return []
    starts = itertools.accumulate(len(item.value) for item in groups)
    return [reading[at:] for at, item in zip(starts, groups[1:], strict=False) if item.gap.isspace()]


def _is_valid(reading: str, region: str, *, abroad: bool) -> bool:
    """Return whether a reading is a number in `region`; with `abroad` also if it is one with a calling code."""
    import phonenumbers

    tries = [(reading, region), ("+" + reading, None)] if abroad and reading[0] != "+" else [(reading, region)]
    for number, home in tries:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(number, home)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
