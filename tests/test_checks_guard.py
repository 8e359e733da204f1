"""Nothing that is remote, escaping, endless or a program reaches kustomize, whichever field names it."""

import re
from pathlib import Path

import pytest

from mlgate.checks import guard
from mlgate.checks import render as renders
from mlgate.checks.guard_fields import PATHS
from mlgate.checks.model import Build
from mlgate.repo import Repo
from mlgate.results import Result

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"
FUNCTION = "metadata:\n  name: f\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ./x}\n"
FIELDS = {
    "resources": "resources:\n- {}\n",
    "bases": "bases:\n- {}\n",
    "components": "components:\n- {}\n",
    "crds": "crds:\n- {}\n",
    "configurations": "configurations:\n- {}\n",
    "patchesStrategicMerge": "patchesStrategicMerge:\n- {}\n",
    "generators": "generators:\n- {}\n",
    "transformers": "transformers:\n- {}\n",
    "validators": "validators:\n- {}\n",
    "patches.path": "patches:\n- path: {}\n",
    "patchesJson6902.path": "patchesJson6902:\n- path: {}\n",
    "replacements.path": "replacements:\n- path: {}\n",
    "configMapGenerator.files": "configMapGenerator:\n- name: c\n  files:\n  - {}\n",
    "configMapGenerator.envs": "configMapGenerator:\n- name: c\n  envs:\n  - {}\n",
    "configMapGenerator.env": "configMapGenerator:\n- name: c\n  env: {}\n",
    "secretGenerator.files": "secretGenerator:\n- name: c\n  files:\n  - key={}\n",
    "secretGenerator.envs": "secretGenerator:\n- name: c\n  envs:\n  - {}\n",
    "secretGenerator.env": "secretGenerator:\n- name: c\n  env: {}\n",
    "openapi.path": "openapi:\n  path: {}\n",
}
REMOTE = (
    "https://example.com/a.yaml",
    "http://example.com/a.yaml",
    "ssh://git@example.com/a",
    "git@example.com:team/a.git",
    "git::https://example.com/a",
    "github.com/team/a",
    "github.com/team/a//deploy?ref=main",
    "example.com/team/a.git//deploy",
    "example.com/a?ref=v1",
    "oci://example.com/a",
    "file:///etc",
)


def tree(top: Path, **files: str) -> Path:
    """A repository below ``top`` whose folder ``app`` is built; names of files with / for folders."""
    root = top / "repo"
    for name, text in files.items():
        file = root / name.replace("__", "/")
        file = file if file.suffix else file / "kustomization.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def found(root: Path) -> list[Result]:
    return guard.check(root, root / "app")


def codes(root: Path) -> list[str]:
    return [result.code for result in found(root)]


def test_the_table_has_every_field_that_kustomize_opens() -> None:
    assert {".".join(steps).replace(".*", "") for steps in PATHS} == set(FIELDS)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("https://example.com/a.yaml", "MG205"),
        ("github.com/team/a?ref=main", "MG205"),
        ("/etc/hosts", "MG206"),
        ("../../secret.yaml", "MG206"),
        ("out.yaml", "MG207"),
        ("circle.yaml", "MG207"),
    ],
)
def test_a_bad_path_is_refused_in_every_field(tmp_path: Path, field: str, path: str, code: str) -> None:
    (tmp_path / "secret.yaml").write_text(CONFIG_MAP)
    root = tree(tmp_path, app=FIELDS[field].format(path))
    (root / "app/out.yaml").symlink_to("../../secret.yaml")
    (root / "app/circle.yaml").symlink_to("circle.yaml")
    (one,) = found(root)
    assert (one.code, one.file, one.message.partition(":")[0]) == (code, "app/kustomization.yaml", field)
    assert path in FIELDS[field].format(path).splitlines()[one.line - 1][one.column - 1 :]
    assert one.fix


@pytest.mark.parametrize("field", FIELDS)
def test_a_good_path_is_not_refused_in_any_field(tmp_path: Path, field: str) -> None:
    root = tree(tmp_path, **{"app": FIELDS[field].format("here.yaml"), "app__here.yaml": CONFIG_MAP})
    assert codes(root) == []


@pytest.mark.parametrize("text", REMOTE)
def test_every_form_of_a_remote_address_is_seen(tmp_path: Path, text: str) -> None:
    assert codes(tree(tmp_path, app=f"resources:\n- {text}\n")) == ["MG205"]


@pytest.mark.parametrize("text", ["../base", "a.git-notes.yaml", "github/a.yaml", "v1.2/app.yaml", "a@b.yaml", "ref=a"])
def test_local_names_that_look_a_little_remote_are_allowed(tmp_path: Path, text: str) -> None:
    assert codes(tree(tmp_path, app=f"resources:\n- {text}\n")) == []


