# SPDX-License-Identifier: Apache-2.0
"""What must hold of every conversation, whatever the model does; each in plain words, and checked on its own.

An invariant looks at one event: how the capture stood before and after, what it replied, and the story so far. It
returns a sentence where it is broken. What it asks of policy and host stands beside it: where one of them gives a
check up, the invariant is not promised, and the reason says who gave it up.
"""

from collections.abc import Callable
from copy import copy
from typing import Final, NamedTuple

from phonefsm.capture import PhoneCapture
from phonefsm.checks import Observation, checks_for
from phonefsm.conversation import QUIET, Calls, Reopen, SnapshotLine, play
from phonefsm.policy import CapturePolicy, Limits
from phonefsm.speech import has_lexicon
from phonefsm.table import FINAL, MALFORMED, OPEN, Code, State, Trigger
from phonefsm.verify.story import Event, Story, View

LONGEST_PART: Final = 24
"""Digits of a part at most: what is kept of one run."""
_REFUSALS: Final = frozenset(
    {
        Code.NOT_HEARD,
        Code.WHICH_NUMBER,
        Code.NOT_READ_BACK,
        Code.NOT_ANSWERED,
        Code.UNCLEAR,
        Code.OBJECTED,
        Code.NOT_ALONE,
        Code.NOT_DECLINED,
        Code.NOTHING_PENDING,
        Code.FINISHED,
        Code.NOT_FINISHED,
        *MALFORMED,
    }
)


class Setting(NamedTuple):
    """Under what a conversation takes place."""

    policy: CapturePolicy
    observes: frozenset[Observation]

    @property
    def presumes_read(self) -> bool:
        """Whether read-backs are not seen, or need not be."""
        return checks_for(self.policy.evidence, self.policy.language, self.observes).presume_read


class Moment(NamedTuple):
    """One event of a conversation, with all that may be asked about it."""

    event: Event
    story: Story
    """What was said up to the event, its own words included, and what was done before it."""
    earlier: PhoneCapture
    """The capture before the event."""
    capture: PhoneCapture
    """The capture behind it."""
    setting: Setting

    @property
    def before(self) -> View:
        """How the capture stood."""
        return self.event.before

    @property
    def after(self) -> View:
        """How it stands."""
        return self.event.after

    @property
    def completed(self) -> str | None:
        """The number that this very event completed."""
        return self.after.number if self.before.state in OPEN and self.after.state is State.COMPLETED else None

    @property
    def confirmed(self) -> bool:
        """Whether the caller was asked: it was completed by a ``confirm``."""
        return any(reply.name == Trigger.CONFIRM.value and reply.code is Code.COMPLETED for reply in self.event.replies)


class Invariant(NamedTuple):
    """A rule: its name, what it says, the check, and the reason why a setting does not promise it, if there is one."""

    name: str
    text: str
    check: Callable[[Moment], str | None]
    given_up: Callable[[Setting], str | None]


# What a policy or a host may give up.


def _kept(_: Setting) -> None:
    """Return no reason: it is always promised."""


def _evidence(check: str, setting: Setting) -> str | None:
    rule = getattr(setting.policy.evidence, check)
    if rule == "require":
        return None
    if rule is not None:
        return f"the policy sets evidence.{check} to {rule}"
    if not has_lexicon(setting.policy.language):
        return f"no words are known in the language {setting.policy.language!r}"
    seen = Observation.AGENT if check == "read_back" else Observation.CALLER
    return None if seen in setting.observes else f"the host does not report the {seen.value}'s words"


def _heard(setting: Setting) -> str | None:
    return _evidence("heard", setting)


def _read_back(setting: Setting) -> str | None:
    return _confirmation(setting) or _evidence("read_back", setting)


def _agreement(setting: Setting) -> str | None:
    return _confirmation(setting) or _evidence("agreement", setting)


def _answered(setting: Setting) -> str | None:
    return _read_back(setting) or _agreement(setting)


def _confirmation(setting: Setting) -> str | None:
    return "the policy sets require_confirmation to false" if setting.policy.require_confirmation is False else None


# The promise.


def completed_only_if_given(moment: Moment) -> str | None:
    """A number is completed only if the caller gave it: said whole, or put together from what they said."""
    number = moment.completed
    if number is None or moment.story.could_be(number):
        return None
    return f"{number} is completed, and the caller did not give it"


def completed_only_if_read_back(moment: Moment) -> str | None:
    """A confirmed number was read back after it was given, whole and as played, and no other number after it."""
    if moment.completed is None or not moment.confirmed or moment.story.candidate.read:
        return None
    return f"{moment.completed} is completed, and the caller has not heard it"


def completed_only_if_agreed(moment: Moment) -> str | None:
    """A confirmed number was clearly agreed to in a later turn than it was heard in, and nothing took that back."""
    if moment.completed is None or not moment.confirmed or moment.story.candidate.agreed:
        return None
    return f"{moment.completed} is completed, and the caller has not agreed to it"


def never_a_corrected_number(moment: Moment) -> str | None:
    """A number that the caller has since corrected is completed only if it was agreed to, or typed, anew."""
    number, story = moment.completed, moment.story
    if number is None or number not in story.corrected or story.candidate.agreed or story.is_all(number):
        return None
    return f"{number} is completed, and the caller has put another in its place"


def unconfirmed_only_if_typed(moment: Moment) -> str | None:
    """A number that nobody was asked about is exactly what the caller typed, and all of it was typed."""
    number = moment.completed
    if number is None or moment.confirmed or moment.story.is_all(number):
        return None
    return f"{number} is completed without a question, and it is not just what the caller typed"


