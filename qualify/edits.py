# SPDX-License-Identifier: MIT
"""The faults: edits of the RTL, each of which a simulation has to notice, or a proof to refuse.

One table for both: what `make faults` tries has a name in words and the rule that a test must name;
what `make formal FAULTS=1` tries says which properties fail. Every text is there once in all of the
RTL, so that no file has to be named.
"""

from __future__ import annotations

import shlex
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.sets import DEFAULT, SETS
from cocotbext.msi_its.vocabulary.csr import OperationCode as Op
from cocotbext.msi_its.vocabulary.operations import CONFIGURATION, Configuration, Tables
from tools import bridge, ends, pcie


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a long trace looks like: its length in cycles from reset on, and what guides the search.

    Of the trace only the last cycle is looked at. `operations` are commands, in this order; see
    formal/prove_engine.sv.
    """

    depth: int
    operations: tuple[Op, ...] = ()

    def parameter(self) -> str:
        """Return the value of the harness's parameter SCENARIO: eight bits an operation."""
        code = sum(operation << 8 * i for i, operation in enumerate(self.operations))
        return f"128'h{code:x}"


def commands(*operations: Op, later: int = 0) -> Scenario:
    """Return a scenario that ends `later` cycles after the record of the last command.

    One cycle is for the reset, four are for clearing, eight for each command.
    """
    return Scenario(5 + 8 * len(operations) + later, operations)


@dataclass(frozen=True, slots=True)
class Fails:
    """A proof of `make formal`, and those of its properties that have to fail on a fault.

    The names of the properties are separated by blanks; `scenario` is what it takes to show it.
    """

    proof: str
    names: str
    scenario: Scenario | None = None

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties, one by one."""
        return tuple(self.names.split())


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: a text that occurs once in all of the RTL, and what it becomes.

    With a `name`, tests in simulation have to notice it, and to name the rule or property `tag`
    (R3, H4); `tables` and `configuration` are those of the translator it is tried on. `fails` are
    the properties that have to fail on it; `rtl` is what it breaks, if it is no other design.
    """

    old: str
    new: str
    name: str = ""
    tag: str = ""
    tables: Tables = DEFAULT
    configuration: Configuration = CONFIGURATION
    fails: tuple[Fails, ...] = ()
    rtl: Rtl = OWN


OfEnds = partial(Fault, rtl=ends.ALONE)
"""A fault of the front ends and back ends."""

OfRegisters = partial(Fault, rtl=bridge.REGISTERS)
"""A fault of the bridge's registers, or of the split of their bus."""

OfPcie = partial(Fault, rtl=pcie.BLOCKS)
"""A fault of the blocks for PCIe."""


class DoesNotApply(Exception):
    """A fault cannot be put into the RTL; says why."""


def place(fault: Fault, rtl: Rtl | None = None) -> Path:
    """Return the file of a design, that of the fault if none is given, that a fault is in.

    Raises DoesNotApply if its text is not there, or more than once.
    """
    files = (rtl or fault.rtl).sources().files
    counts = {file: file.read_text(errors="replace").count(fault.old) for file in files}
    if sum(counts.values()) != 1:
        raise DoesNotApply(f"the text to replace occurs {sum(counts.values())} times, not once")
    (found,) = [file for file, count in counts.items() if count]
    return found


def break_rtl(fault: Fault, folder: Path, rtl: Rtl | None = None) -> Rtl:
    """Copy the file that a fault is in to a folder, put it in, and return the design with it.

    Raises DoesNotApply if its text is not there, or more than once.
    """
    rtl = rtl or fault.rtl
    sound = place(fault, rtl)
    sources = rtl.sources()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    broken = folder / sound.name
    broken.write_bytes(sound.read_bytes().replace(fault.old.encode(), fault.new.encode()))
    words = sources.options
    words += ["--timing"] if sources.timing else ["--no-timing"] if sources.timing is False else []
    words += [f"-timescale={sources.timescale}"] if sources.timescale else []
    words += [str(broken if file == sound else file) for file in sources.files]
    file_list = folder / "broken.f"
    file_list.write_text("".join(f"{shlex.quote(word)}\n" for word in words))
    return Rtl(str(file_list), rtl.top)


_ROUTE = (Op.CONNECT_IRQFD, Op.BIND_TARGET, Op.NEW_ROUTE)
_BEHIND = 6  # cycles from a command's record to one of an event or a message accepted behind it
_MESSAGE = commands(Op.SET_BUS_RANGE, Op.CONNECT, Op.BIND_TARGET, later=_BEHIND)
_CHECKED = SETS["today"].configuration()
_MESSAGE_OUT = Scenario(40)  # enough for commands through s_axil, and a message

