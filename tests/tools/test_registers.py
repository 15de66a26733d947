# SPDX-License-Identifier: MIT
"""What derives from the register description: all of it, and only where it fits together."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cocotbext.msi_its.checks.bridge_register_model import REGISTERS
from cocotbext.msi_its.run.design import OWN
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary.bridge_csr import Refusal
from tools.lint_hdl import lint_verilator
from tools.registers import __main__ as program
from tools.registers.description import (
    BRIDGE_SOURCE,
    LONGEST,
    SOURCE,
    SPECIFICATION,
    DescriptionError,
    load,
    load_bridge,
)
from tools.registers.generate import generate
from tools.registers.text import specification

RULES = (ROOT / SPECIFICATION).read_text()
DISABLE = """\
                operation_entry'{
                    code: operation_code::DISABLE, enters: source::COMMAND, rules: "R9",
                    arguments: '{"route"},
                    answers: '{answer::OK, answer::ERROR_INDEX, answer::ERROR_NO_ROUTE}
                },
"""
DISABLED = DISABLE[DISABLE.index("code:") : DISABLE.index("            },")]
HELD = "answers: '{answer::SENT, answer::HELD_PENDING, "
CONSUMED = "returns_true: '{answer::WAS_PENDING}, returns_false: '{answer::WAS_NOT_PENDING}"
REFUSALS = "refusals = '{answer::REFUSED_BUS_RANGE, answer::REFUSED_DEVID}"
OF_OPERATION = 'desc = "Disable a route; what arrives from now on is held pending.";'
SECONDARY = 'desc = "Secondary bus number."; } secondary[8]'


def changed(folder: Path, *edits: tuple[str, str], source: str = SOURCE) -> Path:
    """Return a copy of a description with changes."""
    text = (ROOT / source).read_text()
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / Path(source).name
    path.write_text(text)
    return path


def test_the_description_is_accepted_as_it_is() -> None:
    description = load(ROOT / SOURCE, RULES)
    assert [each.code.value for each in description.operations] == list(range(1, 17))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # operations
        (DISABLE, "", "operation DISABLE has no entry in COMMAND.operation's `operations`"),
        (DISABLE, DISABLE * 2, "operation DISABLE has more than one entry"),
        (DISABLE, DISABLE.replace("DISABLE", "NONE"), "operation NONE has an entry"),
        (DISABLE, DISABLE.replace('"R9"', '"R9, R12"'), "operation DISABLE: 'R12' is no rule"),
        (DISABLE, DISABLE.replace('"R9"', '""'), "operation DISABLE: '' is no rule"),
        (OF_OPERATION, 'desc = "";', "operation DISABLE has no desc"),
        (
            OF_OPERATION,
            f'desc = "{"a" * (LONGEST + 1)}";',
            f"operation DISABLE: its desc is longer than {LONGEST} characters",
        ),
        # arguments
        (
            DISABLE,
            DISABLE.replace('"route"', '"rout"'),
            "operation DISABLE: no ARG register holds an argument 'rout'",
        ),
        (
            DISABLE,
            DISABLE.replace('"route"', '"route", "route"'),
            "operation DISABLE: the argument 'route' is there more than once",
        ),
        (
            SECONDARY,
            SECONDARY.replace("secondary", "secundary"),
            "operation SET_BUS_RANGE: no ARG register holds an argument 'secondary'",
        ),
        (
            SECONDARY,
            f'{SECONDARY[:-3]}[4]; field {{ desc = "Nobody\'s."; }} unused[4]',
            "argument unused: no operation takes it",
        ),
        (
            SECONDARY,
            f'{SECONDARY[:-3]}[4]; field {{ desc = "No name."; }} rules[4]',
            "argument rules: no argument can be called that",
        ),
        ('table = "routes"', 'table = "rotes"', "argument route: no TABLES register has the size"),
        ('table = "routes"', 'table = "targets"', "table routes: one argument is its index, not 0"),
        (
            'table = "routes"; } route[16]',
            'table = "routes"; } route[15]',
            "arguments that are indexes must all have the same width",
        ),
        (
            'desc = "Bits 63:32."; hexadecimal = true;',
            'desc = "Bits 63:32.";',
            "the parts of the argument address differ in their properties",
        ),
        (
            'part_of = "devid_base"; lowest = 16;',
            'part_of = "devid_base"; lowest = 15;',
            "the argument devid_base: no field begins with its bit 16, or two have bits in common",
        ),
        (
            'part_of = "devid_base"; lowest = 16;',
            'part_of = "devid_base";',
            "the argument devid_base: no field begins with its bit 16, or two have bits in common",
        ),
        # answers
        (
            DISABLED,
            DISABLED[: DISABLED.index(",\n                    answers")] + "\n",
            "operation DISABLE has no answers",
        ),
        (HELD, "answers: '{answer::SENT, ", "answer HELD_PENDING: no operation ever answers it"),
        (HELD, HELD + "answer::SENT, ", "operation SIGNAL_EVENT: the answer SENT is there more"),
        (HELD, HELD + "answer::NONE, ", "operation SIGNAL_EVENT: NONE is no answer of"),
        (
            CONSUMED,
            CONSUMED.replace("WAS_NOT_PENDING", "NO_IRQFD"),
            "operation CONSUME_PENDING returns something for NO_IRQFD, which it never answers",
        ),
        (
            CONSUMED,
            CONSUMED.replace("WAS_NOT_PENDING", "WAS_PENDING"),
            "operation CONSUME_PENDING returns more than one value for WAS_PENDING",
        ),
        (
            CONSUMED,
            CONSUMED.replace("returns_false", "returns_bdf"),
            "operation CONSUME_PENDING returns both a number and true or false",
        ),
        (
            REFUSALS,
            REFUSALS[:-1] + ", answer::ERROR_INDEX}",
            "answer ERROR_INDEX is in more than one of drops, refusals and errors",
        ),
        (REFUSALS, "refusals = '{answer::NONE}", "answer NONE is no drop, no refusal and no error"),
        ('name = "held pending"; ', "", "answer HELD_PENDING has no name: what people call it"),
        # codes
        ("COMMAND = 2'd0", "Command = 2'd0", "source Command: names are in capitals"),
        (
            "NONE                 = 8'd0 ",
            "NONE                 = 8'd99 ",
            "answer code 0 must be called NONE",
        ),
        # addresses
        (
            "DEVID_BEYOND @ 0x78",
            "DEVID_BEYOND @ 0x80",
            "register DEVID_BEYOND: its address must be 0x0 to 0x7f, not 0x80",
        ),
        # what is no description
        ("} answer[8];", "} answers[8];", "the description has no field RESULT.answer"),
        ("        operations = '{", "        unknown = '{", "Unrecognized property 'unknown'"),
        ("encode = answer; sw = r; hw = w;\n", "sw = r; hw = w;\n", "RESULT.answer `encode`"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    if "::Command" in new or "Command =" in new:
        source = changed(tmp_path, (old, new))
        source.write_text(source.read_text().replace("source::COMMAND", "source::Command"))
    else:
        source = changed(tmp_path, (old, new))
    with pytest.raises(DescriptionError) as refused:
        load(source, RULES)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("NONE    = 8'd0", "NONE    = 8'd9", "refusal code 0 must be called NONE"),
        ("READ    = 8'd5", "Read    = 8'd5", "refusal Read: names are in capitals"),
        (
            'desc = "It is a read of the doorbell\'s page.";',
            'desc = "";',
            "refusal READ has no desc",
        ),
        (
            "LAST_ITS_ERROR @ 0xD0",
            "LAST_ITS_ERROR @ 0x7C",
            "register LAST_ITS_ERROR: its address must be 0x80 to 0xff, not 0x7c",
        ),
        ("encode = refusal; ", "", "LAST_REFUSED_REASON.reason needs `encode`"),
        ("} reason[8];", "} why[8];", "the description has no field LAST_REFUSED_REASON.reason"),
    ],
)
def test_what_is_wrong_with_the_bridge_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    load_bridge(ROOT / BRIDGE_SOURCE)
    with pytest.raises(DescriptionError) as refused:
        load_bridge(changed(tmp_path, (old, new), source=BRIDGE_SOURCE))
    assert said in str(refused.value)


def test_the_codes_of_refusals_are_those_of_the_rtl() -> None:
    """Beside OUTSIDE, which the bridge has no use for."""
    package = (ROOT / "hdl/axi/msi_axi_pkg.sv").read_text()
    codes = {name: int(code) for name, code in re.findall(r"REFUSED_(\w+) += 4'd(\d+)", package)}
    named = {each.name: each.value for each in load_bridge(ROOT / BRIDGE_SOURCE).refusals}
    assert codes.pop("NOT") == named.pop("NONE") == 0
    assert codes.pop("OUTSIDE") not in named.values()
    assert codes == named


def test_both_headers_go_together_and_have_the_addresses_of_software(tmp_path: Path) -> None:
    """An address of the bridge's counts from where the translator's begin."""
    program = tmp_path / "both.cpp"
    program.write_text(
        '#include <cstddef>\n#include "msi_csr.h"\n#include "msi_bridge_csr.h"\n'
        'static_assert(offsetof(msi_csr_t, ALERT) == 0x58, "");\n'
        + "".join(
            f'static_assert(offsetof(msi_bridge_csr_t, {name}) == {address}, "{name}");\n'
            for address, name in REGISTERS.items()
        )
        + f'static_assert(MSI_BRIDGE_CSR__REFUSAL__SOURCE == {Refusal.SOURCE.value}, "");\n'
    )
    command = ["g++", "-std=c++11", "-fsyntax-only", "-Wall", "-Werror", str(program)]
    folder = ROOT / "hdl/registers/generated"
    done = subprocess.run([*command, "-I", str(folder)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    source = changed(tmp_path, (DISABLE, ""), (HELD, "answers: '{answer::SENT, "))
    with pytest.raises(DescriptionError) as refused:
        load(source, RULES)
    assert str(refused.value).splitlines() == [
        f"{source}: operation DISABLE has no entry in COMMAND.operation's `operations`",
        f"{source}: answer HELD_PENDING: no operation ever answers it",
    ]


def test_the_specification_says_where_its_tables_are() -> None:
    description = load(ROOT / SOURCE, RULES)
    assert specification(RULES, description) == RULES
    for line in re.findall(r"^<!-- .*\n", RULES, re.MULTILINE):
        with pytest.raises(DescriptionError, match="are between these lines"):
            specification(RULES.replace(line, ""), description)


def test_what_is_out_of_date_or_wrong_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {"a/one": "1\n", "two": "2\n"}
    monkeypatch.setattr(program, "ROOT", tmp_path)
    monkeypatch.setattr(program, "generate", lambda: made)
    assert program.main([]) == 0 and capsys.readouterr().out == "wrote a/one\nwrote two\n"
    assert program.main([]) == program.main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")
    (tmp_path / "two").write_text("3\n")
    assert program.main(["--check"]) == 1
    assert (
        capsys.readouterr().err
        == f"two: is not what {SOURCE} and {BRIDGE_SOURCE} give; run `make regs`\n"
    )

    def refuse() -> dict[str, str]:
        raise DescriptionError("it is wrong")

    monkeypatch.setattr(program, "generate", refuse)
    assert program.main([]) == 1 and capsys.readouterr().err == "it is wrong\n"
    assert (tmp_path / "two").read_text() == "3\n"


# ---- an operation and an answer more -----------------------------------------------------------

ADDED = (
    (
        "    SUPPORTS_DIRECT_MSI = 8'd15",
        "    MADE_UP = 8'd40 { desc = \"Made up.\"; };\n    SUPPORTS_DIRECT_MSI = 8'd15",
    ),
    (
        "    ERROR_NO_ROUTE       = 8'd15",
        '    MADE_IT = 8\'d41 { name = "made it"; desc = "Made it up."; };\n'
        "    ERROR_NO_ROUTE       = 8'd15",
    ),
    (
        DISABLE,
        """\
            operation_entry'{
                code: operation_code::MADE_UP, enters: source::EVENT, rules: "R9",
                arguments: '{"route", "rid"},
                answers: '{answer::MADE_IT, answer::ERROR_INDEX}, returns_true: '{answer::MADE_IT}
            },
