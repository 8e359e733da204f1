"""Stage 7: what an object names in its own namespace is there, and every Pipeline's graph holds together."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlgate.checks import mentions, ports, secret_makers
from mlgate.checks.locate import Locator
from mlgate.checks.mentions import Mention
from mlgate.checks.model import Object, Rendered, name_of, namespace_of, subject
from mlgate.errors import MlgateError
from mlgate.pipeline import order, parse
from mlgate.repo import Repo
from mlgate.results import Result, Status

# Every namespace has these without anybody's doing.
_GIVEN = {("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")}
# Services that an operator makes for an object, by its kind.
_MADE = {
    "EventListener": "el-{}",
    "InferenceService": "{}-predictor",
    "Kafka": "{}-kafka-bootstrap",
    "Notebook": "{}",
    "SeldonDeployment": "{}",
    "VirtualDatabase": "{}",
}


@dataclass(frozen=True, slots=True)
class _Source:
    obj: Object
    locator: Locator

    def result(self, code: str, status: Status, message: str = "", path: str = "") -> Result:
        if not message:
            return Result(code=code, check="references", subject=subject(self.obj), status=status)
        place = self.locator.find(self.obj, path)
        return Result(
            code=code,
            check="references",
            subject=subject(self.obj),
            status=status,
            message=message,
            **place.where,
        )


def check(repo: Repo, rendered: Sequence[Rendered]) -> list[Result]:
    """MG261 a Pipeline's graph, MG262 a name that leads nowhere, MG263 a Service that selects no pod.

    A prefix's parts are looked at together; Secrets are not in git, so only their users know them.
    """
    groups: dict[tuple[str, str], list[_Source]] = defaultdict(list)
    for one in rendered:
        locator = Locator(repo, one.build)
        key = (one.build.prefix, "" if one.build.prefix else str(one.build.folder))
        groups[key] += [_Source(obj, locator) for obj in one.objects]
    return [result for group in groups.values() for result in _group(group, _pipeline)]


def check_together(repo: Repo, rendered: Sequence[Rendered]) -> list[Result]:
    """MG262 and MG263 of everything that one cluster gets, whichever Applications bring it.

    Secrets are followed in the namespaces for which the tree brings some, in whatever form.
    """
    sources = [
        _Source(obj, locator) for one in rendered for locator in [Locator(repo, one.build)] for obj in one.objects
    ]
    made = secret_makers.made(source.obj for source in sources)
    spaces = {namespace for namespace, _ in made}

    def secrets(source: _Source, _objects: Sequence[Object]) -> Iterator[Result]:
        own = namespace_of(source.obj)
        for mention in secret_makers.of(source.obj) if own in spaces else ():
            if (own, mention.name) not in made:
                yield source.result("MG262", Status.INVALID, _words(mention, own), mention.path)

    return list(_group(sources, secrets))


def _group(
    sources: Sequence[_Source], own: Callable[[_Source, Sequence[Object]], Iterator[Result]]
) -> Iterator[Result]:
    objects = [source.obj for source in sources]
    there = {(namespace_of(obj), str(obj.get("kind")), name_of(obj)) for obj in objects}
    makers = [obj for obj in objects if obj.get("kind") in _MADE]
    there |= {(namespace_of(obj), "Service", _MADE[obj["kind"]].format(name_of(obj))) for obj in makers}
    checks: list[Callable[[_Source], Iterator[Result]]] = [
        lambda source: own(source, objects),
        lambda source: _mentions(source, there),
        lambda source: _selector(source, objects),
        lambda source: _ports(source, objects),
    ]
    for source in sources:
        found = [result for each in checks for result in each(source)]
        yield from found or [source.result("MG262", Status.VALID)]


def _pipeline(source: _Source, objects: Sequence[Object]) -> Iterator[Result]:
    if source.obj.get("kind") != "Pipeline":
        return
    space = namespace_of(source.obj)
    tasks = [obj for obj in objects if obj.get("kind") == "Task" and namespace_of(obj) == space]
    try:
        order.check(parse.pipeline(source.obj, tasks))
    except MlgateError as err:
        yield source.result("MG261", Status.INVALID, str(err))


def _mentions(source: _Source, there: set[tuple[str, str, str]]) -> Iterator[Result]:
    own = namespace_of(source.obj)
    for mention in mentions.of(source.obj):
        space = mention.namespace or own
        if (mention.kind, mention.name) in _GIVEN or (space, mention.kind, mention.name) in there:
            continue
        if mention.namespace and not any(namespace == mention.namespace for namespace, _, _ in there):
            continue  # another Application's namespace, which is not rendered here
        yield source.result("MG262", Status.INVALID, _words(mention, space), mention.path)


def _words(mention: Mention, space: str) -> str:
    return f"there is no {mention.kind} {mention.name!r} in {space or 'the cluster'}, which {mention.path} names"


def _selector(source: _Source, objects: Sequence[Object]) -> Iterator[Result]:
    wanted = (source.obj.get("spec") or {}).get("selector")
    if source.obj.get("kind") != "Service" or not isinstance(wanted, dict) or not wanted:
        return
    space = namespace_of(source.obj)
    labels = [each for obj in objects if namespace_of(obj) == space for each in mentions.pod_labels(obj)]
    if not any(wanted.items() <= each.items() for each in labels) and not _foreign(wanted):
        yield source.result("MG263", Status.INVALID, "its selector matches the labels of no pod here", "/spec/selector")


def _ports(source: _Source, objects: Sequence[Object]) -> Iterator[Result]:
    for path, words in ports.unknown(source.obj, objects):
        yield source.result("MG262", Status.INVALID, words, path)


def _foreign(selector: dict[str, Any]) -> bool:
    # Pods that an operator makes carry labels of that operator's domain.
    return any("/" in key and not key.startswith("app.kubernetes.io/") for key in selector)
