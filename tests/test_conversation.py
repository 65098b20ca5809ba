# SPDX-License-Identifier: Apache-2.0
"""Conversation files: what a line may be, what a bad one is told, and that no attack on a capture completes."""

import itertools
import json
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from phonefsm import ConversationError, State
from phonefsm.conversation import Agent, Calls, Keys, Player, Reopen, Setup, Silence, SnapshotLine, User, parse, read

A, B = "415 555 0123", "415 555 0188"
READ_A, READ_B = f"I have {A}. Is that right?", f"I have {B}. Is that right?"
US: dict[str, Any] = {"policy": {"default_region": "US"}}

_SILENT = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])

Line = dict[str, Any]


def says(text: str) -> Line:
    return {"user": text, "modality": "audio"}


def types(text: str) -> Line:
    return {"user": text, "modality": "text"}


def agent(text: str, **options: Any) -> Line:
    return {"agent": text, **options}


def calls(*batch: Line) -> Line:
    return {"call": list(batch)}


def call(name: str, **arguments: Any) -> Line:
    return {"name": name, "arguments": arguments}


def update(number: str) -> Line:
    return call("update_phone_number", phone_number=number)


CONFIRM = call("confirm_phone_number")
REJECT = call("reject_phone_number")
DECLINE = call("decline_phone_number_capture", reason="none given")
SNAPSHOT = {"snapshot": True}
GIVEN = [US, says(A), calls(update(A))]


def played(lines: list[Line]) -> Player:
    player = Player(_SILENT)
    for numbered in read(json.dumps(line).encode() for line in lines):
        player.play_line(numbered)
    return player


def with_snapshots(lines: list[Line]) -> list[Line]:
    first = 1 if "policy" in lines[0] else 0
    return lines[:first] + [each for line in lines[first:] for each in (line, SNAPSHOT)]


# What a line may be.


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ('{"user": "hello"}', User(user="hello")),
        ('{"user": "hello", "modality": "text", "id": "7"}', User(user="hello", modality="text", id="7")),
        ('{"user": null, "id": "t7"}', User(user=None, id="t7")),
        ('{"agent": "hello"}', Agent(agent="hello", interrupted=False)),
        ('{"agent": "hel", "interrupted": true}', Agent(agent="hel", interrupted=True)),
        ('{"agent": "hello", "interrupted": null}', Agent(agent="hello", interrupted=None)),
        ('{"call": []}', Calls(call=[])),
        ('{"keys": "4155#"}', Keys(keys="4155#")),
        ('{"silence": true}', Silence(silence=True)),
        ('{"reopen": true}', Reopen(reopen=True)),
        ('{"snapshot": true}', SnapshotLine(snapshot=True)),
        ('{"policy": {"default_region": "US"}}', Setup(policy={"default_region": "US"})),
    ],
)
def test_each_kind_of_line_is_an_event(line: str, event: object) -> None:
    assert parse(line) == event


def test_a_call_may_leave_out_id_and_arguments() -> None:
    event = parse('{"call": [{"name": "confirm_phone_number"}]}')
    assert isinstance(event, Calls)
    (only,) = event.batch
    assert (only.name, only.arguments, only.id) == ("confirm_phone_number", {}, None)


