# SPDX-License-Identifier: Apache-2.0
"""Hindi is heard as a careful listener hears it: in Devanagari, romanised, and mixed with English."""

import pytest

from phonefsm.speech import Correction, Intent, claims_saved, digits, hear


@pytest.mark.parametrize(
    ("text", "number"),
    [
        # Digit by digit.
        ("मेरा मोबाइल नंबर है नौ आठ एक शून्य चार पाँच छह सात आठ नौ", "9810456789"),
        ("haan ji likhiye nau aath ek shunya chaar paanch chhe saat aath nau", "9810456789"),
        ("नाइन एट वन जीरो फोर फाइव सिक्स सेवन एट नाइन", "9810456789"),
        ("nine eight one zero four five six seven eight nine likh lijiye", "9810456789"),
        ("aath do chah panch tin chah char tin do ek", "8265364321"),
        ("आठ दो छः पांच तीन छः चार तीन दो एक", "8265364321"),
        ("आठ दो छे पाच तिन छे चार तिन दो एक", "8265364321"),
        ("sat ath nau sunya do do ek ek tin tin", "7890221133"),
        ("saat paanch zero chhe aath, aath aath chaar chaar ek", "7506888441"),
        ("saat five zero chhe eight eight eight chaar four ek", "7506888441"),
        ("seven five zero six एट एट एट डबल फोर वन", "7506888441"),
        ("nine nine eight zero seven oh six oh five oh", "9980706050"),
        ("nine to eight for seven to six for five to", "9284726452"),
        ("nau nau aath zero saat zero chai zero paanch zero", "9980706050"),
        ("saath do char paanch chhe saat aath nau zero ek", "7245678901"),
        # Typed, and digits of Devanagari.
        ("मेरा नंबर ९८१०४ ५६७८९ है।", "9810456789"),
        ("number likh lo 98104 56789", "9810456789"),
        ("6279-112-345 mera mobile hai", "6279112345"),
        ("9810 456 789 pe call kar lijiyega", "9810456789"),
        ("6 2 7 9 डबल 1 2 3 4 5", "6279112345"),
        ("mera no. 7506888441 h", "7506888441"),
        # Pairs and hundreds.
        ("अट्ठानवे दस पैंतालीस सड़सठ नवासी", "9810456789"),
        ("athanve das paintalis sadsath navasi", "9810456789"),
        ("बयासी पैंसठ छत्तीस तैंतालीस इक्कीस", "8265364321"),
        ("biyasi pesath chattis tetalis ikis", "8265364321"),
        ("chauhattar pachattar chihattar satattar athattar", "7475767778"),
        ("एटी एट ट्वेंटी फाइव थर्टी फोर थर्टी फोर ट्वेल्व", "8825343412"),
        ("eighty eight twenty five thirty four thirty four twelve", "8825343412"),
        ("pachattar soonya chhe atthasi aath chavalis ek", "7506888441"),
        ("nabbe assi sattar saath pachas", "9080706050"),
        ("aath sau chhabbees, paanch sau chhattis, chaar teen do ek", "8265364321"),
        ("अठारह सौ एक दो तीन चार पाँच छह सात", "18001234567"),
        ("athara sau ek sau do teen chaar paanch chhe", "18001023456"),
        # Repeats.
        ("डबल नाइन डबल एट सेवन सेवन सिक्स सिक्स फाइव फाइव", "9988776655"),
        ("सत्तर तीन बार पाँच बारह चौंतीस छह", "7055512346"),
        ("saat zero triple five bara chauntis chhah", "7055512346"),
        ("saat nau saat, do baar do, teen, teen baar ek, chaar", "7972231114"),
        ("नौ पाँच बार एक पाँच बार", "9999911111"),
        ("seven five zero six, triple eight, double four, one", "7506888441"),
        ("chhe do saat nau double ek aur phir do teen char paanch", "6279112345"),
        # Plus, the country code, the trunk zero, area codes and extensions.
        ("plus nine one athanve das paintalees sarsath navasi", "919810456789"),
        ("प्लस नाइन वन सिक्स टू सेवन नाइन वन वन टू थ्री फोर फाइव", "916279112345"),
        ("country code nine one, 62791 12345", "916279112345"),
        ("शून्य एक एक दो छह एक सात पाँच शून्य शून्य पाँच", "01126175005"),
        ("mumbai ka number hai zero do do, do chaar ek zero nau aath saat chhah", "02224109876"),
        ("hyderabad ka code zero chaar zero, number do do teen chaar paanch chhe saat aath", "04022345678"),
        ("delhi ka std code zero one one, number hai two six one seven five zero zero five", "01126175005"),
        ("landline hai 011 2617 5005 extension baarah", "0112617500512"),
        ("040 2234 5678 एक्सटेंशन एक सौ पाँच", "04022345678105"),
        # Pauses, fillers and what stands around.
        ("मोबाइल 79722, थोड़ा रुकिए, 31114", "7972231114"),
        ("nau do nau teen nau... kya tha... chaar nau paanch nau saat", "9293949597"),
        ("आठ आठ दो पाँच, उम, तीन चार, हाँ, तीन चार एक दो", "8825343412"),
        ("saat paanch zero chhe aath uske baad aath aath chaar chaar ek", "7506888441"),
        ("पहले पाँच 62791 और बाद के पाँच 12345", "6279112345"),
        ("chaar baje ke baad seven five zero six triple eight double four one pe call karna", "7506888441"),
        ("eight two six five three six four three two one paanch baje ke baad", "8265364321"),
        ("mera naam ravi hai aur number hai saat paanch zero chhe aath aath aath chaar chaar ek", "7506888441"),
        ("7972231114 ya phir 9810456789", "7972231114"),
        # "do" is two, and asks.
        ("likh do aath aath do paanch teen chaar teen chaar ek do", "8825343412"),
        ("aath aath do paanch teen chaar teen chaar ek do likh do", "8825343412"),
        ("बता दो तो लिखो सात नौ सात दो दो तीन एक एक एक दो", "7972231112"),
        ("saat paanch zero chhe aath aath aath chaar chaar do hi hai", "7506888442"),
    ],
)
def test_a_number_is_heard(text: str, number: str) -> None:
    assert digits(text, language="hi", region="IN") == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("नौ आठ एक शून्य चार पाँच छह सात आठ आठ, नहीं, नौ", "9810456789"),
        ("nau aath ek zero chaar paanch chhe saat aath aath sorry aath nau", "9810456789"),
        ("98104 56788 नहीं आखिरी अंक नौ है", "9810456789"),
        ("98104 51234 sorry last four are six seven eight nine", "9810456789"),
        ("mera number 9810451234 hai, nahi nahi, last ke chaar hain 6789", "9810456789"),
        ("nau aath ek ek, ruko, nau aath ek shunya chaar paanch chhe saat aath nau", "9810456789"),
        ("नौ सात एक शून्य चार, माफ़ कीजिए, नौ आठ एक शून्य चार पाँच छह सात आठ नौ", "9810456789"),
        ("सिक्स टू सेवन एट सॉरी सेवन नाइन वन वन टू थ्री फोर फाइव", "6279112345"),
        ("chhe do saat aath, nahi nau, ek ek do teen char paanch", "6279112345"),
        ("chhe do saat aath galti ho gayi saat nau ek ek do teen char paanch", "6279112345"),
        ("62791 12354 मतलब 12345", "6279112345"),
        ("6279112346 नहीं नहीं 6279112345", "6279112345"),
        ("7972231115 galat bol diya 7972231114", "7972231114"),
        ("saat nau saat do do teen ek ek ek paanch, paanch nahi chaar", "7972231114"),
        ("7506888442, आखिरी अंक दो नहीं एक", "7506888441"),
        ("62791 12346, last mein paanch hai chhe nahi", "6279112345"),
        ("75068 88441, wait, starting mein 85 hai", "8506888441"),
        ("9293949597 mera purana number tha, naya hai 8265364321", "8265364321"),
        ("six two seven nine one one two three four six i mean four five", "6279112345"),
        ("सात पाँच शून्य छह तीन बार आठ चार चार दो, सॉरी, एक", "7506888441"),
    ],
)
def test_the_corrected_number_is_heard(text: str, number: str) -> None:
    assert digits(text, language="hi", region="IN") == number


