# SPDX-License-Identifier: Apache-2.0
"""Explores a policy: every theme and every kind of host, side by side in processes of their own."""

from collections.abc import Callable
from typing import Final, NamedTuple

from phonefsm.checks import EVERYTHING, Observation
from phonefsm.policy import CapturePolicy
from phonefsm.verify.explore import THEMES, Explored, Theme, explore
from phonefsm.verify.jobs import side_by_side
from phonefsm.verify.report import Report

HOSTS: Final[tuple[frozenset[Observation], ...]] = (
    EVERYTHING,
    frozenset({Observation.TRANSCRIPT, Observation.AGENT}),
    frozenset({Observation.CALLER}),
    frozenset({Observation.AGENT}),
    frozenset(),
)
"""Kinds of hosts by what they report: all of it, a second ear beside the model, one side alone, nothing (MCP)."""

_LESS: Final = {"everything": 2, "consent": 4}
"""The themes explored for hosts that report less, and how far."""


class Task(NamedTuple):
    """One theme under one kind of host."""

    policy: CapturePolicy
    observes: frozenset[Observation]
    theme: Theme
    depth: int


def tasks(policy: CapturePolicy, depth: int | None = None) -> tuple[Task, ...]:
    """Return what is to be explored; ``depth`` stands in for that of each theme."""
    found = []
    for observes in HOSTS:
        for theme in THEMES:
            reach = theme.depth if observes == EVERYTHING else _LESS.get(theme.name)
            if reach is not None:
                found.append(Task(policy, observes, theme, reach if depth is None else depth))
    return tuple(found)


def verify(
    policy: CapturePolicy,
    *,
    depth: int | None = None,
    processes: int | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Report:
    """Explore every conversation up to a depth, check the invariants at every event, and report.

    Args:
        policy: under which; its limits are put out of reach, or within it, as each theme says.
        depth: events of the longest conversations; each theme's own, unless told.
        processes: how many work side by side; one a core, unless told.
        progress: told the share, from 0 to 1, that is done.

    Raises:
        PolicyError: the policy accepts no number that could be tried.
    """
    explored = side_by_side(_explore, tasks(policy, depth), processes=processes, progress=progress)
    return Report(tuple(explored))


def _explore(task: Task, progress: Callable[[float], None]) -> Explored:
    return explore(task.policy, task.observes, task.theme, depth=task.depth, progress=progress)
