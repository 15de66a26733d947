// SPDX-License-Identifier: MIT
//
// What examples/c/bring_up.c does with a root port, and with the interrupts behind it.

#ifndef BRING_UP_H
#define BRING_UP_H

#include "msi_its.h"

#ifdef __cplusplus
extern "C" {
#endif

// A root port: its entries in the tables, and what enumeration gave it.
struct root_port {
    uint16_t target; // the number that its messages carry on s_msi
    uint16_t range;
    uint16_t connection; // one for all ports of a segment
    uint32_t devid_base; // segment << 16, or the output base of msi-map or IORT
    uint16_t rid_offset; // of the port's own messages, above secondary: a devfn
    uint8_t secondary;
    uint8_t subordinate;
};

// An interrupt that is signalled on s_evt, and the message that it sends.
struct interrupt {
    uint16_t route; // the number of its events on s_evt
    uint16_t rid;   // of the function that it belongs to
    uint64_t address;
    uint32_t data;
};

// Each returns 0, or -1 where the translator answered anything else than it should.
int bring_up(uintptr_t base, const struct root_port *port);
int add_interrupt(uintptr_t base, const struct root_port *port, const struct interrupt *interrupt);
int mask(uintptr_t base, const struct interrupt *interrupt);
int unmask(uintptr_t base, const struct interrupt *interrupt);
int renumber(uintptr_t base, const struct root_port *port, const struct interrupt *interrupts,
             size_t count);
int close_port(uintptr_t base, const struct root_port *port, const struct interrupt *interrupts,
               size_t count, uint16_t nowhere);

#ifdef __cplusplus
}
#endif

#endif
