# SPDX-License-Identifier: Apache-2.0
"""OpenAI responses as pure functions: no client is wrapped.

A whole program::

    import openai
    from phonefsm import PhoneCapture
    from phonefsm.adapters.openai import responses

    client, capture, items = openai.OpenAI(), PhoneCapture(default_region="US"), []
    while capture.outcome is None:
        items += responses.user(capture, input("> "), "text")
        again = True
        while again:
            request = responses.request(capture, items, modality="text")
            reply = responses.apply(capture, client.responses.create(model="gpt-5-mini", **request))
            items += reply
            again = reply.again
            print(reply.text)
    print(capture.outcome)

With ``previous_response_id`` send ``reply.results`` and the caller's new items alone.
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

_CALLS = ("function_call", "custom_tool_call")
_RESULTS = ("function_call_output", "custom_tool_call_output")


def tools_of(capture: PhoneCapture) -> list[Message]:
    """Return the tools that this state offers."""
    return [
        {
            "type": "function",
            "name": tool.name,
            "description": tool.description,
            "parameters": parameters(tool),
            "strict": True,
        }
        for tool in capture.tools
    ]


def user(capture: PhoneCapture, text: str, modality: Modality | None = None) -> list[Message]:
    """Report what the caller said, and return it as input items. ``modality``: as for ``PhoneCapture.user_said``."""
    capture.user_said(text, modality)
    return [{"role": "user", "content": text}]


def request(
    capture: PhoneCapture,
    input: Sequence[Any],
    *,
    tools: Iterable[Any] = (),
    instructions: str = "",
    modality: Shown | None = None,
) -> dict[str, Any]:
    """Return ``input``, ``instructions`` and ``tools`` for ``client.responses.create``.

    Args:
        capture: the capture.
        input: the items so far, or the new ones.
        tools: the host's own tools.
        instructions: the host's own, before this capture's.
        modality: how the model's words reach the caller; ``None``: as spoken.

    Raises:
        AdapterError: a call in ``input`` has no result, or a tool has one of our names.
    """
    own = list(tools)
    check_names(get(tool, "name") for tool in own)
    _check(input)
    asked: dict[str, Any] = {"input": list(input), "instructions": system_text(capture, modality, instructions)}
    offered = tools_of(capture) + own
    return {**asked, "tools": offered} if offered else asked


def apply(capture: PhoneCapture, response: object, *, tools: Iterable[Any] | None = None, shown: bool = True) -> Reply:
    """Have the calls in a response decided, and return the items to send back.

    Args:
        capture: the capture.
        response: a ``Response``, or its JSON as a dict.
        tools: the host's own tools, as for ``request``; without them a name close to ours counts as a slip.
        shown: the caller sees or hears all of the text; ``False``: report what was played with ``agent_said``.

    Raises:
        AdapterError: the response has failed.
    """
    output = items(response, "output")
    if not output and (get(response, "error") or get(response, "output") is None):
        raise AdapterError(f"no output in the response: {get(response, 'error') or 'it is empty'}")
    said = [each for each in output if get(each, "type") == "message"]
    text = "".join(text_of(get(each, "content")) for each in said)
    calls = list(unique(_asked(each) for each in output if get(each, "type") in _CALLS))
    ids = iter(call.id for call in calls)
    return answered(
        capture,
        text,
        calls,
        response=get(response, "id"),
        foreign=None if tools is None else (get(tool, "name") for tool in tools),
        shown=shown,
        said=[{**plain(each), "call_id": next(ids)} if get(each, "type") in _CALLS else plain(each) for each in output],
        pack=_pack,
    )


def collect(events: Iterable[object]) -> Message:
    """Return the response that a stream's events make, for ``apply``; what was cut off before it was done is lost."""
    response: Message = {"id": None, "output": []}
    for event in events:
        if get(event, "type") == "response.output_item.done":
            response["output"].append(plain(get(event, "item")))
        elif (whole := get(event, "response")) is not None:
            output = response["output"]
            response = plain(whole)
            response = {**response, "output": items(response, "output") or output}
    return response


def history(input: Iterable[Any], modality: Modality | None = None) -> list[dict[str, Any]]:
    """Return what was said in the items ``input``, for ``PhoneCapture(history=...)``."""
    return history_lines(((get(each, "role"), text_of(get(each, "content"))) for each in input), modality)


def _asked(call: object) -> Asked:
    return Asked(get(call, "name"), get(call, "arguments", "input"), string(call, "call_id"), call)


def _check(input: Sequence[Any]) -> None:
    """Check that every call has its result; a result may answer a call of ``previous_response_id``."""
    waiting = list[str]()
    for item in [*input, None]:
        if get(item, "type") in _CALLS:
            waiting.append(get(item, "call_id"))
        elif get(item, "type") in _RESULTS and get(item, "call_id") in waiting:
            waiting.remove(get(item, "call_id"))
        elif waiting and (item is None or get(item, "role") == "user"):
            raise AdapterError(f"no result for the call {waiting[0]!r}; Reply.answer gives foreign calls theirs")


def _pack(results: list[Result]) -> list[Message]:
    return [
        {"type": f"{get(result.call.native, 'type')}_output", "call_id": result.call.id, "output": result.text}
        for result in results
    ]
