"""The demo city: the same files each time, openly made up, and fit for its plans at any size."""

import re
from collections import Counter
from pathlib import Path

import pytest

from examples.demo_city.city import HOME, Sizes, build_city
from examples.demo_city.indicators import STAGES
from examples.demo_city.names import chinese_number
from examples.demo_city.rosters import inspector_table, recusal_table
from examples.demo_city.table import readable_count
from examples.demo_city.term import CURRENT_TERM, campaign_id, write_city, write_term
from inspection.deploy.plan import load_plan
from inspection.draw.selection import allocate, total_size
from inspection.draw.team import NOT_ASSIGNABLE, Candidate, assign, roles

SMALL = Sizes(school_count=12, students_per_school=20, answers_per_school=20)


def test_the_same_seed_and_sizes_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_city(tmp_path / name, seed="a", sizes=SMALL)
    first, second = (
        {
            p.relative_to(tmp_path / name): p.read_bytes()
            for p in (tmp_path / name).rglob("*.*")
            if p.is_file()
        }
        for name in ("first", "second")
    )
    assert first == second
    assert len(first) == 13 + 28 + 1


def test_another_seed_gives_another_city(tmp_path: Path) -> None:
    for seed in ("a", "b"):
        write_term(tmp_path / seed, seed=seed, sizes=SMALL, term=CURRENT_TERM)
    for name in ("学业质量监测成绩.csv", "学校基本情况一览表.xlsx"):
        assert (tmp_path / "a" / name).read_bytes() != (tmp_path / "b" / name).read_bytes()


def test_a_larger_city_begins_with_the_schools_of_a_smaller_one() -> None:
    assert build_city("a", Sizes(600)).schools[:12] == build_city("a", Sizes(12)).schools


@pytest.mark.parametrize("school_count", [12, 60, 600, 2000])
def test_codes_and_names_are_unique_and_say_that_the_city_is_an_example(school_count: int) -> None:
    city = build_city("a", Sizes(school_count))
    assert len({school.code for school in city.schools}) == school_count
    assert len({school.name for school in city.schools}) == school_count
    assert all(re.fullmatch(r"(21|31)3799\d{4}|(21|31)37\d{6}", school.code) for school in city.schools)
    assert all(school.name.startswith("示例市") for school in city.schools)
    assert min(Counter(school.district.code for school in city.schools).values()) >= 2


@pytest.mark.parametrize("school_count", [11, 2001])
def test_sizes_the_plan_does_not_fit_are_refused(school_count: int) -> None:
    with pytest.raises(ValueError, match="示例市的学校数须在 12 至 2000 之间"):
        Sizes(school_count)


@pytest.mark.parametrize("school_count", [12, 60, 600, 2000])
def test_there_are_inspectors_enough_and_recusals_name_schools_of_the_city(school_count: int) -> None:
    city = build_city("a", Sizes(school_count))
    table = inspector_table(city)
    people = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    recusals = recusal_table(city, table).rows
    assert len(people) == -(-school_count // 5) + 10
    assert sum(readable_count(row["最多检查校数"]) for row in people) >= 3 * max(10, school_count // 5)
    assert sum(row["可任组长"] == "是" for row in people) > len(people) / 2
    for stage in ("小学", "初中"):
        assert sum(stage in str(row["学段专长"]) for row in people) > len(people) / 3
    assert {code for _, code, _ in recusals} <= {school.code for school in city.schools}
    assert len({(inspector, code) for inspector, code, _ in recusals}) == len(recusals) > len(people)


def test_the_number_of_files_does_not_grow_with_the_city(tmp_path: Path) -> None:
    names = []
    for school_count in (12, 600):
        folder = tmp_path / str(school_count)
        write_term(folder, seed="a", sizes=Sizes(school_count, 8, 8), term=CURRENT_TERM)
        names.append(sorted(path.name for path in folder.iterdir()))
    assert names[0] == names[1]
    assert len(names[0]) == 28


def test_every_plan_loads_and_names_pilots_of_any_city() -> None:
    codes = {school.code for school in build_city("b", Sizes(12)).schools}
    for path in (HOME / "plans").iterdir():
        plan = load_plan(HOME / "plans", path.stem)
        assert plan.campaign == path.stem
        assert set(plan.pilot_schools) <= codes


@pytest.mark.parametrize("school_count", [12, 45, 46, 60, 600])
def test_the_plan_for_a_size_can_be_drawn_and_every_school_gets_its_team(school_count: int) -> None:
    city = build_city("a", Sizes(school_count))
    plan = load_plan(HOME / "plans", campaign_id(city.sizes))
    assert plan.draw
    total = total_size(school_count, ratio=plan.draw.ratio, number=plan.draw.size)
    pools = Counter(school.district.code for school in city.schools)
    sizes = allocate(pools, total, minimum=plan.draw.minimum_per_stratum)
    assert sum(sizes.values()) == total
    assert min(sizes.values()) >= 2
    table = inspector_table(city)
    people = [
        Candidate(
            inspector=str(row["人员编号"]),
            is_leader=row["可任组长"] == "是",
            expertise=frozenset(str(row["学段专长"]).split("、")),
            load=readable_count(row["最多检查校数"]),
        )
        for row in (dict(zip(table.columns, values, strict=True)) for values in table.rows)
    ]
    blocked: dict[str, set[str]] = {}
    for inspector, code, _ in recusal_table(city, table).rows:
        blocked.setdefault(str(inspector), set()).add(str(code))
    drawn = {
        school.code: roles([STAGES[school.stages[-1].stage]], size=plan.team.size, leader=True)
        for school in city.schools[:: school_count // total][:total]
    }
    apart = {inspector: frozenset(codes) for inspector, codes in blocked.items()}
    teams = [team for seed in "abc" for team in assign(seed, drawn, people, blocked=apart)]
    passed = [over for team in teams for member in team.members for over in member.passed]
    assert len(teams) == 3 * total
    assert any(over.reason == NOT_ASSIGNABLE for over in passed)


def test_chinese_numerals() -> None:
    numerals = [chinese_number(n) for n in (1, 10, 11, 20, 21, 100, 105, 110, 230)]
    assert numerals == ["一", "十", "十一", "二十", "二十一", "一百", "一百零五", "一百一十", "二百三十"]
