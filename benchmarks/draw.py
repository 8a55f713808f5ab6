"""The draw: tickets beside Rivest's own program, a country of schools, teams for a large city.

Run as `python -m benchmarks.draw`; `--page` writes the figures to docs/lab/draw.md. The two programs take
turns on the same ids; ratios are medians over the rounds. Nothing here is drawn for real: ids, seeds and
recusals are made up.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path
from statistics import median

from consistent_sampler import sampler

from inspection.draw.selection import allocate, school_id, select, ticket, tickets
from inspection.draw.team import Candidate, assign, roles

SEED = "2026-03-19 双色球 03 08 12 19 26 31+07 🎲"
ROUNDS = 5
COUNTRY = 470_000
PAGE = Path(__file__).resolve().parents[1] / "docs" / "lab" / "draw.md"


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


def measured() -> list[str]:
    """Return the rows of the table: what was done, how much came of it, CPU seconds, ratio."""
    theirs, ours = compare_tickets(100_000)
    rows = [
        f"| tickets of 100,000 ids, consistent_sampler | 100,000 | {theirs:.2f} | 1 |",
        f"| tickets of 100,000 ids, ours | 100,000 | {ours:.2f} | {ours / theirs:.2f} |",
    ]
    for title, work in (
        ("470,000 schools in 2,000 strata drawn", draw_a_country),
        ("400 schools seated from 200 people in teams of three", staff_a_city),
    ):
        seconds = median(cpu_seconds(work) for _ in range(ROUNDS))
        rows.append(f"| {title} | {work():,} | {seconds:.2f} | |")
    return rows


def page(rows: Sequence[str]) -> str:
    """Return the page."""
    return "\n".join(
        [
            "# What a draw costs",
            "",
            f"Made by `python -m benchmarks.draw --page`; medians of {ROUNDS} rounds, CPU seconds of one machine on",
            "one day. The ratio is to consistent_sampler 1.0.10 with `take=inf` on the same ids in the same run; both",
            "put the same ids in the same order. Ids, seeds and recusals are synthetic.",
            "",
            "| Work | Chosen or put in order | CPU seconds | Ratio |",
            "| --- | --: | --: | --: |",
            *rows,
            "",
        ]
    )


def main() -> None:
    """Measure, print, and write the page if asked."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--page", action="store_true")
    text = page(measured())
    if parser.parse_args().page:
        PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
