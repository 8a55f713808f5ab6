"""The facts of a quality analysis 学业质量分析报告 of one unit: the whole, each grade, each subject (XX-33).

A unit is a school (for itself and the bureau) or a district (for the bureau). It holds that unit's own figures
and its own change on the compared term; no other unit, no class, no teacher, no pupil. Where too few pupils
sat, figures of achievement are left out. The fourth level, teaching in the classes, is `teaching_process`.
Not here: layout (`report_templates/quality_analysis`), where the sums come from (`tasks.quality_analysis`).
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, overload

import pandas as pd
from pydantic import Field

from inspection import policy_file
from inspection.analyse.chart import BarChart
from inspection.canonical import digest
from inspection.derive.result_sums import COUNTS
from inspection.policy_file import PolicyModel
from inspection.school_stage import STAGE_TITLES
from inspection.score.explanation import figure_text

FILE_NAME = "quality-analysis.yaml"
TOO_FEW = "人数少，不列"
_CENTI = 100
_GRADES = "一二三四五六七八九"


class AnalysisRule(PolicyModel):
    """From how many pupils on figures are given and compared, and what is pointed out."""

    title: str
    owner: str
    fewest_pupil_count: int = Field(ge=1, description="实考人数少于此数的，不列比例和平均分")
    compared_pupil_count: int = Field(ge=1, description="两年实考人数都不少于此数的，才作比较")
    change_pp: float = Field(gt=0, description="合格率下降达到此数（百分点）的，提示分析原因")
    absent_rate: int = Field(ge=0, le=100, description="缺考比例超过此数的，提示核实")
    homework_limit_minutes: dict[int, int] = Field(description="各年级每天书面作业总量上限")


@dataclass(frozen=True, kw_only=True)
class SubjectLine:
    """One subject of a grade, or of all grades (`grade` 0). Rates in percent, scores in points of the paper.

    Figures of achievement are None where too few pupils sat; the change is None where there is nothing to
    compare.
    """

    grade: int
    subject: str
    entered_count: int
    absent_count: int
    exempt_count: int
    sat_count: int
    mean_score: float | None
    spread_score: float | None
    pass_rate: float | None
    good_rate: float | None
    change_pp: float | None = None

    @property
    def change_text(self) -> str:
        """The change of the pass rate on the compared term, in words."""
        return "—" if self.change_pp is None else change_words(self.change_pp)

    @property
    def cells(self) -> tuple[str, ...]:
        """Pass rate, good rate, mean and spread as they are printed."""
        figures = (self.pass_rate, self.good_rate, self.mean_score, self.spread_score)
        return tuple(TOO_FEW if value is None else figure_text(value) for value in figures)


@dataclass(frozen=True, kw_only=True)
class AllSubjectsLine:
    """Pupils of a grade (0: all grades) who sat every subject they owed, and who passed each of them."""

    grade: int
    student_count: int
    all_sat_count: int
    all_pass_rate: float | None

    @property
    def sentence(self) -> str:
        """It in one sentence."""
        told = f"应测学生{self.student_count}人，各学科均参加测试的{self.all_sat_count}人"
        if self.all_pass_rate is None:
            return f"{told}；人数较少，不列全科合格率。"
        return f"{told}，其中各学科均合格的占{figure_text(self.all_pass_rate)}%。"


@dataclass(frozen=True, kw_only=True)
class CourseLine:
    """Lessons of one course in a grade over the weeks reported: by plan, on the timetable, taught."""

    grade: int
    subject: str
    required_count: float
    planned_count: float
    taught_count: float

    @property
    def cells(self) -> tuple[str, ...]:
        """The three counts as they are printed."""
        return tuple(map(figure_text, (self.required_count, self.planned_count, self.taught_count)))


@dataclass(frozen=True, kw_only=True)
class GradeAnalysis:
    """The second level: one grade, its subjects side by side."""

    grade: int
    all_subjects: AllSubjectsLine | None
    lines: tuple[SubjectLine, ...]

    @property
    def title(self) -> str:
        """The grade in words."""
        return grade_title(self.grade)


@dataclass(frozen=True, kw_only=True)
class SubjectAnalysis:
    """The third level: one subject through the grades, with the lessons given in it."""

    subject: str
    lines: tuple[SubjectLine, ...]
    courses: tuple[CourseLine, ...]


@dataclass(frozen=True, kw_only=True)
class StageAnalysis:
    """One stage of a unit on all three levels; `points` are what should be looked at, in sentences."""

    stage: Literal["primary", "junior", "senior"]
    all_subjects: AllSubjectsLine | None
    lines: tuple[SubjectLine, ...]
    grades: tuple[GradeAnalysis, ...]
    subjects: tuple[SubjectAnalysis, ...]
    points: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The stage in words."""
        return STAGE_TITLES[self.stage]

    @property
    def chart(self) -> BarChart:
        """Pass and good rates of the subjects, in the order of the timetable."""
        return BarChart(
            categories=tuple(line.subject for line in self.lines),
            series={
                "合格率": tuple(line.pass_rate for line in self.lines),
                "优良率": tuple(line.good_rate for line in self.lines),
            },
            unit="%",
            top=100,
        )


