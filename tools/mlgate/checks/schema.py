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

from mlgate import schemas
from mlgate.checks.locate import Locator
from mlgate.checks.model import Object, Rendered, subject
from mlgate.errors import ToolFailed
from mlgate.process import Tool
from mlgate.repo import Repo
from mlgate.results import Result, Status

_KUBECONFORM = Tool("kubeconform", accept=(0, 1))
_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class _Document:
    rendered: Rendered
    obj: Object


def check(repo: Repo, rendered: Sequence[Rendered]) -> list[Result]:
    """MG231 does not fit its schema, MG232 no schema, MG233 not checkable, MG234 answers missing."""
    documents = [_Document(one, obj) for one in rendered for obj in one.objects]
    if not documents:
        return []
    with tempfile.TemporaryDirectory(prefix="mlgate-schema-") as folder:
        answers = _kubeconform(Path(folder), documents)
    return _results(repo, documents, answers)


def _kubeconform(folder: Path, documents: Sequence[_Document]) -> list[dict[str, Any]]:
    objects = folder / "objects"
    objects.mkdir()
    for number, document in enumerate(documents):
        # JSON is YAML, and allow_nan turns what JSON cannot say into an error of its own further down.
        (objects / f"{number:06}.yaml").write_text(json.dumps(document.obj, default=str))
    args = ["-strict", "-verbose", "-output", "json", "-n", "2"]
    for location in schemas.locations([document.obj for document in documents], folder / "schemas"):
        args += ["-schema-location", location]
    done = _KUBECONFORM.run([*args, str(objects)], timeout_s=_TIMEOUT_S)
    try:
        answers = json.loads(done.stdout)["resources"]
    except (ValueError, KeyError, TypeError):
        raise ToolFailed(f"kubeconform gave no report: {(done.stderr or done.stdout)[:500]}") from None
    return list(answers)


def _results(repo: Repo, documents: Sequence[_Document], answers: Sequence[dict[str, Any]]) -> list[Result]:
    by_number: dict[int, list[dict[str, Any]]] = {}
    for answer in answers:
        by_number.setdefault(int(Path(str(answer.get("filename"))).stem), []).append(answer)
    locators = {id(document.rendered): Locator(repo, document.rendered.build) for document in documents}
    results = [
        result
        for number, document in enumerate(documents)
        for result in _one(locators[id(document.rendered)], document, by_number.get(number, []))
    ]
    return results


def _one(locator: Locator, document: _Document, answers: Sequence[dict[str, Any]]) -> list[Result]:
    if len(answers) != 1:
        message = f"kubeconform gave {len(answers)} answers for one object"
        return [_result(locator, document, "MG234", Status.ERROR, message)]
    answer = answers[0]
    message = str(answer.get("msg", ""))
    match answer.get("status"):
        case "statusValid":
            return [Result(code="MG231", check="schema", subject=subject(document.obj), status=Status.VALID)]
        case "statusInvalid":
            return _invalid(locator, document, answer)
        case "statusSkipped":
            return [_result(locator, document, "MG232", Status.ERROR, "kubeconform skipped this object")]
    if "could not find schema" in message:
        kind = f"{document.obj.get('apiVersion')} {document.obj.get('kind')}"
        return [_result(locator, document, "MG232", Status.ERROR, f"there is no schema for {kind}")]
    return [_result(locator, document, "MG233", Status.ERROR, message or "kubeconform could not check this object")]


def _invalid(locator: Locator, document: _Document, answer: dict[str, Any]) -> list[Result]:
    errors = answer.get("validationErrors") or [{"path": "", "msg": answer.get("msg", "does not fit the schema")}]
    results = []
    for error in errors:
        path, words = str(error.get("path", "")), str(error.get("msg", ""))
        message = f"{path}: {words}" if path else words
        results.append(_result(locator, document, "MG231", Status.INVALID, message, path))
    return results


def _result(locator: Locator, document: _Document, code: str, status: Status, message: str, path: str = "") -> Result:
    place = locator.find(document.obj, path)
    return Result(
        code=code,
        check="schema",
        subject=subject(document.obj),
        status=status,
        message=" ".join(message.split()),
        file=place.file,
        line=place.line,
    )
