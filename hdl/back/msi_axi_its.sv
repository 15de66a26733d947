// SPDX-License-Identifier: MIT
//
// A back end: the translator's messages become AXI4 writes to the ITS (B3, B6, B7).
//
//   s_msi ─┬─► msi_axi_slice ─► m_its_aw
//          └─► msi_axi_slice ─► m_its_w        m_its_b ─► done
//
// A message is one write of one beat, with the ID that the parameter says: its 4 bytes on the lane of
// its address (other lanes hold anything, without strobes), the DeviceID in awuser, USER_SHIFT bits up.
// With msi64 (MSI-64) it is 8 bytes, the DeviceID in bits 63:32 and the data in 31:0, to offset 0x40 of the
// page msi64_base; awuser is the same. The memory is of a device, not bufferable (awcache 0), so that a response
// means that the ITS has it; the access is of data, non-secure and unprivileged (awprot 2).
//
// Contract: s_msi is a valid/ready stream, m_its the write channels of an AXI4 manager (H2). s_msi_address fits
// ADDR_WIDTH; its bits 1:0 count as 0, as an MSI's address is that of a dword. A DeviceID has
// DEVID_BITS, the rest is 0. msi64 and msi64_base change only while no message is here
// or unanswered. A bus of 32 bits has no write of 8 bytes: there msi64 has no effect.
//
// Addresses and beats leave independently, each in the order of s_msi, and each is at most two messages
// ahead of the other. A message that is taken shows on both channels in the next cycle, if nothing waits there;
// one a cycle passes, while each response comes less than OUTSTANDING cycles after its message was taken.
// m_its_bready is high always; done_valid is high for one cycle for each message, in order, in the cycle after its B, with the
// response. A B with another ID, or while there is no message whose address and beat were both taken in
// an earlier cycle, belongs to nothing: it is ignored. No combinational path leads from s_msi to m_its or back, or
// from one channel to another. Reset empties it: what it cuts off is not waited for.

