# SPDX-License-Identifier: Apache-2.0
"""French is heard as a careful listener hears it."""

import pytest

from phonefsm.speech import Correction, Intent, digits, hear


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("zéro six douze trente-quatre cinquante-six soixante-dix-huit", "FR", "0612345678"),
        ("c'est le zéro six douze trente quatre cinquante six soixante dix huit", "FR", "0612345678"),
        ("zéro six quatre vingt dix neuf quatre vingt un vingt deux quatre vingt", "FR", "0699812280"),
        ("zéro six quatre-vingt-dix-neuf quatre-vingt-un vingt-deux quatre-vingts", "FR", "0699812280"),
        ("zéro six trente quatre vingt douze onze quarante", "FR", "0630921140"),
        ("zéro un quarante-deux soixante-huit cinquante-trois zéro zéro", "FR", "0142685300"),
        ("06 12 34 56 79, non pardon, 78", "FR", "0612345678"),
        ("zéro six douze trente-quatre cinquante-six soixante-dix-neuf, non, soixante-dix-huit", "FR", "0612345678"),
        ("plus trente-trois six douze trente-quatre cinquante-six soixante-dix-huit", "FR", "33612345678"),
        ("zéro quatre septante cinq douze trente-quatre cinquante-six", "BE", "0475123456"),
        ("zéro quatre cent septante cinq douze trente-quatre cinquante-six", "BE", "0475123456"),
        ("zéro quatre cent septante-cinq, douze, trente-quatre, cinquante-six", "BE", "0475123456"),
        ("zéro septante-neuf deux cent trente-quatre cinquante-six nonante-huit", "CH", "0792345698"),
        ("zéro vingt-deux, sept cent cinquante, douze, trente-quatre", "CH", "0227501234"),
        ("cinq un quatre cinq cinq cinq zéro un deux trois poste douze", "CA", "514555012312"),
        ("zéro six double zéro double un vingt-deux trente-trois", "FR", "0600112233"),
        ("un deux trois quatre", "FR", "1234"),
        ("c'est un zéro six douze trente-quatre cinquante-six soixante-dix-huit", "FR", "0612345678"),
        ("c'est un 06 12 34 56 78", "FR", "0612345678"),
    ],
)
def test_a_number_is_heard(text: str, region: str, number: str) -> None:
    assert digits(text, language="fr", region=region) == number


@pytest.mark.parametrize(
    "text",
    [
        "j'ai un ami",
        "il est huit heures et quart",
        "j'ai acheté un vélo neuf",
    ],
)
def test_prose_holds_no_number(text: str) -> None:
    assert digits(text, language="fr") is None


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("ce n'est pas un quatre, c'est un cinq", Correction("swap", "5", "4")),
        ("le dernier chiffre est un six", Correction("tail", "6")),
        ("les quatre derniers sont deux zéro un trois", Correction("tail", "2013")),
        ("les deux derniers c'est quarante-sept", Correction("tail", "47")),
        ("ça se termine par soixante-dix-huit", Correction("tail", "78")),
    ],
)
def test_a_correction_of_earlier_words_is_named(text: str, correction: Correction) -> None:
    heard = hear(text, language="fr")
    assert heard.corrections == (correction,)
    assert heard.runs == ()


@pytest.mark.parametrize(
    ("intent", "texts"),
    [
        (Intent.YES, "oui|oui, c'est ça|exact|tout à fait|c'est bien ça|oui oui"),
        (Intent.NO, "non|c'est faux|pas du tout|ce n'est pas ça"),
        (Intent.DECLINE, "je ne veux pas|je préfère pas|je n'ai pas de téléphone"),
        (Intent.REPEAT, "vous pouvez répéter ?|pardon ?|comment ?|je n'ai pas compris"),
        (Intent.WAIT, "attendez|un instant|une seconde"),
        (Intent.WHY, "pourquoi ?|à quoi ça sert ?"),
        (Intent.PERSON, "je veux parler à quelqu'un|un conseiller"),
        (Intent.CALLER_ID, "le numéro avec lequel j'appelle|ce numéro"),
        (Intent.UNCLEAR, "mhm|euh"),
    ],
)
def test_intents(intent: Intent, texts: str) -> None:
    for text in texts.split("|"):
        heard = hear(text, language="fr")
        assert intent in heard.intents, text
        assert heard.agrees == (intent is Intent.YES), text
