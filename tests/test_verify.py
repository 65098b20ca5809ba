# SPDX-License-Identifier: Apache-2.0
"""Proof: what exploration says is so, its abstraction is sound, and a policy that gives something up is told so."""

import json
from collections.abc import Callable
from copy import copy
from pathlib import Path
from random import Random
from typing import Any

import pytest

from phonefsm import CapturePolicy, PhoneCapture, PolicyError, State, ToolCall
from phonefsm.checks import EVERYTHING, Observation
from phonefsm.cli import main
from phonefsm.conversation import QUIET, Player, parse, play
from phonefsm.policy import Limits
from phonefsm.speech import Heard, Intent, hear
from phonefsm.speech.words import languages
from phonefsm.table import OPEN
from phonefsm.verify import INVARIANTS, Report, Setting, Story, View, acts, most_calls, verify
from phonefsm.verify.alphabet import phrases
from phonefsm.verify.explore import THEMES, Theme, _Keys, abstract_states, explore
from phonefsm.verify.run import HOSTS
from phonefsm.verify.story import Event
from tests.script import Talk

US = CapturePolicy(default_region="US")
SHALLOW = {"everything": 2, "digits by voice": 2, "ends": 3}
RELAXED: dict[str, dict[str, Any]] = {
    "heard": {"evidence": {"heard": "ignore"}},
    "read_back": {"evidence": {"read_back": "ignore"}},
    "agreement": {"evidence": {"agreement": "ignore"}},
    "confirmation": {"require_confirmation": False},
}
_NEEDED = {"consent": 4, "digits typed": 3}
GIVEN_UP = {
    "heard": {"completed_only_if_given"},
    "read_back": {"completed_only_if_read_back", "never_a_corrected_number"},
    "agreement": {"completed_only_if_agreed", "never_a_corrected_number"},
    "confirmation": {
        "completed_only_if_read_back",
        "completed_only_if_agreed",
        "never_a_corrected_number",
        "unconfirmed_only_if_typed",
    },
}


def theme(name: str) -> Theme:
    return next(each for each in THEMES if each.name == name)


@pytest.mark.parametrize("name", [each.name for each in THEMES])
def test_every_invariant_holds_for_a_host_that_reports_everything(name: str) -> None:
    found = explore(US, EVERYTHING, theme(name), depth=SHALLOW.get(name, 4))
    assert found.transitions > 100
    assert not found.broken


@pytest.mark.parametrize("observes", HOSTS, ids=lambda observes: " ".join(sorted(observes)) or "nothing")
def test_what_a_host_can_be_promised_holds_for_it(observes: frozenset[Observation]) -> None:
    for name, depth in (("everything", 1), ("consent", 4)):
        report = Report((explore(US, observes, theme(name), depth=depth),))
        assert not report.broken


@pytest.mark.parametrize("check", RELAXED)
def test_a_policy_that_relaxes_a_check_gives_up_just_what_it_says(check: str) -> None:
    policy = CapturePolicy.load({"default_region": "US", **RELAXED[check]})
    explored = tuple(
        explore(policy, EVERYTHING, theme(name), depth=_NEEDED[name]) for name in ("consent", "digits typed")
    )
    report = Report(explored)
    assert not report.broken
    assert {verdict.name for verdict in report.given_up} == GIVEN_UP[check]
    assert any(verdict.conversation for verdict in report.given_up)


@pytest.mark.parametrize(
    ("check", "name", "length"),
    [
        ("heard", "completed_only_if_given", 4),
        ("read_back", "completed_only_if_read_back", 4),
        ("agreement", "completed_only_if_agreed", 4),
        ("confirmation", "completed_only_if_agreed", None),
    ],
)
def test_the_shortest_conversation_that_shows_it_can_be_replayed(check: str, name: str, length: int | None) -> None:
    policy = CapturePolicy.load({"default_region": "US", **RELAXED[check]})
    report = Report((explore(policy, EVERYTHING, theme("consent"), depth=4),))
    verdict = next(each for each in report.verdicts if each.name == name)
    if length is None:  # an update completes at once, and there is no confirm to be wrong
        assert not verdict.conversation
        return
    assert len(verdict.conversation) - 1 == length
    player = Player(QUIET)
    for line in verdict.conversation:
        player.play(parse(line))
    assert player.capture.state is State.COMPLETED


