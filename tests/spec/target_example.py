"""What a target rests on in an example: one district, or two schools whose provision differs so much."""

import pandas as pd

from inspection.score.target import Target, TargetEvidence

DISTRICT = "379901"


def evidence_of(target: Target, value: float | None, stage: str) -> TargetEvidence:
    """Return evidence in which the target's figure is `value`; None leaves it out."""
    if target.dispersion_by:
        return _spread(target, value or 0, stage)
    row = {"district_code": DISTRICT, "figure_code": target.rule.indicator, "value": value}
    rows = [] if value is None else [row | {"numerator": None, "denominator": None}]
    columns = ["district_code", "figure_code", "numerator", "denominator", "value"]
    return TargetEvidence(pd.DataFrame(rows, columns=columns))


def _spread(target: Target, dispersion: float, stage: str) -> TargetEvidence:
    """Two schools of equal size, as far on each side of the mean of 10 as the dispersion says."""
    provision = {"1": 10 * (1 - dispersion), "2": 10 * (1 + dispersion)}
    rows = [
        {"school_code": code, "stage": stage, "indicator_id": name, "value": value}
        for code, amount in provision.items()
        for name, value in ((target.rule.indicator, amount), (target.dispersion_by, 300.0))
    ]
    schools = pd.DataFrame({"school_code": ["1", "2"], "district_code": DISTRICT})
    return TargetEvidence(pd.DataFrame(), schools, pd.DataFrame(rows))
