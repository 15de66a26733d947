# SPDX-License-Identifier: MIT
"""What Linux says: each kind of file alone, and all of them as one trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocotbext.msi_its.importers.gaps import Kind
from cocotbext.msi_its.importers.kinds import ImportRefusedError
from tests.tb.importers.imports import imported, ops, said

TREE = """\
/dts-v1/;
/ {
	pcie@40000000 { /* msi-map = <1 2 3>; */
		linux,pci-domain = <0x0>;
		msi-map = <0x0 &its 0x30000
			0x10000>; // all of them
	};
	pcie@50000000 { linux,pci-domain = <1>; msi-map = <0x0 0x8005 0x50000 0x10000>; };
};
"""

IORT = """\
[000h 0000   4]                    Signature : "IORT"    [IO Remapping Table]
[030h 0048   1]                         Type : 00
[048h 0072   1]                         Type : 04
[08Ch 0140   4]                   Input base : 00000000
[090h 0144   4]                     ID Count : 0000FFFF
[094h 0148   4]                  Output Base : 00030000
[098h 0152   4]             Output Reference : 00000030
[0A0h 0160 001h]                         Type : 02
[0BCh 0188 004h]           PCI Segment Number : 00000000
[0C4h 0196 004h]                   Input base : 00000000
[0C8h 0200 004h]                     ID Count : 0000FFFF
[0CCh 0204 004h]                  Output Base : 00000000
[0D0h 0208 004h]             Output Reference : 00000048
"""

LSPCI = """\
0000:00:01.0 PCI bridge: Example Root Port (prog-if 00 [Normal decode])
	Bus: primary=00, secondary=01, subordinate=03, sec-latency=0
	Capabilities: [50] MSI: Enable+ Count=2/4 Maskable+ 64bit+
		Address: 0000000008090040  Data: 0010
		Masking: 00000002  Pending: 00000000
0000:00:02.0 PCI bridge: Example Root Port (prog-if 00 [Normal decode])
	Bus: primary=00, secondary=04, subordinate=05, sec-latency=0
0000:01:00.0 Ethernet controller: Example NIC
	Capabilities: [70] MSI-X: Enable+ Count=64 Masked-
0000:04:00.0 PCI bridge: Example (prog-if 00 [Normal decode])
	Bus: primary=04, secondary=05, subordinate=05, sec-latency=0
	Capabilities: [60] Express (v1) PCI-Express to PCI/PCI-X Bridge, MSI 00
0000:05:03.0 SCSI storage controller: Example
	Capabilities: [70] MSI-X: Enable+ Count=4 Masked-
0001:01:02.3 Ethernet controller: Example VF
	Capabilities: [70] MSI-X: Enable+ Count=4 Masked+
"""

INTERRUPTS = f"""\
           CPU0       CPU1
 13:     100        200     GICv3  27 Level     arch_timer
 44:       1          0  ITS-MSI {8 << 11} Edge      PCIe PME
 45:      12          0  ITS-MSI {0x100 << 11} Edge      eth0-0
 46:      12          0  ITS-PCI-MSIX-0000:01:00.0   1 Edge      eth0-1
 47:       0          0  ITS-MSI {0x518 << 11 | 2} Edge      scsi
 48:       0          0  ITS-PCI-MSIX-0001:01:02.3   0 Edge      vf
IPI0:  1  2  Rescheduling interrupts
"""

FTRACE = """\
# tracer: nop
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
          <idle>-0     [001] d.h1.   100.000001: irq_handler_entry: irq=45 name=eth0-0
          <idle>-0     [001] d.h1.   100.000101: irq_handler_exit: irq=45 ret=handled
     kworker/0:1-12    (     12) [000] d.h1.   100,000201: irq_handler_entry:    irq=47 name=scsi
          <idle>-0     [000] d.h1.   100.000301: irq_handler_entry: irq=13 name=arch_timer
          <idle>-0     [000] d.h1.   100.000302: irq_handler_entry: irq=48 name=vf
CPU:0 [LOST 12 EVENTS]
          <idle>-0     [000] d.h1.   100.000303: irq_handler_entry: name=vf
