# SPDX-License-Identifier: Apache-2.0
"""The conversations of the conformance suite, as data: what the caller says, and what the model makes of it.

A ``Turn`` is something of the caller and the generations of the model that follow, one ``Step`` each. A step with calls
is always followed by another, since every framework asks the model again with the results; the last step of a turn has
none.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Literal

from phonefsm import State

A, B = "415 555 0123", "415 555 0188"
READ_A, READ_B = f"I have {A}. Is that right?", f"I have {B}. Is that right?"


class Need(StrEnum):
    """What a conversation needs of a host, beside turns and calls."""

    INTERRUPTION = "interruption"
    """The caller speaks into the agent's words, and the host knows how much was played, or that it was cut."""
    SILENCE = "silence"
    """The host notices that the caller said nothing."""
    KEYPAD = "keypad"
    RAW_ARGUMENTS = "raw arguments"
    """A call's arguments are text, which may be no JSON."""
    LATE_WORDS = "late words"
    """The model answers before the caller's words are known."""
    PARALLEL = "parallel calls"
    """One generation may hold several calls."""


@dataclass(frozen=True, slots=True)
class Call:
    """A model's call. ``arguments`` that are a ``str`` are sent as they are. ``id`` ``None``: a fresh one."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One generation of the model: text, calls, or both (the text is said before the calls take effect).

    ``played``: what was played of the text, where that was cut. ``interrupted``: as in ``agent_said``.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    played: str | None = None
    interrupted: bool | None = False


@dataclass(frozen=True, slots=True)
class Turn:
    """Something of the caller, and the generations that follow.

    ``caller``: the words; ``None``: silence. ``keys``: a keypad entry in place of words. ``late``: the words become
    known only after that many generations.
    """

    caller: str | None
    steps: tuple[Step, ...]
    modality: Literal["audio", "text"] = "audio"
    keys: str | None = None
    late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A whole conversation, and how it ends on a bare core to which the host reports everything."""

    name: str
    turns: tuple[Turn, ...]
    ends: State
    number: str | None = None
    policy: dict[str, Any] = field(default_factory=dict)

    @property
    def foreign(self) -> bool:
        """Whether the model also has a tool of the host's (``ORDER``)."""
        return any(call.name == ORDER.name for turn in self.turns for step in turn.steps for call in step.calls)

    @property
    def needs(self) -> frozenset[Need]:
        """What a host must be able to do to have this conversation."""
        needs = set[Need]()
        for turn in self.turns:
            if turn.keys is not None:
                needs.add(Need.KEYPAD)
            elif turn.caller is None:
                needs.add(Need.SILENCE)
            if turn.late:
                needs.add(Need.LATE_WORDS)
            for step in turn.steps:
                if step.interrupted is not False:
                    needs.add(Need.INTERRUPTION)
                if len(step.calls) > 1:
                    needs.add(Need.PARALLEL)
                if any(isinstance(call.arguments, str) for call in step.calls):
                    needs.add(Need.RAW_ARGUMENTS)
        return frozenset(needs)


@dataclass(frozen=True, slots=True)
class ForeignTool:
    """A tool of the host's own, beside phonefsm's; it always answers the same."""

    name: str
    description: str
    parameters: dict[str, Any]
    answer: str


ORDER: Final = ForeignTool(
    "look_up_order",
    "Look up an order of the caller's.",
    {
        "type": "object",
        "properties": {"order": {"type": "string", "description": "The order's name."}},
        "required": ["order"],
        "additionalProperties": False,
    },
    "The order is on its way.",
)


# A shorthand for the data below.


def _update(number: str, id: str | None = None) -> Call:
    return Call("update_phone_number", {"phone_number": number}, id)


def _extend(digits: str) -> Call:
    return Call("extend_phone_number", {"digits": digits})


def _confirm(id: str | None = None) -> Call:
    return Call("confirm_phone_number", {}, id)


_REJECT = Call("reject_phone_number")
_DECLINE = Call("decline_phone_number_capture", {"reason": "would rather not"})
_ESCALATE = Call("escalate_phone_number_capture", {"reason": "wants a person"})
_LOOK_UP = Call(ORDER.name, {"order": "A"})

_THANKS = Step("Thank you.")
_WHICH = Step("What is your phone number?")
_AGAIN = Step("Sorry, could you give me the number again?")


def _says(text: str | None, *steps: Step | Call, **options: Any) -> Turn:
    """A turn; a bare call is a step of its own."""
    return Turn(text, tuple(Step(calls=(each,)) if isinstance(each, Call) else each for each in steps), **options)


def _types(text: str, *steps: Step | Call) -> Turn:
    return _says(text, *steps, modality="text")


def _calls(*calls: Call, text: str = "") -> Step:
    return Step(text, calls)


