"""Which file the Train cells save the model to."""

import ast

SUFFIXES = (".sav", ".pkl")


def saved_models(source: str) -> list[str]:
    """Paths with a model's suffix that a module writes by ``dump`` (joblib, pickle) or opens for writing, sorted.

    A path may be written out, or be a name that is assigned once with the text.
    """
    tree = ast.parse(source)
    texts = {
        node.targets[0].id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _writes(node))
    found = {text for call in calls for text in _texts(call, texts)}
    return sorted(text for text in found if text.endswith(SUFFIXES))


def _texts(call: ast.Call, names: dict[str, str]) -> set[str]:
    found = set()
    for node in ast.walk(call):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        if isinstance(node, ast.Name) and node.id in names:
            found.add(names[node.id])
    return found


def _writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "open":
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        return any(isinstance(value, ast.Constant) and value.value in {"wb", "xb", "bw"} for value in values)
    return name in {"dump", "write_bytes"}
