# SPDX-License-Identifier: Apache-2.0
"""An utterance as a row of items: groups of digits, and words and phrases as the lexicon knows them."""

import re
import unicodedata
from typing import NamedTuple

from phonefsm.speech.words import Entry, Kind, Lexicon, Node, plain

# Combining marks and joiners belong to words, though \w leaves them out.
_JOINERS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u200c\u200d'’"
_TOKEN = re.compile(rf"(\d+)|[^\W\d_]+(?:[{_JOINERS}]++[^\W\d_]+)*[\u0900-\u0903\u093a-\u094f]*")
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
    low = text.lower() if is_ascii else text
    clean = is_ascii and "'" not in text
    tokens = [
        ("" if match.lastindex else match[0] if clean else plain(match[0]), match.start(), match.end())
        for match in _TOKEN.finditer(low)
    ]
    words = len(tokens)
    if lexicon.glue is not None:
        tokens = _unglued(tokens, tree, lexicon.glue)
    items: list[Item] = []
    before = index = 0
    count = len(tokens)
    while index < count:
        word, start, end = tokens[index]
        gap = text[before:start]
        index += 1
        if not word:
            items.append(Item(Kind.TYPED, _ascii(text[start:end]), start, end, gap))
            before = end
            continue
        node = tree.get(word)
        if node is None:
            items.append(Item(Kind.OTHER, low[start:end], start, end, gap))
            before = end
            continue
        entry = node.entry or _UNKNOWN
        if node.after and index < count:
            first, ahead, reach, tight = index, index, end, True
            while node.after and ahead < count:
                word, since, until = tokens[ahead]
                node = node.after.get(word)
                if node is None or is_hard(text[reach:since]):
                    break
                tight = tight and text[reach:since] in _TIGHT
                ahead, reach = ahead + 1, until
                found = node.entry
                if found is None:
                    continue
                # "sixty, three" is no 63. "no one" is a phrase, "no, one two three" is not.
                if (
                    tight
                    if found.kind <= Kind.SCALE
                    else not (word in digits and _goes_on(tokens, ahead, digits, text[end:until]))
                ):
                    entry, index, end = found, ahead, until
            if entry.others and "-" in text[start:end]:
                entry = _bound(entry, tokens[first - 1 : index], text, tree)
        items.append(
            Item(entry.kind, entry.value or low[start:end], start, end, gap, entry.intents, entry.alone, entry.others)
        )
        before = end
    return items, words


def _goes_on(tokens: list[tuple[str, int, int]], ahead: int, digits: frozenset[str], inside: str) -> bool:
    return "," in inside or (ahead < len(tokens) and (not tokens[ahead][0] or tokens[ahead][0] in digits))


def _bound(entry: Entry, tokens: list[tuple[str, int, int]], text: str, tree: dict[str, Node]) -> Entry:
    """Return a number phrase without the readings that its hyphens rule out: "quatre-vingt dix" is 80 10 or 90."""
    parts: list[list[str]] = []
    end = -1
    for word, start, until in tokens:
        if not parts or text[end:start] == " ":
            parts.append([])
        parts[-1].append(word)
        end = until
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
    tokens: list[tuple[str, int, int]], tree: dict[str, Node], glue: re.Pattern[str]
) -> list[tuple[str, int, int]]:
    """Return the tokens with number words taken apart at the scales in them: "zweihundertzwölf"."""
    apart = []
    for token in tokens:
        word, start, end = token
        if word and word not in tree:
            parts = [part for part in glue.split(word) if part]
            if len(parts) > 1 and all(part in tree for part in parts):
                apart.append((parts[0], start, end))
                apart += [(part, end, end) for part in parts[1:]]
                continue
        apart.append(token)
    return apart


def _ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in digits)
