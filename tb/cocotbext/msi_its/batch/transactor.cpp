// SPDX-License-Identifier: MIT
//
// The pins of the batched path: clock, reset, drivers and monitors around the Verilated design,
// without Python in any clock cycle. It is linked with the design into a shared library, and called
// by tb/cocotbext/msi_its/batch/transactor.py, whose types mirror those below.
//
// A batch is a list of operations. Drivers put them on the buses; monitors, apart from them, record
// what happens there: operations accepted on each source (a command when it is written), retire
// records, messages on m_msi, changes of alert, and broken rules of H2. Nothing is judged here except
// H2, and that time passes without progress.
//
// In a clock cycle, drivers set the inputs, the design settles with clk low, monitors and drivers look
// at what the rising edge will see, and clk rises.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "../run/simulators/start.h"
#include "Vtop.h"
#include "msi_csr.h"
#include "verilated.h"

namespace {

// ---- what is shared with Python -----------------------------------------------------------------

enum Source : uint8_t {
    COMMAND = MSI_CSR__SOURCE__COMMAND,
    MESSAGE = MSI_CSR__SOURCE__MESSAGE,
    EVENT = MSI_CSR__SOURCE__EVENT,
    RANGE = MSI_CSR__SOURCE__RANGE,
    SOURCES
};

struct Operation {
    uint64_t address;
    uint32_t data;
    uint32_t devid_base;
    uint16_t target;
    uint16_t rid;
    uint16_t route;
    uint16_t range;
    uint16_t connection;
    uint16_t rid_offset;
    uint8_t secondary;
    uint8_t subordinate;
    uint8_t code;
    uint8_t source;
};
static_assert(sizeof(Operation) == 32, "tb/cocotbext/msi_its/batch/records.py has the same layout");

struct Message {
    uint64_t address;
    uint32_t data;
    uint32_t devid;
};
static_assert(sizeof(Message) == 16, "tb/cocotbext/msi_its/batch/records.py has the same layout");

struct Result {
    uint32_t cycle;
    uint16_t bdf;
    uint8_t answer;
    uint8_t sent;
};
static_assert(sizeof(Result) == 8, "tb/cocotbext/msi_its/batch/records.py has the same layout");

enum EventKind : uint8_t {
    ALERT_FELL,
    ALERT_ROSE,
    VALID_FELL,
    PAYLOAD_CHANGED,
    VALID_LATE,
    ERROR_RESPONSE,
    NOT_ASKED_FOR,
    HIGH_IN_RESET
};
enum Bus : uint8_t { M_MSI, WRITES, READS, RETIRE, ALERT, S_MSI, S_EVT, S_RANGE, BUSES };

struct Event {
    uint32_t cycle;
    uint8_t kind;
    uint8_t bus;
    uint16_t unused;
};
static_assert(sizeof(Event) == 8, "tb/cocotbext/msi_its/batch/records.py has the same layout");

enum Status : uint32_t { DONE, HANGS, OVERFLOWS, FINISHED };

// What still waits when a batch ends early.
enum Waiting : uint32_t {
    S_MSI_READY = 1,
    S_EVT_READY = 2,
    COMMAND_IN_FLIGHT = 4,
    RESPONSE = 8,
    ARREADY = 16,
    READ_DATA = 32,
    AWREADY = 64,
    WREADY = 128,
    S_RANGE_READY = 256
};

struct Batch {
    const Operation* operations;
    uint64_t count;
    uint64_t capacity;  // of each array below; one of them full ends the batch
    Operation* retired;
    Result* results;
    Message* retired_messages;
    Message* messages;
    uint32_t* message_cycles;
    Operation* accepted[SOURCES];
    uint32_t* accepted_cycles[SOURCES];
    Event* events;
    uint64_t event_capacity;  // further ones are only counted
    uint32_t ordered;         // execute in the order given; otherwise only each source keeps its order
    uint32_t hang_cycles;     // without any transfer, with something left to do
    // The answer:
    uint64_t retired_count;
    uint64_t message_count;
    uint64_t accepted_count[SOURCES];
    uint64_t event_count;
    uint64_t cycles;
    uint32_t status;
    uint32_t waiting;
};

// ---- stalls -------------------------------------------------------------------------------------

class Random {
  public:
    explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u | 1) {}
    uint32_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<uint32_t>(state_ >> 32);
    }

  private:
    uint64_t state_;
};

// Runs of stalled and of flowing cycles, of random lengths: four stalled ones on average, or more
// where a share that large takes longer runs.
class Stalls {
  public:
    // Stall `share` of the cycles, from 0 to 0.99.
    void start(double share, uint64_t seed) {
        const double end = share > 0 ? std::min(0.25, (1 - share) / share) : 1;
        random_ = Random(seed);
        stalled_ = false;
        ends_ = static_cast<uint32_t>(end * UINT32_MAX);
        begins_ = static_cast<uint32_t>(end * share / (1 - share) * UINT32_MAX);
    }
    // Whether this cycle is stalled.
    bool next() {
        if (begins_ == 0) return false;
        if (random_.next() < (stalled_ ? ends_ : begins_)) stalled_ = !stalled_;
        return stalled_;
    }

