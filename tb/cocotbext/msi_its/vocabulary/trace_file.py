# SPDX-License-Identifier: MIT
"""What any trace file is made of: packing, lines, one JSON object a line; what is refused there.

What the objects say is in `trace` (operations of the translator) and `its_trace` (those of an ITS).
"""

from __future__ import annotations

import bz2
import difflib
import gzip
import io
import json
import lzma
import math
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from cocotbext.msi_its.vocabulary.text import UserError, visible

LONGEST_LINE: Final = 1 << 20
"""The longest line that is read, in bytes. It bounds the memory that a damaged file can take."""


_BUFFER_BYTES: Final = 1 << 18


_HEX_STRING: Final = re.compile(r"0x[0-9A-Fa-f]+", re.ASCII)


class TraceError(UserError):
    """A trace file that cannot be used: `file:line: field: reason`.

    `line` (from 1) is None where the whole file is meant, `field` where no single field is.
    """

    def __init__(self, path: str | Path, line: int | None, field: str | None, reason: str) -> None:
        super().__init__(path, line, field, reason)
        self.path = str(path)
        self.line = line
        self.field = field
        self.reason = reason

    def __str__(self) -> str:
        path = visible(self.path)
        place = path if self.line is None else f"{path}:{self.line}"
        return ": ".join(part for part in (place, self.field, self.reason) if part is not None)


