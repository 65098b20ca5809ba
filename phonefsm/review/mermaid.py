# SPDX-License-Identifier: Apache-2.0
"""A graph of either table as a mermaid state diagram."""

from collections.abc import Iterable
from typing import Final

from phonefsm.review.graph import PLAIN, Graph, Marks, Way
from phonefsm.table import State

_GROUP: Final = "classDef group fill:transparent,stroke-dasharray:4 3"
_DONE: Final = "classDef done fill:#d7f0dd,stroke:#2e7d4f,color:#10331f"
_NEVER: Final = "classDef never fill:transparent,stroke:#6e7781,color:#6e7781"


def states(graph: Graph, marks: Marks = PLAIN) -> str:
    """Return ``graph`` as a ``stateDiagram-v2``, ending in a newline.

    A way that is never taken says so; where a path is marked, that path alone is drawn.
    """
    edges = [(edge, ways) for edge in graph.edges if (ways := [way for way in edge.ways if not marks.aside([way])])]
    used = {name for edge, _ in edges for name in (edge.source, edge.target)} | {graph.centre or graph.initial}
    nodes = [node for node in graph.nodes if node.name in used]
    groups = [node.name for node in nodes if node.kind == "group"]
    lines = [f'state "{node.title}" as {node.name}' for node in nodes if node.kind == "group"]
    lines += [f"state {node.name} <<choice>>" for node in nodes if node.kind == "choice"]
    lines += [_GROUP, f"class {', '.join(groups)} group"] if groups else []
    lines += [_DONE, f"class {State.COMPLETED} done"] if State.COMPLETED in used else []
    gone = [node.name for node in nodes if marks.gone(_touching(graph, node.name))]
    lines += [_NEVER, f"class {', '.join(gone)} never"] if gone else []
    lines += [f"[*] --> {graph.initial}"] if graph.initial in used else []
    lines += [
        f"{edge.source} --> {edge.target} : "
        + "<br/>".join(dict.fromkeys(_label(way, marks, alone=len(ways) == 1) for way in ways))
        for edge, ways in edges
    ]
    lines += [f"{node.name} --> [*]" for node in nodes if node.kind == "final"]
    lines += _note(graph) if marks.path is None else []
    return "\n    ".join(["stateDiagram-v2", "direction LR", *lines]) + "\n"


def _note(graph: Graph) -> Iterable[str]:
    """Yield the note that sums up what keeps the state, beside the last state or the one that this is about."""
    told = [graph.summary, *(f"{states}: {', '.join(texts)}" for states, texts in graph.stays), graph.remark]
    place = graph.centre or [node.name for node in graph.nodes if node.kind in ("state", "final")][-1]
    yield f"note right of {place}"
    yield from (f"    {line}" for line in "<br/>\n".join(told).split("\n"))
    yield "end note"


def _touching(graph: Graph, name: str) -> list[Way]:
    return [way for edge in graph.edges if name in (edge.source, edge.target) for way in edge.ways]


def _label(way: Way, marks: Marks, *, alone: bool) -> str:
    """Return what a way says, and who fires it where that is not the model or told by the words of a fact.

    The condition stands on a line of its own where there is room.
    """
    gap = "<br/>" if alone or " / " in way.text else " "
    fires = f"{way.by}: {way.text}" if way.by in ("host", "machine") else way.text
    words = gap.join(part for part in (fires, way.guard) if part)
    return "<br/>".join(filter(None, (words, way.exception, "(never)" if marks.gone([way]) else "")))
