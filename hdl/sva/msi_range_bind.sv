// SPDX-License-Identifier: MIT
//
// Attaches msi_range_sva to every translator, as msi_translator_bind.sv attaches msi_translator_sva, by the same
// macros.

`ifndef MSI_TRANSLATOR
`define MSI_TRANSLATOR msi_translator
`endif
`ifndef MSI_IN_FLIGHT
`define MSI_IN_FLIGHT 16
`endif
`ifndef MSI_PATIENCE
`define MSI_PATIENCE 64
`endif

`ifndef MSI_TRANSLATOR
`define MSI_TRANSLATOR msi_translator
`endif
`ifndef MSI_IN_FLIGHT
`define MSI_IN_FLIGHT 16
`endif
`ifndef MSI_PATIENCE
`define MSI_PATIENCE 64
`endif

bind `MSI_TRANSLATOR msi_range_sva #(
    .RANGES     (RANGES),
    .CONNECTIONS(CONNECTIONS),
    .TARGETS    (TARGETS),
    .ROUTES     (ROUTES),
    .IN_FLIGHT  (`MSI_IN_FLIGHT),
    .PATIENCE   (`MSI_PATIENCE)
) u_msi_range_sva (.*);
