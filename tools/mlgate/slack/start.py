"""One PipelineRun of ``model-stage`` for one click."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from mlgate.process import Tool
from mlgate.slack.payload import Click

PIPELINE = "model-stage"
# Slack shows a person an error when no answer came within three seconds.
_TIMEOUT_S = 2.5
_API = "tekton.dev/v1"

Start = Callable[[dict[str, Any]], None]
"""Creates the object, or raises ``MlgateError``."""


def pipeline_run(click: Click, signature: str) -> dict[str, Any]:
    """The object. Its name follows from the signature: a request that is replayed to a new process finds it there."""
    name = f"{PIPELINE}-{click.digest[7:19]}-{hashlib.sha256(signature.encode()).hexdigest()[:12]}"
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "256Mi"}}}
    values = {"prefix": click.prefix, "digest": click.digest, "commit": click.commit}
    labels = {"app.kubernetes.io/part-of": "mlgate", "app.kubernetes.io/created-by": "slack"}
    return {
        "apiVersion": _API,
        "kind": "PipelineRun",
        "metadata": {"name": name, "namespace": f"{click.prefix}-cicd", "labels": labels},
        "spec": {
            "pipelineRef": {"name": PIPELINE},
            "params": [{"name": key, "value": value} for key, value in values.items()],
            "taskRunTemplate": {"serviceAccountName": "pipeline"},
            "workspaces": [{"name": "source", "volumeClaimTemplate": {"spec": claim}}],
        },
    }


def create(run: dict[str, Any]) -> None:
    """Create the object by one request to the API server; raises ``ToolFailed``, ``MissingTool``."""
    path = f"/apis/{_API}/namespaces/{run['metadata']['namespace']}/pipelineruns"
    # --raw asks the API server for nothing else first; reading what it serves takes longer than Slack waits.
    Tool("kubectl").run(["create", f"--raw={path}", "--filename=-"], stdin=json.dumps(run), timeout_s=_TIMEOUT_S)
