# SPDX-License-Identifier: Apache-2.0
"""French is heard as a careful listener hears it."""

import pytest

from phonefsm.speech import Correction, Intent, claims_saved, digits, hear


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


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("mon numéro c'est le zéro six quatorze cinquante-deux trente-trois quatre-vingt-onze", "FR", "0614523391"),
        ("alors c'est le 06 14 52 33 91", "FR", "0614523391"),
        ("zéro sept soixante-treize vingt-deux quatre-vingt-quatre zéro cinq", "FR", "0773228405"),
        ("zero sept soixante treize vingt deux quatre vingt quatre zero cinq", "FR", "0773228405"),
        ("06 quatorze 52 trente-trois 91", "FR", "0614523391"),
        ("o six quatorze cinquante deux trente trois quatre vingt onze", "FR", "0614523391"),
        ("vous pouvez me joindre au zéro un quarante-deux soixante-dix-huit seize vingt et un", "FR", "0142781621"),
        ("zéro un quarante deux soixante dix huit seize vingt et un", "FR", "0142781621"),
        ("zéro six, quatre-vingt-dix-huit, soixante et onze, zéro zéro, treize", "FR", "0698710013"),
        ("zéro six quatre vingt dix huit soixante et onze zéro zéro treize", "FR", "0698710013"),
        ("zéro quatre quatre-vingt-onze cinquante-quatre soixante-seize soixante-dix-sept", "FR", "0491547677"),
        ("zéro quatre quatre vingt onze cinquante quatre soixante seize soixante dix sept", "FR", "0491547677"),
        ("plus trente-trois six quatorze cinquante-deux trente-trois quatre-vingt-onze", "FR", "33614523391"),
        ("plus 33 6 14 52 33 91", "FR", "33614523391"),
        ("zéro zéro trente-trois six quatorze cinquante-deux trente-trois quatre-vingt-onze", "FR", "0033614523391"),
        (
            "l'indicatif c'est le trente-trois puis six quatorze cinquante-deux trente-trois quatre-vingt-onze",
            "FR",
            "33614523391",
        ),
        ("zéro six vingt-cinq, euh, trente-six, alors, quarante, et douze", "FR", "0625364012"),
        ("zéro huit cent douze trois cent quarante-cinq six cent soixante-dix-huit", "FR", "0812345678"),
        ("zéro huit cent cinq, vingt, trente, quarante", "FR", "0805203040"),
        ("c'est zéro six deux fois le sept douze treize quatorze quinze", "FR", "067712131415"),
        ("zéro six double sept douze treize quatorze", "FR", "0677121314"),
        ("mon portable c'est zéro six quinze quinze vingt vingt trente", "FR", "061515202030"),
        ("zéro six un deux trois quatre cinq six sept huit", "FR", "0612345678"),
        ("zéro, six, un, deux, trois, quatre, cinq, six, sept, huit", "FR", "0612345678"),
        ("vous notez ? zéro six, douze, quarante-cinq, soixante-sept, quatre-vingt-neuf", "FR", "0612456789"),
        (
            "le fixe c'est zéro cinq cinquante-six quarante-quatre trente-trois onze et le portable je sais plus",
            "FR",
            "0556443311",
        ),
        ("euh zéro six soixante-deux soixante-trois soixante-quatre soixante-cinq voilà", "FR", "0662636465"),
        ("oui alors zéro trois vingt-huit cinquante-cinq dix-sept quatre-vingt-dix-sept merci", "FR", "0328551797"),
        ("oui alors zéro trois vingt huit cinquante cinq dix sept quatre vingt dix sept merci", "FR", "0328551797"),
        ("c'est le zéro neuf cinquante-quatre soixante-douze quatre-vingts quatre-vingt-un", "FR", "0954728081"),
        ("01 44 55 66 77 poste 12", "FR", "014455667712"),
        (
            "zéro un quarante-quatre cinquante-cinq soixante-six soixante-dix-sept poste trois cent douze",
            "FR",
            "0144556677312",
        ),
        ("zéro quatre cent septante-huit, vingt-trois, quarante-cinq, nonante-neuf", "BE", "0478234599"),
        ("zéro quatre quatre-vingt-six vingt-trois quarante-cinq nonante et un", "BE", "0486234591"),
        ("zéro quatre nonante deux septante deux cinquante six treize", "BE", "0492725613"),
        ("zéro deux cinq cent douze trente-quatre cinquante-six", "BE", "025123456"),
        ("zéro deux, sept cent trente-trois, nonante, septante et un", "BE", "027339071"),
        ("04 septante-cinq 12 34 56", "BE", "0475123456"),
        ("plus trente-deux quatre septante-cinq douze trente-quatre cinquante-six", "BE", "32475123456"),
        ("zéro septante-six quatre cent douze trente-quatre cinquante-six", "CH", "0764123456"),
        ("zéro septante huit six cent trente-deux huitante-cinq nonante", "CH", "0786328590"),
        ("zéro septante neuf, deux cent dix, octante, quarante-quatre", "CH", "0792108044"),
        ("zéro vingt et un six cent treize vingt-deux huitante", "CH", "0216132280"),
        ("zéro vingt-deux sept cent nonante-neuf zéro zéro douze", "CH", "0227990012"),
        (
            "quarante et un septante-neuf deux cent trente-quatre cinquante-six septante-huit avec le plus devant",
            "CH",
            "41792345678",
        ),
        ("plus quarante et un septante-neuf deux cent trente-quatre cinquante-six septante-huit", "CH", "41792345678"),
        ("cinq un quatre trois neuf huit vingt-deux quarante-quatre", "CA", "5143982244"),
        ("cinq cent quatorze, trois cent quatre-vingt-dix-huit, vingt-deux, quarante-quatre", "CA", "5143982244"),
        ("quatre cent dix-huit, six cinq six, deux un trois un", "CA", "4186562131"),
        ("quatre un huit, six cinq six, vingt et un trente et un", "CA", "4186562131"),
        ("un huit cent quatre six trois vingt-deux douze", "CA", "18004632212"),
        ("mon code régional c'est quatre cinq zéro puis six sept huit douze douze", "CA", "4506781212"),
        ("quatre trois huit, neuf trois zéro, zéro zéro six un, c'est mon cellulaire", "CA", "4389300061"),
        ("code régional cinq un quatre, deux huit trois quatre quatre neuf neuf", "CA", "5142834499"),
        ("huit un neuf cinq six deux quatorze quinze, poste deux cent trois", "CA", "8195621415203"),
        ("06 14 52 33 90, les deux derniers c'est 91", "FR", "0614523391"),
        ("06 14 52 33 90, le dernier chiffre est un un", "FR", "0614523391"),
        ("06 14 52 33 90, excusez-moi, ça finit par 91", "FR", "0614523391"),
        ("06 14 52 33 90 rectification 06 14 52 33 91", "FR", "0614523391"),
        ("06 14 52 12 12, les quatre derniers sont 33 91", "FR", "0614523391"),
        ("zéro six, deux fois quatorze, trente-trois quatre-vingt-onze", "FR", "0614143391"),
        ("zéro six quatorze virgule cinquante-deux virgule trente-trois virgule quatre-vingt-onze", "FR", "0614523391"),
        ("0 6 1 4 5 2 3 3 9 1", "FR", "0614523391"),
        ("06.14.52.33.91", "FR", "0614523391"),
        ("061 45 23 391", "FR", "0614523391"),
        ("06 14 52, 33 91.", "FR", "0614523391"),
        ("zero six cat quatorze", "FR", "06414"),
        ("c'est soit 06 14 52 33 91 soit 06 14 52 33 90", "FR", "0614523391"),
        ("six quatorze cinquante-deux trente-trois quatre-vingt-onze", "FR", "614523391"),
        ("zéro six quatre-vingts vingt et un vingt et un quatre-vingts", "FR", "0680212180"),
        ("zéro six quatre vingt vingt et un vingt et un quatre vingt", "FR", "0680212180"),
        ("zéro six soixante dix soixante quinze vingt quatre quatre vingt quatorze", "FR", "0670752494"),
        ("zéro six soixante trois quatre vingt huit quatre vingt dix quarante", "FR", "0663889040"),
        ("zero six zero cinq zero quatre zero trois zero deux", "FR", "0605040302"),
        (
            "bonjour, alors mon téléphone c'est zéro six, vingt-trois, quarante, zéro huit, quatre-vingt-dix-sept",
            "FR",
            "0623400897",
        ),
        ("oui je vous donne ça, zéro sept quatre-vingt-trois onze zéro sept quarante-neuf", "FR", "0783110749"),
        ("oui je vous donne ça zero sept quatre vingt trois onze zero sept quarante neuf", "FR", "0783110749"),
        ("c'est au nom de Martin, zéro un quarante-sept vingt zéro zéro zéro un", "FR", "0147200001"),
        ("zéro six, soixante et un, soixante-dix, quatre-vingts, quatre-vingt-dix", "FR", "0661708090"),
        ("zéro six soixante et un soixante dix quatre vingts quatre vingt dix", "FR", "0661708090"),
        ("06 61 soixante-dix 80 quatre-vingt-dix", "FR", "0661708090"),
        ("zéro six soixante et onze soixante et onze soixante et onze soixante et onze", "FR", "0671717171"),
        ("zéro six dix-sept dix-huit dix-neuf vingt", "FR", "0617181920"),
        ("zero six dix sept dix huit dix neuf vingt", "FR", "0617181920"),
        ("mon numéro : 06-23-40-08-97", "FR", "0623400897"),
        ("06 23 400 897", "FR", "0623400897"),
        ("zéro six vingt-trois quatre cents huit cent quatre-vingt-dix-sept", "FR", "0623400897"),
        ("zéro neuf soixante-neuf trente-neuf quarante zéro zéro", "FR", "0969394000"),
        ("trente-six trente", "FR", "3630"),
        ("c'est le trente et un trente-neuf", "FR", "3139"),
        ("+33 6 vingt-trois quarante 08 97", "FR", "33623400897"),
        ("plus trente trois six vingt trois quarante zéro huit quatre vingt dix sept", "FR", "33623400897"),
        (
            "le plus trente-trois, puis le six, vingt-trois, quarante, zéro huit, quatre-vingt-dix-sept",
            "FR",
            "33623400897",
        ),
        ("zéro zéro trente-deux quatre soixante-dix-huit douze treize quatorze", "FR", "0032478121314"),
        (
            "alors attendez je cherche... voilà : zéro six vingt-trois quarante zéro huit quatre-vingt-dix-sept",
            "FR",
            "0623400897",
        ),
        ("zéro six... vingt-trois... quarante... zéro huit... quatre-vingt-dix-sept", "FR", "0623400897"),
        ("zéro six. vingt-trois. quarante. zéro huit. quatre-vingt-dix-sept.", "FR", "0623400897"),
        ("zéro six vingt-trois et ensuite quarante zéro huit et pour finir quatre-vingt-dix-sept", "FR", "0623400897"),
        ("zéro six vingt-trois, trois fois le quatre, huit, quatre-vingt-dix-sept", "FR", "0623444897"),
        ("zéro six, double trois, double quatre, double cinq, double six", "FR", "0633445566"),
        ("le zéro six, le vingt-trois, le quarante, le zéro huit, le quatre-vingt-dix-sept", "FR", "0623400897"),
        ("zéro six vingt-trois quarante zéro huit quatre-vingt-dix-sept, bonne journée", "FR", "0623400897"),
        ("zéro un quarante-quatre, trois fois zéro, douze, un", "FR", "0144000121"),
        ("oui c'est bien le zéro six vingt-trois quarante zéro huit quatre-vingt-dix-sept", "FR", "0623400897"),
        ("zéro quatre soixante-sept... euh attendez... cinquante-huit douze quatre-vingt-trois", "FR", "0467581283"),
        ("un numéro fixe, zéro deux quarante et un vingt-deux trente-six cinquante", "FR", "0241223650"),
        ("mon mari c'est le zéro six vingt-trois quarante zéro huit quatre-vingt-dix-sept", "FR", "0623400897"),
        ("vous avez de quoi noter ? zéro six vingt-trois quarante zéro huit quatre-vingt-dix-sept", "FR", "0623400897"),
        ("0623400897 je répète 0623400897", "FR", "0623400897"),
        ("06 23 40 08 96, le dernier c'est sept", "FR", "0623400897"),
        ("06 23 40 08 96 le dernier chiffre c'est un sept pas un six", "FR", "0623400897"),
        ("06 23 40 08 12, les deux derniers chiffres sont en fait 97", "FR", "0623400897"),
        ("06 23 40 12 12, les quatre derniers c'est zéro huit quatre-vingt-dix-sept", "FR", "0623400897"),
        ("05 23 40 08 97, le début c'est zéro six", "FR", "0623400897"),
        ("zéro quatre septante et un vingt-deux trente-trois quarante-quatre", "BE", "0471223344"),
        ("zéro quatre cent nonante-cinq, soixante, septante, quatre-vingts", "BE", "0495607080"),
        ("zéro quatre nonante cinq soixante septante quatre vingts", "BE", "0495607080"),
        ("zéro quatre cent quatre-vingt-quatre, douze, douze, treize", "BE", "0484121213"),
        ("zéro quatre cent quatre vingt quatre douze douze treize", "BE", "0484121213"),
        ("mon gsm c'est zéro quatre septante-trois nonante-neuf zéro zéro dix-sept", "BE", "0473990017"),
        ("zéro quatre-vingt et un vingt-deux trente-trois quarante-quatre", "BE", "081223344"),
        ("zéro quatre deux cent vingt-deux trente-trois quarante-quatre", "BE", "042223344"),
        ("zéro septante et un, trente-deux, dix, dix", "BE", "071321010"),
        ("plus trente-deux quatre septante-trois nonante-neuf zéro zéro dix-sept", "BE", "32473990017"),
        ("zéro septante-huit huit cent vingt et un trente-deux quarante-trois", "CH", "0788213243"),
        ("zéro septante-neuf trois cent un zéro deux zéro trois", "CH", "0793010203"),
        ("zéro vingt et un trois cent cinquante huitante-deux nonante-deux", "CH", "0213508292"),
        ("zéro vingt-sept sept cent vingt et un onze onze", "CH", "0277211111"),
        ("c'est mon natel, zéro septante-neuf quatre cent cinquante-six septante-huit nonante", "CH", "0794567890"),
        ("zéro trente-deux huit cent huitante-neuf huitante-huit huitante-sept", "CH", "0328898887"),
        ("zero septante neuf quatre cent cinquante six septante huit nonante", "CH", "0794567890"),
        ("c'est le cinq un quatre, deux sept huit, quatre cinq zéro neuf", "CA", "5142784509"),
        ("quatre cent cinquante, six cent soixante-dix-huit, douze, douze", "CA", "4506781212"),
        ("cinq cent quatorze, deux cent soixante-dix-huit, quarante-cinq zéro neuf", "CA", "5142784509"),
        ("cinq cent quatorze deux cent soixante dix huit quarante cinq zéro neuf", "CA", "5142784509"),
        ("huit cent dix-neuf trois sept six zéro zéro un deux", "CA", "8193760012"),
        ("un, cinq un quatre, deux sept huit, quatre cinq zéro neuf", "CA", "15142784509"),
        ("le code régional est quatre un huit puis cinq deux deux un deux un deux", "CA", "4185221212"),
        ("cinq un quatre deux sept huit quatre cinq zéro neuf extension trois deux un", "CA", "5142784509321"),
        ("cinq un quatre deux sept huit quatre cinq zéro neuf poste vingt-deux", "CA", "514278450922"),
        ("one five one four two seven eight four five zero nine", "CA", "15142784509"),
        ("cinq un quatre deux seven eight quatre cinq zero neuf", "CA", "5142784509"),
        ("je ne sais plus trop, attendez, 06 23 40 08 97", "FR", "0623400897"),
        ("je ne suis joignable qu'au 06 23 40 08 97", "FR", "0623400897"),
        ("je ne réponds que sur le zéro six vingt-trois quarante zéro huit quatre-vingt-dix-sept", "FR", "0623400897"),
    ],
)
def test_a_number_is_heard_as_people_say_it(text: str, region: str, number: str) -> None:
    assert digits(text, language="fr", region=region) == number


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("06 14 52 33 92 non pardon 91", "FR", "0614523391"),
        (
            "zéro six quatorze cinquante-deux trente-trois quatre-vingt-douze, non attendez, quatre-vingt-onze",
            "FR",
            "0614523391",
        ),
        (
            "zéro six quatorze cinquante-deux trente-trois quatre-vingt-douze euh non quatre-vingt-onze à la fin",
            "FR",
            "0614523391",
        ),
        (
            "zéro six quatorze cinquante-trois, pardon, cinquante-deux, trente-trois, quatre-vingt-onze",
            "FR",
            "0614523391",
        ),
        ("zéro six quinze, non quatorze, cinquante-deux trente-trois quatre-vingt-onze", "FR", "0614523391"),
        ("zéro six quatorze cinquante-deux trente-trois quatre-vingt-dix, enfin quatre-vingt-onze", "FR", "0614523391"),
        ("zéro sept, non zéro six quatorze cinquante-deux trente-trois quatre-vingt-onze", "FR", "0614523391"),
        ("06 14 52 34 91, pas trente-quatre, trente-trois", "FR", "0614523391"),
        ("06 14 52 34 91 c'est trente-trois, pas trente-quatre", "FR", "0614523391"),
        ("07 14 52 33 91, pardon, c'est 06 au début", "FR", "0614523391"),
        ("07 14 52 33 91 désolé ça commence par 06", "FR", "0614523391"),
        ("06 14 52 33 90 ou plutôt 91", "FR", "0614523391"),
        ("06 14 52 33 90 je me suis trompé c'est 91 à la fin", "FR", "0614523391"),
        ("06 14 52 33 90 oups 91", "FR", "0614523391"),
        ("06 14 52 33 90 je voulais dire 91", "FR", "0614523391"),
        ("zéro six vingt-trois quarante zéro huit quatre-vingt-dix-huit... non, dix-sept", "FR", "0623400817"),
        ("zéro six vingt-trois quarante zéro sept non zéro huit quatre-vingt-dix-sept", "FR", "0623400897"),
        ("zéro six vingt-quatre, ah non vingt-trois, quarante, zéro huit, quatre-vingt-dix-sept", "FR", "0623400897"),
        (
            "zéro six vingt-quatre, ah non, zéro six vingt-trois quarante zéro huit quatre-vingt-dix-sept",
            "FR",
            "0623400897",
        ),
        (
            "zéro six vingt-trois quarante zéro huit quatre-vingt-six, pardon je voulais dire quatre-vingt-dix-sept",
            "FR",
            "0623400897",
        ),
        ("06 23 40 08 79 j'ai inversé c'est 97", "FR", "0623400897"),
        ("06 23 41 08 97, c'est quarante pas quarante et un", "FR", "0623400897"),
        ("06 24 40 08 97, non vingt-trois pas vingt-quatre", "FR", "0623400897"),
        ("06 23 40 08 96. Ah non, attendez, 97", "FR", "0623400897"),
        ("07 23 40 08 97, non, 06 23 40 08 97", "FR", "0623400897"),
        ("07 23 40 08 97 excusez moi je reprends 06 23 40 08 97", "FR", "0623400897"),
        ("zéro six vingt-trois quarante zéro huit, la fin c'est quatre-vingt-dix-sept", "FR", "0623400897"),
        ("cinq un quatre, deux sept neuf, non, deux sept huit, quatre cinq zéro neuf", "CA", "5142784509"),
        ("cinq un quatre deux sept huit quarante-cinq dix, non zéro neuf à la fin", "CA", "5142784509"),
        (
            "zéro six dix-huit, dix-neuf pardon, quatre-vingt-deux, cinquante-trois, soixante-quatorze",
            "FR",
            "0619825374",
        ),
        ("06 18 82 53 74 ah mais non dix-neuf pas dix-huit", "FR", "0619825374"),
        ("06 19 82 53 00 les deux derniers numéros c'est soixante-quatorze", "FR", "0619825374"),
    ],
)
def test_what_was_corrected_does_not_stand(text: str, region: str, number: str) -> None:
    assert digits(text, language="fr", region=region) == number
    assert not hear(text, language="fr", region=region).agrees


