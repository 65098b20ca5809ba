# SPDX-License-Identifier: Apache-2.0
"""What users test with: strategies, callers, the misbehaving model, the runner, and the campaign made of them."""

import json
from random import Random

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonefsm import CapturePolicy, PhoneCapture, PhoneNumber, State
from phonefsm.cli import main
from phonefsm.conversation import QUIET, Player, parse
from phonefsm.number import read
from phonefsm.speech import digits
from phonefsm.testing import (
    BrokenInvariantError,
    Conversation,
    Generation,
    Habit,
    MisbehavingModel,
    SeededCaller,
    campaign,
    strategies,
)
from phonefsm.testing.stateful import CaptureMachine
from phonefsm.verify import Alphabet, Invariant, numbers_for
from phonefsm.verify.alphabet import batch, confirm, update

US = CapturePolicy(default_region="US")
NUMBERS = numbers_for(US)


class Ours(CaptureMachine):
    """As a user would write it."""

    policy = CapturePolicy(default_region="GB", keypad=True, handover=True)


Ours.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestOurs = Ours.TestCase


class Unseen(CaptureMachine):
    """A host that reports nothing."""

    observes = ()


Unseen.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestUnseen = Unseen.TestCase


def talk(policy: CapturePolicy = US, **options: object) -> Conversation:
    return Conversation(PhoneCapture(policy, logger=QUIET), **options)  # type: ignore[arg-type]


def people(
    seed: int, *, badness: float = 0.0, temper: float = 0.0, **options: object
) -> tuple[SeededCaller, MisbehavingModel]:
    rng = Random(seed)
    alphabet = Alphabet(US, choose=rng.choice)
    caller = SeededCaller(alphabet, NUMBERS, rng, temper=temper)
    return caller, MisbehavingModel(alphabet, NUMBERS, rng, badness=badness, **options)  # type: ignore[arg-type]


@given(strategies.phone_numbers())
def test_numbers_are_valid(number: PhoneNumber) -> None:
    assert phonenumbers.is_valid_number(phonenumbers.parse(number.e164))


@given(st.data())
def test_what_is_said_of_a_number_is_heard_as_it(data: st.DataObject) -> None:
    number = data.draw(strategies.phone_numbers(["US", "GB", "AU"]))
    text = data.draw(strategies.spoken(number, region=number.region))
    heard = digits(text, region=number.region)
    assert heard is not None
    assert read(heard, CapturePolicy(default_region=number.region)) == number


@given(st.data())
def test_what_is_typed_of_a_number_is_read_as_it(data: st.DataObject) -> None:
    number = data.draw(strategies.phone_numbers(["US", "GB", "FR"]))
    capture = PhoneCapture(CapturePolicy(default_region=number.region), logger=QUIET)
    text = data.draw(strategies.typed(number, region=number.region))
    conversation = Conversation(capture)
    alphabet = Alphabet(capture.policy)
    act = alphabet.gives(number, "text")
    conversation.play(act._replace(event=act.event.model_copy(update={"user": text})))
    conversation.play(batch(update(number.e164)))
    assert conversation.capture.number == number


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_conversation_under_any_policy_keeps_what_is_promised(data: st.DataObject) -> None:
    policy = data.draw(strategies.policies())
    conversation = talk(policy)
    for act in data.draw(strategies.conversations(policy)):
        conversation.play(act)


def test_a_plain_caller_and_a_model_that_behaves_always_get_there() -> None:
    for seed in range(40):
        caller, model = people(seed)
        conversation = talk().run(caller, model)
        assert conversation.capture.state is State.COMPLETED
        assert str(conversation.capture.number) == str(caller.number)


@pytest.mark.parametrize("habit", Habit)
def test_a_model_with_one_habit_only_completes_nothing_wrong(habit: Habit) -> None:
    seen = 0
    for seed in range(15):
        caller, model = people(seed, badness=0.7, temper=0.4, habits=(habit,))
        conversation = talk().run(caller, model)
        seen += len(conversation.acts)
        if conversation.capture.state is State.COMPLETED:
            assert str(conversation.capture.number) == str(caller.number)
    assert seen > 15


def test_a_script_comes_before_any_of_its_own() -> None:
    alphabet = Alphabet(US)
    script = [
        Generation(calls=(update(alphabet.digits(NUMBERS[0]), "c1"),)),
        Generation(calls=(confirm("c2"),)),
        Generation(speech=(alphabet.remarks("saved"),)),
    ]
    caller, model = people(1, script=script)
    conversation = talk()
    conversation.run(caller, model, turns=1)
    assert [act.name for act in conversation.acts[1:]] == ["update", "confirm", "remarks_saved"]
    assert conversation.capture.state is State.PENDING_CONFIRMATION
    assert conversation.capture.nudge is None  # it did call something


def test_a_broken_invariant_comes_with_a_conversation_that_shows_it() -> None:
    never = Invariant(
        "never", "It never completes.", lambda moment: "it does" if moment.completed else None, lambda _: None
    )
    caller, model = people(3)
    with pytest.raises(BrokenInvariantError, match="never: it does") as caught:
        talk(invariants=[never]).run(caller, model)
    player = Player(QUIET)
    for line in caught.value.lines:
        player.play(parse(line))
    assert player.capture.state is State.COMPLETED


def test_a_campaign_finds_nothing_wrong_and_completes_what_is_due() -> None:
    found = campaign.run(US, 200, seed=3, processes=1)
    assert found.wrong == 0, found.causes
    assert found.right > 100
    assert found.done >= 0.99 * found.due > 20


def test_a_campaign_can_fail() -> None:
    rules = {"heard": "ignore", "read_back": "ignore", "agreement": "ignore"}
    policy = CapturePolicy.load({"default_region": "US", "evidence": rules})
    found = campaign.run(policy, 60, seed=3, processes=1)
    assert found.wrong > 0
    assert found.wrong_ones
    assert found.causes


def test_the_same_seed_plays_the_same_conversations() -> None:
    one, other = (campaign.run(US, 60, seed=9, processes=processes) for processes in (1, 2))
    assert one.ended == other.ended
    assert (one.right, one.due) == (other.right, other.due)
    assert campaign.run(US, 60, seed=10, processes=1).ended != one.ended


def test_the_command_plays_a_campaign(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--campaign", "40", "--seed", "1"]) == 0
    shown = capsys.readouterr().out
    assert "40 conversations" in shown
    assert "wrong: 0" in shown
    assert main(["verify", "--campaign", "40", "--seed", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["wrong"] == 0
