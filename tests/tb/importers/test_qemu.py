# SPDX-License-Identifier: MIT
"""QEMU's trace log: a whole real one, in all forms it may have, and what it may lack."""

from __future__ import annotations

import datetime
import gzip
import json
import random
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from cocotbext.msi_its.importers.gaps import Kind
from cocotbext.msi_its.importers.kinds import ImportRefusedError, import_files, kind_of
from cocotbext.msi_its.importers.qemu import FORMATS
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary.trace_file import lines_of
from tests.tb.importers.corpus import ITS, QEMU
from tests.tb.importers.imports import LOG, Line, imported, its_lines, of, ops, said

STAMP = re.compile(r"^(\d+)@(\d+)\.(\d{6}):")
DTE = f"gicv3_its_dte_read {ITS}Device Table read for DeviceID"
ITE = f"gicv3_its_ite_read {ITS}Interrupt Table read for ITTaddr 0x42 EventID"
CTE = f"gicv3_its_cte_read {ITS}Collection Table read for ICID"


@pytest.fixture(scope="module")
def log() -> list[str]:
    """The lines of the real log."""
    return [text.decode() for _, text in lines_of(LOG)]


@pytest.fixture(scope="module")
def recorded() -> list[Line]:
    """What QEMU's ITS did in that run."""
    with gzip.open(ROOT / "tests/its/basic-its.jsonl.gz") as file:
        return [json.loads(line) for line in file]


def write(rid: int, data: int) -> list[str]:
    """Return the lines of a message, as far as its look-ups."""
    return [
        f"memory_region_ops_write cpu 0 mr 0x5 addr 0x8090040 value {data:#x} size 4 "
        "name 'translation'",
        f"gicv3_its_translation_write GICv3 ITS TRANSLATER write: offset 0x40 data {data:#x} "
        f"size 4 requester_id {rid:#x}",
    ]


def mmio(value: int, size: int) -> str:
    """Return the line before a write to configuration space."""
    return (
        f"memory_region_ops_write cpu 0 mr 0x5 addr 0x18 value {value:#x} size {size} "
        "name 'pcie-mmcfg-mmio'"
    )


def without_times(lines: list[Line]) -> list[Line]:
    return [{name: value for name, value in line.items() if name != "t_us"} for line in lines]


# ---- the real one --------------------------------------------------------------------------------


def test_messages_and_commands_are_those_that_were_recorded(
    tmp_path: Path, recorded: list[Line]
) -> None:
    done, lines = of(tmp_path, [LOG])
    assert its_lines(lines) == recorded
    assert (done.read, done.messages, done.commands, done.ports) == (172_300, 3776, 496, 5)
    assert not done.gaps
    ranges = ops(
        [each for each in lines if each["op"] == "set_bus_range"],
        "range",
        "secondary",
        "subordinate",
        "x_line",
    )
    assert ranges == [
        *((1, 1, 255, 693), (1, 1, 9, 1404), (2, 10, 255, 1412), (2, 10, 11, 1536)),
        *((3, 12, 255, 1544), (3, 12, 12, 1588), (4, 13, 255, 1596), (4, 13, 13, 1712)),
    ]
    assert all(line["x_line"] > 0 for line in lines)


def test_each_line_names_the_one_it_came_from(tmp_path: Path, log: list[str]) -> None:
    _, lines = of(tmp_path, [LOG])
    for line in lines:
        text = log[line["x_line"] - 1]
        if line["op"] == "signal_msi_with_rid":
            assert "gicv3_its_translation_write" in text and text.endswith(f"{line['rid']:#x}\n")
        elif line["op"] == "its_mapti":
            assert "gicv3_its_cmd_mapti" in text and f"pINTID {line['intid']:#x}" in text


def test_bus_numbers_and_targets_are_those_of_the_mixed_trace(tmp_path: Path) -> None:
    with gzip.open(ROOT / "tests/its/basic-mixed.jsonl.gz") as file:
        mixed = [json.loads(line) for line in file][1:]
    _, lines = of(tmp_path, [LOG])
    names = ("op", "target", "rid", "address", "data", "t_us")
    sent = [each for each in lines if each["op"] == "signal_msi_with_rid"]
    assert ops(sent, *names) == ops([e for e in mixed if e["op"] == "signal_msi_with_rid"], *names)


