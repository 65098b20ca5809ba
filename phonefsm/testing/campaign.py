# SPDX-License-Identifier: Apache-2.0
"""A campaign: random callers against misbehaving models, many times over, with the invariants checked throughout."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from time import perf_counter
from typing import Any, Final, Literal, NamedTuple

from phonefsm.capture import PhoneCapture
from phonefsm.conversation import QUIET
from phonefsm.number import PhoneNumber, read
from phonefsm.outcome import Completed
from phonefsm.policy import CapturePolicy
from phonefsm.speech import has_lexicon, say
from phonefsm.table import FINAL, State
from phonefsm.testing.caller import SeededCaller
from phonefsm.testing.conversation import Conversation
from phonefsm.testing.model import MisbehavingModel
from phonefsm.verify.alphabet import REOPEN, SNAPSHOT, TAIL, Act, Alphabet, numbers_for, spelled
from phonefsm.verify.jobs import side_by_side

POOL: Final = 60
"""Numbers that a process draws from."""
CHUNK: Final = 500
"""Conversations between two reports of progress."""
KEPT: Final = 5
"""Wrong conversations that are kept whole; one is enough to mend."""


class Task(NamedTuple):
    """Some of a campaign's conversations, by number."""

    policy: CapturePolicy
    seed: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What a campaign counted."""

    conversations: int
    seconds: float
    wrong: int
    """Completions with a number that the caller did not stand by, and broken invariants."""
    right: int
    """Completions with the number that the caller stood by."""
    due: int
    """Conversations with a model that behaves, in which the caller gave a number, heard it and agreed."""
    done: int
    """Those of them that completed it."""
    ended: dict[str, int]
    """How all of them ended: by state."""
    wrong_ones: tuple[tuple[str, ...], ...]
    """Some wrong conversations, as the lines of conversation files."""
    causes: tuple[str, ...]
    """What was wrong in each of those."""
    missed_ones: tuple[tuple[str, ...], ...]
    """Some conversations that should have completed and did not, likewise."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {name: getattr(self, name) for name in self.__slots__}


class Counted(NamedTuple):
    """What one task counted."""

    numbers: Counter[str]
    kept: tuple[tuple[str, tuple[str, ...]], ...]
    missed: tuple[tuple[str, ...], ...]


