# SPDX-License-Identifier: Apache-2.0
"""A local server that stands in for the providers: it checks each request's shape, and answers from the script.

The SDKs check little of what they send. The rules here are those that the providers document, and the types are the
SDKs' own: a request that a provider would refuse gets status 400 and the reason.
"""

import importlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pydantic

from tests.adapters.conformance import Script, Seen
from tests.adapters.conversations import Call, Step

Json = dict[str, Any]


class Provider(ABC):
    """One provider: what it asks of a request, and how it says what the script says."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.seen: list[Seen] = []
        """The results in the latest request."""
        self.requests: list[Json] = []
        self.broken: list[str] = []
        """What was wrong with requests, for a client that hides it."""

    @abstractmethod
    def check(self, body: Json) -> None:
        """Assert that the request is what the provider documents, and note the results in it."""

    @abstractmethod
    def shown(self, body: Json) -> tuple[list[str], str]:
        """Return the tools that may be called and what the model is told."""

    @abstractmethod
    def said(self, step: Step) -> Json:
        """Return the response that says ``step``."""

    @abstractmethod
    def streamed(self, response: Json) -> Iterator[str]:
        """Yield the server-sent events of ``response``."""

    def streams(self, path: str, body: Json) -> bool:
        """Return whether a stream was asked for."""
        return bool(body.get("stream")) or "stream" in path

    def answer(self, path: str, body: Json) -> tuple[int, Json | Iterable[str]]:
        """Return status and body of the answer."""
        self.requests.append(body)
        try:
            self.check(body)
        except (AssertionError, KeyError, TypeError, pydantic.ValidationError) as error:
            self.broken.append(f"{type(error).__name__}: {error}")
            return 400, {"error": {"message": self.broken[-1], "type": "invalid_request_error", "code": 400}}
        tools, instructions = self.shown(body)
        response = self.said(self.script.step(tools=tools, instructions=instructions))
        return 200, self.streamed(response) if self.streams(path, body) else response

    def number(self) -> int:
        """Return the number of this request."""
        return len(self.requests)


Answer = Callable[[str, Json], tuple[int, Json | Iterable[str]]]


class Server:
    """A server on a local port. Each client has an address of its own, and each conversation an answer."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        """Who answers, by the first part of the path."""
        answers = self.answers

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # so that a client keeps its connection
            wbufsize = -1  # head and body in one packet, or the client waits for the second
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                _, name, path = self.path.split("/", 2)
                try:
                    status, said = answers[name](path, body)
                except AssertionError as error:
                    status, said = 400, {"error": {"message": str(error)}}
                events = not isinstance(said, dict)
                data = "".join(said).encode() if not isinstance(said, dict) else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("content-type", "text/event-stream" if events else "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                self.wfile.flush()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def address(self, name: str) -> str:
        """Return the address of the client ``name``."""
        return f"http://127.0.0.1:{self._server.server_port}/{name}"


@cache
def server() -> Server:
    """Return the server of this process; it ends with it."""
    return Server()


def typed(module: str, name: str, value: object) -> None:
    """Check ``value`` against a type of an SDK, through and through."""
    # The adapter must outlive the walk: an ``Iterable`` is validated by what it holds.
    adapter = _adapter(module, name)
    _consume(adapter.validate_python(value))


@cache
def _adapter(module: str, name: str) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(getattr(importlib.import_module(module), name))


def _consume(value: object) -> None:
    """Walk all of ``value``: pydantic checks an ``Iterable`` only while it is gone through."""
    if isinstance(value, dict):
        for each in value.values():
            _consume(each)
    elif not isinstance(value, str | bytes) and isinstance(value, Iterable):
        for each in value:
            _consume(each)


def strict(schema: Json) -> None:
    """Assert that a schema is what strict modes take."""
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert sorted(schema["required"]) == sorted(schema["properties"])
    for each in schema["properties"].values():
        assert each.keys() <= {"type", "description"}
        assert each["type"] == "string"


def check_functions(functions: Iterable[Json]) -> list[str]:
    """Assert that ``functions`` are a list that is not empty, with names once each, and return the names."""
    names = [each["name"] for each in functions]
    assert names, "an empty list of tools"
    assert len(set(names)) == len(names), "a tool twice"
    return names


def sse(data: Json | str, event: str = "") -> str:
    """Return one server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {event}\n" if event else "") + f"data: {text}\n\n"


