# SPDX-License-Identifier: Apache-2.0
"""The programs that the adapters' modules, and the README, show are run as they stand."""

import builtins
import functools
import textwrap
import threading
from types import ModuleType
from typing import Any

import pytest

from phonefsm import Completed
from phonefsm.adapters import anthropic, gemini
from phonefsm.adapters.openai import chat, realtime, responses
from tests.adapters.conformance import README, Script
from tests.adapters.conversations import READ_A, A, Call, Step
from tests.adapters.providers import Anthropic, Gemini, OpenAIChat, OpenAIResponses, Provider, server

FORMATS: dict[str, tuple[ModuleType, str, type[Provider]]] = {
    "chat": (chat, "openai", OpenAIChat),
    "responses": (responses, "openai", OpenAIResponses),
    "anthropic": (anthropic, "anthropic", Anthropic),
    "gemini": (gemini, "google.genai", Gemini),
}
STEPS = (Step("Sure. What is it?"), Step(calls=(Call("update_phone_number", {"phone_number": A}),)), Step("Thank you."))


def program(module: ModuleType) -> str:
    """The program in a module's docstring: its indented lines."""
    lines = (module.__doc__ or "").splitlines()[1:]
    return textwrap.dedent("\n".join(line for line in lines if line.startswith("    ") or not line)).strip()


def run_program(module: ModuleType, monkeypatch: pytest.MonkeyPatch, *typed: str) -> dict[str, Any]:
    """Run the program of a module, whose model is a stand-in by now, with what a caller types; return its names."""
    said = iter(typed)
    monkeypatch.setattr(builtins, "input", lambda _: next(said))
    shown, space = program(module), dict[str, Any]()
    assert len(shown.splitlines()) < 25
    exec(shown, space)  # noqa: S102 - the program that the module shows
    return space


@pytest.mark.parametrize("name", FORMATS)
def test_the_program_of_a_format_gets_a_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    module, package, kind = FORMATS[name]
    pytest.importorskip(package, reason=f"{package} is not installed")
    script = Script()
    script.load(STEPS)
    provider = kind(script)
    server().answers["example"] = provider.answer
    address = server().address("example")
    for variable, value in {
        "OPENAI_BASE_URL": f"{address}/v1",
        "ANTHROPIC_BASE_URL": address,
        "GOOGLE_GEMINI_BASE_URL": address,
        "OPENAI_API_KEY": "none",
        "ANTHROPIC_API_KEY": "none",
        "GEMINI_API_KEY": "none",
    }.items():
        monkeypatch.setenv(variable, value)
    assert isinstance(run_program(module, monkeypatch, "hello", A)["capture"].outcome, Completed)
    assert not provider.broken
    assert "Thank you." in capsys.readouterr().out


# The client opens websockets in a way that they are about to give up.
@pytest.mark.filterwarnings("ignore:connect\\(\\) must be used:DeprecationWarning")
def test_the_program_of_realtime_gets_a_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    openai = pytest.importorskip("openai", reason="openai is not installed: pip install 'phonefsm[openai]'")
    pytest.importorskip("websockets", reason="websockets is not installed: pip install 'phonefsm[openai]'")
    from tests.adapters import test_realtime

    provider = test_realtime.Provider(Script())
    provider.script.load(
        [
            Step(calls=(Call("update_phone_number", {"phone_number": A}),)),
            Step(READ_A),
            Step(calls=(Call("confirm_phone_number"),)),
            Step("Thank you."),
        ]
    )
    ready, take = threading.Event(), provider.take

    def taken(event: dict[str, Any]) -> None:
        take(event)
        if "tools" in event.get("session", {}):  # the update before that turns the second ear on
            ready.set()

    monkeypatch.setattr(provider, "take", taken)

    def talk() -> None:
        ready.wait(10)
        provider.caller(A, 0)
        provider.said.wait(10)
        provider.caller("yes, that's right", 0)

    talking = threading.Thread(target=talk)
    with test_realtime.Listening(provider.serve) as address:
        client = functools.partial(openai.OpenAI, api_key="none", websocket_base_url=address)
        monkeypatch.setattr(openai, "OpenAI", client)
        talking.start()
        space: dict[str, Any] = {}
        exec(program(realtime), space)  # noqa: S102 - the program that the module shows
        talking.join()
    assert isinstance(space["capture"].outcome, Completed)
    assert not provider.broken
    assert "Completed" in capsys.readouterr().out


@pytest.mark.parametrize("module", [chat, responses, anthropic, gemini, realtime], ids=lambda module: module.__name__)
def test_a_program_is_short_and_the_readme_shows_the_first(module: ModuleType) -> None:
    shown = program(module)
    assert len(shown.splitlines()) < 25
    assert (f"```python\n{shown}\n```" in README.read_text(encoding="utf-8")) == (module is chat)
