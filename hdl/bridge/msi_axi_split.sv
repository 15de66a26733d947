// SPDX-License-Identifier: MIT
//
// Parts writes: those that pass (data), and those that the bridge answers itself (locals, B1, B9).
//
//   s_axi_aw ─► msi_axi_slice ─┬─► m_aw             one address ...
//                              └─► admit
//   s_axi_w  ─► msi_axi_slice ─┬─► m_w              ... and its beats, after it or in the same cycle
//                              └─► local_w
//
// Contract: s_axi has the address and data channels of an AXI4 subordinate's writes, m_aw and m_w are valid/ready
// streams of data; their address is s_axi's, and so are the beats, in the order of addresses. A write is local if its
// address is in the doorbell's page, or its source is not valid while check_all is high. admit is high for one cycle for each
// write, with its ID, in order, when its address leaves for m_aw or to nowhere; not without room. local_wvalid
// is high for one cycle for each beat of a local, with the local's address. response_taken says that a write got its response:
// up to OUTSTANDING addresses are taken without one, of which up to AHEAD wait for beats. source_target is asked for
// in the cycle in which an address is taken, source_ask in that in which it leaves (see msi_axi_source); while
// it is clearing and check_all is high, addresses wait. Addresses and beats show on m_aw and m_w one cycle after they were taken
// at the earliest. Up to two beats are taken before their address. No path leads from s_axi_awvalid or
// s_axi_wvalid to their ready. Reset empties it.

