# SPDX-License-Identifier: Apache-2.0
"""All wording: what the model is told, in English, and what the caller is told, one file a language."""

from phonefsm.prompts.caller import NextLine, check_wording, prompt_for
from phonefsm.prompts.model import ERRORS, QUOTES_LINE, REPLIES, instructions_for, nudge_text, reply_text
from phonefsm.prompts.situation import Situation, parts_of

__all__ = [
    "ERRORS",
    "QUOTES_LINE",
    "REPLIES",
    "NextLine",
    "Situation",
    "check_wording",
    "instructions_for",
    "nudge_text",
    "parts_of",
    "prompt_for",
    "reply_text",
]
