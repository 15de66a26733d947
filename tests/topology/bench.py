# SPDX-License-Identifier: MIT
"""The bench: cocotbext-pcie's fabric in front of `msi_translator_pcie`, the ITS model behind it.

    functions ─► switches ─► root port ─► s_tlp │ translator │ m_its ─► the ITS model
                                             │                │
                              root complex ◄─┴── m_tlp ◄──────┘

What arrives at a root port goes to `s_tlp`, and what comes out of `m_tlp` to the root complex. A
configuration write to a root port's bus numbers goes to `s_cfg`, too; its completion waits for the
acknowledgement. A test is a coroutine that gets a `Bench`: it makes stimulus, the checker says what
is wrong.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotb.utils import get_sim_time
from cocotbext.axi import Region
from cocotbext.pcie.core.tlp import Tlp as PcieTlp
from cocotbext.pcie.core.tlp import TlpType

from cocotbext.msi_its.bench.monitors import RetireMonitor, Sampler
from cocotbext.msi_its.bench.ports import ports_of
from cocotbext.msi_its.bench.registers import Registers
from cocotbext.msi_its.bench.stimulus import pauses
from cocotbext.msi_its.report.topology import Part
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Configuration,
    Connect,
    Operation,
    SetBusRange,
    Tables,
)
from msi_its_model import AxiItsPort
from msi_its_model.axi import DOORBELL_OFFSET
from msi_its_model.pcie import Tlp, TlpKind
from tests.axi.agents import Its as ItsAgent
from tests.axi.agents import stall
from tests.axi.monitors import AddressMonitor, DataMonitor, EachCycle, ResponseMonitor
from tests.topology.agents import Configurator, Pulses, Sink, TlpSource, never
from tests.topology.checker import Delivery, Origin, TopologyChecker
from tests.topology.fabric import Fabric, Function
from tests.topology.monitors import ConfigurationMonitor, PortsMonitor, TlpMonitor
from tests.topology.packets import from_pcie, to_pcie
from tests.topology.recorder import Recorder
from tests.topology.software import DEVICES, Software
from tests.topology.topology import Topology, port_name

PERIOD = 4000  # picoseconds

PARAMETERS: dict[str, int] = {
    **{"PORTS": 8, "DATA_WIDTH": 128, "ID": 0, "ITS_DATA_WIDTH": 64, "USER_SHIFT": 0},
    **json.loads(os.environ.get("TOPOLOGY_PARAMETERS", "{}")),
}
"""Those of the design: what whoever started the simulation says, as JSON, or else its own."""

TABLES = Tables(16, 8, 32, 64)
CONNECTION = 3
BASE = 0x5_0000
"""All ports send through one connection: in one segment, functions can name one another."""

PAGES = (0x8A5C_0000, 0x4D_38E1_0000)
"""Where the doorbell is: with the first, headers have three dwords, with the second four."""

MEMORY = 0x1000_0000
MEMORY_BYTES = 1 << 20
"""Where the root complex has memory, for DMA."""

HANG_CYCLES = 20_000
"""After so many cycles without a transfer what is under way is said to hang."""


class _Sender(NamedTuple):
    """Who has sent a TLP: with its own number then, and whether the message had been masked."""

    function: Function
    rid: int
    pending: bool


class _Doorbell(Region):  # type: ignore[misc]
    """What a root complex without a filter has at the doorbell's page: sees all that is written."""

    def __init__(self) -> None:
        super().__init__(size=1 << 16)
        self.rang = False

    async def write(self, addr: int, data: bytes, **kwargs: Any) -> None:
        """Take a write; it rings if it writes to the register."""
        self.rang |= addr < DOORBELL_OFFSET + 4 and addr + len(data) > DOORBELL_OFFSET


