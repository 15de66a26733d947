# SPDX-License-Identifier: MIT
"""Which DeviceIDs a machine's firmware gives the segments: `msi-map` of a device tree, or IORT.

Both map pieces of the requester IDs of a segment to pieces of DeviceIDs. A trace has one base a
segment, so what is read is that of pieces that agree; others are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from cocotbext.msi_its.importers.gaps import Gaps

RIDS: Final = 1 << 16
_NUMBER: Final = re.compile(r"0x[0-9a-fA-F]{1,16}|[0-9]{1,20}", re.ASCII)


class DeviceTree:
    """Reads a device tree's source (`dtc -O dts`): `msi-map` of each PCI host bridge.

    Each cell group is (requester ID base, controller, DeviceID base, length). The segment is
    `linux,pci-domain`, or else the host bridges are counted.
    """

    def __init__(self, gaps: Gaps) -> None:
        self._gaps = gaps
        self._nodes: list[dict[str, list[int] | None]] = []
        self._open: tuple[str, str, int] | None = None  # a property over several lines
        self._comment = False
        self.found: list[tuple[int | None, int, list[tuple[int, int, int]]]] = []
        """Of each host bridge: segment, line, pieces (requester ID, DeviceID, length)."""

    def take(self, number: int, line: str) -> None:
        """Take the next line."""
        line = self._without_comments(line)
        while line:
            if self._open is not None:
                name, cells, began = self._open
                text, end, line = line.partition(";")
                self._open = None if end else (name, (cells + " " + text)[:4096], began)
                if end:
                    self._property(name, cells + " " + text, began)
                continue
            found = re.search(r"[{};=]", line)
            if found is None:
                return
            before, sign, line = line[: found.start()], found[0], line[found.end() :]
            if sign == "{":
                self._nodes = [*self._nodes[:64], {}]
            elif sign == "}":
                self._close()
            elif sign == "=":
                self._open = (before.split()[-1] if before.split() else "", "", number)

    def _without_comments(self, line: str) -> str:
        parts = []
        while line:
            if self._comment:
                _, end, line = line.partition("*/")
                self._comment = not end
                continue
            text, begin, line = line.partition("/*")
            parts.append(text.partition("//")[0])
            self._comment = bool(begin)
        return "".join(parts)

    def _property(self, name: str, text: str, line: int) -> None:
        if not self._nodes or name not in ("msi-map", "linux,pci-domain", "msi-map-mask"):
            return
        cells: list[int] = []
        for cell in re.findall(r"&[\w,.-]+|\S+", text.replace("<", " ").replace(">", " ")):
            if cell.startswith("&") or cell == ",":
                cells += [] if cell == "," else [0]
            elif _NUMBER.fullmatch(cell):
                cells.append(int(cell, 16 if cell[1:2] == "x" else 10))
            else:
                self._gaps.refuse(line, f"{name}: a cell that is no number", text.encode())
                return
        self._nodes[-1][name] = cells
        self._nodes[-1].setdefault("line", [line])

    def _close(self) -> None:
        node = self._nodes.pop() if self._nodes else {}
        cells = node.get("msi-map")
        if cells is None:
            return
        (line,) = node.get("line") or [0]
        if len(cells) % 4 or not cells:
            self._gaps.refuse(line, "msi-map: not four cells each", b"")
            return
        mask = (node.get("msi-map-mask") or [0xFFFF])[0]
        if mask & 0xFFFF != 0xFFFF:
            self._gaps.leave_out("msi-map-mask: requester IDs are not masked in a trace", line)
        domain = node.get("linux,pci-domain")
        pieces = [(cells[n], cells[n + 2], cells[n + 3]) for n in range(0, len(cells), 4)]
        self.found.append((domain[0] if domain else None, line, pieces))


class Iort:
    """Reads the IO Remapping Table as `iasl -d` prints it.

    The requester IDs of a root complex go to the ITS, or to an SMMU and from there to the ITS: the
    DeviceID is what comes out at the end.
    """

    _LINE: Final = re.compile(
        r"\[([0-9A-F]{3,8})h [^\]]*\]\s+([A-Za-z ]{1,40}?) : ([0-9A-F]{1,16})\b"
    )

    def __init__(self, gaps: Gaps) -> None:
        self._gaps = gaps
        self._kinds: dict[int, int] = {}  # by the offset of a node
        self._segments: dict[int, tuple[int, int]] = {}
        self._maps: dict[int, list[tuple[int, int, int, int]]] = {}
        self._node = -1
        self._map: list[int] = []

    def take(self, number: int, line: str) -> None:
        """Take the next line."""
        found = self._LINE.match(line.strip())
        if found is None:
            return
        offset, name, value = int(found[1], 16), found[2].strip().lower(), int(found[3], 16)
        match name:
            case "type":
                self._node = offset
                self._kinds[offset] = value
            case "pci segment number":
                self._segments[self._node] = value, number
            case "input base":
                self._map = [value]
            case "id count" | "output base":
                self._map.append(value)
            case "output reference" if len(self._map) == 3:
                base, count, output = self._map
                pieces = self._maps.setdefault(self._node, [])
                pieces.append((base, count + 1, output, value))

    @property
    def found(self) -> list[tuple[int | None, int, list[tuple[int, int, int]]]]:
        """Of each root complex: segment, line, pieces (requester ID, DeviceID, length)."""
        return [
            (segment, line, list(self._pieces(self._maps.get(node, ()))))
            for node, (segment, line) in self._segments.items()
            if self._kinds.get(node) == 2
        ]

    def _pieces(
        self, maps: Iterable[tuple[int, int, int, int]], depth: int = 0
    ) -> Iterable[tuple[int, int, int]]:
        for base, count, output, reference in maps:
            if self._kinds.get(reference) == 0 or depth == 3:
                yield base, output, count
                continue
            for inner, devid, length in self._pieces(self._maps.get(reference, ()), depth + 1):
                first, last = max(output, inner), min(output + count, inner + length)
                if first < last:
                    yield base + first - output, devid + first - inner, last - first


def bases(
    found: Iterable[tuple[int | None, int, list[tuple[int, int, int]]]], gaps: Gaps
) -> dict[int, tuple[int, int]]:
    """Return the DeviceID of requester ID 0 in each segment, and the line that says so."""
    made: dict[int, tuple[int, int]] = {}
    for place, (named, line, pieces) in enumerate(found):
        segment = place if named is None else named
        if named is None and place:
            gaps.assume("segments of host bridges, which are counted: no linux,pci-domain", line)
        lengths: dict[int, int] = {}
        for rid, devid, length in pieces:
            lengths[devid - rid] = lengths.get(devid - rid, 0) + length
        if not lengths or segment >= 1 << 16:
            gaps.leave_out("a host bridge whose requester IDs have no DeviceIDs", line)
            continue
        base = max(lengths, key=lambda each: lengths[each])
        if len(lengths) > 1:
            gaps.leave_out(
                "pieces of requester IDs with DeviceIDs of their own: a trace has one base a "
                "segment, and this is the largest piece's",
                line,
            )
        elif lengths[base] < RIDS:
            gaps.assume("the base of a piece of the requester IDs holds for all of them", line)
        if not 0 <= base < 1 << 32:
            gaps.leave_out("DeviceIDs below their requester IDs: no base says that", line)
        elif segment in made and made[segment][0] != base:
            gaps.leave_out("a second base for a segment", line)
        else:
            made[segment] = base, line
    return made
