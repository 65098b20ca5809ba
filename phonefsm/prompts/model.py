# SPDX-License-Identifier: Apache-2.0
"""What the model is told: instructions, replies to its calls and nudges, in English.

Texts are data at the top; the functions below choose among them and fill them in.
"""

from functools import cache
from typing import Final

from phonefsm.instructions import Instructions
from phonefsm.ladder import Rung
from phonefsm.number import PhoneNumber
from phonefsm.policy import CapturePolicy
from phonefsm.prompts.caller import keypad_line, read_back_line, speaks_english
from phonefsm.prompts.situation import Situation, number_for
from phonefsm.table import Code, State

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
_HEARING_ELSEWHERE: Final = (
    "The caller's words come from speech recognition and are noisy. They are in the language {language!r}, as yours "
    "must be. Numbers may be spoken as words. Put this right silently and do not mention it."
)
_READING: Final = "The caller types. Tidy spaces, dashes and brackets silently and do not mention it."
_READING_ELSEWHERE: Final = _READING + " The language is {language!r}; answer in it."

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
    "Now: {number} is recorded but not saved. {read_back} After a clear yes{whole} call confirm_phone_number, alone. "
    "After a correction call update_phone_number; after a plain no, reject_phone_number. Anything unclear: ask again."
)
_CONFIRM_AGREED: Final = (
    "Now: the caller has heard {number} and agreed to it. Call confirm_phone_number now, alone, before you say "
    "anything; it is not saved yet."
)
_READ_AS: Final = 'Read it back to the caller as "{spoken}", ask whether it is right, and wait for the answer.'
_READ_LINE: Final = 'Read it back to the caller: "{line}" Wait for the answer.'
_READ_PART: Final = (
    'It went wrong before, so read it back one part at a time. Now part {part} of {count}: "{line}" After a yes go on '
    "with {rest}, one at a time, and ask at the end whether the whole number is right."
)
_READ_LAST: Final = 'It went wrong before, so read it back one part at a time. Now the last part: "{line}"'
_WHOLE: Final = " to the whole number"
_ASK_IN_PARTS: Final = (
    "Now: no number is recorded, and one went wrong. Ask for the phone number in parts, the area code first; when the "
    "caller gives it, call update_phone_number."
)
_ASK_KEYPAD: Final = (
    'Now: no number is recorded, and it went wrong several times. Ask for it on the keypad: "{line}" What is keyed in '
    "is recorded without a call of yours. If the caller says the number, call update_phone_number."
)
_OFFER_PERSON: Final = "It went wrong several times: tell the caller that a person can take over."

_AGAIN: Final = {
    Rung.GROUPS: "ask for it again in parts, the area code first",
    Rung.DIGITS: "ask for it again in parts, the area code first",
    Rung.PARTS: "ask for it again in parts, the area code first",
    Rung.KEYPAD: "ask the caller to key it in, with the # key at the end",
}
_READ_BACK: Final = {
    Rung.GROUPS: "Read it back to the caller in groups, ask whether it is right, wait for the answer, and after a yes "
    "call confirm_phone_number.",
    Rung.DIGITS: "Read it back to the caller digit by digit, ask whether it is right, wait for the answer, and after a "
    "yes call confirm_phone_number.",
    Rung.PARTS: "Read it back to the caller one part at a time, wait for a yes after each part, ask at the end whether "
    "the whole number is right, and after a yes to that call confirm_phone_number.",
    Rung.KEYPAD: "Read it back to the caller digit by digit, ask whether it is right, wait for the answer, and after a "
    "yes call confirm_phone_number.",
}