class Bench:
    """See the module. `seed` fixes all random choices, through `rng`."""

    def __init__(self, dut: Any, name: str) -> None:
        """Look at the design; there is no fabric before `build`."""
        self.dut = dut
        self.name = name
        self.log = logging.getLogger(f"cocotb.{name}")
        self.width = PARAMETERS["DATA_WIDTH"]
        self.ports = PARAMETERS["PORTS"]
        self.seed = int(os.environ["COCOTB_RANDOM_SEED"])  # the same for all tests of a run
        self.rng = random.Random(f"{self.seed} {name}")
        self.page = self.rng.choice(PAGES)
        Clock(dut.clk, PERIOD, unit="step").start()
        for signal in ("msi64", "msi64_base", "s_evt_valid", "s_evt_route", "port_reset"):
            getattr(dut, signal).value = 0
        dut.doorbell_base.value = self.page >> 16
        dut.rst_n.value = 0
        self.sampler = Sampler(dut.clk, ports_of(dut, "handles"))
        self.recorder = Recorder()
        self.its = self.recorder.its
        self.checker = TopologyChecker(
            self.ports,
            TABLES,
            Configuration(),
            self.page,
            AxiItsPort(PARAMETERS["ITS_DATA_WIDTH"], PARAMETERS["USER_SHIFT"]),
            PARAMETERS["ID"],
            self.its,
        )
        self.checker.executed = self.recorder.executed
        self.checker.arrived = self.recorder.arrived
        self.registers = Registers(dut, dut.clk, dut.rst_n, self.rng, self.cycle)
        self.its_agent = ItsAgent(dut, PARAMETERS["ID"])
        self.snooping = True
        self.mangle: Callable[[int, Tlp], Tlp] = lambda port, tlp: tlp
        self.moved = 0  # the cycle of the last transfer
        # TLPs that functions have sent and that have not arrived, with who sent each
        self._sent: defaultdict[Tlp, list[_Sender]] = defaultdict(list)
        self.plugged: Counter[str] = Counter()  # how often each device was, after the first time
        self._in_reset: bool | None = None  # not known yet
        self._agents()
        self._monitors()

    def _agents(self) -> None:
        dut, sampler = self.dut, self.sampler
        self.source = TlpSource(dut, sampler, self.ports, self.width)
        self.configurator = Configurator(dut, sampler, self.ports)
        self.commits = Pulses(dut.committed, sampler, self.ports)
        self.sink = Sink(dut.m_tlp_ready, sampler, self.ports, self._give)
        self.completer = Sink(dut.m_unsupported_ready, sampler, self.ports, self._complete)

    def _monitors(self) -> None:
        dut, sampler = self.dut, self.sampler
        tlps = [TlpMonitor(dut, name, sampler, self.width) for name in ("s_tlp", "m_tlp")]
        unsupported = PortsMonitor(dut, "m_unsupported", sampler, {"hdr": 128})
        configuration = ConfigurationMonitor(dut, sampler)
        removed = PortsMonitor(dut, "removed", sampler, {"reason": 4, "hdr": 128}, ready="")
        committed = PortsMonitor(dut, "committed", sampler, {}, valid="", ready="")
        port_reset = PortsMonitor(dut, "port_reset", sampler, {}, valid="", ready="")
        self._of_ports = [*tlps, unsupported, configuration, removed, committed, port_reset]
        for each in self._of_ports:
            each.saw = functools.partial(self._saw, each.name)
            each.violation = functools.partial(self.checker.problem, "H2")
        configuration.began = functools.partial(self._saw, "s_cfg begins")
        self._tlps = tlps
        kinds = (AddressMonitor, DataMonitor, ResponseMonitor)
        self._of_all = [
            *(kind(dut, "m_its", sampler) for kind in kinds),
            RetireMonitor(dut, "retire", sampler),
        ]
        for monitor in self._of_all:
            monitor.add_callback(lambda item, monitor=monitor: self._saw(monitor.stream, 0, item))
            monitor.violation = functools.partial(self.checker.problem, "H2")
        EachCycle(sampler, self._each_cycle)

    def cycle(self) -> int:
        """Return the number of the clock cycle."""
        return int(get_sim_time("step")) // PERIOD

    def _saw(self, stream: str, port: int, item: Any) -> None:
        self.moved = self.cycle()
        self.checker.saw(self.moved, stream, port, item)
        if stream == "m_tlp":
            self.sink.took(port, item)
        elif stream == "m_unsupported":
            self.completer.took(port, item)

    def _each_cycle(self) -> None:
        in_reset = not int(self.dut.rst_n.value)
        if in_reset:
            self.checker.reset()
        else:
            self.its_agent.look()
        if in_reset != self._in_reset:
            self._in_reset = in_reset
            for monitor in (*self._of_ports, *self._of_all):
                monitor.paused = in_reset

    # ---- the fabric ------------------------------------------------------------------------------

    def build(self, topology: Topology, **software: Any) -> None:
        """Put a fabric in front; `software` is what its software is told besides."""
        self.fabric = Fabric(topology, self._leaves, self._speed)
        self.software = Software(
            self.fabric,
            self.rng,
            self.its,
            self.page | DOORBELL_OFFSET,
            lambda port: BASE,
            **software,
        )
        rc = self.fabric.rc
        self._doorbell = _Doorbell()
        rc.mem_address_space.register_region(self._doorbell, self.page)
        rc.mem_pool.alloc_region(MEMORY)  # what is below
        self.memory = rc.mem_pool.alloc_region(MEMORY_BYTES)
        for kind in (TlpType.MEM_WRITE, TlpType.MEM_WRITE_64):
            rc.register_rx_tlp_handler(kind, self._write_memory)
        for number, port in enumerate(self.fabric.root_ports):
            self.fabric.tap(port, functools.partial(self._arrives, number))
            self._snoop(number, port)

    def _speed(self) -> tuple[int, int]:
        return self.rng.randint(1, 5), self.rng.choice((1, 2, 4, 8, 16))

    def _snoop(self, number: int, port: Any) -> None:
        """Have the bus numbers that are written to a root port go to `s_cfg`, too."""
        write = port.write_config_register

        async def snooped(register: int, data: int, mask: int) -> None:
            await write(register, data, mask)
            if register == 6 and self.snooping:
                await self.configurator.write(number, data, mask)

        port.write_config_register = snooped

    def _leaves(self, function: Function, tlp: Any) -> None:
        """Take note of a TLP that a function sends, unless its way leads nowhere."""
        if self.fabric.root_port(function.device.plan.name) is not None:
            sender = _Sender(function, function.rid, function.releasing)
            self._sent[from_pcie(tlp)].append(sender)

    def _sender(self, port: int, tlp: Tlp) -> _Sender | None:
        """Return who of those behind a port has sent a TLP, and not seen it arrive yet."""
        waiting = self._sent.get(tlp, [])
        for each in waiting:
            if self.fabric.root_port(each.function.device.plan.name) == port:
                waiting.remove(each)
                if not waiting:
                    del self._sent[tlp]
                return each
        return None

    async def _arrives(self, port: int, tlp: Any) -> None:
        """Take a TLP from a root port's link; its credits are free when it has been taken."""
        found = from_pcie(tlp)
        origin = await self._origin(port, tlp, found)
        packet = self.mangle(
            port, from_pcie(tlp, self.rng.getrandbits(32), self.rng.getrandbits(32))
        )
        if origin is not None:
            self.checker.left(port, packet, origin)
        await self.source.send(port, packet)
        tlp.release_fc()

    async def _origin(self, port: int, tlp: Any, found: Tlp) -> Origin | None:
        sender = self._sender(port, found)
        if sender is None:
            return None
        device = sender.function.device.plan.name
        above = self.fabric.above(device)
        through = tuple(self.fabric.names[each] for each in above)
        plain = False
        if found.kind is TlpKind.WRITE and found.address >> 16 == self.page >> 16:
            self._doorbell.rang = False
            await self.fabric.rc.handle_mem_write_tlp(PcieTlp(tlp))
            plain = self._doorbell.rang
        name = sender.function.plan.name
        return Origin(name, through, sender.rid, self.plugged[device], sender.pending, plain)

    async def _give(self, port: int, tlp: Tlp) -> None:
        """Give the root complex what has passed; it discards what is erroneous."""
        if tlp.error:
            return
        await self.fabric.root_ports[port].downstream_recv(to_pcie(tlp))
        if tlp.kind is TlpKind.WRITE and tlp.address in DEVICES:
            self.commits.add(port)  # the host has no part in it

    async def _write_memory(self, tlp: Any) -> None:
        """Have the root complex write memory, and say so at the port that it came from."""
        await self.fabric.rc.handle_mem_write_tlp(tlp)
        self.commits.add(self.fabric.root_ports.index(tlp.ingress_port))

    async def _complete(self, port: int, values: tuple[int, ...]) -> None:
        """Complete a request that was removed: it is unsupported."""
        root = self.fabric.root_ports[port]
        request = to_pcie(Tlp(values[0]))
        await root.downstream_send(PcieTlp.create_ur_completion_for_tlp(request, root.pcie_id))

    def unplug(self, name: str) -> Any:
        """Take a device or a switch out, which software notices; return the port that it was at."""
        gone = self.fabric.devices_below(name)
        self.software.removed(gone)
        for tlp, senders in list(self._sent.items()):
            left = [each for each in senders if each.function.device.plan.name not in gone]
            if left:
                self._sent[tlp] = left
            else:
                del self._sent[tlp]
        return self.fabric.unplug(name)

    def plug(self, port: Any, name: str) -> None:
        """Put a device or a switch in, at any port that has nothing."""
        self.fabric.plug(port, name)
        self.plugged.update(self.fabric.devices_below(name))

    # ---- stimulus --------------------------------------------------------------------------------

    async def set_up(self) -> None:
        """Reset, and bring the translator up: a target for each port, with a backend."""
        await self.reset()
        await self.execute(
            Connect(CONNECTION, BASE),
            *(BindTarget(port, CONNECTION, port, 0x18) for port in range(self.ports)),
        )

    async def reset(self, cycles: int = 3) -> None:
        """Reset the translator, and all that is right around it."""
        self.dut.rst_n.value = 0
        self.registers.reset()
        self._clear()
        await ClockCycles(self.dut.clk, cycles)
        while self.sink.busy or self.completer.busy:  # what has passed before commits no more
            await ClockCycles(self.dut.clk, 50)
        self._clear()
        self.dut.rst_n.value = 1
        await ClockCycles(self.dut.clk, 1)

    def _clear(self) -> None:
        """Forget what waits at the translator's ports."""
        for each in (self.source, self.commits, self.configurator, self.its_agent):
            each.clear()
        for monitor in self._tlps:
            monitor.clear()

    async def execute(self, *operations: Operation) -> None:
        """Execute commands; each has to be answered OK."""
        for operation in operations:
            answer, _ = await self.registers.execute(operation)
            assert answer is Answer.OK, f"{operation}: {answer.name}"

    async def open(self) -> None:
        """Take the check away: each port has all buses, and nobody follows configuration writes."""
        self.snooping = False
        await self.execute(*(SetBusRange(port, 0, 0xFF) for port in range(self.ports)))

    def stall(self, share: float, longest: int = 6) -> None:
        """Stall each stream for a share (0 to 1) of the time, at random; 0: not at all."""

        def pattern() -> Iterator[bool]:
            return pauses(random.Random(self.rng.random()), share, longest)

        for port in range(self.ports):
            for each in (self.source, self.commits):
                each.stall(port, pattern() if share else never())
            for sink in (self.sink, self.completer):
                sink.stall(port, pattern() if share else None)
        stall(self.its_agent.channels, pattern if share else None)

    async def write(
        self, function: Function, address: int, data: bytes, rid: int | None = None, **fields: Any
    ) -> None:
        """Have a function write memory, with any requester ID; `fields` are those of the TLP."""
        tlp = PcieTlp()
        tlp.fmt_type = TlpType.MEM_WRITE_64 if address >> 32 else TlpType.MEM_WRITE
        tlp.set_addr_be_data(address, data)
        tlp.requester_id = function.pcie_id
        if rid is not None:
            tlp.requester_id = type(tlp.requester_id).from_int(rid)
        tlp.tag = self.rng.randrange(1, 256)
        for name, value in fields.items():
            setattr(tlp, name, value)
        await function.send(tlp)

    async def ring(
        self, function: Function, data: int, rid: int | None = None, **fields: Any
    ) -> None:
        """Have a function send a message, with any requester ID."""
        address = self.page | DOORBELL_OFFSET
        await self.write(function, address, data.to_bytes(4, "little"), rid, **fields)

    # ---- the end ---------------------------------------------------------------------------------

    @property
    def waiting(self) -> str:
        """Say what is under way; empty if nothing is."""
        here = self.source.idle and not self.sink.busy and not self.completer.busy
        parts = [self.checker.under_way] if self.checker.under_way else []
        parts += [f"{len(self._sent)} packets of functions in the fabric"] * bool(self._sent)
        parts += ["packets wait at a port"] * (not here)
        return "; ".join(parts)

    async def settle(self) -> None:
        """Wait until all has come out; what hangs is a mismatch."""
        self.moved = self.cycle()
        quiet = 0
        while quiet < 8:
            await ClockCycles(self.dut.clk, 4)
            self.checker.catch_up()
            quiet = 0 if self.waiting else quiet + 1
            if self.cycle() - self.moved > HANG_CYCLES:
                self.checker.problem("T4", f"hangs: {self.waiting or 'it is never quiet'}")
                break
            if len(self.checker.problems) > 20:
                break

    def finish(self) -> None:
        """Say what was compared; raises AssertionError if something differed."""
        self.checker.catch_up()
        self.log.info("seed %d: %s", self.seed, dict(sorted(self.checker.counts.items())))
        problems = self.checker.problems
        assert not problems, f"{len(problems)} mismatches: " + "\n".join(problems[:5])
        assert self.checker.counts["retire"], "nothing was compared"

    def picture(self) -> list[Part]:
        """Return what is behind each root port, with what was dropped there so far."""
        parts = []
        for number, port in enumerate(self.fabric.root_ports):
            dropped = Counter(
                each.fate
                for each in self.checker.deliveries
                if each.port == number and each.fate and not each.delivered
            )
            below = self._parts(port)
            parts.append(Part("root port", port_name(number), _numbers(port), below, dropped))
        return parts

    def _parts(self, port: Any) -> list[Part]:
        """Return what is at a port: at most one."""
        name = next((name for name, at in self.fabric.at.items() if at is port), None)
        if name is None:
            return []
        if name in self.fabric.devices:
            device = self.fabric.devices[name]
            shown = f"{name} ({len(device.functions)} functions)"
            return [Part("device", shown, (device.bus_num, device.bus_num))]
        bridge = self.fabric.switches[name].upstream_bridge
        below = [part for each in self.fabric.downstream[name] for part in self._parts(each)]
        return [Part("switch", name, _numbers(bridge), below)]

    def of(self, function: Function) -> list[Delivery]:
        """Return what a function has sent to the doorbell so far."""
        name = function.plan.name
        return [each for each in self.checker.deliveries if each.origin.function == name]


def _numbers(bridge: Any) -> tuple[int, int]:
    return int(bridge.sec_bus_num), int(bridge.sub_bus_num)


def topology_test(
    timeout_us: int = 2000,
) -> Callable[[Callable[[Bench], Awaitable[None]]], Any]:
    """Make a cocotb test of a coroutine with a bench, which is set up; a mismatch fails it."""

    def decorate(function: Callable[[Bench], Awaitable[None]]) -> Any:
        @functools.wraps(function)
        async def run_test(dut: Any) -> None:
            logging.getLogger("msi_its_model").setLevel(logging.ERROR)
            bench = Bench(dut, function.__name__)
            await bench.set_up()
            try:
                await function(bench)
                await bench.settle()
            except AssertionError:
                if bench.checker.problems:  # which say more
                    bench.finish()
                raise
            bench.finish()

        del run_test.__wrapped__  # whose argument it has not
        return cocotb.test(timeout_time=timeout_us, timeout_unit="us")(run_test)

    return decorate