  private:
    Random random_{1};
    bool stalled_ = false;
    uint32_t begins_ = 0, ends_ = 0;  // how likely a stall begins or ends in a cycle, of 2^32
};

// ---- registers ----------------------------------------------------------------------------------

constexpr uint32_t ARGUMENTS[] = {
    offsetof(msi_csr_t, ARG_RANGE),        offsetof(msi_csr_t, ARG_TARGET),
    offsetof(msi_csr_t, ARG_BUS),          offsetof(msi_csr_t, ARG_RID),
    offsetof(msi_csr_t, ARG_ADDRESS_LOW),  offsetof(msi_csr_t, ARG_ADDRESS_HIGH),
    offsetof(msi_csr_t, ARG_DATA),         offsetof(msi_csr_t, ARG_DEVID_BASE),
};
constexpr size_t ARGUMENT_REGISTERS = sizeof(ARGUMENTS) / sizeof(ARGUMENTS[0]);

#define PUT(field, value) (static_cast<uint32_t>(value) << MSI_CSR__##field##_bp)
#define GET(field, value) (((value)&MSI_CSR__##field##_bm) >> MSI_CSR__##field##_bp)

// What the ARG registers hold for an operation.
void to_registers(const Operation& from, uint32_t (&to)[ARGUMENT_REGISTERS]) {
    to[0] = PUT(ARG_RANGE__RANGE, from.range) | PUT(ARG_RANGE__CONNECTION, from.connection);
    to[1] = PUT(ARG_TARGET__TARGET, from.target) | PUT(ARG_TARGET__ROUTE, from.route);
    to[2] = PUT(ARG_BUS__SECONDARY, from.secondary) | PUT(ARG_BUS__SUBORDINATE, from.subordinate) |
            PUT(ARG_BUS__RID_OFFSET, from.rid_offset);
    to[3] = PUT(ARG_RID__RID, from.rid) | PUT(ARG_RID__SEGMENT, from.devid_base >> 16);
    to[4] = static_cast<uint32_t>(from.address);
    to[5] = static_cast<uint32_t>(from.address >> 32);
    to[6] = from.data;
    to[7] = PUT(ARG_DEVID_BASE__DEVID_BASE_LOW, from.devid_base & 0xFFFF);
}

Operation from_registers(const uint32_t (&from)[ARGUMENT_REGISTERS]) {
    Operation to{};
    to.range = GET(ARG_RANGE__RANGE, from[0]);
    to.connection = GET(ARG_RANGE__CONNECTION, from[0]);
    to.target = GET(ARG_TARGET__TARGET, from[1]);
    to.route = GET(ARG_TARGET__ROUTE, from[1]);
    to.secondary = GET(ARG_BUS__SECONDARY, from[2]);
    to.subordinate = GET(ARG_BUS__SUBORDINATE, from[2]);
    to.rid_offset = GET(ARG_BUS__RID_OFFSET, from[2]);
    to.rid = GET(ARG_RID__RID, from[3]);
    to.devid_base = GET(ARG_RID__SEGMENT, from[3]) << 16 |
                    GET(ARG_DEVID_BASE__DEVID_BASE_LOW, from[7]);
    to.address = from[4] | static_cast<uint64_t>(from[5]) << 32;
    to.data = from[6];
    return to;
}

// Keeps the arguments that an operation takes, and sets all others to 0.
class Masks {
  public:
    explicit Masks(const Operation* masks) { std::memcpy(masks_, masks, sizeof(masks_)); }
    void apply(Operation& operation) const {
        uint64_t words[4];
        std::memcpy(words, &operation, sizeof(words));
        for (int i = 0; i < 4; i++) words[i] &= masks_[operation.code][i];
        std::memcpy(&operation, words, sizeof(words));
    }
    // The arguments that `operation` takes, from it; the others from `held`.
    Operation merge(const Operation& operation, const Operation& held) const {
        uint64_t from[4], to[4];
        std::memcpy(from, &operation, sizeof(from));
        std::memcpy(to, &held, sizeof(to));
        for (int i = 0; i < 4; i++) {
            const uint64_t mask = masks_[operation.code][i];
            to[i] = (from[i] & mask) | (to[i] & ~mask);
        }
        Operation merged;
        std::memcpy(&merged, to, sizeof(to));
        return merged;
    }

  private:
    uint64_t masks_[256][4];
};

// ---- s_range, which a design may have or not ------------------------------------------------------

