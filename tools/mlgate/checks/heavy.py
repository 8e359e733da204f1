"""YAML that would stop every reader: anchors that multiply, nesting without end. Looked for before all else."""

import re
from collections.abc import Iterable
from pathlib import Path

from mlgate.checks.guard_yaml import SIZE, Heavy, parse
from mlgate.errors import SettingsError

_SUFFIXES = {".yaml", ".yml", ".json"}
_ALIAS = re.compile(rb"[\s\[,:-]\*[\w-]")
_NESTING = re.compile(rb"(?:[\[{]\s*){50}|(?:- ){50}|^ {200}", re.MULTILINE)
_FEW = 9


def refuse(folders: Iterable[Path]) -> None:
    """Raises ``SettingsError`` for the first such file below ``folders``; hidden folders are not looked into."""
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
            if file.suffix in _SUFFIXES and not hidden and file.is_file():
                _check(file)


def _check(file: Path) -> None:
    try:
        content = file.read_bytes()
    except OSError:
        return
    # What has no aliases and little nesting is as large as it looks, and is not parsed for this.
    if len(_ALIAS.findall(content)) <= _FEW and not _NESTING.search(content):
        return
    try:
        if len(content) > SIZE:
            raise Heavy(f"{len(content):,} bytes with anchors or deep nesting are more than {SIZE:,}")
        parse(content)
    except Heavy as err:
        raise SettingsError(
            f"{file}: {err}", fix="write out what the anchors stand for; nothing was read any further"
        ) from None