def run(
    policy: CapturePolicy,
    conversations: int,
    *,
    seed: int = 0,
    processes: int | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Campaign:
    """Play ``conversations`` random ones under ``policy``; the same seed plays the same ones.

    Raises:
        PolicyError: the policy accepts no number that could be tried.
    """
    numbers_for(policy)
    start = perf_counter()
    size = max(CHUNK, conversations // 64)
    tasks = [Task(policy, seed, first, min(first + size, conversations)) for first in range(0, conversations, size)]
    counted = side_by_side(_some, tasks, processes=processes, progress=progress) if tasks else []
    total: Counter[str] = Counter()
    for each in counted:
        total.update(each.numbers)
    kept = [pair for each in counted for pair in each.kept][:KEPT]
    return Campaign(
        conversations=conversations,
        seconds=perf_counter() - start,
        wrong=total["wrong"],
        right=total["right"],
        due=total["due"],
        done=total["done"],
        ended={state.value: total[state.value] for state in State if total[state.value]},
        causes=tuple(cause for cause, _ in kept),
        wrong_ones=tuple(lines for _, lines in kept),
        missed_ones=tuple(islice((lines for each in counted for lines in each.missed), KEPT)),
    )


def _some(task: Task, progress: Callable[[float], None]) -> Counted:
    counted: Counter[str] = Counter()
    kept: list[tuple[str, tuple[str, ...]]] = []
    missed: list[tuple[str, ...]] = []
    pool = _pool(task.policy)
    for place in range(task.first, task.last):
        one = play_one(task.policy, Random(f"{task.seed}:{place}"), pool)  # noqa: S311 - to be repeated, not secret
        counted[one.state] += 1
        for name in ("wrong", "right", "due", "done"):
            counted[name] += bool(getattr(one, name))
        if one.wrong and len(kept) < KEPT:
            kept.append((one.wrong, tuple(one.lines)))
        if one.due and not one.done and len(missed) < KEPT:
            missed.append(tuple(one.lines))
        if (place - task.first) % 50 == 0:
            progress((place - task.first) / (task.last - task.first))
    return Counted(counted, tuple(kept), tuple(missed))


class Played(NamedTuple):
    """One conversation of a campaign."""

    state: str
    wrong: str
    """What is wrong, or nothing."""
    right: bool
    due: bool
    done: bool
    lines: Sequence[str]


def play_one(policy: CapturePolicy, rng: Random, pool: Sequence[Sequence[PhoneNumber]]) -> Played:
    """Play one conversation, all of it chosen by ``rng``."""
    alphabet = Alphabet(policy, choose=rng.choice, form=_form(policy, rng))
    families = rng.sample(pool, 4)
    numbers = [*rng.sample(families[0], 2), *(family[0] for family in families[1:])]
    behaves = rng.random() < 0.3
    plain = rng.random() < 0.3
    modality: Literal["audio", "text"] = rng.choice(("audio", "audio", "text"))
    caller = SeededCaller(alphabet, numbers, rng, temper=0.0 if plain else rng.uniform(0.05, 0.6), modality=modality)
    model = MisbehavingModel(alphabet, numbers, rng, badness=0.0 if behaves else rng.uniform(0.1, 1.0))
    capture = PhoneCapture(policy, caller_id=str(numbers[2]), logger=QUIET)
    talk = Conversation(capture, caller_id=str(numbers[2]), raises=False)

    def host() -> Sequence[Act]:
        return (SNAPSHOT,) if rng.random() < 0.03 else ()

    talk.run(caller, model, host=host)
    due = behaves and (caller.has_agreed or (plain and modality == "text"))
    done = talk.capture.state is State.COMPLETED
    if talk.capture.state in FINAL and rng.random() < 0.1:
        talk.play(REOPEN)
        talk.run(caller, model, host=host)
    outcome = talk.capture.outcome
    completed = str(outcome.number) if isinstance(outcome, Completed) else None
    wrong = "; ".join(f"{name}: {what}" for name, what in talk.broken)
    if not wrong and completed not in (None, str(caller.number)):
        wrong = f"{completed} is completed, and the caller stands by {caller.number}"
    right = not wrong and completed is not None
    return Played(
        talk.capture.state.value, wrong, right, due, due and done, talk.lines if wrong or (due and not done) else ()
    )


def _form(policy: CapturePolicy, rng: Random) -> Callable[[PhoneNumber], str]:
    words = has_lexicon(policy.language)

    def form(number: PhoneNumber) -> str:
        written = spelled(number, policy)
        match rng.randrange(4 if words else 2):
            case 0:
                return written
            case 1:
                return "".join(char for char in written if char.isdecimal() or char == "+")
            case 2:
                return say(number.e164, language=policy.language, region=policy.default_region)
        return say(number.e164, language=policy.language, region=policy.default_region, style="words")

    return form


def _pool(policy: CapturePolicy) -> tuple[tuple[PhoneNumber, ...], ...]:
    """Return numbers that the policy accepts, always the same ones, each with some that only end otherwise."""
    rng = Random(POOL)  # noqa: S311 - to be repeated, not secret
    one, *_ = numbers_for(policy)
    families: dict[str, tuple[PhoneNumber, ...]] = {}
    while len(families) < POOL:
        size = rng.choice((0, 2, 3))
        head = one.e164[: -TAIL - size] + _digits(rng, size)
        found = (read(head + _digits(rng, TAIL), policy) for _ in range(8))
        family = dict.fromkeys(number for number in found if isinstance(number, PhoneNumber))
        if len(family) > 1:
            families[head + str(len(families))] = tuple(family)
    return tuple(families.values())


def _digits(rng: Random, size: int) -> str:
    return "".join(rng.choices("0123456789", k=size))
