# SPDX-License-Identifier: Apache-2.0
"""Many calls and their figures: how often each step was right, and how sure that is."""

from collections.abc import Callable, Sequence
from math import sqrt
from statistics import NormalDist
from typing import Final, TypeVar, get_args

from tests.sound import callers
from tests.sound.callers import WAYS, Kind
from tests.sound.calls import Call, Ear, Ending, Step, call

ENDINGS: Final = get_args(Ending)
KINDS: Final = get_args(Kind)

T = TypeVar("T")

BY_EAR: Final = 3
"""In one call of so many the caller, too, hears the agent over the line."""
_Z: Final = NormalDist().inv_cdf(0.975)


def run(ear: Ear, *, numbers: int, ways: int, seed: int) -> list[Call]:
    """Make one call for each of ``numbers`` numbers in each of ``ways`` ways, the ways taking turns."""
    calls: list[Call] = []
    for at, number in enumerate(callers.numbers(numbers, seed)):
        for way in range(ways):
            # Turns by a step that shares no factor with the number of ways, so that all pairs of them meet.
            name = WAYS[(at + way * 4) % len(WAYS)]
            by_ear = len(calls) % BY_EAR == 0
            calls.append(call(number, name, seed=seed, to_agent=ear, to_caller=ear if by_ear else None))
    return calls


def wilson(right: int, count: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a share (Wilson's score interval)."""
    if not count:
        return 0.0, 1.0
    share, square = right / count, _Z * _Z / count
    middle, reach = share + square / 2, _Z * sqrt((share * (1 - share) + square / 4) / count)
    return max(0.0, (middle - reach) / (1 + square)), min(1.0, (middle + reach) / (1 + square))


def summary(calls: Sequence[Call]) -> dict[str, tuple[int, int]]:
    """Return how many of how many were right: of different sentences by step, and of calls by ending."""
    steps = _different(calls)
    clear = [step for step in steps if step.recognised]
    garbled = [step for step in steps if not step.recognised]
    ends = {ending: sum(call.ending == ending for call in calls) for ending in ENDINGS}
    by_ear = [call for call in calls if call.by_ear]
    return {
        "recogniser exact": (len(clear), len(steps)),
        **{f"  {kind}": _share([step for step in steps if step.kind == kind], _recognised) for kind in KINDS},
        "hearing right, given exact words": _share(clear, _understood),
        "hearing right, given other words": _share(garbled, _understood),
        "another valid number, given other words": (sum(bool(step.mistaken) for step in garbled), len(garbled)),
        **{f"calls: {ending}": (count, len(calls)) for ending, count in ends.items()},
        "calls: right, where the caller, too, hears over the line": _share(by_ear, lambda call: call.ending == "right"),
    }


def report(calls: Sequence[Call]) -> str:
    """Return the figures and every miss, as text."""
    lines = [f"{len({call.number for call in calls})} numbers, {len(calls)} calls", ""]
    for name, (right, count) in summary(calls).items():
        low, high = wilson(right, count)
        share = f"{right / count:6.1%}" if count else "     -"
        lines.append(f"{name:57} {right:4} of {count:4} {share}  95 %: {low:.1%} to {high:.1%}")
    steps = _different(calls)
    lines += ["", "The recogniser's words differ; hearing right (+) or not (-):"]
    lines += [_line(step) for step in steps if not step.recognised]
    lines += ["", "Hearing wrong, although the words are exact:"]
    lines += [_line(step) for step in steps if step.recognised and not step.understood]
    lines += ["", "Calls that did not end with the right number:"]
    lines += [
        f"  {call.ending}: {call.way} {call.number.e164} {call.completed}" for call in calls if call.ending != "right"
    ]
    return "\n".join(lines)


def _different(calls: Sequence[Call]) -> list[Step]:
    # The same sentence sounds the same, so a repeated one is no further evidence.
    return list({(step.said, step.region, step.heard): step for call in calls for step in call.steps}.values())


def _line(step: Step) -> str:
    turns = " / ".join(map(repr, step.heard)) or "nothing"
    mistaken = f", taken for {step.mistaken}" if step.mistaken else ""
    return f"  {'+' if step.understood else '-'} {step.region} {step.said!r} -> {turns}{mistaken}"


def _share(steps: Sequence[T], is_right: Callable[[T], bool]) -> tuple[int, int]:
    return sum(map(is_right, steps)), len(steps)


def _recognised(step: Step) -> bool:
    return step.recognised


def _understood(step: Step) -> bool:
    return step.understood
