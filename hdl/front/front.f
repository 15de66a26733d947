// SPDX-License-Identifier: MIT
// Front ends, after hdl/axi/axi.f: from a bus to s_msi of the translator.
msi_axi_decode.sv
msi_axi_response.sv
msi_axi_write.sv
