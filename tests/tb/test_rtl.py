# SPDX-License-Identifier: MIT
"""A user's own RTL: file lists, and ports compared by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tb.rtl import OWN, Port, Rtl, RtlError


def file_list(folder: Path, text: str) -> Rtl:
    """Write a file list, and a source that it may name."""
    (folder / "a.sv").write_text("module a (input logic clk); endmodule\n")
    (folder / "list.f").write_text(text)
    return Rtl("list.f", "a")


def test_a_file_list(tmp_path: Path) -> None:
    text = "# mine\n\n+incdir+inc+more // headers\n+define+A+B=7\na.sv # the top\n"
    sources = file_list(tmp_path, text).sources(tmp_path)
    assert sources.files == [tmp_path / "a.sv"]
    assert sources.includes == [tmp_path / "inc", tmp_path / "more"]
    assert sources.defines == {"A": "1", "B": "7"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a.sv\nb.sv\n", "list.f:2: b.sv does not exist"),
        ("-f other.f\n", "list.f:1: -f is not supported"),
        ("+libext+.v\n", r"list.f:1: \+libext\+.v is not supported"),
        ("// nothing\n", "list.f: names no source file"),
    ],
)
def test_a_bad_file_list(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(RtlError, match=f"^{reason}"):
        file_list(tmp_path, text).sources(tmp_path)


def test_no_file_list(tmp_path: Path) -> None:
    with pytest.raises(RtlError, match=r"^none\.f: No such file"):
        Rtl("none.f", "a").sources(tmp_path)


def test_the_own_interface() -> None:
    own = OWN.elaborate()
    parameters, ports = own.parameters, own.ports
    assert {"RANGES", "CONNECTIONS", "TARGETS", "ROUTES", "COUNTER_WIDTH"} <= parameters
    assert ports["clk"] == Port("input", 1)
    assert ports["m_msi_address"] == Port("output", 64)
    OWN.check()


def variant(folder: Path, *edits: tuple[str, str]) -> Rtl:
    """Write the project's own RTL with another top module: its name is my_translator."""
    sources = OWN.sources().files
    text = sources[-1].read_text().replace("module msi_translator\n", "module my_translator\n")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (folder / "top.sv").write_text(text)
    paths = [*sources[:-1], folder / "top.sv"]
    (folder / "my.f").write_text("\n".join(map(str, paths)))
    return Rtl(str(folder / "my.f"), "my_translator")


def test_another_top_with_the_same_ports(tmp_path: Path) -> None:
    variant(tmp_path).check()


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    rtl = variant(
        tmp_path,
        ("s_evt_route", "s_evt_number"),
        ("output logic      [3:0]  retire_answer,", "output logic      [4:0]  retire_answer,"),
        ("retire.answer;", "{1'b0, retire.answer};"),
        ("COUNTER_WIDTH", "WIDTH_OF_COUNTERS"),
        (".WIDTH_OF_COUNTERS(", ".COUNTER_WIDTH("),
    )
    with pytest.raises(RtlError) as error:
        rtl.check()
    assert str(error.value).splitlines()[1:] == [
        "  parameter COUNTER_WIDTH is missing",
        "  port s_evt_route is missing (input, 16 bits)",
        "  port retire_answer is output, 5 bits, not output, 4 bits",
        "  input s_evt_number is not one that the testbench drives",
    ]


def test_a_top_that_does_not_elaborate(tmp_path: Path) -> None:
    rtl = variant(tmp_path, ("u_engine", "u_engine u_"))
    with pytest.raises(RtlError, match=r"(?s)my_translator does not elaborate.*top\.sv:\d+"):
        rtl.check()
