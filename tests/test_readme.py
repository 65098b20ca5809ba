# SPDX-License-Identifier: Apache-2.0
"""What the README shows is run as it stands."""

import contextlib
import io
import re
import unittest
from pathlib import Path

from hypothesis import settings

from phonefsm import PhoneCapture, State
from phonefsm.conversation import Player, read

README = Path(__file__).parent.parent.joinpath("README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_embedding_example_runs_and_is_ten_lines_at_most() -> None:
    example = next(block for block in _blocks("python") if "PhoneCapture" in block)
    assert len(example.strip().splitlines()) <= 10
    printed, space = io.StringIO(), dict[str, object]()
    with contextlib.redirect_stdout(printed):
        exec(example, space)  # noqa: S102 - it is the README's own
    capture = space["capture"]
    assert isinstance(capture, PhoneCapture)
    assert capture.state is State.COMPLETED
    said = re.search(r"print\(.*# (.*)", example)
    assert said is not None
    assert printed.getvalue().splitlines()[-1] == said[1]


def test_the_numbers_that_are_said_are_said_as_shown() -> None:
    example = next(block for block in _blocks("python") if "import say" in block)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(example, {})  # noqa: S102 - it is the README's own
    shown = re.findall(r"# (.*)", example)
    assert len(shown) > 5
    assert printed.getvalue().splitlines() == shown


def test_the_conversation_file_that_is_shown_ends_as_the_readme_says() -> None:
    (lines,) = _blocks("json")
    player = Player()
    for numbered in read(lines.encode().splitlines()):
        player.play_line(numbered)
    assert player.capture.state is State.PENDING_CONFIRMATION
    assert player.replies[-1].code == "not_read_back"


def test_the_misbehaving_model_that_is_shown_runs() -> None:
    example = next(block for block in _blocks("python") if "MisbehavingModel" in block)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(example, {})  # noqa: S102 - it is the README's own
    assert printed.getvalue().splitlines()[-1].split()[0] in set(State)


def test_the_hypothesis_tests_that_are_shown_run() -> None:
    example = next(block for block in _blocks("python") if "CaptureMachine" in block)
    space: dict[str, object] = {}
    exec(example, space)  # noqa: S102 - it is the README's own
    machine, numbers = space["TestOurs"], space["test_ours"]
    assert isinstance(machine, type)
    assert issubclass(machine, unittest.TestCase)
    result = unittest.TestResult()
    machine.settings = settings(max_examples=5, deadline=None)  # type: ignore[attr-defined]
    unittest.defaultTestLoader.loadTestsFromTestCase(machine).run(result)
    assert result.testsRun == 1
    assert result.wasSuccessful()
    assert callable(numbers)
    numbers()
