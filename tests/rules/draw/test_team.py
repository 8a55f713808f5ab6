"""Teams: the first candidate that leaves the rest solvable, exactly; or the smallest proof that none exist."""

from collections import Counter
from collections.abc import Mapping
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.draw.selection import pair_id, ticket
from inspection.draw.team import (
    REASON_TITLES,
    Candidate,
    Team,
    assign,
    role_title,
    roles,
    unfit_reason,
    unstaffable,
)
from inspection.errors import ProtocolError

SEED = "种子"
Schools = dict[str, tuple[str, ...]]
Blocked = dict[str, frozenset[str]]


def person(name: str, *, leader: bool = True, expertise: str = "", load: int = 1) -> Candidate:
    return Candidate(name, leader, frozenset(expertise.split()), load)


def plain(teams: tuple[Team, ...]) -> dict[str, list[str]]:
    return {team.school: [member.inspector for member in team.members] for team in teams}


def fits(one: Candidate, role: str, school: str, blocked: Mapping[str, frozenset[str]]) -> bool:
    return not unfit_reason(one, role) and school not in blocked.get(one.inspector, frozenset())


def solvable(seats: list[tuple[str, str]], people: list[Candidate], blocked: Blocked, taken: tuple) -> bool:  # type: ignore[type-arg]
    """Try everything: whether the seats beyond those taken can be filled."""
    if len(taken) == len(seats):
        return True
    school, role = seats[len(taken)]
    return any(
        solvable(seats, people, blocked, (*taken, (school, one.inspector)))
        for one in people
        if fits(one, role, school, blocked)
        and (school, one.inspector) not in taken
        and sum(name == one.inspector for _, name in taken) < one.load
    )


def by_brute_force(schools: Schools, people: list[Candidate], blocked: Blocked) -> dict[str, list[str]]:
    """Return the teams of the rule as it is written, or nothing when there is no solution."""
    seats = [(school, role) for school, named in schools.items() for role in named]
    taken: tuple[tuple[str, str], ...] = ()
    if not solvable(seats, people, blocked, ()):
        return {}
    for school, role in seats:
        order = sorted(people, key=lambda one: ticket(SEED, pair_id(school, one.inspector)))
        chosen = next(
            one
            for one in order
            if fits(one, role, school, blocked)
            and (school, one.inspector) not in taken
            and sum(name == one.inspector for _, name in taken) < one.load
            and solvable(seats, people, blocked, (*taken, (school, one.inspector)))
        )
        taken = (*taken, (school, chosen.inspector))
    teams: dict[str, list[str]] = {school: [] for school in schools}
    for school, name in taken:
        teams[school].append(name)
    return teams


@st.composite
def instances(draw: st.DrawFn) -> tuple[Schools, list[Candidate], Blocked]:
    """Small instances, about half of them impossible."""
    people = [
        Candidate(
            f"i-{number}",
            draw(st.booleans()),
            frozenset(draw(st.sets(st.sampled_from(["a", "b"])))),
            draw(st.integers(0, 2)),
        )
        for number in range(draw(st.integers(1, 5)))
    ]
    named = st.sampled_from(
        [("leader", "ordinary"), ("leader", "expertise:a"), ("expertise:a", "expertise:b"), ("ordinary",)]
    )
    schools = {f"s{number}": draw(named) for number in range(draw(st.integers(1, 3)))}
    blocked = {
        one.inspector: frozenset(draw(st.sets(st.sampled_from(sorted(schools)), max_size=2)))
        for one in people
    }
    return schools, people, blocked


@given(instances())
def test_teams_are_those_of_brute_force_and_impossible_is_said_only_when_it_is(
    instance: tuple[Schools, list[Candidate], Blocked],
) -> None:
    schools, people, blocked = instance
    expected = by_brute_force(schools, people, blocked)
    try:
        found = plain(assign(SEED, schools, people, blocked=blocked))
    except ProtocolError:
        found = {}
    assert found == expected


