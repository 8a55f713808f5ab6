"""Rules: the kinds of criterion, from a figure or a finding to the share of the points that is earned.

One small class a kind; each judges whole columns at once. Figures are integers in millionths (`MICRO`), so
that comparing and dividing are exact on every machine. Not here: weights, rounding, totals (`scoring`), the
sentence that explains a line (`explanation`). A rule gives a share part/whole; only `scoring` rounds it.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from inspection.policy_file import PolicyModel
from inspection.score.bound import (
    EDGE_WORDS,
    MICRO,
    Bools,
    Bound,
    Figure,
    Graded,
    Ints,
    Level,
    Texts,
    all_or_nothing,
    at_stage,
    at_stages,
    plain,
)

WHOLE_SHARE = 100
PERIODS = {
    "week": "每周",
    "month": "每月",
    "term": "每学期",
    "school-year": "每学年",
    "calendar-year": "每年",
}
Period = Literal["week", "month", "term", "school-year", "calendar-year"]
IndicatorId = Annotated[str, Field(description="指标目录中的指标编号")]
Measured = Annotated[
    Literal["pp", "relative"], Field(description="pp 按百分点（或原单位）计，relative 按上年的百分比计")
]


@dataclass(frozen=True)
class Given:
    """What a rule looks at, one position for each school-stage; figures in millionths."""

    stage: Texts
    value: Ints
    is_known: Bools
    previous: Ints
    is_previous_known: Bools
    conclusion: Texts
    rating: Ints

    def at(self, value: Ints) -> "Given":
        """Return the same with other figures."""
        return replace(self, value=value)


@dataclass(frozen=True)
class Judged:
    """What a rule says: known or not, met or not, and the share part/whole of the points (whole > 0)."""

    is_known: Bools
    is_met: Bools
    part: Ints
    whole: Ints


class Threshold(Graded):
    """A figure at or beyond a level."""

    kind: Literal["threshold"]
    indicator: IndicatorId
    needs_previous: ClassVar[bool] = False

    def judge(self, given: Given) -> Judged:
        """Compare the figure with the level."""
        return Judged(given.is_known, *self.share(given.value, given.stage))

    def requirement(self, stage: str, unit: str) -> str:
        """The rule in words."""
        return self.words(stage, unit) + self.graded_words(stage, unit)


class Change(Graded):
    """The change on the year before, in points of the unit (percentage points) or relative to it."""

    kind: Literal["change"]
    indicator: IndicatorId
    measured: Measured
    needs_previous: ClassVar[bool] = True

    def judge(self, given: Given) -> Judged:
        """Compare the change with the level; without last year's figure nothing is known."""
        change, is_known = change_of(given, self.measured)
        return Judged(is_known, *self.share(change, given.stage))

    def requirement(self, stage: str, unit: str) -> str:
        """The rule in words."""
        unit = change_unit(unit, self.measured)
        words = _trend_words(self, stage, unit)
        if self.graded_from is None:
            return words
        start = at_stage(self.graded_from, stage)
        if start == 0:
            return f"{words}（有{'提高' if self.edge[0] == 'at_least' else '降低'}但不足的，按比例计分）"
        return f"{words}（未达到的按比例计分，{_start_words(start, unit)}）"


class LevelOrTrend(PolicyModel):
    """Good enough already, or better than last year; the trend may be worth less than the level."""

    kind: Literal["level-or-trend"]
    indicator: IndicatorId
    level: Bound = Field(description="达到此水平即可")
    trend: Bound = Field(description="或者比上年变化达到此幅度")
    measured: Measured = "pp"
    trend_share: int = Field(
        default=WHOLE_SHARE, ge=1, le=WHOLE_SHARE, description="只达到趋势时的得分比例（%）"
    )
    needs_previous: ClassVar[bool] = True

    def judge(self, given: Given) -> Judged:
        """Try the level first; only where it is not kept does last year's figure matter."""
        change, is_change_known = change_of(given, self.measured)
        has_level = given.is_known & self.level.is_kept(given.value, given.stage)
        has_trend = is_change_known & self.trend.is_kept(change, given.stage) & ~has_level
        part = np.where(has_level, WHOLE_SHARE, np.where(has_trend, self.trend_share, 0)).astype(np.int64)
        return Judged(
            has_level | is_change_known, has_level | has_trend, part, np.full_like(part, WHOLE_SHARE)
        )

    def requirement(self, stage: str, unit: str) -> str:
        """The rule in words."""
        trend = _trend_words(self.trend, stage, change_unit(unit, self.measured))
        return f"{self.level.words(stage, unit)}，或{trend}"


