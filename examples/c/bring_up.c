// SPDX-License-Identifier: MIT
//
// From reset to interrupts, through a renumbering of buses, and back: the order in which software writes,
// and why. examples/fusesoc/smoke.cpp runs it on the RTL.

#include "bring_up.h"

static int ok(uint32_t answer)
{
    return answer == MSI_CSR__ANSWER__OK ? 0 : -1;
}

// Open a root port. Nothing has to be waited for: after reset the first command waits by itself.
int bring_up(uintptr_t base, const struct root_port *port)
{
    if (!msi_its_present(base))
        return -1;

    // The buses first: a range is 0 to 0 after reset, so that a port opened before it were open to
    // whoever claims to be on bus 0.
    if (ok(msi_its_set_bus_range(base, port->range, port->secondary, port->subordinate)))
        return -1;

    // Then where it leads to, for messages and for routes. Doing it again for the next port of the
    // same segment changes nothing.
    if (ok(msi_its_connect(base, port->connection, port->devid_base,
                           MSI_CSR__OPERATION_CODE__CONNECT)) ||
        ok(msi_its_connect(base, port->connection, port->devid_base,
                           MSI_CSR__OPERATION_CODE__CONNECT_IRQFD)))
        return -1;

    // Last what opens it: until here its messages were dropped, and counted.
    return ok(msi_its_bind_target(base, port->target, port->connection, port->range,
                                  port->rid_offset));
}

// Make a route for an interrupt of a function behind the port; a new one is masked.
int add_interrupt(uintptr_t base, const struct root_port *port, const struct interrupt *interrupt)
{
    return ok(msi_its_new_route(base, interrupt->route, port->target));
}

// From here on its events are remembered, as one.
int mask(uintptr_t base, const struct interrupt *interrupt)
{
    return ok(msi_its_disable(base, interrupt->route));
}

// Send its events from here on, and at once what came while it was masked. Refused where the function is
// on none of the port's buses: then it is masked, and there is an alert.
int unmask(uintptr_t base, const struct interrupt *interrupt)
{
    uint32_t answer = msi_its_enable_with_rid(base, interrupt->route, interrupt->rid,
                                              interrupt->address, interrupt->data);

    return answer == MSI_CSR__ANSWER__DELIVERED ? 0 : ok(answer);
}

// Give the port other buses, while the system runs. `port` has the new ones and `interrupts`, all that
// are not masked, their new requester IDs, which the ITS has been told of before.
int renumber(uintptr_t base, const struct root_port *port, const struct interrupt *interrupts,
             size_t count)
{
    size_t i;
    int result = 0;

    // An enabled route keeps the DeviceID that it has: masked, its events wait for the new one.
    for (i = 0; i < count; i++)
        if (mask(base, &interrupts[i]))
            return -1;

    // Both bounds at once, for messages as well: those with old requester IDs are dropped from here on.
    if (ok(msi_its_set_bus_range(base, port->range, port->secondary, port->subordinate)))
        return -1;

    // What waited is sent now, once, with its new DeviceID.
    for (i = 0; i < count; i++)
        if (unmask(base, &interrupts[i]))
            result = -1;
    return result;
}

// Let nothing of the port pass any more. `nowhere` is a connection that nothing is ever connected to: an
// empty range would still let pass messages that come without a requester ID, unless
// CONFIGURATION.check_default_rid is 1.
int close_port(uintptr_t base, const struct root_port *port, const struct interrupt *interrupts,
               size_t count, uint16_t nowhere)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (mask(base, &interrupts[i]))
            return -1;
    return ok(msi_its_bind_target(base, port->target, nowhere, port->range, port->rid_offset));
}
