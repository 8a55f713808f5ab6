"""The desk in a real browser, on a phone and on an office screen."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from desk.app import make_app
from inspection.store.engine import migrate
from tests.desk_names import (
    CAMPAIGN,
    INDICATORS_A,
    PASSWORD,
    PDF,
    PEOPLE,
    RESULTS_A,
    TERM,
    TOLD_A,
    WARNED_A,
    WARNED_B,
    Bureau,
)
from tests.desk_office import build

pytestmark = pytest.mark.browser
WIDTHS = (390, 1200)


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    return build(url, tmp_path / "workspace")


@pytest.fixture
def address(bureau: Bureau) -> Iterator[str]:
    """The desk on a free port of this machine."""
    app = make_app(bureau.office, now=bureau.clock)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, access_log=False, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def a_page(browser: Browser, address: str, *, width: int) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN", base_url=address)
    return context.new_page()


def log_in(page: Page, account_id: str) -> None:
    page.fill("#account_id", account_id)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    page.wait_for_load_state()


def pages_of(bureau: Bureau, account_id: str) -> list[str]:
    own = {
        "director-01": [f"/cases/{WARNED_B}", "/cases", "/records", "/access-log"],
        "office-01": [
            "/campaigns",
            f"/campaigns/{CAMPAIGN}",
            f"/campaigns/{CAMPAIGN}/teams/t02",
            f"/submissions/{bureau.receipts[INDICATORS_A]}",
            f"/submissions/{bureau.receipts[RESULTS_A]}",
            f"/uploads/{CAMPAIGN}/indicators",
        ],
        "inspector-01": [f"/campaigns/{CAMPAIGN}/teams/t01", f"/uploads/{CAMPAIGN}/findings"],
        "school-a": [f"/cases/{TOLD_A}", f"/cases/{WARNED_A}", "/account"],
        "head-a": ["/analyses", f"/cases/{WARNED_A}"],
        "district-01": ["/submissions", "/quality"],
        "discipline-01": ["/records", "/access-log"],
        "engineer-01": ["/quality", "/submissions"],
    }
    return ["/", *own[account_id]]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_its_screen_and_breaks_no_policy(
    browser: Browser, address: str, bureau: Bureau, width: int
) -> None:
    for account_id in PEOPLE:
        page = a_page(browser, address, width=width)
        complaints: list[str] = []
        page.on("console", lambda message, found=complaints: found.append(message.text))
        page.on("requestfailed", lambda request, found=complaints: found.append(request.url))
        page.goto("/")
        log_in(page, account_id)
        for path in pages_of(bureau, account_id):
            page.goto(path)
            beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert beyond <= 0, (account_id, path)
            assert page.title().endswith(" · 教育督导工作台")
            assert page.locator("h1").count() == 1
        assert complaints == [], account_id
        page.context.close()


def test_an_inspector_follows_a_link_logs_in_and_opens_the_dossier(browser: Browser, address: str) -> None:
    page = a_page(browser, address, width=390)
    page.goto(f"/campaigns/{CAMPAIGN}/teams/t01")
    assert page.url.endswith(f"/login?next=/campaigns/{CAMPAIGN}/teams/t01")
    log_in(page, "inspector-01")
    assert page.url.endswith(f"/campaigns/{CAMPAIGN}/teams/t01")
    dossier = page.get_by_role("link", name="工作手册（PDF）")
    assert page.request.get(str(dossier.get_attribute("href"))).body().startswith(PDF)
    with page.expect_download() as started:
        page.get_by_role("link", name="检查记录表（Excel）").click()
    assert started.value.suggested_filename == "检查记录-t01.xlsx"
    refused = page.goto(f"/campaigns/{CAMPAIGN}/teams/t02")
    assert refused is not None
    assert refused.status == 403
    assert page.get_by_text("这份材料不属于您所在的检查组。").is_visible()


def test_a_clerk_is_told_what_is_wrong_mends_it_and_gets_a_receipt(
    browser: Browser, address: str, bureau: Bureau, tmp_path: Path
) -> None:
    wrong, right = tmp_path / "终稿.xlsx", tmp_path / "更正稿.xlsx"
    wrong.write_bytes(b"<html>not a workbook</html>")
    right.write_bytes(b"PK\x03\x04 a workbook")
    page = a_page(browser, address, width=1200)
    page.goto("/login")
    log_in(page, "district-01")
    page.locator("tr", has_text="学期指标报表").get_by_role("link", name="上报文件").click()
    page.set_input_files("#file", wrong)
    page.click("main button[type=submit]")
    alert = page.get_by_role("alert")
    assert "终稿.xlsx：应为真正的 .xlsx 文件，实为内容不符（可能只改了扩展名）。" in alert.inner_text()
    page.set_input_files("#file", right)
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile(r"/submissions/[0-9a-f]{16}$"))
    assert page.get_by_text("文件已完整收到。").is_visible()
    assert (bureau.office.workspace / "inbox" / TERM / INDICATORS_A).read_bytes() == right.read_bytes()


def test_after_leaving_the_way_back_leads_to_the_login_page(browser: Browser, address: str) -> None:
    page = a_page(browser, address, width=390)
    page.goto("/")
    log_in(page, "school-a")
    page.goto(f"/cases/{TOLD_A}")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login")
    page.goto(f"/cases/{TOLD_A}")
    assert "/login" in page.url
    page.go_back()
    assert page.get_by_text("已告知，待贵校陈述申辩").count() == 0


def test_the_desk_is_used_with_the_keyboard_alone(browser: Browser, address: str) -> None:
    page = a_page(browser, address, width=1200)
    page.goto("/login")
    expect(page.locator("#account_id")).to_be_focused()
    page.keyboard.type("office-01")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    page.wait_for_load_state()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
