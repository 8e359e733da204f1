"""Tekton's variables in texts. One pass: a value that looks like a variable stays what it is."""

import re
from collections.abc import Collection, Mapping, Sequence

from mlgate.errors import SettingsError
from mlgate.pipeline.objects import Value

Values = Mapping[str, Value]
"""Variable, as in ``params.x`` or ``tasks.t.results.r``, to its value."""

_ANY = re.compile(r"\$\(([^()]*)\)")
# In a script $(...) is the shell's own, unless it begins like a variable of Tekton.
_TEKTON = re.compile(
    r"\$\(((?:params|inputs|outputs|tasks|finally|workspaces|results|steps|step|context)[.\[][^()]*)\)"
)
_QUOTED = re.compile(r"\[(?:\"([^\"]*)\"|'([^']*)')\]")
_STAR = "[*]"


def references(template: str) -> list[str]:
    """Variables of a text, in order, ``params["x"]`` and ``params.x`` alike as ``params.x``."""
    return [_plain(found).removesuffix(_STAR) for found in _ANY.findall(template)]


def script_references(script: str) -> list[str]:
    """Variables of a script; what is the shell's is not among them."""
    return [_plain(found) for found in _TEKTON.findall(script)]


def check(template: str, known: Collection[str], where: str) -> None:
    """Raise ``SettingsError`` naming the first variable that is not among ``known``."""
    for name in references(template):
        if name not in known:
            raise _unknown(name, where)


def check_script(script: str, known: Collection[str], where: str) -> None:
    """As ``check``; a parameter inside a script is refused: its value would become program text."""
    for name in script_references(script):
        if name.startswith(("params", "inputs")):
            raise SettingsError(
                f"{where}: $({name}) would become part of the program",
                fix='pass it through env: {name: X, value: "$(params.x)"}, and write "$X" in the script',
            )
        if name not in known:
            raise _unknown(name, where)


def text(template: str, values: Values, where: str) -> str:
    """``template`` with every variable replaced; raises ``SettingsError`` for an unknown one or an array."""
    return _ANY.sub(lambda found: _string(_plain(found[1]), values, where), template)


def script(template: str, values: Values, where: str) -> str:
    """As ``text`` for a script that passed ``check_script``."""
    return _TEKTON.sub(lambda found: _string(_plain(found[1]), values, where), template)


def items(templates: Sequence[str], values: Values, where: str) -> tuple[str, ...]:
    """As ``text`` for each; an item that is exactly ``$(params.x[*])`` becomes the array's items."""
    found: list[str] = []
    for template in templates:
        whole = _ANY.fullmatch(template)
        name = _plain(whole[1]) if whole else ""
        if name.endswith(_STAR):
            found += _array(name.removesuffix(_STAR), values, where)
        else:
            found.append(text(template, values, where))
    return tuple(found)


def value(template: Value, values: Values, where: str) -> Value:
    """A parameter's value: ``$(params.x[*])`` passes a whole array on."""
    if isinstance(template, tuple):
        return items(template, values, where)
    whole = _ANY.fullmatch(template)
    if whole and _plain(whole[1]).endswith(_STAR):
        return _array(_plain(whole[1]).removesuffix(_STAR), values, where)
    return text(template, values, where)


def _plain(name: str) -> str:
    return _QUOTED.sub(lambda found: "." + (found[1] or found[2] or ""), name)


def _string(name: str, values: Values, where: str) -> str:
    if name not in values:
        raise _unknown(name, where)
    found = values[name]
    if not isinstance(found, str):
        raise SettingsError(f"{where}: $({name}) is an array", fix=f"write $({name}[*]) as an item of its own")
    return found


def _array(name: str, values: Values, where: str) -> tuple[str, ...]:
    if name not in values:
        raise _unknown(name, where)
    found = values[name]
    if isinstance(found, str):
        raise SettingsError(f"{where}: $({name}[*]) is a string, not an array")
    return found


def _unknown(name: str, where: str) -> SettingsError:
    return SettingsError(f"{where}: there is no $({name})")
