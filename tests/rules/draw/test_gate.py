"""Every rule of law or plan that an inspection must keep: kept and broken, and what an override can do."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from inspection.decide.measure import load_measures
from inspection.deploy.matter_list import load_matter_list
from inspection.deploy.plan import MODE_TITLES
from inspection.draw.gate import (
    PLAN,
    RULES,
    Breach,
    Gatekeeper,
    matter_breaches,
    notice_breaches,
    publication_breaches,
    quorum_breaches,
    recusal_breaches,
    repeat_breaches,
    sealed_notice_breaches,
    settle,
)
from inspection.errors import ProtocolError
from inspection.profile import Calendar
from inspection.request import Override, RuleCode

RUBRICS = Path(__file__).parents[3] / "rubrics"
CALENDAR = Calendar()
A, B = "3711020001", "3711020002"
LISTED = load_matter_list(RUBRICS / "matters.yaml")
KEEPER = Gatekeeper(approvers=("director-01",), overridden={}, names=("示例小学", "王小明"))
REASON = "因汛情道路中断，有关检查推迟完成"


def override(rule: RuleCode, **changes: str) -> Override:
    given = {"rule": rule, "person_id": "director-01", "reason": REASON}
    return Override.model_validate(given | changes)


def refused(breaches: Sequence[Breach], *overrides: Override, keeper: Gatekeeper = KEEPER) -> list[str]:
    with pytest.raises(ProtocolError) as error:
        settle(breaches, overrides, keeper, mode="double-random")
    return [fault.sentence for fault in error.value.faults]


def test_every_rule_has_a_clause_in_every_mode_and_a_code_of_its_own() -> None:
    assert set(RULES) == set(get_args(RuleCode))
    assert all(rule.clause(mode).title for rule in RULES.values() for mode in MODE_TITLES)
    assert len({rule.fault_code for rule in RULES.values()}) == len(RULES)


@pytest.mark.parametrize(
    ("mode", "count", "clause"),
    [
        ("double-random", 2, "《中华人民共和国行政处罚法》第四十二条"),
        ("comprehensive", 3, "《教育督导条例》第十六条"),
        ("thematic", 3, "《教育督导条例》第十六条"),
    ],
)
def test_a_team_has_as_many_people_as_the_mode_asks_for(mode: str, count: int, clause: str) -> None:
    quorum = load_measures(RUBRICS / "measures.yaml").quorum[mode]  # type: ignore[index]
    assert quorum == count
    people = [f"t{number}" for number in range(count)]
    assert quorum_breaches(mode, quorum=quorum, team_size=count, teams={A: people}) == []
    (short,) = quorum_breaches(mode, quorum=quorum, team_size=count, teams={A: people, B: people[1:]})
    assert (short.subject, short.wanted, short.got) == (B, f"每组不少于{count}人", f"{count - 1}人")
    assert RULES["quorum"].clause(mode).title == clause


def test_one_person_in_two_seats_counts_once() -> None:
    (short,) = quorum_breaches("double-random", quorum=2, team_size=2, teams={A: ["t1", "t1"]})
    assert short.subject == A


def test_a_plan_with_too_small_teams_is_one_breach_whatever_is_drawn() -> None:
    for teams in ({}, {A: ["t1", "t2"], B: ["t1", "t2"]}):
        (short,) = quorum_breaches("thematic", quorum=3, team_size=2, teams=teams)
        assert (short.subject, short.place) == (PLAN, "计划 team.size")


def test_nobody_goes_where_he_or_she_is_recused() -> None:
    apart = {("t1", B): ["relative_enrolled"], ("t9", A): ["own_school"]}
    assert recusal_breaches({A: ["t1", "t2"]}, apart) == []
    (found,) = recusal_breaches({A: ["t1", "t2"], B: ["t1", "t2"]}, apart)
    assert (found.subject, found.got) == (B, "近亲属在该校就读")
    assert "t1" not in repr(found)


def test_a_school_is_not_visited_twice_a_year_for_one_matter() -> None:
    assert repeat_breaches([A], {B}) == []
    assert [found.subject for found in repeat_breaches([A, B], {B})] == [B]


def test_a_matter_stands_on_the_published_list() -> None:
    listed = load_matter_list(RUBRICS / "matters.yaml")
    on = date(2026, 5, 8)
    assert matter_breaches(["curriculum", "teacher-ethics"], listed, as_of=on) == []
    (found,) = matter_breaches(["curriculum", "canteen"], listed, as_of=on)
    assert found.subject == "canteen"
    (early,) = matter_breaches(["curriculum"], listed, as_of=date(2025, 8, 31))
    assert early.got == "清单自2025-09-01起公布施行"


def test_a_mode_that_asks_for_notice_cannot_keep_the_schools_sealed() -> None:
    modes = load_measures(RUBRICS / "measures.yaml").notice_workdays.keys()
    assert sealed_notice_breaches("double-random", noticed_modes=modes, is_sealed=True) == []
    assert sealed_notice_breaches("thematic", noticed_modes=modes, is_sealed=False) == []
    (found,) = sealed_notice_breaches("thematic", noticed_modes=modes, is_sealed=True)
    assert found.subject == PLAN


def test_a_school_has_the_working_days_of_notice() -> None:
    # Sent on Friday 29 May 2026; three working days later is Wednesday 3 June.
    visits = {A: date(2026, 6, 3), B: date(2026, 6, 2)}
    sent_on = date(2026, 5, 29)
    (found,) = notice_breaches(visits, workdays=3, as_of=sent_on, calendar=CALENDAR)
    assert (found.subject, found.got) == (B, "2026-06-02入校")
    assert notice_breaches(visits, workdays=0, as_of=sent_on, calendar=CALENDAR) == []


def test_results_are_published_within_twenty_working_days() -> None:
    # Twenty working days after Monday 18 May 2026 is Monday 15 June.
    visited = {A: date(2026, 5, 18), B: date(2026, 6, 5)}
    on_time, late = date(2026, 6, 15), date(2026, 6, 16)
    assert overdue(visited, published_on={}, as_of=on_time) == []
    (found,) = overdue(visited, published_on={}, as_of=late)
    assert (found.subject, found.wanted) == (A, "检查结束后20个工作日内（2026-06-15前）公示")
    assert found.got == "2026-06-16公示"


def test_each_school_has_its_own_day_of_publication() -> None:
    # The first results came out on 1 June, those of B three months after its visit.
    visited = {A: date(2026, 5, 18), B: date(2026, 5, 20)}
    days = {A: date(2026, 6, 1), B: date(2026, 8, 30)}
    (found,) = overdue(visited, published_on=days, as_of=date(2026, 9, 1))
    assert (found.subject, found.got) == (B, "2026-08-30公示")


def test_a_visit_from_which_nothing_came_back_is_overdue() -> None:
    visited = {A: date(2026, 5, 18)}
    assert overdue(visited, published_on={}, as_of=date(2026, 6, 15), returned=()) == []
    (found,) = overdue(visited, published_on={}, as_of=date(2026, 6, 16), returned=())
    assert (found.subject, found.got) == (A, "截至2026-06-16检查结果尚未交回")


def overdue(
    visited: dict[str, date],
    *,
    published_on: dict[str, date],
    as_of: date,
    returned: tuple[str, ...] = (A, B),
) -> list[Breach]:
    return publication_breaches(
        visited,
        workdays=20,
        published_on=published_on,
        returned=returned,
        as_of=as_of,
        calendar=CALENDAR,
    )


def test_what_keeps_every_rule_passes() -> None:
    assert settle([], [], KEEPER, mode="double-random") == ()


def test_a_refusal_names_every_breach_with_its_clause_and_how_to_mend_it() -> None:
    breaches = [
        *repeat_breaches([A], {A}),
        *quorum_breaches("double-random", quorum=2, team_size=2, teams={B: ["t1"]}),
    ]
    assert refused(breaches) == [
        "学校 3711020001：应为本年度未就同一事项受检（《国务院办公厅关于推广随机抽查规范事中事后监管的通知》"
        "（国办发〔2015〕58号）关于合理确定抽查比例和频次的规定），实为已受检一次。"
        "请通过递补更换本年度已就同一事项受检的学校，或者合并检查。"
        "确需例外办理的，由负责人在“例外办理”中填写规定代码 repeat-cap 和理由，理由将予公布。（GAT-003）",
        "学校 3711020002：应为每组不少于2人（《中华人民共和国行政处罚法》第四十二条），实为1人。"
        "请在计划中增加每组人数，或者补足检查组。"
        "确需例外办理的，由负责人在“例外办理”中填写规定代码 quorum 和理由，理由将予公布。（GAT-001）",
    ]


def test_an_override_settles_what_breaks_its_rule_now_and_nothing_else() -> None:
    broken = [*repeat_breaches([A, B], {A, B}), *matter_breaches(["x"], LISTED, as_of=date(2026, 5, 8))]
    assert [text[-8:] for text in refused(broken, override("repeat-cap"))] == ["GAT-004）"]
    both = settle(broken, [override("repeat-cap"), override("matter-list")], KEEPER, mode="double-random")
    assert [(one.rule, one.subjects, one.clause_id) for one in both] == [
        ("matter-list", ("x",), "GBF-58-QD"),
        ("repeat-cap", (A, B), "GBF-58-PC"),
    ]


def test_what_is_overridden_on_record_is_not_asked_again_but_something_new_is() -> None:
    keeper = Gatekeeper(approvers=KEEPER.approvers, overridden={"repeat-cap": [A]}, names=())
    again = [override("repeat-cap")]
    assert settle(repeat_breaches([A], {A}), [], keeper, mode="double-random") == ()
    assert settle(repeat_breaches([A], {A}), again, keeper, mode="double-random") == ()
    broken = repeat_breaches([A, B], {A, B})
    assert len(refused(broken, keeper=keeper)) == 1
    (new,) = settle(broken, again, keeper, mode="double-random")
    assert new.subjects == (B,)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            [override("repeat-cap", person_id="dx-0001")],
            "例外办理 repeat-cap：应为机构配置 approvers 中的负责人，实为不是负责人。请由负责人决定。（GAT-011）",
        ),
        (
            [override("repeat-cap", reason="情况特殊          ")],
            "例外办理 repeat-cap：应为不少于10字的理由，实为理由过短。请写明理由。（GAT-012）",
        ),
        (
            [override("repeat-cap", reason="示例小学须再查一次食堂和课程")],
            "例外办理 repeat-cap：应为不出现学校名称、学校标识码和人员姓名的理由，实为写有名录中的名称或代码。"
            "理由将予公布，请改用“有关学校”“有关人员”等写法。（GAT-013）",
        ),
        (
            [override("repeat-cap"), override("quorum")],
            "例外办理 quorum：应为本环节没有做到的规定，实为该项规定已做到。请删去该项例外办理。（GAT-014）",
        ),
        (
            [override("repeat-cap"), override("repeat-cap", reason="另有说明，见会议纪要第三项")],
            "例外办理 repeat-cap：应为每项规定只填一次，实为重复填写。请合并为一项。（GAT-015）",
        ),
    ],
    ids=["not an official", "no reason", "names a school", "needless", "twice"],
)
def test_an_override_that_may_not_stand_is_refused(given: list[Override], said: str) -> None:
    assert refused(repeat_breaches([A], {A}), *given) == [said]