FAULTS = (
    # ---- the engine -----------------------------------------------------------------------------
    Fault(
        "bus_range.subordinate < bus)",
        "bus_range.subordinate <= bus)",
        name="`<` instead of `<=` at the subordinate bound",
        tag="R1",
        fails=(
            Fails("engine", "R1_R3_in_range_leaves R4_in_range_disconnected", _MESSAGE),
            Fails("engine_checked", "R2_leaves_unless_out_of_range", _MESSAGE),
            Fails("engine", "R8_otherwise_not_refused", commands(*_ROUTE, Op.ENABLE_WITH_RID)),
            Fails("rules", "R1_R3_R4_R10_leaves_in_range_if_connected"),
        ),
    ),
    Fault(
        "return !(bus < bus_range.secondary || ",
        "return !(",
        name="secondary bound ignored",
        tag="R1",
        fails=(Fails("engine", "R1_R3_out_of_range_never_leaves", _MESSAGE),),
    ),
    Fault(
        "        rid: explicit_rid ? {1'b0, request.rid} :",
        "        rid: explicit_rid ? {1'b0, request.rid[15:8], target.rid_offset[7:0]} :",
        name="the target's devfn used for an explicit requester ID",
        tag="R3",
    ),
    Fault("devid: devid,", "devid: {16'h0, devid[15:0]},", name="segment not prepended", tag="R10"),
    Fault(
        "<= command_taken ? command_sets : '0;",
        "<= command_sets;",
        name="a bus range seen before its command was accepted",
        tag="H5",
    ),
    Fault(
        "      .write      (sets_q.message),",
        "      .write      (does_q.enables || does_q.refuses),",
        name="the message of an `enable` seen one operation late",
        tag="H5",
        fails=(
            Fails(
                "engine",
                "R8_devid_fixed_at_enable R8_R10_event_message",
                commands(*_ROUTE, Op.ENABLE, later=1),
            ),
            Fails("engine", "H5_no_undefined_message", commands(*_ROUTE, Op.ENABLE, later=1)),
        ),
    ),
    Fault(
        "      if (does.enables || does.consumes) next",
        "      if (does.enables || does.consumes || does.disables) next",
        name="pending cleared by `disable`",
        tag="R9",
    ),
    Fault(
        "      if (does.enables || does.consumes) next",
        "      if (does.consumes) next",
        name="pending delivered twice",
        tag="R9",
        fails=(Fails("rules", "R8_R9_enables_and_delivers"),),
    ),
    Fault(
        "(from_route_q ? route_message : '0);",
        "(from_route_q ? route_message : '0);\n"
        "    if (retire_q.operation == operation_code__ENABLE) message.address = "
        "route_message.address;",
        name="`enable` delivering with the old address",
        tag="R9",
    ),
    Fault(
        "      if (does.disables || does.refuses) next",
        "      if (does.disables) next",
        name="`enable_with_rid` refused but the route left enabled",
        tag="R8",
    ),
    Fault(
        "(from_route_q ? route_message : '0);",
        "(from_route_q ? route_message : '0);\n"
        "    if (from_route_q) message.devid[15:8] = command_range.secondary;",
        name="DeviceID recomputed at event time",
        tag="R8",
    ),
    Fault(
        "      verdict_q       <= verdict;",
        "      verdict_q       <= verdict;\n"
        "      if (does.takes_event && retire_valid_q && retire_q.route == request.route &&\n"
        "          retire_q.operation == operation_code__SIGNAL_EVENT) verdict_q.there <= 1'b0;",
        name="two events in a row coalescing on an enabled route",
        tag="R9",
    ),
    Fault(
        "      .clear            (clearing),\n      .clear_index      (clear_index[ROUTE",
        "      .clear            (1'b0),\n      .clear_index      (clear_index[ROUTE",
        name="stale route visible after reset",
        tag="H8",
    ),
    Fault(
        "does.refuses ? command_rid : rid;",
        "{1'b0, request.rid};",
        name="the last drop holds the wrong requester ID without an explicit one",
        tag="H7",
        fails=(Fails("engine", "H7_drop_rid"),),
    ),
    Fault(
        ".binds   (command_granted && advance && command_binds),",
        ".binds   (u_lookup.valid && u_lookup.request.source == SOURCE_COMMAND && command_binds),",
        name="a bound target seen one operation late",
        tag="H5",
    ),
    Fault(
        "index_q == INDEX_WIDTH'(ENTRIES - 1)",
        "index_q == INDEX_WIDTH'(ENTRIES / 2 - 1)",
        name="half of the routes not cleared after reset",
        tag="H8",
        tables=Tables(5, 3, 300, 2048),
        fails=(Fails("engine", "H8_clearing"),),
    ),
    Fault(
        "      .write_index(command.route[ROUTE_WIDTH-1:0]),\n      .write_data ({\n        irqfd",
        "      .write_index({1'b0, command.route[ROUTE_WIDTH-2:0]}),\n"
        "      .write_data ({\n        irqfd",
        name="routes 1,024 apart share their origin",
        tag="H9",
        tables=Tables(5, 3, 300, 2048),
    ),
    Fault(
        "    retire_valid_q <= advance && valid;",
        "    retire_valid_q <= valid && (advance || !retire_valid_q);",
        name="a retire record repeated during a stall",
        tag="H3",
    ),
    Fault(
        "(new_backend(1'b1, command.devid_base, DEVID_BITS)),",
        "(new_backend(1'b1, command.devid_base & ~32'h1_0000, DEVID_BITS)),",
        name="the lowest bit of the irqfd's segment lost",
        tag="R10",
    ),
    Fault(
        "outside(request.route, ROUTES);",
        "request.route > ROUTES;",
        fails=(Fails("engine", "S3_bad_index"),),
    ),
    Fault(
        "= does.takes_route && !does.makes_route && !route_state.made;",
        "= 1'b0;",
        fails=(Fails("engine", "S3_no_route"), Fails("rules", "S3_no_route")),
    ),
    Fault(
        "checks_rid: explicit_rid || CHECK_DEFAULT_RID",
        "checks_rid: 1'b1",
        fails=(Fails("engine", "R2_leaves_unless_out_of_range", _MESSAGE),),
    ),
    Fault(
        "rid_refused   = (does.signals || does.tells_bdf) &&",
        "rid_refused   = ((does.signals && backend.connected) || does.tells_bdf) &&",
        name="the range check after the question of a backend",
        tag="R3",
        fails=(
            Fails("engine", "R1_R3_out_of_range_never_leaves"),
            Fails("engine_checked", "R2_dropped_if_out_of_range", _MESSAGE),
            Fails("rules", "R2_R4_R10_leaves_in_range_if_connected"),
        ),
    ),
    Fault(
        "devid = backend.devid_base + 32'(found.rid[15:0]);",
        "devid = backend.devid_base | 32'(found.rid[15:0]);",
        name="the carry from requester ID into DeviceID base lost",
        tag="R10",
        fails=(
            Fails("engine", "R2_R10_message R3_R10_message", _MESSAGE),
            Fails("rules", "R2_R10_devid R3_R10_devid"),
        ),
    ),
    Fault(
        "devid = backend.devid_base + 32'(found.rid[15:0]);",
        "devid = {backend.devid_base, 1'b0} + 32'(found.rid[15:0]);",
        name="the DeviceID base of a message added twice",
        tag="R10",
        fails=(Fails("engine_checked", "R2_R10_message R3_R10_message", _MESSAGE),),
    ),
    Fault(
        "devid_d      = origin.backend.devid_base + 32'(rid_q[15:0]);",
        "devid_d      = {origin.backend.devid_base, 1'b0} + 32'(rid_q[15:0]);",
        name="the DeviceID base of a route added twice",
        tag="R10",
        fails=(
            Fails("engine", "R9_R10_delivers_the_new_message", commands(*_ROUTE, Op.ENABLE)),
            Fails("engine_checked", "R8_R10_devid_beyond", commands(*_ROUTE, Op.ENABLE)),
        ),
    ),
    Fault(
        "if (verdict.disconnected) answer",
        "if (0) answer",
        fails=(Fails("engine", "R4_disconnected R4_in_range_disconnected"),),
    ),
    Fault(
        "irqfd_q      <= target.bound && irqfd_backend.connected;",
        "irqfd_q      <= target.bound;",
        fails=(Fails("engine", "R7_new_route", commands(Op.BIND_TARGET, Op.NEW_ROUTE)),),
    ),
    Fault(
        "if (does.asks_irqfd) verdict.there = irqfd;",
        "if (does.asks_irqfd) verdict.there = backend.connected;",
        fails=(
            Fails(
                "engine",
                "R7_direct_msi",
                commands(Op.CONNECT, Op.BIND_TARGET, Op.SUPPORTS_DIRECT_MSI),
            ),
            Fails("rules", "R7_direct_msi"),
        ),
    ),
    Fault(
        "    if (!explicit_rid && !CHECK_DEFAULT_RID) in_range_q <= 1'b1;\n",
        "",
        fails=(
            Fails(
                "engine",
                "R8_otherwise_not_refused",
                commands(Op.SET_BUS_RANGE, *_ROUTE, Op.ENABLE),
            ),
        ),
    ),
    Fault(
        "enables      = in_range_q && ",
        "enables      = ",
        fails=(Fails("engine", "R8_refused", commands(*_ROUTE, Op.ENABLE_WITH_RID)),),
    ),
    Fault(
        "if (does.disables || does.refuses) next",
        "if (does.disables) next",
        fails=(
            Fails(
                "engine",
                "R8_refused_means_disabled R9_event",
                commands(*_ROUTE, Op.ENABLE, Op.ENABLE_WITH_RID, later=_BEHIND),
            ),
            Fails("rules", "R1_R8_refused_is_disabled_and_keeps_pending"),
        ),
    ),
    Fault(
        "default_rid(bus_range_q.secondary, 16'(origin.rid_offset));",
        "default_rid(8'h00, 16'(origin.rid_offset));",
        fails=(
            Fails(
                "engine",
                "R8_devid_fixed_at_enable R8_R10_event_message",
                commands(Op.SET_BUS_RANGE, *_ROUTE, Op.ENABLE, later=_BEHIND),
            ),
        ),
    ),
    Fault(
        "if (does.enables || does.consumes) next",
        "if (does.enables || does.consumes || does.disables) next",
        fails=(
            Fails("engine", "R9_pending_is_never_lost", commands(*_ROUTE, Op.DISABLE, Op.ENABLE)),
            Fails("rules", "R9_disable"),
        ),
    ),
    Fault(
        "if (does.enables || does.consumes) next",
        "if (does.enables) next",
        fails=(
            Fails(
                "engine",
                "R9_pending_is_never_delivered_twice R9_consume",
                commands(*_ROUTE, Op.CONSUME_PENDING, Op.CONSUME_PENDING),
            ),
            Fails("rules", "R9_consume"),
        ),
    ),
    Fault(
        "if (!does.enables) commanded_q.devid <= '0;",
        "commanded_q.devid <= '0;",
        fails=(Fails("engine", "R9_R10_delivers_the_new_message", commands(*_ROUTE, Op.ENABLE)),),
    ),
    Fault(
        "default_rid(target_range.secondary, target.rid_offset),",
        "default_rid(target_range.secondary, 16'h0),",
        fails=(Fails("engine", "R2_default_bdf", commands(Op.BIND_TARGET, Op.DEFAULT_BDF)),),
    ),
    Fault(
        "'{default: answer__OK};",
        "'{default: answer__NONE};",
        fails=(
            Fails("engine", "S3_ok", commands(Op.SET_BUS_RANGE)),
            Fails("rules", "S3_ok"),
        ),
    ),
    Fault(
        "request_ready = advance &&",
        "request_ready = request_valid && advance &&",
        fails=(Fails("engine", "H1_ready"),),
    ),
    Fault(
        "      verdict_q       <= verdict;",
        "      verdict_q       <= verdict;\n    end\n    begin\n      does_q <= does;",
        fails=(Fails("engine", "H2_valid_stays H2_payload_stable", _MESSAGE),),
    ),
    Fault(
        "retire_valid_q <= advance && valid;",
        "retire_valid_q <= valid;",
        fails=(Fails("engine", "H3_retires_exactly_once"),),
    ),
    Fault(
        "      retire_q        <= request;\n",
        "      retire_q        <= request;\n      retire_q.target <= command.target;\n",
        fails=(Fails("engine", "H3_in_order"),),
    ),
    Fault(
        "retire.sent            = sent;",
        "retire.sent            = sent && retire_q.source != SOURCE_MESSAGE;",
        fails=(Fails("engine", "H3_message_exactly_once", _MESSAGE),),
    ),
    Fault(
        "retire.devid           = message.devid;",
        "retire.devid           = commanded_q.devid;",
        fails=(Fails("engine", "H3_message_of_its_record", _MESSAGE),),
    ),
    Fault(
        "      .write      (makes_route),",
        "      .write      (makes_route || command.operation == operation_code__ENABLE),",
        fails=(Fails("engine", "H5_no_undefined_origin", commands(Op.ENABLE)),),
    ),
    Fault(
        "drop_valid             = retire_valid_q && dropped;",
        "drop_valid             = retire_valid_q;",
        fails=(Fails("engine", "H7_drop"),),
    ),
    Fault(
        "        reason: answer,",
        "        reason: answer__DROPPED_BUS_RANGE,",
        fails=(Fails("engine", "H7_drop_reason"),),
    ),
    Fault(
        "does.refuses ? command_range : bus_range;",
        "does.refuses ? command_range : '{default: bus_range.secondary};",
        fails=(
            Fails(
                "engine", "H7_drop_range", commands(Op.SET_BUS_RANGE, Op.BIND_TARGET, later=_BEHIND)
            ),
        ),
    ),
    Fault(
        "      lookup_valid_q <= 1'b0;\n",
        "",
        fails=(Fails("engine", "H8_nothing_while_clearing"),),
    ),
    Fault(
        "      clearing_q <= 1'b1;\n",
        "",
        fails=(Fails("engine", "H8_reset"), Fails("arguments", "H8_busy_after_reset")),
    ),
    Fault(
        "      index_q    <= '0;\n",
        "      index_q    <= INDEX_WIDTH'(1);\n",
        fails=(Fails("arguments", "H6_taken_by_the_command"),),
    ),
    Fault(
        "advance && !clearing;",
        "advance;",
        fails=(Fails("translator", "H8_ready_after_clearing"),),
    ),
    Fault(
        "    if (!rst_n) begin\n      retire_valid_q <= 1'b0;\n",
        "    if (!rst_n) begin\n",
        fails=(Fails("translator", "H8_nothing_left H8_nothing_while_clearing"),),
    ),
    # ---- default requester IDs, DeviceIDs, freed routes ------------------------------------------
    Fault(
        "{1'b0, secondary, 8'h00} + {1'b0, rid_offset};",
        "{1'b0, secondary, 8'h00} | {1'b0, rid_offset};",
        name="the carry from offset to secondary bus lost",
        tag="R2",
        configuration=_CHECKED,
        fails=(
            Fails("engine_checked", "R2_R10_message", _MESSAGE),
            Fails("rules", "R2_R10_devid"),
        ),
    ),
    Fault(
        "{1'b0, secondary, 8'h00} + {1'b0, rid_offset};",
        "{1'b0, {secondary, 8'h00} + rid_offset};",
        name="the sum of secondary bus and offset in 16 bits",
        tag="H7",
        configuration=_CHECKED,
        fails=(Fails("engine_checked", "H7_drop_rid", _MESSAGE),),
    ),
    Fault(
        "rid_refused   = (does.signals || does.tells_bdf) && found.checks_rid &&",
        "rid_refused   = (does.signals || does.tells_bdf) && found.checks_rid &&\n"
        "                    found.bus_range.secondary <= found.bus_range.subordinate &&",
        name="an inverted range taken for one that has every bus",
        tag="R2",
        configuration=_CHECKED,
        fails=(Fails("engine_checked", "R1_isolation R2_dropped_if_out_of_range", _MESSAGE),),
    ),
    Fault(
        "in_range_q     <= in_range(rid_q[15:8], bus_range_q);",
        "in_range_q     <= !(bus_range_q.subordinate < rid_q[15:8]);",
        name="a wrapped default requester ID enables a route",
        tag="R8",
        configuration=_CHECKED,
        fails=(
            Fails("engine_checked", "R1_isolation", commands(Op.SET_BUS_RANGE, *_ROUTE, Op.ENABLE)),
        ),
    ),
    Fault(
        "    if (!explicit_rid && !CHECK_DEFAULT_RID) in_range_q <= 1'b1;\n",
        "    if (!explicit_rid) in_range_q <= 1'b1;\n",
        name="the default requester ID of an `enable` not checked",
        tag="R8",
        configuration=_CHECKED,
        fails=(
            Fails("engine_checked", "R8_refused", commands(Op.SET_BUS_RANGE, *_ROUTE, Op.ENABLE)),
        ),
    ),
    Fault(
        "      if (does.enables || does.consumes) next",
        "      if (does.enables || does.refuses || does.consumes) next",
        name="pending cleared by a refused `enable`",
        tag="R8",
        fails=(
            Fails(
                "engine",
                "R9_pending_is_never_lost",
                commands(*_ROUTE, Op.ENABLE_WITH_RID, Op.ENABLE),
            ),
            Fails("rules", "R8_R10_devid_beyond_is_disabled_and_keeps_pending"),
        ),
    ),
    Fault(
        "16'((1 << (devid_bits - 16)) - 1);",
        "16'((1 << (devid_bits - 15)) - 1);",
        name="DeviceIDs of one bit too many taken",
        tag="R10",
        configuration=_CHECKED,
        fails=(
            Fails("engine_checked", "R10_devid_fits R2_R10_devid_beyond", _MESSAGE),
            Fails("rules", "R2_R4_R10_leaves_in_range_if_connected"),
        ),
    ),
    Fault(
        "(backend.at_end && devid[16] != backend.devid_base[16]);",
        "1'b0;",
        name="a DeviceID taken that is beyond by the carry",
        tag="R10",
        configuration=_CHECKED,
        fails=(
            Fails("engine_checked", "R10_devid_fits", _MESSAGE),
            Fails("engine", "R2_R10_message", _MESSAGE),
        ),
    ),
    Fault(
        "rid_refused   = (does.signals || does.tells_bdf) &&",
        "rid_refused   = does.tells_bdf &&",
        fails=(Fails("rules", "R1_isolation"),),
    ),
    Fault(
        "if (verdict.devid_refused) answer = answer__DROPPED_DEVID;",
        "if (verdict.devid_refused) answer = answer__DROPPED_BUS_RANGE;",
        fails=(Fails("engine_checked", "R2_R10_devid_beyond R3_R10_devid_beyond", _MESSAGE),),
    ),
    Fault(
        "      if (does.frees) next_route_state = '0;\n",
        "      if (does.frees) begin\n"
        "        next_route_state.made    = 1'b0;\n"
        "        next_route_state.enabled = 1'b0;\n"
        "      end\n",
        name="`free_route` keeps what is pending",
        tag="R9",
        fails=(
            Fails("engine", "R9_freed_is_gone", commands(*_ROUTE, Op.FREE_ROUTE, Op.ENABLE)),
            Fails("rules", "R9_free_route"),
        ),
    ),
    Fault(
        "command.rid_offset[OFFSET_WIDTH-1:0]",
        "OFFSET_WIDTH'(command.rid_offset[7:0])",
        name="the bus in a target's offset not stored",
        tag="R2",
        configuration=_CHECKED,
        fails=(Fails("engine_checked", "R2_R10_message", _MESSAGE),),
    ),
    Fault(
        ".connects(command_granted && advance && command_sets.connection),",
        ".connects(u_lookup.valid && u_lookup.request.source == SOURCE_COMMAND &&\n"
        "                command_sets.connection),",
        name="a backend seen one operation late",
        tag="H5",
        fails=(Fails("engine", "H5_no_undefined_backend", commands(Op.BIND_TARGET, Op.CONNECT)),),
    ),
    Fault(
        "(command_entry),\n      .write      (binds),",
        "(command_entry),\n      .write      (1'b1),",
        fails=(Fails("engine", "H5_no_undefined_target", commands(Op.ENABLE)),),
    ),
    Fault(
        "command_entry.bound && cleared_q[1];",
        "command_entry.bound;",
        fails=(Fails("engine", "R2_default_bdf"),),
    ),
    Fault(
        "(sets_irqfd_q),",
        "(sets_irqfd_q || command.operation == operation_code__NEW_ROUTE),",
        fails=(Fails("engine", "H5_no_undefined_irqfd", commands(Op.BIND_TARGET, Op.NEW_ROUTE)),),
    ),
    Fault(
        "[COUNT_DEVID_BEYOND]         = retire_answer",
        "[COUNT_DEVID_BEYOND]         = retire_answer != answer__REFUSED_DEVID && retire_answer",
        name="a route refused for its DeviceID not counted",
        tag="H7",
        configuration=_CHECKED,
    ),
    Fault(
        "= last_drop_q.rid[15:0];",
        "= last_drop_q.rid[15:0] & {16{!last_drop_q.rid[16]}};",
        fails=(Fails("registers", "H7_last_drop"),),
    ),
    Fault(
        "rid_high_shown_q <= last_drop_q.rid[16];",
        "rid_high_shown_q <= 1'b0;",
        name="bit 16 of the last drop's requester ID lost",
        tag="H7",
        configuration=_CHECKED,
        fails=(Fails("registers", "H7_last_drop_reason"),),
    ),
    # ---- msi_skid_buffer.sv ----------------------------------------------------------------------
    Fault(
        "    waiting_q <= out_data;",
        "    waiting_q <= out_data;\n"
        "    if (waits_q && in_valid) waiting_q[95:0] <= in_data[95:0];",
        name="address and data of a stalled message replaced by the next one's",
        tag="H2",
    ),
    Fault(
        "    waits_q   <= out_valid && !out_ready;",
        "    waits_q   <= 1'b0;",
        name="a message dropped under backpressure",
        tag="H3",
    ),
    Fault(
        "out_valid = waits_q || in_valid;",
        "out_valid = (waits_q || in_valid) && out_ready;",
        name="`m_msi_valid` waits for ready",
        tag="H2",
    ),
    Fault(
        "in_ready  = !waits_q;",
        "in_ready  = !waits_q && !in_valid;",
        fails=(Fails("skid_buffer", "H1_ready_unless_stalled"),),
    ),
    Fault(
        "out_valid = waits_q || in_valid;",
        "out_valid = in_valid;",
        fails=(
            Fails("skid_buffer", "H2_valid_stays H3_nothing_lost_or_doubled"),
            Fails("translator", "H2_valid_stays", _MESSAGE_OUT),
        ),
    ),
    Fault(
        "out_data  = waits_q ? waiting_q : in_data;",
        "out_data  = waits_q && !in_valid ? waiting_q : in_data;",
        fails=(
            Fails("skid_buffer", "H2_payload_stable H3_in_order"),
            Fails("translator", "H2_payload_stable H3_message_once_in_order", _MESSAGE_OUT),
        ),
    ),
    Fault(
        "waits_q   <= out_valid && !out_ready;",
        "waits_q   <= out_valid;",
        fails=(
            Fails("skid_buffer", "H3_nothing_lost_or_doubled"),
            Fails("translator", "H3_message_after_its_record", _MESSAGE_OUT),
        ),
    ),
    Fault(
        "    if (!rst_n) waits_q <= 1'b0;\n",
        "",
        fails=(Fails("skid_buffer", "H8_empty_after_reset"),),
    ),
    Fault(
        "out_valid = waits_q || in_valid;",
        "out_valid = waits_q;",
        fails=(Fails("translator", "H1_message_with_its_record", _MESSAGE_OUT),),
    ),
    # ---- msi_rules.sv, msi_command_decode.sv -----------------------------------------------------
    Fault(
        "      answers.found = answer__ERROR_INDEX;\n",
        "",
        fails=(Fails("rules", "S3_bad_index"),),
    ),
    Fault(
        "operation_code__BIND_TARGET: binds = 1'b1;",
        "operation_code__BIND_TARGET: sets.range = 1'b1;",
        fails=(Fails("rules", "S3_changes_its_own_only"),),
    ),
    Fault(
        "has_bdf = does.tells_bdf && !refused;",
        "has_bdf = does.tells_bdf;",
        fails=(Fails("rules", "R2_bdf_only_where_asked"),),
    ),
    Fault(
        "answers.found  = answer__BDF;",
        "answers.found  = answer__OK;",
        fails=(Fails("rules", "R2_default_bdf"),),
    ),
    Fault(
        "makes_route      = does.makes_route && irqfd;",
        "makes_route      = does.makes_route;",
        fails=(Fails("rules", "R7_new_route"),),
    ),
    Fault(
        "if (does.takes_event) verdict.there = route_state.enabled;",
        "if (does.takes_event) verdict.there = route_state.pending;",
        fails=(Fails("rules", "R9_event"),),
    ),
    # ---- msi_registers.sv ------------------------------------------------------------------------
    Fault(
        "= retire_answer == answer__DROPPED_BUS_RANGE;",
        "= 1'b0;",
        name="a drop not counted",
        tag="H7",
    ),
    Fault(
        "start     = command_written_q && !busy_q && ",
        "start     = command_written_q && ",
        name="busy command not refused",
        tag="H6",
    ),
    Fault(
        "= drop_valid;",
        "= drop_valid && drop.reason != answer__REFUSED_BUS_RANGE;",
        name="alert not raised by a refusal",
        tag="H7",
    ),
    Fault(
        "hwif_in.RESULT.answer.next   = 8'(answer_q);",
        "hwif_in.RESULT.answer.next   = 8'(retire_valid ? retire_answer : answer_q);",
        name="RESULT shows the answers of other sources, too",
        tag="H6",
    ),
    Fault(
        "start     = command_written_q && !busy_q &&",
        "start     = command_written_q && !busy_q &&\n"
        "                !(retire_valid && retire_answer == answer__HELD_PENDING) &&",
        name="a command refused without reason, and counted",
        tag="H6",
    ),
    Fault(
        "      busy_q   <= 1'b0;\n      answer_q",
        "      busy_q   <= retire_answer == answer__DELIVERED;\n      answer_q",
        name="busy stuck after a delivering enable",
        tag="H6",
    ),
    Fault(
        "    if (start) busy_q ",
        "    if (refuse && !is_operation(operation)) answer_q <= answer__NONE;\n"
        "    if (start) busy_q ",
        name="a refused command without operation wipes RESULT",
        tag="H6",
    ),
    Fault(
        "= 8'(reason_shown_q);",
        "= 8'(last_drop_q.reason);",
        name="the reason of the last drop torn from its requester ID",
        tag="H7",
    ),
    Fault(
        "hwif_in.STATUS.clearing.next = clearing;",
        "hwif_in.STATUS.clearing.next = 1'b0;",
        name="STATUS.clearing never up",
        tag="H8",
    ),
    Fault(
        "      command_valid_q   <= 1'b0;\n",
        "",
        name="a command in flight survives reset",
        tag="H8",
    ),
    Fault(
        "      command_written_q <= 1'b0;\n",
        "",
        name="a command just written survives reset",
        tag="H8",
    ),
    Fault(
        "if (command_ready) command_valid_q <= 1'b0;",
        "command_valid_q <= 1'b0;",
        fails=(Fails("registers", "H2_command_stays"),),
    ),
    Fault(
        "start     = command_written_q && !busy_q &&",
        "start     = command_written_q &&",
        fails=(
            Fails("registers", "H6_command_stands_still H6_one_in_flight H6_busy_while_in_flight"),
        ),
    ),
    Fault(
        "!busy_q && is_operation(operation);",
        "!busy_q;",
        fails=(Fails("registers", "H6_names_an_operation"),),
    ),
    Fault(
        "rid_offset: CHECK_DEFAULT_RID ? arg_bus.rid_offset :",
        "rid_offset:",
        fails=(Fails("registers_checked", "H6_captured_whole"),),
    ),
    Fault(
        "16'(arg_bus.rid_offset[7:0]),",
        "arg_bus.rid_offset,",
        fails=(Fails("registers", "H6_captured_whole"),),
    ),
    Fault(
        "hwset            = drop_valid;",
        "hwset            = drop_valid && drop.reason != answer__REFUSED_BUS_RANGE;",
        fails=(Fails("registers", "H7_alert_after_a_drop"),),
    ),
    Fault(
        "assign alert = hwif_out.ALERT.alert.value;",
        "assign alert = hwif_out.ALERT.alert.value && !retire_sent;",
        fails=(Fails("registers", "H7_alert_stays"),),
    ),
    Fault(
        "assign alert = hwif_out.ALERT.alert.value;",
        "assign alert = hwif_out.ALERT.alert.value || retire_sent;",
        fails=(Fails("registers", "H7_no_alert_without_a_drop H8_reset"),),
    ),
    # ---- msi_route_states.sv ---------------------------------------------------------------------
    Fault(
        "behind_q     <= execute_uses && execute_index == lookup_index;",
        "behind_q     <= 1'b0;",
        name="no forwarding from an operation one cycle earlier",
        tag="H5",
    ),
    Fault(
        "if (done_uses_q[0] && done_index_q[0] == lookup_index)",
        "if (1'b0)",
        name="no forwarding from an operation two cycles earlier",
        tag="H5",
    ),
    Fault(
        "<= done_uses_q[1] && done_index_q[1] == lookup_index;",
        "<= 1'b0;",
        name="no forwarding from an operation three cycles earlier",
        tag="H5",
        fails=(
            Fails("route_states", "H5_finds_what_was_left"),
            Fails("engine", "H5_no_undefined_state"),
        ),
    ),
    Fault(
        "    write       = clear || done_uses_q[0];",
        "    write       = (clear && clear_index != 5) || done_uses_q[0];",
        name="one entry of the route states not cleared",
        tag="H8",
    ),
    Fault(
        "        forwarded_q <= done_state_q[1];\n      end\n    end",
        "        forwarded_q <= done_state_q[1];\n      end\n    end else forward_q <= 1'b0;",
        name="forwarding lost in a stall",
        tag="H5",
    ),
    Fault(
        "= clear || done_uses_q[0];",
        "= done_uses_q[0];",
        fails=(Fails("route_states", "H8_finds_zero_at_first"),),
    ),
    Fault(
        "<= {written_q[0], written};",
        "<= {1'b0, written};",
        fails=(Fails("engine", "H5_no_undefined_command_state"),),
    ),
    Fault(
        "assign written = done_uses_q[0] && done_index_q[0] == command_index;",
        "assign written = 1'b0;",
        name="a command that misses what an event did while its route was read",
        tag="R9",
    ),
    Fault(
        "    if (clear) done_uses_q <= '0;  // what an operation before the reset left\n",
        "",
        fails=(Fails("engine", "S3_no_route"),),
    ),
    # ---- msi_pkg.sv ------------------------------------------------------------------------------
    Fault(
        "COMMAND_SETTLE = 4;",
        "COMMAND_SETTLE = 2;",
        name="a command offered before it is resolved",
        tag="R8",
    ),
    # ---- msi_arbiter.sv --------------------------------------------------------------------------
    Fault(
        "    in_ready  = out_ready ? turn : '0;",
        "    in_ready  = out_ready ? turn : '0;\n"
        "    if (in_valid[SOURCE_COMMAND] && turn[SOURCE_COMMAND]) "
        "in_ready[SOURCE_EVENT] = out_ready;",
        name="event lost in the cycle of a command",
        tag="H3",
    ),
    Fault(
        "    granted = SOURCE_COMMAND;\n",
        "    if (message || event_) begin\n"
        "      turn = '0;\n"
        "      turn[SOURCE_MESSAGE] = message && !(event_ && last_q == SOURCE_MESSAGE);\n"
        "      turn[SOURCE_EVENT]   = event_ && !turn[SOURCE_MESSAGE];\n"
        "    end\n"
        "    granted = SOURCE_COMMAND;\n",
        name="arbiter that starves `s_axil`",
        tag="H4",
    ),
    Fault(
        "turn[SOURCE_EVENT]   = !range && !message;",
        "turn[SOURCE_EVENT]   = !range;",
        fails=(Fails("arbiter", "H1_always_one"),),
    ),
    Fault(
        "if (event_ && turn[SOURCE_EVENT]) granted",
        "if (event_ && turn[SOURCE_EVENT] && !command) granted",
        fails=(Fails("arbiter", "H3_granted_is_taken"),),
    ),
    Fault(
        "message_first   = message && !(command && behind_io_q);",
        "message_first   = message;",
        fails=(Fails("arbiter", "H3_granted_over_command"),),
    ),
    Fault(
        "range_granted   = range && turn[SOURCE_RANGE];",
        "range_granted   = range;",
        fails=(Fails("arbiter", "N1_range_granted"),),
    ),
    Fault(
        "out_valid = |in_valid;",
        "out_valid = |in_valid && out_ready;",
        fails=(Fails("arbiter", "H2_valid_does_not_wait"),),
    ),
    Fault(
        "if (out_valid && out_ready) begin\n      last_q ",
        "if (out_valid && out_ready && granted != SOURCE_EVENT) begin\n      last_q ",
        fails=(
            Fails("arbiter", "H4_waits_for_three_at_most"),
            Fails("translator", "H4_waits_for_three_at_most"),
        ),
    ),
    Fault(
        "in_ready  = out_ready ?",
        "in_ready  = out_ready && granted != last_q ?",
        fails=(Fails("translator", "H1_one_operation_a_cycle"),),
    ),
    # ---- msi_counters.sv -------------------------------------------------------------------------
    Fault(
        "(visit_q == turn_t'(i) ? 3'd0 : recent_q[i]) + 3'(increment[i]);",
        "visit_q == turn_t'(i) ? 3'd0 : recent_q[i] + 3'(increment[i]);",
        name="a counter loses what comes in the cycle of its visit",
        tag="H7",
        fails=(Fails("counters", "H7_counts"),),
    ),
    Fault(
        "    if (overflow) count_q <= '1;\n",
        "",
        fails=(Fails("counters", "H7_counts"),),
    ),
    Fault(
        "visit_q == turn_t'(ROUND - 1)",
        "visit_q == turn_t'(ROUND)",
        fails=(Fails("counters", "H7_goes_round"),),
    ),
    Fault(
        "    if (first_q) before_q <= '0;\n",
        "",
        name="counters survive a reset",
        tag="H8",
    ),
    # ---- msi_arguments.sv ------------------------------------------------------------------------
    Fault(
        "strobes_q <= strobes & BYTES[i];",
        "strobes_q <= {4{strobes != '0}} & BYTES[i];",
        name="a write of one byte of an argument changes the others, too",
        tag="H6",
        fails=(Fails("arguments", "H6_taken_by_the_command H6_read_back"),),
    ),
    Fault(
        "      strobes_q <= '1;\n",
        "      strobes_q <= '0;\n",
        name="arguments survive a reset",
        tag="H8",
    ),
    # ---- msi_table.sv ----------------------------------------------------------------------------
    Fault(
        "entries[read_index[i]]",
        "entries[read_index[0]]",
        fails=(Fails("table", "H5_reads_what_was_written"),),
    ),
    Fault(
        "    entry       = write_data;\n    if (clear) entry[WIDTH-1-:CLEARED] = '0;\n",
        "    entry       = write_data;\n",
        fails=(Fails("table", "H8_reads_what_was_cleared"),),
    ),
    Fault(
        "    entry = write_data;\n    if (clear) entry[WIDTH-1-:CLEARED] = '0;\n",
        "    entry = write_data;\n",
        name="a backend from before the reset still connected",
        tag="H8",
        fails=(Fails("engine", "R4_disconnected", commands(Op.BIND_TARGET, later=_BEHIND)),),
    ),
    # ---- msi_block_ram.sv ------------------------------------------------------------------------
    Fault(
        "read_data_q <= entry_q;",
        "read_data_q <= entries[read_index];",
        fails=(Fails("block_ram", "H5_shows_what_was_written"),),
    ),
    # ---- msi_axi_lite.sv -------------------------------------------------------------------------
    Fault(
        "bvalid_q <= bvalid_q ? !axil_request.bready : wr_ack;",
        "bvalid_q <= wr_ack;",
        fails=(Fails("axi_lite", "H2_bvalid_stays H3_b_answers_a_write"),),
    ),
    Fault(
        "rvalid_q <= rvalid_q ? !axil_request.rready : rd_ack;",
        "rvalid_q <= rd_ack;",
        fails=(Fails("axi_lite", "H2_rvalid_stays H3_r_answers_a_read"),),
    ),
    Fault(
        "(req_q && (is_wr_q ? req_stall_wr : req_stall_rd));",
        "(req_q && is_wr_q && req_stall_wr);",
        fails=(Fails("axi_lite", "H2_req_stays"),),
    ),
    Fault(
        "wready: !w_valid_q,",
        "wready: !w_valid_q && aw_valid_q,",
        fails=(Fails("axi_lite", "H2_ready_unless_full"),),
    ),
    Fault(
        "if (!w_valid_q) begin",
        "if (axil_request.wvalid) begin",
        fails=(Fails("axi_lite", "H3_write_as_it_came"),),
    ),
    Fault(
        "if (!ar_valid_q) ar_address_q",
        "ar_address_q",
        fails=(Fails("axi_lite", "H3_read_as_it_came"),),
    ),
    Fault(
        "(busy_q && !wr_ack && !rd_ack);",
        "(busy_q && req_q && !wr_ack && !rd_ack);",
        fails=(Fails("axi_lite", "H3_one_access_at_a_time"),),
    ),
    Fault(
        "w_valid_q && !bvalid_q && !busy_q && !hold;",
        "w_valid_q && !bvalid_q && !rvalid_q && !busy_q && !hold;",
        fails=(Fails("axi_lite", "H3_write_is_not_held_up"),),
    ),
    Fault(
        "ar_valid_q && !rvalid_q && !busy_q",
        "ar_valid_q && !rvalid_q && !bvalid_q && !busy_q",
        fails=(Fails("axi_lite", "H3_read_is_not_held_up"),),
    ),
    Fault(
        "w_valid_q && !bvalid_q && !busy_q && !hold;",
        "w_valid_q && !busy_q && !hold;",
        fails=(Fails("axi_lite", "H3_one_response_each"),),
    ),
    Fault("      bvalid_q   <= 1'b0;\n", "", fails=(Fails("axi_lite", "H8_nothing_left"),)),
    Fault(
        "      address_q <= start_write ? aw_address_q : ar_address_q;",
        "    end\n"
        "    if (!req_q) begin\n"
        "      address_q <= start_write ? aw_address_q : ar_address_q;",
        fails=(Fails("axi_lite", "H3_address_stays"),),
    ),
    Fault(
        "busy_q <= start_write || start_read || (busy_q &&",
        "busy_q <= start_read || (busy_q &&",
        fails=(Fails("registers", "H6_arguments_have_arrived"),),
    ),
    Fault(
        "!rvalid_q && !busy_q && !hold &&",
        "!rvalid_q && !busy_q &&",
        fails=(Fails("axi_lite", "H3_none_starts_while_held"),),
    ),
    # ---- msi_axil_split.sv -----------------------------------------------------------------------
    OfRegisters(
        "awvalid: aw_waits_q && aw_q.upper == i[0],",
        "awvalid: aw_waits_q,",
        fails=(Fails("axil_split", "H3_address_to_its_block"),),
    ),
    OfRegisters(
        "wvalid: w_waits_q && w_valid_q &&",
        "wvalid: write_open_q && w_valid_q &&",
        fails=(Fails("axil_split", "H3_data_to_its_block"),),
    ),
    OfRegisters(
        "arvalid: ar_waits_q && ar_q.upper == i[0],",
        "arvalid: ar_waits_q && ar_q.upper != i[0],",
        fails=(Fails("axil_split", "H3_read_to_its_block"),),
    ),
    OfRegisters(
        "if (!write_open_q) aw_q <=",
        "if (axil_request.awvalid) aw_q <=",
        fails=(Fails("axil_split", "H3_address_as_it_came H2_address_stays"),),
    ),
    OfRegisters(
        "      wstrb_q <= axil_request.wstrb;\n    end\n    if (!rst_n) begin",
        "      wstrb_q <= axil_request.wstrb;\n    end\n"
        "    if (axil_request.wvalid) wdata_q <= axil_request.wdata;\n    if (!rst_n) begin",
        fails=(Fails("axil_split", "H3_data_as_it_came H2_data_stays"),),
    ),
    OfRegisters(
        "if (!read_open_q) ar_q <=",
        "if (axil_request.arvalid) ar_q <=",
        fails=(Fails("axil_split", "H3_read_as_it_came H2_read_stays"),),
    ),
    OfRegisters(
        "bresp: writes.bresp,",
        "bresp: reads.bresp,",
        fails=(Fails("axil_split", "H3_write_response_is_the_blocks H2_bvalid_stays"),),
    ),
    OfRegisters(
        "rdata: reads.rdata,",
        "rdata: writes.rdata,",
        fails=(Fails("axil_split", "H3_read_response_is_the_blocks H2_rvalid_stays"),),
    ),
    OfRegisters(
        "bvalid: write_open_q && writes.bvalid,",
        "bvalid: write_open_q && writes.bvalid && !read_open_q,",
        fails=(Fails("axil_split", "H3_write_response_is_not_held_up"),),
    ),
    OfRegisters(
        "rvalid: read_open_q && reads.rvalid,",
        "rvalid: read_open_q && reads.rvalid && !write_open_q,",
        fails=(Fails("axil_split", "H3_read_response_is_not_held_up"),),
    ),
    OfRegisters(
        "bvalid: write_open_q && writes.bvalid,",
        "bvalid: write_open_q && !aw_waits_q,",
        fails=(Fails("axil_split", "H3_answers_a_write"),),
    ),
    OfRegisters(
        "rvalid: read_open_q && reads.rvalid,",
        "rvalid: read_open_q,",
        fails=(Fails("axil_split", "H3_answers_a_read"),),
    ),
    OfRegisters(
        "arready: !read_open_q,",
        "arready: !read_open_q && !write_open_q,",
        fails=(Fails("axil_split", "H2_ready_unless_open"),),
    ),
    OfRegisters(
        "      ar_waits_q   <= 1'b0;\n",
        "",
        fails=(Fails("axil_split", "H8_nothing_left"),),
    ),
    # ---- msi_csr.sv ------------------------------------------------------------------------------
    Fault(
        "external_wr_ack | (decoded_req & decoded_req_is_wr & ~decoded_req_is_external);",
        "external_wr_ack | (decoded_req_is_wr & ~decoded_req_is_external);",
        fails=(Fails("registers", "H3_answers_a_write"),),
    ),
    Fault(
        "readback_done_rt <= decoded_req & ~decoded_req_is_wr & ~decoded_req_is_external;",
        "readback_done_rt <= decoded_req & ~decoded_req_is_external;",
        fails=(Fails("registers", "H3_answers_a_read"),),
    ),
    Fault(
        "counter_shows = reads_counter_q && shown == addr[4:2];",
        "counter_shows = reads_counter_q && shown == addr[4:2] && !alert;",
        fails=(Fails("registers", "H3_answers_a_read_in_time"),),
    ),
    Fault(
        "external_wr_ack | (decoded_req & decoded_req_is_wr & ~decoded_req_is_external);",
        "external_wr_ack | (decoded_req & decoded_req_is_wr & ~decoded_reg_strb.ALERT);",
        fails=(Fails("registers", "H3_answers_a_write_at_once"),),
    ),
    # ---- msi_bridge_csr.sv, msi_bridge_registers.sv ----------------------------------------------
    OfRegisters(
        "external_wr_ack | (decoded_req & decoded_req_is_wr & ~decoded_req_is_external);",
        "external_wr_ack | (decoded_req_is_wr & ~decoded_req_is_external);",
        fails=(Fails("bridge_registers", "H3_answers_a_write"),),
    ),
    OfRegisters(
        "readback_done_rt <= decoded_req & ~decoded_req_is_wr & ~decoded_req_is_external;",
        "readback_done_rt <= decoded_req & ~decoded_req_is_external;",
        fails=(Fails("bridge_registers", "H3_answers_a_read"),),
    ),
    OfRegisters(
        "external_wr_ack | (decoded_req & decoded_req_is_wr & ~decoded_req_is_external);",
        "external_wr_ack | (decoded_req & decoded_req_is_wr & ~decoded_reg_strb.BRIDGE_ALERT);",
        fails=(Fails("bridge_registers", "H3_answers_a_write_at_once"),),
    ),
    OfRegisters(
        "counter_shows = reads_counter_q && shown == addr[4:2];",
        "counter_shows = reads_counter_q && shown == addr[4:2] && !alert;",
        fails=(Fails("bridge_registers", "H3_answers_a_read_in_time"),),
    ),
    OfRegisters(
        "counter_shows = reads_counter_q && shown == addr[4:2];",
        "counter_shows = reads_counter_q && shown[1:0] == addr[3:2];",
        fails=(Fails("bridge_registers", "H7_reads_its_counter"),),
    ),
    OfRegisters(
        "hwif_in.ITS_ERRORS.rd_data            = 32'(count);",
        "hwif_in.ITS_ERRORS.rd_data            = 32'(increment_q);",
        fails=(Fails("bridge_registers", "H7_reads_the_count"),),
    ),
    OfRegisters(
        "wr_data[i%32] && BASE_BITS[i%64];",
        "wr_data[i%32];",
        fails=(Fails("bridge_registers_32", "H7_shows_as_it_was"),),
    ),
    OfRegisters(
        "hwif_in.BRIDGE_CONTROL.msi64.swwe       = DATA_WIDTH > 32;",
        "hwif_in.BRIDGE_CONTROL.msi64.swwe       = 1'b1;",
        fails=(Fails("bridge_registers_32", "H3_levels_are_what_was_written"),),
    ),
    OfRegisters(
        "alert = hwif_out.BRIDGE_ALERT.refused.value || hwif_out.BRIDGE_ALERT.its_error.value;",
        "alert = hwif_out.BRIDGE_ALERT.refused.value || its_error_valid;",
        fails=(Fails("bridge_registers", "H7_alert_is_a_bit H8_reset"),),
    ),
    OfRegisters(
        "hwset            = write_refused_valid || read_refused_valid;",
        "hwset            = write_refused_valid;",
        fails=(Fails("bridge_registers", "H7_alert_after"),),
    ),
    OfRegisters(
        "BRIDGE_ALERT.refused.value & ~(decoded_wr_data[0:0] & decoded_wr_biten[0:0]);",
        "BRIDGE_ALERT.refused.value & ~decoded_wr_biten[0:0];",
        fails=(Fails("bridge_registers", "H7_alert_stays"),),
    ),
    OfRegisters(
        "hwif_in.BRIDGE_ALERT.its_error.hwset          = its_error_valid;",
        "hwif_in.BRIDGE_ALERT.its_error.hwset          = its_error_valid || read_refused_valid;",
        fails=(Fails("bridge_registers", "H7_no_alert_without"),),
    ),
    OfRegisters(
        "if (hwif_out.LAST_REFUSED.rid.swacc) shown_q <= last_q;",
        "shown_q <= last_q;",
        fails=(Fails("bridge_registers", "H7_shows_as_it_was"),),
    ),
    OfRegisters(
        "if (write_refused_valid) begin\n      last_source_q",
        "if (write_refused_valid && !read_refused_valid) begin\n      last_source_q",
        fails=(Fails("bridge_registers", "H7_shows_as_it_was"),),
    ),
    OfRegisters(
        "increment[COUNT_SOURCE_READS] = read_refused_reason == 4'(refusal__SOURCE);",
        "increment[COUNT_SOURCE_READS] = !write_refused_valid &&"
        " read_refused_reason == 4'(refusal__SOURCE);",
        fails=(Fails("bridge_registers", "H7_counted_once"),),
    ),
    # ---- msi_translator.sv -----------------------------------------------------------------------
    Fault(
        "request.data    = s_msi_data;",
        "request.data    = command.data;",
        fails=(Fails("translator", "H3_retires_once_in_order"),),
    ),
    Fault(
        "command_granted = command && turn[SOURCE_COMMAND];",
        "command_granted = command;",
        fails=(
            Fails("translator", "H3_command_is_offered"),
            Fails("arbiter", "H3_command_granted"),
        ),
    ),
    Fault(
        ".message_target(s_msi_target[TARGET_WIDTH-1:0]),",
        ".message_target(command.target[TARGET_WIDTH-1:0]),",
        name="a message checked against the range of the command's target",
        tag="R3",
        fails=(Fails("translator", "H3_message_is_offered"),),
    ),
    Fault(
        ".event_route   (s_evt_route[ROUTE_WIDTH-1:0]),",
        ".event_route   (command.route[ROUTE_WIDTH-1:0]),",
        name="an event that finds the state of the command's route",
        tag="R9",
        fails=(Fails("translator", "H3_event_is_offered"),),
    ),
    Fault(
        "retire.sent ? retire.request.address : '0",
        "retire.request.address",
        fails=(Fails("translator", "H3_message_only_if_sent"),),
    ),
    Fault(
        "command_offered = command_valid && settled_q;",
        "command_offered = command_valid;",
        name="a command that misses the bus range that hardware set before it",
        tag="R8",
        fails=(Fails("translator", "N1_command_meets_the_range"),),
    ),
    Fault(
        "set_range   = command_valid ? command.range : s_range_range;",
        "set_range   = command.range;",
        name="hardware that sets the command's bus range",
        tag="R3",
        fails=(Fails("translator", "N1_range_is_offered"),),
    ),
    Fault(
        "set_numbers = command_valid ? {command.secondary, command.subordinate} :",
        "set_numbers = !s_range_valid ? {command.secondary, command.subordinate} :",
        name="a command that sets the buses of hardware",
        tag="R3",
        fails=(Fails("translator", "N1_command_sets_what_it_says"),),
    ),
    Fault(
        "retire_of_range ? retire.request.route : command.range;",
        "command.range;",
        name="a record of hardware with the command's bus range",
        tag="H3",
    ),
    Fault(
        "(range_granted && !outside(set_range, RANGES))",
        "range_granted",
        name="a bus range outside of its table that hardware sets",
        tag="R3",
    ),
    # ---- hdl/ends.f ------------------------------------------------------------------------------
    OfEnds(
        "in_ready  = !waits_q;",
        "in_ready  = !waits_q && !valid_q;",
        fails=(Fails("axi_slice", "H1_ready_unless_full"),),
    ),
    OfEnds(
        "if (!valid_q || out_ready) begin",
        "if (!waits_q || out_ready) begin",
        fails=(Fails("axi_slice", "H2_stays H3_in_order"),),
    ),
    OfEnds(
        "      waits_q <= 1'b1;",
        "      waits_q <= 1'b0;",
        fails=(Fails("axi_slice", "H3_nothing_lost_or_doubled"),),
    ),
    OfEnds(
        "data_q  <= waits_q ? waiting_q : in_data;",
        "data_q  <= in_data;",
        fails=(Fails("axi_slice", "H3_in_order"),),
    ),
    OfEnds(
        "      valid_q <= 1'b0;\n      waits_q <= 1'b0;\n",
        "      waits_q <= 1'b0;\n",
        fails=(
            Fails("axi_slice", "H8_empty_after_reset"),
            Fails("axi_its", "B8_H8_quiet_after_reset"),
        ),
    ),
    OfEnds(
        "push && (more_q || (valid_q && !pop));",
        "push && valid_q && !pop;",
        fails=(Fails("axi_fifo", "H3_nothing_lost_or_doubled"),),
    ),
    OfEnds(
        "entries[first_q] : in_data;",
        "entries[free_q] : in_data;",
        fails=(
            Fails("axi_fifo", "H3_in_order"),
            Fails("axi_write", "B5_the_oldest_write_with_its_id"),
        ),
    ),
    OfEnds(
        "      valid_q <= 1'b0;\n      more_q  <= 1'b0;\n",
        "      more_q  <= 1'b0;\n",
        fails=(Fails("axi_fifo", "H8_empty_after_reset"),),
    ),
    # A write that is refused leaves as a message: a burst, another offset, other strobes.
    OfEnds(
        " && !burst &&",
        " &&",
        fails=(Fails("axi_write", "B1_B7_exactly_messages_leave_at_once"),),
    ),
    OfEnds(
        "address[15:2] != DOORBELL_OFFSET[15:2]",
        "address[15:3] != DOORBELL_OFFSET[15:3]",
        fails=(Fails("axi_write", "B1_refused_why"),),
    ),
    OfEnds(
        "(strobes == STROBES_DWORD || strobes == STROBES_HALF)",
        "strobes != STROBES_NONE",
        fails=(
            Fails("axi_write", "B1_strobes_decide"),
            Fails("axi_write_128", "B1_strobes_decide B1_B7_exactly_messages_leave_at_once"),
        ),
    ),
    OfEnds(
        "address == {page, DOORBELL_OFFSET}",
        "address[ADDR_WIDTH-1:3] == {page, DOORBELL_OFFSET[15:3]}",
        fails=(Fails("axi_write", "B1_strobes_decide B1_B7_exactly_messages_leave_at_once"),),
    ),
    OfEnds(
        "address == {page, DOORBELL_OFFSET}",
        "address[15:0] == DOORBELL_OFFSET",
        fails=(
            Fails("axi_write", "B1_B7_exactly_messages_leave_at_once B1_B3_message_bit_for_bit"),
        ),
    ),
    OfEnds(
        "w.strobes == STROBES_HALF ? 16'h0 : w.data[31:16]",
        "w.data[31:16]",
        fails=(Fails("axi_write", "B1_B3_message_bit_for_bit"),),
    ),
    OfEnds(
        "data: s_axi_wdata[31:0],",
        "data: s_axi_wdata[DATA_WIDTH-1-:32],",
        fails=(Fails("axi_write_128", "B1_B3_message_bit_for_bit"),),
    ),
    OfEnds(
        "= decided_q && reason != REFUSED_NOT;",
        "= decided_q && reason != REFUSED_NOT && reason != REFUSED_BURST;",
        fails=(Fails("axi_write", "B1_refused_once"),),
    ),
    OfEnds(
        "return REFUSED_STROBES;",
        "return REFUSED_OFFSET;",
        fails=(Fails("axi_write", "B1_refused_why"),),
    ),
    OfEnds(
        "refused_id         = id_q;",
        "refused_id         = aw.id;",
        fails=(Fails("axi_write", "B1_refused_which"),),
    ),
    OfEnds(
        ".write_id     (id_q),",
        ".write_id     (aw.id),",
        fails=(Fails("axi_write", "B5_the_oldest_write_with_its_id"),),
    ),
    OfEnds(
        "decided_q <= aw_valid && w_valid && w.last;",
        "decided_q <= aw_valid && w_valid && first_beat_q;",
        fails=(Fails("axi_write", "B5_not_before_the_last_beat"),),
    ),
    OfEnds(
        "(outcome_there && (!sent || done_there))",
        "outcome_there",
        fails=(
            Fails(
                "axi_write",
                "B5_B6_answered_once_and_at_once B5_sent_with_the_response_of_the_its",
            ),
        ),
    ),
    OfEnds(
        "(outcome_there && (!sent || done_there))",
        "(outcome_there && done_there)",
        fails=(Fails("axi_write", "B5_B6_answered_once_and_at_once"),),
    ),
    OfEnds(
        "dropped_slverr ? RESP_SLVERR : RESP_OKAY",
        "RESP_OKAY",
        fails=(Fails("axi_write", "B5_dropped"),),
    ),
    OfEnds(
        "reason != REFUSED_NOT && !okay_q",
        "reason != REFUSED_NOT && !refused_okay",
        fails=(Fails("axi_write", "B1_B5_no_message"),),
    ),
    # An address waits for its data, or a beat for its burst's last one: both may wait forever.
    OfEnds(
        "s_axi_awready = aw_room && room_q;",
        "s_axi_awready = aw_room && room_q && w_valid;",
        fails=(Fails("axi_write", "B6_address_ready_unless_full"),),
    ),
    OfEnds(
        "w_ready  = aw_valid && move;",
        "w_ready  = aw_valid && w.last && move;",
        fails=(Fails("axi_write", "B6_beat_ready_unless_full"),),
    ),
    OfEnds(
        " || (open_q == count_t'(OUTSTANDING - 1) && address_taken));",
        ");",
        fails=(Fails("axi_write", "B6_outstanding"),),
    ),
    OfEnds(
        "move     = !m_msi_valid || m_msi_ready;",
        "move     = 1'b1;",
        fails=(Fails("axi_write", "H2_message_stays"),),
    ),
    OfEnds(
        "    if (!b_valid_q || b_ready) begin",
        "    if (answerable || b_ready) begin",
        fails=(Fails("axi_write", "H2_response_stays"),),
    ),
    OfEnds(
        "      decided_q    <= 1'b0;\n",
        "",
        fails=(Fails("axi_write", "B8_H8_quiet_after_reset"),),
    ),
    # An address that was taken is offered until its data is, too; data, until the address was.
    OfEnds(
        ".out_ready(m_its_awready),",
        ".out_ready(m_its_awready && m_its_wready),",
        fails=(Fails("axi_its", "B3_B6_one_address_each"),),
    ),
    OfEnds(
        ".out_ready(m_its_wready),",
        ".out_ready(m_its_wready && !m_its_awvalid),",
        fails=(Fails("axi_its", "B3_B6_one_beat_each"),),
    ),
    OfEnds(
        "{s_msi_address[ADDR_WIDTH-1:2], 2'b00}",
        "{s_msi_address[ADDR_WIDTH-1:3], 3'b000}",
        fails=(Fails("axi_its", "B3_address"), Fails("axi_its_32", "B3_address")),
    ),
    OfEnds(
        "aw.devid << USER_SHIFT;",
        "aw.devid;",
        fails=(Fails("axi_its", "B3_devid_in_awuser"),),
    ),
    OfEnds(
        "aw.wide ? 3'd3 : 3'd2;",
        "3'd2;",
        fails=(Fails("axi_its", "B3_size"),),
    ),
    OfEnds(
        "m_its_wlast = 1'b1;",
        "m_its_wlast = m_its_awvalid;",
        fails=(Fails("axi_its", "B3_a_single_beat"),),
    ),
    OfEnds(
        "= 3'b010;",
        "= 3'b000;",
        fails=(Fails("axi_its", "B3_id_and_attributes"),),
    ),
    OfEnds(
        "i == 32'(s_msi_address[5:2]) % DWORDS;",
        "i == 0;",
        fails=(Fails("axi_its", "B3_lane"), Fails("axi_its_512", "B3_lane")),
    ),
    OfEnds(
        "i == 32'(s_msi_address[5:2]) % DWORDS;",
        "i == 32'(s_msi_address[3:2]) % DWORDS;",
        fails=(Fails("axi_its_512", "B3_lane"),),
    ),
    OfEnds(
        "      w_in.odd      = s_msi_devid;",
        "      w_in.even     = s_msi_devid;",
        fails=(Fails("axi_its", "B3_data_bit_for_bit"),),
    ),
    OfEnds(
        "(address_leaves || beat_behind) && (beat_leaves || address_behind) &&",
        "address_leaves &&",
        fails=(Fails("axi_its", "B5_done_for_each_response"),),
    ),
    OfEnds(
        "(!w_room && aw_room) || (m_its_wvalid && !m_its_awvalid);",
        "m_its_wvalid && !m_its_awvalid;",
        fails=(Fails("axi_its", "B5_done_for_each_response"),),
    ),
    OfEnds(
        "m_its_bready   = 1'b1;",
        "m_its_bready   = awaited_q;",
        fails=(Fails("axi_its", "B6_response_is_taken"),),
    ),
    OfEnds(
        "s_msi_ready = room_q && aw_room && w_room;",
        "s_msi_ready = room_q && aw_room && w_room && m_its_awready;",
        fails=(Fails("axi_its", "B6_ready_unless_full"),),
    ),
    OfEnds(
        " || (open_q == count_t'(OUTSTANDING - 1) && taken));",
        ");",
        fails=(Fails("axi_its", "B6_outstanding"),),
    ),
    OfEnds(
        "aw.devid << USER_SHIFT;",
        "s_msi_devid << USER_SHIFT;",
        fails=(Fails("axi_its", "H2_address_stays"),),
    ),
    OfEnds(
        "i % 2 == 0 ? w.even : w.odd;",
        "i % 2 == 0 ? w.even : s_msi_data;",
        fails=(Fails("axi_its", "H2_beat_stays"),),
    ),
    # ---- hdl/pcie/pcie.f -------------------------------------------------------------------------
    OfPcie(
        "else if (header.address_type != 2'b00) facts.fate = FATE_TRANSLATED;",
        "",
        fails=(Fails("tlp_decode", "T1_exactly_these_are_messages T2_translated"),),
    ),
    OfPcie(
        "if (header.poisoned) facts.fate = FATE_POISONED;\n      else if",
        "if",
        fails=(Fails("tlp_decode", "T2_poisoned T2_read T2_atomic T2_length T2_offset T2_flush"),),
    ),
    OfPcie(
        "facts.half      = !header.first_enables[3];",
        "facts.half      = !header.first_enables[0];",
        fails=(Fails("tlp_decode", "T1_half"),),
    ),
    OfPcie(
        "> 11'd1023) begin",
        "> 11'd1024) begin",
        fails=(Fails("tlp_decode", "T4_malformed T2_passes T2_outside_of_the_page"),),
    ),
    OfPcie(
        "facts.completes = read || atomic;",
        "facts.completes = read;",
        fails=(Fails("tlp_decode", "T2_completes"),),
    ),
    OfPcie(
        "facts.write     = write;",
        "facts.write     = write || atomic;",
        fails=(Fails("tlp_decode", "T3_write"),),
    ),
    OfPcie(
        "facts.last      = header.length - 10'd1;",
        "facts.last      = header.length;",
        fails=(Fails("tlp_decode", "T4_length"),),
    ),
    OfPcie(
        "        else if (beat.error && fate != FATE_MALFORMED) fate = FATE_ERROR;\n",
        "",
        fails=(Fails("tlp_filter", "T1_exactly_messages T2_unsupported"),),
    ),
    OfPcie(
        "message_in.rid  = beat.hdr.rid;",
        "message_in.rid  = {beat.hdr.tag, beat.hdr.last_enables, beat.hdr.first_enables};",
        fails=(Fails("tlp_filter", "T1_bit_for_bit"),),
    ),
    OfPcie(
        "m_msi_target       = target;",
        "m_msi_target       = target ^ 16'd1;",
        fails=(Fails("tlp_filter", "T1_doorbell"),),
    ),
    OfPcie(
        "    out       = beat;\n",
        "    out       = beat;\n    out.digest = '0;\n",
        fails=(Fails("tlp_filter", "T2_bit_for_bit_in_order"),),
    ),
    OfPcie(
        ".handed    (beat_valid && write_ends && out_ready && write_room),",
        ".handed    (beat_valid && write_ends && write_room),",
        fails=(Fails("tlp_filter", "T3_handed"),),
    ),
    OfPcie(
        "told_q && told_fate_q != FATE_FLUSH;",
        "told_q;",
        fails=(Fails("tlp_filter", "T4_reported"),),
    ),
    OfPcie(
        "told_hdr_q  <= packet_hdr;",
        "told_hdr_q  <= beat.hdr;",
        fails=(Fails("tlp_filter", "T4_reported_what"),),
    ),
    OfPcie(
        "beat_ready = moves && !cut;",
        "beat_ready = moves;",
        fails=(Fails("tlp_filter", "T4_ready_unless_full"),),
    ),
    OfPcie(
        "    if (cut) out = '{eop: 1'b1, error: 1'b1, default: '0};\n",
        "",
        fails=(Fails("tlp_filter", "T4_framed"),),
    ),
    OfPcie(
        "(!sends || sends_ready) &&",
        "sends_ready &&",
        fails=(Fails("tlp_filter", "T4_waits_for_what_it_needs_alone"),),
    ),
    OfPcie(
        "(beat_valid && passes && (!write_ends || write_room)),",
        "(beat_valid && passes),",
        fails=(Fails("tlp_filter", "T2_leaves T4_room_unless_full"),),
    ),
    OfPcie(
        "      told_q <= 1'b0;\n",
        "",
        fails=(Fails("tlp_filter", "H8_quiet_after_reset"),),
    ),
    OfPcie(
        "mark_reached  = mark_valid && !past[MARK_WIDTH-1];",
        "mark_reached  = mark_valid;",
        fails=(Fails("tlp_order", "T3_none_before_its_writes"),),
    ),
    OfPcie(
        ".in_data  (handed_q),",
        ".in_data  (handed_q + mark_t'(1)),",
        fails=(Fails("tlp_order", "T4_at_once_then"),),
    ),
    OfPcie(
        "pop      = out_valid && out_ready;",
        "pop      = out_valid;",
        fails=(Fails("tlp_order", "T2_in_order_bit_for_bit H2_stays"),),
    ),
    OfPcie(
        "(count_q == count_t'(DEPTH - 1) && push));",
        "(count_q == count_t'(DEPTH - 2) && push));",
        fails=(Fails("tlp_order", "T4_room_unless_full"),),
    ),
    OfPcie(
        "(uncommitted_q == mark_t'(WRITES - 1) && handed));",
        "(uncommitted_q == mark_t'(WRITES - 1)));",
        fails=(Fails("tlp_order", "T4_write_room_unless_full"),),
    ),
    OfPcie(
        "        released_q    <= '0;\n",
        "",
        fails=(Fails("tlp_order", "H8_quiet_after_reset"),),
    ),
    OfPcie(
        "if (s_cfg_strb[2]) held_q.subordinate",
        "if (s_cfg_strb[1]) held_q.subordinate",
        fails=(Fails("bus_snoop", "N2_holds_what_was_written"),),
    ),
    OfPcie(
        "ready_q <= merged_q && in_force;",
        "ready_q <= merged_q;",
        fails=(
            Fails("bus_snoop", "N2_in_force_before_the_acknowledgement N2_acknowledged_at_once"),
        ),
    ),
    OfPcie(
        "in_force            = same && !offers_q;",
        "in_force            = same;",
        fails=(Fails("bus_snoop", "N2_in_force"),),
    ),
    OfPcie(
        "      offers_q  <= !same;",
        "      offers_q  <= !same || merged_q;",
        fails=(Fails("bus_snoop", "N2_only_what_changes N2_offered_at_once"),),
    ),
    OfPcie(
        "m_range_range       = bus_range;",
        "m_range_range       = bus_range + 16'd1;",
        fails=(Fails("bus_snoop", "N2_its_range"),),
    ),
    OfPcie(
        "if (!offers_q || m_range_ready) begin",
        "if (1'b1) begin",
        fails=(Fails("bus_snoop", "H2_offer_stays"),),
    ),
    OfPcie(
        "      offers_q  <= 1'b0;\n",
        "",
        fails=(Fails("bus_snoop", "H8_quiet_after_reset"),),
    ),
    OfPcie(
        "choice = waits_q != '0 ? waits_q : first & -first;",
        "choice = first & -first;",
        fails=(Fails("round_robin", "H2_stays"),),
    ),
    OfPcie(
        "out_valid = in_valid != '0;",
        "out_valid = in_valid != '0 && out_ready;",
        fails=(Fails("round_robin", "H1_one_if_any"),),
    ),
    OfPcie(
        "in_ready = out_ready ? choice : '0;",
        "in_ready = out_ready ? in_valid : '0;",
        fails=(Fails("round_robin", "H3_taken_is_taken"),),
    ),
    OfPcie(
        "if (choice[i]) out_data |= in_data[i];",
        "if (in_valid[i]) out_data |= in_data[i];",
        fails=(Fails("round_robin", "H3_bit_for_bit"),),
    ),
    OfPcie(
        "    if (first == '0) first = in_valid;\n",
        "    first = in_valid;\n",
        fails=(Fails("round_robin", "H4_waits_for_one_of_each"),),
    ),
)
