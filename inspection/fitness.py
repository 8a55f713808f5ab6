"""Physical fitness 体质健康: students' test scores held against the national standard and reduced to sums.

Here: the standard (a YAML document), the total that the events make, sums per school, stage and grade. Student
rows end here; what is kept has no student in it. Reading the files is in `reading`.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, model_validator

from inspection import policy_file
from inspection.fault_code import Spot, fault
from inspection.policy_file import PolicyModel

if TYPE_CHECKING:
    from inspection.data_set import DataSet
    from inspection.source_map import SourceMap

KEY = ["school_code", "stage", "grade"]
COUNTS = [
    "entered_count",
    "absent_count",
    "exempt_count",
    "tested_count",
    "pass_count",
    "good_count",
    "score_sum_centi",
    "screened_count",
    "myopic_count",
]
SOURCE = ["source_file", "source_sheet", "source_row"]
COLUMNS = [*KEY, *COUNTS, *SOURCE]
_WHOLE = 100
# A total is rounded to one decimal from events of which each may be so rounded.
_SLACK = 0.11


class Weights(PolicyModel):
    """What each event counts in some grades, in percent."""

    grades: tuple[int, ...] = Field(min_length=1)
    events: dict[str, int] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> "Weights":
        if sum(self.events.values()) != _WHOLE:
            raise ValueError("合计为100的权重")
        return self


class FitnessStandard(PolicyModel):
    """Which events make a total, and from which total a student passes or is good."""

    standard: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    pass_score: float
    good_score: float
    most_score: float = Field(description="总分上限，含附加分")
    weights: tuple[Weights, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> "FitnessStandard":
        grades = [grade for item in self.weights for grade in item.grades]
        if len(grades) != len(set(grades)):
            raise ValueError("每个年级只列一次权重")
        return self


def load_fitness(path: Path) -> FitnessStandard:
    """Read a standard.

    Raises:
        DocumentError: the file is absent or wrong.
    """
    return policy_file.load(FitnessStandard, path)


def no_fitness_sums() -> pd.DataFrame:
    """Return the sum of nothing."""
    texts = {"school_code", "stage", "source_file", "source_sheet"}
    return pd.DataFrame({name: pd.Series(dtype="str" if name in texts else "int64") for name in COLUMNS})


def event_totals(rows: pd.DataFrame, standard: FitnessStandard) -> npt.NDArray[np.float64]:
    """Return the total that each student's events make, bonus included; NaN where an event is not given."""
    totals = np.full(len(rows), np.nan)
    grades = rows["grade"].to_numpy(float)
    bonus = np.nan_to_num(rows["bonus_score"].to_numpy(float))
    for item in standard.weights:
        here = np.isin(grades, item.grades)
        weighted = sum(rows[name].to_numpy(float) * weight for name, weight in item.events.items())
        totals[here] = (np.asarray(weighted, float) / _WHOLE + bonus)[here]
    return totals


def reduce_fitness(found: "DataSet", source_map: "SourceMap") -> "DataSet":
    """Return the sums of a data set of student rows; rows whose total cannot be are set aside first.

    The given total counts; where it is not given the events make it. A code for absence is counted as such
    and never enters a sum.
    """
    standard = source_map.fitness_standard
    assert standard is not None
    rows, made = found.rows, event_totals(found.rows, standard)
    given = rows["total_score"].to_numpy(float)
    differs = np.abs(given - made) > _SLACK
    is_beyond = (given < 0) | (given > standard.most_score)
    headings = {file.file_name: file.headings for file in found.files}
    faults = list(found.faults)
    for label in np.flatnonzero(differs | is_beyond):
        row = rows.iloc[label]
        place = str(row["source_file"])
        title = headings.get(place, {}).get("total_score", source_map.title_of("total_score"))
        spot = Spot(place, str(row["source_sheet"]), int(row["source_row"]), title)
        kind = "over-maximum" if is_beyond[label] else "total-differs"
        wanted = f"0至{standard.most_score:g}之间" if is_beyond[label] else "等于各单项得分按权重之和加附加分"
        faults.append(fault(kind, spot, wanted=wanted, got="（个人信息，不显示）"))
    is_bad = differs | is_beyond
    reasons = _reasons(found, rows, "total_score")
    kept = np.flatnonzero(~is_bad)
    sums = _sums(rows.iloc[kept], np.where(np.isnan(given), made, given)[kept], reasons[kept], standard)
    aside = pd.concat([found.quarantined[SOURCE], rows.loc[is_bad, SOURCE]]).sort_values(SOURCE)
    return replace(
        found,
        rows=sums,
        quarantined=aside.reset_index(drop=True),
        missing=found.missing.iloc[:0],
        faults=tuple(sorted(faults)),
        is_reduced=True,
    )


def _reasons(found: "DataSet", rows: pd.DataFrame, column: str) -> npt.NDArray[np.object_]:
    """Say of each row why it has no total; "" where it has."""
    told = found.missing[found.missing["column"] == column]
    reasons = rows[SOURCE].merge(told[[*SOURCE, "reason"]], on=SOURCE, how="left")["reason"]
    texts: npt.NDArray[np.object_] = reasons.fillna("").to_numpy(object)
    return texts


def _sums(
    rows: pd.DataFrame,
    total: npt.NDArray[np.float64],
    reasons: npt.NDArray[np.object_],
    standard: FitnessStandard,
) -> pd.DataFrame:
    if rows.empty:
        return no_fitness_sums()
    is_out = np.isin(reasons, ["absent", "exempt"])
    is_tested = ~np.isnan(total) & ~is_out
    is_myopic = rows["is_myopic"]
    counted = {
        "entered_count": np.ones(len(rows)),
        "absent_count": reasons == "absent",
        "exempt_count": reasons == "exempt",
        "tested_count": is_tested,
        "pass_count": is_tested & (total >= standard.pass_score),
        "good_count": is_tested & (total >= standard.good_score),
        "score_sum_centi": np.round(100 * np.where(is_tested, total, 0.0)),
        "screened_count": is_myopic.notna(),
        "myopic_count": is_myopic.eq(True).fillna(False),
    }
    frame = rows[KEY].astype({"grade": "int64"})
    frame = frame.assign(**{name: np.asarray(values).astype("int64") for name, values in counted.items()})
    frame = frame.assign(source_file=rows["source_file"], source_sheet="", source_row=0)
    how = dict.fromkeys(COUNTS, "sum") | {"source_file": "min", "source_sheet": "min", "source_row": "min"}
    return frame.groupby(KEY, as_index=False, sort=True).agg(how)[COLUMNS]
