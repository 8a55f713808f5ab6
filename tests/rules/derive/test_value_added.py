"""Value added: planted effects come back, few cells are drawn towards nothing, nobody is ranked."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from inspection.derive.result_students import PAIR_COUNTS
from inspection.derive.value_added import value_added

SUBJECTS = ("语文", "数学", "英语")
COLUMNS = ["school_code", "stage", "grade", "subject", *PAIR_COUNTS]


def pairs(
    effects: dict[int, float], *, grades: int = 3, pupils: int = 40, slope: float = 0.8
) -> pd.DataFrame:
    """Return sums of pairs; a school with an effect adds so many points to every pupil."""
    chance = np.random.default_rng(7)
    rows = []
    for school in range(14):
        for grade in range(4, 4 + grades):
            for subject in SUBJECTS:
                entry = np.round(chance.normal(70 + school, 10, pupils) * 100).astype(int)
                added = effects.get(school, 0.0) * 100 + chance.normal(0, 600, pupils)
                leaving = np.round(slope * entry + 1500 + added).astype(int)
                products = (entry * entry).sum(), (leaving * leaving).sum(), (entry * leaving).sum()
                sums = (pupils, entry.sum(), leaving.sum(), *products)
                rows.append((f"{school:010d}", "primary", grade, subject, *map(int, sums)))
    return pd.DataFrame(rows, columns=COLUMNS)


def test_what_a_school_adds_is_found_whatever_its_pupils_started_from() -> None:
    found = value_added(pairs({3: 6.0, 9: -6.0})).set_index("school_code")
    assert found.loc["0000000003", "place"] == "above"
    assert found.loc["0000000009", "place"] == "below"
    rest = found.drop(["0000000003", "0000000009"])
    assert rest["added"].abs().max() < 0.2 < found.loc["0000000003", "added"]
    assert not {"rank", "position", "percentile"} & set(found.columns)


def test_the_same_effect_of_few_cells_is_drawn_towards_nothing() -> None:
    whole = pairs({3: 4.0})
    few = whole[(whole["school_code"] != "0000000003") | (whole["grade"] == 4) & (whole["subject"] == "语文")]
    full, thin = (value_added(rows).set_index("school_code").loc["0000000003"] for rows in (whole, few))
    assert thin["cell_count"] == 1
    assert thin["high"] - thin["low"] > full["high"] - full["low"]


def test_effects_and_errors_are_those_of_the_library() -> None:
    whole = pairs({3: 5.0})
    found = value_added(whole)
    cells = whole.sort_values(COLUMNS[:4]).reset_index(drop=True)
    for name in ("entry", "exit"):
        by = cells.groupby(["grade", "subject"])
        count, total, squares = (
            by[column].transform("sum")
            for column in ("pair_count", f"{name}_sum_centi", f"{name}_square_sum")
        )
        mean = total / count
        own = cells[f"{name}_sum_centi"] / cells["pair_count"]
        cells[name] = (own - mean) / np.sqrt(squares / count - mean**2)
    entry = np.column_stack([np.ones(len(cells)), cells["entry"]])
    fitted = MixedLM(cells["exit"].to_numpy(), entry, groups=cells["school_code"].to_numpy()).fit(gtol=1e-10)
    effects = np.array([float(np.asarray(fitted.random_effects[code])[0]) for code in found["school_code"]])
    spreads = np.sqrt(
        [float(np.asarray(fitted.random_effects_cov[code]).ravel()[0]) for code in found["school_code"]]
    )
    assert found["added"].to_numpy() == pytest.approx(effects, abs=1e-4)
    assert (found["high"] - found["low"]).to_numpy() == pytest.approx(2 * 1.959964 * spreads, abs=1e-4)


def test_the_order_of_rows_is_no_content() -> None:
    whole = pairs({3: 5.0, 5: -3.0})
    pd.testing.assert_frame_equal(value_added(whole), value_added(whole.sample(frac=1, random_state=3)))


def test_too_few_schools_or_pupils_say_nothing() -> None:
    whole = pairs({3: 5.0})
    few = value_added(whole[whole["school_code"] < "0000000009"])
    assert set(few["place"]) == {"not-established"}
    assert value_added(pairs({}, pupils=9)).empty


def test_schools_that_do_not_differ_are_all_within() -> None:
    whole = pairs({}).assign(**{name: pairs({})[name].iloc[0] for name in PAIR_COUNTS})
    assert set(value_added(whole)["place"]) == {"within"}
