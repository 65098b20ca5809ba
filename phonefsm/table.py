# SPDX-License-Identifier: Apache-2.0
"""The truth: states, triggers, rows, consent and codes, as data.

Rules of this file:

1. Whatever decides a transition stands in ``ROWS`` or ``CONSENT_ROWS``. The machine, the lint, the diagrams,
   the documentation and the tests are derived from them; nothing else may move a capture.
2. Rows are tried in order; the first whose guards hold is taken. Every (state, trigger) cell ends in an
   unguarded row, so no cell is undefined. The same holds for every (consent, fact) cell.
3. A guard is named here and computed in ``machine``; it reads, and changes nothing.
4. A final state moves by ``reopen`` alone.
5. A row that refuses keeps the state. The machine then fires ``refused``, which is how refusals run out.
6. The table knows nobody: this module imports nothing of the package.
"""

from enum import StrEnum, auto
from typing import Final, NamedTuple


class State(StrEnum):
    """Where a capture stands. The first three are open, the last three final."""

    ASKING = "asking"
    COLLECTING = "collecting"
    PENDING_CONFIRMATION = "pending_confirmation"
    COMPLETED = "completed"
    DECLINED = "declined"
    ESCALATED = "escalated"


class Trigger(StrEnum):
    """What may happen: the model's six tools, the host's two events, and the machine's own."""

    UPDATE = "update_phone_number"
    EXTEND = "extend_phone_number"
    CONFIRM = "confirm_phone_number"
    REJECT = "reject_phone_number"
    DECLINE = "decline_phone_number_capture"
    ESCALATE = "escalate_phone_number_capture"
    NO_INPUT = "no_input"
    REOPEN = "reopen"
    REFUSED = "refused"
    """Fired by the machine itself after a call that changed nothing: refused, malformed or ``unchanged``."""


class Guard(StrEnum):
    """A named condition of a row; ``machine`` computes it, ``GUARD_TEXTS`` says what it asks."""

    CHOSEN = auto()
    HEARD = auto()
    SAME_NUMBER = auto()
    ATTEMPTS_LEFT = auto()
    USABLE = auto()
    NEEDS_CONFIRMATION = auto()
    PARTIAL = auto()
    ALONE = auto()
    AGREED = auto()
    REJECTIONS_LEFT = auto()
    CONTRADICTED = auto()
    SILENCES_LEFT = auto()
    REFUSALS_LEFT = auto()


class Effect(StrEnum):
    """What a row does to the session besides moving it."""

    REFUSE = auto()
    KEEP = auto()
    RECORD = auto()
    TAKE_PART = auto()
    VOID = auto()
    COMPLETE = auto()
    CONFIRM = auto()
    REJECT = auto()
    END = auto()
    WAIT = auto()
    REOPEN = auto()
    COUNT_REFUSAL = auto()


class Code(StrEnum):
    """What a reply says, for programs; ``prompts.REPLIES`` has what the model reads."""

    RECORDED = auto()
    HEARD_INSTEAD = auto()
    PART_RECORDED = auto()
    UNCHANGED = auto()
    COMPLETED = auto()
    REJECTED = auto()
    DECLINED = auto()
    CALLER_ASKED = auto()
    NO_INPUT = auto()
    REOPENED = auto()

    NOT_A_NUMBER = auto()
    TOO_SHORT = auto()
    TOO_LONG = auto()
    NO_SUCH_NUMBER = auto()
    COUNTRY_NEEDED = auto()
    COUNTRY_NOT_SERVED = auto()
    KIND_NOT_SERVED = auto()
    SHORT_CODE = auto()

    ATTEMPTS_EXHAUSTED = auto()
    REJECTIONS_EXHAUSTED = auto()
    REFUSALS_EXHAUSTED = auto()
    SILENCE = auto()

    NOT_HEARD = auto()
    WHICH_NUMBER = auto()
    NOT_READ_BACK = auto()
    NOT_ANSWERED = auto()
    UNCLEAR = auto()
    OBJECTED = auto()
    NOT_ALONE = auto()
    NOT_DECLINED = auto()
    NOTHING_PENDING = auto()
    FINISHED = auto()
    NOT_FINISHED = auto()
    UNKNOWN_TOOL = auto()
    INVALID_ARGUMENTS = auto()


