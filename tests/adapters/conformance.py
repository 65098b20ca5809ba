# SPDX-License-Identifier: Apache-2.0
"""One conformance suite for every adapter: its conversations must end as they do on the bare core.

How an adapter joins, in ``tests/adapters/test_NAME.py``:

1. ``framework = pytest.importorskip("framework", reason="framework is not installed: pip install 'phonefsm[NAME]'")``
   at the head, so that the file is skipped where the package is missing.
2. A session, made anew for each conversation, that drives the real framework with its own fake model::

       class Session:
           capture: PhoneCapture                     # as it stands now (a property, where the host restores it)
           replies: list[Seen]                       # every result that the model was shown, in the calls' order

           async def turn(self, turn: Turn) -> None  # one thing of the caller, and the generations that follow

   ``turn`` reports the caller's words (``turn.caller`` as ``turn.modality``; ``None``: silence; ``turn.keys``: keypad;
   ``turn.late``: words that come only after that many generations) and lets the framework run. The framework calls the
   fake model, and the fake model asks the script what to say, once a generation, and tells it what it was shown::

       step = script.step(tools=[names], instructions=system_text)   # -> Step(text, calls, played, interrupted)

   A step's calls carry ids; ``call.arguments`` that are a ``str`` are to be sent as they are. A step with calls is
   always followed by another one in the same turn, a step without ends it: a loop that asks too often or too seldom
   fails. Where ``step.interrupted`` is not ``False``, only ``step.played`` of the text was played.
   ``ORDER`` is a tool of the host's own (``conversation.foreign`` says whether the model has it); it is registered with
   the framework as any user would, answers ``ORDER.answer``, and its results belong in ``replies`` too.
3. An ``Adapter`` that names it and opens sessions, and a test class::

       class Framework(Adapter):
           name = "framework"
           observes = None                           # what the host reports, as for PhoneCapture
           lacks = {Need.SILENCE: "the framework has no clock"}       # conversations that it cannot have, and why
           forced = {"ids reused": Forced("...", Part.REPLIES)}       # what differs in one conversation, and why

           @asynccontextmanager
           async def session(self, conversation, script):
               yield Session(capture_for(conversation, self.observes), script)

       class TestFramework(Conformance):
           adapter = Framework()

What is compared, for each conversation: outcome (state, number, reason, generation, consent, nudge), receipt, the
replies as the model saw them, and for each generation the tools that the model was offered and the instructions that
it was given. The reference is the bare core with the same ``observes``. A declared difference must really be one, and
none may complete a number that the reference does not. Differences stand in the README's table; ``python -m
tests.adapters`` prints that table, behind the one of adapters and conversations.

``phonefsm.adapters._tools`` is the one home of what adapters share: whose call it is (``is_ours``), its arguments, an
id that is unique where a provider reuses them (``tool_call``), the schema to send and the install hint.
"""

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

import pytest
import structlog

from phonefsm import CapturePolicy, Completed, Declined, Escalated, Observation, PhoneCapture, State, ToolCall
from phonefsm.adapters._tools import arguments
from tests.adapters.conversations import CONVERSATIONS, ORDER, Call, Conversation, Need, Step, Turn

README: Final = Path(__file__).parents[2].joinpath("README.md")
SILENT: Final = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])


class Part(StrEnum):
    """What of a conversation is compared."""

    OUTCOME = "outcome"
    RECEIPT = "receipt"
    REPLIES = "replies"
    TOOLS = "tools"
    INSTRUCTIONS = "instructions"


@dataclass(frozen=True, slots=True)
class Seen:
    """The result of a call as the model saw it; ``is_error`` ``None``: the format has no flag."""

    name: str
    text: str
    is_error: bool | None = None


