# SPDX-License-Identifier: Apache-2.0
"""Pictures as DOT with every position in it, and as the SVG and PNG that Graphviz draws of that.

What stands where is decided by ``layout`` and ``sequence``; Graphviz is told to leave it there (``layout=nop2``).
"""

import math
import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Literal
from xml.etree import ElementTree as ET

from phonefsm.errors import PhoneFsmError
from phonefsm.review.canvas import SIZES, Box, Line, Picture, Point, width

_RADIUS: Final = 9.0
"""How far a line's corners are rounded."""
_ARROW: Final = 7.0
_BESIDE: Final = 9.5
"""How far the middle of a text is from the line that it stands above or below."""
_MARGIN: Final = 14.0
_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_FONT: Final = "Arial,Liberation Sans,Helvetica,sans-serif"

_IDS: Final = {"state": "state", "final": "state", "pill": "choice", "group": "group"}
"""The boxes that have an identifier of their own in the SVG, and what it begins with."""

_BY: Final = ("model", "host", "machine", "caller", "agent", "capture")
"""Who does something; each has a colour of its own."""

PAPER: Final = "#ffffff"
_LIGHT: Final = {
    "paper": PAPER,
    "ink": "#1f2328",
    "quiet": "#59636e",
    "edge": "#8b949e",
    "box": "#f6f8fa",
    "model": "#0757ba",
    "model-fill": "#ddf0ff",
    "host": "#8a4600",
    "host-fill": "#fff1d6",
    "machine": "#7a2e9e",
    "machine-fill": "#f6e8fc",
    "done": "#116329",
    "done-fill": "#dafbe1",
    "caller": "#0b6a5e",
    "agent": "#0757ba",
    "capture": "#3d4650",
    "bad": "#b3201d",
    "bad-fill": "#ffebe9",
    "never": "#6e7781",
    "aside": "#c9d1d9",
}
_DARK: Final = {
    "paper": "#0d1117",
    "ink": "#e6edf3",
    "quiet": "#9da7b3",
    "edge": "#6e7681",
    "box": "#161b22",
    "model": "#79c0ff",
    "model-fill": "#10294a",
    "host": "#f2b65c",
    "host-fill": "#3a2708",
    "machine": "#d9a5f5",
    "machine-fill": "#33174a",
    "done": "#6fdd8b",
    "done-fill": "#0f2f1a",
    "caller": "#5fd4c0",
    "agent": "#79c0ff",
    "capture": "#c4ccd6",
    "bad": "#ff9a92",
    "bad-fill": "#43151a",
    "never": "#8b949e",
    "aside": "#3d444d",
}


_STYLED: Final = ("font-family", "font-size", "fill", "stroke", "stroke-width", "stroke-dasharray")
_RULES: Final = """
.paper{fill:var(--paper)}
text{fill:var(--ink);stroke:none}
path{fill:none;stroke:var(--ink)}
.state path,.final path{fill:var(--box);stroke-width:1.5px}
.state text,.final text{font-weight:600}
.done path{fill:var(--done-fill);stroke:var(--done)}
.done text{fill:var(--done)}
.group path{stroke:var(--edge);stroke-dasharray:5 4}
.text text{fill:var(--quiet)}
.strong text{fill:var(--ink);font-weight:600}
.point ellipse{fill:var(--ink);stroke:none}
.final path+path{fill:none}
.bar polygon{fill:var(--box);stroke:none}
.bar.bad polygon{fill:var(--bad-fill)}
.pill path{fill:var(--box);stroke-width:1.5px}
.pill text{font-weight:600}
.pill.model path{fill:var(--model-fill);stroke:var(--model)}
.pill.model text{fill:var(--model)}
.edge path{stroke:var(--edge);stroke-width:1.5px}
.edge polygon{fill:var(--edge);stroke:none}
.edge text{font-weight:600}
.edge text.guard{fill:var(--quiet);font-weight:400}
.edge.model path{stroke:var(--model)}
.edge.host path{stroke:var(--host);stroke-dasharray:6 4}
.edge.machine path{stroke:var(--machine);stroke-dasharray:1.5 4;stroke-linecap:round;stroke-width:2.2px}
.edge.caller path{stroke:var(--caller)}
.edge.capture path{stroke:var(--capture)}
.edge.said text{font-weight:400}
.done.pill path{fill:var(--done-fill);stroke:var(--done)}
.done.pill text{fill:var(--done)}
.edge.agent path{stroke:var(--agent);stroke-dasharray:6 4}
.edge.bad path{stroke:var(--bad);stroke-dasharray:6 4}
.edge text.guard{fill:var(--quiet)!important}
.edge.never path,.never path{stroke:var(--never);fill:none}
.never polygon{fill:var(--never)!important}
.never text{fill:var(--never)!important;text-decoration:line-through}
.edge.happy path{stroke-width:3px}
.aside{opacity:.3}
"""