@pytest.mark.parametrize(
    "text",
    [
        "j'ai deux enfants et un chien",
        "je suis né le douze mars mille neuf cent quatre-vingt-deux",
        "ça coûte vingt-cinq euros",
        "rendez-vous à dix-huit heures trente",
        "j'habite au quarante-deux rue Victor Hugo",
        "un instant s'il vous plaît",
        "mon numéro de dossier est le 45 78 96 32",
        "c'est pour une réservation de quatre personnes",
        "il est sept heures moins le quart",
        "je rappelle dans cinq minutes",
        "j'ai deux numéros",
        "l'un des deux",
        "mon code postal c'est 75011",
        "j'en ai un",
        "je suis disponible à partir de quatorze heures",
        "il y a trois semaines j'ai appelé",
        "c'est pour deux adultes et un enfant",
        "je voudrais le menu à vingt-deux euros cinquante",
        "on sera une dizaine",
        "un petit peu plus tard",
        "c'est la première fois que j'appelle",
        "mon fils a neuf ans",
        "le vingt-trois juin à vingt heures",
        "mon numéro de client est le 88 12 34",
        "j'habite 12 rue des Lilas",
        "appartement 24",
        "appelez-moi entre 9 h et 12 h",
        "je suis au troisième étage",
        "une fois ou deux",
        "dans les deux cas",
        "c'est un numéro masqué",
    ],
)
def test_counts_times_and_codes_are_no_numbers(text: str) -> None:
    assert digits(text, language="fr") is None


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("le dernier chiffre c'est un six", Correction("tail", "6")),
        ("le dernier chiffre est six", Correction("tail", "6")),
        ("le dernier c'est un un", Correction("tail", "1")),
        ("les deux derniers chiffres sont quarante-sept", Correction("tail", "47")),
        ("non les deux derniers c'est quatre-vingt-dix-huit", Correction("tail", "98")),
        ("les quatre derniers chiffres sont vingt treize", Correction("tail", "2013")),
        ("les derniers chiffres c'est vingt et un", Correction("tail", "21")),
        ("la fin c'est quatre-vingt-onze", Correction("tail", "91")),
        ("à la fin c'est quatre-vingt-onze", Correction("tail", "91")),
        ("c'est quatre-vingt-onze à la fin", Correction("tail", "91")),
        ("non, quatre-vingt-onze à la fin", Correction("tail", "91")),
        ("ça se termine par zéro zéro", Correction("tail", "00")),
        ("il se termine par trente-trois", Correction("tail", "33")),
        ("il finit par trente-trois", Correction("tail", "33")),
        ("mon numéro se termine par 33", Correction("tail", "33")),
        ("ça finit en 33", Correction("tail", "33")),
        ("pour finir c'est 33", Correction("tail", "33")),
        ("le début c'est zéro sept", Correction("head", "07")),
        ("au début c'est zéro sept", Correction("head", "07")),
        ("ça commence par zéro sept", Correction("head", "07")),
        ("il commence par 07", Correction("head", "07")),
        ("non ça commence par 07 pas 06", Correction("head", "07")),
        ("c'est 07 au début", Correction("head", "07")),
        ("les deux premiers chiffres c'est 07", Correction("head", "07")),
        ("le premier c'est 07", Correction("head", "07")),
        ("non le code régional c'est 438", Correction("head", "438")),
        ("c'est cinq pas quatre", Correction("swap", "5", "4")),
        ("cinq, pas quatre", Correction("swap", "5", "4")),
        ("c'est un cinq et pas un quatre", Correction("swap", "5", "4")),
        ("c'est pas un quatre c'est un cinq", Correction("swap", "5", "4")),
        ("ce n'est pas quatre mais cinq", Correction("swap", "5", "4")),
        ("pas quatre, cinq", Correction("swap", "5", "4")),
        ("pas quarante-quatre, quarante-cinq", Correction("swap", "45", "44")),
        ("quarante-cinq et non quarante-quatre", Correction("swap", "45", "44")),
        ("quarante-cinq au lieu de quarante-quatre", Correction("swap", "45", "44")),
        ("c'est quarante-cinq, pas quarante-quatre", Correction("swap", "45", "44")),
        ("j'ai dit quarante-cinq pas quarante-quatre", Correction("swap", "45", "44")),
        ("soixante-dix-sept et pas soixante-six", Correction("swap", "77", "66")),
        ("il faut remplacer 44 par 45", Correction("swap", "45", "44")),
        ("remplacez le quatre par un cinq", Correction("swap", "5", "4")),
        ("non c'est pas soixante-douze c'est quatre-vingt-douze", Correction("swap", "92", "72")),
        ("c'est soixante-douze plutôt que soixante-deux", Correction("swap", "72", "62")),
        ("changez les deux derniers en 47", Correction("tail", "47")),
        ("le dernier chiffre devrait être un neuf", Correction("tail", "9")),
        ("les trois derniers c'est cent douze", Correction("tail", "112")),
        ("les deux derniers chiffres c'est quatre-vingt-un", Correction("tail", "81")),
    ],
)
def test_a_part_is_named_in_many_ways(text: str, correction: Correction) -> None:
    heard = hear(text, language="fr")
    assert heard.corrections == (correction,)
    assert heard.runs == ()
    assert not heard.agrees


