"""Installing a prefix: every step, in order, again and again, and no secret where it could be read."""

import base64
import json
import os
import shlex
import stat
import subprocess
from pathlib import Path

import pytest

import checkouts
from cluster import standin
from mlgate import process
from mlgate.cli import main
from mlgate.lifecycle.kubectl import Cluster
from mlgate.process import Tool

PLANTED = {
    "password": "planted-passw0rd",
    "slack": "https://hooks.example.com/planted-slack",
    "sysdig": "planted-token",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A clone whose remote holds everything, and an operator in its list that no test looks at."""
    tree = checkouts.make_git(tmp_path / "tree")
    settings = tree / "apps/values/settings.yaml"
    remote = tmp_path / "remote.git"
    checkouts.git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
    text = settings.read_text().partition("  operators:")[0] + "  operators:\n  - name: spark\n"
    settings.write_text(text)
    checkouts.git(tree, "commit", "-qam", "another operator")
    checkouts.git(tree, "config", f"url.file://{remote}.insteadOf", "https://git.example.com/team/mlops.git")
    checkouts.git(tree, "remote", "add", "origin", str(remote))
    return tree


def prepared(tree: Path, prefix: str, *, push: bool = True) -> None:
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", prefix, "--commit") == 0
    if push:
        checkouts.git(tree, "push", "-q", "origin", "main")


def apply(tree: Path, prefix: str, *options: str) -> int:
    return checkouts.mlgate(tree, "bootstrap", "--prefix", prefix, "--apply", "--timeout", "20", *options)


def recorder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubectl before the real one that writes down its argv and environment, and the argv of every child of ours."""
    log, real = folder / "argv.log", Tool("kubectl").path()
    wrapper = folder / "first" / "kubectl"
    wrapper.parent.mkdir()
    wrapper.write_text(
        f'#!/bin/sh\n{{ printf "%s\\n" "$0" "$@"; env; }} >> {shlex.quote(str(log))}\nexec {real} "$@"\n'
    )
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    start = subprocess.Popen.__init__

    def started(self: object, args: list[str], *rest: object, **options: object) -> None:
        with log.open("a") as file:
            file.write("".join(f"child: {arg}\n" for arg in args))
        start(self, args, *rest, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess.Popen, "__init__", started)
    path = process.search_path()
    monkeypatch.setattr(process, "search_path", lambda: os.pathsep.join([str(wrapper.parent), path]))
    return log


def values(cluster: Cluster, name: str, namespace: str) -> dict[str, str]:
    secret = cluster.get("secret", name, namespace)
    assert secret is not None
    return dict(secret["data"])


def test_a_prefix_is_installed_and_a_second_run_changes_nothing(
    cluster: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tree, "first")
    with standin.argocd(cluster, tree, "first") as order:
        assert apply(tree, "first") == 0
        out = capsys.readouterr().out
        assert apply(tree, "first") == 0
    assert out.endswith("Demo elements installed successfully!\n")
    assert "warning" not in out
    assert "the one that is there is used" in out
    assert {"mlgate-root", "first", "first-policy", "first-cicd", "first-dev", "first-stage"} <= set(order)
    assert [len(cluster.list("secrets", "first-cicd"))] == [0]


def test_a_secret_that_an_option_wants_is_made_once(
    cluster: Cluster, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--component", "triggers", "--git", "gitea", "--virtualization", "postgresql"]
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "made", "--commit", *options) == 0
    checkouts.git(tree, "push", "-q", "origin", "main")
    log = recorder(tmp_path, monkeypatch)
    wanted = {"webhook": "made-cicd", "git-credentials": "made-cicd", "virtual-database": "made-dev"}
    with standin.argocd(cluster, tree, "made"):
        assert apply(tree, "made") == 0
        first = {name: values(cluster, name, space) for name, space in wanted.items()}
        said = capsys.readouterr().out
        assert "made-cicd/webhook was missing and is made at random" in said
        assert apply(tree, "made") == 0
    assert {name: values(cluster, name, space) for name, space in wanted.items()} == first
    assert set(first["git-credentials"]) == {"username", "password"}
    random = [first["webhook"]["secret"], first["git-credentials"]["password"], *first["virtual-database"].values()]
    assert len(set(random)) == len(random)
    assert all(len(base64.b64decode(value)) > 40 for value in random)
    shown = log.read_text() + said + capsys.readouterr().out
    assert not [value for value in random if value in shown or base64.b64decode(value).decode() in shown]


def test_secrets_arrive_and_are_seen_nowhere_else(
    cluster: Cluster,
    tree: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    prepared(tree, "hush")
    log = recorder(tmp_path, monkeypatch)
    (tmp_path / "slack").write_text(PLANTED["slack"] + "\n")
    monkeypatch.setenv("GIT_PASSWORD", PLANTED["password"])
    monkeypatch.setenv("SYSDIG_SECURE_TOKEN", PLANTED["sysdig"])
    with standin.argocd(cluster, tree, "hush"):
        assert apply(tree, "hush", "--user", "someone", "--slack-webhook-url-file", str(tmp_path / "slack")) == 0
    assert set(values(cluster, "git-credentials", "hush-cicd")) == {"username", "password"}
    assert (
        Tool("base64").run(["-d"], stdin=values(cluster, "slack", "hush-cicd")["webhook-url"]).stdout
        == PLANTED["slack"]
    )
    assert "secure-api-token" in values(cluster, "sysdig", "hush-cicd")
    assert "password" in values(cluster, "mlgate-repository", "argocd")
    assert "child: ls-remote" in log.read_text()
    captured = capsys.readouterr()
    assert leaks(log.read_text() + captured.out + captured.err) == []
    assert leaks(checkouts.git(tree, "log", "-p", "--all")) == []


def leaks(text: str) -> list[str]:
    """Planted values that a text holds, plain or as a Secret holds them."""
    encoded = {name: Tool("base64").run(["-w0"], stdin=value).stdout for name, value in PLANTED.items()}
    return [name for name, value in PLANTED.items() if value in text or encoded[name] in text]


def test_the_recorder_sees_a_value_on_a_childs_argv(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = recorder(tmp_path, monkeypatch)
    literal = f"--from-literal=token={PLANTED['sysdig']}"
    cluster.call(["create", "secret", "generic", "x", literal, "--dry-run=client", "-o", "name"])
    monkeypatch.setenv("OTHER", PLANTED["slack"])
    cluster.list("namespaces")
    Tool("true").run([PLANTED["password"]])
    assert leaks(log.read_text()) == ["password", "slack", "sysdig"]


def test_a_value_on_our_own_command_line_arrives_with_a_warning(
    cluster: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tree, "loud")
    with standin.argocd(cluster, tree, "loud"):
        assert apply(tree, "loud", "--slack-webhook-url", PLANTED["slack"]) == 0
    err = capsys.readouterr().err
    assert "better: --slack-webhook-url-file" in err
    assert leaks(err) == []
    assert "webhook-url" in values(cluster, "slack", "loud-cicd")


def test_what_is_not_ready_in_time_is_named(cluster: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepared(tree, "late")
    standin.controller(cluster, ready=True)
    assert apply(tree, "late", "--timeout", "1") == 3
    err = capsys.readouterr().err
    assert "late-stage" in err
    assert "mlgate doctor" in err


def test_an_overlay_in_no_commit_is_refused_before_anything_is_applied(
    cluster: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert apply(tree, "draft") == 2
    assert "is in no commit" in capsys.readouterr().err
    assert cluster.get("namespace", "draft-cicd") is None


def test_an_overlay_that_is_not_pushed_is_warned_of(
    cluster: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tree, "local", push=False)
    with standin.argocd(cluster, tree, "local"):
        assert apply(tree, "local") == 0
    assert "git push" in capsys.readouterr().out


def test_a_namespace_of_somebody_else_is_left_alone(
    cluster: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tree, "taken")
    standin.controller(cluster, ready=True)
    cluster.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "taken-dev"}}])
    assert apply(tree, "taken") == 3
    assert "taken-dev exists and is not ours" in capsys.readouterr().err
    assert cluster.get("namespace", "taken-cicd") is None


def test_applications_of_others_keep_the_project_they_use(
    cluster: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tree, "guest")
    standin.controller(cluster, ready=True)
    cluster.apply([standin.application("foreign", "default")])
    assert apply(tree, "guest") == 3
    cluster.delete("applications.argoproj.io", "foreign", "argocd")
    assert "which others use: foreign" in capsys.readouterr().err


@pytest.mark.parametrize("managed", [False, True], ids=["foreign", "ours"])
def test_a_listed_operator_is_taken_only_when_it_is_ours(
    cluster: Cluster, tree: Path, managed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tree / "apps/values/settings.yaml"
    settings.write_text(settings.read_text().replace("name: spark", "name: gatekeeper"))
    checkouts.git(tree, "commit", "-qam", "gatekeeper")
    prefix = f"gate-{str(managed).lower()}"
    prepared(tree, prefix)
    with standin.argocd(cluster, tree, prefix):
        if managed:
            cluster.apply([standin.application("operator-gatekeeper")])
        assert apply(tree, prefix) == (0 if managed else 3)
    cluster.delete("application.argoproj.io", "operator-gatekeeper", "argocd")
    assert ("leave gatekeeper out of operators" in capsys.readouterr().err) is not managed


def test_what_a_person_may_not_do_is_listed(
    tree: Path, server: object, cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tree, "limited")
    limited = Path(os.environ["KUBECONFIG"]).with_name("limited.conf")
    assert json.loads(limited.read_text())["current-context"] == "limited"
    rule = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}
    api = "rbac.authorization.k8s.io"
    bound = {"apiGroup": api, "kind": "ClusterRole", "name": "reader"}
    who = [{"kind": "User", "name": "limited", "apiGroup": api}]
    role = {"apiVersion": f"{api}/v1", "kind": "ClusterRole", "metadata": {"name": "reader"}, "rules": [rule]}
    binding = {"apiVersion": f"{api}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "reader"}}
    cluster.apply([role, binding | {"roleRef": bound, "subjects": who}])
    args = ["bootstrap", "--repo", str(tree), "--prefix", "limited", "--apply", "--kubeconfig", str(limited)]
    assert main(args) == 3
    assert "you may not: create namespaces" in capsys.readouterr().err
