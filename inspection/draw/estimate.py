"""What the sample says of all schools: weighted estimates with intervals, per item and district.

The draw is a stratified sample without replacement, so every drawn school speaks for pool/drawn schools of its
stratum. Schools visited for another reason (a complaint, a special inspection) are not in the sample and must
not be handed in. Ratio estimates of domains, linearised variance with finite population correction, Wilson's
interval at the sample's effective size (Korn and Graubard 1998). Drawing is in `draw`, counting in `tasks`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

CONFIDENCE = 0.95
PLACES = 6
EVERYWHERE = "all"


@dataclass(frozen=True)
class Stratum:
    """A stratum of the draw: schools in its pool, schools drawn from it."""

    pool_count: int
    drawn_count: int


@dataclass(frozen=True)
class Estimate:
    """The share of schools that meet an item, in percent, with its 95 % interval.

    `answered_count` schools of the sample speak of it; `merged` names the strata of a single school that had to
    be taken together with another, since one school shows no spread.
    """

    item_code: str
    district_code: str
    answered_count: int
    rate: float
    low_rate: float
    high_rate: float
    merged: tuple[str, ...] = ()


def merged_strata(strata: Mapping[str, Stratum]) -> dict[str, str]:
    """Return for each stratum the one it is counted with: itself, or its neighbour when one school was drawn.

    A stratum drawn whole has nothing to spread and stays alone. Neighbours are taken in order of code; the
    last one joins the one before it.
    """
    found: dict[str, str] = {}
    waiting: list[str] = []
    last = ""
    for code in sorted(strata):
        waiting.append(code)
        drawn = sum(strata[member].drawn_count for member in waiting)
        if drawn > 1 or drawn >= sum(strata[member].pool_count for member in waiting):
            last = waiting[0]
            found |= dict.fromkeys(waiting, last)
            waiting = []
    return found | dict.fromkeys(waiting, last or min(strata, default=""))


def estimates(answers: pd.DataFrame, strata: Mapping[str, Stratum]) -> list[Estimate]:
    """Return an estimate for every item over all districts and in each of them, by item and district.

    Args:
        answers: one row per drawn school and item that applies to it: school_code, district_code, stratum,
            item_code, is_met.
        strata: the strata of the draw, by code.

    Items without an answer in a district have no estimate there. Rates are rounded to six decimals.
    """
    pairs = merged_strata(strata)
    merged = tuple(sorted(code for code, own in pairs.items() if list(pairs.values()).count(own) > 1))
    sizes = _sizes(strata, pairs)
    ordered = answers.assign(stratum=answers.stratum.map(pairs)).sort_values(["item_code", "school_code"])
    found = []
    for item, rows in ordered.groupby("item_code", sort=True):
        districts = [EVERYWHERE, *sorted(rows.district_code.unique())]
        for district in districts:
            own = rows if district == EVERYWHERE else rows[rows.district_code == district]
            found.append(_estimate(str(item), str(district), own, sizes, merged))
    return found


def _sizes(strata: Mapping[str, Stratum], pairs: Mapping[str, str]) -> pd.DataFrame:
    lines = [(pairs[code], one.pool_count, one.drawn_count) for code, one in strata.items()]
    frame = pd.DataFrame(lines, columns=["stratum", "pool", "drawn"])
    return frame.groupby("stratum").sum()


def _estimate(
    item: str, district: str, rows: pd.DataFrame, sizes: pd.DataFrame, merged: tuple[str, ...]
) -> Estimate:
    met = rows.is_met.to_numpy(dtype=float)
    weight = (sizes.pool / sizes.drawn).reindex(rows.stratum).to_numpy(dtype=float)
    population = weight.sum()
    rate = float((weight * met).sum() / population)
    variance = _variance(rows.stratum, (met - rate) / population, sizes)
    freedom = max(1, int(sizes.drawn.sum()) - len(sizes))
    low, high = _interval(rate, variance, len(rows), float(population), freedom)
    return Estimate(
        item_code=item,
        district_code=district,
        answered_count=len(rows),
        rate=round(100 * rate, PLACES),
        low_rate=round(100 * low, PLACES),
        high_rate=round(100 * high, PLACES),
        merged=merged,
    )


def _variance(strata: pd.Series, residual: np.ndarray, sizes: pd.DataFrame) -> float:
    """Return the linearised variance; schools outside the domain count with a residual of nought."""
    by = pd.DataFrame({"stratum": strata.to_numpy(), "sum": residual, "square": residual**2})
    sums = by.groupby("stratum")[["sum", "square"]].sum().reindex(sizes.index, fill_value=0.0)
    spread = (sums.square - sums["sum"] ** 2 / sizes.drawn) / (sizes.drawn - 1).clip(lower=1)
    return float((sizes.pool**2 * (1 - sizes.drawn / sizes.pool) * spread / sizes.drawn).sum())


def _interval(
    rate: float, variance: float, answered: int, population: float, freedom: int
) -> tuple[float, float]:
    """Return Wilson's interval for a sample worth as many independent answers as its variance says."""
    is_whole = population <= answered
    if is_whole:
        return rate, rate
    simple = answered / (1 - answered / population)
    # Where all answers agree the variance says nothing; the sample is then worth its own size.
    worth = rate * (1 - rate) / variance if variance > 0 else simple
    z = float(student.ppf((1 + CONFIDENCE) / 2, freedom))
    spread = 1 + z**2 / worth
    centre = (rate + z**2 / (2 * worth)) / spread
    half = z * np.sqrt(rate * (1 - rate) / worth + z**2 / (4 * worth**2)) / spread
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))
