# SPDX-License-Identifier: Apache-2.0
"""Spanish is heard as a careful listener hears it."""

import pytest

from phonefsm.speech import Correction, Intent, claims_saved, digits, hear


def phrases(table: str) -> list[str]:
    return [phrase for phrase in table.strip().replace("\n", "|").split("|") if phrase]


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        # Spain: digits, pairs and hundreds
        ("mi número es el seis doce treinta y cuatro cincuenta y seis setenta y ocho", "ES", "612345678"),
        ("seiscientos doce trescientos cuarenta y cinco seiscientos setenta y ocho", "ES", "612345678"),
        ("seis uno dos, tres cuatro cinco, seis siete ocho", "ES", "612345678"),
        ("es el seiscientos doce, treinta y cuatro, cincuenta y seis, setenta y ocho", "ES", "612345678"),
        ("noventa y uno quinientos cincuenta y cinco cero uno veintitrés", "ES", "915550123"),
        ("noventa y uno cinco cinco cinco cero uno dos tres", "ES", "915550123"),
        ("sesenta y uno veintitrés cuarenta y cinco sesenta y siete ocho", "ES", "612345678"),
        ("apunte, seis, uno, dos, eh, treinta cuatro, cincuenta seis, setenta ocho", "ES", "612345678"),
        ("seis uno dos tres cuatro cinco seis siete ocho gracias", "ES", "612345678"),
        ("seis uno dos tres cuatro cinco seis siete uno gracias", "ES", "612345671"),
        ("612, treinta y cuatro, 56, setentaiocho", "ES", "612345678"),
        ("6 1 2. 34 5 6. 78", "ES", "612345678"),
        ("novecientos doce, trescientos cuarenta, doscientos dos", "ES", "912340202"),
        ("el fijo es nueve cuatro cuatro, dieciséis, diecisiete, dieciocho", "ES", "944161718"),
        ("novecientos dos, doce, trece, catorce", "ES", "902121314"),
        # repeats
        ("seis uno dos, tres veces el cinco, siete siete ocho", "ES", "612555778"),
        ("seis dos dos doble tres cuatro doble cinco seis", "ES", "622334556"),
        ("seis dos dos triple tres cuatro cinco seis", "ES", "622333456"),
        ("seis dos dos, tres ceros, cuatro cinco seis", "ES", "622000456"),
        ("seis dos dos, cero dos veces, cuatro cinco seis siete", "ES", "622004567"),
        # prefixes
        ("más treinta y cuatro seis uno dos tres cuatro cinco seis siete ocho", "ES", "34612345678"),
        ("cero cero tres cuatro, seis doce, treinta y cuatro, cincuenta y seis, setenta y ocho", "ES", "0034612345678"),
        ("el código de país es treinta y cuatro y el número seis uno dos tres cuatro cinco seis siete ocho", "ES",
         "34612345678"),
        ("con prefijo noventa y seis, tres cuatro cinco, seis siete ocho uno", "ES", "963456781"),
        # Mexico, Colombia, Argentina
        ("cincuenta y cinco doce treinta y cuatro cincuenta y seis setenta y ocho", "MX", "5512345678"),
        ("lada cincuenta y cinco, doce treinta y cuatro, cincuenta y seis setenta y ocho", "MX", "5512345678"),
        ("es el treinta y tres quince cero uno veintidós diez", "MX", "3315012210"),
        ("más cincuenta y dos, ochenta y uno, doce treinta y cuatro, cincuenta y seis setenta y ocho", "MX",
         "528112345678"),
        ("tres diez cinco cincuenta y cinco cero uno veintitrés", "CO", "3105550123"),
        ("trescientos veinte cuatrocientos cinco dieciséis cero nueve", "CO", "3204051609"),
        ("indicativo seis cero cuatro y el fijo cuatro cuarenta y cuatro veinte diez", "CO", "6044442010"),
        ("once cincuenta y cinco cincuenta y uno veinte treinta", "AR", "1155512030"),
        ("característica tres cuatro uno, cuatro cincuenta y cinco doce treinta y cuatro", "AR", "3414551234"),
        ("cero tres cuatro uno cuatro cincuenta y cinco doce treinta y cuatro", "AR", "03414551234"),
        # extensions
        ("55 1234 5678 extensión doce", "MX", "551234567812"),
        ("cinco cinco uno dos tres cuatro cinco seis siete ocho con extensión ciento veinte", "MX", "5512345678120"),
        ("once cuarenta y tres veintiuno doce treinta y cuatro interno doscientos tres", "AR", "1143211234203"),
        # English digits beside
        ("six one two three four five six seven eight", "ES", "612345678"),
        ("es el six one two, tres cuatro cinco, six seven eight", "ES", "612345678"),
        ("six one two o three o four five o", "ES", "612030450"),
        ("o one one four", "ES", "0114"),
        # corrections
        ("seis uno dos tres cuatro cinco seis siete nueve, perdón, seis siete ocho", "ES", "612345678"),
        ("612 34 56 79, no, 78", "ES", "612345678"),
        ("612 34 56 79, perdón, las últimas dos son 78", "ES", "612345678"),
        ("seis uno dos tres cuatro cinco seis siete siete, no, espera, ocho", "ES", "612345678"),
        ("seis uno dos tres cuatro cinco seis siete dos, no, uno", "ES", "612345671"),
        ("seis uno tres, digo, seis uno dos, tres cuatro cinco seis siete ocho", "ES", "612345678"),
        ("seis uno dos tres cuatro seis cinco siete ocho, me he equivocado, cinco seis siete ocho", "ES", "612345678"),
        ("seis cinco, uy no, empiezo de nuevo, seis uno dos tres cuatro cinco seis siete ocho", "ES", "612345678"),
        ("612 34 56 87, mejor dicho, 612 34 56 78", "ES", "612345678"),
        ("612 34 56 87, quiero decir, setenta y ocho", "ES", "612345678"),
        ("612 34 56 79, el último es un ocho, no un nueve", "ES", "612345678"),
        ("612 34 56 79, termina en ocho", "ES", "612345678"),
        ("622 34 56 78, no, empieza por 612", "ES", "612345678"),
        ("613345678, ay perdón, cambia el 133 por 123", "ES", "612345678"),
        ("612 34 56 78 o el 915 55 01 23", "ES", "612345678"),
        ("cincuenta y cinco, quince, veinte once, no, treinta, cuarenta", "MX", "5515203040"),
        ("no, es un seis uno dos tres cuatro cinco seis siete ocho", "ES", "612345678"),
        ("612 34 56 79, uy, 78", "ES", "612345678"),
    ],
)  # fmt: skip
def test_a_number_is_heard(text: str, region: str, number: str) -> None:
    assert digits(text, language="es", region=region) == number