"""


@pytest.mark.parametrize("firmware", [TREE, IORT])
def test_all_files_make_one_trace_in_any_order(tmp_path: Path, firmware: str) -> None:
    done, lines = imported(tmp_path, FTRACE, INTERRUPTS, LSPCI, firmware)
    assert (done.messages, done.ports, len(done.gaps)) == (3, 4, 7)
    connects = ops([each for each in lines if each["op"] == "connect"], "devid_base", "segment")
    second = (0x50000, None) if firmware == TREE else (None, 1)
    assert connects == [(0x30000, None), second]
    ranges = [each for each in lines if each["op"] == "set_bus_range"]
    assert ops(ranges, "range", "secondary", "subordinate") == [(1, 1, 3), (2, 4, 5), (3, 1, 1)]
    enabled = [each for each in lines if each["op"] == "enable_with_rid"]
    assert ops(enabled, "route", "rid", "address", "data") == [
        *((0, 8, 0x809_0040, 0x10), (2, 0x100, 0x809_0040, 0)),
        *((3, 0x100, 0x809_0040, 1), (4, 0x500, 0x809_0040, 2)),
        (5, 0x113, 0x809_0040, 0),  # masked in lspci, until it interrupts
    ]
    events = [each for each in lines if each["op"] == "signal_event"]
    assert [(each["route"], each["expect"]["messages"][0][0]) for each in events] == [
        *((2, 0x3_0100), (4, 0x3_0500)),
        (5, 0x5_0113 if firmware == TREE else 0x1_0113),
    ]
    assert [each["t_us"] for each in events] == [0, 200, 301]
    files = {each["x_file"] for each in lines}
    assert files <= {0, 1, 2, 3} and len(files) >= 3


def test_each_thing_that_is_not_known_is_said(tmp_path: Path) -> None:
    done, _ = imported(tmp_path, FTRACE, INTERRUPTS, LSPCI)
    assert [(gap.kind, gap.what[:40], gap.lines) for gap in done.gaps] == [
        (Kind.REFUSED, "irq_handler_entry: not irq=N name=...", ["log0:9"]),
        (Kind.ASSUMED, "routes of functions that have all vector", ["log2:16"]),
        (Kind.ASSUMED, "the messages of vectors: data that count", ["log1:4", "log1:5", "log1:6"]),
        (Kind.ASSUMED, "ports for buses that no bridge in the lo", ["log1:7"]),
        (Kind.ASSUMED, "vectors that were masked are unmasked wh", ["log0:7"]),
        (Kind.LEFT_OUT, "interrupts of which /proc/interrupts doe", ["log0:6"]),
        (Kind.LEFT_OUT, "events that the kernel has lost, as it s", ["log0:8"]),
    ]


def test_lspci_alone_is_a_starting_state(tmp_path: Path) -> None:
    done, lines = imported(tmp_path, LSPCI)
    assert done.messages == 0 and done.ports == 3
    assert ops(lines, "op").count(("enable_with_rid",)) == 1
    assert any(each.startswith("MSI-X tables") for each in said(done, Kind.UNKNOWN))


def test_a_trace_alone_needs_to_know_whose_interrupts_they_are(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="import /proc/interrupts beside the trace"):
        imported(tmp_path, FTRACE)


def test_through_an_smmu_the_device_id_is_what_comes_out_at_the_end(tmp_path: Path) -> None:
    iort = IORT.replace(
        "[08Ch 0140   4]                   Input base : 00000000",
        "[08Ch 0140   4]                   Input base : 00010000",
    )
    iort = iort.replace(
        "[0CCh 0204 004h]                  Output Base : 00000000",
        "[0CCh 0204 004h]                  Output Base : 00018000",
    )
    _, lines = imported(tmp_path, iort)
    assert lines[0]["devid_base"] == 0x38000


def test_linuxs_number_of_an_interrupt_has_the_segment(tmp_path: Path) -> None:
    row = f" 45:      12          0  ITS-MSI {2 << 27 | 0x108 << 11 | 3} Edge      eth0-0\n"
    _, lines = imported(tmp_path, "           CPU0       CPU1\n" + row)
    assert lines[0] == {"op": "connect", "connection": 0, "segment": 2, "x_line": 2}
    assert ops(lines[-1:], "op", "rid", "data") == [("enable_with_rid", 0x108, 3)]


def test_pieces_of_requester_ids_are_said(tmp_path: Path) -> None:
    tree = TREE.replace("0x30000\n\t\t\t0x10000", "0x30000 0x8000 0x8000 &its 0x70000 0x1000")
    done, lines = imported(tmp_path, tree)
    assert lines[0]["devid_base"] == 0x30000
    assert any(each.startswith("pieces of requester IDs") for each in said(done, Kind.LEFT_OUT))


def test_events_of_somebodys_own(tmp_path: Path) -> None:
    head = "          cat-123   [000]   100.0004"
    done, lines = imported(
        tmp_path,
        [
            "# tracer: nop",
            f"{head}01: my_its_mapd: devid=0x300 size=4",
            f"{head}02: my_its_mapti: devid=0x300 eventid=3 lpi=8201 col=0",
            f"{head}03: msi_send: rid=03:00.0 data=0x3",
            f"{head}04: msi_send: data=0x3",
            f"{head}05: vgic_update_irq_pending: VCPU: 0, IRQ 8205, level: 1",
        ],
    )
    assert ops(lines, "op", "devid", "rid", "intid", "itt_size_bits") == [
        ("its_mapd", 0x300, None, None, 4),
        ("its_mapti", 0x300, None, 8201, None),
        ("connect", None, None, None, None),
        ("bind_target", None, None, None, None),
        ("set_bus_range", None, None, None, None),
        ("signal_msi_with_rid", None, 0x300, None, None),
    ]
    assert said(done, Kind.LEFT_OUT) == [
        "msi_send: it has no device and data",
        "LPIs of a guest (vgic_update_irq_pending): the event has no device",
    ]


def test_what_x86_programs_a_vector_with(tmp_path: Path) -> None:
    interrupts = " 47:    3   1  IR-PCI-MSIX-0000:01:00.0   2-edge      eth0-2\n"
    trace = (
        "# tracer: nop\n          <idle>-0     [000] d.h1.   100.000301: vector_config: irq=47 "
        "vector=33 cpu=0 apicdest=0x00000003\n"
    )
    _, lines = imported(tmp_path, trace, "           CPU0       CPU1\n" + interrupts)
    assert ops(lines[-1:], "op", "address", "data") == [("enable_with_rid", 0xFEE0_3000, 33)]