# The machine.


def final_states_stay(moment: Moment) -> str | None:
    """A final state moves by ``reopen`` alone, and its number stays."""
    before, after = moment.before, moment.after
    if before.state in OPEN or isinstance(moment.event.act.event, Reopen):
        return None
    return None if (before.state, before.number) == (after.state, after.number) else f"{before.state} has moved"


def refusals_change_nothing(moment: Moment) -> str | None:
    """What was refused, calls or a ``reopen``, changed nothing but the count of refusals, and consent."""
    replies = moment.event.replies
    if not isinstance(moment.event.act.event, Calls | Reopen):
        return None
    if not replies or not all(reply.code in _REFUSALS for reply in replies):
        return None
    kept = moment.before._replace(refusals=0) == moment.after._replace(refusals=0)
    return None if kept else "a refused call has changed something"


def counts_never_fall(moment: Moment) -> str | None:
    """Attempts, rejections and the generation never fall, but for the counts at a ``reopen``."""
    before, after = moment.before, moment.after
    if after.generation < before.generation:
        return "the generation has fallen"
    reopened = before.state in FINAL and after.state in OPEN
    if reopened or (after.attempts >= before.attempts and after.rejections >= before.rejections):
        return None
    return "a count has fallen"


def most_calls(limits: Limits) -> int:
    """Return how many tool calls an open capture takes at most before it ends, repeated ones counted once.

    Each call that is not refused is an attempt or a rejection, or it makes the part in hand longer, or it completes
    that part; between two of them at most ``refusals`` calls change nothing.
    """
    counted = limits.attempts + limits.rejections
    return ((counted + 1) * (LONGEST_PART + 2) + 1) * (limits.refusals + 1)


def calls_run_out(moment: Moment) -> str | None:
    """Every call comes nearer to an end: a model that keeps calling is stopped within ``most_calls``."""
    line = moment.event.act.event
    if not isinstance(line, Calls) or not line.call or moment.after.state in FINAL:
        return None
    limits = moment.setting.policy.limits
    if moment.story.calls > most_calls(limits):
        return f"{moment.story.calls} calls, and no end"
    repeated = all((call.id, call.name) in moment.story.ids for call in line.call)
    nearer = _way_left(moment.after, limits) < _way_left(moment.before, limits)
    return None if repeated or nearer else "a call has come no nearer to an end"


_PHASE: Final = {State.ASKING: 2, State.COLLECTING: 1, State.PENDING_CONFIRMATION: 0}


def _way_left(view: View, limits: Limits) -> tuple[int, int, int, int]:
    """Return what each call makes less, the first of it that it changes at all."""
    counted = max(limits.attempts - view.attempts, 0) + limits.rejections - view.rejections
    return counted, _PHASE[view.state], LONGEST_PART - len(view.part), limits.refusals - view.refusals


def order_makes_no_difference(moment: Moment) -> str | None:
    """The calls of one batch lead to the same in any order, several ``extend`` calls aside."""
    line = moment.event.act.event
    if not isinstance(line, Calls) or len(line.call) < 2:
        return None
    if sum(call.name == Trigger.EXTEND.value for call in line.call) > 1:
        return None
    other, replies = play(copy(moment.earlier), Calls(call=line.call[::-1]), QUIET)
    if replies[::-1] != list(moment.event.replies):
        return "in the other order the replies differ"
    return None if stands(other) == stands(moment.capture) else "in the other order it stands otherwise"


def restoring_changes_nothing(moment: Moment) -> str | None:
    """A capture that went through its snapshot is the same as before."""
    if not isinstance(moment.event.act.event, SnapshotLine):
        return None
    return None if stands(moment.earlier) == stands(moment.capture) else "the restored capture stands otherwise"


def stands(capture: PhoneCapture) -> object:
    """Return everything about ``capture`` that lasts; in which order calls were answered does not count."""
    snapshot = capture.snapshot()
    return snapshot.model_copy(update={"replies": sorted(snapshot.replies, key=lambda reply: (reply.id, reply.name))})


def saved_is_true(moment: Moment) -> str | None:
    """A reply that says saved is true: the capture is completed, with the number that the reply names."""
    for reply in moment.event.replies:
        if not reply.text.startswith("Saved"):
            continue
        number = moment.after.number
        e164 = number.partition(";ext=")[0] if number else None
        if moment.after.state is not State.COMPLETED or e164 is None or e164 not in reply.text:
            return f"a reply says {reply.text.split('.')[0]!r}, and it is not so"
    return None


def _invariant(check: Callable[[Moment], str | None], given_up: Callable[[Setting], str | None] = _kept) -> Invariant:
    text = (check.__doc__ or "").strip().replace("``", "`")
    return Invariant(check.__name__, text, check, given_up)


INVARIANTS: Final = (
    _invariant(completed_only_if_given, _heard),
    _invariant(completed_only_if_read_back, _read_back),
    _invariant(completed_only_if_agreed, _agreement),
    _invariant(never_a_corrected_number, _answered),
    _invariant(unconfirmed_only_if_typed, _confirmation),
    _invariant(final_states_stay),
    _invariant(refusals_change_nothing),
    _invariant(counts_never_fall),
    _invariant(calls_run_out),
    _invariant(order_makes_no_difference),
    _invariant(restoring_changes_nothing),
    _invariant(saved_is_true),
)
