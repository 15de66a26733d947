# SPDX-License-Identifier: MIT
"""Build an SoC and run its test, in the environment of `make setup`.

`python examples/soc/run.py` for the one with two translators, `python examples/soc/run.py bridged`
for the one with the AXI4 bridge. Further arguments: another file list in the place of the
project's, another test module.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator

HERE = Path(__file__).resolve().parent
HDL = HERE.parents[1] / "hdl"

SOCS = {
    "soc": (("split", "cluster", "soc"), HDL / "translator.f"),
    "bridged": (("crossbar", "bridged"), HDL / "bridge.f"),
}
"""By the name of the top: the modules of the SoC, and the list of what is in it."""


def main(top: str = "soc", file_list: str = "", module: str = "") -> int:
    """Build, run, and return how many tests failed."""
    if top not in SOCS:
        raise SystemExit(f"there is no SoC {top}: {', '.join(SOCS)}")
    modules, own = SOCS[top]
    folder = Path("build") / top
    os.environ.update(find_verilator().environment())
    runner = get_runner("verilator")
    runner.build(
        sources=[HERE / "hdl" / f"{name}.sv" for name in modules],
        hdl_toplevel=top,
        build_args=[
            *("-F", str(Path(file_list or own).resolve()), str(HDL / "lint.vlt")),
            "-Wno-UNOPTFLAT",  # vectors that cocotb's runner keeps whole
        ],
        timescale=("1ns", "1ps"),
        build_dir=folder.resolve(),
    )
    results = runner.test(
        test_module=module or f"{top}_tests",
        hdl_toplevel=top,
        build_dir=folder.resolve(),
        test_dir=folder.resolve(),
        seed=int(os.environ.get("SEED", "1")),
        extra_env={"PYTHONWARNINGS": "ignore::DeprecationWarning:cocotbext"},
    )
    tests, failed = get_results(results)
    return failed if tests else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
