# SPDX-License-Identifier: Apache-2.0
"""OpenAI realtime: the server's events in, events to send out. No client is wrapped.

A whole program::

    import openai
    from phonefsm import PhoneCapture
    from phonefsm.adapters.openai import realtime

    capture = PhoneCapture(default_region="US", observes=realtime.OBSERVES)
    with openai.OpenAI().realtime.connect(model="gpt-realtime") as connection:
        ears = {"transcription": {"model": "gpt-4o-mini-transcribe"}}
        connection.session.update(session={"type": "realtime", "audio": {"input": ears}})
        session = realtime.Session(capture)
        connection.send(session.update())
        for event in connection:
            for answer in session.handle(event):
                connection.send(answer)
            if capture.outcome is not None:
                break
    print(capture.outcome)

Your audio goes in and out beside it. The model hears the audio itself, and the transcript is a second ear that comes
late; where it is not turned on, the receipt says that what was heard is unknown. What the agent said counts as played
unless the server says that it was truncated, as it does where your client sends ``conversation.item.truncate``. A
truncated read-back proves nothing, unless all of its audio had been played. Call ``played`` where you know that the
agent's audio has been played to its end; else that is taken for granted once the next response is there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from phonefsm.adapters._formats import (
    Asked,
    Message,
    Reply,
    Result,
    answered,
    check_names,
    get,
    items,
    string,
    system_text,
)
from phonefsm.adapters._tools import parameters
from phonefsm.capture import PhoneCapture
from phonefsm.checks import Observation
from phonefsm.turns import Modality

OBSERVES: Final = (Observation.TRANSCRIPT, Observation.AGENT)
"""What a realtime host reports, for ``PhoneCapture(observes=...)``."""
ITEMS_KEPT: Final = 64
"""Items of the conversation that are remembered: twice the turns that a capture looks at."""

_CREATE: Final[Message] = {"type": "response.create"}
_BYTES_PER_MS: Final = {"audio/pcm": 48, "audio/pcmu": 8, "audio/pcma": 8}


@dataclass(slots=True)
class _Item:
    """One item of the conversation: who said it, and what is known of its words and of its audio."""

    id: str
    agent: bool
    words: str | None = None
    modality: Modality = "audio"
    finished: bool = True
    """The model said it to the end."""
    bytes: int = 0
    """Of audio, as far as it came this way."""
    end_ms: int | None = None
    """Where the server truncated it."""
    reported: bool = False


class Session:
    """Translates for one capture over one connection.

    What was said waits until the next response is there, or ``played`` is called: by then the server has told what was
    truncated. A reconnected client takes a new session with the same, or the restored, capture.

    Args:
        capture: the capture, best with ``observes=OBSERVES``.
        tools: the host's own tools.
        instructions: the host's own, before this capture's.

    Raises:
        AdapterError: a tool has one of our names.
    """

    def __init__(self, capture: PhoneCapture, *, tools: Iterable[Any] = (), instructions: str = "") -> None:
        self.capture = capture
        self._own = list(tools)
        check_names(get(tool, "name") for tool in self._own)
        self._instructions = instructions
        self._sent: Message = {}
        self._items: dict[str, _Item] = {}
        self._typed = 0
        self._keys = ""
        self._rate = _BYTES_PER_MS["audio/pcm"]

    def update(self) -> Message:
        """Return the event that tells the model this state's instructions and tools.

        A final state leaves the tools of the host, or else forbids calls: an empty list is never sent.
        """
        ours = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": parameters(tool),
            }
            for tool in self.capture.tools
        ]
        told: Message = {"type": "realtime", "instructions": system_text(self.capture, "audio", self._instructions)}
        tools = ours + self._own
        told |= {"tools": tools, "tool_choice": "auto"} if tools else {"tool_choice": "none"}
        self._sent = told
        return {"type": "session.update", "session": told}

    def user(self, text: str) -> list[Message]:
        """Report what the caller typed, and return the events that tell the model."""
        self._typed += 1
        id = f"typed_{self._typed}"
        self._note(_Item(id, agent=False, words=text, modality="text"))
        content = [{"type": "input_text", "text": text}]
        item = {"id": id, "type": "message", "role": "user", "content": content}
        return [{"type": "conversation.item.create", "item": item}, _CREATE]

    def played(self) -> None:
        """Report that all of the agent's audio so far has been played, as far as it was not truncated."""
        self._report()

    def silent(self) -> list[Message]:
        """Report silence where an answer was due, and return the events that tell the model."""
        self.played()
        self.capture.user_silent()
        return [*self._changed(), _CREATE]

    def keys(self, keys: str) -> list[Message]:
        """Report one finished keypad entry, and return the events that tell the model.

        Keys stop no audio, so only what is known to have been played counts as heard before them.
        """
        self._report(sure=False)
        self.capture.keys_pressed(keys)
        return [*self._changed(), _CREATE]

    def handle(self, event: object) -> list[Message]:
        """Take in one of the server's events and return those to send, which may be none.

        Where a response called the host's tools it is a ``Reply``: give their results with ``answer`` first.
        """
        match get(event, "type"):
            case "session.created" | "session.updated":
                kind = get(get(get(get(get(event, "session"), "audio"), "output"), "format"), "type")
                self._rate = _BYTES_PER_MS.get(kind, self._rate)
            case "conversation.item.added" | "conversation.item.created":
                self._added(get(event, "item"))
            case "conversation.item.input_audio_transcription.completed":
                self._heard(string(event, "item_id"), string(event, "transcript"))
            case "conversation.item.truncated":
                self._item(string(event, "item_id")).end_ms = get(event, "audio_end_ms") or 0
            case "response.output_audio.delta":
                delta = string(event, "delta")
                self._item(string(event, "item_id")).bytes += len(delta) * 3 // 4 - delta[-2:].count("=")
            case "output_audio_buffer.stopped":
                self.played()
            case "input_audio_buffer.dtmf_event_received":
                self._keys += string(event, "event")
                if self._keys.endswith("#"):
                    keys, self._keys = self._keys, ""
                    return self.keys(keys)
            case "input_audio_buffer.timeout_triggered":
                # The server commits the silence as an item, and answers it by itself.
                self._item(string(event, "item_id"))
                return self.silent()[:-1]
            case "response.done":
                return self._done(get(event, "response"))
        return []

    def _note(self, item: _Item) -> _Item:
        self._items[item.id] = item
        if len(self._items) > ITEMS_KEPT:
            self._report()
            del self._items[next(iter(self._items))]
        return item

    def _item(self, id: str) -> _Item:
        """Return an item that is not the caller's; it has no words until its response is done."""
        return self._items.get(id) or self._note(_Item(id, agent=True, reported=True))

    def _added(self, item: object) -> None:
        """Take in an item of the caller's; the agent's come with the response that they belong to."""
        id, parts = string(item, "id"), items(item, "content")
        if get(item, "role") != "user" or id in self._items:
            return
        typed = [string(part, "text") for part in parts if get(part, "type") == "input_text"]
        if typed:
            self._note(_Item(id, agent=False, words=" ".join(typed), modality="text"))
        elif any(get(part, "type") == "input_audio" for part in parts):
            self._note(_Item(id, agent=False))

    def _heard(self, id: str, words: str) -> None:
        """Take in the words of a turn that was spoken before."""
        item = self._items.get(id) or self._note(_Item(id, agent=False))
        if item.agent:
            return
        item.words = words
        if item.reported:
            self.capture.user_said(words, item.modality, id)

    def _done(self, response: object) -> Reply:
        """Take in a whole response: its words wait, and its calls are decided."""
        self._report()
        output, finished = items(response, "output"), get(response, "status") in (None, "completed")
        said = ""
        for item in output:
            if get(item, "type") == "message":
                known = self._item(string(item, "id"))
                known.words = "".join(string(part, "transcript", "text") for part in items(item, "content"))
                known.finished, known.reported = finished, False
                said += known.words
        calls = [
            Asked(get(item, "name"), get(item, "arguments"), string(item, "call_id"), item)
            for item in output
            # One that was cut off was not made.
            if get(item, "type") == "function_call" and get(item, "status") in (None, "completed")
        ]
        reply = answered(
            self.capture,
            said,
            calls,
            response=get(response, "id"),
            foreign=[get(tool, "name") for tool in self._own],
            shown=False,
            said=[],
            pack=_pack,
        )
        # The server follows a cancelled response with the next one by itself.
        reply.follow([*self._changed(), *([_CREATE] if calls and finished else [])])
        return reply

    def _report(self, *, sure: bool = True) -> None:
        """Report what was said and has not been reported, in the order in which it was said."""
        for item in self._items.values():
            if item.reported:
                continue
            item.reported = True
            if not item.agent:
                self.capture.user_said(item.words, item.modality, item.id)
            elif item.words:
                all_played = item.end_ms is None or 0 < item.bytes <= item.end_ms * self._rate
                known = sure and item.finished and all_played
                self.capture.agent_said(item.words, interrupted=False if known else None)

    def _changed(self) -> list[Message]:
        """Return the update that the model needs, if it needs one."""
        before = self._sent
        update = self.update()
        return [update] if self._sent != before else []


def _pack(results: list[Result]) -> list[Message]:
    return [
        {
            "type": "conversation.item.create",
            "item": {"type": "function_call_output", "call_id": result.call.id, "output": result.text},
        }
        for result in results
    ]
