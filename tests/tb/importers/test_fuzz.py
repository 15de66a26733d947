# SPDX-License-Identifier: MIT
"""A short run of the fuzzer, and proof that it would find something."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocotbext.msi_its.importers.qemu import Qemu
from tests.tb.importers import fuzz


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**63))
def test_no_log_makes_an_importer_fail(number: int) -> None:
    fuzz.run(number)


def test_the_fuzzer_finds_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(self: Qemu, *arguments: object) -> None:
        raise KeyError("a value that was not thought of")

    monkeypatch.setattr(Qemu, "_numbers", careless)
    with pytest.raises(KeyError):
        for number in range(2000):
            fuzz.run(number)
