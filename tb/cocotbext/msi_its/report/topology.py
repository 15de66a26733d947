# SPDX-License-Identifier: MIT
"""Topologies of PCIe: a picture of what is behind the root ports, as SVG, and a page of many.

A picture has the buses of each bridge; what a root port dropped is written at it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from cocotbext.msi_its.report.html import template

_WIDTH = 150
_HEIGHT = 34
_ACROSS = 200
_DOWN = 44
_COLOURS = {"root port": "#d6e4f5", "switch": "#e8e8e8", "device": "#e2f0d9"}


@dataclass(frozen=True, slots=True)
class Part:
    """A root port, a switch or a device (`kind`), with what is below it.

    `buses` are secondary and subordinate of a bridge; of a device its bus, twice; None: it has no
    number. `dropped` counts messages by reason.
    """

    kind: str
    name: str
    buses: tuple[int, int] | None
    below: Sequence[Part] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)


def svg(parts: Sequence[Part]) -> str:
    """Return the picture: a row for each part that has nothing below it, from left to right."""
    root = ElementTree.Element("svg", xmlns="http://www.w3.org/2000/svg")
    style = ElementTree.SubElement(root, "style")
    style.text = "text{font:11px sans-serif} .dropped{fill:#b00020} line{stroke:#888}"
    rows, columns = 0, 0
    for part in parts:
        rows, deepest = _draw(root, part, rows, 0)
        columns = max(columns, deepest)
    root.set("width", str(10 + columns * _ACROSS + _WIDTH + 10))
    root.set("height", str(10 + rows * _DOWN))
    return ElementTree.tostring(root, encoding="unicode")


def page(
    closing: str,
    passed: bool,
    prevented: Mapping[str, int],
    coverage: Sequence[tuple[str, int]],
    pictures: Sequence[tuple[str, str]],
) -> str:
    """Return the report of some topologies as a page that stands alone.

    `prevented` counts messages by reason, `coverage` has the bins with their counts, `pictures` a
    line about each topology, and its picture.
    """
    return template("topologies.html.j2").render(
        closing=closing,
        passed=passed,
        prevented=prevented,
        coverage=coverage,
        pictures=pictures,
    )


def _draw(root: ElementTree.Element, part: Part, row: int, column: int) -> tuple[int, int]:
    """Draw a part from a row on; return the next row, and the last column used."""
    x, y = 10 + column * _ACROSS, 10 + row * _DOWN
    height = _HEIGHT
    colour = _COLOURS[part.kind]
    box = {"x": x, "y": y, "width": _WIDTH, "height": height, "rx": 4}
    rectangle = {name: str(value) for name, value in box.items()}
    ElementTree.SubElement(root, "rect", rectangle, fill=colour, stroke="#666")
    _text(root, x + 6, y + 14, f"{part.name}: {_buses(part.buses)}")
    if part.dropped:
        count = sum(part.dropped.values())
        mark = _text(root, x + 6, y + 28, f"dropped {count:,}", "dropped")
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in part.dropped.items())
        ElementTree.SubElement(mark, "title").text = reasons
    next_row, deepest = row, column
    for each in part.below:
        middle = y + height // 2
        there = 10 + next_row * _DOWN + height // 2
        _line(root, (x + _WIDTH, middle), (x + _ACROSS, there))
        next_row, last = _draw(root, each, next_row, column + 1)
        deepest = max(deepest, last)
    return max(next_row, row + 1), deepest


def _buses(buses: tuple[int, int] | None) -> str:
    if buses is None:
        return "no bus"
    first, last = buses
    if first > last:
        return f"no bus ({first:02x} to {last:02x})"
    return f"bus {first:02x}" if first == last else f"buses {first:02x} to {last:02x}"


def _text(
    root: ElementTree.Element, x: int, y: int, text: str, kind: str = ""
) -> ElementTree.Element:
    found = ElementTree.SubElement(root, "text", {"x": str(x), "y": str(y)})
    if kind:
        found.set("class", kind)
    found.text = text
    return found


def _line(root: ElementTree.Element, start: tuple[int, int], end: tuple[int, int]) -> None:
    ends = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
    ElementTree.SubElement(root, "line", {name: str(value) for name, value in ends.items()})
