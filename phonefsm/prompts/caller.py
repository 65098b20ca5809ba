# SPDX-License-Identifier: Apache-2.0
"""What the agent says to the caller where no model does: one file of lines a language, and which of them to say.

A file ``<language>.toml`` beside this module holds the lines by key in ``[lines]``, and in ``[hash]`` what the ``#``
key is called: ``usual``, and by region where it has another name. All files have the same keys and places.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from phonefsm.errors import PolicyError
from phonefsm.instructions import Instructions
from phonefsm.ladder import Rung
from phonefsm.policy import CapturePolicy
from phonefsm.prompts.situation import Situation, number_for
from phonefsm.speech import Intent
from phonefsm.speech.words import primary
from phonefsm.table import OPEN, UNUSABLE, Code, State

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_ENGLISH: Final = "en"
_NUMBER: Final = "{number}"
_HASH: Final = "{hash}"
_SHORT_PART: Final = 6  # digits, as of an area code and an exchange


class Lines(NamedTuple):
    """The lines of one language, by key, and the name of the ``#`` key by region."""

    lines: Mapping[str, str]
    hash: Mapping[str, str]


def lines_in(language: str) -> Lines:
    """Return the lines for the caller's language (a BCP 47 tag), in English where there are none."""
    return _load(_file_name(language))


@cache
def _file_name(language: str) -> str:
    name = primary(language)
    return name if name.isascii() and name.isalpha() and _folder().joinpath(f"{name}.toml").is_file() else _ENGLISH


def _folder() -> "Traversable":
    from importlib import resources  # on first use, which keeps the import of the package cheap

    return resources.files(__package__ or "phonefsm.prompts")


