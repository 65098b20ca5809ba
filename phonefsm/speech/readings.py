# SPDX-License-Identifier: Apache-2.0
"""What the items of one run can mean as digits: repeats, hundreds and thousands, and numbers that add up."""

from itertools import product

from phonefsm.speech.tokens import Item
from phonefsm.speech.words import MOST_READINGS, Habits, Kind

# A plain name for what is compared in the innermost loop.
_ZERO = Kind.ZERO
_ROUNDED = frozenset({Kind.ROUND, Kind.SCALE})
_UNADDED = frozenset({Kind.TIMES, Kind.TYPED})
_REPEATS = frozenset({Kind.REPEAT, Kind.TIMES})
_ONE = frozenset({Kind.DIGIT, Kind.ZERO})
# Digits that count the plural after them: "three fives".
COUNTS = frozenset("23456")
# Multiplied by a scale that can stand alone: "deux cent" is 200, "zéro cent" is 0 100.
_MULTIPLIERS = frozenset("23456789")
# Hyphens, and words written as one, leave one reading.
_BOUND = frozenset({"", "-"})
_MOST_TIMES = 12
# Unsure parts of which combinations are tried.
_MOST_UNSURE = 6
_MOST_CHOICES = 64


def parts_of(
    items: list[Item], chain: list[int], text: str, habits: Habits, *, plus: bool
) -> tuple[list[tuple[str, ...]], tuple[int, ...]]:
    """Return what each piece of a run can mean, the likeliest first, and the sizes of the written groups."""
    parts: list[tuple[str, ...]] = []
    groups: list[int] = []
    at = 0
    stop = len(chain)
    while at < stop:
        item = items[chain[at]]
        if item.gap != " " or item.kind == Kind.TYPED or not parts:
            groups.append(0)
        if item.kind <= _ZERO and not item.others and (at + 1 == stop or items[chain[at + 1]].kind <= _ZERO):
            # Most of what is said: neither multiplied nor added to.
            part: tuple[str, ...] = (item.value,)
            if plus and parts and item.value == "0" and item.gap[-1:] == "(" and text[item.end : item.end + 1] == ")":
                # "+44 (0)20": the zero is dialled at home only; Italy keeps it.
                part = ("", "0")
            at += 1
        elif item.kind == Kind.ARTICLE and parts and at + 1 < stop and items[chain[at] - 1].kind == Kind.JOIN:
            # "... en een zeven": it may be none of the digits.
            part = (item.value, "")
            at += 1
        elif item.kind == Kind.TIMES and parts:
            part, at = _times(items, chain, at, parts.pop(), habits)
        else:
            part, at = _number(items, chain, at, habits)
        parts.append(part)
        groups[-1] += len(part[0])
    return parts, tuple(groups)


def _atom(items: list[Item], chain: list[int], at: int, habits: Habits) -> tuple[tuple[str, ...], int]:
    item = items[chain[at]]
    times = 1
    while (item.kind in _REPEATS or item.kind == Kind.ECHO) and at + 1 < len(chain):
        times = min(times * int(item.value), _MOST_TIMES)
        at += 1
        item = items[chain[at]]
    if times > 1:
        after = item
        if after.kind == Kind.TYPED and after.value:
            joined = after.value[0] * times + after.value[1:]
            same = after.value == after.value[0] * times
            return ((after.value, joined) if same else (joined,)), at + 1
        return tuple(digits * times for digits in (item.value, *item.others) if digits.isdigit()) or ("",), at + 1
    if item.kind == Kind.SCALE:
        return ("1" + item.value if habits.bare else "",), at + 1
    if item.kind in _REPEATS:
        return ("",), at + 1
    return (item.value, *item.others), at + 1


def _times(
    items: list[Item], chain: list[int], at: int, part: tuple[str, ...], habits: Habits
) -> tuple[tuple[str, ...], int]:
    """Repeat the digit before a "twice", or the one after it: "five, two times", "two times five"."""
    times = int(items[chain[at]].value)
    before = part[0]
    back = before[:-1] + before[-1:] * times
    after = items[chain[at + 1]] if at + 1 < len(chain) else None
    if after is None or after.gap != " " or after.kind > Kind.HOMOPHONE:
        return (back,), at + 1
    if after.kind == Kind.ARTICLE and at + 2 < len(chain):
        # "Twee keer een vijf" is 55; 11 5 is heard where only that is valid.
        digit = items[chain[at + 2]]
        if digit.gap == " " and digit.kind in _ONE:
            return (before + digit.value * times, before + after.value * times + digit.value), at + 3
    forward = before + (after.value[0] * times + after.value[1:] if after.kind == Kind.TYPED else after.value * times)
    readings = (forward, back + after.value)
    # Who says it after the last digit says so after each: "nine five times one five times".
    backward = habits.times_after or items[chain[-1]].kind == Kind.TIMES
    return readings[::-1] if backward and items[chain[at]].gap == " " else readings, at + 2


