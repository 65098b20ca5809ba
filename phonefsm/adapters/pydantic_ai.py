# SPDX-License-Identifier: Apache-2.0
"""pydantic-ai: a capability for one capture, which brings its toolset, its instructions and its ears.

A whole program::

    from pydantic_ai import Agent
    from phonefsm import PhoneCapture
    from phonefsm.adapters.pydantic_ai import Phone

    capture, messages = PhoneCapture(default_region="US"), []
    agent, phone = Agent("openai:gpt-5-mini"), Phone(capture, modality="text")
    while capture.outcome is None:
        result = agent.run_sync(input("> "), message_history=messages, capabilities=[phone])
        messages = result.all_messages()
        print(result.output)
    print(capture.outcome)

A toolset alone can show a state's tools, but calls of the others would end the run. So the toolset holds all of them,
and the capability shows the model those of the state.

What the host says to ``run`` is what the caller said; a run without a prompt reports nothing, so silence and keys are
reported to the capture before it. Words that are enqueued into a running run are to be reported too.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from phonefsm.adapters._formats import Asked, Shown, check_names, history_lines, system_text
from phonefsm.adapters._runs import Generation, Shows
from phonefsm.adapters._tools import AdapterError, missing, parameters
from phonefsm.capture import PhoneCapture
from phonefsm.table import TOOLS
from phonefsm.tools import TOOL_LIST, ToolReply
from phonefsm.turns import Modality

try:
    from pydantic_ai import RunContext, ToolDefinition, ToolFailed
    from pydantic_ai.capabilities import AbstractCapability
    from pydantic_ai.messages import InstructionPart, ModelMessage, ModelResponse, UserPromptPart
    from pydantic_ai.models import ModelRequestContext
    from pydantic_ai.toolsets import AbstractToolset, ToolsetTool
except ModuleNotFoundError as error:
    raise missing("pydantic-ai", "pydantic-ai") from error

_OURS: Final = frozenset(map(str, TOOLS))


class _Anything:
    """Takes any arguments, under the framework's names: the capture has checked them by then."""

    def validate_json(self, *_: object, **__: object) -> dict[str, Any]:
        return {}

    validate_python = validate_json


class PhoneToolset(AbstractToolset[Any]):
    """All tools of a capture; ``Phone`` brings it along."""

    def __init__(self, phone: "Phone") -> None:
        self._phone = phone

    @property
    def id(self) -> str:
        """The toolset's name."""
        return "phonefsm"

    async def get_instructions(self, ctx: RunContext[Any]) -> InstructionPart:
        """Return what the model is told in this state."""
        return InstructionPart(system_text(self._phone.capture, self._phone.modality), dynamic=True)

    async def get_tools(self, ctx: RunContext[Any]) -> dict[str, ToolsetTool[Any]]:
        """Return all tools, as every one may be called in every state."""
        return {
            tool.name: ToolsetTool(
                toolset=self,
                tool_def=ToolDefinition(
                    name=tool.name,
                    description=tool.description,
                    parameters_json_schema=parameters(tool),
                    strict=True,
                ),
                max_retries=ctx.max_retries,
                args_validator=_Anything(),
            )
            for tool in TOOL_LIST.values()
        }

    async def call_tool(self, name: str, tool_args: dict[str, Any], ctx: RunContext[Any], tool: object) -> str:
        """Return the capture's reply; the whole batch was decided when the model had answered."""
        reply = self._phone.reply(ctx)
        if reply.is_error:
            raise ToolFailed(reply.text)
        return reply.text


class Phone(AbstractCapability[Any]):
    """What a run needs for ``capture``: give it to ``run`` as one of its ``capabilities``.

    Args:
        capture: the capture.
        modality: how the caller's words come, and the model's words reach the caller; may be set between runs.
        shows: which of the model's words the caller gets; by default a run's output.
    """

    def __init__(self, capture: PhoneCapture, *, modality: Shown | None = None, shows: Shows = "output") -> None:
        self.capture = capture
        self.modality = modality
        self.shows = shows
        self._generation: Generation | None = None

    def get_toolset(self) -> PhoneToolset:
        """Return the toolset that comes with it."""
        return PhoneToolset(self)

    async def before_run(self, ctx: RunContext[Any]) -> None:
        """Report what the caller said."""
        if ctx.prompt is not None:
            self.capture.user_said(_text(ctx.prompt), self.modality)

    async def before_model_request(
        self,
        ctx: RunContext[Any],
        request_context: ModelRequestContext,
    ) -> ModelRequestContext:
        """Show the model this state's tools alone."""
        asked = request_context.model_request_parameters
        check_names(tool.name for tool in asked.function_tools if tool.name not in _OURS)
        shown = {tool.name for tool in self.capture.tools}
        tools = [tool for tool in asked.function_tools if tool.name in shown or tool.name not in _OURS]
        return replace(request_context, model_request_parameters=replace(asked, function_tools=tools))

    async def after_model_request(
        self, ctx: RunContext[Any], *, request_context: ModelRequestContext, response: ModelResponse
    ) -> ModelResponse:
        """Report what the model said, and have its calls decided as one batch."""
        asked = request_context.model_request_parameters
        self.decide(ctx, response, [tool.name for tool in [*asked.function_tools, *asked.output_tools]])
        return response

    def decide(self, ctx: RunContext[Any], response: ModelResponse, names: Iterable[str] | None = None) -> None:
        """Have the calls of ``response`` decided."""
        self._generation = Generation(
            self.capture,
            response.text or "",
            [Asked(call.tool_name, call.args, call.tool_call_id, call) for call in response.tool_calls],
            response=(ctx.run_id, ctx.run_step),
            foreign=None if names is None else [name for name in names if name not in _OURS],
            shows=self.shows,
        )

    def reply(self, ctx: RunContext[Any]) -> ToolReply:
        """Return the reply to the call that is dispatched."""
        id = ctx.tool_call_id or ""
        reply = self._generation and self._generation.reply(id)
        if not reply:  # a run that takes up calls of an earlier one
            self.decide(ctx, next(each for each in reversed(ctx.messages) if isinstance(each, ModelResponse)))
            reply = self._generation and self._generation.reply(id)
        if not reply:
            raise AdapterError(f"no answer of the model calls {id!r}")
        return reply


def history(messages: Iterable[ModelMessage], modality: Modality | None = None) -> list[dict[str, Any]]:
    """Return what was said in ``messages``, for ``PhoneCapture(history=...)``."""
    turns = list[tuple[object, str]]()
    for message in messages:
        if isinstance(message, ModelResponse):
            turns.append(("assistant", message.text or ""))
        else:
            turns += [("user", _text(part.content)) for part in message.parts if isinstance(part, UserPromptPart)]
    return history_lines(turns, modality)


def _text(prompt: object) -> str:
    if isinstance(prompt, str):
        return prompt
    parts = prompt if isinstance(prompt, Iterable) else ()
    return " ".join(text for part in parts if isinstance(text := getattr(part, "content", part), str))
