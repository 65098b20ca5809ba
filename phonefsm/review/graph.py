# SPDX-License-Identifier: Apache-2.0
"""Both tables as graphs, from the tables alone: what every diagram draws, in whatever format.

A row with a target is a way along an edge, also where it leads back to its source. A row that keeps the state is
none: the stays sum up such rows, and the refusals, which would be loops at every state.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from phonefsm.review.table import fired_by
from phonefsm.table import (
    CONSENT_ROWS,
    FINAL,
    OPEN,
    ROWS,
    Code,
    Consent,
    Effect,
    Fact,
    Guard,
    Row,
    State,
    Trigger,
)

GUARD_LABELS: Final[dict[Guard, tuple[str, str]]] = {
    Guard.CHOSEN: ("clear which number", "two numbers"),
    Guard.HEARD: ("heard", "not heard"),
    Guard.SAME_NUMBER: ("same number", "another number"),
    Guard.ATTEMPTS_LEFT: ("attempts left", "no attempts left"),
    Guard.USABLE: ("a number", "no number"),
    Guard.NEEDS_CONFIRMATION: ("to be confirmed", "no confirmation needed"),
    Guard.PARTIAL: ("part of one", "no part"),
    Guard.ALONE: ("alone", "not alone"),
    Guard.AGREED: ("heard back and agreed", "not agreed"),
    Guard.REJECTIONS_LEFT: ("rejections left", "no rejections left"),
    Guard.CONTRADICTED: ("contradicted", "not contradicted"),
    Guard.SILENCES_LEFT: ("silences left", "no silences left"),
    Guard.REFUSALS_LEFT: ("refusals left", "no refusals left"),
}
"""A guard in as few words as an edge has room for, and its opposite; ``GUARD_TEXTS`` has the full sentences."""

FACT_LABELS: Final[dict[Fact, str]] = {
    Fact.READ_BACK: "agent reads it back",
    Fact.OTHER_NUMBER: "agent says another number",
    Fact.AGREES: "caller agrees",
    Fact.OBJECTS: "caller objects",
    Fact.SAYS_PART: "caller says a part",
    Fact.TALKS: "caller talks on",
    Fact.UNCLEAR: "a short unclear word",
    Fact.WORDS_UNKNOWN: "caller spoke, words to come",
    Fact.SMALL_TALK: "small talk by the agent",
    Fact.CLAIM_REFUSED: "update or extend refused",
    Fact.NEW_GENERATION: "new or voided number",
}

By = Literal["model", "host", "machine", "caller", "agent"]
"""Who fires a trigger, or whose words or doing a fact is."""
_AGENTS: Final = (Fact.READ_BACK, Fact.OTHER_NUMBER, Fact.SMALL_TALK)
_MACHINES: Final = (Fact.CLAIM_REFUSED, Fact.NEW_GENERATION)

Step = tuple[str, str, int]
"""A row of the table in one cell: the state, the trigger or fact, and the row's place in the table, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What leads along an edge: who fires what, and under which condition. One way stands for one row."""

    text: str
    """The triggers in short, or the fact; empty where the edge comes from a choice, which is named so."""
    guard: str = ""
    """The condition in brackets, or nothing."""
    missing: tuple[str, ...] = ()
    """States of the edge's group that it does not hold for."""
    by: By
    steps: frozenset[Step]

    @property
    def exception(self) -> str:
        """The states that it does not hold for, in words, or nothing."""
        return f"(not from {', '.join(self.missing)})" if self.missing else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An arrow from one node to another, with every way along it."""

    source: str
    target: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A state, the group of states that share ways out, or the choice behind a call that may lead to several states."""

    name: str
    title: str
    kind: Literal["state", "final", "group", "choice"]
    members: tuple[str, ...] = ()
    """The states of a group, or those that a choice is made from."""
    by: By | None = None
    """Who fires a choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """One table as a graph."""

    title: str
    initial: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    stays: tuple[tuple[str, tuple[str, ...]], ...]
    """What keeps the state: states in words, and the codes or facts."""
    summary: str
    """A sentence that goes before ``stays``."""
    remark: str = ""
    """A sentence that goes with the whole."""
    centre: str = ""
    """The state that this is about, where it is about one."""

    def node(self, name: str) -> Node:
        """Return the node ``name``."""
        return next(node for node in self.nodes if node.name == name)

    def of(self, kind: str) -> tuple[Node, ...]:
        """Return the nodes of a kind, in order."""
        return tuple(node for node in self.nodes if node.kind == kind)

    def around(self, state: str) -> "Graph":
        """Return the graph of one state and its neighbours, in which every way names what fires it."""
        edges: dict[tuple[str, str], list[Way]] = {}
        for edge in self.edges:
            start = self.node(edge.source)
            if self.node(edge.target).kind == "choice":
                continue  # what is behind it follows
            for way in edge.ways:
                sources = [name for name in start.members or (start.name,) if name not in way.missing]
                named = replace(way, text=way.text or start.title, missing=())
                if state in sources:
                    steps = frozenset(step for step in way.steps if step[0] == state)
                    edges.setdefault((state, edge.target), []).append(replace(named, steps=steps))
                if edge.target == state:
                    group = next((one.name for one in self.of("group") if set(one.members) == set(sources)), None)
                    for source in (group,) if group else (name for name in sources if name != state):
                        edges.setdefault((source, state), []).append(named)
        used = {name for pair in edges for name in pair} | {state}
        return replace(
            self,
            title=f"{self.title}: {state}",
            nodes=tuple(node for node in self.nodes if node.name in used),
            edges=tuple(Edge(source=s, target=t, ways=tuple(ways)) for (s, t), ways in edges.items()),
            stays=tuple((states, texts) for states, texts in self.stays if state in self._named_in(states)),
            centre=state,
        )

    def _named_in(self, states: str) -> tuple[str, ...]:
        """Return the states that the words of a stay name."""
        group = next((node.members for node in self.of("group") if node.title == states), None)
        return group or tuple(states.split(", "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What is set off in a diagram: the steps that are never taken, and those of a path."""

    never: Collection[Step] = ()
    path: Collection[Step] | None = None

    def gone(self, ways: Iterable[Way]) -> bool:
        """Return whether none of ``ways`` is ever taken."""
        steps = [step for way in ways for step in way.steps]
        return bool(steps) and all(step in self.never for step in steps)

    def aside(self, ways: Iterable[Way]) -> bool:
        """Return whether there is a path and none of ``ways`` is on it."""
        return self.path is not None and not any(step in self.path for way in ways for step in way.steps)