template <class Design, class = void>
struct RangePort {
    static constexpr bool exists = false;
    static void put(Design&, bool) {}
    static void put(Design&, const Operation&) {}
    static bool valid(const Design&) { return false; }
    static bool ready(const Design&) { return false; }
    static Operation get(const Design&) { return Operation{}; }
};

template <class Design>
struct RangePort<Design, std::void_t<decltype(std::declval<Design&>().s_range_valid)>> {
    static constexpr bool exists = true;
    static void put(Design& dut, bool valid) { dut.s_range_valid = valid; }
    static void put(Design& dut, const Operation& operation) {
        dut.s_range_range = operation.range;
        dut.s_range_secondary = operation.secondary;
        dut.s_range_subordinate = operation.subordinate;
    }
    static bool valid(const Design& dut) { return dut.s_range_valid; }
    static bool ready(const Design& dut) { return dut.s_range_ready; }
    static Operation get(const Design& dut) {
        Operation operation{};
        operation.range = dut.s_range_range;
        operation.secondary = dut.s_range_secondary;
        operation.subordinate = dut.s_range_subordinate;
        operation.code = MSI_CSR__OPERATION_CODE__SET_BUS_RANGE;
        return operation;
    }
};

using Range = RangePort<Vtop>;

// ---- drivers: each sets the inputs of its own bus -------------------------------------------------

// What drivers share of a batch: the operations of each source, and whose turn it is.
struct Plan {
    const Operation* operations = nullptr;
    bool ordered = false;
    uint64_t turn = 0;  // operations handed over so far; in order, the next one's index
    std::vector<uint32_t> queues[SOURCES];
    size_t heads[SOURCES] = {};

    void start(const Batch& batch) {
        operations = batch.operations;
        ordered = batch.ordered != 0;
        turn = 0;
        for (int source = 0; source < SOURCES; source++) {
            queues[source].clear();
            heads[source] = 0;
        }
        for (uint64_t i = 0; i < batch.count; i++)
            queues[batch.operations[i].source].push_back(static_cast<uint32_t>(i));
    }
    bool more(Source source) const { return heads[source] < queues[source].size(); }
    const Operation& head(Source source) const {
        return operations[queues[source][heads[source]]];
    }
    bool may_start(Source source) const {
        return more(source) && (!ordered || queues[source][heads[source]] == turn);
    }
    void handed_over(Source source) {
        heads[source] += 1;
        turn += 1;
    }
};

class MessageDriver {  // s_msi
  public:
    explicit MessageDriver(Vtop& dut) : dut_(dut) { reset(); }
    void reset() { dut_.s_msi_valid = 0; }
    void drive(const Plan& plan) {
        const bool stalled = stalls.next();
        if (dut_.s_msi_valid || stalled || !plan.may_start(MESSAGE)) return;
        const Operation& operation = plan.head(MESSAGE);
        dut_.s_msi_valid = 1;
        dut_.s_msi_target = operation.target;
        dut_.s_msi_explicit_rid =
            operation.code == MSI_CSR__OPERATION_CODE__SIGNAL_MSI_WITH_RID;
        dut_.s_msi_rid = operation.rid;
        dut_.s_msi_address = operation.address;
        dut_.s_msi_data = operation.data;
    }
    void look(Plan& plan) {
        accepted_ = dut_.s_msi_valid && dut_.s_msi_ready;
        if (accepted_) plan.handed_over(MESSAGE);
    }
    void after_edge() {
        if (accepted_) dut_.s_msi_valid = 0;
    }
    Stalls stalls;

  private:
    Vtop& dut_;
    bool accepted_ = false;
};

class EventDriver {  // s_evt
  public:
    explicit EventDriver(Vtop& dut) : dut_(dut) { reset(); }
    void reset() { dut_.s_evt_valid = 0; }
    void drive(const Plan& plan) {
        const bool stalled = stalls.next();
        if (dut_.s_evt_valid || stalled || !plan.may_start(EVENT)) return;
        dut_.s_evt_valid = 1;
        dut_.s_evt_route = plan.head(EVENT).route;
    }
    void look(Plan& plan) {
        accepted_ = dut_.s_evt_valid && dut_.s_evt_ready;
        if (accepted_) plan.handed_over(EVENT);
    }
    void after_edge() {
        if (accepted_) dut_.s_evt_valid = 0;
    }
    Stalls stalls;

  private:
    Vtop& dut_;
    bool accepted_ = false;
};

class RangeDriver {  // s_range
  public:
    explicit RangeDriver(Vtop& dut) : dut_(dut) { reset(); }
    void reset() { Range::put(dut_, false); }
    void drive(const Plan& plan) {
        const bool stalled = stalls.next();
        if (Range::valid(dut_) || stalled || !plan.may_start(RANGE)) return;
        Range::put(dut_, true);
        Range::put(dut_, plan.head(RANGE));
    }
    void look(Plan& plan) {
        accepted_ = Range::valid(dut_) && Range::ready(dut_);
        if (accepted_) plan.handed_over(RANGE);
    }
    void after_edge() {
        if (accepted_) Range::put(dut_, false);
    }
    Stalls stalls;

