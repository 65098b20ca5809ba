# SPDX-License-Identifier: Apache-2.0
"""``PhoneCapture``: one attempt to get one phone number from one caller. Events in, replies out.

Sans-I/O: no clock, no network, no randomness. Events must come in the order in which they were heard, from one
thread at a time.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self

from phonefsm.batch import CALLS_KEPT, Answered, Request, call_key, priority, reply_to, request_of, short_id
from phonefsm.checks import Observation, checks_for, observations
from phonefsm.dues import Dues
from phonefsm.errors import ConversationError, PolicyError
from phonefsm.evidence import REFUSED, Candidate, Evidence, Walk
from phonefsm.grounding import Ground
from phonefsm.instructions import Instructions
from phonefsm.ladder import Rung, ladder
from phonefsm.machine import MACHINE, Call, Session
from phonefsm.number import PhoneNumber, read
from phonefsm.outcome import Completed, Declined, Escalated, Outcome, Receipt
from phonefsm.policy import CapturePolicy, Support, default_policy, passes
from phonefsm.prompts import (
    ERRORS,
    QUOTES_LINE,
    NextLine,
    Situation,
    check_wording,
    instructions_for,
    not_heard_detail,
    nudge_text,
    parts_of,
    prompt_for,
    reminder_text,
    reply_text,
)
from phonefsm.snapshot import EntryData, ReplyData, Snapshot, WalkData
from phonefsm.speech import Intent, Part, claims_saved, has_lexicon
from phonefsm.table import FINAL, OPEN, TOOLS, Code, Consent, Effect, Row, State, Trigger
from phonefsm.tools import MAX_REASON, Tool, ToolCall, ToolReply, offered
from phonefsm.turns import MAX_TEXT, RUN_DIGITS, CallerTurn, Modality, agent_turn, caller_turn

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_IN_HAND: Final = (State.PENDING_CONFIRMATION, State.COMPLETED)
_CHANGES_NOTHING: Final = (Effect.REFUSE, Effect.KEEP)
_KEYS: Final = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Listening:
    """Hints for the host's ears."""

    digits: bool
    """Digits are to be expected."""
    patience: float
    """Seconds of silence to allow before a turn counts as over; people pause within numbers."""
    keypad: bool
    """Keys may be pressed."""


_PATIENCE: Final = {State.ASKING: 1.5, State.COLLECTING: 2.5, State.PENDING_CONFIRMATION: 1.0}


def _pressed(keys: str) -> str:
    digits: list[str] = []
    for key in keys[:MAX_TEXT]:
        if key == "#" and digits:
            break  # what comes behind the end belongs to no entry
        if key == "*":
            del digits[-1:]
        elif key in _KEYS:
            digits.append(key)
    return "".join(digits[:RUN_DIGITS])


@cache
def _default_logger() -> "FilteringBoundLogger":
    import structlog  # here: its development renderer brings half of a terminal library

    logger: FilteringBoundLogger = structlog.get_logger()
    return logger


def _known_number(text: str | None, policy: CapturePolicy) -> PhoneNumber | None:
    """Return the number that the host knows, or ``None`` where the policy would not take it anyway."""
    number = None if text is None else read(text, policy)
    return number if isinstance(number, PhoneNumber) else None


def _clean(text: str) -> str:
    """Return ``text`` without what JSON cannot hold."""
    return text.encode("utf-8", "replace").decode()


