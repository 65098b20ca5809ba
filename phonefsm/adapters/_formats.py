# SPDX-License-Identifier: Apache-2.0
"""What the provider formats share: a response's text and calls in, the messages to send back out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from phonefsm.adapters._tools import AdapterError, is_ours, tool_call
from phonefsm.capture import PhoneCapture
from phonefsm.tools import ToolReply

Message = dict[str, Any]
Shown = Literal["audio", "text"]


class Asked(NamedTuple):
    """A call as a response holds it; ``native`` is the response's own object."""

    name: object
    arguments: object
    id: str
    native: object


class Result(NamedTuple):
    """What is sent back for a call."""

    call: Asked
    text: str
    is_error: bool


class Reply(list[Message]):
    """The messages to send back for a response: what the model said, then a result for each of its calls.

    Calls of the host's own tools are ``foreign``; ``answer`` puts their results in place. Do so before the messages
    are sent or copied.
    """

    def __init__(
        self,
        text: str,
        calls: Sequence[Asked],
        replies: Sequence[ToolReply | None],
        said: list[Message],
        pack: Callable[[list[Result]], list[Message]],
    ) -> None:
        super().__init__()
        self.text = text
        """What the model said to the caller."""
        self.replies = [reply for reply in replies if reply is not None]
        """The capture's replies to the calls of its tools, in their order."""
        self.foreign = [call.native for call, reply in zip(calls, replies, strict=True) if reply is None]
        """The calls of other tools, as they came."""
        self.again = bool(calls)
        """The model waits for results: ask it again."""
        self._calls, self._said, self._pack, self._last = calls, said, pack, list[Message]()
        self._results = [
            None if reply is None else Result(call, reply.text, reply.is_error)
            for call, reply in zip(calls, replies, strict=True)
        ]
        self._fill()

    @property
    def results(self) -> list[Message]:
        """The results alone, for a provider that keeps what the model said."""
        return self[len(self._said) :]

    def answer(self, call: object, text: str, *, is_error: bool = False) -> None:
        """Put the result of a foreign ``call`` in its place.

        Raises:
            AdapterError: ``call`` is none of ``foreign``, or has its result.
        """
        for place, each in enumerate(self._calls):
            if each.native is call and self._results[place] is None:
                self._results[place] = Result(each, text, is_error)
                return self._fill()
        raise AdapterError("answer: not a foreign call of this response, or answered already")

    def follow(self, messages: list[Message]) -> None:
        """Put ``messages`` behind the results."""
        self._last = messages
        self._fill()

    def _fill(self) -> None:
        self[:] = self._said + self._pack([result for result in self._results if result is not None]) + self._last


def answered(
    capture: PhoneCapture,
    text: str,
    calls: Sequence[Asked],
    *,
    response: object,
    foreign: Iterable[object] | None,
    shown: bool,
    said: list[Message],
    pack: Callable[[list[Result]], list[Message]],
) -> Reply:
    """Report what the model said, have its calls decided as one batch, and return the messages to send back.

    Args:
        capture: the capture.
        text: what the model said; it was said before its calls take effect.
        calls: all its calls, in order.
        response: the provider's id of the response.
        foreign: the names of the host's own tools; ``None``: not known.
        shown: the caller has seen or heard ``text``; else the host reports what was played.
        said: the messages that hold what the model said.
        pack: makes the messages that hold the results.
    """
    replies = decided(capture, text, calls, response=response, foreign=foreign, shown=shown)
    return Reply(text, calls, replies, said, pack)


def decided(
    capture: PhoneCapture,
    text: str,
    calls: Sequence[Asked],
    *,
    response: object,
    foreign: Iterable[object] | None,
    shown: bool,
) -> list[ToolReply | None]:
    """Report what the model said and have its calls decided as one batch; a foreign call's reply is ``None``."""
    if text and shown:
        capture.agent_said(text)
    names = None if foreign is None else set(map(str, foreign))
    ours = [place for place, call in enumerate(calls) if is_ours(call.name, names)]
    asked = [
        tool_call(capture, calls[place].name, calls[place].arguments, response, calls[place].id, place)
        for place in ours
    ]
    replies: list[ToolReply | None] = [None] * len(calls)
    for place, reply in zip(ours, capture.tools_called(*asked), strict=True):
        replies[place] = reply
    return replies


