# SPDX-License-Identifier: MIT
"""Every check of the checker, shown to fail when it must, and only then. No simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from msgspec.structs import replace

from cocotbext.msi_its.checks.checker import REPORTED, Checker
from cocotbext.msi_its.checks.coverage.sampling import Coverage
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Configuration,
    Connect,
    ConnectIrqfd,
    Enable,
    Message,
    NewRoute,
    Operation,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    Tables,
)
from cocotbext.msi_its.vocabulary.trace import Expect, TraceLine
from cocotbext.msi_its.vocabulary.transactions import Retired, Source
from msi_its_model import DEFAULT_PROFILE, PROFILES, Profile

TABLES = Tables(4, 4, 4, 4)
SENT = SignalMsiWithRid(1, 0x0600, 0x1000, 7)
MESSAGE = Message(0x00AB_0600, 0x1000, 7)
DROPPED = SignalMsiWithRid(1, 0x0B00, 0x1000, 8)
DEFAULT = SignalMsi(1, 0x1000, 9)


@pytest.fixture
def checker() -> Checker:
    """Return a checker that has seen a set-up: target 1 on range 5 to 10, segment 0xab."""
    checker = Checker(TABLES, 8, lambda: 0, Coverage(TABLES))
    for operation in (Connect(2, 0xAB_0000), SetBusRange(3, 5, 10), BindTarget(1, 2, 3, 0x18)):
        command(checker, operation)
        checker.on_retired(Retired(Source.COMMAND, operation, Answer.OK))
    assert checker.mismatches == 0
    return checker


def write(checker: Checker, address: int, data: int) -> None:
    """Show the checker a whole register write."""
    checker.registers.on_write_address((address, 0))
    checker.registers.on_write_data((data, 0xF))
    checker.registers.on_write_response((0,))


def read(checker: Checker, address: int, data: int) -> None:
    """Show the checker a whole register read."""
    checker.registers.on_read_address((address, 0))
    checker.registers.on_read_data((data, 0))


def command(checker: Checker, operation: Operation) -> None:
    """Show the checker the writes of a command with these arguments (those used in this file)."""
    match operation:
        case Connect(connection, base) | ConnectIrqfd(connection, base):
            write(checker, csr.ARG_RANGE.offset, connection << 16)
            write(checker, csr.ARG_RID.offset, base)
        case SetBusRange(bus_range, secondary, subordinate):
            write(checker, csr.ARG_RANGE.offset, bus_range)
            write(checker, csr.ARG_BUS.offset, subordinate << 8 | secondary)
        case BindTarget(target, connection, bus_range, rid_offset):
            write(checker, csr.ARG_TARGET.offset, target)
            write(checker, csr.ARG_RANGE.offset, connection << 16 | bus_range)
            write(checker, csr.ARG_BUS.offset, rid_offset << 16)
        case NewRoute(route, target):
            write(checker, csr.ARG_TARGET.offset, route << 16 | target)
        case Enable(route, address, data):
            write(checker, csr.ARG_TARGET.offset, route << 16)
            write(checker, csr.ARG_ADDRESS_LOW.offset, address)
            write(checker, csr.ARG_DATA.offset, data)
        case _:
            raise NotImplementedError(operation)
    write(checker, csr.COMMAND.offset, operation.code)


def send(checker: Checker, message: Message = MESSAGE) -> None:
    """Show the checker a message that goes all the way, as it should."""
    checker.on_message_accepted(SENT)
    checker.on_retired(Retired(Source.MESSAGE, SENT, Answer.SENT, None, MESSAGE))
    checker.on_message(message)


def drop(checker: Checker) -> None:
    """Show the checker a message that is dropped, as it should be."""
    checker.on_message_accepted(DROPPED)
    checker.on_retired(Retired(Source.MESSAGE, DROPPED, Answer.DROPPED_BUS_RANGE))
    checker.on_alert(True)


def kinds(checker: Checker) -> list[str]:
    """Return the kinds of the mismatches after the end of the run."""
    checker.finish()
    return [report.kind for report in checker.reports]


def test_a_faultless_run(checker: Checker) -> None:
    send(checker)
    drop(checker)
    assert kinds(checker) == []
    assert (checker.operations, checker.messages, checker.dropped) == (5, 1, 1)
    assert [each.name for each in checker.drops] == ["requester ID 0x0b00 (0b:00.0)"]


@pytest.mark.parametrize(
    "retired",
    [
        Retired(Source.MESSAGE, SENT, Answer.DROPPED_BUS_RANGE),
        Retired(Source.MESSAGE, SENT, Answer.SENT),
        Retired(Source.MESSAGE, SENT, Answer.DELIVERED, None, MESSAGE),
    ],
)
def test_a_wrong_answer(checker: Checker, retired: Retired) -> None:
    checker.on_message_accepted(SENT)
    checker.on_retired(retired)
    if retired.message is not None:
        checker.on_message(retired.message)
    assert kinds(checker) == ["model"]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(MESSAGE, devid=0x0600),
        replace(MESSAGE, address=0x1004),
        replace(MESSAGE, data=8),
    ],
)
def test_a_wrong_message(checker: Checker, wrong: Message) -> None:
    checker.on_message_accepted(SENT)
    checker.on_retired(Retired(Source.MESSAGE, SENT, Answer.SENT, None, wrong))
    checker.on_message(wrong)
    assert kinds(checker) == ["model"]
    assert str(MESSAGE) in checker.reports[0].text
    assert str(wrong) in checker.reports[0].text


def test_a_message_that_differs_from_its_record(checker: Checker) -> None:
    send(checker, replace(MESSAGE, data=8))
    assert kinds(checker) == ["message"]


def test_a_message_may_be_seen_at_the_edge_of_its_record(checker: Checker) -> None:
    checker.on_message_accepted(SENT)
    checker.on_message(MESSAGE)
    checker.on_retired(Retired(Source.MESSAGE, SENT, Answer.SENT, None, MESSAGE))
    assert kinds(checker) == []


def test_a_message_lost(checker: Checker) -> None:
    checker.on_message_accepted(SENT)
    checker.on_retired(Retired(Source.MESSAGE, SENT, Answer.SENT, None, MESSAGE))
    assert kinds(checker) == ["lost"]


def test_a_message_doubled(checker: Checker) -> None:
    send(checker)
    checker.on_message(MESSAGE)
    assert kinds(checker) == ["message"]


def test_an_operation_lost(checker: Checker) -> None:
    checker.on_message_accepted(SENT)
    checker.on_event_accepted(SignalEvent(1))
    assert kinds(checker) == ["lost"]
    assert "1 accepted on s_msi" in checker.reports[0].text
    assert "1 accepted on s_evt" in checker.reports[0].text


def test_an_operation_doubled(checker: Checker) -> None:
    drop(checker)
    checker.on_retired(Retired(Source.MESSAGE, DROPPED, Answer.DROPPED_BUS_RANGE))
    assert kinds(checker) == ["order"]


def test_operations_reordered(checker: Checker) -> None:
    checker.on_message_accepted(SENT)
    checker.on_message_accepted(DROPPED)
    checker.on_retired(Retired(Source.MESSAGE, DROPPED, Answer.DROPPED_BUS_RANGE))
    checker.on_alert(True)
    checker.on_retired(Retired(Source.MESSAGE, SENT, Answer.SENT, None, MESSAGE))
    checker.on_message(MESSAGE)
    assert kinds(checker) == ["order", "order"]


def test_a_record_from_the_wrong_source(checker: Checker) -> None:
    checker.on_message_accepted(DEFAULT)
    message = Message(0x00AB_0518, 0x1000, 9)
    checker.on_retired(Retired(Source.EVENT, DEFAULT, Answer.SENT, None, message))
    checker.on_message(message)
    assert kinds(checker) == ["order"]
    assert "as from s_msi" in checker.reports[0].text


def test_a_command_with_other_arguments_than_written(checker: Checker) -> None:
    command(checker, SetBusRange(3, 5, 11))
    checker.on_retired(Retired(Source.COMMAND, SetBusRange(3, 5, 12), Answer.OK))
    assert kinds(checker) == ["order"]


def test_a_record_with_bits_that_the_profile_does_not_have(checker: Checker) -> None:
    """That is a mismatch like others: the golden model would refuse such an offset."""
    command(checker, BindTarget(1, 2, 3, 0x18))
    checker.on_retired(Retired(Source.COMMAND, BindTarget(1, 2, 3, 0xFF18), Answer.OK))
    assert kinds(checker) == ["order"]


def test_a_refused_command_must_be_counted(checker: Checker) -> None:
    command(checker, SetBusRange(3, 5, 11))
    command(checker, SetBusRange(3, 5, 12))
    checker.on_retired(Retired(Source.COMMAND, SetBusRange(3, 5, 11), Answer.OK))
    read(checker, csr.STATUS.offset, 0b100)
    read(checker, csr.REFUSED_COMMANDS.offset, 1)
    assert checker.mismatches == 0
    read(checker, csr.REFUSED_COMMANDS.offset, 0)
    assert kinds(checker) == ["registers"]


def test_a_command_that_never_retires(checker: Checker) -> None:
    command(checker, SetBusRange(3, 5, 11))
    assert kinds(checker) == ["lost"]


@pytest.mark.parametrize(
    ("register", "right", "wrong"),
    [
        (csr.DROPPED_BUS_RANGE, 1, 0),
        (csr.DROPPED_BUS_RANGE, 1, 2),
        (csr.DROPPED_DISCONNECTED, 0, 1),
        (csr.REFUSED_BUS_RANGE, 0, 1),
        (csr.ERRORS, 0, 1),
        (csr.MESSAGES, 1, 0),
        (csr.RESULT, Answer.OK, Answer.SENT),
        (csr.ALERT, 1, 0),
        (csr.LAST_DROP, 0x0A05_0B00, 0x0A05_0B01),
        (csr.LAST_DROP, 0x0A05_0B00, 0x0A06_0B00),
        (csr.TABLES_0, 0x0004_0004, 0x0004_0005),
        (csr.TABLES_1, 0x0004_0004, 0x0005_0004),
    ],
)
def test_registers(checker: Checker, register: csr.Register, right: int, wrong: int) -> None:
    send(checker)
    drop(checker)
    read(checker, register.offset, right)
    assert checker.mismatches == 0
    read(checker, register.offset, wrong)
    assert kinds(checker) == ["registers"]


def test_the_reason_of_the_last_drop(checker: Checker) -> None:
    drop(checker)
    read(checker, csr.LAST_DROP_REASON.offset, Answer.NONE)
    read(checker, csr.LAST_DROP.offset, 0x0A05_0B00)
    read(checker, csr.LAST_DROP_REASON.offset, Answer.DROPPED_BUS_RANGE)
    assert checker.mismatches == 0
    read(checker, csr.LAST_DROP_REASON.offset, Answer.DROPPED_DISCONNECTED)
    assert kinds(checker) == ["registers"]


def test_the_reason_belongs_to_the_drop_that_was_shown(checker: Checker) -> None:
    drop(checker)
    checker.registers.on_read_address((csr.LAST_DROP.offset, 0))
    other = SignalMsi(2, 0x1000, 9)  # never bound
    checker.on_message_accepted(other)
    checker.on_retired(Retired(Source.MESSAGE, other, Answer.DROPPED_DISCONNECTED))
    checker.registers.on_read_data((0x0A05_0B00, 0))  # the drop of before is still legal here
    assert checker.mismatches == 0
    read(checker, csr.LAST_DROP_REASON.offset, Answer.DROPPED_DISCONNECTED)
    assert kinds(checker) == ["registers"]


TODAY = PROFILES["08ec11066"]


def follow(checker: Checker, *operations: tuple[Operation, Answer]) -> None:
    """Show the checker commands, and that they retire with these answers."""
    for operation, answer in operations:
        command(checker, operation)
        checker.on_retired(Retired(Source.COMMAND, operation, answer))


def test_a_default_requester_id_that_is_outside_shows_all_of_its_bits() -> None:
    checker = Checker(TABLES, 8, lambda: 0, configuration=Configuration(TODAY))
    operations = (Connect(2, 0), SetBusRange(3, 0xFE, 0xFF), BindTarget(1, 2, 3, 0x234))
    follow(checker, *((operation, Answer.OK) for operation in operations))
    checker.on_message_accepted(DEFAULT)
    checker.on_retired(Retired(Source.MESSAGE, DEFAULT, Answer.DROPPED_BUS_RANGE))
    read(checker, csr.LAST_DROP.offset, 0xFFFE_0034)
    read(checker, csr.LAST_DROP_REASON.offset, Answer.DROPPED_BUS_RANGE | 1 << 8)
    assert checker.mismatches == 0


def test_a_route_refused_for_its_device_id_shows_the_range_of_its_target() -> None:
    checker = Checker(TABLES, 8, lambda: 0, configuration=Configuration(devid_bits=16))
    operations = (
        *(SetBusRange(3, 5, 10), BindTarget(1, 2, 3, 0x18)),
        *(ConnectIrqfd(2, 0x1_0000), NewRoute(0, 1)),
    )
    follow(checker, *((operation, Answer.OK) for operation in operations))
    follow(checker, (Enable(0, 0x1000, 1), Answer.REFUSED_DEVID))
    read(checker, csr.LAST_DROP.offset, 0x0A05_0518)
    read(checker, csr.LAST_DROP_REASON.offset, Answer.REFUSED_DEVID)
    read(checker, csr.DEVID_BEYOND.offset, 1)
    assert checker.mismatches == 0


@pytest.mark.parametrize(("profile", "taken"), [(DEFAULT_PROFILE, 0x34), (TODAY, 0x234)])
def test_an_offset_is_taken_as_wide_as_it_is_checked(profile: Profile, taken: int) -> None:
    checker = Checker(TABLES, 8, lambda: 0, configuration=Configuration(profile))
    command(checker, BindTarget(1, 2, 3, 0x234))
    checker.on_retired(Retired(Source.COMMAND, BindTarget(1, 2, 3, taken), Answer.OK))
    read(checker, csr.ARG_BUS.offset, 0x234 << 16)
    assert checker.mismatches == 0


def test_status_busy(checker: Checker) -> None:
    command(checker, SetBusRange(3, 5, 11))
    read(checker, csr.STATUS.offset, 1)
    assert checker.mismatches == 0
    read(checker, csr.STATUS.offset, 0)
    assert checker.mismatches == 1, "a command that was alone is in flight until it retires"
    checker.on_retired(Retired(Source.COMMAND, SetBusRange(3, 5, 11), Answer.OK))
    read(checker, csr.STATUS.offset, 0)
    assert checker.mismatches == 1
    read(checker, csr.STATUS.offset, 1)
    assert checker.mismatches == 2, "nothing is in flight"


def test_a_command_alone_must_not_be_refused(checker: Checker) -> None:
    command(checker, SetBusRange(3, 5, 11))
    read(checker, csr.REFUSED_COMMANDS.offset, 1)
    assert checker.mismatches == 1


def test_a_command_behind_another_must_be_refused(checker: Checker) -> None:
    command(checker, SetBusRange(3, 5, 11))
    command(checker, SetBusRange(3, 5, 12))
    read(checker, csr.STATUS.offset, 0b101)
    read(checker, csr.REFUSED_COMMANDS.offset, 1)
    assert checker.mismatches == 0
    checker.on_retired(Retired(Source.COMMAND, SetBusRange(3, 5, 11), Answer.OK))
    checker.on_retired(Retired(Source.COMMAND, SetBusRange(3, 5, 12), Answer.OK))
    assert [report.kind for report in checker.reports] == ["order"]


def test_a_poll_that_overtakes_the_command_proves_nothing(checker: Checker) -> None:
    for address, data in ((csr.ARG_RANGE.offset, 3), (csr.ARG_BUS.offset, 0x0B05)):
        write(checker, address, data)
    operation = SetBusRange(3, 5, 11)
    checker.registers.on_write_address((csr.COMMAND.offset, 0))
    checker.registers.on_write_data((operation.code, 0xF))
    read(checker, csr.STATUS.offset, 0)
    checker.registers.on_write_response((0,))
    checker.on_retired(Retired(Source.COMMAND, operation, Answer.OK))
    assert kinds(checker) == []


def test_no_operation_is_refused(checker: Checker) -> None:
    write(checker, csr.COMMAND.offset, 0)
    read(checker, csr.STATUS.offset, 0b100)
    read(checker, csr.REFUSED_COMMANDS.offset, 1)
    write(checker, csr.STATUS.offset, 0b011)
    read(checker, csr.STATUS.offset, 0b100)
    write(checker, csr.STATUS.offset, 0b100)
    read(checker, csr.STATUS.offset, 0)
    assert checker.mismatches == 0
    read(checker, csr.STATUS.offset, 0b100)
    assert kinds(checker) == ["registers"]


@pytest.mark.parametrize("address", [csr.COMMAND.offset, 0x1C, 0x7C])
def test_addresses_that_read_as_zero(checker: Checker, address: int) -> None:
    read(checker, address, 0)
    assert checker.mismatches == 0
    read(checker, address, 1)
    assert kinds(checker) == ["registers"]


def test_arguments_read_back_byte_by_byte(checker: Checker) -> None:
    write(checker, csr.ARG_DATA.offset, 0x1122_3344)
    checker.registers.on_write_address((csr.ARG_DATA.offset, 0))
    checker.registers.on_write_data((0xAABB_CCDD, 0b0110))
    checker.registers.on_write_response((0,))
    read(checker, csr.ARG_DATA.offset, 0x11BB_CC44)
    assert checker.mismatches == 0
    read(checker, csr.ARG_DATA.offset, 0xAABB_CCDD)
    assert kinds(checker) == ["registers"]


def test_an_alert_that_comes_late() -> None:
    now = 100
    late = Checker(TABLES, 8, lambda: now, Coverage(TABLES))
    unbound = SignalMsi(2, 0x1000, 9)
    late.on_message_accepted(unbound)
    late.on_retired(Retired(Source.MESSAGE, unbound, Answer.DROPPED_DISCONNECTED))
    now = 103
    late.on_alert(True)
    assert kinds(late) == ["registers"]


def test_a_count_may_move_while_it_is_read(checker: Checker) -> None:
    checker.registers.on_read_address((csr.MESSAGES.offset, 0))
    send(checker)
    send(checker)
    checker.registers.on_read_data((1, 0))
    assert checker.mismatches == 0
    checker.registers.on_read_address((csr.MESSAGES.offset, 0))
    checker.registers.on_read_data((1, 0))
    assert kinds(checker) == ["registers"]


def test_counters_saturate(checker: Checker) -> None:
    for _ in range(300):
        send(checker)
    read(checker, csr.MESSAGES.offset, 255)
    assert kinds(checker) == []


def test_an_error_response(checker: Checker) -> None:
    checker.registers.on_read_address((csr.RESULT.offset, 0))
    checker.registers.on_read_data((Answer.OK, 2))
    checker.registers.on_write_address((csr.ARG_DATA.offset, 0))
    checker.registers.on_write_data((1, 0xF))
    checker.registers.on_write_response((2,))
    assert kinds(checker) == ["registers", "registers"]


def test_responses_out_of_nothing(checker: Checker) -> None:
    checker.registers.on_read_data((0, 0))
    checker.registers.on_write_response((0,))
    assert kinds(checker) == ["registers", "registers"]


def test_alert_without_a_drop(checker: Checker) -> None:
    checker.on_alert(True)
    assert "registers" in kinds(checker)


def test_alert_missing(checker: Checker) -> None:
    checker.on_message_accepted(DROPPED)
    checker.on_retired(Retired(Source.MESSAGE, DROPPED, Answer.DROPPED_BUS_RANGE))
    assert kinds(checker) == ["registers"]


def test_alert_gone_without_acknowledgement(checker: Checker) -> None:
    drop(checker)
    checker.on_alert(False)
    assert "registers" in kinds(checker)


def test_alert_acknowledged(checker: Checker) -> None:
    drop(checker)
    checker.registers.on_write_address((csr.ALERT.offset, 0))
    checker.registers.on_write_data((1, 0xF))
    checker.on_alert(False)
    checker.registers.on_write_response((0,))
    read(checker, csr.ALERT.offset, 0)
    assert kinds(checker) == []


def line(number: int, operation: Operation, *messages: Message) -> TraceLine:
    """Return a trace line that expects some messages."""
    return TraceLine(number, operation, Expect(messages=messages))


def test_a_trace_followed(checker: Checker) -> None:
    checker.follow(iter([line(1, SENT, MESSAGE), line(2, DROPPED)]))
    send(checker)
    drop(checker)
    assert kinds(checker) == []


def test_a_trace_that_expects_something_else(checker: Checker) -> None:
    checker.follow(iter([line(41, SENT), line(42, DROPPED)]))
    send(checker)
    drop(checker)
    assert kinds(checker) == ["expect"]
    assert "trace line 41" in checker.reports[0].text


def test_a_trace_in_another_order(checker: Checker) -> None:
    checker.follow(iter([line(1, DROPPED), line(2, SENT, MESSAGE)]))
    send(checker)
    drop(checker)
    assert kinds(checker) == ["trace"]


def test_a_trace_not_played_to_its_end(checker: Checker) -> None:
    checker.follow(iter([line(1, SENT, MESSAGE), line(2, DROPPED)]))
    send(checker)
    assert kinds(checker) == ["trace"]


def test_a_report_explains_itself(checker: Checker) -> None:
    checker.on_message_accepted(SENT)
    checker.on_retired(Retired(Source.MESSAGE, SENT, Answer.DROPPED_BUS_RANGE))
    text = checker.reports[0].text
    assert "signal_msi_with_rid(target=1, rid=0x600" in text
    assert "rules R1, R3, R4, R10" in text
    assert f"expected:  SENT, {MESSAGE}" in text
    assert "got:       DROPPED_BUS_RANGE, no message" in text
    assert "on target 1, range 3, connection 2" in text
    for earlier in (
        "#1 connect(connection=2",
        "#2 set_bus_range(range=3",
        "#3 bind_target(target=1",
    ):
        assert earlier in text


def test_a_report_names_h5_where_another_operation_on_the_objects_is_close(
    checker: Checker,
) -> None:
    def drops(target: int) -> str:
        operation = SignalMsi(target, 0x1000, 7)
        checker.on_message_accepted(operation)
        checker.on_retired(Retired(Source.MESSAGE, operation, Answer.DROPPED_DISCONNECTED))
        return checker.reports[-1].text if checker.mismatches else ""

    for _ in range(2):
        assert not drops(2), "it is disconnected"
    assert "(rules R2, R4, R10; H5: close behind #3)" in drops(1)
    assert "(rules R2, R4, R10)" in drops(1), "messages change nothing"


def test_many_mismatches_are_all_counted(checker: Checker) -> None:
    for _ in range(REPORTED + 5):
        checker.violation("s_msi: valid fell")
    assert checker.mismatches == REPORTED + 5
    assert len(checker.reports) == REPORTED


def test_reset_forgets_everything(checker: Checker) -> None:
    drop(checker)
    checker.on_message_accepted(SENT)
    checker.on_reset()
    read(checker, csr.DROPPED_BUS_RANGE.offset, 0)
    assert kinds(checker) == []
    checker.on_message_accepted(SENT)
    checker.on_retired(Retired(Source.MESSAGE, SENT, Answer.SENT, None, MESSAGE))
    checker.on_message(MESSAGE)
    assert kinds(checker) == ["model", "registers"], "the range that let it pass is gone"


def messages(count: int) -> list[SignalMsi]:
    """Return as many messages of the target that is bound, each with data of its own."""
    return [SignalMsi(1, 0x1000, data) for data in range(1, count + 1)]


def send_all(
    checker: Checker, operations: Iterable[SignalMsi], spoil: Callable[[list[Message]], None]
) -> None:
    """Let operations be accepted and retire, and messages appear, spoilt; expect one report."""
    shown = []
    for operation in operations:
        checker.on_message_accepted(operation)
        message = Message(0x00AB_0518, operation.address, operation.data)
        checker.on_retired(Retired(Source.MESSAGE, operation, Answer.SENT, None, message))
        shown.append(message)
    spoil(shown)
    for message in shown:
        checker.on_message(message)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda shown: shown.pop(4), "lost: "),
        (lambda shown: shown.insert(4, shown[3]), "again (H3)"),
        (lambda shown: shown.insert(9, shown[8]), "data=0x9] again (H3)"),
        (lambda shown: shown.__setitem__(4, Message(1, 2, 3)), "devid=0x00000001"),
    ],
    ids=["lost", "twice", "the last twice", "wrong"],
)
def test_one_message_gone_wrong_is_one_mismatch(
    checker: Checker, spoil: Callable[[list[Message]], None], words: str
) -> None:
    send_all(checker, messages(9), spoil)
    assert kinds(checker) == ["message"]
    assert words in checker.reports[0].text


def test_a_lost_record_is_one_mismatch(checker: Checker) -> None:
    for operation in messages(5):
        checker.on_message_accepted(operation)
        message = Message(0x00AB_0518, 0x1000, operation.data)
        if operation.data != 3:
            checker.on_retired(Retired(Source.MESSAGE, operation, Answer.SENT, None, message))
            checker.on_message(message)
    assert kinds(checker) == ["order"]
    assert "data=0x3) from s_msi\n  got:       its record was lost (H3)" in checker.reports[0].text


def test_a_record_twice_is_one_mismatch(checker: Checker) -> None:
    for operation in messages(5):
        checker.on_message_accepted(operation)
        message = Message(0x00AB_0518, 0x1000, operation.data)
        for _ in range(1 + (operation.data == 3)):
            checker.on_retired(Retired(Source.MESSAGE, operation, Answer.SENT, None, message))
        checker.on_message(message)
    assert kinds(checker) == ["order"]
    assert "data=0x3) retired again (H3)" in checker.reports[0].text


def test_a_command_whose_record_is_lost_is_one_mismatch(checker: Checker) -> None:
    """The golden model executes it: what comes after it agrees."""
    command(checker, SetBusRange(3, 5, 11))
    read(checker, csr.STATUS.offset, 0)
    command(checker, SetBusRange(3, 6, 12))
    checker.on_retired(Retired(Source.COMMAND, SetBusRange(3, 6, 12), Answer.OK))
    read(checker, csr.STATUS.offset, 0)
    assert kinds(checker) == ["order"]
    assert "set_bus_range(range=3, secondary=5, subordinate=11) to retire" in str(
        checker.reports[0].text
    )


def test_a_source_that_stops_early_is_no_pass(checker: Checker) -> None:
    before = checker.mismatches
    checker.wanted.update({Source.MESSAGE: 1, Source.EVENT: 0})
    checker.finish()
    assert checker.mismatches == before + 1
    assert kinds(checker)[-1] == "stimulus"
    assert "at least 1 operations from s_msi" in checker.reports[-1].text
