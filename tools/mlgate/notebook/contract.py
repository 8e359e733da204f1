"""The contract of a model folder. Each broken rule is a Result with a code, the cell or file, and a fix."""

import ast
from collections.abc import Iterator
from pathlib import Path

from mlgate.errors import SettingsError
from mlgate.notebook import files
from mlgate.notebook.cells import TRAIN, WRAPPER, Notebook, notebooks, parse, read
from mlgate.results import Result, Status

SAVERS = ("dump",)
SUFFIXES = (".sav", ".pkl")


def finding(code: str, subject: str, message: str, fix: str) -> Result:
    """A violation of the contract."""
    return Result(code=code, check="notebook", subject=subject, status=Status.INVALID, message=message, fix=fix)


def check(model_dir: Path) -> list[Result]:
    """Every violation in a model folder, or one VALID result."""
    found = list(_violations(model_dir))
    fine = Result(code="MG100", check="notebook", subject=str(model_dir), status=Status.VALID, message="accepted")
    return found or [fine]


def _violations(model_dir: Path) -> Iterator[Result]:
    paths = notebooks(model_dir)
    if len(paths) != 1:
        names = ", ".join(path.name for path in paths) or "none"
        yield finding("MG101", str(model_dir), f"one notebook is needed, found: {names}", "keep exactly one .ipynb")
        return
    try:
        notebook = read(paths[0])
    except SettingsError as err:
        yield finding("MG102", str(paths[0]), str(err), "save it again from Jupyter")
        return
    yield from _cells(notebook)
    yield from files.violations(model_dir, notebook)


def _cells(notebook: Notebook) -> Iterator[Result]:
    name = notebook.path.name
    for tag, code in ((TRAIN, "MG103"), (WRAPPER, "MG104")):
        if not any(cell.tag == tag for cell in notebook.cells):
            yield finding(code, name, f"no code cell is tagged {tag}", f"add the tag {tag} to the cell in Jupyter")
    broken = False
    for cell in notebook.cells:
        if isinstance(reason := parse(cell), str):
            broken = True
            yield finding("MG105", f"{name} cell {cell.number}", reason, "make the cell plain Python")
    if broken:
        return
    yield from _wrapper(notebook)
    yield from _saved(notebook)


def _wrapper(notebook: Notebook) -> Iterator[Result]:
    cells = [cell for cell in notebook.cells if cell.tag == WRAPPER]
    found = [(cell, node) for cell in cells for node in classes(cell.source)]
    where = f"{notebook.path.name} cell {cells[0].number}" if cells else notebook.path.name
    if cells and not found:
        yield finding("MG106", where, "the Wrapper cells define no class", "define the class that serves")
    if len(found) > 1:
        listed = ", ".join(f"{node.name} (cell {cell.number})" for cell, node in found)
        yield finding("MG107", where, f"the Wrapper cells define {len(found)} classes: {listed}", "keep one class")
    for cell, node in found:
        methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
        if "predict" not in methods:
            subject = f"{notebook.path.name} cell {cell.number}"
            yield finding("MG108", subject, f"class {node.name} has no predict method", "add predict(self, X, names)")


def _saved(notebook: Notebook) -> Iterator[Result]:
    models = saved_models(notebook)
    cells = [str(cell.number) for cell in notebook.cells if cell.tag == TRAIN]
    where = f"{notebook.path.name} cell {', '.join(cells)}"
    if cells and not models:
        fix = 'end the Train cells with joblib.dump(model, "model.sav")'
        yield finding("MG109", where, "the Train cells save no .sav or .pkl file", fix)
    if len(models) > 1:
        yield finding("MG110", where, f"the Train cells save {len(models)} models: {models}", "save one model")


def classes(source: str) -> list[ast.ClassDef]:
    """The classes that a module defines at its top level."""
    return [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]


def saved_models(notebook: Notebook) -> list[str]:
    """File names with a model's suffix that the Train cells hand to a ``dump`` call or to ``open``."""
    names = {
        arg.value
        for node in ast.walk(ast.parse(notebook.part(TRAIN)))
        if isinstance(node, ast.Call) and _called(node) in {"dump", "open", "to_pickle"}
        for arg in ast.walk(node)
        if isinstance(arg, ast.Constant) and isinstance(arg.value, str) and arg.value.endswith(SUFFIXES)
    }
    return sorted(names)


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
