# SPDX-License-Identifier: Apache-2.0
"""Anthropic messages as pure functions: no client is wrapped.

A whole program::

    import anthropic as sdk
    from phonefsm import PhoneCapture
    from phonefsm.adapters import anthropic

    client, capture, messages = sdk.Anthropic(), PhoneCapture(default_region="US"), []
    while capture.outcome is None:
        messages += anthropic.user(capture, input("> "), "text")
        again = True
        while again:
            request = anthropic.request(capture, messages, modality="text")
            response = client.messages.create(model="claude-haiku-4-5", max_tokens=500, **request)
            reply = anthropic.apply(capture, response)
            messages += reply
            again = reply.again
            print(reply.text)
    print(capture.outcome)
"""

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
from phonefsm.adapters._tools import AdapterError, arguments, parameters
from phonefsm.capture import PhoneCapture
from phonefsm.tools import TOOL_LIST, Tool
from phonefsm.turns import Modality


def tools_of(capture: PhoneCapture) -> list[Message]:
    """Return the tools that this state offers."""
    return list(map(_tool, capture.tools))


def user(capture: PhoneCapture, text: str, modality: Modality | None = None) -> list[Message]:
    """Report what the caller said, and return it as messages. ``modality``: as for ``PhoneCapture.user_said``."""
    capture.user_said(text, modality)
    return [{"role": "user", "content": text}]


def request(
    capture: PhoneCapture,
    messages: Sequence[Any],
    *,
    tools: Iterable[Any] = (),
    system: str = "",
    modality: Shown | None = None,
) -> dict[str, Any]:
    """Return ``messages``, ``system`` and ``tools`` for ``client.messages.create``.

    A conversation that holds calls may not be sent without tools. Where the capture has ended and the host has none,
    all of ours are sent, with the choice of none.

    Args:
        capture: the capture.
        messages: the conversation so far.
        tools: the host's own tools.
        system: the host's own instructions, before this capture's.
        modality: how the model's words reach the caller; ``None``: as spoken.

    Raises:
        AdapterError: a call in ``messages`` has no result or a result no call, or a tool has one of our names.
    """
    own = list(tools)
    check_names(get(tool, "name") for tool in own)
    ids = [(_ids(each, "tool_result", "tool_use_id"), _ids(each, "tool_use", "id")) for each in messages]
    check_order(ids)
    asked: dict[str, Any] = {"messages": list(messages), "system": system_text(capture, modality, system)}
    offered = tools_of(capture) + own
    if offered:
        return {**asked, "tools": offered}
    if any(calls for _, calls in ids):
        return {**asked, "tools": list(map(_tool, TOOL_LIST.values())), "tool_choice": {"type": "none"}}
    return asked


def apply(capture: PhoneCapture, response: object, *, tools: Iterable[Any] | None = None, shown: bool = True) -> Reply:
    """Have the calls in a response decided, and return the messages to send back.

    Args:
        capture: the capture.
        response: a ``Message``, or its JSON as a dict.
        tools: the host's own tools, as for ``request``; without them a name close to ours counts as a slip.
        shown: the caller sees or hears all of the text; ``False``: report what was played with ``agent_said``.

    Raises:
        AdapterError: there is no content in the response.
    """
    if get(response, "content") is None:
        raise AdapterError(f"no content in the response: {get(response, 'error') or 'it is empty'}")
    content = [block for block in items(response, "content") if get(block, "type") != "text" or get(block, "text")]
    calls = list(unique(_asked(block) for block in content if get(block, "type") == "tool_use"))
    called = iter(calls)
    blocks = [_called(each, next(called)) if get(each, "type") == "tool_use" else plain(each) for each in content]
    return answered(
        capture,
        text_of([block for block in content if get(block, "type") == "text"]),
        calls,
        response=get(response, "id"),
        foreign=None if tools is None else (get(tool, "name") for tool in tools),
        shown=shown,
        said=[{"role": "assistant", "content": blocks}] if blocks else [],
        pack=_pack,
    )


def collect(events: Iterable[object]) -> Message:
    """Return the response that a stream's events make, for ``apply``; what was cut off stays cut off."""
    response: Message = {"id": None, "content": []}
    blocks: dict[str, Message] = {}
    for event in events:
        match get(event, "type"):
            case "message_start":
                response = {**plain(get(event, "message")), "content": []}
            case "content_block_start":
                block = dict(plain(get(event, "content_block")))
                blocks[str(get(event, "index"))] = block
                response["content"].append(block)
            case "content_block_delta":
                index = str(get(event, "index"))
                if index not in blocks:
                    raise AdapterError("a stream out of order: a piece of a block that has not begun")
                _grow(blocks[index], get(event, "delta"))
            case "message_delta":
                response["stop_reason"] = get(get(event, "delta"), "stop_reason")
    for block in response["content"]:
        if "json" in block:
            block["input"] = arguments(block.pop("json"))
    return response


def history(messages: Iterable[Any], modality: Modality | None = None) -> list[dict[str, Any]]:
    """Return what was said in ``messages``, for ``PhoneCapture(history=...)``."""
    return history_lines(((get(each, "role"), text_of(get(each, "content"))) for each in messages), modality)


def _tool(tool: Tool) -> Message:
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": parameters(tool),
        "strict": True,
    }


def _asked(block: object) -> Asked:
    return Asked(get(block, "name"), get(block, "input"), string(block, "id"), block)


def _called(block: object, call: Asked) -> Message:
    """Return a call as a request takes it: with an id, and with an object where a stream was cut off within it."""
    return {**plain(block), "id": call.id, "input": call.arguments if isinstance(call.arguments, dict) else {}}


def _ids(message: object, kind: str, key: str) -> list[str]:
    return [string(block, key) for block in items(message, "content") if get(block, "type") == kind]


def _grow(block: Message, delta: object) -> None:
    """Add a piece of a stream to its block."""
    for kind, key in (("text", "text"), ("partial_json", "json"), ("thinking", "thinking"), ("signature", "signature")):
        if piece := string(delta, kind):
            block[key] = string(block, key) + piece


def _pack(results: list[Result]) -> list[Message]:
    """Return one message with all results, which is how this API wants them."""
    blocks = [
        {"type": "tool_result", "tool_use_id": result.call.id, "content": result.text, "is_error": result.is_error}
        for result in results
    ]
    return [{"role": "user", "content": blocks}] if blocks else []
