# SPDX-License-Identifier: MIT
"""`make faults`: breaks the RTL on purpose, one fault at a time, and shows that `make sim` notices.

A check that has never failed proves nothing. Each fault is one edit of a copy of a file in `hdl/`
(of other RTL, those faults are tried whose text occurs once in a file of the same name); the tests
of `make sim` (recorded traces aside) pass without it, must fail on it, and one that fails must name
the rule or property that is broken. With LEVEL=batch, the random tests of the batched path must do
the same for the faults that change messages.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cocotbext.msi_its.commands.variables import Parser
from cocotbext.msi_its.run import fingerprint
from cocotbext.msi_its.run.build import BuildError, Flavour, SimulationError
from cocotbext.msi_its.run.design import OWN, Rtl, RtlError
from cocotbext.msi_its.run.discovery import modules
from cocotbext.msi_its.run.launcher import Interrupted, catch_signals, exclusive
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD
from cocotbext.msi_its.run.sets import DEFAULT, directed
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.run.simulators.verilator_finder import VerilatorError
from cocotbext.msi_its.vocabulary.operations import Tables
from cocotbext.msi_its.vocabulary.results import TestResult
from tools.choose import NothingChosen, choose, rtl_of, unchanged


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what is wrong, the file, and the edit. The old text occurs exactly once.

    `tag` is the rule or property (R3, H4) that a failing test or its report must name; `tables` are
    those of the translator it is tried on.
    """

    name: str
    tag: str
    file: str
    old: str
    new: str
    tables: Tables = DEFAULT


OF_MESSAGES = re.compile("R|H[235]$")
"""The tags of faults that change messages: what the batched path must notice."""


