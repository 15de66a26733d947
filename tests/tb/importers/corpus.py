# SPDX-License-Identifier: MIT
"""Lines of each kind of log, as the programs write them: for tests, and for the fuzzer."""

from __future__ import annotations

ITS = "GICv3 ITS: "

QEMU = [
    "memory_region_ops_write cpu 0 mr 0x55d7 addr 0x8018 value 0x0 size 4 name 'pcie-mmcfg-mmio'",
    "pci_cfg_write pcie-root-port 00:01.0 @0x18 <- 0x0",
    "pci_cfg_write pcie-root-port 00:01.0 @0x18 <- 0xff0100",
    "pci_cfg_write pcie-root-port 00:01.0 @0x19 <- 0x1",
    "pci_cfg_write pcie-root-port 00:01.0 @0x1a <- 0x9",
    "pci_cfg_write xio3130-downstream 01:00.0 @0x18 <- 0x30201",
    "pci_cfg_write nvme 02:00.0 @0x18 <- 0xffffffff",
    "gicv3_its_write GICv3 ITS write: offset 0x100 data 0xb907000042780107 size 8",
    "gicv3_its_write GICv3 ITS write: offset 0x0 data 0x1 size 4",
    "gicv3_its_badwrite GICv3 ITS write: offset 0x8 data 0x1 size 4: error",
    f"gicv3_its_process_command {ITS}processing command at offset 0x0: 0x9",
    f"gicv3_its_cmd_mapc {ITS}command MAPC ICID 0x0 RDbase 0x0 V 1",
    f"gicv3_its_cte_write {ITS}Collection Table write for ICID 0x0: valid 1 RDBase 0x0",
    f"gicv3_its_process_command {ITS}processing command at offset 0x1: 0x8",
    f"gicv3_its_cmd_mapd {ITS}command MAPD DeviceID 0x200 Size 0x1 ITT_addr 0x427b7c V 1",
    f"gicv3_its_dte_write {ITS}Device Table write for DeviceID 0x200: valid 1 size 0x1 "
    "ITTaddr 0x427b7c",
    f"gicv3_its_process_command {ITS}processing command at offset 0x2: 0xa",
    f"gicv3_its_cmd_mapti {ITS}command MAPTI DeviceID 0x200 EventID 0x1 ICID 0x0 pINTID 0x2000",
    f"gicv3_its_dte_read {ITS}Device Table read for DeviceID 0x200: valid 1 size 0x1 "
    "ITTaddr 0x427b7c00",
    f"gicv3_its_ite_write {ITS}Interrupt Table write for ITTaddr 0x427b7c00 EventID 0x1: valid 1 "
    "inttype 1 intid 0x2000 ICID 0x0 vPEID 0x0 doorbell 0x3ff",
    f"gicv3_its_cmd_sync {ITS}command SYNC",
    f"gicv3_its_cmd_invall {ITS}command INVALL",
    f"gicv3_its_cmd_inv {ITS}command INV DeviceID 0x200 EventID 0x1",
    f"gicv3_its_cmd_int {ITS}command INT DeviceID 0x200 EventID 0x1",
    f"gicv3_its_cmd_clear {ITS}command CLEAR DeviceID 0x200 EventID 0x1",
    f"gicv3_its_cmd_discard {ITS}command DISCARD DeviceID 0x200 EventID 0x1",
    f"gicv3_its_cmd_mapi {ITS}command MAPI DeviceID 0x200 EventID 0x3 ICID 0x0",
    f"gicv3_its_cmd_movi {ITS}command MOVI DeviceID 0x200 EventID 0x1 ICID 0x1",
    f"gicv3_its_cmd_movall {ITS}command MOVALL RDbase1 0x0 RDbase2 0x1",
    f"gicv3_its_cmd_vmapti {ITS}command VMAPI DeviceID 0x1 EventID 0x1 vPEID 0x1 vINTID 0x1 "
    "Dbell_pINTID 0x1",
    "memory_region_ops_write cpu 0 mr 0x55d8 addr 0x8090040 value 0x1 size 4 name 'translation'",
    "gicv3_its_translation_write GICv3 ITS TRANSLATER write: offset 0x40 data 0x1 size 4 "
    "requester_id 0x200",
    f"gicv3_its_ite_read {ITS}Interrupt Table read for ITTaddr 0x427b7c00 EventID 0x1: valid 1 "
    "inttype 1 intid 0x2000 ICID 0x0 vPEID 0x0 doorbell 0x3ff",
    f"gicv3_its_cte_read {ITS}Collection Table read for ICID 0x0: valid 1 RDBase 0x0",
    f"gicv3_its_dte_read_fault {ITS}Device Table read for DeviceID 0x200: faulted",
    "gicv3_its_translation_write GICv3 ITS TRANSLATER write: offset 0x40 data 0x9 size 2 "
    "requester_id 0x8",
    "pci_update_mappings_add nvme 02:00.0 0,0x10600000+0x4000",
    "pci_cfg_write nvme 02:00.0 @0xb2 <- 0xc000",
    "msix_write_config dev nvme enabled 1 masked 0",
    "memory_region_ops_write cpu 0 mr 0x55d9 addr 0x10602000 value 0x8090040 size 4 "
    "name 'msix-table'",
    "memory_region_ops_write cpu 0 mr 0x55d9 addr 0x10602008 value 0x1 size 4 name 'msix-table'",
    "memory_region_ops_write cpu 0 mr 0x55d9 addr 0x1060200c value 0x0 size 4 name 'msix-table'",
    'handle_qmp_command mon 0x5 req: {"execute": "device_add", "arguments": {"driver": "nvme", '
    '"id": "disk2", "bus": "rp2"}}',
    "handle_hmp_command mon 0x5 cmdline: device_del disk2",
    "memory_region_ops_write cpu 0 mr 0x5 addr 0xfee00000 value 0x4021 size 4 name 'apic-msi'",
    "vfio_msi_interrupt  (0000:01:00.0) vector 2 0x8090040/0x3",
    "virtio_notify vdev 0x55d77165eb00 vq 0x55d7716677b0",
    "[    1.234567] pci 0000:00:01.0: PCI bridge to [bus 01-09]",
]

