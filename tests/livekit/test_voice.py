# SPDX-License-Identifier: Apache-2.0
"""Voice: what was played counts as far as it was played, in the order in which it was heard."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("livekit.agents", reason="livekit-agents is not installed: pip install 'phonefsm[livekit]'")

from phonefsm import State, Support
from phonefsm.adapters.livekit import GetPhoneNumberTask
from phonefsm.testing._livekit import Room, Step
from tests.livekit.talk import CONFIRM, READ_A, READ_B, A, B, number, state, task, update


@pytest.mark.usefixtures("quick_ears")
def test_a_yes_over_the_last_words_of_the_read_back_counts() -> None:
    async def talk() -> None:
        async with Room(task, ear=True) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A, played=f"I have {A}. Is"))
            assert room.speaker is not None
            assert room.speaker.holding.is_set()
            await room.turn("yes, that's right", CONFIRM)
            assert number(room) == "+14155550123"
            assert room.host.result.receipt.read_back is Support.SEEN

    asyncio.run(talk())


@pytest.mark.parametrize(("played", "knows"), [("I have 415 555", True), (READ_A, False)])
def test_a_read_back_that_was_cut_before_its_end_or_nobody_knows_where_counts_for_nothing(
    played: str, knows: bool
) -> None:
    async def talk() -> None:
        async with Room(task) as room:
            assert room.speaker is not None
            room.speaker.synchronised = knows
            await room.turn(f"it's {A}", update(A), Step(READ_A, played=played))
            await room.turn("yes", CONFIRM, Step(READ_A), cut=True)
            assert state(room) is State.PENDING_CONFIRMATION
            assert "not been read back" in room.outputs[-1].output
            await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550123"

    asyncio.run(talk())


@pytest.mark.usefixtures("quick_ears")
def test_an_objection_over_the_confirming_generation_is_not_overtaken_by_its_confirm() -> None:
    async def talk() -> None:
        async with Room(task, ear=True) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            await room.turn("yes", Step("Thank you so much.", (CONFIRM,), played="Thank"))
            await room.turn(f"no wait, it's {B}", update(B), Step(READ_B))
            assert state(room) is State.PENDING_CONFIRMATION
            await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550188"

    asyncio.run(talk())


def test_a_yes_that_is_typed_over_the_read_back_comes_behind_it() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A, played=f"I have {A}."))
            await room.turn("yes", CONFIRM, modality="text", cut=True)
            assert number(room) == "+14155550123"

    asyncio.run(talk())


@pytest.mark.usefixtures("quick_ears")
def test_a_spoken_turn_is_known_as_spoken_and_stays_to_be_confirmed() -> None:
    async def talk() -> None:
        async with Room(task, ear=True) as room:
            await room.turn(f"it's {A}", update(A), Step(READ_A))
            assert state(room) is State.PENDING_CONFIRMATION
            await room.turn(f"no, {B}", update(B), Step(READ_B), modality="text")
            assert state(room) is State.PENDING_CONFIRMATION
            await room.turn("yes", CONFIRM, modality="text")
            assert number(room) == "+14155550188"

    asyncio.run(talk())


def test_a_read_back_in_the_same_breath_as_the_update_counts() -> None:
    async def talk() -> None:
        async with Room(task) as room:
            await room.turn(f"it's {A}", Step(READ_A, (update(A),)), Step("Is it?"))
            await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550123"

    asyncio.run(talk())


def test_more_patience_while_digits_come_and_the_sessions_own_afterwards() -> None:
    async def talk() -> None:
        async with Room(task, ear=True) as room:

            def delay() -> Any:
                return room.session.options.endpointing["min_delay"]

            assert delay() == 1.5
            await room.turn("it begins with 415", update("415"), Step("And then?"))
            assert delay() == 2.5
            await room.turn("555 0123", update(A), Step(READ_A))
            own = delay()
            assert own < 1.5
            await room.turn("no", Step("What is it then?"))
            await room.turn(f"{B}", update(B), Step(READ_B))
            await room.turn("yes", CONFIRM)
            assert number(room) == "+14155550188"
            assert delay() == own

    asyncio.run(talk())


def test_silence_is_asked_about_in_a_call_and_not_in_a_chat() -> None:
    async def talk(*, spoken: bool) -> int:
        async with Room(task, spoken=spoken) as room:
            before = len(room.shown)
            room.be_silent()
            await room.settled()
            told = [seen.system for seen in room.shown[before:]]
            assert all("the caller was silent" in each for each in told)
            return len(told)

    assert asyncio.run(talk(spoken=True)) == 1
    assert asyncio.run(talk(spoken=False)) == 0


def test_a_session_that_says_nothing_of_a_read_back_has_not_read_it_back() -> None:
    async def talk() -> None:
        async with Room(lambda: GetPhoneNumberTask(default_region="US")) as room:
            await room.turn(f"it's {A}", update(A), Step())
            await room.turn("yes", CONFIRM, Step(READ_A))
            assert state(room) is State.PENDING_CONFIRMATION

    asyncio.run(talk())
