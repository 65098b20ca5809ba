# SPDX-License-Identifier: Apache-2.0
"""A conversation in the terminal, or on lines that are piped in."""

import sys
from typing import Literal

from phonefsm import CapturePolicy, Instructions, PhoneCapture
from phonefsm.cli.screen import Screen
from phonefsm.conversation import QUIET
from phonefsm.dialogue import Dialogue

_HELP = "An empty line is silence. /keys 4155# presses keys. /quit leaves."


class Chat:
    """The person at the terminal is the caller, and the built-in driver is the agent.

    Args:
        policy: of the capture.
        modality: as what the caller's lines count.
        screen: where it is shown.

    """

    def __init__(self, policy: CapturePolicy, modality: Literal["audio", "text"], screen: Screen) -> None:
        self._capture = PhoneCapture(policy, logger=QUIET)
        self._driver = Dialogue(self._capture)
        self._modality = modality
        self._screen = screen
        self._watched = screen.is_terminal and sys.stdin.isatty()

    def run(self) -> None:
        """Talk until the capture ends, the input does or the caller leaves; then show the outcome."""
        if self._watched:
            self._screen.note(_HELP)
        self._say(self._driver.open())
        while self._capture.outcome is None:
            line = self._line()
            if line is None or line == "/quit":
                break
            answer = self._answer(line)
            if answer is None:
                self._screen.note(_HELP)
                continue
            self._screen.moves(self._driver.replies)
            self._say(answer)
        self._screen.outcome(self._capture)

    def _line(self) -> str | None:
        """Return the caller's next line, or ``None`` at the end of input."""
        if self._watched:
            self._screen.ask()
        line = sys.stdin.readline()
        if not line:
            if self._watched:
                self._screen.note("")  # the cursor still stands behind the caller's name
            return None
        line = line.strip()
        if not self._watched:
            self._screen.line("caller", line or "(silence)")
        return line

    def _answer(self, line: str) -> Instructions | None:
        """Return what to say to the caller's line, or ``None`` for a command that there is not."""
        command, _, rest = line.partition(" ")
        if command == "/keys":
            return self._driver.keys(rest)
        return None if command.startswith("/") else self._driver.heard(line, self._modality)

    def _say(self, words: Instructions) -> None:
        """Speak, and report it as played."""
        text = str(words.as_modality(self._modality))
        self._screen.line("agent", text, self._capture.state.value if self._watched else "")
        self._capture.agent_said(text)
        self._screen.state(self._capture)
