# SPDX-License-Identifier: Apache-2.0
"""What callers are told, in every language: complete, alike, and no number but the caller's in it."""

import re
import tomllib
from importlib import resources
from typing import Any

import phonenumbers
import pytest
import structlog

from phonefsm import CapturePolicy, PhoneCapture, Rung, ToolCall
from phonefsm.dialogue import Dialogue
from phonefsm.prompts.caller import lines_in
from phonefsm.speech import runs, say
from phonefsm.table import FINAL, UNUSABLE

LANGUAGES = ("de", "en", "es", "fr", "hi", "it", "nl", "pt")
ENGLISH = lines_in("en").lines
ANSWERS = {
    "de": ("ja", "nein"),
    "en": ("yes", "no"),
    "es": ("sí", "no"),
    "fr": ("oui", "non"),
    "hi": ("हाँ", "नहीं"),
    "it": ("sì", "no"),
    "nl": ("ja", "nee"),
    "pt": ("sim", "não"),
}
NUMBERS = {
    "de": ("DE", "+4915123456789"),
    "en": ("GB", "+447400123456"),
    "es": ("ES", "+34612345678"),
    "fr": ("FR", "+33612345678"),
    "hi": ("IN", "+919811223344"),
    "it": ("IT", "+393123456789"),
    "nl": ("NL", "+31612345678"),
    "pt": ("BR", "+5511961234567"),
}
_SILENT = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])


