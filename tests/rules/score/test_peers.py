"""Place among like schools: three words, small numbers shrunk, nobody ranked."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from inspection.derive.indicator import COLUMNS, IndicatorCatalogue
from inspection.score.peers import places

CATALOGUE = IndicatorCatalogue.model_validate(
    {
        "catalogue": "sample",
        "title": "例",
        "indicators": [
            {
                "id": name,
                "title": name,
                "unit": unit,
                "data_set": "d",
                "formula": {"kind": "column", "column": name},
            }
            for name, unit in (("good_rate", "%"), ("sleep_hours", "小时"))
        ],
    }
)


def code(number: int) -> str:
    return f"{number:010d}"


def city(count: int, location: str = "urban", student_count: int = 800) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "school_code": [code(number) for number in range(count)],
            "stages": "primary",
            "location": location,
            "student_count": student_count,
        }
    )


def figures(values: list[float], counts: list[float], name: str = "good_rate") -> pd.DataFrame:
    rows = [
        (code(number), "primary", name, value, np.nan, count, "", "d")
        for number, (value, count) in enumerate(zip(values, counts, strict=True))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def words(values: list[float], counts: list[float], name: str = "good_rate") -> list[str]:
    found = places(CATALOGUE, city(len(values)), figures(values, counts, name), set())
    return [str(word) for word in found["place"]]


LIKE = [48.0, 49.0, 50.0, 50.0, 51.0, 52.0, 47.0, 53.0, 50.0, 50.0, 49.0, 51.0]


def test_a_school_far_from_its_peers_is_above_or_below() -> None:
    assert words([*LIKE, 70.0], [500.0] * 13)[-1] == "above"
    assert words([*LIKE, 30.0], [500.0] * 13)[-1] == "below"
    assert words([*LIKE, 50.5], [500.0] * 13)[-1] == "within"


def test_the_same_rate_of_a_few_persons_is_within() -> None:
    assert words([*LIKE, 70.0], [500.0] * 12 + [10.0])[-1] == "within"


def test_one_pupil_does_not_set_a_small_school_apart_where_all_others_are_alike() -> None:
    assert words([*[100.0] * 12, 95.0], [20.0] * 13)[-1] == "within"
    assert words([*[0.0] * 12, 5.0], [20.0] * 13)[-1] == "within"
    assert words([*[100.0] * 12, 90.0], [200.0] * 13)[-1] == "below"


def test_fewer_than_ten_like_schools_say_nothing() -> None:
    assert set(words([*LIKE[:9], 90.0], [500.0] * 10)) == {"not-established"}
    assert set(words([*LIKE[:10], 90.0], [500.0] * 11)) == {"within", "above"}


def test_a_group_too_small_is_widened_to_the_stage() -> None:
    schools = city(13)
    schools.loc[12, "location"] = "rural"
    found = places(CATALOGUE, schools, figures([*LIKE, 70.0], [500.0] * 13), set())
    assert found["peers"].tolist() == ["城区规模中等"] * 12 + ["同学段"]
    assert found["peer_count"].tolist() == [11] * 12 + [12]


def test_new_schools_are_held_against_new_schools() -> None:
    schools = city(24)
    values = [50.0 + number % 3 for number in range(12)] + [30.0 + number % 3 for number in range(12)]
    known = {code(number) for number in range(12)}
    found = places(CATALOGUE, schools, figures(values, [500.0] * 24), known)
    assert set(found["peers"]) == {"城区规模中等", "城区规模中等新建"}
    assert set(found["place"]) == {"within"}


def test_nearly_all_by_its_own_word_puts_a_school_above_nobody() -> None:
    assert words([*LIKE, 99.5], [500.0] * 13)[-1] == "within"
    assert words([*LIKE, 98.0], [500.0] * 13)[-1] == "above"


def test_figures_without_a_denominator_are_held_against_the_next_school() -> None:
    hours = [9.0, 9.1, 9.2, 9.0, 9.1, 9.2, 9.0, 9.1, 9.2, 9.1, 9.1]
    nothing = [float("nan")] * 12
    assert words([*hours, 10.5], nothing, "sleep_hours")[-1] == "above"
    assert words([*hours, 9.25], nothing, "sleep_hours")[-1] == "within"


def test_missing_figures_have_no_place() -> None:
    found = places(CATALOGUE, city(13), figures([*LIKE, float("nan")], [500.0] * 13), set())
    assert len(found) == 12


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(13)), st.floats(0, 100))
def test_the_order_of_schools_is_no_content(order: list[int], last: float) -> None:
    values = figures([*LIKE, last], [500.0 + number for number in range(13)])
    one = places(CATALOGUE, city(13), values, set())
    other = places(CATALOGUE, city(13).iloc[order], values.iloc[order], set())
    pd.testing.assert_frame_equal(one, other)
    assert not {"rank", "percentile", "position"} & set(one.columns)


def test_the_expected_interval_is_that_of_a_beta_distribution_of_the_others() -> None:
    """Equal denominators, so that mean and spread are those of a textbook's analysis of variance."""
    count, rates = 200.0, np.array(LIKE[:11])
    found = places(CATALOGUE, city(12), figures([*rates, 60.0], [count] * 12), set()).iloc[-1]
    share = rates / 100
    between = count * share.var(ddof=1)
    within = (count * share * (1 - share)).sum() / (11 * (count - 1))
    spread = max((between - within) / (between + (count - 1) * within), 1e-6)
    worth, mean = 1 / spread - 1, share.mean()
    assert found["shrunk"] == pytest.approx(100 * (count * 0.6 + worth * mean) / (count + worth), abs=1e-5)
    variance = mean * (1 - mean) / count * (1 + (count - 1) * spread) * (1 + 1 / 11)
    shape = mean * (1 - mean) / variance - 1
    ends = beta.ppf([0.025, 0.975], shape * mean, shape * (1 - mean)) * 100
    assert [found["low"], found["high"]] == pytest.approx(ends, abs=1e-5)