CLEAR = """
oui|ouais|oui oui|oui c'est ça|oui c'est bien ça|c'est ça|c'est bien ça|ouais c'est ça|c'est exact|exact
exactement|tout à fait|absolument|parfait|oui parfait|oui merci|oui c'est correct|c'est correct|c'est juste
oui c'est juste|c'est bon|oui c'est bon|ok c'est bon|d'accord|ok|okay|oui tout à fait|oui exactement|voilà
oui voilà|voilà c'est ça|oui c'est mon numéro|oui c'est le bon numéro|c'est le bon numéro|oui c'est le bon
oui monsieur|oui madame|oui s'il vous plaît|affirmatif|je confirme|oui je confirme|je vous confirme
effectivement|oui effectivement|bien sûr|mais oui|ben oui|bah oui|si si|c'est parfait|très bien merci
oui très bien|impeccable|nickel|oui nickel|c'est nickel|super|c'est cela|c'est bien cela|oui oui c'est ça
euh oui|oui alors c'est ça|oui c'est bien mon numéro|oui c'est celui-là|c'est bien celui-là|ça marche|entendu
oui zéro six quatorze cinquante-deux trente-trois quatre-vingt-onze c'est ça|oui vous avez bien compris
vous avez bien noté|c'est tout à fait ça|c'est tout à fait exact|oui c'est tout à fait ça|c'est le bon|correct
oui correct|en effet|certainement|oui c'est en ordre|oui ça va|ok merci|oui allez-y|yes|oui c'est vrai|vrai
c'est vrai|oui c'est lui|oui c'est le mien|c'est le mien|parfaitement|oui absolument|oui sans problème
oui bonne journée|oui c'est exact merci beaucoup|ouais ouais|ouep|yep|c'est exactement ça|cent pour cent
oui ma belle|c'est beau|oui c'est beau|c'est correct oui|pas de problème c'est ça|oui pas de souci
"""


