# SPDX-License-Identifier: Apache-2.0
"""What the commands show: lines of a conversation, and how the capture stands."""

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.text import Text

from phonefsm import Completed, Declined, Escalated, PhoneCapture, ToolReply
from phonefsm.conversation import Agent, Calls, Event, Keys, Reopen, Setup, Silence, SnapshotLine, User

_STYLES: Final = {"agent": "bold", "caller": "cyan", "call": "magenta", "reply": "green", "refused": "red"}
_WIDTH: Final = 8


def shown(text: str) -> str:
    """Return ``text`` without what a terminal would act on."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in text)


class Screen:
    """Writes to standard output: in colour on a terminal, plain lines elsewhere, wrapped by neither.

    Args:
        trace: whether the state, consent and evidence are shown.

    """

    def __init__(self, *, trace: bool = False) -> None:
        self._console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
        self._trace = trace

    @property
    def is_terminal(self) -> bool:
        """Whether someone may be looking."""
        return self._console.is_terminal

    def line(self, who: str, text: str, aside: str = "") -> None:
        """Show a line of the conversation; ``aside`` stands dimmed behind it."""
        style = _STYLES.get(who, "dim")
        words = (
            Text().append(f"{who:<{_WIDTH}}", style=style).append(shown(text), style=style if style == "dim" else "")
        )
        if aside:
            words.append(f"   [{aside}]", style="dim")
        self._console.print(words)

    def note(self, text: str) -> None:
        """Show a line that is not part of the conversation."""
        self._console.print(Text(shown(text), style="dim"))

    def ask(self) -> None:
        """Show that it is the caller's turn."""
        self._console.print(Text(f"{'you':<{_WIDTH}}", style=_STYLES["caller"]), end="")

    def event(self, event: Event, replies: Iterable[ToolReply]) -> None:
        """Show one event of a conversation file and the replies to it."""
        match event:
            case Setup():
                self.line("policy", str(event.policy))
                for earlier in event.history:
                    self.event(earlier, ())
            case User():
                self.line("caller", "(words not known)" if event.user is None else event.user)
            case Agent():
                cut = {True: "cut there", None: "cut somewhere", False: ""}[event.interrupted]
                self.line("agent", event.agent, cut)
            case Calls():
                for call in event.call:
                    self.line("call", f"{call.name} {call.arguments!r}")
            case Keys():
                self.line("caller", f"(keys) {event.keys}")
            case Silence():
                self.line("caller", "(silence)")
            case Reopen():
                self.line("host", "reopens")
            case SnapshotLine():
                self.line("host", "takes a snapshot and restores it")
        if isinstance(event, Calls) or self._trace:
            self.replies(replies)

    def replies(self, replies: Iterable[ToolReply]) -> None:
        """Show what the capture replied."""
        for reply in replies:
            self.line("refused" if reply.is_error else "reply", f"{reply.code}: {reply.text}")

    def moves(self, replies: Iterable[ToolReply]) -> None:
        """Show, where traced, which calls a driver made and what came of them."""
        if self._trace:
            for reply in replies:
                self.line("refused" if reply.is_error else "reply", f"{reply.name}: {reply.code}")

    def state(self, capture: PhoneCapture) -> None:
        """Show, where traced, how the capture stands."""
        if not self._trace:
            return
        receipt = capture.receipt
        facts = [f"state={capture.state}", f"consent={capture.consent}", f"generation={capture.generation}"]
        if capture.number is not None:
            facts.append(f"number={capture.number}")
            facts += [f"heard={receipt.heard}", f"read_back={receipt.read_back}", f"agreement={receipt.agreement}"]
        if capture.part:
            facts.append(f"part={capture.part}")
        self.line("", " ".join(facts))

    def outcome(self, capture: PhoneCapture) -> None:
        """Show how it ended, or where it stands."""
        match capture.outcome:
            case Completed(number):
                end = number.e164 if number.extension is None else f"{number.e164} ext. {number.extension}"
            case Declined(reason) | Escalated(reason):
                end = reason
            case _:
                end = "no number"
        self._console.print(Text(shown(f"{capture.state}: {end}"), style="bold"))
