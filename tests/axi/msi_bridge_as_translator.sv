// SPDX-License-Identifier: MIT
//
// A bridge with the ports of a translator: for simulation, so that all that replays operations on a translator replays them
// through the bus, among random DMA.
//
//   s_msi ─► a write to the doorbell ─┐                    ┌─► memory
//             DMA: writes and reads ──┴─► msi_axi_bridge ──┤
//   s_axil, s_evt ───────────────────────►                 └─► ITS ─► m_msi
//
// Operations keep the order in which they are taken here, as at a translator: commands and events wait until the messages before
// them are executed, which in turn wait for the data before them (B4).
//
// Each direct message becomes a write of one beat to its address, by its target and requester ID; what the ITS is written
// becomes a message again, and the write is answered when m_msi has taken it. Noise is made here, with NOISE: writes and
// reads of 1 to 8 beats, of several IDs, among them those of messages, that come at random; memory answers them late and out
// of order across IDs. Each of them is compared with what leaves and what comes back: $error if it differs.
//
// Contract: the ports are those of msi_translator. s_msi takes messages with an explicit requester ID to offset 0x40 of the
// doorbell's page alone, which DOORBELL_PAGE says: $error for others, which have no bus write. Between m_msi and the cycle in
// which a message was taken there may be as many cycles as DMA before it takes. Outputs of its own: how many writes were
// answered, messages taken, and bytes of DMA moved, since the simulation began. The plusarg bridge_seed=n fixes what is random.

