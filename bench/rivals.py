"""What others say of a tree: the usual chain of three programs, and linters that can be had from package registries.

Each takes the folder of a tree and a scratch folder, and gives the set of its complaints: empty when it is content. A
complaint is what is left of a line without the numbers and paths that change from run to run.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mlgate.checks import catalogue
from mlgate.process import cache_dir, search_path

Complaints = frozenset[str]
PEERS = cache_dir() / "bench"
# Tried, and why no row of the table is theirs.
ABSENT = {
    "argocheck 0.5.0": "renders Helm charts alone and stops without helm; no tree here has a chart",
    "flux-local 7.11.0": "for Flux, not Argo CD; and its code needs Python 3.12",
    "kube-linter 0.7.6": "could not be built from its Go module",
    "kubeval 0.16.1": "could not be built from its Go module; given up by its authors for kubeconform",
    "flux-schema 0.9.0": "could not be built from its Go module",
    "polaris": "could not be built from its Go module",
    "datree 1.9.19": "could not be built from its Go module",
}


@dataclass(frozen=True, slots=True)
class Rival:
    """``program`` must be there; ``complain`` says what it finds in a tree."""

    name: str
    program: str
    complain: Callable[[Path, Path], Complaints]

    @property
    def there(self) -> bool:
        return shutil.which(self.program, path=_path()) is not None


def _path() -> str:
    return os.pathsep.join([str(PEERS / "bin"), str(PEERS / "venv" / "bin"), search_path()])


def install() -> None:
    """Get what can be had into the cache, once; a failure leaves the rival out and the table says so."""
    go = shutil.which("go") or str(cache_dir() / "go" / "bin" / "go")
    if not (PEERS / "bin" / "kube-score").exists():
        env = {**os.environ, "GOBIN": str(PEERS / "bin"), "GOFLAGS": "-p=2"}
        _try([go, "install", "github.com/zegl/kube-score/cmd/kube-score@v1.20.0"], env)
    if not (PEERS / "venv" / "bin" / "checkov").exists():
        _try([sys.executable, "-m", "venv", str(PEERS / "venv")])
        _try([str(PEERS / "venv" / "bin" / "pip"), "install", "--quiet", "checkov==3.3.8"])


def _try(args: Sequence[str], env: dict[str, str] | None = None) -> None:
    try:
        subprocess.run(args, env=env, check=True, capture_output=True, timeout=900)
    except (OSError, subprocess.SubprocessError) as err:
        print(f"{args[-1]} could not be installed: {err}", file=sys.stderr)


def folders(tree: Path) -> list[Path]:
    """What a loop over overlays would build: kustomizations at the places that Argo CD syncs."""
    patterns = (
        "apps",
        "policy",
        "base/operators/*/kubernetes",
        "overlays/*",
        "overlays/*/*",
        "deploy/*",
        "deploy/*/overlays/*",
    )
    found = {path for pattern in patterns for path in tree.glob(pattern) if path.is_dir() and path.name != "values"}
    return sorted(path for path in found if path.name != "shop")


def _run(args: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": _path()}
    try:
        return subprocess.run(args, cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(args, 1, "", "timed out")


def rendered(tree: Path, scratch: Path) -> Complaints:
    """Write what each folder renders to ``scratch``, a plain folder's files as they are; kustomize's complaints."""
    scratch.mkdir(parents=True, exist_ok=True)
    complaints = set()
    for number, folder in enumerate(folders(tree)):
        out = scratch / f"{number:03}.yaml"
        if not (folder / "kustomization.yaml").is_file():
            parts = [file.read_bytes() for file in sorted(folder.glob("*.yaml"))]
            out.write_bytes(b"\n---\n".join(parts))
            continue
        done = _run(["kubectl", "kustomize", str(folder)], tree)
        out.write_text(done.stdout)
        if done.returncode:
            complaints.add(f"kustomize: {_plain(done.stderr, tree)}")
    return frozenset(complaints)


def chain(tree: Path, scratch: Path) -> Complaints:
    """kustomize, kubeconform -strict with our schemas, conftest with the rules of the tree and their tests."""
    complaints = set(rendered(tree, scratch))
    place = f"{catalogue.folder()}/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json"
    done = _run(["kubeconform", "-strict", "-schema-location", place, str(scratch)], tree)
    complaints.update(_failed("kubeconform", done, tree, scratch))
    if (tree / "policy" / "lib").is_dir():
        complaints.update(
            _failed("conftest", _run(["conftest", "verify", "--no-color", "--policy", "policy"], tree), tree, scratch)
        )
        files = _as_gatekeeper_asks(scratch)
        args = ["conftest", "test", "--no-color", "--policy", "policy", "--namespace", "model_accuracy", *files]
        complaints.update(_failed("conftest", _run(args, tree), tree, scratch) if files else ())
    return frozenset(complaints)


def _failed(name: str, done: subprocess.CompletedProcess[str], *folders: Path) -> set[str]:
    return (
        {f"{name}: {_plain(line, *folders)}" for line in (done.stdout + done.stderr).splitlines()}
        if done.returncode
        else set()
    )


def _as_gatekeeper_asks(scratch: Path) -> list[str]:
    """A file for each rendered ModelAccuracy, in the form that the rule reads; what a team's own glue would write."""
    objects = [obj for file in sorted(scratch.glob("*.yaml")) for obj in _objects(file)]
    constraints = [obj for obj in objects if obj.get("kind") == "AIModelAccuracyThreshold"]
    parameters = (constraints[0].get("spec") or {}).get("parameters") if constraints else None
    names = []
    for number, obj in enumerate(each for each in objects if each.get("kind") == "ModelAccuracy"):
        file = scratch / f"review-{number}.json"
        file.write_text(json.dumps({"review": {"object": obj}, "parameters": parameters}))
        names.append(str(file))
    return names


def _objects(file: Path) -> list[dict[str, Any]]:
    try:
        return [obj for obj in yaml.load_all(file.read_bytes(), Loader=yaml.CSafeLoader) if isinstance(obj, dict)]
    except (yaml.YAMLError, ValueError, RecursionError):
        return []


def kube_score(tree: Path, scratch: Path) -> Complaints:
    """kube-score's warnings and criticals of what kustomize renders."""
    complaints = set(rendered(tree, scratch))
    done = _run(["kube-score", "score", "--output-format", "ci", *map(str, sorted(scratch.glob("*.yaml")))], tree)
    lines = (done.stdout + done.stderr).splitlines()
    return frozenset(
        complaints | {_plain(line, tree, scratch) for line in lines if not line.startswith(("[OK]", "[SKIPPED]"))}
    )


def checkov(tree: Path, scratch: Path) -> Complaints:
    """checkov's failed checks of what kustomize renders, for Kubernetes and for secrets."""
    complaints = set(rendered(tree, scratch))
    args = [
        "checkov",
        "-d",
        str(scratch),
        "--framework",
        "kubernetes",
        "secrets",
        "--compact",
        "--quiet",
        "--skip-download",
    ]
    lines = _run(args, tree).stdout.splitlines()
    return frozenset(complaints | {_plain(line, tree, scratch) for line in lines if "FAILED" in line or "CKV" in line})


def _plain(text: str, *folders: Path) -> str:
    for folder in folders:
        text = text.replace(str(folder), ".")
    return re.sub(r"\d+", "N", text.strip())


RIVALS = (
    Rival("kustomize + kubeconform -strict + conftest", "kubeconform", chain),
    Rival("kube-score 1.20.0", "kube-score", kube_score),
    Rival("checkov 3.3.8", "checkov", checkov),
)