@pytest.mark.parametrize(
    "text",
    phrases("""
tengo un hermano y dos hermanas|son las cinco y media|vivo en la calle mayor cuarenta y dos|un momento por favor
uno de los dos es de mi marido|somos cuatro personas|cuesta treinta euros|llámeme a las ocho y cuarto
nací el doce de abril de mil novecientos setenta|una pregunta|eso es todo|me da un segundo|hace dos semanas
mi código postal es veintiocho cero cero uno|el número de pedido es cuatro cinco seis siete ocho nueve
es la una|o sea que no|los dos me valen|le falta una cosa
"""),
)
def test_prose_holds_no_number(text: str) -> None:
    assert digits(text, language="es") is None


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("cincuenta cinco doce", ["5512", "50512"]),
        ("ochocientos siete", ["807", "8007"]),
        ("dos ceros", ["00"]),
        ("dos mil trece", ["2013", "200013", "21013"]),
    ],
)  # fmt: skip
def test_what_is_ambiguous_stays_visible(text: str, readings: list[str]) -> None:
    heard = hear(text, language="es").runs[0].readings
    assert list(heard)[: len(readings)] == readings or heard[0] == readings[0]


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("no es un cuatro, es un cinco", Correction("swap", "5", "4")),
        ("es un cinco, no un cuatro", Correction("swap", "5", "4")),
        ("cinco, no cuatro", Correction("swap", "5", "4")),
        ("es cincuenta y uno, no sesenta y uno", Correction("swap", "51", "61")),
        ("no es cuatro sino cinco", Correction("swap", "5", "4")),
        ("cinco en lugar de cuatro", Correction("swap", "5", "4")),
        ("cambie el cuatro por un cinco", Correction("swap", "5", "4")),
        ("el último dígito es seis", Correction("tail", "6")),
        ("no, el último es un seis", Correction("tail", "6")),
        ("un seis al final", Correction("tail", "6")),
        ("al final es sesenta y seis", Correction("tail", "66")),
        ("donde dice cuatro es cinco", Correction("swap", "5", "4")),
        ("no, era un cinco, no un cuatro", Correction("swap", "5", "4")),
        ("los últimos cuatro son dos cero uno tres", Correction("tail", "2013")),
        ("las cuatro últimas son veinte trece", Correction("tail", "2013")),
        ("las dos últimas son cuarenta y siete", Correction("tail", "47")),
        ("termina en cuarenta y siete", Correction("tail", "47")),
        ("los últimos tres dígitos deben ser cuatro cinco seis", Correction("tail", "456")),
        ("los tres primeros son seis uno dos", Correction("head", "612")),
        ("empieza por seis uno dos", Correction("head", "612")),
        ("no, la lada es cincuenta y seis", Correction("head", "56")),
    ],
)
def test_a_correction_of_earlier_words_is_named(text: str, correction: Correction) -> None:
    heard = hear(text, language="es")
    assert heard.corrections == (correction,)
    assert heard.runs == ()
    assert Intent.CORRECTION in heard.intents


def test_a_bare_no_before_digits_corrects() -> None:
    heard = hear("no, cuatro siete", language="es")
    assert [run.readings[0] for run in heard.runs] == ["47"]
    assert heard.intents == Intent.NO | Intent.CORRECTION


