# SPDX-License-Identifier: Apache-2.0
"""German is heard as a careful listener hears it."""

import pytest

from phonefsm.speech import Correction, Intent, claims_saved, digits, hear


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


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("meine Nummer ist null eins fünf zwei, drei sieben acht neun vier vier zwei eins", "DE", "015237894421"),
        ("null eins sieben zwo drei vier fünf sechs sieben acht neun", "DE", "01723456789"),
        ("null hundertzweiundsiebzig drei vier fünf sechs sieben acht neun", "DE", "01723456789"),
        ("null einhundertzweiundsiebzig drei vier fünf sechs sieben acht neun", "DE", "01723456789"),
        ("null eins siebenundsiebzig dreiundvierzig fünfundsechzig siebenundachtzig", "DE", "0177436587"),
        ("null eins sieben und siebzig drei und vierzig fünf und sechzig sieben und achtzig neun", "DE", "01774365879"),
        ("0177 dreiundvierzig 65 siebenundachtzig 9", "DE", "01774365879"),
        ("die null eins sechs null, neun fünf fünf, drei zwei, eins eins", "DE", "01609553211"),
        ("null eins sechs null neunhundertfünfundfünfzig zweiunddreißig elf", "DE", "01609553211"),
        ("null eins sechs null neunhundert fünfundfünfzig zwei und dreißig elf", "DE", "01609553211"),
        ("null acht neun zwölf vierunddreißig sechsundfünfzig", "DE", "089123456"),
        ("Vorwahl null acht neun, dann eins zwei drei vier fünf sechs", "DE", "089123456"),
        (
            "Vorwahl München null neunundachtzig, die Nummer ist vierundfünfzig einunddreißig null eins",
            "DE",
            "089543101",
        ),
        ("null vierzig, vier vier zwei, eins neun null", "DE", "040442190"),
        ("plus vier neun eins sieben zwei drei vier fünf sechs sieben acht neun", "DE", "491723456789"),
        ("plus neunundvierzig, eins sieben zwei, drei vier fünf, sechs sieben acht neun", "DE", "491723456789"),
        ("plus 49 172 3456789", "DE", "491723456789"),
        ("null null vier neun eins sieben zwei drei vier fünf sechs sieben acht neun", "DE", "00491723456789"),
        ("äh null eins sieben zwei, ähm, drei vier, Moment, fünf sechs sieben, acht neun", "DE", "01723456789"),
        ("null eins sieben zwei doppel drei fünf sechs sieben acht neun", "DE", "01723356789"),
        ("null eins sieben zwei zweimal die drei fünf sechs sieben acht neun", "DE", "01723356789"),
        ("null eins sieben zwei dreimal die null vier fünf sechs sieben", "DE", "01720004567"),
        ("null eins sieben zwei drei mal null vier fünf sechs sieben", "DE", "01720004567"),
        ("null eins sieben zwei fünf zweimal die acht zweimal die neun null eins", "DE", "01725889901"),
        ("0172 3 4 5 6 7 8 9", "DE", "01723456789"),
        ("0172/3456789", "DE", "01723456789"),
        ("0172 - 345 67 89", "DE", "01723456789"),
        (
            "sie erreichen mich unter null eins sieben zwei drei vier fünf sechs sieben acht neun, danke",
            "DE",
            "01723456789",
        ),
        ("ja, das ist die null zwei einundzwanzig, siebenundvierzig elf, null acht fünfzehn", "DE", "022147110815"),
        ("null zwei zwei eins vier sieben eins eins zwölf durchwahl dreiunddreißig", "DE", "022147111233"),
        ("null zwei zwei eins vierundvierzig dreiunddreißig null durchwahl eins zwo", "DE", "02214433012"),
        ("null sechs sechs vier, zwölf vierunddreißig fünfhundertsiebenundsechzig", "AT", "06641234567"),
        ("null sechs neun neun eins zwei drei vier fünf sechs sieben acht", "AT", "069912345678"),
        ("plus dreiundvierzig sechs sechs vier eins zwei drei vier fünf sechs sieben", "AT", "436641234567"),
        ("null sechs sechsundsiebzig dreiundzwanzig fünfundvierzig sechshundertachtundsiebzig", "AT", "06762345678"),
        ("null eins, fünf eins zwei, drei vier, fünf sechs, klappe zwölf", "AT", "01512345612"),
        ("sechs sechs vier, eins zwei drei, vier fünf sechs sieben", "AT", "6641234567"),
        ("null sechs fuenfzig drei vier fünf sechs sieben acht neun", "AT", "06503456789"),
        ("null neunundsiebzig, vierhundertzwölf, vierunddreißig, sechsundfünfzig", "CH", "0794123456"),
        ("null neunundsiebzig vierhundert zwölf vierunddreissig sechsundfünfzig", "CH", "0794123456"),
        ("null sechsundsiebzig dreihundertneunundzwanzig achtzehn null fünf", "CH", "0763291805"),
        ("null vierundvierzig sechshundertzweiunddreißig zwölf neunzig", "CH", "0446321290"),
        ("null vier vier sechs drei zwei eins zwo neun null", "CH", "0446321290"),
        ("plus einundvierzig neunundsiebzig vierhundertzwölf vierunddreißig sechsundfünfzig", "CH", "41794123456"),
        ("null siebenundsiebzig, sechs null vier, null drei, zwölf", "CH", "0776040312"),
        ("die null eins sieben zwei, und dann drei vier fünf, und dann sechs sieben acht neun", "DE", "01723456789"),
        ("null eins sieben zwo vierunddreißig sechsundfünfzig siebenhundertneunundachtzig", "DE", "01723456789"),
        ("nulleinssiebenzwei drei vier fünf sechs sieben acht neun", "DE", "01723456789"),
        ("null eins sieben zwei dreihundertfünfundvierzig siebenundsechzig neunundachtzig", "DE", "01723456789"),
        ("null eins sieben zwei dreihundert fünf und vierzig sieben und sechzig neun und achtzig", "DE", "01723456789"),
        ("null achthundert drei drei null zwei zwei zwei zwei", "DE", "08003302222"),
        ("null acht hundert drei drei null zwei zwei zwei zwei", "DE", "08003302222"),
        ("null neunhundert drei null drei null drei null", "DE", "0900303030"),
        ("es ist die eins eins null", "DE", "110"),
        ("null sechs neun, eintausend", "DE", "0691000"),
        ("null sechs neun neunundneunzig zweiundzwanzig eins", "DE", "06999221"),
        ("oh eins sieben zwei drei vier fünf sechs sieben acht neun", "DE", "01723456789"),
        ("o eins sieben zwei drei vier fünf sechs sieben acht neun", "DE", "01723456789"),
        ("null eins sieben zwei eins eins zwei zwei drei drei vier", "DE", "01721122334"),
        ("null eins sieben zwei elf zweiundzwanzig drei drei vier", "DE", "01721122334"),
        ("null eins sieben zwei sechs mal die eins", "DE", "0172111111"),
        (
            "Guten Tag, meine Handynummer lautet null eins fünf eins, zwei zwei drei drei, vier vier fünf sechs",
            "DE",
            "015122334456",
        ),
        (
            "guten tag meine handynummer lautet null eins fünf eins zwei zwei drei drei vier vier fünf sechs",
            "DE",
            "015122334456",
        ),
        (
            "null hunderteinundfünfzig, zweiundzwanzig, dreiunddreißig, vierundvierzig, sechsundfünfzig",
            "DE",
            "015122334456",
        ),
        (
            "null hundert ein und fünfzig zwei und zwanzig drei und dreißig vier und vierzig sechs und fünfzig",
            "DE",
            "015122334456",
        ),
        ("null eins fünf eins zwo zwo drei drei vier vier fünf sechs", "DE", "015122334456"),
        ("null, eins, fünf, eins, zwei, zwei, drei, drei, vier, vier, fünf, sechs", "DE", "015122334456"),
        ("0151 zweiundzwanzig 33 vierundvierzig 56", "DE", "015122334456"),
        (
            "ja also das wäre die null eins fünf eins, dann doppel zwei, doppel drei, doppel vier, fünf sechs",
            "DE",
            "015122334456",
        ),
        ("null eins fünf eins zweimal die zwei zweimal die drei zweimal die vier fünf sechs", "DE", "015122334456"),
        ("null eins fünf eins zweimal zwei zweimal drei zweimal vier fünf sechs", "DE", "015122334456"),
        ("null eins fünf eins zwei Zweien zwei Dreien zwei Vieren fünf sechs", "DE", "015122334456"),
        ("null eins fünf null, drei Nullen, vier vier fünf sechs", "DE", "01500004456"),
        ("null vier null, drei drei drei, zwölf zwölf", "DE", "0403331212"),
        ("null sieben eins eins zwei null neun fünf null", "DE", "071120950"),
        ("null siebenhundertelf zweihundertneun fünfzig", "DE", "071120950"),
        ("null sieben elf zwanzig fünfundneunzig null", "DE", "071120950"),
        ("null drei einundvierzig zwölf dreizehn vierzehn", "DE", "0341121314"),
        ("null zwo elf, dreiunddreißig vierundvierzig fünf", "DE", "021133445"),
        ("null sechs neun, zwei vier, zwei sechs, null, Durchwahl eins zwei drei", "DE", "06924260123"),
        ("null sechs neun zwei vier zwei sechs null Durchwahl hundertdreiundzwanzig", "DE", "06924260123"),
        ("null acht neun fünf fünf null eins zwei drei Apparat vierzehn", "DE", "08955012314"),
        ("null acht neun fünf fünf null eins zwei drei Nebenstelle vier eins", "DE", "08955012341"),
        (
            "plus neunundvierzig hunderteinundfünfzig zweiundzwanzig dreiunddreißig vierundvierzig sechsundfünfzig",
            "DE",
            "4915122334456",
        ),
        ("plus vier neun, eins fünf eins, zwei zwei drei drei vier vier fünf sechs", "DE", "4915122334456"),
        (
            "Landesvorwahl vier neun, dann eins fünf eins zwei zwei drei drei vier vier fünf sechs",
            "DE",
            "4915122334456",
        ),
        ("null null neunundvierzig eins fünf eins zwei zwei drei drei vier vier fünf sechs", "DE", "004915122334456"),
        ("null eins fünf eins Schrägstrich zwei zwei drei drei vier vier fünf sechs", "DE", "015122334456"),
        ("null eins fünf eins Strich zwei zwei drei drei Strich vier vier fünf sechs", "DE", "015122334456"),
        ("null eins fünf eins... zwei zwei drei drei... vier vier fünf sechs", "DE", "015122334456"),
        ("null eins fünf eins. zwei zwei drei drei. vier vier fünf sechs.", "DE", "015122334456"),
        ("null eins fünf eins, äh, wie war das noch, zwei zwei drei drei, vier vier fünf sechs", "DE", "015122334456"),
        (
            "die Nummer von meiner Frau ist null eins fünf eins zwei zwei drei drei vier vier fünf sechs",
            "DE",
            "015122334456",
        ),
        ("null eins fünf eins zwei zwei drei drei vier vier fünf sechs, vielen Dank, tschüss", "DE", "015122334456"),
        ("0151 22334456 oder unter 0221 334455", "DE", "015122334456"),
        ("tagsüber unter 0221 334455 und abends 0151 22334456", "DE", "0221334455"),
        ("zero one five one two two three three four four five six", "DE", "015122334456"),
        ("null sechs sechzig, zwölf dreizehn vierzehn fünf", "AT", "06601213145"),
        ("null sechshundertsechzig zwölf dreizehn vierzehn fünf", "AT", "06601213145"),
        ("null sechs vier vier, acht neun eins, zwo drei vier fünf", "AT", "06448912345"),
        ("null sechs fünfzig, dreihundertvierundvierzig, fünfhundertsechsundsechzig sieben", "AT", "06503445667"),
        ("plus dreiundvierzig sechs sechzig zwölf dreizehn vierzehn fünf", "AT", "436601213145"),
        ("null drei eins sechs acht sieben drei null Klappe zwölf", "AT", "0316873012"),
        ("null eins fünf drei vier null null, Durchwahl zwei eins", "AT", "015340021"),
        ("Vorwahl null sechs sechs vier, vier drei zwo eins null null sieben", "AT", "06644321007"),
        ("null siebenundsiebzig sechshundertzwölf dreiundvierzig einundzwanzig", "CH", "0776124321"),
        ("null achtundsiebzig, siebenhundertsiebenundsiebzig, null acht, null neun", "CH", "0787770809"),
        ("null einundsechzig zweihundertfünfundsechzig fünfundzwanzig fünfundzwanzig", "CH", "0612652525"),
        ("null einundvierzig sieben drei zwei elf zwölf", "CH", "0417321112"),
        ("mein Natel ist null neunundsiebzig, drei null eins, zwo zwo, dreiunddreissig", "CH", "0793012233"),
        ("null vier drei zwei zwei zwei achtzig neunzig", "CH", "0432228090"),
        ("plus einundvierzig, siebenundsiebzig, sechshundertzwölf, dreiundvierzig, einundzwanzig", "CH", "41776124321"),
        ("null neunundsiebzig dreihunderteins zweiundzwanzig dreiunddreissig", "CH", "0793012233"),
    ],
)
def test_a_number_is_heard_as_people_say_it(text: str, region: str, number: str) -> None:
    assert digits(text, language="de", region=region) == number


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("0172 3456788 nein 9 am Ende", "DE", "01723456789"),
        ("null eins sieben zwei drei vier fünf sechs sieben acht acht, nein, neun", "DE", "01723456789"),
        ("null eins sieben zwei drei vier fünf sechs sieben acht acht, Entschuldigung, acht neun", "DE", "01723456789"),
        ("null eins sieben zwei drei vier fünf fünf, ach nein, fünf sechs sieben acht neun", "DE", "01723456789"),
        (
            "null eins sieben drei, nein warte, null eins sieben zwei drei vier fünf sechs sieben acht neun",
            "DE",
            "01723456789",
        ),
        ("null eins sieben zwei drei vier fünf sechs sieben acht acht quatsch neun", "DE", "01723456789"),
        ("0172 3456789, nee, 0173 3456789", "DE", "01733456789"),
        ("0172 3456788, ich meine 89", "DE", "01723456789"),
        ("0172 3456788, die letzte Ziffer ist eine neun", "DE", "01723456789"),
        ("0172 3456700, die letzten beiden sind 89", "DE", "01723456789"),
        ("0172 3456700, die letzten zwei Ziffern sind acht neun", "DE", "01723456789"),
        ("0172 3450000 Verzeihung die letzten vier sind 6789", "DE", "01723456789"),
        ("0172 3456788, nicht 88 sondern 89", "DE", "01723456789"),
        ("0172 3456788, hinten 89 nicht 88", "DE", "01723456789"),
        ("0173 3456789, sorry, die Vorwahl ist 0172", "DE", "01723456789"),
        ("0173 3456789, Moment, vorne 0172", "DE", "01723456789"),
        ("0172 3456788, beziehungsweise 89", "DE", "01723456789"),
        ("0172 3456788, Korrektur, 0172 3456789", "DE", "01723456789"),
        ("0172 3456788, da hab ich mich vertan, 0172 3456789", "DE", "01723456789"),
        (
            "null eins sieben zwei, drei vier fünf, sechs sieben acht acht, halt, sechs sieben acht neun",
            "DE",
            "01723456789",
        ),
        ("null eins fünf eins zwei zwei drei drei vier vier fünf sieben, nein, sechs", "DE", "015122334456"),
        (
            "null eins fünf eins zwei zwei drei drei vier vier fünf sieben Entschuldigung fünf sechs",
            "DE",
            "015122334456",
        ),
        ("null eins fünf eins zwei zwei drei drei vier fünf, nein, vier vier fünf sechs", "DE", "015122334456"),
        (
            "null eins fünf zwei, äh Quatsch, null eins fünf eins, zwei zwei drei drei vier vier fünf sechs",
            "DE",
            "015122334456",
        ),
        ("null eins fünf zwei, nein, eins fünf eins, zwei zwei drei drei vier vier fünf sechs", "DE", "015122334456"),
        (
            "null eins fünf eins zweiundzwanzig dreiunddreißig vierundvierzig siebenundfünfzig, nee, sechsundfünfzig",
            "DE",
            "015122334456",
        ),
        ("0151 22334457, die letzte ist eine sechs", "DE", "015122334456"),
        ("0151 22334457 die letzte Ziffer ist sechs nicht sieben", "DE", "015122334456"),
        ("0151 22334465, da hab ich was vertauscht, 56 am Ende", "DE", "015122334456"),
        ("0151 22330000, die letzten vier Ziffern sind 4456", "DE", "015122334456"),
        ("0151 22334400, und hinten 56", "DE", "015122334456"),
        ("0151 22334499, sie endet auf 56", "DE", "015122334456"),
        ("0152 22334456, nein, 0151", "DE", "015122334456"),
        ("0152 22334456, die ersten vier sind 0151", "DE", "015122334456"),
        ("0152 22334456, Entschuldigung, die Vorwahl ist 0151", "DE", "015122334456"),
        ("0151 22334457, Moment, das war falsch, 0151 22334456", "DE", "015122334456"),
        ("0151 22334457 sorry 56", "DE", "015122334456"),
        ("0151 22334457. Nein. 56.", "DE", "015122334456"),
        ("0151 22334457, ich hab mich versprochen, 56", "DE", "015122334456"),
        ("0151 22834456, keine acht, eine drei", "DE", "015122334456"),
        ("0151 22834456, drei statt acht", "DE", "015122334456"),
        ("0151 22834456 nicht acht sondern drei", "DE", "015122334456"),
        ("0151 22334457, streichen Sie das, 0151 22334456", "DE", "015122334456"),
        ("one five one, nein, null eins fünf eins zwei zwei drei drei vier vier fünf sechs", "DE", "015122334456"),
        ("null eins sieben acht, Entschuldigung, sieben neun, vier vier drei neun eins eins zwei", "DE", "01794439112"),
        ("null eins sieben neun vier vier vier, Quatsch, vier vier drei, neun eins eins zwei", "DE", "01794439112"),
        ("0179 4439113, nein die letzte Zahl ist zwei nicht drei", "DE", "01794439112"),
    ],
)
def test_what_was_corrected_does_not_stand(text: str, region: str, number: str) -> None:
    assert digits(text, language="de", region=region) == number
    assert not hear(text, language="de", region=region).agrees


