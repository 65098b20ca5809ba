# SPDX-License-Identifier: Apache-2.0
"""A scripted model that takes a real one's place where its weights are not to be had, and in tests of the rest.

It does what a good model would do with what it is shown, so its figures say nothing about a model.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from tests.calls.model import Answer
from tests.calls.offer import Message
from tests.sound import words

_YES: Final = "yes"
_RECORD: Final = "update_phone_number"


class Scripted:
    """Passes on the digits of the last turn, reads back what it passed on, and confirms after a yes."""

    name = "scripted"

    def answer(self, messages: Sequence[Message], tools: Sequence[Message], _choice: object) -> Answer:
        """Return the next turn."""
        offered = {tool["function"]["name"]: tool["function"] for tool in tools}
        talk = [message for message in messages if message.get("role") not in ("system", "developer")]
        last = talk[-1] if talk else {"role": "user", "content": ""}
        text = str(last.get("content") or "")
        turn = _to_result(talk, text) if last.get("role") == "tool" else _to_caller(offered, text)
        return Answer(json.dumps(turn), sum(len(str(message)) for message in messages) // 4, 16)


def _to_result(talk: Sequence[Message], result: str) -> dict[str, Any]:
    calls = [call["function"] for message in talk for call in message.get("tool_calls") or ()]
    given = json.loads(calls[-1]["arguments"]) if calls else {}
    # What was recorded is in the result; a model that passed on less may have been put right.
    found = max((words.digits(word) for word in result.split()), key=len, default="")
    number = found if len(found) >= 7 else words.digits(str(given.get("phone_number", given.get("digits", ""))))
    if len(number) < 7 or "read" not in result.lower():
        return {"say": "Thank you. What comes next?" if "part" in result else "Could you give me the whole number?"}
    return {"say": f"I have {' '.join(number)}. Is that right?"}


def _to_caller(offered: dict[str, Any], text: str) -> dict[str, Any]:
    gist = words.gist(text)
    digits = words.digits(text)
    if digits and _RECORD in offered:
        tool, argument = (_RECORD, "phone_number")
        if len(digits) < 7 and "extend_phone_number" in offered:
            tool, argument = "extend_phone_number", "digits"
        return {"call": tool, "arguments": {argument: digits}}
    if "decline_phone_number_capture" in offered and any(
        word in text.lower() for word in ("rather", "prefer", "don't")
    ):
        return {"call": "decline_phone_number_capture", "arguments": {"reason": "would rather not"}}
    if _YES in gist and "no" not in gist and "confirm_phone_number" in offered:
        return {"call": "confirm_phone_number", "arguments": {}}
    if "no" in gist and "reject_phone_number" in offered:
        return {"call": "reject_phone_number", "arguments": {}}
    return {"say": "What is your phone number?"}
