# SPDX-License-Identifier: Apache-2.0
"""What is made from the table and the code is true, complete, the same on every run, and what the repository holds."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import pytest
from pydantic import BaseModel
from transitions import Machine

from phonefsm import batch, evidence, grounding, number, tools, turns, words
from phonefsm.machine import GUARDS, build
from phonefsm.policy import CapturePolicy, Limits
from phonefsm.prompts import ERRORS, NOT_HEARD_DETAILS, reply_text
from phonefsm.review import draw, graph, mermaid, reference, table
from phonefsm.review.__main__ import BLOCKS, FILES, ReviewError, main, outdated, readme
from phonefsm.table import (
    CONSENT_ROWS,
    FACT_TEXTS,
    FINAL,
    GUARD_TEXTS,
    OPEN,
    ROWS,
    Code,
    Consent,
    Effect,
    Fact,
    Guard,
    State,
    Trigger,
)

ROOT = Path(__file__).parents[1]
Edge = tuple[str, str]

# Drift.


def test_what_the_repository_holds_is_what_is_made_now() -> None:
    """Mend it with ``python -m phonefsm.review``."""
    assert list(outdated(ROOT)) == []


@pytest.mark.parametrize("seed", ["1", "20231"])
def test_what_is_made_does_not_depend_on_the_hash_seed(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONWARNINGS": ""}
    for arguments in (["-m", "phonefsm.review", "--check"], ["-c", MADE]):
        done = subprocess.run(  # noqa: S603 - this Python, fixed arguments
            [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [table.data(), *(make() for make in BLOCKS.values())]


MADE = """
import json
from phonefsm.review import table
from phonefsm.review.__main__ import BLOCKS
print(json.dumps([table.data(), *(make() for make in BLOCKS.values())]))
"""


@pytest.mark.parametrize("path", FILES)
def test_files_are_utf8_with_plain_newlines(path: str) -> None:
    text = (ROOT / path).read_bytes().decode()
    assert "\r" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


# The command.


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a folder that looks like the repository, with every block in its README and nothing made yet."""
    (tmp_path / "diagrams").mkdir()
    blocks = "\n".join(f"## {name}\n<!-- generated: {name} -->\nold\n<!-- end -->" for name in BLOCKS)
    (tmp_path / "README.md").write_text(f"# Title\n{blocks}\nThe end: ä.\n", encoding="utf-8", newline="\n")
    return tmp_path


