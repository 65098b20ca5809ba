# SPDX-License-Identifier: Apache-2.0
"""Where the parts of a state diagram stand.

The capture: open states in a row, final ones in a column at the right. What all open states share starts at the box
around them, so that it is drawn once; every way out has a line of its own. What keeps the state is summed up there.
One state: what leads to it at the left, where it leads to the right. Consent: a column a state, a line a fact.
"""

from collections.abc import Sequence
from typing import Final

from phonefsm.review.canvas import Box, Picture, Point, width
from phonefsm.review.chart import Chart, two_lines
from phonefsm.review.graph import PLAIN, Edge, Graph, Marks, Node, Way

_HIGH: Final = 44.0
"""A state's height."""
_PAD: Final = 20.0
_GAP: Final = 46.0
"""Between two states of a row."""
_ROW: Final = 39.0
"""From one line to the next, with text above and below."""
_LANE: Final = 13.0
"""From one parallel line to the next, without."""
_OUTSIDE: Final = 4.0
"""How far the second border of a final state stands outside."""


def picture(graph: Graph, marks: Marks = PLAIN, *, about: str = "") -> Picture:
    """Return the picture of a graph; ``about`` is a line below its title."""
    kind = _Neighbours if graph.centre else _Whole if graph.of("final") else _Facts
    return kind(graph, marks, about).picture(graph.title, _description(graph))


