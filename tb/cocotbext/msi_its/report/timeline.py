# SPDX-License-Identifier: MIT
"""A trace as a picture: ports' bus ranges as bands, messages as dots, what is dropped in red.

Time runs from left to right, buses upwards, a segment's above those of the one before. Bus numbers
are changed in milliseconds, and then nothing happens to them for minutes; so the picture gives each
change the same width, and a run of messages between two of them the logarithm of its number. The
page can show the same by time, and by operations.
"""

from __future__ import annotations

import base64
import itertools
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from markupsafe import Markup, escape
from msgspec import Struct
from msgspec.json import Decoder
from numpy.typing import NDArray

from cocotbext.msi_its.batch.environment import BATCH
from cocotbext.msi_its.batch.model import BatchModel
from cocotbext.msi_its.batch.records import Records, operation_of
from cocotbext.msi_its.batch.trace import read_batches
from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.report.html import template
from cocotbext.msi_its.vocabulary.csr import Answer, OperationCode
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Configuration,
    Connect,
    ConnectIrqfd,
    NewRoute,
    Operation,
    SetBusRange,
    Tables,
)
from cocotbext.msi_its.vocabulary.settings import TraceFile
from cocotbext.msi_its.vocabulary.transactions import DROPS
from msi_its_model import PROFILES

MOST: Final = 500_000
"""How many operations a picture has; what comes after is left out, and said to be."""

SENT, DROPPED, REFUSED = range(3)
"""What became of a message, or of enabling a route."""

LOWEST: Final = 4
"""How many buses a segment's part of the picture has at least."""

COLOURS: Final = (
    *("#2f6fb5", "#3f8f5b", "#b07b1e", "#8a5bb0", "#2f8f94", "#a8577e", "#6b7a2c", "#5a6b85"),
)

_SETUP: Final = (
    *(OperationCode.SET_BUS_RANGE, OperationCode.BIND_TARGET, OperationCode.CONNECT),
    *(OperationCode.CONNECT_IRQFD, OperationCode.NEW_ROUTE),
)


class _Line(Struct):
    """What a picture needs of a line beside its operation."""

    t_us: float = -1.0
    note: str = ""
    x_line: int | str | None = None


@dataclass(slots=True)
class Band:
    """A port: its bus range's index and name, and its ranges from each operation on.

    A change is (row, secondary, subordinate); `bus` is where bus 0 of its segment is drawn, by
    buses counted over all segments.
    """

    index: int
    name: str
    base: int
    changes: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of operations in which a port is at 0/0 that had buses before; `last` ends it."""

    first: int
    last: int
    messages: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is drawn of a trace. Rows are operations, counted from 0.

    Dots are messages: `dots` their rows, `devids` where they are drawn, `kinds` what became of
    them. `times` are in microseconds, negative where a line has none.
    """

    name: str
    operations: int
    whole: int
    bands: tuple[Band, ...]
    dots: NDArray[np.uint32]
    devids: NDArray[np.uint32]
    kinds: NDArray[np.uint8]
    times: NDArray[np.float64]
    lines: NDArray[np.uint32]
    changes: NDArray[np.bool_]
    windows: tuple[Window, ...]
    line: str
    """What the numbers in `lines` are: of the trace, or of the log that it was made of."""
    segments: tuple[tuple[int, int], ...]
    """Of each segment that is drawn: its number, and how many buses of it."""

    @property
    def dropped(self) -> int:
        """How many messages were dropped, and routes refused."""
        return int((self.kinds != SENT).sum())

    @property
    def said(self) -> str:
        """What is to be seen, in a sentence."""
        text = f"{len(self.dots):,} messages at {len(self.bands)} ports, {self.dropped:,} dropped"
        text += f"; {sum(len(band.changes) for band in self.bands):,} changes of bus numbers"
        if self.windows:
            inside = sum(each.messages for each in self.windows)
            lost = sum(each.dropped for each in self.windows)
            text += (
                f"; {len(self.windows):,} windows in which a port that had buses is at 0/0, with "
                f"{inside:,} messages, {lost:,} of them dropped"
            )
        if self.whole > self.operations:
            text += f"; the first {self.operations:,} of {self.whole:,} operations"
        return text


# ---- from a trace --------------------------------------------------------------------------------


