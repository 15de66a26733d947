// SPDX-License-Identifier: MIT
//
// The translator's registers in C11, which is also C++: a function an operation, and the alert. What each
// does: docs/programming.md, docs/registers.md.
//
// Functions return the operation's answer, one of MSI_CSR__ANSWER__*, after it was executed; that takes
// for as long as the ITS takes no messages. ARG registers, COMMAND and RESULT are one resource: one caller
// at a time, so a lock of yours around each call.
//
// `base` is where the registers are mapped, as device memory: 32-bit accesses that keep their order. Where
// they are reached in another way, define MSI_ITS_OWN_ACCESS and write these two functions yourself.

#ifndef MSI_ITS_H
#define MSI_ITS_H

#include <stdbool.h>
#include <stddef.h>

#include "msi_csr.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef MSI_ITS_OWN_ACCESS
uint32_t msi_its_read(uintptr_t base, size_t offset);
void msi_its_write(uintptr_t base, size_t offset, uint32_t value);
#else
static inline uint32_t msi_its_read(uintptr_t base, size_t offset)
{
    return *(volatile uint32_t *)(base + offset);
}

static inline void msi_its_write(uintptr_t base, size_t offset, uint32_t value)
{
    *(volatile uint32_t *)(base + offset) = value;
}
#endif

#define MSI_ITS_READ(base, name) msi_its_read((base), offsetof(msi_csr_t, name))
#define MSI_ITS_WRITE(base, name, value) msi_its_write((base), offsetof(msi_csr_t, name), (value))
#define MSI_ITS_FIELD(name, value) ((uint32_t)(value) << MSI_CSR__##name##_bp)

// Whether there is a translator whose registers are those of msi_csr.h.
static inline bool msi_its_present(uintptr_t base)
{
    uint32_t version = MSI_ITS_READ(base, VERSION);

    return MSI_ITS_READ(base, IDENTITY) == MSI_CSR__IDENTITY__MAGIC_reset &&
           (version & MSI_CSR__VERSION__MAJOR_bm) >> MSI_CSR__VERSION__MAJOR_bp ==
               MSI_CSR__VERSION__MAJOR_reset;
}

// Execute an operation on the arguments that are in the ARG registers.
static inline uint32_t msi_its_execute(uintptr_t base, uint32_t operation)
{
    MSI_ITS_WRITE(base, COMMAND, operation);
    while (MSI_ITS_READ(base, STATUS) & MSI_CSR__STATUS__BUSY_bm)
        ;
    return (MSI_ITS_READ(base, RESULT) & MSI_CSR__RESULT__ANSWER_bm) >> MSI_CSR__RESULT__ANSWER_bp;
}

static inline uint32_t msi_its_set_bus_range(uintptr_t base, uint16_t range, uint8_t secondary,
                                             uint8_t subordinate)
{
    MSI_ITS_WRITE(base, ARG_RANGE, MSI_ITS_FIELD(ARG_RANGE__RANGE, range));
    MSI_ITS_WRITE(base, ARG_BUS,
                  MSI_ITS_FIELD(ARG_BUS__SECONDARY, secondary) |
                      MSI_ITS_FIELD(ARG_BUS__SUBORDINATE, subordinate));
    return msi_its_execute(base, MSI_CSR__OPERATION_CODE__SET_BUS_RANGE);
}

// CONNECT for messages, CONNECT_IRQFD for the routes that are made from now on. DeviceIDs are `devid_base`
// and the requester ID, added: segment << 16, where nothing else maps them.
static inline uint32_t msi_its_connect(uintptr_t base, uint16_t connection, uint32_t devid_base,
                                       uint32_t operation)
{
    MSI_ITS_WRITE(base, ARG_RANGE, MSI_ITS_FIELD(ARG_RANGE__CONNECTION, connection));
    MSI_ITS_WRITE(base, ARG_RID, MSI_ITS_FIELD(ARG_RID__SEGMENT, devid_base >> 16));
    MSI_ITS_WRITE(base, ARG_DEVID_BASE,
                  MSI_ITS_FIELD(ARG_DEVID_BASE__DEVID_BASE_LOW, devid_base & 0xFFFF));
    return msi_its_execute(base, operation);
}