def _number(items: list[Item], chain: list[int], at: int, habits: Habits, room: int = 4) -> tuple[tuple[str, ...], int]:
    """Return what a number of at most `room` digits can mean, and where it ends."""
    head, then = _atom(items, chain, at, habits)
    item = items[chain[at]]
    if head[0] in COUNTS and then < len(chain):
        # "three fives", "two double threes"
        many, after = _atom(items, chain, then, habits)
        if items[chain[after - 1]].kind == Kind.PLURAL and items[chain[then]].gap == " ":
            return (many[0] * int(head[0]), head[0] + many[0]), after
    if item.kind in _ROUNDED:
        zeros = zeros_of(item)
        return _added(items, chain, then, habits, head, zeros) if zeros < room else (head, then)
    while then < len(chain) and items[chain[then]].kind == Kind.SCALE:
        scale = items[chain[then]]
        zeros = len(scale.value)
        bound = scale.gap in _BOUND
        if zeros >= room or (habits.bare and not bound and (scale.gap != " " or head[0] not in _MULTIPLIERS)):
            break
        before, at = head[0], then + 1
        head, then = _added(items, chain, at, habits, tuple(digits + scale.value for digits in head), zeros)
        if habits.bare and not bound:
            one, _ = _added(items, chain, at, habits, ("1" + scale.value,), zeros)
            # "Tre centoventi": a word that goes on after the scale began with it.
            began = at < len(chain) and not items[chain[at]].gap
            head = (before + one[0], *head) if began else (*head, before + one[0])
    return head, then


def _added(
    items: list[Item], chain: list[int], at: int, habits: Habits, head: tuple[str, ...], zeros: int
) -> tuple[tuple[str, ...], int]:
    """Add to hundreds or thousands the smaller number that follows: "eight hundred twelve" is 800 12 or 812."""
    if at == len(chain):
        return head, at
    after, last = items[chain[at]], chain[at - 1]
    if after.kind in _UNADDED or (after.kind == Kind.SCALE and not habits.bare):
        return head, at
    apart = chain[at] > last + 1
    joined = apart and items[last + 1].kind == Kind.JOIN
    bound = not apart and after.gap in _BOUND
    if not (joined or bound or (after.gap == " " and not apart)):
        return head, at
    inner, then = _number(items, chain, at, habits, zeros)
    small = inner[0]
    if len(small) > zeros or not small.strip("0"):
        return head, at
    if then < len(chain) and items[chain[then]].kind == Kind.SCALE:
        # "Eight hundred two thousand"; but "trecentotré cento" is 303 100, and "duzentos e dezassete cento" 217 100.
        gap = items[chain[then]].gap
        if not habits.bare or gap in _BOUND or (not bound and gap == " " and small in _MULTIPLIERS):
            return head, at
    merged = head[0][: -len(small)] + small
    if bound:
        return (merged,), then
    split = [digits + tail for digits in head for tail in inner]
    # Where single digits are spelled, those after a round number are; and 800 stands as a code of its own.
    spelled = (habits.spelled and len(small) == 1) or (zeros == 2 and head[0][:-zeros] in habits.apart)
    readings = (*split, merged) if spelled and not joined else (merged, *split)
    return readings[:MOST_READINGS], then


def readings_of(parts: list[tuple[str, ...]], habits: Habits) -> list[str]:
    """Return up to four readings: the likeliest, then those as long as a whole number, the least changed first."""
    if max(map(len, parts)) == 1:
        return ["".join([part[0] for part in parts])]
    unsure = [index for index, part in enumerate(parts) if len(part) > 1]
    if len(unsure) == 1:
        before, after = ("".join([part[0] for part in half]) for half in (parts[: unsure[0]], parts[unsure[0] + 1 :]))
        return [before + picked + after for picked in parts[unsure[0]][:MOST_READINGS]]
    tried = unsure[:_MOST_UNSURE]
    choices = sorted(product(*(range(len(parts[index])) for index in tried)), key=sum)
    digits = [part[0] for part in parts]
    found = []
    for choice in choices[:_MOST_CHOICES]:
        for index, picked in zip(tried, choice, strict=True):
            digits[index] = parts[index][picked]
        found.append("".join(digits))
    if len(found) > MOST_READINGS:
        found[1:] = sorted(found[1:], key=lambda reading: not is_whole(reading, habits))
    return list(dict.fromkeys(found))[:MOST_READINGS]


def zeros_of(item: Item) -> int:
    """Return how many zeros a round number or a scale ends in, which smaller numbers can take the place of."""
    return len(item.value) - (item.kind == Kind.ROUND)


def whole_size(digits: str, habits: Habits) -> int:
    """Return how many digits a whole number that starts as `digits` has at least."""
    return habits.whole_trunk if digits.startswith("0") else habits.whole


def is_whole(digits: str, habits: Habits) -> bool:
    """Whether digits are as many as a whole number has, with a trunk zero, the country's code or neither."""
    least = whole_size(digits, habits)
    spare = max(habits.longest - habits.whole, 0)
    if least <= len(digits) <= least + spare:
        return True
    coded = bool(habits.code) and digits.startswith(habits.code)
    return coded and 0 <= len(digits) - len(habits.code) - habits.whole <= spare
