# SPDX-License-Identifier: MIT
"""Lines of an ITS in traces: what is read, what is refused and how that is said."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from cocotbext.msi_its.run.sets import trace_file
from cocotbext.msi_its.vocabulary.its_trace import (
    Command,
    Note,
    Translate,
    iter_mixed,
    validate_its,
)
from cocotbext.msi_its.vocabulary.trace import TraceLine
from cocotbext.msi_its.vocabulary.trace_file import TraceError

MAPD = {"op": "its_mapd", "devid": 8, "itt_size_bits": 1, "valid": True}
SEND = {"op": "signal_msi", "target": 0, "address": 64, "data": 5}
TRANSLATE = {"op": "its_translate", "devid": 8, "eventid": 5}


def written(folder: Path, *lines: Any) -> Path:
    """Write a trace."""
    path = folder / "mine.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def read(folder: Path, line: Any) -> Any:
    """Return a line as it is read."""
    (found,) = iter_mixed(written(folder, line))
    return found


READ: dict[str, tuple[dict[str, Any], Any]] = {
    "both sizes": (
        {**MAPD, "size_field": 0, "itt_addr": 4096, "queue_slot": 7, "result": "ok", "t_us": 1.5},
        Command(
            *(1, "its_mapd", {"devid": 8, "valid": 1, "itt_size_bits": 1, "itt_addr": 4096}),
            *("ok", 7),
        ),
    ),
    "the field alone": (
        {"op": "its_mapd", "devid": "0x8", "size_field": 4, "valid": 1},
        Command(1, "its_mapd", {"devid": 8, "valid": 1, "itt_size_bits": 5}),
    ),
    "unmapped with no size": (
        {"op": "its_mapd", "devid": 8, "valid": False, "itt_size_bits": None},
        Command(1, "its_mapd", {"devid": 8, "valid": 0}),
    ),
    "a collection unmapped": (
        {"op": "its_mapc", "collection": 1, "rdbase": None, "valid": False},
        Command(1, "its_mapc", {"collection": 1, "valid": 0}),
    ),
    "mapi with its INTID": (
        {"op": "its_mapi", "devid": 8, "eventid": 8200, "intid": 8200, "collection": 0},
        Command(1, "its_mapi", {"devid": 8, "eventid": 8200, "collection": 0}),
    ),
    "a command that was ignored": (
        {"op": "its_int", "devid": 8, "eventid": 1, "result": "no valid DTE"},
        Command(1, "its_int", {"devid": 8, "eventid": 1}, "no valid DTE"),
    ),
    "no operands": ({"op": "its_invall", "x_cpu": 3}, Command(1, "its_invall", {})),
    "operands of choice": ({"op": "its_sync", "rdbase": 1}, Command(1, "its_sync", {"rdbase": 1})),
    "all of MOVALL": (
        {"op": "its_movall", "rdbase1": 0, "rdbase2": 1, "note": "hi"},
        Command(1, "its_movall", {"rdbase1": 0, "rdbase2": 1}),
    ),
    "32 bits of EventID": (
        {**TRANSLATE, "eventid": "0xffffffff", "size": 4},
        Translate(1, 8, 0xFFFF_FFFF),
    ),
    "a write of 16 bits": ({**TRANSLATE, "size": 2}, Translate(1, 8, 5, 2)),
    "what is expected, in part": (
        {**TRANSLATE, "expect": {"reason": "ite_invalid", "intid": None, "x_log": 3}},
        Translate(1, 8, 5, 4, {"reason": "ite_invalid", "intid": None}),
    ),
    "a register": ({"op": "its_reg_write", "reg": "GITS_CTLR", "value": 1, "size": 4}, None),
    "hot plug": ({"op": "device_add", "driver": "nvme", "id": {"any": "thing"}, "t_us": 3}, None),
    "hot unplug": ({"op": "device_del_request", "id": "nvme1"}, None),
    "gone": ({"op": "device_deleted", "path": "/machine"}, None),
}


@pytest.mark.parametrize("name", READ)
def test_it_is_read(tmp_path: Path, name: str) -> None:
    line, wanted = READ[name]
    assert read(tmp_path, line) == (wanted or Note(1, line["op"]))


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown": ({"op": "its_mapq"}, "op", 'unknown operation "its_mapq"; did you mean "its_map'),
    "virtual": ({"op": "its_vmapp"}, "op", 'unknown operation "its_vmapp"; did you mean'),
    "a field": ({**MAPD, "devids": 1}, "devids", 'no such field; did you mean "devid"?'),
    "no size": ({"op": "its_mapd", "devid": 8, "valid": True}, "itt_size_bits", "missing; "),
    "no target": ({"op": "its_mapc", "collection": 8, "valid": True}, "rdbase", "missing; "),
    "two sizes": ({**MAPD, "size_field": 1}, "itt_size_bits", "1 is not size_field + 1, which"),
    "valid": ({**MAPD, "valid": 2}, "valid", "expected true or false, got 2"),
    "no operand": ({"op": "its_inv", "devid": 8}, "eventid", "missing; its_inv needs devid, eve"),
    "no event": ({"op": "its_translate", "devid": 8}, "eventid", "missing; its_translate needs"),
    "wide": ({**TRANSLATE, "devid": 1 << 32}, "devid", "does not fit in 32 bits"),
    "text": ({**TRANSLATE, "devid": "eight"}, "devid", "is not an integer; write it as 768 or"),
    "MAPI": (
        {"op": "its_mapi", "devid": 8, "eventid": 1, "intid": 8200, "collection": 0},
        "intid",
        "its_mapi makes the EventID the INTID",
    ),
    "one byte": ({**TRANSLATE, "size": 1}, "size", "1 bytes: GITS_TRANSLATER takes 2 or 4"),
    "no 16 bits": (
        {**TRANSLATE, "size": 2, "eventid": 0x1_0000},
        "eventid",
        "0x10000 does not fit in a write of 2 bytes",
    ),
    "a reason": (
        {**TRANSLATE, "expect": {"reason": "lost"}},
        "expect.reason",
        '"lost" is none of ok, dte_invalid, eventid_out_of_range, ite_invalid, cte_invalid',
    ),
    "a part": ({**TRANSLATE, "expect": {"lpi": 1}}, "expect.lpi", "expects no such thing; it has"),
    "no interrupt": (
        {**TRANSLATE, "expect": {"reason": "ok", "intid": None}},
        "expect.intid",
        'null, but the reason is "ok"',
    ),
    "a table of nothing": (
        {**TRANSLATE, "expect": {"reason": "dte_invalid", "itt_size_bits": 1}},
        "expect.itt_size_bits",
        "there is no table",
    ),
    "a result": ({"op": "its_sync", "result": 1}, "result", 'expected "ok", or why not, got 1'),
    "a time": ({"op": "its_sync", "t_us": -1}, "t_us", "does not fit"),
    "a note": ({"op": "its_reg_write", "note": 1}, "note", "expected a string, got 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(tmp_path: Path, name: str) -> None:
    line, field, reason = REFUSED[name]
    path = written(tmp_path, {"op": "its_sync"}, line)
    with pytest.raises(TraceError) as caught:
        trace_file(path)
    assert (caught.value.path, caught.value.line, caught.value.field) == (str(path), 2, field)
    assert reason in caught.value.reason


def test_a_trace_of_an_its_has_no_operation_of_the_translator(tmp_path: Path) -> None:
    header = {"format": "msi-trace", "version": 1}
    path = written(tmp_path, header, MAPD, TRANSLATE, {"op": "its_sync", "result": "ok"})
    packed = tmp_path / "mine.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for each in (path, packed):
        trace, _ = trace_file(each)
        assert trace.its_alone and trace.source == str(each) and trace.name == "mine"
        assert (trace.operations, trace.expects) == (3, 1)


def test_a_mixed_trace_gives_the_translator_a_file_of_its_own(tmp_path: Path) -> None:
    header = {"format": "msi-trace", "version": 1}
    path = written(tmp_path, header, {**SEND, "note": "its_mapd"}, TRANSLATE, MAPD, SEND)
    trace, _ = trace_file(path)
    assert not trace.its_alone and trace.its == trace.source == str(path)
    lines = Path(trace.path).read_bytes().splitlines(keepends=True)
    assert lines == [path.read_bytes().splitlines(keepends=True)[at] for at in (0, 1, 4)]
    assert (trace.operations, trace.first) == (2, 2)
    kinds = [type(line) for line in iter_mixed(path)]
    assert kinds == [TraceLine, Translate, Command, TraceLine]


@pytest.mark.parametrize(
    "lines",
    [
        (TRANSLATE, SEND),
        (SEND, TRANSLATE, TRANSLATE),
        (SEND, MAPD, TRANSLATE),
    ],
)
def test_in_a_mixed_trace_a_translation_is_of_the_message_before(
    tmp_path: Path, lines: tuple[Any, ...]
) -> None:
    path = written(tmp_path, *lines)
    with pytest.raises(TraceError) as caught:
        validate_its(path, tmp_path / "others.jsonl")
    assert "it says what became of the message right before it" in caught.value.reason
    wrong = max(at for at, line in enumerate(lines, 1) if line == TRANSLATE)
    assert caught.value.line == wrong


def test_other_faults_are_those_of_any_trace(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    for text, line, said in (
        (json.dumps(MAPD) + "\n{", 2, "not JSON"),
        (json.dumps(MAPD) + "\n\n", 2, "blank"),
        (json.dumps(MAPD) + '\n{"op": "connect"}\n', 2, "missing; connect needs"),
        ('{"op": "connect"}\n' + json.dumps(MAPD) + "\n", 1, "missing; connect needs"),
        (json.dumps(MAPD) + '\n{"op": "its_sync", "op": "its_sync"}\n', 2, "given twice"),
        ('{"op": "its_sync"}\n{"format": "msi-trace"}\n', 2, "first line of a file"),
    ):
        path.write_text(text)
        with pytest.raises(TraceError, match=said) as caught:
            trace_file(path)
        assert caught.value.line == line


def test_lines_that_mean_nothing_alone_are_no_trace(tmp_path: Path) -> None:
    """A file of nothing but notes is refused: a replay of it would pass with nothing done."""
    path = tmp_path / "trace.jsonl"
    path.write_text('{"op": "device_add", "id": "nvme0"}\n')
    with pytest.raises(TraceError, match="it holds no operations, only 1 lines"):
        validate_its(path)