CLEAR = """
sí|sí, correcto|eso es|así es|claro que sí|vale, perfecto|sí señor|si, es correcto|si si|sí, gracias|exacto
exactamente, ese es|sí, ese es mi número|correcta|está bien, gracias|de acuerdo|perfecto, muchas gracias
efectivamente|por supuesto|dale|listo, correcto|sale|ándale, así es|tal cual|sí, ese mismo|ok, perfecto
sí sí, está todo bien|confirmo|afirmativo|eso|si señorita|así mero|genial, gracias|ya, correcto|sí claro
"""

UNCLEAR = """
no|no es correcto|está mal|eso no|no, está bien|no no, así está bien|sí, pero falta un número|sí, excepto el final
creo que sí|supongo|no estoy seguro|está seguro|¿está seguro?|¿sí?|¿es correcto?|es correcto, ¿no?|sí, ¿verdad?
casi|ya mero|ya casi|más o menos|no sé|a ver si es correcto|a lo mejor|puede ser|no está del todo bien|ni está bien
tampoco|ese no|ese ya no|no es ese|no me parece bien|eso no es así|nunca|sí o no|ajá|mhm|como usted diga|da igual
sí, espere|sí, ¿por qué?|sí, repítalo|sí, páseme con alguien|sí, prefiero no darlo|sí, el último es un cinco
sí, cinco, no cuatro|sí, no, perdón|bueno|ya|hola|gracias|era ese|sí, ese era|lo cambié|sí, cámbialo|claro que no
por supuesto que no|seguro que no|desde luego que no|ni de broma|incorrecta|qué|perdón|no, correcto|sí, pero no
está bien el principio|cuál|mal, muy mal|perdón, no es correcto|vale, y cuál es|si usted lo dice|otro
"""


@pytest.mark.parametrize("text", phrases(CLEAR))
def test_clear_agreement_is_heard(text: str) -> None:
    assert hear(text, language="es").agrees


@pytest.mark.parametrize("text", phrases(UNCLEAR))
def test_anything_else_is_no_agreement(text: str) -> None:
    assert not hear(text, language="es").agrees


@pytest.mark.parametrize(
    ("intent", "texts"),
    [
        (Intent.NO, "no|no es correcto|está mal|eso no|incorrecto|hay un error|claro que no|no es ese|tampoco"),
        (Intent.HEDGE, "creo que sí|casi|no estoy seguro|más o menos|sí, pero no|¿verdad?"),
        (Intent.DECLINE, "prefiero no darlo|no quiero|no tengo teléfono|no le voy a dar mi número|es privado"),
        (Intent.DECLINE, "no, gracias|no me gusta dar mi teléfono|no tengo celular|no tengo|no quiero compartirlo"),
        (Intent.REPEAT, "¿puede repetir?|¿cómo?|otra vez por favor|no le oí bien|¿mande?|¿qué ha dicho?|más despacio"),
        (Intent.WAIT, "un momento|espere un momento|espérame tantito|deme un segundo|déjeme buscarlo|no cuelgue"),
        (Intent.WHY, "¿por qué?|¿para qué lo necesita?|¿qué van a hacer con él?|¿y eso para qué?"),
        (Intent.PERSON, "quiero hablar con una persona|con un agente|páseme con un asesor|¿eres un robot?"),
        (Intent.CALLER_ID, "el número desde el que llamo|este mismo|el mismo del que le hablo|a este número"),
        (Intent.UNCLEAR, "ajá|mhm|bueno"),
        (Intent.CORRECTION, "no, espera, cinco|perdón, seis doce|quise decir cuatro|cambia el cinco por un seis"),
    ],
)
def test_intents(intent: Intent, texts: str) -> None:
    for text in texts.split("|"):
        heard = hear(text, language="es")
        assert intent in heard.intents, text
        assert not heard.agrees, text


@pytest.mark.parametrize(
    "text", phrases("no|no es correcto|no, cuatro|no espera|no entendí|le paso mi número|no sé|un momento|no es ese")
)
def test_a_bare_no_is_no_refusal(text: str) -> None:
    assert Intent.DECLINE not in hear(text, language="es").intents


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("es un número francés", "33"),
        ("es de Alemania", "49"),
        ("es un celular de Estados Unidos", "1"),
        ("México", "52"),
        ("un móvil marroquí", "212"),
        ("me gusta la comida china", ""),
        ("soy española", ""),
    ],
)
def test_a_country_named_in_words_gives_its_calling_code(text: str, code: str) -> None:
    assert hear(text, language="es").calling_code == code


@pytest.mark.parametrize(
    "text",
    phrases("He guardado su número.|Queda registrado, gracias.|Listo, ya está anotado.|Su teléfono quedó grabado."),
)
def test_a_claim_that_the_number_is_saved(text: str) -> None:
    assert claims_saved(text, language="es")


@pytest.mark.parametrize(
    "text",
    phrases(
        "¿Quiere que lo guarde?|Aún no lo he guardado.|¿Está guardado?|Quedará guardado luego.|No quedó registrado."
    ),
)
def test_questions_plans_and_denials_are_no_claims(text: str) -> None:
    assert not claims_saved(text, language="es")
