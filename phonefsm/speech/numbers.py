# SPDX-License-Identifier: Apache-2.0
"""Number-like runs in a row of items: which items belong together."""

from typing import NamedTuple

from phonefsm.speech.heard import Intent
from phonefsm.speech.readings import COUNTS, parts_of, readings_of, whole_size, zeros_of
from phonefsm.speech.tokens import Item, is_hard
from phonefsm.speech.words import PHONE, Habits, Kind

_MOST_FILLERS = 6
_NO = Intent.NO.value
# Nobody says so many; it bounds the work on hostile input.
_MOST_RUNS = 500
# E.164 allows fifteen digits; a longer group is a serial number.
LONGEST = 15
_STRONG = frozenset({Kind.TYPED, Kind.DIGIT, Kind.PAIR, Kind.ROUND})
# Plain names for what is compared in the innermost loops.
_DIGIT, _ZERO = Kind.DIGIT, Kind.ZERO
_ROUNDED = frozenset({Kind.ROUND, Kind.SCALE})
# What is added to hundreds and thousands.
_ADDED = frozenset({Kind.DIGIT, Kind.PAIR, Kind.ARTICLE, Kind.ROUND})
_SIZED = frozenset({Kind.TYPED, Kind.ROUND})
_ATTACHED = frozenset({Kind.EXTENSION, Kind.ZERO, Kind.ECHO})
_BESIDE = frozenset({Kind.FILLER, Kind.COPULA, Kind.UNIT})
# After these words a number is over, so what sounds like a digit before them is one: "five five too, or".
_BREAKS = frozenset({Kind.OR, Kind.CUE, Kind.EXTENSION})
_REPEATS = frozenset({Kind.REPEAT, Kind.TIMES})
_AGAIN = frozenset({Kind.REPEAT, Kind.ECHO})
# What stands before the first digit of an answer.
_OPENING = frozenset({Kind.COPULA, Kind.CUE})
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
# A code before a number that is typed as one group.
_PREFIX = 3
_TIGHT = frozenset({" ", ""})
# A vanity word completes a freephone prefix to the seven digits that are dialled after it.
_FREEPHONE = frozenset({"800", "888", "877", "866", "855", "844", "833", "1300", "0800", "0808"})
_VANITY = 7
# Digits before a word that is heard as a repeat though it is none.
_ECHOED = 3
_COUNTED = frozenset({Kind.OTHER, Kind.MEASURE, Kind.BEFORE, Kind.KNOWN})
# What an article stands before.
_NOUNS = frozenset({Kind.OTHER, Kind.UNIT, Kind.MEASURE, Kind.ELSE, Kind.ADJECTIVE, Kind.LAST, Kind.FIRST, Kind.MONTH})
# After these an article can be a digit: "the last one is a one".
_PLACES = frozenset({Kind.LAST, Kind.FIRST, Kind.ENDS, Kind.STARTS})
_DENIES = frozenset({Kind.CUE, Kind.NOT})


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
        if kind > Kind.PLUS or kind == Kind.PLURAL or (kind == Kind.SCALE and not habits.bare):
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
            # A hundred per cent only strengthens a yes.
            whole = item.value == "100" and text.startswith("%", item.end)
            kept[index] = item._replace(kind=Kind.KNOWN if whole else Kind.OTHER)
    for index in typed:
        if _is_date(kept[index : index + 3], kept[index - 1] if index else None):
            kept[index : index + 3] = [part._replace(kind=Kind.OTHER) for part in kept[index : index + 3]]
    return kept