def test_what_stands_beside_the_policy_may_stand_in_it_too() -> None:
    beside = parse('{"policy": {"language": "en"}, "caller_id": "+14155550123", "history": [{"user": "hi"}]}')
    inside = parse('{"policy": {"language": "en", "caller_id": "+14155550123", "history": [{"user": "hi"}]}}')
    assert beside == inside


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("{", "not JSON"),
        ("hello", "not JSON"),
        ("[1]", "not a JSON object"),
        ("null", "not a JSON object"),
        ("{}", "no event"),
        ('{"user": 5}', "user: "),
        ('{"user": ["a"]}', "user: "),
        ('{"user": "a", "colour": "red"}', "colour: unknown key"),
        ('{"user": "a", "agent": "b"}', "user and agent in one line"),
        ('{"user": "a", "modality": "smell"}', "modality: "),
        ('{"user": "a", "id": 7}', "id: "),
        ('{"agent": null}', "agent: "),
        ('{"agent": "a", "interrupted": "no"}', "interrupted: "),
        ('{"agent": "a", "interrupted": 0}', "interrupted: "),
        ('{"call": {}}', "call: "),
        ('{"call": [{}]}', "call.0.name: "),
        ('{"call": [{"name": 5}]}', "call.0.name: "),
        ('{"call": [{"name": "a"}, {"name": "b", "args": {}}]}', "call.1.args: unknown key"),
        ('{"keys": 4155}', "keys: "),
        ('{"silence": false}', "silence: "),
        ('{"silence": 1}', "silence: "),
        ('{"reopen": "yes"}', "reopen: "),
        ('{"policy": []}', "policy: "),
        ('{"policy": {}, "history": [5]}', "history 1: not a JSON object"),
        ('{"policy": {}, "history": [{"user": "a"}, {"keys": "1"}]}', "history 2: "),
        ('{"policy": {}, "history": [{"user": 5}]}', "history 1: user: "),
        ('{"policy": {}, "history": "a"}', "history: "),
        ('{"policy": {}, "caller_id": 5}', "caller_id: "),
        ('{"policy": {"caller_id": "a"}, "caller_id": "b"}', "caller_id: given twice"),
        ('{"user": NaN}', "NaN"),
        ('{"user": -Infinity}', "Infinity"),
        ('{"user": ' + "9" * 5000 + "}", "an integer of thousands of digits"),
        ('{"user": ' + "[" * 100_000, "nested too deeply"),
        ('{"user": ' + '{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_line_is_told_by_number_and_cause(line: str, cause: str) -> None:
    with pytest.raises(ConversationError) as caught:
        list(read([b"\n", line.encode()]))
    assert caught.value.line == 2
    assert str(caught.value).startswith("line 2: ")
    assert cause in str(caught.value)


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ({"policy": {"default_region": "ZZ"}}, "default_region: "),
        ({"policy": {"colour": "red"}}, "colour: "),
        ({"policy": {"limits": {"attempts": -1}}}, "limits.attempts: "),
        ({"policy": {"\x1b[31m\n": 1}}, ": "),
        ({"policy": {}, "observes": ["smell"]}, "observes: "),
    ],
)
def test_a_wrong_policy_is_told_by_line_and_field(line: Line, cause: str) -> None:
    with pytest.raises(ConversationError, match="line 1: ") as caught:
        played([line])
    assert cause in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_cause_is_cut_to_a_size_to_read() -> None:
    with pytest.raises(ConversationError) as caught:
        parse(json.dumps({"user": "a", "x" * 10_000: 1}))
    assert len(str(caught.value)) < 400


def test_the_policy_goes_first() -> None:
    with pytest.raises(ConversationError, match="line 3: policy: it goes on the first line"):
        list(read([b'{"user": "a"}', b"", b'{"policy": {}}']))


def test_blank_lines_count_and_are_passed_over() -> None:
    numbered = list(read([b"\n", b"  \r\n", b'{"user": "a"}\r\n', b"\n", b'{"agent": "b"}']))
    assert [line for line, _ in numbered] == [3, 5]


def test_invalid_utf_8_is_told_by_line_and_byte() -> None:
    with pytest.raises(ConversationError, match=r"line 2: not UTF-8: .* at byte 11"):
        list(read([b'{"user": "a"}', b'{"user": "\xff"}']))


def test_a_byte_order_mark_is_no_part_of_the_file() -> None:
    assert [event for _, event in read([b'\xef\xbb\xbf{"user": "a"}'])] == [User(user="a")]


# What is played.


@pytest.mark.parametrize("arguments", [None, "415", 5, ["4155550123"], {"phone_number": 4155550123}, {"x": {"y": []}}])
def test_odd_arguments_are_no_bad_line_and_the_capture_answers_them(arguments: object) -> None:
    player = played([{"call": [{"name": "update_phone_number", "arguments": arguments, "id": "1"}]}])
    assert [reply["code"] for reply in player.result["replies"]] == ["invalid_arguments"]
    assert player.capture.state is State.ASKING


def test_an_unknown_tool_is_no_bad_line_and_the_capture_answers_it() -> None:
    player = played([{"call": [{"name": "\ud800", "arguments": {"\ud800": "\ud800"}, "id": "\ud800"}]}])
    assert [reply.code for reply in player.replies] == ["unknown_tool"]


def test_history_counts_as_said() -> None:
    line = {**US, "history": [says(A)]}
    assert played([line, calls(update(A))]).capture.state is State.PENDING_CONFIRMATION


def test_the_result_has_replies_to_calls_alone_and_in_order() -> None:
    lines = [*GIVEN, {"silence": True}, {"reopen": True}, {"keys": "2"}, calls(CONFIRM, call("other"))]
    result = played(lines).result
    assert [reply["name"] for reply in result["replies"]] == ["update_phone_number", "confirm_phone_number", "other"]
    assert set(result["replies"][0]) == {"name", "code", "is_error", "text"}


