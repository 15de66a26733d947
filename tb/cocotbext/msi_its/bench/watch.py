# SPDX-License-Identifier: MIT
"""Looking on: monitors, golden model and checker on one translator. Nothing here is driven."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import cocotb

from cocotbext.msi_its.bench.monitors import (
    EventInputMonitor,
    LevelMonitor,
    MessageInputMonitor,
    MessageOutputMonitor,
    RangeInputMonitor,
    ReadAddressMonitor,
    ReadDataMonitor,
    ResetMonitor,
    RetireMonitor,
    Sampler,
    StreamMonitor,
    WriteAddressMonitor,
    WriteDataMonitor,
    WriteResponseMonitor,
)
from cocotbext.msi_its.bench.ports.handles import value_of
from cocotbext.msi_its.checks.checker import Checker
from cocotbext.msi_its.checks.coverage.sampling import Coverage
from cocotbext.msi_its.vocabulary.operations import CONFIGURATION, Configuration, Tables
from cocotbext.msi_its.vocabulary.results import TestResult

BUSES: dict[type[StreamMonitor], str] = {
    RetireMonitor: "retire",
    MessageInputMonitor: "s_msi",
    EventInputMonitor: "s_evt",
    RangeInputMonitor: "s_range",
    MessageOutputMonitor: "m_msi",
    WriteAddressMonitor: "s_axil",
    WriteDataMonitor: "s_axil",
    WriteResponseMonitor: "s_axil",
    ReadAddressMonitor: "s_axil",
    ReadDataMonitor: "s_axil",
}
"""The bus of each monitor."""

OPTIONAL_PORTS = tuple(f"s_range_{signal}" for signal in RangeInputMonitor.signals())
"""The ports that a translator may have or not, all of them or none; they are looked at as well."""

PORTS = (
    *("rst_n", "alert"),
    *(
        f"{bus}_{signal}"
        for kind, bus in BUSES.items()
        for signal in kind.signals()
        if kind is not RangeInputMonitor
    ),
)
"""The ports that are looked at."""

Monitored = TypeVar("Monitored", bound=StreamMonitor)


class Watch:
    """Monitors on every port of a translator, and the checker that learns from them."""

    def __init__(
        self,
        entity: Any,
        sampler: Sampler,
        tables: Tables,
        counter_width: int,
        cycle: Callable[[], int],
        coverage: Coverage | None = None,
        name: str = "",
        configuration: Configuration = CONFIGURATION,
    ) -> None:
        """Watch `entity`, from the next reset on.

        `tables`, `counter_width` (bits) and `configuration` are its parameters; `cycle` returns the
        number of the clock cycle; what is seen counts in `coverage`; `name` tells it from others in
        the log.
        """
        self.tables = tables
        self.coverage = coverage
        self._cycle = cycle
        self.checker = checker = Checker(
            tables, counter_width, cycle, coverage, name, configuration
        )
        checker.on_enough = self._end_at_once

        def registers(callback: str) -> Callable[[Any], None]:
            # The register model is made anew at each reset.
            return lambda transfer: getattr(checker.registers, callback)(transfer)

        def on(kind: type[Monitored]) -> Monitored:
            return kind(entity, BUSES[kind], sampler)

        self.retire = on(RetireMonitor)
        self.write_data = on(WriteDataMonitor)
        self._s_msi_monitor = on(MessageInputMonitor)
        self._s_evt_monitor = on(EventInputMonitor)
        self._m_msi_monitor = on(MessageOutputMonitor)
        self.inputs: dict[str, StreamMonitor] = {
            "s_msi": self._s_msi_monitor,
            "s_evt": self._s_evt_monitor,
        }
        callbacks: dict[StreamMonitor, Callable[[Any], None]] = {
            self._s_msi_monitor: checker.on_message_accepted,
            self._s_evt_monitor: checker.on_event_accepted,
            self.retire: checker.on_retired,
            self._m_msi_monitor: checker.on_message,
            on(WriteAddressMonitor): registers("on_write_address"),
            self.write_data: registers("on_write_data"),
            on(WriteResponseMonitor): registers("on_write_response"),
            on(ReadAddressMonitor): registers("on_read_address"),
            on(ReadDataMonitor): registers("on_read_data"),
        }
        if all(hasattr(entity, port) for port in OPTIONAL_PORTS):
            self.inputs["s_range"] = on(RangeInputMonitor)
            callbacks[self.inputs["s_range"]] = checker.on_range_accepted
        self._alert = LevelMonitor(entity.alert, sampler)
        self._alert.add_callback(checker.on_alert)
        self._alert.violation = checker.violation
        self._monitors: tuple[StreamMonitor | LevelMonitor, ...] = (*callbacks, self._alert)
        reset = ResetMonitor(entity, sampler)
        reset.violation = checker.on_high_in_reset
        reset.add_callback(self._on_reset_changed)
        for monitor, callback in callbacks.items():
            monitor.violation = checker.violation
            monitor.add_callback(callback)
        if coverage is not None:
            self._cover_streams(coverage, callbacks)
        self.resets = 0  # that were seen from beginning to end
        self.runs = value_of(entity.rst_n) == 1  # it was not watched from the start
        self._in_reset = value_of(entity.rst_n) == 0
        self._reset_changed: int | None = None  # in which clock cycle rst_n changed last

    def _on_reset_changed(self, rst_n: bool) -> None:
        """Stop or start watching, and let the checker start over (H8)."""
        if self.coverage is not None and self._reset_changed is not None:
            self._cover_reset(self.coverage, rst_n, self._cycle() - self._reset_changed)
        if rst_n or self._reset_changed is not None:
            self._reset_changed = self._cycle()
        self.resets += rst_n and self._in_reset
        self._in_reset = not rst_n
        for monitor in self._monitors:
            monitor.paused = not self.resets or not rst_n
        if not rst_n:
            self.checker.on_reset()

    def _cover_streams(self, coverage: Coverage, monitors: Iterable[StreamMonitor]) -> None:
        """Count for how long each transfer waits, and what waits while m_msi does for long."""

        def on_transfer(monitor: StreamMonitor) -> Callable[[Any], None]:
            stream = monitor.stream
            return lambda _: coverage.on_transfer(stream, monitor.waited)

        for monitor in monitors:
            if monitor.has_ready:
                monitor.add_callback(on_transfer(monitor))
        self._m_msi_monitor.add_callback(lambda _: self._cover_backpressure(coverage))

    def _cover_backpressure(self, coverage: Coverage) -> None:
        """Count which inputs wait when m_msi has waited for long."""
        if self._m_msi_monitor.waited >= 4:
            waiting = (name for name, each in self.inputs.items() if each.waited)
            coverage.on_backpressure(waiting)

    def _cover_reset(self, coverage: Coverage, rst_n: bool, cycles: int) -> None:
        """Count what a reset finds, or how long it was: `cycles` since rst_n changed before."""
        if rst_n:
            coverage.on_reset_ended(cycles)
            return
        waiting = {
            **{f"{name} waiting": each.waited for name, each in self.inputs.items()},
            "m_msi waiting": self._m_msi_monitor.waited,
            "clearing": cycles <= max(self.tables),
        }
        found = [what for what, waits in waiting.items() if waits]
        coverage.on_reset([*found, *self.checker.reset_finds()])

    def _end_at_once(self) -> None:
        """Fail the test: far too much is wrong."""
        cocotb.start_soon(self._fail(f"ended after {self.checker.mismatches:,} mismatches"))

    async def _fail(self, why: str) -> None:
        raise AssertionError(why)

    def finish(self) -> None:
        """Close the books, when everything had time to come out."""
        self._alert.sample()
        self.checker.finish()

    def result(self, test: str, passed: bool, measured: dict[str, str] | None = None) -> TestResult:
        """Return what was seen in a test of this name, and what it measured, for a result file."""
        coverage = self.coverage.as_values() if self.coverage is not None else {}
        return self.checker.result(test, passed, measured or {}, coverage)
