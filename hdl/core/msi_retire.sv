// SPDX-License-Identifier: MIT
//
// The retire stage: the record of what was done, the drop, and the message. What the requester ID and the
// DeviceID turned out to be is put together here with what msi_rules decided without them.
//
// Contract: with advance, the operation in execute moves in. Its record is valid for one cycle; its message,
// if one is sent, is valid until the next advance. route_message is that of the operation in this stage;
// command, command_range, command_rid and command_devid are taken with advance, as everything of the operation in
// execute.

`default_nettype none

module msi_retire
  import msi_csr_pkg::*;
  import msi_pkg::*;
(
    input  wire logic        clk,
    input  wire logic        rst_n,
    input  wire logic        advance,

    // The operation in execute
    input  wire logic        valid,
    input  wire request_t    request,
    input  wire does_t       does,
    input  wire answer_e     answer,
    input  wire logic [15:0] bdf,
    input  wire rid_t        rid,
    input  wire logic        send,
    input  wire logic        is_drop,
    input  wire logic        rid_refused,    // these three overrule answer, send and is_drop, in this order
    input  wire logic        disconnected,
    input  wire logic        devid_refused,
    input  wire bus_range_t  bus_range,     // of its target
    input  wire logic [31:0] devid,         // of the message that it signals

    // The command, and what its route sends
    input  wire command_t    command,
    input  wire bus_range_t  command_range,
    input  wire rid_t        command_rid,
    input  wire logic [31:0] command_devid,

    // The operation in retire
    input  wire message_t    route_message,
    output logic             message_valid,
    output message_t         message,
    output logic             retire_valid,
    output retire_t          retire,
    output logic             drop_valid,
    output drop_t            drop
);

  logic        retire_valid_q;
  request_t    retire_q;
  answer_e     answer_q;
  logic [15:0] bdf_q;
  logic        send_q, is_drop_q, rid_refused_q, disconnected_q, devid_refused_q;
  logic        signals_q;
  rid_t        dropped_rid_q;   // of a drop, and the bus range
  bus_range_t  held_against_q;  //     that it was held against

  // The message is one of three, the others are 0: each bit passes one gate, instead of a multiplexer.
  message_t    signalled_q;   // address and data of s_msi; the DeviceID of all that signals
  message_t    commanded_q;   // address and data of the command; the DeviceID of its route
  logic        from_route_q;  // route_message

  always_ff @(posedge clk) begin
    retire_valid_q <= advance && valid;
    if (advance) begin
      retire_q        <= request;
      answer_q        <= answer;
      bdf_q           <= bdf;
      send_q          <= send;
      is_drop_q       <= is_drop;
      rid_refused_q   <= rid_refused;
      disconnected_q  <= disconnected;
      devid_refused_q <= devid_refused;
      signals_q       <= does.signals;
      dropped_rid_q   <= does.refuses ? command_rid : rid;
      held_against_q  <= does.refuses ? command_range : bus_range;

      signalled_q    <= '{devid: devid, address: request.address, data: request.data};
      commanded_q    <= '{devid: command_devid, address: command.address, data: command.data};
      from_route_q   <= does.takes_event;
      if (!does.signals) signalled_q.devid <= '0;
      if (!does.enables) commanded_q.devid <= '0;
      if (request.source != SOURCE_MESSAGE) begin
        signalled_q.address <= '0;
        signalled_q.data    <= '0;
      end
      if (request.source != SOURCE_COMMAND || does.takes_event) begin
        commanded_q.address <= '0;
        commanded_q.data    <= '0;
      end
    end
    if (!rst_n) begin
      retire_valid_q <= 1'b0;
      send_q         <= 1'b0;
    end
  end

  answer_e final_answer;
  logic    sent, dropped;

  always_comb begin
    final_answer = answer_q;
    if (devid_refused_q) final_answer = answer__DROPPED_DEVID;
    if (disconnected_q) final_answer = answer__DROPPED_DISCONNECTED;
    if (rid_refused_q) final_answer = signals_q ? answer__DROPPED_BUS_RANGE : answer__NO_BDF;
    sent    = send_q && !(rid_refused_q || disconnected_q || devid_refused_q);
    dropped = is_drop_q || (signals_q && (rid_refused_q || disconnected_q || devid_refused_q));
  end

  always_comb begin
    message                = signalled_q | commanded_q | (from_route_q ? route_message : '0);
    message_valid          = sent;

    retire_valid           = retire_valid_q;
    retire.request         = retire_q;
    retire.request.address = message.address;
    retire.request.data    = message.data;
    retire.answer          = final_answer;
    retire.bdf             = bdf_q;
    retire.sent            = sent;
    retire.devid           = message.devid;

    drop_valid             = retire_valid_q && dropped;
    drop                   = '{
        reason: final_answer,
        rid: dropped_rid_q,
        secondary: held_against_q.secondary,
        subordinate: held_against_q.subordinate
    };
  end

endmodule

`default_nettype wire
