"""Fragility: how firmly a band stands, so that nothing is decided on what a small change would overturn.

Here: the share of agreed perturbations in which a band stays, and the table of all that is known about it.
Not here: which perturbations are agreed (`perturbation`), the smallest change that overturns a band (`flip`),
what follows from fragility (`measure`). Everything is sums of integers in matrices: a band is kept where a
sum over criteria has a sign, and sums of integers below 2**53 are exact in any order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from inspection.derive.formula import Floats
from inspection.school_stage import KEY
from inspection.score.bound import Bools, Ints, Texts
from inspection.score.evidence import Evidence, Spread, spread
from inspection.score.flip import Edges, input_flips, weight_flips
from inspection.score.judgement import NOT_ESTABLISHED, given_of, interval_of, is_thin, micro
from inspection.score.perturbation import (
    SAMPLE_LEVELS,
    MissingPolicy,
    Perturbations,
    missing_policies,
    sample_levels,
    weight_factors,
)
from inspection.score.rubric import Criterion, Rubric
from inspection.score.scoring import FULL_CENTI, Scored, ScoreMatrix, half_up

SCOPES = {"internal": "band", "public": "public_band"}
"""Both bands of a school-stage, and the column of `Scored.totals` each stands in."""

_OUT_OF_REACH = 100 * FULL_CENTI
_ROWS_AT_ONCE = 2048
_MIDDLE = SAMPLE_LEVELS.index(0.0)


@dataclass(frozen=True)
class Shifted:
    """The points of one criterion that rests on a sample or an estimate, at each level of its interval (a column a level).

    `is_astride` says where it is not established because the interval spans the level: there the points of
    the interval are better than what others earn.
    """

    column: int
    points: Ints
    is_astride: Bools


@dataclass(frozen=True)
class _Columns:
    """The columns that are multiplied with weights: one for a criterion, one for each level of one with an interval."""

    still: Ints
    moved: tuple[Shifted, ...]

    def under(self, matrix: ScoreMatrix, rows: slice, instead: Ints | None) -> tuple[Floats, Floats]:
        """Return points and worth of some rows, with what missing data earn `instead`; None leaves them out."""
        own = [self.still, *(np.full(len(SAMPLE_LEVELS), shift.column) for shift in self.moved)]
        wide = np.concatenate(own).astype(np.int64)
        is_scored = matrix.is_scored[rows][:, wide]
        gained = [matrix.points[rows][:, self.still], *(shift.points[rows] for shift in self.moved)]
        points = np.concatenate(gained, axis=1) * is_scored
        is_counted = is_scored
        if instead is not None:
            is_missing = matrix.is_missing[rows][:, wide]
            points = np.where(is_missing, instead[matrix.stage_place[rows]][:, wide], points)
            is_counted = is_scored | is_missing
            for place, shift in enumerate(self.moved):
                first = len(self.still) + place * len(SAMPLE_LEVELS)
                levels = points[:, first : first + len(SAMPLE_LEVELS)]
                levels[shift.is_astride[rows]] = shift.points[rows][shift.is_astride[rows]]
        return points.astype(float), (matrix.worth[rows][:, wide] * is_counted).astype(float)


def fragility(rubric: Rubric, evidence: Evidence, scored: Scored, agreed: Perturbations) -> pd.DataFrame:
    """Return how firmly each band stands: one row for each school-stage and scope, sorted.

    Columns: school_code, stage, scope (internal, public), band, coverage_rate, margin_centi (points to the
    nearest edge), stay_rate (percent of perturbations in which the band stays; NaN where there is no band),
    then the smallest change of one input (`input_*`) and of one weight (`weight_*`, points) that changes the
    band: criterion_id "" where no single one does.
    """
    laid_out = spread(evidence, rubric.stages)
    shifts = tuple(_shifts(rubric, laid_out, scored.matrix)) if agreed.samples else ()
    frames = []
    for scope, band_column in SCOPES.items():
        chosen = np.array([scope == "internal" or not c.exam_result for c in rubric.criteria])
        edges = band_edges(rubric, scored, band_column, chosen)
        stays = stay_counts(scored.matrix, rubric, agreed, edges, chosen=chosen, shifts=shifts)
        frame = scored.totals[KEY].assign(
            scope=scope,
            band=scored.totals[band_column],
            coverage_rate=scored.totals[_beside(scope, "coverage_rate")],
            margin_centi=_margin(rubric, scored.totals[_beside(scope, "points_centi")].to_numpy(np.int64)),
            stay_rate=np.where(edges.is_open, np.nan, np.round(100 * stays / agreed.count, 2)),
        )
        frame = frame.assign(
            **input_flips(rubric, evidence.catalogue, laid_out, scored.matrix, edges, chosen)
        )
        frames.append(frame.assign(**weight_flips(rubric, scored.matrix, edges, chosen)))
    whole = pd.concat(frames, ignore_index=True)
    return whole.sort_values(["school_code", "stage", "scope"], kind="stable", ignore_index=True)


def band_edges(rubric: Rubric, scored: Scored, band_column: str, chosen: Bools) -> Edges:
    """Return the edges of each school-stage's own band, with bonus points and vetoes taken into account."""
    names = [band.band for band in rubric.bands]
    lows = np.array([band.at_least_centi for band in rubric.bands], np.int64)
    band = scored.totals[band_column].to_numpy(object)
    rank = np.array([names.index(name) if name in names else 0 for name in band], np.int64)
    is_held = scored.totals["is_vetoed"].to_numpy(bool) & (rank == names.index(rubric.veto_band))
    highs = np.append(lows[1:], _OUT_OF_REACH)
    bonus_columns = np.array([c.bonus for c in rubric.criteria]) & chosen
    bonus = np.minimum(scored.matrix.points[:, bonus_columns].sum(axis=1), rubric.bonus_centi)
    return Edges(
        low=np.where(rank == 0, 0, lows[rank]),
        high=np.where(is_held, _OUT_OF_REACH, highs[rank]),
        below=_names(["", *names[:-1]], rank),
        above=_names([*names[1:], ""], rank),
        bonus=bonus.astype(np.int64),
        is_open=band == NOT_ESTABLISHED,
    )


