// SPDX-License-Identifier: MIT
//
// Proof of msi_bridge_registers: the levels are what software wrote last (H8: or the reset values); the
// alert is up from a refusal or error until it is acknowledged, each for itself, and the last refused access is
// held as it was read (H7); each is counted once; every access is answered once, and in time (H3), which
// prove_axi_lite assumes.

`default_nettype none

module prove_bridge_registers
  import msi_axil_pkg::*;
  import msi_bridge_csr_pkg::*;
#(
    parameter int unsigned ADDR_WIDTH = 64,
    parameter int unsigned DATA_WIDTH = 64,
    parameter int unsigned ID_WIDTH   = 8,
    localparam logic [63:0] DOORBELL_RESET = 64'h0000_0000_5BC3_0000,
    localparam logic [63:0] MSI64_RESET    = 64'h0000_0000_A43C_0000
) (
    input wire logic                clk,
    input wire logic                rst_n,
    input wire axil_request_t       axil_request,
    input wire logic                write_refused_valid,
    input wire logic [3:0]          write_refused_reason,
    input wire logic [15:0]         write_refused_target,
    input wire logic [15:0]         write_refused_rid,
    input wire logic [63:0]         write_refused_address,
    input wire logic [ID_WIDTH-1:0] write_refused_id,
    input wire logic                read_refused_valid,
    input wire logic [3:0]          read_refused_reason,
    input wire logic [15:0]         read_refused_target,
    input wire logic [15:0]         read_refused_rid,
    input wire logic [63:0]         read_refused_address,
    input wire logic [ID_WIDTH-1:0] read_refused_id,
    input wire logic                its_error_valid,
    input wire logic [1:0]          its_error_resp
);

  axil_response_t         axil_response;
  logic [ADDR_WIDTH-1:16] doorbell_base, msi64_base;
  logic                   refused_okay, dropped_slverr, msi64, check_all;
  logic                   alert;

  msi_bridge_registers #(
      .ADDR_WIDTH    (ADDR_WIDTH),
      .DATA_WIDTH    (DATA_WIDTH),
      .ID_WIDTH      (ID_WIDTH),
      .COUNTER_WIDTH (4),
      .DOORBELL_RESET(DOORBELL_RESET),
      .MSI64_RESET   (MSI64_RESET)
  ) dut (.*);

  logic started_q = 1'b0;
  logic after_reset_q;
  logic [1:0] since_q;  // cycles since the reset, 3 at most
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
    if (since_q != '1) since_q <= since_q + 1'b1;
    if (!rst_n) since_q <= '0;
  end

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
  end

  // ---- the accesses of axil, as msi_axi_lite hands them to the register block ---------------------

  logic       write, read;                // is taken by the register block
  logic       write_open_q, read_open_q;  // was taken, and is not over
  logic [3:0] waits_q;                    // for how many cycles a read is open

  always_comb begin
    write = dut.req && dut.req_is_wr && !dut.req_stall_wr;
    read  = dut.req && !dut.req_is_wr && !dut.req_stall_rd;
  end

  always_ff @(posedge clk) begin
    write_open_q <= rst_n && (write || write_open_q) && !dut.wr_ack;
    read_open_q  <= rst_n && (read || read_open_q) && !dut.rd_ack;
    waits_q      <= rst_n && (read || read_open_q) && !dut.rd_ack ? waits_q + 1'b1 : '0;
  end

  // ---- what software wrote, by word address -------------------------------------------------------

  logic [4:0] word;  // of the block
  assign word = dut.addr[6:2];

  localparam logic [4:0] CONTROL = 5'h03, BASES = 5'h04, COUNTERS = 5'h08, ALERT = 5'h0F;
  localparam logic [4:0] LAST = 5'h10, REASON = 5'h11, ADDRESS_LOW = 5'h12, ADDRESS_HIGH = 5'h13;
  localparam logic [4:0] RESP = 5'h14;

  localparam logic [31:0] CONTROL_BITS = DATA_WIDTH == 32 ? 32'hB : 32'hF;
  localparam logic [63:0] BASE_BITS =
      (ADDR_WIDTH == 64 ? '1 : (64'h1 << ADDR_WIDTH) - 64'h1) & 64'hFFFF_FFFF_FFFF_0000;

  logic [3:0]       control_q;
  logic [3:0][31:0] bases_q;
  logic [1:0][63:0] pages;  // the same, page by page
  logic [31:0]      written;

  assign written = dut.wr_data & dut.wr_biten;
  assign pages   = bases_q;

  always_ff @(posedge clk) begin
    if (write && word == CONTROL) begin
      control_q <= (control_q & ~dut.wr_biten[3:0] | written[3:0]) & CONTROL_BITS[3:0];
    end
    for (int unsigned i = 0; i < 4; i++) begin
      if (write && word == BASES + 5'(i)) begin
        bases_q[i] <= (bases_q[i] & ~dut.wr_biten | written) & BASE_BITS[32*(i%2)+:32];
      end
    end
    if (!rst_n) begin
      control_q <= '0;
      bases_q   <= {MSI64_RESET, DOORBELL_RESET};
    end
  end

  // ---- the alert ----------------------------------------------------------------------------------

  logic [1:0] raised, raised_q, acknowledged_q, alert_bits, alert_bits_q;
  always_comb begin
    raised     = {its_error_valid, write_refused_valid || read_refused_valid};
    alert_bits = {dut.hwif_out.BRIDGE_ALERT.its_error.value, dut.hwif_out.BRIDGE_ALERT.refused.value};
  end
  always_ff @(posedge clk) begin
    raised_q       <= raised;
    acknowledged_q <= write && word == ALERT ? written[1:0] : 2'b00;
    alert_bits_q   <= alert_bits;
  end

  // ---- the last one, as it is read ----------------------------------------------------------------

  typedef struct packed {
    logic [31:0] source;
    logic [63:0] address;
    logic [31:0] reason;  // as LAST_REFUSED_REASON has it
  } access_t;

  access_t     last_q, shown_q;
  logic [1:0]  resp_q;
  logic        shows_q;  // what is read has to be word_q
  logic [31:0] word_q;

  always_ff @(posedge clk) begin
    if (write_refused_valid) begin
      last_q <= '{
          source: {write_refused_target, write_refused_rid},
          address: write_refused_address,
          reason: {16'(write_refused_id), 12'h0, write_refused_reason}
      };
    end else if (read_refused_valid) begin
      last_q <= '{
          source: {read_refused_target, read_refused_rid},
          address: read_refused_address,
          reason: {16'(read_refused_id), 12'h010, read_refused_reason}
      };
    end
    if (its_error_valid) resp_q <= its_error_resp;
    if (read && word == LAST) shown_q <= last_q;
    shows_q <= read && (word inside {CONTROL, [BASES : BASES + 5'd3], ALERT, [LAST : RESP]});
    unique case (word)
      CONTROL:      word_q <= 32'(control_q);
      ALERT:        word_q <= 32'(alert_bits);
      LAST:         word_q <= last_q.source;
      REASON:       word_q <= shown_q.reason;
      ADDRESS_LOW:  word_q <= shown_q.address[31:0];
      ADDRESS_HIGH: word_q <= shown_q.address[63:32];
      RESP:         word_q <= 32'(resp_q);
      default:      word_q <= bases_q[word[1:0]];
    endcase
    if (!rst_n) begin
      last_q  <= '0;
      shown_q <= '0;
      resp_q  <= '0;
      shows_q <= 1'b0;
    end
  end

  // ---- what is counted ----------------------------------------------------------------------------

  logic [6:0] counted_q;  // in the cycle before, by each counter in the order of their addresses
  always_ff @(posedge clk) begin
    counted_q <= {
      its_error_valid,
      read_refused_valid && read_refused_reason == 4'(refusal__SOURCE),
      write_refused_valid && write_refused_reason == 4'(refusal__SOURCE),
      read_refused_valid && read_refused_reason == 4'(refusal__READ),
      write_refused_valid && write_refused_reason == 4'(refusal__STROBES),
      write_refused_valid && write_refused_reason == 4'(refusal__OFFSET),
      write_refused_valid && write_refused_reason == 4'(refusal__BURST)
    };
    if (!rst_n) counted_q <= '0;
  end

  logic        reads_counter_q;  // the open read is one of a counter
  logic [2:0]  counter_q;
  logic [31:0] count_q;          // what showed in the cycle before
  always_ff @(posedge clk) begin
    count_q <= 32'(dut.count);
    if (read) begin
      reads_counter_q <= word inside {[COUNTERS : COUNTERS + 5'd6]};
      counter_q       <= word[2:0];
    end
  end

  // ---- properties ---------------------------------------------------------------------------------

  always_comb begin
    if (started_q) begin
      H3_answers_a_write : assert (!dut.wr_ack || write || write_open_q);
      H3_answers_a_read : assert (!dut.rd_ack || read || read_open_q);
      H3_answers_a_write_at_once : assert (!write_open_q || dut.wr_ack);
      H3_answers_a_read_in_time : assert (waits_q <= 9);  // a counter, when it shows

      H3_levels_are_what_was_written :
      assert ({check_all, msi64, dropped_slverr, refused_okay} == control_q &&
              doorbell_base == pages[0][ADDR_WIDTH-1:16] &&
              msi64_base == pages[1][ADDR_WIDTH-1:16]);

      H7_alert_is_a_bit : assert (alert == |alert_bits);
      H7_alert_after : assert (after_reset_q || (raised_q & ~alert_bits) == 0);
      H7_alert_stays :
      assert (after_reset_q || (alert_bits_q & ~acknowledged_q & ~alert_bits) == 0);
      H7_no_alert_without :
      assert (after_reset_q || (alert_bits & ~(raised_q | alert_bits_q & ~acknowledged_q)) == 0);
      H7_shows_as_it_was : assert (!shows_q || (dut.rd_ack && dut.rd_data == word_q));
      H7_counted_once : assert (dut.increment_q == counted_q);
      H7_reads_its_counter :
      assert (!(reads_counter_q && read_open_q && dut.counter_shows) || dut.shown == counter_q);
      H7_reads_the_count :
      assert (!(reads_counter_q && read_open_q && dut.rd_ack) || dut.rd_data == count_q);
      H8_reset :
      assert (!after_reset_q || (!axil_response.bvalid && !axil_response.rvalid && !alert));

      // What induction needs to know of the registers.
      inv_bases : assert (dut.base_q == bases_q);
      inv_last :
      assert ({dut.last_source_q, dut.last_q.address} == {last_q.source, last_q.address} &&
              last_q.reason ==
              {16'(dut.last_q.id), 7'h0, dut.last_q.read, 4'h0, dut.last_q.reason});
      inv_shown :
      assert (dut.shown_q.address == shown_q.address &&
              shown_q.reason ==
              {16'(dut.shown_q.id), 7'h0, dut.shown_q.read, 4'h0, dut.shown_q.reason});
      inv_resp : assert (dut.last_resp_q == resp_q);
      inv_write_is_over : assert (!write_open_q);
      inv_one_access : assert (dut.u_axi_lite.busy_q == (dut.req || read_open_q) &&
                               !(dut.req && read_open_q));
      inv_read_open :
      assert (2'(read_open_q) ==
              2'(dut.rd_ack) + 2'(dut.asks_counter_q) + 2'(dut.reads_counter_q));
      inv_first : assert (!dut.asks_counter_q || waits_q == 1);
      inv_waits : assert (read_open_q ? waits_q != 0 : waits_q == 0);
      inv_reads_a_counter :
      assert (!(dut.asks_counter_q || dut.reads_counter_q) ||
              (reads_counter_q && word == COUNTERS + 5'(counter_q) && counter_q < 7));
      inv_turns :
      assert (dut.u_counters.visit_q < 7 &&
              (since_q < 1 || dut.u_counters.add_index_q == behind(dut.u_counters.visit_q)) &&
              (since_q < 2 || dut.shown == behind(dut.u_counters.add_index_q)));
      inv_turn_comes :
      assert (!dut.reads_counter_q || waits_q <= 1 + (dut.shown == dut.addr[4:2] ? 7 :
              dut.shown > dut.addr[4:2] ? dut.shown - dut.addr[4:2] :
                                          7 + dut.shown - dut.addr[4:2]));
      inv_nothing_so_early :
      assert (since_q >= 2 || (!dut.req && !read_open_q &&
                               (since_q == 1 || (!dut.u_axi_lite.aw_valid_q &&
                                                 !dut.u_axi_lite.ar_valid_q))));
    end
  end

  function automatic logic [2:0] behind(logic [2:0] turn);
    return turn == 0 ? 3'd6 : turn - 1'b1;
  endfunction

  // ---- it can happen ------------------------------------------------------------------------------

  always_comb begin
    cover_acknowledged : cover (started_q && rst_n && since_q == 3 && alert_bits_q[0] && !alert);
    cover_both_kinds_answered :
    cover (started_q && rst_n && axil_response.bvalid && axil_response.rvalid);
    cover_held : cover (started_q && shows_q && word == REASON && shown_q != last_q && shown_q.reason != 0);
    cover_counter_read : cover (started_q && reads_counter_q && dut.rd_ack && dut.rd_data == 1);
  end

  if (DATA_WIDTH > 32) begin : gen_wide
    always_comb cover_msi64 : cover (started_q && msi64);
  end

endmodule

`default_nettype wire
