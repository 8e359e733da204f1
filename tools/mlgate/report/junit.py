"""JUnit XML: a test suite for every stage, a test case for every result."""

from collections.abc import Iterable
from xml.etree import ElementTree

from mlgate.checks.model import Report, Stage
from mlgate.report.words import safe
from mlgate.results import Result, Status

_ELEMENTS = {Status.INVALID: "failure", Status.ERROR: "error", Status.SKIPPED: "skipped"}


def dump(report: Report) -> str:
    """The XML document, UTF-8 when written to a file."""
    root = ElementTree.Element("testsuites", {"name": "mlgate validate", **_counts(report.results)})
    for stage in report.stages:
        _suite(root, stage)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _counts(results: Iterable[Result]) -> dict[str, str]:
    seen = [result.status for result in results]
    return {
        "tests": str(len(seen)),
        "failures": str(seen.count(Status.INVALID)),
        "errors": str(seen.count(Status.ERROR)),
        "skipped": str(seen.count(Status.SKIPPED)),
    }


def _suite(root: ElementTree.Element, stage: Stage) -> None:
    suite = ElementTree.SubElement(root, "testsuite", {"name": stage.name, **_counts(stage.results)})
    for result in stage.results:
        name = safe(f"{result.code} {result.subject}")
        case = ElementTree.SubElement(suite, "testcase", classname=f"validate.{stage.name}", name=name)
        if result.file:
            case.set("file", safe(result.file))
        if result.status is not Status.VALID:
            element = ElementTree.SubElement(case, _ELEMENTS[result.status], message=safe(result.message))
            element.text = safe(f"{result.file}:{result.line}\n{result.message}\n{result.fix}".strip())
