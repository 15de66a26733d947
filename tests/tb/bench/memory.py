# SPDX-License-Identifier: MIT
"""Ports without a simulation: memory that `cocotbext.msi_its.bench.ports.memory` reads."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import pytest

from cocotbext.msi_its.bench.ports import memory as signals


class Memory:
    """Holds the values of some ports, as a simulation does: small ones first."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, bits: dict[str, int]) -> None:
        """Hold ports of these widths in bits."""
        types = {8: ctypes.c_uint8, 16: ctypes.c_uint16, 32: ctypes.c_uint32, 64: ctypes.c_uint64}
        widths = sorted(bits.items(), key=lambda each: each[1])
        fields: list[tuple[str, Any]] = []
        for name, width in widths:
            fields += [(f"before_{name}", ctypes.c_uint8), (name, types[width])]
        layout = type("Layout", (ctypes.Structure,), {"_fields_": fields})
        self._held = layout()
        monkeypatch.setattr(signals, "_locate", lambda: self._locate)
        self.bus: Any = SimpleNamespace(**{name: SimpleNamespace(_name=name) for name in bits})

    def _locate(self, name: bytes, size: Any) -> int | None:
        field = getattr(type(self._held), name.decode(), None)
        if field is None:
            return None
        size._obj.value = field.size
        return int(ctypes.addressof(self._held) + field.offset)

    def set(self, **values: int) -> None:
        """Give some ports values."""
        for name, value in values.items():
            setattr(self._held, name, value)
            setattr(self._held, f"before_{name}", 0xA5)
