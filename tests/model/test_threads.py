# SPDX-License-Identifier: MIT
"""The model under several threads.

The first half is exhaustive: one call is stopped before every instruction of the model that it
executes, another thread makes a second call there (or waits for a lock until the first is done),
and the outcome must be one of the two orders. The second half lets threads run freely.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sized
from functools import partial
from types import FrameType
from typing import Any

import pytest

from msi_its_model import (
    PROFILES,
    AssignedBusRange,
    InMemoryIrqFd,
    MsiConnection,
    MsiRoute,
    RaisedWarning,
    RateLimited,
    observe_warnings,
)
from tests.model.recording import FakeClock, RecordingSignalMsi

TIMEOUT = 10.0
LOW, HIGH = (0x10, 0x1F), (0x80, 0x8F)
OUTSIDE_BOTH = 0x4000  # a rid on bus 0x40: in neither range, but in (0x10, 0x8F)


def interrupt(step: int, call: Callable[[], object], other: Callable[[], object]) -> bool:
    """Make `call`, and before its instruction number `step` make `other` in another thread.

    `other` has a moment to finish there; if it waits for a lock, it finishes after `call`. Return
    False if `call` has no such instruction; `other` is then made afterwards.
    """
    thread = threading.Thread(target=other)
    reached = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal reached
        if not str(frame.f_globals.get("__name__")).startswith("msi_its_model."):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            if reached == step:
                thread.start()
                thread.join(0.01)
            reached += 1
        return trace

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 wants to know before it starts
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    if reached <= step:
        thread.start()
    thread.join(TIMEOUT)
    assert not thread.is_alive(), "the two calls wait for each other"
    return reached > step


def at_every_step(scenario: Callable[[int], bool]) -> None:
    """Run `scenario`, which interrupts at the step it is given, for every step there is."""
    step = 0
    while scenario(step):
        step += 1
    assert step >= 3, "the interpreter reported no instructions: nothing was tried"


class RouteUnderTest:
    """A route on a recorder, with the calls that race."""

    def __init__(self, *, enabled: bool = False, pending: bool = False) -> None:
        self.recorder = RecordingSignalMsi()
        connection = MsiConnection(AssignedBusRange(), 0x18)
        connection.connect_irqfd(InMemoryIrqFd(self.recorder))
        route = connection.target().new_route()
        assert route is not None
        self.route: MsiRoute = route
        self.consumed: list[str] = []
        if pending:
            self.signal()
        if enabled:
            self.enable()

    def signal(self) -> None:
        self.route.event().signal()

    def enable(self) -> None:
        self.route.enable(0x1000, 1)

    def refused_enable(self) -> None:
        self.route.enable_with_rid(0x0100, 0x2000, 2)

    def disable(self) -> None:
        self.route.disable()

    def consume(self) -> None:
        if self.route.consume_pending():
            self.consumed.append("one")

    def sent(self) -> int:
        messages = self.recorder.take()
        assert messages == [(0x0018, 0x1000, 1)] * len(messages)
        return len(messages)


@pytest.mark.parametrize(("call", "other"), [("signal", "enable"), ("enable", "signal")])
def test_event_against_enable_is_sent_exactly_once(call: str, other: str) -> None:
    def scenario(step: int) -> bool:
        it = RouteUnderTest()
        more = interrupt(step, getattr(it, call), getattr(it, other))
        assert it.sent() == 1
        assert not it.route.consume_pending()
        return more

    at_every_step(scenario)


@pytest.mark.parametrize("disable", ["disable", "refused_enable"])
@pytest.mark.parametrize("event_first", [True, False])
def test_event_against_disable_is_sent_or_held(disable: str, event_first: bool) -> None:
    def scenario(step: int) -> bool:
        it = RouteUnderTest(enabled=True)
        calls = [it.signal, getattr(it, disable)]
        more = interrupt(step, *(calls if event_first else reversed(calls)))
        assert it.sent() + it.route.consume_pending() == 1
        it.signal()
        assert it.sent() == 0, "the route is disabled"
        return more

    at_every_step(scenario)


@pytest.mark.parametrize(("call", "other"), [("consume", "enable"), ("enable", "consume")])
def test_consume_against_enable_takes_what_is_pending_once(call: str, other: str) -> None:
    def scenario(step: int) -> bool:
        it = RouteUnderTest(pending=True)
        more = interrupt(step, getattr(it, call), getattr(it, other))
        assert it.sent() + len(it.consumed) == 1
        assert not it.route.consume_pending()
        return more

    at_every_step(scenario)


def test_consume_against_consume_takes_what_is_pending_once() -> None:
    def scenario(step: int) -> bool:
        it = RouteUnderTest(pending=True)
        more = interrupt(step, it.consume, it.consume)
        assert len(it.consumed) == 1
        return more

    at_every_step(scenario)


@pytest.mark.parametrize("signal_first", [True, False])
def test_connect_against_signal_reaches_exactly_one_backend(signal_first: bool) -> None:
    def scenario(step: int) -> bool:
        old, new = RecordingSignalMsi(), RecordingSignalMsi()
        connection = MsiConnection(AssignedBusRange(), 0x18)
        connection.connect(old)
        calls = [lambda: connection.target().signal_msi(0x1000, 1), lambda: connection.connect(new)]
        more = interrupt(step, *(calls if signal_first else reversed(calls)))
        assert old.take() + new.take() == [(0x0018, 0x1000, 1)]
        return more

    at_every_step(scenario)


def test_range_is_old_or_new_at_every_step_of_a_change() -> None:
    def scenario(step: int) -> bool:
        bus_range = AssignedBusRange()
        bus_range.set_bus_range(*LOW)
        seen: list[tuple[int, int]] = []
        more = interrupt(
            step,
            lambda: bus_range.set_bus_range(*HIGH),
            lambda: seen.append(bus_range.bus_range()),
        )
        assert seen[0] in (LOW, HIGH)
        assert bus_range.bus_range() == HIGH
        return more

    at_every_step(scenario)


@pytest.mark.parametrize("read", ["bus_range", "contains_bus", "signal_msi_with_rid"])
def test_change_at_every_step_of_a_reading_gives_old_or_new(read: str) -> None:
    def scenario(step: int) -> bool:
        bus_range = AssignedBusRange()
        bus_range.set_bus_range(*LOW)
        recorder = RecordingSignalMsi()
        connection = MsiConnection(bus_range, 0x18)
        connection.connect(recorder)
        seen: list[object] = []
        warnings: list[RaisedWarning] = []
        reading: dict[str, Callable[[], object]] = {
            "bus_range": lambda: seen.append(bus_range.bus_range() in (LOW, HIGH)),
            "contains_bus": lambda: seen.append(not bus_range.contains_bus(OUTSIDE_BOTH >> 8)),
            "signal_msi_with_rid": lambda: connection.target().signal_msi_with_rid(
                HIGH[0] << 8, 0x1000, 1
            ),
        }
        with observe_warnings(warnings.append):
            more = interrupt(step, reading[read], lambda: bus_range.set_bus_range(*HIGH))
        assert all(seen)
        if read == "signal_msi_with_rid":
            # Either it was sent, or the range that the warning names explains why it was not.
            fields = {"rid": HIGH[0] << 8, "secondary": LOW[0], "subordinate": LOW[1]}
            assert len(recorder.take()) + len(warnings) == 1
            assert all(warning.fields == fields for warning in warnings)
        return more

    at_every_step(scenario)


@pytest.mark.parametrize("rid_offset", [0, 0x1000])
def test_change_at_every_step_of_the_own_requester_id_gives_old_or_new(rid_offset: int) -> None:
    """Offset 0 is in both ranges, 0x1000 above both; in a mixed pair each would be otherwise."""

    def scenario(step: int) -> bool:
        bus_range = AssignedBusRange()
        bus_range.set_bus_range(*LOW)
        recorder = RecordingSignalMsi()
        connection = MsiConnection(profile=PROFILES["08ec11066"])
        connection.connect(recorder)
        target = connection.msi_target(bus_range, 0).with_rid_offset(rid_offset)
        warnings: list[RaisedWarning] = []
        with observe_warnings(warnings.append):
            more = interrupt(
                step,
                lambda: target.signal_msi(0x1000, 1),
                lambda: bus_range.set_bus_range(*HIGH),
            )
        now = [(range_now, (range_now[0] << 8) + rid_offset) for range_now in (LOW, HIGH)]
        if rid_offset:
            assert [warning.fields for warning in warnings] in [
                [{"rid": rid, "secondary": low, "subordinate": high}] for (low, high), rid in now
            ]
            assert recorder.take() == []
        else:
            assert recorder.take() in [[(rid, 0x1000, 1)] for _, rid in now]
            assert warnings == []
        return more

    at_every_step(scenario)


def test_warning_against_warning_counts_both() -> None:
    def scenario(step: int) -> bool:
        place = RateLimited(limit=1, clock=FakeClock())
        more = interrupt(step, lambda: place.warn("one"), lambda: place.warn("two"))
        assert (place.raised, place.suppressed, place.unreported) == (2, 1, 1)
        return more

    at_every_step(scenario)


# The calls that replace a backend also wait for messages already under way.


class HeldSignalMsi(RecordingSignalMsi):
    """A backend that holds each message until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Event()
        self.release = threading.Event()

    def signal_msi(self, devid: int | None, address: int, data: int) -> None:
        self.entered.set()
        assert self.release.wait(TIMEOUT)
        super().signal_msi(devid, address, data)


