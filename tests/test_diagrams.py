# SPDX-License-Identifier: Apache-2.0
"""The diagrams say what the tables say, in every format: the whole, one state, one policy, and a conversation."""

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pygraphviz
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonefsm import CapturePolicy, PhoneCapture, State, ToolCall, cli
from phonefsm.conversation import Numbered, parse, read
from phonefsm.errors import ConversationError
from phonefsm.policy import EvidenceRules, Limits
from phonefsm.review import draw, graph, layout, mermaid, reach, sequence, svg, xstate
from phonefsm.review.table import fired_by
from phonefsm.speech import say
from phonefsm.table import CONSENT_ROWS, FINAL, ROWS, TOOLS, Consent, Effect, Trigger
from phonefsm.verify.coverage import Cell, Coverage

SVG = "{http://www.w3.org/2000/svg}"
WITHOUT_CONFIRMATION = CapturePolicy(default_region="US", require_confirmation=False)
STEPS = {
    (source.value, trigger.value, place)
    for place, row in enumerate(ROWS)
    for source in row.sources
    for trigger in row.triggers
}


def tree(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - just made


def parts(root: ElementTree.Element, word: str) -> list[ElementTree.Element]:
    return [part for part in root.iter(f"{SVG}g") if word in (part.get("class") or "").split()]


def words(part: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in part.iter(f"{SVG}text")]


# The graph.


def test_the_ways_of_the_graph_are_the_rows_that_move() -> None:
    drawn = graph.capture()
    ways = [way for edge in drawn.edges if drawn.node(edge.target).kind != "choice" for way in edge.ways]
    steps = [step for way in ways for step in way.steps]
    assert set(steps) == {step for step in STEPS if ROWS[step[2]].target is not None}
    assert len(steps) == len(set(steps)), "no row is on two ways"
    for edge in drawn.edges:
        for way in edge.ways:
            assert {ROWS[place].target for _, _, place in way.steps} == {
                edge.target
            } or edge.target == "update_or_extend"
            assert {way.by} == {fired_by(Trigger(trigger)) for _, trigger, _ in way.steps}


@pytest.mark.parametrize("state", State)
def test_around_a_state_are_the_rows_to_it_and_from_it(state: State) -> None:
    found = graph.capture().around(state.value)
    steps = {step for edge in found.edges for way in edge.ways for step in way.steps}
    moving = {step for step in STEPS if ROWS[step[2]].target is not None}
    assert steps == {step for step in moving if step[0] == state or ROWS[step[2]].target is state}
    assert all(way.text for edge in found.edges for way in edge.ways), "every way says what fires it"


@pytest.mark.parametrize("consent", Consent)
def test_around_a_consent_are_its_facts(consent: Consent) -> None:
    found = graph.consent().around(consent.value)
    moves = {
        (source, row.target, row.fact)
        for row in CONSENT_ROWS
        for source in row.sources
        if row.target not in (None, source)
    }
    assert {
        (edge.source, edge.target, fact) for edge in found.edges for way in edge.ways for _, fact, _ in way.steps
    } == {move for move in moves if consent in move[:2]}


def test_the_json_holds_the_graph_and_what_is_marked() -> None:
    policy = WITHOUT_CONFIRMATION
    marks = graph.Marks(never=reach.never(policy), path=reach.happy_path(policy))
    data = graph.data(graph.capture(), marks)
    assert json.loads(json.dumps(data)) == data
    ways = {(edge["source"], edge["target"]): edge["ways"] for edge in data["edges"]}
    assert [way["never"] for way in ways["pending_confirmation", "completed"]] == [True]
    (direct,) = ways["update_or_extend", "completed"]
    assert (direct["never"], direct["on_path"], direct["guard"]) == (False, True, "a number, no confirmation needed")
    assert all(way["on_path"] is None for edge in graph.data(graph.consent())["edges"] for way in edge["ways"])


# What a policy can never take.

ALWAYS = CapturePolicy(default_region="US", require_confirmation=True)
POLICIES = [
    CapturePolicy(default_region="US"),
    WITHOUT_CONFIRMATION,
    ALWAYS,
    CapturePolicy(default_region="US", evidence=EvidenceRules(heard="ignore")),
    CapturePolicy(default_region="US", evidence=EvidenceRules(read_back="ignore", agreement="ignore")),
]


def taken(policy: CapturePolicy) -> set[graph.Step]:
    """Return the rows that random conversations under ``policy`` take, by cell."""
    chance, found = random.Random(3), Coverage()
    claims = ["4155550123", "415555012", "415", "2125550198", "0"]
    said = [*claims, "yes", "no", "no thanks, I won't say", "six", "hm", "that's wrong, it's 2125550198"]

    def call() -> ToolCall:
        trigger = chance.choice(TOOLS)
        key = {Trigger.UPDATE: "phone_number", Trigger.EXTEND: "digits"}.get(trigger, "reason")
        return ToolCall(trigger.value, {key: chance.choice(claims)} if trigger not in BARE else {})

    for _ in range(250):
        capture = PhoneCapture(policy, logger=found.logger)
        for _ in range(14):
            match chance.randrange(8):
                case 0 | 1:
                    capture.user_said(chance.choice(said), modality=chance.choice(["audio", "text"]))
                case 2:
                    number = capture.number.national if capture.number else chance.choice(claims)
                    capture.agent_said(f"{number}, right?")
                case 3:
                    chance.choice([capture.user_silent, capture.reopen])()
                case _:
                    capture.tools_called(*(call() for _ in range(chance.choice([1, 1, 1, 2]))))
    return {(cell[0].value, cell[1].value, rows_of(cell)[place]) for cell, place in found.rows}


BARE = (Trigger.CONFIRM, Trigger.REJECT)


def rows_of(cell: Cell) -> list[int]:
    return [place for place, row in enumerate(ROWS) if cell[0] in row.sources and cell[1] in row.triggers]


@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_never_taken_is_taken_by_no_conversation(policy: CapturePolicy) -> None:
    found, never = taken(policy), reach.never(policy)
    assert not found & never
    assert len(found) > (len(STEPS) - len(never)) / 2, "the conversations try most of the rest"


def test_the_default_policy_can_take_every_row() -> None:
    assert reach.never(CapturePolicy()) == frozenset()


def test_without_confirmation_nothing_is_ever_pending() -> None:
    never = reach.never(WITHOUT_CONFIRMATION)
    assert {step for step in STEPS if step[0] == "pending_confirmation"} <= never
    assert {ROWS[place].target for state, _, place in never if state == "asking"} == {State.PENDING_CONFIRMATION}


def test_with_confirmation_always_nothing_completes_at_once() -> None:
    never = reach.never(CapturePolicy(require_confirmation=True))
    assert {ROWS[place].effect for _, _, place in never} == {Effect.COMPLETE}


@pytest.mark.parametrize(
    ("limits", "left", "used_up"),
    [
        (Limits(rejections=0), Effect.REJECT, "rejections_exhausted"),
        (Limits(silences=0), Effect.WAIT, "silence"),
        (Limits(refusals=0), Effect.COUNT_REFUSAL, "refusals_exhausted"),
    ],
)
def test_a_limit_of_nothing_leaves_nothing(limits: Limits, left: Effect, used_up: str) -> None:
    never = reach.never(CapturePolicy(limits=limits))
    assert {ROWS[place].effect for _, _, place in never} == {left}
    assert all(used_up not in ROWS[place].codes for _, _, place in never)


def test_no_attempts_do_not_keep_parts_from_being_added() -> None:
    """Adding digits to a part is no attempt, so a limit of none settles nothing."""
    capture = PhoneCapture(CapturePolicy(default_region="US", limits=Limits(attempts=0)))
    assert reach.never(capture.policy) == frozenset()


def test_what_is_ignored_always_holds() -> None:
    never = reach.never(CapturePolicy(evidence=EvidenceRules(heard="ignore")))
    assert {ROWS[place].codes for _, _, place in never} == {("not_heard",)}
    never = reach.never(CapturePolicy(evidence=EvidenceRules(read_back="ignore", agreement="ignore")))
    assert {ROWS[place].codes[0] for _, _, place in never} == {"not_read_back"}


def test_where_words_mean_nothing_none_contradicts() -> None:
    never = reach.never(CapturePolicy(language="und"))
    assert {ROWS[place].codes for _, _, place in never} == {("not_declined",)}


# The happy path.


def names(path: Iterable[graph.Step]) -> list[tuple[str, str]]:
    return [(state, trigger) for state, trigger, _ in path]


def test_the_happy_path_is_the_shortest_that_the_policy_allows() -> None:
    update, confirm = Trigger.UPDATE.value, Trigger.CONFIRM.value
    assert names(reach.happy_path(CapturePolicy())) == [("asking", update), ("pending_confirmation", confirm)]
    assert names(reach.happy_path(WITHOUT_CONFIRMATION)) == [("asking", update)]


def test_mermaid_draws_the_happy_path_alone() -> None:
    text = mermaid.states(graph.capture(), graph.Marks(path=reach.happy_path(CapturePolicy())))
    assert re.findall(r"(\S+) --> (\S+)", text) == [
        ("[*]", "asking"),
        ("asking", "update_or_extend"),
        ("update_or_extend", "pending_confirmation"),
        ("pending_confirmation", "completed"),
        ("completed", "[*]"),
    ]
    assert "note" not in text


def test_mermaid_says_what_is_never_taken() -> None:
    text = mermaid.states(graph.capture(), graph.Marks(never=reach.never(WITHOUT_CONFIRMATION)))
    lines = [line for line in text.splitlines() if "(never)" in line]
    assert len(lines) == 4
    assert all("pending_confirmation" in line for line in lines)
    assert "class pending_confirmation never" in text


# SVG.

PICTURES = {
    "capture": layout.picture(graph.capture()),
    "consent": layout.picture(graph.consent()),
    **{state.value: layout.picture(graph.capture().around(state.value)) for state in State},
    **{state.value: layout.picture(graph.consent().around(state.value)) for state in Consent},
    "never": layout.picture(
        graph.capture(), graph.Marks(never=reach.never(WITHOUT_CONFIRMATION)), about="Under x.toml"
    ),
    "path": layout.picture(graph.capture(), graph.Marks(path=reach.happy_path(CapturePolicy()))),
}


@pytest.mark.parametrize("name", PICTURES)
def test_an_svg_is_one_element_that_refers_to_nothing_outside(name: str) -> None:
    text = draw.svg(PICTURES[name])
    root = tree(text)
    assert root.tag == f"{SVG}svg"
    assert [part.tag for part in list(root)[:3]] == [f"{SVG}title", f"{SVG}desc", f"{SVG}style"]
    assert all(root[place].text for place in range(3))
    allowed = {"svg", "title", "desc", "style", "rect", "g", "path", "polygon", "polyline", "ellipse", "text"}
    assert {part.tag.removeprefix(SVG) for part in root.iter()} <= allowed
    rest = text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|url\(|@import|<!|href|javascript|graphviz|\bon\w+=|style=", rest, re.IGNORECASE)
    ids = [part.get("id") for part in root.iter() if part.get("id")]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", PICTURES)
def test_texts_of_a_picture_lie_within_it_and_on_no_other(name: str) -> None:
    """By widths that are estimated generously; boxes hold their own text."""
    root = tree(draw.svg(PICTURES[name]))
    wide, high = float(root.attrib["width"]), float(root.attrib["height"])
    shift = [float(number) for number in re.findall(r"translate\(([\d.]+) ([\d.]+)\)", root[4].attrib["transform"])[0]]
    spans = []
    for part in root.iter(f"{SVG}text"):
        x, y, text = float(part.attrib["x"]) + shift[0], float(part.attrib["y"]) + shift[1], part.text or ""
        long = 5.6 * len(text)
        left = x if part.get("text-anchor") == "start" else x - long / 2
        assert left >= 0
        assert left + long <= wide, text
        assert 8 <= y <= high
        spans.append((left, left + long, y, text))
    for place, (left, right, y, text) in enumerate(spans):
        for other_left, other_right, other_y, other in spans[:place]:
            apart = right <= other_left or other_right <= left or abs(y - other_y) >= 9
            assert apart, (text, other)


def test_the_svg_of_the_capture_shows_states_starts_and_ends() -> None:
    root = tree(svg.capture())
    for state in State:
        (part,) = [part for part in root.iter(f"{SVG}g") if part.get("id") == f"state-{state}"]
        assert "node" in (part.get("class") or "").split()
        assert words(part) == [state.value]
        borders = len(part.findall(f"{SVG}path"))
        assert borders == (2 if state in FINAL else 1), "a final state has two borders"
    (title,) = {
        part.findtext(f"{SVG}title") for part in parts(root, "edge") if "initial" in str(part.findtext(f"{SVG}title"))
    }
    assert title == "initial to asking"


def test_the_svg_of_the_capture_has_a_line_for_every_way() -> None:
    """With its trigger and its condition, and the class of who fires it."""
    root = tree(svg.capture())
    drawn = [(" ".join(words(part)), set((part.get("class") or "").split())) for part in parts(root, "edge")]
    for edge in graph.capture().edges:
        for way in edge.ways:
            if edge.target == "update_or_extend":
                continue
            told = " ".join(filter(None, (way.text, way.guard, way.exception)))
            assert any(text == told and way.by in classes for text, classes in drawn), told
    assert {words(part)[0] for part in parts(root, "pill")} == {"update / extend"}


def test_the_svg_of_the_capture_sums_up_every_refusal() -> None:
    said = " ".join(" ".join(words(part)) for part in parts(tree(svg.capture()), "text"))
    assert all(re.search(rf"\b{code}\b", said) for row in ROWS if row.effect is Effect.REFUSE for code in row.codes)


@pytest.mark.parametrize("name", ["capture", "consent"])
def test_the_legend_explains_each_kind_of_line_that_is_there(name: str) -> None:
    root = tree(draw.svg(PICTURES[name]))
    kinds = {word for part in parts(root, "edge") for word in (part.get("class") or "").split()}
    told = {
        "model": "the model calls a tool",
        "host": "the host reports",
        "machine": "the machine itself",
        "caller": "the caller",
        "agent": "the agent",
    }
    said = {text for part in parts(root, "text") for text in words(part)}
    assert {meaning for kind, meaning in told.items() if kind in kinds} == said & set(told.values())


def test_what_a_policy_never_takes_is_greyed_and_explained() -> None:
    root = tree(svg.capture(WITHOUT_CONFIRMATION))
    greyed = {" ".join(words(part)) for part in parts(root, "never")}
    assert greyed == {"pending_confirmation", "[a number, to be confirmed]", "confirm [heard back and agreed]", ""}
    assert any(words(part) == ["never under this policy"] for part in parts(root, "text"))
    assert not parts(tree(svg.capture(CapturePolicy())), "never")


def test_the_path_is_set_off_and_the_rest_is_not() -> None:
    root = tree(draw.svg(PICTURES["path"]))
    happy = [" ".join(words(part)) for part in parts(root, "happy") if "edge" in (part.get("class") or "")]
    assert sorted(filter(None, happy)) == ["[a number, to be confirmed]", "confirm [heard back and agreed]"]
    assert "decline" in [" ".join(words(part)) for part in parts(root, "aside")]


def test_colours_are_there_for_light_and_dark_and_printing_is_light() -> None:
    style = tree(svg.capture()).findtext(f"{SVG}style") or ""
    assert "@media screen and (prefers-color-scheme:dark)" in style
    light, dark = (dict(re.findall(r"--([\w-]+):(#\w+)", part)) for part in style.split("@media", 1))
    assert light.keys() == dark.keys()
    assert set(re.findall(r"var\(--([\w-]+)\)", style)) <= light.keys()
    for colours in (light, dark):
        for ink in ("ink", "quiet", "model", "host", "machine", "caller", "agent", "capture", "bad", "never"):
            assert contrast(colours[ink], colours["paper"]) >= 4.5, ink
        assert contrast(colours["done"], colours["done-fill"]) >= 4.5
        assert contrast(colours["model"], colours["model-fill"]) >= 4.5
        assert contrast(colours["bad"], colours["bad-fill"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_same_picture_is_the_same_bytes_in_every_process() -> None:
    code = "from phonefsm.review import svg; print(svg.capture() + svg.consent(), end='')"
    made = {
        subprocess.run(  # noqa: S603 - this Python, fixed arguments
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "4711")
    }
    assert made == {(svg.capture() + svg.consent()).encode()}


# DOT and PNG.


def test_the_dot_is_the_graph_and_draws_the_same() -> None:
    text = draw.dot(PICTURES["capture"])
    parsed = pygraphviz.AGraph(string=text)
    states = {node for node in parsed.nodes() if node in set(State)}
    assert states == set(State)
    assert parsed.has_edge("pending_confirmation", "completed")
    assert parsed.get_edge("open", "declined").attr["label"] == "decline"
    assert all(node.attr["pos"] for node in parsed.nodes())
    assert parsed.graph_attr["layout"] == "nop2"


def test_a_png_is_twice_the_size_of_the_picture() -> None:
    data = draw.png(PICTURES["consent"])
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    root = tree(draw.svg(PICTURES["consent"]))
    sizes = [int.from_bytes(data[at : at + 4], "big") for at in (16, 20)]
    assert sizes == [pytest.approx(2 * float(root.attrib[name]), abs=4) for name in ("width", "height")]


# XState.


def test_the_xstate_machine_holds_every_row_in_order() -> None:
    data = xstate.capture()
    assert json.loads(json.dumps(data)) == data
    assert data["initial"] == "asking"
    for state in State:
        described = data["states"][state.value]
        assert described["tags"] == (["final"] if state in FINAL else ["open"])
        for trigger in Trigger:
            rows = [(place, row) for place, row in enumerate(ROWS) if state in row.sources and trigger in row.triggers]
            told: list[dict[str, Any]] = described["on"][trigger.value]
            assert [one["meta"]["row"] for one in told] == [place for place, _ in rows]
            assert [one.get("target") for one in told] == [row.target for _, row in rows]
            assert [guard_of(one) for one in told] == [(row.when, row.unless) for _, row in rows]


def guard_of(told: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    params = told.get("guard", {"params": {"when": [], "unless": []}})["params"]
    return tuple(params["when"]), tuple(params["unless"])


# A conversation.

TALK = """\
{"policy": {"default_region": "US"}}
{"agent": "What number can we reach you at?"}
{"user": "it's four one five, five five five, oh one two three", "modality": "audio"}
{"call": [{"name": "update_phone_number", "arguments": {"phone_number": "4155550199"}, "id": "c1"}]}
{"call": [{"name": "confirm_phone_number", "arguments": {}, "id": "c2"}]}
{"agent": "4 1 5, 5 5 5, 0 1 2 3. Right?"}
{"silence": true}
{"user": "yes, that's it", "modality": "audio"}
{"call": [{"name": "confirm_phone_number", "arguments": {}, "id": "c3"}]}
"""


def events(text: str) -> list[Numbered]:
    return list(read(line.encode() for line in text.splitlines()))


def test_a_conversation_tells_who_did_what_and_how_it_stood() -> None:
    told = [(step.line, step.source, step.target, step.text, step.refused) for step in sequence.steps(events(TALK))]
    assert told == [
        (2, "capture", None, "asking", False),
        (2, "agent", "caller", "What number can we reach you at?", False),
        (3, "caller", "agent", "it's •••", False),
        (4, "model", "capture", "update_phone_number (phone_number: •••)", False),
        (4, "capture", "model", "heard_instead", False),
        (4, "capture", None, "pending_confirmation", False),
        (5, "model", "capture", "confirm_phone_number", False),
        (5, "capture", "model", "refused: not_read_back", True),
        (6, "agent", "caller", "•••. Right?", False),
        (7, "host", "capture", "the caller is silent", False),
        (7, "capture", "host", "no_input", False),
        (8, "caller", "agent", "yes, that's it", False),
        (9, "model", "capture", "confirm_phone_number", False),
        (9, "capture", "model", "completed", False),
        (9, "capture", None, "completed (US)", False),
    ]


def test_digits_are_shown_where_they_are_asked_for() -> None:
    texts = [step.text for step in sequence.steps(events(TALK), digits=True)]
    assert "it's four one five, five five five, oh one two three" in texts
    assert texts[-1] == "completed: +14155550123"


@pytest.mark.parametrize("form", ["mermaid", "svg"])
def test_refusals_are_marked(form: str) -> None:
    told = sequence.steps(events(TALK))
    if form == "mermaid":
        assert "capture--xmodel: refused: not_read_back" in sequence.mermaid(told)
    else:
        marked = parts(tree(draw.svg(sequence.picture(told, "talk"))), "bad")
        assert ["refused: not_read_back"] in [words(part) for part in marked]


@given(
    digits=st.text("0123456789", min_size=7, max_size=12),
    style=st.sampled_from(["groups", "digits", "words"]),
    language=st.sampled_from(["de", "en", "es", "fr", "hi", "it", "nl", "pt"]),
    before=st.sampled_from(["", "it's ", "call me at ", "no, "]),
)
def test_no_digit_of_the_caller_is_shown_however_it_is_said(
    digits: str, style: Any, language: str, before: str
) -> None:
    spoken = say(digits, region="US", language=language, style=style)
    lines = [
        {"policy": {"default_region": "US", "language": language}},
        {"user": before + spoken, "modality": "audio"},
        {"agent": spoken},
        {"call": [{"name": f"x{digits}", "arguments": {"phone_number": spoken, "reason": spoken, digits: [digits]}}]},
        {"call": [{"name": "update_phone_number", "arguments": digits}]},
        {"keys": digits},
    ]
    told = sequence.steps(events("\n".join(map(json.dumps, lines))))
    shown = " ".join(step.text for step in told)
    assert not re.search(r"\d", shown)
    assert spoken not in shown
    for word in re.findall(r"\w+", spoken):
        assert word not in {found for step in told[1:3] for found in re.findall(r"\w+", step.text.removeprefix(before))}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("yes, that's the one", "yes, that's the one"),
        ("no, not to you", "no, not to you"),
        ("it's 1-800-FLOWERS", "it's •••"),
        ("+44 (0)20 7946 0000 extension twelve, thanks", "+••• extension •••, thanks"),
        ("six for eight oh two. And my name is Jo", "•••. And my name is Jo"),
    ],
)
def test_words_that_are_no_number_stay(said: str, shown: str) -> None:
    lines = json.dumps({"user": said})
    assert next(step.text for step in sequence.steps(events(lines)) if step.source == "caller") == shown


def test_in_a_language_without_a_lexicon_no_words_are_shown() -> None:
    lines = '{"policy": {"language": "fi"}}\n{"user": "nolla neljä yksi viisi"}'
    assert [step.text for step in sequence.steps(events(lines)) if step.source == "caller"] == ["•••"]


def test_a_policy_that_does_not_hold_is_told_with_its_line() -> None:
    with pytest.raises(ConversationError, match="line 1: default_region"):
        sequence.steps([Numbered(1, parse('{"policy": {"default_region": "ZZ"}}'))])


@pytest.mark.parametrize("said", ["a \\", '\\"', "\\N \\G", "&lt;b&gt; & <b>", '"', "x" * 400, "\ud800 \x1b[31m"])
def test_what_is_said_is_drawn_as_it_was_said(said: str) -> None:
    lines = json.dumps({"user": said})
    told = sequence.steps(events(lines), digits=True)
    drawn = parts(tree(draw.svg(sequence.picture(told, "talk"))), "caller")
    text = "".join("".join(words(part)) for part in drawn if "edge" in (part.get("class") or ""))
    plain = "".join(char for char in said if char.isprintable())
    assert text.replace("the caller", "").replace(" ", "")[:200] == plain.replace(" ", "")[:200]


def test_nothing_said_is_a_sequence_all_the_same() -> None:
    told = sequence.steps([])
    assert [step.text for step in told] == ["still asking"]
    assert tree(draw.svg(sequence.picture(told, "nothing"))) is not None
    assert sequence.mermaid(told).startswith("sequenceDiagram\n")


@settings(max_examples=30)
@given(st.lists(st.sampled_from(TALK.splitlines()[1:]), max_size=12), st.text(max_size=300))
def test_any_conversation_is_drawn(lines: list[str], words: str) -> None:
    more = [json.dumps({"user": words}), json.dumps({"agent": words, "interrupted": None})]
    told = sequence.steps(events("\n".join([*more, *lines])), digits=True)
    assert tree(draw.svg(sequence.picture(told, "talk"))).tag == f"{SVG}svg"


# The command.


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["diagram", *arguments])
    found = capfd.readouterr()
    return code, found.out, found.err


@pytest.mark.parametrize("of", [[], ["--consent"]])
@pytest.mark.parametrize("form", ["mermaid", "svg", "dot", "xstate", "json"])
def test_every_format_of_both_tables_is_printed(capfd: pytest.CaptureFixture[str], form: str, of: list[str]) -> None:
    code, out, err = run(capfd, "--format", form, *of)
    assert (code, err) == (0, "")
    begins = {"mermaid": "stateDiagram-v2", "svg": "<svg ", "dot": "// ", "xstate": "{", "json": "{"}[form]
    assert out.startswith(begins)
    assert ("unread" in out) == bool(of)
    assert run(capfd, "--format", form, *of)[1] == out


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.svg", b"<svg"), ("a.png", b"\x89PNG"), ("a.mmd", b"stateD"), ("a.DOT", b"// "), ("a.txt", b"stateD")],
)
def test_the_ending_of_the_file_says_the_format(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, name: str, begins: bytes
) -> None:
    assert run(capfd, "-o", str(tmp_path / name)) == (0, "", "")
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_policy_state_and_path_go_together(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("require_confirmation = false\n", encoding="utf-8")
    code, out, _ = run(
        capfd, "--policy", str(tmp_path / "p.toml"), "--state", "asking", "--happy-path", "--format", "svg"
    )
    assert code == 0
    assert "Under p.toml" in out
    assert parts(tree(out), "never")
    assert parts(tree(out), "happy")


@pytest.mark.parametrize("form", ["mermaid", "svg", "dot"])
def test_a_conversation_is_drawn_with_its_digits_only_if_asked(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, form: str
) -> None:
    (tmp_path / "talk.jsonl").write_text(TALK, encoding="utf-8")
    shown = run(capfd, "--conversation", str(tmp_path / "talk.jsonl"), "--format", form)[1]
    assert "not_read_back" in shown
    assert "4155550199" not in shown
    assert "555 0123" not in shown
    assert "4155550199" in run(capfd, "--conversation", str(tmp_path / "talk.jsonl"), "--format", form, "--digits")[1]


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["--state", "nosuch"], "no state 'nosuch'; known are asking, "),
        (["--consent", "--state", "asking"], "no state 'asking'; known are unread, "),
        (["--policy", "nosuch.toml"], "nosuch.toml: No such file"),
        (["--policy", "wrong.toml"], "wrong.toml: limits.attempts: "),
        (["--policy", "wrong.toml", "--consent"], "--policy: not with --consent"),
        (["--happy-path", "--consent"], "--happy-path: not with --consent"),
        (["--format", "xstate", "--state", "asking"], "--state: not with --format xstate"),
        (["--digits"], "--digits: it goes with --conversation"),
        (["--conversation", "nosuch.jsonl"], "nosuch.jsonl: No such file"),
        (["--conversation", "wrong.jsonl"], "wrong.jsonl: line 2: user: "),
        (["--conversation", "policy.jsonl"], "policy.jsonl: line 1: default_region: "),
        (["--conversation", "talk.jsonl", "--state", "asking"], "--state: not with --conversation"),
        (["--conversation", "talk.jsonl", "--format", "json"], "--format json: not with --conversation"),
        (["--format", "svg", "-o", "nosuch/a.svg"], "a.svg: No such file"),
        (["--format", "svg", "-o", "."], ".: "),
        (["--format", "gif"], "--format"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    cause: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.toml").write_text("[limits]\nattempts = -1\n", encoding="utf-8")
    Path("wrong.jsonl").write_text('{"user": "a"}\n{"user": 5}\n', encoding="utf-8")
    Path("policy.jsonl").write_text('{"policy": {"default_region": "ZZ"}}\n', encoding="utf-8")
    Path("talk.jsonl").write_text(TALK, encoding="utf-8")
    code, out, err = run(capfd, *arguments)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert cause in line


def test_a_png_goes_to_no_terminal(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    code, out, err = run(capfd, "--format", "png")
    assert (code, out) == (2, "")
    assert "write it with -o FILE" in err


@pytest.mark.parametrize("form", ["svg", "png"])
def test_without_the_extra_it_says_which_one(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, form: str, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    code, out, err = run(capfd, "--format", form, "-o", str(tmp_path / "a"))
    assert (code, out, err) == (2, "", f"phonefsm: {draw.MISSING}\n")
    assert run(capfd, "--format", "dot")[0] == 0
