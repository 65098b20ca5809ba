# SPDX-License-Identifier: Apache-2.0
"""An utterance as a row of items: groups of digits, and words and phrases as the lexicon knows them."""

import re
import unicodedata
from typing import NamedTuple

from phonefsm.speech.heard import Intent
from phonefsm.speech.words import Entry, Kind, Node

# Combining marks and joiners belong to words, though \w leaves them out.
_JOINERS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u200c\u200d'’"
_TOKEN = re.compile(rf"(\d+)|[^\W\d_]+(?:[{_JOINERS}]++[^\W\d_]+)*[\u0900-\u0903\u093a-\u094f]*")
_HARD = frozenset(".?!;\n。？！")
_UNKNOWN = Entry(Kind.OTHER)


class Item(NamedTuple):
    """A group of digits, a word or a phrase; `gap` is the text between it and the item before."""

    kind: Kind
    value: str
    start: int
    end: int
    gap: str
    intents: Intent = Intent.NONE
    alone: Intent = Intent.NONE


def is_hard(gap: str) -> bool:
    """Whether a gap between items ends a sentence."""
    return gap != " " and not _HARD.isdisjoint(gap)


def tokenise(text: str, tree: dict[str, Node]) -> tuple[list[Item], int]:
    """Return the items of `text`, phrases found longest first, and how many words it has."""
    low = text.lower() if text.isascii() else text
    tokens = [
        (_word(match[0]) if match.lastindex is None else "", match.start(), match.end())
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
                if node.entry is not None:
                    entry, index, end = node.entry, ahead, until
        items.append(
            Item(entry.kind, entry.value or low[start:end], start, end, gap, entry.intents, entry.alone)
        )
        before = end
    return items, count


def _word(token: str) -> str:
    if not token.isascii():
        token = unicodedata.normalize("NFKC", token).casefold().replace("’", "'")
    return token.replace("'", "") if "'" in token else token


def _ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in digits)
