// SPDX-License-Identifier: MIT
//
// Attaches msi_translator_sva to every translator: to msi_translator, or to the module that
// +define+MSI_TRANSLATOR names, which has the same ports and parameters.

`ifndef MSI_TRANSLATOR
`define MSI_TRANSLATOR msi_translator
`endif

bind `MSI_TRANSLATOR msi_translator_sva #(
    .RANGES     (RANGES),
    .CONNECTIONS(CONNECTIONS),
    .TARGETS    (TARGETS),
    .ROUTES     (ROUTES)
) u_msi_translator_sva (.*);