def waits_for_delivery(
    backend: HeldSignalMsi, send: Callable[[], None], replace: Callable[[], None]
) -> bool:
    """Return whether `replace` returns only after the message that `send` has under way."""
    arrived_before: list[int] = []

    def replace_and_look() -> None:
        replace()
        arrived_before.append(len(backend.messages))

    sender = threading.Thread(target=send)
    sender.start()
    assert backend.entered.wait(TIMEOUT)
    replacer = threading.Thread(target=replace_and_look)
    replacer.start()
    replacer.join(0.05)
    backend.release.set()
    for thread in (sender, replacer):
        thread.join(TIMEOUT)
        assert not thread.is_alive()
    return arrived_before == [1]


@pytest.mark.parametrize("sender", ["signal_msi", "signal_msi_with_rid"])
@pytest.mark.parametrize("replace", ["connect", "disconnect"])
def test_nothing_reaches_the_old_backend_once_it_is_replaced(replace: str, sender: str) -> None:
    backend = HeldSignalMsi()
    connection = MsiConnection(AssignedBusRange(), 0x18)
    connection.connect(backend)
    calls: dict[str, Callable[[], None]] = {
        "signal_msi": partial(connection.target().signal_msi, 0x1000, 1),
        "signal_msi_with_rid": partial(connection.target().signal_msi_with_rid, 0x0018, 0x1000, 1),
        "connect": partial(connection.connect, RecordingSignalMsi()),
        "disconnect": connection.disconnect,
    }
    assert waits_for_delivery(backend, calls[sender], calls[replace])