  private:
    Vtop& dut_;
    bool accepted_ = false;
};

class ReadyDriver {  // m_msi
  public:
    explicit ReadyDriver(Vtop& dut) : dut_(dut) { dut_.m_msi_ready = 1; }
    void drive() { dut_.m_msi_ready = !stalls.next(); }
    Stalls stalls;

  private:
    Vtop& dut_;
};

// s_axil: software. It writes the ARG registers that change while the command before is still in
// flight, and COMMAND once it is an operation's turn. In flight means: not retired yet.
class CommandDriver {
  public:
    CommandDriver(Vtop& dut, const Masks& masks) : dut_(dut), masks_(masks) { reset(); }

    void reset() {
        dut_.s_axil_awvalid = dut_.s_axil_wvalid = dut_.s_axil_arvalid = 0;
        dut_.s_axil_bready = dut_.s_axil_rready = 1;
        dut_.s_axil_awprot = dut_.s_axil_arprot = 0;
        dut_.s_axil_wstrb = 0xF;
        held_ = Operation{};
        prepared_ = in_flight_ = false;
        writes_ = addressed_ = written_ = answered_ = 0;
    }

    void start() { next_ = 0; }

    void drive(const Plan& plan) {
        if (!prepared_ && next_ < plan.queues[COMMAND].size())
            prepare(plan.operations[plan.queues[COMMAND][next_++]]);
        // Of a prepared command, the last write is that of COMMAND itself.
        const bool command_may_go = !in_flight_ && plan.may_start(COMMAND);
        const uint64_t may_go = writes_ - (prepared_ && !command_may_go);
        const bool aw_stalled = aw_stalls.next(), w_stalled = w_stalls.next();
        if (!dut_.s_axil_awvalid && !aw_stalled && addressed_ < may_go) {
            dut_.s_axil_awvalid = 1;
            dut_.s_axil_awaddr = queue_[addressed_ % QUEUE].first;
        }
        if (!dut_.s_axil_wvalid && !w_stalled && written_ < may_go) {
            dut_.s_axil_wvalid = 1;
            dut_.s_axil_wdata = queue_[written_ % QUEUE].second;
        }
        dut_.s_axil_bready = !b_stalls.next();
        dut_.s_axil_rready = !r_stalls.next();
    }

    void look(Plan& plan) {
        address_accepted_ = dut_.s_axil_awvalid && dut_.s_axil_awready;
        data_accepted_ = dut_.s_axil_wvalid && dut_.s_axil_wready;
        addressed_ += address_accepted_;
        written_ += data_accepted_;
        answered_ += dut_.s_axil_bvalid && dut_.s_axil_bready;
        if (prepared_ && addressed_ == writes_ && written_ == writes_) {
            in_flight_ = true;
            prepared_ = false;
        }
        if (in_flight_ && dut_.retire_valid && dut_.retire_source == COMMAND) {
            in_flight_ = false;
            plan.handed_over(COMMAND);
        }
    }

    void after_edge() {
        if (address_accepted_) dut_.s_axil_awvalid = 0;
        if (data_accepted_) dut_.s_axil_wvalid = 0;
    }

    bool in_flight() const { return in_flight_; }
    bool unanswered() const { return answered_ < writes_; }
    Stalls aw_stalls, w_stalls, b_stalls, r_stalls;

  private:
    static constexpr uint64_t QUEUE = 8;  // writes: a command has at most as many

    void write(uint32_t address, uint32_t data) {
        queue_[writes_ % QUEUE] = {address, data};
        writes_ += 1;
    }

    void prepare(const Operation& operation) {
        uint32_t before[ARGUMENT_REGISTERS], after[ARGUMENT_REGISTERS];
        to_registers(held_, before);
        held_ = masks_.merge(operation, held_);
        to_registers(held_, after);
        for (size_t i = 0; i < ARGUMENT_REGISTERS; i++)
            if (before[i] != after[i]) write(ARGUMENTS[i], after[i]);
        write(offsetof(msi_csr_t, COMMAND), operation.code);
        prepared_ = true;
    }

    Vtop& dut_;
    const Masks& masks_;
    Operation held_{};       // what the ARG registers hold when all writes are done
    size_t next_ = 0;        // of the commands, the next one to prepare
    bool prepared_ = false;  // the writes of the next command are queued
    bool in_flight_ = false;
    uint64_t writes_ = 0, addressed_ = 0, written_ = 0, answered_ = 0;
    std::pair<uint32_t, uint32_t> queue_[QUEUE] = {};
    bool address_accepted_ = false, data_accepted_ = false;
};

