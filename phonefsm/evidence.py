# SPDX-License-Identifier: Apache-2.0
"""The window of what was said (``turns``), and consent, which is walked over it in order.

One window of turns serves every check. Grounding (``grounding``) reads the caller's words in it; consent is a
walk over it from the caller's turn that completed the candidate, one step a turn, the only place where a turn
is judged. What leaves the window is folded into the walk's base, so a turn costs the same however many came.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from phonefsm.machine import CONSENT
from phonefsm.number import PhoneNumber, spoken_forms
from phonefsm.policy import Support
from phonefsm.speech import Intent
from phonefsm.table import Code, Consent, Fact
from phonefsm.turns import RUN_DIGITS, AgentTurn, CallerTurn, unpack

TURNS_KEPT: Final = 32
"""Turns in the window. A number in parts takes a handful; late transcripts come within a few."""
ANOTHER_NUMBER: Final = 7
"""Digits from which what the agent says is another number rather than a part or a count."""
OTHER_DIGITS: Final = 3
"""Digits from which what the caller says besides the candidate is an objection."""

_GIVES_NONE: Final = Intent.DECLINE | Intent.PERSON


class Refused(NamedTuple):
    """An ``update`` or ``extend`` was refused here."""


REFUSED: Final = Refused()
Entry = CallerTurn | AgentTurn | Refused


class Candidate(NamedTuple):
    """The number that consent is about, and how consent to it is judged."""

    number: PhoneNumber
    country_given: bool
    """Its country code may be left unsaid: the caller gave it, or the default region implies it."""
    presume_read: bool
    """The host reports no read-backs, or the policy ignores them: a caller's turn is taken to answer one."""
    accept_unplayed: bool
    """A read-back counts, as unknown, where it was cut nobody knows where."""
    caller_id: PhoneNumber | None = None
    """The number that the host knows the caller to call from."""

    def forms(self) -> frozenset[str]:
        """Return the digit strings that say it whole."""
        return spoken_forms(self.number, country_code_optional=self.country_given)


class Walk(NamedTuple):
    """Consent so far, and what the next steps need to know."""

    consent: Consent = Consent.UNREAD
    code: Code = Code.NOT_READ_BACK
    """What a ``confirm`` is refused with while ``consent`` is not agreed."""
    read: Support = Support.CONTRADICTED
    spoken: str = ""
    """Runs that the agent said since the caller last spoke: a read-back may span utterances."""
    no_to_read_back: bool = False
    """The caller's latest turn was a no to a read-back, and not more."""
    replied: bool = False
    """The caller has spoken since the read-back, whatever the words."""

    def moved(self, fact: Fact) -> "Walk":
        """Take the row of the consent table for ``fact``."""
        row = CONSENT[self.consent, fact]
        consent = row.target or self.consent
        if consent is self.consent and row.code is None:
            return self
        read = Support.CONTRADICTED if consent is Consent.UNREAD else self.read
        return self._replace(consent=consent, code=row.code or self.code, read=read)


START: Final = Walk().moved(Fact.NEW_GENERATION)


def step(walk: Walk, entry: Entry, candidate: Candidate) -> Walk:
    """Return the walk behind ``entry``."""
    if isinstance(entry, Refused):
        return walk.moved(Fact.CLAIM_REFUSED)._replace(spoken="")
    if isinstance(entry, AgentTurn):
        return _agent_step(walk, entry, candidate)
    if candidate.presume_read and walk.consent is Consent.UNREAD:
        walk = walk.moved(Fact.READ_BACK)._replace(read=Support.UNKNOWN)
    fact = caller_fact(entry, candidate)
    begun = walk.consent is not Consent.UNREAD or _says_part(walk.spoken, candidate)
    bare_no = begun and bool(entry.intents & Intent.NO) and not entry.intents & Intent.DECLINE
    # "yes", "mm-hm" or an echo between two parts of a read-back
    spoken = walk.spoken if fact in (Fact.AGREES, Fact.UNCLEAR, Fact.SAYS_PART) else ""
    return walk.moved(fact)._replace(spoken=spoken, no_to_read_back=bare_no, replied=True)


