# SPDX-License-Identifier: MIT
"""Trace files: what is accepted, what is refused and in which words, and the way back."""

import bz2
import gzip
import json
import lzma
import os
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocotbext.msi_its.batch.trace import read_batches
from cocotbext.msi_its.batch.trace import validate as fast
from cocotbext.msi_its.vocabulary import trace_file
from cocotbext.msi_its.vocabulary.operations import (
    LIMITS,
    OPERATIONS,
    TABLE_OF,
    WIDTHS,
    BindTarget,
    Connect,
    ConnectIrqfd,
    DefaultBdf,
    Message,
    NewRoute,
    Operation,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    Tables,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.trace import (
    UNSET,
    Context,
    Expect,
    TraceLine,
    iter_trace,
    read_trace,
    to_json,
    validate_trace,
    write_trace,
)
from cocotbext.msi_its.vocabulary.trace_file import LONGEST_LINE, TraceError
from msi_its_model import DEFAULT_PROFILE, PROFILES, Profile
from tests.tb.vocabulary.trace_lines import GOOD, REFUSED_LINES

TODAY = PROFILES["08ec11066"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trace.jsonl"


def refused(path: Path) -> TraceError:
    """The error, which is the same whichever way the file is read."""
    with pytest.raises(TraceError) as validating:
        validate_trace(path)
    with pytest.raises(TraceError) as reading:
        read_trace(path)  # at the call: nothing has to be taken from it
    assert str(reading.value) == str(validating.value)
    return validating.value


# What is accepted


def test_line_with_everything(path: Path) -> None:
    path.write_text(
        '{"op": "signal_msi_with_rid", "target": 3, "rid": 768, "address": 134807616, "data": 1, '
        '"t_us": 12, "note": "rp1: \\u00b5", "expect": {"messages": [[768, 134807616, 1]], '
        '"returns": null, "warnings": 0}}\n'
    )
    assert list(read_trace(path)) == [
        TraceLine(
            number=1,
            operation=SignalMsiWithRid(3, 0x300, 0x8090040, 1),
            expect=Expect(messages=(Message(0x300, 0x8090040, 1),), returns=None, warnings=0),
            note="rp1: µ",
            t_us=12,
        )
    ]


def test_what_is_left_out_is_told_apart_from_null(path: Path) -> None:
    path.write_text(
        '{"op": "default_bdf", "target": 0}\n'
        '{"op": "default_bdf", "target": 0, "expect": {}}\n'
        '{"op": "default_bdf", "target": 0, "expect": {"returns": null}}\n'
        '{"op": "default_bdf", "target": 0, "expect": {"returns": 0, "messages": []}}\n'
    )
    expects = [line.expect for line in read_trace(path)]
    assert expects == [None, Expect(), Expect(returns=None), Expect(messages=(), returns=0)]
    assert [e and e.returns is UNSET for e in expects] == [None, True, False, False]


def test_every_integer_may_be_a_hex_string(path: Path) -> None:
    path.write_text(
        '{"op": "bind_target", "target": "0x3ff", "connection": "0x0", "range": "0xFf", '
        '"devfn": "0x00018", "t_us": "0x10", "expect": {"messages": [["0x1", "0x2", "0x3"]], '
        '"warnings": "0x4"}}\n'
        '{"op": "default_bdf", "target": "0x1", "expect": {"returns": "0x0518"}}\n'
    )
    first, second = read_trace(path)
    assert first.operation == BindTarget(0x3FF, 0, 0xFF, 0x18)
    assert first.expect == Expect(messages=(Message(1, 2, 3),), warnings=4)
    assert first.t_us == 16
    assert second.expect == Expect(returns=0x518)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"{GOOD}\n",
        f"{GOOD}\r\n{GOOD}\r\n",
        f"  {GOOD} \t\n{GOOD}",
        GOOD.replace(" ", ""),
        GOOD.replace(":", " : "),
        '{"data": 3, "address": 2, "target": 1, "op": "signal_msi"}',
        '{"\\u006fp": "signal_msi", "target": 1, "address": 2, "data": 3}',
        GOOD.replace("}", ', "note": "a: b: \\"c\\": {d} 00:01.0"}'),
    ],
)
def test_layout_does_not_matter(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
    assert {line.operation for line in read_trace(path)} == {SignalMsi(1, 2, 3)}


@pytest.mark.parametrize("kind", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_at_both_ends_of_its_values(path: Path, kind: type[Operation]) -> None:
    largest = {field: (1 << WIDTHS[field]) - 1 for field in arguments_of(kind)}
    largest |= {
        field: LIMITS[TABLE_OF[field]][1] - 1 for field in arguments_of(kind) if field in TABLE_OF
    }
    ends = [kind(**dict.fromkeys(arguments_of(kind), 0)), kind(**largest)]
    write_trace(path, [TraceLine(0, operation) for operation in ends], TODAY)
    assert [line.operation for line in read_trace(path)] == ends


@pytest.mark.parametrize("name", ["trace.jsonl", "trace.jsonl.gz", "trace"])
@pytest.mark.parametrize("members", [1, 3])
def test_gzip_is_known_by_its_content(tmp_path: Path, name: str, members: int) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(f"{GOOD}\n".encode()) * members)
    assert [line.number for line in read_trace(path)] == list(range(1, members + 1))


def test_path_may_be_a_string(path: Path) -> None:
    path.write_text(GOOD)
    assert validate_trace(str(path)) == validate_trace(path)


def test_summary(path: Path) -> None:
    operations: list[Operation] = [
        SignalEvent(7),
        SetBusRange(4, 1, 2),
        SignalMsi(2, 255, 255),
        NewRoute(3, 9),
        SignalMsi(1, 0, 0),
    ]
    write_trace(path, [TraceLine(0, operation) for operation in operations])
    summary = validate_trace(path)
    assert summary.operations == 5
    assert summary.by_name == {
        "set_bus_range": 1,
        "signal_msi": 2,
        "new_route": 1,
        "signal_event": 1,
    }
    assert summary.tables == Tables(ranges=5, connections=1, targets=10, routes=8)


# Arguments that may be written in several ways, and profiles


def bound(path: Path, *lines: str, profile: Profile | None = TODAY) -> list[int]:
    """The offsets that a trace binds targets with; both readers agree."""
    path.write_text("".join(f"{{{line}}}\n" for line in lines))
    found = list(read_trace(path, profile))
    again = [line for batch in read_batches(path, 2, profile) for line in batch.lines()]
    assert again == found
    assert fast(path, profile=profile) == validate_trace(path, profile)
    binds = [each.operation for each in found if isinstance(each.operation, BindTarget)]
    offsets = [each.rid_offset for each in binds]
    records = np.concatenate([each.operations for each in read_batches(path, 2, profile)])
    assert records[records["code"] == BindTarget.code]["rid_offset"].tolist() == offsets
    return offsets


BIND = '"op": "bind_target", "target": 0, "connection": 0, "range": 0'
RANGE = '"op": "set_bus_range", "range": 0'


def test_offset_in_three_ways(path: Path) -> None:
    assert bound(
        path,
        f'{RANGE}, "secondary": 5, "subordinate": 10',
        f'{BIND}, "devfn": 24',
        f'{BIND}, "rid_offset": "0x234"',
        f'{BIND}, "rid": "0x70a"',
    ) == [0x18, 0x234, 0x20A]


def test_requester_id_is_resolved_at_that_moment(path: Path) -> None:
    """Also where the range was set in a batch before, or never."""
    assert bound(
        path,
        f'{BIND}, "rid": 1024',
        f'{BIND}, "devfn": 1',
        f'{RANGE}, "secondary": 5, "subordinate": 10',
        f'{RANGE.replace(" 0", " 1")}, "secondary": 9, "subordinate": 10',
        f'{BIND}, "devfn": 2',
        f'{BIND}, "devfn": 3',
        f'{BIND}, "rid": 1024',
        f'{RANGE}, "secondary": 3, "subordinate": 2',
        f'{BIND}, "rid": 1024',
    ) == [0x400, 1, 2, 3, 0xFF00, 0x100]


@pytest.mark.parametrize(
    ("written", "base"), [('"segment": 7', 0x7_0000), ('"devid_base": "0x12345678"', 0x1234_5678)]
)
@pytest.mark.parametrize(("op", "kind"), [("connect", Connect), ("connect_irqfd", ConnectIrqfd)])
def test_base_in_two_ways(
    path: Path, op: str, kind: type[Connect | ConnectIrqfd], written: str, base: int
) -> None:
    path.write_text(f'{{"op": "{op}", "connection": 1, {written}}}\n')
    (line,) = read_trace(path)
    assert line.operation == kind(1, base)
    assert validate_trace(path) == fast(path)


def test_written_the_short_way_where_there_is_one() -> None:
    written: dict[Operation, dict[str, int]] = {
        Connect(1, 0x7_0000): {"segment": 7},
        ConnectIrqfd(1, 0x7_0001): {"devid_base": 0x7_0001},
        BindTarget(1, 1, 1, 0xFF): {"devfn": 0xFF},
        BindTarget(1, 1, 1, 0x100): {"rid_offset": 0x100},
    }
    for operation, fields in written.items():
        assert fields.items() <= json.loads(to_json(TraceLine(1, operation))).items()
    by_rid = json.loads(to_json(TraceLine(1, BindTarget(1, 1, 1, 0x20A), rid=0x70A)))
    assert by_rid == {"op": "bind_target", "target": 1, "connection": 1, "range": 1, "rid": 0x70A}


@pytest.mark.parametrize("profile", [None, DEFAULT_PROFILE])
@pytest.mark.parametrize(
    ("way", "value", "said"),
    [
        ("rid_offset", 0x100, "rid_offset: must fit in 8 bits"),
        ("rid", 0x600, "rid: rid_offset must fit in 8 bits"),
        ("rid", 0x400, "rid: rid_offset must fit in 8 bits"),
    ],
)
def test_wide_offset_is_refused_by_the_name_of_the_profile(
    path: Path, profile: Profile | None, way: str, value: int, said: str
) -> None:
    setup = f'{{{RANGE}, "secondary": 5, "subordinate": 10}}\n'
    path.write_text(f'{setup}{GOOD}\n{{{BIND}, "{way}": {value}}}\n')
    for read in (validate_trace, lambda *it: fast(it[0], profile=it[1])):
        with pytest.raises(TraceError) as error:
            read(path, profile)
        assert str(error.value).startswith(f"{path}:3: {said}")
        assert "under profile e08751800" in str(error.value)
        assert "or take profile 08ec11066" in str(error.value)
    assert validate_trace(path, TODAY).profile is TODAY


# What is refused


@pytest.mark.parametrize(
    ("text", "field", "words"), REFUSED_LINES, ids=[text[:70] for text, _, _ in REFUSED_LINES]
)
def test_refused_line(path: Path, text: str, field: str | None, words: list[str]) -> None:
    path.write_text(f"{GOOD}\n{GOOD}\n{text}\n{GOOD}\n", encoding="utf-8")
    error = refused(path)
    assert (error.path, error.line, error.field) == (str(path), 3, field)
    place = f"{path}:3: {field}: " if field is not None else f"{path}:3: "
    assert str(error) == place + error.reason
    for word in words:
        assert word in error.reason
    assert len(error.reason) < 300
    assert error.reason.isprintable()


def test_not_utf_8(path: Path) -> None:
    path.write_bytes(f'{GOOD}\n{{"op": "µ"}}\n'.encode("latin-1"))
    assert str(refused(path)) == f"{path}:2: not UTF-8: byte 0xb5 at column 9"
    path.write_text(GOOD, encoding="utf-16")
    assert str(refused(path)) == f"{path}:1: not UTF-8: byte 0xff at column 1"


def test_blank_line_at_the_end(path: Path) -> None:
    path.write_text(f"{GOOD}\n\n")
    assert refused(path).line == 2


def test_endless_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(GOOD.encode() + b"\n")
        file.truncate(1 << 30)  # a gigabyte of zeros, without taking the space
    tracemalloc.start()
    error = refused(path)
    assert tracemalloc.get_traced_memory()[1] < 10 * LONGEST_LINE
    tracemalloc.stop()
    assert str(error).startswith(f"{path}:2: longer than 1048576 bytes")


def test_longest_line(path: Path) -> None:
    line = json.loads(GOOD) | {"note": ""}
    line["note"] = "x" * (LONGEST_LINE - len(json.dumps(line)))
    path.write_text(json.dumps(line))
    assert [line.number for line in read_trace(path)] == [1]
    line["note"] += "x"
    path.write_text(json.dumps(line))
    assert "longer than" in str(refused(path))


# Files


@pytest.mark.parametrize("name", ["trace.jsonl", "trace.jsonl.gz"])
def test_empty_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"")
    assert str(refused(path)) == f"{path}: empty: it holds no operations"
    path.write_bytes(gzip.compress(b""))
    assert str(refused(path)) == f"{path}: empty: it holds no operations"


