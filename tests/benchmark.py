# SPDX-License-Identifier: Apache-2.0
"""Prints speed as ratios to a floor measured in the same run: ``python -m tests.benchmark``. Nothing asserts on it."""

import compileall
import gc
import logging
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import phonenumbers
import structlog
from pydantic import BaseModel, ConfigDict

import phonefsm
from phonefsm import CapturePolicy, PhoneCapture, ToolCall

ROUNDS = 15
COUNT = 2_000
CAPTURES = 100_000

LOGGER = structlog.wrap_logger(None, wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)).bind()
US = CapturePolicy(default_region="US")
LIMITED = CapturePolicy.load({"default_region": "US", "allowed_regions": ["US", "CA"], "allowed_types": ["mobile"]})
UPDATE = ToolCall("update_phone_number", {"phone_number": "415-555-0123"}, "c1")


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    phone_number: str


def _floor() -> None:
    arguments = _Arguments.model_validate({"phone_number": "415-555-0123"})
    number = phonenumbers.parse(arguments.phone_number, "US")
    phonenumbers.is_valid_number(number)
    phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _new(policy: CapturePolicy = US) -> PhoneCapture:
    return PhoneCapture(policy, logger=LOGGER)


def _heard(policy: CapturePolicy) -> PhoneCapture:
    capture = _new(policy)
    capture.user_said("415 555 0123", modality="audio")
    return capture


Case = tuple[str, Callable[[], object], Callable[[Any], object]]


def _compare(*cases: Case) -> None:
    """Print each case's least round against the first one's; rounds alternate, so that load hits all alike."""
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, prepare, run in cases:
            made = [prepare() for _ in range(COUNT)]
            gc.collect()
            gc.disable()  # as timeit does
            start = time.perf_counter()
            for item in made:
                run(item)
            best[name] = min(best.get(name, 1.0), (time.perf_counter() - start) / COUNT)
            gc.enable()
    floor = best[cases[0][0]]
    for name, cost in best.items():
        print(f"{name:38} {cost * 1e6:8.1f} us   {cost / floor:.2f}x")


def _updates() -> None:
    _compare(
        ("pydantic + phonenumbers alone", lambda: None, lambda _: _floor()),
        ("update", lambda: _heard(US), lambda capture: capture.tools_called(UPDATE)),
        ("update, region and type limits", lambda: _heard(LIMITED), lambda capture: capture.tools_called(UPDATE)),
        ("user_said, a number", _new, lambda capture: capture.user_said("415 555 0123")),
    )


def _turn(capture: PhoneCapture) -> None:
    capture.agent_said("I have 4 1 5, 5 5 5, 0 1 2 3. Is that right?")
    capture.user_said("what was that again please", modality="audio")


def _aged(turns: int) -> PhoneCapture:
    capture = _heard(US)
    capture.tools_called(UPDATE)
    for _ in range(turns):
        _turn(capture)
    return capture


def _long_conversation() -> None:
    young, old = _aged(100).snapshot(), _aged(10_000).snapshot()
    _compare(
        ("turn 100", lambda: PhoneCapture.restore(young, US, logger=LOGGER), _turn),
        ("turn 10,000", lambda: PhoneCapture.restore(old, US, logger=LOGGER), _turn),
    )


def _memory() -> None:
    _heard(US).tools_called(UPDATE)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    captures = []
    for count in range(CAPTURES):
        capture = PhoneCapture(US, logger=LOGGER)
        capture.user_said(f"415 555 {count % 10_000:04}", modality="audio")
        capture.tools_called(
            ToolCall("update_phone_number", {"phone_number": f"415555{count % 10_000:04}"}, f"call_{count}")
        )
        capture.agent_said(f"I have 415 555 {count % 10_000:04}. Is that right?")
        captures.append(capture)
    size = (tracemalloc.get_traced_memory()[0] - before) / CAPTURES
    tracemalloc.stop()
    print(f"a live capture, number read back        {size:8.0f} bytes, {CAPTURES:,} of them in one process")


def _imports() -> None:
    statements = {
        "import of the four dependencies": "import transitions, pydantic, phonenumbers, structlog",
        "the same, a pydantic model made": (
            'import transitions, pydantic, phonenumbers, structlog; type("M", (pydantic.BaseModel,), {})'
        ),
        "import phonefsm": "import phonefsm",
    }
    compileall.compile_dir(Path(phonefsm.__file__).parent, quiet=1)  # as an installation does
    best: dict[str, float] = {}
    for _ in range(2 * ROUNDS):
        for name, statement in statements.items():
            code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
            took = float(subprocess.check_output([sys.executable, "-c", code]))
            best[name] = min(best.get(name, took), took)
    floor = next(iter(best.values()))
    for name, cost in best.items():
        print(f"{name:38} {cost * 1e3:8.1f} ms   {cost / floor:.2f}x")


if __name__ == "__main__":
    _updates()
    _long_conversation()
    _imports()
    _memory()