FAULTS = (
    Fault(
        "`<` instead of `<=` at the subordinate bound",
        "R1",
        "msi_engine.sv",
        "bus_range.subordinate < bus)",
        "bus_range.subordinate <= bus)",
    ),
    Fault(
        "secondary bound ignored",
        "R1",
        "msi_engine.sv",
        "return !(bus < bus_range.secondary || ",
        "return !(",
    ),
    Fault(
        "the target's devfn used for an explicit requester ID",
        "R3",
        "msi_engine.sv",
        "explicit_rid_q ? execute_q.rid :",
        "explicit_rid_q ? {execute_q.rid[15:8], devfn_q} :",
    ),
    Fault(
        "segment not prepended",
        "R10",
        "msi_engine.sv",
        "devid: devid,",
        "devid: {16'h0, devid[15:0]},",
    ),
    Fault(
        "address and data of two stalled messages swapped",
        "H2",
        "msi_skid_buffer.sv",
        "      skid_data_q  <= in_data;",
        "      skid_data_q <= {in_data[WIDTH-1:96], out_data_q[95:0]};\n"
        "      if (in_valid) out_data_q[95:0] <= in_data[95:0];",
    ),
    Fault(
        "a message dropped under backpressure",
        "H3",
        "msi_skid_buffer.sv",
        "      skid_valid_q <= in_valid;",
        "      skid_valid_q <= 1'b0;",
    ),
    Fault(
        "a drop not counted",
        "H7",
        "msi_registers.sv",
        "= retire_answer == answer__DROPPED_BUS_RANGE;",
        "= 1'b0;",
    ),
    Fault(
        "no forwarding from an operation one cycle earlier",
        "H5",
        "msi_route_states.sv",
        "      if (execute_uses && execute_index == lookup_index)",
        "      if (1'b0)",
    ),
    Fault(
        "no forwarding from an operation two cycles earlier",
        "H5",
        "msi_route_states.sv",
        "else if (done_uses_q[0] && done_index_q[0] == lookup_index)",
        "else if (1'b0)",
    ),
    Fault(
        "no forwarding from an operation three cycles earlier",
        "H5",
        "msi_route_states.sv",
        "<= done_uses_q[1] && done_index_q[1] == lookup_index;",
        "<= 1'b0;",
    ),
    Fault(
        "a command offered before it is resolved",
        "R8",
        "msi_pkg.sv",
        "COMMAND_SETTLE = 3;",
        "COMMAND_SETTLE = 2;",
    ),
    Fault(
        "a bus range seen one operation late",
        "H5",
        "msi_engine.sv",
        ".write      (sets.range),",
        ".write      (execute_valid_q && execute_q.source == SOURCE_AXIL && command_sets_q.range),",
    ),
    Fault(
        "the message of an `enable` seen one operation late",
        "H5",
        "msi_engine.sv",
        "does.takes_event && !fresh_message;",
        "does.takes_event;",
    ),
    Fault(
        "pending cleared by `disable`",
        "R9",
        "msi_engine.sv",
        "      if (does_q.enables || does_q.consumes) next",
        "      if (does_q.enables || does_q.consumes || does_q.disables) next",
    ),
    Fault(
        "pending delivered twice",
        "R9",
        "msi_engine.sv",
        "      if (does_q.enables || does_q.consumes) next",
        "      if (does_q.consumes) next",
    ),
    Fault(
        "`enable` delivering with the old address",
        "R9",
        "msi_engine.sv",
        "    if (route_message_q) sent_message = route_message;",
        "    if (route_message_q) sent_message = route_message;\n"
        "    if (does_q.enables) sent_message.address = route_message.address;",
    ),
    Fault(
        "`enable_with_rid` refused but the route left enabled",
        "R8",
        "msi_engine.sv",
        "      if (does_q.disables || does_q.refuses) next",
        "      if (does_q.disables) next",
    ),
    Fault(
        "DeviceID recomputed at event time",
        "R8",
        "msi_engine.sv",
        "    if (route_message_q) sent_message = route_message;",
        "    if (route_message_q) begin\n"
        "      sent_message             = route_message;\n"
        "      sent_message.devid[15:8] = command_range_q.secondary;\n"
        "    end",
    ),
    Fault(
        "two events in a row coalescing on an enabled route",
        "R9",
        "msi_engine.sv",
        "(does_q.takes_event && route_state.enabled) ||",
        "(does_q.takes_event && route_state.enabled &&\n"
        "      !(retire_valid_q && retire_q.request.route == execute_q.route &&\n"
        "        retire_q.request.operation == operation_code__SIGNAL_EVENT)) ||",
    ),
    Fault(
        "event lost in the cycle of a command",
        "H3",
        "msi_arbiter.sv",
        "    in_ready  = out_ready ? turn : '0;",
        "    in_ready  = out_ready ? turn : '0;\n"
        "    if (in_valid[SOURCE_AXIL] && turn[SOURCE_AXIL]) in_ready[SOURCE_EVT] = out_ready;",
    ),
    Fault(
        "arbiter that starves `s_axil`",
        "H4",
        "msi_arbiter.sv",
        "    turn[SOURCE_AXIL] = first(last_q, in_valid, SOURCE_EVT, SOURCE_MSI);",
        "    turn[SOURCE_AXIL] = !in_valid[SOURCE_MSI] && !in_valid[SOURCE_EVT];",
    ),
    Fault(
        "stale route visible after reset",
        "H8",
        "msi_engine.sv",
        "      .clear        (clearing_q),",
        "      .clear        (1'b0),",
    ),
    Fault(
        "one entry of the route states not cleared",
        "H8",
        "msi_route_states.sv",
        "      .write      (clear || done_uses_q[0]),",
        "      .write      ((clear && clear_index != 5) || done_uses_q[0]),",
    ),
    Fault(
        "busy command not refused",
        "H6",
        "msi_registers.sv",
        "start     = command_written_q && !busy_q && ",
        "start     = command_written_q && ",
    ),
    Fault(
        "alert not raised by a refusal",
        "H7",
        "msi_registers.sv",
        "= drop_valid;",
        "= drop_valid && drop.reason != answer__REFUSED_BUS_RANGE;",
    ),
    Fault(
        "RESULT shows the answers of other sources, too",
        "H6",
        "msi_registers.sv",
        "hwif_in.RESULT.answer.next   = answer_q;",
        "hwif_in.RESULT.answer.next   = retire_valid ? retire_answer : answer_q;",
    ),
    Fault(
        "a command refused without reason, and counted",
        "H6",
        "msi_registers.sv",
        "start     = command_written_q && !busy_q &&",
        "start     = command_written_q && !busy_q &&\n"
        "                !(retire_valid && retire_answer == answer__HELD_PENDING) &&",
    ),
    Fault(
        "busy stuck after a delivering enable",
        "H6",
        "msi_registers.sv",
        "      busy_q   <= 1'b0;\n      answer_q",
        "      busy_q   <= retire_answer == answer__DELIVERED;\n      answer_q",
    ),
    Fault(
        "a refused command without operation wipes RESULT",
        "H6",
        "msi_registers.sv",
        "    if (start) begin\n      busy_q ",
        "    if (refuse && operation == operation_code__NONE) answer_q <= answer__NONE;\n"
        "    if (start) begin\n      busy_q ",
    ),
    Fault(
        "the reason of the last drop torn from its requester ID",
        "H7",
        "msi_registers.sv",
        "= reason_shown_q;",
        "= last_drop_q.reason;",
    ),
    Fault(
        "the last drop holds the wrong requester ID without an explicit one",
        "H7",
        "msi_engine.sv",
        "          rid: devid[15:0],",
        "          rid: execute_q.rid,",
    ),
    Fault(
        "STATUS.clearing never up",
        "H8",
        "msi_registers.sv",
        "hwif_in.STATUS.clearing.next = clearing;",
        "hwif_in.STATUS.clearing.next = 1'b0;",
    ),
    Fault(
        "`m_msi_valid` waits for ready",
        "H2",
        "msi_skid_buffer.sv",
        "assign out_valid = out_valid_q;",
        "assign out_valid = out_valid_q && out_ready;",
    ),
    Fault(
        "a command in flight survives reset",
        "H8",
        "msi_registers.sv",
        "      command_valid_q   <= 1'b0;\n",
        "",
    ),
    Fault(
        "a command just written survives reset",
        "H8",
        "msi_registers.sv",
        "      command_written_q <= 1'b0;\n",
        "",
    ),
    Fault(
        "forwarding lost in a stall",
        "H5",
        "msi_route_states.sv",
        "        forwarded_q <= done_state_q[1];\n      end\n    end",
        "        forwarded_q <= done_state_q[1];\n      end\n    end else forward_q <= 1'b0;",
    ),
    Fault(
        "a bound target seen one operation late",
        "H5",
        "msi_engine.sv",
        "(command_taken && command_binds_q)",
        "(lookup_valid_q && lookup_q.source == SOURCE_AXIL && command_binds_q)",
    ),
    Fault(
        "half of the routes not cleared after reset",
        "H8",
        "msi_engine.sv",
        "clear_index_q == CLEAR_WIDTH'(LARGEST - 1)",
        "clear_index_q == CLEAR_WIDTH'(LARGEST / 2 - 1)",
        Tables(5, 3, 300, 2048),
    ),
    Fault(
        "routes 1,024 apart share their origin",
        "H9",
        "msi_engine.sv",
        "      .write_index(command.route[ROUTE_WIDTH-1:0]),\n      .write_data (new_origin)",
        "      .write_index({1'b0, command.route[ROUTE_WIDTH-2:0]}),\n"
        "      .write_data (new_origin)",
        Tables(5, 3, 300, 2048),
    ),
    Fault(
        "a retire record repeated during a stall",
        "H3",
        "msi_engine.sv",
        "    retire_valid_q <= advance && execute_valid_q;",
        "    retire_valid_q <= execute_valid_q && (advance || !retire_valid_q);",
    ),
    Fault(
        "the lowest bit of the irqfd's segment lost",
        "R10",
        "msi_engine.sv",
        ".write_data ({1'b1, command.segment}),",
        ".write_data ({1'b1, command.segment[15:1], 1'b0}),",
    ),
)


