# SPDX-License-Identifier: Apache-2.0
"""What wording depends on, and how the number in hand is said in it."""

from typing import NamedTuple

from phonefsm.ladder import Rung
from phonefsm.number import PhoneNumber
from phonefsm.policy import CapturePolicy
from phonefsm.speech import Intent, Part, has_lexicon, say, say_in_parts, says_pairs, written
from phonefsm.table import Code, State


class Situation(NamedTuple):
    """A view of a capture at one moment."""

    state: State
    code: Code | None
    """What the last transition since the caller's latest turn said."""
    number: PhoneNumber | None
    part: str
    country_given: bool
    always_confirm: bool
    rung: Rung
    """How the number is asked for and read back."""
    parts: tuple[str, ...]
    """What to say for each part, where the number is read back in parts."""
    place: int
    """Which of ``parts`` is to be said now."""
    goes_along: bool
    """The caller's latest turn goes along with the part said before it."""
    failed: bool
    """A number, or a part of one, did not stand."""
    climbed: bool
    """Every rung has failed: a person should be offered."""
    attempts: int
    agreed: bool
    """The caller has heard the number and agreed to it."""
    intents: Intent
    """What the caller's latest turn says beside numbers."""
    typed: bool
    """The caller's latest turn was typed."""
    spoke: bool
    """The caller has said something since the capture's last transition."""


def spoken_language(policy: CapturePolicy) -> str:
    """Return the language in which numbers are said: English where the caller's has no lexicon."""
    return policy.language if has_lexicon(policy.language) else "en"


def parts_of(number: PhoneNumber, policy: CapturePolicy, *, country_given: bool) -> tuple[Part, ...]:
    """Return the parts in which ``number`` is read back."""
    return say_in_parts(
        number.e164,
        number.extension or "",
        language=spoken_language(policy),
        region=policy.default_region,
        international=None if country_given else True,
    )


def number_for(now: Situation, policy: CapturePolicy, *, audio: bool) -> str:
    """Return the candidate as the agent should give it: with its country code unless the caller knows it."""
    number = now.number
    if number is None:
        return ""
    region = policy.default_region
    extension = number.extension or ""
    if not audio:
        return written(number.e164, extension, language=spoken_language(policy), region=region)
    language, spell = spoken_language(policy), now.rung is not Rung.GROUPS
    return say(
        number.e164,
        extension,
        language=language,
        region=region,
        style="words" if not spell and says_pairs(language, region) else "digits",
        spell=spell,
        international=None if now.country_given else True,
    )
