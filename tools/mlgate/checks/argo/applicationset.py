"""An ApplicationSet, as the Applications that it makes."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from mlgate.checks.argo.generators import Generators, World
from mlgate.checks.argo.params import merged, patched
from mlgate.checks.argo.template import Language, Params
from mlgate.checks.model import Object, name_of, namespace_of
from mlgate.errors import SettingsError


def applications(obj: Object, world: World) -> list[Object]:
    """The Applications that ``obj`` makes of the tree, in the order of its generators.

    Raises ``NotHere`` for a generator that asks a server, ``SettingsError`` for what Argo CD would refuse: a template
    that does not render, an Application without a name, two of one name.
    """
    spec = obj.get("spec")
    if not isinstance(spec, dict):
        raise SettingsError("the ApplicationSet has no spec")
    options = tuple(str(each) for each in spec.get("goTemplateOptions") or [])
    language = Language(bool(spec.get("goTemplate")), options)
    generators = Generators(world, language)
    made: list[Object] = []
    for generator in (each for entry in spec.get("generators") or [] for each in generators.split(entry)):
        sets = generators.sets(generator)
        made += _made(language, spec, _template(spec, generator), sets)
    _unique(made)
    return [_whole(each, obj) for each in made]


def _template(spec: Mapping[str, Any], generator: Mapping[str, Any]) -> Params:
    own = next((each.get("template") for each in generator.values() if isinstance(each, dict)), None)
    return merged(spec.get("template") or {}, own or {})


def _made(language: Language, spec: Mapping[str, Any], template: Params, sets: list[Params]) -> Iterable[Object]:
    rendered = language.render(template, sets)
    patch = spec.get("templatePatch")
    if not patch:
        return rendered
    patches = language.render(str(patch), sets)
    return [_patched(base, text) for base, text in zip(rendered, patches, strict=True)]


def _patched(base: Object, text: str) -> Object:
    try:
        content = yaml.load(text, Loader=yaml.CSafeLoader) or {}
    except yaml.YAMLError as err:
        raise SettingsError(f"templatePatch: {' '.join(str(err).split())}") from None
    if not isinstance(content, dict):
        raise SettingsError("templatePatch: is no object")
    done = patched(base, content)
    project = (base.get("spec") or {}).get("project")
    # A patch must not carry an Application into another project.
    return patched(done, {"spec": {"project": project}})


def _unique(made: Iterable[Object]) -> None:
    seen: set[str] = set()
    for each in made:
        name = str((each.get("metadata") or {}).get("name") or "")
        if not name:
            raise SettingsError("the ApplicationSet makes an Application without a name")
        if name in seen:
            raise SettingsError(f"the ApplicationSet makes the Application {name} twice")
        seen.add(name)


def _whole(made: Object, obj: Object) -> Object:
    metadata = {**made["metadata"], "name": name_of(made), "namespace": namespace_of(obj)}
    return {
        "apiVersion": obj.get("apiVersion"),
        "kind": "Application",
        "metadata": metadata,
        "spec": made.get("spec") or {},
    }
