"""Argo CD as it is published, but for dex, by which people log in who have an account elsewhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mlgate.process import Tool
from mlgate.sandbox import oci
from mlgate.sandbox.controllers.model import Controller, Object, manifests, scripts
from mlgate.sandbox.images import applets, shell_files, with_libraries
from mlgate.sandbox.unit import installed, program

_MODULE = "github.com_argoproj_argo-cd_v3"
_PARTS = (
    "argocd-server",
    "argocd-repo-server",
    "argocd-application-controller",
    "argocd-applicationset-controller",
    "argocd-notifications",
    "argocd-cmp-server",
)
_USER = "999"


def _objects() -> Sequence[Object]:
    found = manifests(_MODULE, "manifests_install.yaml")
    space: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}}
    return [space, *(each for each in found if not each["metadata"]["name"].startswith("argocd-dex-server"))]


def _images(out: Path) -> Mapping[str, oci.Image]:
    return {"quay.io/argoproj/argocd": _argocd(out), "public.ecr.aws/docker/library/redis": _redis(out)}


def _argocd(out: Path) -> oci.Image:
    """The one program under the names of its parts, with git, gpg, kustomize and the scripts that it calls."""
    helpers = Path(Tool("git").run(["--exec-path"]).stdout.strip())
    files: dict[str, Path | bytes] = {
        **shell_files(),
        **with_libraries(
            "/bin/bash", "/usr/bin/git", "/usr/bin/gpg", "/usr/bin/gpg-agent", str(helpers / "git-remote-https")
        ),
        "usr/local/bin/argocd": Path(program("argocd")),
        "usr/local/bin/kustomize": Path(program("kustomize")),
        **{f"usr/local/bin/{name}": path for name, path in scripts(_MODULE).items()},
        "app/config/ssh/": b"",
        "app/config/tls/": b"",
        "app/config/gpg/source/": b"",
        "app/config/gpg/keys/": b"",
        "home/argocd/": b"",
    }
    links = {f"usr/local/bin/{part}": "argocd" for part in _PARTS}
    git = {f"{str(helpers)[1:]}/{name}": "/usr/bin/git" for name in ("git", "git-index-pack", "git-fetch-pack")}
    secure = {f"{str(helpers)[1:]}/git-remote-http": "git-remote-https"}
    shell = {place: target for place, target in applets().items() if place not in files}
    every = {**shell, **links, **git, **secure}
    return oci.make("argocd", out, files, links=every, user=_USER, path="/usr/local/bin:/usr/bin:/bin")


def _redis(out: Path) -> oci.Image:
    server = installed("redis-server")
    return oci.make("redis", out, dict(with_libraries(server)), entrypoint=(server,), user=_USER, path="/usr/bin:/bin")


ARGOCD = Controller(name="argocd", namespace="argocd", objects=_objects, images=_images)
