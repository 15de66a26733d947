# SPDX-License-Identifier: MIT
"""The checker: holds what the monitors saw around the translator against the golden model.

It knows nothing but what monitors saw. A packet at a port is what the model says it means (T1,
T2); what passes leaves next at that port, bit for bit; a message is executed next of that port, but
not before the memory writes in front of it are committed (T3), and not with bus numbers older than
those that were acknowledged when it came (N2). A configuration write gives the bus range that the
model says, before it is acknowledged. What the model sends leaves for the ITS, in order, and
becomes the interrupt that the ITS model says.

Beside that it keeps a `Delivery` of each write to the doorbell: which function sent it, through
which ports, and what became of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.vocabulary.operations import (
    Configuration,
    Message,
    SetBusRange,
    SignalMsiWithRid,
    Tables,
)
from cocotbext.msi_its.vocabulary.transactions import Retired, Source
from msi_its_model import AssignedBusRange, AxiItsPort, AxiItsWrite
from msi_its_model.gicv3_its import Its, Translation
from msi_its_model.pcie import (
    BusNumberRegister,
    Tlp,
    TlpDoorbell,
    TlpFlush,
    TlpKind,
    TlpMessage,
    TlpPasses,
    TlpRemoval,
    TlpRemoved,
)
from tests.axi.monitors import Address, Data, Response
from tests.axi.scoreboard import FIXED
from tests.topology.packets import shown

ORDER = (
    *("m_its_b", "retire", "m_its_aw", "m_its_w", "m_tlp", "m_unsupported", "removed"),
    *("committed", "s_tlp", "s_cfg", "port_reset", "s_cfg begins"),
)
"""The streams, in the order in which those of one cycle are looked at."""


LOST = "lost in a reset"
"""What became of a message that was not executed when the translator was reset."""

REASONS = {reason: code for code, reason in enumerate(TlpRemoval, 1)}
"""The codes of `removed_reason`: fate_e in hdl/pcie/msi_tlp_pkg.sv."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a packet comes from: a function's name, and the ports above it, root port first.

    `own` is the function's own requester ID then, `plugged` how often it had been plugged in.
    `pending` says that the message had been masked, `plain` that a root complex without the filter
    has delivered it to its doorbell.
    """

    function: str
    through: tuple[str, ...]
    own: int | None = None
    plugged: int = 0
    pending: bool = False
    plain: bool = False


NOBODY = Origin("nobody known", ())


@dataclass(slots=True)
class Delivery:
    """A write that a function sent to the doorbell's page, and what became of it.

    `rid` and `data` are as the packet has them. `fate` is the answer's name, or the reason for
    which the packet was removed; empty until that is known. `translation` is the ITS's.
    """

    number: int
    port: int
    origin: Origin
    rid: int
    data: int
    fate: str = ""
    sent: Message | None = None
    translation: Translation | None = None

    @property
    def delivered(self) -> bool:
        """Whether it reached the ITS."""
        return self.sent is not None

    def __str__(self) -> str:
        """The delivery as people read it."""
        way = ", ".join((*self.origin.through[1:], "")) or ""
        became = self.fate or "on its way"
        if self.translation is not None:
            lpi = self.translation.intid
            became = f"LPI {lpi}" if lpi is not None else f"no interrupt, {self.translation.reason}"
        return (
            f"message {self.number}: {self.origin.function}, as {self.rid:#06x} through {way}"
            f"port {self.port}, data {self.data:#x}: {became}"
        )


@dataclass(slots=True)
class _Waiting:
    """A message that is not executed yet, and what has to have happened before it is."""

    delivery: Delivery
    operation: SignalMsiWithRid
    writes: int  # memory writes of its port that were in front of it
    ranges: int  # bus ranges of its port that were acknowledged before it came


@dataclass(slots=True)
class _Leaving:
    """A message that has to leave for the ITS, as a write."""

    write: AxiItsWrite
    message: Message
    delivery: Delivery | None


@dataclass(slots=True)
class _Port:
    """What is under way at a port."""

    numbers: AssignedBusRange
    register: BusNumberRegister
    passing: deque[Tlp] = field(default_factory=deque)
    messages: deque[_Waiting] = field(default_factory=deque)
    removed: deque[tuple[int, int]] = field(default_factory=deque)  # (reason, header), expected
    reports: deque[tuple[int, int]] = field(default_factory=deque)  # ... and reported
    unsupported: deque[int] = field(default_factory=deque)
    writes: int = 0  # memory writes that pass, seen so far
    committed: int = 0
    changes: int = 0  # bus ranges that configuration writes have given, in order ...
    retired: int = 0  # ... and those executed
    acknowledged: int = 0  # ... and acknowledged
    ranges: deque[tuple[int, int]] = field(default_factory=deque)  # not executed


def _port() -> _Port:
    numbers = AssignedBusRange()
    return _Port(numbers, BusNumberRegister(numbers))


class TopologyChecker:
    """See the module. `problems` are the mismatches so far, in words; `counts` what was compared.

    Port i sends through target i, with bus range i. The doorbell is in `page`, an address.
    """

    def __init__(
        self,
        ports: int,
        tables: Tables,
        configuration: Configuration,
        page: int,
        its_port: AxiItsPort,
        its_id: int,
        its: Its,
    ) -> None:
        """Begin in the reset state."""
        self._count, self._tables, self._configuration = ports, tables, configuration
        self.page, self._its_port, self._its_id = page, its_port, its_id
        self.its = its
        self.problems: list[str] = []
        self.counts: Counter[str] = Counter()
        self.deliveries: list[Delivery] = []
        self.executed: Callable[[Retired], None] = lambda retired: None
        self.arrived: Callable[[Message, Translation], None] = lambda message, found: None
        self.arriving: Delivery | None = None  # what `arrived` is told of
        self._origins: defaultdict[tuple[int, Tlp], deque[Origin]] = defaultdict(deque)
        self._now: list[tuple[int, int, str, int, Any]] = []
        self._time = 0
        self._handlers: dict[str, Callable[[int, Any], None]] = {
            "s_tlp": self._packet,
            "m_tlp": self._passed,
            "m_unsupported": self._unsupported,
            "removed": self._removed,
            "committed": self._committed,
            "s_cfg": self._acknowledged,
            "s_cfg begins": self._configured,
            "port_reset": self._port_reset,
            "retire": self._retired,
            "m_its_aw": self._its_address,
            "m_its_w": self._its_data,
            "m_its_b": self._its_response,
        }
        self.reset()

    def reset(self) -> None:
        """Forget all that was under way: reset cuts it off (H8)."""
        self._now.clear()
        for each in self.deliveries:
            each.fate = each.fate or LOST
        self.reference = Reference(self._tables, self._configuration)
        self.ports = [_port() for _ in range(self._count)]
        self._leaving: deque[_Leaving] = deque()  # without a response of the ITS, oldest first
        self._addresses = 0  # of these have left
        self._beats = 0

    @property
    def under_way(self) -> str:
        """Say what has not ended; empty if all has."""
        ports = self.ports
        waiting = {
            "packets that did not pass": sum(len(each.passing) for each in ports),
            "messages not executed": sum(len(each.messages) for each in ports),
            "removals not reported": sum(len(each.removed) for each in ports),
            "reports without a removal": sum(len(each.reports) for each in ports),
            "requests not completed": sum(len(each.unsupported) for each in ports),
            "bus ranges not executed": sum(len(each.ranges) for each in ports),
            "messages that did not leave, or have no response": len(self._leaving),
        }
        return ", ".join(f"{count} {what}" for what, count in waiting.items() if count)

    def problem(self, rule: str, text: str) -> None:
        """Record a mismatch."""
        self.problems.append(f"[{rule}] at {self._time}: {text}")

    # ---- what monitors saw -----------------------------------------------------------------------

    def left(self, port: int, packet: Tlp, origin: Origin) -> None:
        """Take note of who sent a packet that is to come at a port."""
        self._origins[port, packet].append(origin)

    def saw(self, time: int, stream: str, port: int, item: Any) -> None:
        """Take a transfer, which monitors saw at this time (any unit)."""
        if time != self._time:
            self.catch_up()
            self._time = time
        self._now.append((ORDER.index(stream), len(self._now), stream, port, item))

    def catch_up(self) -> None:
        """Look at what was seen so far."""
        seen, self._now = sorted(self._now, key=lambda each: each[:2]), []
        for _, _, stream, port, item in seen:
            self.counts[stream] += 1
            self._handlers[stream](port, item)

    # ---- packets ---------------------------------------------------------------------------------

    def _packet(self, port: int, tlp: Tlp) -> None:
        here = self.ports[port]
        origin = self._origin(port, tlp)
        doorbell = TlpDoorbell(self.page, port)
        meaning = doorbell.meaning(tlp)
        self.counts[_name(meaning)] += 1
        delivery = None
        if tlp.kind is TlpKind.WRITE and not isinstance(meaning, TlpPasses):
            number = len(self.deliveries) + 1
            delivery = Delivery(number, port, origin, tlp.rid, tlp.data[0] if tlp.data else 0)
            self.deliveries.append(delivery)
            if not isinstance(meaning, TlpMessage):
                delivery.fate = _name(meaning)
        if isinstance(meaning, TlpMessage):
            assert delivery is not None
            operation = SignalMsiWithRid(port, meaning.rid, meaning.address, meaning.data)
            here.messages.append(_Waiting(delivery, operation, here.writes, here.acknowledged))
        elif isinstance(meaning, TlpPasses):
            self._passes(here, tlp, meaning.cut)
            if meaning.cut:
                self._removal(port, TlpRemoval.MALFORMED, tlp)
        elif isinstance(meaning, TlpRemoved):
            self._removal(port, meaning.reason, tlp)
            if meaning.completes:
                here.unsupported.append(tlp.header)

    def _origin(self, port: int, tlp: Tlp) -> Origin:
        waiting = self._origins.get((port, tlp))
        if not waiting:
            return NOBODY
        origin = waiting.popleft()
        if not waiting:
            del self._origins[port, tlp]
        return origin

    @staticmethod
    def _passes(here: _Port, tlp: Tlp, cut: bool) -> None:
        if cut:
            tlp = replace(tlp, data=tlp.data[: tlp.length], error=True)
        here.passing.append(tlp)
        if tlp.kind is TlpKind.WRITE and not tlp.error:
            here.writes += 1

    def _removal(self, port: int, reason: TlpRemoval, tlp: Tlp) -> None:
        self.ports[port].removed.append((REASONS[reason], tlp.header))
        self._compare_removals(port)

    def _passed(self, port: int, tlp: Tlp) -> None:
        here = self.ports[port]
        if not here.passing:
            self.problem("T2", f"port {port}: {shown(tlp)} leaves, but nothing passes")
            return
        expected = here.passing.popleft()
        if tlp != expected:
            self.problem("T2", f"port {port}: expected {shown(expected)}, left {shown(tlp)}")

    def _removed(self, port: int, values: tuple[int, ...]) -> None:
        self.ports[port].reports.append((values[0], values[1]))
        self._compare_removals(port)

    def _compare_removals(self, port: int) -> None:
        here = self.ports[port]
        while here.removed and here.reports:
            expected, report = here.removed.popleft(), here.reports.popleft()
            if expected != report:
                shown = [
                    f"reason {reason}, header {header:#034x}"
                    for reason, header in (expected, report)
                ]
                self.problem("T2", f"port {port}: removed: expected {shown[0]}, came {shown[1]}")

    def _unsupported(self, port: int, values: tuple[int, ...]) -> None:
        here = self.ports[port]
        expected = here.unsupported.popleft() if here.unsupported else None
        if values[0] != expected:
            self.problem(
                "T2", f"port {port}: unsupported: expected {expected}, came {values[0]:#034x}"
            )

    def _committed(self, port: int, values: tuple[int, ...]) -> None:
        self.ports[port].committed += 1

    # ---- bus numbers -----------------------------------------------------------------------------

    def _configured(self, port: int, values: tuple[int, ...]) -> None:
        """Take a configuration write that has begun: its range is due from now on."""
        if self.ports[port].register.write(*values):
            self._due(port)

    def _port_reset(self, port: int, values: tuple[int, ...]) -> None:
        """Take a cycle in which a port is in reset."""
        if self.ports[port].register.reset():
            self._due(port)

    def _due(self, port: int) -> None:
        """Take note of a bus range that has to be executed."""
        here = self.ports[port]
        here.changes += 1
        here.ranges.append(here.numbers.bus_range())

    def _acknowledged(self, port: int, values: tuple[int, ...]) -> None:
        """Take an acknowledgement: what it acknowledges has to be in force."""
        here = self.ports[port]
        here.acknowledged = here.changes
        held = here.numbers.bus_range()
        if values[-2:] != held:
            self.problem("N2", f"port {port}: shows bus numbers {values[-2:]}, not {held}")

    # ---- the translator --------------------------------------------------------------------------

    def _retired(self, _: int, retired: Retired) -> None:
        delivery = None
        operation = retired.operation
        if retired.source is Source.MESSAGE:
            delivery = self._message(retired)
        elif retired.source is Source.RANGE:
            assert isinstance(operation, SetBusRange)
            here = self.ports[operation.range] if operation.range < self._count else None
            expected = here.ranges.popleft() if here is not None and here.ranges else None
            if expected != (operation.secondary, operation.subordinate):
                self.problem("N2", f"expected {expected}, came {operation}")
            if here is not None:
                here.retired += 1
        outcome = self.reference.execute(operation)
        if (outcome.answer, outcome.message) != (retired.answer, retired.message):
            who = f"{delivery}: " if delivery is not None else ""
            self.problem("R3", f"{who}expected {outcome}, came {retired}")
        message = outcome.message
        if delivery is not None:
            delivery.fate = outcome.answer.name.lower()
            delivery.sent = message
            self.counts["sent" if message is not None else "dropped"] += 1
        if message is not None:
            write = self._its_port.write(message.devid, message.address, message.data)
            self._leaving.append(_Leaving(write, message, delivery))
        self.executed(retired)

    def _message(self, retired: Retired) -> Delivery | None:
        """Return which message this is; nothing if it is none that was expected."""
        operation = retired.operation
        if not isinstance(operation, SignalMsiWithRid) or operation.target >= self._count:
            self.problem("T1", f"{operation} is of no port")
            return None
        here = self.ports[operation.target]
        if not here.messages:
            self.problem("T1", f"{operation} comes of no packet")
            return None
        waiting = here.messages.popleft()
        if operation != waiting.operation:
            self.problem(
                "T1", f"{waiting.delivery}: expected {waiting.operation}, came {operation}"
            )
        if here.committed < waiting.writes:
            behind = waiting.writes - here.committed
            self.problem(
                "T3", f"{waiting.delivery}: came before {behind} memory writes in front of it"
            )
        if here.retired < waiting.ranges:
            behind = waiting.ranges - here.retired
            self.problem(
                "N2", f"{waiting.delivery}: met bus numbers {behind} configuration writes old"
            )
        return waiting.delivery

    # ---- m_its -----------------------------------------------------------------------------------

    def _its_address(self, _: int, address: Address) -> None:
        if self._addresses == len(self._leaving):
            self.problem("B3", f"{address} leaves for the ITS, but no message was sent")
            return
        write = self._leaving[self._addresses].write
        expected = FIXED._replace(
            id=self._its_id, addr=write.address, size=write.size, user=write.user
        )
        if address != expected:
            self.problem("B3", f"expected {expected}, left {address}")
        self._addresses += 1
        self._arrive(self._addresses, self._beats)

    def _its_data(self, _: int, data: Data) -> None:
        if self._beats == len(self._leaving):
            self.problem("B3", f"{data} leaves for the ITS, but no message was sent")
            return
        write = self._leaving[self._beats].write
        mask = sum(0xFF << 8 * byte for byte in range(64) if write.strobes >> byte & 1)
        if (data.data & mask, data.strb, data.last) != (write.data, write.strobes, 1):
            self.problem("B3", f"expected {write}, left {data}")
        self._beats += 1
        self._arrive(self._beats, self._addresses)

    def _arrive(self, mine: int, other: int) -> None:
        """Give a message to the ITS, when the second of its two parts has left."""
        if mine > other:
            return
        leaving = self._leaving[mine - 1]
        found = self.its.translate(leaving.message.devid, leaving.message.data)
        self.counts["interrupts" if found.intid is not None else "no interrupt"] += 1
        self.arriving = leaving.delivery
        if leaving.delivery is not None:
            leaving.delivery.translation = found
        self.arrived(leaving.message, found)

    def _its_response(self, _: int, response: Response) -> None:
        self._leaving.popleft()
        self._addresses -= 1
        self._beats -= 1

    # ---- what became of it -----------------------------------------------------------------------

    def prevented(self) -> Counter[str]:
        """Count the messages that plain PCIe delivered and the translator did not, by reason."""
        return Counter(
            each.fate for each in self.deliveries if each.origin.plain and not each.delivered
        )


def _name(meaning: object) -> str:
    """Say what a packet is, in a word or two."""
    if isinstance(meaning, TlpRemoved):
        return meaning.reason.name.lower()
    names = {TlpMessage: "message", TlpFlush: "flush", TlpPasses: "passes"}
    return names[type(meaning)]


def of(deliveries: Iterable[Delivery], function: str) -> list[Delivery]:
    """Return what a function sent."""
    return [each for each in deliveries if each.origin.function == function]
