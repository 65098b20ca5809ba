# SPDX-License-Identifier: Apache-2.0
"""The built-in driver: what the caller said in, what to say next out, no model needed.

It makes the tool calls that a good model would make, through the same door, so the capture guards it as it
guards a model; it never decides by itself that a number counts.
"""

from typing import Final, Literal

from phonefsm import Code, Consent, Instructions, PhoneCapture, PhoneNumber, State, ToolCall, ToolReply, Trigger
from phonefsm.speech import Correction, Heard, Intent, Run, has_lexicon, hear, runs

PATIENCE: Final = 2
"""Turns in a row that ask for no call and are answered kindly, and times that a read-back in parts begins again. Each
further turn is passed on as if it were a number, and refused, so that the capture's own limit ends a conversation that
leads nowhere."""
WHOLE_DIGITS: Final = 7
"""Digits from which a run is meant as a whole number rather than as a part of one."""
CODE_DIGITS: Final = 3
"""Digits that a country's calling code may have."""
MAX_CLAIM: Final = 200
"""Characters of a claim; a longer one is no number."""

_PENDING: Final = State.PENDING_CONFIRMATION
_IN_HAND: Final = (State.COLLECTING, _PENDING)
_CHANGES: Final = Intent.NO | Intent.CORRECTION
_ASKS: Final = Intent.WAIT | Intent.REPEAT | Intent.WHY
_REFUSES: Final = "the caller does not want to give a number"
_WANTS_PERSON: Final = "the caller wants a person"


