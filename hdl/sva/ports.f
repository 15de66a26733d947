// SPDX-License-Identifier: MIT
// What holds at the ports of any translator: to attach it to another module, +define+MSI_TRANSLATOR=name.
msi_sva_pkg.sv
msi_stream_checker.sv
msi_order_checker.sv
msi_command_checker.sv
msi_translator_sva.sv
msi_translator_bind.sv
