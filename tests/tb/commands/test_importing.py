# SPDX-License-Identifier: MIT
"""`make import`, `make export`, and `make compare` of a log."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cocotbext.msi_its.commands import compare as compare_module
from cocotbext.msi_its.commands import export, importing
from cocotbext.msi_its.commands.compare import compare
from cocotbext.msi_its.commands.main import parse
from cocotbext.msi_its.run.design import OWN
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary.text import UserError
from tests.schemas import valid
from tests.tb.importers.corpus import KINDS
from tests.tb.importers.imports import LOG

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write results into a folder of the test's own."""
    monkeypatch.setattr(compare_module, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(importing, "BUILD", tmp_path / "build")
    monkeypatch.setattr(export, "RESULTS", tmp_path / "export")


def log_of(folder: Path, kind: str = "qemu") -> Path:
    """Write a log."""
    path = folder / f"{kind}.log"
    path.write_text("\n".join(KINDS[kind]) + "\n")
    return path


def run(command: str, *words: str) -> int:
    """Run a command as the command line does."""
    arguments = parse([command, *words])
    status: int = (importing if command == "import" else export).run(arguments, OWN)
    return status


def test_import_says_what_it_made_and_what_it_could_not(tmp_path: Path, capsys: Captured) -> None:
    log, out = log_of(tmp_path), tmp_path / "trace.jsonl"
    assert run("import", f"FROM={log}", f"OUT={out}") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"imported {log} (a QEMU trace log, 48 lines) to {out}: 2 messages")
    assert any(line.startswith("  left out: vfio_msi_interrupt: ") for line in lines)
    assert lines[-2] == f"next: make compare TRACE={out}"
    assert re.match(r"import: 48 lines read in \d\.\d s, 2 messages, ", lines[-1])
    assert out.exists()


def test_import_of_a_kind_that_is_named(tmp_path: Path, capsys: Captured) -> None:
    log, out = log_of(tmp_path, "csv"), tmp_path / "trace.jsonl"
    assert run("import", f"FROM={log}", f"OUT={out}", "KIND=csv") == 0
    with pytest.raises(SystemExit):
        run("import", f"FROM={log}", f"OUT={out}", "KIND=frob")
    assert "KIND: invalid choice: 'frob' (choose from" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["the log", "a folder", "something else"])
def test_import_overwrites_nothing_but_traces(tmp_path: Path, what: str) -> None:
    log = log_of(tmp_path)
    out = tmp_path / "out"
    if what == "the log":
        out = log
    elif what == "a folder":
        out.mkdir()
    else:
        out.write_text("the only copy")
    before = log.read_bytes()
    with pytest.raises(UserError, match="OUT="):
        run("import", f"FROM={log}", f"OUT={out}")
    assert log.read_bytes() == before
    assert out.is_dir() or out.read_text()


def test_import_needs_a_name_for_what_it_makes(tmp_path: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        run("import", f"FROM={log_of(tmp_path)}")
    assert "import needs OUT=" in capsys.readouterr().err


def test_compare_takes_a_log_and_says_so(tmp_path: Path, capsys: Captured) -> None:
    assert compare([str(LOG)], "model", 1) == 0
    output = capsys.readouterr().out
    assert f"imported {LOG.relative_to(ROOT)} (a QEMU trace log, 172,300 lines) to " in output
    assert "3,776 of 3,776 translations and 496 of 496 commands compared" in output
    assert ", 0 dropped, 0 mismatches, profile e08751800; ITS: 3776 translations and 496" in output
    drawn = tmp_path / "results/timeline.html"
    assert f"timeline: {drawn}" in output and "3,776 messages at 5 ports" in drawn.read_text()
    assert valid(tmp_path / "results/result.json")["passed"] is True


def test_a_difference_names_the_line_of_the_log(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "trace.jsonl"
    run("import", f"FROM={LOG}", f"OUT={out}")
    lines = out.read_text().splitlines(True)
    at = next(n for n, line in enumerate(lines) if '"rid":512' in line)
    source = json.loads(lines[at])["x_line"]
    lines[at] = lines[at].replace('"messages":[[512', '"messages":[[513')
    out.write_text("".join(lines))
    assert compare([str(out)], "model", 1) == 1
    assert f" comes from line {source} of basic-qemu.log.xz" in capsys.readouterr().out


def test_compare_of_a_log_that_nothing_can_be_made_of(tmp_path: Path, capsys: Captured) -> None:
    log = tmp_path / "qemu.log"
    log.write_text(
        next(line for line in KINDS["qemu"] if "requester_id 0x200" in line).replace(
            " requester_id", " secure 0 requester_id"
        )
        + "\n"
    )
    assert compare([str(log)], "model", 1) == 2
    said = capsys.readouterr().err
    assert "nothing could be imported" in said and "not the format of QEMU 7.2 and after" in said


def test_compare_of_what_is_no_log_says_what_a_trace_is(tmp_path: Path, capsys: Captured) -> None:
    other = tmp_path / "dump.vcd"
    other.write_text("$timescale 1ns $end\n")
    assert compare([str(other)], "model", 1) == 2
    assert "this looks like a waveform (VCD), not like a trace" in capsys.readouterr().err


def test_export_makes_what_the_name_says(tmp_path: Path, capsys: Captured) -> None:
    trace = f"TRACE={ROOT / 'tests/traces/basic.jsonl.gz'}"
    for end, start in (
        (".html", "<!doctype html>"),
        (".svg", "<svg"),
        (".txt", "line "),
        (".csv", "line,"),
    ):
        out = tmp_path / f"out{end}"
        assert run("export", trace, f"OUT={out}") == 0
        assert run("export", trace, f"OUT={out}") == 0  # over itself
        assert out.read_text().startswith(start)
    assert "3,772 messages at 5 ports, 0 dropped" in capsys.readouterr().out
    assert run("export", trace) == 0
    assert {path.name for path in (tmp_path / "export").iterdir()} == {"basic.html", "basic.txt"}


def test_export_of_a_log(tmp_path: Path, capsys: Captured) -> None:
    assert run("export", f"TRACE={log_of(tmp_path)}", f"OUT={tmp_path / 'out.svg'}") == 0
    assert "imported" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("traces", "out", "said"),
    [
        (["tests/traces/basic.jsonl.gz"], "x.pdf", "known by its end, one of .html, .svg"),
        (["tests/its/basic-its.jsonl.gz"], "x.svg", "has no ports to draw; as a table: OUT=x.txt"),
        (["tests/traces/basic.jsonl.gz", "tests/traces/basic.jsonl.gz"], "x.svg", "OUT=x.html"),
    ],
)
def test_export_of_what_cannot_be(tmp_path: Path, traces: list[str], out: str, said: str) -> None:
    paths = " ".join(str(ROOT / path) for path in traces)
    with pytest.raises(UserError, match=said.replace(".", r"\.")):
        run("export", f"TRACE={paths}", f"OUT={tmp_path / out}")


def test_export_overwrites_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "mine.txt"
    out.write_text("my notes")
    with pytest.raises(UserError, match="is there, and no such file"):
        run("export", f"TRACE={ROOT / 'tests/traces/basic.jsonl.gz'}", f"OUT={out}")
    assert out.read_text() == "my notes"
