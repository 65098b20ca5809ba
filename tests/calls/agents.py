# SPDX-License-Identifier: Apache-2.0
"""The contestants, each as an agent in a call: what is heard goes in, what is said comes out."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol
from urllib.request import Request, urlopen

from phonefsm import Completed, Declined, PhoneCapture
from phonefsm.adapters.openai import chat
from phonefsm.conversation import QUIET
from phonefsm.dialogue import Dialogue
from phonefsm.tools import ToolCall, ToolReply
from tests.calls.model import Endpoint
from tests.sound.calls import e164

End = Literal["completed", "declined", "escalated"]
Cut = Callable[[str], str | None]
"""From what the agent says to as much of it as is played before the caller cuts in; ``None``: all of it."""

GENERATIONS: Final = 6
"""Generations that one turn of the caller leads to at most."""
SILENCE_TURN: Final = "(silence)"
"""What a model reads where the caller said nothing."""
TIMEOUT: Final = 300.0


@dataclass(frozen=True, slots=True)
class Act:
    """A tool call of the model's, or of the driver's, and what came of it."""

    name: str
    arguments: str
    result: str
    is_error: bool


@dataclass(slots=True)
class Said:
    """What the agent said in one turn: what was played of it, and whether the caller cut in."""

    text: str = ""
    cut: bool = False
    acts: list[Act] = field(default_factory=list)


class Agent(Protocol):
    """One agent in one call."""

    @property
    def patience(self) -> float:
        """Seconds of silence that end the caller's turn."""

    @property
    def end(self) -> tuple[End, str] | None:
        """How it ended, with the number in E.164 where there is one; ``None`` while it is open."""

    @property
    def lines(self) -> list[str]:
        """The call so far, as the lines of a conversation file."""

    def open(self) -> Said:
        """Begin."""

    def heard(self, text: str) -> Said:
        """Take in one turn of the caller's; an empty one is silence."""

    def close(self) -> None:
        """Leave nothing behind."""


class RecordedCapture(PhoneCapture):
    """A capture that writes what happens to it down as a conversation file."""

    __slots__ = ("acts", "lines")

    def __init__(self, region: str) -> None:
        super().__init__(default_region=region, logger=QUIET)
        self.lines = [_line(policy={"default_region": region})]
        self.acts: list[Act] = []

    def user_said(self, text: str | None, modality: Any = None, id: str | None = None) -> Any:
        self.lines.append(_line(user=text, modality=modality))
        return super().user_said(text, modality=modality, id=id)

    def agent_said(self, text: str, interrupted: bool | None = False) -> Any:
        self.lines.append(_line(agent=text, interrupted=interrupted))
        return super().agent_said(text, interrupted=interrupted)

    def user_silent(self) -> ToolReply:
        self.lines.append(_line(silence=True))
        return super().user_silent()

    def tools_called(self, *calls: ToolCall) -> list[ToolReply]:
        if calls:
            made = [{"name": call.name, "arguments": call.arguments, "id": call.id} for call in calls]
            self.lines.append(_line(call=made))
        replies = super().tools_called(*calls)
        for call, reply in zip(calls, replies, strict=True):
            arguments = json.dumps(call.arguments) if isinstance(call.arguments, dict) else str(call.arguments)
            self.acts.append(Act(call.name, arguments, f"{reply.code.value}: {reply.text}", reply.is_error))
        return replies

    def taken(self) -> list[Act]:
        """Return the calls since the last time."""
        acts, self.acts = self.acts, []
        return acts

    @property
    def end(self) -> tuple[End, str] | None:
        """How it ended."""
        match self.outcome:
            case None:
                return None
            case Completed(number, _):
                return "completed", number.e164
            case Declined():
                return "declined", ""
        return "escalated", ""


class _OnCapture:
    """What stands on a capture of its own."""

    def __init__(self, region: str, cut: Cut) -> None:
        self._capture, self._cut = RecordedCapture(region), cut

    @property
    def patience(self) -> float:
        """Seconds of silence that end the caller's turn."""
        return self._capture.listening.patience

    @property
    def end(self) -> tuple[End, str] | None:
        """How it ended."""
        return self._capture.end

    @property
    def lines(self) -> list[str]:
        """The call so far."""
        return self._capture.lines

    def close(self) -> None:
        """Leave nothing behind."""


class DriverAgent(_OnCapture):
    """The built-in driver: no model."""

    def __init__(self, region: str, cut: Cut) -> None:
        super().__init__(region, cut)
        self._driver = Dialogue(self._capture)

    def open(self) -> Said:
        """Ask."""
        return self._say(self._driver.open().audio)

    def heard(self, text: str) -> Said:
        """Take in one turn of the caller's."""
        return self._say((self._driver.heard(text, "audio") if text else self._driver.silent()).audio)

    def _say(self, text: str) -> Said:
        played = self._cut(text)
        self._capture.agent_said(text if played is None else played, interrupted=played is not None)
        return Said(text if played is None else played, played is not None, self._capture.taken())


class ChatAgent(_OnCapture):
    """The core on the chat format, as a host would write its loop."""

    def __init__(self, region: str, cut: Cut, endpoint: Endpoint) -> None:
        super().__init__(region, cut)
        self._endpoint = endpoint
        self._messages: list[dict[str, Any]] = []

    def open(self) -> Said:
        """Have the model ask."""
        return self._generate()

    def heard(self, text: str) -> Said:
        """Take in one turn of the caller's."""
        if text:
            self._messages += chat.user(self._capture, text, "audio")
        else:
            self._capture.user_silent()
            self._messages.append({"role": "user", "content": SILENCE_TURN})
        return self._generate()

    def _generate(self) -> Said:
        texts: list[str] = []
        for _ in range(GENERATIONS):
            if self._capture.outcome is not None:
                break
            request = chat.request(self._capture, self._messages, modality="audio")
            if self._capture.call_due:
                request["tool_choice"] = "required"
            # What was played is reported below, since the caller may cut in.
            reply = chat.apply(self._capture, _post(self._endpoint.url, request), shown=False)
            played = self._cut(reply.text) if reply.text else None
            if reply.text:
                shown = reply.text if played is None else played
                self._capture.agent_said(shown, interrupted=played is not None)
                texts.append(shown)
                reply[0]["content"] = shown
            self._messages += reply
            if played is not None:
                return Said(" ".join(texts), cut=True, acts=self._capture.taken())
            if not reply.again and not self._must_set_right(texts):
                break
        return Said(" ".join(texts), acts=self._capture.taken())

    def _must_set_right(self, texts: Sequence[str]) -> bool:
        """Return whether the model left a call out: it is asked again at once, once."""
        return self._capture.reminder is not None and len(texts) == 1


def _post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps({"model": "local", **body}).encode()
    request = Request(f"{url}/chat/completions", data, {"Content-Type": "application/json"})
    with urlopen(request, timeout=TIMEOUT) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def number_in(text: str, region: str) -> str:
    """Return a number that a task returned as E.164, or as it is where it is none."""
    return e164(text.partition(";")[0], region) or text


def _line(**event: Any) -> str:
    return json.dumps(event, ensure_ascii=False)