def test_missing_file(path: Path) -> None:
    assert str(refused(path)) == f"{path}: no such file"
    assert str(refused(path / "inside")) == f"{path / 'inside'}: no such file"
    path.write_text(GOOD)
    assert "cannot be read: Not a directory" in str(refused(path / "inside"))


def test_directory(tmp_path: Path) -> None:
    assert str(refused(tmp_path)) == f"{tmp_path}: is a directory"


def test_pipe_is_refused_instead_of_read_twice(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert "not a regular file" in str(refused(path))


def test_no_permission(path: Path) -> None:
    path.write_text(GOOD)
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # root may read everything
    try:
        assert str(refused(path)) == f"{path}: no permission to read it"
    finally:
        if root:
            os.seteuid(0)


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "bzip2": bz2.compress,
}


@pytest.mark.parametrize(("suffix", "name"), [(".gz", "gzip"), (".xz", "xz"), (".bz2", "bzip2")])
def test_named_as_compressed_but_plain(tmp_path: Path, suffix: str, name: str) -> None:
    path = tmp_path / f"trace.jsonl{suffix}"
    path.write_text(GOOD)
    assert str(refused(path)) == f"{path}: named {suffix}, but its content is not {name}"


@pytest.mark.parametrize("name", ["xz", "bzip2"])
def test_xz_and_bzip2(path: Path, name: str) -> None:
    """Streams one after the other are one file; zeros between them are nothing."""
    pack = PACK[name]
    path.write_bytes(pack(some_lines(3000)) + bytes(8) + pack(some_lines(2000)) + bytes(4))
    assert validate_trace(path) == fast(path)
    assert validate_trace(path).operations == 5000
    path.write_bytes(pack(b""))
    assert str(refused(path)) == f"{path}: empty: it holds no operations"


