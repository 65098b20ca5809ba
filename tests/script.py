# SPDX-License-Identifier: Apache-2.0
"""A shorthand for conversations in tests: one short call an event."""

from typing import Any

from phonefsm import PhoneCapture, State, ToolCall, ToolReply

A, B = "415 555 0123", "415 555 0188"
A_E164, B_E164 = "+14155550123", "+14155550188"
READ_A, READ_B = f"I have {A}. Is that right?", f"I have {B}. Is that right?"


class Talk:
    """A capture and the conversation around it; ``codes`` are those of the last batch, in its order."""

    def __init__(self, capture: PhoneCapture | None = None, **options: Any) -> None:
        if capture is None:
            if "policy" not in options:
                options.setdefault("default_region", "US")
            capture = PhoneCapture(**options)
        self.capture = capture
        self.replies: list[ToolReply] = []

    @property
    def codes(self) -> list[str]:
        return [str(reply.code) for reply in self.replies]

    @property
    def e164(self) -> str | None:
        number = self.capture.number
        return number.e164 if number else None

    @property
    def state(self) -> State:
        return self.capture.state

    def says(self, text: str | None, modality: Any = "audio", **options: Any) -> "Talk":
        self.capture.user_said(text, modality, **options)
        return self

    def types(self, text: str) -> "Talk":
        return self.says(text, "text")

    def agent(self, text: str, interrupted: bool | None = False) -> "Talk":
        self.capture.agent_said(text, interrupted=interrupted)
        return self

    def calls(self, *calls: ToolCall) -> "Talk":
        self.replies = self.capture.tools_called(*calls)
        return self

    def update(self, number: str = A) -> "Talk":
        return self.calls(update(number))

    def extend(self, digits: str) -> "Talk":
        return self.calls(extend(digits))

    def confirm(self) -> "Talk":
        return self.calls(confirm())

    def reject(self) -> "Talk":
        return self.calls(reject())

    def decline(self) -> "Talk":
        return self.calls(decline())

    def pending(self, number: str = A) -> "Talk":
        """The caller says ``number`` and the model records it."""
        self.says(number).update(number)
        assert self.state is State.PENDING_CONFIRMATION
        return self

    def agreed(self, number: str = A) -> "Talk":
        """``number`` is pending, read back and agreed to."""
        return self.pending(number).agent(f"I have {number}. Is that right?").says("yes, that's right")


def update(number: str = A, id: str | None = None) -> ToolCall:
    return ToolCall("update_phone_number", {"phone_number": number}, id)


def extend(digits: str, id: str | None = None) -> ToolCall:
    return ToolCall("extend_phone_number", {"digits": digits}, id)


def confirm(id: str | None = None) -> ToolCall:
    return ToolCall("confirm_phone_number", {}, id)


def reject(id: str | None = None) -> ToolCall:
    return ToolCall("reject_phone_number", {}, id)


def decline(reason: str = "does not want to", id: str | None = None) -> ToolCall:
    return ToolCall("decline_phone_number_capture", {"reason": reason}, id)


def escalate(reason: str = "wants a person", id: str | None = None) -> ToolCall:
    return ToolCall("escalate_phone_number_capture", {"reason": reason}, id)
