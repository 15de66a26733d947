# SPDX-License-Identifier: MIT
"""The reference: every answer of every operation, and errors that change nothing."""

import random

import pytest

import msi_its_model
from cocotbext.msi_its.bench.stimulus import RandomOperations
from cocotbext.msi_its.checks.reference import ModelError, Outcome, Reference, Shared
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    CONFIGURATION,
    OPERATIONS,
    BindTarget,
    Configuration,
    Connect,
    ConnectIrqfd,
    ConsumePending,
    DefaultBdf,
    Disable,
    Disconnect,
    Enable,
    EnableWithRid,
    FreeRoute,
    Message,
    NewRoute,
    Operation,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    SupportsDirectMsi,
    Tables,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.trace import Expect
from msi_its_model import DEFAULT_PROFILE, PROFILES, MsiRoute, MsiTarget

TODAY = PROFILES["08ec11066"]

TABLES = Tables(ranges=2, connections=2, targets=3, routes=4)
ADDRESS = 0x8090040

# Range 0 is 5..10 and target 0 has devfn 0x18 on connection 0, which is connected both ways.
SETUP: tuple[Operation, ...] = (
    SetBusRange(0, 5, 10),
    BindTarget(0, 0, 0, 0x18),
    Connect(0, 0x1_0000),
    ConnectIrqfd(0, 0x2_0000),
    NewRoute(0, 0),
)


def make(*operations: Operation, configuration: Configuration = CONFIGURATION) -> Reference:
    reference = Reference(TABLES, configuration)
    for operation in operations:
        assert reference.execute(operation).answer is Answer.OK
    return reference


def answers(reference: Reference, *operations: Operation) -> list[Answer]:
    return [reference.execute(operation).answer for operation in operations]


def look(reference: Reference) -> list[Outcome]:
    """Everything that can be seen from outside; it changes what is pending."""
    operations: list[Operation] = []
    for target in range(TABLES.targets):
        operations += [DefaultBdf(target), SupportsDirectMsi(target), SignalMsi(target, ADDRESS, 1)]
        operations += [SignalMsiWithRid(target, bus << 8, ADDRESS, 2) for bus in range(256)]
    for route in range(TABLES.routes):
        operations += [SignalEvent(route), ConsumePending(route), EnableWithRid(route, 0x600, 1, 1)]
        operations += [SignalEvent(route), NewRoute(route, 0), Enable(route, 1, 1)]
        operations += [SignalEvent(route)]
    return [reference.execute(operation) for operation in operations]


def test_reset_state() -> None:
    reference = Reference(TABLES)
    for target in range(TABLES.targets):
        assert reference.execute(DefaultBdf(target)) == Outcome(Answer.BDF, bdf=0, returns=0)
        assert answers(
            reference,
            SignalMsi(target, ADDRESS, 1),
            SignalMsiWithRid(target, 0x00FF, ADDRESS, 1),
            SignalMsiWithRid(target, 0x0100, ADDRESS, 1),
            NewRoute(0, target),
            SupportsDirectMsi(target),
        ) == [
            Answer.DROPPED_DISCONNECTED,
            Answer.DROPPED_DISCONNECTED,
            Answer.DROPPED_BUS_RANGE,
            Answer.NO_IRQFD,
            Answer.NO_DIRECT_MSI,
        ]


def test_unbound_target_does_not_follow_connection_0() -> None:
    reference = make(SetBusRange(0, 5, 10), Connect(0, 0), ConnectIrqfd(0, 0))
    assert answers(reference, SignalMsi(0, ADDRESS, 1), SupportsDirectMsi(0)) == [
        Answer.DROPPED_DISCONNECTED,
        Answer.NO_DIRECT_MSI,
    ]


def test_messages_carry_the_segment_of_their_backend() -> None:
    reference = make(*SETUP)
    assert reference.execute(SignalMsi(0, ADDRESS, 7)) == Outcome(
        Answer.SENT, message=Message(0x0001_0518, ADDRESS, 7)
    )
    assert reference.execute(SignalMsiWithRid(0, 0x0A01, ADDRESS, 8)) == Outcome(
        Answer.SENT, message=Message(0x0001_0A01, ADDRESS, 8)
    )
    assert reference.execute(Enable(0, ADDRESS, 9)) == Outcome(Answer.OK)
    assert reference.execute(SignalEvent(0)) == Outcome(
        Answer.SENT, message=Message(0x0002_0518, ADDRESS, 9)
    )


