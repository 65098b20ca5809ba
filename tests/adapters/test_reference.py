# SPDX-License-Identifier: Apache-2.0
"""The reference of the conformance suite: each conversation ends on the bare core as its data says."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from phonefsm import PhoneCapture, ToolCall
from phonefsm.adapters._tools import tool_call
from tests.adapters.conformance import Adapter, Conformance, Part, Script, Seen, capture_for, check, reference
from tests.adapters.conversations import CONVERSATIONS, ORDER, Conversation, Turn


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[each.name for each in CONVERSATIONS])
def test_a_conversation_ends_on_the_bare_core_as_it_says(conversation: Conversation) -> None:
    outcome = reference(conversation).outcome
    assert (outcome["state"], outcome["number"]) == (conversation.ends, conversation.number)


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[each.name for each in CONVERSATIONS])
def test_a_step_with_calls_is_followed_by_another_and_the_last_has_none(conversation: Conversation) -> None:
    for turn in conversation.turns:
        assert [bool(step.calls) for step in turn.steps] == [True] * (len(turn.steps) - 1) + [False]
    assert [each.name for each in CONVERSATIONS].count(conversation.name) == 1


class _Loop:
    """The loop that a host without a framework writes."""

    def __init__(self, capture: PhoneCapture, conversation: Conversation, script: Script) -> None:
        self.capture = capture
        self.replies: list[Seen] = []
        self._foreign = [ORDER.name] if conversation.foreign else []
        self._script = script
        self._turns = itertools.count()

    async def turn(self, turn: Turn) -> None:
        capture, id = self.capture, f"turn {next(self._turns)}"
        if turn.keys is not None:
            capture.keys_pressed(turn.keys)
        elif turn.caller is None:
            capture.user_silent()
        else:
            capture.user_said(None if turn.late else turn.caller, turn.modality, id)
        for place in range(1, 100):
            step = self._script.step(
                tools=[tool.name for tool in capture.tools] + self._foreign,
                instructions="Be kind.\n" + capture.instructions.as_modality(turn.modality),
            )
            if step.text:
                capture.agent_said(step.text if step.played is None else step.played, interrupted=step.interrupted)
            ours = [call for call in step.calls if call.name != ORDER.name]
            answers = iter(self.decide([tool_call(capture, call.name, call.arguments, call.id) for call in ours]))
            for call in step.calls:
                self.replies.append(Seen(call.name, ORDER.answer) if call.name == ORDER.name else next(answers))
            if turn.late == place:
                capture.user_said(turn.caller, turn.modality, id)
            if not step.calls:
                return

    def decide(self, calls: list[ToolCall]) -> list[Seen]:
        return [Seen(each.name, each.text, each.is_error) for each in self.capture.tools_called(*calls)]


class _OneByOne(_Loop):
    """A loop that breaks the rule that a batch is a unit."""

    def decide(self, calls: list[ToolCall]) -> list[Seen]:
        return [seen for call in calls for seen in super(_OneByOne, self).decide([call])]


class _Bare(Adapter):
    name = "a loop of your own"
    loop: type[_Loop] = _Loop

    @asynccontextmanager
    async def session(self, conversation: Conversation, script: Script) -> AsyncIterator[_Loop]:
        yield self.loop(capture_for(conversation, self.observes), conversation, script)


class TestBare(Conformance):
    adapter = _Bare()


class _Careless(_Bare):
    loop = _OneByOne


def test_the_suite_finds_an_adapter_that_breaks_up_batches() -> None:
    broken = set()
    for conversation in CONVERSATIONS:
        try:
            check(_Careless(), conversation)
        except AssertionError:
            broken.add(conversation.name)
    assert broken == {
        "confirm beside a new number",
        "confirm beside a decline",
        "two numbers, one of them given",
        "two numbers, both given",
        "the same call twice",
    }


class _Deaf(_Bare):
    """A host that reports nothing, and says so."""

    observes = ()


def test_the_suite_measures_a_host_that_sees_less_by_what_it_sees() -> None:
    conversation = next(each for each in CONVERSATIONS if each.name == "confirmed by itself")
    assert reference(conversation).outcome["state"] == "pending_confirmation"
    assert reference(conversation, ()).outcome["state"] == "completed"
    with pytest.raises(AssertionError, match="differs"):  # the loop reports what it said it would not
        check(_Deaf(), conversation)
    assert Part("receipt") is Part.RECEIPT
