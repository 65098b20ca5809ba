# SPDX-License-Identifier: Apache-2.0
"""Number-like runs in a row of items: which items belong together, and what digits they can mean."""

from itertools import product
from typing import NamedTuple

from phonefsm.speech.tokens import Item, is_hard
from phonefsm.speech.words import MOST_READINGS, Habits, Kind

_MOST_FILLERS = 6
# Nobody says so many; it bounds the work on hostile input.
_MOST_RUNS = 500
# E.164 allows fifteen digits; a longer group is a serial number.
LONGEST = 15
_STRONG = frozenset({Kind.TYPED, Kind.DIGIT, Kind.PAIR, Kind.ROUND})
# Plain names for what is compared in the innermost loops.
_DIGIT, _PAIR = Kind.DIGIT, Kind.PAIR
_ROUNDED = frozenset({Kind.ROUND, Kind.SCALE})
_UNADDED = frozenset({Kind.TIMES, Kind.TYPED})
_ATTACHED = frozenset({Kind.EXTENSION, Kind.ZERO})
_BESIDE = frozenset({Kind.FILLER, Kind.COPULA, Kind.UNIT})
# After these words a number is over, so what sounds like a digit before them is one: "five five too, or".
_BREAKS = frozenset({Kind.OR, Kind.CUE, Kind.EXTENSION})
_REPEATS = frozenset({Kind.REPEAT, Kind.TIMES})
_SOFT = frozenset({Kind.ARTICLE, Kind.HOMOPHONE})
_SKIPPED = frozenset({Kind.FILLER, Kind.JOIN, Kind.PAUSE, Kind.AREA})
_FOREIGN = frozenset("+=*@$€£¥₹%&<>|")
_SUMS = frozenset("=*")
_LOOSE = frozenset(",/")
_MONEY = frozenset("$€£¥₹")
_KEYPAD = dict(zip("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999", strict=True))
# An area code said after so many digits goes before them.
_LOCAL = 7
# "not five, four": so few digits after a "not" are denied, and what follows them is meant.
_DENIED = 2
# A vanity word completes a freephone prefix to the seven digits that are dialled after it.
_FREEPHONE = frozenset({"800", "888", "877", "866", "855", "844", "833", "1300", "0800", "0808"})
_VANITY = 7
# Multiplied by a scale that can stand alone: "deux cent" is 200, "zéro cent" is 0 100.
_MULTIPLIERS = frozenset("23456789")
# Hyphens, and words written as one, leave one reading.
_BOUND = frozenset({"", "-"})
_MOST_TIMES = 12


class Span(NamedTuple):
    """A run and the items it is made of: items[first:stop]; `groups` are the sizes of its written groups."""

    readings: tuple[str, ...]
    first: int
    stop: int
    start: int
    end: int
    groups: tuple[int, ...]
    extension: str = ""


def find(items: list[Item], text: str, habits: Habits, *, literal: bool = False) -> list[Span]:
    """Return all number-like runs, in order; a `literal` one ends at no comma, however long it is."""
    found: list[Span] = []
    index = 0
    while index < len(items) and len(found) < _MOST_RUNS:
        kind = items[index].kind
        if kind > Kind.PLUS or (kind == Kind.SCALE and not habits.bare):
            index += 1
            continue
        chain, index = _chain(items, index, habits, literal=literal)
        span = _span(items, chain, text, habits, literal=literal)
        if span is not None:
            span = _vanity(items, span, text)
            span = _extension(items, span, habits)
            index = max(index, span.stop)
            found.append(span)
    return found


def typed_apart(items: list[Item], text: str) -> list[Item]:
    """Return the items with the typed groups that belong to no number (prices, dates, codes) made words."""
    typed = [index for index, item in enumerate(items) if item.kind == Kind.TYPED]
    if not typed:
        return items
    kept = list(items)
    for index in typed:
        item = items[index]
        before = kept[index - 1] if index else None
        after = items[index + 1] if index + 1 < len(items) else None
        if _is_apart(item, before, after, text):
            kept[index] = item._replace(kind=Kind.OTHER)
    for index in typed:
        if _is_date(kept[index : index + 3], kept[index - 1] if index else None):
            kept[index : index + 3] = [part._replace(kind=Kind.OTHER) for part in kept[index : index + 3]]
    return kept


