// SPDX-License-Identifier: MIT
//
// Proof of msi_axi_lite: responses are stable (H2); every write and every read is carried out once, in
// order, as it came, and answered once, after it was carried out (H3), and starts as soon as it can;
// nothing is left after a reset (H8). That the register block answers what was asked is assumed here and
// proven in prove_registers.

`default_nettype none

module prove_axi_lite
  import msi_axil_pkg::*;
(
    input wire logic                     clk,
    input wire logic                     rst_n,
    input wire axil_request_t            axil_request,
    input wire logic                     hold,
    input wire logic                     req_stall_wr,
    input wire logic                     req_stall_rd,
    input wire logic                     rd_ack,
    input wire logic                     rd_err,
    input wire logic [31:0]              rd_data,
    input wire logic                     wr_ack,
    input wire logic                     wr_err
);

  logic                     req, req_is_wr;
  logic [ADDRESS_WIDTH-1:0] addr;
  logic [31:0]              wr_data, wr_biten;

  axil_response_t axil_response;

  msi_axi_lite dut (.*);

  logic started_q = 1'b0;
  logic after_reset_q;
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end

  // ---- the accesses, and the register block -------------------------------------------------------

  logic write_offered, read_offered;
  logic write, read;                // is taken by the register block
  logic write_open_q, read_open_q;  // was taken, and is not over
  logic idle;

  always_comb begin
    write_offered = req && req_is_wr;
    read_offered  = req && !req_is_wr;
    write         = write_offered && !req_stall_wr;
    read          = read_offered && !req_stall_rd;
    idle          = !req && !write_open_q && !read_open_q;
  end

  always_ff @(posedge clk) begin
    write_open_q <= rst_n && (write || write_open_q) && !wr_ack;
    read_open_q  <= rst_n && (read || read_open_q) && !rd_ack;
  end

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    answers_a_write : assume (!wr_ack || write || write_open_q);
    answers_a_read : assume (!rd_ack || read || read_open_q);
  end

  // ---- what was accepted and not carried out, oldest first; responses that are owed ---------------

  typedef logic [ADDRESS_WIDTH-1:2] word_address_t;

  typedef struct packed {
    logic [31:0] data;
    logic [3:0]  strobes;
  } write_data_t;

  logic [1:0]          addresses_q, reads_q;  // how many
  logic                data_q;
  word_address_t [1:0] address_q, read_address_q;
  write_data_t         write_data_q;
  logic                aw, w, ar;             // is accepted

  always_comb begin
    aw = axil_request.awvalid && axil_response.awready;
    w  = axil_request.wvalid && axil_response.wready;
    ar = axil_request.arvalid && axil_response.arready;
  end

  always_ff @(posedge clk) begin
    addresses_q <= addresses_q + 2'(aw) - 2'(write);
    reads_q     <= reads_q + 2'(ar) - 2'(read);
    data_q      <= (data_q && !write) || w;
    if (write) address_q[0] <= address_q[1];
    if (read) read_address_q[0] <= read_address_q[1];
    for (int unsigned i = 0; i < 2; i++) begin
      if (aw && addresses_q == i + 32'(write)) begin
        address_q[i] <= axil_request.awaddr[ADDRESS_WIDTH-1:2];
      end
      if (ar && reads_q == i + 32'(read)) begin
        read_address_q[i] <= axil_request.araddr[ADDRESS_WIDTH-1:2];
      end
    end
    if (w) write_data_q <= {axil_request.wdata, axil_request.wstrb};
    if (!rst_n) begin
      addresses_q <= '0;
      reads_q     <= '0;
      data_q      <= 1'b0;
    end
  end

  logic        b_owed_q, r_owed_q;
  logic        berror_q, rerror_q;
  logic [31:0] rdata_q;

  always_ff @(posedge clk) begin
    b_owed_q <= wr_ack || (b_owed_q && !(axil_response.bvalid && axil_request.bready));
    r_owed_q <= rd_ack || (r_owed_q && !(axil_response.rvalid && axil_request.rready));
    if (wr_ack) berror_q <= wr_err;
    if (rd_ack) {rerror_q, rdata_q} <= {rd_err, rd_data};
    if (!rst_n) begin
      b_owed_q <= 1'b0;
      r_owed_q <= 1'b0;
    end
  end

  // ---- what waited before the last edge ------------------------------------------------------------

  logic                     req_stalled_q, b_stalled_q, r_stalled_q;
  logic                     req_is_wr_q;
  logic [ADDRESS_WIDTH-1:0] addr_q;
  logic [63:0]              write_q;
  logic [1:0]               bresp_q;
  logic [33:0]              r_q;
  logic                     write_waits_q, read_waits_q;  // and nothing was in its way
  logic                     held_q, req_q;
  logic                     open_q;  // an access was under way, and was not answered

  always_ff @(posedge clk) begin
    req_stalled_q <= rst_n && req && !write && !read;
    req_is_wr_q   <= req_is_wr;
    addr_q        <= addr;
    write_q       <= {wr_data, wr_biten};
    b_stalled_q   <= rst_n && axil_response.bvalid && !axil_request.bready;
    r_stalled_q   <= rst_n && axil_response.rvalid && !axil_request.rready;
    bresp_q       <= axil_response.bresp;
    r_q           <= {axil_response.rresp, axil_response.rdata};
    write_waits_q <= rst_n && addresses_q != 0 && data_q && !b_owed_q && idle && !hold;
    read_waits_q  <= rst_n && reads_q != 0 && !r_owed_q && idle && !hold;
    held_q        <= hold;
    open_q        <= rst_n && (req || write_open_q || read_open_q) && !wr_ack && !rd_ack;
    req_q         <= req;
  end

  // ---- properties ---------------------------------------------------------------------------------

  always_comb begin
    if (started_q) begin
      H2_bvalid_stays :
      assert (!b_stalled_q || (axil_response.bvalid && axil_response.bresp == bresp_q));
      H2_rvalid_stays :
      assert (!r_stalled_q ||
              (axil_response.rvalid && {axil_response.rresp, axil_response.rdata} == r_q));
      H2_req_stays :
      assert (!req_stalled_q || (req && req_is_wr == req_is_wr_q && addr == addr_q &&
                                 (!req_is_wr || {wr_data, wr_biten} == write_q)));
      H2_ready_unless_full :
      assert (axil_response.awready == (addresses_q == 2'(write_offered)) &&
              axil_response.wready == !(data_q || write_open_q) &&
              axil_response.arready == (reads_q == 2'(read_offered)));

      H3_write_as_it_came :
      assert (!write_offered ||
              (addresses_q != 0 && data_q && addr == {address_q[0], 2'b00} &&
               {wr_data, wr_biten} == {write_data_q.data, spread(write_data_q.strobes)}));
      H3_read_as_it_came :
      assert (!read_offered || (reads_q != 0 && addr == {read_address_q[0], 2'b00}));
      H3_one_access_at_a_time : assert (!req || (!write_open_q && !read_open_q));
      H3_write_is_not_held_up : assert (!write_waits_q || write_offered);
      H3_read_is_not_held_up : assert (!read_waits_q || req);
      H3_address_stays : assert (!open_q || addr == addr_q);
      H3_none_starts_while_held : assert (!held_q || !req || req_q);
      H3_b_answers_a_write :
      assert (axil_response.bvalid == b_owed_q &&
              (!b_owed_q || axil_response.bresp == {berror_q, 1'b0}));
      H3_r_answers_a_read :
      assert (axil_response.rvalid == r_owed_q &&
              (!r_owed_q ||
               (axil_response.rdata == rdata_q && axil_response.rresp == {rerror_q, 1'b0})));
      H3_one_response_each : assert (!(wr_ack && b_owed_q) && !(rd_ack && r_owed_q));
      H8_nothing_left :
      assert (!after_reset_q || (!req && !axil_response.bvalid && !axil_response.rvalid));
    end
  end

  function automatic logic [31:0] spread(logic [3:0] strobes);
    return {{8{strobes[3]}}, {8{strobes[2]}}, {8{strobes[1]}}, {8{strobes[0]}}};
  endfunction

  // ---- what induction needs to know of the registers ----------------------------------------------

  always_comb begin
    if (started_q) begin
      inv_busy : assert (dut.busy_q == !idle);
      inv_one_open :
      assert (!(write_open_q && read_open_q) && (idle || req || req_is_wr == write_open_q));
      inv_addresses :
      assert (addresses_q == 2'(dut.aw_valid_q) + 2'(write_offered));
      inv_reads : assert (reads_q == 2'(dut.ar_valid_q) + 2'(read_offered));
      inv_data : assert (dut.w_valid_q == (data_q || write_open_q));
      inv_offered_data : assert (!write_open_q || !data_q);
      inv_no_response_is_in_the_way :
      assert (!(write_offered || write_open_q) || !b_owed_q);
      inv_no_read_response_is_in_the_way :
      assert (!(read_offered || read_open_q) || !r_owed_q);
      inv_address :
      assert (!dut.aw_valid_q || address_q[write_offered] == dut.aw_address_q);
      inv_read_address :
      assert (!dut.ar_valid_q || read_address_q[read_offered] == dut.ar_address_q);
      inv_write_data : assert (!data_q || write_data_q == {dut.wdata_q, dut.wstrb_q});
    end
  end

  // ---- it can happen ------------------------------------------------------------------------------

  always_comb begin
    cover_write_answered :
    cover (started_q && rst_n && axil_response.bvalid && axil_request.bready);
    cover_all_stalled :
    cover (started_q && b_stalled_q && r_stalled_q && addresses_q == 1 && data_q && reads_q == 1);
    cover_access_stalled : cover (started_q && req_stalled_q && write);
  end

endmodule

`default_nettype wire