@pytest.mark.parametrize("sender", ["event", "enable"])
def test_nothing_is_sent_once_a_route_is_disabled(sender: str) -> None:
    backend = HeldSignalMsi()
    connection = MsiConnection(AssignedBusRange(), 0x18)
    connection.connect_irqfd(InMemoryIrqFd(backend))
    route = connection.target().new_route()
    assert route is not None
    if sender == "event":
        route.enable(0x1000, 1)
        send = route.event().signal
    else:
        route.event().signal()
        send = partial(route.enable, 0x1000, 1)
    assert waits_for_delivery(backend, send, route.disable)


@pytest.mark.parametrize("sender", ["target", "route"])
def test_backend_may_call_back(sender: str) -> None:
    """A backend that uses the connection and the route from within its own call."""
    connection = MsiConnection(AssignedBusRange(), 0x18)
    later = RecordingSignalMsi()

    class CallingBack:
        def signal_msi(self, devid: int | None, address: int, data: int) -> None:
            connection.connect(later)
            connection.target().signal_msi(address, data + 1)
            route.disable()
            route.event().signal()

    connection.connect(CallingBack())
    connection.connect_irqfd(InMemoryIrqFd(CallingBack()))
    new_route = connection.target().new_route()
    assert new_route is not None
    route = new_route
    route.enable(0x1000, 1)
    calls: dict[str, Callable[[], None]] = {
        "target": lambda: connection.target().signal_msi(0x1000, 1),
        "route": route.event().signal,
    }
    thread = threading.Thread(target=calls[sender], daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    assert not thread.is_alive(), "a call from within a backend waits for itself"
    assert later.take() == [(0x0018, 0x1000, 2)]
    assert route.consume_pending()


# Threads that run freely, switched as often as the interpreter can.


@pytest.fixture
def busy() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def run_together(*calls: Callable[[], None]) -> None:
    """Run all calls at the same time, a thread each; raise what any of them raised."""
    start = threading.Barrier(len(calls))
    errors: list[BaseException] = []

    def guarded(call: Callable[[], None]) -> None:
        try:
            start.wait(TIMEOUT)
            call()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(6 * TIMEOUT)
        assert not thread.is_alive()
    for error in errors:
        raise error


def wait_for_more_than(count: int, *logs: Sized) -> None:
    """Let other threads run until more than `count` entries are in the logs."""
    deadline = time.monotonic() + TIMEOUT
    while sum(map(len, logs)) <= count:
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0)


