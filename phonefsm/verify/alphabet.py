# SPDX-License-Identifier: Apache-2.0
"""The event alphabet: what a caller, an agent, a model and a host may do, each with what it means.

Exploration, campaign and hypothesis strategies all draw from here. A meaning is given with the words that have it,
so whoever judges a conversation needs no ears, and none of the capture's.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum, auto
from functools import cache, lru_cache
from importlib.resources import files
from itertools import combinations
from typing import Final, Literal, NamedTuple

import phonenumbers

from phonefsm.conversation import Agent, CallLine, Calls, Event, Keys, Reopen, Silence, SnapshotLine, User
from phonefsm.errors import PolicyError
from phonefsm.number import PhoneNumber, is_beginning, read
from phonefsm.policy import CapturePolicy
from phonefsm.table import Trigger


class Answer(StrEnum):
    """What a caller's utterance says to what came before it."""

    AGREES = auto()
    """A clear yes."""
    OBJECTS = auto()
    """A no, a correction, "repeat", "wait", declining, asking for a person."""
    UNCLEAR = auto()
    """A word or two that is neither."""
    TALKS = auto()
    """More than two words that are neither."""


class Said(NamedTuple):
    """What the caller said: whole numbers (E.164, ``;ext=`` behind), the digits of a part, an answer.

    ``known`` is false where the host has not got the words (yet); ``typed`` and ``keyed`` say how it came.
    """

    numbers: tuple[str, ...] = ()
    digits: str = ""
    answer: Answer | None = None
    known: bool = True
    typed: bool = False
    keyed: bool = False


class Spoken(NamedTuple):
    """What of numbers was played to the caller: whole ones, or a half of one (1 or 2).

    ``played`` is false where it was cut and nobody knows where.
    """

    numbers: tuple[str, ...] = ()
    half: tuple[str, int] | None = None
    played: bool = True


class Act(NamedTuple):
    """One event and its meaning, where it is an utterance."""

    name: str
    event: Event
    means: Said | Spoken | None = None


PHRASES: Final = "phrases.toml"
TAIL: Final = 4
"""Digits by which the alphabet's numbers differ, at their end."""
_TAILS: Final = ("0123", "0188", "2671", "3408", "5937", "6042", "7395", "8214", "9560", "4179")


@cache
def phrases(language: str) -> Mapping[str, Sequence[str]]:
    """Return what callers say in ``language`` (a BCP 47 tag), by meaning; English where it has no phrases.

    Digits are digits everywhere, and a language that is not understood takes no yes either.
    """
    known: dict[str, dict[str, Sequence[str]]] = tomllib.loads(files(__package__).joinpath(PHRASES).read_text("utf-8"))
    return known.get(language.replace("_", "-").split("-")[0].lower(), known["en"])


def spelled(number: PhoneNumber, policy: CapturePolicy) -> str:
    """Return ``number`` as its caller writes it: national at home, else international."""
    return _spelled(number, policy.default_region)


@lru_cache(maxsize=1024)
def _spelled(number: PhoneNumber, region: str | None) -> str:
    home = region is not None and number.calling_code == str(phonenumbers.country_code_for_region(region))
    return number.national if home else number.international


def numbers_for(policy: CapturePolicy) -> tuple[PhoneNumber, ...]:
    """Return four numbers that ``policy`` accepts, alike but for their last digits.

    Raises:
        PolicyError: no region and kind that the policy allows has them.
    """
    regions = [policy.default_region] if policy.default_region else []
    regions += sorted(policy.allowed_regions or ["US"])
    for region in dict.fromkeys(regions):
        for kind in phonenumbers.PhoneNumberType.values():
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            head = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)[:-TAIL]
            found = [number for tail in _TAILS if isinstance(number := read(head + tail, policy), PhoneNumber)]
            if len(found) >= 4:
                return tuple(found[:4])
    raise PolicyError("the policy accepts no number of any region that it allows")


