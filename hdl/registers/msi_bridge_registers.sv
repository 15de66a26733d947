// SPDX-License-Identifier: MIT
//
// Control and status of msi_axi_bridge: the AXI4-Lite register block (generated from msi_bridge_csr.rdl), the
// counters, and the alert.
//
// Contract: axil is the bus from address 0x80 on, without the bit that says so. The levels are what software
// wrote last; msi64 stays 0 with a DATA_WIDTH of 32, bases have the bits of an address that are above a page
// of 64 KiB. Refusals and errors are valid-only, and seen in the cycle in which they are valid; a write and a
// read may be refused in one. Each is counted, by reason and, where the reason is SOURCE, by direction; counters
// saturate, and are read some cycles later, when it is their turn. alert is high from a refusal or error until
// software acknowledges it (H7). LAST_REFUSED is the most recent refusal, of two in one cycle the write.
// A register's address modulo 0x20 is its place among the bases, or among the counters in the order of
// COUNT_….

`default_nettype none

module msi_bridge_registers
  import msi_axil_pkg::*;
  import msi_bridge_csr_pkg::*;
#(
    // What BRIDGE_WIDTHS and BRIDGE_BUILD report
    parameter int unsigned ADDR_WIDTH    = 64,  // bits of an address, 32 to 64
    parameter int unsigned DATA_WIDTH    = 64,  // bits of a beat, 32 to 512
    parameter int unsigned ID_WIDTH      = 8,   // bits of an ID, 1 to 16
    parameter int unsigned OUTSTANDING   = 64,
    parameter int unsigned USER_SHIFT    = 0,
    parameter int unsigned ITS_PORT      = 0,   // 0, 1
    parameter int unsigned COUNTER_WIDTH = 32,  // bits of each counter, 4 to 32
    // Where the pages are after reset: addresses of ADDR_WIDTH bits, multiples of 64 KiB
    parameter logic [63:0] DOORBELL_RESET = 64'h0000_0000_0808_0000,
    parameter logic [63:0] MSI64_RESET    = 64'h0000_0000_0809_0000
) (
    input  wire logic                   clk,
    input  wire logic                   rst_n,

    input  wire axil_request_t          axil_request,
    output axil_response_t              axil_response,  // excused toggle: every access is answered with OKAY

    output logic      [ADDR_WIDTH-1:16] doorbell_base,
    output logic      [ADDR_WIDTH-1:16] msi64_base,
    output logic                        refused_okay,
    output logic                        dropped_slverr,
    output logic                        msi64,
    output logic                        check_all,

    // A write or a read was refused, for a reason of refused_e of msi_axi_pkg; the ITS answered with an error
    input  wire logic                   write_refused_valid,
    input  wire logic [3:0]             write_refused_reason,  // excused toggle: no code is that large
    input  wire logic [15:0]            write_refused_target,
    input  wire logic [15:0]            write_refused_rid,
    input  wire logic [63:0]            write_refused_address,
    input  wire logic [ID_WIDTH-1:0]    write_refused_id,
    input  wire logic                   read_refused_valid,
    input  wire logic [3:0]             read_refused_reason,  // excused toggle: no code is that large
    input  wire logic [15:0]            read_refused_target,
    input  wire logic [15:0]            read_refused_rid,
    input  wire logic [63:0]            read_refused_address,
    input  wire logic [ID_WIDTH-1:0]    read_refused_id,
    input  wire logic                   its_error_valid,
    input  wire logic [1:0]             its_error_resp,

    output logic                        alert
);

  if (ADDR_WIDTH < 32 || ADDR_WIDTH > 64) begin : gen_addr_width_illegal
    $error("msi_bridge_registers: ADDR_WIDTH must be 32 to 64");
  end
  if (ID_WIDTH < 1 || ID_WIDTH > 16) begin : gen_id_width_illegal
    $error("msi_bridge_registers: ID_WIDTH must be 1 to 16");
  end

  // The bits that the base of a page has.
  localparam logic [63:0] BASE_BITS = 64'hFFFF_FFFF_FFFF_FFFF >> (64 - ADDR_WIDTH) & ~64'hFFFF;

  if ((DOORBELL_RESET & ~BASE_BITS) != 0) begin : gen_doorbell_reset_illegal
    $error("msi_bridge_registers: DOORBELL_RESET must be a multiple of 64 KiB, of ADDR_WIDTH bits");
  end
  if ((MSI64_RESET & ~BASE_BITS) != 0) begin : gen_msi64_reset_illegal
    $error("msi_bridge_registers: MSI64_RESET must be a multiple of 64 KiB, of ADDR_WIDTH bits");
  end

  msi_bridge_csr__in_t  hwif_in;
  msi_bridge_csr__out_t hwif_out;

  logic        req, req_is_wr;
  logic        req_stall_wr;
  logic        req_stall_rd;
  logic [6:0]  addr;          // excused toggle: the registers are words
  logic [31:0] wr_data, wr_biten, rd_data;
  logic        rd_ack, wr_ack;
  logic        rd_err, wr_err;  // excused toggle: no register answers with an error

  msi_axi_lite u_axi_lite (
      .clk,
      .rst_n,
      .axil_request,
      .axil_response,
      .hold(1'b0),
      .req,
      .req_is_wr,
      .addr,
      .wr_data,
      .wr_biten,
      .req_stall_wr,
      .req_stall_rd,
      .rd_ack,
      .rd_err,
      .rd_data,
      .wr_ack,
      .wr_err
  );

  msi_bridge_csr u_csr (
      .clk,
      .rst_n,
      .s_cpuif_req         (req),
      .s_cpuif_req_is_wr   (req_is_wr),
      .s_cpuif_addr        ({1'b1, addr}),
      .s_cpuif_wr_data     (wr_data),
      .s_cpuif_wr_biten    (wr_biten),
      .s_cpuif_req_stall_wr(req_stall_wr),
      .s_cpuif_req_stall_rd(req_stall_rd),
      .s_cpuif_rd_ack      (rd_ack),
      .s_cpuif_rd_err      (rd_err),
      .s_cpuif_rd_data     (rd_data),
      .s_cpuif_wr_ack      (wr_ack),
      .s_cpuif_wr_err      (wr_err),
      .hwif_in,
      .hwif_out
  );

  // ---- control ----------------------------------------------------------------------------------

  logic [1:0][63:0] base_q;   // of the doorbell, of MSI-64
  logic             is_base;  // the access is one to them

  always_comb begin
    is_base = hwif_out.DOORBELL_BASE_LOW.req || hwif_out.DOORBELL_BASE_HIGH.req ||
              hwif_out.MSI64_BASE_LOW.req || hwif_out.MSI64_BASE_HIGH.req;
  end

  always_ff @(posedge clk) begin
    for (int unsigned i = 0; i < 128; i++) begin
      if (is_base && req_is_wr && addr[3:2] == 2'(i / 32) && wr_biten[i%32]) begin
        base_q[i/64][i%64] <= wr_data[i%32] && BASE_BITS[i%64];
      end
    end
    if (!rst_n) base_q <= {MSI64_RESET, DOORBELL_RESET};
  end

  assign doorbell_base  = base_q[0][ADDR_WIDTH-1:16];
  assign msi64_base     = base_q[1][ADDR_WIDTH-1:16];
  assign refused_okay   = hwif_out.BRIDGE_CONTROL.refused_okay.value;
  assign dropped_slverr = hwif_out.BRIDGE_CONTROL.dropped_slverr.value;
  assign msi64          = hwif_out.BRIDGE_CONTROL.msi64.value;
  assign check_all      = hwif_out.BRIDGE_CONTROL.check_all.value;

  // ---- the last refused access, the last error --------------------------------------------------

  typedef struct packed {
    logic [63:0]         address;
    logic [ID_WIDTH-1:0] id;
    logic                read;
    logic [3:0]          reason;  // excused toggle: no code is that large
  } access_t;

  logic [31:0] last_source_q;      // target and requester ID
  access_t     last_q, shown_q;    // shown: that of the last read of LAST_REFUSED, as is
  logic [1:0]  last_resp_q;        // excused toggle: an error is 2 or 3

  always_ff @(posedge clk) begin
    if (read_refused_valid) begin
      last_source_q <= {read_refused_target, read_refused_rid};
      last_q <= '{
          address: read_refused_address,
          id: read_refused_id,
          read: 1'b1,
          reason: read_refused_reason
      };
    end
    if (write_refused_valid) begin
      last_source_q <= {write_refused_target, write_refused_rid};
      last_q <= '{
          address: write_refused_address,
          id: write_refused_id,
          read: 1'b0,
          reason: write_refused_reason
      };
    end
    if (hwif_out.LAST_REFUSED.rid.swacc) shown_q <= last_q;
    if (its_error_valid) last_resp_q <= its_error_resp;
    if (!rst_n) begin
      last_source_q <= '0;
      last_q        <= '0;
      shown_q       <= '0;
      last_resp_q   <= '0;
    end
  end

  assign alert = hwif_out.BRIDGE_ALERT.refused.value || hwif_out.BRIDGE_ALERT.its_error.value;

  // ---- counters (H7) ----------------------------------------------------------------------------

  localparam int unsigned COUNT_BURST = 0;
  localparam int unsigned COUNT_OFFSET = 1;
  localparam int unsigned COUNT_STROBES = 2;
  localparam int unsigned COUNT_READS = 3;
  localparam int unsigned COUNT_SOURCE_WRITES = 4;
  localparam int unsigned COUNT_SOURCE_READS = 5;
  localparam int unsigned COUNT_ITS_ERRORS = 6;
  localparam int unsigned COUNTERS = 7;

  logic [COUNTERS-1:0] increment, increment_q;

  always_comb begin
    increment = '0;
    increment[COUNT_ITS_ERRORS] = its_error_valid;
    if (write_refused_valid) begin
      increment[COUNT_BURST]         = write_refused_reason == 4'(refusal__BURST);
      increment[COUNT_OFFSET]        = write_refused_reason == 4'(refusal__OFFSET);
      increment[COUNT_STROBES]       = write_refused_reason == 4'(refusal__STROBES);
      increment[COUNT_SOURCE_WRITES] = write_refused_reason == 4'(refusal__SOURCE);
    end
    if (read_refused_valid) begin
      increment[COUNT_READS]        = read_refused_reason == 4'(refusal__READ);
      increment[COUNT_SOURCE_READS] = read_refused_reason == 4'(refusal__SOURCE);
    end
  end

  logic [2:0]               shown;  // the counter that count is of
  logic [COUNTER_WIDTH-1:0] count;

  msi_counters #(
      .COUNTERS(COUNTERS),
      .WIDTH   (COUNTER_WIDTH)
  ) u_counters (
      .clk,
      .rst_n,
      .increment(increment_q),
      .index    (shown),
      .count
  );

  // A counter is read when it shows; not at once, for what shows then may be from before the request.
  logic is_counter, asks_counter_q, reads_counter_q, counter_shows;

  always_comb begin
    is_counter    = hwif_out.REFUSED_BURST.req || hwif_out.REFUSED_OFFSET.req ||
                    hwif_out.REFUSED_STROBES.req || hwif_out.REFUSED_READS.req ||
                    hwif_out.REFUSED_SOURCE_WRITES.req || hwif_out.REFUSED_SOURCE_READS.req ||
                    hwif_out.ITS_ERRORS.req;
    counter_shows = reads_counter_q && shown == addr[4:2];
  end

  always_ff @(posedge clk) begin
    increment_q     <= increment;
    asks_counter_q  <= is_counter;
    reads_counter_q <= asks_counter_q || (reads_counter_q && !counter_shows);
    if (!rst_n) begin
      increment_q     <= '0;
      asks_counter_q  <= 1'b0;
      reads_counter_q <= 1'b0;
    end
  end

  // ---- what software reads ----------------------------------------------------------------------

  always_comb begin
    hwif_in.BRIDGE_WIDTHS.addr_width.next   = 8'(ADDR_WIDTH);
    hwif_in.BRIDGE_WIDTHS.id_width.next     = 8'(ID_WIDTH);
    hwif_in.BRIDGE_WIDTHS.data_width.next   = 16'(DATA_WIDTH);
    hwif_in.BRIDGE_BUILD.outstanding.next   = 16'(OUTSTANDING);
    hwif_in.BRIDGE_BUILD.user_shift.next    = 8'(USER_SHIFT);
    hwif_in.BRIDGE_BUILD.its_port.next      = ITS_PORT != 0;
    hwif_in.BRIDGE_BUILD.msi64_capable.next = DATA_WIDTH > 32;
    hwif_in.BRIDGE_CONTROL.msi64.swwe       = DATA_WIDTH > 32;

    hwif_in.DOORBELL_BASE_LOW.rd_ack   = is_base && !req_is_wr;
    hwif_in.DOORBELL_BASE_LOW.wr_ack   = is_base && req_is_wr;
    hwif_in.DOORBELL_BASE_LOW.rd_data  = base_q[0][31:0];
    hwif_in.DOORBELL_BASE_HIGH.rd_ack  = is_base && !req_is_wr;
    hwif_in.DOORBELL_BASE_HIGH.wr_ack  = is_base && req_is_wr;
    hwif_in.DOORBELL_BASE_HIGH.rd_data = base_q[0][63:32];
    hwif_in.MSI64_BASE_LOW.rd_ack      = is_base && !req_is_wr;
    hwif_in.MSI64_BASE_LOW.wr_ack      = is_base && req_is_wr;
    hwif_in.MSI64_BASE_LOW.rd_data     = base_q[1][31:0];
    hwif_in.MSI64_BASE_HIGH.rd_ack     = is_base && !req_is_wr;
    hwif_in.MSI64_BASE_HIGH.wr_ack     = is_base && req_is_wr;
    hwif_in.MSI64_BASE_HIGH.rd_data    = base_q[1][63:32];

    hwif_in.REFUSED_BURST.rd_ack          = counter_shows;
    hwif_in.REFUSED_BURST.rd_data         = 32'(count);
    hwif_in.REFUSED_OFFSET.rd_ack         = counter_shows;
    hwif_in.REFUSED_OFFSET.rd_data        = 32'(count);
    hwif_in.REFUSED_STROBES.rd_ack        = counter_shows;
    hwif_in.REFUSED_STROBES.rd_data       = 32'(count);
    hwif_in.REFUSED_READS.rd_ack          = counter_shows;
    hwif_in.REFUSED_READS.rd_data         = 32'(count);
    hwif_in.REFUSED_SOURCE_WRITES.rd_ack  = counter_shows;
    hwif_in.REFUSED_SOURCE_WRITES.rd_data = 32'(count);
    hwif_in.REFUSED_SOURCE_READS.rd_ack   = counter_shows;
    hwif_in.REFUSED_SOURCE_READS.rd_data  = 32'(count);
    hwif_in.ITS_ERRORS.rd_ack             = counter_shows;
    hwif_in.ITS_ERRORS.rd_data            = 32'(count);

    hwif_in.BRIDGE_ALERT.refused.hwset            = write_refused_valid || read_refused_valid;
    hwif_in.BRIDGE_ALERT.its_error.hwset          = its_error_valid;
    hwif_in.LAST_REFUSED.rid.next                 = last_source_q[15:0];
    hwif_in.LAST_REFUSED.target.next              = last_source_q[31:16];
    hwif_in.LAST_REFUSED_REASON.reason.next       = 8'(shown_q.reason);
    hwif_in.LAST_REFUSED_REASON.read.next         = shown_q.read;
    hwif_in.LAST_REFUSED_REASON.id.next           = 16'(shown_q.id);
    hwif_in.LAST_REFUSED_ADDRESS_LOW.address.next = shown_q.address[31:0];
    hwif_in.LAST_REFUSED_ADDRESS_HIGH.address.next = shown_q.address[63:32];
    hwif_in.LAST_ITS_ERROR.resp.next              = last_resp_q;
  end

endmodule

`default_nettype wire
