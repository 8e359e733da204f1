"""The door to the templates of ApplicationSets: Go's text/template with sprig, or fasttemplate, as Argo CD has them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlgate.errors import SettingsError, ToolFailed
from mlgate.process import Tool

_ENGINE = Tool("mlgate-engine")
Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Language:
    """How an ApplicationSet's templates are read; ``options`` are text/template's, such as ``missingkey=error``."""

    go: bool = False
    options: tuple[str, ...] = ()

    def render(self, value: Any, params: Sequence[Params]) -> list[Any]:
        """``value`` once for each of ``params``, every text in it rendered.

        Raises ``SettingsError`` with the words of the first template that does not render, ``MissingTool`` and
        ``ToolFailed``.
        """
        if not params or "{{" not in json.dumps(value, default=str):
            return [value for _ in params]
        answers = self._answers([self._request(value, each) for each in params])
        for each, told in zip(params, answers, strict=True):
            if told.get("error"):
                raise SettingsError(f"template {told['error']}{_origin(each)}")
        return [each["value"] for each in answers]

    def _request(self, value: Any, params: Mapping[str, Any]) -> str:
        content = {"value": value, "params": params, "goTemplate": self.go, "options": self.options}
        return json.dumps(content, default=str)

    def _answers(self, requests: Sequence[str]) -> list[dict[str, Any]]:
        done = _ENGINE.run(["template"], stdin="\n".join(requests) + "\n", timeout_s=60)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        if len(answers) != len(requests):
            raise ToolFailed(f"mlgate-engine gave {len(answers)} answers to {len(requests)} templates")
        return answers


def _origin(params: Params) -> str:
    """Which file or folder of a git generator the parameters come from, if they do."""
    path = params.get("path")
    told = path if isinstance(path, dict) else {"path": path, "filename": params.get("path.filename")}
    names = [str(told[key]) for key in ("path", "filename") if told.get(key)]
    return f" (parameters of {'/'.join(names)})" if names else ""
