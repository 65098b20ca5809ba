# SPDX-License-Identifier: Apache-2.0
"""The built-in driver: whole conversations, what it says in them, and that each of them ends."""

import ast
import itertools
from pathlib import Path
from typing import Any, Literal

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

import phonefsm.dialogue
from phonefsm import CapturePolicy, Completed, Declined, Escalated, Instructions, PhoneCapture
from phonefsm.dialogue import Dialogue

A, A_E164 = "415 555 0123", "+14155550123"
B, B_E164 = "415 555 0188", "+14155550188"
ASK = "What is your phone number?"
ONCE_MORE = "You do not have to. It would help us to reach you, though."
READ_A = "I have 4 1 5, 5 5 5, 0 1 2 3. Is that right?"

_SILENT = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])


class Caller:
    """A caller with the driver on the other side; all that the driver says is played."""

    def __init__(
        self, *turns: str, modality: Literal["audio", "text"] = "audio", policy: Any = None, **options: Any
    ) -> None:
        chosen = CapturePolicy.load({"default_region": "US"} if policy is None else policy)
        self.capture = PhoneCapture(chosen, logger=_SILENT, **options)
        self.driver = Dialogue(self.capture)
        self.modality = modality
        self.said: list[str] = []
        self.hears(self.driver.open())
        for turn in turns:
            self.says(turn)

    def hears(self, words: Instructions) -> None:
        """Have ``words`` played to the caller."""
        line = str(words.as_modality(self.modality))
        self.said.append(line)
        self.capture.agent_said(line)

    def says(self, turn: str) -> None:
        """Take a turn: words, keys after ``/keys``, or silence."""
        keys = turn.removeprefix("/keys ")
        self.hears(self.driver.heard(turn, self.modality) if keys == turn else self.driver.keys(keys))

    @property
    def end(self) -> str:
        """The number or the reason, or the state while it is open."""
        match self.capture.outcome:
            case Completed(number):
                return str(number)
            case Declined(reason) | Escalated(reason):
                return f"{self.capture.state}: {reason}"
        return self.capture.state


