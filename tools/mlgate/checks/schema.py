"""Stage 4: every object against the strict schema of its kind, by one kubeconform process.

Files, never stdin: kubeconform reads large standard input with a data race. A schema that is missing or
does not compile is an error, and every object handed over must come back with an answer.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgate.checks import catalogue
from mlgate.checks.locate import Locator
from mlgate.checks.model import Object, Rendered, subject
from mlgate.errors import ToolFailed
from mlgate.process import Tool
from mlgate.repo import Repo
from mlgate.results import Result, Status

_KUBECONFORM = Tool("kubeconform", accept=(0, 1))


@dataclass(frozen=True, slots=True)
class _Document:
    """One object as it is handed over, and the way back to its source."""

    obj: Object
    locator: Locator

    def valid(self) -> Result:
        return Result(code="MG231", check="schema", subject=subject(self.obj), status=Status.VALID)

    def invalid(self, path: str, words: str) -> Result:
        return self._finding("MG231", Status.INVALID, f"{path}: {words}" if path else words, path)

    def error(self, code: str, message: str) -> Result:
        return self._finding(code, Status.ERROR, message, "")

    def _finding(self, code: str, status: Status, message: str, path: str) -> Result:
        place = self.locator.find(self.obj, path)
        return Result(
            code=code,
            check="schema",
            subject=subject(self.obj),
            status=status,
            message=" ".join(message.split()),
            file=place.file,
            line=place.line,
        )


def check(repo: Repo, rendered: Sequence[Rendered]) -> list[Result]:
    """MG231 does not fit its schema, MG232 no schema, MG233 not checkable, MG234 not exactly one answer."""
    documents = [
        _Document(obj, locator) for one in rendered for locator in [Locator(repo, one.build)] for obj in one.objects
    ]
    if not documents:
        return []
    with tempfile.TemporaryDirectory(prefix="mlgate-schema-") as folder:
        answers = _kubeconform(Path(folder), documents)
    return match(documents, answers)


def _kubeconform(folder: Path, documents: Sequence[_Document]) -> list[dict[str, Any]]:
    objects = folder / "objects"
    objects.mkdir()
    for number, document in enumerate(documents):
        # default: YAML reads an unquoted date as one; Kubernetes sees text.
        (objects / f"{number:06}.json").write_text(json.dumps(document.obj, default=str))
    args = ["-strict", "-verbose", "-output", "json", "-n", "2"]
    for location in catalogue.locations([document.obj for document in documents], folder / "schemas"):
        args += ["-schema-location", location]
    done = _KUBECONFORM.run([*args, str(objects)], timeout_s=300)
    try:
        return list(json.loads(done.stdout)["resources"])
    except (ValueError, KeyError, TypeError):
        raise ToolFailed(f"kubeconform gave no report: {(done.stderr or done.stdout)[:500]}") from None


def match(documents: Sequence[_Document], answers: Sequence[dict[str, Any]]) -> list[Result]:
    """Results in the order of ``documents``; an answer belongs to the document whose number its file is called by."""
    by_number: dict[int, list[dict[str, Any]]] = {}
    for answer in answers:
        by_number.setdefault(int(Path(str(answer.get("filename"))).stem), []).append(answer)
    return [result for number, document in enumerate(documents) for result in _one(document, by_number.get(number, []))]


def _one(document: _Document, answers: Sequence[dict[str, Any]]) -> list[Result]:
    if len(answers) != 1:
        return [document.error("MG234", f"kubeconform gave {len(answers)} answers for one object")]
    answer = answers[0]
    words = str(answer.get("msg") or "")
    match answer.get("status"):
        case "statusValid":
            return [document.valid()]
        case "statusInvalid":
            errors = answer.get("validationErrors") or [{"msg": words}]
            return [document.invalid(str(each.get("path") or ""), str(each.get("msg"))) for each in errors]
    if "could not find schema" in words:
        kind = f"{document.obj.get('apiVersion')} {document.obj.get('kind')}"
        return [document.error("MG232", f"there is no schema for {kind}, so it was not checked")]
    return [document.error("MG233", words or f"kubeconform said {answer.get('status')}")]
