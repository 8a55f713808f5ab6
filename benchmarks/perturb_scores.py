"""Our side: the same figures judged by the rules of a rubric, and tried under the agreed perturbations.

`python -m benchmarks.perturb_scores ROWS CRITERIA PERTURBATIONS` prints how often bands stay, in percent, and
the seconds from the figures to the shares of perturbations.
"""

import sys
import time

import numpy as np
import pandas as pd

from benchmarks.scoring_inputs import BAND_EDGES, figures, rules, weights_centi
from inspection.score.fragility import band_edges, stay_counts
from inspection.score.judgement import micro
from inspection.score.perturbation import MissingPolicy, Perturbations
from inspection.score.rubric import Rubric
from inspection.score.rule import Given
from inspection.score.scoring import FULL_CENTI, Scored, ScoreMatrix, half_up


def rubric(criterion_count: int) -> Rubric:
    """Return a rubric of graded thresholds."""
    full, start = rules(criterion_count)
    criteria = [
        {
            "id": f"AA-{place:03d}",
            "clause": f"第{place + 1}条",
            "title": f"第{place + 1}项",
            "phrase": f"第{place + 1}项",
            "weight": weight / 100,
            "exam_result": False,
            "rule": {
                "kind": "threshold",
                "indicator": f"figure_{place:03d}",
                "at_least": full[place],
                "graded_from": start[place],
            },
        }
        for place, weight in enumerate(weights_centi(criterion_count).tolist())
    ]
    lows = [0.0, *BAND_EDGES]
    names = ("fail", "pass", "good", "excellent")
    bands = [
        {"band": name, "at_least": low} | ({"below": high} if high else {})
        for name, low, high in zip(names, lows, [*BAND_EDGES, None], strict=True)
    ]
    return Rubric.model_validate(
        {
            "rubric": "benchmark",
            "version": 1,
            "title": "基准",
            "document": {"title": "基准", "issuer": "基准"},
            "stages": ["primary"],
            "period": "term",
            "bands": bands,
            "criteria": criteria,
        }
    )


def judged(one: Rubric, values: np.ndarray) -> ScoreMatrix:
    """Let every rule judge its column."""
    count = len(values)
    nothing, none = np.zeros(count, np.int64), np.full(count, "", object)
    points, stages = np.zeros(values.shape, np.int64), np.full(count, "primary", object)
    is_known = ~np.isnan(values)
    worth = np.broadcast_to([c.max_centi for c in one.criteria], values.shape).astype(np.int64)
    for column, criterion in enumerate(one.criteria):
        known = is_known[:, column]
        given = Given(stages, micro(values[:, column]), known, nothing, ~known, none, nothing)
        said = criterion.rule.judge(given)
        points[:, column] = np.where(known, half_up(criterion.max_centi * said.part, said.whole), 0)
    return ScoreMatrix(nothing, points, worth, is_known, ~is_known, np.zeros(values.shape, bool))


def totals(one: Rubric, matrix: ScoreMatrix) -> pd.DataFrame:
    """Return the band of each row."""
    gained, worth = matrix.points.sum(axis=1), (matrix.worth * matrix.is_scored).sum(axis=1)
    points = half_up(gained * FULL_CENTI, np.maximum(worth, 1))
    names = np.array([band.band for band in one.bands], object)
    lows = [band.at_least_centi for band in one.bands]
    band = names[np.searchsorted(lows, points, side="right") - 1]
    return pd.DataFrame({"band": band, "points_centi": points, "is_vetoed": False})


def main(row_count: int, criterion_count: int, count: int, missing: tuple[MissingPolicy, ...]) -> None:
    """Measure and print."""
    values, one = figures(row_count, criterion_count), rubric(criterion_count)
    began = time.perf_counter()
    matrix = judged(one, values)
    found = Scored(pd.DataFrame(), totals(one, matrix), matrix)
    chosen = np.ones(criterion_count, bool)
    agreed = Perturbations(count=count, missing=missing)
    stays = stay_counts(matrix, one, agreed, band_edges(one, found, "band", chosen), chosen=chosen)
    print(f"{100 * stays.mean() / count:.1f}")
    print(f"{time.perf_counter() - began:.3f}")


if __name__ == "__main__":
    rows, criteria, perturbations, *policies = sys.argv[1:]
    main(int(rows), int(criteria), int(perturbations), tuple(policies) or ("leave-out",))  # type: ignore[arg-type]
