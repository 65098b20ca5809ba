# SPDX-License-Identifier: Apache-2.0
"""Whether the caller gave what a model claims: words since the last candidate, and claims weighed on them.

The caller's words are the source; the model's argument is a claim.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, NamedTuple

import phonenumbers

from phonefsm.evidence import CallerTurn, Entry, Evidence, unpack
from phonefsm.machine import Claim, Session
from phonefsm.number import (
    PhoneNumber,
    calling_code,
    is_beginning,
    is_emergency_number,
    national_digits,
    only_digits,
    read,
    spoken_forms,
)
from phonefsm.policy import CapturePolicy, EvidenceRule, Support, passes
from phonefsm.speech import Correction, Intent, has_lexicon, runs
from phonefsm.table import Code, State, Trigger

PIECES: Final = 4
"""Pieces of what was said that a claim may be put together from; a number is spoken in three or four groups."""
PIECE_DIGITS: Final = 3
"""Digits from which a piece counts wherever it was said; fewer prove nothing, as any number holds them."""
SHORT_TURN_DIGITS: Final = 4
"""Digits up to which a whole turn is a correction in itself ("three at the end")."""
JOINED: Final = 8
"""Fragments of a number in parts that are tried together; eight two-digit parts are a whole number."""
READINGS: Final = 8
"""Readings of joined fragments that are tried."""
WHOLE_DIGITS: Final = 7
"""Digits from which what was said is a whole number, right or wrong, and no part."""
ACCOUNT: Final = 60
"""Characters of what was heard that a refusal repeats."""
STEPS: Final = 500
"""Tries at composing a claim. Real claims take a dozen; past this the claim counts as not heard."""


class Whole(NamedTuple):
    """A usable number in the caller's words, and the turn (its place in the window) that completed it."""

    number: PhoneNumber
    turn: int


@dataclass(slots=True, eq=False, repr=False)
class Stretch:
    """Digits that were said between two whole numbers, joined over turns; ``short`` spans are short turns."""

    parts: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    short: list[tuple[int, int]] = field(default_factory=list)

    @property
    def digits(self) -> str:
        """All of them, in the likeliest reading."""
        return "".join(readings[0].lstrip("+") for readings, _ in self.parts)


@dataclass(slots=True, eq=False, repr=False)
class Words:
    """The caller's words since the last candidate, corrections made."""

    wholes: list[Whole] = field(default_factory=list)
    """Usable numbers that stand: none that the caller has since corrected."""
    stretches: list[Stretch] = field(default_factory=lambda: [Stretch()])
    said: list[tuple[str, int]] = field(default_factory=list)
    """Every reading of every run, and its turn."""
    extensions: list[str] = field(default_factory=list)
    latest: int = -1
    """The latest turn that gave digits."""
    typed: bool = True
    complete: bool = True
    """The words of all turns are known."""
    code: str = ""
    """The calling code of the country that the caller named last."""

    @property
    def numbers(self) -> set[PhoneNumber]:
        """The usable numbers."""
        return {whole.number for whole in self.wholes}

    def turn_of(self, number: PhoneNumber) -> int:
        """Return the latest turn that completed ``number``, or -1."""
        return max((whole.turn for whole in self.wholes if whole.number == number), default=-1)


