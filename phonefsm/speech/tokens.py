# SPDX-License-Identifier: Apache-2.0
"""An utterance as a row of items: groups of digits, and words and phrases as the lexicon knows them."""

import re
import unicodedata
from typing import NamedTuple

from phonefsm.speech.words import WHOLE, Entry, Kind, Lexicon, Node, plain

# Combining marks and joiners belong to words, though \w leaves them out.
_JOINERS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u200c\u200d'’"
_TOKEN = re.compile(rf"(\d+|[^\W\d_]+(?:[{_JOINERS}]++[^\W\d_]+)*[\u0900-\u0903\u093a-\u094f]*)")
# Between the words of one number; hyphens bind them.
_TIGHT = frozenset({" ", "-", "", " - ", "\u2010", "\u2011"})
_HARD = frozenset(".?!;\n。？！।॥")
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
    raw = text.lower().split(" ")
    if is_ascii and all(map(str.isalpha, raw)):
        # Nothing but words with a space between them, as many recognisers write.
        gaps = ["", *[" "] * (len(raw) - 1)]
    else:
        # Splitting leaves gap, token, gap, token ... gap.
        gaps = _TOKEN.split(text.lower() if is_ascii else text)
        raw = gaps[1::2]
        gaps = gaps[::2]
    count = len(raw)
    words = raw if is_ascii and "'" not in text else [plain(word) for word in raw]
    if lexicon.same is not None:
        words = [lexicon.same(word) for word in words]
    if lexicon.glue:
        gaps, raw, words = _unglued(gaps, raw, words, tree, lexicon.glue)
    items: list[Item] = []
    new = tuple.__new__  # what a named tuple's own constructor calls, at half the cost
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
                items.append(new(Item, (Kind.TYPED, _ascii(word), start, end, gap, 0, 0, ())))
            else:
                items.append(new(Item, (Kind.OTHER, word, start, end, gap, 0, 0, ())))
            continue
        # "100" begins a phrase ("100 percent") and is digits where the phrase does not follow.
        entry = node.entry or (Entry(Kind.TYPED, _ascii(word)) if word.isdecimal() else _UNKNOWN)
        if node.after and index < stop and words[index] in node.after:
            # The last part of a glued word is bound to it: "novecentoventi due" is 920 2.
            first, ahead, reach, tight, comma = index - 1, index, end, raw[index - 1] != "", False
            while ahead < stop:
                node = node.after.get(words[ahead])
                inside = gaps[ahead]
                if node is None or is_hard(inside):
                    break
                if entry.kind == Kind.ZERO and gap == " " and items and items[-1].kind <= Kind.SCALE:
                    # "one nine oh, sorry": the zero belongs to the number.
                    break
                tight = tight and inside in _TIGHT
                comma = comma or "," in inside
                reach += len(inside) + len(raw[ahead])
                ahead += 1
                found = node.entry
                if found is not None and _stands(found, words, ahead, digits, tight=tight, comma=comma):
                    entry, index, end = found, ahead, reach
            if entry.others:
                entry = _bound(entry, words[first:index], gaps[first:index], tree)
        kind, value, told, alone, others = entry
        items.append(new(Item, (kind, value or word, start, end, gap, told, alone, others)))
    if lexicon.shadowed and not lexicon.shadowed.isdisjoint(words):
        items = _zeros(items, text, lexicon)
    return items, count


def _stands(entry: Entry, words: list[str], ahead: int, digits: frozenset[str], *, tight: bool, comma: bool) -> bool:
    """Whether the phrase that ends before `ahead` is one, for all that stands between its words and after them."""
    if entry.kind <= Kind.SCALE:
        # "sixty, three" is no 63.
        return tight
    if entry.kind == Kind.NOT and comma:
        # "no, es un cuatro" denies nothing.
        return False
    # "no one" is a phrase, "no, one two three" is not.
    return entry.value == WHOLE or not _goes_on(words, ahead, digits, comma=comma)


def _zeros(items: list[Item], text: str, lexicon: Lexicon) -> list[Item]:
    """Return the items with the words that are zeros among the shared language's digits made such: "four o one"."""
    said = [plain(text[item.start : item.end]) for item in items]
    shared = [item.kind <= Kind.SCALE and word in lexicon.shared for item, word in zip(items, said, strict=True)]
    if True not in shared:
        return items
    # Whether the nearest word, such a word or a filler passed over, is one of those digits, or there is none.
    before, after = [True] * len(items), [True] * len(items)
    for beside, order in ((before, range(len(items))), (after, range(len(items) - 1, -1, -1))):
        near = True
        for index in order:
            beside[index] = near
            if items[index].kind != Kind.FILLER and said[index] not in lexicon.shadowed:
                near = shared[index]
    return [
        item._replace(kind=Kind.ZERO, value="0") if word in lexicon.shadowed and left and right else item
        for item, word, left, right in zip(items, said, before, after, strict=True)
    ]


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
    gaps: list[str], raw: list[str], words: list[str], tree: dict[str, Node], glue: tuple[re.Pattern[str], ...]
) -> tuple[list[str], list[str], list[str]]:
    """Take number words apart ("zweihundertzwölf", "nulleins"); the first part stands for the whole text."""
    apart: tuple[list[str], list[str], list[str]] = ([], [], [])
    for gap, text, word in zip(gaps, raw, words, strict=False):
        parts = [word]
        if word not in tree:
            splits = ([part for part in pattern.split(word) if part] for pattern in glue)
            parts = next((split for split in splits if all(_is_number(tree.get(part)) for part in split)), parts)
        for index, part in enumerate(parts):
            apart[0].append("" if index else gap)
            apart[1].append("" if index else text)
            apart[2].append(part)
    return apart


def _is_number(node: Node | None) -> bool:
    return node is not None and node.entry is not None and node.entry.kind <= Kind.SCALE


def _ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in digits)
