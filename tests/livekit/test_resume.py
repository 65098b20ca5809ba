# SPDX-License-Identifier: Apache-2.0
"""A capture is kept in the session's userdata and goes on in another process."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("livekit.agents", reason="livekit-agents is not installed: pip install 'phonefsm[livekit]'")

from livekit.agents import llm

from phonefsm import State
from phonefsm.testing._livekit import Room, Step
from tests.livekit.talk import CONFIRM, READ_A, A, number, state, task, update


@dataclass
class Data:
    """Userdata as an object."""

    phone: Any = None


def _stored(userdata: Any) -> Any:
    return userdata.phone if isinstance(userdata, Data) else userdata.get("phone")


def _again(userdata: Any) -> Any:
    """Return what another process would read."""
    if isinstance(userdata, Data):
        return Data(json.loads(json.dumps(userdata.phone)))
    return json.loads(json.dumps(userdata))


@pytest.mark.parametrize("fresh", [dict, Data])
def test_it_goes_on_where_it_stopped_and_keeps_nothing_behind_the_end(fresh: Any) -> None:
    async def talk() -> None:
        userdata = fresh()
        async with Room(lambda: task(userdata_key="phone"), userdata=userdata) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
        async with Room(lambda: task(userdata_key="phone"), userdata=_again(userdata)) as room:
            assert state(room) is State.PENDING_CONFIRMATION
            assert "+14155550123 is recorded but not saved" in room.shown[0].instructions
            assert "Ask the caller for their phone number" not in room.shown[0].system
            await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550123"
            assert _stored(room.session.userdata) is None

    asyncio.run(talk())


def test_what_was_said_before_the_restart_is_not_said_twice_where_the_history_is_handed_over() -> None:
    async def talk() -> None:
        userdata: dict[str, Any] = {}
        async with Room(lambda: task(userdata_key="phone"), userdata=userdata) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            await room.turn("yes, that's right", Step("One moment."))
            history = room.session.history.to_dict()
        said = llm.ChatContext.from_dict(history)
        kept = _again(userdata)
        # Said again, the read-back would come behind the yes that answered it.
        entry = [Step(calls=(CONFIRM,))]
        async with Room(lambda: task(chat_ctx=said, userdata_key="phone"), userdata=kept, entry=entry) as room:
            assert number(room) == "+14155550123"

    asyncio.run(talk())


def test_nothing_is_kept_unless_it_was_asked_for() -> None:
    async def talk() -> None:
        userdata: dict[str, Any] = {}
        async with Room(task, userdata=userdata) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            assert userdata == {}

    asyncio.run(talk())


@pytest.mark.parametrize("damaged", [{}, "nonsense", {"capture": {"version": 99}, "latest": ["", 0]}])
def test_what_cannot_be_taken_up_begins_anew(damaged: Any) -> None:
    async def talk() -> None:
        async with Room(lambda: task(userdata_key="phone"), userdata={"phone": damaged}) as room:
            assert "Ask the caller for their phone number" in room.shown[0].system
            await room.turn(A, update(A), modality="text")
            assert number(room) == "+14155550123"

    asyncio.run(talk())
