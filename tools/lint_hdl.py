# SPDX-License-Identifier: MIT
"""Checks the RTL that simulations are built from, as ``python -m tools.lint_hdl``.

Verilator's lint with all warnings on, for all parameters that tests run with, and yosys with the
slang front end; both once more with the assertions of hdl/sva attached. The front ends and back
ends are read with the translator between them, the bridge and the translator for PCIe as a whole,
and the bridge's registers in the harness that tests have. RTL in hdl/ that neither reads is
refused.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cocotbext.msi_its.run.design import ASSERTIONS, OWN, WAIVERS, RtlError
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.sets import SETS
from cocotbext.msi_its.run.simulators.verilator_finder import VerilatorError, find_verilator
from tools import bridge, ends, pcie, yosys

CHECKED = replace(OWN, sva=True)
"""The project's RTL with the assertions attached."""

RTL = (".sv", ".svh", ".v", ".vh")
"""What RTL is called."""


def lint_verilator(
    root: Path,
    files: Sequence[str],
    parameters: Mapping[str, int | str] | None = None,
    top: str = "",
) -> bool:
    """Whether Verilator accepts the sources without a warning, with these parameters.

    Unless it is told which module is the top, one that nothing uses is a second top, and refused,
    instead of left out.
    """
    verilator = find_verilator()
    values = [f"-G{name}={value}" for name, value in (parameters or {}).items()]
    values += ["--top-module", top] if top else []
    done = subprocess.run(
        [verilator.executable, "--lint-only", "-Wall", "--quiet", *values, WAIVERS, *files],
        cwd=root,
        env={**os.environ, **verilator.environment()},
    )
    return done.returncode == 0


def lint_yosys(root: Path, files: Sequence[str], top: str = OWN.top) -> bool:
    """Whether yosys elaborates the sources through ``read_slang``."""
    script = f"read_slang -j 1 --top {top} {' '.join(files)}"
    done = subprocess.run(
        [sys.executable, "-c", yosys.COMMAND, "-q", "-p", script],
        cwd=root,
        env=yosys.environment("lint"),
    )
    return done.returncode == 0


def lint_ends(root: Path) -> dict[str, tuple[bool, int]]:
    """Check the front ends and back ends; return what was accepted, and how many files it is."""
    accepted = {}
    alone = [str(source.relative_to(root)) for source in ends.ALONE.sources(root).files]
    for top in ("msi_axi_write", "msi_axi_its"):
        check = f"verilator --lint-only -Wall, {top} alone"
        accepted[check] = lint_verilator(root, alone, top=top), len(alone)
    for rtl, what in ((ends.JOINED, ""), (ends.CHECKED, ", with assertions")):
        files = [str(source.relative_to(root)) for source in rtl.sources(root).files]
        for name, parameters in ends.PARAMETERS.items():
            check = f"verilator --lint-only -Wall, ends of {name}{what}"
            accepted[check] = lint_verilator(root, files, parameters), len(files)
        check = f"yosys read_slang, ends{what}"
        accepted[check] = lint_yosys(root, files, rtl.top), len(files)
    return accepted


def lint_bridge(root: Path) -> dict[str, tuple[bool, int]]:
    """Check the bridge, and its registers alone; return what was accepted, of how many files."""
    accepted = {}
    for rtl, what in (
        (bridge.BRIDGE, "bridge"),
        (bridge.CHECKED, "bridge, with assertions,"),
        (bridge.REGISTERS, "registers of a bridge"),
    ):
        files = [str(source.relative_to(root)) for source in rtl.sources(root).files]
        for name, parameters in bridge.PARAMETERS.items():
            given = bridge.as_text(parameters)
            if rtl is not bridge.REGISTERS:  # the bits of AWUSER below a DeviceID are none of it
                given["DEVID_BITS"] = str(32 - parameters.get("USER_SHIFT", 0))
            check = f"verilator --lint-only -Wall, {what} of {name}"
            accepted[check] = lint_verilator(root, files, given, rtl.top), len(files)
        accepted[f"yosys read_slang, {what}"] = lint_yosys(root, files, rtl.top), len(files)
    return accepted


