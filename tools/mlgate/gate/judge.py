"""Verdicts by conftest, on exactly the input that Gatekeeper would give to the same Rego."""

import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgate.errors import ToolFailed
from mlgate.process import Tool

_CONFTEST = Tool("conftest", accept=(0, 1))
ACCURACY_RULE = "model_accuracy"
RELEASE_RULE = "model_release"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rule's answer: ``reasons`` is empty exactly when the object is allowed."""

    reasons: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Case:
    """One object, the parameters of the constraint that it is judged by, and the reports around it."""

    subject: Mapping[str, Any]
    parameters: Mapping[str, Any]


def parameters_of(constraint: Mapping[str, Any]) -> Mapping[str, Any]:
    """``spec.parameters`` of a constraint; empty when it has none, which the rule then denies."""
    spec = constraint.get("spec")
    found = spec.get("parameters") if isinstance(spec, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def judge(policy: Path, report: Mapping[str, Any], constraint: Mapping[str, Any]) -> Verdict:
    """Is this ModelAccuracy good enough? ``policy`` is the repository's folder of rules."""
    return judge_all(policy, ACCURACY_RULE, [Case(report, parameters_of(constraint))])[0]


def judge_release(
    policy: Path,
    server: Mapping[str, Any],
    reports: Sequence[Mapping[str, Any]],
    constraint: Mapping[str, Any],
) -> Verdict:
    """May this object, which may serve a model, be admitted beside ``reports`` (ModelAccuracies with namespaces)?"""
    case = Case(server, parameters_of(constraint))
    return judge_all(policy, RELEASE_RULE, [case], inventory(reports))[0]


def inventory(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Reports in the shape of Gatekeeper's ``data.inventory``."""
    namespaces: dict[str, Any] = {}
    for report in reports:
        meta = report["metadata"]
        kinds = namespaces.setdefault(meta["namespace"], {}).setdefault(report["apiVersion"], {})
        kinds.setdefault(report["kind"], {})[meta["name"]] = report
    return {"namespace": namespaces}


def judge_all(policy: Path, rule: str, cases: Sequence[Case], known: Mapping[str, Any] | None = None) -> list[Verdict]:
    """One verdict per case, in order, from one conftest process.

    What JSON cannot say (NaN, infinity, a number beyond 64-bit floats) is denied before conftest sees it. Raises
    ``ToolFailed`` when conftest judged fewer documents than it was given or found no rule to judge by.
    """
    texts = [_document(case) for case in cases]
    with tempfile.TemporaryDirectory(prefix="mlgate-gate-") as folder:
        files = {index: Path(folder) / f"{index:06d}.json" for index, text in enumerate(texts) if text}
        for index, path in files.items():
            path.write_text(texts[index])
        data = Path(folder) / "data"
        data.mkdir()
        (data / "inventory.json").write_text(json.dumps({"inventory": known or {}}))
        answers = _conftest(policy, rule, Path(folder), data) if files else {}
    unreadable = Verdict(("report or policy holds a number that cannot be compared: NaN, infinity or too large",))
    return [_verdict(answers, files[i], rule) if i in files else unreadable for i in range(len(cases))]


def _document(case: Case) -> str:
    wrapped = {"review": {"object": case.subject}, "parameters": case.parameters}
    try:
        text = json.dumps(wrapped, allow_nan=False)
        json.loads(text, parse_int=_finite)  # conftest reads numbers as 64-bit floats and stops at one that overflows
    except (ValueError, TypeError, OverflowError, RecursionError):
        return ""
    return text


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise OverflowError(digits[:20])
    return number


def _conftest(policy: Path, rule: str, folder: Path, data: Path) -> dict[str, Any]:
    args = ["test", "--policy", str(policy), "--namespace", rule, "--data", str(data), "--output", "json"]
    # Only the numbered files of the folder itself: the data file must not be judged.
    done = _CONFTEST.run([*args, "--ignore", "/data/", str(folder)], timeout_s=300)
    try:
        answers = json.loads(done.stdout)
    except ValueError:
        raise ToolFailed(f"conftest gave no verdict: {(done.stderr or done.stdout).strip()[:500]}") from None
    return {Path(answer["filename"]).name: answer for answer in answers or []}


def _verdict(answers: Mapping[str, Any], path: Path, rule: str) -> Verdict:
    answer = answers.get(path.name)
    if answer is None:
        raise ToolFailed(f"conftest returned no verdict for a document it was given (rule {rule})")
    failures = answer.get("failures") or []
    if not failures and not answer.get("successes"):
        raise ToolFailed(f"conftest found no rule named violation in package {rule}: nothing was judged")
    return Verdict(tuple(sorted(str(failure["msg"]) for failure in failures)))
