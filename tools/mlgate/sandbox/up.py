"""Bring a cluster up, or make whole the one that is there."""

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mlgate.errors import ToolFailed, UsageError
from mlgate.image.ports import free
from mlgate.sandbox import client, configs, control_plane, images, inside, node, oci, pki, preflight
from mlgate.sandbox.addons import dns
from mlgate.sandbox.down import down, leftovers
from mlgate.sandbox.layout import NAME, Layout, folder, load, save
from mlgate.sandbox.unit import Unit

Say = Callable[[str], None]
_WAIT_S = 0.1


def up(name: str = NAME, *, api_only: bool = False, say: Say = lambda _: None) -> Layout:
    """A cluster whose every component says that it is ready; the same one when it runs already.

    Raises ``ToolFailed`` with all reasons when this machine cannot run pods, and ``UsageError`` when the
    one that runs is of the other kind.
    """
    place = folder(name)
    with _alone(place):
        there = load(name)
        if there and client.alive(there):
            if there.pods is api_only:
                raise UsageError(
                    f"the cluster {name} runs {'with' if there.pods else 'without'} a node", fix=_down(name)
                )
            say(f"the cluster {name} runs; starting what does not ...")
            return _complete(there, say)
        if not api_only and (reasons := preflight.obstacles()):
            raise ToolFailed(f"no pod can run on this machine: {'; '.join(reasons)}", fix=preflight.API_ONLY)
        if leftovers(place):
            say("removing what an interrupted start left ...")
            down(place)
        layout = _complete(_begin(place, not api_only), say)
        save(layout)
        return layout


def _down(name: str) -> str:
    return f"mlgate cluster down --name {name}"


def _begin(place: Path, pods: bool) -> Layout:
    (place / "logs").mkdir(parents=True, mode=0o700)
    place.chmod(0o700)
    pki.make(place / "pki")
    layout = client.spawn(place, pods)
    configs.kubeconfigs(layout)
    return layout


def _complete(layout: Layout, say: Say) -> Layout:
    if not layout.pods:
        store, peer, manager = _known_ports(layout)
        _run(layout, say, [control_plane.etcd(layout, store, peer)])
        _run(layout, say, [control_plane.apiserver(layout, store)])
        _run(layout, say, [control_plane.controller_manager(layout, manager)])
        return layout
    made = images.base(layout.folder / "images")
    if not (layout.folder / "hosts").exists():
        configs.write(layout, made["pause"].reference)
        inside.prepare(layout)
        inside.cgroups(layout)
    _run(layout, say, [control_plane.etcd(layout, 2379, 2380), node.registry(layout), node.git(layout)])
    _run(layout, say, [control_plane.apiserver(layout, 2379), node.containerd(layout)])
    _push(layout, made, say)
    managers = [control_plane.controller_manager(layout, 10257), control_plane.scheduler(layout)]
    _run(layout, say, [*managers, node.kubelet(layout), node.proxy(layout)])
    dns(layout, made["coredns"].reference, say)
    return layout


def _push(layout: Layout, made: dict[str, oci.Image], say: Say) -> None:
    say(f"pushing {', '.join(made)} to the registry ...")
    for image in made.values():
        oci.push(image, layout.ports.registry)


def _known_ports(layout: Layout) -> Sequence[int]:
    path = layout.folder / "ports"
    if not path.exists():
        path.write_text(" ".join(map(str, free(3))))
    return [int(port) for port in path.read_text().split()]


def _run(layout: Layout, say: Say, units: Sequence[Unit]) -> None:
    """Start the units together and wait for each."""
    begun = time.monotonic()
    for unit in units:
        client.start(layout, unit)
    for unit in units:
        await_ready(layout, unit)
        say(f"{unit.name} is ready ({time.monotonic() - begun:.1f} s)")


def await_ready(layout: Layout, unit: Unit) -> None:
    """Wait until the component says that it is ready. Raises ``ToolFailed`` with its last words."""
    end = time.monotonic() + unit.within_s
    while why := client.ready(layout, unit.ready):
        _, code = client.status(layout)[unit.name]
        if code is not None:
            raise ToolFailed(f"{unit.name} ended with exit code {code}: {last_words(layout, unit.name)}")
        if time.monotonic() > end:
            raise ToolFailed(f"{unit.name} is not ready after {unit.within_s:g} s ({why}); see {layout.log(unit.name)}")
        time.sleep(_WAIT_S)


def last_words(layout: Layout, name: str, lines: int = 5) -> str:
    """The end of a process's log."""
    try:
        return "\n".join(layout.log(name).read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "it said nothing"


@contextlib.contextmanager
def _alone(place: Path) -> Iterator[None]:
    place.parent.mkdir(parents=True, exist_ok=True)
    with (place.parent / f".{place.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ToolFailed(f"the cluster {place.name} is being started by another command") from None
        yield
