"""Whether this machine can run pods, and if not, why; the one place that names the packages of the system."""

import os
import shutil
import sys
from pathlib import Path

from mlgate.errors import ToolFailed
from mlgate.process import Tool

PACKAGES = (
    "busybox-static",
    "conntrack",
    "containerd",
    "containernetworking-plugins",
    "curl",
    "git",
    "gpg",
    "gpg-agent",
    "iproute2",
    "iptables",
    "redis-server",
    "runc",
)
INSTALL = f"apt-get install --no-install-recommends {' '.join(PACKAGES)}"
API_ONLY = "mlgate cluster up --api-only starts an API server that needs none of it, but runs no pod"
_PROGRAMS = ("containerd", "runc", "iptables", "conntrack", "ip")
_FILES = (
    "bin/busybox",
    "usr/bin/curl",
    "usr/bin/git",
    "usr/bin/gpg",
    "usr/bin/gpg-agent",
    "usr/bin/redis-server",
    "usr/lib/cni/ptp",
)
_CONTROLLERS = ("cpu", "cpuacct", "cpuset", "memory")
_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


def obstacles(root: Path = Path("/")) -> list[str]:
    """Everything that keeps a kubelet from running here, in words; ``root`` is where the machine's files are."""
    if not sys.platform.startswith("linux"):
        return [f"a kubelet needs Linux, this is {sys.platform}"]
    found = [] if os.geteuid() == 0 else ["a kubelet needs root, and this is another user"]
    missing = [name for name in _PROGRAMS if not shutil.which(name, path=_PATH)]
    missing += [path for path in _FILES if not (root / path).exists()]
    found += [f"not installed: {', '.join(missing)} ({INSTALL})"] if missing else []
    found += _cgroups(root)
    if not found:
        found += _namespaces()
    return found


def _cgroups(root: Path) -> list[str]:
    """cgroup v1 with the four controllers that a kubelet asks for, or v2 that may be written to."""
    mounts = [line.split() for line in (root / "proc/mounts").read_text().splitlines()]
    first = {option for line in mounts if line[2] == "cgroup" for option in line[3].split(",")}
    absent = [name for name in _CONTROLLERS if name not in first]
    if not absent:
        return []
    if (root / "sys/fs/cgroup/cgroup.controllers").is_file():
        offered = (root / "sys/fs/cgroup/cgroup.controllers").read_text().split()
        lost = [name for name in ("cpu", "cpuset", "memory") if name not in offered]
        return [f"the cgroup controllers {', '.join(lost)} are not given to this machine"] if lost else []
    return [f"the cgroup controllers {', '.join(absent)} are not mounted"]


def _namespaces() -> list[str]:
    try:
        rule = "mount -t tmpfs tmpfs /run && iptables -t nat -N probe"
        Tool("unshare").run(["--net", "--mount", "--propagation=private", "sh", "-c", rule], timeout_s=20)
    except ToolFailed as err:
        return [f"namespaces with packet rules of their own cannot be made: {str(err)[-200:]}"]
    return []
