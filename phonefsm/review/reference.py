# SPDX-License-Identifier: Apache-2.0
"""Markdown tables for the README, made from the code: codes, policy fields, limits and windows."""

import ast
import inspect
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import pairwise
from types import ModuleType, NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from phonefsm import batch, evidence, grounding, number, tools, turns, words
from phonefsm.checks import Observation, observations
from phonefsm.ladder import RUNG_TEXTS, Rung
from phonefsm.policy import CapturePolicy, EvidenceRules, Limits
from phonefsm.prompts import ERRORS, NOT_HEARD_DETAILS, QUOTES_LINE, REPLIES, SENDS_AGAIN, reply_text
from phonefsm.review.table import code, grid
from phonefsm.table import OPEN, ROWS, Code, Effect, Guard, State
from phonefsm.tools import ToolReply
from phonefsm.verify import INVARIANTS, Invariant, Setting

_WINDOWS: Final[tuple[ModuleType, ...]] = (turns, evidence, words, grounding, batch, tools, number)
"""Where the bounds stand; each is a public constant with its reason as a docstring."""

_LINE: Final = "{what to say next}"
_BOUNDS: Final = ("ge", "le", "max_length")


def codes() -> str:
    """Return a table of every code: whether it is an error, and what the model reads."""
    return grid(("code", "`is_error`", "what the model reads"), map(_code_cells, Code))


def policy_fields() -> str:
    """Return a table of every field of a policy, those of its limits and evidence rules with their path."""
    return grid(("field", "type", "default", "meaning"), _fields(CapturePolicy))


def invariants() -> str:
    """Return a table of what is proved: each invariant, and what of a policy or a host gives it up."""
    rows = ((f"`{each.name}`", each.text, _gives_up(each)) for each in INVARIANTS)
    return grid(("invariant", "what holds", "given up by"), rows)


def _gives_up(invariant: Invariant) -> str:
    settings: tuple[tuple[str, dict[str, Any]], ...] = (
        ("`require_confirmation = false`", {"require_confirmation": False}),
        *((f"`evidence.{check}`", {"evidence": {check: "ignore"}}) for check in EvidenceRules.model_fields),
    )
    everything = observations(None)
    by_policy = [
        name for name, fields in settings if invariant.given_up(Setting(CapturePolicy.load(fields), everything))
    ]
    by_host = [
        f"a host that does not report the {who}"
        for who in (Observation.CALLER, Observation.AGENT)
        if invariant.given_up(Setting(CapturePolicy(), everything - {who}))
    ]
    return ", ".join((*by_policy, *by_host)) or "nothing"


def limits() -> str:
    """Return a table of the limits: what counts, and the code with which the capture ends past each."""
    rows = ((f"`{name}`", code([str(field.default)]), field.description or "") for name, field in _items(Limits))
    ends = (code([ends_with(name)]) for name in Limits.model_fields)
    head = ("limit", "default", "counts", "ends with")
    return grid(head, ((*row, end) for row, end in zip(rows, ends, strict=True)))


def rungs() -> str:
    """Return a table of the read-back ladder."""
    rows = ((f"`{rung}`", *texts) for rung, texts in RUNG_TEXTS.items())
    return grid(("rung", "the number is asked for", "and read back"), rows)


def windows() -> str:
    """Return a table of the bounds on what is looked at and kept, with their reasons."""
    return grid(("bound", "value", "why"), ((code([name]), f"{value}", why) for name, value, why in bounds()))


def bounds() -> Iterator[tuple[str, int, str]]:
    """Yield the bounds on what is looked at and kept: name, value and reason."""
    return (bound for module in _WINDOWS for bound in _bounds(module))


def not_heard_reads() -> Iterator[tuple[str, str]]:
    """Yield when a reply with ``not_heard`` has which text; first the usual one, with an empty ``when``."""
    for when, detail in NOT_HEARD_DETAILS.items():
        yield when, model_reads(Code.NOT_HEARD, State.ASKING, detail, speaks=when != SENDS_AGAIN)


