"""etcd, an API server and the controllers that remove things, on loopback, for as long as the tests run."""

import contextlib
import ctypes
import json
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlgate.errors import ToolFailed
from mlgate.image import ports
from mlgate.lifecycle.kubectl import Cluster
from mlgate.process import cache_dir

PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager")
HINT = "run: make cluster-tools"
_CONTROLLERS = (
    "namespace-controller",
    "garbage-collector-controller",
    "serviceaccount-controller",
    "clusterrole-aggregation-controller",
    "persistentvolumeclaim-protection-controller",
)
_START_S = 120
_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Server:
    """A running API server; ``limited`` is the kubeconfig of a user that may only read."""

    folder: Path
    kubeconfig: Path
    limited: Path
    pids: tuple[int, ...]


def missing() -> list[str]:
    """Programs that are not built."""
    return [name for name in PROGRAMS if not (cache_dir() / "bin" / name).is_file()]


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Start the three programs, wait until they are ready, and end them by their ids, the last one first."""
    if absent := missing():
        raise AssertionError(f"{', '.join(absent)} not built; {HINT}")
    started: list[subprocess.Popen[bytes]] = []
    try:
        yield _start(folder, started)
    finally:
        for process in reversed(started):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(folder: Path, started: list[subprocess.Popen[bytes]]) -> Server:
    etcd, peer, port = ports.free(3)
    tokens = {name: secrets.token_hex(16) for name in ("admin", "limited")}
    (folder / "tokens").write_text(f"{tokens['admin']},admin,1,system:masters\n{tokens['limited']},limited,2\n")
    (folder / "tokens").chmod(0o600)
    args = ["openssl", "genrsa", "-out", str(folder / "sa.key"), "2048"]
    subprocess.run(args, check=True, capture_output=True, timeout=60)
    client = f"http://127.0.0.1:{etcd}"
    started.append(_spawn(folder, "etcd", _etcd(folder, client, f"http://127.0.0.1:{peer}")))
    started.append(_spawn(folder, "kube-apiserver", _apiserver(folder, client, port)))
    configs = {name: _kubeconfig(folder, name, port, token) for name, token in tokens.items()}
    _await_ready(folder, configs["admin"], started)
    started.append(_spawn(folder, "kube-controller-manager", _manager(folder, configs["admin"])))
    return Server(folder, configs["admin"], configs["limited"], tuple(process.pid for process in started))


def _etcd(folder: Path, client: str, peer: str) -> list[str]:
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
    ]


def _apiserver(folder: Path, etcd: str, port: int) -> list[str]:
    return [
        f"--etcd-servers={etcd}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={folder / 'certs'}",
        f"--token-auth-file={folder / 'tokens'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder / 'sa.key'}",
        f"--service-account-signing-key-file={folder / 'sa.key'}",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--authorization-mode=RBAC",
        "--endpoint-reconciler-type=none",
        f"--audit-log-path={folder / 'audit.log'}",
    ]


def _manager(folder: Path, kubeconfig: Path) -> list[str]:
    return [
        f"--kubeconfig={kubeconfig}",
        f"--controllers={','.join(_CONTROLLERS)}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        f"--secure-port={ports.free(1)[0]}",
        f"--cert-dir={folder / 'certs-manager'}",
        f"--root-ca-file={folder / 'certs' / 'apiserver.crt'}",
    ]


def _spawn(folder: Path, name: str, args: list[str]) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [str(cache_dir() / "bin" / name), *args],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - only a system call
        )


def _end_with_parent() -> None:
    # A test run that is killed cannot end anything; the kernel does it then.
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)


def _await_ready(folder: Path, config: Path, started: list[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        if dead := [process.args for process in started if process.poll() is not None]:
            raise AssertionError(f"{dead} ended; see {folder}")
        with contextlib.suppress(ToolFailed):
            if Cluster(str(config), timeout_s=5).call(["get", "--raw", "/readyz"]) == "ok":
                return
        time.sleep(0.1)
    raise AssertionError(f"the API server is not ready after {_START_S} s; see {folder}/kube-apiserver.log")


def _kubeconfig(folder: Path, name: str, port: int, token: str) -> Path:
    path = folder / f"{name}.conf"
    server = {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(folder / "certs" / "apiserver.crt")}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": server}],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": "test", "user": name}}],
        "current-context": name,
    }
    path.write_text(json.dumps(content))
    path.chmod(0o600)
    return path
