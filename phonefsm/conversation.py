# SPDX-License-Identifier: Apache-2.0
"""Conversation files: one event a line, as JSON, read with line numbers and played on a capture.

The lines, each a JSON object; blank ones are passed over:

    {"policy": {...}, "history": [...], "caller_id": "...", "observes": [...]}   optional, the first; all but
                                                                                 "policy" may be left out
    {"user": "text", "modality": "audio", "id": "..."}    the caller; text null: the words are not known (yet)
    {"agent": "text", "interrupted": false}               what was played; true: cut there; null: cut somewhere
    {"call": [{"name": "...", "arguments": {...}, "id": "..."}]}    one batch of the model's calls
    {"keys": "4155#"}    {"silence": true}    {"reopen": true}
    {"snapshot": true}                                    the capture is written to JSON and restored from it
"""

import json
import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from phonefsm.capture import PhoneCapture
from phonefsm.errors import ConversationError, PhoneFsmError
from phonefsm.outcome import Completed, Declined, Escalated
from phonefsm.policy import CapturePolicy
from phonefsm.tools import ToolCall, ToolReply
from phonefsm.turns import Modality

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

QUIET: Final = structlog.wrap_logger(
    structlog.ReturnLogger(), wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
)
"""A logger that drops a capture's events, whatever structlog is configured to."""
MAX_CAUSE: Final = 300
"""Characters of a cause that are shown; it may quote the line."""
_BESIDE_POLICY: Final = ("history", "caller_id", "observes")


def _is_true(value: bool) -> bool:  # noqa: FBT001 - pydantic's signature
    if not value:
        raise PydanticCustomError("not_true", "only true has a meaning")
    return value


