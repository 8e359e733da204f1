"""A planted secret is found wherever it is planted, its text is never shown, and names of Secrets are no secrets.

The secrets are put together here, so that none stands in this file.
"""

import base64
import random
import string
from pathlib import Path

import pytest
import yaml

import trees
from mlgate.checks import render, secrets
from mlgate.checks.model import Build
from mlgate.results import Result, Status

DRAW = random.Random(20)  # noqa: S311 - repeatable, and no secret


def word(length: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(DRAW.choice(letters) for _ in range(length))


PLANTED = {
    "aws": "AKIA" + word(16, string.ascii_uppercase + string.digits),
    "github": "ghp_" + word(36),
    "gitlab": "glpat-" + word(20),
    "slack-token": "xoxb-" + "-".join([word(11, string.digits), word(11, string.digits), word(24)]),
    "slack-webhook": "https://hooks.slack.com/services/T"
    + "/B".join([word(8).upper(), word(8).upper()])
    + "/"
    + word(24),
    "private-key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "url": f"https://someone:{word(16)}@git.example.com/a.git",
    "jwt": ".".join(
        base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        for text in ('{"alg":"HS256","typ":"JWT"}', '{"sub":"someone"}', word(32))
    ),
    "pypi": "pypi-AgEIcHlwaS5vcmc" + word(80),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trees.whole(tmp_path_factory.mktemp("tree"))


def findings(tree: Path) -> list[Result]:
    repo = trees.repo(tree)
    rendered, _ = render.render(repo, [Build(repo.overlay("alpha") / "dev", "alpha", "dev")])
    results = [*secrets.check(repo, [], ""), *secrets.check(repo, rendered, "alpha")]
    assert results
    return [result for result in results if result.status is not Status.VALID]


def test_a_whole_tree_holds_none(tree: Path) -> None:
    assert findings(tree) == []


@pytest.mark.parametrize("place", ["apps/a.yaml", "base/dev/a.sql", "policy/a.rego", "overlays/alpha/dev/a.env"])
@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found_and_not_shown(tree: Path, kind: str, place: str) -> None:
    file = tree / place
    file.write_text(f"# a note\nvalue: {PLANTED[kind]}\n")
    try:
        found = findings(tree)
    finally:
        file.unlink()
    assert {(each.code, each.file, each.line) for each in found} == {("MG271", place, 2)}
    assert not any(PLANTED[kind] in str(each) for each in found)


@pytest.mark.parametrize("kind", sorted(set(PLANTED) - {"jwt", "slack-webhook"}))
def test_a_secret_in_a_list_is_found(tree: Path, kind: str) -> None:
    file = tree / "base/dev/a.yaml"
    file.write_text(f"args:\n- --verbose\n- --with={PLANTED[kind]}\nsteps: [a]\n")
    try:
        found = findings(tree)
    finally:
        file.unlink()
    assert {(each.code, each.line) for each in found} == {("MG271", 3)}


@pytest.mark.parametrize("line", [f"password: {word(12)}", f"adminPassword: '{word(14)}'", f"token: {word(40)}"])
def test_a_password_by_its_key_is_found(tree: Path, line: str) -> None:
    file = tree / "apps" / "a.yaml"
    file.write_text(line + "\n")
    try:
        assert {each.code for each in findings(tree)} == {"MG271"}
    finally:
        file.unlink()


@pytest.mark.parametrize("line", ["secretName: webhook", "  secretRef: slack", "existingSecret: 'git-credentials'"])
def test_the_name_of_a_secret_is_none(line: str) -> None:
    assert secrets.is_reference(line)


@pytest.mark.parametrize("line", [f"secret: {word(20)}!", f"password: {word(20)}", f"secretKey: A{word(20)}/+"])
def test_a_value_is_no_name(line: str) -> None:
    assert not secrets.is_reference(line)


@pytest.mark.parametrize(("field", "value"), [("stringData", "x"), ("data", "eA==")])
def test_a_secret_with_a_value_is_found_and_one_without_is_not(tmp_path: Path, field: str, value: str) -> None:
    tree = trees.whole(tmp_path / "tree")
    meta = {"name": "s", "namespace": "alpha-dev"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, field: {"key": value}}
    trees.write(tree, "base/dev/secret.yaml", yaml.safe_dump(secret))
    trees.append(tree, "base/dev", "secret.yaml")
    assert [(each.code, each.file) for each in findings(tree)] == [("MG272", "base/dev/secret.yaml")]
    trees.write(tree, "base/dev/secret.yaml", yaml.safe_dump({**secret, field: {}}))
    assert findings(tree) == []
