"""Which schools a request means, what stands against it, and that nobody and no school is at two places at once."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from inspection.deploy.plan import VisitPlan, load_plan
from inspection.dispatch.special import (
    Arrangement,
    Bounds,
    Entered,
    Known,
    KnownSchool,
    PlannedVisit,
    Seat,
    SpecialState,
    approval_due_on,
    arrange,
    chosen_schools,
    first_day,
    plan_text,
    rearranged,
    special_plan,
    veiled_refusal,
    visit_days,
)
from inspection.dispatch.special_check import answer_faults, request_faults
from inspection.dispatch.special_request import SpecialAnswer, SpecialRequest
from inspection.draw.pool import PoolInspector, Relation
from inspection.errors import ProtocolError
from inspection.policy_file import parse
from inspection.profile import Calendar

PLAN = load_plan(Path(__file__).parents[3] / "examples/demo_city/plans", "2025-2026-2-small")
CALENDAR = Calendar()
BOUNDS = Bounds(plan=PLAN, quorum=3, calendar=CALENDAR, approvers=("director-01", "dx-01"))
MONDAY = date(2026, 5, 18)
CODES = tuple(f"21379900{number:02d}" for number in range(1, 7))
PEOPLE = tuple(f"dx-{number:02d}" for number in range(1, 13))


def request(**changes: Any) -> SpecialRequest:
    content: dict[str, Any] = {
        "campaign_id": PLAN.campaign,
        "mode": "thematic",
        "matters": ["curriculum"],
        "schools": {"chosen_by": "list", "school_codes": CODES[:3]},
        "cause": {"trigger": "planned", "reason": "按照年度督导工作计划开展专项督导。"},
        "window": {"starts_on": "2026-05-20", "ends_on": "2026-06-05"},
        "requester_id": "office-01",
    }
    for name, value in changes.items():
        content[name] = content[name] | value if isinstance(value, dict) and name in content else value
    return SpecialRequest.model_validate(content)


def known(**changes: Any) -> Known:
    facts: dict[str, Any] = {
        "schools": {
            code: KnownSchool(
                code=code,
                name=f"示例市第{place}实验学校",
                district_code="379901" if place % 2 else "379902",
                school_type="nine-year-school" if place == 5 else "primary-school",
                location="rural" if place > 3 else "urban",
                stages=("primary", "junior") if place == 5 else ("primary",),
            )
            for place, code in enumerate(CODES)
        },
        "inspectors": [
            PoolInspector(
                inspector_id=code,
                is_leader=place % 2 == 0,
                expertise=("primary", "junior"),
                load=4,
                district_code="379901" if place % 2 else "379903",
            )
            for place, code in enumerate(PEOPLE)
        ],
        "relations": [],
        "overdue": {"case-1": CODES[4]},
        "failed": frozenset({CODES[5]}),
        "taken": frozenset(),
        "person_names": {"dx-01": "欧阳示例"},
    }
    return Known(**(facts | changes))


def told(faults: list[Any]) -> list[tuple[str, str]]:
    return [(fault.column, fault.code) for fault in faults]


def faults_of(asked: SpecialRequest, world: Known | None = None, *, quorum: int = 3) -> list[Any]:
    return request_faults(asked, world or known(), replace(BOUNDS, quorum=quorum), as_of=MONDAY)


def days_from(start: date, count: int) -> list[date]:
    return visit_days(
        request(window={"starts_on": str(start), "ends_on": str(start + timedelta(days=count - 1))}),
        dispatched_on=start - timedelta(days=20),
        calendar=CALENDAR,
    )


def test_a_sound_request_has_no_faults() -> None:
    assert faults_of(request()) == []


@pytest.mark.parametrize(
    ("choice", "cause", "expected"),
    [
        ({"chosen_by": "list", "school_codes": CODES[:2]}, {}, CODES[:2]),
        ({"chosen_by": "filter", "school_codes": (), "district_codes": ["379901"]}, {}, CODES[1::2]),
        (
            {"chosen_by": "filter", "school_codes": (), "stages": ["junior"], "locations": ["rural"]},
            {},
            CODES[5:],
        ),
        (
            {"chosen_by": "trigger", "school_codes": ()},
            {"trigger": "overdue-rectification", "evidence_ids": ["case-1"]},
            CODES[4:5],
        ),
        (
            {"chosen_by": "trigger", "school_codes": ()},
            {"trigger": "overdue-rectification"},
            CODES[4:5],
        ),
        ({"chosen_by": "trigger", "school_codes": ()}, {"trigger": "public-band-fail"}, CODES[5:]),
        (
            {"chosen_by": "trigger", "school_codes": CODES[:1]},
            {"trigger": "safety", "evidence_ids": ["aq-1"]},
            CODES[:1],
        ),
    ],
)
def test_schools_are_chosen_by_list_filter_or_trigger(
    choice: dict[str, Any], cause: dict[str, Any], expected: tuple[str, ...]
) -> None:
    asked = request(schools=choice, cause=cause)
    assert faults_of(asked) == []
    assert chosen_schools(asked, known()) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"schools": {"school_codes": ["2199999999"]}}, [("名单：学校标识码", "SPE-001")]),
        ({"schools": {"school_codes": []}}, [("名单：学校标识码", "SPE-002")]),
        ({"schools": {"stages": ["primary"]}}, [("筛选：学段", "SPE-002")]),
        ({"schools": {"chosen_by": "filter", "school_codes": []}}, [("筛选", "SPE-002")]),
        (
            {"schools": {"chosen_by": "filter", "district_codes": ["379901"]}},
            [("名单：学校标识码", "SPE-002")],
        ),
        ({"schools": {"chosen_by": "trigger"}}, [("选校方式", "SPE-002")]),
        ({"matters": ["curriculum", "sport"]}, [("检查事项", "SPE-003")]),
        ({"cause": {"trigger": "complaint"}}, [("线索或依据编号", "SPE-005")]),
        (
            {"cause": {"trigger": "overdue-rectification", "evidence_ids": ["case-9"]}},
            [("线索或依据编号", "SPE-005")],
        ),
        ({"window": {"starts_on": "2026-05-15"}}, [("开始日期", "SPE-006")]),
        ({"window": {"ends_on": "2026-05-19"}}, [("结束日期", "SPE-006")]),
        ({"window": {"ends_on": "2026-09-01"}}, [("入校时间", "SPE-006")]),
        ({"window": {"starts_on": "2026-05-20", "ends_on": "2026-05-20"}}, [("入校时间", "SPE-006")]),
        ({"team_size": 2}, [("每组人数", "SPE-007")]),
        ({"announcement": {"is_unannounced": True}}, [("不提前通知的依据", "SPE-008")]),
        ({"cause": {"reason": "请核实示例市第1实验学校的课程开设情况。"}}, [("事由", "SPE-009")]),
        ({"cause": {"reason": "欧阳示例督学反映课程开设不足额。"}}, [("事由", "SPE-009")]),
    ],
)
def test_what_does_not_exist_or_may_not_be_is_told(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert told(faults_of(request(**changes))) == expected


def test_all_faults_are_told_at_once_in_the_words_of_the_form() -> None:
    asked = request(schools={"school_codes": ["2199999999"]}, matters=["sport"], team_size=2)
    assert [fault.sentence for fault in sorted(faults_of(asked))] == [
        "专项督导申请 “名单：学校标识码”：应为本学期学校名录中的标识码，实为2199999999 不在名录中。"
        "请核对学校标识码。（SPE-001）",
        "专项督导申请 “检查事项”：应为所属批次计划中列明的事项，实为sport。"
        "可填：curriculum、health-and-workload、teacher-ethics。（SPE-003）",
        "专项督导申请 “每组人数”：应为专项督导每组不少于3人，实为2人。请增加每组人数。（SPE-007）",
    ]


def test_a_reason_that_names_a_school_is_refused_without_repeating_it() -> None:
    (fault,) = faults_of(request(cause={"reason": "请核实示例市第1实验学校的课程开设情况。"}))
    assert "第1实验学校" not in fault.sentence


@pytest.mark.parametrize("mode", ["key", "concentrated", "routine"])
def test_only_what_the_law_wants_announced_needs_a_basis_to_be_unannounced(mode: str) -> None:
    assert faults_of(request(mode=mode, announcement={"is_unannounced": True})) == []


def test_a_basis_lets_a_thematic_inspection_come_unannounced() -> None:
    asked = request(announcement={"is_unannounced": True, "basis": "上级部署文件"})
    assert faults_of(asked) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "double-random"},
        {"cause": {"trigger": "rumour"}},
        {"cause": {"reason": "太短"}},
        {"cause": {"evidence_ids": ["张某某举报"]}},
        {"requester_id": "张主任"},
        {"team_size": 1},
        {"window": {"starts_on": "明天"}},
        {"schools": {"chosen_by": "lot"}},
        {"colour": "red"},
    ],
)
def test_the_form_takes_only_what_it_knows(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        request(**wrong)


def test_every_field_of_the_form_is_explained_in_chinese() -> None:
    def check(schema: dict[str, Any]) -> None:
        # A part takes its description from its own model; its title stands at the field.
        for name in ("title",) if "$ref" in schema else ("title", "description"):
            assert any("一" <= sign <= "鿿" for sign in schema[name]), schema

    for form in (SpecialRequest, SpecialAnswer):
        schema = form.model_json_schema()
        models = [schema, *schema.get("$defs", {}).values()]
        for model in models:
            check(model)
            for field in model["properties"].values():
                check(field)


def test_the_preview_is_on_and_nobody_decides_by_default() -> None:
    assert request().dry_run
    assert SpecialAnswer.model_fields["approver_id"].is_required()
    assert SpecialAnswer.model_fields["decision"].is_required()


def test_the_same_request_has_one_digest_whatever_the_order_and_whoever_previews() -> None:
    first = request(matters=["curriculum", "teacher-ethics"])
    schools = {"school_codes": CODES[:3][::-1]}
    again = request(
        matters=["teacher-ethics", "curriculum"], schools=schools, dry_run=False, as_of="2026-05-19"
    )
    assert first.digest == again.digest
    assert first.digest != request().digest


def test_schools_that_are_told_have_their_working_days_and_what_is_urgent_does_not_wait() -> None:
    window = {"starts_on": "2026-05-18", "ends_on": "2026-05-29"}
    safety = {"trigger": "safety", "evidence_ids": ["aq-1"]}
    on = {"dispatched_on": date(2026, 5, 21), "calendar": CALENDAR}  # a Thursday
    assert first_day(request(window=window), **on) == date(2026, 5, 26)
    assert first_day(request(window=window, cause=safety), **on) == date(2026, 5, 21)
    assert first_day(request(window=window, announcement={"is_unannounced": True}), **on) == date(2026, 5, 21)


def test_an_urgent_dispatch_is_to_be_approved_within_one_working_day() -> None:
    assert approval_due_on(date(2026, 5, 22), CALENDAR) == date(2026, 5, 25)


TAKEN = st.frozensets(
    st.tuples(
        st.sampled_from(CODES + PEOPLE), st.integers(0, 9).map(lambda days: MONDAY + timedelta(days=days))
    ),
    max_size=25,
)
APART = st.lists(
    st.builds(Relation, st.sampled_from(PEOPLE), st.sampled_from(CODES), st.just("relative_employed")),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(
    codes=st.sets(st.sampled_from(CODES), min_size=1, max_size=5),
    taken=TAKEN,
    apart=APART,
    size=st.integers(3, 4),
    mode=st.sampled_from(["thematic", "cross"]),
)
def test_teams_are_whole_recused_from_nothing_and_never_at_two_places_on_a_day(
    codes: set[str], taken: frozenset[tuple[str, date]], apart: list[Relation], size: int, mode: str
) -> None:
    world = known(taken=taken, relations=apart)
    asked = request(schools={"school_codes": sorted(codes)}, team_size=size, mode=mode)
    days = days_from(MONDAY, 12)
    try:
        found = arrange(asked, world, days, is_stage_expertise_required=True)
    except ProtocolError:
        assume(False)
    assert {visit.school_code for visit in found.visits} == codes
    places = [(visit.school_code, visit.visit_on) for visit in found.visits]
    recused = {(relation.inspector_id, relation.school_code) for relation in apart}
    people = {person.inspector_id: person for person in world.inspectors}
    for visit in found.visits:
        members = found.members[visit.team_code]
        assert len(set(members)) == size
        assert visit.visit_on in days
        assert recused.isdisjoint((person, visit.school_code) for person in members)
        assert any(people[person].is_leader for person in members)
        if mode == "cross":
            district = world.schools[visit.school_code].district_code
            assert all(people[person].district_code != district for person in members)
        places += [(person, visit.visit_on) for person in members]
    assert len(set(places)) == len(places)
    assert taken.isdisjoint(places)
    loads = Counter(person for visit in found.visits for person in found.members[visit.team_code])
    assert max(loads.values()) <= 4


@given(order=st.permutations(PEOPLE))
@settings(max_examples=10, deadline=None)
def test_the_same_request_gives_the_same_teams_whatever_the_order_of_the_roster(order: list[str]) -> None:
    world = known()
    by_code = {person.inspector_id: person for person in world.inspectors}
    shuffled = replace(world, inspectors=[by_code[code] for code in order])
    days = days_from(MONDAY, 12)
    first = arrange(request(), world, days, is_stage_expertise_required=True)
    assert arrange(request(), shuffled, days, is_stage_expertise_required=True) == first


def test_a_school_whose_every_day_is_taken_cannot_be_visited_and_the_ui_is_told_no_code() -> None:
    days = days_from(MONDAY, 5)
    world = known(taken=frozenset((CODES[0], day) for day in days))
    with pytest.raises(ProtocolError) as caught:
        arrange(request(), world, days, is_stage_expertise_required=True)
    assert CODES[0] in str(caught.value)
    message = str(veiled_refusal(caught.value))
    assert not any(code in message for code in CODES + PEOPLE)
    assert message == (
        "专项督导派不出检查组或排不进入校时间\n- 专项督导申请 “派组和排期”："
        "应为在申请的时间和人数内，各校都能派出检查组、排定入校日期，实为有1处排不下。"
        "请延长入校时间、减少学校或者每组人数后重新申请；具体情况见工作台中的预览材料。（SPE-010）"
    )


def arranged() -> Arrangement:
    return arrange(request(), known(), days_from(MONDAY, 12), is_stage_expertise_required=True)


def test_days_that_are_still_free_stay() -> None:
    found = arranged()
    assert rearranged(found, days_from(MONDAY, 12), taken=frozenset()) is found


def test_days_that_have_passed_are_set_anew_for_the_same_teams() -> None:
    found, later = arranged(), days_from(date(2026, 5, 25), 12)
    anew = rearranged(found, later, taken=frozenset())
    assert anew.seats == found.seats
    assert [(v.school_code, v.team_code) for v in anew.visits] == [
        (v.school_code, v.team_code) for v in found.visits
    ]
    assert all(visit.visit_on in later for visit in anew.visits)


def test_a_day_taken_since_is_left() -> None:
    found = arranged()
    first = found.visits[0]
    anew = rearranged(found, days_from(MONDAY, 12), taken=frozenset({(first.school_code, first.visit_on)}))
    assert anew.visits[0].visit_on != first.visit_on


def entered(**changes: Any) -> Entered:
    facts: dict[str, Any] = {
        "special_id": f"{PLAN.campaign}-s0123456789",
        "request": request(),
        "arrangement": Arrangement(
            visits=(PlannedVisit(school_code=CODES[0], team_code="t01", visit_on=MONDAY),),
            seats=(Seat(team_code="t01", inspector_id="dx-01", role="leader"),),
        ),
        "state": SpecialState.REQUESTED,
        "requested_on": MONDAY,
    }
    return Entered(**(facts | changes))


def answer(**changes: Any) -> SpecialAnswer:
    content = {"decision": "approve", "approver_id": "director-01", "reason": "", "decided_on": MONDAY}
    return SpecialAnswer.model_validate(content | changes)


REASON = "与近期安排的综合督导重复，暂缓开展。"


@pytest.mark.parametrize(
    ("given_answer", "special", "wanted"),
    [
        (answer(), entered(), []),
        (answer(decision="return", reason=REASON), entered(), []),
        (answer(decision="cancel", approver_id="office-01", reason=REASON), entered(), []),
        (answer(approver_id="nobody-1"), entered(), ["列入审批人员名单的负责人"]),
        (answer(approver_id="dx-01"), entered(), ["检查组以外的负责人"]),
        (
            answer(approver_id="office-01"),
            entered(),
            ["列入审批人员名单的负责人", "申请人以外的负责人"],
        ),
        (answer(decision="return"), entered(), ["10字以上的理由"]),
        (answer(decision="cancel", reason=REASON), entered(), ["由申请人本人撤回"]),
        (
            answer(decision="cancel", approver_id="office-01", reason=REASON),
            entered(state=SpecialState.DISPATCHED),
            ["在派组前撤回"],
        ),
        (answer(), entered(state=SpecialState.RETURNED, decision="return"), ["尚待决定的申请"]),
        (
            answer(decided_on=date(2026, 5, 15)),
            entered(),
            ["不早于申请日期（2026-05-18）的决定日期"],
        ),
    ],
)
def test_who_may_decide_what(given_answer: SpecialAnswer, special: Entered, wanted: list[str]) -> None:
    faults = answer_faults(given_answer, special, known(), BOUNDS)
    assert [fault.wanted for fault in faults] == wanted


def test_an_approver_related_to_a_school_is_recused() -> None:
    world = known(relations=[Relation("director-01", CODES[0], "relative_employed")])
    (fault,) = answer_faults(answer(), entered(), world, BOUNDS)
    assert fault.sentence == (
        "专项督导审批：应为没有应当回避情形的负责人，实为director-01 有登记的回避关系。"
        "请由符合条件的人员重新作出决定。（SPE-011）"
    )


def test_the_plan_of_a_special_inspection_reads_back_as_it_was_written() -> None:
    visits = VisitPlan(starts_on=MONDAY, ends_on=date(2026, 5, 20))
    own = special_plan(PLAN, request(), special_id=f"{PLAN.campaign}-s0123456789", visits=visits)
    assert own.title == "2025—2026学年第二学期专项督导（课程开设与规范办学）"
    assert (own.draw, own.mode, [matter.code for matter in own.matters]) == (None, "thematic", ["curriculum"])
    assert parse(type(own), plan_text(own), place="plan") == own
