# SPDX-License-Identifier: MIT
"""The checker of the filter: holds what the monitors saw around it against the golden model.

It knows nothing but what monitors saw and how the pins of the configuration are tied. Beats that go
in are put together to packets, and each is what the model says that it means (T1, T2, T4): a
message has to come out next on `m_msi`, not before each memory write that left before it is
committed (T3); what passes has to leave beat for beat, a removed one is reported, and handed out if
it wants a completion. Raw packets have to go in as the model takes them apart.

What happened in one cycle is looked at outputs first, as no block without paths through it could
have done otherwise.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msi_its_model import (
    Tlp,
    TlpDoorbell,
    TlpFlush,
    TlpKind,
    TlpMessage,
    TlpPasses,
    TlpRemoval,
    TlpRemoved,
)
from msi_its_model.pcie import MALFORMED_HEADER
from tests.pcie.monitors import Beat, Message, RawBeat, Removed, Unsupported

ORDER = ("m_msi", "m_unsupported", "removed", "committed", "m_tlp", "in_tlp", "s_axis")
"""The streams, in the order in which those of one cycle are looked at."""

CODES = {reason: code for code, reason in enumerate(TlpRemoval, 1)}
"""The codes of `fate_e` in hdl/pcie/msi_tlp_pkg.sv; 0 is a flush."""

FLUSHES = 0


@dataclass(slots=True)
class _Packet:
    """A packet that goes in: its beats so far."""

    first: Beat
    data: list[int]  # dwords
    passes: bool
    left: int  # beats that come after, by its header
    ended: bool = False  # by its header


@dataclass(frozen=True, slots=True)
class _Due:
    """A message that has to come out, and how many memory writes have to be committed before."""

    message: Message
    writes: int


def dwords(number: int, count: int) -> list[int]:
    """Return the dwords of a number, the lowest one first."""
    return [number >> 32 * i & 0xFFFF_FFFF for i in range(count)]


class TlpChecker:
    """See the module. `problems` are the mismatches so far, in words; `counts` what was compared.

    `doorbell` and `raw` (do packets come in wire order?) are asked for each packet; the pins change
    only while nothing is under way.
    `width` is that of the data in bits; without `ordered`, messages wait for no write.
    """

    def __init__(
        self,
        doorbell: Callable[[], TlpDoorbell],
        raw: Callable[[], bool],
        width: int,
        ordered: bool,
    ) -> None:
        """Begin in the reset state."""
        self._doorbell, self._is_raw = doorbell, raw
        self._lanes = width // 32
        self._ordered = ordered
        self.problems: list[str] = []
        self.counts: Counter[str] = Counter()
        self._now: list[tuple[int, str, Any, int]] = []
        self._time = 0
        self._handlers: dict[str, Callable[[Any, int], None]] = {
            "in_tlp": self._beat,
            "m_tlp": self._left,
            "m_msi": self._message,
            "m_unsupported": self._unsupported,
            "removed": self._removed,
            "committed": self._committed,
            "s_axis": self._raw,
        }
        self.reset()

    def reset(self) -> None:
        """Forget all that was under way: reset cuts it off."""
        self._now.clear()
        self._raw_dwords: list[bytes] = []
        self._raw_error = self._raw_odd = False
        self._whole: deque[Tlp | None] = deque()  # raw ones that have to go in; None: anything
        self._packet: _Packet | None = None
        self._passing: deque[Beat | None] = deque()  # None: what ends one that was cut
        self._due: deque[_Due] = deque()
        self._to_complete: deque[Unsupported] = deque()
        self._to_report: deque[Removed] = deque()
        self._reports: deque[Removed] = deque()  # before the end of what they report was seen
        self._writes = 0  # that have to leave, ...
        self._written = 0  # ... have left, ...
        self._leaving = 0  # the header of the packet that leaves
        self._commits: list[int] = []  # ... and are committed: when
        self.totals: Counter[int] = Counter()  # of fates with a counter

    @property
    def uncommitted(self) -> int:
        """How many memory writes have left, and are not committed."""
        return self._written - len(self._commits)

    @property
    def under_way(self) -> str:
        """Say what has not ended; empty if all has."""
        waiting = {
            "raw packets": len(self._whole),
            "beats that pass": len(self._passing),
            "messages": len(self._due),
            "requests to complete": len(self._to_complete),
            "removals not reported": len(self._to_report),
            "reports without a removal": len(self._reports),
        }
        return ", ".join(f"{count} {what}" for what, count in waiting.items() if count)

    def problem(self, rule: str, text: str) -> None:
        """Record a mismatch."""
        self.problems.append(f"[{rule}] at {self._time}: {text}")

    def saw(self, time: int, stream: str, item: Any, waited: int = 0) -> None:
        """Take a transfer, which monitors saw in this cycle, after so many in which it waited."""
        if time != self._time:
            self.catch_up()
            self._time = time
        self._now.append((ORDER.index(stream), stream, item, waited))

    def catch_up(self) -> None:
        """Look at what was seen so far."""
        seen, self._now = sorted(self._now, key=lambda each: each[0]), []
        for _, stream, item, waited in seen:
            self.counts[stream] += 1
            self._handlers[stream](item, waited)

    # ---- raw packets -----------------------------------------------------------------------------

    def _raw(self, beat: RawBeat, _: int) -> None:
        lanes = 4 * self._lanes
        count = beat.tkeep.bit_count()
        self._raw_odd |= beat.tkeep != (1 << count) - 1 or count % 4 != 0 or not count
        self._raw_odd |= not beat.tlast and count != lanes
        raw = beat.tdata.to_bytes(lanes, "little")[:count]
        self._raw_dwords.append(raw)
        if not beat.tlast:
            return
        packet, self._raw_dwords = b"".join(self._raw_dwords), []
        odd, self._raw_odd = self._raw_odd, False
        self.counts["raw, odd" if odd else "raw"] += 1
        self._whole.append(None if odd else Tlp.from_wire(packet, bool(beat.tuser)))

    def _compare_raw(self, tlp: Tlp) -> None:
        if not self._whole:
            self.problem("T2", f"{tlp} goes in, but no raw packet did")
            return
        expected = self._whole.popleft()
        if expected is None:
            if not tlp.error:
                self.problem("T4", f"{tlp} goes in without error, whatever tkeep was")
        elif expected.header == MALFORMED_HEADER:
            if (tlp.header, tlp.error) != (expected.header, expected.error):
                self.problem("T4", f"expected a malformed header, came {tlp}")
        elif tlp != expected:
            self.problem("T2", f"expected {expected}, came {tlp}")

    # ---- packets that go in ----------------------------------------------------------------------

    def _beat(self, beat: Beat, _: int) -> None:
        if self._packet is not None and beat.sop:
            self._end(self._packet, None)
        if self._packet is None:
            self._packet = self._begin(beat)
        packet = self._packet
        tlp = Tlp(packet.first.hdr)
        count = self._lanes - (beat.empty if beat.eop else 0)
        if not (beat.eop and beat.sop and not tlp.has_data):
            packet.data += dwords(beat.data, count)
        if packet.passes and not packet.ended:
            packet.ended = packet.left == 0
            if packet.ended or beat.eop:
                whole = packet.ended and beat.eop
                announced = tlp.length if tlp.has_data else 0
                short = len(packet.data) != announced
                error = int(not whole or short or beat.error)
                self._passing.append(beat._replace(eop=1, error=error))
                self._writes += tlp.kind is TlpKind.WRITE and not error
            else:
                self._passing.append(beat)
        packet.left -= 1
        if beat.eop:
            self._end(packet, beat)

    def _begin(self, beat: Beat) -> _Packet:
        """Return the packet that begins with a beat, which need not have a beginning."""
        tlp = Tlp(beat.hdr)
        announced = (0,) * tlp.length if tlp.has_data else ()
        meaning = self._doorbell().meaning(Tlp(beat.hdr, announced))
        passes = bool(beat.sop) and isinstance(meaning, TlpPasses)
        return _Packet(beat, [], passes, max(-(-len(announced) // self._lanes) - 1, 0))

    def _end(self, packet: _Packet, last: Beat | None) -> None:
        """Look at a packet that has ended, with its last beat or without one."""
        self._packet = None
        first = packet.first
        tlp = Tlp(first.hdr)
        digest = last.digest if last is not None and tlp.has_digest else None
        prefixes = tuple(first.prefix >> 32 * (3 - i) & 0xFFFF_FFFF for i in range(first.prefixes))
        error = last is not None and bool(last.error)
        whole = last is not None and bool(first.sop)
        tlp = Tlp(first.hdr, tuple(packet.data), prefixes[:4], digest, error, whole)
        if self._is_raw():
            self._compare_raw(tlp)
        meaning = self._doorbell().meaning(tlp) if first.sop else TlpRemoved(TlpRemoval.MALFORMED)
        self.counts["packets"] += 1
        match meaning:
            case TlpMessage():
                message = Message(meaning.target, 1, meaning.rid, meaning.address, meaning.data)
                self._due.append(_Due(message, self._writes if self._ordered else 0))
                self.counts["messages"] += 1
            case TlpFlush():
                self.totals[FLUSHES] += 1
                self.counts["flushes"] += 1
            case TlpRemoved():
                self._count(meaning.reason, first.hdr)
                if meaning.completes:
                    self._to_complete.append(Unsupported(first.hdr))
            case TlpPasses():
                self.counts["passing"] += 1
                if meaning.cut:
                    self._count(TlpRemoval.MALFORMED, first.hdr)
                    if not packet.ended and last is None:
                        self._passing.append(None)

    def _count(self, reason: TlpRemoval, header: int) -> None:
        self.totals[CODES[reason]] += 1
        self.counts[f"removed {reason.name}"] += 1
        self._to_report.append(Removed(CODES[reason], header))
        self._compare_reports()

    # ---- what comes out --------------------------------------------------------------------------

    def _left(self, beat: Beat, _: int) -> None:
        if not self._passing:
            self.problem("T2", f"{beat} leaves, but nothing passes")
            return
        expected = self._passing.popleft()
        if expected is None:
            if not (beat.eop and beat.error) or beat.sop:
                self.problem("T4", f"{beat} does not end the packet that was cut")
        elif beat != expected:
            self.problem("T2", f"expected {expected}, left {beat}")
        if beat.sop:
            self._leaving = beat.hdr
        if beat.eop and not beat.error and Tlp(self._leaving).kind is TlpKind.WRITE:
            self._written += 1

    def _committed(self, _item: Any, _: int) -> None:
        if self.uncommitted <= 0:
            self.problem("T3", "a commit of no write: the bench is wrong")
        self._commits.append(self._time)

    def _message(self, message: Message, waited: int) -> None:
        if not self._due:
            self.problem("T1", f"{message} comes of no packet")
            return
        due = self._due.popleft()
        if message != due.message:
            self.problem("T1", f"expected {due.message}, came {message}")
        since = self._time - waited
        commits = sum(when < since for when in self._commits[-waited - 1 :])
        commits += len(self._commits[: -waited - 1])
        if commits < due.writes:
            text = f"{message} came after {commits} of {due.writes} memory writes were committed"
            self.problem("T3", text)
        self.counts["waited for writes"] += due.writes > 0

    def _unsupported(self, header: Unsupported, _: int) -> None:
        expected = self._to_complete.popleft() if self._to_complete else None
        if header != expected:
            self.problem("T2", f"to complete: expected {expected}, came {header}")

    def _removed(self, report: Removed, _: int) -> None:
        self._reports.append(report)
        self._compare_reports()

    def _compare_reports(self) -> None:
        while self._to_report and self._reports:
            expected, report = self._to_report.popleft(), self._reports.popleft()
            if report != expected:
                self.problem("T2", f"removed: expected {expected}, came {report}")
