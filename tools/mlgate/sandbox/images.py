"""The images that every cluster with a node has: what holds a pod, a shell, and DNS."""

from pathlib import Path

from mlgate.process import Tool
from mlgate.sandbox import oci
from mlgate.sandbox.unit import program

_BUSYBOX = Path("/bin/busybox")  # Debian's static one
# It reaps what comes to it, and ends when it is told.
_HOLD = "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait; done"


def base(out: Path) -> dict[str, oci.Image]:
    """Make them from programs of this machine, by name."""
    files = shell_files() | with_libraries("/usr/bin/curl")
    images = (
        oci.make("shell", out, files, links=applets(), command=("sh",), path="/bin:/usr/bin"),
        oci.make("pause", out, shell_files(), links=applets(), entrypoint=("/bin/sh", "-c", _HOLD)),
        static("coredns", out, "coredns"),
    )
    return {image.name: image for image in images}


def shell_files() -> dict[str, Path | bytes]:
    """busybox, and the users that pods run as; its C library is a static one, which cannot look up every name."""
    users = ("root:x:0:0::/:/bin/sh", "argocd:x:999:0::/home/argocd:/bin/sh", "nobody:x:65534:65534::/:/bin/sh")
    return {"bin/busybox": _BUSYBOX, "etc/passwd": "".join(f"{user}\n" for user in users).encode()}


def applets() -> dict[str, str]:
    """Links to busybox by the names of what it can be."""
    names = Tool(str(_BUSYBOX), hint="install busybox-static").run(["--list"]).stdout.split()
    return {f"bin/{name}": "busybox" for name in names if name != "busybox"}


def static(name: str, out: Path, built: str, place: str = "") -> oci.Image:
    """An image of one static program of the cache, and nothing else; ``place`` is its path in the image."""
    inside = place or f"bin/{built}"
    return oci.make(name, out, {inside: Path(program(built))}, entrypoint=(f"/{inside}",))


def with_libraries(*programs: str) -> dict[str, Path | bytes]:
    """Programs of this machine and the shared libraries that each asks for, by their paths in an image."""
    found = {Path(each) for each in programs}
    for executable in programs:
        said = Tool("ldd", hint="install libc-bin").run([executable]).stdout
        found |= {Path(line.split("(")[0].rpartition("=>")[2].strip()) for line in said.splitlines() if "/" in line}
    return {str(path)[1:]: path.resolve() for path in sorted(found)}