class _Hearing:
    """Builds ``Words`` by going over the turns once."""

    def __init__(self, policy: CapturePolicy, previous: PhoneNumber | None, caller_id: PhoneNumber | None) -> None:
        self.policy = policy
        self.previous = previous
        self.caller_id = caller_id
        self.words = Words()

    def turn(self, turn: CallerTurn, place: int) -> None:
        words = self.words
        if turn.calling_code:
            words.code = turn.calling_code
        words.complete &= turn.words_known
        corrects = bool(turn.intents & (Intent.NO | Intent.CORRECTION))
        for correction in turn.corrections:
            self._correct(correction, place)
        heard = list(unpack(turn.numbers))
        short = sum(len(readings[0]) for readings, _ in heard if readings) <= SHORT_TURN_DIGITS
        for readings, extension in heard:
            if extension is not None:
                words.extensions.append(extension)
            if readings:
                self._run(readings, extension, place, corrects=corrects, short=short)
            elif extension is not None and words.wholes:  # "extension twelve", behind the number
                words.wholes[-1] = Whole(PhoneNumber(words.wholes[-1].number.e164, extension), place)
        refers = bool(turn.intents & Intent.CALLER_ID) and self.caller_id is not None
        if refers and self.caller_id is not None:
            words.wholes.append(Whole(self.caller_id, place))
        if heard or turn.corrections or refers:
            words.latest = place
            words.typed &= turn.modality == "text"

    def _run(
        self, readings: tuple[str, ...], extension: str | None, place: int, *, corrects: bool, short: bool
    ) -> None:
        words = self.words
        words.said.extend((reading, place) for reading in readings)
        usable = dict.fromkeys(self._usable(readings, extension))
        if corrects and (usable or len(readings[0]) >= WHOLE_DIGITS):
            self._forget_before(place)
        if usable:
            words.wholes.extend(Whole(number, place) for number in usable)
            words.stretches.append(Stretch())
            return
        stretch = words.stretches[-1]
        if corrects and stretch.parts and len(stretch.parts[-1][0][0]) == len(readings[0]):
            stretch.parts.pop()  # "five five six ... no, five five five"
        start = len(stretch.digits)
        stretch.parts.append((readings, place))
        if short:
            stretch.short.append((start, len(stretch.digits)))
        base = words.wholes[-1].number if words.wholes else self.previous
        if corrects and short and base is not None and len(words.stretches[-1].parts) == 1:
            self._replace(base, Correction("tail", readings[0]), place)  # "no, 0124"

    def _forget_before(self, place: int) -> None:
        """Take back what was said before the turn of a whole number that came with a no."""
        words = self.words
        words.wholes[:] = [whole for whole in words.wholes if whole.turn == place]
        words.stretches[:] = [Stretch()]

    def _usable(self, readings: Sequence[str], extension: str | None = None) -> Iterator[PhoneNumber]:
        for reading in readings:
            number = read_reading(reading, extension, self.policy, self.words.code)
            if number is not None:
                yield number

    def _correct(self, correction: Correction, place: int) -> None:
        """Make a named correction on what it can mean: the last whole number, else the parts, else the candidate."""
        words = self.words
        stretch = words.stretches[-1]
        if not words.wholes and stretch.parts:
            changed = correction.apply(stretch.digits)
            completed = correction.digits + stretch.digits
            if correction.kind == "head" and any(self._usable((completed,))):  # the rest came first
                changed = completed
            if changed is not None:
                short = [(0, len(changed))] if len(changed) <= SHORT_TURN_DIGITS else []
                words.stretches[-1] = Stretch([((changed,), place)], short)
                words.said.append((changed, place))
                words.wholes.extend(Whole(number, place) for number in self._usable((changed,)))
                return
        base = words.wholes[-1].number if words.wholes else self.previous
        if base is not None and self._replace(base, correction, place):
            return
        # It changed nothing that is known, so its digits are all there is to go by.
        words.said.append((correction.digits, place))
        stretch.short.append((len(stretch.digits), len(stretch.digits) + len(correction.digits)))
        stretch.parts.append(((correction.digits,), place))

    def _replace(self, base: PhoneNumber, correction: Correction, place: int) -> bool:
        number = next(corrected(base, correction, self.policy), None)
        if number is not None:
            self.words.wholes[:] = [Whole(number, place)]
        return number is not None

    def joined(self) -> None:
        """Find whole numbers that came in parts."""
        for stretch in self.words.stretches:
            parts = stretch.parts[-JOINED:]
            for first in range(len(parts)):
                for last in range(first + 1, len(parts)):
                    self._join(parts[first : last + 1])

    def _join(self, parts: list[tuple[tuple[str, ...], int]]) -> None:
        if not WHOLE_DIGITS <= sum(len(readings[0]) for readings, _ in parts) <= WHOLE_DIGITS + 12:
            return
        if any(readings[0].startswith("+") for readings, _ in parts[1:]):
            return
        for count, readings in enumerate(product(*(readings for readings, _ in parts))):
            if count == READINGS:
                break
            for number in self._usable(("".join(readings),)):
                self.words.wholes.append(Whole(number, parts[-1][1]))


def read_reading(reading: str, extension: str | None, policy: CapturePolicy, code: str = "") -> PhoneNumber | None:
    """Return the usable number that a heard ``reading`` is; ``code`` is that of a country named in words."""
    if len(reading) < WHOLE_DIGITS - 1:  # no policy takes shorter ones; most runs end here, unparsed
        return None
    found: PhoneNumber | Code = Code.NOT_A_NUMBER
    if code and not reading.startswith("+"):
        found = read(reading, policy, region=phonenumbers.region_code_for_country_code(int(code)))
    if isinstance(found, Code):
        found = read(reading, policy)
    if isinstance(found, Code):
        return None
    return PhoneNumber(found.e164, extension) if extension and policy.extensions else found


