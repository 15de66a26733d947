# SPDX-License-Identifier: MIT
"""What registers on AXI4-Lite may show, worked out from the accesses that monitors saw.

Every register shows one of a set of values. Mostly the set has one member; it has more while a
write is on its way, or where two things happened so close together that the bus does not tell which
came first. A read may return any value that its register could show between its address and its
data. Unused addresses read as 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar


@dataclass(eq=False, slots=True)
class Write:
    """A register write without its response yet; `mask` has the bits that have a strobe."""

    address: int
    data: int
    mask: int


@dataclass(eq=False, slots=True)
class Read:
    """A register read without its data yet, and the values it may return."""

    address: int
    allowed: set[int]


W = TypeVar("W", bound=Write)
R = TypeVar("R", bound=Read)


class AccessModel(ABC, Generic[W, R]):
    """Predicts what is read. `report(expected, got)` is called for each difference.

    Of a register with a name in `names`, reports say that; `kept` are the bits that each register
    keeps which shows what was written last, `shows` what registers show after reset.
    """

    def __init__(
        self,
        names: Mapping[int, str],
        kept: Mapping[int, int],
        shows: Mapping[int, Iterable[int]],
        report: Callable[[str, str], None],
    ) -> None:
        """Take the reset state."""
        self._names = names
        self._kept = kept
        self._report = report
        self._shows: dict[int, set[int]] = {address: set(shows[address]) for address in shows}
        self._held = {  # as last written
            address: next(iter(self._shows.get(address, {0}))) for address in kept
        }
        self._write_addresses: deque[int] = deque()
        self._write_data: deque[tuple[int, int]] = deque()
        self._writes: deque[W] = deque()
        self._reads: deque[R] = deque()
        self._unasked: set[str] = set()  # kinds of answers that nobody had asked for

    @abstractmethod
    def _new_write(self, address: int, data: int, mask: int) -> W:
        """Return a write that was accepted."""

    @abstractmethod
    def _new_read(self, address: int, allowed: set[int]) -> R:
        """Return a read that was accepted."""

    def _wrote(self, write: W) -> None:
        """A write was accepted: say what may come of it."""

    def _write_is_over(self, write: W) -> None:
        """A write was answered: say what came of it."""

    def _read_is_over(self, read: R, data: int) -> bool:
        """A read returned this; return whether it is among the values that it may return."""
        return data in read.allowed

    @property
    def accesses(self) -> str:
        """Say which accesses are not answered; empty if none."""
        found = {"writes": len(self._writes), "reads": len(self._reads)}
        counts = " and ".join(f"{count} {name}" for name, count in found.items() if count)
        return f"{counts} accepted on s_axil not answered" if counts else ""

    def _show(self, address: int, values: Iterable[int]) -> None:
        """Let a register show one of some values from now on."""
        now = self._shows[address] = set(values)
        for read in self._reads:
            if read.address == address:
                read.allowed |= now

    def on_write_address(self, transfer: tuple[int, int]) -> None:
        """An address was accepted on `s_axil_aw`."""
        self._write_addresses.append(transfer[0] & ~3)
        self._pair_writes()

    def on_write_data(self, transfer: tuple[int, int]) -> None:
        """Data was accepted on `s_axil_w`."""
        self._write_data.append(transfer)
        self._pair_writes()

    def _pair_writes(self) -> None:
        while self._write_addresses and self._write_data:
            address = self._write_addresses.popleft()
            data, strobes = self._write_data.popleft()
            mask = sum(0xFF << 8 * byte for byte in range(4) if strobes >> byte & 1)
            write = self._new_write(address, data, mask)
            self._writes.append(write)
            if address in self._kept:
                mask &= self._kept[address]
                value = self._held[address] & ~mask | data & mask
                self._held[address] = value
                self._show(address, self._shows.get(address, {0}) | {value})
            self._wrote(write)

    def on_write_response(self, transfer: tuple[int]) -> None:
        """A write was answered on `s_axil_b`."""
        if not self._writes:
            self._on_unasked("no write response", "one on s_axil_b")
            return
        write = self._writes.popleft()
        if transfer[0] != 0:
            self._report(f"OKAY to a write of {self._name(write)}", f"response {transfer[0]}")
        address = write.address
        if address in self._kept and all(each.address != address for each in self._writes):
            self._show(address, {self._held[address]})
        self._write_is_over(write)

    def on_read_address(self, transfer: tuple[int, int]) -> None:
        """An address was accepted on `s_axil_ar`."""
        address = transfer[0] & ~3
        self._reads.append(self._new_read(address, set(self._shows.get(address, {0}))))

    def on_read_data(self, transfer: tuple[int, int]) -> None:
        """Data came back on `s_axil_r`."""
        data, response = transfer
        if not self._reads:
            self._on_unasked("no read data", f"{data:#x} on s_axil_r")
            return
        read = self._reads.popleft()
        if response != 0:
            self._report(f"OKAY to a read of {self._name(read)}", f"response {response}")
        if not self._read_is_over(read, data):
            wanted = " or ".join(f"{value:#x}" for value in sorted(read.allowed)[:4])
            self._report(f"{self._name(read)} {wanted}", f"{data:#x} (H6, H7)")

    def _name(self, access: Write | Read) -> str:
        return self._names.get(access.address, hex(access.address))

    def _on_unasked(self, expected: str, got: str) -> None:
        """Something was answered that nobody asked for: report that once, it may go on for ever."""
        if expected not in self._unasked:
            self._report(f"{expected}: none was asked for", got)
        self._unasked.add(expected)