MISSING: Final = "pictures need pygraphviz: pip install 'phonefsm[diagram]'"


class MissingExtraError(PhoneFsmError):
    """A picture needs a package that is not installed; the message says how to get it."""


def dot(picture: Picture) -> str:
    """Return ``picture`` as a DOT file in which everything has its place; any Graphviz draws it so."""
    left, top, right, bottom = _bounds(picture)
    flip = top + bottom  # Graphviz has y pointing up

    def place(point: Point) -> str:
        return f"{point[0]:.6g},{flip - point[1]:.6g}"

    lines = [
        f"graph [layout=nop2, outputorder=nodesfirst, bgcolor={_quoted(PAPER)}, pad=0, dpi=72, "
        f'bb="{left:g},{flip - bottom:g},{right:g},{flip - top:g}"]',
        f"node [fontname={_quoted(_FONT)}, fixedsize=true]",
        f"edge [fontname={_quoted(_FONT)}, arrowsize={_ARROW / 10:g}]",
    ]
    corners = (("corner-1", (left, top)), ("corner-2", (right, bottom)))
    for name, at in corners:
        lines.append(f'{_quoted(name)} [pos="{place(at)}", width=0, height=0, style=invis, label=""]')
    lines += [f"{_quoted(box.name)} [{_attributes(_box(box, place))}]" for box in picture.boxes]
    for line in picture.lines:
        ends = f"{_quoted(line.source)} -> {_quoted(line.target)}"
        lines.append(f"{ends} [{_attributes(_line(line, place))}]")
    body = "\n".join(f"  {line}" for line in lines)
    return f"// {picture.title}\ndigraph phonefsm {{\n{body}\n}}\n"


def _box(box: Box, place: Callable[[Point], str]) -> Iterator[tuple[str, str]]:
    colour = next((name for name in box.classes if name in ("bad", *_BY)), None)
    yield "class", " ".join(dict.fromkeys((box.kind, box.style, *box.classes)))
    if box.kind in _IDS and " " not in box.name:  # a second box for a state has none
        yield "id", f"{_IDS[box.kind]}-{box.name}"
    yield "tooltip", _escaped(" ".join((box.text or box.name).split()))
    yield "pos", place(box.at)
    yield "width", f"{box.size[0] / 72:.5g}"
    yield "height", f"{box.size[1] / 72:.5g}"
    yield "fontsize", f"{SIZES[box.style]:g}"
    yield "label", _label(box.text, box.anchor)
    faded = next((name for name in ("aside", "never") if name in box.classes), None)
    match box.kind:
        case "state" | "final":
            yield "shape", "box"
            yield "style", "rounded,filled"
            done = "done" in box.classes
            yield "fillcolor", _LIGHT["box" if faded or not done else "done-fill"]
            yield "color", _LIGHT[faded or ("done" if done else "ink")]
            yield "fontcolor", _LIGHT[faded or ("done" if done else "ink")]
            if box.kind == "final":
                yield "peripheries", "2"
        case "pill":
            yield "shape", "box"
            yield "style", "rounded,filled"
            yield "fillcolor", PAPER if faded or not colour else _LIGHT[f"{colour}-fill"]
            yield "color", _LIGHT[faded or colour or "edge"]
            yield "fontcolor", _LIGHT[faded or colour or "ink"]
        case "group":
            yield "shape", "box"
            yield "style", "rounded,dashed"
            yield "color", _LIGHT["edge"]
        case "bar":
            yield "shape", "box"
            yield "style", "filled"
            yield "fillcolor", _LIGHT["bad-fill" if "bad" in box.classes else "box"]
            yield "color", _LIGHT["bad-fill" if "bad" in box.classes else "box"]
        case "point":
            yield "shape", "circle"
            yield "style", "filled"
            yield "fillcolor", _LIGHT["ink"]
        case "text":
            yield "shape", "plaintext"
            yield "fontcolor", _LIGHT[faded or colour or ("ink" if "strong" in box.classes else "quiet")]