PLAIN: Final = Marks()


_GROUPS: Final = {
    OPEN: Node(name="open", title="any open state", kind="group", members=OPEN),
    FINAL: Node(name="final", title="any final state", kind="group", members=FINAL),
}


def short(trigger: Trigger) -> str:
    """Return a trigger's name without what every tool's name repeats: ``update``, ``decline``, ``no input``."""
    return trigger.value.split("_phone_number")[0].replace("_", " ")


def capture() -> Graph:
    """Return the capture table as a graph.

    Ways out that open states share start at one node, and so do those of final states. Where a call may lead to
    several states, it leads to a choice and its guards stand behind that. A source that such a shared edge does
    not hold for is named on it.
    """
    choices = _choices()
    edges: dict[tuple[str, str], list[Way]] = {}
    for place, row in enumerate(ROWS):
        if row.target is None:
            continue
        target, guards = row.target.value, _guards(row)
        shared = FINAL if row.sources == FINAL else OPEN if row.effect is Effect.END else None
        if shared:
            sources, text, missing = [_GROUPS[shared].name], _triggers(row.triggers), _missing(shared, row)
        elif row.triggers in choices:
            choice = choices[row.triggers]
            sources, text, missing = [choice.name], "", _missing(choice.members, row)
            guards = guards or "[otherwise]"
        else:
            sources, text, missing = [source.value for source in row.sources], _triggers(row.triggers), ()
        for source in sources:
            from_states = [source] if source in row.sources else row.sources
            steps = frozenset((str(state), trigger.value, place) for state in from_states for trigger in row.triggers)
            way = Way(text=text, guard=guards, missing=missing, by=fired_by(row.triggers[0]), steps=steps)
            edges.setdefault((source, target), []).append(way)
    into = [
        Edge(source=source, target=choice.name, ways=(_into(source, triggers, edges, choice),))
        for triggers, choice in choices.items()
        for source in choice.members
    ]
    return Graph(
        title="The capture of a phone number",
        initial=State.ASKING.value,
        nodes=(
            *(Node(name=state, title=state, kind="final" if state in FINAL else "state") for state in map(str, State)),
            *_GROUPS.values(),
            *choices.values(),
        ),
        edges=(*into, *(Edge(source=s, target=t, ways=tuple(ways)) for (s, t), ways in edges.items())),
        stays=tuple((_named(states), codes) for states, codes in _staying().items()),
        summary="Anything else keeps the state, and the reply says why.",
        remark=_firing(),
    )


def consent() -> Graph:
    """Return the consent table as a graph.

    A fact that leads back to its source is no edge: it changes nothing but the reason of a refusal.
    """
    edges: dict[tuple[str, str], list[Way]] = {}
    for place, row in enumerate(CONSENT_ROWS):
        for source in row.sources:
            if row.target not in (None, source):
                step = (source.value, row.fact.value, place)
                way = Way(text=FACT_LABELS[row.fact], by=_whose(row.fact), steps=frozenset([step]))
                edges.setdefault((source.value, str(row.target)), []).append(way)
    moving = {fact for ways in edges.values() for way in ways for _, fact, _ in way.steps}
    idle = tuple(FACT_LABELS[fact] for fact in Fact if fact not in moving)
    return Graph(
        title="The caller's consent to the number in hand",
        initial=Consent.UNREAD.value,
        nodes=tuple(Node(name=state, title=state, kind="state") for state in map(str, Consent)),
        edges=tuple(Edge(source=s, target=t, ways=tuple(ways)) for (s, t), ways in edges.items()),
        stays=(("any state", idle),),
        summary="These facts move nothing.",
        remark=f"{short(Trigger.CONFIRM).capitalize()} asks for {Consent.AGREED}, as far as the host can see it.",
    )