def iso(found: re.Match[str]) -> str:
    moment = datetime.datetime.fromtimestamp(int(found[2]), datetime.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{found[3]}Z "


def later(found: re.Match[str]) -> str:
    return f"{iso(found)}[my guest] qemu-system-aarch64: ({found[1]}:CPU 0/TCG): "


def console(found: re.Match[str]) -> str:
    """Cut off the stamp, and let some lines be behind text that has no end yet."""
    at = int(found[3])
    return ("", "", "", "[    1.2] pci 0000:00:01.0: ", "login: 12", "Booting")[at % 6]


@pytest.mark.parametrize(
    ("stamp", "times"),
    [
        (iso, True),
        (later, True),
        (lambda _: "", False),
        (console, False),
        (lambda found: found[0].replace(".", ","), True),
    ],
    ids=["10.2", "11", "none", "console", "comma"],
)
def test_in_whatever_form_it_is_printed(
    tmp_path: Path,
    log: list[str],
    recorded: list[Line],
    stamp: Callable[[re.Match[str]], str],
    times: bool,
) -> None:
    text = "".join(STAMP.sub(stamp, line) for line in log)
    done, lines = imported(tmp_path, text.replace("\n", "\r\n"))
    wanted = recorded if times else without_times(recorded)
    assert its_lines(lines) == wanted
    assert done.messages == 3776 and not said(done, Kind.REFUSED)
    assert said(done, Kind.UNKNOWN) == (
        [] if times else ["times: the log has no time stamps (-msg timestamp=on)"]
    )


def test_threads_may_be_interleaved(tmp_path: Path, log: list[str], recorded: list[Line]) -> None:
    choice = random.Random(20261128)
    late: list[str] = []
    mixed: list[str] = []
    for line in log:
        (late if line.startswith("4275@") else mixed).append(line)
        while late and choice.random() < 0.4:
            mixed.append(late.pop(0))
    done, lines = imported(tmp_path, "".join([*mixed, *late]))
    assert not done.gaps

    def key(line: Line) -> str:
        return json.dumps(line, sort_keys=True)

    assert sorted(its_lines(lines), key=key) == sorted(recorded, key=key)


@pytest.mark.parametrize(
    ("left_out", "kind", "what"),
    [
        ("memory_region_ops_write", Kind.ASSUMED, "the address of messages"),
        ("pci_cfg_write", Kind.ASSUMED, "ports for buses that no bridge in the log was given"),
        ("gicv3_its_cmd_", Kind.LEFT_OUT, "commands whose operands are not in the log"),
        ("_cte_", Kind.UNKNOWN, "what became of messages"),
    ],
)
def test_what_is_missing_is_said_and_replays(
    tmp_path: Path, log: list[str], left_out: str, kind: Kind, what: str
) -> None:
    done, lines = imported(tmp_path, "".join(line for line in log if left_out not in line))
    assert done.messages == 3776
    assert any(each.startswith(what) for each in said(done, kind))
    assert sum(line["op"] == "its_translate" for line in lines) == 3776


def test_a_log_that_begins_late_is_given_the_commands_of_before(
    tmp_path: Path, log: list[str]
) -> None:
    done, lines = imported(tmp_path, "".join(log[3500:30_000]) + log[30_000][:40])
    what = "commands that the ITS must have had, and that are not in the log"
    assert what in said(done, Kind.ASSUMED)
    made = [line for line in lines if line.get("note", "").startswith("made up")]
    assert ops(made, "op", "devid", "eventid")[:2] == [
        ("its_mapd", 0x800, None),
        ("its_mapc", None, None),
    ]
    assert made[0]["x_line"] == 4


def test_what_it_takes_does_not_grow_with_the_log(tmp_path: Path, log: list[str]) -> None:
    text = "".join(log[:40_000])
    peaks = []
    for times in (1, 4):
        path = tmp_path / f"log{times}"
        path.write_text(text * times)
        tracemalloc.start()
        import_files([path], kind_of([path]), tmp_path / "trace.jsonl")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0] < 8 << 20


