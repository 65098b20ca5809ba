# SPDX-License-Identifier: Apache-2.0
"""Whatever comes in, the answer is a reply or an input error, and nothing else moves."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from phonefsm import PhoneCapture, State, ToolCall
from phonefsm.table import TOOLS, Code
from tests.script import Talk

NAMES = st.one_of(st.sampled_from([*TOOLS, "reopen", "no_input", "refused"]), st.text(max_size=20))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["phone_number", "digits", "reason", "x"])
ARGUMENTS = st.dictionaries(KEYS, JSON, max_size=2) | JSON
ODD = ["\u202e+14155550123", "📞 4️⃣1️⃣5️⃣", "\ud800", "٤١٥٥٥٥٠١٢٣", "0" * 5000, "yes " * 3000, "<say>4</say>", "\x00\x1b[2J"]
TEXTS = st.text(max_size=200) | st.sampled_from(ODD)
EVENTS = st.one_of(
    st.tuples(st.just("user"), TEXTS),
    st.tuples(st.just("agent"), TEXTS),
    st.tuples(st.just("keys"), st.text(alphabet="0123456789*#ABx ", max_size=40)),
    st.tuples(
        st.just("call"), st.lists(st.builds(ToolCall, NAMES, ARGUMENTS, st.none() | st.text(max_size=9)), max_size=3)
    ),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(EVENTS, max_size=8))
@example([("call", [ToolCall("update_phone_number", {"phone_number": "9" * 300})])])
def test_any_conversation_gets_replies_and_keeps_its_snapshot(events: list[tuple[str, Any]]) -> None:
    capture = PhoneCapture(default_region="US")
    for kind, what in events:
        if kind == "user":
            capture.user_said(what, "audio")
        elif kind == "agent":
            capture.agent_said(what)
        elif kind == "keys":
            assert capture.keys_pressed(what).code in Code
        else:
            replies = capture.tools_called(*what)
            assert [reply.call_id for reply in replies] == [call.id for call in what]
            assert all(reply.text and reply.code in Code for reply in replies)
        assert capture.state is not State.COMPLETED
        text = capture.snapshot().model_dump_json()
        assert PhoneCapture.restore(text, capture.policy).snapshot() == capture.snapshot()
        assert capture.prompt
        assert capture.receipt.as_dict()


@given(NAMES, ARGUMENTS)
def test_no_call_moves_a_capture_in_which_nothing_was_said(name: str, arguments: Any) -> None:
    talk = Talk().calls(ToolCall(name, arguments))
    assert talk.state in (State.ASKING, State.DECLINED, State.ESCALATED)
    if talk.state is State.ASKING:
        assert talk.replies[0].is_error
        assert talk.replies[0].text.startswith("Nothing was")
