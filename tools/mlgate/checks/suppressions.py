"""The findings that somebody accepted, as .mlgate.yaml at the root of a repository names them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import jsonschema
import yaml

from mlgate.checks.nodes import Doc, Step, documents, walk
from mlgate.repo import Repo
from mlgate.results import Place, Result, Status

FILE = Path(".mlgate.yaml")
SCHEMA = Path(__file__).with_name("suppressions.schema.json")
_FORM = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIX = "see docs/codes.md for the form; a suppression has code, subject, reason and expires"


@dataclass(frozen=True, slots=True)
class Suppression:
    """A code, and patterns for the subject and the file of findings that are accepted up to and on ``expires``."""

    code: str
    subject: str
    file: str
    reason: str
    expires: date
    place: Place


def load(repo: Repo) -> tuple[list[Suppression], list[Result]]:
    """The suppressions of a repository, none without the file, and MG291 for each that is not whole."""
    path = repo.root / FILE
    if not path.is_file():
        return [], []
    docs = documents(path)
    try:
        content = yaml.load(path.read_text(), Loader=_Texts)  # noqa: S506 - only plain values and no dates
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as err:
        return [], [malformed(Place(str(FILE), 1, 1), f"it cannot be read: {' '.join(str(err).split())[:300]}")]
    if not docs or not isinstance(content, dict) or not isinstance(content.get("suppressions"), list):
        return [], [malformed(Place(str(FILE), 1, 1), "it is not a mapping with a list called suppressions")]
    problems = list(_problems(docs[0], content))
    bad = {number for number, _ in problems}
    if -1 in bad:
        return [], [result for _, result in problems]
    entries = enumerate(content["suppressions"])
    good = [_one(docs[0], number, each) for number, each in entries if number not in bad]
    return good, [result for _, result in problems]


class _Texts(yaml.CSafeLoader):
    """Dates stay as they were written."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - this is how the loader is told
        first: [pair for pair in pairs if not pair[0].endswith(":timestamp")]
        for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def _problems(doc: Doc, content: object) -> Iterator[tuple[int, Result]]:
    """MG291 with the number of its suppression, -1 for the whole file."""
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    for error in validator.iter_errors(content):
        path = list(error.absolute_path)
        number = path[1] if len(path) > 1 and isinstance(path[1], int) else -1
        yield number, malformed(_place(doc, path), error.message[:300])
    entries = content["suppressions"] if isinstance(content, dict) else []
    for number, each in enumerate(entries):
        day = each.get("expires") if isinstance(each, dict) else None
        if isinstance(day, str) and _FORM.fullmatch(day) and _day(day) is None:
            yield number, malformed(_place(doc, ["suppressions", number, "expires"]), f"{day} is no day")


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _one(doc: Doc, number: int, each: dict[str, str]) -> Suppression:
    day = _day(each["expires"]) or date.min
    place = _place(doc, ["suppressions", number])
    return Suppression(each["code"], each["subject"], each.get("file", "*"), each["reason"], day, place)


def _place(doc: Doc, path: list[str | int]) -> Place:
    _, _, mark = walk(doc.root, [Step(str(key)) for key in path])
    return Place(str(FILE), *doc.at(mark))


def malformed(place: Place, words: str) -> Result:
    """MG291."""
    return Result(
        code="MG291",
        check="suppression",
        subject=str(FILE),
        status=Status.INVALID,
        message=f"a suppression suppresses nothing as it stands: {words}",
        fix=_FIX,
        **place.where,
    )
