# SPDX-License-Identifier: Apache-2.0
"""The agent that the README shows is run as it stands."""

import asyncio
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pipecat", reason="pipecat-ai is not installed: pip install 'phonefsm[pipecat]'")

from pipecat.frames.frames import TranscriptionFrame
from pipecat.processors.aggregators.llm_response_universal import LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameProcessor

from phonefsm import Completed
from tests.pipecat.line import Line, Model, Speaker, Step, quick_turns
from tests.pipecat.talk import CONFIRM, DECLINE, READ_A, A, number, update
from tests.pipecat.test_pipeline import Detector

README = Path(__file__).parents[2].joinpath("README.md").read_text(encoding="utf-8")


def _code(name: str) -> str:
    (code,) = re.findall(rf"```python {name}\n(.*?)```", README, re.DOTALL)
    assert isinstance(code, str)
    return code


class Passes(FrameProcessor):
    """Passes everything on."""

    async def process_frame(self, frame: Any, direction: Any) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)


class Transport:
    """A transport whose caller is there at once."""

    def __init__(self) -> None:
        self.connected: Any = None
        self.speaker = Speaker()

    def input(self) -> FrameProcessor:
        return Passes()

    def output(self) -> FrameProcessor:
        return self.speaker

    def event_handler(self, name: str) -> Any:
        def keep(handler: Any) -> None:
            assert name == "on_client_connected"
            self.connected = handler

        return keep


def test_the_whole_agent_takes_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    code = _code("pipecat")
    assert len(code.strip().splitlines()) < 30
    steps = [
        Step("What is your number?"),
        Step(calls=(update(A),)),
        Step(READ_A),
        Step(calls=(CONFIRM,)),
        Step("Thank you."),
    ]

    async def talk() -> None:
        space: dict[str, Any] = {"__name__": "agent"}
        exec(code, space)  # noqa: S102 - it is the README's own
        space["LLMUserAggregatorParams"] = partial(LLMUserAggregatorParams, user_turn_strategies=quick_turns())
        workers: list[Any] = []
        make = space["PipelineWorker"]

        def worker(*arguments: Any) -> Any:
            workers.append(make(*arguments, cancel_on_idle_timeout=False, enable_rtvi=False))
            return workers[0]

        space["PipelineWorker"] = worker
        space["WorkerRunner"] = partial(space["WorkerRunner"], handle_sigint=False)
        transport, shown = Transport(), list[Any]()

        def says(seen: Any) -> Step:
            shown.append(seen)
            return steps.pop(0)

        running = asyncio.create_task(
            space["run_agent"](transport, Passes(), Model(says), Passes(), Detector(sample_rate=8000))
        )
        while not workers or transport.connected is None:
            await asyncio.sleep(0.01)
        await transport.connected(transport, None)
        for left, said in ((4, f"it's {A}"), (2, "yes"), (0, None)):
            async with asyncio.timeout(10):
                while len(steps) > left:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            if said:
                await workers[0].queue_frame(TranscriptionFrame(said, "caller", "", finalized=True))
        await workers[0].cancel()
        await running
        assert shown[0].messages[0]["content"] == "You take messages. First get a number to call back."

    asyncio.run(talk())
    assert "Completed(number=PhoneNumber(e164='+14155550123'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "call", "node"), [("yes", CONFIRM, "thanks"), ("I'd rather not after all", DECLINE, "apology")]
)
def test_the_flow_leads_to_the_hosts_nodes(answer: str, call: Any, node: str) -> None:
    begin = "async def begin():\n" + re.sub("(?m)^", "    ", _code("pipecat-flow")) + "\n    return flow"

    async def talk() -> None:
        async with Line() as line:
            nodes: dict[str, Any] = {name: {"name": name, "task_messages": []} for name in ("thanks", "apology")}
            space: dict[str, Any] = {
                "FlowManager": type(line.flow),
                "Completed": Completed,
                "llm": line.model,
                "aggregators": line.aggregators,
                "worker": line.worker,
                "phone": line.phone,
                **nodes,
            }
            exec(begin, space)  # noqa: S102 - it is the README's own
            line.lay_out("What is your number?")
            flow = await space["begin"]()
            await line.settled()
            await line.say(f"it's {A}", update(A), READ_A)
            await line.say(answer, call, "Goodbye.")
            assert flow.current_node == node
            assert (number(line) == "+14155550123") == (node == "thanks")

    asyncio.run(talk())
