"""Names that a module uses and nobody defines: what works in a live notebook and fails in a file."""

import ast
import builtins

_MODULE = {"__file__", "__name__", "__doc__", "__spec__", "__builtins__", "__class__"}


def undefined(tree: ast.Module) -> list[str]:
    """Names that are read but bound nowhere in the module, in order of appearance.

    Scopes are not told apart, so a name that is named here is surely undefined; ``import *`` ends all certainty.
    """
    known = {*dir(builtins), *_MODULE}
    for node in ast.walk(tree):
        bound = _bound(node)
        if "*" in bound:
            return []
        known |= bound
    used = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return list(dict.fromkeys(name for name in used if name not in known))


def _bound(node: ast.AST) -> set[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            return {name}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return {alias.asname or alias.name.split(".")[0] for alias in aliases}
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return {name}
        case ast.MatchMapping(rest=str(name)):
            return {name}
    return set()
