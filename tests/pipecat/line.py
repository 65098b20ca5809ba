# SPDX-License-Identifier: Apache-2.0
"""A line through a real Pipecat pipeline, offline: a scripted model, a silent speaker, and a caller of text.

Nothing waits but for what happens: the caller's turn ends with its transcript, and a word is played when it is handed
on. Imported where pipecat-ai is there.
"""

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self, cast

from loguru import logger
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.flows import FlowManager
from pipecat.frames.frames import (
    CancelFrame,
    Frame,
    FunctionCallFromLLM,
    InputDTMFFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMMessagesAppendFrame,
    LLMRunFrame,
    LLMServiceMetadataFrame,
    LLMSetToolsFrame,
    LLMTextFrame,
    TextFrame,
    TranscriptionFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings
from pipecat.turns.user_start import TranscriptionUserTurnStartStrategy
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies, UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from phonefsm.adapters.pipecat import PhoneProcessor

_TROUBLE: Final[list[str]] = []  # what Pipecat catches, as in handlers of events, it logs
logger.remove()
logger.add(_TROUBLE.append, level="ERROR", format="{message}\n{exception}")

PATIENCE: Final = 5.0
"""Seconds after which what was expected will not happen."""
GRACE: Final = 0.02
"""Seconds in which something that should not happen would."""


@dataclass(frozen=True, slots=True)
class Call:
    """A model's call."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What the model says and calls in one generation; ``played``: as far as it is played before it is cut."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    played: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the model was shown in one generation."""

    tools: tuple[str, ...]
    system: str
    messages: tuple[Any, ...]
    choice: str | None
    """What it was asked for: tool calls or none."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a call as the model sees it; ``status`` where it is one of ours."""

    name: str
    status: str | None
    text: str


class Model(LLMService):
    """Says what it is told to, one step a generation."""

    def __init__(self, says: Callable[[Seen], Step], *, realtime: bool = False, **options: Any) -> None:
        super().__init__(settings=LLMSettings(**cast("Any", dict.fromkeys(_SETTINGS))), **options)
        self._says = says
        self._ids = 0
        self._realtime = realtime
        self.asked = 0
        self.tools: list[str] = []
        """Those that a realtime model was shown last."""

    def service_metadata_frame(self) -> LLMServiceMetadataFrame:
        return LLMServiceMetadataFrame(service_name=self.name, is_realtime_service=self._realtime)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMSetToolsFrame) and self._realtime:
            self._sync_registered_tool_handlers(frame.tools)
            self.tools = [tool.name for tool in getattr(frame.tools, "standard_tools", [])]
        if isinstance(frame, LLMContextFrame) and not self._realtime:
            self.asked += 1
            await self.speak(self._says(seen(frame.context)), frame.context)
        else:
            await self.push_frame(frame, direction)

    async def speak(self, step: Step, context: LLMContext) -> None:
        """Go through one generation."""
        await self.push_frame(LLMFullResponseStartFrame())
        if step.text:
            await self.push_frame(Saying(step))
        calls = []
        for call in step.calls:
            self._ids += 1
            id = call.id or f"call_{self._ids}"
            calls.append(FunctionCallFromLLM(call.name, id, call.arguments, context))
        await self.run_function_calls(calls)
        await self.push_frame(LLMFullResponseEndFrame())


_SETTINGS: Final = tuple(each.name for each in dataclasses.fields(LLMSettings) if each.init and each.name != "extra")


class Saying(LLMTextFrame):
    """The text of a step, with how much of it is played."""

    def __init__(self, step: Step) -> None:
        super().__init__(text=step.text)
        self.step = step


class Speaker(FrameProcessor):
    """Plays text word by word, in place of a synthesiser and a transport's output; holds where it is to be cut."""

    def __init__(self) -> None:
        super().__init__()
        self.holding = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame | CancelFrame):
            self.holding.clear()
        if not isinstance(frame, Saying):
            await self.push_frame(frame, direction)
            return
        for word in (frame.text if frame.step.played is None else frame.step.played).split():
            await self.push_frame(TextFrame(text=word))
        if frame.step.played is not None:
            self.holding.set()
            await asyncio.Event().wait()  # an interruption ends what a processor is at


def seen(context: LLMContext) -> Seen:
    """Return what a model is shown of ``context``."""
    messages: list[Any] = context.messages
    told = [each["content"] for each in messages if each["role"] in ("system", "developer")]
    tools = tuple(tool.name for tool in getattr(context.tools, "standard_tools", []))
    choice = context.tool_choice if isinstance(context.tool_choice, str) else None
    return Seen(tools, "\n".join(told), tuple(dict(each) for each in messages), choice)


def quick_turns() -> UserTurnStrategies:
    """Return turns of the caller that begin and end with a transcript."""
    return UserTurnStrategies(
        start=[TranscriptionUserTurnStartStrategy()], stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.0)]
    )


