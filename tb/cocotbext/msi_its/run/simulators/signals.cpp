// SPDX-License-Identifier: MIT
// What tb/cocotbext/msi_its/bench/ports/memory.py needs of the program it runs in. Linked into each simulation.

#include <verilated.h>
#include <verilated_sym_props.h>

#include "start.h"

/// Returns the address of a port's value, and its size in bytes; null if there is no such port.
extern "C" const void* signal_address(const char* name, size_t* bytes) {
    const VerilatedScope* const top = Verilated::scopeFind("TOP");
    const VerilatedVar* const port = top ? top->varFind(name) : nullptr;
    if (!port) return nullptr;
    *bytes = port->entSize();
    return port->datap();
}

/// Lets assertions count from now on, or not.
extern "C" void assertions(int count) { Verilated::defaultContextp()->assertOn(count != 0); }

namespace {

// Registers start random: until a reset, assertions mean nothing. The design is evaluated at time 0,
// before Python could say so.
struct BeforeReset {
    BeforeReset() { assertions(false); }
} before_reset;

}  // namespace
