# SPDX-License-Identifier: Apache-2.0
"""What was said so far and what it amounts to, told from meanings alone: the second opinion that proofs rest on.

Nothing here looks at a capture's evidence, consent or receipt. A story is told event by event and knows what the
caller gave, and how far the number that is pending, or could become so, was heard and agreed to. It is a value:
telling more of it makes a new one.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, NamedTuple, Self

import phonenumbers

from phonefsm.capture import PhoneCapture
from phonefsm.conversation import Calls, User
from phonefsm.table import OPEN, Code, State, Trigger
from phonefsm.tools import ToolReply
from phonefsm.verify.alphabet import Act, Answer, Said, Spoken

PIECES: Final = 5
"""Pieces of what was said that a number may be put together from: those of a correction, and of what it corrects."""
PIECE: Final = 3
"""Digits that make a piece, or an objection; fewer make a piece only where no more than four were said at once."""
_CLAIMS: Final = (Trigger.UPDATE, Trigger.EXTEND)
_REFUSED: Final = (Code.NOT_HEARD, Code.WHICH_NUMBER)


class View(NamedTuple):
    """What a capture shows of itself at one moment."""

    state: State
    number: str | None
    generation: int
    part: str
    attempts: int
    rejections: int
    silences: int
    refusals: int

    @classmethod
    def of(cls, capture: PhoneCapture) -> Self:
        """Look at ``capture``."""
        session, _ = capture.standing
        number = capture.number
        return cls(
            state=session.state,
            number=str(number) if number else None,
            generation=session.generation,
            part=session.part,
            attempts=session.attempts,
            rejections=session.rejections,
            silences=session.silences,
            refusals=session.refusals,
        )

    @property
    def pending(self) -> str | None:
        """The number that waits for an answer."""
        return self.number if self.state is State.PENDING_CONFIRMATION else None


class Event(NamedTuple):
    """An act, and what the capture made of it."""

    act: Act
    before: View
    replies: Sequence[ToolReply]
    after: View


class Heard(NamedTuple):
    """How far the caller has come with one number."""

    read: bool = False
    """The caller heard it whole, and nothing was said against it since."""
    agreed: bool = False
    """And then agreed, and nothing was said against that."""

    def answered(self, *, presumed: bool) -> "Heard":
        """Return how far it has come with the caller's agreement."""
        return self._replace(agreed=self.read or presumed)


