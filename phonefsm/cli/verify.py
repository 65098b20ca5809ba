# SPDX-License-Identifier: Apache-2.0
"""``phonefsm verify``: explore a policy, or play a campaign against it, and show what holds."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from phonefsm import CapturePolicy
from phonefsm.checks import EVERYTHING
from phonefsm.table import Guard
from phonefsm.testing import campaign
from phonefsm.verify import Holding, Report, Verdict, verify
from phonefsm.verify.coverage import CELLS
from phonefsm.verify.report import guards_both_ways

BROKEN: Final = 1
"""Exit code where something that is promised does not hold."""
GIVEN_UP: Final = 3
"""Exit code where all that is promised holds, and the policy promises less than it could."""

_STYLES: Final = {Holding.HOLDS: "green", Holding.BROKEN: "bold red", Holding.GIVEN_UP: "yellow"}
_WORDS: Final = {Holding.HOLDS: "holds", Holding.BROKEN: "BROKEN", Holding.GIVEN_UP: "given up"}


def explore(policy: CapturePolicy, *, depth: int | None, as_json: bool, output: Path | None) -> int:
    """Explore ``policy``, show the report, write counterexamples into ``output``, and return the exit code."""
    console = Console(soft_wrap=True, highlight=False)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)  # before a minute is spent
    with bar("exploring") as progress:
        report = verify(policy, depth=depth, progress=progress)
    if output is not None:
        for verdict in report.verdicts:
            if verdict.conversation and verdict.observes == EVERYTHING:
                lines = "".join(f"{line}\n" for line in verdict.conversation)
                (output / f"{verdict.name}.jsonl").write_text(lines, encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        _show(report, console)
    return BROKEN if report.broken else GIVEN_UP if report.given_up else 0


def play(policy: CapturePolicy, conversations: int, *, seed: int, as_json: bool, output: Path | None) -> int:
    """Play a campaign, show what it counted, write what went wrong into ``output``, and return the exit code."""
    console = Console(soft_wrap=True, highlight=False)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
    with bar("playing") as progress:
        found = campaign.run(policy, conversations, seed=seed, progress=progress)
    if output is not None:
        for kind, several in (("wrong", found.wrong_ones), ("missed", found.missed_ones)):
            for place, lines in enumerate(several, 1):
                (output / f"{kind}-{place}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False))
        return BROKEN if found.wrong else 0
    rate = found.conversations / found.seconds
    console.print(f"{found.conversations:,} conversations, {rate:,.0f} a second, seed {seed}.")
    console.print(Text(f"wrong: {found.wrong:,}", style=_STYLES[Holding.BROKEN if found.wrong else Holding.HOLDS]))
    console.print(f"right: {found.right:,}")
    share = f" ({found.done / found.due:.2%})" if found.due else ""
    console.print(
        f"with a model that behaves and a caller who gave a number, heard it and agreed: {found.due:,}, "
        f"completed {found.done:,}{share}"
    )
    console.print("ended: " + ", ".join(f"{state} {count:,}" for state, count in found.ended.items()))
    for cause, lines in zip(found.causes, found.wrong_ones, strict=True):
        console.print(Text(f"\n{cause}. For phonefsm replay:"))
        for line in lines:
            console.print(Text(line))
    return BROKEN if found.wrong else 0


def _show(report: Report, console: Console) -> None:
    for verdict in report.verdicts:
        if verdict.observes == EVERYTHING:
            _show_verdict(verdict, console)
    less = [verdict for verdict in report.verdicts if verdict.observes != EVERYTHING]
    console.print("\nWhere the host reports less than all that was said:", style="bold")
    for observes in dict.fromkeys(verdict.observes for verdict in less):
        these = [verdict for verdict in less if verdict.observes == observes]
        lost = [verdict.name for verdict in these if verdict.holding is Holding.GIVEN_UP]
        what = " and ".join(sorted(observes)) or "nothing"
        console.print(f"  {what}: {len(these) - len(lost)} of {len(these)} promised; not {', '.join(lost)}")
        for verdict in these:
            if verdict.holding is Holding.BROKEN:
                _show_verdict(verdict, console)
    coverage = report.coverage
    themes = [each for each in report.explored if each.setting.observes == EVERYTHING]
    console.print(f"\n{report.states:,} states and {report.transitions:,} transitions explored.", style="bold")
    for each in themes:
        end = "to the end" if each.complete else "where it was cut off"
        console.print(f"  {each.theme}: {each.states:,} states, conversations of up to {each.depth} events, {end}")
    console.print(
        f"Cells of the table taken: {len(coverage.cells)} of {len(CELLS)}; "
        f"guards seen both ways: {len(guards_both_ways(coverage))} of {len(Guard)}."
    )


def _show_verdict(verdict: Verdict, console: Console) -> None:
    word = _WORDS[verdict.holding]
    console.print(Text(f"{word:9}", style=_STYLES[verdict.holding]).append(verdict.name, style="bold"))
    console.print(Text(f"         {verdict.text}", style="dim"))
    if verdict.given_up:
        console.print(Text(f"         Not promised: {verdict.given_up}."))
    if verdict.conversation:
        console.print(Text(f"         {verdict.wrong}. The shortest conversation that shows it, for phonefsm replay:"))
        for line in verdict.conversation:
            console.print(Text(line))


@contextmanager
def bar(what: str) -> Iterator[Callable[[float], None]]:
    """Show a progress bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(what, total=1.0)
        yield lambda share: progress.update(task, completed=share)
