# SPDX-License-Identifier: MIT
"""What people read: the C header's codes, the tables of docs/registers.md and the specification."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from tools.registers.description import (
    NONE,
    SPECIFICATION,
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


def c_codes(enum: str, codes: Iterable[Code], operations: dict[str, Operation]) -> str:
    """Return an enum as C constants, those of operations with what they take and answer."""
    lines = [f"// enum - {enum}\n"]
    for code in codes:
        lines.append(comment(code.text))
        operation = operations.get(code.name)
        if operation is not None:
            lines.append(comment(f"  arguments: {', '.join(operation.arguments)}"))
            lines.append(comment(f"  answers: {names(operation.answers)}"))
        lines.append(f"#define MSI_CSR__{enum.upper()}__{code.name} {code.value}\n")
    return "".join(lines) + "\n"


def c_header(header: str, description: Description) -> str:
    """Return PeakRDL's C header with the codes in it."""
    before, addrmap, after = header.partition("// addrmap - msi_csr\n")
    operations = {each.code.name: each for each in description.operations}
    codes = c_codes("operation_code", description.operation_codes, operations)
    codes += c_codes("answer", description.answers, {}) + c_codes("source", description.sources, {})
    return before + codes + addrmap + after


def code_tables(description: Description) -> str:
    """Return the codes as tables, for docs/registers.md."""
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
    lines += ["\n## Codes: answer\n\n", row("code", "name", "meaning"), "|---|---|---|\n"]
    for code in description.answers:
        lines.append(row(code.value, f"`{code.name}`", code.text))
    return "".join(lines)


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
