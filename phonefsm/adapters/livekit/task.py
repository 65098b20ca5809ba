# SPDX-License-Identifier: Apache-2.0
"""``GetPhoneNumberTask``: one capture as a task of a LiveKit session."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Generator, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import WeakKeyDictionary

from livekit.agents import AgentSession, AgentTask, ModelSettings, RunContext, llm, stt, tts, vad
from livekit.agents.llm import RawFunctionTool, ToolContext, ToolError, function_tool
from livekit.agents.llm.chat_context import Instructions as LiveKitInstructions
from livekit.agents.llm.tool_context import ToolFlag
from livekit.agents.types import NOT_GIVEN, NotGivenOr
from livekit.agents.utils import is_given
from livekit.agents.voice import agent_activity

from phonefsm.adapters._tools import arguments, parameters
from phonefsm.adapters.livekit.keypad import Keypad, room_of
from phonefsm.adapters.livekit.replay import Modality, Replay, has_sound, is_from_caller, modality_so_far
from phonefsm.capture import PhoneCapture
from phonefsm.checks import Observation
from phonefsm.errors import PolicyError, SnapshotError
from phonefsm.number import PhoneNumber
from phonefsm.outcome import Completed, Declined, Escalated, Receipt
from phonefsm.policy import CapturePolicy
from phonefsm.table import FINAL, State, Trigger
from phonefsm.tools import TOOL_LIST, Tool, ToolCall, ToolReply

if TYPE_CHECKING:
    from livekit.agents.voice import SpeechHandle

WORDS_WAIT: Final = 1.0
"""Seconds to wait for the words of a caller whom a realtime model has heard before them."""

_SPEECHES: Final = 8  # replies whose beginning is remembered; one or two are under way at a time
_INSTRUCTIONS_ID: Final = "lk.agent_task.instructions"  # LiveKit's name for the instructions in a chat history
_ACTIVITY: Final[ContextVar[Any] | None] = getattr(agent_activity, "_AgentActivityContextVar", None)
"""The activity of the agent that awaits a task; LiveKit has no public name for it."""
_TURNS: Final[WeakKeyDictionary[Any, asyncio.Lock]] = WeakKeyDictionary()
_log: Final = logging.getLogger(__name__)

_ASK: Final = "Ask the caller for their phone number."
_ASK_OR_TAKE: Final = (
    f"{_ASK} If the caller has already given one in this conversation, call update_phone_number with it instead."
)


@dataclass
class GetPhoneNumberResult:
    """What awaiting the task returns."""

    phone_number: str
    """E.164, with an extension ``+14155550123;ext=89``."""
    number: PhoneNumber | None = None
    receipt: Receipt | None = None


class PhoneNumberDeclined(ToolError):  # noqa: N818 - named as the outcome that it carries
    """The caller does not want to give a number; ``outcome`` says what the model gave as the reason."""

    def __init__(self, outcome: Declined) -> None:
        super().__init__(f"couldn't get the phone number: {outcome.reason}")
        self.outcome = outcome


class PhoneNumberEscalated(ToolError):  # noqa: N818 - named as the outcome that it carries
    """A person should take over; ``outcome`` has the reason as a code."""

    def __init__(self, outcome: Escalated) -> None:
        super().__init__(f"couldn't get the phone number: {outcome.reason}")
        self.outcome = outcome


class _Awaited:
    """What is awaited by an iterator that is there already."""

    def __init__(self, steps: Generator[Any, None, Any]) -> None:
        self._steps = steps

    def __await__(self) -> Generator[Any, None, Any]:
        return self._steps


class GetPhoneNumberTask(AgentTask[GetPhoneNumberResult]):
    """Captures a phone number, as LiveKit's task of this name does, and completes none that the caller did not confirm.

    Args:
        extra_instructions: added to the model's instructions.
        chat_ctx: what was said before; it counts as said.
        turn_detection: as of ``AgentTask``, like ``stt``, ``vad``, ``llm``, ``tts`` and ``allow_interruptions``.
        tools: tools of your own beside those of the capture.
        stt: as of ``AgentTask``.
        vad: as of ``AgentTask``.
        llm: as of ``AgentTask``.
        tts: as of ``AgentTask``.
        allow_interruptions: as of ``AgentTask``.
        require_confirmation: whether the caller must confirm; where it is not given, if the number was spoken or keyed.
        require_explicit_ask: whether the model must ask before it may take a number that was given earlier.
        policy: the capture's policy; ``extra_instructions`` and ``require_confirmation`` replace its own where given.
        default_region: the country of numbers given without a country code (``US``).
        language: the caller's language (``en``).
        userdata_key: the key (of a mapping) or attribute of the session's userdata under which the capture is kept
            while it is open, and from which it goes on where one is kept there; without it nothing is kept. What is
            kept holds the number.

    Raises:
        PolicyError: a policy and one of its fields are given, or one does not hold.
    """

    def __init__(
        self,
        extra_instructions: str = "",
        chat_ctx: NotGivenOr[llm.ChatContext] = NOT_GIVEN,
        turn_detection: NotGivenOr[Any] = NOT_GIVEN,
        tools: NotGivenOr[list[Any]] = NOT_GIVEN,
        stt: NotGivenOr[stt.STT | None] = NOT_GIVEN,
        vad: NotGivenOr[vad.VAD | None] = NOT_GIVEN,
        llm: NotGivenOr[llm.LLM | llm.RealtimeModel | None] = NOT_GIVEN,
        tts: NotGivenOr[tts.TTS | None] = NOT_GIVEN,
        allow_interruptions: NotGivenOr[bool] = NOT_GIVEN,
        require_confirmation: NotGivenOr[bool] = NOT_GIVEN,
        require_explicit_ask: bool = False,  # noqa: FBT001 - in the same place as LiveKit's
        *,
        policy: CapturePolicy | None = None,
        default_region: str | None = None,
        language: str | None = None,
        userdata_key: str | None = None,
    ) -> None:
        self._policy = _policy(policy, extra_instructions, require_confirmation, default_region, language)
        self._capture = PhoneCapture(self._policy)
        self._userdata_key = userdata_key
        ask_first = {Trigger.DECLINE, Trigger.UPDATE} if require_explicit_ask else {Trigger.DECLINE}
        self._own = {
            trigger.value: self._tool(tool, ToolFlag.IGNORE_ON_ENTER if trigger in ask_first else ToolFlag.NONE)
            for trigger, tool in TOOL_LIST.items()
        }
        told = self._capture.instructions
        self._static = LiveKitInstructions(audio=told.audio, text=told.text)
        self._variants = dict.fromkeys((told.audio, told.text))
        super().__init__(
            instructions=self._static,
            chat_ctx=chat_ctx,
            turn_detection=turn_detection,
            tools=[*(tools or []), *self._own.values()],
            stt=stt,
            vad=vad,
            llm=llm,
            tts=tts,
            allow_interruptions=allow_interruptions,
        )
        self._in: AgentSession[Any] | None = None
        self._replay: Replay | None = None
        self._realtime = False
        self._replies_to_tools = False
        self._heard = False
        self._keypad: Keypad | None = None
        self._words = asyncio.Event()
        self._decided: dict[str, ToolReply | None] = {}
        self._begun: dict[str, float] = {}
        self._played: str | None = None
        self._reminded_at: int | None = None
        self._own_delays: dict[str, float] = {}
        self._running: set[asyncio.Task[None]] = set()

    @property
    def capture(self) -> PhoneCapture:
        """The capture as it stands."""
        return self._capture

    # What LiveKit calls.

    def __await__(self) -> Generator[Any, None, GetPhoneNumberResult]:
        return self._in_turn().__await__()

    async def _in_turn(self) -> GetPhoneNumberResult:
        """Wait for the tasks that the same agent awaits; LiveKit 1.5 hangs where two are entered at once."""
        activity = _ACTIVITY.get(None) if _ACTIVITY is not None else None
        turn: contextlib.AbstractAsyncContextManager[Any] = contextlib.nullcontext()
        if activity is not None and not hasattr(activity, "_inline_task_slot"):
            turn = _TURNS.setdefault(activity, asyncio.Lock())
        async with turn:
            return cast("GetPhoneNumberResult", await _Awaited(super().__await__()))

    async def on_enter(self) -> None:
        """Ask for the number, or go on where an earlier process stopped."""
        replay = self._enter()
        await self._settle()
        if self.done():
            return
        ask: NotGivenOr[str] = NOT_GIVEN
        if self._capture.state is State.ASKING:
            ask = _ASK_OR_TAKE if any(map(is_from_caller, self.chat_ctx.items)) else _ASK
        self.session.generate_reply(instructions=ask, input_modality=replay.modality)

    async def on_exit(self) -> None:
        """Listen no more."""
        self._leave()

    def llm_node(self, chat_ctx: llm.ChatContext, tools: list[Any], model_settings: ModelSettings) -> Any:
        """Show the model what its state offers and asks for, whatever its turn began with."""
        replay = self._enter()
        replay.generation_begins(chat_ctx.items)
        hidden = self._hidden()
        # The list itself stays as it is: LiveKit calls no tool that is not in it, and every tool may be called.
        shown = [tool for tool in tools if tool not in hidden]
        seen = replay.ahead(self._capture, chat_ctx.items)
        if seen.call_due and model_settings.tool_choice != "none":
            model_settings = replace(model_settings, tool_choice="required")
        return super().llm_node(self._briefed(chat_ctx, seen, replay.modality), shown, model_settings)

    def _tool(self, tool: Tool, flags: ToolFlag) -> RawFunctionTool:
        async def call(raw_arguments: dict[str, object], context: RunContext[Any]) -> str | None:
            return await self._called(context)

        schema = {"name": tool.name, "description": tool.description, "parameters": parameters(tool)}
        return cast("RawFunctionTool", function_tool(call, raw_schema=schema, flags=flags))

    # What the model asks for.

    async def _called(self, context: RunContext[Any]) -> str | None:
        self._enter()
        call = context.function_call
        if self._capture.state not in FINAL and call.id not in self._decided:
            # Once its words were played or cut, all calls of a generation are known, and so is what was heard of it.
            await context.wait_for_playout()
            await asyncio.sleep(0)
            await self._words_come()
        if call.id not in self._decided:
            self._decide(context.speech_handle, call)
            await self._settle()
        reply = self._decided[call.id]
        if reply is not None and reply.is_error:
            raise ToolError(reply.text)
        return reply.text if reply is not None else None

    def _decide(self, speech: "SpeechHandle", call: llm.FunctionCall) -> None:
        """Decide over the calls of one generation: those of ``speech`` that are not decided yet."""
        calls = [
            item
            for item in speech.chat_items
            if item.type == "function_call" and item.name in self._own and item.id not in self._decided
        ]
        if all(each.id != call.id for each in calls):
            calls.append(call)
        self._catch_up(speech)
        was_over = self._capture.state in FINAL
        replies = self._capture.tools_called(*(ToolCall(each.name, arguments(each.arguments)) for each in calls))
        ends = not was_over and self._capture.state in FINAL
        for each, reply in zip(calls, replies, strict=True):
            # Text would make LiveKit generate once more for a task that is over.
            self._decided[each.id] = None if ends else reply

    async def _words_come(self) -> None:
        """Wait a while for the words of a caller whom a realtime model has heard before they are known."""
        deadline = time.monotonic() + WORDS_WAIT
        self._catch_up()
        while self._realtime and self._replay is not None and self._replay.awaits_words:
            self._words.clear()
            try:
                await asyncio.wait_for(self._words.wait(), deadline - time.monotonic())
            except TimeoutError:
                self._replay.expect_no_words()
            self._catch_up()

    async def _settle(self) -> None:
        """Bring task and session in step with the capture."""
        self._keep()
        self._hint()
        await self._show()
        result: GetPhoneNumberResult | ToolError
        match self._capture.outcome:
            case Completed(number, receipt):
                result = GetPhoneNumberResult(str(number), number, receipt)
            case Declined() as declined:
                result = PhoneNumberDeclined(declined)
            case Escalated() as escalated:
                result = PhoneNumberEscalated(escalated)
            case None:
                return
        if not self.done():
            self.complete(result)

    # What the model is shown.

    def _hidden(self) -> list[RawFunctionTool]:
        offered = {tool.name for tool in self._capture.tools}
        return [tool for name, tool in self._own.items() if name not in offered]

    def _briefed(self, chat_ctx: llm.ChatContext, seen: PhoneCapture, modality: Modality) -> llm.ChatContext:
        """Return ``chat_ctx`` with the instructions of the state, unless others were put in their place."""
        chat_ctx = chat_ctx.copy()
        place = chat_ctx.index_by_id(_INSTRUCTIONS_ID)
        if place is not None and self.instructions is self._static:
            item = cast("llm.ChatMessage", chat_ctx.items[place])
            marks = [part for part in item.content if not isinstance(part, str | LiveKitInstructions)]
            text = str(seen.instructions.as_modality(modality))
            for variant in self._variants:  # LiveKit 1.5.0 puts what a reply is told besides behind them
                text += (item.text_content or "").partition(variant)[2]
            chat_ctx.items[place] = llm.ChatMessage(
                id=item.id, role="system", content=[text, *marks], created_at=item.created_at
            )
        # What it called saved stays unsaved, whatever the caller says to that.
        reminder = seen.reminder or self._capture.nudge
        if reminder:
            chat_ctx.add_message(role="system", content=reminder)
        return chat_ctx

    async def _show(self) -> None:
        """Show a realtime model what its state offers and asks for; other models are shown it in ``llm_node``."""
        if not self._realtime or not self._here():
            return
        session = self.realtime_llm_session
        can = session.realtime_model.capabilities
        present, hidden = session.tools.flatten(), self._hidden()
        known = ToolContext([*self.session.tools, *self.tools]).flatten()
        tools = [tool for tool in [*known, *(each for each in present if each not in known)] if tool not in hidden]
        try:
            if can.mutable_instructions and self.instructions is self._static:
                await session.update_instructions(self._capture.instructions.audio)
            if can.mutable_tools and tools != present:
                await session.update_tools(tools)
        except llm.RealtimeError as error:
            # What it is shown is advice; every tool may be called in every state.
            _log.warning("the realtime model was not shown the state of the capture: %s", error)

    def _remind(self) -> None:
        """Have a model that left a call out set it right at once, once for each caller's turn."""
        reminder, replay = self._capture.reminder, self._replay
        if reminder is None or replay is None or self._reminded_at == replay.turns:
            return
        speech = self.session.current_speech
        items = speech.chat_items if speech is not None else []
        kinds = [item.type for item in items]
        if kinds.count("function_call") > kinds.count("function_call_output"):
            return  # it did call something
        self._reminded_at = replay.turns
        self.session.generate_reply(
            instructions=reminder if self._realtime else NOT_GIVEN, input_modality=replay.modality
        )

    # What happens in the session.

    def _enter(self) -> Replay:
        """Begin to listen to the session, once."""
        if self._replay is not None:
            return self._replay
        self._in = session = self.session
        model = self.llm if is_given(self.llm) else session.llm
        observes = None
        if isinstance(model, llm.RealtimeModel):
            self._realtime = True
            self._replies_to_tools = model.capabilities.auto_tool_reply_generation
            hears = model.capabilities.user_transcription or session.stt is not None
            observes = (Observation.AGENT, Observation.TRANSCRIPT) if hears else (Observation.AGENT,)
        items = self.chat_ctx.items
        replay = self._replay = Replay(modality_so_far(session, items), late_words=self._realtime)
        kept = self._kept()
        if kept is None:
            self._capture = PhoneCapture(self._policy, history=replay.history(items), observes=observes)
        else:
            self._capture, latest = kept
            replay.skip(items, latest)
            replay.tell(self._capture, items)
        for event, handler in self._handlers().items():
            session.on(cast("Any", event), handler)
        if session.output.audio is not None:
            session.output.audio.on("playback_finished", self._on_played)
        delays = session.options.endpointing
        self._own_delays = {"min_delay": delays["min_delay"], "max_delay": delays["max_delay"]}
        room = room_of(session)
        if room is not None:
            self._keypad = Keypad(room, lambda keys: self._start(self._keyed(keys)))
        return replay

    def _leave(self) -> None:
        session, self._in = self._in, None
        if session is None:
            return
        for event, handler in self._handlers().items():
            session.off(cast("Any", event), handler)
        if session.output.audio is not None:
            session.output.audio.off("playback_finished", self._on_played)
        if self._keypad is not None:
            self._keypad.close()
        self._wait_as(session, self._own_delays)

    def _handlers(self) -> dict[str, Callable[[Any], None]]:
        return {
            "speech_created": self._on_speech,
            "conversation_item_added": self._on_item,
            "user_state_changed": self._on_caller,
        }

    def _here(self) -> bool:
        """Whether the session is with this task, and not with one that it awaits itself."""
        return self._in is not None and not self.done() and self._in.current_agent is self

    def _on_speech(self, event: Any) -> None:
        replay = self._replay
        if event.source != "generate_reply" or replay is None or not self._here():
            return
        replay.reply_created(event.speech_handle.input_details.modality)
        self._begun = dict([*self._begun.items(), (event.speech_handle.id, time.time())][-_SPEECHES:])
        if self._realtime and not event.user_initiated and not self._replies_to_tools:
            # The model answers the caller, whose words are still to come.
            if not self._heard and not replay.awaits_words:
                replay.caller_speaks(event.created_at)
            self._heard = False

    def _on_played(self, event: Any) -> None:
        if event.interrupted:
            self._played = event.synchronized_transcript

    def _on_item(self, event: Any) -> None:
        item, replay = event.item, self._replay
        if item.type != "message" or replay is None or not self._here():
            return
        if item.role == "user":  # what the agent said before may be committed later
            self._words.set()
            self._heard = True
        elif item.role == "assistant":
            played, self._played = self._played, None
            if item.interrupted and played is None and has_sound(self.session.output):
                replay.cut_anywhere(item)
            self._catch_up()
            self._keep()
            if not item.interrupted:
                self._remind()

    def _on_caller(self, event: Any) -> None:
        if not self._here() or self._replay is None:
            return
        if event.new_state == "speaking":
            keys = self._keypad.take() if self._keypad is not None else ""
            if keys:  # what the caller says will be answered, so this need not be
                self._start(self._keyed(keys, answer=False))
            if self._realtime:
                self._replay.caller_speaks(event.created_at)
        elif event.new_state == "away" and self._replay.modality == "audio":
            self._start(self._silent())

    def _catch_up(self, speech: "SpeechHandle | None" = None) -> None:
        """Tell the capture what was said; ``speech``: the caller may have cut into it with words still to come."""
        replay, items = self._replay, self.chat_ctx.items
        if replay is None:
            return
        replay.tell(self._capture, items)
        if speech is None or self._realtime or self._in is None:
            return
        begun = self._begun.get(speech.id, 0.0)
        cut = speech.interrupted or self._in.user_state == "speaking"
        if cut and not any(is_from_caller(item) and item.created_at > begun for item in items):
            replay.caller_speaks(time.time())
            replay.tell(self._capture, items)

    async def _keyed(self, keys: str, *, answer: bool = True) -> None:
        if not self._here():
            return
        with contextlib.suppress(RuntimeError):  # what is being said may not be interrupted
            await self.session.interrupt()
        self._catch_up()
        reply = self._capture.keys_pressed(keys)
        await (self._answer(reply) if answer else self._settle())

    async def _silent(self) -> None:
        self._catch_up()
        await self._answer(self._capture.user_silent())

    async def _answer(self, reply: ToolReply) -> None:
        """Have the model say what follows from something that it did not call for."""
        await self._settle()
        with contextlib.suppress(RuntimeError):  # the session is closing
            if self._here():
                self.session.generate_reply(instructions=reply.text, input_modality="audio")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _hint(self) -> None:
        """Have LiveKit wait longer for the end of a turn while digits come."""
        listening = self._capture.listening
        longer = listening.patience if listening.digits and not self.done() else 0.0
        if self._in is not None and self._in.input.audio is not None:
            self._wait_as(self._in, {name: max(delay, longer) for name, delay in self._own_delays.items()})

    @staticmethod
    def _wait_as(session: AgentSession[Any], delays: dict[str, float]) -> None:
        now = session.options.endpointing
        if any(now.get(name) != delay for name, delay in delays.items()):
            session.update_options(endpointing_opts=cast("Any", delays))

    # What outlives the process.

    def _kept(self) -> tuple[PhoneCapture, tuple[str, float]] | None:
        """Return the capture that is kept in the userdata, and the latest item that it was told of."""
        if self._userdata_key is None:
            return None
        data, key = self.session.userdata, self._userdata_key
        kept = data.get(key) if isinstance(data, MutableMapping) else getattr(data, key, None)
        if kept is None:
            return None
        try:
            id, made = kept["latest"]
            return PhoneCapture.restore(kept["capture"], self._policy), (str(id), float(made))
        except (SnapshotError, LookupError, TypeError, ValueError) as error:
            _log.warning("what is kept of the capture cannot be taken up, so it begins anew: %s", error)
            return None

    def _keep(self) -> None:
        """Keep the capture in the session's userdata while it is open."""
        if self._userdata_key is None or self._in is None or self._replay is None:
            return
        kept = None
        if self._capture.state not in FINAL:
            kept = {"capture": self._capture.snapshot().model_dump(mode="json"), "latest": list(self._replay.latest)}
        data = self._in.userdata
        if not isinstance(data, MutableMapping):
            setattr(data, self._userdata_key, kept)
        elif kept is None:
            data.pop(self._userdata_key, None)
        else:
            data[self._userdata_key] = kept


def _policy(
    policy: CapturePolicy | None,
    extra_instructions: str,
    require_confirmation: NotGivenOr[bool],
    default_region: str | None,
    language: str | None,
) -> CapturePolicy:
    """Return the policy that the constructor's arguments amount to."""
    given: dict[str, Any] = {"default_region": default_region, "language": language}
    given = {name: value for name, value in given.items() if value is not None}
    if policy is not None and given:
        raise PolicyError(f"{next(iter(given))}: give it in the policy, or no policy")
    if extra_instructions:
        given["extra_instructions"] = extra_instructions
    if is_given(require_confirmation):
        given["require_confirmation"] = require_confirmation
    return CapturePolicy.load({**dict(policy or ()), **given})
