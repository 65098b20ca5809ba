# SPDX-License-Identifier: Apache-2.0
"""Exhaustive exploration: the real capture, fed every act of the alphabet in every state, breadth first.

Two conversations are the same here when nothing that a guard or an invariant reads tells them apart: the abstract
state. Each is told in full all the same, so a broken invariant comes with the shortest conversation that breaks it.

The alphabet is wide, so it is explored by themes: all of it for a few events, parts of it for many.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final, NamedTuple

from phonefsm.capture import PhoneCapture
from phonefsm.checks import Observation, checks_for
from phonefsm.conversation import QUIET, play
from phonefsm.evidence import START, Candidate, Entry, Evidence, Walk, step
from phonefsm.number import PhoneNumber
from phonefsm.policy import CapturePolicy, Limits, Support, passes
from phonefsm.speech import Intent
from phonefsm.table import State
from phonefsm.turns import CallerTurn
from phonefsm.verify.alphabet import Act, Said, Spoken, acts, late_acts, numbers_for
from phonefsm.verify.coverage import Coverage
from phonefsm.verify.invariants import INVARIANTS, Moment, Setting
from phonefsm.verify.story import Event, Story, View

_step = lru_cache(maxsize=1 << 16)(step)


class Theme(NamedTuple):
    """A part of the alphabet, and how far it is followed.

    ``acts`` are names of acts, ``*`` standing for the rest of one. ``turns`` bounds the caller's turns with digits
    between two candidates; ``limits`` stand in for the policy's.
    """

    name: str
    acts: tuple[str, ...]
    depth: int
    turns: int = 2
    limits: Limits | None = None
    """``None``: out of reach."""


_OUT_OF_REACH: Final = Limits(attempts=1000, rejections=1000, silences=1000, refusals=1000)
_IN_REACH: Final = Limits(attempts=1, rejections=1, silences=1, refusals=1)
_TOLD_EACH: Final = 64
"""Conversations that are gone on from between two reports of progress."""
_CALLS: Final = ("update one", "update other", "confirm")

THEMES: Final = (
    Theme("everything", ("*",), 3, turns=3),
    Theme(
        "consent",
        ("gives one", "gives other", "says *", "reads *", *_CALLS, "reject"),
        6,
        turns=1,
    ),
    Theme(
        "late words",
        ("gives one", "says yes", "says no", "speaks", "late *", "reads one", *_CALLS, "snapshot"),
        6,
        turns=1,
    ),
    Theme(
        "digits by voice",
        (
            "gives one",
            "gives other",
            "gives wrong",
            "gives other instead",
            "gives either",
            "gives head",
            "gives tail",
            "corrects tail",
            "refers",
            "update *",
            "extend *",
            "keys *",
            "reads one",
            "says yes",
            "confirm",
        ),
        4,
    ),
    Theme("digits typed", ("gives * typed", "says no", "update *", "extend *", "reject"), 5),
    Theme(
        "batches", ("gives one", "gives other instead", "reads one", "says yes", "update one", "batch *"), 6, turns=1
    ),
    Theme(
        "ends",
        (
            "gives one",
            "gives wrong",
            "update *",
            "confirm",
            "reject",
            "decline",
            "escalate",
            "unknown tool",
            "silence",
            "reopen",
            "reads one",
            "says yes",
            "says no",
            "says decline",
        ),
        6,
        turns=1,
        limits=_IN_REACH,
    ),
)
"""What is explored by default, in about a minute on two cores."""


class Broken(NamedTuple):
    """An invariant that does not hold: what is wrong, and the conversation that shows it."""

    name: str
    wrong: str
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What came of one theme."""

    theme: str
    setting: Setting
    caller_id: PhoneNumber
    depth: int
    """Events of the longest conversations."""
    complete: bool
    """No new state was to be found."""
    states: int
    transitions: int
    coverage: Coverage
    broken: tuple[Broken, ...]
    """One for each invariant that is broken, the shortest."""


class Node(NamedTuple):
    """A conversation and how it stands."""

    capture: PhoneCapture
    story: Story
    path: tuple[Act, ...]


