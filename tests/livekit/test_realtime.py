# SPDX-License-Identifier: Apache-2.0
"""Speech-to-speech models: they hear the caller themselves, and the words of a transcript come late."""

import asyncio

import pytest

pytest.importorskip("livekit.agents", reason="livekit-agents is not installed: pip install 'phonefsm[livekit]'")

from phonefsm import State, Support
from phonefsm.adapters.livekit import task as module
from phonefsm.testing._livekit import Room, Step
from tests.livekit.talk import CONFIRM, READ_A, READ_B, A, B, number, state, task, update

UPDATES, CONFIRMS = "update_phone_number", "confirm_phone_number"


@pytest.mark.parametrize("late", [None, 0.1])
def test_a_number_is_given_read_back_and_agreed_to(late: float | None) -> None:
    async def talk() -> None:
        async with Room(task, realtime=True) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A), late=late)
            await room.turn("yes, that's right", CONFIRM, late=late)
            assert number(room) == "+14155550123"
            assert room.host.result.receipt.agreement is Support.SEEN

    asyncio.run(talk())


def test_its_tools_and_instructions_change_with_the_state_at_once() -> None:
    async def talk() -> None:
        async with Room(task, realtime=True) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            before, after = room.shown[-2:]
            assert UPDATES in before.tools
            assert CONFIRMS not in before.tools
            assert "no number is recorded" in before.instructions
            assert CONFIRMS in after.tools
            assert "+14155550123 is recorded but not saved" in after.instructions

    asyncio.run(talk())


@pytest.mark.parametrize("late", [None, 0.1])
def test_a_no_that_comes_late_is_waited_for(late: float | None) -> None:
    async def talk() -> None:
        async with Room(task, realtime=True) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A), late=late)
            await room.turn("no, that's wrong", CONFIRM, Step("What is it then?"), late=late)
            assert "the caller did not agree" in room.outputs[-1].output
            await room.turn(f"{B}", update(B), Step(READ_B), late=late)
            await room.turn("yes", CONFIRM, late=late)
            assert number(room) == "+14155550188"

    asyncio.run(talk())


def test_a_read_back_and_its_confirm_in_one_turn_of_the_caller_are_refused() -> None:
    async def talk() -> None:
        async with Room(task, realtime=True) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A, (CONFIRM,)), CONFIRM)
            assert number(room) is None
            assert state(room) is State.PENDING_CONFIRMATION

    asyncio.run(talk())


def test_words_that_never_come_are_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORDS_WAIT", 0.05)

    async def talk() -> None:
        async with Room(task, realtime=True) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A), late=30)
            await room.turn("yes", CONFIRM, late=30)
            assert number(room) == "+14155550123"
            assert room.host.result.receipt.agreement is Support.UNKNOWN
            assert room.host.result.receipt.heard is Support.UNKNOWN

    asyncio.run(talk())


def test_a_typed_turn_is_typed_here_too() -> None:
    async def talk() -> None:
        async with Room(task, realtime=True) as room:
            await room.turn(A, update(A), modality="text")
            await room.turn("yes?", Step(READ_A))
            await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550123"

    asyncio.run(talk())


def test_a_model_that_said_saved_is_set_right() -> None:
    async def talk() -> None:
        async with Room(task, realtime=True) as room:
            await room.turn(f"it's {A}", Step("Great, I have saved it."), update(A), Step(READ_A))
            assert any("Nothing has been saved" in seen.system for seen in room.shown)
            assert state(room) is State.PENDING_CONFIRMATION

    asyncio.run(talk())
