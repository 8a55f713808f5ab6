"""The inspection plan of one campaign: matters, rubric, data owed, draw, teams and visits.

A plan is a YAML document that the office publishes before anything is drawn.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from inspection import policy_file
from inspection.policy_file import PolicyModel

Mode = Literal[
    "double-random", "routine", "guidance", "comprehensive", "thematic", "key", "concentrated", "cross"
]
MODE_TITLES: dict[str, str] = {
    "double-random": "双随机抽查",
    "routine": "经常性督导",
    "guidance": "教学视导",
    "comprehensive": "综合督导",
    "thematic": "专项督导",
    "key": "重点督察",
    "concentrated": "集中督察",
    "cross": "交叉互检",
}


class Term(PolicyModel):
    """A school term 学期, with the term its figures are compared with."""

    id: str = Field(pattern=r"^\d{4}-\d{4}(-[12])?$")
    title: str
    starts_on: date
    ends_on: date
    compared_with: str = Field(default="", description="同比学期的编号；没有则留空")


class Matter(PolicyModel):
    """A matter of the published list 抽查事项清单."""

    code: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    basis: str = Field(description="检查依据")
    criteria: tuple[str, ...] = Field(default=(), description="现场核查的指标编号")


class PublicSource(PolicyModel):
    """A public chance event named before it happens."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: str
    name: str
    announced_at: datetime
    throws: int = Field(default=60, ge=1, description="掷骰次数，仅用于 dice")
    network: Literal["quicknet", "default"] = Field(default="quicknet", description="信标网络，仅用于 drand")
    round: int = Field(default=0, ge=0, description="信标轮次，用于 drand 时必填，公布时间须是该轮产生的时间")


class TargetPool(PolicyModel):
    """Which schools a targeted draw 定向 is from; what is empty does not restrict. All empty: 不定向."""

    types: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()

    @property
    def is_targeted(self) -> bool:
        """Whether anything restricts it; what is drawn from it then speaks of nobody else."""
        return bool(self.types or self.stages or self.districts)

    def holds(self, *, school_type: str, stages: Collection[str], district_code: str) -> bool:
        """Say whether a school is in the pool."""
        fits = (
            not self.types or school_type in self.types,
            not self.stages or bool(set(self.stages) & set(stages)),
            not self.districts or district_code in self.districts,
        )
        return all(fits)


class DrawPlan(PolicyModel):
    """How schools and inspectors are to be drawn."""

    kind: Literal["open", "sealed"] = "open"
    ratio: str = Field(default="", pattern=r"^(0\.\d+|1)?$")
    size: int = Field(default=0, ge=0)
    ratios: dict[Literal["A", "B", "C", "D"], Annotated[str, Field(pattern=r"^(0\.\d*[1-9]\d*|1)$")]] = Field(
        default={}, description="各风险等级的抽查比例；等级只进附件，不公布"
    )
    target: TargetPool = Field(default=TargetPool(), description="定向抽查的范围；留空为不定向")
    strata_by: tuple[Literal["district", "stage", "location", "type"], ...] = ("district",)
    minimum_per_stratum: int = Field(default=1, ge=1)
    cycle_terms_left: int | None = Field(
        default=None,
        ge=1,
        le=20,
        description="工作周期内连本学期还有几个学期；填写的，保证周期结束前每所学校至少检查一次："
        "周期内尚未检查的学校单独分层，本学期至少抽取其几分之一，最后一个学期全部检查",
    )
    sources: tuple[PublicSource, ...] = Field(min_length=1)
    open_by: date | None = Field(
        default=None, description="密封抽取最迟公布名单的日期；留空则按入校检查结束后的工作日期限推算"
    )

    @model_validator(mode="after")
    def _one_size(self) -> "DrawPlan":
        if [bool(self.ratio), bool(self.size), bool(self.ratios)].count(True) != 1:
            raise ValueError("抽查比例 ratio、抽查数量 size、分级比例 ratios 须填且只填一项")
        if self.cycle_terms_left and self.size:
            raise ValueError(
                "保证周期覆盖（cycle_terms_left）的，按比例 ratio 或者 ratios 抽取，不填数量 size"
            )
        return self

    @property
    def due_ratio(self) -> str:
        """The least share of the schools not reached yet that must be drawn now; empty without coverage."""
        if self.cycle_terms_left is None:
            return ""
        # In thousandths, rounded up: what is left fits into the terms left.
        return "1" if self.cycle_terms_left == 1 else f"0.{-(-1000 // self.cycle_terms_left):03d}"


class TeamPlan(PolicyModel):
    """Who makes up a team."""

    size: int = Field(default=2, ge=2)
    load: int = Field(default=4, ge=1, description="每名检查人员最多检查的学校数")
    requires_stage_expertise: bool = True


class Leave(PolicyModel):
    """Days on which an inspector cannot be sent anywhere."""

    inspector_id: str = Field(pattern=r"^[a-z0-9-]+$")
    starts_on: date
    ends_on: date


class VisitPlan(PolicyModel):
    """When the visits take place, and who is on leave meanwhile."""

    starts_on: date
    ends_on: date
    leave: tuple[Leave, ...] = Field(default=(), description="检查人员请假日期，只填人员编号，不填姓名和事由")

    @property
    def away(self) -> frozenset[tuple[str, date]]:
        """The days of leave, each with the inspector's id."""
        return frozenset(
            (one.inspector_id, one.starts_on + timedelta(days=count))
            for one in self.leave
            for count in range((one.ends_on - one.starts_on).days + 1)
        )


class DataOwed(PolicyModel):
    """A data set that must be in before the term can be scored."""

    data_set: str
    is_required: bool = True
    due_on: date


class Plan(PolicyModel):
    """One campaign: one inspection, one term, one mode."""

    campaign: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    mode: Mode = "double-random"
    cycle: str
    phase: Literal["deployment", "pilot", "rollout", "evaluation"] = "rollout"
    term: Term
    rubric: str
    also_for: tuple[str, ...] = Field(default=(), description="本学期的指标还供哪些细则以后同比")
    data: tuple[DataOwed, ...] = Field(min_length=1)
    pilot_schools: tuple[str, ...] = ()
    matters: tuple[Matter, ...] = ()
    draw: DrawPlan | None = None
    team: TeamPlan = TeamPlan()
    visits: VisitPlan | None = None

    def due_on(self, data_set: str) -> date:
        """Return until when a data set is owed; it must be one that the plan asks for."""
        return next(owed.due_on for owed in self.data if owed.data_set == data_set)

    @model_validator(mode="after")
    def _whole(self) -> "Plan":
        if self.draw and not (self.matters and self.visits):
            raise ValueError("安排抽取的计划须同时列明抽查事项 matters 和入校时间 visits")
        if self.draw and self.draw.open_by and not self._is_due_after_visits():
            raise ValueError("公布名单的日期 open_by 只用于密封抽取，且须晚于入校检查结束的日期")
        return self

    def _is_due_after_visits(self) -> bool:
        draw, visits = self.draw, self.visits
        if draw is None or draw.open_by is None or visits is None:
            return False
        return draw.kind == "sealed" and draw.open_by > visits.ends_on


def plan_path(folder: Path, campaign_id: str) -> Path:
    """Return where the plan of a campaign lies."""
    return folder / f"{campaign_id}.yaml"


def load_plan(folder: Path, campaign_id: str) -> Plan:
    """Read a campaign's plan.

    Raises:
        DocumentError: the plan is absent or wrong.
    """
    return policy_file.load(Plan, plan_path(folder, campaign_id))
