# SPDX-License-Identifier: Apache-2.0
"""Portuguese, of Brazil and of Portugal, is heard as a careful listener hears it."""

import pytest

from phonefsm.speech import Correction, Intent, claims_saved, digits, hear


def phrases(table: str) -> list[str]:
    return [phrase for phrase in table.strip().replace("\n", "|").split("|") if phrase]


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        # Brazil: area code and nine digits, "meia" for six
        ("dezenove nove oito um dois três quatro cinco meia sete", "BR", "19981234567"),
        ("um nove nove oito um dois três quatro cinco meia sete", "BR", "19981234567"),
        ("dezenove, noventa e oito, doze, trinta e quatro, cinquenta e seis, sete", "BR", "19981234567"),
        ("meu DDD é dezenove e o número é nove oito um dois três quatro cinco meia sete", "BR", "19981234567"),
        ("zero dezenove nove oito um dois três quatro cinco meia sete", "BR", "019981234567"),
        ("zero quinze dezenove nove oito um dois três quatro cinco meia sete", "BR", "01519981234567"),
        ("mais cinquenta e cinco, dezenove, nove oito um dois três, quatro cinco meia sete", "BR", "5519981234567"),
        ("o código do país é cinquenta e cinco e o número é dezenove nove oito um dois três quatro cinco meia sete",
         "BR", "5519981234567"),
        ("19 9 8123 4567", "BR", "19981234567"),
        ("19, nove, 8123, quarenta e cinco meia sete", "BR", "19981234567"),
        ("sessenta e um nove nove meia meia zero meia um meia um", "BR", "61996606161"),
        ("sessenta e um nove nove meia meia zero meia um um um, obrigada", "BR", "61996606111"),
        ("é fixo, setenta e um, três três meia dois, zero zero doze", "BR", "7133620012"),
        ("anota, quarenta e oito, nove, é, noventa e um, vinte e dois, trinta e três, quarenta", "BR", "48991223340"),
        ("zero oitocentos setecentos e vinte, doze, doze", "BR", "08007201212"),
        ("nove oito um dois três quatro cinco meia sete", "BR", "981234567"),
        # repeats
        ("dezenove nove oito, duplo um, duplo dois, três quatro cinco", "BR", "19981122345"),
        ("dezenove nove oito, dois zeros, um dois três quatro cinco", "BR", "19980012345"),
        ("dezenove nove oito, três vezes o zero, um dois três quatro", "BR", "19980001234"),
        ("dezenove nove oito um, três noves, um dois três", "BR", "19981999123"),
        # Portugal: nine digits, hundreds with "e"
        ("nove seis um, dois três quatro, cinco seis sete", "PT", "961234567"),
        ("novecentos e sessenta e um, duzentos e trinta e quatro, quinhentos e sessenta e sete", "PT", "961234567"),
        ("noventa e seis, doze, trinta e quatro, cinquenta e seis, sete", "PT", "961234567"),
        ("vinte e dois, duzentos e três, quarenta, cinquenta", "PT", "222034050"),
        ("duzentos e dezassete cento e dezasseis cento e dezanove", "PT", "217116119"),
        ("mais três cinco um, nove seis um, dois três quatro, cinco seis sete", "PT", "351961234567"),
        ("zero zero três cinco um nove seis um, dois três quatro, cinco seis sete", "PT", "00351961234567"),
        ("o meu telemóvel é 961 234 567", "PT", "961234567"),
        ("961, duzentos e trinta e quatro, 567", "PT", "961234567"),
        ("nove seis um dois três quatro cinco seis um obrigado", "PT", "961234561"),
        # extensions
        ("dezenove três dois três quatro cinco meia sete oito ramal vinte e dois", "BR", "193234567822"),
        ("19 3234 5678, ramal é duzentos e três", "BR", "1932345678203"),
        ("duzentos e dezassete, cento e dezasseis, cento e dezanove, extensão doze", "PT", "21711611912"),
        # English digits beside
        ("one nine nine eight one two three four five six seven", "BR", "19981234567"),
        ("nine six one two o three four o five", "PT", "961203405"),
        # corrections
        ("dezenove nove oito um dois três quatro cinco meia oito, não, sete", "BR", "19981234567"),
        ("dezenove nove oito um dois três quatro cinco meia dois, não, um", "BR", "19981234561"),
        ("dezenove nove oito um dois três quatro meia cinco sete, desculpa, cinco meia sete", "BR", "19981234567"),
        ("dezenove, nove nove, aliás, nove oito, um dois três quatro cinco meia sete", "BR", "19981234567"),
        ("19 98123 4576, quer dizer, 4567", "BR", "19981234567"),
        ("19 98123 4576, os últimos dois são sessenta e sete", "BR", "19981234567"),
        ("19 98123 4568, não, termina em sete", "BR", "19981234567"),
        ("19 98123 4568, o último é sete, não oito", "BR", "19981234567"),
        ("11 98123 4567, não, o DDD é 19", "BR", "19981234567"),
        ("dezenove nove, peraí, errei, dezenove nove oito um dois três quatro cinco meia sete", "BR", "19981234567"),
        ("nove seis um dois três quatro cinco sete seis, perdão, seis sete", "PT", "961234567"),
        ("961 234 576, enganei-me, 961 234 567", "PT", "961234567"),
        ("961 234 576, ou melhor, 567", "PT", "961234567"),
        ("961 234 568, troca o 8 por um 7", "PT", "961234567"),
        ("961 234 567 ou então 217 116 119", "PT", "961234567"),
    ],
)  # fmt: skip
def test_a_number_is_heard(text: str, region: str, number: str) -> None:
    assert digits(text, language="pt", region=region) == number