_GIVES_A = _says(f"it's {A}", _update(A), Step(READ_A))
_AGREES = _says("yes, that's right", _confirm(), _THANKS)
_COMPLETES_A = {"ends": State.COMPLETED, "number": "+14155550123"}
_COMPLETES_B = {"ends": State.COMPLETED, "number": "+14155550188"}
_PENDS = {"ends": State.PENDING_CONFIRMATION}
_ASKS = {"ends": State.ASKING}


def _conversation(name: str, *turns: Turn, **end: Any) -> Conversation:
    return Conversation(name=name, turns=turns, **end)


CONVERSATIONS: Final = (
    # Honest ones.
    _conversation("spoken, read back and agreed", _GIVES_A, _AGREES, **_COMPLETES_A),
    _conversation("typed", _types(A, _update(A), _THANKS), **_COMPLETES_A),
    _conversation("small talk first", _says("hello there", _WHICH), _GIVES_A, _AGREES, **_COMPLETES_A),
    _conversation(
        "in parts",
        _says("it begins with 415", _update("415"), Step("Go on.")),
        _says("then 555", _extend("555"), Step("And then?")),
        _says("0123", _extend("0123"), Step(READ_A)),
        _AGREES,
        **_COMPLETES_A,
    ),
    _conversation(
        "corrected after the read-back",
        _GIVES_A,
        _says(f"no, it's {B}", _update(B), Step(READ_B)),
        _AGREES,
        **_COMPLETES_B,
    ),
    _conversation(
        "rejected and given anew",
        _GIVES_A,
        _says("no", _REJECT, _AGAIN),
        _says(B, _update(B), Step(READ_B)),
        _AGREES,
        **_COMPLETES_B,
    ),
    _conversation(
        "spoken, then corrected in writing",
        _GIVES_A,
        _types(f"sorry, {B}", _update(B), Step(READ_B)),
        _types("yes", _confirm(), _THANKS),
        **_COMPLETES_B,
    ),
    _conversation(
        "read back beside the update",
        _says(A, _calls(_update(A), text=READ_A), Step("Is it?")),
        _AGREES,
        **_COMPLETES_A,
    ),
    _conversation("declined", _says("I'd rather not say", _DECLINE, Step("That is fine.")), ends=State.DECLINED),
    _conversation(
        "a person asked for",
        _says("let me talk to a person", _ESCALATE, Step("One moment.")),
        ends=State.ESCALATED,
        policy={"handover": True},
    ),
    # Models that misbehave.
    _conversation("a digit lost", _says(A, _update("415 555 123"), Step(READ_A)), _AGREES, **_COMPLETES_A),
    _conversation("a number invented", _says("hello", _update(A), _WHICH), _says("yes", _confirm(), _WHICH), **_ASKS),
    _conversation("confirmed by itself", _says(A, _update(A), _confirm(), Step(READ_A)), **_PENDS),
    _conversation(
        "read back and confirmed in one breath",
        _GIVES_A,
        _says("hm", _calls(_confirm(), text=READ_A), _AGAIN),
        **_PENDS,
    ),
    _conversation("confirmed after a no", _GIVES_A, _says("no, that's wrong", _confirm(), _AGAIN), **_PENDS),
    _conversation(
        "confirmed after another number was read back",
        _says(A, _update(A), Step(READ_B)),
        _says("yes", _confirm(), Step(READ_A)),
        _AGREES,
        **_COMPLETES_A,
    ),
    _conversation(
        "an invalid correction, then a yes",
        _GIVES_A,
        _says("no, it's 415 555 01", _update("415 555 01"), _AGAIN),
        _says("yes", _confirm(), _AGAIN),
        ends=State.COLLECTING,
    ),
    _conversation(
        "saved without a call",
        _says(A, Step("All saved!")),
        _says("is it?", _update(A), Step(READ_A)),
        _AGREES,
        **_COMPLETES_A,
    ),
    _conversation(
        "claimed saved at the end", _GIVES_A, _says("yes", Step("Great, I have saved your number.")), **_PENDS
    ),
    _conversation(
        "an empty answer", _says(A, Step()), _says("hello?", _update(A), Step(READ_A)), _AGREES, **_COMPLETES_A
    ),
    _conversation(
        "calls after the end",
        _types(A, _update(A), _THANKS),
        _types(f"no, {B}", _update(B), _confirm(), _DECLINE, _THANKS),
        **_COMPLETES_A,
    ),
    _conversation(
        "a decline that the words contradict",
        _GIVES_A,
        _says("no", _DECLINE, Step("So what is it?")),
        _says(B, _DECLINE, _update(B), Step(READ_B)),
        _AGREES,
        **_COMPLETES_B,
    ),
    _conversation(
        "refused until it ends", _says("hello", *[_confirm()] * 9, Step("One moment.")), ends=State.ESCALATED
    ),
    # Batches.
    _conversation(
        "confirm beside a new number",
        _GIVES_A,
        _says(f"no, {B}", _calls(_confirm(), _update(B)), Step(READ_B)),
        _AGREES,
        **_COMPLETES_B,
    ),
    _conversation(
        "confirm beside a decline",
        _GIVES_A,
        _says("I changed my mind, I don't want to", _calls(_confirm(), _DECLINE), Step("That is fine.")),
        ends=State.DECLINED,
    ),
    _conversation(
        "two numbers, one of them given",
        _says(A, _calls(_update(B), _update(A)), Step(READ_A)),
        _AGREES,
        **_COMPLETES_A,
    ),
    _conversation(
        "two numbers, both given",
        _says(f"{A} or {B}", _calls(_update(A), _update(B)), Step("Which one is it?")),
        **_ASKS,
    ),
    _conversation(
        "the same call twice", _says(A, _calls(_update(A), _update(A)), Step(READ_A)), _AGREES, **_COMPLETES_A
    ),
    _conversation(
        "two parts at once",
        _says("it begins with 415", _update("415"), Step("Go on.")),
        _says("555, 0123", _calls(_extend("555"), _extend("0123")), Step(READ_A)),
        _AGREES,
        **_COMPLETES_A,
    ),
    _conversation(
        "a tool of the host's beside ours",
        _says(A, _calls(_LOOK_UP, _update(A)), Step(READ_A)),
        _says("yes", _calls(_confirm(), _LOOK_UP), _THANKS),
        **_COMPLETES_A,
    ),
    _conversation(
        "a tool of the host's alone",
        _says("where is my order?", _LOOK_UP, _WHICH),
        _GIVES_A,
        _AGREES,
        **_COMPLETES_A,
    ),
    # What providers and models get wrong in form.
    _conversation(
        "ids reused",
        _says(A, _update(A, "call_0"), _confirm("call_0"), Step(READ_A)),
        _says(f"no, {B}", _update(B, "call_0"), Step(READ_B)),
        _says("yes", _confirm("call_0"), _THANKS),
        **_COMPLETES_B,
    ),
    _conversation(
        "arguments that do not fit",
        _says(
            A,
            Call("update_phone_number", {"phone_number": 4155550123}),
            Call("update_phone_number", {"number": A}),
            Call("update_phone_number", {"phone_number": A, "country": "US"}),
            Call("update_phone_number", {}),
            _update(A),
            Step(READ_A),
        ),
        _AGREES,
        **_COMPLETES_A,
    ),
    _conversation(
        "arguments that are no JSON",
        _says(
            A,
            Call("update_phone_number", '{"phone_number": "415 555'),
            Call("update_phone_number", "415 555 0123"),
            Call("update_phone_number", "[]"),
            _update(A),
            Step(READ_A),
        ),
        _says("yes", Call("confirm_phone_number", ""), _THANKS),
        **_COMPLETES_A,
    ),
    _conversation(
        "names close to ours",
        _says(A, Call("update_phone_numbers", {"phone_number": A}), _update(A), Step(READ_A)),
        _says("yes", Call("confirmPhoneNumber"), _confirm(), _THANKS),
        **_COMPLETES_A,
    ),
    # Voice.
    _conversation(
        "an interrupted read-back",
        _says(A, _update(A), Step(READ_A, played="I have 415 555", interrupted=True)),
        _says("yes", _confirm(), Step(READ_A)),
        _AGREES,
        **_COMPLETES_A,
    ),
    _conversation(
        "a yes over the last words of the read-back",
        _says(A, _update(A), Step(READ_A, played=f"I have {A}. Is", interrupted=True)),
        _AGREES,
        **_COMPLETES_A,
    ),
    _conversation(
        "a read-back cut nobody knows where",
        _says(A, _update(A), Step(READ_A, played=READ_A, interrupted=None)),
        _says("yes", _confirm(), _AGAIN),
        **_PENDS,
    ),
    _conversation(
        "silence",
        _GIVES_A,
        _says(None, Step(READ_A)),
        _says(None, Step("Are you there?")),
        _says(None, Step("Hello?")),
        _says(None, Step("Goodbye.")),
        ends=State.ESCALATED,
    ),
    _conversation("confirmed after silence", _GIVES_A, _says(None, _confirm(), Step(READ_A)), **_PENDS),
    _conversation(
        "keypad",
        replace(_says(None, Step(READ_A)), keys="4155550123#"),
        _AGREES,
        policy={"keypad": True},
        **_COMPLETES_A,
    ),
    _conversation(
        "words that come late",
        _GIVES_A,
        _says("no, it isn't", _confirm(), _confirm(), _AGAIN, late=1),
        **_PENDS,
    ),
)
