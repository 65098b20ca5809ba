# SPDX-License-Identifier: Apache-2.0
"""Phone-number capture for language-model agents, as an explicit finite-state machine."""

from phonefsm.capture import Listening, PhoneCapture
from phonefsm.checks import Observation
from phonefsm.errors import ConversationError, PhoneFsmError, PolicyError, SnapshotError
from phonefsm.instructions import Instructions
from phonefsm.ladder import Rung
from phonefsm.number import PhoneNumber
from phonefsm.outcome import Completed, Declined, Escalated, Outcome, Receipt
from phonefsm.policy import CapturePolicy, EvidenceRules, Limits, NumberType, Support
from phonefsm.snapshot import Snapshot
from phonefsm.table import Code, Consent, State, Trigger
from phonefsm.tools import Tool, ToolCall, ToolReply

__all__ = [
    "CapturePolicy",
    "Code",
    "Completed",
    "Consent",
    "ConversationError",
    "Declined",
    "Escalated",
    "EvidenceRules",
    "Instructions",
    "Limits",
    "Listening",
    "NumberType",
    "Observation",
    "Outcome",
    "PhoneCapture",
    "PhoneFsmError",
    "PhoneNumber",
    "PolicyError",
    "Receipt",
    "Rung",
    "Snapshot",
    "SnapshotError",
    "State",
    "Support",
    "Tool",
    "ToolCall",
    "ToolReply",
    "Trigger",
]
