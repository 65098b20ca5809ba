# SPDX-License-Identifier: Apache-2.0
"""Proof: the table explored to a depth on the real capture, against invariants in plain words.

``verify(policy)`` returns a ``Report``; the command is ``phonefsm verify``.
"""

from phonefsm.verify.alphabet import Act, Alphabet, Answer, Said, Spoken, acts, batch, numbers_for
from phonefsm.verify.invariants import INVARIANTS, Invariant, Moment, Setting, most_calls
from phonefsm.verify.report import Holding, Report, Verdict
from phonefsm.verify.run import verify
from phonefsm.verify.story import Event, Story, View

__all__ = [
    "INVARIANTS",
    "Act",
    "Alphabet",
    "Answer",
    "Event",
    "Holding",
    "Invariant",
    "Moment",
    "Report",
    "Said",
    "Setting",
    "Spoken",
    "Story",
    "Verdict",
    "View",
    "acts",
    "batch",
    "most_calls",
    "numbers_for",
    "verify",
]
