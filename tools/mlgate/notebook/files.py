"""The files beside the notebook: the deployment template and what the image's builder is told."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from mlgate.notebook.cells import WRAPPER, Notebook, parse
from mlgate.notebook.findings import bad, text_of
from mlgate.notebook.wrapper import classes
from mlgate.results import Result

TOKEN = "${SELDON_IMAGE_REPLACE}"  # noqa: S105 - a placeholder, no secret
TEMPLATES = ("model_deployment.yaml", "model_deployment.json")
IGNORE = Path("deploy/.s2iignore")


def template(model_dir: Path) -> Path | None:
    """The deployment template of a model folder, YAML or JSON; None when there is none or both."""
    found = [model_dir / name for name in TEMPLATES if (model_dir / name).is_file()]
    return found[0] if len(found) == 1 else None


def template_violations(model_dir: Path) -> Iterator[Result]:
    """What is wrong with the deployment template."""
    path = template(model_dir)
    if path is None:
        message = "exactly one of model_deployment.yaml and model_deployment.json is needed"
        yield bad("MG114", model_dir / TEMPLATES[0], message, "keep one deployment template")
        return
    try:
        content = _parsed(path)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as err:
        reason = " ".join(str(err).split())[:200]
        yield bad("MG121", path, f"cannot be read: {reason}", "make it one SeldonDeployment")
        return
    if not isinstance(content, dict) or content.get("kind") != "SeldonDeployment":
        yield bad("MG121", path, "is no SeldonDeployment", "make it one SeldonDeployment")
    elif TOKEN not in _images(content):
        yield bad("MG115", path, f"no container has the image {TOKEN}", f"write image: {TOKEN}")


def _parsed(path: Path) -> object:
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def _images(content: dict[str, Any]) -> set[str]:
    found = set()
    nodes: list[Any] = [content]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            found |= {value for key, value in node.items() if key == "image" and isinstance(value, str)}
            nodes += node.values()
        elif isinstance(node, list):
            nodes += node
    return found


def environment(path: Path) -> dict[str, str]:
    """The assignments of an s2i environment file."""
    lines = [line.strip() for line in (text_of(path) or "").splitlines()]
    pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
    return {name.strip(): value.strip() for name, value in pairs}


def environment_violations(model_dir: Path, notebook: Notebook) -> Iterator[Result]:
    """What is wrong with deploy/environment."""
    path = model_dir / "deploy" / "environment"
    model_name = environment(path).get("MODEL_NAME")
    if not model_name:
        yield bad("MG116", path, "deploy/environment sets no MODEL_NAME", "write MODEL_NAME=<the wrapper's class>")
        return
    tree = parse(notebook.part(WRAPPER))
    names = [] if isinstance(tree, str) else [node.name for node in classes(tree)]
    if names and model_name not in names:
        yield bad("MG117", path, f"MODEL_NAME is {model_name}, the wrapper is {names[0]}", f"MODEL_NAME={names[0]}")


def ignore_rules(model_dir: Path, wrapper_class: str, model_file: str) -> str:
    """deploy/.s2iignore as the person wrote it; when absent, all is excluded but what serves."""
    default = f"*\n!requirements.txt\n!{wrapper_class}.py\n!{model_file}\n"
    written = text_of(model_dir / IGNORE)
    return default if written is None else written