"""
        + DISABLE,
    ),
    (REFUSALS, REFUSALS[:-1] + ", answer::MADE_IT}"),
)

VOCABULARY = """
import sys
from cocotbext.msi_its.vocabulary import operations, transactions
from cocotbext.msi_its.vocabulary.csr import Answer, OperationCode
from cocotbext.msi_its.vocabulary.fields import argument_writes
from cocotbext.msi_its.vocabulary.operations import MadeUp
from cocotbext.msi_its.vocabulary.trace import read_trace
from cocotbext.msi_its.vocabulary.trace_file import TraceError
from cocotbext.msi_its.vocabulary.transactions import Retired, Source

made = MadeUp(route=3, rid=0x1100)
operations.validate(made)
assert str(made) == "made_up(route=3, rid=0x1100)"
assert operations.OPERATIONS["made_up"] is operations.BY_CODE[40] is MadeUp
assert (OperationCode.MADE_UP, Answer.MADE_IT) == (40, 41)
assert argument_writes(made) == {0x24: 3 << 16, 0x2C: 0x1100}
assert Retired(Source.EVENT, made, Answer.MADE_IT).returns is True
assert Answer.MADE_IT in transactions.WARNINGS and Answer.MADE_IT not in transactions.DROPS

good, bad = sys.argv[1:]
assert [(each.operation, each.expect.returns) for each in read_trace(good)] == [(made, True)]
try:
    read_trace(bad)
    raise AssertionError("accepted")
