# SPDX-License-Identifier: Apache-2.0
"""What came of the calls: shares with confidence intervals, a plot, all calls as JSON, and every miss as a file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from math import sqrt
from pathlib import Path
from statistics import median
from typing import Any, Final, get_args

from tests.calls.calls import LINKS, Call, Ending
from tests.sound.report import wilson

ENDINGS: Final[tuple[Ending, ...]] = get_args(Ending)
NAMES: Final = {
    "livekit": "LiveKit's task in a session",
    "ours": "phonefsm's task in a session",
    "chat": "phonefsm on the chat format",
    "driver": "phonefsm's driver, no model",
}
"""The contestants."""

_COLOURS: Final[dict[Ending, str]] = {
    "right": "#2e7d4f",
    "declined right": "#7fb894",
    "escalated": "#d9b44a",
    "open": "#b8b8b8",
    "declined wrong": "#d98a4a",
    "wrong": "#b03a2e",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """One contestant's figures: medians of turns and model's seconds where it ended right; tokens are a call's."""

    contestant: str
    calls: int
    endings: dict[str, int]
    right: int
    interval: tuple[float, float]
    turns: float
    seconds: float
    generations: float
    read: float
    written: float
    causes: dict[str, int]
    """Where its misses came from."""
    faults: dict[str, int]
    """In how many turns each link was the first to go wrong, those that were put right later included."""

    @property
    def share(self) -> float:
        """The share of calls that ended right."""
        return self.right / self.calls if self.calls else 0.0


def figures(calls: Sequence[Call]) -> list[Figures]:
    """Return the figures of each contestant, in the order in which they are named."""
    return [_figures(name, [call for call in calls if call.contestant == name]) for name in _present(calls)]


def difference(one: Figures, other: Figures) -> tuple[float, float, float]:
    """Return by how much the first share is above the second, and its 95 % interval (Newcombe's hybrid score).

    The method is for independent samples; calls here come in pairs, which makes the interval rather too wide.
    """
    apart = one.share - other.share
    low = apart - sqrt((one.share - one.interval[0]) ** 2 + (other.interval[1] - other.share) ** 2)
    high = apart + sqrt((one.interval[1] - one.share) ** 2 + (other.share - other.interval[0]) ** 2)
    return apart, low, high


def text(calls: Sequence[Call]) -> str:
    """Return the report for a terminal."""
    made = figures(calls)
    lines = ["| | " + " | ".join(NAMES[each.contestant] for each in made) + " |", "|---" * (len(made) + 1) + "|"]

    def row(name: str, values: Sequence[object]) -> None:
        lines.append(f"| {name} | " + " | ".join(map(str, values)) + " |")

    row("calls", [each.calls for each in made])
    row("ended right", [f"{each.right} ({_percent(each.share)})" for each in made])
    row("95 % interval", [f"{_percent(each.interval[0])} to {_percent(each.interval[1])}" for each in made])
    for ending in ENDINGS:
        row(_NAMED[ending], [each.endings[ending] for each in made])
    row("turns of the caller, median", [each.turns for each in made])
    row("seconds of the model, median", [f"{each.seconds:.0f}" for each in made])
    row("generations a call", [f"{each.generations:.1f}" for each in made])
    row("tokens read, written a call", [f"{each.read:.0f}, {each.written:.0f}" for each in made])
    for link in LINKS:
        row(f"misses from the {link}", [each.causes[link] for each in made])
    for link in LINKS:
        row(f"turns in which the {link} was first to fail", [each.faults[link] for each in made])
    for country in sorted({call.profile.number.region for call in calls}):
        there = figures([call for call in calls if call.profile.number.region == country])
        row(f"ended right, numbers of {country}", [f"{each.right} of {each.calls}" for each in there])
    lines += ["", *_differences(made), "", *_by_temper(calls, made), "", *_misses(calls)]
    return "\n".join(lines)


