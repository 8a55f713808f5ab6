"""What the sample says of all schools: weights, corrections, merged strata, hand-checked figures."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.draw.estimate import EVERYWHERE, Estimate, Stratum, estimates, merged_strata


def answers(*rows: tuple[str, str, bool], district: str = "371102") -> pd.DataFrame:
    """Return answers on one item: school, stratum, met."""
    return pd.DataFrame(
        [(school, district, stratum, "RZ-02", met) for school, stratum, met in rows],
        columns=["school_code", "district_code", "stratum", "item_code", "is_met"],
    )


def of_all(found: list[Estimate]) -> Estimate:
    return next(one for one in found if one.district_code == EVERYWHERE)


def test_every_school_speaks_for_those_of_its_stratum() -> None:
    # 10 × 1/2 of the first stratum and 30 × 0/2 of the second: 5 of 40 schools.
    sample = answers(("1", "s01", True), ("2", "s01", False), ("3", "s02", False), ("4", "s02", False))
    found = of_all(estimates(sample, {"s01": Stratum(10, 2), "s02": Stratum(30, 2)}))
    assert (found.rate, found.answered_count) == (12.5, 4)
    assert found.low_rate < 12.5 < found.high_rate


def test_where_every_school_was_visited_there_is_nothing_to_guess() -> None:
    sample = answers(("1", "s01", True), ("2", "s01", False), ("3", "s01", True), ("4", "s01", True))
    found = of_all(estimates(sample, {"s01": Stratum(4, 4)}))
    assert (found.low_rate, found.rate, found.high_rate) == (75.0, 75.0, 75.0)


def test_agreement_of_all_schools_is_no_certainty() -> None:
    sample = answers(*((str(n), "s01", True) for n in range(8)))
    found = of_all(estimates(sample, {"s01": Stratum(80, 8)}))
    assert (found.rate, found.high_rate) == (100.0, 100.0)
    assert 50 < found.low_rate < 90


def test_a_district_is_estimated_from_its_own_schools() -> None:
    sample = pd.concat(
        [
            answers(("1", "s01", True), ("2", "s01", True)),
            answers(("3", "s01", False), ("4", "s01", False), district="371103"),
        ]
    )
    found = {one.district_code: one.rate for one in estimates(sample, {"s01": Stratum(20, 4)})}
    assert found == {EVERYWHERE: 50.0, "371102": 100.0, "371103": 0.0}


def test_an_item_that_applies_to_some_schools_only_is_a_share_of_those() -> None:
    sample = answers(
        ("1", "s01", True), ("2", "s01", False)
    )  # two more were drawn, to whom it does not apply
    found = of_all(estimates(sample, {"s01": Stratum(40, 4)}))
    assert (found.rate, found.answered_count) == (50.0, 2)


@pytest.mark.parametrize(
    ("strata", "merged"),
    [
        ({"s01": Stratum(9, 3), "s02": Stratum(5, 1), "s03": Stratum(6, 2)}, {"s02": "s02", "s03": "s02"}),
        ({"s01": Stratum(9, 3), "s02": Stratum(5, 1)}, {"s01": "s01", "s02": "s01"}),
        ({"s01": Stratum(1, 1), "s02": Stratum(5, 2)}, {}),
        ({"s01": Stratum(5, 1)}, {}),
    ],
    ids=["with the next", "the last with the one before", "drawn whole stays alone", "alone"],
)
def test_a_stratum_of_one_drawn_school_is_counted_with_its_neighbour_and_said_so(
    strata: dict[str, Stratum], merged: dict[str, str]
) -> None:
    found = merged_strata(strata)
    assert {code: own for code, own in found.items() if list(found.values()).count(own) > 1} == merged
    assert set(found) == set(strata)


def test_merged_strata_are_named_with_the_estimate() -> None:
    sample = answers(("1", "s01", True), ("2", "s02", False), ("3", "s02", True))
    found = of_all(estimates(sample, {"s01": Stratum(5, 1), "s02": Stratum(8, 2)}))
    assert found.merged == ("s01", "s02")


@given(
    st.lists(st.tuples(st.sampled_from(["s01", "s02"]), st.booleans()), min_size=1, max_size=12), st.randoms()
)
def test_the_order_of_answers_does_not_matter_and_the_interval_holds_the_rate(
    given_answers: list[tuple[str, bool]], shuffler: object
) -> None:
    rows = [(str(n), stratum, met) for n, (stratum, met) in enumerate(given_answers)]
    strata = {"s01": Stratum(40, 12), "s02": Stratum(25, 12)}
    found = estimates(answers(*rows), strata)
    shuffler.shuffle(rows)  # type: ignore[attr-defined]
    assert estimates(answers(*rows), strata) == found
    assert all(0 <= one.low_rate <= one.rate <= one.high_rate <= 100 for one in found)
