# SPDX-License-Identifier: MIT
"""What software may read from the bridge's own registers, and which levels come of them (H7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cocotbext.msi_its.checks.access_model import AccessModel, Read, Write
from cocotbext.msi_its.vocabulary import bridge_csr
from cocotbext.msi_its.vocabulary.bridge_csr import Refusal
from cocotbext.msi_its.vocabulary.csr import Register
from cocotbext.msi_its.vocabulary.fields import put_field

IDENTITY = 0x4D53_4942
"""What BRIDGE_IDENTITY shows."""

REGISTERS: dict[int, str] = {
    each.offset: name for name, each in vars(bridge_csr).items() if isinstance(each, Register)
}
"""The bridge's registers: names by address."""

ALERTS: dict[str, int] = {
    name: 1 << low for name, (_, low) in bridge_csr.BRIDGE_ALERT.fields.items()
}
"""The bits of BRIDGE_ALERT."""

_COUNTERS: dict[Refusal, Register] = {
    Refusal.BURST: bridge_csr.REFUSED_BURST,
    Refusal.OFFSET: bridge_csr.REFUSED_OFFSET,
    Refusal.STROBES: bridge_csr.REFUSED_STROBES,
    Refusal.READ: bridge_csr.REFUSED_READS,
}
_WORD = 0xFFFF_FFFF
_SOURCE_WRITES, _SOURCE_READS = bridge_csr.REFUSED_SOURCE_WRITES, bridge_csr.REFUSED_SOURCE_READS


@dataclass(frozen=True, slots=True)
class BridgeBuild:
    """How a bridge was built: its parameters; the bases after reset are addresses of pages."""

    addr_width: int = 64
    data_width: int = 64
    id_width: int = 8
    outstanding: int = 64
    user_shift: int = 0
    its_port: int = 0
    counter_width: int = 32
    doorbell_reset: int = 0x0808_0000
    msi64_reset: int = 0x0809_0000


@dataclass(frozen=True, slots=True)
class RefusedAccess:
    """An access that the bridge refused: a `read` or a write.

    `target` and `rid` have 16 bits, `id` up to 16, `address` 64.
    """

    read: bool
    reason: Refusal
    target: int
    rid: int
    address: int
    id: int

    @property
    def counter(self) -> Register:
        """The register that counts it."""
        if self.reason is Refusal.SOURCE:
            return _SOURCE_READS if self.read else _SOURCE_WRITES
        return _COUNTERS[self.reason]

    @property
    def last(self) -> int:
        """What LAST_REFUSED shows of it."""
        return self.target << 16 | self.rid

    @property
    def behind(self) -> dict[int, int]:
        """What shows of it behind LAST_REFUSED: values by the registers' addresses."""
        reason = put_field(bridge_csr.LAST_REFUSED_REASON, "id", self.id, self.reason)
        return {
            bridge_csr.LAST_REFUSED_REASON.offset: reason | self.read << 8,
            bridge_csr.LAST_REFUSED_ADDRESS_LOW.offset: self.address & _WORD,
            bridge_csr.LAST_REFUSED_ADDRESS_HIGH.offset: self.address >> 32,
        }


NOTHING = RefusedAccess(False, Refusal.NONE, 0, 0, 0, 0)
"""What shows where nothing was refused since reset."""


@dataclass(eq=False, slots=True)
class _Write(Write):
    disturbed: int = 0  # bits of BRIDGE_ALERT that were set again since it was accepted


@dataclass(eq=False, slots=True)
class _Read(Read):
    refused: list[RefusedAccess] = field(default_factory=list)  # what LAST_REFUSED may show