def _is_apart(item: Item, before: Item | None, after: Item | None, text: str) -> bool:
    if len(item.value) > LONGEST:
        return True
    last = item.gap[-1:]
    if before is not None:
        worded = before.kind > Kind.SCALE and before.kind not in _ATTACHED
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
    size = len(items[first].value) if items[first].kind in _SIZED else 1
    plus = items[first].kind == Kind.PLUS or "+" in items[first].gap
    start = items[first].value[:3]
    if start == "0" and first + 1 < len(items):
        start += items[first + 1].value[:1]
    abroad = plus or start.startswith(("00", "011"))
    most = LONGEST if abroad else whole_size(start, habits) + len(start) * (start == habits.code)
    spare = 0 if abroad else max(habits.longest - habits.whole, 0)
    denied = first > 0 and _is_denied(items, first)
    rounded = items[first].kind in _ROUNDED
    commas = endless = False
    index = first + 1
    while index < len(items):
        item = items[index]
        if item.gap == " " and _DIGIT <= item.kind <= _ZERO and not rounded:
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
        if item.kind > Kind.SCALE and not (
            (item.kind == Kind.PLUS and last.kind == Kind.PLUS)
            or (item.kind == Kind.ECHO and size >= _ECHOED and _is_number(items, ahead + 1))
        ):
            break
        if item.kind == Kind.PLURAL and last.kind not in _REPEATS and last.value not in COUNTS:
            break
        gap = item.gap if ahead == index else items[index].gap + item.gap
        if not _FOREIGN.isdisjoint(gap) and not (last.kind == Kind.PLUS and "+" in gap):
            break
        loose = item.kind == Kind.HOMOPHONE or is_hard(gap) or not (literal or _LOOSE.isdisjoint(gap))
        adds = rounded and item.kind in _ADDED and (joined or (ahead == index and gap in _TIGHT))
        joined = joined and not adds
        full = size >= most and (size >= most + spare or size + _following(items, ahead) > most + spare)
        if full and loose and gap.strip(" ") != "." and not endless:
            if not commas or joined or "," not in gap or _ends(items, ahead):
                break
            # One row of small groups: nothing says where the number ends, so it has no end.
            endless = True
        commas = commas or "," in gap
        if (
            (full and joined)
            or (named and size >= _LOCAL)
            or (denied and size <= _DENIED and (joined or item.kind in _SOFT or "," in gap))
        ):
            break
        if item.kind == Kind.TYPED:
            long = len(item.value)
            if last.kind == Kind.TYPED and gap.isspace():
                whole = len(last.value) >= 10
                if whole or (long >= 9 and not abroad and size > _PREFIX):
                    break
            size += long
        elif not (joined and item.kind == Kind.ARTICLE):
            # An article after an "and" may be none of the digits.
            size += _width(item, last, habits, adds=adds)
        rounded = item.kind in _ROUNDED
        chain.append(ahead)
        index = ahead + 1
    return chain, index


def _width(item: Item, last: Item, habits: Habits, *, adds: bool) -> int:
    """Return how many digits an item adds to a run at least: none where it takes the place of zeros."""
    if item.kind in _REPEATS or item.kind == Kind.ECHO:
        return int(item.value) - 1
    if item.kind == Kind.PLUS:
        return 0
    if item.kind == Kind.PLURAL:
        return int(last.value) - 1
    size = len(item.value)
    return 0 if adds and size <= zeros_of(last) and not (habits.spelled and size == 1) else size


def _is_denied(items: list[Item], first: int) -> bool:
    """Whether a "not" stands before a number: "not four", "not the four"."""
    before = items[first - 1]
    return before.kind == Kind.NOT or (first > 1 and before.kind == Kind.FILLER and items[first - 2].kind == Kind.NOT)


def _following(items: list[Item], index: int) -> int:
    """Return how many digits are named from `index` on, as far as it matters; many where they measure something."""
    size = 0
    while index < len(items) and size <= LONGEST:
        item = items[index]
        if item.kind == Kind.MEASURE:
            return LONGEST
        if item.kind <= Kind.SCALE:
            size += len(item.value) if item.kind not in _REPEATS else int(item.value) - 1
        elif item.kind not in _SKIPPED:
            break
        index += 1
    return size


def _is_number(items: list[Item], index: int) -> bool:
    return index < len(items) and items[index].kind <= Kind.SCALE and not is_hard(items[index].gap)


def _ends(items: list[Item], index: int) -> bool:
    """Whether what follows a whole number after a comma is another one, or a count in prose."""
    size = 0
    while _is_number(items, index) and size <= LONGEST:
        size += len(items[index].value)
        index += 1
    counted = index < len(items) and items[index].kind in _COUNTED and not is_hard(items[index].gap)
    return _LOCAL <= size <= LONGEST or (counted and size <= _DENIED)


def _span(items: list[Item], chain: list[int], text: str, habits: Habits, *, literal: bool) -> Span | None:
    """Make a run of a chain, without the words at its edges that are no digits; None if nothing is left."""
    plus = "+" in items[chain[0]].gap or items[chain[0]].kind == Kind.PLUS
    first = 0
    while first < len(chain) and items[chain[first]].kind == Kind.PLUS:
        first += 1
    chain = chain[first:]
    chain, optional_last = _trim_end(items, chain)
    chain, optional_first, dropped_first = _trim_start(items, chain, literal=literal)
    if _STRONG.isdisjoint([items[index].kind for index in chain]):
        if not _is_one(items, chain):
            return None
        optional_first = optional_first and len(chain) > 1
    after = items[chain[-1] + 1] if chain[-1] + 1 < len(items) else None
    if after is not None and after.kind == Kind.MEASURE and len(chain) >= _LOCAL:
        # "... three two one five o'clock"
        optional_last = True
    parts, groups = parts_of(items, chain, text, habits, plus=plus)
    if optional_first:
        parts[0] = ("", *parts[0]) if dropped_first else (*parts[0], "")
    if optional_last and len(parts) > 1:
        before, last = "".join(part[0] for part in parts[:-1]), parts[-1][0]
        parts[-1] = ("", last) if len(before) >= whole_size(before, habits) else (last, "")
    lead = "+" if plus else ""
    readings = tuple(dict.fromkeys(lead + digits for digits in readings_of(parts, habits) if digits))
    start = items[chain[0]].start
    return Span(readings, chain[0], chain[-1] + 1, start, items[chain[-1]].end, groups)