def test_drops_say_why_and_the_range_comes_first() -> None:
    reference = make(*SETUP)
    outcome = reference.execute(SignalMsiWithRid(0, 0x0B00, ADDRESS, 1))
    assert (outcome.answer, outcome.message) == (Answer.DROPPED_BUS_RANGE, None)
    (warning,) = outcome.warnings
    assert warning.fields == {"rid": 0x0B00, "secondary": 5, "subordinate": 10}
    assert answers(
        reference,
        Disconnect(0),
        SignalMsi(0, ADDRESS, 1),
        SignalMsiWithRid(0, 0x0A00, ADDRESS, 1),
        SignalMsiWithRid(0, 0x0B00, ADDRESS, 1),
        SupportsDirectMsi(0),
    ) == [
        Answer.OK,
        Answer.DROPPED_DISCONNECTED,
        Answer.DROPPED_DISCONNECTED,
        Answer.DROPPED_BUS_RANGE,
        Answer.DIRECT_MSI,
    ]


def test_every_answer_of_a_route() -> None:
    reference = make(*SETUP)
    assert answers(
        reference,
        SignalEvent(0),
        SignalEvent(0),
        ConsumePending(0),
        ConsumePending(0),
        SignalEvent(0),
        EnableWithRid(0, 0x0B00, ADDRESS, 1),
        EnableWithRid(0, 0x0500, ADDRESS, 1),
        SignalEvent(0),
        Disable(0),
        SignalEvent(0),
        Enable(0, ADDRESS, 1),
        Enable(0, ADDRESS, 1),
        EnableWithRid(0, 0x0B00, ADDRESS, 1),
        SignalEvent(0),
    ) == [
        Answer.HELD_PENDING,
        Answer.HELD_PENDING,
        Answer.WAS_PENDING,
        Answer.WAS_NOT_PENDING,
        Answer.HELD_PENDING,
        Answer.REFUSED_BUS_RANGE,
        Answer.DELIVERED,
        Answer.SENT,
        Answer.OK,
        Answer.HELD_PENDING,
        Answer.DELIVERED,
        Answer.OK,
        Answer.REFUSED_BUS_RANGE,
        Answer.HELD_PENDING,
    ]


def test_new_route_replaces_and_refused_changes_nothing() -> None:
    reference = make(*SETUP, Enable(0, ADDRESS, 1))
    # Target 1 has no irqfd: route 0 stays, enabled.
    refused = reference.execute(NewRoute(0, 1))
    assert (refused.answer, refused.returns) == (Answer.NO_IRQFD, False)
    assert answers(reference, SignalEvent(0)) == [Answer.SENT]
    made = reference.execute(NewRoute(0, 0))
    assert (made.answer, made.returns) == (Answer.OK, True)
    assert answers(reference, SignalEvent(0), NewRoute(0, 0), ConsumePending(0)) == [
        Answer.HELD_PENDING,
        Answer.OK,
        Answer.WAS_NOT_PENDING,
    ]


def test_default_requester_id_is_dropped_and_refused_as_an_explicit_one_is() -> None:
    """Under today's rules: the same answers, before the question of a backend."""
    reference = make(*SETUP, configuration=Configuration(TODAY))
    outcome = reference.execute(BindTarget(0, 0, 0, 0x5FF))
    sent = reference.execute(SignalMsi(0, ADDRESS, 1))
    assert (outcome.answer, sent.message) == (Answer.OK, Message(0x1_0AFF, ADDRESS, 1))
    reference.execute(BindTarget(0, 0, 0, 0x600))
    dropped = reference.execute(SignalMsi(0, ADDRESS, 1))
    assert (dropped.answer, dropped.message) == (Answer.DROPPED_BUS_RANGE, None)
    assert [each.fields["rid"] for each in dropped.warnings] == [0x0B00]
    assert reference.execute(DefaultBdf(0)) == Outcome(Answer.NO_BDF)
    assert answers(
        reference,
        Enable(0, ADDRESS, 1),  # of the target as it was when the route was made
        NewRoute(0, 0),
        SignalEvent(0),
        Enable(0, ADDRESS, 1),
        SignalEvent(0),
        SetBusRange(0, 5, 11),
        Enable(0, ADDRESS, 1),
        Disconnect(0),
        SignalMsi(0, ADDRESS, 1),
        SetBusRange(0, 5, 10),
        SignalMsi(0, ADDRESS, 1),
    ) == [
        Answer.OK,
        Answer.OK,
        Answer.HELD_PENDING,
        Answer.REFUSED_BUS_RANGE,
        Answer.HELD_PENDING,
        Answer.OK,
        Answer.DELIVERED,
        Answer.OK,
        Answer.DROPPED_DISCONNECTED,
        Answer.OK,
        Answer.DROPPED_BUS_RANGE,
    ]


