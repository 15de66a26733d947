// SPDX-License-Identifier: MIT
// Tells tb/signals.py where the simulation keeps the ports of its top. Linked into each simulation.

#include <verilated.h>
#include <verilated_sym_props.h>

/// Returns the address of a port's value, and its size in bytes; null if there is no such port.
extern "C" const void* signal_address(const char* name, size_t* bytes) {
    const VerilatedScope* const top = Verilated::scopeFind("TOP");
    const VerilatedVar* const port = top ? top->varFind(name) : nullptr;
    if (!port) return nullptr;
    *bytes = port->entSize();
    return port->datap();
}
