# SPDX-License-Identifier: Apache-2.0
"""An utterance as a row of items: groups of digits, and words and phrases as the lexicon knows them."""

import re
import unicodedata
from typing import NamedTuple

from phonefsm.speech.words import Entry, Kind, Lexicon, Node, plain

# Combining marks and joiners belong to words, though \w leaves them out.
_JOINERS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u200c\u200d'’"
_TOKEN = re.compile(rf"(\d+|[^\W\d_]+(?:[{_JOINERS}]++[^\W\d_]+)*[\u0900-\u0903\u093a-\u094f]*)")
# Between the words of one number; hyphens bind them.
_TIGHT = frozenset({" ", "-", "", " - ", "\u2010", "\u2011"})
_HARD = frozenset(".?!;\n。？！")
_UNKNOWN = Entry(Kind.OTHER)


class Item(NamedTuple):
    """A group of digits, a word or a phrase; `gap` is the text between it and the item before."""

    kind: int
    value: str
    start: int
    end: int
    gap: str
    intents: int = 0
    alone: int = 0
    others: tuple[str, ...] = ()


def is_hard(gap: str) -> bool:
    """Whether a gap between items ends a sentence."""
    return gap != " " and not _HARD.isdisjoint(gap)


def tokenise(text: str, lexicon: Lexicon, tree: dict[str, Node] | None = None) -> tuple[list[Item], int]:
    """Return the items of `text`, phrases found longest first, and how many words it has.

    A phrase that ends in a word for a digit gives way where a number goes on. `tree` replaces the lexicon's phrases.
    """
    tree = lexicon.phrases if tree is None else tree
    digits = lexicon.numbers
    is_ascii = text.isascii()
    # Splitting leaves gap, token, gap, token ... gap.
    gaps = _TOKEN.split(text.lower() if is_ascii else text)
    raw = gaps[1::2]
    gaps = gaps[::2]
    count = len(raw)
    words = raw if is_ascii and "'" not in text else [plain(word) for word in raw]
    if lexicon.glue is not None:
        gaps, raw, words = _unglued(gaps, raw, words, tree, lexicon.glue)
    items: list[Item] = []
    end = index = 0
    stop = len(words)
    while index < stop:
        word, gap = words[index], gaps[index]
        start = end + len(gap)
        end = start + len(raw[index])
        index += 1
        node = tree.get(word)
        if node is None:
            if word.isdecimal():
                items.append(Item(Kind.TYPED, _ascii(word), start, end, gap))
            else:
                items.append(Item(Kind.OTHER, word, start, end, gap))
            continue
        # "100" begins a phrase ("100 percent") and is digits where the phrase does not follow.
        entry = node.entry or (Entry(Kind.TYPED, _ascii(word)) if word.isdecimal() else _UNKNOWN)
        if index < stop and words[index] in node.after:
            first, ahead, reach, tight, comma = index - 1, index, end, True, False
            while ahead < stop:
                node = node.after.get(words[ahead])
                inside = gaps[ahead]
                if node is None or is_hard(inside):
                    break
                tight = tight and inside in _TIGHT
                comma = comma or "," in inside
                reach += len(inside) + len(raw[ahead])
                ahead += 1
                found = node.entry
                # "sixty, three" is no 63. "no one" is a phrase, "no, one two three" is not.
                if found is not None and (
                    tight if found.kind <= Kind.SCALE else not _goes_on(words, ahead, digits, comma=comma)
                ):
                    entry, index, end = found, ahead, reach
            if entry.others:
                entry = _bound(entry, words[first:index], gaps[first:index], tree)
        items.append(Item(entry.kind, entry.value or word, start, end, gap, entry.intents, entry.alone, entry.others))
    return items, count


def _goes_on(words: list[str], ahead: int, digits: frozenset[str], *, comma: bool) -> bool:
    """Whether the phrase that ends before `ahead` ends in a word for a digit that more follow."""
    return words[ahead - 1] in digits and (
        comma or (ahead < len(words) and (words[ahead] in digits or words[ahead].isdecimal()))
    )


def _bound(entry: Entry, words: list[str], gaps: list[str], tree: dict[str, Node]) -> Entry:
    """Return a number phrase without the readings that its hyphens rule out: "quatre-vingt dix" is 80 10 or 90."""
    parts: list[list[str]] = [[words[0]]]
    for word, gap in zip(words[1:], gaps[1:], strict=True):
        if gap == " ":
            parts.append([])
        parts[-1].append(word)
    if len(parts) == len(words):
        return entry
    value = ""
    for part in parts:
        node: Node | None = Node(None, tree)
        for word in part:
            node = node.after.get(word) if node is not None else None
        if node is None or node.entry is None:
            return entry._replace(others=())
        value += node.entry.value
    return entry._replace(value=value, others=(entry.value,) if value != entry.value else ())


def _unglued(
    gaps: list[str], raw: list[str], words: list[str], tree: dict[str, Node], glue: re.Pattern[str]
) -> tuple[list[str], list[str], list[str]]:
    """Take number words apart at the scales in them ("zweihundertzwölf"); the first part stands for the whole text."""
    apart: tuple[list[str], list[str], list[str]] = ([], [], [])
    for gap, text, word in zip(gaps, raw, words, strict=False):
        parts = [word]
        if word not in tree:
            split = [part for part in glue.split(word) if part]
            if all(part in tree for part in split):
                parts = split
        for index, part in enumerate(parts):
            apart[0].append("" if index else gap)
            apart[1].append("" if index else text)
            apart[2].append(part)
    return apart


def _ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in digits)