SPOKEN: dict[str, tuple[list[str], str]] = {
    "one go": (["it's four one five, five five five, oh one two three", "yes, that's it"], A_E164),
    "parts": (["four one five", "five five five", "oh one two three", "yep"], A_E164),
    "a part corrected": (["four one six", "no, four one five", "555 0123", "yes"], A_E164),
    "start over in parts": (["four one six", A, "yes"], A_E164),
    "another number": ([B, f"no, it's {A}", "correct"], A_E164),
    "another number after yes": ([B, f"yes, {A}", "yes"], A_E164),
    "the last digit": (["415 555 0124", "no, the last digit is three", "yes"], A_E164),
    "a new tail": ([B, "no, 0123", "yes"], A_E164),
    "the area code": (["510 555 0123", "the area code is 415", "yes"], A_E164),
    "no, then a new number": ([B, "no", A, "yes"], A_E164),
    "no, then in parts": ([B, "no", "415", "555", "0123", "yes"], A_E164),
    "scratch that": ([B, "scratch that", A, "yes"], A_E164),
    "the same number again": ([A, A], A_E164),
    "too long, then right": (["415 555 01234", A, "yes"], A_E164),
    "too short, then right": (["555 0123", "that's it", A, "yes"], A_E164),
    "emergency number, then right": (["911", A, "yes"], A_E164),
    "repeat": ([A, "can you repeat that", "yes"], A_E164),
    "yes after a wait": ([A, "hold on", "yes", "yes"], A_E164),
    "why, then the number": (["why do you need it?", A, "yes"], A_E164),
    "off topic, then the number": (["lovely weather today", A, "yes"], A_E164),
    "unclear, then yes": ([A, "mm-hmm", "yes"], A_E164),
    "silence, then the number": (["", A, "", "yes"], A_E164),
    "wait, then the number": (["hold on a second", A, "yes"], A_E164),
    "refused, then given": (["I'd rather not", "ok fine", A, "yes"], A_E164),
    "extension": ([f"{A} extension 89", "yes"], f"{A_E164};ext=89"),
    "keys": (["/keys 4155550123#", "/keys 1"], A_E164),
    "keys in parts, and no": (["/keys 4155550188", "/keys 2", "/keys 415", "/keys 5550123#", "/keys 1"], A_E164),
    "refused twice": (["I'd rather not", "I said no thanks"], "declined: the caller does not want to give a number"),
    "a bare no to the question": (["no", "no"], "declined: the caller does not want to give a number"),
    "refused while a number waits": (
        [A, "I'd rather not give my number", "never mind"],
        "declined: the caller does not want to give a number",
    ),
    "a person": (["can I talk to a person"], "escalated: caller_asked"),
    "a person instead of an answer": ([A, "get me a human"], "escalated: caller_asked"),
    "silence throughout": (["", "", "", ""], "escalated: silence"),
    "no throughout": ([A, "no"] * 4, "escalated: rejections_exhausted"),
    "ever new numbers": ([f"415 555 012{digit}" for digit in range(9)], "escalated: attempts_exhausted"),
    "nonsense throughout": (["banana"] * 11, "escalated: refusals_exhausted"),
    "nonsense in place of an answer": ([A, *["banana"] * 11], "escalated: refusals_exhausted"),
    "a number and then nothing": ([A], "pending_confirmation"),
    "in parts": ([B, "no", B, "no", A, "yes", "uh-huh", "yes"], A_E164),
    "in parts, echoed": ([B, "no", B, "no", A, "415", "555", "yes"], A_E164),
    "in parts, with a silence and a question": (
        [B, "no", B, "no", A, "yes", "", "yes", "why do you need it?", "yes", "yes", "yes"],
        A_E164,
    ),
    "in parts, corrected in the middle": (
        [B, "no", B, "no", A, "yes", f"no, {B}", "yes", "yes", "yes"],
        B_E164,
    ),
    "in parts, a new tail in the middle": ([B, "no", B, "no", B, "yes", "no, 0123", "yes", "yes", "yes"], A_E164),
    "in parts, rejected in the middle": ([B, "no", B, "no", B, "yes", "no", A, "yes", "yes", "yes"], A_E164),
    "in parts, one yes short": ([B, "no", B, "no", A, "yes", "yes"], "pending_confirmation"),
    "in parts, silent every other time": ([B, "no", B, "no", A, *["yes", ""] * 20], "escalated: refusals_exhausted"),
    "in parts, off topic throughout": ([B, "no", B, "no", A, *["banana", "yes"] * 12], "escalated: refusals_exhausted"),
}


@pytest.mark.parametrize(("turns", "end"), SPOKEN.values(), ids=SPOKEN)
def test_a_spoken_conversation_ends_as_the_caller_meant_it(turns: list[str], end: str) -> None:
    assert Caller(*turns).end == end


TYPED: dict[str, tuple[list[str], str]] = {
    "one go": ([A], A_E164),
    "parts": (["415", "5550123"], A_E164),
    "too long, then right": (["415 555 01234", A], A_E164),
    "two numbers": ([f"{A} or {B}", A, "yes"], A_E164),
    "a number beside a refusal": ([f"don't call me on {A}"], "asking"),
    "refused": (["no thanks", "no"], "declined: the caller does not want to give a number"),
}


@pytest.mark.parametrize(("turns", "end"), TYPED.values(), ids=TYPED)
def test_a_typed_conversation_ends_as_the_caller_meant_it(turns: list[str], end: str) -> None:
    assert Caller(*turns, modality="text").end == end


