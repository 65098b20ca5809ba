# SPDX-License-Identifier: Apache-2.0
"""`Instructions` do what livekit-agents 1.5.5 does on any sequence of operations, where that is installed."""

from __future__ import annotations

import copy
import importlib
import inspect
import json
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError, create_model

from phonefsm.instructions import Instructions

NEEDS = "needs livekit-agents 1.5.5 to compare Instructions with"


def reference() -> Any:
    """Return the class of livekit-agents, or skip this module where it is missing or has another shape."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: Any = importlib.import_module("livekit.agents.llm.chat_context").Instructions
    except (ImportError, AttributeError) as error:
        pytest.skip(f"{NEEDS} ({error})", allow_module_level=True)
    names = [name for name in inspect.signature(found).parameters if not name.startswith("_")]
    if not (issubclass(found, str) and names == ["audio", "text"] and hasattr(found, "as_modality")):
        pytest.skip(f"{NEEDS} (the installed version has another shape)", allow_module_level=True)
    return found


class Side:
    """One of the two classes with what pydantic makes of it."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self.adapters: dict[str, TypeAdapter[Any]] = {
            "alone": TypeAdapter(kind),
            "optional": TypeAdapter(kind | None),
            "first": TypeAdapter(kind | str),
            "last": TypeAdapter(str | kind),
            "list": TypeAdapter(list[kind]),
            "dict": TypeAdapter(dict[str, kind]),
            "model": TypeAdapter(create_model("M", value=(kind, ...))),
            "str": TypeAdapter(str),
            "any": TypeAdapter(Any),
        }

    def look(self, value: Any) -> Any:
        """Return all that can be seen of `value`, in terms that do not name the class."""
        if isinstance(value, self.kind):
            variants = (self.look(value.audio), self.look(value.text))
            keys = list(self.adapters["alone"].dump_python(value))
            return ("Instructions", str(value), *variants, keys, repr(value), hash(value), len(value))
        if isinstance(value, dict):
            return {key: self.look(entry) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self.look(entry) for entry in value]
        if hasattr(value, "model_dump"):
            return [self.look(entry) for _, entry in value]
        return (type(value).__name__, value)


OURS, THEIRS = Side(Instructions), Side(reference())


def wrapped(shape: str, value: Any) -> Any:
    """Put `value` into what the adapter of that shape takes."""
    return {"list": [value], "dict": {"k": value}, "model": {"value": value}}.get(shape, value)


# The operations. Each takes the side and the values made so far, where a number names one of these.


def pick(values: list[Any], which: Any) -> Any:
    return values[which % len(values)] if type(which) is int else which


def new(side: Side, values: list[Any], audio: Any, text: Any) -> Any:
    return side.kind(pick(values, audio), text=pick(values, text))


def show(_: Side, values: list[Any], which: int, modality: Any) -> Any:
    return pick(values, which).as_modality(modality)


def join(_: Side, values: list[Any], left: Any, right: Any) -> Any:
    return pick(values, left) + pick(values, right)


def fill(_: Side, values: list[Any], template: Any, args: list[Any], named: dict[str, Any]) -> Any:
    keywords = {name: pick(values, arg) for name, arg in named.items()}
    return pick(values, template).format(*(pick(values, arg) for arg in args), **keywords)


def duplicate(_: Side, values: list[Any], which: int, how: Callable[[Any], Any]) -> Any:
    return how(pick(values, which))


def repickle(_: Side, values: list[Any], which: int, protocol: int) -> Any:
    return pickle.loads(pickle.dumps(pick(values, which), protocol))  # noqa: S301 - made right here


def dump(side: Side, values: list[Any], which: Any, shape: str, mode: Any) -> Any:
    value = wrapped(shape, pick(values, which))
    return side.adapters[shape].dump_python(value, mode=mode)


def dump_json(side: Side, values: list[Any], which: Any, shape: str) -> Any:
    return side.adapters[shape].dump_json(wrapped(shape, pick(values, which)))


def resend(side: Side, values: list[Any], which: int, mode: Any) -> Any:
    adapter = side.adapters["alone"]
    if mode == "bytes":
        return adapter.validate_json(adapter.dump_json(pick(values, which)))
    return adapter.validate_python(adapter.dump_python(pick(values, which), mode=mode))


def resend_within(side: Side, values: list[Any], which: int, shape: str, mode: Any) -> Any:
    adapter = side.adapters[shape]
    taken = adapter.validate_python(wrapped(shape, pick(values, which)))
    if mode == "bytes":
        return (taken, adapter.validate_json(adapter.dump_json(taken)))
    return (taken, adapter.validate_python(adapter.dump_python(taken, mode=mode)))


def validate(side: Side, values: list[Any], data: Any, shape: str, options: dict[str, Any]) -> Any:
    return side.adapters[shape].validate_python(wrapped(shape, pick(values, data)), **options)


def validate_json(side: Side, _: list[Any], data: Any, shape: str, options: dict[str, Any]) -> Any:
    return side.adapters[shape].validate_json(json.dumps(wrapped(shape, data)), **options)


def json_schema(side: Side, _: list[Any], shape: str, mode: Any) -> Any:
    return side.adapters[shape].json_schema(mode=mode)


def as_string(_: Side, values: list[Any], which: int, method: Callable[[Any], Any]) -> Any:
    return method(pick(values, which))


