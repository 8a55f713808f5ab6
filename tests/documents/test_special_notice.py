"""The written notice of an inspection: what it tells the school, and what it keeps to itself."""

import re
from dataclasses import fields, replace
from datetime import date
from io import BytesIO

import pytest
import yaml
from pydantic import TypeAdapter
from pypdf import PdfReader

from inspection.dispatch.special_notice import LEGAL_BASIS, SpecialNoticeFacts, legal_basis, notice_code
from tasks.document import ROOT, render_pdf

TEMPLATE = "special_notice"


def facts() -> SpecialNoticeFacts:
    text = (ROOT / TEMPLATE / "sample.yaml").read_text(encoding="utf-8")
    return TypeAdapter(SpecialNoticeFacts).validate_python(yaml.safe_load(text))


def words(told: SpecialNoticeFacts) -> str:
    """Return the running text of the rendered notice, without the marks in the margins."""
    content = render_pdf(TEMPLATE, told, as_of=told.issued_on)
    pages = PdfReader(BytesIO(content)).pages
    marks = re.compile(r"— \d+ —|演示数据·非真实文书")
    return re.sub(r"\s", "", "".join(marks.sub("", page.extract_text()) for page in pages))


def test_the_notice_tells_what_when_by_how_many_and_on_which_grounds() -> None:
    told = facts()
    text = words(told)
    for wanted in (
        "示教督通字〔2026〕5号",
        "关于对示例市东湖区第二实验小学开展专项督导的通知",
        "根据《教育督导条例》第十六条、第十七条和教育督导工作安排，经我局主要负责人批准，"
        "决定由示例市人民政府教育督导室组织检查组，对你校开展专项督导。",
        "（一）课程开设与规范办学。依据：《教育督导条例》（国务院令第624号）",
        "检查组于2026年5月27日到校，由3名检查人员组成，入校时出示督导证件。",
        "可以在入校前或者入校时向示例市人民政府教育督导室申请回避",
        "（一）请你校对照检查事项开展自评，形成自评报告，于2026年5月26日前报送",
        "（四）检查组成员违反工作纪律的",
        told.ledger_head[:16],
        told.record_digest[:16],
        "抄送：示例市东湖区教育和体育局。",
    ):
        assert wanted in text


def test_an_urgent_notice_speaks_of_safety_and_of_no_approval() -> None:
    text = words(replace(facts(), is_urgent=True, self_evaluation_due_on=None))
    assert "因涉及师生安全，决定由" in text
    assert "批准" not in text
    assert "自评" not in text
    assert "（一）请如实提供与检查事项有关的资料" in text


def test_the_notice_has_no_room_for_people_or_for_why_it_was_asked_for() -> None:
    names = {field.name for field in fields(SpecialNoticeFacts)}
    assert not names & {"members", "reason", "trigger", "evidence_ids", "requester_id"}


def test_the_notice_says_nothing_of_a_draw_of_scores_or_of_ranks() -> None:
    assert not re.search("抽取|抽查|摇号|得分|总分|名次|排名", words(facts()))


@pytest.mark.parametrize("mode", ["key", "routine", "cross"])
def test_a_mode_without_articles_of_its_own_rests_on_the_regulation(mode: str) -> None:
    assert legal_basis(mode) == ("《教育督导条例》",)
    assert legal_basis("thematic") == LEGAL_BASIS["thematic"]


def test_notices_have_a_series_of_numbers_of_their_own() -> None:
    assert notice_code("示教督字") == "示教督通字"


def test_the_same_facts_give_the_same_bytes() -> None:
    told = replace(facts(), issued_on=date(2026, 5, 22))
    first = render_pdf(TEMPLATE, told, as_of=told.issued_on)
    assert render_pdf(TEMPLATE, told, as_of=told.issued_on) == first
