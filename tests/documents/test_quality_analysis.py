"""Analyses as documents: four levels, charts, nothing that ranks; the classes a page each."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from inspection.analyse.chart import BarChart, DayChart
from inspection.errors import ProtocolError
from tasks.chart import chart_svg
from tasks.document import ROOT, render_pdf, sample
from tasks.page_template import CHART_FONT

AS_OF = date(2026, 7, 8)
FONT = ROOT / "fonts" / CHART_FONT


def pages_of(template: str, facts: Any) -> list[str]:
    reader = PdfReader(BytesIO(render_pdf(template, facts, as_of=AS_OF)))
    return [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]


def test_a_school_reads_its_own_figures_on_three_levels() -> None:
    text = "".join(pages_of("quality_analysis", sample("quality_analysis")))
    for words in (
        "东岭区河湾学校学业质量分析报告",
        "合格线：满分的60%优良线：满分的80%",
        "不作为奖惩依据，不得排名，不得公开。",
        "（一）学校层面应测学生128人，各学科均参加测试的124人，其中各学科均合格的占81.5%。",
        "（二）年级层面五年级",
        "六年级应测学生8人，各学科均参加测试的8人；人数较少，不列全科合格率。",
        "数学1208111183.8367116.9下降6.3个百分点",
        "（三）学科层面语文",
        "五年级606056",
        "五年级数学实际上课比规定课时少4节，请补足。",
        "需要改进的问题改进措施责任人完成时限跟踪复查情况",
        "教师层面的教学过程分析另发校长本人，只列过程，不列成绩。",
    ):
        assert words in text, words


def test_a_district_reads_the_same_of_its_schools_together() -> None:
    facts: Any = sample("quality_analysis")
    district = replace(facts, unit_level="district", unit_name="东岭区", unit_code="379901", school_count=9)
    text = "".join(pages_of("quality_analysis", district))
    assert "区县代码：379901涉及学校9所" in text
    assert "（一）区县层面" in text
    assert "校长本人" not in text


def test_an_analysis_that_gives_a_place_is_not_rendered() -> None:
    facts: Any = sample("quality_analysis")
    stage = replace(facts.stages[0], points=("五年级语文合格率居全区第2名。",))
    with pytest.raises(ProtocolError) as caught:
        render_pdf("quality_analysis", replace(facts, stages=(stage,)), as_of=AS_OF)
    assert [fault.code for fault in caught.value.faults] == ["RNK-001"]


def test_every_class_has_a_page_of_its_own_without_results() -> None:
    facts: Any = sample("teaching_process")
    pages = pages_of("teaching_process", facts)
    assert len(pages) == len(facts.classes)
    for page, item in zip(pages, facts.classes, strict=True):
        others = {other.title for other in facts.classes} - {item.title}
        assert item.title in page
        assert item.sentence in page
        assert not [title for title in others if title in page]
        assert not re.search(r"合格率|平均分|优良率|名次", page)


def test_a_chart_is_the_same_bytes_again_and_marks_what_is_not_told() -> None:
    chart = BarChart(categories=("语文", "数学"), series={"合格率": (92.1, None)}, unit="%", top=100)
    first = chart_svg(chart, font_file=FONT)
    assert first == chart_svg(chart, font_file=FONT)
    assert first.startswith("<?xml")
    assert "<dc:date>" not in first
    told = chart_svg(replace(chart, series={"合格率": (92.1, 0.0)}), font_file=FONT)
    assert told != first


def test_a_day_without_a_figure_leaves_a_gap() -> None:
    days = DayChart(days=("3/9", "3/10"), values=(45, None), unit="分钟", limit=60, limit_title="上限60分钟")
    assert chart_svg(days, font_file=FONT) != chart_svg(replace(days, values=(45, 45)), font_file=FONT)
