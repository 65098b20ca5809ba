# SPDX-License-Identifier: Apache-2.0
"""``phonefsm diagram``: either table, or a conversation, in the format that was asked for."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import typer

from phonefsm import CapturePolicy, ConversationError
from phonefsm.cli.screen import shown
from phonefsm.conversation import Numbered
from phonefsm.review import draw, graph, layout, mermaid, reach, sequence, xstate
from phonefsm.review.canvas import Picture


class Format(StrEnum):
    """What a diagram is written as."""

    MERMAID = "mermaid"
    SVG = "svg"
    PNG = "png"
    DOT = "dot"
    XSTATE = "xstate"
    JSON = "json"


_ENDINGS: Final = {
    ".mmd": Format.MERMAID,
    ".svg": Format.SVG,
    ".png": Format.PNG,
    ".dot": Format.DOT,
    ".gv": Format.DOT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be drawn, as the options say it."""

    form: Format
    consent: bool = False
    policy: Path | None = None
    happy_path: bool = False
    state: str | None = None
    conversation: str | None = None
    digits: bool = False


def format_of(form: Format | None, output: Path | None) -> Format:
    """Return the format that was asked for, or that of the file's ending."""
    return form or (_ENDINGS.get(output.suffix.lower()) if output else None) or Format.MERMAID


def made(asked: Asked, events: Callable[[str], Iterable[Numbered]]) -> bytes:
    """Return what was asked for; ``events`` reads a conversation file.

    Raises:
        typer.BadParameter: options do not go together, or a state is not known.
        PhoneFsmError: the policy or the conversation does not load, or an extra is missing.
    """
    _check(asked)
    return _sequence(asked, asked.conversation, events) if asked.conversation is not None else _states(asked)


def write(data: bytes, output: Path | None) -> None:
    """Write ``data`` to a file, or to standard output; a picture of bytes goes to no terminal.

    Raises:
        typer.BadParameter: it would go to a terminal.
        OSError: it cannot be written.
    """
    if output is not None:
        output.write_bytes(data)
    elif data.startswith(b"\x89PNG"):
        if sys.stdout.isatty():
            raise typer.BadParameter("--format png: it would go to the terminal; write it with -o FILE")
        typer.echo(data, nl=False)
    else:
        typer.echo(data.decode(), nl=False)


def _check(asked: Asked) -> None:
    of_table = {
        "--consent": asked.consent,
        "--policy": asked.policy is not None,
        "--happy-path": asked.happy_path,
        "--state": asked.state is not None,
    }
    given = [name for name, set_ in of_table.items() if set_]
    if asked.conversation is not None:
        if given:
            raise typer.BadParameter(f"{given[0]}: not with --conversation")
        if asked.form in (Format.XSTATE, Format.JSON):
            raise typer.BadParameter(f"--format {asked.form}: not with --conversation")
    elif asked.digits:
        raise typer.BadParameter("--digits: it goes with --conversation")
    if asked.form is Format.XSTATE and (less := [name for name in given if name != "--consent"]):
        raise typer.BadParameter(f"{less[0]}: not with --format xstate, which is the whole table")
    if asked.consent and ("--policy" in given or asked.happy_path):
        name = "--policy" if "--policy" in given else "--happy-path"
        raise typer.BadParameter(f"{name}: not with --consent, which is the same under every policy")


def _states(asked: Asked) -> bytes:
    if asked.form is Format.XSTATE:
        return _json(xstate.consent() if asked.consent else xstate.capture())
    drawn = graph.consent() if asked.consent else graph.capture()
    if asked.state is not None:
        known = [node.name for node in drawn.nodes if node.kind in ("state", "final")]
        if asked.state not in known:
            raise typer.BadParameter(f"--state: no state {asked.state!r}; known are {', '.join(known)}")
        drawn = drawn.around(asked.state)
    policy = CapturePolicy() if asked.policy is None else CapturePolicy.from_toml(asked.policy)
    marks = graph.Marks(
        never=reach.never(policy) if asked.policy is not None else (),
        path=reach.happy_path(policy) if asked.happy_path else None,
    )
    about = [f"Under {shown(asked.policy.name)}"] if asked.policy is not None else []
    about += ["The shortest way to a completed number"] if asked.happy_path else []
    match asked.form:
        case Format.MERMAID:
            return mermaid.states(drawn, marks).encode()
        case Format.JSON:
            return _json(graph.data(drawn, marks))
        case form:
            return _picture(form, layout.picture(drawn, marks, about=". ".join(about)))


def _sequence(asked: Asked, file: str, events: Callable[[str], Iterable[Numbered]]) -> bytes:
    numbered = list(events(file))
    try:
        told = sequence.steps(numbered, digits=asked.digits)
    except ConversationError as error:
        raise ConversationError(f"{file}: {error}") from None
    if asked.form is Format.MERMAID:
        return sequence.mermaid(told).encode()
    title = "A conversation" if file == "-" else shown(Path(file).name)
    return _picture(asked.form, sequence.picture(told, title))


def _picture(form: Format, picture: Picture) -> bytes:
    if form is Format.SVG:
        return draw.svg(picture).encode()
    return draw.png(picture) if form is Format.PNG else draw.dot(picture).encode()


def _json(data: object) -> bytes:
    return f"{json.dumps(data, indent=2)}\n".encode()