def test_ports_of_a_rescan_are_those_that_the_recorder_knew(tmp_path: Path) -> None:
    """A log made of the recorded trace: what was sent as bus 0 from behind a port is not in it."""
    log: list[str] = []
    wanted = []
    with gzip.open(ROOT / "tests/traces/rescan.jsonl.gz") as file:
        for line in map(json.loads, file):
            if line["op"] == "set_bus_range" and line["range"]:
                value = line["subordinate"] << 16 | line["secondary"] << 8
                port = f"pcie-root-port 00:{line['range']:02x}.0"
                log += [mmio(value, 4), f"pci_cfg_write {port} @0x18 <- {value:#x}"]
            elif line["op"] == "signal_msi_with_rid":
                log += write(line["rid"], line["data"])
                wanted.append((line["target"], line["rid"], "expect" in line))
    done, lines = imported(tmp_path, log)
    sent = [each for each in lines if each["op"] == "signal_msi_with_rid"]
    found = [(each["target"], each["rid"], "expect" in each) for each in sent]
    others = [pair for pair in zip(wanted, found, strict=True) if pair[0] != pair[1]]
    assert len(found) == 27_202 and len(others) == 4
    assert {(rid, got) for (_, rid, _), got in others} == {(0, (0, 0, True))}
    assert [rid for _, rid, expected in found if not expected] == [0x400, 0x300, 0x300, 0x500]
    unknown = "whether messages of bus 0 are of the root complex, or from behind a port at 0/0"
    assert [gap.count for gap in done.gaps if gap.what == unknown] == [28]


# ---- messages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ([f"{DTE} 0x200: valid 0 size 0x0 ITTaddr 0x0"], "dte_invalid"),
        ([f"{DTE} 0x200: valid 1 size 0x0 ITTaddr 0x42"], "eventid_out_of_range"),
        (
            [
                f"{DTE} 0x200: valid 1 size 0x3 ITTaddr 0x42",
                f"{ITE} 0x5: valid 0 inttype 0 intid 0x0 ICID 0x0 vPEID 0x0 doorbell 0x0",
            ],
            "ite_invalid",
        ),
        (
            [
                f"{DTE} 0x200: valid 1 size 0x3 ITTaddr 0x42",
                f"{ITE} 0x5: valid 1 inttype 1 intid 0x2000 ICID 0x7 vPEID 0x0 doorbell 0x0",
                f"{CTE} 0x7: valid 0 RDBase 0x0",
            ],
            "cte_invalid",
        ),
    ],
)
def test_why_a_message_is_no_interrupt(tmp_path: Path, after: list[str], reason: str) -> None:
    _, lines = imported(tmp_path, [*write(0x200, 5), *after])
    (became,) = [line for line in lines if line["op"] == "its_translate"]
    assert became["expect"]["reason"] == reason and became["expect"]["intid"] is None
    assert ("itt_size_bits" in became["expect"]) == (reason != "dte_invalid")


def test_look_ups_of_a_command_are_not_those_of_a_message(tmp_path: Path) -> None:
    inv = [
        f"gicv3_its_process_command {ITS}processing command at offset 0x7: 0xc",
        f"gicv3_its_cmd_inv {ITS}command INV DeviceID 0x200 EventID 0x5",
        f"{DTE} 0x200: valid 0 size 0x0 ITTaddr 0x0",
    ]
    _, lines = imported(tmp_path, [*write(0x200, 5), *inv])
    became, command = its_lines(lines)
    assert "expect" not in became
    assert command == {
        "op": "its_inv",
        "devid": 0x200,
        "eventid": 5,
        "queue_slot": 7,
        "result": "dte_invalid",
    }


def test_a_message_that_its_port_does_not_have_is_dropped_and_expects_nothing(
    tmp_path: Path,
) -> None:
    port = "pci_cfg_write pcie-root-port 00:01.0 @0x18 <- "
    found = [
        *(mmio(0x50100, 4), f"{port}0x50100", *write(0x300, 1)),
        *(mmio(0, 4), f"{port}0x0", *write(0x300, 2)),
        f"{DTE} 0x300: valid 0 size 0x0 ITTaddr 0x0",
    ]
    done, lines = imported(tmp_path, found)
    first, second = [line for line in lines if line["op"] == "signal_msi_with_rid"]
    assert first["target"] == second["target"] == 1
    assert first["expect"] == {"messages": [[0x300, 0x809_0040, 1]]}
    assert "expect" not in second and second["note"].startswith("its port does not have")
    assert lines[-1]["x_expect"]["reason"] == "dte_invalid" and "expect" not in lines[-1]
    assert any(
        "the port of messages whose bus no port had" in each for each in said(done, Kind.ASSUMED)
    )


