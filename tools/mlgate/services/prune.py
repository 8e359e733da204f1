"""Which finished PipelineRuns are old: the newest few of each Pipeline stay, and whatever still runs."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from mlgate.errors import ToolFailed, UsageError
from mlgate.process import Tool

_KIND = "pipelineruns.tekton.dev"


def old(runs: Sequence[dict[str, Any]], keep: int) -> list[str]:
    """Names of the finished runs beyond the ``keep`` newest of their Pipeline; raises ``UsageError`` below one."""
    if keep < 1:
        raise UsageError("at least one run of each pipeline must be kept")
    finished = defaultdict(list)
    for run in runs:
        # RFC 3339 in UTC sorts as text.
        if done := (run.get("status") or {}).get("completionTime"):
            pipeline = ((run.get("spec") or {}).get("pipelineRef") or {}).get("name", "")
            finished[pipeline].append((str(done), str(run["metadata"]["name"])))
    return sorted(name for each in finished.values() for _, name in sorted(each, reverse=True)[keep:])


def prune(namespace: str, keep: int, kubectl: Tool | None = None) -> list[str]:
    """Delete the old runs of a namespace and return their names; raises ``ToolFailed``."""
    tool = kubectl or Tool("kubectl")
    said = tool.run(["get", _KIND, "--namespace", namespace, "--output", "json"]).stdout
    try:
        runs = json.loads(said)["items"]
    except (ValueError, KeyError, TypeError) as err:
        raise ToolFailed(f"kubectl did not list the runs: {err}") from None
    names = old(runs, keep)
    if names:
        tool.run(["delete", _KIND, "--namespace", namespace, "--ignore-not-found", "--wait=false", "--", *names])
    return names
