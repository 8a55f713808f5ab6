"""Indicators 指标: the figures that rubrics read, derived once from the staged data sets.

Here: the catalogue (a YAML document) and `derive`, which makes one long frame of it. Not here: what a figure
is worth (`rule`, `rubric`), reading files (`tasks.ingest`). A figure that is not there has a reason, never a
zero; rates are percent 0..100; every value is rounded to six decimals, so that it is the same everywhere.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from inspection import policy_file
from inspection.derive.formula import (
    Bools,
    Column,
    Figures,
    LongFigure,
    Lowest,
    LowestRate,
    PairGain,
    Quotient,
    Ratio,
    Rows,
    SameGroups,
    Share,
    SummedRate,
    ValueAdded,
    rate,
)
from inspection.derive.log_formula import Difference, Mean, MostRows, SharedOut, YesShare
from inspection.errors import DocumentError, Fault
from inspection.ingest.figure import FIGURE_DATA_SET, Figure, load_figures
from inspection.policy_file import PolicyModel
from inspection.school_stage import KEY

COLUMNS = [
    "school_code",
    "stage",
    "indicator_id",
    "value",
    "numerator",
    "denominator",
    "missing_reason",
    "data_set",
]
MISSING_REASONS = {
    "not-submitted": "未报送",
    "not-reported": "未填报",
    "set-aside": "已报送，有差错尚未更正，没有采用",
    "below-minimum": "人数不足规定的最低数",
    "not-applicable": "不适用",
    "suppressed": "因人数过少未公布",
    "low-coverage": "覆盖面不足",
    "new-school": "新建学校暂无数据",
    "absent": "缺考",
    "exempt": "免考",
    "cheated": "成绩无效",
}
PLACES = 6
BEFORE = "_before"
"""Ends the name of the frame that holds a data set as it was a year before."""
PERSONS_AT_LEAST = 20
"""Fewer pupils than this, and a share of them is not spoken of."""


Reduced = (
    Share
    | Rows
    | LowestRate
    | SummedRate
    | PairGain
    | ValueAdded
    | YesShare
    | SharedOut
    | Mean
    | Difference
    | MostRows
)
"""Formulas that make one row for each school-stage of many."""
Formula = Annotated[
    Column | Lowest | Ratio | LongFigure | Reduced | SameGroups | Quotient, Field(discriminator="kind")
]


class Indicator(PolicyModel):
    """One figure: where it comes from and in which unit it is read."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    unit: str = Field(default="", description="计量单位，百分比写 %")
    data_set: str
    exam_result: bool = Field(default=False, description="来自考试成绩；不得用于处理措施和公开等级")
    is_whole: bool = Field(default=False, description="只有整数：人数、件数、次数、有无")
    formula: Formula
    otherwise: LongFigure | None = Field(
        default=None, description="没有报送这份数据的学校，改用其填报的数据项"
    )

    @property
    def frame(self) -> str:
        """The name of the staged frame this reads: its data set, or other sums made beside it."""
        beside = getattr(self.formula, "beside", "")
        return f"{self.data_set}_{beside}" if beside else self.data_set

    @property
    def is_listed(self) -> bool:
        """Whether it is a figure of the list that schools fill in, handed in or made of what they keep."""
        return self.otherwise is not None or self.data_set == FIGURE_DATA_SET


class LikeSchools(PolicyModel):
    """Which schools are like one another, always within one stage (`peers`)."""

    minimum_count: int = Field(default=10, ge=10, description="同类学校至少几所，才说明位置")
    by: tuple[Literal["location", "size", "age"], ...] = Field(
        default=("location", "size", "age"),
        description="按哪几项分类：location 城乡、size 规模、age 是否新建；不足所数的，从最后一项起逐项放宽",
    )
    size_edges: tuple[int, int] = Field(
        default=(500, 1500), description="在校生数从几人起为规模中等，从几人起为规模较大"
    )