class Story(NamedTuple):
    """A conversation so far.

    ``presumed``: read-backs are not seen, or need not be, so that every caller's turn is taken to answer one.
    """

    presumed: bool = False
    said: frozenset[str] = frozenset()
    """Strings of digits that the caller said."""
    given: frozenset[str] = frozenset()
    """Whole numbers that the words since the last candidate hold, none of them taken back by those words."""
    parts: str = ""
    """The digits of parts among those words, behind the last whole number and the last no."""
    last: str = ""
    """The digits of the last of those parts."""
    doubt: bool = False
    """A no, or words that are not known, came after a whole number."""
    voice: bool = False
    """Digits came otherwise than typed, or the capture was reopened."""
    corrected: frozenset[str] = frozenset()
    """Numbers that the caller gave, and then other digits in place of them."""
    candidate: Heard = Heard()
    """The number that is pending."""
    heard: tuple[tuple[str, Heard], ...] = ()
    """Numbers that were read, with nothing said against them since."""
    presumably: Heard = Heard()
    """Any other number; it has come far only where read-backs are presumed."""
    turns: int = 0
    """Turns with digits since the last candidate."""
    last_read: frozenset[str] = frozenset()
    """Numbers that were read since the caller last spoke."""
    half: str = ""
    """A number of which the first half was just said."""
    calls: int = 0
    """Tool calls since the start, or the last ``reopen``; repeated ones count once."""
    ids: frozenset[tuple[str, str]] = frozenset()
    """Ids and names of those that have an id."""
    unheard: "Unheard | None" = None

    def tell(self, event: Event) -> "Story":
        """Return the story with ``event`` in it."""
        act = event.act
        line = act.event
        if isinstance(line, User) and self.unheard is not None and line.id == self.unheard.id:
            return self.unheard.resolved(act, event)
        told = self.hears(act.means, event.before) if act.means is not None else self
        told = told._acts(event)
        if isinstance(line, User) and line.user is None and line.id is not None:
            return told._replace(unheard=Unheard(line.id, self._replace(unheard=None), event, ()))
        if told.unheard is not None:
            told = told._replace(unheard=told.unheard._replace(since=(*told.unheard.since, event)))
        return told

    def up_to(self, act: Act, before: View) -> "Story":
        """Return the story with the words of ``act`` in it, and not what comes of them; late words stay out."""
        late = isinstance(act.event, User) and self.unheard is not None and act.event.id == self.unheard.id
        return self if act.means is None or late else self.hears(act.means, before)

    # What is said.

    def hears(self, means: Said | Spoken, before: View) -> "Story":
        """Return the story with an utterance in it; ``before``: how the capture stood."""
        return self._caller(means, before) if isinstance(means, Said) else self._agent(means, before)

    def _caller(self, said: Said, before: View) -> "Story":
        story = self
        answer = said.answer
        if said.keyed and before.pending and said.digits in ("1", "2"):
            answer, said = (Answer.AGREES if said.digits == "1" else Answer.OBJECTS), Said()
        if not said.known:
            story = story._all(lambda heard: heard._replace(agreed=False))
        elif len(said.numbers) == 1 and answer is None:
            # The same number said again is agreement, any other one an objection.
            (number,) = said.numbers
            again = ((number, Heard(agreed=True)),) if self.presumed and number in self.given else ()
            story = story._replace(
                candidate=story.candidate.answered(presumed=self.presumed) if before.pending == number else Heard(),
                heard=again
                + tuple(
                    (known, heard.answered(presumed=self.presumed)) for known, heard in story.heard if known == number
                ),
                presumably=Heard(),
            )
        elif answer is Answer.AGREES:
            story = story._all(lambda heard: heard.answered(presumed=self.presumed))
        elif answer is Answer.OBJECTS or said.numbers or len(said.digits) >= PIECE:
            story = story._all(lambda _: Heard())
        elif answer is Answer.TALKS:
            story = story._all(lambda heard: heard if heard.agreed else Heard())
        # A yes, an "uh-huh" or an echo between the halves of a read-back leaves it one.
        echo = answer in (Answer.UNCLEAR, Answer.AGREES) or (
            answer is None and (said.digits or said.numbers == (story.half,))
        )
        story = story._replace(last_read=frozenset(), half=story.half if echo else "")
        if said.numbers or said.digits:
            return story._gives(said, before)
        if said.known and answer is not Answer.OBJECTS:
            return story
        return story._replace(doubt=bool(story.given), parts="", last="")

    def _gives(self, said: Said, before: View) -> "Story":
        digits = {form for number in said.numbers for form in _forms(number)} | ({said.digits} - {""})
        objects = said.answer is Answer.OBJECTS
        earlier = {before.number, *self.given} - {None, *said.numbers}
        return self._replace(
            said=self.said | digits,
            given=frozenset(said.numbers) if objects and said.numbers else self.given | frozenset(said.numbers),
            parts=said.digits if objects or said.numbers else self.parts + said.digits,
            last=said.digits,
            doubt=not said.numbers and self.doubt,
            voice=self.voice or not said.typed,
            corrected=(self.corrected | {number for number in earlier if number}) - frozenset(said.numbers),
            turns=self.turns + 1,
        )

    def _agent(self, spoken: Spoken, before: View) -> "Story":
        numbers, half = spoken.numbers, self.half
        if spoken.half is not None:
            number, which = spoken.half
            numbers = (number,) if which == 2 and half == number else ()
            half = number if which == 1 else half
        if not numbers:
            return self._replace(half=half)
        one = numbers[0] if len(numbers) == 1 else None
        story = self._replace(
            half="",
            candidate=self.candidate if before.pending == one else Heard(),
            heard=tuple((number, heard) for number, heard in self.heard if number == one),
            last_read=self.last_read & {one},
            presumably=Heard(),
        )
        if one is None or not spoken.played:
            return story
        read = Heard(read=True)
        return story._replace(
            candidate=read if before.pending == one else story.candidate,
            heard=((one, read),),
            last_read=frozenset({one}),
        )

    def _all(self, change: "Callable[[Heard], Heard]") -> "Story":
        heard = ((number, change(heard)) for number, heard in self.heard)
        return self._replace(
            candidate=change(self.candidate),
            heard=tuple(pair for pair in heard if pair[1] != Heard()),
            presumably=change(self.presumably),
        )

    # What is done.

    def _acts(self, event: Event) -> "Story":
        before, after = event.before, event.after
        story = self
        if self._refused(event):
            story = story._all(lambda _: Heard())._replace(last_read=frozenset(), half="")
        if isinstance(event.act.event, Calls):
            story = story._called(event.act.event)
        if after.state in OPEN and before.state not in OPEN:
            return story._taken_back(frozenset())._replace(calls=0, ids=frozenset(), voice=True)
        if after.generation - before.generation > (after.pending is not None):
            story = story._taken_back(story.last_read)
        if after.pending is None:
            began = after.state is State.COMPLETED and after.generation != before.generation
            return story._begun() if began else story._replace(candidate=Heard())
        if after.generation == before.generation:
            return story
        if story.turns:
            heard = dict(story.heard).get(after.pending, story.presumably)
        else:
            heard = Heard(read=after.pending in story.last_read)
        return story._begun()._replace(candidate=heard)

    def _refused(self, event: Event) -> bool:
        """Whether a claim was refused just now; a repeated call gets its first reply again, and does nothing."""
        refused = [reply for reply in event.replies if reply.name in _CLAIMS and reply.code in _REFUSED]
        return any((reply.call_id, reply.name) not in self.ids for reply in refused)

    def _taken_back(self, read: frozenset[str]) -> "Story":
        """Return the story without what was heard and agreed to, but for what was just ``read``."""
        heard = tuple((number, Heard(read=True)) for number in sorted(read))
        return self._replace(candidate=Heard(), heard=heard, presumably=Heard(), last_read=read)

    def _called(self, calls: Calls) -> "Story":
        ids = {(call.id, call.name) for call in calls.call if call.id is not None} - self.ids
        return self._replace(
            calls=self.calls + len(ids) + sum(call.id is None for call in calls.call), ids=self.ids | ids
        )

    def _begun(self) -> "Story":
        return self._replace(
            candidate=Heard(), heard=(), presumably=Heard(), turns=0, given=frozenset(), parts="", last="", doubt=False
        )

    # What it amounts to.

    def could_be(self, number: str) -> bool:
        """Whether the caller's words can hold ``number``: said whole, or put together from what was said."""
        _, _, extension = number.partition(";ext=")
        heard = any(_composed(form, self.said, PIECES) for form in _forms(number))
        return heard and (not extension or any(extension in digits for digits in self.said))

    def is_all(self, number: str) -> bool:
        """Whether ``number``, and nothing else, is what the caller typed since the last candidate."""
        if self.doubt or self.voice:
            return False
        parts = not {self.parts.lstrip("+"), self.last.lstrip("+")}.isdisjoint(_forms(number))
        return self.given == {number} and (parts or not self.parts) if self.given else parts


class Unheard(NamedTuple):
    """A caller's turn without its words yet: the story before it, and what came since."""

    id: str
    story: Story
    event: Event
    since: tuple[Event, ...]

    def resolved(self, act: Act, now: Event) -> Story:
        """Return the story as it is with the words of ``act`` in their place."""
        known = act._replace(event=act.event.model_copy(update={"id": None}))
        story = self.story.tell(self.event._replace(act=known))
        for event in self.since:
            story = story.tell(event)
        return story._acts(now)


@cache
def _forms(number: str) -> tuple[str, ...]:
    """Return the digits of ``number``, from abroad, at home, and without any prefix; its extension is left out."""
    e164 = number.partition(";ext=")[0]
    parsed = phonenumbers.parse(e164)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    at_home = "".join(char for char in national if char.isdecimal())
    return e164[1:], at_home, phonenumbers.national_significant_number(parsed)


def _composed(target: str, said: frozenset[str], pieces: int) -> bool:
    if not target:
        return True
    if not pieces:
        return False
    for length in range(len(target), 0, -1):
        piece = target[:length]
        if any(piece in digits and (length >= PIECE or len(digits) <= PIECE + 1) for digits in said) and _composed(
            target[length:], said, pieces - 1
        ):
            return True
    return False