@pytest.mark.parametrize(
    "text",
    [
        "ich habe zwei Kinder",
        "um drei Uhr",
        "ein Moment",
        "ich wohne in der Hauptstraße 12",
        "das kostet neunundzwanzig Euro",
        "am dritten Mai zweitausendzwanzig",
        "ich bin einundvierzig Jahre alt",
        "eine Frage hätte ich noch",
        "meine Kundennummer ist 44 55 66 77",
        "um halb acht bin ich zu Hause",
        "Postleitzahl 80331",
        "wir sind vier Personen",
        "ich rufe in fünf Minuten nochmal an",
        "am 12. Mai um 15 Uhr",
        "eins noch, wann haben Sie offen",
        "haben Sie noch einen Termin",
        "ich hätte gern einen Tisch für zwei",
        "null Problem",
        "das ist ganz neu, ein neuer Anschluss",
        "ich komme um viertel nach drei",
        "das dauert zwei bis drei Stunden",
        "ich habe schon dreimal angerufen",
        "wir brauchen ein Zimmer für zwei Nächte",
        "am einundzwanzigsten",
        "in der achten Klasse",
        "ich bin Jahrgang neunzehnhundertachtzig",
        "geboren am zweiten Februar neunzehnhundertsiebzig",
        "meine IBAN ist DE 12 3456",
        "Bestellnummer vier fünf sechs sieben acht",
        "das macht dreihundertzwanzig Euro fünfzig",
        "haben Sie um acht noch was frei",
        "ein bisschen später",
        "zwischen neun und zwölf",
        "beim ersten Mal hat es geklappt",
        "für vier Leute bitte",
        "nur eine Frage",
        "Zimmer 214",
    ],
)
def test_counts_times_and_codes_are_no_numbers(text: str) -> None:
    assert digits(text, language="de") is None


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("die letzte Ziffer ist eine sechs", Correction("tail", "6")),
        ("die letzte Ziffer ist sechs", Correction("tail", "6")),
        ("die letzte ist eine eins", Correction("tail", "1")),
        ("die letzte Zahl ist eins", Correction("tail", "1")),
        ("die letzten beiden Ziffern sind siebenundvierzig", Correction("tail", "47")),
        ("die letzten zwei sind vier sieben", Correction("tail", "47")),
        ("nein, die letzten zwei sind siebenundvierzig", Correction("tail", "47")),
        ("die letzten vier Ziffern lauten zwei null eins drei", Correction("tail", "2013")),
        ("die letzten drei Ziffern sind hundertzwölf", Correction("tail", "112")),
        ("am Ende siebenundvierzig", Correction("tail", "47")),
        ("am Ende ist es siebenundvierzig", Correction("tail", "47")),
        ("siebenundvierzig am Ende", Correction("tail", "47")),
        ("am Schluss vier sieben", Correction("tail", "47")),
        ("hinten vier sieben", Correction("tail", "47")),
        ("hinten muss es vier sieben heißen", Correction("tail", "47")),
        ("zum Schluss vier sieben", Correction("tail", "47")),
        ("sie endet auf vier sieben", Correction("tail", "47")),
        ("sie endet mit vier sieben", Correction("tail", "47")),
        ("die Nummer hört mit vier sieben auf", Correction("tail", "47")),
        ("das Ende ist vier sieben", Correction("tail", "47")),
        ("die Endziffern sind vier sieben", Correction("tail", "47")),
        ("die letzte Ziffer ist keine fünf sondern eine sechs", Correction("tail", "6")),
        ("vorne ist es null eins sieben drei", Correction("head", "0173")),
        ("am Anfang null eins sieben drei", Correction("head", "0173")),
        ("nein die Vorwahl ist 0173", Correction("head", "0173")),
        ("sie beginnt mit 0173", Correction("head", "0173")),
        ("sie fängt mit 0173 an", Correction("head", "0173")),
        ("die ersten vier sind 0173", Correction("head", "0173")),
        ("die ersten vier Ziffern lauten 0173", Correction("head", "0173")),
        ("fünf, nicht vier", Correction("swap", "5", "4")),
        ("fünf nicht vier", Correction("swap", "5", "4")),
        ("eine fünf, keine vier", Correction("swap", "5", "4")),
        ("keine vier sondern eine fünf", Correction("swap", "5", "4")),
        ("nicht die vier, die fünf", Correction("swap", "5", "4")),
        ("es ist eine fünf und keine vier", Correction("swap", "5", "4")),
        ("das ist keine vier das ist eine fünf", Correction("swap", "5", "4")),
        ("fünfundvierzig statt vierundvierzig", Correction("swap", "45", "44")),
        ("fünfundvierzig, nicht vierundvierzig", Correction("swap", "45", "44")),
        ("ich sagte fünfundvierzig nicht vierundvierzig", Correction("swap", "45", "44")),
        ("anstatt der vier eine fünf", Correction("swap", "5", "4")),
        ("nicht zwei sondern drei", Correction("swap", "3", "2")),
        ("nicht zwei, drei", Correction("swap", "3", "2")),
        ("ändern Sie die letzten beiden in 47", Correction("tail", "47")),
        ("die letzte Stelle muss eine neun sein", Correction("tail", "9")),
    ],
)
def test_a_part_is_named_in_many_ways(text: str, correction: Correction) -> None:
    heard = hear(text, language="de")
    assert heard.corrections == (correction,)
    assert heard.runs == ()
    assert not heard.agrees


