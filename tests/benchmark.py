# SPDX-License-Identifier: Apache-2.0
"""Prints speed as ratios to a floor measured in the same run: ``python -m tests.benchmark``. Nothing asserts on it."""

import compileall
import gc
import logging
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import phonenumbers
import structlog

try:
    from text_to_num import alpha2digit
except ImportError:
    alpha2digit = None
from pydantic import BaseModel, ConfigDict

import phonefsm
from phonefsm import CapturePolicy, PhoneCapture, ToolCall
from phonefsm.speech import digits, hear, runs
from phonefsm.speech.words import languages

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


# About twenty words each.
PHRASES = (
    "yes sure so my number is four one five five five five oh one two three and thank you very much",
    "you can reach me at two one two triple five zero one four seven or at seven one eight double five",
    "my phone number is area code four one five and then six sixty six hundred twenty two eighteen okay",
    "well it is eight hundred five five five twelve thirty four sorry twelve thirty five is the right one i think",
)
# Pieces that are repeated to long texts.
NASTY = (
    *("double ", "double " * 50 + "five ", "+", "+1 ", "plus ", "212 555 0147 ", "to for ate ", "5\u200d", "का", "x"),
    *(
        "hundred ",
        "two hundred ",
        "zweihundert",
        "xhundert ",
        "mil ",
        "doscientos ",
        "quatre vingt ",
        "quatre-vingt dix ",
    ),
    *("five three times ", "5 extension ", "415 sorry ", "5 not 4 ", "last four ", "un ", "cinco y ", "1-800-FLOW"),
    *("5 uh ", "a'", "france ", "0", "area code 415 ", "5" + " " * 99),
    *("5, ", "5 w ", "5 oh sorry ", "three fives ", "no for 89 ", "the 5 is a 6 ", "second five "),
)


def _hearing() -> None:
    """Print a phrase's time, as a ratio to a compiled parser of number words, and the worst of hostile inputs."""
    rounds: dict[str, list[float]] = {"hear": [], "text2num": []}
    for phrase in PHRASES:
        for name, run in (("hear", hear), ("text2num", lambda text: alpha2digit(text, "en"))):
            if name == "text2num" and alpha2digit is None:
                continue
            took = []
            for _ in range(COUNT):
                start = time.perf_counter()
                run(phrase)
                took.append(time.perf_counter() - start)
            rounds[name].append(statistics.median(took))
    heard = statistics.median(rounds["hear"])
    print(f"{'hear, twenty words':38} {heard * 1e6:8.1f} us   ", end="")
    if alpha2digit is None:
        print("(text2num is not installed: nothing to compare with)")
    else:
        print(f"{heard / statistics.median(rounds['text2num']):.1f}x text2num on the same phrases")
    worst = (0.0, "", "")
    for language in languages():
        for piece in NASTY:
            text = piece * (32_000 // len(piece))
            for listen in (hear, runs, digits):
                start = time.process_time()
                listen(text, language=language)
                each = (time.process_time() - start) / len(text.encode()) * 1024
                worst = max(worst, (each, language, piece[:16]))
    print(f"{'worst input, a kilobyte':38} {worst[0] * 1e3:8.2f} ms   {worst[2]!r} in {worst[1]}")


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
    _hearing()
    _updates()
    _long_conversation()
    _imports()
    _memory()
