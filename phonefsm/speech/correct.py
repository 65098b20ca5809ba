# SPDX-License-Identifier: Apache-2.0
"""Self-corrections: which of the runs in an utterance stand, and what it changes in numbers said before."""

from dataclasses import dataclass, field
from itertools import accumulate, takewhile
from operator import itemgetter, ne
from typing import Literal

from phonefsm.speech.heard import Correction, Intent
from phonefsm.speech.numbers import LONGEST, Span
from phonefsm.speech.readings import is_whole
from phonefsm.speech.tokens import Item, is_hard
from phonefsm.speech.words import Habits, Kind

_NUMBER = frozenset({Kind.DIGIT, Kind.ZERO, Kind.ARTICLE, Kind.HOMOPHONE})
_GLUE = frozenset(
    {
        Kind.KNOWN,
        Kind.COPULA,
        Kind.UNIT,
        Kind.FILLER,
        Kind.JOIN,
        Kind.CUE,
        Kind.NOT,
        Kind.NOT_AFTER,
        Kind.CONTRAST,
        Kind.PAUSE,
        Kind.AREA,
        Kind.BEFORE,
        Kind.ARTICLE,
        Kind.HOMOPHONE,
    }
)
_PARTS = frozenset({Kind.LAST, Kind.FIRST})
# Without these there is nothing for `without_counts` to do.
COUNTING = _PARTS | {Kind.HOMOPHONE}
_INTO = frozenset({Kind.KNOWN, Kind.COPULA, Kind.FILLER, Kind.ARTICLE, Kind.HOMOPHONE, Kind.BEFORE})
_EMPTY = frozenset({Kind.KNOWN, Kind.UNIT})
_PROSE = frozenset({Kind.OTHER, Kind.BEFORE})
# Words between a "not" and what it denies: "it is not a five".
_BESIDE = frozenset({Kind.KNOWN, Kind.FILLER, Kind.COPULA, Kind.UNIT, Kind.ARTICLE})
# A named part of a number ("the last four") is shorter than a number.
_PART = 6
# From here on a run may be a whole number: what follows a correction replaces rather than continues it.
_WHOLE = 7
_FULL = 10
# Digits of the longest country code, and of the longest part that is denied by a word after it without being named.
_CODE = 3
_DENIED = 2
# Digits that can be said again before a number goes on.
_STEPS = frozenset({2, 3, 4})
# So many digits alike show that a group is said again.
_SAME = 3
_MOST_READINGS = 4
# How far before its digits a shape is named: "the last four digits should be a".
_REACH = 6
# Longer runs than these are no phone numbers; they are not pieced together, which also bounds the work.
_LONGEST = 40
_NO, _CORRECTS = Intent.NO.value, Intent.CORRECTION.value

Shape = Literal["tail", "head"]
_SHAPES: dict[int, Shape] = {
    Kind.LAST: "tail",
    Kind.ENDS: "tail",
    Kind.FIRST: "head",
    Kind.STARTS: "head",
    Kind.AREA: "head",
    Kind.AT_END: "tail",
    Kind.AT_START: "head",
}


def without_counts(items: list[Item]) -> list[Item]:
    """Return the items with the "four" of "the last four are" made a unit: it is no digit of the number.

    Other languages count before as well: "les quatre derniers".
    """
    kept = list(items)
    for index, item in enumerate(items[:-1]):
        if item.intents & _CORRECTS and item.kind == Kind.KNOWN:
            _change_apart(kept, index + 1)
        if item.kind not in _PARTS:
            continue
        count = items[index - 1] if index else item
        if count.kind in _NUMBER and item.gap == " " and (index == 1 or items[index - 2].kind > Kind.SCALE):
            kept[index - 1] = count._replace(kind=Kind.UNIT)
        count = items[index + 1]
        if count.kind not in _NUMBER and not (count.kind == Kind.TYPED and len(count.value) == 1):
            continue
        size = 0
        ahead = index + 2
        if ahead < len(items) and items[ahead].kind == Kind.HOMOPHONE:
            # "change the last two to 98"
            rest = items[ahead + 1].value if ahead + 1 < len(items) else ""
            if str(len(rest)) == count.value and items[ahead + 1].kind <= Kind.ROUND:
                kept[index + 1] = count._replace(kind=Kind.UNIT)
                kept[ahead] = items[ahead]._replace(kind=Kind.KNOWN)
                continue
        while ahead < len(items) and items[ahead].kind <= Kind.HOMOPHONE and size <= _PART:
            size += len(items[ahead].value)
            ahead += 1
        if not size or str(size) == count.value:
            kept[index + 1] = count._replace(kind=Kind.UNIT)
    return kept


