# SPDX-License-Identifier: Apache-2.0
"""OpenAI realtime, through the real client's websocket."""

import base64
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from queue import SimpleQueue
from typing import Any, ClassVar

import pytest

from phonefsm import PhoneCapture
from phonefsm.adapters.openai import realtime
from tests.adapters.conformance import Adapter, Conformance, Forced, Part, Script, Seen, capture_for
from tests.adapters.conversations import ORDER, Conversation, Step, Turn
from tests.adapters.providers import check_functions, raw, strict, typed

openai = pytest.importorskip("openai", reason="openai is not installed: pip install 'phonefsm[openai]'")
sync = pytest.importorskip("websockets.sync.server", reason="websockets is missing: pip install 'phonefsm[openai]'")
closed = pytest.importorskip("websockets.exceptions").ConnectionClosed

# The client opens websockets in a way that they are about to give up.
pytestmark = pytest.mark.filterwarnings("ignore:connect\\(\\) must be used:DeprecationWarning")

Json = dict[str, Any]

OWN = {
    "type": "function",
    "name": ORDER.name,
    "description": ORDER.description,
    "parameters": ORDER.parameters,
}
SECOND = base64.b64encode(bytes(48_000)).decode()
"""A second of audio at 24 kHz, 16 bits."""
SPEAKS = "the model speaks, so it is told as for voice, also where the caller types"
IDLE = "rate_limits.updated"
"""What the stand-in sends when it has nothing more to say: an event that the adapter passes over."""


class Provider:
    """A stand-in for the realtime server: checks what it is sent, and says what the script says."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.seen: list[Seen] = []
        self.broken: list[str] = []
        self._session: Json = {}
        self._names: dict[str, str] = {}
        self._waiting: list[str] = []
        self._count = 0
        self._words: tuple[int, Json] | None = None
        self._events: SimpleQueue[Json | None] = SimpleQueue()
        self.said = threading.Event()
        """It has said something that calls nothing."""

    def serve(self, socket: Any) -> None:
        """Serve one connection: what is said is sent by a thread of its own."""
        sender = threading.Thread(target=self._send, args=(socket,))
        sender.start()
        audio = {"output": {"format": {"type": "audio/pcm", "rate": 24000}}}
        self.say({"type": "session.created", "session": {"type": "realtime", "audio": audio}})
        for text in socket:
            try:
                self.take(json.loads(text))
            except (AssertionError, KeyError) as error:
                self.broken.append(f"{type(error).__name__}: {error}")
                self.say({"type": IDLE, "rate_limits": []})
        self._events.put(None)
        sender.join()

    def _send(self, socket: Any) -> None:
        with suppress(ConnectionError, closed):  # the client has all it wanted
            while (event := self._events.get()) is not None:
                socket.send(json.dumps(event))

    def say(self, event: Json) -> None:
        self._count += 1
        self._events.put({"event_id": f"event_{self._count}", **event})

    def take(self, event: Json) -> None:
        """Take in a client's event."""
        typed("openai.types.realtime.realtime_client_event_param", "RealtimeClientEventParam", event)
        match event["type"]:
            case "session.update":
                session = event["session"]
                if "tools" in session:
                    check_functions(session["tools"])
                    for tool in session["tools"]:
                        assert tool.keys() == {"type", "name", "description", "parameters"}
                        strict(tool["parameters"])
                self._session |= session
            case "conversation.item.create" if event["item"]["type"] == "function_call_output":
                item = event["item"]
                assert item["call_id"] in self._waiting, "no such call"
                self._waiting.remove(item["call_id"])
                self.seen.append(Seen(self._names[item["call_id"]], item["output"]))
            case "conversation.item.create":
                self.say({"type": "conversation.item.added", "item": {"status": "completed", **event["item"]}})
            case "response.create":
                assert not self._waiting, f"no output for {self._waiting}"
                self.respond()

    def respond(self) -> None:
        """Say the script's next step."""
        session = self._session
        tools = [] if session["tool_choice"] == "none" else [tool["name"] for tool in session["tools"]]
        step = self.script.step(tools=tools, instructions=session["instructions"])
        self._count += 1
        id = f"resp_{self._count}"
        output: list[Json] = []
        if step.text:
            part = {"type": "output_audio", "transcript": step.text}
            item = {"id": f"{id}_said", "type": "message", "role": "assistant", "status": "completed"}
            output.append({**item, "content": [part]})
            self.say({"type": "conversation.item.added", "item": {**item, "status": "in_progress", "content": []}})
            at = {"response_id": id, "item_id": item["id"], "output_index": 0, "content_index": 0}
            self.say({"type": "response.output_audio.delta", "delta": SECOND, **at})
        for place, call in enumerate(step.calls):
            known = {"call_id": f"{id}_{call.id}_{place}", "name": call.name, "arguments": raw(call)}
            output.append({"id": f"{id}_{place}", "type": "function_call", "status": "completed", **known})
            self._names[known["call_id"]] = call.name
            self._waiting.append(known["call_id"])
        self.say({"type": "response.done", "response": {"id": id, "status": "completed", "output": output}})
        if self._words is not None:
            count, words = self._words
            self._words = (count - 1, words) if count > 1 else None
            if count == 1:
                self.say(words)
        if not step.calls:
            self.say({"type": IDLE, "rate_limits": []})
            self.said.set()

    def caller(self, words: str, late: int) -> None:
        """Let the caller speak: the server finds the turn's end, and answers it."""
        self._count += 1
        id = f"item_{self._count}"
        self.say({"type": "input_audio_buffer.speech_started", "item_id": id, "audio_start_ms": 1})
        self.say({"type": "input_audio_buffer.committed", "item_id": id})
        item = {"id": id, "type": "message", "role": "user", "status": "completed"}
        self.say({"type": "conversation.item.added", "item": {**item, "content": [{"type": "input_audio"}]}})
        name = "conversation.item.input_audio_transcription.completed"
        heard = {"type": name, "item_id": id, "content_index": 0, "transcript": words, "usage": {}}
        if late:
            self._words = (late, heard)
        else:
            self.say(heard)
        self.respond()

    def cut(self, item: str, end_ms: int) -> None:
        """Truncate what the agent said."""
        event = {"type": "conversation.item.truncated", "item_id": item, "content_index": 0, "audio_end_ms": end_ms}
        self.say(event)

    def silence(self) -> None:
        """Notice that the caller says nothing, and answer it."""
        self._count += 1
        at = {"item_id": f"item_{self._count}", "audio_start_ms": 0, "audio_end_ms": 1}
        self.say({"type": "input_audio_buffer.timeout_triggered", **at})
        item = {"id": at["item_id"], "type": "message", "role": "user", "content": [{"type": "input_audio"}]}
        self.say({"type": "conversation.item.added", "item": item})
        self.respond()


