"""A clerk's way from a file with faults to an accepted correction: desk, check, correction workbook, desk, check."""

import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
import uvicorn
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page
from prefect.testing.utilities import prefect_test_harness

from desk.app import make_app
from desk.office import DEMO_SECRET, Office
from examples.demo_city.city import Sizes
from examples.demo_city.run import PREVIOUS, environment
from examples.demo_city.term import PREVIOUS_TERM, write_term
from flows.check_submissions import check_submissions
from inspection.request import CampaignRequest
from inspection.store import account
from inspection.store.engine import writing
from tasks.campaign import deploy_campaign
from tests.desk_names import PASSWORD, PROFILE
from tests.flows.city_term import office

pytestmark = pytest.mark.browser
NAME = "学期指标报表-示例市东湖区.xlsx"
SIZES = Sizes(school_count=12, students_per_school=20, answers_per_school=10, has_kept=False)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[str]:
    """The desk of a bureau whose other files have come in, on a free port of this machine."""
    write_term(tmp_path / "workspace" / "inbox" / PREVIOUS_TERM, seed="desk", sizes=SIZES, term=PREVIOUS_TERM)
    url = environment(tmp_path)["INSPECTION_DATABASE_URL"]
    with office(tmp_path), prefect_test_harness(server_startup_timeout=120):
        deploy_campaign(PREVIOUS)
        with writing(url) as session:
            first = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
            at = datetime(2026, 5, 20, tzinfo=UTC)
            account.add(
                session, account_id="district-01", role="district", scope="379901", password_hash=first, at=at
            )
        app = make_app(
            Office(database_url=url, workspace=tmp_path / "workspace", profile=PROFILE, secret=DEMO_SECRET),
            now=lambda: datetime(2026, 5, 20, 2, 0, tzinfo=UTC),
        )
        config = uvicorn.Config(app, host="127.0.0.1", port=0, access_log=False, log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()


def spoil(path: Path) -> dict[str, object]:
    """Plant two faults in a district's file; return what stood there."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    code, row = next(
        (cell.column, cell.row)
        for line in sheet
        for cell in line
        if re.fullmatch(r"\d{10}", str(cell.value).strip())
    )
    right: dict[str, object] = {}
    for column in (code, next(c.column for c in sheet[row] if str(c.value) in {"小学", "初中"})):
        cell = sheet.cell(row, column)
        right[cell.coordinate] = cell.value
        cell.value = "没有填" if column == code else f"{cell.value}部"
    book.save(path)
    return right


def hand_in(page: Page, address: str, path: Path) -> str:
    page.goto(f"{address}/uploads/{PREVIOUS}/indicators")
    page.set_input_files("#file", path)
    page.get_by_role("button", name="上报", exact=True).click()
    page.wait_for_url(re.compile(r"/submissions/[0-9a-f]{16}$"))
    return page.url


def check() -> None:
    assert check_submissions(CampaignRequest(campaign_id=PREVIOUS, as_of=date(2026, 5, 20)))


def test_a_clerk_mends_the_marked_cells_and_is_accepted(browser: Browser, desk: str, tmp_path: Path) -> None:
    inbox = tmp_path / "workspace" / "inbox" / PREVIOUS_TERM
    mine = tmp_path / NAME
    (inbox / NAME).rename(mine)
    right = spoil(mine)
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(f"{desk}/login")
    page.fill("#account_id", "district-01")
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    first = hand_in(page, desk, mine)
    assert page.locator("h1").get_by_text("已收到").is_visible()
    check()
    page.goto(first)
    assert page.locator("h1").get_by_text("部分接受").is_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="更正表（Excel）").click()
    workbook = tmp_path / "更正表.xlsx"
    started.value.save_as(workbook)
    book = openpyxl.load_workbook(workbook)
    assert book.sheetnames[0] == "更正说明"
    sheet = book.worksheets[1]
    marked = {cell.coordinate for row in sheet for cell in row if cell.comment}
    assert marked == set(right)
    for place in marked:
        sheet[place] = right[place]
    book.save(workbook)
    second = hand_in(page, desk, workbook)
    assert second != first
    check()
    page.goto(second)
    assert page.locator("h1").get_by_text("已接受").is_visible()
    page.goto(first)
    assert page.locator("h1").get_by_text("已替换").is_visible()
