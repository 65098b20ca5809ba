# SPDX-License-Identifier: Apache-2.0
"""The MCP server, through the client of the SDK: in memory in both eras of the protocol, over stdio and over HTTP."""

import asyncio
import builtins
import itertools
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

from phonefsm import CapturePolicy, PhoneCapture
from phonefsm.conversation import QUIET
from tests.adapters.conformance import Adapter, Conformance, Forced, Part, Script, Seen
from tests.adapters.conversations import ORDER, A, B, Call, Conversation, Need, Turn

pytest.importorskip("mcp", reason="mcp is not installed: pip install 'phonefsm[mcp]'")

import mcp_types as types
from mcp import Client, MCPError, StdioServerParameters

from phonefsm.adapters import mcp
from tests.adapters.test_examples import program

HOST: Any = {mcp.HOST: True}
MODES: Any = ["auto", "legacy"]
UPDATE: Any = ("update_phone_number", {"phone_number": A})


class Talk:
    """A host with a scripted model; what it observes it reports."""

    def __init__(self, conversation: Conversation, script: Script, observes: tuple[str, ...] | None) -> None:
        self.replies: list[Seen] = []
        self._script, self._foreign = script, [ORDER.name] if conversation.foreign else []
        self._observes = {"caller", "agent"} if observes is None else set(observes)
        self._turns = itertools.count()
        self._missing = 0
        self._together = asyncio.Event()
        policy = CapturePolicy.load({"default_region": "US", **conversation.policy})
        self.phone = mcp.PhoneServer(policy, observes=self._observes, settle=self._settle, logger=QUIET)
        self.client: Client

    @property
    def capture(self) -> PhoneCapture:
        return self.phone.capture()

    async def _settle(self) -> None:
        self._missing -= 1
        if not self._missing:
            self._together.set()
        await self._together.wait()

    async def turn(self, turn: Turn) -> None:
        id = f"turn {next(self._turns)}"
        if turn.keys is not None:
            await self._report({"keys": turn.keys})
        elif turn.caller is None:
            await self._report({"silence": True})
        elif "caller" in self._observes:
            await self._report({"user": None if turn.late else turn.caller, "modality": turn.modality, "id": id})
        for place in itertools.count(1):
            offered = (await self.client.list_tools()).tools
            told = await self.client.get_prompt(mcp.PROMPT, {"modality": turn.modality})
            (message,) = told.messages
            assert isinstance(message.content, types.TextContent)
            names = [each.name for each in offered if not _hidden(each)]
            step = self._script.step(tools=names + self._foreign, instructions=message.content.text)
            if step.text and "agent" in self._observes:
                said = step.text if step.played is None else step.played
                await self._report({"agent": said, "interrupted": step.interrupted})
            self._missing = sum(call.name != ORDER.name for call in step.calls)
            self._together = asyncio.Event()
            self.replies += await self._call_all(step.calls)
            if turn.late == place and "caller" in self._observes:
                await self._report({"user": turn.caller, "modality": turn.modality, "id": id})
            if not step.calls:
                return

    async def _call_all(self, calls: tuple[Call, ...]) -> list[Seen]:
        return await asyncio.gather(*map(self._call, calls))

    async def _call(self, call: Call) -> Seen:
        if call.name == ORDER.name:
            return Seen(call.name, ORDER.answer, False)
        assert isinstance(call.arguments, dict)
        result = await self.client.call_tool(call.name, call.arguments)
        return Seen(call.name, text_of(result), result.is_error)

    async def _report(self, line: dict[str, Any]) -> None:
        result = await self.client.call_tool(mcp.REPORT, {"turns": [line]}, meta=HOST)
        assert not result.is_error, text_of(result)


def _hidden(tool: types.Tool) -> bool:
    """Whether a host keeps the tool from the model."""
    ui = (tool.meta or {}).get("ui", {})
    return "model" not in ui.get("visibility", ["model"])