class Range(PolicyModel):
    """A figure between two edges, both included; outside, points fall to zero over `graded_within`."""

    kind: Literal["range"]
    indicator: IndicatorId
    at_least: Level
    at_most: Level
    graded_within: Figure | None = Field(default=None, gt=0, description="偏离到此幅度时不得分")
    needs_previous: ClassVar[bool] = False

    @model_validator(mode="after")
    def _not_empty(self) -> "Range":
        if any(at_stage(self.at_least, s) > at_stage(self.at_most, s) for s in self.at_least):
            raise ValueError("不高于上限 at_most 的下限 at_least")
        return self

    def judge(self, given: Given) -> Judged:
        """Measure how far outside the range the figure is."""
        low, high = at_stages(self.at_least, given.stage), at_stages(self.at_most, given.stage)
        distance = np.maximum(np.maximum(low - given.value, given.value - high), 0)
        is_met = distance == 0
        if self.graded_within is None:
            return Judged(given.is_known, is_met, *all_or_nothing(is_met))
        whole = np.full_like(distance, int(self.graded_within * MICRO))
        return Judged(given.is_known, is_met, np.maximum(whole - distance, 0), whole)

    def requirement(self, stage: str, unit: str) -> str:
        """The rule in words."""
        low, high = plain(at_stage(self.at_least, stage)), plain(at_stage(self.at_most, stage))
        words = f"在{low}{unit}至{high}{unit}之间"
        if self.graded_within is None:
            return words
        return f"{words}（超出的按偏离幅度扣分，偏离{plain(self.graded_within)}{unit}及以上不得分）"


class Count(PolicyModel):
    """So many times in a period; fewer earn points in proportion."""

    kind: Literal["count"]
    indicator: IndicatorId
    at_least: int = Field(ge=1, description="不少于几次")
    per: Period = Field(description="在多长时间内")
    needs_previous: ClassVar[bool] = False

    def judge(self, given: Given) -> Judged:
        """Compare the count with the number required."""
        whole = np.full_like(given.value, self.at_least * MICRO)
        return Judged(given.is_known, given.value >= whole, np.clip(given.value, 0, whole), whole)

    def requirement(self, stage: str, unit: str) -> str:
        """The rule in words."""
        return f"{PERIODS[self.per]}不少于{self.at_least}{unit}（不足的，按比例计分）"


class DoneToRequired(PolicyModel):
    """What was done as a share of what was required: 100 %, points in proportion from `graded_from` on."""

    kind: Literal["done-to-required"]
    indicator: IndicatorId
    graded_from: Figure = Field(default=Decimal(0), ge=0, lt=100, description="按比例计分的起点（%）")
    needs_previous: ClassVar[bool] = False

    def judge(self, given: Given) -> Judged:
        """Compare the share done, in percent, with 100."""
        start, full = int(self.graded_from * MICRO), WHOLE_SHARE * MICRO
        whole = np.full_like(given.value, full - start)
        return Judged(given.is_known, given.value >= full, np.clip(given.value - start, 0, whole), whole)

    def requirement(self, stage: str, unit: str) -> str:
        """The rule in words."""
        start = f"高于{plain(self.graded_from)}%但" if self.graded_from else ""
        return f"全部完成（{start}未达到100%的，按比例计分）"


class ZeroTolerance(PolicyModel):
    """Not one case. `veto_on` says whether a reported case already vetoes, or only one verified on site."""

    kind: Literal["zero-tolerance"]
    indicator: IndicatorId
    veto_on: Literal["report", "finding"] = Field(
        default="finding", description="report 自报即否决；finding 入校核实才否决"
    )
    needs_previous: ClassVar[bool] = False

    def judge(self, given: Given) -> Judged:
        """Look for any case."""
        is_met = given.value == 0
        return Judged(given.is_known, is_met, *all_or_nothing(is_met))

    def requirement(self, stage: str, unit: str) -> str:
        """The rule in words."""
        return f"为0{unit}（零容忍）"


