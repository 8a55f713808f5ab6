"""Scoring: a rubric applied to the evidence of every school-stage.

Here: points, vetoes, totals, bands. Not here: what a rule means (`rule`), when nothing can be said
(`judgement`), where figures come from (`evidence`), sentences (`explanation`), how firm a band stands
(`fragility`), consequences (`measure`). All points are integers,
hundredths of a point; `half_up` is the one place where anything is rounded. The bands that measures and the
public read are made without examination results (基础教育规范管理负面清单 2025).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from inspection.canonical import digest_rows
from inspection.derive.indicator import IndicatorCatalogue
from inspection.score.bound import Bools, Ints, Texts
from inspection.score.evidence import Evidence, Spread, spread
from inspection.score.explanation import Rows, explained
from inspection.score.judgement import ESTABLISHED, NOT_ESTABLISHED, judged
from inspection.score.rubric import CENTI, FULL_POINTS, Criterion, Rubric

LINE_COLUMNS = [
    "school_code",
    "stage",
    "criterion_id",
    "clause",
    "exam_result",
    "is_zero_tolerance",
    "outcome",
    "is_on_site",
    "is_veto",
    "value",
    "previous_value",
    "threshold",
    "points_centi",
    "max_centi",
    "indicator_id",
    "missing_reason",
    "explanation",
]
FULL_CENTI = FULL_POINTS * CENTI
"""A hundred points, in hundredths."""
_TOTAL_TEXTS = ("school_code", "stage", "school_type", "band", "public_band")


@dataclass(frozen=True)
class ScoreMatrix:
    """The same scores in matrices: a row for each row of `totals`, a column for each criterion of the rubric.

    `stage_place` is the place of its stage in the rubric; `points` and `worth` are in hundredths; worth is 0 where a criterion is not for that stage. `is_scored`
    says where points count, `is_missing` where nothing could be established for want of data, `is_found`
    where a visit decided.
    """

    stage_place: Ints
    points: Ints
    worth: Ints
    is_scored: Bools
    is_missing: Bools
    is_found: Bools


@dataclass(frozen=True)
class Scored:
    """Score lines (a school-stage and a criterion each) and totals (a school-stage each), sorted.

    A line that is not established, not applicable or awaiting a visit has 0 points and counts for nothing:
    read `outcome` first. `is_on_site` says that a finding decided it. In `totals`, `band` is for use inside
    the bureau; `public_*` is made without examination results.
    """

    lines: pd.DataFrame
    totals: pd.DataFrame
    matrix: "ScoreMatrix"

    def digest(self) -> str:
        """Return the content digest: the same for the same scores, in whatever order the inputs came."""
        return digest_rows([*self.lines.itertuples(index=False), *self.totals.itertuples(index=False)])


def half_up(numerator: Ints, denominator: Ints) -> Ints:
    """Return numerator/denominator rounded half up; neither is negative, the denominator is not zero."""
    rounded: Ints = (2 * numerator + denominator) // (2 * denominator)
    return rounded


def score(rubric: Rubric, evidence: Evidence, *, minimum_coverage_rate: float) -> Scored:
    """Score every school-stage of the roster under one rubric.

    `minimum_coverage_rate` is the share of the weight, in percent, that must be established for a band to
    be given. Below it the band is `not-established`, unless a veto stands.
    """
    laid_out = spread(evidence, rubric.stages)
    parts = [_lines(criterion, rubric, laid_out, evidence.catalogue) for criterion in rubric.criteria]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(columns["place"], kind="stable")
    lines = {name: column[order] for name, column in columns.items()}
    totals = _totals(lines, rubric, laid_out.keys, round(minimum_coverage_rate * CENTI))
    types = evidence.schools.drop_duplicates("school_code").set_index("school_code")["school_type"]
    totals.insert(2, "school_type", totals["school_code"].map(types))
    return Scored(
        lines=pd.DataFrame(lines)[LINE_COLUMNS],
        totals=totals.astype(dict.fromkeys(_TOTAL_TEXTS, "str")),
        matrix=_matrix(parts, np.array([rubric.stages.index(s) for s in laid_out.keys["stage"]], np.int64)),
    )


def _lines(criterion: Criterion, rubric: Rubric, laid_out: Spread, catalogue: IndicatorCatalogue) -> Rows:
    """Return the lines of one criterion; `place` is the school-stage's position on the roster."""
    unit = catalogue.by_id[criterion.rule.indicator].unit if criterion.rule.indicator else ""
    found = judged(criterion, laid_out, unit=unit)
    places = np.flatnonzero(np.isin(found["stage"], rubric.stages_of(criterion)))
    rows = {name: column[places] for name, column in found.items()} | {"place": places}
    words = {stage: criterion.rule.requirement(stage, unit) for stage in rubric.stages_of(criterion)}
    rows["threshold"] = _objects(words[stage] for stage in rows["stage"])
    earned = half_up(criterion.max_centi * rows["part"], rows["whole"])
    rows["points_centi"] = np.where(np.isin(rows["outcome"], ESTABLISHED), earned, 0)
    rows["explanation"] = _objects(explained(criterion, catalogue, rows))
    facts = {
        "criterion_id": criterion.id,
        "clause": criterion.clause,
        "exam_result": criterion.exam_result,
        "is_zero_tolerance": criterion.is_zero_tolerance,
        "is_bonus": criterion.bonus,
        "max_centi": criterion.max_centi,
        "indicator_id": criterion.rule.indicator,
    }
    rows["missing_reason"] = rows["reason"]
    columns = {
        name: _objects([fact]) if isinstance(fact, str) else np.array([fact]) for name, fact in facts.items()
    }
    rows |= {name: np.repeat(column, len(places)) for name, column in columns.items()}
    return {name: rows[name] for name in ["place", "is_bonus", *LINE_COLUMNS]}


