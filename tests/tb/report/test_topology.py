# SPDX-License-Identifier: MIT
"""The picture of a topology, and the page that has it."""

from __future__ import annotations

from xml.etree import ElementTree

from cocotbext.msi_its.report.topology import Part, page, svg

PARTS = [
    Part(
        "root port",
        "port 0",
        (1, 4),
        [
            Part(
                "switch",
                "s0",
                (2, 4),
                [Part("device", "d0", (3, 3)), Part("device", "d1", (4, 4))],
            )
        ],
        {"dropped_bus_range": 1200, "poisoned": 3},
    ),
    Part("root port", "port 1", (0x1D, 0x1C)),
    Part("root port", "port 2", None, [Part("device", "<d2>", (0x1F, 0x1F))]),
]

SPACE = "{http://www.w3.org/2000/svg}"


def test_it_has_all_parts_with_their_buses_and_drops() -> None:
    root = ElementTree.fromstring(svg(PARTS))
    said = [each.text for each in root.iter(f"{SPACE}text")]
    assert said == [
        "port 0: buses 01 to 04",
        "dropped 1,203",
        "s0: buses 02 to 04",
        "d0: bus 03",
        "d1: bus 04",
        "port 1: no bus (1d to 1c)",
        "port 2: no bus",
        "<d2>: bus 1f",
    ]
    (reasons,) = root.iter(f"{SPACE}title")
    assert reasons.text == "1,200 dropped_bus_range, 3 poisoned"


def test_boxes_lie_apart_and_inside_and_lines_join_them() -> None:
    root = ElementTree.fromstring(svg(PARTS))
    boxes = [
        [int(each.attrib[name]) for name in ("x", "y", "width", "height")]
        for each in root.iter(f"{SPACE}rect")
    ]
    assert len(boxes) == 7
    assert len({(x, y) for x, y, _, _ in boxes}) == 7
    assert all(x + width <= int(root.attrib["width"]) for x, _, width, _ in boxes)
    assert all(y + height <= int(root.attrib["height"]) for _, y, _, height in boxes)
    ends = {(x, y + height // 2) for x, y, _, height in boxes}
    lines = list(root.iter(f"{SPACE}line"))
    assert len(lines) == 4  # one for each part that is below another
    assert all((int(each.attrib["x2"]), int(each.attrib["y2"])) in ends for each in lines)


def test_the_page_has_everything() -> None:
    text = page(
        "pcie: 1 topologies",
        False,
        {"removed: poisoned": 1203},
        [("0 × MSI × arrived", 5), ("1 × MSI × arrived", 0)],
        [("topology_0: 5 sent", svg(PARTS))],
    )
    assert "Failed" in text and "pcie: 1 topologies" in text
    assert "1,203" in text and "missing" in text and "1 of 2 bins" in text
    assert svg(PARTS) in text
