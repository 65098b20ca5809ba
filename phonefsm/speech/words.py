# SPDX-License-Identifier: Apache-2.0
"""The lexicon of a language, read on first use and turned into the tables that hearing looks up."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from phonefsm.speech.heard import Intent, UnknownLanguageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


class Kind:
    """What a word or phrase is to the ear; everything up to SCALE can be part of a number.

    Plain integers, since these are compared for every word and an enum's operations are slow.
    """

    TYPED = 0
    DIGIT = 1
    TEEN = 2
    TENS = 3
    ZERO = 4
    HOMOPHONE = 5
    REPEAT = 6
    SCALE = 7
    PLUS = 8
    FILLER = 9
    JOIN = 10
    PAUSE = 11
    EXTENSION = 12
    AREA = 13
    LAST = 14
    FIRST = 15
    UNIT = 16
    ENDS = 17
    STARTS = 18
    AT_END = 19
    AT_START = 20
    COPULA = 21
    CUE = 22
    NOT = 23
    OR = 24
    MEASURE = 25
    BEFORE = 26
    ELSE = 27
    MONTH = 28
    COUNTRY = 29
    KNOWN = 30
    OTHER = 31


class Entry(NamedTuple):
    """What the lexicon says of a phrase: its kind, the digits it stands for, and its intents.

    `alone` are the intents that it has where nothing else is said. Both are `Intent` values
    as plain integers, which combine faster.
    """

    kind: int
    value: str = ""
    intents: int = 0
    alone: int = 0


@dataclass(slots=True, eq=False, repr=False)
class Node:
    """A word in the tree of phrases: the entry of the phrase that ends here, and what may follow."""

    entry: Entry | None
    after: "dict[str, Node]"


class Lexicon(NamedTuple):
    """One language's tables."""

    phrases: dict[str, Node]
    numbers: frozenset[str]
    claims: dict[str, Node]
    digit_names: tuple[str, ...]
    plus: str
    extension: str
    written_extension: str
    zero_in: dict[str, str]
    countries_alone: dict[str, str]


# A phrase in several of these lists has the kind of the first.
_NUMBERS = {
    "digits": Kind.DIGIT,
    "teens": Kind.TEEN,
    "tens": Kind.TENS,
    "scales": Kind.SCALE,
    "repeats": Kind.REPEAT,
    "zeros": Kind.ZERO,
    "homophones": Kind.HOMOPHONE,
}
_MARKS = {
    "plus": Kind.PLUS,
    "extension": Kind.EXTENSION,
    "area": Kind.AREA,
    "last": Kind.LAST,
    "first": Kind.FIRST,
    "unit": Kind.UNIT,
    "ends": Kind.ENDS,
    "starts": Kind.STARTS,
    "at_end": Kind.AT_END,
    "at_start": Kind.AT_START,
    "copula": Kind.COPULA,
    "cue": Kind.CUE,
    "not": Kind.NOT,
    "or": Kind.OR,
    "joins": Kind.JOIN,
    "fillers": Kind.FILLER,
    "pauses": Kind.PAUSE,
    "else": Kind.ELSE,
    "measures": Kind.MEASURE,
    "months": Kind.MONTH,
    "before": Kind.BEFORE,
    "numbered": Kind.KNOWN,
    "neutral": Kind.KNOWN,
}


def primary(language: str) -> str:
    """Return the primary subtag of a language tag: "en" for "EN_gb"."""
    return language.replace("_", "-").partition("-")[0].lower()


@functools.lru_cache(maxsize=64)
def has_lexicon(language: str) -> bool:
    """Whether numbers can be heard and said in `language` (a BCP 47 tag; its primary subtag decides)."""
    name = primary(language)
    return name.isascii() and name.isalpha() and _file(name).is_file()


def lexicon(language: str) -> Lexicon:
    """Return the tables of `language`.

    Raises:
        UnknownLanguageError: there is no lexicon for it.

    """
    name = primary(language)
    try:
        return _load(name)
    except FileNotFoundError:
        raise UnknownLanguageError(language) from None


def _file(name: str) -> "Traversable":
    # Imported on first use, which keeps the import of the package cheap.
    from importlib import resources

    return resources.files(__package__) / "lexicon" / f"{name}.toml"


@functools.cache
def _load(name: str) -> Lexicon:
    import tomllib

    data = tomllib.loads(_file(name).read_text(encoding="utf-8"))
    entries: dict[str, Entry] = {}

    def add(phrase: str, kind: int, value: str = "") -> None:
        entries.setdefault(phrase, Entry(kind, value))

    for key, kind in _NUMBERS.items():
        for word, value in data["numbers"][key].items():
            add(word, kind, value)
    for key, kind in _MARKS.items():
        for phrase in data["marks"][key]:
            add(phrase, kind)
    for code, names in data["countries"].items():
        for phrase in names:
            add(phrase, Kind.COUNTRY, code)
    for table in ("intents", "alone"):
        for key, templates in data[table].items():
            for phrase in _expand(templates, data["slots"]):
                entry = entries.get(phrase, Entry(Kind.KNOWN))
                if table == "intents":
                    entries[phrase] = entry._replace(intents=entry.intents | Intent[key.upper()].value)
                else:
                    entries[phrase] = entry._replace(alone=entry.alone | Intent[key.upper()].value)
    claims = dict.fromkeys(data["claims"]["phrases"], Entry(Kind.KNOWN))
    claims |= dict.fromkeys(data["claims"]["blockers"], Entry(Kind.NOT))
    saying = data["saying"]
    return Lexicon(
        phrases=_tree(entries),
        numbers=frozenset(word for word, entry in entries.items() if entry.kind <= Kind.SCALE),
        claims=_tree(claims),
        digit_names=tuple(saying["digits"]),
        plus=saying["plus"],
        extension=saying["extension"],
        written_extension=saying["written_extension"],
        zero_in=saying["zero_in"],
        countries_alone=data["countries_alone"],
    )


def _expand(templates: list[str], slots: dict[str, list[str]]) -> Iterator[str]:
    for template in templates:
        head, opened, rest = template.partition("{")
        if not opened:
            yield template
            continue
        name, _, tail = rest.partition("}")
        yield from _expand([head + phrase + tail for phrase in slots[name]], slots)


def _tree(entries: dict[str, Entry]) -> dict[str, Node]:
    root: dict[str, Node] = {}
    for phrase, entry in entries.items():
        after = root
        for word in phrase.split():
            node = after.setdefault(word, Node(None, {}))
            after = node.after
        node.entry = entry
    return root