# Not Literal[True], which 1 equals.
_True = Annotated[bool, AfterValidator(_is_true)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class User(_Line):
    """The caller spoke or typed."""

    user: str | None
    modality: Modality | None = None
    id: str | None = None


class Agent(_Line):
    """The agent's words, as far as they were played."""

    agent: str
    interrupted: bool | None = False


class CallLine(_Line):
    """One call of a batch. What its arguments hold is the capture's to judge, so anything goes here."""

    name: str
    arguments: Any = Field(default_factory=dict)
    id: str | None = None


class Calls(_Line):
    """The calls of one model generation."""

    call: list[CallLine]

    @property
    def batch(self) -> tuple[ToolCall, ...]:
        """The calls as a capture takes them."""
        return tuple(ToolCall(line.name, line.arguments, line.id) for line in self.call)


class Keys(_Line):
    """One finished keypad entry."""

    keys: str


class Silence(_Line):
    """The caller said nothing."""

    silence: _True


class Reopen(_Line):
    """The caller takes the end back."""

    reopen: _True


class SnapshotLine(_Line):
    """The capture goes through its snapshot."""

    snapshot: _True


class Setup(_Line):
    """What a capture is made with; the first line or none."""

    policy: dict[str, Any]
    history: list[User | Agent] = Field(default_factory=list)
    caller_id: str | None = None
    observes: list[str] | None = None

    def capture(self, logger: "FilteringBoundLogger | None" = None) -> PhoneCapture:
        """Return a new capture.

        Raises:
            PhoneFsmError: the policy or ``observes`` does not hold.

        """
        return PhoneCapture(
            CapturePolicy.load(self.policy),
            history=[line.model_dump(exclude_unset=True) for line in self.history],
            caller_id=self.caller_id,
            observes=self.observes,
            logger=logger,
        )


Event = Setup | User | Agent | Calls | Keys | Silence | Reopen | SnapshotLine

_KINDS: Final[dict[str, type[Event]]] = {
    "policy": Setup,
    "user": User,
    "agent": Agent,
    "call": Calls,
    "keys": Keys,
    "silence": Silence,
    "reopen": Reopen,
    "snapshot": SnapshotLine,
}


class Numbered(NamedTuple):
    """An event and the number of its line, from 1."""

    line: int
    event: Event


def parse(text: str, *, line: int | None = None) -> Event:
    """Return the event that one line of a conversation file describes.

    Raises:
        ConversationError: the line does not hold; ``line`` is passed on as its number.

    """
    try:
        return _event(_json(text))
    except _BadLineError as error:
        raise ConversationError(_one_line(str(error)), line=line) from None


def read(lines: Iterable[bytes]) -> Iterator[Numbered]:
    """Yield the events of a conversation file, given as its lines in UTF-8.

    Raises:
        ConversationError: a line does not hold.

    """
    first = True
    for number, raw in enumerate(lines, 1):
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise ConversationError(f"not UTF-8: {error.reason} at byte {error.start + 1}", line=number) from None
        if not text.strip():
            continue
        event = parse(text, line=number)
        if isinstance(event, Setup) and not first:
            raise ConversationError("policy: it goes on the first line", line=number)
        first = False
        yield Numbered(number, event)


def play(
    capture: PhoneCapture, event: Event, logger: "FilteringBoundLogger | None" = None
) -> tuple[PhoneCapture, list[ToolReply]]:
    """Play one event on ``capture``; return it, or the one that takes its place, and what it replied.

    Raises:
        PhoneFsmError: the policy does not hold.

    """
    match event:
        case Setup():
            return event.capture(logger), []
        case User():
            capture.user_said(event.user, modality=event.modality, id=event.id)
        case Agent():
            capture.agent_said(event.agent, interrupted=event.interrupted)
        case Calls():
            return capture, capture.tools_called(*event.batch)
        case Keys():
            return capture, [capture.keys_pressed(event.keys)]
        case Silence():
            return capture, [capture.user_silent()]
        case Reopen():
            return capture, [capture.reopen()]
        case SnapshotLine():
            text = capture.snapshot().model_dump_json()
            return PhoneCapture.restore(text, capture.policy, logger=logger), []
    return capture, []


class Player:
    """Plays events on a capture, and keeps the replies to the model's calls.

    Args:
        logger: for the captures; ``None``: structlog's default.

    """

    def __init__(self, logger: "FilteringBoundLogger | None" = None) -> None:
        self._logger = logger
        self.capture = PhoneCapture(logger=logger)
        self.replies: list[ToolReply] = []
        """The replies to tool calls, in order; those to keys, silence and reopen are the host's."""

    def play(self, event: Event) -> list[ToolReply]:
        """Play one event and return what the capture replied, keys, silence and reopen included.

        Raises:
            PhoneFsmError: the policy does not hold.

        """
        self.capture, replies = play(self.capture, event, self._logger)
        if isinstance(event, Calls):
            self.replies += replies
        return replies

    def play_line(self, numbered: Numbered) -> list[ToolReply]:
        """Play one event of a file.

        Raises:
            ConversationError: the policy does not hold; the message names its line and the field.

        """
        try:
            return self.play(numbered.event)
        except PhoneFsmError as error:
            raise ConversationError(_one_line(str(error)), line=numbered.line) from None

    @property
    def result(self) -> dict[str, Any]:
        """How it stands, as JSON-ready data.

        ``number`` (E.164) and ``extension`` are those of a completed capture, ``reason`` that of a declined or
        escalated one; else they are ``None``. ``replies`` are those to tool calls.
        """
        capture, outcome = self.capture, self.capture.outcome
        number = outcome.number if isinstance(outcome, Completed) else None
        return {
            "state": capture.state.value,
            "number": number.e164 if number else None,
            "extension": number.extension if number else None,
            "reason": outcome.reason if isinstance(outcome, Declined | Escalated) else None,
            "generation": capture.generation,
            "consent": capture.consent.value,
            "receipt": capture.receipt.as_dict(),
            "replies": [
                {"name": reply.name, "code": reply.code.value, "is_error": reply.is_error, "text": reply.text}
                for reply in self.replies
            ],
        }


class _BadLineError(ValueError):
    """A line does not hold; the message is the cause."""


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _BadLineError(f"not JSON: {error.msg} at column {error.colno}") from None
    except _BadLineError:
        raise
    except RecursionError:
        raise _BadLineError("not readable: nested too deeply") from None
    except ValueError:
        raise _BadLineError("not readable: an integer of thousands of digits") from None


def _no_constant(name: str) -> None:
    raise _BadLineError(f"not JSON: {name}")


def _event(data: object) -> Event:
    if not isinstance(data, dict):
        raise _BadLineError("not a JSON object")
    kinds = [kind for kind in _KINDS if kind in data]
    if len(kinds) != 1:
        found = f"{' and '.join(kinds)} in one line" if kinds else "no event"
        raise _BadLineError(f"{found}; a line holds one of {', '.join(_KINDS)}")
    kind = _KINDS[kinds[0]]
    if kind is Setup:
        data = _setup(data)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise _BadLineError(_cause(error)) from None


def _setup(data: dict[str, Any]) -> dict[str, Any]:
    """Take what stands beside the policy's fields in the same object out of it, and read the history's lines."""
    policy = data["policy"]
    if isinstance(policy, dict):
        inside = {key: policy[key] for key in _BESIDE_POLICY if key in policy}
        for key in inside.keys() & data.keys():
            raise _BadLineError(f"{key}: given twice")
        data = {**data, **inside, "policy": {key: value for key, value in policy.items() if key not in inside}}
    if isinstance(data.get("history"), list):
        data = {**data, "history": [_earlier(line, place) for place, line in enumerate(data["history"], 1)]}
    return data


def _earlier(line: object, place: int) -> Event:
    try:
        event = _event(line)
    except _BadLineError as error:
        raise _BadLineError(f"history {place}: {error}") from None
    if not isinstance(event, User | Agent):
        raise _BadLineError(f"history {place}: neither a user's nor an agent's turn")
    return event


def _cause(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {'unknown key' if first['type'] == 'extra_forbidden' else first['msg']}"


def _one_line(cause: str) -> str:
    """Return ``cause`` on one line and of a size to read, without what a terminal would act on."""
    shown = "".join(char if char.isprintable() else " " for char in cause)
    return shown if len(shown) <= MAX_CAUSE else f"{shown[:MAX_CAUSE]} ..."
