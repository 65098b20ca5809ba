# SPDX-License-Identifier: Apache-2.0
"""What every adapter needs: whose call it is, its arguments, an id that is unique, and a schema to send."""

import copy
import json
import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from hashlib import sha256
from typing import Any, Final, cast

from phonefsm.capture import PhoneCapture
from phonefsm.errors import PhoneFsmError
from phonefsm.table import TOOLS
from phonefsm.tools import Tool, ToolCall

CLOSE: Final = 0.9
"""How alike a name is to one of ours to be meant as ours: a slip of the model, no other tool."""

_OURS: Final = {re.sub(r"[^a-z]", "", tool.value): tool for tool in TOOLS}


class AdapterError(PhoneFsmError):
    """What a host handed to an adapter does not hold: a transcript out of order, a tool with one of our names."""


def is_ours(name: object, foreign: Collection[str] | None = None) -> bool:
    """Return whether a call of the tool ``name`` is the capture's to answer.

    ``foreign``: the names of the host's own tools; whatever is not among them is the capture's, which tells the model
    that there is no such tool. ``None``: the host has not said, so only our names are ours, and those so close to them
    (``functions.confirmPhoneNumber``) that they are a slip.
    """
    if name in tuple(TOOLS):
        return True
    if foreign is not None:
        return name not in foreign
    last = re.split(r"[.:/]|__", str(name))[-1]
    return bool(get_close_matches(re.sub(r"[^a-z]", "", last.casefold()), _OURS, n=1, cutoff=CLOSE))


def parameters(tool: Tool) -> dict[str, Any]:
    """Return the tool's strict JSON schema as plain data of the caller's own, as some SDKs write into it."""
    return copy.deepcopy(dict(tool.parameters))


def arguments(raw: object) -> Mapping[str, Any]:
    """Return a call's arguments, decoded where they come as JSON text.

    What is no JSON, or no object, is returned all the same: the capture refuses it, and tells the model.
    """
    if raw is None or raw == "":
        return {}
    if not isinstance(raw, str | bytes):
        return cast("Mapping[str, Any]", raw)
    try:
        return cast("Mapping[str, Any]", json.loads(raw))
    except (ValueError, RecursionError):
        return cast("Mapping[str, Any]", raw)


def tool_call(capture: PhoneCapture, name: object, raw: object, *id: object) -> ToolCall:
    """Return the call that the capture decides over; ``id`` is what the provider names it by, part by part."""
    return ToolCall(str(name), arguments(raw), unique_id(capture, name, raw, *id))


def unique_id(capture: PhoneCapture, *parts: object) -> str:
    """Return an id for a call, made of the provider's ``parts`` and of what the caller has said by then.

    Some providers number the calls of each response anew. So the same call counts as repeated, and gets its first
    reply again, until the caller speaks; later it is another one.
    """
    said = [turn for turn in capture.snapshot().turns if turn.who == "caller"]
    return sha256(repr((said, parts)).encode("utf-8", "replace")).hexdigest()[:32]


def missing(package: str, extra: str) -> ModuleNotFoundError:
    """Return the error for an adapter whose package is not installed, with the command that installs it."""
    return ModuleNotFoundError(f"this adapter needs {package}: pip install 'phonefsm[{extra}]'", name=package)
