// SPDX-License-Identifier: MIT
// Back ends, after hdl/axi/axi.f: from m_msi of the translator to the bus of an ITS.
msi_axi_its.sv
