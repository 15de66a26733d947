# SPDX-License-Identifier: MIT
"""A user's own RTL: file lists, and ports compared by name."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from cocotbext.msi_its.run.design import OWN, WAIVERS, Port, Rtl, RtlError
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator
from tests.tb.run.designs import variant


def test_what_a_design_is_given_by(tmp_path: Path) -> None:
    names = ("a.sv", "with space.sv", "a b's $x;.sv", "list.f")
    for name in names:
        (tmp_path / name).write_text("a.sv\n" if name == "list.f" else "")
    for name in names[:3]:
        assert Rtl(name, "a").sources(tmp_path).files == [tmp_path / name]
    several = Rtl("list.f 'with space.sv'", "a").sources(tmp_path)
    assert several.files == [tmp_path / "a.sv", tmp_path / "with space.sv"]
    with pytest.raises(RtlError, match=r"none\.f: No such file"):
        Rtl("none.f", "a").sources(tmp_path)
    for empty in (Rtl("", "a"), Rtl("list.f", "")):
        with pytest.raises(RtlError, match="give neither empty"):
            empty.sources(tmp_path)
    (tmp_path / "list.f").write_text("--top-module other a.sv\n")
    with pytest.raises(RtlError, match="names other as its top: say TOP=other"):
        Rtl("list.f", "a").sources(tmp_path)


def test_the_own_interface() -> None:
    own = OWN.elaborate()
    parameters, ports = own.parameters, own.ports
    assert {"RANGES", "CONNECTIONS", "TARGETS", "ROUTES", "COUNTER_WIDTH"} <= parameters
    assert ports["clk"] == Port("input", 1)
    assert ports["m_msi_address"] == Port("output", 64)
    OWN.check()
    names = {file.name for file in own.files}
    assert {"msi_translator.sv", "msi_csr_pkg.sv", "lint.vlt"} <= names
    assert not own.warnings and not own.timing


def test_the_own_list_works_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.f").write_text(f"-F {ROOT}/hdl/translator.f\n")
    assert Rtl(str(tmp_path / "mine.f")).elaborate().ports == OWN.elaborate().ports
    verilator = find_verilator()
    command = [
        str(verilator.executable),
        "--lint-only",
        "--top-module",
        OWN.top,
        f"{ROOT}/{WAIVERS}",
    ]
    done = subprocess.run(
        [*command, "-F", str(ROOT / OWN.file_list)],
        cwd=tmp_path,
        env={**os.environ, **verilator.environment()},
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr


def test_another_top_with_the_same_ports(tmp_path: Path) -> None:
    variant(tmp_path).check()


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    rtl = variant(
        tmp_path,
        ("s_evt_route", "s_evt_number"),
        ("output logic      [7:0]  retire_answer,", "output logic      [3:0]  retire_answer,"),
        ("8'(retire.answer);", "4'(retire.answer);"),
        ("COUNTER_WIDTH", "WIDTH_OF_COUNTERS"),
        (".WIDTH_OF_COUNTERS(", ".COUNTER_WIDTH("),
    )
    with pytest.raises(RtlError) as error:
        rtl.check()
    assert str(error.value).splitlines()[1:] == [
        "  parameter COUNTER_WIDTH is missing",
        "  port s_evt_route is missing (input, 16 bits)",
        "  port retire_answer is output, 4 bits, not output, 8 bits",
        "  input s_evt_number is not one that the testbench drives",
    ]


# A type that is WIDTH bits, BYTES bytes wide: what is declared in a package for it, and the type.
TYPES = {
    "a vector": ("", "logic [WIDTH-1:0]"),
    "ascending": ("", "logic [0:WIDTH-1]"),
    "two dimensions": ("", "logic [BYTES-1:0][7:0]"),
    "signed": ("", "logic signed [WIDTH-1:0]"),
    "a typedef": ("typedef logic [WIDTH-1:0] id_t;", "id_t"),
    "a struct": ("typedef struct packed {logic [WIDTH-9:0] a; logic [7:0] b;} id_t;", "id_t"),
    "a union": (
        "typedef union packed {logic [WIDTH-1:0] a; logic [BYTES-1:0][7:0] b;} id_t;",
        "id_t",
    ),
    "an enumeration": ("typedef enum logic [WIDTH-1:0] {A, B} id_t;", "id_t"),
    "types of types": ("typedef logic [3:0] n_t; typedef n_t [1:0] b_t;", "b_t [BYTES-1:0]"),
    "a parameter's": ("localparam int BITS = WIDTH;", "logic [BITS-1:0]"),
}
PORT = "output logic      [31:0] m_msi_devid"


@pytest.mark.parametrize("kind", TYPES)
def test_a_width_is_seen_behind_any_type(tmp_path: Path, kind: str) -> None:
    for width in (24, 32):
        declared, type_ = (
            each.replace("WIDTH", str(width)).replace("BYTES", str(width // 8))
            for each in TYPES[kind]
        )
        package = f"package p;\n{declared}\nlocalparam int UNUSED = 0;\nendpackage\n"
        rtl = variant(
            tmp_path,
            ("module my_translator\n", f"{package}module my_translator import p::*;\n"),
            (PORT, f"output {type_} m_msi_devid"),
        )
        if width == 32:
            rtl.check()
            continue
        with pytest.raises(RtlError, match="m_msi_devid is output, 24 bits, not output, 32 bits"):
            rtl.check()


@pytest.mark.parametrize("declared", ["logic [31:0] m_msi_devid [1]", "real m_msi_devid"])
def test_what_is_no_vector_is_refused(tmp_path: Path, declared: str) -> None:
    rtl = variant(
        tmp_path,
        (PORT, f"output {declared}"),
        (".out_data ({m_msi_devid,", ".out_data ({unseen,"),
        ("endmodule", "  logic [31:0] unseen;\nendmodule"),
    )
    with pytest.raises(RtlError, match="m_msi_devid is output, of a type that is no packed vector"):
        rtl.check()


def test_a_width_that_is_right_for_some_parameters_only(tmp_path: Path) -> None:
    rtl = variant(tmp_path, ("[15:0] s_msi_target", "[$clog2(TARGETS*2048)-1:0] s_msi_target"))
    rtl.check()
    with pytest.raises(RtlError, match="s_msi_target is input, 12 bits, not input, 16 bits"):
        rtl.check({"TARGETS": 2})


def test_warnings_are_counted_and_shown(tmp_path: Path) -> None:
    line = "  logic [3:0] w_a{n};\n  assign w_a{n} = 8'd{n};\n"
    lines = "".join(line.format(n=n) for n in range(7))
    found = variant(tmp_path, ("endmodule", f"{lines}endmodule")).check()
    assert len(found.warnings) == 7
    said = found.say_warnings().splitlines()
    assert said[0] == "7 warnings of Verilator (7 WIDTHTRUNC):"
    assert "top.sv:" in said[1] and said[-1] == "  ... and 2 more"
    rtl = variant(tmp_path, ("endmodule", f"{lines}endmodule"))
    (tmp_path / "my.vlt").write_text("`verilator_config\nlint_off -rule WIDTHTRUNC\n")
    with open(rtl.file_list, "a") as file:
        file.write("\nmy.vlt\n")
    assert rtl.check().warnings == ()


@pytest.mark.parametrize(
    ("statement", "timing"),
    [
        ("always @(posedge clk) a <= #1 rst_n;", True),
        ("assign #1 b = rst_n;", True),
        ("initial begin a = 0; #5 a = 1; end", True),
        ("initial @(posedge clk) a = 1;", True),
        ("always @(posedge clk) a <= rst_n;", False),
    ],
)
def test_delays_are_seen(tmp_path: Path, statement: str, timing: bool) -> None:
    rtl = variant(tmp_path, ("endmodule", f"  logic a; wire b;\n  {statement}\nendmodule"))
    assert rtl.check().timing is timing


def test_a_list_may_say_that_delays_do_not_count(tmp_path: Path) -> None:
    rtl = variant(tmp_path, ("endmodule", "  wire b;\n  assign #1 b = rst_n;\nendmodule"))
    for word, timing in (("--timing", True), ("--no-timing", False)):
        (tmp_path / "list.f").write_text(f"{word} -F {shlex.quote(rtl.file_list)}\n")
        said = Rtl(str(tmp_path / "list.f"), rtl.top)
        assert said.check().timing is timing
        assert word in said.options(said.sources(), {}, timing)


@pytest.mark.parametrize(
    ("name", "why"), [("a.hex", "relative to where"), ("/none/a.hex", "which does not exist")]
)
def test_what_fills_a_memory_has_to_be_there(tmp_path: Path, name: str, why: str) -> None:
    lines = f'  logic a [4];\n  initial $readmemh("{name}", a);\n'
    rtl = variant(tmp_path, ("endmodule", f"{lines}endmodule"))
    with pytest.raises(RtlError, match=rf"\$readmem reads {name}, {why}"):
        rtl.check()


def test_a_top_that_does_not_elaborate(tmp_path: Path) -> None:
    rtl = variant(tmp_path, ("u_engine", "u_engine u_"))
    with pytest.raises(RtlError, match=r"(?s)my_translator does not elaborate.*top\.sv:\d+"):
        rtl.check()