class Alphabet:
    """Makes acts for one policy.

    Args:
        policy: what numbers and which language they are in.
        choose: picks one of several phrases; the first, unless told.
        form: how a number is said or written; ``spelled``, unless told.
    """

    def __init__(
        self,
        policy: CapturePolicy,
        *,
        choose: Callable[[Sequence[str]], str] | None = None,
        form: Callable[[PhoneNumber], str] | None = None,
    ) -> None:
        self.policy = policy
        self._phrases = phrases(policy.language)
        self._choose = choose or (lambda several: several[0])
        self._form = form or (lambda number: spelled(number, policy))

    def phrase(self, key: str, **filled: str) -> str:
        """Return one of the phrases for ``key``, filled in."""
        return self._choose(self._phrases[key]).format(**filled)

    def digits(self, number: PhoneNumber) -> str:
        """Return the digits of ``number`` as its caller says them, without spaces."""
        return _bare(spelled(number, self.policy))

    # The caller.

    def gives(self, number: PhoneNumber, modality: Literal["audio", "text"] = "audio") -> Act:
        """The caller gives a whole number."""
        text = self.phrase("gives", number=self._form(number))
        return self._said("gives", text, Said((str(number),), typed=modality == "text"), modality)

    def gives_wrong(self, text: str, modality: Literal["audio", "text"] = "audio") -> Act:
        """The caller gives digits that are no number."""
        return self._said("gives_wrong", text, Said(digits=_bare(text), typed=modality == "text"), modality)

    def gives_instead(self, number: PhoneNumber, modality: Literal["audio", "text"] = "audio") -> Act:
        """The caller says no and gives another number."""
        text = self.phrase("instead", number=self._form(number))
        return self._said(
            "gives_instead", text, Said((str(number),), answer=Answer.OBJECTS, typed=modality == "text"), modality
        )

    def gives_either(self, number: PhoneNumber, other: PhoneNumber) -> Act:
        """The caller gives two numbers."""
        text = self.phrase("either", number=self._form(number), other=self._form(other))
        return self._said("gives_either", text, Said((str(number), str(other))))

    def gives_part(self, digits: str, modality: Literal["audio", "text"] = "audio") -> Act:
        """The caller gives some digits."""
        text = self.phrase("part", digits=digits)
        return self._said("gives_part", text, Said(digits=_bare(digits), typed=modality == "text"), modality)

    def corrects_tail(self, digits: str) -> Act:
        """The caller corrects the last digits."""
        text = self.phrase("tail", digits=digits)
        return self._said("corrects_tail", text, Said(digits=digits, answer=Answer.OBJECTS))

    def refers(self, caller_id: PhoneNumber) -> Act:
        """The caller means the number that they call from."""
        return self._said("refers", self.phrase("caller_id"), Said((str(caller_id),)))

    def answers(self, key: str) -> Act:
        """The caller says something of the kind ``key``, without digits."""
        return self._said(key, self.phrase(key), Said(answer=_ANSWERS[key]))

    def speaks(self, id: str) -> Act:
        """The caller spoke; the words follow under ``id``, or never."""
        return Act("speaks", User(user=None, modality="audio", id=id), Said(known=False))

    def words_of(self, act: Act, id: str) -> Act:
        """The words of a turn that was heard before come in."""
        if not isinstance(act.event, User):
            raise TypeError("only a caller's turn has words")
        return Act(act.name, act.event.model_copy(update={"id": id}), act.means)

    def _said(self, name: str, text: str, means: Said, modality: Literal["audio", "text"] = "audio") -> Act:
        return Act(name, User(user=text, modality=modality), means)

    # The agent.

    def reads(self, number: PhoneNumber) -> Act:
        """The agent reads a number back, whole and played to the end."""
        text = self.phrase("reads", number=self._form(number))
        return Act("reads", Agent(agent=text), Spoken((str(number),)))

    def reads_both(self, number: PhoneNumber, other: PhoneNumber) -> Act:
        """The agent says two numbers."""
        text = self.phrase("reads_both", number=self._form(number), other=self._form(other))
        return Act("reads_both", Agent(agent=text), Spoken((str(number), str(other))))

    def reads_half(self, number: PhoneNumber) -> Act:
        """The agent is cut behind the first half of a number."""
        text = self.phrase("half", digits=self.digits(number)[:-TAIL])
        return Act("reads_half", Agent(agent=text, interrupted=True), Spoken(half=(str(number), 1)))

    def reads_rest(self, number: PhoneNumber) -> Act:
        """The agent says the second half of a number."""
        text = self.phrase("rest", digits=self.digits(number)[-TAIL:])
        return Act("reads_rest", Agent(agent=text), Spoken(half=(str(number), 2)))

    def reads_cut(self, number: PhoneNumber) -> Act:
        """The agent reads a number and is cut, nobody knows where."""
        text = self.phrase("reads", number=self._form(number))
        return Act("reads_cut", Agent(agent=text, interrupted=None), Spoken((str(number),), played=False))

    def remarks(self, key: Literal["small", "saved"] = "small") -> Act:
        """The agent says something without a number; ``saved``: that it is saved."""
        return Act(f"remarks_{key}", Agent(agent=self.phrase(key)), Spoken())


