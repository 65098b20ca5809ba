# SPDX-License-Identifier: Apache-2.0
"""OpenAI realtime, event by event and without a server: order, truncation, keys, and what is sent when."""

import base64
from typing import Any

import pytest

from phonefsm import PhoneCapture, State
from phonefsm.adapters.openai import realtime
from phonefsm.adapters.openai.realtime import ITEMS_KEPT, Session
from tests.adapters.conversations import ORDER, READ_A, A

Event = dict[str, Any]
CONFIRM = ("confirm_phone_number", "{}")
UPDATE = ("update_phone_number", f'{{"phone_number": "{A}"}}')
DECLINE = ("decline_phone_number_capture", '{"reason": "no"}')


def session(**options: Any) -> Session:
    made = Session(PhoneCapture(default_region="US", observes=realtime.OBSERVES), **options)
    made.update()
    return made


def spoke(id: str) -> Event:
    item = {"id": id, "type": "message", "role": "user", "content": [{"type": "input_audio"}]}
    return {"type": "conversation.item.added", "item": item}


def heard(id: str, words: str) -> Event:
    return {"type": "conversation.item.input_audio_transcription.completed", "item_id": id, "transcript": words}


def done(
    id: str, *calls: tuple[str, str], text: str = "", status: str = "completed", called: str = "completed"
) -> Event:
    output: list[Event] = []
    if text:
        content = [{"type": "output_audio", "transcript": text}]
        output.append({"id": f"{id}-said", "type": "message", "role": "assistant", "content": content})
    for place, (name, arguments) in enumerate(calls):
        call = {"call_id": f"{id}-{place}", "name": name, "arguments": arguments, "status": called}
        output.append({"id": f"{id}-call-{place}", "type": "function_call", **call})
    return {"type": "response.done", "response": {"id": id, "status": status, "output": output}}


def audio(id: str, milliseconds: int) -> Event:
    delta = base64.b64encode(bytes(48 * milliseconds)).decode()
    return {"type": "response.output_audio.delta", "item_id": f"{id}-said", "delta": delta}


def truncated(id: str, milliseconds: int) -> Event:
    return {"type": "conversation.item.truncated", "item_id": f"{id}-said", "audio_end_ms": milliseconds}


def kinds(events: list[Event]) -> list[str]:
    return [event["item"]["type"] if "item" in event else event["type"] for event in events]


def pending() -> Session:
    made = session()
    for event in (spoke("t1"), heard("t1", A), done("r1", UPDATE)):
        made.handle(event)
    assert made.capture.state is State.PENDING_CONFIRMATION
    return made


def confirmed(made: Session) -> str:
    """Let the caller say yes and the model confirm; return the code of the reply."""
    made.handle(spoke("t9"))
    made.handle(heard("t9", "yes"))
    reply = made.handle(done("r9", CONFIRM))
    return str(reply.replies[0].code)  # type: ignore[attr-defined]


def test_results_come_first_then_the_new_state_then_the_next_response() -> None:
    made = session()
    made.handle(spoke("t1"))
    events = made.handle(done("r1", UPDATE, UPDATE))
    assert kinds(events) == ["function_call_output"] * 2 + ["session.update", "response.create"]
    assert kinds(made.handle(done("r2", ("confirm_phone_number", "{}")))) == ["function_call_output", "response.create"]
    assert made.handle(done("r3", text="Is it right?")) == []


def test_a_final_state_forbids_calls_and_sends_no_empty_list() -> None:
    made = session()
    update = made.handle(done("r1", DECLINE))[1]["session"]
    assert made.capture.state is State.DECLINED
    assert (update["tool_choice"], "tools" in update) == ("none", False)
    made.capture.reopen()
    assert made.update()["session"]["tool_choice"] == "auto"


def test_a_read_back_that_was_played_counts_also_if_nobody_says_so() -> None:
    made = pending()
    made.handle(done("r2", text=READ_A))
    assert confirmed(made) == "completed"


@pytest.mark.parametrize("late", [False, True], ids=["before the next turn", "behind it"])
def test_a_truncated_read_back_proves_nothing(late: bool) -> None:
    made = pending()
    made.handle(audio("r2", 2000))
    made.handle(done("r2", text=READ_A))
    if late:
        made.handle(spoke("t8"))
    made.handle(truncated("r2", 700))
    assert confirmed(made) == "not_read_back"


def test_a_read_back_truncated_behind_its_last_word_counts() -> None:
    made = pending()
    made.handle(audio("r2", 1500))
    made.handle(audio("r2", 500))
    made.handle(done("r2", text=READ_A))
    made.handle(truncated("r2", 2000))
    assert confirmed(made) == "completed"


