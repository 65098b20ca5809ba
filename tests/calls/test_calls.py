# SPDX-License-Identifier: Apache-2.0
"""The callers, the judge, the report and the translation of tools, tried without sound, weights or LiveKit."""

import hashlib
import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest

from phonefsm import PhoneCapture
from phonefsm.adapters.openai import chat
from phonefsm.conversation import QUIET, Player, read
from phonefsm.tools import TOOL_LIST, ToolCall
from tests.calls import __main__ as command
from tests.calls import model, offer, report
from tests.calls.agents import Act, Agent, ChatAgent, Cut, DriverAgent, Said
from tests.calls.callers import SILENCE, TEMPERS, WAYS, Caller, Profile, population
from tests.calls.calls import MOST_TURNS, Call, Ear, call, model_fault
from tests.calls.line import without_sound
from tests.calls.model import Answer, Endpoint, ModelChangedError, ModelMissingError, Weights, chunks
from tests.calls.scripted import Scripted
from tests.calls.store import Store
from tests.sound import words
from tests.sound.callers import Utterance

ASK = "What is your phone number?"
OURS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)},
    }
    for tool in TOOL_LIST.values()
]
THEIRS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "update_phone_number",
            "description": "Update the phone number provided by the user.",
            "parameters": {
                "type": "object",
                "properties": {"phone_number": {"type": "string", "description": "The phone number, digits only"}},
                "required": ["phone_number"],
            },
        },
    }
]
"""A tool as LiveKit's task offers it at first."""


def driver(region: str) -> Any:
    return partial(DriverAgent, region)


def with_driver(profile: Profile, ear: Ear = without_sound) -> Call:
    return call("driver", profile, driver(profile.number.region), ear)


def with_script(profile: Profile, ear: Ear = without_sound) -> Call:
    with Endpoint(Scripted()) as endpoint, endpoint.counted() as use:
        return call("chat", profile, partial(ChatAgent, profile.number.region, endpoint=endpoint), ear, use=use)


# The population.


def test_callers_are_the_same_every_time_and_cover_tempers_ways_and_countries() -> None:
    made = list(population(40, seed=3))
    assert made == list(population(40, seed=3))
    assert made != list(population(40, seed=4))
    assert {profile.temper for profile in made} == set(TEMPERS)
    for temper in TEMPERS:
        those = [profile for profile in made if profile.temper == temper]
        assert {profile.way for profile in those} == set(WAYS)
        assert {profile.number.region for profile in those} == {"US", "GB"}
    assert {profile.voice for profile in made} == {"hibari", "joe"}
    assert 0 < sum(profile.by_ear for profile in made) < 40
    assert len({profile.number.e164 for profile in made}) == 40


def one(temper: str, seed: int = 5) -> Profile:
    return next(profile for profile in population(16, seed) if profile.temper == temper)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("temper", TEMPERS)
def test_a_caller_agrees_to_the_true_number_alone(temper: str, seed: int) -> None:
    profile = one(temper, seed)
    if profile.wants == "decline":
        return
    caller = Caller.of(profile)
    truth = " ".join(profile.number.national)
    wrong = " ".join(profile.number.national[:-1] + str((int(profile.number.national[-1]) + 1) % 10))
    while not caller.turn(ASK).digits and temper == "silent":
        pass
    said = [caller.turn(f"I have {wrong}. Is that right?") for _ in range(3)]
    assert all(utterance.kind != "yes" for utterance in said)
    agreed = [caller.turn(f"I have {truth}. Is that right?") for _ in range(3)]
    assert agreed[-1].kind == "yes"


def test_nobody_agrees_to_a_number_that_was_not_said() -> None:
    caller = Caller.of(one("agrees"))
    caller.turn(ASK)
    assert caller.turn("I have noted it. Is that correct?").kind == "again"


