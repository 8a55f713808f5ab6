"""The draw: tickets beside Rivest's own program, a country of schools, teams for a large city.

Run as `python -m benchmarks.draw`. The two programs take turns on the same ids; ratios are medians over the
rounds. Nothing here is drawn for real: ids, seeds and recusals are made up.
"""

import time
from collections.abc import Callable
from math import inf
from statistics import median

from consistent_sampler import sampler

from inspection.draw import allocate, school_id, select, ticket, tickets
from inspection.team import Candidate, assign, roles

SEED = "2026-03-19 双色球 03 08 12 19 26 31+07 🎲"
ROUNDS = 5
COUNTRY = 470_000


def cpu_seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def compare_tickets(id_count: int) -> tuple[float, float]:
    """Return the median CPU seconds of their program and of ours for ordering the same ids."""
    ids = [school_id(f"s{n % 30 + 1:02d}", f"{3700000000 + n}") for n in range(id_count)]

    def theirs() -> list[str]:
        return list(sampler(ids, seed=SEED, take=inf, output="id"))

    def ours() -> list[str]:
        return [id for _, id in sorted(zip(tickets(SEED, ids), ids, strict=True))]

    assert theirs() == ours()
    rounds = [(cpu_seconds(theirs), cpu_seconds(ours)) for _ in range(ROUNDS)]
    return median(one for one, _ in rounds), median(other for _, other in rounds)


def draw_a_country() -> int:
    """Draw five schools of a hundred from 470,000 in 2,000 strata; return how many were drawn."""
    strata = {f"{3700000000 + n}": f"s{n % 2000 + 1:04d}" for n in range(COUNTRY)}
    counts: dict[str, int] = {}
    for stratum in strata.values():
        counts[stratum] = counts.get(stratum, 0) + 1
    sizes = allocate(counts, COUNTRY // 20, minimum=1)
    ids = [school_id(stratum, school) for school, stratum in strata.items()]
    return len(select(dict(zip(strata, tickets(SEED, ids), strict=True)), strata, sizes))


def staff_a_city() -> int:
    """Seat teams of three in 400 schools from 200 inspectors who can go to seven each; return the seats."""
    stages = ("primary", "junior", "senior")
    people = [
        Candidate(f"i-{n:03d}", n % 3 == 0, frozenset({stages[n % 3], stages[(n // 3) % 3]}), load=7)
        for n in range(200)
    ]
    schools = {f"s{n:03d}": roles([stages[n % 3]], size=3, leader=True) for n in range(400)}
    blocked = {
        person.inspector: frozenset(
            school for school in schools if ticket("recusal", f"{person.inspector}:{school}") < "0.04"
        )
        for person in people
    }
    return sum(len(team.members) for team in assign(SEED, schools, people, blocked=blocked))


def main() -> None:
    theirs, ours = compare_tickets(100_000)
    print(f"tickets of 100,000 ids   consistent_sampler {theirs:.2f} s   ours {ours:.2f} s   ", end="")
    print(f"{theirs / ours:.1f} times as fast")
    for title, work in (("470,000 schools drawn", draw_a_country), ("400 schools, 200 people", staff_a_city)):
        seconds = median(cpu_seconds(work) for _ in range(ROUNDS))
        print(f"{title:<24} {work():,} chosen   {seconds:.2f} s of CPU")


if __name__ == "__main__":
    main()
