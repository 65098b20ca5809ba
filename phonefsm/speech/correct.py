# SPDX-License-Identifier: Apache-2.0
"""Self-corrections: which of the runs in an utterance stand, and what it changes in numbers said before."""

from dataclasses import dataclass, field
from typing import Literal

from phonefsm.speech.heard import Correction, Intent
from phonefsm.speech.numbers import Span
from phonefsm.speech.tokens import Item
from phonefsm.speech.words import Kind

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
        Kind.PAUSE,
        Kind.AREA,
        Kind.BEFORE,
        Kind.ARTICLE,
        Kind.HOMOPHONE,
    }
)
_PARTS = frozenset({Kind.LAST, Kind.FIRST})
_EMPTY = frozenset({Kind.KNOWN, Kind.UNIT})
_PROSE = frozenset({Kind.OTHER, Kind.BEFORE})
# Words between a "not" and what it denies: "it is not a five".
_BESIDE = frozenset({Kind.KNOWN, Kind.FILLER, Kind.COPULA, Kind.UNIT, Kind.ARTICLE})
# A named part of a number ("the last four") is shorter than a number.
_PART = 6
# From here on a run may be a whole number: what follows a correction replaces rather than continues it.
_WHOLE = 7
_FULL = 10
_MOST_READINGS = 4
# How far before its digits a shape is named: "the last four digits should be a".
_REACH = 6
# Longer runs than these are no phone numbers; they are not pieced together, which also bounds the work.
_LONGEST = 40
_NO = Intent.NO.value

Shape = Literal["tail", "head"]
_SHAPES: dict[int, Shape] = {
    Kind.LAST: "tail",
    Kind.ENDS: "tail",
    Kind.FIRST: "head",
    Kind.STARTS: "head",
    Kind.AREA: "head",
}


def without_counts(items: list[Item]) -> list[Item]:
    """Return the items with the "four" of "the last four are" made a unit: it is no digit of the number.

    Other languages count before as well: "les quatre derniers".
    """
    kept = list(items)
    for index, item in enumerate(items[:-1]):
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


@dataclass(slots=True, eq=False, repr=False)
class Settled:
    """What stands after the corrections within an utterance."""

    runs: list[Span] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    intents: Intent = Intent.NONE


def settle(items: list[Item], spans: list[Span]) -> Settled:
    """Apply the corrections among `spans` to one another."""
    settled = Settled()
    denied: Span | None = None
    area: Span | None = None
    before = 0
    for index, span in enumerate(spans):
        lead = items[before : span.first]
        trail = items[span.stop : spans[index + 1].first if index + 1 < len(spans) else len(items)]
        before = span.stop
        cued = _cued(lead, span)
        if _denied(lead):
            settled.intents |= Intent.CORRECTION
            last = settled.runs[-1] if settled.runs else None
            if last is None or len(lead) > _REACH or _size(span) <= _PART < _size(last):
                denied = span
            elif _size(last) <= _PART and _size(span) <= _PART:
                settled.runs.pop()
                _change(settled, Correction("swap", _best(last), _best(span)), span)
            continue
        if denied is not None:
            old, denied = denied, None
            if _size(old) <= _PART and _size(span) <= _PART:
                _change(settled, Correction("swap", _best(span), _best(old)), span)
                continue
        shape = _shape(lead, trail, span)
        joins = all(item.kind in _GLUE and item.kind != Kind.CUE for item in lead)
        if shape is not None:
            named = any(item.kind == Kind.AREA for item in lead)
            if named and not settled.runs and not cued:
                area = span
                settled.runs.append(span)
            else:
                _name(settled, Correction(shape, _best(span)), span, cued=cued, area=named)
        elif area is not None and settled.runs == [area] and joins and not cued:
            settled.runs[-1] = _joined(area, span, [_best(area) + digits for digits in span.readings])
            area = None
        elif cued and settled.runs:
            settled.intents |= Intent.CORRECTION
            settled.runs[-1] = _joined(settled.runs[-1], span, _replaced(settled.runs[-1], span))
        else:
            if cued:
                settled.intents |= Intent.CORRECTION
            settled.runs.append(span)
    if area is not None and settled.runs and settled.runs[0] is area:
        settled.corrections.append(Correction("head", _best(area)))
    if settled.corrections and area is None:
        settled.intents |= Intent.CORRECTION
    return settled