@given(instances(), st.randoms(use_true_random=False))
def test_the_order_in_which_people_are_listed_does_not_matter(
    instance: tuple[Schools, list[Candidate], Blocked], shuffler: object
) -> None:
    schools, people, blocked = instance
    shuffled = list(people)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]

    def outcome(given_people: list[Candidate]) -> object:
        try:
            return assign(SEED, schools, given_people, blocked=blocked)
        except ProtocolError as error:
            return str(error)

    assert outcome(people) == outcome(shuffled)


@given(instances())
def test_everybody_passed_over_has_a_smaller_ticket_and_a_reason(
    instance: tuple[Schools, list[Candidate], Blocked],
) -> None:
    schools, people, blocked = instance
    try:
        teams = assign(SEED, schools, people, blocked=blocked)
    except ProtocolError:
        return
    for team in teams:
        order = sorted(
            (one.inspector for one in people), key=lambda name: ticket(SEED, pair_id(team.school, name))
        )
        for member in team.members:
            passed = [one.inspector for one in member.passed]
            assert passed == order[: order.index(member.inspector)]
            assert all(one.reason in REASON_TITLES for one in member.passed)


def ordered(school: str, *names: str) -> list[str]:
    return sorted(names, key=lambda name: ticket(SEED, pair_id(school, name)))


def test_every_reason_for_passing_over_is_told_apart() -> None:
    people = [
        person("barred"),
        person("plain", leader=False, expertise="primary"),
        person("lead", expertise="primary"),
        person("idle", load=0),
    ]
    schools = {"3711020001": roles(["primary"], size=2, leader=True)}
    (team,) = assign(SEED, schools, people, blocked={"barred": frozenset(schools)})
    leader, expert = team.members
    assert (leader.inspector, expert.inspector) == ("lead", "plain")
    told = {one.inspector: one.reason for member in team.members for one in member.passed}
    reasons = {
        "barred": "not-assignable",
        "idle": "load-exhausted",
        "plain": "not-leader",
        "lead": "already-on-team",
    }
    assert told.items() <= reasons.items()
    assert set(told) >= {name for name in ordered("3711020001", *reasons)[:1] if name != "lead"}


def test_who_is_needed_elsewhere_is_left_for_there() -> None:
    only_leader, helper = person("i-lead"), person("i-help", leader=False)
    schools = {"s1": ("ordinary",), "s2": ("leader",)}
    teams = assign(SEED, schools, [only_leader, helper], blocked={})
    assert plain(teams) == {"s1": ["i-help"], "s2": ["i-lead"]}
    passed = teams[0].members[0].passed
    assert [(one.inspector, one.reason) for one in passed] in ([], [("i-lead", "needed-elsewhere")])


def test_recusal_load_and_qualification_hold_together() -> None:
    people = [person(f"i-{n}", leader=n < 4, expertise="primary" if n % 2 else "", load=2) for n in range(9)]
    schools = {f"s{n}": roles(["primary"], size=3, leader=True) for n in range(5)}
    blocked = {f"i-{n}": frozenset({f"s{n % 5}"}) for n in range(9)}
    teams = assign(SEED, schools, people, blocked=blocked)
    known = {one.inspector: one for one in people}
    loads: Counter[str] = Counter()
    for team in teams:
        names = [member.inspector for member in team.members]
        assert len(set(names)) == 3
        assert all(team.school not in blocked[name] for name in names)
        assert known[names[0]].is_leader
        assert "primary" in known[names[1]].expertise
        loads.update(names)
    assert max(loads.values()) <= 2


