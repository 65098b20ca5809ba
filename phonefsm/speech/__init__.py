# SPDX-License-Identifier: Apache-2.0
"""Hearing and saying phone numbers; one lexicon file a language."""

from phonefsm.speech.hear import claims_saved, digits, hear, runs
from phonefsm.speech.heard import Correction, Heard, Intent, Run, UnknownLanguageError
from phonefsm.speech.say import Part, Style, say, say_in_parts, says_pairs, written
from phonefsm.speech.words import has_lexicon

__all__ = [
    "Correction",
    "Heard",
    "Intent",
    "Part",
    "Run",
    "Style",
    "UnknownLanguageError",
    "claims_saved",
    "digits",
    "has_lexicon",
    "hear",
    "runs",
    "say",
    "say_in_parts",
    "says_pairs",
    "written",
]