`default_nettype none

module msi_axi_split #(
    parameter int unsigned ADDR_WIDTH   = 64,  // bits of an address, 32 to 64
    parameter int unsigned DATA_WIDTH   = 64,  // bits of a beat, 32, 64, 128, 256 or 512
    parameter int unsigned ID_WIDTH     = 8,   // bits of an ID, 1 to 16
    parameter int unsigned OUTSTANDING  = 64,  // writes, 4 to 256
    parameter int unsigned AHEAD        = 8,   // addresses that wait for their beats, 2 to 1,024
    parameter int unsigned SOURCE_WIDTH = 6    // bits of what msi_axi_source has found, 1 or more
) (
    input  wire logic                    clk,
    input  wire logic                    rst_n,
    input  wire logic [ADDR_WIDTH-1:16]  doorbell_base,
    input  wire logic                    check_all,

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
    input  wire logic                    response_taken,

    // Its source
    input  wire logic                    source_clearing,
    input  wire logic [SOURCE_WIDTH-1:0] source_found,
    output logic      [SOURCE_WIDTH-1:0] source_ask,
    output logic      [7:0]              source_bus,
    input  wire logic                    source_valid,

    // Each write
    input  wire logic                    room,
    output logic                         admit,
    output logic                         admit_local,

    // Data
    output logic                         m_awvalid,
    input  wire logic                    m_awready,
    output logic      [ID_WIDTH-1:0]     m_awid,
    output logic      [ADDR_WIDTH-1:0]   m_awaddr,
    output logic      [7:0]              m_awlen,
    output logic      [2:0]              m_awsize,
    output logic      [1:0]              m_awburst,
    output logic                         m_awlock,
    output logic      [3:0]              m_awcache,
    output logic      [2:0]              m_awprot,
    output logic      [3:0]              m_awqos,
    output logic      [3:0]              m_awregion,
    output logic      [31:0]             m_awuser,
    output logic                         m_wvalid,
    input  wire logic                    m_wready,
    output logic      [DATA_WIDTH-1:0]   m_wdata,
    output logic      [DATA_WIDTH/8-1:0] m_wstrb,
    output logic                         m_wlast,

    // Locals: their beats are m_w's
    output logic                         local_wvalid,
    output logic      [ID_WIDTH-1:0]     local_awid,
    output logic      [ADDR_WIDTH-1:0]   local_awaddr,
    output logic                         local_awburst,   // more than one beat
    output logic                         local_awsource,  // its source is refused
    output logic      [31:0]             local_awuser
);

  localparam int unsigned COUNT_WIDTH = $clog2(OUTSTANDING + 1);
  localparam int unsigned AHEAD_WIDTH = $clog2(AHEAD + 1);
  typedef logic [COUNT_WIDTH-1:0] count_t;
  typedef logic [AHEAD_WIDTH-1:0] ahead_t;

  // ---- how many writes have no response yet -------------------------------------------------------

  count_t open_q;
  logic   open_room_q;
  logic   address_taken;

  assign address_taken = s_axi_awvalid && s_axi_awready;

  always_ff @(posedge clk) begin
    open_q      <= open_q + count_t'(address_taken) - count_t'(response_taken);
    open_room_q <= response_taken ||
        !(open_q == count_t'(OUTSTANDING) || (open_q == count_t'(OUTSTANDING - 1) && address_taken));
    if (!rst_n) begin
      open_q      <= '0;
      open_room_q <= 1'b1;
    end
  end

  // ---- addresses and beats ------------------------------------------------------------------------

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

  address_t aw_in, aw;
  logic     aw_valid, aw_ready, aw_room;
  logic     w_valid, w_ready;

  always_comb begin
    aw_in = '{
        source: source_found,
        page: s_axi_awaddr[ADDR_WIDTH-1:16] == doorbell_base,
        id: s_axi_awid,
        address: s_axi_awaddr,
        length: s_axi_awlen,
        size: s_axi_awsize,
        burst: s_axi_awburst,
        lock: s_axi_awlock,
        cache: s_axi_awcache,
        prot: s_axi_awprot,
        qos: s_axi_awqos,
        region: s_axi_awregion,
        user: s_axi_awuser
    };
    s_axi_awready = aw_room && open_room_q;
  end

  msi_axi_slice #(
      .WIDTH($bits(address_t))
  ) u_addresses (
      .clk,
      .rst_n,
      .in_valid (s_axi_awvalid && open_room_q),
      .in_ready (aw_room),
      .in_data  (aw_in),
      .out_valid(aw_valid),
      .out_ready(aw_ready),
      .out_data (aw)
  );

  msi_axi_slice #(
      .WIDTH(DATA_WIDTH + DATA_WIDTH / 8 + 1)
  ) u_beats (
      .clk,
      .rst_n,
      .in_valid (s_axi_wvalid),
      .in_ready (s_axi_wready),
      .in_data  ({s_axi_wdata, s_axi_wstrb, s_axi_wlast}),
      .out_valid(w_valid),
      .out_ready(w_ready),
      .out_data ({m_wdata, m_wstrb, m_wlast})
  );

  // ---- an address leaves --------------------------------------------------------------------------

  // What waits for its beats.
  typedef struct packed {
    logic                  local_write;
    logic [ID_WIDTH-1:0]   id;
    logic [ADDR_WIDTH-1:0] address;
    logic                  burst;
    logic                  source;
    logic [31:0]           user;
  } waiting_t;

  logic     source_refused;
  logic     may_leave;
  ahead_t   ahead_q;
  logic     ahead_room_q;
  waiting_t leaving, waiting, current;
  logic     waits, current_valid, write_ends;

  always_comb begin
    source_ask     = aw.source;
    source_bus     = aw.user[15:8];
    source_refused = check_all && !aw.page && !source_valid;
    admit_local    = aw.page || source_refused;
    may_leave      = room && ahead_room_q && !(check_all && source_clearing);
    m_awvalid      = aw_valid && may_leave && !admit_local;
    aw_ready       = may_leave && (admit_local || m_awready);
    admit          = aw_valid && aw_ready;
    leaving        = '{
        local_write: admit_local,
        id: aw.id,
        address: aw.address,
        burst: aw.length != 0,
        source: source_refused,
        user: aw.user
    };
    m_awid     = aw.id;
    m_awaddr   = aw.address;
    m_awlen    = aw.length;
    m_awsize   = aw.size;
    m_awburst  = aw.burst;
    m_awlock   = aw.lock;
    m_awcache  = aw.cache;
    m_awprot   = aw.prot;
    m_awqos    = aw.qos;
    m_awregion = aw.region;
    m_awuser   = aw.user;
  end

  msi_axi_fifo #(
      .WIDTH($bits(waiting_t)),
      .DEPTH(AHEAD)
  ) u_waiting (
      .clk,
      .rst_n,
      .push     (admit && !(write_ends && !waits)),
      .in_data  (leaving),
      .pop      (write_ends && waits),
      .out_valid(waits),
      .out_data (waiting)
  );

  always_ff @(posedge clk) begin
    ahead_q      <= ahead_q + ahead_t'(admit) - ahead_t'(write_ends);
    ahead_room_q <= write_ends ||
        !(ahead_q == ahead_t'(AHEAD) || (ahead_q == ahead_t'(AHEAD - 1) && admit));
    if (!rst_n) begin
      ahead_q      <= '0;
      ahead_room_q <= 1'b1;
    end
  end

  // ---- its beats follow ---------------------------------------------------------------------------

  always_comb begin
    current_valid  = waits || admit;
    current        = waits ? waiting : leaving;
    m_wvalid       = w_valid && current_valid && !current.local_write;
    local_wvalid   = w_valid && current_valid && current.local_write;
    w_ready        = current_valid && (current.local_write || m_wready);
    write_ends     = w_valid && w_ready && m_wlast;
    local_awid     = current.id;
    local_awaddr   = current.address;
    local_awburst  = current.burst;
    local_awsource = current.source;
    local_awuser   = current.user;
  end

endmodule

`default_nettype wire