def test_check_names_each_file_and_writes_none(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (repository / "README.md").read_bytes()
    assert main(["--check"], repository) == 1
    assert capsys.readouterr().out.splitlines() == [f"{name} is out of date" for name in (*FILES, "README.md")]
    assert (repository / "README.md").read_bytes() == before
    assert list((repository / "diagrams").iterdir()) == []


def test_writing_makes_all_and_leaves_the_rest_of_the_readme(repository: Path) -> None:
    assert main([], repository) == 0
    assert main(["--check"], repository) == 0
    text = (repository / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# Title\n")
    assert text.endswith("<!-- end -->\nThe end: ä.\n")
    assert "\nold\n" not in text
    for name, make in BLOCKS.items():
        assert f"<!-- generated: {name} -->\n\n{make()}\n\n<!-- end -->" in text
    for path, make in FILES.items():
        assert (repository / path).read_bytes() == make().encode()


@pytest.mark.parametrize("path", [*FILES, "README.md"])
def test_one_changed_byte_is_drift(repository: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([], repository)
    capsys.readouterr()
    file = repository / path
    file.write_bytes(file.read_bytes().replace(b"agreed", b"agreeD", 1))
    assert main(["--check"], repository) == 1
    assert capsys.readouterr().out == f"{path} is out of date\n"


def test_what_an_svg_says_is_compared_and_not_where(repository: Path) -> None:
    """Two versions of Graphviz, or two sets of fonts, place things differently."""
    main([], repository)
    file = repository / "diagrams/capture.svg"
    text = file.read_text(encoding="utf-8")
    moved = re.sub(r'(?<= )(d|x|y|points|viewBox)="[^"]*"', lambda found: f'{found[1]}="1,2"', text)
    assert moved != text
    file.write_text(moved, encoding="utf-8", newline="\n")
    assert list(outdated(repository)) == []
    for old, new in (
        ("no silences left", "no silence left"),
        ('class="edge host', 'class="edge model'),
        ("#8a4600", "#8a4601"),
        ('id="state-declined"', 'id="state-refused"'),
        ("</svg>", "<script>0</script></svg>"),
        ("<path ", '<path onclick="0" '),
        ("</svg>", ""),
    ):
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
        assert list(outdated(repository)) == [file], new


def test_without_the_extra_the_check_says_which_one(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert main(["--check"], repository) == 2
    found = capsys.readouterr()
    assert (found.out, found.err) == ("", f"phonefsm.review: {draw.MISSING}\n")
    assert "pip install 'phonefsm[diagram]'" in draw.MISSING


def test_windows_newlines_are_drift(repository: Path) -> None:
    main([], repository)
    file = repository / "diagrams/capture.mmd"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert list(outdated(repository)) == [file]


def test_a_readme_without_blocks_is_left_alone() -> None:
    assert readme("# phonefsm\n\nNothing is made here.\n") == "# phonefsm\n\nNothing is made here.\n"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("<!-- generated: weather -->\n<!-- end -->\n", "nothing is made for a block 'weather'"),
        ("<!-- generated: limits -->\n", "the block 'limits' has no end"),
        ("<!-- generated: limits -->\n<!-- generated: policy -->\n<!-- end -->\n", "the block 'limits' has no end"),
    ],
)
def test_a_block_that_cannot_be_made_is_an_error(text: str, cause: str) -> None:
    with pytest.raises(ReviewError, match=re.escape(cause)):
        readme(text)


def test_elsewhere_than_in_the_repository_it_says_so_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"], tmp_path) == 2
    assert re.fullmatch(r"phonefsm\.review: .* has no README\.md beside diagrams/: [^\n]*\n", capsys.readouterr().err)


def test_ci_runs_the_readmes_own_test_command() -> None:
    """The first command of ``.ci/run`` is a line of the README, letter by letter."""
    command = re.search(r"^python3 -m venv .*$", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE)
    assert command is not None
    assert command[0] in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


# The diagrams.

EDGE = re.compile(r"    (\S+) --> (\S+)(?: : (.*))?")


def drawn(diagram: str) -> tuple[set[Edge], set[Edge]]:
    """Return the edges of a diagram with its groups and diamonds resolved, and those from and to ``[*]``."""
    groups = {"open": list(OPEN), "final": list(FINAL)}
    diamonds = re.findall(r"state (\S+) <<choice>>", diagram)
    labels: dict[Edge, str] = {}
    for line in diagram.splitlines():
        if found := EDGE.fullmatch(line):
            assert (found[1], found[2]) not in labels, "one edge, one label"
            labels[found[1], found[2]] = found[3] or ""
    edges, ends = set(), set()
    for (source, target), label in labels.items():
        if "[*]" in (source, target):
            ends.add((source, target))
        elif target not in diamonds:
            sources = groups.get(source, [source])
            if source in diamonds:
                sources = [into for into, node in labels if node == source]
            for alternative in re.split(r"<br/>(?![(\[])", label):
                missing = re.search(r"\(not from ([^)]*)\)", alternative)
                absent = missing[1].split(", ") if missing else []
                edges |= {(str(one), target) for one in sources if one not in absent}
    return edges, ends


def in_the_machine() -> set[Edge]:
    """Return the edges of the library's own machine, which knows nothing of rows; internal ones have no target."""
    machine = build(ROWS, Machine)
    return {
        (transition.source, transition.dest)
        for event in machine.events.values()
        for found in event.transitions.values()
        for transition in found
        if transition.dest is not None
    }


def test_the_capture_diagram_has_the_machines_edges() -> None:
    edges, ends = drawn(mermaid.states(graph.capture()))
    assert edges == in_the_machine()
    assert ends == {("[*]", "asking"), ("completed", "[*]"), ("declined", "[*]"), ("escalated", "[*]")}


def test_the_consent_diagram_has_the_edges_that_move() -> None:
    edges, ends = drawn(mermaid.states(graph.consent()))
    moving = {(source, row.target) for row in CONSENT_ROWS for source in row.sources if row.target is not None}
    assert edges == {(source, target) for source, target in moving if source != target}
    assert ends == {("[*]", "unread")}


def test_every_row_that_moves_has_its_triggers_and_guards_on_an_edge() -> None:
    edges = [
        found.groups(default="") for found in map(EDGE.fullmatch, mermaid.states(graph.capture()).splitlines()) if found
    ]
    for row in ROWS:
        triggers = " / ".join(graph.short(trigger) for trigger in row.triggers)
        words = [graph.GUARD_LABELS[guard][0] for guard in row.when]
        words += [graph.GUARD_LABELS[guard][1] for guard in row.unless]
        if row.target is not None:
            assert any(triggers in label for _, _, label in edges)
            assert any(target == row.target and all(w in label for w in words) for _, target, label in edges), row


def test_the_capture_diagram_sums_up_every_refusal_in_its_note() -> None:
    note = mermaid.states(graph.capture()).split("note right of")[1]
    codes = {code for row in ROWS if row.effect is Effect.REFUSE for code in row.codes}
    assert all(re.search(rf"\b{code}\b", note) for code in codes)


def test_every_guard_and_fact_has_a_label_of_its_own() -> None:
    labels = [label for pair in graph.GUARD_LABELS.values() for label in pair]
    assert set(graph.GUARD_LABELS) == set(Guard)
    assert set(graph.FACT_LABELS) == set(Fact)
    assert len(set(labels)) == len(labels)
    assert len(set(graph.FACT_LABELS.values())) == len(Fact)


# The tables.


def cells(text: str) -> list[list[str]]:
    """Return the rows of the first Markdown table in ``text``, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def section(title: str) -> str:
    return table.markdown().split(f"\n## {title}\n")[1].split("\n## ")[0]


def names(cell: str, groups: dict[str, Iterable[str]]) -> list[str]:
    return [str(one) for one in groups.get(cell, re.findall(r"`([^`]+)`", cell))]


def test_the_markdown_covers_every_cell_of_both_tables() -> None:
    """Every cell ends in a row that is always or otherwise taken, and no row stands behind that."""
    closed: set[tuple[str, str]] = set()
    for source, trigger, guard, *_ in cells(section("Capture")):
        here = set(product(names(source, {"open": OPEN, "final": FINAL}), names(trigger, {})))
        assert not here & closed
        closed |= here if guard in ("always", "otherwise") else set()
    assert closed == set(product(map(str, State), map(str, Trigger)))
    facts = {text: fact for fact, text in FACT_TEXTS.items()}
    consent = [
        (source, facts[fact])
        for group, fact, *_ in cells(section("Consent"))
        for source in names(group, {"any": Consent})
    ]
    assert sorted(consent) == sorted(product(map(str, Consent), Fact))


def test_the_markdown_says_what_each_row_does() -> None:
    for row, (_, _, guard, target, code) in zip(ROWS, cells(section("Capture")), strict=True):
        assert all(GUARD_TEXTS[one] in guard for one in (*row.when, *row.unless))
        assert guard.count("not: ") == len(row.unless)
        kept = "refused" if row.effect is Effect.REFUSE else "same state"
        assert target == (f"`{row.target}`" if row.target else kept)
        assert names(code, {}) == list(row.codes)


def test_otherwise_is_said_of_rows_that_others_may_be_taken_before() -> None:
    texts = {(row[0], row[1]): row[2] for row in cells(section("Capture"))}
    assert texts["open", "`decline_phone_number_capture`"] == "otherwise"
    assert texts["open", "`escalate_phone_number_capture`"] == "always"


def test_the_data_is_json_and_holds_the_tables() -> None:
    data = table.data()
    assert json.loads(json.dumps(data)) == data
    assert data["initial"] in data["states"] == [str(state) for state in State]
    assert data["final"] == [str(state) for state in FINAL]
    assert [len(data["rows"]), len(data["consent"]["rows"])] == [len(ROWS), len(CONSENT_ROWS)]
    assert {one["name"]: one["fired_by"] for one in data["triggers"]} == {
        "update_phone_number": "model",
        "extend_phone_number": "model",
        "confirm_phone_number": "model",
        "reject_phone_number": "model",
        "decline_phone_number_capture": "model",
        "escalate_phone_number_capture": "model",
        "no_input": "host",
        "reopen": "host",
        "refused": "machine",
    }
    assert set(data["guards"]) == set(GUARDS)
    assert [one["name"] for one in data["codes"]] == [str(code) for code in Code]


def test_a_bar_in_a_cell_does_not_split_it() -> None:
    assert cells(table.grid(("a", "b"), [("x | y", "z")])) == [[r"x \| y", "z"]]


# The reference.


def test_each_code_has_a_row_with_what_the_model_reads() -> None:
    rows = cells(reference.codes())
    assert [row[0] for row in rows] == [f"`{code}`" for code in Code]
    for code, (_, is_error, text) in zip(Code, rows, strict=True):
        assert is_error == ("yes" if code in ERRORS else "no")
        detail = next(iter(NOT_HEARD_DETAILS.values())) if code is Code.NOT_HEARD else "{detail}"
        assert text.startswith(reply_text(code, State.ASKING, detail))


def test_each_policy_field_has_a_row_with_a_meaning() -> None:
    def paths(model: type[BaseModel], prefix: str = "") -> Iterable[str]:
        for name, field in model.model_fields.items():
            kind = field.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from paths(kind, f"{prefix}{name}.")
            else:
                yield f"{prefix}{name}"

    rows = cells(reference.policy_fields())
    assert [row[0] for row in rows] == [f"`{path}`" for path in paths(CapturePolicy)]
    assert all(all(row) for row in rows)


def test_each_limit_has_its_default_and_the_code_that_ends_it() -> None:
    assert [(row[0], row[1], row[3]) for row in cells(reference.limits())] == [
        ("`attempts`", f"`{Limits().attempts}`", "`attempts_exhausted`"),
        ("`rejections`", f"`{Limits().rejections}`", "`rejections_exhausted`"),
        ("`silences`", f"`{Limits().silences}`", "`silence`"),
        ("`refusals`", f"`{Limits().refusals}`", "`refusals_exhausted`"),
    ]


def test_each_bound_in_the_code_has_its_reason() -> None:
    """A public integer constant without a docstring would be missing here."""
    bounds = {
        name: str(value)
        for module in (batch, evidence, turns, words, grounding, tools, number)
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_") and type(value) is int
    }
    rows = {row[0].strip("`").rsplit(".", 1)[1]: row[1:] for row in cells(reference.windows())}
    assert {name: value for name, (value, _) in rows.items()} == bounds
    assert all(reason for _, reason in rows.values())
    assert {"MAX_TEXT", "TURNS_KEPT", "RUNS_KEPT", "RUN_DIGITS", "CALLS_KEPT", "MAX_ARGUMENT", "JOINED"} <= set(rows)
