# SPDX-License-Identifier: Apache-2.0
"""What the checks of a capture ask for, given what its host reports."""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from phonefsm.errors import PolicyError
from phonefsm.policy import EvidenceRule, EvidenceRules
from phonefsm.speech import has_lexicon


class Observation(StrEnum):
    """What a host reports of a conversation."""

    CALLER = "caller"
    """The caller's words, as the model itself gets them."""
    TRANSCRIPT = "transcript"
    """A second ear beside a model that hears the audio itself; it may be late, and it may mishear."""
    AGENT = "agent"
    """The agent's words, as far as they were really played."""


EVERYTHING: Final = frozenset({Observation.CALLER, Observation.AGENT})


def observations(observes: Iterable[str] | None) -> frozenset[Observation]:
    """Return what a host says that it reports; ``None`` is everything.

    Raises:
        PolicyError: a name is not known.
    """
    if observes is None:
        return EVERYTHING
    try:
        found = frozenset(Observation(item) for item in observes)
    except ValueError as error:
        raise PolicyError(f"observes: {error}; known are {', '.join(Observation)}") from None
    return EVERYTHING if found == EVERYTHING else found


class Checks(NamedTuple):
    """What the checks of a capture ask for, given what its host reports."""

    heard: EvidenceRule
    read_back: EvidenceRule
    agreement: EvidenceRule
    sees_caller: bool
    sees_agent: bool
    presume_read: bool
    """A caller's turn is taken to answer a read-back that nobody can, or need, report."""
    hears_parts: bool
    """A read-back in parts can be followed; a yes to the first part would count for the whole elsewhere."""


@lru_cache(maxsize=128)
def checks_for(rules: EvidenceRules, language: str, observes: frozenset[Observation]) -> Checks:
    """Return what the checks ask for under ``rules``."""
    understood = has_lexicon(language)
    caller = Observation.CALLER in observes and understood
    agent = Observation.AGENT in observes and understood

    def rule(chosen: EvidenceRule | None, *, seen: bool) -> EvidenceRule:
        return chosen or ("require" if seen else "accept_unknown")

    read_back = rule(rules.read_back, seen=agent)
    presumed = read_back == "ignore" or (read_back == "accept_unknown" and not agent)
    return Checks(
        heard=rule(rules.heard, seen=caller),
        read_back=read_back,
        agreement=rule(rules.agreement, seen=caller),
        sees_caller=caller,
        sees_agent=agent,
        presume_read=presumed,
        hears_parts=caller and agent and not presumed,
    )