class Line:
    """One call through a pipeline; the capture is begun by who calls.

    Args:
        messages: what the context holds at first.
        tools: the host's own.
        functions: the host's own in a flow, whatever its node.
        model: options of the model's constructor.
        user: those of the user's aggregator.
        strategy: the flow's, for its context.
        mouth: a synthesiser and an output in place of the ``Speaker``.
        realtime: the model hears the caller itself, and speaks when it is told to.
        options: those of the ``PhoneProcessor``.
    """

    def __init__(
        self,
        *,
        messages: list[Any] | None = None,
        tools: list[Any] | None = None,
        functions: list[Any] | None = None,
        model: dict[str, Any] | None = None,
        user: dict[str, Any] | None = None,
        strategy: Any = None,
        mouth: list[FrameProcessor] | None = None,
        realtime: bool = False,
        **options: Any,
    ) -> None:
        self.shown: list[Seen] = []
        self.expected = 0
        self.context = LLMContext(messages or [])
        if tools:
            self.context.set_tools(tools)
        strategies = ExternalUserTurnStrategies() if realtime else quick_turns()
        self.aggregators = LLMContextAggregatorPair(
            self.context, user_params=LLMUserAggregatorParams(user_turn_strategies=strategies, **(user or {}))
        )
        self.model = Model(self._says, realtime=realtime, **(model or {}))
        self.speaker = Speaker()
        self._mouth = [self.speaker] if mouth is None else mouth
        self.phone = PhoneProcessor(self.model, self.aggregators, **{"default_region": "US", **options})
        self.says: Callable[[Seen], Step] = self._next_step
        self._steps: list[Step] = []
        self._functions, self._strategy = functions, strategy
        self.ended: list[bool] = []
        self.asked_too_often = False
        self.aggregators.assistant().add_event_handler("on_assistant_turn_stopped", self._agent_ended)

    async def __aenter__(self) -> Self:
        parts = [
            self.aggregators.user(),
            self.phone,
            self.model,
            *self._mouth,
            self.aggregators.assistant(),
        ]
        self.worker = PipelineWorker(Pipeline(parts), cancel_on_idle_timeout=False, enable_rtvi=False)
        self.flow = FlowManager(
            llm=self.model,
            context_aggregator=self.aggregators,
            worker=self.worker,
            global_functions=self._functions,
            context_strategy=self._strategy,
        )
        started = asyncio.Event()

        def begun(*_: Any) -> None:
            started.set()

        self.worker.add_event_handler("on_pipeline_started", begun)
        self._runner = WorkerRunner(handle_sigint=False)
        await self._runner.add_workers(self.worker)
        self._running = asyncio.create_task(self._runner.run())
        await asyncio.wait_for(started.wait(), PATIENCE)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running
        trouble, _TROUBLE[:] = "".join(_TROUBLE), []
        if error is None:
            assert not trouble, trouble
            assert not self.asked_too_often, "the model was asked once too often"

    # What happens.

    def lay_out(self, *steps: Step | Call | str) -> None:
        """Lay out what the model says next, a step a generation."""
        self.expected += len(steps)
        for step in steps:
            match step:
                case Step():
                    self._steps.append(step)
                case Call():
                    self._steps.append(Step(calls=(step,)))
                case _:
                    self._steps.append(Step(step))

    async def say(self, text: str, *steps: Step | Call | str) -> None:
        """Have the caller say ``text`` and the model go through ``steps``."""
        self.lay_out(*steps)
        await self.worker.queue_frame(TranscriptionFrame(text=text, user_id="caller", timestamp="", finalized=True))
        await self.settled()

    async def type(self, text: str, *steps: Step | Call | str) -> None:
        """Have the caller type ``text``, as Pipecat's clients send it."""
        self.lay_out(*steps)
        await self.worker.queue_frame(InterruptionFrame())
        await self.worker.queue_frame(LLMMessagesAppendFrame([{"role": "user", "content": text}], run_llm=True))
        await self.settled()

    async def interrupt(self) -> None:
        """Cut what the agent says."""
        await self.worker.queue_frame(InterruptionFrame())
        await self.settled()

    async def press(self, keys: str, *steps: Step | Call | str) -> None:
        """Have the caller press ``keys``."""
        self.lay_out(*steps)
        for key in keys:
            await self.worker.queue_frame(InputDTMFFrame(button=KeypadEntry(key)))
        await self.settled()

    async def be_silent(self, *steps: Step | Call | str) -> None:
        """Have the caller say nothing where an answer is due."""
        self.lay_out(*steps)
        await self.aggregators.user()._call_event_handler("on_user_turn_idle")
        await self.settled()

    async def run(self, *steps: Step | Call | str) -> None:
        """Have the model begin."""
        self.lay_out(*steps)
        await self.worker.queue_frame(LLMRunFrame())
        await self.settled()

    async def settled(self) -> None:
        """Wait until the model has said all that it is to say, and it was played or holds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not self._is_settled():
                    await asyncio.sleep(0.001)
        await asyncio.sleep(GRACE)

    def _is_settled(self) -> bool:
        holds = self.speaker.holding.is_set()
        if len(self.ended) + holds < max(self.expected, self.model.asked):
            return False
        return holds or not self.aggregators.assistant().has_function_calls_in_progress

    async def _agent_ended(self, _: Any, message: Any) -> None:
        self.ended.append(message.interrupted)

    def _says(self, shown: Seen) -> Step:
        self.shown.append(shown)
        return self.says(shown)

    def _next_step(self, _: Seen) -> Step:
        if not self._steps:
            self.asked_too_often = True
            return Step()
        return self._steps.pop(0)

    @property
    def results(self) -> list[Result]:
        """The results of calls that the context holds, in the order of the calls."""
        messages: list[Any] = self.context.messages
        names = [call["function"]["name"] for each in messages for call in each.get("tool_calls", ())]
        found = [json.loads(each["content"]) for each in messages if each["role"] == "tool"]
        return [
            Result(name, each["status"], each["message"]) if isinstance(each, dict) else Result(name, None, each)
            for name, each in zip(names, found, strict=True)
        ]