# ---- bus numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "writes",
    [
        [(0x18, 0x50302, 4)],
        [(0x18, 0x302, 2), (0x1A, 0x5, 1)],
        [(0x18, 0x2, 1), (0x19, 0x3, 1), (0x1A, 0x5, 1)],
        [(0x19, 0x503, 2)],
        [(0x18, 0xFF050302, 4)],
    ],
)
@pytest.mark.parametrize("sizes", [True, False])
def test_partial_writes_are_put_together(
    tmp_path: Path, writes: list[tuple[int, int, int]], sizes: bool
) -> None:
    lines = []
    for offset, value, size in writes:
        lines += [mmio(value, size)] if sizes else []
        lines.append(f"pci_cfg_write pcie-root-port 00:01.0 @{offset:#x} <- {value:#x}")
    done, made = imported(tmp_path, lines)
    ranges = [each for each in made if each["op"] == "set_bus_range"]
    assert ops(ranges[-1:], "range", "secondary", "subordinate") == [(1, 3, 5)]
    assumed = any("how many bytes" in each for each in said(done, Kind.ASSUMED))
    assert assumed != sizes


def test_a_first_byte_alone_leaves_the_others(tmp_path: Path) -> None:
    port = "pci_cfg_write pcie-root-port 00:01.0 @"
    writes = [f"{port}0x18 <- 0x90500", f"{port}0x18 <- 0x0", f"{port}0x19 <- 0x6"]
    _, made = imported(tmp_path, [*writes, *write(0x600, 1)])
    ranges = [each for each in made if each["op"] == "set_bus_range"]
    assert ops(ranges, "secondary", "subordinate") == [(5, 9), (6, 9)]


def test_clearing_all_three_is_one_write_if_no_other_byte_follows(tmp_path: Path) -> None:
    port = "pci_cfg_write pcie-root-port 00:01.0 @"
    _, made = imported(tmp_path, [f"{port}0x18 <- 0x50100", f"{port}0x18 <- 0x0", *write(0x300, 1)])
    ranges = [each for each in made if each["op"] == "set_bus_range"]
    assert ops(ranges, "secondary", "subordinate") == [(1, 5), (0, 0)]


def test_the_address_of_a_bar_is_no_bus_number(tmp_path: Path) -> None:
    bar = "pci_cfg_write virtio-net-pci 00:06.0 @0x18 <- "
    _, made = imported(
        tmp_path,
        [f"{bar}0xffffffff", f"{bar}0x3001", f"{bar}0x50100", *write(0x30, 1)],
    )
    assert not [each for each in made if each["op"] == "set_bus_range"]


def test_one_port_per_bridge_of_a_root_bus(tmp_path: Path) -> None:
    """What is behind one enters there: switches, a PCIe-to-PCI bridge, virtual functions."""
    cfg = "pci_cfg_write "
    done, made = imported(
        tmp_path,
        [
            *(mmio(0x90100, 4), cfg + "pcie-root-port 00:01.0 @0x18 <- 0x90100"),
            *(mmio(0x90201, 4), cfg + "x3130-upstream 01:00.0 @0x18 <- 0x90201"),
            *(mmio(0xB0A00, 4), cfg + "ioh3420 00:02.0 @0x18 <- 0xb0a00"),
            *(mmio(0xB0B0A, 4), cfg + "pcie-pci-bridge 0a:00.0 @0x18 <- 0xb0b0a"),
            *(mmio(0x424140, 4), cfg + "pcie-root-port 40:00.0 @0x18 <- 0x424140"),
            *(*write(0x0B00, 1), *write(0x0401, 2), *write(0x4100, 3), *write(0x4010, 4)),
        ],
    )
    notes = {each["target"]: each["note"] for each in made if each["op"] == "bind_target"}
    assert notes == {
        **{0: "bus 0", 1: "pcie-root-port 00:01.0", 2: "ioh3420 00:02.0"},
        **{3: "bus 0x40", 4: "pcie-root-port 40:00.0"},
    }
    sent = [each for each in made if each["op"] == "signal_msi_with_rid"]
    assert ops(sent, "rid", "target") == [(0xB00, 2), (0x401, 1), (0x4100, 4), (0x4010, 3)]
    assert all("expect" in each for each in sent)
    assert said(done, Kind.ASSUMED) == [
        "root buses above 0: no bridge in the log had the bus that a bridge is on"
    ]


