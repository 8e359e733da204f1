"""What the API server refuses beyond a JSON schema, asked of its own packages in ``mlgate-engine rules``.

One process for all objects; a definition is compiled once, and only when an object is of its kind.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgate.checks import definitions
from mlgate.checks.model import Object
from mlgate.errors import ToolFailed
from mlgate.process import Tool

_ENGINE = Tool("mlgate-engine")
_CODES: Mapping[str, str] = {
    "schema": "MG231",
    "cel": "MG235",
    "list": "MG236",
    "metadata": "MG237",
    "definition": "MG239",
    "crd": "MG239",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal: its code, a JSON pointer into the object, and the API server's words."""

    code: str
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is wrong with one object; ``known`` is whether there is a definition of its kind."""

    known: bool
    problems: tuple[Problem, ...]


def judge(objects: Sequence[Object], folders: Sequence[Path]) -> list[list[Answer]]:
    """The answers to each object, which should be one; the first of ``folders`` that has a kind defines it.

    Raises ``MissingTool``, and ``ToolFailed`` when the answers cannot be read.
    """
    return judge_texts([text_of(obj) for obj in objects], folders)


def text_of(obj: Object) -> str:
    """An object as it is handed to programs, JSON on one line."""
    # default: YAML reads an unquoted date as one; Kubernetes sees text.
    return json.dumps(obj, default=str)


def judge_texts(texts: Sequence[str], folders: Sequence[Path]) -> list[list[Answer]]:
    """The same for objects that are JSON already, each on one line."""
    found: list[list[Answer]] = [[] for _ in texts]
    for said in _asked("rules", texts, [folder / definitions.FOLDER for folder in folders]):
        found[said["number"]].append(_answer(said))
    return found


def judge_whole(
    texts: Sequence[str], catalogues: Sequence[Path]
) -> tuple[list[list[dict[str, Any]]], list[list[Answer]]]:
    """The same, and before it what kubeconform would say of each: ``status``, ``msg`` and ``validationErrors``."""
    fits: list[list[dict[str, Any]]] = [[] for _ in texts]
    found: list[list[Answer]] = [[] for _ in texts]
    for said in _asked("judge", texts, catalogues):
        fits[said["number"]] += said.get("fits", [])
        found[said["number"]].append(_answer(said))
    return fits, found


def _asked(command: str, texts: Sequence[str], folders: Sequence[Path]) -> list[dict[str, Any]]:
    lines = "".join(f"{text}\n" for text in texts)
    done = _ENGINE.run([command, *map(str, folders)], stdin=lines, timeout_s=300)
    try:
        # Not splitlines: a text in an answer may hold other ends of lines.
        said = [dict(json.loads(line)) for line in done.stdout.split("\n") if line]
        if all(0 <= each["number"] < len(texts) and {"known", "problems"} <= each.keys() for each in said):
            return said
    except (ValueError, KeyError, TypeError):
        pass
    raise ToolFailed(f"mlgate-engine {command} gave no answers: {(done.stderr or done.stdout)[:500]}")


def _answer(said: Mapping[str, Any]) -> Answer:
    return Answer(bool(said["known"]), tuple(_problem(each) for each in said["problems"]))


def _problem(said: Mapping[str, str]) -> Problem:
    rule, path = said["rule"], said["path"]
    # A definition that is refused for its own name is no broken schema.
    code = "MG237" if rule == "crd" and path.startswith("/metadata") else _CODES[rule]
    return Problem(code, path, said["message"])
