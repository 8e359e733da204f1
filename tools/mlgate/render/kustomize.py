"""The door to kustomize: what a folder renders to, as objects."""

import os
from pathlib import Path
from typing import Any

import yaml

from mlgate.errors import ToolFailed
from mlgate.process import Tool

_KUBECTL = Tool("kubectl")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def build(folder: Path) -> list[dict[str, Any]]:
    """Objects that the kustomization in ``folder`` renders, in order.

    The load restrictor stays on and the environment is empty, so a build depends on the folder alone. Raises
    ``ToolFailed`` with kustomize's words, and when nothing at all is rendered.
    """
    objects = run(folder)
    if not objects:
        raise ToolFailed(f"{folder} renders to nothing", fix="list resources in its kustomization.yaml")
    return objects


def run(folder: Path, limit_s: float = 60) -> list[dict[str, Any]]:
    """``build`` that takes nothing for an answer too, and ends after a time."""
    # HOME points nowhere, so that no configuration of the person takes part; git is not on the PATH.
    env = {"HOME": os.devnull, "PATH": os.devnull, "GOMEMLIMIT": "1GiB"}
    done = _KUBECTL.run(["kustomize", str(folder)], env=env, timeout_s=limit_s)
    return [item for item in yaml.load_all(done.stdout, Loader=_LOADER) if item]