def as_json(calls: Sequence[Call], about: dict[str, Any]) -> str:
    """Return figures and calls as JSON; ``about``: what the run was made with."""
    data = {
        "about": about,
        "figures": [asdict(each) | {"share": each.share} for each in figures(calls)],
        "calls": [asdict(call) | {"cause": call.cause, "is_right": call.is_right} for call in calls],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def write_misses(calls: Sequence[Call], folder: Path) -> list[Path]:
    """Write every miss as a conversation file, which ``phonefsm replay`` plays; return the files.

    The talks of LiveKit's task play as well: its tools have the same names, so a replay shows what phonefsm's machine
    makes of the same words and calls.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for call in calls:
        if not call.is_right:
            ending = call.ending.replace(" ", "-")
            path = folder / f"{call.profile.id:03}-{call.contestant}-{call.profile.temper}-{ending}.jsonl"
            path.write_text("".join(f"{line}\n" for line in call.lines), encoding="utf-8")
            made.append(path)
    return made


def svg(calls: Sequence[Call], title: str) -> str:
    """Return a plot: a bar a contestant, in parts by ending, with the interval of what ended right."""
    made = figures(calls)
    left, wide, high, gap = 230, 560, 34, 26
    top = 64
    height = top + len(made) * (high + gap) + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + wide + 90}" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="16" y="28" font-size="16">{escape(title)}</text>',
    ]
    for share in range(0, 101, 25):
        x = left + wide * share / 100
        parts.append(f'<line x1="{x}" y1="{top - 12}" x2="{x}" y2="{height - 64}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x}" y="{top - 16}" text-anchor="middle" fill="#666666">{share} %</text>')
    for at, each in enumerate(made):
        y, x = top + at * (high + gap), float(left)
        parts.append(f'<text x="{left - 10}" y="{y + 22}" text-anchor="end">{escape(NAMES[each.contestant])}</text>')
        for ending, colour in _COLOURS.items():
            size = wide * each.endings[ending] / each.calls if each.calls else 0.0
            if size:
                parts.append(f'<rect x="{x:.1f}" y="{y}" width="{size:.1f}" height="{high}" fill="{colour}">')
                parts.append(f"<title>{_NAMED[ending]}: {each.endings[ending]}</title></rect>")
            x += size
        low, top_end = (left + wide * end for end in each.interval)
        middle = y + high + 7
        ticks = f"M{low:.1f} {middle}H{top_end:.1f}M{low:.1f} {middle - 4}v8M{top_end:.1f} {middle - 4}v8"
        parts.append(f'<path d="{ticks}" stroke="black"/>')
        parts.append(f'<text x="{left + wide + 10}" y="{y + 22}">{_percent(each.share)}</text>')
    for at, (ending, colour) in enumerate(_COLOURS.items()):
        row, column = divmod(at, 3)
        x, y = 16 + 280 * column, height - 48 + 22 * row
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18}" y="{y + 11}">{_NAMED[ending]}</text>')
    return "\n".join([*parts, "</svg>", ""])


_NAMED: Final[dict[Ending, str]] = {
    "right": "right number completed",
    "wrong": "wrong number completed",
    "declined right": "refusal taken",
    "declined wrong": "refusal invented",
    "escalated": "handed to a person",
    "open": "still open",
}


def _present(calls: Sequence[Call]) -> list[str]:
    found = {call.contestant for call in calls}
    return [name for name in NAMES if name in found]


def _figures(name: str, calls: Sequence[Call]) -> Figures:
    right = [call for call in calls if call.is_right]
    causes = [call.cause for call in calls]
    faults = [turn.fault for call in calls for turn in call.turns]
    count = len(calls) or 1
    return Figures(
        name,
        len(calls),
        {ending: sum(call.ending == ending for call in calls) for ending in ENDINGS},
        len(right),
        wilson(len(right), len(calls)),
        median([len(call.turns) for call in right] or [0]),
        median([call.use.seconds for call in right if call.use.seconds] or [0.0]),
        sum(call.use.generations for call in calls) / count,
        sum(call.use.read for call in calls) / count,
        sum(call.use.written for call in calls) / count,
        {link: causes.count(link) for link in LINKS},
        {link: faults.count(link) for link in LINKS},
    )


def _differences(made: Sequence[Figures]) -> list[str]:
    theirs = next((each for each in made if each.contestant == "livekit"), None)
    lines = []
    for each in made:
        if theirs is not None and each is not theirs:
            apart, low, high = (round(100 * value) for value in difference(each, theirs))
            lines.append(f"{NAMES[each.contestant]}: {apart:+} points beside LiveKit's (95 %: {low:+} to {high:+})")
    return lines


def _by_temper(calls: Sequence[Call], made: Sequence[Figures]) -> list[str]:
    tempers = list(dict.fromkeys(call.profile.temper for call in calls))
    lines = ["Ended right, by how the caller is:"]
    for temper in sorted(tempers):
        shares = []
        for each in made:
            those = [call for call in calls if call.contestant == each.contestant and call.profile.temper == temper]
            shares.append(f"{each.contestant} {sum(call.is_right for call in those)}/{len(those)}")
        lines.append(f"  {temper:10} {', '.join(shares)}")
    return lines


def _misses(calls: Sequence[Call]) -> list[str]:
    missed = [call for call in calls if not call.is_right]
    lines = ["Misses:"] if missed else ["No misses."]
    for call in missed:
        who = call.profile
        number = f", {call.completed} for {who.number.e164}" if call.ending == "wrong" else ""
        lines.append(
            f"  {who.id:3} {call.contestant:7} {_NAMED[call.ending]}{number}: {who.temper}, {who.way}, "
            f"{who.number.region}, {who.voice}; {call.cause}"
        )
    return lines


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
