"""Nobody is sent to two schools on one day, and what does not fit is said."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.errors import ProtocolError
from inspection.visit import schedule, team_codes

MONDAY = date(2026, 5, 18)
PEOPLE = st.lists(st.sampled_from("abcdef"), min_size=2, max_size=3, unique=True).map(tuple)


def test_the_same_persons_are_one_team_whatever_their_seats() -> None:
    teams = {"s1": ("a", "b"), "s2": ("c", "d"), "s3": ("b", "a")}
    assert team_codes(teams) == {"s1": "t01", "s2": "t02", "s3": "t01"}


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
