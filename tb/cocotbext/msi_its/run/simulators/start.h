// SPDX-License-Identifier: MIT
//
// How a simulation starts: with memories whose entries differ. Included once by each simulation.
//
// Verilator gives a register a random value made of the seed and the register's name, and all
// elements of an array the same one: an entry that nobody clears then looks like its neighbours.
// The linker replaces those functions by the ones below (see WRAPPED in verilator.py): the
// elements, which are asked for one after the other, are told apart by their number.

#ifndef TB_START_H
#define TB_START_H

#include <cstdint>

#include "verilated.h"

namespace {

// Returns `salt`, which stands for a variable's name, as that of its next element.
uint64_t of_element(uint64_t scope, uint64_t salt) {
    static uint64_t last_scope = 0, last_salt = 0, element = 0;
    element = scope == last_scope && salt == last_salt ? element + 1 : 0;
    last_scope = scope;
    last_salt = salt;
    return salt ^ element * 0x9E3779B97F4A7C15u;
}

}  // namespace

extern "C" {

// Weak: an older Verilator does without them.
IData __real__Z22VL_SCOPED_RAND_RESET_Iimm(int, uint64_t, uint64_t) __attribute__((weak));
QData __real__Z22VL_SCOPED_RAND_RESET_Qimm(int, uint64_t, uint64_t) __attribute__((weak));
WDataOutP __real__Z22VL_SCOPED_RAND_RESET_WiPjmm(int, WDataOutP, uint64_t, uint64_t)
    __attribute__((weak));

IData __wrap__Z22VL_SCOPED_RAND_RESET_Iimm(int bits, uint64_t scope, uint64_t salt) {
    return __real__Z22VL_SCOPED_RAND_RESET_Iimm(bits, scope, of_element(scope, salt));
}
QData __wrap__Z22VL_SCOPED_RAND_RESET_Qimm(int bits, uint64_t scope, uint64_t salt) {
    return __real__Z22VL_SCOPED_RAND_RESET_Qimm(bits, scope, of_element(scope, salt));
}
WDataOutP __wrap__Z22VL_SCOPED_RAND_RESET_WiPjmm(int bits, WDataOutP to, uint64_t scope,
                                                 uint64_t salt) {
    return __real__Z22VL_SCOPED_RAND_RESET_WiPjmm(bits, to, scope, of_element(scope, salt));
}
}

#endif