def test_device_id_beyond_the_its_is_dropped_and_refused() -> None:
    reference = make(*SETUP, Connect(0, 0xF600), configuration=Configuration(devid_bits=16))
    assert answers(
        reference,
        SignalMsiWithRid(0, 0x09FF, ADDRESS, 1),
        SignalMsiWithRid(0, 0x0A00, ADDRESS, 1),
        SignalMsiWithRid(0, 0x0B00, ADDRESS, 1),
        ConnectIrqfd(0, 0xF600),
        NewRoute(1, 0),
        Enable(1, ADDRESS, 1),
        SignalEvent(1),
        EnableWithRid(1, 0x0A00, ADDRESS, 1),
        SignalEvent(1),
        EnableWithRid(1, 0x0B00, ADDRESS, 1),
        Enable(1, ADDRESS, 1),
        Enable(0, ADDRESS, 1),  # its irqfd has the base 0x20000
    ) == [
        Answer.SENT,
        Answer.DROPPED_DEVID,
        Answer.DROPPED_BUS_RANGE,
        Answer.OK,
        Answer.OK,
        Answer.OK,
        Answer.SENT,
        Answer.REFUSED_DEVID,
        Answer.HELD_PENDING,
        Answer.REFUSED_BUS_RANGE,
        Answer.DELIVERED,
        Answer.REFUSED_DEVID,
    ]


def test_freed_route_is_not_there() -> None:
    reference = make(*SETUP, Enable(0, ADDRESS, 1))
    assert reference.origin(0) is not None
    assert answers(reference, FreeRoute(0), SignalEvent(0), FreeRoute(0)) == [
        Answer.OK,
        Answer.ERROR_NO_ROUTE,
        Answer.ERROR_NO_ROUTE,
    ]
    assert reference.origin(0) is None and reference.route_state(0) == "absent"
    assert answers(reference, NewRoute(0, 0), SignalEvent(0), FreeRoute(0), NewRoute(0, 0)) == [
        Answer.OK,
        Answer.HELD_PENDING,
        Answer.OK,
        Answer.OK,
    ]
    assert answers(reference, ConsumePending(0)) == [Answer.WAS_NOT_PENDING]


def test_ranges_that_share_are_told_apart_from_what_the_operation_did() -> None:
    reference = make(*SETUP, BindTarget(1, 0, 1, 0))
    assert reference.shared() == []
    outcome = reference.execute(SetBusRange(1, 10, 20))
    assert reference.shared() == [Shared((0, 1), 0x1_0A00, 0x1_0AFF)]
    assert outcome == Outcome(Answer.OK)
    # The warning of the pair is none of an operation's.
    assert reference.execute(SetBusRange(1, 9, 20)) == Outcome(Answer.OK)
    assert make(*SETUP, BindTarget(1, 1, 1, 0), SetBusRange(1, 10, 20)).shared() == []


@pytest.mark.parametrize(
    ("operation", "returns"),
    [
        (NewRoute(1, 0), True),
        (NewRoute(1, 1), False),
        (ConsumePending(0), False),
        (DefaultBdf(0), 0x0518),
        (SupportsDirectMsi(0), True),
        (SupportsDirectMsi(1), False),
        (SignalMsi(0, ADDRESS, 1), None),
        (Enable(0, ADDRESS, 1), None),
        (SignalEvent(0), None),
        (Disconnect(0), None),
    ],
    ids=str,
)
def test_returns_are_those_of_trace_files(operation: Operation, returns: object) -> None:
    returned = make(*SETUP).execute(operation).returns
    assert (type(returned), returned) == (type(returns), returns)


