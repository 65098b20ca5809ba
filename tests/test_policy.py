# SPDX-License-Identifier: Apache-2.0
"""Policies: what may be set, and what a wrong one says."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from phonefsm import CapturePolicy, PhoneCapture, PolicyError


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"default_region": "XX"}, "default_region"),
        ({"default_region": 1}, "default_region"),
        ({"allowed_regions": ["US", "Narnia"]}, "allowed_regions"),
        ({"allowed_types": ["carrier_pigeon"]}, "allowed_types"),
        ({"limits": {"attempts": -1}}, "limits.attempts"),
        ({"limits": {"patience": 3}}, "limits.patience"),
        ({"evidence": {"heard": "maybe"}}, "evidence.heard"),
        ({"validity": "perhaps"}, "validity"),
        ({"language": "the King's English"}, "language"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, object], named: str) -> None:
    with pytest.raises(PolicyError, match=f"^{named}"):
        CapturePolicy.load(fields)


@pytest.mark.parametrize("language", ["xx", "zz-YY", "tlh", "klingon", ""])
def test_an_unknown_language_is_an_error_when_the_policy_is_made(language: str) -> None:
    with pytest.raises(PolicyError, match=r"^language: "):
        CapturePolicy.load({"language": language})
    with pytest.raises(PolicyError, match=r"^language: "):
        PhoneCapture(language=language)


def test_the_error_names_the_languages_there_are() -> None:
    with pytest.raises(PolicyError, match=r"there is no language 'xx'; understood are de, en, .*, and 'und' is any"):
        CapturePolicy.load({"language": "xx"})


@pytest.mark.parametrize("language", ["en", "en-GB", "EN_in", "fr-BE", "und", "sv", "zh-Hant", "yue"])
def test_a_known_language_may_have_a_region_and_there_may_be_none(language: str) -> None:
    assert CapturePolicy.load({"language": language}).language == language


def test_a_policy_is_frozen() -> None:
    with pytest.raises(ValidationError):
        setattr(CapturePolicy(), "default_region", "US")  # noqa: B010 - mypy refuses it too


def test_a_policy_is_loaded_from_toml(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('default_region = "gb"\nallowed_regions = ["GB", "IE"]\n[limits]\nattempts = 4\n')
    policy = CapturePolicy.from_toml(file)
    assert (policy.default_region, policy.limits.attempts, policy.limits.silences) == ("GB", 4, 3)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"limits = 3", "limits"),
        (b"[limits", "not a TOML file"),
        (b"\xff\xfe", "not a TOML file"),
        (None, "No such file"),
    ],
)
def test_a_wrong_file_says_what_is_wrong_in_one_line(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "policy.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(PolicyError, match=said) as raised:
        CapturePolicy.from_toml(file)
    assert "\n" not in str(raised.value)


def test_a_capture_takes_a_policy_or_its_fields_and_not_both() -> None:
    assert PhoneCapture(default_region="us").policy.default_region == "US"
    assert PhoneCapture().policy == CapturePolicy()
    with pytest.raises(PolicyError, match="default_region"):
        PhoneCapture(CapturePolicy(), default_region="US")
    with pytest.raises(PolicyError, match="default_region"):
        PhoneCapture(default_region="XX")


def test_wording_for_a_prompt_that_does_not_exist_is_named() -> None:
    with pytest.raises(PolicyError, match=r"wording\.greeting"):
        PhoneCapture(CapturePolicy(wording={"greeting": "Ahoy"}))
