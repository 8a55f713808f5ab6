"""Facts of official documents, and how dates, numbers and titles are put into words."""

import doctest
from dataclasses import FrozenInstanceError, fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.dispatch import notice
from inspection.dispatch.dossier import VISIT_ITEM_LIMIT, VisitItem, visit_item_faults
from inspection.dispatch.notice import (
    BandLine,
    DocumentNumber,
    FindingLine,
    HearingSummary,
    RectificationItem,
    WarningFacts,
    change_text,
    chinese_date,
    chinese_numeral,
    date_range,
    facts_digest,
    number_text,
    rate_text,
    title_lines,
)

FINDING = FindingLine(
    topic="学生近视防控",
    sentence="近视率较上一年度上升0.6个百分点。",
    clause="《义务教育学校教学质量基本要求（试行）》第6条",
    criterion_id="RZ-06c",
    is_exam_result=False,
    is_verified_on_site=True,
)
HEARING = HearingSummary(
    told_on=date(2026, 6, 1),
    letter_number="示教督告字〔2026〕3号",
    expires_on=date(2026, 6, 15),
    reply_kind="written",
    replied_on=date(2026, 6, 8),
    reply_text="请求据实认定。",
    outcome="partly",
    reason_text="部分情况属实；",
)
WARNING = WarningFacts(
    bureau_name="示例市教育局",
    office_name="教育督导室",
    printer_name="示例市教育局办公室",
    number=DocumentNumber(code="示教督字", year=2026, sequence=1),
    addressee="第二实验小学",
    school_code="2137000101",
    school_name="第二实验小学",
    term_title="2025—2026学年第二学期",
    campaign_title="春季抽查",
    mode_title="双随机抽查",
    issued_on=date(2026, 6, 26),
    ledger_head="9f" * 32,
    record_digest="51" * 32,
    is_synthetic=True,
    visited_from=date(2026, 5, 18),
    visited_to=date(2026, 5, 20),
    quorum_count=2,
    findings=(FINDING,),
    bands=(BandLine(stage_title="小学段", band_title="合格"),),
    hearing=HEARING,
    measure_title="警示",
    legal_basis=("《教育督导条例》第二十一条",),
    approver_title="负责人",
    rectification=(RectificationItem(requirement="补足课时。", due_on=date(2026, 9, 9)),),
    report_due_on=date(2026, 11, 6),
    review_days=30,
    appeal_days=15,
    appeal_organ="市人民政府教育督导委员会",
)


def test_the_examples_in_the_docstrings_hold() -> None:
    outcome = doctest.testmod(notice)
    assert outcome.attempted >= 5
    assert outcome.failed == 0


def test_a_document_number_has_hexagonal_brackets_and_no_leading_zero() -> None:
    assert DocumentNumber(code="日教督字", year=2026, sequence=1).text == "日教督字〔2026〕1号"


@given(st.dates(min_value=date(1950, 1, 1)))
def test_a_date_is_never_padded_with_zeros(day: date) -> None:
    text = chinese_date(day)
    assert "年0" not in text
    assert "月0" not in text
    assert text == f"{day.year}年{day.month}月{day.day}日"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (date(2026, 5, 18), date(2026, 5, 18), "2026年5月18日"),
        (date(2026, 5, 18), date(2026, 5, 22), "2026年5月18日至22日"),
        (date(2026, 5, 28), date(2026, 6, 2), "2026年5月28日至6月2日"),
        (date(2025, 12, 30), date(2026, 1, 4), "2025年12月30日至2026年1月4日"),
    ],
)
def test_a_span_of_days_repeats_neither_year_nor_month(start: date, end: date, text: str) -> None:
    assert date_range(start, end) == text


def test_the_numerals_of_headings_are_all_different_and_end_at_ninety_nine() -> None:
    numerals = [chinese_numeral(number) for number in range(1, 100)]
    assert len(set(numerals)) == 99
    assert (numerals[9], numerals[10], numerals[19], numerals[98]) == ("十", "十一", "二十", "九十九")
    with pytest.raises(ValueError, match="100"):
        chinese_numeral(100)


@pytest.mark.parametrize(
    ("value", "text"), [(85.0, "85%"), (85.255, "85.26%"), (0.005, "0.01%"), (100, "100%"), (46.30, "46.3%")]
)
def test_a_rate_is_rounded_half_up_without_trailing_zeros(value: float, text: str) -> None:
    assert rate_text(value) == text


