// SPDX-License-Identifier: MIT
//
// What a command is for: which tables it sets, what it does in execute, what it may answer.
//
// Contract: combinational. An operation with an index outside its table does nothing, and answers that.
// Whether a route is refused is not known here: enables is high, refuses is low. A code that names no
// operation means nothing.

`default_nettype none

module msi_command_decode
  import msi_csr_pkg::*;
  import msi_pkg::*;
(
    input  wire operation_code_e operation,
    input  wire logic            outside_range,       // the command's indexes are outside their tables
    input  wire logic            outside_connection,
    input  wire logic            outside_target,
    input  wire logic            outside_route,
    output logic                 binds,      // the target is bound (R5)
    output sets_t                sets,
    output does_t                does,       // excused toggle: in range or not is not known yet
    output answers_t             answers  // excused toggle: no code is that large yet
);

  logic bad_index;  // of those that the operation takes

  always_comb begin
    bad_index = (takes_range(operation) && outside_range) ||
                (takes_connection(operation) && outside_connection) ||
                (takes_target(operation) && outside_target) ||
                (takes_route(operation) && outside_route);

    binds            = 1'b0;
    sets             = '0;
    does             = '0;
    does.takes_route = takes_route(operation);
    answers          = '{default: answer__OK};
    unique case (operation)
      operation_code__SET_BUS_RANGE: sets.range = 1'b1;
      operation_code__CONNECT, operation_code__DISCONNECT: sets.connection = 1'b1;
      operation_code__CONNECT_IRQFD: sets.irqfd = 1'b1;
      operation_code__BIND_TARGET: binds = 1'b1;
      operation_code__SIGNAL_MSI, operation_code__SIGNAL_MSI_WITH_RID: begin
        does.signals  = 1'b1;
        answers.found = answer__SENT;
      end
      operation_code__NEW_ROUTE: begin
        does.makes_route  = 1'b1;
        does.asks_irqfd   = 1'b1;
        answers.otherwise = answer__NO_IRQFD;
      end
      operation_code__ENABLE, operation_code__ENABLE_WITH_RID: begin
        sets.message  = 1'b1;
        does.enables  = 1'b1;
        answers.found = answer__DELIVERED;
      end
      operation_code__DISABLE: does.disables = 1'b1;
      operation_code__FREE_ROUTE: does.frees = 1'b1;
      operation_code__SIGNAL_EVENT: begin
        does.takes_event = 1'b1;
        answers          = '{found: answer__SENT, otherwise: answer__HELD_PENDING};
      end
      operation_code__CONSUME_PENDING: begin
        does.consumes = 1'b1;
        answers       = '{found: answer__WAS_PENDING, otherwise: answer__WAS_NOT_PENDING};
      end
      operation_code__DEFAULT_BDF: begin
        does.tells_bdf = 1'b1;
        answers.found  = answer__BDF;
      end
      operation_code__SUPPORTS_DIRECT_MSI: begin
        does.asks_irqfd = 1'b1;
        answers         = '{found: answer__DIRECT_MSI, otherwise: answer__NO_DIRECT_MSI};
      end
      default: ;  // what names no operation is not offered
    endcase
    if (bad_index) begin
      binds         = 1'b0;
      sets          = '0;
      does          = '0;
      answers.found = answer__ERROR_INDEX;
    end
  end

endmodule

`default_nettype wire
