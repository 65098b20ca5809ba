# SPDX-License-Identifier: Apache-2.0
"""Which rows of the capture table a policy can never take, and which ones lead to a completed number.

A policy settles some guards: a check that it ignores always holds, a limit of nothing never does. Of every other guard
both answers are possible. A row is never taken where no answers lead to it, or where its state is never reached.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Final

from phonefsm.checks import EVERYTHING, checks_for
from phonefsm.machine import GUARDS, Call, Claim, Session
from phonefsm.policy import CapturePolicy, Support, passes
from phonefsm.review.graph import Step
from phonefsm.table import ROWS, Effect, Guard, Row, State, Trigger

_LIMITED: Final = (Guard.ATTEMPTS_LEFT, Guard.REJECTIONS_LEFT, Guard.SILENCES_LEFT, Guard.REFUSALS_LEFT)


def settled(policy: CapturePolicy, state: State) -> dict[Guard, bool]:
    """Return the guards that ``policy`` decides in ``state`` once and for all, with their answers.

    The host is taken to report everything that is said.
    """
    checks = checks_for(policy.evidence, policy.language, EVERYTHING)
    found = {}
    if passes(checks.heard, Support.CONTRADICTED):
        found[Guard.HEARD] = True
    if passes(checks.read_back, Support.CONTRADICTED) and passes(checks.agreement, Support.CONTRADICTED):
        found[Guard.AGREED] = True
    if not checks.sees_caller:
        found[Guard.CONTRADICTED] = False
    if policy.require_confirmation is not None and state is not State.PENDING_CONFIRMATION:
        found[Guard.NEEDS_CONFIRMATION] = policy.require_confirmation
    for guard in _LIMITED:
        # Counts only grow: what is used up before anything was counted is never left.
        calls = (Call(limits=policy.limits, claim=Claim(counts=counts)) for counts in (True, False))
        if not any(GUARDS[guard](Session(), call) for call in calls):
            found[guard] = False
    return found


def never(policy: CapturePolicy) -> frozenset[Step]:
    """Return the rows that no conversation under ``policy`` takes, by cell."""
    taken: set[Step] = set()
    reached, waiting = {State.ASKING}, [State.ASKING]
    while waiting:
        state = waiting.pop()
        known = settled(policy, state)
        for trigger in Trigger:
            cell = [(place, row) for place, row in enumerate(ROWS) if state in row.sources and trigger in row.triggers]
            for place, row in _possible(cell, known):
                taken.add((state.value, trigger.value, place))
                if row.target is not None and row.target not in reached:
                    reached.add(row.target)
                    waiting.append(row.target)
    return frozenset(_steps(ROWS)) - taken


def happy_path(policy: CapturePolicy) -> tuple[Step, ...]:
    """Return the shortest way to a completed number: confirmed, where ``policy`` asks for that at all."""
    gone = never(policy)
    for last in (Effect.CONFIRM, Effect.COMPLETE):
        path = _shortest([step for step in _steps(ROWS) if step not in gone], last)
        if path:
            return path
    return ()


def _shortest(steps: Iterable[Step], last: Effect) -> tuple[Step, ...]:
    """Return the shortest path that ends in a row with the effect ``last``; of equal ones the first in the table."""
    steps = sorted(steps, key=lambda step: step[2])
    paths: list[tuple[Step, ...]] = [()]
    seen = {State.ASKING}
    for path in paths:
        here = ROWS[path[-1][2]].target if path else State.ASKING
        for step in steps:
            row = ROWS[step[2]]
            if step[0] != here or row.target is None:
                continue
            if row.effect is last:
                return (*path, step)
            if row.target not in seen:
                seen.add(row.target)
                paths.append((*path, step))
    return ()


def _possible(cell: list[tuple[int, Row]], known: Mapping[Guard, bool]) -> Iterable[tuple[int, Row]]:
    """Yield the rows of a cell that are the first to hold under some answers of its guards."""
    guards = sorted({guard for _, row in cell for guard in (*row.when, *row.unless)})
    found = set()
    for answers in product(*((known[guard],) if guard in known else (True, False) for guard in guards)):
        holds = dict(zip(guards, answers, strict=True))
        for place, row in cell:
            if all(holds[guard] for guard in row.when) and not any(holds[guard] for guard in row.unless):
                if place not in found:
                    found.add(place)
                    yield place, row
                break


def _steps(rows: Iterable[Row]) -> Iterable[Step]:
    for place, row in enumerate(rows):
        for source, trigger in product(row.sources, row.triggers):
            yield source.value, trigger.value, place