def text_of(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


class Mcp(Adapter):
    """A host that reports turns."""

    name = "mcp"
    lacks: ClassVar = {Need.RAW_ARGUMENTS: "a call's arguments are always an object"}
    mode: ClassVar[Any] = "auto"
    talk: ClassVar[type[Talk]] = Talk

    @asynccontextmanager
    async def session(self, conversation: Conversation, script: Script) -> AsyncIterator[Talk]:
        talk = self.talk(conversation, script, self.observes)
        async with Client(talk.phone.server, mode=self.mode) as client:
            talk.client = client
            yield talk


class McpHandshake(Mcp):
    name = "mcp, with a handshake"
    mode = "legacy"


class McpUnreported(Mcp):
    """A host that reports nothing but silence and keys, as most do."""

    name = "mcp, unreported"
    observes = ()


class OneByOneTalk(Talk):
    async def _settle(self) -> None:
        pass

    async def _call_all(self, calls: tuple[Call, ...]) -> list[Seen]:
        return [await self._call(call) for call in calls]


BATCH = "only with a client that waits for each result before the next call: the server sees no batch"


class McpOneByOne(Mcp):
    name = "mcp, calls one by one"
    talk: ClassVar = OneByOneTalk
    forced: ClassVar = {
        "confirm beside a new number": Forced(BATCH, Part.REPLIES),
        "confirm beside a decline": Forced(BATCH, Part.RECEIPT, Part.REPLIES),
        "two numbers, one of them given": Forced(BATCH, Part.RECEIPT, Part.REPLIES),
        "two numbers, both given": Forced(BATCH, *Part),
        "the same call twice": Forced(BATCH, Part.RECEIPT, Part.REPLIES),
    }


class TestMcpOneByOne(Conformance):
    adapter = McpOneByOne()


class TestMcp(Conformance):
    adapter = Mcp()


class TestMcpHandshake(Conformance):
    adapter = McpHandshake()


class TestMcpUnreported(Conformance):
    adapter = McpUnreported()


def serve(settle: Callable[[], Any] | None = None, **options: Any) -> mcp.PhoneServer:
    async def at_once() -> None:
        pass

    return mcp.PhoneServer(default_region="US", settle=settle or at_once, logger=QUIET, **options)


def answering(*answers: types.ElicitResult | types.ErrorData) -> tuple[Any, list[str]]:
    """A client's user: what they answer, and what they are asked."""
    asked: list[str] = []

    async def answer(context: Any, question: types.ElicitRequestFormParams) -> Any:
        assert context
        asked.append(question.message)
        return answers[len(asked) - 1]

    return answer, asked


YES = types.ElicitResult(action="accept", content={"correct": True})
NO = types.ElicitResult(action="accept", content={"correct": False})


@pytest.mark.parametrize("mode", MODES)
def test_a_client_that_elicits_has_its_user_agree_past_the_model(mode: Any) -> None:
    async def have() -> None:
        phone, (answer, asked) = serve(), answering(NO, YES)
        async with Client(phone.server, mode=mode, elicitation_callback=answer) as client:
            await client.call_tool(*UPDATE)
            assert "dropped" in text_of(await client.call_tool("confirm_phone_number"))
            assert phone.capture().state == "asking"
            await client.call_tool("update_phone_number", {"phone_number": B})
            assert "Saved" in text_of(await client.call_tool("confirm_phone_number"))
        assert str(phone.capture().outcome.number) == "+14155550188"  # type: ignore[union-attr]
        receipt = phone.capture().receipt
        assert (receipt.heard, receipt.read_back, receipt.agreement) == ("unknown", "seen", "seen")
        assert ["555-0123" in asked[0], "0188" in asked[1].replace(" ", "")] == [True, True]

    asyncio.run(have())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "answer",
    [
        types.ElicitResult(action="cancel"),
        types.ElicitResult(action="decline"),
        types.ElicitResult(action="accept"),
        types.ElicitResult(action="accept", content={"correct": "yes"}),
        types.ElicitResult(action="accept", content={"right": True}),
    ],
)
def test_a_user_who_does_not_answer_has_not_agreed(mode: Any, answer: types.ElicitResult) -> None:
    async def have() -> None:
        phone = serve()
        async with Client(phone.server, mode=mode, elicitation_callback=answering(answer)[0]) as client:
            await client.call_tool(*UPDATE)
            result = await client.call_tool("confirm_phone_number")
        assert result.is_error
        assert phone.capture().state == "pending_confirmation"

    asyncio.run(have())