OPEN: Final = (State.ASKING, State.COLLECTING, State.PENDING_CONFIRMATION)
FINAL: Final = (State.COMPLETED, State.DECLINED, State.ESCALATED)
TOOLS: Final = (
    Trigger.UPDATE,
    Trigger.EXTEND,
    Trigger.CONFIRM,
    Trigger.REJECT,
    Trigger.DECLINE,
    Trigger.ESCALATE,
)

UNUSABLE: Final = (
    Code.NOT_A_NUMBER,
    Code.TOO_SHORT,
    Code.TOO_LONG,
    Code.NO_SUCH_NUMBER,
    Code.COUNTRY_NEEDED,
    Code.COUNTRY_NOT_SERVED,
    Code.KIND_NOT_SERVED,
    Code.SHORT_CODE,
)
MALFORMED: Final = (Code.UNKNOWN_TOOL, Code.INVALID_ARGUMENTS)


class Row(NamedTuple):
    """One line of the table.

    ``when`` guards must hold and ``unless`` guards must not. ``target`` ``None`` keeps the state. Of several
    ``codes`` the claim or the consent says which one applies.
    """

    sources: tuple[State, ...]
    triggers: tuple[Trigger, ...]
    target: State | None
    effect: Effect
    codes: tuple[Code, ...]
    when: tuple[Guard, ...] = ()
    unless: tuple[Guard, ...] = ()

    @property
    def guarded(self) -> bool:
        """Whether the row may be passed over."""
        return bool(self.when or self.unless)


_CLAIMS = (Trigger.UPDATE, Trigger.EXTEND)
_ASKING, _COLLECTING, _PENDING = OPEN
_IN_HAND = (_COLLECTING, _PENDING)


def _refuse(
    sources: tuple[State, ...],
    triggers: tuple[Trigger, ...],
    *codes: Code,
    when: tuple[Guard, ...] = (),
    unless: tuple[Guard, ...] = (),
) -> Row:
    return Row(
        sources=sources,
        triggers=triggers,
        when=when,
        unless=unless,
        target=None,
        effect=Effect.REFUSE,
        codes=codes,
    )