def _change_apart(items: list[Item], index: int) -> None:
    """Make the "to" of "change the four five to five four" a word."""
    sizes = [0, 0]
    middle = 0
    for at in range(index, min(index + _REACH + _PART, len(items))):
        item = items[at]
        if item.kind == Kind.HOMOPHONE and sizes[0] and not middle:
            middle = at
        elif item.kind < Kind.HOMOPHONE:
            sizes[middle > 0] += len(item.value)
        elif sizes[0]:
            break
    if middle and sizes[0] == sizes[1]:
        items[middle] = items[middle]._replace(kind=Kind.KNOWN)


@dataclass(slots=True, eq=False, repr=False)
class Settled:
    """What stands after the corrections within an utterance."""

    runs: list[Span] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    intents: int = 0


def settle(items: list[Item], spans: list[Span], habits: Habits) -> Settled:
    """Apply the corrections among `spans` to one another."""
    settled = Settled()
    # What is said to be wrong, and which part of a number it was said to be.
    denied: Span | None = None
    part: Shape | None = None
    head: Span | None = None
    area: Span | None = None
    before = 0
    vague = -1
    for index, span in enumerate(spans):
        lead = items[before : span.first]
        following = spans[index + 1] if index + 1 < len(spans) else None
        trail = items[span.stop : following.first if following is not None else len(items)]
        before = span.stop
        cued = _cued(lead, span)
        if following is not None and _size(span) <= _PART and _size(following) <= _PART:
            known = denied is not None or _is_denied_after(items, following)
            if not known and _becomes(lead, trail, span, following):
                settled.intents |= _CORRECTS
                denied, part = span, None
                continue
            if cued and (_denied(trail) or _contrasted(items, span, trail, following)):
                # "No, 23 not 24" says itself what it replaces.
                settled.intents |= _CORRECTS
                cued = False
        last = settled.runs[-1] if settled.runs else None
        contrasted = index > 0 and _contrasted(items, spans[index - 1], lead, span)
        after = _denied_after(items, lead, span, following)
        if contrasted or after or _denied(lead):
            settled.intents |= _CORRECTS
            if after and following is not None:
                denied, part = span, _shape(lead, [], span)[0]
            elif contrasted and last is not spans[index - 1]:
                pass  # the part that stands was named, and has been taken
            elif last is None or len(lead) > _REACH or _size(span) <= _PART < _size(last):
                denied, part = span, _shape(lead, [], span)[0]
            elif _size(last) <= _PART and _size(span) <= _PART:
                settled.runs.pop()
                _change(settled, Correction("swap", *_alike(last, span)), span)
            continue
        if denied is not None:
            old, denied = denied, None
            if _size(old) <= _PART and _size(span) <= _PART:
                # "The last digit is not five but six" says which.
                new, was = _alike(span, old)
                _change(settled, Correction(part, new) if part else Correction("swap", new, was), span)
                continue
        shape, count = _shape(lead, trail, span)
        if count and _size(span) != count:
            readings = [reading for reading in span.readings if len(reading) == count]
            span = span._replace(readings=tuple(readings) or span.readings)
        goes_on = vague == index - 1 >= 0 and _size(span) <= _PART and all(item.kind in _INTO for item in lead)
        if goes_on or (count and _size(span) != count) or _is_vague(lead, trail, span, shape):
            vague = index
            # It says that something is wrong, but not what is right: "the last four are 938".
            settled.intents |= _CORRECTS
            if last is not None and (cued or any(item.kind == Kind.COPULA for item in lead)):
                settled.runs.pop()
            continue
        if shape is not None:
            named = any(item.kind == Kind.AREA for item in lead)
            if named and not settled.runs and not cued:
                area = span
                settled.runs.append(span)
            elif shape == "tail" and head is not None and not settled.runs and _size(head) + _size(span) >= _FULL:
                # "The first five are ... and the last five are ...": all of it.
                settled.corrections.pop()
                settled.runs.append(_joined(head, span, [_best(head) + digits for digits in span.readings]))
            else:
                head = span if shape == "head" and not settled.runs else None
                _name(settled, Correction(shape, _best(span)), span, habits, cued=cued, area=named)
        elif area is not None and settled.runs == [area] and not cued and _joins(lead):
            settled.runs[-1] = _joined(area, span, [_best(area) + digits for digits in span.readings])
            area = None
        elif last is not None and last is spans[index - 1] and not cued and _is_code(last, span) and _joins(lead):
            settled.runs[-1] = _joined(last, span, [last.readings[0] + digits for digits in span.readings])
        elif cued and last is not None:
            settled.intents |= _CORRECTS
            settled.runs[-1] = _joined(last, span, _replaced(items, last, span, lead, habits))
        else:
            if cued:
                settled.intents |= _CORRECTS
            settled.runs.append(span)
            if following is None and trail and _is_closing(trail[0]):
                settled.runs[-1] = _joined(span, span, [*span.readings, *_reclosed(items, span)])
    if area is not None and settled.runs and settled.runs[0] is area:
        settled.corrections.append(Correction("head", _best(area)))
    if settled.corrections and area is None:
        settled.intents |= _CORRECTS
    return settled


