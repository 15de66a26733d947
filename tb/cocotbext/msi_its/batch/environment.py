# SPDX-License-Identifier: MIT
"""The batched path's test environment: a transactor, and the checker that learns from it.

A test of this path is a function of a `BatchEnvironment`, wrapped by `batch_test`: it only makes
stimulus, in batches of records. While the design works on one batch, in a thread of its own, the
one before it is checked.
"""

from __future__ import annotations

import importlib
import logging
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cocotbext.msi_its.batch.checker import BatchChecker, TraceBatch
from cocotbext.msi_its.batch.records import Records, route
from cocotbext.msi_its.batch.transactor import Seen, Status, Transactor, Waiting
from cocotbext.msi_its.checks.register_model import STATUS_REGISTERS
from cocotbext.msi_its.vocabulary.csr import Register
from cocotbext.msi_its.vocabulary.results import TestResult, dump
from cocotbext.msi_its.vocabulary.settings import HANG_CYCLES, Settings
from cocotbext.msi_its.vocabulary.transactions import Source

BATCH = 1 << 15
"""How many operations a batch has, where there are as many."""

_WAITING = {
    Waiting.S_MSI_READY: "s_msi waits for ready",
    Waiting.S_EVT_READY: "s_evt waits for ready",
    Waiting.S_RANGE_READY: "s_range waits for ready",
    Waiting.COMMAND: "a command has not retired",
    Waiting.AWREADY: "s_axil waits for awready",
    Waiting.WREADY: "s_axil waits for wready",
    Waiting.RESPONSE: "writes on s_axil are not answered",
    Waiting.ARREADY: "s_axil waits for arready",
    Waiting.READ_DATA: "a read on s_axil is not answered",
}


@dataclass(frozen=True, slots=True)
class _Done:
    """What was seen of a batch, of the register reads behind it, and of the acknowledgement.

    A read has its value, the response, and what else was seen; the acknowledgement the latter two.
    `issued` is how many operations there were, by source.
    """

    seen: Seen
    reads: list[tuple[Register, int, int, Seen]]
    issued: tuple[int, ...]
    acknowledged: tuple[int, Seen] | None = None