@pytest.mark.parametrize("name", ["xz", "bzip2"])
@pytest.mark.parametrize("kept", [8, 0.5, -1])
def test_xz_and_bzip2_cut_off(path: Path, name: str, kept: int | float) -> None:
    whole = PACK[name](some_lines(2000))
    kept = int(kept * len(whole)) if isinstance(kept, float) else kept
    # The second stream of two, too: what is whole before it must not pass for all of it.
    for before in (b"", whole):
        path.write_bytes(before + whole[:kept])
        assert str(refused(path)) == f"{path}: the {name} data is cut off before its end"


@pytest.mark.parametrize("name", ["xz", "bzip2"])
def test_xz_and_bzip2_damaged(path: Path, name: str) -> None:
    whole = PACK[name](some_lines(2000))
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0xFF
    for content in (bytes(damaged), whole + bytes(damaged), whole + b"more" * 4, whole + whole[3:]):
        path.write_bytes(content)
        assert str(refused(path)).startswith(f"{path}: the {name} data is damaged (")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x28\xb5\x2f\xfd\x04\x00", "zstd data (unpack it first, with `zstd -d`)"),
        (b"PK\x03\x04\x14\x00", "a zip archive"),
        (b"trace.jsonl" + bytes(89) + b"0000644\x00" * 7 + b"\n", "a tar archive"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        (b"4711@1700000000.000001:gicv3_its_translation_write offset 0x40\n", "a QEMU log"),
        (b"qemu-system-aarch64: warning: no\n", "a QEMU log"),
        (b"# tracer: nop\n", "an ftrace log"),
        (b"          <idle>-0     [001] d.h1.   100.000001: irq_handler_entry: irq=45\n", "ftrace"),
        (b"[    0.000000] Booting Linux on physical CPU 0x0\n", "a log of the Linux kernel"),
        (b"0000:00:01.0 PCI bridge: Example Root Port\n", "the output of lspci"),
        (b"01:00.0 Ethernet controller: Example NIC\n", "the output of lspci"),
        (b"           CPU0       CPU1\n", "/proc/interrupts"),
        (b"/dts-v1/;\n", "a device tree"),
        (b"$timescale 1ns $end\n", "a waveform (VCD)"),
        (b"\xd4\xc3\xb2\xa1\x02\x00", "a capture of packets"),
        (b'{"events":[{"op":"connect","connection":0,"segment":1}]}\n', "a list of events"),
        (b'[{"op": "connect", "connection": 0, "segment": 1}]\n', "a JSON array"),
        (b'{\n "op": "connect",\n', "a JSON object of several lines"),
        (b"{'op': 'connect', 'connection': 0, 'segment': 1}\n", "Python"),
        (b"<!DOCTYPE html>\n", "a web page"),
        (b"<?xml version='1.0'?>\n", "XML"),
        (b"- op: connect\n  connection: 0\n", "YAML"),
        (b"op,target,rid,address,data\nsignal_msi_with_rid,0,1,2,3\n", "CSV"),
        (b"op;target\n", "CSV"),
    ],
)
def test_what_people_have_instead_is_named(path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)
    said = str(refused(path))
    assert said.startswith(f"{path}: this looks like ") and "\n" not in said
    assert words in said and "a trace has one JSON object a line" in said
    with pytest.raises(TraceError) as fast_one:
        fast(path)
    assert str(fast_one.value) == said


