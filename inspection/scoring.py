"""Scoring: a rubric applied to the evidence of every school-stage.

Here: when nothing can be said, points, vetoes, totals, bands. Not here: what a rule means (`rule`), where
figures come from (`evidence`), sentences (`explanation`), consequences (`measure`). All points are integers,
hundredths of a point; `half_up` is the one place where anything is rounded. The bands that measures and the
public read are made without examination results (基础教育规范管理负面清单 2025).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from inspection.bound import MICRO, Bools, Ints, Texts
from inspection.canonical import digest_rows
from inspection.evidence import Evidence, Spread, spread
from inspection.explanation import Rows, explained
from inspection.formula import Floats
from inspection.indicator import MISSING_REASONS, IndicatorCatalogue
from inspection.interval import wilson
from inspection.rubric import CENTI, FULL_POINTS, Criterion, Rubric
from inspection.rule import Given, Judged, Rating, Threshold

NOT_ESTABLISHED = "not-established"
ESTABLISHED = ("met", "partly", "not-met")
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
_TOTAL_TEXTS = ("school_code", "stage", "school_type", "band", "public_band")


@dataclass(frozen=True)
class Scored:
    """Score lines (a school-stage and a criterion each) and totals (a school-stage each), sorted.

    A line that is not established, not applicable or awaiting a visit has 0 points and counts for nothing:
    read `outcome` first. `is_on_site` says that a finding decided it. In `totals`, `band` is for use inside
    the bureau; `public_*` is made without examination results.
    """

    lines: pd.DataFrame
    totals: pd.DataFrame

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
    return Scored(pd.DataFrame(lines)[LINE_COLUMNS], totals.astype(dict.fromkeys(_TOTAL_TEXTS, "str")))


def _lines(criterion: Criterion, rubric: Rubric, laid_out: Spread, catalogue: IndicatorCatalogue) -> Rows:
    """Return the lines of one criterion; `place` is the school-stage's position on the roster."""
    judged = _judged(criterion, laid_out)
    places = np.flatnonzero(np.isin(judged["stage"], rubric.stages_of(criterion)))
    rows = {name: column[places] for name, column in judged.items()} | {"place": places}
    unit = catalogue.by_id[criterion.rule.indicator].unit if criterion.rule.indicator else ""
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
        "max_centi": criterion.max_centi,
        "indicator_id": criterion.rule.indicator,
    }
    rows["missing_reason"] = rows["reason"]
    columns = {
        name: _objects([fact]) if isinstance(fact, str) else np.array([fact]) for name, fact in facts.items()
    }
    rows |= {name: np.repeat(column, len(places)) for name, column in columns.items()}
    return {name: rows[name] for name in ["place", *LINE_COLUMNS]}


def _objects(values: Iterable[object]) -> Texts:
    listed = list(values)
    texts = np.empty(len(listed), object)
    texts[:] = listed
    return texts


def _judged(criterion: Criterion, laid_out: Spread) -> Rows:
    """Let the rule judge, then say where it must not: gaps, thin coverage, wide intervals, findings."""
    given = _given(criterion, laid_out)
    judged = criterion.rule.judge(given)
    red_line = _red_line(criterion, laid_out)
    low, high = _interval(criterion, laid_out)
    reason = np.full(len(given.stage), "", object)
    for why in _reasons(criterion, laid_out, judged, (low, high)):
        reason = np.where(reason == "", why, reason)
    reason = np.where(red_line > 0, "", reason).astype(object)
    is_met = judged.is_met & (red_line <= 0)
    part = np.where(red_line > 0, 0, judged.part)
    outcome = _outcome(criterion, reason, is_met, part)
    outcome, part, is_on_site = _after_visit(criterion, given, outcome, (part, judged.whole))
    is_report = _is_reported(criterion, given, red_line) & (criterion.veto_on == "report")
    is_found = is_on_site & (outcome == "not-met") & bool(criterion.veto_on)
    name = criterion.rule.indicator
    is_untold = np.isin(outcome, [NOT_ESTABLISHED, "not-applicable"])
    return {
        "school_code": laid_out.keys["school_code"].to_numpy(object),
        "stage": given.stage,
        "outcome": outcome,
        "is_on_site": is_on_site,
        "is_veto": is_found | (is_report & (outcome == "not-met")),
        "conclusion": given.conclusion,
        "rating": given.rating,
        "value": laid_out.numbers(name),
        "previous_value": laid_out.numbers(name, before=True),
        "numerator": laid_out.numbers(name, "numerator"),
        "denominator": laid_out.numbers(name, "denominator"),
        "low": low,
        "high": high,
        "red_line": red_line,
        "reason": np.where(is_untold, reason, "").astype(object),
        "part": part,
        "whole": judged.whole,
    }


def _given(criterion: Criterion, laid_out: Spread) -> Given:
    value = laid_out.numbers(criterion.rule.indicator)
    previous = laid_out.numbers(criterion.rule.indicator, before=True)
    if criterion.rule.needs_previous:
        previous = np.where(_is_thin(criterion, laid_out, before=True), np.nan, previous)
    conclusion, rating = laid_out.findings(criterion.id)
    return Given(
        stage=laid_out.keys["stage"].to_numpy(object),
        value=_micro(value),
        is_known=~np.isnan(value),
        previous=_micro(previous),
        is_previous_known=~np.isnan(previous),
        conclusion=conclusion,
        rating=rating,
    )


