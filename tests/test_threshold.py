"""``mlgate threshold``: one line, one commit, or nothing."""

import re
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import checkouts
from mlgate.settings import load

NAME = "overlays/team/values/settings.yaml"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    made = checkouts.make_git(tmp_path / "tree")
    assert checkouts.mlgate(made, "bootstrap", "--prefix", "team", "--commit") == 0
    return made


def threshold(tree: Path, value: str, *more: str) -> int:
    return checkouts.mlgate(tree, "threshold", "--prefix", "team", *more, value)


def log(tree: Path) -> list[str]:
    return checkouts.git(tree, "log", "--format=%s").splitlines()


def test_one_commit_of_one_line_says_old_and_new(tree: Path) -> None:
    assert threshold(tree, "98.87") == 0
    assert log(tree)[0] == "team: required accuracy 100 % -> 98.87 %"
    assert checkouts.git(tree, "show", "--format=", "--numstat").split() == ["1", "1", NAME]
    assert checkouts.git(tree, "status", "--porcelain") == ""


def test_bytes_around_the_value_stay(tree: Path) -> None:
    path = tree / NAME
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + "# größe 1.0, no newline".encode())
    checkouts.git(tree, "-c", "core.autocrlf=false", "commit", "-qam", "by hand")
    before = path.read_bytes()
    assert threshold(tree, "93%") == 0
    assert path.read_bytes() == before.replace(b"accuracy: 1.0", b"accuracy: 0.93")


def test_the_same_value_is_no_commit(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = log(tree)
    assert threshold(tree, "100") == 0
    assert "nothing to do" in capsys.readouterr().out
    assert log(tree) == before


def test_no_commit_leaves_the_commit_to_the_person(tree: Path) -> None:
    before = log(tree)
    assert threshold(tree, "93", "--no-commit") == 0
    assert log(tree) == before
    assert checkouts.git(tree, "status", "--porcelain").split() == ["M", NAME]


def test_other_peoples_staged_work_is_not_swept_in(tree: Path) -> None:
    (tree / "apps" / "new.yaml").write_text("a: 1\n")
    checkouts.git(tree, "add", "apps/new.yaml")
    assert threshold(tree, "93") == 0
    assert checkouts.git(tree, "status", "--porcelain").split() == ["A", "apps/new.yaml"]


@pytest.mark.parametrize("how", ["modified", "staged", "untracked"])
def test_uncommitted_changes_are_refused(tree: Path, how: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tree / NAME
    if how == "untracked":
        checkouts.git(tree, "rm", "-q", "--cached", NAME)
        checkouts.git(tree, "commit", "-qm", "forget it")
    else:
        path.write_text(path.read_text() + "# a note\n")
    if how == "staged":
        checkouts.git(tree, "add", NAME)
    before, commits = checkouts.content(tree), log(tree)
    assert threshold(tree, "93") == 2
    assert f"{NAME} has uncommitted changes" in capsys.readouterr().err
    assert (checkouts.content(tree), log(tree)) == (before, commits)


def test_a_commit_that_fails_leaves_the_old_line(tree: Path) -> None:
    before, commits = checkouts.content(tree), log(tree)
    (tree / ".git" / "refs" / "heads" / "main.lock").touch()
    assert threshold(tree, "93") == 3
    assert (checkouts.content(tree), log(tree)) == (before, commits)
    assert checkouts.git(tree, "status", "--porcelain") == ""


def test_push_puts_the_commit_into_the_origin(tree: Path, tmp_path: Path) -> None:
    checkouts.git(tmp_path, "init", "-q", "--bare", "-b", "main", "origin.git")
    checkouts.git(tree, "remote", "add", "origin", str(tmp_path / "origin.git"))
    checkouts.git(tree, "push", "-qu", "origin", "main")
    assert threshold(tree, "93", "--push") == 0
    assert log(tmp_path / "origin.git")[0] == "team: required accuracy 100 % -> 93 %"
    assert threshold(tree, "94", "--push", "--no-commit") == 2


@pytest.mark.parametrize("prefix", ["other", "../team", "", "team/../team"])
def test_a_prefix_that_is_not_set_up_is_refused(tree: Path, prefix: str) -> None:
    before = checkouts.content(tree)
    assert checkouts.mlgate(tree, "threshold", "--prefix", prefix, "93") == 2
    assert checkouts.content(tree) == before


def test_two_at_once_are_two_commits(tree: Path) -> None:
    command = [sys.executable, "-m", "mlgate.cli", "threshold", "--prefix", "team", "--repo", str(tree)]
    started = [subprocess.Popen([*command, value]) for value in ("91", "92", "93")]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert len([line for line in log(tree) if "required accuracy" in line]) == 3
    last = log(tree)[0].split(" -> ")[1]
    assert load(tree / NAME).accuracy == Decimal(last.split()[0]) / 100


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = checkouts.make(tmp_path_factory.mktemp("plain"))
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "team") == 0
    return tree


def oracle(said: str) -> Fraction | None:
    """The fraction in 10**-9 steps that ``said`` means, by hand, without regular expressions; None when refused."""
    body = said.strip(" ")
    percent = body.endswith("%")
    body = body[:-1].removesuffix(" ") if percent else body
    whole, point, rest = body.partition(".")
    digits = set("0123456789")
    if not (1 <= len(whole) <= 3 and set(whole) <= digits and set(rest) <= digits):
        return None
    if (point and not rest) or len(rest) > 20:
        return None
    number = Fraction(int(whole + rest), 10 ** len(rest))
    if number == 1 and not percent:
        return None
    share = number / 100 if percent or number > 1 else number
    return share if 0 < share <= 1 and (share * 10**9).denominator == 1 else None


NUMBERS = st.from_regex(r" ?[0-9]{1,4}(\.[0-9]{0,9})? ?%? ?", fullmatch=True)


@settings(max_examples=500, deadline=None)
@given(st.one_of(NUMBERS, NUMBERS, st.text(max_size=10), st.sampled_from(["NaN", "inf", "98,87", "1e2", "--help "])))
def test_any_text_sets_the_threshold_or_leaves_the_tree_alone(plain: Path, said: str) -> None:
    path = plain / NAME
    path.write_text(re.sub("accuracy: [0-9.]+", "accuracy: 1.0", path.read_text()))
    before, expected = checkouts.content(plain), oracle(said)
    code = checkouts.mlgate(plain, "threshold", "--prefix=team", "--no-commit", "--", said)
    assert code == (2 if expected is None else 0)
    if expected is None or expected == 1:
        assert checkouts.content(plain) == before
    else:
        assert Fraction(load(path).accuracy) == expected
