"""A served model, asked in batches by seldon-core's REST interface."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from mlgate.errors import ToolFailed, UsageError
from mlgate.image.loopback import opener
from mlgate.scoring.model import Away, Refused, Row, Scores, probabilities

PATH = "/api/v1.0/predictions"
"""Of the microservice itself and of Seldon's executor in front of it."""
_TIMEOUT_S = 30
_ANSWER_LIMIT = 64 << 20


class RemoteModel:
    """The model at ``url``; ``digest`` is what the verdicts name where the answer itself names no image."""

    def __init__(self, url: str, names: Sequence[str], digest: str = "") -> None:
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"--predict {url[:80]!r} is not an http address")
        if not names or len(set(names)) != len(names) or not all(names):
            raise UsageError("the names of the model's features are missing", fix="pass --names V3,V4,...")
        self._url, self.names, self._digest = url.rstrip("/") + PATH, tuple(names), digest

    def score(self, rows: Sequence[Row]) -> Scores:
        answer = self._asked({"data": {"names": self.names, "ndarray": rows}})
        try:
            data = answer["data"]
            table = data["ndarray"] if "ndarray" in data else _table(data["tensor"])
        except (KeyError, TypeError, ValueError):
            raise ToolFailed(f"the model's answer has no rows: {str(answer)[:200]}") from None
        return Scores(probabilities(table, len(rows)), self._named(answer))

    def close(self) -> None:
        """Nothing is kept open between two questions."""

    def _asked(self, question: Any) -> Any:
        body = json.dumps(question, allow_nan=False).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._url, data=body, headers=headers)  # noqa: S310 - scheme checked above
        try:
            with opener(self._url).open(request, timeout=_TIMEOUT_S) as answer:
                return json.loads(answer.read(_ANSWER_LIMIT))
        except urllib.error.HTTPError as err:
            said = _reason(err)
            if err.code == 400:
                raise Refused(said) from None
            raise Away(f"{self._url} answers {err.code}: {said}") from None
        except (OSError, ValueError, http.client.HTTPException) as err:
            raise Away(f"{self._url} does not answer: {err}") from None

    def _named(self, answer: Any) -> str:
        """The digest of the image that answered, as Seldon's executor tells it, or the one that was given."""
        path = answer.get("meta", {}).get("requestPath", {}) if isinstance(answer.get("meta", {}), dict) else {}
        images = [str(image) for image in path.values()] if isinstance(path, dict) else []
        told = [image.partition("@")[2] for image in images if "@sha256:" in image]
        if not told and not self._digest:
            raise ToolFailed("the answer names no image, so no verdict could name its model", fix="pass --digest")
        return told[-1] if told else self._digest


def _table(tensor: Any) -> list[list[float]]:
    rows, width = (int(each) for each in tensor["shape"])
    values = list(tensor["values"])
    if width < 1 or len(values) != rows * width:
        raise ValueError("the shape is not that of the values")
    return [values[at : at + width] for at in range(0, len(values), width)]


def _reason(err: urllib.error.HTTPError) -> str:
    try:
        body = err.read(4096)
    except (OSError, http.client.HTTPException):
        return "no reason"
    try:
        return str(json.loads(body)["status"]["info"])[:400]
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")
