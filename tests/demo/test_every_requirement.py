"""Every requirement of the documents comes to a result in a term of the demo city: nothing is only on paper."""

from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from examples.demo_city.city import City, Sizes, build_city, demo_profile
from examples.demo_city.long_figures import district_figure_table, figure_tables, is_figure_row
from examples.demo_city.table import Table
from inspection.deploy.plan import load_plan
from inspection.derive.indicator import Indicator, derive, school_stages
from inspection.ingest.figure import load_figures
from inspection.ingest.source_map import FIGURE_CATALOGUE
from inspection.score.evidence import FINDING_COLUMNS, Evidence
from inspection.score.rubric import Rubric
from inspection.score.scoring import score
from inspection.score.target import TargetEvidence, reached
from tests.spec.coverage import ROOT, catalogue, district_figures, numbers, rubrics

PLANS = ROOT / "examples" / "demo_city" / "plans"
STAGES = {"小学": "primary", "初中": "junior", "高中": "senior"}
BASIC = "rizhao-basic-requirements"
# Made of pairs of entry and exit scores, which the demo city hands in for the lab on requirements alone.
FROM_PAIRS = {"BJ-10"}
WITH_RESULT = ("met", "partly", "not-met")
CITY = build_city("every requirement", Sizes(school_count=12, students_per_school=20, answers_per_school=5))
# The demo city has no senior school; one is added for what is asked of senior schools alone.
SENIOR = "3437990099"


def numbered(text: object) -> float:
    """Return a cell as a number; NaN for what was typed instead of one."""
    told = str(text).rstrip("%")
    return float(told) if told.replace(".", "", 1).removeprefix("-").isdigit() else np.nan


def frame(tables: list[Table], codes: dict[str, str]) -> pd.DataFrame:
    rows = [row for table in tables for row in table.rows if is_figure_row(row)]
    names = {
        "学校标识码": "school_code",
        "学段": "stage",
        "所属区县": "district_code",
        "数据项": "figure_code",
    }
    found = pd.DataFrame(rows, columns=list(tables[0].columns)).rename(columns=names)
    found["figure_code"] = found["figure_code"].map(lambda name: codes.get(name, name))
    parts = {"分子": "numerator", "分母": "denominator", "数值": "value"}
    return found.assign(**{name: found[heading].map(numbered) for heading, name in parts.items()})


