# SPDX-License-Identifier: MIT
"""The command line behind the Makefile, and where the package is installed: `msi-its sim`."""

from __future__ import annotations

import argparse
import logging
import random
import re
import sys
from collections.abc import Sequence
from importlib import import_module

from cocotbext.msi_its import __version__
from cocotbext.msi_its.commands.variables import Parser, count, seed
from cocotbext.msi_its.importers import KINDS

# What takes long is imported when signals are caught: an interrupt then needs no traceback.
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.launcher import Interrupted, catch_signals
from cocotbext.msi_its.run.places import BUILD, BUILD_VARIABLE, INSTALLED, PROGRAM, ROOT
from cocotbext.msi_its.vocabulary.text import UserError
from msi_its_model import DEFAULT_PROFILE

CLONE_ONLY = ("faults", "formal", "lint", "mutate", "regs", "synth", "test", "topologies")
"""The targets of make that work on the project itself."""

MODULES = {
    **{name: name for name in ("sim", "regress", "compare", "exhaustive", "bench")},
    "coverage": "regress",
    "shard": "shard",
    "import": "importing",
    "export": "export",
}
"""The module of each command."""

FARMS = ("local", "slurm", "manual")
"""What a regression can run on."""

CHECKED = ("sim", "regress", "coverage", "compare")
"""The commands that attach the assertions to the design; the others measure it, or break it."""

WITHOUT_DESIGN = ("import", "export")
"""The commands in which no design plays a part."""

UNUSABLE = re.compile(r"[\s:;#$&'\"`\\()]")
"""What make and Verilator cannot have in the name of a folder: see tools/setup.sh, too."""