class Checklist(PolicyModel):
    """Met or not met, as found on site."""

    kind: Literal["checklist"]
    is_red_line: bool = Field(default=False, description="不符合即一票否决")
    indicator: ClassVar[str] = ""
    needs_previous: ClassVar[bool] = False

    def judge(self, given: Given) -> Judged:
        """Take the conclusion of the visit."""
        is_met = given.conclusion == "met"
        is_known = is_met | (given.conclusion == "not-met")
        return Judged(is_known, is_met, *all_or_nothing(is_met))

    def requirement(self, stage: str, unit: str) -> str:
        """The rule in words."""
        return "入校核查符合"


class Rating(PolicyModel):
    """An inspector's rating from 1 to 5; `shares` says what each is worth in percent of the points."""

    kind: Literal["rating"]
    shares: tuple[int, int, int, int, int] = Field(
        default=(0, 40, 60, 80, 100), description="评 1 至 5 分各得分值的百分之几"
    )
    met_from: int = Field(default=3, ge=1, le=5, description="评几分及以上算达到要求")
    indicator: ClassVar[str] = ""
    needs_previous: ClassVar[bool] = False

    @model_validator(mode="after")
    def _rising(self) -> "Rating":
        if list(self.shares) != sorted(self.shares) or self.shares[0] < 0 or self.shares[-1] != WHOLE_SHARE:
            raise ValueError("从低到高排列的五档得分比例 shares，最低不小于 0，最高为 100")
        return self

    def judge(self, given: Given) -> Judged:
        """Take the rating of the visit."""
        is_known = (given.rating >= 1) & (given.rating <= 5)
        part = np.array((0, *self.shares), np.int64)[np.where(is_known, given.rating, 0)]
        is_met = is_known & (given.rating >= self.met_from)
        return Judged(is_known, is_met, part * MICRO, np.full_like(part, WHOLE_SHARE * MICRO))

    def requirement(self, stage: str, unit: str) -> str:
        """The rule in words."""
        return f"入校评分{self.met_from}分及以上（1至5分）"


Rule = Annotated[
    Threshold | Change | LevelOrTrend | Range | Count | DoneToRequired | ZeroTolerance | Checklist | Rating,
    Field(discriminator="kind"),
]
SITE_KINDS = ("checklist", "rating")


def change_of(given: Given, measured: str) -> tuple[Ints, Bools]:
    """Return the change on the previous figure in millionths (of a point, or of a percent), and where known."""
    is_known = given.is_known & given.is_previous_known
    change = given.value - given.previous
    if measured == "pp":
        return change, is_known
    # From nothing no rate of growth can be told; nothing after nothing is no change.
    is_known = is_known & ((given.previous != 0) | (change == 0))
    base = np.where(is_known & (given.previous != 0), np.abs(given.previous), 1)
    relative = np.rint(np.where(is_known, change, 0) / base * WHOLE_SHARE * MICRO)
    return relative.astype(np.int64), is_known


def change_unit(unit: str, measured: str) -> str:
    """Return the unit a change is told in."""
    if measured == "relative":
        return "%"
    return "个百分点" if unit == "%" else unit


def _trend_words(bound: Bound, stage: str, unit: str) -> str:
    name, level = bound.edge
    number = at_stage(level, stage)
    size = f"{plain(abs(number))}{unit}"
    if number == 0:
        return {"above": "比上年提高", "below": "比上年降低"}.get(name, f"{EDGE_WORDS[name]}上年")
    if name in {"at_least", "above"}:
        return f"比上年提高{size}以上" if number > 0 else f"比上年降低不超过{size}"
    return f"比上年降低{size}以上" if number < 0 else f"比上年提高不超过{size}"


def _start_words(start: Decimal, unit: str) -> str:
    word = "提高" if start > 0 else "降低"
    return f"{word}{plain(abs(start))}{unit}及以上不得分"
