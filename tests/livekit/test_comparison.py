# SPDX-License-Identifier: Apache-2.0
"""What LiveKit's own task permits, and what phonefsm's makes of it: the same talk with both, row by row."""

import asyncio

import pytest

pytest.importorskip("livekit.agents", reason="livekit-agents is not installed: pip install 'phonefsm[livekit]'")

from phonefsm.testing import livekit_comparison
from phonefsm.testing.livekit_comparison import ROWS, Row


@pytest.mark.usefixtures("quick_ears")
@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_row(row: Row) -> None:
    theirs = asyncio.run(row.run_theirs())
    assert asyncio.run(row.run_ours()) == row.ours
    assert theirs == row.expected(), "LiveKit's own task does otherwise now: say so in the table"


def test_the_command_prints_a_row_for_each_and_says_what_is_not_as_it_is_known(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def mended(_: object) -> str:
        return "open"

    mended_row = Row("mended by LiveKit", "completed", "open", mended)
    monkeypatch.setattr(livekit_comparison, "ROWS", (mended_row,))
    assert asyncio.run(livekit_comparison.compare()) is False
    assert capsys.readouterr().out.splitlines()[-1] == "| mended by LiveKit | open (new) | open |"
