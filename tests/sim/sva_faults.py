# SPDX-License-Identifier: MIT
"""The translator with neighbours and insides that lie: for each assertion of hdl/sva a fault.

Which one is chosen when the simulation starts, by a plusarg, so that one build tries them all. A
module that assertions are attached to lies itself, with the outputs of the sound one within it, and
stands in one that lies with what comes in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cocotbext.msi_its.run.design import ATTACHED_TO, OWN, Rtl
from cocotbext.msi_its.run.places import ROOT

TOP = "lying_translator"

DEVID_BITS = 31
"""What the translator is built for: less than a DeviceID has, so that one can be beyond."""

PLUSARG = "+sva_fault={}"

STREAMS = {
    "s_msi": "s_msi_data",
    "s_evt": "s_evt_route",
    "s_range": "s_range_secondary",
    "m_msi": "m_msi_data",
    "s_axil_aw": "s_axil_awaddr",
    "s_axil_w": "s_axil_wdata",
    "s_axil_b": "s_axil_bresp",
    "s_axil_ar": "s_axil_araddr",
    "s_axil_r": "s_axil_rdata",
}
"""A part of the payload of each stream."""

GIVEN = ("m_msi", "s_axil_b", "s_axil_r")
"""The streams that the translator gives; the others it takes."""


@dataclass(frozen=True, slots=True)
class SvaFault:
    """What makes an assertion fail: `scope` ends the name of where it stands, `label` is its own.

    `lies` are expressions, by the signal that they stand for: an output of the module that the
    assertions are attached to; `in_x`, what of its input x comes to the sound one; `to_x`, what
    comes to it from outside. The sound output is `sound_x`.
    """

    scope: str
    label: str
    lies: dict[str, str]

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.scope}.{self.label}"


def _stream(name: str) -> tuple[str, str]:
    """Return the names of valid and ready."""
    end = "_" if not name.startswith("s_axil") else ""
    return f"{name}{end}valid", f"{name}{end}ready"


def _of_streams() -> list[SvaFault]:
    """Return the faults of the streams."""
    found = []
    for name, payload in STREAMS.items():
        valid, ready = _stream(name)
        lies = "sound_" if name in GIVEN else ""
        to = "" if name in GIVEN else "to_"
        slow = (
            {}
            if name in GIVEN
            else {ready: f"sound_{ready} && slow", f"in_{valid}": f"{valid} && slow"}
        )
        stalled = f"stalled_{name}"
        falls = {**slow, to + valid: f"{lies}{valid} && !{stalled}"}
        moves = {**slow, to + payload: f"{lies}{payload} ^ {stalled}"}
        found.append(SvaFault(f"u_{name}", "H2_valid_stays", falls))
        found.append(SvaFault(f"u_{name}", "H2_payload_stable", moves))
        if name in GIVEN:
            early = {valid: f"sound_{valid} || was_reset"}
            found.append(SvaFault(f"u_{name}", "H8_quiet_after_reset", early))
    return found


_DROPPED = "sound_retire_answer == 8'd5"
_MESSAGE = "sound_retire_source == 2'd1"
_EVENT = "sound_retire_source == 2'd2"
_COMMAND = "sound_retire_source == 2'd0"
_RANGE = "sound_retire_source == 2'd3"
_SENT = f"{_MESSAGE} && sound_retire_sent"
_EARLY = "cycles == 3"  # nothing has happened yet
_CLEARED = "cycles == 80"  # nothing has been sent yet


def _hides(which: str, more: str = "1'b1") -> dict[str, str]:
    """Return the lies that hide records of a source, and their messages and drops."""
    hidden = f"{which} && {more}"
    return {
        "retire_valid": f"sound_retire_valid && !({hidden})",
        "m_msi_valid": f"sound_m_msi_valid && !(sound_retire_valid && {hidden})",
        "alert": "1'b0",
    }


def _devid(bits: int, which: str) -> dict[str, str]:
    """Return the lies that bits of a DeviceID are others, in some records and in their messages."""
    names = ("retire_message_devid", "m_msi_devid")
    lie = f"32'(sound_retire_valid && sound_retire_sent && {which}) * 32'd{bits}"
    return {name: f"sound_{name} ^ ({lie})" for name in names}


def _answers(old: int, new: int, operation: int | None = None) -> dict[str, str]:
    """Return the lie that an answer is another, to one operation if it is named."""
    code = f"sound_retire_answer == {old}"
    if operation is not None:
        code += f" && sound_retire_operation == {operation}"
    return {"retire_answer": f"{code} ? 8'd{new} : sound_retire_answer"}


def _flipped(name: str, bit: int, when: str = "1'b1") -> str:
    """Return a struct with a bit of it flipped, from the lowest."""
    return f"{name} ^ ($bits({name})'({when}) << {bit})"


AT_PORTS = "u_msi_translator_sva"
INSIDE = "u_msi_engine_sva"
AT_RANGE = "u_msi_range_sva"

FAULTS = (
    *_of_streams(),
    # ---- msi_order_checker.sv --------------------------------------------------------------------
    *(
        fault
        for scope, which, taken in (
            ("u_records_of_s_msi", _MESSAGE, "messages"),
            ("u_records_of_s_evt", _EVENT, "events"),
        )
        for fault in (
            SvaFault(
                scope,
                "H3_comes_once",
                {"retire_valid": f"sound_retire_valid || (again && {which} && {taken}[2:0] == 0)"},
            ),
            SvaFault(scope, "H3_comes", _hides(which)),
            SvaFault(scope, "H3_not_too_many", _hides(which, "dense")),
        )
    ),
    SvaFault(
        "u_records_of_s_msi", "H3_in_order", {"retire_data": f"sound_retire_data ^ 32'({_MESSAGE})"}
    ),
    SvaFault(
        "u_records_of_s_evt", "H3_in_order", {"retire_route": f"sound_retire_route ^ 16'({_EVENT})"}
    ),
    SvaFault("u_messages", "H3_comes_once", {"m_msi_valid": f"sound_m_msi_valid || {_CLEARED}"}),
    SvaFault("u_messages", "H3_as_it_was", {"m_msi_devid": "~sound_m_msi_devid"}),
    SvaFault(
        "u_messages",
        "H3_in_order",
        {
            "retire_message_data": "sound_retire_message_data ^ "
            f"32'(!({_MESSAGE}) && sound_retire_sent && !m_msi_ready)"
        },
    ),
    SvaFault("u_messages", "H3_comes", {"m_msi_valid": "1'b0"}),
    # ---- msi_command_checker.sv ------------------------------------------------------------------
    SvaFault(
        "u_commands",
        "H3_command_was_written",
        {"retire_valid": f"sound_retire_valid || (again && {_COMMAND})"},
    ),
    SvaFault(
        "u_commands", "H3_command_as_written", {"retire_rid_offset": "~sound_retire_rid_offset"}
    ),
    SvaFault(
        "u_commands",
        "H3_command_comes",
        {**_hides(_COMMAND), "s_axil_rdata": "sound_s_axil_rdata | 32'd1"},
    ),
    SvaFault(
        "u_commands",
        "H6_busy_until_it_retires",
        {"s_axil_rdata": "sound_s_axil_rdata & ~32'd1"},
    ),
    # ---- msi_translator_sva.sv -------------------------------------------------------------------
    SvaFault(
        AT_PORTS,
        "R3_R4_R8_dropped_sends_nothing",
        {"retire_sent": "sound_retire_sent || sound_retire_answer == 8'd7"},
    ),
    SvaFault(AT_PORTS, "H3_sent_as_answered", _answers(3, 1)),
    SvaFault(
        AT_PORTS,
        "H3_no_message_unless_sent",
        {"retire_message_data": "sound_retire_message_data | 32'(!sound_retire_sent)"},
    ),
    SvaFault(AT_PORTS, "H3_bdf_only_as_answer", {"retire_bdf": "16'd1"}),
    SvaFault(
        AT_PORTS,
        "R2_R3_sends_what_it_took",
        {
            "retire_message_address": f"sound_retire_message_address ^ 64'({_SENT})",
            "m_msi_address": f"sound_m_msi_address ^ 64'({_SENT})",
        },
    ),
    SvaFault(AT_PORTS, "H9_index_outside_its_table", _answers(14, 1)),
    SvaFault(
        AT_PORTS,
        "R3_out_of_range_never_leaves",
        {
            **_answers(5, 3),
            "retire_sent": f"sound_retire_sent || {_DROPPED}",
            "retire_message_address": f"{_DROPPED} ? sound_retire_address : "
            "sound_retire_message_address",
            "retire_message_data": f"{_DROPPED} ? sound_retire_data : sound_retire_message_data",
        },
    ),
    SvaFault(AT_PORTS, "R3_dropped_if_out_of_range", _answers(5, 6)),
    SvaFault(AT_PORTS, "R3_R10_sends_its_rid", _devid(1, "sound_retire_operation == 8'd7")),
    SvaFault(AT_PORTS, "R2_dropped_if_out_of_range", _answers(6, 5, operation=6)),
    SvaFault(AT_PORTS, "R2_R10_sends_its_default_rid", _devid(1, "sound_retire_operation == 8'd6")),
    SvaFault(AT_PORTS, "R10_devid_fits", _devid(1 << DEVID_BITS, _EVENT)),
    SvaFault(AT_PORTS, "R2_R8_refused_if_out_of_range", _answers(1, 7, operation=9)),
    SvaFault(AT_PORTS, "R8_refused_if_out_of_range", _answers(7, 1)),
    SvaFault(
        AT_PORTS,
        "H4_waits_for_two_at_most",
        {
            "s_msi_ready": "sound_s_msi_ready && slow",
            "in_s_msi_valid": "s_msi_valid && slow",
            "s_range_ready": "1'b0",
            "in_s_range_valid": "1'b0",
        },
    ),
    SvaFault(
        AT_PORTS, "H3_b_answers_a_write", {"s_axil_bvalid": f"sound_s_axil_bvalid || {_EARLY}"}
    ),
    SvaFault(
        AT_PORTS, "H3_r_answers_a_read", {"s_axil_rvalid": f"sound_s_axil_rvalid || {_EARLY}"}
    ),
    SvaFault(AT_PORTS, "H8_nothing_left", {"alert": "sound_alert || was_reset"}),
    SvaFault(
        AT_PORTS,
        "H8_nothing_accepted_while_clearing",
        {"s_evt_ready": "sound_s_evt_ready || cycles == 62"},
    ),
    SvaFault(
        AT_PORTS,
        "H8_nothing_happens_while_clearing",
        {"retire_valid": "sound_retire_valid || cycles == 62"},
    ),
    SvaFault(AT_PORTS, "H7_alert_has_a_cause", {"alert": f"sound_alert || {_EARLY}"}),
    # ---- msi_range_sva.sv ------------------------------------------------------------------------
    SvaFault(
        AT_RANGE,
        "H4_waits_for_three_at_most",
        {"s_evt_ready": "sound_s_evt_ready && slow", "in_s_evt_valid": "s_evt_valid && slow"},
    ),
    SvaFault(
        AT_RANGE,
        "H8_nothing_accepted_while_clearing",
        {"s_range_ready": "sound_s_range_ready || cycles == 62"},
    ),
    SvaFault(
        "u_records_of_s_range",
        "H3_in_order",
        {"retire_range": f"sound_retire_range ^ 16'({_RANGE})"},
    ),
    # ---- msi_engine_sva.sv: a request and its record are structs of msi_pkg ----------------------
    SvaFault(INSIDE, "H6_command_has_settled", {"to_command": "cycles[0] ? command : '0"}),
    SvaFault(
        INSIDE,
        "H6_command_is_offered",
        {"to_request": _flipped("request", 96, "request.source == SOURCE_COMMAND")},
    ),
    SvaFault(INSIDE, "H6_one_command_at_a_time", {"to_request_valid": "request_valid || took"}),
    SvaFault(INSIDE, "H6_command_stands_still", {"to_command": "took ? '0 : command"}),
    SvaFault(INSIDE, "H6_command_taken", {"to_command_granted": "1'b0"}),
    SvaFault(
        INSIDE,
        "N1_sets_what_it_says",
        {"to_set_numbers": "request.source == SOURCE_RANGE ? ~set_numbers : set_numbers"},
    ),
    SvaFault(
        INSIDE,
        "H6_others_are_commands",
        {"to_request": _flipped("request", 144, "request.source == SOURCE_EVENT")},
    ),
    SvaFault(
        f"{INSIDE}.u_records", "H3_comes_once", {"retire_valid": "sound_retire_valid || again"}
    ),
    SvaFault(
        f"{INSIDE}.u_records",
        "H3_in_order",
        {"retire": _flipped("sound_retire", 54, "sound_retire.request.source == SOURCE_MESSAGE")},
    ),
    SvaFault(f"{INSIDE}.u_records", "H3_comes", {"retire_valid": "1'b0"}),
    SvaFault(
        f"{INSIDE}.u_records",
        "H3_not_too_many",
        {
            "request_ready": "sound_request_ready || "
            "(!message_ready && request.source != SOURCE_COMMAND)"
        },
    ),
    SvaFault(
        f"{INSIDE}.u_message",
        "H2_valid_stays",
        {"message_valid": "sound_message_valid && !stalled"},
    ),
    SvaFault(f"{INSIDE}.u_message", "H2_payload_stable", {"message": "sound_message ^ stalled"}),
    SvaFault(f"{INSIDE}.u_messages", "H3_comes", {"message_valid": "1'b0"}),
    SvaFault(f"{INSIDE}.u_messages", "H3_as_it_was", {"message": "~sound_message"}),
    SvaFault(INSIDE, "H3_bdf_only_as_answer", {"retire": _flipped("sound_retire", 33)}),
    SvaFault(INSIDE, "H7_drop_with_its_record", {"drop_valid": "1'b0"}),
    SvaFault(INSIDE, "R3_R4_R8_dropped_sends_nothing", {"drop": _flipped("sound_drop", 33)}),
    SvaFault(INSIDE, "R2_R3_R8_out_of_range", {"drop": "{sound_drop[37:33], 17'h0, 16'h00ff}"}),
    SvaFault(INSIDE, "H8_clears_for_as_long", {"clearing": "sound_clearing && cycles < 60"}),
    SvaFault(
        INSIDE, "H8_nothing_while_clearing", {"retire_valid": "sound_retire_valid || cycles == 30"}
    ),
    SvaFault(INSIDE, "H8_nothing_left", {"drop_valid": "sound_drop_valid || was_reset"}),
)
"""Each assertion of hdl/sva that can fail in Verilator, and what makes it fail."""


# ---- the design ----------------------------------------------------------------------------------

_LYING_ENGINE = "lying_engine"


@dataclass(frozen=True, slots=True)
class _Port:
    """A port of a module: whether it is an input, its type, its name."""

    input: bool
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class _Module:
    """A module that assertions are attached to: its header, its ports, its parameters' names."""

    name: str
    header: str
    ports: tuple[_Port, ...]
    parameters: tuple[str, ...]

    @classmethod
    def read(cls, file: Path) -> _Module:
        """Read the header in a file of the project."""
        found = re.search(r"module (\w+)\n.*?\n\);\n", file.read_text(), re.DOTALL)
        assert found is not None
        header = found.group()
        port = r"^ *(input +wire|output) +(logic|\w+_t) +(\[[^]]+\])? *(\w+),?(?: *//.*)?$"
        ports = tuple(
            _Port(match[1] != "output", f"{match[2]} {match[3] or ''}".strip(), match[4])
            for match in re.finditer(port, header.partition("\n) (\n")[2], re.MULTILINE)
        )
        assert {"clk", "rst_n", "retire_valid"} <= {port.name for port in ports}
        return cls(
            found[1],
            header,
            ports,
            tuple(re.findall(r"parameter (?:int unsigned|bit) +(\w+)", header)),
        )

    def lies(self, signal: str, truth: str) -> str:
        """Return what a signal is, with each fault."""
        for number, fault in enumerate(FAULTS):
            inside = fault.scope.startswith(INSIDE)
            if signal in fault.lies and inside == (self.name == "msi_engine"):
                truth = f"fault == {number} ? ({fault.lies[signal]}) :\n      {truth}"
        return truth

    def instance(self, module: str, signals: Mapping[str, str]) -> str:
        """Return an instance of a module with the same ports."""
        sizes = ", ".join(f".{name}({name})" for name in self.parameters)
        ports = ", ".join(f".{port.name}({signals[port.name]})" for port in self.ports)
        return f"  {module} #({sizes}) u_inner ({ports});\n"

    def named(self, name: str, body: Sequence[str]) -> str:
        """Return a module with the same ports under another name."""
        header = self.header.replace(f"module {self.name}\n", f"module {name}\n")
        return "".join([header, _HELP, *body, "endmodule\n\n"])