def _is_apart(item: Item, before: Item | None, after: Item | None, text: str) -> bool:
    if len(item.value) > LONGEST:
        return True
    last = item.gap[-1:]
    if before is not None:
        worded = before.kind > Kind.SCALE and before.kind != Kind.EXTENSION
        if not item.gap and worded:
            return True
        if last == "/" and item.gap == "/" and worded:
            return True
        if item.gap == "-" and worded and before.end - before.start == 1:
            return True
        if before.kind <= Kind.SCALE and not _SUMS.isdisjoint(item.gap):
            return True
        if before.kind == Kind.OTHER and item.gap in {".", ",", ":", "/", "-"} and text[before.start].isdecimal():
            return True
    if last in _MONEY or (last == "#" and (before is None or before.kind > Kind.SCALE)):
        return True
    if last == "-" and (len(item.gap) == 1 or item.gap[-2].isspace()) and (before is None or item.gap[-2:-1].isspace()):
        return before is None or before.kind != Kind.TYPED
    if text[item.end : item.end + 1] == "%":
        return True
    if after is None:
        return False
    if after.kind == Kind.TYPED:
        return not _SUMS.isdisjoint(after.gap) or (after.gap == "/" and _is_year(item) and _is_year(after))
    return not after.gap and after.kind not in _ATTACHED


def _is_year(item: Item) -> bool:
    return len(item.value) == 4 and item.value[:2] in {"19", "20"}


def _is_date(parts: list[Item], before: Item | None) -> bool:
    if len(parts) < 3 or any(part.kind != Kind.TYPED for part in parts):
        return False
    one, two, three = parts
    if two.gap != three.gap or two.gap not in {"/", "-", "."} or (before and one.gap == two.gap):
        return False
    if len(one.value) == 4:
        one, three = three, one
    short = len(one.value) <= 2 and len(two.value) <= 2 and min(int(one.value), int(two.value)) <= 12
    return short and _is_year(three)


def _chain(items: list[Item], first: int, habits: Habits, *, literal: bool) -> tuple[list[int], int]:
    """Return the indexes of the number items that belong to one run from `first`, and where to go on."""
    chain = [first]
    size = len(items[first].value) if items[first].kind == Kind.TYPED else 1
    plus = items[first].kind == Kind.PLUS or "+" in items[first].gap
    start = items[first].value[:3]
    most = LONGEST if plus or start.startswith(("00", "011")) else habits.whole
    most = habits.whole_trunk if most == habits.whole and start.startswith("0") else most
    denied = first > 0 and items[first - 1].kind == Kind.NOT
    index = first + 1
    while index < len(items):
        item = items[index]
        if item.gap == " " and _DIGIT <= item.kind <= _PAIR:
            size += len(item.value)
            chain.append(index)
            index += 1
            continue
        ahead, joined, named = index, False, False
        while ahead < len(items) and ahead - index < _MOST_FILLERS and items[ahead].kind in _SKIPPED:
            joined = joined or items[ahead].kind == Kind.JOIN
            named = named or items[ahead].kind == Kind.AREA
            ahead += 1
        if ahead == len(items):
            break
        item, last = items[ahead], items[chain[-1]]
        if item.kind > Kind.SCALE and not (item.kind == Kind.PLUS and last.kind == Kind.PLUS):
            break
        gap = item.gap if ahead == index else items[index].gap + item.gap
        if not _FOREIGN.isdisjoint(gap) and not (last.kind == Kind.PLUS and "+" in gap):
            break
        loose = joined or item.kind == Kind.HOMOPHONE or is_hard(gap) or not (literal or _LOOSE.isdisjoint(gap))
        if size >= most and loose and gap.strip(" ") != ".":
            break
        if (
            (size >= most and joined)
            or (named and size >= _LOCAL)
            or (denied and size <= _DENIED and (joined or "," in gap))
        ):
            break
        if item.kind == Kind.TYPED:
            long = len(item.value)
            if last.kind == Kind.TYPED and gap.isspace():
                whole = len(last.value) >= 10 or size + long > LONGEST
                prefix = plus or size <= 3 or start.startswith(("00", "011"))
                if whole or (long >= 9 and not prefix):
                    break
            size += long
        else:
            size += len(item.value) if item.kind < Kind.REPEAT else 2 * (item.kind != Kind.TIMES)
        chain.append(ahead)
        index = ahead + 1
    return chain, index


