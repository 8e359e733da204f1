"""Every option on and off, every alternative, both platforms: each pair of values together in some prefix."""

import itertools
from collections.abc import Mapping
from pathlib import Path

import pytest
from allpairspy import AllPairs

import checkouts
import trees
from mlgate.checks import run
from mlgate.checks.model import Report
from mlgate.render import overlay
from mlgate.results import Status
from mlgate.settings import alternatives, load

ROOT = checkouts.ROOT
FACTORS: dict[str, list[str]] = {
    "platform": ["kubernetes", "openshift"],
    **{name: list(values) for name, values in alternatives().items()},
    **{name: ["off", "on"] for name in overlay.known_components(ROOT / "base")},
}


def possible(values: list[str]) -> bool:
    """False for a beginning of a row that chooses what its platform does not have."""
    row = dict(zip(FACTORS, values, strict=False))
    chosen = [f"{name}-{row[name]}" for name in alternatives() if name in row]
    switched = [name for name, value in row.items() if value == "on"]
    return not overlay.idle(ROOT / "base", [f"platform-{row['platform']}", *chosen, *switched])


def rows() -> list[dict[str, str]]:
    """Rows that cover every possible pair; where the greedy generator leaves one out, a row of its own."""
    found = [dict(zip(FACTORS, row, strict=True)) for row in AllPairs(list(FACTORS.values()), filter_func=possible)]
    covered = {pair for row in found for pair in itertools.combinations(row.items(), 2)}
    plain = {name: values[0] for name, values in FACTORS.items()}
    for pair in wanted() - covered:
        tries = [{**plain, "platform": platform, **dict(pair)} for platform in FACTORS["platform"]]
        found.append(next(row for row in tries if possible(list(row.values()))))
    return found


def wanted() -> set[tuple[tuple[str, str], tuple[str, str]]]:
    """Every pair of values of two factors that can stand together, in the order of the factors."""
    return {
        ((one, left), (other, right))
        for one, other in itertools.combinations(FACTORS, 2)
        for left, right in itertools.product(FACTORS[one], FACTORS[other])
    }


ROWS = rows()


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One prefix a row, and one with a released model."""
    folder = trees.whole(tmp_path_factory.mktemp("pairwise"))
    for number, row in enumerate(ROWS):
        assert checkouts.mlgate(folder, "bootstrap", "--prefix", f"row{number}", *_options(row)) == 0
    return folder


@pytest.fixture(scope="module")
def report(tree: Path) -> Report:
    return run.validate(trees.repo(tree))


def _options(row: Mapping[str, str]) -> list[str]:
    chosen = [word for name in ("platform", *alternatives()) for word in (f"--{name}", row[name])]
    switched = [name for name, value in row.items() if value == "on"]
    off = [word for name, value in row.items() if value == "off" for word in ("--without", name)]
    return chosen + [word for name in switched for word in ("--component", name)] + off


def test_every_pair_of_values_stands_together_in_some_row() -> None:
    covered = {pair for row in ROWS for pair in itertools.combinations(row.items(), 2)}
    assert wanted() <= covered
    assert len(wanted()) > 400


def test_each_row_says_what_was_asked(tree: Path) -> None:
    for number, row in enumerate(ROWS):
        settings = load(checkouts.settings_file(tree, f"row{number}"))
        assert settings.platform == row["platform"]
        assert settings.choices == {name: row[name] for name in alternatives()}
        assert {name for name, value in row.items() if value == "on"} == set(settings.components)


def test_every_row_is_valid_and_every_object_met_a_schema(report: Report) -> None:
    assert [(each.code, each.subject, each.file, each.message) for each in report.findings] == []
    fits = [each for each in report.results if each.code == "MG231"]
    assert len(fits) == report.objects
    assert all(each.status is Status.VALID for each in fits)
