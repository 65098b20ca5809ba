# SPDX-License-Identifier: Apache-2.0
"""Logs tell what happened, and hold no digit of a number."""

import json
import logging
import random

import structlog
from structlog.testing import capture_logs

from phonefsm import PhoneCapture
from tests.script import Talk, confirm, update


def test_a_transition_a_refusal_and_an_outcome_are_logged_once_each() -> None:
    with capture_logs() as logs:
        Talk().says("415 555 0123").update("415 555 0123").confirm().agent("415 555 0123?").says("yes").confirm()
    assert [(entry["event"], entry["code"]) for entry in logs] == [
        ("transition", "recorded"),
        ("refusal", "not_read_back"),
        ("transition", "completed"),
        ("outcome", "completed"),
    ]


def test_no_digit_of_a_number_is_in_a_log_or_a_receipt() -> None:
    random_number = random.Random(7)
    for _ in range(50):
        number = f"{random_number.choice(['415', '628', '212'])}{random_number.randint(2_000_000, 9_999_999)}"
        wrong = f"628{random_number.randint(2_000_000, 9_999_999)}"
        with capture_logs() as logs:
            talk = Talk().says(number).calls(update(number, f"id-{number}"))
            talk.update(wrong).says(f"no, {wrong} extension 4321").update(wrong).agent(wrong).says("yes").confirm()
            talk.calls(confirm()).decline()
        assert logs
        text = json.dumps(logs) + json.dumps(talk.capture.receipt.as_dict())
        for start in range(len(number) - 2):
            assert number[start : start + 3] not in text
            assert wrong[start : start + 3] not in text
        assert "4321" not in text


def test_the_hosts_logger_is_used_as_it_is() -> None:
    seen = []

    def keep(_logger: object, _method: str, event: structlog.typing.EventDict) -> str:
        seen.append(dict(event))
        raise structlog.DropEvent

    logger = structlog.wrap_logger(logging.getLogger("host"), processors=[keep]).bind(call="abc")
    PhoneCapture(logger=logger).user_silent()
    assert seen == [
        {
            "call": "abc",
            "event": "transition",
            "trigger": "no_input",
            "source": "asking",
            "target": "asking",
            "code": "no_input",
        }
    ]


def test_transitions_own_log_says_nothing(caplog: object) -> None:
    logging.getLogger("transitions").setLevel(logging.DEBUG)
    Talk().agreed().confirm()
    assert not getattr(caplog, "records", None)
