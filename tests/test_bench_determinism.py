"""The bench of determinism lists folders in another order indeed, so that what depends on it would be told."""

import json
import os
from pathlib import Path

from test_bench import BENCH, load

NAMES = [f"{number:02}" for number in range(20)]


def test_every_way_to_list_a_folder_gives_another_order(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / "a").mkdir(exist_ok=True)
        (tmp_path / "a" / name).write_text("")
    determinism = load("determinism")

    def tell() -> int:
        determinism.shuffle(determinism.random.Random(1))
        top = tmp_path / "a"
        with os.scandir(top) as entries:
            scanned = [entry.name for entry in entries]
        ways = [
            scanned,
            os.listdir(top),  # noqa: PTH208 - it is one of the ways
            [path.name for path in top.iterdir()],
            [path.name for path in top.glob("*")],
            [path.name for path in tmp_path.rglob("*") if path.is_file()],
            next(iter(os.walk(top)))[2],
        ]
        print(json.dumps(ways))
        return 0

    answer = determinism.bounded.ask(tell, 10, 60)
    assert answer.code == 0, answer.errors
    for way in json.loads(answer.said):
        assert sorted(way) == NAMES
        assert way != NAMES


def test_a_report_with_two_texts_is_told() -> None:
    determinism = load("determinism")
    same = dict.fromkeys(determinism.FORMATS, "a") | {"findings": "1"}
    lines = determinism.table([same, same | {"json": "b"}, same])
    assert "| json | 1 | 1 | 1 | 2 |" in lines
    assert "| sarif | 1 | 1 | 1 | 1 |" in lines


def test_it_says_what_it_is_for() -> None:
    assert (BENCH / "determinism.py").read_text().startswith('"""')