@dataclass(frozen=True, slots=True)
class Generation:
    """What the model was shown in one generation; ``None``: the fake model cannot tell."""

    tools: tuple[str, ...] | None
    instructions: str | None


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a conversation."""

    outcome: dict[str, Any]
    receipt: dict[str, Any]
    replies: list[Seen]
    generations: list[Generation]


class Forced:
    """A difference that a framework forces on one conversation; without parts: the conversation cannot be had."""

    def __init__(self, reason: str, *parts: Part) -> None:
        self.reason = reason
        self.parts = frozenset(parts)


class Script:
    """What the fake model says, step by step, and what it was shown."""

    def __init__(self) -> None:
        self.generations: list[Generation] = []
        self._steps: list[Step] = []
        self._ids = itertools.count(1)
        self._overrun = False

    def load(self, steps: Iterable[Step]) -> None:
        """Lay out the generations of a turn; a call without an id gets a fresh one."""
        self._steps = [
            Step(each.text, tuple(map(self._named, each.calls)), each.played, each.interrupted) for each in steps
        ]

    def step(self, *, tools: Iterable[str] | None = None, instructions: str | None = None) -> Step:
        """Return what the model says next, having been shown ``tools`` and ``instructions``."""
        self.generations.append(Generation(None if tools is None else tuple(tools), instructions))
        if not self._steps:
            self._overrun = True
            raise AssertionError("the model was asked once too often")
        return self._steps.pop(0)

    def check(self, *, may_stop: bool) -> None:
        """Check that a turn asked the model as often as it should."""
        assert not self._overrun, "the model was asked once too often"
        assert may_stop or not self._steps, f"the model was not asked for {self._steps}"

    def _named(self, call: Call) -> Call:
        return call if call.id is not None else Call(call.name, call.arguments, f"call_{next(self._ids)}_{call.name}")


class Session(Protocol):
    """One conversation through a framework."""

    @property
    def capture(self) -> PhoneCapture:
        """The capture as it stands."""

    @property
    def replies(self) -> list[Seen]:
        """The results that the model was shown, in the order of the calls."""

    async def turn(self, turn: Turn) -> None:
        """Report one thing of the caller, and let the framework run its generations."""


class Adapter(ABC):
    """A framework, and what it forces."""

    name: ClassVar[str]
    observes: ClassVar[tuple[str, ...] | None] = None
    """What the host reports; ``None``: everything."""
    lacks: ClassVar[Mapping[Need, str]] = {}
    """What conversations may need and the framework cannot do, and why."""
    forced: ClassVar[Mapping[str, Forced]] = {}
    """Differences, by the conversation's name."""
    stops_at_end: ClassVar[bool] = False
    """The framework asks the model no more once the capture has ended."""

    @abstractmethod
    def session(self, conversation: Conversation, script: Script) -> AbstractAsyncContextManager[Session]:
        """Open a session; its fake model asks ``script``."""

    def absent(self, conversation: Conversation) -> str | None:
        """Return why the conversation cannot be had, or ``None``."""
        for need in sorted(conversation.needs & self.lacks.keys()):
            return self.lacks[need]
        forced = self.forced.get(conversation.name)
        return forced.reason if forced and not forced.parts else None

    async def run(self, conversation: Conversation) -> Ran:
        """Have the conversation."""
        script = Script()
        async with self.session(conversation, script) as session:
            for turn in conversation.turns:
                script.load(turn.steps)
                await session.turn(turn)
                script.check(may_stop=self.stops_at_end and session.capture.outcome is not None)
            return Ran(
                _outcome(session.capture), session.capture.receipt.as_dict(), session.replies, script.generations
            )

    def differences(self) -> Iterator[str]:
        """Yield the rows of the README's table; a variant, named behind a comma, shares those of its adapter."""
        name = self.name.partition(",")[0]
        for need, reason in self.lacks.items():
            yield f"| {name} | {need} | not possible | {reason} |"
        for where, forced in self.forced.items():
            parts = ", ".join(sorted(forced.parts)) or "not possible"
            yield f"| {name} | {where} | {parts} | {forced.reason} |"


def capture_for(conversation: Conversation, observes: Iterable[str] | None = None) -> PhoneCapture:
    """Return a fresh capture under the conversation's policy, for a host that reports ``observes``."""
    policy = CapturePolicy.load({"default_region": "US", **conversation.policy})
    return PhoneCapture(policy, observes=observes, logger=SILENT)


def _outcome(capture: PhoneCapture) -> dict[str, Any]:
    outcome = capture.outcome
    return {
        "state": capture.state.value,
        "number": str(outcome.number) if isinstance(outcome, Completed) else None,
        "reason": outcome.reason if isinstance(outcome, Declined | Escalated) else None,
        "generation": capture.generation,
        "consent": capture.consent.value,
        "nudge": capture.nudge,
    }


