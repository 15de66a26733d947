// SPDX-License-Identifier: MIT
// After ports.f: what holds at s_range of a translator that has this port.
msi_range_sva.sv
msi_range_bind.sv
