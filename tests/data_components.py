"""What the components for data render to on both platforms, once for every test that looks at it."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import checkouts
from mlgate.render import kustomize

COMPONENTS = ("kafka-scoring", "object-storage", "workbench")
OPERATORS = ("jupyterhub", "kafka", "rook-ceph", "spark", "teiid")
REPO_URL = "https://git.example.com/team/mlops.git"
# A prefix of two words: one word would hide a replacement that takes a name apart.
PREFIXES = {
    "data-kube": ("kubernetes", "postgresql"),
    "data-shift": ("openshift", "postgresql"),
    "data-teiid": ("openshift", "teiid"),
    "data-embedded": ("kubernetes", "teiid"),
}
# Also switched on: its objects of the same kinds must not come between.
_BESIDE = ("network-policy",)
Object = dict[str, Any]


def tree(folder: Path) -> Path:
    """A tree with a prefix for each platform and virtualization, all components on, and no other operators."""
    checkouts.make(folder)
    _only(folder)
    for prefix, (platform, virtualization) in PREFIXES.items():
        switched = [word for name in (*COMPONENTS, *_BESIDE) for word in ("--component", name)]
        chosen = ["--platform", platform, "--virtualization", virtualization]
        assert (
            checkouts.mlgate(folder, "bootstrap", "--prefix", prefix, "--repo-url", REPO_URL, *chosen, *switched) == 0
        )
    return folder


def _only(folder: Path) -> None:
    for operator in (folder / "base" / "operators").iterdir():
        if operator.name not in OPERATORS:
            shutil.rmtree(operator)
    file = folder / "apps" / "values" / "settings.yaml"
    content = yaml.safe_load(file.read_text())
    there = folder / "base" / "operators"
    names = [name for name in OPERATORS if (there / name / content["spec"]["platform"]).is_dir()]
    content["spec"]["operators"] = [{"name": name} for name in names]
    file.write_text(yaml.safe_dump(content, sort_keys=False))


@dataclass(frozen=True, slots=True)
class Dev:
    """The rendered dev part of one prefix."""

    prefix: str
    objects: tuple[Object, ...]

    def of(self, kind: str) -> dict[str, Object]:
        """Objects of a kind by name; none is the test's failure."""
        found = {obj["metadata"]["name"]: obj for obj in self.objects if obj["kind"] == kind}
        assert found, f"{self.prefix} has no {kind}"
        return found

    @property
    def pods(self) -> dict[str, Object]:
        """Pod specs by the name of what makes them."""
        makers = [obj for obj in self.objects if obj["kind"] in {"StatefulSet", "Deployment", "Notebook"}]
        return {obj["metadata"]["name"]: obj["spec"]["template"]["spec"] for obj in makers}


def dev(folder: Path, prefix: str) -> Dev:
    return Dev(prefix, tuple(kustomize.build(folder / "overlays" / prefix / "dev")))


def containers(pod: Object) -> list[Object]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def strings(value: Any) -> Iterator[str]:
    """Every text in an object."""
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from strings(item)
        case dict():
            for item in value.values():
                yield from strings(item)


_SECRET_NAME = re.compile(r"(?i)(?<!ask)pass(word)?$|token$|secret$|credential$|api.?key$")
_IN_ADDRESS = re.compile(r"://[^/\s@]+@|(?i:password|passwd|pwd)=[^\s&;]")


def leaks(obj: Object) -> list[str]:
    """Why an object would carry a secret: it is one, or a value of a secret's name or in an address stands in it."""
    found = ["is a Secret"] if obj["kind"] == "Secret" else []
    found += [f"{name} has a value" for name in _valued(obj) if _SECRET_NAME.search(name)]
    return found + [f"{text[:20]}... names a secret" for text in strings(obj) if _IN_ADDRESS.search(text)]


def _valued(value: Any) -> Iterator[str]:
    match value:
        case {"name": str(name), "value": str(text)} if text:
            yield name
        case dict():
            for key, item in value.items():
                if isinstance(item, str) and item:
                    yield key
                yield from _valued(item)
        case list():
            for item in value:
                yield from _valued(item)
