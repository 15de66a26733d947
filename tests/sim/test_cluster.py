# SPDX-License-Identifier: MIT
"""`make regress FARM=slurm` with real simulations, on a real cluster: two nodes, one machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocotbext.msi_its.commands.regress import Farm, regress
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.places import BUILD
from cocotbext.msi_its.run.sets import Only
from tests.schemas import valid
from tools import cluster as clusters
from tools.cluster import Cluster

LACKING = clusters.missing()


def result(folder: Path, farm: Farm) -> dict[str, Any]:
    """Run three seeds of one test on the smallest tables; return what came of it."""
    only = Only("smallest", "random_tests.anything_goes")
    assert regress(5, 3, 2, False, Rtl(sva=True), False, only, False, None, farm, folder) == 0
    found = valid(folder / "result.json")
    for each in (found, *found["simulations"]):
        del each["seconds"]
    return found


@pytest.mark.skipif(bool(LACKING), reason=f"Slurm is not installed (no {', '.join(LACKING)})")
def test_simulations_on_a_cluster_are_those_of_one_machine() -> None:
    alone = result(BUILD / "regress-test-alone", Farm("local", 1))
    assert alone["operations"] > 3000 and alone["code_coverage"]["toggle"]["hit"] > 10_000
    with clusters.entered(Cluster(nodes=2, cpus=1)):
        assert result(BUILD / "regress-test-farm", Farm("slurm", 1)) == alone