REPLIES: Final[dict[Code, str]] = {
    Code.RECORDED: "Recorded, not saved yet: {detail}. {read_back}",
    Code.HEARD_INSTEAD: "Recorded, not saved yet: {detail}, which is what the caller said; your argument differed. "
    "{read_back}",
    Code.PART_RECORDED: "A part is recorded, nothing is saved yet: {detail}. Ask for the next digits, and add them "
    "with extend_phone_number.",
    Code.UNCHANGED: "Nothing was changed: {detail} is already recorded and not saved yet. If the caller has heard it "
    "and agreed, call confirm_phone_number; otherwise read it back.",
    Code.COMPLETED: "Saved: {detail}. The phone number is done; go on without asking for it again.",
    Code.REJECTED: "Nothing is recorded now: the number was dropped. Apologise and {again}.",
    Code.DECLINED: "No number was saved: the caller declined. Go on without asking for it again.",
    Code.CALLER_ASKED: "No number was saved: the caller asked for a person. Hand over.",
    Code.NO_INPUT: "Nothing was changed: the caller was silent. Ask again.",
    Code.REOPENED: "Nothing is recorded now: the caller took it back. Ask for the number.",
    Code.NOT_A_NUMBER: "Nothing was saved: that is not a phone number. Ask for the number again.",
    Code.TOO_SHORT: "Nothing was saved: that number is too short. Tell the caller and {again}.",
    Code.TOO_LONG: "Nothing was saved: that number is too long. Tell the caller and {again}.",
    Code.NO_SUCH_NUMBER: "Nothing was saved: there is no such number. Tell the caller and {again}.",
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
    Code.NOT_HEARD: "Nothing was saved: the caller did not give that number. {detail}",
    Code.WHICH_NUMBER: "Nothing was saved by this call: two different numbers were sent at once. Ask the caller which "
    "one it is, and send that one alone.",
    Code.NOT_READ_BACK: "Nothing was confirmed: the number has not been read back to the caller, whole and to the "
    "end. {read_back}",
    Code.NOT_ANSWERED: "Nothing was confirmed: the caller has not answered the read-back yet. Wait for the answer.",
    Code.UNCLEAR: "Nothing was confirmed: the caller's answer was not a clear yes. Read the number back again and ask "
    "for a yes or a no.",
    Code.OBJECTED: "Nothing was confirmed: the caller did not agree. Find out what is wrong; record a correction with "
    "update_phone_number or drop the number with reject_phone_number.",
    Code.NOT_ALONE: "Nothing was confirmed: confirm_phone_number must be called alone, after the caller has heard the "
    "number and agreed.",
    Code.NOT_DECLINED: "Nothing was changed: the caller did not refuse to give a number. Record the digits that they "
    "gave; without any, ask for the number.",
    Code.NOTHING_PENDING: "Nothing was changed: no number is waiting for an answer. Ask for the number.",
    Code.FINISHED: "Nothing was changed: this capture has already ended. Go on without calling its tools.",
    Code.NOT_FINISHED: "Nothing was changed: this capture is still open.",
    Code.UNKNOWN_TOOL: "Nothing was changed: there is no such tool. Use one of: {detail}.",
    Code.INVALID_ARGUMENTS: "Nothing was changed: the arguments do not fit ({detail}). Correct them and call again.",
}
"""What the model reads, by code; the outcome comes first, as some providers drop the error flag.

``{read_back}`` and ``{again}`` say how to read back and how to ask on the rung of the ladder that is reached.
"""

SENDS_AGAIN: Final = "where the caller's latest turn gave digits, once a turn"
NOT_HEARD_DETAILS: Final = {
    "": "Heard from the caller: {digits}. Ask the caller for the number, and send only what they say.",
    SENDS_AGAIN: "Heard from the caller: {digits}. If that is the number or a part of it, call update_phone_number "
    "with {digits}; else ask for it.",
    "where a number is pending and no digits are new": "No new digits were heard. {number} is still recorded, not "
    "saved: read it back to the caller, and after a yes call confirm_phone_number.",
    "where nothing was heard": "No new digits were heard. Ask the caller for the number, and send only what they say.",
}
"""What a reply with ``not_heard`` says was heard, and what to do about it, by when.

Where a call is to follow, no line to say is quoted: a weak model that passes one over does not copy the next one.
"""
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

QUOTES_LINE: Final = frozenset(
    {
        Code.RECORDED,
        Code.HEARD_INSTEAD,
        Code.PART_RECORDED,
        Code.UNCHANGED,
        Code.REJECTED,
        Code.NOT_A_NUMBER,
        Code.TOO_SHORT,
        Code.TOO_LONG,
        Code.NO_SUCH_NUMBER,
        Code.COUNTRY_NEEDED,
        Code.COUNTRY_NOT_SERVED,
        Code.KIND_NOT_SERVED,
        Code.SHORT_CODE,
        Code.NOT_HEARD,
        Code.WHICH_NUMBER,
        Code.NOT_READ_BACK,
        Code.UNCLEAR,
        Code.NOT_DECLINED,
    }
)
"""Codes of replies that end with the line to say next, as it is said where there is no model.

A weak model repeats its own argument instead of what was recorded, or reads back what was not recorded at all; it does
copy a line that it is given.
"""

_NUDGES: Final = {
    State.ASKING: "Nothing has been saved: you said so without calling a tool. If the caller gave a number, call "
    "update_phone_number with it now.",
    State.COLLECTING: "Nothing has been saved: you said so without calling a tool. Call extend_phone_number with the "
    "digits that the caller gave.",
    State.PENDING_CONFIRMATION: "Nothing has been saved: you said so without calling a tool. If the caller heard the "
    "number and agreed, call confirm_phone_number now.",
}
_UNTAKEN: Final = {
    State.ASKING: "Nothing is recorded: you spoke without calling a tool. Heard from the caller: {digits}. If that is "
    "the number or a part of it, call update_phone_number with it now.",
    State.COLLECTING: "Nothing was added: you spoke without calling a tool. Heard from the caller: {digits}. If that "
    "is the next part of the number, call extend_phone_number with it now.",
    State.PENDING_CONFIRMATION: "Nothing was changed: you spoke without calling a tool. Heard from the caller: "
    "{digits}. If that corrects the number, call update_phone_number now.",
}


