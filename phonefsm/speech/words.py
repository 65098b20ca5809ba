# SPDX-License-Identifier: Apache-2.0
"""The lexicon of a language, read on first use and turned into the tables that hearing looks up.

How a language file is written (``lexicon/<language>.toml``, UTF-8). A list of phrases is one string, with commas
between them, in single quotes (in three of them where it holds an apostrophe), which is read fast. Lists may be left
out; ``words``, ``plus``, ``extension`` and ``written_extension`` may not. A phrase is matched whole, the longest first.
Capitals, hyphens and apostrophes do not matter ("c'est" is heard as "cest"). Accents may be left out by a recogniser:
each phrase also stands without them, unless the file gives that spelling another meaning ("mas" beside "más").
``[spelling] folds`` adds other habits, a table of single characters for each variant: ``[{ "ä" = "ae" }]``.
``[spelling] same`` is for a language that is spelled as one likes (romanised Hindi): letters -> those that they are
taken for, in the phrases and in what is heard ("aa" = "a": "chaar" is "char"). A phrase in several lists has the
meaning of the first, in the order of the lists below and of ``_MARKS``; intents are added to it.

``[numbers]``
  ``words``: value -> phrases, the usual one first (``lexicon().names`` says it). Phrases of one word or several.
  ``compounds``: rules that build the rest of 0 to 99, each ``{ say = "{t} y {u}" }``: every word for the tens with
    every one for the units. ``tens`` (value -> phrases; all of 20, 30 ... 90 in ``words`` if left out), ``units``
    (the values added, 1 to 9 if left out) and ``words`` (value -> phrases that replace those of a unit) narrow it.
    What number words are in a phrase without a connector stays visible as readings, fewest parts first: "treinta
    cuatro" is 34 or 30 4, "quatre vingt dix" is 90, 80 10 or 4 20 10. Hyphens and connectors ("y") bind.
  ``articles``: value -> words that are digits among digits and articles in prose ("un").
  ``homophones``: value -> words that a recogniser writes for a digit; trusted less than an article. ``echoes``: times
    -> words that it writes for a repeat ("tribal"), heard as one between digits only.
  ``plurals``: digit -> plurals of its words, which a number before them counts ("three fives", "drei Nullen").
  ``zeros``: words for zero beside digits, exclamations elsewhere ("oh").
  ``rounds``: value -> phrases for hundreds or a thousand of one word ("doscientos", "mille", which nothing
    multiplies); smaller numbers are added to them.
  ``scales``: zeros -> words that multiply ("00" = hundred). ``repeats``: times -> words before the digit ("double").
  ``times``: times -> phrases before or after it ("twice", "dos veces"); those with an article are ``repeats`` ("dos
    veces el"). ``times_after = true`` in the habits: after it, where neither a comma nor validity tells.
``[habits]``
  ``glued = true``: scales, rounds and digits stand inside words ("zweihundertzwölf", "nulleins"). ``joiner``: what may
    follow a scale there ("und").
  ``bare = true``: a scale alone is one of it ("cent"), and more than one digit before it is a number of its own.
  ``spelled = true``: a digit after a round number is spelled ("nine hundred one" is 900 1 first); ``apart``: digits
    whose hundreds are codes ("8" for 800).
  ``whole``, ``whole_trunk``: the digits of a whole number here, without and with a leading zero: what comes after
    an "and" or a comma then is another number (10 and 11 if left out), unless all of it makes at most ``longest``.
    Where the region is known, its numbering plan tells all three.
``[marks]``: words beside numbers, by kind; ``en.toml`` explains each list. Fillers are passed over, joins end a whole
  number, ``else`` names what is no phone number. ``whole``: phrases that end in a word for a digit and stay whole
  before digits ("likh do": write down). What denies digits: ``not`` those after it, ``not_after`` those before it
  ("paanch nahi"), ``contrast`` those after it where it stands between two numbers ("un nueve, no un ocho") and is an
  answer elsewhere.
``[slots]``: ``{name}`` in any phrase stands for each phrase of the slot; a slot may hold "".
``[intents]``: phrases by intent, wherever they stand; ``[alone]``: what counts only where nothing else is said.
``[claims]``: an agent's words for "I saved it", and those that make it a plan or a denial.
``[saying]``: ``plus``, ``extension``, ``written_extension``; ``words_in``: region -> words that are said there wherever
  they are one of the phrases for a value ("oh", "septante"); ``pairs_in``: regions where a group of two digits is said
  as a number ("douze"); ``doubles_in``: regions where a repeated digit is said with the first of ``repeats``.
``[countries]`` and ``[adjectives]``: calling code -> names beside those of CLDR (``<language>_countries.toml``, made by
  ``python -m tests.countries``), and words that name a country only beside a number ("a French number");
  ``[countries_alone]``: names that count only where nothing else is said.

English digit words are understood beside every language (``_SHARED``); a word that means something else must be listed
with that meaning, if only as ``neutral`` ("ten" in Dutch).
"""

