"""Small schools scored under the Rizhao rubric: every figure good unless a test says otherwise."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from inspection.decide.measure import Measures, load_measures
from inspection.derive.indicator import COLUMNS, IndicatorCatalogue, load_indicators
from inspection.score.evidence import FINDING_COLUMNS, Evidence
from inspection.score.rubric import Rubric, load_rubric

RUBRICS = Path(__file__).parents[3] / "rubrics"
GOOD = {
    "student_count": 500.0,
    "lessons_rate": 100.0,
    "over_standard_case_count": 0.0,
    "class_check_pass_rate": 90.0,
    "lowest_subject_pass_rate": 75.0,
    "homework_at_school_rate": 95.0,
    "fitness_coverage_rate": 100.0,
    "fitness_pass_rate": 96.0,
    "fitness_good_rate": 50.0,
    "vision_coverage_rate": 100.0,
    "myopia_rate": 34.0,
    "exercise_minutes": 65.0,
    "sports_skill_rate": 95.0,
    "sleep_hours": 10.0,
    "arts_and_song_rate": 95.0,
    "ethics_case_count": 0.0,
    "survey_response_rate": 90.0,
    "parent_satisfaction_rate": 98.0,
}
LAST_YEAR = GOOD | {"fitness_good_rate": 48.0, "myopia_rate": 36.0}
Figures = Mapping[str, float]


@cache
def catalogue() -> IndicatorCatalogue:
    """The indicators as they ship."""
    return load_indicators(RUBRICS / "indicators.yaml")


@cache
def rubric() -> Rubric:
    """The Rizhao rubric as it ships."""
    return load_rubric(RUBRICS / "rizhao-basic-requirements.yaml", catalogue())


@cache
def measures() -> Measures:
    """The measures as they ship."""
    return load_measures(RUBRICS / "measures.yaml")


def code(number: int) -> str:
    """The code of a school."""
    return f"21370000{number:02d}"


def long(schools: Mapping[int, Figures], stages: Mapping[int, str], base: Figures) -> pd.DataFrame:
    """Return the indicators of schools in the long form; NaN stands for not reported."""
    rows = [
        {
            "school_code": code(number),
            "stage": stage,
            "indicator_id": name,
            "value": value,
            "numerator": np.nan,
            "denominator": 450.0 if name == "parent_satisfaction_rate" else np.nan,
            "missing_reason": "not-reported" if np.isnan(value) else "",
            "data_set": "indicators",
        }
        for number, figures in schools.items()
        for stage in stages.get(number, "primary").split(",")
        for name, value in (base | dict(figures)).items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def evidence(
    schools: Mapping[int, Figures],
    *,
    last_year: Mapping[int, Figures] | None = None,
    stages: Mapping[int, str] | None = None,
    findings: tuple[tuple[int, str, str, str, float], ...] = (),
) -> Evidence:
    """Return the evidence of some schools: the figures that differ from `GOOD`, and findings.

    A finding is (school, stage, item, conclusion, rating).
    """
    stages = stages or {}
    before = {number: (last_year or {}).get(number, {}) for number in schools}
    roster = [(code(number), stages.get(number, "primary"), "primary-school") for number in schools]
    told = [(code(number), *finding) for number, *finding in findings]
    return Evidence(
        catalogue=catalogue(),
        schools=pd.DataFrame(roster, columns=["school_code", "stages", "school_type"]),
        indicators=long(schools, stages, GOOD),
        previous=long(before, stages, LAST_YEAR),
        findings=pd.DataFrame(told, columns=FINDING_COLUMNS),
    )
