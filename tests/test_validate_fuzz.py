"""Whatever stands in a repository, validate answers: no traceback, no endless run, an exit code that is documented.

A few inputs in CI; ``MLGATE_FUZZ_SECONDS=3600`` goes on for an hour.
"""

import io
import json
import os
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mlgate import cli
from mlgate.checks.guard_fields import FIELDS

HANG_S = 90  # a whole run, not one build: far more than it takes on a busy machine
SECONDS = float(os.environ.get("MLGATE_FUZZ_SECONDS", "0"))
EXAMPLES = 6
CODES = {0, 1, 2, 3}
APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: app, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example.com/a.git', path: app, targetRevision: main}
  destination: {server: 'https://kubernetes.default.svc', namespace: app}
"""
KUSTOMIZATION = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: app
resources: [a.yaml]
components: [../more]
patches:
- target: {kind: ConfigMap}
  patch: |-
    - {"op": "add", "path": "/data/b", "value": "c"}
configMapGenerator: [{name: made, files: [a.yaml]}]
replacements:
- source: {kind: ConfigMap, name: a, fieldPath: data.key}
  targets: [{select: {kind: ConfigMap, name: a}, fieldPaths: [data.key]}]
images: [{name: a, newTag: '1'}]
"""
RESOURCE = """apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {app: a}}
data: {key: value}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1', envFrom: [{configMapRef: {name: a}}]}]}
"""
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: []\n"
REGO = """package main

deny contains message if {
	input.kind == "ConfigMap"
	not input.data.key
	message := sprintf("%s has no key", [input.metadata.name])
}
"""
SEEDS = {
    "root/app.yaml": APPLICATION,
    "app/kustomization.yaml": KUSTOMIZATION,
    "app/a.yaml": RESOURCE,
    "more/kustomization.yaml": COMPONENT,
    "policy/main.rego": REGO,
}
TOKENS = (
    *(
        "&a ",
        "*a",
        "<<: *a",
        "{",
        "[",
        "}",
        "]",
        ": ",
        "- ",
        "? ",
        "|",
        "---\n",
        "...\n",
        "!!binary ",
        "!!python/none ",
    ),
    *(
        "\t",
        "\x00",
        "\x85",
        "\ud800",
        "\ufeff",
        "\u202e",
        "é",
        "'",
        '"',
        "%YAML 9",
        "null",
        "~",
        "-.inf",
        ".nan",
        "9" * 400,
    ),
    *("../../..", "/etc/passwd", "https://example.com/a", "kustomization.yaml", ".", "$patch: delete", "0x", "1e999"),
    *(
        "2020-01-01",
        "<<<<<<< HEAD",
        "data.inventory",
        "http.send",
        "import future",
        "some x in input",
        "package",
        "{{ . }}",
    ),
)


def text(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(TOKENS[-12:]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
paths = st.sampled_from(["a.yaml", "../app", "../more", ".", "missing.yaml", "a.yaml=a.yaml", "key=a.yaml"])
things = values | st.lists(paths, max_size=3) | st.lists(st.dictionaries(st.sampled_from(sorted(FIELDS)), values))
kustomizations = st.dictionaries(st.sampled_from(sorted(FIELDS)), things, max_size=5).map(text)
splices = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(TOKENS)), min_size=1, max_size=4)


@st.composite
def spliced(draw: st.DrawFn, seed: str) -> str:
    """A valid file with tokens put in and pieces cut out."""
    for place, cut, token in draw(splices):
        at = int(place * len(seed))
        seed = seed[:at] + token + seed[at + cut :]
    return seed


@st.composite
def trees(draw: st.DrawFn) -> dict[str, bytes]:
    """A small repository in which one or two files are not what they should be."""
    files = {name: seed.encode() for name, seed in SEEDS.items()}
    for name in draw(st.lists(st.sampled_from(sorted(SEEDS)), min_size=1, max_size=2, unique=True)):
        kinds = [spliced(SEEDS[name]), values.map(text)] + [kustomizations] * name.endswith("kustomization.yaml")
        content = st.one_of(*kinds).map(lambda one: one.encode("utf-8", "surrogatepass"))
        files[name] = draw(content | st.binary(max_size=60))
    return files


def late(_signal: int, _frame: FrameType | None) -> None:
    pytest.fail(f"no answer within {HANG_S} s")


def validated(files: dict[str, bytes]) -> tuple[int, str]:
    """Exit code and report of a repository of any layout."""
    with tempfile.TemporaryDirectory(prefix="mlgate-fuzz-") as name:
        for path, content in files.items():
            file = Path(name, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return answered(["validate", name, "--root", f"{name}/root", "--format", "json"])


def answered(args: list[str]) -> tuple[int, str]:
    """Exit code and report of one run, which ends in time and is one of those that are documented."""
    signal.signal(signal.SIGALRM, late)
    signal.alarm(HANG_S)
    try:
        with redirect_stdout(io.StringIO()) as said:
            code = cli.main(args)
    finally:
        signal.alarm(0)
    assert code in CODES, said.getvalue()
    if code in {0, 1}:
        assert json.loads(said.getvalue())
    return code, said.getvalue()


def sample(examples: int, check: Callable[[Any], object], inputs: st.SearchStrategy[Any]) -> None:
    """Check some inputs. Without shrinking: an example takes a second, and is small enough to read."""
    checks = list(HealthCheck)

    @settings(
        max_examples=examples, deadline=None, suppress_health_check=checks, database=None, phases=[Phase.generate]
    )
    @given(inputs)
    def run(drawn: Any) -> None:
        check(drawn)

    run()


def for_a_while(examples: int, check: Callable[[Any], object], inputs: st.SearchStrategy[Any]) -> None:
    ends = time.monotonic() + SECONDS / 2
    sample(examples, check, inputs)
    while time.monotonic() < ends:
        sample(50, check, inputs)


def test_the_tree_that_is_broken_is_sound_before() -> None:
    code, said = validated({name: seed.encode() for name, seed in SEEDS.items()})
    assert code in {0, 1}
    assert "Deployment/app/web" in said, "the seeds no longer render"


def test_no_repository_breaks_validate() -> None:
    for_a_while(EXAMPLES, validated, trees())


OWN = ("values/settings.yaml", "kustomization.yaml", "dev/kustomization.yaml", "policy/kustomization.yaml")
SHARED = ("apps/values/settings.yaml", "base/stage/kustomization.yaml", "policy/lib/accuracy.rego")


def test_no_change_to_a_tree_of_this_project_breaks_validate(tree: Path) -> None:
    places = [*(f"overlays/alpha/{name}" for name in OWN), *SHARED]
    seeds = {name: (tree / name).read_text() for name in places}

    def check(change: tuple[str, str]) -> None:
        name, content = change
        (tree / name).write_bytes(content.encode("utf-8", "surrogatepass"))
        try:
            answered(["validate", str(tree), "--prefix", "alpha", "--format", "json"])
        finally:
            (tree / name).write_text(seeds[name])

    changes = st.sampled_from(places).flatmap(
        lambda name: st.tuples(st.just(name), spliced(seeds[name]) | values.map(text))
    )
    for_a_while(2, check, changes)
