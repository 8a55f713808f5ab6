"""Quality analyses: for every school and district a report, and for every head what the classes' logs tell.

They lie in the outbox of the term and are read at the office desk; nothing of them is public, and Prefect sees
counts only.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from inspection.analyse.quality_analysis import AnalysisRule, QualityAnalysisFacts, load_rule, stage_analyses
from inspection.analyse.teaching_process import TeachingProcessFacts, class_processes
from inspection.canonical import digest
from inspection.deploy.plan import Plan
from inspection.derive.result_students import GROUP, STUDENT_COUNTS
from inspection.derive.result_sums import no_sums
from inspection.ingest.source_map import SourceMap, load_source_maps
from inspection.receipt import Receipt
from tasks.border import task
from tasks.document import Request, render_many
from tasks.ingest import staged_data_set
from tasks.plan import plan_of
from tasks.result_sums import STUDENTS
from tasks.settings import profile
from tasks.workspace import analyses, staged, write_whole

RESULTS, LESSONS, LOG, ROSTER = "results", "timetables", "homework_log", "schools"
LESSON_COUNTS = ["required_count", "planned_count", "taught_count"]


@task(task_run_name="生成学业质量分析报告")
def make_quality_analyses(campaign_id: str, *, as_of: date) -> Receipt:
    """Write the analysis of every school and district, and the teaching process of every school.

    Raises:
        DocumentError: the rule is wrong, or a report cannot be rendered.
        ProtocolError: the campaign is not on record.
    """
    plan = plan_of(campaign_id)
    figures = TermFigures(plan, load_rule(profile().folders.rubrics), as_of)
    units, classes = list(figures.units()), list(figures.classes())
    requests = [Request("quality_analysis", item) for item in units]
    requests += [Request("teaching_process", item) for item in classes]
    names = [f"{item.unit_level}-{item.unit_code}.pdf" for item in units]
    names += [f"process-{item.school_code}.pdf" for item in classes]
    for name, content in zip(names, render_many(requests, as_of=as_of), strict=True):
        write_whole(analyses(plan.term.id) / name, content)
    counts = {
        "学校报告": sum(item.unit_level == "school" for item in units),
        "区县报告": sum(item.unit_level == "district" for item in units),
        "教学过程报告": len(classes),
    }
    told = [item.content_digest for item in units] + [item.content_digest for item in classes]
    return Receipt("学业质量分析", counts, digest(told))


class TermFigures:
    """What a term's analyses are made of, as it was staged; a data set that is not in has no rows."""

    def __init__(self, plan: Plan, rule: AnalysisRule, as_of: date) -> None:
        self._plan, self._rule, self._as_of = plan, rule, as_of
        self._maps = load_source_maps(profile().folders.sources, plan.term.id)
        self._schools = staged_data_set(plan.term.id, ROSTER).rows.sort_values("school_code")
        self._sums = _rows(plan.term.id, RESULTS, no_sums())
        self._before = _rows(plan.term.compared_with, RESULTS, no_sums())
        self._students = _students(plan.term.id)
        self._courses = _lessons(_rows(plan.term.id, LESSONS, pd.DataFrame()), self._maps[LESSONS])
        self._log = _rows(plan.term.id, LOG, pd.DataFrame(columns=["school_code"]))

    def units(self) -> Iterator[QualityAnalysisFacts]:
        """Yield the facts of each school that has results, by code, then of each such district."""
        for school in self._schools.to_dict("records"):
            yield from self._unit("school", str(school["school_code"]), str(school["school_name"]))
        for district in profile().districts:
            yield from self._unit("district", district.code, district.name)

    def classes(self) -> Iterator[TeachingProcessFacts]:
        """Yield the facts of each school with a homework log, by code."""
        by_school = dict(iter(self._log.groupby("school_code")))
        for school in self._schools.to_dict("records"):
            log = by_school.get(school["school_code"])
            if log is not None:
                yield TeachingProcessFacts(
                    school_code=str(school["school_code"]),
                    school_name=str(school["school_name"]),
                    classes=class_processes(log, self._rule.homework_limit_minutes),
                    **self._heading(),
                )

    def _unit(self, level: str, code: str, name: str) -> Iterator[QualityAnalysisFacts]:
        column = "school_code" if level == "school" else "district_code"
        codes = set(self._schools.loc[self._schools[column] == code, "school_code"])
        sums = self._sums[self._sums["school_code"].isin(codes)]
        if sums.empty:
            return
        reduction = self._maps[RESULTS].reduce
        assert reduction is not None
        yield QualityAnalysisFacts(
            unit_level="school" if level == "school" else "district",
            unit_code=code,
            unit_name=name,
            school_count=sums["school_code"].nunique(),
            pass_percent=reduction.pass_percent,
            good_percent=reduction.good_percent,
            stages=stage_analyses(
                sums,
                before=self._before[self._before["school_code"].isin(codes)],
                students=self._students[self._students["school_code"].isin(codes)],
                courses=self._courses[self._courses["school_code"].isin(codes)],
                rule=self._rule,
            ),
            **self._heading(),
        )

    def _heading(self) -> dict[str, Any]:
        bureau = profile().bureau
        return {
            "bureau_name": bureau.name,
            "office_name": bureau.office,
            "contact": bureau.contact,
            "term_title": self._plan.term.title,
            "issued_on": self._as_of,
            "is_synthetic": profile().is_synthetic,
        }


def _rows(term_id: str, data_set: str, absent: pd.DataFrame) -> pd.DataFrame:
    is_in = bool(term_id) and staged(term_id, f"{data_set}.rows.parquet").exists()
    return staged_data_set(term_id, data_set).rows if is_in else absent


def _students(term_id: str) -> pd.DataFrame:
    is_in = staged(term_id, f"{RESULTS}.rows.parquet").exists()
    return staged_data_set(term_id, RESULTS).beside[STUDENTS] if is_in else pd.DataFrame(columns=[*GROUP, *STUDENT_COUNTS])  # fmt: skip


def _lessons(rows: pd.DataFrame, source_map: SourceMap) -> pd.DataFrame:
    """Return lessons over the weeks reported, by the name of the subject as results give it."""
    if rows.empty:
        return pd.DataFrame(columns=["school_code", "stage", "grade", "subject", *LESSON_COUNTS])
    titles: dict[str, str] = {}
    for title, code in (source_map.columns["course"].choices or {}).items():
        titles.setdefault(code, title)
    whole = rows.dropna(subset=LESSON_COUNTS)
    named = whole.assign(subject=whole["course"].map(titles), grade=whole["grade"].astype("int64"))
    return named.groupby(["school_code", "stage", "grade", "subject"], as_index=False)[LESSON_COUNTS].sum()
