# SPDX-License-Identifier: Apache-2.0
"""The agent that the README shows is run as it stands."""

import asyncio
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("livekit.agents", reason="livekit-agents is not installed: pip install 'phonefsm[livekit]'")

from livekit.agents.types import NOT_GIVEN

from phonefsm.testing._livekit import Call, Room, Step
from tests.livekit.talk import CONFIRM, DECLINE, READ_A, A, update

README = Path(__file__).parents[2].joinpath("README.md").read_text(encoding="utf-8")


def _agent() -> dict[str, Any]:
    (code,) = re.findall(r"```python livekit\n(.*?)```", README, re.DOTALL)
    assert len(code.strip().splitlines()) < 30
    space: dict[str, Any] = {"__name__": "agent"}
    exec(code, space)  # noqa: S102 - it is the README's own
    return space


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((("yes", CONFIRM),), "The number is +14155550123."),
        ((("no, I'd rather not after all", DECLINE),), "couldn't get the phone number: would rather not"),
    ],
)
def test_the_whole_agent_takes_a_number(answer: Any, told: str) -> None:
    async def talk() -> None:
        space = _agent()
        room = Room(space["Receptionist"]())
        space["AgentSession"] = lambda **_: room.session  # in place of speech and models that need a network
        start = room.session.start
        room.session.start = lambda *_, **__: start(room.agent)  # type: ignore[method-assign,assignment,unused-ignore]
        await space["entrypoint"](SimpleNamespace(room=NOT_GIVEN))
        await room.turn("call me back please", Call("take_number"), Step("Your number?"))
        await room.turn(f"it's {A}", update(A), Step(READ_A))
        for said, call in answer:
            await room.turn(said, call, Step("Thank you."))
        assert [output.output for output in room.outputs if output.name == "take_number"] == [told]
        await room.session.aclose()

    asyncio.run(talk())


def test_the_line_to_change_is_the_one_that_users_of_livekit_have() -> None:
    old, new = re.findall(r"^[-+](from .*)$", README, re.MULTILINE)
    space: dict[str, Any] = {}
    exec(old, space)  # noqa: S102 - it is the README's own
    theirs = space["GetPhoneNumberTask"]
    exec(new, space)  # noqa: S102 - it is the README's own
    assert space["GetPhoneNumberTask"].__name__ == theirs.__name__