def test_the_names_of_acts_are_told_apart() -> None:
    names = [act.name for act in acts(US)]
    assert len(names) == len(set(names))
    assert all(any(act in _followed(each) for each in THEMES) for act in names)


def _followed(each: Theme) -> set[str]:
    from fnmatch import fnmatchcase

    return {act.name for act in acts(US) if any(fnmatchcase(act.name, pattern) for pattern in each.acts)}


@pytest.mark.parametrize("name", ["everything", "consent", "late words", "digits by voice", "digits typed", "ends"])
def test_captures_in_one_abstract_state_reply_alike_to_everything(name: str) -> None:
    # Concrete captures that were told different conversations, and that exploration takes to be one.
    chosen = theme(name)
    classes = abstract_states(US, EVERYTHING, chosen, depth=2 if name == "everything" else 3)
    several = [nodes for nodes in classes.values() if len(nodes) > 1]
    assert len(several) > 10
    rng = Random(7)
    for nodes in rng.sample(several, min(len(several), 60)):
        one, other = rng.sample(nodes, 2)
        for act in acts(US):
            if act.name.startswith("late ") and one.story.unheard is None:
                continue
            assert _seen(one.capture, act) == _seen(other.capture, act), (act.name, _names(one), _names(other))


def test_a_part_that_a_no_takes_back_is_told_from_one_that_stands() -> None:
    keys = _Keys(Setting(US, EVERYTHING), counts=False)
    no, wait = (Talk(policy=US).says("415").update("415").says(said).capture for said in ("no", "wait"))
    assert keys._capture(no) != keys._capture(wait)
    nothing = (Talk(policy=US).says(said).capture for said in ("no", "wait"))
    assert len({keys._capture(capture) for capture in nothing}) == 1, "there was nothing to take back"


def _names(node: object) -> list[str]:
    return [act.name for act in node.path]  # type: ignore[attr-defined]


def _seen(capture: PhoneCapture, act: object) -> object:
    after, replies = play(copy(capture), act.event, QUIET)  # type: ignore[attr-defined]
    view = View.of(after)._replace(generation=0, attempts=0, rejections=0, silences=0, refusals=0)
    return [(reply.code, reply.is_error) for reply in replies], view, after.consent


def test_a_model_that_calls_for_ever_is_stopped_within_the_stated_number() -> None:
    limits = Limits(attempts=2, rejections=1, silences=1, refusals=2)
    policy = CapturePolicy(default_region="US", limits=limits)
    for seed in range(40):
        rng = Random(seed)
        capture = PhoneCapture(policy, logger=QUIET)
        calls = 0
        while capture.state in OPEN:
            capture.user_said(rng.choice(["415", "5", "415 555 0123", "no", "415 555 01234"]), "audio")
            name, field = rng.choice([("update_phone_number", "phone_number"), ("extend_phone_number", "digits")])
            capture.tools_called(ToolCall(name, {field: rng.choice(["415", "5", "4155550123", "41555501234"])}))
            calls += 1
            assert calls <= most_calls(limits)


def test_a_story_is_told_without_the_capture() -> None:
    by_name = {act.name: act for act in acts(US)}
    capture = PhoneCapture(US, logger=QUIET)
    story = Story()
    agreed = []
    for name in (
        "gives one",
        "update one",
        "reads one",
        "says yes",
        "says no",
        "reads one",
        "says unclear",
        "says yes",
    ):
        before = View.of(capture)
        _, replies = play(capture, by_name[name].event, QUIET)
        story = story.tell(Event(by_name[name], before, replies, View.of(capture)))
        agreed.append(story.candidate.agreed)
    assert agreed == [False, False, False, True, False, False, False, True]


def test_every_invariant_says_in_words_what_it_asks() -> None:
    setting = Setting(US, EVERYTHING)
    for invariant in INVARIANTS:
        assert invariant.text.endswith(".")
        assert invariant.given_up(setting) is None


