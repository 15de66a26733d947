# SPDX-License-Identifier: MIT
"""Who stands around the filter: what sends packets, takes those that pass, and commits writes.

All are channels of cocotbext-axi, so that what is sent need not be well-formed, and each stalls by
a pattern of its own.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from cocotbext.axi.stream import define_stream

from msi_its_model import Tlp, TlpKind
from tests.pcie.monitors import Beat, Message, Unsupported
from tests.pcie.packets import wire

TlpBus, TlpTransaction, TlpSource, TlpSink, _ = define_stream(
    "Tlp", signals=[*Beat._fields, "valid", "ready"], signal_widths={"sop": 1, "eop": 1}
)
MessageBus, _, _, MessageSink, _ = define_stream(
    "Message", signals=[*Message._fields, "valid", "ready"]
)
HeaderBus, _, _, HeaderSink, _ = define_stream(
    "Header", signals=[*Unsupported._fields, "valid", "ready"]
)
RawBus, RawTransaction, RawSource, _, _ = define_stream(
    "Raw", signals=["tdata", "tkeep", "tlast", "tuser", "tvalid", "tready"]
)


def beats(tlp: Tlp, width: int) -> list[Beat]:
    """Return the beats of a packet, on so many bits; one that is not `whole` has no end."""
    lanes = width // 32
    prefix = sum(each << 32 * (3 - i) for i, each in enumerate(tlp.prefixes))
    parts = [tlp.data[at : at + lanes] for at in range(0, len(tlp.data), lanes)] or [()]
    made = []
    for number, part in enumerate(parts, 1):
        last = number == len(parts)
        made.append(
            Beat(
                hdr=tlp.header,
                prefix=prefix,
                prefixes=len(tlp.prefixes),
                data=sum(dword << 32 * i for i, dword in enumerate(part)),
                empty=(lanes - len(part)) % lanes if last else 0,
                digest=tlp.digest or 0,
                sop=int(number == 1),
                eop=int(last and tlp.whole),
                error=int(last and tlp.error),
            )
        )
    return made


class Root:
    """Everything around the filter: sends packets, takes what comes out, commits memory writes.

    A write is committed `latency` cycles after it has left, in order; while `holds` none is.
    """

    def __init__(self, dut: Any, width: int) -> None:
        """Take the design; `rst_n` stops all channels."""
        for name in ("s_tlp", "s_axis", "m_tlp", "m_msi", "m_unsupported"):
            logging.getLogger(f"cocotb.{dut._name}.{name}").setLevel(logging.ERROR)
        ends = (dut.clk, dut.rst_n, False)
        self._dut, self._width = dut, width
        self.packets = TlpSource(TlpBus.from_prefix(dut, "s_tlp"), *ends)
        self.raw = RawSource(RawBus.from_prefix(dut, "s_axis"), *ends)
        self.passing = TlpSink(TlpBus.from_prefix(dut, "m_tlp"), *ends)
        self.messages = MessageSink(MessageBus.from_prefix(dut, "m_msi"), *ends)
        self.unsupported = HeaderSink(HeaderBus.from_prefix(dut, "m_unsupported"), *ends)
        self.latency: Callable[[], int] = lambda: 0
        self.holds = False
        self._cycle = 0
        self._due: deque[int] = deque()  # of writes: the cycle in which each may be committed
        self._kind = TlpKind.NONE  # of the packet that leaves
        dut.committed.value = 0

    @property
    def channels(self) -> tuple[Any, ...]:
        """All of them, for stalls."""
        return self.packets, self.raw, self.passing, self.messages, self.unsupported

    def send(self, *tlps: Tlp) -> None:
        """Send packets after those that wait."""
        for tlp in tlps:
            self.send_beats(beats(tlp, self._width))

    def send_beats(self, made: Iterable[Beat]) -> None:
        """Send beats, whatever they make together."""
        for beat in made:
            self.packets.send_nowait(TlpTransaction(**beat._asdict()))

    def send_raw(self, packet: bytes, error: bool = False, keep: int | None = None) -> None:
        """Send a packet in wire order, of 1 byte or more; `keep`: the tkeep of its last beat."""
        lanes = self._width // 8
        for at in range(0, len(packet), lanes):
            part = packet[at : at + lanes]
            last = at + lanes >= len(packet)
            tkeep = (1 << len(part)) - 1 if keep is None or not last else keep
            data = int.from_bytes(part, "little")
            self.raw.send_nowait(
                RawTransaction(tdata=data, tkeep=tkeep, tlast=int(last), tuser=int(last and error))
            )

    def send_as_raw(self, *tlps: Tlp) -> None:
        """Send packets in wire order; those whose header announces no digest have none."""
        for tlp in tlps:
            digest = (tlp.digest or 0xD16E57ED) if tlp.has_digest else None
            self.send_raw(wire(replace(tlp, digest=digest)), tlp.error)

    def look(self) -> None:
        """Take what came, and commit what is due: once a cycle."""
        self._cycle += 1
        while not self.passing.empty():
            beat = self.passing.recv_nowait()
            if int(beat.sop):
                self._kind = Tlp(int(beat.hdr)).kind
            if int(beat.eop) and not int(beat.error) and self._kind is TlpKind.WRITE:
                self._due.append(self._cycle + self.latency())
        due = bool(self._due) and self._due[0] <= self._cycle and not self.holds
        if due:
            self._due.popleft()
        self._dut.committed.value = int(due)
        for sink in (self.messages, self.unsupported):
            while not sink.empty():
                sink.recv_nowait()

    def idle(self) -> bool:
        """Whether nothing waits to be sent, or committed."""
        return self.packets.idle() and self.raw.idle() and (not self._due or self.holds)

    def clear(self) -> None:
        """Forget what waits: for reset."""
        self._due.clear()
        self._dut.committed.value = 0
        for channel in self.channels:
            channel.clear()
