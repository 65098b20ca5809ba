# SPDX-License-Identifier: Apache-2.0
"""The review page is one sound, closed file that shows all of a behaviour and runs nothing but its own."""

import html
import json
import re
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from phonefsm import CapturePolicy
from phonefsm.cli import main
from phonefsm.review import svg
from phonefsm.review.difference import Difference
from phonefsm.review.page import compared, render, slots, ticks, told
from tests.test_behaviour import DEFAULT, EVERYTHING_ON, SPANISH, UNCONFIRMED, changed, made

_VOID = frozenset({"meta", "wbr", "br", "link", "hr", "img", "input"})
_FETCHES = frozenset({"src", "srcset", "data", "poster", "action", "formaction", "background", "cite", "ping"})


@cache
def drawn(policy: str) -> str:
    return svg.capture(CapturePolicy.load(json.loads(policy)))


def page(fields: Mapping[str, Any] = DEFAULT, since: Difference | None = None) -> str:
    return render(made(fields), drawn(json.dumps(dict(fields))), since)


class Tree(HTMLParser):
    """Reads a page strictly: what is opened is closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.raw: dict[str, list[str]] = {"style": [], "script": []}
        self.feed(text)
        self.close()
        assert self.open == [], "everything is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), "no attribute is given twice"
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1:] == [tag], f"</{tag}> closes {self.open[-3:]} at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]].append(data)
        else:
            self.text.append(data)

    def values(self, name: str) -> Iterator[str]:
        yield from (value for _, attrs in self.tags if (value := attrs.get(name)) is not None)

    @property
    def words(self) -> str:
        """All that is shown, with single spaces."""
        return " ".join("".join(self.text).split())


@pytest.fixture(
    scope="module", params=[DEFAULT, SPANISH, UNCONFIRMED, EVERYTHING_ON], ids=["default", "es", "no", "hi"]
)
def fields(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    found: Mapping[str, Any] = request.param
    return found


def test_it_is_well_formed_and_its_references_lead_somewhere(fields: Mapping[str, Any]) -> None:
    tree = Tree(page(fields, changed(DEFAULT, fields)))
    ids = list(tree.values("id"))
    assert len(ids) == len(set(ids))
    targets = [href.removeprefix("#") for href in tree.values("href")]
    names = [name for reference in tree.values("aria-labelledby") for name in reference.split()]
    assert set(targets) | set(names) <= set(ids)


def test_headings_do_not_skip_a_level_and_there_is_one_title(fields: Mapping[str, Any]) -> None:
    levels = [int(tag[1]) for tag, _ in Tree(page(fields)).tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_a_head_with_scopes(fields: Mapping[str, Any]) -> None:
    tags = Tree(page(fields)).tags
    heads = [attrs.get("scope") for tag, attrs in tags if tag == "th"]
    assert set(heads) == {"col", "row", "rowgroup"}


def test_nothing_on_it_is_fetched(fields: Mapping[str, Any]) -> None:
    text = page(fields, changed(DEFAULT, fields))
    tree = Tree(text)
    assert all(href.startswith("#") for href in tree.values("href"))
    assert not [
        tag
        for tag, _ in tree.tags
        if tag in ("img", "link", "iframe", "object", "embed", "base", "form", "image", "use")
    ]
    assert not [name for _, attrs in tree.tags for name in attrs if name in _FETCHES]
    assert "url(" not in "".join(tree.raw["style"])
    assert "@import" not in "".join(tree.raw["style"])


def test_the_security_policy_allows_the_script_and_the_style_by_hash_and_nothing_else(
    fields: Mapping[str, Any],
) -> None:
    text = page(fields)
    tree = Tree(text)
    (policy,) = (attrs["content"] for _, attrs in tree.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in (policy or "").split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (inner,) = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", text, re.DOTALL)
        assert rules[rule] == f"'sha256-{b64encode(sha256(inner.encode()).digest()).decode()}'"
    assert not [name for _, attrs in tree.tags for name in attrs if name.startswith("on") or name == "style"]
    assert text.index("Content-Security-Policy") < text.index("<style")


def test_all_of_the_behaviour_is_on_it(fields: Mapping[str, Any]) -> None:
    behaviour, tree = made(fields), Tree(page(fields))
    shown = tree.words
    ids = set(tree.values("id"))
    assert {state.name for state in behaviour.states} <= ids
    for name in (
        *(code.name for code in behaviour.codes),
        *(tool.name for tool in behaviour.tools),
        *behaviour.invariants,
    ):
        assert name in shown
    texts = [words.text for code in behaviour.codes for words in code.texts]
    texts += [
        part for state in behaviour.states for said in (*state.told, *state.heard) for part in (said.audio, said.text)
    ]
    texts += [state.nudge for state in behaviour.states if state.nudge]
    texts += [*behaviour.lines.values(), *behaviour.facts.values(), *(tool.description for tool in behaviour.tools)]
    texts += [bound.name for bound in behaviour.bounds]
    texts += [behaviour.hash, behaviour.versions.code, behaviour.versions.phonenumbers]
    for text in texts:
        assert all(" ".join(line.split()) in shown for line in text.split("\n"))
    for text in behaviour.invariants.values():
        assert text.replace("`", "") in shown


def test_the_states_of_the_diagram_are_links_to_their_sections() -> None:
    tags = Tree(page()).tags
    states = [state.name for state in made().states]
    found = [
        (tags[place - 1][1], attrs["id"])
        for place, (_, attrs) in enumerate(tags)
        if attrs.get("id", "") in [f"state-{s}" for s in states]
    ]
    assert sorted(str(link["href"]) for link, _ in found) == sorted(f"#{state}" for state in states)
    assert all(link["data-state"] == str(name).removeprefix("state-") for link, name in found)


def test_the_verdicts_are_those_of_the_proof_and_the_depth_is_told() -> None:
    words = Tree(page()).words
    assert "All 12 invariants hold. This policy gives up none." in words
    assert "conversations of up to 1 event;" in words
    assert "Asked for was a depth of 1" in words
    given_up = Tree(page(UNCONFIRMED)).words
    assert "8 of 12 invariants hold. This policy gives up 4." in given_up
    assert "Not promised, as the policy sets require_confirmation to false" in given_up
    assert "This policy gives a part of that up" in given_up


def test_a_broken_invariant_cannot_be_overlooked() -> None:
    behaviour = made()
    broken = behaviour.proof.verdicts[0].model_copy(
        update={"verdict": "broken", "wrong": "it went wrong", "conversation": ({"user": "<b>yes</b>"},)}
    )
    proof = behaviour.proof.model_copy(update={"verdicts": (broken, *behaviour.proof.verdicts[1:])})
    text = render(behaviour.model_copy(update={"proof": proof}), drawn("{}"))
    words = Tree(text).words
    assert "As it stands, this does not hold" in words
    assert "Something that is promised does not hold." in words
    assert "The shortest conversation that breaks completed_only_if_given" in words
    assert "All 12 invariants hold" not in words
    assert '{"user": "<b>yes</b>"}' in words
    assert "<b>yes" not in text


def test_what_a_policy_says_is_shown_as_it_is_and_never_run() -> None:
    wicked = '<script>alert("1")</script> & {number} <img src=x onerror=alert(2)> </style>'
    text = page({"extra_instructions": wicked, "wording": {"ask": wicked}})
    tree = Tree(text)
    assert tree.words.count('<script>alert("1")</script> &') >= 3
    assert text.count("<script>") == text.count("</script>") == 1
    assert "<img" not in text


def test_the_same_behaviour_gives_the_same_bytes(fields: Mapping[str, Any]) -> None:
    assert page(fields, changed(DEFAULT, fields)) == page(fields, changed(DEFAULT, fields))


def test_the_callers_words_are_marked_with_their_language() -> None:
    text = page(EVERYTHING_ON)
    line = made(EVERYTHING_ON).lines["ask"]
    assert f'lang="hi">{html.escape(line)}</td>' in text
    assert '<q lang="hi">' in text
    assert 'lang="hi"' not in page()


def test_what_changed_is_shown_with_what_was_lost() -> None:
    since = changed(DEFAULT, UNCONFIRMED)
    words = Tree(page(UNCONFIRMED, since)).words
    assert "Invariants lost: 4. Gained: none." in words
    assert all(section.title in words for section in since.sections)
    assert "What changed" not in Tree(page()).words
    assert "The behaviour is the same." in Tree(page(DEFAULT, changed(DEFAULT, DEFAULT))).words


def test_words_that_changed_are_marked_and_texts_that_share_little_are_not() -> None:
    assert compared("a red < house", "a blue < house") == (
        "a <del>red</del> &lt; house",
        "a <ins>blue</ins> &lt; house",
    )
    assert compared("one", "wholly other words") == ("one", "wholly other words")
    assert compared(None, "new & good") == (None, "new &amp; good")
    assert compared("old", None) == ("old", None)


def test_slots_and_code_are_marked_in_what_is_otherwise_escaped() -> None:
    assert slots("<a> {number}") == '&lt;a&gt; <span class="slot">{number}</span>'
    assert ticks("a `b_c` <d>") == "a <code>b_<wbr>c</code> &lt;d&gt;"


def test_a_callers_line_is_found_within_the_models_instructions() -> None:
    spanish = made(SPANISH)
    found = told('Read it: "Tengo el {number in groups}. ¿Es correcto?" Wait.', spanish)
    assert (
        '"<q lang="es">Tengo el <span class="slot">{number in groups}</span>. ¿Es correcto?</q>" Wait.'
        in html.unescape(found)
    )


# The command.


def test_the_command_writes_the_page_and_says_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "page.html"
    assert main(["review", "--depth", "1", "-o", str(target)]) == 0
    assert target.read_text(encoding="utf-8") == page()
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.endswith(f"behaviour {made().hash[:12]}; invariants: 12 hold, 0 given up, 0 broken\n")


def test_json_goes_to_standard_output_and_is_what_against_takes(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["review", "--depth", "1", "--json"]) == 0
    old = tmp_path / "old.json"
    old.write_bytes(capfdbinary.readouterr().out)
    assert old.read_text(encoding="utf-8") == made().as_json()
    new = tmp_path / "new.html"
    assert main(["review", "--depth", "1", "--against", str(old), "-o", str(new)]) == 0
    assert capfdbinary.readouterr().out == b"The behaviour is the same.\n"
    assert "The behaviour is the same." in new.read_text(encoding="utf-8")


def test_a_difference_ends_with_1_and_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, policy, new = (tmp_path / name for name in ("old.json", "policy.toml", "new.html"))
    old.write_text(made().as_json(), encoding="utf-8")
    policy.write_text("require_confirmation = false\n", encoding="utf-8")
    arguments = ["review", "--depth", "1", "--policy", str(policy), "--against", str(old), "-o", str(new)]
    assert main(arguments) == 1
    assert "Invariant lost: completed_only_if_agreed\n" in capsys.readouterr().out
    assert "Invariants lost: 4" in new.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["-o", "{tmp}/none/page.html"], "No such file or directory"),
        (["-o", "{tmp}"], "Is a directory"),
        (["--against", "{tmp}/none.json"], "No such file or directory"),
        (["--against", "{tmp}/bad.json"], "not JSON"),
        (["--against", "{tmp}/foreign.json"], "not a behaviour of phonefsm review --json"),
        (["--policy", "{tmp}/none.toml"], "No such file or directory"),
        (["--policy", "{tmp}/bad.toml"], "language"),
        (["--policy", "{tmp}/words.toml"], "wording.hello"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2_before_anything_is_proved(
    arguments: list[str],
    cause: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    (tmp_path / "foreign.json").write_text('{"format": "other"}', encoding="utf-8")
    (tmp_path / "bad.toml").write_text('language = "klingon"\n', encoding="utf-8")
    (tmp_path / "words.toml").write_text('[wording]\nhello = "Hi"\n', encoding="utf-8")
    monkeypatch.setattr("phonefsm.cli.review.verify", lambda *_, **__: pytest.fail("it was proved"))
    monkeypatch.chdir(tmp_path)
    assert main(["review", *(one.format(tmp=tmp_path) for one in arguments)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert re.fullmatch(rf"phonefsm: [^\n]*{re.escape(cause)}[^\n]*\n", told.err)
    assert not (tmp_path / "review.html").exists()


@pytest.mark.parametrize(("module", "extra"), [("jinja2", "review"), ("pygraphviz", "diagram")])
def test_a_missing_extra_is_named(
    module: str, extra: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, "phonefsm.review.page", raising=False)
    monkeypatch.delattr("phonefsm.review.page", raising=False)
    assert main(["review", "--depth", "1", "-o", str(tmp_path / "page.html")]) == 2
    assert f"pip install 'phonefsm[{extra}]'" in capsys.readouterr().err
