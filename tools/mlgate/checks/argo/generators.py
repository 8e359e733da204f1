"""The generators of an ApplicationSet: sets of parameters, for each of which it makes one Application."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from mlgate.checks.argo import clusters, git_generator, selector
from mlgate.checks.argo.clusters import Cluster
from mlgate.checks.argo.params import flat, merged
from mlgate.checks.argo.template import Language, Params
from mlgate.errors import SettingsError

_KINDS = ("list", "git", "clusters", "matrix", "merge")
_ELSEWHERE = ("scmProvider", "pullRequest", "clusterDecisionResource", "plugin", "oci")
_MISSING = ("map has no entry for key", "nil pointer evaluating")
Generator = Mapping[str, Any]


class NotHere(SettingsError):
    """The parameters come from a place that is not in this repository."""


@dataclass(frozen=True, slots=True)
class World:
    """What generators look at: the tree, which repositories are this one, and the clusters."""

    root: Path
    is_here: Callable[[str], bool]
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True)
class Generators:
    """Generators of one ApplicationSet, in the language of its templates."""

    world: World
    language: Language

    @staticmethod
    def split(generator: Generator) -> list[Generator]:
        """At the top one entry may hold several generators, each of which makes its own Applications."""
        kinds = [kind for kind in (*_KINDS, *_ELSEWHERE) if kind in generator]
        selected = {"selector": generator["selector"]} if "selector" in generator else {}
        return [{kind: generator[kind], **selected} for kind in kinds] or [generator]

    def sets(self, generator: Generator, given: Params | None = None) -> list[Params]:
        """Sets of parameters of one generator; ``given`` are those of the ones before it in a matrix.

        Raises ``NotHere``, or ``SettingsError`` for what Argo CD would refuse.
        """
        kind = self._kind(generator)
        spec = generator[kind] or {}
        if given:
            spec = self._filled(spec, given)
        found = getattr(self, f"_{kind}")(spec)
        return [each for each in found if self._selected(generator.get("selector") or {}, each)]

    def _filled(self, spec: Generator, given: Params) -> Generator:
        (rendered,) = self.language.render({key: value for key, value in spec.items() if key != "values"}, [given])
        values = spec.get("values")
        told = {key: self._value(text, given) for key, text in values.items()} if values else {}
        return {**rendered, "values": told} if told else rendered

    def _value(self, text: Any, given: Params) -> Any:
        # One that needs the generator's own parameters waits for them.
        options = [each for each in self.language.options if not each.startswith("missingkey=")]
        language = replace(self.language, options=(*options, "missingkey=error"))
        try:
            return language.render(text, [given])[0]
        except SettingsError as err:
            if any(words in str(err) for words in _MISSING):
                return text
            raise

    def _kind(self, generator: Generator) -> str:
        elsewhere = [kind for kind in _ELSEWHERE if kind in generator]
        if elsewhere:
            raise NotHere(f"the generator {elsewhere[0]} asks a server")
        kinds = [kind for kind in _KINDS if kind in generator]
        if len(kinds) != 1:
            raise SettingsError(f"generator: exactly one of {', '.join(_KINDS)} is needed, not {len(kinds)}")
        return kinds[0]

    @staticmethod
    def _selected(wanted: Mapping[str, Any], params: Params) -> bool:
        return selector.is_empty(wanted) or selector.matches(wanted, flat(params))

    def _list(self, spec: Generator) -> list[Params]:
        elements = list(spec.get("elements") or [])
        text = str(spec.get("elementsYaml") or "")
        more = list(yaml.load(text, Loader=yaml.CSafeLoader) or [])
        if not all(isinstance(each, dict) for each in (*elements, *more)):
            raise SettingsError("list generator: an element is no object")
        return [*(dict(each) if self.language.go else self._element(each) for each in elements), *map(dict, more)]

    @staticmethod
    def _element(element: Mapping[str, Any]) -> Params:
        found: Params = {}
        for key, value in element.items():
            if key == "values":
                found |= flat(value, "values")
            elif isinstance(value, str):
                found[key] = value
            else:
                raise SettingsError(f"list generator: {key} is no string, which goTemplate: false asks for")
        return found

    def _git(self, spec: Generator) -> list[Params]:
        if not self.world.is_here(str(spec.get("repoURL", ""))):
            raise NotHere(f"the git generator reads {spec.get('repoURL')}")
        go, prefix = self.language.go, str(spec.get("pathParamPrefix") or "")
        if spec.get("directories"):
            names = git_generator.folders(self.world.root, spec["directories"])
            return self._valued(spec, [git_generator.of_folder(name, prefix, go=go) for name in names])
        if not spec.get("files"):
            raise SettingsError("git generator: needs directories or files")
        names = git_generator.files(self.world.root, spec["files"])
        sets = [one for name in names for one in git_generator.of_file(self.world.root, name, prefix, go=go)]
        return self._valued(spec, sets)

    def _clusters(self, spec: Generator) -> list[Params]:
        chosen = clusters.selected(self.world.clusters, spec.get("selector") or {})
        if not any(each.labels for each in self.world.clusters) and not chosen:
            raise NotHere("the clusters generator selects among clusters that no Secret of the tree describes")
        sets = self._valued(spec, [each.params(go=self.language.go) for each in chosen])
        return [{"clusters": sets}] if spec.get("flatList") else sets

    def _valued(self, spec: Generator, sets: Sequence[Params]) -> list[Params]:
        values = spec.get("values")
        if not values:
            return list(sets)
        rendered = self.language.render(values, sets)
        return [
            {**each, **({"values": told} if self.language.go else flat(told, "values"))}
            for each, told in zip(sets, rendered, strict=True)
        ]

    def _matrix(self, spec: Generator) -> list[Params]:
        found: list[Params] = [{}]
        children = self._children(spec, "matrix")
        if len(children) > 2:
            raise SettingsError(f"matrix generator: takes two generators, not {len(children)}; one may be a matrix")
        for child in children:
            found = [self._joined(before, after) for before in found for after in self.sets(child, before)]
        return found

    def _joined(self, before: Params, after: Params) -> Params:
        if self.language.go:
            return merged(after, before)
        clash = next((key for key in before.keys() & after.keys() if before[key] != after[key]), None)
        if clash is not None:
            raise SettingsError(f"matrix generator: two generators give {clash} different values")
        return {**before, **after}

    def _merge(self, spec: Generator) -> list[Params]:
        keys = spec.get("mergeKeys") or []
        if not keys:
            raise SettingsError("merge generator: there are no mergeKeys")
        base, *others = [self.sets(child) for child in self._children(spec, "merge")]
        for sets in others:
            over = self._by_key(keys, sets)
            base = [self._over(each, over.get(_key(keys, each), {})) for each in base]
        return base

    @staticmethod
    def _by_key(keys: Sequence[str], sets: Sequence[Params]) -> dict[str, Params]:
        found = {_key(keys, each): each for each in sets}
        if len(found) != len(sets):
            raise SettingsError(f"merge generator: two sets of parameters share {', '.join(keys)}")
        return found

    def _over(self, base: Params, over: Params) -> Params:
        return merged(base, over) if self.language.go else {**base, **over}

    @staticmethod
    def _children(spec: Generator, kind: str) -> list[Generator]:
        children = list(spec.get("generators") or [])
        if len(children) < 2:
            raise SettingsError(f"{kind} generator: needs two generators or more, not {len(children)}")
        return children


def _key(keys: Sequence[str], params: Params) -> str:
    return json.dumps([params.get(key) for key in keys], sort_keys=True, default=str)
