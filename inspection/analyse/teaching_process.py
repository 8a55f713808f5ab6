"""The facts of the analysis of teaching in the classes of one school: the fourth level 教师层面 (XX-33).

Process only: homework set, posted and checked, each class against the rules alone and on a page of its own.
It names no teacher, holds no examination result and compares no class with another; it goes to the head of
that school and to nobody else. Not here: layout (`report_templates/teaching_process`), where the log comes
from (`tasks.quality_analysis`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd

from inspection.analyse.chart import DayChart
from inspection.analyse.quality_analysis import grade_title, one_place
from inspection.canonical import digest
from inspection.school_stage import STAGE_TITLES
from inspection.score.explanation import figure_text

CHECKS = {
    "is_posted": "已公示",
    "is_signed_by_subject": "学科组长把关",
    "is_signed_by_class": "班主任协调",
    "is_signed_by_office": "教务处审核",
    "has_practice": "布置实践作业",
}
"""What a day of a homework log says yes or no to."""


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """How many of the days that tell of it say yes."""

    title: str
    yes_count: int
    told_count: int

    @property
    def text(self) -> str:
        """The count as it is printed."""
        return f"{self.yes_count}／{self.told_count}天" if self.told_count else "未填报"


@dataclass(frozen=True, kw_only=True)
class ClassProcess:
    """One class over the days of its homework log. Minutes are of written homework a day."""

    stage: str
    grade: int
    class_name: str
    days: tuple[str, ...]
    minutes: tuple[float | None, ...]
    limit_minutes: int
    checks: tuple[CheckLine, ...]

    @property
    def title(self) -> str:
        """The class in words."""
        name = self.class_name if self.class_name.endswith("班") else f"{self.class_name}班"
        return f"{STAGE_TITLES[self.stage]}{grade_title(self.grade)}{name}"

    @property
    def over_count(self) -> int:
        """Days on which the written homework is above the limit."""
        return sum(value is not None and value > self.limit_minutes for value in self.minutes)

    @property
    def sentence(self) -> str:
        """The class's homework in one sentence, against the rule only."""
        told = [value for value in self.minutes if value is not None]
        if not told:
            return "作业日志未填报书面作业时间。"
        mean = figure_text(one_place(sum(told) / len(told)))
        rule = f"不超过{self.limit_minutes}分钟" if self.limit_minutes else "不布置书面家庭作业"
        kept = f"有{self.over_count}天超出" if self.over_count else "均未超出"
        return f"作业日志登记{len(self.days)}天，书面作业平均每天{mean}分钟；规定{rule}，{kept}。"

    @property
    def chart(self) -> DayChart:
        """Minutes a day, and the limit."""
        return DayChart(
            days=self.days,
            values=self.minutes,
            unit="分钟",
            limit=self.limit_minutes,
            limit_title=f"上限{self.limit_minutes}分钟",
        )


@dataclass(frozen=True, kw_only=True)
class TeachingProcessFacts:
    """All classes of one school, each on a page of its own."""

    bureau_name: str
    office_name: str
    contact: str
    term_title: str
    issued_on: date
    school_code: str
    school_name: str
    classes: tuple[ClassProcess, ...]
    is_synthetic: bool = False

    @property
    def title(self) -> str:
        """The heading of the report."""
        return f"{self.school_name}教学过程分析报告（教师层面）"

    @property
    def content_digest(self) -> str:
        """The digest of what it says, whenever it is printed."""
        return digest([self.school_code, self.term_title, [str(asdict(item)) for item in self.classes]])


def class_processes(log: pd.DataFrame, limits: Mapping[int, int]) -> tuple[ClassProcess, ...]:
    """Return the classes of one school's homework log, by stage, grade and name.

    `limits` holds minutes a day by grade; grades without a limit are left out.
    """
    log = log[log["grade"].isin(list(limits))].sort_values("assigned_on")
    found = []
    for (stage, grade, name), rows in log.groupby(["stage", "grade", "class_name"]):
        by_day = rows.groupby("assigned_on")["written_minutes"].sum(min_count=1)
        found.append(
            ClassProcess(
                stage=str(stage),
                grade=int(grade),
                class_name=str(name),
                days=tuple(f"{day.month}/{day.day}" for day in pd.to_datetime(by_day.index)),
                minutes=tuple(None if pd.isna(value) else float(value) for value in by_day),
                limit_minutes=limits[int(grade)],
                checks=tuple(_check(rows, column) for column in CHECKS if column in rows),
            )
        )
    return tuple(
        sorted(found, key=lambda item: (list(STAGE_TITLES).index(item.stage), item.grade, item.class_name))
    )


def _check(rows: pd.DataFrame, column: str) -> CheckLine:
    told = rows[column].dropna()
    return CheckLine(title=CHECKS[column], yes_count=int(told.astype(bool).sum()), told_count=len(told))
