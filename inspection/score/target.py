"""Targets 目标: what a document asks of a district or of the city as a whole, and whether it is reached.

Here: the model of a target and `reached`, from the districts' figures (data set `district_figures`) or from the
spread of a school indicator over a district's schools. Not here: the kinds of rule (`rule`), what schools are
scored by (`rubric`). A target has no weight and never reaches a school's score.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from inspection.derive.dispersion import weighted_dispersion
from inspection.errors import DocumentError, Fault
from inspection.ingest.figure import Figure, FigureCatalogue
from inspection.policy_file import PolicyModel
from inspection.school_stage import KEY
from inspection.score.bound import MICRO
from inspection.score.rule import Change, Count, DoneToRequired, Given, Range, Threshold, ZeroTolerance

CITY_CODE = "city"
LEVELS = {"district": "区县", "city": "全市"}
TARGET_COLUMNS = [
    "target_id",
    "level",
    "unit_code",
    "stage",
    "exam_result",
    "outcome",
    "value",
    "previous_value",
    "requirement",
    "missing_reason",
]
TargetRule = Annotated[
    Threshold | Range | Change | Count | DoneToRequired | ZeroTolerance, Field(discriminator="kind")
]


class TargetAmbiguity(PolicyModel):
    """Where the document can be read in two ways: what is unclear, the reading taken, how to take another."""

    unclear: str
    reading: str
    otherwise: str


class Target(PolicyModel):
    """One target: the document's words, whose it is, and the rule that says whether it is reached.

    The rule's `indicator` is the code of a district figure; with `dispersion_by`, a school indicator whose
    dispersion over each district's schools is meant, weighted by that other indicator (the pupils).
    """

    id: str = Field(pattern=r"^[A-Z]{2,4}-\d{2,3}[a-z]?$", description="目标编号，如 BJ-01")
    clause: str = Field(description="出自文件哪一条")
    title: str = Field(description="目标名称")
    phrase: str = Field(description="文件原文")
    level: Literal["district", "city"] = Field(description="区县的目标，还是全市的目标")
    by_year: int | None = Field(default=None, ge=2000, le=2100, description="文件规定的完成年份")
    exam_result: bool = Field(description="是否考试成绩类；是则只在内部使用，不落到学校")
    rule: TargetRule = Field(description="怎样算达到")
    dispersion_by: str = Field(default="", description="按学校间差异系数评定的，填学生数所在的指标")
    ambiguity: TargetAmbiguity | None = Field(default=None, description="原文可作两种理解的，写明采用哪一种")

    @property
    def by_words(self) -> str:
        """By when it is to be reached, where the document says so."""
        return f"（到{self.by_year}年）" if self.by_year else ""

    @model_validator(mode="after")
    def _sound(self) -> "Target":
        if self.dispersion_by and (self.level != "district" or self.rule.kind != "threshold"):
            raise ValueError("差异系数 dispersion_by 只用于区县目标和 threshold 规则")
        return self


@dataclass(frozen=True)
class TargetEvidence:
    """What targets of one term rest on.

    `figures` are the staged `district_figures` (district_code, figure_code, numerator, denominator, value);
    `schools` the roster (school_code, district_code); `indicators` the schools' indicators in the long form.
    """

    figures: pd.DataFrame
    schools: pd.DataFrame = field(default_factory=pd.DataFrame)
    indicators: pd.DataFrame = field(default_factory=pd.DataFrame)


_Unit = tuple[str, str]
_Values = dict[_Unit, float]


def check_targets(
    targets: tuple[Target, ...], figures: FigureCatalogue, indicator_ids: set[str], *, place: str
) -> None:
    """Hold targets against the figures they use.

    Raises:
        DocumentError: a figure is not in the catalogue, or examination results pass for something else.
    """
    known = {item.code: item for item in figures.district}
    faults = [
        Fault(place, column=target.id, code="TGT-001", wanted=wanted, got=got, remedy=remedy)
        for target in targets
        for wanted, got, remedy in _mistakes(target, known, indicator_ids)
    ]
    if faults:
        raise DocumentError(f"文件 {place} 所列目标与数据项目录 {figures.catalogue} 不符", faults)


def reached(
    targets: tuple[Target, ...],
    figures: tuple[Figure, ...],
    now: TargetEvidence,
    before: TargetEvidence | None = None,
) -> pd.DataFrame:
    """Return one row for each target and unit (TARGET_COLUMNS), sorted; `figures` are the district figures.

    Outcomes: `met`, `not-met`, or `not-established` with a reason: `not-reported` where a district's figure is
    not there (of the whole city, where one district's is not), `no-previous` where a change has no last year.
    """
    kinds = {item.code: item for item in figures}
    rows: list[dict[str, Any]] = []
    for target in targets:
        values = _values(target, kinds, now)
        previous = _values(target, kinds, before) if before is not None else {}
        rows += _judged(target, kinds, values, previous)
    frame = pd.DataFrame(rows, columns=TARGET_COLUMNS)
    return frame.sort_values(["target_id", "unit_code", "stage"], ignore_index=True)


def _mistakes(
    target: Target, known: Mapping[str, Figure], indicator_ids: set[str]
) -> Iterator[tuple[str, str, str]]:
    name = target.rule.indicator
    if target.dispersion_by:
        for absent in sorted({name, target.dispersion_by} - indicator_ids):
            yield "指标目录中的指标", f"没有 {absent} 这一指标", "请核对指标编号。"
    elif name not in known:
        yield "区县数据项", f"没有 {name} 这一数据项", "请核对数据项代码，或先在数据项目录中列出。"
    elif known[name].exam_result and not target.exam_result:
        yield "不含考试成绩的数据项", f"用到考试成绩类数据项 {name}", "请改为 exam_result: true。"


def _values(target: Target, kinds: Mapping[str, Figure], evidence: TargetEvidence) -> _Values:
    """Return each unit's figure, a unit being a code and a stage ("" for all); NaN where it is not there."""
    if target.dispersion_by:
        return _dispersions(target, evidence)
    own = evidence.figures
    if own.empty:
        return {}
    rows = own[own["figure_code"] == target.rule.indicator].set_index("district_code").sort_index()
    districts = sorted(own["district_code"].unique())
    told = rows.reindex(districts)[["numerator", "denominator", "value"]].apply(pd.to_numeric)
    rate = 100 * told["numerator"] / told["denominator"].where(told["denominator"] > 0)
    each = rate.where(rate.notna(), told["value"])
    if target.level == "district":
        return {(str(code), ""): float(value) for code, value in each.items()}
    return {(CITY_CODE, ""): _of_city(kinds[target.rule.indicator], told, each)}


def _of_city(figure: Figure, told: pd.DataFrame, each: pd.Series) -> float:
    """Return the city's figure: counts add up, rates are taken over all, of yes and no the least counts."""
    if each.isna().any():
        return float("nan")
    if figure.has_parts and told[["numerator", "denominator"]].notna().all(axis=None):
        return float(100 * told["numerator"].sum() / told["denominator"].sum())
    if figure.kind == "count":
        return float(each.sum())
    return float(each.min() if figure.kind == "yes-no" else each.mean())


def _dispersions(target: Target, evidence: TargetEvidence) -> _Values:
    if evidence.indicators.empty:
        return {}
    long = evidence.indicators[[*KEY, "indicator_id", "value"]]
    wide = long.pivot_table(index=KEY, columns="indicator_id", values="value", dropna=False).reset_index()
    names = [target.rule.indicator, target.dispersion_by]
    if not set(names) <= set(wide):
        return {}
    placed = wide.merge(evidence.schools[["school_code", "district_code"]], on="school_code")
    placed = placed.dropna(subset=names).sort_values(KEY)
    placed = placed[placed[target.dispersion_by] > 0]
    return {
        (str(code), str(stage)): weighted_dispersion(*(rows[name].to_numpy(float) for name in names))
        for (code, stage), rows in placed.groupby(["district_code", "stage"])
        if rows[names[0]].sum() > 0
    }


def _judged(
    target: Target, kinds: Mapping[str, Figure], values: _Values, previous: _Values
) -> Iterator[dict[str, Any]]:
    unit = "" if target.dispersion_by else kinds[target.rule.indicator].told_in
    for (code, stage), value in sorted(values.items()):
        last = previous.get((code, stage), float("nan"))
        judged = target.rule.judge(_given(stage, value, last))
        is_known = bool(judged.is_known[0])
        reason = "" if is_known else "not-reported" if np.isnan(value) else "no-previous"
        yield {
            "target_id": target.id,
            "level": target.level,
            "unit_code": code,
            "stage": stage,
            "exam_result": target.exam_result,
            "outcome": ("met" if judged.is_met[0] else "not-met") if is_known else "not-established",
            "value": round(value, 6),
            "previous_value": round(last, 6),
            "requirement": target.rule.requirement(stage, unit) + target.by_words,
            "missing_reason": reason,
        }


def _given(stage: str, value: float, previous: float) -> Given:
    numbers = np.array([value, previous])
    known = ~np.isnan(numbers)
    micro = np.rint(np.where(known, numbers, 0) * MICRO).astype(np.int64)
    return Given(
        stage=np.array([stage], object),
        value=micro[:1],
        is_known=known[:1],
        previous=micro[1:],
        is_previous_known=known[1:],
        conclusion=np.array([""], object),
        rating=np.zeros(1, np.int64),
    )
