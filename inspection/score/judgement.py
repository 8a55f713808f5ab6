"""Judgement: what one criterion says of every school-stage, before points are added up.

Here: the rule's word, and when it must not be taken: gaps, thin coverage, wide intervals, findings on site.
Not here: what a rule means (`rule`), points, totals and bands (`scoring`).
"""

from collections.abc import Iterator

import numpy as np

from inspection.derive.formula import Floats
from inspection.derive.indicator import MISSING_REASONS
from inspection.derive.interval import wilson
from inspection.score.bound import MICRO, Bools, Ints, Texts
from inspection.score.evidence import Spread
from inspection.score.explanation import Rows
from inspection.score.rubric import Criterion
from inspection.score.rule import Given, Judged, Rating, Threshold

NOT_ESTABLISHED = "not-established"
ESTABLISHED = ("met", "partly", "not-met")
NEAR_FULL_RATE = 99.0
"""From here on a rate that a school reports of itself is too good to earn a bonus without a look."""


def judged(criterion: Criterion, laid_out: Spread, *, unit: str) -> Rows:
    """Return the columns that lines and their sentences are made of, one position for each school-stage.

    `unit` is that of the criterion's indicator. Points are left as the share part/whole.
    """
    given = given_of(criterion, laid_out)
    said = criterion.rule.judge(given)
    red_line = red_line_of(criterion, laid_out)
    low, high = interval_of(criterion, laid_out)
    reason = np.full(len(given.stage), "", object)
    for why in _reasons(criterion, laid_out, said, (low, high)):
        reason = np.where(reason == "", why, reason)
    if criterion.bonus and unit == "%":
        is_too_good = (reason == "") & (laid_out.numbers(criterion.rule.indicator) >= NEAR_FULL_RATE)
        reason = np.where(is_too_good, "unverified-full", reason)
    reason = np.where(red_line > 0, "", reason).astype(object)
    is_met = said.is_met & (red_line <= 0)
    part = np.where(red_line > 0, 0, said.part)
    outcome = _outcome(criterion, reason, is_met, part)
    outcome, part, is_on_site = _after_visit(criterion, given, outcome, (part, said.whole))
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
        "whole": said.whole,
    }


def given_of(criterion: Criterion, laid_out: Spread) -> Given:
    """Return what the criterion's rule looks at."""
    value = laid_out.numbers(criterion.rule.indicator)
    previous = laid_out.numbers(criterion.rule.indicator, before=True)
    if criterion.rule.needs_previous:
        previous = np.where(is_thin(criterion, laid_out, before=True), np.nan, previous)
    conclusion, rating = laid_out.findings(criterion.id)
    return Given(
        stage=laid_out.keys["stage"].to_numpy(object),
        value=micro(value),
        is_known=~np.isnan(value),
        previous=micro(previous),
        is_previous_known=~np.isnan(previous),
        conclusion=conclusion,
        rating=rating,
    )


def micro(values: Floats) -> Ints:
    """Return figures in millionths; 0 where there is none."""
    whole: Ints = np.rint(np.where(np.isnan(values), 0, values) * MICRO).astype(np.int64)
    return whole


def red_line_of(criterion: Criterion, laid_out: Spread) -> Ints:
    """Return the reported cases; −1 where not reported, 0 where the criterion has no red line."""
    if not criterion.red_line:
        return np.zeros(len(laid_out.keys), np.int64)
    cases = laid_out.numbers(criterion.red_line.indicator)
    return np.where(np.isnan(cases), -1, np.ceil(cases)).astype(np.int64)


def interval_of(criterion: Criterion, laid_out: Spread) -> tuple[Floats, Floats]:
    """Return the 95 % interval of a rate from a sample, or of a model's estimate; NaN where it is neither."""
    if criterion.estimated:
        return laid_out.numbers(criterion.estimated.low), laid_out.numbers(criterion.estimated.high)
    if not criterion.sampled:
        nothing = np.full(len(laid_out.keys), np.nan)
        return nothing, nothing
    name = criterion.rule.indicator
    sample = laid_out.numbers(name, "denominator")
    part = laid_out.numbers(name) * sample / 100
    return wilson(part, sample, laid_out.numbers(criterion.sampled.population))


def _reasons(
    criterion: Criterion, laid_out: Spread, said: Judged, interval: tuple[Floats, Floats]
) -> Iterator[Texts]:
    """Yield, most telling first, why nothing can be said; "" where this is no reason."""
    if criterion.is_on_site:
        return
    told = laid_out.reasons(criterion.rule.indicator)
    yield np.where(said.is_known, "", told)
    previous = laid_out.numbers(criterion.rule.indicator, before=True)
    why = np.where(is_thin(criterion, laid_out, before=True), "thin-previous", "zero-previous")
    yield np.where(said.is_known, "", np.where(np.isnan(previous), "no-previous", why))
    if criterion.red_line:
        told = laid_out.reasons(criterion.red_line.indicator)
        yield np.where(red_line_of(criterion, laid_out) < 0, np.where(told == "", "not-reported", told), "")
    reached = laid_out.numbers(criterion.coverage.indicator) if criterion.coverage else 0.0
    why = np.where(np.isnan(reached), "coverage-unknown", "thin")
    yield np.where(is_thin(criterion, laid_out), why, "")
    if criterion.sampled or criterion.estimated:
        assert isinstance(criterion.rule, Threshold)
        stages = laid_out.keys["stage"].to_numpy(object)
        low, high = (criterion.rule.is_kept(micro(end), stages) for end in interval)
        yield np.where(np.isnan(interval[0]), "population-unknown", np.where(low != high, "astride", ""))


def is_thin(criterion: Criterion, laid_out: Spread, *, before: bool = False) -> Bools:
    """Say where too little of the population was reached for anything to be said."""
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