UNCLEAR = """
non|nan|non non|non c'est pas ça|c'est pas ça|ce n'est pas ça|ce n'est pas exact|c'est pas exact
c'est pas tout à fait ça|pas tout à fait|pas exactement|ce n'est pas correct|c'est pas correct|c'est pas bon
ce n'est pas bon|c'est faux|faux|incorrect|pas vraiment|pas du tout|ce n'est pas le bon numéro
c'est pas le bon numéro|c'est pas mon numéro|ce n'est pas mon numéro|ce n'est plus mon numéro
c'est plus mon numéro|c'est plus le bon|ce n'est pas juste|c'est pas juste|ça n'est pas ça|ça ne va pas
ça va pas|ça colle pas|ça ne correspond pas|vous vous êtes trompé|vous avez mal compris|vous avez mal noté
il y a une erreur|y a une erreur|il manque un chiffre|il y a un chiffre en trop|oui mais il manque un chiffre
oui mais non|oui mais le dernier c'est un six|presque|presque ça|c'est presque ça|à peu près|oui presque
oui sauf la fin|oui sauf le dernier chiffre|peut-être|oui peut-être|je crois|je crois que oui|je crois bien
je pense|je pense que oui|je pense que c'est ça|il me semble|il me semble que oui|je suppose|sûrement|sans doute
probablement|normalement oui|normalement|en principe|en principe oui|je ne suis pas sûr|pas sûr|je suis pas sûre
je sais pas|je ne sais plus|aucune idée|c'est ça ?|oui ?|c'est bon ?|c'est correct ?|n'est-ce pas
c'est bien ça non|c'est ça hein|hein|quoi|comment|pardon|mhm|hum|hmm|euh|bof|mouais|attendez|oui attendez
oui un instant|un instant|oui, une seconde|vous pouvez répéter|oui vous pouvez répéter|répétez s'il vous plaît
j'ai pas entendu|pourquoi|oui mais pourquoi|pourquoi vous voulez mon numéro|je préfère pas|non merci
je veux parler à quelqu'un|oui passez-moi un conseiller|oui mais passez-moi quelqu'un|non c'est bon|non c'est ça
non oui|oui non|oui enfin non|si on veut|si vous le dites|bien sûr que non|certainement pas|absolument pas
surtout pas|jamais|jamais de la vie|pas d'accord|je ne suis pas d'accord|c'est pas exactement ça|pas encore
pas parfait|oui c'était mon ancien numéro|c'est l'ancien|c'était ça avant|oui mais c'est l'ancien
ce n'est plus le bon|oui non attendez|oui pardon c'est 92 à la fin|oui et l'autre c'est le 06 14 52 33 92
oui mais utilisez plutôt le fixe|d'accord mais non|ok et maintenant|ok et vous ouvrez à quelle heure|bien
c'est bien le 06 14 52 33 92 non|exact sauf le 14|ce serait plutôt 92|c'est plutôt 92|oui, enfin 92|ouais non
ouais bof|allô|allô vous m'entendez|bonjour|est-ce que c'est bon|c'est bon ou pas|oui ou non|ça dépend
le bon numéro c'est le 06 14 52 33 92|c'est le mauvais numéro|mauvais numéro|il est faux|vous l'avez inversé
c'est inversé|trop vite|oui oui bla bla|n'importe quoi|t'es sûr|vous êtes sûr|vous êtes sûr que c'est bon
c'est pas que c'est faux|je dirais oui|on va dire oui|oui on va dire ça|ben je crois|oui à peu près
c'est mieux mais|c'est mieux|correction|effacez|recommencez|on recommence|reprenez|c'est quoi la question
j'ai rien compris|qui êtes-vous|d'accord attendez|ok attendez|je confirme pas|je ne confirme pas
je confirme que c'est faux|c'est exact à un chiffre près|à un chiffre près|il y a juste un chiffre de faux
juste le dernier chiffre|tout est faux|rien n'est juste|c'est pas faux|je ne pense pas|je pense pas|je crois pas
je ne crois pas que ce soit ça|pas exact|non exact|oui pas le dernier|pas vrai|c'est pas vrai|ça ira pas
moi oui mais ma femme non|oui si vous voulez|comme vous voulez|ça m'est égal|sûr|vous confirmez
"""


