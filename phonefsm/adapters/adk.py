# SPDX-License-Identifier: Apache-2.0
"""Google ADK: callbacks of an agent; the capture lives in the session's state.

A whole program::

    import asyncio
    from google.adk.agents import Agent
    from google.adk.runners import InMemoryRunner
    from google.genai import types
    from phonefsm.adapters import adk

    phone = adk.Phone(default_region="US")
    agent = Agent(name="clerk", model="gemini-3-flash", instruction="Be kind.", **phone.callbacks)

    async def main():
        runner = InMemoryRunner(agent=agent, app_name="clerk")
        session = await runner.session_service.create_session(app_name="clerk", user_id="u", session_id="s")
        while phone.capture(session.state).outcome is None:
            typed = input("> ")
            words, heard = types.UserContent(typed), phone.heard({"user": typed, "modality": "text"})
            async for event in runner.run_async(user_id="u", session_id="s", new_message=words, state_delta=heard):
                if event.is_final_response():
                    print(event.content.parts[0].text)
            session = await runner.session_service.get_session(app_name="clerk", user_id="u", session_id="s")
        print(phone.capture(session.state).outcome)

    asyncio.run(main())

Without ``heard`` the message's text counts as what the caller said, spoken or typed unknown. ``heard`` takes lines of a
conversation file in its place: silence, keys, the caller's words, and with ``shown=False`` what was played of the
agent's. The session's state then holds the number. ``run_live`` asks no callback between turns, so it is not covered.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from phonefsm.adapters._formats import Asked, Shown, answered, check_names, items, string, system_text, text_of
from phonefsm.adapters._tools import AdapterError, missing, parameters
from phonefsm.capture import PhoneCapture
from phonefsm.conversation import Agent, Keys, Reopen, Silence, User, parse, play
from phonefsm.policy import CapturePolicy
from phonefsm.tools import TOOL_LIST, Tool

try:
    from google.adk.agents.callback_context import CallbackContext
    from google.adk.flows.llm_flows.functions import generate_client_function_call_id
    from google.adk.models.llm_request import LlmRequest
    from google.adk.models.llm_response import LlmResponse
    from google.adk.sessions.state import State
    from google.adk.tools.base_tool import BaseTool
    from google.adk.tools.tool_context import ToolContext
    from google.genai import types
except ModuleNotFoundError as error:
    raise missing("google-adk", "adk") from error

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_HEARD: Final = (User, Agent, Keys, Silence, Reopen)


class Phone:
    """The callbacks of one agent that gets a phone number, for any number of sessions.

    Args:
        policy: of the captures.
        default_region: in place of a policy, as for ``PhoneCapture``.
        observes: what the host reports, as for ``PhoneCapture``.
        shown: the caller sees or hears all that the model says; ``False``: report what was played with ``heard``.
        key: where in the session's state the capture is; another one for each capture of a session.
        logger: as for ``PhoneCapture``.

    Raises:
        PolicyError: as for ``PhoneCapture``.
    """

    def __init__(
        self,
        policy: CapturePolicy | None = None,
        *,
        default_region: str | None = None,
        observes: Iterable[str] | None = None,
        shown: bool = True,
        key: str = "phonefsm",
        logger: "FilteringBoundLogger | None" = None,
    ) -> None:
        first = PhoneCapture(policy, default_region=default_region, observes=observes, logger=logger)
        self._policy, self._first = first.policy, first.snapshot()
        self._shown, self._key, self._logger = shown, key, logger

    @property
    def callbacks(self) -> dict[str, Any]:
        """The agent's callbacks, for ``Agent(**phone.callbacks)``; where it has its own, put both in a list."""
        return {
            "before_model_callback": self.before_model,
            "after_model_callback": self.after_model,
            "on_tool_error_callback": self.tool_error,
        }

    def capture(self, state: Mapping[str, Any] | State) -> PhoneCapture:
        """Return the capture as it stands in a session's state."""
        kept = state.get(self._key) or {}
        return PhoneCapture.restore(kept.get("snapshot", self._first), self._policy, logger=self._logger)

    def heard(self, *lines: Mapping[str, Any]) -> dict[str, Any]:
        """Return the ``state_delta`` that says what was heard since the last turn, in place of the message's text.

        ``lines``: of a conversation file, such as ``{"user": "yes", "modality": "audio"}`` or ``{"silence": True}``.

        Raises:
            ConversationError: a line does not hold.
            AdapterError: it is nothing that is heard.
        """
        for line in lines:
            if not isinstance(parse(json.dumps(dict(line))), _HEARD):
                raise AdapterError(f"heard: {next(iter(line))} is nothing that is heard")
        return {f"{self._key}_heard": [dict(line) for line in lines]}

    async def before_model(self, callback_context: CallbackContext, llm_request: LlmRequest) -> None:
        """Report the caller's turn, and give this state's instructions and tools to the model.

        Raises:
            AdapterError: a tool of the agent's has one of our names, or one too close to them.
        """
        check_names(llm_request.tools_dict)
        state = callback_context.state
        kept = dict(state.get(self._key) or {})
        capture = self.capture(state)
        if kept.get("turn") != callback_context.invocation_id:
            text = text_of(items(callback_context.user_content, "parts"))
            lines = state.get(f"{self._key}_heard") or [{"user": text or None}]
            for line in lines:
                play(capture, parse(json.dumps(line)), self._logger)
                kept["modality"] = line.get("modality") or kept.get("modality")
            kept |= {"turn": callback_context.invocation_id, "snapshot": capture.snapshot().model_dump(mode="json")}
            state[self._key], state[f"{self._key}_heard"] = kept, None
        shown: Shown | None = kept.get("modality") if kept.get("modality") in ("audio", "text") else None
        llm_request.append_instructions([system_text(capture, shown)])
        llm_request.append_tools([_PhoneTool(self, tool) for tool in capture.tools])
        for tool in TOOL_LIST.values():  # a call out of its state is the capture's to refuse
            llm_request.tools_dict.setdefault(tool.name, _PhoneTool(self, tool))

    async def after_model(self, callback_context: CallbackContext, llm_response: LlmResponse) -> None:
        """Report what the model said and have all its calls decided, as one batch, before ADK runs them one by one."""
        parts = items(llm_response.content, "parts")
        if llm_response.partial or not parts:
            return
        ids = set[str]()
        calls: list[types.FunctionCall] = [part.function_call for part in parts if part.function_call]
        for call in calls:
            if not call.id or call.id in ids:
                call.id = generate_client_function_call_id()
            ids.add(call.id)
        capture = self.capture(callback_context.state)
        reply = answered(
            capture,
            text_of([part for part in parts if not part.thought]),
            [Asked(call.name, call.args, string(call, "id"), call) for call in calls],
            response=callback_context.invocation_id,
            foreign=None,
            shown=self._shown,
            said=[],
            pack=lambda _: [],
        )
        ours = [call for call in calls if not any(call is each for each in reply.foreign)]
        replies = {
            str(call.id): {"error" if each.is_error else "output": each.text}
            for call, each in zip(ours, reply.replies, strict=True)
        }
        kept = {**(callback_context.state.get(self._key) or {}), "replies": replies}
        callback_context.state[self._key] = kept | {"snapshot": capture.snapshot().model_dump(mode="json")}

    async def tool_error(
        self, tool: BaseTool, args: dict[str, Any], tool_context: ToolContext, error: Exception
    ) -> dict[str, Any] | None:
        """Answer a call whose name is close to one of ours; the errors of other tools are left as they are."""
        del tool, args, error
        return self.reply(tool_context)

    def reply(self, tool_context: ToolContext) -> dict[str, Any] | None:
        """Return the capture's reply to a call, or ``None`` where the call was not the capture's."""
        kept = tool_context.state.get(self._key) or {}
        found: dict[str, Any] | None = kept.get("replies", {}).get(tool_context.function_call_id)
        return found


class _PhoneTool(BaseTool):
    """A tool as ADK declares and runs it; its call was decided when the model had spoken."""

    def __init__(self, phone: Phone, tool: Tool) -> None:
        super().__init__(name=tool.name, description=tool.description)
        self._phone, self._tool = phone, tool

    def _get_declaration(self) -> types.FunctionDeclaration:
        return types.FunctionDeclaration(
            name=self.name, description=self.description, parameters_json_schema=parameters(self._tool)
        )

    async def run_async(self, *, args: dict[str, Any], tool_context: ToolContext) -> dict[str, Any]:
        """Return the reply.

        Raises:
            AdapterError: nothing was decided, since ``after_model`` is none of the agent's callbacks.
        """
        del args
        reply = self._phone.reply(tool_context)
        if reply is None:
            raise AdapterError("no reply to a call: give the agent all of phone.callbacks")
        return reply