CLEAR = """
ja|jo|jawohl|ja genau|genau|ganz genau|ja ganz genau|richtig|ja richtig|das ist richtig|ja das ist richtig
ist richtig|das ist korrekt|korrekt|ja korrekt|stimmt|das stimmt|ja das stimmt|stimmt so|ja stimmt so
stimmt genau|das stimmt genau|passt|das passt|ja passt|passt so|passt schon|ja passt so|jep|jup|joa genau|okay
ok|ja okay|in ordnung|das ist in ordnung|perfekt|ja perfekt|super|ja super danke|ja danke|ja bitte|ja gerne|gern
klar|na klar|ja klar|sicher|ja sicher|natürlich|selbstverständlich|einverstanden|alles richtig|alles klar
ja alles richtig|ja alles klar|ja das ist sie|das ist sie|das ist meine nummer|ja das ist meine nummer
ja das ist meine|das ist die richtige nummer|ja das ist die richtige nummer|so ist es|ja so ist es|so stimmt es
so stimmt's|so ist es richtig|bestätigt|ich bestätige|ja ich bestätige das|absolut|auf jeden fall|definitiv|eben
jaja|ja ja|äh ja|ähm ja genau|ja null eins sieben zwei drei vier fünf sechs sieben acht neun stimmt
das haben sie richtig verstanden|sie haben das richtig verstanden|richtig verstanden|ja sehr gut|sehr gut|prima
wunderbar|ja wunderbar|toll|ja freilich|freilich|exakt|ganz richtig|völlig richtig|vollkommen richtig
hundert prozent|hundertprozentig|ja das ist korrekt so|ja vielen dank|ja schönen tag noch|yes|ja das passt so
die nummer stimmt|die nummer ist richtig|ja die nummer stimmt|das wäre richtig so|ja das ist richtig so|eh klar
ja eh|gut|ja gut|ist okay|das ist okay|ja mein herr|ja doch|doch|aber ja|aber sicher|ja natürlich|jawoll|ja voll
genau so|genau so ist es|tipptopp|ja tiptop|das ist gut so|ja mach das
"""


