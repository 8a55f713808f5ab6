"""Formulas over what schools keep anyway: timetables, logs of homework, registers of examinations.

Here: many rows of a school-stage reduced to one figure, so that nobody counts by hand what a log holds. Not
here: figures that are handed in as such (`formula`). A row that does not say is not counted, and a school
whose rows say nothing at all has no figure; it is never a zero.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from inspection.derive.formula import Figures, Floats, nothing, numbers, rate
from inspection.policy_file import PolicyModel
from inspection.school_stage import KEY


class YesShare(PolicyModel):
    """The share of rows that say yes in every column, in percent of those that say yes or no in all of them.

    With `by_week_of`, the share of weeks in which at least one row says so; the column holds the day. With `each`,
    every class has weeks of its own.
    """

    kind: Literal["yes_share"]
    marked: tuple[str, ...] = Field(min_length=1, description="都填“是”才算的栏目")
    by_week_of: str = Field(default="", description="按周计时，登记日期的栏目")
    each: tuple[str, ...] = Field(default=(), description="按周计时，逐一计算的栏目，如年级和班级")
    minimum_denominator: int = Field(default=1, ge=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return (*self.marked, *filter(None, (self.by_week_of,)), *self.each)

    def rows_per_school(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count the rows, or weeks, that say so and those that say anything."""
        told = np.column_stack([numbers(rows, name) for name in self.marked])
        is_told = ~np.isnan(told).any(axis=1)
        names = [*KEY, *self.each]
        counted = rows[names].assign(part=(told == 1).all(axis=1) & is_told, whole=is_told).astype(_COUNTED)
        if self.by_week_of:
            counted["week"] = pd.to_datetime(rows[self.by_week_of]).dt.strftime("%G-%V").to_numpy(object)
            counted = counted.groupby([*names, "week"], as_index=False).max()
        return counted.groupby(KEY, as_index=False)[list(_COUNTED)].sum()

    def figures(self, rows: pd.DataFrame) -> Figures:
        """Divide; `rows` as reduced."""
        return _divided(rows, minimum=self.minimum_denominator)


class SharedOut(PolicyModel):
    """Two columns of a log, each added up over the rows that tell both, divided in percent: taught of required.

    With `capped_by`, what one group (a course in a grade) has beyond its own denominator counts for no other.
    """

    kind: Literal["shared_out"]
    numerator: str
    denominator: str
    capped_by: tuple[str, ...] = Field(
        default=(), description="逐组（如年级、课程）计算，一组多出的不抵补其他组的不足"
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return self.numerator, self.denominator, *self.capped_by

    def rows_per_school(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Add up the rows that tell both."""
        part, whole = _told(rows, self.numerator, self.denominator)
        if not self.capped_by:
            return _added(rows, part, whole)
        of_group = _added(rows, part, whole, by=(*KEY, *self.capped_by))
        return _added(of_group, np.minimum(of_group["part"], of_group["whole"]), of_group["whole"])

    def figures(self, rows: pd.DataFrame) -> Figures:
        """Divide; `rows` as reduced."""
        return _divided(rows, minimum=1)


class Mean(PolicyModel):
    """The mean of a column over the rows that tell it: minutes of homework a day."""

    kind: Literal["mean"]
    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return (self.column,)

    def rows_per_school(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Add up the column, and count the rows that tell it."""
        values = numbers(rows, self.column)
        return _added(rows, values, np.where(np.isnan(values), np.nan, 1.0))

    def figures(self, rows: pd.DataFrame) -> Figures:
        """Divide; `rows` as reduced."""
        part, whole = numbers(rows, "part"), numbers(rows, "whole")
        found = rate(part, whole, _silent(whole), minimum=1)
        return Figures(found.value / 100, nothing(rows), nothing(rows), found.reason)


class Difference(PolicyModel):
    """How far two columns lie apart, added up over the rows that tell both: lessons planned and not held."""

    kind: Literal["difference"]
    columns: tuple[str, str]

    def rows_per_school(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Add up the differences, whichever is the larger."""
        one, other = _told(rows, *self.columns)
        return _added(rows, np.abs(one - other), np.where(np.isnan(one), np.nan, 1.0))

    def figures(self, rows: pd.DataFrame) -> Figures:
        """Take the sum; `rows` as reduced."""
        return _summed(rows)


class MostRows(PolicyModel):
    """How many rows the grade with the most has: examinations of a term. Of `grades` and `marked` only, if named.

    Rows with a code of `leave_out` are not counted.
    """

    kind: Literal["most_rows"]
    marked: str = Field(default="", description="只计这一栏填“是”的行")
    grades: tuple[int, ...] = Field(default=(), description="只计这些年级")
    leave_out: dict[str, tuple[str, ...]] = Field(default={}, description="不计的行：栏目，及其代码")

    @property
    def columns(self) -> tuple[str, ...]:
        """Every staged column this reads."""
        return ("grade", *filter(None, (self.marked,)), *self.leave_out)

    def rows_per_school(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count the rows of each grade and keep the largest count; a register without such a row counts 0."""
        said = numbers(rows, self.marked) if self.marked else np.ones(len(rows))
        grade = numbers(rows, "grade")
        is_asked = np.isin(grade, self.grades) if self.grades else np.ones(len(rows), bool)
        for name, codes in self.leave_out.items():
            is_asked &= ~rows[name].isin(codes).to_numpy(bool)
        counted = rows[KEY].assign(
            grade=grade, part=((said == 1) & is_asked) * 1.0, whole=np.where(np.isnan(said), np.nan, 1.0)
        )
        of_grade = counted.groupby([*KEY, "grade"], as_index=False).sum(min_count=1)
        return of_grade.drop(columns="grade").groupby(KEY, as_index=False).max()

    def figures(self, rows: pd.DataFrame) -> Figures:
        """Take the count; `rows` as reduced."""
        return _summed(rows)


_COUNTED = {"part": float, "whole": float}


def _told(rows: pd.DataFrame, *columns: str) -> tuple[Floats, ...]:
    """Return columns where all of them are told, else NaN in each."""
    values = [numbers(rows, name) for name in columns]
    is_silent = np.isnan(np.column_stack(values)).any(axis=1)
    return tuple(np.where(is_silent, np.nan, value) for value in values)


def _added(
    rows: pd.DataFrame, part: Floats | pd.Series, whole: Floats | pd.Series, by: Sequence[str] = KEY
) -> pd.DataFrame:
    """Add up by school-stage, or by more; where no row tells anything the sums are NaN."""
    names = list(by)
    return rows[names].assign(part=part, whole=whole).groupby(names, as_index=False).sum(min_count=1)


def _silent(whole: Floats) -> np.ndarray:
    return np.where(whole > 0, "", "not-reported").astype(object)


def _divided(rows: pd.DataFrame, *, minimum: int) -> Figures:
    part, whole = numbers(rows, "part"), numbers(rows, "whole")
    return rate(part, whole, _silent(whole), minimum=minimum)


def _summed(rows: pd.DataFrame) -> Figures:
    whole = numbers(rows, "whole")
    value = np.where(whole > 0, numbers(rows, "part"), np.nan)
    return Figures(value, nothing(rows), nothing(rows), _silent(whole))