def test_one_who_changes_to_another_number_says_that_it_is_another() -> None:
    profile = one("changes")
    caller = Caller.of(profile)
    first = caller.turn(ASK)
    assert first.digits != profile.number.e164
    assert caller.first is not None
    second = caller.turn(f"I have {' '.join(caller.first.national)}. Is that right?")
    assert (second.kind, second.digits) == ("number", profile.number.e164)


def test_one_who_declines_gives_no_digit_whatever_is_asked() -> None:
    caller = Caller.of(one("declines"))
    assert not any(words.digits(caller.turn(ASK).text) for _ in range(5))


def test_a_silent_caller_is_silent_at_the_question_and_at_the_read_back() -> None:
    profile = one("silent")
    caller = Caller.of(profile)
    read_back = f"I have {' '.join(profile.number.national)}. Is that right?"
    assert caller.turn(ASK) == SILENCE
    assert caller.turn(ASK) != SILENCE
    assert caller.turn(read_back) == SILENCE
    assert caller.turn(read_back).kind == "yes"


def test_one_who_interrupts_cuts_into_the_first_read_back_behind_its_first_digits() -> None:
    profile = one("interrupts")
    caller = Caller.of(profile)
    prompt = f"I have {' '.join(profile.number.national)}. Is that right?"
    assert caller.cuts_into(ASK) is None
    played = caller.cuts_into(prompt)
    assert played is not None
    assert prompt.startswith(played)
    assert 0 < len(words.digits(played)) < len(profile.number.national)
    assert caller.cuts_into(prompt) is None


# The calls.


@pytest.mark.parametrize("seed", [1, 2])
def test_on_a_line_that_loses_nothing_everybody_is_served(seed: int) -> None:
    for profile in population(24, seed):
        for made in (with_driver(profile), with_script(profile)):
            assert made.is_right, (made.contestant, profile, made.turns)


def altering(sentence: str, _voice: str, _patience: float) -> tuple[str, ...]:
    return (sentence.replace("five", "nine").replace("Five", "Nine"),)


def test_on_a_line_that_garbles_no_wrong_number_is_completed() -> None:
    made = [with_driver(profile, altering) for profile in population(24, 7)]
    assert not any(each.ending == "wrong" for each in made)
    missed = [each for each in made if not each.is_right]
    assert missed
    assert {each.cause for each in missed} == {"recogniser"}


@pytest.mark.parametrize("make", [with_driver, with_script])
def test_the_file_of_a_call_replays_to_the_same_end(make: Any) -> None:
    for profile in population(8, 11):
        made = make(profile)
        player = Player()
        for numbered in read(line.encode() for line in made.lines):
            player.play_line(numbered)
        number = player.result["number"]
        assert number == (made.completed or None), made.profile
        assert (player.result["state"] == "declined") == (made.ending == "declined right")


class Yesman:
    """Ends with whatever it is told to."""

    patience = 1.0
    lines: tuple[str, ...] = ()

    def __init__(self, end: Any) -> None:
        self.end: Any = None
        self._end = end

    def open(self) -> Said:
        return Said(ASK)

    def heard(self, _text: str) -> Said:
        self.end = self._end
        return Said("Thank you.")

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("temper", "end", "ending"),
    [
        ("agrees", ("completed", "+12025550123"), "wrong"),
        ("declines", ("completed", "+12025550123"), "wrong"),
        ("agrees", ("declined", ""), "declined wrong"),
        ("declines", ("declined", ""), "declined right"),
        ("agrees", ("escalated", ""), "escalated"),
        ("agrees", None, "open"),
    ],
)
def test_endings_are_judged_against_the_callers_truth(temper: str, end: Any, ending: str) -> None:
    agent: Any = Yesman(end)
    made = call("chat", one(temper), lambda _: agent, without_sound)
    assert made.ending == ending
    assert len(made.turns) == (MOST_TURNS if end is None else 1)
    assert made.is_right == (ending == "declined right")


