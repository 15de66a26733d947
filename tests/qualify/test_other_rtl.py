# SPDX-License-Identifier: MIT
"""RTL that is not the project's own: how yosys reads it, which faults apply, what is kept of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocotbext.msi_its.run import fingerprint as fingerprints
from cocotbext.msi_its.run.design import OWN, PARAMETERS, Rtl, RtlError
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.places import BUILD
from qualify import faults, mutant_proofs, mutate, mutations
from qualify.edits import DoesNotApply, break_rtl, place
from qualify.faults import SIMULATED, FaultsError, that_apply
from tools import yosys

MODULE = """\
module mine #(
    parameter RANGES = 1, CONNECTIONS = 1, TARGETS = 1, ROUTES = 1, COUNTER_WIDTH = 4,
    parameter CHECK_DEFAULT_RID = 0, DEVID_BITS = 32
) (
    input logic clk,
    input logic a,
    output logic q
);
`include "part.svh"
  logic b;
  library_cell u_cell (.a, .b);
  always_ff @(posedge clk) begin
    q <= #1 b ^ `INVERTED ^ hidden;
    assert (RANGES > 0);
  end
endmodule
"""


@pytest.fixture(params=["plain", "it's $HOME, (é)"])
def design(request: pytest.FixtureRequest, tmp_path: Path) -> Rtl:
    """Return a design with an include, a macro, a library and a delay, outside of the project."""
    folder = tmp_path / request.param
    (folder / "include").mkdir(parents=True)
    (folder / "library").mkdir()
    (folder / "mine.sv").write_text(MODULE)
    (folder / "include/part.svh").write_text("logic hidden;\nassign hidden = 1'b0;\n")
    (folder / "library/library_cell.sv").write_text(
        "module library_cell (input logic a, output logic b);\n  assign b = a;\nendmodule\n"
    )
    (folder / "list.f").write_text(
        '+incdir+include\n-y library\n+libext+.sv\n"+define+INVERTED=1\'b1"\nmine.sv\n'
    )
    return Rtl(str(folder / "list.f").replace("'", "'\\''").join("''"), "mine")


def test_yosys_reads_it_as_verilator_does(design: Rtl) -> None:
    folder = BUILD / "yosys-test"
    folder.mkdir(parents=True, exist_ok=True)
    command = yosys.read_design(design, folder, parameters=dict.fromkeys(PARAMETERS, 5))
    said = mutations.run_yosys(
        [command, "proc", "flatten", "select -list t:$dff %ci1 i:* %i", "write_rtlil"],
        folder,
        "read",
        Launcher(),
    )
    assert "cell $dff" in said
    source = next(line for line in yosys.here(said).splitlines() if "mine.sv:" in line)
    assert str(next(file for file in design.files_read() if file.name == "mine.sv")) in source


def test_a_netlist_depends_on_all_rtl_that_is_read(design: Rtl) -> None:
    before = mutations.fingerprint(design)
    assert mutations.fingerprint(design) == before
    files = design.files_read()
    assert {file.name for file in files} >= {"mine.sv", "part.svh", "library_cell.sv"}
    known = {before}
    for file in files:
        if file.suffix in (".sv", ".svh"):
            file.write_text(file.read_text() + "// changed\n")
            known.add(mutations.fingerprint(design))
    assert len(known) == 4
    assert mutations.fingerprint(OWN) not in known


def test_what_is_kept_depends_on_how_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def of(what: object, files: object = ()) -> str:
        seen.extend(file.name for file in files)  # type: ignore[attr-defined]
        return str(what)

    before = mutate.tests_fingerprint()
    monkeypatch.setattr(mutate, "STAGES", mutate.STAGES[:1])
    assert mutate.tests_fingerprint() != before
    monkeypatch.setattr(fingerprints, "of", of)
    proofs = mutant_proofs.fingerprint()
    assert yosys.version() in proofs
    # What means something at a port, and what the netlist is, are part of a proof.
    assert {"mutant_proofs.py", "mutant_netlist.py"} <= set(seen)
    assert {"mutations.py", "operations.py", "csr.py", "yosys.py"} <= set(seen)


# ---- faults -------------------------------------------------------------------------------------


def copies(folder: Path, **changed: tuple[str, str]) -> Rtl:
    """Copy the project's RTL, with a change in some files; return it as another design."""
    folder.mkdir()
    names = []
    for source in OWN.sources().files:
        old, new = changed.get(source.stem, ("", ""))
        text = source.read_text()
        assert old in text
        (folder / source.name).write_text(text.replace(old, new) if old else text)
        names.append(source.name)
    (folder / "mine.f").write_text("\n".join(names) + "\n")
    return Rtl(str(folder / "mine.f"), OWN.top)


def test_a_fault_goes_into_the_file_that_has_its_text(tmp_path: Path) -> None:
    rtl = copies(tmp_path / "my rtl")
    fault = SIMULATED[0]
    broken = break_rtl(fault, tmp_path / "broken", rtl)
    files = broken.sources().files
    (changed,) = [file for file in files if file not in rtl.sources().files]
    assert changed.name == place(fault).name and fault.new in changed.read_text()
    assert [file.name for file in files] == [file.name for file in rtl.sources().files]
    assert fault.old in (tmp_path / "my rtl" / changed.name).read_text(), "the user's is untouched"
    broken.check()


def test_faults_that_do_not_apply_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone, fits, *_ = (each for each in SIMULATED if place(each).stem == "msi_engine")
    twice = next(each for each in SIMULATED if place(each).stem == "msi_route_states")
    rtl = copies(
        tmp_path / "rtl",
        msi_engine=(gone.old, gone.new),
        msi_route_states=(twice.old, twice.old + twice.old),
    )
    assert that_apply([gone, twice, fits], rtl) == [fits]
    output = capsys.readouterr().out
    assert f"2 of 3 faults do not apply to {rtl.describe()}" in output
    assert f"{gone.name}: the text to replace occurs 0 times, not once" in output
    assert f"{twice.name}: the text to replace occurs 2 times" in output
    with pytest.raises(FaultsError, match=r"none of 1 faults applies .* make mutate takes RTL="):
        that_apply([gone], rtl)


def test_rtl_with_other_files_is_refused(
    design: Rtl, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FaultsError, match=f"none of {len(SIMULATED)} faults applies"):
        that_apply(SIMULATED, design)
    with pytest.raises(DoesNotApply, match="occurs 0 times, not once"):
        break_rtl(SIMULATED[0], BUILD / "faults-test", design)
    monkeypatch.setattr("sys.argv", ["faults", "--rtl", design.file_list, "--top", design.top])
    assert faults.main() == 2, "its ports are not the testbench's"
    assert "port rst_n is missing" in capsys.readouterr().err


def test_the_own_rtl_that_no_longer_fits_a_fault_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no(*_: object) -> Rtl:
        raise DoesNotApply("why")

    monkeypatch.setattr(faults, "break_rtl", no)
    with pytest.raises(FaultsError, match="the RTL has changed, change the faults"):
        that_apply(SIMULATED[:1], OWN)


@pytest.mark.parametrize("tool", [mutate, faults])
def test_a_list_that_is_not_there(
    tool: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["tool", "--rtl", "nowhere.f", "--top", "mine"])
    assert tool.main() == 2  # type: ignore[attr-defined]
    assert "nowhere.f: No such file" in capsys.readouterr().err
    assert issubclass(RtlError, Exception)