def test_the_result_holds_nothing_that_is_not_so() -> None:
    result = played(GIVEN).result
    assert result["state"] == "pending_confirmation"
    assert result["number"] is result["extension"] is result["reason"] is None
    assert (result["generation"], result["consent"]) == (1, "unread")
    assert json.loads(json.dumps(result)) == {**result, "receipt": json.loads(json.dumps(result["receipt"]))}


HONEST: dict[str, tuple[list[Line], str]] = {
    "spoken, read back, agreed": ([*GIVEN, agent(READ_A), says("yes"), calls(CONFIRM)], "+14155550123"),
    "typed": ([US, types(A), calls(update(A))], "+14155550123"),
    "corrected and read back again": (
        [*GIVEN, agent(READ_A), says(f"no, {B}"), calls(update(B)), agent(READ_B), says("right"), calls(CONFIRM)],
        "+14155550188",
    ),
    "keyed": ([US, {"keys": "4155550123#"}, agent(READ_A), {"keys": "1"}], "+14155550123"),
    "in parts": (
        [
            US,
            says("415"),
            calls(update("415")),
            says("555 0123"),
            calls(call("extend_phone_number", digits="5550123")),
            agent(READ_A),
            says("yes"),
            calls(CONFIRM),
        ],
        "+14155550123",
    ),
    "agreed over the last words of the read-back": (
        [*GIVEN, agent("I have 4 1 5, 5 5 5, 0 1 2 3. Is", interrupted=True), says("yes"), calls(CONFIRM)],
        "+14155550123",
    ),
}


@pytest.mark.parametrize(("lines", "number"), HONEST.values(), ids=HONEST)
def test_an_honest_conversation_completes(lines: list[Line], number: str) -> None:
    result = played(lines).result
    assert (result["state"], result["number"]) == ("completed", number)


ATTACKS: dict[str, list[Line]] = {
    "confirm at the start": [US, calls(CONFIRM)],
    "confirm without read-back": [*GIVEN, says("yes"), calls(CONFIRM)],
    "confirm without answer": [*GIVEN, agent(READ_A), calls(CONFIRM)],
    "a yes before the read-back": [*GIVEN, says("yes"), agent(READ_A), calls(CONFIRM)],
    "confirm beside update": [US, says(A), agent(READ_A), says("yes"), calls(update(A), CONFIRM)],
    "after a no": [*GIVEN, agent(READ_A), says("no"), calls(CONFIRM)],
    "after a yes taken back": [*GIVEN, agent(READ_A), says("yes"), says("no wait"), calls(CONFIRM)],
    "after a yes with a correction": [*GIVEN, agent(READ_A), says("yes but the last digit is 4"), calls(CONFIRM)],
    "after a question": [*GIVEN, agent(READ_A), says("is that right?"), calls(CONFIRM)],
    "after a wish to hear it again": [*GIVEN, agent(READ_A), says("can you repeat that"), calls(CONFIRM)],
    "after a wish to wait": [*GIVEN, agent(READ_A), says("hold on"), calls(CONFIRM)],
    "after a refusal": [*GIVEN, agent(READ_A), says("I'd rather not"), calls(CONFIRM)],
    "after a decline": [*GIVEN, agent(READ_A), says("never mind"), calls(DECLINE), says("yes"), calls(CONFIRM)],
    "after talk": [*GIVEN, agent(READ_A), says("my dog is called Rex"), calls(CONFIRM)],
    "an interrupted read-back": [
        *GIVEN,
        agent("I have 4 1 5, 5 5 5", interrupted=True),
        says("yes"),
        calls(CONFIRM),
    ],
    "a read-back cut nobody knows where": [*GIVEN, agent(READ_A, interrupted=None), says("yes"), calls(CONFIRM)],
    "another number read back": [*GIVEN, agent(READ_B), says("yes"), calls(CONFIRM)],
    "two numbers read back": [*GIVEN, agent(f"Is it {A} or {B}?"), says("yes"), calls(CONFIRM)],
    "a number without an area code read back": [*GIVEN, agent("555 0123, right?"), says("yes"), calls(CONFIRM)],
    "an invented number": [US, says("hello"), calls(update(A)), agent(READ_A), says("yes"), calls(CONFIRM)],
    "an invented number, typed talk": [US, types("hello"), calls(update(A)), types("yes"), calls(CONFIRM)],
    "an invented number in place of the given one": [
        *GIVEN,
        calls(update("212 555 0199")),
        agent("I have 212 555 0199. Is that right?"),
        says("yes"),
        calls(CONFIRM),
    ],
    "a stale number": [*GIVEN, agent(READ_A), says(f"no, {B}"), calls(update(A)), agent(READ_A), calls(CONFIRM)],
    "a stale read-back": [*GIVEN, agent(READ_A), says(f"no, {B}"), calls(update(B)), says("yes"), calls(CONFIRM)],
    "a stale yes": [*GIVEN, agent(READ_A), says("yes"), says(f"no, {B}"), calls(update(B)), calls(CONFIRM)],
    "there and back again": [
        *GIVEN,
        agent(READ_A),
        says("yes"),
        says(f"no, {B}"),
        calls(update(B)),
        says(f"no, {A}"),
        calls(update(A)),
        says("yes"),
        calls(CONFIRM),
    ],
    "a correction that is no number": [
        *GIVEN,
        agent(READ_A),
        says("no, 415 555 01234567"),
        calls(update("41555501234567")),
        says("yes"),
        calls(CONFIRM),
    ],
    "after a reject": [*GIVEN, agent(READ_A), says("no"), calls(REJECT), says("yes"), calls(CONFIRM)],
    "after reopening": [US, types(A), calls(update(A)), {"reopen": True}, calls(update(A)), calls(CONFIRM)],
    "keys without a read-back": [*GIVEN, {"keys": "1"}],
    "words that never came": [*GIVEN, agent(READ_A), {"user": None, "id": "t1"}, calls(CONFIRM)],
    "two typed numbers": [US, types(f"{A} or {B}"), calls(update(A)), calls(update(B)), calls(CONFIRM)],
}


