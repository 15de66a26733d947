# SPDX-License-Identifier: MIT
"""What ran, as a mixed trace: `make compare` replays it, from requester ID to LPI.

The translator's operations stand in the order in which they retired, each with what the RTL made of
it, those of the ITS in the order in which the ITS had them; a message stands right before what
became of it.
"""

from __future__ import annotations

import gzip
import json
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cocotbext.msi_its.vocabulary.operations import Message
from cocotbext.msi_its.vocabulary.trace import Expect, TraceLine, to_json
from cocotbext.msi_its.vocabulary.transactions import WARNINGS, Retired
from msi_its_model.gicv3_its import OK, Its, Translation


class _Its(Its):
    """An ITS that hands on each command that software gives it."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def mapd(
        self, devid: int, itt_size_bits: int = 1, itt_address: int = 0, valid: bool = True
    ) -> str | None:
        """MAPD."""
        error = super().mapd(devid, itt_size_bits, itt_address, valid)
        operands = {"devid": devid, "itt_size_bits": itt_size_bits, "valid": valid}
        return self._recorder.command("its_mapd", error, operands)

    def mapc(self, collection: int, rdbase: int = 0, valid: bool = True) -> str | None:
        """MAPC."""
        error = super().mapc(collection, rdbase, valid)
        operands = {"collection": collection, "rdbase": rdbase, "valid": valid}
        return self._recorder.command("its_mapc", error, operands)

    def mapti(self, devid: int, eventid: int, intid: int, collection: int) -> str | None:
        """MAPTI."""
        error = super().mapti(devid, eventid, intid, collection)
        operands = {"devid": devid, "eventid": eventid, "intid": intid, "collection": collection}
        return self._recorder.command("its_mapti", error, operands)

    def inv(self, devid: int, eventid: int) -> str | None:
        """INV."""
        error = super().inv(devid, eventid)
        return self._recorder.command("its_inv", error, {"devid": devid, "eventid": eventid})


class Recorder:
    """Keeps the lines of a trace. `its` is the ITS whose commands it records."""

    def __init__(self) -> None:
        """Begin with the header."""
        self.its: Its = _Its(self)
        self.lines = ['{"format": "msi-trace", "version": 1}']
        self._waiting: deque[tuple[str, bool]] = deque()  # operations, and whether each has sent

    def command(self, name: str, error: str | None, operands: Mapping[str, Any]) -> str | None:
        """Take a command of the ITS, and what came of it; return that."""
        self.lines.append(json.dumps({"op": name, **operands, "result": error or OK}))
        return error

    def executed(self, retired: Retired) -> None:
        """Take an operation that retired."""
        messages = (retired.message,) if retired.message is not None else ()
        expect = Expect(messages, retired.returns, int(retired.answer in WARNINGS))
        text = to_json(TraceLine(0, retired.operation, expect=expect))
        self._waiting.append((text, bool(messages)))
        self._go_on()

    def arrived(self, message: Message, found: Translation) -> None:
        """Take a message that has reached the ITS: that of the first operation that waits."""
        self.lines.append(self._waiting.popleft()[0])
        expect = {name: value for name, value in found._asdict().items() if value is not None}
        line = {"op": "its_translate", "devid": message.devid, "eventid": message.data, "size": 4}
        self.lines.append(json.dumps({**line, "expect": expect}))
        self._go_on()

    def _go_on(self) -> None:
        """Write what does not have to wait for its message."""
        while self._waiting and not self._waiting[0][1]:
            self.lines.append(self._waiting.popleft()[0])

    def write(self, path: Path) -> None:
        """Write the trace, gzipped."""
        with gzip.GzipFile(path, "wb", mtime=0) as file:
            file.write("".join(f"{line}\n" for line in self.lines).encode())
