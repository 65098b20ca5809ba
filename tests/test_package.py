# SPDX-License-Identifier: Apache-2.0
"""The package: what it imports, what it exports, and what it leaves alone."""

import re
import subprocess
import sys
from importlib.metadata import metadata, requires

import phonefsm


def _python(code: str) -> str:
    return subprocess.check_output([sys.executable, "-c", code], text=True)  # noqa: S603 - our own code


def test_importing_the_package_loads_no_extra_and_configures_no_logging() -> None:
    code = """
import logging, sys
root = list(logging.getLogger().handlers)
import phonefsm
for name in ("typer", "rich", "hypothesis", "pygraphviz", "livekit", "pipecat", "openai", "transitions.extensions"):
    assert name not in sys.modules, name
phonefsm.PhoneCapture()
import structlog
assert not structlog.is_configured()
assert logging.getLogger().handlers == root
print("fine")
"""
    assert _python(code) == "fine\n"


def test_a_lexicon_is_loaded_when_it_is_first_used() -> None:
    assert _python("import sys, phonefsm; print('tomllib' in sys.modules)") == "False\n"


def test_the_core_depends_on_four_packages() -> None:
    core = [line for line in requires("phonefsm") or [] if "extra ==" not in line]
    assert sorted(re.split(r"\W", line)[0] for line in core) == ["phonenumbers", "pydantic", "structlog", "transitions"]
    assert metadata("phonefsm")["License-Expression"] == "Apache-2.0"


def test_every_public_name_is_there() -> None:
    assert sorted(phonefsm.__all__) == phonefsm.__all__
    for name in phonefsm.__all__:
        assert getattr(phonefsm, name).__doc__
