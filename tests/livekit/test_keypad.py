# SPDX-License-Identifier: Apache-2.0
"""Keys pressed in the room feed the same capture as what is said."""

import asyncio

import pytest

pytest.importorskip("livekit.agents", reason="livekit-agents is not installed: pip install 'phonefsm[livekit]'")

from phonefsm import State
from phonefsm.adapters import _keypad
from phonefsm.testing._livekit import Room, Step
from tests.livekit.talk import CONFIRM, READ_A, A, number, state, task, task_of, update


def test_a_keyed_number_is_read_back_and_confirmed_in_words_or_by_a_key() -> None:
    async def talk(*, by_key: bool) -> None:
        async with Room(task, keypad=True) as room:
            room.lay_out([Step(READ_A)])
            await room.press("4155550123#")
            assert state(room) is State.PENDING_CONFIRMATION
            assert "Recorded, not saved yet: +14155550123" in room.shown[-1].system
            if by_key:
                await room.press("1#")
            else:
                await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550123"

    asyncio.run(talk(by_key=False))
    asyncio.run(talk(by_key=True))


def test_a_star_erases_the_key_before_it() -> None:
    async def talk() -> None:
        async with Room(task, keypad=True) as room:
            await room.press("4159*5550123#")
            assert task_of(room).capture.number is not None
            assert task_of(room).capture.number.e164 == "+14155550123"  # type: ignore[union-attr]

    asyncio.run(talk())


def test_an_entry_ends_when_no_key_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_keypad, "TIMEOUT", 0.01)

    async def talk() -> None:
        async with Room(task, keypad=True) as room:
            await room.press("4155550123")
            while state(room) is State.ASKING:
                await asyncio.sleep(0.01)
            assert state(room) is State.PENDING_CONFIRMATION

    asyncio.run(talk())


def test_spoken_and_keyed_digits_join() -> None:
    async def talk() -> None:
        async with Room(task, keypad=True) as room:
            await room.turn("it begins with four one five", update("415"), Step("And then?"))
            assert state(room) is State.COLLECTING
            room.lay_out([Step(READ_A)])
            await room.press("5550123#")
            await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550123"

    asyncio.run(talk())


@pytest.mark.usefixtures("quick_ears")
def test_a_caller_who_begins_to_speak_has_finished_keying() -> None:
    async def talk() -> None:
        async with Room(task, keypad=True, ear=True) as room:
            await room.press("415")
            await room.turn("five five five, oh one two three", update(A), Step(READ_A))
            await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550123"

    asyncio.run(talk())


def test_a_key_cuts_the_read_back_which_then_was_not_heard() -> None:
    async def talk() -> None:
        async with Room(task, keypad=True) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A, played="I have 415"))
            await room.press("1#")
            assert state(room) is State.PENDING_CONFIRMATION
            await room.turn("yes?", Step(READ_A))
            await room.press("2#")
            assert state(room) is State.ASKING

    asyncio.run(talk())


def test_keys_do_nothing_once_the_task_has_ended() -> None:
    async def talk() -> None:
        async with Room(task, keypad=True) as room:
            await room.turn(A, update(A), modality="text")
            before = task_of(room).capture.snapshot()
            await room.press("4155550188#")
            assert task_of(room).capture.snapshot() == before

    asyncio.run(talk())
