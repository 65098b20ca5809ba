# SPDX-License-Identifier: Apache-2.0
"""The provider formats as pure functions, with plain dicts and no SDK: shapes, the host's tools, and bad input."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonefsm import PhoneCapture, State
from phonefsm.adapters import anthropic, gemini
from phonefsm.adapters._formats import Reply
from phonefsm.adapters._tools import AdapterError, arguments, is_ours, missing, unique_id
from phonefsm.adapters.openai import chat, realtime, responses
from phonefsm.table import TOOLS
from phonefsm.tools import TOOL_LIST
from tests.adapters.conformance import Script, capture_for
from tests.adapters.conversations import CONVERSATIONS, ORDER, READ_A, A, Call, Step
from tests.adapters.providers import Anthropic, Gemini, OpenAIChat, OpenAIResponses, Provider, strict

FORMATS: dict[ModuleType, type[Provider]] = {
    chat: OpenAIChat,
    responses: OpenAIResponses,
    anthropic: Anthropic,
    gemini: Gemini,
}
each_format = pytest.mark.parametrize("format", FORMATS, ids=[each.__name__ for each in FORMATS])

UPDATE = Call("update_phone_number", {"phone_number": A}, "c1")
CONFIRM = Call("confirm_phone_number", {}, "c2")
DECLINE = Call("decline_phone_number_capture", {"reason": "no"}, "c3")
ORDERS = Call(ORDER.name, {"order": "A"}, "c4")
OWN: dict[ModuleType, list[Any]] = {
    chat: [{"type": "function", "function": {"name": ORDER.name, "parameters": ORDER.parameters}}],
    responses: [{"type": "function", "name": ORDER.name, "parameters": ORDER.parameters}],
    anthropic: [{"name": ORDER.name, "input_schema": ORDER.parameters}],
    gemini: [{"function_declarations": [{"name": ORDER.name, "parameters_json_schema": ORDER.parameters}]}],
}


def fresh() -> PhoneCapture:
    return capture_for(CONVERSATIONS[0])


def response(format: ModuleType, *calls: Call, text: str = "") -> dict[str, Any]:
    """A response as the provider's JSON has it."""
    return FORMATS[format](Script()).said(Step(text, calls))


def system_of(format: ModuleType, request: dict[str, Any]) -> str:
    found = {
        chat: lambda: request["messages"][0]["content"],
        responses: lambda: request["instructions"],
        anthropic: lambda: request["system"],
        gemini: lambda: request["config"]["system_instruction"],
    }[format]()
    assert isinstance(found, str)
    return found