// ---- monitors: they only look ---------------------------------------------------------------------

class Monitors {
  public:
    Monitors(const Vtop& dut, const Masks& masks) : dut_(dut), masks_(masks) {}

    void reset() {
        std::memset(arguments_, 0, sizeof(arguments_));
        addresses_.clear();
        data_.clear();
        writes_due_ = reads_due_ = 0;
        not_asked_for_ = false;
        alert_ = false;
        message_ = response_ = read_ = Held{};
        fresh_ = true;
    }

    // Look at what an edge in reset sees, except the first, which is the one that resets (H8).
    void look_in_reset() {
        high_in_reset_[M_MSI] |= dut_.m_msi_valid;
        high_in_reset_[WRITES] |= dut_.s_axil_bvalid;
        high_in_reset_[READS] |= dut_.s_axil_rvalid;
        high_in_reset_[RETIRE] |= dut_.retire_valid;
        high_in_reset_[ALERT] |= dut_.alert;
    }

    void start(Batch& batch) {
        batch_ = &batch;
        cycle_ = 0;
        sent_ = 0;
        late_ = 0;
        full_ = false;
    }

    // Look at what the rising edge will see. Returns whether anything moved.
    bool look() {
        bool moved = false;
        if (fresh_) look_after_reset();
        if (dut_.s_msi_valid && dut_.s_msi_ready) {
            Operation operation{};
            operation.target = dut_.s_msi_target;
            operation.rid = dut_.s_msi_rid;
            operation.address = dut_.s_msi_address;
            operation.data = dut_.s_msi_data;
            operation.code = dut_.s_msi_explicit_rid ? MSI_CSR__OPERATION_CODE__SIGNAL_MSI_WITH_RID
                                                     : MSI_CSR__OPERATION_CODE__SIGNAL_MSI;
            accepted(MESSAGE, operation);
            moved = true;
        }
        if (dut_.s_evt_valid && dut_.s_evt_ready) {
            Operation operation{};
            operation.route = dut_.s_evt_route;
            operation.code = MSI_CSR__OPERATION_CODE__SIGNAL_EVENT;
            accepted(EVENT, operation);
            moved = true;
        }
        if (Range::valid(dut_) && Range::ready(dut_)) {
            Operation operation = Range::get(dut_);
            accepted(RANGE, operation);
            moved = true;
        }
        moved |= look_at_registers();
        if (dut_.retire_valid) {
            retired();
            moved = true;
        }
        if (static_cast<bool>(dut_.alert) != alert_) {
            alert_ = dut_.alert;
            event(alert_ ? ALERT_ROSE : ALERT_FELL, ALERT);
        }
        const Message message{dut_.m_msi_address, dut_.m_msi_data, dut_.m_msi_devid};
        check(message_, dut_.m_msi_valid, dut_.m_msi_ready, message, M_MSI);
        if (dut_.m_msi_valid && dut_.m_msi_ready) {
            if (batch_->message_count < batch_->capacity) {
                batch_->messages[batch_->message_count] = message;
                batch_->message_cycles[batch_->message_count] = cycle_;
                batch_->message_count += 1;
            } else {
                full_ = true;
            }
            moved = true;
        }
        // H2: valid does not wait for ready. A message that has retired is on its way.
        const bool due = batch_->message_count < sent_ && !dut_.m_msi_valid;
        late_ = due ? late_ + 1 : 0;
        if (late_ == LATE_CYCLES) event(VALID_LATE, M_MSI);
        cycle_ += 1;
        return moved;
    }

    bool full() const { return full_; }
    uint64_t sent() const { return sent_; }

  private:
    static constexpr uint32_t LATE_CYCLES = 8;

    struct Held {  // a transfer that waits for ready
        bool held = false;
        Message payload{};
    };

    void accepted(Source source, Operation& operation) {
        uint64_t& count = batch_->accepted_count[source];
        if (count == batch_->capacity) {
            full_ = true;
            return;
        }
        operation.source = source;
        masks_.apply(operation);
        batch_->accepted[source][count] = operation;
        batch_->accepted_cycles[source][count] = cycle_;
        count += 1;
    }

