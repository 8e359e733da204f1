"""Bootstrap on a small copy of the tree."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import checkouts
from mlgate.render import kustomize
from mlgate.settings import load


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return checkouts.make_git(tmp_path / "tree")


def bootstrap(tree: Path, prefix: str, *more: str) -> int:
    return checkouts.mlgate(tree, "bootstrap", f"--prefix={prefix}", *more)


@pytest.mark.parametrize("platform", ["kubernetes", "openshift"])
def test_every_part_renders_with_the_prefix_in_place(tree: Path, platform: str) -> None:
    assert bootstrap(tree, "fraud-demo", "--platform", platform, "--component", "network-policy") == 0
    for part in ("", "policy", "cicd", "dev", "stage"):
        objects = kustomize.build(tree / "overlays" / "fraud-demo" / part)
        names = [item["metadata"]["name"] for item in objects] + [
            item["metadata"].get("namespace", "") for item in objects
        ]
        assert not [name for name in names if "PREFIX" in name]


def test_a_second_run_changes_nothing_and_edits_are_kept(tree: Path) -> None:
    assert bootstrap(tree, "team") == 0
    file = tree / "overlays/team/values/settings.yaml"
    file.write_text(file.read_text().replace("seed: 2020", "seed: 7  # my own"))
    before = checkouts.content(tree)
    assert bootstrap(tree, "team") == 0
    assert checkouts.content(tree) == before
    assert bootstrap(tree, "team", "--threshold", "93") == 0
    assert "seed: 7  # my own" in file.read_text()
    assert "accuracy: 0.93  #" in file.read_text()


def test_dry_run_writes_nothing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = checkouts.content(tree)
    assert bootstrap(tree, "team", "--dry-run") == 0
    assert checkouts.content(tree) == before
    assert "+kind: Settings" in capsys.readouterr().out


@pytest.mark.parametrize(
    "prefix", ["", "Fraud", "-a", "a-", "a_b", "../x", "/etc", "a/b", ".", "x" * 60, "kube-x", "ü", "a\n", "--prefix"]
)
def test_a_bad_prefix_is_refused_and_the_tree_untouched(tree: Path, prefix: str) -> None:
    before = checkouts.content(tree)
    assert bootstrap(tree, prefix) == 2
    assert checkouts.content(tree) == before


def test_a_clash_with_another_prefix_is_refused(tree: Path) -> None:
    assert bootstrap(tree, "team") == 0
    assert bootstrap(tree, "team-dev") == 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(["--threshold", "101"], "outside 0 to 100 %", id="threshold"),
        pytest.param(["--threshold", ""], "is not a number", id="empty-threshold"),
        pytest.param(["--component", "no-such"], "known: cel-gate, kafka-scoring, network-policy", id="component"),
        pytest.param(["--without", "no-such"], "known: cel-gate, kafka-scoring, network-policy", id="without"),
        pytest.param(["--repo-url", ""], "spec.repoURL", id="empty-url"),
        pytest.param(["--repo-url", "ext::sh -c x"], "spec.repoURL", id="url-is-a-command"),
        pytest.param(["--revision", "--upload-pack=x"], "spec.revision", id="revision-is-an-option"),
        pytest.param(["--model-path", "model/x\n    image: evil"], "line break", id="injected-line"),
        pytest.param(["--data-source", "csv:\x07"], "cannot be shown", id="control-character"),
        pytest.param(["--data-source", "csv:\udc80"], "cannot be shown", id="bytes-that-are-no-text"),
        pytest.param(["--platform", "windows"], "Invalid value", id="platform"),
    ],
)
@pytest.mark.parametrize("there", [True, False], ids=["update", "create"])
def test_bad_options_are_refused_and_the_tree_untouched(
    tree: Path, options: list[str], says: str, there: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not there or bootstrap(tree, "team") == 0
    before = checkouts.content(tree)
    assert bootstrap(tree, "team", *options) == 2
    assert says in capsys.readouterr().err
    assert checkouts.content(tree) == before


@pytest.mark.parametrize("link", ["overlays", "overlays/team", "overlays/team/values", "overlays/team/dev"])
def test_a_link_is_never_written_through(tree: Path, link: str) -> None:
    assert bootstrap(tree, "team") == 0
    place = tree / link
    place.rename(tree / "elsewhere")
    place.symlink_to(tree / "elsewhere")
    before = checkouts.content(tree)
    assert bootstrap(tree, "team", "--threshold", "93") == 2
    assert checkouts.content(tree) == before


def test_a_folder_that_is_no_overlay_is_left_alone(tree: Path) -> None:
    (tree / "overlays" / "team").mkdir()
    (tree / "overlays" / "team" / "notes.md").write_text("mine")
    before = checkouts.content(tree)
    assert bootstrap(tree, "team") == 2
    assert checkouts.content(tree) == before


def test_settings_of_another_prefix_are_refused(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap(tree, "team") == 0
    (tree / "overlays" / "team").rename(tree / "overlays" / "other")
    assert bootstrap(tree, "other") == 2
    assert "metadata.name is 'team', not 'other'" in capsys.readouterr().err


def test_switching_one_component_on_leaves_the_others_on(tree: Path) -> None:
    def components() -> tuple[str, ...]:
        return load(checkouts.settings_file(tree, "team")).components

    assert bootstrap(tree, "team", "--component", "triggers") == 0
    assert components() == ("cel-gate", "triggers")
    assert bootstrap(tree, "team", "--component", "network-policy", "--component", "triggers") == 0
    assert components() == ("cel-gate", "triggers", "network-policy")
    assert bootstrap(tree, "team", "--without", "cel-gate", "--without", "pruning") == 0
    assert components() == ("triggers", "network-policy")


def test_components_that_are_switched_on_by_hand_reach_the_parts(tree: Path) -> None:
    assert bootstrap(tree, "team") == 0
    file, part = checkouts.settings_file(tree, "team"), tree / "overlays/team/stage/kustomization.yaml"
    part.write_text("# my own note\n" + part.read_text())
    file.write_text(file.read_text().replace("[cel-gate]", "[network-policy]"))
    assert bootstrap(tree, "team") == 0
    assert part.read_text().startswith("# my own note\n")
    assert "network-policy/stage" in part.read_text()
    assert "cel-gate" not in (tree / "overlays/team/policy/kustomization.yaml").read_text()


def test_a_release_survives_another_run(tree: Path) -> None:
    assert bootstrap(tree, "team") == 0
    release = tree / "overlays/team/dev/release/kustomization.yaml"
    release.write_text(release.read_text().replace("[]", "[model-accuracy.yaml]"))
    (release.parent / "model-accuracy.yaml").write_text("kind: ModelAccuracy\n")
    before = checkouts.content(release.parent)
    assert bootstrap(tree, "team", "--platform", "openshift") == 0
    assert checkouts.content(release.parent) == before


def test_commit_holds_the_overlay_alone(tree: Path) -> None:
    (tree / "apps" / "new.yaml").write_text("a: 1\n")
    checkouts.git(tree, "add", "apps/new.yaml")
    assert bootstrap(tree, "team", "--commit") == 0
    assert checkouts.git(tree, "status", "--porcelain").split() == ["A", "apps/new.yaml"]
    names = checkouts.git(tree, "show", "--format=", "--name-only").split()
    assert all(name.startswith("overlays/team/") for name in names)
    assert bootstrap(tree, "team", "--commit") == 0, "nothing to commit is no failure"


def test_what_is_on_screen_is_not_read_as_markup(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap(tree, "team", "--repo-url", "https://x/[/red]") == 0
    assert "https://x/[/red]" in capsys.readouterr().out


def test_the_script_runs_with_whichever_python_and_names_the_set_up(tmp_path: Path) -> None:
    tools = shutil.copytree(checkouts.ROOT / "tools", tmp_path / "tools")
    command = [sys.executable, "-S", str(tools / "bootstrap.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "mlgate: the environment is not there yet; run: make setup\n")
    command[2] = str(checkouts.ROOT / "tools" / "bootstrap.py")
    assert "--prefix" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = checkouts.make(tmp_path_factory.mktemp("plain"))
    assert bootstrap(tree, "team") == 0
    return tree


def oracle(text: str) -> bool:
    """Whether ``text`` can be a prefix, next to the prefix ``team``; told in sets, not in expressions."""
    letters = set("abcdefghijklmnopqrstuvwxyz")
    return (
        0 < len(text) <= 63 - len("-model-accuracy")
        and set(text) <= letters | set("0123456789-")
        and text[0] in letters
        and text[-1] != "-"
        and text.partition("-")[0] not in {"kube", "openshift", "default"}
        and text not in {"team-cicd", "team-dev", "team-stage", "team"}
    )


LABELS = st.from_regex(r"[a-z][a-z0-9-]{0,49}", fullmatch=True)
WORDS = st.sampled_from(["team-dev", "kube-x", "default", "openshift-a", "..", "a/b", "../x", ".git", "-", "--help"])


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=70).filter(lambda text: text != "team"), LABELS, WORDS))
def test_any_text_is_set_up_or_refused_with_the_tree_untouched(plain: Path, text: str) -> None:
    before = checkouts.content(plain / "overlays")
    code = bootstrap(plain, text)
    assert code == (0 if oracle(text) else 2)
    if code == 0:
        assert checkouts.settings_file(plain, text).is_file()
        shutil.rmtree(plain / "overlays" / text)
    assert checkouts.content(plain / "overlays") == before


def test_the_threshold_reaches_the_constraints_as_a_number(tree: Path) -> None:
    assert bootstrap(tree, "team", "--threshold", "98.876") == 0
    constraints = [o for o in kustomize.build(tree / "overlays/team/policy") if "Binding" not in o["kind"]]
    assert [item["spec"]["parameters"]["accuracyThreshold"] for item in constraints] == [0.98876, 0.98876]


@pytest.mark.parametrize("prefix", ["no", "yes", "on", "null", "true", "y"])
def test_a_prefix_that_yaml_takes_for_another_type_is_set_up_as_text(prefix: str, tree: Path) -> None:
    assert bootstrap(tree, prefix) == 0
    for part in ("", "policy", "cicd", "dev", "stage"):
        names = [item["metadata"]["name"] for item in kustomize.build(tree / "overlays" / prefix / part)]
        assert all(isinstance(name, str) for name in names)
