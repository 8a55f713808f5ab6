"""Place among like schools 同类学校中的位置: below, within or above what is expected of schools like it; no rank.

Here: which schools are like one, and the interval expected of them. Not here: points (`scoring`). Like are
school-stages of one stage, size, location and age; a group too small is widened in the agreed order. A school
never counts among its own peers.

A rate with a denominator is beta-binomial: like schools give mean and spread (from their counts, by analysis
of variance), and the interval is that of a school of so many persons among them, so that a rate of few persons
is held against a wide one; `shrunk` is the rate moved towards its peers by as much as few persons leave open.
Other figures are held against the interval in which the next like school would lie.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from inspection.derive.formula import Floats
from inspection.derive.indicator import PLACES, IndicatorCatalogue, LikeSchools, school_stages
from inspection.school_stage import KEY
from inspection.score.bound import Bools, Ints, Texts
from inspection.score.judgement import NEAR_FULL_RATE

PLACE_WORDS = {"below": "低于", "within": "处于", "above": "高于", "not-established": "未评定"}
SIZE_WORDS = ("规模较小", "规模中等", "规模较大")
LOCATION_WORDS = {"urban": "城区", "town": "镇区", "rural": "乡村"}
COLUMNS = [
    *KEY,
    *("indicator_id", "exam_result", "place", "peers", "peer_count", "value", "shrunk", "low", "high"),
]
_LOW, _HIGH = 0.025, 0.975
_LEAST_SPREAD, _MOST_SPREAD = 1e-6, 0.999
_LEAST_SHAPE = 0.5


def places(
    catalogue: IndicatorCatalogue, schools: pd.DataFrame, indicators: pd.DataFrame, known_before: set[str]
) -> pd.DataFrame:
    """Return the place of every figure among like schools, in the columns of `COLUMNS`, sorted.

    `indicators` is the long frame of `indicator.derive`; `known_before` holds the codes of schools that were
    on record a year before (empty: nothing is known, no school counts as new). Figures that are missing have
    no row; with fewer peers than agreed in every group the place is not-established.
    """
    keys = school_stages(schools)
    like = _likeness(catalogue.like_schools, keys, schools, known_before)
    groups = list(_groups(catalogue.like_schools, like))
    frames = []
    for name, rows in indicators[indicators["value"].notna()].groupby("indicator_id"):
        indicator = catalogue.by_id[str(name)]
        placed = keys.merge(rows[[*KEY, "value", "denominator"]], on=KEY, how="left", sort=False)
        told = _placed(placed, groups, catalogue.like_schools.minimum_count, unit=indicator.unit)
        told = told.assign(indicator_id=str(name), exam_result=indicator.exam_result)
        frames.append(told[told["value"].notna()])
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    whole = pd.concat(frames, ignore_index=True)[COLUMNS]
    return whole.sort_values([*KEY, "indicator_id"], kind="stable", ignore_index=True)


@dataclass(frozen=True)
class _Group:
    """One way of grouping: the group of each school-stage, and what a group is called."""

    of: Ints
    words: Texts


def _likeness(
    like: LikeSchools, keys: pd.DataFrame, schools: pd.DataFrame, known_before: set[str]
) -> dict[str, Texts]:
    about = schools.drop_duplicates("school_code").set_index("school_code")
    known = about.reindex(keys["school_code"])
    nothing = pd.Series(np.nan, index=known.index)
    count = pd.to_numeric(known.get("student_count", nothing), errors="coerce").to_numpy(float)
    size = np.array(SIZE_WORDS, object)[np.searchsorted(like.size_edges, count, side="right")]
    location = known.get("location", nothing).map(LOCATION_WORDS).fillna("").to_numpy(object)
    is_new = ~keys["school_code"].isin(known_before).to_numpy() & bool(known_before)
    return {
        "stage": keys["stage"].to_numpy(object),
        "size": np.where(np.isnan(count), "", size).astype(object),
        "location": location,
        "age": np.where(is_new, "新建", "").astype(object),
    }


def _groups(like: LikeSchools, told: dict[str, Texts]) -> Iterator[_Group]:
    """Yield the groupings from the closest likeness to the widest, which is the stage alone."""
    for kept in range(len(like.by), -1, -1):
        names = ["stage", *like.by[:kept]]
        joined = pd.Series(["／".join(part) for part in zip(*(told[n] for n in names), strict=True)])
        codes, _ = pd.factorize(joined, sort=True)
        words = ["".join(part) or "同学段" for part in zip(*(told[n] for n in names[1:]), strict=True)]
        yield _Group(codes.astype(np.int64), np.array(words or ["同学段"] * len(codes), object))


def _placed(rows: pd.DataFrame, groups: list[_Group], minimum: int, *, unit: str) -> pd.DataFrame:
    value, count = (rows[name].to_numpy(float) for name in ("value", "denominator"))
    is_rate = unit == "%"
    is_counted = is_rate & (count > 0) & (value >= 0) & (value <= 100)
    found = rows[KEY].assign(place="not-established", peers="", peer_count=0, value=value, shrunk=value)
    found = found.assign(low=np.nan, high=np.nan)
    is_open = ~np.isnan(value)
    count = np.where(is_counted, count, np.nan)
    for group in groups:
        for is_kind, expected in ((is_counted, _of_rates), (~is_counted, _of_figures)):
            is_in = is_kind & ~np.isnan(value)
            peers, shrunk, low, high = expected(group.of, value, count, is_in)
            now = is_open & is_in & (peers >= minimum)
            leeway = 100 / count if expected is _of_rates else np.zeros(len(count))
            place = _words(
                value, low - leeway, high + leeway, is_near_full=is_rate & (value >= NEAR_FULL_RATE)
            )
            for name, column in zip(
                ("place", "peers", "peer_count", "shrunk", "low", "high"),
                (place, group.words, peers, shrunk, low, high),
                strict=True,
            ):
                found.loc[now, name] = column[now]
            is_open &= ~now
    return found


def _words(value: Floats, low: Floats, high: Floats, *, is_near_full: Bools) -> Texts:
    """Return the word for each figure; the ends leave room for one person, who sets no school apart.

    A school's own word that nearly all is well puts it nowhere above others.
    """
    is_above = (value > high) & ~is_near_full
    return np.select([value < low, is_above], ["below", "above"], "within").astype(object)


_Expected = tuple[Ints, Floats, Floats, Floats]


def _of_rates(group: Ints, value: Floats, count: Floats, is_in: Bools) -> _Expected:
    """Return peers, the shrunk rate and the interval of the rates of like schools, each without the school."""
    rate: Floats = np.where(is_in, value / 100, 0.0)
    size: Floats = np.where(is_in, count, 0.0)
    others = [_others(group, part) for part in (_ones(is_in), size, size * rate, size * rate**2, size**2)]
    peers, total, cases, squares, sizes = others
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = cases / total
        between = np.maximum(squares - cases**2 / total, 0) / (peers - 1)
        within = np.maximum(cases - squares, 0) / (total - peers)
        typical = (total - sizes / total) / (peers - 1)
        spread = (between - within) / (between + (typical - 1) * within)
    spread = np.clip(np.nan_to_num(spread, nan=_LEAST_SPREAD), _LEAST_SPREAD, _MOST_SPREAD)
    # Where all others are alike nothing is known but that a case, or a miss, is rare: half a one is allowed for.
    mean = np.where((cases > 0) & (cases < total), np.nan_to_num(mean), (cases + 0.5) / (total + 1))
    worth = 1 / spread - 1
    shrunk = (size * rate + worth * mean) / (size + worth)
    # A beta distribution with the variance of the beta-binomial rate, the peers' mean being an estimate too.
    is_inside = (mean > 0) & (mean < 1) & (size > 0)
    told = np.where(is_inside, size, 1.0) / ((1 + np.maximum(size - 1, 0) * spread) * (1 + 1 / _many(peers)))
    total_shape = np.maximum(told - 1, _LEAST_SHAPE)
    shape = np.where(is_inside, total_shape * mean, 1.0), np.where(is_inside, total_shape * (1 - mean), 1.0)
    low, high = (np.where(is_inside, special.betaincinv(*shape, q), mean) for q in (_LOW, _HIGH))
    return peers.astype(np.int64), _rounded(100 * shrunk), _rounded(100 * low), _rounded(100 * high)


def _of_figures(group: Ints, value: Floats, count: Floats, is_in: Bools) -> _Expected:
    """Return peers, the figure and the interval in which one more like school would lie."""
    del count
    figure: Floats = np.where(is_in, value, 0.0)
    peers, total, squares = (_others(group, part) for part in (_ones(is_in), figure, figure**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / peers
        spread = np.sqrt(np.maximum(squares - total * mean, 0) / (peers - 1) * (1 + 1 / peers))
        half = special.stdtrit(np.maximum(peers - 1, 1), _HIGH) * spread
    return peers.astype(np.int64), _rounded(figure), _rounded(mean - half), _rounded(mean + half)


def _ones(is_in: Bools) -> Floats:
    return is_in.astype(np.float64)


def _many(peers: Floats) -> Floats:
    return np.maximum(peers, 1.0)


def _rounded(part: Floats) -> Floats:
    rounded: Floats = np.round(part, PLACES)
    return rounded


def _others(group: Ints, part: Floats) -> Floats:
    """Return the sum over the group, the school itself left out."""
    sums: Floats = np.bincount(group, weights=part)[group] - part
    return sums