class _Setup:
    """What targets and routes go by, as the operations so far have set it."""

    def __init__(self) -> None:
        self.bands: dict[int, Band] = {}
        self._names: dict[int, str] = {}
        self._bases: dict[int, int] = {}
        self._irqfds: dict[int, int] = {}
        self._targets: dict[int, tuple[int, int]] = {}  # connection, range
        self._routes: dict[int, tuple[int, int]] = {}  # base, range

    def take(self, row: int, operation: Operation, note: str) -> None:
        """Take an operation that sets something up."""
        match operation:
            case Connect(connection=connection, devid_base=base):
                self._bases[connection] = base
            case ConnectIrqfd(connection=connection, devid_base=base):
                self._irqfds[connection] = base
            case BindTarget(target=target, connection=connection, range=index):
                self._targets[target] = connection, index
                self._names.setdefault(index, note)
                band = self._band(index)
                band.name = band.name or self._names.get(index, "")
                band.base = self._bases.get(connection, band.base)
            case NewRoute(route=route, target=target):
                connection, index = self._targets.get(target, (0, 0))
                self._routes[route] = self._irqfds.get(connection, 0), index
            case SetBusRange(range=index, secondary=secondary, subordinate=subordinate):
                self._band(index).changes.append((row, secondary, subordinate))

    def _band(self, index: int) -> Band:
        return self.bands.setdefault(index, Band(index, self._names.get(index, ""), 0))

    def base(self, record: Any) -> int:
        """Return the DeviceID base of an operation that was not carried out."""
        if record["code"] in (OperationCode.ENABLE, OperationCode.ENABLE_WITH_RID):
            return self._routes.get(int(record["route"]), (0, 0))[0]
        connection, _ = self._targets.get(int(record["target"]), (0, 0))
        return self._bases.get(connection, 0)


def read(trace: TraceFile, tables: Tables, most: int = MOST) -> Timeline:
    """Return what is to be drawn of a trace that is valid; `most` operations of it."""
    profile = PROFILES[trace.profile]
    model = BatchModel(Reference(tables, Configuration(profile)), tables)
    setup = _Setup()
    dots: list[Records] = []
    devids: list[Records] = []
    kinds: list[Records] = []
    changes: list[Records] = []
    times: list[float] = []
    numbers: list[int] = []
    decode = Decoder(_Line).decode
    start = 0
    imported = False
    for lines in read_batches(trace.path, BATCH, profile):
        texts = lines.texts[: most - start]
        operations = lines.operations[: len(texts)]
        if not len(texts):
            break
        expected = model.evaluate(operations)
        found = [decode(text) for text in texts]
        imported = imported or isinstance(found[0].x_line, int)
        times += [line.t_us for line in found]
        numbers += [
            line.x_line if isinstance(line.x_line, int) else lines.first + row
            for row, line in enumerate(found)
        ]
        codes = operations["code"]
        refused = expected.answers == Answer.REFUSED_BUS_RANGE
        refused |= expected.answers == Answer.REFUSED_DEVID
        lost = np.isin(expected.answers, list(DROPS)) | refused
        setting = np.isin(codes, _SETUP)
        devid = expected.messages["devid"].astype(np.uint32)
        for row in np.flatnonzero(setting | lost).tolist():
            if setting[row]:
                setup.take(start + row, operation_of(operations[row]), found[row].note)
            else:
                devid[row] = (setup.base(operations[row]) + int(expected.rids[row])) & 0xFFFF_FFFF
        rows = np.flatnonzero(expected.sent | lost)
        dots.append((rows + start).astype(np.uint32))
        devids.append(devid[rows])
        kinds.append(np.where(refused, REFUSED, np.where(lost, DROPPED, SENT))[rows].astype("u1"))
        changes.append(codes == OperationCode.SET_BUS_RANGE)
        model.commit()
        start += len(texts)
    all_dots, all_devids, all_kinds = map(np.concatenate, (dots, devids, kinds))
    bands = tuple(band for _, band in sorted(setup.bands.items()))
    return Timeline(
        name=trace.name,
        operations=start,
        whole=trace.operations,
        bands=bands,
        dots=all_dots,
        devids=all_devids,
        kinds=all_kinds,
        times=np.array(times),
        lines=np.array(numbers, np.uint32),
        changes=np.concatenate(changes),
        windows=tuple(_windows(bands, start, all_dots, all_kinds)),
        line="log line" if imported else "line",
        segments=_segments(bands, all_devids),
    )


