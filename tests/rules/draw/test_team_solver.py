"""Whether teams are possible at all is decided as an exact solver decides it, on instances of many shapes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from random import Random

import pytest
from ortools.sat.python import cp_model

from inspection.draw.team import Candidate, assign, roles, shortage, unfit_reason
from inspection.draw.team import is_solvable as is_possible
from inspection.errors import ProtocolError

INSTANCES = 500
STAGES = ("primary", "junior", "senior")

Schools = dict[str, tuple[str, ...]]
Blocked = dict[str, frozenset[str]]


def instance(seed: int) -> tuple[Schools, list[Candidate], Blocked]:
    """Return a small instance in which people are scarce, so that about half cannot be solved."""
    chance = Random(seed)
    schools = {
        f"s{number}": roles(
            chance.sample(STAGES, chance.randint(0, 2)), size=chance.randint(3, 4), leader=True
        )
        for number in range(chance.randint(1, 6))
    }
    scarcity = chance.uniform(0.8, 2.2)
    seat_count = sum(len(seats) for seats in schools.values())
    people = [
        Candidate(
            f"i-{number}",
            chance.random() < 0.5,
            frozenset(stage for stage in STAGES if chance.random() < 0.6),
            load=chance.randint(0, 3),
        )
        for number in range(max(2, round(seat_count * scarcity / 2)))
    ]
    blocked = {
        person.inspector: frozenset(school for school in schools if chance.random() < 0.15)
        for person in people
    }
    return schools, people, blocked


def is_solvable(schools: Schools, people: list[Candidate], blocked: Mapping[str, frozenset[str]]) -> bool:
    """Return what the solver says: every seat one fit person, nobody twice at a school, nobody over the load."""
    model = cp_model.CpModel()
    taken = {
        (school, seat, person.inspector): model.new_bool_var(f"{school}/{seat}/{person.inspector}")
        for school, seats in schools.items()
        for seat, role in enumerate(seats)
        for person in people
        if not unfit_reason(person, role) and school not in blocked[person.inspector]
    }
    for school, seats in schools.items():
        for seat in range(len(seats)):
            model.add(sum(v for (s, number, _), v in taken.items() if (s, number) == (school, seat)) == 1)
        for person in people:
            at_school = [v for (s, _, i), v in taken.items() if (s, i) == (school, person.inspector)]
            model.add(sum(at_school) <= 1)
    for person in people:
        own = [v for (_, _, i), v in taken.items() if i == person.inspector]
        model.add(sum(own) <= person.load)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    # The linear relaxation sees at once that five people cannot hold six seats; clauses alone do not.
    solver.parameters.linearization_level = 2
    status = solver.solve(model)
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE)
    return status != cp_model.INFEASIBLE


def test_an_exact_solver_agrees_on_what_is_possible() -> None:
    agreed = {True: 0, False: 0}
    for seed in range(INSTANCES):
        schools, people, blocked = instance(seed)
        expected = is_solvable(schools, people, blocked)
        try:
            assign(f"seed {seed}", schools, people, blocked=blocked)
            found = True
        except ProtocolError:
            found = False
        assert found == expected, seed
        agreed[expected] += 1
    # Either answer has to be put to the test often.
    assert min(agreed.values()) >= INSTANCES // 5, agreed


def places(
    short: Iterable[tuple[str, str]], people: list[Candidate], blocked: Mapping[str, frozenset[str]]
) -> int:
    """Count with a pencil how many of some seats people can hold: one a school, no more than their load."""
    open_to = {
        person.inspector: {
            school
            for school, role in short
            if school not in blocked.get(person.inspector, frozenset()) and not unfit_reason(person, role)
        }
        for person in people
    }
    return sum(min(person.load, len(open_to[person.inspector])) for person in people)


def test_a_shortage_is_named_when_there_are_no_teams_and_can_be_counted() -> None:
    for seed in range(INSTANCES):
        schools, people, blocked = instance(seed)
        short = shortage(schools, people, blocked=blocked)
        assert bool(short) != is_possible(schools, people, blocked=blocked), seed
        assert not short or places(short, people, blocked) < len(short), seed
        asked = Counter((school, role) for school, seats in schools.items() for role in seats)
        assert Counter(short) <= asked, seed


def test_the_smallest_proof_of_an_impossible_draw_holds_by_itself() -> None:
    schools = {"s1": roles([], size=2, leader=True), "s2": roles([], size=2, leader=True)}
    people = [Candidate("i-1", True, frozenset(), 2), Candidate("i-2", False, frozenset(), 2)]
    blocked = {"i-1": frozenset({"s2"}), "i-2": frozenset()}
    with pytest.raises(ProtocolError) as refused:
        assign("seed", schools, people, blocked=blocked)
    assert "s2" in str(refused.value)
    assert "s1" not in str(refused.value)
    assert not is_solvable({"s2": schools["s2"]}, people, blocked)
