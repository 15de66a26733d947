# SPDX-License-Identifier: MIT
"""Attach to a translator somewhere in a design that a test of your own simulates.

    left = attach(dut.u_cluster.u_translator, dut.clk)
    ...  # whatever drives the design
    await finish(left)

Monitors, golden model and checker look on; nothing is driven. Each translator has its own.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import ClockCycles, Event

from cocotbext.msi_its.bench.monitors import Sampler
from cocotbext.msi_its.bench.ports import named, ports_of
from cocotbext.msi_its.bench.watch import BUSES, OPTIONAL_PORTS, PORTS, Watch
from cocotbext.msi_its.vocabulary.operations import Configuration, Tables
from cocotbext.msi_its.vocabulary.results import dump
from cocotbext.msi_its.vocabulary.settings import HANG_CYCLES, QUIET_CYCLES
from msi_its_model import PROFILES, Profile

PARAMETERS = (
    *("RANGES", "CONNECTIONS", "TARGETS", "ROUTES"),
    *("COUNTER_WIDTH", "CHECK_DEFAULT_RID", "DEVID_BITS"),
)
"""The translator's parameters: the sizes of its tables, and the bits of its counters."""


LONGEST_CYCLES = 4 * HANG_CYCLES
"""For how many cycles `finish` waits for the end of traffic."""

SCHEMA = "msi-its/attached/1"
"""What a result file says that it is: see docs/schemas."""


class AttachError(Exception):
    """The entity cannot be watched; says why and what to do."""


class _Cycles:
    """Counts the rising edges of the clock."""

    def __init__(self, sampler: Sampler) -> None:
        self.count = 0
        sampler.wake(self)

    def sample(self) -> bool:
        """Count one; return that the next one counts, too."""
        self.count += 1
        return True


class Attached:
    """A translator that is looked on at; see `attach` and `finish`."""

    def __init__(self, watch: Watch, sampler: Sampler, name: str) -> None:
        """Take what watches the translator called `name`."""
        self.watch = watch
        self.name = name
        self.log = logging.getLogger(f"cocotb.{name}")
        self.finished = False
        self._clock = sampler.clock
        cocotb.start_soon(self._until_the_test_ends())
        if watch.runs:
            self.log.info("attached while it runs: what is compared begins with the next reset")

    async def _until_the_test_ends(self) -> None:
        """Say so if nobody asked what came of it."""
        try:
            await Event().wait()
        finally:
            if not self.finished:
                self.log.error("`finish` was not called: this test says nothing of it")

    async def settle(self) -> None:
        """Wait until all has come out and it was quiet, or nothing has moved for HANG_CYCLES."""
        checker = self.watch.checker
        quiet, stuck, before = 0, 0, (-1, -1)
        for _ in range(LONGEST_CYCLES):
            now = checker.operations, checker.messages
            quiet = quiet + 1 if now == before and not checker.under_way else 0
            stuck = stuck + 1 if now == before else 0
            if quiet > QUIET_CYCLES or stuck > HANG_CYCLES:
                return
            before = now
            await ClockCycles(self._clock, 1)
        self.log.error("traffic goes on: end it before `finish`, which lets all of it come out")

    @property
    def failure(self) -> str:
        """Why it did not pass; empty if it did."""
        checker = self.watch.checker
        if not self.watch.resets:
            return f"{self.name}: no reset was seen, so nothing was compared"
        if checker.mismatches:
            first = checker.reports[0].text
            return f"{self.name}: {checker.mismatches} mismatches; first: {first}"
        return ""


async def finish(*attached: Attached, results: str | Path = "") -> None:
    """Let everything come out of translators, check that it did, and say what was compared.

    `results` names a folder for a result file of each, called after it. Raises AssertionError that
    names each translator with mismatches, or that saw no reset: there nothing was compared.
    """
    for each in attached:
        each.finished = True
        await each.settle()
        each.watch.finish()
        checker = each.watch.checker
        profile = checker.configuration.profile.name
        each.log.info(
            f"{checker.operations} operations, {checker.messages} messages compared, "
            f"{checker.dropped} dropped, {checker.mismatches} mismatches, profile {profile}"
        )
        if results:
            path = Path(results) / f"{each.name}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            result = each.watch.result(each.name, not each.failure)
            path.write_text(dump({"schema": SCHEMA, "profile": profile, "test": result}) + "\n")
    if failures := [each.failure for each in attached if each.failure]:
        raise AssertionError("\n".join(failures))