def reference(conversation: Conversation, observes: Iterable[str] | None = None, *, stops_at_end: bool = False) -> Ran:
    """Have the conversation with the bare core, and a host that reports ``observes``.

    ``stops_at_end``: the model is not asked again, and so not shown the replies to the calls that ended it.
    """
    capture = capture_for(conversation, observes)
    hears = bool(capture.observes & {Observation.CALLER, Observation.TRANSCRIPT})
    ids, replies, generations = itertools.count(), list[Seen](), list[Generation]()
    foreign = (ORDER.name,) if conversation.foreign else ()
    for turn in conversation.turns:
        id = f"turn {next(ids)}"
        if turn.keys is not None:
            capture.keys_pressed(turn.keys)
        elif turn.caller is None:
            capture.user_silent()
        elif hears:
            capture.user_said(None if turn.late else turn.caller, turn.modality, id)
        for place, step in enumerate(turn.steps, 1):
            names = tuple(tool.name for tool in capture.tools)
            generations.append(Generation(names + foreign, str(capture.instructions.as_modality(turn.modality))))
            if step.text and Observation.AGENT in capture.observes:
                said = step.text if step.played is None else step.played
                capture.agent_said(said, interrupted=step.interrupted)
            ours = [call for call in step.calls if call.name != ORDER.name]
            asked = [ToolCall(call.name, arguments(call.arguments), f"call {next(ids)}") for call in ours]
            answers = iter(capture.tools_called(*asked))
            if stops_at_end and capture.outcome is not None:
                break
            for call in step.calls:
                if call.name == ORDER.name:
                    replies.append(Seen(call.name, ORDER.answer, False))
                else:
                    answer = next(answers)
                    replies.append(Seen(answer.name, answer.text, answer.is_error))
            if turn.late == place and hears:
                capture.user_said(turn.caller, turn.modality, id)
    return Ran(_outcome(capture), capture.receipt.as_dict(), replies, generations)


def differing(ran: Ran, expected: Ran) -> dict[Part, tuple[Any, Any]]:
    """Return what differs: what was had and what was expected."""
    shown, known = ran.generations, expected.generations
    pairs = {
        Part.OUTCOME: (ran.outcome, expected.outcome),
        Part.RECEIPT: (ran.receipt, expected.receipt),
        Part.REPLIES: (
            ran.replies,
            [
                Seen(each.name, each.text, None if was and was.is_error is None else each.is_error)
                for each, was in itertools.zip_longest(expected.replies, ran.replies[: len(expected.replies)])
            ],
        ),
        Part.TOOLS: (
            [sorted(each.tools) for each in shown if each.tools is not None],
            [sorted(each.tools or ()) for each, was in zip(known, shown, strict=False) if was.tools is not None],
        ),
        Part.INSTRUCTIONS: (
            [each.instructions for each in shown if each.instructions is not None],
            [
                was.instructions if each.instructions in was.instructions else each.instructions
                for each, was in zip(known, shown, strict=False)
                if was.instructions is not None and each.instructions is not None
            ],
        ),
    }
    return {part: pair for part, pair in pairs.items() if pair[0] != pair[1]}


def check(adapter: Adapter, conversation: Conversation) -> frozenset[Part]:
    """Have the conversation through ``adapter`` and check it; return the parts that differ, as declared."""
    expected = reference(conversation, adapter.observes, stops_at_end=adapter.stops_at_end)
    ran = asyncio.run(adapter.run(conversation))
    if ran.outcome["state"] == State.COMPLETED:
        assert ran.outcome["number"] == expected.outcome["number"], "a number was completed that should not have been"
    found = differing(ran, expected)
    forced = adapter.forced.get(conversation.name)
    declared = forced.parts if forced else frozenset()
    for part in Part:
        if part in declared:
            assert part in found, f"{part} is declared to differ and does not"
        else:
            had, wanted = found.get(part, (None, None))
            assert had == wanted, f"{part} differs"
    return declared


class Conformance:
    """The tests that every adapter inherits; a subclass named ``Test...`` sets ``adapter``."""

    adapter: ClassVar[Adapter]

    @pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[each.name for each in CONVERSATIONS])
    def test_a_conversation_ends_as_on_the_bare_core(self, conversation: Conversation) -> None:
        if not self.adapter.absent(conversation):
            check(self.adapter, conversation)

    def test_its_differences_stand_in_the_readme(self) -> None:
        assert self.adapter.forced.keys() <= {each.name for each in CONVERSATIONS}
        readme = README.read_text(encoding="utf-8")
        for row in self.adapter.differences():
            assert row in readme
