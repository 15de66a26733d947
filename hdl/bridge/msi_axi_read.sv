// SPDX-License-Identifier: MIT
//
// Reads pass (B2), but those of the doorbell's page (B1), and those whose source is refused (B9): the bridge answers
// these itself.
//
//   s_axi_ar ─► msi_axi_slice ─┬─► m_axi_ar
//                              └─► refused ─┐
//   m_axi_r  ─► msi_axi_slice ──────────────┴─► s_axi_r
//
// Contract: s_axi and m_axi have the read channels of an AXI4 subordinate and of a manager (H2). A read that passes is
// unchanged, as are its beats. One that is refused is answered when all reads before it are complete, and those behind it
// wait until then, so that the order of each ID is kept: as many beats as it asked for, of data 0, with SLVERR, or with
// refused_okay OKAY if it is of the page. refused_valid is high for one cycle for each of them. Up to OUTSTANDING
// reads are taken without their last beat. source_target is asked for in the cycle in which an address is taken,
// source_ask in that in which it leaves (see msi_axi_source); while that is clearing and check_all is high, reads wait.
// An address shows on m_axi, and a beat on s_axi, one cycle after it was taken at the earliest; a beat
// while no read is under way belongs to nothing and is ignored. No combinational path leads from s_axi to m_axi or
// back, or from one channel to another. Reset empties it.

