# SPDX-License-Identifier: Apache-2.0
"""What the developer sees when something is wrong; the model gets replies instead.

PhoneFsmError
+-- PolicyError        a policy, or its file, does not hold: names the field
+-- SnapshotError      a snapshot is damaged, inconsistent or from a newer version
+-- ConversationError  a line of a conversation file does not hold: carries its number
"""


class PhoneFsmError(ValueError):
    """The root: every error that this package raises for a developer's mistake."""


class PolicyError(PhoneFsmError):
    """A policy does not hold; the message names the field and the cause."""


class SnapshotError(PhoneFsmError):
    """A snapshot cannot be restored; the message says why."""


class ConversationError(PhoneFsmError):
    """A conversation line does not hold; ``line`` is its number, from 1, or ``None`` outside a file."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line
