// SPDX-License-Identifier: MIT
//
// Proof of msi_axi_its: what leaves is the messages that were taken, each once, in order, as an address and as
// data on its lane, with the DeviceID (B3); each response that belongs to a message is reported
// once, in the cycle after it (B5); nothing is held up but by its own channel, so nothing wedges (B6, B7). The ITS
// is free to do anything, to answer what was never asked, too.

`default_nettype none

module prove_axi_its #(
    parameter int unsigned ADDR_WIDTH  = 64,
    parameter int unsigned DATA_WIDTH  = 64,
    parameter int unsigned ID_WIDTH    = 2,
    parameter int unsigned ID          = 2,
    parameter int unsigned OUTSTANDING = 4,
    parameter int unsigned USER_SHIFT  = 3
) (
    input wire logic                   clk,
    input wire logic                   rst_n,
    input wire logic                   msi64,
    input wire logic [ADDR_WIDTH-1:16] msi64_base,
    input wire logic                   s_msi_valid,
    input wire logic [31:0]            s_msi_devid,
    input wire logic [63:0]            s_msi_address,
    input wire logic [31:0]            s_msi_data,
    input wire logic                   m_its_awready,
    input wire logic                   m_its_wready,
    input wire logic                   m_its_bvalid,
    input wire logic [ID_WIDTH-1:0]    m_its_bid,
    input wire logic [1:0]             m_its_bresp
);

  localparam int unsigned BYTES = DATA_WIDTH / 8;

  logic                  s_msi_ready;
  logic                  m_its_awvalid, m_its_wvalid, m_its_bready;
  logic [ID_WIDTH-1:0]   m_its_awid;
  logic [ADDR_WIDTH-1:0] m_its_awaddr;
  logic [7:0]            m_its_awlen;
  logic [2:0]            m_its_awsize;
  logic [1:0]            m_its_awburst;
  logic                  m_its_awlock;
  logic [3:0]            m_its_awcache, m_its_awqos, m_its_awregion;
  logic [2:0]            m_its_awprot;
  logic [31:0]           m_its_awuser;
  logic [DATA_WIDTH-1:0] m_its_wdata;
  logic [BYTES-1:0]      m_its_wstrb;
  logic                  m_its_wlast;
  logic                  done_valid;
  logic [1:0]            done_resp;

  msi_axi_its #(
      .ADDR_WIDTH (ADDR_WIDTH),
      .DATA_WIDTH (DATA_WIDTH),
      .ID_WIDTH   (ID_WIDTH),
      .ID         (ID),
      .OUTSTANDING(OUTSTANDING),
      .DEVID_BITS (32 - USER_SHIFT),
      .USER_SHIFT (USER_SHIFT)
  ) dut (.*);

  logic started_q = 1'b0;
  logic after_reset_q;
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end

  // ---- what was taken and has not left, oldest first; how many have no response -----------------------

  typedef struct packed {
    logic [31:0] devid;
    logic [63:0] address;
    logic [31:0] data;
  } taken_t;

  taken_t [1:0] aw_queue_q, w_queue_q;
  logic [1:0]   aw_waiting_q, w_waiting_q;  // how many
  logic [3:0]   open_q;                     // without a response
  logic         take, aw, w;
  logic         belongs;  // a response does, to the oldest message that has left

  always_comb begin
    take    = s_msi_valid && s_msi_ready;
    aw      = m_its_awvalid && m_its_awready;
    w       = m_its_wvalid && m_its_wready;
    belongs = m_its_bvalid && m_its_bready && m_its_bid == ID_WIDTH'(ID) &&
        open_q > 4'(aw_waiting_q) && open_q > 4'(w_waiting_q);
  end

  always_ff @(posedge clk) begin
    aw_waiting_q <= aw_waiting_q + 2'(take) - 2'(aw);
    w_waiting_q  <= w_waiting_q + 2'(take) - 2'(w);
    open_q       <= open_q + 4'(take) - 4'(belongs);
    if (aw) aw_queue_q[0] <= aw_queue_q[1];
    if (w) w_queue_q[0] <= w_queue_q[1];
    for (int unsigned i = 0; i < 2; i++) begin
      if (take && 32'(aw_waiting_q) == i + 32'(aw)) begin
        aw_queue_q[i] <= '{devid: s_msi_devid, address: s_msi_address, data: s_msi_data};
      end
      if (take && 32'(w_waiting_q) == i + 32'(w)) begin
        w_queue_q[i] <= '{devid: s_msi_devid, address: s_msi_address, data: s_msi_data};
      end
    end
    if (!rst_n) begin
      aw_waiting_q <= '0;
      w_waiting_q  <= '0;
      open_q       <= '0;
    end
  end

  // ---- the user's part of the contract ------------------------------------------------------------

  logic                   msi64_q;
  logic [ADDR_WIDTH-1:16] msi64_base_q;
  always_ff @(posedge clk) begin
    msi64_q      <= msi64;
    msi64_base_q <= msi64_base;
  end

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    msi64_stands_still :
    assume (open_q == 0 || (msi64 == msi64_q && msi64_base == msi64_base_q));
  end

  // ---- what has to leave --------------------------------------------------------------------------

  logic                  wide;
  logic [ADDR_WIDTH-1:0] aw_address, w_address;
  logic [BYTES-1:0]      lanes;    // of the data
  logic                  in_place;  // every byte that is written is
  logic [63:0]           bytes;

  function automatic logic [ADDR_WIDTH-1:0] address_of(taken_t message);
    if (msi64 && DATA_WIDTH > 32) return {msi64_base, 16'h0040};
    return {message.address[ADDR_WIDTH-1:2], 2'b00};
  endfunction

  always_comb begin
    wide       = msi64 && DATA_WIDTH > 32;
    aw_address = address_of(aw_queue_q[0]);
    w_address  = address_of(w_queue_q[0]);
    bytes      = {w_queue_q[0].devid, w_queue_q[0].data};
    in_place   = 1'b1;
    lanes      = '0;
    for (int unsigned i = 0; i < 8; i++) begin
      if (i < 4 || wide) begin
        lanes[(32'(w_address[5:0])+i)%BYTES] = 1'b1;
        if (m_its_wdata[8*((32'(w_address[5:0])+i)%BYTES)+:8] != bytes[8*i+:8]) in_place = 1'b0;
      end
    end
  end

  logic       aw_stalled_q, w_stalled_q;
  logic [ADDR_WIDTH+34:0]      aw_q;
  logic [DATA_WIDTH+BYTES-1:0] w_q;
  logic       belonged_q;
  logic [1:0] bresp_q;

  always_ff @(posedge clk) begin
    aw_stalled_q <= rst_n && m_its_awvalid && !m_its_awready;
    w_stalled_q  <= rst_n && m_its_wvalid && !m_its_wready;
    aw_q         <= {m_its_awaddr, m_its_awuser, m_its_awsize};
    w_q          <= {m_its_wdata, m_its_wstrb};
    belonged_q   <= rst_n && belongs;
    bresp_q      <= m_its_bresp;
  end

  // ---- properties ---------------------------------------------------------------------------------

  always_comb begin
    if (started_q) begin
      // Exactly what was taken: nothing else leaves, and nothing that waits is held back (B6, B7).
      B3_B6_one_address_each : assert (m_its_awvalid == (aw_waiting_q != 0));
      B3_B6_one_beat_each : assert (m_its_wvalid == (w_waiting_q != 0));
      B3_address : assert (!m_its_awvalid || m_its_awaddr == aw_address);
      B3_devid_in_awuser :
      assert (!m_its_awvalid || m_its_awuser == aw_queue_q[0].devid << USER_SHIFT);
      B3_size : assert (!m_its_awvalid || m_its_awsize == (wide ? 3'd3 : 3'd2));
      B3_a_single_beat : assert (m_its_awlen == 0 && m_its_awburst == 2'b01 && m_its_wlast);
      B3_id_and_attributes :
      assert (m_its_awid == ID_WIDTH'(ID) && !m_its_awlock && m_its_awcache == 0 &&
              m_its_awprot == 3'b010 && m_its_awqos == 0 && m_its_awregion == 0);
      B3_lane : assert (!m_its_wvalid || m_its_wstrb == lanes);
      B3_data_bit_for_bit : assert (!m_its_wvalid || in_place);
      B5_done_for_each_response :
      assert (done_valid == belonged_q && (!done_valid || done_resp == bresp_q));
      B6_response_is_taken : assert (m_its_bready);
      B6_ready_unless_full :
      assert (s_msi_ready ==
              (open_q < 4'(OUTSTANDING) && aw_waiting_q < 2 && w_waiting_q < 2));
      B6_outstanding : assert (open_q <= 4'(OUTSTANDING));
      H2_address_stays :
      assert (!aw_stalled_q ||
              (m_its_awvalid && {m_its_awaddr, m_its_awuser, m_its_awsize} == aw_q));
      H2_beat_stays : assert (!w_stalled_q || (m_its_wvalid && {m_its_wdata, m_its_wstrb} == w_q));
      B8_H8_quiet_after_reset :
      assert (!after_reset_q || (!m_its_awvalid && !m_its_wvalid && !done_valid));
    end
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  function automatic logic [ADDR_WIDTH+32:0] address_entry(taken_t message);
    return {address_of(message), message.devid, wide};
  endfunction

  localparam int unsigned DWORDS = DATA_WIDTH / 32;

  function automatic logic [63+DWORDS:0] beat_entry(taken_t message);
    logic [DWORDS-1:0] dwords;
    dwords = '0;
    if (wide) dwords = DWORDS'(2'b11);
    else dwords[32'(message.address[5:2])%DWORDS] = 1'b1;
    return {message.data, wide ? message.devid : message.data, dwords};
  endfunction

  always_comb begin
    if (started_q) begin
      inv_addresses :
      assert (aw_waiting_q == 2'(dut.u_addresses.valid_q) + 2'(dut.u_addresses.waits_q));
      inv_address :
      assert (aw_waiting_q == 0 || dut.u_addresses.data_q == address_entry(aw_queue_q[0]));
      inv_second_address :
      assert (!dut.u_addresses.waits_q || (dut.u_addresses.valid_q &&
              dut.u_addresses.waiting_q == address_entry(aw_queue_q[1])));
      inv_beats : assert (w_waiting_q == 2'(dut.u_beats.valid_q) + 2'(dut.u_beats.waits_q));
      inv_beat : assert (w_waiting_q == 0 || dut.u_beats.data_q == beat_entry(w_queue_q[0]));
      inv_second_beat :
      assert (!dut.u_beats.waits_q || (dut.u_beats.valid_q &&
              dut.u_beats.waiting_q == beat_entry(w_queue_q[1])));
      inv_open : assert (4'(dut.open_q) == open_q && dut.room_q == (open_q != 4'(OUTSTANDING)));
      inv_waiting : assert (4'(aw_waiting_q) <= open_q && 4'(w_waiting_q) <= open_q);
      inv_left :
      assert (4'(dut.left_q) == open_q - 4'(aw_waiting_q > w_waiting_q ? aw_waiting_q : w_waiting_q) &&
              dut.awaited_q == (dut.left_q != 0));
      inv_stalled : assert ((!aw_stalled_q || aw_waiting_q != 0) && (!w_stalled_q || w_waiting_q != 0));
      inv_stalled_address :
      assert (!aw_stalled_q || aw_q == {aw_address, aw_queue_q[0].devid << USER_SHIFT,
                                        wide ? 3'd3 : 3'd2});
      inv_stalled_beat : assert (!w_stalled_q || w_q == {m_its_wdata, m_its_wstrb});
    end
  end

  // ---- it can happen ------------------------------------------------------------------------------

  logic [2:0] taken_q, done_q;  // in how many cycles in a row, 6 at most
  always_ff @(posedge clk) begin
    taken_q <= !take || !rst_n ? 3'd0 : taken_q == 6 ? 3'd6 : taken_q + 3'd1;
    done_q  <= !done_valid || !rst_n ? 3'd0 : done_q == 6 ? 3'd6 : done_q + 3'd1;
  end

  always_comb begin
    cover_all_unanswered :
    cover (started_q && rst_n && open_q == 4'(OUTSTANDING) && aw_waiting_q == 0 && w_waiting_q == 0);
    cover_one_a_cycle : cover (started_q && rst_n && taken_q == 6 && done_q == 3);
    cover_address_ahead : cover (started_q && rst_n && aw_waiting_q == 0 && w_waiting_q == 2);
    cover_data_ahead : cover (started_q && rst_n && aw_waiting_q == 2 && w_waiting_q == 0);
    cover_belongs_to_nothing :
    cover (started_q && rst_n && m_its_bvalid && open_q != 0 && !belongs);
  end

  if (DATA_WIDTH > 32) begin : gen_wide
    always_comb cover_msi64 : cover (started_q && rst_n && done_valid && m_its_wvalid && wide);
  end

endmodule

`default_nettype wire