class FaultsError(Exception):
    """No fault can be tried; says why."""


class DoesNotApply(FaultsError):
    """A fault cannot be put into the RTL; says why."""


def break_rtl(fault: Fault, folder: Path, rtl: Rtl = OWN) -> Rtl:
    """Copy the file that a fault is in to a folder, put it in, and return the design with it.

    Raises DoesNotApply if its text is not there, or more than once.
    """
    sources = rtl.sources()
    places = [file for file in sources.files if file.name == fault.file]
    counts = {file: file.read_text(errors="replace").count(fault.old) for file in places}
    if sum(counts.values()) != 1:
        where = f"{sum(counts.values())} times in {fault.file}" if places else "nowhere"
        missing = "" if places else f": there is no {fault.file}"
        raise DoesNotApply(f"the text to replace occurs {where}, not once{missing}")
    (place,) = [file for file, count in counts.items() if count]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    broken = folder / place.name
    broken.write_bytes(place.read_bytes().replace(fault.old.encode(), fault.new.encode()))
    words = sources.options
    words += ["--timing"] if sources.timing else ["--no-timing"] if sources.timing is False else []
    words += [f"-timescale={sources.timescale}"] if sources.timescale else []
    words += [str(broken if file == place else file) for file in sources.files]
    file_list = folder / "broken.f"
    file_list.write_text("".join(f"{shlex.quote(word)}\n" for word in words))
    return Rtl(str(file_list), rtl.top)


def first_words(result: TestResult) -> str:
    """Return what a failing test reports first."""
    said = result.reports[0].text if result.reports else result.failure
    lines = said.strip().splitlines()
    return "\n".join([f"    {result.name}", *(f"      {line}" for line in lines[:4])])


def names(result: TestResult, tag: str) -> bool:
    """Whether a failing test, by its name or in its reports, names a rule or property."""
    said = [
        result.name,
        result.failure,
        *(each.text for each in result.reports),
    ]
    # H1 is not H10; test names separate their words with underscores.
    return re.search(rf"(?<![a-z0-9]){tag}(?![0-9])", "\n".join(said), re.IGNORECASE) is not None


