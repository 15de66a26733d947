# SPDX-License-Identifier: MIT
"""What a command starts: processes with a group of their own, side by side, all ended at once.

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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from cocotbext.msi_its.run.places import CHILDREN, ROOT

T = TypeVar("T")
R = TypeVar("R")

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


class Launcher:
    """Starts processes and does tasks side by side; ends all at once, and what they started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[subprocess.Popen[bytes], signal.Signals] = {}
        self._stopped = False

    def each(
        self,
        work: Callable[[T], R],
        tasks: Iterable[T],
        done: Callable[[T, R], None] = lambda task, result: None,
        *,
        jobs: int | None = None,
        size: Callable[[T], int] = lambda task: 0,
        in_order: bool = False,
    ) -> None:
        """Do some work for each task, `jobs` at once (by default one a core), the largest first.

        `done` is called with each task and its result, as they end or `in_order`, that of `tasks`.
        When anything is raised, by either or by a signal, everything is stopped at once.
        """
        todo = sorted(enumerate(tasks), key=lambda each: size(each[1]), reverse=True)
        with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
            try:
                of = {pool.submit(work, task): (number, task) for number, task in todo}
                ended = sorted(of, key=lambda each: of[each][0]) if in_order else as_completed(of)
                for future in ended:
                    done(of[future][1], future.result())
            except BaseException:
                self.stop()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    @contextlib.contextmanager
    def run(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        cwd: Path | None = None,
        ended_by: signal.Signals = signal.SIGKILL,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command, in the project's root if not elsewhere; it does not outlive the block.

        It and its group are `ended_by` a signal: one whose own children have other groups must get
        the chance to end them. Raises Stopped, before or after, once `stop` was called.
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
            self._running[process] = ended_by
        try:
            yield process
        finally:
            kill(process, ended_by)
            process.wait()
            with self._lock:
                del self._running[process]
        self.check()

    def stop(self) -> None:
        """End everything that runs, and let nothing start any more."""
        with self._lock:
            self._stopped = True
            for process, ended_by in self._running.items():
                kill(process, ended_by)

    def check(self) -> None:
        """Raise Stopped if `stop` was called."""
        if self._stopped:
            raise Stopped


def kill(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGKILL) -> None:
    """End a process and all others of its group by a signal, unless it has ended."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)


@contextlib.contextmanager
def exclusive(lock: Path, what: str, launcher: Launcher | None = None) -> Iterator[None]:
    """Hold a lock file. While another process holds it, wait and say so; see Launcher.check."""
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
            if launcher is not None:
                launcher.check()
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
    launcher: Launcher,
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
    return launcher.run(command, log, {**inherited, **CHILDREN, **(environment or {})})
