"""Headless Chromium in JupyterLab, driven as a person would: by what is shown."""

import contextlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

_RAN = re.compile(r"\[\d+\]:")
PATIENCE_S = 120
"""How long something may take on a machine that does other things as well."""


@contextlib.contextmanager
def browser(scratch: Path) -> Iterator[WebDriver]:
    """A browser of its own; its profile and its downloads are gone afterwards."""
    options = webdriver.ChromeOptions()
    options.binary_location = required("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"):
        options.add_argument(argument)
    options.add_argument("--window-size=1280,1000")
    options.add_argument(f"--user-data-dir={scratch / 'chromium'}")
    options.set_capability("goog:loggingPrefs", {"browser": "SEVERE"})
    service = Service(required("chromedriver"), env={**os.environ, "NO_PROXY": "127.0.0.1,localhost"})
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


def required(program: str) -> str:
    """Path of a program without which nothing is tested here."""
    found = shutil.which(program)
    assert found, f"{program} is not installed: apt-get install chromium chromium-driver"
    return found


def draw_every_cell(settings: Path) -> None:
    """Set JupyterLab, before it starts, to keep also those cells in the page that are scrolled out of sight."""
    file = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text('{"windowingMode": "none"}')


class Page:
    """JupyterLab in a browser."""

    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver

    def open(self, url: str, cells: int) -> None:
        """Load JupyterLab, and wait until its notebook is shown with all its cells and its kernel is idle."""
        self.driver.get(url)
        self.wait(lambda _: len(self.cells()) == cells)
        self.idle()

    def wait(self, condition: Any) -> Any:
        moved = [StaleElementReferenceException]  # the page was drawn anew between two looks
        return WebDriverWait(self.driver, PATIENCE_S, 0.25, moved).until(condition)

    def one(self, selector: str) -> WebElement:
        """The first element that is shown, once there is one."""
        found: WebElement = self.wait(
            lambda _: next((each for each in self.all(selector) if each.is_displayed()), None)
        )
        return found

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        self.one(".jp-Notebook-ExecutionIndicator[data-status='idle']")

    def command(self, name: str) -> None:
        """Choose an entry of JupyterLab's command palette, as Ctrl-Shift-C offers it."""
        box = self.wait(lambda _: self._palette())
        box.send_keys(name)
        # The list follows what is typed with a delay: Enter before that would choose something else.
        self.wait(lambda _: self.one(".lm-CommandPalette-item.lm-mod-active").text.splitlines()[0] == name)
        box.send_keys(Keys.ENTER)

    def _palette(self) -> WebElement | None:
        # Keys that come before the page listens are lost, so they are pressed again until it answers.
        shown = "#modal-command-palette .lm-CommandPalette-input"
        if not self._shown(shown):
            self.driver.find_element(By.TAG_NAME, "body").send_keys(Keys.CONTROL, Keys.SHIFT, "c")
            time.sleep(1)
        return next((each for each in self.all(shown) if each.is_displayed()), None)

    def files(self) -> set[str]:
        """What the file browser shows."""
        self.one(".jp-DirListing-item")
        return {each.text for each in self.all(".jp-DirListing-itemName") if each.text}

    def cells(self) -> list[WebElement]:
        """Every cell, in order."""
        return self.all(".jp-Notebook .jp-Cell")

    def save(self) -> None:
        """Save, and wait until JupyterLab shows that nothing is unsaved."""
        self.command("Save Notebook")
        self.wait(lambda _: not self.all(".lm-TabBar-tab.jp-mod-dirty.lm-mod-current"))

    def run_all(self) -> None:
        """Run every cell, and wait until the kernel has done so."""
        self.wait(lambda _: self._ran_all())
        self.idle()

    def _ran_all(self) -> bool:
        # A kernel that connects only now forgets what it was asked; the page shows "[ ]:" and a person asks anew.
        if self._prompt(-1) == "[ ]:":
            self.command("Run All Cells")
            self.wait(lambda _: self._prompt(-1) != "[ ]:")
        return _RAN.fullmatch(self._prompt(-1)) is not None

    def run(self, number: int) -> str:
        """Run one cell, counted from 1, and return its output once the kernel is done."""
        before = self._prompt(number - 1)
        self.select(number)
        ActionChains(self.driver).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
        self.wait(lambda _: _RAN.fullmatch(self._prompt(number - 1)) and self._prompt(number - 1) != before)
        self.idle()
        outputs = self.cells()[number - 1].find_elements(By.CLASS_NAME, "jp-OutputArea-output")
        return "\n".join(each.text for each in outputs)

    def _prompt(self, index: int) -> str:
        """What stands before a cell: ``[3]:`` once it was run, ``[*]:`` while it runs."""
        return self.cells()[index].find_element(By.CLASS_NAME, "jp-InputPrompt").text.strip()

    def select(self, number: int) -> WebElement:
        """Click into the source of a cell, counted from 1."""
        cell = self.cells()[number - 1]
        editor = cell.find_element(By.CSS_SELECTOR, ".jp-InputArea-editor")
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", editor)
        editor.click()
        self.wait(lambda _: "jp-mod-active" in (cell.get_attribute("class") or ""))
        return cell

    def tag(self, number: int, name: str, *, applied: bool) -> None:
        """Put a tag on a cell, or take it off, and wait until the inspector shows it so."""
        self.select(number)
        if not self.all(".jp-CellTags"):
            self.one("li[data-id='jp-property-inspector']").click()
        if not self._shown(".jp-CellTags"):
            self.one("#notebook-tools .jp-Collapse-header").click()
        self.wait(lambda _: self._tagged(name, "jp-CellTags-Applied" if applied else "jp-CellTags-Unapplied"))

    def _tagged(self, name: str, wanted: str) -> bool:
        # A click between a selection and the inspector's own redrawing of it is lost, so it is made again.
        found = next((each for each in self.all(".jp-CellTags-Tag") if each.text.strip() == name), None)
        if found is None or wanted in (found.get_attribute("class") or "").split():
            return found is not None
        found.click()
        time.sleep(1)
        return False

    def _shown(self, selector: str) -> bool:
        return any(each.is_displayed() for each in self.all(selector))