import collections
import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from phonefsm.speech.heard import Intent, UnknownLanguageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

MOST_READINGS = 4
# The value of words for a phone or its number, of those that thank (a name may follow them), and of phrases that stay
# whole before digits.
PHONE = "phone"
THANKS = "thanks"
WHOLE = "whole"
# The language whose digit words are understood beside every other.
_SHARED = "en"


class Kind:
    """What a word or phrase is to the ear; everything up to SCALE can be part of a number.

    Plain integers, since these are compared for every word and an enum's operations are slow.
    """

    TYPED = 0
    DIGIT = 1
    PAIR = 2
    ZERO = 3
    ROUND = 4
    ARTICLE = 5
    HOMOPHONE = 6
    PLURAL = 7
    REPEAT = 8
    TIMES = 9
    SCALE = 10
    PLUS = 11
    FILLER = 12
    JOIN = 13
    PAUSE = 14
    EXTENSION = 15
    AREA = 16
    LAST = 17
    FIRST = 18
    UNIT = 19
    ENDS = 20
    STARTS = 21
    AT_END = 22
    AT_START = 23
    EDIT = 24
    COPULA = 25
    CUE = 26
    NOT = 27
    NOT_AFTER = 28
    CONTRAST = 29
    OR = 30
    ECHO = 31
    MEASURE = 32
    BEFORE = 33
    ELSE = 34
    MONTH = 35
    COUNTRY = 36
    ADJECTIVE = 37
    KNOWN = 38
    OTHER = 39


class Entry(NamedTuple):
    """What the lexicon says of a phrase: its kind, the digits it stands for, and its intents.

    `alone` are the intents that it has where nothing else is said. Both are `Intent` values
    as plain integers, which combine faster. `others` are other digits that it can mean.
    """

    kind: int
    value: str = ""
    intents: int = 0
    alone: int = 0
    others: tuple[str, ...] = ()


@dataclass(slots=True, eq=False, repr=False)
class Node:
    """A word in the tree of phrases: the entry of the phrase that ends here, and what may follow."""

    entry: Entry | None
    after: "dict[str, Node]"


class Habits(NamedTuple):
    """How a language's callers put numbers together; see the head of this module."""

    bare: bool = False
    spelled: bool = False
    apart: Sequence[str] = ()
    times_after: bool = False
    whole: int = 10
    whole_trunk: int = 11
    longest: int = 0
    code: str = ""


class Same:
    """Writes words in one of the spellings that they have: `table` is letters -> those that they are taken for."""

    def __init__(self, table: dict[str, str]) -> None:
        self._table = {plain(letters): taken for letters, taken in table.items()}
        self._letters = re.compile("|".join(map(re.escape, sorted(self._table, key=len, reverse=True))))

    def __call__(self, words: str) -> str:
        """Return `words` (already plain) in that spelling."""
        return self._letters.sub(lambda found: self._table[found[0]], words)


class Lexicon(NamedTuple):
    """One language's tables.

    `names` are the words for 0 to 99, the usual one each, and `names_in` those of regions that have their own;
    `repeats` are the words for twice and three times before a digit. `glue` are the patterns at which words of several
    numbers come apart. `shared` are the digit words understood beside the language; of these, `shadowed` are those for
    a zero that mean something else in it ("o").
    """

    phrases: dict[str, Node]
    numbers: frozenset[str]
    habits: Habits
    glue: tuple[re.Pattern[str], ...]
    same: "Same | None"
    claims: dict[str, Node]
    names: tuple[str, ...]
    plus: str
    extension: str
    written_extension: str
    names_in: dict[str, tuple[str, ...]]
    pairs_in: frozenset[str]
    doubles_in: frozenset[str]
    repeats: dict[int, str]
    countries_alone: dict[str, str]
    shared: dict[str, Entry]
    shadowed: frozenset[str]