def system_text(capture: PhoneCapture, modality: Shown | None, before: str = "") -> str:
    """Return what the model is told: the host's own text, the part that no state changes, then this state's lines."""
    instructions = capture.instructions
    ours = str(instructions if modality is None else instructions.as_modality(modality))
    return "\n\n".join(part for part in (before, ours, capture.reminder or "") if part)


def check_names(names: Iterable[object]) -> None:
    """Check that no tool of the host's has one of our names, or one so close that it would be taken for a slip.

    Raises:
        AdapterError: one has.
    """
    for name in names:
        if is_ours(name):
            raise AdapterError(f"tools: {name} is a name of phonefsm's own, or too close to one")


def check_order(messages: Iterable[tuple[Sequence[str], Sequence[str]]]) -> None:
    """Check that results follow calls: each message is given as the ids it answers and the ids it calls.

    Raises:
        AdapterError: a call has no result, or a result no call, where the provider would refuse the request.
    """
    waiting: list[str] = []
    for place, (results, calls) in enumerate(messages):
        for id in results:
            if id not in waiting:
                raise AdapterError(f"message {place}: a result for {id!r}, which nothing has called")
            waiting.remove(id)
        if waiting and not results:
            raise AdapterError(f"message {place}: {_no_result(waiting)}")
        waiting += calls
    if waiting:
        raise AdapterError(_no_result(waiting))


def _no_result(waiting: list[str]) -> str:
    return f"no result for the call {waiting[0]!r} before it; Reply.answer gives foreign calls theirs"


def get(value: object, *names: str) -> Any:  # noqa: ANN401 - whatever the provider put there
    """Return the first of ``names`` that ``value``, a dict or an SDK's object, has, or ``None``."""
    for name in names:
        found = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
        if found is not None:
            return found
    return None


def items(value: object, *names: str) -> list[Any]:
    """Return a list that ``value`` has under one of ``names``, or an empty one."""
    found = get(value, *names)
    return list(found) if isinstance(found, list | tuple) else []


def plain(value: object, mode: Literal["json", "python"] = "json") -> Message:
    """Return a dict, or an SDK's object as one, under the names that the provider's documentation uses.

    Raises:
        AdapterError: it is neither.
    """
    if isinstance(value, dict):
        return value
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise AdapterError(f"neither a dict nor an object of the provider's SDK: {type(value).__name__}")
    dumped: Message = dump(mode=mode, by_alias=mode == "json", exclude_none=True)
    return dumped


def unique(calls: Iterable[Asked]) -> Iterator[Asked]:
    """Yield ``calls`` with ids that differ, where a provider gives none or the same one twice."""
    seen = set[str]()
    for place, call in enumerate(calls):
        id = call.id if call.id and call.id not in seen else f"call_{place}_{call.name}"
        seen.add(id)
        yield call._replace(id=id)


def string(value: object, *names: str) -> str:
    """Return the string that ``value`` has under one of ``names``, or an empty one."""
    found = get(value, *names)
    return found if isinstance(found, str) else ""


def text_of(content: object) -> str:
    """Return the text of a message's content: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list | tuple) else []
    return "".join(text for part in parts if isinstance(text := get(part, "text", "refusal"), str))


def history_lines(turns: Iterable[tuple[object, str]], modality: str | None) -> list[dict[str, Any]]:
    """Return what was said, as ``(role, text)``, as lines for ``PhoneCapture(history=...)``."""
    lines: list[dict[str, Any]] = []
    for role, text in turns:
        if text and role == "user":
            lines.append({"user": text, "modality": modality})
        elif text and role in ("assistant", "model"):
            lines.append({"agent": text})
    return lines
