# SPDX-License-Identifier: MIT
"""The command line behind the Makefile: `python -m tb sim`, and so on."""

from __future__ import annotations

import argparse
import logging
import random
import re
import sys
from typing import NoReturn

from tb.bench import bench
from tb.code_coverage import CoverageError
from tb.compare import compare
from tb.exhaustive import exhaustive
from tb.regress import RegressError, regress
from tb.rtl import OWN, Rtl, RtlError
from tb.sim import ChoiceError, only, sim
from tb.simulator import Interrupted, SimulationError, catch_signals
from tb.text import accept_any_terminal
from tb.verilator import VerilatorError

ERRORS = (ChoiceError, CoverageError, RegressError, RtlError, SimulationError, VerilatorError)
"""What a user can do something about: said in a line, without a traceback."""


def seed(text: str) -> int:
    """Read a seed: 0 to 2**31 - 1, decimal or hexadecimal with 0x."""
    try:
        value = int(text, 0)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if not 0 <= value < 2**31:
        raise argparse.ArgumentTypeError(f"{value} is not between 0 and 2147483647")
    return value


def count(text: str) -> int:
    """Read a number of things: 1 or more."""
    value = seed(text)
    if not value:
        raise argparse.ArgumentTypeError("0 is not enough")
    return value


class Parser(argparse.ArgumentParser):
    """Speaks of the variables of make, not of the flags that they become."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, in one line."""
        said = re.sub(r"argument --(\w+)", lambda match: f"{match[1].upper()}=", message)
        self.exit(2, f"error: {said}\n")


def main() -> int:
    """Run a command; return its exit status."""
    accept_any_terminal()
    parser = Parser(prog="make", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    chosen = random.SystemRandom().randrange(2**31)

    command = commands.add_parser("sim", help="run the regression")
    command.add_argument("--seed", type=seed, default=chosen, help="fixes every random choice")
    command.add_argument("--waves", action="store_true", help="write waveforms")
    command.add_argument("--set", default="", help="only one parameter set, or the traces")
    command.add_argument("--test", default="", help="only one test: module.name")

    for name, what in (("regress", "many seeds"), ("coverage", "and fail if not all is covered")):
        command = commands.add_parser(name, help=what)
        command.add_argument("--seed", type=seed, help="the first seed")
        command.add_argument("--seeds", type=count, help="how many seeds (20)")
        command.add_argument("--jobs", type=count, help="how many simulations at once")
        command.add_argument("--resume", action="store_true", help="go on with the one before")

    command = commands.add_parser("compare", help="replay traces")
    command.add_argument("--engine", choices=("rtl", "bulk", "signals", "model"), default="rtl")
    command.add_argument("--seed", type=seed, default=chosen)
    command.add_argument("--waves", action="store_true", help="write waveforms of all of it")
    command.add_argument("traces", nargs="+")

    command = commands.add_parser("exhaustive", help="try everything that the range check decides")
    command.add_argument("--seed", type=seed, default=chosen)

    command = commands.add_parser("bench", help="measure the throughput")
    command.add_argument("--seed", type=seed, default=chosen)
    command.add_argument("--docs", action="store_true", help="write the figures into docs/, too")

    for command in commands.choices.values():
        command.add_argument("--rtl", default=OWN.file_list, help="file list of the RTL")
        command.add_argument("--top", default=OWN.top, help="name of its top module")

    arguments = parser.parse_args()
    rtl = Rtl(arguments.rtl, arguments.top)
    logging.getLogger("models").setLevel(logging.ERROR)  # every drop is reported one by one
    catch_signals()
    try:
        if arguments.command == "sim":
            only_these = only(arguments.set, arguments.test)
            return sim(arguments.seed, arguments.waves, rtl, only_these)
        if arguments.command in ("regress", "coverage"):
            return regress(
                arguments.seed,
                arguments.seeds,
                arguments.jobs,
                arguments.resume,
                rtl,
                gate=arguments.command == "coverage",
            )
        if arguments.command == "exhaustive":
            return exhaustive(arguments.seed, rtl)
        if arguments.command == "bench":
            return bench(arguments.seed, rtl, arguments.docs)
        return compare(arguments.traces, arguments.engine, arguments.seed, rtl, arguments.waves)
    except (*ERRORS, OSError) as error:  # OSError: a full disk, for one
        print(f"error: {error}", file=sys.stderr)
        return 2
    except Interrupted as signal:
        print(f"{arguments.command}: interrupted", file=sys.stderr)
        return signal.status


if __name__ == "__main__":
    sys.exit(main())