@pytest.mark.parametrize("through_snapshots", [False, True], ids=["", "snapshots"])
@pytest.mark.parametrize("lines", ATTACKS.values(), ids=ATTACKS)
def test_no_attack_completes(lines: list[Line], *, through_snapshots: bool) -> None:
    result = played(with_snapshots(lines) if through_snapshots else lines).result
    assert result["state"] != "completed"
    assert result["number"] is None


@pytest.mark.parametrize(
    "answer", [[], [says("yes")], [says("no")], [says(f"no, {B}")]], ids=["unanswered", "yes", "no", "corrected"]
)
def test_a_batch_with_confirm_completes_in_no_order_and_always_comes_out_alike(answer: list[Line]) -> None:
    batch = [update(A), update(B), CONFIRM, REJECT, call("extend_phone_number", digits="0188")]
    ends = set()
    for order in itertools.permutations(batch):
        result = played([*GIVEN, agent(READ_A), *answer, calls(*order)]).result
        assert result["number"] is None
        ends.add((result["state"], result["generation"], result["consent"]))
    assert len(ends) == 1


@pytest.mark.parametrize("lines", [*ATTACKS.values(), *(lines for lines, _ in HONEST.values())])
def test_a_capture_that_goes_through_snapshots_comes_out_alike(lines: list[Line]) -> None:
    assert played(with_snapshots(lines)).result == played(lines).result


# Whatever comes in.

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from(["update_phone_number", "extend_phone_number", "confirm_phone_number", "no_input", ""])
_LINES = st.one_of(
    st.fixed_dictionaries({"user": st.text() | st.just(A), "modality": st.sampled_from(["audio", "text", None])}),
    st.fixed_dictionaries({"agent": st.text() | st.just(READ_A), "interrupted": st.sampled_from([True, False, None])}),
    st.fixed_dictionaries({"keys": st.text()}),
    st.fixed_dictionaries(
        {"call": st.lists(st.fixed_dictionaries({"name": _NAMES | st.text(), "arguments": _JSON}), max_size=3)}
    ),
    st.sampled_from([SNAPSHOT, {"silence": True}, {"reopen": True}]),
)


def _told(lines: list[bytes]) -> str:
    """Return what a conversation of ``lines`` is told, or nothing where it holds."""
    try:
        player = Player(_SILENT)
        for numbered in read(lines):
            player.play_line(numbered)
    except ConversationError as error:
        return str(error)
    return "line 0: "


@given(st.lists(st.binary(max_size=40), max_size=3))
def test_any_bytes_are_events_or_a_conversation_error(lines: list[bytes]) -> None:
    told = _told(lines)
    assert told.startswith("line ")
    assert told.isprintable()


@given(st.dictionaries(st.sampled_from(["policy", "user", "agent", "call", "keys", "history", "id"]), _JSON))
def test_any_object_is_an_event_or_a_conversation_error(line: Line) -> None:
    told = _told([json.dumps(line).encode()])
    assert told.startswith("line ")
    assert told.isprintable()


@given(st.lists(_LINES, max_size=12))
def test_any_conversation_has_a_result_that_is_json(lines: list[Line]) -> None:
    result = played(lines).result
    assert json.loads(json.dumps(result))["state"] in set(State)
