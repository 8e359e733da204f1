"""Stage 4: every object against the strict schema of its kind, and the API server's rules.

One process of the engine judges by both, with kubeconform's own library of schemas. Beside kubectl the program
kubeconform does its part itself, by files, never stdin: it reads large standard input with a data race. A schema that
is missing or does not compile is an error, and every object handed over must come back with one answer of each.
"""

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgate.checks import catalogue, rules
from mlgate.checks.locate import Locator
from mlgate.checks.model import Object, Rendered, subject
from mlgate.checks.rules import Answer, Problem
from mlgate.checks.schema_words import detailed
from mlgate.errors import ToolFailed
from mlgate.process import Tool
from mlgate.render import renderer
from mlgate.repo import Repo
from mlgate.results import Result, Status

_UNKNOWN = re.compile(r"additional properties '([^',]+)' not allowed")
_KUBECONFORM = Tool("kubeconform", accept=(0, 1))


@dataclass(frozen=True, slots=True)
class _Document:
    """One object as it is handed over, and the way back to its source."""

    obj: Object
    locator: Locator

    def valid(self) -> Result:
        return Result(code="MG231", check="schema", subject=subject(self.obj), status=Status.VALID)

    def invalid(self, path: str, words: str) -> Result:
        # The line of the unknown field itself, not of the mapping that it is in.
        unknown = _UNKNOWN.fullmatch(words)
        at = f"{path}/{unknown[1]}" if unknown else path
        return self._finding("MG231", Status.INVALID, f"{path}: {words}" if path else words, at)

    def refused(self, problem: Problem) -> Result:
        status = Status.ERROR if problem.code == "MG239" else Status.INVALID
        words = f"{problem.path}: {problem.message}" if problem.path else problem.message
        return self._finding(problem.code, status, words, problem.path)

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
            **place.where,
        )


def check(repo: Repo, rendered: Sequence[Rendered]) -> list[Result]:
    """MG231 does not fit its schema, MG232 no schema, MG233 not checkable, MG234 not exactly one answer.

    MG235 a CEL rule, MG236 a key twice in a list, MG237 metadata, MG239 a definition that proves nothing or is broken.
    """
    return check_groups(repo, [rendered])[0]


def check_groups(repo: Repo, groups: Sequence[Sequence[Rendered]], own: Sequence[Rendered] = ()) -> list[list[Result]]:
    """The results of ``check`` for each group, by one process; ``own`` defines kinds too, and is not checked."""
    if len(groups) > 1 and any(map(_defines, groups)):
        # What one group defines must not be known to another only because they happen to run together.
        return [check_groups(repo, [group], own)[0] for group in groups]
    documents = [_documents(repo, group) for group in groups]
    everything = [document for group in documents for document in group]
    if not everything:
        return [[] for _ in groups]
    kinds = [obj for one in own for obj in one.objects]
    with tempfile.TemporaryDirectory(prefix="mlgate-schema-") as folder:
        texts = [rules.text_of(each.obj) for each in everything]
        schemas = Path(folder, "schemas")
        locations = catalogue.locations([*kinds, *(each.obj for each in everything)], schemas)
        fits, rulings = _judged(Path(folder), texts, locations, catalogue.folders(schemas))
    by_document = iter(_matched(everything, fits, rulings))
    return [[result for _ in group for result in next(by_document)] for group in documents]


def _defines(group: Sequence[Rendered]) -> bool:
    return any(True for one in group for obj in one.objects for _ in catalogue.defined(obj))


def _documents(repo: Repo, group: Sequence[Rendered]) -> list[_Document]:
    return [_Document(obj, at) for one in group for at in [Locator(repo, one.build)] for obj in one.objects]


def _judged(
    folder: Path, texts: Sequence[str], locations: Sequence[str], catalogues: Sequence[Path]
) -> tuple[Sequence[Sequence[dict[str, Any]]], Sequence[Sequence[Answer]]]:
    if renderer.chosen() == "engine":
        return rules.judge_whole(texts, catalogues)
    fits = _numbered(_kubeconform(folder, texts, locations), len(texts))
    return fits, rules.judge_texts(texts, catalogues)


def _kubeconform(folder: Path, texts: Sequence[str], locations: Sequence[str]) -> list[dict[str, Any]]:
    objects = folder / "objects"
    objects.mkdir()
    for number, text in enumerate(texts):
        (objects / f"{number:06}.json").write_text(text)
    args = ["-strict", "-verbose", "-output", "json", "-n", "2"]
    for location in locations:
        args += ["-schema-location", location]
    done = _KUBECONFORM.run([*args, str(objects)], timeout_s=300)
    try:
        return list(json.loads(done.stdout)["resources"])
    except (ValueError, KeyError, TypeError):
        raise ToolFailed(f"kubeconform gave no report: {(done.stderr or done.stdout)[:500]}") from None


def match(
    documents: Sequence[_Document], answers: Sequence[dict[str, Any]], rulings: Sequence[Sequence[Answer]]
) -> list[Result]:
    """Results in the order of ``documents``; an answer belongs to the document whose number its file is called by.

    ``rulings`` has the rules' answers to each document.
    """
    fits = _numbered(answers, len(documents))
    return [result for found in _matched(documents, fits, rulings) for result in found]


def _numbered(answers: Sequence[dict[str, Any]], count: int) -> list[list[dict[str, Any]]]:
    by_number: dict[int, list[dict[str, Any]]] = {}
    for answer in answers:
        by_number.setdefault(int(Path(str(answer.get("filename"))).stem), []).append(answer)
    return [by_number.get(number, []) for number in range(count)]


def _matched(
    documents: Sequence[_Document], fits: Sequence[Sequence[dict[str, Any]]], rulings: Sequence[Sequence[Answer]]
) -> list[list[Result]]:
    found = [_one(document, answers) for document, answers in zip(documents, fits, strict=True)]
    return [_with(*each) for each in zip(documents, found, rulings, strict=True)]


def _with(document: _Document, found: list[Result], ruling: Sequence[Answer]) -> list[Result]:
    fits = all(result.status is Status.VALID for result in found)
    more = [
        document.refused(problem)
        for answer in ruling
        for problem in answer.problems
        # Both judge fields and types; kubeconform has spoken then.
        if fits or problem.code != "MG231"
    ]
    if len(ruling) != 1:
        more = [document.error("MG234", f"mlgate-engine gave {len(ruling)} answers for one object")]
    elif fits and not ruling[0].known:
        more = [document.error("MG239", "there is a JSON schema but no definition, so its rules were not checked")]
    return [*(result for result in found if not (more and fits)), *more]


def _one(document: _Document, answers: Sequence[dict[str, Any]]) -> list[Result]:
    if len(answers) != 1:
        return [document.error("MG234", f"the check of the schema gave {len(answers)} answers for one object")]
    answer = answers[0]
    words = str(answer.get("msg") or "")
    match answer.get("status"):
        case "statusValid":
            return [document.valid()]
        case "statusInvalid":
            errors = answer.get("validationErrors") or [{"msg": words}]
            told = [(str(each.get("path") or ""), str(each.get("msg"))) for each in errors]
            return [document.invalid(path, said) for path, said in detailed(told, words)]
    if "could not find schema" in words:
        kind = f"{document.obj.get('apiVersion')} {document.obj.get('kind')}"
        return [document.error("MG232", f"there is no schema for {kind}, so it was not checked")]
    return [document.error("MG233", words or f"kubeconform said {answer.get('status')}")]
