// SPDX-License-Identifier: MIT
//
// Attaches msi_engine_sva to every engine: to msi_engine, or to the module that +define+MSI_ENGINE names.

`ifndef MSI_ENGINE
`define MSI_ENGINE msi_engine
`endif

bind `MSI_ENGINE msi_engine_sva #(
    .RANGES     (RANGES),
    .CONNECTIONS(CONNECTIONS),
    .TARGETS    (TARGETS),
    .ROUTES     (ROUTES)
) u_msi_engine_sva (.*);
