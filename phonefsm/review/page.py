# SPDX-License-Identifier: Apache-2.0
"""The review page: one HTML file that shows a behaviour, works offline and from a mail attachment, and asks nobody.

Nothing on it is fetched, and its content security policy allows the one script and the style that it holds, by hash.
Whatever stands on it comes from the ``Behaviour``; the same one gives the same bytes.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from hashlib import sha256
from importlib.resources import files
from typing import Final
from xml.etree import ElementTree

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from phonefsm.review.behaviour import Behaviour, ProofView, RowView, VerdictView
from phonefsm.review.difference import Difference

_SVG: Final = "http://www.w3.org/2000/svg"
_SLOT: Final = re.compile(r"\{[^{}\n]*\}")
_WORD: Final = re.compile(r"\s+|\w+|[^\w\s]")
_ALIKE: Final = 0.5
"""How much two texts must share for their words to be compared; below it they are shown whole."""

STATE_TEXTS: Final = {
    "asking": "No number is recorded. The agent asks for it.",
    "collecting": "The caller gives the number in parts, and a part of it is in hand.",
    "pending_confirmation": "A whole number is recorded and not saved. The caller must hear it back and agree.",
    "completed": "The number is saved. This is the only way to have one.",
    "declined": "The caller did not want to give a number. None is saved.",
    "escalated": "No number is saved, and a person takes over: a limit was reached, or the caller asked for one.",
}
"""What each state means to somebody who never saw the code."""
_HOSTS: Final = {"agent": "what was played of the agent's words", "caller": "the caller's words"}
_CONFIRMATION: Final = {
    None: "A number that was spoken or keyed in, or came nobody knows how: yes. A typed one: no, if it is exactly what "
    "the caller typed.",
    True: "Yes, every number, a typed one too.",
    False: "No, whichever way it came.",
}


def render(behaviour: Behaviour, diagram: str, changed: Difference | None = None) -> str:
    """Return the page for ``behaviour``.

    Args:
        behaviour: what it shows.
        diagram: the capture table as one ``<svg>``, each state a ``<g id="state-NAME">``.
        changed: what changed since another behaviour, for a section of its own.
    """
    environment = Environment(
        loader=PackageLoader("phonefsm.review", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        slots=slots,
        told=lambda text: told(text, behaviour),
        words=lambda name: name.replace("_", " "),
        code=code,
        ticks=ticks,
        line=lambda event: json.dumps(event, ensure_ascii=False),
        first_up=lambda text: text[:1].upper() + text[1:],
    )
    svg, svg_style = _diagram(diagram, behaviour)
    style, script = _asset("page.css") + svg_style, _asset("page.js")
    return environment.get_template(
        "page.html"
    ).render(
        behaviour=behaviour,
        proof=behaviour.proof,
        changed=changed,
        diagram=Markup(svg),  # noqa: S704 - drawn from the table, and parsed
        style=Markup(style),  # noqa: S704 - the package's own
        script=Markup(script),  # noqa: S704 - the package's own
        security=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
        state_texts=STATE_TEXTS,
        confirmation=_CONFIRMATION[behaviour.policy["require_confirmation"]],
        full=behaviour.proof.of(behaviour.proof.hosts[0]),
        hosts=behaviour.proof.hosts[1:],
        host_name=_host,
        reasons=_reasons(behaviour.proof),
        settings=tuple(_settings(behaviour.policy)),
        completing=tuple(row for row in behaviour.rows if row.target == "completed" and not row.never),
        condition=lambda row: _condition(row, behaviour),
        rows_of=lambda state: _by_trigger(row for row in behaviour.rows if _is_of(row, state) and not _refuses(row)),
        refusals_of=lambda state: _by_trigger(row for row in behaviour.rows if _is_of(row, state) and _refuses(row)),
        codes={code.name: code for code in behaviour.codes},
        compared=compared,
        reach=_reach,
    )


def slots(text: str) -> Markup:
    """Return ``text`` escaped, with its slots marked."""
    return _marked(text, _SLOT, '<span class="slot">{}</span>')


def code(name: str) -> Markup:
    """Return a name in code; it may break behind its underscores alone."""
    return Markup("<code>{}</code>").format(Markup("_<wbr>").join(name.split("_")))


def ticks(text: str) -> Markup:
    """Return ``text`` escaped, with what stands between backticks as code."""
    return Markup("").join(code(part) if place % 2 else escape(part) for place, part in enumerate(text.split("`")))


def told(text: str, behaviour: Behaviour) -> Markup:
    """Return a model's instructions as paragraphs; what is said in the caller's language is marked as such."""
    lines = [slots(line) for line in text.split("\n")]
    if behaviour.language != "en":
        spoken = _spoken(behaviour)
        lines = [_marked(line, spoken, f'<q lang="{behaviour.language}">{{}}</q>') for line in text.split("\n")]
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)


def compared(old: str | None, new: str | None) -> tuple[Markup | None, Markup | None]:
    """Return both texts with the words marked that are not in the other; texts that share little stay whole."""
    if old is None or new is None:
        return (None if old is None else escape(old)), (None if new is None else escape(new))
    before, after = _WORD.findall(old), _WORD.findall(new)
    words, others = ([word for word in text if not word.isspace()] for text in (before, after))
    if SequenceMatcher(None, words, others, autojunk=False).ratio() < _ALIKE:
        return escape(old), escape(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    was, now = [], []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        one, other = escape("".join(before[i1:i2])), escape("".join(after[j1:j2]))
        was.append(one if kind == "equal" or not one else Markup("<del>{}</del>").format(one))
        now.append(other if kind == "equal" or not other else Markup("<ins>{}</ins>").format(other))
    return Markup("").join(was), Markup("").join(now)


def _marked(text: str, pattern: re.Pattern[str], mark: str) -> Markup:
    """Return ``text`` escaped, with what matches ``pattern`` in ``mark``, and the slots within marked."""
    found, end = Markup(""), 0
    for match in pattern.finditer(text):
        inner = escape(match[0]) if pattern is _SLOT else slots(match[0])
        before = text[end : match.start()]
        found += (escape(before) if pattern is _SLOT else slots(before)) + Markup(mark).format(inner)  # noqa: S704 - ours
        end = match.end()
    rest = text[end:]
    return found + (escape(rest) if pattern is _SLOT else slots(rest))


def _spoken(behaviour: Behaviour) -> re.Pattern[str]:
    """Return what finds a caller's line in the model's instructions, whatever stands in its slot."""
    lines = sorted(behaviour.lines.values(), key=len, reverse=True)
    return re.compile("|".join(re.escape(line).replace(r"\{number\}", r"\{[^{}]*\}") for line in lines if line))


def _asset(name: str) -> str:
    return files("phonefsm.review").joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return what a content security policy knows ``text`` by."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _diagram(svg: str, behaviour: Behaviour) -> tuple[str, str]:
    """Return ``svg`` with each state a link to its section, and its styles, which go to the page's head."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(svg)  # noqa: S314 - this package drew it
    styles = ""
    for parent in list(root.iter()):
        for place, child in enumerate(list(parent)):
            if child.tag == f"{{{_SVG}}}style":
                styles += child.text or ""
                parent.remove(child)
                continue
            name = (child.get("id") or "").removeprefix("state-")
            if child.get("id") and name in {state.name for state in behaviour.states}:
                link = ElementTree.Element(f"{{{_SVG}}}a", {"href": f"#{name}", "data-state": name})
                link.set("aria-label", f"State {name}")
                link.append(child)
                link.tail, child.tail = child.tail, None
                parent[place] = link
    root.set("role", "group")  # a picture has no parts to go to
    return ElementTree.tostring(root, encoding="unicode"), styles