def test_only_the_first_line_says_what_a_file_is(path: Path) -> None:
    path.write_text(f"{GOOD}\n- op: connect\n")
    assert str(refused(path)).startswith(f"{path}:2: not JSON: ")


def some_lines(count: int) -> bytes:
    """Lines that do not compress well, so that a cut is somewhere among them."""
    return b"".join(
        b'{"op": "signal_msi", "target": 0, "address": %d, "data": 0}\n' % (n * n * 2654435761)
        for n in range(count)
    )


@pytest.mark.parametrize("kept", [3, 10, 0.5, -9, -8, -1])
def test_gzip_cut_off(path: Path, kept: int | float) -> None:
    whole = gzip.compress(some_lines(2000))
    path.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])
    assert str(refused(path)) == f"{path}: the gzip data is cut off before its end"


@pytest.mark.parametrize("position", [2, -8, -1])
def test_gzip_damaged(path: Path, position: int) -> None:
    """The compression method, the checksum and the length."""
    whole = bytearray(gzip.compress(some_lines(2000)))
    whole[position] ^= 0xFF
    path.write_bytes(whole)
    assert str(refused(path)).startswith(f"{path}: the gzip data is damaged (")


@pytest.mark.parametrize("position", range(12, 200, 10))
def test_gzip_damaged_in_the_middle(path: Path, position: int) -> None:
    """It shows in a line, in the compressed data, or in the checksum: somewhere."""
    whole = bytearray(gzip.compress(some_lines(2000)))
    whole[position] ^= 0xFF
    path.write_bytes(whole)
    refused(path)