_HELP = """
  int fault = -1;
  initial void'($value$plusargs("sva_fault=%d", fault));
  int cycles;  // since reset
  logic was_reset, slow;
  always_ff @(posedge clk) begin
    cycles    <= rst_n ? cycles + 1 : 0;
    was_reset <= !rst_n;
    slow      <= cycles % 8 == 0;
  end
"""

_AGAIN = """
  logic again;  // there was a record
  always_ff @(posedge clk) again <= sound_retire_valid;
"""

_DENSE = """
  logic [15:0] messages, events;  // the last cycles in which one was taken
  logic        dense;             // since then they come fast
  always_ff @(posedge clk) begin
    messages <= {messages[14:0], s_msi_valid && s_msi_ready};
    events   <= {events[14:0], s_evt_valid && s_evt_ready};
    if ($countones(messages) > 4 && $countones(events) > 4) dense <= 1;
    if (!rst_n) {messages, events, dense} <= 0;
  end
"""

_STALLED = """
  logic stalled;  // the message was
  always_ff @(posedge clk) stalled <= message_valid && !message_ready;
  logic command_taken;  // as in the engine, where the assertions find it
  assign command_taken = command_granted && request_ready;
"""

_TOOK = """
  logic took;  // the command was taken
  always_ff @(posedge clk) took <= command_granted && request_ready;
"""


