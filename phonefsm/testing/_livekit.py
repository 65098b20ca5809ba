# SPDX-License-Identifier: Apache-2.0
"""Real LiveKit sessions without a network: a scripted model, a silent voice, a speaker and an ear that are fakes.

``Room`` holds one session. A caller's turn comes with what the model is to say in the generations that follow it; a
generation beyond those says nothing of interest, so that two tasks that generate differently can have the same talk.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Final, Literal, Self
from unittest.mock import MagicMock

from livekit import rtc
from livekit.agents import Agent, AgentSession, AgentTask, UserStateChangedEvent, job, llm, stt, tts
from livekit.agents.llm import FunctionToolCall
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, APIConnectOptions
from livekit.agents.voice import io

RATE: Final = 8000
FILLER: Final = "All right."
"""What the model says where its script is silent."""
QUIET: Final = 8
"""Looks in a row that find nothing going on before a session counts as settled."""
PATIENCE: Final = 20.0
"""Seconds after which a talk that hangs is given up."""


@dataclass(frozen=True, slots=True)
class Call:
    """A model's call; ``arguments`` that are a ``str`` are sent as they are."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)
    id: str | None = None

    @property
    def json(self) -> str:
        """The arguments as a provider sends them."""
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass(frozen=True, slots=True)
class Step:
    """One generation: text, calls, or both. ``played``: the caller cuts in when this much of the text was played."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    played: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the model was shown in one generation."""

    instructions: str
    system: str
    """All system messages, the instructions included."""
    tools: tuple[str, ...]
    items: tuple[llm.ChatItem, ...]
    must_call: bool = False
    """It was asked for a tool call."""

    @property
    def results(self) -> list[llm.FunctionCallOutput]:
        """The results of calls that the model can see."""
        return [item for item in self.items if isinstance(item, llm.FunctionCallOutput)]


