"""Scoring: traceable lines, the same whatever the order, and public bands that know no examination."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspection import policy_file
from inspection.derive.indicator import COLUMNS, load_catalogue
from inspection.score.evidence import Evidence
from inspection.score.rubric import Criterion, Rubric
from inspection.score.scoring import LINE_COLUMNS, Scored, score
from tests.rules.score.rizhao_schools import GOOD, RUBRICS, code, evidence, rubric
from tests.rules.score.test_rubric import CATALOGUE, SOUND

ANY_FIGURE = st.one_of(st.floats(0, 100, allow_nan=False), st.just(float("nan")))


def scored(*args: object, **more: object) -> Scored:
    return score(rubric(), evidence(*args, **more), minimum_coverage_rate=60)  # type: ignore[arg-type]


def sentence(found: Scored, criterion_id: str, school: int = 1) -> str:
    rows = found.lines[
        (found.lines["criterion_id"] == criterion_id) & (found.lines["school_code"] == code(school))
    ]
    return str(rows["explanation"].iloc[0])


def line(found: Scored, criterion_id: str, school: int = 1) -> pd.Series:
    rows = found.lines[
        (found.lines["criterion_id"] == criterion_id) & (found.lines["school_code"] == code(school))
    ]
    return rows.iloc[0]


def test_lines_stand_by_school_stage_and_order_of_the_rubric() -> None:
    found = scored({2: {}, 1: {}}, stages={2: "primary,junior"})
    assert list(found.lines.columns) == LINE_COLUMNS
    keys = list(zip(found.lines["school_code"], found.lines["stage"], strict=True))
    assert keys == sorted(keys)
    ids = [criterion.id for criterion in rubric().criteria]
    assert found.lines["criterion_id"].tolist() == ids * 3
    assert found.totals["stage"].tolist() == ["primary", "junior", "primary"]
    assert found.totals["school_type"].tolist() == ["primary-school"] * 3


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_the_order_of_inputs_is_no_content(data: st.DataObject) -> None:
    figures = {1: {"sleep_hours": 9.3}, 2: {"myopia_rate": 35.4}, 3: {"lessons_rate": 97.2}}
    told = (
        (1, "primary", "RZ-01", "met", np.nan),
        (2, "", "RZ-10", "", 4.0),
        (2, "", "RZ-01", "not-met", np.nan),
    )
    whole = evidence(figures, stages={3: "primary,junior"}, findings=told)
    turned = {
        name: getattr(whole, name).iloc[data.draw(st.permutations(range(len(getattr(whole, name)))))]
        for name in ("schools", "indicators", "previous", "findings")
    }
    one = score(rubric(), whole, minimum_coverage_rate=60)
    other = score(rubric(), replace(whole, **turned), minimum_coverage_rate=60)
    pd.testing.assert_frame_equal(one.lines, other.lines)
    pd.testing.assert_frame_equal(one.totals, other.totals)
    assert one.digest() == other.digest()


@settings(max_examples=25, deadline=None)
@given(now=ANY_FIGURE, before=ANY_FIGURE, sleep=st.floats(7, 11))
def test_no_examination_result_moves_a_public_band(now: float, before: float, sleep: float) -> None:
    """基础教育规范管理负面清单: no label by examination results."""
    exam = "lowest_subject_pass_rate"
    one = scored({1: {"sleep_hours": sleep}})
    other = scored({1: {"sleep_hours": sleep, exam: now}}, last_year={1: {exam: before}})
    public = [name for name in one.totals if name.startswith("public_")] + ["is_vetoed"]
    pd.testing.assert_frame_equal(one.totals[public], other.totals[public])
    is_public = ~one.lines["exam_result"]
    pd.testing.assert_frame_equal(one.lines[is_public], other.lines[is_public])


def of_growth(now: float, before: float) -> pd.Series:
    """Return the line of a criterion that asks for no more than last year, relative to it."""
    rule = {"kind": "change", "indicator": "exercise_minutes", "measured": "relative", "at_most": 0}
    told = rubric().by_id["RZ-03"].model_dump() | {"rule": rule, "weight": 100}
    one = rubric().model_copy(update={"criteria": (Criterion.model_validate(told),)})
    name = "exercise_minutes"
    given_evidence = evidence({1: {name: now}}, last_year={1: {name: before}})
    return score(one, given_evidence, minimum_coverage_rate=60).lines.iloc[0]


def test_nothing_after_nothing_is_no_change() -> None:
    line = of_growth(0.0, 0.0)
    assert (line["outcome"], line["points_centi"]) == ("met", 10_000)
    assert "0分钟，上年0分钟，持平，要求不高于上年，达到要求" in line["explanation"]


def test_from_nothing_no_growth_can_be_told_and_the_line_says_why() -> None:
    line = of_growth(20.0, 0.0)
    assert (line["outcome"], line["missing_reason"]) == ("not-established", "zero-previous")
    assert "上年为0，增减幅度无法计算，本项未评定" in line["explanation"]


def test_what_is_there_or_not_is_told_as_yes_or_no() -> None:
    found = {value: of_yes_no(value) for value in (1.0, 0.0)}
    assert (
        found[1.0]["explanation"]
        == "有教研活动计划和方案：是，要求为“是”，达到要求，得满分100分（基本要求第3条）。"
    )
    assert (
        found[0.0]["explanation"]
        == "有教研活动计划和方案：否，要求为“是”，未达到要求，得0分，满分100分（基本要求第3条）。"
    )
    assert {line["threshold"] for line in found.values()} == {"为“是”"}


def of_yes_no(value: float) -> pd.Series:
    """Return the line of a criterion that asks whether something is there."""
    listed = load_catalogue(
        RUBRICS / "indicators.yaml", RUBRICS.parent / "sources" / "catalogue" / "figures.yaml"
    )
    rule = {"kind": "threshold", "indicator": "research_plan_exists", "at_least": 1}
    told = rubric().by_id["RZ-03"].model_dump() | {"rule": rule, "weight": 100}
    one = rubric().model_copy(update={"criteria": (Criterion.model_validate(told),)})
    whole = replace(evidence({1: {"research_plan_exists": value}}), catalogue=listed)
    return score(one, whole, minimum_coverage_rate=60).lines.iloc[0]


def test_points_come_from_integers_and_sum_to_the_total() -> None:
    found = scored({1: {"sleep_hours": 9.4, "sports_skill_rate": 86.0}})
    lines = found.lines[found.lines["outcome"].isin(["met", "partly", "not-met"])]
    gained, worth = lines["points_centi"].sum(), lines["max_centi"].sum()
    assert (gained, worth) == (8600 - 600 * 6 // 10 - 400 * 4 // 10, 8600)
    assert found.totals["points_centi"].tolist() == [(2 * 10000 * gained + worth) // (2 * worth)]
    assert found.totals["coverage_rate"].tolist() == [86.0]


def test_a_bureau_may_ask_for_more_coverage() -> None:
    figures = evidence({1: {}})
    bands = [score(rubric(), figures, minimum_coverage_rate=rate).totals["band"][0] for rate in (86, 86.01)]
    assert bands == ["excellent", "not-established"]


SENTENCES = {
    "RZ-01": "坚持社会主义办学方向，须入校检查，尚无检查记录，暂不计入总分（基本要求第1条）。",
    "RZ-02": "国家课程开足率97%，超标教学或提前结课0件，要求全部完成（高于90%但未达到100%的，按比例计分），"
    "部分达到要求，得分12×7÷10＝8.4分（基本要求第2条）。",
    "RZ-03": "随堂监测达标率90%，要求不低于80%（高于70%但未达到的，按比例计分），达到要求，得满分8分（基本要求第3条）。",
    "RZ-06c": "近视率35.6667%，上年36%，降低0.3333个百分点，要求比上年降低1个百分点以上（有降低但不足的，按比例计分），"
    "部分达到要求，得分5×0.3333÷1≈1.67分（基本要求第6条）。",
    "RZ-06b": "体质健康监测优良率48%，上年48%，持平，要求比上年提高，未达到要求，得0分，满分4分（基本要求第6条）。",
    "RZ-08": "学生平均每天睡眠时间，未填报，本项未评定，不计入总分，也不按零分处理（基本要求第8条）。",
    "RZ-11": "查实的师德违规2件，要求为0件（零容忍），未达到要求，得0分，满分8分（基本要求第11条）。",
    "RZ-12": "家长满意度98%，95%置信区间97.55%至98.37%，要求不低于90%（高于80%但未达到的，按比例计分），"
    "达到要求，得满分6分（基本要求第12条）。",
}  # fmt: skip


@pytest.mark.parametrize("criterion_id", SENTENCES)
def test_every_line_explains_itself(criterion_id: str) -> None:
    figures = {"lessons_rate": 97.0, "myopia_rate": 35.666667, "fitness_good_rate": 48.0}
    found = scored({1: {**figures, "sleep_hours": float("nan"), "ethics_case_count": 2.0}})
    assert sentence(found, criterion_id) == SENTENCES[criterion_id]


def test_a_visit_is_told_beside_the_figure() -> None:
    told = ((1, "primary", "RZ-02", "not-met", np.nan), (1, "primary", "RZ-10", "", 4.0))
    found = scored({1: {}}, findings=told)
    assert sentence(found, "RZ-02") == (
        "国家课程开足率100%；入校核查结论为不符合，超标教学或提前结课0件，要求全部完成（高于90%但未达到100%的，"
        "按比例计分），未达到要求，得0分，满分12分（基本要求第2条）。"
    )
    assert sentence(found, "RZ-10") == (
        "劳动能力和劳动习惯：入校评分4分，要求入校评分3分及以上（1至5分），达到要求，得分6×90÷100＝5.4分（基本要求第10条）。"
    )
    assert line(found, "RZ-02")["is_on_site"]
    assert found.totals["is_vetoed"].tolist() == [True]
    assert found.totals["public_band"].tolist() == ["fail"]


def test_a_gap_of_last_year_is_told_apart_from_thin_coverage() -> None:
    thin = scored({1: {}}, last_year={1: {"vision_coverage_rate": 50.0}})
    gone = scored({1: {}}, last_year={1: {"myopia_rate": float("nan")}})
    assert line(thin, "RZ-06c")["missing_reason"] == "thin-previous"
    assert line(gone, "RZ-06c")["missing_reason"] == "no-previous"


def test_of_several_findings_the_least_favourable_stands() -> None:
    told = (
        (1, "primary", "RZ-01", "met", np.nan),
        (1, "", "RZ-01", "not-met", np.nan),
        (1, "primary", "RZ-10", "", 4.0),
        (1, "primary", "RZ-10", "", 2.0),
    )
    found = scored({1: {}}, findings=told)
    assert line(found, "RZ-01")["outcome"] == "not-met"
    assert line(found, "RZ-10")["points_centi"] == 600 * 40 // 100


def test_a_finding_of_the_whole_school_speaks_for_every_stage() -> None:
    found = scored({1: {}}, stages={1: "primary,junior"}, findings=((1, "", "RZ-01", "met", np.nan),))
    rows = found.lines[found.lines["criterion_id"] == "RZ-01"]
    assert rows["outcome"].tolist() == ["met", "met"]


def test_schools_outside_the_roster_are_left_out() -> None:
    whole = evidence({1: {}, 2: {}}, findings=((2, "primary", "RZ-01", "met", np.nan),))
    found = score(rubric(), replace(whole, schools=whole.schools.iloc[:1]), minimum_coverage_rate=60)
    assert found.totals["school_code"].tolist() == [code(1)]


def test_coverage_that_nobody_knows_is_not_said_to_be_thin() -> None:
    thin, unknown = (scored({1: {"survey_response_rate": reached}}) for reached in (4.0, float("nan")))
    assert "数据覆盖面未达到规定，本项未评定" in sentence(thin, "RZ-12")
    assert "覆盖面不明，缺少计算覆盖率的数据，本项未评定" in sentence(unknown, "RZ-12")
    assert line(unknown, "RZ-12")["outcome"] == "not-established"


def test_nothing_known_is_no_band_and_no_zero_lines() -> None:
    found = scored({1: dict.fromkeys(GOOD, float("nan"))})
    assert found.totals["band"].tolist() == ["not-established"]
    assert set(found.lines["outcome"]) == {"not-established", "awaiting-visit"}


@pytest.mark.parametrize("cuts", [(6,), (1, 4, 6), (2, 3, 5, 6)])
def test_parts_scored_apart_make_the_whole_to_the_digest(cuts: tuple[int, ...]) -> None:
    """Another number of workers is another number of parts."""
    figures = {
        number: {"sleep_hours": 8.7 + number / 10, "myopia_rate": 33.0 + number} for number in range(1, 7)
    }
    whole = evidence(figures, stages={3: "primary,junior"})
    once = score(rubric(), whole, minimum_coverage_rate=60)
    parts = [
        score(rubric(), replace(whole, schools=whole.schools.iloc[start:end]), minimum_coverage_rate=60)
        for start, end in zip((0, *cuts), cuts, strict=False)
    ]
    frames = {name: pd.concat([getattr(part, name) for part in parts]) for name in ("lines", "totals")}
    assert replace(once, **frames).digest() == once.digest()
    assert once.digest() == score(rubric(), whole, minimum_coverage_rate=60).digest()


def test_the_digest_of_a_score_is_the_same_on_another_day_and_machine() -> None:
    keys = {"school_code": code(1), "stage": "primary", "numerator": np.nan, "denominator": np.nan}
    told = [("pass_rate", 81.234567, ""), ("marks_rate", np.nan, "not-reported")]
    rows = [
        keys | {"indicator_id": name, "value": value, "missing_reason": reason, "data_set": "d"}
        for name, value, reason in told
    ]
    roster = pd.DataFrame([(code(1), "primary", "primary-school")], columns=ROSTER)
    sample = Evidence(CATALOGUE, roster, pd.DataFrame(rows, columns=COLUMNS))
    found = score(policy_file.parse(Rubric, SOUND, place="例"), sample, minimum_coverage_rate=60)
    assert found.digest() == KNOWN_DIGEST


ROSTER = ["school_code", "stages", "school_type"]
KNOWN_DIGEST = "96de14da8d2e2a77e1af442678e7753bc52d62982b4d6971185db0c69de08b33"
