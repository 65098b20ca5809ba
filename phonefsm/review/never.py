# SPDX-License-Identifier: Apache-2.0
"""What a policy rules out, and why: rows that are never taken under it, states never reached, codes never given.

``reach`` finds the rows; this says in words what of the policy is the reason.
"""

from collections.abc import Iterator, Mapping

from phonefsm.policy import CapturePolicy
from phonefsm.review.reach import never, settled
from phonefsm.speech import has_lexicon
from phonefsm.table import ROWS, Code, Guard, Row, State


def rows_never_taken(policy: CapturePolicy) -> Mapping[Row, str]:
    """Return the rows that no capture takes under ``policy`` in any of their cells, each with the reason."""
    gone, lost = never(policy), states_never_reached(policy)
    return {
        row: _reason(row, policy, lost)
        for place, row in enumerate(ROWS)
        if all((state.value, trigger.value, place) in gone for state in row.sources for trigger in row.triggers)
    }


def states_never_reached(policy: CapturePolicy) -> Mapping[State, str]:
    """Return the states that no capture gets to under ``policy``, each with the reason."""
    gone = never(policy)
    reached = {State.ASKING} | {
        row.target
        for place, row in enumerate(ROWS)
        for state in row.sources
        for trigger in row.triggers
        if row.target is not None and (state.value, trigger.value, place) not in gone
    }
    ways = {state: [row for row in ROWS if row.target is state] for state in State if state not in reached}
    return {state: _reason(rows[0], policy, {}) for state, rows in ways.items()}


def codes_never_given(policy: CapturePolicy) -> Mapping[Code, str]:
    """Return the codes that no reply has under ``policy``, each with the reason."""
    found: dict[Code, str] = {}
    if not policy.prefer_heard:
        found[Code.HEARD_INSTEAD] = "the policy sets prefer_heard to false"
    if policy.allowed_regions is None:
        found[Code.COUNTRY_NOT_SERVED] = "the policy serves every country"
    if policy.allowed_types is None:
        found[Code.KIND_NOT_SERVED] = "the policy serves every kind of number"
    if policy.default_region is not None:
        found[Code.COUNTRY_NEEDED] = f"the policy sets default_region to {policy.default_region}"
    rows_lost = rows_never_taken(policy)
    for code in Code:
        rows = [row for row in ROWS if code in row.codes]
        if rows and all(row in rows_lost for row in rows):
            found.setdefault(code, rows_lost[rows[0]])
    return found


def _reason(row: Row, policy: CapturePolicy, lost: Mapping[State, str]) -> str:
    """Return why ``row`` is not taken: a guard of it, a row before it that always is, or a state out of reach."""
    sources = [state for state in row.sources if state not in lost]
    if not sources:
        return f"{' and '.join(row.sources)} {'is' if len(row.sources) == 1 else 'are'} never reached"
    known = settled(policy, sources[0])
    for guard, wanted in _conditions(row):
        if known.get(guard, wanted) is not wanted:
            return _decides(guard, policy)
    for earlier in ROWS[: ROWS.index(row)]:
        if sources[0] in earlier.sources and set(row.triggers) <= set(earlier.triggers):
            asked = dict(_conditions(earlier))
            if all(known.get(guard, wanted) is wanted for guard, wanted in asked.items()):
                for guard in asked.keys() & known.keys():
                    return _decides(guard, policy)
    raise AssertionError("a row that is never taken has a reason")


def _conditions(row: Row) -> Iterator[tuple[Guard, bool]]:
    yield from ((guard, True) for guard in row.when)
    yield from ((guard, False) for guard in row.unless)


def _decides(guard: Guard, policy: CapturePolicy) -> str:
    """Return what of ``policy`` decides ``guard`` once and for all."""
    match guard:
        case Guard.NEEDS_CONFIRMATION:
            return f"the policy sets require_confirmation to {str(policy.require_confirmation).lower()}"
        case Guard.HEARD | Guard.AGREED | Guard.CONTRADICTED if not has_lexicon(policy.language):
            return f"no words are known in the language {policy.language!r}"
        case Guard.HEARD:
            return f"the policy sets evidence.heard to {policy.evidence.heard}"
        case Guard.AGREED:
            return "the policy sets evidence.read_back and evidence.agreement to ignore"
        case _:
            return f"the policy sets limits.{guard.removesuffix('_left')} to 0"
