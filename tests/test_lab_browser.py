"""The notebook in a real JupyterLab, in a real browser: what a data scientist sees and clicks."""

import json
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

import lab_place
from lab_place import Place

pytestmark = pytest.mark.xdist_group("lab")
TRAIN, DUMP, CHECK = 3, 5, 8  # cells of the notebook, counted from 1
_SEVERE = {"WebGL", "favicon"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return lab_place.make(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def page(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """JupyterLab as `make notebook` serves it, open in Chromium at the notebook."""
    missing = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if missing and os.environ.get("CI", "").lower() not in {"true", "1"}:
        pytest.skip(f"{', '.join(missing)} not installed: apt-get install chromium chromium-driver")
    import lab_browser

    lab_browser.draw_every_cell(place.settings)
    with lab_place.running(place) as lab, lab_browser.browser(tmp_path_factory.mktemp("chromium")) as driver:
        shown = lab_browser.Page(driver)
        shown.open(lab.url, cells=CHECK)
        yield shown


def cells(place: Place) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(place.notebook.read_text())["cells"]
    return found


def test_every_cell_runs_with_data_and_jdbc_beside_it_and_the_check_answers(place: Place, page: Any) -> None:
    assert {"data", "jdbc", place.notebook.name} <= page.files()
    page.run_all()
    shown = page.cells()[CHECK - 1].text
    assert "the gate would let the model through" in shown
    assert "95 %" in shown
    page.save()
    outputs = [each for cell in cells(place) for each in cell.get("outputs", [])]
    assert [each for each in outputs if each["output_type"] == "error"] == []
    assert all(cell["execution_count"] for cell in cells(place) if cell["cell_type"] == "code")


def test_a_tag_taken_away_in_the_property_inspector_is_saved_and_its_finding_is_told(place: Place, page: Any) -> None:
    page.tag(DUMP, "Train", applied=False)
    page.save()
    assert cells(place)[DUMP - 1]["metadata"].get("tags", []) == []
    shown = page.run(CHECK)
    assert "The pipeline would refuse this notebook" in shown
    assert "MG109" in shown


def test_a_tag_given_back_there_is_accepted_again(place: Place, page: Any) -> None:
    page.tag(DUMP, "Train", applied=True)
    page.save()
    assert cells(place)[DUMP - 1]["metadata"]["tags"] == ["Train"]
    assert "the gate would let the model through" in page.run(CHECK)


def test_the_page_has_no_error_of_its_own(page: Any) -> None:
    said = [each["message"] for each in page.driver.get_log("browser")]
    assert [each for each in said if not any(word in each for word in _SEVERE)] == []