except TraceError as error:
    assert "made_up returns true or false, or null; got 1" in str(error), error
try:
    import cocotbext.msi_its.checks.coverage.points
    raise AssertionError("accepted")
except LookupError as error:
    assert "in which states of its route does made_up answer MADE_IT?" in str(error), error
"""

BATCH = """
import sys
from cocotbext.msi_its.batch.records import NAMES, SOURCES, operation_of, pack
from cocotbext.msi_its.batch.trace import read_batches, validate
from cocotbext.msi_its.checks.coverage.points import points
from cocotbext.msi_its.vocabulary.operations import CONFIGURATION, MadeUp
from cocotbext.msi_its.vocabulary.trace import TraceError
from cocotbext.msi_its.vocabulary.transactions import Source

made = MadeUp(route=3, rid=0x1100)
assert NAMES[40] == "made_up" and SOURCES[40] == Source.EVENT
assert operation_of(pack([made])[0]) == made
asked = points([CONFIGURATION])["operation"].bins
bins = [each for each in asked if each[0] == "made_up"]
assert bins == [("made_up", "MADE_IT", "enabled"), ("made_up", "ERROR_INDEX", "route outside")]

good, bad = sys.argv[1:]
assert validate(good).by_name == {"made_up": 1}
(lines,) = read_batches(good)
assert lines.operations["code"].tolist() == [40] and lines.expects["returns"].tolist() == [1]
try:
    validate(bad)
    raise AssertionError("accepted")
