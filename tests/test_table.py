# SPDX-License-Identifier: Apache-2.0
"""The table is sound, the lint finds what is not, and the machine does what the table says and nothing else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from itertools import product
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transitions import Machine

from phonefsm.machine import CONSENT, EFFECTS, GUARDS, MACHINE, Call, Claim, Session, build, lint
from phonefsm.number import PhoneNumber
from phonefsm.policy import Limits
from phonefsm.table import (
    CONSENT_ROWS,
    FACT_TEXTS,
    FINAL,
    GUARD_TEXTS,
    OFFERED,
    OPEN,
    ROWS,
    TOOLS,
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

Rows = tuple[Row, ...]
ConsentRows = tuple[ConsentRow, ...]
CELLS = list(product(State, Trigger))
CLAIMS = (Trigger.UPDATE, Trigger.EXTEND)


# The lint.


def test_lint_finds_nothing_in_the_table() -> None:
    assert lint() == []


def place(trigger: Trigger, target: State | None, effect: Effect) -> int:
    """Return where the first row of that shape stands."""
    return next(i for i, r in enumerate(ROWS) if trigger in r.triggers and (r.target, r.effect) == (target, effect))


PARTIAL = place(Trigger.UPDATE, State.COLLECTING, Effect.TAKE_PART)
VOID = place(Trigger.UPDATE, State.ASKING, Effect.VOID)
AGREED = place(Trigger.CONFIRM, State.COMPLETED, Effect.CONFIRM)
REJECT = place(Trigger.REJECT, State.ASKING, Effect.REJECT)
NO_INPUT = place(Trigger.NO_INPUT, State.ESCALATED, Effect.END)


def changed(index: int, **changes: Any) -> Rows:
    """Return the table with one row changed."""
    return (*ROWS[:index], ROWS[index]._replace(**changes), *ROWS[index + 1 :])


def without(index: int) -> Rows:
    return (*ROWS[:index], *ROWS[index + 1 :])


def swapped(index: int) -> Rows:
    """Return the table with a row behind the one that follows it."""
    return (*ROWS[:index], ROWS[index + 1], ROWS[index], *ROWS[index + 2 :])


def trapped(state: State) -> Rows:
    """Return the table with no way out of ``state``: whatever led out of it keeps it."""
    kept = (r._replace(sources=(state,), target=None, effect=Effect.REFUSE) for r in ROWS if state in r.sources)
    others = (r._replace(sources=tuple(s for s in r.sources if s is not state)) for r in ROWS)
    return (*kept, *others)


def retargeted(old: State, new: State) -> Rows:
    return tuple(r._replace(target=new) if r.target is old else r for r in ROWS)


DEFECTS: dict[str, tuple[Rows, str]] = {
    "undefined target": (changed(PARTIAL, target=cast("State", "lost")), f"row {PARTIAL + 1}: the target 'lost' is no"),
    "unreachable state": (retargeted(State.COLLECTING, State.ASKING), "collecting: unreachable"),
    "unreachable final state": (retargeted(State.DECLINED, State.ESCALATED), "declined: unreachable"),
    "no way to a final state": (trapped(State.COLLECTING), "collecting: no way to a final state"),
    "two unguarded rows": (
        (*ROWS[: VOID + 1], ROWS[VOID], *ROWS[VOID + 1 :]),
        f"row {VOID + 2}: is a second unguarded row for (asking, update_phone_number)",
    ),
    "a guard that is dropped": (
        changed(REJECT, when=()),
        f"row {REJECT + 2}: is a second unguarded row for (collecting, reject_phone_number)",
    ),
    "row behind an unguarded one": (
        swapped(AGREED),
        f"row {AGREED + 2}: is behind an unguarded row for (pending_confirmation, confirm_phone_number)",
    ),
    "undefined cell": (without(NO_INPUT), "(asking, no_input): no unguarded row, so the cell is undefined"),
    "undefined cell of one state": (
        changed(NO_INPUT, sources=OPEN[:2]),
        "(pending_confirmation, no_input): no unguarded row, so the cell is undefined",
    ),
    "unused guard": (without(PARTIAL), f"{Guard.PARTIAL}: a guard that no row uses"),
    "guard without a function": (changed(PARTIAL, when=(cast("Guard", "luck"),)), "luck: a guard without a function"),
}


@pytest.mark.parametrize(("rows", "finding"), DEFECTS.values(), ids=DEFECTS)
def test_lint_finds_a_seeded_defect(rows: Rows, finding: str) -> None:
    assert any(found.startswith(finding) for found in lint(rows)), lint(rows)


def consent_changed(fact: Fact, **changes: Any) -> ConsentRows:
    return tuple(r._replace(**changes) if r.fact is fact else r for r in CONSENT_ROWS)


CONSENT_DEFECTS: dict[str, tuple[ConsentRows, str]] = {
    "missing cell": (
        consent_changed(Fact.READ_BACK, sources=(Consent.UNREAD, Consent.READ)),
        f"({Consent.AGREED}, {Fact.READ_BACK}): 0 consent rows instead of one",
    ),
    "missing fact": (
        tuple(r for r in CONSENT_ROWS if r.fact is not Fact.OBJECTS),
        f"({Consent.READ}, {Fact.OBJECTS}): 0 consent rows instead of one",
    ),
    "double cell": (
        (*CONSENT_ROWS, ConsentRow(sources=(Consent.READ,), fact=Fact.TALKS, target=None)),
        f"({Consent.READ}, {Fact.TALKS}): 2 consent rows instead of one",
    ),
    "unreachable consent": (consent_changed(Fact.AGREES, target=None), f"{Consent.AGREED}: unreachable consent"),
}


@pytest.mark.parametrize(("rows", "finding"), CONSENT_DEFECTS.values(), ids=CONSENT_DEFECTS)
def test_lint_finds_a_seeded_consent_defect(rows: ConsentRows, finding: str) -> None:
    assert finding in lint(consent_rows=rows)


# What else the table promises of itself.


def test_every_name_has_a_text_and_a_function() -> None:
    assert set(GUARD_TEXTS) == set(GUARDS) == set(Guard)
    assert set(EFFECTS) == set(Effect)
    assert set(FACT_TEXTS) == set(Fact)
    assert set(OFFERED) == set(State)
    assert set(CONSENT) == set(product(Consent, Fact))


def test_a_row_that_refuses_keeps_the_state_and_one_that_ends_is_final() -> None:
    for row in ROWS:
        assert row.target is None or row.effect is not Effect.REFUSE
        assert row.target in FINAL or row.effect is not Effect.END


def test_what_completes_is_a_claim_that_needs_no_confirmation_or_an_agreed_confirm() -> None:
    rows = [row for row in ROWS if row.target is State.COMPLETED]
    assert [row.effect for row in rows] == [Effect.COMPLETE, Effect.CONFIRM]
    assert State.PENDING_CONFIRMATION not in rows[0].sources
    assert Guard.AGREED in rows[1].when


def test_final_states_offer_no_tool_and_open_ones_offer_only_tools() -> None:
    assert all(set(OFFERED[state]) <= set(TOOLS) for state in OPEN)
    assert all(OFFERED[state] == () for state in FINAL)


# The machine against the table.

NUMBER = PhoneNumber("+14155550123")
OTHER = PhoneNumber("+14155550199")
LIMITS = Limits(attempts=1, rejections=1, silences=1, refusals=1)
LEFT = {
    "attempts": Guard.ATTEMPTS_LEFT,
    "rejections": Guard.REJECTIONS_LEFT,
    "silences": Guard.SILENCES_LEFT,
    "refusals": Guard.REFUSALS_LEFT,
}
Outcomes = Mapping[Guard, bool]


def expected(state: State, trigger: Trigger, holds: Outcomes) -> Row:
    """Return the first row of the cell whose guards hold: what the head of the table says, and nothing more."""
    for row in ROWS:
        if state not in row.sources or trigger not in row.triggers:
            continue
        if all(holds[guard] for guard in row.when) and not any(holds[guard] for guard in row.unless):
            return row
    raise AssertionError(f"({state}, {trigger}) is undefined")


def reads(state: State, trigger: Trigger) -> list[Guard]:
    """Return the guards that the rows of a cell read."""
    cell = [row for row in ROWS if state in row.sources and trigger in row.triggers]
    return [guard for guard in Guard if any(guard in (*row.when, *row.unless) for row in cell)]


def possible(holds: Outcomes) -> bool:
    """Return whether guards can come out so: a number that is pending is one that the policy accepts."""
    return not holds.get(Guard.SAME_NUMBER, False) or holds.get(Guard.USABLE, True)


def outcomes(state: State, trigger: Trigger) -> Iterator[dict[Guard, bool]]:
    guards = reads(state, trigger)
    combinations = (dict(zip(guards, values, strict=True)) for values in product((True, False), repeat=len(guards)))
    return filter(possible, combinations)


def situation(state: State, holds: Outcomes) -> tuple[Session, Call]:
    """Return a session and a call for which exactly those guards hold that ``holds`` says."""
    session = Session(state=state, number=NUMBER if holds.get(Guard.SAME_NUMBER, False) else OTHER)
    for name, guard in LEFT.items():
        setattr(session, name, 0 if holds.get(guard, False) else 1)
    claim = Claim(
        number=NUMBER if holds.get(Guard.USABLE, False) else None,
        part="415" if holds.get(Guard.PARTIAL, False) else None,
        heard=holds.get(Guard.HEARD, False),
        chosen=holds.get(Guard.CHOSEN, False),
        needs_confirmation=holds.get(Guard.NEEDS_CONFIRMATION, False),
    )
    call = Call(
        limits=LIMITS,
        claim=claim,
        alone=holds.get(Guard.ALONE, False),
        agreed=holds.get(Guard.AGREED, False),
        contradicted=holds.get(Guard.CONTRADICTED, False),
    )
    return session, call


@pytest.mark.parametrize(("state", "trigger"), CELLS)
def test_a_cell_takes_its_first_row_whose_guards_hold(state: State, trigger: Trigger) -> None:
    """Over every combination of outcomes of the guards that the cell reads; no row of the cell goes untaken."""
    taken: list[Row] = []
    for holds in outcomes(state, trigger):
        session, call = situation(state, holds)
        assert MACHINE.events[trigger].trigger(session, call=call) is True
        row = expected(state, trigger, holds)
        assert call.row is row
        assert session.state is (row.target or state)
        taken.append(row)
    cell = [row for row in ROWS if state in row.sources and trigger in row.triggers]
    assert [row for row in cell if row not in taken] == []


@pytest.mark.parametrize(("state", "trigger"), CELLS)
def test_a_refusal_changes_nothing_in_the_session(state: State, trigger: Trigger) -> None:
    for holds in outcomes(state, trigger):
        session, call = situation(state, holds)
        before = asdict(session)
        MACHINE.events[trigger].trigger(session, call=call)
        assert call.row is not None
        assert call.row.effect is not Effect.REFUSE or asdict(session) == before


NEW = (Effect.RECORD, Effect.COMPLETE, Effect.REOPEN)
VOIDS = (Effect.VOID, Effect.TAKE_PART, Effect.REJECT)
ACCEPTS = (Effect.RECORD, Effect.COMPLETE, Effect.TAKE_PART, Effect.VOID, Effect.CONFIRM, Effect.REJECT)
COUNTS = {
    "attempts": (Effect.KEEP, Effect.RECORD, Effect.COMPLETE, Effect.TAKE_PART, Effect.VOID),
    "rejections": (Effect.REJECT,),
    "silences": (Effect.WAIT,),
    "refusals": (Effect.COUNT_REFUSAL,),
}


@pytest.mark.parametrize(("state", "trigger"), CELLS)
def test_the_generation_rises_with_each_new_and_each_voided_candidate(state: State, trigger: Trigger) -> None:
    for holds in outcomes(state, trigger):
        session, call = situation(state, holds)
        MACHINE.events[trigger].trigger(session, call=call)
        effect = expected(state, trigger, holds).effect
        assert session.generation == (effect in NEW or (effect in VOIDS and state is State.PENDING_CONFIRMATION))


@pytest.mark.parametrize(("state", "trigger"), CELLS)
def test_each_row_counts_what_it_is_there_for(state: State, trigger: Trigger) -> None:
    """What is accepted ends a row of refusals, and ``reopen`` counts anew."""
    for holds in outcomes(state, trigger):
        session, call = situation(state, holds)
        before = asdict(session)
        MACHINE.events[trigger].trigger(session, call=call)
        effect = expected(state, trigger, holds).effect
        for name, effects in COUNTS.items():
            anew = effect is Effect.REOPEN or (name == "refusals" and effect in ACCEPTS)
            assert getattr(session, name) == (0 if anew else before[name] + (effect in effects)), (name, effect)


@pytest.mark.parametrize("effect", [Effect.RECORD, Effect.COMPLETE, Effect.TAKE_PART])
def test_digits_that_are_only_added_to_a_part_are_no_attempt(effect: Effect) -> None:
    for counts in (True, False):
        session = Session(state=State.COLLECTING, part="415")
        EFFECTS[effect](session, Call(limits=LIMITS, claim=Claim(number=NUMBER, part="415555", counts=counts)))
        assert session.attempts == counts


@pytest.mark.parametrize("state", FINAL)
def test_a_final_state_moves_by_reopen_only(state: State) -> None:
    for trigger in Trigger:
        for holds in (*outcomes(state, trigger), dict.fromkeys(Guard, True)):
            session, call = situation(state, holds)
            MACHINE.events[trigger].trigger(session, call=call)
            assert session.state is (State.ASKING if trigger is Trigger.REOPEN else state)
            assert call.row is not None
            assert call.row.codes == (Code.REOPENED if trigger is Trigger.REOPEN else Code.FINISHED,)


@pytest.mark.parametrize("trigger", CLAIMS)
@pytest.mark.parametrize("state", OPEN)
def test_a_claim_without_evidence_is_not_heard(state: State, trigger: Trigger) -> None:
    session, call = Session(state=state, number=NUMBER), Call(limits=LIMITS)
    MACHINE.events[trigger].trigger(session, call=call)
    assert call.row is not None
    assert call.row.codes == (Code.NOT_HEARD,)


# The lean machine against the library's own.

PLAIN = build(ROWS, Machine)
PLAIN.model_attribute = "place"


class PlainSession(Session):
    """A session for the plain machine, which knows states by their strings alone, while effects look for a State."""

    @property
    def place(self) -> str:
        """The state's string."""
        return self.state.value

    @place.setter
    def place(self, value: str) -> None:
        self.state = State(value)


