# SPDX-License-Identifier: MIT
"""The testbench, room by room: each imports only from those above it, and from msi_its_model.

| room            | modules                                                                    |
|-----------------|----------------------------------------------------------------------------|
| vocabulary      | bridge_csr (generated), csr (generated), fields, its_trace, operation_base |
|                 | operation_classes (generated), operations, results, settings, text, trace  |
|                 | trace_file, transactions                                                   |
| importers       | csv_table, device_ids, gaps, importer, its_shadow, kinds, linux, msix      |
|                 | openvmm, origin, ports, qemu, writer                                       |
| checks          | access_model, bridge_register_model, checker, far_end, history, reference  |
|                 | register_model                                                             |
| checks/coverage | merging, points, sampling                                                  |
| bench           | attach, drivers, environment, monitors, registers, stimulus, watch         |
| bench/ports     | handles, memory                                                            |
| batch           | checker, environment, history, its, model, records, trace, transactor      |
| run             | attempt, build, design, discovery, disk, file_list, fingerprint, launcher  |
|                 | parameters, places, plan, results, sets, simulation, store                 |
| run/engines     | local, slurm                                                               |
| run/simulators  | code_coverage, ending, verilator, verilator_finder                         |
| report          | console, files, html, junit, lcov, regression, terminal, testplan          |
|                 | timeline, topology, trace_table, ucis                                      |
| commands        | bench, compare, exhaustive, export, importing, main, regress, shard        |
|                 | sharing, sim, variables, window                                            |

Each room and each module says itself what it is for; CONTRIBUTING.md says what belongs where.
"""

from msi_its_model import __version__

__all__ = ["__version__"]
