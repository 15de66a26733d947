# SPDX-License-Identifier: MIT
"""Plays short batches with each fault of each output; test_outputs.py says what notices."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace

from tb.bulk.environment import BulkEnvironment, bulk_test
from tb.bulk.records import pack
from tb.stimulus import RandomOperations
from tests.sim.faulty_outputs import HOWS, outputs
from tests.sim.output_tests import trace


def with_fault(number: int, how: int) -> Callable[[BulkEnvironment], None]:
    """Return the test that plays the trace with one fault."""

    @bulk_test
    def play(env: BulkEnvironment) -> None:
        plusargs = (*env.run.plusargs, f"+fault_output={number}", f"+fault_how={how}")
        env.transactor.close()
        faulty = BulkEnvironment(replace(env.run, plusargs=plusargs), env.name)
        draw = RandomOperations(random.Random(env.run.seed), env.tables, objects=2)
        mixed = [each() for _ in range(100) for each in (draw.message, draw.event, draw.command)]
        try:
            faulty.play([pack(trace(faulty.run))])
            faulty.transactor.stall(0.3)
            faulty.play([pack(mixed), pack(trace(faulty.run))], ordered=False)
            faulty.checker.finish()
        finally:
            env.transactor = faulty.transactor
        checker = faulty.checker
        assert not checker.mismatches, checker.reports[0].text

    return play


sound = with_fault(-1, 0)
for (_number, _name), (_how, _how_name) in itertools.product(enumerate(outputs()), enumerate(HOWS)):
    globals()[f"{_name}_{_how_name}"] = with_fault(_number, _how)