def corrected(base: PhoneNumber, correction: Correction, policy: CapturePolicy) -> Iterator[PhoneNumber]:
    """Yield the usable numbers that ``correction`` makes of ``base``, said with or without its trunk prefix."""
    code = base.calling_code
    region = phonenumbers.region_code_for_country_code(int(code))
    for form in dict.fromkeys((base.e164[1 + len(code) :], national_digits(base))):
        changed = correction.apply(form)
        number = None if changed is None else read(changed, policy, region=region)
        if isinstance(number, PhoneNumber):
            yield PhoneNumber(number.e164, base.extension)


def words_since(
    evidence: Evidence, policy: CapturePolicy, previous: PhoneNumber | None, caller_id: PhoneNumber | None
) -> Words:
    """Return the caller's words since the last candidate."""
    hearing = _Hearing(policy, previous, caller_id)
    for place in range(evidence.mark, len(evidence.turns)):
        entry = evidence.turns[place]
        if isinstance(entry, CallerTurn):
            hearing.turn(entry, place)
    hearing.joined()
    return hearing.words


class Ground:
    """Weighs the claims of one batch on the caller's words, which are gone over at most once."""

    def __init__(
        self,
        evidence: Evidence,
        session: Session,
        policy: CapturePolicy,
        *,
        rule: EvidenceRule,
        source: bool,
        caller_id: PhoneNumber | None,
    ) -> None:
        self.evidence = evidence
        self.session = session
        self.policy = policy
        self.rule = rule
        self.source = source
        """The caller's words are what the model gets, so that what is not in them was not said."""
        self.caller_id = caller_id
        self._words: Words | None = None

    @property
    def words(self) -> Words:
        """The caller's words since the last candidate."""
        if self._words is None:
            self._words = words_since(self.evidence, self.policy, self.session.number, self.caller_id)
        return self._words

    def latest_numbers(self) -> set[PhoneNumber]:
        """Return the usable numbers that the caller's latest words hold."""
        return {whole.number for whole in self.words.wholes if whole.turn == self.words.latest}

    def account(self) -> str:
        """Return a sentence on the digits that were heard, for the model."""
        said = [stretch.digits for stretch in self.words.stretches if stretch.parts]
        said += [str(number) for number in sorted(self.words.numbers, key=str)]
        return f"Heard from the caller: {', '.join(said)[:ACCOUNT]}." if said else "No new digits were heard."

    def means(self, trigger: Trigger, text: str) -> PhoneNumber | None:
        """Return the usable number that an argument is by itself or with what is in hand, heard or not."""
        return next((number for number in map(self._read, self._options(trigger, text)) if number is not None), None)

    def weigh(self, trigger: Trigger, text: str) -> Claim:
        """Return what an ``update`` or ``extend`` with the argument ``text`` amounts to."""
        claim = self._quick(text) if trigger is Trigger.UPDATE or not self.session.part else None
        if claim is None:
            claim = self._slow(trigger, text)
        claim.heard = passes(self.rule, claim.support)
        claim.needs_confirmation = self._needs_confirmation(claim)
        return claim

    # One run in one turn, and the claim is just that: the common case needs no second look at the words.

    def _quick(self, text: str) -> Claim | None:
        evidence = self.evidence
        place, turn = -1, None
        for index in range(evidence.mark, len(evidence.turns)):
            entry = evidence.turns[index]
            if isinstance(entry, CallerTurn) and (entry.numbers or entry.corrections or entry.calling_code):
                if turn is not None:
                    return None
                place, turn = index, entry
            elif isinstance(entry, CallerTurn) and (not entry.words_known or entry.intents & Intent.CALLER_ID):
                return None
        if turn is None or turn.corrections or turn.calling_code or not turn.words_known:
            return None
        if not turn.numbers.lstrip("+").isdigit():  # several runs, readings, or an extension
            return None
        number = read(text, self.policy)
        if isinstance(number, Code) or number.extension is not None:
            return None
        said, code = turn.numbers, number.calling_code
        national = number.e164[1 + len(code) :]
        default = calling_code(self.policy.default_region)
        if said not in (number.e164, code + national) and not (code == default and said.lstrip("0") == national):
            return None
        return Claim(
            number=number,
            support=Support.SEEN,
            by_voice=turn.modality != "text",
            since=place + 1,
            needs_confirmation=False,
        )

    def _slow(self, trigger: Trigger, text: str) -> Claim:
        words, session = self.words, self.session
        found = list(dict.fromkeys(n for n in map(self._read, self._options(trigger, text)) if n is not None))
        own = self._read(text)
        if own is not None and not (trigger is Trigger.EXTEND and session.part):
            found = [own]
        number = found[0] if len(found) == 1 else None
        if number is not None and not self.policy.extensions:
            number = PhoneNumber(number.e164)
        if number is not None and number in words.numbers:
            return self._claim(number, words.turn_of(number))
        digits = only_digits(text)
        if session.state is State.COLLECTING and trigger is Trigger.EXTEND and number is None:
            digits = session.part + digits.lstrip("+")
        exact = max((turn for said, turn in words.said if said.lstrip("+") == digits.lstrip("+")), default=-1)
        heard = words.numbers
        if len(heard) == 1 and self.policy.prefer_heard and self.source:
            (only,) = heard
            turn = words.turn_of(only)
            if number is not None or exact < turn or is_part(digits, only):
                claim = self._claim(only, turn)
                claim.instead = number is None or number.e164 != only.e164 or number.extension != only.extension
                claim.needs_confirmation = number is None or number.e164 != only.e164
                return claim
        if number is not None:
            seen = self._number_composed(number)
            claim = self._claim(number, words.latest, seen=seen)
            claim.needs_confirmation = True
            return claim
        return self._no_number(trigger, text, digits, exact)

    def _no_number(self, trigger: Trigger, text: str, digits: str, exact: int) -> Claim:
        session, words = self.session, self.words
        seen = exact >= 0 or self._composed(digits.lstrip("+"), whole=True)
        claim = self._claim(None, words.latest, seen=seen)
        problem = read(text if not session.part or trigger is Trigger.UPDATE else digits, self.policy)
        claim.problem = problem if isinstance(problem, Code) else Code.NO_SUCH_NUMBER
        longer = len(digits) > len(session.part)
        replaces = exact >= 0 and exact == words.latest
        emergency = trigger is Trigger.UPDATE and is_emergency_number(digits, self.policy)
        if (longer or replaces) and not emergency and is_beginning(digits, self.policy):
            claim.part = digits
            claim.counts = not longer or session.state is State.PENDING_CONFIRMATION
        return claim

    def _options(self, trigger: Trigger, text: str) -> list[str]:
        """Return the numbers that an argument may stand for, given what is in hand."""
        session, digits = self.session, only_digits(text).lstrip("+")
        if session.state is State.COLLECTING and trigger is Trigger.EXTEND:
            return [session.part + digits, text]
        if session.state is not State.PENDING_CONFIRMATION or session.number is None or self._read(text) is not None:
            return [text]
        options = []
        if 0 < len(digits) < len(session.number.e164) - 1:
            options.append(session.number.e164[: -len(digits)] + digits)
        if trigger is Trigger.EXTEND and digits:
            options.append(session.number.e164 + digits)
        extension = session.number.extension
        return [f"{option};ext={extension}" if extension else option for option in options]

    def _read(self, text: str) -> PhoneNumber | None:
        """Read an argument: digits as they stand, or words, as some models write them."""
        code = self.words.code
        number: PhoneNumber | Code = Code.NOT_A_NUMBER
        if code and not text.lstrip().startswith("+"):
            number = read(text, self.policy, region=phonenumbers.region_code_for_country_code(int(code)))
        if isinstance(number, Code):
            number = read(text, self.policy)
        if (
            isinstance(number, Code)
            and not any(char.isdecimal() for char in text)
            and has_lexicon(self.policy.language)
        ):
            spoken = runs(text, language=self.policy.language)
            if len(spoken) == 1:
                return read_reading(spoken[0].readings[0], spoken[0].extension or None, self.policy, code)
        return None if isinstance(number, Code) else number

    def _claim(self, number: PhoneNumber | None, turn: int, *, seen: bool = True) -> Claim:
        """Return a claim that the words up to ``turn`` support, or do not."""
        words = self.words
        unseen = Support.CONTRADICTED if self.source and words.complete else Support.UNKNOWN
        since = turn + 1 if turn >= 0 else self._behind_caller()
        given = number is None or self._country_given(number)
        return Claim(
            number=number,
            support=Support.SEEN if seen else unseen,
            since=since,
            by_voice=not words.typed,
            country_given=given,
            counts=not self._adds(number),
            needs_confirmation=not (seen and given and words.numbers == {number} and turn == words.latest),
        )

    def _adds(self, number: PhoneNumber | None) -> bool:
        """Return whether ``number`` completes the part in hand."""
        part = self.session.part
        return (
            bool(part)
            and number is not None
            and any(form.startswith(part) for form in spoken_forms(number, country_code_optional=True))
        )

    def _behind_caller(self) -> int:
        """Return the place behind the caller's last turn, or the mark."""
        turns: list[Entry] = self.evidence.turns
        places = range(len(turns) - 1, self.evidence.mark - 1, -1)
        return next((place + 1 for place in places if isinstance(turns[place], CallerTurn)), self.evidence.mark)

    def _country_given(self, number: PhoneNumber) -> bool:
        code = number.calling_code
        if code in (calling_code(self.policy.default_region), self.words.code):
            return True
        previous = self.session.number
        if previous is not None and previous.calling_code == code and self.session.country_given:
            return True
        if number == self.caller_id:
            return True
        national = number.e164[1 + len(code) :]
        forms = {number.e164, code + national, f"00{code}{national}", f"011{code}{national}"}
        said = {reading for reading, _ in self.words.said} | {stretch.digits for stretch in self.words.stretches}
        return not forms.isdisjoint(said) or any(reading.startswith(f"+{code}") for reading in said)

    def _needs_confirmation(self, claim: Claim) -> bool:
        policy, session = self.policy, self.session
        if session.state is State.PENDING_CONFIRMATION:
            return True
        if policy.require_confirmation is not None:
            return policy.require_confirmation
        return claim.needs_confirmation or claim.by_voice or session.always_confirm or claim.support != Support.SEEN

    def _number_composed(self, number: PhoneNumber) -> bool:
        if number.extension is not None:
            previous = self.session.number
            known = [*self.words.extensions, (previous.extension or "") if previous else ""]
            behind = any(stretch.digits.endswith(number.extension) for stretch in self.words.stretches)
            if number.extension not in known and not behind:
                return False
        return any(self._composed(form.lstrip("+")) for form in spoken_forms(number, country_code_optional=True))

    def _composed(self, target: str, *, whole: bool = False) -> bool:
        """Return whether ``target`` is put together of pieces that were said, none of them used twice.

        ``whole``: it may also be one piece of any length.
        """
        sources = [(stretch.digits, stretch.short) for stretch in self.words.stretches if stretch.parts]
        if whole and target and any(target in said for said, _ in sources):
            return True
        previous = self.session.number
        if previous is not None:
            sources += [(form, []) for form in {national_digits(previous), previous.e164[1:]}]
        else:
            sources = [(said, []) for said, _ in sources]
        heard = len(sources) if previous is None else len(sources) - 2
        return bool(target) and _compose(target, sources, heard, [STEPS])


