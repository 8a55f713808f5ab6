"""Formulas: the ways an indicator is made of staged columns, one small class for each.

Here: arithmetic on whole columns. Not here: which indicators there are and how they meet the roster
(`indicator`). Rates are percent 0..100; a figure that cannot be made has a reason, never a zero.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from inspection.derive.result_students import PAIR_COUNTS, standardised_pairs
from inspection.policy_file import PolicyModel
from inspection.school_stage import KEY

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
_DEVIATION = 10
"""Points of a standard score for one standard deviation, as schools know them."""
_PART_PLACES = 9
_PERCENT = 100


@dataclass(frozen=True)
class Figures:
    """Values of one indicator, one position for each school-stage."""

    value: Floats
    numerator: Floats
    denominator: Floats
    reason: Texts
    is_handed_in: Bools | bool = False
    """Where the school counted it itself although the figure can be made of what it keeps."""

    def else_from(self, other: "Figures", *, is_own: Bools) -> "Figures":
        """Take the other figures, as handed in, wherever these are not a school's own."""
        return Figures(
            np.where(is_own, self.value, other.value),
            np.where(is_own, self.numerator, other.numerator),
            np.where(is_own, self.denominator, other.denominator),
            np.where(is_own, self.reason, other.reason).astype(object),
            is_handed_in=~is_own,
        )


class Column(PolicyModel):
    """A figure handed in as it is; `denominator` names the column of those it speaks for, if any."""

    kind: Literal["column"]
    column: str
    denominator: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return tuple(filter(None, (self.column, self.denominator)))

    def figures(self, rows: pd.DataFrame) -> "Figures":
        """Take the column; one row of `rows` for each school-stage."""
        whole = numbers(rows, self.denominator) if self.denominator else nothing(rows)
        return Figures(numbers(rows, self.column), nothing(rows), whole, _reasons(rows, self.column))


class Lowest(PolicyModel):
    """The lowest of several figures of one school-stage; with one of them missing it is missing."""

    kind: Literal["lowest"]
    columns: tuple[str, ...] = Field(min_length=2)

    def figures(self, rows: pd.DataFrame) -> "Figures":
        """Take the smallest column; one row of `rows` for each school-stage."""
        values = np.column_stack([numbers(rows, column) for column in self.columns]).min(axis=1)
        return Figures(values, nothing(rows), nothing(rows), _reasons(rows, *self.columns))


