"""Imports point one way, modules stay small, and what is public says what it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlgate.cli import VERBS

PACKAGE = Path(__file__).parents[1] / "tools" / "mlgate"
LAYERS = (
    {"__init__", "errors"},
    {"process", "results", "files"},
    {"thresholds", "prefixes", "settings", "cluster", "repo"},
    {"render", "notebook", "data", "training", "image", "evaluate", "gate"},
    {"pipeline", "checks", "lifecycle", "sandbox", "services", "slack", "scoring", "lab"},
    {"report"},
    {"verbs"},
    {"cli"},
)
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)
# Known and to be shortened: an entry that is no longer true makes its test red.
_SILENT = {"pipeline/fields.py": ["texts", "boolean"]}


def layer(name: str) -> int:
    """Number of the layer that a module or package below mlgate belongs to."""
    return next(number for number, names in enumerate(LAYERS) if name in names)


def home(path: Path) -> str:
    """The module or package directly below mlgate that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    """Names directly below mlgate that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "mlgate":
            names = [f"mlgate.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("mlgate."))


def upward(path: Path, source: str) -> list[str]:
    """Imports of a module that point against the layers. Inside its own package a module is free."""
    own = home(path)
    names = {name for name in imported(ast.parse(source)) if not name.startswith("__") and name != own}
    return sorted(name for name in names if layer(name) > layer(own))


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    assert upward(path, path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "import mlgate.verbs.demo",
        "from mlgate.verbs import demo",
        "from mlgate import verbs",
        "def f():\n import mlgate.cli",
    ],
)
def test_an_import_that_points_up_is_seen(source: str) -> None:
    assert upward(PACKAGE / "gate" / "judge.py", source)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_small_enough_to_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 250


def silent(source: str) -> list[str]:
    """Public module, classes and functions without a docstring; properties and methods speak by their class."""
    tree = ast.parse(source)
    found = [] if ast.get_docstring(tree) else ["module"]
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    public = (node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_"))
    return found + [node.name for node in public if not ast.get_docstring(node)]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_what_is_public_says_what_it_is(path: Path) -> None:
    assert silent(path.read_text()) == _SILENT.get(name_of(path), [])


def test_a_missing_docstring_is_seen() -> None:
    assert silent("def public(): ...") == ["module", "public"]


def test_every_verb_has_its_module_and_every_module_is_a_verb() -> None:
    files = {path.stem.replace("_", "-") for path in (PACKAGE / "verbs").glob("*.py") if path.stem != "__init__"}
    assert set(VERBS) == files


def test_every_layer_name_exists() -> None:
    there = {home(path) for path in MODULES}
    assert set().union(*LAYERS) == there
