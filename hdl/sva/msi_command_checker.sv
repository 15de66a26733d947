// SPDX-License-Identifier: MIT
//
// Checks that a command written to the registers retires once, with the arguments that were there when it
// was written, and that STATUS.busy shows it until then (H3, H6).
//
// Contract: follows the writes of s_axil in their order, and carries out each when its address and its
// data are both there. A command that is written while one is on its way may be refused or not: what
// cannot be known from the ports is not checked, until a read of STATUS, made when all writes were
// answered, shows that nothing is busy. Nothing is said before the first edge with rst_n low; a reset
// forgets everything.

`default_nettype none
// verilator coverage_off

module msi_command_checker
  import msi_sva_pkg::*;
#(
    parameter int unsigned PATIENCE = 64,  // cycles from the write to the record, 1 to 1,024
    parameter int unsigned OFFSET_WIDTH = 16  // bits of a requester ID offset that are taken
) (
    input wire logic        clk,
    input wire logic        rst_n,
    input wire logic        aw_taken,
    input wire logic [4:0]  register,    // which one: bits 6:2 of awaddr
    input wire logic        w_taken,
    input wire logic [31:0] wdata,
    input wire logic [3:0]  wstrb,
    input wire logic        b_taken,
    input wire logic        ar_taken,
    input wire logic        reads_status, // what araddr names
    input wire logic        r_taken,
    input wire logic        busy,        // STATUS.busy, as read
    input wire logic        retires,     // the record of a command
    input wire logic [7:0]  operation,   // of the record, and its arguments
    input wire arguments_t  arguments,
    input wire logic        held         // the time does not count
);

  if (PATIENCE < 1 || PATIENCE > 1024) begin : gen_patience_illegal
    $error("msi_command_checker: PATIENCE must be 1 to 1,024");
  end

  // ---- the writes, in their order -----------------------------------------------------------------

  localparam int unsigned INDEX_WIDTH = 3;  // addresses, and data, that are taken ahead: 8
  localparam int unsigned DEPTH = 1 << INDEX_WIDTH;
  typedef logic [INDEX_WIDTH-1:0] index_t;

  // verilator lint_off PROCASSINIT
  logic               watching_q = 1'b0;  // there was a reset; only this needs a first value
  // verilator lint_on PROCASSINIT
  logic [4:0]         registers[DEPTH];
  logic [35:0]        words    [DEPTH];
  index_t             aw_in_q, w_in_q, out_q;
  logic [INDEX_WIDTH:0] unanswered_q, reads_q;

  logic        writes;  // one is carried out
  logic [4:0]  written;
  logic [31:0] word;
  logic [3:0]  strobe;

  always_comb begin
    writes         = aw_in_q != out_q && w_in_q != out_q;
    written        = registers[out_q];
    {strobe, word} = words[out_q];
  end

  always_ff @(posedge clk) begin
    if (aw_taken) begin
      registers[aw_in_q] <= register;
      aw_in_q            <= aw_in_q + 1'b1;
    end
    if (w_taken) begin
      words[w_in_q] <= {wstrb, wdata};
      w_in_q        <= w_in_q + 1'b1;
    end
    if (writes) out_q <= out_q + 1'b1;
    unanswered_q <= unanswered_q + (INDEX_WIDTH + 1)'(aw_taken) - (INDEX_WIDTH + 1)'(b_taken);
    reads_q      <= reads_q + (INDEX_WIDTH + 1)'(ar_taken) - (INDEX_WIDTH + 1)'(r_taken);
    if (!rst_n) begin
      watching_q   <= 1'b1;
      aw_in_q      <= '0;
      w_in_q       <= '0;
      out_q        <= '0;
      unanswered_q <= '0;
      reads_q      <= '0;
    end
  end

  // ---- arguments, commands ------------------------------------------------------------------------

  localparam int unsigned ARGUMENTS = $bits(arguments_t) / 32;

  logic [ARGUMENTS-1:0][3:0][7:0] arguments_q;  // the ARG registers, the first one highest, by byte
  logic                           must_q;       // a command is on its way
  logic                           may_q;        // or others may be, that were written since
  logic [7:0]                     operation_q;  // what it is
  arguments_t                     taken_q;
  logic [$clog2(PATIENCE+1)-1:0]  waited_q;
  logic                           idle_read_q;  // the read of STATUS that is out has seen all writes

  logic       commands;                         // what is carried out is a command
  logic [4:0] argument;
  arguments_t written_arguments;

  always_comb begin
    written_arguments            = arguments_t'(arguments_q);
    written_arguments.rid_offset = 16'(written_arguments.rid_offset[OFFSET_WIDTH-1:0]);
    commands = writes && written == ADDRESS_COMMAND[6:2] && strobe[0] && word[7:0] != 8'd0 &&
               word[7:0] <= FREE_ROUTE;
    argument = written - ADDRESS_ARG_RANGE[6:2];
  end

  always_ff @(posedge clk) begin
    if (writes && argument < 5'(ARGUMENTS)) begin
      for (int unsigned i = 0; i < 4; i++) begin
        if (strobe[i]) arguments_q[3'(ARGUMENTS-1)-argument[2:0]][i] <= word[8*i+:8];
      end
    end

    if (retires) must_q <= 1'b0;
    if (commands && !must_q && !may_q) begin
      must_q      <= 1'b1;
      operation_q <= word[7:0];
      taken_q     <= taken_of(word[7:0], written_arguments);
    end else if (commands) may_q <= 1'b1;

    if (!must_q) waited_q <= '0;
    else if (!held) waited_q <= waited_q + 1'b1;

    if (ar_taken) idle_read_q <= reads_status && unanswered_q == '0 && reads_q == '0;
    if (aw_taken || w_taken || commands) idle_read_q <= 1'b0;
    if (r_taken && idle_read_q && !busy) may_q <= 1'b0;

    if (!rst_n) begin
      arguments_q <= '0;
      must_q      <= 1'b0;
      may_q       <= 1'b0;
      waited_q    <= '0;
      idle_read_q <= 1'b0;
    end
  end

  always_ff @(posedge clk) begin
    if (watching_q && rst_n) begin
      if (retires) begin
        H3_command_was_written : assert (must_q || may_q)
        else $error("the record of a command (operation %0d), and none was written", operation);
        if (must_q) begin
          H3_command_as_written :
          assert (operation == operation_q && taken_of(operation, arguments) == taken_q)
          else $error("operation %0d %x, written was %0d %x",
                      operation, taken_of(operation, arguments), operation_q, taken_q);
        end
      end
      H3_command_comes : assert (waited_q != $bits(waited_q)'(PATIENCE))
      else $error("operation %0d did not retire within %0d cycles", operation_q, PATIENCE);
      if (r_taken && idle_read_q && !busy) begin
        H6_busy_until_it_retires : assert (!must_q)
        else $error("STATUS.busy is 0, operation %0d has not retired", operation_q);
      end
    end
  end

endmodule

// verilator coverage_on
`default_nettype wire