def test_gzip_with_something_after_it(path: Path) -> None:
    path.write_bytes(gzip.compress(f"{GOOD}\n".encode()) + b"more")
    assert str(refused(path)).startswith(f"{path}: the gzip data is damaged (")


def test_input_output_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(GOOD)

    def fail(path: object, mode: str, **options: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(trace_file, "open", fail, raising=False)
    assert str(refused(path)) == f"{path}: cannot be read: Input/output error"


# Nothing before everything is valid, and never the whole file in memory


def test_nothing_is_given_before_the_last_line_is_valid(path: Path) -> None:
    path.write_text(f"{GOOD}\n" * 5000 + "oops\n")
    assert refused(path).line == 5001
    # One pass alone gets as far as it can.
    seen = 0
    with pytest.raises(TraceError, match=r":5001: not JSON"):
        for line in iter_trace(path):
            seen = line.number
    assert seen == 5000


def test_memory_does_not_grow_with_the_file(path: Path) -> None:
    def peak(lines: int) -> int:
        path.write_text(f"{GOOD}\n" * lines)
        tracemalloc.start()
        assert sum(1 for _ in read_trace(path)) == lines
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(1)
    assert peak(10_000) < peak(5_000) + 100_000


# Writing


def integers(field: str) -> st.SearchStrategy[int]:
    table = TABLE_OF.get(field)
    return st.integers(0, LIMITS[table][1] - 1 if table else (1 << WIDTHS[field]) - 1)


def expects(kind: type[Operation]) -> st.SearchStrategy[Expect | None]:
    message = st.builds(
        Message,
        st.integers(0, (1 << 32) - 1),
        st.integers(0, (1 << 64) - 1),
        st.integers(0, (1 << 32) - 1),
    )
    returns: st.SearchStrategy[object] = st.none()
    if kind.name in ("new_route", "consume_pending", "supports_direct_msi"):
        returns |= st.booleans()
    if kind is DefaultBdf:
        returns |= st.integers(0, 0xFFFF)
    return st.none() | st.builds(
        Expect,
        messages=st.none() | st.lists(message, max_size=3).map(tuple),
        returns=st.just(UNSET) | returns,
        warnings=st.none() | st.integers(0, 1000),
    )


def lines_of(kind: type[Operation]) -> st.SearchStrategy[TraceLine]:
    return st.builds(
        TraceLine,
        number=st.just(0),
        operation=st.builds(kind, *map(integers, arguments_of(kind))),
        expect=expects(kind),
        note=st.none() | st.text() | st.sampled_from(['"op": "x"', "\ud800", "\n\r\u2028", "a:b"]),
        t_us=st.none()
        | st.integers(0, (1 << 64) - 1)
        | st.floats(0, allow_nan=False, allow_infinity=False),
        extra=st.none() | st.just({"x_mine": [{"a": "b:c"}, 1.5, None]}),
        rid=st.none() | st.integers(0, 0xFFFF) if kind is BindTarget else st.none(),
    )


TRACES = st.lists(st.sampled_from(list(OPERATIONS.values())).flatmap(lines_of), min_size=1)


@settings(deadline=None)
@given(lines=TRACES, zipped=st.booleans())
def test_what_is_written_is_read_again(
    lines: list[TraceLine], zipped: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("round-trip")
    path = folder / ("trace.jsonl.gz" if zipped else "trace.jsonl")
    assert write_trace(path, lines, TODAY) == len(lines)
    again = list(read_trace(path))
    context = Context(path, TODAY)
    assert again == [context.take(line)._replace(number=n) for n, line in enumerate(lines, 2)]
    for before, after in zip(lines, again, strict=True):
        # 1 == True, but they are not the same in a trace.
        assert type(before.expect and before.expect.returns) is type(
            after.expect and after.expect.returns
        )
    assert validate_trace(path).operations == len(lines)
    assert [entry.name for entry in folder.iterdir()] == [path.name]


def test_written_line_looks_like_the_recorded_ones() -> None:
    line = TraceLine(
        9,
        SignalMsiWithRid(1, 2, 3, 4),
        Expect((Message(5, 6, 7),), None, 0),
        note="n",
        t_us=8,
    )
    assert to_json(line) == (
        '{"op": "signal_msi_with_rid", "target": 1, "rid": 2, "address": 3, "data": 4, "t_us": 8, '
        '"note": "n", "expect": {"messages": [[5, 6, 7]], "returns": null, "warnings": 0}}'
    )


def test_equal_traces_give_equal_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.gz", tmp_path / "b.gz"
    for path in (first, second):
        write_trace(path, [TraceLine(1, Connect(0, 0x1_0000))])
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"\x1f\x8b")
    assert first.read_bytes()[4:8] == bytes(4)  # where gzip puts the time of writing


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (TraceLine(1, Connect(0, 1 << 32)), "devid_base"),
        (TraceLine(1, SignalMsi(1024, 0, 0)), "target"),
        (TraceLine(1, SignalMsi(True, 0, 0)), "target"),
        (TraceLine(1, SignalMsi(0, 0, 0), Expect(returns=True)), "expect.returns"),
        (TraceLine(1, SignalMsi(0, 0, 0), note="x" * LONGEST_LINE), None),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_could_not_be_read_is_not_written(
    path: Path, line: TraceLine, field: str | None
) -> None:
    path.write_text("as before")
    with pytest.raises(TraceError) as error:
        write_trace(path, [TraceLine(1, Connect(0, 0x1_0000)), line])
    assert (error.value.path, error.value.line, error.value.field) == (str(path), 2, field)
    assert path.read_text() == "as before"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_no_operations_are_not_written(path: Path) -> None:
    with pytest.raises(TraceError, match="no operations to write"):
        write_trace(path, [])
    assert list(path.parent.iterdir()) == []


def test_file_can_be_rewritten_from_itself(path: Path) -> None:
    path.write_text(f"{GOOD}\n" * 3)

    def changed() -> Iterator[TraceLine]:
        for line in read_trace(path):
            yield line._replace(note="seen")

    assert write_trace(path, changed()) == 3
    assert [line.note for line in read_trace(path)] == ["seen"] * 3