    void retired() {
        const uint64_t count = batch_->retired_count;
        if (count == batch_->capacity) {
            full_ = true;
            return;
        }
        Operation& operation = batch_->retired[count];
        operation = Operation{};
        operation.address = dut_.retire_address;
        operation.data = dut_.retire_data;
        operation.target = dut_.retire_target;
        operation.rid = dut_.retire_rid;
        operation.route = dut_.retire_route;
        operation.range = dut_.retire_range;
        operation.connection = dut_.retire_connection;
        operation.devid_base = dut_.retire_devid_base;
        operation.secondary = dut_.retire_secondary;
        operation.subordinate = dut_.retire_subordinate;
        operation.rid_offset = dut_.retire_rid_offset;
        operation.code = dut_.retire_operation;
        operation.source = dut_.retire_source;
        masks_.apply(operation);
        Result& result = batch_->results[count];
        result.cycle = cycle_;
        result.answer = dut_.retire_answer;
        result.sent = dut_.retire_sent;
        result.bdf = dut_.retire_bdf;
        Message& message = batch_->retired_messages[count];
        message = {dut_.retire_message_address, dut_.retire_message_data,
                   dut_.retire_message_devid};  // all 0 where none was sent
        sent_ += result.sent;
        batch_->retired_count += 1;
    }

    // The first edge after reset still sees the reset state: nothing has moved, tables are cleared.
    void look_after_reset() {
        look_in_reset();
        high_in_reset_[S_MSI] |= dut_.s_msi_ready;
        high_in_reset_[S_EVT] |= dut_.s_evt_ready;
        high_in_reset_[S_RANGE] |= Range::ready(dut_);
        for (int bus = 0; bus < BUSES; bus++) {
            if (high_in_reset_[bus]) event(HIGH_IN_RESET, static_cast<Bus>(bus));
            high_in_reset_[bus] = false;
        }
        fresh_ = false;
    }

    bool look_at_registers() {
        const bool address = dut_.s_axil_awvalid && dut_.s_axil_awready;
        const bool data = dut_.s_axil_wvalid && dut_.s_axil_wready;
        if (address) addresses_.push_back(dut_.s_axil_awaddr & ~3u);
        if (data) data_.push_back(dut_.s_axil_wdata);
        while (!addresses_.empty() && !data_.empty()) {
            written(addresses_.front(), data_.front());
            addresses_.pop_front();
            data_.pop_front();
            writes_due_ += 1;
        }
        reads_due_ += dut_.s_axil_arvalid && dut_.s_axil_arready;
        check(response_, dut_.s_axil_bvalid, dut_.s_axil_bready,
              Message{0, 0, dut_.s_axil_bresp}, WRITES);
        check(read_, dut_.s_axil_rvalid, dut_.s_axil_rready,
              Message{0, dut_.s_axil_rdata, dut_.s_axil_rresp}, READS);
        const bool response = dut_.s_axil_bvalid && dut_.s_axil_bready;
        const bool read = dut_.s_axil_rvalid && dut_.s_axil_rready;
        if (response && dut_.s_axil_bresp != 0) event(ERROR_RESPONSE, WRITES);
        // What nobody asked for is told once, and is no progress.
        const bool answered = response && writes_due_ > 0, returned = read && reads_due_ > 0;
        writes_due_ -= answered;
        reads_due_ -= returned;
        if ((response && !answered) || (read && !returned)) {
            if (!not_asked_for_) event(NOT_ASKED_FOR, response && !answered ? WRITES : READS);
            not_asked_for_ = true;
        }
        return address || data || answered || returned;
    }

    void written(uint32_t address, uint32_t data) {
        for (size_t i = 0; i < ARGUMENT_REGISTERS; i++)
            if (ARGUMENTS[i] == address) arguments_[i] = data;
        if (address != offsetof(msi_csr_t, COMMAND)) return;
        Operation operation = from_registers(arguments_);
        operation.code = GET(COMMAND__OPERATION, data);
        accepted(COMMAND, operation);
    }

    // H2: valid, once up, stays up with the same payload until ready.
    void check(Held& was, bool valid, bool ready, const Message& payload, Bus bus) {
        if (was.held && !valid)
            event(VALID_FELL, bus);
        else if (was.held && std::memcmp(&was.payload, &payload, sizeof(payload)) != 0)
            event(PAYLOAD_CHANGED, bus);
        was.held = valid && !ready;
        if (was.held) was.payload = payload;
    }

    void event(EventKind kind, Bus bus) {
        if (batch_->event_count < batch_->event_capacity)
            batch_->events[batch_->event_count] = {cycle_, kind, bus, 0};
        batch_->event_count += 1;
    }

    const Vtop& dut_;
    const Masks& masks_;
    Batch* batch_ = nullptr;
    uint32_t cycle_ = 0;  // since the start of the batch
    uint64_t sent_ = 0;   // retire records with a message
    uint32_t late_ = 0;   // for how many cycles m_msi has shown nothing though it should
    bool full_ = false;
    bool alert_ = false;
    bool fresh_ = false;  // nothing was looked at since reset
    bool high_in_reset_[BUSES] = {};
    Held message_, response_, read_;
    uint64_t writes_due_ = 0, reads_due_ = 0;  // accepted and not answered
    bool not_asked_for_ = false;               // since reset
    uint32_t arguments_[ARGUMENT_REGISTERS] = {};
    std::deque<uint32_t> addresses_, data_;  // of writes, not paired yet
};