@pytest.mark.parametrize(
    "text",
    [
        "मेरे दो बच्चे हैं और मैं पाँच बजे आता हूँ",
        "main nau baje se paanch baje tak office mein rehta hoon",
        "teen sau rupaye ka bill hai",
        "5 lakh 20 hazar ka loan",
        "आज पंद्रह अगस्त है",
        "mera pin code 110016 hai",
        "mera otp 482913 hai",
        "आधार नंबर 1234 5678 9012 है",
        "pnr 4512345678 hai",
        "kamra number do sau paanch",
        "ek minute rukiye main dekh kar batata hoon",
        "मुझे एक बार फिर से बता दो",
        "mujhe das minute do",
        "do teen baar call kiya tha",
        "12 march 1998 ko paida hua",
        "मेरी उम्र पैंतीस साल है",
        "train number 12951",
        "do not call me",
        "chai pi raha hoon",
        "mere saath koi nahi hai",
    ],
)
def test_prose_holds_no_number(text: str) -> None:
    assert digits(text, language="hi", region="IN") is None


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("आखिरी चार दो शून्य एक तीन हैं", Correction("tail", "2013")),
        ("last four are two zero one three", Correction("tail", "2013")),
        ("last ke do digit saintalis hain", Correction("tail", "47")),
        ("last wale chaar 8441", Correction("tail", "8441")),
        ("आखिरी वाला आठ है", Correction("tail", "8")),
        ("लास्ट में सात सात है", Correction("tail", "77")),
        ("47 par khatam hota hai", Correction("tail", "47")),
        ("last do ko 98 kar do", Correction("tail", "98")),
        ("आखिरी अंक पाँच नहीं छह है", Correction("tail", "6")),
        ("आखिरी में सात नहीं नौ आएगा", Correction("tail", "9")),
        ("pehle teen ank nau aath saat hain", Correction("head", "987")),
        ("शुरू के दो अंक बानवे हैं", Correction("head", "92")),
        ("98 se shuru hota hai", Correction("head", "98")),
        ("paanch nahi chhah", Correction("swap", "6", "5")),
        ("वो सात नहीं नौ है", Correction("swap", "9", "7")),
        ("chhah hai paanch nahi", Correction("swap", "6", "5")),
        ("पाँच की जगह छह है", Correction("swap", "6", "5")),
        ("सात के बजाय नौ", Correction("swap", "9", "7")),
        ("paanch ko chhah kar do", Correction("swap", "6", "5")),
        ("not five, six", Correction("swap", "6", "5")),
        ("44 nahi 45 hai", Correction("swap", "45", "44")),
    ],
)
def test_a_correction_of_earlier_words_is_named(text: str, correction: Correction) -> None:
    heard = hear(text, language="hi", region="IN")
    assert heard.corrections == (correction,)
    assert heard.runs == ()
    assert Intent.CORRECTION in heard.intents


