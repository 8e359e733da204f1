"""Makes the pictures of docs/validate.md: ``python bench/screenshots.py``; needs chromium.

A copy of tests/corpus/foreign gets four mistakes; what validate says is drawn by rich as a terminal, and its GitHub
annotations by bench/annotations.py.
"""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bench")]

import annotations  # noqa: E402 - the folder is no package

from corpus import trees_of_corpus  # noqa: E402
from corpus.model import both, swap  # noqa: E402
from mlgate.checks.argo.follow import Options  # noqa: E402
from mlgate.checks.argo.run import validate_foreign  # noqa: E402
from mlgate.repo import Repo  # noqa: E402
from mlgate.report import github, text  # noqa: E402

SHOP = "deploy/shop/base/deployment.yaml"
BREAK = both(
    swap(SHOP, "livenessProbe", "livenesProbe"),
    swap("deploy/web/ingress.yaml", "            name: web\n", "            name: wep\n"),
    swap("deploy/web/deployment.yaml", "web:2.0.0", "web:latest"),
    swap("apps/shop.yaml", "- stage: prod", "- stage: production"),
)
IMAGES = ROOT / "docs" / "images"


def shoot(page: Path, picture: Path, size: str) -> None:
    """A PNG of a local page."""
    args = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1"]
    subprocess.run(
        ["chromium", *args, f"--screenshot={picture}", f"--window-size={size}", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )


def main() -> int:
    """Make both."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        tree = trees_of_corpus.copy_foreign(scratch / "shop")
        BREAK(tree)
        report = validate_foreign(Repo(tree), Options())
        console = Console(record=True, width=124, file=io.StringIO(), force_terminal=True)
        text.write(report, console)
        (scratch / "terminal.html").write_text(
            f"<body style='margin:0'>{console.export_svg(title='mlgate validate')}</body>"
        )
        commands = github.dump(report).splitlines()
        (scratch / "annotations.html").write_text(annotations.page(commands))
        shoot(scratch / "terminal.html", IMAGES / "validate-terminal.png", "1282,556")
        shoot(scratch / "annotations.html", IMAGES / "validate-annotations.png", "1000,690")
    return 0


if __name__ == "__main__":
    sys.exit(main())