def _whose(fact: Fact) -> By:
    return "agent" if fact in _AGENTS else "machine" if fact in _MACHINES else "caller"


def _choices() -> dict[tuple[Trigger, ...], Node]:
    """Return, by triggers that may lead to several states and go on, the choice that they lead to."""
    going_on: dict[tuple[Trigger, ...], list[Row]] = {}
    for row in ROWS:
        if row.target is not None and row.effect is not Effect.END:
            going_on.setdefault(row.triggers, []).append(row)
    return {
        triggers: Node(
            name="_or_".join(map(short, triggers)),
            title=_triggers(triggers),
            kind="choice",
            members=tuple(state.value for state in State if any(state in row.sources for row in rows)),
            by=fired_by(triggers[0]),
        )
        for triggers, rows in going_on.items()
        if len(rows) > 1
    }


def _into(source: str, triggers: tuple[Trigger, ...], edges: Mapping[tuple[str, str], list[Way]], choice: Node) -> Way:
    """Return the way from a state to a choice; it is gone where all that follows is."""
    behind = (step for (start, _), ways in edges.items() if start == choice.name for way in ways for step in way.steps)
    steps = frozenset(step for step in behind if step[0] == source)
    return Way(text=_triggers(triggers), by=fired_by(triggers[0]), steps=steps)


def _triggers(triggers: Iterable[Trigger]) -> str:
    return " / ".join(map(short, triggers))


def _missing(states: Iterable[str], row: Row) -> tuple[str, ...]:
    return tuple(str(state) for state in states if state not in row.sources)


def _guards(row: Row) -> str:
    words = [GUARD_LABELS[guard][0] for guard in row.when]
    words += [GUARD_LABELS[guard][1] for guard in (*row.unless, *_passed_over(row))]
    return f"[{', '.join(dict.fromkeys(words))}]" if words else ""


def _passed_over(row: Row) -> Iterable[Guard]:
    """Return the guards that fail wherever ``row`` is reached, as a row before it asks for just one guard more.

    Rows that leave no trace in the diagram are left out, so that the labels stay short.
    """
    for earlier in ROWS[: ROWS.index(row)]:
        shared = set(earlier.sources) & set(row.sources) and set(earlier.triggers) & set(row.triggers)
        if shared and set(row.when) < set(earlier.when) and earlier.effect not in (Effect.REFUSE, Effect.KEEP):
            more = [guard for guard in earlier.when if guard not in row.when]
            if len(more) == 1:
                yield more[0]


def _staying() -> dict[tuple[State, ...], tuple[str, ...]]:
    """Return which codes answer where the state is kept, by the states in which they do."""
    states: dict[Code, set[State]] = {}
    for row in ROWS:
        if row.target is None:
            for code in row.codes:
                states.setdefault(code, set()).update(row.sources)
    codes: dict[tuple[State, ...], tuple[str, ...]] = {}
    for code in Code:
        if code in states:
            key = tuple(state for state in State if state in states[code])
            codes[key] = (*codes.get(key, ()), code.value)
    return dict(sorted(codes.items(), key=lambda item: (item[0] != OPEN, item[0] == FINAL, -len(item[0]))))


def _firing() -> str:
    by: dict[str, list[str]] = {}
    for trigger in Trigger:
        by.setdefault(fired_by(trigger), []).append(short(trigger))
    return f"The host fires {' and '.join(by['host'])}, the machine {' and '.join(by['machine'])}, the model the rest."


def _named(states: tuple[State, ...]) -> str:
    return _GROUPS[states].title if states in _GROUPS else ", ".join(states)


def data(graph: Graph, marks: Marks = PLAIN) -> dict[str, Any]:
    """Return ``graph`` as JSON-ready data, in a fixed order.

    ``rows`` are places in the table, from 0. ``never`` is true of what the policy never takes, and ``on_path`` of what
    is on the path that was asked for; it is ``None`` where none was.
    """

    def told(ways: Iterable[Way]) -> dict[str, Any]:
        ways = tuple(ways)
        return {"never": marks.gone(ways), "on_path": None if marks.path is None else not marks.aside(ways)}

    return {
        "title": graph.title,
        "initial": graph.initial,
        "nodes": [
            {"name": node.name, "title": node.title, "kind": node.kind, "members": [str(name) for name in node.members]}
            for node in graph.nodes
        ],
        "edges": [
            {
                "source": edge.source,
                "target": edge.target,
                "ways": [
                    {
                        "fires": sorted({fires for _, fires, _ in way.steps}),
                        "fired_by": way.by,
                        "label": way.text,
                        "guard": way.guard.strip("[]"),
                        "not_from": [*way.missing],
                        "sources": sorted({state for state, _, _ in way.steps}),
                        "rows": sorted({place for _, _, place in way.steps}),
                        **told([way]),
                    }
                    for way in edge.ways
                ],
            }
            for edge in graph.edges
        ],
        "stays": [{"states": states, "because": [*texts]} for states, texts in graph.stays],
    }