def attach(
    entity: Any,
    clock: Any,
    *,
    names: Mapping[str, str] | None = None,
    tables: Tables | None = None,
    counter_width: int | None = None,
    configuration: Configuration | None = None,
) -> Attached:
    """Watch a translator: `entity` is its handle, `clock` that of the clock the bench drives.

    `names` says which of its ports have other names: `{"m_msi": "its"}` finds `m_msi_valid` as
    `its_valid`, and so on. `tables`, `counter_width` (bits) and `configuration` are its
    parameters, for where the simulator does not show them.

    What is compared begins with a reset. Attached in mid-run, it waits for the next one and says
    so: the registers do not show all of the tables, so that there is no state to start from. Raises
    AttachError.
    """
    _check_names(names or {})
    bus = named(entity, names or {})
    optional = [name for name in OPTIONAL_PORTS if hasattr(bus, name)]
    wanted = (*PORTS, *(OPTIONAL_PORTS if optional else ()))
    missing = [name for name in wanted if not hasattr(bus, name)]
    if missing:
        raise AttachError(
            f"{entity._path} has no {', '.join(missing)}: say what they are called there, as in "
            f'names={{"{missing[0]}": ...}}'
        )
    inside = clock._path.rpartition(".")[0] != cocotb.top._path
    if inside and "verilator" in cocotb.SIM_NAME.lower():
        raise AttachError(
            f"{clock._path} is inside the design: Verilator shows its edges after registers have "
            "changed; give the clock at the top, which the bench drives"
        )
    parameters = _parameters(entity, tables, counter_width, configuration)
    sampler = Sampler(clock, ports_of(entity, "handles"))
    cycles = _Cycles(sampler)
    name = entity._path
    watch = Watch(
        bus,
        sampler,
        parameters[0],
        parameters[1],
        lambda: cycles.count,
        name=name,
        configuration=parameters[2],
    )
    return Attached(watch, sampler, name)


def checking(default_rid: bool) -> Profile:
    """Return the first profile that holds default requester IDs against the range, or does not."""
    return next(each for each in PROFILES.values() if each.checks_default_rid == default_rid)


def _check_names(names: Mapping[str, str]) -> None:
    """Raise AttachError for a name that stands for no port."""
    for name in names:
        if not any(
            port == name or port.startswith(f"{name}_") for port in (*PORTS, *OPTIONAL_PORTS)
        ):
            near = get_close_matches(name, [*PORTS, *OPTIONAL_PORTS, *BUSES.values()], n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise AttachError(f"names: a translator has no port {name}{hint}")


def _parameters(
    entity: Any,
    tables: Tables | None,
    counter_width: int | None,
    configuration: Configuration | None,
) -> tuple[Tables, int, Configuration]:
    """Return the parameters of a translator: what the design shows, or else those given."""
    built = configuration.parameters.values() if configuration is not None else [None] * 2
    given = (*(tables or [None] * 4), counter_width, *built)
    sizes = []
    for name, said in zip(PARAMETERS, given, strict=True):
        shown = int(getattr(entity, name).value) if hasattr(entity, name) else None
        if shown is None and said is None:
            raise AttachError(
                f"{entity._path}: the simulator does not show its parameter {name}: give "
                "tables=, counter_width= and configuration="
            )
        if shown is not None and said not in (None, shown):
            raise AttachError(f"{entity._path} has {name} = {shown}, not {said}")
        sizes.append(said if shown is None else shown)
    if configuration is None:
        configuration = Configuration(checking(bool(sizes[5])), sizes[6])
    return Tables(*sizes[:4]), sizes[4], configuration