class _Search:
    """Breadth-first search in one theme, one depth at a time."""

    def __init__(self, policy: CapturePolicy, observes: frozenset[Observation], theme: Theme) -> None:
        policy = policy.model_copy(update={"limits": theme.limits or _OUT_OF_REACH})
        *_, self.caller_id = numbers_for(policy)
        self.coverage = Coverage()
        start = PhoneCapture(policy, caller_id=str(self.caller_id), observes=observes, logger=self.coverage.logger)
        self.setting = Setting(policy, start.observes)
        self._acts = [act for act in acts(policy) if _is_in(act, theme) and _is_seen(act, observes)]
        self._turns = theme.turns
        self._keys = _Keys(self.setting, counts=theme.limits is not None)
        node = Node(start, Story(presumed=self.setting.presumes_read), ())
        self.found: dict[object, list[Node]] = {self._keys(node): [node]}
        """What was found, by abstract state: the first conversation to get there, and others where they are kept."""
        self.frontier = [node]

    def moments(self, node: Node) -> Iterator[tuple[Act, Moment]]:
        """Yield what comes of each act that can happen at ``node``."""
        for act in self._acts:
            if _is_due(act, node.story):
                yield act, _moment(node, act, self.setting, self.coverage)

    def reach(self, node: Node, act: Act, moment: Moment, *, keep: int = 1) -> Node | None:
        """Go on from ``node`` by ``act``; return the node where it leads, if that is new."""
        told = node.story.tell(moment.event)
        if told.turns > self._turns:
            return None
        reached = Node(moment.capture, told, (*node.path, act))
        known = self.found.setdefault(self._keys(reached), [])
        if len(known) < keep:
            known.append(reached)
        return reached if known == [reached] else None