def _line(line: Line, place: Callable[[Point], str]) -> Iterator[tuple[str, str]]:
    by = next((name for name in line.classes if name in ("bad", *_BY)), None)
    faded = next((name for name in ("aside", "never") if name in line.classes), None)
    colour = _LIGHT[faded or by or "edge"]
    yield "class", " ".join((*line.classes, "small"))
    yield "pos", _spline(line, place)
    yield "color", colour
    if not line.arrow:
        yield "arrowhead", "none"
    dashes = {"host": "dashed", "machine": "dotted", "agent": "dashed", "bad": "dashed"}.get(by or "")
    if dashes:
        yield "style", dashes
    if "happy" in line.classes:
        yield "penwidth", "2.5"
    yield "tooltip", _escaped(" ".join(line.text.split()) or f"{line.source} to {line.target}")
    if line.text:
        (x, y), words = line.text_at, line.text.split("\n")
        if "level" in line.classes and len(words) == 2:
            yield "label", _label(words[0], "middle")
            yield "lp", place((x, y - _BESIDE))
            yield "xlabel", _label(words[1], "middle")
            yield "xlp", place((x, y + _BESIDE))
        else:
            yield "label", _label(line.text, "middle")
            yield "lp", place((x, y))
        yield "fontcolor", colour if by else _LIGHT["quiet"]
        yield "fontsize", f"{SIZES['small']:g}"


def _label(text: str, anchor: Literal["middle", "left"]) -> str:
    end = "\\l" if anchor == "left" else "\\n"
    return end.join(map(_escaped, text.split("\n"))) + (end if anchor == "left" else "")


def _escaped(text: str) -> str:
    """Return ``text`` without what Graphviz would replace in it: entities, and names behind a backslash."""
    return text.replace("&", "&amp;").replace("\\", "\\\\")


def _attributes(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name}={_quoted(value)}" for name, value in pairs)


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*|-?[0-9.]+", text) else '"' + text.replace('"', '\\"') + '"'


def _bounds(picture: Picture) -> tuple[float, float, float, float]:
    xs = [x for box in picture.boxes for x in _span(box)]
    ys = [y for box in picture.boxes for y in (box.at[1] - box.size[1] / 2, box.at[1] + box.size[1] / 2)]
    xs += [x for line in picture.lines for x, _ in line.points]
    ys += [y for line in picture.lines for _, y in line.points]
    return min(xs) - _MARGIN, min(ys) - _MARGIN, max(xs) + _MARGIN, max(ys) + _MARGIN


def _span(box: Box) -> tuple[float, float]:
    """Return from where to where a box is seen: text alone has more room than it needs."""
    left = box.at[0] - box.size[0] / 2
    return left, left + (width(box.text, box.style) if box.anchor == "left" else box.size[0])


