"""The settings file is read closed: each file in settings/invalid is named after its one defect and says its error."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mlgate import settings
from mlgate.errors import SettingsError

FOLDER = Path(__file__).parent / "settings"
VALID = FOLDER / "valid.yaml"
INVALID = sorted((FOLDER / "invalid").glob("*.yaml"))


def test_every_value_arrives() -> None:
    assert settings.load(VALID) == settings.Settings(
        prefix="fraud-demo",
        repo_url="https://git.example.com/team/mlops.git",
        revision="main",
        platform="kubernetes",
        components=("cel-gate",),
        choices={
            "serving": "seldon",
            "build": "buildah",
            "git": "external",
            "index": "pypi",
            "virtualization": "none",
            "secrets": "plain",
            "split": "stratified",
        },
        accuracy=Decimal("1.0"),
        minimums={},
        data=settings.Data(source="synthetic", holdout=Decimal("0.25"), seed=2020),
        model_path="model/fraud",
        model_image="registry.example.com/fraud-demo/fraud-detection",
        tools_image="registry.example.com/mlgate/tools:0.1.0",
        path=VALID,
    )


def test_there_are_invalid_fixtures() -> None:
    assert len(INVALID) > 30


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_refused_for_its_defect(path: Path) -> None:
    expected = path.read_text().splitlines()[0].removeprefix("# expect: ")
    with pytest.raises(SettingsError) as caught:
        settings.load(path)
    assert str(caught.value).startswith(f"{path}:")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("written", ["0.98876", "0.1", "0.999999999", "0.000000001", "1"])
def test_the_threshold_is_the_decimal_that_was_written(written: str) -> None:
    text = VALID.read_text().replace("accuracy: 1.0", f"accuracy: {written}")
    assert settings.parse(VALID, text).accuracy == Decimal(written)


def test_minimums_are_exact_too() -> None:
    text = VALID.read_text().replace("minimums: {}", "minimums: {recall: 0.8, averagePrecision: 0.7}")
    found = settings.parse(VALID, text)
    assert found == replace(
        settings.load(VALID), minimums={"recall": Decimal("0.8"), "averagePrecision": Decimal("0.7")}
    )


@pytest.mark.parametrize("data", [b"\xff\xfe", None], ids=["no-utf-8", "no-file"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "settings.yaml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(SettingsError, match="cannot be read"):
        settings.load(path)


LINES = VALID.read_text().splitlines(keepends=True)


@hypothesis_settings(deadline=None, max_examples=300)
@given(st.integers(0, len(LINES) - 1), st.text(max_size=20))
def test_whatever_stands_in_a_line_is_read_or_refused(number: int, junk: str) -> None:
    changed = [*LINES[:number], LINES[number].rstrip("\n") + junk + "\n", *LINES[number + 1 :]]
    try:
        found = settings.parse(VALID, "".join(changed))
    except SettingsError:
        return
    assert 0 < found.accuracy <= 1


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param([], 1, id="document"),
        pytest.param(["spec", "gate", "accuracy"], 12, id="value"),
        pytest.param(["spec", "nothing"], 6, id="absent-key"),
        pytest.param(["spec", "components", 0], 10, id="item"),
        pytest.param(["spec", "components", 9], 10, id="absent-item"),
    ],
)
def test_the_line_is_that_of_the_nearest_parent(path: list[str | int], line: int) -> None:
    tree = yaml.compose(VALID.read_text(), Loader=yaml.SafeLoader)
    assert settings.line_of(tree, path) == line


@pytest.mark.parametrize("scheme", ["postgresql", "jdbc:postgresql"])
def test_a_password_in_the_source_is_refused_and_not_repeated(scheme: str) -> None:
    planted = f"source: {scheme}://me:hunter2@db.example.com/rows?table=t"
    with pytest.raises(SettingsError, match=r"spec\.data\.source: .*does not match") as caught:
        settings.parse(VALID, VALID.read_text().replace("source: synthetic", planted))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        "parquet:data/rows.parquet",
        "postgresql://db.example.com:5432/rows?table=t",
        "jdbc:postgresql://db.example.com:5432/rows?table=t",
        "jdbc:teiid:csvrdbmsdb@mm://db.example.com:31000?table=t",
    ],
)
def test_every_kind_of_source_can_be_set(source: str) -> None:
    text = VALID.read_text().replace("source: synthetic", f"source: {source}")
    assert settings.parse(VALID, text).data.source == source
