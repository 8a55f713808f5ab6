"""Whether every school has its fair chance, and whether everybody who may meet can meet, over many seeds.

Run as `python -m tests.lab.fairness`; writes `docs/lab/fairness.md`. Seeds are the numbers 1 to 20,000 as
text, so that anybody gets the same page.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import erfc, sqrt
from pathlib import Path

from inspection.draw.selection import allocate, school_id, select, tickets
from inspection.draw.team import Candidate, assign, roles
from inspection.errors import ProtocolError

SEEDS = 20_000
PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab" / "fairness.md"
CERTAINTY = 0.001


@dataclass(frozen=True)
class City:
    """A pool in strata of these sizes, of which so many schools are drawn."""

    title: str
    pools: tuple[int, ...]
    drawn: int

    @property
    def strata(self) -> dict[str, str]:
        """The stratum of every school."""
        members = [
            (f"{3711000000 + 1000 * stratum + n}", f"s{stratum:02d}")
            for stratum, pool in enumerate(self.pools, 1)
            for n in range(pool)
        ]
        return dict(members)


CITIES = (
    City("100 所抽 30 所，不分层", (100,), 30),
    City("四层大小不一，抽 40 所", (120, 61, 17, 4), 40),
    City("小县：每层 3 所", (3, 3, 3, 3), 4),
)


@dataclass(frozen=True)
class Instance:
    """Named schools and people, small enough that everybody who may meet should be seen to meet."""

    title: str
    school_count: int
    people_count: int
    drawn: int
    size: int

    @property
    def schools(self) -> list[str]:
        """The codes."""
        return [f"{3711000000 + n}" for n in range(self.school_count)]

    @property
    def people(self) -> list[Candidate]:
        """Half may lead; each may go to enough schools for two people in three to be needed."""
        load = -(-3 * self.drawn * self.size // (2 * self.people_count))
        return [Candidate(f"i-{n:02d}", n % 2 == 0, frozenset(), load) for n in range(self.people_count)]

    @property
    def blocked(self) -> dict[str, frozenset[str]]:
        """Every third person has two schools he or she may not be sent to."""
        codes = self.schools
        return {
            person.inspector: frozenset({codes[n % len(codes)], codes[(5 * n + 1) % len(codes)]})
            for n, person in enumerate(self.people)
            if n % 3 == 0
        }


INSTANCES = (
    Instance("12 所抽 4 所，8 人，每组 2 人", 12, 8, 4, 2),
    Instance("40 所抽 12 所，20 人，每组 2 人", 40, 20, 12, 2),
    Instance("30 所抽 9 所，18 人，每组 3 人", 30, 18, 9, 3),
)


def inclusion(city: City) -> dict[str, int]:
    """Return how often each school was drawn over all seeds."""
    strata = city.strata
    counts = Counter(strata.values())
    sizes = allocate(counts, city.drawn, minimum=1)
    ids = [school_id(stratum, code) for code, stratum in strata.items()]
    found: Counter[str] = Counter(dict.fromkeys(strata, 0))
    for seed in range(1, SEEDS + 1):
        numbers = dict(zip(strata, tickets(str(seed), ids), strict=True))
        found.update(select(numbers, strata, sizes))
    return dict(found)


def largest_deviation(city: City, found: dict[str, int]) -> tuple[float, float]:
    """Return the largest standardised deviation from a school's own chance, and its corrected p-value."""
    counts = Counter(city.strata.values())
    sizes = allocate(counts, city.drawn, minimum=1)
    deviations = []
    for code, stratum in city.strata.items():
        chance = sizes[stratum] / counts[stratum]
        if chance < 1:
            spread = sqrt(SEEDS * chance * (1 - chance))
            deviations.append(abs(found[code] - SEEDS * chance) / spread)
    worst = max(deviations)
    return worst, min(1.0, len(deviations) * erfc(worst / sqrt(2)))


def draws(instance: Instance, seeds: int) -> Iterator[dict[str, tuple[str, ...]]]:
    """Yield who goes to which school, seed by seed; seeds without a solution are left out."""
    strata = dict.fromkeys(instance.schools, "s01")
    ids = [school_id("s01", code) for code in strata]
    seats = roles([], size=instance.size, leader=True)
    for seed in range(1, seeds + 1):
        numbers = dict(zip(strata, tickets(str(seed), ids), strict=True))
        chosen = select(numbers, strata, {"s01": instance.drawn})
        try:
            teams = assign(
                str(seed),
                dict.fromkeys(chosen, seats),
                instance.people,
                blocked=instance.blocked,
            )
        except ProtocolError:
            continue
        yield {team.school: tuple(member.inspector for member in team.members) for team in teams}


def meetings(instance: Instance, seeds: int) -> tuple[int, int, int, int]:
    """Return the pairs of person and school seen and possible, and of two people likewise."""
    may_lead = {person.inspector for person in instance.people if person.is_leader}
    blocked = instance.blocked
    allowed = {
        (person.inspector, code)
        for person in instance.people
        for code in instance.schools
        if code not in blocked.get(person.inspector, frozenset())
    }
    together = {
        pair
        for pair in combinations(sorted(person.inspector for person in instance.people), 2)
        if (instance.size > 2 or may_lead & set(pair))
        and any((pair[0], code) in allowed and (pair[1], code) in allowed for code in instance.schools)
    }
    seen: set[tuple[str, str]] = set()
    met: set[tuple[str, ...]] = set()
    for teams in draws(instance, seeds):
        for code, members in teams.items():
            seen.update((member, code) for member in members)
            met.update(combinations(sorted(members), 2))
    assert seen <= allowed
    assert met <= together
    return len(seen), len(allowed), len(met), len(together)


def page() -> str:
    """Return the page: what was tried, what came out."""
    lines = [
        "# 抽取是否公平：模拟检验",
        "",
        "<!-- 本页由 python -m tests.lab.fairness 生成，请勿直接修改。 -->",
        "",
        f"种子为文本“1”至“{SEEDS}”，任何人重做都得到同一页。",
        "",
        "## 每所学校被抽中的次数",
        "",
        f"“最大偏离”是各校抽中次数与其应有概率之差，以标准差计；按学校数校正后的概率低于 {CERTAINTY} 才算异常。",
        "",
        "| 名录库 | 学校数 | 从未抽中 | 最大偏离 | 校正后概率 | 结论 |",
        "|---|---|---|---|---|---|",
    ]
    for city in CITIES:
        found = inclusion(city)
        worst, chance = largest_deviation(city, found)
        never = sum(count == 0 for count in found.values())
        verdict = "相符" if chance >= CERTAINTY and not never else "异常"
        lines.append(f"| {city.title} | {len(found)} | {never} | {worst:.2f} | {chance:.3f} | {verdict} |")
    lines += [
        "",
        "## 谁能遇到谁",
        "",
        "凡不须回避的人与校、能够同组的两个人，都应当在模拟中出现过。",
        "",
        "| 情形 | 人—校：出现/可能 | 两人同组：出现/可能 |",
        "|---|---|---|",
    ]
    for instance in INSTANCES:
        seen, allowed, met, together = meetings(instance, SEEDS)
        lines.append(f"| {instance.title} | {seen}/{allowed} | {met}/{together} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