`default_nettype none

module msi_bridge_as_translator #(
    parameter int unsigned RANGES            = 16,
    parameter int unsigned CONNECTIONS       = 8,
    parameter int unsigned TARGETS           = 32,
    parameter int unsigned ROUTES            = 64,
    parameter int unsigned COUNTER_WIDTH     = 32,
    parameter int unsigned CHECK_DEFAULT_RID = 0,
    parameter int unsigned DEVID_BITS        = 32,
    parameter int unsigned DATA_WIDTH        = 64,
    parameter int unsigned OUTSTANDING       = 16,
    parameter int unsigned NOISE             = 1,
    parameter int unsigned DOORBELL_PAGE     = 32'h0809  // address bits 47:16 of the doorbell
) (
    input  wire logic        clk,
    input  wire logic        rst_n,

    // Control and status registers: AXI4-Lite, 32 bits (see docs/registers.md)
    input  wire logic        s_axil_awvalid,
    output logic             s_axil_awready,
    input  wire logic [6:0]  s_axil_awaddr,
    input  wire logic [2:0]  s_axil_awprot,
    input  wire logic        s_axil_wvalid,
    output logic             s_axil_wready,
    input  wire logic [31:0] s_axil_wdata,
    input  wire logic [3:0]  s_axil_wstrb,
    output logic             s_axil_bvalid,
    input  wire logic        s_axil_bready,
    output logic      [1:0]  s_axil_bresp,
    input  wire logic        s_axil_arvalid,
    output logic             s_axil_arready,
    input  wire logic [6:0]  s_axil_araddr,
    input  wire logic [2:0]  s_axil_arprot,
    output logic             s_axil_rvalid,
    input  wire logic        s_axil_rready,
    output logic      [31:0] s_axil_rdata,
    output logic      [1:0]  s_axil_rresp,

    // Direct messages: signal_msi, or signal_msi_with_rid when explicit_rid is 1
    input  wire logic        s_msi_valid,
    output logic             s_msi_ready,
    input  wire logic [15:0] s_msi_target,
    input  wire logic        s_msi_explicit_rid,
    input  wire logic [15:0] s_msi_rid,
    input  wire logic [63:0] s_msi_address,
    input  wire logic [31:0] s_msi_data,

    // Route events: signal_event
    input  wire logic        s_evt_valid,
    output logic             s_evt_ready,
    input  wire logic [15:0] s_evt_route,

    // Bus ranges from hardware: set_bus_range
    input  wire logic        s_range_valid,
    output logic             s_range_ready,
    input  wire logic [15:0] s_range_range,
    input  wire logic [7:0]  s_range_secondary,
    input  wire logic [7:0]  s_range_subordinate,

    // Messages to the ITS
    output logic             m_msi_valid,
    input  wire logic        m_msi_ready,
    output logic      [31:0] m_msi_devid,
    output logic      [63:0] m_msi_address,
    output logic      [31:0] m_msi_data,

    // One record an executed operation. Arguments that the operation does not take mean nothing.
    output logic             retire_valid,
    output logic      [1:0]  retire_source,  // 0 s_axil, 1 s_msi, 2 s_evt
    output logic      [7:0]  retire_operation,
    output logic      [15:0] retire_range,
    output logic      [15:0] retire_connection,
    output logic      [15:0] retire_target,
    output logic      [15:0] retire_route,
    output logic      [7:0]  retire_secondary,
    output logic      [7:0]  retire_subordinate,
    output logic      [15:0] retire_rid_offset,
    output logic      [31:0] retire_devid_base,
    output logic      [15:0] retire_rid,
    output logic      [63:0] retire_address,
    output logic      [31:0] retire_data,
    output logic      [7:0]  retire_answer,
    output logic      [15:0] retire_bdf,
    output logic             retire_sent,
    output logic      [31:0] retire_message_devid,
    output logic      [63:0] retire_message_address,
    output logic      [31:0] retire_message_data,

    // A drop or refusal was recorded and is not yet acknowledged
    output logic             alert,

    // What has passed
    output longint unsigned  bus_writes,
    output longint unsigned  bus_messages,
    output longint unsigned  bus_bytes
);

  localparam int unsigned ID_WIDTH = 3;
  localparam int unsigned BYTES = DATA_WIDTH / 8;
  localparam logic [2:0] SIZE = 3'($clog2(BYTES));

  typedef logic [ID_WIDTH-1:0] id_t;

  typedef struct packed {
    id_t         id;
    logic [63:0] address;
    logic [7:0]  len;
    logic [2:0]  size;
    logic [31:0] user;
    logic        noise;
  } access_t;

  // What memory holds: each beat of each address has data of its own.
  function automatic logic [DATA_WIDTH-1:0] held(logic [63:0] address, logic [7:0] beat);
    logic [63:0] word = (address + 64'(beat) * 64'h9E37_79B9_7F4A_7C15) * 64'hD6E8_FEB8_6659_FD93;
    return DATA_WIDTH'({8{word}});
  endfunction

  // ---- what is random -----------------------------------------------------------------------------

  logic [63:0] random_q;
  int unsigned seed;

  initial if (!$value$plusargs("bridge_seed=%d", seed)) seed = 1;

  function automatic logic [63:0] next(logic [63:0] state);
    logic [63:0] after = state;
    after ^= after << 13;
    after ^= after >> 7;
    return after ^ after << 17;
  endfunction

  always_ff @(posedge clk) begin
    random_q <= next(random_q);
    if (random_q == 0 || !rst_n) random_q <= {32'(seed) + 32'h9E37_79B9, 32'h7F4A_7C15};
  end

  // verilator lint_off UNUSEDSIGNAL
  function automatic access_t dma(logic [63:0] chance);
  // verilator lint_on UNUSEDSIGNAL
    return '{
        id: chance[40+:ID_WIDTH],
        address: {16'h00A5, chance[47:20], 14'h0, 6'h0} | 64'(chance[10:7]) * 64'(8 * BYTES),
        len: 8'(chance[13:11]),
        size: SIZE,
        user: chance[63:32] | 32'h0001_0001,
        noise: 1'b1
    };
  endfunction

  // ---- the order of messages with commands and events ----------------------------------------------

  // A command begins with a write on s_axil, so both of its channels wait; one that was offered is not taken back.
  int unsigned pending_q;                   // messages that were taken and are not executed
  logic [3:0]  wants, opens, offered, taken, offered_q;  // aw, w, range and evt
  logic        others_wait, last_other_q;   // they take turns
  logic [3:0]  bridge_readies;
  logic        bridge_awready, bridge_wready, bridge_range_ready, bridge_evt_ready;

  always_comb begin
    bridge_readies = {bridge_awready, bridge_wready, bridge_range_ready, bridge_evt_ready};
    wants          = {s_axil_awvalid, s_axil_wvalid, s_range_valid, s_evt_valid};
    opens          = offered_q | {4{pending_q == 0}};
    offered        = wants & opens;
    taken          = offered & bridge_readies;
    others_wait    = |wants;
    {s_axil_awready, s_axil_wready, s_range_ready, s_evt_ready} = opens & bridge_readies;
  end

  always_ff @(posedge clk) begin
    pending_q <= pending_q + 32'(s_msi_valid && s_msi_ready) -
        32'(retire_valid && retire_source == 2'd1);
    offered_q <= offered & ~taken;
    if (|taken) last_other_q <= 1'b1;
    if (s_msi_valid && s_msi_ready) last_other_q <= 1'b0;
    if (!rst_n) begin
      pending_q    <= 0;
      offered_q    <= '0;
      last_other_q <= 1'b0;
    end
  end

  // ---- s_axi --------------------------------------------------------------------------------------

  // verilator lint_off UNUSEDSIGNAL
  logic                  s_axi_awvalid, s_axi_awready, s_axi_awlock;
  logic [ID_WIDTH-1:0]   s_axi_awid;
  logic [63:0]           s_axi_awaddr;
  logic [7:0]            s_axi_awlen;
  logic [2:0]            s_axi_awsize, s_axi_awprot;
  logic [1:0]            s_axi_awburst;
  logic [3:0]            s_axi_awcache, s_axi_awqos, s_axi_awregion;
  logic [31:0]           s_axi_awuser;
  logic                  s_axi_wvalid, s_axi_wready, s_axi_wlast;
  logic [DATA_WIDTH-1:0] s_axi_wdata;
  logic [BYTES-1:0]      s_axi_wstrb;
  logic                  s_axi_bvalid, s_axi_bready;
  logic [ID_WIDTH-1:0]   s_axi_bid;
  logic [1:0]            s_axi_bresp;
  logic                  s_axi_arvalid, s_axi_arready, s_axi_arlock;
  logic [ID_WIDTH-1:0]   s_axi_arid;
  logic [63:0]           s_axi_araddr;
  logic [7:0]            s_axi_arlen;
  logic [2:0]            s_axi_arsize, s_axi_arprot;
  logic [1:0]            s_axi_arburst;
  logic [3:0]            s_axi_arcache, s_axi_arqos, s_axi_arregion;
  logic [31:0]           s_axi_aruser;
  logic                  s_axi_rvalid, s_axi_rready, s_axi_rlast;
  logic [ID_WIDTH-1:0]   s_axi_rid;
  logic [DATA_WIDTH-1:0] s_axi_rdata;
  logic [1:0]            s_axi_rresp;
  logic                  m_axi_awvalid, m_axi_awready, m_axi_awlock;
  logic [ID_WIDTH:0]     m_axi_awid;
  logic [63:0]           m_axi_awaddr;
  logic [7:0]            m_axi_awlen;
  logic [2:0]            m_axi_awsize, m_axi_awprot;
  logic [1:0]            m_axi_awburst;
  logic [3:0]            m_axi_awcache, m_axi_awqos, m_axi_awregion;
  logic [31:0]           m_axi_awuser;
  logic                  m_axi_wvalid, m_axi_wready, m_axi_wlast;
  logic [DATA_WIDTH-1:0] m_axi_wdata;
  logic [BYTES-1:0]      m_axi_wstrb;
  logic                  m_axi_bvalid, m_axi_bready;
  logic [ID_WIDTH:0]     m_axi_bid;
  logic [1:0]            m_axi_bresp;
  logic                  m_axi_arvalid, m_axi_arready, m_axi_arlock;
  logic [ID_WIDTH:0]     m_axi_arid;
  logic [63:0]           m_axi_araddr;
  logic [7:0]            m_axi_arlen;
  logic [2:0]            m_axi_arsize, m_axi_arprot;
  logic [1:0]            m_axi_arburst;
  logic [3:0]            m_axi_arcache, m_axi_arqos, m_axi_arregion;
  logic [31:0]           m_axi_aruser;
  logic                  m_axi_rvalid, m_axi_rready, m_axi_rlast;
  logic [ID_WIDTH:0]     m_axi_rid;
  logic [DATA_WIDTH-1:0] m_axi_rdata;
  logic [1:0]            m_axi_rresp;
  logic                  m_its_awvalid, m_its_awready, m_its_awlock;
  logic [ID_WIDTH:0]     m_its_awid;
  logic [63:0]           m_its_awaddr;
  logic [7:0]            m_its_awlen;
  logic [2:0]            m_its_awsize, m_its_awprot;
  logic [1:0]            m_its_awburst;
  logic [3:0]            m_its_awcache, m_its_awqos, m_its_awregion;
  logic [31:0]           m_its_awuser;
  logic                  m_its_wvalid, m_its_wready, m_its_wlast;
  logic [DATA_WIDTH-1:0] m_its_wdata;
  logic [BYTES-1:0]      m_its_wstrb;
  logic                  m_its_bvalid, m_its_bready;
  logic [ID_WIDTH:0]     m_its_bid;
  logic [1:0]            m_its_bresp;
  // verilator lint_on UNUSEDSIGNAL

  // A write at a time: its address and its beats go separately.
  access_t    write_q;
  logic       address_q, data_q;  // is to go
  logic [7:0] beat_q;
  logic       ready_q;            // reset is over
  logic       free, takes_noise;
  logic [31:0] message_data_q;

  always_comb begin
    free        = (!address_q || s_axi_awready) &&
        (!data_q || (s_axi_wready && beat_q == write_q.len)) && ready_q;
    takes_noise = NOISE != 0 && (s_msi_valid ? random_q[1:0] == 0 : random_q[2:0] == 0);
    s_msi_ready = free && !takes_noise && !(others_wait && !last_other_q);

    s_axi_awvalid  = address_q;
    s_axi_awid     = write_q.id;
    s_axi_awaddr   = write_q.address;
    s_axi_awlen    = write_q.len;
    s_axi_awsize   = write_q.size;
    s_axi_awburst  = 2'b01;
    s_axi_awlock   = 1'b0;
    s_axi_awcache  = write_q.user[3:0];
    s_axi_awprot   = write_q.user[6:4];
    s_axi_awqos    = write_q.user[3:0];
    s_axi_awregion = write_q.user[7:4];
    s_axi_awuser   = write_q.user;
    s_axi_wvalid   = data_q;
    s_axi_wdata    = write_q.noise ? held(write_q.address, beat_q) : DATA_WIDTH'(message_data_q);
    s_axi_wstrb    = write_q.noise ? '1 : BYTES'(4'hF);
    s_axi_wlast    = beat_q == write_q.len;
    s_axi_bready   = random_q[20:19] != 0;
  end

  access_t read_q, read;
  logic    reads_q;

  always_comb begin
    read           = dma({random_q[31:0], random_q[63:32]});
    s_axi_arvalid  = reads_q;
    s_axi_arid     = read_q.id;
    s_axi_araddr   = read_q.address;
    s_axi_arlen    = read_q.len;
    s_axi_arsize   = read_q.size;
    s_axi_arburst  = 2'b01;
    s_axi_arlock   = 1'b0;
    s_axi_arcache  = read_q.user[3:0];
    s_axi_arprot   = read_q.user[6:4];
    s_axi_arqos    = read_q.user[3:0];
    s_axi_arregion = read_q.user[7:4];
    s_axi_aruser   = read_q.user;
    s_axi_rready   = random_q[22:21] != 0;
  end

  access_t writes[$], reads[$];  // of DMA, that were begun and did not leave
  access_t read_back[$];         // that did not come back
  int      unanswered[2**ID_WIDTH];  // writes of each ID


  always_ff @(posedge clk) begin
    ready_q <= rst_n;
    if (s_axi_awready) address_q <= 1'b0;
    if (data_q && s_axi_wready) begin
      beat_q <= beat_q + 1'b1;
      if (s_axi_wlast) data_q <= 1'b0;
    end
    if (free && (takes_noise || s_msi_valid)) begin
      address_q      <= 1'b1;
      data_q         <= 1'b1;
      beat_q         <= '0;
      message_data_q <= s_msi_data;
      write_q        <= dma(random_q);
      if (!takes_noise) begin
        write_q <= '{
            id: s_msi_rid[ID_WIDTH-1:0],
            address: s_msi_address,
            len: '0,
            size: 3'd2,
            user: {s_msi_target, s_msi_rid},
            noise: 1'b0
        };
        if (rst_n && (!s_msi_explicit_rid || s_msi_address != {16'h0, DOORBELL_PAGE, 16'h0040})) begin
          $error("a direct message without a requester ID, or beside the doorbell, has no bus write");
        end
      end
    end
    if (!reads_q || s_axi_arready) begin
      reads_q <= NOISE != 0 && ready_q && random_q[25:23] == 0;
      read_q  <= read;
    end
    if (!rst_n) begin
      address_q <= 1'b0;
      data_q    <= 1'b0;
      reads_q   <= 1'b0;
    end
  end

  // ---- m_axi, and what is compared ----------------------------------------------------------------

  access_t    leaving[$];           // addresses whose beats did not leave
  logic       takes_beats_q;        // memory does: there are such addresses
  logic [7:0] leaving_beat_q, returning_beat_q, back_beat_q;
  id_t        even[$], odd[$];      // IDs of writes that memory has to answer
  access_t    returning[$];         // reads that memory has to answer

  // verilator lint_off UNUSEDSIGNAL
  function automatic logic differs(access_t wanted, logic [ID_WIDTH:0] id, logic [63:0] address,
                                   logic [7:0] len, logic [2:0] size, logic [31:0] user);
    return {1'b0, wanted.id, wanted.address, wanted.len, wanted.size, wanted.user} !=
        {id, address, len, size, user};
  endfunction
  // verilator lint_on UNUSEDSIGNAL

  bit was_reset = 1'b0;  // before that, registers hold anything

  // verilator lint_off BLKSEQ
  always @(posedge clk) begin : compare
    access_t wanted;
    if (!rst_n) begin
      was_reset = 1'b1;
      takes_beats_q <= 1'b0;
      writes.delete();
      reads.delete();
      read_back.delete();
      leaving.delete();
      even.delete();
      odd.delete();
      returning.delete();
      leaving_beat_q   <= '0;
      returning_beat_q <= '0;
      back_beat_q      <= '0;
      m_axi_bvalid     <= 1'b0;
      m_axi_rvalid     <= 1'b0;
      for (int i = 0; i < 2 ** ID_WIDTH; i++) unanswered[i] = 0;
    end else if (was_reset) begin
      if (s_axi_bvalid && s_axi_bready) begin
        if (unanswered[s_axi_bid] == 0) $error("a response that belongs to nothing");
        if (s_axi_bresp != 0) $error("a write is answered with an error");
        unanswered[s_axi_bid]--;
        bus_writes++;
      end
      if (s_axi_awvalid && s_axi_awready) begin
        if (write_q.noise) writes.push_back(write_q);
        unanswered[s_axi_awid]++;
      end
      if (s_msi_valid && s_msi_ready) bus_messages++;
      if (s_axi_arvalid && s_axi_arready) begin
        reads.push_back(read_q);
        read_back.push_back(read_q);
      end
      if (m_axi_awvalid && m_axi_awready) begin
        if (writes.size() == 0) $error("an address leaves that did not come");
        wanted = writes.pop_front();
        if (differs(
                wanted, m_axi_awid, m_axi_awaddr, m_axi_awlen, m_axi_awsize, m_axi_awuser
            )) begin
          $error("the address of a write leaves as another one");
        end
        leaving.push_back(wanted);
      end
      if (m_axi_wvalid && m_axi_wready) begin
        if (leaving.size() == 0) $error("a beat leaves before its address");
        wanted = leaving[0];
        if (m_axi_wdata != held(wanted.address, leaving_beat_q) || m_axi_wstrb != '1) begin
          $error("a beat of a write leaves as another one");
        end
        bus_bytes += 64'(BYTES);
        if (m_axi_wlast != (leaving_beat_q == wanted.len)) $error("WLAST is elsewhere");
        leaving_beat_q <= m_axi_wlast ? 8'd0 : leaving_beat_q + 8'd1;
        if (m_axi_wlast) begin
          wanted = leaving.pop_front();
          if (wanted.id[0]) odd.push_back(wanted.id);
          else even.push_back(wanted.id);
        end
      end
      if (m_axi_arvalid && m_axi_arready) begin
        if (reads.size() == 0) $error("a read leaves that did not come");
        wanted = reads.pop_front();
        if (differs(
                wanted, m_axi_arid, m_axi_araddr, m_axi_arlen, m_axi_arsize, m_axi_aruser
            )) begin
          $error("the address of a read leaves as another one");
        end
        returning.push_back(wanted);
      end
      if (s_axi_rvalid && s_axi_rready) begin
        if (read_back.size() == 0) $error("a beat comes back that was not read");
        wanted = read_back[0];
        if (s_axi_rid != wanted.id || s_axi_rdata != held(wanted.address, back_beat_q) || s_axi_rresp != 0 ||
            s_axi_rlast != (back_beat_q == wanted.len)) begin
          $error("a beat comes back as another one");
        end
        back_beat_q <= s_axi_rlast ? 8'd0 : back_beat_q + 8'd1;
        if (s_axi_rlast) void'(read_back.pop_front());
        bus_bytes += 64'(BYTES);
      end

      // Memory answers.
      if (!m_axi_bvalid || m_axi_bready) begin
        m_axi_bvalid <= 1'b0;
        if (odd.size() != 0 && random_q[28:26] == 0) begin
          m_axi_bvalid <= 1'b1;
          m_axi_bid    <= {1'b0, odd.pop_front()};
        end else if (even.size() != 0 && random_q[31:29] == 0) begin
          m_axi_bvalid <= 1'b1;
          m_axi_bid    <= {1'b0, even.pop_front()};
        end
      end
      if (!m_axi_rvalid || m_axi_rready) begin
        m_axi_rvalid <= 1'b0;
        if (returning.size() != 0 && random_q[33:32] != 0) begin
          m_axi_rvalid     <= 1'b1;
          m_axi_rid        <= {1'b0, returning[0].id};
          m_axi_rdata      <= held(returning[0].address, returning_beat_q);
          m_axi_rlast      <= returning_beat_q == returning[0].len;
          returning_beat_q <= returning_beat_q == returning[0].len ? 8'd0 : returning_beat_q + 8'd1;
          if (returning_beat_q == returning[0].len) void'(returning.pop_front());
        end
      end

      takes_beats_q <= leaving.size() != 0;
    end
  end

  // verilator lint_on BLKSEQ

  initial begin
    bus_writes   = 0;
    bus_messages = 0;
    bus_bytes    = 0;
  end

  always_comb begin
    m_axi_awready = random_q[35:34] != 0;
    m_axi_wready  = takes_beats_q && random_q[37:36] != 0;
    m_axi_arready = random_q[39:38] != 0;
    m_axi_bresp   = 2'b00;
    m_axi_rresp   = 2'b00;
  end

  // ---- the ITS ------------------------------------------------------------------------------------

  logic        its_address_q, its_data_q, its_answer_q, its_taken;
  logic [63:0] its_where_q;
  logic [31:0] its_devid_q;
  logic [DATA_WIDTH-1:0] its_word_q;
  int unsigned its_owed_q;

  always_comb begin
    m_msi_valid   = its_address_q && its_data_q;
    m_msi_devid   = its_devid_q;
    m_msi_address = its_where_q;
    m_msi_data    = its_word_q[32 * (32'(its_where_q[5:2]) % (BYTES / 4))+:32];
    its_taken     = m_msi_valid && m_msi_ready;
    m_its_awready = !its_address_q || its_taken;
    m_its_wready  = !its_data_q || its_taken;
    m_its_bvalid  = its_answer_q;
    m_its_bid     = {1'b1, ID_WIDTH'(0)};
    m_its_bresp   = 2'b00;
  end

  always_ff @(posedge clk) begin
    if (m_its_awready) begin
      its_address_q <= m_its_awvalid;
      its_where_q   <= m_its_awaddr;
      its_devid_q   <= m_its_awuser;
    end
    if (m_its_wready) begin
      its_data_q <= m_its_wvalid;
      its_word_q <= m_its_wdata;
    end
    its_answer_q <= its_owed_q + 32'(its_taken) - 32'(its_answer_q && m_its_bready) != 0;
    its_owed_q   <= its_owed_q + 32'(its_taken) - 32'(its_answer_q && m_its_bready);
    if (!rst_n) begin
      its_address_q <= 1'b0;
      its_data_q    <= 1'b0;
      its_answer_q  <= 1'b0;
      its_owed_q    <= 0;
    end
  end

  msi_axi_bridge #(
      .RANGES           (RANGES),
      .CONNECTIONS      (CONNECTIONS),
      .TARGETS          (TARGETS),
      .ROUTES           (ROUTES),
      .COUNTER_WIDTH    (COUNTER_WIDTH),
      .CHECK_DEFAULT_RID(CHECK_DEFAULT_RID),
      .DEVID_BITS       (DEVID_BITS),
      .DATA_WIDTH       (DATA_WIDTH),
      .ID_WIDTH         (ID_WIDTH),
      .OUTSTANDING      (OUTSTANDING),
      .ITS_PORT         (1),
      .DOORBELL_RESET   ({16'h0, DOORBELL_PAGE, 16'h0000})
  ) u_bridge (
      .s_axil_awvalid(offered[3]),
      .s_axil_awready(bridge_awready),
      .s_axil_awaddr ({1'b0, s_axil_awaddr}),
      .s_axil_wvalid (offered[2]),
      .s_axil_wready (bridge_wready),
      .s_axil_araddr ({1'b0, s_axil_araddr}),
      .s_range_valid (offered[1]),
      .s_range_ready (bridge_range_ready),
      .s_evt_valid   (offered[0]),
      .s_evt_ready   (bridge_evt_ready),
      .*
  );

endmodule

`default_nettype wire