def _joins(lead: list[Item]) -> bool:
    return all(item.kind in _GLUE and item.kind != Kind.CUE for item in lead)


def _best(span: Span) -> str:
    return span.readings[0].lstrip("+")


def _size(span: Span) -> int:
    return len(_best(span))


def _is_closing(item: Item) -> bool:
    """Whether a cue closes what is before it: "19 sorry", rather than "18, sorry, 19"."""
    return item.kind == Kind.CUE and item.gap == " "


def _reclosed(items: list[Item], span: Span) -> list[str]:
    """Return a run with its last word in the place of the one before, which it hardly differs from: "18, 19 sorry"."""
    sizes = [len(item.value) for item in items[span.first : span.stop] if item.kind <= Kind.ZERO][-2:]
    size = span.groups[-1]
    if sizes != [size, size] or size > _PART:
        return []
    return [
        digits[: -2 * size] + digits[-size:]
        for digits in span.readings[:2]
        if _distance(digits[-2 * size : -size], digits[-size:]) == 1
    ]


def _alike(new: Span, old: Span) -> tuple[str, str]:
    """Return the digits of `new` and those of `old`, in readings of one length where there are any."""
    pairs = [(one.lstrip("+"), other.lstrip("+")) for one in new.readings for other in old.readings]
    return next((pair for pair in pairs if len(pair[0]) == len(pair[1])), pairs[0])


def _cued(lead: list[Item], span: Span) -> bool:
    """Whether the words before a run announce a correction; for a short run they must be close by."""
    for item in reversed(lead):
        if item.kind == Kind.CUE or item.intents & _NO:
            return True
        if item.kind == Kind.OTHER and _size(span) < _WHOLE:
            return False
    return False


def _denied(lead: list[Item]) -> bool:
    """Whether the words before a run deny it: "not five", "it isn't a five"."""
    for item in reversed(lead[-3:]):
        if item.kind == Kind.NOT:
            return True
        if item.kind not in _BESIDE or item.intents:
            return False
    return False


def _is_denied_after(items: list[Item], span: Span) -> bool:
    after = items[span.stop] if span.stop < len(items) else None
    return after is not None and after.kind == Kind.NOT_AFTER and "," not in after.gap and not is_hard(after.gap)