def verdict(results: list[TestResult], tag: str) -> tuple[bool, str]:
    """Judge what the tests said about a fault: whether they noticed it by name, and words."""
    failed = [result for result in results if result.failed]
    if not failed:
        return False, "MISSED: nothing failed"
    by_name = [result for result in failed if names(result, tag)]
    noticed = f"{len(failed)} of {len(results)} tests"
    if not by_name:
        return (
            False,
            f"MISSED: noticed by {noticed}, but not by name ({tag})\n{first_words(failed[0])}",
        )
    return True, f"noticed by {noticed}, as {tag}\n{first_words(by_name[0])}"


def run_tests(tables: Tables, seed: int, batched: bool, rtl: Rtl = OWN) -> list[TestResult]:
    """Run the tests that faults are tried on."""
    run = Run(tables, 32, seed, str(BUILD / "faults/results"), (), rtl)
    if batched:
        return simulate(run, modules("random", "batch"), flavour=Flavour.BATCH)
    return simulate(run, (*directed("default" if tables == DEFAULT else ""), *modules("random")))


def that_apply(chosen: Sequence[Fault], rtl: Rtl) -> list[Fault]:
    """Return the faults that can be put into a design, and list the others.

    Raises FaultsError if there are none, or one does not fit the project's own RTL.
    """
    applying, others = [], []
    for fault in chosen:
        try:
            break_rtl(fault, BUILD / "faults/hdl", rtl)
            applying.append(fault)
        except DoesNotApply as error:
            others.append(f"  {fault.name}: {error}")
    if others and rtl.own:
        raise FaultsError("\n".join(["the RTL has changed, change the faults:", *others]))
    if not applying:
        raise FaultsError(
            f"none of {len(chosen)} faults applies to {rtl.describe()}: they are edits of the "
            "project's own text; make mutate takes RTL= and changes any RTL"
        )
    if others:
        print(f"{len(others)} of {len(chosen)} faults do not apply to {rtl.describe()}:")
        print("\n".join(others), flush=True)
    return applying


def try_faults(chosen: Sequence[Fault], seed: int, batched: bool = False, rtl: Rtl = OWN) -> int:
    """Try some faults, after a run without any; return the exit status."""
    applying = that_apply(chosen, rtl)
    with unchanged(lambda: fingerprint.of([], rtl.files_read()), FaultsError):
        missed = _try(applying, seed, batched, rtl)
    if missed is None:
        return 1
    design = "" if rtl.own else f" in {rtl.describe()}"
    print(
        f"faults: {len(applying)} tried{design}, {len(applying) - missed} noticed, {missed} missed"
        + (f", {len(chosen) - len(applying)} did not apply" if len(applying) < len(chosen) else "")
    )
    return 1 if missed else 0


def _try(applying: Sequence[Fault], seed: int, batched: bool, rtl: Rtl) -> int | None:
    """Try faults, and return how many were missed; None if nothing can be shown."""
    for tables in dict.fromkeys(fault.tables for fault in applying):
        failed = [result for result in run_tests(tables, seed, batched, rtl) if result.failed]
        if failed:
            print(f"without a fault, {len(failed)} tests fail: nothing can be shown")
            print("\n".join(map(first_words, failed)))
            return None
    missed = 0
    for fault in applying:
        broken = break_rtl(fault, BUILD / "faults/hdl", rtl)
        try:
            noticed, words = verdict(run_tests(fault.tables, seed, batched, broken), fault.tag)
        except (BuildError, RtlError) as error:
            noticed, words = False, f"MISSED: it does not build, so nothing was tried: {error}"
        missed += not noticed
        print(f"{fault.name}: {words}", flush=True)
    return missed


def main() -> int:
    """Try the faults; return 0 if every one was noticed by name."""
    parser = Parser(prog="make faults", description=__doc__)
    parser.add_design()
    parser.add_argument("--only", help="only faults whose name contains this; empty: list them")
    parser.add_argument("--level", choices=("pin", "batch"), default="pin")
    parser.add_renamed("engine", "level", {"rtl": "pin", "bulk": "batch", "batch": "batch"})
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse()
    batched = arguments.level == "batch"
    rtl = rtl_of(arguments)
    faults = [fault for fault in FAULTS if not batched or OF_MESSAGES.match(fault.tag)]
    try:
        chosen = choose(arguments.only, faults, lambda fault: fault.name, "fault")
    except NothingChosen as error:
        return error.say("faults")
    catch_signals()
    try:
        with exclusive(BUILD / "faults.lock", "make faults"):
            if not rtl.own:
                rtl.check()
            return try_faults(chosen, arguments.seed, batched, rtl)
    except (FaultsError, RtlError, SimulationError, VerilatorError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except Interrupted as signal:
        print("faults: interrupted", file=sys.stderr)
        return signal.status


if __name__ == "__main__":
    sys.exit(main())