UNCLEAR = """
nein|ne|nee|nö|nein nein|das stimmt nicht|stimmt nicht|das ist nicht richtig|nicht richtig|das ist falsch|falsch
nicht ganz|das stimmt nicht ganz|das stimmt so nicht|stimmt so nicht|das passt nicht|das passt so nicht
passt nicht|das ist nicht korrekt|das ist nicht meine nummer|das ist nicht die richtige
das ist die falsche nummer|das ist sie nicht|das ist nicht mehr meine nummer|nicht mehr|keineswegs
auf keinen fall|ganz und gar nicht|überhaupt nicht|niemals|nie|da fehlt eine ziffer|da fehlt was
es fehlt eine null|eine ziffer zu viel|sie haben sich verhört|sie haben mich falsch verstanden
da ist ein fehler drin|da hat sich ein fehler eingeschlichen|ja aber die letzte ziffer ist falsch|ja aber
ja aber am ende neun|ja bis auf die letzte|ja außer der letzten ziffer|fast|fast richtig|beinahe|ja fast
vielleicht|ja vielleicht|ich glaube|ich glaube schon|ich glaube ja|ich denke|ich denke schon|ja ich denke schon
denke ich|glaub schon|müsste stimmen|sollte stimmen|das müsste stimmen|das sollte passen|könnte sein|kann sein
mag sein|wahrscheinlich|wahrscheinlich ja|vermutlich|ich vermute|ich bin nicht sicher|nicht sicher
bin mir nicht sicher|unsicher|weiß nicht|ich weiß nicht|keine ahnung|ja?|stimmt das?|ist das richtig?
das stimmt oder|stimmt oder|richtig oder|oder|oder nicht|nicht wahr|gell|mhm|hm|aha|äh|was|wie bitte|bitte|wie
entschuldigung|ja moment|moment|einen moment bitte|ja warten sie|warten sie|ja warte mal
wiederholen sie das bitte|ja können sie das wiederholen|noch einmal bitte|das habe ich nicht verstanden|warum
ja warum denn|wozu brauchen sie das|lieber nicht|nein danke|ich möchte mit einem menschen sprechen
ja verbinden sie mich mit einem mitarbeiter|nein das stimmt|nein das ist richtig|nein genau|ja nein|nein ja|jein
naja|na ja|ja gut aber|mehr oder weniger|so ungefähr|ungefähr|im prinzip ja|im prinzip|eigentlich ja
eigentlich schon|eigentlich|grundsätzlich ja|schon|ja schon|wenn sie meinen|wenn sie das sagen|von mir aus
meinetwegen|ist mir egal|egal|ja das war meine alte nummer|das war die alte|das ist die alte nummer
ja das war sie mal|früher ja|noch nicht|ja und die andere ist null drei null eins zwei drei vier fünf
ja nehmen sie lieber das festnetz|ja die letzte ziffer ist neun|ja neun nicht acht|richtig bis auf die acht
richtig ist null eins sieben drei|richtig wäre 89|richtig wäre die neun am ende|genau genommen nicht
genau genommen neun|nicht genau|okay und jetzt|okay und wann haben sie offen|ok was jetzt|hallo
hallo hören sie mich|guten tag|ja hallo|gut möglich|schon möglich|möglicherweise|sicher nicht|sicherlich nicht
natürlich nicht|bestimmt nicht|klar nicht|gar nicht|absolut nicht|nicht so ganz|so nicht|ja so nicht|nix da
quatsch|blödsinn|halt|stopp|ja stopp|verkehrt|vertauscht|die ziffern sind vertauscht|andersrum|umgekehrt
zu schnell|bitte langsamer|sind sie sicher|sind sie ein roboter|wer ist da|ja oder nein|ja egal|ja korrektur
korrigieren sie das|ändern sie das|ja ändern sie bitte die letzte ziffer|von vorne|nochmal|ja nochmal bitte
das ist nicht falsch|nicht verkehrt|ich bestätige das nicht|kann ich nicht bestätigen|bestätigen sie das
einverstanden bin ich nicht|nicht einverstanden|ja wenn das so ist|keine einzige ziffer stimmt
nichts davon stimmt|nur die hälfte stimmt|die vorwahl stimmt|die ersten vier stimmen|der anfang stimmt
die vorwahl stimmt aber der rest nicht|stimmt fast|stimmt teilweise|teilweise|ich fürchte nein|leider nein
leider nicht|leider falsch|ja leider falsch|ist richtig glaube ich|nichts stimmt|wohl kaum|kaum|von wegen
das ist richtig ja oder
"""


