// SPDX-License-Identifier: MIT
//
// Which thread an AXI ID belongs to. A thread is a small number that stands for one ID while writes with it are
// under way, so that what is kept of an ID needs no table of all IDs.
//
// Contract: thread is that of id: the one it has, or with take a new one, which is its own from the next cycle on; take
// comes only with room: there is a thread for id. If there are threads for all IDs, each has always its own. found_hit says whether found_id has a thread, found_thread which. free ends the thread
// free_thread, unless take gives it to its ID in the same cycle; the user frees only what no write uses. Reset ends
// all. Outputs are combinational.

`default_nettype none

module msi_axi_threads #(
    parameter int unsigned ID_WIDTH = 8,   // bits of an ID, 1 to 16
    parameter int unsigned THREADS  = 16,  // 2 to 256
    localparam int unsigned THREAD_WIDTH = $clog2(THREADS)
) (
    input  wire logic                    clk,
    input  wire logic                    rst_n,
    output logic                         room,
    input  wire logic                    take,
    input  wire logic [ID_WIDTH-1:0]     id,
    output logic      [THREAD_WIDTH-1:0] thread,
    input  wire logic [ID_WIDTH-1:0]     found_id,
    output logic                         found_hit,
    output logic      [THREAD_WIDTH-1:0] found_thread,
    input  wire logic                    free,
    input  wire logic [THREAD_WIDTH-1:0] free_thread
);

  if (ID_WIDTH < 1 || ID_WIDTH > 16) begin : gen_id_width_illegal
    $error("msi_axi_threads: ID_WIDTH must be 1 to 16");
  end
  if (THREADS < 2 || THREADS > 256) begin : gen_threads_illegal
    $error("msi_axi_threads: THREADS must be 2 to 256");
  end

  typedef logic [THREAD_WIDTH-1:0] thread_t;

  if (2 ** ID_WIDTH <= THREADS) begin : gen_all
    always_comb begin
      room         = 1'b1;
      thread       = thread_t'(id);
      found_hit    = 1'b1;
      found_thread = thread_t'(found_id);
    end
  end else begin : gen_some
    logic [THREADS-1:0][ID_WIDTH-1:0] ids_q;
    logic [THREADS-1:0]               live_q;
    logic                             spare_valid_q;  // a thread for the next new ID
    thread_t                          spare_q;

    logic [THREADS-1:0] same, found;
    logic               known;
    thread_t            known_thread;

    // Of those that are set, which at most one is.
    function automatic thread_t index_of(logic [THREADS-1:0] set);
      thread_t index = '0;
      for (int unsigned i = 0; i < THREADS; i++) if (set[i]) index |= thread_t'(i);
      return index;
    endfunction

    // The first one that is set.
    function automatic thread_t first_of(logic [THREADS-1:0] set);
      thread_t index = '0;
      for (int unsigned i = THREADS; i > 0; i--) if (set[i-1]) index = thread_t'(i - 1);
      return index;
    endfunction

    always_comb begin
      for (int unsigned i = 0; i < THREADS; i++) begin
        same[i]  = live_q[i] && ids_q[i] == id;
        found[i] = live_q[i] && ids_q[i] == found_id;
      end
      known        = |same;
      known_thread = index_of(same);
      room         = spare_valid_q || known;
      thread       = known ? known_thread : spare_q;
      found_hit    = |found;
      found_thread = index_of(found);
    end

    logic [THREADS-1:0] idle;  // and not the spare one

    always_comb begin
      idle = ~live_q;
      if (spare_valid_q) idle[spare_q] = 1'b0;
    end

    always_ff @(posedge clk) begin
      for (int unsigned i = 0; i < THREADS; i++) begin
        if (free && free_thread == thread_t'(i) && !(take && same[i])) live_q[i] <= 1'b0;
        if (take && !known && spare_q == thread_t'(i)) begin
          live_q[i] <= 1'b1;
          ids_q[i]  <= id;
        end
      end
      if (!spare_valid_q || (take && !known)) begin
        spare_valid_q <= |idle;
        spare_q       <= first_of(idle);
      end
      if (!rst_n) begin
        live_q        <= '0;
        spare_valid_q <= 1'b0;
      end
    end
  end

endmodule

`default_nettype wire