def test_the_first_number_of_one_who_changes_is_wrong_when_completed() -> None:
    profile = one("changes")
    first = Caller.of(profile).first
    assert first is not None
    agent: Any = Yesman(("completed", first.e164))
    assert call("livekit", profile, lambda _: agent, without_sound).ending == "wrong"


def faults(utterance: Utterance, acts: list[Act], answer: str = "") -> str | None:
    return model_fault(utterance, acts, answer, one("agrees"))


def test_a_model_is_blamed_for_what_it_did_not_call_or_called_wrongly() -> None:
    number = one("agrees").number
    given = Utterance("It's ...", "number", number.e164)
    read_back = f"I have {' '.join(number.national)}. Right?"
    recorded = Act("update_phone_number", json.dumps({"phone_number": number.national}), "recorded: ...", False)
    assert faults(given, []) == "model"
    assert faults(given, [recorded], read_back) is None
    assert faults(given, [recorded], "Is that right?") == "model"
    assert faults(given, [Act(recorded.name, recorded.arguments, "Invalid", True)]) == "policy"
    assert faults(given, [Act(recorded.name, '{"phone_number": "12"}', "Invalid", True)]) == "model"
    assert faults(Utterance("Yes.", "yes"), []) == "model"
    assert faults(Utterance("Yes.", "yes"), [Act("confirm_phone_number", "{}", "completed: ...", False)]) is None
    capture = PhoneCapture(default_region="US", logger=QUIET)
    capture.user_said("415 555 0123")
    capture.tools_called(ToolCall("update_phone_number", {"phone_number": "4155550123"}))
    (early,) = capture.tools_called(ToolCall("confirm_phone_number"))
    assert faults(Utterance("Yes.", "yes"), [Act("confirm_phone_number", "{}", early.text, True)]) == "model"
    assert faults(Utterance("Yes.", "yes"), [Act("confirm_phone_number", "{}", "unclear: ...", True)]) == "policy"
    assert faults(Utterance("No.", "no"), [Act("confirm_phone_number", "{}", "", False)]) == "model"
    assert faults(Utterance("No.", "no"), [Act("reject_phone_number", "{}", "", False)]) is None
    assert faults(Utterance("No.", "no"), [Act("decline_phone_number_capture", "{}", "", False)]) == "model"


# Tools as a schema and an example talk.


def test_a_schema_offers_words_and_each_tool_with_its_own_arguments() -> None:
    made = offer.schema(OURS)["oneOf"]
    assert made[0]["properties"] == {"say": {"type": "string"}}
    names = [each["properties"]["call"]["const"] for each in made[1:]]
    assert names == [tool["function"]["name"] for tool in OURS]
    update = made[1]["properties"]["arguments"]
    assert list(update["properties"]) == ["phone_number"]
    assert update["required"] == ["phone_number"]
    assert not update["additionalProperties"]


@pytest.mark.parametrize(
    ("choice", "count"),
    [
        ("auto", 3),
        ("none", 1),
        ("required", 2),
        ({"type": "function", "function": {"name": "confirm_phone_number"}}, 1),
    ],
)
def test_a_choice_of_tools_is_obeyed(choice: object, count: int) -> None:
    tools = [tool for tool in OURS if tool["function"]["name"] in ("update_phone_number", "confirm_phone_number")]
    assert len(offer.schema(tools, choice)["oneOf"]) == count


def test_behind_a_result_the_model_speaks() -> None:
    talk: list[Any] = [{"role": "user", "content": "hi"}, {"role": "tool", "content": "OK"}, {"role": "system"}]
    assert not offer.may_call(talk)
    assert offer.may_call([*talk, {"role": "user", "content": "yes"}])
    assert len(offer.schema(OURS, may_call=False)["oneOf"]) == 1


def test_the_example_is_made_of_the_tools_that_are_offered_and_no_others() -> None:
    for tools in (OURS, THEIRS, OURS[:1], OURS[2:4]):
        shown = set(re.findall(r'"call": "(\w+)"', "".join(text for _, text in offer.example(tools))))
        assert shown == {tool["function"]["name"] for tool in tools}


