// SPDX-License-Identifier: MIT
//
// A front end: AXI4 writes to the doorbell become direct messages of the translator (B1, B5 to B7).
//
//   s_axi_aw ─► msi_axi_slice ─┐
//                              ├─► msi_axi_decode ─► decided ─┬─► m_msi, refused
//   s_axi_w  ─► msi_axi_slice ─┘                              └─► msi_axi_response ─► s_axi_b
//                                               outcome, done ───────┘
//
// awuser says who writes: {target[15:0], requester ID[15:0]}. A write is one of these:
//
//   a message  one beat at offset 0x40 of the doorbell's page, whose strobes select exactly this dword, or exactly
//              its lower half, whose data then has 0 above. AWSIZE does not matter.
//   a flush    one beat in the page without any strobe: it is answered with OKAY, and that is all.
//   refused    everything else. It is answered with SLVERR, with refused_okay with OKAY, outside of the page
//              with DECERR always. Its beats are taken to the last one, and nothing becomes of them; refused says
//              which write it was, and why.
//
// A write ends with WLAST. It has one beat if AWLEN is 0 and the first beat has WLAST; where the two
// contradict each other it is a burst, so refused. AWLOCK does not matter: an exclusive write is a write
// like any other, and is answered with OKAY, as AXI4 has it for a subordinate without exclusive access. So
// do burst kind, cache, protection, QoS and region not matter.
//
// Contract: s_axi is an AXI4 subordinate's write channels, m_msi a valid/ready stream (H2). Writes are
// decided after their last beat, in the order in which their addresses were taken, and get one B each in this order,
// with their ID: a flush or a refused one as above, a message that was sent with the response of the ITS,
// one that was dropped with OKAY (with dropped_slverr SLVERR). outcome_valid says with one pulse for each
// message that the translator has executed, in order, whether it was sent, done_valid with one pulse for each that
// was sent, in order, how the ITS has answered. No outcome comes in or before the cycle in which m_msi takes its
// message, no done before its outcome. refused_valid is high for one cycle for each refused write. The
// levels doorbell_base, refused_okay and dropped_slverr may change at any time: the first two hold for
// what is decided, the third for what is answered from then on.
//
// Up to OUTSTANDING addresses are taken without a response. Two of them may wait for their beats, and two
// beats for their address. One message a cycle passes, while each response is taken less than OUTSTANDING
// cycles after its address. A message shows on m_msi two cycles after the later of its address and its beat
// was taken, and is answered two cycles after its done at the earliest. While it waits on m_msi, what was
// written behind it waits. No combinational path leads from s_axi to m_msi or back, or from one channel to
// another. Reset empties it: what it cuts off gets no response. The manager and the ITS are reset with it: beats of a
// write whose address came before would be taken for the next one.