# A phrase in several of these lists has the kind of the first. The value of a scale is its zeros.
_NUMBERS = {
    "rounds": Kind.ROUND,
    "plurals": Kind.PLURAL,
    "scales": Kind.SCALE,
    "repeats": Kind.REPEAT,
    "times": Kind.TIMES,
    "zeros": Kind.ZERO,
    "homophones": Kind.HOMOPHONE,
    "echoes": Kind.ECHO,
}
# What the phrases of some lists have as their value.
_VALUES = {"numbered": PHONE, "phones": PHONE, "thanks": THANKS, "whole": WHOLE}
TABLES = frozenset(
    (
        *("spelling", "numbers", "habits", "shared", "marks", "slots", "intents", "alone", "claims", "saying"),
        *("countries", "adjectives", "countries_alone"),
    )
)
# What of the shared language's numbers: all but words that mean something else in prose.
_SHARED_KINDS = frozenset({Kind.DIGIT, Kind.PAIR, Kind.REPEAT, Kind.SCALE, Kind.ZERO})
_KNOWN = Entry(Kind.KNOWN)
_PLAIN = frozenset({Kind.DIGIT, Kind.PAIR})
_SIMPLE = frozenset({Kind.DIGIT, Kind.PAIR, Kind.ARTICLE})
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
    "edits": Kind.EDIT,
    "copula": Kind.COPULA,
    "cue": Kind.CUE,
    "not": Kind.NOT,
    "not_after": Kind.NOT_AFTER,
    "contrast": Kind.CONTRAST,
    "or": Kind.OR,
    "joins": Kind.JOIN,
    "fillers": Kind.FILLER,
    "pauses": Kind.PAUSE,
    "else": Kind.ELSE,
    "measures": Kind.MEASURE,
    "months": Kind.MONTH,
    "before": Kind.BEFORE,
    "whole": Kind.KNOWN,
    "numbered": Kind.KNOWN,
    "phones": Kind.KNOWN,
    "thanks": Kind.KNOWN,
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


def languages() -> list[str]:
    """Return the languages that there is a lexicon for, by their primary subtags."""
    names = (file.name.removesuffix(".toml") for file in _folder().iterdir() if file.name.endswith(".toml"))
    return sorted(name for name in names if name.isalpha())


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


def _folder() -> "Traversable":
    # Imported on first use, which keeps the import of the package cheap.
    from importlib import resources

    return resources.files(__package__) / "lexicon"


def _file(name: str) -> "Traversable":
    return _folder() / f"{name}.toml"


@functools.cache
def _load(name: str) -> Lexicon:
    data = _read(name)
    numbers, saying, habits = data["numbers"], data["saying"], dict(data["habits"])
    spoken = _spoken(numbers)
    entries = _entries(data, spoken, _read(f"{name}_countries") if _file(f"{name}_countries").is_file() else {})
    if name == _SHARED:
        shared = {phrase: entry for phrase, entry in entries.items() if entry.kind in _SHARED_KINDS}
        shared |= {phrase: entries[phrase] for phrase in _listed(data["shared"]["phrases"])}
    else:
        shared = lexicon(_SHARED).shared
        entries = shared | entries
    zeros = {phrase for phrase, entry in shared.items() if entry.kind == Kind.ZERO}
    slots = _slots(data)
    claims = dict.fromkeys(_expand(_listed(data["claims"].get("phrases", "")), slots), _KNOWN)
    claims |= dict.fromkeys(_expand(_listed(data["claims"].get("blockers", "")), slots), Entry(Kind.NOT))
    folds = data["spelling"].get("folds", [])
    same = Same(data["spelling"]["same"]) if "same" in data["spelling"] else None
    glue: tuple[re.Pattern[str], ...] = ()
    if habits.pop("glued", False):
        glue = _glue(numbers, spoken, folds, habits.pop("joiner", ""))
    phrases = _spelled(entries, folds, same)
    return Lexicon(
        phrases=_tree(phrases),
        numbers=frozenset(
            word for word, entry in phrases.items() if entry.kind <= Kind.SCALE and entry.kind != Kind.HOMOPHONE
        ),
        habits=Habits(**habits),
        glue=glue,
        same=same,
        claims=_tree(_spelled(claims, folds, same)),
        names=tuple(spoken[value][0] for value in range(100)),
        plus=saying["plus"],
        extension=saying["extension"],
        written_extension=saying["written_extension"],
        names_in={region: _named(numbers, spoken, words) for region, words in saying.get("words_in", {}).items()},
        pairs_in=frozenset(_split(saying.get("pairs_in", ""))),
        doubles_in=frozenset(_split(saying.get("doubles_in", ""))),
        repeats={times: names[0] for times, names in _by_value(numbers.get("repeats", {})).items()},
        countries_alone=data["countries_alone"],
        shared=shared,
        shadowed=frozenset(phrase for phrase in zeros if entries[phrase].kind != Kind.ZERO),
    )


