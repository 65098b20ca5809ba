# SPDX-License-Identifier: Apache-2.0
"""What an utterance does beside giving digits."""

from phonefsm.speech.heard import Intent
from phonefsm.speech.tokens import Item, is_hard
from phonefsm.speech.words import THANKS, Kind

_QUESTION = frozenset("?？؟")
# Plain integers, since an enum's operations are slow.
_YES, _NO, _HEDGE, _WHY, _UNCLEAR = (
    intent.value for intent in (Intent.YES, Intent.NO, Intent.HEDGE, Intent.WHY, Intent.UNCLEAR)
)
# How far a "not" reaches: "that is not at all right".
_REACH = 3
# Words beside a yes that may take from it: unknown ones, denials, and those that name a part of the number.
_DOUBTFUL = frozenset(
    {
        Kind.OTHER,
        Kind.MEASURE,
        Kind.BEFORE,
        Kind.ELSE,
        Kind.MONTH,
        Kind.NOT,
        Kind.OR,
        Kind.AREA,
        Kind.LAST,
        Kind.FIRST,
        Kind.ENDS,
        Kind.STARTS,
        Kind.AT_END,
        Kind.AT_START,
        Kind.EDIT,
        Kind.ECHO,
    }
)
# Longer utterances than this are not looked through for the one word that counts alone.
_FEW = 12
_IDLE = frozenset({Kind.FILLER, Kind.JOIN})


def intents(items: list[Item], text: str) -> int:
    """Return the intents of a whole utterance; a yes in a question, or among doubtful words, is hedged."""
    told = [item for item in items if item.kind not in _IDLE] or items[:1] if len(items) <= _FEW else items
    if len(told) == 1 and told[0].alone:
        asked = told[0].alone & _YES and not _QUESTION.isdisjoint(text)
        return told[0].alone | _HEDGE if asked else told[0].alone
    found = 0
    for item in items:
        found |= item.intents
    if found & _YES:
        found = _weighed(items, text)
    return found & ~_UNCLEAR or found


def _weighed(items: list[Item], text: str) -> int:
    """Return the intents of an utterance with a yes in it, which other words may deny or take from."""
    found = negated = 0
    doubtful = False
    named = _name(items, text)
    for item in items:
        kind = Kind.KNOWN if item is named else item.kind
        if negated:
            negated = 0 if is_hard(item.gap) else negated - 1
        if negated and item.intents & _YES:
            found |= (item.intents & ~_YES) | _NO
        else:
            found |= item.intents
        if kind == Kind.NOT:
            negated = _REACH + 1
        doubtful = doubtful or kind in _DOUBTFUL or (kind == Kind.CUE and not item.alone)
    if found & _YES and (doubtful or found & _WHY or not _QUESTION.isdisjoint(text)):
        found |= _HEDGE
    return found


def _name(items: list[Item], text: str) -> Item | None:
    """Return the name that a caller calls the agent by, an unknown last word: "yes, thanks anna", "that's it, Anna"."""
    if len(items) < 2 or items[-1].kind != Kind.OTHER:
        return None
    before, last = items[-2:]
    if before.value == THANKS:
        return last
    if last.gap != ", " or not before.intents & _YES or not text[last.start : last.end].istitle():
        return None
    # A capital tells where other words have none: not in "Yes, Formerly".
    return last if any(word.islower() for word in text[: last.start].split()) else None


def claims(items: list[Item], text: str) -> bool:
    """Whether a sentence claims something done: a claim phrase, no blocker before it, and no question."""
    blocked = claimed = False
    for item in items:
        if is_hard(item.gap):
            if claimed and _QUESTION.isdisjoint(item.gap):
                return True
            blocked = claimed = False
        if item.kind == Kind.NOT:
            blocked = True
        elif item.kind == Kind.KNOWN and not blocked:
            claimed = True
    return claimed and (not items or _QUESTION.isdisjoint(text[items[-1].end :]))
