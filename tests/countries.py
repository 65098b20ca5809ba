# SPDX-License-Identifier: Apache-2.0
"""Writes each language's names of countries from CLDR: ``python -m tests.countries``."""

import re
from pathlib import Path

import phonenumbers
from babel import Locale

LEXICON = Path(__file__).parent.parent / "phonefsm" / "speech" / "lexicon"
HEAD = """# SPDX-License-Identifier: Apache-2.0
# Made by `python -m tests.countries` from CLDR, by calling code; not to be edited. Other names are in the lexicon.
"""
# "Myanmar (Burma)": nobody says so. "Hong Kong SAR China" needs its short name in each lexicon.
_NOTE = re.compile(r"\s*[(（\[].*?[)）\]]")


def languages() -> list[str]:
    """Return the languages that have a lexicon."""
    return sorted(path.stem for path in LEXICON.glob("*.toml") if "_" not in path.stem)


def names(language: str) -> str:
    """Return the file of one language."""
    territories = Locale.parse(language).territories
    lines = []
    for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        found = [_NOTE.sub("", territories[region]) for region in regions if region in territories and region != "001"]
        cleaned = [name.replace(",", "").replace(".", "").replace("’", "'") for name in found]
        if language == "en":
            cleaned = [name.replace("&", "and") for name in cleaned]
        if cleaned:
            text = ", ".join(dict.fromkeys(cleaned))
            quote = "'''" if "'" in text else "'"
            lines.append(f"{code} = {quote}{text}{quote}")
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    for each in languages():
        (LEXICON / f"{each}_countries.toml").write_text(names(each), encoding="utf-8")