def _denied_after(items: list[Item], lead: list[Item], span: Span, following: Span | None) -> bool:
    """Whether the words after a run deny it, in languages that do so: "5 nahi, 6", "the last four 9597 nahi".

    A run that is not said to be a part is of one or two digits, and what is meant as long; "5, nahi" is no denial.
    """
    if not _is_denied_after(items, span):
        return False
    if _size(span) > _DENIED and _shape(lead, [], span)[0] is None:
        return False
    return following is None or _size(following) == _size(span)


def _contrasted(items: list[Item], last: Span, lead: list[Item], span: Span) -> bool:
    """Whether a "no" that also means "not" stands between two parts and denies the second: "un nueve, no un ocho"."""
    if not lead or lead[0].kind != Kind.CONTRAST or any(item.kind not in _BESIDE for item in lead[1:]):
        return False
    bound = "," not in (lead[1] if len(lead) > 1 else items[span.first]).gap
    told = last.first > 0 and items[last.first - 1].kind in {Kind.ARTICLE, Kind.COPULA}
    return bound and _size(last) == _size(span) <= _PART and (told or len(lead) > 1 or "," in lead[0].gap)


def _is_code(span: Span, after: Span) -> bool:
    """Whether a run is a country code that was named apart: "the country code is 34 and the number is ..."."""
    code, number = span.readings[0], after.readings[0]
    return code.startswith("+") and not number.startswith("+") and _size(span) <= _CODE


def _shape(lead: list[Item], trail: list[Item], span: Span) -> tuple[Shape | None, int]:
    """Return which part of a number the run is said to be, if any, and how many digits it is said to have, or 0."""
    if _size(span) > _PART:
        return None, 0
    for item in trail[:2]:
        if item.kind == Kind.AT_END:
            return "tail", 0
        if item.kind == Kind.AT_START:
            return "head", 0
    after = [item.kind for item in trail if item.kind not in _EMPTY]
    if after in ([Kind.COPULA, Kind.LAST], [Kind.COPULA, Kind.FIRST]):
        return _SHAPES[after[1]], _counted(trail)
    near = lead[-_REACH:]
    for index in range(len(near) - 1, -1, -1):
        kind = near[index].kind
        if kind in _SHAPES:
            return _SHAPES[kind], _counted(near) if kind in _PARTS else 0
        # The place that an area code belongs to is named after it.
        if kind not in _GLUE and not (kind == Kind.OTHER and index and near[index - 1].kind == Kind.AREA):
            return None, 0
    return None, 0


def _counted(items: list[Item]) -> int:
    """Return the count of "the last four", or 0."""
    return next((int(item.value) for item in items if item.kind == Kind.UNIT and item.value.isdecimal()), 0)


def _is_vague(lead: list[Item], trail: list[Item], span: Span, shape: Shape | None) -> bool:
    """Whether a run is part of a change that its digits alone do not tell: "the second five is a nine", "add a 7"."""
    size = _size(span)
    if size > _PART or (shape is not None and size > 2):
        return False
    return any(item.kind == Kind.EDIT for item in (*lead[-_REACH:], *trail[:3]))


def _becomes(lead: list[Item], between: list[Item], old: Span, new: Span) -> bool:
    """Whether one part becomes another: "the nine should be an eight", "change the nine to an eight"."""
    if not _size(old) == _size(new) <= _PART or any(item.kind not in _INTO or "," in item.gap for item in between):
        return False
    if _best(old) == _best(new) or any(item.kind in _PARTS or item.kind == Kind.EDIT for item in lead):
        return False
    changes = any(item.intents & _CORRECTS and item.kind == Kind.KNOWN for item in lead)
    return changes or any(item.kind == Kind.COPULA for item in between)


def _change(settled: Settled, correction: Correction, span: Span) -> None:
    """Apply a correction to the run that stands last, or keep it for a number said before the utterance."""
    if settled.runs and _size(settled.runs[-1]) <= _LONGEST:
        last = settled.runs[-1]
        changed = [new for new in map(correction.apply, last.readings) if new is not None]
        if changed:
            settled.intents |= _CORRECTS
            settled.runs[-1] = _joined(last, span, changed)
            return
    settled.corrections.append(correction)


