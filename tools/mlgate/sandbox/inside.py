"""What a cluster with a node needs of its namespaces before anything starts in them."""

from pathlib import Path

from mlgate.sandbox.client import enter
from mlgate.sandbox.layout import NODE_IP, Layout
from mlgate.sandbox.unit import installed

_HIDDEN = ("/run", "/var/lib", "/var/log")  # what components write there must end with them
_CGROUPS = Path("/sys/fs/cgroup")
_FORWARD = "/proc/sys/net/ipv4/ip_forward"


def cgroups(layout: Layout) -> None:
    """Make the control group below which the kubelet makes all others, in each hierarchy of v1 or in the one of v2."""
    second = (_CGROUPS / "cgroup.controllers").is_file()
    for hierarchy in [_CGROUPS] if second else [each for each in _CGROUPS.iterdir() if each.is_dir()]:
        ours = hierarchy / layout.cgroup[1:]
        ours.mkdir(exist_ok=True)
        # In v1 a new group has no processor and no memory until it is given some.
        for name in ("cpuset.cpus", "cpuset.mems"):
            if not second and (hierarchy / name).is_file():
                (ours / name).write_text((hierarchy / name).read_text())


def prepare(layout: Layout) -> None:
    """Give it empty folders where the machine's would be written to, names, and a network that ends at the node."""
    for place in _HIDDEN:
        enter(layout, ["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", place])
    # Programs look for what Debian links from there.
    enter(layout, ["mkdir", "-p", "/run/lock", "/var/lib/cni", "/var/log/containers"])
    enter(layout, ["mount", "--bind", str(layout.folder / "hosts"), "/etc/hosts"])
    ip = installed("ip")
    for args in (
        "link set lo up",
        "link add node0 type bridge",
        f"addr add {NODE_IP}/24 dev node0",
        "link set node0 up",
        # kube-proxy and the API server ask for one; nothing is behind it.
        "route add default dev node0",
    ):
        enter(layout, [ip, *args.split()])
    enter(layout, ["tee", _FORWARD], stdin="1")