// ---- all of it ------------------------------------------------------------------------------------

constexpr uint64_t HALF_CYCLE = 5000;  // picoseconds, as tb/cocotbext/msi_its/bench/environment.py has it
constexpr uint32_t QUIET_CYCLES = 8;  // after the last operation, nothing is in the pipeline

class Transactor {
  public:
    Transactor(uint32_t seed, const Operation* masks, int argc, const char** argv)
        : context_(new VerilatedContext),
          masks_(masks),
          seed_(seed) {
        context_->randReset(2);
        context_->randSeed(static_cast<int>(seed % 0x7FFFFFFF) + 1);
        context_->commandArgs(argc, argv);
        context_->assertOn(false);  // registers start random: see reset
        dut_.reset(new Vtop(context_.get()));
        messages_.reset(new MessageDriver(*dut_));
        events_.reset(new EventDriver(*dut_));
        ranges_.reset(new RangeDriver(*dut_));
        ready_.reset(new ReadyDriver(*dut_));
        commands_.reset(new CommandDriver(*dut_, masks_));
        monitors_.reset(new Monitors(*dut_, masks_));
        dut_->clk = 0;
        dut_->rst_n = 0;
        dut_->eval();
    }

    ~Transactor() { dut_->final(); }

    void reset(uint32_t cycles) {
        dut_->rst_n = 0;
        messages_->reset();
        events_->reset();
        ranges_->reset();
        commands_->reset();
        for (uint32_t i = 0; i < cycles; i++) {
            settle();
            if (i > 0) monitors_->look_in_reset();
            rise();
        }
        monitors_->reset();
        context_->assertOn(true);
        dut_->rst_n = 1;
    }

    void stall(double share) {
        Stalls* all[] = {&messages_->stalls,      &events_->stalls,        &ready_->stalls,
                         &commands_->aw_stalls,   &commands_->w_stalls,    &commands_->b_stalls,
                         &commands_->r_stalls,    &ranges_->stalls};
        uint64_t number = seed_;
        for (Stalls* stalls : all) stalls->start(share, ++number);
    }

    void run(Batch& batch) {
        plan_.start(batch);
        commands_->start();
        begin(batch);
        uint32_t idle = 0, quiet = 0;
        while (quiet < QUIET_CYCLES && batch.status == DONE) {
            messages_->drive(plan_);
            events_->drive(plan_);
            ranges_->drive(plan_);
            commands_->drive(plan_);
            ready_->drive();
            settle();
            const bool moved = monitors_->look();
            messages_->look(plan_);
            events_->look(plan_);
            ranges_->look(plan_);
            commands_->look(plan_);
            rise();
            messages_->after_edge();
            events_->after_edge();
            ranges_->after_edge();
            commands_->after_edge();
            batch.cycles += 1;
            const bool left = plan_.turn < batch.count || batch.retired_count < batch.count ||
                              batch.message_count < monitors_->sent() || commands_->unanswered();
            quiet = left || moved ? 0 : quiet + 1;
            idle = moved ? 0 : idle + 1;
            if (idle > batch.hang_cycles) batch.status = HANGS;
            if (monitors_->full()) batch.status = OVERFLOWS;
            if (context_->gotFinish()) batch.status = FINISHED;
        }
        if (dut_->s_msi_valid) batch.waiting |= S_MSI_READY;
        if (dut_->s_evt_valid) batch.waiting |= S_EVT_READY;
        if (Range::valid(*dut_)) batch.waiting |= S_RANGE_READY;
        if (commands_->in_flight()) batch.waiting |= COMMAND_IN_FLIGHT;
        if (dut_->s_axil_awvalid) batch.waiting |= AWREADY;
        if (dut_->s_axil_wvalid) batch.waiting |= WREADY;
        if (commands_->unanswered()) batch.waiting |= RESPONSE;
    }

    // Reads a register; batch takes what the monitors see meanwhile.
    void read(Batch& batch, uint32_t address, uint32_t& data, uint32_t& response) {
        begin(batch);
        dut_->m_msi_ready = 1;
        settle();
        monitors_->look();  // what comes now was not asked for
        next(batch);
        dut_->s_axil_arvalid = 1;
        dut_->s_axil_araddr = address;
        dut_->s_axil_rready = 1;
        bool asked = false, waits = true;
        while (waits && batch.status == DONE) {
            settle();
            monitors_->look();
            asked |= dut_->s_axil_arvalid && dut_->s_axil_arready;
            if (asked && dut_->s_axil_rvalid) {
                waits = false;
                data = dut_->s_axil_rdata;
                response = dut_->s_axil_rresp;
            }
            next(batch);
            if (asked) dut_->s_axil_arvalid = 0;
        }
        if (batch.status == HANGS) batch.waiting |= asked ? READ_DATA : ARREADY;
    }