def test_the_same_tool_is_shown_alike_whoever_offers_it() -> None:
    update = [tool for tool in OURS if tool["function"]["name"] == "update_phone_number"]
    assert offer.example(update) == offer.example(THEIRS)


def test_a_tool_that_no_scene_knows_is_shown_with_its_description() -> None:
    parameters = {"type": "object", "properties": {"day": {"type": "string", "enum": ["monday", "friday"]}}}
    tool = {"function": {"name": "book_table", "description": "The caller wants a table.", "parameters": parameters}}
    talk = offer.example([tool])
    assert ("user", "The caller wants a table.") in talk
    assert ("assistant", '{"call": "book_table", "arguments": {"day": "monday"}}') in talk


def test_a_prompt_holds_the_conversation_in_order() -> None:
    capture = PhoneCapture(default_region="US")
    messages = chat.user(capture, "it's 212 555 0123", "audio")
    request = chat.request(capture, messages, modality="audio")
    prompt = offer.prompt(request["messages"], request["tools"])
    assert prompt.index("An example:") < prompt.index("You handle one step") < prompt.index("it's 212 555 0123")
    assert prompt.endswith("<|im_start|>assistant\n")


@pytest.mark.parametrize(
    ("text", "content", "calls"),
    [
        ('{"say": "Hello."}', "Hello.", []),
        ('{"call": "confirm_phone_number", "arguments": {}}', None, ["confirm_phone_number"]),
        ('{"say": "Hello, I was cut', "Hello, I was cut", []),
        ('{"call": "update_phone_number", "argum', "", []),
    ],
)
def test_a_turn_is_a_message(text: str, content: str | None, calls: list[str]) -> None:
    message = offer.message_of(text, "c1")
    assert message["content"] == content
    assert [each["function"]["name"] for each in message.get("tool_calls", ())] == calls


# The endpoint and the weights.


class Fixed:
    """Says one thing."""

    name = "fixed"

    def __init__(self, text: str) -> None:
        self._text = text

    def answer(self, *_: object) -> Answer:
        return Answer(self._text, 10, 3)


def ask(url: str, **body: Any) -> str:
    data = json.dumps({"messages": [{"role": "user", "content": "hi"}], **body}).encode()
    with urlopen(Request(f"{url}/chat/completions", data)) as response:
        text: str = response.read().decode()
        return text


def test_the_endpoint_answers_whole_and_in_a_stream_and_counts_tokens() -> None:
    said: list[str] = []
    with Endpoint(Fixed('{"say": "Hello."}')) as endpoint, endpoint.counted() as use:
        endpoint.watch = said.append
        whole = json.loads(ask(endpoint.url))
        stream = ask(endpoint.url, stream=True, stream_options={"include_usage": True})
    assert whole["choices"][0]["message"]["content"] == "Hello."
    assert (use.generations, use.read, use.written) == (2, 20, 6)
    assert said == ["Hello.", "Hello."]
    events = [line.removeprefix("data: ") for line in stream.splitlines() if line]
    assert events[-1] == "[DONE]"
    collected = chat.collect([json.loads(event) for event in events[:-1]])
    assert collected["choices"][0]["message"]["content"] == "Hello."


def test_calls_come_through_a_stream() -> None:
    with Endpoint(Fixed('{"call": "confirm_phone_number", "arguments": {}}')) as endpoint:
        whole = endpoint.complete({"messages": []})
    collected = chat.collect(list(chunks(whole, usage=True)))
    function = collected["choices"][0]["message"]["tool_calls"][0]["function"]
    assert (function["name"], function["arguments"]) == ("confirm_phone_number", "{}")