def test_a_client_that_fails_to_elicit_has_nobody_agree() -> None:
    async def have() -> None:
        phone = serve()
        answer, _ = answering(types.ErrorData(code=types.INTERNAL_ERROR, message="no window"))
        async with Client(phone.server, mode="legacy", elicitation_callback=answer) as client:
            await client.call_tool(*UPDATE)
            assert (await client.call_tool("confirm_phone_number")).is_error
        assert phone.capture().state == "pending_confirmation"

    asyncio.run(have())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "other", ["confirm_phone_number", "no_such_tool", "update_phone_number", "extend_phone_number"]
)
def test_no_call_beside_it_takes_a_confirmation_past_the_user(mode: Any, other: str) -> None:
    waiting, together = [1], asyncio.Event()

    async def settle() -> None:
        waiting[0] -= 1
        if waiting[0] <= 0:
            together.set()
        await together.wait()

    async def have() -> None:
        phone = serve(settle)
        answer, asked = answering(*[types.ElicitResult(action="cancel")] * 2)
        async with Client(phone.server, mode=mode, elicitation_callback=answer) as client:
            await client.call_tool(*UPDATE)
            waiting[0] = 2
            together.clear()
            results = await asyncio.gather(client.call_tool("confirm_phone_number"), client.call_tool(other))
        assert all(each.is_error for each in results)
        assert phone.capture().outcome is None
        assert len(asked) <= 2

    asyncio.run(have())


@pytest.mark.parametrize("mode", MODES)
def test_a_client_hears_that_the_tools_have_changed(mode: Any) -> None:
    async def have() -> None:
        changed = asyncio.Event()

        async def note(message: Any) -> None:
            if isinstance(message, types.ToolListChangedNotification):
                changed.set()

        async with Client(serve().server, mode=mode, message_handler=note) as client:
            assert client.server_capabilities.tools is not None
            assert client.server_capabilities.tools.list_changed
            assert "confirm_phone_number" not in [each.name for each in (await client.list_tools()).tools]
            if mode == "legacy":
                await client.call_tool(*UPDATE)
                await asyncio.wait_for(changed.wait(), 10)
            else:
                async with client.listen(tools_list_changed=True) as events:
                    await client.call_tool(*UPDATE)
                    assert "ToolsListChanged" in type(await asyncio.wait_for(anext(aiter(events)), 10)).__name__
            assert "confirm_phone_number" in [each.name for each in (await client.list_tools()).tools]

    asyncio.run(have())


def test_the_receipt_says_that_no_turns_were_seen() -> None:
    async def have() -> None:
        phone = serve()
        async with Client(phone.server) as client:
            await client.call_tool(*UPDATE)
            await client.call_tool("confirm_phone_number")
            (content,) = (await client.read_resource(mcp.RESOURCE)).contents
        assert isinstance(content, types.TextResourceContents)
        told = json.loads(content.text)
        assert (told["state"], told["number"], told["receipt"]["observes"]) == ("completed", "+14155550123", [])
        assert {told["receipt"][each] for each in ("heard", "read_back", "agreement")} == {"unknown"}

    asyncio.run(have())


async def _reported(turns: Any, meta: Any = HOST, observes: tuple[str, ...] = ("caller", "agent")) -> tuple[str, Any]:
    phone = serve(observes=observes)
    async with Client(phone.server) as client:
        result = await client.call_tool(mcp.REPORT, {"turns": turns}, meta=meta)
    return text_of(result), phone.capture()


@pytest.mark.parametrize("meta", [None, {}, {mcp.HOST: False}, {mcp.HOST: "true"}])
def test_a_model_cannot_report_turns(meta: Any) -> None:
    text, capture = asyncio.run(_reported([{"user": A}], meta))
    assert text == "Nothing was reported: this tool is the host's alone."
    assert not capture.snapshot().turns


@pytest.mark.parametrize(
    ("turns", "why"),
    [
        (None, "a list"),
        ("yes", "a list"),
        ([{"user": A}, {"agent": 5}], "line 2"),
        ([{"user": A}, "hello"], "line 2"),
        ([{"user": A}, {"call": []}], "line 2: no turn"),
        ([{"user": A}, {"policy": {}}], "line 2: no turn"),
    ],
)
def test_a_report_that_does_not_hold_counts_for_nothing(turns: Any, why: str) -> None:
    text, capture = asyncio.run(_reported(turns))
    assert text.startswith("Nothing was reported: ")
    assert why in text
    assert not capture.snapshot().turns


