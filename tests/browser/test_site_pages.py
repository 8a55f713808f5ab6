"""The pages of the publication site as a browser shows them."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 390, 1200])
def test_no_page_is_wider_than_its_window(browser: Browser, site: Path, width: int) -> None:
    window = browser.new_page(viewport={"width": width, "height": 800})
    for path in sorted(site.glob("*.html")):
        window.goto(path.as_uri())
        assert window.evaluate("document.documentElement.scrollWidth") <= width, path.name
    window.close()


def test_fingerprints_get_a_copy_button_where_scripts_run(browser: Browser, site: Path) -> None:
    window = browser.new_page()
    window.goto((site / "draw.html").as_uri())
    hashes = window.locator(".hash")
    assert window.locator("button.copy").count() == hashes.count() > 3
    window.locator("button.copy").first.click()
    assert window.evaluate("getSelection().toString()") == hashes.first.text_content()
    window.close()