class Model(llm.LLM):
    """Says what it is told, and keeps what it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self.shown: list[Seen] = []
        self.calls = 0
        self.says: Callable[[Seen], Step] = lambda _: self.steps.pop(0) if self.steps else Step(FILLER)
        """What it says, having been shown that."""

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[Any] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        tool_choice: Any = NOT_GIVEN,
        **_: Any,
    ) -> llm.LLMStream:
        """Take the next step of the script."""
        self.shown.append(replace(_seen(chat_ctx, tools or []), must_call=tool_choice == "required"))
        step = self.says(self.shown[-1])
        return _Stream(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options, step=step)


class _Stream(llm.LLMStream):
    def __init__(self, model: Model, *, step: Step, **options: Any) -> None:
        self._model, self._step = model, step
        super().__init__(model, **options)

    async def _run(self) -> None:
        if self._step.text:
            self._send(llm.ChoiceDelta(role="assistant", content=self._step.text))
        for call in self._step.calls:
            await asyncio.sleep(0)  # as a provider does, which streams them one by one
            self._model.calls += 1
            id = call.id or f"call_{self._model.calls}"
            calls = [FunctionToolCall(name=call.name, arguments=call.json, call_id=id)]
            self._send(llm.ChoiceDelta(role="assistant", tool_calls=calls))

    def _send(self, delta: llm.ChoiceDelta) -> None:
        self._event_ch.send_nowait(llm.ChatChunk(id="generation", delta=delta))


def _seen(chat_ctx: llm.ChatContext, tools: Sequence[Any]) -> Seen:
    system = [item for item in chat_ctx.items if item.type == "message" and item.role in ("system", "developer")]
    texts = [str(part) for item in system for part in item.content if not hasattr(part, "type")]
    own = [
        str(part)
        for item in system
        for part in item.content
        if item.id == "lk.agent_task.instructions" and not hasattr(part, "type")
    ]
    return Seen("\n".join(own), "\n".join(texts), tuple(tool.info.name for tool in tools), tuple(chat_ctx.items))


class Voice(tts.TTS):
    """Speaks silence, ten milliseconds an utterance."""

    def __init__(self) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=False, aligned_transcript=False),
            sample_rate=RATE,
            num_channels=1,
        )

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        """Return silence."""
        return _Silence(tts=self, input_text=text, conn_options=conn_options)


class _Silence(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(request_id="silence", sample_rate=RATE, num_channels=1, mime_type="audio/pcm")
        output_emitter.push(bytes(2 * RATE // 100))
        output_emitter.flush()


class Speaker(io.AudioOutput):
    """Plays at once, or holds an utterance until the caller cuts in."""

    def __init__(self) -> None:
        super().__init__(label="speaker", capabilities=io.AudioOutputCapabilities(pause=False), sample_rate=RATE)
        self.cuts: list[str | None] = []
        """For each utterance to come: what of it is played before the caller cuts in; ``None``: all of it."""
        self.holding = asyncio.Event()
        self.synchronised = True
        """Whether it knows how much of a cut utterance was played."""
        self._held: str | None = None
        self._playing = 0.0

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        """Take in a piece of an utterance."""
        await super().capture_frame(frame)
        if not self._playing:
            if hasattr(self, "on_playback_started"):
                self.on_playback_started(created_at=time.time())
            self._held = self.cuts.pop(0) if self.cuts else None
        self._playing += frame.duration

    def flush(self) -> None:
        """Take in that the utterance is whole."""
        super().flush()
        if self._held is None:
            self._finish(interrupted=False)
        elif self._playing:
            self.holding.set()

    def clear_buffer(self) -> None:
        """Stop playing."""
        self._finish(interrupted=True)

    def _finish(self, *, interrupted: bool) -> None:
        if not self._playing:
            return
        position, self._playing = self._playing, 0.0
        played, self._held = self._held, None
        self.holding.clear()
        self.on_playback_finished(
            playback_position=position,
            interrupted=interrupted,
            synchronized_transcript=played if interrupted and self.synchronised else None,
        )


class Ear(stt.STT):
    """Hears what it is told."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True))
        self.streams: list[_Hearing] = []

    async def _recognize_impl(self, *_: Any, **__: Any) -> stt.SpeechEvent:
        raise NotImplementedError

    def stream(
        self,
        *,
        language: Any = NOT_GIVEN,  # noqa: ARG002 - theirs
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        """Return a stream that hears what ``hear`` says."""
        self.streams.append(_Hearing(stt=self, conn_options=conn_options))
        return self.streams[-1]

    async def hear(self, text: str) -> None:
        """Hear a whole utterance."""
        kinds = stt.SpeechEventType
        for kind in (kinds.START_OF_SPEECH, kinds.INTERIM_TRANSCRIPT, kinds.FINAL_TRANSCRIPT, kinds.END_OF_SPEECH):
            worded = kind in (kinds.INTERIM_TRANSCRIPT, kinds.FINAL_TRANSCRIPT)
            # Newer versions have a type for languages, which they make of a string.
            alternatives = [stt.SpeechData(language="en", text=text, confidence=0.9)] if worded else []  # type: ignore[arg-type,unused-ignore]
            self.streams[-1].said.put_nowait(stt.SpeechEvent(type=kind, alternatives=alternatives))
            await asyncio.sleep(0.01)


class _Hearing(stt.RecognizeStream):
    def __init__(self, **options: Any) -> None:
        self.said: asyncio.Queue[stt.SpeechEvent] = asyncio.Queue()
        super().__init__(**options)

    async def _run(self) -> None:
        while True:
            self._event_ch.send_nowait(await self.said.get())


class Microphone(io.AudioInput):
    """Gives silence for ever."""

    def __init__(self) -> None:
        super().__init__(label="microphone")

    async def __anext__(self) -> rtc.AudioFrame:
        await asyncio.sleep(0.05)
        return rtc.AudioFrame.create(RATE, 1, RATE // 20)


class Host(Agent):
    """An agent that awaits one task when it is entered, and keeps how that ended."""

    def __init__(self, make: Callable[[], AgentTask[Any]]) -> None:
        super().__init__(instructions="You are the host.")
        self._make = make
        self.keys: rtc.EventEmitter[Any] | None = None
        self.task: AgentTask[Any] | None = None
        self.ended = asyncio.Event()
        self.result: Any = None

    async def on_enter(self) -> None:
        """Await the task."""
        if self.keys is not None:  # a job has the room in which keys are pressed
            job._JobContextVar.set(MagicMock(room=self.keys))
        self.task = self._make()
        try:
            self.result = await self.task
        except Exception as error:
            self.result = error
        self.ended.set()


class Room:
    """One session with one agent, entered with ``async with``."""

    def __init__(
        self,
        agent: Agent | Callable[[], AgentTask[Any]],
        *,
        spoken: bool = True,
        ear: bool = False,
        realtime: bool = False,
        keypad: bool = False,
        entry: Iterable[Step] = (),
        userdata: Any = NOT_GIVEN,
        **options: Any,
    ) -> None:
        self.agent = agent if isinstance(agent, Agent) else Host(agent)
        self.realtime = Realtime() if realtime else None
        self.model: Model | Realtime = self.realtime or Model()
        self.model.steps = list(entry)
        self.speaker = Speaker() if spoken else None
        self.ear = Ear() if ear else None
        self.keys: rtc.EventEmitter[Any] | None = rtc.EventEmitter() if keypad else None
        if self.keys is not None:
            self.host.keys = self.keys
        self.items: list[Any] = []
        """Messages of the session, as they were committed."""
        self.outputs: list[llm.FunctionCallOutput] = []
        """The results of calls, as they were committed."""
        no_vad: Any = None  # 1.8 would take one of its own
        self.session: AgentSession[Any] = AgentSession(
            llm=self.model,
            tts=Voice() if spoken else NOT_GIVEN,
            stt=self.ear or NOT_GIVEN,
            vad=no_vad,
            userdata=userdata,
            turn_detection="realtime_llm" if realtime else "stt" if ear else "manual",
            **options,
        )
        self.session.on("conversation_item_added", self._added)
        self.session.on("function_tools_executed", self._executed)
        self.session.on("speech_created", self._created)
        self._speeches: list[tuple[Any, Agent]] = []

    def _added(self, event: Any) -> None:
        if event.item.type == "message":
            self.items.append(event.item)

    def _created(self, event: Any) -> None:
        self._speeches.append((event.speech_handle, self.session.current_agent))

    def _executed(self, event: Any) -> None:
        self.outputs += [output for output in event.function_call_outputs if output is not None]

    @property
    def replies(self) -> list[Any]:
        """The speech handles of the session."""
        return [speech for speech, _ in self._speeches]

    @property
    def host(self) -> Host:
        """The agent, where it is one that awaits a task."""
        if not isinstance(self.agent, Host):
            raise TypeError("the agent is not a Host")
        return self.agent

    @property
    def shown(self) -> list[Seen]:
        """What the model was shown, generation by generation."""
        return self.model.shown

    async def __aenter__(self) -> Self:
        if self.speaker is not None:
            self.session.output.audio = self.speaker
        if self.ear is not None:
            self.session.input.audio = Microphone()
        await self.session.start(self.agent)
        await self.settled()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.aclose()

    async def settled(self) -> None:
        """Wait until nothing is being said, generated or called, or the speaker holds an utterance."""
        quiet, deadline = 0, time.monotonic() + PATIENCE
        while quiet < QUIET:
            await asyncio.sleep(0.002)
            quiet = 0 if self._busy() else quiet + 1
            if time.monotonic() > deadline:
                raise TimeoutError("the session does not settle")

    def _busy(self) -> bool:
        if self.speaker is not None and self.speaker.holding.is_set():
            return False
        # A reply whose tool awaits a task is over with that task; the session is with another agent meanwhile.
        here = [speech for speech, agent in self._speeches if agent is self.session.current_agent]
        return any(not speech.done() for speech in here)

    async def turn(
        self,
        said: str,
        *steps: Step | Call,
        modality: Literal["audio", "text"] = "audio",
        cut: bool = False,
        late: float | None = None,
    ) -> None:
        """Have the caller say something, and the model go through ``steps``.

        ``cut``: the caller cuts into what is being said, as by speech; without an ear it is by ``interrupt``.
        ``late``: seconds after which the words become known that a realtime model has heard.
        """
        self.lay_out(steps)
        if cut and self.ear is None:
            self.session.interrupt()
        if self.ear is not None and modality == "audio":
            heard = len([item for item in self.items if item.role == "user"])
            await self.ear.hear(said)
            deadline = time.monotonic() + PATIENCE
            while len([item for item in self.items if item.role == "user"]) == heard:
                await asyncio.sleep(0.01)
                if time.monotonic() > deadline:
                    raise TimeoutError("the caller was not heard")
            await self.settled()
            return
        if self.realtime is not None and modality == "audio":
            await self.realtime.sessions[-1].hear(said, late=late)
            await self.settled()
        else:
            await self.speak(said, modality)

    async def speak(self, said: str, modality: Literal["audio", "text"] = "audio") -> None:
        """Have the caller say something, as if it had been heard, or type it."""
        self.session.generate_reply(user_input=said, input_modality=modality)
        await self.settled()

    def be_silent(self) -> None:
        """Have LiveKit notice that the caller has said nothing for a long while."""
        gone = UserStateChangedEvent(old_state="listening", new_state="away")
        self.session.emit("user_state_changed", gone)

    async def press(self, keys: str) -> None:
        """Have the caller press keys."""
        if self.keys is None:
            raise TypeError("the room has no keypad")
        for digit in keys:
            self.keys.emit("sip_dtmf_received", rtc.SipDTMF(code=0, digit=digit))
        await self.settled()

    def lay_out(self, steps: Iterable[Step | Call]) -> None:
        """Lay out the generations to come."""
        self.model.steps = [Step(calls=(step,)) if isinstance(step, Call) else step for step in steps]
        if self.speaker is not None:
            self.speaker.cuts = [step.played for step in self.model.steps if step.text]


class Realtime(llm.RealtimeModel):
    """A speech-to-speech model that hears the caller itself; it says what it is told."""

    def __init__(self) -> None:
        super().__init__(
            capabilities=llm.RealtimeCapabilities(
                message_truncation=False,
                turn_detection=True,
                user_transcription=True,
                auto_tool_reply_generation=False,
                audio_output=True,
                manual_function_calls=True,
                mutable_chat_context=True,
                mutable_instructions=True,
                mutable_tools=True,
            )
        )
        self.steps: list[Step] = []
        self.shown: list[Seen] = []
        self.count = 0
        self.sessions: list[RealtimeSession] = []

    def session(self, **_: Any) -> "RealtimeSession":
        """Return a session."""
        self.sessions.append(RealtimeSession(self))
        return self.sessions[-1]

    async def aclose(self) -> None:
        """Close nothing."""


class RealtimeSession(llm.RealtimeSession):
    """A session of ``Realtime``."""

    def __init__(self, model: Realtime) -> None:
        super().__init__(model)
        self._model = model
        self._chat_ctx = llm.ChatContext.empty()
        self._tools = llm.ToolContext.empty()
        self.instructions = ""

    @property
    def chat_ctx(self) -> llm.ChatContext:
        """What the model knows of the conversation."""
        return self._chat_ctx.copy()

    @property
    def tools(self) -> llm.ToolContext:
        """What the model may call."""
        return self._tools

    async def update_instructions(self, instructions: str) -> None:
        """Take in instructions."""
        self.instructions = instructions

    async def update_chat_ctx(self, chat_ctx: llm.ChatContext) -> None:
        """Take in what was said."""
        self._chat_ctx = chat_ctx.copy()

    async def update_tools(self, tools: list[Any]) -> None:
        """Take in tools."""
        self._tools = llm.ToolContext(tools)

    def update_options(self, **_: Any) -> None:
        """Take in options."""

    def push_audio(self, frame: rtc.AudioFrame) -> None:
        """Take in sound."""

    def push_video(self, frame: rtc.VideoFrame) -> None:
        """Take in pictures."""

    def commit_audio(self) -> None:
        """Take the sound for a turn."""

    def clear_audio(self) -> None:
        """Forget the sound."""

    def interrupt(self) -> None:
        """Stop."""

    def truncate(self, **_: Any) -> None:
        """Cut what was said."""

    async def aclose(self) -> None:
        """Close nothing."""

    def generate_reply(self, **options: Any) -> "asyncio.Future[llm.GenerationCreatedEvent]":
        """Say the next step."""
        future: asyncio.Future[llm.GenerationCreatedEvent] = asyncio.get_running_loop().create_future()
        future.set_result(self.generation(user_initiated=True, said=str(options.get("instructions") or "")))
        return future

    def generation(self, *, user_initiated: bool, said: str = "") -> llm.GenerationCreatedEvent:
        """Return the next step as a generation."""
        model = self._model
        names = tuple(self._tools.function_tools)
        model.shown.append(Seen(self.instructions, f"{self.instructions}\n{said}", names, tuple(self._chat_ctx.items)))
        step = model.steps.pop(0) if model.steps else Step(FILLER)
        model.count += 1

        async def messages() -> Any:
            if step.text:
                modalities: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
                modalities.set_result(["audio", "text"])
                id = f"message_{model.count}"
                yield llm.MessageGeneration(id, _one(step.text), _one(_silence()), modalities)

        async def calls() -> Any:
            for place, call in enumerate(step.calls):
                await asyncio.sleep(0)
                id = call.id or f"call_{model.count}_{place}"
                yield llm.FunctionCall(call_id=id, name=call.name, arguments=call.json)

        return llm.GenerationCreatedEvent(messages(), calls(), user_initiated=user_initiated)

    async def hear(self, text: str, *, late: float | None = None) -> None:
        """Hear the caller, and begin to answer; ``late``: the words come that many seconds later."""
        self.emit("input_speech_started", llm.InputSpeechStartedEvent())
        await asyncio.sleep(0.005)
        self.emit("input_speech_stopped", llm.InputSpeechStoppedEvent(user_transcription_enabled=True))
        id = f"turn_{time.monotonic()}"

        def words() -> None:
            self.emit("input_audio_transcription_completed", llm.InputTranscriptionCompleted(id, text, is_final=True))

        if late is None:
            words()
        else:
            asyncio.get_running_loop().call_later(late, words)
        self.emit("generation_created", self.generation(user_initiated=False))


async def _one(value: Any) -> Any:
    yield value


def _silence() -> rtc.AudioFrame:
    return rtc.AudioFrame.create(RATE, 1, RATE // 100)
