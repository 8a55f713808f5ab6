"""The risk class 风险等级 of a school: a documented rule over what is on record. Standard library and pydantic.

A class weighs which schools a plan may look at more often. It is no finding and no label: it goes into the
annex of a draw for the discipline office, never to inspectors, schools or the public. Not here: where the
facts come from (`tasks.integrity`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from inspection import policy_file
from inspection.policy_file import PolicyModel

CLASSES = ("A", "B", "C", "D")
FILE_NAME = "risk.yaml"


class RiskRule(PolicyModel):
    """Points for what is on record, and from how many points on a class begins."""

    title: str
    owner: str
    band_points: dict[str, int] = Field(description="上一次评定等级对应的分值")
    complaint_points: int = Field(ge=0, description="每件查实的投诉举报")
    most_complaint_points: int = Field(ge=0)
    overdue_points: int = Field(ge=0, description="有逾期未完成的整改")
    signal_points: int = Field(ge=0, description="数据完整性筛查每提示一项")
    most_signal_points: int = Field(ge=0)
    class_from: dict[str, int] = Field(description="各等级的起始分值")

    @model_validator(mode="after")
    def _in_order(self) -> "RiskRule":
        starts = [self.class_from.get(name, -1) for name in CLASSES]
        if starts[0] != 0 or starts != sorted(set(starts)) or len(self.class_from) != len(CLASSES):
            raise ValueError("class_from 须写明 A、B、C、D 四级，A 从 0 起，依次增大")
        return self


@dataclass(frozen=True, kw_only=True)
class SchoolRecord:
    """What is on record of one school: its worst last public band, verified complaints, overdue work, signals."""

    last_band: str = ""
    complaint_count: int = 0
    is_overdue: bool = False
    signal_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Risk:
    """A class with the points it rests on, by reason."""

    risk_class: str
    points: Mapping[str, int]

    @property
    def total(self) -> int:
        """All points together."""
        return sum(self.points.values())


def load_rule(folder: Path) -> RiskRule | None:
    """Return the rule of a folder of rubrics, None where a bureau has none.

    Raises:
        DocumentError: the file is wrong.
    """
    path = folder / FILE_NAME
    return policy_file.load(RiskRule, path) if path.is_file() else None


def risk_of(record: SchoolRecord, rule: RiskRule) -> Risk:
    """Return the class of a school. More on record never lowers it."""
    points = {
        "last-band": rule.band_points.get(record.last_band, 0),
        "complaints": min(record.complaint_count * rule.complaint_points, rule.most_complaint_points),
        "overdue-rectification": rule.overdue_points if record.is_overdue else 0,
        "integrity-screen": min(len(set(record.signal_ids)) * rule.signal_points, rule.most_signal_points),
    }
    total = sum(points.values())
    reached = max(name for name in CLASSES if total >= rule.class_from[name])
    return Risk(reached, {name: value for name, value in points.items() if value})
