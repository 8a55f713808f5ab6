"""Flips: the smallest change of one input, and of one weight, that gives a school-stage another band.

Here: these two searches. Not here: many changes at once (`fragility`). An input is moved alone, a count by
ones and anything else by hundredths, until the points of its criterion carry the total over the nearer edge; a weight is moved alone while
the others stand, and the total is rescaled to 100 as always. A veto is no small change and is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from inspection.derive.formula import Floats
from inspection.derive.indicator import Indicator, IndicatorCatalogue
from inspection.score.bound import MICRO, Bools, Bound, Ints, Texts, at_stages
from inspection.score.evidence import Spread
from inspection.score.explanation import Rows
from inspection.score.judgement import given_of
from inspection.score.rubric import CENTI, Criterion, Rubric
from inspection.score.rule import Given, Range
from inspection.score.scoring import FULL_CENTI, ScoreMatrix, half_up

_STEP = MICRO // 100
_WIDEST = 4


@dataclass(frozen=True)
class Edges:
    """The edges of each school-stage's own band in hundredths, the bands beyond them, its bonus points.

    `is_open` says where there is no band to lose.
    """

    low: Ints
    high: Ints
    below: Texts
    above: Texts
    bonus: Ints
    is_open: Bools


@dataclass(frozen=True)
class _Sums:
    gained: Ints
    worth: Ints


def input_flips(
    rubric: Rubric,
    catalogue: IndicatorCatalogue,
    laid_out: Spread,
    matrix: ScoreMatrix,
    edges: Edges,
    chosen: Bools,
) -> Rows:
    """Return, for each school-stage, the input that overturns the band with the smallest relative change.

    Columns: input_criterion_id ("" where no single input can), input_value (where the band changes),
    input_change_rate (percent of the value; 100 from a value of 0), input_band (the band then).
    """
    best = _nothing(len(matrix.points), "input", "input_value", "input_change_rate")
    sums = _sums(matrix, rubric, chosen)
    for column, criterion in enumerate(rubric.criteria):
        if criterion.is_on_site or criterion.bonus or not chosen[column]:
            continue
        indicator = catalogue.by_id[criterion.rule.indicator]
        given = given_of(criterion, laid_out)
        is_free = matrix.is_scored[:, column] & ~matrix.is_found[:, column] & given.is_known & ~edges.is_open
        is_free &= _as_judged(criterion, given, matrix.points[:, column])
        for wanted, band in _wanted(matrix, column, sums, edges):
            moved, is_found = _nearest(criterion, given, indicator, wanted=wanted, is_free=is_free)
            change = np.abs(moved - given.value)
            rate = np.round(100 * change / np.maximum(np.maximum(np.abs(given.value), change), 1), 6)
            _keep(best, is_found, rate, {"input_value": moved / MICRO, "input_band": band}, criterion.id)
    return best


def weight_flips(rubric: Rubric, matrix: ScoreMatrix, edges: Edges, chosen: Bools) -> Rows:
    """Return, for each school-stage, the weight that overturns the band with the smallest change in points.

    Columns: weight_criterion_id ("" where no single weight can), weight_change (points, away from zero to two
    decimals, negative for less weight), weight_band (the band then).
    """
    best = _nothing(len(matrix.points), "weight", "weight_change", "weight_size")
    sums = _sums(matrix, rubric, chosen)
    gained, worth = sums.gained.astype(float), sums.worth.astype(float)
    for column, criterion in enumerate(rubric.criteria):
        if criterion.bonus or not chosen[column]:
            continue
        own = np.maximum(matrix.worth[:, column], 1)
        share = matrix.points[:, column] / own
        is_free = matrix.is_scored[:, column] & ~edges.is_open
        for edge, band in ((edges.low, edges.below), (edges.high, edges.above)):
            level = (edge - edges.bonus - 0.5) / FULL_CENTI
            with np.errstate(divide="ignore", invalid="ignore"):
                change = (level * worth - gained) / (share - level)
            is_found = is_free & (band != "") & np.isfinite(change) & (change > -own) & (change != 0)
            points = np.sign(change) * (np.floor(np.round(np.abs(change), 6)) + 1) / CENTI
            told = {"weight_change": points, "weight_band": band}
            _keep(best, is_found & (-points * CENTI < own), np.abs(points), told, criterion.id)
    return {name: column for name, column in best.items() if name != "weight_size"}


def _sums(matrix: ScoreMatrix, rubric: Rubric, chosen: Bools) -> _Sums:
    base = chosen & ~np.array([criterion.bonus for criterion in rubric.criteria])
    counts = matrix.is_scored[:, base]
    gained = (matrix.points[:, base] * counts).sum(axis=1)
    return _Sums(gained, (matrix.worth[:, base] * counts).sum(axis=1))


def _wanted(
    matrix: ScoreMatrix, column: int, sums: _Sums, edges: Edges
) -> Iterator[tuple[tuple[Ints, bool], Texts]]:
    """Yield the points the criterion would have to earn to leave the band, and whether more or fewer."""
    rest = 2 * FULL_CENTI * (sums.gained - matrix.points[:, column]) + sums.worth
    down = 2 * sums.worth * (edges.low - edges.bonus) - rest
    most = np.where((edges.below != "") & (down > 0), -(-down // (2 * FULL_CENTI)) - 1, -1)
    yield (most, False), edges.below
    up = -(-(2 * sums.worth * (edges.high - edges.bonus) - rest) // (2 * FULL_CENTI))
    least = np.where((edges.above != "") & (up <= matrix.worth[:, column]), up, np.iinfo(np.int64).max)
    yield (least, True), edges.above


def _nearest(
    criterion: Criterion, given: Given, indicator: Indicator, *, wanted: tuple[Ints, bool], is_free: Bools
) -> tuple[Ints, Bools]:
    """Return the nearest value at which the criterion earns what is wanted, and where there is one."""
    nearest, is_found = given.value.copy(), np.zeros(len(given.value), bool)
    size = MICRO if indicator.is_whole else _STEP
    for step, end in zip(
        (-size, size), _ends(criterion, given, indicator.unit, is_more=wanted[1]), strict=True
    ):
        furthest = np.maximum((end - given.value) // step, 0)
        is_there = (
            is_free & (furthest > 0) & _reaches(criterion, given, given.value + step * furthest, wanted)
        )
        if not is_there.any():
            continue
        low, high = np.zeros_like(furthest), np.where(is_there, furthest, 1)
        while (high - low > 1).any():
            middle = (low + high) // 2
            is_enough = _reaches(criterion, given, given.value + step * middle, wanted)
            low, high = np.where(is_enough, low, middle), np.where(is_enough, middle, high)
        moved = given.value + step * high
        is_nearer = is_there & (~is_found | (np.abs(moved - given.value) < np.abs(nearest - given.value)))
        nearest, is_found = np.where(is_nearer, moved, nearest), is_found | is_there
    return nearest, is_found


def _reaches(criterion: Criterion, given: Given, value: Ints, wanted: tuple[Ints, bool]) -> Bools:
    points, is_more = wanted
    said = criterion.rule.judge(given.at(value))
    earned = half_up(criterion.max_centi * said.part, said.whole)
    reached: Bools = (earned >= points) if is_more else (earned <= points)
    return reached


def _ends(criterion: Criterion, given: Given, unit: str, *, is_more: bool) -> tuple[Ints, Ints]:
    """Return how far down and up the input may go: a rate to 0 and 100; for more points not beyond a range."""
    if isinstance(criterion.rule, Range) and is_more:
        rule = criterion.rule
        return at_stages(rule.at_least, given.stage), at_stages(rule.at_most, given.stage)
    if unit == "%":
        low, high = np.zeros_like(given.value), np.full_like(given.value, 100 * MICRO)
    else:
        level = max(_largest(criterion), int(np.abs(given.value).max(initial=0)))
        is_signed = (given.value < 0).any() or _is_signed(criterion)
        high = np.full_like(given.value, _WIDEST * level)
        low = -high if is_signed else np.zeros_like(high)
    return low, high


def _levels(criterion: Criterion) -> list[int]:
    found: list[int] = []
    for _, part in criterion.rule:
        for _, level in part if isinstance(part, Bound) else [("", part)]:
            if isinstance(level, dict):
                found += [int(number * MICRO) for number in level.values()]
    return found


def _largest(criterion: Criterion) -> int:
    return max([abs(level) for level in _levels(criterion)], default=MICRO)


def _is_signed(criterion: Criterion) -> bool:
    return not isinstance(criterion.rule, Range) and any(level < 0 for level in _levels(criterion))


def _as_judged(criterion: Criterion, given: Given, points: Ints) -> Bools:
    """Say where the points are those of the figure alone, with no red line beside it."""
    said = criterion.rule.judge(given)
    same: Bools = half_up(criterion.max_centi * said.part, said.whole) == points
    return same


def _nothing(count: int, prefix: str, *numbers: str) -> Rows:
    texts = {name: np.full(count, "", object) for name in (f"{prefix}_criterion_id", f"{prefix}_band")}
    return texts | {name: np.full(count, np.nan) for name in numbers}


def _keep(best: Rows, is_found: Bools, size: Floats, told: Rows, criterion_id: str) -> None:
    """Take what was found where it is smaller than what is there; on a tie the earlier criterion stays."""
    prefix = "input" if "input_value" in told else "weight"
    sizes = best["input_change_rate" if prefix == "input" else "weight_size"]
    is_better = is_found & (np.isnan(sizes) | (size < sizes))
    sizes[is_better] = size[is_better]
    for name, column in told.items():
        best[name][is_better] = column[is_better]
    best[f"{prefix}_criterion_id"][is_better] = criterion_id
