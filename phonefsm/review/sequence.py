# SPDX-License-Identifier: Apache-2.0
"""A conversation as a sequence: who said or did what, what the capture replied, and how it stood behind that.

The caller's digits are personal data: they are dots, in digits as in words, unless they are asked for.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from phonefsm.capture import PhoneCapture
from phonefsm.conversation import (
    QUIET,
    Agent,
    Calls,
    Event,
    Keys,
    Numbered,
    Player,
    Reopen,
    Setup,
    Silence,
    SnapshotLine,
    User,
)
from phonefsm.outcome import Completed
from phonefsm.review.canvas import LINE, Box, Canvas, Picture, width, wrapped
from phonefsm.speech import has_lexicon
from phonefsm.speech.tokens import tokenise
from phonefsm.speech.words import Kind, lexicon, primary
from phonefsm.tools import ToolReply

Role = Literal["caller", "agent", "model", "capture", "host"]
ROLES: Final[tuple[Role, ...]] = ("caller", "agent", "model", "capture", "host")
LONGEST: Final = 240
"""Characters that are shown of one utterance; a picture is for the run of a conversation, ``replay`` has all of it."""

_DOT: Final = "•"
_DOTS: Final = _DOT * 3
_SURE: Final = frozenset({Kind.TYPED, Kind.DIGIT, Kind.PAIR, Kind.ROUND, Kind.PLURAL, Kind.SCALE})
"""Words that are a number wherever they stand; others are only beside one."""
_BETWEEN: Final = frozenset({Kind.FILLER, Kind.PLUS, Kind.JOIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One arrow of a sequence, or a note on one lane where there is no ``target``."""

    line: int
    """The line of the file, from 1."""
    source: Role
    target: Role | None = None
    text: str
    refused: bool = False
    state: bool = False
    """The note names the state that the capture has come to."""


def steps(events: Iterable[Numbered], *, digits: bool = False) -> tuple[Step, ...]:
    """Play a conversation and return what happened in it, the state before its first event first.

    Args:
        events: of a conversation file, see ``phonefsm.conversation.read``.
        digits: whether the caller's digits are shown.

    Raises:
        ConversationError: a line does not hold; the message names it.
    """
    player, found, line = Player(QUIET), list[Step](), 0
    state = ""
    for line, event in events:
        if not isinstance(event, Setup) and not state:
            state = player.capture.state.value
            found.append(Step(line=line, source="capture", text=state, state=True))
        replies = player.play_line(Numbered(line, event))
        capture = player.capture
        hide = _Hide(capture.policy.language, digits=digits)
        found += _told(line, event, hide)
        found += _replied(line, event, replies)
        if state and capture.state.value != state:
            state = capture.state.value
            found.append(Step(line=line, source="capture", text=state, state=True))
    if found and found[-1].state:
        found.pop()
    found.append(Step(line=line, source="capture", text=_end(player.capture, digits=digits)))
    return tuple(found)


def _told(line: int, event: Event, hide: "_Hide") -> Iterator[Step]:
    """Yield what an event is, before the capture replies."""
    match event:
        case Setup():
            for earlier in event.history:
                yield from _told(line, earlier, hide)
            if event.history:
                yield Step(line=line, source="capture", text="begins here")
        case User():
            words = "(words not known yet)" if event.user is None else hide(event.user)
            typed = "types: " if event.modality == "text" else ""
            yield Step(line=line, source="caller", target="agent", text=typed + words)
        case Agent():
            cut = {True: " (cut there)", None: " (cut somewhere)", False: ""}[event.interrupted]
            yield Step(line=line, source="agent", target="caller", text=hide(event.agent) + cut)
        case Calls():
            for call in event.call:
                told = f"{hide(call.name)} {_arguments(call.arguments, hide)}".strip()
                yield Step(line=line, source="model", target="capture", text=told)
        case Keys():
            yield Step(line=line, source="caller", target="capture", text=f"presses {hide(event.keys)}")
        case Silence():
            yield Step(line=line, source="host", target="capture", text="the caller is silent")
        case Reopen():
            yield Step(line=line, source="host", target="capture", text="reopens")
        case SnapshotLine():
            yield Step(line=line, source="capture", text="snapshot, and restored from it")


