# SPDX-License-Identifier: MIT
"""A Slurm cluster of some nodes on this machine, for tests and measurements: real, and small.

    python -m tools.cluster NODES CPUS COMMAND ...    # as in make regress FARM=slurm

It needs what Debian calls slurm-wlm and munge, and neither root nor systemd nor cgroups: everything
is in one folder, on the loopback interface and free ports, and ends with the command.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol")

PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))

CONFIGURATION = """\
ClusterName=emulated
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
SlurmdTimeout=10
KillWait=2
InactiveLimit=0
MinJobAge=10
MaxArraySize={array}
"""


def missing() -> list[str]:
    """Return which of PROGRAMS are not installed."""
    return [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Cluster:
    """A cluster of `nodes`, n1 and so on, with some `cpus` each; it ends with the block."""

    def __init__(self, nodes: int = 2, cpus: int = 1, array: int = 1001) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="slurm-"))  # short: sockets have short names
        self.nodes = [f"n{number}" for number in range(1, nodes + 1)]
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        self.environment: Mapping[str, str] = {
            **{name: text for name, text in os.environ.items() if not name.startswith("SLURM_")},
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            "PATH": PATH,
        }
        host = socket.gethostname().partition(".")[0]
        text = CONFIGURATION.format(
            host=host, port=free_port(), user=getpass.getuser(), folder=self.folder, array=array
        )
        for name in self.nodes:
            text += (
                f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={free_port()} "
                f"CPUs={cpus} State=UNKNOWN\n"
            )
        text += "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n"
        (self.folder / "slurm.conf").write_text(text)
        (self.folder / "state").mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)

    def __enter__(self) -> Cluster:
        """Start it; return when all nodes are idle."""
        try:
            self._start(
                *("munged", "--foreground", "--force", "--num-threads=2"),
                *(f"--key-file={self.folder}/munge.key", f"--socket={self.folder}/munge.socket"),
                *(f"--pid-file={self.folder}/munged.pid", f"--seed-file={self.folder}/munge.seed"),
                f"--log-file={self.folder}/munged.log",
            )
            self.wait(lambda: (self.folder / "munge.socket").exists(), "munged does not start")
            self.start_controller()
            for name in self.nodes:
                self.start_node(name)
            self.wait(self._all_idle, "the nodes do not come up")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, and all that runs in it."""
        self.stop()

    def _start(self, *command: str, name: str = "") -> None:
        name = name or command[0]
        with (self.folder / f"{name}.out").open("ab") as log:
            self._daemons[name] = subprocess.Popen(
                command,
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_controller(self) -> None:
        """Start the controller, which goes on with what it knew."""
        self._start("slurmctld", "-D")

    def start_node(self, name: str) -> None:
        """Start a node's daemon."""
        self._start("slurmd", "-D", "-N", name, name=name)

    def stop_controller(self) -> None:
        """Stop the controller as an administrator does: it saves what it knows.

        Killed, it forgets up to five seconds: what has begun in them is begun again where it still
        runs, which the nodes refuse; they are drained then, and the tasks are held.
        """
        self._daemons["slurmctld"].terminate()
        self._daemons.pop("slurmctld").wait()

    def kill_node(self, name: str) -> None:
        """Kill a node with all that runs on it, as a power failure would."""
        for pid in self.processes(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._daemons.pop(name).wait()

    def processes(self, name: str) -> list[int]:
        """Return the processes of a node: its daemon, and whatever that has started."""
        found = [self._daemons[name].pid] if name in self._daemons else []
        marks = (f"SLURMD_NODENAME={name}".encode(), f"SLURM_CONF={self.folder}/".encode())
        for each in Path("/proc").iterdir():
            if each.name.isdecimal():
                with contextlib.suppress(OSError):
                    variables = each.joinpath("environ").read_bytes().split(b"\0")
                    command = each.joinpath("cmdline").read_bytes()
                    step = command.startswith(b"slurmstepd:") and self._is_of(each, name)
                    mine = any(one.startswith(marks[1]) for one in variables)
                    if step or (marks[0] in variables and mine):
                        found.append(int(each.name))
        return found

    def _is_of(self, process: Path, name: str) -> bool:
        """Return whether a step's daemon works in the folder of a node."""
        with contextlib.suppress(OSError):
            return any(
                str(file.readlink()).startswith(f"{self.folder}/spool-{name}")
                or str(file.readlink()) == f"{self.folder}/slurmd-{name}.log"
                for file in process.joinpath("fd").iterdir()
            )
        return False

    def ask(self, *command: str) -> str:
        """Run one of Slurm's commands; return what it prints, whatever its exit status."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        return done.stdout + done.stderr

    def _all_idle(self) -> bool:
        states = self.ask("sinfo", "--noheader", "--Node", "--format=%N %t").splitlines()
        return sorted(states) == sorted(f"{name} idle" for name in self.nodes)

    def wait(self, until: Callable[[], bool], otherwise: str, seconds: float = 60) -> None:
        """Wait until a function returns true. Raises RuntimeError with what the logs end with."""
        ends = time.monotonic() + seconds
        while not until():
            if time.monotonic() > ends:
                logs = [*self.folder.glob("*.out"), *self.folder.glob("*.log")]
                said = "\n".join(f"{file}:\n{file.read_text()[-1500:]}" for file in logs)
                raise RuntimeError(f"{otherwise}\n{said}")
            time.sleep(0.1)

    def mend(self) -> None:
        """Cancel what is queued, and start what is not there; return when all nodes are idle."""
        if "slurmctld" not in self._daemons:
            self.start_controller()
        self.ask("scancel", "--user", getpass.getuser())
        for name in self.nodes:
            if name not in self._daemons:
                self.start_node(name)
        self.ask("scontrol", "update", f"nodename={','.join(self.nodes)}", "state=resume")
        self.wait(self._all_idle, "the nodes do not come up again")

    def stop(self) -> None:
        """End everything."""
        with contextlib.suppress(OSError):
            self.ask("scancel", "--user", getpass.getuser())
        for name in [*self.nodes, *self._daemons]:
            if name in self._daemons:
                for pid in self.processes(name) if name in self.nodes else ():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                process = self._daemons.pop(name)
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def entered(cluster: Cluster) -> Iterator[Cluster]:
    """Have this process, and what it starts, use a cluster for the time of the block."""
    before = dict(os.environ)
    with cluster:
        os.environ.clear()
        os.environ.update(cluster.environment)
        try:
            yield cluster
        finally:
            os.environ.clear()
            os.environ.update(before)


def main() -> int:
    """Run a command in a cluster; return its exit status."""
    if len(sys.argv) < 4:
        raise SystemExit("usage: python -m tools.cluster NODES CPUS COMMAND ...")
    if lacking := missing():
        raise SystemExit(f"not installed: {', '.join(lacking)} (Debian: slurm-wlm, munge)")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and the cluster ends, too
    with Cluster(int(sys.argv[1]), int(sys.argv[2])) as cluster:
        return subprocess.run(sys.argv[3:], env=cluster.environment).returncode


if __name__ == "__main__":
    sys.exit(main())
