"""Trees of many prefixes to measure with: ``python bench/trees.py N FOLDER``.

The folder gets apps/, base/ and policy/ as they are here, and N overlays as ``mlgate bootstrap`` would write them, with
the options in turn. Every file is the renderer's own text; only the locks and checks of bootstrap are left out, which
read all prefixes for each.
"""

import shutil
import sys
from decimal import Decimal
from pathlib import Path

from mlgate.render import overlay
from mlgate.settings import Settings, parse

ROOT = Path(__file__).resolve().parents[1]
_URL = "https://git.example.com/team/mlops.git"
_VARIANTS: tuple[dict[str, object], ...] = (
    {},
    {"platform": "openshift"},
    {"choices": {"serving": "deployment"}},
    {"choices": {"serving": "kserve"}},
)


def make(count: int, folder: Path) -> Path:
    """Write a tree with ``count`` prefixes below ``folder``, which must not exist; returns it."""
    folder.mkdir(parents=True)
    for name in ("apps", "base", "policy"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "tools" / "mlgate").mkdir(parents=True)
    for number in range(count):
        add(folder, f"team{number:04}", number)
    return folder


def add(tree: Path, prefix: str, number: int = 0) -> Path:
    """Write one more overlay, with the options that stand at ``number``; returns its folder."""
    place = tree / "overlays" / prefix
    file = place / "values" / "settings.yaml"
    variant = _VARIANTS[number % len(_VARIANTS)]
    chosen = overlay.Choices(prefix=prefix, repo_url=_URL, accuracy=Decimal("0.95"), **variant)  # type: ignore[arg-type]
    text = overlay.settings(chosen)
    for name, content in {**_files(parse(file, text), tree), "values/settings.yaml": text}.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return place


def _files(settings: Settings, tree: Path) -> dict[str, str]:
    return overlay.files(settings.prefix, settings.options, tree / "base")


def main() -> int:
    """Make the tree that the arguments ask for; 2 when they ask for none."""
    match sys.argv[1:]:
        case [count, folder] if count.isdecimal() and not Path(folder).exists():
            print(make(int(count), Path(folder)))
            return 0
    print("usage: python bench/trees.py N FOLDER, where FOLDER does not exist yet", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