@dataclass(frozen=True, kw_only=True)
class QualityAnalysisFacts:
    """One unit's analysis of one term. `unit_level` is `school` or `district`."""

    bureau_name: str
    office_name: str
    contact: str
    term_title: str
    issued_on: date
    unit_level: Literal["school", "district"]
    unit_code: str
    unit_name: str
    school_count: int
    pass_percent: int
    good_percent: int
    stages: tuple[StageAnalysis, ...] = field(default=())
    is_synthetic: bool = False

    @property
    def title(self) -> str:
        """The heading of the report."""
        return f"{self.unit_name}学业质量分析报告"

    @property
    def document(self) -> dict[str, Any]:
        """The same facts for programs to read."""
        return {**asdict(self), "issued_on": self.issued_on.isoformat(), "title": self.title}

    @property
    def content_digest(self) -> str:
        """The digest of what it says, whenever it is printed."""
        told = [str(asdict(stage)) for stage in self.stages]
        return digest([self.unit_level, self.unit_code, self.term_title, told])


def load_rule(folder: Path) -> AnalysisRule:
    """Return the rule of a folder of rubrics.

    Raises:
        DocumentError: the file is absent or wrong.
    """
    return policy_file.load(AnalysisRule, folder / FILE_NAME)


def grade_title(grade: int) -> str:
    """Return a grade in words, as schools write it.

    >>> grade_title(7)
    '七年级'
    """
    return f"{_GRADES[grade - 1]}年级" if 1 <= grade <= len(_GRADES) else f"{grade}年级"


def change_words(change_pp: float) -> str:
    """Return a change of a rate in words.

    >>> [change_words(value) for value in (3.2, -0.5, 0.0)]
    ['提高3.2个百分点', '下降0.5个百分点', '持平']
    """
    if change_pp == 0:
        return "持平"
    return f"{'提高' if change_pp > 0 else '下降'}{figure_text(abs(change_pp))}个百分点"


@overload
def one_place(value: float) -> float: ...
@overload
def one_place(value: pd.Series) -> pd.Series: ...
def one_place(value: float | pd.Series) -> float | pd.Series:
    """Return what is not negative, rounded half up to one decimal as people round it.

    >>> [one_place(value) for value in (46.25, 46.24)]
    [46.3, 46.2]
    """
    return (10 * value + 0.5) // 1 / 10


def stage_analyses(
    sums: pd.DataFrame,
    *,
    before: pd.DataFrame,
    students: pd.DataFrame,
    courses: pd.DataFrame,
    rule: AnalysisRule,
) -> tuple[StageAnalysis, ...]:
    """Return the analysis of each stage of one unit.

    `sums` and `before` are of `inspection.derive.result_sums` (this term and the compared one), `students` of
    `result_students.student_frame`, `courses` has stage, grade, subject and the three counts of lessons; each
    of this unit only, and of any number of schools.
    """
    by_grade = _figures(sums, before, ["stage", "grade", "subject"], rule)
    whole = _figures(sums, before, ["stage", "subject"], rule).assign(grade=0)
    found = []
    for stage in [name for name in STAGE_TITLES if name in set(sums["stage"])]:
        lines = _lines(by_grade[by_grade["stage"] == stage])
        pupils = students[students["stage"] == stage]
        lessons = _courses(courses[courses["stage"] == stage])
        found.append(
            StageAnalysis(
                stage=stage,  # type: ignore[arg-type]
                all_subjects=_all_subjects(pupils, 0, rule),
                lines=(total := _lines(whole[whole["stage"] == stage])),
                grades=tuple(
                    GradeAnalysis(
                        grade=grade,
                        all_subjects=_all_subjects(pupils[pupils["grade"] == grade], grade, rule),
                        lines=tuple(line for line in lines if line.grade == grade),
                    )
                    for grade in sorted({line.grade for line in lines})
                ),
                subjects=tuple(
                    SubjectAnalysis(
                        subject=name,
                        lines=tuple(line for line in lines if line.subject == name),
                        courses=tuple(item for item in lessons if item.subject == name),
                    )
                    for name in [line.subject for line in total]
                ),
                points=tuple(_points(lines, lessons, rule)),
            )
        )
    return tuple(found)