def _windows(
    bands: Sequence[Band], end: int, dots: NDArray[np.uint32], kinds: NDArray[np.uint8]
) -> Iterator[Window]:
    events = sorted(
        (row, band.index, subordinate) for band in bands for row, _, subordinate in band.changes
    )
    had: set[int] = set()
    without: set[int] = set()
    first = 0
    for row, index, subordinate in [*events, (end, -1, 0)]:
        before = bool(without)
        if row == end:
            without.clear()
        elif subordinate:
            had.add(index)
            without.discard(index)
        elif index in had:
            without.add(index)
        if without and not before:
            first = row
        elif before and not without:
            inside = (dots >= first) & (dots < row)
            yield Window(first, row, int(inside.sum()), int((inside & (kinds != SENT)).sum()))


def _segments(bands: Sequence[Band], devids: NDArray[np.uint32]) -> tuple[tuple[int, int], ...]:
    """Return which segments are drawn, and how many buses of each.

    That a port is open to bus FF while buses are counted makes none of them higher.
    """
    tops: dict[int, int] = {}
    for band in bands:
        segment, first = band.base >> 16, band.base >> 8 & 0xFF
        used = [sub for _, _, sub in band.changes if sub < 0xFF] or [0]
        tops[segment] = max(tops.get(segment, 0), first + max(used))
    for devid in np.unique(devids >> 8).tolist():
        tops[devid >> 8] = max(tops.get(devid >> 8, 0), devid & 0xFF)
    return tuple((segment, max(LOWEST, top + 1)) for segment, top in sorted(tops.items()))


# ---- where it is drawn ---------------------------------------------------------------------------


def by_changes(timeline: Timeline) -> NDArray[np.float32]:
    """Return where each operation begins, 0 to 1, and the last one ends: see the module."""
    changes = timeline.changes
    weights = np.ones(timeline.operations)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], changes, [True]]).astype(np.int8)))
    for first, last in itertools.pairwise(edges.tolist()):
        if not changes[first]:
            weights[first:last] = np.log2(1 + last - first) / (last - first)
    weights[timeline.dots[timeline.kinds != SENT]] += 0.5
    ends = np.concatenate([[0.0], np.cumsum(weights)])
    return np.asarray(ends / ends[-1], np.float32)


def by_time(timeline: Timeline) -> NDArray[np.float32]:
    """Return the same by the time of recording; by operations where there is none."""
    times = timeline.times
    if not (times >= 0).any():
        return by_operations(timeline)
    known = np.maximum.accumulate(np.where(times >= 0, times, 0.0))
    first = times[times >= 0][0]
    known = np.maximum(known - first, 0.0)
    length = known[-1] or 1.0
    return np.concatenate([known / length, [1.0]]).astype(np.float32)


def by_operations(timeline: Timeline) -> NDArray[np.float32]:
    """Return the same by the number of operations."""
    return np.linspace(0, 1, timeline.operations + 1, dtype=np.float32)


def _rises(timeline: Timeline) -> dict[int, tuple[int, int]]:
    """Return where each segment begins, in buses from the bottom, and how high it is."""
    rises, bottom = {}, 0
    for segment, height in timeline.segments:
        rises[segment] = bottom, height
        bottom += height + 1
    return rises


@dataclass(frozen=True, slots=True)
class Box:
    """A stretch of a band: rows, buses from the bottom, whether it is open at the top, its port."""

    first: int
    last: int
    bottom: float
    top: float
    port: int
    kind: str


def boxes(timeline: Timeline) -> Iterator[Box]:
    """Give what the bands are drawn of.

    A port at 0/0 is a strip of the row of bus 0, each one of its own, unless it is there always, as
    a root bus is. An inverted range is a line.
    """
    rises = _rises(timeline)
    count = len(timeline.bands)
    for place, band in enumerate(timeline.bands):
        bottom, height = rises[band.base >> 16]
        bottom += band.base >> 8 & 0xFF
        changes = [(0, 0, 0), *band.changes]
        always = not any(subordinate for _, _, subordinate in band.changes)
        ends = [row for row, _, _ in changes[1:]] + [timeline.operations]
        for (row, secondary, subordinate), end in zip(changes, ends, strict=True):
            if row == end:
                continue
            if not subordinate and not secondary and not always:
                low = bottom + place / count
                yield Box(row, end, low, low + 1 / count, place, "zero")
            elif secondary > subordinate:
                low = bottom + min(secondary, height - 0.1)
                yield Box(row, end, low, low + 0.1, place, "inverted")
            else:
                top = min(subordinate + 1, height)
                yield Box(row, end, bottom + secondary, bottom + top, place, "range")


