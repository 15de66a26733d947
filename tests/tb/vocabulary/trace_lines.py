# SPDX-License-Identifier: MIT
"""Lines of traces: a good one, and those that are refused, with what the refusal says."""

from __future__ import annotations

import json

GOOD = '{"op": "signal_msi", "target": 1, "address": 2, "data": 3}'

# Each: the third line of a file, the field, and words of the reason.
REFUSED_LINES: list[tuple[str, str | None, list[str]]] = [
    # not JSON, or not an object
    ("", None, ["blank"]),
    (" \t", None, ["blank"]),
    ("signal_msi 1 2 3", None, ["not JSON", "column 1", "one JSON object a line"]),
    (GOOD[:-1], None, ["not JSON", "column 58"]),
    (GOOD.replace("1,", "1"), None, ["not JSON", "delimiter", "column 34"]),
    (GOOD.replace('"', "'"), None, ["not JSON", "column 2"]),
    (GOOD + GOOD, None, ["more follows", "column 59"]),
    (GOOD + ",", None, ["more follows", "column 59"]),
    ("[" + GOOD + "]", None, ["expected a JSON object", "an array"]),
    ("3", None, ["expected a JSON object", "3"]),
    ("null", None, ["expected a JSON object", "null"]),
    ('"op"', None, ["expected a JSON object", '"op"']),
    ("\ufeff" + GOOD, None, ["byte-order mark"]),
    ("[" * 100_000, None, ["not usable JSON"]),
    ('{"op": ' + "9" * 5000 + "}", None, ["not usable JSON", "4300"]),
    # the operation
    ("{}", "op", ["missing"]),
    (GOOD.replace("op", "operation"), "op", ["missing"]),
    (GOOD.replace("signal_msi", "signal_mis"), "op", ['"signal_mis"', 'mean "signal_msi"']),
    (GOOD.replace("signal_msi", "SIGNAL_MSI"), "op", ["unknown", "set_bus_range, connect,"]),
    (GOOD.replace("signal_msi", "reset"), "op", ["unknown", '"reset"', "there are set_bus_range"]),
    (GOOD.replace("signal_msi", ""), "op", ["unknown", '""']),
    (GOOD.replace('"signal_msi"', "6"), "op", ["expected the name", "6"]),
    (GOOD.replace('"signal_msi"', "null"), "op", ["expected the name", "null"]),
    (GOOD.replace('"signal_msi"', "[]"), "op", ["expected the name", "an array"]),
    # the fields there are
    ('{"op": "signal_msi", "target": 1, "data": 3}', "address", ["missing", "target, address"]),
    ('{"op": "disable"}', "route", ["missing", "disable needs route"]),
    (GOOD.replace("address", "adress"), "adress", ["no such field", 'mean "address"']),
    (GOOD.replace("}", ', "rid": 3}'), "rid", ["signal_msi has no such field", "target, address"]),
    (GOOD.replace("}", ', "t_ms": 3}'), "t_ms", ["no such field", 'mean "t_us"']),
    (GOOD.replace("}", ', "\\ud800": 3}'), "\\ud800", ["no such field"]),
    (GOOD.replace("}", ', "data": 3}'), "data", ["given twice"]),
    (GOOD.replace("}", ', "data" : 3}'), "data", ["given twice"]),
    (GOOD.replace("}", ', "d\\u0061ta": 3}'), "data", ["given twice"]),
    (GOOD.replace("}", ', "note": "a", "note": "b"}'), "note", ["given twice"]),
    (GOOD.replace("}", ', "expect": {"warnings": 0, "warnings": 1}}'), "warnings", ["twice"]),
    (GOOD.replace("}", ', "expect": {}, "expect": {"warnings": 0}}'), "expect", ["twice"]),
    # integers
    (GOOD.replace("3", "true"), "data", ["expected an integer", "true"]),
    (GOOD.replace("3", "3.0"), "data", ["expected an integer", "3.0"]),
    (GOOD.replace("3", "3e0"), "data", ["expected an integer", "3.0"]),
    (GOOD.replace("3", "NaN"), "data", ["expected an integer", "NaN"]),
    (GOOD.replace("3", "null"), "data", ["expected an integer", "null"]),
    (GOOD.replace("3", "[3]"), "data", ["expected an integer", "an array"]),
    (GOOD.replace("3", '{"a": 3}'), "data", ["expected an integer", "an object"]),
    *(
        (GOOD.replace("3", json.dumps(text)), "data", ["is not an integer", '"0x300"'])
        for text in ("3", "0x", "x3", "0X3", "0x3 ", " 0x3", "-0x3", "+0x3", "0x_3", "0xg", "", "٣")
    ),
    (GOOD.replace("3", '"0x\\u0663"'), "data", ["is not an integer"]),
    (GOOD.replace("3", "-1"), "data", ["-1 does not fit in 32 bits", "0xffffffff"]),
    (GOOD.replace("3", "4294967296"), "data", ["4294967296 does not fit in 32 bits"]),
    (GOOD.replace("3", '"0x100000000"'), "data", ['"0x100000000" does not fit in 32 bits']),
    (GOOD.replace("2", "18446744073709551616"), "address", ["does not fit in 64 bits"]),
    (GOOD.replace("3", '"0x' + "f" * 5000 + '"'), "data", ["ffff… does not fit in 32 bits"]),
    (
        '{"op": "set_bus_range", "range": 0, "secondary": 256, "subordinate": 0}',
        "secondary",
        ["256 does not fit in 8 bits (0 to 0xff)"],
    ),
    (
        '{"op": "set_bus_range", "range": 0, "secondary": 0, "subordinate": 256}',
        "subordinate",
        ["8 bits"],
    ),
    ('{"op": "connect", "connection": 0, "segment": 65536}', "segment", ["16 bits"]),
    (
        '{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "devfn": 256}',
        "devfn",
        ["8 bits"],
    ),
    (
        '{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "rid_offset": 65536}',
        "rid_offset",
        ["16 bits"],
    ),
    (
        '{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "rid": 65536}',
        "rid",
        ["16 bits"],
    ),
    (
        '{"op": "bind_target", "target": 0, "connection": 0, "range": 0}',
        "devfn",
        ["missing", "target, connection, range and one of devfn, rid_offset, rid"],
    ),
    (
        '{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "devfn": 1, "rid": 1}',
        "rid",
        ["given beside devfn", "one of devfn, rid_offset, rid"],
    ),
    (
        '{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "rid": 1, '
        '"rid_offset": 1}',
        "rid",
        ["given beside rid_offset"],
    ),
    ('{"op": "connect", "connection": 0}', "segment", ["connection and one of segment, devid_b"]),
    (
        '{"op": "connect", "connection": 0, "devid_base": 65536, "segment": 1}',
        "devid_base",
        ["given beside segment"],
    ),
    (
        '{"op": "connect_irqfd", "connection": 0, "devid_base": 4294967296}',
        "devid_base",
        ["32 bits"],
    ),
    ('{"op": "disconnect", "connection": 0, "segment": 1}', "segment", ["no such field"]),
    (
        '{"op": "signal_msi_with_rid", "target": 0, "rid": 65536, "address": 0, "data": 0}',
        "rid",
        ["16 bits"],
    ),
    # indices
    ('{"op": "disconnect", "connection": 256}', "connection", ["256", "connections", "0 to 255"]),
    (
        '{"op": "set_bus_range", "range": 256, "secondary": 0, "subordinate": 0}',
        "range",
        ["ranges", "0 to 255"],
    ),
    (GOOD.replace("1", "1024"), "target", ["1024 is beyond the largest targets table (0 to 1023)"]),
    (GOOD.replace("1", "-1"), "target", ["-1", "0 to 1023"]),
    ('{"op": "disable", "route": 2048}', "route", ["routes", "0 to 2047"]),
    ('{"op": "disable", "route": "0x800"}', "route", ["routes", "0 to 2047"]),
    # what is optional
    (GOOD.replace("}", ', "note": 3}'), "note", ["expected a string", "3"]),
    (GOOD.replace("}", ', "note": null}'), "note", ["expected a string", "null"]),
    (GOOD.replace("}", ', "t_us": -1.5}'), "t_us", ["-1.5", "is no time"]),
    (GOOD.replace("}", ', "t_us": 1e999}'), "t_us", ["Infinity", "is no time"]),
    (GOOD.replace("}", ', "t_us": NaN}'), "t_us", ["NaN", "is no time"]),
    (GOOD.replace("}", ', "X_mine": 3}'), "X_mine", ["no such field", "x_ for your own"]),
    (GOOD.replace("}", ', "x_mine": {"a": 1, "a": 2}}'), "a", ["given twice"]),
    ('{"format": "msi-trace", "version": 1}', "format", ["first line of a file"]),
    (GOOD.replace("}", ', "t_us": null}'), "t_us", ["expected an integer", "null"]),
    (GOOD.replace("}", ', "t_us": -1}'), "t_us", ["-1", "64 bits"]),
]

