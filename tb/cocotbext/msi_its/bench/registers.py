# SPDX-License-Identifier: MIT
"""Software's view of the translator: registers and commands over `s_axil`."""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from cocotb.handle import LogicObject, SimHandleBase
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiProt

from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Answer, Register
from cocotbext.msi_its.vocabulary.fields import argument_writes, get_field
from cocotbext.msi_its.vocabulary.operations import Operation


class Registers:
    """Reads and writes registers, and executes operations as commands."""

    def __init__(
        self,
        entity: SimHandleBase,
        clock: LogicObject,
        reset_n: LogicObject,
        rng: random.Random,
        cycle: Callable[[], int],
    ) -> None:
        """Drive `s_axil`. What means nothing on it is drawn from `rng`.

        That is: its protection bits, and the bytes of write data that have no strobe. `cycle`
        returns the number of the clock cycle.
        """
        logging.getLogger(f"cocotb.{entity._name}.s_axil").setLevel(logging.ERROR)
        bus = AxiLiteBus.from_prefix(entity, "s_axil")
        self.master = AxiLiteMaster(bus, clock, reset_n, reset_active_level=False)
        self._rng = rng
        channel = self.master.write_if.w_channel
        self._send_data, channel.send = channel.send, self._send_all_bytes
        self._bus = bus
        self._cycle = cycle
        self._access_number = count()
        self._accesses: dict[int, tuple[str, int]] = {}  # under way: read or write, since when
        self._polls = 0  # of STATUS.busy, since cycle _polling
        self._polling: int | None = None
        self._arguments: dict[int, int] = {}  # what ARG registers are known to hold, by offset

    def reset(self) -> None:
        """Forget what the ARG registers hold, and what was under way."""
        self._arguments.clear()
        self._accesses.clear()
        self._polling = None

    @property
    def oldest(self) -> int | None:
        """The cycle in which the oldest access under way began; None if there is none."""
        return min((since for _, since in self._accesses.values()), default=None)

    @property
    def waiting(self) -> str:
        """Say which accesses are under way and what for, and whether software polls."""
        parts = []
        requests = {"write": ("aw", "w"), "read": ("ar",)}
        answers = {"write": "bvalid", "read": "rvalid"}
        for kind, channels in requests.items():
            since = [cycle for each, cycle in self._accesses.values() if each == kind]
            if not since:
                continue
            refused = [f"{name}ready" for name in channels if self._refused(name)]
            who = f"1 {kind} waits" if len(since) == 1 else f"{len(since)} {kind}s wait"
            wanted = " and ".join(refused) or answers[kind]
            parts.append(f"s_axil: {who} for {wanted} since cycle {min(since):,}")
        if self._polling is not None:
            parts.append(
                f"software polled STATUS {self._polls:,} times since cycle {self._polling:,}, for "
                "busy to fall"
            )
        return "; ".join(parts)

    def _refused(self, channel: str) -> bool:
        """Whether a channel's valid waits for its ready."""
        bus = getattr(self._bus.read if channel == "ar" else self._bus.write, channel)
        valid, ready = getattr(bus, f"{channel}valid"), getattr(bus, f"{channel}ready")
        return bool(valid.value) and not ready.value

    @contextlib.contextmanager
    def _access(self, kind: str) -> Iterator[None]:
        """Count a read or a write as under way."""
        number = next(self._access_number)
        self._accesses[number] = kind, self._cycle()
        try:
            yield
        finally:
            self._accesses.pop(number, None)

    @property
    def _channels(self) -> tuple[Any, ...]:
        write, read = self.master.write_if, self.master.read_if
        return (
            *(write.aw_channel, write.w_channel, write.b_channel),
            *(read.ar_channel, read.r_channel),
        )

    async def _send_all_bytes(self, transfer: Any) -> None:
        """Send write data, with something in the bytes that have no strobe."""
        for byte in range(4):
            if not transfer.wstrb >> byte & 1:
                transfer.wdata |= self._rng.randrange(256) << 8 * byte
        await self._send_data(transfer)

    def stall(self, pattern: Callable[[], Iterator[bool]]) -> None:
        """Make each of the five channels pause after a pattern of its own."""
        for channel in self._channels:
            channel.set_pause_generator(pattern())

    def flow(self) -> None:
        """Stall no channel any more."""
        for channel in self._channels:
            channel.clear_pause_generator()
            channel.pause = False

    async def read(self, register: Register) -> int:
        """Return a register's value (all its words, low word first)."""
        value = 0
        for word in range(register.width // 32):
            address = register.offset + 4 * word
            with self._access("read"):
                response = await self.master.read(address, 4, self._protection())
            value |= int.from_bytes(response.data, "little") << (32 * word)
        return value

    async def write(self, register: Register, value: int) -> None:
        """Write a 32-bit register."""
        await self._write(register.offset, value.to_bytes(4, "little"))

    def _protection(self) -> AxiProt:
        return AxiProt(self._rng.randrange(8))

    async def _write(self, address: int, data: bytes) -> None:
        with self._access("write"):
            await self.master.write(address, data, self._protection())

    async def write_bytes(self, address: int, data: bytes) -> None:
        """Write some bytes, with the strobes that belong to them."""
        self._arguments.clear()  # one of them may have changed
        await self._write(address, data)

    def hold_responses(self, hold: bool) -> None:
        """Keep ready low for responses and read data, or let them come."""
        self.master.write_if.b_channel.pause = hold
        self.master.read_if.r_channel.pause = hold

    async def write_arguments(self, operation: Operation) -> None:
        """Write the ARG registers that do not hold the operation's arguments yet."""
        wanted = argument_writes(operation, self._arguments)
        for offset, value in wanted.items():
            if self._arguments.get(offset) != value:
                await self._write(offset, value.to_bytes(4, "little"))
                self._arguments[offset] = value

    async def start(self, operation: Operation) -> None:
        """Write an operation's arguments and its command; do not wait for its answer."""
        await self.write_arguments(operation)
        await self.write(csr.COMMAND, operation.code)

    async def finish(self) -> None:
        """Wait until no command is in flight."""
        self._polls = 0
        self._polling = self._cycle()
        try:
            while get_field(csr.STATUS, "busy", await self.read(csr.STATUS)):
                self._polls += 1
        finally:
            self._polling = None

    async def execute(self, operation: Operation) -> tuple[Answer, int]:
        """Execute an operation as a command; return its answer and RESULT.bdf."""
        await self.start(operation)
        await self.finish()
        result = await self.read(csr.RESULT)
        answer = Answer(get_field(csr.RESULT, "answer", result))
        return answer, get_field(csr.RESULT, "bdf", result)

    async def acknowledge(self) -> None:
        """Acknowledge the alert."""
        await self.write(csr.ALERT, 1)
