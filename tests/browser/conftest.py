"""A real Chromium and a whole publication site for the tests that look through a browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tasks.site import write_site
from tests.documents.example_site import facts

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
CHROMIUM = Path("/usr/bin/chromium")
FONTS = Path(__file__).parents[2] / "report_templates/fonts"


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    own_fonts = {"FONTCONFIG_FILE": str(_fonts(tmp_path_factory.mktemp("fonts")))}
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=FLAGS.split(), env={**os.environ, **own_fonts}
        )
        yield started
        started.close()


def _fonts(folder: Path) -> Path:
    """Have Chinese shown in the repository's fonts, whatever is installed."""
    path = folder / "fonts.conf"
    path.write_text(
        f"<fontconfig><dir>{FONTS}</dir><cachedir>{folder}</cachedir></fontconfig>", encoding="utf-8"
    )
    return path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("public") / "site"
    write_site(facts(), folder)
    return folder