@pytest.mark.usefixtures("busy")
def test_no_thread_ever_sees_a_mixed_pair() -> None:
    bus_range = AssignedBusRange()
    bus_range.set_bus_range(*LOW)
    connection = MsiConnection(bus_range, 0x18)
    recorder = RecordingSignalMsi()
    connection.connect(recorder)

    def toggle() -> None:
        for _ in range(2000):
            bus_range.set_bus_range(*LOW)
            bus_range.set_bus_range(*HIGH)

    def look() -> None:
        for _ in range(2000):
            assert bus_range.bus_range() in (LOW, HIGH)
            assert not bus_range.contains_bus(OUTSIDE_BOTH >> 8)
            connection.target().signal_msi_with_rid(OUTSIDE_BOTH, 0x1000, 1)
            assert connection.target().default_bdf() in (0x1018, 0x8018)

    run_together(toggle, toggle, toggle, look, look, look)
    assert recorder.take() == []


@pytest.mark.usefixtures("busy")
def test_connect_while_signalling_loses_and_doubles_nothing() -> None:
    bus_range = AssignedBusRange()
    connection = MsiConnection(bus_range, 0x18)
    backends = [RecordingSignalMsi(), RecordingSignalMsi()]
    connection.connect(backends[0])
    sent = [0, 0, 0]
    done = threading.Event()

    def send(sender: int) -> None:
        target = connection.target().with_devfn(sender)
        while not done.is_set():
            target.signal_msi(sender, sent[sender])
            sent[sender] += 1

    def swap() -> None:
        try:
            for number in range(200):
                backend = backends[number % 2]
                connection.connect(backend)
                before = len(backend.messages)
                wait_for_more_than(before, backend.messages)
        finally:
            done.set()

    run_together(swap, lambda: send(0), lambda: send(1), lambda: send(2))
    arrived = [backend.take() for backend in backends]
    expected = [(sender, sender, number) for sender in range(3) for number in range(sent[sender])]
    assert sorted(arrived[0] + arrived[1]) == expected
    for messages in arrived:
        for sender in range(3):
            numbers = [data for _, address, data in messages if address == sender]
            assert numbers == sorted(numbers), "each sender's messages stay in order"


@pytest.mark.usefixtures("busy")
def test_every_event_is_sent_consumed_or_pending() -> None:
    """One event at a time under way: then none can coalesce, and every one must be found again."""
    it = RouteUnderTest()
    done = threading.Event()

    def source() -> None:
        try:
            for number in range(1000):
                it.signal()
                wait_for_more_than(number, it.recorder.messages, it.consumed)
        finally:
            done.set()

    def owner() -> None:
        while not done.is_set():
            it.enable()
            it.disable()
            it.consume()
            it.refused_enable()

    run_together(source, owner)
    assert it.sent() + len(it.consumed) == 1000
    assert not it.route.consume_pending()


@pytest.mark.usefixtures("busy")
def test_events_of_many_threads_coalesce_to_one() -> None:
    it = RouteUnderTest()

    def source() -> None:
        for _ in range(500):
            it.signal()

    run_together(source, source, source, source)
    it.enable()
    assert it.sent() == 1
    run_together(source, source, source, source)
    assert it.sent() == 2000
