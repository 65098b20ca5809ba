# SPDX-License-Identifier: Apache-2.0
"""What the model has done with the caller's latest turn: called a tool, or only talked."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Dues:
    """Since the caller's latest turn; ``forgot`` since the beginning."""

    called: bool = False
    """The model has called a tool."""
    spoke: bool = False
    """It has spoken, and called nothing."""
    claimed: bool = False
    """It has said "saved", and called nothing."""
    forgot: bool = False
    """It has answered digits with words alone, at least once."""

    def caller_spoke(self) -> None:
        """Begin a turn of the caller's."""
        self.called = self.spoke = self.claimed = False

    def model_called(self) -> None:
        """Take in that the model called a tool."""
        self.called, self.spoke, self.claimed = True, False, False

    def model_spoke(self, *, saved: bool, digits: bool) -> None:
        """Take in that the model talked: whether it said "saved", and whether digits wait to be recorded."""
        if not self.called:
            self.spoke = True
            self.claimed |= saved
            self.forgot |= digits
