"""What a kustomization reaches, by whichever name its file has, and in a time that its size explains."""

from pathlib import Path

import pytest

from mlgate.checks import graph

BOMB = "a: &a [x.yaml]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{above}'] * 9)}]\n"
    for above, name in zip("abcdefghijklmnopqr", "bcdefghijklmnopqrs", strict=True)
)


@pytest.mark.parametrize("name", graph.KUSTOMIZATIONS)
def test_every_name_of_a_kustomization_is_followed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("resources: [b]\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / name).write_text("resources: [a.yaml]\nconfigMapGenerator: [{files: [k=c.txt]}]\n")
    for file in ("a.yaml", "c.txt", "unread.yaml"):
        (tmp_path / "b" / file).write_text("")
    found = {str(path.relative_to(tmp_path)) for path in graph.reachable([tmp_path])}
    assert found == {name, f"b/{name}", "b/a.yaml", "b/c.txt"}


@pytest.mark.parametrize("text", [BOMB, "a: &a [*a, x.yaml]\n", "[" * 5000, "\x00", "? {a: b}\n: x.yaml\n"])
def test_hostile_content_ends(tmp_path: Path, text: str) -> None:
    (tmp_path / "kustomization.yaml").write_text(text)
    (tmp_path / "x.yaml").write_text("")
    assert graph.references(tmp_path) <= {tmp_path / "x.yaml"}


def test_two_folders_that_name_each_other_end(tmp_path: Path) -> None:
    for one, other in ("ab", "ba"):
        (tmp_path / one).mkdir()
        (tmp_path / one / "kustomization.yaml").write_text(f"resources: [../{other}]\n")
    assert len(graph.reachable([tmp_path / "a"])) == 2
