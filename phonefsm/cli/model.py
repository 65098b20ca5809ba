# SPDX-License-Identifier: Apache-2.0
"""A language model as the agent of ``chat``, through its provider's own SDK."""

import importlib
import os
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final, Literal, NamedTuple

from phonefsm import PhoneCapture, PhoneFsmError, ToolReply
from phonefsm.adapters._tools import missing

GENERATIONS: Final = 16
"""Generations of one turn; a model that goes on calling after that does not come to an answer."""
_SILENCE: Final = "(The caller says nothing.)"
_KEYS: Final = "(The caller has pressed keys.)"

Create = Callable[[dict[str, Any]], object]


class _Provider(NamedTuple):
    """How a provider is reached: its format, its package and the variables that may hold its key."""

    format: str
    package: str
    keys: tuple[str, ...]
    create: Callable[[ModuleType, str, dict[str, str]], Create]


def _openai(sdk: ModuleType, name: str, options: dict[str, str]) -> Create:
    client = sdk.OpenAI(**options)
    return lambda request: client.chat.completions.create(model=name, **request)


def _anthropic(sdk: ModuleType, name: str, options: dict[str, str]) -> Create:
    client = sdk.Anthropic(**options)
    return lambda request: client.messages.create(model=name, max_tokens=1024, **request)


def _gemini(sdk: ModuleType, name: str, options: dict[str, str]) -> Create:
    base_url = options.pop("base_url", None)
    client = sdk.Client(http_options={"base_url": base_url} if base_url else None, **options)
    return lambda request: client.models.generate_content(model=name, **request)


_PROVIDERS: Final = {
    "openai": _Provider("openai.chat", "openai", ("OPENAI_API_KEY",), _openai),
    "anthropic": _Provider("anthropic", "anthropic", ("ANTHROPIC_API_KEY",), _anthropic),
    "gemini": _Provider("gemini", "google.genai", ("GEMINI_API_KEY", "GOOGLE_API_KEY"), _gemini),
}


class ModelError(PhoneFsmError):
    """The model cannot be reached, or does not come to an answer; the message says why."""


class Model:
    """Drives one capture with a model.

    Args:
        capture: the capture.
        model: ``openai:NAME``, ``anthropic:NAME`` or ``gemini:NAME``.
        base_url: another server that speaks the provider's format.
        modality: as what the caller's lines count.

    Raises:
        ModelError: there is no such provider, or its package or its key is missing.
    """

    def __init__(
        self, capture: PhoneCapture, model: str, base_url: str | None, modality: Literal["audio", "text"]
    ) -> None:
        self._provider, _, name = model.partition(":")
        provider = _PROVIDERS.get(self._provider)
        if provider is None or not name:
            raise ModelError(f"--model {model}: give it as {', '.join(f'{each}:NAME' for each in _PROVIDERS)}")
        self.replies: tuple[ToolReply, ...] = ()
        self._capture, self._modality = capture, modality
        self._format = importlib.import_module(f"phonefsm.adapters.{provider.format}")
        self._create = provider.create(_sdk(provider, self._provider), name, _options(provider, model, base_url))
        self._messages: list[Any] = []

    def open(self) -> list[str]:
        """Return the first line to say; the model speaks once the caller has."""
        line = str(self._capture.prompt.as_modality(self._modality))
        self._capture.agent_said(line)
        return [line]

    def heard(self, text: str) -> list[str]:
        """Take in a caller's turn and return what the model says; a blank one is silence."""
        if text.strip():
            self._messages += self._format.user(self._capture, text, self._modality)
            return self._answer(())
        return self._event(_SILENCE, self._capture.user_silent())

    def keys(self, keys: str) -> list[str]:
        """Take in a keypad entry and return what the model says."""
        return self._event(_KEYS, self._capture.keys_pressed(keys))

    def _event(self, told: str, reply: ToolReply) -> list[str]:
        # The capture has it already, so another one's ``user`` only makes the message.
        self._messages += self._format.user(PhoneCapture(), f"{told} {reply.text}")
        return self._answer((reply,))

    def _answer(self, replies: tuple[ToolReply, ...]) -> list[str]:
        """Let the model speak until it calls no more."""
        said: list[str] = []
        self.replies, reminded = replies, False
        for _ in range(GENERATIONS):
            request = self._format.request(self._capture, self._messages, modality=self._modality)
            reply = self._format.apply(self._capture, self._sent(request), tools=())
            self._messages += reply
            self.replies += tuple(reply.replies)
            said += [reply.text] if reply.text.strip() else []
            if not reply.again:
                if reminded or self._capture.reminder is None:
                    return said
                reminded = True
        raise ModelError(f"{self._provider}: the model called tools {GENERATIONS} times and gave no answer")

    def _sent(self, request: dict[str, Any]) -> object:
        try:
            return self._create(request)
        except Exception as error:
            # Each SDK has its own errors, and those of the client below it.
            cause = f" ({error.__cause__})" if error.__cause__ is not None else ""
            raise ModelError(f"{self._provider}: {str(error) or type(error).__name__}{cause}") from error


def _sdk(provider: _Provider, extra: str) -> ModuleType:
    try:
        return importlib.import_module(provider.package)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{provider.package}.".startswith(f"{error.name}."):
            raise
        raise ModelError(f"--model {extra}: {missing(provider.package, extra)}") from None


def _options(provider: _Provider, model: str, base_url: str | None) -> dict[str, str]:
    """Return what the client is made with: the key of the environment, and the server where another one is given."""
    key = next((os.environ[name] for name in provider.keys if os.environ.get(name)), None)
    if key is None and base_url is None:
        raise ModelError(
            f"--model {model} needs a key: set {' or '.join(provider.keys)}, or name a server of yours with --base-url"
        )
    # A local server asks for none, and the SDKs do.
    return {"api_key": key or "none", **({"base_url": base_url} if base_url else {})}