@pytest.mark.parametrize("kind", ["audio/pcmu", "audio/pcma"])
def test_the_length_of_the_audio_follows_its_format(kind: str) -> None:
    made = pending()
    made.handle({"type": "session.updated", "session": {"audio": {"output": {"format": {"type": kind}}}}})
    delta = base64.b64encode(bytes(8 * 2000)).decode()
    made.handle({"type": "response.output_audio.delta", "item_id": "r2-said", "delta": delta})
    made.handle(done("r2", text=READ_A))
    made.handle(truncated("r2", 1999))
    assert confirmed(made) == "not_read_back"


@pytest.mark.parametrize("status", ["cancelled", "incomplete", "failed"])
def test_a_response_that_was_not_finished_proves_nothing_and_is_not_followed_up(status: str) -> None:
    made = pending()
    assert made.handle(done("r2", text=READ_A, status=status)) == []
    assert "response.create" not in kinds(made.handle(done("r3", CONFIRM, status=status)))
    assert made.handle(done("r4", DECLINE, status=status, called="incomplete")) == [], "a call cut off was not made"
    assert confirmed(made) == "not_read_back"


def test_words_that_come_late_count_where_they_were_spoken() -> None:
    made = pending()
    made.handle(done("r2", text=READ_A))
    made.played()
    made.handle(spoke("t2"))
    made.handle(done("r3", text="Hm."))
    made.handle(heard("t2", "no, that's wrong"))
    assert made.handle(done("r4", CONFIRM)).replies[0].code == "objected"  # type: ignore[attr-defined]


def test_the_same_response_twice_is_decided_once() -> None:
    made = session()
    made.handle(spoke("t1"))
    first = made.handle(done("r1", UPDATE))
    again = made.handle(done("r1", UPDATE))
    assert again[0] == first[0]
    assert made.capture.generation == 1


def test_an_item_of_the_caller_s_counts_once() -> None:
    made = session()
    made.handle(spoke("t1"))
    made.handle(heard("t1", A))
    made.handle({**spoke("t1"), "type": "conversation.item.created"})
    made.played()
    assert len(made.capture.snapshot().turns) == 1


def test_what_the_caller_types_goes_out_and_counts_once() -> None:
    made = session()
    item, create = made.user(A)
    assert create == {"type": "response.create"}
    made.handle({"type": "conversation.item.added", "item": item["item"]})
    made.handle(done("r1", UPDATE))
    assert made.capture.state is State.COMPLETED
    assert len(made.capture.snapshot().turns) == 1


def test_calls_of_the_host_s_tools_are_answered_before_the_next_response() -> None:
    own = {"type": "function", "name": ORDER.name, "parameters": ORDER.parameters}
    made = session(tools=[own])
    events = made.handle(done("r1", (ORDER.name, "{}"), CONFIRM))
    (call,) = events.foreign  # type: ignore[attr-defined]
    events.answer(call, ORDER.answer)  # type: ignore[attr-defined]
    assert kinds(events) == ["function_call_output", "function_call_output", "response.create"]
    assert events[0]["item"]["output"] == ORDER.answer


def test_keys_are_one_entry_up_to_the_hash_and_stop_no_audio() -> None:
    made = session()
    sent = [made.handle({"type": "input_audio_buffer.dtmf_event_received", "event": key}) for key in "4155550123#"]
    assert sent[:-1] == [[]] * 10
    assert kinds(sent[-1]) == ["session.update", "response.create"]
    made.handle(done("r1", text=READ_A))
    made.keys("1")
    assert made.capture.state is State.PENDING_CONFIRMATION, "nobody knows whether it was played to its end"
    made.handle(done("r2", text=READ_A))
    made.handle({"type": "output_audio_buffer.stopped"})
    made.keys("1")
    assert made.capture.outcome is not None


def test_silence_is_counted_and_its_empty_item_is_no_turn() -> None:
    made = pending()
    made.handle(done("r2", text=READ_A))
    assert made.handle({"type": "input_audio_buffer.timeout_triggered", "item_id": "t5"}) == []
    made.handle(spoke("t5"))
    made.handle(heard("t5", ""))
    assert made.capture.receipt.silences == 1
    assert made.handle(done("r3", CONFIRM)).replies[0].code == "not_answered"  # type: ignore[attr-defined]


def test_what_is_remembered_of_a_session_is_bounded() -> None:
    made = session()
    for number in range(3 * ITEMS_KEPT):
        made.handle(spoke(f"t{number}"))
        made.handle(done(f"r{number}", text="Hm."))
    assert len(made._items) <= ITEMS_KEPT


def test_events_that_mean_nothing_here_are_passed_over() -> None:
    made = session()
    for odd in ({}, {"type": "error"}, {"type": "response.done"}, {"type": "conversation.item.added"}, None):
        assert list(made.handle(odd)) == []
    assert made.capture.state is State.ASKING
