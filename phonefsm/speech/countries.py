# SPDX-License-Identifier: Apache-2.0
"""A country named in words gives its calling code, where the caller speaks of a number."""

from phonefsm.speech.tokens import Item, is_hard
from phonefsm.speech.words import PHONE, Kind

_NAMES = frozenset({Kind.COUNTRY, Kind.ADJECTIVE})
_NUMBER = frozenset({Kind.UNIT, Kind.AREA, Kind.PLUS})
_LEADS = frozenset({Kind.COPULA, Kind.BEFORE})
# How far a word for a number may be from the name: "a number in New Zealand", "a French mobile number".
_REACH = 3


def calling_code(items: list[Item]) -> str:
    """Return the calling code of the country that was named last, or ""."""
    named = [index for index, item in enumerate(items) if item.kind in _NAMES]
    if not named:
        return ""
    # Nothing said but the name, and words that stand beside an answer.
    bare = all(item.kind != Kind.OTHER for item in items)
    for index in reversed(named):
        if bare or _is_meant(items, index):
            return items[index].value
    return ""


def _is_meant(items: list[Item], index: int) -> bool:
    """Whether a name is about a number: "it's a French number", "it's in France"; not "French toast"."""
    after = items[index + 1 : index + 1 + _REACH]
    before = items[max(index - _REACH, 0) : index]
    ends = not after or is_hard(after[0].gap) or "," in after[0].gap
    if items[index].kind == Kind.ADJECTIVE:
        return _about_number(after[:2]) or _about_number(before[-1:]) or (ends and _led(before))
    return _about_number(after) or _about_number(before) or (ends and _led(before))


def _about_number(items: list[Item]) -> bool:
    return any(item.kind in _NUMBER or item.value == PHONE for item in items)


def _led(before: list[Item]) -> bool:
    return any(item.kind in _LEADS for item in before[-2:])
