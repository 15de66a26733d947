# SPDX-License-Identifier: MIT
"""The vocabulary: names, arguments, codes, widths."""

from typing import Any

import pytest

from cocotbext.msi_its.vocabulary.csr import Answer, OperationCode
from cocotbext.msi_its.vocabulary.operations import (
    BY_CODE,
    LIMITS,
    OPERATIONS,
    TABLE_OF,
    WIDTHS,
    Message,
    Operation,
    SignalMsi,
    SignalMsiWithRid,
    Tables,
    arguments_of,
    validate,
)

# The operations of the specification's section 3, written out a second time.
SPECIFIED = {
    "set_bus_range": ("range", "secondary", "subordinate"),
    "connect": ("connection", "devid_base"),
    "disconnect": ("connection",),
    "connect_irqfd": ("connection", "devid_base"),
    "bind_target": ("target", "connection", "range", "rid_offset"),
    "signal_msi": ("target", "address", "data"),
    "signal_msi_with_rid": ("target", "rid", "address", "data"),
    "new_route": ("route", "target"),
    "enable": ("route", "address", "data"),
    "enable_with_rid": ("route", "rid", "address", "data"),
    "disable": ("route",),
    "signal_event": ("route",),
    "consume_pending": ("route",),
    "default_bdf": ("target",),
    "supports_direct_msi": ("target",),
    "free_route": ("route",),
}
ARGUMENTS = [(kind, field) for kind in OPERATIONS.values() for field in arguments_of(kind)]


def test_operations_and_arguments_are_the_specified_ones() -> None:
    assert {name: arguments_of(kind) for name, kind in OPERATIONS.items()} == SPECIFIED


@pytest.mark.parametrize("kind", OPERATIONS.values(), ids=OPERATIONS)
def test_class_agrees_with_its_name_and_code(kind: type[Operation]) -> None:
    assert kind.__name__ == "".join(word.capitalize() for word in kind.name.split("_"))
    assert kind.code is OperationCode[kind.name.upper()]
    assert BY_CODE[kind.code] is kind


def test_every_code_but_none_is_an_operation() -> None:
    assert set(BY_CODE) == set(OperationCode) - {OperationCode.NONE}


def test_answers_and_codes_fit_the_eight_bits_of_the_retire_record() -> None:
    assert sorted(Answer) == list(range(len(Answer))) and len(Answer) < 256
    assert sorted(OperationCode) == list(range(len(OperationCode))) and len(OperationCode) < 256


def test_every_argument_has_a_width_and_every_index_a_limit() -> None:
    used = {field for _, field in ARGUMENTS}
    assert used == set(WIDTHS)
    assert set(TABLE_OF) == {"range", "connection", "target", "route"}
    assert list(TABLE_OF.values()) == list(LIMITS) == list(Tables._fields)
    for field, table in TABLE_OF.items():
        assert LIMITS[table][1] <= 1 << WIDTHS[field]


@pytest.mark.parametrize(
    ("kind", "field"), ARGUMENTS, ids=lambda value: getattr(value, "name", value)
)
def test_validate_checks_every_argument(kind: type[Operation], field: str) -> None:
    fits: dict[str, Any] = {name: (1 << WIDTHS[name]) - 1 for name in arguments_of(kind)}
    validate(kind(**fits))
    validate(kind(**(fits | {field: 0})))
    for wrong in (1 << WIDTHS[field], -1):
        with pytest.raises(ValueError, match=rf"{field}.*{WIDTHS[field]}"):
            validate(kind(**(fits | {field: wrong})))
    for wrong_type in (True, 1.0, "0x1", None):
        with pytest.raises(TypeError, match=field):
            validate(kind(**(fits | {field: wrong_type})))


def test_operations_are_values() -> None:
    operation = SignalMsi(1, 2, 3)
    assert operation == SignalMsi(target=1, address=2, data=3)
    assert len({operation, SignalMsi(1, 2, 3), SignalMsi(1, 2, 4)}) == 2
    with pytest.raises(AttributeError):
        operation.data = 4  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        operation.extra = 4  # type: ignore[attr-defined]


def test_operations_and_messages_read_well() -> None:
    operation = SignalMsiWithRid(target=3, rid=0x300, address=0x8090040, data=1)
    assert str(operation) == "signal_msi_with_rid(target=3, rid=0x300, address=0x8090040, data=0x1)"
    assert str(Message(0x10300, 0x8090040, 1)) == (
        "[devid=0x00010300, address=0x8090040, data=0x1]"
    )
