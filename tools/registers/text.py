# SPDX-License-Identifier: MIT
"""What people read: the C header's codes, the tables of docs/registers.md and the specification."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from tools.registers.description import (
    NONE,
    SPECIFICATION,
    BridgeDescription,
    Code,
    Description,
    DescriptionError,
    Operation,
)

BEGIN = "<!-- {}: generated from hdl/registers/msi_csr.rdl by `make regs`, do not edit -->\n"
END = "<!-- end of {} -->\n"

RETURNED = {"returns_true": "true", "returns_false": "false", "returns_bdf": "the number"}
"""What `returns` of a trace is, in words."""


def names(codes: Iterable[Code]) -> str:
    """Return codes by their names, one after the other."""
    return ", ".join(each.name for each in codes)


def row(*cells: object) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(map(str, cells))} |\n"


def comment(text: str) -> str:
    """Return a comment in C."""
    wrapped = textwrap.wrap(text, 97, subsequent_indent="    ")
    return "".join(f"// {line}\n" for line in wrapped)


def c_codes(prefix: str, codes: Iterable[Code], operations: Mapping[str, Operation]) -> str:
    """Return an enum as C constants, those of operations with what they take and answer."""
    lines = []
    for code in codes:
        lines.append(comment(code.text))
        operation = operations.get(code.name)
        if operation is not None:
            lines.append(comment(f"  arguments: {', '.join(operation.arguments)}"))
            lines.append(comment(f"  answers: {names(operation.answers)}"))
        lines.append(f"#define {prefix}__{code.name} {code.value}\n")
    return "".join(lines)


def c_header(
    header: str,
    name: str,
    enums: Mapping[str, Iterable[Code]],
    operations: Mapping[str, Operation] = MappingProxyType({}),
) -> str:
    """Return PeakRDL's C header of an address map with the codes of enums in it."""
    before, addrmap, after = header.partition(f"// addrmap - {name}\n")
    codes = ""
    for enum, members in enums.items():
        prefix = f"{name}__{enum}".upper()
        of = operations if enum == "operation_code" else {}
        codes += f"// enum - {enum}\n{c_codes(prefix, members, of)}\n"
    return before + codes + addrmap + after


def translator_header(header: str, description: Description) -> str:
    """Return the C header of the translator's registers and codes."""
    enums = {
        "operation_code": description.operation_codes,
        "answer": description.answers,
        "source": description.sources,
    }
    operations = {each.code.name: each for each in description.operations}
    return c_header(header, "msi_csr", enums, operations)


def bridge_header(header: str, description: BridgeDescription) -> str:
    """Return the C header of the bridge's registers and codes."""
    return c_header(header, "msi_bridge_csr", {"refusal": description.refusals})


def code_table(enum: str, codes: Iterable[Code]) -> str:
    """Return the codes of an enum as a table, for docs/registers.md."""
    lines = [f"## Codes: {enum}\n\n", row("code", "name", "meaning"), "|---|---|---|\n"]
    lines += [row(code.value, f"`{code.name}`", code.text) for code in codes]
    return "".join(lines)


def code_tables(description: Description) -> str:
    """Return the codes of the translator as tables, for docs/registers.md."""
    operations = {each.code.name: each for each in description.operations}
    lines = ["## Codes: operation_code\n\n"]
    lines.append(row("code", "name", "meaning", "arguments", "answers", "rules"))
    lines.append("|---|---|---|---|---|---|\n")
    for code in description.operation_codes:
        start = (code.value, f"`{code.name}`", code.text)
        each = operations.get(code.name)
        if each is None:
            lines.append(row(*start, "", "", ""))
        else:
            arguments = ", ".join(each.arguments)
            lines.append(row(*start, arguments, names(each.answers), each.rules))
    return "".join(lines) + "\n" + code_table("answer", description.answers)


def registers_page(
    page: str, description: Description, bridge_page: str, bridge: BridgeDescription
) -> str:
    """Return docs/registers.md: PeakRDL's pages of both address maps, each with its codes."""
    _, _, bridge_map = bridge_page.partition("-->\n")  # which says that it is generated
    return "\n".join(
        (page, code_tables(description) + bridge_map, code_table("refusal", bridge.refusals))
    )


def operations_table(description: Description) -> str:
    """Return the specification's table of operations."""
    lines = [row("operation", "what it does", "arguments", "answer", "port", "rules")]
    lines.append("|---|---|---|---|---|---|\n")
    errors = {each.name for each in description.errors}
    for each in description.operations:
        said = []
        for answer in each.answers:
            if answer.name not in errors:
                value = RETURNED.get(each.returns.get(answer.name, ""))
                said.append(answer.title + (f" (*{value}*)" if value else ""))
        lines.append(
            row(
                f"`{each.name}`",
                each.code.text,
                ", ".join(each.arguments),
                " · ".join(said),
                f"`{each.source.title}`",
                each.rules,
            )
        )
    return "".join(lines)


def answers_table(description: Description) -> str:
    """Return the specification's table of answers."""
    lines = [row("answer of §3", "code", "meaning"), "|---|---|---|\n"]
    for each in description.answers:
        if each.name != NONE:
            lines.append(row(each.title, f"`{each.name}`", each.text))
    return "".join(lines)


def specification(page: str, description: Description) -> str:
    """Return the specification with its tables of operations and answers made anew.

    Raises DescriptionError if it does not say where they are.
    """
    for name, table in {
        "operations": operations_table(description),
        "answers": answers_table(description),
    }.items():
        begin, end = BEGIN.format(name), END.format(name)
        if page.count(begin) != 1 or page.count(end) != 1:
            raise DescriptionError(
                f"{SPECIFICATION}: {name} are between these lines:\n{begin}{end}"
            )
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"
    return page
