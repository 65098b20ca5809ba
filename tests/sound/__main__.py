# SPDX-License-Identifier: Apache-2.0
"""Runs calls over a phone line and reports on every step: ``python -m tests.sound``; fails on a wrong completion."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.sound.line import Line, LineChangedError, LineMissingError
from tests.sound.report import report, run, summary


def main() -> int:
    """Run the calls that the command line asks for and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.sound", description=__doc__)
    parser.add_argument("--numbers", type=int, default=30, help="different phone numbers")
    parser.add_argument("--ways", type=int, default=3, help="ways in which each number is said, of 9")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--noise", type=float, help="decibels by which speech is louder than noise; none: quiet")
    parser.add_argument("--speed", type=float, default=1.0, help="of the caller's speech")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures and all calls")
    options = parser.parse_args()
    try:
        line = Line(noise=options.noise, speed=options.speed)
    except (LineMissingError, LineChangedError) as error:
        print(f"No call was made: {error}", file=sys.stderr)
        return 2
    calls = run(line.heard, numbers=options.numbers, ways=options.ways, seed=options.seed)
    print(report(calls))
    if options.json:
        data = {"options": vars(options) | {"json": None}, "figures": summary(calls), "calls": list(map(asdict, calls))}
        options.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return any(call.ending == "wrong" for call in calls)


if __name__ == "__main__":
    sys.exit(main())
