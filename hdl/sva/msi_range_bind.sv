// SPDX-License-Identifier: MIT
//
// Attaches msi_range_sva to every translator, as msi_translator_bind.sv attaches msi_translator_sva.

bind `MSI_TRANSLATOR msi_range_sva #(
    .RANGES     (RANGES),
    .CONNECTIONS(CONNECTIONS),
    .TARGETS    (TARGETS),
    .ROUTES     (ROUTES),
    .IN_FLIGHT  (`MSI_IN_FLIGHT),
    .PATIENCE   (`MSI_PATIENCE)
) u_msi_range_sva (.*);