def pieces(text: str, size: int = 7) -> list[str]:
    """Return ``text`` in pieces, as a stream gives it."""
    return [text[place : place + size] for place in range(0, len(text), size)]


def raw(call: Call) -> str:
    """Return a call's arguments as text."""
    return call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)


class OpenAIChat(Provider):
    """``POST /v1/chat/completions``."""

    def check(self, body: Json) -> None:
        """See ``Provider``."""
        typed("openai.types.chat.completion_create_params", "CompletionCreateParams", body)
        for tool in body.get("tools", []):
            assert tool["function"]["strict"] is True
            strict(tool["function"]["parameters"])
        if "tools" in body:
            check_functions(tool["function"] for tool in body["tools"])
        assert [each["role"] for each in body["messages"]].index("system") == 0
        assert sum(each["role"] == "system" for each in body["messages"]) == 1
        names, waiting, self.seen = dict[str, str](), list[str](), []
        for message in body["messages"]:
            if message["role"] == "tool":
                assert message["tool_call_id"] in waiting, "a result that no call before it asks for"
                waiting.remove(message["tool_call_id"])
                self.seen.append(Seen(names[message["tool_call_id"]], message["content"]))
                continue
            assert not waiting, f"an assistant message with tool_calls must be followed by their results: {waiting}"
            if message["role"] == "assistant":
                assert message.get("content") or message.get("tool_calls")
                assert message.keys() <= {"role", "content", "tool_calls", "refusal", "name"}
                for call in message.get("tool_calls", []):
                    assert json.loads(call["function"]["arguments"]) is not None
                    assert call["id"]
                    assert call["id"] not in waiting
                    waiting.append(call["id"])
                    names[call["id"]] = call["function"]["name"]
        assert not waiting, f"no results for {waiting}"

    def shown(self, body: Json) -> tuple[list[str], str]:
        """See ``Provider``."""
        return [tool["function"]["name"] for tool in body.get("tools", [])], body["messages"][0]["content"]

    def said(self, step: Step) -> Json:
        """See ``Provider``."""
        calls = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": raw(call)}}
            for call in step.calls
        ]
        message: Json = {"role": "assistant", "content": step.text or None, "refusal": None, "annotations": []}
        finish = "tool_calls" if calls else "stop"
        choice = {"index": 0, "finish_reason": finish, "logprobs": None, "message": message}
        if calls:
            message["tool_calls"] = calls
        return {"id": "chatcmpl-0", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}

    def streamed(self, response: Json) -> Iterator[str]:
        """See ``Provider``."""
        choice = response["choices"][0]

        def chunk(delta: Json, finish: str | None = None) -> str:
            choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
            return sse({**response, "object": "chat.completion.chunk", "choices": choices})

        yield chunk({"role": "assistant", "content": ""})
        for text in pieces(choice["message"]["content"] or ""):
            yield chunk({"content": text})
        for index, call in enumerate(choice["message"].get("tool_calls", [])):
            function = {"name": call["function"]["name"], "arguments": ""}
            yield chunk({"tool_calls": [{**call, "index": index, "function": function}]})
            for text in pieces(call["function"]["arguments"]):
                yield chunk({"tool_calls": [{"index": index, "function": {"arguments": text}}]})
        yield chunk({}, choice["finish_reason"])
        yield sse("[DONE]")


