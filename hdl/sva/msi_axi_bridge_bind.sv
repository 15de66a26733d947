// SPDX-License-Identifier: MIT
//
// Attaches msi_axi_bridge_sva to every bridge.

bind msi_axi_bridge msi_axi_bridge_sva #(
    .ADDR_WIDTH (ADDR_WIDTH),
    .DATA_WIDTH (DATA_WIDTH),
    .ID_WIDTH   (ID_WIDTH),
    .OUTSTANDING(OUTSTANDING),
    .ITS_PORT   (ITS_PORT)
) u_msi_axi_bridge_sva (
    .*
);
