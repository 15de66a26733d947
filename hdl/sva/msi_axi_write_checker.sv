// SPDX-License-Identifier: MIT
//
// Checks the write channels of one AXI4 interface: what the manager owes, and what the subordinate does.
//
//   manager      AW and W stay until they are taken; a burst is legal (msi_axi_burst_checker); WLAST is at the
//                last beat; strobes lie in what their beat transfers
//   subordinate  B stays until it is taken; it answers a write whose address and last beat were both
//                taken before, once, with its ID; EXOKAY answers an exclusive write alone; no more than
//                OUTSTANDING writes are taken without a response, nor more than AHEAD beats without an
//                address
//
// All but the last two are rules of Arm IHI 0022 (AXI4); these are promises of the modules that it is attached to.
//
// Contract: looks on at each rising edge of clk, and says nothing before the first one with rst_n low. A
// property of a beat is looked at when its address is known. With ASSUME_MANAGER, what the manager owes is
// assumed instead of asserted, with ASSUME_SUBORDINATE what the subordinate does, for a formal tool that is to
// drive that side; a simulator checks an assumption as it does an assertion. There is no response
// to what was taken before a reset.

`default_nettype none
// verilator coverage_off

module msi_axi_write_checker #(
    parameter int unsigned ADDR_WIDTH  = 64,  // 32 to 64
    parameter int unsigned DATA_WIDTH  = 64,  // 32 to 512, a power of two
    parameter int unsigned ID_WIDTH    = 8,   // 1 to 17
    parameter int unsigned USER_WIDTH  = 32,  // of AWUSER, 1 or more
    parameter int unsigned OUTSTANDING = 64,  // writes without a response, 2 to 512
    parameter int unsigned AHEAD       = 2,   // beats before their address, 1 to 512
    parameter int unsigned ASSUME_MANAGER     = 0,  // 1: assume, 0: assert
    parameter int unsigned ASSUME_SUBORDINATE = 0   // 1: assume, 0: assert
) (
    input wire logic                    clk,
    input wire logic                    rst_n,
    input wire logic                    awvalid,
    input wire logic                    awready,
    input wire logic [ID_WIDTH-1:0]     awid,
    input wire logic [ADDR_WIDTH-1:0]   awaddr,
    input wire logic [7:0]              awlen,
    input wire logic [2:0]              awsize,
    input wire logic [1:0]              awburst,
    input wire logic                    awlock,
    input wire logic [3:0]              awcache,
    input wire logic [2:0]              awprot,
    input wire logic [3:0]              awqos,
    input wire logic [3:0]              awregion,
    input wire logic [USER_WIDTH-1:0]   awuser,
    input wire logic                    wvalid,
    input wire logic                    wready,
    input wire logic [DATA_WIDTH-1:0]   wdata,
    input wire logic [DATA_WIDTH/8-1:0] wstrb,
    input wire logic                    wlast,
    input wire logic                    bvalid,
    input wire logic                    bready,
    input wire logic [ID_WIDTH-1:0]     bid,
    input wire logic [1:0]              bresp
);

  if (OUTSTANDING < 2 || OUTSTANDING > 512) begin : gen_outstanding_illegal
    $error("msi_axi_write_checker: OUTSTANDING must be 2 to 512");
  end
  if (AHEAD < 1 || AHEAD > 512) begin : gen_ahead_illegal
    $error("msi_axi_write_checker: AHEAD must be 1 to 512");
  end
  if (ASSUME_MANAGER > 1) begin : gen_assume_manager_illegal
    $error("msi_axi_write_checker: ASSUME_MANAGER must be 0 or 1");
  end
  if (ASSUME_SUBORDINATE > 1) begin : gen_assume_subordinate_illegal
    $error("msi_axi_write_checker: ASSUME_SUBORDINATE must be 0 or 1");
  end

  // ---- the handshakes: valid and payload stay -----------------------------------------------------

  msi_stream_checker #(
      .WIDTH (ID_WIDTH + ADDR_WIDTH + USER_WIDTH + 29),
      .ASSUME(ASSUME_MANAGER)
  ) u_aw (
      .clk,
      .rst_n,
      .valid(awvalid),
      .ready(awready),
      .payload({
        awid, awaddr, awlen, awsize, awburst, awlock, awcache, awprot, awqos, awregion, awuser
      })
  );

  msi_stream_checker #(
      .WIDTH (DATA_WIDTH + DATA_WIDTH / 8 + 1),
      .ASSUME(ASSUME_MANAGER)
  ) u_w (
      .clk,
      .rst_n,
      .valid  (wvalid),
      .ready  (wready),
      .payload({wdata, wstrb, wlast})
  );

  msi_stream_checker #(
      .WIDTH (ID_WIDTH + 2),
      .ASSUME(ASSUME_SUBORDINATE)
  ) u_b (
      .clk,
      .rst_n,
      .valid  (bvalid),
      .ready  (bready),
      .payload({bid, bresp})
  );

  // verilator lint_off PROCASSINIT
  logic watching_q = 1'b0;  // there was a reset
  // verilator lint_on PROCASSINIT
  always_ff @(posedge clk) if (!rst_n) watching_q <= 1'b1;

  logic watching;
  assign watching = watching_q && rst_n;

  // ---- an address ---------------------------------------------------------------------------------

  msi_axi_burst_checker #(
      .DATA_WIDTH(DATA_WIDTH),
      .ASSUME    (ASSUME_MANAGER)
  ) u_burst (
      .clk,
      .rst_n,
      .valid  (awvalid),
      .address(awaddr[11:0]),
      .len    (awlen),
      .size   (awsize),
      .burst  (awburst),
      .lock   (awlock)
  );

  localparam int unsigned BYTES = DATA_WIDTH / 8;
  localparam logic [1:0] FIXED = 2'b00, WRAP = 2'b10;

  // Which bytes of an address do not count in a beat of this size.
  function automatic logic [6:0] inside_beat(logic [2:0] size);
    return (7'd1 << size) - 7'd1;
  endfunction

  // ---- writes that have an address and not all of their beats; beats without an address -------------

  typedef struct packed {
    logic [ID_WIDTH-1:0] id;
    logic                lock;
  } tag_t;

  typedef struct packed {
    logic [11:0] address;
    logic [7:0]  len;
    logic [2:0]  size;
    logic [1:0]  burst;
  } shape_t;

  typedef struct packed {
    logic [BYTES-1:0] strobes;
    logic             last;
  } beat_t;

  localparam int unsigned WRITES = OUTSTANDING + 1;
  localparam int unsigned WRITE_WIDTH = $clog2(WRITES);
  localparam int unsigned BEATS = AHEAD + 2;
  localparam int unsigned BEAT_WIDTH = $clog2(BEATS);

  logic aw, w, b;  // is taken
  assign aw = awvalid && awready;
  assign w  = wvalid && wready;
  assign b  = bvalid && bready;

  function automatic logic [WRITE_WIDTH-1:0] write_after(logic [WRITE_WIDTH-1:0] index);
    return index == WRITE_WIDTH'(WRITES - 1) ? '0 : index + 1'b1;
  endfunction

  function automatic logic [BEAT_WIDTH-1:0] beat_after(logic [BEAT_WIDTH-1:0] index);
    return index == BEAT_WIDTH'(BEATS - 1) ? '0 : index + 1'b1;
  endfunction

  // Which writes are complete: the next address belongs to the next last beat.
  tag_t                   tags[WRITES];
  logic [WRITE_WIDTH-1:0] tag_first_q, tag_free_q;
  logic [9:0]             tags_q, lasts_q;  // addresses without their last beat; last beats without their address
  logic                   complete;         // a write is, at this edge
  tag_t                   tag;              // its

  always_comb begin
    complete = (tags_q != 0 || aw) && (lasts_q != 0 || (w && wlast));
    tag      = tags_q != 0 ? tags[tag_first_q] : '{id: awid, lock: awlock};
  end

  always_ff @(posedge clk) begin
    if (aw) tags[tag_free_q] <= '{id: awid, lock: awlock};
    if (aw) tag_free_q <= write_after(tag_free_q);
    if (complete) tag_first_q <= write_after(tag_first_q);
    tags_q  <= tags_q + 10'(aw) - 10'(complete);
    lasts_q <= lasts_q + 10'(w && wlast) - 10'(complete);
    if (!rst_n) begin
      tag_first_q <= '0;
      tag_free_q  <= '0;
      tags_q      <= '0;
      lasts_q     <= '0;
    end
  end

  // The same for beats, one a cycle, so perhaps later: is each as its address says?
  shape_t                 shapes[WRITES];
  beat_t                  beats[BEATS];
  logic [WRITE_WIDTH-1:0] shape_first_q, shape_free_q;
  logic [BEAT_WIDTH-1:0]  beat_first_q, beat_free_q;
  logic [9:0]             shapes_q, beats_q;
  logic [7:0]             index_q;    // of the next beat in its write
  logic [11:0]            address_q;  // of the next beat, if it is not the first
  logic                   looks;      // at a beat
  shape_t                 shape;
  beat_t                  beat;
  logic [11:0]            address, next_address, wrap_mask;
  logic [11:0]            lowest, highest;  // bytes of the bus that it may write
  logic [BYTES-1:0]       lanes;
  logic                   last_right, strobes_right;

  always_comb begin
    looks        = shapes_q != 0 && beats_q != 0;
    shape        = shapes[shape_first_q];
    beat         = beats[beat_first_q];
    address      = index_q == 0 ? shape.address : address_q;
    wrap_mask    = 12'((16'(shape.len) + 16'd1) << shape.size) - 12'd1;
    next_address = (address & ~12'(inside_beat(shape.size))) + (12'd1 << shape.size);
    if (shape.burst == WRAP) begin
      next_address = (shape.address & ~wrap_mask) | (next_address & wrap_mask);
    end
    if (shape.burst == FIXED) next_address = shape.address;
    lowest  = address & 12'(BYTES - 1);
    highest = (address | 12'(inside_beat(shape.size))) & 12'(BYTES - 1);
    for (int unsigned i = 0; i < BYTES; i++) lanes[i] = 12'(i) >= lowest && 12'(i) <= highest;
    last_right    = beat.last == (index_q == shape.len);
    strobes_right = (beat.strobes & ~lanes) == 0;
  end

  always_ff @(posedge clk) begin
    if (aw) begin
      shapes[shape_free_q] <= '{address: awaddr[11:0], len: awlen, size: awsize, burst: awburst};
      shape_free_q <= write_after(shape_free_q);
    end
    if (w) begin
      beats[beat_free_q] <= '{strobes: wstrb, last: wlast};
      beat_free_q <= beat_after(beat_free_q);
    end
    if (looks) begin
      beat_first_q <= beat_after(beat_first_q);
      index_q      <= beat.last ? 8'd0 : index_q + 8'd1;
      address_q    <= next_address;
      if (beat.last) shape_first_q <= write_after(shape_first_q);
    end
    shapes_q <= shapes_q + 10'(aw) - 10'(looks && beat.last);
    beats_q  <= beats_q + 10'(w) - 10'(looks);
    if (!rst_n) begin
      shape_first_q <= '0;
      shape_free_q  <= '0;
      beat_first_q  <= '0;
      beat_free_q   <= '0;
      shapes_q      <= '0;
      beats_q       <= '0;
      index_q       <= '0;
    end
  end

  // ---- responses ----------------------------------------------------------------------------------

  // Complete writes without a response, of each ID, and how many of these are exclusive.
  logic [9:0] owed_q[2**ID_WIDTH];
  logic [9:0] exclusive_q[2**ID_WIDTH];
  logic [10:0] open_q;  // addresses that were taken, without a response
  logic       exclusive_answered;

  // Of an ID's writes some may be exclusive: at least as many OKAY come as others are there.
  assign exclusive_answered = b && exclusive_q[bid] != 0 &&
      (bresp == 2'b01 || exclusive_q[bid] == owed_q[bid]);

  always_ff @(posedge clk) begin
    if (complete && b && tag.id == bid) begin
      exclusive_q[bid] <= exclusive_q[bid] + 10'(tag.lock) - 10'(exclusive_answered);
    end else begin
      if (complete) owed_q[tag.id] <= owed_q[tag.id] + 10'd1;
      if (complete) exclusive_q[tag.id] <= exclusive_q[tag.id] + 10'(tag.lock);
      if (b) owed_q[bid] <= owed_q[bid] - 10'd1;
      if (b) exclusive_q[bid] <= exclusive_q[bid] - 10'(exclusive_answered);
    end
    open_q <= open_q + 11'(aw) - 11'(b);
    if (!rst_n) begin
      for (int unsigned i = 0; i < 2 ** ID_WIDTH; i++) begin
        owed_q[i]      <= '0;
        exclusive_q[i] <= '0;
      end
      open_q <= '0;
    end
  end

  logic response_owed, exokay_owed, outstanding_kept, ahead_kept;

  always_comb begin
    response_owed    = owed_q[bid] != 0;
    exokay_owed      = bresp != 2'b01 || exclusive_q[bid] != 0;
    outstanding_kept = open_q <= 11'(OUTSTANDING);
    ahead_kept       = shapes_q != 0 || beats_q <= 10'(AHEAD);
  end

  // ---- properties ---------------------------------------------------------------------------------

  if (ASSUME_MANAGER == 1) begin : gen_assume_manager
    always_ff @(posedge clk) begin
      if (watching && looks) begin
        AXI_wlast_at_the_last_beat : assume (last_right);
        AXI_strobes_in_the_beat : assume (strobes_right);
      end
    end
  end else begin : gen_assert_manager
    always_ff @(posedge clk) begin
      if (watching && looks) begin
        AXI_wlast_at_the_last_beat : assert (last_right)
        else $error("WLAST is not where AWLEN says that the last beat is");
        AXI_strobes_in_the_beat : assert (strobes_right)
        else $error("a strobe is outside of what its beat transfers");
      end
    end
  end

  if (ASSUME_SUBORDINATE == 1) begin : gen_assume_subordinate
    always_ff @(posedge clk) begin
      if (watching && bvalid) begin
        AXI_response_is_owed : assume (response_owed);
        AXI_exokay_is_owed : assume (exokay_owed);
      end
      if (watching) begin
        AXI_outstanding_is_kept : assume (outstanding_kept);
        AXI_ahead_is_kept : assume (ahead_kept);
      end
    end
  end else begin : gen_assert_subordinate
    always_ff @(posedge clk) begin
      if (watching && bvalid) begin
        AXI_response_is_owed : assert (response_owed)
        else $error("a response to no write of its ID whose address and last beat were taken before");
        AXI_exokay_is_owed : assert (exokay_owed)
        else $error("EXOKAY, and no exclusive write of its ID waits for a response");
      end
      if (watching) begin
        AXI_outstanding_is_kept : assert (outstanding_kept)
        else $error("more writes were taken without a response than OUTSTANDING");
        AXI_ahead_is_kept : assert (ahead_kept)
        else $error("more beats were taken before their address than AHEAD");
      end
    end
  end

endmodule

// verilator coverage_on
`default_nettype wire