def _span(items: list[Item], chain: list[int], text: str, habits: Habits, *, literal: bool) -> Span | None:
    """Make a run of a chain, without the words at its edges that are no digits; None if nothing is left."""
    plus = "+" in items[chain[0]].gap
    first = next((at for at, index in enumerate(chain) if items[index].kind != Kind.PLUS), len(chain))
    plus = plus or first > 0
    chain = chain[first:]
    chain, optional_last = _trim_end(items, chain)
    chain, optional_first, dropped_first = _trim_start(items, chain, literal=literal)
    if _STRONG.isdisjoint([items[index].kind for index in chain]):
        return None
    parts, groups = _parts(items, chain, text, habits, plus=plus)
    if optional_first:
        parts[0] = ("", *parts[0]) if dropped_first else (*parts[0], "")
    if optional_last:
        parts[-1] = (parts[-1][0], "") if len(chain) <= 10 else ("", parts[-1][0])
    lead = "+" if plus else ""
    readings = tuple(dict.fromkeys(lead + digits for digits in _readings(parts) if digits))
    start = items[chain[0]].start
    return Span(readings, chain[0], chain[-1] + 1, start, items[chain[-1]].end, groups)


def _trim_end(items: list[Item], chain: list[int]) -> tuple[list[int], bool]:
    stop = len(chain)
    while stop:
        item = items[chain[stop - 1]]
        after = items[chain[stop - 1] + 1] if chain[stop - 1] + 1 < len(items) else None
        follows = after is not None and after.kind not in _BREAKS and not is_hard(after.gap)
        if after is not None and item.kind == Kind.ARTICLE and "," in after.gap:
            break  # an article stands before its noun
        if item.kind != Kind.REPEAT and not (item.kind in _SOFT and follows):
            break
        stop -= 1
    return chain[:stop], stop > 10 and items[chain[stop - 1]].kind == Kind.HOMOPHONE


def _trim_start(items: list[Item], chain: list[int], *, literal: bool) -> tuple[list[int], bool, bool]:
    """Return the chain without leading homophones, whether its first item may be none, and if it likely is.

    A homophone or an "oh" that opens the utterance is kept as a second reading ("for 04 230 8246"), and so is an
    article: "un 06 ..." likely is one, "un deux trois" likely is not.
    """
    first = 0
    while first < len(chain) and items[chain[first]].kind == Kind.HOMOPHONE:
        first += 1
    if first == len(chain):
        return [], False, False
    if first == 1 and chain[0] == 0 and len(chain) > 3 and items[chain[1]].gap == " ":
        return chain, True, True
    chain = chain[first:]
    item = items[chain[0]]
    if item.kind == Kind.ARTICLE and len(chain) > 1 and not literal:
        after = items[chain[1]]
        if len(chain) == 2 and chain[0]:
            # "The last one is a six."
            return chain[1:], False, False
        return chain, True, after.kind == Kind.TYPED or after.value == "0"
    if item.kind == Kind.ZERO and len(chain) > 1 and not literal:
        after = items[chain[1]]
        if "," in after.gap or is_hard(after.gap):
            return chain[1:], False, False
        if chain[0] == 0 and len(chain) > 2:
            typed = after.kind == Kind.TYPED and len(after.value) > 1
            return chain, True, typed
    return chain, False, False


def _parts(
    items: list[Item], chain: list[int], text: str, habits: Habits, *, plus: bool
) -> tuple[list[tuple[str, ...]], tuple[int, ...]]:
    """Return what each piece of a run can mean, the likeliest first, and the sizes of the written groups."""
    parts: list[tuple[str, ...]] = []
    groups: list[int] = []
    at = 0
    while at < len(chain):
        item = items[chain[at]]
        if not parts or item.gap != " " or item.kind == Kind.TYPED:
            groups.append(0)
        if (
            item.kind <= Kind.PAIR
            and not item.others
            and (at + 1 == len(chain) or items[chain[at + 1]].kind <= Kind.PAIR)
        ):
            # Most of what is said: neither multiplied nor added to.
            part: tuple[str, ...] = (item.value,)
            if plus and parts and item.value == "0" and item.gap[-1:] == "(" and text[item.end : item.end + 1] == ")":
                # "+44 (0)20": the zero is dialled at home only; Italy keeps it.
                part = ("", "0")
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
    while item.kind in _REPEATS and at + 1 < len(chain):
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
    forward = before + (after.value[0] * times + after.value[1:] if after.kind == Kind.TYPED else after.value * times)
    readings = (forward, back + after.value)
    return readings[::-1] if habits.times_after and items[chain[at]].gap == " " else readings, at + 2


