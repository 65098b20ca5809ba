# SPDX-License-Identifier: Apache-2.0
"""The model's tools: what they are called, what they take, and how their calls are checked and answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from phonefsm.table import OFFERED, Code, State, Trigger

MAX_ARGUMENT: Final = 256
"""Characters of a number or of digits; a model that sends more sends no number."""
MAX_REASON: Final = 500
"""Characters of a reason that are kept."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's call: the tool's name, its arguments as decoded JSON, and the provider's id if it has one."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ToolReply:
    """The answer to a call: ``text`` for the model, ``code`` for programs.

    ``is_error`` says that what was asked for did not happen. The text says so in its first words, as some
    providers drop the flag.
    """

    call_id: str | None
    name: str
    told: str
    """What came of the call, and what to do next."""
    is_error: bool
    code: Code
    line: object = field(default="", compare=False)
    """What to say next, word for word: a string, or what makes one when it is read; empty where there is nothing."""

    @property
    def text(self) -> str:
        """What the model reads; a weak one says ``line`` where it would make up a read-back of its own."""
        line = str(self.line)
        return f'{self.told} Say: "{line}"' if line else self.told


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as a model is shown it; ``parameters`` is a strict JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class UpdateArguments(_Arguments):
    """Arguments of ``update_phone_number``."""

    phone_number: str = Field(
        min_length=1,
        max_length=MAX_ARGUMENT,
        description="The whole number exactly as the caller gave it, extension included; digits, no words.",
    )


class ExtendArguments(_Arguments):
    """Arguments of ``extend_phone_number``."""

    digits: str = Field(
        min_length=1, max_length=MAX_ARGUMENT, description="Only the digits that the caller has just given."
    )


class ReasonArguments(_Arguments):
    """Arguments of ``decline_phone_number_capture`` and ``escalate_phone_number_capture``."""

    reason: str = Field(description="Why, in a few words, without digits.")


class NoArguments(_Arguments):
    """No arguments."""


ARGUMENTS: Final[dict[Trigger, type[_Arguments]]] = {
    Trigger.UPDATE: UpdateArguments,
    Trigger.EXTEND: ExtendArguments,
    Trigger.CONFIRM: NoArguments,
    Trigger.REJECT: NoArguments,
    Trigger.DECLINE: ReasonArguments,
    Trigger.ESCALATE: ReasonArguments,
}

_DESCRIPTIONS: Final = {
    Trigger.UPDATE: "Record a whole phone number, or a corrected one, as soon as the caller has given it and "
    "before saying anything about it.",
    Trigger.EXTEND: "Add the next digits, when the caller gives the number in parts.",
    Trigger.CONFIRM: "The caller has heard the whole number read back and has clearly agreed. Never call it "
    "together with another tool.",
    Trigger.REJECT: "The caller says that the number read back is wrong and has not given another.",
    Trigger.DECLINE: "The caller does not want to give a phone number.",
    Trigger.ESCALATE: "The caller wants to talk to a person.",
}


def _schema(arguments: type[_Arguments]) -> dict[str, Any]:
    """Return a schema that every provider's strict mode takes: flat, all required, nothing else allowed."""
    properties = {
        name: {"type": "string", "description": field.description} for name, field in arguments.model_fields.items()
    }
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TOOL_LIST: Final[dict[Trigger, Tool]] = {
    trigger: Tool(trigger.value, _DESCRIPTIONS[trigger], _schema(arguments)) for trigger, arguments in ARGUMENTS.items()
}


class Malformed(NamedTuple):
    """Why a call cannot be fired; ``detail`` names what is wrong, for the model."""

    code: Literal[Code.UNKNOWN_TOOL, Code.INVALID_ARGUMENTS]
    detail: str


_BY_NAME: Final = {
    trigger.value: (trigger, arguments, next(iter(arguments.model_fields), None))
    for trigger, arguments in ARGUMENTS.items()
}


def check(call: ToolCall) -> tuple[Trigger, str] | Malformed:
    """Return the trigger of ``call`` and its one argument (or ``""``), or what is wrong with it."""
    known = _BY_NAME.get(call.name) if isinstance(call.name, str) else None
    if known is None:
        return Malformed(Code.UNKNOWN_TOOL, "")
    trigger, model, field_name = known
    try:
        arguments = model.model_validate({} if call.arguments is None else call.arguments)
    except ValidationError as error:
        return Malformed(Code.INVALID_ARGUMENTS, _wrong(error))
    return trigger, getattr(arguments, field_name) if field_name else ""


def _wrong(error: ValidationError) -> str:
    """Name the first wrong argument, without what it held."""
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"])[:40]
    return f"{name}: {first['msg']}" if name else str(first["msg"])


def offered(state: State, *, handover: bool) -> tuple[Tool, ...]:
    """Return the tools that ``state`` shows to the model."""
    tools = [TOOL_LIST[trigger] for trigger in OFFERED[state]]
    if handover and tools:
        tools.append(TOOL_LIST[Trigger.ESCALATE])
    return tuple(tools)
