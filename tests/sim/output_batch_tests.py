# SPDX-License-Identifier: MIT
"""Plays short batches with each fault of each output; test_outputs.py says what notices."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace

from cocotbext.msi_its.batch.environment import BatchEnvironment, batch_test
from cocotbext.msi_its.batch.records import pack
from cocotbext.msi_its.bench.stimulus import RandomOperations
from cocotbext.msi_its.vocabulary.csr import OperationCode as Code
from cocotbext.msi_its.vocabulary.transactions import Source
from tests.sim.faulty_outputs import HOWS, outputs, trace


def with_fault(number: int, how: int) -> Callable[[BatchEnvironment], None]:
    """Return the test that plays the trace with one fault."""

    @batch_test
    def play(env: BatchEnvironment) -> None:
        plusargs = (*env.settings.plusargs, f"+fault_output={number}", f"+fault_how={how}")
        env.transactor.close()
        faulty = BatchEnvironment(replace(env.settings, plusargs=plusargs), env.name)
        draw = RandomOperations(random.Random(env.settings.seed), env.tables, objects=2)
        kinds = (draw.message, draw.event, draw.command, draw.set_bus_range)
        mixed = pack(each() for _ in range(100) for each in kinds)
        mixed["source"][mixed["code"] == Code.SET_BUS_RANGE] = Source.RANGE
        try:
            faulty.play([pack(trace(faulty.settings))])
            faulty.transactor.stall(0.3)
            faulty.play([mixed, pack(trace(faulty.settings))], ordered=False)
            faulty.checker.finish()
        finally:
            env.transactor = faulty.transactor
        checker = faulty.checker
        assert not checker.mismatches, checker.reports[0].text

    return play


sound = with_fault(-1, 0)
for (_number, _name), (_how, _how_name) in itertools.product(enumerate(outputs()), enumerate(HOWS)):
    globals()[f"{_name}_{_how_name}"] = with_fault(_number, _how)
