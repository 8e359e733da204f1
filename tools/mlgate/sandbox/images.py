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
    applets = Tool(str(_BUSYBOX), hint="install busybox-static").run(["--list"]).stdout.split()
    links = {f"bin/{name}": "busybox" for name in applets if name != "busybox"}
    shell: dict[str, Path | bytes] = {
        "bin/busybox": _BUSYBOX,
        "etc/passwd": b"root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
        # busybox links the C library statically, and that one cannot look up every name.
        **with_libraries("/usr/bin/curl"),
    }
    images = (
        oci.make("shell", out, shell, links=links, command=("sh",), path="/bin:/usr/bin"),
        oci.make("pause", out, shell, links=links, entrypoint=("/bin/sh", "-c", _HOLD)),
        static("coredns", out, "coredns"),
    )
    return {image.name: image for image in images}


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
