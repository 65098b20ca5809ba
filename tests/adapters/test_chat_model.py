# SPDX-License-Identifier: Apache-2.0
"""``phonefsm chat --model`` talks through the real SDKs, to a server on this machine."""

import io
import sys
from collections.abc import Callable

import pytest

from phonefsm.cli import main
from tests.adapters.conformance import Script
from tests.adapters.conversations import READ_A, A, Call, Step
from tests.adapters.providers import Anthropic, Gemini, OpenAIChat, Provider, server

pytest.importorskip("typer", reason="typer is not installed: pip install 'phonefsm[cli]'")

UPDATE = Call("update_phone_number", {"phone_number": A})
CONFIRM = Call("confirm_phone_number")
NEEDS = {"openai": "openai", "anthropic": "anthropic", "gemini": "google.genai"}
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY")
PROVIDERS: dict[str, tuple[type[Provider], str]] = {
    "openai": (OpenAIChat, "/v1"),
    "anthropic": (Anthropic, ""),
    "gemini": (Gemini, ""),
}

Chat = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Chat:
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)

    def run(*arguments: str, piped: str = "") -> tuple[int, list[str], str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped.encode()), encoding="utf-8"))
        code = main(["chat", "--region", "US", *arguments])
        out, err = capsys.readouterr()
        return code, [" ".join(line.split()) for line in out.splitlines()], err

    return run


def served(name: str, *steps: Step) -> tuple[list[str], Provider]:
    """Return the options that reach a server which says ``steps``."""
    pytest.importorskip(NEEDS[name], reason=f"{name} is not installed: pip install 'phonefsm[{name}]'")
    kind, path = PROVIDERS[name]
    script = Script()
    script.load(steps)
    provider = kind(script)
    server().answers[f"chat-{name}"] = provider.answer
    return ["--model", f"{name}:m", "--base-url", server().address(f"chat-{name}") + path], provider


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_model_captures_a_number_over_its_own_sdk(chat: Chat, name: str) -> None:
    options, provider = served(
        name,
        Step(calls=(UPDATE,)),
        Step(calls=(CONFIRM,)),
        Step(READ_A),
        Step(READ_A),
        Step(calls=(CONFIRM,)),
        Step("Thank you."),
    )
    code, lines, err = chat(*options, piped=f"{A}\n\nyes\n")
    assert (code, err) == (0, "")
    assert lines == [
        "agent What is your phone number?",
        f"caller {A}",
        f"agent {READ_A}",
        "caller (silence)",
        f"agent {READ_A}",
        "caller yes",
        "agent Thank you.",
        "completed: +14155550123",
    ]
    assert not provider.broken


@pytest.mark.parametrize("name", PROVIDERS)
def test_keys_and_the_model_s_calls_are_traced(chat: Chat, name: str) -> None:
    options, _ = served(name, Step(READ_A), Step("Thank you.", (Call("save_it"),)), Step("Thank you."))
    code, lines, _ = chat(*options, "--trace", piped="/keys 4155550123#\n/keys 1\n")
    assert code == 0
    assert "reply update_phone_number: recorded" in lines
    assert "refused save_it: unknown_tool" in lines
    assert lines[-1] == "completed: +14155550123"


def test_a_model_that_says_saved_and_calls_nothing_is_told_once(chat: Chat) -> None:
    claim = Step("Great, I have saved your number.")
    options, provider = served("openai", claim, claim)
    _, lines, _ = chat(*options, piped=f"{A}\n")
    assert lines[-1] == "asking: no number"
    told = [request["messages"][0]["content"] for request in provider.requests]
    assert ["Nothing has been saved: you said so" in text for text in told] == [False, True]


def test_a_model_that_never_stops_calling_ends_the_chat_with_one_line(chat: Chat) -> None:
    options, _ = served("openai", *[Step(calls=(UPDATE,))] * 20)
    code, _, err = chat(*options, "--modality", "text", piped=f"{A}\n")
    assert code == 2
    assert err == "phonefsm: openai: the model called tools 16 times and gave no answer\n"


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_missing_key_is_one_line_that_says_what_to_set(chat: Chat, name: str) -> None:
    served(name)
    code, lines, err = chat("--model", f"{name}:m")
    assert (code, lines) == (2, [])
    assert err.startswith(f"phonefsm: --model {name}:m needs a key: set {name.upper()}_API_KEY")
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_missing_package_is_one_line_that_says_what_to_install(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(sys.modules, NEEDS[name], None)
    monkeypatch.setitem(sys.modules, "google", None)
    code, lines, err = chat("--model", f"{name}:m", "--base-url", "http://127.0.0.1:9")
    assert (code, lines) == (2, [])
    assert err == f"phonefsm: --model {name}: this adapter needs {NEEDS[name]}: pip install 'phonefsm[{name}]'\n"


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_server_that_refuses_is_one_line(chat: Chat, name: str) -> None:
    options, _ = served(name)  # it has nothing to say
    code, _, err = chat(*options, piped="hello\n")
    assert code == 2
    assert err.startswith(f"phonefsm: {name}: ")
    assert "the model was asked once too often" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("model", ["openai", "openai:", "other:m", ":m", ""])
def test_a_model_that_is_none_is_told_how_to_name_one(chat: Chat, model: str) -> None:
    code, lines, err = chat("--model", model)
    assert (code, lines) == (2, [])
    assert "openai:NAME, anthropic:NAME, gemini:NAME" in err


def test_a_base_url_without_a_model_is_an_error(chat: Chat) -> None:
    code, _, err = chat("--base-url", "http://127.0.0.1:9")
    assert (code, err.count("\n")) == (2, 1)