AS_STRING: list[Callable[[Any], Any]] = [
    lambda v: v[:],
    lambda v: v[1:3],
    lambda v: v.upper(),
    lambda v: v.strip(),
    lambda v: v.replace("a", "b"),
    lambda v: v.removeprefix("a"),
    lambda v: v.split("a"),
    lambda v: v.join(["x", "y"]),
    lambda v: ",".join([v, v]),
    lambda v: v * 2,
    lambda v: 2 * v,
    lambda v: v % "x",
    lambda v: "%s" % v,  # noqa: UP031 - the operator is what is compared
    lambda v: v.format_map({"k": v}),
    lambda v: f"{v}|{v!r}|{v:>5}",
    lambda v: "{}|{!r}".format(v, v),  # noqa: UP032 - the method is what is compared
    lambda v: json.dumps(v),
    lambda v: str.__add__(v, "x"),
    lambda v: {v: 1}[str(v)],
    lambda v: (v == str(v), v != str(v), v == v.audio, v < v.text, "a" in v, bool(v)),
    lambda v: setattr(v, "audio", "x"),
    lambda v: setattr(v, "text", "x"),
]

numbers = st.integers(0, 30)
strings = st.text(alphabet="ab {}%'\n\u00e9", max_size=4)
fields = ["a", " ", "{}", "{0}", "{1}", "{k}", "{!r}", "{:>4}", "{0[0]}", "{{", "}}", "{", "}"]
templates = st.lists(st.sampled_from(fields), max_size=4).map("".join)
no_strings = st.sampled_from([None, 1.5, b"x", ("t",)])
operands = numbers | strings | templates
anything = operands | no_strings
shapes = st.sampled_from(sorted(OURS.adapters))
modes = st.sampled_from(["python", "json"])
wires = st.sampled_from(["python", "json", "bytes"])
options: st.SearchStrategy[Any] = st.sampled_from([{}, {"strict": True}, {"strict": False}])
dictionaries = st.fixed_dictionaries(
    {"audio": strings},
    optional={
        "type": st.sampled_from(["instructions", "instructions", "other", None]),
        "text": st.none() | strings,
        "extra": st.integers(),
    },
)
data: st.SearchStrategy[Any] = strings | dictionaries | st.sampled_from([None, 1.5, [], {}, {"type": "other"}])

Step = tuple[Any, ...]


def step(operation: Callable[..., Any], *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(operation), *arguments)


steps = st.one_of(
    step(new, operands, st.sampled_from([None, ""]) | operands),
    step(show, numbers, st.sampled_from(["audio", "text", "video", "", None])),
    step(join, numbers, anything),
    step(join, anything, numbers),
    step(
        fill,
        numbers,
        st.lists(anything, max_size=2),
        st.dictionaries(st.sampled_from(["k", "unused"]), anything, max_size=2),
    ),
    step(duplicate, numbers, st.sampled_from([copy.copy, copy.deepcopy])),
    step(repickle, numbers, st.integers(0, pickle.HIGHEST_PROTOCOL)),
    step(dump, operands, shapes, modes),
    step(dump_json, operands, shapes),
    step(resend, numbers, wires),
    step(resend_within, numbers, shapes, wires),
    step(validate, numbers | data, shapes, options),
    step(validate_json, data, shapes, options),
    step(json_schema, shapes, st.sampled_from(["validation", "serialization"])),
    step(as_string, numbers, st.sampled_from(AS_STRING)),
)


def run(side: Side, sequence: list[Step]) -> list[Any]:
    """Apply the steps in turn and return what was seen after each, an error by its kind."""
    values: list[Any] = [side.kind("A{}", text="T{}"), side.kind("N")]
    seen = []
    for operation, *arguments in sequence:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = operation(side, values, *arguments)
        except Exception as error:
            seen.append(("raises", type(error).__name__))
            continue
        seen.append(side.look(result))
        if isinstance(result, side.kind):
            values.append(result)
    # Once more at the end, since no step may change a value made before it.
    return [*seen, [side.look(value) for value in values]]


@settings(max_examples=1000, deadline=None)
@given(st.lists(steps, min_size=1, max_size=12))
def test_any_sequence_looks_the_same_on_both_classes(sequence: list[Step]) -> None:
    assert run(OURS, sequence) == run(THEIRS, sequence)


@pytest.mark.parametrize("shape", ["alone", "optional", "list", "dict", "model"])
@pytest.mark.parametrize(
    "data",
    [
        {"type": "instructions"},
        {"type": "instructions", "audio": 1},
        {"type": "instructions", "audio": "a", "text": 1},
    ],
)
def test_deviation_a_dictionary_of_the_wrong_shape_is_a_validation_error(shape: str, data: dict[str, Any]) -> None:
    """The reference lets a `KeyError` out of pydantic, or takes what is no string."""
    with pytest.raises(ValidationError, match="expected Instructions"):
        OURS.adapters[shape].validate_python(wrapped(shape, data))
    if "audio" in data:
        THEIRS.adapters[shape].validate_python(wrapped(shape, data))
    else:
        with pytest.raises(KeyError, match="audio"):
            THEIRS.adapters[shape].validate_python(wrapped(shape, data))


def test_deviation_a_variant_is_a_string() -> None:
    """The reference takes anything as a variant and shows it as `str` does."""
    assert THEIRS.kind(None) == "None"
    with pytest.raises(TypeError):
        OURS.kind(None)


def test_deviation_text_may_be_given_by_position() -> None:
    """The reference takes `text` by name only."""
    assert OURS.kind("a", "t").text == "t"
    with pytest.raises(TypeError):
        THEIRS.kind("a", "t")


def test_deviation_a_value_takes_no_other_attributes() -> None:
    """The reference can be given any attribute later."""
    THEIRS.kind("a").other = 1
    with pytest.raises(AttributeError):
        OURS.kind("a").other = 1
