"""A school's score sheet: value, source, rule, points and clause of every line, and no place of the school."""

import json
import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from inspection.errors import ProtocolError
from inspection.score.score_sheet import ScoreSheetFacts
from tasks.document import render_pdf, sample

AS_OF = date(2026, 5, 8)


def sheet() -> ScoreSheetFacts:
    facts = sample("score_sheet")
    assert isinstance(facts, ScoreSheetFacts)
    return facts


def text_of(facts: ScoreSheetFacts) -> str:
    content = render_pdf("score_sheet", facts, as_of=AS_OF)
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


def test_every_line_tells_value_source_rule_points_and_clause() -> None:
    text = text_of(sheet())
    for words in (
        "东岭区河湾学校（小学）评价得分明细表",
        "评分依据：依据上报数据和入校核查结果",
        "全部指标：已评定权重占应评权重的92%，按已评定权重折合百分制85.17分，等级为“良好”。",
        "不含考试成绩类指标：已评定权重占应评权重的91.3%，按已评定权重折合百分制86.34分，等级为“良好”。",
        "考试成绩类",
        "8.4／12",
        "—／8",
        "得分12×7÷10＝8.4分",
        "来源：学期指标报表（回执64bf71b0988d5703）；入校检查记录；条款：基本要求第2条；处于同类学校预期区间。",
        "不得公布，不得用于校际排序",
        "向示范市人民政府教育督导室提出复核",
    ):
        assert words in text, words


def test_what_is_not_established_has_no_points_and_no_band() -> None:
    open_sheet = replace(sheet(), band="not-established", public_band="not-established")
    assert open_sheet.summary[0] == "全部指标：已评定权重占应评权重的92%，数据不足，等级未评定。"
    assert [line.points_text for line in open_sheet.lines] == ["8.4／12", "8／8", "—／8"]


def test_a_veto_is_told() -> None:
    assert "有零容忍事项经认定" in text_of(replace(sheet(), is_vetoed=True))


def test_a_sheet_that_gives_the_school_a_place_is_not_rendered() -> None:
    line = replace(sheet().lines[0], explanation="该项得分居全市第3名。")
    with pytest.raises(ProtocolError) as caught:
        render_pdf("score_sheet", replace(sheet(), lines=(line,)), as_of=AS_OF)
    assert [fault.code for fault in caught.value.faults] == ["RNK-001"]


def test_the_same_facts_as_json_and_the_same_digest_on_another_day() -> None:
    facts = sheet()
    read = json.loads(json.dumps(facts.document, ensure_ascii=False))
    assert read["lines"][0]["clause"] == "基本要求第2条"
    assert read["issued_on"] == "2026-05-08"
    assert replace(facts, issued_on=date(2026, 5, 9)).content_digest == facts.content_digest
