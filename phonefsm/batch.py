# SPDX-License-Identifier: Apache-2.0
"""The calls of one model generation: what each asks, which are equal, and in which order they are decided."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from phonefsm.ladder import Rung
from phonefsm.prompts import ERRORS, NextLine, reply_text
from phonefsm.table import Code, State, Trigger
from phonefsm.tools import Malformed, ToolCall, ToolReply, check

CALLS_KEPT: Final = 16
"""Answered calls that are remembered: a provider that resends does so within a generation or two."""
MAX_ID: Final = 128
"""Characters of an id that is kept as it is; a longer one is kept as its hash."""

_PRIORITY: Final = {
    trigger: place
    for place, trigger in enumerate(
        (Trigger.ESCALATE, Trigger.DECLINE, Trigger.REJECT, Trigger.UPDATE, Trigger.EXTEND, Trigger.CONFIRM)
    )
}


class Answered(NamedTuple):
    """An answered call, small enough to keep: its text is made anew from the rest."""

    id: str
    name: str
    code: Code
    state: State
    detail: str
    rung: Rung
    line: NextLine | str = ""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Request:
    """One or more equal calls of a batch."""

    identity: object
    trigger: Trigger
    text: str = ""
    malformed: Malformed | None = None
    chosen: bool = True
    places: list[tuple[int, tuple[str, str] | None]]


def priority(request: Request) -> tuple[int, bool, str]:
    """Say where in the batch a request is decided, whatever the order in which it came."""
    if request.malformed is not None:
        return len(_PRIORITY), False, str(request.identity)
    # The digits of several ``extend`` calls alone keep their order.
    text = "" if request.trigger is Trigger.EXTEND else request.text
    return _PRIORITY[request.trigger], not request.chosen, text


def request_of(call: ToolCall) -> Request:
    """Return what ``call`` asks, checked."""
    checked = check(call)
    if isinstance(checked, Malformed):
        identity: object = (str(call.name)[:MAX_ID], checked)
        return Request(identity=identity, trigger=Trigger.REFUSED, malformed=checked, places=[])
    trigger, text = checked
    reason = trigger in (Trigger.DECLINE, Trigger.ESCALATE)
    return Request(identity=(trigger, "" if reason else text), trigger=trigger, text=text, places=[])


def reply_to(call: ToolCall, answered: Answered) -> ToolReply:
    """Return the reply to ``call``, or to one equal to it."""
    code = answered.code
    told = reply_text(code, answered.state, answered.detail, answered.rung)
    return ToolReply(call.id, call.name, told, code in ERRORS, code, answered.line)


def short_id(id: object) -> str | None:
    """Return a host's or provider's id in a short form that JSON can hold; equal ids have equal forms."""
    if id is None or (isinstance(id, str) and len(id) <= MAX_ID and id.isascii() and id.isprintable()):
        return id
    from hashlib import sha256  # for the odd id alone

    raw = str(id).encode("utf-8", "surrogatepass")
    return sha256(raw).hexdigest()


def call_key(call: ToolCall) -> tuple[str, str] | None:
    """Return id and name of ``call``, by which a repeated one is known, or ``None`` for one without an id."""
    id, name = short_id(call.id), short_id(call.name)
    return None if id is None else (id, name or "")
