# SPDX-License-Identifier: MIT
"""Measures how the results of a regression are merged: as many as asked for, synthesized.

    python -m tools.bench_merge [JOBS] [COMMIT ...]

For each commit (by default that which is checked out) a copy of the project simulates one seed of
the smallest set; its results are linked as those of so many seeds, and `regress --resume` merges
them and writes the report. The first time each shard is added up as well, which tasks
of a cluster have done; the second time they are merged, which is what a user waits for. A commit
that knows no shards takes alike both times.
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
            if (template / name).is_file():
                os.link(template / name, made / name)


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
        synthesize(project, jobs)
        for what in ("added up and merged", "merged"):
            seconds, used, memory = regress(project, "RESUME=1")
            print(
                f"{commit}: {jobs:,} jobs {what} in {seconds:.1f} s ({used:.1f} s of a core), "
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
