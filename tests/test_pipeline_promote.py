"""Promotion: a commit that the gate judged, pushed into the branch that somebody has checked out."""

from pathlib import Path

import pytest
import yaml

import promotions
from gate_oracle import DIGEST, counts, report
from mlgate.errors import SettingsError, ToolFailed, UsageError
from mlgate.pipeline import release
from mlgate.pipeline.checkout import clone, last_commit
from mlgate.pipeline.promote import promote
from mlgate.repo import Repo, git
from promotions import IMAGE, SETTINGS, built, cloned, commit_all, policy


@pytest.fixture
def person(tmp_path: Path) -> Path:
    """A person's repository with ``main`` checked out and a threshold of 93 %."""
    return promotions.person(tmp_path / "person")


def test_a_release_is_one_commit_and_the_persons_tree_follows(person: Path) -> None:
    root = cloned(person)
    done = promote(root, "main", built(root))
    assert Repo(person).head() == done.commit
    assert not git(person, "status", "--porcelain").stdout
    subject = git(person, "log", "-1", "--format=%s").stdout.strip()
    assert subject == f"demo: release fraud-detection {DIGEST} (accuracy 97.6 % of required 93 %)"
    changed = git(person, "show", "--format=", "--name-only", "HEAD").stdout.split()
    folder = "overlays/demo/dev/release"
    names = ("kustomization", "model-accuracy", "model-deployment")
    assert changed == [f"{folder}/{name}.yaml" for name in names]
    accuracy, deployed = (yaml.safe_load((person / folder / f"{name}.yaml").read_text()) for name in names[1:])
    assert accuracy["metadata"]["namespace"] == "demo-dev"
    assert "namespace" not in deployed["metadata"]
    assert deployed["spec"]["predictors"][0]["componentSpecs"][0]["spec"]["containers"][0]["image"] == IMAGE


def test_the_same_model_again_is_no_new_commit(person: Path) -> None:
    first = cloned(person)
    promote(first, "main", built(first))
    second = cloned(person, "second")
    done = promote(second, "main", built(second, gitCommit="another"))
    assert done.verdict.allowed
    assert done.commit == ""


def test_another_measurement_is_a_new_commit(person: Path) -> None:
    first = cloned(person)
    promote(first, "main", built(first))
    second = cloned(person, "second")
    assert promote(second, "main", built(second, correct=245)).commit


def test_promote_judges_itself(person: Path) -> None:
    root = cloned(person)
    before = Repo(person).head()
    done = promote(root, "main", built(root, correct=200))
    assert not done.verdict.allowed
    assert Repo(person).head() == Repo(root).head() == before


def test_a_branch_that_moved_is_no_obstacle(person: Path) -> None:
    root = cloned(person)
    (person / "note.txt").write_text("meanwhile\n")
    moved = commit_all(person, "meanwhile")
    done = promote(root, "main", built(root))
    assert Repo(person).head() == done.commit
    assert git(person, "rev-parse", "HEAD~1").stdout.strip() == moved


def test_a_threshold_raised_meanwhile_counts(person: Path) -> None:
    root = cloned(person)
    policy(person, "0.99")
    raised = commit_all(person, "raise")
    assert not promote(root, "main", built(root)).verdict.allowed
    assert Repo(person).head() == raised


def test_another_release_meanwhile_is_not_overwritten(person: Path) -> None:
    older, newer = cloned(person), cloned(person, "newer")
    done = promote(newer, "main", built(newer, correct=245))
    with pytest.raises(UsageError, match="got another release"):
        promote(older, "main", built(older, correct=244))
    assert Repo(person).head() == done.commit


def test_a_dirty_tree_is_not_moved(person: Path) -> None:
    root = cloned(person)
    before = Repo(person).head()
    (person / SETTINGS).write_text("edited\n")
    with pytest.raises(ToolFailed):
        promote(root, "main", built(root))
    assert Repo(person).head() == before
    assert (person / SETTINGS).read_text() == "edited\n"


def test_a_report_of_another_image_is_refused(person: Path) -> None:
    """The known demo's defects 5 and 6: the metric of one run with the image of another, by tag."""
    other = f"registry.example.com/fraud@sha256:{'cd' * 32}"
    with pytest.raises(SettingsError, match="the image to release is"):
        release.build("demo", other, built(person).report, person / "model" / "fraud")


def test_an_image_by_tag_is_denied(person: Path) -> None:
    root = cloned(person)
    tag = "registry.example.com/fraud:latest"
    found = report(0.976, counts(244, 250), image=tag)
    done = promote(root, "main", release.build("demo", tag, found, root / "model" / "fraud"))
    assert not done.verdict.allowed


def test_a_second_container_that_nobody_measured_is_denied(person: Path) -> None:
    file = person / "model" / "fraud" / "model_deployment.yaml"
    content = yaml.safe_load(file.read_text())
    containers = content["spec"]["predictors"][0]["componentSpecs"][0]["spec"]["containers"]
    containers.append({"name": "stowaway", "image": f"registry.example.com/other@sha256:{'cd' * 32}"})
    file.write_text(yaml.safe_dump(content))
    commit_all(person, "stowaway")
    root = cloned(person)
    done = promote(root, "main", built(root))
    assert not done.verdict.allowed
    assert "no passing ModelAccuracy" in done.verdict.reasons[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("kind: SeldonDeployment\nmetadata: {name: x}\n", "is missing", id="no-token"),
        pytest.param("kind: Deployment\nimage: ${SELDON_IMAGE_REPLACE}\n", "not one SeldonDeployment", id="other-kind"),
        pytest.param("a: [", "cannot be read", id="not-yaml"),
    ],
)
def test_a_wrong_deployment_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "model_deployment.yaml").write_text(text)
    with pytest.raises(SettingsError, match=words):
        release.deployment(tmp_path, IMAGE)


def test_a_deployment_may_be_json(tmp_path: Path) -> None:
    text = '{"kind": "SeldonDeployment", "metadata": {"namespace": "x"}, "image": "${SELDON_IMAGE_REPLACE}"}'
    (tmp_path / "model_deployment.json").write_text(text)
    assert release.deployment(tmp_path, IMAGE) == {"kind": "SeldonDeployment", "metadata": {}, "image": IMAGE}


@pytest.mark.parametrize(
    ("correct", "total", "shown"),
    [
        (99995, 100000, "99.995 %"),
        (999999, 1000000, "99.9999 %"),
        (9999999, 10000000, "99.9999 %"),
        (250, 250, "100 %"),
    ],
)
def test_accuracy_is_never_rounded_up(correct: int, total: int, shown: str) -> None:
    """The known demo's defect 10: 0.99995 is shown as 1.0000."""
    assert release.percent(report(1, counts(correct, total))) == shown


def test_clone_takes_commit_branch_and_tag(person: Path, tmp_path: Path) -> None:
    head = Repo(person).head()
    git(person, "tag", "v1")
    for number, revision in enumerate((head, "main", "v1")):
        assert clone(str(person), revision, tmp_path / str(number)) == head


def test_the_commit_of_the_threshold_is_the_last_that_touched_it(person: Path) -> None:
    first = Repo(person).head()
    (person / "note.txt").write_text("x\n")
    commit_all(person, "unrelated")
    assert last_commit(person, SETTINGS) == first
    with pytest.raises(ToolFailed, match="no commit changed"):
        last_commit(person, "overlays/ghost")