class _Whole(Chart):
    """The capture; one part after another, each beside what stands already."""

    def __init__(self, graph: Graph, marks: Marks, about: str) -> None:
        super().__init__(graph, marks)
        groups = {frozenset(node.members): node for node in graph.of("group")}
        self.open = groups[frozenset(node.name for node in graph.of("state"))]
        self.final = groups[frozenset(node.name for node in graph.of("final"))]
        self.left, self.top, self.y = 40.0, 0.0, 158.0
        self._columns()
        self._ends()
        self._box(self.open, (self.left, self.top), (self.right, self.bottom))
        self._choices()
        self._rails()
        self._ways_out()
        self._start_and_return()
        self._stays()
        self.heading(graph.title, about, (0, self.top - 26))
        self.legend((0, self.bottom + 34), self.column + self.size[self.final.name][0] / 2)

    def _columns(self) -> None:
        """Place the open states in a row, from left to right."""
        x = self.left + _PAD
        for node in self.graph.of("state"):
            wide = max(108.0, width(node.title, "state") + 26)
            self.place(node, (x + wide / 2, self.y), (wide, _HIGH))
            x += wide + _GAP
        self.right = x - _GAP + _PAD

    def _ends(self) -> None:
        """Place the final states in a column, each beside the ways that lead to it."""
        ends = self.graph.of("final")
        names = {end.name for end in ends}
        into = [edge for edge in self.graph.edges if edge.target in names]
        words = [word for edge in into for way in edge.ways for word in self._beside(edge, way)]
        gap = max(width(word, "small") for word in words) + 20
        wide = max(width(end.title, "state") for end in ends) + 34
        self.column = self.right + gap + _PAD + wide / 2
        self.between = self.right + gap / 2
        self.rows: dict[str, list[float]] = {}
        y = self.y + _HIGH / 2 + 44
        for end in ends:
            self.rows[end.name] = [y + _ROW * place for place in range(len(self._out(end.name)))]
            y += _ROW * len(self.rows[end.name]) + (12 if self.rows[end.name] else 0)
        self.bottom = y - 4
        corner, opposite = (self.column - wide / 2 - _PAD, self.y - 66), (self.column + wide / 2 + _PAD, self.bottom)
        self._box(self.final, corner, opposite)
        for end in ends:
            rows = self.rows[end.name] or [self.y]
            self.place(end, (self.column, sum(rows) / len(rows)), (wide, max(rows[-1] - rows[0] + 30, 36)))

    def _box(self, group: Node, corner: Point, opposite: Point) -> None:
        centre = (corner[0] + opposite[0]) / 2, (corner[1] + opposite[1]) / 2
        size = opposite[0] - corner[0], opposite[1] - corner[1]
        self.at[group.name], self.size[group.name] = centre, size
        self.boxes.append(Box(name=group.name, at=centre, size=size, kind="group"))
        x, y = corner[0] + 12, corner[1] + 17
        end = self.text(f"{group.name} title", group.title, (x, y), classes=("strong",))
        if group is self.open:
            self.text(
                "meaning",
                "arrows from its border, or from a call in it, start in any of these",
                (end + 14, y),
                style="small",
            )

    def _beside(self, edge: Edge, way: Way) -> list[str]:
        """Return what a line between the boxes says; those from a choice have no trigger and more of a condition."""
        if self.graph.node(edge.source).kind == "choice":
            return [word for word in (way.guard, way.exception) if word]
        return two_lines(way)

    def _out(self, target: str) -> list[Way]:
        """Return the ways out of the box of open states to a final one."""
        ends = self.open.name, target
        return [way for edge in self.graph.edges if (edge.source, edge.target) == ends for way in edge.ways]

    def _choices(self) -> None:
        """Place each choice above the row, with a line to each state that it may lead to."""
        for choice in self.graph.of("choice"):
            edges = [edge for edge in self.graph.edges if edge.source == choice.name]
            edges.sort(key=lambda edge: -self.at[edge.target][0])
            x = self.at[self.graph.of("state")[0].name][0]
            wide, high = width(choice.title, "pill") + 26, _LANE * len(edges) + 4
            y = self.top + 34 + high / 2
            self.place(choice, (x, y), (wide, high))
            for place, edge in enumerate(edges):
                way, (to, foot) = edge.ways[0], self.at[edge.target]
                lane, end = y - high / 2 + 10 + _LANE * place, foot - self.size[edge.target][1] / 2
                if edge.target in self.rows:  # a final state: its text is beside the box
                    to, end = to + self.size[edge.target][0] / 2 - 22, end - _OUTSIDE
                    words, text_at = self._beside(edge, way), (self.between, lane)
                else:
                    words = way.guard.replace(", ", ",\n").split("\n")
                    text_at = to + width("\n".join(words), "small") / 2 + 8, (y + high / 2 + end) / 2
                straight = abs(to - x) < 1
                points = [(to, y + high / 2), (to, end)] if straight else [(x + wide / 2, lane), (to, lane), (to, end)]
                self.draw(edge, points, edge.ways, words, text_at)

    def _rails(self) -> None:
        """Draw what leads from open states to another one: below the row, once for what differs in its source alone."""
        states = {node.name for node in self.graph.of("state")}
        shared: dict[tuple[str, tuple[tuple[str, str], ...]], list[Edge]] = {}
        for edge in self.graph.edges:
            if edge.source in states and edge.target in states:
                key = edge.target, tuple((way.text, way.guard) for way in edge.ways)
                shared.setdefault(key, []).append(edge)
        foot = self.y + _HIGH / 2
        for place, edges in enumerate(shared.values()):
            rail, to = foot + 24 + place * 30, self.at[edges[0].target][0]
            nearest = min(edges, key=lambda edge: abs(self.at[edge.source][0] - to))
            for edge in edges:
                x = self.at[edge.source][0]
                words = [word for way in edge.ways for word in two_lines(way)] if edge is nearest else []
                self.draw(edge, [(x, foot), (x, rail), (to, rail), (to, foot)], edge.ways, words, ((x + to) / 2, rail))

    def _ways_out(self) -> None:
        """Draw a line for each way out of the box, and for each edge from one of its states to a final one."""
        states = {node.name for node in self.graph.of("state")}
        for edge in self.graph.edges:
            if edge.target not in self.rows:
                continue
            end = self.at[edge.target][0] - self.size[edge.target][0] / 2 - _OUTSIDE
            if edge.source == self.open.name:
                for y, way in zip(self.rows[edge.target], edge.ways, strict=True):
                    self.draw(edge, [(self.right, y), (end, y)], [way], two_lines(way), (self.between, y))
            elif edge.source in states:
                x, y = self.at[edge.source]
                words = [word for way in edge.ways for word in two_lines(way)]
                points = [(x + self.size[edge.source][0] / 2, y), (end, y)]
                self.draw(edge, points, edge.ways, words, (self.between, y))

    def _start_and_return(self) -> None:
        """Draw where a capture starts, and the way back from the final states."""
        x, y = self.at[self.graph.initial]
        edge_x, dot = x - self.size[self.graph.initial][0] / 2, 10.0
        self.boxes.append(Box(name="initial", at=(dot, y - 9), size=(13, 13), kind="point"))
        self.line("initial", self.graph.initial, [(dot + 6.5, y - 9), (edge_x, y - 9)])
        below = self.bottom + 26
        for edge in self.graph.edges:
            if edge.source == self.final.name:
                points = [
                    (self.column, self.bottom),
                    (self.column, below),
                    (dot, below),
                    (dot, y + 10),
                    (edge_x, y + 10),
                ]
                words = [word for way in edge.ways for word in two_lines(way)]
                self.draw(edge, points, edge.ways, words, ((self.left + self.right) / 2, below - 9))
        self.bottom = below

    def _stays(self) -> None:
        """Sum up in the box of open states what keeps the state."""
        x, y = self.left + 12, self.y + _HIGH / 2 + 72
        if self.marks.path is None:
            self.stays((x, y), self.right - x - 16)


