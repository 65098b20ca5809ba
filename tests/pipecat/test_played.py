# SPDX-License-Identifier: Apache-2.0
"""Pipecat's own synthesiser and output: what the context holds of words that were cut is what was played of them."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

pytest.importorskip("pipecat", reason="pipecat-ai is not installed: pip install 'phonefsm[pipecat]'")
pytest.importorskip("sentencex", reason="this pipecat-ai splits sentences by data that would have to be downloaded")

from pipecat.frames.frames import BotStartedSpeakingFrame, Frame, OutputAudioRawFrame, StartFrame, TTSAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams

from phonefsm import State
from tests.pipecat.line import Line
from tests.pipecat.talk import CONFIRM, A, number, state, update

RATE = 8000
SENTENCE = 0.2  # seconds of silence for each


class Voice(TTSService):
    """Says each sentence as a stretch of silence."""

    def __init__(self) -> None:
        settings: Any = TTSSettings(model=None, voice=None, language=None)
        super().__init__(settings=settings, sample_rate=RATE, push_start_frame=True, push_stop_frames=True)

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:  # noqa: ARG002
        sound = bytes(int(RATE * SENTENCE) * 2)
        yield TTSAudioRawFrame(sound, RATE, 1, context_id=context_id)


class Output(BaseOutputTransport):
    """Plays sound in the time that it lasts."""

    def __init__(self) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_sample_rate=RATE))
        self.plays = asyncio.Event()

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        await asyncio.sleep(len(frame.audio) / 2 / RATE)
        return True

    async def push_frame(self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM) -> None:
        if isinstance(frame, BotStartedSpeakingFrame):
            self.plays.set()
        await super().push_frame(frame, direction)


def _line() -> tuple[Line, Output]:
    output = Output()
    mouth: list[FrameProcessor] = [Voice(), output]
    return Line(mouth=mouth), output


def test_a_read_back_that_was_played_to_its_end_counts() -> None:
    async def talk() -> None:
        line, _ = _line()
        async with line:
            line.phone.begin()
            await line.say(A, update(A), f"I have {A}. Is that right?")
            await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"

    asyncio.run(talk())


def test_a_read_back_that_was_cut_before_its_number_does_not() -> None:
    async def talk() -> None:
        line, output = _line()
        async with line:
            line.phone.begin()
            talking = asyncio.create_task(line.say(A, update(A), f"Thank you very much. I have {A}. Is that right?"))
            await output.plays.wait()
            await line.say("yes", CONFIRM, f"I have {A}. Is that right?")
            await talking
            assert line.ended[1]
            assert state(line) is State.PENDING_CONFIRMATION
            assert line.results[-1].text.startswith("Nothing was confirmed: the number has not been read back")

    asyncio.run(talk())