def _glue(
    numbers: dict[str, Any], spoken: dict[int, list[str]], folds: list[dict[str, str]], joiner: str
) -> tuple[re.Pattern[str], ...]:
    """Return the patterns at which words of several numbers come apart: at what multiplies, and at every digit."""
    rounds = (*numbers["scales"].values(), *numbers.get("rounds", {}).values(), numbers["words"]["0"])
    names = [plain(name) for value in range(20) for name in spoken[value]]
    inside, digits = (
        "|".join(sorted(_spelled(dict.fromkeys(words, _KNOWN), folds, None), key=len, reverse=True))
        for words in ([word for phrases in rounds for word in _listed(phrases)], names)
    )
    return re.compile(f"({inside})(?:{joiner})?"), re.compile(f"({digits})")


def _read(name: str) -> dict[str, Any]:
    import tomllib

    return collections.defaultdict(dict, tomllib.loads(_file(name).read_text(encoding="utf-8")))


def _entries(data: dict[str, Any], spoken: dict[int, list[str]], countries: dict[str, str]) -> dict[str, Entry]:
    """Return every phrase of a file with what it means, the first meaning that it is given."""
    slots = _slots(data)
    entries: dict[str, Entry] = {}

    def add(phrases: str, entry: Entry) -> None:
        for phrase in _expand(_listed(phrases), slots):
            entries.setdefault(phrase, entry)

    for digits, phrases in data["numbers"].get("articles", {}).items():
        add(phrases, Entry(Kind.ARTICLE, digits))
    for value, names in spoken.items():
        for name in names:
            entry = Entry(Kind.DIGIT if value < 10 else Kind.PAIR, str(value))
            known = entries.setdefault(plain(name), entry)
            if known is not entry:
                entries[plain(name)] = _merged(known, entry)
    for key, kind in _NUMBERS.items():
        for digits, phrases in data["numbers"].get(key, {}).items():
            add(phrases, Entry(kind, digits))
    entries |= _ambiguous(entries)
    for key, kind in _MARKS.items():
        add(data["marks"].get(key, ""), Entry(kind, _VALUES.get(key, "")))
    for table, kind in ((data["countries"], Kind.COUNTRY), (data["adjectives"], Kind.ADJECTIVE)):
        for code, phrases in table.items():
            add(phrases, Entry(kind, code))
    for key, phrases in data["intents"].items():
        flag = Intent[key.upper()].value
        for phrase in _expand(_listed(phrases), slots):
            entry = entries.get(phrase, _KNOWN)
            entries[phrase] = Entry(entry.kind, entry.value, entry.intents | flag, entry.alone, entry.others)
    for key, phrases in data["alone"].items():
        flag = Intent[key.upper()].value
        for phrase in _expand(_listed(phrases), slots):
            entry = entries.get(phrase, _KNOWN)
            entries[phrase] = entry._replace(alone=entry.alone | flag)
    for code, phrases in countries.items():
        add(phrases, Entry(Kind.COUNTRY, code))
    return entries


def _slots(data: dict[str, Any]) -> dict[str, list[str]]:
    return {key: _listed(phrases) for key, phrases in data["slots"].items()}


def _spelled(entries: dict[str, Entry], folds: list[dict[str, str]], same: Same | None) -> dict[str, Entry]:
    """Return the entries, and below them those under their other spellings: as `folds` say, and without accents.

    Where spellings are the `same` there is one of each; numbers that come to be spelled alike are readings.
    """
    if same is not None:
        merged: dict[str, Entry] = {}
        # All at once, which is faster.
        for phrase, entry in zip(same("\n".join(entries)).split("\n"), entries.values(), strict=True):
            known = merged.setdefault(phrase, entry)
            if known is not entry:
                merged[phrase] = _merged(known, entry)
        return merged
    tables = [str.maketrans(table) for table in folds]
    spelled = dict(entries)
    for phrase, entry in entries.items():
        if not phrase.isascii():
            for table in tables:
                spelled.setdefault(phrase.translate(table), entry)
            spelled.setdefault(without_accents(phrase), entry)
    return spelled


def _merged(entry: Entry, other: Entry) -> Entry:
    """Return the entry of a phrase that is spelled as another one is."""
    others = entry.others
    if entry.kind in _PLAIN and other.kind in _PLAIN:
        others = tuple(value for value in dict.fromkeys((*others, other.value, *other.others)) if value != entry.value)
    return entry._replace(intents=entry.intents | other.intents, alone=entry.alone | other.alone, others=others)


