# SPDX-License-Identifier: MIT
"""Functional coverage in UCIS' interchange format, for coverage tools."""

from __future__ import annotations

import io

from ucis import (
    UCIS_DU_MODULE,
    UCIS_ENABLED_STMT,
    UCIS_HISTORYNODE_TEST,
    UCIS_INST_ONCE,
    UCIS_INSTANCE,
    UCIS_SCOPE_UNDER_DU,
    UCIS_VLOG,
)
from ucis.mem.mem_factory import MemFactory
from ucis.source_info import SourceInfo
from ucis.test_data import TestData
from ucis.xml.xml_writer import XmlWriter

from cocotbext.msi_its.report.regression import Summary


def ucis(summary: Summary) -> str:
    """Return the functional coverage in UCIS' interchange format, for coverage tools."""
    database = MemFactory.create()
    node = database.createHistoryNode(None, "regress", None, UCIS_HISTORYNODE_TEST)
    # A bool, because PyUCIS writes each of UCIS' own statuses as true, whatever it says.
    node.setTestData(TestData(summary.passed, "cocotb", "20000101000000", seed=summary.seed))
    where = SourceInfo(
        database.createFileHandle("tb/cocotbext/msi_its/checks/coverage/points.py", ""), 1, 0
    )
    once = UCIS_ENABLED_STMT | UCIS_INST_ONCE | UCIS_SCOPE_UNDER_DU
    unit = database.createScope(
        f"work.{summary.rtl.top}", where, 1, UCIS_VLOG, UCIS_DU_MODULE, once
    )
    instance = database.createInstance(
        summary.rtl.top, where, 1, UCIS_VLOG, UCIS_INSTANCE, unit, UCIS_INST_ONCE
    )
    for name, point in summary.points.items():
        group = instance.createCovergroup(name, where, 1, UCIS_VLOG)
        of_instance = group.createCoverInstance(name, where, 1, UCIS_VLOG)
        cover = of_instance.createCoverpoint(name, where, 1, UCIS_VLOG)
        for words, count in point.bins.items():
            cover.createBin(words, where, 1, count, words)
    text = io.StringIO()
    XmlWriter().write(text, database)
    return text.getvalue()
