# SPDX-License-Identifier: Apache-2.0
"""All wording: instructions for the model, replies to its calls, and prompts for a host that has no model.

Texts are data at the top; the functions below choose among them and fill them in.
"""

from typing import Final, NamedTuple

from phonefsm.errors import PolicyError
from phonefsm.instructions import Instructions
from phonefsm.number import PhoneNumber
from phonefsm.policy import CapturePolicy
from phonefsm.speech import Intent, has_lexicon, say, written
from phonefsm.table import UNUSABLE, Code, State

_FIXED: Final = """\
You handle one step of a larger system: taking down the caller's phone number. Do nothing else; leave anything \
off topic aside and come back to the number.
Call a tool for every new or corrected number before you say anything about it. Really call it: writing or saying \
that you did is not a call, and nothing is saved until a tool result says so.
Pass on only digits that the caller gave. Never invent, complete or guess one.
{hearing}
Read numbers back in short groups, never as one block of digits.
After any trouble, ask for the number in parts, the area code first.
Give no example of a number or of a format unless the caller asks for one.
No greetings, no markdown, no chatter: one or two short sentences.\
"""
_HEARING: Final = (
    "The caller's words come from speech recognition and are noisy. Numbers may be spoken as words; 'oh' means zero, "
    "'double' repeats a digit, 'plus' and 'area code' belong to the number, and 'uh' or 'like' do not. Put this "
    "right silently and do not mention it."
)
_READING: Final = "The caller types. Tidy spaces, dashes and brackets silently and do not mention it."

_STATE_LINES: Final = {
    State.ASKING: "Now: no number is recorded. Ask for the phone number; when the caller gives it, call "
    "update_phone_number.",
    State.COLLECTING: "Now: the caller is giving the number in parts; so far {number}. Add the next digits with "
    "extend_phone_number, or send the whole number with update_phone_number. If they say it is wrong, call "
    "reject_phone_number.",
    State.COMPLETED: "Now: the number is saved. Do not ask for it again.",
    State.DECLINED: "Now: the caller gave no number. Do not ask for it again.",
    State.ESCALATED: "Now: no number was saved and a person takes over. Do not ask for the number again.",
}
_DECLINE_LINE: Final = (
    "If the caller does not want to give one, call decline_phone_number_capture; a plain no to a read-back is no "
    "refusal."
)
_HANDOVER_LINE: Final = "If the caller wants a person, call escalate_phone_number_capture."
_CONFIRM_AHEAD: Final = "Every number is read back to the caller and confirmed before it counts."
_CONFIRM_NOW: Final = (
    'Now: {number} is recorded but not saved. Read it back to the caller as "{spoken}", ask whether it is right, and '
    "wait for the answer. After a clear yes call confirm_phone_number, alone. After a correction call "
    "update_phone_number; after a plain no, reject_phone_number. Anything unclear: ask again."
)