DEEP = "- " * 150 + "a"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{above}'] * 9)}]\n" for above, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CONTENT = {
    "typo": ("MG208", {"app": "resource: [a.yaml]\n"}),
    "circle": ("MG209", {"app": "resources: [../b]\n", "b": "resources: [../app]\n"}),
    "itself": ("MG209", {"app": "resources: [.]\n"}),
    "helm": ("MG224", {"app": "helmCharts: [{name: redis}]\n"}),
    "helm-globals": ("MG224", {"app": "helmGlobals: {chartHome: charts}\n"}),
    "helm-old": ("MG224", {"app": "helmChartInflationGenerator: [{chartName: a}]\n"}),
    "helm-enabled": ("MG224", {"app": "enableHelm: true\n"}),
    "function": ("MG224", {"app": "transformers: [f.yaml]\n", "app__f.yaml": FUNCTION}),
    "function-inline": ("MG224", {"app": "generators:\n- |\n  " + FUNCTION.replace("\n", "\n  ") + "\n"}),
    "remote-in-plugin": ("MG205", {"app": "transformers: [f.yaml]\n", "app__f.yaml": "path: https://example.com/a\n"}),
    "bomb": ("MG225", {"app": BOMB}),
    "bomb-in-resource": ("MG225", {"app": "resources: [a.yaml]\n", "app__a.yaml": BOMB}),
    "deep": ("MG225", {"app": DEEP}),
    "deeper": ("MG225", {"app": "[" * 5000}),
    "own-anchor": ("MG225", {"app": "a: &a [*a]\n"}),
    "large": ("MG225", {"app": "resources: [a.yaml]\n", "app__a.yaml": CONFIG_MAP + "#" * 5_000_001}),
    "in-a-base": ("MG205", {"app": "resources: [../b]\n", "b": "resources: ['https://example.com/a']\n"}),
    "in-a-component": ("MG206", {"app": "components: [../b]\n", "b": "kind: Component\nresources: [/a]\n"}),
    "other-name": ("MG205", {"app__kustomization.yml": "resources: ['https://example.com/a']\n"}),
}


@pytest.mark.parametrize(("code", "files"), CONTENT.values(), ids=CONTENT)
def test_content_that_must_not_be_built_is_refused(tmp_path: Path, code: str, files: dict[str, str]) -> None:
    assert codes(tree(tmp_path, **files)) == [code]


def test_a_misspelt_field_is_told_with_the_right_one(tmp_path: Path) -> None:
    (one,) = found(tree(tmp_path, app="namespace: a\nresource: []\n"))
    assert (one.line, one.column) == (2, 1)
    assert "resources is one" in one.message


@pytest.mark.parametrize("text", ["", "[]", "a: [", "- a", "resources: 3", "patches: {a: b}", "\x00", "? [a]\n: b"])
def test_a_file_that_is_no_kustomization_is_left_to_kustomize(tmp_path: Path, text: str) -> None:
    assert set(codes(tree(tmp_path, app=text))) <= {"MG208"}


def test_two_ways_to_one_base_are_no_circle(tmp_path: Path) -> None:
    root = tree(tmp_path, app="resources: [../a, ../b]\n", a="resources: [../c]\n", b="resources: [../c]\n", c="")
    assert codes(root) == []


def test_a_link_inside_the_repository_is_allowed(tmp_path: Path) -> None:
    root = tree(tmp_path, **{"app": "resources: [a.yaml]\n", "b__a.yaml": CONFIG_MAP})
    (root / "app/a.yaml").symlink_to("../b/a.yaml")
    assert codes(root) == []


def test_a_link_of_a_folder_that_leaves_is_refused(tmp_path: Path) -> None:
    root = tree(tmp_path, app="resources: [away]\n")
    (tmp_path / "other").mkdir()
    (root / "app/away").symlink_to(tmp_path / "other")
    assert codes(root) == ["MG207"]


def test_what_is_changed_is_read_again(tmp_path: Path) -> None:
    root = tree(tmp_path, app="resources: [a.yaml]\n")
    assert codes(root) == []
    (root / "app/kustomization.yaml").write_text("resources: ['https://example.com/a.yaml']\n")
    assert codes(root) == ["MG205"]


def test_what_is_refused_is_not_built(tmp_path: Path) -> None:
    root = tree(tmp_path, **{"app": "resources: [a.yaml]\n", "app__a.yaml": CONFIG_MAP, "bad": "helmCharts: []\n"})
    rendered, results = renders.render(Repo(root), [Build(root / "app"), Build(root / "bad"), Build(root / "bad")])
    assert [one.build.folder.name for one in rendered] == ["app"]
    assert [result.code for result in results] == ["MG224", "MG221"]


def test_every_finding_says_what_to_do() -> None:
    given = set(re.findall(r'"(MG2\d\d)"', Path(guard.__file__).read_text()))
    assert all(guard._FIXES[code] for code in given)


def test_what_a_clean_build_reached_is_not_walked_again_and_what_a_bad_one_reached_is(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        app="resources: [../good]\n",
        good="resources: [a.yaml]\n",
        bad="resources: [https://example.com/a.git, ../good]\n",
        other="resources: [../good, ../bad]\n",
    )
    clean: set[Path] = set()
    assert guard.check(root, root / "app", clean) == []
    assert clean == {root / "app", root / "good"}
    assert [each.code for each in guard.check(root, root / "bad", clean)] == ["MG205"]
    assert [each.code for each in guard.check(root, root / "other", clean)] == ["MG205"]
    assert root / "bad" not in clean


def test_a_file_that_is_a_resource_first_and_a_plugin_later_is_looked_at_as_both(tmp_path: Path) -> None:
    plugin = "apiVersion: v1\nkind: Any\nmetadata: {name: a}\nfiles: ['https://example.com/a']\n"
    root = tree(tmp_path, app="resources: [x.yaml]\ngenerators: [x.yaml]\n")
    (root / "app" / "x.yaml").write_text(plugin)
    assert codes(root) == ["MG205"]
