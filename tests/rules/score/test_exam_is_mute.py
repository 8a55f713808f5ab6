"""Whatever examination results are, no measure that is proposed and nothing that is published changes."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.decide.measure import RESULT_TITLES, Proposal, propose
from inspection.derive.indicator import COLUMNS, IndicatorCatalogue, load_catalogue
from inspection.errors import DocumentError
from inspection.publish.open_data import data_files
from inspection.publish.publication import BandCount, NoticeFacts, publishable
from inspection.score.evidence import FINDING_COLUMNS, Evidence
from inspection.score.rubric import Rubric, load_rubric
from inspection.score.scoring import Scored, score
from tests.rules.publish.test_publication import facts, notice, result
from tests.rules.score.rizhao_schools import RUBRICS, code, measures

STAGES = ("primary", "primary,junior", "junior", "senior", "primary", "primary")
TOLD = (("RZ-02", "not-met", np.nan), ("RZ-01", "met", np.nan), ("RZ-10", "", 5.0))
VISITS = ("pending", "no-problem", "corrected", "no-problem", "falsified", "no-problem")
SOME = (0.0, 20.0, 60.0, 75.0, 90.0, 100.0)
ANY_VALUE = st.one_of(st.floats(-1e6, 1e6, allow_nan=False), st.just(float("nan")))


@cache
def catalogue() -> IndicatorCatalogue:
    """Return the indicators as they ship, with every school figure of the five documents."""
    return load_catalogue(RUBRICS / "indicators.yaml", RUBRICS.parent / "sources/catalogue/figures.yaml")


def _is_rubric(path: Path) -> bool:
    return path.read_text(encoding="utf-8").find("\ncriteria:") >= 0


NAMES = sorted(path.stem for path in RUBRICS.glob("*.yaml") if _is_rubric(path))
EXAM = sorted(item.id for item in catalogue().indicators if item.exam_result)


@cache
def rubric(name: str) -> Rubric:
    return load_rubric(RUBRICS / f"{name}.yaml", catalogue())


@cache
def figures(shift: int) -> pd.DataFrame:
    """Return some figure for every indicator of every school-stage, other ones with another shift."""
    rows = []
    for number, stages in enumerate(STAGES):
        for stage in stages.split(","):
            for at, item in enumerate(catalogue().indicators):
                value = SOME[(number + at + shift) % len(SOME)]
                rows.append((code(number + 1), stage, item.id, value, value, 100.0, "", item.data_set))
    names = ["school_code", "stage", "indicator_id", "value", "numerator", "denominator"]
    return pd.DataFrame(rows, columns=[*names, "missing_reason", "data_set"])[COLUMNS]


def with_exams(frame: pd.DataFrame, values: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    """Replace every examination figure; one that is not a number counts as not handed in."""
    frame = frame.copy()
    is_exam = frame["indicator_id"].isin(EXAM)
    keys = zip(frame.loc[is_exam, "school_code"], frame.loc[is_exam, "indicator_id"], strict=True)
    given_values = np.array([values[key] for key in keys], float)
    frame.loc[is_exam, ["value", "numerator", "denominator"]] = np.repeat(given_values[:, None], 3, axis=1)
    frame.loc[is_exam, "missing_reason"] = np.where(np.isnan(given_values), "not-reported", "")
    return frame


def scored(name: str, now: pd.DataFrame, before: pd.DataFrame) -> Scored:
    told = [
        (code(number + 1), stage, *TOLD[number % len(TOLD)])
        for number, stages in enumerate(STAGES)
        for stage in stages.split(",")
    ]
    roster = [(code(number + 1), stages, "primary-school") for number, stages in enumerate(STAGES)]
    made = Evidence(
        catalogue=catalogue(),
        schools=pd.DataFrame(roster, columns=["school_code", "stages", "school_type"]),
        indicators=now,
        previous=before,
        findings=pd.DataFrame(told, columns=FINDING_COLUMNS),
    )
    return score(rubric(name), made, minimum_coverage_rate=1)


@cache
def as_is(name: str) -> tuple[Scored, tuple[Proposal, ...], dict[str, str]]:
    """Return the scores, proposals and published files of a rubric before any result is replaced."""
    found = scored(name, figures(0), figures(1))
    return found, proposals(found), published(found)


def proposals(found: Scored) -> tuple[Proposal, ...]:
    rows = [(code(number + 1), outcome, 2) for number, outcome in enumerate(VISITS)]
    visits = pd.DataFrame(rows, columns=["school_code", "result", "inspector_count"])
    return propose(measures(), found.lines, found.totals, visits, mode="double-random")


def _notice(proposal: Proposal) -> NoticeFacts:
    return notice(proposal.school_code, sentence="".join(reason.sentence for reason in proposal.reasons))


def published(found: Scored) -> dict[str, str]:
    """Return the data files of the site: bands counted, results of the visits, a notice for each measure."""
    counts = found.totals.groupby(["stage", "public_band"]).size()
    bands = tuple(
        BandCount(district_code="1", district_name="区", stage=stage, band=band, school_count=int(count))
        for (stage, band), count in counts.items()
    )
    results = tuple(
        replace(result(code(number + 1)), category=outcome, category_title=RESULT_TITLES[outcome])
        for number, outcome in enumerate(VISITS)
    )
    notices = tuple(map(_notice, proposals(found)))
    return data_files(publishable(facts(band_counts=bands, results=results, notices=notices)))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_any_examination_result_leaves_measures_and_labels_as_they_are(
    name: str, data: st.DataObject
) -> None:
    keys = [(code(number + 1), exam) for number in range(len(STAGES)) for exam in EXAM]
    values = st.lists(ANY_VALUE, min_size=len(keys), max_size=len(keys))
    years = [dict(zip(keys, data.draw(values), strict=True)) for _ in range(2)]
    other = scored(name, with_exams(figures(0), years[0]), with_exams(figures(1), years[1]))
    one, measures_as_is, published_as_is = as_is(name)
    public = ["school_code", "stage", *(column for column in one.totals if column.startswith("public_"))]
    pd.testing.assert_frame_equal(one.totals[[*public, "is_vetoed"]], other.totals[[*public, "is_vetoed"]])
    assert proposals(other) == measures_as_is
    assert published(other) == published_as_is


def test_the_comparison_would_see_a_change() -> None:
    """The schools of this test are sorted by band, proposed measures for, and moved by other figures."""
    name = "rizhao-basic-requirements"
    one, other = scored(name, figures(0), figures(1)), scored(name, figures(3), figures(4))
    assert EXAM
    assert proposals(one) != ()
    assert published(one) != published(other)
    assert json.loads(published(one)["data/notices.json"])["notices"]


def test_a_rubric_that_passes_an_examination_figure_off_is_refused(tmp_path: Path) -> None:
    text = (RUBRICS / "rizhao-basic-requirements.yaml").read_text(encoding="utf-8")
    (tmp_path / "r.yaml").write_text(
        text.replace("exam_result: true", "exam_result: false"), encoding="utf-8"
    )
    with pytest.raises(DocumentError, match="考试成绩不得用于处理措施和公开等级"):
        load_rubric(tmp_path / "r.yaml", catalogue())


@pytest.mark.parametrize("name", NAMES)
def test_what_a_city_or_district_is_to_reach_is_no_part_of_a_schools_score(name: str) -> None:
    known = catalogue().by_id
    for criterion in rubric(name).criteria:
        assert not criterion.id.startswith("BJ-03"), "本科综合上线 is the city's target"
        assert "district_figures" not in {known[item].data_set for item in criterion.indicators}