def heights(timeline: Timeline) -> NDArray[np.float32]:
    """Return how high each dot is, in buses from the bottom: requester IDs within their bus."""
    rises = _rises(timeline)
    bottoms = np.zeros(0x1_0000, np.float32)
    for segment, (bottom, _) in rises.items():
        bottoms[segment & 0xFFFF] = bottom
    devids = timeline.devids
    bus, devfn = devids >> 8 & 0xFF, devids & 0xFF
    inside = bus + 0.12 + 0.76 * devfn.astype(np.float32) / 256
    return np.asarray(bottoms[devids >> 16] + inside, np.float32)


def total_height(timeline: Timeline) -> int:
    """Return how many buses high the picture is."""
    return sum(height + 1 for _, height in timeline.segments) - 1


# ---- a picture -----------------------------------------------------------------------------------

_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 52, 22


def svg(timeline: Timeline, width: int = 1400, height: int = 460) -> str:
    """Return the picture by changes, as SVG that stands alone: `width` by `height` in pixels.

    Dots that would be on top of each other are one: its size does not grow with the trace's.
    """
    columns = max(1, (width - _LEFT) // 190)
    legend = 18 * -(-len(timeline.bands) // columns) + 6
    inner = width - _LEFT - _RIGHT
    tall = height - _TOP - _BOTTOM
    places = by_changes(timeline).astype(np.float64) * inner + _LEFT
    buses = total_height(timeline)

    def y(bus: float) -> float:
        return _TOP + tall * (1 - bus / buses)

    said = timeline.said
    lines = textwrap.wrap(said, max(40, inner // 6))[:2]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + legend}" '
        f'width="{width}" height="{height + legend}" font-family="system-ui, sans-serif" '
        'font-size="11" fill="#1c2430">',
        f"<title>{escape(timeline.name)}: {escape(said)}</title>",
        f'<rect width="{width}" height="{height + legend}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="12" font-weight="600" font-size="12">{escape(timeline.name)}</text>',
    ]
    for number, line in enumerate(lines):
        text = f'<text x="{_LEFT}" y="{24 + 12 * number}" fill="#5b6777" font-size="10">'
        parts.append(f"{text}{escape(line)}</text>")
    parts += _axes(timeline, y, inner)
    for number, window in enumerate(timeline.windows, 1):
        left, right = places[window.first], max(places[window.last], places[window.first] + 2)
        parts.append(
            f'<rect x="{left:.1f}" y="{_TOP}" width="{right - left:.1f}" height="{tall}" '
            f'fill="#c0342b" fill-opacity=".10"><title>{escape(_window_text(timeline, number))}'
            "</title></rect>"
        )
        parts.append(
            f'<text x="{(left + right) / 2:.1f}" y="{_TOP - 4}" text-anchor="middle" '
            f'fill="#c0342b">{number}</text>'
        )
    for box in boxes(timeline):
        left, right = places[box.first], places[box.last]
        colour = COLOURS[box.port % len(COLOURS)]
        high = max(1.0, y(box.bottom) - y(box.top))
        style = {
            "range": f'fill="{colour}" fill-opacity=".28" stroke="{colour}" stroke-width=".7"',
            "zero": f'fill="{colour}" fill-opacity=".75"',
            "inverted": f'fill="{colour}"',
        }[box.kind]
        parts.append(
            f'<rect x="{left:.1f}" y="{y(box.top):.1f}" width="{max(0.5, right - left):.1f}" '
            f'height="{high:.1f}" {style}/>'
        )
    parts += _dots(timeline, places, y)
    parts += _legend(timeline, width, height, columns)
    return "\n".join([*parts, "</svg>\n"])


def _axes(timeline: Timeline, y: Any, inner: int) -> Iterator[str]:
    for segment, (bottom, height) in _rises(timeline).items():
        step = next(each for each in (1, 2, 4, 8, 16, 32, 64) if height / each <= 16)
        for bus in range(0, height, step):
            line = y(bottom + bus)
            yield (
                f'<path d="M{_LEFT} {line:.1f}h{inner}" stroke="#d9dfe7" stroke-width=".6"/>'
                f'<text x="{_LEFT - 5}" y="{line - 1:.1f}" text-anchor="end" fill="#5b6777">'
                f"{bus:02x}</text>"
            )
        name = f"segment {segment:x}, bus" if len(timeline.segments) > 1 else "bus"
        middle = y(bottom + height / 2)
        yield (
            f'<text transform="translate(14 {middle:.1f}) rotate(-90)" text-anchor="middle" '
            f'fill="#5b6777">{name}</text>'
        )


def _dots(timeline: Timeline, places: NDArray[np.float64], y: Any) -> Iterator[str]:
    middles = (places[timeline.dots] + places[timeline.dots + 1]) / 2
    ups = np.array([y(bus) for bus in (0.0, 1.0)])
    levels = ups[0] + (ups[1] - ups[0]) * heights(timeline)
    sent = timeline.kinds == SENT
    for which, colour, size in ((sent, "#1c2430", 2.2), (~sent, "#d11f14", 7)):
        at = np.unique(np.round(np.stack([middles[which], levels[which]], 1) * 2) / 2, axis=0)
        if len(at):
            path = "".join(f"M{x:g} {level:g}h0" for x, level in at.tolist())
            yield (
                f'<path d="{path}" stroke="{colour}" stroke-width="{size}" '
                'stroke-linecap="round" stroke-opacity=".85" fill="none"/>'
            )


def _legend(timeline: Timeline, width: int, height: int, columns: int) -> Iterator[str]:
    for share, text in _ticks(timeline, max(2, width // 220)):
        x = _LEFT + share * (width - _LEFT - _RIGHT)
        anchor = "start" if share < 0.05 else "end" if share > 0.95 else "middle"
        yield (
            f'<text x="{x:.1f}" y="{height - _BOTTOM + 15}" text-anchor="{anchor}" '
            f'fill="#5b6777">{text}</text>'
        )
    for place, band in enumerate(timeline.bands):
        x = _LEFT + (width - _LEFT) // columns * (place % columns)
        line = height + 12 + 18 * (place // columns)
        colour = COLOURS[place % len(COLOURS)]
        name = band.name or f"range {band.index}"
        yield (
            f'<rect x="{x}" y="{line - 9}" width="12" height="10" fill="{colour}" '
            f'fill-opacity=".5"/><text x="{x + 17}" y="{line}">{escape(name[:26])}</text>'
        )


def _ticks(timeline: Timeline, count: int) -> Iterator[tuple[float, str]]:
    """Give some times along the picture, and where they are."""
    places = by_changes(timeline)
    for share in np.linspace(0, 1, count + 1).tolist():
        row = min(int(np.searchsorted(places, share)), timeline.operations - 1)
        yield share, when(timeline, row)


def when(timeline: Timeline, row: int) -> str:
    """Return when an operation was, in words."""
    time = timeline.times[row]
    return f"{time / 1e6:.3f} s" if time >= 0 else f"operation {row + 1:,}"


def _window_text(timeline: Timeline, number: int) -> str:
    window = timeline.windows[number - 1]
    lines = f"{timeline.line}s {timeline.lines[window.first]:,} to "
    lines += f"{timeline.lines[min(window.last, timeline.operations - 1)]:,}"
    return (
        f"window {number}: from {when(timeline, window.first)}, {lines}; "
        f"{window.messages} messages, {window.dropped} dropped"
    )


# ---- a page --------------------------------------------------------------------------------------


def _packed(array: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def page(timelines: Sequence[Timeline], title: str) -> str:
    """Return a page that needs nothing else: each picture, to be zoomed, with what was dropped."""
    shown = [
        {
            "name": each.name,
            "said": each.said,
            "line": each.line,
            "ports": [band.name or f"range {band.index}" for band in each.bands],
            "height": total_height(each),
            "segments": [[s, b, h] for s, (b, h) in _rises(each).items()],
            "windows": [
                [w.first, w.last, _window_text(each, n)] for n, w in enumerate(each.windows, 1)
            ],
            "boxes": [[b.first, b.last, b.bottom, b.top, b.port, b.kind] for b in boxes(each)],
            "dots": _packed(each.dots),
            "devids": _packed(each.devids),
            "levels": _packed(heights(each)),
            "kinds": _packed(each.kinds),
            "lines": _packed(each.lines),
            "times": _packed(each.times.astype(np.float64)),
            "places": {
                "changes": _packed(by_changes(each)),
                "time": _packed(by_time(each)),
                "operations": _packed(by_operations(each)),
            },
        }
        for each in timelines
    ]
    page = template("timeline.html.j2")
    script = (Path(__file__).parent / "timeline.js").read_text()
    return page.render(title=title, timelines=shown, colours=COLOURS, script=Markup(script))