def model_reads(code: Code, state: State, detail: str, rung: Rung = Rung.GROUPS, *, speaks: bool = True) -> str:
    """Return the text of a reply with ``code`` that leads to ``state``, with a slot for the line to say next.

    ``speaks``: the model is to speak next, not to call a tool again.
    """
    line = _LINE if code in QUOTES_LINE and state in OPEN and speaks else ""
    return ToolReply(None, "", reply_text(code, state, detail, rung), code in ERRORS, code, line).text


def _code_cells(name: Code) -> tuple[str, ...]:
    if name is Code.NOT_HEARD:
        heard = (f"{when[0].upper()}{when[1:]}: {text}" if when else text for when, text in not_heard_reads())
        return f"`{name}`", "yes", "<br>".join(heard)
    # Some texts depend on the state: they are shown with the states that read them.
    place = "{detail}" if "{detail}" in REPLIES[name] else "{number}"
    texts: dict[str, list[State]] = {}
    rows = [row for row in ROWS if name in row.codes]
    stands = {state for row in rows for state in ((row.target,) if row.target else row.sources)}
    for state in [state for state in State if state in stands] or State:
        texts.setdefault(model_reads(name, state, place), []).append(state)
    usual = max(texts, key=lambda text: len(texts[text]))
    others = [f"In {code(states)}: {text}" for text, states in texts.items() if text != usual]
    return f"`{name}`", "yes" if name in ERRORS else "no", "<br>".join((usual, *others))


def _items(model: type[BaseModel]) -> Iterable[tuple[str, FieldInfo]]:
    return model.model_fields.items()


def _fields(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, ...]]:
    for name, field in _items(model):
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _fields(kind, f"{path}{name}.")
        else:
            default = field.get_default(call_default_factory=True)
            yield f"`{path}{name}`", _type(kind) + _bounded(field), code([_toml(default)]), field.description or ""


_NAMES: Final[dict[object, str]] = {str: "string", bool: "boolean", int: "integer"}


def _type(kind: object) -> str:
    """Return an annotation in words that a policy's author, who writes TOML, can use."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return " or ".join("none" if argument is NoneType else _type(argument) for argument in arguments)
    if origin is Literal:
        return " or ".join(code([value]) for value in arguments)
    if origin is frozenset:
        return f"list of {_type(arguments[0])}"
    if origin is not None and arguments and hasattr(kind, "__metadata__"):
        return _type(arguments[0])
    if arguments:
        return f"table of {_type(arguments[-1])}"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return code(member.value for member in kind)
    return _NAMES[kind]


def _bounded(field: FieldInfo) -> str:
    """Return the bounds of a field, such as ``, 0 to 1000``, or nothing."""
    found = {name: getattr(item, name) for item in field.metadata for name in _BOUNDS if hasattr(item, name)}
    match found:
        case {"ge": low, "le": high}:
            return f", {low} to {high}"
        case {"max_length": longest}:
            return f", up to {longest} characters"
    return ""


def _toml(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case dict():
            return "{}"
        case _:
            return str(value)


def ends_with(limit: str) -> Code:
    """Return the code with which the table ends a capture past ``limit``."""
    guard = Guard(f"{limit}_left")
    triggers = {trigger for row in ROWS if guard in (*row.when, *row.unless) for trigger in row.triggers}
    ends = (row.codes[0] for row in ROWS if row.effect is Effect.END and set(row.triggers) <= triggers)
    return next(ends)


def _bounds(module: ModuleType) -> Iterator[tuple[str, int, str]]:
    """Yield name, value and reason of each public integer constant of ``module`` that has a docstring."""
    body = ast.parse(inspect.getsource(module)).body
    for line, reason in pairwise(body):
        match line, reason:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                value = getattr(module, name)
                if isinstance(value, int) and not name.startswith("_"):
                    yield f"{module.__name__}.{name}", value, " ".join(text.split())