class Talk:
    """A host: it sends what the session says, and knows what it has played."""

    def __init__(self, capture: PhoneCapture, provider: Provider, connection: Any, tools: list[Any]) -> None:
        self.capture = capture
        self._provider, self._connection = provider, connection
        self._session = realtime.Session(capture, tools=tools)
        self._last = ""
        connection.send(self._session.update())
        provider.script.load([Step()])
        connection.send({"type": "response.create"})  # and an empty answer, so that the server has all
        self._pump(())
        provider.script.generations.clear()

    @property
    def replies(self) -> list[Seen]:
        return self._provider.seen

    async def turn(self, turn: Turn) -> None:
        provider = self._provider
        provider.script.load(turn.steps)
        if turn.keys is not None:
            for key in turn.keys:
                provider.say({"type": "input_audio_buffer.dtmf_event_received", "event": key, "received_at": 1})
        elif turn.caller is None:
            provider.silence()
        elif turn.modality == "text":
            for event in self._session.user(turn.caller):
                self._connection.send(event)
        else:
            provider.caller(turn.caller, turn.late)
        self._pump(turn.steps)
        assert not provider.broken

    def _pump(self, steps: tuple[Step, ...]) -> None:
        generations = iter(steps)
        for event in self._connection:
            events = self._session.handle(event)
            if event.type == "response.done":
                step = next(generations, Step())
                said = [item.id for item in event.response.output if item.type == "message"]
                for call in getattr(events, "foreign", ()):
                    events.answer(call, ORDER.answer)  # type: ignore[attr-defined]
                if step.interrupted is False:
                    self._session.played()
                else:
                    self._provider.cut(said[0], 600)
            for each in events:
                self._connection.send(each)
            if event.type == IDLE:
                return


class Realtime(Adapter):
    name = "openai realtime"
    observes = tuple(realtime.OBSERVES)
    forced: ClassVar = {
        "typed": Forced(SPEAKS, Part.INSTRUCTIONS),
        "spoken, then corrected in writing": Forced(SPEAKS, Part.INSTRUCTIONS),
        "calls after the end": Forced(SPEAKS, Part.INSTRUCTIONS),
        "read back and confirmed in one breath": Forced(
            "words count once they were played, and calls come before that", Part.REPLIES, Part.RECEIPT
        ),
        "a yes over the last words of the read-back": Forced(
            "of a truncated read-back only the time is known, so it proves nothing and is asked for again", *Part
        ),
        "silence": Forced(
            "the server answers silence by itself, before it can be told of the new state",
            Part.TOOLS,
            Part.INSTRUCTIONS,
        ),
    }

    @asynccontextmanager
    async def session(self, conversation: Conversation, script: Script) -> AsyncIterator[Talk]:
        provider = Provider(script)
        with Listening(provider.serve) as address:
            client = openai.OpenAI(api_key="none", websocket_base_url=address)
            with client.realtime.connect(model="m") as connection:
                own = [OWN] if conversation.foreign else []
                yield Talk(capture_for(conversation, self.observes), provider, connection, own)


class Listening:
    """A websocket server for one connection."""

    def __init__(self, serve: Callable[[Any], None]) -> None:
        self._server = sync.serve(serve, "127.0.0.1", 0)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/v1"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()


class TestRealtime(Conformance):
    adapter = Realtime()
