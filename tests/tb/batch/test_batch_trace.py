# SPDX-License-Identifier: MIT
"""The faster reader of traces accepts and refuses what the strict one does, in its words."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocotbext.msi_its.batch import trace as module
from cocotbext.msi_its.batch.records import MESSAGE, OPERATION, RESULT, operation_of
from cocotbext.msi_its.batch.trace import Lines, _fast, read_batches, validate
from cocotbext.msi_its.batch.transactor import Seen
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.sets import RECORDINGS, VECTORS, trace_file
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import Message
from cocotbext.msi_its.vocabulary.trace import Context, iter_trace, validate_trace
from cocotbext.msi_its.vocabulary.trace_file import TraceError, blocks
from cocotbext.msi_its.vocabulary.transactions import Retired, Source
from msi_its_model import DEFAULT_PROFILE, PROFILES, Profile
from tests.tb.vocabulary.trace_lines import GOOD, REFUSED_LINES

WITH_ALL = (
    '{"op": "default_bdf", "target": 3, "note": "a: b", "t_us": 5, '
    '"expect": {"messages": [], "returns": 769, "warnings": 0}}'
)

LINES = [
    GOOD,
    WITH_ALL,
    f"  {GOOD} \t",
    '{"op": "signal_msi", "target": 1, "address": 18446744073709551615, "data": 3}',
    '{"op": "signal_msi", "target": 1, "address": "0xFFFFFFFFFFFFFFFF", "data": "0x3"}',
    '{"op": "signal_event", "route": 2047, "expect": {"messages": [[1, 2, 3], [4, 5, 6]]}}',
    '{"op": "signal_event", "route": 0, "expect": {"messages": [["0x1", "0x2", 3]]}}',
    '{"op": "consume_pending", "route": 0, "expect": {"returns": false}}',
    '{"op": "consume_pending", "route": 0, "expect": {"returns": null, "warnings": 3}}',
    '{"op": "disable", "route": 4, "note": "\\u003a", "t_us": "0x10"}',
    '{"op": "set_bus_range", "range": 5, "secondary": 255, "subordinate": 0, "expect": {}}',
]


def check_same(path: Path, size: int, profile: Profile | None = None) -> None:
    """Check that both readers read the same."""
    expected = list(iter_trace(path, profile))
    found = list(read_batches(path, size, profile))
    operations = [operation_of(each) for lines in found for each in lines.operations]
    assert operations == [line.operation for line in expected]
    assert [line for lines in found for line in lines.lines()] == expected
    assert validate(path, profile=profile) == validate_trace(path, profile)
    rows = [lines.first + int(row) for lines in found for row in lines.expects["row"]]
    assert rows == [line.number for line in expected if line.expect is not None]


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_lines_of_all_kinds(tmp_path: Path, size: int) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text("\n".join(LINES) + "\r\n")
    check_same(path, size)


ALL = [
    *((path, DEFAULT_PROFILE) for path in RECORDINGS),
    *((path, PROFILES[name]) for name, paths in VECTORS.items() for path in paths),
]


@pytest.mark.parametrize(("recording", "profile"), ALL, ids=str)
def test_recordings(recording: str, profile: Profile) -> None:
    path = Path(trace_file(ROOT / recording, profile=profile)[0].path)
    check_same(path, 5000, profile)
    context = Context(path, profile)
    for block in blocks(path, 5000):
        texts = block[context.is_header(block[0]) :]
        assert _fast(context, texts) is not None, "no line takes the slow way"


TODAY = PROFILES["08ec11066"]


def bind(**way: object) -> str:
    """Return a line that binds a target to range 2, in some way."""
    return json.dumps({"op": "bind_target", "target": 1, "connection": 0, "range": 2, **way})


def set_range(secondary: int, bus_range: int = 2) -> str:
    """Return a line that sets a bus range."""
    entry = {"op": "set_bus_range", "range": bus_range, "secondary": secondary, "subordinate": 255}
    return json.dumps(entry)


BINDS = [
    *(bind(devfn=7), bind(rid_offset=0x1234), bind(rid=0x0507), bind(rid=0x0407)),
    *(bind(rid_offset=8, note="a: b"), bind(rid=0xFFFF, t_us=4)),
    *(json.dumps({"op": "connect", "connection": 1, "segment": 0xFFFF}),),
    *(json.dumps({"op": "connect_irqfd", "connection": 1, "devid_base": 0xFFFF_FFFF}),),
    *(set_range(5), set_range(0xFF), set_range(9, 3), GOOD),
]
SLOW = [
    *(bind(rid="0x0507"), bind(rid_offset="7"), json.dumps({"op": "connect"}), bind()),
    *(bind(devfn=7, rid=7), bind(devfn=256), bind(rid_offset=65536), bind(rid=-1)),
    json.dumps({"op": "connect", "connection": 1, "segment": 1, "devid_base": 1}),
    bind().replace("}", ', "target": 1}'),  # as many keys as there should be, but not those
]


def test_all_ways_of_writing_take_the_fast_way() -> None:
    """In one file, and without losing what lines before it mean: its ranges."""
    texts = [f"{text}\n".encode() for text in BINDS]
    context = Context("x", TODAY)
    found = _fast(context, texts)
    assert found is not None
    assert found[0]["rid_offset"].tolist()[:6] == [7, 0x1234, 0x0507, 0x0407, 8, 0xFFFF]
    assert found[0]["devid_base"].tolist()[6:8] == [0xFFFF_0000, 0xFFFF_FFFF]
    context.set_bus_range(2, 5, 255)
    found = _fast(context, [*texts[2:4], texts[9], *texts[2:4]])
    assert found is not None
    assert found[0]["rid_offset"].tolist() == [0x0007, 0xFF07, 0, 0x0607, 0x0507]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(BINDS + SLOW) | st.sampled_from(BINDS), min_size=1, max_size=14),
    st.sampled_from([1, 3, 100]),
    st.sampled_from([*PROFILES.values()]),
)
def test_ways_of_writing_mixed(texts: list[str], size: int, profile: Profile) -> None:
    """Both readers take the same for the same, and refuse the same in the same words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.jsonl"
        path.write_text("\n".join(texts))
        try:
            list(iter_trace(path, profile))
        except TraceError as refused:
            with pytest.raises(TraceError, match=re.escape(str(refused))):
                list(read_batches(path, size, profile))
        else:
            check_same(path, size, profile)


