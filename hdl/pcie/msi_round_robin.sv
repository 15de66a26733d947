// SPDX-License-Identifier: MIT
//
// Many streams into one, in turn: after an item of one source, the next ones come first, in cyclic order.
//
// Contract: valid/ready on all sides (H2). With all sources waiting, none waits for more than one item of each of the
// others; alone, a source has every cycle. An item that is offered stays until it is taken. out_valid and out_data
// depend on in_valid and in_data, in_ready on out_ready and in_valid: nothing is kept here, so a source whose item is
// taken knows that it was taken at the output. Of the sources, one at most is ready.

`default_nettype none

module msi_round_robin #(
    parameter int unsigned SOURCES = 2,  // 1 to 256
    parameter int unsigned WIDTH   = 8   // bits an item, 1 or more
) (
    input  wire logic                          clk,
    input  wire logic                          rst_n,
    input  wire logic [SOURCES-1:0]            in_valid,
    output logic      [SOURCES-1:0]            in_ready,
    input  wire logic [SOURCES-1:0][WIDTH-1:0] in_data,
    output logic                               out_valid,
    input  wire logic                          out_ready,
    output logic      [WIDTH-1:0]              out_data
);

  if (SOURCES < 1 || SOURCES > 256) begin : gen_sources_illegal
    $error("msi_round_robin: SOURCES must be 1 to 256");
  end
  if (WIDTH < 1) begin : gen_width_illegal
    $error("msi_round_robin: WIDTH must be 1 or more");
  end

  typedef logic [SOURCES-1:0] sources_t;

  sources_t behind_q;  // the sources behind the one that was taken last
  sources_t waits_q;   // the one whose item was offered and not taken
  sources_t first, choice;

  always_comb begin
    first = in_valid & behind_q;
    if (first == '0) first = in_valid;
    choice = waits_q != '0 ? waits_q : first & -first;  // the lowest

    out_valid = in_valid != '0;
    out_data  = '0;
    for (int unsigned i = 0; i < SOURCES; i++) begin
      if (choice[i]) out_data |= in_data[i];
    end
    in_ready = out_ready ? choice : '0;
  end

  always_ff @(posedge clk) begin
    waits_q <= out_ready ? '0 : choice;
    if (out_valid && out_ready) behind_q <= ~(choice | (choice - sources_t'(1)));
    if (!rst_n) begin
      behind_q <= '0;
      waits_q  <= '0;
    end
  end

endmodule

`default_nettype wire