def _stalled(given: Iterable[str], of: str) -> str:
    """Return for each of some streams whether it was stalled."""
    return "".join(
        f"  logic stalled_{name};\n"
        f"  always_ff @(posedge clk) stalled_{name} <= {of}{valid} && !{ready};\n"
        for name in given
        for valid, ready in [_stream(name)]
    )


def _seen(module: _Module) -> str:
    """Return what assertions are attached to: it lies with what comes out."""
    signals = {"clk": "clk", "rst_n": "rst_n"}
    top = module.name != "msi_engine"
    body = [_DENSE + _stalled(GIVEN, "") if top else _STALLED]
    for port in module.ports:
        if port.name in signals:
            continue
        signals[port.name] = wire = f"{'in' if port.input else 'sound'}_{port.name}"
        body.append(f"  {port.type} {wire};\n")
        if port.input:
            body.append(f"  assign {wire} = {module.lies(wire, port.name)};\n")
        else:
            body.append(f"  assign {port.name} = {module.lies(port.name, wire)};\n")
    body += [_AGAIN, module.instance(module.name, signals)]
    return module.named(f"seen_{module.name}", body)


def _outside(module: _Module, name: str) -> str:
    """Return what stands in its place: it lies with what comes in.

    What comes out is sound, so that nobody else notices; but for the ready of what comes in.
    """
    signals = {"clk": "clk", "rst_n": "rst_n"}
    top = module.name != "msi_engine"
    taken = [stream for stream in STREAMS if stream not in GIVEN]
    body = []
    for port in module.ports:
        if port.name in signals:
            continue
        if port.input:
            signals[port.name] = wire = f"to_{port.name}"
            body += [f"  {port.type} {wire};\n", f"  assign {wire} = "]
            body.append(f"{module.lies(wire, port.name)};\n")
        elif top and port.name.endswith("ready"):
            signals[port.name] = port.name
        else:
            signals[port.name] = ""
            body.append(f"  assign {port.name} = u_inner.sound_{port.name};\n")
    body.append(_stalled(taken, "to_") if top else _TOOK)
    return module.named(name, [*body, module.instance(f"seen_{module.name}", signals)])


