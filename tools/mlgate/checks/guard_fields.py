"""What a kustomization names and asks for, field by field: pure, nothing is read from disk."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from mlgate.checks.guard_yaml import Spot, below, spot

_NAMES = (
    "apiVersion kind metadata openapi namePrefix nameSuffix namespace commonLabels labels commonAnnotations "
    "patchesStrategicMerge patchesJson6902 patches images imageTags replacements replicas vars sortOptions resources "
    "components crds bases configMapGenerator secretGenerator helmGlobals helmCharts helmChartInflationGenerator "
    "generatorOptions configurations generators transformers validators buildMetadata"
)
FIELDS = frozenset(_NAMES.split())
_HELM = ("helmGlobals", "helmCharts", "helmChartInflationGenerator", "enableHelm")
_PLUGINS = ("generators", "transformers", "validators")
# A path through lists and mappings to each text that kustomize opens.
PATHS = (
    *((name, "*") for name in ("resources", "bases", "components", "crds", "configurations", "patchesStrategicMerge")),
    *((name, "*") for name in _PLUGINS),
    *((name, "*", "path") for name in ("patches", "patchesJson6902", "replacements")),
    *((name, "*", "files", "*") for name in ("configMapGenerator", "secretGenerator")),
    *((name, "*", "envs", "*") for name in ("configMapGenerator", "secretGenerator")),
    *((name, "*", "env") for name in ("configMapGenerator", "secretGenerator")),
    ("openapi", "path"),
)
_REMOTE = re.compile(
    r"^\s*([a-z][a-z0-9+.-]*://|(git|oci|gh)::?|[\w.-]+@[\w.-]+[:/]|(www\.)?(github|gitlab|bitbucket)\.(com|org)[/:])"
    r"|[?&](ref|version|timeout|submodules)=|^[\w-]+(\.[\w-]+)+(:\d+)?/.*(\.git\b|_git/)",
    re.IGNORECASE,
)
_FUNCTIONS = ("config.kubernetes.io/function", "config.k8s.io/function")


@dataclass(frozen=True, slots=True)
class Named:
    """A path that a field names. ``plugin`` is set for a configuration of generators, transformers or validators."""

    field: str
    path: str
    line: int
    column: int
    plugin: bool = False


def remote(text: str) -> bool:
    """Whether kustomize would fetch this by itself."""
    return bool(_REMOTE.search(text))


def unknown(top: yaml.MappingNode) -> Iterator[Spot]:
    """MG208: fields that no kustomization has."""
    for key, _ in top.value:
        if isinstance(key, yaml.ScalarNode) and key.value not in FIELDS and key.value not in (*_HELM, "<<"):
            near = difflib.get_close_matches(key.value, FIELDS, 1)
            hint = f"; {near[0]} is one" if near else ""
            yield spot(key, "MG208", f"{key.value!r} is no field of a kustomization{hint}")


def programs(top: yaml.Node) -> Iterator[Spot]:
    """MG224: whatever would make kustomize start a program: Helm, or a function in a container or as a file."""
    for node in below(top):
        if isinstance(node, yaml.MappingNode):
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value in _FUNCTIONS:
                    yield spot(key, "MG224", f"the annotation {key.value} makes kustomize run a program or a container")


def helm(top: yaml.MappingNode) -> Iterator[Spot]:
    """MG224: the fields with which kustomize runs helm."""
    for key, _ in top.value:
        if isinstance(key, yaml.ScalarNode) and key.value in _HELM:
            yield spot(key, "MG224", f"{key.value} makes kustomize run helm, which fetches charts")


def named(top: yaml.MappingNode) -> Iterator[Named]:
    """Every path that the kustomization names. Text that is YAML itself, an inline patch or plugin, is no path."""
    for steps in PATHS:
        for node in _at(top, steps):
            text = node.value
            if "\n" in text or (steps[0] in (*_PLUGINS, "patchesStrategicMerge") and ": " in text):
                continue
            if steps[-2:] == ("files", "*") and not remote(text):
                text = text.partition("=")[2] or text
            where = node.start_mark
            yield Named(".".join(steps).replace(".*", ""), text, where.line + 1, where.column + 1, steps[0] in _PLUGINS)


def inline(top: yaml.MappingNode) -> Iterator[yaml.ScalarNode]:
    """Configurations of plugins that stand in the kustomization itself, as text."""
    for name in _PLUGINS:
        yield from (node for node in _at(top, (name, "*")) if "\n" in node.value or ": " in node.value)


def opened(top: yaml.Node) -> Iterator[Named]:
    """Every path that the configuration of a plugin names."""
    for node in below(top):
        for key in ("path", "paths", "files", "env", "envs"):
            for one in (*_at(node, (key,)), *_at(node, (key, "*"))):
                if remote(one.value):
                    yield Named(key, one.value, one.start_mark.line + 1, one.start_mark.column + 1)


def _at(node: yaml.Node, steps: tuple[str, ...]) -> Iterator[yaml.ScalarNode]:
    if not steps:
        if isinstance(node, yaml.ScalarNode) and node.value:
            yield node
    elif steps[0] == "*" and isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _at(item, steps[1:])
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == steps[0]:
                yield from _at(value, steps[1:])
