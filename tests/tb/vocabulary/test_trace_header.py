# SPDX-License-Identifier: MIT
"""The first line of a trace that says what it is, and fields of the user's own."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from cocotbext.msi_its.batch.trace import read_batches, validate
from cocotbext.msi_its.vocabulary.operations import Connect
from cocotbext.msi_its.vocabulary.trace import (
    TraceLine,
    iter_trace,
    to_json,
    validate_trace,
    write_trace,
)
from cocotbext.msi_its.vocabulary.trace_file import TraceError
from msi_its_model import DEFAULT_PROFILE, PROFILES, Profile

HEADER = '{"format": "msi-trace", "version": 1}'
LINE = '{"op": "connect", "connection": 3, "segment": 1}'
MINE = '{"op": "connect", "connection": 3, "segment": 1, "x_from": {"a": [1, "b:c"]}, "t_us": 0.25}'


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        '{"version": 1, "format": "msi-trace", "profile": "e08751800"}',
        '{"format": "msi-trace", "version": 1, "x_tool": {"name": "mine"}}',
    ],
)
@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_header_is_no_operation(tmp_path: Path, header: str, size: int) -> None:
    path = tmp_path / "mine.jsonl.gz"
    path.write_bytes(gzip.compress(f"{header}\n{LINE}\n{MINE}\n".encode()))
    lines = list(iter_trace(path))
    assert [line.number for line in lines] == [2, 3]
    assert [each for batch in read_batches(path, size) for each in batch.lines()] == lines
    assert validate(path) == validate_trace(path)
    assert (validate(path).operations, validate(path).first) == (2, 2)


def test_without_one_the_first_line_is_an_operation(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f"{LINE}\n")
    assert validate(path) == validate_trace(path) and validate(path).first == 1


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            '{"format": "other", "version": 1}',
            'format: "other" is not known; this reads "msi-trace"',
        ),
        ('{"format": "msi-trace"}', "version: missing; this reads 1"),
        ('{"format": "msi-trace", "version": 2}', "version: 2 is not known; this reads 1"),
        ('{"format": "msi-trace", "version": true}', "version: true is not known; this reads 1"),
        (
            '{"format": "msi-trace", "version": 1, "profile": "1488a37b7"}',
            'profile: "1488a37b7" is not known; this reads "e08751800" or "08ec11066"',
        ),
        ('{"format": "msi-trace", "version": 1, "profil": ""}', 'did you mean "profile"?'),
        ('{"format": "msi-trace", "version": 1, "format": "msi-trace"}', "format: given twice"),
        ('{"format": "msi-trace", "version": 1', "not JSON"),
    ],
)
def test_a_header_that_is_not_understood_is_refused(tmp_path: Path, header: str, said: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f"{header}\n{LINE}\n")
    for read in (validate, validate_trace):
        with pytest.raises(TraceError) as caught:
            read(path)
        assert str(caught.value).startswith(f"{path}:1: ") and said in str(caught.value)


@pytest.mark.parametrize("name", PROFILES)
def test_a_header_says_whose_rules_hold(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f'{HEADER[:-1]}, "profile": "{name}"}}\n{LINE}\n')
    for read in (validate, validate_trace):
        assert read(path).profile is PROFILES[name]
        assert read(path, profile=PROFILES[name]).profile is PROFILES[name]


def test_a_header_that_contradicts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f'{HEADER[:-1]}, "profile": "08ec11066"}}\n{LINE}\n')
    for read in (validate, validate_trace):
        with pytest.raises(TraceError) as caught:
            read(path, profile=DEFAULT_PROFILE)
        assert str(caught.value) == (
            f"{path}:1: profile: the file follows 08ec11066, and is to be read by the rules of "
            "e08751800: leave PROFILE out, and it goes by the file"
        )


@pytest.mark.parametrize("profile", [None, *PROFILES.values()])
def test_without_a_header_the_profile_is_the_given_one_or_the_default(
    tmp_path: Path, profile: Profile | None
) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f"{HEADER}\n{LINE}\n")
    for read in (validate, validate_trace):
        assert read(path, profile=profile).profile is (profile or DEFAULT_PROFILE)


def test_a_header_alone_is_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f"{HEADER}\n")
    for read in (validate, validate_trace):
        with pytest.raises(TraceError, match="empty: it holds no operations"):
            read(path)


def test_own_fields_and_times_are_kept(tmp_path: Path) -> None:
    path, again = tmp_path / "mine.jsonl", tmp_path / "again.jsonl"
    path.write_text(f"{LINE}\n{MINE}\n")
    plain, mine = iter_trace(path)
    assert (plain.extra, plain.t_us) == (None, None)
    assert (mine.extra, mine.t_us) == ({"x_from": {"a": [1, "b:c"]}}, 0.25)
    assert json.loads(to_json(mine)) == json.loads(MINE)
    assert write_trace(again, [plain, mine], DEFAULT_PROFILE) == 2
    header, *lines = again.read_text().splitlines()
    assert json.loads(header) == {**json.loads(HEADER), "profile": "e08751800"}
    assert [json.loads(line) for line in lines] == [json.loads(LINE), json.loads(MINE)]
    assert [line.number for line in iter_trace(again)] == [2, 3]


def test_an_operation_may_have_a_note_on_the_format(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    note = 'of "format" 1'
    write_trace(path, [TraceLine(1, Connect(3, 0x1_0000), note=note)])
    assert [line.note for line in iter_trace(path)] == [note]
    assert validate(path).first == 1


@pytest.mark.parametrize(
    "value",
    [
        *("0", "-0", "-0.0", "0.5", "1e5", "1e-400", "1e400", "-1e-9", "01", ".5", "1.", "1e"),
        *("18446744073709551615", "18446744073709551616", "9223372036854775808", "9" * 500),
        *('"0x10"', '"0x1.8"', "NaN", "Infinity", "-Infinity", "true", "null", "[]"),
    ],
    ids=lambda value: value[:24],
)
@pytest.mark.parametrize("more", ["", ', "x_a": %s', ', "note": "a:b", "x_b": {"c": ":"}'])
def test_both_readers_take_the_same_times(tmp_path: Path, value: str, more: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f'{{"op": "disable", "route": 4, "t_us": {value}{more.replace("%s", value)}}}')
    came = []
    for read in (validate, validate_trace):
        try:
            came.append(str(read(path)))
        except TraceError as error:
            came.append(str(error))
    assert came[0] == came[1]
