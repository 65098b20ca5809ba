# SPDX-License-Identifier: Apache-2.0
"""A canvas for a graph: states, lines with their words, what is greyed or set off, the legend, and what stays."""

from collections.abc import Sequence
from typing import Final

from phonefsm.review.canvas import LINE, SAMPLE, Box, Canvas, Point, width, wrapped
from phonefsm.review.graph import By, Edge, Graph, Marks, Node, Way

_BY: Final[dict[By, str]] = {
    "model": "the model calls a tool",
    "host": "the host reports",
    "machine": "the machine itself",
    "caller": "the caller",
    "agent": "the agent",
}


class Chart(Canvas):
    """A canvas that knows its graph."""

    def __init__(self, graph: Graph, marks: Marks) -> None:
        super().__init__()
        self.graph, self.marks = graph, marks
        self.at: dict[str, Point] = {}
        self.size: dict[str, Point] = {}

    def place(self, node: Node, at: Point, size: Point, *, name: str = "") -> None:
        """Put a state, a choice or a small group where it stands."""
        name = name or node.name
        self.at[name], self.size[name] = at, size
        ways = [way for edge in self.graph.edges if node.name in (edge.source, edge.target) for way in edge.ways]
        classes = ("done",) if node.name == "completed" else ()
        by = (node.by,) if node.by else ()
        kind = "pill" if node.kind == "choice" else node.kind
        style = "state" if kind in ("state", "final") else "pill"
        self.boxes.append(
            Box(
                name=name,
                at=at,
                size=size,
                text=node.title,
                kind=kind,
                classes=(*by, *classes, *self.shown(ways)),
                style=style,
            )
        )

    def draw(
        self,
        edge: Edge,
        points: Sequence[Point],
        ways: Sequence[Way],
        words: Sequence[str],
        text_at: Point,
        *,
        ends: tuple[str, str] | None = None,
        arrow: bool = True,
    ) -> None:
        """Put a line; of two lines of text on a level one, one stands above and one below it."""
        level = any(y == text_at[1] for _, y in points)
        source, target = ends or (edge.source, edge.target)
        self.line(
            source,
            target,
            points,
            text="\n".join(words),
            classes=(ways[0].by, *self.shown(ways), *(("level",) if level else ())),
            text_at=(text_at[0], text_at[1] - 9 if level and len(words) == 1 else text_at[1]),
            arrow=arrow,
        )

    def shown(self, ways: Sequence[Way]) -> tuple[str, ...]:
        """Return the classes of what is set off."""
        gone = ("never",) if self.marks.gone(ways) else ()
        if self.marks.path is None:
            return gone
        return (*gone, "aside") if self.marks.aside(ways) else ("happy",)

    def legend(self, left: Point, wide: float) -> None:
        """Explain the lines and marks that are there, in rows of ``wide`` pixels."""
        used = {way.by for edge in self.graph.edges for way in edge.ways}
        shown = {name for line in self.lines for name in line.classes}
        kinds = {box.kind for box in self.boxes}
        x, y = left

        def there(words: str) -> Point:
            nonlocal x, y
            if x + SAMPLE + width(words, "small") + 7 > left[0] + wide:
                x, y = left[0], y + 24
            return x, y

        for by, words in _BY.items():
            if by in used:
                x = self.legend_line((by,), words, there(words))
        if "point" in kinds:
            x = self.legend_box("point", "start", there("start"))
        if "final" in kinds:
            x = self.legend_box("final", "final", there("final"))
        if any(way.guard for edge in self.graph.edges for way in edge.ways):
            x = self.text("legend guard", "[only if]", there("[only if]"), style="small") + 26
        if "happy" in shown:
            x = self.legend_line(("model", "happy"), "on the path", there("on the path"))
        if "never" in shown:
            words = "never under this policy"
            x = self.legend_line(("never",), words, there(words))

    def stays(self, left: Point, wide: float) -> float:
        """Put what keeps the state below each other; return where the last line stands."""
        x, y = left
        if not self.graph.stays:
            return y
        self.text("stays", self.graph.summary, (x, y), classes=("strong",))
        for place, (states, texts) in enumerate(self.graph.stays):
            self.text(f"stays {place}", states, (x, y + 21), style="small")
            y = self.note(f"stays {place}", wrapped(", ".join(texts), wide - 12), (x + 12, y + 21 + LINE))
        return y


def two_lines(way: Way) -> list[str]:
    """Return a way in at most two lines: what fires it above its line, and the condition below."""
    return [line for line in (way.text, " ".join(filter(None, (way.guard, way.exception)))) if line]
