# SPDX-License-Identifier: MIT
"""Build the SoC and run its test: `python examples/soc/run.py`, in the environment of `make setup`.

Arguments: another file list for the translators, another test module.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator

HERE = Path(__file__).resolve().parent
TRANSLATOR = HERE.parents[1] / "hdl/translator.f"


def main(translator: str = str(TRANSLATOR), module: str = "soc_tests") -> int:
    """Build, run, and return how many tests failed."""
    folder = Path("build/soc").resolve()
    os.environ.update(find_verilator().environment())
    runner = get_runner("verilator")
    runner.build(
        sources=[HERE / "hdl" / name for name in ("split.sv", "cluster.sv", "soc.sv")],
        hdl_toplevel="soc",
        build_args=["-F", str(Path(translator).resolve()), str(HERE.parents[1] / "hdl/lint.vlt")],
        timescale=("1ns", "1ps"),
        build_dir=folder,
    )
    results = runner.test(
        test_module=module,
        hdl_toplevel="soc",
        build_dir=folder,
        test_dir=folder,
        seed=int(os.environ.get("SEED", "1")),
        extra_env={"PYTHONWARNINGS": "ignore::DeprecationWarning:cocotbext"},
    )
    tests, failed = get_results(results)
    return failed if tests else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