_ANSWERS: Final = {
    "yes": Answer.AGREES,
    "no": Answer.OBJECTS,
    "unclear": Answer.UNCLEAR,
    "talk": Answer.TALKS,
    "hedge": Answer.TALKS,
    "wait": Answer.OBJECTS,
    "repeat": Answer.OBJECTS,
    "decline": Answer.OBJECTS,
    "person": Answer.OBJECTS,
}
ANSWERS: Final = tuple(_ANSWERS)
"""The kinds of utterances without digits."""


def _bare(text: str) -> str:
    return "".join(char for char in text if char.isdecimal() or char == "+")


# The model and the host; what they do means what it says.


def batch(*calls: CallLine) -> Act:
    """The model calls, all in one generation."""
    return Act(" + ".join(call.name.split("_")[0] for call in calls), Calls(call=list(calls)))


def update(text: str, id: str | None = None) -> CallLine:
    """A whole number."""
    return CallLine(name=Trigger.UPDATE.value, arguments={"phone_number": text}, id=id)


def extend(digits: str, id: str | None = None) -> CallLine:
    """The next digits."""
    return CallLine(name=Trigger.EXTEND.value, arguments={"digits": digits}, id=id)


def confirm(id: str | None = None) -> CallLine:
    """The caller agreed."""
    return CallLine(name=Trigger.CONFIRM.value, arguments={}, id=id)


def reject(id: str | None = None) -> CallLine:
    """The caller said that it is wrong."""
    return CallLine(name=Trigger.REJECT.value, arguments={}, id=id)


def decline(id: str | None = None) -> CallLine:
    """The caller does not want to give one."""
    return CallLine(name=Trigger.DECLINE.value, arguments={"reason": "does not want to"}, id=id)


def escalate(id: str | None = None) -> CallLine:
    """The caller wants a person."""
    return CallLine(name=Trigger.ESCALATE.value, arguments={"reason": "wants a person"}, id=id)


JUNK: Final = (
    CallLine(name="save_phone_number", arguments={"phone_number": "1"}),
    CallLine(name=Trigger.UPDATE.value, arguments={"number": "1"}),
    CallLine(name=Trigger.UPDATE.value, arguments={"phone_number": None}),
    CallLine(name=Trigger.CONFIRM.value, arguments=["yes"]),
    CallLine(name=Trigger.EXTEND.value, arguments="{"),
)
"""Calls that fit no tool."""


def keys(pressed: str, number: PhoneNumber | None = None) -> Act:
    """The caller presses keys: those of ``number``, some digits, or the answer that 1 and 2 are."""
    means = Said((str(number),), keyed=True) if number else Said(digits=_bare(pressed), keyed=True)
    return Act("keys", Keys(keys=pressed), means)


SILENCE: Final = Act("silence", Silence(silence=True))
REOPEN: Final = Act("reopen", Reopen(reopen=True))
SNAPSHOT: Final = Act("snapshot", SnapshotLine(snapshot=True))