def _figures(sums: pd.DataFrame, before: pd.DataFrame, by: list[str], rule: AnalysisRule) -> pd.DataFrame:
    now, then = _rates(sums, by), _rates(before, by)[[*by, "sat_count", "pass_rate"]]
    both = now.merge(then, on=by, how="left", suffixes=("", "_before"))
    is_compared = (
        both[["sat_count", "sat_count_before"]].min(axis=1, skipna=False) >= rule.compared_pupil_count
    )
    change = (both["pass_rate"] - both["pass_rate_before"]).round(1).where(is_compared)
    told = both["sat_count"] >= rule.fewest_pupil_count
    figures = ["pass_rate", "good_rate", "mean_score", "spread_score"]
    return both.assign(change_pp=change, **{name: one_place(both[name].where(told)) for name in figures})


def _rates(sums: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    total = sums.groupby(by, as_index=False)[COUNTS].sum()
    sat = total["sat_count"].where(total["sat_count"] > 0)
    mean = total["score_sum_centi"] / sat
    spread = (total["score_square_sum"] / sat - mean**2).clip(lower=0) ** 0.5
    return total.assign(
        pass_rate=one_place(100 * total["pass_count"] / sat),
        good_rate=100 * total["good_count"] / sat,
        mean_score=mean / _CENTI,
        spread_score=spread / _CENTI,
    )


def _lines(rows: pd.DataFrame) -> tuple[SubjectLine, ...]:
    names = list(SubjectLine.__dataclass_fields__)
    ordered = rows.assign(at=[_subject_place(name) for name in rows["subject"]])
    ordered = ordered.sort_values(["grade", "at", "subject"])[names].astype(object)
    found = []
    for row in ordered.to_dict("records"):
        values: dict[str, Any] = {str(name): None if pd.isna(value) else value for name, value in row.items()}
        found.append(SubjectLine(**values))
    return tuple(found)


_ORDER = (
    "语文",
    "数学",
    "英语",
    "外语",
    "道德与法治",
    "历史",
    "地理",
    "科学",
    "物理",
    "化学",
    "生物",
    "生物学",
)


def _subject_place(subject: str) -> int:
    """Return a subject's place in the curriculum plan."""
    return _ORDER.index(subject) if subject in _ORDER else len(_ORDER)


def _all_subjects(pupils: pd.DataFrame, grade: int, rule: AnalysisRule) -> AllSubjectsLine | None:
    if pupils.empty:
        return None
    sat = int(pupils["all_sat_count"].sum())
    rate = one_place(100 * int(pupils["all_pass_count"].sum()) / sat) if sat else None
    return AllSubjectsLine(
        grade=grade,
        student_count=int(pupils["student_count"].sum()),
        all_sat_count=sat,
        all_pass_rate=rate if sat >= rule.fewest_pupil_count else None,
    )


def _courses(rows: pd.DataFrame) -> tuple[CourseLine, ...]:
    counts = ["required_count", "planned_count", "taught_count"]
    total = rows.groupby(["grade", "subject"], as_index=False)[counts].sum()
    return tuple(CourseLine(**{str(k): v for k, v in row.items()}) for row in total.to_dict("records"))


def _points(lines: tuple[SubjectLine, ...], courses: tuple[CourseLine, ...], rule: AnalysisRule) -> list[str]:
    found = []
    for line in lines:
        name = f"{grade_title(line.grade)}{line.subject}"
        if line.entered_count and 100 * line.absent_count / line.entered_count > rule.absent_rate:
            found.append(f"{name}缺考{line.absent_count}人，占{_share(line)}%，请核实缺考原因。")
        if line.change_pp is not None and line.change_pp <= -rule.change_pp:
            found.append(f"{name}合格率比上年同期{change_words(line.change_pp)}，请结合教学过程分析原因。")
    for item in courses:
        if item.taught_count < item.required_count:
            short = figure_text(item.required_count - item.taught_count)
            found.append(f"{grade_title(item.grade)}{item.subject}实际上课比规定课时少{short}节，请补足。")
    return found


def _share(line: SubjectLine) -> str:
    return figure_text(one_place(100 * line.absent_count / line.entered_count))
