# SPDX-License-Identifier: Apache-2.0
"""``CaptureMachine``: hypothesis talks to a capture of yours in every way that it can think of."""

from collections.abc import Iterable, Sequence

from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from hypothesis.strategies import DataObject, data

from phonefsm.capture import PhoneCapture
from phonefsm.conversation import QUIET
from phonefsm.policy import CapturePolicy
from phonefsm.testing.conversation import Conversation
from phonefsm.testing.strategies import any_act
from phonefsm.tools import ToolReply
from phonefsm.verify.alphabet import Act, numbers_for


class CaptureMachine(RuleBasedStateMachine):
    """Plays random acts on a capture and checks every invariant that its policy and host promise.

    Subclass it with your policy, and override what you want; run it by its ``TestCase``::

        class Ours(CaptureMachine):
            policy = CapturePolicy.from_toml("policy.toml")

        TestOurs = Ours.TestCase
    """

    policy = CapturePolicy(default_region="US")
    """Under which the capture runs."""
    observes: Iterable[str] | None = None
    """What your host reports; ``None``: everything."""

    @initialize()
    def begin(self) -> None:
        """Make the capture."""
        caller_id = str(numbers_for(self.policy)[-1])
        self.conversation = Conversation(self.make(caller_id), caller_id=caller_id)
        self._waits = False

    @rule(data=data())
    def act(self, data: DataObject) -> None:
        """Play one act, and look at what came of it."""
        act: Act = data.draw(any_act(self.policy).filter(self._can_happen))
        replies = self.conversation.play(act)
        self._waits = act.name == "speaks" or (self._waits and not act.name.startswith("late "))
        self.check(act, replies)

    @property
    def capture(self) -> PhoneCapture:
        """The capture as it stands."""
        return self.conversation.capture

    def make(self, caller_id: str) -> PhoneCapture:
        """Return a fresh capture; override it to make one as your host does."""
        return PhoneCapture(self.policy, caller_id=caller_id, observes=self.observes, logger=QUIET)

    def check(self, act: Act, replies: Sequence[ToolReply]) -> None:
        """Look at what came of ``act``; override it with what else must hold for you."""

    def _can_happen(self, act: Act) -> bool:
        return self._waits if act.name.startswith("late ") else not (act.name == "speaks" and self._waits)