except TraceError as error:
    assert "made_up returns true or false, or null; got 1" in str(error), error
"""


def test_a_made_up_operation_is_in_all_that_is_generated_and_works(tmp_path: Path) -> None:
    files = generate(changed(tmp_path, *ADDED))
    for path, text in files.items():
        if "bridge_csr" not in path and not path.endswith("/msi_csr.sv"):  # they are as they were
            assert re.search(r"MADE_UP|made_up|MadeUp", text), path
            assert re.search(r"MADE_IT|made it", text) or path.endswith("operation_pkg.sv"), path

    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "hdl", tmp_path / "hdl", ignore=ignored)
    shutil.copytree(ROOT / "tb", tmp_path / "tb", ignore=ignored)
    for path, text in files.items():
        if path.startswith(("hdl/", "tb/")):
            (tmp_path / path).write_text(text)

    rtl = [str(file.relative_to(ROOT)) for file in OWN.sources().files]
    assert "operation_code__MADE_UP = 'h28" in files["hdl/registers/generated/msi_csr_pkg.sv"]
    assert lint_verilator(tmp_path, rtl), "the translator, with codes of six bits"

    traces = []
    for name, returned in {"good": "true", "bad": "1"}.items():
        traces.append(tmp_path / f"{name}.jsonl")
        traces[-1].write_text(
            '{"op": "made_up", "route": 3, "rid": "0x1100", "expect": {"returns": '
            + returned
            + "}}\n"
        )
    points = tmp_path / "tb/cocotbext/msi_its/checks/coverage/points.py"
    states = '("route", Answer.SENT): ("enabled",),'
    for script in (VOCABULARY, BATCH):
        path = os.pathsep.join(str(each) for each in (tmp_path / "tb", ROOT / "models"))
        done = subprocess.run(
            [sys.executable, "-c", script, *map(str, traces)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        text = points.read_text()
        assert text.count(states) == 1
        points.write_text(text.replace(states, states + states.replace("SENT", "MADE_IT")))
