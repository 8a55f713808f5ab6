"""What both sides of the scoring benchmark start from: figures of many school-stages under many criteria, seeded."""

import numpy as np
import numpy.typing as npt

SEED = 20260701
BAND_EDGES = (60.0, 80.0, 90.0)


def figures(row_count: int, criterion_count: int) -> npt.NDArray[np.float64]:
    """Return a figure of 0..100 with one decimal for each school-stage and criterion; NaN where missing (4 %)."""
    chance = np.random.default_rng(SEED)
    level = chance.normal(0, 4, (row_count, 1))
    values = np.clip(np.round(chance.normal(88, 9, (row_count, criterion_count)) + level, 1), 0, 100)
    values[chance.random(values.shape) < 0.04] = np.nan
    return values


def rules(criterion_count: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the level at which a criterion earns everything, and where it begins to earn."""
    place = np.arange(criterion_count)
    return 80.0 + place % 16, 60.0 + place % 12


def weights_centi(criterion_count: int) -> npt.NDArray[np.int64]:
    """Return weights in hundredths of a point; they sum to 100 points."""
    weights = np.full(criterion_count, 10_000 // criterion_count, np.int64)
    weights[: 10_000 - weights.sum()] += 1
    return weights
