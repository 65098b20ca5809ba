# SPDX-License-Identifier: Apache-2.0
"""A model that hears the caller itself: words come late, and how much of cut words was played is not known."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("pipecat", reason="pipecat-ai is not installed: pip install 'phonefsm[pipecat]'")

from pipecat.frames.frames import TranscriptionFrame, UserStartedSpeakingFrame, UserStoppedSpeakingFrame
from pipecat.processors.frame_processor import FrameDirection

from phonefsm import State
from phonefsm.adapters.pipecat import hearing
from tests.pipecat.line import Call, Line, Step
from tests.pipecat.talk import CONFIRM, READ_A, A, capture, number, state, update


class Realtime(Line):
    """A line whose model answers the caller's sound, before or behind their words."""

    def __init__(self, **options: Any) -> None:
        super().__init__(realtime=True, **options)

    async def speak(self, text: str, *steps: Step | Call | str, late: bool = False) -> None:
        """Have the caller speak, and the model answer; ``late``: it has their words when it has answered."""
        self.expected += len(steps)
        for frame in (UserStartedSpeakingFrame(), UserStoppedSpeakingFrame()):
            await self.worker.queue_frame(frame)
        words = TranscriptionFrame(text=text, user_id="caller", timestamp="", finalized=True)
        if not late:
            await self.worker.queue_frame(words)
        await asyncio.sleep(0.02)
        for step in steps:
            spoken = Step(step) if isinstance(step, str) else step
            await self.model.speak(Step(calls=(spoken,)) if isinstance(spoken, Call) else spoken, self.context)
        if late:
            await asyncio.sleep(0.02)
            await self.model.push_frame(words, FrameDirection.UPSTREAM)
        await self.settled()


def test_a_realtime_models_transcript_is_a_second_ear() -> None:
    async def talk() -> None:
        async with Realtime() as line:
            line.phone.begin()
            assert {str(each) for each in capture(line).observes} == {"agent", "transcript"}
            await line.speak(f"it's {A}", update(A), READ_A)
            assert state(line) is State.PENDING_CONFIRMATION
            await line.speak("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"

    asyncio.run(talk())


def test_a_capture_that_began_before_the_model_said_what_it_is_begins_anew() -> None:
    async def talk() -> None:
        line = Realtime()
        line.phone.begin()
        async with line:
            assert {str(each) for each in capture(line).observes} == {"agent", "transcript"}

    asyncio.run(talk())


def test_late_words_are_waited_for_and_a_no_among_them_counts() -> None:
    async def talk() -> None:
        async with Realtime() as line:
            line.phone.begin()
            await line.speak(A, update(A), READ_A)
            await line.speak("no, that is wrong", CONFIRM, late=True)
            assert state(line) is State.PENDING_CONFIRMATION
            assert "the caller did not agree" in line.results[-1].text
            turns = len(capture(line).snapshot().turns)
            await line.speak("no", READ_A)  # now the aggregator reports the words of before, which are known
            assert len(capture(line).snapshot().turns) == turns + 2

    asyncio.run(talk())


def test_words_that_never_come_are_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "WORDS_WAIT", 0.05)

    async def talk() -> None:
        async with Realtime() as line:
            line.phone.begin()
            await line.speak(A, update(A), READ_A)
            await line.speak("", CONFIRM)
            assert [each.name for each in line.results] == ["update_phone_number", "confirm_phone_number"]

    asyncio.run(talk())


def test_of_a_read_back_that_was_cut_nothing_counts() -> None:
    async def talk() -> None:
        async with Realtime() as line:
            line.phone.begin()
            await line.speak(A, update(A), Step(READ_A, played=f"I have {A}. Is"))
            await line.interrupt()
            await line.speak("yes", CONFIRM)
            assert state(line) is State.PENDING_CONFIRMATION
            assert line.results[-1].text.startswith("Nothing was confirmed: the number has not been read back")

    asyncio.run(talk())


def test_the_model_is_shown_the_tools_of_the_state() -> None:
    async def talk() -> None:
        async with Realtime() as line:
            line.phone.begin()
            await line.speak(A, update(A), READ_A)
            assert "confirm_phone_number" in line.model.tools

    asyncio.run(talk())
