# SPDX-License-Identifier: MIT
"""Rate-limited warnings (R11): a device that misbehaves must not be able to flood the log.

Each place in the model that warns owns one `RateLimited`. In every period it writes the first few
warnings to the log and only counts the others; one line then says how many those were.
"""

import logging
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

EVENTS_PER_PERIOD: Final = 10
PERIOD_SECONDS: Final = 5.0

logger: Final = logging.getLogger("msi_its_model")


@dataclass(frozen=True, slots=True)
class RaisedWarning:
    """One warning as it was raised, whether or not the log shows it."""

    message: str
    fields: Mapping[str, int]

    def __str__(self) -> str:
        """Return the message with its fields in hexadecimal, as the log shows it."""
        if not self.fields:
            return self.message
        fields = " ".join(f"{name}={value:#x}" for name, value in self.fields.items())
        return f"{self.message} ({fields})"


class RateLimited:
    """The warnings of one place: at most `limit` lines per `period` seconds, the rest counted.

    A period starts with the first warning after the one before has ended. The count of what was
    suppressed is a line of its own, ahead of the first warning shown again, or when `flush` is
    called, whichever comes first. Safe from several threads.
    """

    def __init__(
        self,
        limit: int = EVENTS_PER_PERIOD,
        period: float = PERIOD_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Allow `limit` lines per `period` seconds of `clock`, a monotonic clock in seconds."""
        self._limit = limit
        self._period = period
        self._clock = clock
        self._lock = threading.Lock()
        self._start: float | None = None
        self._shown_in_period = 0
        self._raised = 0
        self._suppressed = 0
        self._unreported = 0
        self._last_suppressed = ""
        _places.add(self)

    @property
    def raised(self) -> int:
        """How many warnings were raised here, shown or not."""
        return self._raised

    @property
    def suppressed(self) -> int:
        """How many of them the log does not show one by one."""
        return self._suppressed

    @property
    def unreported(self) -> int:
        """How many of those no line in the log has counted yet."""
        return self._unreported

    def warn(self, message: str, **fields: int) -> None:
        """Raise a warning: tell this thread's observers, count it, and log it if allowed."""
        summary = None
        with self._lock:
            self._raised += 1
            now = self._clock()
            if self._start is None or now - self._start > self._period:
                self._start = now
                self._shown_in_period = 0
            show = self._shown_in_period < self._limit
            if show:
                self._shown_in_period += 1
                summary = self._take_summary()
            else:
                self._suppressed += 1
                self._unreported += 1
                self._last_suppressed = message
        # Neither observers nor log handlers run under the lock: they may raise warnings too.
        for callback in tuple(_observers.callbacks):
            callback(RaisedWarning(message, fields))
        if summary:
            logger.warning(summary)
        if show:
            logger.warning("%s", RaisedWarning(message, fields))

    def warn_many(
        self, message: str, times: int, fields: Callable[[int], Mapping[str, int]]
    ) -> None:
        """Raise a warning `times` times at once; `fields(n)` returns the fields of the n-th.

        It does what as many calls of `warn` would. Without an observer, the fields of those that
        the log does not show are not asked for.
        """
        for number in range(times):
            suppressed = self._suppressed
            self.warn(message, **fields(number))
            if self._suppressed > suppressed and not _observers.callbacks:
                left = times - number - 1
                with self._lock:
                    self._raised += left
                    self._suppressed += left
                    self._unreported += left
                return

    def flush(self) -> None:
        """Log the count of what was suppressed and is not reported yet, if anything was."""
        with self._lock:
            summary = self._take_summary()
        if summary:
            logger.warning(summary)

    def _take_summary(self) -> str | None:
        """Return the line that counts what is unreported (None: nothing is), and start anew."""
        count, self._unreported = self._unreported, 0
        if not count:
            return None
        noun = "warning" if count == 1 else "warnings"
        return f"{count} more {noun} suppressed here, the last: {self._last_suppressed}"


class _Observers(threading.local):
    def __init__(self) -> None:
        self.callbacks: list[Callable[[RaisedWarning], None]] = []


_observers: Final = _Observers()
_places: Final[weakref.WeakSet[RateLimited]] = weakref.WeakSet()


class observe_warnings:
    """Call `callback` for every warning the calling thread raises meanwhile, suppressed or not."""

    __slots__ = ("_callback",)

    def __init__(self, callback: Callable[[RaisedWarning], None]) -> None:
        """Observe in a `with` block."""
        self._callback = callback

    def __enter__(self) -> None:
        """Observe from now on."""
        _observers.callbacks.append(self._callback)

    def __exit__(self, *_: object) -> None:
        """Observe no longer."""
        _observers.callbacks.remove(self._callback)


def flush_warnings() -> None:
    """Log, for every place, the count of what was suppressed there: call it when a run ends."""
    for place in tuple(_places):
        place.flush()