class OpenAIResponses(Provider):
    """``POST /v1/responses``."""

    def check(self, body: Json) -> None:
        """See ``Provider``."""
        typed("openai.types.responses.response_create_params", "ResponseCreateParams", body)
        assert body["instructions"]
        for tool in body.get("tools", []):
            assert tool["strict"] is True
            strict(tool["parameters"])
        if "tools" in body:
            check_functions(body["tools"])
        names, waiting, self.seen = dict[str, str](), list[str](), []
        for item in body["input"]:
            match item.get("type", "message"):
                case "function_call":
                    assert item["call_id"] not in waiting
                    waiting.append(item["call_id"])
                    names[item["call_id"]] = item["name"]
                case "function_call_output":
                    assert item["call_id"] in waiting, "no tool call found for function call output"
                    waiting.remove(item["call_id"])
                    self.seen.append(Seen(names[item["call_id"]], item["output"]))
                case "message":
                    assert item["role"] in ("user", "assistant")
                    assert not waiting or item["role"] == "assistant", f"no tool output found for {waiting}"
        assert not waiting, f"no tool output found for {waiting}"

    def shown(self, body: Json) -> tuple[list[str], str]:
        """See ``Provider``."""
        return [tool["name"] for tool in body.get("tools", [])], body["instructions"]

    def said(self, step: Step) -> Json:
        """See ``Provider``."""
        output: list[Json] = []
        if step.text:
            content = [{"type": "output_text", "text": step.text, "annotations": []}]
            id = f"msg_{self.number()}"
            output.append({"id": id, "type": "message", "role": "assistant", "status": "completed", "content": content})
        output += [
            {
                "id": f"fc_{self.number()}_{place}",
                "type": "function_call",
                "call_id": call.id,
                "name": call.name,
                "arguments": raw(call),
                "status": "completed",
            }
            for place, call in enumerate(step.calls)
        ]
        return {
            "id": f"resp_{self.number()}",
            "object": "response",
            "created_at": 1,
            "status": "completed",
            "error": None,
            "model": "m",
            "output": output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
        }

    def streamed(self, response: Json) -> Iterator[str]:
        """See ``Provider``."""
        events: list[Json] = [{"type": "response.created", "response": {**response, "output": []}}]
        for index, item in enumerate(response["output"]):
            at = {"output_index": index, "item_id": item["id"]}
            events.append({"type": "response.output_item.added", "output_index": index, "item": item})
            if item["type"] == "function_call":
                name = "response.function_call_arguments"
                events += [{"type": f"{name}.delta", "delta": text, **at} for text in pieces(item["arguments"])]
                events.append({"type": f"{name}.done", "arguments": item["arguments"], "name": item["name"], **at})
            events.append({"type": "response.output_item.done", "output_index": index, "item": item})
        events.append({"type": "response.completed", "response": response})
        for number, event in enumerate(events):
            yield sse({**event, "sequence_number": number}, event["type"])


class Anthropic(Provider):
    """``POST /v1/messages``."""

    def check(self, body: Json) -> None:
        """See ``Provider``."""
        typed("anthropic.types.message_create_params", "MessageCreateParamsNonStreaming", {**body, "stream": False})
        for tool in body.get("tools", []):
            strict(tool["input_schema"])
        if "tools" in body:
            check_functions(body["tools"])
        names, waiting, self.seen = dict[str, str](), list[str](), []
        for message in body["messages"]:
            content = message["content"]
            blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
            assert blocks, "messages must have non-empty content"
            assert all(block["text"] for block in blocks if block["type"] == "text"), "text must be non-empty"
            results = [block for block in blocks if block["type"] == "tool_result"]
            assert sorted(block["tool_use_id"] for block in results) == sorted(waiting), (
                "each tool_use block must have a corresponding tool_result block in the next message"
            )
            assert blocks[: len(results)] == results, "tool_result blocks come first"
            self.seen += [Seen(names[each["tool_use_id"]], each["content"], each["is_error"]) for each in results]
            calls = [block for block in blocks if block["type"] == "tool_use"]
            assert not calls or message["role"] == "assistant"
            waiting = [block["id"] for block in calls]
            assert len(set(waiting)) == len(waiting), "tool_use ids must be unique"
            names |= {block["id"]: block["name"] for block in calls}
        assert not waiting, f"no tool_result for {waiting}"
        assert not names or body.get("tools"), "requests with tool_use blocks must define tools"
        assert body["messages"][0]["role"] == "user"

    def shown(self, body: Json) -> tuple[list[str], str]:
        """See ``Provider``."""
        none = body.get("tool_choice") == {"type": "none"}
        return [] if none else [tool["name"] for tool in body.get("tools", [])], body["system"]

    def said(self, step: Step) -> Json:
        """See ``Provider``."""
        content: list[Json] = [{"type": "text", "text": step.text}] if step.text else []
        content += [
            {"type": "tool_use", "id": each.id, "name": each.name, "input": each.arguments} for each in step.calls
        ]
        return {
            "id": f"msg_{self.number()}",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": content,
            "stop_reason": "tool_use" if step.calls else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }

    def streamed(self, response: Json) -> Iterator[str]:
        """See ``Provider``."""
        start = {**response, "content": [], "stop_reason": None}
        events: list[Json] = [{"type": "message_start", "message": start}]
        for index, block in enumerate(response["content"]):
            if block["type"] == "text":
                begun, deltas = (
                    {**block, "text": ""},
                    [{"type": "text_delta", "text": x} for x in pieces(block["text"])],
                )
            else:
                text = json.dumps(block["input"]) if block["input"] else ""
                begun = {**block, "input": {}}
                deltas = [{"type": "input_json_delta", "partial_json": x} for x in ("", *pieces(text))]
            events.append({"type": "content_block_start", "index": index, "content_block": begun})
            events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
            events.append({"type": "content_block_stop", "index": index})
        end = {"stop_reason": response["stop_reason"], "stop_sequence": None}
        events.append({"type": "message_delta", "delta": end, "usage": {"output_tokens": 1}})
        events.append({"type": "message_stop"})
        for event in events:
            yield sse(event, event["type"])


