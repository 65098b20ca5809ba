# SPDX-License-Identifier: Apache-2.0
"""Random conversations on the public API, with snapshot and restore as a rule, and rules that must always hold.

The rules are judged from what was said, by code of their own, and not from the capture's evidence.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from phonefsm import CapturePolicy, Completed, PhoneCapture, State, ToolReply
from phonefsm.table import FINAL, OPEN
from tests.script import A_E164, B_E164, A, B, confirm, decline, escalate, extend, reject, update

POLICY = CapturePolicy(default_region="US", require_confirmation=True)
E164 = {A: A_E164, B: B_E164}
numbers = st.sampled_from([A, B])
CALLS = st.one_of(
    st.builds(update, st.sampled_from([A, B, "415 555", "415 555 01888", "628 555 0199", "0188", "hello"])),
    st.builds(extend, st.sampled_from(["415", "555", "0123", "0188", "5550123"])),
    st.builds(confirm),
    st.builds(reject),
    st.builds(decline),
    st.builds(escalate),
)


class Conversation(RuleBasedStateMachine):
    """A caller, an agent and a model that does anything."""

    def __init__(self) -> None:
        super().__init__()
        self.capture = PhoneCapture(POLICY)
        self.said: set[str] = set()
        """Numbers that the caller has said whole, or can be put together from parts."""
        self.read: str | None = None
        """The number that was last read back whole, with nothing said against it since."""
        self.agreed = False
        self.counts = (0, 0)
        self.ended: State | None = None

    def _replied(self, replies: list[ToolReply], before: State) -> None:
        for reply in replies:
            assert reply.text
            if reply.is_error:
                assert reply.text.startswith(("Nothing", "No number"))
            if reply.text.startswith("Saved"):
                assert self.capture.state is State.COMPLETED
        if before in OPEN and self.capture.state is State.COMPLETED:
            outcome = self.capture.outcome
            assert isinstance(outcome, Completed)
            assert outcome.number.e164 in self.said, "nobody said that number"
            assert self.read == outcome.number.e164, "it was not the last one read back"
            assert self.agreed, "nobody agreed to it"

    @rule(number=numbers, lead=st.sampled_from(["", "it's ", "no, ", "sorry, it's "]))
    def caller_says(self, number: str, lead: str) -> None:
        self.capture.user_said(lead + number, "audio")
        self.said.add(E164[number])
        if self.read == E164[number] and not lead.startswith(("no", "sorry")):
            self.agreed = True
        else:
            self.read, self.agreed = None, False

    @rule(part=st.sampled_from(["415", "555", "0123", "no, 0188", "the last four are 0188", "415 555 01888"]))
    def caller_says_digits(self, part: str) -> None:
        self.capture.user_said(part, "audio")
        self.said |= {A_E164, B_E164}  # parts of either may be in hand by now: the rule is weaker from here on
        self.read, self.agreed = None, False

    @rule(yes=st.sampled_from(["yes", "yeah that's right", "correct"]))
    def caller_agrees(self, yes: str) -> None:
        self.capture.user_said(yes, "audio")
        self.agreed = self.read is not None

    @rule(word=st.sampled_from(["no", "that's wrong", "can you repeat that", "wait", "I'd rather not give it"]))
    def caller_objects(self, word: str) -> None:
        self.capture.user_said(word, "audio")
        self.read, self.agreed = None, False

    @rule(word=st.sampled_from(["mm", "uh-huh", "what"]))
    def caller_mumbles(self, word: str) -> None:
        self.capture.user_said(word, "audio")

    @rule(number=numbers, tail=st.sampled_from([". Is that right?", ", correct?", ""]))
    def agent_reads_back(self, number: str, tail: str) -> None:
        self.capture.agent_said(f"I have {number}{tail}")
        self.read, self.agreed = E164[number], False

    @rule(number=numbers, kept=st.integers(3, 9))
    def agent_is_cut(self, number: str, kept: int) -> None:
        digits = number.replace(" ", "")
        self.capture.agent_said(f"I have {digits[:kept]}", interrupted=True)
        if self.read is not None and kept >= 7 and not self.read[2:].startswith(digits[:kept]):
            self.read, self.agreed = None, False

    @rule(number=numbers)
    def agent_is_cut_nobody_knows_where(self, number: str) -> None:
        self.capture.agent_said(f"I have {number}", interrupted=None)
        if self.read != E164[number]:
            self.read, self.agreed = None, False

    @rule(calls=st.lists(CALLS, min_size=1, max_size=3))
    def model_calls(self, calls: list[object]) -> None:
        before = self.capture.state
        self._replied(self.capture.tools_called(*calls), before)  # type: ignore[arg-type]

    @precondition(lambda self: self.capture.state is State.ASKING)
    @rule(number=numbers)
    def model_records_what_was_said(self, number: str) -> None:
        self._replied(self.capture.tools_called(update(number)), State.ASKING)

    @rule()
    def model_confirms(self) -> None:
        before = self.capture.state
        self._replied(self.capture.tools_called(confirm()), before)

    @rule()
    def silence(self) -> None:
        self.capture.user_silent()

    @precondition(lambda self: self.capture.state in FINAL)
    @rule()
    def reopen(self) -> None:
        self.capture.reopen()
        self.ended, self.counts = None, (0, 0)

    @rule()
    def restart(self) -> None:
        text = self.capture.snapshot().model_dump_json()
        capture = PhoneCapture.restore(text, POLICY)
        assert capture.snapshot() == self.capture.snapshot()
        assert capture.instructions == self.capture.instructions
        self.capture = capture

    @invariant()
    def final_states_move_only_by_reopen(self) -> None:
        if self.ended is not None:
            assert self.capture.state is self.ended
        if self.capture.state in FINAL:
            self.ended = self.capture.state

    @invariant()
    def counts_never_fall(self) -> None:
        receipt = self.capture.receipt
        now = receipt.attempts, receipt.rejections
        assert all(new >= old for new, old in zip(now, self.counts, strict=True))
        self.counts = now

    @invariant()
    def it_always_knows_what_to_say(self) -> None:
        assert self.capture.prompt
        assert self.capture.instructions.audio
        assert (self.capture.outcome is None) == (self.capture.state in OPEN)
        assert bool(self.capture.tools) == (self.capture.state in OPEN)


Conversation.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestConversation = Conversation.TestCase
