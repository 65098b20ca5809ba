# SPDX-License-Identifier: Apache-2.0
"""Gemini (``generate_content``) as pure functions: no client is wrapped.

A whole program::

    from google import genai
    from phonefsm import PhoneCapture
    from phonefsm.adapters import gemini

    client, capture, contents = genai.Client(), PhoneCapture(default_region="US"), []
    while capture.outcome is None:
        contents += gemini.user(capture, input("> "), "text")
        again = True
        while again:
            request = gemini.request(capture, contents, modality="text")
            reply = gemini.apply(capture, client.models.generate_content(model="gemini-3-flash", **request))
            contents += reply
            again = reply.again
            print(reply.text)
    print(capture.outcome)
"""

from collections.abc import Iterable, Iterator, Sequence
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
)
from phonefsm.adapters._tools import AdapterError, parameters
from phonefsm.capture import PhoneCapture
from phonefsm.table import Trigger
from phonefsm.turns import Modality

_CALL = ("function_call", "functionCall")
_RESULT = ("function_response", "functionResponse")


def tools_of(capture: PhoneCapture) -> list[Message]:
    """Return the tools that this state offers: one tool with all their declarations, or none."""
    declarations = [
        {"name": tool.name, "description": tool.description, "parameters_json_schema": parameters(tool)}
        for tool in capture.tools
    ]
    return [{"function_declarations": declarations}] if declarations else []


def user(capture: PhoneCapture, text: str, modality: Modality | None = None) -> list[Message]:
    """Report what the caller said, and return it as contents. ``modality``: as for ``PhoneCapture.user_said``."""
    capture.user_said(text, modality)
    return [{"role": "user", "parts": [{"text": text}]}]


def request(
    capture: PhoneCapture,
    contents: Sequence[Any],
    *,
    tools: Iterable[Any] = (),
    system_instruction: str = "",
    config: dict[str, Any] | None = None,
    modality: Shown | None = None,
) -> dict[str, Any]:
    """Return ``contents`` and ``config`` for ``client.models.generate_content``.

    Args:
        capture: the capture.
        contents: the conversation so far.
        tools: the host's own tools.
        system_instruction: the host's own instructions, before this capture's.
        config: the rest of the host's configuration.
        modality: how the model's words reach the caller; ``None``: as spoken.

    Raises:
        AdapterError: a call in ``contents`` has no result or a result no call, or a tool has one of our names.
    """
    own = list(tools)
    check_names(_names(own))
    check_order(
        ([_key(each) for each in _parts(content, *_RESULT)], [_key(each) for each in _parts(content, *_CALL)])
        for content in contents
    )
    asked: dict[str, Any] = {
        **(config or {}),
        "system_instruction": system_text(capture, modality, system_instruction),
        # The SDK must not call anything by itself.
        "automatic_function_calling": {"disable": True},
    }
    offered = tools_of(capture) + own
    return {"contents": list(contents), "config": {**asked, "tools": offered} if offered else asked}


def apply(capture: PhoneCapture, response: object, *, tools: Iterable[Any] | None = None, shown: bool = True) -> Reply:
    """Have the calls in a response decided, and return the contents to send back.

    Args:
        capture: the capture.
        response: a ``GenerateContentResponse``, or its JSON as a dict; of several candidates the first counts.
        tools: the host's own tools, as for ``request``; without them a name close to ours counts as a slip.
        shown: the caller sees or hears all of the text; ``False``: report what was played with ``agent_said``.

    Raises:
        AdapterError: there is no candidate in the response, as where the prompt was blocked.
    """
    candidates = items(response, "candidates")
    if not candidates:
        feedback = get(get(response, "prompt_feedback", "promptFeedback"), "block_reason", "blockReason")
        raise AdapterError(f"no candidates in the response: {feedback or 'it is empty'}")
    content = get(candidates[0], "content")
    parts = items(content, "parts")
    calls = [_asked(call) for part in parts if (call := get(part, *_CALL)) is not None]
    if not calls and str(get(candidates[0], "finish_reason", "finishReason")).endswith("MALFORMED_FUNCTION_CALL"):
        # There is no call to send a result for, so the refusal is sent as text.
        calls = [Asked(Trigger.UPDATE, get(candidates[0], "finish_message", "finishMessage") or "malformed", "", None)]
    return answered(
        capture,
        text_of([part for part in parts if not get(part, "thought")]),
        calls,
        response=get(response, "response_id", "responseId"),
        foreign=None if tools is None else _names(tools),
        shown=shown,
        # Whole, and with bytes as bytes: a thought's signature must come back as it was.
        said=[{**plain(content, "python"), "role": "model"}] if parts else [],
        pack=_pack,
    )


def collect(chunks: Iterable[object]) -> Message:
    """Return the response that a stream's chunks make, for ``apply``."""
    response: Message = {"response_id": None, "candidates": []}
    parts: list[Message] = []
    for chunk in chunks:
        response["response_id"] = get(chunk, "response_id", "responseId") or response["response_id"]
        response["prompt_feedback"] = get(chunk, "prompt_feedback", "promptFeedback")
        for candidate in items(chunk, "candidates")[:1]:
            parts += [plain(part, "python") for part in items(get(candidate, "content"), "parts")]
            finish = get(candidate, "finish_reason", "finishReason")
            response["candidates"] = [{"content": {"role": "model", "parts": parts}, "finish_reason": finish}]
    return response


def history(contents: Iterable[Any], modality: Modality | None = None) -> list[dict[str, Any]]:
    """Return what was said in ``contents``, for ``PhoneCapture(history=...)``."""
    return history_lines(((get(each, "role"), text_of(get(each, "parts"))) for each in contents), modality)


def _asked(call: object) -> Asked:
    return Asked(get(call, "name"), get(call, "args"), string(call, "id"), call)


def _names(tools: Iterable[object]) -> Iterator[object]:
    for tool in tools:
        yield from (get(each, "name") for each in items(tool, "function_declarations", "functionDeclarations"))


def _parts(content: object, *names: str) -> list[Any]:
    return [found for part in items(content, "parts") if (found := get(part, *names)) is not None]


def _key(call: object) -> str:
    """Return what a result is matched to its call by: the id, where there is one."""
    return str(get(call, "id", "name"))


def _pack(results: list[Result]) -> list[Message]:
    """Return one content with all results; the key says whether it is an error."""
    parts: list[Message] = []
    for call, text, is_error in results:
        if call.native is None:
            parts.append({"text": text})
            continue
        response: Message = {"name": str(call.name), "response": {"error" if is_error else "output": text}}
        parts.append({"function_response": {"id": call.id, **response} if call.id else response})
    return [{"role": "user", "parts": parts}] if parts else []
