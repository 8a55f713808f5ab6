"""The record sheet of a draw: two pages whatever is drawn, and no school while the names are sealed."""

import re
from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from inspection.draw.record_sheet import (
    MOST_SCHOOLS,
    MOST_STRATA,
    DrawRecordSheetFacts,
    SheetStratum,
    drawn_facts,
    in_fours,
)
from tasks.document import render_pdf, sample
from tasks.page_template import qr
from tests.rules.draw.example_draw import drawn, entries


def sheet() -> DrawRecordSheetFacts:
    facts = sample("draw_record_sheet")
    assert isinstance(facts, DrawRecordSheetFacts)
    return facts


def pages(facts: DrawRecordSheetFacts) -> list[str]:
    content = render_pdf("draw_record_sheet", facts, as_of=facts.issued_on)
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(content)).pages]


def test_the_first_page_holds_what_was_promised_and_typed_the_second_what_was_drawn_and_who_saw_it() -> None:
    facts = sheet()
    first, second = pages(facts)
    for words in (
        "随机抽取记录单",
        facts.commitment_digest,
        facts.result,
        facts.ledger_head,
        "03081219263" + "1+07",
        "clerk-01、clerk-02",
        "2026年5月12日21:30公布",
        "第1页，共2页",
    ):
        assert words in first, words
    for words in ("s01层名录14所抽取3所", *facts.selection, "签名（手写）", "纪检监督人员", "第2页，共2页"):
        assert words in second, words
    assert not re.search("电子签名|数字签名|签章", first + second)


def test_a_sealed_sheet_names_no_school_and_tells_no_seed() -> None:
    sealed = replace(sheet(), state="sealed", seed="", selection=())
    first, second = pages(sealed)
    assert "密封抽取（名单尚未公布）" in first
    assert "名单密封，入校检查结束后公布。" in second
    assert not re.search(r"(?<!\d)[23]137990\d{3}(?!\d)", first + second)


@pytest.mark.parametrize("more", [0, 1], ids=["as many as it holds", "more than it holds"])
def test_it_stays_on_two_pages(more: int) -> None:
    facts = sheet()
    stratum = SheetStratum(code="s01", pool_count=20000, size=2000)
    full = replace(
        facts,
        sources=facts.sources * 2 * (1 + more),
        strata=(stratum,) * (MOST_STRATA + more),
        selection=tuple(f"31379{number:05d}" for number in range(MOST_SCHOOLS + more)),
    )
    first, second = pages(full)
    assert ("另有4个公开来源" in first) == bool(more)
    assert ("名单较长，载于抽取记录" in second) == bool(more)


def test_the_same_facts_give_the_same_bytes() -> None:
    facts = sheet()
    one, two = (render_pdf("draw_record_sheet", facts, as_of=facts.issued_on) for _ in range(2))
    assert one == two


def test_the_code_holds_the_address_of_the_record_and_the_digest_of_its_result() -> None:
    facts = sheet()
    place = "https://dudao.example/2025-2026-2-basic/data/draw-record.json"
    assert facts.code_text == f"{place}#sha256={facts.result}"
    assert qr(facts.code_text).startswith("<svg")
    assert replace(facts, site_address="").code_text == f"2025-2026-2-basic#sha256={facts.result}"


@pytest.mark.parametrize("address", ["https://dudao.example/2025-2026-2-basic", ""])
@pytest.mark.parametrize("state", ["drawn", "sealed"])
def test_the_printed_code_scans_back_to_what_the_sheet_says(address: str, state: str) -> None:
    facts = replace(sheet(), site_address=address, state=state)
    content = render_pdf("draw_record_sheet", facts, as_of=facts.issued_on)
    with pypdfium2.PdfDocument(content) as document:
        pictures = [page.render(scale=150 / 72).to_pil().convert("L") for page in document]
        words = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))
    (scanned,) = [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]
    assert scanned == facts.code_text
    place, _, digest = scanned.partition("#sha256=")
    assert place == (f"{address}/data/draw-record.json" if address else facts.campaign_id)
    assert digest == facts.result
    assert digest in words


def test_what_a_sheet_takes_from_a_record_follows_what_may_be_told() -> None:
    record, typed = drawn("sealed"), entries()
    schools = {line["school"] for line in record["selection"]}
    sealed = drawn_facts(record, typed, is_opened=False)
    assert (sealed["state"], sealed["result"]) == ("sealed", record["result_hash"])
    assert not [text for text in (*schools, record["seed"], record["secret"]) if text in repr(sealed)]
    opened = drawn_facts(record, typed, is_opened=True)
    assert (opened["state"], opened["result"]) == ("opened", record["result_digest"])
    assert set(opened["selection"]) == schools
    public = drawn_facts(drawn(), typed, is_opened=False)
    assert public["state"] == "drawn"
    assert public["selection"]
    assert {source.entered_by for source in public["sources"]} == {("li", "zhang")}


def test_digests_are_read_in_groups_of_four() -> None:
    assert in_fours("0123456789ab") == "0123 4567 89ab"
