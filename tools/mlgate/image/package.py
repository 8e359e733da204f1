"""Putting the wrapper, the model and the requirements into an image."""

import fnmatch
from pathlib import Path

from mlgate.errors import SettingsError
from mlgate.image.environment import Environment
from mlgate.image.store import Image, save
from mlgate.notebook import files as folders
from mlgate.notebook.extract import Extraction

# What rebuilds the environment of an image and names its wrapper: part of every image, whatever .s2iignore says.
_OF_THE_IMAGE = ("deploy/constraints.txt", "deploy/environment")


def package(  # noqa: PLR0913 - the parts of an image
    model_dir: Path, extracted: Path, extraction: Extraction, model: Path, *, store: Path, environment: Environment
) -> Image:
    """Store the image of a trained model and return it.

    Holds what deploy/.s2iignore leaves of the model folder; by default requirements, wrapper and model. Raises
    ``SettingsError`` when one of these three is missing or excluded.
    """
    wrapper = f"{extraction.wrapper_class}.py"
    sources = {
        "requirements.txt": model_dir / "requirements.txt",
        wrapper: extracted / wrapper,
        extraction.model_file: model,
    }
    rules = folders.ignore_rules(model_dir, extraction.wrapper_class, extraction.model_file).splitlines()
    kept = {name: path for name, path in (_folder(model_dir) | sources).items() if not ignored(name, rules)}
    if excluded := [name for name in sources if name not in kept]:
        path = model_dir / folders.IGNORE
        raise SettingsError(f"{path}: excludes {excluded[0]}, without which nothing serves", fix=f"add !{excluded[0]}")
    kept |= {name: model_dir / name for name in _OF_THE_IMAGE if (model_dir / name).is_file()}
    return save(
        store,
        {name: _bytes(path) for name, path in kept.items()},
        wrapper_class=extraction.wrapper_class,
        model_file=extraction.model_file,
        packages=environment.packages,
        python=environment.version,
    )


def _folder(model_dir: Path) -> dict[str, Path]:
    there = (path for path in model_dir.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(model_dir).as_posix(): path for path in there if "__pycache__" not in path.parts}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise SettingsError(f"{path}: cannot be read: {err.strerror}", fix="run the steps before package") from None


def ignored(name: str, rules: list[str]) -> bool:
    """Whether .s2iignore rules exclude a path or a folder above it; a later rule wins, ``!`` takes back."""
    parts = name.split("/")
    above = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    out = False
    for rule in (line.strip() for line in rules):
        wanted = rule.removeprefix("!").strip("/")
        if wanted and not rule.startswith("#") and any(fnmatch.fnmatchcase(path, wanted) for path in above):
            out = not rule.startswith("!")
    return out
