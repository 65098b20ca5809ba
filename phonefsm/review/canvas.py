# SPDX-License-Identifier: Apache-2.0
"""Boxes, text and lines in their places: what ``layout`` and ``sequence`` make, and ``draw`` draws.

Lengths are pixels, y points down, and a box is placed by its centre.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Point = tuple[float, float]

SIZES: Final = {"heading": 17.0, "state": 14.0, "pill": 12.5, "text": 12.0, "small": 11.5}
"""Sizes of text, in pixels, by name."""
LINE: Final = 15.0
"""From one line of text to the next."""
SAMPLE: Final = 34.0
"""How long the line of a legend is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle with text, or text alone."""

    name: str
    at: Point
    size: Point
    text: str = ""
    kind: Literal["state", "final", "pill", "group", "text", "bar", "point"] = "state"
    classes: tuple[str, ...] = ()
    """What colours it; the words are those of ``draw``'s style sheet."""
    anchor: Literal["middle", "left"] = "middle"
    style: str = "text"
    """The size of the text, a key of ``SIZES``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of straight pieces between two boxes, with its text."""

    source: str
    target: str
    points: tuple[Point, ...]
    text: str = ""
    text_at: Point = (0.0, 0.0)
    classes: tuple[str, ...] = ()
    arrow: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is drawn: boxes from back to front, and the lines above them."""

    title: str
    description: str
    boxes: Sequence[Box]
    lines: Sequence[Line]


class Canvas:
    """A picture in the making."""

    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.lines: list[Line] = []

    def picture(self, title: str, description: str) -> Picture:
        """Return what was put here; what is never taken or aside lies below the rest."""
        lines = sorted(self.lines, key=lambda line: "never" not in line.classes and "aside" not in line.classes)
        boxes = sorted(self.boxes, key=lambda box: box.kind not in ("group", "bar"))
        return Picture(title=title, description=description, boxes=boxes, lines=lines)

    def line(
        self,
        source: str,
        target: str,
        points: Sequence[Point],
        *,
        text: str = "",
        text_at: Point = (0.0, 0.0),
        classes: tuple[str, ...] = (),
        arrow: bool = True,
    ) -> None:
        """Put a line, with an arrow at its end unless told."""
        self.lines.append(
            Line(
                source=source,
                target=target,
                points=tuple(points),
                text=text,
                text_at=text_at,
                classes=classes,
                arrow=arrow,
            )
        )

    def text(self, name: str, text: str, left: Point, *, classes: tuple[str, ...] = (), style: str = "text") -> float:
        """Put ``text`` with its left end at ``left``; return where it ends."""
        wide = width(text, style)
        room = wide * 1.4 + 20  # other fonts are wider
        at, size = (left[0] + room / 2, left[1]), (room, 1.6 * SIZES[style])
        self.boxes.append(
            Box(name=name, at=at, size=size, text=text, kind="text", anchor="left", classes=classes, style=style)
        )
        return left[0] + wide

    def note(self, name: str, text: str, left: Point, *, style: str = "small", classes: tuple[str, ...] = ()) -> float:
        """Put lines of ``text`` one below the other; return where the last one stands."""
        x, y = left
        for number, line in enumerate(text.split("\n")):
            self.text(f"{name} {number}", line, (x, y + LINE * number), style=style, classes=classes)
        return y + LINE * text.count("\n")

    def heading(self, title: str, about: str, left: Point) -> None:
        """Put the picture's title, and a line about it, above ``left``."""
        x, y = left
        self.text("heading", title, (x, y - (22 if about else 0)), classes=("strong",), style="heading")
        if about:
            self.text("about", about, left)

    def legend_line(self, classes: tuple[str, ...], words: str, left: Point) -> float:
        """Put a line and what it means; return where the next one may stand."""
        x, y = left
        ends = f"legend {words} from", f"legend {words} to"
        for name, at in zip(ends, (x, x + SAMPLE), strict=True):
            self.boxes.append(Box(name=name, at=(at, y), size=(0, 0), kind="text"))
        self.line(*ends, [(x, y), (x + SAMPLE, y)], classes=classes)
        return self.text(f"legend {words}", words, (x + SAMPLE + 7, y), style="small") + 26

    def legend_box(self, kind: Literal["point", "final"], words: str, left: Point) -> float:
        """Put a mark and what it means; return where the next one may stand."""
        x, y = left
        wide, high = (11.0, 11.0) if kind == "point" else (24.0, 13.0)
        self.boxes.append(Box(name=f"legend {words} mark", at=(x + wide / 2, y), size=(wide, high), kind=kind))
        return self.text(f"legend {words}", words, (x + wide + 9, y), style="small") + 26


def width(text: str, style: str = "text") -> float:
    """Return about how wide the widest line of ``text`` is, in pixels, in Helvetica or Arial."""
    return max(sum(map(_width, line)) for line in text.split("\n")) * SIZES[style]


def wrapped(text: str, wide: float, style: str = "small") -> str:
    """Return ``text`` in lines that are about ``wide`` pixels wide at most, broken at spaces; long words are cut."""
    return "\n".join(textwrap.wrap(text, max(8, int(wide / (0.54 * SIZES[style]))))) or text


def _width(char: str) -> float:
    if char in "fijlrtI.,:;!|'/()[] ":
        return 0.32
    return 0.84 if char in "mwMW@%" else 1.0 if ord(char) > 0x2E00 else 0.69 if char.isupper() else 0.56
