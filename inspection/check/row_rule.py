"""What a rule about single rows says, as arithmetic over columns: which rows it looked at, which break it.

Here: one pure function for each kind of rule that may be run for many columns in one pass. Not here: which
rules there are (`expectation`), how they are run (`tasks.expectation`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from inspection.canonical import digest

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
EARLIER = "earlier:"
"""Marks a column that holds the last term's figures, such as `earlier:schools.student_count`."""
_CLOSE = 1e-6


@dataclass(frozen=True)
class Outcome:
    """Row by row: whether the rule looked at it, and whether it breaks the rule."""

    is_checked: Mask
    is_unexpected: Mask


class Codes(str):
    """A list of codes that goes by its digest.

    The library copies and hashes every argument dozens of times: a text costs it nothing, 20,000 codes cost
    two seconds.
    """

    __slots__ = ("codes",)
    codes: frozenset[str]

    def __new__(cls, codes: Iterable[str]) -> "Codes":
        """Return the list under its digest."""
        known = frozenset(codes)
        made = super().__new__(cls, digest(sorted(known)))
        made.codes = known
        return made

    def __copy__(self) -> "Codes":
        return self

    def __deepcopy__(self, _memo: object) -> "Codes":
        return self


def in_list(frame: pd.DataFrame, kwargs: Mapping[str, Any]) -> Outcome:
    """Codes that stand in a list; a missing code is left alone."""
    column = frame[kwargs["column"]]
    is_checked = column.notna().to_numpy(bool)
    return Outcome(is_checked, is_checked & ~column.isin(kwargs["value_set"].codes).to_numpy(bool))


def between(frame: pd.DataFrame, kwargs: Mapping[str, Any]) -> Outcome:
    """Values within `min_value` and `max_value`, both included; a missing value is left alone."""
    values = _figures(frame, kwargs["column"])
    is_checked = ~np.isnan(values)
    is_unexpected = np.zeros(len(values), bool)
    if kwargs.get("min_value") is not None:
        is_unexpected |= values < kwargs["min_value"]
    if kwargs.get("max_value") is not None:
        is_unexpected |= values > kwargs["max_value"]
    return Outcome(is_checked, is_unexpected)


def given(frame: pd.DataFrame, kwargs: Mapping[str, Any]) -> Outcome:
    """A value in every row."""
    is_missing = frame[kwargs["column"]].isna().to_numpy(bool)
    return Outcome(np.ones(len(frame), bool), is_missing)


def in_order(frame: pd.DataFrame, kwargs: Mapping[str, Any]) -> Outcome:
    """`column_A` not less than `column_B`, where both are given."""
    return _where_given(frame, [kwargs["column_A"], kwargs["column_B"]], lambda a, b: a < b)


def parts_make_whole(frame: pd.DataFrame, kwargs: Mapping[str, Any]) -> Outcome:
    """The last column is the sum of the others, where all are given."""
    return _where_given(
        frame, kwargs["column_list"], lambda *all_: np.abs(np.sum(all_[:-1], axis=0) - all_[-1]) >= _CLOSE
    )


def rate_makes_number(frame: pd.DataFrame, kwargs: Mapping[str, Any]) -> Outcome:
    """Rate × count = number: of [rate, count, number] the rate is 100 × number ÷ count within a tolerance.

    `tolerance_pp` is in percentage points: 0.5 for rates that are given as whole per cents. With a count of 0
    the number must be 0.
    """
    tolerance_pp = float(kwargs.get("tolerance_pp", 0.05)) + _CLOSE

    def breaks(rate: Floats, count: Floats, number: Floats) -> Mask:
        with np.errstate(divide="ignore", invalid="ignore"):
            is_off: Mask = np.abs(rate - 100 * number / count) > tolerance_pp
        return np.where(count == 0, number != 0, is_off)

    return _where_given(frame, kwargs["column_list"], breaks)


