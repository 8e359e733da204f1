"""Whatever stands in a model folder is judged; nothing is a traceback."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlgate.notebook import contract
from mlgate.results import Result, Status, passed
from notebook_folders import folder, notebook


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=60), st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace")))
)
@pytest.mark.parametrize("name", ["small.ipynb", "requirements.txt", "model_deployment.yaml", "deploy/environment"])
def test_any_content_of_any_file_is_judged(tmp_path: Path, name: str, content: bytes) -> None:
    model_dir = tmp_path / "m"
    if not model_dir.exists():
        folder(model_dir)
    (model_dir / name).write_bytes(content)
    results: list[Result] = contract.check(model_dir)
    assert results
    assert all(result.status in {Status.VALID, Status.INVALID} for result in results)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(train=st.text(max_size=60), wrapper=st.text(max_size=60))
def test_any_source_of_any_cell_is_judged(tmp_path: Path, train: str, wrapper: str) -> None:
    model_dir = tmp_path / "m"
    if not model_dir.exists():
        folder(model_dir)
    notebook(model_dir / "small.ipynb", (train, ["Train"]), (wrapper, ["Wrapper"]))
    assert not passed(contract.check(model_dir))
