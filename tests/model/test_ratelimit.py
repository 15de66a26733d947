# SPDX-License-Identifier: MIT
"""Rate-limited warnings (R11), on a clock set by hand."""

import logging
import threading
from collections.abc import Iterator

import pytest

from msi_its_model import RaisedWarning, RateLimited, flush_warnings, observe_warnings
from tests.model.recording import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def place(clock: FakeClock) -> RateLimited:
    return RateLimited(clock=clock)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What is logged, line by line; cleared by the test."""
    with caplog.at_level(logging.WARNING, logger="msi_its_model"):
        lines: list[str] = []
        handler = logging.Handler()
        handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
        logging.getLogger("msi_its_model").addHandler(handler)
        yield lines
        logging.getLogger("msi_its_model").removeHandler(handler)


def test_ten_per_period_then_one_line_that_counts(
    place: RateLimited, clock: FakeClock, log: list[str]
) -> None:
    for number in range(17):
        place.warn("odd", number=number)
    assert log == [f"odd (number={number:#x})" for number in range(10)]
    clock.now += 5.001
    log.clear()
    place.warn("odd again")
    assert log == ["7 more warnings suppressed here, the last: odd", "odd again"]
    log.clear()
    for _ in range(10):
        place.warn("odd")
    assert log == ["odd"] * 9, "the line that counts is not one of the ten"


def test_exactly_ten_leave_nothing_to_count(
    place: RateLimited, clock: FakeClock, log: list[str]
) -> None:
    for _ in range(10):
        place.warn("odd")
    clock.now += 6
    place.warn("odd")
    assert log == ["odd"] * 11
    assert place.suppressed == 0


def test_one_suppressed_is_counted_in_the_singular(
    place: RateLimited, clock: FakeClock, log: list[str]
) -> None:
    for _ in range(11):
        place.warn("odd")
    clock.now += 6
    place.warn("odd")
    assert log[10:] == ["1 more warning suppressed here, the last: odd", "odd"]


def test_period_is_five_seconds_from_its_first_warning(
    place: RateLimited, clock: FakeClock, log: list[str]
) -> None:
    for _ in range(10):
        place.warn("odd")
        clock.now += 0.5
    place.warn("odd")
    assert (clock.now, len(log)) == (1005.0, 10)
    clock.now += 0.001
    place.warn("odd")
    assert len(log) == 12


def test_quiet_time_does_not_add_up(place: RateLimited, clock: FakeClock, log: list[str]) -> None:
    place.warn("odd")
    clock.now += 3600
    for _ in range(30):
        place.warn("odd")
    assert log == ["odd"] * 11


def test_message_with_a_percent_sign_is_logged_as_it_is(
    place: RateLimited, clock: FakeClock, log: list[str]
) -> None:
    for _ in range(11):
        place.warn("100 %s", rid=1)
    place.flush()
    assert log[0] == "100 %s (rid=0x1)"
    assert log[10] == "1 more warning suppressed here, the last: 100 %s"


def test_nothing_is_uncounted_over_many_periods(
    place: RateLimited, clock: FakeClock, log: list[str]
) -> None:
    raised = 0
    for burst in range(40):
        for _ in range(burst):
            place.warn("odd")
            raised += 1
        clock.now += 5.5 if burst % 3 else 1.0
    place.flush()
    shown = log.count("odd")
    counted = sum(int(line.split()[0]) for line in log if "suppressed" in line)
    assert shown + counted == raised == place.raised
    assert counted == place.suppressed > 0
    assert place.unreported == 0


def test_flush_reports_once_and_counting_goes_on(
    place: RateLimited, clock: FakeClock, log: list[str]
) -> None:
    for _ in range(13):
        place.warn("odd")
    log.clear()
    assert (place.raised, place.suppressed, place.unreported) == (13, 3, 3)
    flush_warnings()
    assert [line for line in log if "odd" in line] == [
        "3 more warnings suppressed here, the last: odd"
    ]
    log.clear()
    place.flush()
    assert log == []
    assert (place.raised, place.suppressed, place.unreported) == (13, 3, 0)
    place.warn("odd")
    clock.now += 6
    place.warn("odd")
    assert log == ["1 more warning suppressed here, the last: odd", "odd"]


def test_observers_see_every_warning_suppressed_or_not(place: RateLimited, log: list[str]) -> None:
    outer: list[RaisedWarning] = []
    inner: list[RaisedWarning] = []
    with observe_warnings(outer.append):
        for number in range(25):
            place.warn("odd", number=number)
        with observe_warnings(inner.append):
            place.warn("both")
    place.warn("neither")
    assert outer == [RaisedWarning("odd", {"number": n}) for n in range(25)] + inner
    assert inner == [RaisedWarning("both", {})]
    assert len(log) == 10


def test_observer_is_removed_when_its_block_raises(place: RateLimited) -> None:
    seen: list[RaisedWarning] = []
    with pytest.raises(KeyError), observe_warnings(seen.append):
        raise KeyError
    place.warn("odd")
    assert seen == []


def test_observer_may_raise_a_warning_at_the_same_place(place: RateLimited, log: list[str]) -> None:
    def again(warning: RaisedWarning) -> None:
        if warning.message == "first":
            place.warn("second")

    with observe_warnings(again):
        place.warn("first")
    assert sorted(log) == ["first", "second"]


def test_observer_sees_the_warnings_of_its_own_thread_only(place: RateLimited) -> None:
    seen: list[RaisedWarning] = []
    with observe_warnings(seen.append):
        thread = threading.Thread(target=place.warn, args=("elsewhere",))
        thread.start()
        thread.join()
        place.warn("here")
    assert [warning.message for warning in seen] == ["here"]
    assert place.raised == 2


def test_counting_is_safe_from_several_threads(log: list[str]) -> None:
    place = RateLimited(clock=FakeClock())
    start = threading.Barrier(8)

    def flood() -> None:
        start.wait()
        for _ in range(2000):
            place.warn("odd")

    threads = [threading.Thread(target=flood) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    place.flush()
    assert place.raised == 16000
    assert place.suppressed == 15990
    assert log.count("odd") == 10
    assert log[-1] == "15990 more warnings suppressed here, the last: odd"
