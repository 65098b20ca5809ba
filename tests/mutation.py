# SPDX-License-Identifier: Apache-2.0
"""Breaks the table on purpose, one place at a time: ``python -m tests.mutation``. A test or invariant must notice.

Each row is deleted, and led to every other state; each guard is made always true and always false; each row of
consent is deleted, and led elsewhere. Tests that only compare the table with what is written elsewhere do not count.
A mutant is made in a process of its own, in the machine that has been built.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, Final, NamedTuple

import pytest

from phonefsm import evidence
from phonefsm.checks import EVERYTHING
from phonefsm.machine import CONSENT, GUARDS, MACHINE, RowTransition
from phonefsm.policy import CapturePolicy
from phonefsm.table import CONSENT_ROWS, ROWS, Consent, ConsentRow, Fact, Guard, Row, State
from phonefsm.verify.explore import THEMES, explore

TESTS: Final = (
    ("tests/test_promise.py", "tests/test_capture.py"),
    ("tests/test_dialogue.py", "tests/test_conversation.py"),
    ("tests/test_stateful.py", "tests/test_ladder.py"),
)
"""What is tried, the likeliest to notice first."""
DEPTHS: Final = {"consent": 5, "late words": 5, "ends": 5, "digits by voice": 3}
"""How far invariants are explored where no test has noticed."""


class Mutant(NamedTuple):
    """A change of the table: what it is, and how it is made."""

    name: str
    make: Callable[[], None]


def mutants() -> Iterator[Mutant]:
    """Yield every mutant of both tables."""
    for number, row in enumerate(ROWS, 1):
        what = f"row {number} ({', '.join(row.triggers)}: {', '.join(row.codes) or row.effect})"
        yield Mutant(f"{what} deleted", lambda row=row: _delete(row))  # type: ignore[misc]
        for state in State:
            if state is not row.target and row.sources != (state,):
                yield Mutant(f"{what} to {state}", lambda row=row, state=state: _lead(row, state))  # type: ignore[misc]
    for guard in Guard:
        for value in (True, False):
            yield Mutant(f"guard {guard} always {value}", lambda guard=guard, value=value: _fix(guard, value=value))  # type: ignore[misc]
    for number, row_of_consent in enumerate(CONSENT_ROWS, 1):
        what = f"consent row {number} ({row_of_consent.fact})"
        cells = [(source, row_of_consent.fact) for source in row_of_consent.sources]
        yield Mutant(f"{what} deleted", lambda cells=cells: _consent(cells, None))  # type: ignore[misc]
        for consent in Consent:
            if consent is not row_of_consent.target and row_of_consent.sources != (consent,):
                changed = row_of_consent._replace(target=consent)
                yield Mutant(
                    f"{what} to {consent}",
                    lambda cells=cells, changed=changed: _consent(cells, changed),  # type: ignore[misc]
                )


def _transitions(row: Row) -> Iterator[tuple[list[Any], RowTransition]]:
    for trigger in row.triggers:
        for source in row.sources:
            cell: list[Any] = MACHINE.events[trigger.value].transitions[source.value]
            yield from ((cell, transition) for transition in list(cell) if transition.row == row)


def _consent(cells: list[tuple[Consent, Fact]], row: ConsentRow | None) -> None:
    """Put ``row`` into ``cells``, or leave them without one, and begin consent anew from what then stands there."""
    for cell in cells:
        del CONSENT[cell]
        if row is not None:
            CONSENT[cell] = row
    evidence.START = evidence.Walk().moved(Fact.NEW_GENERATION)  # type: ignore[misc]


def _delete(row: Row) -> None:
    for cell, transition in list(_transitions(row)):
        cell.remove(transition)


def _lead(row: Row, state: State) -> None:
    for _, transition in list(_transitions(row)):
        transition.bind(row._replace(target=state))


def _fix(guard: Guard, *, value: bool) -> None:
    GUARDS[guard] = lambda _session, _call: value
    for row in ROWS:
        for _, transition in list(_transitions(row)):
            transition.bind(row)


def noticed_by(mutant: Mutant) -> str | None:
    """Return what notices ``mutant``, or ``None``; run it in a process of its own, since it breaks this one."""
    mutant.make()
    for files in TESTS:
        if pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *files]) != 0:
            return " ".join(files)
    policy = CapturePolicy(default_region="US")
    for theme in THEMES:
        if theme.name in DEPTHS:
            for broken in explore(policy, EVERYTHING, theme, depth=DEPTHS[theme.name]).broken:
                return broken.name
    return None


def _in_a_process(mutant: Mutant) -> bool:
    """Fork, and return whether anything has noticed; a mutant that raises or hangs is noticed, too."""
    child = os.fork()
    if child == 0:
        with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            noticed = True
            try:
                noticed = noticed_by(mutant) is not None
            finally:
                os._exit(0 if noticed else 1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def main() -> int:
    """Try all mutants, print the survivors, and return 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default="", help="mutants whose name holds this")
    only = parser.parse_args().only
    chosen = [mutant for mutant in mutants() if only in mutant.name]
    start = time.perf_counter()
    survivors = []
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        # The forks need not import what is imported by now.
        pytest.main(["--collect-only", *(file for files in TESTS for file in files)])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for mutant, noticed in zip(chosen, pool.map(_in_a_process, chosen), strict=True):
            if not noticed:
                survivors.append(mutant.name)
                print(f"survives: {mutant.name}", flush=True)
    print(f"{len(chosen)} mutants, {len(survivors)} survive, {time.perf_counter() - start:.0f} s")
    return 1 if survivors or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