def test_while_buses_are_counted_a_message_enters_where_it_did_before(tmp_path: Path) -> None:
    """A port is open to the last bus then, and holds the buses of all others."""
    cfg = "pci_cfg_write pcie-root-port 00:0"
    steps = [("1.0", 0x10100), ("2.0", 0x20200), ("1.0", 0), ("2.0", 0), ("1.0", 0xFF0100)]
    lines = []
    for slot, value in steps:
        lines += [mmio(value, 4), f"{cfg}{slot} @0x18 <- {value:#x}"]
    _, made = imported(tmp_path, [*lines, *write(0x200, 1)])
    (sent,) = [each for each in made if each["op"] == "signal_msi_with_rid"]
    assert sent["target"] == 2 and "expect" not in sent


# ---- MSI-X tables --------------------------------------------------------------------------------


def test_vectors_may_be_routes_and_the_messages_are_the_same(
    tmp_path: Path, recorded: list[Line]
) -> None:
    """As in tests/traces/basic-routes.jsonl.gz, which is another run of the same machine."""
    out = tmp_path / "trace.jsonl"
    done = import_files([LOG], kind_of([LOG]), out, routes=True)
    lines = [json.loads(text) for _, text in lines_of(out)][1:]
    assert its_lines(lines) == recorded and not done.gaps
    counts = {name: ops(lines, "op").count((name,)) for name in ("new_route", "disable")}
    assert counts == {"new_route": 50, "disable": 34}
    assert ops(lines, "op").count(("enable_with_rid",)) == 57
    assert ops(lines, "op").count(("signal_event",)) == 3742
    assert done.messages == 3776


def test_a_vector_is_enabled_while_neither_it_nor_its_function_is_masked(tmp_path: Path) -> None:
    def table(word: int, value: int) -> str:
        return (
            f"memory_region_ops_write cpu 0 mr 0x5 addr {0x1000_0020 + 4 * word:#x} "
            f"value {value:#x} size 4 name 'msix-table'"
        )

    def control(enabled: int, masked: int) -> list[str]:
        return [
            f"pci_cfg_write nvme 02:00.1 @0xb2 <- {enabled << 15 | masked << 14:#x}",
            f"msix_write_config dev nvme enabled {enabled} masked {masked}",
        ]

    log = [
        *(mmio(0x30100, 4), "pci_cfg_write pcie-root-port 00:01.0 @0x18 <- 0x30100"),
        "pci_update_mappings_add nvme 02:00.1 0,0x10000000+0x4000",
        *(table(0, 0x809_0040), table(1, 0), table(2, 7), *control(1, 1), table(3, 0)),
        *(*write(0x201, 7), *control(1, 0), *write(0x201, 7), *write(0x201, 8), table(3, 1)),
        *(*write(0x201, 7), table(2, 9), table(3, 0), *write(0x201, 9), *control(0, 0)),
    ]
    path = tmp_path / "log"
    path.write_text("\n".join(log) + "\n")
    import_files([path], kind_of([path]), tmp_path / "trace.jsonl", routes=True)
    lines = [json.loads(text) for _, text in lines_of(tmp_path / "trace.jsonl")][1:]
    after = [each for each in lines if each["op"] not in ("bind_target", "its_translate")]
    assert ops(after[2:], "op", "route", "data") == [
        ("signal_msi_with_rid", None, 7),
        *(("connect_irqfd", None, None), ("new_route", 0, None), ("enable_with_rid", 0, 7)),
        *(("signal_event", 0, None), ("signal_msi_with_rid", None, 8), ("disable", 0, None)),
        *(("signal_msi_with_rid", None, 7), ("enable_with_rid", 0, 9), ("signal_event", 0, None)),
        ("disable", 0, None),
    ]
    assert all(each["rid"] == 0x201 for each in after if each["op"] == "enable_with_rid")


