# SPDX-License-Identifier: Apache-2.0
"""An utterance as a row of items: groups of digits, and words and phrases as the lexicon knows them."""

import re
import unicodedata
from typing import NamedTuple

from phonefsm.speech.words import Entry, Kind, Node

# Combining marks and joiners belong to words, though \w leaves them out.
_JOINERS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u200c\u200d'’"
_TOKEN = re.compile(rf"(\d+)|[^\W\d_]+(?:[{_JOINERS}]++[^\W\d_]+)*[\u0900-\u0903\u093a-\u094f]*")
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


def is_hard(gap: str) -> bool:
    """Whether a gap between items ends a sentence."""
    return gap != " " and not _HARD.isdisjoint(gap)


def tokenise(text: str, tree: dict[str, Node], digits: frozenset[str]) -> tuple[list[Item], int]:
    """Return the items of `text`, phrases found longest first, and how many words it has.

    `digits` are the words for numbers: a phrase that ends in one gives way where a number goes on.
    """
    plain = text.isascii()
    low = text.lower() if plain else text
    clean = plain and "'" not in text
    tokens = [
        ("" if match.lastindex else match[0] if clean else _word(match[0]), match.start(), match.end())
        for match in _TOKEN.finditer(low)
    ]
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
        entry = _UNKNOWN
        if node is not None:
            entry = node.entry or _UNKNOWN
            ahead, reach = index, end
            while node.after and ahead < count:
                word, since, until = tokens[ahead]
                node = node.after.get(word)
                if node is None or is_hard(text[reach:since]):
                    break
                ahead, reach = ahead + 1, until
                # "no one" is a phrase, "no, one two three" is not.
                if node.entry is not None and not (word in digits and _goes_on(tokens, ahead, digits, text[end:until])):
                    entry, index, end = node.entry, ahead, until
        items.append(Item(entry.kind, entry.value or low[start:end], start, end, gap, entry.intents, entry.alone))
        before = end
    return items, count


def _goes_on(tokens: list[tuple[str, int, int]], ahead: int, digits: frozenset[str], inside: str) -> bool:
    return "," in inside or (ahead < len(tokens) and (not tokens[ahead][0] or tokens[ahead][0] in digits))


def _word(token: str) -> str:
    if not token.isascii():
        token = unicodedata.normalize("NFKC", token).casefold().replace("’", "'")
    return token.replace("'", "") if "'" in token else token


def _ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in digits)
