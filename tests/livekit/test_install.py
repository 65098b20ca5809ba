# SPDX-License-Identifier: Apache-2.0
"""Where LiveKit is missing, the adapter says how to install it."""

import subprocess
import sys

CODE = """
import sys
sys.modules["livekit"] = None
import phonefsm.adapters.livekit
"""


def test_the_adapter_says_what_it_needs() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)  # noqa: S603
    assert "ModuleNotFoundError: this adapter needs livekit-agents: pip install 'phonefsm[livekit]'" in ran.stderr
