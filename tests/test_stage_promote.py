"""Promotion to stage: real repositories, the real gate, and nothing that an edited file could skip."""

import shutil
from pathlib import Path

import pytest
import yaml

import promotions
from gate_oracle import DIGEST
from mlgate.errors import SettingsError, ToolFailed, UsageError
from mlgate.pipeline import promote, stage_branch, stage_promote
from mlgate.pipeline.release import Release
from mlgate.repo import Repo, git
from promotions import IMAGE, SETTINGS, built, cloned, commit_all, policy

BRANCH = "promote/demo-abababababab"
RELEASE = "overlays/demo/stage/release"
DEV = "overlays/demo/dev/release"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person's repository whose ``main`` releases an image of 97.6 % in dev."""
    root = promotions.person(tmp_path_factory.mktemp("released") / "person")
    clone = cloned(root, "first")
    assert promote.promote(clone, "main", built(clone)).commit
    return root


@pytest.fixture
def person(released: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(released, tmp_path / "person"))


def branches(root: Path) -> list[str]:
    return git(root, "branch", "--format=%(refname:short)").stdout.split()


def test_the_branch_holds_the_release_of_dev_and_main_stays(person: Path) -> None:
    before = Repo(person).head()
    done = stage_promote.prepare(cloned(person), "main", "demo", DIGEST, before)
    assert (done.verdict.allowed, done.branch) == (True, BRANCH)
    assert Repo(person).head() == before
    assert git(person, "rev-parse", f"{BRANCH}~1").stdout.strip() == before
    changed = git(person, "diff", "--name-only", before, BRANCH).stdout.split()
    assert changed == [f"{RELEASE}/{name}.yaml" for name in ("kustomization", "model-accuracy", "model-deployment")]
    dev, stage = (
        yaml.safe_load(git(person, "show", f"{BRANCH}:{folder}/model-accuracy.yaml").stdout)
        for folder in (DEV, RELEASE)
    )
    assert stage["metadata"].pop("namespace") == "demo-stage"
    assert dev["metadata"].pop("namespace") == "demo-dev"
    assert stage == dev
    subject = git(person, "log", "-1", "--format=%s", BRANCH).stdout.strip()
    assert subject == f"demo: promote to stage fraud-detection {DIGEST} (accuracy 97.6 % of required 93 %)"


def test_a_second_promotion_finds_the_branch(person: Path) -> None:
    first = stage_promote.prepare(cloned(person), "main", "demo")
    (person / "note.txt").write_text("unrelated\n")
    commit_all(person, "unrelated")
    assert stage_promote.prepare(cloned(person, "again"), "main", "demo").commit == first.commit


def test_what_stage_has_is_no_promotion(person: Path) -> None:
    stage_promote.prepare(cloned(person), "main", "demo")
    git(person, "merge", "--quiet", "--no-edit", BRANCH)
    done = stage_promote.prepare(cloned(person, "again"), "main", "demo")
    assert (done.verdict.allowed, done.branch, done.commit) == (True, "", "")


def test_after_a_roll_back_the_merged_branch_is_used_again(person: Path) -> None:
    first = stage_promote.prepare(cloned(person), "main", "demo").commit
    git(person, "merge", "--quiet", "--no-edit", BRANCH)
    git(person, "revert", "--no-edit", "HEAD")
    again = stage_promote.prepare(cloned(person, "again"), "main", "demo")
    assert again.commit not in ("", first)
    assert git(person, "rev-parse", BRANCH).stdout.strip() == again.commit


def test_a_new_measurement_of_the_image_replaces_our_own_branch(person: Path) -> None:
    first = stage_promote.prepare(cloned(person), "main", "demo").commit
    clone = cloned(person, "measured")
    assert promote.promote(clone, "main", built(clone, correct=245)).commit
    again = stage_promote.prepare(cloned(person, "again"), "main", "demo").commit
    assert again != first
    assert git(person, "rev-parse", BRANCH).stdout.strip() == again


def test_a_threshold_above_the_accuracy_denies(person: Path) -> None:
    policy(person, "0.99")
    raised = commit_all(person, "raise")
    done = stage_promote.prepare(cloned(person), "main", "demo", DIGEST)
    assert not done.verdict.allowed
    assert "below the required 99 %" in done.verdict.reasons[0]
    assert branches(person) == ["main"]
    assert Repo(person).head() == raised


def test_a_threshold_raised_after_the_clone_counts(person: Path) -> None:
    root = cloned(person)
    policy(person, "0.99")
    commit_all(person, "raise")
    assert not stage_promote.prepare(root, "main", "demo").verdict.allowed


@pytest.mark.parametrize("staged", [False, True], ids=["edited", "committed"])
def test_edits_in_the_workspace_are_gone_before_the_gate(person: Path, staged: bool) -> None:
    """Another task of the run can write into the clone; neither its settings nor its policy is judged by."""
    policy(person, "0.99")
    commit_all(person, "raise")
    root = cloned(person)
    policy(root, "0.1")
    (root / "policy" / "model_accuracy" / "model_accuracy.rego").write_text("package model_accuracy\n")
    (root / ".gitignore").write_text("*\n")
    if staged:
        commit_all(root, "lower the threshold")
    assert not stage_promote.prepare(root, "main", "demo").verdict.allowed
    assert branches(person) == ["main"]


