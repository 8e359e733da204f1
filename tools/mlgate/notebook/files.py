"""The files around the notebook: requirements, the deployment template, the image's environment."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from mlgate.notebook.cells import WRAPPER, Notebook, parse
from mlgate.results import Result, Status

TOKEN = "${SELDON_IMAGE_REPLACE}"  # noqa: S105 - a placeholder, no secret
TEMPLATES = ("model_deployment.yaml", "model_deployment.json")
_PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==[A-Za-z0-9.!+_-]+")
_IMPORTED_AS = {"scikit-learn": "sklearn", "pyyaml": "yaml", "pillow": "PIL", "opencv-python": "cv2"}


def violations(model_dir: Path, notebook: Notebook) -> Iterator[Result]:
    """What is wrong with the files of a model folder."""
    yield from _requirements(model_dir / "requirements.txt", notebook)
    yield from _template(model_dir)
    yield from _environment(model_dir / "deploy" / "environment", notebook)


def _bad(code: str, path: Path, message: str, fix: str, line: int = 0) -> Result:
    return Result(
        code=code,
        check="notebook",
        subject=path.name,
        status=Status.INVALID,
        message=message,
        fix=fix,
        file=str(path),
        line=line,
    )


def text_of(path: Path) -> str | None:
    """The text of a file, or None when there is none that can be read."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return None


def _requirements(path: Path, notebook: Notebook) -> Iterator[Result]:
    text = text_of(path)
    if text is None:
        yield _bad("MG111", path, "requirements.txt is missing", "list the packages that the notebook imports")
        return
    used = imports(notebook)
    for number, line in enumerate(text.splitlines(), start=1):
        entry = line.split("#")[0].strip()
        if not entry:
            continue
        match = _PINNED.fullmatch(entry)
        if match is None:
            yield _bad("MG112", path, f"{entry!r} is not pinned", "write NAME==VERSION", number)
            continue
        name = match["name"].lower().replace("_", "-")
        module = _IMPORTED_AS.get(name, name.replace("-", "_"))
        if used and module not in used:
            yield _bad("MG113", path, f"{name} is required but {module} is never imported", "drop the line", number)


def imports(notebook: Notebook) -> set[str]:
    """Top-level modules that the tagged cells import."""
    found: set[str] = set()
    for cell in notebook.cells:
        if isinstance(tree := parse(cell), str):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    return found


def template(model_dir: Path) -> Path | None:
    """The deployment template of a model folder, YAML or JSON."""
    found = [model_dir / name for name in TEMPLATES if (model_dir / name).is_file()]
    return found[0] if len(found) == 1 else None


def _template(model_dir: Path) -> Iterator[Result]:
    path = template(model_dir)
    if path is None:
        where = model_dir / TEMPLATES[0]
        yield _bad(
            "MG114", where, "exactly one model_deployment.yaml or .json is needed", "add the deployment template"
        )
    elif TOKEN not in (text_of(path) or ""):
        yield _bad("MG115", path, f"the image token {TOKEN} is missing", f"write image: {TOKEN}")


def environment(path: Path) -> dict[str, str]:
    """The assignments of an s2i environment file."""
    lines = [line.strip() for line in (text_of(path) or "").splitlines()]
    pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
    return {name.strip(): value.strip() for name, value in pairs}


def _environment(path: Path, notebook: Notebook) -> Iterator[Result]:
    model_name = environment(path).get("MODEL_NAME")
    wrapper = notebook.part(WRAPPER)
    if not model_name:
        yield _bad("MG116", path, "deploy/environment sets no MODEL_NAME", "MODEL_NAME=<the wrapper's class>")
    elif f"class {model_name}" not in wrapper and "class " in wrapper:
        yield _bad("MG117", path, f"MODEL_NAME is {model_name}, which the Wrapper cells do not define", "use the class")
