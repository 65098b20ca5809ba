# SPDX-License-Identifier: Apache-2.0
"""What an utterance does beside giving digits."""

from phonefsm.speech.heard import Intent
from phonefsm.speech.tokens import Item, is_hard
from phonefsm.speech.words import Kind

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
    }
)
_IDLE = frozenset({Kind.FILLER, Kind.JOIN})


def intents(items: list[Item], text: str) -> Intent:
    """Return the intents of a whole utterance; a yes in a question, or among doubtful words, is hedged."""
    told = [item for item in items if item.kind not in _IDLE] or items[:1]
    if len(told) == 1 and told[0].alone:
        return Intent(told[0].alone)
    found = negated = 0
    doubtful = False
    for item in items:
        kind = item.kind
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
    return Intent(found & ~_UNCLEAR or found)


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