def _name(settled: Settled, correction: Correction, span: Span, habits: Habits, *, cued: bool, area: bool) -> None:
    """Take a named part: it completes a part of a number ("and the last four are"), else it corrects."""
    last = settled.runs[-1] if settled.runs else None
    if last is None or cued or last.readings[0].startswith("+"):
        _change(settled, correction, span)
        return
    size = _size(last)
    completed = [digits + correction.digits for digits in last.readings]
    if correction.kind == "tail" and size < _WHOLE and len(correction.digits) >= 3:
        settled.runs[-1] = _joined(last, span, completed)
    elif correction.kind == "tail" and size < _FULL <= size + len(correction.digits):
        # A whole number in most places, a local number with another tail in some.
        changed = [new for new in map(correction.apply, last.readings) if new is not None]
        options = sorted(changed + completed, key=lambda digits: not is_whole(digits, habits))
        settled.runs[-1] = _joined(last, span, options)
    elif area and _WHOLE <= size < _FULL:
        settled.runs[-1] = _joined(last, span, [correction.digits + digits for digits in last.readings])
    else:
        _change(settled, correction, span)


def _joined(first: Span, second: Span, readings: list[str]) -> Span:
    return Span(
        tuple(dict.fromkeys(readings))[:_MOST_READINGS],
        first.first,
        second.stop,
        first.start,
        second.end,
        second.groups,
        second.extension or first.extension,
    )


def _replaced(items: list[Item], old: Span, new: Span, lead: list[Item], habits: Habits) -> list[str]:
    """Return what can be meant by `new` said as a correction of `old`, the likeliest first.

    What makes a whole number goes before what does not, and what is as long as the group it replaces before the rest.
    """
    was, now = old.readings[0], new.readings[0]
    if now.startswith("+") or _size(old) > _LONGEST:
        return list(new.readings)
    if _size(new) >= _FULL:
        # A whole number said again replaces the old one, unless it leaves the trunk zero out.
        again = _again(was, now) if was.startswith("0") and not now.startswith("0") else 0
        return [was[:-again] + now, *new.readings] if again and _size(new) < LONGEST else list(new.readings)
    pairs = [(was, now), *[(was, other) for other in new.readings[1:]], *[(other, now) for other in old.readings[1:]]]
    steps = _steps(items, old, new)
    closed: list[str] = []
    if _is_closing(lead[0]) and "," in items[new.first].gap:
        # "18, 19 sorry, 82": the words follow what is corrected.
        closed = [digits + now for digits in _reclosed(items, old)]
    options = [(not is_whole(result, habits), False, result) for result in closed] + [
        (not is_whole(result, habits), len(now) != old.groups[-1], result)
        for was, now in pairs
        for result in _replacements(was, now, old.groups, new.groups[0], steps)
    ]
    return [result for *_, result in sorted(options, key=itemgetter(0, 1))]


def _replacements(was: str, now: str, groups: tuple[int, ...], again: int, steps: dict[int, bool]) -> list[str]:
    size, more, group = len(was) - was.startswith("+"), len(now), groups[-1]
    tail, grouped = was[: len(was) - more] + now, was[:-group] + now
    restarted = [
        was[:-step] + now
        for step, alike in steps.items()
        if step < min(size, more) and (alike or _distance(was[-step:], now[:step]) == 1)
    ]
    back = _again(was, now)
    goes_on = back and not (more == group < size) and (size < _WHOLE or size + more - back >= _FULL)
    options = [was[:-back] + now] if goes_on else []
    if size >= _WHOLE:
        if more >= size - 1:
            return [*options, now]
        head = now + was[more:]
        headed = more >= 3 and not was.startswith("+") and _distance(was, now) < min(_distance(was[-more:], now), 2)
        options += [head, tail] if headed else [tail]
        if size < _FULL:
            options += [grouped] if group < more else []
            options += restarted
        at = 0
        for length in groups:
            # The group in the middle from which on it is said again.
            if min(length, again) >= _SAME and was.lstrip("+")[at : at + _SAME] == now[:_SAME]:
                options.append(was[: len(was) - size + at] + now)
            at += length
        return [*options, now] if more >= _WHOLE else options
    # The old run is a part: its last group is said again and continued, or all of it, or its last digit.
    if again < min(size, more) and _distance(was[-again:], now[:again]) <= 1:
        options.append(was[:-again] + now)
    if group < size:
        options.append(grouped)
    options += restarted
    if more < size:
        options.append(tail)
    if was.startswith("+"):
        return options or ["+" + now]
    options.append(now)
    if size + more >= _FULL:
        # After a mere "wait" the number may just go on.
        options.append(was + now)
    # Or it goes on from a digit that is said again: "six two seven eight, sorry, seven nine ...".
    from_digit = next((at for at in range(2, min(size, 4) + 1) if was[-at] == now[0]), 1)
    return [*options, was[:-from_digit] + now, was[:-1] + now]


