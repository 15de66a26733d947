# SPDX-License-Identifier: MIT
"""Relates the states of the sound RTL, gold, and of a mutant, gate, that clears tables otherwise.

After reset a sweep clears the tables' entries. In which order does not matter, for nothing enters
the engine until it has ended; but while it lasts, and in what it leaves in registers and in bits
that it does not clear, two designs differ that do not differ at the ports. Two proofs show that
they do not, if both start from the same state, whatever it is, with one cycle of reset:

The sweep. Whatever else the registers hold, and whenever there is a reset, both clear in the same
cycles, and each has cleared every entry when it ends: shown for one entry that may be any, by
induction.

The step. The states are *related* where all registers are equal, except that some need not be
unless they mean something (MEANS), and where those of gold are as INVARIANTS say. A SAT solver
shows that the reset leads to related states, and that from any two related states one clock cycle,
whatever comes in, leads to related states again, and shows the same at the ports. So nothing in
MEANS and INVARIANTS has to be believed: where it is wrong, the proof fails.

Memories that the sweep clears (CLEARED) are abstracted. While it lasts, the two read anything. In
the cycle after it, they read what is cleared; the bits beside may be anything. Later they read
anything, but the same where they read the same entry, except for the bits beside cleared ones that
are 0; they have to write the same, and whole entries. Other memories they always have to write the
same, and read the same where they read the same entry. An index beyond a table reads 0 in the cycle
after the sweep: that is how Verilator simulates it, and assumed.
"""

from __future__ import annotations

import re

from qualify.mutant_netlist import Opened, differs, register_bits, writes_differ
from qualify.mutations import MutationError

CLEARED = {
    "u_engine.u_targets.entries": 1,
    "u_engine.u_ranges.entries": 16,
    "u_engine.u_message_backends.entries": 1,
    "u_engine.u_irqfd_backends.entries": 1,
    "u_engine.u_route_states.u_memory.entries": 3,
}
"""How many bits of an entry, from the highest, the sweep clears in each memory."""

CLEARING = "clearing_q"
SWEEP = (CLEARING, "clear_index_q")
"""The registers of the sweep: the first must be equal always, the second need not be."""

_LOOKUP = "lookup_valid_q"
_EXECUTE = "execute_valid_q"
_STATE = (
    "(u_route_states.forward_q ? u_route_states.forwarded_q : u_route_states.u_memory.read_data_q)"
)

MEANS = {
    # what is read at accept; nothing is accepted while entries are cleared
    "target_q[17:17]": _LOOKUP,
    "target_q[16:0]": f"{_LOOKUP} && target_q[17]",  # bound
    "u_route_states.u_memory.entry_q[2:0]": _LOOKUP,
    # read in each cycle, also while entries are cleared
    "command_range_q[15:0]": "since[0]",
    "command_in_range_q[0:0]": "since[1]",
    # what is read in lookup
    "range_q[15:0]": _EXECUTE,
    "rid_in_range_q[0:0]": _EXECUTE,
    "devfn_q[7:0]": _EXECUTE,
    "connected_q[0:0]": _EXECUTE,
    "irqfd_q[0:0]": _EXECUTE,
    "segment_q[15:0]": f"{_EXECUTE} && connected_q",
    "irqfd_segment_q[15:0]": f"{_EXECUTE} && irqfd_q",
    "range_index_q[4:0]": f"{_EXECUTE} && irqfd_q",
    "command_devid_q[31:0]": _EXECUTE,
    # in range or not: of a route that was not made, it does not matter
    "does_q[9:8]": f"!{_EXECUTE} || !does_q[10] || |{_STATE}",
    "answers_q[7:4]": f"{_EXECUTE} && (!does_q[10] || |{_STATE})",
    "u_route_states.u_memory.read_data_q[2:0]": _EXECUTE,
    "u_route_states.forwarded_q[2:0]": "u_route_states.forward_q",
    "u_route_states.done_state_q[2:0]": "u_route_states.done_uses_q[0]",
    "u_route_states.done_state_q[5:3]": "u_route_states.done_uses_q[1]",
    "retire_q[202:32]": "retire_valid_q",
    "retire_q[31:0]": "retire_valid_q && retire_q[32]",  # sent
    "drop_q[35:0]": "drop_valid_q",
    "u_output.out_data_q[127:0]": "u_output.out_valid_q",
    "u_output.skid_data_q[127:0]": "u_output.skid_valid_q",
}
"""When bits of registers mean something: an expression over what other registers hold.

Names are those in `msi_engine`, or begin with `u_output`. `since` counts the cycles since entries
were cleared: bit 0 is one or more, bit 1 two or more. Of `does_q`, bit 10 is `sets_message`, 9
`enables`, 8 `refuses`, 6 `makes_route`, 4 `takes_event`, 3 `takes_route`, 2 `signals`. The bits are
those of the tables that mutants have (mutations.TABLES).
"""

