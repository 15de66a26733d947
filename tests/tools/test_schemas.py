# SPDX-License-Identifier: MIT
"""The JSON Schemas of the result files; tests of each command hold its file against them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from cocotbext.msi_its.report.files import Design, Sim
from cocotbext.msi_its.vocabulary.results import Drop, Mismatch, TestResult
from tests.schemas import valid
from tools import schemas
from tools.generated import stale
from tools.schemas import FOLDER, files, generate, name_of
from tools.synth import Synth


def test_they_are_what_the_types_give() -> None:
    assert not stale(files()), "docs/schemas is not what the types give: run `make regs`"
    assert {path.name for path in FOLDER.iterdir()} == set(generate())


def test_they_are_schemas() -> None:
    for name, text in generate().items():
        schema = json.loads(text)
        Draft202012Validator.check_schema(schema)
        (said,) = schema["$defs"][schema["$ref"].rpartition("/")[2]]["properties"]["schema"]["enum"]
        assert said == f"msi-its/{name.removesuffix('.json')}/1"
    assert name_of(Synth) == "synth"


def test_one_that_is_out_of_date_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schemas, "ROOT", tmp_path)
    monkeypatch.setattr(schemas, "FOLDER", tmp_path / "schemas")
    assert schemas.main([]) == 0 and schemas.main(["--check"]) == 0
    (tmp_path / "schemas/sim.json").write_text("{}")
    capsys.readouterr()
    assert schemas.main(["--check"]) == 1
    assert (
        capsys.readouterr().err == "schemas/sim.json: is not what its type gives; run `make regs`\n"
    )


CHANGES: tuple[Callable[[Any], object], ...] = (
    lambda read: read.pop("seed"),
    lambda read: read["tests"]["c"][0].update(operations="3"),
    lambda read: read["tests"]["c"][0]["drops"][0].pop("answer"),
)


def test_a_file_that_does_not_keep_to_its_schema_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    drop = Drop(3, None, "signal_msi", "signal_msi(target=0)", "DROPPED_BUS_RANGE")
    test = TestResult(
        *("a.b", True, 1.0),
        drops=(drop,),
        reports=(Mismatch("model", 1, 2, "any text: \udc80"),),
        coverage={"wait": {"s_msi / 0 cycles": 2}},
    )
    design = Design("a", "b", [])
    made = Sim(seed=1, profile="x", rtl=design, passed=True, interrupted=False, tests={"c": [test]})
    made.write(path)
    read = valid(path)
    assert read["tests"]["c"][0]["reports"][0]["text"] == "any text: \udc80"
    for change in CHANGES:
        read = valid(path)
        change(read)
        broken = tmp_path / "broken.json"
        broken.write_text(json.dumps(read))
        with pytest.raises(ValidationError):
            valid(broken)
