"""Headless Chromium in JupyterLab, driven as a person would: by what is shown."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_S = 240
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


class Page:
    """JupyterLab in a browser."""

    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        """Load JupyterLab, and wait until its notebook is shown and its kernel idle."""
        self.driver.get(url)
        self.one(".jp-Notebook .jp-CodeCell")
        self.idle()

    def wait(self, condition: Any) -> Any:
        return WebDriverWait(self.driver, PATIENCE_S, 0.25).until(condition)

    def one(self, selector: str) -> WebElement:
        """The first element that is shown, once there is one."""
        return self.wait(lambda _: next((each for each in self.all(selector) if each.is_displayed()), None))

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        self.one(".jp-Notebook-ExecutionIndicator[data-status='idle']")

    def command(self, name: str) -> None:
        """Choose an entry of JupyterLab's command palette, as Ctrl-Shift-C offers it."""
        self.driver.find_element(By.TAG_NAME, "body").send_keys(Keys.CONTROL, Keys.SHIFT, "c")
        box = self.one("#modal-command-palette .lm-CommandPalette-input")
        box.send_keys(name)
        self.one(".lm-CommandPalette-item.lm-mod-active")
        box.send_keys(Keys.ENTER)

    def files(self) -> set[str]:
        """What the file browser shows."""
        self.one(".jp-DirListing-item")
        return {each.text for each in self.all(".jp-DirListing-itemName") if each.text}
