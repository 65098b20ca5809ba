# SPDX-License-Identifier: Apache-2.0
"""What a host decides once: which numbers count, how sure to be, and when to give up."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from os import PathLike
from typing import Annotated, Any, Final, Literal, Self

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import core_schema

from phonefsm.errors import PolicyError
from phonefsm.speech.words import has_lexicon, languages, primary

UNDETERMINED: Final = "und"
"""The tag for a language that is not known (ISO 639-2): digits count in it, and what words mean is unknown."""
_LANGUAGES: Final = frozenset(
    (
        "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de "
        "dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id "
        "ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu "
        "lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu "
        "rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr "
        "ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
        f"ceb cmn fil haw hmn yue {UNDETERMINED}"
    ).split()
)
"""Languages by ISO 639-1, and some with three letters; without a lexicon digits count, and words stay unknown."""
_TAG: Final = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")

EvidenceRule = Literal["require", "accept_unknown", "ignore"]
"""``require``: only what was seen passes. ``accept_unknown``: what the host cannot report passes too.
``ignore``: the check always passes."""


class Support(StrEnum):
    """How far a fact was seen."""

    SEEN = "seen"
    CONTRADICTED = "contradicted"
    UNKNOWN = "unknown"


def passes(rule: EvidenceRule, support: Support) -> bool:
    """Return whether ``support`` is enough under ``rule``."""
    return rule == "ignore" or support is Support.SEEN or (rule == "accept_unknown" and support is Support.UNKNOWN)


class NumberType(StrEnum):
    """Kinds of numbers, after libphonenumber's ``PhoneNumberType``."""

    FIXED_LINE = "fixed_line"
    MOBILE = "mobile"
    FIXED_LINE_OR_MOBILE = "fixed_line_or_mobile"
    TOLL_FREE = "toll_free"
    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    VOIP = "voip"
    PERSONAL_NUMBER = "personal_number"
    PAGER = "pager"
    UAN = "uan"
    VOICEMAIL = "voicemail"
    UNKNOWN = "unknown"


def _region(code: str) -> str:
    upper = code.upper()
    if upper not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{code!r} is not a region that has phone numbers (two letters, such as 'US')")
    return upper


def _language(tag: str) -> str:
    if not _TAG.fullmatch(tag):
        raise ValueError(f"{tag!r} is not a language tag (such as 'en' or 'fr-BE')")
    if has_lexicon(tag) or primary(tag) in _LANGUAGES:
        return tag
    raise ValueError(
        f"there is no language {tag!r}; understood are {', '.join(languages())}, and {UNDETERMINED!r} is any"
    )


class _Checked:
    """What pydantic's ``AfterValidator`` would be, without the tenth of its import time that it brings."""

    def __init__(self, check: Callable[[str], str]) -> None:
        self._check = check

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))


Region = Annotated[str, _Checked(_region)]
Language = Annotated[str, _Checked(_language)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Limits(_Frozen):
    """How often something may happen before the capture goes to ``escalated``; the next one does it."""

    attempts: int = Field(default=8, ge=0, le=1000, description="heard numbers, usable or not, since the start")
    rejections: int = Field(default=3, ge=0, le=1000, description="rejected read-backs and parts, since the start")
    silences: int = Field(default=3, ge=0, le=1000, description="silences in a row")
    refusals: int = Field(default=8, ge=0, le=1000, description="calls in a row that changed nothing")


class EvidenceRules(_Frozen):
    """What each check asks for. ``None``: ``require`` where the host observes it, else ``accept_unknown``."""

    heard: EvidenceRule | None = Field(
        default=None,
        description="that the caller gave the number; none: `require` where it is observed",
    )
    read_back: EvidenceRule | None = Field(
        default=None,
        description="that the caller heard it back; none: `require` where it is observed",
    )
    agreement: EvidenceRule | None = Field(
        default=None,
        description="that the caller agreed; none: `require` where it is observed",
    )


class CapturePolicy(_Frozen):
    """All that may be set for a capture; frozen, so that one policy serves any number of captures.

    Raises:
        pydantic.ValidationError: a field does not hold.
    """

    default_region: Region | None = Field(
        default=None,
        description="the country of numbers given without a country code; none: the caller is asked",
    )
    allowed_regions: frozenset[Region] | None = Field(
        default=None, description="countries served, by calling code (within +1 and +7 by region); none: all"
    )
    allowed_types: frozenset[NumberType] | None = Field(default=None, description="kinds served; none: all")
    extensions: bool = Field(default=True, description="whether extensions are kept")
    validity: Literal["valid", "possible"] = Field(
        default="valid", description="`valid`: assigned by the numbering plan; `possible`: the right length"
    )
    require_confirmation: bool | None = Field(
        default=None, description="none: yes for voice, keypad and unknown modality, no for typed text"
    )
    limits: Limits = Field(default_factory=Limits, description="see the table of limits")
    evidence: EvidenceRules = Field(default_factory=EvidenceRules, description="see the table of evidence")
    prefer_heard: bool = Field(
        default=True, description="whether the caller's words win over a model's argument that differs"
    )
    language: Language = Field(
        default="en",
        description="the caller's language (`fr`, `fr-BE`); of one without a lexicon, as of `und`, digits alone count",
    )
    read_back: Literal["groups", "digits"] = Field(default="groups", description="how a number is read back")
    keypad: bool = Field(default=False, description="whether the caller can press keys")
    handover: bool = Field(default=False, description="whether a person can take over: offers `escalate`")
    extra_instructions: str = Field(default="", max_length=10_000, description="added to the model's instructions")
    wording: Mapping[str, str] = Field(
        default_factory=dict,
        description="prompts in your own words, by the keys of `phonefsm/prompts/en.toml`",
    )

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """Return the policy that ``data`` describes.

        Raises:
            PolicyError: a field is unknown or does not hold; the message names it.
        """
        try:
            policy = cls.model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "policy"
            raise PolicyError(f"{place}: {first['msg'].removeprefix('Value error, ')}") from None
        return policy

    @classmethod
    def from_toml(cls, path: str | PathLike[str]) -> Self:
        """Return the policy that a TOML file describes.

        Raises:
            PolicyError: the file cannot be read, is not TOML, or a field does not hold.
        """
        import tomllib  # for this alone

        try:
            with open(path, "rb") as file:
                data = tomllib.load(file)
        except OSError as error:
            raise PolicyError(f"{path}: {error.strerror or error}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise PolicyError(f"{path}: not a TOML file: {error}") from None
        except RecursionError:
            raise PolicyError(f"{path}: nested too deeply") from None
        try:
            return cls.load(data)
        except PolicyError as error:
            raise PolicyError(f"{path}: {error}") from None


@cache
def default_policy() -> CapturePolicy:
    """Return the policy of a capture that was given none; made when first asked for, to keep the import short."""
    return CapturePolicy()
