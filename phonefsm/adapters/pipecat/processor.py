# SPDX-License-Identifier: Apache-2.0
"""``PhoneProcessor``: captures of a phone number in a Pipecat pipeline, or in a flow of ``pipecat.flows``."""

import asyncio
import inspect
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pipecat.flows import FlowManager, FlowsFunctionSchema, NodeConfig
from pipecat.frames.frames import (
    Frame,
    FunctionCallResultProperties,
    InputDTMFFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMServiceMetadataFrame,
    LLMSetToolsFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    VADParamsUpdateFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

try:
    from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
except ModuleNotFoundError:  # before 1.14
    from pipecat.adapters.schemas.function_schema import FunctionSchema

from phonefsm.adapters._keypad import Keypad
from phonefsm.adapters._tools import is_ours, parameters, tool_call
from phonefsm.adapters.pipecat.hearing import Hearing, text_of
from phonefsm.capture import PhoneCapture
from phonefsm.checks import Observation
from phonefsm.errors import PolicyError
from phonefsm.outcome import Outcome
from phonefsm.policy import CapturePolicy
from phonefsm.snapshot import Snapshot
from phonefsm.table import FINAL, TOOLS, State
from phonefsm.tools import Tool, ToolReply

BEGIN_WAIT: Final = 0.01
"""Seconds in which the other calls of a response begin, before the first of ours is answered."""

_REQUIRED: Final = "required"  # a context's tool choice
_ROLE: Final = "developer"  # Pipecat's own for what a flow tells the model
_NODE: Final = "phone_{}"
_NODES: Final = frozenset(_NODE.format(state) for state in State)
_TEXTS: Final = 16  # messages that are told from others; one or two are in the context at a time
_CALLS: Final = 64  # calls that are being answered; Pipecat may cancel one before it is run
_NAMES: Final = frozenset(tool.value for tool in TOOLS)
_MISSING: Final = "The function `{}` is not currently available."  # what Pipecat answers

Then: TypeAlias = NodeConfig | Callable[[Outcome], NodeConfig]
"""The node that follows a capture, or what makes it of the outcome."""


@dataclass(slots=True, eq=False)
class _Asked:
    """A call of a response that is being decided."""

    name: str
    arguments: Mapping[str, Any]
    id: str
    decided: "asyncio.Future[tuple[ToolReply, bool, bool]]"


class PhoneProcessor(FrameProcessor):
    """Captures phone numbers; its place is between the user's aggregator and the model.

    It reports what is said and keyed, shows the model the state's tools and instructions, and answers its calls. It
    does nothing until ``begin`` or ``node`` begins a capture; either may be called again when that is over, so one
    does for a pipeline.

    Args:
        llm: the pipeline's model, or its ``LLMSwitcher``.
        aggregators: its ``LLMContextAggregatorPair``; the assistant's half stands behind the transport's output.
        policy: the captures' policy.
        default_region: the country of numbers given without a country code (``US``).
        language: the caller's language (``en``).
        on_end: is given the outcome when a capture is over; may be a coroutine function.
        vad: the voice activity detector of the user's aggregator; it then waits longer while digits come.

    Raises:
        PolicyError: a policy and one of its fields are given, or one does not hold.
    """

    def __init__(
        self,
        llm: Any,
        aggregators: Any,
        *,
        policy: CapturePolicy | None = None,
        default_region: str | None = None,
        language: str | None = None,
        on_end: Callable[[Outcome], Awaitable[None] | None] | None = None,
        vad: Any = None,
    ) -> None:
        super().__init__()
        given = {"default_region": default_region, "language": language}
        given = {name: value for name, value in given.items() if value is not None}
        if policy is not None and given:
            raise PolicyError(f"{next(iter(given))}: give it in the policy, or no policy")
        self._policy = policy or CapturePolicy.load(given)
        self._llms: list[Any] = getattr(llm, "llms", [llm])
        self._aggregators = aggregators
        self._on_end = on_end
        self._vad = vad
        self._own_vad: Any = vad.params if vad is not None else None
        self._hearing = Hearing(aggregators, self._agent_spoke)
        self._keypad = Keypad(lambda keys: self._later(self._keyed(keys)))
        self._capture: PhoneCapture | None = None
        self._flow: FlowManager | None = None
        self._then: Then | None = None
        self._state_key: str | None = None
        self._listed: set[str] = set()
        self._told: deque[str] = deque(maxlen=_TEXTS)
        self._asked: list[_Asked] = []
        self._reminded_at = -1
        self._their_choice: Any = None
        self._ended = self._fresh = False
        self._handler = self.answer  # one object, by which Pipecat tells whether a tool's handler has changed
        aggregators.user().add_event_handler("on_user_turn_idle", self._idle)
        for each in self._llms:
            each.add_event_handler("on_function_calls_started", self._calls_started)

    @property
    def capture(self) -> PhoneCapture | None:
        """The latest capture as it stands, or ``None`` before the first one."""
        return self._capture

    def begin(self, snapshot: Snapshot | str | bytes | Mapping[str, Any] | None = None) -> PhoneCapture:
        """Begin a capture in a plain pipeline, and return it. What the context holds counts as said.

        ``snapshot``: go on with this one, of which the context tells nothing new.

        Raises:
            SnapshotError: the snapshot cannot be taken up.
        """
        self._flow = self._then = self._state_key = None
        return self._begin(snapshot)

    def node(self, flow: FlowManager, then: Then | None = None, *, state_key: str | None = None) -> NodeConfig:
        """Begin a capture in ``flow``, and return its first node; there is one for each state.

        Args:
            flow: the flow.
            then: what follows; without it the flow stays in a node that has no functions.
            state_key: the key of the flow's ``state`` under which the capture is kept while it is open, as JSON, and
                from which it goes on where one is kept there. What is kept holds the number.

        Raises:
            SnapshotError: what is kept there cannot be taken up.
        """
        self._flow, self._then, self._state_key = flow, then, state_key
        self._begin(flow.state.get(state_key) if state_key is not None else None)
        return self._node()

    def _begin(self, snapshot: Snapshot | str | bytes | Mapping[str, Any] | None) -> PhoneCapture:
        observes = (Observation.AGENT, Observation.TRANSCRIPT) if self._hearing.realtime else None
        if snapshot is None:
            self._capture = PhoneCapture(self._policy, history=self._hearing.history(), observes=observes)
        else:
            self._capture = PhoneCapture.restore(snapshot, self._policy)
        self._fresh = snapshot is None
        self._hearing.tell(self._capture)
        self._ended = self._capture.state in FINAL
        for each in self._llms:
            if not each.has_function(None):  # what the state does not list may be called all the same
                each.register_function(None, self._handler)
        return self._capture

    # What comes through the pipeline.

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take in what concerns the capture, and pass everything on."""
        await super().process_frame(frame, direction)
        match frame:
            case LLMServiceMetadataFrame(is_realtime_service=True):
                self._hearing.realtime = True
                if self._fresh and not self._hearing.turns:
                    self._begin(None)
            case InterruptionFrame():
                self._hearing.interrupted()
            case LLMContextFrame() if self._capture is not None:
                await asyncio.sleep(0)  # the aggregator's events are tasks of their own
                await self._hearing.in_order()
                self._hearing.catch_up()
                self._settle()
                if self._astray():  # the right node asks the model
                    await self._go()
                    return
            case InputDTMFFrame() if self._capture is not None and not self._ended:
                if self._keypad.press(frame.button.value):
                    self._hearing.interrupted()
                    # Pipecat's own is without types in some versions, as is the one below.
                    await self.broadcast_interruption()  # type: ignore[no-untyped-call, unused-ignore]
            case TranscriptionFrame() if direction is FrameDirection.UPSTREAM:
                self._hearing.transcribed(frame.text)
            case UserStartedSpeakingFrame():
                keys = self._keypad.take()
                if keys:  # what the caller says will be answered, so this need not be
                    await self._keyed(keys, answer=False)
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Forget the entry in hand."""
        self._keypad.take()
        await super().cleanup()  # type: ignore[no-untyped-call, unused-ignore]

    # What the model asks for.

    async def _calls_started(self, _: Any, calls: Sequence[Any]) -> None:
        """Decide over all calls of one response, before the first of them is run."""
        if self._capture is None:
            return
        loop = asyncio.get_running_loop()
        batch = [
            _Asked(call.function_name, call.arguments, call.tool_call_id, loop.create_future())
            for call in calls
            if is_ours(call.function_name)
        ]
        if not batch:
            return
        self._asked = [*self._asked, *batch][-_CALLS:]
        if len(calls) > 1:  # else Pipecat asks the model for each of them
            await asyncio.sleep(BEGIN_WAIT)
        try:
            await self._decide(self._capture, batch)
        except Exception as error:
            for call in batch:
                if not call.decided.done():
                    call.decided.set_exception(error)
            raise

    async def _decide(self, capture: PhoneCapture, batch: Sequence[_Asked]) -> None:
        await self._hearing.words_come()
        await self._hearing.in_order()
        self._hearing.catch_up()
        before = capture.state
        replies = capture.tools_called(*(tool_call(capture, call.name, call.arguments, call.id) for call in batch))
        moved = capture.state is not before
        carried = any(call.name in self._listed for call in batch)
        self._settle()
        await self._show_realtime()
        for call, reply in zip(batch, replies, strict=True):
            if not call.decided.done():  # an interruption may have cancelled it, and has not undone it
                call.decided.set_result((reply, moved, carried))

    async def _reply(self, name: str, arguments: Mapping[str, Any], id: str | None) -> tuple[ToolReply, bool, bool]:
        """Return the reply to a call, whether its batch led to another state, and whether a listed call did."""
        for call in reversed(self._asked):
            if call.name == name and (call.id == id if id is not None else call.arguments == arguments):
                self._asked.remove(call)
                return await call.decided
        # Called by the host, and so a batch of its own.
        call = _Asked(name, arguments, id or "", asyncio.get_running_loop().create_future())
        assert self._capture is not None  # noqa: S101 - it made the function
        await self._decide(self._capture, [call])
        return await call.decided

    async def answer(self, params: Any) -> None:
        """Answer a call of the model.

        ``FunctionCallParams`` in; a catch-all handler of your own, registered for ``None``, should pass on to this what
        it does not know.
        """
        if self._capture is None or not is_ours(params.function_name):
            await params.result_callback(_MISSING.format(params.function_name))
            return
        reply, moved, carried = await self._reply(params.function_name, params.arguments, params.tool_call_id)
        properties = None
        if self._flow is not None and moved:  # the next node asks the model
            properties = FunctionCallResultProperties(run_llm=False, on_context_updated=None if carried else self._go)
        await params.result_callback(_result(reply), properties=properties)

    def _function(self, tool: Tool) -> FlowsFunctionSchema:
        async def call(arguments: dict[str, Any], _: FlowManager) -> tuple[dict[str, str], NodeConfig | None]:
            reply, moved, _carried = await self._reply(tool.name, arguments, None)
            return _result(reply), self._following() if moved else None

        schema = parameters(tool)
        return FlowsFunctionSchema(
            name=tool.name,
            description=tool.description,
            properties=schema["properties"],
            required=schema["required"],
            handler=call,
            cancel_on_interruption=True,  # else the model is told that the result comes later, which it does not
        )

    # Where the flow goes.

    def _node(self) -> NodeConfig:
        capture = self._capture
        assert capture is not None  # noqa: S101 - only asked for while there is one
        self._listed = {tool.name for tool in capture.tools}
        self._remember(self._text(capture))
        return {
            "name": _NODE.format(capture.state),
            "task_messages": [{"role": _ROLE, "content": self._text(capture)}],
            "functions": [self._function(tool) for tool in capture.tools],
        }

    def _following(self) -> NodeConfig:
        outcome = self._capture.outcome if self._capture is not None else None
        if outcome is None or self._then is None:
            return self._node()
        self._listed = set()
        return self._then(outcome) if callable(self._then) else self._then

    def _astray(self) -> bool:
        """Whether the flow is in a node of another state: it forgets a transition beside a function that is slower."""
        capture, flow = self._capture, self._flow
        if capture is None or flow is None or self._aggregators.assistant().has_function_calls_in_progress:
            return False
        return flow.current_node in _NODES and flow.current_node != _NODE.format(capture.state)

    async def _go(self, *, answer: bool = True) -> None:
        """Lead the flow where no function of a node has led it; ``answer``: the model speaks there."""
        node = self._following()
        if self._flow is not None:
            await self._flow.set_node_from_config(node if answer else {**node, "respond_immediately": False})

    # What the model is shown.

    def _text(self, capture: PhoneCapture) -> str:
        return str(capture.instructions.as_modality("text" if self._hearing.modality == "text" else "audio"))

    def _remember(self, text: str) -> None:
        if text.strip() not in self._told:
            self._told.append(text.strip())

    def _settle(self) -> None:
        """Bring the pipeline in step with the capture."""
        capture = self._capture
        if capture is None or self._ended:
            return
        self._ended = capture.outcome is not None
        self._keep(capture)
        self._show(capture)
        self._later(self._hint(capture))
        if self._ended and self._on_end is not None and capture.outcome is not None:
            self._later(self._tell_end(capture.outcome))

    def _show(self, capture: PhoneCapture) -> None:
        """Keep one message of ours in the context, that of the state, and in a plain pipeline the state's tools."""
        context = self._hearing.context
        messages = list(context.messages)
        ours = [place for place, each in enumerate(messages) if text_of(each) in self._told and each["role"] == _ROLE]
        text = self._text(capture)
        if capture.reminder:
            text += f"\n{capture.reminder}"
        self._remember(text)
        shown = [] if self._ended else [{"role": _ROLE, "content": text}]
        place = ours[-1] if ours else len(messages)
        kept = [each for at, each in enumerate(messages) if at not in ours]
        place -= len(ours[:-1])
        context.set_messages([*kept[:place], *shown, *kept[place:]])
        if self._flow is None:
            self._show_tools(capture.tools)
        self._show_choice(call_due=capture.call_due)

    def _show_choice(self, *, call_due: bool) -> None:
        """Ask for a tool call where one is due and the host has asked for nothing else; services may not know how."""
        context = self._hearing.context
        choice = context.tool_choice
        if call_due and (choice == "auto" or not isinstance(choice, str | Mapping)):
            self._their_choice = choice
            context.set_tool_choice(_REQUIRED)
        elif not call_due and choice == _REQUIRED and self._their_choice is not None:
            context.set_tool_choice(self._their_choice)
            self._their_choice = None

    def _show_tools(self, tools: Sequence[Tool]) -> None:
        context = self._hearing.context
        known = getattr(context.tools, "standard_tools", [])
        if [each.name for each in known if each.name in _NAMES] == [tool.name for tool in tools]:
            return
        direct = {each.name: each.function for each in getattr(context.tools, "direct_functions", [])}
        theirs = [direct.get(each.name, each) for each in known if each.name not in _NAMES]
        ours = [self._schema(tool) for tool in tools]
        if getattr(context.tools, "custom_tools", None):
            context.set_tools(type(context.tools)([*theirs, *ours], context.tools.custom_tools))
        else:
            context.set_tools([*theirs, *ours])

    def _schema(self, tool: Tool) -> FunctionSchema:
        schema = parameters(tool)
        return FunctionSchema(
            name=tool.name,
            description=tool.description,
            properties=schema["properties"],
            required=schema["required"],
            handler=self._handler,
        )

    async def _show_realtime(self) -> None:
        """Show a realtime model the state's tools; it reads the context once, and is told the rest by the replies."""
        if self._hearing.realtime and self._flow is None:
            await self.push_frame(LLMSetToolsFrame(tools=self._hearing.context.tools))

    async def _hint(self, capture: PhoneCapture) -> None:
        """Have the detector wait longer for the end of a turn while digits come."""
        if self._vad is None:
            return
        listening = capture.listening
        longer = listening.patience if listening.digits and not self._ended else 0.0
        wanted = self._own_vad.model_copy(update={"stop_secs": max(self._own_vad.stop_secs, longer)})
        if wanted != self._vad.params:
            await self.push_frame(VADParamsUpdateFrame(params=wanted), FrameDirection.UPSTREAM)

    # What is no turn and no call.

    async def _keyed(self, keys: str, *, answer: bool = True) -> None:
        capture = self._capture
        if capture is None or self._ended:
            return
        await self._hearing.in_order()
        self._hearing.catch_up()
        before = capture.state
        await self._tell_model(capture.keys_pressed(keys), moved=capture.state is not before, answer=answer)

    async def _idle(self, _: Any) -> None:
        capture = self._capture
        if capture is None or self._ended or self._hearing.modality == "text":
            return
        before = capture.state
        await self._tell_model(capture.user_silent(), moved=capture.state is not before)

    async def _tell_model(self, reply: ToolReply, *, moved: bool, answer: bool = True) -> None:
        """Have the model say what follows from something that it did not call for."""
        self._hearing.context.add_message({"role": _ROLE, "content": reply.text})
        self._settle()
        await self._show_realtime()
        if self._flow is not None and moved:
            await self._go(answer=answer)
        elif answer:
            await self._run()

    async def _agent_spoke(self, interrupted: bool) -> None:  # noqa: FBT001 - what the aggregator reports
        """Have a model that left a call out set it right at once, once for each caller's turn."""
        capture = self._capture
        if capture is None or self._ended:
            return
        self._keep(capture)
        if capture.reminder and not interrupted and self._reminded_at != self._hearing.turns:
            self._reminded_at = self._hearing.turns
            self._settle()
            await self._run()

    async def _run(self) -> None:
        await self.push_frame(LLMContextFrame(context=self._hearing.context))

    async def _tell_end(self, outcome: Outcome) -> None:
        told = self._on_end(outcome) if self._on_end is not None else None
        if inspect.isawaitable(told):
            await told

    def _keep(self, capture: PhoneCapture) -> None:
        """Keep the capture in the flow's state while it is open."""
        if self._flow is None or self._state_key is None:
            return
        if self._ended:
            self._flow.state.pop(self._state_key, None)
        else:
            self._flow.state[self._state_key] = capture.snapshot().model_dump(mode="json")

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        self.create_task(work)


def _result(reply: ToolReply) -> dict[str, str]:
    return {"status": "error" if reply.is_error else "ok", "message": reply.text}
