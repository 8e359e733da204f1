"""JUnit XML: a test suite for every stage, a test case for every result."""

from collections.abc import Mapping
from xml.etree import ElementTree

from mlgate.checks.explain import complete
from mlgate.checks.model import Report, Stage
from mlgate.report.words import place, safe
from mlgate.results import Result, Status

_ELEMENTS = {
    Status.INVALID: "failure",
    Status.ERROR: "error",
    Status.SKIPPED: "skipped",
    Status.SUPPRESSED: "skipped",
}


def dump(report: Report) -> str:
    """The XML document, UTF-8 when written to a file."""
    root = ElementTree.Element(
        "testsuites", {"name": "mlgate validate", **_counts({status: report.counts[status.value] for status in Status})}
    )
    for stage in report.stages:
        _suite(root, stage)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _counts(seen: Mapping[Status, int]) -> dict[str, str]:
    return {
        "tests": str(sum(seen.values())),
        "failures": str(seen.get(Status.INVALID, 0)),
        "errors": str(seen.get(Status.ERROR, 0)),
        "skipped": str(seen.get(Status.SKIPPED, 0) + seen.get(Status.SUPPRESSED, 0)),
    }


def _suite(root: ElementTree.Element, stage: Stage) -> None:
    suite = ElementTree.SubElement(root, "testsuite", {"name": stage.name, **_counts(stage.counts)})
    for result in stage.results:
        name = safe(f"{result.code} {result.subject}")
        case = ElementTree.SubElement(suite, "testcase", classname=f"validate.{stage.name}", name=name)
        if result.file:
            case.set("file", safe(result.file))
        if result.status is not Status.VALID:
            _finding(case, complete(result))


def _finding(case: ElementTree.Element, result: Result) -> None:
    accepted = f"suppressed: {result.reason}: " if result.status is Status.SUPPRESSED else ""
    element = ElementTree.SubElement(case, _ELEMENTS[result.status], message=safe(f"{accepted}{result.message}"))
    via = [f"via {step.role} {step}" for step in result.chain]
    element.text = safe("\n".join([place(result), result.message, *via, result.fix]).strip())
