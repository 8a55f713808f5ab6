"""Own trend: four words over a school's own terms, and no word for what chance would give."""

import numpy as np
import pandas as pd
import pytest

from inspection.derive.indicator import COLUMNS
from inspection.score.trend import own_trends
from tests.rules.score.test_peers import CATALOGUE, code

NAN = float("nan")


def term(value: float, count: float, name: str) -> pd.DataFrame:
    row = (code(1), "primary", name, value, np.nan, count, "", "d")
    return pd.DataFrame([row], columns=COLUMNS)


def trend(values: list[float], *, count: float = 2000.0, name: str = "good_rate") -> str:
    terms = {f"{2020 + year}-2": term(value, count, name) for year, value in enumerate(values)}
    found = own_trends(CATALOGUE, terms)
    return str(found["trend"].iloc[0]) if len(found) else ""


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ([50.0, 56.0, 62.0], "rising"),
        ([50.0, 56.0, 56.1], "rising"),
        ([62.0, 56.0, 50.0], "falling"),
        ([50.0, 51.0, 50.0], "steady"),
        ([50.0, 60.0, 52.0], "uneven"),
        ([50.0, 52.5, 55.0], "rising"),
        ([50.0, NAN, 60.0], "rising"),
        ([NAN, 50.0, 60.0], "rising"),
        ([NAN, NAN, 60.0], ""),
        ([50.0, 60.0, NAN], ""),
        ([60.0], ""),
    ],
)
def test_a_trend_is_told_in_one_word(values: list[float], word: str) -> None:
    assert trend(values) == word


def test_the_same_change_among_few_persons_is_none() -> None:
    assert trend([50.0, 60.0], count=2000.0) == "rising"
    assert trend([50.0, 60.0], count=30.0) == "steady"


def test_figures_without_a_denominator_change_as_they_stand() -> None:
    assert trend([9.0, 9.2], count=NAN, name="sleep_hours") == "rising"


def test_first_last_and_change_stand_beside_the_word() -> None:
    terms = {"2024-2": term(48.0, 900.0, "good_rate"), "2025-2": term(55.5, 900.0, "good_rate")}
    (row,) = own_trends(CATALOGUE, terms).to_dict("records")
    assert (row["term_count"], row["first_value"], row["last_value"], row["change"]) == (2, 48.0, 55.5, 7.5)
    assert own_trends(CATALOGUE, {}).empty