def _best(span: Span) -> str:
    return span.readings[0].lstrip("+")


def _size(span: Span) -> int:
    return len(_best(span))


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


def _shape(lead: list[Item], trail: list[Item], span: Span) -> Shape | None:
    """Return which part of a number the run is said to be, if any."""
    if _size(span) > _PART:
        return None
    for item in trail[:2]:
        if item.kind == Kind.AT_END:
            return "tail"
        if item.kind == Kind.AT_START:
            return "head"
    after = [item.kind for item in trail if item.kind not in _EMPTY]
    if after in ([Kind.COPULA, Kind.LAST], [Kind.COPULA, Kind.FIRST]):
        return _SHAPES[after[1]]
    for item in reversed(lead[-_REACH:]):
        if item.kind in _SHAPES:
            return _SHAPES[item.kind]
        if item.kind not in _GLUE:
            return None
    return None


def _change(settled: Settled, correction: Correction, span: Span) -> None:
    """Apply a correction to the run that stands last, or keep it for a number said before the utterance."""
    if settled.runs and _size(settled.runs[-1]) <= _LONGEST:
        last = settled.runs[-1]
        changed = [new for new in map(correction.apply, last.readings) if new is not None]
        if changed:
            settled.intents |= Intent.CORRECTION
            settled.runs[-1] = _joined(last, span, changed)
            return
    settled.corrections.append(correction)


def _name(settled: Settled, correction: Correction, span: Span, *, cued: bool, area: bool) -> None:
    """Take a named part: it completes a part of a number ("and the last four are"), else it corrects."""
    last = settled.runs[-1] if settled.runs else None
    if last is None or cued or last.readings[0].startswith("+"):
        _change(settled, correction, span)
        return
    size = _size(last)
    if correction.kind == "tail" and size < _WHOLE and len(correction.digits) >= 3:
        settled.runs[-1] = _joined(last, span, [digits + correction.digits for digits in last.readings])
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


def _replaced(old: Span, new: Span) -> list[str]:
    """Return what can be meant by `new` said as a correction of `old`, the likeliest first."""
    was, now = old.readings[0], new.readings[0]
    size, more = _size(old), _size(new)
    if now.startswith("+") or more >= _FULL or size > _LONGEST:
        return list(new.readings)
    if size >= _WHOLE:
        if more >= size - 1:
            return list(new.readings)
        tail = was[: len(was) - more] + now
        head = now + was[more:]
        headed = more >= 3 and not was.startswith("+") and _distance(was, now) < min(_distance(was[-more:], now), 2)
        options = [head, tail] if headed else [tail]
        return [*options, *new.readings] if more >= _WHOLE else options
    # The old run is a part: its last group is said again and continued, or all of it, or its last digit.
    group = old.groups[-1]
    options = []
    again = new.groups[0]
    if again < min(size, more) and _distance(was[-again:], now[:again]) <= 1:
        options.append(was[:-again] + now)
    if group < size:
        options.append(was[:-group] + now)
    if more < size:
        options.append(was[: len(was) - more] + now)
    if was.startswith("+"):
        return options or ["+" + digits for digits in new.readings]
    return [*options, *new.readings, was[:-1] + now]


def _distance(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False))


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
    if before is not None and before.kind == Kind.MEASURE and size <= 2:
        return True
    counted = span.first > 1 and items[span.first - 1].kind == Kind.HOMOPHONE
    if counted and size <= 3 and items[span.first - 2].kind in _PROSE:
        return True
    if _is_clock(items, span) and len(items) > span.stop - span.first:
        return True
    return size <= most and (_is_word(before) or _is_word(after))


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