def test_hot_plug_and_unplug_are_lines_of_their_own(tmp_path: Path) -> None:
    log = [line for line in QEMU if line.startswith("handle_")]
    _, lines = imported(tmp_path, [*log, *write(8, 1), "handle_hmp_command mon 0x5 cmdline: quit"])
    assert ops(lines[:2], "op", "id", "x_line") == [
        ("device_add", "disk2", 1),
        ("device_del_request", "disk2", 2),
    ]
    assert not [line for line in lines[2:] if line["op"].startswith("device")]


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said_of_it"),
    [
        (
            "gicv3_its_translation_write GICv3 ITS TRANSLATER write: offset 0x40 data 0x3 size 4 "
            "secure 0 requester_id 0x108",
            "gicv3_its_translation_write: not the format of QEMU 7.2 and after",
        ),
        ("pci_cfg_write pcie-root-port 01:0 @0x18 <- 0x10100", "of QEMU 6.2 and before"),
        (f"gicv3_its_cmd_inv {ITS}command INV or INVALL", "QEMU 7.0, which has no operands"),
        (
            "memory_region_ops_write cpu 0 mr 0x5 addr 0x8090040 value 0x3 size 4",
            "without the region's name",
        ),
        (write(0x200, 1)[1][:-9], "not the format"),
        (write(0x1_0200, 1)[1], "of a width that there is not"),
        ("gicv3_its_cmd_frob GICv3 ITS: command FROB", "an event of the ITS that is not known"),
    ],
)
def test_what_is_not_known_is_refused_by_line_and_reason(
    tmp_path: Path, line: str, said_of_it: str
) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        imported(tmp_path, ["Booting", line])
    text = str(refused.value)
    assert "nothing could be imported" in text and said_of_it in text and "(line 2)" in text
    done, _ = imported(tmp_path, [*write(8, 1), line])
    assert [gap.lines for gap in done.gaps if gap.kind == Kind.REFUSED] == [["3"]]


def test_messages_that_cannot_be_had_are_said(tmp_path: Path) -> None:
    done, _ = imported(
        tmp_path,
        [
            "vfio_msi_interrupt  (0000:01:00.0) vector 2 0x8090040/0x3",
            *(write(8, 1)[0], write(8, 2)[0], *write(8, 3)),
            write(8, 4)[0].replace("translation", "apic-msi"),
            f"gicv3_its_cmd_vmapti {ITS}command VMAPI DeviceID 0x1 EventID 0x1 vPEID 0x1",
        ],
    )
    found = said(done, Kind.LEFT_OUT)
    assert found[0].startswith("vfio_msi_interrupt: the event of a VFIO device has no requester ID")
    assert found[1].startswith("writes to GITS_TRANSLATER with no gicv3_its_translation_write")
    assert found[2] == "messages to an APIC (x86): no event has their requester ID"
    assert found[3] == "commands and tables of virtual LPIs (GICv4)"


def test_a_million_lines_with_one_broken(tmp_path: Path, log: list[str]) -> None:
    text = "".join(log)
    broken = log[2192][:-8] + "\n"
    path = tmp_path / "log"
    with path.open("w") as file:
        for _ in range(5):
            file.write(text)
        file.write(broken)
        file.write(text)
    done = import_files([path], kind_of([path]), tmp_path / "trace.jsonl")
    assert (done.read, done.messages) == (6 * 172_300 + 1, 6 * 3776)
    assert [(gap.count, gap.lines) for gap in done.gaps if gap.kind == Kind.REFUSED] == [
        (1, [str(5 * 172_300 + 1)])
    ]


def test_every_format_is_that_of_a_line_of_the_page() -> None:
    """docs/importing.md says what changed: each event that is read is in it."""
    page = (ROOT / "docs/importing.md").read_text()
    for name in FORMATS:
        stem = name.removesuffix("_fault")
        assert stem in page or stem.partition("_")[0] + "_…" in page, name