class Ratio(PolicyModel):
    """Two columns divided, in percent."""

    kind: Literal["ratio"]
    numerator: str
    denominator: str
    minimum_denominator: int = Field(default=1, ge=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return self.numerator, self.denominator

    def figures(self, rows: pd.DataFrame) -> "Figures":
        """Divide; one row of `rows` for each school-stage."""
        part, whole = numbers(rows, self.numerator), numbers(rows, self.denominator)
        reasons = _reasons(rows, self.denominator, self.numerator)
        return rate(part, whole, reasons, minimum=self.minimum_denominator)


class LongFigure(PolicyModel):
    """One figure of the long layout: its parts divided, in percent, or its value as it was handed in.

    With `minus`, what the value exceeds that other figure by: the gain from entry to exit.
    """

    kind: Literal["figure"]
    figure_code: str
    minus: str = ""
    minimum_denominator: int = Field(default=1, ge=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return "figure_code", "numerator", "denominator", "value"

    def chosen(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of this figure, one for each school-stage that reported it."""
        own = rows[rows["figure_code"] == self.figure_code]
        if not self.minus:
            return own
        less = rows.loc[rows["figure_code"] == self.minus, [*KEY, "value"]].rename(columns={"value": "less"})
        both = own.merge(less, on=KEY, how="left")
        gain = numbers(both, "value") - numbers(both, "less")
        return both.assign(value=gain, numerator=np.nan, denominator=np.nan)

    def figures(self, rows: pd.DataFrame) -> "Figures":
        """Divide where both parts are there, else take the value; `rows` as chosen."""
        part, whole, value = (numbers(rows, name) for name in self.columns[1:])
        has_parts = ~np.isnan(part) & ~np.isnan(whole)
        reasons = np.where(has_parts, "", _reasons(rows, "value")).astype(object)
        divided = rate(part, whole, reasons, minimum=self.minimum_denominator)
        is_value = ~has_parts & (reasons == "")
        return Figures(
            np.where(is_value, value, divided.value),
            part,
            whole,
            np.where(is_value, "", divided.reason).astype(object),
        )


class Share(PolicyModel):
    """The share of rows (one per response) whose answer is in a list, in percent of those who answered."""

    kind: Literal["share"]
    column: str
    answers: tuple[int, ...] = Field(min_length=1)
    minimum_denominator: int = Field(default=1, ge=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return (self.column,)

    def rows_per_school(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Reduce responses to one row for each school-stage."""
        answer = pd.to_numeric(rows[self.column], errors="coerce")
        counted = rows[KEY].assign(part=answer.isin(self.answers).astype(float), whole=answer.notna() * 1.0)
        return counted.groupby(KEY, as_index=False).sum()

    def figures(self, rows: pd.DataFrame) -> "Figures":
        """Divide; `rows` as reduced. A school without a response has a denominator of 0."""
        part, whole = numbers(rows, "part", absent=0.0), numbers(rows, "whole", absent=0.0)
        return rate(part, whole, np.full(len(rows), "", object), minimum=self.minimum_denominator)


class Rows(PolicyModel):
    """The number of rows (responses); none is 0, since the data set as a whole is there."""

    kind: Literal["rows"]

    @property
    def columns(self) -> tuple[str, ...]:
        """No column is read."""
        return ()

    def rows_per_school(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count."""
        return rows[KEY].assign(whole=1.0).groupby(KEY, as_index=False).sum()

    def figures(self, rows: pd.DataFrame) -> "Figures":
        """Take the count."""
        none = np.full(len(rows), "", object)
        return Figures(numbers(rows, "whole", absent=0.0), nothing(rows), nothing(rows), none)


class LowestRate(PolicyModel):
    """The lowest rate over groups (grade and subject), in percent; groups that are too small stand aside."""

    kind: Literal["lowest_rate"]
    numerator: str
    denominator: str
    by: tuple[str, ...] = Field(min_length=1)
    minimum_denominator: int = Field(default=1, ge=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return self.numerator, self.denominator, *self.by

    def rows_per_school(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Keep the lowest group of each school-stage; ties fall to the first group in order."""
        whole = numbers(rows, self.denominator)
        sums = rows[[*KEY, *self.by]].assign(part=numbers(rows, self.numerator), whole=whole)
        sums = sums.groupby([*KEY, *self.by], as_index=False).sum()
        fits = sums["whole"] >= self.minimum_denominator
        sums = sums.assign(rate=(sums["part"] / sums["whole"].where(fits)).round(12))
        sums = sums.sort_values([*KEY, "rate", *self.by], na_position="last")
        return sums.drop_duplicates(KEY).drop(columns=list(self.by))

    def figures(self, rows: pd.DataFrame) -> "Figures":
        """Divide; `rows` as reduced."""
        none = np.full(len(rows), "", object)
        part, whole = numbers(rows, "part"), numbers(rows, "whole")
        return rate(part, whole, none, minimum=self.minimum_denominator)


class SummedRate(PolicyModel):
    """Sums over all rows of a school-stage divided, in percent: one rate over every grade.

    `beside` names other sums of the same data set: of results, those by student.
    """

    kind: Literal["summed_rate"]
    numerator: str
    denominator: str
    beside: str = Field(default="", description="同一数据集另存的汇总，如 results 的 students")
    minimum_denominator: int = Field(default=1, ge=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return self.numerator, self.denominator

    def rows_per_school(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Add up the rows of each school-stage."""
        sums = rows[KEY].assign(part=numbers(rows, self.numerator), whole=numbers(rows, self.denominator))
        return sums.groupby(KEY, as_index=False).sum()

    def figures(self, rows: pd.DataFrame) -> "Figures":
        """Divide; `rows` as reduced."""
        none = np.full(len(rows), "", object)
        part, whole = numbers(rows, "part"), numbers(rows, "whole")
        return rate(part, whole, none, minimum=self.minimum_denominator)


class PairGain(PolicyModel):
    """What pupils gained from entry to exit, in points of a standard score of which 10 are a standard deviation.

    Sums of pairs lie beside the results. Entry and exit are taken in standard deviations of all pupils of the
    same stage, grade and subject; 0 is to have kept one's place among them.
    """

    kind: Literal["pair_gain"]
    beside: Literal["pairs"] = "pairs"
    minimum_denominator: int = Field(default=20, ge=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return "grade", "subject", *PAIR_COUNTS

    def rows_per_school(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Add up gains and pairs of each school-stage."""
        pairs = standardised_pairs(rows).sort_values([*KEY, "grade", "subject"])
        whole = pairs["pair_count"].astype(float)
        part = (_DEVIATION * (pairs["exit"] - pairs["entry"]) * whole).round(_PART_PLACES)
        return pairs[KEY].assign(part=part, whole=whole).groupby(KEY, as_index=False).sum()

    def figures(self, rows: pd.DataFrame) -> "Figures":
        """Take the mean gain; `rows` as reduced."""
        none = np.full(len(rows), "", object)
        part, whole = numbers(rows, "part"), numbers(rows, "whole")
        found = rate(part, whole, none, minimum=self.minimum_denominator)
        return Figures(found.value / _PERCENT, part, whole, found.reason)


class ValueAdded(PolicyModel):
    """What a school added to where its pupils started (`value_added`): the estimate, or an end of its interval.

    In points of which 10 are a standard deviation of all pupils; 0 is what is expected of such pupils.
    """

    kind: Literal["value_added"]
    beside: Literal["pairs"] = "pairs"
    bound: Literal["added", "low", "high"] = Field(
        default="added", description="估计值，或者区间的下限、上限"
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return "grade", "subject", *PAIR_COUNTS

    def rows_per_school(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Fit the model to all schools of a stage."""
        # The library of models takes longer to load than a term without results takes to score.
        from inspection.derive.value_added import value_added

        found = value_added(rows)
        part = (_DEVIATION * found[self.bound].astype(float)).round(_PART_PLACES)
        return found[KEY].assign(part=part, whole=found["pair_count"].astype(float))

    def figures(self, rows: pd.DataFrame) -> "Figures":
        """Take the estimate; `rows` as reduced. With too few schools to compare there is none."""
        value, whole = numbers(rows, "part"), numbers(rows, "whole")
        reason = np.where(np.isnan(value) & ~np.isnan(whole), "below-minimum", "").astype(object)
        return Figures(value, np.full(len(rows), np.nan), whole, reason)


class SameGroups(PolicyModel):
    """The change of a rate on the year before over the same groups (grades), in percentage points.

    Only groups count that were reached in both years, `coverage_at_least` percent of `persons`. The rate of
    the year before is taken over this year's numbers in each group, so that a larger grade is no change.
    """

    kind: Literal["same_groups_change"]
    numerator: str
    denominator: str
    persons: str
    by: tuple[str, ...] = Field(default=("grade",), min_length=1)
    coverage_at_least: int = Field(default=80, ge=1, le=100)
    minimum_denominator: int = Field(default=1, ge=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads, in both years."""
        return self.numerator, self.denominator, self.persons, *self.by

    def rows_per_school(self, now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
        """Reduce both years to one row for each school-stage: cases, those expected, persons examined."""
        both = self._reached(now).merge(self._reached(before), on=[*KEY, *self.by], suffixes=("", "_before"))
        both["expected"] = both["whole"] * both["part_before"] / both["whole_before"]
        return both.groupby(KEY, as_index=False)[["part", "expected", "whole"]].sum()

    def _reached(self, rows: pd.DataFrame) -> pd.DataFrame:
        names = {"part": self.numerator, "whole": self.denominator, "persons": self.persons}
        told = rows[[*KEY, *self.by]].assign(**{name: numbers(rows, names[name]) for name in names})
        sums = told.groupby([*KEY, *self.by], as_index=False).sum()
        is_reached = 100 * sums["whole"] >= self.coverage_at_least * sums["persons"]
        return sums[is_reached & (sums["whole"] > 0)]

    def figures(self, rows: pd.DataFrame) -> "Figures":
        """Subtract and divide; `rows` as reduced. A school without a common group has no figure."""
        part, expected, whole = (numbers(rows, name) for name in ("part", "expected", "whole"))
        reasons = np.where(np.isnan(whole), "no-previous", "").astype(object)
        return rate(part - expected, whole, reasons, minimum=self.minimum_denominator)


class Quotient(PolicyModel):
    """Two indicators divided, in percent: coverage of a survey, of a screening."""

    kind: Literal["quotient"]
    numerator: str
    denominator: str
    minimum_denominator: int = Field(default=1, ge=1)


def _reasons(rows: pd.DataFrame, *columns: str) -> Texts:
    """Say why one of the columns is empty: the first reason told, else 未填报; "" where all are there."""
    found = np.full(len(rows), "", object)
    for column in columns:
        told = rows[f"{column} reason"].fillna("").to_numpy(object)
        reason = np.where(told == "", "not-reported", told)
        is_empty = np.isnan(numbers(rows, column))
        found = np.where(is_empty & (found == ""), reason, found)
    return found


def rate(part: Floats, whole: Floats, reasons: Texts, *, minimum: int) -> Figures:
    """Divide into percent; a denominator below `minimum` makes the figure missing."""
    is_small = (reasons == "") & ~(whole >= minimum)
    reasons = np.where(is_small, "below-minimum", reasons).astype(object)
    is_there = reasons == ""
    value = np.full(len(part), np.nan)
    value[is_there] = 100 * part[is_there] / whole[is_there]
    return Figures(value, part, whole, reasons)


def numbers(rows: pd.DataFrame, column: str, absent: float = np.nan) -> Floats:
    """Return a column as numbers, yes as 1 and no as 0; `absent` where there is none."""
    numbers: Floats = pd.to_numeric(rows[column], errors="coerce").to_numpy(float, na_value=np.nan)
    return np.where(np.isnan(numbers), absent, numbers)


def nothing(rows: pd.DataFrame) -> Floats:
    """Return that no row has such a part."""
    return np.full(len(rows), np.nan)