    // Acknowledges the alert, and lets it fall; batch takes what the monitors see meanwhile.
    void acknowledge(Batch& batch, uint32_t& response) {
        begin(batch);
        dut_->s_axil_awvalid = dut_->s_axil_wvalid = 1;
        dut_->s_axil_awaddr = offsetof(msi_csr_t, ALERT);
        dut_->s_axil_wdata = MSI_CSR__ALERT__ALERT_bm;
        dut_->s_axil_bready = 1;
        dut_->m_msi_ready = 1;
        for (uint32_t quiet = 0; quiet < QUIET_CYCLES && batch.status == DONE;) {
            settle();
            monitors_->look();
            const bool addressed = dut_->s_axil_awready, written = dut_->s_axil_wready;
            if (quiet > 0) {
                quiet += 1;
            } else if (dut_->s_axil_bvalid && (addressed || !dut_->s_axil_awvalid) &&
                       (written || !dut_->s_axil_wvalid)) {
                quiet = 1;
                response = dut_->s_axil_bresp;
            }
            next(batch);
            if (addressed) dut_->s_axil_awvalid = 0;
            if (written) dut_->s_axil_wvalid = 0;
        }
        if (batch.status == HANGS) batch.waiting |= RESPONSE;
    }

    // The limit: a message in every cycle, none of them looked at. Returns how many came out.
    uint64_t limit(const Operation& operation, uint64_t cycles) {
        uint64_t sent = 0;
        dut_->m_msi_ready = 1;
        dut_->s_msi_valid = 1;
        dut_->s_msi_target = operation.target;
        dut_->s_msi_explicit_rid = 1;
        for (uint64_t i = 0; i < cycles; i++) {
            dut_->s_msi_rid = operation.rid | (i & 0xFF);
            dut_->s_msi_address = operation.address + i;
            dut_->s_msi_data = static_cast<uint32_t>(i);
            settle();
            sent += dut_->m_msi_valid;
            rise();
        }
        dut_->s_msi_valid = 0;
        return sent;
    }

  private:
    void begin(Batch& batch) {
        batch.retired_count = batch.message_count = batch.event_count = batch.cycles = 0;
        for (uint64_t& count : batch.accepted_count) count = 0;
        batch.status = DONE;
        batch.waiting = 0;
        monitors_->start(batch);
    }

    // Ends a cycle of a register access.
    void next(Batch& batch) {
        rise();
        if (++batch.cycles > batch.hang_cycles) batch.status = HANGS;
        if (context_->gotFinish()) batch.status = FINISHED;
    }

    // Half a clock cycle each: inputs change when clk falls, and what the design delays comes in time.
    void settle() {
        advance();
        dut_->clk = 0;
        dut_->eval();
        advance();
    }

    void rise() {
        dut_->clk = 1;
        dut_->eval();
    }

    void advance() {
        const uint64_t end = context_->time() + HALF_CYCLE;
        while (dut_->eventsPending() && dut_->nextTimeSlot() < end) {
            context_->time(dut_->nextTimeSlot());
            dut_->eval();
        }
        context_->time(end);
    }

    std::unique_ptr<VerilatedContext> context_;
    std::unique_ptr<Vtop> dut_;
    Masks masks_;
    uint32_t seed_;
    Plan plan_;
    std::unique_ptr<MessageDriver> messages_;
    std::unique_ptr<EventDriver> events_;
    std::unique_ptr<RangeDriver> ranges_;
    std::unique_ptr<ReadyDriver> ready_;
    std::unique_ptr<CommandDriver> commands_;
    std::unique_ptr<Monitors> monitors_;
};

}  // namespace

extern "C" {

// masks: for each operation code, an Operation with all bits set of the arguments that it takes.
// argv: a word that is ignored, and the plusargs that the design sees.
Transactor* transactor_open(uint32_t seed, const Operation* masks, int argc, const char** argv) {
    return new Transactor(seed, masks, argc, argv);
}
uint32_t transactor_has_range() { return Range::exists; }
void transactor_close(Transactor* self) { delete self; }
void transactor_reset(Transactor* self, uint32_t cycles) { self->reset(cycles); }
void transactor_stall(Transactor* self, double share) { self->stall(share); }
void transactor_run(Transactor* self, Batch* batch) { self->run(*batch); }
void transactor_read(Transactor* self, Batch* batch, uint32_t address, uint32_t* data,
                     uint32_t* response) {
    self->read(*batch, address, *data, *response);
}
void transactor_acknowledge(Transactor* self, Batch* batch, uint32_t* response) {
    self->acknowledge(*batch, *response);
}
uint64_t transactor_limit(Transactor* self, const Operation* operation, uint64_t cycles) {
    return self->limit(*operation, cycles);
}
}
