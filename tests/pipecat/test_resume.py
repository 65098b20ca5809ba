# SPDX-License-Identifier: Apache-2.0
"""A capture is kept in the flow's state, or by the host, and goes on in another process."""

import asyncio
import json

import pytest

pytest.importorskip("pipecat", reason="pipecat-ai is not installed: pip install 'phonefsm[pipecat]'")

from phonefsm import SnapshotError, State
from tests.pipecat.line import Line
from tests.pipecat.talk import CONFIRM, READ_A, A, capture, number, state, told, update


def test_a_flow_goes_on_where_it_stopped_and_keeps_nothing_behind_the_end() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.lay_out("Your number?")
            await line.flow.initialize(line.phone.node(line.flow, state_key="phone"))
            await line.settled()
            await line.say(f"it's {A}", update(A), READ_A)
            kept = json.loads(json.dumps(line.flow.state))
        async with Line() as line:
            line.flow.state.update(kept)
            line.lay_out(READ_A)
            await line.flow.initialize(line.phone.node(line.flow, state_key="phone"))
            await line.settled()
            assert line.flow.current_node == "phone_pending_confirmation"
            assert "+14155550123 is recorded but not saved" in line.shown[0].system
            await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"
            assert line.flow.state == {}

    asyncio.run(talk())


def test_what_was_said_before_the_restart_is_not_said_twice_where_the_context_is_handed_over() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.phone.begin()
            await line.say(f"it's {A}", update(A), READ_A)
            await line.say("yes, that's right", "One moment.")
            snapshot = capture(line).snapshot().model_dump_json()
            messages = json.loads(json.dumps(line.context.messages))
        async with Line(messages=messages) as line:
            line.phone.begin(snapshot)
            # Said again, the read-back would come behind the yes that answered it.
            await line.run(CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"
            assert told(line) == []

    asyncio.run(talk())


def test_nothing_is_kept_unless_it_was_asked_for() -> None:
    async def talk() -> None:
        async with Line() as line:
            line.lay_out("Your number?")
            await line.flow.initialize(line.phone.node(line.flow))
            await line.settled()
            await line.say(f"it's {A}", update(A), READ_A)
            assert line.flow.state == {}

    asyncio.run(talk())


def test_a_snapshot_of_the_end_begins_at_the_end() -> None:
    async def talk() -> None:
        ended: list[object] = []
        async with Line() as line:
            line.phone.begin()
            await line.type(A, update(A), "Thank you.")
            snapshot = capture(line).snapshot()
        async with Line(on_end=ended.append) as line:
            line.phone.begin(snapshot)
            await line.say("hello", CONFIRM, "Hello.")
            assert state(line) is State.COMPLETED
            assert line.results[-1].text.startswith("Nothing was changed: this capture has already ended")
            assert line.shown[0].tools == ()
            assert not ended

    asyncio.run(talk())


def test_what_cannot_be_taken_up_is_an_error_for_the_developer() -> None:
    async def talk() -> None:
        async with Line() as line:
            with pytest.raises(SnapshotError):
                line.phone.begin({"version": 99})

    asyncio.run(talk())