@pytest.mark.parametrize(
    ("change_pp", "text"),
    [(0.6, "上升0.6个百分点"), (-1.0, "下降1个百分点"), (0.0, "持平"), (-0.001, "持平")],
)
def test_a_change_is_told_in_percentage_points(change_pp: float, text: str) -> None:
    assert change_text(change_pp) == text


@given(st.lists(st.text("市教育局关于对小学予以警示", min_size=1, max_size=60), min_size=1, max_size=5))
def test_a_title_loses_no_character_and_no_line_is_too_long(parts: list[str]) -> None:
    lines = title_lines(tuple(parts))
    assert "".join(lines) == "".join(parts)
    assert all(len(line) <= notice.TITLE_WIDTH for line in lines)


def test_a_title_breaks_between_its_parts() -> None:
    assert WARNING.lines == ("示例市教育局关于对第二实验小学", "予以警示的通知")
    assert WARNING.title == "示例市教育局关于对第二实验小学予以警示的通知"


def test_a_finding_names_clause_criterion_and_how_it_is_known() -> None:
    assert FINDING.text == (
        "近视率较上一年度上升0.6个百分点。（依据：《义务教育学校教学质量基本要求（试行）》第6条；"
        "指标编号：RZ-06c；认定方式：经检查组入校现场核实）"
    )
    assert replace(FINDING, is_verified_on_site=False).text.endswith("认定方式：依据学校上报数据）")


def test_an_exam_derived_finding_enters_no_notice() -> None:
    with pytest.raises(ValueError, match="RZ-04 is derived from examinations and enters no notice"):
        replace(FINDING, criterion_id="RZ-04", is_exam_result=True)


def test_no_fact_of_a_notice_can_hold_a_score_a_total_or_a_rank() -> None:
    named = {field.name for kind in (WarningFacts, FindingLine, BandLine) for field in fields(kind)}
    assert not [
        name for name in named if any(word in name for word in ("score", "total", "rank", "percentile"))
    ]


def test_a_hearing_answered_in_writing_is_told_with_the_outcome_and_the_reason() -> None:
    assert HEARING.text == (
        "我局于2026年6月1日向你校送达《拟作出处理措施告知书》（示教督告字〔2026〕3号），"
        "告知拟作出的处理措施及其事实、依据，以及你校依法享有的陈述、申辩权利。"
        "你校于2026年6月8日提交书面意见，主要内容为：请求据实认定。"
        "经研究，对上述意见予以部分采纳，理由是：部分情况属实。"
    )


def test_a_waiver_and_a_silence_are_told_apart() -> None:
    waived = replace(HEARING, reply_kind="waived", outcome="", reply_text="", reason_text="")
    assert waived.text.endswith("你校于2026年6月8日书面表示放弃陈述、申辩。")
    silent = replace(HEARING, reply_kind="expired", replied_on=None)
    assert silent.text.endswith("截至2026年6月15日，你校未提出陈述、申辩意见。")


def test_a_requirement_ends_with_its_date_in_words() -> None:
    assert WARNING.rectification[0].text == "补足课时，于2026年9月9日前完成。"


def test_the_digest_is_that_of_the_facts_and_of_the_kind_of_document() -> None:
    assert facts_digest(WARNING) == facts_digest(replace(WARNING))
    assert len(facts_digest(WARNING)) == 64
    changed = (
        replace(WARNING, issued_on=date(2026, 6, 27)),
        replace(WARNING, is_synthetic=False),
        replace(WARNING, findings=(FINDING, FINDING)),
        replace(WARNING, hearing=replace(HEARING, outcome="rejected")),
    )
    assert len({facts_digest(WARNING), *map(facts_digest, changed)}) == 5


def test_facts_cannot_be_changed_after_they_are_stated() -> None:
    with pytest.raises(FrozenInstanceError):
        WARNING.measure_title = "表扬"  # type: ignore[misc]


def test_a_visit_form_of_more_than_twenty_five_items_is_a_fault() -> None:
    item = VisitItem(
        criterion_id="RZ-02",
        stage_title="小学",
        matter_name="规范办学行为",
        content="课表与实际授课一致",
        clause="第2条",
        method="现场查看",
    )
    assert visit_item_faults((item,) * VISIT_ITEM_LIMIT, place="第二实验小学") == []
    (fault,) = visit_item_faults((item,) * 26, place="第二实验小学")
    assert fault.sentence == (
        "第二实验小学：应为每校每次入校检查不超过25项，实为26项。"
        "请在抽查计划中减少现场核查的指标，或分批检查。（VIS-002）"
    )


def test_a_number_is_written_without_an_exponent() -> None:
    assert number_text(1_000_000.0) == "1000000"