def test_answers_and_returns_are_those_of_the_register_description() -> None:
    """As the golden model gives them, in operations at random: all of them, and no others."""
    seen: dict[tuple[str, Answer], set[object]] = {}
    for profile, devid_bits in ((DEFAULT_PROFILE, 32), (TODAY, 31)):
        rng = random.Random(7)
        operations = RandomOperations(rng, TABLES)
        reference = Reference(TABLES, Configuration(profile, devid_bits))
        for _ in range(10_000):
            free = FreeRoute(rng.randrange(TABLES.routes + 1))
            operation = operations.command() if rng.random() < 0.99 else free
            outcome = reference.execute(operation)
            returned = type(outcome.returns) if outcome.bdf is not None else outcome.returns
            seen.setdefault((operation.name, outcome.answer), set()).add(returned)
    assert seen == {
        (name, answer): {int if answer in kind.returns_bdf else kind.returns.get(answer)}
        for name, kind in OPERATIONS.items()
        for answer in kind.answers
    }


def out_of_tables() -> list[Operation]:
    """Every operation, once for each of its indices, with that one just outside its table."""
    sizes = TABLES._asdict()
    wrong: list[Operation] = []
    for kind in OPERATIONS.values():
        valid = dict.fromkeys(arguments_of(kind), 0)
        for field in arguments_of(kind):
            if f"{field}s" in sizes:
                wrong += [kind(**valid | {field: index}) for index in (sizes[f"{field}s"], 0xFFFF)]
    return wrong


@pytest.mark.parametrize("operation", out_of_tables(), ids=str)
def test_index_outside_the_tables_changes_nothing(operation: Operation) -> None:
    setup = (*SETUP, BindTarget(2, 0, 0, 1), Enable(0, ADDRESS, 5), Disconnect(1))
    reference = make(*setup)
    assert reference.execute(operation) == Outcome(Answer.ERROR_INDEX)
    assert look(reference) == look(make(*setup))


@pytest.mark.parametrize(
    "operation",
    [
        Enable(1, ADDRESS, 1),
        EnableWithRid(1, 0x0600, ADDRESS, 1),
        EnableWithRid(1, 0x0B00, ADDRESS, 1),
        Disable(1),
        SignalEvent(1),
        ConsumePending(1),
        FreeRoute(1),
    ],
    ids=str,
)
def test_route_never_made_changes_nothing(operation: Operation) -> None:
    reference = make(*SETUP)
    assert reference.execute(operation) == Outcome(Answer.ERROR_NO_ROUTE)
    assert look(reference) == look(make(*SETUP))
    # Not even in a route that is made afterwards.
    assert answers(reference, NewRoute(1, 0), ConsumePending(1), SignalEvent(1)) == [
        Answer.OK,
        Answer.WAS_NOT_PENDING,
        Answer.HELD_PENDING,
    ]


def test_look_sees_each_part_of_the_state() -> None:
    """The two tests above mean something: one changed part is one seen difference."""
    before = look(make(*SETUP))
    for change in (
        SetBusRange(0, 5, 9),
        SetBusRange(0, 6, 10),
        Connect(0, 0x3_0000),
        ConnectIrqfd(0, 0x3_0000),
        BindTarget(0, 0, 0, 0x19),
        BindTarget(1, 0, 0, 0),
        NewRoute(3, 0),
        Enable(0, ADDRESS, 1),
        FreeRoute(0),
    ):
        assert look(make(*SETUP, change)) != before, change


def test_negative_index_is_outside() -> None:
    assert make(*SETUP).execute(SignalMsi(-1, ADDRESS, 1)).answer is Answer.ERROR_INDEX


@pytest.mark.parametrize(
    "operation",
    [
        SetBusRange(0, 256, 0),
        SetBusRange(0, 0, 256),
        Connect(0, 1 << 32),
        ConnectIrqfd(0, 1 << 32),
        BindTarget(0, 0, 0, 256),
        SignalMsi(0, 1 << 64, 0),
        SignalMsiWithRid(0, 1 << 16, 0, 0),
        Enable(0, 0, 1 << 32),
        EnableWithRid(0, 1 << 16, 0, 0),
    ],
    ids=str,
)
def test_value_too_wide_is_refused_by_the_model_and_changes_nothing(operation: Operation) -> None:
    reference = make(*SETUP)
    with pytest.raises(ValueError, match="bits"):
        reference.execute(operation)
    assert look(reference) == look(make(*SETUP))