def caller_fact(turn: CallerTurn, candidate: Candidate) -> Fact:
    """Return what a caller's turn means for ``candidate``."""
    if turn.objects or _means_another(turn, candidate):
        return Fact.OBJECTS
    same = stray = part = False
    if turn.numbers or turn.calling_code:
        number = candidate.number
        if turn.calling_code not in ("", number.calling_code):
            return Fact.OBJECTS
        forms = candidate.forms() if turn.numbers else frozenset()
        for readings, extension in unpack(turn.numbers):
            if extension is not None and extension != number.extension:
                return Fact.OBJECTS
            several = any(len(reading) >= OTHER_DIGITS for reading in readings)
            if _whole(readings, forms):
                same = True
            elif _piece(readings, forms):
                part |= several
            elif several:
                return Fact.OBJECTS
            else:
                stray = True
    if not turn.words_known:
        return Fact.WORDS_UNKNOWN
    if not stray and (turn.intents.agree or (same and not turn.intents & Intent.HEDGE)):
        return Fact.AGREES
    if part:
        return Fact.SAYS_PART
    return Fact.TALKS if turn.long else Fact.UNCLEAR


def _means_another(turn: CallerTurn, candidate: Candidate) -> bool:
    """Return whether "the number I am calling from" is not the candidate, or nobody knows and no yes comes with it."""
    if not turn.intents & Intent.CALLER_ID or candidate.caller_id == candidate.number:
        return False
    return candidate.caller_id is not None or not turn.intents & Intent.YES


def _agent_step(walk: Walk, turn: AgentTurn, candidate: Candidate) -> Walk:
    if turn.overlong:
        return walk.moved(Fact.OTHER_NUMBER)._replace(spoken="")
    before, new = walk.spoken.split(), turn.numbers.split()
    fact, carried = _agent_fact(before, new, candidate)
    if fact is Fact.SMALL_TALK and walk.consent is not Consent.UNREAD:
        # Another number may also come in halves.
        both = list(unpack(" ".join((*before, *new))))
        fact = Fact.OTHER_NUMBER if _another(both, candidate.forms()) else fact
    if not turn.whole:
        carried = ""  # what may not have been played is no half of a read-back
        if fact is Fact.READ_BACK and not candidate.accept_unplayed:
            fact = Fact.SMALL_TALK
    walk = walk.moved(fact)
    if fact is Fact.READ_BACK:
        walk = walk._replace(read=Support.SEEN if turn.whole else Support.UNKNOWN, replied=False)
    return walk._replace(spoken=carried)


def _agent_fact(before: list[str], new: list[str], candidate: Candidate) -> tuple[Fact, str]:
    """Return what the runs ``new`` mean behind those ``before``, and what a next utterance may continue."""
    forms, extension = candidate.forms(), candidate.number.extension
    heard = list(unpack(" ".join((*before, *new))))
    end = len(before)  # behind the last run that is accounted for
    read, others = False, False
    for last in range(len(before), len(heard)):
        for first in range(last, (end if read else 0) - 1, -1):
            said, said_extension = _joined(heard[first : last + 1], extension)
            if len(said[0]) > RUN_DIGITS:
                break
            if _whole(said, forms) and said_extension == extension:
                others |= _another(heard[end:first], forms)
                read, end = True, last + 1
                break
    others |= _another(heard[end:], forms)
    if others or any(said not in (None, extension) for _, said in heard[len(before) :]):
        return Fact.OTHER_NUMBER, ""
    if read:
        return Fact.READ_BACK, ""
    carried: list[str] = []
    for run in reversed((*before, *new)):
        if len("".join((run, *carried))) > RUN_DIGITS:
            break
        carried.insert(0, run)
    return Fact.SMALL_TALK, " ".join(carried)


