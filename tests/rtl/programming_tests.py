# SPDX-License-Identifier: MIT
"""Software and the registers: the worked example of docs/programming.md, and every register."""

from __future__ import annotations

from cocotbext.msi_its.bench.environment import Environment, translator_test
from cocotbext.msi_its.bench.stimulus import RandomOperations
from cocotbext.msi_its.checks.register_model import VERSION
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Answer, OperationCode
from cocotbext.msi_its.vocabulary.fields import ALL_ADDRESSES, ARGUMENT_REGISTERS, get_field
from cocotbext.msi_its.vocabulary.operations import SignalEvent, SignalMsi
from tests.rtl.scenario import does, play

KIND = "directed"


@translator_test()
async def one_port_one_route(env: Environment) -> None:
    """Root port 3 of segment 1, and route 7 of the function 11:00.0 behind it."""
    registers = env.registers

    async def command(code: OperationCode) -> int:
        await registers.write(csr.COMMAND, code)
        await registers.finish()
        return get_field(csr.RESULT, "answer", await registers.read(csr.RESULT))

    await registers.write(csr.ARG_RANGE, 0x0001_0003)
    await registers.write(csr.ARG_RID, 0x0001_0000)
    assert await command(OperationCode.CONNECT) == Answer.OK
    assert await command(OperationCode.CONNECT_IRQFD) == Answer.OK
    await registers.write(csr.ARG_BUS, 0x0018_1F10)
    assert await command(OperationCode.SET_BUS_RANGE) == Answer.OK
    await registers.write(csr.ARG_TARGET, 0x0007_0003)
    assert await command(OperationCode.BIND_TARGET) == Answer.OK
    assert await command(OperationCode.NEW_ROUTE) == Answer.OK
    await registers.write(csr.ARG_RID, 0x0001_1100)
    await registers.write(csr.ARG_ADDRESS_LOW, 0x0809_0040)
    await registers.write(csr.ARG_ADDRESS_HIGH, 0)
    await registers.write(csr.ARG_DATA, 5)
    assert await command(OperationCode.ENABLE_WITH_RID) == Answer.OK
    await play(env, does(SignalEvent(7), (0x0001_1100, 0x0809_0040, 5)))


@translator_test()
async def every_writable_register_reads_back(env: Environment) -> None:
    """ARG registers keep what is written, byte by byte; identity and version are constant."""
    registers = env.registers
    assert await registers.read(csr.IDENTITY) == 0x4D53_4954
    assert await registers.read(csr.VERSION) == VERSION
    written = {}
    for register in ARGUMENT_REGISTERS:
        written[register.offset] = env.rng.randrange(1, 2**32)
        await registers.write(register, written[register.offset])
    for register in ARGUMENT_REGISTERS:
        fields = (2 ** (high - low + 1) - 1 << low for high, low in register.fields.values())
        assert await registers.read(register) == written[register.offset] & sum(fields)
    await registers.write_bytes(csr.ARG_DATA.offset + 1, b"\x5a")
    data = written[csr.ARG_DATA.offset]
    assert await registers.read(csr.ARG_DATA) == data & ~0xFF00 | 0x5A00
    await registers.write(csr.TABLES_0, 0)
    assert await registers.read(csr.TABLES_0) != 0


@translator_test()
async def every_address_reads_right_whatever_the_others_hold(env: Environment) -> None:
    """Give all registers that can change something else to hold, and read all of them; often."""
    registers = env.registers
    operations = RandomOperations(env.rng, env.tables, illegal=4, configuration=env.configuration)
    for _ in range(8):
        for _ in range(4):
            await registers.execute(operations.command())
        await registers.write(csr.COMMAND, OperationCode.NONE)
        for register in ARGUMENT_REGISTERS:
            await registers.write(register, env.rng.getrandbits(32))
        for word in ALL_ADDRESSES:
            await registers.read(word)


@translator_test()
async def bytes_without_a_strobe_are_not_written(env: Environment) -> None:
    """Flags that are cleared by writing 1 stay; so do the other bytes of ARG registers."""
    registers = env.registers
    await env.execute(SignalMsi(0, 0x0809_0040, 1))  # dropped: nothing is connected
    await registers.write(csr.COMMAND, OperationCode.NONE)
    refused = 1 << csr.STATUS.fields["refused"].low
    for _ in range(8):
        for byte in (1, 2, 3):
            for flag in (csr.STATUS, csr.ALERT, csr.COMMAND):
                await registers.write_bytes(flag.offset + byte, b"\xff")
        assert await registers.read(csr.STATUS) & refused
        assert env.dut.alert.value
        for register in ARGUMENT_REGISTERS:
            byte = env.rng.randrange(4)
            await registers.write_bytes(register.offset + byte, env.rng.randbytes(1))
        for register in ARGUMENT_REGISTERS:
            await registers.read(register)