def _micro(values: Floats) -> Ints:
    whole: Ints = np.rint(np.where(np.isnan(values), 0, values) * MICRO).astype(np.int64)
    return whole


def _red_line(criterion: Criterion, laid_out: Spread) -> Ints:
    """Return the reported cases; −1 where not reported, 0 where the criterion has no red line."""
    if not criterion.red_line:
        return np.zeros(len(laid_out.keys), np.int64)
    cases = laid_out.numbers(criterion.red_line.indicator)
    return np.where(np.isnan(cases), -1, np.ceil(cases)).astype(np.int64)


def _interval(criterion: Criterion, laid_out: Spread) -> tuple[Floats, Floats]:
    if not criterion.sampled:
        nothing = np.full(len(laid_out.keys), np.nan)
        return nothing, nothing
    name = criterion.rule.indicator
    sample = laid_out.numbers(name, "denominator")
    part = laid_out.numbers(name) * sample / 100
    return wilson(part, sample, laid_out.numbers(criterion.sampled.population))


def _reasons(
    criterion: Criterion, laid_out: Spread, judged: Judged, interval: tuple[Floats, Floats]
) -> Iterator[Texts]:
    """Yield, most telling first, why nothing can be said; "" where this is no reason."""
    if criterion.is_on_site:
        return
    told = laid_out.reasons(criterion.rule.indicator)
    yield np.where(judged.is_known, "", told)
    has_previous = ~np.isnan(laid_out.numbers(criterion.rule.indicator, before=True))
    yield np.where(judged.is_known, "", np.where(has_previous, "thin-previous", "no-previous"))
    if criterion.red_line:
        told = laid_out.reasons(criterion.red_line.indicator)
        yield np.where(_red_line(criterion, laid_out) < 0, np.where(told == "", "not-reported", told), "")
    yield np.where(_is_thin(criterion, laid_out), "thin", "")
    if criterion.sampled:
        assert isinstance(criterion.rule, Threshold)
        stages = laid_out.keys["stage"].to_numpy(object)
        low, high = (criterion.rule.is_kept(_micro(end), stages) for end in interval)
        yield np.where(np.isnan(interval[0]), "population-unknown", np.where(low != high, "astride", ""))


def _is_thin(criterion: Criterion, laid_out: Spread, *, before: bool = False) -> Bools:
    if not criterion.coverage:
        return np.zeros(len(laid_out.keys), bool)
    reached = laid_out.numbers(criterion.coverage.indicator, before=before)
    thin: Bools = ~(reached >= float(criterion.coverage.at_least))
    return thin


def _outcome(criterion: Criterion, reason: Texts, is_met: Bools, part: Ints) -> Texts:
    scored = np.where(is_met, "met", np.where(part > 0, "partly", "not-met"))
    is_out = reason == "not-applicable"
    if criterion.when_missing == "not-applicable":
        is_out |= np.isin(reason, list(MISSING_REASONS))
    unscored = np.where(is_out, "not-applicable", NOT_ESTABLISHED)
    return np.where(reason == "", scored, unscored).astype(object)


def _after_visit(
    criterion: Criterion, given: Given, outcome: Texts, share: tuple[Ints, Ints]
) -> tuple[Texts, Ints, Bools]:
    """Let findings speak: not met on site is not met; met settles only what figures left open."""
    part, whole = share
    found = given.conclusion
    is_rated = isinstance(criterion.rule, Rating) & (given.rating > 0)
    if criterion.is_on_site:
        outcome = np.where(is_rated, outcome, "awaiting-visit")
    is_open = ~np.isin(outcome, ESTABLISHED)
    is_yes, is_no = (found == "met") & is_open, (found == "not-met") & ~is_rated
    is_out = found == "not-applicable"
    outcome = np.select([is_no, is_out, is_yes], ["not-met", "not-applicable", "met"], outcome).astype(object)
    part = np.select([is_no, is_yes], [np.zeros_like(part), whole], part)
    return outcome, part, is_no | is_out | is_yes | is_rated


def _is_reported(criterion: Criterion, given: Given, red_line: Ints) -> Bools:
    """Say where cases are reported, whatever a visit found."""
    if criterion.red_line:
        return red_line > 0
    return given.is_known & (given.value > 0)


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
    """Return points over the established weight rescaled to 100, coverage (both in hundredths), and band."""
    places, worth, outcome = lines["place"], lines["max_centi"], lines["outcome"]
    is_scored, is_due = np.isin(outcome, ESTABLISHED), outcome != "not-applicable"
    gained = _summed(places, lines["points_centi"] * is_scored, count)
    scored, due = _summed(places, worth * is_scored, count), _summed(places, worth * is_due, count)
    points = half_up(gained * FULL_POINTS * CENTI, np.maximum(scored, 1))
    coverage = half_up(scored * FULL_POINTS * CENTI, np.maximum(due, 1))
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
