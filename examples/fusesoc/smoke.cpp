// SPDX-License-Identifier: MIT
//
// Does the block work where you built it? Reset, one root port brought up by the C code of examples/c
// through AXI4-Lite, a message, an event, a drop with its alert, other buses, the port closed. Exit status
// 0 if all came out as it should. `fusesoc run --target sim ::msi_its` runs it: docs/integration.md.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "Vmsi_translator.h"
#include "bring_up.h"

namespace {

constexpr uintptr_t BASE = 0x40000000;  // where software believes the registers to be
constexpr uint64_t DOORBELL = 0x08090040;
constexpr int LONGEST = 2000;  // cycles that anything may take
constexpr int SETTLED = 20;    // cycles after which everything that was sent has come out

struct Message {
    uint32_t devid;
    uint64_t address;
    uint32_t data;
};

Vmsi_translator* const dut = new Vmsi_translator;  // for as long as the process runs
std::vector<Message> messages;  // that have left on m_msi and were not yet looked at
bool event_before_range;        // an interrupt comes just before the buses change

[[noreturn]] void fail(const char* what) {
    std::printf("smoke: FAILED: %s\n", what);
    std::exit(1);
}

void check(bool holds, const char* what) {
    if (!holds) fail(what);
}

// One clock cycle. Returns what a signal was just before the edge, where it counts.
bool cycle(const CData& signal) {
    static unsigned count = 0;
    dut->m_msi_ready = ++count % 3 != 0;  // the ITS is busy now and then
    dut->clk = 0;
    dut->eval();
    if (dut->rst_n && dut->m_msi_valid && dut->m_msi_ready) {
        messages.push_back({dut->m_msi_devid, dut->m_msi_address, dut->m_msi_data});
    }
    const bool seen = signal;
    dut->clk = 1;
    dut->eval();
    return seen;
}

void idle(int cycles) {
    while (cycles-- > 0) cycle(dut->clk);
}

// Hold an output of ours high until an input of ours is high as well.
void transfer(CData& ours, const CData& theirs, const char* what) {
    ours = 1;
    for (int cycles = 0; cycles < LONGEST; ++cycles) {
        if (cycle(theirs)) {
            ours = 0;
            return;
        }
    }
    fail(what);
}

void signal_msi(uint16_t target, uint16_t rid, uint64_t address, uint32_t data) {
    dut->s_msi_target = target;
    dut->s_msi_explicit_rid = 1;
    dut->s_msi_rid = rid;
    dut->s_msi_address = address;
    dut->s_msi_data = data;
    transfer(dut->s_msi_valid, dut->s_msi_ready, "s_msi takes no message");
}

void signal_event(uint16_t route) {
    dut->s_evt_route = route;
    transfer(dut->s_evt_valid, dut->s_evt_ready, "s_evt takes no event");
}

// Exactly this message has to come out, and nothing else.
void expect(uint32_t devid, uint64_t address, uint32_t data, const char* what) {
    idle(SETTLED);
    check(messages.size() == 1, what);
    const Message& message = messages.front();
    check(message.devid == devid && message.address == address && message.data == data, what);
    messages.clear();
}

void expect_drop(uint16_t rid, const root_port& port, uint8_t reason, const char* what) {
    idle(SETTLED);
    check(messages.empty() && dut->alert, what);
    msi_its_drop drop{};
    check(msi_its_take_alert(BASE, &drop), "ALERT reads 0");
    check(drop.rid == rid && drop.secondary == port.secondary &&
              drop.subordinate == port.subordinate && drop.reason == reason,
          "LAST_DROP is another one");
    check(!dut->alert && !msi_its_take_alert(BASE, &drop), "the alert stays up");
}

}  // namespace

// How the C code reaches the registers: one AXI4-Lite transfer each.
uint32_t msi_its_read(uintptr_t base, size_t offset) {
    dut->s_axil_araddr = static_cast<uint8_t>(base - BASE + offset);
    transfer(dut->s_axil_arvalid, dut->s_axil_arready, "s_axil takes no read address");
    for (int cycles = 0; !dut->s_axil_rvalid; ++cycles) {
        check(cycles < LONGEST, "s_axil does not answer a read");
        idle(1);
    }
    const uint32_t value = dut->s_axil_rdata;
    transfer(dut->s_axil_rready, dut->s_axil_rvalid, "s_axil takes its answer back");
    return value;
}

void msi_its_write(uintptr_t base, size_t offset, uint32_t value) {
    if (event_before_range && offset == offsetof(msi_csr_t, COMMAND) &&
        value == MSI_CSR__OPERATION_CODE__SET_BUS_RANGE) {
        event_before_range = false;
        signal_event(7);
    }
    // Data may come before, with or after its address: here after it.
    dut->s_axil_awaddr = static_cast<uint8_t>(base - BASE + offset);
    transfer(dut->s_axil_awvalid, dut->s_axil_awready, "s_axil takes no write address");
    dut->s_axil_wdata = value;
    dut->s_axil_wstrb = 0xF;
    transfer(dut->s_axil_wvalid, dut->s_axil_wready, "s_axil takes no write data");
    transfer(dut->s_axil_bready, dut->s_axil_bvalid, "s_axil does not answer a write");
}

int main() {
    idle(4);
    dut->rst_n = 1;

    root_port port{/*target*/ 3, /*range*/ 3, /*connection*/ 1,
                   /*devid_base*/ 1 << 16, /*rid_offset*/ 0x18, /*secondary*/ 0x10, /*subordinate*/ 0x1F};
    interrupt line{/*route*/ 7, /*rid*/ 0x1100, DOORBELL, /*data*/ 5};
    check(bring_up(BASE, &port) == 0, "bring_up");
    check(add_interrupt(BASE, &port, &line) == 0, "add_interrupt");
    check(unmask(BASE, &line) == 0, "unmask");

    signal_msi(3, 0x1F08, DOORBELL, 9);
    expect(0x00011F08, DOORBELL, 9, "a message of a function behind the port");
    signal_event(7);
    expect(0x00011100, DOORBELL, 5, "an event of a route");
    signal_msi(3, 0x2000, DOORBELL, 9);
    expect_drop(0x2000, port, MSI_CSR__ANSWER__DROPPED_BUS_RANGE,
                "a message from a bus that the port does not have");

    port.secondary = 0x20;
    port.subordinate = 0x2F;
    line.rid = 0x2100;
    event_before_range = true;
    check(renumber(BASE, &port, &line, 1) == 0, "renumber");
    expect(0x00012100, DOORBELL, 5, "an event while buses were renumbered");
    signal_msi(3, 0x1F08, DOORBELL, 9);
    expect_drop(0x1F08, port, MSI_CSR__ANSWER__DROPPED_BUS_RANGE,
                "a message from a bus that the port had before");
    signal_msi(3, 0x2F08, DOORBELL, 9);
    expect(0x00012F08, DOORBELL, 9, "a message after the buses were renumbered");

    check(close_port(BASE, &port, &line, 1, /*nowhere*/ 7) == 0, "close_port");
    signal_event(7);
    signal_msi(3, 0x2F08, DOORBELL, 9);
    expect_drop(0x2F08, port, MSI_CSR__ANSWER__DROPPED_DISCONNECTED,
                "an event and a message after the port was closed");

    check(msi_its_read(BASE, offsetof(msi_csr_t, MESSAGES)) == 4, "MESSAGES is not 4");
    check(msi_its_read(BASE, offsetof(msi_csr_t, ERRORS)) == 0, "ERRORS is not 0");
    std::printf("smoke: passed: 4 messages sent, 3 dropped\n");
    return 0;
}
