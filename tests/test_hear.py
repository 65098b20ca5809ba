# SPDX-License-Identifier: Apache-2.0
"""Numbers, corrections and intents are heard as a careful listener hears them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonefsm.speech import (
    Correction,
    Intent,
    UnknownLanguageError,
    claims_saved,
    digits,
    has_lexicon,
    hear,
    runs,
    words,
)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        # digits, zeros, repeats
        ("two one two five five five zero one four seven", ["2125550147"]),
        ("it's two one two, five five five, oh one four seven", ["2125550147"]),
        ("two niner naught nought", ["2900"]),
        ("two one two triple five oh one double four", ["2125550144"]),
        ("quadruple six one treble two", ["66661222"]),
        ("triple um nine", ["999"]),
        ("two one two three fives oh one four seven", ["2125550147", "212350147"]),
        ("one six two double threes", ["163333", "16233"]),
        ("seven, four times zero", ["70000", "77770"]),
        ("oh double seven double oh, nine double oh, one two three", ["07700900123", "7700900123"]),
        ("2 1 2 w 5 0 1 4 7", ["212550147"]),
        ("212-tribal-5-0147", ["2125550147"]),
        ("double 7 3", ["773"]),
        # teens, tens, hundreds, thousands
        ("sixty three seventeen", ["6317", "60317"]),
        ("sixty-three seventeen", ["6317"]),
        ("thirty thirty", ["3030"]),
        ("nine hundred", ["900"]),
        ("one eight hundred five five five", ["1800555", "180555"]),
        ("seven thousand", ["7000"]),
        ("212 100 5555", ["2121005555"]),
        ("forty two hundred", ["4200", "40200"]),
        ("two hundred and twelve", ["212", "20012"]),
        ("no, one two three", ["123"]),
        ("that one five five five", ["1555"]),
        # homophones and letters, among digits only
        ("five won for too ate", ["51428"]),
        ("seven one tree six", ["7136"]),
        ("2 o 4 0", ["2040"]),
        ("oh, 212 555 0147", ["2125550147"]),
        ("you can call 212 555 0147 for that", ["2125550147"]),
        ("two one two five five five oh one four too, sorry", ["2125550142"]),
        ("my number is for one five", ["15"]),
        ("it's for 12 555 0147", ["125550147", "4125550147"]),
        ("for 12 555 0147", ["125550147", "4125550147"]),
        # fillers and a recogniser's grouping
        ("2 1 2 uh 5 5 5 dash oh one let's see four seven", ["2125550147"]),
        ("212 555, hold on, 0147", ["2125550147"]),
        ("2 1 2. 5 5 5. 0 1 4 7", ["2125550147"]),
        ("212 55:50 1:47", ["2125550147"]),
        # prefixes
        ("+1 (212) 555-0147", ["+12125550147"]),
        ("plus one two one two five five five oh one four seven", ["+12125550147"]),
        ("plus thirty three 1 42 68 53 00", ["+33142685300", "+303142685300"]),
        ("country code 33 then 1 42 68 53 00", ["+33142685300"]),
        ("+44 (0)20 7946 0147", ["+442079460147", "+4402079460147"]),
        ("zero zero three three one", ["00331"]),
        ("area code 212, number 555 0147", ["2125550147"]),
        ("555 0147, area code 212", ["2125550147"]),
        # typed forms and scripts
        ("write to 212.555.0147!", ["2125550147"]),
        ("tel:+12125550147", ["+12125550147"]),
        ("２１２ ５５５ ０１４７", ["2125550147"]),
        ("۲۱۲ ۵۵۵ ۰۱۴۷", ["2125550147"]),
        # vanity words
        ("1-800-MATTRES", ["18006288737"]),
        ("one eight hundred plumber please", ["18007586237"]),
        # parts
        ("212", ["212"]),
        ("oh four", ["04"]),
        ("seven", ["7"]),
    ],
)
def test_a_number_is_heard(text: str, readings: list[str]) -> None:
    assert [list(run.readings) for run in hear(text).runs] == [readings]


@pytest.mark.parametrize(
    "text",
    [
        "this is for my brother",
        "too late to call",
        "open until six",
        "wait a second please",
        "just one moment",
        "she has three phones",
        "no one is at home",
        "it was $19.99 in total",
        "about 20% off",
        "call me at 7 pm",
        "see you on June 5th 2023",
        "born on 12/05/1987",
        "we are 4 people",
        "a table for 4",
        "I ate too much",
        "my account number is 99887766",
        "it is 10:30 now",
        "oh no",
        "oh, sorry",
        "the ones over there",
        "there was trouble with the w key",
        "a hundred times",
        "",
    ],
)
def test_prose_holds_no_number(text: str) -> None:
    assert hear(text).runs == ()
    assert digits(text) is None


@pytest.mark.parametrize(
    ("text", "number", "extension"),
    [
        ("212 555 0147 extension twenty one", "2125550147", "21"),
        ("212 555 0147 ext. 5", "2125550147", "5"),
        ("212-555-0147x305", "2125550147", "305"),
        ("tel:+12125550147;ext=305", "+12125550147", "305"),
        ("two one two five five five oh one four seven, and the extension is double oh one", "2125550147", "001"),
    ],
)
def test_an_extension_is_kept_apart(text: str, number: str, extension: str) -> None:
    heard = hear(text)
    assert heard.extension == extension
    assert [run.readings[0] for run in heard.runs] == [number]
    assert digits(text) == number.lstrip("+") + extension


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("212 555 0148, no wait, 212 555 0147", "2125550147"),
        ("two one two five five five oh one four eight sorry oh one four seven", "2125550147"),
        ("212 555 0199 I mean 47", "2125550147"),
        ("212 555 0148 scratch that 718 555 0147", "7185550147"),
        ("212 555 0148, actually make that a 7", "2125550147"),
        ("212 555 0199, the last two digits are 47", "2125550147"),
        ("212 555 0148, no, the last one is seven", "2125550147"),
        ("212 555 0148, it ends in 7", "2125550147"),
        ("212 555 0148, that's 7 at the end", "2125550147"),
        ("213 555 0147, sorry, 212", "2125550147"),
        ("212 554, no, 555 0147", "2125550147"),
        ("two one two five five four, wait, five five five, oh one four seven", "2125550147"),
        ("213, sorry, 212 555 0147", "2125550147"),
        ("212 888 0147, 5 not 4", "2128880157"),
        ("212 888 0147, not four, five", "2128880157"),
        ("212 555 and the last four are 0147", "2125550147"),
        ("two one two five five five oh one eight oh, sorry, oh one four oh", "2125550140"),
        ("2 1 2 5 5 5 0 1 4 oh, sorry, 0 1 4 7", "2125550147"),
        ("212 555 0199 oh sorry 0147", "2125550147"),
        ("212-555-014-sorry-0147", "2125550147"),
        ("212 555 0199 no wait for 47", "2125550147"),
        ("212 555 444 no wait for 89", "212555489"),
        ("212 555 0148 no weight 0147", "2125550147"),
        ("212 554 01 47, sorry, 555 0147", "2125550147"),
    ],
)
def test_what_was_corrected_does_not_stand(text: str, number: str) -> None:
    heard = hear(text)
    assert [run.readings[0] for run in heard.runs] == [number]
    assert heard.corrections == ()
    assert not heard.agrees


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("the last four are 0147", Correction("tail", "0147")),
        ("no, the last digit should be a seven", Correction("tail", "7")),
        ("it ends with four seven", Correction("tail", "47")),
        ("nine at the end", Correction("tail", "9")),
        ("oh one four seven, that's the last four", Correction("tail", "0147")),
        ("change the last two to 47", Correction("tail", "47")),
        ("replace the last digit with a 7", Correction("tail", "7")),
        ("the first three are 212", Correction("head", "212")),
        ("no, the area code is 212", Correction("head", "212")),
        ("it's eight, not nine", Correction("swap", "8", "9")),
        ("the three should be a six", Correction("swap", "6", "3")),
        ("at the end it should be a nine", Correction("tail", "9")),
        ("not nine, eight", Correction("swap", "8", "9")),
        ("47 not 74", Correction("swap", "47", "74")),
        ("the nine should be an eight", Correction("swap", "8", "9")),
        ("the 9 is an 8", Correction("swap", "8", "9")),
        ("change the nine to an eight", Correction("swap", "8", "9")),
        ("change nine four to eight four", Correction("swap", "84", "94")),
        ("replace the 9 with an 8", Correction("swap", "8", "9")),
        ("it ends in 7, not 9", Correction("tail", "7")),
        ("the area code is wrong, it's 628", Correction("head", "628")),
        ("the last two are twenty one", Correction("tail", "21")),
    ],
)
def test_a_correction_of_earlier_words_is_named(text: str, correction: Correction) -> None:
    heard = hear(text)
    assert heard.corrections == (correction,)
    assert heard.runs == ()
    assert Intent.CORRECTION in heard.intents


@pytest.mark.parametrize(
    "text",
    [
        "the last four are 938",
        "the last two are 1 4 7",
        "the second five is a nine",
        "you missed a 5",
        "add a 7 at the end",
        "drop the last digit",
        "swap the last two",
        "there is one five too many",
        "the third digit is a 4",
    ],
)
def test_a_change_that_the_words_do_not_tell_gives_no_digits(text: str) -> None:
    """Only that something is wrong is known; the caller is asked."""
    heard = hear(text)
    assert heard.runs == ()
    assert heard.corrections == ()
    assert heard.intents & (Intent.CORRECTION | Intent.NO)
    assert not heard.agrees


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("7, 9, 5, 7" + ", 7" * 40, "GB"),
        ("4, 1, 5" + ", 5" * 30, "US"),
        ("at 021-489-8861-4881-1.", "IE"),
        ("on 03 9481 6458 08 6498", "AU"),
        ("2, 1, 2, 5, 5, 5, 0, 1, 4, 7, 0, 1", "US"),
    ],
)
def test_no_number_is_cut_out_of_a_longer_row(text: str, region: str) -> None:
    """Where nothing says where it ends, the row is too long to be a number."""
    assert [run for run in hear(text, region=region).runs if len(run.readings[0]) < 12] == []
    assert len(digits(text, region=region) or "") not in range(7, 12)


def test_numbers_in_a_list_stay_apart() -> None:
    assert [run.readings[0] for run in hear("212, 555, 0147, 718, 555, 0123").runs] == ["2125550147", "7185550123"]
    assert [run.readings[0] for run in hear("212, 555, 0147, 2 of them", region="US").runs][:1] == ["2125550147"]


def test_how_long_a_number_is_comes_from_the_region() -> None:
    text = "seven five one two three four five six seven eight, nine"
    assert hear(text, region="DE").runs[0].readings == ("75123456789",)
    assert hear(text, region="US").runs[0].readings == ("7512345678",)


def test_of_several_unsure_parts_those_readings_stay_that_are_as_long_as_a_number() -> None:
    readings = hear("twenty one fifty five fifty five fourteen").runs[0].readings
    assert readings == ("21555514", "2150550514", "2015550514", "2015055514")


@pytest.mark.parametrize("text", ["yes, thanks Anna", "that's right, Anna", "thank you Carol, yes", "100% yes"])
def test_a_name_and_thanks_take_nothing_from_a_yes(text: str) -> None:
    assert hear(text).agrees == (text != "thank you Carol, yes")


@pytest.mark.parametrize(
    "text",
    ["yes, thanks except the end", "Yes, Formerly", "yes, thanks Anna but no", "50% yes", "no, that's right, Anna"],
)
def test_a_qualified_yes_is_none_with_a_name_either(text: str) -> None:
    assert not hear(text).agrees


def test_an_area_code_alone_is_a_part_and_may_be_a_correction() -> None:
    heard = hear("my area code is 212")
    assert [run.readings for run in heard.runs] == [("212",)]
    assert heard.corrections == (Correction("head", "212"),)
    assert not hear("yes, the area code is 212").agrees


@pytest.mark.parametrize(
    ("correction", "number", "result"),
    [
        (Correction("tail", "47"), "2125550199", "2125550147"),
        (Correction("head", "718"), "2125550147", "7185550147"),
        (Correction("swap", "9", "7"), "2125550147", "2125550149"),
        (Correction("swap", "9", "5"), "2125550147", None),
        (Correction("swap", "9", "8"), "2125550147", None),
        (Correction("swap", "9", ""), "2125550147", None),
        (Correction("tail", "2125"), "212", None),
        (Correction("tail", "0"), "+12", "+10"),
    ],
)
def test_a_correction_applies_or_says_that_it_cannot(correction: Correction, number: str, result: str | None) -> None:
    assert correction.apply(number) == result


def test_a_bare_no_before_digits_corrects() -> None:
    heard = hear("no, 0147")
    assert [run.readings for run in heard.runs] == [("0147",)]
    assert heard.corrections == ()
    assert heard.intents == Intent.NO | Intent.CORRECTION


@pytest.mark.parametrize("text", ["212 555 0147 or 718 555 0123", "212 555 0147 is mine, my other one is 718 555 0123"])
def test_two_numbers_stay_two(text: str) -> None:
    assert [run.readings[0] for run in hear(text).runs] == ["2125550147", "7185550123"]


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("999 999 9999 or 212 555 0147", "US", "2125550147"),
        ("Main Street 4410 Springfield 212 555 0147", "US", "2125550147"),
        ("12 Elm Road, AL 35801 212 555 0147", "US", "2125550147"),
        ("212 555 0147, suite 12", "US", "2125550147"),
        ("two one two five five five oh one four seven and I have 2 questions", "US", "2125550147"),
        ("the number is 020 7946 0147", "GB", "02079460147"),
    ],
)
def test_the_one_number_is_chosen(text: str, region: str, number: str) -> None:
    assert digits(text, region=region) == number


def test_readings_that_are_valid_in_the_region_come_first() -> None:
    text = "oh two one two five five five oh one four seven"
    assert hear(text).runs[0].readings[0] == "02125550147"
    assert hear(text, region="US").runs[0].readings[0] == "2125550147"


CLEAR = """
yes|yeah|yep|yup|yes please|yes sir|yes, thank you|yes that is right|that's right|that's correct
it's correct|correct|yes correct|yeah that's it|that's it, thanks|that's the one|you got it
you've got it right|exactly|absolutely|perfect|perfect, thank you so much|sounds good|looks good|okay|ok
sure|okay yes|sure, that's right|spot on|yes indeed|uh-huh yes|mm-hmm, that's correct|um, yes|oh yes|yes yes
yes it is|yes, 212 555 0147 is correct|right|right, that's it|yes, that's my number|that's my cell
yes that's the best number|affirmative|yep, all good|definitely|great, thank you, bye
"""

UNCLEAR = """
no|nope|nah|wrong|no no that's right|yeah no|that's not right|that isn't correct|not correct|it's not right
not quite|I don't think so|that's not it|that can't be right|that does not sound right
yes but one digit is wrong|almost|nearly|yes except the end|maybe|I think so|I guess|I suppose|not sure
probably|uh-huh|mm-hmm|hmm|huh|what?|yes?|yes? why?|is that right?|is it?|are you sure?|can you repeat that?
say that again|sorry?|pardon|hold on|yes, hold on|wait|one moment|why do you ask|what for|no thanks
I'd rather not|yes I'd rather not|I don't want to give it|skip that|yes, get me a human
yes I need an operator|yes, the last digit is three|yes, five not four|okay, it ends in 7|yeah, scratch that
no, 0147|yes, actually it's 718 555 0147|right, so what are your hours?|yes I changed it last week
yes that was my old one|yes don't|yes and the other one is 718 555 0123|okay so what now|yes or no|hello
whatever|if you say so|correct me if I am wrong|the right one is 718 555 0123|yes, use my home phone|never
not yes|wrong number|okay but no|yes the first digit
"""


def phrases(table: str) -> list[str]:
    return [phrase for phrase in table.strip().replace("\n", "|").split("|") if phrase]


@pytest.mark.parametrize("text", phrases(CLEAR))
def test_clear_agreement_is_heard(text: str) -> None:
    assert hear(text).agrees


@pytest.mark.parametrize("text", phrases(UNCLEAR))
def test_anything_else_is_no_agreement(text: str) -> None:
    assert not hear(text).agrees


@pytest.mark.parametrize(
    ("intent", "texts"),
    [
        (Intent.NO, "no|nope|that's wrong|incorrect|that is not right|isn't correct|not quite|don't think so"),
        (Intent.HEDGE, "almost|maybe|I think|not sure|yes but|is it?"),
        (Intent.UNCLEAR, "uh-huh|hmm|huh|mhm|um"),
        (Intent.REPEAT, "can you repeat that|say it again|pardon|sorry?|sorry|come again|I didn't catch that"),
        (Intent.WHY, "why|why do you need it|what for|what is it for"),
        (Intent.WAIT, "hold on|hang on a second|one moment please|let me check|wait a minute"),
        (Intent.PERSON, "let me speak to a human|operator|give me a representative|somebody real please|live agent"),
        (Intent.CALLER_ID, "the number I'm calling from|this number|the one on your screen|same number"),
        (Intent.CORRECTION, "no wait, 5|sorry, 212|scratch that|I mean 47|make that a 3|the last one is 3"),
    ],
)
def test_intents(intent: Intent, texts: str) -> None:
    for text in texts.split("|"):
        assert intent in hear(text).intents, text
        if intent in Intent.NO | Intent.UNCLEAR:
            assert Intent.YES not in hear(text).intents, text


REFUSALS = """
I'd rather not|I would rather not say|no thanks|no thank you|I don't want to give it
I don't want to share my number|I prefer not to|I'm not comfortable with that|not comfortable giving it
none of your business|it's private|I don't have a phone|I do not have a phone|I don't have one|skip that
skip it please|let's skip this|can we skip that|I won't give you my number|not giving it to you|I refuse
I decline|forget it|never mind|leave me alone|I'm not interested|don't call me|no phone|that's too personal
I don't give out my number|I'll pass|hard pass|do I have to|you don't need my number
I'm not going to tell you|without a phone number please|keep it private|I don't wish to|not willing to
I don't feel like it|I cannot give it|I'm not allowed to|you can't have it|stop asking
I am not happy giving that out|I don't need that, no need
"""

NOT_REFUSALS = """
no|nope|yes|no, 0147|that's wrong|hold on|I don't think so|what for|repeat that|not quite|212 555 0147
operator please|hmm|this number|that's not it|not sure|maybe|the last digit is four|no no|it isn't right
wait a second|my number is 212|no wait|sorry|almost|four not five|not four, five|why do you need it|I guess
I didn't catch that|don't hang on the seven|the number I'm calling from|one moment|nah it's 47|wrong number
never|that's right|okay|incorrect|no it's not|yes please
"""


@pytest.mark.parametrize("text", phrases(REFUSALS))
def test_a_refusal_to_give_a_number_is_heard(text: str) -> None:
    assert Intent.DECLINE in hear(text).intents
    assert not hear(text).agrees


@pytest.mark.parametrize("text", phrases(NOT_REFUSALS))
def test_a_bare_no_is_no_refusal(text: str) -> None:
    assert Intent.DECLINE not in hear(text).intents


@pytest.mark.parametrize(
    ("text", "code"),
    [("it's a French number", "33"), ("that is a number in New Zealand", "64"), ("call us", ""), ("UK", "44")],
)
def test_a_country_named_in_words_gives_its_calling_code(text: str, code: str) -> None:
    assert hear(text).calling_code == code


def test_words_are_counted() -> None:
    assert hear("").words == 0
    assert hear("yes, that's 212-555-0147").words == 5


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("I have 2 1 2, 5 5 5, 0 1 4 7. Is that right?", ["2125550147"]),
        ("So that's plus one, two one two, five five five, oh one four seven?", ["+12125550147"]),
        ('<speak>It is <say-as interpret-as="digits">2125550147</say-as><break time="300ms"/></speak>', ["2125550147"]),
        ("Not 212 555 0148, sorry, 212 555 0147", ["2125550148", "2125550147"]),
        ("At 5 pm I call 212 555 0147", ["5", "2125550147"]),
        ("oh, two, oh, seven", ["0207"]),
    ],
)
def test_runs_are_as_spoken(text: str, heard: list[str]) -> None:
    assert [run.readings[0] for run in runs(text)] == heard


@pytest.mark.parametrize(
    "text",
    ["I saved your number.", "Thanks, it has been recorded!", "Great, you're all set.", "Okay. Got that down. Bye."],
)
def test_a_claim_that_the_number_is_saved(text: str) -> None:
    assert claims_saved(text)


@pytest.mark.parametrize(
    "text",
    [
        "Shall I save it?",
        "Is it saved?",
        "Nothing was saved.",
        "I couldn't get it saved.",
        "It will be saved once you agree.",
        "Is 2 1 2, 5 5 5, 0 1 4 7 right?",
        "It has not been recorded yet.",
        "",
    ],
)
def test_questions_plans_and_denials_are_no_claims(text: str) -> None:
    assert not claims_saved(text)


def test_a_language_is_known_by_its_primary_subtag() -> None:
    assert all(map(has_lexicon, ("en", "en-US", "EN_gb")))
    assert not any(map(has_lexicon, ("xx", "", "../en", "e", "en/")))
    assert hear("yes", language="en-GB").agrees
    for call in (hear, digits, runs, claims_saved):
        with pytest.raises(UnknownLanguageError):
            call("yes", language="xx")


PIECES = """one two oh double triple fifty twelve hundred thousand to for ate plus no sorry not wait the last four
are digit is yes but area code extension x 555 0147 212 1 , . - + ( ) ? ends in at the end and or $ % : / # uh <b>
é ½ ٤"""
WORDS = st.sampled_from(PIECES.split())


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(), st.lists(WORDS, max_size=30).map(" ".join), st.lists(WORDS, max_size=30).map("".join)))
def test_any_text_is_heard(text: str) -> None:
    """Whatever is said, the answer is well formed: spans lie in the text, readings are ASCII digits."""
    heard = hear(text, region="US")
    for run in (*heard.runs, *runs(text)):
        assert 0 <= run.start < run.end <= len(text)
        assert len(run.readings) <= 4
        assert run.readings or run.extension
        assert len(set(run.readings)) == len(run.readings)
        for reading in (*run.readings, run.extension + "0"):
            assert reading.isascii()
            assert reading.removeprefix("+").isdigit()
    for correction in heard.corrections:
        assert correction.digits.isdigit()
        correction.apply("2125550147")
    if heard.agrees:
        assert Intent.YES in heard.intents
    found = digits(text, region="GB")
    assert found is None or (found.isascii() and found.isdigit())
    claims_saved(text)


@pytest.mark.parametrize(
    "piece",
    [
        *("5", "5 ", "fifty five ", "double ", "plus ", "+1", "1x", "no 5 ", "415 sorry ", "5 not 4 ", "a'", "<", "("),
        *("last four ", "area code 415 ", "oh ", "to ", "uh ", "😀", "\ud800", "\u202e", "1-800-FLOW", "5" + " " * 99),
    ],
)
def test_no_input_takes_long(piece: str) -> None:
    """Twice the input takes about twice the time, and a kilobyte a few milliseconds."""
    text = piece * (64_000 // len(piece))
    started = time.process_time()
    hear(text)
    runs(text)
    assert time.process_time() - started < 2.0


def test_the_lexicon_is_read_once() -> None:
    words._load.cache_clear()
    assert hear("one").runs
    assert hear("two", language="en-GB").runs
    assert words._load.cache_info().misses == 1


@pytest.mark.parametrize(
    ("text", "code"), [("US", "1"), ("the US", "1"), ("call us", ""), ("tell us later", ""), ("it's a UK number", "44")]
)
def test_us_is_a_country_where_it_cannot_be_a_pronoun(text: str, code: str) -> None:
    assert hear(text).calling_code == code