@pytest.mark.parametrize(
    ("region", "turns", "number"),
    [
        ("GB", ["oh two oh, seven nine four six, oh nine five eight", "yes"], "+442079460958"),
        ("GB", ["07911", "one two three", "four five six", "yeah"], "+447911123456"),
        ("GB", ["plus four four seven nine one one one two three four five six", "yes"], "+447911123456"),
        ("GB", ["020 7946 0950", "the last digit is eight", "yes"], "+442079460958"),
        ("FR", ["06 12 34 56 78", "yes"], "+33612345678"),
        (None, ["+44 20 7946 0958", "yes"], "+442079460958"),
        (None, ["020 7946 0958", "the UK", "yes"], "+442079460958"),
        (None, ["020 7946 0958", "plus 44", "yes"], "+442079460958"),
        (None, ["/keys 02079460958", "Britain", "yes"], "+442079460958"),
        (None, [A, "America", "yes"], A_E164),
        (None, ["415", "555 0123", "America", "yes"], A_E164),
        (None, ["/keys 415", "/keys 5550123", "America", "yes"], A_E164),
    ],
)
def test_numbers_of_other_countries(region: str | None, turns: list[str], number: str) -> None:
    assert Caller(*turns, policy={"default_region": region}).end == number


@pytest.mark.parametrize(
    ("turns", "answer"),
    [
        ([], ASK),
        (["four one five"], "Thank you. What comes next?"),
        (["four one five", "hold on"], "Of course, take your time."),
        (
            ["four one five", "banana"],
            "Sorry, I did not catch the number. So far I have 4 1 5. What comes next?",
        ),
        (["four one five", "that's it"], "That is not a whole number yet. So far I have 4 1 5. What comes next?"),
        ([A], READ_A),
        ([A, "what did you say"], READ_A),
        ([A, "mm-hmm"], f"Sorry, I need a yes or a no. {READ_A}"),
        ([A, "why do you need it?"], f"We only use it to reach you about this. {READ_A}"),
        ([A, "never mind, forget it"], f"{ONCE_MORE} {READ_A}"),
        ([A, ""], f"Sorry, I did not hear anything. {READ_A}"),
        ([A, "no"], "Sorry about that. Please give me the number in parts, starting with the area code."),
        ([A, "yes"], "Thank you, I have your number."),
        (["415 555 01234"], "That number is too long. Could you give me the number again?"),
        (["why do you need it?"], f"We only use it to reach you about this. {ASK}"),
        (["I'd rather not"], f"{ONCE_MORE} {ASK}"),
        (["no"], f"{ONCE_MORE} {ASK}"),
        (["sure"], ASK),
        (["what's the weather like"], f"I can only take down your phone number here. {ASK}"),
        (["the number I'm calling from"], f"I cannot see the number that you are calling from. {ASK}"),
        (["hold on"] * 4, "Of course, take your time."),
        (["no", "no"], "That is fine, we will do without a number."),
        (["a person please"], "I will get a person to help you."),
    ],
)
def test_what_is_said_next(turns: list[str], answer: str) -> None:
    assert Caller(*turns).said[-1] == answer


def test_a_rejected_number_is_read_back_digit_by_digit_the_next_time() -> None:
    assert Caller(B, "no", A).said[-1] == "I have 4, 1, 5, 5, 5, 5, 0, 1, 2, 3. Is that right?"


def test_a_yes_to_a_part_is_no_call() -> None:
    caller = Caller(B, "no", B, "no", A)
    for turn in ("yes", "uh-huh"):
        caller.says(turn)
        assert caller.driver.replies == ()
    caller.says("yes")
    assert [reply.code.value for reply in caller.driver.replies] == ["completed"]


def test_the_last_rung_asks_for_keys_where_there_are_any() -> None:
    keypad = {"default_region": "US", "keypad": True}
    caller = Caller(*[B, "no"] * 3, policy=keypad)
    assert caller.said[-1] == "Sorry about that. Please enter the number on your keypad, then press the pound key."
    caller.says("/keys 415555*50123#")
    assert caller.said[-1].endswith("You can also press 1 for yes or 2 for no.")
    caller.says("/keys 1")
    assert caller.end == A_E164


def test_the_number_that_the_caller_calls_from_counts_once_they_refer_to_it() -> None:
    assert Caller("the number I'm calling from", "yes", caller_id=A_E164).end == A_E164


