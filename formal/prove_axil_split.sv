// SPDX-License-Identifier: MIT
//
// Proof of msi_axil_split: every write and every read is handed to the block that its address names, once
// and as it came, and to no other; it is answered once, by that block's response, in order (H3). Offers stay
// (H2), and nothing is left after a reset (H8). That blocks respond to what they have taken, and keep a
// response up, is assumed here and proven in prove_axi_lite.

`default_nettype none

module prove_axil_split
  import msi_axil_pkg::*;
(
    input wire logic                 clk,
    input wire logic                 rst_n,
    input wire axil_request_t        axil_request,
    input wire logic                 aw_upper,
    input wire logic                 ar_upper,
    input wire axil_response_t [1:0] block_response
);

  axil_response_t      axil_response;
  axil_request_t [1:0] block_request;

  msi_axil_split dut (.*);

  logic started_q = 1'b0;
  logic after_reset_q;
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end

  // ---- transfers ----------------------------------------------------------------------------------

  logic       aw, w, b, ar, r;
  logic [1:0] block_aw, block_w, block_b, block_ar, block_r;

  always_comb begin
    aw = axil_request.awvalid && axil_response.awready;
    w  = axil_request.wvalid && axil_response.wready;
    b  = axil_response.bvalid && axil_request.bready;
    ar = axil_request.arvalid && axil_response.arready;
    r  = axil_response.rvalid && axil_request.rready;
    for (int unsigned i = 0; i < 2; i++) begin
      block_aw[i] = block_request[i].awvalid && block_response[i].awready;
      block_w[i]  = block_request[i].wvalid && block_response[i].wready;
      block_b[i]  = block_response[i].bvalid && block_request[i].bready;
      block_ar[i] = block_request[i].arvalid && block_response[i].arready;
      block_r[i]  = block_response[i].rvalid && block_request[i].rready;
    end
  end

  // ---- the accesses, as they came -----------------------------------------------------------------

  typedef struct packed {
    logic                     upper;
    logic [ADDRESS_WIDTH-1:0] address;
    logic [2:0]               prot;
  } address_t;

  typedef struct packed {
    logic [31:0] data;
    logic [3:0]  strobes;
  } write_data_t;

  logic        write_open_q, read_open_q;     // its address was accepted, it is not answered
  logic        aw_left_q, w_left_q, ar_left_q;  // was handed to a block
  logic        data_q;                        // was accepted, and not handed on
  address_t    write_q, read_q;
  write_data_t write_data_q;

  always_ff @(posedge clk) begin
    if (|block_aw) aw_left_q <= 1'b1;
    if (|block_w) begin
      w_left_q <= 1'b1;
      data_q   <= 1'b0;
    end
    if (|block_ar) ar_left_q <= 1'b1;
    if (b) write_open_q <= 1'b0;
    if (r) read_open_q <= 1'b0;
    if (aw) begin
      write_open_q <= 1'b1;
      aw_left_q    <= 1'b0;
      w_left_q     <= 1'b0;
      write_q      <= {aw_upper, axil_request.awaddr, axil_request.awprot};
    end
    if (ar) begin
      read_open_q <= 1'b1;
      ar_left_q   <= 1'b0;
      read_q      <= {ar_upper, axil_request.araddr, axil_request.arprot};
    end
    if (w) begin
      data_q       <= 1'b1;
      write_data_q <= {axil_request.wdata, axil_request.wstrb};
    end
    if (!rst_n) begin
      write_open_q <= 1'b0;
      read_open_q  <= 1'b0;
      data_q       <= 1'b0;
    end
  end

  // ---- the blocks ---------------------------------------------------------------------------------

  logic           [1:0] has_aw_q, has_w_q, has_ar_q;  // was taken, and is not answered
  logic           [1:0] b_waits_q, r_waits_q;
  axil_response_t [1:0] last_response_q;
  axil_request_t  [1:0] last_request_q;
  logic           [1:0] aw_waits_q, w_waits_q, ar_waits_q;
  axil_response_t       last_q;
  logic                 bvalid_waits_q, rvalid_waits_q;

  always_ff @(posedge clk) begin
    for (int unsigned i = 0; i < 2; i++) begin
      has_aw_q[i]   <= rst_n && (block_aw[i] || has_aw_q[i]) && !block_b[i];
      has_w_q[i]    <= rst_n && (block_w[i] || has_w_q[i]) && !block_b[i];
      has_ar_q[i]   <= rst_n && (block_ar[i] || has_ar_q[i]) && !block_r[i];
      b_waits_q[i]  <= rst_n && block_response[i].bvalid && !block_b[i];
      r_waits_q[i]  <= rst_n && block_response[i].rvalid && !block_r[i];
      aw_waits_q[i] <= rst_n && block_request[i].awvalid && !block_aw[i];
      w_waits_q[i]  <= rst_n && block_request[i].wvalid && !block_w[i];
      ar_waits_q[i] <= rst_n && block_request[i].arvalid && !block_ar[i];
    end
    bvalid_waits_q  <= rst_n && axil_response.bvalid && !b;
    rvalid_waits_q  <= rst_n && axil_response.rvalid && !r;
    last_q          <= axil_response;
    last_response_q <= block_response;
    last_request_q  <= block_request;
  end

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
  end

  // ---- properties ---------------------------------------------------------------------------------

  for (genvar i = 0; i < 2; i++) begin : gen_block
    logic writes_here, reads_here;

    always_comb begin
      writes_here = write_open_q && write_q.upper == i[0];
      reads_here  = read_open_q && read_q.upper == i[0];

      block_answers_writes :
      assume (!block_response[i].bvalid || (has_aw_q[i] && has_w_q[i]));
      block_answers_reads : assume (!block_response[i].rvalid || has_ar_q[i]);
      block_b_stays :
      assume (!b_waits_q[i] || (block_response[i].bvalid &&
                                block_response[i].bresp == last_response_q[i].bresp));
      block_r_stays :
      assume (!r_waits_q[i] || (block_response[i].rvalid &&
                                block_response[i].rdata == last_response_q[i].rdata &&
                                block_response[i].rresp == last_response_q[i].rresp));

      if (started_q) begin
        // Whole and once, and nowhere else; and at once.
        H3_address_to_its_block :
        assert (block_request[i].awvalid == (writes_here && !aw_left_q));
        H3_data_to_its_block :
        assert (block_request[i].wvalid == (writes_here && !w_left_q && data_q));
        H3_read_to_its_block :
        assert (block_request[i].arvalid == (reads_here && !ar_left_q));
        H3_address_as_it_came :
        assert (!block_request[i].awvalid ||
                {block_request[i].awaddr, block_request[i].awprot} == {write_q.address, write_q.prot});
        H3_data_as_it_came :
        assert (!block_request[i].wvalid ||
                {block_request[i].wdata, block_request[i].wstrb} == write_data_q);
        H3_read_as_it_came :
        assert (!block_request[i].arvalid ||
                {block_request[i].araddr, block_request[i].arprot} == {read_q.address, read_q.prot});

        // A response is taken from the block in the cycle in which it is given, and no other.
        H3_write_response_is_the_blocks :
        assert (block_b[i] == (b && writes_here) &&
                (!(b && writes_here) || axil_response.bresp == block_response[i].bresp));
        H3_read_response_is_the_blocks :
        assert (block_r[i] == (r && reads_here) &&
                (!(r && reads_here) ||
                 {axil_response.rdata, axil_response.rresp} ==
                 {block_response[i].rdata, block_response[i].rresp}));
        H3_write_response_is_not_held_up :
        assert (!block_response[i].bvalid || axil_response.bvalid);
        H3_read_response_is_not_held_up :
        assert (!block_response[i].rvalid || axil_response.rvalid);

        H2_address_stays :
        assert (!aw_waits_q[i] || (block_request[i].awvalid &&
                {block_request[i].awaddr, block_request[i].awprot} ==
                {last_request_q[i].awaddr, last_request_q[i].awprot}));
        H2_data_stays :
        assert (!w_waits_q[i] || (block_request[i].wvalid &&
                {block_request[i].wdata, block_request[i].wstrb} ==
                {last_request_q[i].wdata, last_request_q[i].wstrb}));
        H2_read_stays :
        assert (!ar_waits_q[i] || (block_request[i].arvalid &&
                {block_request[i].araddr, block_request[i].arprot} ==
                {last_request_q[i].araddr, last_request_q[i].arprot}));

        inv_has_address : assert (has_aw_q[i] == (writes_here && aw_left_q));
        inv_has_data : assert (has_w_q[i] == (writes_here && w_left_q));
        inv_has_read : assert (has_ar_q[i] == (reads_here && ar_left_q));
      end
    end
  end

  always_comb begin
    if (started_q) begin
      H3_answers_a_write : assert (!axil_response.bvalid || (write_open_q && aw_left_q && w_left_q));
      H3_answers_a_read : assert (!axil_response.rvalid || (read_open_q && ar_left_q));
      H2_ready_unless_open :
      assert (axil_response.awready == !write_open_q && axil_response.arready == !read_open_q &&
              axil_response.wready == !data_q);
      H2_bvalid_stays :
      assert (!bvalid_waits_q || (axil_response.bvalid && axil_response.bresp == last_q.bresp));
      H2_rvalid_stays :
      assert (!rvalid_waits_q || (axil_response.rvalid &&
              {axil_response.rdata, axil_response.rresp} == {last_q.rdata, last_q.rresp}));
      H8_nothing_left :
      assert (!after_reset_q ||
              (!axil_response.bvalid && !axil_response.rvalid &&
               !block_request[0].awvalid && !block_request[0].wvalid && !block_request[0].arvalid &&
               !block_request[1].awvalid && !block_request[1].wvalid && !block_request[1].arvalid));

      // What induction needs to know of the registers.
      inv_open : assert (dut.write_open_q == write_open_q && dut.read_open_q == read_open_q);
      inv_waits :
      assert (dut.aw_waits_q == (write_open_q && !aw_left_q) &&
              dut.w_waits_q == (write_open_q && !w_left_q) &&
              dut.ar_waits_q == (read_open_q && !ar_left_q));
      inv_data : assert (dut.w_valid_q == data_q);
      inv_write : assert (!write_open_q || dut.aw_q == write_q);
      inv_read : assert (!read_open_q || dut.ar_q == read_q);
      inv_write_data : assert (!data_q || {dut.wdata_q, dut.wstrb_q} == write_data_q);
    end
  end

  // ---- it can happen ------------------------------------------------------------------------------

  always_comb begin
    cover_write_below : cover (started_q && rst_n && b && !write_q.upper);
    cover_write_above : cover (started_q && rst_n && b && write_q.upper && data_q);
    cover_both_at_once : cover (started_q && rst_n && b && r && write_q.upper != read_q.upper);
    cover_data_first : cover (started_q && rst_n && data_q && aw);
  end

endmodule

`default_nettype wire
