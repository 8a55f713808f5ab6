"""The dispersion of provision over schools weighs each school by its pupils, as the assessment's formula does."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.derive.dispersion import weighted_dispersion

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("INSPECTION_TEST_DATA", ROOT.parent / "shared" / "data"))
PUBLISHED = DATA / "cv" / "worked-example.json"
schools = st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 9000)), min_size=1, max_size=30)


@pytest.mark.skipif(not PUBLISHED.exists(), reason=f"no example at {PUBLISHED}; set INSPECTION_TEST_DATA")
def test_the_official_worked_example_comes_out_to_four_digits() -> None:
    example = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    pupils, books = (np.array(example[name], float) for name in ("students", "books"))
    found = weighted_dispersion(books / pupils, pupils)
    assert round(found, 4) == round(example["expected_cv"], 4) == 0.5153
    unweighted = weighted_dispersion(books / pupils, np.ones(len(books)))
    assert abs(unweighted - found) > 0.02


def test_two_schools_are_weighed_by_their_pupils() -> None:
    # mean = (1·10 + 3·20)/4 = 17.5; √(1/4·7.5² + 3/4·2.5²)/17.5
    found = weighted_dispersion(np.array([10.0, 20.0]), np.array([100.0, 300.0]))
    assert found == round(float(np.sqrt(7.5**2 / 4 + 3 * 2.5**2 / 4)) / 17.5, 6)


@given(schools, st.integers(2, 9))
def test_neither_the_order_of_schools_nor_the_unit_matters(told: list[tuple[int, int]], factor: int) -> None:
    pupils, amount = (np.array(column, float) for column in zip(*told, strict=True))
    found = weighted_dispersion(amount, pupils)
    assert weighted_dispersion(amount[::-1], pupils[::-1]) == pytest.approx(found, abs=2e-6)
    assert weighted_dispersion(amount * factor, pupils * factor) == pytest.approx(found, abs=2e-6)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=30))
def test_schools_that_are_equally_provided_for_do_not_differ(pupils: list[int]) -> None:
    assert weighted_dispersion(np.full(len(pupils), 4.5), np.array(pupils, float)) == pytest.approx(
        0, abs=1e-6
    )


@pytest.mark.parametrize(
    ("per_pupil", "pupils"),
    [([], []), ([1.0], [0.0]), ([0.0, 0.0], [5.0, 5.0])],
    ids=["none", "empty", "nothing"],
)
def test_what_has_no_dispersion_is_refused(per_pupil: list[float], pupils: list[float]) -> None:
    with pytest.raises(ValueError, match="a dispersion needs"):
        weighted_dispersion(np.array(per_pupil), np.array(pupils))
