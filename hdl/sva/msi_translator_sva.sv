// SPDX-License-Identifier: MIT
//
// What holds at the ports of the translator, whatever it is made of (docs/specification.md, H1 to H9):
//
//   streams    s_msi, s_evt, m_msi and the channels of s_axil are valid/ready streams (H2)
//   records    each request of s_msi and s_evt retires once, in order, as it came; each command was
//              written to COMMAND before; each sent message shows on m_msi once, in order, not before its
//              record (H3); the answer says whether there is one
//   ranges     no message, and no enabled route, with a requester ID whose bus is outside the range, if that
//              is held against it; range, offset and DeviceID base are known from the records of the
//              commands before (R1, R2, R3, R8); no DeviceID beyond DEVID_BITS (R10)
//   fairness   of s_msi and s_evt, none waits for more than two of the other (H4)
//   reset      nothing is left after it, and nothing happens while the tables are cleared (H8)
//
// Contract: looks on, at each rising edge of clk, and says nothing before the first one with rst_n low.
// `bind` attaches it to any module that has these ports and parameters (msi_translator_bind.sv). s_range, which not
// every translator has, is looked at by msi_range_sva. What
// drives s_msi, s_evt and s_axil is held to H2 as the translator is.

`default_nettype none
// verilator coverage_off

module msi_translator_sva
  import msi_sva_pkg::*;
#(
    parameter int unsigned RANGES      = 16,  // as the translator has them
    parameter int unsigned CONNECTIONS = 8,
    parameter int unsigned TARGETS     = 32,
    parameter int unsigned ROUTES      = 64,
    parameter int unsigned CHECK_DEFAULT_RID = 0,
    parameter int unsigned DEVID_BITS  = 32,
    parameter int unsigned IN_FLIGHT   = 16,  // so many of a source, and messages, on their way, 1 to 1,024
    parameter int unsigned PATIENCE    = 64   // for so many cycles with m_msi_ready, 1 to 1,024
) (
    input wire logic        clk,
    input wire logic        rst_n,

    input wire logic        s_axil_awvalid,
    input wire logic        s_axil_awready,
    input wire logic [6:0]  s_axil_awaddr,
    input wire logic [2:0]  s_axil_awprot,
    input wire logic        s_axil_wvalid,
    input wire logic        s_axil_wready,
    input wire logic [31:0] s_axil_wdata,
    input wire logic [3:0]  s_axil_wstrb,
    input wire logic        s_axil_bvalid,
    input wire logic        s_axil_bready,
    input wire logic [1:0]  s_axil_bresp,
    input wire logic        s_axil_arvalid,
    input wire logic        s_axil_arready,
    input wire logic [6:0]  s_axil_araddr,
    input wire logic [2:0]  s_axil_arprot,
    input wire logic        s_axil_rvalid,
    input wire logic        s_axil_rready,
    input wire logic [31:0] s_axil_rdata,
    input wire logic [1:0]  s_axil_rresp,

    input wire logic        s_msi_valid,
    input wire logic        s_msi_ready,
    input wire logic [15:0] s_msi_target,
    input wire logic        s_msi_explicit_rid,
    input wire logic [15:0] s_msi_rid,
    input wire logic [63:0] s_msi_address,
    input wire logic [31:0] s_msi_data,

    input wire logic        s_evt_valid,
    input wire logic        s_evt_ready,
    input wire logic [15:0] s_evt_route,

    input wire logic        m_msi_valid,
    input wire logic        m_msi_ready,
    input wire logic [31:0] m_msi_devid,
    input wire logic [63:0] m_msi_address,
    input wire logic [31:0] m_msi_data,

    input wire logic        retire_valid,
    input wire logic [1:0]  retire_source,
    input wire logic [7:0]  retire_operation,
    input wire logic [15:0] retire_range,
    input wire logic [15:0] retire_connection,
    input wire logic [15:0] retire_target,
    input wire logic [15:0] retire_route,
    input wire logic [7:0]  retire_secondary,
    input wire logic [7:0]  retire_subordinate,
    input wire logic [15:0] retire_rid_offset,
    input wire logic [31:0] retire_devid_base,
    input wire logic [15:0] retire_rid,
    input wire logic [63:0] retire_address,
    input wire logic [31:0] retire_data,
    input wire logic [7:0]  retire_answer,
    input wire logic [15:0] retire_bdf,
    input wire logic        retire_sent,
    input wire logic [31:0] retire_message_devid,
    input wire logic [63:0] retire_message_address,
    input wire logic [31:0] retire_message_data,

    input wire logic        alert
);

  if (IN_FLIGHT < 1 || IN_FLIGHT > 1024) begin : gen_in_flight_illegal
    $error("msi_translator_sva: IN_FLIGHT must be 1 to 1,024");
  end
  if (PATIENCE < 1 || PATIENCE > 1024) begin : gen_patience_illegal
    $error("msi_translator_sva: PATIENCE must be 1 to 1,024");
  end

  // verilator lint_off PROCASSINIT
  logic watching_q = 1'b0;  // there was a reset; only this needs a first value
  // verilator lint_on PROCASSINIT
  logic was_reset_q;

  always_ff @(posedge clk) begin
    if (!rst_n) watching_q <= 1'b1;
    was_reset_q <= !rst_n;
  end

  // ---- clearing -----------------------------------------------------------------------------------

  function automatic int unsigned larger(int unsigned a, int unsigned b);
    return a > b ? a : b;
  endfunction

  localparam int unsigned CLEARING = larger(larger(RANGES, CONNECTIONS), larger(TARGETS, ROUTES));
  localparam int unsigned CLEARED_WIDTH = $clog2(CLEARING + 1);

  logic [CLEARED_WIDTH-1:0] cleared_q;  // cycles since the reset, up to CLEARING
  logic                     clearing;

  always_ff @(posedge clk) begin
    if (clearing) cleared_q <= cleared_q + 1'b1;
    if (!rst_n) cleared_q <= '0;
  end

  assign clearing = cleared_q != CLEARED_WIDTH'(CLEARING);

  // ---- streams ------------------------------------------------------------------------------------

  msi_stream_checker #(
      .WIDTH(16 + 1 + 16 + 64 + 32)
  ) u_s_msi (
      .clk,
      .rst_n,
      .valid  (s_msi_valid),
      .ready  (s_msi_ready),
      .payload({s_msi_target, s_msi_explicit_rid, s_msi_rid, s_msi_address, s_msi_data})
  );

  msi_stream_checker #(
      .WIDTH(16)
  ) u_s_evt (
      .clk,
      .rst_n,
      .valid  (s_evt_valid),
      .ready  (s_evt_ready),
      .payload(s_evt_route)
  );

  msi_stream_checker #(
      .WIDTH(32 + 64 + 32),
      .QUIET(1)
  ) u_m_msi (
      .clk,
      .rst_n,
      .valid  (m_msi_valid),
      .ready  (m_msi_ready),
      .payload({m_msi_devid, m_msi_address, m_msi_data})
  );

  msi_stream_checker #(
      .WIDTH(7 + 3)
  ) u_s_axil_aw (
      .clk,
      .rst_n,
      .valid  (s_axil_awvalid),
      .ready  (s_axil_awready),
      .payload({s_axil_awaddr, s_axil_awprot})
  );

  msi_stream_checker #(
      .WIDTH(32 + 4)
  ) u_s_axil_w (
      .clk,
      .rst_n,
      .valid  (s_axil_wvalid),
      .ready  (s_axil_wready),
      .payload({s_axil_wdata, s_axil_wstrb})
  );

  msi_stream_checker #(
      .WIDTH(2),
      .QUIET(1)
  ) u_s_axil_b (
      .clk,
      .rst_n,
      .valid  (s_axil_bvalid),
      .ready  (s_axil_bready),
      .payload(s_axil_bresp)
  );

  msi_stream_checker #(
      .WIDTH(7 + 3)
  ) u_s_axil_ar (
      .clk,
      .rst_n,
      .valid  (s_axil_arvalid),
      .ready  (s_axil_arready),
      .payload({s_axil_araddr, s_axil_arprot})
  );

  msi_stream_checker #(
      .WIDTH(32 + 2),
      .QUIET(1)
  ) u_s_axil_r (
      .clk,
      .rst_n,
      .valid  (s_axil_rvalid),
      .ready  (s_axil_rready),
      .payload({s_axil_rdata, s_axil_rresp})
  );

  // ---- records: each request once, in order, as it came -------------------------------------------

  // What the operation does not take is left out of both.
  logic retires, retires_message, retires_event;

  always_comb begin
    // While the tables are cleared there is none (H8).
    retires         = retire_valid && !clearing;
    retires_message = retires && retire_source == MESSAGE;
    retires_event   = retires && retire_source == EVENT;
  end

  msi_order_checker #(
      .WIDTH   (8 + 16 + 16 + 64 + 32),
      .DEPTH   (IN_FLIGHT),
      .PATIENCE(PATIENCE)
  ) u_records_of_s_msi (
      .clk,
      .rst_n,
      .put(s_msi_valid && s_msi_ready),
      .put_item({
        s_msi_explicit_rid ? SIGNAL_MSI_WITH_RID : SIGNAL_MSI,
        s_msi_target,
        s_msi_explicit_rid ? s_msi_rid : 16'd0,
        s_msi_address,
        s_msi_data
      }),
      .shown(retires_message),
      .taken(1'b1),
      .shown_item({
        retire_operation,
        retire_target,
        retire_operation == SIGNAL_MSI_WITH_RID ? retire_rid : 16'd0,
        retire_address,
        retire_data
      }),
      .held(!m_msi_ready)
  );

  msi_order_checker #(
      .WIDTH   (8 + 16),
      .DEPTH   (IN_FLIGHT),
      .PATIENCE(PATIENCE)
  ) u_records_of_s_evt (
      .clk,
      .rst_n,
      .put       (s_evt_valid && s_evt_ready),
      .put_item  ({SIGNAL_EVENT, s_evt_route}),
      .shown     (retires_event),
      .taken     (1'b1),
      .shown_item({retire_operation, retire_route}),
      .held      (!m_msi_ready)
  );

  msi_order_checker #(
      .WIDTH   (32 + 64 + 32),
      .DEPTH   (IN_FLIGHT),
      .PATIENCE(PATIENCE),
      .PASSES  (1)
  ) u_messages (
      .clk,
      .rst_n,
      .put       (retires && retire_sent),
      .put_item  ({retire_message_devid, retire_message_address, retire_message_data}),
      .shown     (m_msi_valid && !clearing),
      .taken     (m_msi_ready),
      .shown_item({m_msi_devid, m_msi_address, m_msi_data}),
      .held      (!m_msi_ready)
  );

  msi_command_checker #(
      .PATIENCE(PATIENCE),
      .OFFSET_WIDTH(CHECK_DEFAULT_RID != 0 ? 16 : 8)
  ) u_commands (
      .clk,
      .rst_n,
      .aw_taken (s_axil_awvalid && s_axil_awready),
      .register (s_axil_awaddr[6:2]),
      .w_taken  (s_axil_wvalid && s_axil_wready),
      .wdata    (s_axil_wdata),
      .wstrb    (s_axil_wstrb),
      .b_taken  (s_axil_bvalid && s_axil_bready),
      .ar_taken (s_axil_arvalid && s_axil_arready),
      .reads_status(s_axil_araddr[6:2] == ADDRESS_STATUS[6:2]),
      .r_taken  (s_axil_rvalid && s_axil_rready),
      .busy     (s_axil_rdata[0]),
      .retires  (retires && retire_source == COMMAND),
      .operation(retire_operation),
      .arguments('{
          connection: retire_connection,
          range: retire_range,
          route: retire_route,
          target: retire_target,
          unused: '0,
          devid_base_low: retire_devid_base[15:0],
          rid_offset: retire_rid_offset,
          subordinate: retire_subordinate,
          secondary: retire_secondary,
          segment: retire_devid_base[31:16],
          rid: retire_rid,
          address_low: retire_address[31:0],
          address_high: retire_address[63:32],
          data: retire_data
      }),
      // While a response waits, the translator may leave a later write undone.
      .held     (!m_msi_ready || (s_axil_bvalid && !s_axil_bready) || clearing)
  );

  // ---- records: what belongs together -------------------------------------------------------------

  logic sends;

  assign sends = retire_answer == SENT || retire_answer == DELIVERED;

  always_ff @(posedge clk) begin
    if (watching_q && rst_n && retire_valid) begin
      R3_R4_R8_dropped_sends_nothing : assert (!is_drop(retire_answer) || !retire_sent)
      else $error("dropped or refused (answer %0d), and sent", retire_answer);
      H3_sent_as_answered : assert (retire_sent == sends)
      else $error("answer %0d, and sent is %0d", retire_answer, retire_sent);
      H3_no_message_unless_sent :
      assert (retire_sent || {retire_message_devid, retire_message_address, retire_message_data} == '0)
      else $error("nothing was sent, and the message fields are not 0");
      H3_bdf_only_as_answer : assert (retire_answer == BDF || retire_bdf == '0)
      else $error("answer %0d, and bdf is %x", retire_answer, retire_bdf);
      if (retire_sent &&
          (retire_operation == SIGNAL_MSI || retire_operation == SIGNAL_MSI_WITH_RID)) begin
        R2_R3_sends_what_it_took :
        assert (retire_message_address == retire_address && retire_message_data == retire_data)
        else $error("address and data of the message are not the operation's");
      end
    end
  end

  // ---- ranges -------------------------------------------------------------------------------------

  // A range that was never set is 0/0, and so is that of a target that was never bound.
  localparam int unsigned RANGE_WIDTH = RANGES > 1 ? $clog2(RANGES) : 1;
  localparam int unsigned TARGET_WIDTH = TARGETS > 1 ? $clog2(TARGETS) : 1;
  localparam int unsigned ROUTE_WIDTH = ROUTES > 1 ? $clog2(ROUTES) : 1;

  localparam int unsigned CONNECTION_WIDTH = CONNECTIONS > 1 ? $clog2(CONNECTIONS) : 1;

  typedef logic [RANGE_WIDTH-1:0] range_t;
  typedef logic [CONNECTION_WIDTH-1:0] connection_t;

  logic [15:0]        ranges            [RANGES];   // secondary, subordinate
  logic [31:0]        bases             [CONNECTIONS];
  range_t             target_ranges     [TARGETS];
  connection_t        target_connections[TARGETS];
  logic [15:0]        target_offsets    [TARGETS];
  range_t             route_ranges      [ROUTES];
  logic [15:0]        route_offsets     [ROUTES];
  logic [RANGES-1:0]  set_q;
  logic [TARGETS-1:0] bound_q;

  function automatic logic outside(logic [15:0] index, int unsigned entries);
    return 32'(index) >= entries;
  endfunction

  range_t                  range_index;
  connection_t             connection_index;
  logic [TARGET_WIDTH-1:0] target_index;
  logic [ROUTE_WIDTH-1:0]  route_index;
  arguments_t              taken_indexes;  // 0 where it takes none
  logic                    index_error;

  logic unused;
  assign unused = ^taken_indexes;

  always_comb begin
    range_index  = retire_range[RANGE_WIDTH-1:0];
    connection_index = retire_connection[CONNECTION_WIDTH-1:0];
    target_index = retire_target[TARGET_WIDTH-1:0];
    route_index  = retire_route[ROUTE_WIDTH-1:0];
    taken_indexes = taken_of(retire_operation, '{
        range: retire_range,
        connection: retire_connection,
        target: retire_target,
        route: retire_route,
        default: '0
    });
    index_error = outside(taken_indexes.range, RANGES) ||
                  outside(taken_indexes.connection, CONNECTIONS) ||
                  outside(taken_indexes.target, TARGETS) || outside(taken_indexes.route, ROUTES);
  end

  always_ff @(posedge clk) begin
    if (retire_valid && retire_answer == OK) begin
      unique case (retire_operation)
        SET_BUS_RANGE: begin
          ranges[range_index] <= {retire_secondary, retire_subordinate};
          set_q[range_index]  <= 1'b1;
        end
        CONNECT: bases[connection_index] <= retire_devid_base;
        BIND_TARGET: begin
          target_ranges[target_index]      <= range_index;
          target_connections[target_index] <= connection_index;
          target_offsets[target_index]     <= retire_rid_offset;
          bound_q[target_index]            <= 1'b1;
        end
        NEW_ROUTE: begin
          route_ranges[route_index]  <= target_ranges[target_index];
          route_offsets[route_index] <= target_offsets[target_index];
        end
        default: ;
      endcase
    end
    if (!rst_n) begin
      set_q   <= '0;
      bound_q <= '0;
    end
  end

  logic [15:0] message_range, route_range;
  logic [16:0] message_rid, route_rid;  // by default (R2): bit 16 is beyond all buses

  always_comb begin
    message_range = '0;
    if (bound_q[target_index] && set_q[target_ranges[target_index]]) begin
      message_range = ranges[target_ranges[target_index]];
    end
    route_range = set_q[route_ranges[route_index]] ? ranges[route_ranges[route_index]] : '0;
    message_rid = {1'b0, message_range[15:8], 8'h00};
    if (bound_q[target_index]) message_rid += {1'b0, target_offsets[target_index]};
    route_rid = {1'b0, route_range[15:8], 8'h00} + {1'b0, route_offsets[route_index]};
  end

  // R1
  function automatic logic in_range(logic [7:0] bus, logic [15:0] range);
    return range[15:8] <= bus && bus <= range[7:0];
  endfunction

  // R2, R8: the bus of a requester ID that is the sum
  function automatic logic default_refused(logic [8:0] bus, logic [7:0] subordinate);
    return CHECK_DEFAULT_RID != 0 && bus > {1'b0, subordinate};
  endfunction

  always_ff @(posedge clk) begin
    if (watching_q && rst_n && retire_valid) begin
      H9_index_outside_its_table : assert ((retire_answer == ERROR_INDEX) == index_error)
      else $error("answer %0d, an index is%s outside its table", retire_answer,
                  index_error ? "" : " not");
      if (retire_operation == SIGNAL_MSI_WITH_RID && !index_error) begin
        R3_out_of_range_never_leaves : assert (!retire_sent || in_range(retire_rid[15:8], message_range))
        else $error("requester ID %x, bus range %x to %x",
                    retire_rid, message_range[15:8], message_range[7:0]);
        R3_dropped_if_out_of_range :
        assert ((retire_answer == DROPPED_BUS_RANGE) == !in_range(retire_rid[15:8], message_range))
        else $error("answer %0d, requester ID %x, bus range %x to %x",
                    retire_answer, retire_rid, message_range[15:8], message_range[7:0]);
        R3_R10_sends_its_rid :
        assert (!retire_sent ||
                retire_message_devid == bases[target_connections[target_index]] + 32'(retire_rid))
        else $error("DeviceID %x, requester ID %x", retire_message_devid, retire_rid);
      end
      if (retire_operation == SIGNAL_MSI && !index_error) begin
        R2_dropped_if_out_of_range :
        assert ((retire_answer == DROPPED_BUS_RANGE) == default_refused(message_rid[16:8], message_range[7:0]))
        else $error("answer %0d, default requester ID %x, bus range %x to %x",
                    retire_answer, message_rid, message_range[15:8], message_range[7:0]);
        R2_R10_sends_its_default_rid :
        assert (!retire_sent || retire_message_devid ==
                bases[target_connections[target_index]] + 32'(message_rid[15:0]))
        else $error("DeviceID %x, default requester ID %x", retire_message_devid, message_rid);
      end
      R10_devid_fits : assert (33'(retire_message_devid) >> DEVID_BITS == '0)
      else $error("DeviceID %x has more than %0d bits", retire_message_devid, DEVID_BITS);
      if (retire_operation == ENABLE_WITH_RID && retire_answer != ERROR_INDEX &&
          retire_answer != ERROR_NO_ROUTE) begin
        R8_refused_if_out_of_range :
        assert ((retire_answer == REFUSED_BUS_RANGE) == !in_range(retire_rid[15:8], route_range))
        else $error("answer %0d, requester ID %x, bus range %x to %x",
                    retire_answer, retire_rid, route_range[15:8], route_range[7:0]);
      end
      if (retire_operation == ENABLE && retire_answer != ERROR_INDEX &&
          retire_answer != ERROR_NO_ROUTE) begin
        R2_R8_refused_if_out_of_range :
        assert ((retire_answer == REFUSED_BUS_RANGE) == default_refused(route_rid[16:8], route_range[7:0]))
        else $error("answer %0d, default requester ID %x, bus range %x to %x",
                    retire_answer, route_rid, route_range[15:8], route_range[7:0]);
      end
    end
  end

  // ---- fairness -----------------------------------------------------------------------------------

  // For how many of the other source a request has waited, up to 3.
  logic [1:0] s_msi_waits_q, s_evt_waits_q;

  function automatic logic [1:0] waits(logic [1:0] others, logic waiting, logic other);
    if (!waiting) return '0;
    return other && others != 2'd3 ? others + 1'b1 : others;
  endfunction

  always_ff @(posedge clk) begin
    s_msi_waits_q <= waits(s_msi_waits_q, rst_n && s_msi_valid && !s_msi_ready,
                           s_evt_valid && s_evt_ready);
    s_evt_waits_q <= waits(s_evt_waits_q, rst_n && s_evt_valid && !s_evt_ready,
                           s_msi_valid && s_msi_ready);
    if (watching_q && rst_n) begin
      H4_waits_for_two_at_most : assert (s_msi_waits_q <= 2 && s_evt_waits_q <= 2)
      else $error("more than two of the other source were accepted first");
    end
  end

  // ---- the bus ------------------------------------------------------------------------------------

  localparam int unsigned ACCESSES_WIDTH = 8;
  typedef logic [ACCESSES_WIDTH-1:0] accesses_t;

  accesses_t aw_ahead_q, w_ahead_q, ar_ahead_q;  // taken, and not answered

  always_ff @(posedge clk) begin
    aw_ahead_q <= aw_ahead_q + accesses_t'(s_axil_awvalid && s_axil_awready) -
                  accesses_t'(s_axil_bvalid && s_axil_bready);
    w_ahead_q  <= w_ahead_q + accesses_t'(s_axil_wvalid && s_axil_wready) -
                  accesses_t'(s_axil_bvalid && s_axil_bready);
    ar_ahead_q <= ar_ahead_q + accesses_t'(s_axil_arvalid && s_axil_arready) -
                  accesses_t'(s_axil_rvalid && s_axil_rready);
    if (!rst_n) begin
      aw_ahead_q <= '0;
      w_ahead_q  <= '0;
      ar_ahead_q <= '0;
    end
    if (watching_q && rst_n) begin
      H3_b_answers_a_write : assert (!s_axil_bvalid || (aw_ahead_q != '0 && w_ahead_q != '0))
      else $error("a response, and no address or no data before it");
      H3_r_answers_a_read : assert (!s_axil_rvalid || ar_ahead_q != '0)
      else $error("a response, and no address before it");
    end
  end

  // ---- reset --------------------------------------------------------------------------------------

  logic dropped_q;  // since the reset something was dropped or refused

  always_ff @(posedge clk) begin
    if (retire_valid && is_drop(retire_answer)) dropped_q <= 1'b1;
    if (!rst_n) dropped_q <= 1'b0;
    if (watching_q && was_reset_q) begin
      H8_nothing_left : assert (!retire_valid && !alert)
      else $error("retire_valid or alert is high right after an edge in reset");
    end
    if (watching_q && rst_n) begin
      if (clearing) begin
        H8_nothing_accepted_while_clearing : assert (!s_msi_ready && !s_evt_ready)
        else $error("s_msi_ready or s_evt_ready is high %0d cycles after reset, not %0d",
                    cleared_q, CLEARING);
      end
      if (clearing && !was_reset_q) begin  // right after a reset it is H8_quiet_after_reset that says so
        H8_nothing_happens_while_clearing : assert (!m_msi_valid && !retire_valid)
        else $error("m_msi_valid or retire_valid is high %0d cycles after reset, not %0d",
                    cleared_q, CLEARING);
      end
      H7_alert_has_a_cause : assert (!alert || dropped_q || (retire_valid && is_drop(retire_answer)))
      else $error("alert is high, and nothing was dropped or refused since reset");
    end
  end

endmodule

// verilator coverage_on
`default_nettype wire
