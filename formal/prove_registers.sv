// SPDX-License-Identifier: MIT
//
// Proof of msi_registers: what prove_engine assumes of commands (they stand still, one at a time) and
// prove_axi_lite of the register block, commands that are captured whole and refused while one is in
// flight (H6), the alert and the last drop (H7), and the reset (H8).

`default_nettype none

module prove_registers
  import msi_axil_pkg::*;
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter bit CHECK_DEFAULT_RID = 1'b0
) (
    input wire logic           clk,
    input wire logic           rst_n,
    input wire axil_request_t  axil_request,
    input wire logic           command_ready,
    input wire logic           clearing,
    input wire logic           retire_valid,
    input wire source_e        retire_source,
    input wire answer_e        retire_answer,
    input wire logic [15:0]    retire_bdf,
    input wire logic           retire_sent,
    input wire logic           drop_valid,
    input wire drop_t          drop
);

  axil_response_t axil_response;
  logic           command_valid;
  command_t       command;
  logic           alert;

  msi_registers #(
      .COUNTER_WIDTH(4),
      .CHECK_DEFAULT_RID(CHECK_DEFAULT_RID)
  ) dut (.*);

  logic started_q = 1'b0;
  logic after_reset_q;
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end

  // ---- the command under way, and what the engine does with it ------------------------------------

  logic       in_flight_q;  // accepted, and not retired
  logic       finish;
  logic [2:0] settled_q;    // for how many cycles the command stands still, up to COMMAND_SETTLE
  command_t   last_command_q;
  logic [2:0] settled;
  logic       offered_q;

  always_comb begin
    finish = retire_valid && retire_source == SOURCE_COMMAND;
    settled = '0;
    if (command == last_command_q) begin
      settled = settled_q;
      if (settled_q != COMMAND_SETTLE) settled = settled_q + 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    last_command_q <= command;
    settled_q      <= settled;
    offered_q      <= rst_n && command_valid && !command_ready;
    if (finish) in_flight_q <= 1'b0;
    if (command_valid && command_ready) in_flight_q <= 1'b1;
    if (!rst_n) begin
      in_flight_q <= 1'b0;
      settled_q   <= '0;
    end
  end

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    retires_what_was_accepted : assume (!finish || in_flight_q);  // prove_engine: H3
  end

  // ---- what software writes, as far as it matters here ---------------------------------------------

  // A write of COMMAND has reached the register block; the operation shows one cycle later.
  logic            written_q;
  logic [7:0]      operation;
  logic            start, busy_q;
  command_t        arguments;

  always_comb begin
    operation = dut.hwif_out.COMMAND.operation.value;
    start     = written_q && !busy_q && is_operation(operation);
    arguments = '{
        operation: operation_code_e'(operation),
        range: dut.arguments[0][15:0],
        connection: dut.arguments[0][31:16],
        target: dut.arguments[1][15:0],
        route: dut.arguments[1][31:16],
        secondary: dut.arguments[2][7:0],
        subordinate: dut.arguments[2][15:8],
        rid_offset: dut.arguments[2][31:16],
        devid_base: {dut.arguments[3][31:16], dut.arguments[7][15:0]},
        rid: dut.arguments[3][15:0],
        address: {dut.arguments[5], dut.arguments[4]},
        data: dut.arguments[6]
    };
    if (!CHECK_DEFAULT_RID) arguments.rid_offset[15:8] = '0;  // a devfn
  end

  command_t expected_q;  // the command under way
  always_ff @(posedge clk) begin
    written_q <= dut.u_csr.decoded_reg_strb.COMMAND && dut.u_csr.decoded_req_is_wr &&
                 dut.u_csr.decoded_wr_biten[3:0] != 0;
    if (finish) busy_q <= 1'b0;
    if (start) begin
      busy_q     <= 1'b1;
      expected_q <= arguments;
    end
    if (!rst_n) begin
      written_q <= 1'b0;
      busy_q    <= 1'b0;
    end
  end

  // ---- the accesses of s_axil, as msi_axi_lite hands them to the register block -------------------

  logic write, read;                // is taken by the register block
  logic write_open_q, read_open_q;  // was taken, and is not over
  logic [3:0] waits_q;              // for how many cycles a read is open

  always_comb begin
    write = dut.req && dut.req_is_wr && !dut.req_stall_wr;
    read  = dut.req && !dut.req_is_wr && !dut.req_stall_rd;
  end

  always_ff @(posedge clk) begin
    write_open_q <= rst_n && (write || write_open_q) && !dut.wr_ack;
    read_open_q  <= rst_n && (read || read_open_q) && !dut.rd_ack;
    waits_q      <= rst_n && (read || read_open_q) && !dut.rd_ack ? waits_q + 1'b1 : '0;
  end

  // ---- the alert ------------------------------------------------------------------------------------

  logic dropped_q, alert_q, acknowledged_q;
  always_ff @(posedge clk) begin
    dropped_q      <= drop_valid;
    alert_q        <= alert;
    acknowledged_q <= dut.u_csr.decoded_reg_strb.ALERT && dut.u_csr.decoded_req_is_wr &&
                      dut.u_csr.decoded_wr_data[0] && dut.u_csr.decoded_wr_biten[0];
  end

  // ---- the last drop, as it is read -----------------------------------------------------------------

  drop_t       last_q, shown_q;  // the last one, and that of the last read of LAST_DROP
  logic [1:0]  reads_q;          // a read of LAST_DROP, of LAST_DROP_REASON, which has to show
  logic [31:0] word_q;

  always_ff @(posedge clk) begin
    if (drop_valid) last_q <= drop;
    if (dut.u_csr.decoded_reg_strb.LAST_DROP) begin
      shown_q <= last_q;
      word_q  <= {last_q.subordinate, last_q.secondary, last_q.rid[15:0]};
    end
    if (dut.u_csr.decoded_reg_strb.LAST_DROP_REASON) begin
      word_q <= {23'h0, shown_q.rid[16], 8'(shown_q.reason)};
    end
    reads_q <= {dut.u_csr.decoded_reg_strb.LAST_DROP_REASON, dut.u_csr.decoded_reg_strb.LAST_DROP};
    if (!rst_n) begin
      last_q  <= '0;
      shown_q <= '0;
      reads_q <= '0;
    end
  end

  // ---- properties ---------------------------------------------------------------------------------

  always_comb begin
    if (started_q) begin
      // What prove_axi_lite assumes; and each access is over in time.
      H3_answers_a_write : assert (!dut.wr_ack || write || write_open_q);
      H3_answers_a_read : assert (!dut.rd_ack || read || read_open_q);
      H3_answers_a_write_at_once : assert (!write_open_q || dut.wr_ack);
      H3_answers_a_read_in_time : assert (waits_q <= 9);  // a counter, when it shows
      H2_command_stays : assert (!offered_q || command_valid);

      // What prove_engine assumes.
      H6_command_stands_still :
      assert (!(in_flight_q || command_valid) || settled == COMMAND_SETTLE);
      H6_one_in_flight : assert (!command_valid || !in_flight_q);
      H6_names_an_operation : assert (!command_valid || is_operation(8'(command.operation)));

      // What prove_arguments asks for, and H6_captured_whole means.
      H6_arguments_have_arrived :
      assert (!(dut.command_written_q || (dut.is_argument && !dut.req_is_wr)) ||
              dut.u_arguments.strobes_q == 0);
      H6_captured_whole : assert (!busy_q || command == expected_q);
      H6_busy_while_in_flight : assert (dut.busy_q == busy_q && (busy_q || !command_valid));

      H7_alert_after_a_drop : assert (after_reset_q || !dropped_q || alert);
      H7_alert_stays : assert (after_reset_q || !alert_q || acknowledged_q || alert);
      H7_no_alert_without_a_drop : assert (after_reset_q || !alert || alert_q || dropped_q);
      H7_last_drop : assert (!reads_q[0] || (dut.rd_ack && dut.rd_data == word_q));
      H7_last_drop_reason : assert (!reads_q[1] || (dut.rd_ack && dut.rd_data == word_q));
      H8_reset :
      assert (!after_reset_q ||
              (!axil_response.bvalid && !axil_response.rvalid && !command_valid && !alert));
    end
  end

  function automatic logic [2:0] behind(logic [2:0] turn);
    return turn == 0 ? 3'd6 : turn - 1'b1;
  endfunction

  // ---- what induction needs to know of the registers ----------------------------------------------

  always_comb begin
    if (started_q) begin
      inv_written : assert (written_q == dut.command_written_q);
      inv_settling : assert ($onehot0(dut.settling_q));
      inv_settling_is_busy :
      assert (dut.settling_q == 0 || (busy_q && !command_valid && !in_flight_q));
      inv_busy :
      assert (busy_q == (dut.settling_q != 0 || command_valid || in_flight_q));
      inv_settled_q : assert (settled_q <= COMMAND_SETTLE);
      inv_named : assert (!busy_q || is_operation(8'(command.operation)));
      inv_write_is_over : assert (!write_open_q);
      inv_read_open :
      assert (2'(read_open_q) ==
              2'(dut.rd_ack) + 2'(dut.asks_counter_q) + 2'(dut.reads_counter_q) +
              2'(dut.reads_argument_q));
      inv_first : assert (!(dut.reads_argument_q || dut.asks_counter_q) || waits_q == 1);
      inv_waits : assert (read_open_q ? waits_q != 0 : waits_q == 0);
      inv_reads_a_counter :
      assert (!(dut.asks_counter_q || dut.reads_counter_q) || (dut.addr[6:5] == 2'b10 && dut.addr[4:2] < 6) || dut.addr[6:2] == 5'h1E);
      inv_none_while_arguments_are_cleared :
      assert (!dut.arguments_busy || (!dut.req && !read_open_q && !write_open_q));
      inv_places_of_arguments :
      assert ((!dut.hwif_out.ARG_RANGE.req || dut.addr[4:2] == 0) &&
              (!dut.hwif_out.ARG_TARGET.req || dut.addr[4:2] == 1) &&
              (!dut.hwif_out.ARG_BUS.req || dut.addr[4:2] == 2) &&
              (!dut.hwif_out.ARG_RID.req || dut.addr[4:2] == 3) &&
              (!dut.hwif_out.ARG_ADDRESS_LOW.req || dut.addr[4:2] == 4) &&
              (!dut.hwif_out.ARG_ADDRESS_HIGH.req || dut.addr[4:2] == 5) &&
              (!dut.hwif_out.ARG_DATA.req || dut.addr[4:2] == 6) &&
              (!dut.hwif_out.ARG_DEVID_BASE.req || dut.addr[4:2] == 7));
      inv_places_of_counters :
      assert ((!dut.hwif_out.MESSAGES.req || dut.addr[4:2] == 0) &&
              (!dut.hwif_out.DROPPED_BUS_RANGE.req || dut.addr[4:2] == 1) &&
              (!dut.hwif_out.DROPPED_DISCONNECTED.req || dut.addr[4:2] == 2) &&
              (!dut.hwif_out.REFUSED_BUS_RANGE.req || dut.addr[4:2] == 3) &&
              (!dut.hwif_out.ERRORS.req || dut.addr[4:2] == 4) &&
              (!dut.hwif_out.REFUSED_COMMANDS.req || dut.addr[4:2] == 5) &&
              (!dut.hwif_out.DEVID_BEYOND.req || dut.addr[4:2] == 6));
      inv_last_drop :
      assert (dut.last_drop_q == last_q &&
              {dut.rid_high_shown_q, dut.reason_shown_q} == {shown_q.rid[16], shown_q.reason});
      inv_turns :
      assert (dut.u_counters.visit_q < 7 &&
              ((dut.arguments_busy && dut.u_arguments.u_clear.index_q < 1) ||
               dut.u_counters.add_index_q == behind(dut.u_counters.visit_q)) &&
              ((dut.arguments_busy && dut.u_arguments.u_clear.index_q < 2) ||
               dut.shown == behind(dut.u_counters.add_index_q)));
      inv_turn_comes :
      assert (!dut.reads_counter_q || waits_q <= 1 + (dut.shown == dut.addr[4:2] ? 7 :
              dut.shown > dut.addr[4:2] ? dut.shown - dut.addr[4:2] :
                                          7 + dut.shown - dut.addr[4:2]));
      inv_one_access : assert (dut.u_axi_lite.busy_q == (dut.req || read_open_q) &&
                               !(dut.req && read_open_q));
    end
  end

  for (genvar i = 0; i < COMMAND_SETTLE; i++) begin : gen_settling
    always_comb inv_settled : assert (!started_q || !dut.settling_q[i] || settled >= i);
  end

  // ---- it can happen ------------------------------------------------------------------------------

  always_comb begin
    cover_command_done : cover (started_q && rst_n && finish);
    cover_rid_of_17_bits : cover (started_q && reads_q[1] && dut.rd_data[8]);
    cover_alert_acknowledged : cover (started_q && rst_n && !after_reset_q && alert_q && !alert);
    cover_accesses_answered :
    cover (started_q && rst_n && axil_response.bvalid && axil_response.rvalid);
  end

endmodule

`default_nettype wire