def explore(
    policy: CapturePolicy,
    observes: frozenset[Observation],
    theme: Theme,
    *,
    depth: int | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Explored:
    """Explore ``theme`` to its depth, or to ``depth``; ``progress`` is told what share of it is done."""
    search = _Search(policy, observes, theme)
    depth = theme.depth if depth is None else depth
    broken: dict[str, Broken] = {}
    transitions = reached = 0
    while search.frontier and reached < depth:
        found: list[Node] = []
        for place, node in enumerate(search.frontier):
            if place % _TOLD_EACH == 0:
                progress((reached + place / len(search.frontier)) / depth)
            for act, moment in search.moments(node):
                transitions += 1
                for invariant in INVARIANTS:
                    wrong = invariant.check(moment) if invariant.name not in broken else None
                    if wrong is not None:
                        broken[invariant.name] = Broken(invariant.name, wrong, (*node.path, act))
                new = search.reach(node, act, moment)
                if new is not None:
                    found.append(new)
        search.frontier = found
        reached += 1
    return Explored(
        theme=theme.name,
        setting=search.setting,
        caller_id=search.caller_id,
        depth=reached,
        complete=not search.frontier,
        states=len(search.found),
        transitions=transitions,
        coverage=search.coverage,
        broken=tuple(broken.values()),
    )


def abstract_states(
    policy: CapturePolicy, observes: frozenset[Observation], theme: Theme, *, depth: int, keep: int = 4
) -> dict[object, list[Node]]:
    """Return the abstract states of ``theme``, each with up to ``keep`` conversations that lead to it."""
    search = _Search(policy, observes, theme)
    for _ in range(depth):
        reached = (
            search.reach(node, act, moment, keep=keep)
            for node in search.frontier
            for act, moment in search.moments(node)
        )
        search.frontier = [node for node in reached if node is not None]
    return search.found


def _moment(node: Node, act: Act, setting: Setting, coverage: Coverage) -> Moment:
    before = View.of(node.capture)
    capture, replies = play(copy(node.capture), act.event, coverage.logger)
    event = Event(act, before, tuple(replies), View.of(capture))
    if event.after.refusals > before.refusals:
        coverage.refused(before.state)
    return Moment(event, node.story.up_to(act, before), node.capture, capture, setting)


def _is_seen(act: Act, observes: frozenset[Observation]) -> bool:
    """Whether a host that reports ``observes`` reports ``act``."""
    match act.means:
        case Spoken():
            return Observation.AGENT in observes
        case Said(keyed=False):
            return Observation.CALLER in observes or Observation.TRANSCRIPT in observes
    return True


def _is_in(act: Act, theme: Theme) -> bool:
    return any(fnmatchcase(act.name, name) for name in theme.acts)


def _is_due(act: Act, story: Story) -> bool:
    """Whether ``act`` can happen: words come late only for a turn that is waiting for them."""
    if act.name.startswith("late "):
        return story.unheard is not None
    return act.name != "speaks" or story.unheard is None


# The abstract state.

_PLAIN: Final = View(State.ASKING, None, 0, "", 0, 0, 0, 0)


class _Keys:
    """Makes the abstract state of a capture and its story.

    ``counts``: the counts that limits are held against belong to it, since the limits are within reach.
    """

    def __init__(self, setting: Setting, *, counts: bool) -> None:
        policy = setting.policy
        checks = checks_for(policy.evidence, policy.language, setting.observes)
        self._presumed = setting.presumes_read
        self._counts = counts
        self._late = tuple(late_acts(policy).values())
        *_, caller_id = numbers = numbers_for(policy)
        self._candidates = tuple(
            Candidate(
                number,
                country,
                presume_read=self._presumed,
                accept_unplayed=passes(checks.read_back, Support.UNKNOWN),
                caller_id=caller_id,
            )
            for number in numbers
            for country in (True, False)
        )

    def __call__(self, node: Node) -> object:
        """Return the abstract state, a value to compare."""
        capture, story = node.capture, node.story
        key = self._capture(capture), self._story(story)
        if story.unheard is None:
            return key
        # Whatever the words turn out to be: how it stands with each.
        return key, tuple(self._with(act, capture, story) for act in self._late)

    def _with(self, act: Act, capture: PhoneCapture, story: Story) -> object:
        known, _ = play(copy(capture), act.event, QUIET)
        told = story.tell(Event(act, _PLAIN, (), _PLAIN))
        return self._capture(known), self._story(told)

    def _story(self, story: Story) -> Story:
        longest = frozenset(
            digits for digits in story.said if not any(digits in other and digits != other for other in story.said)
        )
        return story._replace(said=longest, calls=0, ids=frozenset(), unheard=None)

    def _capture(self, capture: PhoneCapture) -> object:
        session, evidence = capture.standing
        counted = (session.attempts, session.rejections, session.silences, session.refusals)
        return (
            session.state,
            session.number,
            session.number_heard,
            session.country_given,
            session.confirmed,
            session.part,
            session.always_confirm,
            counted if self._counts else None,
            evidence.walk,
            self._window(evidence),
            _latest(evidence),
        )

    def _window(self, evidence: Evidence) -> object:
        """Return what claims are weighed on, and where consent can begin.

        Of the turns since the last candidate those that gave digits are kept as they are. Of the rest all that
        counts is whether it holds a doubt, how many of those kept the last plain no takes back, and what consent has
        come to from each place where it can begin: behind a turn that gave digits, or behind the caller's last one.
        """
        turns = evidence.turns[evidence.mark :]
        kept: list[object] = []
        starts: dict[int, None] = {}
        last = 0
        doubt, taken_back = False, 0
        old = evidence.begun - evidence.mark
        for place, turn in enumerate(turns, 1):
            if not isinstance(turn, CallerTurn):
                continue
            last = place
            if turn.takes_back:
                taken_back = len(kept)
            if turn.numbers or turn.corrections or turn.calling_code or turn.intents & Intent.CALLER_ID:
                kept.append((doubt, place <= old, turn._replace(id=None)))
                doubt = False
                starts[place] = None
            elif not turn.words_known:
                kept.append((doubt, place <= old, None))
                doubt = False
            else:
                doubt |= turn.objects
        starts[last] = None
        earliest = max(evidence.start - evidence.mark, 0)
        folds = tuple(
            _folded(turns[max(start, earliest) :], candidate) for start in starts for candidate in self._candidates
        )
        return tuple(kept), doubt, taken_back, folds


def _folded(turns: Sequence[Entry], candidate: Candidate) -> Walk:
    walk = START
    for turn in turns:
        walk = _step(walk, turn, candidate)
    return walk


def _latest(evidence: Evidence) -> tuple[bool, ...]:
    """Return what a decline is held against, now and after the caller's next turn."""
    turn = evidence.latest
    if turn is None:
        return (evidence.digits_said,)
    return (
        evidence.digits_said,
        turn.words_known,
        bool(turn.numbers or turn.corrections),
        bool(turn.intents & Intent.DECLINE),
        bool(turn.intents & Intent.NO) and evidence.answers_digits,
    )
