"""Nobody is sent to two schools on one day, and what does not fit is said."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.deploy.plan import VisitPlan
from inspection.dispatch.visit import kept_days, schedule, team_codes
from inspection.errors import ProtocolError

MONDAY = date(2026, 5, 18)
PEOPLE = st.lists(st.sampled_from("abcdef"), min_size=2, max_size=3, unique=True).map(tuple)


def test_the_same_persons_are_one_team_whatever_their_seats() -> None:
    teams = {"s1": ("a", "b"), "s2": ("c", "d"), "s3": ("b", "a")}
    assert team_codes([teams]) == {"s1": "t01", "s2": "t02", "s3": "t01"}


@given(st.lists(PEOPLE, min_size=1, max_size=8))
def test_nobody_is_at_two_schools_on_one_day(members: list[tuple[str, ...]]) -> None:
    teams = {f"s{number}": people for number, people in enumerate(members)}
    days = [MONDAY + timedelta(days=offset) for offset in range(len(teams))]
    found = schedule(teams, days)
    places = [(person, found[school]) for school, people in teams.items() for person in people]
    assert len(places) == len(set(places))
    assert set(found) == set(teams)


def test_a_school_that_does_not_fit_is_named() -> None:
    with pytest.raises(ProtocolError) as caught:
        schedule({"s1": ("a", "b"), "s2": ("a", "c")}, [MONDAY])
    assert str(caught.value) == (
        "有 1 所学校排不进入校时间\n- 学校 s2：应为计划的入校时间内有检查组成员都空闲的工作日，"
        "实为1 个工作日均已排满。请延长计划中的入校时间，另立批次后重新公布方案。（VIS-001）"
    )


def test_nobody_is_sent_on_a_day_of_leave_and_no_team_is_changed_for_it() -> None:
    leave = {"inspector_id": "p1", "starts_on": date(2026, 5, 18), "ends_on": date(2026, 5, 19)}
    plan = VisitPlan.model_validate(
        {"starts_on": date(2026, 5, 18), "ends_on": date(2026, 5, 20), "leave": [leave]}
    )
    days = [date(2026, 5, 18), date(2026, 5, 19), date(2026, 5, 20)]
    found = schedule({"s1": ("p1", "p2"), "s2": ("p2", "p3")}, days, taken=plan.away)
    assert found == {"s1": days[2], "s2": days[0]}
    with pytest.raises(ProtocolError, match="学校 s1：应为计划的入校时间内有检查组成员都空闲的工作日"):
        schedule({"s1": ("p1", "p2")}, days[:2], taken=plan.away)


def test_after_a_substitution_only_the_visits_concerned_move() -> None:
    first, second, third = (date(2026, 5, day) for day in (18, 19, 20))
    before = {"s1": ("p1", "p2"), "s2": ("p2", "p3"), "s3": ("p4", "p5")}
    now = {"s1": ("p1", "p2"), "s3": ("p2", "p5"), "s4": ("p2", "p3")}
    was = {"s1": first, "s2": second, "s3": first}
    kept = kept_days(now, before, was, taken=frozenset())
    assert kept == {"s1": first}
    assert schedule(now, [second, third], kept=kept) == {"s1": first, "s3": second, "s4": third}
    assert kept_days({"s3": ("p5", "p6")}, before, was, taken=frozenset()) == {"s3": first}


def test_a_team_code_once_given_stays() -> None:
    drawn = {"s1": ("p1", "p2"), "s2": ("p3", "p4")}
    later = {"s2": ("p3", "p4"), "s3": ("p1", "p4")}
    assert team_codes([drawn, later]) == {"s2": "t02", "s3": "t03"}