def _compose(
    target: str,
    sources: list[tuple[str, list[tuple[int, int]]]],
    heard: int,
    steps: list[int],
    pieces: int = PIECES,
    used: tuple[tuple[int, int, int], ...] = (),
) -> bool:
    """Try the longest piece first; ``sources`` from ``heard`` on are forms of one number, taken in order."""
    if not target:
        return True
    if pieces == 0:
        return False
    for length in range(len(target), 0, -1):
        piece = target[:length]
        for source, (said, short) in enumerate(sources):
            start = said.find(piece)
            while start >= 0:
                steps[0] -= 1
                if steps[0] < 0:
                    return False
                span = (source, start, start + length)
                allowed = length >= PIECE_DIGITS or any(a <= start and start + length <= b for a, b in short)
                if (
                    allowed
                    and _free(span, used, heard)
                    and _compose(target[length:], sources, heard, steps, pieces - 1, (*used, span))
                ):
                    return True
                start = said.find(piece, start + 1)
    return False


def _free(span: tuple[int, int, int], used: tuple[tuple[int, int, int], ...], heard: int) -> bool:
    source, start, end = span
    for other, other_start, other_end in used:
        if source >= heard and other >= heard:
            if source != other or start < other_end:
                return False
        elif source == other and start < other_end and other_start < end:
            return False
    return True


def is_part(digits: str, number: PhoneNumber) -> bool:
    """Return whether ``digits`` are a stretch of ``number``, and not the whole of it."""
    return bool(digits) and any(
        digits.lstrip("+") in form and digits != form for form in spoken_forms(number, country_code_optional=True)
    )