def lines_of(path: str | Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a plain or compressed file, with their numbers."""
    for number, (line,) in enumerate(blocks(path, 1), 1):
        yield number, line


def blocks(path: str | Path, size: int) -> Iterator[list[bytes]]:
    """Give the lines of a plain or compressed file as they are, `size` at a time.

    A line that is longer than LONGEST_LINE is cut off behind that. Raises TraceError for what
    cannot be read.
    """
    packing = None
    try:
        packing = _packing(path)
        with _open(path, packing) as file:
            lines = iter(partial(file.readline, LONGEST_LINE + 1), b"")
            while block := list(islice(lines, size)):
                yield block
    except FileNotFoundError:
        raise TraceError(path, None, None, "no such file") from None
    except PermissionError:
        raise TraceError(path, None, None, "no permission to read it") from None
    except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        if packing is None or getattr(error, "errno", None) is not None:
            said = getattr(error, "strerror", None) or error
            raise TraceError(path, None, None, f"cannot be read: {said}") from None
        cut = isinstance(error, EOFError)
        what = "cut off before its end" if cut else f"damaged ({error})"
        raise TraceError(path, None, None, f"the {packing.name} data is {what}") from None


class Packing(NamedTuple):
    """A kind of compression: the ends of names, how the data begins, and what unpacks a file."""

    name: str
    suffix: str
    magic: bytes
    open: Callable[[str | Path], io.RawIOBase | gzip.GzipFile]


class _Unpacked(io.RawIOBase):
    """Unpacks a file as it is read, with decompressors of `lzma` or `bz2`: one a stream.

    The standard library's own files leave out in silence what follows the first stream and is
    damaged.
    """

    def __init__(
        self,
        make: Callable[[], lzma.LZMADecompressor | bz2.BZ2Decompressor],
        path: str | Path,
    ) -> None:
        self._file = io.FileIO(path)
        self._make = make
        self._stream = make()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = b""
        while not data:
            packed = b""
            if self._stream.eof:
                packed = self._stream.unused_data.lstrip(b"\0")
                while not packed:  # zeros may be between streams, and at the end
                    packed = self._file.read(_BUFFER_BYTES)
                    if not packed:
                        return 0
                    packed = packed.lstrip(b"\0")
                self._stream = self._make()
            elif self._stream.needs_input:
                packed = self._file.read(_BUFFER_BYTES)
                if not packed:
                    raise EOFError
            data = self._stream.decompress(packed, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


PACKINGS: Final = (
    Packing("gzip", ".gz", b"\x1f\x8b", gzip.open),
    Packing("xz", ".xz", b"\xfd7zXZ\0", partial(_Unpacked, lzma.LZMADecompressor)),
    Packing("bzip2", ".bz2", b"BZh", partial(_Unpacked, bz2.BZ2Decompressor)),
)
"""The kinds of compression that are read."""


def _packing(path: str | Path) -> Packing | None:
    """Return how a file is compressed, by its content; None if it is not."""
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise TraceError(path, None, None, "is a directory")
    if not stat.S_ISREG(mode):
        reason = "not a regular file; a trace is read twice, so save it to a file first"
        raise TraceError(path, None, None, reason)
    with open(path, "rb") as file:
        start = file.read(max(len(each.magic) for each in PACKINGS))
    for each in PACKINGS:
        if start.startswith(each.magic):
            return each
    for each in PACKINGS:
        if start and str(path).endswith(each.suffix):
            reason = f"named {each.suffix}, but its content is not {each.name}"
            raise TraceError(path, None, None, reason)
    return None


def _open(path: str | Path, packing: Packing | None) -> IO[bytes]:
    if packing is None:
        return open(path, "rb", buffering=_BUFFER_BYTES)
    return io.BufferedReader(packing.open(path), _BUFFER_BYTES)


def stem(path: Path) -> str:
    """Return the name of a trace file without what says its kind."""
    name = path.name
    for each in PACKINGS:
        name = name.removesuffix(each.suffix)
    return name.removesuffix(".jsonl")


_LOOKS_LIKE: Final[dict[str, bytes]] = {
    # archives
    "zstd data (unpack it first, with `zstd -d`)": rb"\x28\xb5\x2f\xfd",
    "lz4 data (unpack it first, with `lz4 -d`)": rb"\x04\x22\x4d\x18",
    "a zip archive (unpack it first)": rb"PK\x03\x04",
    "a 7-Zip archive (unpack it first)": rb"7z\xbc\xaf\x27\x1c",
    "a tar archive (unpack it first)": rb"[^\0]{1,100}\0[\0-7 ]{100,156}",
    "a pointer of Git LFS, not the file itself (fetch it with `git lfs pull`)": (
        rb"version https://git-lfs"
    ),
    # recordings
    "a QEMU log": rb"(\d+@)?\d+\.\d+:\w+ |\[\w+\] \w+ \w+|qemu-system-\w+: ",
    "an ftrace log": rb"# tracer:|\s*\S+-\d+\s+(\(\s*\S+\)\s+)?\[\d+\]\s",
    "data of trace-cmd": rb"\x17\x08\x44tracing",
    "data of perf": rb"PERFILE2",
    "a log of the Linux kernel": rb"(<\d+>)?\[\s*\d+\.\d+\] ",
    "the output of lspci": rb"([0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7] ",
    "/proc/interrupts": rb"\s+CPU0\s",
    "a device tree": rb"/dts-v1/|\xd0\x0d\xfe\xed",
    "a waveform (VCD)": rb"\s*\$(date|version|timescale|comment|scope|var)\b",
    "a capture of packets (pcap)": (
        rb"\xd4\xc3\xb2\xa1|\xa1\xb2[\xc3\x3c][\xd4\x4d]|\x4d\x3c\xb2\xa1|\x0a\x0d\x0d\x0a"
    ),
    "a result of this project": rb'\s*\{\s*"(schema|engine|seed|passed)"\s*:',
    "a list of events of Chrome": rb'\s*\{\s*"(events|traceEvents)"\s*:',
    # ways to write data
    "a JSON array": rb"\s*\[",
    "a JSON object of several lines": rb"\s*\{\s*$",
    "Python": rb"\s*\{\s*'",
    "a web page": rb"(?i)\s*<(!doctype html|html)",
    "XML": rb"\s*<",
    "YAML": rb"---\s*$|%YAML|\s*- \w+\s*:|\w+:(\s|$)",
    "CSV": rb'(\xef\xbb\xbf)?"?\w+"?\s*([,;\t]\s*"?\w+"?\s*)+$',
}
"""What people have instead of a trace, by how its first line begins."""


A_TRACE_IS: Final = (
    'a trace has one JSON object a line, as {"op": "connect", "connection": 0, "segment": 1}; '
    "see docs/traces.md"
)


def looks_like(line: bytes) -> str:
    """Return what a file is whose first line is not that of a trace; nothing if it is unknown."""
    for what, start in _LOOKS_LIKE.items():
        if re.match(start, line):
            return what
    return ""


class Refused(Exception):
    """Why a line is refused; whoever knows the file makes it a `TraceError`."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


EXTRA: Final = "x_"


LOG_LINE: Final = "x_line"
LOG_FILE: Final = "x_file"
"""What an imported trace has in each line: which line of a log it came from, and of which file."""


COUNT_MAXIMUM: Final = (1 << 64) - 1


def time_of(value: Any) -> int | float:
    """A time in microseconds, which may be a fraction."""
    if type(value) is float:
        if 0 <= value < math.inf:
            return value
        raise Refused("t_us", f"{show(value)} is no time: it starts at 0")
    return integer("t_us", value, COUNT_MAXIMUM)


def integer(field: str, value: Any, maximum: int, table: str | None = None) -> int:
    """An integer, or a "0x…" string, from 0 to `maximum`; `table` is what it is an index into."""
    number = value
    if type(value) is str:
        if _HEX_STRING.fullmatch(value) is None:
            reason = f'{show(value)} is not an integer; write it as 768 or as "0x300"'
            raise Refused(field, reason)
        number = int(value, 16)
    if type(number) is not int:
        raise Refused(field, f'expected an integer or a "0x…" string, got {show(value)}')
    if 0 <= number <= maximum:
        return number
    if table is not None:
        reason = f"{show(value)} is beyond the largest {table} table (0 to {maximum})"
    else:
        reason = f"{show(value)} does not fit in {maximum.bit_length()} bits (0 to {maximum:#x})"
    raise Refused(field, reason)


_DECODER: Final = json.JSONDecoder()


_JSON_SPACE: Final = " \t\r\n"


def decode(line: bytes) -> dict[str, Any]:
    """The JSON object of one line, in which no key is given twice."""
    if len(line) > LONGEST_LINE:
        raise Refused(None, f"longer than {LONGEST_LINE} bytes; a trace has one operation a line")
    try:
        text = line.decode().rstrip(_JSON_SPACE)
    except UnicodeDecodeError as error:
        byte = f"byte {line[error.start]:#04x} at column {error.start + 1}"
        raise Refused(None, f"not UTF-8: {byte}") from None
    if not text:
        raise Refused(None, "blank; every line of a trace is one operation")
    if text[0] == "\ufeff":
        raise Refused(None, "starts with a byte-order mark; save it as UTF-8 without one")
    indentation = len(text) - len(text.lstrip(_JSON_SPACE))
    try:
        entry, end = _DECODER.raw_decode(text, indentation)
    except json.JSONDecodeError as error:
        reason = f"not JSON: {error.msg} at column {error.colno}"
        raise Refused(None, f"{reason}; a trace has one JSON object a line") from None
    except (RecursionError, ValueError) as error:  # too deep, or an integer of thousands of digits
        raise Refused(None, f"not usable JSON: {error}") from None
    if end != len(text):
        reason = f"more follows the JSON value, from column {end + 1}"
        raise Refused(None, f"{reason}; a trace has one JSON object a line")
    if type(entry) is not dict:
        raise Refused(None, f"expected a JSON object, got {show(entry)}")
    # The decoder keeps the last of two equal keys. Every key is followed by a colon, so a line with
    # as many colons as keys that were kept has no key twice; the others get a closer look.
    expect = entry.get("expect")
    keys = len(entry) + (len(expect) if type(expect) is dict else 0)
    if text.count(":") != keys:
        json.loads(text, object_pairs_hook=_refuse_duplicate_keys)
    return entry


def _refuse_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for key, value in pairs:
        if key in entry:
            raise Refused(plain(key), "given twice")
        entry[key] = value
    return entry


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return a hint at the nearest of some words; nothing if none is near."""
    near = difflib.get_close_matches(word, words, n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def show(value: Any) -> str:
    """A value as it stands in the file, shortened."""
    if type(value) is dict:
        return "an object"
    if type(value) is list:
        return "an array"
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def plain(key: str) -> str:
    """A key of the file, without its quotes, fit for one line of a terminal."""
    return show(key).strip('"')
