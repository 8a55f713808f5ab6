"""Writes docs/lab/answer-key.md: what the demo city plants and what reading and checking catch, over many seeds.

Run as `python -m tests.lab.answer_key`; takes some minutes. Nothing of Prefect or the store is involved.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from examples.demo_city.city import HOME, Sizes
from examples.demo_city.term import CURRENT_TERM, write_term
from inspection.data_set import DataSet
from inspection.division import load_divisions
from inspection.errors import Fault
from inspection.expectation import parameters, settle
from inspection.fitness import reduce_fitness
from inspection.profile import load_profile
from inspection.reading import Bureau
from inspection.source_map import load_source_maps
from tasks.expectation import check, load_suites
from tasks.reading import read_data_set, survey
from tasks.result_sums import reduce_results

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab" / "answer-key.md"
SEEDS = tuple(f"city-{number:02d}" for number in range(1, 21))
SIZES = Sizes(school_count=12, students_per_school=20, answers_per_school=20)
PROFILE = load_profile(HOME / "profile.yaml")
MAPS = load_source_maps(PROFILE.folders.sources)
DIVISIONS = load_divisions(PROFILE.folders.sources / "divisions.csv")
ROW_FAULTS = {"IN-121", "IN-122"}

Place = tuple[str, int, str]


def ingested(inbox: Path) -> tuple[list[Fault], dict[str, DataSet]]:
    """Read and check everything in an inbox."""
    found = survey(inbox, MAPS)
    sets: dict[str, DataSet] = {}
    for name in _rosters_first(MAPS):
        known = {"schools": sets["schools"].known("school_code")} if sets else {}
        bureau = Bureau(PROFILE, known, bytes(range(32)), DIVISIONS)
        if paths := found.files[name]:
            read = reduce_results if MAPS[name].reduce else read_data_set
            sets[name] = read(paths, MAPS[name], bureau, inbox=inbox)
            if MAPS[name].fitness:
                sets[name] = reduce_fitness(sets[name], MAPS[name])
    faults = list(found.faults)
    suites = load_suites(PROFILE.folders.expectations)
    for name in (name for name in _rosters_first(suites) if name in sets):
        report = check(sets[name].checkable, suites[name], parameters=parameters(suites[name], sets))
        sets[name] = settle(sets[name], report, MAPS[name])
        faults += sets[name].faults
    return faults, sets


def _rosters_first(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (name != "schools", name != "inspectors", name))


def places(faults: Iterable[Fault]) -> list[Place]:
    """Return where faults are, a repeated row as a whole."""
    return sorted((item.place, item.row, "" if item.code in ROW_FAULTS else item.column) for item in faults)


def tried(seed: str) -> tuple[Counter[str], Counter[str], int]:
    """Return what was planted and what was caught, by kind, and how many faults were invented."""
    with tempfile.TemporaryDirectory() as folder:
        key = write_term(Path(folder), seed=seed, sizes=SIZES, term=CURRENT_TERM)
        found = Counter(places(ingested(Path(folder))[0]))
    planted = Counter({(item.file, item.row, item.column): 1 for item in key.faults})
    kinds = {(item.file, item.row, item.column): item.kind for item in key.faults}
    caught = Counter(kinds[place] for place in planted if place in found)
    return Counter(kinds.values()), caught, (found - planted).total()


def page() -> str:
    """Return the page: planted, caught and invented faults by kind and by seed."""
    planted: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    by_seed = []
    for seed in SEEDS:
        here, there, invented = tried(seed)
        planted, caught = planted + here, caught + there
        by_seed.append((seed, here.total(), there.total(), invented))
    lines = [
        "# 预埋差错与查出情况",
        "",
        "<!-- 本页由 python -m tests.lab.answer_key 生成，请勿直接修改。 -->",
        "",
        f"每个种子写出一座{SIZES.school_count}所学校的虚构城市，在各类文件中预埋差错，再按来源说明和核对规则读取、核对。"
        "查出指位置（文件、行、列）与预埋的完全一致；误报指在没有预埋差错之处报出差错。",
        "",
        "| 差错种类 | 预埋 | 查出 |",
        "|---|---|---|",
        *(f"| `{kind}` | {count} | {caught[kind]} |" for kind, count in sorted(planted.items())),
        f"| 合计 | {planted.total()} | {caught.total()} |",
        "",
        "| 种子 | 预埋 | 查出 | 误报 |",
        "|---|---|---|---|",
        *(f"| {seed} | {here} | {there} | {invented} |" for seed, here, there, invented in by_seed),
    ]
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
