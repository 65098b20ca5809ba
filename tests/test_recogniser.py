# SPDX-License-Identifier: Apache-2.0
"""What a real recogniser made of numbers that were really said: heard as far as its words allow, and never completed.

``data/recogniser.jsonl`` holds sentences that came out of a phone line (``tests/sound``) as other words, a row each:

- ``said``, ``kind``: what the caller said, and whether it was a whole number, a part or a change of the last digits;
- ``heard``: the recogniser's words, a text a turn; ``region``: where the agent takes numbers to be;
- ``want``: the digits that can be known from these words; ``null``: they cannot, so no whole valid number may come out;
- ``deceives``: the words hold another valid number as plainly as a right one, so that the read-back alone can help;
- ``open``: what must hold does not hold yet; a test fails once it does, so that the mark is taken out.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from phonefsm import Completed, PhoneCapture
from phonefsm.dialogue import Dialogue
from phonefsm.speech import hear
from tests.sound.callers import Kind, Utterance
from tests.sound.calls import judged


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence, what came of it and what is to be made of that."""

    said: str
    heard: tuple[str, ...]
    region: str
    kind: Kind
    want: str | None
    deceives: bool = False
    open: bool = False

    @property
    def holds(self) -> bool:
        """Whether hearing gives what must be given for this row."""
        step = judged(Utterance(self.said, self.kind, self.want or ""), self.heard, self.region)
        if self.want is not None:
            return step.understood
        changes = [change for text in self.heard for change in hear(text, region=self.region).corrections]
        return not step.mistaken and not (self.kind == "change" and changes)


ROWS = [
    Row(**row | {"heard": tuple(row["heard"])})
    for row in map(json.loads, (Path(__file__).parent / "data" / "recogniser.jsonl").read_text("utf-8").splitlines())
]


def named(row: Row) -> str:
    return " / ".join(row.heard)[:60]


@pytest.mark.parametrize("row", [row for row in ROWS if row.want is not None and not row.open], ids=named)
def test_digits_that_the_words_still_hold_are_heard(row: Row) -> None:
    assert row.holds


@pytest.mark.parametrize("row", [row for row in ROWS if row.want is None and not (row.open or row.deceives)], ids=named)
def test_words_that_lost_digits_give_no_other_whole_number(row: Row) -> None:
    assert row.holds


def test_rows_that_are_not_heard_as_they_must_are_marked_open() -> None:
    heard_now = [row for row in ROWS if row.open and row.holds]
    assert heard_now == [], "these hold now: take `open` out of them, so that they go on to hold"


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_whatever_was_heard_a_no_to_the_read_back_completes_nothing(row: Row) -> None:
    capture = PhoneCapture(default_region=row.region)
    driver = Dialogue(capture)
    capture.agent_said(driver.open().audio)
    for text in row.heard:
        prompt = driver.heard(text, "audio")
        assert not isinstance(capture.outcome, Completed)
    capture.agent_said(prompt.audio)
    driver.heard("No, that's wrong.", "audio")
    assert not isinstance(capture.outcome, Completed)
    assert capture.number is None