def stay_counts(
    matrix: ScoreMatrix,
    rubric: Rubric,
    agreed: Perturbations,
    edges: Edges,
    *,
    chosen: Bools,
    shifts: tuple[Shifted, ...] = (),
) -> Ints:
    """Return in how many perturbations each school-stage keeps its band.

    `chosen` says which criteria count. With weights f, points p and worth m the band is kept where
    Σ f (20000 p + m − 2 m low) ≥ 0 and the same sum with the upper edge is negative: that is rounding half up
    to hundredths and comparing, without dividing.
    """
    base = chosen & ~np.array([criterion.bonus for criterion in rubric.criteria])
    moved = [shift for shift in shifts if base[shift.column]]
    still = np.flatnonzero(base & ~np.isin(np.arange(len(base)), [shift.column for shift in moved]))
    ids = [criterion.id for criterion in rubric.criteria]
    factors = weight_factors(agreed, ids).T.astype(float)
    weights = [factors[still]]
    for shift in moved:
        levels = sample_levels(agreed, ids[shift.column])
        weights.append(factors[shift.column] * (levels == np.arange(len(SAMPLE_LEVELS))[:, None]))
    whole = np.ascontiguousarray(np.concatenate(weights))
    policy_of = missing_policies(agreed)
    groups = [np.ascontiguousarray(whole[:, policy_of == place]) for place in range(len(agreed.missing))]
    taken = [
        None if policy == "leave-out" else points_if_missing(policy, matrix, shifts)
        for policy in agreed.missing
    ]
    columns = _Columns(still, tuple(moved))
    counts = np.zeros(len(matrix.points), np.int64)
    for start in range(0, len(counts), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        for instead, group in zip(taken, groups, strict=True):
            points, worth = columns.under(matrix, rows, instead)
            counts[rows] += _kept(points, worth, group, edges, rows)
    return counts


def points_if_missing(policy: MissingPolicy, matrix: ScoreMatrix, shifts: tuple[Shifted, ...]) -> Ints:
    """Return the points that missing data are taken to earn: a row for each stage, a column for each criterion.

    The average and the lower quarter are those of the school-stages of that stage that have the data, whether
    or not an interval spans the level; where none has, no points.
    """
    points, is_known = matrix.points.copy(), matrix.is_scored.copy()
    for shift in shifts:
        points[shift.is_astride, shift.column] = shift.points[shift.is_astride, _MIDDLE]
        is_known[:, shift.column] |= shift.is_astride
    found = np.zeros((int(matrix.stage_place.max(initial=0)) + 1, points.shape[1]), np.int64)
    for stage in range(len(found)):
        is_stage = matrix.stage_place == stage
        worth = matrix.worth[is_stage].max(axis=0, initial=0)
        for column in range(points.shape[1]):
            known = points[is_stage & is_known[:, column], column]
            found[stage, column] = _taken(policy, known, int(worth[column]))
    return found


def _taken(policy: MissingPolicy, points: Ints, worth: int) -> int:
    if policy in {"nothing", "full"}:
        return worth if policy == "full" else 0
    if not len(points):
        return 0
    if policy == "average":
        return (2 * int(points.sum()) + len(points)) // (2 * len(points))
    return int(np.sort(points)[len(points) // 4])


def _kept(points: Floats, worth: Floats, weights: Floats, edges: Edges, rows: slice) -> Ints:
    """Count the columns of `weights` under which the total stays between the edges."""
    low, high = ((edge[rows] - edges.bonus[rows])[:, None] for edge in (edges.low, edges.high))
    points = points * (2.0 * FULL_CENTI) + worth
    worth = worth * 2.0
    is_above = (points - worth * low) @ weights >= 0
    is_above &= (points - worth * high) @ weights < 0
    counts: Ints = np.count_nonzero(is_above, axis=1)
    return counts


def _shifts(rubric: Rubric, laid_out: Spread, matrix: ScoreMatrix) -> Iterator[Shifted]:
    """Score every figure with an interval again at each level of it; where a visit decided nothing moves."""
    for column, criterion in enumerate(rubric.criteria):
        if (criterion.sampled or criterion.estimated) and not criterion.bonus:
            yield _shifted(criterion, laid_out, matrix, column)


def _shifted(criterion: Criterion, laid_out: Spread, matrix: ScoreMatrix, column: int) -> Shifted:
    given = given_of(criterion, laid_out)
    value = laid_out.numbers(criterion.rule.indicator)
    low, high = interval_of(criterion, laid_out)
    as_scored = matrix.points[:, column]
    judged = criterion.rule.judge(given)
    is_as_judged = half_up(criterion.max_centi * judged.part, judged.whole) == as_scored
    is_open = ~np.isnan(low) & ~matrix.is_found[:, column]
    is_movable = is_open & matrix.is_scored[:, column] & is_as_judged
    is_astride = is_open & matrix.is_missing[:, column] & ~is_thin(criterion, laid_out)
    levels = []
    for share in SAMPLE_LEVELS:
        moved = value + share * (high - value if share > 0 else value - low)
        said = criterion.rule.judge(given.at(micro(moved)))
        earned = half_up(criterion.max_centi * said.part, said.whole)
        levels.append(np.where(is_movable | is_astride, earned, as_scored))
    return Shifted(column, np.column_stack(levels), is_astride)


def _margin(rubric: Rubric, points: Ints) -> Ints:
    edges = [band.at_least_centi for band in rubric.bands if band.at_least_centi > 0]
    margin: Ints = np.min([np.abs(points - edge) for edge in edges], axis=0)
    return margin


def _beside(scope: str, column: str) -> str:
    return column if scope == "internal" else f"public_{column}"


def _names(names: list[str], rank: npt.NDArray[np.int64]) -> Texts:
    texts = np.empty(len(names), object)
    texts[:] = names
    return texts[rank]