# The same for what `expect` of the third line holds; its operation is `signal_msi`.
REFUSED_EXPECTATIONS: list[tuple[str, str, list[str]]] = [
    ("null", "expect", ["expected an object", "null"]),
    ("[]", "expect", ["expected an object", "an array"]),
    ("0", "expect", ["expected an object", "0"]),
    ('{"message": []}', "expect.message", ["no such field", 'mean "messages"']),
    ('{"zzz": 0}', "expect.zzz", ["no such field", "messages, returns, warnings"]),
    ('{"messages": null}', "expect.messages", ["expected an array", "null"]),
    ('{"messages": {}}', "expect.messages", ["expected an array", "an object"]),
    ('{"messages": [1, 2, 3]}', "expect.messages[0]", ["[devid, address, data]", "1"]),
    ('{"messages": [[1, 2]]}', "expect.messages[0]", ["[devid, address, data]", "2 values"]),
    ('{"messages": [[1, 2, 3], [1, 2, 3, 4]]}', "expect.messages[1]", ["4 values"]),
    ('{"messages": [[null, 2, 3]]}', "expect.messages[0].devid", ["expected an integer", "null"]),
    ('{"messages": [[1, true, 3]]}', "expect.messages[0].address", ["expected an integer", "true"]),
    ('{"messages": [[1, 2, 3.5]]}', "expect.messages[0].data", ["expected an integer", "3.5"]),
    ('{"messages": [[4294967296, 2, 3]]}', "expect.messages[0].devid", ["32 bits"]),
    ('{"messages": [[1, 18446744073709551616, 3]]}', "expect.messages[0].address", ["64 bits"]),
    ('{"messages": [[1, 2, -1]]}', "expect.messages[0].data", ["32 bits"]),
    ('{"messages": [[1, 2, "z"]]}', "expect.messages[0].data", ['"z" is not an integer']),
    ('{"warnings": -1}', "expect.warnings", ["-1"]),
    ('{"warnings": false}', "expect.warnings", ["expected an integer", "false"]),
    ('{"warnings": null}', "expect.warnings", ["expected an integer", "null"]),
    ('{"returns": true}', "expect.returns", ["signal_msi returns null", "true"]),
    ('{"returns": 0}', "expect.returns", ["signal_msi returns null", "0"]),
]
REFUSED_LINES += [
    (GOOD.replace("}", f', "expect": {expect}}}'), field, words)
    for expect, field, words in REFUSED_EXPECTATIONS
]
REFUSED_LINES += [
    (f'{{"op": {operation}, "expect": {{"returns": {returns}}}}}', "expect.returns", words)
    for operation, returns, words in [
        ('"new_route", "route": 0, "target": 0', "1", ["new_route returns true or false", "got 1"]),
        ('"consume_pending", "route": 0', "0", ["true or false, or null"]),
        ('"supports_direct_msi", "target": 0', '"yes"', ["true or false", '"yes"']),
        ('"default_bdf", "target": 0', "true", ["expected an integer", "true"]),
        ('"default_bdf", "target": 0', "65536", ["16 bits"]),
        ('"default_bdf", "target": 0', "[5]", ["expected an integer", "an array"]),
    ]
]
