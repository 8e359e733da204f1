"""``mlgate predict``: ask a served model, as the known demo's curl does."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from mlgate.errors import SettingsError, ToolFailed, UsageError
from mlgate.image.loopback import opener


@click.command(name="predict")
@click.option("--url", default="http://localhost:8080", show_default=True)
@click.option("--names", help="Feature names, separated by commas.")
@click.option("--values", help="Feature values, separated by commas.")
@click.option("--examples", type=click.Path(path_type=Path), help="examples.json of a pipeline run.")
def command(url: str, names: str | None, values: str | None, examples: Path | None) -> None:
    """Print the probability of fraud (element 1 of the answer) for each row asked."""
    table = Table("row", "known to be", "fraud probability", "the model says")
    for label, known, payload in _questions(names, values, examples):
        probability = fraud_probability(ask(url, payload))
        table.add_row(label, known, f"{probability:.4f}", "fraud" if probability > 0.5 else "legitimate")
    Console().print(table)


def _questions(names: str | None, values: str | None, examples: Path | None) -> list[tuple[str, str, Any]]:
    if examples:
        return _examples(examples)
    if not names or not values:
        raise UsageError("nothing to ask", fix="pass --examples FILE, or --names V3,... and --values 0.1,...")
    return [("given", "-", payload(names.split(","), _floats(values)))]


def _examples(path: Path) -> list[tuple[str, str, Any]]:
    try:
        rows = json.loads(path.read_text())
        questions = [(f"hold-out row {row['row']}", str(row["class"]), row["payload"]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise SettingsError(f"{path}: cannot be read: {err}") from None
    if not questions:
        raise SettingsError(f"{path}: holds no example", fix="run: mlgate pipeline run --prefix ...")
    return questions


def _floats(values: str) -> list[float]:
    try:
        return [float(value) for value in values.split(",")]
    except ValueError:
        raise UsageError(f"--values {values[:60]!r} holds something that is not a number") from None


def payload(names: Sequence[str], values: Sequence[float]) -> dict[str, Any]:
    """Seldon's tensor form of one row."""
    return {"data": {"names": list(names), "tensor": {"shape": [1, len(values)], "values": list(values)}}}


def ask(url: str, question: Any) -> Any:
    """POST a question as the form field ``json``; raises ``ToolFailed`` with the server's reason."""
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"--url {url!r} is not an http address")
    body = urllib.parse.urlencode({"json": json.dumps(question)}).encode()
    try:
        request = urllib.request.Request(f"{url.rstrip('/')}/predict", data=body)  # noqa: S310 - scheme checked above
        with opener(url).open(request, timeout=30) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as err:
        raise ToolFailed(f"the model refused ({err.code}): {_reason(err.read())}") from None
    except (OSError, ValueError, http.client.HTTPException) as err:
        raise ToolFailed(f"{url} does not answer: {err}", fix="run: mlgate serve --prefix ...") from None


def _reason(body: bytes) -> str:
    try:
        return str(json.loads(body)["status"]["info"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")


def fraud_probability(answer: Any) -> float:
    """Element 1 of the only row: class 1 is fraud. Raises ``ToolFailed`` for an answer of another form."""
    try:
        data = answer["data"]
        row = data["tensor"]["values"] if "tensor" in data else data["ndarray"][0]
        _, fraud = (float(value) for value in row)
    except (KeyError, IndexError, TypeError, ValueError):
        raise ToolFailed(f"the answer is not one row of two probabilities: {str(answer)[:200]}") from None
    if not 0 <= fraud <= 1:
        raise ToolFailed(f"the answer {fraud} is no probability")
    return fraud