def test_what_was_not_played_is_no_read_back() -> None:
    capture = PhoneCapture(default_region="US", logger=_SILENT)
    driver = Dialogue(capture)
    for turn in (A, "yes", "yes", "yes"):
        driver.heard(turn, "audio")
    assert capture.outcome is None
    assert {reply.code.value for reply in driver.replies} == {"not_read_back"}


def test_the_replies_are_those_to_the_latest_turn() -> None:
    caller = Caller(A)
    assert [reply.name for reply in caller.driver.replies] == ["update_phone_number"]
    caller.says("why?")
    assert caller.driver.replies == ()


def test_once_it_has_ended_nothing_moves_it() -> None:
    caller = Caller(A, "yes", B, "no", "", "/keys 4155550188")
    assert caller.end == A_E164
    assert set(caller.said[2:]) == {"Thank you, I have your number."}


def test_a_new_driver_takes_up_a_restored_capture() -> None:
    caller = Caller(B, "no, 0123")
    caller.capture = PhoneCapture.restore(caller.capture.snapshot(), caller.capture.policy, logger=_SILENT)
    caller.driver = Dialogue(caller.capture)
    caller.says("yes")
    assert caller.end == A_E164


def test_a_language_without_a_lexicon_is_served_by_digits_and_keys() -> None:
    caller = Caller("meine Nummer ist 415 555 0123", "ja", policy={"default_region": "US", "language": "und"})
    assert caller.capture.outcome is None
    caller.says("415 555 0123")
    caller.says("/keys 1")
    assert caller.end == A_E164


def test_it_uses_the_public_interface_alone() -> None:
    tree = ast.parse(Path(phonefsm.dialogue.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules <= {"phonefsm", "phonefsm.speech", "typing"}
    private = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr.startswith("_")]
    assert all(hasattr(Caller().driver, name) for name in private)


_TURNS = st.sampled_from(
    [
        *("yes", "no", "no wait", "hold on", "why?", "what did you say", "I'd rather not", "banana", "", "mm-hmm"),
        *("415", "5", "0123", "no, 510", "the last digit is 4", "not five, six", "America", "extension 12", "911"),
        *(A, B, f"no, {A}", f"{A} or {B}", "+44 20 7946 0958", "the number I'm calling from", "/keys 415", "/keys #"),
    ]
)


@given(st.lists(_TURNS, min_size=1, max_size=6), st.sampled_from(["US", None]))
@settings(max_examples=60, deadline=None)
def test_every_conversation_ends(turns: list[str], region: str | None) -> None:
    caller = Caller(policy={"default_region": region})
    # Nine attempts, of up to ten single digits, with up to five idle turns between them.
    for turn in itertools.islice(itertools.cycle(turns), 600):
        caller.says(turn)
        if caller.capture.outcome is not None:
            return
    raise AssertionError(f"{caller.capture.state} after 600 turns of {turns}")


_ANSWERS = ["yes", "uh-huh", "415", "555", "0123", "banana", "hold on", "what did you say", "no", "", A]


@given(st.lists(st.sampled_from(_ANSWERS), min_size=1, max_size=4), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_read_back_in_parts_ends(turns: list[str], keypad: bool, played: bool) -> None:
    """Also where nothing is reported as played, so that no part counts as said."""
    caller = Caller(B, "no", B, "no", A, policy={"default_region": "US", "keypad": keypad})
    for turn in itertools.islice(itertools.cycle(turns), 200):
        if played:
            caller.says(turn)
        else:
            caller.driver.heard(turn, "audio")
        if caller.capture.outcome is not None:
            return
    raise AssertionError(f"{caller.capture.state} after 200 turns of {turns}")


@given(st.lists(st.text() | _TURNS, max_size=8), st.sampled_from(["US", "GB", "FR", None]))
@settings(max_examples=60, deadline=None)
def test_whatever_is_said_there_is_an_answer(turns: list[str], region: str | None) -> None:
    for modality in ("audio", "text"):
        caller = Caller(*turns, modality=modality, policy={"default_region": region})
        assert len(caller.said) == len(turns) + 1
        assert all(line.strip() for line in caller.said)
