"""Fragility: bands that a small change would overturn are known as such, and what they say is so."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.derive.indicator import load_catalogue
from inspection.score.evidence import Evidence
from inspection.score.fragility import band_edges, fragility, stay_counts
from inspection.score.perturbation import (
    SAMPLE_LEVELS,
    Perturbations,
    missing_policies,
    sample_levels,
    weight_factors,
)
from inspection.score.rubric import Criterion, Estimated, Rubric
from inspection.score.scoring import Scored, score
from tests.rules.score.rizhao_schools import GOOD, RUBRICS, evidence, rubric

AGREED = Perturbations()
NAN = float("nan")
NEAR = {"homework_at_school_rate": 85.0}
"""With an estimate of 75.5 beside it, just above an edge of the bands."""


def firm(given_evidence: Evidence, agreed: Perturbations = AGREED, scope: str = "public") -> pd.DataFrame:
    scored = score(rubric(), given_evidence, minimum_coverage_rate=60)
    frame = fragility(rubric(), given_evidence, scored, agreed)
    return frame[frame["scope"] == scope].reset_index(drop=True)


def test_a_school_that_does_everything_well_stands_firm() -> None:
    (row,) = firm(evidence({1: {}}), scope="public").to_dict("records")
    assert (row["band"], row["stay_rate"], row["coverage_rate"]) == ("excellent", 100.0, 84.78)
    assert (row["input_criterion_id"], row["input_value"], row["input_change_rate"]) == ("RZ-02", 93.49, 6.51)
    assert row["weight_criterion_id"] == ""


def test_a_school_near_an_edge_does_not() -> None:
    (row,) = firm(evidence({1: {"homework_at_school_rate": 80.7}})).to_dict("records")
    assert row["band"] == "excellent"
    assert row["margin_centi"] < 100
    assert 40 <= row["stay_rate"] <= 70
    assert row["input_band"] == row["weight_band"] == "good"
    assert row["weight_criterion_id"] == "RZ-05"


def test_data_that_are_missing_make_a_band_unsure() -> None:
    gaps = {"exercise_minutes": NAN, "sleep_hours": NAN, "arts_and_song_rate": NAN}
    (row,) = firm(evidence({1: gaps})).to_dict("records")
    assert row["band"] == "excellent"
    assert row["stay_rate"] == 33.33


def test_where_there_is_no_band_nothing_is_said_of_it() -> None:
    (row,) = firm(evidence({1: dict.fromkeys(GOOD, NAN)})).to_dict("records")
    assert (row["band"], row["input_criterion_id"], row["weight_criterion_id"]) == ("not-established", "", "")
    assert np.isnan(row["stay_rate"])


def test_a_veto_stands_under_every_change() -> None:
    red = ((1, "primary", "RZ-02", "not-met", np.nan),)
    (row,) = firm(evidence({1: {"sleep_hours": NAN}}, findings=red)).to_dict("records")
    assert (row["band"], row["stay_rate"]) == ("fail", 100.0)
    assert row["input_criterion_id"] == row["weight_criterion_id"] == ""


def test_a_sampled_rate_moves_within_its_interval() -> None:
    near = evidence({1: {"parent_satisfaction_rate": 85.0, "homework_at_school_rate": 84.0}})
    moved = Perturbations(weights_percent=0, missing=("leave-out",))
    assert firm(near, moved)["stay_rate"].tolist() == [60.0]
    assert firm(near, moved.model_copy(update={"samples": False}))["stay_rate"].tolist() == [100.0]


def test_an_estimate_moves_within_its_own_interval() -> None:
    assert stays_with_an_estimate(72.0, 79.0) == 60.0
    assert stays_with_an_estimate(75.3, 75.7) == 100.0
    assert stays_with_an_estimate(72.0, 79.0, samples=False) == 100.0


def stays_with_an_estimate(low: float, high: float, *, samples: bool = True) -> float:
    """Return how often a band stays that rests on an estimate of 75.5, weights standing still."""
    estimated = Estimated(low="estimate_low", high="estimate_high")
    known = rubric()
    changed = {
        "criteria": tuple(
            c.model_copy(update={"estimated": estimated}) if c.id == "RZ-03" else c for c in known.criteria
        )
    }
    one = known.model_copy(update=changed)
    figures = {"class_check_pass_rate": 75.5, "estimate_low": low, "estimate_high": high}
    near = evidence({1: figures | NEAR})
    agreed = Perturbations(weights_percent=0, missing=("leave-out",), samples=samples)
    found = fragility(one, near, score(one, near, minimum_coverage_rate=60), agreed)
    return float(found.loc[found["scope"] == "public", "stay_rate"].iloc[0])


def test_a_count_is_moved_by_ones_and_anything_else_by_hundredths() -> None:
    assert smallest_loss("displaced_lesson_count") == 1
    assert smallest_loss("own_course_count") == 1
    assert smallest_loss("timetable_mismatch_count") == 1
    assert smallest_loss("group_size") == 0.01


def test_what_is_there_or_not_there_is_lost_whole() -> None:
    assert smallest_loss("course_scheme_exists", now=1.0, edge={"at_least": 1}) == -1


def smallest_loss(name: str, *, now: float = 3.0, edge: Mapping[str, int] | None = None) -> float:
    """Return how far a figure that just keeps its edge must move for all to be lost."""
    rule = {"kind": "threshold", "indicator": name} | (edge or {"at_most": 3})
    written = rubric().criteria[2].model_dump() | {"rule": rule, "weight": 100}
    one = rubric().model_copy(update={"criteria": (Criterion.model_validate(written),), "targets": ()})
    listed = load_catalogue(
        RUBRICS / "indicators.yaml", RUBRICS.parent / "sources" / "catalogue" / "figures.yaml"
    )
    whole = replace(evidence({1: {name: now}}), catalogue=listed)
    found = fragility(one, whole, score(one, whole, minimum_coverage_rate=60), AGREED)
    return round(float(found["input_value"].iloc[0]) - now, 6)


def test_no_examination_result_makes_a_public_band_unsure() -> None:
    exam = "lowest_subject_pass_rate"
    one, other = (firm(evidence({1: {exam: value, "sleep_hours": 9.0}})) for value in (75.0, 10.0))
    pd.testing.assert_frame_equal(one, other)


FIGURES = st.fixed_dictionaries(
    {
        "homework_at_school_rate": st.integers(50, 100).map(float),
        "sports_skill_rate": st.integers(60, 100).map(float),
        "sleep_hours": st.integers(80, 100).map(lambda tenths: tenths / 10),
        "class_check_pass_rate": st.integers(60, 100).map(float),
        "exercise_minutes": st.one_of(st.integers(20, 70).map(float), st.just(NAN)),
        "myopia_rate": st.integers(300, 400).map(lambda tenths: tenths / 10),
    }
)


@settings(max_examples=8, deadline=None)
@given(figures=FIGURES)
def test_the_smallest_change_of_an_input_changes_the_band_and_a_smaller_does_not(
    figures: dict[str, float],
) -> None:
    before = evidence({1: figures})
    (row,) = firm(before).to_dict("records")
    if not row["input_criterion_id"]:
        return
    name = rubric().by_id[row["input_criterion_id"]].rule.indicator
    changed = band({1: figures | {name: row["input_value"]}})
    assert changed == row["input_band"] != row["band"]
    now = before.indicators.set_index("indicator_id")["value"][name]
    nearer = row["input_value"] - np.sign(row["input_value"] - now) * 0.01
    assert band({1: figures | {name: nearer}}) == row["band"]


def band(schools: Mapping[int, Mapping[str, float]]) -> str:
    found = score(rubric(), evidence(schools), minimum_coverage_rate=60)
    return str(found.totals["public_band"].iloc[0])


@settings(max_examples=8, deadline=None)
@given(figures=FIGURES)
def test_the_smallest_change_of_a_weight_changes_the_band_and_a_smaller_does_not(
    figures: dict[str, float],
) -> None:
    (row,) = firm(evidence({1: figures})).to_dict("records")
    if not row["weight_criterion_id"]:
        return
    scored = score(rubric(), evidence({1: figures}), minimum_coverage_rate=60)
    assert reweighted(scored, row["weight_criterion_id"], row["weight_change"]) == row["weight_band"]
    less = row["weight_change"] - np.sign(row["weight_change"]) * 0.02
    assert reweighted(scored, row["weight_criterion_id"], less) == row["band"]


def reweighted(scored: Scored, criterion_id: str, change: float) -> str:
    lines = scored.lines[~scored.lines["exam_result"].astype(bool)]
    lines = lines[lines["outcome"].isin(["met", "partly", "not-met"])].set_index("criterion_id")
    shares = lines["points_centi"] / lines["max_centi"]
    weights = lines["max_centi"].astype(float)
    weights[criterion_id] += change * 100
    total = 10_000 * float((weights * shares).sum() / weights.sum())
    return rubric().band_of(int(np.floor(total + 0.5)))


@settings(max_examples=4, deadline=None)
@given(figures=st.lists(FIGURES, min_size=1, max_size=6))
def test_perturbed_totals_are_those_of_plain_arithmetic(figures: list[dict[str, float]]) -> None:
    agreed = Perturbations(
        count=50, samples=False, missing=("leave-out", "average", "lower-quarter", "nothing", "full")
    )
    whole = evidence(dict(enumerate(figures, 1)))
    scored = score(rubric(), whole, minimum_coverage_rate=60)
    chosen = np.array([not criterion.exam_result for criterion in rubric().criteria])
    edges = band_edges(rubric(), scored, "public_band", chosen)
    counts = stay_counts(scored.matrix, rubric(), agreed, edges, chosen=chosen)
    assert counts.tolist() == [
        plain_stays(rubric(), scored, agreed, chosen, row) for row in range(len(counts))
    ]


def plain_stays(one: Rubric, scored: Scored, agreed: Perturbations, chosen: np.ndarray, row: int) -> int:
    matrix, factors = scored.matrix, weight_factors(agreed, [criterion.id for criterion in one.criteria])
    stays = 0
    for point in range(agreed.count):
        policy = agreed.missing[int(missing_policies(agreed)[point])]
        gained = worth = 0
        for column in np.flatnonzero(chosen):
            factor, full = int(factors[point, column]), int(matrix.worth[row, column])
            if matrix.is_scored[row, column]:
                gained, worth = gained + factor * int(matrix.points[row, column]), worth + factor * full
            elif matrix.is_missing[row, column] and policy != "leave-out":
                known = sorted(matrix.points[matrix.is_scored[:, column], column].tolist())
                worth += factor * full
                gained += factor * taken(policy, known, full)
        points = (2 * 10_000 * gained + worth) // (2 * worth) if worth else 0
        stays += one.band_of(points) == scored.totals["public_band"].iloc[row]
    return stays


def taken(policy: str, known: list[int], full: int) -> int:
    if policy in {"nothing", "full"} or not known:
        return full if policy == "full" else 0
    average = (2 * sum(known) + len(known)) // (2 * len(known))
    return average if policy == "average" else known[len(known) // 4]


def test_design_points_are_level_and_the_same_everywhere() -> None:
    ids = ["RZ-01", "RZ-02"]
    factors = weight_factors(AGREED, ids)
    assert factors.shape == (300, 2)
    assert (factors.min(), factors.max()) == (801, 1199)
    assert factors.mean(axis=0).round(1).tolist() == [1000.0, 1000.0]
    assert weight_factors(AGREED, ids[::-1])[:, ::-1].tolist() == factors.tolist()
    assert factors[:4, 0].tolist() == [977, 955, 873, 899]
    assert np.bincount(sample_levels(AGREED, "RZ-12")).tolist() == [60] * len(SAMPLE_LEVELS)
    assert np.bincount(missing_policies(AGREED)).tolist() == [100] * 3


@settings(max_examples=4, deadline=None)
@given(order=st.permutations(range(4)))
def test_the_order_of_rows_is_no_content(order: list[int]) -> None:
    whole = evidence({1: {"sleep_hours": 9.4}, 2: {"myopia_rate": 35.1}, 3: {"exercise_minutes": NAN}, 4: {}})
    turned = replace(whole, schools=whole.schools.iloc[order], indicators=whole.indicators[::-1])
    pd.testing.assert_frame_equal(firm(whole), firm(turned))
