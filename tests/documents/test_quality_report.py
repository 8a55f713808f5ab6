"""The quality report of a district: one page, in words, with no more than fits."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

from pypdf import PdfReader

from inspection.check.quality_report import MOST_RULES, QualityReportFacts, RuleLine, most_serious
from tasks.document import render_pdf, sample

AS_OF = date(2026, 5, 8)


def report() -> QualityReportFacts:
    facts = sample("quality_report")
    assert isinstance(facts, QualityReportFacts)
    return facts


def pages(facts: QualityReportFacts) -> list[str]:
    content = render_pdf("quality_report", facts, as_of=AS_OF)
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(content)).pages]


def test_it_is_one_page_that_says_who_is_awaited_and_what_to_mend() -> None:
    (text,) = pages(report())
    for words in (
        "东岭区数据质量报告",
        "本区县名录内学校31所；核查发现不符20处，涉及规则10条；应报未报3校次。",
        "学期指标报表：东岭区第三小学、东岭区河湾学校共2所学校尚无数据。",
        "体质合格人数不得多于体质监测人数，请核对后改正。",
        "29／31",
        "减少3",
        "另有2条规则存在不符，详见退回的问题清单。",
    ):
        assert words in text, words


def test_a_district_without_faults_is_told_so() -> None:
    clean = tuple(replace(line, fault_count=0, school_count=0) for line in report().data_sets)
    (text,) = pages(replace(report(), data_sets=clean, rules=(), rule_count=0, absent=()))
    assert "核查未发现不符；应报数据已全部报送。" in text
    assert "没有应报未报的学校。" in text
    assert "请组织有关学校" not in text


def test_the_same_facts_give_the_same_bytes() -> None:
    one, two = (render_pdf("quality_report", report(), as_of=AS_OF) for _ in range(2))
    assert one == two
    assert report().content_digest == replace(report(), issued_on=date(2026, 5, 9)).content_digest


def test_the_most_serious_rules_come_first() -> None:
    lines = [
        RuleLine(severity=kind, data_set_title="表", reason=f"{kind}{n}", school_count=1, fault_count=n)
        for kind in ("info", "warning", "critical")
        for n in range(1, 6)
    ]
    shown = most_serious(lines)
    assert len(shown) == MOST_RULES
    assert [line.reason for line in shown[:6]] == [
        "critical5",
        "critical4",
        "critical3",
        "critical2",
        "critical1",
        "warning5",
    ]