INVARIANTS = (
    # Nothing is in the pipeline while entries are cleared, and in lookup and execute for as many
    # cycles more as it takes to get there.
    f"!{CLEARING} || since == 0",
    "since[0] || !since[1]",
    f"since[0] || !{_LOOKUP} && does_q == 0",
    f"since[1] || !{_EXECUTE} && !u_output.skid_valid_q",
    f"{CLEARING} || since[1] || u_route_states.done_uses_q == 0",
    f"!since[0] || since[1] || !{_LOOKUP} || u_route_states.u_memory.entry_q == 0",
    # Only such operations are decoded, and leave such results.
    f"{_EXECUTE} || does_q == 0",
    "!command_does_q[10] || command_does_q[3] && !command_does_q[6] && !command_does_q[2]",
    "!does_q[10] || does_q[3] && !does_q[6] && !does_q[2] && from_command_q",
    "does_q[10] || does_q[9:8] == 0",
    "!does_q[4] || from_command_q || route_message_q",
    "!drop_valid_q || retire_valid_q",
)
"""What gold's registers hold after a reset: the step does not start from other states."""

_REGISTER = re.compile(r"\b(?:u_\w+\.)*\w+_q\b")


class Relation:
    """The relation, for the registers of a netlist, and the circuits that are to be never `bad`."""

    def __init__(self, sound: str, opened: Opened) -> None:
        """`sound` is the netlist before the mutations; in `opened`, registers are outside.

        Raises MutationError if the relation speaks of a register or memory that there is none of.
        """
        self._opened = opened
        self._registers: dict[str, dict[int, tuple[str, int]]] = {}
        for (wire, bit), where in register_bits(sound, opened).items():
            self._registers.setdefault(wire, {})[bit] = where
        expressions = (*MEANS.values(), *INVARIANTS)
        self._named = sorted({name for text in expressions for name in _REGISTER.findall(text)})
        self._means: dict[tuple[str, int], str] = {}
        for bits, condition in MEANS.items():
            name, _, rest = bits.partition("[")
            high, low = map(int, rest.rstrip("]").split(":"))
            held = self._held(name)
            # Bits that always equal those of another register may be that register's.
            for bit in held.keys() & range(low, high + 1):
                self._means[held[bit]] = condition
        for name in self._named:
            self._held(name)
        self._clearing, self._index = (set(self._held(name).values()) for name in SWEEP)
        for memory, cleared in CLEARED.items():
            if opened.memories.get(memory, (0, 0))[0] < cleared:
                raise MutationError(
                    f"the netlist has no memory {memory}, of {cleared} bits or more, "
                    f"which {__name__} speaks of"
                )

    def _held(self, name: str) -> dict[int, tuple[str, int]]:
        """Return which bits of which inputs are the bits of a register."""
        wire = name if name.startswith("u_output.") else f"u_engine.{name}"
        if wire not in self._registers:
            raise MutationError(f"the netlist has no register {wire}, which {__name__} speaks of")
        return self._registers[wire]

    def step(self) -> str:
        """Return the circuit of a clock cycle from related states, or of a reset from equal ones.

        It is combinational; `from_equal` chooses the reset.
        """
        opened = self._opened
        registers = list(opened.registers.values())
        read = [data for _, _, data in opened.reads]
        shared = {name: width for name, width in opened.inputs.items() if name != "mutsel"}
        free = {"from_equal": 1, "since": 2, **shared}
        free |= {f"other_{name}": shared[name] for name in (*registers, *read)}
        ports = [f"input wire [{width - 1}:0] {name}" for name, width in free.items()]
        clearing = _vector("now", CLEARING)
        lines = [
            "`default_nettype none",
            f"module miter ({', '.join(ports)}, output wire bad);",
            *_wires(opened),
            *self._vectors(),
            f"  wire fresh = !from_equal && !{clearing} && !since[0];",
            "  wire [1:0] now_since = since;",
            "  wire [1:0] next_since =",
            f"    rst_n && !from_equal && !{clearing} ? {{since[0], 1'b1}} : 2'b00;",
        ]
        bad = [f"(!from_equal && {differs(opened, name)})" for name in _visible(opened)]
        bad.append(f"((from_equal || !rst_n) && !{_vector('next', CLEARING)})")
        for name in registers:
            bits = []
            for bit in range(shared[name]):
                gold, other = f"{name}[{bit}]", f"other_{name}[{bit}]"
                condition = self._means.get((name, bit), "1'b1")
                if (name, bit) in self._index:
                    condition = "1'b0"
                bits.append(f"from_equal || ({_at('now', condition)}) ? {gold} : {other}")
                if (name, bit) not in self._clearing:  # that is for the sweep to show
                    after = f"{name.removesuffix('Q')}D[{bit}]"
                    bad.append(f"(({_at('next', condition)}) && gold_{after} != gate_{after})")
            lines.append(f"  wire [{len(bits) - 1}:0] gold_{name} = {name};")
            lines.append(f"  wire [{len(bits) - 1}:0] gate_{name} = {{{', '.join(bits[::-1])}}};")
        for memory, address, data in opened.reads:
            lines += _read(memory, address, data, opened.memories[memory][0])
        for memory, enable, address, data in opened.writes:
            differ = writes_differ(enable, address, data)
            if memory in CLEARED:
                part = f"|gold_{enable} && !(&gold_{enable})"
                differ = f"!{clearing} && ({differ} || {part})"
            bad.append(f"({differ})")
        bad += [f"(gold_{n} != gate_{n})" for n in opened.outputs if re.match(r"state\d+_CLK", n)]
        bad += [f"!({_at('next', invariant)})" for invariant in INVARIANTS]
        for which in ("gold", "gate"):
            own = {name: f"{which}_{name}" for name in (*registers, *read)}
            own["rst_n"] = "rst_n && !from_equal"
            lines.append(_instance(opened, which, {name: own.get(name, name) for name in shared}))
        related = " && ".join(f"({_at('now', invariant)})" for invariant in INVARIANTS)
        lines.append(f"  wire related = from_equal || {related};")
        lines.append("  assign bad = related && |{\n    " + ",\n    ".join(bad) + "};")
        return "\n".join([*lines, "endmodule", ""])

    def _vectors(self) -> list[str]:
        """Return the lines of what gold holds, now and next; bits that are missing are 0."""
        lines = []
        for name in self._named:
            held = self._held(name)
            for when, prefix, suffix in (("now", "", "Q"), ("next", "gold_", "D")):
                bits = []
                for bit in range(max(held), -1, -1):
                    port, number = held.get(bit, ("", 0))
                    bits.append(f"{prefix}{port[:-1]}{suffix}[{number}]" if port else "1'b0")
                vector = _vector(when, name)
                lines.append(f"  wire [{max(held)}:0] {vector} = {{{', '.join(bits)}}};")
        return lines

    def sweep(self) -> str:
        """Return the circuit that resets both, and sees whether each clears an entry, whichever."""
        opened = self._opened
        held = {port: opened.inputs[port] for port, _ in sorted(self._clearing | self._index)}
        ports = ["input wire clk", "input wire rst_n", "input wire [15:0] any_entry"]
        lines = [
            "  reg started = 1'b0;",
            "  always @(posedge clk) started <= 1'b1;",
            "  wire running = rst_n && started;",
            "  reg [15:0] entry_held;",
            "  wire [15:0] entry = started ? entry_held : any_entry;",
            "  always @(posedge clk) entry_held <= entry;",
            *_wires(opened),
        ]
        bad = []
        for which in ("gold", "gate"):
            inputs = {}
            for name, width in opened.inputs.items():
                if name not in ("clk", "rst_n", "mutsel"):
                    inputs[name] = f"{which}_{name}"
                    ports.append(f"input wire [{width - 1}:0] {which}_{name}")
            for name, width in held.items():
                inputs[name] = f"started ? {which}_held_{name} : {which}_{name}"
                lines.append(f"  reg [{width - 1}:0] {which}_held_{name};")
            lines.append(_instance(opened, which, {**inputs, "clk": "clk", "rst_n": "running"}))
            for name in held:
                after = f"{which}_{name.removesuffix('Q')}D"
                lines.append(f"  always @(posedge clk) {which}_held_{name} <= {after};")
            port, bit = self._held(CLEARING)[0]
            lines += [
                f"  wire {which}_clearing = {which}_held_{port}[{bit}];",
                f"  reg {which}_was_clearing = 1'b0;",
                f"  always @(posedge clk) {which}_was_clearing <= started && {which}_clearing;",
            ]
            for number, (memory, enable, address, data) in enumerate(opened.writes):
                if memory not in CLEARED:
                    continue
                width, size = opened.memories[memory]
                cleared = f"{which}_{data}[{width - 1}:{width - CLEARED[memory]}] == 0"
                done = f"{which}_done{number}"
                lines += [
                    f"  reg {done} = 1'b0;",
                    f"  always @(posedge clk) if (!running) {done} <= 1'b0;",
                    f"    else if ({which}_clearing && |{which}_{enable} && "
                    f"{which}_{address} == entry)",
                    f"      {done} <= &{which}_{enable} && {cleared};",
                ]
                ended = f"started && {which}_was_clearing && !{which}_clearing"
                bad.append(f"({ended} && entry < {size} && !{done})")
        bad.append("(started && gold_clearing != gate_clearing)")
        lines.append("  assign bad = |{\n    " + ",\n    ".join(bad) + "};")
        head = ["`default_nettype none", f"module miter ({', '.join(ports)}, output wire bad);"]
        return "\n".join([*head, *lines, "endmodule", ""])


