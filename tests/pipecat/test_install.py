# SPDX-License-Identifier: Apache-2.0
"""Where Pipecat is missing, the adapter says how to install it."""

import subprocess
import sys

CODE = """
import sys
sys.modules["pipecat"] = None
import phonefsm.adapters.pipecat
"""


def test_the_adapter_says_what_it_needs() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)  # noqa: S603
    assert "ModuleNotFoundError: this adapter needs pipecat-ai: pip install 'phonefsm[pipecat]'" in ran.stderr