def _edit(person: Path, file: str, old: str, new: str) -> None:
    path = person / DEV / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    commit_all(person, "edit")


OTHER = f"sha256:{'cd' * 32}"


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        pytest.param("model-accuracy.yaml", "accuracy: 0.976", "accuracy: 0.999", "disagrees", id="accuracy"),
        pytest.param("model-accuracy.yaml", "trueNegative: 163", "trueNegative: 100", "disagrees", id="counts"),
        pytest.param("model-accuracy.yaml", "modelSha256: c", "modelSha256: ''", "missing", id="evidence"),
        pytest.param("model-deployment.yaml", DIGEST, OTHER, "no passing ModelAccuracy", id="image"),
        pytest.param("model-deployment.yaml", f"@{DIGEST}", ":latest", "", id="tag"),
        pytest.param("model-accuracy.yaml", "kind: ModelAccuracy", "kind: ConfigMap", "", id="kind-of-report"),
        pytest.param("model-deployment.yaml", "image: ", "picture: ", "", id="hidden-image"),
    ],
)
def test_an_edited_release_in_dev_is_denied(person: Path, file: str, old: str, new: str, words: str) -> None:
    """The positive control is test_the_branch_holds_the_release_of_dev_and_main_stays: unedited, it is allowed."""
    _edit(person, file, old, new)
    try:
        verdict = stage_promote.prepare(cloned(person), "main", "demo", DIGEST).verdict
    except (SettingsError, UsageError):
        assert not words
    else:
        assert not verdict.allowed
        assert words in " ".join(verdict.reasons)
    assert branches(person) == ["main"]


def test_a_rule_that_does_not_look_at_the_image_is_no_gate(person: Path) -> None:
    """A kind that the rule passes over would be allowed whatever its image is."""
    rule = 'package model_release\n\nviolation contains {"msg": "never"} if input.review.object.kind == "Other"\n'
    (person / "policy" / "model_release" / "model_release.rego").write_text(rule)
    commit_all(person, "a rule that passes over SeldonDeployments")
    with pytest.raises(SettingsError, match="no rule judges the image of a SeldonDeployment"):
        stage_promote.prepare(cloned(person), "main", "demo")
    assert branches(person) == ["main"]


@pytest.mark.parametrize("file", [SETTINGS, f"{RELEASE}/model-accuracy.yaml", "policy/lib/accuracy.rego"])
def test_a_branch_with_anything_of_somebody_else_is_no_promotion(person: Path, file: str) -> None:
    stage_promote.prepare(cloned(person), "main", "demo")
    git(person, "checkout", "--quiet", BRANCH)
    (person / file).write_text((person / file).read_text() + "# edited\n")
    added = commit_all(person, "add something")
    git(person, "checkout", "--quiet", "main")
    with pytest.raises(UsageError, match="holds more than this release"):
        stage_promote.prepare(cloned(person, "again"), "main", "demo")
    assert git(person, "rev-parse", BRANCH).stdout.strip() == added


def test_a_branch_that_moves_meanwhile_is_not_overwritten(person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = cloned(person)
    write = promote.write
    taken = Repo(person).head()

    def slow(root: Path, release: Release) -> str:
        git(person, "branch", BRANCH, taken)
        return write(root, release)

    monkeypatch.setattr(stage_branch, "write", slow)
    with pytest.raises(ToolFailed):
        stage_promote.prepare(root, "main", "demo")
    assert git(person, "rev-parse", BRANCH).stdout.strip() == taken


def test_another_digest_or_a_commit_of_another_branch_is_refused(person: Path) -> None:
    with pytest.raises(UsageError, match="dev releases"):
        stage_promote.prepare(cloned(person), "main", "demo", OTHER)
    git(person, "checkout", "--quiet", "-b", "side")
    (person / "note.txt").write_text("side\n")
    side = commit_all(person, "side")
    git(person, "checkout", "--quiet", "main")
    for commit in (side, "0" * 40):
        with pytest.raises(UsageError, match="is no commit of the branch main"):
            stage_promote.prepare(cloned(person), "main", "demo", DIGEST, commit)
    assert branches(person) == ["main", "side"]


@pytest.mark.parametrize("base", ["--all", "", "a..b", "ghost"])
def test_a_base_that_is_no_branch_is_refused(person: Path, base: str) -> None:
    with pytest.raises((UsageError, ToolFailed)):
        stage_promote.prepare(cloned(person), base, "demo")


def test_a_prefix_that_is_not_set_up_is_refused(person: Path) -> None:
    with pytest.raises(UsageError, match="ghost is not set up here"):
        stage_promote.prepare(cloned(person), "main", "ghost")


def test_the_request_says_what_and_by_what(person: Path) -> None:
    root = cloned(person)
    request = stage_promote.wanted(root, stage_promote.prepare(root, "main", "demo"))
    assert (request.branch, request.base) == (BRANCH, "main")
    assert IMAGE in request.body
    assert "97.6 %" in request.body
    assert "required: 0.93" in request.body
