// SPDX-License-Identifier: MIT
//
// Checks the read channels of one AXI4 interface: what the manager owes, and what the subordinate does.
//
//   manager      AR stays until it is taken; a burst is legal (msi_axi_burst_checker)
//   subordinate  R stays until it is taken; it has a beat of the oldest read of its ID whose address was taken before;
//                RLAST is at the last one; EXOKAY answers an exclusive read alone; no more than OUTSTANDING reads are
//                taken without their last beat
//
// All but the last one are rules of Arm IHI 0022 (AXI4); it is a promise of the modules that this is attached to.
//
// Contract: looks on at each rising edge of clk, and says nothing before the first one with rst_n low. With ASSUME_MANAGER,
// what the manager owes is assumed instead of asserted, with ASSUME_SUBORDINATE what the subordinate does, for a
// formal tool that is to drive that side; a simulator checks an assumption as it does an assertion. There are no
// beats of what was taken before a reset.

`default_nettype none
// verilator coverage_off

module msi_axi_read_checker #(
    parameter int unsigned ADDR_WIDTH  = 64,  // 32 to 64
    parameter int unsigned DATA_WIDTH  = 64,  // 32 to 512, a power of two
    parameter int unsigned ID_WIDTH    = 8,   // 1 to 17
    parameter int unsigned USER_WIDTH  = 32,  // of ARUSER, 1 or more
    parameter int unsigned OUTSTANDING = 64,  // reads without their last beat, 2 to 256
    parameter int unsigned ASSUME_MANAGER     = 0,  // 1: assume, 0: assert
    parameter int unsigned ASSUME_SUBORDINATE = 0   // 1: assume, 0: assert
) (
    input wire logic                  clk,
    input wire logic                  rst_n,
    input wire logic                  arvalid,
    input wire logic                  arready,
    input wire logic [ID_WIDTH-1:0]   arid,
    input wire logic [ADDR_WIDTH-1:0] araddr,
    input wire logic [7:0]            arlen,
    input wire logic [2:0]            arsize,
    input wire logic [1:0]            arburst,
    input wire logic                  arlock,
    input wire logic [3:0]            arcache,
    input wire logic [2:0]            arprot,
    input wire logic [3:0]            arqos,
    input wire logic [3:0]            arregion,
    input wire logic [USER_WIDTH-1:0] aruser,
    input wire logic                  rvalid,
    input wire logic                  rready,
    input wire logic [ID_WIDTH-1:0]   rid,
    input wire logic [DATA_WIDTH-1:0] rdata,
    input wire logic [1:0]            rresp,
    input wire logic                  rlast
);

  if (OUTSTANDING < 2 || OUTSTANDING > 256) begin : gen_outstanding_illegal
    $error("msi_axi_read_checker: OUTSTANDING must be 2 to 256");
  end
  if (ASSUME_MANAGER > 1) begin : gen_assume_manager_illegal
    $error("msi_axi_read_checker: ASSUME_MANAGER must be 0 or 1");
  end
  if (ASSUME_SUBORDINATE > 1) begin : gen_assume_subordinate_illegal
    $error("msi_axi_read_checker: ASSUME_SUBORDINATE must be 0 or 1");
  end

  msi_stream_checker #(
      .WIDTH (ID_WIDTH + ADDR_WIDTH + USER_WIDTH + 29),
      .ASSUME(ASSUME_MANAGER)
  ) u_ar (
      .clk,
      .rst_n,
      .valid(arvalid),
      .ready(arready),
      .payload({
        arid, araddr, arlen, arsize, arburst, arlock, arcache, arprot, arqos, arregion, aruser
      })
  );

  msi_stream_checker #(
      .WIDTH (ID_WIDTH + DATA_WIDTH + 3),
      .ASSUME(ASSUME_SUBORDINATE)
  ) u_r (
      .clk,
      .rst_n,
      .valid  (rvalid),
      .ready  (rready),
      .payload({rid, rdata, rresp, rlast})
  );

  msi_axi_burst_checker #(
      .DATA_WIDTH(DATA_WIDTH),
      .ASSUME    (ASSUME_MANAGER)
  ) u_burst (
      .clk,
      .rst_n,
      .valid  (arvalid),
      .address(araddr[11:0]),
      .len    (arlen),
      .size   (arsize),
      .burst  (arburst),
      .lock   (arlock)
  );

  // verilator lint_off PROCASSINIT
  logic watching_q = 1'b0;  // there was a reset
  // verilator lint_on PROCASSINIT
  always_ff @(posedge clk) if (!rst_n) watching_q <= 1'b1;

  logic watching;
  assign watching = watching_q && rst_n;

  // ---- reads without their last beat, the oldest first ----------------------------------------------

  typedef struct packed {
    logic [ID_WIDTH-1:0] id;
    logic [7:0]          left;  // beats, without the last one
    logic                lock;
  } read_t;

  localparam int unsigned READS = OUTSTANDING + 1;
  localparam int unsigned INDEX_WIDTH = $clog2(READS);

  read_t                  reads_q[READS];
  logic [8:0]             open_q;  // reads_q that are there
  logic                   ar, r, owed, last;
  logic [INDEX_WIDTH-1:0] oldest;  // of the ID of R
  logic [7:0]             left;
  logic                   lock;

  always_comb begin
    ar     = arvalid && arready;
    r      = rvalid && rready;
    owed   = 1'b0;
    oldest = '0;
    for (int unsigned i = READS; i > 0; i--) begin
      if (32'(open_q) >= i && reads_q[i-1].id == rid) begin
        owed   = 1'b1;
        oldest = INDEX_WIDTH'(i - 1);
      end
    end
    left = reads_q[oldest].left;
    lock = reads_q[oldest].lock;
    last = r && owed && left == 0;
  end

  logic [8:0] kept;  // without one whose last beat is taken
  assign kept = open_q - 9'(last);

  always_ff @(posedge clk) begin
    if (r && owed) reads_q[oldest].left <= left - 8'd1;
    for (int unsigned i = 1; i < READS; i++) begin
      if (last && i > 32'(oldest)) reads_q[i-1] <= reads_q[i];
    end
    if (ar && kept < 9'(READS)) begin
      reads_q[kept[INDEX_WIDTH-1:0]] <= '{id: arid, left: arlen, lock: arlock};
    end
    open_q <= kept + 9'(ar && kept < 9'(READS));
    if (!rst_n) open_q <= '0;
  end

  logic last_right, exokay_owed, outstanding_kept;

  always_comb begin
    last_right       = !owed || rlast == (left == 0);
    exokay_owed      = rresp != 2'b01 || (owed && lock);
    outstanding_kept = open_q <= 9'(OUTSTANDING);
  end

  // ---- properties ---------------------------------------------------------------------------------

  if (ASSUME_SUBORDINATE == 1) begin : gen_assume_subordinate
    always_ff @(posedge clk) begin
      if (watching && rvalid) begin
        AXI_beat_is_owed : assume (owed);
        AXI_rlast_at_the_last_beat : assume (last_right);
        AXI_exokay_is_owed : assume (exokay_owed);
      end
      if (watching) begin
        AXI_outstanding_is_kept : assume (outstanding_kept);
      end
    end
  end else begin : gen_assert_subordinate
    always_ff @(posedge clk) begin
      if (watching && rvalid) begin
        AXI_beat_is_owed : assert (owed)
        else $error("a beat of no read of its ID whose address was taken before");
        AXI_rlast_at_the_last_beat : assert (last_right)
        else $error("RLAST is not where ARLEN says that the last beat is");
        AXI_exokay_is_owed : assert (exokay_owed)
        else $error("EXOKAY, and the read is not exclusive");
      end
      if (watching) begin
        AXI_outstanding_is_kept : assert (outstanding_kept)
        else $error("more reads were taken without their last beat than OUTSTANDING");
      end
    end
  end

endmodule

// verilator coverage_on
`default_nettype wire
