# SPDX-License-Identifier: Apache-2.0
"""A conversation in the terminal, or on lines that are piped in."""

import sys
from typing import Literal, Protocol

from phonefsm import CapturePolicy, Instructions, PhoneCapture, ToolReply
from phonefsm.cli.screen import Screen
from phonefsm.conversation import QUIET
from phonefsm.dialogue import Dialogue

_HELP = "An empty line is silence. /keys 4155# presses keys. /quit leaves."

Modality = Literal["audio", "text"]


class Driver(Protocol):
    """Who plays the agent; it reports to the capture what it says."""

    replies: tuple[ToolReply, ...]
    """The capture's replies to what the latest turn led to."""

    def open(self) -> list[str]:
        """Return what to say first, line by line."""

    def heard(self, text: str) -> list[str]:
        """Return what to say to a caller's turn; a blank one is silence."""

    def keys(self, keys: str) -> list[str]:
        """Return what to say to a keypad entry."""


class _BuiltIn:
    """The driver that needs no model."""

    def __init__(self, capture: PhoneCapture, modality: Modality) -> None:
        self._dialogue, self._modality = Dialogue(capture), modality
        self.replies: tuple[ToolReply, ...] = ()

    def open(self) -> list[str]:
        return self._said(self._dialogue.open())

    def heard(self, text: str) -> list[str]:
        return self._said(self._dialogue.heard(text, self._modality))

    def keys(self, keys: str) -> list[str]:
        return self._said(self._dialogue.keys(keys))

    def _said(self, words: Instructions) -> list[str]:
        """Report ``words`` as played."""
        text = str(words.as_modality(self._modality))
        self.replies = self._dialogue.replies
        self._dialogue.capture.agent_said(text)
        return [text]


class Chat:
    """The person at the terminal is the caller.

    Args:
        policy: of the capture.
        modality: as what the caller's lines count.
        screen: where it is shown.
        model: who plays the agent, as ``openai:NAME``; ``None``: the built-in driver.
        base_url: another server that speaks the model's format.

    Raises:
        PhoneFsmError: the model cannot be had; the message says why.

    """

    def __init__(
        self,
        policy: CapturePolicy,
        modality: Modality,
        screen: Screen,
        *,
        model: str | None = None,
        base_url: str | None = None,
    ) -> None:
        self._capture = PhoneCapture(policy, logger=QUIET)
        self._driver = self._driver_for(model, base_url, modality)
        self._screen = screen
        self._watched = screen.is_terminal and sys.stdin.isatty()

    def run(self) -> None:
        """Talk until the capture ends, the input does or the caller leaves; then show the outcome.

        Raises:
            PhoneFsmError: the model cannot be reached, or does not answer.
        """
        if self._watched:
            self._screen.note(_HELP)
        self._show(self._driver.open())
        while self._capture.outcome is None:
            line = self._line()
            if line is None or line == "/quit":
                break
            answer = self._answer(line)
            if answer is None:
                self._screen.note(_HELP)
                continue
            self._screen.moves(self._driver.replies)
            self._show(answer)
        self._screen.outcome(self._capture)

    def _driver_for(self, model: str | None, base_url: str | None, modality: Modality) -> Driver:
        if model is None:
            return _BuiltIn(self._capture, modality)
        from phonefsm.cli.model import Model  # here: nothing of a provider is needed without one

        return Model(self._capture, model, base_url, modality)

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

    def _answer(self, line: str) -> list[str] | None:
        """Return what to say to the caller's line, or ``None`` for a command that there is not."""
        command, _, rest = line.partition(" ")
        if command == "/keys":
            return self._driver.keys(rest)
        return None if command.startswith("/") else self._driver.heard(line)

    def _show(self, lines: list[str]) -> None:
        """Show what was said, and how the capture stands then."""
        for text in lines:
            self._screen.line("agent", text, self._capture.state.value if self._watched else "")
        self._screen.state(self._capture)
