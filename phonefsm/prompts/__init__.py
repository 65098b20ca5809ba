# SPDX-License-Identifier: Apache-2.0
"""All wording: what the model is told, in English, and what the caller is told, one file a language."""

from phonefsm.prompts.caller import NextLine, check_wording, prompt_for
from phonefsm.prompts.model import (
    ERRORS,
    NOT_HEARD_DETAILS,
    QUOTES_LINE,
    REPLIES,
    SENDS_AGAIN,
    instructions_for,
    not_heard_detail,
    nudge_text,
    reminder_text,
    reply_text,
)
from phonefsm.prompts.situation import Situation, parts_of

__all__ = [
    "ERRORS",
    "NOT_HEARD_DETAILS",
    "QUOTES_LINE",
    "REPLIES",
    "SENDS_AGAIN",
    "NextLine",
    "Situation",
    "check_wording",
    "instructions_for",
    "not_heard_detail",
    "nudge_text",
    "parts_of",
    "prompt_for",
    "reminder_text",
    "reply_text",
]