ROWS: Final[tuple[Row, ...]] = (
    # A number is claimed. What the caller did not say, or said beside another one, goes no further.
    _refuse(OPEN, _CLAIMS, Code.WHICH_NUMBER, unless=(Guard.CHOSEN,)),
    _refuse(OPEN, _CLAIMS, Code.NOT_HEARD, unless=(Guard.HEARD,)),
    Row(
        sources=(_PENDING,),
        triggers=_CLAIMS,
        when=(Guard.SAME_NUMBER,),
        target=None,
        effect=Effect.KEEP,
        codes=(Code.UNCHANGED,),
    ),
    Row(
        sources=OPEN,
        triggers=_CLAIMS,
        unless=(Guard.ATTEMPTS_LEFT,),
        target=State.ESCALATED,
        effect=Effect.END,
        codes=(Code.ATTEMPTS_EXHAUSTED,),
    ),
    Row(
        sources=OPEN,
        triggers=_CLAIMS,
        when=(Guard.USABLE, Guard.NEEDS_CONFIRMATION),
        target=_PENDING,
        effect=Effect.RECORD,
        codes=(Code.RECORDED, Code.HEARD_INSTEAD),
    ),
    Row(
        sources=(_ASKING, _COLLECTING),
        triggers=_CLAIMS,
        when=(Guard.USABLE,),
        target=State.COMPLETED,
        effect=Effect.COMPLETE,
        codes=(Code.COMPLETED, Code.HEARD_INSTEAD),
    ),
    Row(
        sources=OPEN,
        triggers=_CLAIMS,
        when=(Guard.PARTIAL,),
        target=_COLLECTING,
        effect=Effect.TAKE_PART,
        codes=(Code.PART_RECORDED,),
    ),
    Row(sources=OPEN, triggers=_CLAIMS, target=_ASKING, effect=Effect.VOID, codes=UNUSABLE),
    # The caller answers the read-back.
    _refuse((_PENDING,), (Trigger.CONFIRM,), Code.NOT_ALONE, unless=(Guard.ALONE,)),
    Row(
        sources=(_PENDING,),
        triggers=(Trigger.CONFIRM,),
        when=(Guard.AGREED,),
        target=State.COMPLETED,
        effect=Effect.CONFIRM,
        codes=(Code.COMPLETED,),
    ),
    _refuse(
        (_PENDING,),
        (Trigger.CONFIRM,),
        Code.NOT_READ_BACK,
        Code.NOT_ANSWERED,
        Code.UNCLEAR,
        Code.OBJECTED,
    ),
    _refuse((_ASKING, _COLLECTING), (Trigger.CONFIRM,), Code.NOTHING_PENDING),
    Row(
        sources=_IN_HAND,
        triggers=(Trigger.REJECT,),
        when=(Guard.REJECTIONS_LEFT,),
        target=_ASKING,
        effect=Effect.REJECT,
        codes=(Code.REJECTED,),
    ),
    Row(
        sources=_IN_HAND,
        triggers=(Trigger.REJECT,),
        target=State.ESCALATED,
        effect=Effect.END,
        codes=(Code.REJECTIONS_EXHAUSTED,),
    ),
    _refuse((_ASKING,), (Trigger.REJECT,), Code.NOTHING_PENDING),
    # The caller leaves without a number.
    _refuse(OPEN, (Trigger.DECLINE,), Code.NOT_DECLINED, when=(Guard.CONTRADICTED,)),
    Row(
        sources=OPEN,
        triggers=(Trigger.DECLINE,),
        target=State.DECLINED,
        effect=Effect.END,
        codes=(Code.DECLINED,),
    ),
    Row(
        sources=OPEN,
        triggers=(Trigger.ESCALATE,),
        target=State.ESCALATED,
        effect=Effect.END,
        codes=(Code.CALLER_ASKED,),
    ),
    # The host's events.
    Row(
        sources=OPEN,
        triggers=(Trigger.NO_INPUT,),
        when=(Guard.SILENCES_LEFT,),
        target=None,
        effect=Effect.WAIT,
        codes=(Code.NO_INPUT,),
    ),
    Row(
        sources=OPEN,
        triggers=(Trigger.NO_INPUT,),
        target=State.ESCALATED,
        effect=Effect.END,
        codes=(Code.SILENCE,),
    ),
    _refuse(OPEN, (Trigger.REOPEN,), Code.NOT_FINISHED),
    Row(
        sources=FINAL,
        triggers=(Trigger.REOPEN,),
        target=_ASKING,
        effect=Effect.REOPEN,
        codes=(Code.REOPENED,),
    ),
    # The machine's own: a model that is refused again and again is not coping. The code is that of the refusal.
    Row(
        sources=OPEN,
        triggers=(Trigger.REFUSED,),
        when=(Guard.REFUSALS_LEFT,),
        target=None,
        effect=Effect.COUNT_REFUSAL,
        codes=(),
    ),
    Row(
        sources=OPEN,
        triggers=(Trigger.REFUSED,),
        target=State.ESCALATED,
        effect=Effect.END,
        codes=(Code.REFUSALS_EXHAUSTED,),
    ),
    _refuse(FINAL, (*TOOLS, Trigger.NO_INPUT, Trigger.REFUSED), Code.FINISHED),
)


class Consent(StrEnum):
    """How far the caller's agreement to the candidate in hand has come."""

    UNREAD = "unread"
    READ = "read"
    AGREED = "agreed"


class Fact(StrEnum):
    """What an utterance or a call means for the candidate in hand."""

    READ_BACK = auto()
    OTHER_NUMBER = auto()
    AGREES = auto()
    OBJECTS = auto()
    SAYS_PART = auto()
    TALKS = auto()
    UNCLEAR = auto()
    WORDS_UNKNOWN = auto()
    SMALL_TALK = auto()
    CLAIM_REFUSED = auto()
    NEW_GENERATION = auto()


class ConsentRow(NamedTuple):
    """One line of the consent table; ``code`` is what a ``confirm`` is refused with from then on."""

    sources: tuple[Consent, ...]
    fact: Fact
    target: Consent | None
    code: Code | None = None


_ANY = tuple(Consent)
_UNREAD, _READ, _AGREED = _ANY

