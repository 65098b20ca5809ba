# SPDX-License-Identifier: Apache-2.0
"""The table of the capture, and that of consent, as SVG; and what an SVG says, for comparing two of them."""

from collections import Counter
from typing import Final
from xml.etree import ElementTree as ET

from phonefsm.policy import CapturePolicy
from phonefsm.review import draw, graph, layout, reach

_PLACES: Final = frozenset({"d", "points", "x", "y", "cx", "cy", "rx", "ry", "width", "height", "viewBox", "transform"})
"""Attributes that say where something stands."""


def capture(policy: CapturePolicy | None = None) -> str:
    """Return the capture table as one ``<svg>`` element; each state is a ``<g id="state-NAME" class="node ...">``.

    With ``policy`` the rows that it never takes are greyed.

    Raises:
        MissingExtraError: ``pygraphviz`` is not installed.
    """
    marks = graph.PLAIN if policy is None else graph.Marks(never=reach.never(policy))
    return draw.svg(layout.picture(graph.capture(), marks))


def consent() -> str:
    """Return the consent table as one ``<svg>`` element.

    Raises:
        MissingExtraError: ``pygraphviz`` is not installed.
    """
    return draw.svg(layout.picture(graph.consent()))


def content(svg: str) -> Counter[tuple[str, ...]]:
    """Return what an SVG says, apart from where: its parts with their classes and texts, its title and its style.

    Two versions of Graphviz, or two sets of fonts, may place things differently; what they draw is the same.

    Raises:
        xml.etree.ElementTree.ParseError: it is no XML.
    """
    found: Counter[tuple[str, ...]] = Counter()
    for element in ET.fromstring(svg).iter():  # noqa: S314 - of the repository, or just made
        attributes = (f"{name}={value}" for name, value in sorted(element.attrib.items()) if name not in _PLACES)
        texts = element.itertext() if "id" in element.attrib or "class" in element.attrib else [element.text or ""]
        found[element.tag, *attributes, *(text.strip() for text in texts if text.strip())] += 1
    return found
