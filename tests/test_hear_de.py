# SPDX-License-Identifier: Apache-2.0
"""German is heard as a careful listener hears it."""

import pytest

from phonefsm.speech import Correction, Intent, digits, hear


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("null eins sieben sechs eins zwei drei vier fünf sechs sieben acht", "DE", "017612345678"),
        ("null eins sieben sechs, zwölf vierunddreißig sechsundfünfzig achtundsiebzig", "DE", "017612345678"),
        ("null eins sieben sechs zwölf vier und dreißig sechs und fünfzig acht und siebzig", "DE", "017612345678"),
        ("null dreißig, fünf fünf fünf, null eins zwei drei", "DE", "0305550123"),
        ("null drei null neunhundertneunundneunzig zwölf vierunddreißig", "DE", "0309991234"),
        ("plus neunundvierzig eins sieben sechs eins zwei drei vier fünf sechs sieben acht", "DE", "4917612345678"),
        (
            "plus neunundvierzig hundertsechsundsiebzig eins zwei drei vier fünf sechs sieben acht",
            "DE",
            "4917612345678",
        ),
        (
            "meine nummer ist die null eins sieben sechs zwei mal die fünf drei vier fünf sechs sieben acht",
            "DE",
            "017655345678",
        ),
        ("null eins sieben eins doppel fünf zwo drei vier vier zwo", "DE", "01715523442"),
        ("0176 12345679, nein, 78", "DE", "017612345678"),
        ("0176 1234 5679, entschuldigung, die letzten vier sind 5678", "DE", "017612345678"),
        ("null eins sieben sechs eins zwei drei vier fünf sechs sieben neun, äh nein, acht", "DE", "017612345678"),
        ("null eins sieben sechs eins zwei drei vier fünf sechs sieben acht durchwahl zwölf", "DE", "01761234567812"),
        ("siebenundfuenfzig zwoelf dreissig", "DE", "571230"),
        ("siebenundfunfzig zwolf dreissig", "DE", "571230"),
        ("null sechs sechs vier, eins zwei drei, vier fünf sechs sieben", "AT", "06641234567"),
        ("null siebenundsiebzig, zweihundertvierunddreißig, sechsundfünfzig, achtundsiebzig", "CH", "0772345678"),
    ],
)
def test_a_number_is_heard(text: str, region: str, number: str) -> None:
    assert digits(text, language="de", region=region) == number


@pytest.mark.parametrize(
    "text",
    [
        "ich habe ein Auto und zwei Kinder",
        "um acht Uhr dreißig",
        "bis halb neun",
        "einen Moment bitte",
    ],
)
def test_prose_holds_no_number(text: str) -> None:
    assert digits(text, language="de") is None


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("keine vier, eine fünf", Correction("swap", "5", "4")),
        ("nicht vier, sondern fünf", Correction("swap", "5", "4")),
        ("die letzte ziffer ist eine sechs", Correction("tail", "6")),
        ("die letzten vier sind zwanzig dreizehn", Correction("tail", "2013")),
        ("die letzten beiden sind siebenundvierzig", Correction("tail", "47")),
        ("sie endet auf siebenundvierzig", Correction("tail", "47")),
    ],
)
def test_a_correction_of_earlier_words_is_named(text: str, correction: Correction) -> None:
    heard = hear(text, language="de")
    assert heard.corrections == (correction,)
    assert heard.runs == ()


@pytest.mark.parametrize(
    ("intent", "texts"),
    [
        (Intent.YES, "ja|ja, genau|stimmt|das stimmt|richtig|ja, das ist richtig"),
        (Intent.NO, "nein|falsch|das stimmt nicht|nicht richtig"),
        (Intent.DECLINE, "das möchte ich nicht|lieber nicht|nein danke"),
        (Intent.REPEAT, "wie bitte?|können Sie das wiederholen?|noch einmal bitte"),
        (Intent.WAIT, "einen Moment|Moment bitte|warten Sie"),
        (Intent.WHY, "warum?|wofür brauchen Sie das?"),
        (Intent.PERSON, "verbinden Sie mich mit einem Mitarbeiter|ich will mit jemandem sprechen"),
        (Intent.CALLER_ID, "die Nummer, von der ich anrufe|diese Nummer"),
        (Intent.UNCLEAR, "mhm|äh"),
    ],
)
def test_intents(intent: Intent, texts: str) -> None:
    for text in texts.split("|"):
        heard = hear(text, language="de")
        assert intent in heard.intents, text
        assert heard.agrees == (intent is Intent.YES), text
