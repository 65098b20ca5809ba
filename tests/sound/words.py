# SPDX-License-Identifier: Apache-2.0
"""Whether two sentences hold the same digits and say the same about them. Shares nothing with ``phonefsm.speech``.

It judges the recogniser, so it is narrow on purpose: it knows the ways in which these tests say numbers and in which a
recogniser writes them, and no homophones. What it does not know counts against the recogniser.
"""

import re
from typing import Final

ONES: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS: Final = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

_DIGITS: Final = {name: str(digit) for digit, name in enumerate(ONES)} | {"oh": "0", "o": "0"}
_TEENS: Final = {name: str(number) for number, name in enumerate(TEENS, 10)}
_TENS: Final = {name: str(ten) for ten, name in enumerate(TENS) if name}
_REPEATS: Final = {"double": 2, "triple": 3}
# Words that say something about the digits, each under the name of its meaning; all others may differ.
_MEANINGS: Final = {
    "yes": "yes",
    "yeah": "yes",
    "yep": "yes",
    "yup": "yes",
    "right": "right",
    "correct": "right",
    "no": "no",
    "nope": "no",
    "not": "no",
    "wrong": "wrong",
    "wait": "wait",
    "sorry": "sorry",
    "mean": "mean",
    "actually": "actually",
    "last": "last",
    "again": "again",
    "plus": "plus",
    "+": "plus",
}
# A stop keeps "seventy, eight" from being seventy-eight.
_WORD: Final = re.compile(r"\w+|[+,.]")


def gist(text: str) -> list[str]:
    """Return the digits of ``text``, one by one, and the words that say something about them, in order."""
    words = [word for word in _WORD.findall(text.lower().replace("'", "")) if word.isascii()]
    found: list[str] = []
    at = 0
    while at < len(words):
        word, after = words[at], words[at + 1] if at + 1 < len(words) else ""
        at += 1
        if word in _REPEATS and (repeated := _DIGITS.get(after, after)) in set("0123456789"):
            found += repeated * _REPEATS[word]
            at += 1
        elif word in _TENS:
            ones = _DIGITS.get(after, "0") if after not in {"zero", "oh", "o"} else "0"
            at += after in _DIGITS and ones != "0"
            found += _TENS[word] + ones
        elif after == "hundred" and (digit := _DIGITS.get(word)):
            found += digit + "00"
            at += 1
        elif word.isdigit():
            found += word
        elif number := _DIGITS.get(word) or _TEENS.get(word):
            found += number
        elif word in _REPEATS or word in _MEANINGS or any(map(str.isdigit, word)):
            found.append(_MEANINGS.get(word, word))
    return found


def digits(text: str) -> str:
    """Return all digits of ``text``, in order."""
    return "".join(word for word in gist(text) if word.isdigit() and len(word) == 1)