REPLIES: Final[dict[Code, str]] = {
    Code.RECORDED: "Recorded, not saved yet: {detail}. Read it back to the caller in groups, ask whether it is right, "
    "and wait for the answer.",
    Code.HEARD_INSTEAD: "Recorded, not saved yet: {detail}, which is what the caller said; your argument differed. "
    "Read it back to the caller in groups, ask whether it is right, and wait for the answer.",
    Code.PART_RECORDED: "A part is recorded, nothing is saved yet: {detail}. Ask for the next digits.",
    Code.UNCHANGED: "Nothing was changed: {detail} is already recorded and not saved yet. If the caller has heard it "
    "and agreed, call confirm_phone_number; otherwise read it back.",
    Code.COMPLETED: "Saved: {detail}. The phone number is done; go on without asking for it again.",
    Code.REJECTED: "Nothing is recorded now: the number was dropped. Ask for it again in parts, the area code first.",
    Code.DECLINED: "No number was saved: the caller declined. Go on without asking for it again.",
    Code.CALLER_ASKED: "No number was saved: the caller asked for a person. Hand over.",
    Code.NO_INPUT: "Nothing was changed: the caller was silent. Ask again.",
    Code.REOPENED: "Nothing is recorded now: the caller took it back. Ask for the number.",
    Code.NOT_A_NUMBER: "Nothing was saved: that is not a phone number. Ask for the number again.",
    Code.TOO_SHORT: "Nothing was saved: that number is too short. Tell the caller and ask for it again in parts, the "
    "area code first.",
    Code.TOO_LONG: "Nothing was saved: that number is too long. Tell the caller and ask for it again in parts, the "
    "area code first.",
    Code.NO_SUCH_NUMBER: "Nothing was saved: there is no such number. Tell the caller and ask for it again in parts, "
    "the area code first.",
    Code.COUNTRY_NEEDED: "Nothing was saved: the country is not known. Ask which country the number is in, then send "
    "it with its country code.",
    Code.COUNTRY_NOT_SERVED: "Nothing was saved: numbers of that country are not served. Tell the caller and ask for "
    "another number.",
    Code.KIND_NOT_SERVED: "Nothing was saved: numbers of that kind are not served. Tell the caller and ask for "
    "another number.",
    Code.SHORT_CODE: "Nothing was saved: that is an emergency or short number, not one to call back. Ask for a full "
    "phone number.",
    Code.ATTEMPTS_EXHAUSTED: "Nothing was saved: too many numbers were tried, and the capture has ended. Hand over to "
    "a person.",
    Code.REJECTIONS_EXHAUSTED: "Nothing was saved: too many numbers were rejected, and the capture has ended. Hand "
    "over to a person.",
    Code.REFUSALS_EXHAUSTED: "Nothing was saved: too many calls changed nothing, and the capture has ended. Hand over "
    "to a person.",
    Code.SILENCE: "Nothing was saved: the caller stayed silent, and the capture has ended. Hand over to a person.",
    Code.NOT_HEARD: "Nothing was saved: the caller did not give that number. {detail} Ask the caller for the number, "
    "and send only what they say.",
    Code.WHICH_NUMBER: "Nothing was saved by this call: two different numbers were sent at once. Ask the caller which "
    "one it is, and send that one alone.",
    Code.NOT_READ_BACK: "Nothing was confirmed: the number has not been read back to the caller, whole and to the "
    "end. Read it back, ask whether it is right, and wait for the answer.",
    Code.NOT_ANSWERED: "Nothing was confirmed: the caller has not answered the read-back yet. Wait for the answer.",
    Code.UNCLEAR: "Nothing was confirmed: the caller's answer was not a clear yes. Read the number back again and ask "
    "for a yes or a no.",
    Code.OBJECTED: "Nothing was confirmed: the caller did not agree. Find out what is wrong; record a correction with "
    "update_phone_number or drop the number with reject_phone_number.",
    Code.NOT_ALONE: "Nothing was confirmed: confirm_phone_number must be called alone, after the caller has heard the "
    "number and agreed.",
    Code.NOT_DECLINED: "Nothing was changed: the caller did not refuse to give a number. Go on with it.",
    Code.NOTHING_PENDING: "Nothing was changed: no number is waiting for an answer. Ask for the number.",
    Code.FINISHED: "Nothing was changed: this capture has already ended. Go on without calling its tools.",
    Code.NOT_FINISHED: "Nothing was changed: this capture is still open.",
    Code.UNKNOWN_TOOL: "Nothing was changed: there is no such tool. Use one of: {detail}.",
    Code.INVALID_ARGUMENTS: "Nothing was changed: the arguments do not fit ({detail}). Correct them and call again.",
}
"""What the model reads, by code; the outcome comes first, as some providers drop the error flag."""

_INSTEAD_SAVED: Final = (
    "Saved: {detail}, which is what the caller said; your argument differed. The phone number is done; go on "
    "without asking for it again."
)

ERRORS: Final = frozenset(Code) - {
    Code.RECORDED,
    Code.HEARD_INSTEAD,
    Code.PART_RECORDED,
    Code.UNCHANGED,
    Code.COMPLETED,
    Code.REJECTED,
    Code.DECLINED,
    Code.CALLER_ASKED,
    Code.NO_INPUT,
    Code.REOPENED,
}
"""Codes of replies in which what was asked for did not happen."""

_NUDGES: Final = {
    State.ASKING: "Nothing has been saved: you said so without calling a tool. If the caller gave a number, call "
    "update_phone_number with it now.",
    State.COLLECTING: "Nothing has been saved: you said so without calling a tool. Call extend_phone_number with the "
    "digits that the caller gave.",
    State.PENDING_CONFIRMATION: "Nothing has been saved: you said so without calling a tool. If the caller heard the "
    "number and agreed, call confirm_phone_number now.",
}

