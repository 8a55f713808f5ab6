"""A unit's quality analysis from sums: rates, changes, small numbers, what is pointed out; a page a class."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from inspection.analyse.quality_analysis import (
    TOO_FEW,
    AnalysisRule,
    StageAnalysis,
    SubjectLine,
    change_words,
    grade_title,
    load_rule,
    stage_analyses,
)
from inspection.analyse.teaching_process import class_processes
from inspection.derive.result_sums import COUNTS
from inspection.errors import DocumentError

RUBRICS = Path(__file__).resolve().parents[3] / "rubrics"


@pytest.fixture(scope="module")
def rule() -> AnalysisRule:
    return load_rule(RUBRICS)


def sums(*rows: dict[str, Any]) -> pd.DataFrame:
    base = {"school_code": "a", "stage": "primary", "grade": 5, "subject": "语文"} | dict.fromkeys(COUNTS, 0)
    return pd.DataFrame([base | row for row in rows], columns=list(base))


def pupils(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    names = ["grade", "student_count", "all_sat_count", "all_pass_count"]
    return pd.DataFrame(rows, columns=names).assign(school_code="a", stage="primary")


def test_rates_are_rounded_as_people_round_them(rule: AnalysisRule) -> None:
    now = sums({"entered_count": 80, "sat_count": 80, "pass_count": 37, "good_count": 33})
    stage = analysed(now, rule, students=pupils((5, 80, 80, 37)))
    assert (stage.lines[0].pass_rate, stage.lines[0].good_rate) == (46.3, 41.3)
    assert stage.all_subjects is not None
    assert stage.all_subjects.all_pass_rate == 46.3


def lessons(*rows: tuple[int, str, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["grade", "subject", "required_count", "taught_count"])
    return frame.assign(stage="primary", planned_count=frame["required_count"])


def analysed(
    now: pd.DataFrame,
    rule: AnalysisRule,
    *,
    before: pd.DataFrame | None = None,
    students: pd.DataFrame | None = None,
    courses: pd.DataFrame | None = None,
) -> StageAnalysis:
    (stage,) = stage_analyses(
        now,
        before=sums().iloc[:0] if before is None else before,
        students=pupils() if students is None else students,
        courses=lessons() if courses is None else courses,
        rule=rule,
    )
    return stage


def test_rates_mean_and_spread_come_from_the_sums(rule: AnalysisRule) -> None:
    scores = [60 + number for number in range(20)]
    row = {
        "entered_count": 22,
        "absent_count": 1,
        "exempt_count": 1,
        "sat_count": 20,
        "pass_count": 19,
        "good_count": 7,
        "score_sum_centi": sum(scores) * 100,
        "score_square_sum": sum((score * 100) ** 2 for score in scores),
    }
    (line,) = analysed(sums(row), rule).lines
    assert asdict(line) == {
        "grade": 0,
        "subject": "语文",
        "entered_count": 22,
        "absent_count": 1,
        "exempt_count": 1,
        "sat_count": 20,
        "mean_score": 69.5,
        "spread_score": 5.8,
        "pass_rate": 95.0,
        "good_rate": 35.0,
        "change_pp": None,
    }


def test_schools_of_a_district_and_grades_of_a_school_are_added_not_averaged(rule: AnalysisRule) -> None:
    stage = analysed(
        sums(
            {"sat_count": 90, "pass_count": 90},
            {"sat_count": 10, "pass_count": 0, "school_code": "b"},
            {"sat_count": 100, "pass_count": 60, "grade": 6},
        ),
        rule,
    )
    assert [(line.grade, line.pass_rate) for line in stage.lines] == [(0, 75.0)]
    assert [(grade.grade, grade.lines[0].pass_rate) for grade in stage.grades] == [(5, 90.0), (6, 60.0)]


def test_figures_of_few_pupils_are_left_out(rule: AnalysisRule) -> None:
    few = {"sat_count": rule.fewest_pupil_count - 1, "pass_count": 3}
    (line,) = analysed(sums(few), rule, students=pupils((5, 9, 9, 3))).lines
    assert line.cells == (TOO_FEW,) * 4
    told = analysed(sums(few), rule, students=pupils((5, 9, 9, 3))).all_subjects
    assert told is not None
    assert told.sentence == "应测学生9人，各学科均参加测试的9人；人数较少，不列全科合格率。"


def test_a_change_is_told_where_enough_sat_in_both_years(rule: AnalysisRule) -> None:
    now = sums({"sat_count": 100, "pass_count": 80, "entered_count": 100})
    enough = sums({"sat_count": 50, "pass_count": 45})
    few = sums({"sat_count": rule.compared_pupil_count - 1, "pass_count": 19})
    fell = analysed(now, rule, before=enough)
    assert fell.lines[0].change_text == "下降10个百分点"
    assert fell.points == ("五年级语文合格率比上年同期下降10个百分点，请结合教学过程分析原因。",)
    assert analysed(now, rule, before=few).lines[0].change_text == "—"


def test_what_should_be_looked_at_is_told_in_sentences(rule: AnalysisRule) -> None:
    stage = analysed(
        sums({"entered_count": 100, "absent_count": 6, "sat_count": 94, "pass_count": 94}),
        rule,
        courses=lessons((5, "语文", 84, 82), (5, "数学", 60, 61)),
    )
    assert stage.points == (
        "五年级语文缺考6人，占6%，请核实缺考原因。",
        "五年级语文实际上课比规定课时少2节，请补足。",
    )
    assert [item.courses[0].cells for item in stage.subjects] == [("84", "84", "82")]


def test_subjects_stand_in_the_order_of_the_curriculum_whatever_their_results(rule: AnalysisRule) -> None:
    rows = [
        {"subject": name, "sat_count": 50, "pass_count": passed}
        for name, passed in (("音乐", 50), ("英语", 49), ("语文", 10), ("数学", 30))
    ]
    for order in (rows, rows[::-1]):
        assert [line.subject for line in analysed(sums(*order), rule).lines] == [
            "语文",
            "数学",
            "英语",
            "音乐",
        ]


def test_nothing_names_a_class_a_teacher_or_another_unit(rule: AnalysisRule) -> None:
    named = {name for kind in (SubjectLine, StageAnalysis) for name in kind.__dataclass_fields__}
    assert not {
        name for name in named if any(word in name for word in ("class", "teacher", "school", "rank"))
    }


def test_words() -> None:
    assert [grade_title(grade) for grade in (1, 9, 12)] == ["一年级", "九年级", "12年级"]
    assert [change_words(value) for value in (3.25, -0.5, 0.0)] == [
        "提高3.25个百分点",
        "下降0.5个百分点",
        "持平",
    ]


def test_a_wrong_rule_names_file_and_line(tmp_path: Path) -> None:
    text = (RUBRICS / "quality-analysis.yaml").read_text(encoding="utf-8")
    (tmp_path / "quality-analysis.yaml").write_text(
        text.replace("absent_rate: 5 ", "absent_rate: 500 "), encoding="utf-8"
    )
    with pytest.raises(DocumentError) as caught:
        load_rule(tmp_path)
    assert [(fault.row, fault.wanted, fault.got) for fault in caught.value.faults] == [
        (7, "不大于 100", "500")
    ]


def log(*rows: tuple[int, str, str, float | None, bool | None]) -> pd.DataFrame:
    names = ["grade", "class_name", "assigned_on", "written_minutes", "is_posted"]
    return pd.DataFrame(rows, columns=names).assign(stage="primary")


def test_a_class_is_held_against_the_rule_alone() -> None:
    classes = class_processes(
        log(
            (5, "2班", "2026-03-10", 70.0, True),
            (5, "2班", "2026-03-09", 50.0, None),
            (5, "1班", "2026-03-09", None, False),
            (12, "1班", "2026-03-09", 200.0, True),
            (1, "1", "2026-03-09", 15.0, True),
        ),
        {1: 0, 5: 60},
    )
    assert [(item.title, item.sentence, item.checks[0].text) for item in classes] == [
        (
            "小学一年级1班",
            "作业日志登记1天，书面作业平均每天15分钟；规定不布置书面家庭作业，有1天超出。",
            "1／1天",
        ),
        ("小学五年级1班", "作业日志未填报书面作业时间。", "0／1天"),
        (
            "小学五年级2班",
            "作业日志登记2天，书面作业平均每天60分钟；规定不超过60分钟，有1天超出。",
            "1／1天",
        ),
    ]
    assert classes[2].days == ("3/9", "3/10")