class PhoneCapture:
    """One capture.

    Args:
        policy: what the host decided; without one the defaults, with ``default_region`` and ``language`` as given.
        default_region: the country of numbers given without a country code (``US``).
        language: the caller's language (``en``).
        history: earlier turns of the conversation, as lines of a conversation file:
            ``{"user": "text", "modality": "audio"}`` or ``{"agent": "text"}``.
        caller_id: the number that the caller calls from, if the host knows it; it counts once the caller refers
            to it.
        observes: what the host reports, of ``Observation``; ``None``: everything.
        logger: a structlog logger; ``None``: structlog's default.

    Raises:
        PolicyError: both a policy and its fields are given, or one does not hold.
        ConversationError: a line of ``history`` does not hold.
    """

    __slots__ = (
        "_caller_id",
        "_checks",
        "_dues",
        "_evidence",
        "_log",
        "_observes",
        "_policy",
        "_reason",
        "_replies",
        "_session",
    )

    def __init__(
        self,
        policy: CapturePolicy | None = None,
        *,
        default_region: str | None = None,
        language: str | None = None,
        history: Iterable[Mapping[str, Any]] = (),
        caller_id: str | None = None,
        observes: Iterable[str] | None = None,
        logger: "FilteringBoundLogger | None" = None,
    ) -> None:
        given = {"default_region": default_region, "language": language}
        given = {name: value for name, value in given.items() if value is not None}
        if policy is None:
            policy = CapturePolicy.load(given) if given else default_policy()
        elif given:
            raise PolicyError(f"{next(iter(given))}: give it in the policy, or no policy")
        if policy.wording:
            check_wording(policy)
        self._policy = policy
        self._observes = observations(observes)
        self._checks = checks_for(policy.evidence, policy.language, self._observes)
        self._caller_id = _known_number(caller_id, policy)
        self._log = _default_logger() if logger is None else logger
        self._session = Session()
        self._evidence = Evidence()
        self._replies: tuple[Answered, ...] = ()
        self._reason: str | None = None
        self._dues = Dues()
        for place, line in enumerate(history, 1):
            self._earlier(line, place)
        self._dues = Dues()  # what was "saved" or left out before this capture began was something else

    def __copy__(self) -> Self:
        """Return an independent capture that stands where this one does, for trying what would come of something."""
        other = object.__new__(type(self))
        for name in PhoneCapture.__slots__:
            setattr(other, name, getattr(self, name))
        other._session = copy(self._session)
        other._evidence = copy(self._evidence)
        other._evidence.turns = self._evidence.turns.copy()
        other._dues = copy(self._dues)
        return other

    # What happened.

    def user_said(self, text: str | None, modality: Modality | None = None, id: str | None = None) -> None:
        """Take in what the caller said. ``None``: spoke, and the words follow under the same ``id`` or never.

        A turn whose ``id`` is known takes the place of the first one, so a late transcript counts where it was
        spoken.
        """
        if text is not None and not isinstance(text, str):
            raise TypeError(f"text is a str or None, not {type(text).__name__}")
        if modality not in ("audio", "text", "keypad", None):
            raise ValueError(f"modality is 'audio', 'text', 'keypad' or None, not {modality!r}")
        policy = self._policy
        turn = caller_turn(
            text, language=policy.language, region=policy.default_region, modality=modality, id=short_id(id)
        )
        self._evidence.cut |= turn.overlong
        self._caller_turn(turn)

    def agent_said(self, text: str, *, interrupted: bool | None = False) -> None:
        """Take in what the agent said and was really played.

        ``interrupted=True``: it was cut, and ``text`` is what was played of it. ``None``: it was cut and nobody
        knows where, so it proves no read-back.
        """
        if not isinstance(text, str):
            raise TypeError(f"text is a str, not {type(text).__name__}")
        language = self._policy.language
        turn = agent_turn(text, language=language, played=interrupted is not None)
        self._evidence.cut |= turn.overlong
        if self._session.state in OPEN and text.strip():
            saved = has_lexicon(language) and claims_saved(text[:MAX_TEXT], language=language)
            self._dues.model_spoke(saved=saved, digits=bool(self._not_taken()))
        if turn.numbers or turn.overlong:
            self._evidence.add(turn, self._candidate())

    def tools_called(self, *calls: ToolCall) -> list[ToolReply]:
        """Decide over the calls of one model generation and return a reply for each, in their order.

        The batch is a unit: its order does not matter, except for the digits of several ``extend`` calls.
        """
        if calls:
            self._dues.model_called()
        return [reply_to(call, answered) for call, answered in zip(calls, self._batch(calls), strict=True)]

    def keys_pressed(self, keys: str) -> ToolReply:
        """Take in one finished keypad entry and fire what it means.

        ``*`` erases the key before it and ``#`` ends the entry. While a number waits for an answer ``1`` agrees
        and ``2`` rejects; any other entry is a number, or the next digits of one. One without digits is silence.
        """
        if not isinstance(keys, str):
            raise TypeError(f"keys is a str, not {type(keys).__name__}")
        digits = _pressed(keys)
        if not digits:
            return self.user_silent()
        pending = self._session.state is State.PENDING_CONFIRMATION
        answer = {"1": (Intent.YES, Trigger.CONFIRM), "2": (Intent.NO, Trigger.REJECT)}.get(digits) if pending else None
        if answer is not None:
            intent, trigger = answer
            self._caller_turn(CallerTurn(intents=intent, modality="keypad"))
            return self._host(trigger)
        self._caller_turn(CallerTurn(numbers=digits, modality="keypad"))
        trigger = Trigger.EXTEND if self._session.state is State.COLLECTING else Trigger.UPDATE
        return self._host(trigger, digits)

    def user_silent(self) -> ToolReply:
        """Take in that the caller said nothing where an answer was due."""
        return self._host(Trigger.NO_INPUT)

    def reopen(self) -> ToolReply:
        """Take the end back: the caller wants to change a finished capture."""
        return self._host(Trigger.REOPEN)

    # What is so.

    @property
    def policy(self) -> CapturePolicy:
        """The policy of this capture."""
        return self._policy

    @property
    def observes(self) -> frozenset[Observation]:
        """What the host reports."""
        return self._observes

    @property
    def standing(self) -> tuple[Session, Evidence]:
        """All that guards read, for proofs: look, do not touch."""
        return self._session, self._evidence

    @property
    def state(self) -> State:
        """Where the capture stands."""
        return self._session.state

    @property
    def consent(self) -> Consent:
        """How far agreement to the candidate in hand has come."""
        return self._evidence.walk.consent if self._session.state in _IN_HAND else Consent.UNREAD

    @property
    def generation(self) -> int:
        """The count of candidates, voided ones included."""
        return self._session.generation

    @property
    def number(self) -> PhoneNumber | None:
        """The number in hand: pending or completed."""
        return self._session.number if self._session.state in _IN_HAND else None

    @property
    def part(self) -> str:
        """The digits in hand while a number comes in parts."""
        return self._session.part

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools to show to the model; every tool may be called in every state all the same."""
        return offered(self._session.state, handover=self._policy.handover)

    @property
    def rung(self) -> Rung:
        """How the number is to be asked for and read back, after all that went wrong so far."""
        return self._rung(self._ladder(), self._session.failures)

    @property
    def part_due(self) -> int | None:
        """Which part of the number is to be said next, from 0, while it is read back in parts; else ``None``."""
        now = self._situation()
        return now.place if now.parts else None

    @property
    def instructions(self) -> Instructions:
        """What to tell the model in this state, for audio and for text."""
        return instructions_for(self._situation(), self._policy)

    @property
    def prompt(self) -> Instructions:
        """What to say next, for a host that has no model."""
        return prompt_for(self._situation(), self._policy)

    @property
    def listening(self) -> Listening:
        """Hints for the host's ears in this state."""
        state = self._session.state
        return Listening(
            digits=state in (State.ASKING, State.COLLECTING),
            patience=_PATIENCE.get(state, 1.0),
            keypad=self._policy.keypad and state in OPEN,
        )

    @property
    def nudge(self) -> str | None:
        """What to tell a model that said "saved" and called nothing since the caller spoke; else ``None``."""
        return nudge_text(self._session.state) if self._dues.claimed else None

    @property
    def reminder(self) -> str | None:
        """What to tell a model that spoke and called nothing since the caller spoke, if it should have; else ``None``.

        It should have where it said "saved" (``nudge``), and where the caller's latest turn gave digits.
        """
        return self.nudge or (reminder_text(self._session.state, self._not_taken()) if self._dues.spoke else None)

    @property
    def call_due(self) -> bool:
        """Whether the model's next turn should be a tool call, for hosts that can ask for one (``tool_choice``).

        It should where the caller has agreed to the number, and where the caller's latest turn gave digits that the
        model left out or got wrong; got wrong twice in a turn, it had better ask. A model that left digits out once
        is asked for a call at once from then on.
        """
        left_out = self._dues.forgot and not self._dues.called and bool(self._not_taken())
        return self._has_agreed() or left_out or self._may_send_again()

    @property
    def outcome(self) -> Outcome | None:
        """How the capture ended, or ``None`` while it is open."""
        session = self._session
        if session.state is State.COMPLETED and session.number is not None:
            return Completed(session.number, self.receipt)
        if session.state is State.DECLINED:
            return Declined(self._reason or "", self.receipt)
        if session.state is State.ESCALATED:
            return Escalated(str(session.code or ""), self.receipt)
        return None

    @property
    def receipt(self) -> Receipt:
        """The evidence so far, masked."""
        session, number = self._session, self.number
        read_back, agreement = self._agreement()
        if number is None or (session.state is State.COMPLETED and not session.confirmed):
            read_back = agreement = Support.UNKNOWN
        return Receipt(
            state=session.state,
            code=session.code,
            generation=session.generation,
            region=number.region if number else None,
            digits=sum(char.isdigit() for char in str(number)) if number else 0,
            heard=session.number_heard or Support.UNKNOWN if number else Support.UNKNOWN,
            read_back=read_back,
            agreement=agreement,
            confirmation=session.state is State.COMPLETED and session.confirmed,
            attempts=session.attempts,
            rejections=session.rejections,
            refusals=session.refusals,
            silences=session.silences,
            observes=tuple(sorted(self._observes)),
            cut=self._evidence.cut,
        )

    # What outlives the process.

    def snapshot(self) -> Snapshot:
        """Return all that this capture needs to go on elsewhere; ``restore`` takes it up."""
        session, evidence, number = self._session, self._evidence, self._session.number
        return Snapshot(
            state=session.state,
            generation=session.generation,
            number=number.e164 if number else None,
            extension=number.extension if number else None,
            number_heard=session.number_heard,
            country_given=session.country_given,
            confirmed=session.confirmed,
            part=session.part,
            attempts=session.attempts,
            rejections=session.rejections,
            silences=session.silences,
            refusals=session.refusals,
            candidates=session.candidates,
            always_confirm=session.always_confirm,
            code=session.code,
            reason=self._reason,
            caller_id=str(self._caller_id) if self._caller_id else None,
            observes=tuple(sorted(self._observes)),
            turns=tuple(map(EntryData.of, evidence.turns)),
            mark=evidence.mark,
            begun=evidence.begun,
            start=evidence.start,
            base=WalkData(**evidence.base._asdict()),
            walk=WalkData(**evidence.walk._asdict()),
            cut=evidence.cut,
            **asdict(self._dues),
            replies=tuple(
                ReplyData(**answered._replace(line=str(answered.line))._asdict()) for answered in self._replies
            ),
        )

    @classmethod
    def restore(
        cls,
        snapshot: Snapshot | str | bytes | Mapping[str, Any],
        policy: CapturePolicy | None = None,
        *,
        logger: "FilteringBoundLogger | None" = None,
    ) -> Self:
        """Return a capture that goes on where ``snapshot`` was taken, under the same ``policy``.

        Raises:
            SnapshotError: the snapshot is damaged, does not hold together, or comes from a newer version.
        """
        data = Snapshot.load(snapshot)
        capture = cls(policy, observes=data.observes, logger=logger)
        number = PhoneNumber(data.number, data.extension) if data.number else None
        capture._session = Session(
            number=number,
            **{name: getattr(data, name) for name in Session.__slots__ if name != "number"},
        )
        evidence = capture._evidence
        evidence.turns = [entry.entry() for entry in data.turns]
        evidence.mark, evidence.begun, evidence.start = data.mark, data.begun, data.start
        evidence.base = Walk(**dict(data.base))
        evidence.walk = Walk(**dict(data.walk))
        evidence.cut = data.cut
        capture._caller_id = _known_number(data.caller_id, capture._policy)
        capture._reason = data.reason
        capture._dues = Dues(called=data.called, spoke=data.spoke, claimed=data.claimed, forgot=data.forgot)
        capture._replies = tuple(Answered(**dict(reply)) for reply in data.replies)
        return capture

    # How it is decided.

    def _earlier(self, line: Mapping[str, Any], place: int) -> None:
        try:
            match line:
                case {"user": text, **rest} if rest.keys() <= {"modality", "id"}:
                    self.user_said(text, **rest)
                case {"agent": text, **rest} if rest.keys() <= {"interrupted"}:
                    self.agent_said(text, **rest)
                case _:
                    raise ConversationError("history: neither a user's nor an agent's turn", line=place)
        except (TypeError, ValueError) as error:
            if isinstance(error, ConversationError):
                raise
            raise ConversationError(f"history: {error}", line=place) from None

    def _caller_turn(self, turn: CallerTurn) -> None:
        over = self._session.state in FINAL
        if self._evidence.known(turn.id) is None:  # else its words come late, and the model has answered it
            self._dues.caller_spoke()
        self._evidence.add(turn, self._candidate(), over=over)
        if not over:
            self._session.silences = 0
            self._session.code = None

    def _candidate(self) -> Candidate | None:
        session = self._session
        if session.state is not State.PENDING_CONFIRMATION or session.number is None:
            return None
        checks = self._checks
        return Candidate(
            session.number,
            session.country_given,
            presume_read=checks.presume_read,
            accept_unplayed=passes(checks.read_back, Support.UNKNOWN),
            caller_id=self._caller_id,
        )

    def _agreement(self) -> tuple[Support, Support]:
        """Return how far the read-back and the agreement to the candidate were seen."""
        walk = self._evidence.walk
        read, agreed = walk.read, Support.CONTRADICTED
        if walk.consent is Consent.UNREAD and not self._checks.sees_agent:
            read = Support.UNKNOWN
        if walk.consent is Consent.AGREED:
            agreed = Support.SEEN
        elif walk.code not in (Code.OBJECTED, Code.UNCLEAR) and not self._checks.sees_caller:
            # A second ear may miss words, but it knows that nobody spoke at all.
            silent = Observation.TRANSCRIPT in self._observes and not walk.replied
            agreed = Support.CONTRADICTED if silent else Support.UNKNOWN
        return read, agreed

    def _agreed(self) -> bool:
        read, agreed = self._agreement()
        return passes(self._checks.read_back, read) and passes(self._checks.agreement, agreed)

    def _has_agreed(self) -> bool:
        """Return whether the caller was heard to agree to the number in hand, before the model has to answer."""
        # A second ear's words come behind the answer to them.
        return self.consent is Consent.AGREED and self._session.state in OPEN and self._checks.sees_caller

    def _not_taken(self) -> str:
        """Return the digits of the caller's latest turn that are not of the number in hand, as a list."""
        candidate = self._candidate()
        return self._evidence.not_taken(candidate.forms() if candidate is not None else frozenset())

    def _may_send_again(self) -> bool:
        """Return whether the model has just got the digits of the caller's latest turn wrong, and only once."""
        if self._session.code is not Code.NOT_HEARD or self._evidence.refused_since_caller != 1:
            return False
        return bool(self._not_taken()) and len(self._ground().words.numbers) < 2  # of two it has to ask which

    def _decline_contradicted(self) -> bool:
        turn = self._evidence.latest
        if turn is None or not turn.words_known or not self._checks.sees_caller or turn.intents & Intent.DECLINE:
            return False
        no_to_digits = bool(turn.intents & Intent.NO) and self._evidence.answers_digits
        return bool(turn.numbers or turn.corrections) or self._evidence.walk.no_to_read_back or no_to_digits

    def _ground(self) -> Ground:
        return Ground(
            self._evidence,
            self._session,
            self._policy,
            rule=self._checks.heard,
            source=self._checks.sees_caller,
            caller_id=self._caller_id,
        )

    def _batch(self, calls: tuple[ToolCall, ...]) -> list[Answered]:
        answers: dict[int, Answered] = {}
        requests: dict[object, Request] = {}  # by what they ask: equal calls are one request
        by_key: dict[tuple[str, str], Request] = {}
        for place, call in enumerate(calls):
            key = call_key(call)
            known = self._known(key)
            if known is not None:
                answers[place] = known
                continue
            request = by_key.get(key) if key else None
            if request is None:
                asked = request_of(call)
                request = requests.setdefault(asked.identity, asked)
                request.text = min(request.text, asked.text)  # of two reasons the same one in any order
                if key:
                    by_key[key] = request
            request.places.append((place, key))
        fresh = list(requests.values())
        if len(fresh) > 1:
            fresh = self._chosen(sorted(fresh, key=priority))
        for request in fresh:
            code, detail = self._answer(request, alone=len(fresh) == 1)
            now = self._situation()
            speaks = code in QUOTES_LINE and now.state in OPEN and not self._may_send_again()
            line = NextLine(now, self._policy) if speaks else ""
            for place, key in request.places:
                if key is None:
                    answers[place] = Answered("", "", code, now.state, detail, now.rung, line)
                else:
                    answers[place] = Answered(*key, code, now.state, detail, now.rung, line)
                    self._replies = (*self._replies, answers[place])[-CALLS_KEPT:]
        return [answers[place] for place in range(len(calls))]

    def _known(self, key: tuple[str, str] | None) -> Answered | None:
        """Return the first answer to a repeated call."""
        for answer in self._replies if key is not None else ():
            if (answer.id, answer.name) == key:
                return answer
        return None

    def _chosen(self, requests: list[Request]) -> list[Request]:
        """Of different numbers in one batch choose the one that the caller's latest words hold, if they hold one."""
        updates = [request for request in requests if request.trigger is Trigger.UPDATE]
        if len(updates) < 2 or self._session.state in FINAL:
            return requests
        ground = self._ground()
        numbers = {id(request): ground.means(Trigger.UPDATE, request.text) or request.text for request in updates}
        if len(set(numbers.values())) == 1:  # one number, written differently
            for other in updates[1:]:
                updates[0].places.extend(other.places)
            return [request for request in requests if request not in updates[1:]]
        latest = ground.latest_numbers()
        held = [request for request in updates if numbers[id(request)] in latest]
        for request in updates:
            request.chosen = len({numbers[id(other)] for other in held}) == 1 and request is held[0]
        return sorted(requests, key=priority)

    def _answer(self, request: Request, *, alone: bool) -> tuple[Code, str]:
        if request.malformed is not None:
            code: Code = request.malformed.code
            self._log.warning("refusal", trigger=None, state=str(self._session.state), code=str(code))
            if self._session.state in OPEN and self._out_of_refusals():
                code = Code.REFUSALS_EXHAUSTED
            return code, request.malformed.detail or ", ".join(TOOLS)
        return self._fire(request.trigger, request.text, alone=alone, chosen=request.chosen)

    def _host(self, trigger: Trigger, text: str = "") -> ToolReply:
        code, detail = self._fire(trigger, text, by_model=False)
        text = reply_text(code, self._session.state, detail, self.rung)
        return ToolReply(None, trigger.value, text, code in ERRORS, code)

    def _fire(
        self,
        trigger: Trigger,
        text: str = "",
        *,
        alone: bool = True,
        chosen: bool = True,
        by_model: bool = True,
    ) -> tuple[Code, str]:
        """Fire one trigger and bring the evidence in step; return the code and what its text is filled with."""
        session = self._session
        call, ground = Call(limits=self._policy.limits, alone=alone), None
        source = session.state
        if source in OPEN:
            if trigger is Trigger.UPDATE or trigger is Trigger.EXTEND:
                ground = self._ground()
                call.claim = ground.weigh(trigger, text)
                call.claim.chosen = chosen
            elif trigger is Trigger.CONFIRM:
                call.agreed = self._agreed()
            elif trigger is Trigger.DECLINE:
                call.contradicted = self._decline_contradicted()
        MACHINE.events[trigger].trigger(session, call=call)
        row = call.row
        if row is None:
            raise AssertionError("every cell of the table ends unguarded")
        code = self._code(row, call)
        if source in OPEN or trigger is Trigger.REOPEN:
            session.code = code
        self._settle(row, call, text, source, claimed=ground is not None)
        self._note(trigger, source, row, code)
        if by_model and source in OPEN and row.effect in _CHANGES_NOTHING and self._out_of_refusals():
            code = Code.REFUSALS_EXHAUSTED
        return code, self._detail(code, ground)

    def _code(self, row: Row, call: Call) -> Code:
        if row.effect is Effect.VOID:
            return call.claim.problem
        if call.claim.instead and Code.HEARD_INSTEAD in row.codes:
            return Code.HEARD_INSTEAD
        if len(row.codes) > 1 and Code.OBJECTED in row.codes:
            return self._evidence.walk.code
        return row.codes[0]

    def _settle(self, row: Row, call: Call, text: str, source: State, *, claimed: bool) -> None:
        evidence = self._evidence
        match row.effect:
            case Effect.RECORD | Effect.COMPLETE:
                since = call.claim.since
                evidence.begin(self._candidate() if since < len(evidence.turns) else None, since)
            case Effect.REOPEN:
                evidence.void(all_of_it=True)
                self._reason = None
                self._replies = ()  # a reply from before the end would not be true any more
            case Effect.REJECT if source is State.COLLECTING:
                evidence.void_part()
            case Effect.TAKE_PART | Effect.VOID | Effect.REJECT:
                evidence.void()
            case Effect.REFUSE if claimed:
                evidence.add(REFUSED, self._candidate())
            case Effect.END if row.target is State.DECLINED:
                self._reason = _clean(text)[:MAX_REASON]
            case _:
                pass

    def _out_of_refusals(self) -> bool:
        """Count a call that changed nothing; return whether it was one too many."""
        source, call = self._session.state, Call(limits=self._policy.limits)
        MACHINE.events[Trigger.REFUSED].trigger(self._session, call=call)
        if call.row is None or call.row.target is None:
            return False
        self._session.code = Code.REFUSALS_EXHAUSTED
        self._note(Trigger.REFUSED, source, call.row, Code.REFUSALS_EXHAUSTED)
        return True

    def _detail(self, code: Code, ground: Ground | None) -> str:
        if code is Code.PART_RECORDED:
            return self._session.part
        if code is Code.NOT_HEARD and ground is not None:
            again = self._may_send_again()
            return not_heard_detail(ground.account(again=again), self.number, again=again)
        number = self.number
        if number is None:
            return ""
        return number.e164 if number.extension is None else f"{number.e164} ext. {number.extension}"

    def _note(self, trigger: Trigger, source: State, row: Row, code: Code) -> None:
        """Log a transition, refusal or outcome, without a digit of any number."""
        if row.effect is Effect.REFUSE:
            self._log.warning("refusal", trigger=str(trigger), state=str(source), code=str(code))
            return
        target = self._session.state
        self._log.info("transition", trigger=str(trigger), source=str(source), target=str(target), code=str(code))
        if target in FINAL and source in OPEN:
            self._log.info("outcome", state=str(target), code=str(code))

    def _ladder(self) -> tuple[Rung, ...]:
        return ladder(self._policy, in_parts=self._checks.hears_parts)

    def _rung(self, rungs: tuple[Rung, ...], failures: int) -> Rung:
        rung = rungs[failures] if failures < len(rungs) else rungs[-1]
        # Where a second ear heard another number, its digits are what is to be checked.
        return Rung.DIGITS if rung is Rung.GROUPS and self._second_ear_differs() else rung

    def _second_ear_differs(self) -> bool:
        return Observation.TRANSCRIPT in self._observes and self._session.number_heard is Support.UNKNOWN

    def _situation(self) -> Situation:
        session, latest = self._session, self._evidence.latest
        rungs, failures = self._ladder(), session.failures
        rung = self._rung(rungs, failures)
        parts: tuple[Part, ...] = ()
        place, goes_along = 0, False
        if rung is Rung.PARTS and (candidate := self._candidate()) is not None:
            parts = parts_of(candidate.number, self._policy, country_given=candidate.country_given)
            silent = session.code is Code.NO_INPUT
            place, goes_along = self._evidence.next_part([part.digits for part in parts], silent=silent)
        return Situation(
            state=session.state,
            code=session.code,
            number=self.number,
            part=session.part,
            country_given=session.country_given,
            always_confirm=session.always_confirm,
            rung=rung,
            parts=tuple(part.spoken for part in parts),
            place=place,
            goes_along=goes_along,
            failed=failures > 0,
            climbed=failures >= len(rungs),
            attempts=session.attempts,
            agreed=self._has_agreed(),
            intents=latest.intents if latest else Intent.NONE,
            typed=latest is not None and latest.modality == "text",
            spoke=latest is not None and session.code is None,
        )
