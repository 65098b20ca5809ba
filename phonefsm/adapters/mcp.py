# SPDX-License-Identifier: Apache-2.0
"""MCP server (``phonefsm mcp``): the tools of a capture for any host, over stdio or streamable HTTP.

A whole program, which runs a host and the server in one process::

    import asyncio
    from mcp import Client, types
    from phonefsm.adapters import mcp

    async def answer(context, question):
        right = input(question.message + " (y/n) ") == "y"
        return types.ElicitResult(action="accept", content={"correct": right})

    async def main():
        phone = mcp.PhoneServer(default_region="US")
        async with Client(phone.server, elicitation_callback=answer) as client:
            print([tool.name for tool in (await client.list_tools()).tools])
            print(await client.call_tool("update_phone_number", {"phone_number": "4155550123"}))
            print(await client.call_tool("confirm_phone_number"))
            print(phone.capture().outcome)

    asyncio.run(main())

A server sees calls and no turns: receipts say ``observes: []``, and what the caller said, heard and agreed to is
``unknown``, so a model that calls ``update`` and ``confirm`` completes. Two things make that better.

- A client that supports elicitation: ``confirm_phone_number`` reads the number back to the user and asks them, past the
  model. Only their yes completes, their no rejects, and no answer is no agreement.
- A host that reports turns: with ``observes`` (``--observes caller --observes agent``) the core's checks hold in full.
  The tool ``report_phone_turns`` takes lines of a conversation file. It counts only where the call's ``_meta`` holds
  ``{"phonefsm/host": true}``, which a host writes and a model cannot.

The model's instructions in this state are the prompt ``phone_number``. How it stands, with the number and the receipt,
is the resource ``phonefsm://capture``. Over HTTP a conversation is a session of the protocol, or named in the address
(``/mcp?conversation=ID``, an id that nobody guesses), which revisions of the protocol without sessions need.
"""

import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from phonefsm.adapters._formats import get
from phonefsm.adapters._tools import missing, parameters
from phonefsm.capture import PhoneCapture
from phonefsm.checks import Observation
from phonefsm.conversation import Agent, Keys, Reopen, Silence, User, parse, play
from phonefsm.errors import ConversationError
from phonefsm.outcome import Completed, Declined, Escalated
from phonefsm.policy import CapturePolicy
from phonefsm.table import State, Trigger
from phonefsm.tools import ToolCall, ToolReply

try:
    import anyio
    import mcp_types as types
    from mcp import MCPError
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel import NotificationOptions, Server
    from mcp.server.models import InitializationOptions
    from mcp.server.stdio import stdio_server
    from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
    from mcp_types.version import MODERN_PROTOCOL_VERSIONS
except ModuleNotFoundError as error:
    raise missing("mcp", "mcp") from error

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

HOST: Final = "phonefsm/host"
"""The key in a call's ``_meta`` by which a host says that it, and not the model, makes the call."""
REPORT: Final = "report_phone_turns"
PROMPT: Final = "phone_number"
RESOURCE: Final = "phonefsm://capture"
SETTLE: Final = 0.05
"""Seconds in which calls that come together count as one batch: MCP does not say which the model made together."""
CONVERSATIONS_KEPT: Final = 1024
"""Conversations of one server; past these, the one that was used longest ago is forgotten."""

_TALKED: Final = {
    User: {Observation.CALLER, Observation.TRANSCRIPT},
    Agent: {Observation.AGENT},
    Keys: set(Observation),
    Silence: set(Observation),
    Reopen: set(Observation),
}
_SCHEMA: Final = {
    "type": "object",
    "properties": {"correct": {"type": "boolean", "title": "Correct"}},
    "required": ["correct"],
}
_LATER: Final = "This is how it begins; later on, the tools' results say what to do next."
_Context: TypeAlias = ServerRequestContext[Any, Any]
_Result: TypeAlias = types.CallToolResult | types.InputRequiredResult


@dataclass(slots=True, eq=False)
class _Asked:
    """A call that waits for the others of its batch."""

    context: _Context
    params: types.CallToolRequestParams
    result: _Result | None = None

    @property
    def call(self) -> ToolCall:
        # The protocol's id of a request says nothing about the model's call.
        return ToolCall(self.params.name, self.params.arguments or {})


class _Talk:
    """One conversation."""

    def __init__(self, capture: PhoneCapture) -> None:
        self.capture = capture
        self.lock = anyio.Lock()
        self.waiting: list[_Asked] = []


class _Server(Server[Any]):
    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        told = notification_options or NotificationOptions(tools_changed=True)
        return super().create_initialization_options(told, experimental_capabilities, extensions)


async def _settle() -> None:
    await anyio.sleep(SETTLE)