def test_plain_lines_take_the_fast_way() -> None:
    texts = [f"{text}\n".encode() for text in (GOOD, WITH_ALL, *LINES[3:4], *LINES[5:6])]
    assert _fast(Context("x"), texts) is not None
    assert _fast(Context("x"), [f"{LINES[4]}\n".encode()]) is None


@pytest.mark.parametrize(
    ("text", "field", "words"), REFUSED_LINES, ids=[text[:70] for text, _, _ in REFUSED_LINES]
)
def test_refused_line(tmp_path: Path, text: str, field: str | None, words: list[str]) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(f"{GOOD}\n{WITH_ALL}\n{text}\n{GOOD}\n", encoding="utf-8")
    with pytest.raises(TraceError) as strict:
        validate_trace(path)
    with pytest.raises(TraceError) as fast:
        validate(path)
    assert str(fast.value) == str(strict.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\x1f\x8b\x08"])
def test_refused_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "trace.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(TraceError) as strict:
        validate_trace(path)
    with pytest.raises(TraceError) as fast:
        validate(path)
    assert str(fast.value) == str(strict.value)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([line.encode() for line in LINES]),
    st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from([b"", b'"', b":", b"1", b"-", b" ", b"}"])),
        max_size=2,
    ),
)
def test_damaged_lines(line: bytes, damages: list[tuple[int, bytes]]) -> None:
    """What the faster reader takes, the strict one takes, too, for the same."""
    for place, new in damages:
        line = line[:place] + new + line[place + 1 :]
    found = _fast(Context("x"), [line])
    if found is None:
        return
    strict = module._strict(Context("x"), 1, [line])  # raises TraceError if it refuses
    assert all(np.array_equal(one, other) for one, other in zip(found, strict, strict=True))


def test_a_key_given_twice_is_refused() -> None:
    twice = GOOD.replace('"data"', '"data": 9, "data"').encode()
    assert _fast(Context("x"), [twice]) is None
    hidden = GOOD.replace("}", ', "note": "\\u003a", "data": 9}').encode()
    assert _fast(Context("x"), [hidden]) is None


@pytest.mark.parametrize("answer", [Answer.SENT, Answer.HELD_PENDING, Answer.DROPPED_BUS_RANGE])
@pytest.mark.parametrize("devid", [7, 8])
@pytest.mark.parametrize(
    "expect",
    [
        {"messages": []},
        {"messages": [[7, 5, 6]]},
        {"messages": [[7, 5, 6], [7, 5, 6]]},
        {"warnings": 0},
        {"warnings": 1},
        {"warnings": 9},
        {"returns": None},
        {"messages": [[7, 5, 6]], "warnings": 0, "returns": None},
    ],
)
def test_expectations_of_messages(answer: Answer, devid: int, expect: dict[str, object]) -> None:
    message = Message(devid, 5, 6) if answer is Answer.SENT else None
    check_expect("signal_event", {"route": 1}, answer, None, message, expect)


@pytest.mark.parametrize("answer", [Answer.WAS_PENDING, Answer.WAS_NOT_PENDING])
@pytest.mark.parametrize("returns", [True, False, None])
def test_expectations_of_answers(answer: Answer, returns: bool | None) -> None:
    check_expect("consume_pending", {"route": 1}, answer, None, None, {"returns": returns})


@pytest.mark.parametrize("answer", [Answer.BDF, Answer.ERROR_INDEX])
@pytest.mark.parametrize("returns", [0, 1, 0x301, None])
def test_expectations_of_values(answer: Answer, returns: int | None) -> None:
    bdf = 0x301 if answer is Answer.BDF else None
    check_expect("default_bdf", {"target": 1}, answer, bdf, None, {"returns": returns})


def check_expect(
    name: str,
    arguments: dict[str, int],
    answer: Answer,
    bdf: int | None,
    message: Message | None,
    expect: dict[str, object],
) -> None:
    """Check that an expectation is judged as `Retired.differences` judges it."""
    text = json.dumps({"op": name, **arguments, "expect": expect}).encode()
    found = module._strict(Context("x"), 1, [text])
    fast = _fast(Context("x"), [text])
    assert fast is not None and np.array_equal(fast[1], found[1])
    (line,) = Lines("x", 1, [text], *found).lines()
    assert line.expect is not None
    retired = Retired(Source.COMMAND, line.operation, answer, bdf, message)
    results, messages = np.zeros(1, RESULT), np.zeros(1, MESSAGE)
    results[0] = (0, bdf or 0, answer, message is not None)
    if message is not None:
        messages[0] = (message.address, message.data, message.devid)
    seen = Seen(found[0], results, messages, messages, np.zeros(0), (), ())
    wanted = bool(retired.differences(line.expect))
    assert Lines("x", 1, [text], *found).unexpected(seen) == wanted
    assert found[0].dtype == OPERATION
