# SPDX-License-Identifier: Apache-2.0
"""What was said as facts: the digits and intents of an utterance, without its text."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from phonefsm.number import MAX_DIGITS
from phonefsm.speech import Correction, Intent, Run, has_lexicon, hear, runs

MAX_TEXT: Final = 2_000
"""Characters of an utterance that are looked at: minutes of speech. More is cut, and the receipt says so."""
RUNS_KEPT: Final = 12
"""Runs kept of one utterance, the last ones: a number read out digit by digit may fall into as many."""
CORRECTIONS_KEPT: Final = 4
"""Named corrections kept of one utterance, the last ones."""
RUN_DIGITS: Final = 24
"""Digits of one run that are kept: 15 of E.164, a prefix of up to three, and a slip. Longer runs are no number."""
SHORT_ANSWER: Final = 2
"""Words up to which an answer that is no agreement is merely unclear."""

_TOO_LONG: Final = re.compile(rf"\d{{{MAX_DIGITS + 1}}}")
_OBJECTION: Final = Intent.NO | Intent.CORRECTION | Intent.REPEAT | Intent.WAIT | Intent.DECLINE | Intent.PERSON

Modality = Literal["audio", "text", "keypad"]


class CallerTurn(NamedTuple):
    """One utterance of the caller, without its text: what it may prove and no more."""

    numbers: str = ""
    """Runs apart by spaces; a run's readings apart by ``|``; an extension behind ``x``."""
    intents: Intent = Intent.NONE
    modality: Modality | None = None
    long: bool = False
    """It has more words than a short answer."""
    corrections: tuple[Correction, ...] = ()
    calling_code: str = ""
    words_known: bool = True
    overlong: bool = False
    """There was more than is looked at, so it may have taken anything back."""
    id: str | None = None

    @property
    def objects(self) -> bool:
        """Whether it takes back or holds up what came before, whatever number it holds."""
        return bool(self.intents & _OBJECTION or self.corrections or self.overlong)

    @property
    def takes_back(self) -> bool:
        """Whether it is a no that corrects nothing by name."""
        return bool(self.intents & Intent.NO) and not self.corrections


class AgentTurn(NamedTuple):
    """One utterance of the agent that held digits, as far as it was played."""

    numbers: str = ""
    whole: bool = True
    """It is known how much of it was played."""
    overlong: bool = False
    """There was more than is looked at, so another number may have been said."""


def pack(heard: Iterable[Run]) -> str:
    """Return ``heard`` in the compact form of a turn's ``numbers``."""
    packed = []
    for run in heard:
        readings = dict.fromkeys(reading[:RUN_DIGITS] for reading in run.readings)
        if readings or run.extension:
            packed.append("|".join(readings) + (f"x{run.extension}" if run.extension else ""))
    return " ".join(packed[-RUNS_KEPT:])


def unpack(numbers: str) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Yield readings and extension of each run in ``numbers``."""
    for run in numbers.split():
        readings, _, extension = run.partition("x")
        yield tuple(readings.split("|")) if readings else (), extension or None


def caller_turn(
    text: str | None, *, language: str, region: str | None, modality: Modality | None, id: str | None = None
) -> CallerTurn:
    """Return what ``text`` may prove. ``None``: words that are not known (yet)."""
    if text is None:
        return CallerTurn(words_known=False, modality=modality, id=id)
    cut = len(text) > MAX_TEXT
    text = text[:MAX_TEXT]
    if not has_lexicon(language):
        # Digits are digits in any language; what the words around them mean stays unknown.
        digits = runs(text)
        overlong = cut or len(digits) > RUNS_KEPT
        return CallerTurn(numbers=pack(digits), words_known=False, overlong=overlong, modality=modality, id=id)
    heard = hear(text, language=language, region=region)
    return CallerTurn(
        numbers=pack(heard.runs),
        intents=heard.intents,
        modality=modality,
        long=heard.words > SHORT_ANSWER,
        # Hearing takes a longer group for a serial number; it may as well be two numbers in one.
        overlong=cut or len(heard.runs) > RUNS_KEPT or _TOO_LONG.search(text) is not None,
        corrections=_kept(heard.corrections),
        calling_code=heard.calling_code,
        id=id,
    )


def _kept(corrections: tuple[Correction, ...]) -> tuple[Correction, ...]:
    short = [each for each in corrections if len(each.digits) <= RUN_DIGITS and len(each.old) <= RUN_DIGITS]
    return tuple(short[-CORRECTIONS_KEPT:])


def agent_turn(text: str, *, language: str, played: bool) -> AgentTurn:
    """Return the digits of what the agent said; ``played`` is false where it was cut nobody knows where."""
    spoken = runs(text[:MAX_TEXT], language=language if has_lexicon(language) else "en")
    overlong = len(text) > MAX_TEXT or len(spoken) > RUNS_KEPT
    return AgentTurn(numbers=pack(spoken), whole=played, overlong=overlong)
