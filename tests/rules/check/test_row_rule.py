"""Rules over rows are arithmetic: what is looked at, what breaks them, and when they may run together."""

import copy

import numpy as np
import pandas as pd
import pytest

from inspection.check.row_rule import (
    Codes,
    between,
    can_run,
    change_is_plausible,
    given,
    in_list,
    in_order,
    is_known,
    parts_make_whole,
    rate_makes_number,
)

NAN = np.nan


def broken(outcome) -> list[int]:
    return outcome.is_unexpected.nonzero()[0].tolist()


def test_bounds_are_included_and_missing_cells_left_alone() -> None:
    frame = pd.DataFrame({"a": [0, 100, -0.1, 100.1, NAN]})
    outcome = between(frame, {"column": "a", "min_value": 0, "max_value": 100})
    assert broken(outcome) == [2, 3]
    assert outcome.is_checked.tolist() == [True] * 4 + [False]


def test_a_missing_cell_breaks_the_rule_that_asks_for_one() -> None:
    assert broken(given(pd.DataFrame({"a": [1, NAN]}), {"column": "a"})) == [1]


def test_codes_are_looked_up_and_missing_ones_left_alone() -> None:
    frame = pd.DataFrame({"a": ["1", "2", None]})
    assert broken(in_list(frame, {"column": "a", "value_set": Codes(["1"])})) == [1]
    assert broken(in_list(frame, {"column": "a", "value_set": Codes([])})) == [0, 1]


def test_codes_go_by_their_digest_and_are_never_copied() -> None:
    codes = Codes(["2", "1"])
    assert codes == Codes(["1", "2", "1"])
    assert len(codes) == 64
    assert copy.deepcopy({"a": codes})["a"] is codes


def test_a_part_is_not_more_than_its_whole() -> None:
    frame = pd.DataFrame({"a": [5, 5, NAN], "b": [5, 6, 9]})
    assert broken(in_order(frame, {"column_A": "a", "column_B": "b"})) == [1]


def test_parts_make_the_whole() -> None:
    frame = pd.DataFrame({"a": [0.1, 2], "b": [0.2, 2], "c": [0.3, 5]})
    assert broken(parts_make_whole(frame, {"column_list": ["a", "b", "c"]})) == [1]


def test_rate_times_count_is_the_number_within_the_decimals_shown() -> None:
    frame = pd.DataFrame(
        {"rate": [33.3, 33.4, 50, 0, 0, NAN], "count": [3, 3, 0, 0, 0, 3], "number": [1, 1, 0, 0, 1, 3]}
    )
    told = {"column_list": ["rate", "count", "number"]}
    assert broken(rate_makes_number(frame, told)) == [1, 4]
    assert broken(rate_makes_number(frame, {**told, "tolerance_pp": 0.5})) == [4]


def test_a_change_is_held_against_the_last_term() -> None:
    frame = pd.DataFrame({"a": [150, 151, 49, 300, 9], "earlier:x.a": [100, 100, 100, NAN, 2]})
    told = {"column": "a", "earlier": "x.a", "maximum_change_rate": 50, "least_count": 10}
    assert broken(change_is_plausible(frame, told)) == [1, 2]


def test_a_rate_changes_by_percentage_points() -> None:
    frame = pd.DataFrame({"a": [90.0, 91.0], "earlier:x.a": [60.0, 60.0]})
    assert broken(change_is_plausible(frame, {"column": "a", "earlier": "x.a", "maximum_change_pp": 30})) == [
        1
    ]


def test_without_an_earlier_term_nothing_is_looked_at() -> None:
    outcome = change_is_plausible(pd.DataFrame({"a": [1.0]}), {"column": "a", "earlier": "x.a"})
    assert not outcome.is_checked.any()


PAIR = "expect_column_pair_values_a_to_be_greater_than_b"


@pytest.mark.parametrize(
    ("kind", "kwargs", "is_shared"),
    [
        ("expect_column_values_to_be_between", {"column": "a", "min_value": 0}, True),
        ("expect_column_values_to_be_between", {"column": "a", "min_value": 0, "strict_min": True}, False),
        ("expect_column_values_to_be_between", {"column": "a", "min_value": "2026-01-01"}, False),
        ("expect_column_values_to_be_in_set", {"column": "a", "value_set": ["x"]}, False),
        ("expect_column_values_to_match_regex", {"column": "a", "regex": "x"}, False),
        (PAIR, {"column_A": "a", "column_B": "b", "or_equal": True}, False),
        (PAIR, {"column_A": "a", "column_B": "b", "ignore_row_if": "either_value_is_missing"}, False),
    ],
)
def test_only_rules_that_mean_the_same_run_together(kind: str, kwargs: dict, is_shared: bool) -> None:
    assert is_known(kind, kwargs) is is_shared


def test_a_comparison_needs_figures() -> None:
    frame = pd.DataFrame({"a": ["1"], "b": [1.0]})
    assert not can_run("expect_column_values_to_be_between", {"column": "a"}, frame)
    assert not can_run("expect_column_values_to_be_between", {"column": "c"}, frame)
    assert can_run("expect_column_values_to_not_be_null", {"column": "a"}, frame)
