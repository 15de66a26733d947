# SPDX-License-Identifier: MIT
"""Points as Verilator counts them, and a source that they are about."""

from __future__ import annotations

from pathlib import Path

from cocotbext.msi_its.run.simulators.code_coverage import CodeCoverage, code_coverage, points

HEAD = "# SystemC::Coverage-3\n"


def point(
    line: int, kind: str, text: str = "if", *, file: str = "/p/a.sv", lines: str = "", **more: str
) -> str:
    """Return a point as Verilator writes it, without its count."""
    values = {"f": file, "l": str(line), "n": "9", "t": kind, "page": f"v_{kind}/top", "o": text}
    values |= {"S": lines} if lines else {}
    values |= {"h": "top.u_one"} | more
    return "C '" + "".join(f"\1{name}\2{value}" for name, value in values.items()) + "'"


def dat(counts: dict[str, int]) -> str:
    """Return a coverage file."""
    return HEAD + "".join(f"{each} {count}\n" for each, count in counts.items())


SOURCE = """module a;                // 1
  if (b) c = d;                         // 2
  else e = f;  // excused branch: why
  // excused toggle: why not
  logic [1:0] g;                        // 5
endmodule
"""


def covered_source(tmp_path: Path) -> CodeCoverage:
    """Return the coverage of SOURCE, some of it excused, some of it missing."""
    source, other = tmp_path / "a.sv", tmp_path / "b.sv"
    source.write_text(SOURCE)
    other.write_text("")
    at = str(source)
    counts = {
        point(2, "line", "block", lines="1-2,5", file=at): 4,
        point(2, "branch", "if", lines="2", file=at): 4,
        point(3, "branch", "else", lines="3", file=at): 0,
        point(3, "expr", "f==0", file=at): 0,
        point(3, "expr", "f==1", file=at): 9,
        point(5, "toggle", "g[0]:0->1", file=at): 1,
        point(5, "toggle", "g[0]:1->0", file=at): 0,
        point(5, "toggle", "g[1]:0->1", file=at): 0,
    }
    return code_coverage(points(counts, tmp_path), [source, other], tmp_path)