def _joined(
    heard: list[tuple[tuple[str, ...], str | None]], extension: str | None
) -> tuple[tuple[str, ...], str | None]:
    """Return consecutive runs as one; a last run that is the extension's digits counts as the extension."""
    *body, (last, said) = heard
    if said is None and extension is not None and body and extension in last:
        last, said = ("",), extension
    said = said or next((other for _, other in body if other), None)
    joined = [""]
    for readings in (*(readings for readings, _ in body), last):
        joined = [head + tail for head in joined for tail in readings or ("",)][:8]
    return tuple(joined), said


def _says_part(spoken: str, candidate: Candidate) -> bool:
    forms = candidate.forms() if spoken else frozenset()
    return any(
        len(readings[0]) >= OTHER_DIGITS and _piece(readings, forms) for readings, _ in unpack(spoken) if readings
    )


def parts_said(spoken: str, parts: Sequence[str]) -> int:
    """Return how many of ``parts`` (digits) the runs ``spoken`` end with: in order, whole, the first one first."""
    heard = list(unpack(spoken))
    digits = [part.lstrip("+") for part in parts]
    for first in range(len(heard)):
        said, _ = _joined(heard[first:], None)
        for count in range(len(digits) - 1, 0, -1):
            if any(reading.lstrip("+") == "".join(digits[:count]) for reading in said):
                return count
    return 0


def _another(heard: list[tuple[tuple[str, ...], str | None]], forms: frozenset[str]) -> bool:
    """Return whether ``heard`` says a number that is no piece of ``forms``."""
    if not heard:
        return False
    singles = any(
        min(map(len, readings)) >= ANOTHER_NUMBER and not _piece(readings, forms) for readings, _ in heard if readings
    )
    joined, _ = _joined(heard, None)
    return singles or (len(joined[0]) >= ANOTHER_NUMBER and not _piece(joined, forms))


def _whole(readings: tuple[str, ...], forms: frozenset[str]) -> bool:
    return not forms.isdisjoint(readings)


def _piece(readings: tuple[str, ...], forms: frozenset[str]) -> bool:
    return any(reading in form for reading in readings for form in forms)


def _says_digits(turn: Entry) -> bool:
    """Return whether ``turn`` is the agent's and holds enough digits to be meant as a number."""
    if not isinstance(turn, AgentTurn):
        return False
    return any(len(reading) >= OTHER_DIGITS for readings, _ in unpack(turn.numbers) for reading in readings)