def lint_pcie(root: Path) -> dict[str, tuple[bool, int]]:
    """Check the blocks for PCIe; return what was accepted, and how many files it is."""
    accepted = {}
    alone = [str(source.relative_to(root)) for source in pcie.BLOCKS.sources(root).files]
    for top in pcie.TOPS:
        widths = pcie.FILTER_WIDTHS if "tlp" in top else (0,)
        for width in widths:
            parameters = {"DATA_WIDTH": width} if width else {}
            check = f"verilator --lint-only -Wall, {top}{f' of {width} bits' * bool(width)} alone"
            accepted[check] = lint_verilator(root, alone, parameters, top), len(alone)
    files = [str(source.relative_to(root)) for source in pcie.JOINED.sources(root).files]
    for name, values in pcie.PARAMETERS.items():
        check = f"verilator --lint-only -Wall, PCIe with {name}"
        accepted[check] = lint_verilator(root, files, values, pcie.JOINED.top), len(files)
    accepted["yosys read_slang, PCIe"] = lint_yosys(root, files, pcie.JOINED.top), len(files)
    for each in pcie.HARNESSES:
        files = [str(source.relative_to(root)) for source in each.sources(root).files]
        check = f"verilator --lint-only -Wall, {each.top}"
        accepted[check] = lint_verilator(root, files, top=each.top), len(files)
    return accepted


def files_read() -> set[Path]:
    """Return all files that are looked at."""
    designs = (
        *(CHECKED, ends.CHECKED, bridge.CHECKED, bridge.REGISTERS),
        *(pcie.JOINED, pcie.BLOCKS),
    )
    return {file for design in designs for file in design.files_read()}


def not_looked_at(root: Path, files: Iterable[Path]) -> list[str]:
    """Return the RTL in hdl/ that is not among the files that were read."""
    read = set(files)
    return [
        str(file.relative_to(root))
        for file in sorted((root / "hdl").rglob("*"))
        if file.suffix in RTL and file not in read
    ]


def assertions(root: Path, files: Sequence[str]) -> list[str]:
    """Return the files of the assertions."""
    listed = [str(source.relative_to(root)) for source in CHECKED.sources(root).files]
    return [file for file in listed if file not in files]


def main(root: Path = ROOT) -> int:
    """Run all checks, also after one has failed; 0 if all accept."""
    try:
        files = [str(source.relative_to(root)) for source in OWN.sources(root).files]
        checked = [*files, *assertions(root, files)]
        accepted = {}
        for each in SETS.values():
            run = Run(each.tables, each.counter_width, 0, "", configuration=each.configuration())
            parameters = run.parameters
            for listed, what in ((files, ""), (checked, ", with assertions")):
                check = f"verilator --lint-only -Wall, {each.heading}{what}"
                accepted[check] = lint_verilator(root, listed, parameters), len(listed)
            if not all(passed for passed, _ in accepted.values()):  # the others would say the same
                break
        accepted["yosys read_slang"] = lint_yosys(root, files), len(files)
        accepted["yosys read_slang, with assertions"] = lint_yosys(root, checked), len(checked)
        if all(passed for passed, _ in accepted.values()):
            accepted |= lint_ends(root) | lint_bridge(root) | lint_pcie(root)
        all_accepted = all(passed for passed, _ in accepted.values())
        unread = not_looked_at(root, files_read()) if all_accepted else []
    except (RtlError, VerilatorError) as error:
        print(f"lint: {error}", file=sys.stderr)
        return 1
    for check, (passed, count) in accepted.items():
        print(f"lint: {check}: {'accepted' if passed else 'REFUSED'} {count} files")
    for file in unread:
        lists = (
            *(OWN.file_list, ASSERTIONS, ends.ENDS, ends.ASSERTIONS),
            *(bridge.BRIDGE.file_list, bridge.ASSERTIONS),
        )
        where = f"{', '.join(lists)} or {pcie.JOINED.file_list}"
        print(f"lint: {file}: REFUSED, it is not in {where}: nothing reads it")
    return 0 if all_accepted and not unread else 1


if __name__ == "__main__":
    sys.exit(main())