class IndicatorCatalogue(PolicyModel):
    """Every indicator of a bureau, declared once and shared by its rubrics."""

    catalogue: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    exam_data_sets: tuple[str, ...] = Field(default=(), description="考试成绩类数据集")
    like_schools: LikeSchools = Field(default=LikeSchools(), description="同类学校怎样划分")
    indicators: tuple[Indicator, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> "IndicatorCatalogue":
        known: dict[str, Indicator] = {}
        for indicator in self.indicators:
            if indicator.id in known:
                raise ValueError(f"互不相同的指标编号（{indicator.id} 重复）")
            if indicator.data_set in self.exam_data_sets and not indicator.exam_result:
                raise ValueError(f"注明 exam_result: true 的指标（{indicator.id} 取自考试成绩数据集）")
            if isinstance(indicator.formula, Quotient):
                _check_quotient(indicator, known)
            known[indicator.id] = indicator
        return self

    @property
    def compared_data_sets(self) -> frozenset[str]:
        """The data sets that are read of the year before too."""
        return frozenset(item.data_set for item in self.indicators if isinstance(item.formula, SameGroups))

    @property
    def by_id(self) -> dict[str, Indicator]:
        """The indicators by their id."""
        return {indicator.id: indicator for indicator in self.indicators}

    def used(self, names: Collection[str]) -> "IndicatorCatalogue":
        """Return the catalogue without the figures that nobody named asks for, handed in or made of logs."""
        kept = [item for item in self.indicators if not item.is_listed or item.id in names]
        return self.model_copy(update={"indicators": tuple(kept)})


def load_indicators(path: Path) -> IndicatorCatalogue:
    """Read a catalogue of indicators.

    Raises:
        DocumentError: the file is absent or wrong.
    """
    return policy_file.load(IndicatorCatalogue, path)


def load_catalogue(path: Path, figures: Path) -> IndicatorCatalogue:
    """Read a catalogue of indicators, and beside its own list every school figure under the figure's code.

    An indicator of the list stands before a figure of the same code. Without the file `figures`, the list alone.

    Raises:
        DocumentError: a file is wrong, or the list is absent.
    """
    catalogue = load_indicators(path)
    if not figures.exists():
        return catalogue
    listed = [_of_figure(item) for item in load_figures(figures).school if item.code not in catalogue.by_id]
    return catalogue.model_copy(update={"indicators": (*catalogue.indicators, *listed)})


def _of_figure(figure: Figure) -> Indicator:
    minimum = PERSONS_AT_LEAST if figure.kind == "share" and figure.is_sensitive else 1
    formula = LongFigure(kind="figure", figure_code=figure.code, minimum_denominator=minimum)
    return Indicator(
        id=figure.code,
        title=figure.title,
        unit=figure.told_in,
        data_set=FIGURE_DATA_SET,
        exam_result=figure.exam_result,
        is_whole=figure.kind in {"count", "yes-no"},
        formula=formula,
    )


def check_sources(catalogue: IndicatorCatalogue, columns: Mapping[str, Collection[str]]) -> None:
    """Hold a catalogue against the columns that each data set has, before any data are there.

    Sums that lie beside a data set stand there under a name of their own (`results_students`).

    Raises:
        DocumentError: an indicator reads a data set or a column that there is not.
    """
    faults = [
        _fault(catalogue, indicator, *told)
        for indicator in catalogue.indicators
        if not isinstance(indicator.formula, Quotient)
        for told in _unread(indicator, columns)
    ]
    if faults:
        raise DocumentError("指标目录用到了数据中没有的列", faults)


def derive(
    catalogue: IndicatorCatalogue,
    frames: Mapping[str, pd.DataFrame],
    missing: Mapping[str, pd.DataFrame],
    set_aside: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Return every indicator of every school-stage on the roster, in the long form of `COLUMNS`.

    `frames` holds the staged data sets by name, among them `schools`, and of the year before those of
    `compared_data_sets`, their names ending in `BEFORE`; `missing` the reasons of empty cells;
    `set_aside` the rows that came in with faults: what stands in them was handed in, and is said to have been.
    Rows are sorted by school, stage and indicator. A data set without a `stage` speaks for every stage of
    its school. A figure that is not there is NaN with a `missing_reason`.

    Raises:
        DocumentError: an indicator reads a column that its data set does not have.
    """
    _check_columns(catalogue, frames)
    keys = school_stages(frames["schools"])
    made: dict[str, Figures] = {}
    staged = frames, missing, set_aside or {}
    for indicator in catalogue.indicators:
        found = _figures(indicator, keys, staged, made)
        made[indicator.id] = _or_handed_in(indicator, keys, staged, found)
    return _long(catalogue, keys, made)


def school_stages(schools: pd.DataFrame) -> pd.DataFrame:
    """Return the roster as one row for each school-stage (school_code, stage), sorted."""
    keys = schools[["school_code", "stages"]].assign(stage=schools["stages"].str.split(",")).explode("stage")
    keys["stage"] = keys["stage"].str.strip()
    return keys[KEY].drop_duplicates().sort_values(KEY).reset_index(drop=True)


_Staged = tuple[Mapping[str, pd.DataFrame], Mapping[str, pd.DataFrame], Mapping[str, pd.DataFrame]]
"""The data sets, the reasons of their empty cells, and their rows that were set aside, each by data set."""


def _figures(indicator: Indicator, keys: pd.DataFrame, staged: _Staged, made: dict[str, Figures]) -> Figures:
    formula = indicator.formula
    if isinstance(formula, Quotient):
        part, whole = made[formula.numerator], made[formula.denominator]
        reasons = np.where(whole.reason != "", whole.reason, part.reason)
        return rate(part.value, whole.value, reasons, minimum=formula.minimum_denominator)
    frames, missing, set_aside = staged
    if indicator.frame not in frames:
        return _not_submitted(len(keys))
    rows = frames[indicator.frame]
    if isinstance(formula, SameGroups):
        before = frames.get(f"{indicator.data_set}{BEFORE}", rows.iloc[:0])
        return formula.figures(_aligned(formula.rows_per_school(rows, before), keys)[0])
    if isinstance(formula, Reduced):
        rows = formula.rows_per_school(rows)
    else:
        rows = formula.chosen(rows) if isinstance(formula, LongFigure) else rows
        rows = _with_reasons(rows, formula.columns, missing.get(indicator.data_set))
    aligned, is_present = _aligned(rows, keys)
    figures = formula.figures(aligned)
    if isinstance(formula, (Share, Rows)):
        return figures
    reason = np.where(is_present, figures.reason, _absent(indicator, keys, set_aside))
    return replace(figures, reason=reason.astype(object))


def _absent(indicator: Indicator, keys: pd.DataFrame, set_aside: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """Say of a figure that no accepted row tells whether it came in with a fault, or did not come in."""
    rows = set_aside.get(indicator.data_set, keys.iloc[:0])
    if isinstance(indicator.formula, LongFigure) and "figure_code" in rows:
        rows = rows[rows["figure_code"] == indicator.formula.figure_code]
    if "school_code" not in rows:
        return np.full(len(keys), "not-submitted", object)
    on = [name for name in KEY if name in rows]
    return np.where(_aligned(rows[on].drop_duplicates(), keys)[1], "set-aside", "not-submitted")


def _or_handed_in(indicator: Indicator, keys: pd.DataFrame, staged: _Staged, found: Figures) -> Figures:
    """Take the figure that a school handed in where what it keeps does not tell it.

    A school with a log that tells it is not asked, nor heard, twice. A survey in which nobody was asked, or
    nobody answered, tells nothing.
    """
    if indicator.otherwise is None:
        return found
    rows = staged[0].get(indicator.frame, keys.iloc[:0])
    is_kept = _aligned(rows[KEY].drop_duplicates(), keys)[1]
    figure = indicator.model_copy(
        update={"data_set": FIGURE_DATA_SET, "formula": indicator.otherwise, "otherwise": None}
    )
    told = _figures(figure, keys, staged, {})
    is_silent = (found.reason == "not-reported") | (found.denominator == 0)
    is_told = told.reason == ""
    is_own = (is_kept & ~(is_silent & is_told)) | ((found.reason == "set-aside") & ~is_told)
    return found.else_from(told, is_own=is_own)


def _not_submitted(count: int) -> Figures:
    nothing = np.full(count, np.nan)
    return Figures(nothing, nothing, nothing, np.full(count, "not-submitted", object))


def _aligned(rows: pd.DataFrame, keys: pd.DataFrame) -> tuple[pd.DataFrame, Bools]:
    """Bring rows into the order of the roster's school-stages, and say which of them have a row."""
    on = KEY if "stage" in rows else KEY[:1]
    merged = keys.merge(rows.assign(_is_present=True), on=on, how="left", validate="many_to_one", sort=False)
    return merged, merged["_is_present"].eq(True).to_numpy(bool)


def _with_reasons(rows: pd.DataFrame, columns: tuple[str, ...], missing: pd.DataFrame | None) -> pd.DataFrame:
    kept = rows[[name for name in (*KEY, *columns) if name in rows]].copy()
    place = ["source_file", "source_row"]
    for column in columns:
        kept[f"{column} reason"] = ""
        if missing is None or missing.empty or not set(place) <= set(rows):
            continue
        told = missing.loc[missing["column"] == column, [*place, "reason"]]
        told = told.sort_values([*place, "reason"]).drop_duplicates(place)
        found = rows[place].merge(told, on=place, how="left")["reason"].fillna("")
        kept[f"{column} reason"] = found.to_numpy(object)
    return kept


def _long(catalogue: IndicatorCatalogue, keys: pd.DataFrame, made: dict[str, Figures]) -> pd.DataFrame:
    indicators = sorted(catalogue.indicators, key=lambda indicator: indicator.id)
    figures = [made[indicator.id] for indicator in indicators]
    is_missing = np.column_stack([f.reason != "" for f in figures]).ravel()
    value = np.column_stack([f.value for f in figures]).ravel()
    frame: dict[str, Any] = {
        "school_code": np.repeat(keys["school_code"].to_numpy(object), len(indicators)),
        "stage": np.repeat(keys["stage"].to_numpy(object), len(indicators)),
        "indicator_id": np.tile([indicator.id for indicator in indicators], len(keys)),
        "value": np.where(is_missing, np.nan, np.round(value, PLACES)),
        "numerator": np.column_stack([f.numerator for f in figures]).ravel(),
        "denominator": np.column_stack([f.denominator for f in figures]).ravel(),
        "missing_reason": np.column_stack([f.reason for f in figures]).ravel(),
        "data_set": np.column_stack([_sources(item, made[item.id]) for item in indicators]).ravel(),
    }
    long = pd.DataFrame(frame, columns=COLUMNS)
    return long.astype(dict.fromkeys(["school_code", "stage", "indicator_id", *COLUMNS[-2:]], "str"))


def _sources(indicator: Indicator, figures: Figures) -> np.ndarray:
    """Say of each school-stage which data set its figure comes from."""
    is_handed_in = np.broadcast_to(figures.is_handed_in, figures.value.shape)
    return np.where(is_handed_in, FIGURE_DATA_SET, indicator.data_set).astype(object)


def _check_quotient(indicator: Indicator, known: dict[str, Indicator]) -> None:
    formula = indicator.formula
    assert isinstance(formula, Quotient)
    for name in (formula.numerator, formula.denominator):
        if name not in known:
            raise ValueError(f"先行列出的指标（{indicator.id} 用到 {name}）")
        if known[name].exam_result and not indicator.exam_result:
            raise ValueError(f"注明 exam_result: true 的指标（{indicator.id} 用到考试成绩类指标 {name}）")


def _unread(indicator: Indicator, columns: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield code, what was wanted and what was found for each thing an indicator reads and nobody has."""
    name = indicator.frame
    if indicator.data_set not in columns:
        yield "IND-002", "数据来源配置中有的数据集", f"没有 {indicator.data_set} 这一数据集"
        return
    if name not in columns:
        return
    for column in indicator.formula.columns if not isinstance(indicator.formula, Quotient) else ():
        if column not in columns[name]:
            yield "IND-001", f"数据集 {name} 中的列", f"没有 {column} 这一列"


def _check_columns(catalogue: IndicatorCatalogue, frames: Mapping[str, pd.DataFrame]) -> None:
    faults = [
        _fault(catalogue, indicator, *told)
        for indicator in catalogue.indicators
        if indicator.data_set in frames
        for told in _unread(indicator, frames)
    ]
    if faults:
        raise DocumentError("指标目录用到了数据中没有的列", faults)


def _fault(catalogue: IndicatorCatalogue, indicator: Indicator, code: str, wanted: str, got: str) -> Fault:
    return Fault(
        place=f"指标目录 {catalogue.catalogue}",
        column=indicator.id,
        code=code,
        wanted=wanted,
        got=got,
        remedy="请核对指标目录中的列名与数据来源配置。",
    )