class _Neighbours(Chart):
    """One state: a line for each way to it and from it."""

    def __init__(self, graph: Graph, marks: Marks, about: str) -> None:
        super().__init__(graph, marks)
        self.here = graph.node(graph.centre)
        order = {node.name: place for place, node in enumerate(graph.nodes)}
        into = [edge for edge in graph.edges if edge.source != self.here.name]
        out = [edge for edge in graph.edges if edge.source == self.here.name]
        into.sort(key=lambda edge: order[edge.source])
        out.sort(key=lambda edge: order[edge.target])
        starts, ends = [graph.node(edge.source) for edge in into], [graph.node(edge.target) for edge in out]
        first, last = _widest(starts), _widest(ends)
        wide = width(self.here.title, "state") + 40
        left = first + _room(into) if into else 40.0
        right = left + wide + _room(out)
        self.high = max(_tall(into), _tall(out), 90.0)
        self.place(self.here, (left + wide / 2, self.high / 2), (wide, self.high))
        self.border = _OUTSIDE if self.here.kind == "final" else 0.0
        self._side(into, starts, first / 2, first, left - self.border)
        self._side(out, ends, right + last / 2, last, left + wide + self.border)
        top = 0.0
        if self.here.name == graph.initial:
            top = -30.0
            self.boxes.append(Box(name="initial", at=(left + wide / 2, top), size=(13, 13), kind="point"))
            self.line("initial", self.here.name, [(left + wide / 2, top + 6.5), (left + wide / 2, 0)])
        self.heading(graph.title, about, (0, top - 26))
        self.legend((0, self.stays((0, self.high + 44), right + last) + 34), right + last)

    def _side(self, edges: Sequence[Edge], nodes: Sequence[Node], x: float, wide: float, edge_x: float) -> None:
        """Place the neighbours of one side around ``x``, with their lines to or from the state's edge at ``edge_x``."""
        y = (self.high - _tall(edges)) / 2 + _ROW / 2
        for edge, node in zip(edges, nodes, strict=True):
            to_here = x < edge_x
            name = f"{node.name} before" if to_here else f"{node.name} again" if node is self.here else node.name
            more = _ROW * (len(edge.ways) - 1)
            self.place(node, (x, y + more / 2), (wide, more + 30), name=name)
            border = _OUTSIDE if node.kind == "final" else 0.0
            beside = x + wide / 2 + border if to_here else x - wide / 2 - border
            start, end = (beside, edge_x) if to_here else (edge_x, beside)
            ends = (name, self.here.name) if to_here else (self.here.name, name)
            for way in edge.ways:
                self.draw(edge, [(start, y), (end, y)], [way], two_lines(way), ((start + end) / 2, y), ends=ends)
                y += _ROW
            y += _APART