# What exploration tries.

UNHEARD: Final = "u1"
"""The id of the one turn whose words may come late."""


def acts(policy: CapturePolicy) -> tuple[Act, ...]:
    """Return every act that exploration tries, over two numbers, one that nobody gave, and digits that are none."""
    a = Alphabet(policy)
    one, other, invented, caller_id = numbers_for(policy)
    head, tail, other_tail = a.digits(one)[:-TAIL], a.digits(one)[-TAIL:], a.digits(other)[-TAIL:]
    wrong = no_number(a.digits(one), policy)
    single = {
        "update one": update(a.digits(one)),
        "update other": update(a.digits(other)),
        "update invented": update(a.digits(invented)),
        "update wrong": update(wrong),
        "update head": update(head),
        "update tail": update(other_tail),
        "extend head": extend(head),
        "extend tail": extend(tail),
        "extend other tail": extend(other_tail),
        "confirm": confirm(),
        "reject": reject(),
        "decline": decline(),
        "escalate": escalate(),
        "unknown tool": JUNK[0],
        "junk arguments": JUNK[1],
    }
    together = ("update one", "update other", "extend tail", "confirm", "reject", "decline", "escalate")
    pairs = [pair for pair in combinations(together, 2) if {"update one", "confirm"} & {*pair}]
    named = {
        "gives one": a.gives(one),
        "gives other": a.gives(other),
        "gives one typed": a.gives(one, "text"),
        "gives other typed": a.gives(other, "text"),
        "gives wrong": a.gives_wrong(wrong),
        "gives wrong typed": a.gives_wrong(wrong, "text"),
        "gives other instead": a.gives_instead(other),
        "gives other instead typed": a.gives_instead(other, "text"),
        "gives either": a.gives_either(one, other),
        "gives head": a.gives_part(head),
        "gives head typed": a.gives_part(head, "text"),
        "gives tail": a.gives_part(tail),
        "gives tail typed": a.gives_part(tail, "text"),
        "corrects tail": a.corrects_tail(other_tail),
        "refers": a.refers(caller_id),
        **{f"says {kind}": a.answers(kind) for kind in ANSWERS},
        "speaks": a.speaks(UNHEARD),
        **late_acts(policy),
        "reads one": a.reads(one),
        "reads other": a.reads(other),
        "reads both": a.reads_both(one, other),
        "reads half": a.reads_half(one),
        "reads rest": a.reads_rest(one),
        "reads cut": a.reads_cut(one),
        "remarks": a.remarks("small"),
        "claims saved": a.remarks("saved"),
        **{name: batch(call) for name, call in single.items()},
        **{f"batch {first}, {second}": batch(single[first], single[second]) for first, second in pairs},
        "keys one": keys(a.digits(one), one),
        "keys tail": keys(tail),
        "keys 1": keys("1"),
        "keys 2": keys("2"),
        "keys *": keys("*"),
        "silence": SILENCE,
        "reopen": REOPEN,
        "snapshot": SNAPSHOT,
    }
    return tuple(act._replace(name=name) for name, act in named.items())


def late_acts(policy: CapturePolicy) -> dict[str, Act]:
    """Return what the words of a turn may turn out to be, once they are known."""
    one, other, *_ = numbers_for(policy)
    a = Alphabet(policy)
    known = {
        "late one": a.gives(one),
        "late other instead": a.gives_instead(other),
        "late yes": a.answers("yes"),
        "late no": a.answers("no"),
    }
    return {name: a.words_of(act, UNHEARD) for name, act in known.items()}


def no_number(digits: str, policy: CapturePolicy) -> str:
    """Return digits as long as a number's that are none, nor the beginning of one."""
    for lead in "1023456789":
        wrong = lead + digits[1:] if not digits.startswith("+") else "+0" + digits[2:]
        if not isinstance(read(wrong, policy), PhoneNumber) and not is_beginning(wrong, policy):
            return wrong
    return "0" * len(digits)
