# SPDX-License-Identifier: MIT
"""`make compare BRIDGE=axi`: traces through the bridge, among DMA."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cocotbext.msi_its.batch.records import pack, route
from cocotbext.msi_its.run.places import BUILD
from cocotbext.msi_its.vocabulary.operations import SetBusRange, SignalMsi, SignalMsiWithRid
from cocotbext.msi_its.vocabulary.transactions import Source, source_of
from tests.sim.commands import closing, tb

DOORBELL = 0xABCD_0040

TRACE = f"""\
{{"op": "connect", "connection": 3, "segment": 2}}
{{"op": "set_bus_range", "range": 5, "secondary": 16, "subordinate": 31}}
{{"op": "bind_target", "target": 7, "connection": 3, "range": 5, "devfn": 8}}
{{"op": "signal_msi_with_rid", "target": 7, "rid": "0x1234", "address": {DOORBELL}, "data": 5}}
{{"op": "signal_msi_with_rid", "target": 7, "rid": "0x2034", "address": {DOORBELL}, "data": 6}}
{{"op": "signal_msi", "target": 7, "address": {DOORBELL}, "data": 7}}
{{"op": "signal_msi_with_rid", "target": 7, "rid": "0x1f34", "address": "0x1234", "data": 8}}
{{"op": "signal_msi_with_rid", "target": 7, "rid": "0x1f34", "address": {DOORBELL}, "data": 9}}
"""


def test_what_has_a_write_on_the_bus() -> None:
    operations = (
        SignalMsiWithRid(7, 0x1234, DOORBELL, 5),
        SignalMsiWithRid(7, 0x1234, DOORBELL ^ 4, 5),
        SignalMsi(7, DOORBELL, 5),
        SetBusRange(5, 16, 31),
    )
    command, message = Source.COMMAND, Source.MESSAGE
    found = [source_of(each, DOORBELL) for each in operations]
    assert found == [message, command, command, command]
    assert [source_of(each) for each in operations] == [message, message, message, command]
    records = pack(operations)
    route(records, DOORBELL)
    assert records["source"].tolist() == found


@pytest.mark.parametrize("level", ["pin", "batch"])
def test_a_trace_through_the_bridge(level: str, tmp_path: Path) -> None:
    """Messages to the first doorbell of the trace are bus writes, others are commands."""
    path = tmp_path / "mine.jsonl"
    path.write_text(TRACE)
    status, output = tb(
        "compare", f"TRACE=tests/traces/basic.jsonl.gz {path}", "BRIDGE=axi", f"LEVEL={level}"
    )
    assert status == 0, output
    assert closing("compare", output) == (3787 + 8, 3772 + 4, 1, 0)
    assert "messages to 0x8090040 are writes on the bus" in output


def test_its_own_doorbell(tmp_path: Path) -> None:
    """And what was on the bus is counted."""
    path = tmp_path / "mine.jsonl"
    path.write_text(TRACE)
    status, output = tb("compare", f"TRACE={path}", "BRIDGE=axi")
    assert status == 0, output
    assert f"messages to {DOORBELL:#x} are writes on the bus" in output
    result = (BUILD / "compare/result.json").read_text()
    assert re.search(r"[\d,]+ writes, 3 of them messages; [\d,]+ bytes of DMA", result), output


def test_a_bridge_is_rtl(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(TRACE)
    for words, said in (
        (["LEVEL=model"], "LEVEL=model runs no RTL: leave out BRIDGE=axi"),
        (["RTL=hdl/translator.f", "TOP=other"], "BRIDGE=axi is RTL: leave out"),
        (["BRIDGE=ahb"], "invalid choice"),
    ):
        given = words if words[0].startswith("BRIDGE") else [*words, "BRIDGE=axi"]
        status, output = tb("compare", f"TRACE={path}", *given)
        assert status == 2 and said in output, output
