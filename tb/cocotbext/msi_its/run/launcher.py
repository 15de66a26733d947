# SPDX-License-Identifier: MIT
"""Processes that a command starts: each with a group of its own, and all ended at once.

Whatever takes long runs in a process of its own, and its output goes to a log.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from cocotbext.msi_its.run.places import CHILDREN, ROOT

PARENT = "MSI_ITS_PARENT"
"""The environment variable that tells a process of `run_job` who started it."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that end a command, and everything it has started, at once."""


class Stopped(Exception):
    """Raised in what waits for a process when all processes are stopped."""


class Interrupted(KeyboardInterrupt):
    """A signal asks the command to end; `status` is the exit status that says so."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


def catch_signals() -> None:
    """Make the first of SIGNALS raise Interrupted, so that what runs is ended and results kept."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(number)

    for each in SIGNALS:
        if signal.getsignal(each) is not signal.SIG_IGN:  # nohup, for one, wants it ignored
            signal.signal(each, interrupt)


class Processes:
    """Processes that can be stopped all at once, each with those that it has started itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    @contextlib.contextmanager
    def run(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        cwd: Path | None = None,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command, in the project's root if not elsewhere; it does not outlive the block.

        Raises Stopped, before or after, once `stop` was called.
        """
        with log.open("w") as output, self._lock:
            self.check()
            process = subprocess.Popen(
                command,
                cwd=cwd or ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running.add(process)
        try:
            yield process
        finally:
            kill(process)
            process.wait()
            with self._lock:
                self._running.discard(process)
        self.check()

    def stop(self) -> None:
        """Kill everything that runs, and let nothing start any more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                kill(process)

    def check(self) -> None:
        """Raise Stopped if `stop` was called."""
        if self._stopped:
            raise Stopped


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all others of its group, unless it has ended."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def exclusive(lock: Path, what: str, processes: Processes | None = None) -> Iterator[None]:
    """Hold a lock file. While another process holds it, wait and say so; see Processes.check."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        waiting = False
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if not waiting:
                print(f"waiting for another {what} in this folder to end ...", flush=True)
                waiting = True
            time.sleep(0.1)
            if processes is not None:
                processes.check()
        yield


def end_with_parent() -> None:
    """End this process and all of its group when the one that started it is gone.

    That one may be killed without a chance to say so. What it had started would go on, and leave
    its results among those of the next run.
    """
    parent = int(os.environ.get(PARENT, os.getppid()))

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def be_job(work: Callable[[dict[str, Any]], None]) -> None:
    """Be the process of `run_job`: do the work, and fail with a word if a command in it did."""
    end_with_parent()
    try:
        work(json.loads(sys.argv[1]))
    except RuntimeError as error:  # a command that failed, and has said why
        sys.exit(str(error))


def run_job(
    module: str,
    job: dict[str, Any],
    log: Path,
    processes: Processes,
    environment: Mapping[str, str] | None = None,
) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """Run a module with a job for it, free of what the caller's environment tells cocotb."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("COCOTB_") and name not in ("WAVES", "GUI", "PYTHONIOENCODING")
    }
    inherited["PYTHONUTF8"] = "1"  # whatever the terminal can show: this is read by us
    inherited[PARENT] = str(os.getpid())
    command = [sys.executable, "-m", module, json.dumps(job)]
    return processes.run(command, log, {**inherited, **CHILDREN, **(environment or {})})