_APART: Final = 12.0
"""Between two neighbours, beside what their lines need."""


def _tall(edges: Sequence[Edge]) -> float:
    return sum(_ROW * len(edge.ways) + _APART for edge in edges) - _APART if edges else 0.0


def _room(edges: Sequence[Edge]) -> float:
    """Return how wide the lines of ``edges`` must be for what they say."""
    return max([120.0, *(width(line, "small") + 30 for edge in edges for way in edge.ways for line in two_lines(way))])


def _widest(nodes: Sequence[Node]) -> float:
    return max([90.0, *(width(node.title, "state") + 30 for node in nodes)])


class _Facts(Chart):
    """Consent: a column for each state, and a line for each fact, from where it moves something to where it leads."""

    def __init__(self, graph: Graph, marks: Marks, about: str) -> None:
        super().__init__(graph, marks)
        facts: dict[str, list[tuple[Edge, Way]]] = {}
        for edge in graph.edges:
            for way in edge.ways:
                facts.setdefault(way.text, []).append((edge, way))
        first = max(width(fact, "text") for fact in facts) + 50
        nodes = graph.of("state")
        columns = {node.name: first + 60 + 190 * place for place, node in enumerate(nodes)}
        bottom = 62 + 30.0 * len(facts)
        for node in nodes:
            x = columns[node.name]
            self.boxes.append(
                Box(name=f"{node.name} column", at=(x, (bottom + 22) / 2), size=(3, bottom - 14), kind="bar")
            )
            self.place(node, (x, 16), (max(110.0, width(node.title, "state") + 30), 36))
        self.boxes.append(Box(name="initial", at=(columns[graph.initial] - 90, 16), size=(13, 13), kind="point"))
        self.line("initial", graph.initial, [(columns[graph.initial] - 83.5, 16), (columns[graph.initial] - 55, 16)])
        order = list(columns)
        forward = {
            fact
            for fact, moves in facts.items()
            if any(order.index(e.source) < order.index(e.target) for e, _ in moves)
        }
        for place, fact in enumerate(sorted(facts, key=lambda fact: fact not in forward)):
            y = 62 + 30.0 * place
            self.text(f"fact {fact}", fact, (0, y), classes=(facts[fact][0][1].by,))
            starts = [columns[edge.source] for edge, _ in facts[fact]]
            for edge, way in facts[fact]:
                start, end = columns[edge.source], columns[edge.target]
                between = [x for x in starts if min(start, end) < x < max(start, end)]
                mark = f"{edge.source} {fact}"
                self.boxes.append(Box(name=mark, at=(start, y), size=(8, 8), kind="point"))
                if between:  # from there on another one is drawn already
                    self.draw(edge, [(start, y), (between[0], y)], [way], [], (0, 0), arrow=False)
                else:
                    self.draw(edge, [(start, y), (end + (4 if start > end else -4), y)], [way], [], (0, 0))
        bottom = self.stays((0, bottom + 8), columns[nodes[-1].name]) + 24
        self.text("remark", graph.remark, (0, bottom))
        self.heading(graph.title, about, (0, -30))
        self.legend((0, bottom + 30), columns[nodes[-1].name] + 60)


def _description(graph: Graph) -> str:
    """Return what the picture shows in words, an edge a sentence."""
    parts = [f"It starts in {graph.initial}."] if graph.initial in {node.name for node in graph.nodes} else []
    for edge in graph.edges:
        ways = "; ".join(" ".join(filter(None, (way.text, way.guard, way.exception))) for way in edge.ways)
        parts.append(f"{graph.node(edge.source).title} to {graph.node(edge.target).title}: {ways}.")
    return " ".join(parts)