def parser() -> Parser:
    """Return the parser of all commands, each with the variables of make that it reads."""
    commands = Parser(prog=PROGRAM, description="Test the translator: RTL against golden model.")
    commands.add_argument("--version", action="version", version=f"msi-its {__version__}")
    chosen = random.SystemRandom().randrange(2**31)

    command = commands.add_command("sim", "run the regression")
    command.add_argument("--seed", help="fixes every random choice", type=seed, default=chosen)
    command.add_argument("--waves", help="write waveforms", action="store_true")
    command.add_argument("--set", help="only one parameter set, or the traces", default="")
    command.add_argument("--test", help="only one test: module.name", default="")
    command.add_argument("--jobs", help="how many simulations at once", type=count)

    for name, what in (("regress", "many seeds"), ("coverage", "and fail if not all is covered")):
        command = commands.add_command(name, what)
        command.add_argument("--seed", help="the first seed", type=seed)
        command.add_argument("--seeds", help="how many seeds (20)", type=count)
        command.add_argument("--jobs", help="how many simulations at once", type=count)
        command.add_argument("--resume", help="go on with the one before", action="store_true")
        command.add_argument("--set", help="only one parameter set, or the traces", default="")
        command.add_argument("--test", help="only one test: module.name", default="")
        command.add_argument("--failed", help="only what failed before", action="store_true")
        command.add_argument(
            "--farm",
            help="local, slurm, or manual: by hand",
            choices=FARMS,
            default="local",
        )
        command.add_argument("--per_task", help="simulations in a shard", type=count)
        command.add_argument("--sbatch", help="options for Slurm's sbatch, as words", default="")

    command = commands.add_command("compare", "replay traces")
    levels = ("pin", "batch", "model")
    command.add_argument(
        "--level", help="pin, batch (both RTL) or model: by length", choices=levels, default=""
    )
    levels_of = {"rtl": "", "signals": "pin", "bulk": "batch", "batch": "batch", "model": "model"}
    command.add_renamed("engine", "level", levels_of)
    command.add_argument("--seed", help="fixes every random choice", type=seed, default=chosen)
    command.add_argument("--waves", help="write waveforms of all of it", action="store_true")
    bridges = ("", "axi")
    command.add_argument(
        "--bridge", help="axi: messages are bus writes, among DMA", choices=bridges, default=""
    )
    command.add_argument("trace", help="the traces", nargs="+")

    command = commands.add_command("import", "make a trace of a log")
    command.add_argument(
        "--kind", help=f"what it is: {', '.join(KINDS)}", choices=KINDS, default=""
    )
    command.add_argument("--out", help="the trace that is written", default="")
    command.add_argument("--routes", help="MSI-X vectors are routes (qemu)", action="store_true")
    command.add_argument("from", help="the log, or the files of one kind", nargs="+")

    command = commands.add_command("export", "make a timeline or a table of traces")
    what = "the file: .html or .svg, a timeline; .txt or .csv, a table"
    command.add_argument("--out", help=what, default="")
    command.add_profile(None)
    command.add_argument("trace", help="the traces", nargs="+")

    command = commands.add_command("exhaustive", "try everything that the range check decides")
    command.add_argument("--seed", help="fixes every random choice", type=seed, default=chosen)

    command = commands.add_command("bench", "measure the throughput")
    command.add_argument("--seed", help="fixes every random choice", type=seed, default=chosen)
    command.add_argument("--docs", help="write the figures into docs/, too", action="store_true")

    for name, command in commands.commands.items():
        if name in WITHOUT_DESIGN:
            continue
        command.add_design()
        # Without one, compare goes by the traces, and a regression that goes on by the one before.
        goes_by = name in ("compare", "regress", "coverage")
        command.add_profile(None if goes_by else DEFAULT_PROFILE)
        if name in CHECKED:
            what = "0: without the assertions of hdl/sva"
            command.add_argument("--sva", help=what, choices=("0", "1"), default="1")

    command = commands.add_command("shard", "run one part of a regression's plan: docs/cluster.md")
    command.add_argument("number", help="which, from 1", type=count)
    command.add_argument("--plan", help="the plan (build/regress/plan.json)", default="")
    command.add_argument("--jobs", help="how many simulations at once (1)", type=count)
    return commands


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; ends the program if it asks for what there is not."""
    commands = parser()
    if not words or words[0] == "help":
        words = ["--help"]
    if words[0] in CLONE_ONLY:
        commands.error(f"{words[0]} needs a clone of the project; there: make {words[0]}")
    arguments = commands.parse(words)
    if arguments.command == "import" and not arguments.out:
        commands.error("import needs OUT=, the name of the trace that it writes")
    if INSTALLED and arguments.command == "bench" and arguments.docs:
        commands.error("DOCS=1 writes a page of a clone of the project: leave it out")
    for folder, remedy in (
        (BUILD, f"set {BUILD_VARIABLE} to another"),
        (ROOT, "install it elsewhere"),
    ):
        if UNUSABLE.search(str(folder)):
            said = "make and Verilator cannot work in a folder with this name"
            commands.error(f"{said}, {remedy}: {folder}")
    return arguments


def run() -> int:
    """Run a command; return its exit status. Raises Interrupted."""
    arguments = parse(sys.argv[1:])
    logging.getLogger("msi_its_model").setLevel(logging.ERROR)  # every drop is reported one by one
    rtl = OWN
    if hasattr(arguments, "rtl"):
        rtl = Rtl(arguments.rtl, arguments.top, getattr(arguments, "sva", "0") == "1")
    # Only what this command needs is imported.
    module = import_module(f"cocotbext.msi_its.commands.{MODULES[arguments.command]}")
    try:
        status: int = module.run(arguments, rtl)
    except (UserError, OSError) as error:  # OSError: a full disk, for one
        print(f"error: {error}", file=sys.stderr)
        return 2
    return status


def main() -> int:
    """Run a command; return its exit status, also when a signal ends it."""
    catch_signals()
    try:
        return run()
    except ModuleNotFoundError as error:
        if not INSTALLED or (error.name or "").startswith(("cocotbext.msi_its", "msi_its_model")):
            raise
        print(
            f"error: the testbench's packages are not installed ({error.name} is missing): "
            "pip install 'msi-its[testbench]'",
            file=sys.stderr,
        )
        return 2
    except Interrupted as interrupt:
        print(f"{' '.join(sys.argv[1:2])}: interrupted", file=sys.stderr)
        return interrupt.status


if __name__ == "__main__":
    sys.exit(main())
