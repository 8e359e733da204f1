"""The files of a prefix's overlay, as text; nothing here writes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import yaml

from mlgate import prefixes, thresholds
from mlgate.settings import alternatives

PARTS = ("policy", *prefixes.PARTS)
RELEASED = ("dev", "stage")
DEFAULT_COMPONENTS = ("cel-gate",)
# Patches what all others bring, so it comes after them wherever it is listed.
_LAST = "pull-secret"
COMPONENTS = "../../../base/components"
# Nothing that begins with a digit: kustomize and Python differ on what is a number, for example 1e5.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./:@+-]*[A-Za-z0-9]", re.ASCII)
_HEADER = "apiVersion: kustomize.config.k8s.io/v1{}\nkind: {}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a new settings.yaml says."""

    prefix: str
    repo_url: str
    revision: str = "main"
    platform: str = "kubernetes"
    components: Sequence[str] = DEFAULT_COMPONENTS
    choices: Mapping[str, str] = field(default_factory=dict)
    accuracy: Decimal = Decimal(1)
    data_source: str = "synthetic"
    model_path: str = "model/fraud"


def files(prefix: str, options: Sequence[str], base: Path) -> dict[str, str]:
    """Relative path and text of every kustomization; ``options`` as ``Settings`` has them, ``base`` the folder."""
    found = {"kustomization.yaml": _kustomization(["values", "../../base/apps"], ["../../base/components/prefix"])}
    found["values/kustomization.yaml"] = _kustomization(["settings.yaml"], [])
    for part in PARTS:
        components = wanted(base, part, options)
        own = ["release"] if part in RELEASED else []
        resources = ["../values", f"../../../base/{part}"]
        text = _kustomization(resources, [*components, *own])
        # What is released names no namespace of its own; it belongs to the part that it stands in.
        found[f"{part}/kustomization.yaml"] = text + (f"namespace: {prefix}-{part}\n" if own else "")
    for part in RELEASED:
        found[f"{part}/release/kustomization.yaml"] = _HEADER.format("alpha1", "Component") + "resources: []\n"
    return found


def wanted(base: Path, part: str, options: Sequence[str]) -> list[str]:
    """The Components of a part, in order: the prefix, then each option that has something for it.

    What an option has for one platform only stands in ``OPTION/PART-PLATFORM``.
    """
    platform = next((each for each in options if each.startswith("platform-")), "").removeprefix("platform-")
    ordered = sorted(options, key=lambda option: option == _LAST)
    folders = [f"{option}/{name}" for option in ordered for name in (part, f"{part}-{platform}")]
    there = [name for name in folders if (base / "components" / name / "kustomization.yaml").is_file()]
    return [f"{COMPONENTS}/prefix", *(f"{COMPONENTS}/{name}" for name in there)]


def idle(base: Path, options: Sequence[str]) -> list[str]:
    """Options that have something, but nothing for this platform: they would be chosen in vain."""
    used = {
        each.removeprefix(f"{COMPONENTS}/").partition("/")[0] for part in PARTS for each in wanted(base, part, options)
    }
    return [each for each in options if (base / "components" / each).is_dir() and each not in used]


def known_components(base: Path) -> list[str]:
    """Options that can be switched on."""
    folders = (path.name for path in (base / "components").iterdir() if path.is_dir())
    chosen = tuple(f"{name}-" for name in ("platform", *alternatives()))
    return sorted(name for name in folders if name != "prefix" and not name.startswith(chosen))


def _kustomization(resources: Sequence[str], components: Sequence[str]) -> str:
    text = _HEADER.format("beta1", "Kustomization") + "resources:\n" + "".join(f"- {item}\n" for item in resources)
    return text + ("components:\n" + "".join(f"- {item}\n" for item in components) if components else "")


def settings(choices: Choices) -> str:
    """The text of a new settings.yaml."""
    return f"""\
# yaml-language-server: $schema=../../../tools/mlgate/settings.schema.json
apiVersion: ai.devops.demo/v1
kind: Settings
metadata:
  name: {scalar(choices.prefix)}
  annotations: {{config.kubernetes.io/local-config: "true"}}  # read by kustomize, never applied to a cluster
spec:
  repoURL: {scalar(choices.repo_url)}
  revision: {scalar(choices.revision)}
  platform: {choices.platform}
  components: [{", ".join(map(scalar, choices.components))}]
  choices:
{_choices(choices.choices)}  gate:
    accuracy: {thresholds.stored(choices.accuracy)}  # the threshold, a fraction; this line lets a model through
    minimums: {{}}  # further floors, for example {{recall: 0.8, averagePrecision: 0.75}}
  data:
    source: {scalar(choices.data_source)}
    features: {scalar(_features(choices.data_source))}  # the file of the virtual database
    holdout: 0.25
    seed: 2020
  model:
    path: {scalar(choices.model_path)}
    image: registry.example.com/{choices.prefix}/fraud-detection
  images:
    tools: registry.example.com/mlgate/tools:0.1.0
"""


def _features(source: str) -> str:
    """The virtual database cannot take its file from a server, least of all from itself."""
    return source if source in ("synthetic", "openml") or source.startswith(("csv:", "parquet:")) else "synthetic"


def _choices(chosen: Mapping[str, str]) -> str:
    lines = []
    for name, values in alternatives().items():
        value = chosen.get(name, values[0])
        lines.append(f"    {name}: {value}  # or {', '.join(each for each in values if each != value)}\n")
    return "".join(lines)


def scalar(text: str) -> str:
    """A YAML scalar that is exactly this text: plain where that reads as the same text, else quoted."""
    if _PLAIN.fullmatch(text) and yaml.safe_load(text) == text:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    shown = (char if char.isprintable() else f"\\U{ord(char):08x}" for char in escaped)
    return f'"{"".join(shown)}"'
