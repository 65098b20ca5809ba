# SPDX-License-Identifier: Apache-2.0
"""Which rows of the table an exploration took, and which guards it saw both ways."""

from collections.abc import Iterator
from typing import Any, Final, cast

from structlog.typing import FilteringBoundLogger

from phonefsm.table import OPEN, ROWS, Code, Effect, Guard, Row, State, Trigger

Cell = tuple[State, Trigger]

CELLS: Final = tuple(
    (state, trigger)
    for state in State
    for trigger in Trigger
    if trigger is not Trigger.REFUSED or state in OPEN  # the machine fires it in open states alone
)
_BY_CELL: Final[dict[Cell, tuple[Row, ...]]] = {
    (state, trigger): tuple(row for row in ROWS if state in row.sources and trigger in row.triggers)
    for state in State
    for trigger in Trigger
}


class Coverage:
    """A capture's logger that counts instead of writing: each transition and refusal names the row that was taken."""

    def __init__(self) -> None:
        self.rows: set[tuple[Cell, int]] = set()
        """Rows taken, as the cell and the row's place in it."""

    @property
    def logger(self) -> FilteringBoundLogger:
        """Itself, as what a capture takes: it has the two methods that a capture calls."""
        return cast("FilteringBoundLogger", self)

    def info(self, event: str, **fields: Any) -> None:  # noqa: ANN401 - structlog's signature
        """Count a transition."""
        if event == "transition":
            self._take(State(fields["source"]), Trigger(fields["trigger"]), fields["code"], State(fields["target"]))

    def warning(self, event: str, **fields: Any) -> None:  # noqa: ANN401 - structlog's signature
        """Count a refusal; one that fits no tool fires nothing."""
        if event == "refusal" and fields["trigger"] is not None:
            state = State(fields["state"])
            self._take(state, Trigger(fields["trigger"]), fields["code"], state)

    def refused(self, state: State) -> None:
        """Count that the machine counted a refusal, which it logs as part of what was refused."""
        places = [place for place, row in enumerate(_BY_CELL[state, Trigger.REFUSED]) if row.target is None]
        self.rows.add(((state, Trigger.REFUSED), places[0]))

    def _take(self, source: State, trigger: Trigger, code: str, target: State) -> None:
        for place, row in enumerate(_BY_CELL[source, trigger]):
            if Code(code) in row.codes and (row.target or source) is target:
                self.rows.add(((source, trigger), place))
                return
        if trigger is Trigger.REFUSED:
            places = [place for place, row in enumerate(_BY_CELL[source, trigger]) if row.effect is Effect.END]
            self.rows.add(((source, trigger), places[0]))

    @property
    def cells(self) -> frozenset[Cell]:
        """The cells of the table that were taken."""
        return frozenset(cell for cell, _ in self.rows)

    @property
    def guards(self) -> frozenset[tuple[Guard, bool]]:
        """The guards, with each way in which a row that was taken shows them to have been."""
        return frozenset(seen for cell, place in self.rows for seen in _shown(_BY_CELL[cell], place))

    def add(self, other: "Coverage") -> None:
        """Take in what another one counted."""
        self.rows |= other.rows


def _shown(rows: tuple[Row, ...], taken: int) -> Iterator[tuple[Guard, bool]]:
    """Yield what the guards of a cell must have been for the row at ``taken`` to be the first that held."""
    known = dict(_conditions(rows[taken]))
    for row in rows[:taken]:
        failed = [(guard, wanted) for guard, wanted in _conditions(row) if known.get(guard) is not wanted]
        if len(failed) == 1:
            guard, wanted = failed[0]
            known[guard] = not wanted
    return iter(known.items())


def _conditions(row: Row) -> Iterator[tuple[Guard, bool]]:
    yield from ((guard, True) for guard in row.when)
    yield from ((guard, False) for guard in row.unless)
