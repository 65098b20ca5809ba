# SPDX-License-Identifier: Apache-2.0
"""What was worked out once and need not be again: a folder of answers, each under the hash of its question."""

import hashlib
import json
from pathlib import Path
from typing import Any


class Store:
    """Keeps JSON-ready answers in ``folder``, or in memory alone without one.

    A question holds everything that its answer depends on, weights included, so an answer is never out of date.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._known: dict[str, Any] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def get(self, question: object) -> Any:
        """Return the answer to ``question``, or ``None``."""
        key = _key(question)
        if key not in self._known and self._folder is not None:
            try:
                self._known[key] = json.loads((self._folder / f"{key}.json").read_text(encoding="utf-8"))
            except (OSError, ValueError):
                return None  # a file that was cut off is worked out again
        return self._known.get(key)

    def put(self, question: object, answer: Any) -> None:
        """Keep ``answer``."""
        key = _key(question)
        self._known[key] = answer
        if self._folder is not None:
            (self._folder / f"{key}.json").write_text(json.dumps(answer), encoding="utf-8")


def _key(question: object) -> str:
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:40]
