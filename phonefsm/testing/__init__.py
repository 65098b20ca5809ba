# SPDX-License-Identifier: Apache-2.0
"""What you test an agent with: callers, a model that misbehaves, and a runner that checks the invariants."""

from phonefsm.testing.caller import SeededCaller
from phonefsm.testing.conversation import BrokenInvariantError, Caller, Conversation, Generation, Model
from phonefsm.testing.model import Habit, MisbehavingModel

__all__ = [
    "BrokenInvariantError",
    "Caller",
    "Conversation",
    "Generation",
    "Habit",
    "MisbehavingModel",
    "Model",
    "SeededCaller",
]