def phrases(table: str) -> list[str]:
    return [phrase for phrase in table.strip().replace("\n", "|").split("|") if phrase]


@pytest.mark.parametrize("text", phrases(CLEAR))
def test_clear_agreement_is_heard(text: str) -> None:
    assert hear(text, language="de").agrees


@pytest.mark.parametrize("text", phrases(UNCLEAR))
def test_anything_else_is_no_agreement(text: str) -> None:
    assert not hear(text, language="de").agrees


DECLINE = """
das möchte ich nicht angeben|das möchte ich lieber nicht|lieber nicht|das will ich nicht sagen
ich möchte meine Nummer nicht geben|meine Nummer gebe ich nicht raus|ich gebe meine Nummer nicht raus
die gebe ich nicht her|das geht Sie nichts an|das geht dich nichts an|das ist privat|das ist mir zu privat
das ist mir zu persönlich|nein danke|ich habe kein Telefon|ich hab kein Handy|ich habe keine Nummer
hab ich nicht|habe ich nicht|können wir das überspringen|überspringen|weiter ohne Nummer|ohne Nummer
ich verzichte|kein Interesse|rufen Sie mich nicht an|ich will nicht angerufen werden|ich möchte keinen Rückruf
ich will keinen Rückruf|kommt nicht in Frage|kommt gar nicht in Frage|auf gar keinen Fall gebe ich die
ich weigere mich|muss ich das angeben|das brauchen Sie nicht|Sie brauchen meine Nummer nicht|ungern
das mache ich ungern|das sage ich nicht|sag ich nicht|verrate ich nicht|die möchte ich nicht herausgeben
das darf ich nicht|die kann ich Ihnen nicht geben|lassen wir das|vergessen Sie es
ich fühle mich nicht wohl dabei
"""


