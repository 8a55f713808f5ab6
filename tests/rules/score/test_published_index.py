"""The linear rule and the weighted sum give what a published index gives at every stage (the ASEM index of COINr).

A linear rule between a lowest and a highest figure is min-max normalisation; points over weights are the
weighted arithmetic mean. Here both are carried to more decimals than scores need, with the same functions.
"""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from inspection.score.bound import MICRO, Ints
from inspection.score.judgement import micro
from inspection.score.rule import Given, Threshold
from inspection.score.scoring import half_up

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("INSPECTION_TEST_DATA", ROOT.parent / "shared" / "data")) / "coinr"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"no ASEM index at {DATA}; set INSPECTION_TEST_DATA"
)
FULL = 100 * 10**12
"""Full points, in units small enough for nine decimals."""
SPAN = 10**10
"""The unit of a figure is chosen so that lowest and highest are so many apart."""


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"ASEM_COIN_{name}.csv")


def points(values: npt.NDArray[np.float64], direction: float) -> npt.NDArray[np.object_]:
    """Score figures under the linear rule from the worst to the best of them."""
    scaled = np.round((values - values.min()) / (values.max() - values.min()) * SPAN, 6)
    worst, best = (0, SPAN) if direction > 0 else (SPAN, 0)
    edge = "at_least" if direction > 0 else "at_most"
    rule = Threshold.model_validate({"kind": "threshold", "indicator": "x", edge: best, "graded_from": worst})
    judged = rule.judge(given(micro(scaled)))
    return half_up(FULL * judged.part.astype(object), judged.whole.astype(object))


def given(values: Ints) -> Given:
    nothing, yes = np.zeros_like(values), np.ones(len(values), bool)
    none = np.full(len(values), "", object)
    return Given(none, values, yes, nothing, yes, none, nothing)


@needs_data
def test_normalisation_and_aggregation_are_those_published() -> None:
    meta, treated = table("Input.IndMeta"), table("Data.Treated")
    normalised, aggregated = table("Data.Normalised"), table("Data.Aggregated")
    weights = table("Parameters.Weights.Original").set_index("Code")["Weight"]
    found = {
        code: points(treated[code].to_numpy(float), direction)
        for code, direction in zip(meta["IndCode"], meta["Direction"], strict=True)
    }
    assert len(found) == 49
    assert furthest(found, normalised) < 1e-9
    for lower, upper in (("IndCode", "Agg1"), ("Agg1", "Agg2"), ("Agg2", "Agg3")):
        for code, members in meta.groupby(upper)[lower]:
            names = list(dict.fromkeys(members))
            worth = [round(weights[name] * MICRO) for name in names]
            gained = sum(w * found[name] for name, w in zip(names, worth, strict=True))
            found[code] = half_up(np.asarray(gained, object), np.full(len(treated), sum(worth), object))
    assert len(found) == 49 + 11
    assert furthest(found, aggregated) < 1e-9


def furthest(found: dict[str, npt.NDArray[np.object_]], published: pd.DataFrame) -> float:
    named = {code: column for code, column in found.items() if code in published}
    assert len(named) == len(found)
    return max(
        float(np.abs(column.astype(float) * 100 / FULL - published[code].to_numpy(float)).max())
        for code, column in named.items()
    )
