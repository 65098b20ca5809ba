# SPDX-License-Identifier: Apache-2.0
"""OpenAI chat completions, and the many servers that speak them, as pure functions: no client is wrapped.

A whole program::

    import openai
    from phonefsm import PhoneCapture
    from phonefsm.adapters.openai import chat

    client, capture, messages = openai.OpenAI(), PhoneCapture(default_region="US"), []
    while capture.outcome is None:
        messages += chat.user(capture, input("> "), "text")
        again = True
        while again:
            request = chat.request(capture, messages, modality="text")
            reply = chat.apply(capture, client.chat.completions.create(model="gpt-5-mini", **request))
            messages += reply
            again = reply.again
            print(reply.text)
    print(capture.outcome)
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from phonefsm.adapters._formats import (
    Asked,
    Message,
    Reply,
    Result,
    Shown,
    answered,
    check_names,
    check_order,
    get,
    history_lines,
    items,
    plain,
    string,
    system_text,
    text_of,
    unique,
)
from phonefsm.adapters._tools import AdapterError, parameters
from phonefsm.capture import PhoneCapture
from phonefsm.turns import Modality

_SYSTEM = ("system", "developer")
# What a response's message has and a request's may not have.
_RESPONSE_ONLY = ("annotations", "audio", "parsed", "function_call")


def tools_of(capture: PhoneCapture) -> list[Message]:
    """Return the tools that this state offers."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": parameters(tool),
                "strict": True,
            },
        }
        for tool in capture.tools
    ]


def user(capture: PhoneCapture, text: str, modality: Modality | None = None) -> list[Message]:
    """Report what the caller said, and return it as messages. ``modality``: as for ``PhoneCapture.user_said``."""
    capture.user_said(text, modality)
    return [{"role": "user", "content": text}]


def request(
    capture: PhoneCapture,
    messages: Sequence[Any],
    *,
    tools: Iterable[Any] = (),
    modality: Shown | None = None,
) -> dict[str, Any]:
    """Return ``messages`` and ``tools`` for ``client.chat.completions.create``.

    Args:
        capture: the capture.
        messages: the conversation so far; system messages at its head stay before this capture's instructions.
        tools: the host's own tools.
        modality: how the model's words reach the caller; ``None``: as spoken.

    Raises:
        AdapterError: a call in ``messages`` has no result or a result no call, or a tool has one of our names.
    """
    own = list(tools)
    check_names(map(_name, own))
    check_order((_results(each), [call.id for call in _calls(each)]) for each in messages)
    head = 0
    while head < len(messages) and get(messages[head], "role") in _SYSTEM:
        head += 1
    before = "\n\n".join(text_of(get(each, "content")) for each in messages[:head])
    role = get(messages[0], "role") if head else "system"
    system = {"role": role, "content": system_text(capture, modality, before)}
    asked = {"messages": [system, *messages[head:]], "tools": tools_of(capture) + own}
    return asked if asked["tools"] else {"messages": asked["messages"]}


def apply(capture: PhoneCapture, response: object, *, tools: Iterable[Any] | None = None, shown: bool = True) -> Reply:
    """Have the calls in a response decided, and return the messages to send back.

    Args:
        capture: the capture.
        response: a ``ChatCompletion``, or its JSON as a dict; of several choices the first counts.
        tools: the host's own tools, as for ``request``; without them a name close to ours counts as a slip.
        shown: the caller sees or hears all of the text; ``False``: report what was played with ``agent_said``.

    Raises:
        AdapterError: there is no message in the response.
    """
    message = get(next(iter(items(response, "choices")), None), "message")
    if message is None:
        raise AdapterError(f"no choices in the response: {get(response, 'error') or 'it is empty'}")
    text = text_of(get(message, "content", "refusal"))
    calls = list(unique(_calls(message)))
    return answered(
        capture,
        text,
        calls,
        response=get(response, "id"),
        foreign=None if tools is None else map(_name, tools),
        shown=shown,
        said=[_echo(plain(message), calls)] if text or calls else [],
        pack=_pack,
    )


def collect(chunks: Iterable[object]) -> Message:
    """Return the response that a stream's chunks make, for ``apply``; what was cut off stays cut off."""
    content, refusal, id, finish = "", "", None, None
    calls: list[dict[str, Any]] = []
    places: dict[str, dict[str, Any]] = {}
    for chunk in chunks:
        id = get(chunk, "id") or id
        for choice in items(chunk, "choices")[:1]:
            delta, finish = get(choice, "delta"), get(choice, "finish_reason") or finish
            content += string(delta, "content")
            refusal += string(delta, "refusal")
            for part in items(delta, "tool_calls"):
                place, part_id = str(get(part, "index")), string(part, "id")
                call = places.get(place)
                # Some servers number every call 0, or none.
                if call is None or (part_id and call["id"] not in ("", part_id)):
                    call = {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
                    places[place] = call
                    calls.append(call)
                call["id"] = part_id or call["id"]
                function = get(part, "function")
                call["function"]["name"] += string(function, "name")
                call["function"]["arguments"] += string(function, "arguments")
    message = {"role": "assistant", "content": content or None, "refusal": refusal or None, "tool_calls": calls}
    return {"id": id, "choices": [{"index": 0, "finish_reason": finish, "message": message}]}


def history(messages: Iterable[Any], modality: Modality | None = None) -> list[dict[str, Any]]:
    """Return what was said in ``messages``, for ``PhoneCapture(history=...)``."""
    return history_lines(((get(each, "role"), text_of(get(each, "content"))) for each in messages), modality)


def _name(tool: object) -> object:
    return get(get(tool, "function", "custom"), "name")


def _calls(message: object) -> list[Asked]:
    found = []
    for call in items(message, "tool_calls"):
        function = get(call, "function", "custom")
        found.append(Asked(get(function, "name"), get(function, "arguments", "input"), string(call, "id"), call))
    return found


def _results(message: object) -> list[str]:
    return [string(message, "tool_call_id")] if get(message, "role") == "tool" else []


def _echo(message: Message, calls: Sequence[Asked]) -> Message:
    """Return the model's message as a request takes it: with ids, and with arguments that a server can read again."""
    kept = {key: value for key, value in message.items() if value is not None and key not in _RESPONSE_ONLY}
    kept = {"role": "assistant", **kept}
    kept.pop("tool_calls", None)
    if calls:
        kept["tool_calls"] = [_echo_call(plain(call.native), call.id) for call in calls]
    return kept


def _echo_call(call: Message, id: str) -> Message:
    function = call.get("function")
    if isinstance(function, dict) and not _is_json(function.get("arguments")):
        # llama.cpp's server fails on it in every later request.
        call = {**call, "function": {**function, "arguments": "{}"}}
    return {"type": "function", **call, "id": id}


def _is_json(arguments: object) -> bool:
    try:
        return isinstance(arguments, str) and isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        return False


def _pack(results: list[Result]) -> list[Message]:
    return [{"role": "tool", "tool_call_id": result.call.id, "content": result.text} for result in results]
