# SPDX-License-Identifier: Apache-2.0
"""The OpenAI Agents SDK: a capture's tools, instructions and ears for the runs of one conversation.

A whole program::

    from agents import Agent, Runner
    from phonefsm import PhoneCapture
    from phonefsm.adapters.openai.agents import Phone

    capture, items = PhoneCapture(default_region="US"), []
    phone = Phone(capture, modality="text")
    agent = Agent(name="Assistant", model="gpt-5-mini", instructions=phone.instructions(), tools=phone.tools)
    while capture.outcome is None:
        items += phone.user(input("> "))
        result = Runner.run_sync(agent, items, hooks=phone, run_config=phone.config())
        items = result.to_input_list()
        print(result.final_output)
    print(capture.outcome)

A run needs both: the hooks hear the model and have its calls decided as one batch; the configuration lets the model
call a tool that it is not shown and read why not, where the SDK would end the run. A transcript becomes history with
``phonefsm.adapters.openai.responses.history``.
"""

from collections.abc import Callable
from dataclasses import replace
from inspect import isawaitable
from typing import Any, Final
from uuid import uuid4

from phonefsm.adapters._formats import Asked, Shown, check_names, get, string, system_text, text_of
from phonefsm.adapters._runs import Generation, Shows
from phonefsm.adapters._tools import AdapterError, missing, parameters
from phonefsm.capture import PhoneCapture
from phonefsm.table import TOOLS
from phonefsm.tools import TOOL_LIST, Tool

try:
    from agents import (
        Agent,
        FunctionTool,
        ModelResponse,
        RunConfig,
        RunContextWrapper,
        RunHooks,
        ToolErrorFormatterArgs,
    )
    from agents.tool_context import ToolContext
except ModuleNotFoundError as error:
    raise missing("openai-agents", "openai-agents") from error

_OURS: Final = frozenset(map(str, TOOLS))


class Phone(RunHooks[Any]):
    """What an agent and its runs need for ``capture``; the agent is made anew for each conversation.

    Args:
        capture: the capture.
        modality: how the caller's words come, and the model's words reach the caller; may be set between runs.
        shows: which of the model's words the caller gets; by default a run's output.
    """

    def __init__(self, capture: PhoneCapture, *, modality: Shown | None = None, shows: Shows = "output") -> None:
        self.capture = capture
        self.modality = modality
        self.shows = shows
        self.tools: list[Any] = [self._tool(tool) for tool in TOOL_LIST.values()]
        """This capture's tools, for ``Agent(tools=...)``; the model is shown those of the state."""
        self._generation: Generation | None = None

    def instructions(self, own: str = "") -> Callable[[RunContextWrapper[Any], Agent[Any]], str]:
        """Return what ``Agent(instructions=...)`` takes: the host's ``own`` text, then what this state needs."""

        def told(context: RunContextWrapper[Any], agent: Agent[Any]) -> str:
            return system_text(self.capture, self.modality, own)

        return told

    def user(self, text: str) -> list[Any]:
        """Report what the caller said, and return it as items for the run's input."""
        self.capture.user_said(text, self.modality)
        return [{"role": "user", "content": text}]

    def config(self, own: RunConfig | None = None) -> RunConfig:
        """Return the ``run_config``: the host's ``own``, in which the capture answers for tools that were not shown."""
        own = own or RunConfig()
        formats = own.tool_error_formatter

        async def answer(error: ToolErrorFormatterArgs[Any]) -> str | None:
            reply = self._generation and self._generation.reply(error.call_id)
            if error.kind == "tool_not_found" and reply:
                return reply.text
            text = formats(error) if formats else None
            return await text if isawaitable(text) else text

        return replace(own, tool_not_found_behavior="return_error_to_model", tool_error_formatter=answer)

    async def on_agent_start(self, context: Any, agent: Agent[Any]) -> None:
        """Check that no tool of the agent's could be taken for one of ours."""
        check_names(name for tool in agent.tools if (name := tool.name) not in _OURS)

    async def on_llm_end(self, context: RunContextWrapper[Any], agent: Agent[Any], response: ModelResponse) -> None:
        """Report what the model said, and have its calls decided as one batch."""
        calls = [
            Asked(get(item, "name"), get(item, "arguments"), string(item, "call_id"), item)
            for item in response.output
            if get(item, "type") == "function_call"
        ]
        text = "".join(text_of(get(item, "content")) for item in response.output if get(item, "type") == "message")
        self._generation = Generation(self.capture, text, calls, response=uuid4().hex, foreign=None, shows=self.shows)

    def _tool(self, tool: Tool) -> FunctionTool:
        async def invoke(context: ToolContext[Any], arguments: str) -> str:
            reply = self._generation and self._generation.reply(context.tool_call_id)
            if not reply:
                raise AdapterError("the run has not told this capture what the model said: run it with hooks=phone")
            return reply.text

        def shown(context: object, agent: object) -> bool:
            # It is asked for once more before a call is dispatched, when the state may be another one.
            waiting = self._generation.waiting if self._generation else ()
            return tool in self.capture.tools or tool.name in waiting

        return FunctionTool(
            name=tool.name,
            description=tool.description,
            params_json_schema=parameters(tool),
            on_invoke_tool=invoke,
            is_enabled=shown,
        )