class Gemini(Provider):
    """``POST /v1beta/models/M:generateContent``."""

    def check(self, body: Json) -> None:
        """See ``Provider``."""
        declarations = self._declarations(body)
        if "tools" in body:
            check_functions(declarations)
        for each in declarations:
            assert "parameters" not in each, "parameters excludes the JSON schema"
            strict(each["parameters_json_schema"])  # the SDK's own spelling, which protobuf's JSON takes as well
        names, waiting, self.seen = dict[str, str](), list[str](), []
        for content in body["contents"]:
            assert content["role"] in ("user", "model")
            assert content["parts"], "contents.parts must not be empty"
            calls = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
            results = [part["functionResponse"] for part in content["parts"] if "functionResponse" in part]
            assert not calls or content["role"] == "model"
            assert not results or content["role"] == "user"
            assert [each["id"] for each in results] == waiting, (
                "the number of function response parts must equal that of the function call parts"
            )
            for each in results:
                ((key, text),) = each["response"].items()
                assert names[each["id"]] == each["name"]
                self.seen.append(Seen(each["name"], text, {"error": True, "output": False}[key]))
            waiting = [each["id"] for each in calls]
            names |= {each["id"]: each["name"] for each in calls}
            for part in content["parts"]:
                assert "functionCall" not in part or part["thoughtSignature"] == "c2lnbmVk", "a signature is missing"
        assert not waiting
        assert body["contents"][-1]["role"] == "user"

    def shown(self, body: Json) -> tuple[list[str], str]:
        """See ``Provider``."""
        (part,) = body["systemInstruction"]["parts"]
        return [each["name"] for each in self._declarations(body)], part["text"]

    def said(self, step: Step) -> Json:
        """See ``Provider``."""
        parts: list[Json] = [{"text": step.text}] if step.text else []
        parts += [
            {"functionCall": {"id": each.id, "name": each.name, "args": each.arguments}, "thoughtSignature": "c2lnbmVk"}
            for each in step.calls
        ]
        content = {"role": "model", "parts": parts} if parts else {"role": "model"}
        candidate = {"index": 0, "finishReason": "STOP", "content": content}
        return {"responseId": f"r{self.number()}", "modelVersion": "m", "candidates": [candidate]}

    def streamed(self, response: Json) -> Iterator[str]:
        """See ``Provider``."""
        (candidate,) = response["candidates"]
        for part in candidate["content"].get("parts", []):
            for piece in [{"text": text} for text in pieces(part["text"])] if "text" in part else [part]:
                content = {"role": "model", "parts": [piece]}
                yield sse({**response, "candidates": [{"index": 0, "content": content}]})
        yield sse({**response, "candidates": [{**candidate, "content": {"role": "model"}}]})

    def _declarations(self, body: Json) -> list[Json]:
        return [each for tool in body.get("tools", []) for each in tool["functionDeclarations"]]