`default_nettype none

module msi_axi_write
  import msi_axi_pkg::*;
#(
    parameter int unsigned ADDR_WIDTH  = 64,  // bits of an address, 32 to 64
    parameter int unsigned DATA_WIDTH  = 64,  // bits of a beat, 32, 64, 128, 256 or 512
    parameter int unsigned ID_WIDTH    = 8,   // bits of an ID, 1 to 16
    parameter int unsigned OUTSTANDING = 64   // writes without a response, 4 to 256
) (
    input  wire logic                    clk,
    input  wire logic                    rst_n,

    // Configuration
    input  wire logic [ADDR_WIDTH-1:16]  doorbell_base,   // the page of the doorbell
    input  wire logic                    refused_okay,    // refused writes are answered with OKAY
    input  wire logic                    dropped_slverr,  // dropped messages are answered with SLVERR

    // Writes: AXI4
    input  wire logic                    s_axi_awvalid,
    output logic                         s_axi_awready,
    input  wire logic [ID_WIDTH-1:0]     s_axi_awid,
    input  wire logic [ADDR_WIDTH-1:0]   s_axi_awaddr,
    input  wire logic [7:0]              s_axi_awlen,
    input  wire logic [2:0]              s_axi_awsize,
    input  wire logic [1:0]              s_axi_awburst,
    input  wire logic                    s_axi_awlock,
    input  wire logic [3:0]              s_axi_awcache,
    input  wire logic [2:0]              s_axi_awprot,
    input  wire logic [3:0]              s_axi_awqos,
    input  wire logic [3:0]              s_axi_awregion,
    input  wire logic [31:0]             s_axi_awuser,
    input  wire logic                    s_axi_wvalid,
    output logic                         s_axi_wready,
    input  wire logic [DATA_WIDTH-1:0]   s_axi_wdata,
    input  wire logic [DATA_WIDTH/8-1:0] s_axi_wstrb,
    input  wire logic                    s_axi_wlast,
    output logic                         s_axi_bvalid,
    input  wire logic                    s_axi_bready,
    output logic      [ID_WIDTH-1:0]     s_axi_bid,
    output logic      [1:0]              s_axi_bresp,

    // Messages: s_msi of the translator
    output logic                         m_msi_valid,
    input  wire logic                    m_msi_ready,
    output logic      [15:0]             m_msi_target,
    output logic                         m_msi_explicit_rid,
    output logic      [15:0]             m_msi_rid,
    output logic      [63:0]             m_msi_address,
    output logic      [31:0]             m_msi_data,

    // What became of them
    input  wire logic                    outcome_valid,
    input  wire logic                    outcome_sent,
    input  wire logic                    done_valid,
    input  wire logic [1:0]              done_resp,

    // A write was refused
    output logic                         refused_valid,
    output logic      [3:0]              refused_reason,  // refused_e of msi_axi_pkg
    output logic      [15:0]             refused_target,
    output logic      [15:0]             refused_rid,
    output logic      [63:0]             refused_address,
    output logic      [ID_WIDTH-1:0]     refused_id
);

  if (ADDR_WIDTH < 32 || ADDR_WIDTH > 64) begin : gen_addr_width_illegal
    $error("msi_axi_write: ADDR_WIDTH must be 32 to 64");
  end
  if (DATA_WIDTH != 32 && DATA_WIDTH != 64 && DATA_WIDTH != 128 && DATA_WIDTH != 256 &&
      DATA_WIDTH != 512) begin : gen_data_width_illegal
    $error("msi_axi_write: DATA_WIDTH must be 32, 64, 128, 256 or 512");
  end
  if (ID_WIDTH < 1 || ID_WIDTH > 16) begin : gen_id_width_illegal
    $error("msi_axi_write: ID_WIDTH must be 1 to 16");
  end
  if (OUTSTANDING < 4 || OUTSTANDING > 256) begin : gen_outstanding_illegal
    $error("msi_axi_write: OUTSTANDING must be 4 to 256");
  end

  // ---- how many writes have no response yet -------------------------------------------------------

  localparam int unsigned COUNT_WIDTH = $clog2(OUTSTANDING + 1);
  typedef logic [COUNT_WIDTH-1:0] count_t;

  count_t open_q;
  logic   room_q;
  logic   address_taken, response_taken;

  always_comb begin
    address_taken  = s_axi_awvalid && s_axi_awready;
    response_taken = s_axi_bvalid && s_axi_bready;
  end

  always_ff @(posedge clk) begin
    open_q <= open_q + count_t'(address_taken) - count_t'(response_taken);
    room_q <= response_taken ||
        !(open_q == count_t'(OUTSTANDING) || (open_q == count_t'(OUTSTANDING - 1) && address_taken));
    if (!rst_n) begin
      open_q <= '0;
      room_q <= 1'b1;
    end
  end

  // ---- addresses and beats ------------------------------------------------------------------------

  typedef struct packed {
    logic [ID_WIDTH-1:0]   id;
    logic [ADDR_WIDTH-1:0] address;
    logic                  burst;
    logic [31:0]           user;
  } address_t;

  // Of a beat that is a message: the doorbell is the first dword of a beat at every width.
  typedef struct packed {
    logic [31:0] data;
    strobes_e    strobes;
    logic        last;
  } beat_t;

  localparam int unsigned STROBES = DATA_WIDTH / 8;

  address_t aw_in, aw;
  beat_t    w_in, w;
  logic     aw_valid, aw_ready, aw_room;
  logic     w_valid, w_ready;

  always_comb begin
    aw_in = '{
        id: s_axi_awid,
        address: s_axi_awaddr,
        burst: s_axi_awlen != 0,
        user: s_axi_awuser
    };
    w_in = '{data: s_axi_wdata[31:0], strobes: STROBES_OTHER, last: s_axi_wlast};
    unique case (s_axi_wstrb)
      '0:                 w_in.strobes = STROBES_NONE;
      STROBES'(4'b0011):  w_in.strobes = STROBES_HALF;
      STROBES'(4'b1111):  w_in.strobes = STROBES_DWORD;
      default:            w_in.strobes = STROBES_OTHER;
    endcase
    s_axi_awready = aw_room && room_q;
  end

  msi_axi_slice #(
      .WIDTH($bits(address_t))
  ) u_addresses (
      .clk,
      .rst_n,
      .in_valid (s_axi_awvalid && room_q),
      .in_ready (aw_room),
      .in_data  (aw_in),
      .out_valid(aw_valid),
      .out_ready(aw_ready),
      .out_data (aw)
  );

  msi_axi_slice #(
      .WIDTH($bits(beat_t))
  ) u_beats (
      .clk,
      .rst_n,
      .in_valid (s_axi_wvalid),
      .in_ready (s_axi_wready),
      .in_data  (w_in),
      .out_valid(w_valid),
      .out_ready(w_ready),
      .out_data (w)
  );

  // ---- a write is decided with its last beat ------------------------------------------------------

  facts_t facts;
  logic   first_beat_q;  // the next beat is the first one of its write

  msi_axi_decode #(
      .ADDR_WIDTH(ADDR_WIDTH)
  ) u_decode (
      .page   (doorbell_base),
      .address(aw.address),
      .burst  (aw.burst || !first_beat_q),
      .strobes(w.strobes),
      .facts
  );

  logic     decided_q;  // a write is; what follows is of this one
  facts_t   facts_q;
  logic     okay_q;     // refused_okay
  refused_e reason;

  logic [ID_WIDTH-1:0]   id_q;
  logic [ADDR_WIDTH-1:0] address_q;
  logic [31:0]           user_q;
  logic [31:0]           data_q;

  logic     move;       // the next write may be decided

  always_comb begin
    move     = !m_msi_valid || m_msi_ready;
    w_ready  = aw_valid && move;
    aw_ready = w_valid && w.last && move;
  end

  always_ff @(posedge clk) begin
    if (move) begin
      decided_q <= aw_valid && w_valid && w.last;
      facts_q   <= facts;
      id_q      <= aw.id;
      address_q <= aw.address;
      user_q    <= aw.user;
      data_q    <= {w.strobes == STROBES_HALF ? 16'h0 : w.data[31:16], w.data[15:0]};
      okay_q    <= refused_okay;
    end
    if (w_valid && w_ready) first_beat_q <= w.last;
    if (!rst_n) begin
      decided_q    <= 1'b0;
      first_beat_q <= 1'b1;
    end
  end

  always_comb begin
    reason             = why_refused(facts_q);
    m_msi_valid        = decided_q && facts_q.message;
    m_msi_target       = user_q[31:16];
    m_msi_explicit_rid = 1'b1;
    m_msi_rid          = user_q[15:0];
    m_msi_address      = 64'(address_q);
    m_msi_data         = data_q;
    refused_valid      = decided_q && reason != REFUSED_NOT;
    refused_reason     = reason;
    refused_target     = user_q[31:16];
    refused_rid        = user_q[15:0];
    refused_address    = 64'(address_q);
    refused_id         = id_q;
  end

  // ---- responses ----------------------------------------------------------------------------------

  resp_e resp;  // of what is no message

  always_comb begin
    resp = RESP_OKAY;
    if (reason == REFUSED_OUTSIDE) resp = RESP_DECERR;
    else if (reason != REFUSED_NOT && !okay_q) resp = RESP_SLVERR;
  end

  msi_axi_response #(
      .ID_WIDTH   (ID_WIDTH),
      .OUTSTANDING(OUTSTANDING)
  ) u_response (
      .clk,
      .rst_n,
      .dropped_slverr,
      .write_valid  (decided_q && move),
      .write_id     (id_q),
      .write_message(facts_q.message),
      .write_resp   (resp),
      .outcome_valid,
      .outcome_sent,
      .done_valid,
      .done_resp,
      .b_valid      (s_axi_bvalid),
      .b_ready      (s_axi_bready),
      .b_id         (s_axi_bid),
      .b_resp       (s_axi_bresp)
  );

endmodule

`default_nettype wire
