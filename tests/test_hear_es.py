# SPDX-License-Identifier: Apache-2.0
"""Spanish is heard as a careful listener hears it."""

import pytest

from phonefsm.speech import Correction, Intent, digits, hear


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("mi número es el seis doce treinta y cuatro cincuenta y seis setenta y ocho", "ES", "612345678"),
        ("seiscientos doce trescientos cuarenta y cinco seiscientos setenta y ocho", "ES", "612345678"),
        ("seis uno dos, tres cuatro cinco, seis siete ocho", "ES", "612345678"),
        ("es el seiscientos doce, treinta y cuatro, cincuenta y seis, setenta y ocho", "ES", "612345678"),
        ("noventa y uno quinientos cincuenta y cinco cero uno veintitrés", "ES", "915550123"),
        ("noventa y uno cinco cinco cinco cero uno dos tres", "ES", "915550123"),
        ("más treinta y cuatro seis uno dos tres cuatro cinco seis siete ocho", "ES", "34612345678"),
        ("seis uno dos tres cuatro cinco seis siete nueve, perdón, seis siete ocho", "ES", "612345678"),
        ("612 34 56 79, no, 78", "ES", "612345678"),
        ("612 34 56 79, perdón, las últimas dos son 78", "ES", "612345678"),
        ("sesenta y uno veintitrés cuarenta y cinco sesenta y siete ocho", "ES", "612345678"),
        ("apunte, seis, uno, dos, eh, treinta cuatro, cincuenta seis, setenta ocho", "ES", "612345678"),
        ("cincuenta y cinco doce treinta y cuatro cincuenta y seis setenta y ocho", "MX", "5512345678"),
        ("55 1234 5678 extensión doce", "MX", "551234567812"),
        ("cinco cinco uno dos tres cuatro cinco seis siete ocho con extensión ciento veinte", "MX", "5512345678120"),
        ("seis uno dos, tres veces el cinco, siete siete ocho", "ES", "612555778"),
        ("six one two three four five six seven eight", "ES", "612345678"),
        ("es el six one two, tres cuatro cinco, six seven eight", "ES", "612345678"),
        ("seis uno dos tres cuatro cinco seis siete ocho gracias", "ES", "612345678"),
        ("tres diez cinco cincuenta y cinco cero uno veintitrés", "CO", "3105550123"),
    ],
)
def test_a_number_is_heard(text: str, region: str, number: str) -> None:
    assert digits(text, language="es", region=region) == number


@pytest.mark.parametrize(
    "text",
    [
        "tengo un hermano y dos hermanas",
        "son las cinco y media",
        "vivo en la calle mayor cuarenta y dos",
        "un momento por favor",
    ],
)
def test_prose_holds_no_number(text: str) -> None:
    assert digits(text, language="es") is None


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("no es un cuatro, es un cinco", Correction("swap", "5", "4")),
        ("el último dígito es seis", Correction("tail", "6")),
        ("los últimos cuatro son dos cero uno tres", Correction("tail", "2013")),
        ("las dos últimas son cuarenta y siete", Correction("tail", "47")),
        ("termina en cuarenta y siete", Correction("tail", "47")),
    ],
)
def test_a_correction_of_earlier_words_is_named(text: str, correction: Correction) -> None:
    heard = hear(text, language="es")
    assert heard.corrections == (correction,)
    assert heard.runs == ()


@pytest.mark.parametrize(
    ("intent", "texts"),
    [
        (Intent.YES, "sí|sí, correcto|eso es|así es|claro que sí|vale, perfecto"),
        (Intent.NO, "no|no es correcto|está mal|eso no"),
        (Intent.DECLINE, "prefiero no darlo|no quiero|no tengo teléfono"),
        (Intent.REPEAT, "¿puede repetir?|¿cómo?|otra vez por favor"),
        (Intent.WAIT, "un momento|espere un momento"),
        (Intent.WHY, "¿por qué?|¿para qué lo necesita?"),
        (Intent.PERSON, "quiero hablar con una persona|con un agente"),
        (Intent.CALLER_ID, "el número desde el que llamo|este mismo"),
        (Intent.UNCLEAR, "ajá|mhm"),
    ],
)
def test_intents(intent: Intent, texts: str) -> None:
    for text in texts.split("|"):
        heard = hear(text, language="es")
        assert intent in heard.intents, text
        assert heard.agrees == (intent is Intent.YES), text
