# SPDX-License-Identifier: MIT
"""Measures how the results of a regression are merged: as many as asked for, synthesized.

    python -m tools.bench_merge [JOBS] [COMMIT ...]

For each commit (by default that which is checked out) a copy of the project simulates one seed of
the smallest set; its results are linked as those of so many seeds, and so are what the jobs of a
shard add up to, where the commit knows shards: that is done by the tasks of a cluster, and measured
apart, of a few. Then `regress --resume` merges them and writes the report.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from cocotbext.msi_its.run.places import BUILD, ROOT

WORK = BUILD / "bench-merge"
KEPT = ("finished.json", "coverage.dat.gz", "code.gz")
"""What a merge reads of a job's results, in one version or another."""
SEED = 1
FEW = 96
"""How many jobs are added up as well: all of some shards, of 16."""


def regress(project: Path, *words: str) -> tuple[float, float, float]:
    """Run `make regress` in a copy of the project; return seconds, processor seconds and MB."""
    environment = {**os.environ, "PYTHONPATH": f"{project}/tb:{project}/models"}
    command = [sys.executable, "-m", "cocotbext.msi_its", "regress", *words]
    began = time.monotonic()
    with (project / "bench.log").open("a") as log:
        process = subprocess.Popen(
            command,
            cwd=project,
            env=environment,
            stdout=log,
            stderr=log,
        )
        _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed: see {log.name}")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def synthesize(project: Path, jobs: int) -> None:
    """Make the results of so many jobs of those of one."""
    folder = project / "build/regress"
    plan = json.loads((folder / "plan.json").read_text())
    plan["seeds"] = jobs - 1  # the directed tests are one more
    (folder / "plan.json").write_text(json.dumps(plan))
    template = folder / f"runs/smallest-random-{SEED}"
    for seed in range(SEED + 1, SEED + plan["seeds"]):
        made = template.with_name(f"smallest-random-{seed}")
        made.mkdir(exist_ok=True)
        for name in KEPT:
            if (template / name).is_file() and not (made / name).exists():
                os.link(template / name, made / name)
    shard = folder / "shards/2"
    if not shard.is_dir():
        return
    size = plan["per_task"]
    sums = json.loads((shard / "sum.json").read_text())
    for number in range(3, jobs // size + 1):
        made = shard.with_name(str(number))
        made.mkdir(exist_ok=True)
        for place, job in enumerate(sums["jobs"], (number - 1) * size):
            job["name"] = f"smallest-random-{SEED + place - 1}"
        (made / "sum.json").write_text(json.dumps(sums))
        shutil.copy2(shard / "code.gz", made / "code.gz")


def main() -> int:
    """Measure; return the exit status."""
    words = sys.argv[1:]
    jobs = int(words.pop(0)) if words and words[0].isdecimal() else 1000
    for commit in words or ["HEAD"]:
        project = WORK / commit.replace("/", "-")
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir(parents=True)
        archive = subprocess.run(
            ["git", "archive", commit], cwd=ROOT, check=True, capture_output=True
        ).stdout
        subprocess.run(["tar", "x"], cwd=project, input=archive, check=True)
        regress(project, "SET=smallest", f"SEED={SEED}", "SEEDS=1")
        for what, count in (("added up and merged", FEW), ("merged", jobs)):
            synthesize(project, count)
            seconds, used, memory = regress(project, "RESUME=1")
            print(
                f"{commit}: {count:,} jobs {what} in {seconds:.1f} s ({used:.1f} s of a core), "
                f"{memory:,.0f} MB",
                flush=True,
            )
        for name in ("report.html", "result.json", "junit.xml"):
            size = (project / "build/regress" / name).stat().st_size
            print(f"{commit}: {name} has {size / 1e6:.2f} MB", flush=True)
        shutil.rmtree(project)
    return 0


if __name__ == "__main__":
    sys.exit(main())