class BatchEnvironment:
    """Everything around the device under test. Stimulus goes in through `play`."""

    def __init__(
        self, settings: Settings, name: str, before: int = 0, to_first_failure: bool = False
    ) -> None:
        """Load and reset the design; `name` (of the test) and the settings' seed fix all choices.

        `before` is how many operations the tests before this one had, for the progress shown. With
        `to_first_failure` the test ends after a batch with a mismatch.
        """
        self.settings = settings
        self.name = name
        self._before = before
        self._to_first_failure = to_first_failure
        self.tables = settings.tables
        self.configuration = settings.configuration
        self.rng = np.random.default_rng([settings.seed, *name.encode()])
        self.cycles = 0
        self.measured: dict[str, str] = {}
        folder = Path(settings.results)
        self._progress = folder / "progress"
        self.checker = BatchChecker(settings.tables, settings.counter_width, settings.configuration)
        self.transactor = Transactor(
            folder / settings.top, int(self.rng.integers(2**31)), HANG_CYCLES, settings.plusargs
        )
        self.transactor.reset()
        self._show_progress()

    def _show_progress(self) -> None:
        done = self._before + self.checker.operations
        # At once, since the design may end the process while this is written.
        unfinished = self._progress.with_suffix(".new")
        unfinished.write_text(f"{done} {self.cycles} {self.name}\n")
        unfinished.replace(self._progress)

    def play(self, batches: Iterable[Records | TraceBatch], ordered: bool = True) -> None:
        """Issue batches of operations one after the other, and check each.

        If `ordered`, the operations execute in the order given, as those of a trace must; otherwise
        each source goes its own way. Raises AssertionError when the design hangs.
        """
        with ThreadPoolExecutor(1) as pool:
            under_way: tuple[Future[_Done], TraceBatch | None] | None = None
            for batch in batches:
                trace = None if isinstance(batch, np.ndarray) else batch
                operations = batch if isinstance(batch, np.ndarray) else batch.operations
                if self.settings.doorbell is not None:
                    route(operations, self.settings.doorbell)
                following = pool.submit(self._run, operations, ordered)
                if under_way is not None:
                    self._check(under_way[0].result(), under_way[1])
                under_way = following, trace
            if under_way is not None:
                self._check(under_way[0].result(), under_way[1])

    def _run(self, operations: Records, ordered: bool) -> _Done:
        """Play a batch; when all is quiet, read the status registers and acknowledge the alert."""
        issued = np.bincount(operations["source"], minlength=len(Source)).tolist()
        done = _Done(self.transactor.run(operations, ordered), [], tuple(issued))
        latest = done.seen
        for register in STATUS_REGISTERS:
            if latest.status is not Status.DONE:
                return done
            read = self.transactor.read(register)
            latest = read[-1]
            done.reads.append((register, *read))
        return replace(done, acknowledged=self.transactor.acknowledge())

    def _check(self, done: _Done, trace: TraceBatch | None) -> None:
        checker = self.checker
        checker.on_batch(done.seen, trace)
        self._end(done.seen)
        for source, issued in zip(Source, done.issued, strict=True):
            accepted = len(done.seen.accepted[source])
            if accepted != issued and not checker.mismatches:
                name = source.port
                raise AssertionError(f"{issued} operations were to go in on {name}: {accepted} did")
        for register, data, response, meanwhile in done.reads:
            if meanwhile.anything:
                checker.on_batch(meanwhile)
            self._end(meanwhile)
            checker.on_read(register, data, response)
        if done.acknowledged is not None:
            checker.on_acknowledged(*done.acknowledged)
            self._end(done.acknowledged[1])
        self._show_progress()
        if self._to_first_failure and checker.mismatches:
            raise AssertionError("ended here: only the first failure is asked for")

    def _end(self, seen: Seen) -> None:
        """Count a batch's cycles. Raises AssertionError if it did not end as it should."""
        self.cycles += seen.cycles
        waiting = [text for flag, text in _WAITING.items() if flag in seen.waiting]
        if self.checker.under_way:
            waiting.append(self.checker.under_way)
        match seen.status:
            case Status.HANGS:
                raise AssertionError(
                    f"the design hangs: no operation and no message in {HANG_CYCLES} clock cycles, "
                    f"and {'; '.join(waiting) or 'not everything that was issued retired'}"
                )
            case Status.OVERFLOWS:
                raise AssertionError("more comes out of the design than went in (H3)")
            case Status.FINISHED:
                raise AssertionError("the design ended the simulation with $finish")

    def result(self, passed: bool) -> TestResult:
        """Return what this test did, for the result file."""
        return self.checker.result(self.name, passed, self.measured, {}, self.cycles)


BatchTest = Callable[[BatchEnvironment], None]


def batch_test(function: BatchTest) -> BatchTest:
    """Mark a function as a batched test of its module."""
    function.is_batch_test = True  # type: ignore[attr-defined]
    return function


def run_tests(modules: list[str], settings: Settings, to_first_failure: bool = False) -> None:
    """Run the batched tests of some modules, and leave their results as cocotb tests leave theirs.

    With `to_first_failure` leave out those after the first that fails.
    """
    # Every drop is counted, and many are listed.
    logging.getLogger("msi_its_model").setLevel(logging.ERROR)
    suite = ElementTree.Element("testsuite")
    done = 0
    for module_name in modules:
        module = importlib.import_module(module_name)
        for test_name, function in list(vars(module).items()):
            stop = to_first_failure and suite.find("testcase/failure") is not None
            if stop or not getattr(function, "is_batch_test", False):
                continue
            case = ElementTree.SubElement(suite, "testcase", classname=module_name, name=test_name)
            started = time.monotonic()
            name = f"{module_name.rpartition('.')[2]}.{test_name}"
            environment = BatchEnvironment(settings, name, done, to_first_failure)
            failure = _run_test(environment, function)
            done += environment.checker.operations
            case.set("time", str(time.monotonic() - started))
            if failure:
                ElementTree.SubElement(case, "failure", message=failure)
    ElementTree.ElementTree(suite).write(Path(settings.results) / "results.xml")


def _run_test(environment: BatchEnvironment, function: BatchTest) -> str:
    """Run one test and write its result; return why it failed, or nothing if it did not."""
    checker = environment.checker
    failure = ""
    passed = False
    try:
        function(environment)
        checker.finish()
        passed = checker.mismatches == 0
    except AssertionError as error:
        failure = str(error)
    finally:
        text = dump(environment.result(passed))
        (Path(environment.settings.results) / f"{environment.name}.json").write_text(text)
    if checker.reports and not failure:
        failure = f"{checker.mismatches} mismatches; first: {checker.reports[0].text}"
    environment.transactor.close()
    return failure