@pytest.mark.parametrize("text", ["last digit saat nahi hai", "आखिरी चार 9597 नहीं", "paanch nahi hai"])
def test_what_is_denied_is_neither_number_nor_correction(text: str) -> None:
    heard = hear(text, language="hi")
    assert heard.runs == ()
    assert heard.corrections == ()
    assert Intent.NO in heard.intents


@pytest.mark.parametrize(
    ("intent", "texts"),
    [
        (Intent.YES, "हाँ|हां|जी|जी हाँ सही है|haan ji bilkul sahi hai|theek hai ji|yahi hai|ओके सही है|haan bhai sahi hai"),
        (Intent.YES, "yes correct hai|हाँ जी एकदम सही है|haan right hai|ok theek hai thank you|bilkul sahi bola aapne"),
        (Intent.NO, "नहीं|nahi|जी नहीं|सही नहीं है|sahi nahi hai|ये सही नहीं है|theek nahi hai|galat hai|ग़लत है"),
        (Intent.NO, "haan galat hai|नहीं ठीक है|ye mera number nahi hai|ek digit galat hai|nahi, sahi hai|bilkul galat"),
        (
            Intent.HEDGE,
            "haan lekin purana hai|sahi hai kya|सही है ना|haan shayad|lagta hai sahi hai|हाँ मगर|theek hai par",
        ),
        (Intent.HEDGE, "haan bolo|जी बोलिए|जी?|हाँ?|क्या यह सही है|sahi hoga|haan agar aap kaho|sahi se likho|ठीक करो"),
        (
            Intent.HEDGE,
            "haan main hi bol raha hoon|haan ek aur number hai|हाँ सुन रहा हूँ|haan ye purana hai|thoda theek hai",
        ),
        (Intent.DECLINE, "main number nahi dena chahta|मैं नंबर नहीं देना चाहती|nahi dunga|मेरे पास मोबाइल नहीं है"),
        (Intent.DECLINE, "rehne dijiye|रहने दो|number share nahi karna|मैं नहीं बताऊँगा|zaroorat nahi hai|personal hai"),
        (Intent.REPEAT, "क्या कहा आपने|phir se boliye|dobara bataiye|फिर से बताइए|क्या|kya?|sunai nahi diya|समझ नहीं आया"),
        (Intent.WHY, "kyon|क्यों चाहिए|number kyun chahiye|kis liye chahiye aapko|आप नंबर का क्या करेंगे"),
        (
            Intent.WAIT,
            "ek minute|एक मिनट रुकिए|ruko zara|dekh kar batata hoon|do minute dijiye|sochne do|haan ek minute",
        ),
        (Intent.PERSON, "kisi insaan se baat karni hai|मुझे किसी आदमी से बात करनी है|manager se baat karao|क्या आप रोबोट हैं"),
        (
            Intent.CALLER_ID,
            "jis number se call kar raha hoon|isi number par|यही नंबर ले लीजिए|jo screen par dikh raha hai|यही",
        ),
        (Intent.UNCLEAR, "hmm|अच्छा|हम्म हम्म|achha achha|हूँ"),
        (Intent.CORRECTION, "nahi ruko|galat bol diya|मेरा मतलब था|badal dijiye|change karna hai"),
    ],
)
def test_intents(intent: Intent, texts: str) -> None:
    for text in texts.split("|"):
        heard = hear(text, language="hi")
        assert intent in heard.intents, text
        assert heard.agrees == (intent is Intent.YES), text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("india ka number hai", "91"),
        ("भारतीय नंबर है", "91"),
        ("भारत का", "91"),
        ("अमेरिका का नंबर है", "1"),
        ("american number hai", "1"),
        ("ब्रिटेन का", "44"),
        ("dubai ka number hai", "971"),
        ("नेपाली नंबर है", "977"),
        ("singapore ka number", "65"),
        ("mere indian dost ne bola", ""),
        ("main kal nepal ja raha hoon", ""),
        ("चीनी कम है चाय में", ""),
        ("mujhe french fries chahiye", ""),
    ],
)
def test_a_country_is_heard_where_a_number_is_meant(text: str, code: str) -> None:
    assert hear(text, language="hi").calling_code == code


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("मैंने नंबर नोट कर लिया है", True),
        ("aapka number save ho gaya hai", True),
        ("नंबर दर्ज कर दिया गया है", True),
        ("number update kar diya hai", True),
        ("मैं नंबर सेव कर लूँ?", False),
        ("आपका नंबर अभी सेव नहीं हुआ है", False),
        ("जब आप हाँ कहेंगे तब नंबर सेव होगा", False),
        ("number save kar liya jayega", False),
        ("kya number save ho gaya", False),
        ("नंबर नोट कर लिया क्या?", False),
    ],
)
def test_a_claim_is_something_done(text: str, claims: bool) -> None:
    assert claims_saved(text, language="hi") == claims


def test_what_is_spelled_alike_is_a_reading() -> None:
    """Romanised "saath" is sixty, and seven as many write it; validity decides."""
    assert hear("nau saath", language="hi").runs[0].readings == ("97", "960")
    assert digits("saath do saath chaar paanch chhe saath aath nau zero", language="hi", region="IN") == "7274567890"