LINUX = [
    "/dts-v1/;",
    "/ { pcie@40000000 { linux,pci-domain = <0>; msi-map = <0x0 &its 0x10000 0x10000>; }; };",
    "msi-map = <0x100 0x8005 0x1401 0x1",
    ">; msi-map-mask = <0xff00>; };",
    '[000h 0000   4]                    Signature : "IORT"    [IO Remapping Table]',
    "[030h 0048   1]                         Type : 00",
    "[0A0h 0160 001h]                         Type : 02",
    "[0BCh 0188 004h]           PCI Segment Number : 00000002",
    "[0C4h 0196 004h]                   Input base : 00000000",
    "[0C8h 0200 004h]                     ID Count : 0000FFFF",
    "[0CCh 0204 004h]                  Output Base : 00030000",
    "[0D0h 0208 004h]             Output Reference : 00000030",
    "0000:00:01.0 PCI bridge: Example Root Port (prog-if 00 [Normal decode])",
    "\tBus: primary=00, secondary=01, subordinate=03, sec-latency=0",
    "\tCapabilities: [50] MSI: Enable+ Count=2/4 Maskable+ 64bit+",
    "\t\tAddress: 0000000008090040  Data: 0000",
    "\t\tMasking: 00000002  Pending: 00000000",
    "02:00.0 PCI bridge: PLX",
    "\tCapabilities: [60] Express (v1) PCI-Express to PCI/PCI-X Bridge, MSI 00",
    "01:00.0 Ethernet controller: Example NIC",
    "\tCapabilities: [70] MSI-X: Enable+ Count=64 Masked-",
    "           CPU0       CPU1",
    " 45:   12   0  ITS-MSI 524288 Edge  nvme0q0",
    " 46:   12   0  ITS-PCI-MSIX-0000:01:00.0   1 Edge      eth0-1",
    " 47:    3   1  IR-PCI-MSIX-0000:01:00.0   2-edge      eth0-2",
    " 13:     100        200     GICv3  27 Level     arch_timer",
    "# tracer: nop",
    "          <idle>-0     [001] d.h1.   100.000001: irq_handler_entry: irq=45 name=nvme0q1",
    "    kworker/0:1-12    [000] d.h1.   100,000201: irq_handler_entry: irq=46 name=eth0-1",
    "          <idle>-0     (-----) [000] d.h1.   100.000301: vector_config: irq=47 vector=33 "
    "cpu=0 apicdest=0x00000001",
    "CPU:0 [LOST 12 EVENTS]",
    "          cat-123   [000]   100.000401: my_its_mapti: devid=0x300 eventid=3 lpi=8201 col=0",
    "          cat-123   [000]   100.000402: my_its_mapd: devid=0x300 size=4 valid=1",
    "          cat-123   [000]   100.000501: msi_send: rid=02:00.0 data=0x5 address=0x8090040",
    "          qemu-12   [000]   100.000601: vgic_update_irq_pending: VCPU: 0, IRQ 8205, level: 1",
]

