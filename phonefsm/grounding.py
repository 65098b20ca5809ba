# SPDX-License-Identifier: Apache-2.0
"""Whether the caller gave what a model claims.

The caller's words are the source; the model's argument is a claim.
"""

from typing import Final

import phonenumbers

from phonefsm.evidence import Evidence
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
from phonefsm.speech import Intent, has_lexicon, runs
from phonefsm.table import Code, State, Trigger
from phonefsm.turns import CallerTurn
from phonefsm.words import Words, read_reading, words_since

PIECES: Final = 4
"""Pieces of what was said that a claim may be put together from; a number is spoken in three or four groups."""
PIECE_DIGITS: Final = 3
"""Digits from which a piece counts wherever it was said; fewer prove nothing, as any number holds them."""
ACCOUNT: Final = 60
"""Characters of what was heard that a refusal repeats."""
STEPS: Final = 500
"""Tries at composing a claim. Real claims take a dozen; past this the claim counts as not heard."""

_DOUBT: Final = Intent.DECLINE | Intent.PERSON | Intent.HEDGE | Intent.WHY | Intent.WAIT | Intent.CALLER_ID
"""What makes a typed number one to ask about, in the very words that give it."""


class Ground:
    """Weighs a claim on the caller's words, which are gone over at most once."""

    __slots__ = ("_words", "caller_id", "evidence", "policy", "rule", "session", "source")

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

    def account(self, *, again: bool = False) -> str:
        """Return the digits that were heard, as a list for the model.

        ``again``: those that it may send now, which are the part in hand with what the latest turn adds to it.
        """
        if again and not self.words.wholes:
            return self._added()[:ACCOUNT]
        said = [stretch.digits for stretch in self.words.stretches if stretch.parts]
        said += [str(number) for number in sorted(self.words.numbers, key=str)]
        return ", ".join(said)[:ACCOUNT]

    def _added(self) -> str:
        words, part = self.words, self.session.part
        latest = "".join(readings[0] for readings, turn in words.stretches[-1].parts if turn == words.latest)
        return latest if latest.startswith(part) else part + latest

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
        # Without "+" the digits are those of a number at home, though they may make one abroad, too.
        at_home = code == default and (said == code + national or said.lstrip("0") == national)
        if said != number.e164 and not at_home:
            return None
        return Claim(
            number=number,
            support=Support.SEEN,
            by_voice=turn.modality != "text",
            since=place + 1,
            needs_confirmation=self._doubtful(place, place),
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
        if number is not None and PhoneNumber(number.e164) in words.numbers and self._extension_heard(number):
            return self._claim(number, words.latest)
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
                claim.needs_confirmation |= number is None or number.e164 != only.e164
                return claim
        if number is not None:
            seen = self._number_composed(number)
            claim = self._claim(number, words.latest, seen=seen)
            claim.needs_confirmation = True
            return claim
        return self._no_number(trigger, text, digits, exact)

    def _no_number(self, trigger: Trigger, text: str, digits: str, exact: int) -> Claim:
        session, words = self.session, self.words
        # Pieces of the candidate alone are nothing that the caller said: such a claim may not void it.
        seen = words.latest >= 0 and (exact >= 0 or self._composed(digits.lstrip("+"), whole=True))
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
        since = turn + 1 if turn >= 0 else self.evidence.behind_caller
        given = number is None or self._country_given(number)
        return Claim(
            number=number,
            support=Support.SEEN if seen else unseen,
            since=since,
            by_voice=not words.typed,
            country_given=given,
            counts=not self._adds(number),
            needs_confirmation=not (seen and given and words.numbers == {number} and turn == words.latest)
            or self._doubtful(turn, turn if number is None else words.first_of(number, turn)),
        )

    def _doubtful(self, place: int, first: int) -> bool:
        """Return whether the turn at ``place`` gave its number with a doubt, or one since ``first`` took it back.

        It is in doubt, too, where it was passed over for the candidate before.
        """
        turns = self.evidence.turns
        if 0 <= first < self.evidence.begun:
            return True
        earlier = turns[self.evidence.mark : first] if first < place else []
        if first < place and self.session.generation:
            return True  # parts beside other digits may be put together wrongly
        if any(isinstance(turn, CallerTurn) and (turn.numbers or turn.corrections) for turn in earlier):
            return True
        giving = turns[place] if place >= 0 else None
        if isinstance(giving, CallerTurn) and (giving.overlong or (giving.intents and giving.intents & _DOUBT)):
            return True
        for at in range(first + 1, len(turns)):
            turn = turns[at]
            if at != place and isinstance(turn, CallerTurn) and (turn.objects or not turn.words_known):
                return True
        return False

    def _adds(self, number: PhoneNumber | None) -> bool:
        """Return whether ``number`` completes the part in hand."""
        part = self.session.part
        return (
            bool(part)
            and number is not None
            and any(form.startswith(part) for form in spoken_forms(number, country_code_optional=True))
        )

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
        said = {reading for reading, _ in self.words.said} | {stretch.digits for stretch in self.words.stretches}
        if any(reading.startswith(f"+{code}") for reading in said):
            return True
        if not said.isdisjoint({f"00{code}{national}", f"011{code}{national}"}):
            return True
        # Without a prefix the same digits may be a number at home.
        return code + national in said and not self._is_other(code + national, number)

    def _needs_confirmation(self, claim: Claim) -> bool:
        policy, session = self.policy, self.session
        if session.state is State.PENDING_CONFIRMATION:
            return True
        if policy.require_confirmation is not None:
            return policy.require_confirmation
        return claim.needs_confirmation or claim.by_voice or session.always_confirm or claim.support != Support.SEEN

    def _number_composed(self, number: PhoneNumber) -> bool:
        forms = {form.lstrip("+") for form in spoken_forms(number, country_code_optional=True)}
        if not self._country_given(number) and any(self._is_other(form, number) for form in forms):
            return False  # the caller who said these digits said a number at home
        return self._extension_heard(number) and any(map(self._composed, forms))

    def _is_other(self, digits: str, number: PhoneNumber) -> bool:
        """Return whether ``digits``, said without a prefix, are another usable number than ``number``."""
        found = read(digits, self.policy)
        return isinstance(found, PhoneNumber) and found.e164 != number.e164

    def _extension_heard(self, number: PhoneNumber) -> bool:
        """Return whether the extension was given as one, or as the last digits; none at all needs no giving."""
        if number.extension is None:
            return True
        previous = self.session.number
        stretches = self.words.stretches
        return (
            number.extension in self.words.extensions
            or (previous is not None and number.extension == previous.extension)
            or any(stretch.digits.endswith(number.extension) for stretch in stretches)
        )

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
