# SPDX-License-Identifier: Apache-2.0
"""An adapter whose package is missing says how to install it, and nothing else needs the package."""

import importlib
import sys

import pytest

import phonefsm.adapters
from phonefsm.cli import main

NEEDS = {
    "phonefsm.adapters.adk": ("google.adk.agents.callback_context", "adk"),
    "phonefsm.adapters.langchain": ("langchain.agents.middleware", "langchain"),
    "phonefsm.adapters.mcp": ("mcp", "mcp"),
    "phonefsm.adapters.openai.agents": ("agents", "openai-agents"),
    "phonefsm.adapters.pydantic_ai": ("pydantic_ai", "pydantic-ai"),
}


@pytest.mark.parametrize("module", NEEDS)
def test_an_adapter_without_its_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    package, extra = NEEDS[module]
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(ModuleNotFoundError, match=rf"pip install 'phonefsm\[{extra}\]'"):
        importlib.import_module(module)


def test_the_command_names_the_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    for module in ("phonefsm.adapters.mcp", "phonefsm.cli.mcp"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.delattr(phonefsm.adapters, "mcp", raising=False)
    assert main(["mcp"]) == 2
    assert capsys.readouterr().err == "phonefsm: phonefsm mcp needs mcp: pip install 'phonefsm[mcp]'\n"


@pytest.mark.parametrize("address", ["8000", ":8000", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x"])
def test_an_address_is_a_host_and_a_port(capsys: pytest.CaptureFixture[str], address: str) -> None:
    pytest.importorskip("mcp", reason="mcp is not installed: pip install 'phonefsm[mcp]'")
    assert main(["mcp", "--http", address]) == 2
    assert "HOST:PORT" in capsys.readouterr().err