def _matrix(parts: Sequence[Rows], stage_place: Ints) -> ScoreMatrix:
    shape = (len(stage_place), len(parts))
    points, worth = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    is_scored, is_missing, is_found = (np.zeros(shape, bool) for _ in range(3))
    for column, rows in enumerate(parts):
        places = rows["place"]
        points[places, column], worth[places, column] = rows["points_centi"], rows["max_centi"]
        is_scored[places, column] = np.isin(rows["outcome"], ESTABLISHED)
        is_missing[places, column] = rows["outcome"] == NOT_ESTABLISHED
        is_found[places, column] = rows["is_on_site"]
    return ScoreMatrix(stage_place, points, worth, is_scored, is_missing, is_found)


def _objects(values: Iterable[object]) -> Texts:
    listed = list(values)
    texts = np.empty(len(listed), object)
    texts[:] = listed
    return texts


def _totals(lines: Rows, rubric: Rubric, keys: pd.DataFrame, minimum_centi: int) -> pd.DataFrame:
    is_public = ~lines["exam_result"]
    public = {name: column[is_public] for name, column in lines.items()}
    points, coverage, band = _band(lines, rubric, len(keys), minimum_centi)
    public_points, public_coverage, public_band = _band(public, rubric, len(keys), minimum_centi)
    edges = [band.at_least_centi for band in rubric.bands if band.at_least_centi > 0]
    return keys.assign(
        points_centi=points,
        coverage_rate=coverage / CENTI,
        band=band,
        public_points_centi=public_points,
        public_coverage_rate=public_coverage / CENTI,
        public_band=public_band,
        public_margin_centi=np.min([np.abs(public_points - edge) for edge in edges], axis=0),
        is_vetoed=_summed(lines["place"], lines["is_veto"].astype(np.int64), len(keys)) > 0,
    )


def _band(lines: Rows, rubric: Rubric, count: int, minimum_centi: int) -> tuple[Ints, Ints, Texts]:
    """Return points over the established weight rescaled to 100, coverage (both in hundredths), and band.

    Bonus points come on top, up to the rubric's limit and never beyond 100.
    """
    places, worth, outcome = lines["place"], lines["max_centi"], lines["outcome"]
    is_base = ~lines["is_bonus"]
    is_scored, is_due = np.isin(outcome, ESTABLISHED) & is_base, (outcome != "not-applicable") & is_base
    gained = _summed(places, lines["points_centi"] * is_scored, count)
    scored, due = _summed(places, worth * is_scored, count), _summed(places, worth * is_due, count)
    bonus = np.minimum(_summed(places, lines["points_centi"] * ~is_base, count), rubric.bonus_centi)
    points = half_up(gained * FULL_CENTI, np.maximum(scored, 1)) + bonus
    points = np.minimum(points, FULL_CENTI)
    coverage = half_up(scored * FULL_CENTI, np.maximum(due, 1))
    names = [band.band for band in rubric.bands]
    rank = np.searchsorted([band.at_least_centi for band in rubric.bands], points, side="right") - 1
    is_vetoed = _summed(places, lines["is_veto"].astype(np.int64), count) > 0
    rank = np.where(is_vetoed, np.minimum(rank, names.index(rubric.veto_band)), rank)
    is_open = ((scored == 0) | (coverage < minimum_centi)) & ~is_vetoed
    return points, coverage, np.where(is_open, NOT_ESTABLISHED, _objects(names)[rank]).astype(object)


def _summed(places: Ints, amounts: Ints, count: int) -> Ints:
    sums = np.zeros(count, np.int64)
    np.add.at(sums, places, amounts)
    return sums
