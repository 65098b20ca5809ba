# SPDX-License-Identifier: Apache-2.0
"""LangChain and LangGraph: agent middleware. The capture lives in the graph's state, and so in its checkpointer.

A whole program::

    from langchain.agents import create_agent
    from langgraph.checkpoint.memory import InMemorySaver
    from phonefsm.adapters.langchain import PhoneMiddleware

    phone = PhoneMiddleware(default_region="US", modality="text")
    agent = create_agent("openai:gpt-5-mini", middleware=[phone], checkpointer=InMemorySaver())
    thread, outcome = {"configurable": {"thread_id": "1"}}, None
    while outcome is None:
        said = {"role": "user", "content": input("> ")}
        state = agent.invoke({"messages": [said]}, thread)
        outcome = phone.capture(state).outcome
        print(state["messages"][-1].text)
    print(outcome)

The user's messages behind the last of the model's are what the caller said; the state's ``phone_modality`` says how,
where it differs from turn to turn. What the messages do not show, such as silence or what was played, is reported to
``phone.capture(state)`` and kept with ``agent.update_state(thread, phone.update(capture))``. The checkpointer holds the
number, and the digits of recent turns.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, TypedDict

from phonefsm.adapters._formats import Asked, Shown, check_names, get, history_lines, system_text, unique
from phonefsm.adapters._runs import Generation, Shows
from phonefsm.adapters._tools import missing, parameters
from phonefsm.adapters.openai.chat import tools_of
from phonefsm.capture import PhoneCapture
from phonefsm.policy import CapturePolicy
from phonefsm.table import TOOLS
from phonefsm.tools import TOOL_LIST

try:
    from langchain.agents.middleware import AgentMiddleware, hook_config
    from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage
    from langchain_core.tools import StructuredTool
except ModuleNotFoundError as error:
    raise missing("langchain", "langchain") from error

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_ROLES: Final = {"human": "user", "ai": "assistant"}
_OURS: Final = frozenset(map(str, TOOLS))


class PhoneState(TypedDict, total=False):
    """What the middleware adds to the graph's state."""

    phone: dict[str, Any]
    """The capture's snapshot, as JSON."""
    phone_modality: Shown | None
    """How the caller's words come, and the model's words reach the caller."""


class PhoneMiddleware(AgentMiddleware[Any, Any, Any]):
    """One phone-number capture for each thread of an agent.

    Args:
        policy: as for ``PhoneCapture``, and so are ``default_region``, ``language``, ``observes`` and ``logger``.
        modality: where the state does not say it.
        shows: which of the model's words the caller gets; by default a run's last ones.
    """

    state_schema: type[Any] = PhoneState

    def __init__(
        self,
        policy: CapturePolicy | None = None,
        *,
        default_region: str | None = None,
        language: str | None = None,
        observes: Iterable[str] | None = None,
        logger: "FilteringBoundLogger | None" = None,
        modality: Shown | None = None,
        shows: Shows = "output",
    ) -> None:
        first = PhoneCapture(policy, default_region=default_region, language=language, observes=observes, logger=logger)
        self._policy, self._observes, self._logger = first.policy, first.observes, logger
        self._modality: Shown | None = modality
        self.shows = shows
        # Their calls are answered before they are dispatched; with them the graph answers for other names too.
        self.tools = [
            StructuredTool(name=tool.name, description=tool.description, args_schema=parameters(tool), func=str)
            for tool in TOOL_LIST.values()
        ]

    def capture(self, state: Mapping[str, Any]) -> PhoneCapture:
        """Return the capture as it stands in ``state``, or a fresh one that knows what was said before."""
        if "phone" in state:
            return PhoneCapture.restore(state["phone"], self._policy, logger=self._logger)
        messages: list[AnyMessage] = state.get("messages", [])
        latest = _latest(messages)
        earlier = [each for each in messages if each not in latest and _said(each)]
        lines = history_lines(((_ROLES.get(each.type), str(each.text)) for each in earlier), None)
        return PhoneCapture(self._policy, history=lines, observes=self._observes, logger=self._logger)

    def update(self, capture: PhoneCapture) -> dict[str, Any]:
        """Return the update of the graph's state that keeps ``capture``."""
        return {"phone": capture.snapshot().model_dump(mode="json")}

    def before_agent(self, state: Mapping[str, Any], runtime: object) -> dict[str, Any]:
        """Report what the caller said."""
        capture = self.capture(state)
        for message in _latest(state["messages"]):
            capture.user_said(str(message.text), state.get("phone_modality", self._modality), message.id)
        return self.update(capture)

    def wrap_model_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """Tell the model this state's instructions and tools."""
        return handler(self._shown(request))

    async def awrap_model_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """Tell the model this state's instructions and tools."""
        return await handler(self._shown(request))

    @hook_config(can_jump_to=["model"])
    def after_model(self, state: Mapping[str, Any], runtime: object) -> dict[str, Any] | None:
        """Report what the model said, have its calls decided as one batch, and answer those of this capture's tools."""
        message = next((each for each in reversed(state["messages"]) if isinstance(each, AIMessage)), None)
        if message is None:
            return None
        found = [*message.tool_calls, *message.invalid_tool_calls]
        calls = list(unique(Asked(call["name"], call["args"], call["id"] or "", call) for call in found))
        capture = self.capture(state)
        answer = Generation(capture, str(message.text), calls, response=message.id, foreign=None, shows=self.shows)
        update = self.update(capture)
        update["messages"] = _named(message, calls) + [
            ToolMessage(
                reply.text, tool_call_id=call.id, name=reply.name, status="error" if reply.is_error else "success"
            )
            for call, reply in answer.replies
        ]
        ours = {call.id for call, _ in answer.replies}
        if ours and all(call.id in ours for call in calls[: len(message.tool_calls)]):
            update["jump_to"] = "model"
        return update

    def _shown(self, request: Any) -> Any:
        capture, state = self.capture(request.state), request.state
        own = [tool for tool in request.tools if _name(tool) not in _OURS]
        check_names(map(_name, own))
        before = request.system_message.text if request.system_message else ""
        told = system_text(capture, state.get("phone_modality", self._modality), before)
        return request.override(tools=tools_of(capture) + own, system_message=SystemMessage(told))


def _latest(messages: list[AnyMessage]) -> list[HumanMessage]:
    """Return the user's messages behind the last of the model's."""
    latest = list(takewhile(lambda each: not isinstance(each, AIMessage), reversed(messages)))
    return [each for each in reversed(latest) if isinstance(each, HumanMessage) and _said(each)]


def _said(message: AnyMessage) -> bool:
    """Return whether somebody said it: a summary that stands for what was said is the model's own."""
    return "lc_source" not in message.additional_kwargs


def _named(message: AIMessage, calls: list[Asked]) -> list[AnyMessage]:
    """Return ``message`` with ids for its calls where the provider gave none, or nothing where it gave them."""
    ids = [call.id for call in calls]
    # What a call is a dict of depends on whether it was valid.
    named = [{**call.native, "id": call.id} for call in calls]  # type: ignore[dict-item]
    valid = len(message.tool_calls)
    if ids == [call["id"] for call in [*message.tool_calls, *message.invalid_tool_calls]]:
        return []
    return [message.model_copy(update={"tool_calls": named[:valid], "invalid_tool_calls": named[valid:]})]


def _name(tool: object) -> object:
    return get(get(tool, "function") or tool, "name")
