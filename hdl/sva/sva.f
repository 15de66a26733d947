// SPDX-License-Identifier: MIT
// All assertions, after translator.f: at the ports, and inside.
-F ports.f
-F range.f
msi_engine_sva.sv
msi_engine_bind.sv