def _replied(line: int, event: Event, replies: Iterable[ToolReply]) -> Iterator[Step]:
    to: Role = "model" if isinstance(event, Calls) else "host"
    for reply in replies:
        text = f"refused: {reply.code}" if reply.is_error else reply.code.value
        yield Step(line=line, source="capture", target=to, text=text, refused=reply.is_error)


def _end(capture: PhoneCapture, *, digits: bool) -> str:
    """Return how it ended, or that it did not."""
    outcome = capture.outcome
    if outcome is None:
        return f"still {capture.state}"
    if isinstance(outcome, Completed):
        number = outcome.number
        if not digits:
            return f"completed ({number.region or 'no one country'})"
        return f"completed: {number.e164}" + (f" ext. {number.extension}" if number.extension else "")
    return f"{capture.state}: {outcome.reason}" if capture.state.value == "escalated" else capture.state.value


def _arguments(arguments: object, hide: "_Hide") -> str:
    """Return a call's arguments as they would be written; only reasons are words, all else may be a number."""
    if not isinstance(arguments, dict):
        return hide(json.dumps(arguments, ensure_ascii=False), whole=True) if arguments is not None else ""
    told = []
    for name, value in arguments.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        told.append(f"{hide(str(name))}: {hide(text, whole=name != 'reason')}")
    return f"({', '.join(told)})" if told else ""


class _Hide:
    """Makes a text fit to be shown: on one line, of a size to read, and without digits unless they are asked for."""

    def __init__(self, language: str, *, digits: bool) -> None:
        self._lexicon = lexicon(primary(language)) if has_lexicon(language) else None
        self._digits = digits

    def __call__(self, text: str, *, whole: bool = False) -> str:
        """Return ``text`` to be shown; ``whole``: all of it may be a number."""
        if not self._digits:
            # What is a number in a language without a lexicon is anybody's guess.
            text = _DOTS if whole or self._lexicon is None else self._masked(text)
        plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
        return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]} ..."

    def _masked(self, text: str) -> str:
        if self._lexicon is None:
            return _DOTS
        items, _ = tokenise(text, self._lexicon)
        spans: list[tuple[int, int]] = []
        start = end = -1
        sure = False
        for item in items:
            ends = not set(item.gap).isdisjoint(".?!")
            if item.kind <= Kind.SCALE and (start < 0 or not ends):
                start = item.start if start < 0 else start
                end, sure = item.end, sure or item.kind in _SURE
            elif start >= 0 and sure and item.gap == "-":
                end = item.end  # letters that stand for digits: 800-FLOWERS
            elif item.kind not in _BETWEEN or ends:
                spans += [(start, end)] if sure else []
                start, sure = -1, False
                if item.kind <= Kind.SCALE:
                    start, end, sure = item.start, item.end, item.kind in _SURE
        spans += [(start, end)] if sure else []
        for first, last in reversed(spans):
            text = text[:first] + _DOTS + text[last:]
        return re.sub(r"\d+", _DOTS, text)


def mermaid(told: Iterable[Step]) -> str:
    """Return a sequence as a ``sequenceDiagram``, ending in a newline; refusals are crossed and dashed."""
    told = tuple(told)
    lines = ["sequenceDiagram"]
    lines += [f"participant {role} as {role.capitalize()}" for role in _used(told)]
    for step in told:
        text = _escaped(step.text)
        if step.target is None:
            lines.append(f"Note over {step.source}: {'state: ' if step.state else ''}{text}")
        else:
            arrow = "--x" if step.refused else "-->>" if step.source == "capture" else "->>"
            lines.append(f"{step.source}{arrow}{step.target}: {text}")
    return "\n    ".join(lines) + "\n"


