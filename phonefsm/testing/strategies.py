# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies: phone numbers of any region, spoken and typed, acts and conversations, and policies."""

from collections.abc import Sequence
from typing import Any, Final, Literal

import phonenumbers
from hypothesis import strategies as st

from phonefsm.number import PhoneNumber
from phonefsm.policy import CapturePolicy, EvidenceRules, Limits
from phonefsm.speech import say
from phonefsm.verify.alphabet import Act, acts

REGIONS: Final = tuple(sorted(phonenumbers.SUPPORTED_REGIONS))
"""All regions that have phone numbers, as two letters."""


def phone_numbers(regions: Sequence[str] = REGIONS) -> st.SearchStrategy[PhoneNumber]:
    """Return valid numbers of ``regions``, of every kind that they have."""
    return st.sampled_from(regions).flatmap(_numbers_of)


@st.composite
def _numbers_of(draw: st.DrawFn, region: str) -> PhoneNumber:
    kinds = phonenumbers.supported_types_for_region(region)
    examples = [phonenumbers.example_number_for_type(region, kind) for kind in sorted(kinds)]
    example = draw(st.sampled_from([each for each in examples if each is not None]))
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    size = draw(st.integers(0, 6))
    changed = e164[: len(e164) - size] + draw(st.text("0123456789", min_size=size, max_size=size))
    return PhoneNumber(changed if _is_valid(changed) else e164)


def _is_valid(e164: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return False


@st.composite
def spoken(draw: st.DrawFn, number: PhoneNumber, *, language: str = "en", region: str | None = None) -> str:
    """Return ways to say ``number`` in ``language``, to listeners in ``region``."""
    style: Literal["digits", "words"] = draw(st.sampled_from(["digits", "words"]))
    return say(number.e164, number.extension or "", language=language, region=region, style=style)


@st.composite
def typed(draw: st.DrawFn, number: PhoneNumber, *, region: str | None = None) -> str:
    """Return ways to type ``number``, at home in ``region`` or from abroad."""
    written = [number.e164, number.international, "00" + number.e164[1:] if region != "US" else number.e164]
    if region is not None and number.region == region:
        written += [number.national, "".join(char for char in number.national if char.isdigit())]
    text = draw(st.sampled_from(written))
    lead = draw(st.sampled_from(["", "it's ", "my number is ", "Tel. "]))
    return lead + text + (f" ext. {number.extension}" if number.extension else "")


def policies(**fixed: Any) -> st.SearchStrategy[CapturePolicy]:  # noqa: ANN401 - any field of a policy
    """Return policies that keep the promise; ``fixed`` fields are as given."""
    drawn: dict[str, st.SearchStrategy[Any]] = {
        "default_region": st.sampled_from([None, "US", "GB", "FR", "DE", "IN"]),
        "extensions": st.booleans(),
        "validity": st.sampled_from(["valid", "possible"]),
        "require_confirmation": st.sampled_from([None, True]),
        "limits": st.builds(
            Limits,
            attempts=st.integers(1, 6),
            rejections=st.integers(0, 3),
            silences=st.integers(0, 3),
            refusals=st.integers(1, 8),
        ),
        "evidence": st.sampled_from([EvidenceRules(), EvidenceRules(heard="require", agreement="require")]),
        "prefer_heard": st.booleans(),
        "read_back": st.sampled_from(["groups", "digits"]),
        "keypad": st.booleans(),
        "handover": st.booleans(),
    }
    known = {name: strategy for name, strategy in drawn.items() if name not in fixed}
    return st.fixed_dictionaries(known).map(lambda fields: CapturePolicy(**fields, **fixed))


def any_act(policy: CapturePolicy) -> st.SearchStrategy[Act]:
    """Return acts of the alphabet that exploration uses: what a caller, an agent, a model or a host may do."""
    return st.sampled_from(acts(policy))


def conversations(policy: CapturePolicy, *, most: int = 12) -> st.SearchStrategy[list[Act]]:
    """Return conversations of up to ``most`` acts of the alphabet, in any order that can happen."""
    return st.lists(any_act(policy), max_size=most).map(possible)


def possible(several: Sequence[Act]) -> list[Act]:
    """Return ``several`` without late words for which no turn waits, and without a second turn that waits."""
    kept: list[Act] = []
    waits = False
    for act in several:
        late = act.name.startswith("late ")
        if (late and not waits) or (act.name == "speaks" and waits):
            continue
        waits = act.name == "speaks" or (waits and not late)
        kept.append(act)
    return kept