def _vector(when: str, name: str) -> str:
    """Return the wire that is what a register of gold holds, `now` or `next`."""
    return f"{when}_{name.replace('.', '_')}"


def _at(when: str, expression: str) -> str:
    """Return an expression over registers as it is `now` or `next`."""
    expression = re.sub(r"\bsince\b", f"{when}_since", expression)
    return _REGISTER.sub(lambda name: _vector(when, name[0]), expression)


def _visible(opened: Opened) -> list[str]:
    """Return the outputs that are the design's own."""
    return [name for name in opened.outputs if not re.match(r"state\d+_", name)]


def _wires(opened: Opened) -> list[str]:
    """Return the lines that declare the outputs of both designs."""
    return [
        f"  wire [{width - 1}:0] {which}_{name};"
        for which in ("gold", "gate")
        for name, width in opened.outputs.items()
    ]


def _instance(opened: Opened, which: str, inputs: dict[str, str]) -> str:
    """Return the line of one of the designs."""
    joined = [f".{name}({value})" for name, value in inputs.items()]
    joined += [f".{name}({which}_{name})" for name in opened.outputs]
    return f"  {which} {which}_i ({', '.join(joined)});"


def _read(memory: str, address: str, data: str, width: int) -> list[str]:
    """Return the lines of what both read at an address."""
    same = f"gold_{address} == gate_{address}"
    if memory not in CLEARED:
        return [
            f"  wire [{width - 1}:0] gold_{data} = {data};",
            f"  wire [{width - 1}:0] gate_{data} = {same} ? {data} : other_{data};",
        ]
    beside = width - CLEARED[memory]
    mask = f"{width}'b{'0' * CLEARED[memory]}{'1' * beside}"
    return [
        f"  wire [{width - 1}:0] gold_{data} = fresh ? {data} & {mask} : {data};",
        f"  wire [{width - 1}:0] gate_{data} =",
        f"    from_equal ? ({same} ? {data} : other_{data}) :",
        f"    {_vector('now', CLEARING)} ? other_{data} :",
        f"    fresh ? other_{data} & {mask} :",
        f"    !({same}) ? other_{data} :",
        f"    {data}[{width - 1}:{beside}] == 0 ? other_{data} & {mask} : {data};",
    ]
