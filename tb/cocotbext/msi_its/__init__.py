# SPDX-License-Identifier: MIT
"""The testbench.

| what         | module                                                            |
|--------------|-------------------------------------------------------------------|
| vocabulary   | operations (and their codes: csr, generated), transactions, trace |
| the model    | reference: executes an operation on the golden model              |
| buses        | drivers, monitors, registers (software's view of s_axil), signals |
| checks       | checker, register_model (what software may read), history         |
| stimulus     | stimulus (random operations, stalls)                              |
| coverage     | coverage (of behaviour), code_coverage (of the RTL), testplan     |
| a test       | environment: all of the above around one translator               |
| the design   | rtl, file_list, verilator, fingerprint (what results depend on)   |
| running      | run (parameters), build, simulator, processes, disk               |
| test modules | discovery: which there are, and who runs them                     |
| results      | ending (what ended a simulation), report, junit, text             |
| batched      | batched: the same checks at the speed of the simulator               |
| commands     | sim, regress, compare, exhaustive, bench; variables (of `make`)   |
| a comparison | compare, window (the lines of a trace around what differed)       |
| a regression | regress, summary (what it found), regress_report                  |
"""

from msi_its_model import __version__

__all__ = ["__version__"]