class PhoneServer:
    """An MCP server, in ``server``, with a capture for each conversation.

    Args:
        policy: of the captures.
        default_region: in place of a policy, as for ``PhoneCapture``.
        observes: what the host reports, as for ``PhoneCapture``; here nothing, unless told.
        settle: waits until the calls that the model made together are all there.
        logger: as for ``PhoneCapture``; over stdio it must not write to standard output.

    Raises:
        PolicyError: as for ``PhoneCapture``.
    """

    def __init__(
        self,
        policy: CapturePolicy | None = None,
        *,
        default_region: str | None = None,
        observes: Iterable[str] = (),
        settle: Callable[[], Awaitable[None]] = _settle,
        logger: "FilteringBoundLogger | None" = None,
    ) -> None:
        first = PhoneCapture(policy, default_region=default_region, observes=observes, logger=logger)
        self._first, self._settle, self._logger = first.snapshot(), settle, logger
        self._policy, self._observes = first.policy, first.observes
        self._talks: OrderedDict[str, _Talk] = OrderedDict()
        self._bus = InMemorySubscriptionBus()
        self.server: Server[Any] = _Server(
            "phonefsm",
            instructions=f"{first.instructions}\n{_LATER}",
            get_tool_input_schema=lambda _: None,  # none of our arguments goes into a header
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_prompts=self._list_prompts,
            on_get_prompt=self._get_prompt,
            on_list_resources=self._list_resources,
            on_read_resource=self._read_resource,
            on_subscriptions_listen=ListenHandler(self._bus),
        )

    def capture(self, conversation: str = "") -> PhoneCapture:
        """Return the capture of a conversation: that of a session's id, or of the address; over stdio the only one."""
        return self._talk(conversation).capture

    def _talk(self, key: str) -> _Talk:
        if key not in self._talks:
            capture = PhoneCapture.restore(self._first, self._policy, logger=self._logger)
            self._talks[key] = _Talk(capture)
            if len(self._talks) > CONVERSATIONS_KEPT:
                self._talks.popitem(last=False)
        self._talks.move_to_end(key)
        return self._talks[key]

    def _at(self, context: _Context) -> _Talk:
        request = context.request
        if request is None:
            return self._talk("")
        key = request.query_params.get("conversation") or request.headers.get("mcp-session-id")
        if not key:
            raise MCPError(types.INVALID_REQUEST, "no session: name the conversation in the address, ?conversation=ID")
        return self._talk(key)

    # Tools.

    async def _list_tools(self, context: _Context, _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        tools = [
            types.Tool(name=tool.name, description=tool.description, input_schema=parameters(tool))
            for tool in self._at(context).capture.tools
        ]
        return types.ListToolsResult(tools=[*tools, _REPORT_TOOL])

    async def _call_tool(self, context: _Context, params: types.CallToolRequestParams) -> _Result:
        talk = self._at(context)
        offered = talk.capture.tools
        if params.name == REPORT:
            result: _Result = self._report(talk.capture, context, params)
        else:
            result = await self._decided(talk, _Asked(context, params))
        if talk.capture.tools != offered:
            if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
                await self._bus.publish(ToolsListChanged())
            else:
                await context.session.send_tool_list_changed()
        return result

    async def _decided(self, talk: _Talk, asked: _Asked) -> _Result:
        """Return the result of a call, decided together with those that came beside it."""
        talk.waiting.append(asked)
        try:
            await self._settle()
            async with talk.lock:
                if asked.result is None:
                    batch, talk.waiting = talk.waiting, []
                    await self._decide(talk.capture, batch)
        finally:
            if asked in talk.waiting:  # it was cancelled
                talk.waiting.remove(asked)
        assert asked.result is not None  # noqa: S101 - for the type
        return asked.result

    async def _decide(self, capture: PhoneCapture, batch: list[_Asked]) -> None:
        if self._asks_user(capture, batch):
            if all(each.call.name == Trigger.CONFIRM for each in batch):
                result = await _ask_user(capture, batch)
                for each in batch:
                    each.result = result
                return
            capture.user_said("", "text")  # nobody was asked, so nobody has agreed
        replies = capture.tools_called(*[each.call for each in batch])
        for each, reply in zip(batch, replies, strict=True):
            each.result = _result(reply)

    def _asks_user(self, capture: PhoneCapture, batch: list[_Asked]) -> bool:
        """Say whether a confirmation is for the user to give, past the model, since the host reports no turns."""
        return (
            any(each.call.name == Trigger.CONFIRM for each in batch)
            and capture.state is State.PENDING_CONFIRMATION
            and not {Observation.CALLER, Observation.AGENT} <= self._observes
            and _elicits(batch[0].context)
        )

    def _report(
        self, capture: PhoneCapture, context: _Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """Play what the host reports: all of it, or nothing where a line does not hold."""
        if get(context.meta, HOST) is not True:
            return _text("Nothing was reported: this tool is the host's alone.", is_error=True)
        turns = get(params.arguments, "turns")
        if not isinstance(turns, list):
            return _text("Nothing was reported: turns is a list of conversation lines.", is_error=True)
        events = []
        for place, line in enumerate(turns, 1):
            try:
                event = parse(json.dumps(line), line=place)
            except ConversationError as error:
                return _text(f"Nothing was reported: {error}", is_error=True)
            seen = _TALKED.get(type(event), set[Observation]())
            if not seen & (self._observes if isinstance(event, User | Agent) else seen):
                why = f"observe {' or '.join(sorted(seen))} to report it" if seen else "no turn"
                return _text(f"Nothing was reported: line {place}: {why}", is_error=True)
            events.append(event)
        replies = [reply.text for event in events for reply in play(capture, event, self._logger)[1]]
        return _text("\n".join([f"Reported: {capture.state}.", *replies, capture.reminder or ""]).rstrip("\n"))

    # Prompt and resource.

    async def _list_prompts(self, _: _Context, __: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        modality = types.PromptArgument(name="modality", description="audio or text: how the caller hears the model.")
        told = "What to tell the model now."
        return types.ListPromptsResult(prompts=[types.Prompt(name=PROMPT, description=told, arguments=[modality])])

    async def _get_prompt(self, context: _Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        if params.name != PROMPT:
            raise MCPError(types.INVALID_PARAMS, f"no such prompt; there is {PROMPT}")
        modality: Any = get(params.arguments, "modality") or "audio"
        if modality not in ("audio", "text"):
            raise MCPError(types.INVALID_PARAMS, "modality is audio or text")
        text = str(self._at(context).capture.instructions.as_modality(modality))
        message = types.PromptMessage(role="user", content=types.TextContent(text=text))
        return types.GetPromptResult(messages=[message])

    async def _list_resources(self, _: _Context, __: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        told = "How the capture stands: state, number, reason and receipt."
        resource = types.Resource(uri=RESOURCE, name="capture", description=told, mime_type="application/json")
        return types.ListResourcesResult(resources=[resource])

    async def _read_resource(
        self, context: _Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        if str(params.uri) != RESOURCE:
            raise MCPError(types.INVALID_PARAMS, f"no such resource; there is {RESOURCE}")
        capture = self._at(context).capture
        outcome = capture.outcome
        data = {
            "state": capture.state.value,
            "number": str(outcome.number) if isinstance(outcome, Completed) else None,
            "reason": outcome.reason if isinstance(outcome, Declined | Escalated) else None,
            "receipt": capture.receipt.as_dict(),
        }
        text = types.TextResourceContents(uri=RESOURCE, mime_type="application/json", text=json.dumps(data))
        return types.ReadResourceResult(contents=[text])


_REPORT_TOOL: Final = types.Tool(
    name=REPORT,
    description="For the host, never for the model: report what the caller said and what was played to them.",
    input_schema={
        "type": "object",
        "properties": {
            "turns": {
                "type": "array",
                "items": {"type": "object"},
                "description": 'Lines of a conversation file, in order: {"user": "yes", "modality": "audio"}, '
                '{"agent": "Right?", "interrupted": false}, {"keys": "1"}, {"silence": true}, {"reopen": true}.',
            }
        },
        "required": ["turns"],
        "additionalProperties": False,
    },
    _meta={"ui": {"visibility": ["app"]}},  # MCP Apps' way to keep a tool from the model
)


def _text(text: str, *, is_error: bool = False) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=is_error)


def _result(reply: ToolReply) -> types.CallToolResult:
    return _text(reply.text, is_error=reply.is_error)


def _elicits(context: _Context) -> bool:
    elicitation = get(context.session.client_capabilities, "elicitation")
    # Before there were two modes, a client that named none meant forms.
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


async def _ask_user(capture: PhoneCapture, batch: list[_Asked]) -> _Result:
    """Read the number back to the user, and report that and their answer, as they would press keys."""
    context, question, now = batch[0].context, str(capture.prompt.as_modality("text")), str(capture.generation)
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        told = [each.params.input_responses or {} for each in batch if each.params.request_state == now]
        answer = next((each["answer"] for each in told if "answer" in each), None)
        if answer is None:
            form = types.ElicitRequestFormParams(message=question, requested_schema=_SCHEMA)
            request = types.ElicitRequest(params=form)
            return types.InputRequiredResult(input_requests={"answer": request}, request_state=now)
    else:
        try:
            answer = await context.session.elicit_form(question, _SCHEMA, context.request_id)
        except MCPError:
            answer = None
        if now != str(capture.generation) or capture.state is not State.PENDING_CONFIRMATION:
            answer = None  # the host has reported something else meanwhile
    agreed = get(get(answer, "content"), "correct") if get(answer, "action") == "accept" else None
    if not isinstance(agreed, bool):
        capture.user_said("", "text")
        return _result(capture.tools_called(batch[0].call)[0])
    capture.agent_said(question)
    return _result(capture.keys_pressed("1" if agreed else "2"))


async def stdio(phone: PhoneServer) -> None:
    """Serve one conversation over standard input and output."""
    async with stdio_server() as (reading, writing):
        await phone.server.run(reading, writing, phone.server.create_initialization_options())


async def http(phone: PhoneServer, host: str, port: int) -> None:
    """Serve any number of conversations over streamable HTTP, at ``/mcp``; who may connect is for you to guard."""
    import uvicorn  # for this alone; it comes with mcp

    app = phone.server.streamable_http_app(host=host)
    await uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning")).serve()
