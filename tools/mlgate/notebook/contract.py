"""The contract of a model folder. Each broken rule is a Result with a code, the cell or file, and a fix.

MG101 not one notebook        MG109 no model is saved           MG117 MODEL_NAME is not the wrapper
MG102 no valid notebook       MG110 several models are saved    MG118 a cell has both tags
MG103 no Train cell           MG111 no requirements             MG119 imported, but not required
MG104 no Wrapper cell         MG112 a requirement is not exact  MG120 the model is saved elsewhere
MG105 not plain Python        MG113 required, but not imported  MG121 the template is no SeldonDeployment
MG106 no class                MG114 no deployment template      MG122 the wrapper's name is taken
MG107 several classes         MG115 no image token              MG123 a name is defined nowhere
MG108 no predict              MG116 no MODEL_NAME               MG100 accepted
"""

from collections.abc import Iterator
from pathlib import Path

from mlgate.errors import SettingsError
from mlgate.notebook import files, requirements, wrapper
from mlgate.notebook.cells import TAGS, TRAIN, WRAPPER, Notebook, notebooks, parse, read
from mlgate.notebook.findings import bad, bad_cell
from mlgate.notebook.names import undefined
from mlgate.notebook.saved import saved_models
from mlgate.results import Result, Status


def check(model_dir: Path) -> list[Result]:
    """Every violation in a model folder, or one VALID result."""
    found = list(_violations(model_dir))
    fine = Result(code="MG100", check="notebook", subject=str(model_dir), status=Status.VALID, message="accepted")
    return found or [fine]


def _violations(model_dir: Path) -> Iterator[Result]:
    paths = notebooks(model_dir)
    if len(paths) != 1:
        names = ", ".join(path.name for path in paths) or "none"
        fix = "keep exactly one .ipynb"
        yield bad_cell("MG101", model_dir, str(model_dir), f"one notebook is needed, found: {names}", fix)
        return
    try:
        notebook = read(paths[0])
    except SettingsError as err:
        yield bad("MG102", paths[0], str(err), "save it again from Jupyter")
        return
    yield from _cells(notebook)
    yield from requirements.violations(model_dir, notebook)
    yield from files.template_violations(model_dir)
    yield from files.environment_violations(model_dir, notebook)


def _cells(notebook: Notebook) -> Iterator[Result]:
    yield from _tags(notebook)
    reasons = [(cell, reason) for cell in notebook.cells if isinstance(reason := parse(cell.source), str)]
    for cell, reason in reasons:
        subject = f"{notebook.path.name} cell {cell.number}"
        yield bad_cell("MG105", notebook.path, subject, reason, "make the cell plain Python")
    if reasons:
        return
    for tag in TAGS:
        yield from _module(notebook, tag)
    if notebook.tagged(WRAPPER):
        yield from wrapper.violations(notebook)
    if notebook.tagged(TRAIN):
        yield from _saved(notebook)


def _tags(notebook: Notebook) -> Iterator[Result]:
    for tag, code in ((TRAIN, "MG103"), (WRAPPER, "MG104")):
        if not notebook.tagged(tag):
            fix = f"add the tag {tag} to the cell in Jupyter"
            yield bad(code, notebook.path, f"no code cell is tagged {tag}", fix)
    for number in sorted({c.number for c in notebook.tagged(TRAIN)} & {c.number for c in notebook.tagged(WRAPPER)}):
        subject = f"{notebook.path.name} cell {number}"
        yield bad_cell("MG118", notebook.path, subject, "the cell has both tags", "split it into two cells")


def _module(notebook: Notebook, tag: str) -> Iterator[Result]:
    """What is wrong with the cells of one tag once they stand in a file of their own."""
    where = notebook.where(tag)
    tree = parse(notebook.part(tag))
    if isinstance(tree, str):
        yield bad_cell("MG105", notebook.path, where, f"together the {tag} cells: {tree}", "make them one module")
        return
    for name in undefined(tree):
        fix = f"define or import it in a {tag} cell"
        yield bad_cell("MG123", notebook.path, where, f"no {tag} cell defines {name}", fix)


def _saved(notebook: Notebook) -> Iterator[Result]:
    models = saved_models(notebook.part(TRAIN))
    where = notebook.where(TRAIN)
    if not models:
        fix = 'end the Train cells with joblib.dump(model, "model.sav")'
        yield bad_cell("MG109", notebook.path, where, "the Train cells save no .sav or .pkl file", fix)
    if len(models) > 1:
        message = f"the Train cells save {len(models)} models: {', '.join(models)}"
        yield bad_cell("MG110", notebook.path, where, message, "save one model")
    for model in models:
        if Path(model).name != model:
            fix = f'save it as "{Path(model).name}"'
            yield bad_cell("MG120", notebook.path, where, f"the model is saved as {model!r}, in another folder", fix)