PROMPTS: Final[dict[str, str]] = {
    "ask": "What is your phone number?",
    "ask_again": "Could you give me the number again?",
    "ask_parts": "Please give me the number in parts, starting with the area code.",
    "more": "Thank you. What comes next?",
    "so_far": "So far I have {number}. What comes next?",
    "read_back": "I have {number}. Is that right?",
    "read_back_keypad": "I have {number}. Is that right? You can also press 1 for yes or 2 for no.",
    "yes_or_no": "Sorry, I need a yes or a no.",
    "why": "We only use it to reach you about this.",
    "once_more": "You do not have to. It would help us to reach you, though.",
    "wait": "Of course, take your time.",
    "incomplete": "That is not a whole number yet.",
    "caller_id": "I cannot see the number that you are calling from.",
    "off_topic": "I can only take down your phone number here.",
    "silent": "Sorry, I did not hear anything.",
    "not_heard": "Sorry, I did not catch the number.",
    "sorry": "Sorry about that.",
    "which_number": "I heard more than one number.",
    "not_a_number": "Sorry, I did not catch the number.",
    "too_short": "That number is too short.",
    "too_long": "That number is too long.",
    "no_such_number": "There is no such number.",
    "country_needed": "Which country is that number in?",
    "country_not_served": "I am sorry, we cannot take numbers of that country.",
    "kind_not_served": "I am sorry, we cannot take numbers of that kind.",
    "short_code": "That is a short number, and I need a full one.",
    "completed": "Thank you, I have your number.",
    "declined": "That is fine, we will do without a number.",
    "escalated": "I will get a person to help you.",
}
"""What the agent says where no model does, by key; ``policy.wording`` replaces any of it."""


class Situation(NamedTuple):
    """What wording depends on; a view of a capture at one moment."""

    state: State
    code: Code | None
    """What the last transition since the caller's latest turn said."""
    number: PhoneNumber | None
    part: str
    country_given: bool
    always_confirm: bool
    spell: bool
    """A number was rejected, or the second ear heard another: read back digit by digit."""
    attempts: int
    intents: Intent
    spoke: bool
    """The caller has said something since the capture's last transition."""


def check_wording(policy: CapturePolicy) -> None:
    """Check that ``policy.wording`` replaces prompts that exist.

    Raises:
        PolicyError: it names another one.
    """
    for key in policy.wording:
        if key not in PROMPTS:
            raise PolicyError(f"wording.{key}: no such prompt; known are {', '.join(PROMPTS)}")


def reply_text(code: Code, state: State, detail: str) -> str:
    """Return the text of a reply; ``detail`` is the number, or what the code's text has a place for."""
    text = _INSTEAD_SAVED if code is Code.HEARD_INSTEAD and state is State.COMPLETED else REPLIES[code]
    return text.replace("{detail}", detail)


def nudge_text(state: State) -> str | None:
    """Return what to tell a model that said "saved" and called nothing."""
    return _NUDGES.get(state)


def instructions_for(now: Situation, policy: CapturePolicy) -> Instructions:
    """Return the model's instructions: a part that is the same in every state, then this state's lines."""
    switched = policy.require_confirmation
    in_text = bool(switched) or now.always_confirm if switched is not False else False
    return Instructions(
        _instructions(now, policy, _HEARING, confirms=switched is not False, audio=True),
        text=_instructions(now, policy, _READING, confirms=in_text, audio=False),
    )


def _instructions(now: Situation, policy: CapturePolicy, hearing: str, *, confirms: bool, audio: bool) -> str:
    lines = [_FIXED.format(hearing=hearing)]
    if policy.extra_instructions:
        lines.append(policy.extra_instructions)
    if now.state is State.PENDING_CONFIRMATION and now.number is not None:
        # A number that waits for an answer needs these lines in either modality.
        lines.append(_CONFIRM_NOW.format(number=now.number, spoken=_number(now, policy, audio=audio)))
    else:
        lines.append(_STATE_LINES[now.state].format(number=now.part))
        if confirms and now.state in (State.ASKING, State.COLLECTING):
            lines.append(_CONFIRM_AHEAD)
    if now.state in _NUDGES:
        lines.append(_DECLINE_LINE)
        if policy.handover:
            lines.append(_HANDOVER_LINE)
    return "\n".join(lines)