@cache
def figures_of(term: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the figures of schools and of districts as they were typed, by code."""
    known = load_figures(demo_profile().folders.sources / FIGURE_CATALOGUE)
    school = frame(figure_tables(CITY, term=term), {item.title: item.code for item in known.school})
    school["stage"] = school["stage"].map(STAGES)
    senior = {"school_code": SENIOR, "stage": "senior"}
    rows = [
        {"figure_code": "research_project_done", "numerator": 180.0, "denominator": 200.0},
        {"figure_code": "platform_rule_exists", "value": 1.0},
        {"figure_code": "digital_lab_count", "value": 1.0},
    ]
    extra = pd.DataFrame([senior | row for row in rows])
    own = frame([district_figure_table(CITY, term=term)], {item.title: item.code for item in known.district})
    return pd.concat([school, extra], ignore_index=True), own


def schools_of(city: City) -> pd.DataFrame:
    rows = [
        (
            school.code,
            ",".join(size.stage for size in school.stages),
            school.school_type,
            school.district.name,
        )
        for school in city.schools
    ]
    rows.append((SENIOR, "senior", "senior-school", city.districts[0].name))
    return pd.DataFrame(rows, columns=["school_code", "stages", "school_type", "district_code"])


def headcounts(city: City) -> pd.DataFrame:
    rows = [(s.code, size.stage, float(size.student_count)) for s in city.schools for size in s.stages]
    return pd.DataFrame(rows, columns=["school_code", "stage", "student_count"])


def findings(rubric: Rubric, schools: pd.DataFrame) -> pd.DataFrame:
    """Return what teams bring back of the items that only a visit can answer."""
    rows = [
        (school, stage, item.id, "met" if item.rule.kind == "checklist" else "", 4.0)
        for school, stage in school_stages(schools).itertuples(index=False)
        for item in rubric.criteria
        if item.is_on_site
    ]
    return pd.DataFrame(rows, columns=FINDING_COLUMNS)


def indicators_of(rubric: Rubric, city: City, term: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    figures, districts = figures_of(term)
    known = catalogue().used(rubric.indicators)
    own = HEADCOUNT | FROM_FIGURES | set(OF_RESULTS)
    kept = tuple(as_handed_in(i) for i in known.indicators if i.is_listed or i.id in own)
    frames = {"schools": schools_of(city), "figures": figures, "indicators": measured(figures, city)}
    frames |= {frame: passed(figures, code) for code, (frame, *_) in OF_RESULTS.items()}
    return derive(known.model_copy(update={"indicators": kept}), frames, {}), districts


def as_handed_in(indicator: Indicator) -> Indicator:
    """Return what is handed in where a school keeps no log: here nobody does."""
    if indicator.otherwise is None:
        return indicator
    return indicator.model_copy(
        update={"data_set": "figures", "formula": indicator.otherwise, "otherwise": None}
    )


HEADCOUNT = {"student_count"}
FROM_FIGURES = {"exercise_minutes"}
OF_RESULTS = {
    "single_subject_pass": ("results", "pass_count", "sat_count"),
    "all_subject_pass": ("results_students", "all_pass_count", "all_sat_count"),
}
"""Indicators that sums of results give: the frame, who passed, who sat."""


def measured(figures: pd.DataFrame, city: City) -> pd.DataFrame:
    """Return the columns of the indicator workbooks that these rubrics read."""
    own = figures[figures["figure_code"].isin(FROM_FIGURES)]
    wide = own.pivot_table(
        index=["school_code", "stage"], columns="figure_code", values="value"
    ).reset_index()
    return headcounts(city).merge(wide, on=["school_code", "stage"], how="left")


def passed(figures: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return sums of results as they are made of pupils' rows, of what a figure counts."""
    _, part, whole = OF_RESULTS[code]
    own = figures[figures["figure_code"] == code].dropna(subset=["numerator", "denominator"])
    counted = own[["school_code", "stage"]].assign(**{part: own["numerator"], whole: own["denominator"]})
    return counted.assign(grade=9, subject="数学")


def results(rubric: Rubric, city: City) -> Counter[str]:
    """Return how many results each criterion and target of a rubric comes to."""
    schools = schools_of(city)
    now, districts = indicators_of(rubric, city, "2025-2026-2")
    before, last = indicators_of(rubric, city, "2024-2025-2")
    evidence = Evidence(catalogue(), schools, now, before, findings(rubric, schools))
    lines = score(rubric, evidence, minimum_coverage_rate=60).lines
    told = lines.loc[lines["outcome"].isin(WITH_RESULT), "criterion_id"]
    rows = reached(
        rubric.targets,
        district_figures(),
        TargetEvidence(districts, schools, now),
        TargetEvidence(last, schools, before),
    )
    return Counter([*told, *rows.loc[rows["outcome"].isin(WITH_RESULT), "target_id"]])


@pytest.fixture(scope="module")
def found() -> dict[str, Counter[str]]:
    return {rubric.rubric: results(rubric, CITY) for rubric in rubrics() if rubric.rubric != BASIC}


def test_every_criterion_and_target_comes_to_a_result(found: dict[str, Counter[str]]) -> None:
    wanted = {
        (rubric.rubric, item.id)
        for rubric in rubrics()
        if rubric.rubric != BASIC
        for item in (*rubric.criteria, *rubric.targets)
        if item.id not in FROM_PAIRS
    }
    assert sorted(wanted - {(name, id_) for name, told in found.items() for id_ in told}) == []


def test_with_the_basic_requirements_all_numbered_requirements_have_results(
    found: dict[str, Counter[str]],
) -> None:
    told = {id_.rstrip("abcdefg") for counts in found.values() for id_ in counts}
    # RZ-01 to RZ-12 are scored in the demo's own term (tests/flows) and on the page of examples.
    assert set(numbers()) - told == {f"RZ-{number:02d}" for number in range(1, 13)} | FROM_PAIRS


def test_each_rubric_has_a_plan_of_the_demo_city() -> None:
    plans = [load_plan(PLANS, path.stem) for path in sorted(Path(PLANS).glob("2025-2026-2-*.yaml"))]
    assert {plan.rubric for plan in plans} == {rubric.rubric for rubric in rubrics()}


def test_what_a_rubric_compares_with_last_year_is_kept_then() -> None:
    plan = load_plan(PLANS, "2024-2025-2-basic")
    compared = {
        rubric.rubric
        for rubric in rubrics()
        if any(item.rule.needs_previous for item in (*rubric.criteria, *rubric.targets))
    }
    assert compared <= {plan.rubric, *plan.also_for}
