"""How long each kustomize build takes: one process a folder, best of three, beside the cost of the process itself.

``make bench`` renders apps/, policy/, every operator on both platforms, and a prefix with every option on in a
scratch clone, and prints a table. The aim is under 200 ms each; exit code 1 when a build misses it.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mlgate.checks import discover
from mlgate.cli import main as mlgate
from mlgate.process import Tool
from mlgate.render import kustomize, overlay
from mlgate.repo import Repo

ROOT = Path(__file__).resolve().parents[1]
LIMIT_MS = 200


def best(folder: Path, tries: int = 3) -> float:
    """Milliseconds of the fastest of some builds."""
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        kustomize.build(folder)
        times.append((time.perf_counter() - start) * 1000)
    return min(times)


def floor() -> float:
    """Milliseconds of a kubectl that does nothing."""
    start = time.perf_counter()
    Tool("kubectl").run(["kustomize", "--help"])
    return (time.perf_counter() - start) * 1000


def main() -> int:
    """Print the table; 1 when a build is over the limit."""
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, timeout=120)
        options = [w for each in overlay.known_components(clone / "base") for w in ("--component", each)]
        mlgate(["bootstrap", "--repo", str(clone), "--prefix", "bench", *options])
        builds = discover.builds(Repo(clone), ["bench"])
        rows = sorted(((best(build.folder), str(build.folder.relative_to(clone))) for build in builds), reverse=True)
    print(f"{floor():6.0f} ms  kubectl kustomize --help")
    for took, folder in rows:
        print(f"{took:6.0f} ms  {folder}")
    slow = [folder for took, folder in rows if took > LIMIT_MS]
    print(f"{len(rows)} builds, {len(slow)} over {LIMIT_MS} ms")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
