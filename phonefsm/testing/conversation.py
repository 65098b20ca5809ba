# SPDX-License-Identifier: Apache-2.0
"""Plays a caller and a model against a capture, event by event, and checks the invariants at each."""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, Self

from phonefsm.capture import PhoneCapture
from phonefsm.conversation import QUIET, CallLine, play
from phonefsm.errors import PhoneFsmError
from phonefsm.table import OPEN
from phonefsm.tools import ToolReply
from phonefsm.verify.alphabet import Act, Spoken, batch
from phonefsm.verify.invariants import INVARIANTS, Invariant, Moment, Setting
from phonefsm.verify.report import conversation_file
from phonefsm.verify.story import Event, Story, View

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

GENERATIONS: Final = 4
"""Generations of the model that answer one turn of the caller."""


class BrokenInvariantError(PhoneFsmError, AssertionError):
    """A conversation broke what must hold; ``lines`` are a conversation file that shows it."""

    def __init__(self, name: str, wrong: str, lines: Sequence[str]) -> None:
        super().__init__(f"{name}: {wrong}\n" + "\n".join(lines))
        self.name = name
        self.wrong = wrong
        self.lines = tuple(lines)


class Generation(NamedTuple):
    """What a model puts out at once: tool calls, and what it says after them."""

    calls: tuple[CallLine, ...] = ()
    speech: tuple[Act, ...] = ()


class Caller(Protocol):
    """Whoever speaks for the caller."""

    def turn(self, heard: Sequence[Spoken]) -> Act:
        """Return what the caller says or does next; ``heard`` is what the agent said since the last turn."""


class Model(Protocol):
    """Whatever answers in place of a language model."""

    def respond(self, said: Act | None, capture: PhoneCapture) -> Generation:
        """Return the next generation; ``said`` is the caller's turn, or ``None`` once its calls were answered."""


class Conversation:
    """A capture and all that was said and done around it, with the invariants checked at each event.

    Args:
        capture: a fresh one.
        caller_id: the one that the capture was given, for ``lines``.
        invariants: what is checked; all that policy and host promise, unless told.
        logger: for captures that take this one's place, at a snapshot.
        raises: whether a broken invariant raises ``BrokenInvariantError``; else it is kept in ``broken``.
    """

    def __init__(
        self,
        capture: PhoneCapture,
        *,
        caller_id: str | None = None,
        invariants: Sequence[Invariant] | None = None,
        raises: bool = True,
        logger: "FilteringBoundLogger | None" = QUIET,
    ) -> None:
        self.capture = capture
        self.setting = Setting(capture.policy, capture.observes)
        self.acts: list[Act] = []
        """What was said and done so far."""
        self.broken: list[tuple[str, str]] = []
        """The names of broken invariants, and what was wrong."""
        self._caller_id = caller_id
        self._logger = logger
        self._raises = raises
        self._story = Story(presumed=self.setting.presumes_read)
        self._invariants = (
            [each for each in INVARIANTS if each.given_up(self.setting) is None] if invariants is None else invariants
        )

    def play(self, act: Act) -> Sequence[ToolReply]:
        """Play one act and return what the capture replied.

        Raises:
            BrokenInvariantError: an invariant does not hold, and ``raises`` is set.
        """
        earlier = copy(self.capture)
        before = View.of(earlier)
        self.capture, replies = play(self.capture, act.event, self._logger)
        self.acts.append(act)
        event = Event(act, before, tuple(replies), View.of(self.capture))
        moment = Moment(event, self._story.up_to(act, before), earlier, self.capture, self.setting)
        for invariant in self._invariants:
            wrong = invariant.check(moment)
            if wrong is not None:
                self.broken.append((invariant.name, wrong))
                if self._raises:
                    raise BrokenInvariantError(invariant.name, wrong, self.lines)
        self._story = self._story.tell(event)
        return replies

    def run(self, caller: Caller, model: Model, *, turns: int = 12, host: Callable[[], Iterable[Act]] = tuple) -> Self:
        """Let ``caller`` and ``model`` talk until the capture ends, for at most ``turns`` turns of the caller.

        ``host`` says what the host does before each of them, such as a restart from a snapshot.
        """
        heard: list[Spoken] = []
        for _ in range(turns):
            for act in host():
                self.play(act)
            if self.capture.state not in OPEN:
                break
            turn = caller.turn(heard)
            heard = []
            self.play(turn)
            said: Act | None = turn
            for _ in range(GENERATIONS):
                if self.capture.state not in OPEN:
                    return self
                generation = model.respond(said, self.capture)
                if generation.calls:
                    self.play(batch(*generation.calls))
                for act in generation.speech:
                    self.play(act)
                    if isinstance(act.means, Spoken):
                        heard.append(act.means)
                if not generation.calls:
                    break
                said = None
        return self

    @property
    def lines(self) -> list[str]:
        """The conversation so far as the lines of a conversation file."""
        return list(conversation_file(self.setting, self.acts, caller_id=self._caller_id))
