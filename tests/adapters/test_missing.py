# SPDX-License-Identifier: Apache-2.0
"""An adapter whose package is missing says how to install it, and nothing else needs the package."""

import importlib
import sys

import pytest

NEEDS = {
    "phonefsm.adapters.pydantic_ai": ("pydantic_ai", "pydantic-ai"),
    "phonefsm.adapters.langchain": ("langchain.agents.middleware", "langchain"),
    "phonefsm.adapters.openai.agents": ("agents", "openai-agents"),
}


@pytest.mark.parametrize("module", NEEDS)
def test_an_adapter_without_its_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    package, extra = NEEDS[module]
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(ModuleNotFoundError, match=rf"pip install 'phonefsm\[{extra}\]'"):
        importlib.import_module(module)
