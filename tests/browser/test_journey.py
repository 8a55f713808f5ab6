"""One journey through the whole installation: from the form in Prefect's pages to the dossier on the desk.

`JOURNEY_PICTURES=docs/pictures python -m pytest tests/browser/test_journey.py` keeps the pictures of its steps.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.journey_room import FIRST_PASSWORD, Room, started
from tests.tasks.special_office import CAMPAIGN, DIRECTOR, OFFICE, PEOPLE, SCHOOLS

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("JOURNEY_PICTURES", "")
LIGHT = "localStorage.setItem('color-scheme', JSON.stringify('light'))"
RUN_MILLISECONDS = 60_000


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with started(tmp_path) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1200, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.add_init_script(LIGHT)
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(800)
        page.screenshot(path=str(Path(PICTURES) / f"journey-{name}.png"))


class Form:
    """A form in Prefect's pages, filled in by the titles of its fields."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def field(self, title: str) -> Locator:
        exact = re.compile(rf"^\s*{title}\s*(\(Optional\))?\s*$")
        label = self.page.locator("> .p-label__header .schema-form-property__label", has_text=exact)
        return self.page.locator(".schema-form-property").filter(has=label).last

    def write(self, title: str, words: str) -> None:
        self.field(title).locator("textarea").first.fill(words)

    def add(self, title: str, words: str) -> None:
        self.field(title).get_by_role("button", name="Add item").click()
        self.field(title).locator("textarea").last.fill(words)

    def choose(self, title: str, code: str) -> None:
        self.field(title).locator("button.p-select-button__control").first.focus()
        self.page.keyboard.press("ArrowDown")
        self.page.locator(".p-select-option").get_by_text(code, exact=True).click()

    def pick(self, title: str, day: str) -> None:
        self.field(title).locator(".p-date-button__control").click()
        self.page.locator("input.p-native-date-input__control").fill(day)
        self.page.get_by_role("button", name="Apply").click()

    def submit(self) -> None:
        self.page.get_by_role("button", name="Submit").click()


def fill_in(form: Form) -> None:
    """Ask for one school, with too short a reason and nobody who asks."""
    form.write("所属检查批次", CAMPAIGN)
    form.choose("检查方式", "thematic")
    form.add("检查事项", "curriculum")
    form.choose("选校方式", "list")
    form.add("名单：学校标识码", SCHOOLS[0])
    form.choose("启动情形", "complaint")
    form.write("事由", "有人反映")
    form.add("线索或依据编号", "xf-2026-0031")
    form.pick("开始日期", "2026-05-20")
    form.pick("结束日期", "2026-05-29")
    form.pick("办理日期", "2026-05-18")
    form.field("仅预览").locator("input").dispatch_event("click")


def start(page: Page, room: Room) -> None:
    """Fill in the form, be told twice what is wrong, mend it and open the run."""
    named = httpx.get(f"{room.server}/api/deployments/name/special-inspection/special-inspection").json()
    page.goto(f"{room.server}/deployments/deployment/{named['id']}/run")
    form = Form(page)
    form.field("申请人编号").wait_for()
    picture(page, "form")
    fill_in(form)
    form.submit()
    expect(form.field("申请人编号")).to_contain_text("必填，请填写")
    form.write("申请人编号", OFFICE)
    form.submit()
    expect(page.get_by_text("未提交。“启动依据—事由”一栏：字数不足，请按本栏说明补充").first).to_be_visible()
    form.field("事由").evaluate("place => place.scrollIntoView({block: 'center'})")
    picture(page, "wrong-input")
    form.write("事由", "多名家长反映课程表与实际授课不一致，需入校核实。")
    form.submit()
    page.wait_for_url(lambda url: not url.endswith("/run"))
    begun = httpx.post(f"{room.server}/api/flow_runs/filter", json={}).json()
    assert len(begun) == 1
    page.goto(f"{room.server}/runs/flow-run/{begun[0]['id']}")


def approve(page: Page) -> None:
    """Wait until the run asks for a decision, and give it as the responsible official."""
    page.get_by_text("Suspended", exact=True).first.wait_for(timeout=RUN_MILLISECONDS)
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("1 所学校、1 个检查组")).to_be_visible()
    form = Form(page)
    form.choose("决定", "approve")
    form.write("决定人编号", DIRECTOR)
    form.pick("决定日期", "2026-05-19")
    picture(page, "approval")
    form.submit()
    page.get_by_text("Completed", exact=True).first.wait_for(timeout=RUN_MILLISECONDS)


def follow_the_link(page: Page, room: Room) -> None:
    """Open what the run says of its outcome, and from there the desk."""
    page.get_by_text("Artifacts", exact=True).first.click()
    outcome = page.locator("a[href*='/artifacts/artifact/']", has_text="-outcome").first
    outcome.scroll_into_view_if_needed()
    assert not any(secret in page.inner_text("body") for secret in ("实验学校", "示督学", *PEOPLE))
    picture(page, "artifacts")
    outcome.click()
    link = page.locator(f"a[href^='{room.desk}/campaigns/{CAMPAIGN}-s']").first
    expect(page.get_by_text("状态：已派组")).to_be_visible()
    picture(page, "outcome")
    page.goto(str(link.get_attribute("href")))


def log_in(page: Page) -> None:
    """Log in where the link has led, and be taken on to its page."""
    assert "/login?next=/campaigns/" in page.url
    page.fill("#account_id", DIRECTOR)
    picture(page, "desk-login")
    page.fill("#password", FIRST_PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**/campaigns/{CAMPAIGN}-s*")


def test_from_the_form_to_the_dossier(room: Room, page: Page) -> None:
    start(page, room)
    approve(page)
    follow_the_link(page, room)
    log_in(page)
    page.get_by_role("link", name="查看").first.click()
    dossier = page.get_by_role("link", name="工作手册（PDF）")
    expect(dossier).to_be_visible()
    picture(page, "dossier")
    content = page.request.get(f"{room.desk}{dossier.get_attribute('href')}").body()
    assert content.startswith(b"%PDF")
    assert len(content) > 20_000