def reply_text(code: Code, state: State, detail: str, rung: Rung = Rung.GROUPS) -> str:
    """Return what a reply tells; ``detail`` is the number, or what the code's text has a place for."""
    return _template(code, state is State.COMPLETED, rung).replace("{detail}", detail)


@cache
def _template(code: Code, completed: bool, rung: Rung) -> str:  # noqa: FBT001 - a key of the cache
    text = _INSTEAD_SAVED if code is Code.HEARD_INSTEAD and completed else REPLIES[code]
    return text.replace("{read_back}", _READ_BACK[rung]).replace("{again}", _AGAIN[rung])


def not_heard_detail(digits: str, number: PhoneNumber | None, *, again: bool) -> str:
    """Return what was heard in place of a number that the caller did not give, and what to do about it.

    Args:
        digits: what the caller gave since the last candidate, as a list.
        number: the number that waits for an answer.
        again: the caller's latest turn gave some of them, and they may simply be sent.
    """
    heard, sent_again, pending, nothing = NOT_HEARD_DETAILS.values()
    if digits:
        return (sent_again if again else heard).format(digits=digits)
    return nothing if number is None else pending.format(number=number)


def nudge_text(state: State) -> str | None:
    """Return what to tell a model that said "saved" and called nothing."""
    return _NUDGES.get(state)


def reminder_text(state: State, digits: str) -> str | None:
    """Return what to tell a model that spoke and called nothing, though the caller gave ``digits``."""
    return _UNTAKEN[state].format(digits=digits) if digits and state in _UNTAKEN else None


def instructions_for(now: Situation, policy: CapturePolicy) -> Instructions:
    """Return the model's instructions: a part that is the same in every state, then this state's lines."""
    switched = policy.require_confirmation
    in_text = bool(switched) or now.always_confirm if switched is not False else False
    english = speaks_english(policy)
    hearing = _HEARING if english else _HEARING_ELSEWHERE.format(language=policy.language)
    reading = _READING if english else _READING_ELSEWHERE.format(language=policy.language)
    return Instructions(
        _instructions(now, policy, hearing, confirms=switched is not False, audio=True),
        text=_instructions(now, policy, reading, confirms=in_text, audio=False),
    )


def _instructions(now: Situation, policy: CapturePolicy, hearing: str, *, confirms: bool, audio: bool) -> str:
    lines = [_FIXED.format(hearing=hearing)]
    if policy.extra_instructions:
        lines.append(policy.extra_instructions)
    if now.state is State.PENDING_CONFIRMATION and now.number is not None:
        lines.append(_confirm_lines(now, policy, audio=audio))
    else:
        lines.append(_state_line(now, policy, audio=audio))
        if confirms and now.state in (State.ASKING, State.COLLECTING):
            lines.append(_CONFIRM_AHEAD)
    if now.state in _NUDGES:
        lines.append(_DECLINE_LINE)
        if policy.handover:
            lines.append(_HANDOVER_LINE)
            if now.climbed:
                lines.append(_OFFER_PERSON)
    return "\n".join(lines)


def _confirm_lines(now: Situation, policy: CapturePolicy, *, audio: bool) -> str:
    if now.agreed:
        return _CONFIRM_AGREED.format(number=now.number)
    # A number that waits for an answer needs these lines in either modality.
    read_back = _how_to_read(now, policy, audio=audio)
    whole = _WHOLE if audio and now.parts else ""
    return _CONFIRM_NOW.format(number=now.number, read_back=read_back, whole=whole)


def _how_to_read(now: Situation, policy: CapturePolicy, *, audio: bool) -> str:
    """Return how to read the candidate back: the words themselves wherever the model could not make them up."""
    line = read_back_line(now, policy, audio=audio)
    if audio and now.parts:
        rest = [f'"{part}"' for part in now.parts[now.place + 1 :]]
        if not rest:
            return _READ_LAST.format(line=line)
        return _READ_PART.format(part=now.place + 1, count=len(now.parts), line=line, rest=", then ".join(rest))
    if not speaks_english(policy) or (audio and policy.keypad):
        return _READ_LINE.format(line=line)
    return _READ_AS.format(spoken=number_for(now, policy, audio=audio))


def _state_line(now: Situation, policy: CapturePolicy, *, audio: bool) -> str:
    if now.state is State.ASKING and now.rung is Rung.KEYPAD and audio:
        return _ASK_KEYPAD.format(line=keypad_line(now, policy))
    if now.state is State.ASKING and now.failed:
        return _ASK_IN_PARTS
    return _STATE_LINES[now.state].format(number=now.part)