def write_rtl(folder: Path) -> Rtl:
    """Write the design into a folder and return it, with its assertions."""
    hdl = ROOT / "hdl"
    translator = _Module.read(hdl / "msi_translator.sv")
    engine = _Module.read(hdl / "core/msi_engine.sv")
    modules = [_seen(translator), _outside(translator, TOP), _seen(engine)]
    modules.append(_outside(engine, _LYING_ENGINE))
    (folder / f"{TOP}.sv").write_text("\n".join(modules))
    sound = (hdl / "msi_translator.sv").read_text()
    changed = sound.replace("  msi_engine #(", f"  {_LYING_ENGINE} #(")
    assert changed != sound
    (folder / "msi_translator.sv").write_text(changed)
    files = [file for file in OWN.sources().files if file.stem != "msi_translator"]
    listed = [
        *map(str, files),
        *(f"{folder}/{name}.sv" for name in ("msi_translator", TOP)),
        f"-F {hdl}/sva/sva.f",
        f"+define+{ATTACHED_TO}=seen_msi_translator",
        "+define+MSI_ENGINE=seen_msi_engine",
    ]
    file_list = folder / f"{TOP}.f"
    file_list.write_text("".join(f"{line}\n" for line in listed))
    return Rtl(str(file_list), TOP, sva=True)