REPEAT = """
können Sie das wiederholen|wiederholen Sie bitte|noch einmal bitte|nochmal bitte|noch mal|nochmal|wie bitte
wie war das|was war das|was haben Sie gesagt|das habe ich nicht verstanden|ich hab Sie nicht verstanden
ich habe das nicht gehört|ich verstehe Sie schlecht|ich höre Sie schlecht|langsamer bitte|sprechen Sie lauter
lauter bitte|bitte|was|hä|lesen Sie es nochmal vor|sagen Sie's nochmal|welche Nummer haben Sie
was haben Sie notiert|bitte wiederholen|Entschuldigung|können Sie das nochmal sagen
"""


WHY = """
warum|wieso|weshalb|wozu|wofür|wofür ist das|wozu brauchen Sie das|warum brauchen Sie meine Nummer
aus welchem Grund|was machen Sie damit|ist das nötig|ist das notwendig|muss das sein|brauchen Sie das wirklich
wer bekommt die|zu welchem Zweck
"""


WAIT = """
Moment|Moment bitte|einen Moment|einen Augenblick|Augenblick bitte|Sekunde|eine Sekunde|eine Minute|warten Sie
warte|warte mal|warten Sie kurz|kurz warten|bleiben Sie dran|ich suche|ich suche sie gerade|ich schau mal
ich schaue nach|ich muss nachschauen|ich muss kurz nachsehen|lassen Sie mich nachsehen|ich hole sie
ich frage meine Frau|Stopp|halt|einen kleinen Moment|sofort|gleich|Momentchen|nicht so schnell|noch nicht
ganz kurz|kleinen Augenblick
"""