OPENVMM = [
    "   0.000123456s  INFO openvmm_entry: starting",
    "   1.200000001s DEBUG pci_resource_assignment::enumerate: bridge enumerated bus=0x0 "
    "device=0x1 function=0x0 secondary=0x5 subordinate=0xa",
    "   2.000000001s  WARN pci_core::msi: dropping MSI: rid bus outside assigned bus range "
    "rid=0xb00 secondary=0x5 subordinate=0xa",
    "   2.100000001s  WARN pci_core::msi: dropping MSI: rid bus outside assigned bus range "
    "dropped_ratelimited=0x7 rid=0x10100 secondary=0xff subordinate=0xff",
    "   2.200000001s  WARN pci_core::msi: refusing to enable MSI route: rid bus outside assigned "
    "bus range rid=0x400 secondary=0x5 subordinate=0xa",
    "\x1b[2m   2.300000001s\x1b[0m \x1b[33m WARN\x1b[0m pci_core::msi\x1b[2m:\x1b[0m dropped MSI "
    "interrupt to disconnected target",
    '   2.400000001s TRACE pci_bus: cfg space write device="rp" address=00:02.0 offset=0x18 '
    "value=ByteEnabledDwordWrite { value: 0c00, byte_enable: PciConfigByteEnable(2) }",
    '   2.400000001s TRACE pci_bus: cfg space write device="rp" address=00:02.0 offset=0x18 '
    "value=0xc0c00",
]

CSV = [
    "t_us;op;target;rid;address;data;note;range;secondary;subordinate;devid;eventid;expect.devid",
    "op,connection,segment,target,range,devfn,rid,address,data,t_us,x_mine,expect.warnings",
    "connect,0,1,,,,,,,,,",
    "bind_target,0,,0,0,8,,,,,,",
    "signal_msi_with_rid,,,0,,,01:00.0,0x8090040,5,17.5,mine,0",
    "1,5;signal_msi_with_rid;0;01:00.0;0x8090040;5;hello;;;;;;0x100",
    "2;set_bus_range;;;;;;0;1;5;;;",
    "3;its_translate;;;;;;;;;0x100;1;",
    '4;"signal_msi";0;;0x8090040;"7";"a ""note""";;;;;;',
    "rid,address,data",
    "0x0200,0x8090040,1",
    "# a comment",
]

KINDS = {"qemu": QEMU, "linux": LINUX, "openvmm": OPENVMM, "csv": CSV}
"""Good lines of each kind, by its name."""
