# SPDX-License-Identifier: Apache-2.0
"""The commands: ``chat``, ``replay``, ``verify``, ``review``, ``mcp``, ``table`` and ``diagram``."""

import json
import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from phonefsm import CapturePolicy, ConversationError
from phonefsm.cli.chat import Chat
from phonefsm.cli.diagram import Format
from phonefsm.cli.screen import Screen
from phonefsm.conversation import QUIET, Numbered, Player, read

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Modality(StrEnum):
    """How the caller in the terminal is taken to talk."""

    AUDIO = "audio"
    TEXT = "text"


class TableFormat(StrEnum):
    """What the tables are written as."""

    MARKDOWN = "md"
    JSON = "json"


_Trace = Annotated[bool, typer.Option("--trace", help="Show state, consent and evidence after each event.")]
_Output = Annotated[Path | None, typer.Option("--output", "-o", help="The file to write; without it, the terminal.")]


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's signature
    if wanted:
        typer.echo(f"phonefsm {version('phonefsm')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _phonefsm(
    context: typer.Context,
    *,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Get a phone number from a caller: completed only if they gave it, heard it back and agreed."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def chat(
    *,
    region: Annotated[
        str | None,
        typer.Option(help="The country of numbers given without a country code, such as US. None: you are asked."),
    ] = None,
    modality: Annotated[
        Modality,
        typer.Option(
            help="audio: what you type counts as spoken, so each number is read back and confirmed. "
            "text: it counts as typed, and a number completes at once."
        ),
    ] = Modality.AUDIO,
    policy: Annotated[Path | None, typer.Option(help="A policy as a TOML file.")] = None,
    model: Annotated[
        str | None,
        typer.Option(help="A language model as the agent: openai:NAME, anthropic:NAME or gemini:NAME."),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="With --model: another server that speaks the provider's format.")
    ] = None,
    trace: _Trace = False,
) -> None:
    """Talk to the built-in driver, with no model and no key, or to a model.

    You are the caller. An empty line is silence, /keys 4155# presses keys, /quit leaves. Lines may also be piped in.
    """
    chosen = _policy(policy, region)
    if base_url is not None and model is None:
        raise typer.BadParameter("--base-url: it goes with --model")
    try:
        Chat(chosen, modality.value, Screen(trace=trace), model=model, base_url=base_url).run()
    except KeyboardInterrupt:
        typer.echo()
        raise typer.Exit(130) from None


@app.command()
def replay(
    file: Annotated[str, typer.Argument(help="A conversation file, JSON Lines in UTF-8; - is standard input.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object, on one line.")] = False,
    trace: _Trace = False,
) -> None:
    """Play a conversation file on a capture and show what comes of it."""
    screen, player = Screen(trace=trace), Player(QUIET)
    # All of it is read before any of it is played, so that a bad line is all that is told.
    for numbered in _events(file):
        replies = player.play_line(numbered)
        if trace or not as_json:
            screen.event(numbered.event, replies)
            screen.state(player.capture)
    if as_json:
        typer.echo(json.dumps(player.result))
    else:
        screen.outcome(player.capture)