PERSON = """
ich möchte mit einem Menschen sprechen|ich will mit jemandem reden|einen Mitarbeiter bitte|verbinden Sie mich
verbinden Sie mich mit einem Berater|kann ich mit einem Menschen sprechen|einen echten Menschen
eine echte Person|ich will einen richtigen Menschen|sind Sie ein Roboter|bist du ein Roboter
sind Sie eine Maschine|ist das ein Computer|mit der Zentrale|zur Zentrale|Kundenservice|den Chef bitte
geben Sie mir Ihren Vorgesetzten|ich möchte den Geschäftsführer sprechen|jemanden vom Empfang
stellen Sie mich durch|durchstellen bitte|eine Mitarbeiterin|einen Kollegen bitte|mit einer Person sprechen
Operator
"""


CALLER_ID = """
die Nummer von der ich anrufe|die mit der ich gerade anrufe|von der ich gerade anrufe|diese Nummer|diese hier
die gleiche|dieselbe|die gleiche Nummer|dieselbe Nummer|die Sie im Display sehen|die auf Ihrem Display
die Nummer die Sie sehen|die angezeigte Nummer|die angezeigt wird|unter dieser Nummer|auf dieser Nummer
mit der ich telefoniere|von diesem Telefon|die von der ich jetzt telefoniere|die Sie angezeigt bekommen
meine aktuelle Nummer von der ich anrufe|die ist doch im Display|die mit der ich Sie anrufe
das Handy mit dem ich anrufe|von diesem Anschluss|dieselbe wie jetzt|nehmen Sie die von der ich anrufe
"""