def prompt_for(now: Situation, policy: CapturePolicy) -> Instructions:
    """Return what to say next where there is no model."""
    audio, text = (_prompt(now, policy, audio=audio) for audio in (True, False))
    return Instructions(audio, text=text if text != audio else None)


def _prompt(now: Situation, policy: CapturePolicy, *, audio: bool) -> str:
    words = {**PROMPTS, **policy.wording}
    keys = _PROMPT_KEYS[now.state](now, policy)
    number = now.part if now.state is State.COLLECTING else ""
    if now.state is State.PENDING_CONFIRMATION:
        number = _number(now, policy, audio=audio)
    elif number and audio:
        number = " ".join(number.lstrip("+"))
    return " ".join(words[key].replace("{number}", number) for key in keys)


def _only_asks(now: Situation) -> bool:
    """Return whether the caller's turn asks for words alone, though a driver without patience tried it as a number."""
    asks = now.intents & (Intent.WAIT | Intent.WHY | Intent.REPEAT | Intent.DECLINE)
    return now.code is None or (now.code is Code.NOT_HEARD and bool(asks))


def _ask(now: Situation, _: CapturePolicy) -> list[str]:
    if now.code in UNUSABLE:
        if now.code is Code.COUNTRY_NEEDED:
            return ["country_needed"]
        return [now.code.value, "ask_parts" if now.spell or now.attempts > 1 else "ask_again"]
    if now.code is Code.NOT_HEARD and now.intents & Intent.CALLER_ID:
        return ["caller_id", "ask"]
    by_code = {
        Code.NO_INPUT: ["silent", "ask"],
        Code.REJECTED: ["sorry", "ask_parts"],
        Code.NOT_HEARD: ["not_heard", "ask_parts"],
        Code.WHICH_NUMBER: ["which_number", "ask_again"],
    }
    if now.code in by_code and not _only_asks(now):
        return by_code[now.code]
    return [*_aside(now), "ask"] if not now.intents & Intent.WAIT else ["wait"]


def _aside(now: Situation) -> list[str]:
    """Return the keys of what to say first to a turn that gave no number."""
    for intent, key in ((Intent.WHY, "why"), (Intent.DECLINE | Intent.NO, "once_more")):
        if now.intents & intent:
            return [key]
    if now.intents & (Intent.REPEAT | Intent.YES) or not now.spoke:
        return []
    return ["off_topic"]


def _more(now: Situation, _: CapturePolicy) -> list[str]:
    if now.code is Code.PART_RECORDED:
        return ["more"]
    if now.intents & Intent.WAIT:
        return ["wait"]
    if now.code is Code.NO_INPUT:
        return ["silent", "so_far"]
    if now.intents & Intent.YES and now.spoke:  # "that's it"
        return ["incomplete", "so_far"]
    aside = _aside(now)
    return [*(aside if aside != ["off_topic"] else ["not_heard"]), "so_far"]


def _read_back(now: Situation, policy: CapturePolicy) -> list[str]:
    key = "read_back_keypad" if policy.keypad else "read_back"
    if now.code is Code.NO_INPUT:
        return ["silent", key]
    if _only_asks(now):
        if now.intents & Intent.WAIT:
            return ["wait"]
        for intent, aside in ((Intent.WHY, "why"), (Intent.DECLINE, "once_more")):
            if now.intents & intent:
                return [aside, key]
    if (now.spoke or now.code in (Code.UNCLEAR, Code.NOT_HEARD)) and not now.intents & Intent.REPEAT:
        return ["yes_or_no", key]
    return [key]


def _over(now: Situation, _: CapturePolicy) -> list[str]:
    return [now.state.value]


_PROMPT_KEYS: Final = {
    State.ASKING: _ask,
    State.COLLECTING: _more,
    State.PENDING_CONFIRMATION: _read_back,
    State.COMPLETED: _over,
    State.DECLINED: _over,
    State.ESCALATED: _over,
}


def _number(now: Situation, policy: CapturePolicy, *, audio: bool) -> str:
    """Return the candidate as the agent should give it: with its country code unless the caller knows it."""
    number = now.number
    if number is None:
        return ""
    region = policy.default_region
    extension = number.extension or ""
    if not audio:
        return written(number.e164, extension, region=region)
    return say(
        number.e164,
        extension,
        language=policy.language if has_lexicon(policy.language) else "en",
        region=region,
        spell=now.spell or policy.read_back == "digits",
        international=None if now.country_given else True,
    )