def phrases(table: str) -> list[str]:
    return [phrase for phrase in table.strip().replace("\n", "|").split("|") if phrase]


@pytest.mark.parametrize("text", phrases(CLEAR))
def test_clear_agreement_is_heard(text: str) -> None:
    assert hear(text, language="fr").agrees


@pytest.mark.parametrize("text", phrases(UNCLEAR))
def test_anything_else_is_no_agreement(text: str) -> None:
    assert not hear(text, language="fr").agrees


DECLINE = """
je préfère ne pas le donner|je préfère ne pas donner mon numéro|je ne souhaite pas le communiquer
je veux pas vous le donner|je ne veux pas donner mon numéro|je donne pas mon numéro
je ne donne pas mon numéro comme ça|ça ne vous regarde pas|ça vous regarde pas|c'est privé|c'est confidentiel
c'est personnel|j'aime mieux pas|j'aimerais mieux pas|non merci|j'ai pas de téléphone|je n'ai pas de numéro
j'en ai pas|je n'ai pas de portable|on peut passer|on passe|passez cette question|laissez tomber|je refuse
hors de question|c'est hors de question|je ne suis pas à l'aise|pas besoin de mon numéro
vous n'avez pas besoin de mon numéro|je ne tiens pas à le donner|je peux pas vous le donner
je ne peux pas le donner|je n'ai pas envie de le donner|pas intéressé|ne m'appelez pas|je veux pas être rappelé
je veux pas qu'on me rappelle|pas la peine de me rappeler|sans donner mon numéro|mêlez-vous de vos affaires
oubliez mon numéro|je suis obligé de le donner|je voudrais pas le donner|je n'en ai pas
"""


