# SPDX-License-Identifier: MIT
"""The report of a regression as a page that stands alone, made from `regression.html.j2`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from cocotbext.msi_its.report.regression import Summary
from cocotbext.msi_its.report.terminal import closing_line
from cocotbext.msi_its.run.simulators.code_coverage import KINDS, REQUIRED
from cocotbext.msi_its.vocabulary.results import COUNTS

BUCKETS = 200
CARDS = 20
ALIKE = 20
SIMULATIONS = 500
"""How many buckets of failures are listed, how many of them with all that is known, how many
failures of one, and how many simulations, those that failed first: result.json has all of them."""


def template(name: str) -> Template:
    """Return a template of a page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment.get_template(name)


def html(summary: Summary, pictures: Sequence[str] = ()) -> str:
    """Return the report as a page that needs nothing else.

    `pictures` are timelines of the recorded traces, as SVG.
    """
    ran = sorted(summary.finished, key=lambda each: not (each.failed or each.not_run))
    return template("regression.html.j2").render(
        causes=summary.causes,
        ran=ran[:SIMULATIONS],
        limits={"buckets": BUCKETS, "cards": CARDS, "alike": ALIKE},
        summary=summary,
        pictures=[Markup(each) for each in pictures],
        groups=summary.groups.items(),
        counts=COUNTS,
        kinds=KINDS,
        required=REQUIRED,
        closing=closing_line("regress", summary),
        missing={
            kind: [(file, list(points)) for file, points in groupby(found, lambda each: each.file)]
            for kind, result in summary.code.total.items()
            if (found := result.missing)
        },
    )
