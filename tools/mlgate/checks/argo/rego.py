"""Which namespaces of a folder of Rego conftest can run, told apart from those that read Gatekeeper's input."""

import re
from pathlib import Path

_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)", re.MULTILINE)
_RULE = re.compile(r"^(?:deny|violation|warn)(?:_\w+)?\b", re.MULTILINE)
_GATEKEEPER = re.compile(r"\binput\.review\b")


def files(folder: Path) -> list[Path]:
    """The files with rules, without those that test them."""
    return sorted(file for file in folder.rglob("*.rego") if not file.name.endswith("_test.rego"))


def namespaces(folder: Path) -> list[str]:
    """Packages with a rule that conftest runs on an object as it is."""
    texts = [_text(file) for file in files(folder)]
    found = {each[1] for text in texts if _RULE.search(text) for each in [_PACKAGE.search(text)] if each}
    gatekeepers = {each[1] for text in texts if _GATEKEEPER.search(text) for each in [_PACKAGE.search(text)] if each}
    return sorted(found - gatekeepers)


def is_gatekeepers(folder: Path) -> bool:
    """True when some of the Rego reads the input that Gatekeeper gives."""
    return any(_GATEKEEPER.search(_text(file)) for file in files(folder))


def _text(file: Path) -> str:
    return file.read_text(errors="replace")