def _number(items: list[Item], chain: list[int], at: int, habits: Habits, room: int = 4) -> tuple[tuple[str, ...], int]:
    """Return what a number of at most `room` digits can mean, and where it ends."""
    head, then = _atom(items, chain, at, habits)
    item = items[chain[at]]
    if item.kind in _ROUNDED:
        zeros = 2 if item.kind == Kind.ROUND else len(item.value)
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
            head = (*head, before + one[0])
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
    if len(small) > zeros or not small.strip("0") or (then < len(chain) and items[chain[then]].kind == Kind.SCALE):
        return head, at
    merged = head[0][: -len(small)] + small
    if bound:
        return (merged,), then
    split = [digits + tail for digits in head for tail in inner]
    # Where single digits are spelled, those after a round number are; and 800 stands as a code of its own.
    spelled = (habits.spelled and len(small) == 1) or (zeros == 2 and head[0][:-zeros] in habits.apart)
    readings = (*split, merged) if spelled and not joined else (merged, *split)
    return readings[:MOST_READINGS], then


def _readings(parts: list[tuple[str, ...]]) -> list[str]:
    """Return up to four readings: the likeliest, then those that differ from it in the fewest places."""
    unsure = [index for index, part in enumerate(parts) if len(part) > 1]
    if not unsure:
        return ["".join([part[0] for part in parts])]
    if len(unsure) <= 2:
        choices = sorted(product(*(range(len(parts[index])) for index in unsure)), key=sum)
    else:
        plain = (0,) * len(unsure)
        flips = range(min(len(unsure), MOST_READINGS - 1))
        choices = [plain, *(tuple(int(at == flip) for at in range(len(unsure))) for flip in flips)]
    digits = [part[0] for part in parts]
    found = []
    for choice in choices[:MOST_READINGS]:
        for index, picked in zip(unsure, choice, strict=True):
            digits[index] = parts[index][picked]
        found.append("".join(digits))
    return found


def _vanity(items: list[Item], span: Span, text: str) -> Span:
    """Read letters as keys where they complete a number: "1-800-FLOWERS", "one eight hundred flowers"."""
    best = span.readings[0]
    index, letters = span.stop, ""
    if index == len(items):
        return span
    shouted = items[index].gap == "-" and text[items[index].start : items[index].end].isupper()
    bare = best in _FREEPHONE and items[span.first].kind == Kind.TYPED and items[index].gap != "-"
    if not shouted and (bare or not best.endswith(tuple(_FREEPHONE))):
        return span
    while index < len(items) and items[index].gap in {" ", "-"} and len(letters) < _VANITY:
        word = text[items[index].start : items[index].end].lower()
        known = items[index].kind != Kind.OTHER and not (shouted and items[index].gap == "-")
        if known or not (word.isascii() and word.isalpha()):
            break
        letters += word
        index += 1
    if not (shouted and 3 <= len(letters) <= _VANITY < len(best) + len(letters)) and len(letters) < _VANITY:
        return span
    digits = "".join(_KEYPAD[letter] for letter in letters[:_VANITY])
    return span._replace(
        readings=tuple(reading + digits for reading in span.readings),
        stop=index,
        end=items[index - 1].end,
        groups=(*span.groups, len(digits)),
    )


_EXTENSION = 8  # digits of the longest extension


def _extension(items: list[Item], span: Span, habits: Habits) -> Span:
    """Take an extension that follows a run: "extension twelve", "x89", "#89", ";ext=89"."""
    index = span.stop
    if index >= len(items):
        return span
    if items[index].kind == Kind.EXTENSION:
        index += 1
        while index < len(items) and items[index].kind in _BESIDE:
            index += 1
    elif not (items[index].kind == Kind.TYPED and items[index].gap.strip() == "#"):
        return span
    chain: list[int] = []
    size = 0
    while index < len(items) and items[index].kind <= Kind.SCALE:
        size += len(items[index].value)
        if size > _EXTENSION or (chain and (is_hard(items[index].gap) or ("," in items[index].gap and size > 4))):
            break
        chain.append(index)
        index += 1
    chain, _ = _trim_end(items, chain)
    if not chain:
        return span
    parts, _ = _parts(items, chain, "", habits, plus=False)
    return span._replace(extension=_readings(parts)[0], stop=chain[-1] + 1, end=items[chain[-1]].end)


def is_extension(items: list[Item], span: Span) -> bool:
    """Return whether a run is an extension that was given alone: "it's extension twelve"."""
    index = span.first - 1
    while index >= 0 and items[index].kind in _BESIDE:
        index -= 1
    return index >= 0 and items[index].kind == Kind.EXTENSION and len(span.readings[0]) <= _EXTENSION