def test_a_policy_without_any_number_is_told_so() -> None:
    policy = CapturePolicy.load({"allowed_regions": ["US"], "allowed_types": ["shared_cost"]})
    with pytest.raises(PolicyError, match="no number"):
        verify(policy, depth=1, processes=1)


@pytest.mark.parametrize("fields", [{}, {"default_region": "GB"}, {"default_region": "FR", "language": "fr"}])
def test_other_policies_hold_too(fields: dict[str, str]) -> None:
    report = Report(
        tuple(
            explore(CapturePolicy.load(fields), EVERYTHING, theme(name), depth=3)
            for name in ("consent", "digits typed")
        )
    )
    assert not report.broken


def test_side_by_side_or_one_after_the_other_it_is_the_same() -> None:
    shares: list[float] = []
    alone = verify(US, depth=1, processes=1, progress=shares.append)
    assert verify(US, depth=1, processes=2).as_dict() == alone.as_dict()
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


# The command.


def test_the_command_is_green_on_a_sound_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('default_region = "US"\n')
    assert main(["verify", "--policy", str(policy), "--depth", "1", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {verdict["verdict"] for verdict in report["verdicts"]} == {"holds", "given_up"}
    assert report["transitions"] > 200


def test_the_command_shows_what_a_policy_gives_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(
        'default_region = "US"\n[evidence]\nheard = "ignore"\nread_back = "ignore"\nagreement = "ignore"\n'
    )
    folder = tmp_path / "shown"
    assert main(["verify", "--policy", str(policy), "--depth", "2", "-o", str(folder)]) == 3
    shown = capsys.readouterr().out
    assert "given up completed_only_if_given" in " ".join(shown.split())
    file = folder / "completed_only_if_given.jsonl"
    assert main(["replay", str(file)]) == 0
    assert "completed: +1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--policy", "nowhere.toml"], "nowhere.toml"),
        (["--depth", "0"], "--depth"),
        (["--campaign", "0"], "--campaign"),
        (["--depth", "1", "-o", "/dev/null/shown"], "/dev/null"),
    ],
)
def test_wrong_input_is_one_line(arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", *arguments]) == 2
    told = capsys.readouterr().err
    assert named in told
    assert told.count("\n") == 1


# The words of the alphabet.

_OBJECTS = Intent.NO | Intent.CORRECTION | Intent.REPEAT | Intent.WAIT | Intent.DECLINE | Intent.PERSON
_HEARD: dict[str, Callable[[Heard], bool]] = {
    "yes": lambda heard: heard.agrees,
    "no": lambda heard: bool(heard.intents & Intent.NO) and not heard.agrees,
    "unclear": lambda heard: heard.words <= 2 and not heard.agrees and not heard.intents & _OBJECTS,
    "talk": lambda heard: heard.words > 2 and not heard.agrees and not heard.intents & _OBJECTS,
    "hedge": lambda heard: heard.words > 2 and not heard.agrees and not heard.intents & _OBJECTS,
    "wait": lambda heard: bool(heard.intents & Intent.WAIT),
    "repeat": lambda heard: bool(heard.intents & Intent.REPEAT),
    "decline": lambda heard: bool(heard.intents & Intent.DECLINE),
    "person": lambda heard: bool(heard.intents & Intent.PERSON),
    "caller_id": lambda heard: bool(heard.intents & Intent.CALLER_ID),
}
SPOKEN = [
    pytest.param(language, kind, phrase, id=f"{language}: {phrase}")
    for language in languages()
    for kind in _HEARD
    for phrase in phrases(language)[kind]
]


@pytest.mark.parametrize(("language", "kind", "phrase"), SPOKEN)
def test_what_callers_say_is_heard_as_what_it_is_said_to_mean(language: str, kind: str, phrase: str) -> None:
    heard = hear(phrase, language=language)
    assert _HEARD[kind](heard), heard
    assert not heard.runs


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_kind_of_phrase(language: str) -> None:
    assert phrases(language) is not phrases("und") or language == "en"
    assert phrases(language).keys() == phrases("en").keys()
