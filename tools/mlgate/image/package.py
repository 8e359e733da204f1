"""Putting the wrapper, the model and the requirements into an image."""

import fnmatch
from pathlib import Path

from mlgate.errors import SettingsError
from mlgate.image.environment import Environment
from mlgate.image.store import Image, save
from mlgate.notebook.extract import Extraction

IGNORE = "deploy/.s2iignore"


def default_ignore(extraction: Extraction) -> list[str]:
    """Exclude everything but what serves; used when the model folder says nothing."""
    return ["*", "!requirements.txt", f"!{extraction.wrapper_class}.py", f"!{extraction.model_file}"]


def package(
    model_dir: Path, extracted: Path, extraction: Extraction, model: Path, *, store: Path, environment: Environment
) -> Image:
    """Store the image of a trained model and return it."""
    wrapper = f"{extraction.wrapper_class}.py"
    needed = {
        "requirements.txt": (model_dir / "requirements.txt").read_bytes(),
        wrapper: (extracted / wrapper).read_bytes(),
        extraction.model_file: model.read_bytes(),
    }
    ignore = model_dir / IGNORE
    rules = ignore.read_text().split() if ignore.is_file() else default_ignore(extraction)
    extra = {str(path.relative_to(model_dir)): path for path in sorted(model_dir.rglob("*")) if path.is_file()}
    files = {name: path.read_bytes() for name, path in extra.items() if not path.is_symlink()} | needed
    kept = {name: data for name, data in files.items() if not ignored(name, rules)}
    for name in needed:
        if name not in kept:
            raise SettingsError(f"{ignore}: excludes {name}, without which nothing serves", fix=f"add !{name}")
    return save(
        store,
        kept,
        wrapper_class=extraction.wrapper_class,
        model_file=extraction.model_file,
        packages=environment.packages,
    )


def ignored(name: str, rules: list[str]) -> bool:
    """Whether .s2iignore rules exclude a path; a later rule wins, ``!`` takes back."""
    out = False
    for rule in rules:
        wanted = rule.removeprefix("!").rstrip("/")
        if fnmatch.fnmatch(name, wanted) or fnmatch.fnmatch(name.split("/")[0], wanted):
            out = not rule.startswith("!")
    return out