def _again(was: str, now: str) -> int:
    """Return how many digits were said again, all but the last as before, where the number goes on after them."""
    for again in range(min(len(was), len(now) - 1), 1, -1):
        if was[-again:-1] == now[: again - 1] and was[-1] != now[again - 1]:
            return again
    return 0


def _steps(items: list[Item], old: Span, new: Span) -> dict[int, bool]:
    """Return how many digits can be said again where words end in both runs, and whether they are alike in form.

    A group, or a pair for a pair ("forty three, I mean thirty four, ..."), may be of quite other digits.
    """
    ends, starts = (
        list(accumulate(len(item.value) for item in takewhile(lambda item: item.kind <= Kind.ZERO, words)))
        for words in (reversed(items[old.first : old.stop]), items[new.first : new.stop])
    )
    alike = {new.groups[0]} | ({starts[0]} if ends[:1] == starts[:1] != [] else set())
    return {
        size: size in alike
        for size in sorted({*ends} & {*starts} & _STEPS, key=lambda size: (size not in alike, -size))
    }


def _distance(one: str, other: str) -> int:
    return sum(map(ne, one, other))


def is_prose(items: list[Item], span: Span, *, most: int) -> bool:
    """Whether a run of at most `most` digits stands in a sentence as a count, a time, a price or the like."""
    size = _size(span)
    before = items[span.first - 1] if span.first and _near(items[span.first]) else None
    after = items[span.stop] if span.stop < len(items) and _near(items[span.stop]) else None
    if after is not None and after.kind == Kind.MEASURE and size <= _WHOLE:
        return True
    if size <= 4:
        around = (*items[max(span.first - 3, 0) : span.first], *items[span.stop : span.stop + 2])
        if any(item.kind == Kind.MONTH for item in around):
            return True
    index = span.first
    while index > 0 and span.first - index < _REACH and items[index - 1].kind <= Kind.SCALE:
        index -= 1
    for item in reversed(items[max(index - 4, 0) : index]):
        if item.kind == Kind.ELSE:
            return True
        if item.kind <= Kind.SCALE:
            break
    if before is not None and before.kind == Kind.BEFORE and size <= 4:
        return True
    if before is not None and before.kind == Kind.MEASURE and size <= 3:
        return True
    counted = span.first > 1 and items[span.first - 1].kind == Kind.HOMOPHONE
    if counted and size <= 3 and items[span.first - 2].kind in _PROSE:
        return True
    if _is_clock(items, span) and len(items) > span.stop - span.first:
        return True
    # The place that an area code belongs to is no such word.
    placed = span.first > 1 and items[span.first - 2].kind == Kind.AREA
    return size <= most and ((_is_word(before) and not placed) or _is_word(after))


def _near(item: Item) -> bool:
    return item.gap in {" ", "-", ""} or item.gap.isspace()


def _is_word(item: Item | None) -> bool:
    """Whether an item is a word of prose; single letters are spelled."""
    return item is not None and item.kind == Kind.OTHER and len(item.value) > 1


def _is_clock(items: list[Item], span: Span) -> bool:
    if items[span.first].kind != Kind.TYPED:
        return False
    parts = items[span.first : span.stop]
    return (
        len(parts) > 1
        and all(part.kind == Kind.TYPED and len(part.value) <= 2 for part in parts)
        and all(part.gap == ":" for part in parts[1:])
    )
