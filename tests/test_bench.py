"""The programs of bench/ run: on the smallest tree, with whole tables. What they measure is for ``make bench``."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[1] / "bench"


def load(name: str) -> ModuleType:
    """A program of bench/ as a module of a name of its own: tests/ has packages that are called the same."""
    spec = importlib.util.spec_from_file_location(f"bench_{name}", BENCH / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_table_of_breakages_counts_what_is_asked_for() -> None:
    words = ["--quick", "misspelt-foreign-cron-job", "clean-foreign"]
    done = subprocess.run(
        [sys.executable, str(BENCH / "corpus.py"), *words], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| misspelt field | 1 | 1 |" in done.stdout
    assert "| **caught** | 1 | 1 (100.0 %) |" in done.stdout
    assert "| **false alarms** | 1 | 0 |" in done.stdout


def test_the_chain_complains_of_what_it_should_see(tmp_path: Path) -> None:
    rivals = load("rivals")
    folder = tmp_path / "deploy" / "web"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n")
    assert rivals.chain(tmp_path, tmp_path / "whole") == frozenset()
    (folder / "kustomization.yaml").write_text("resources: [gone.yaml]\n")
    assert any(line.startswith("kustomize: ") for line in rivals.chain(tmp_path, tmp_path / "broken"))


def test_a_command_is_timed_to_its_end_and_its_children_count(tmp_path: Path) -> None:
    speed = load("speed")
    child = "import time; held = bytearray(40 << 20); time.sleep(1)"
    words = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}]); raise SystemExit(3)"
    found = speed.timed([sys.executable, "-c", words], tmp_path, speed.environment(tmp_path / "cache"))
    assert found.code == 3
    assert found.seconds > 0
    assert found.megabytes > 40


def test_an_annotation_is_drawn_with_its_place_and_no_markup_of_its_own() -> None:
    page = load("annotations").page(
        ["::error file=a%2Cb.yaml,line=3,title=MG231 schema::wrong%0A<b>fix</b>", "no command", "::notice::a note"]
    )
    assert "a,b.yaml:3" in page
    assert "wrong\n&lt;b&gt;fix&lt;/b&gt;" in page
    assert "2 annotations" in page


@pytest.mark.parametrize(
    "name", ["bounded", "builds", "corpus", "fuzz", "measured", "rivals", "screenshots", "speed", "trees"]
)
def test_a_program_says_what_it_is_for(name: str) -> None:
    assert (BENCH / f"{name}.py").read_text().startswith('"""')