def change_is_plausible(frame: pd.DataFrame, kwargs: Mapping[str, Any]) -> Outcome:
    """The change on the last term is within bounds, where both figures are given.

    `maximum_change_rate` is per cent of the earlier figure, looked at where that is at least `least_count`;
    `maximum_change_pp` is in the figure's own unit, for rates percentage points.
    """
    if EARLIER + kwargs["earlier"] not in frame:
        return Outcome(np.zeros(len(frame), bool), np.zeros(len(frame), bool))

    def breaks(now: Floats, then: Floats) -> Mask:
        if kwargs.get("maximum_change_pp") is not None:
            return np.asarray(np.abs(now - then) > kwargs["maximum_change_pp"] + _CLOSE)
        bound = then * kwargs["maximum_change_rate"] / 100
        return np.asarray((np.abs(now - then) > bound + _CLOSE) & (then >= kwargs.get("least_count", 1)))

    return _where_given(frame, [kwargs["column"], EARLIER + kwargs["earlier"]], breaks)


IN_LIST = "expect_column_values_to_be_in_set"
KINDS: Mapping[str, Callable[[pd.DataFrame, Mapping[str, Any]], Outcome]] = {
    IN_LIST: in_list,
    "expect_column_values_to_be_between": between,
    "expect_column_values_to_not_be_null": given,
    "expect_column_pair_values_a_to_be_greater_than_b": in_order,
    "expect_parts_to_sum_to_whole": parts_make_whole,
    "expect_rate_times_count_to_be_number": rate_makes_number,
    "expect_change_to_be_plausible": change_is_plausible,
}
"""The kinds that may be run together, by the name of the expectation."""
_MEANT: Mapping[str, Mapping[str, frozenset[Any]]] = {
    "expect_column_pair_values_a_to_be_greater_than_b": {
        "or_equal": frozenset({True}),
        "ignore_row_if": frozenset({"either_value_is_missing"}),
    },
    "expect_parts_to_sum_to_whole": {"ignore_row_if": frozenset({"any_value_is_missing"})},
}
_FREE: Mapping[str, frozenset[str]] = {
    IN_LIST: frozenset({"column", "value_set"}),
    "expect_column_values_to_be_between": frozenset({"column", "min_value", "max_value"}),
    "expect_column_values_to_not_be_null": frozenset({"column"}),
    "expect_column_pair_values_a_to_be_greater_than_b": frozenset({"column_A", "column_B"}),
    "expect_parts_to_sum_to_whole": frozenset({"column_list"}),
    "expect_rate_times_count_to_be_number": frozenset({"column_list", "tolerance_pp"}),
    "expect_change_to_be_plausible": frozenset(
        {"column", "earlier", "maximum_change_rate", "maximum_change_pp", "least_count"}
    ),
}


def is_known(kind: str, kwargs: Mapping[str, Any]) -> bool:
    """Say whether a rule means exactly what the function of its kind does; every other is the library's own."""
    if kind not in KINDS:
        return False
    meant, free = _MEANT.get(kind, {}), _FREE[kind]
    is_as_meant = all(name in kwargs and kwargs[name] in values for name, values in meant.items())
    bounds = [kwargs[name] for name in ("min_value", "max_value") if kwargs.get(name) is not None]
    are_figures = all(isinstance(bound, (int, float)) for bound in bounds)
    is_told = kind != IN_LIST or isinstance(kwargs.get("value_set"), (dict, Codes))
    return is_as_meant and are_figures and is_told and kwargs.keys() <= free | meant.keys()


def can_run(kind: str, kwargs: Mapping[str, Any], frame: pd.DataFrame) -> bool:
    """Say whether a frame has what a rule of a known kind reads: the columns, with figures where it compares."""
    names = [kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs]
    names += kwargs.get("column_list", ())
    if kind in {IN_LIST, "expect_column_values_to_not_be_null"}:
        return all(name in frame for name in names)
    return all(name in frame and pd.api.types.is_numeric_dtype(frame.dtypes[name]) for name in names)


def _where_given(frame: pd.DataFrame, names: list[str], breaks: Callable[..., Mask]) -> Outcome:
    columns = [_figures(frame, name) for name in names]
    is_checked: Mask = ~np.any(np.isnan(columns), axis=0)
    with np.errstate(invalid="ignore"):
        is_unexpected: Mask = is_checked & breaks(*columns)
    return Outcome(is_checked, is_unexpected)


def _figures(frame: pd.DataFrame, name: str) -> Floats:
    figures: Floats = frame[name].to_numpy(np.float64, na_value=np.nan)
    return figures