@pytest.mark.parametrize(
    "text",
    phrases("""
tenho um irmão e duas irmãs|são sete e meia|moro na rua direita vinte e dois|um momento por favor|me dá um minuto
um dos dois é da minha mãe|somos quatro pessoas|custa trinta reais|me ligue às oito da noite|daqui a meia hora
nasci em doze de abril de mil novecentos e setenta|é uma pergunta|isso é tudo|faz duas semanas|à meia noite
meu CEP é zero um dois três quatro zero zero zero|o número do pedido é quatro cinco seis sete oito nove
tem uma coisa errada|só mais um pouquinho|não tenho nenhum|os dois servem
"""),
)
def test_prose_holds_no_number(text: str) -> None:
    assert digits(text, language="pt") is None


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("trinta e seis", ["36"]),
        ("trinta seis", ["36", "306"]),
        ("trinta meia", ["306"]),
        ("oitocentos doze", ["80012", "812"]),
        ("oitocentos e doze", ["812", "80012"]),
        ("meia meia", ["66"]),
        ("dois zeros", ["00", "20"]),
        ("um um", ["11", "1"]),
    ],
)
def test_what_is_ambiguous_stays_visible(text: str, readings: list[str]) -> None:
    assert [list(run.readings) for run in hear(text, language="pt").runs] == [readings]


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("não é um quatro, é um cinco", Correction("swap", "5", "4")),
        ("é um cinco, não um quatro", Correction("swap", "5", "4")),
        ("cinco, não quatro", Correction("swap", "5", "4")),
        ("é meia, não três", Correction("swap", "6", "3")),
        ("é cinquenta e um, não sessenta e um", Correction("swap", "51", "61")),
        ("não é quatro, mas sim cinco", Correction("swap", "5", "4")),
        ("cinco em vez de quatro", Correction("swap", "5", "4")),
        ("cinco ao invés de quatro", Correction("swap", "5", "4")),
        ("troque o quatro por cinco", Correction("swap", "5", "4")),
        ("o último dígito é meia", Correction("tail", "6")),
        ("o último é um", Correction("tail", "1")),
        ("não, o último é um seis", Correction("tail", "6")),
        ("um seis no final", Correction("tail", "6")),
        ("no final é sessenta e seis", Correction("tail", "66")),
        ("não, era um cinco, não um quatro", Correction("swap", "5", "4")),
        ("os últimos quatro são dois zero um três", Correction("tail", "2013")),
        ("os quatro últimos são vinte treze", Correction("tail", "2013")),
        ("o final é quarenta e sete", Correction("tail", "47")),
        ("termina com quarenta e sete", Correction("tail", "47")),
        ("os três primeiros são nove seis um", Correction("head", "961")),
        ("começa por nove seis", Correction("head", "96")),
        ("não, o DDD é vinte e um", Correction("head", "21")),
    ],
)
def test_a_correction_of_earlier_words_is_named(text: str, correction: Correction) -> None:
    heard = hear(text, language="pt")
    assert heard.corrections == (correction,)
    assert heard.runs == ()
    assert Intent.CORRECTION in heard.intents


def test_a_bare_no_before_digits_corrects() -> None:
    heard = hear("não, quatro sete", language="pt")
    assert [run.readings[0] for run in heard.runs] == ["47"]
    assert heard.intents == Intent.NO | Intent.CORRECTION


CLEAR = """
sim|sim, correto|isso|isso mesmo|é isso aí|é isso|exato|exatamente|está certo|tá certo|tá certinho|tá tudo certo
sim senhor|sim, obrigado|confere|perfeito, obrigada|claro|com certeza|positivo|beleza|ok|tá bom|é|é sim
é esse mesmo|sim, esse é o meu número|está correcto|sim, está|pode confirmar|nem mais|é isso mesmo, valeu
certo, pode salvar|sim sim|tudo certo, obrigado|afirmativo|esta certo|e isso mesmo
"""