def tools_in(format: ModuleType, request: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The tools of a request as name and schema, or ``None`` where there is no such key."""
    held = request["config"] if format is gemini else request
    if "tools" not in held:
        return None
    tools = held["tools"]
    if format is chat:
        tools = [tool["function"] for tool in tools]
    if format is gemini:
        tools = [each for tool in tools for each in tool["function_declarations"]]
    schemas = ("parameters", "input_schema", "parameters_json_schema")
    return [{"name": tool["name"], "schema": next(tool[key] for key in schemas if key in tool)} for tool in tools]


def messages_in(format: ModuleType, request: dict[str, Any]) -> list[Any]:
    key = {chat: "messages", responses: "input", anthropic: "messages", gemini: "contents"}[format]
    found = request[key]
    assert isinstance(found, list)
    return found[1:] if format is chat else found


def results_of(reply: Iterable[Any]) -> list[tuple[str, str]]:
    """The results in a reply, as id (or name) and text, whatever the format."""
    found: list[tuple[str, str]] = []
    for message in reply:
        if message.get("role") == "tool":
            found.append((message["tool_call_id"], message["content"]))
        elif message.get("type") == "function_call_output":
            found.append((message["call_id"], message["output"]))
        elif message.get("role") == "user":
            for part in message.get("content", message.get("parts")):
                if "function_response" in part:
                    (text,) = part["function_response"]["response"].values()
                    found.append((part["function_response"]["id"], text))
                elif part.get("type") == "tool_result":
                    found.append((part["tool_use_id"], part["content"]))
    return found


def pending(format: ModuleType) -> tuple[PhoneCapture, list[Any]]:
    capture, messages = fresh(), []
    messages += format.user(capture, A, "audio")
    messages += format.apply(capture, response(format, UPDATE))
    assert capture.state is State.PENDING_CONFIRMATION
    return capture, messages


# Requests.


@each_format
def test_a_request_has_the_state_s_tools_with_strict_schemas_and_no_empty_list(format: ModuleType) -> None:
    capture, messages = pending(format)
    offered = tools_in(format, format.request(capture, messages))
    assert offered is not None
    assert [tool["name"] for tool in offered] == [tool.name for tool in capture.tools]
    for tool in offered:
        strict(tool["schema"])
    over = fresh()
    over.tools_called()
    messages = format.user(over, "I'd rather not")
    format.apply(over, response(format, DECLINE))
    assert over.state is State.DECLINED
    assert tools_in(format, format.request(over, messages)) is None
    own = tools_in(format, format.request(over, messages, tools=OWN[format]))
    assert own is not None
    assert [tool["name"] for tool in own] == [ORDER.name]


def test_anthropic_is_sent_tools_but_no_choice_where_a_finished_conversation_holds_calls() -> None:
    capture = fresh()
    messages = [*anthropic.user(capture, A, "text"), *anthropic.apply(capture, response(anthropic, UPDATE))]
    assert capture.state is State.COMPLETED
    request = anthropic.request(capture, messages)
    assert [tool["name"] for tool in request["tools"]] == [tool.value for tool in TOOLS]
    assert request["tool_choice"] == {"type": "none"}


@each_format
def test_the_system_prompt_keeps_its_first_part_byte_for_byte_in_every_state(format: ModuleType) -> None:
    host = "You are the assistant of a bicycle shop."
    option = {chat: "", gemini: "system_instruction", anthropic: "system", responses: "instructions"}[format]
    head = [{"role": "system", "content": host}] if format is chat else []
    told = dict[State, str]()

    def note(capture: PhoneCapture, messages: list[Any]) -> None:
        request = format.request(capture, head + messages, **({option: host} if option else {}))
        told[capture.state] = system_of(format, request)

    for calls, said in (
        ((), ""),
        ((Call("update_phone_number", {"phone_number": "415"}),), "it begins with 415"),
        ((UPDATE,), A),
        ((DECLINE,), "I'd rather not"),
    ):
        capture = fresh()
        messages = format.user(capture, said or "hello", "audio")
        messages += format.apply(capture, response(format, *calls, text="Hm."))
        note(capture, messages)
    capture = fresh()
    messages = [*format.user(capture, A, "text"), *format.apply(capture, response(format, UPDATE))]
    note(capture, messages)
    assert len(told) == 5
    fixed = told[State.ASKING].partition("\nNow:")[0]
    assert fixed.startswith(host)
    assert len(fixed) > 1000
    assert {text.encode()[: len(fixed.encode())] for text in told.values()} == {fixed.encode()}
    assert len(fixed) / max(map(len, told.values())) > 0.6


@each_format
def test_within_a_state_a_request_begins_with_the_one_before(format: ModuleType) -> None:
    capture, messages = fresh(), list[Any]()
    sent = list[dict[str, Any]]()
    for said in ("hello", "why do you ask?", "fine"):
        messages += format.user(capture, said, "audio")
        sent.append(copy.deepcopy(format.request(capture, messages)))
        messages += format.apply(capture, response(format, text="What is your number?"))
    first, second, third = (messages_in(format, request) for request in sent)
    assert second[: len(first)] == first
    assert third[: len(second)] == second
    assert len({json.dumps([system_of(format, each), tools_in(format, each)]) for each in sent}) == 1


@each_format
def test_the_modality_chooses_the_instructions(format: ModuleType) -> None:
    capture, messages = pending(format)
    for modality in ("audio", "text"):
        request = format.request(capture, messages, modality=modality)
        assert system_of(format, request) == str(capture.instructions.as_modality(modality))
    assert system_of(format, format.request(capture, messages)) == capture.instructions.audio


@each_format
def test_a_request_holds_the_nudge_where_the_model_claimed_and_called_nothing(format: ModuleType) -> None:
    capture, messages = pending(format)
    messages += format.user(capture, "yes", "audio")
    messages += format.apply(capture, response(format, text="I have saved your number."))
    assert capture.nudge is not None
    assert system_of(format, format.request(capture, messages)).endswith(capture.nudge)


@each_format
@pytest.mark.parametrize("name", ["update_phone_number", "updatePhoneNumber"])
def test_a_tool_of_the_host_s_with_a_name_of_ours_is_an_error(format: ModuleType, name: str) -> None:
    own = json.loads(json.dumps(OWN[format]).replace(ORDER.name, name))
    with pytest.raises(AdapterError, match=name):
        format.request(fresh(), [], tools=own)
    with pytest.raises(AdapterError, match=name):
        realtime.Session(
            fresh(), tools=OWN[responses] + json.loads(json.dumps(OWN[responses]).replace(ORDER.name, name))
        )


# The host's own tools.


@each_format
def test_foreign_calls_are_handed_back_untouched_and_answered_in_place(format: ModuleType) -> None:
    capture, messages = pending(format)
    capture.agent_said(READ_A)
    messages += format.user(capture, "yes", "audio")
    said = response(format, ORDERS, CONFIRM, Call(ORDER.name, {"order": "B"}, "c5"))
    before = copy.deepcopy(said)
    reply = format.apply(capture, said, tools=OWN[format])
    assert capture.state is State.COMPLETED, "foreign calls do not count beside a confirm"
    assert said == before
    first, second = reply.foreign
    assert json.dumps(first) in json.dumps(said)
    with pytest.raises(AdapterError, match="no result for the call"):
        format.request(capture, messages + reply)
    reply.answer(second, "two")
    reply.answer(first, "one", is_error=True)
    assert [id for id, _ in results_of(reply)] == ["c4", "c2", "c5"]
    assert [text for _, text in results_of(reply)] == ["one", reply.replies[0].text, "two"]
    assert format.request(capture, messages + reply)
    assert results_of(reply.results) == results_of(reply)
    for call in (first, object()):
        with pytest.raises(AdapterError, match="not a foreign call"):
            reply.answer(call, "again")


@each_format
def test_with_the_host_s_tools_known_any_other_name_is_answered_by_the_capture(format: ModuleType) -> None:
    capture = fresh()
    calls = (Call("save", {}, "a"), ORDERS, Call("confirmPhoneNumber", {}, "b"))
    reply = format.apply(capture, response(format, *calls), tools=OWN[format])
    assert [each.code for each in reply.replies] == ["unknown_tool", "unknown_tool"]
    assert len(reply.foreign) == 1
    reply = format.apply(capture, response(format, *calls))
    assert [each.name for each in reply.replies] == ["confirmPhoneNumber"]
    assert len(reply.foreign) == 2


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        *[(tool.value, True) for tool in TOOLS],
        ("updatePhoneNumber", True),
        ("functions.update_phone_number", True),
        ("default_api:confirm_phone_number", True),
        ("mcp__phone__confirm_phone_number", True),
        ("Update_Phone_Numbers", True),
        ("look_up_order", False),
        ("look_up_phone_number", False),
        ("verify_phone_number", False),
        ("update_address", False),
        ("", False),
        (None, False),
        (5, False),
    ],
)
def test_a_name_is_ours_or_so_close_that_it_is_a_slip(name: object, ours: bool) -> None:
    assert is_ours(name) is ours


# Ids.


@each_format
def test_a_response_applied_twice_gets_the_same_replies_until_the_caller_speaks(format: ModuleType) -> None:
    capture = fresh()
    format.user(capture, A, "audio")
    first = format.apply(capture, response(format, UPDATE))
    capture = PhoneCapture.restore(capture.snapshot().model_dump_json(), capture.policy)
    assert format.apply(capture, response(format, UPDATE)) == first
    format.user(capture, "what?", "audio")
    assert format.apply(capture, response(format, UPDATE)).replies[0].code == "unchanged"


def test_ids_differ_by_any_part_and_survive_odd_text() -> None:
    capture = fresh()
    ids = {unique_id(capture, *parts) for parts in [("a", "b"), ("ab",), ("a", "b", 1), ("\ud800",), (None,), ()]}
    assert len(ids) == 6


@pytest.mark.parametrize("ids", [("", ""), ("x", "x"), (None, None)])
@pytest.mark.parametrize("format", [chat, responses, anthropic], ids=["chat", "responses", "anthropic"])
def test_calls_without_ids_or_with_the_same_get_ids_that_differ(format: ModuleType, ids: tuple[str, str]) -> None:
    capture = fresh()
    messages = format.user(capture, A, "audio")
    calls = [
        Call("update_phone_number", {"phone_number": number}, id) for number, id in zip((A, "5"), ids, strict=True)
    ]
    reply = format.apply(capture, response(format, *calls))
    named = [id for id, _ in results_of(reply)]
    assert len(set(named)) == 2
    assert all(named)
    assert capture.state is State.PENDING_CONFIRMATION
    assert format.request(capture, messages + reply)


def test_gemini_without_ids_is_answered_by_name() -> None:
    capture = fresh()
    contents = gemini.user(capture, A, "audio")
    call = {"functionCall": {"name": "update_phone_number", "args": {"phone_number": A}}}
    reply = gemini.apply(capture, {"candidates": [{"content": {"parts": [call]}}]})
    assert reply[1]["parts"][0]["function_response"]["name"] == "update_phone_number"
    assert "id" not in reply[1]["parts"][0]["function_response"]
    assert gemini.request(capture, contents + reply)


# Bad input.


@each_format
@pytest.mark.parametrize("broken", [{}, {"error": {"message": "overloaded"}}, {"choices": []}, {"candidates": []}])
def test_a_response_without_an_answer_is_an_error_for_the_developer(format: ModuleType, broken: dict[str, Any]) -> None:
    capture = fresh()
    before = capture.snapshot()
    with pytest.raises(AdapterError, match="in the response"):
        format.apply(capture, broken)
    assert capture.snapshot() == before


@each_format
def test_an_empty_answer_adds_no_message_and_the_next_request_holds(format: ModuleType) -> None:
    capture = fresh()
    messages = format.user(capture, "hello", "audio")
    reply = format.apply(capture, response(format))
    assert (list(reply), reply.text, reply.again) == ([], "", False)
    assert format.request(capture, messages + reply)


def test_a_refusal_is_what_the_agent_said() -> None:
    capture = fresh()
    message = {"role": "assistant", "content": None, "refusal": "I cannot say 628 555 0199."}
    reply = chat.apply(capture, {"id": "1", "choices": [{"finish_reason": "stop", "message": message}]})
    assert reply.text == "I cannot say 628 555 0199."
    assert list(reply) == [{"role": "assistant", "refusal": "I cannot say 628 555 0199."}]
    part = {"type": "refusal", "refusal": "I cannot."}
    output = [{"type": "message", "role": "assistant", "content": [part]}]
    assert responses.apply(capture, {"id": "1", "output": output}).text == "I cannot."
    assert any(turn.who == "agent" for turn in capture.snapshot().turns)


def test_calls_that_a_length_limit_cut_are_refused_and_can_be_sent_back() -> None:
    capture = fresh()
    messages = chat.user(capture, A, "audio")
    cut = Call("update_phone_number", '{"phone_number": "415 555', "c1")
    said = response(chat, cut)
    said["choices"][0]["finish_reason"] = "length"
    reply = chat.apply(capture, said)
    assert [each.code for each in reply.replies] == ["invalid_arguments"]
    assert reply[0]["tool_calls"][0]["function"]["arguments"] == "{}", "some servers fail on what is no JSON"
    assert said["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] == raw_of(cut)
    assert chat.request(capture, messages + reply)
    assert capture.state is State.ASKING


def raw_of(call: Call) -> object:
    return call.arguments


def test_a_content_filter_leaves_the_capture_sound() -> None:
    capture = fresh()
    filtered = {"finish_reason": "content_filter", "message": {"role": "assistant", "content": None}}
    assert list(chat.apply(capture, {"choices": [filtered]})) == []
    assert list(gemini.apply(capture, {"candidates": [{"finishReason": "SAFETY"}]})) == []
    with pytest.raises(AdapterError, match="PROHIBITED_CONTENT"):
        gemini.apply(capture, {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
    assert list(responses.apply(capture, {"status": "incomplete", "output": []})) == []
    with pytest.raises(AdapterError, match="server_error"):
        responses.apply(capture, {"status": "failed", "error": {"code": "server_error"}, "output": []})


def test_a_call_that_gemini_could_not_read_is_refused_in_words() -> None:
    capture = fresh()
    candidate = {"finishReason": "MALFORMED_FUNCTION_CALL", "finishMessage": "Malformed function call: update("}
    reply = gemini.apply(capture, {"candidates": [candidate]})
    assert reply.again
    assert [each.code for each in reply.replies] == ["invalid_arguments"]
    assert list(reply) == [{"role": "user", "parts": [{"text": reply.replies[0].text}]}]
    assert gemini.request(capture, gemini.user(capture, "hi") + reply)


@pytest.mark.parametrize("raw", [None, "", "{}", {}])
def test_no_arguments_are_an_empty_object(raw: object) -> None:
    assert arguments(raw) == {}


@pytest.mark.parametrize("raw", ["{", "nonsense", "[1]", "5", "null", "[" * 100_000, 5, ["a"], b"\xff"])
@pytest.mark.parametrize("name", [tool.value for tool in TOOLS if TOOL_LIST[tool].parameters["properties"]])
def test_odd_arguments_are_answered(raw: object, name: str) -> None:
    capture = fresh()
    call = {"id": "1", "type": "function", "function": {"name": name, "arguments": raw}}
    reply = chat.apply(capture, {"choices": [{"message": {"role": "assistant", "tool_calls": [call]}}]})
    assert [each.code for each in reply.replies] == ["invalid_arguments"]
    assert capture.state is State.ASKING


@each_format
def test_a_transcript_out_of_order_is_an_error_for_the_developer(format: ModuleType) -> None:
    capture, messages = pending(format)
    said, called = messages[0], messages[1]
    for wrong in ([said, called], [said, called, said], [*messages[:-1], said]):
        with pytest.raises(AdapterError, match="no result"):
            format.request(capture, wrong)
    if format is not responses:  # there it may answer a call of ``previous_response_id``
        for wrong in ([said, messages[-1], called], [*messages, messages[-1]]):
            with pytest.raises(AdapterError, match="nothing has called"):
                format.request(capture, wrong)
    assert format.request(capture, messages)


@each_format
def test_what_is_neither_a_dict_nor_an_object_of_the_sdk_is_an_error(format: ModuleType) -> None:
    odds: tuple[object, ...] = (None, "text", 5, [])
    for odd in odds:
        with pytest.raises(AdapterError):
            format.apply(fresh(), odd)


_KEYS = (
    *(
        "id",
        "choices",
        "message",
        "content",
        "tool_calls",
        "function",
        "name",
        "arguments",
        "output",
        "type",
        "call_id",
    ),
    *("text", "role", "input", "candidates", "parts", "functionCall", "args", "error", "refusal", "finishReason"),
)
_WORDS = ("text", "tool_use", "message", "function_call", "update_phone_number", "confirm_phone_number", A)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(_WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6),
    max_leaves=30,
)
_RESPONSES: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(["id", "choices", "content", "output", "candidates", "error"]),
    _JSON | st.lists(st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=6), max_size=3),
    min_size=1,
)


@each_format
@given(odd=_RESPONSES)
def test_whatever_a_server_sends_is_applied_or_an_adapter_error(format: ModuleType, odd: dict[str, Any]) -> None:
    capture = fresh()
    try:
        reply = format.apply(capture, odd)
    except AdapterError:
        return
    assert isinstance(reply, Reply)
    assert capture.state is not State.COMPLETED


@given(events=st.lists(st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=6), max_size=4))
@each_format
def test_whatever_a_stream_holds_is_collected_or_an_adapter_error(format: ModuleType, events: list[Any]) -> None:
    try:
        whole = format.collect(events)
        format.apply(fresh(), whole)
    except AdapterError:
        return


# Streams.


@pytest.mark.parametrize("format", FORMATS, ids=[each.__name__ for each in FORMATS])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_stream_that_breaks_off_is_applied_as_far_as_it_came(format: ModuleType, part: float) -> None:
    provider = FORMATS[format](Script())
    whole = provider.said(Step(READ_A, (UPDATE,)))
    events = [line for event in provider.streamed(whole) for line in event.splitlines() if line.startswith("data: {")]
    cut = [json.loads(line.removeprefix("data: ")) for line in events][: int(len(events) * part)]
    capture = fresh()
    format.user(capture, "hello", "audio")
    reply = format.apply(capture, format.collect(cut))
    assert READ_A.startswith(reply.text)
    assert capture.state is State.ASKING


def test_chunks_of_calls_that_a_server_does_not_number_are_told_apart_by_their_ids() -> None:
    def chunk(id: str, number: str, index: int | None) -> dict[str, Any]:
        function = {"name": "update_phone_number", "arguments": json.dumps({"phone_number": number})}
        return {"choices": [{"delta": {"tool_calls": [{"index": index, "id": id, "function": function}]}}]}

    for index in (0, None):
        whole = chat.collect([chunk("a", A, index), chunk("b", "5", index)])
        calls = whole["choices"][0]["message"]["tool_calls"]
        assert [(call["id"], json.loads(call["function"]["arguments"])["phone_number"]) for call in calls] == [
            ("a", A),
            ("b", "5"),
        ]


# Evidence.


@each_format
def test_a_transcript_is_evidence(format: ModuleType) -> None:
    capture, messages = pending(format)
    messages += format.apply(capture, response(format, text="One moment."))
    lines = format.history(messages, "audio")
    assert lines == [{"user": A, "modality": "audio"}, {"agent": "One moment."}]
    later = PhoneCapture(capture.policy, history=lines)
    format.apply(later, response(format, UPDATE))
    assert later.state is State.PENDING_CONFIRMATION


@each_format
def test_words_that_were_not_shown_are_no_read_back_until_they_are_reported(format: ModuleType) -> None:
    capture, _ = pending(format)
    format.apply(capture, response(format, text=READ_A), shown=False)
    format.user(capture, "yes", "audio")
    assert format.apply(capture, response(format, CONFIRM)).replies[0].code == "not_read_back"
    capture.agent_said(READ_A)
    format.user(capture, "yes", "audio")
    assert format.apply(capture, response(format, CONFIRM)).replies[0].code == "completed"


@each_format
def test_a_turn_of_unknown_modality_is_confirmed(format: ModuleType) -> None:
    capture = fresh()
    format.user(capture, A)
    format.apply(capture, response(format, UPDATE))
    assert capture.state is State.PENDING_CONFIRMATION


# Packaging.


def test_the_formats_need_no_sdk() -> None:
    code = (
        "import sys\n"
        "for name in ('openai', 'anthropic', 'google', 'websockets'): sys.modules[name] = None\n"
        "import phonefsm.adapters.openai.chat, phonefsm.adapters.openai.responses, phonefsm.adapters.openai.realtime\n"
        "import phonefsm.adapters.anthropic, phonefsm.adapters.gemini"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})  # noqa: S603 - our own code


def test_a_missing_package_is_told_with_the_command_that_installs_it() -> None:
    error = missing("pydantic-ai", "pydantic-ai")
    assert (error.name, str(error)) == (
        "pydantic-ai",
        "this adapter needs pydantic-ai: pip install 'phonefsm[pydantic-ai]'",
    )
