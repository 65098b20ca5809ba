# SPDX-License-Identifier: Apache-2.0
"""``python -m phonefsm.review`` writes what is made from the code; ``--check`` tells what is out of date."""

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from phonefsm.errors import PhoneFsmError
from phonefsm.review import graph, mermaid, reference, svg, table

README: Final = "README.md"
FILES: Final[Mapping[str, Callable[[], str]]] = {
    "diagrams/capture.mmd": lambda: mermaid.states(graph.capture()),
    "diagrams/capture.svg": svg.capture,
    "diagrams/consent.mmd": lambda: mermaid.states(graph.consent()),
    "diagrams/consent.svg": svg.consent,
    "diagrams/table.md": table.markdown,
}
"""The files that are made whole, by path from the repository's root."""
BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "codes": reference.codes,
    "policy": reference.policy_fields,
    "limits": reference.limits,
    "ladder": reference.rungs,
    "windows": reference.windows,
    "invariants": reference.invariants,
}
"""The parts of the README that are made, by name; they stand between ``generated: NAME`` and ``end`` comments."""

_BLOCK: Final = re.compile(r"(<!-- generated: ([^\n]*?) -->\n)(.*?)(<!-- (?:end|generated: [^\n]*?) -->|\Z)", re.DOTALL)


class ReviewError(Exception):
    """What is made cannot be placed; the message is one line."""


def readme(text: str) -> str:
    """Return the README's ``text`` with every block that it has made anew.

    Raises:
        ReviewError: a block has a name that nothing is made for, or no end.
    """

    def block(found: re.Match[str]) -> str:
        begin, name, _, end = found.groups()
        if name not in BLOCKS:
            raise ReviewError(f"{README}: nothing is made for a block {name!r}; known are {', '.join(BLOCKS)}")
        if end != "<!-- end -->":
            raise ReviewError(f"{README}: the block {name!r} has no end")
        return f"{begin}\n{BLOCKS[name]()}\n\n{end}"

    return _BLOCK.sub(block, text)


def outdated(root: Path) -> dict[Path, bytes]:
    """Return what is out of date in the repository at ``root``: the files, and what they should hold.

    Raises:
        ReviewError: ``root`` is not the repository's, a file cannot be read, or the README's blocks do not hold.
        MissingExtraError: ``pygraphviz`` is not installed.
    """
    if not (root / README).is_file() or not (root / "diagrams").is_dir():
        raise ReviewError(f"{root.resolve()} has no {README} beside diagrams/: run this in the repository's root")
    wanted = {root / path: make().encode() for path, make in FILES.items()}
    try:
        wanted[root / README] = readme((root / README).read_bytes().decode()).encode()
        return {path: text for path, text in wanted.items() if not path.is_file() or not _same(path, text)}
    except (OSError, UnicodeDecodeError) as error:
        raise ReviewError(f"{README}: {error}") from None


def _same(path: Path, text: bytes) -> bool:
    """Return whether a file holds ``text``; of an SVG, whether it says the same, wherever Graphviz places it."""
    held = path.read_bytes()
    if held == text or path.suffix != ".svg":
        return held == text
    try:
        return svg.content(held.decode()) == svg.content(text.decode())
    except (ElementTree.ParseError, UnicodeDecodeError):
        return False


def main(arguments: Sequence[str] | None = None, root: Path = Path()) -> int:
    """Write what is out of date, or with ``--check`` name it; return the exit code.

    0: nothing is out of date any more. 1: ``--check`` found something. 2: it could not be done.
    """
    parser = argparse.ArgumentParser(prog="python -m phonefsm.review", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if something is out of date")
    check = parser.parse_args(arguments).check
    try:
        stale = outdated(root)
        for path, text in stale.items():
            if not check:
                path.write_bytes(text)
            name = path.relative_to(root).as_posix()
            sys.stdout.write(f"{name} is out of date\n" if check else f"{name} written\n")
    except (ReviewError, PhoneFsmError, OSError) as error:
        sys.stderr.write(f"phonefsm.review: {error}\n")
        return 2
    if check and stale:
        sys.stderr.write("phonefsm.review: bring it up to date with python -m phonefsm.review\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
