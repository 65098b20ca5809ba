# SPDX-License-Identifier: Apache-2.0
"""What a proof found, as values: verdicts, figures, and the conversations that break something."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

from phonefsm.checks import Observation
from phonefsm.conversation import Setup
from phonefsm.number import PhoneNumber
from phonefsm.table import Guard
from phonefsm.verify.alphabet import Act
from phonefsm.verify.coverage import CELLS, Coverage
from phonefsm.verify.explore import Broken, Explored
from phonefsm.verify.invariants import INVARIANTS, Invariant, Setting


class Holding(StrEnum):
    """Whether an invariant holds."""

    HOLDS = auto()
    BROKEN = auto()
    GIVEN_UP = auto()
    """The policy, or what the host reports, does not promise it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found of one invariant, under one host."""

    name: str
    text: str
    """What it says, in plain words."""
    observes: frozenset[Observation]
    """What the host reports."""
    holding: Holding
    given_up: str | None
    """Why it is not promised."""
    wrong: str | None
    """What is wrong, where a conversation breaks it."""
    conversation: tuple[str, ...]
    """The shortest conversation that breaks it, as the lines of a conversation file; empty where there is none."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "name": self.name,
            "text": self.text,
            "observes": sorted(self.observes),
            "verdict": self.holding.value,
            "given_up": self.given_up,
            "wrong": self.wrong,
            "conversation": [json.loads(line) for line in self.conversation],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All that exploring one policy found."""

    explored: tuple[Explored, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """A verdict for each kind of host and each invariant; the host that reports everything comes first."""
        hosts = dict.fromkeys(each.setting.observes for each in self.explored)
        return tuple(self._verdict(invariant, observes) for observes in hosts for invariant in INVARIANTS)

    @property
    def broken(self) -> tuple[Verdict, ...]:
        """The verdicts on what is promised and does not hold."""
        return tuple(verdict for verdict in self.verdicts if verdict.holding is Holding.BROKEN)

    @property
    def given_up(self) -> tuple[Verdict, ...]:
        """The verdicts on what the policy gives up where the host reports everything."""
        full = self.explored[0].setting.observes
        return tuple(each for each in self.verdicts if each.holding is Holding.GIVEN_UP and each.observes == full)

    @property
    def states(self) -> int:
        """Abstract states found, over all themes and hosts."""
        return sum(each.states for each in self.explored)

    @property
    def transitions(self) -> int:
        """Events played, each checked against every invariant."""
        return sum(each.transitions for each in self.explored)

    @property
    def coverage(self) -> Coverage:
        """What was taken of the table."""
        coverage = Coverage()
        for each in self.explored:
            coverage.add(each.coverage)
        return coverage

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        coverage = self.coverage
        return {
            "states": self.states,
            "transitions": self.transitions,
            "coverage": {
                "cells_taken": len(coverage.cells),
                "cells": len(CELLS),
                "cells_not_taken": [[*cell] for cell in CELLS if cell not in coverage.cells],
                "guards_both_ways": len(guards_both_ways(coverage)),
                "guards": len(Guard),
            },
            "verdicts": [verdict.as_dict() for verdict in self.verdicts],
            "explored": [
                {
                    "theme": each.theme,
                    "observes": sorted(each.setting.observes),
                    "depth": each.depth,
                    "complete": each.complete,
                    "states": each.states,
                    "transitions": each.transitions,
                }
                for each in self.explored
            ],
        }

    def _verdict(self, invariant: Invariant, observes: frozenset[Observation]) -> Verdict:
        found = [
            (broken, each)
            for each in self.explored
            if each.setting.observes == observes
            for broken in each.broken
            if broken.name == invariant.name
        ]
        setting = next(each.setting for each in self.explored if each.setting.observes == observes)
        given_up = invariant.given_up(setting)
        shortest = min(found, key=lambda pair: len(pair[0].acts), default=None)
        return Verdict(
            name=invariant.name,
            text=invariant.text,
            observes=observes,
            holding=Holding.GIVEN_UP if given_up else Holding.BROKEN if shortest else Holding.HOLDS,
            given_up=given_up,
            wrong=shortest[0].wrong if shortest else None,
            conversation=_lines(*shortest) if shortest else (),
        )


def _lines(broken: Broken, explored: Explored) -> tuple[str, ...]:
    return tuple(conversation_file(explored.setting, broken.acts, caller_id=explored.caller_id))


def guards_both_ways(coverage: Coverage) -> tuple[Guard, ...]:
    """Return the guards that were seen to hold, and not to."""
    return tuple(guard for guard in Guard if {(guard, True), (guard, False)} <= coverage.guards)


def conversation_file(
    setting: Setting, acts: Iterable[Act], *, caller_id: PhoneNumber | str | None = None
) -> Sequence[str]:
    """Return the lines of a conversation file that ``phonefsm replay`` plays."""
    setup = Setup(
        policy=setting.policy.model_dump(mode="json", exclude_unset=True),
        observes=sorted(setting.observes),
        caller_id=None if caller_id is None else str(caller_id),
    )
    events = (setup, *(act.event for act in acts))
    return [json.dumps(event.model_dump(mode="json", exclude_unset=True), ensure_ascii=False) for event in events]