UNCLEAR = """
não|não está certo|não é isso|tá errado|não, está certo|não não, tá certo|sim, mas falta um número|sim, menos o final
acho que sim|talvez|não tenho certeza|tem certeza|tem certeza?|sim?|certo?|está correto?|é isso, né|tá certo né
é isso, não é|quase|mais ou menos|não sei|sei lá|pode ser|se calhar|nem isso|não é esse|nunca|sim ou não|aham|uhum
tanto faz|sim, espera|sim, por quê?|sim, repete|sim, quero um atendente|sim, prefiro não dar|sim, o último é cinco
sim, cinco, não quatro|sim, não, desculpa|então|bom|oi|alô|obrigado|era esse|sim, era esse|mudou|sim, troca
claro que não|com certeza não|de jeito nenhum|nada disso|incorreto|o quê|desculpa|não, correto|pois não|pois sim
o começo está certo|qual|e esse|e isso|não confere|acho que está certo|parece que sim|hum|errado|sim, só que não
"""


@pytest.mark.parametrize("text", phrases(CLEAR))
def test_clear_agreement_is_heard(text: str) -> None:
    assert hear(text, language="pt").agrees


@pytest.mark.parametrize("text", phrases(UNCLEAR))
def test_anything_else_is_no_agreement(text: str) -> None:
    assert not hear(text, language="pt").agrees


@pytest.mark.parametrize(
    ("intent", "texts"),
    [
        (Intent.NO, "não|não está certo|tá errado|incorreto|tem um erro|claro que não|não é esse|nada disso"),
        (Intent.HEDGE, "acho que sim|quase|não tenho certeza|mais ou menos|sim, mas não|é isso, né"),
        (Intent.DECLINE, "prefiro não dar|não quero|não tenho telefone|não vou te passar meu número|é particular"),
        (Intent.DECLINE, "não, obrigado|não gostaria de informar|não tenho celular|não tenho|deixa pra lá"),
        (Intent.REPEAT, "pode repetir?|como?|de novo por favor|não ouvi bem|o quê?|não percebi|mais devagar|hein?"),
        (Intent.WAIT, "um momento|só um minutinho|peraí|espera aí|deixa eu procurar|aguarde|um bocadinho"),
        (Intent.WHY, "por quê?|para que você precisa?|o que vai fazer com ele?|pra quê?"),
        (Intent.PERSON, "quero falar com um atendente|atendente|me passa para uma pessoa|você é um robô?"),
        (
            Intent.CALLER_ID,
            "o número de que estou ligando|esse mesmo número|o número que aparece na sua tela|este número",
        ),
        (Intent.UNCLEAR, "aham|uhum|então"),
        (Intent.CORRECTION, "não, pera, cinco|desculpa, nove seis|quis dizer quatro|troca o cinco por seis"),
    ],
)
def test_intents(intent: Intent, texts: str) -> None:
    for text in texts.split("|"):
        heard = hear(text, language="pt")
        assert intent in heard.intents, text
        assert not heard.agrees, text


@pytest.mark.parametrize(
    "text", phrases("não|não está certo|não, quatro|não espera|não entendi|vou passar meu número|não sei|um momento")
)
def test_a_bare_no_is_no_refusal(text: str) -> None:
    assert Intent.DECLINE not in hear(text, language="pt").intents


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("é um número francês", "33"),
        ("é da Alemanha", "49"),
        ("é um celular dos Estados Unidos", "1"),
        ("Portugal", "351"),
        ("um telemóvel angolano", "244"),
        ("é um número do Brasil", "55"),
        ("gosto de comida italiana", ""),
        ("sou brasileira", ""),
    ],
)
def test_a_country_named_in_words_gives_its_calling_code(text: str, code: str) -> None:
    assert hear(text, language="pt").calling_code == code


@pytest.mark.parametrize(
    "text",
    phrases("Salvei o seu número.|Ficou registrado, obrigada.|Pronto, já está anotado.|O seu número foi gravado."),
)
def test_a_claim_that_the_number_is_saved(text: str) -> None:
    assert claims_saved(text, language="pt")


@pytest.mark.parametrize(
    "text",
    phrases("Posso salvar?|Ainda não foi salvo.|Está gravado?|Será registrado quando confirmar.|Nada foi anotado."),
)
def test_questions_plans_and_denials_are_no_claims(text: str) -> None:
    assert not claims_saved(text, language="pt")
