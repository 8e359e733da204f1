"""JSON for programs follows its own published schema."""

import json
from pathlib import Path

import jsonschema
import pytest

from mlgate.checks.model import Report
from mlgate.report import jsonfmt
from trees.reports import BROKEN, CLEAN, EMPTY

SCHEMA = json.loads((Path(__file__).parents[1] / "docs" / "report.schema.json").read_text())


@pytest.mark.parametrize("report", [CLEAN, BROKEN, EMPTY], ids=["clean", "broken", "empty"])
def test_the_document_fits_its_schema(report: Report) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(jsonfmt.dump(report)), SCHEMA)


def test_counts_say_what_was_found() -> None:
    document = json.loads(jsonfmt.dump(BROKEN))
    assert document["counts"] == {"valid": 1, "invalid": 1, "error": 1, "skipped": 1, "suppressed": 1}
    assert document["passed"] is False
    assert document["checks"] == 5


def test_the_schema_is_closed() -> None:
    document = {**json.loads(jsonfmt.dump(CLEAN)), "more": 1}
    with pytest.raises(jsonschema.ValidationError, match="more"):
        jsonschema.validate(document, SCHEMA)
