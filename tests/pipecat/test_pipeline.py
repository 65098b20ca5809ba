# SPDX-License-Identifier: Apache-2.0
"""The rest of a pipeline: the detector's patience, and models that are switched."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("pipecat", reason="pipecat-ai is not installed: pip install 'phonefsm[pipecat]'")

from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams
from pipecat.pipeline.llm_switcher import LLMSwitcher

from phonefsm.adapters.pipecat import PhoneProcessor
from tests.pipecat.line import Line
from tests.pipecat.talk import CONFIRM, READ_A, REJECT, A, number, update


class Detector(VADAnalyzer):
    """Hears no voice."""

    def num_frames_required(self) -> int:
        return 1

    def voice_confidence(self, buffer: bytes) -> float:  # noqa: ARG002
        return 0.0


def test_the_detector_is_patient_while_digits_come() -> None:
    async def talk() -> None:
        vad = Detector(params=VADParams(stop_secs=0.2))
        async with Line(vad=vad, user={"vad_analyzer": vad}) as line:
            assert vad.params.stop_secs == 0.2
            line.phone.begin()
            await line.say("hello", "What is your number?")
            assert vad.params.stop_secs == 1.5
            await line.say("it begins with 415", update("415"), "And then?")
            assert vad.params.stop_secs == 2.5
            await line.say("555 0123", update("5550123"), READ_A)
            assert vad.params.stop_secs == 0.2
            await line.say("no", REJECT, "What is it then?")
            assert vad.params.stop_secs == 1.5
            await line.say(A, update(A), READ_A)
            await line.say("yes", CONFIRM, "Thank you.")
            assert vad.params.stop_secs == 0.2

    asyncio.run(talk())


def test_a_detector_of_longer_patience_keeps_its_own() -> None:
    async def talk() -> None:
        vad = Detector(params=VADParams(stop_secs=4.0))
        async with Line(vad=vad, user={"vad_analyzer": vad}) as line:
            line.phone.begin()
            await line.say("hello", "What is your number?")
            assert vad.params.stop_secs == 4.0

    asyncio.run(talk())


def test_each_model_of_a_switcher_is_answered() -> None:
    async def talk() -> None:
        line = Line()
        switcher: Any = LLMSwitcher(llms=[line.model])
        line.phone = PhoneProcessor(switcher, line.aggregators, default_region="US")
        async with line:
            line.phone.begin()
            await line.say(A, update(A), READ_A)
            await line.say("yes", CONFIRM, "Thank you.")
            assert number(line) == "+14155550123"

    asyncio.run(talk())
