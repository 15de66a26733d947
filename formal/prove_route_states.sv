// SPDX-License-Identifier: MIT
//
// Proof of msi_route_states: every operation finds what the last one on its route has left (H5), after
// clearing 0 (H8). The stages are made here; one route, any, is followed.

`default_nettype none

module prove_route_states #(
    parameter int unsigned WIDTH = 3,
    parameter int unsigned DEPTH = 5,
    localparam int unsigned INDEX_WIDTH = $clog2(DEPTH)
) (
    input wire logic                   clk,
    input wire logic                   rst_n,
    input wire logic                   advance,
    input wire logic                   accept_uses,   // an operation with a route is accepted, and it is
    input wire logic                   accept_is_command,  // the command, otherwise an event
    input wire logic [INDEX_WIDTH-1:0] event_index,
    input wire logic [INDEX_WIDTH-1:0] command_index,
    input wire logic [WIDTH-1:0]       next_state,
    input wire logic [INDEX_WIDTH-1:0] watched        // a route: any, and always the same
);

  logic                   lookup_uses_q, lookup_is_command_q, execute_uses_q;
  logic [INDEX_WIDTH-1:0] lookup_index_q, execute_index_q;
  logic [WIDTH-1:0]       state;
  logic                   clear_q;
  logic [INDEX_WIDTH-1:0] clear_index_q;

  msi_route_states #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) dut (
      .lookup_index     (lookup_index_q),
      .lookup_is_command(lookup_is_command_q),
      .execute_index    (execute_index_q),
      .execute_uses     (execute_uses_q),
      .clear            (clear_q),
      .clear_index      (clear_index_q),
      .*
  );

  logic started_q = 1'b0;
  logic stalled_q;
  logic [INDEX_WIDTH-1:0] watched_q;
  logic [INDEX_WIDTH-1:0] last_command_index_q;
  logic [1:0]             settled_q, settled;  // for how many edges command_index stands still, up to 3

  always_comb begin
    settled = '0;
    if (command_index == last_command_index_q) settled = settled_q == 3 ? 2'd3 : settled_q + 1'b1;
  end

  always_ff @(posedge clk) begin
    last_command_index_q <= command_index;
    settled_q            <= rst_n ? settled : '0;
    started_q <= 1'b1;
    stalled_q <= execute_uses_q && !advance;
    watched_q <= watched;
  end

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    one_route_is_watched : assume (watched < DEPTH && (!started_q || watched == watched_q));
    nothing_while_clearing : assume (!clear_q || !accept_uses);
    no_index_outside : assume (event_index < DEPTH && command_index < DEPTH);
    command_has_settled : assume (!(accept_uses && accept_is_command) || settled >= 2);
    command_stands_still : assume (!(lookup_uses_q && lookup_is_command_q) || settled != 0);
  end

  always_ff @(posedge clk) begin
    if (advance) begin
      lookup_uses_q       <= accept_uses;
      lookup_is_command_q <= accept_is_command;
      lookup_index_q      <= accept_is_command ? command_index : event_index;
      execute_uses_q      <= lookup_uses_q;
      execute_index_q     <= lookup_index_q;
    end
    if (clear_q) begin
      clear_index_q <= clear_index_q + 1'b1;
      if (clear_index_q == DEPTH - 1) clear_q <= 1'b0;
    end
    if (!rst_n) begin
      lookup_uses_q  <= 1'b0;
      execute_uses_q <= 1'b0;
      clear_q        <= 1'b1;
      clear_index_q  <= '0;
    end
  end

  // What the operations before the one in execute have left.
  logic [WIDTH-1:0] left_q;
  logic             changed_q;
  always_ff @(posedge clk) begin
    if (advance && execute_uses_q && execute_index_q == watched) begin
      left_q    <= next_state;
      changed_q <= 1'b1;
    end
    if (!rst_n) begin
      left_q    <= '0;
      changed_q <= 1'b0;
    end
  end

  logic in_lookup, in_execute;
  logic [1:0] in_done;
  always_comb begin
    in_lookup  = lookup_uses_q && lookup_index_q == watched;
    in_execute = execute_uses_q && execute_index_q == watched;
    for (int unsigned i = 0; i < 2; i++) begin
      in_done[i] = dut.done_uses_q[i] && dut.done_index_q[i] == watched;
    end
    if (started_q) begin
      H5_finds_what_was_left : assert (!in_execute || !changed_q || state == left_q);
      H8_finds_zero_at_first : assert (!in_execute || changed_q || state == 0);

      inv_clear : assert (clear_index_q <= DEPTH && clear_q == (clear_index_q < DEPTH));
      inv_empty : assert (!clear_q || (!lookup_uses_q && !execute_uses_q && !changed_q));
      inv_indexes :
      assert ((!lookup_uses_q || lookup_index_q < DEPTH) &&
              (!execute_uses_q || execute_index_q < DEPTH));
      inv_done : assert (!clear_q || ((clear_index_q < 1 || !dut.done_uses_q[0]) &&
                                      (clear_index_q < 2 || !dut.done_uses_q[1])));
      inv_entry :
      assert ((clear_q && clear_index_q <= watched) ||
              (in_done[0] ? dut.done_state_q[0] : dut.u_memory.entries[watched]) == left_q);
      inv_unchanged : assert (changed_q || left_q == 0);
      inv_settled : assert (settled_q <= 3);
      inv_command_in_lookup :
      assert (!lookup_uses_q || !lookup_is_command_q ||
              (settled == 3 && lookup_index_q == command_index));
      inv_one_content :
      assert ((clear_q && clear_index_q <= watched) ||
              dut.u_command_memory.entries[watched] == dut.u_memory.entries[watched]);
      inv_command_entry :
      assert (clear_q || settled < 1 || command_index != watched ||
              (dut.written_q[0] ? dut.written_state_q[0] : dut.u_command_memory.entry_q) ==
              dut.u_memory.entries[watched]);
      inv_command_read :
      assert (clear_q || settled < 2 || command_index != watched ||
              (dut.written_q[0] ? dut.written_state_q[0] :
               dut.written_q[1] ? dut.written_state_q[1] : dut.read_state) ==
              dut.u_memory.entries[watched]);
      inv_command_state :
      assert (clear_q || settled < 3 || command_index != watched ||
              dut.command_state_q == dut.u_memory.entries[watched]);
      inv_lookup :
      assert (!in_lookup || (in_done[0] ? dut.done_state_q[0] :
                             lookup_is_command_q ? dut.command_state_q :
                             in_done[1] ? dut.done_state_q[1] : dut.u_memory.entry_q) == left_q);
    end
    cover_directly_behind : cover (started_q && in_execute && in_lookup && left_q != next_state);
    cover_written_before_a_command :
    cover (started_q && in_lookup && lookup_is_command_q && dut.written_q == 2'b10 && changed_q &&
           dut.written_state_q[1] != dut.read_state);
    cover_found_after_a_stall : cover (started_q && stalled_q && in_execute && changed_q);
  end

endmodule

`default_nettype wire
