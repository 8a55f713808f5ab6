"""The verifying page with a record and a ledger before it: the ledger step of the program, whichever came first."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from inspection import ledger
from inspection.verify.record import verify
from tests.rules.draw.example_draw import in_ledger
from tests.rules.verify.test_published_ledger import pairs

pytestmark = pytest.mark.browser

Document = dict[str, Any]
ASK = "([record, noted, ledger]) => checkText(record, noted, ledger).steps"


@pytest.fixture
def page(browser: Browser, site: Path) -> Iterator[Page]:
    """The page opened afresh, cut off from every network; anything it complains of fails the test."""
    context = browser.new_context(offline=True)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto((site / "verify.html").as_uri())
    yield opened
    assert complaints == []
    context.close()


def written(folder: Path, name: str, document: Document) -> Path:
    path = folder / name
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def drop(page: Page, *documents: tuple[str, Document]) -> None:
    """Drop files onto the page, all at once, and wait until it names the last of them."""
    files = [[name, json.dumps(document, ensure_ascii=False)] for name, document in documents]
    page.evaluate(
        """files => {
          const data = new DataTransfer();
          files.forEach(([name, text]) => data.items.add(new File([text], name)));
          document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data }));
        }""",
        files,
    )
    page.locator("#report .note", has_text=documents[-1][0]).wait_for()


def said(page: Page) -> tuple[str | None, str | None]:
    """Return how the ledger step came out and what it says."""
    item = page.locator("li[data-step=ledger]")
    return item.get_attribute("class"), item.locator("p:not(:empty)").first.text_content()


def test_the_ledger_step_says_what_that_of_the_program_says(page: Page) -> None:
    for title, (made, book) in pairs().items():
        own = verify(made, ledger=book)[-1]
        texts = [json.dumps(part, ensure_ascii=False) for part in (made, book)]
        (step,) = [item for item in page.evaluate(ASK, [texts[0], "", texts[1]]) if item["id"] == "ledger"]
        assert (title, step["outcome"]) == (title, own.outcome)
        if own.outcome == "pass":
            assert step["detail"] == own.message


@pytest.mark.parametrize("order", [("record", "ledger"), ("ledger", "record")])
def test_record_and_ledger_are_held_against_each_other_in_any_order(
    page: Page, tmp_path: Path, order: tuple[str, str]
) -> None:
    made, chain = in_ledger()
    files = {"record": made, "ledger": ledger.document(chain)}
    paths = {name: written(tmp_path, f"{name}.json", document) for name, document in files.items()}
    for name in order:
        page.locator("#file").set_input_files(paths[name])
        page.locator("#report .note", has_text=f"{name}.json").wait_for()
    assert page.locator("#report .note").text_content() == "核验对象：record.json、ledger.json"
    assert said(page) == ("pass", "4条首尾相接，承诺有效且唯一")
    assert page.locator("#report").get_attribute("data-outcome") == "pass"


def test_a_record_alone_says_that_the_ledger_is_not_checked(page: Page) -> None:
    drop(page, ("record.json", in_ledger()[0]))
    assert said(page) == ("later", "未核对：请同时放入台账文件")


def test_a_ledger_alone_is_not_called_unchanged(page: Page) -> None:
    drop(page, ("ledger.json", ledger.document(in_ledger()[1])))
    assert page.locator(".verdict").text_content() == (
        "台账首尾相接；是否被整体重写，须与此前抄下的台账校验值比对。"
    )


def test_a_record_that_the_ledger_does_not_hold_fails(page: Page) -> None:
    made, chain = in_ledger()
    forged = copy.deepcopy(ledger.document(chain[:-1]))
    drop(page, ("ledger.json", forged), ("record.json", made))
    assert said(page)[0] == "fail"
    assert "台账中的步骤应为" in str(said(page)[1])


def test_a_redraw_through_a_cancelled_promise_fails_though_record_and_chain_are_whole(page: Page) -> None:
    made, book = pairs()["redrawn"]
    head = book["entries"][2]["entry_hash"]
    page.locator("#noted").fill(head.upper())
    drop(page, ("record.json", made), ("ledger.json", book))
    assert page.locator("li.fail").evaluate_all("all => all.map(li => li.dataset.step)") == ["ledger"]
    assert page.locator("li[data-step=noted]").get_attribute("class") == "pass"
    assert "台账中已有抽取结果：有了结果不得撤销重抽" in str(said(page)[1])


def test_a_draw_under_another_name_is_shown_to_the_reader(page: Page) -> None:
    made, book = pairs()["elsewhere"]
    drop(page, ("record.json", made), ("ledger.json", book))
    assert said(page) == (
        "pass",
        "6条首尾相接，承诺有效且唯一；同一事项另有批次：2025-2026-2-again（已抽取），请核对是否重复抽取",
    )


def test_a_head_noted_earlier_is_found_beside_the_record(page: Page) -> None:
    made, chain = in_ledger()
    texts = [json.dumps(part, ensure_ascii=False) for part in (made, ledger.document(chain))]
    for noted, outcome in {
        made["commitment_digest"]: "pass",
        chain[1].entry_hash: "pass",
        chain[1].entry_hash[:16]: "pass",
        chain[1].entry_hash[:15]: "fail",
        "ab" * 32: "fail",
    }.items():
        assert page.evaluate(ASK, [texts[0], noted, texts[1]])[-1]["outcome"] == outcome