@app.command()
def verify(
    *,
    policy: Annotated[Path | None, typer.Option(help="A policy as a TOML file; without it, the default one.")] = None,
    depth: Annotated[
        int | None,
        typer.Option(min=1, max=20, help="Events of the longest conversations; each theme's own, unless told."),
    ] = None,
    campaign: Annotated[
        int | None,
        typer.Option(min=1, help="Play so many random conversations with a misbehaving model, in place of exploring."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The campaign's seed: the same one plays the same conversations.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object, on one line.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A folder for the conversations that break something, a file each."),
    ] = None,
) -> None:
    """Explore every conversation up to a depth, and check that what must hold does.

    Ends with 0 where all of it holds, 1 where something is broken, 3 where the policy gives something up.
    """
    from phonefsm.cli import verify as proof

    chosen = CapturePolicy() if policy is None else CapturePolicy.from_toml(policy)
    if campaign is None:
        code = proof.explore(chosen, depth=depth, as_json=as_json, output=output)
    else:
        code = proof.play(chosen, campaign, seed=seed, as_json=as_json, output=output)
    raise typer.Exit(code)


@app.command()
def review(
    *,
    policy: Annotated[Path | None, typer.Option(help="A policy as a TOML file; without it, the default one.")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The file to write; - is standard output. Without it: review.html, and JSON to standard output.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write the behaviour as JSON, for --against, in place of the page.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option(help="An older behaviour, as --json wrote it: show what changed since.")
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option(min=1, max=20, help="Prove to this depth alone, for a quick look; the page says which."),
    ] = None,
) -> None:
    """Prove a policy and write its behaviour as one page to review and sign, which works offline.

    Ends with 0 where nothing is to be looked at, 1 where something that is promised is broken or --against finds a
    difference, 2 where the input is wrong.
    """
    from phonefsm.cli import review as page

    chosen = CapturePolicy() if policy is None else CapturePolicy.from_toml(policy)
    raise typer.Exit(page.review(chosen, output=output, as_json=as_json, against=against, depth=depth))


@app.command()
def mcp(
    *,
    region: Annotated[
        str | None, typer.Option(help="The country of numbers given without a country code, such as US.")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="A policy as a TOML file.")] = None,
    observes: Annotated[
        list[str] | None,
        typer.Option(help="What the host reports with report_phone_turns: caller, agent, transcript. May be repeated."),
    ] = None,
    http: Annotated[
        str | None, typer.Option(help="Serve streamable HTTP at HOST:PORT/mcp, such as 127.0.0.1:8000; else stdio.")
    ] = None,
) -> None:
    """Serve a capture's tools over the Model Context Protocol. Its log goes to stderr."""
    from phonefsm.cli.mcp import serve

    serve(_policy(policy, region), observes=observes or (), address=http)


def _policy(file: Path | None, region: str | None) -> CapturePolicy:
    chosen = CapturePolicy() if file is None else CapturePolicy.from_toml(file)
    if region is None:
        return chosen
    return CapturePolicy.load({**chosen.model_dump(exclude_unset=True), "default_region": region})


def _events(file: str) -> list[Numbered]:
    if file == "-":
        return list(read(sys.stdin.buffer))
    try:
        with open(file, "rb") as lines:
            return list(read(lines))
    except ConversationError as error:
        raise ConversationError(f"{file}: {error}") from None


@app.command()
def table(
    *,
    form: Annotated[TableFormat, typer.Option("--format", help="Markdown or JSON.")] = TableFormat.MARKDOWN,
) -> None:
    """Print the tables: every state, trigger, guard, target and code, and those of consent."""
    from phonefsm.review import table as tables

    typer.echo(json.dumps(tables.data(), indent=2) if form is TableFormat.JSON else tables.markdown().rstrip("\n"))


@app.command()
def diagram(
    *,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="What to write; without it, what the ending of -o says, or mermaid."),
    ] = None,
    consent: Annotated[bool, typer.Option("--consent", help="The table of consent instead of the capture's.")] = False,
    policy: Annotated[
        Path | None, typer.Option(help="A policy as a TOML file: what it can never take is greyed.")
    ] = None,
    happy_path: Annotated[
        bool,
        typer.Option("--happy-path", help="Set off the shortest way to a completed number; mermaid draws it alone."),
    ] = False,
    state: Annotated[str | None, typer.Option(help="One state and its neighbours.")] = None,
    conversation: Annotated[
        str | None,
        typer.Option(help="A conversation file, as a sequence; - is standard input. mermaid, svg, png or dot."),
    ] = None,
    digits: Annotated[
        bool, typer.Option("--digits", help="With --conversation: show the caller's digits, which are dots otherwise.")
    ] = False,
    output: _Output = None,
) -> None:
    """Draw the tables, or what happened in a conversation.

    svg and png need Graphviz: pip install 'phonefsm[diagram]'.
    """
    from phonefsm.cli import diagram as drawing

    asked = drawing.Asked(
        form=drawing.format_of(form, output),
        consent=consent,
        policy=policy,
        happy_path=happy_path,
        state=state,
        conversation=conversation,
        digits=digits,
    )
    drawing.write(drawing.made(asked, _events), output)