class Dialogue:
    """Drives one capture.

    A host gives it the caller's turns and speaks what it returns. What was really played of that is the host's to
    report, with ``capture.agent_said``: the driver cannot know it, and without it no read-back counts.

    Args:
        capture: a capture that this driver alone calls tools on.

    """

    def __init__(self, capture: PhoneCapture) -> None:
        self.capture = capture
        self.replies: tuple[ToolReply, ...] = ()
        """The capture's replies to what the latest turn led to."""
        self._refused_once = False
        self._astray = 0
        self._without_country = ""
        self._due = self._restarts = 0

    def open(self) -> Instructions:
        """Return the first line to say."""
        return self._next()

    def heard(self, text: str, modality: Literal["audio", "text"] | None = None) -> Instructions:
        """Take in a caller's turn and return what to say next; a blank one is silence.

        Once the capture has ended nothing moves it, and the closing line comes again.
        """
        if not text.strip():
            return self.silent()
        capture, self.replies = self.capture, ()
        capture.user_said(text, modality=modality)
        if capture.outcome is None:
            said, due = self._hear(text), capture.part_due
            along = due is not None and self._goes_along(said)
            calls = [] if along else self._calls(said, typed=modality == "text")
            if calls:
                self._astray = self._restarts = 0
            elif not along or (due or 0) <= self._due or self._restarts > PATIENCE:
                self._astray += 1
                if self._astray > PATIENCE:
                    calls = [_update(text)]
            part = capture.part
            # No ids: this driver sends no call twice, and a restored one could meet ids of the first.
            self.replies = tuple(capture.tools_called(*calls))
            for call in calls:
                self._keep_countryless(call.arguments.get("phone_number") or part + call.arguments.get("digits", ""))
        return self._next()

    def keys(self, keys: str) -> Instructions:
        """Take in one finished keypad entry and return what to say next; one without digits is silence."""
        if not any(map(str.isdigit, keys)):
            return self.silent()
        part = self.capture.part
        self.replies = (self.capture.keys_pressed(keys),)
        self._keep_countryless(part + "".join(filter(str.isdigit, keys)))
        return self._next()

    def silent(self) -> Instructions:
        """Take in that the caller said nothing and return what to say next."""
        self.replies = (self.capture.user_silent(),)
        return self._next()

    def _next(self) -> Instructions:
        due = self.capture.part_due or 0
        self._restarts += due < self._due
        self._due = due
        return self.capture.prompt

    def _hear(self, text: str) -> Heard:
        policy = self.capture.policy
        if has_lexicon(policy.language):
            return hear(text, language=policy.language, region=policy.default_region)
        return Heard(runs=runs(text), corrections=(), intents=Intent.NONE, words=0)

    def _calls(self, said: Heard, *, typed: bool) -> list[ToolCall]:
        """Return the calls that ``said`` asks for; none where it asks for words alone."""
        capture, intents = self.capture, said.intents
        claims = self._claims(said)
        if intents & Intent.PERSON and not any(map(_is_whole, said.runs)):
            return [_call(Trigger.ESCALATE, reason=_WANTS_PERSON)]
        # A typed number may complete at once, so one beside a refusal is not taken; a spoken one is read back.
        if intents & Intent.DECLINE and (typed or not claims):
            return self._refusal()
        if capture.state is _PENDING and capture.consent is Consent.AGREED:
            return [_call(Trigger.CONFIRM)]
        if claims:
            return claims
        if capture.state is _PENDING and said.agrees:
            return [_call(Trigger.CONFIRM)]
        if intents & _ASKS:
            return []
        if intents & _CHANGES:
            if capture.state in _IN_HAND:
                return [_call(Trigger.REJECT)]
            return self._refusal() if intents & Intent.NO else []
        return []

    def _goes_along(self, said: Heard) -> bool:
        """Return whether ``said`` goes along with one part of the read-back: a yes, "uh-huh" or an echo."""
        number = self.capture.number
        if number is None or self.capture.consent is not Consent.UNREAD or said.corrections:
            return False
        if said.intents & ~(Intent.YES | Intent.UNCLEAR):
            return False
        forms = number.e164, "".join(filter(str.isdigit, number.national))
        echo = all(any(reading in form for form in forms for reading in run.readings) for run in said.runs)
        return echo and bool(said.intents or said.runs)

    def _refusal(self) -> list[ToolCall]:
        """Accept a refusal the second time; the first time the prompt asks once more."""
        if self._refused_once:
            return [_call(Trigger.DECLINE, reason=_REFUSES)]
        self._refused_once = True
        return []

    def _claims(self, said: Heard) -> list[ToolCall]:
        """Return the calls for the digits in ``said``."""
        capture = self.capture
        changed = self._corrected(said)
        if changed:
            return [_update(changed)]
        if self._without_country:
            code = self._calling_code(said)
            if code:
                return [_update(f"+{code} {self._without_country}")]
        if said.intents & Intent.CALLER_ID and not said.runs:
            return [_update("the number that the caller calls from")]
        extension = next((run.extension for run in said.runs if run.extension and not run.readings), "")
        if extension and capture.number is not None:
            return [_update(str(PhoneNumber(capture.number.e164, extension)))]
        whole = dict.fromkeys(_argument(run) for run in said.runs if _is_whole(run))
        part = "".join(_argument(run) for run in said.runs if run.readings)
        adds = capture.state is State.COLLECTING and not said.intents & _CHANGES
        if adds and part and len(whole) < 2:
            return [_call(Trigger.EXTEND, digits=part[:MAX_CLAIM])]
        return [_update(argument) for argument in whole or [part] if argument]

    def _corrected(self, said: Heard) -> str:
        """Return what is in hand with the named corrections of ``said`` made, or nothing."""
        number, part = self.capture.number, self.capture.part
        if any(map(_is_whole, said.runs)):
            return ""
        for correction in said.corrections:
            if number is not None:
                number = _with(number, correction) or number
            elif part:
                part = correction.apply(part) or part
        if number != self.capture.number:
            return str(number)
        return part if part != self.capture.part else ""

    def _calling_code(self, said: Heard) -> str:
        """Return the calling code that answers "which country?", in words or in digits."""
        digits = "".join(run.readings[0] for run in said.runs if run.readings).lstrip("+0")
        if said.calling_code and not digits:
            return said.calling_code
        return digits if len(digits) <= CODE_DIGITS else ""

    def _keep_countryless(self, number: str) -> None:
        """Remember ``number`` while it lacks its country, until the caller names it or something else is decided."""
        if self.replies:
            needed = any(reply.code is Code.COUNTRY_NEEDED for reply in self.replies)
            self._without_country = number if needed else ""


def _call(trigger: Trigger, **arguments: str) -> ToolCall:
    return ToolCall(trigger.value, arguments)


def _update(number: str) -> ToolCall:
    return _call(Trigger.UPDATE, phone_number=number[:MAX_CLAIM])


def _is_whole(run: Run) -> bool:
    return any(len(reading) >= WHOLE_DIGITS for reading in run.readings)


def _argument(run: Run) -> str:
    digits = run.readings[0] if run.readings else ""
    return f"{digits} ext. {run.extension}" if run.extension else digits


def _with(number: PhoneNumber, correction: Correction) -> PhoneNumber | None:
    """Return ``number`` with ``correction`` made on it as its own country dials it."""
    code = number.calling_code
    significant = number.e164[1 + len(code) :]
    national = "".join(char for char in PhoneNumber(number.e164).national if char.isdigit())
    trunk = national.removesuffix(significant)
    changed = correction.apply(national)
    return None if changed is None else PhoneNumber(f"+{code}{changed.removeprefix(trunk)}", number.extension)
