"""JUnit XML is well-formed whatever a message holds, and its counts are true."""

from xml.etree import ElementTree

from mlgate.checks.model import Report
from mlgate.report import junit
from trees.reports import BROKEN, CLEAN


def parsed(report: Report) -> ElementTree.Element:
    return ElementTree.fromstring(junit.dump(report).encode())  # noqa: S314 - our own document


def test_every_result_is_a_case_and_every_finding_an_element() -> None:
    root = parsed(BROKEN)
    assert root.attrib == {"name": "mlgate validate", "tests": "5", "failures": "1", "errors": "1", "skipped": "2"}
    cases = root.findall("testsuite[@name='schema']/testcase")
    assert [[child.tag for child in case] for case in cases] == [[], ["failure"], ["error"], ["skipped"], ["skipped"]]


def test_text_survives_and_what_xml_cannot_hold_is_replaced() -> None:
    failure = parsed(BROKEN).find(".//failure")
    assert failure is not None
    assert "<&>\"'" in failure.attrib["message"]
    assert "\ufffd" in failure.attrib["message"]
    assert "base/cicd/tasks/clone.yaml:7" in (failure.text or "")


def test_a_clean_report_has_cases_but_no_failures() -> None:
    root = parsed(CLEAN)
    assert root.attrib["tests"] == "2"
    assert root.findall(".//failure") == root.findall(".//error") == []