def _is_one(items: list[Item], chain: list[int]) -> bool:
    """Whether articles alone are digits: "the last one is a one", "it is a one", "no, one"."""
    if not chain or any(items[index].kind != Kind.ARTICLE for index in chain):
        return False
    index = chain[0] - 1
    if len(chain) == 1 and index >= 0 and items[index].kind == Kind.ARTICLE:
        return True
    while index >= 0 and (items[index].kind in _BESIDE or items[index].kind == Kind.KNOWN) and not items[index].intents:
        index -= 1
    if index >= 0 and items[index].kind in _PLACES:
        return True
    if chain[-1] + 1 < len(items) and not is_hard(items[chain[-1] + 1].gap):
        return False
    return len(chain) > 1 or (index >= 0 and (items[index].kind in _DENIES or bool(items[index].intents & _NO)))


def _trim_end(items: list[Item], chain: list[int]) -> tuple[list[int], bool]:
    """Return the chain without what is no digit at its end, and whether its last item may be none.

    An article is a digit where no thing is named after it: "nul een, ..." and "nul een graag", not "een auto".
    """
    polite = False
    stop = len(chain)
    while stop:
        item = items[chain[stop - 1]]
        after = items[chain[stop - 1] + 1] if chain[stop - 1] + 1 < len(items) else None
        follows = after is not None and after.kind not in _BREAKS and not is_hard(after.gap)
        if item.kind == Kind.ARTICLE and after is not None:
            follows = after.gap == " " and (after.kind in _NOUNS or after.value == PHONE)
            polite = not follows and after.gap == " "
        if item.kind not in _AGAIN and not (item.kind in _SOFT and follows):
            break
        stop -= 1
    if stop < 2 or items[chain[stop - 2]].kind in _AGAIN:
        return chain[:stop], False
    last = items[chain[stop - 1]]
    if last.kind == Kind.ZERO:
        # "one nine oh, sorry" and "four seven, oh, sorry"
        then = items[chain[stop - 1] + 1 : chain[stop - 1] + 2]
        return chain[:stop], any(item.kind == Kind.CUE or item.intents & _NO for item in then)
    return chain[:stop], (last.kind == Kind.HOMOPHONE and stop > 10) or (polite and stop > _LOCAL)


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
    if first == 1 and items[chain[1]].gap == " ":
        before = items[chain[0] - 1] if chain[0] else None
        cued = before is not None and (before.kind == Kind.CUE or bool(before.intents & _NO))
        opens = before is None or before.kind in _OPENING or before.value == PHONE
        if cued or (opens and len(chain) > 3):
            return chain, True, True
    chain = chain[first:]
    item = items[chain[0]]
    if item.kind == Kind.ARTICLE and len(chain) > 1 and not literal:
        after = items[chain[1]]
        if len(chain) == 2 and chain[0]:
            # "The last one is a six."
            return chain[1:], False, False
        counted = len(chain) == 2 and len(items) > 2
        return chain, True, counted or after.kind == Kind.TYPED or after.value == "0"
    if item.kind == Kind.ZERO and len(chain) > 1 and not literal:
        after = items[chain[1]]
        if "," in after.gap or is_hard(after.gap):
            return chain[1:], False, False
        if chain[0] == 0 and len(chain) > 2:
            typed = after.kind == Kind.TYPED and len(after.value) > 1
            return chain, True, typed
    return chain, False, False


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
    while index < len(items):
        item, last = items[index], items[chain[-1]] if chain else items[index]
        joined = item.kind == Kind.JOIN and last.kind in _ROUNDED
        if joined:
            index += 1
            continue
        if item.kind > Kind.SCALE:
            break
        adds = last is not item and last.kind in _ROUNDED and item.kind in _ADDED
        size += _width(item, last, habits, adds=adds)
        if size > _EXTENSION or (chain and (is_hard(items[index].gap) or ("," in items[index].gap and size > 4))):
            break
        chain.append(index)
        index += 1
    chain, _ = _trim_end(items, chain)
    if not chain:
        return span
    parts, _ = parts_of(items, chain, "", habits, plus=False)
    return span._replace(extension=readings_of(parts, habits)[0], stop=chain[-1] + 1, end=items[chain[-1]].end)


def is_extension(items: list[Item], span: Span) -> bool:
    """Return whether a run is an extension that was given alone: "it's extension twelve"."""
    index = span.first - 1
    while index >= 0 and items[index].kind in _BESIDE:
        index -= 1
    return index >= 0 and items[index].kind == Kind.EXTENSION and len(span.readings[0]) <= _EXTENSION