_SPECIAL: Final = re.compile(r"[#;%<>{}\\`]")


def _escaped(text: str) -> str:
    """Return ``text`` with what mermaid would act on as the entities that it knows, in lines of a size to read."""
    return "<br/>".join(
        _SPECIAL.sub(lambda found: f"#{ord(found[0])};", line) for line in wrapped(text, 260).split("\n")
    )


def _used(told: Iterable[Step]) -> list[Role]:
    """Return who takes part; the caller, the agent, the model and the capture always do."""
    present = {role for step in told for role in (step.source, step.target)}
    return [role for role in ROLES if role in present or role != "host"]


_LANE: Final = 212.0
"""From one lane to the next."""


def picture(told: Iterable[Step], title: str) -> Picture:
    """Return a sequence as a picture: a lane for each who takes part, and time downwards."""
    told = tuple(told)
    canvas = Canvas()
    lanes = {role: 96 + _LANE * place for place, role in enumerate(_used(told))}
    y = 62.0
    shown = 0
    for place, step in enumerate(told):
        if step.target is not None and step.line != shown:
            shown = step.line
            canvas.text(f"line {shown}", f"{shown}", (0, y + 8), style="small")
        y = _step(canvas, place, step, lanes, y)
    bottom = y
    for role, x in lanes.items():
        canvas.boxes.append(Box(name=f"{role} lane", at=(x, (20 + bottom) / 2), size=(3, bottom - 20), kind="bar"))
        canvas.boxes.append(
            Box(name=role, at=(x, 16), size=(112, 34), text=role.capitalize(), style="state", classes=(role,))
        )
    canvas.heading(title, "", (0, -28))
    x = 0.0
    for role in ROLES:
        if any(step.source == role and step.target and not step.refused for step in told):
            x = canvas.legend_line((role,), f"the {role}", (x, bottom + 26))
    if any(step.refused for step in told):
        canvas.legend_line(("bad",), "a refusal: nothing was changed", (x, bottom + 26))
    description = ". ".join(f"{step.source}{f' to {step.target}' if step.target else ''}: {step.text}" for step in told)
    return canvas.picture(title, description)


def _step(canvas: Canvas, place: int, step: Step, lanes: dict[Role, float], y: float) -> float:
    """Put one step at ``y`` and return where the next one may begin."""
    start = lanes[step.source]
    if step.target is None:
        text = wrapped(step.text, _LANE - 30)
        wide, high = width(text, "pill") + 26, LINE * (text.count("\n") + 1) + 12
        classes = ("done",) if step.text.startswith("completed") else ()
        canvas.boxes.append(
            Box(
                name=f"step {place}",
                at=(start, y + high / 2),
                size=(wide, high),
                text=text,
                kind="pill",
                style="pill",
                classes=classes,
            )
        )
        return y + high + 14
    end = lanes[step.target]
    lines = wrapped(step.text, abs(end - start) - 26).split("\n")
    y += LINE * len(lines)
    for number, at in enumerate((start, end)):
        canvas.boxes.append(Box(name=f"step {place} {number}", at=(at, y), size=(0, 0), kind="text"))
    classes = ("bad",) if step.refused else (step.source,)
    towards = 2 if end > start else -2
    canvas.line(
        f"step {place} 0",
        f"step {place} 1",
        [(start + towards, y), (end - towards, y)],
        text="\n".join(lines),
        text_at=((start + end) / 2, y - 3 - LINE * len(lines) / 2),
        classes=(*classes, "said"),
    )
    if step.refused:
        middle, high = (start + end) / 2, LINE * len(lines) + 10
        size = (abs(end - start) - 8, high)
        canvas.boxes.append(
            Box(name=f"refused {place}", at=(middle, y - high / 2 + 5), size=size, kind="bar", classes=("bad",))
        )
    return y + 20