REPEAT = """
vous pouvez répéter|pouvez-vous répéter s'il vous plaît|tu peux répéter|répétez|encore une fois|redites-moi ça
vous pouvez redire|j'ai pas compris|je n'ai pas bien compris|j'ai pas entendu|je vous entends mal
plus lentement s'il vous plaît|moins vite|quoi|comment|pardon|hein|qu'est-ce que vous avez dit
vous avez dit quoi|c'était quoi le numéro|relisez-moi le numéro|vous pouvez relire|vous pouvez me le relire
c'est quoi déjà|plus fort|parlez plus fort|j'entends rien|vous dites
"""


WHY = """
pourquoi|pourquoi faire|pour quoi faire|c'est pour quoi|à quoi ça sert|ça sert à quoi|pour quelle raison
pourquoi vous en avez besoin|vous en avez besoin pourquoi|qu'est-ce que vous allez en faire|c'est nécessaire
c'est obligatoire|dans quel but|qui va le voir
"""


WAIT = """
attendez|attends|attendez un peu|un instant|un moment|une seconde|une minute|deux secondes|deux petites secondes
minute|patientez|ne quittez pas|je cherche|je regarde|je vais chercher|laissez-moi vérifier|je vérifie
quittez pas|bougez pas|un petit moment|donnez-moi une seconde|je le cherche|je demande à ma femme|deux minutes
pas si vite|stop|une petite minute|je dois regarder
"""


