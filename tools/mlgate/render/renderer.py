"""The two ways to render, and which one this process uses: kustomize's library in the engine, or kubectl."""

import atexit
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from mlgate.errors import MissingTool, MlgateError
from mlgate.render import kustomize
from mlgate.render.engine import LIMIT_S, WORKERS, Answer, EnginePool, Request

_chosen = ["engine"]
_pools: dict[int, EnginePool] = {}


def choose(name: str) -> None:
    """Render with one of ``RENDERERS`` from now on, in this process and those that it forks."""
    _chosen[:] = [name]


def chosen() -> str:
    """The name of the renderer in use."""
    return _chosen[0]


def render_all(requests: Sequence[Request]) -> Sequence[Answer]:
    """The answers in the order of the requests, an error in each that failed. Raises ``MissingTool``."""
    return RENDERERS[chosen()](requests)


def pool() -> EnginePool:
    """The engine's workers of this process. A forked process has its own: two would mix up their answers."""
    if os.getpid() not in _pools:
        _pools.clear()
        _pools[os.getpid()] = EnginePool()
        atexit.register(_pools[os.getpid()].close)
    return _pools[os.getpid()]


def _engine(requests: Sequence[Request]) -> Sequence[Answer]:
    return pool().render(requests)


def _kubectl(requests: Sequence[Request]) -> Sequence[Answer]:
    with ThreadPoolExecutor(WORKERS) as threads:
        return list(threads.map(_by_kubectl, requests))


def _by_kubectl(request: Request) -> Answer:
    if request.options:
        return Answer(error="kubectl does not take the kustomize options of an Application: use --renderer engine")
    try:
        return Answer(tuple(kustomize.run(request.folder, LIMIT_S)))
    except MissingTool:
        raise
    except MlgateError as err:
        return Answer(error=str(err), killed="did not end within" in str(err))


RENDERERS: dict[str, Callable[[Sequence[Request]], Sequence[Answer]]] = {"engine": _engine, "kubectl": _kubectl}