def test_weights_are_put_together_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {name: tmp_path / f"{name}.bin" for name in ("one", "two")}
    for name, path in parts.items():
        path.write_bytes(name.encode())
    monkeypatch.setattr(model, "_part", parts.__getitem__)
    sha256 = hashlib.sha256(b"onetwo").hexdigest()
    assert Weights("both", ("one", "two"), sha256).assemble(tmp_path / "w").read_bytes() == b"onetwo"
    with pytest.raises(ModelChangedError, match="sha256"):
        Weights("other", ("two", "one"), sha256).assemble(tmp_path / "w")


def test_a_missing_package_is_named_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"tests/calls/requirements\.txt \(no-such-weights\)"):
        Weights("none", ("no-such-weights",), "").assemble(tmp_path)


def test_what_was_worked_out_is_kept_by_all_that_it_depends_on(tmp_path: Path) -> None:
    Store(tmp_path).put(["a", 1], ["x"])
    assert Store(tmp_path).get(["a", 1]) == ["x"]
    assert Store(tmp_path).get(["a", 2]) is None


# The report.


def calls_of_each() -> list[Call]:
    agent: Any = Yesman(("completed", "+12025550123"))
    made = [with_driver(profile) for profile in population(8, 2)]
    return made + [call("livekit", profile, lambda _: agent, without_sound) for profile in population(8, 2)]


def test_figures_count_endings_causes_and_intervals() -> None:
    theirs, ours = report.figures(calls_of_each())
    assert (theirs.contestant, theirs.calls, theirs.endings["wrong"], theirs.right) == ("livekit", 8, 8, 0)
    assert (ours.contestant, ours.right, ours.share) == ("driver", 8, 1.0)
    assert ours.interval == pytest.approx((0.6756, 1.0), abs=1e-3)
    assert sum(theirs.causes.values()) == 8


def test_the_difference_has_newcombes_interval() -> None:
    theirs, ours = report.figures(calls_of_each())
    apart, low, high = report.difference(ours, theirs)
    assert apart == 1.0
    assert (low, high) == pytest.approx((1 - (2 * (1 - 0.6756) ** 2) ** 0.5, 1.0), abs=1e-3)


def test_the_plot_is_an_image_with_a_bar_a_contestant() -> None:
    root = ElementTree.fromstring(report.svg(calls_of_each(), "a & b"))  # noqa: S314 - our own
    assert "a & b" in "".join(root.itertext())
    titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "wrong number completed: 8" in titles


def test_the_command_writes_report_json_plot_and_misses_that_replay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "without_sound", altering)
    arguments = ["--calls", "6", "--seed", "7", "--model", "scripted", "--no-sound", "--only", "chat", "driver"]
    assert command.main([*arguments, "-o", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "scripted (a script, no model)" in printed
    assert "| wrong number completed | 0 | 0 |" in printed
    data = json.loads((tmp_path / "calls.json").read_text())
    assert len(data["calls"]) == 12
    misses = list((tmp_path / "misses").glob("*.jsonl"))
    assert len(misses) == sum(not each["is_right"] for each in data["calls"]) > 0
    shown = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-m", "phonefsm", "replay", "--json", str(misses[0])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(shown.stdout.splitlines()[-1])["state"]


def test_without_its_packages_the_command_says_so_and_makes_no_call(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(model.WEIGHTS, "0.5b", Weights("none", ("no-such-weights",), ""))
    assert command.main(["--calls", "1", "--no-sound", "--only", "chat"]) == 2
    assert "No call was made: " in capsys.readouterr().err
    assert command.main(["--calls", "1", "--no-sound", "--only", "chat", "--fall-back"]) == 0
    printed = capsys.readouterr().out
    assert "PLEASE NOTE: the model is not to be had" in printed
    assert "say nothing about a real call" in printed


def test_agents_are_agents() -> None:
    def cut(_text: str) -> str | None:
        return None

    none: Cut = cut
    made: list[Agent] = [DriverAgent("US", none), ChatAgent("US", none, Endpoint(Scripted()))]
    assert all(agent.end is None for agent in made)