PERSON = """
je veux parler à quelqu'un|je voudrais parler à un conseiller|un conseiller s'il vous plaît|passez-moi un humain
passez-moi une vraie personne|une vraie personne|je veux un humain|parler à un être humain|vous êtes un robot
c'est un robot|je parle à une machine|transférez-moi|mettez-moi en relation avec quelqu'un|le service client
je veux parler au responsable|passez-moi votre responsable|une opératrice|un agent|parler à un agent
le secrétariat|la réception|passez-moi le standard|je veux quelqu'un|y a quelqu'un|un téléconseiller
"""


CALLER_ID = """
le numéro avec lequel j'appelle|celui avec lequel je vous appelle|c'est le numéro d'où j'appelle|ce numéro
celui-ci|celui qui s'affiche|le numéro qui s'affiche|c'est le même numéro|le même
le même que celui avec lequel j'appelle|le numéro que vous voyez|c'est le numéro affiché|celui que j'utilise
celui que j'utilise maintenant|sur ce numéro|à ce numéro|rappelez-moi sur ce numéro|cette ligne
le numéro de cet appel|celui-là même|c'est le numéro sur lequel vous m'appelez
le téléphone avec lequel j'appelle|depuis lequel j'appelle|prenez celui qui s'affiche|là où j'appelle
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
        heard = hear(text, language="fr")
        assert intent in heard.intents, text
        assert not heard.agrees, text


@pytest.mark.parametrize(
    "text",
    [
        "non",
        "c'est faux",
        "ce n'est pas ça",
        "06 12 34 56 78 non 79",
        "attendez",
        "il manque un chiffre",
        "j'ai pas compris",
        "je ne sais pas",
        "c'est pas grave",
        "peut-être",
    ],
)
def test_a_bare_no_is_no_refusal(text: str) -> None:
    assert Intent.DECLINE not in hear(text, language="fr").intents


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("trois zéros", ["000", "30"]),
        ("soixante quatre vingts", ["6080"]),
        ("vingt quatre vingts", ["2080"]),
        ("quatre vingt onze", ["91", "8011", "42011"]),
        ("deux fois quarante", ["4040"]),
        ("deux cent douze", ["212", "20012", "2112"]),
    ],
)
def test_what_is_ambiguous_stays_visible(text: str, readings: list[str]) -> None:
    assert list(hear(text, language="fr").runs[0].readings) == readings


@pytest.mark.parametrize(
    ("text", "number", "extension"),
    [
        ("cinq un quatre cinq cinq cinq zéro un deux trois poste vingt-deux", "5145550123", "22"),
        ("01 44 55 66 77, le poste c'est le trois cent douze", "0144556677", "312"),
        (
            "zéro un quarante-quatre cinquante-cinq soixante-six soixante-dix-sept, extension zéro quatre",
            "0144556677",
            "04",
        ),
    ],
)
def test_an_extension_is_kept_apart(text: str, number: str, extension: str) -> None:
    heard = hear(text, language="fr", region="FR")
    assert (heard.runs[0].readings[0], heard.extension) == (number, extension)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("c'est un numéro français", "33"),
        ("un numéro belge", "32"),
        ("la Suisse", "41"),
        ("c'est un numéro d'Allemagne", "49"),
        ("en Angleterre", "44"),
        ("mon portable québécois", "1"),
        ("j'adore la cuisine italienne", ""),
        ("une amie portugaise m'a parlé de vous", ""),
    ],
)
def test_a_country_named_in_words_gives_its_calling_code(text: str, code: str) -> None:
    assert hear(text, language="fr").calling_code == code


@pytest.mark.parametrize(
    "text",
    [
        "J'ai bien noté votre numéro.",
        "C'est enregistré, merci !",
        "Parfait. Votre numéro est sauvegardé. Au revoir.",
        "Votre numéro a été ajouté à votre dossier.",
        "Je l'ai inscrit.",
    ],
)
def test_a_claim_that_the_number_is_saved(text: str) -> None:
    assert claims_saved(text, language="fr")


@pytest.mark.parametrize(
    "text",
    [
        "Est-ce noté ?",
        "Voulez-vous que ce soit enregistré ?",
        "Rien n'a été enregistré.",
        "Il n'est pas encore enregistré.",
        "Ce sera noté dès que vous confirmez.",
        "Je vais l'avoir noté dans un instant.",
        "Est-ce bien le 06 12 34 56 78 ?",
    ],
)
def test_questions_plans_and_denials_are_no_claims(text: str) -> None:
    assert not claims_saved(text, language="fr")