`default_nettype none

module msi_axi_read
  import msi_axi_pkg::*;
#(
    parameter int unsigned ADDR_WIDTH   = 64,  // bits of an address, 32 to 64
    parameter int unsigned DATA_WIDTH   = 64,  // bits of a beat, 32, 64, 128, 256 or 512
    parameter int unsigned ID_WIDTH     = 8,   // bits of an ID, 1 to 16
    parameter int unsigned OUTSTANDING  = 64,  // reads, 4 to 256
    parameter int unsigned SOURCE_WIDTH = 6    // bits of what msi_axi_source has found, 1 or more
) (
    input  wire logic                    clk,
    input  wire logic                    rst_n,
    input  wire logic [ADDR_WIDTH-1:16]  doorbell_base,
    input  wire logic                    refused_okay,
    input  wire logic                    check_all,

    // Reads: AXI4
    input  wire logic                    s_axi_arvalid,
    output logic                         s_axi_arready,
    input  wire logic [ID_WIDTH-1:0]     s_axi_arid,
    input  wire logic [ADDR_WIDTH-1:0]   s_axi_araddr,
    input  wire logic [7:0]              s_axi_arlen,
    input  wire logic [2:0]              s_axi_arsize,
    input  wire logic [1:0]              s_axi_arburst,
    input  wire logic                    s_axi_arlock,
    input  wire logic [3:0]              s_axi_arcache,
    input  wire logic [2:0]              s_axi_arprot,
    input  wire logic [3:0]              s_axi_arqos,
    input  wire logic [3:0]              s_axi_arregion,
    input  wire logic [31:0]             s_axi_aruser,
    output logic                         s_axi_rvalid,
    input  wire logic                    s_axi_rready,
    output logic      [ID_WIDTH-1:0]     s_axi_rid,
    output logic      [DATA_WIDTH-1:0]   s_axi_rdata,
    output logic      [1:0]              s_axi_rresp,
    output logic                         s_axi_rlast,

    // Its source
    input  wire logic                    source_clearing,
    input  wire logic [SOURCE_WIDTH-1:0] source_found,
    output logic      [SOURCE_WIDTH-1:0] source_ask,
    output logic      [7:0]              source_bus,
    input  wire logic                    source_valid,

    // Reads that pass: AXI4
    output logic                         m_axi_arvalid,
    input  wire logic                    m_axi_arready,
    output logic      [ID_WIDTH-1:0]     m_axi_arid,
    output logic      [ADDR_WIDTH-1:0]   m_axi_araddr,
    output logic      [7:0]              m_axi_arlen,
    output logic      [2:0]              m_axi_arsize,
    output logic      [1:0]              m_axi_arburst,
    output logic                         m_axi_arlock,
    output logic      [3:0]              m_axi_arcache,
    output logic      [2:0]              m_axi_arprot,
    output logic      [3:0]              m_axi_arqos,
    output logic      [3:0]              m_axi_arregion,
    output logic      [31:0]             m_axi_aruser,
    input  wire logic                    m_axi_rvalid,
    output logic                         m_axi_rready,
    input  wire logic [ID_WIDTH-1:0]     m_axi_rid,
    input  wire logic [DATA_WIDTH-1:0]   m_axi_rdata,
    input  wire logic [1:0]              m_axi_rresp,
    input  wire logic                    m_axi_rlast,

    // A read was refused
    output logic                         refused_valid,
    output logic      [3:0]              refused_reason,  // refused_e of msi_axi_pkg
    output logic      [15:0]             refused_target,
    output logic      [15:0]             refused_rid,
    output logic      [63:0]             refused_address,
    output logic      [ID_WIDTH-1:0]     refused_id
);

  localparam int unsigned COUNT_WIDTH = $clog2(OUTSTANDING + 1);
  typedef logic [COUNT_WIDTH-1:0] count_t;

  // ---- how many reads are not complete: of all, and of those that have left -------------------------

  count_t open_q, left_q;
  logic   room_q;
  logic   none_left_q;    // whose last beat did not come
  logic   address_taken, complete, leaves, last_received;
  logic   r_empty;

  always_comb begin
    address_taken = s_axi_arvalid && s_axi_arready;
    complete      = s_axi_rvalid && s_axi_rready && s_axi_rlast;
    leaves        = m_axi_arvalid && m_axi_arready;
    last_received = m_axi_rvalid && m_axi_rready && m_axi_rlast && !none_left_q;
  end

  always_ff @(posedge clk) begin
    open_q      <= open_q + count_t'(address_taken) - count_t'(complete);
    room_q      <= complete ||
        !(open_q == count_t'(OUTSTANDING) || (open_q == count_t'(OUTSTANDING - 1) && address_taken));
    left_q      <= left_q + count_t'(leaves) - count_t'(last_received);
    none_left_q <= !leaves && (left_q == 0 || (left_q == 1 && last_received));
    if (!rst_n) begin
      open_q      <= '0;
      room_q      <= 1'b1;
      left_q      <= '0;
      none_left_q <= 1'b1;
    end
  end

  // ---- addresses ----------------------------------------------------------------------------------

  typedef struct packed {
    logic [SOURCE_WIDTH-1:0] source;
    logic                    page;
    logic [ID_WIDTH-1:0]     id;
    logic [ADDR_WIDTH-1:0]   address;
    logic [7:0]              length;
    logic [2:0]              size;
    logic [1:0]              burst;
    logic                    lock;
    logic [3:0]              cache;
    logic [2:0]              prot;
    logic [3:0]              qos;
    logic [3:0]              region;
    logic [31:0]             user;
  } address_t;

  address_t ar_in, ar;
  logic     ar_valid, ar_ready, ar_room;

  always_comb begin
    ar_in = '{
        source: source_found,
        page: s_axi_araddr[ADDR_WIDTH-1:16] == doorbell_base,
        id: s_axi_arid,
        address: s_axi_araddr,
        length: s_axi_arlen,
        size: s_axi_arsize,
        burst: s_axi_arburst,
        lock: s_axi_arlock,
        cache: s_axi_arcache,
        prot: s_axi_arprot,
        qos: s_axi_arqos,
        region: s_axi_arregion,
        user: s_axi_aruser
    };
    s_axi_arready = ar_room && room_q;
  end

  msi_axi_slice #(
      .WIDTH($bits(address_t))
  ) u_addresses (
      .clk,
      .rst_n,
      .in_valid (s_axi_arvalid && room_q),
      .in_ready (ar_room),
      .in_data  (ar_in),
      .out_valid(ar_valid),
      .out_ready(ar_ready),
      .out_data (ar)
  );

  // ---- a read passes, or is refused ---------------------------------------------------------------

  logic       offered_q;  // on m_axi, so that it stays there
  logic       refused;
  logic       answers;    // the refused one, from now on
  logic       answering_q;
  logic [7:0] beats_q;    // that are left of it, without its last one
  logic       answered;

  always_comb begin
    source_ask    = ar.source;
    source_bus    = ar.user[15:8];
    refused       = !offered_q && (ar.page || (check_all && !source_valid));
    m_axi_arvalid = ar_valid && !answering_q &&
        (offered_q || (!refused && !(check_all && source_clearing)));
    answers       = ar_valid && refused && (ar.page || !source_clearing) && none_left_q && r_empty &&
        !answering_q;
    answered      = answering_q && s_axi_rready && beats_q == 0;
    ar_ready      = answering_q ? answered : m_axi_arvalid && m_axi_arready;

    m_axi_arid     = ar.id;
    m_axi_araddr   = ar.address;
    m_axi_arlen    = ar.length;
    m_axi_arsize   = ar.size;
    m_axi_arburst  = ar.burst;
    m_axi_arlock   = ar.lock;
    m_axi_arcache  = ar.cache;
    m_axi_arprot   = ar.prot;
    m_axi_arqos    = ar.qos;
    m_axi_arregion = ar.region;
    m_axi_aruser   = ar.user;
  end

  resp_e    resp_q;
  refused_e reason_q;
  logic     refused_q;

  always_ff @(posedge clk) begin
    offered_q <= m_axi_arvalid && !m_axi_arready;
    refused_q <= answers;
    if (answers) begin
      answering_q <= 1'b1;
      beats_q     <= ar.length;
      reason_q    <= ar.page ? REFUSED_READ : REFUSED_SOURCE;
      resp_q      <= ar.page && refused_okay ? RESP_OKAY : RESP_SLVERR;
    end else if (answering_q && s_axi_rready) begin
      answering_q <= beats_q != 0;
      beats_q     <= beats_q - 8'd1;
    end
    if (!rst_n) begin
      offered_q   <= 1'b0;
      answering_q <= 1'b0;
      refused_q   <= 1'b0;
    end
  end

  always_comb begin
    refused_valid   = refused_q;
    refused_reason  = reason_q;
    refused_target  = ar.user[31:16];
    refused_rid     = ar.user[15:0];
    refused_address = 64'(ar.address);
    refused_id      = ar.id;
  end

  // ---- beats --------------------------------------------------------------------------------------

  logic                  r_valid;
  logic [ID_WIDTH-1:0]   r_id;
  logic [DATA_WIDTH-1:0] r_data;
  logic [1:0]            r_resp;
  logic                  r_last;

  msi_axi_slice #(
      .WIDTH(ID_WIDTH + DATA_WIDTH + 3)
  ) u_beats (
      .clk,
      .rst_n,
      .in_valid (m_axi_rvalid && !none_left_q),
      .in_ready (m_axi_rready),
      .in_data  ({m_axi_rid, m_axi_rdata, m_axi_rresp, m_axi_rlast}),
      .out_valid(r_valid),
      .out_ready(s_axi_rready && !answering_q),
      .out_data ({r_id, r_data, r_resp, r_last})
  );

  always_comb begin
    r_empty      = !r_valid;
    s_axi_rvalid = answering_q || r_valid;
    s_axi_rid    = answering_q ? ar.id : r_id;
    s_axi_rdata  = answering_q ? '0 : r_data;
    s_axi_rresp  = answering_q ? resp_q : r_resp;
    s_axi_rlast  = answering_q ? beats_q == 0 : r_last;
  end

endmodule

`default_nettype wire
