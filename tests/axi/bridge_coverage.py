# SPDX-License-Identifier: MIT
"""Functional coverage of the bridge: what its checker has seen, in bins, and which there are."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from msi_its_model import AxiBurst, AxiResponse
from tests.axi.monitors import Address

DEPTHS = (0, 1, 2, 4, 8, 16, 32, 64, 128)
"""Where bins of depths begin."""

REFUSALS = ("BURST", "OFFSET", "STROBES", "READ", "SOURCE")


def access(kind: str, address: Address, width: int, in_page: bool) -> str:
    """Return the bin of an access, a `kind` of read or write, on a bus of `width` bits."""
    burst = AxiBurst(address.burst).name
    if in_page:
        return f"{kind} of the page, {burst}"
    size = "full" if 8 << address.size == width else "narrow"
    aligned = "unaligned" if address.addr % (1 << address.size) else "aligned"
    return f"{kind}, {burst}, {size}, {aligned}"


def depth(writes: int) -> str:
    """Return the bin of a message that is taken while so many writes have no response."""
    return f"message behind {max(low for low in DEPTHS if low <= writes)} or more writes"


def response(kind: str, code: int) -> str:
    """Return the bin of a response to a kind of access."""
    return f"{kind}: {AxiResponse(code).name}"


def bins(outstanding: int) -> set[str]:
    """Return all bins there are with so many writes outstanding at most."""
    found: set[str] = set()
    for kind, burst in product(("write", "read"), AxiBurst):
        found.add(f"{kind} of the page, {burst.name}")
        for size, aligned in product(("narrow", "full"), ("aligned", "unaligned")):
            if burst is not AxiBurst.WRAP or aligned == "aligned":
                found.add(f"{kind}, {burst.name}, {size}, {aligned}")
    found |= {depth(low) for low in DEPTHS if low < outstanding}
    kinds = ("write", "read", "message")
    found |= {response(kind, code) for kind, code in product(kinds, AxiResponse)}
    return found | {f"refused {why}" for why in REFUSALS} | {"flushes", "of routes", "strays"}


def missing(seen: Iterable[str], outstanding: int) -> list[str]:
    """Return the bins that are not among those seen."""
    return sorted(bins(outstanding) - set(seen))