class BridgeRegisterModel(AccessModel[_Write, _Read]):
    """Predicts the bridge's registers. `report(expected, got)` is called for each difference.

    Registers of another block on the same bus, at addresses in `other`, keep what is written.
    """

    def __init__(
        self, build: BridgeBuild, report: Callable[[str, str], None], other: Iterable[int] = ()
    ) -> None:
        """Take the reset state."""
        reg = bridge_csr
        wide = build.data_width > 32
        kept = {reg.BRIDGE_CONTROL.offset: 0b1111 if wide else 0b1011}  # without msi64
        shows = {
            reg.BRIDGE_IDENTITY.offset: {IDENTITY},
            reg.BRIDGE_WIDTHS.offset: {
                build.addr_width | build.id_width << 8 | build.data_width << 16
            },
            reg.BRIDGE_BUILD.offset: {
                build.outstanding | build.user_shift << 16 | build.its_port << 24 | wide << 25
            },
        }
        bits = (1 << build.addr_width) - (1 << 16)
        for low, high, at_reset in (
            (reg.DOORBELL_BASE_LOW, reg.DOORBELL_BASE_HIGH, build.doorbell_reset),
            (reg.MSI64_BASE_LOW, reg.MSI64_BASE_HIGH, build.msi64_reset),
        ):
            kept |= {low.offset: bits & _WORD, high.offset: bits >> 32}
            shows |= {low.offset: {at_reset & _WORD}, high.offset: {at_reset >> 32}}
        super().__init__(REGISTERS, kept | dict.fromkeys(other, _WORD), shows, report)
        self._largest = (1 << build.counter_width) - 1
        self._last = NOTHING
        self._shown = [NOTHING]  # what LAST_REFUSED may have shown when it was last read
        self._alerts = {bit: {0} for bit in ALERTS.values()}
        self._counted = dict.fromkeys(REGISTERS, 0)

    # ---- what happens ---------------------------------------------------------------------------

    def on_refused(self, accesses: Iterable[RefusedAccess]) -> None:
        """Accesses were refused in one cycle: a write, a read, or both."""
        found = sorted(accesses, key=lambda each: not each.read)  # a write is the last one
        for each in found:
            self._count(each.counter)
        self._last = found[-1]
        self._show(bridge_csr.LAST_REFUSED.offset, {self._last.last})
        for read in self._reads:
            read.refused.append(self._last)
        self._raise(ALERTS["refused"])

    def on_its_error(self, resp: int) -> None:
        """The ITS has answered a message with an error."""
        self._count(bridge_csr.ITS_ERRORS)
        self._show(bridge_csr.LAST_ITS_ERROR.offset, {resp})
        self._raise(ALERTS["its_error"])

    def _count(self, register: Register) -> None:
        self._counted[register.offset] += 1
        self._show(register.offset, {min(self._counted[register.offset], self._largest)})

    def _raise(self, bit: int) -> None:
        """Take note of a bit of BRIDGE_ALERT that was set."""
        clearing = [each for each in self._writes if self._acknowledges(each) & bit]
        for each in clearing:
            each.disturbed |= bit
        self._alerts[bit] = {0, bit} if clearing else {bit}
        self._show_alerts()

    def _show_alerts(self) -> None:
        values = {0}
        for bits in self._alerts.values():
            values = {value | bit for value in values for bit in bits}
        self._show(bridge_csr.BRIDGE_ALERT.offset, values)

    # ---- accesses -------------------------------------------------------------------------------

    @staticmethod
    def _acknowledges(write: Write) -> int:
        """Return the bits of BRIDGE_ALERT that a write clears."""
        return write.data & write.mask if write.address == bridge_csr.BRIDGE_ALERT.offset else 0

    def _new_write(self, address: int, data: int, mask: int) -> _Write:
        return _Write(address, data, mask)

    def _new_read(self, address: int, allowed: set[int]) -> _Read:
        return _Read(address, allowed, [self._last])

    def _wrote(self, write: _Write) -> None:
        for bit in self._alerts:
            if self._acknowledges(write) & bit:
                self._alerts[bit] |= {0}
                self._show_alerts()

    def _write_is_over(self, write: _Write) -> None:
        for bit in self._alerts:
            if self._acknowledges(write) & bit:
                self._alerts[bit] = {0, bit} if write.disturbed & bit else {0}
                self._show_alerts()

    def _read_is_over(self, read: _Read, data: int) -> bool:
        if read.address == bridge_csr.LAST_REFUSED.offset:
            self._shown = [each for each in read.refused if each.last == data] or [self._last]
        elif read.address in NOTHING.behind:
            read.allowed = {each.behind[read.address] for each in self._shown}
            fits = [each for each in self._shown if each.behind[read.address] == data]
            self._shown = fits or self._shown
        return data in read.allowed

    # ---- levels ---------------------------------------------------------------------------------

    def on_levels(self, alert: int, held: Mapping[int, int]) -> None:
        """Look at the outputs in a clock cycle, before what happens in it is told.

        `alert` is 0 or 1; `held` is what the other levels say that registers hold, by address.
        """
        for address, value in held.items():
            wanted = self._shows.get(address, {0})
            if value not in wanted:
                shown = " or ".join(f"{each:#x}" for each in sorted(wanted))
                self._report(f"levels as {REGISTERS[address]} shows them, {shown}", f"{value:#x}")
        up = any(0 not in bits for bits in self._alerts.values())
        down = all(bits == {0} for bits in self._alerts.values())
        if (up and not alert) or (down and alert):
            self._report(f"alert {'up' if up else 'down'}", f"{alert} (H7)")
        doubtful = [bit for bit, bits in self._alerts.items() if len(bits) > 1]
        if not alert:
            self._settle(doubtful, up=False)
        elif not up and len(doubtful) == 1 and not any(map(self._acknowledges, self._writes)):
            self._settle(doubtful, up=True)

    def _settle(self, doubtful: Iterable[int], up: bool) -> None:
        """The alert output says what bits are that may be 0 or 1."""
        for bit in doubtful:
            self._alerts[bit] = {bit if up else 0}
            self._show_alerts()
