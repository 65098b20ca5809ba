# SPDX-License-Identifier: Apache-2.0
"""Keys pressed in a call feed the same capture as what is said."""

import asyncio

import pytest

pytest.importorskip("pipecat", reason="pipecat-ai is not installed: pip install 'phonefsm[pipecat]'")

from phonefsm import State
from phonefsm.adapters import _keypad
from tests.pipecat.line import Line, Step
from tests.pipecat.talk import CONFIRM, READ_A, A, capture, number, state, update


def test_a_keyed_number_is_read_back_and_confirmed_in_words_or_by_a_key() -> None:
    async def talk(*, by_key: bool) -> None:
        async with Line() as line:
            line.phone.begin()
            await line.press("4155550123#", READ_A)
            assert state(line) is State.PENDING_CONFIRMATION
            assert "Recorded, not saved yet: +14155550123" in line.shown[-1].system
            if by_key:
                await line.press("1#", "Thank you.")
            else:
                await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"

    asyncio.run(talk(by_key=False))
    asyncio.run(talk(by_key=True))


def test_a_star_erases_the_key_before_it() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.press("4159*5550123#", READ_A)
            assert str(capture(line).number) == "+14155550123"

    asyncio.run(talk())


def test_an_entry_ends_when_no_key_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_keypad, "TIMEOUT", 0.05)

    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.press("4155550123", READ_A)
            assert state(line) is State.PENDING_CONFIRMATION

    asyncio.run(talk())


def test_spoken_and_keyed_digits_join() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.say("it begins with four one five", update("415"), "And then?")
            assert state(line) is State.COLLECTING
            await line.press("5550123#", READ_A)
            await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"

    asyncio.run(talk())


def test_a_caller_who_begins_to_speak_has_finished_keying() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.press("415")
            await line.say("five five five, oh one two three", update(A), READ_A)
            await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"

    asyncio.run(talk())


def test_a_key_cuts_the_read_back_which_then_was_not_heard() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.say(f"it's {A}", update(A), Step(READ_A, played="I have 415"))
            await line.press("1#", READ_A)
            assert line.ended[1]
            assert state(line) is State.PENDING_CONFIRMATION
            await line.press("2#", "What is it then?")
            assert state(line) is State.ASKING

    asyncio.run(talk())


def test_keys_do_nothing_before_a_capture_and_behind_its_end() -> None:
    async def talk() -> None:
        async with Line() as line:
            await line.press("4155550188#")
            line.phone.begin()
            await line.type(A, update(A), "Thank you.")
            before = capture(line).snapshot()
            await line.press("4155550188#")
            assert capture(line).snapshot() == before

    asyncio.run(talk())