`default_nettype none

module msi_axi_its
  import msi_axi_pkg::*;
#(
    parameter int unsigned ADDR_WIDTH  = 64,  // bits of an address, 32 to 64
    parameter int unsigned DATA_WIDTH  = 64,  // bits of a beat, 32, 64, 128, 256 or 512
    parameter int unsigned ID_WIDTH    = 8,   // bits of an ID, 1 to 16
    parameter int unsigned ID          = 0,   // of all writes, less than 2^ID_WIDTH
    parameter int unsigned OUTSTANDING = 64,  // messages without a response, 4 to 256
    parameter int unsigned DEVID_BITS  = 32,  // bits of a DeviceID, 16 to 32: those of the translator
    parameter int unsigned USER_SHIFT  = 0    // where in awuser they begin, 0 to 32 - DEVID_BITS
) (
    input  wire logic                    clk,
    input  wire logic                    rst_n,

    // Configuration
    input  wire logic                    msi64,       // MSI-64: the DeviceID is written with the data
    input  wire logic [ADDR_WIDTH-1:16]  msi64_base,  // to this page

    // Messages: m_msi of the translator
    input  wire logic                    s_msi_valid,
    output logic                         s_msi_ready,
    input  wire logic [31:0]             s_msi_devid,
    input  wire logic [63:0]             s_msi_address,
    input  wire logic [31:0]             s_msi_data,

    // Writes to the ITS: AXI4
    output logic                         m_its_awvalid,
    input  wire logic                    m_its_awready,
    output logic      [ID_WIDTH-1:0]     m_its_awid,
    output logic      [ADDR_WIDTH-1:0]   m_its_awaddr,
    output logic      [7:0]              m_its_awlen,
    output logic      [2:0]              m_its_awsize,
    output logic      [1:0]              m_its_awburst,
    output logic                         m_its_awlock,
    output logic      [3:0]              m_its_awcache,
    output logic      [2:0]              m_its_awprot,
    output logic      [3:0]              m_its_awqos,
    output logic      [3:0]              m_its_awregion,
    output logic      [31:0]             m_its_awuser,
    output logic                         m_its_wvalid,
    input  wire logic                    m_its_wready,
    output logic      [DATA_WIDTH-1:0]   m_its_wdata,
    output logic      [DATA_WIDTH/8-1:0] m_its_wstrb,
    output logic                         m_its_wlast,
    input  wire logic                    m_its_bvalid,
    output logic                         m_its_bready,
    input  wire logic [ID_WIDTH-1:0]     m_its_bid,
    input  wire logic [1:0]              m_its_bresp,

    // What the ITS has answered
    output logic                         done_valid,
    output logic      [1:0]              done_resp
);

  if (ADDR_WIDTH < 32 || ADDR_WIDTH > 64) begin : gen_addr_width_illegal
    $error("msi_axi_its: ADDR_WIDTH must be 32 to 64");
  end
  if (DATA_WIDTH != 32 && DATA_WIDTH != 64 && DATA_WIDTH != 128 && DATA_WIDTH != 256 &&
      DATA_WIDTH != 512) begin : gen_data_width_illegal
    $error("msi_axi_its: DATA_WIDTH must be 32, 64, 128, 256 or 512");
  end
  if (ID_WIDTH < 1 || ID_WIDTH > 16) begin : gen_id_width_illegal
    $error("msi_axi_its: ID_WIDTH must be 1 to 16");
  end
  if (ID >= 2 ** ID_WIDTH) begin : gen_id_illegal
    $error("msi_axi_its: ID must be less than 2^ID_WIDTH");
  end
  if (OUTSTANDING < 4 || OUTSTANDING > 256) begin : gen_outstanding_illegal
    $error("msi_axi_its: OUTSTANDING must be 4 to 256");
  end
  if (DEVID_BITS < 16 || DEVID_BITS > 32) begin : gen_devid_bits_illegal
    $error("msi_axi_its: DEVID_BITS must be 16 to 32");
  end
  if (DEVID_BITS + USER_SHIFT > 32) begin : gen_user_shift_illegal
    $error("msi_axi_its: USER_SHIFT must be 0 to 32 - DEVID_BITS, since awuser has 32 bits");
  end

  // ---- a message becomes an address and a beat ----------------------------------------------------

  localparam int unsigned DWORDS = DATA_WIDTH / 32;

  typedef struct packed {
    logic [ADDR_WIDTH-1:0] address;
    logic [31:0]           devid;
    logic                  wide;  // 8 bytes
  } address_t;

  typedef struct packed {
    logic [31:0]       even, odd;  // what the dwords of the bus hold: 0, 2, 4, ... and 1, 3, 5, ...
    logic [DWORDS-1:0] dwords;     // which are written
  } beat_t;

  logic     wide;
  address_t aw_in, aw;
  beat_t    w_in, w;

  assign wide = msi64 && DATA_WIDTH > 32;

  always_comb begin
    aw_in = '{address: {s_msi_address[ADDR_WIDTH-1:2], 2'b00}, devid: s_msi_devid, wide: wide};
    w_in  = '{even: s_msi_data, odd: s_msi_data, dwords: '0};
    for (int unsigned i = 0; i < DWORDS; i++) begin
      w_in.dwords[i] = i == 32'(s_msi_address[5:2]) % DWORDS;
    end
    if (wide) begin
      aw_in.address = {msi64_base, DOORBELL_OFFSET};
      w_in.odd      = s_msi_devid;
      w_in.dwords   = DWORDS'(2'b11);
    end
  end

  // ---- both leave on their own --------------------------------------------------------------------

  logic room_q;  // one more may be unanswered
  logic aw_room, w_room;
  logic taken;

  always_comb begin
    s_msi_ready = room_q && aw_room && w_room;
    taken       = s_msi_valid && s_msi_ready;
  end

  msi_axi_slice #(
      .WIDTH($bits(address_t))
  ) u_addresses (
      .clk,
      .rst_n,
      .in_valid (taken),
      .in_ready (aw_room),
      .in_data  (aw_in),
      .out_valid(m_its_awvalid),
      .out_ready(m_its_awready),
      .out_data (aw)
  );

  msi_axi_slice #(
      .WIDTH($bits(beat_t))
  ) u_beats (
      .clk,
      .rst_n,
      .in_valid (taken),
      .in_ready (w_room),
      .in_data  (w_in),
      .out_valid(m_its_wvalid),
      .out_ready(m_its_wready),
      .out_data (w)
  );

  always_comb begin
    m_its_awid     = ID_WIDTH'(ID);
    m_its_awaddr   = aw.address;
    m_its_awlen    = 8'd0;
    m_its_awsize   = aw.wide ? 3'd3 : 3'd2;
    m_its_awburst  = 2'b01;   // INCR
    m_its_awlock   = 1'b0;
    m_its_awcache  = 4'b0000;  // device memory, not bufferable: a response comes from the ITS itself
    m_its_awprot   = 3'b010;   // data, non-secure, unprivileged
    m_its_awqos    = 4'd0;
    m_its_awregion = 4'd0;
    m_its_awuser   = aw.devid << USER_SHIFT;
    for (int unsigned i = 0; i < DWORDS; i++) begin
      m_its_wdata[32*i+:32] = i % 2 == 0 ? w.even : w.odd;
      m_its_wstrb[4*i+:4]   = {4{w.dwords[i]}};
    end
    m_its_wlast = 1'b1;
  end

  // ---- responses ----------------------------------------------------------------------------------

  localparam int unsigned COUNT_WIDTH = $clog2(OUTSTANDING + 1);
  typedef logic [COUNT_WIDTH-1:0] count_t;

  count_t open_q;     // messages without a response, and ...
  count_t left_q;     // ... those of them whose address and data have both left
  logic   awaited_q;  // there are some of these

  logic   address_leaves, beat_leaves;
  logic   address_behind, beat_behind;  // of one, more wait than of the other
  logic   leaves;                       // a message, whole
  logic   answered;

  logic       done_valid_q;
  logic [1:0] done_resp_q;

  always_comb begin
    address_leaves = m_its_awvalid && m_its_awready;
    beat_leaves    = m_its_wvalid && m_its_wready;
    address_behind = (!aw_room && w_room) || (m_its_awvalid && !m_its_wvalid);
    beat_behind    = (!w_room && aw_room) || (m_its_wvalid && !m_its_awvalid);
    leaves         = (address_leaves || beat_behind) && (beat_leaves || address_behind) &&
        (address_leaves || beat_leaves);
    m_its_bready   = 1'b1;
    answered       = m_its_bvalid && m_its_bid == ID_WIDTH'(ID) && awaited_q;
    done_valid     = done_valid_q;
    done_resp      = done_resp_q;
  end

  always_ff @(posedge clk) begin
    open_q       <= open_q + count_t'(taken) - count_t'(answered);
    left_q       <= left_q + count_t'(leaves) - count_t'(answered);
    room_q       <= answered ||
        !(open_q == count_t'(OUTSTANDING) || (open_q == count_t'(OUTSTANDING - 1) && taken));
    awaited_q    <= leaves || (awaited_q && !(answered && left_q == count_t'(1)));
    done_valid_q <= answered;
    done_resp_q  <= m_its_bresp;
    if (!rst_n) begin
      open_q       <= '0;
      left_q       <= '0;
      room_q       <= 1'b1;
      awaited_q    <= 1'b0;
      done_valid_q <= 1'b0;
    end
  end

endmodule

`default_nettype wire