@cache
def _load(name: str) -> Lines:
    import tomllib

    data = tomllib.loads(_folder().joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    return Lines(data["lines"], data["hash"])


def speaks_english(policy: CapturePolicy) -> bool:
    """Return whether the caller is spoken to in English."""
    return _file_name(policy.language) == _ENGLISH


def check_wording(policy: CapturePolicy) -> None:
    """Check that ``policy.wording`` replaces lines that exist, and says the number where they do.

    Raises:
        PolicyError: it names another one, or leaves the number out.
    """
    known = lines_in(policy.language).lines
    for key, line in policy.wording.items():
        if key not in known:
            raise PolicyError(f"wording.{key}: no such prompt; known are {', '.join(known)}")
        if _NUMBER in known[key] and _NUMBER not in line:
            raise PolicyError(f"wording.{key}: it must say {_NUMBER}, which the caller has to hear")


def prompt_for(now: Situation, policy: CapturePolicy) -> Instructions:
    """Return what to say next where there is no model."""
    audio, text = (_line(keys_for(now, policy, audio=audio), now, policy, audio=audio) for audio in (True, False))
    return Instructions(audio, text=text if text != audio else None)


class NextLine:
    """What to say next at one moment, put together when it is read, since that takes longer than a decision."""

    __slots__ = ("_line", "_policy")

    def __init__(self, now: Situation, policy: CapturePolicy) -> None:
        self._line: str | Situation = now
        self._policy = policy

    def __str__(self) -> str:
        if not isinstance(self._line, str):
            now, policy = self._line, self._policy
            self._line = _line(keys_for(now, policy, audio=not now.typed), now, policy, audio=not now.typed)
        return self._line


def read_back_line(now: Situation, policy: CapturePolicy, *, audio: bool) -> str:
    """Return the line that reads the candidate back, or the part of it that is due."""
    return _line([_reading(now, policy, audio=audio)], now, policy, audio=audio)


def keypad_line(now: Situation, policy: CapturePolicy) -> str:
    """Return the line that asks for the number on the keypad."""
    return _line(["ask_keypad"], now, policy, audio=True)


def _line(keys: list[str], now: Situation, policy: CapturePolicy, *, audio: bool) -> str:
    words = {**lines_in(policy.language).lines, **policy.wording}
    number = now.part if now.state is State.COLLECTING else ""
    if now.state is State.PENDING_CONFIRMATION:
        number = now.parts[now.place] if audio and now.parts else number_for(now, policy, audio=audio)
    elif number and audio:
        number = " ".join(number.lstrip("+"))
    key_name = _key_name(policy)
    return " ".join(words[key].replace(_HASH, key_name).replace(_NUMBER, number) for key in keys)


def lines_for(policy: CapturePolicy) -> Mapping[str, str]:
    """Return the lines of ``policy`` by key, those in its own words too, with the name of the ``#`` key filled in."""
    words = {**lines_in(policy.language).lines, **policy.wording}
    return {key: line.replace(_HASH, _key_name(policy)) for key, line in words.items()}


def _key_name(policy: CapturePolicy) -> str:
    names = lines_in(policy.language).hash
    return names.get(policy.default_region or "", names["usual"])


def keys_for(now: Situation, policy: CapturePolicy, *, audio: bool) -> list[str]:
    """Return the keys of the lines to say next where there is no model."""
    if now.code is Code.NOT_DECLINED and now.state in OPEN and now.intents & Intent.NO:
        return ["sorry", "ask_parts"]  # it was a no to digits
    if now.state is State.ASKING:
        return _ask(now, policy, audio=audio)
    if now.state is State.COLLECTING:
        return _more(now)
    if now.state is State.PENDING_CONFIRMATION:
        return _read_back(now, policy, audio=audio)
    return [now.state.value]


def _only_asks(now: Situation) -> bool:
    """Return whether the caller's turn asks for words alone, though a driver without patience tried it as a number."""
    asks = now.intents & (Intent.WAIT | Intent.WHY | Intent.REPEAT | Intent.DECLINE)
    return now.code is None or (now.code is Code.NOT_HEARD and bool(asks))


def _ask(now: Situation, policy: CapturePolicy, *, audio: bool) -> list[str]:
    keys = _ask_again(now)
    if now.rung is Rung.KEYPAD and audio and keys[-1].startswith("ask"):
        keys[-1] = "ask_keypad"
    if now.climbed and policy.handover and keys[-1].startswith("ask"):
        keys.append("or_person")
    return keys


def _ask_again(now: Situation) -> list[str]:
    if now.code in UNUSABLE:
        if now.code is Code.COUNTRY_NEEDED:
            return ["country_needed"]
        return [now.code.value, "ask_parts" if now.failed or now.attempts > 1 else "ask_again"]
    if now.code is Code.NOT_HEARD and now.intents & Intent.CALLER_ID:
        return ["caller_id", "ask"]
    by_code = {
        Code.NO_INPUT: ["silent", "ask"],
        Code.REJECTED: ["sorry", "ask_parts"],
        Code.NOT_HEARD: ["not_heard", "ask_parts"],
        Code.NOT_DECLINED: ["not_heard", "ask_parts"],
        Code.WHICH_NUMBER: ["which_number", "ask_again"],
    }
    if now.code in by_code and not _only_asks(now):
        return by_code[now.code]
    return [*_aside(now), "ask"] if not now.intents & Intent.WAIT else ["wait"]


def _aside(now: Situation) -> list[str]:
    """Return the keys of what to say first to a turn that gave no number."""
    for intent, key in ((Intent.WHY, "why"), (Intent.DECLINE | Intent.NO, "once_more")):
        if now.intents & intent:
            return [key]
    if now.intents & (Intent.REPEAT | Intent.YES) or not now.spoke:
        return []
    return ["off_topic"]


def _more(now: Situation) -> list[str]:
    if now.code is Code.PART_RECORDED:
        # So much is nearly a number: a caller who thinks that it is one has to hear what is missing.
        return ["more" if len(now.part) <= _SHORT_PART else "so_far"]
    if now.intents & Intent.WAIT:
        return ["wait"]
    if now.code is Code.NO_INPUT:
        return ["silent", "so_far"]
    if now.intents & Intent.YES and now.spoke:  # "that's it"
        return ["incomplete", "so_far"]
    aside = _aside(now)
    return [*(aside if aside != ["off_topic"] else ["not_heard"]), "so_far"]


def _read_back(now: Situation, policy: CapturePolicy, *, audio: bool) -> list[str]:
    key = _reading(now, policy, audio=audio)
    if now.code is Code.NO_INPUT:
        return ["silent", key]
    if _only_asks(now):
        if now.intents & Intent.WAIT:
            return ["wait"]
        for intent, aside in ((Intent.WHY, "why"), (Intent.DECLINE, "once_more")):
            if now.intents & intent:
                return [aside, key]
    if audio and now.goes_along:
        return [key]
    answered = now.intents & Intent.REPEAT or now.intents.agree
    if (now.spoke or now.code in (Code.UNCLEAR, Code.NOT_HEARD)) and not answered:
        return ["yes_or_no", key]
    return [key]


def _reading(now: Situation, policy: CapturePolicy, *, audio: bool) -> str:
    keypad = policy.keypad and audio
    if not audio or not now.parts:
        return "read_back_keypad" if keypad else "read_back"
    if now.place < len(now.parts) - 1:
        return "first_part" if now.place == 0 else "next_part"
    return "last_part_keypad" if keypad else "last_part"
