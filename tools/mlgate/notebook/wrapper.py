"""What the Wrapper cells must define: one class that predicts."""

import ast
from collections.abc import Iterator

from mlgate.notebook.cells import WRAPPER, Notebook
from mlgate.notebook.findings import bad
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
        yield bad("MG106", path, "the Wrapper cells define no class", "define the class that serves", subject=where)
    if len(found) > 1:
        listed = ", ".join(f"{node.name} (cell {cell.number})" for cell, node in found)
        message = f"the Wrapper cells define {len(found)} classes: {listed}"
        yield bad("MG107", path, message, "keep the class that serves", subject=where)
    for cell, node in found:
        subject = f"{path.name} cell {cell.number}"
        methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
        if "predict" not in methods:
            fix = "add predict(self, X, features_names, meta=None)"
            yield bad("MG108", path, f"class {node.name} has no predict method", fix, subject=subject)
        if node.name.lower() == "train":
            message = f"class {node.name} would take the place of Train.py"
            yield bad("MG122", path, message, "give the class another name", subject=subject)
