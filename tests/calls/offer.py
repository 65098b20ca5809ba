# SPDX-License-Identifier: Apache-2.0
"""A chat request with tools as one prompt and one JSON schema, for a model whose own tool template nothing enforces.

Each turn of the model is one JSON object: ``{"say": "..."}``, or ``{"call": NAME, "arguments": {...}}`` with a schema
for each tool of the request. A small model needs to be shown how that goes, so the prompt begins with an example talk.
It is made from the request's tools and from nothing else: the scenes below are about taking something down, a scene is
played if the first word of a tool's name is one of its verbs, arguments are filled in by the names and descriptions of
the tool's own properties, and a tool with a verb that no scene knows is shown with its own description as the
occasion. So every contestant's tools are shown by the same rule, in the same words.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Message = Mapping[str, Any]
Turn = tuple[str, str]
"""A role of the prompt, and what it said."""

LONGEST: Final = 40
"""Characters of a string in a call; a small model that has begun to repeat itself does not stop by itself."""

_INTRODUCTION: Final = """\
You talk to a caller on the phone. Each of your turns is one JSON object.
{"say": "..."} is spoken to the caller.
{"call": "...", "arguments": {...}} calls a tool, whose result comes next.
Your tools:
"""
_SAYS: Final = '{"say": "'
_RESULT: Final = "<tool_response>\n{}\n</tool_response>"
_FAILED: Final = "Error: that does not fit. Ask again."


@dataclass(frozen=True, slots=True)
class _Scene:
    """What a caller says that a tool with one of ``verbs`` is for, the digits in it, and what is said to the result.

    ``fails``: the tool refuses it.
    """

    verbs: tuple[str, ...]
    said: str
    digits: str = ""
    then: str = ""
    fails: bool = False


_RECORD: Final = ("update", "record", "set", "save", "store", "provide", "submit")
_SCENES: Final = (
    _Scene(_RECORD, "Sure, it's three oh one, 661.", "301661", "Sorry, could you say it again?", fails=True),
    _Scene(
        _RECORD,
        "It's three oh one, double six one, oh nine three eight.",
        "3016610938",
        "I have 3 0 1, 6 6 1, 0 9 3 8. Is that right?",
    ),
    _Scene(
        ("reject", "drop", "clear", "discard"), "No, that's wrong.", "", "Sorry about that. Could you say it again?"
    ),
    _Scene(_RECORD, "It's 718-204-7756.", "7182047756", "I have 7 1 8, 2 0 4, 7 7 5 6. Is that right?"),
    _Scene(("confirm", "accept", "approve"), "Yes, that's right.", "", ""),
    _Scene(("extend", "add", "append"), "Four seven.", "47", "Thank you. What comes next?"),
    _Scene(("decline", "refuse", "skip"), "I would rather not give it.", "", ""),
    _Scene(("escalate", "transfer", "handover"), "Can I talk to a person?", "", ""),
)
_VERBS: Final = {verb for scene in _SCENES for verb in scene.verbs}


def schema(tools: Sequence[Message], choice: object = "auto", *, may_call: bool = True) -> dict[str, Any]:
    """Return the schema of one turn.

    Args:
        tools: as in a chat request.
        choice: its ``tool_choice``: ``auto``, ``none``, ``required``, or an object that names one tool.
        may_call: whether ``auto`` leaves the model the choice.
    """
    named = choice.get("function", {}).get("name") if isinstance(choice, Mapping) else None
    say = _object({"say": {"type": "string"}})
    calls = [
        _object({"call": {"const": _function(tool)["name"]}, "arguments": _arguments(_function(tool))})
        for tool in tools
        if named in (None, _function(tool)["name"])
    ]
    if choice == "none" or not calls or (choice == "auto" and not may_call):
        return {"oneOf": [say]}
    return {"oneOf": calls if named is not None or choice == "required" else [say, *calls]}


def may_call(messages: Sequence[Message]) -> bool:
    """Return whether the model may call a tool: once for each turn of the caller's; then it speaks.

    A small model that may go on calling does: numbers that it makes up, or all its tools, one after the other.
    """
    last = next((message for message in reversed(messages) if not _is_told(message)), None)
    return last is None or last.get("role") != "tool"


def prompt(messages: Sequence[Message], tools: Sequence[Message]) -> str:
    """Return the conversation, behind the introduction and the example talk, in the model's own chat format.

    What changes least comes first: the tools, then the request's messages in their order.
    """
    functions = [_function(tool) for tool in tools]
    turns = [("system", _INTRODUCTION + "\n".join(map(_line, functions)))]
    turns += [("system", "An example:"), *example(tools), ("system", "The example ends here. Now the real call.")]
    turns += [turn for message in messages for turn in _turns(message)]
    # Without a turn of the caller's a small model takes the last thing it was told for one.
    if not any(message.get("role") in ("user", "tool") for message in messages):
        turns.append(("user", "Hello?"))
    return "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in turns) + "<|im_start|>assistant\n"


def example(tools: Sequence[Message]) -> list[Turn]:
    """Return the example talk for ``tools``."""
    functions = [_function(tool) for tool in tools]
    turns: list[Turn] = [("user", "Hello?"), _say(f"Hello. What is your {_thing(functions)}?")]
    by_verb = {_verb(function): function for function in functions}
    for scene in _SCENES:
        function = next((by_verb[verb] for verb in scene.verbs if verb in by_verb), None)
        if function is not None:
            turns += [("user", scene.said), *_called(function, scene)]
        elif "reject" in scene.verbs and any(verb in by_verb for verb in _RECORD):
            # What is wrong has to be asked for, tool or none.
            turns += [("user", scene.said), _say(scene.then)]
    for function in functions:
        if _verb(function) not in _VERBS:
            occasion = str(function.get("description") or function["name"]).splitlines()[0]
            turns += [("user", occasion), *_called(function, _Scene((), occasion, then="Done."))]
    return turns


def message_of(text: str, id: str) -> dict[str, Any]:
    """Return the model's turn as an assistant's message; a turn that was cut off is spoken as far as it went."""
    try:
        turn = json.loads(text)
    except ValueError:
        return {"role": "assistant", "content": text.removeprefix(_SAYS) if text.startswith(_SAYS) else ""}
    if "call" not in turn:
        return {"role": "assistant", "content": turn.get("say", "")}
    function = {"name": turn["call"], "arguments": json.dumps(turn.get("arguments", {}))}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": id, "type": "function", "function": function}],
    }


def _turns(message: Message) -> Iterable[Turn]:
    role, text = message.get("role"), _text(message.get("content"))
    if role == "tool":
        yield "user", _RESULT.format(text)
    elif role == "assistant":
        if text:
            yield _say(text)
        for call in message.get("tool_calls") or ():
            yield _call(call["function"]["name"], call["function"].get("arguments") or "{}")
    else:
        yield "user" if role == "user" else "system", text


def _is_told(message: Message) -> bool:
    return message.get("role") in ("system", "developer")


def _text(content: object) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content)
    return str(content or "")


def _say(text: str) -> Turn:
    return "assistant", json.dumps({"say": text}, ensure_ascii=False)


def _call(name: str, arguments: str) -> Turn:
    return "assistant", f'{{"call": {json.dumps(name)}, "arguments": {arguments}}}'


def _called(function: Message, scene: _Scene) -> list[Turn]:
    values = {name: _value(name, one, scene.digits) for name, one in _properties(function).items()}
    call = _call(function["name"], json.dumps(values))
    if not scene.then:  # what ends the matter needs no more words, and words would be copied in place of the call
        return [call]
    return [call, ("user", _RESULT.format(_FAILED if scene.fails else f"OK {scene.digits}".strip())), _say(scene.then)]


def _value(name: str, property: Message, digits: str) -> object:
    if property.get("enum"):
        return property["enum"][0]
    kind = property.get("type")
    if kind in ("integer", "number"):
        return 1
    if kind == "boolean":
        return True
    about = f"{name} {property.get('description', '')}".lower()
    return digits if digits and _is_number(about) else "would rather not"


def _is_number(about: str) -> bool:
    # A reason why no number is given is none.
    return "reason" not in about and any(word in about for word in ("number", "digit", "phone"))


def _thing(functions: Sequence[Message]) -> str:
    for function in functions:
        if _verb(function) in _RECORD:
            return str(next(iter(_properties(function)), "answer")).replace("_", " ")
    return "question"


def _verb(function: Message) -> str:
    return str(function["name"]).partition("_")[0].lower()


def _line(function: Message) -> str:
    arguments = ", ".join(
        f"{name}: {one.get('description') or one.get('type', 'any')}" for name, one in _properties(function).items()
    )
    return f"{function['name']}({arguments}): {function.get('description', '')}"


def _function(tool: Message) -> Message:
    function: Message = tool["function"]
    return function


def _properties(function: Message) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = (function.get("parameters") or {}).get("properties") or {}
    return properties


def _arguments(function: Message) -> dict[str, Any]:
    properties = {name: _bounded(one) for name, one in _properties(function).items()}
    return _object(properties, (function.get("parameters") or {}).get("required", list(properties)))


def _bounded(property: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in property.items() if key not in ("description", "title", "default")}
    if kept.get("type") == "string" and "enum" not in kept:
        kept.setdefault("maxLength", LONGEST)
    return kept


def _object(properties: dict[str, Any], required: Sequence[str] | None = None) -> dict[str, Any]:
    wanted = list(properties) if required is None else list(required)
    return {"type": "object", "properties": properties, "required": wanted, "additionalProperties": False}