def without_accents(phrase: str) -> str:
    """Return a phrase without the accents of Latin script; the vowel signs of others stay."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", phrase) if not "\u0300" <= sign <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def plain(words: str) -> str:
    """Return words as they are looked up: without case, apostrophes and hyphens."""
    if not words.isascii():
        words = unicodedata.normalize("NFKC", words).replace("’", "'")
    words = words.casefold().replace("'", "")
    return words.replace("-", " ") if "-" in words else words


def _listed(phrases: str) -> list[str]:
    return [phrase.strip() for phrase in plain(phrases).split(",")] if phrases else []


def _by_value(table: dict[str, str]) -> dict[int, list[str]]:
    return {int(value): _split(phrases) for value, phrases in table.items()}


def _split(phrases: str) -> list[str]:
    return phrases.split(", ") if phrases else []


def _spoken(numbers: dict[str, Any]) -> dict[int, list[str]]:
    """Return the phrases for each of 0 to 99, the usual one first."""
    words = _by_value(numbers["words"])
    spoken = {value: list(phrases) for value, phrases in words.items()}
    for rule in numbers.get("compounds", ()):
        tens = _by_value(rule.get("tens", {}))
        own = _by_value(rule.get("words", {}))
        for ten, heads in (tens or {value: words[value] for value in range(20, 100, 10)}).items():
            for unit in rule.get("units", range(1, 10)):
                for head, tail in itertools.product(heads, own.get(unit) or words[unit]):
                    spoken.setdefault(ten + unit, []).append(rule["say"].format(t=head, u=tail))
    return spoken


def _named(numbers: dict[str, Any], spoken: dict[int, list[str]], words: str) -> tuple[str, ...]:
    """Return the words for 0 to 99 where each of `words` is preferred to others for the same value."""
    preferred = set(_split(words))
    zeros = _by_value(numbers.get("zeros", {})).get(0, [])
    options = [[*spoken[value], *(zeros if value == 0 else ())] for value in range(100)]
    return tuple(
        next((phrase for phrase in phrases if not preferred.isdisjoint(phrase.replace("-", " ").split())), phrases[0])
        for phrases in options
    )


def _ambiguous(numbers: dict[str, Entry]) -> dict[str, Entry]:
    """Return the number phrases that can be cut in several ways, and those where two run into one another."""
    simple = {tuple(phrase.split()): entry.value for phrase, entry in numbers.items() if entry.kind in _SIMPLE}
    compounds = [words for words in simple if len(words) > 1]
    begun: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for words in compounds:
        for size in range(1, len(words)):
            begun.setdefault(words[:size], []).append(words)
    crossed = {
        words + other[size:]
        for words in compounds
        for size in range(1, len(words))
        for other in begun.get(words[-size:], ())
    }
    known: dict[tuple[str, ...], list[tuple[str, ...]]] = {(): [()]}
    found = {}
    for words in (*compounds, *crossed):
        value, *others = dict.fromkeys("".join(cut) for cut in _cuts(words, simple, known))
        if others or words not in simple:
            found[" ".join(words)] = Entry(Kind.PAIR, value, others=tuple(others))
    return found


def _cuts(
    words: tuple[str, ...], simple: dict[tuple[str, ...], str], known: dict[tuple[str, ...], list[tuple[str, ...]]]
) -> list[tuple[str, ...]]:
    """Return the numbers that `words` can be cut into, fewest parts first."""
    if words not in known:
        cuts = [
            (simple[words[:size]], *rest)
            for size in range(len(words), 0, -1)
            if words[:size] in simple
            for rest in _cuts(words[size:], simple, known)
        ]
        known[words] = sorted(cuts, key=len)[:MOST_READINGS]
    return known[words]


def _expand(templates: Iterable[str], slots: dict[str, list[str]]) -> Iterator[str]:
    for template in templates:
        head, opened, rest = template.partition("{")
        if not opened:
            yield template
            continue
        name, _, tail = rest.partition("}")
        # An empty phrase of a slot leaves a space too many.
        yield from _expand([(head + phrase + tail).replace("  ", " ").strip() for phrase in slots[name]], slots)


def _tree(entries: dict[str, Entry]) -> dict[str, Node]:
    root: dict[str, Node] = {}
    for phrase, entry in entries.items():
        *words, last = phrase.split()
        after = root
        for word in words:
            node = after.get(word)
            if node is None:
                node = after[word] = Node(None, {})
            after = node.after
        if last in after:
            after[last].entry = entry
        else:
            after[last] = Node(entry, {})
    return root