def test_two_references_do_not_see_each_other() -> None:
    first, second = make(*SETUP), make(*SETUP)
    drop = SignalMsiWithRid(0, 0x0B00, ADDRESS, 1)
    for _ in range(3):
        assert len(first.execute(drop).warnings) == 1
        assert len(second.execute(drop).warnings) == 1
    second.execute(SetBusRange(0, 0, 255))
    assert answers(first, drop) == [Answer.DROPPED_BUS_RANGE]


def test_warnings_are_counted_beyond_the_rate_limit() -> None:
    reference = make(*SETUP)
    drop = SignalMsiWithRid(0, 0x0B00, ADDRESS, 1)
    counts = [len(reference.execute(drop).warnings) for _ in range(50)]
    assert counts == [1] * 50


# A model that is broken must not be answered for.


def test_model_that_loses_a_message_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MsiTarget, "signal_msi", lambda self, address, data: None)
    with pytest.raises(ModelError, match="no answer"):
        make(*SETUP).execute(SignalMsi(0, ADDRESS, 1))


def test_model_that_sends_twice_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    send = MsiTarget.signal_msi

    def twice(self: MsiTarget, address: int, data: int) -> None:
        send(self, address, data)
        send(self, address, data)

    monkeypatch.setattr(MsiTarget, "signal_msi", twice)
    with pytest.raises(ModelError, match="more than one"):
        make(*SETUP).execute(SignalMsi(0, ADDRESS, 1))


def test_model_that_sends_where_nothing_may_be_sent_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reference = make(*SETUP, Enable(0, ADDRESS, 1))
    monkeypatch.setattr(MsiRoute, "disable", lambda self: self.event().signal())
    with pytest.raises(ModelError, match="no answer"):
        reference.execute(Disable(0))


def test_unknown_warning_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    place = msi_its_model.RateLimited()
    monkeypatch.setattr(
        MsiTarget, "signal_msi", lambda self, address, data: place.warn("something else")
    )
    with pytest.raises(ModelError, match="something else"):
        make(*SETUP).execute(SignalMsi(0, ADDRESS, 1))


# Comparing with what was recorded.

SENT = Outcome(Answer.SENT, message=Message(1, 2, 3))


@pytest.mark.parametrize(
    ("outcome", "expect"),
    [
        (SENT, Expect()),
        (SENT, Expect(messages=(Message(1, 2, 3),))),
        (SENT, Expect(messages=(Message(1, 2, 3),), returns=None, warnings=0)),
        (Outcome(Answer.OK), Expect(messages=())),
        (Outcome(Answer.BDF, bdf=5, returns=5), Expect(returns=5)),
    ],
)
def test_no_difference(outcome: Outcome, expect: Expect) -> None:
    assert outcome.differences(expect) == []


@pytest.mark.parametrize(
    ("outcome", "expect", "words"),
    [
        (SENT, Expect(messages=()), ["messages", "expected no message", "devid=0x00000001"]),
        (SENT, Expect(messages=(Message(1, 2, 4),)), ["messages", "data=0x4", "data=0x3"]),
        (SENT, Expect(messages=(Message(1, 2, 3),) * 2), ["messages"]),
        (Outcome(Answer.OK), Expect(messages=(Message(1, 2, 3),)), ["got no message"]),
        (SENT, Expect(returns=True), ["returns: expected True, got None"]),
        (Outcome(Answer.OK, returns=True), Expect(returns=None), ["expected None, got True"]),
        (Outcome(Answer.BDF, bdf=5, returns=5), Expect(returns=6), ["expected 6, got 5"]),
        (SENT, Expect(warnings=1), ["warnings: expected 1, got 0 (none)"]),
    ],
)
def test_difference_says_what_was_expected_and_what_came(
    outcome: Outcome, expect: Expect, words: list[str]
) -> None:
    (difference,) = outcome.differences(expect)
    for word in words:
        assert word in difference


def test_each_part_that_differs_is_reported() -> None:
    expect = Expect(messages=(), returns=1, warnings=2)
    assert len(SENT.differences(expect)) == 3
