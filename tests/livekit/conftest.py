# SPDX-License-Identifier: Apache-2.0
"""Ears that do not wait, for talks in which the waiting is not the point."""

import pytest

from phonefsm import State, capture


@pytest.fixture
def quick_ears(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the patience that a capture asks for while digits come."""
    monkeypatch.setattr(capture, "_PATIENCE", dict.fromkeys(State, 0.0))
