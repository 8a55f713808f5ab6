"""Measures: what is proposed, on which ground, and what no examination result can ever do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.decide.measure import Proposal, When, load_measures, propose
from inspection.errors import DocumentError
from inspection.score.scoring import Scored, score
from tests.rules.score.rizhao_schools import RUBRICS, code, evidence, measures, rubric

RED = (1, "primary", "RZ-02", "not-met", np.nan)
PLAIN = (1, "primary", "RZ-01", "not-met", np.nan)
BAD = {
    "homework_at_school_rate": 20.0,
    "fitness_pass_rate": 60.0,
    "exercise_minutes": 20.0,
    "sleep_hours": 7.0,
}
BAD |= {
    "sports_skill_rate": 40.0,
    "arts_and_song_rate": 40.0,
    "class_check_pass_rate": 40.0,
    "myopia_rate": 40.0,
}


def results(*told: tuple[int, str], inspector_count: int = 2) -> pd.DataFrame:
    rows = [(code(number), result, inspector_count) for number, result in told]
    return pd.DataFrame(rows, columns=["school_code", "result", "inspector_count"])


def scored(schools: dict[int, dict[str, float]], **more: object) -> Scored:
    return score(rubric(), evidence(schools, **more), minimum_coverage_rate=60)  # type: ignore[arg-type]


def proposed(found: Scored, visits: pd.DataFrame, mode: str = "double-random") -> tuple[Proposal, ...]:
    return propose(measures(), found.lines, found.totals, visits, mode=mode)  # type: ignore[arg-type]


def codes(found: Scored, visits: pd.DataFrame, mode: str = "double-random") -> list[tuple[str, str]]:
    return [(proposal.school_code, proposal.measure.code) for proposal in proposed(found, visits, mode)]


def test_a_red_line_found_on_site_calls_for_rectification() -> None:
    (proposal,) = proposed(scored({1: {}}, findings=(RED,)), results((1, "pending")))
    assert proposal.measure.code == "rectification-notice"
    assert proposal.measure.hearing_required
    assert proposal.rule_ids == ("fails-and-found", "red-line-found")
    assert [(reason.criterion_id, reason.clause) for reason in proposal.reasons] == [
        ("", ""),
        ("RZ-02", "基本要求第2条"),
    ]
    assert proposal.reasons[0].sentence == "小学评价等级为“不合格”。"
    assert "入校核查结论为不符合" in proposal.reasons[1].sentence


def test_a_reported_case_alone_calls_for_nothing() -> None:
    assert codes(scored({1: {"over_standard_case_count": 3.0}}), results()) == []


def test_a_visit_below_the_quorum_verifies_nothing() -> None:
    found = scored({1: {}}, findings=(RED,))
    assert codes(found, results((1, "falsified"), inspector_count=1)) == []
    assert codes(found, results((1, "falsified"), inspector_count=2), mode="comprehensive") == []


def test_a_finding_without_a_result_of_the_visit_verifies_nothing() -> None:
    assert codes(scored({1: {}}, findings=(RED,)), results()) == []


@pytest.mark.parametrize("result", ["obstructed", "falsified"])
def test_obstruction_and_falsification_call_for_rectification(result: str) -> None:
    (proposal,) = proposed(scored({1: {}}), results((1, result)))
    assert proposal.measure.code == "rectification-notice"
    assert proposal.reasons[0].sentence in {"检查结果为“不配合检查情节严重”。", "检查结果为“弄虚作假”。"}


def test_a_mode_that_does_not_allow_a_measure_does_not_propose_it() -> None:
    assert codes(scored({1: {}}, findings=(RED,)), results((1, "falsified")), mode="guidance") == []


def test_data_owed_is_a_reminder_and_bars_praise() -> None:
    found = scored({1: {"exercise_minutes": float("nan")}})
    (proposal,) = proposed(found, results((1, "no-problem")))
    assert proposal.measure.code == "reminder"
    assert [reason.criterion_id for reason in proposal.reasons] == ["RZ-07a"]


def test_an_excellent_school_without_a_problem_is_commended() -> None:
    told = ((1, "primary", "RZ-01", "met", np.nan), (1, "primary", "RZ-10", "", 5.0))
    (proposal,) = proposed(scored({1: {}}, findings=told), results((1, "no-problem")))
    assert proposal.measure.code == "commendation"
    assert [reason.sentence for reason in proposal.reasons] == [
        "检查结果为“未发现问题”。",
        "小学评价等级为“优秀”。",
    ]


def test_praise_needs_every_stage_and_a_visit() -> None:
    found = scored({1: {}, 2: {}}, stages={1: "primary,junior"})
    assert codes(found, results((1, "no-problem"))) == [(code(1), "commendation")]
    assert codes(found, results((2, "corrected"))) == []
    weak = score(
        rubric(),
        evidence(
            {1: {}}, stages={1: "primary,junior"}, findings=((1, "junior", "RZ-01", "not-met", np.nan),)
        ),
        minimum_coverage_rate=60,
    )
    assert codes(weak, results((1, "no-problem"))) == []


def test_praise_close_to_the_edge_becomes_attention() -> None:
    found = scored({1: {"homework_at_school_rate": 80.7}})
    lost = 800 - 800 * 7 // 100
    assert found.totals["public_points_centi"].tolist() == [(2 * 10000 * (7800 - lost) + 7800) // (2 * 7800)]
    assert found.totals["public_band"].tolist() == ["excellent"]
    assert found.totals["public_margin_centi"].tolist()[0] < 100
    (proposal,) = proposed(found, results((1, "no-problem")))
    assert proposal.measure.code == "watch"
    assert "小学得分距等级分界不足1分，等级不够稳定，暂列关注。" in [r.sentence for r in proposal.reasons]


def test_praise_that_most_changes_would_overturn_becomes_attention() -> None:
    found = scored({1: {}})
    firm, unsure = (found.totals.assign(stay_rate=rate) for rate in (80.0, 79.67))
    visits = results((1, "no-problem"))
    assert codes(replace(found, totals=firm), visits) == [(code(1), "commendation")]
    (proposal,) = proposed(replace(found, totals=unsure), visits)
    assert proposal.measure.code == "watch"
    assert "小学在约定的各种变动情形中，等级保持不变的占79.67%，不足80%，等级不够稳定，暂列关注。" in [
        reason.sentence for reason in proposal.reasons
    ]


def test_a_failing_band_that_may_not_stay_is_watched_but_a_red_line_is_not() -> None:
    plain = scored({1: BAD}, findings=(PLAIN,))
    red = scored({1: BAD}, findings=(RED,))
    visits = results((1, "corrected"))
    unsure, held = (replace(found, totals=found.totals.assign(stay_rate=10.0)) for found in (plain, red))
    assert codes(unsure, visits) == [(code(1), "watch")]
    assert "rectification-notice" in [name for _, name in codes(held, visits)]


def test_data_owed_is_a_finding_of_its_own_and_no_fragility() -> None:
    found = scored({1: {"exercise_minutes": float("nan")}})
    unsure = replace(found, totals=found.totals.assign(stay_rate=10.0))
    assert codes(unsure, results((1, "no-problem"))) == [(code(1), "watch"), (code(1), "reminder")]


def test_a_veto_is_firm_however_near_an_edge_the_points_are() -> None:
    found = scored({1: {"homework_at_school_rate": 80.7}}, findings=(RED,))
    assert found.totals["is_vetoed"].tolist() == [True]
    (proposal,) = proposed(found, results((1, "corrected")))
    assert proposal.measure.code == "rectification-notice"


def test_a_failing_band_needs_something_found_on_site() -> None:
    found = scored({1: BAD})
    assert found.totals["public_band"].tolist() == ["fail"]
    assert codes(found, results((1, "corrected"))) == []
    (proposal,) = proposed(scored({1: BAD}, findings=(PLAIN,)), results((1, "corrected")))
    assert proposal.rule_ids == ("fails-and-found",)


def test_proposals_stand_by_school_code() -> None:
    found = scored({3: {"sleep_hours": float("nan")}, 1: {}, 2: {}}, findings=(RED,))
    visits = results((2, "no-problem"), (1, "pending"))
    wanted = [(code(1), "rectification-notice"), (code(2), "commendation"), (code(3), "reminder")]
    assert codes(found, visits) == wanted


ANY_FIGURE = st.one_of(st.floats(0, 100, allow_nan=False), st.just(float("nan")))


@settings(max_examples=20, deadline=None)
@given(now=st.lists(ANY_FIGURE, min_size=3, max_size=3), before=ANY_FIGURE)
def test_no_examination_result_moves_a_proposal(now: list[float], before: float) -> None:
    """Whatever the marks are, or whether there are any: the same proposals, to the last word."""
    base: dict[int, dict[str, float]] = {1: {}, 2: {"exercise_minutes": float("nan")}, 3: BAD}
    told = ((3, "primary", "RZ-01", "not-met", np.nan),)
    visits = results((1, "no-problem"), (3, "pending"))
    exam = "lowest_subject_pass_rate"
    marked = {number: base[number] | {exam: figure} for number, figure in zip(base, now, strict=True)}
    one = proposed(scored(base, findings=told), visits)
    other = proposed(scored(marked, last_year={1: {exam: before}}, findings=told), visits)
    assert [proposal.measure.code for proposal in one] == ["commendation", "reminder", "rectification-notice"]
    assert one == other


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(["met", "not-met", "not-established"]), st.booleans(), st.booleans())
def test_a_line_marked_as_examination_result_is_never_read(outcome: str, on_site: bool, red: bool) -> None:
    found = scored({1: {}}, findings=(PLAIN,))
    exam = found.lines.iloc[[0]].assign(
        exam_result=True,
        outcome=outcome,
        is_on_site=on_site,
        is_zero_tolerance=red,
        missing_reason="not-submitted",
    )
    visits = results((1, "pending"))
    more = propose(measures(), pd.concat([found.lines, exam]), found.totals, visits, mode="double-random")
    assert more == proposed(found, visits)


def test_the_internal_band_is_never_read() -> None:
    found = scored({1: {}}, findings=(RED,))
    turned = found.totals.assign(band="excellent", points_centi=10000, coverage_rate=0.0)
    visits = results((1, "pending"))
    assert propose(measures(), found.lines, turned, visits, mode="double-random") == proposed(found, visits)


def test_a_rule_has_no_word_for_marks_totals_or_ranks() -> None:
    assert set(When.model_fields) == {
        "found_not_met",
        "results",
        "public_bands",
        "data_owed",
        "nothing_found_not_met",
    }


@pytest.mark.parametrize(
    ("right", "wrong", "wanted"),
    [
        (
            "    hearing_required: true\n    rectification_required: true\n\n  - code: warning-circular",
            "\n  - code: warning-circular",
            "先告知、听取陈述申辩的措施（“限期整改”重于提醒，请写 hearing_required: true）",
        ),
        (
            "when: {results: [obstructed, falsified]}",
            "when: {public_bands: [fail]}",
            "以入校核实的检查记录或检查结果为依据的规则（obstructed-or-falsified 提出的措施重于提醒）",
        ),
        ("propose: reminder", "propose: remainder", "措施目录中有的措施（没有 remainder）"),
        ("propose: watch", "propose: reminder", "等级分界附近改列的内部关注（direction: neutral）"),
        ("code: referral", "code: watch", "互不相同的措施代码 code"),
        ("when: {data_owed: true}", "when: {band: fail}", "此处可填的项"),
    ],
)
def test_wrong_measures_are_refused(tmp_path: Path, right: str, wrong: str, wanted: str) -> None:
    text = (RUBRICS / "measures.yaml").read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "measures.yaml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        load_measures(path)
    assert [fault.wanted for fault in caught.value.faults] == [wanted]
