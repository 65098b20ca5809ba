# SPDX-License-Identifier: Apache-2.0
"""The one machine, built from the table and driven with bare sessions; its guards, effects and lint.

``MACHINE.events[trigger].trigger(session, call=call)`` takes one row. It never blocks, logs or raises for what
a model does; which row was taken stands in ``call.row``. One thread a session: the machine takes no lock.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, TypeVar

from transitions import Event, EventData, Machine, Transition

from phonefsm.number import PhoneNumber
from phonefsm.policy import Limits, Support
from phonefsm.table import (
    CONSENT_ROWS,
    FINAL,
    ROWS,
    Code,
    Consent,
    ConsentRow,
    Effect,
    Fact,
    Guard,
    Row,
    State,
    Trigger,
)

_T = TypeVar("_T")


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Session:
    """What a capture remembers of its transitions; everything that a guard counts."""

    state: State = State.ASKING
    generation: int = 0
    number: PhoneNumber | None = None
    """The last candidate; in hand while the state is pending_confirmation or completed."""
    number_heard: Support | None = None
    """How far the caller's giving of ``number`` was seen."""
    country_given: bool = True
    confirmed: bool = False
    """``number`` was completed by ``confirm``."""
    part: str = ""
    attempts: int = 0
    rejections: int = 0
    silences: int = 0
    refusals: int = 0
    candidates: int = 0
    """Numbers recorded since the start or the last reopen; an extension given later makes no other one."""
    always_confirm: bool = False
    """A candidate came by voice, or the capture was reopened: confirmation stays required."""
    code: Code | None = None
    """What the last row taken said."""

    @property
    def failures(self) -> int:
        """How many numbers, or parts of one, did not stand: the read-back ladder is climbed by them."""
        in_hand = self.state is State.PENDING_CONFIRMATION or self.state is State.COMPLETED
        return max(self.candidates - in_hand, self.rejections)


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Claim:
    """What an ``update`` or ``extend`` amounts to, as the evidence found it."""

    number: PhoneNumber | None = None
    """The usable number, or ``None``."""
    part: str | None = None
    """The digits in hand afterwards, if it is the beginning of a number."""
    problem: Code = Code.NOT_A_NUMBER
    """What is wrong with it, where it is neither."""
    support: Support = Support.CONTRADICTED
    heard: bool = False
    chosen: bool = True
    counts: bool = True
    """Whether it is an attempt: it does not just add digits to a part."""
    needs_confirmation: bool = True
    by_voice: bool = True
    country_given: bool = True
    instead: bool = False
    """The caller's words hold this number, and not the one that the model sent."""
    since: int = 0
    """Where in the window of turns consent to it begins: behind the turn that completed it."""


_NO_CLAIM: Final = Claim()


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Call:
    """One firing: what the guards read, and the row that was taken."""

    limits: Limits
    claim: Claim = _NO_CLAIM
    alone: bool = True
    agreed: bool = False
    contradicted: bool = False
    row: Row | None = None


def _chosen(_: Session, call: Call) -> bool:
    return call.claim.chosen


def _heard(_: Session, call: Call) -> bool:
    return call.claim.heard


def _same_number(session: Session, call: Call) -> bool:
    return call.claim.number is not None and call.claim.number == session.number


def _attempts_left(session: Session, call: Call) -> bool:
    return not call.claim.counts or session.attempts < call.limits.attempts


def _usable(_: Session, call: Call) -> bool:
    return call.claim.number is not None


def _needs_confirmation(_: Session, call: Call) -> bool:
    return call.claim.needs_confirmation


def _partial(_: Session, call: Call) -> bool:
    return call.claim.part is not None


def _alone(_: Session, call: Call) -> bool:
    return call.alone


def _agreed(_: Session, call: Call) -> bool:
    return call.agreed


def _rejections_left(session: Session, call: Call) -> bool:
    return session.rejections < call.limits.rejections


def _contradicted(_: Session, call: Call) -> bool:
    return call.contradicted


def _silences_left(session: Session, call: Call) -> bool:
    return session.silences < call.limits.silences


def _refusals_left(session: Session, call: Call) -> bool:
    return session.refusals < call.limits.refusals


