# SPDX-License-Identifier: Apache-2.0
"""A capture outlives its process: what comes back goes on alike, and what is damaged says so."""

import json
from typing import Any

import pytest

from phonefsm import CapturePolicy, PhoneCapture, Snapshot, SnapshotError, State
from phonefsm.snapshot import VERSION
from phonefsm.turns import CORRECTIONS_KEPT
from tests.script import READ_A, A, Talk, update

POLICY = CapturePolicy(default_region="US")


def stages() -> dict[str, Talk]:
    return {
        "asking": Talk(),
        "collecting": Talk().says("415").extend("415"),
        "pending": Talk().pending(),
        "corrected": Talk().pending().says("no, the last four are 0188"),
        "read in part": Talk().pending().agent("415"),
        "agreed": Talk().agreed(),
        "completed": Talk().agreed().confirm(),
        "declined": Talk().says("I'd rather not").decline(),
        "reopened": _reopened(),
        "extension": Talk().says("415 555 0123 extension 89").update(A),
        "late": Talk(observes=["transcript", "agent"]).says(None, id="t1").update(A),
        "called": Talk().says(A).calls(update(A, "c1")).agent("Saved!"),
    }


def _reopened() -> Talk:
    talk = Talk().agreed().confirm()
    talk.capture.reopen()
    return talk


@pytest.mark.parametrize("stage", stages())
def test_a_restored_capture_is_the_same_and_behaves_alike(stage: str) -> None:
    talk = stages()[stage]
    text = talk.capture.snapshot().model_dump_json()
    twin = Talk(PhoneCapture.restore(text, POLICY))
    for each in (talk, twin):
        each.agent("555 0123").says("yes").confirm().says("no, 0188").update("0188").agent(READ_A).extend("12")
    assert twin.replies == talk.replies
    assert twin.capture.snapshot() == talk.capture.snapshot()
    assert twin.capture.receipt == talk.capture.receipt
    assert twin.capture.prompt == talk.capture.prompt
    assert twin.capture.instructions == talk.capture.instructions


def test_a_call_that_was_answered_before_the_restart_is_answered_alike() -> None:
    talk = Talk().says(A).calls(update(A, "c1"))
    twin = Talk(PhoneCapture.restore(talk.capture.snapshot(), POLICY))
    assert twin.calls(update(A, "c1")).replies == talk.replies
    assert twin.capture.generation == 1


def test_a_snapshot_is_taken_back_in_each_of_its_forms() -> None:
    snapshot = Talk().agreed().capture.snapshot()
    text = snapshot.model_dump_json()
    forms = (snapshot, text, text.encode(), json.loads(text), snapshot.model_dump())
    for form in (*forms, Snapshot.model_validate(json.loads(text)), Snapshot.model_validate_json(text)):
        assert PhoneCapture.restore(form, POLICY).snapshot() == snapshot


def test_a_snapshot_of_a_newer_version_says_so() -> None:
    data = json.loads(Talk().capture.snapshot().model_dump_json()) | {"version": VERSION + 1, "mood": "sunny"}
    with pytest.raises(SnapshotError, match=f"version {VERSION + 1}.*newer release"):
        PhoneCapture.restore(json.dumps(data), POLICY)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "pending_confirmation"},
        {"state": "collecting"},
        {"state": "dreaming"},
        {"part": "415"},
        {"part": "4a5"},
        {"generation": -1},
        {"generation": "1"},
        {"number": "4155550123"},
        {"number": "+9999999999"},
        {"extension": "89"},
        {"mark": 7},
        {"turns": [{"who": "caller", "numbers": "415; DROP"}]},
        {"turns": [{"who": "nobody"}]},
        {"turns": [{"who": "caller"}] * 100},
        {"walk": None},
        {"observes": ["gossip"]},
        {"reason": "because"},
        {"caller_id": 5},
        {"caller_id": "me"},
        {"version": None},
        {"extra": 1},
    ],
)
def test_a_damaged_snapshot_is_refused_in_one_line(change: dict[str, Any]) -> None:
    data = json.loads(Talk().capture.snapshot().model_dump_json()) | change
    with pytest.raises(SnapshotError) as raised:
        PhoneCapture.restore(json.dumps(data), POLICY)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("data", ["", "{", "[]", b"\xff\xfe", "null", None, 5, {}, []])
def test_what_is_no_snapshot_is_refused(data: Any) -> None:
    with pytest.raises(SnapshotError):
        PhoneCapture.restore(data, POLICY)


def test_a_snapshot_that_lacks_a_field_is_refused() -> None:
    full = json.loads(Talk().agreed().capture.snapshot().model_dump_json())
    for name, field in Snapshot.model_fields.items():
        data = {key: value for key, value in full.items() if key != name}
        if field.is_required():
            with pytest.raises(SnapshotError, match=name):
                PhoneCapture.restore(data, POLICY)


def test_two_captures_share_nothing() -> None:
    first, second = Talk().agreed(), Talk()
    assert second.state is State.ASKING
    first.confirm()
    assert second.capture.snapshot() == PhoneCapture(POLICY).snapshot()


def test_a_correction_of_any_length_leaves_a_capture_that_can_be_kept() -> None:
    talk = Talk().pending().says("the last digits are " + "one two three " * 20).says("the last digit is four. " * 30)
    text = talk.capture.snapshot().model_dump_json()
    assert PhoneCapture.restore(text, POLICY).snapshot() == talk.capture.snapshot()
    assert all(len(turn.corrections) <= CORRECTIONS_KEPT for turn in talk.capture.snapshot().turns)
