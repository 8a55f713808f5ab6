"""The projector's page in a real browser: from key to key, computed again, nobody named while a draw is sealed."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from inspection.draw import record as records
from inspection.draw.pool import PoolInspector, PoolSchool
from inspection.draw.record import sealed
from inspection.draw.seed import PublicValue
from inspection.publish.publication import SchoolFacts
from tasks.site import write_site
from tests.documents.example_site import facts
from tests.rules.draw.example_draw import LOTTERY, SOURCES, committed, drawn

pytestmark = pytest.mark.browser

OPEN = [
    "start", "pool", "commitment", "values", "seed", "draw", "names", "result",
]  # fmt: skip
Record = dict[str, Any]
SIZES = [(1920, 1080), (1024, 768)]


def site_of(folder: Path, record: Record) -> Path:
    """Write a site about one record and return its ceremony page."""
    schools = tuple(
        SchoolFacts(school_code=line["school"], school_name=f"示例区第{n}实验小学", district_name="示例区")
        for n, line in enumerate(record["commitment"]["pool"], start=1)
    )
    given = facts()
    assert given.draw is not None
    draw = replace(given.draw, record=record, schools=(), is_opened="selection" in record)
    write_site(replace(given, draw=draw, schools=schools, results=(), notices=()), folder)
    return folder / "ceremony.html"


@contextmanager
def projected(browser: Browser, path: Path, size: tuple[int, int] = SIZES[0]) -> Iterator[Page]:
    """Show a page without any network; whatever it complains of fails the test."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert complaints == []


def walk(page: Page) -> Iterator[tuple[str, str]]:
    """Press → to the last slide; give each one's id and text when it has been computed."""
    while True:
        slide = page.evaluate("document.body.dataset.slide")
        if slide == "draw":
            # A selector, not an expression: the page forbids eval, which waiting for an expression needs.
            page.wait_for_selector("body[data-computed='yes']", state="attached")
        yield slide, page.locator("#stage").inner_text()
        if page.locator("#on").is_disabled():
            return
        page.keyboard.press("ArrowRight")


def large() -> Record:
    """Return a draw of 72 schools out of 24 strata: as much as the slides list."""
    schools = [
        PoolSchool(code=f"37110{place:02d}{number:03d}", stratum=(f"{place:02d}",))
        for place in range(24)
        for number in range(12)
    ]
    people = [PoolInspector(inspector_id=f"t{n:03d}", is_leader=n % 2 == 0, load=8) for n in range(40)]
    sources = (SOURCES[0], replace(SOURCES[1], throws=120))
    changes = {"schools": schools, "inspectors": people, "relations": (), "sources": sources}
    values = [PublicValue("dice", "613254" * 20), PublicValue("ssq-2026031", LOTTERY)]
    return records.draw(committed(ratio="0.25", **changes).record, values)


@pytest.mark.parametrize("size", SIZES, ids=["16:9", "4:3"])
def test_a_large_draw_fits_the_screen_slide_by_slide_and_is_computed_again(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    record = large()
    with projected(browser, site_of(tmp_path / "site", record), size) as page:
        shown = []
        for slide, text in walk(page):
            shown.append(slide)
            assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), slide
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), slide
            assert "✗" not in text
            if slide not in {"start", "names"}:
                assert "✓ 现场重新" in text, slide
        assert list(dict.fromkeys(shown)) == OPEN
        assert shown.count("names") == 4
        page.keyboard.press("Home")
        assert page.evaluate("document.body.dataset.slide") == "start"


def test_the_drawn_schools_stand_by_code_with_their_names(browser: Browser, tmp_path: Path) -> None:
    record = drawn()
    with projected(browser, site_of(tmp_path / "site", record)) as page:
        (text,) = [said for slide, said in walk(page) if slide == "names"]
    codes = sorted(line["school"] for line in record["selection"])
    places = [text.index(code) for code in codes]
    assert places == sorted(places)
    assert text.count("实验小学") == len(codes)


def test_a_sealed_draw_shows_commitment_values_counts_and_result_hash_and_no_school(
    browser: Browser, tmp_path: Path
) -> None:
    whole = drawn("sealed")
    with projected(browser, site_of(tmp_path / "site", sealed(whole))) as page:
        said = dict(walk(page))
    assert list(said) == ["start", "pool", "commitment", "values", "result"]
    flat = "".join("".join(said.values()).split())
    assert whole["result_hash"] in flat
    assert whole["commitment_digest"] in flat
    assert not [line["school"] for line in whole["selection"] if line["school"] in flat]
    assert "实验小学" not in flat


def test_the_second_ceremony_names_the_schools_and_compares_the_sealed_hash(
    browser: Browser, tmp_path: Path
) -> None:
    opened = records.open_draw(drawn("sealed"), committed("sealed").annex)
    with projected(browser, site_of(tmp_path / "site", opened)) as page:
        said = dict(walk(page))
    assert list(said) == OPEN
    assert "名单与记录所载的密封指纹一致，请与密封时抄下的比对" in said["result"]
    assert opened["result_hash"] in "".join(said["result"].split())


def test_before_the_values_the_ceremony_waits_for_them(browser: Browser, tmp_path: Path) -> None:
    promised = records.committed(drawn()["commitment"])
    with projected(browser, site_of(tmp_path / "site", promised)) as page:
        said = dict(walk(page))
    assert list(said) == ["start", "pool", "commitment", "values"]
    assert said["values"].count("等待公布") == 2


def test_a_record_that_was_tampered_with_is_shown_to_differ_where_it_does(
    browser: Browser, tmp_path: Path
) -> None:
    bad = copy.deepcopy(drawn())
    bad["tickets"][2]["ticket"] = bad["tickets"][2]["ticket"][:-1] + "0"
    with projected(browser, site_of(tmp_path / "site", bad)) as page:
        failed = [slide for slide, text in walk(page) if "✗ 不相符" in text]
    assert failed == ["draw", "result"]
