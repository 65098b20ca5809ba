# SPDX-License-Identifier: Apache-2.0
"""``python -m tests.adapters`` prints the tables: adapters and conversations, then the differences that are forced."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator

import pytest

from tests.adapters.conformance import Adapter, Conformance, check
from tests.adapters.conversations import CONVERSATIONS


def adapters() -> Iterator[Adapter]:
    """Yield the adapters whose packages are installed, by their test modules' names."""
    package = importlib.import_module("tests.adapters")
    for module in sorted(info.name for info in pkgutil.iter_modules(package.__path__) if info.name.startswith("test_")):
        try:
            found = importlib.import_module(f"tests.adapters.{module}")
        except pytest.skip.Exception as skipped:
            sys.stderr.write(f"{module}: {skipped}\n")
            continue
        for each in vars(found).values():
            if isinstance(each, type) and issubclass(each, Conformance) and each.__module__ == found.__name__:
                yield each.adapter


def cells(adapter: Adapter) -> dict[str, str]:
    """Return what came of each conversation."""
    column = {}
    for conversation in CONVERSATIONS:
        if adapter.absent(conversation):
            column[conversation.name] = "-"
            continue
        try:
            declared = check(adapter, conversation)
        except Exception as error:
            column[conversation.name] = f"FAILED: {type(error).__name__}"
        else:
            column[conversation.name] = f"{', '.join(sorted(declared))} differ" if declared else "equal"
    return column


def main() -> int:
    """Print both tables; return 1 where a conversation failed."""
    installed = list(adapters())
    columns = [cells(adapter) for adapter in installed]
    lines = [f"| conversation | {' | '.join(each.name for each in installed)} |", "|---" * (len(columns) + 1) + "|"]
    for conversation in CONVERSATIONS:
        row = " | ".join(column[conversation.name] for column in columns)
        lines.append(f"| {conversation.name} | {row} |")
    lines += ["", "| adapter | where | what differs | why |", "|---|---|---|---|"]
    lines += dict.fromkeys(row for adapter in installed for row in adapter.differences())
    sys.stdout.write("\n".join(lines) + "\n")
    return int(any(cell.startswith("FAILED") for column in columns for cell in column.values()))


if __name__ == "__main__":
    sys.exit(main())