@pytest.mark.parametrize(
    ("observes", "line", "why"),
    [((), {"user": A}, "caller"), (("caller",), {"agent": A}, "agent"), (("agent",), {"user": A}, "caller")],
)
def test_a_report_of_what_the_host_said_it_would_not_report_is_refused(
    observes: tuple[str, ...], line: Any, why: str
) -> None:
    text, capture = asyncio.run(_reported([line], observes=observes))
    assert f"observe {why}" in text
    assert not capture.snapshot().turns


def test_a_report_tells_the_host_how_it_stands() -> None:
    text, capture = asyncio.run(_reported([{"keys": "4155550123#"}], observes=()))
    assert capture.state == "pending_confirmation"
    assert text.startswith("Reported: pending_confirmation.\nRecorded")


def test_what_is_not_there_is_an_error_of_the_protocol() -> None:
    async def have() -> None:
        async with Client(serve().server) as client:
            assert [each.name for each in (await client.list_prompts()).prompts] == [mcp.PROMPT]
            assert [str(each.uri) for each in (await client.list_resources()).resources] == [mcp.RESOURCE]
            with pytest.raises(MCPError, match="no such prompt"):
                await client.get_prompt("x")
            with pytest.raises(MCPError, match="audio or text"):
                await client.get_prompt(mcp.PROMPT, {"modality": "smoke"})
            with pytest.raises(MCPError, match="no such resource"):
                await client.read_resource("phonefsm://x")

    asyncio.run(have())


def test_a_cancelled_call_is_not_decided_with_the_next() -> None:
    async def have() -> None:
        wait = [True]

        async def settle() -> None:
            if wait[0]:
                await asyncio.sleep(3600)

        phone = serve(settle)
        async with Client(phone.server) as client:
            call = asyncio.ensure_future(client.call_tool(*UPDATE))
            await asyncio.sleep(0.05)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
            wait[0] = False
            assert (await client.call_tool("confirm_phone_number")).is_error
        assert phone.capture().state == "asking"

    asyncio.run(have())


def test_the_conversation_that_was_used_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp, "CONVERSATIONS_KEPT", 2)
    phone = serve()
    one, two = phone.capture("1"), phone.capture("2")
    assert phone.capture("1") is one
    phone.capture("3")
    assert phone.capture("1") is one
    assert phone.capture("2") is not two


def test_the_command_serves_over_stdio() -> None:
    async def have() -> None:
        command = ["-m", "phonefsm", "mcp", "--region", "US", "--observes", "caller"]
        server = StdioServerParameters(command=sys.executable, args=command)
        async with Client(server) as client:
            said = await client.call_tool(mcp.REPORT, {"turns": [{"user": A, "modality": "text"}]}, meta=HOST)
            assert text_of(said) == "Reported: asking."
            assert "Saved: +14155550123" in text_of(await client.call_tool(*UPDATE))

    asyncio.run(have())


def test_conversations_over_http_are_apart() -> None:
    import uvicorn

    async def generation(address: str, mode: Any) -> int:
        async with Client(address, mode=mode) as client:
            assert not (await client.call_tool(*UPDATE)).is_error
            (content,) = (await client.read_resource(mcp.RESOURCE)).contents
            assert isinstance(content, types.TextResourceContents)
            found: int = json.loads(content.text)["receipt"]["generation"]
            return found

    async def have() -> None:
        phone = serve()
        app = phone.server.streamable_http_app()
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        address = f"http://127.0.0.1:{port}/mcp"
        try:
            assert [await generation(address, "legacy") for _ in range(2)] == [1, 1]
            assert [await generation(f"{address}?conversation={id}", "auto") for id in ("a", "b")] == [1, 1]
            assert phone.capture("a").state == "pending_confirmation"
            async with Client(address) as client:
                with pytest.raises(MCPError, match="conversation"):
                    await client.call_tool(*UPDATE)
        finally:
            server.should_exit = True
            await serving

    asyncio.run(have())


def test_the_program_that_the_module_shows_gets_a_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(builtins, "input", lambda _: "y")
    shown = program(mcp)
    assert len(shown.splitlines()) < 25
    exec(shown, {})  # noqa: S102 - the program that the module shows
    assert "Completed(number=PhoneNumber(e164='+14155550123'" in capsys.readouterr().out