def _host(observes: Sequence[str]) -> str:
    """Return what a host reports, in words."""
    if "transcript" in observes:
        return "what was played of the agent's words, and a transcript beside a model that hears the caller itself"
    return " and ".join(_HOSTS[one] for one in observes) or "nothing"


def _reasons(proof: ProofView) -> list[tuple[str, list[VerdictView]]]:
    """Return what the policy gives up, by its reason."""
    found: dict[str, list[VerdictView]] = {}
    for verdict in proof.of(proof.hosts[0]):
        if verdict.given_up:
            found.setdefault(verdict.given_up, []).append(verdict)
    return list(found.items())


def _reach(proof: ProofView) -> str:
    """Return how far the proof went, in words."""
    themes = [each for each in proof.explored if each.observes == proof.hosts[0]]
    depths = sorted({each.depth for each in themes})
    if len(depths) == 1:
        return f"conversations of up to {depths[0]} event{'s'[: depths[0] > 1]}"
    return f"conversations of up to {depths[0]} to {depths[-1]} events, by theme"


def _settings(fields: dict[str, object], path: str = "") -> Iterator[tuple[str, object]]:
    """Yield every field of a policy but those that have a table of their own."""
    for name, value in fields.items():
        if name in ("limits", "evidence", "wording"):
            continue
        yield f"{path}{name}", value


def _condition(row: RowView, behaviour: Behaviour) -> str:
    """Return when a row is taken, in words; what an earlier row takes already is left out by name."""
    words = [behaviour.guards[guard] for guard in row.when]
    words += [behaviour.opposites[guard] for guard in (*row.unless, *_passed_over(row, behaviour))]
    if words:
        return " and ".join(words)
    place = behaviour.rows.index(row)
    return "otherwise" if any(_share(row, one) for one in behaviour.rows[:place]) else "always"


def _passed_over(row: RowView, behaviour: Behaviour) -> Iterator[str]:
    """Yield the guards that fail wherever ``row`` is reached, as an earlier row asks for just one guard more."""
    if row.when:
        for earlier in behaviour.rows[: behaviour.rows.index(row)]:
            more = set(earlier.when) - set(row.when)
            if _share(row, earlier) and set(row.when) < set(earlier.when) and len(more) == 1 and not earlier.unless:
                yield more.pop()


def _share(row: RowView, other: RowView) -> bool:
    return bool(set(row.sources) & set(other.sources) and set(row.triggers) & set(other.triggers))


def _is_of(row: RowView, state: str) -> bool:
    return state in row.sources


def _refuses(row: RowView) -> bool:
    return row.effect == "refuse"


def _by_trigger(rows: Iterable[RowView]) -> list[tuple[tuple[str, ...], list[RowView]]]:
    """Return ``rows`` with those of the same triggers together, in their order."""
    found: dict[tuple[str, ...], list[RowView]] = {}
    for row in rows:
        found.setdefault(row.triggers, []).append(row)
    return list(found.items())
