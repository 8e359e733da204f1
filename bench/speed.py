"""How long a whole run takes: cold beside the loop of three processes and the batched chain, warm, and as trees grow.

``python bench/speed.py [--quick]``. Each number is the wall time of one command in a process of its own, and the most
memory that it and its children had at once. Exit code 1 when a goal of GOALS is missed, but for --quick, which is too
small to say anything.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import measured

import trees
from mlgate.checks import catalogue
from mlgate.process import cache_dir, search_path

GOALS = {"engine, cold": 3.0, "stock binaries, cold": 6.0, "nothing changed": 0.5, "one overlay changed": 0.7}
_LOOK_S = 0.1
_PARTS = ("", "policy", "cicd", "dev", "stage")


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds, most megabytes at once of the command and all its children, and the exit code."""

    seconds: float
    megabytes: float
    code: int


def timed(args: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Timed:
    """Run one command to its end, in a session of its own, by which its children are known."""
    start, most = time.perf_counter(), 0.0
    quiet = subprocess.DEVNULL
    with subprocess.Popen(args, cwd=cwd, env=env, stdout=quiet, stderr=quiet, start_new_session=True) as child:
        while True:
            try:
                code = child.wait(timeout=_LOOK_S)
                break
            except subprocess.TimeoutExpired:
                most = max(most, _megabytes(child.pid))
    return Timed(time.perf_counter() - start, most, code)


def _megabytes(session: int) -> float:
    """Memory of all processes of a session now; what several share is shared out among them (PSS)."""
    return sum(_kilobytes(each) for each in Path("/proc").glob("[0-9]*") if _session(each) == session) / 1024


def _session(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    except (OSError, IndexError, ValueError):  # it has ended
        return 0


def _kilobytes(process: Path) -> int:
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def environment(cache: Path) -> dict[str, str]:
    """Tools and schemas of the real cache, and results in an empty one."""
    cache.mkdir(parents=True, exist_ok=True)
    for name in ("bin", "go", "schemas", "modules"):
        link = cache / name
        if not link.exists() and (cache_dir() / name).exists():
            link.symlink_to(cache_dir() / name)
    return {**os.environ, "MLGATE_CACHE": str(cache), "PATH": search_path()}


def mlgate(tree: Path, env: Mapping[str, str], *args: str) -> Timed:
    """One run of the verb, as a person would start it."""
    return timed([sys.executable, "-m", "mlgate.cli", "validate", str(tree), *args], tree, env)


def overlays(tree: Path) -> list[Path]:
    """The five folders of each prefix."""
    return [place / part for place in sorted((tree / "overlays").iterdir()) if place.is_dir() for part in _PARTS]


def _schemas() -> str:
    return f"{catalogue.folder()}/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json"


def loop(tree: Path, scratch: Path) -> float:
    """kustomize, kubeconform and conftest for each overlay, one after the other."""
    start = time.perf_counter()
    for number, folder in enumerate(overlays(tree)):
        out = _rendered(tree, folder, scratch, number)
        for words in (_kubeconform(out), _conftest(out)):
            subprocess.run(words, cwd=tree, env=_path(), capture_output=True, check=False)
    return time.perf_counter() - start


def batched(tree: Path, scratch: Path) -> float:
    """All builds by two at once, then one kubeconform and one conftest for everything."""
    start = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: _rendered(tree, each[1], scratch, each[0]), enumerate(overlays(tree))))
    for words in (_kubeconform(scratch), _conftest(scratch)):
        subprocess.run(words, cwd=tree, env=_path(), capture_output=True, check=False)
    return time.perf_counter() - start


def _path() -> dict[str, str]:
    return {**os.environ, "PATH": search_path()}


def _rendered(tree: Path, folder: Path, scratch: Path, number: int) -> Path:
    out = scratch / f"{number:05}.yaml"
    with out.open("wb") as file:
        words = ["kubectl", "kustomize", str(folder)]
        subprocess.run(words, cwd=tree, env=_path(), stdout=file, stderr=subprocess.DEVNULL, check=False)
    return out


def _kubeconform(path: Path) -> list[str]:
    return ["kubeconform", "-strict", "-schema-location", _schemas(), str(path)]


def _conftest(path: Path) -> list[str]:
    return ["conftest", "test", "--policy", "policy", "--namespace", "model_accuracy", str(path)]


def cold(tree: Path, scratch: Path, count: int) -> dict[str, float]:
    """Seconds of each way over the same tree, one after the other."""
    found: dict[str, float] = {}
    for name, args in (("engine, cold", ()), ("stock binaries, cold", ("--renderer", "kubectl"))):
        found[name] = mlgate(tree, environment(scratch / f"cache-{len(found)}"), *args).seconds
    for name, way in (("loop of three processes", loop), ("batched chain", batched)):
        folder = scratch / name
        folder.mkdir()
        found[name] = way(tree, folder)
    print(f"\n| {5 * count} overlays ({count} prefixes) | seconds | of the loop |\n|---|---:|---:|")
    for name, seconds in found.items():
        print(f"| {name} | {seconds:.2f} | 1/{found['loop of three processes'] / seconds:.1f} |")
    return found


def grown(counts: Sequence[int], scratch: Path) -> dict[str, float]:
    """Cold, then warm with nothing and with one overlay changed, for trees that grow; the worst of each warm time."""
    worst = {"nothing changed": 0.0, "one overlay changed": 0.0}
    print("\n| prefixes | cold s | ms a prefix | MB | nothing changed s | one overlay changed s |")
    print("|---:|---:|---:|---:|---:|---:|")
    for count in counts:
        tree = trees.make(count, scratch / f"tree-{count}")
        env = environment(scratch / f"warm-{count}")
        first = mlgate(tree, env)
        same = min(mlgate(tree, env).seconds for _ in range(3))
        changed = min(_changed(tree, env, number) for number in range(min(3, count)))
        worst = {name: max(value, new) for (name, value), new in zip(worst.items(), (same, changed), strict=True)}
        each = 1000 * first.seconds / count
        cells = f"{first.seconds:.1f} | {each:.1f} | {first.megabytes:.0f} | {same:.2f} | {changed:.2f}"
        print(f"| {count} | {cells} |", flush=True)
        shutil.rmtree(tree)
    return worst


def _changed(tree: Path, env: Mapping[str, str], number: int) -> float:
    file = sorted((tree / "overlays").glob("*/values/settings.yaml"))[number]
    file.write_text(file.read_text().replace("seed: 2020", f"seed: {number}"))
    return mlgate(tree, env).seconds


def main() -> int:
    """Print the tables; 1 when a goal is missed."""
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        count = 2 if quick else 100
        tree = trees.make(count, scratch / "tree")
        found = {**cold(tree, scratch, count), **grown((2,) if quick else (100, 1000, 5000), scratch)}
    peer = f"{found['loop of three processes']:.2f} s, loop of three processes"
    told = [
        measured.Number(
            what, f"{goal:.1f} s", f"{found[what]:.2f} s", peer if "cold" in what else "-", found[what] <= goal
        )
        for what, goal in GOALS.items()
    ]
    measured.keep("speed", measured.number(told, quick=quick))
    missed = [f"{what}: {found[what]:.2f} s, goal {goal:.1f} s" for what, goal in GOALS.items() if found[what] > goal]
    print("\n" + ("\n".join(f"missed: {each}" for each in missed) or "every goal is met"))
    return 1 if missed and not quick else 0


if __name__ == "__main__":
    sys.exit(main())