GUARDS: Final[dict[Guard, Callable[[Session, Call], bool]]] = {
    Guard.CHOSEN: _chosen,
    Guard.HEARD: _heard,
    Guard.SAME_NUMBER: _same_number,
    Guard.ATTEMPTS_LEFT: _attempts_left,
    Guard.USABLE: _usable,
    Guard.NEEDS_CONFIRMATION: _needs_confirmation,
    Guard.PARTIAL: _partial,
    Guard.ALONE: _alone,
    Guard.AGREED: _agreed,
    Guard.REJECTIONS_LEFT: _rejections_left,
    Guard.CONTRADICTED: _contradicted,
    Guard.SILENCES_LEFT: _silences_left,
    Guard.REFUSALS_LEFT: _refusals_left,
}


def _nothing(_session: Session, _call: Call) -> None:
    """Leave the session as it is."""


def _keep(session: Session, _: Call) -> None:
    session.attempts += 1


def _record(session: Session, call: Call) -> None:
    claim = call.claim
    session.generation += 1
    session.candidates += not _adds_extension(session, claim)
    session.number = claim.number
    session.number_heard = claim.support
    session.country_given = claim.country_given
    session.confirmed = False
    session.part = ""
    session.attempts += claim.counts
    session.always_confirm |= claim.by_voice
    session.refusals = 0


def _adds_extension(session: Session, claim: Claim) -> bool:
    pending = session.number if session.state is State.PENDING_CONFIRMATION else None
    return pending is not None and claim.number is not None and pending.e164 == claim.number.e164


def _void_candidate(session: Session) -> None:
    if session.state is State.PENDING_CONFIRMATION:
        session.generation += 1
    session.refusals = 0


def _take_part(session: Session, call: Call) -> None:
    _void_candidate(session)
    session.part = call.claim.part or ""
    session.attempts += call.claim.counts


def _void(session: Session, _: Call) -> None:
    _void_candidate(session)
    session.part = ""
    session.attempts += 1


def _confirm(session: Session, _: Call) -> None:
    session.confirmed = True
    session.refusals = 0


def _reject(session: Session, _: Call) -> None:
    _void_candidate(session)
    # A number that is put together anew beside the digits of a rejected part is never beyond doubt.
    session.always_confirm |= session.state is State.COLLECTING
    session.part = ""
    session.rejections += 1


def _end(session: Session, _: Call) -> None:
    session.part = ""


def _wait(session: Session, _: Call) -> None:
    session.silences += 1


def _reopen(session: Session, _: Call) -> None:
    session.generation += 1
    session.attempts = session.rejections = session.silences = session.refusals = session.candidates = 0
    session.always_confirm = True


def _count_refusal(session: Session, _: Call) -> None:
    session.refusals += 1


EFFECTS: Final[dict[Effect, Callable[[Session, Call], None]]] = {
    Effect.REFUSE: _nothing,
    Effect.KEEP: _keep,
    Effect.RECORD: _record,
    Effect.TAKE_PART: _take_part,
    Effect.VOID: _void,
    Effect.COMPLETE: _record,
    Effect.CONFIRM: _confirm,
    Effect.REJECT: _reject,
    Effect.END: _end,
    Effect.WAIT: _wait,
    Effect.REOPEN: _reopen,
    Effect.COUNT_REFUSAL: _count_refusal,
}


class RowTransition(Transition):
    """A transition that carries its row and skips the callback machinery, which costs ten times the work."""

    row: Row

    def bind(self, row: Row) -> None:
        """Take guards and effect from ``row``."""
        self.row = row
        self._checks = [(GUARDS[guard], True) for guard in row.when] + [(GUARDS[guard], False) for guard in row.unless]
        self._effect = EFFECTS[row.effect]

    def take(self, session: Session, call: Call) -> bool:
        """Take the row if its guards hold: effect first, while the session still shows its source state."""
        for guard, wanted in self._checks:
            if guard(session, call) is not wanted:
                return False
        self._effect(session, call)
        if self.row.target is not None:
            session.state = self.row.target
        call.row = self.row
        return True


class RowEvent(Event):
    """An event that tries its rows in order and nothing else."""

    def trigger(self, model: Any, *_: Any, call: Call, **__: Any) -> bool:  # noqa: ANN401 - the base class's signature
        """Fire on the session ``model``; always true, as every cell of the table ends unguarded."""
        rows: list[Any] = self.transitions[model.state]
        for transition in rows:
            if transition.take(model, call):
                break
        return call.row is not None


class RowMachine(Machine):
    """``transitions.Machine`` with the lean event and transition."""

    transition_cls = RowTransition
    event_cls = RowEvent


