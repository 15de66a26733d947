// SPDX-License-Identifier: MIT
//
// Attaches msi_translator_sva to every translator: to msi_translator, or to the module that
// +define+MSI_TRANSLATOR names, which has the same ports and parameters. One that keeps more on its way,
// or for longer, says so with +define+MSI_IN_FLIGHT and +define+MSI_PATIENCE.

`ifndef MSI_TRANSLATOR
`define MSI_TRANSLATOR msi_translator
`endif
`ifndef MSI_IN_FLIGHT
`define MSI_IN_FLIGHT 16
`endif
`ifndef MSI_PATIENCE
`define MSI_PATIENCE 64
`endif

bind `MSI_TRANSLATOR msi_translator_sva #(
    .RANGES     (RANGES),
    .CONNECTIONS(CONNECTIONS),
    .TARGETS    (TARGETS),
    .ROUTES     (ROUTES),
    .CHECK_DEFAULT_RID(CHECK_DEFAULT_RID),
    .DEVID_BITS (DEVID_BITS),
    .IN_FLIGHT  (`MSI_IN_FLIGHT),
    .PATIENCE   (`MSI_PATIENCE)
) u_msi_translator_sva (.*);