@pytest.mark.parametrize(
    ("intent", "table"),
    [
        (Intent.DECLINE, DECLINE),
        (Intent.REPEAT, REPEAT),
        (Intent.WHY, WHY),
        (Intent.WAIT, WAIT),
        (Intent.PERSON, PERSON),
        (Intent.CALLER_ID, CALLER_ID),
    ],
)
def test_what_a_caller_asks_for_is_heard(intent: Intent, table: str) -> None:
    for text in phrases(table):
        heard = hear(text, language="de")
        assert intent in heard.intents, text
        assert not heard.agrees, text


@pytest.mark.parametrize(
    "text",
    [
        "nein",
        "falsch",
        "das stimmt nicht",
        "0176 12345679 nein 78",
        "warten Sie",
        "da fehlt eine Ziffer",
        "das habe ich nicht verstanden",
        "ich weiß nicht",
        "macht nichts",
        "vielleicht",
    ],
)
def test_a_bare_no_is_no_refusal(text: str) -> None:
    assert Intent.DECLINE not in hear(text, language="de").intents


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("drei Nullen", ["000", "30"]),
        ("zwei Fünfen", ["55", "25"]),
        ("achthundert drei drei", ["80033", "8033"]),
        ("achthundertdrei", ["803"]),
        ("nullachtfünfzehn", ["0815"]),
        ("drei mal die vier", ["444"]),
    ],
)
def test_what_is_ambiguous_stays_visible(text: str, readings: list[str]) -> None:
    assert list(hear(text, language="de").runs[0].readings) == readings


@pytest.mark.parametrize(
    ("text", "number", "extension"),
    [
        ("null acht neun fünf fünf null eins zwei drei Apparat vierzehn", "089550123", "14"),
        ("089 550123, die Durchwahl ist zwo eins", "089550123", "21"),
        ("null drei eins sechs acht sieben drei null Klappe zwölf", "03168730", "12"),
    ],
)
def test_an_extension_is_kept_apart(text: str, number: str, extension: str) -> None:
    heard = hear(text, language="de")
    assert (heard.runs[0].readings[0], heard.extension) == (number, extension)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("das ist eine deutsche Nummer", "49"),
        ("eine österreichische Handynummer", "43"),
        ("die Schweiz", "41"),
        ("die Nummer ist in Frankreich", "33"),
        ("aus England", "44"),
        ("ein italienisches Handy", "39"),
        ("ich esse gern italienisch", ""),
        ("mein polnischer Freund hat Sie empfohlen", ""),
    ],
)
def test_a_country_named_in_words_gives_its_calling_code(text: str, code: str) -> None:
    assert hear(text, language="de").calling_code == code


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe Ihre Nummer notiert.",
        "Die Nummer ist gespeichert, danke!",
        "Gut. Ihre Nummer ist jetzt im System. Auf Wiederhören.",
        "Ich habe sie aufgeschrieben.",
        "Ihre Nummer wurde hinterlegt.",
    ],
)
def test_a_claim_that_the_number_is_saved(text: str) -> None:
    assert claims_saved(text, language="de")


@pytest.mark.parametrize(
    "text",
    [
        "Ist sie gespeichert?",
        "Soll ich sie notieren? Dann ist sie gespeichert, oder?",
        "Es wurde nichts gespeichert.",
        "Sie ist noch nicht gespeichert.",
        "Sobald Sie bestätigen, ist sie gespeichert.",
        "Sie wird gleich notiert.",
        "Ist es die 0176 12345678?",
    ],
)
def test_questions_plans_and_denials_are_no_claims(text: str) -> None:
    assert not claims_saved(text, language="de")