def _spline(line: Line, place: Callable[[Point], str]) -> str:
    """Return the line as cubic Bézier curves: straight pieces, and a round corner between two of them."""
    points = list(line.points)
    tip = points[-1]
    if line.arrow:
        points[-1] = _towards(tip, points[-2], _ARROW)
    path = [points[0]]

    def straight(to: Point) -> None:
        path.extend((_towards(path[-1], to, part=1 / 3), _towards(path[-1], to, part=2 / 3), to))

    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(_RADIUS, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        straight(_towards(corner, before, radius))
        path.extend((corner, corner, _towards(corner, after, radius)))
    straight(points[-1])
    curve = " ".join(map(place, path))
    return f"e,{place(tip)} {curve}" if line.arrow else curve


def _towards(one: Point, other: Point, length: float = 0.0, *, part: float | None = None) -> Point:
    share = part if part is not None else length / (math.dist(one, other) or 1.0)
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def png(picture: Picture, *, scale: float = 2.0) -> bytes:
    """Return ``picture`` as a PNG on white, ``scale`` pixels of it for each one of the picture.

    Raises:
        MissingExtraError: ``pygraphviz`` is not installed.
    """
    return _render(dot(picture).replace("dpi=72", f"dpi={72 * scale:g}", 1), "png")


def svg(picture: Picture) -> str:
    """Return ``picture`` as one ``<svg>`` element that refers to nothing outside, with colours for light and dark.

    Raises:
        MissingExtraError: ``pygraphviz`` is not installed.
    """
    ET.register_namespace("", _NAMESPACE)
    root = ET.fromstring(_render(dot(picture), "svg"))  # noqa: S314 - what Graphviz just wrote
    tag = f"{{{_NAMESPACE}}}"
    wide, high = (root.attrib[name].removesuffix("pt") for name in ("width", "height"))
    root.attrib.update({"width": wide, "height": high, "class": "phonefsm-diagram"})
    root.attrib.update({"aria-labelledby": "diagram-title diagram-desc"})
    graph = root[0]
    graph.attrib.pop("id")
    origin = _bounds(picture)[0]
    lefts = {box.name: box.at[0] - box.size[0] / 2 - origin for box in picture.boxes if box.anchor == "left"}
    for child in list(graph):
        if child.tag != f"{tag}g":
            graph.remove(child)  # the graph's title, and its background
    for child in graph:
        if child.attrib.get("id", "").startswith(("node", "edge")):  # Graphviz's own count
            del child.attrib["id"]
        _clean(child, tag, lefts)
    background = ET.Element(f"{tag}rect", {"class": "paper", "width": "100%", "height": "100%", "rx": "10"})
    heads = [ET.Element(f"{tag}title", {"id": "diagram-title"}), ET.Element(f"{tag}desc", {"id": "diagram-desc"})]
    heads[0].text, heads[1].text = picture.title, picture.description
    style = ET.Element(f"{tag}style")
    style.text = _css()
    for place, element in enumerate((*heads, style, background)):
        root.insert(place, element)
    return ET.tostring(root, encoding="unicode") + "\n"


def _clean(element: ET.Element, tag: str, lefts: Mapping[str, float]) -> None:
    """Take out what the style sheet says better, and unwrap the link that Graphviz makes of a tooltip."""
    title = element.find(f"{tag}title")
    name = (title.text if title is not None else "") or ""
    words = dict.fromkeys(element.attrib["class"].split())
    element.attrib["class"] = " ".join(words)
    for wrapper in element.findall(f"{tag}g"):
        for link in wrapper.findall(f"{tag}a"):
            if title is not None:
                title.text = next((value for key, value in link.attrib.items() if key.endswith("title")), name)
            element.extend(link)
        element.remove(wrapper)
    if title is not None and not words.keys() & {"state", "final", "pill", "edge"}:
        element.remove(title)
    for part in element.iter():
        for attribute in (*_STYLED, "{http://www.w3.org/XML/1998/namespace}space"):
            part.attrib.pop(attribute, None)
    condition = False
    for part in element.iter(f"{tag}text"):
        if name in lefts:  # Graphviz puts it where its own font would begin
            part.attrib["x"] = f"{lefts[name]:g}"
        condition = "edge" in words and "said" not in words and (condition or (part.text or "").startswith(("[", "(")))
        if condition:
            part.attrib["class"] = "guard"


def _css() -> str:
    """Return the style sheet: colours by variables, and nothing that reaches beyond the one element."""

    def variables(colours: Mapping[str, str]) -> str:
        return "".join(f"--{name}:{colour};" for name, colour in colours.items())

    top = ".phonefsm-diagram"
    rules = [
        f"{top}{{color-scheme:light dark;font-family:Helvetica,Arial,'Liberation Sans',sans-serif;"
        f"{variables(_LIGHT)}}}",
        f"@media screen and (prefers-color-scheme:dark){{{top}{{{variables(_DARK)}}}}}",
        *(f"{top} {rule}" for rule in _RULES.strip().split("\n")),
        *(f"{top} .{name} text{{font-size:{size:g}px}}" for name, size in SIZES.items()),
        *(
            f"{top} .{name}.text text,{top} .edge.{name} polygon,{top} .edge.{name} text{{fill:var(--{name})}}"
            for name in (*_BY, "bad")
        ),
    ]
    return "\n".join(["", *rules, ""])


def _render(text: str, form: str) -> bytes:
    try:
        import pygraphviz  # the extra, imported when something is drawn
    except ImportError:
        raise MissingExtraError(MISSING) from None
    with _quiet():
        drawn: bytes = pygraphviz.AGraph(string=text).draw(format=form, prog="nop2")
    return drawn


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Graphviz and the font libraries say about the machine's fonts off standard error."""
    try:
        kept = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    try:
        with open(os.devnull, "wb") as void:
            os.dup2(void.fileno(), 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # pygraphviz repeats it
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