def test_an_impossible_assignment_names_the_smallest_group_that_proves_it() -> None:
    people = [
        person("i-1"),
        person("i-2", leader=False, load=9),
        person("i-3", leader=False, load=9),
        person("i-4", load=1),
    ]
    schools = {f"s{n}": ("leader", "ordinary") for n in range(1, 5)}
    blocked = {"i-1": frozenset({"s3", "s4"}), "i-4": frozenset({"s1", "s2", "s3"})}
    with pytest.raises(ProtocolError) as caught:
        assign(SEED, schools, people, blocked=blocked)
    assert str(caught.value) == (
        "现有检查人员无法为全部学校组成检查组\n"
        "- 检查组：应为1个岗位各派1人（组长：学校s3），实为能派的检查人员最多承担0个（可派人员：无）。"
        "请增加符合条件的检查人员或提高承担学校数的上限；"
        "确需放宽条件的，由负责人书面决定并说明理由。（TEAM-002）"
    )
    with pytest.raises(
        ProtocolError,
        match="应为2个岗位各派1人（组长：学校s1、s2），实为能派的检查人员最多承担1个（可派人员：i-1）",
    ):
        assign(SEED, {"s1": ("leader",), "s2": ("leader",), "s4": ("leader",)}, people, blocked=blocked)


@given(instances())
def test_a_proof_of_impossibility_lacks_exactly_one_place_and_loses_none(
    instance: tuple[Schools, list[Candidate], Blocked],
) -> None:
    schools, people, blocked = instance
    try:
        assign(SEED, schools, people, blocked=blocked)
    except ProtocolError as error:
        (fault,) = error.faults
        wanted = int(fault.wanted.split("个岗位")[0])
        places = int(fault.got.removeprefix("能派的检查人员最多承担").split("个")[0])
        assert wanted == places + 1


def test_over_all_orders_every_possible_pair_meets() -> None:
    people = [person(f"i-{n}", leader=n < 2) for n in range(4)]
    met = {
        tuple(sorted(plain(assign(f"{seed}", {"s1": ("leader", "ordinary")}, people, blocked={}))["s1"]))
        for seed in range(200)
    }
    possible = {tuple(sorted(pair)) for pair in permutations(["i-0", "i-1", "i-2", "i-3"], 2)}
    assert met == possible - {("i-2", "i-3")}


def test_seats_come_in_the_order_leader_expertise_ordinary() -> None:
    assert roles(["senior", "junior"], size=4, leader=True) == (
        "leader",
        "expertise:junior",
        "expertise:senior",
        "ordinary",
    )
    assert roles([], size=2, leader=False) == ("ordinary", "ordinary")
    assert [role_title(role) for role in ("leader", "expertise:junior", "ordinary")] == [
        "组长",
        "专业人员（junior）",
        "组员",
    ]


def test_a_team_too_small_for_what_it_must_hold_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        roles(["primary", "junior"], size=2, leader=True)
    assert str(caught.value) == (
        "检查组人数少于必备岗位数\n"
        "- 检查组：应为每组不少于3人（组长、专业人员（junior）、专业人员（primary）各1人），实为2人。"
        "请增加每组人数，或减少要求的专业。（TEAM-001）"
    )


def test_schools_that_nobody_can_serve_are_found_one_by_one() -> None:
    people = [person("i-1"), person("i-2"), person("i-3", load=0)]
    schools = {f"s{n}": ("leader", "ordinary") for n in range(1, 6)}
    blocked = {"i-1": frozenset({"s2"}), "i-2": frozenset({"s2", "s4"})}
    assert unstaffable(schools, people, blocked=blocked) == ("s2", "s4")


def test_a_province_of_teams_is_assigned_in_seconds() -> None:
    people = [
        person(f"i-{n:03d}", leader=n < 70, expertise="a" if n % 3 else "b", load=6) for n in range(200)
    ]
    schools = {f"s{n:03d}": roles(["a" if n % 3 else "b"], size=3, leader=True) for n in range(400)}
    blocked = {one.inspector: frozenset(list(schools)[n::7]) for n, one in enumerate(people)}
    teams = assign(SEED, schools, people, blocked=blocked)
    loads = Counter(member.inspector for team in teams for member in team.members)
    assert set(loads.values()) == {6}