class Evidence:
    """The window of turns and the walk over it; bounded by the constants above."""

    __slots__ = ("base", "begun", "cut", "mark", "start", "turns", "walk")

    def __init__(self) -> None:
        self.turns: list[Entry] = []
        self.mark = 0
        """Where the words since the last candidate begin."""
        self.start = 0
        """Where consent begins: there, or later, where something was taken back since."""
        self.begun = 0
        """Where the window stood when that candidate was taken: the words between were there to choose from."""
        self.base = START
        """Consent at ``start``, or at the window's start where that has left it."""
        self.walk = START
        self.cut = False
        """Some utterance was longer than what is looked at."""

    def add(self, entry: Entry, candidate: Candidate | None, *, over: bool = False) -> None:
        """Take in the next entry; a caller's turn whose id is known fills its place instead.

        ``over``: the capture has ended, and what it ended on stays as it was.
        """
        if isinstance(entry, CallerTurn) and entry.id is not None:
            known = self.known(entry.id)
            if known is not None:
                self.turns[self.turns.index(known)] = entry._replace(modality=entry.modality or known.modality)
                if not over:
                    self._walk_again(candidate)
                return
        self.turns.append(entry)
        if candidate is not None:
            self.walk = step(self.walk, entry, candidate)
        elif isinstance(entry, CallerTurn) and not over:
            self.walk = START
        if len(self.turns) > TURNS_KEPT:
            oldest = self.turns.pop(0)
            self.mark = max(self.mark - 1, 0)
            self.begun = max(self.begun - 1, 0)
            if self.start:
                self.start -= 1
            elif candidate is not None:
                self.base = step(self.base, oldest, candidate)

    def known(self, id: str | None) -> CallerTurn | None:
        """Return the caller's turn in the window that has this id."""
        turns = (turn for turn in self.turns if isinstance(turn, CallerTurn) and turn.id is not None)
        return next((turn for turn in turns if turn.id == id), None)

    def begin(self, candidate: Candidate | None, mark: int) -> None:
        """Begin a generation: consent starts anew and walks from ``mark``; ``None`` where nothing is in hand."""
        self.mark = mark
        self.start = max(mark, self.start)
        self.begun = len(self.turns)
        self.base = START
        self._walk_again(candidate)

    def _walk_again(self, candidate: Candidate | None) -> None:
        walk = self.base
        if candidate is not None:
            for place in range(self.start, len(self.turns)):
                walk = step(walk, self.turns[place], candidate)
        self.walk = walk

    def void(self, *, all_of_it: bool = False) -> None:
        """End consent to what was in hand; the words since the last candidate stay what they are.

        What was read back or agreed to before counts for no later number, though the caller may have given it
        before, too. A read-back in the same breath does, but for ``all_of_it``.
        """
        self.base = START
        self.walk = START._replace(no_to_read_back=self.walk.no_to_read_back)
        self.start = len(self.turns) if all_of_it else max(self.start, self.behind_caller)

    def void_part(self) -> None:
        """End what was in hand as ``void`` does; what the caller said before a plain no to it is taken back, too."""
        for place in range(len(self.turns) - 1, self.mark, -1):
            turn = self.turns[place]
            if isinstance(turn, CallerTurn) and turn.takes_back:
                self.mark = place
                break
        self.void()

    @property
    def behind_caller(self) -> int:
        """The place behind the caller's last turn in the words since the last candidate, or where these begin."""
        places = range(len(self.turns) - 1, self.mark - 1, -1)
        return next((place + 1 for place in places if isinstance(self.turns[place], CallerTurn)), self.mark)

    def next_part(self, parts: Sequence[str], *, silent: bool) -> tuple[int, bool]:
        """Return which of ``parts`` a read-back in parts is at, and whether the caller went along with the one before.

        Where they did not, or were ``silent``, it begins again: a part said twice in a row would be another number.
        """
        if self.walk.consent is not Consent.UNREAD:
            return len(parts) - 1, False  # all of them were said, and the answer to the whole is due
        said = parts_said(self.walk.spoken, parts)
        answer = self.turns[-1] if self.turns else None
        if isinstance(answer, AgentTurn) and not silent:
            return max(said - 1, 0), False  # it is being said
        goes_along = isinstance(answer, CallerTurn) and (
            answer.intents.agree or bool(answer.intents & Intent.UNCLEAR) or bool(answer.numbers)
        )
        return (said, said > 0) if goes_along and not silent else (0, False)

    @property
    def digits_said(self) -> bool:
        """Whether what was said last is a number by the agent, recorded or not."""
        return bool(self.turns) and _says_digits(self.turns[-1])

    @property
    def answers_digits(self) -> bool:
        """Whether the caller's latest turn comes right behind a number by the agent, recorded or not."""
        turns = self.turns
        place = next((place for place in range(len(turns) - 1, 0, -1) if isinstance(turns[place], CallerTurn)), 0)
        return place > 0 and _says_digits(turns[place - 1])

    @property
    def refused_since_caller(self) -> int:
        """How many claims were refused since the caller's latest turn."""
        return self.turns[self.behind_caller :].count(REFUSED)

    def not_taken(self, forms: frozenset[str]) -> str:
        """Return the numbers of the caller's latest turn that are no piece of ``forms``, as a list.

        Nothing where the host records them itself, as keys, or where the caller wants to give none.
        """
        turn = self.latest
        if turn is None or turn.modality == "keypad" or turn.intents & _GIVES_NONE:
            return ""
        said = [readings for readings, _ in unpack(turn.numbers) if readings and len(readings[0]) >= OTHER_DIGITS]
        return ", ".join(readings[0] for readings in said if not _piece(readings, forms))

    @property
    def latest(self) -> CallerTurn | None:
        """The caller's latest turn in the window."""
        for turn in reversed(self.turns):
            if isinstance(turn, CallerTurn):
                return turn
        return None