static inline uint32_t msi_its_bind_target(uintptr_t base, uint16_t target, uint16_t connection,
                                           uint16_t range, uint16_t rid_offset)
{
    MSI_ITS_WRITE(base, ARG_TARGET, MSI_ITS_FIELD(ARG_TARGET__TARGET, target));
    MSI_ITS_WRITE(base, ARG_RANGE,
                  MSI_ITS_FIELD(ARG_RANGE__RANGE, range) |
                      MSI_ITS_FIELD(ARG_RANGE__CONNECTION, connection));
    MSI_ITS_WRITE(base, ARG_BUS, MSI_ITS_FIELD(ARG_BUS__RID_OFFSET, rid_offset));
    return msi_its_execute(base, MSI_CSR__OPERATION_CODE__BIND_TARGET);
}

static inline uint32_t msi_its_new_route(uintptr_t base, uint16_t route, uint16_t target)
{
    MSI_ITS_WRITE(base, ARG_TARGET,
                  MSI_ITS_FIELD(ARG_TARGET__ROUTE, route) |
                      MSI_ITS_FIELD(ARG_TARGET__TARGET, target));
    return msi_its_execute(base, MSI_CSR__OPERATION_CODE__NEW_ROUTE);
}

static inline uint32_t msi_its_enable_with_rid(uintptr_t base, uint16_t route, uint16_t rid,
                                               uint64_t address, uint32_t data)
{
    MSI_ITS_WRITE(base, ARG_TARGET, MSI_ITS_FIELD(ARG_TARGET__ROUTE, route));
    MSI_ITS_WRITE(base, ARG_RID, MSI_ITS_FIELD(ARG_RID__RID, rid));
    MSI_ITS_WRITE(base, ARG_ADDRESS_LOW, (uint32_t)address);
    MSI_ITS_WRITE(base, ARG_ADDRESS_HIGH, (uint32_t)(address >> 32));
    MSI_ITS_WRITE(base, ARG_DATA, data);
    return msi_its_execute(base, MSI_CSR__OPERATION_CODE__ENABLE_WITH_RID);
}

static inline uint32_t msi_its_disable(uintptr_t base, uint16_t route)
{
    MSI_ITS_WRITE(base, ARG_TARGET, MSI_ITS_FIELD(ARG_TARGET__ROUTE, route));
    return msi_its_execute(base, MSI_CSR__OPERATION_CODE__DISABLE);
}

// The most recent drop or refusal; `reason` is an answer: DROPPED_… or REFUSED_…. `rid` has 17 bits where
// secondary bus and offset add up to more than bus 255.
struct msi_its_drop {
    uint32_t rid;
    uint8_t secondary;
    uint8_t subordinate;
    uint8_t reason;
};

// Acknowledge the alert and fill in `drop`; false, and nothing done, where there is none.
static inline bool msi_its_take_alert(uintptr_t base, struct msi_its_drop *drop)
{
    uint32_t last, why;

    if (!(MSI_ITS_READ(base, ALERT) & MSI_CSR__ALERT__ALERT_bm))
        return false;
    // Acknowledged first: what is dropped from here on raises it again.
    MSI_ITS_WRITE(base, ALERT, MSI_CSR__ALERT__ALERT_bm);
    // In this order: reading LAST_DROP keeps the reason of the drop that it shows.
    last = MSI_ITS_READ(base, LAST_DROP);
    why = MSI_ITS_READ(base, LAST_DROP_REASON);
    drop->reason = (uint8_t)(why >> MSI_CSR__LAST_DROP_REASON__REASON_bp);
    drop->rid = (uint16_t)(last >> MSI_CSR__LAST_DROP__RID_bp);
    if (why & MSI_CSR__LAST_DROP_REASON__RID_HIGH_bm)
        drop->rid |= 0x10000;
    drop->secondary = (uint8_t)(last >> MSI_CSR__LAST_DROP__SECONDARY_bp);
    drop->subordinate = (uint8_t)(last >> MSI_CSR__LAST_DROP__SUBORDINATE_bp);
    return true;
}

#ifdef __cplusplus
}
#endif

#endif
