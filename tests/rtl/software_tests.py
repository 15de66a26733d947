# SPDX-License-Identifier: MIT
"""What firmware and kernels do to bus numbers: the moments of docs/real-software.md, on the RTL."""

from __future__ import annotations

from cocotbext.msi_its.bench.environment import Environment, translator_test
from tests.rtl import moments
from tests.rtl.scenario import play

KIND = "directed"


async def _play(env: Environment, moment: moments.Moment) -> None:
    await play(env, *moment(env.settings.configuration.profile))


@translator_test()
async def edk2_writes_secondary_before_subordinate(env: Environment) -> None:
    """Two writes a bridge: 16 bits of primary and secondary, then 8 of subordinate."""
    await _play(env, moments.edk2_writes_secondary_before_subordinate)


@translator_test()
async def a_scan_opens_the_port_to_the_last_bus(env: Environment) -> None:
    """While the buses behind are counted, any bus from secondary on passes; then only their own."""
    await _play(env, moments.a_scan_opens_the_port_to_the_last_bus)


@translator_test()
async def linux_rescans_a_bus_in_use(env: Environment) -> None:
    """All ports of a bus go to 0/0, each with one write, and then back, each with one write."""
    await _play(env, moments.linux_rescans_a_bus_in_use)


@translator_test()
async def a_vector_unmasked_while_the_port_is_zero_stays_at_bus_zero(env: Environment) -> None:
    """`enable` fixes the DeviceID; when the numbers are back, the route still has that of bus 0."""
    await _play(env, moments.a_vector_unmasked_while_the_port_is_zero_stays_at_bus_zero)


@translator_test()
async def seabios_closes_ports_with_an_inverted_range(env: Environment) -> None:
    """All ports of a bus get secondary FF, then subordinate 0; then each is opened and counted."""
    await _play(env, moments.seabios_closes_ports_with_an_inverted_range)


@translator_test()
async def coreboot_clears_secondary_first(env: Environment) -> None:
    """With secondary cleared and subordinate as it was, all buses of the ports before pass, too."""
    await _play(env, moments.coreboot_clears_secondary_first)


@translator_test()
async def hot_plug_uses_the_reserve(env: Environment) -> None:
    """A switch takes numbers that its port has in reserve, and the port is not written."""
    await _play(env, moments.hot_plug_uses_the_reserve)


@translator_test()
async def virtual_functions_carry_into_the_next_bus(env: Environment) -> None:
    """First VF Offset 0x80, VF Stride 2: function 63 is 05:fe, function 64 is 06:00.0."""
    await _play(env, moments.virtual_functions_carry_into_the_next_bus)


@translator_test()
async def a_port_is_renumbered_under_traffic(env: Environment) -> None:
    """Up, from 6..6 to 8..9, and down again, a byte a write; an endpoint keeps its number."""
    await _play(env, moments.a_port_is_renumbered_under_traffic)


@translator_test()
async def two_ports_claim_one_bus(env: Environment) -> None:
    """A device behind the one sends to the bit what one behind the other sends."""
    await _play(env, moments.two_ports_claim_one_bus)


@translator_test()
async def a_route_keeps_the_bus_that_another_port_gets(env: Environment) -> None:
    """A route enabled before speaks as the other port's device, though no ranges intersect."""
    await _play(env, moments.a_route_keeps_the_bus_that_another_port_gets)


@translator_test()
async def a_port_at_zero_speaks_for_bus_zero(env: Environment) -> None:
    """Before it has numbers, and in each rescan, a port shares bus 0 with the root complex."""
    await _play(env, moments.a_port_at_zero_speaks_for_bus_zero)