CONSENT_ROWS: Final[tuple[ConsentRow, ...]] = (
    ConsentRow(sources=_ANY, fact=Fact.READ_BACK, target=_READ, code=Code.NOT_ANSWERED),
    ConsentRow(sources=_ANY, fact=Fact.OTHER_NUMBER, target=_UNREAD, code=Code.NOT_READ_BACK),
    ConsentRow(sources=(_READ,), fact=Fact.AGREES, target=_AGREED),
    ConsentRow(sources=(_UNREAD, _AGREED), fact=Fact.AGREES, target=None),
    ConsentRow(sources=(_READ, _AGREED), fact=Fact.OBJECTS, target=_UNREAD, code=Code.OBJECTED),
    ConsentRow(sources=(_UNREAD,), fact=Fact.OBJECTS, target=None),
    # A part without a yes may be an echo, or the beginning of another number.
    ConsentRow(sources=(_READ, _AGREED), fact=Fact.SAYS_PART, target=_UNREAD, code=Code.UNCLEAR),
    ConsentRow(sources=(_UNREAD,), fact=Fact.SAYS_PART, target=None),
    ConsentRow(sources=(_READ,), fact=Fact.TALKS, target=_UNREAD, code=Code.UNCLEAR),
    ConsentRow(sources=(_UNREAD, _AGREED), fact=Fact.TALKS, target=None),
    ConsentRow(sources=(_READ,), fact=Fact.UNCLEAR, target=None, code=Code.UNCLEAR),
    ConsentRow(sources=(_UNREAD, _AGREED), fact=Fact.UNCLEAR, target=None),
    # The caller spoke and the words are still to come: an agreement may just have been taken back.
    ConsentRow(sources=(_READ, _AGREED), fact=Fact.WORDS_UNKNOWN, target=_READ, code=Code.NOT_ANSWERED),
    ConsentRow(sources=(_UNREAD,), fact=Fact.WORDS_UNKNOWN, target=None),
    ConsentRow(sources=_ANY, fact=Fact.SMALL_TALK, target=None),
    ConsentRow(sources=_ANY, fact=Fact.CLAIM_REFUSED, target=_UNREAD, code=Code.NOT_READ_BACK),
    ConsentRow(sources=_ANY, fact=Fact.NEW_GENERATION, target=_UNREAD, code=Code.NOT_READ_BACK),
)

OFFERED: Final[dict[State, tuple[Trigger, ...]]] = {
    State.ASKING: (Trigger.UPDATE, Trigger.DECLINE),
    State.COLLECTING: (Trigger.UPDATE, Trigger.EXTEND, Trigger.REJECT, Trigger.DECLINE),
    State.PENDING_CONFIRMATION: (Trigger.UPDATE, Trigger.CONFIRM, Trigger.REJECT, Trigger.DECLINE),
    State.COMPLETED: (),
    State.DECLINED: (),
    State.ESCALATED: (),
}
"""The tools shown to the model in each state; ``escalate`` joins the open ones where a person can take over."""

GUARD_TEXTS: Final[dict[Guard, str]] = {
    Guard.CHOSEN: "the one number of its batch that counts",
    Guard.HEARD: "given by the caller",
    Guard.SAME_NUMBER: "it is the number already pending",
    Guard.ATTEMPTS_LEFT: "within the attempts",
    Guard.USABLE: "it is a number that the policy accepts",
    Guard.NEEDS_CONFIRMATION: "the caller must hear it and agree",
    Guard.PARTIAL: "it is the beginning of a number",
    Guard.ALONE: "the only call",
    Guard.AGREED: "the caller heard it and agreed",
    Guard.REJECTIONS_LEFT: "rejections are left",
    Guard.CONTRADICTED: "the caller's words contradict it",
    Guard.SILENCES_LEFT: "silences are left",
    Guard.REFUSALS_LEFT: "refusals are left",
}

FACT_TEXTS: Final[dict[Fact, str]] = {
    Fact.READ_BACK: "the agent reads the candidate back, whole and in order, in what was played",
    Fact.OTHER_NUMBER: "the agent speaks another number, or two",
    Fact.AGREES: "the caller agrees clearly, or says the same number again",
    Fact.OBJECTS: "the caller objects: no, a correction, other digits, repeat, wait, declines, wants a person",
    Fact.SAYS_PART: "the caller says a part of it (three digits or more) and no yes",
    Fact.TALKS: "the caller says more than two words that are not agreement",
    Fact.UNCLEAR: "the caller says a short unclear word",
    Fact.WORDS_UNKNOWN: "the caller spoke and the words are not known yet",
    Fact.SMALL_TALK: "the agent says something without a number",
    Fact.CLAIM_REFUSED: "an update or extend is refused",
    Fact.NEW_GENERATION: "a new generation begins",
}