def places(line: str) -> list[str]:
    return sorted(re.findall(r"{\w+}", line))


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    files = resources.files("phonefsm.prompts").iterdir()
    assert sorted(file.name for file in files if file.name.endswith(".toml")) == [f"{name}.toml" for name in LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_exists_in_every_language_with_the_same_places(language: str) -> None:
    lines = lines_in(language).lines
    assert list(lines) == list(ENGLISH)
    for key, line in lines.items():
        assert places(line) == places(ENGLISH[key]), key
        assert line == line.strip()
        assert line[-1] in ".?!।", key
    assert lines_in(language).hash["usual"]


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_line_is_translated(language: str) -> None:
    assert [key for key, line in lines_in(language).lines.items() if line == ENGLISH[key]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keypad_lines_are_the_others_with_the_keys_behind_them(language: str) -> None:
    lines = lines_in(language).lines
    for key in ("read_back", "last_part"):
        more = lines[f"{key}_keypad"]
        assert more.startswith(lines[key])
        assert re.findall(r"[0-9]", more) == ["1", "2"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_holds_a_number_of_its_own(language: str) -> None:
    """Else the agent's own words would be heard as digits of the read-back."""
    for key, line in lines_in(language).lines.items():
        if "{number}" in line:
            said = [run.readings[0] for run in runs(line.replace("{number}", "415 555"), language=language)]
            assert said == ["415555", *(["1", "2"] if key.endswith("keypad") else [])], key


def test_every_line_is_used_and_every_line_used_exists() -> None:
    source = resources.files("phonefsm.prompts").joinpath("caller.py").read_text(encoding="utf-8")
    used = {key for key in ENGLISH if f'"{key}"' in source}
    assert set(ENGLISH) == used | {code.value for code in UNUSABLE} | {state.value for state in FINAL}


@pytest.mark.parametrize(("tag", "ask"), [("es-MX", "¿Cuál"), ("pt_BR", "Qual"), ("EN", "What"), ("fr-CA", "Quel")])
def test_the_primary_tag_of_a_language_decides(tag: str, ask: str) -> None:
    assert lines_in(tag).lines["ask"].startswith(ask)


def test_a_language_without_lines_is_spoken_to_in_english() -> None:
    assert lines_in("und").lines is ENGLISH


@pytest.mark.parametrize(
    ("language", "region", "key"),
    [
        ("es", "ES", "almohadilla"),
        ("es", "MX", "gato"),
        ("es", "CO", "numeral"),
        ("pt", "BR", "jogo da velha"),
        ("pt", "PT", "cardinal"),
        ("fr", "CA", "carré"),
        ("fr", "BE", "dièse"),
        ("de", "AT", "Raute"),
    ],
)
def test_the_hash_key_has_the_name_of_the_country(language: str, region: str, key: str) -> None:
    names = lines_in(language).hash
    assert names.get(region, names["usual"]) == key


def test_a_file_of_lines_is_read_when_it_is_first_used() -> None:
    for name in LANGUAGES:
        data = tomllib.loads(resources.files("phonefsm.prompts").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
        assert list(data) == ["hash", "lines"]


class Caller:
    """A caller of one language with the driver on the other side; all that it says is played."""

    def __init__(self, language: str, **fields: Any) -> None:
        self.region, self.number = NUMBERS[language]
        self.yes, self.no = ANSWERS[language]
        policy = CapturePolicy.load({"language": language, "default_region": self.region, **fields})
        self.capture = PhoneCapture(policy, logger=_SILENT)
        self.driver = Dialogue(self.capture)
        self.said = ""
        self.capture.agent_said(self.driver.open().audio)

    def says(self, *turns: str) -> "Caller":
        for turn in turns:
            line = (
                self.driver.keys(turn) if turn[0].isdecimal() and turn[-1] == "#" else self.driver.heard(turn, "audio")
            )
            self.said = line.audio
            self.capture.agent_said(line.audio)
        return self

    @property
    def spoken(self) -> str:
        return say(self.number, language=self.capture.policy.language, region=self.region, style="words")

    @property
    def keyed(self) -> str:
        """The number as it is dialled in its own country, where not everyone writes "00" before a country's code."""
        number = phonenumbers.parse(self.number)
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        return "".join(filter(str.isdecimal, written)) + "#"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_capture_is_completed_in_every_language(language: str) -> None:
    caller = Caller(language)
    caller.says(caller.spoken, caller.yes)
    assert str(caller.capture.number) == caller.number
    assert caller.capture.state == "completed"
    assert caller.said == lines_in(language).lines["completed"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_ladder_is_climbed_in_every_language(language: str) -> None:
    """Groups, digits, parts to the last one, keys, and at the end one press on the right key."""
    caller = Caller(language, keypad=True)
    caller.says(caller.spoken, caller.no, caller.spoken, caller.no, caller.spoken)
    assert caller.capture.rung is Rung.PARTS
    lines, parts = lines_in(language), 1
    while not caller.said.endswith(lines.lines["last_part_keypad"].partition("{number}")[2]):
        caller.says(caller.yes)
        parts += 1
        assert parts < 6
    assert parts > 2
    caller.says(caller.no)
    assert caller.said.endswith(
        lines.lines["ask_keypad"].replace("{hash}", lines.hash.get(caller.region, lines.hash["usual"]))
    )
    caller.says(caller.keyed, "1#")
    assert caller.capture.state == "completed"
    assert str(caller.capture.number) == caller.number


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_is_told_in_english_what_to_say_in_the_callers_language(language: str) -> None:
    caller = Caller(language).says()
    instructions = caller.capture.instructions.audio
    assert instructions.startswith("You handle one step")
    assert ("'oh' means zero" in instructions) is (language == "en")
    assert (f"language {language!r}" in instructions) is (language != "en")
    caller.says(caller.spoken)
    if language != "en":
        assert f'"{caller.said}"' in caller.capture.instructions.audio


@pytest.mark.parametrize(
    ("modality", "said"),
    [("audio", "I have 4 1 5, 5 5 5, 0 1 2 3. Is that right?"), ("text", "I have (415) 555-0123. Is that right?")],
)
def test_a_reply_ends_with_the_line_to_say_next_in_the_callers_modality(modality: Any, said: str) -> None:
    capture = PhoneCapture(CapturePolicy(default_region="US", require_confirmation=True), logger=_SILENT)
    capture.user_said("415 555 0123", modality)
    (reply,) = capture.tools_called(ToolCall("update_phone_number", {"phone_number": "4155550123"}))
    capture.user_said("no, wait", modality)
    assert reply.text.endswith(f' Say: "{said}"'), "as it was when the call was decided, whenever it is read"
    (refused,) = capture.tools_called(ToolCall("decline_phone_number_capture", {"reason": "x"}))
    assert refused.text == refused.told, "what the caller did not say is for the model to find out"


def test_the_instructions_say_when_the_caller_has_agreed() -> None:
    capture = PhoneCapture(default_region="US", logger=_SILENT)
    capture.user_said("415 555 0123", "audio")
    capture.tools_called(ToolCall("update_phone_number", {"phone_number": "4155550123"}))
    capture.agent_said("I have 415 555 0123. Is that right?")
    assert "Read it back" in capture.instructions.audio
    capture.user_said("yes", "audio")
    assert "Call confirm_phone_number now" in capture.instructions.audio
    assert "Read it back" not in capture.instructions.audio
    capture.user_said("no, sorry", "audio")
    assert "Call confirm_phone_number now" not in capture.instructions.audio


def test_a_second_ears_yes_changes_no_instructions_as_the_model_has_answered_by_then() -> None:
    capture = PhoneCapture(default_region="US", observes=["transcript", "agent"], logger=_SILENT)
    capture.user_said("415 555 0123", "audio")
    capture.tools_called(ToolCall("update_phone_number", {"phone_number": "4155550123"}))
    capture.agent_said("I have 415 555 0123. Is that right?")
    before = capture.instructions
    capture.user_said("yes", "audio")
    assert capture.instructions == before


def test_a_wording_of_your_own_replaces_a_line_in_any_language() -> None:
    caller = Caller("fr", wording={"read_back": "Donc {number}, oui ?"}).says("06 12 34 56 78")
    assert caller.said == "Donc zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit, oui ?"
