"""What the Wrapper cells must define: one class that predicts."""

import ast
from collections.abc import Iterator

from mlgate.notebook.cells import WRAPPER, Notebook
from mlgate.notebook.findings import bad_cell
from mlgate.results import Result


def classes(tree: ast.Module) -> list[ast.ClassDef]:
    """The classes that a module defines at its top level."""
    return [node for node in tree.body if isinstance(node, ast.ClassDef)]


def violations(notebook: Notebook) -> Iterator[Result]:
    """What is wrong with the wrapper; the cells are known to be plain Python."""
    path = notebook.path
    found = [(cell, node) for cell in notebook.tagged(WRAPPER) for node in classes(ast.parse(cell.source))]
    where = notebook.where(WRAPPER)
    if not found:
        yield bad_cell("MG106", path, where, "the Wrapper cells define no class", "define the class that serves")
    if len(found) > 1:
        listed = ", ".join(f"{node.name} (cell {cell.number})" for cell, node in found)
        message = f"the Wrapper cells define {len(found)} classes: {listed}"
        yield bad_cell("MG107", path, where, message, "keep the class that serves")
    for cell, node in found:
        subject = f"{path.name} cell {cell.number}"
        methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
        if "predict" not in methods:
            fix = "add predict(self, X, features_names, meta=None)"
            yield bad_cell("MG108", path, subject, f"class {node.name} has no predict method", fix)
        if node.name.lower() == "train":
            message = f"class {node.name} would take the place of Train.py"
            yield bad_cell("MG122", path, subject, message, "give the class another name")