def _on_event(function: Callable[[Any, Any], _T]) -> Callable[[EventData], _T]:
    """Return a guard or an effect in the form in which ``transitions`` calls it."""

    @wraps(function)
    def on_event(data: EventData) -> _T:
        return function(data.model, data.kwargs["call"])

    return on_event


def build(rows: Iterable[Row], cls: type[Machine] = RowMachine) -> Machine:
    """Return a machine of ``rows``: with the default class lean, with ``transitions.Machine`` itself the reference."""
    machine = cls(
        None,
        states=[{"name": state.value, "final": state in FINAL} for state in State],
        initial=State.ASKING.value,
        auto_transitions=False,
        send_event=True,
        queued=False,
    )
    for row in rows:
        for trigger in row.triggers:
            for source in row.sources:
                machine.add_transition(
                    trigger.value,
                    source.value,
                    row.target.value if row.target else None,
                    conditions=[_on_event(GUARDS[guard]) for guard in row.when],
                    unless=[_on_event(GUARDS[guard]) for guard in row.unless],
                    before=[_on_event(EFFECTS[row.effect])],
                )
                transition = machine.events[trigger.value].transitions[source.value][-1]
                if isinstance(transition, RowTransition):
                    transition.bind(row)
    return machine


MACHINE: Final = build(ROWS)

CONSENT: Final[dict[tuple[Consent, Fact], ConsentRow]] = {
    (source, row.fact): row for row in CONSENT_ROWS for source in row.sources
}


def lint(rows: Iterable[Row] = ROWS, consent_rows: Iterable[ConsentRow] = CONSENT_ROWS) -> list[str]:
    """Return what is wrong with a table, a sentence each; an empty list for a sound one.

    ``transitions`` itself accepts all of it silently.
    """
    rows, consent_rows = tuple(rows), tuple(consent_rows)
    return [*_lint_cells(rows), *_lint_paths(rows), *_lint_guards(rows), *_lint_consent(consent_rows)]


def _lint_cells(rows: tuple[Row, ...]) -> Iterable[str]:
    closed: set[tuple[State, Trigger]] = set()
    for number, row in enumerate(rows, 1):
        if row.target is not None and row.target not in set(State):
            yield f"row {number}: the target {row.target!r} is no state"
        for cell in ((source, trigger) for source in row.sources for trigger in row.triggers):
            name = f"({cell[0]}, {cell[1]})"
            if cell in closed:
                kind = "is behind an unguarded row" if row.guarded else "is a second unguarded row"
                yield f"row {number}: {kind} for {name}"
            if not row.guarded:
                closed.add(cell)
    for state in State:
        for trigger in Trigger:
            if (state, trigger) not in closed:
                yield f"({state}, {trigger}): no unguarded row, so the cell is undefined"


def _lint_paths(rows: tuple[Row, ...]) -> Iterable[str]:
    edges = {(source, row.target) for row in rows if row.target is not None for source in row.sources}
    for state in sorted(set(State) - _closure({State.ASKING}, edges)):
        yield f"{state}: unreachable"
    reversed_edges = {(target, source) for source, target in edges}
    for state in sorted(set(State) - _closure(set(FINAL), reversed_edges)):
        yield f"{state}: no way to a final state"


def _closure(states: set[State], edges: set[tuple[State, State]]) -> set[State]:
    while True:
        more = {target for source, target in edges if source in states} - states
        if not more:
            return states
        states = states | more


def _lint_guards(rows: tuple[Row, ...]) -> Iterable[str]:
    used = {guard for row in rows for guard in (*row.when, *row.unless)}
    for guard in sorted(set(Guard) - used):
        yield f"{guard}: a guard that no row uses"
    for guard in sorted(used - set(GUARDS)):
        yield f"{guard}: a guard without a function"


def _lint_consent(rows: tuple[ConsentRow, ...]) -> Iterable[str]:
    cells = [(source, row.fact) for row in rows for source in row.sources]
    for consent in Consent:
        for fact in Fact:
            count = cells.count((consent, fact))
            if count != 1:
                yield f"({consent}, {fact}): {count} consent rows instead of one"
    edges = {(source, row.target) for row in rows if row.target is not None for source in row.sources}
    reached = {Consent.UNREAD}
    for _ in Consent:
        reached |= {target for source, target in edges if source in reached}
    for consent in sorted(set(Consent) - reached):
        yield f"{consent}: unreachable consent"