claims = st.builds(
    Claim,
    number=st.sampled_from([None, NUMBER, OTHER]),
    part=st.sampled_from([None, "415"]),
    heard=st.booleans(),
    chosen=st.booleans(),
    counts=st.booleans(),
    needs_confirmation=st.booleans(),
    by_voice=st.booleans(),
    country_given=st.booleans(),
)
limits = st.builds(Limits, **{name: st.integers(0, 3) for name in LEFT})
calls = st.builds(
    Call, limits=limits, claim=claims, alone=st.booleans(), agreed=st.booleans(), contradicted=st.booleans()
)
# Mostly claims, so that sequences do not end at once; few triggers are drawn often enough otherwise.
triggers = st.sampled_from([*Trigger, *CLAIMS, Trigger.CONFIRM, Trigger.REOPEN])


@given(st.lists(st.tuples(triggers, calls), min_size=1, max_size=40))
def test_the_lean_machine_does_what_the_plain_one_does(firings: list[tuple[Trigger, Call]]) -> None:
    lean, plain = Session(), PlainSession()
    for trigger, call in firings:
        assert MACHINE.events[trigger].trigger(lean, call=call) == PLAIN.events[trigger].trigger(plain, call=call)
        assert asdict(lean) == asdict(plain)


@pytest.mark.parametrize("machine", [MACHINE, PLAIN], ids=["lean", "plain"])
def test_no_callback_is_a_name(machine: Machine) -> None:
    """The library looks names up on the session, then as an import path; a function is what it is."""
    hooks: list[Callable[..., Any] | str] = [*machine.prepare_event, *machine.before_state_change]
    hooks += [*machine.after_state_change, *machine.finalize_event, *machine.on_exception]
    for state in machine.states.values():
        hooks += [*state.on_enter, *state.on_exit]
    assert hooks == [], "states and the machine itself do nothing"
    for event in machine.events.values():
        for transition in (one for found in event.transitions.values() for one in found):
            hooks += [*transition.prepare, *transition.before, *transition.after]
            hooks += [condition.func for condition in transition.conditions]
    assert hooks
    assert all(callable(hook) for hook in hooks)


def test_the_machine_has_no_way_past_its_rows() -> None:
    """No ``to_completed()``: the machine's events are the triggers, and it holds no session."""
    assert set(MACHINE.events) == {trigger.value for trigger in Trigger}
    assert MACHINE.models == []
    assert set(MACHINE.states) == {state.value for state in State}


def test_sessions_and_machines_share_nothing() -> None:
    first, second = Session(), Session()
    other = build(ROWS)
    call = Call(limits=LIMITS, claim=Claim(number=NUMBER, heard=True))
    MACHINE.events[Trigger.UPDATE].trigger(first, call=call)
    assert first.state is State.PENDING_CONFIRMATION
    assert asdict(second) == asdict(Session())
    other.events[Trigger.UPDATE].trigger(second, call=call)
    assert asdict(first) == asdict(second)
    smaller = build(row for row in ROWS if Trigger.REOPEN not in row.triggers)
    assert Trigger.REOPEN not in smaller.events
    assert Trigger.REOPEN in MACHINE.events
