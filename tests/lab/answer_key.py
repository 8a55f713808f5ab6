"""Writes docs/lab/answer-key.md: what the demo city plants and what reading and checking catch, over many seeds.

Run as `python -m tests.lab.answer_key`; takes some minutes. Nothing of Prefect or the store is involved.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from examples.demo_city.city import HOME, Sizes
from examples.demo_city.term import CURRENT_TERM, PREVIOUS_TERM, write_term
from inspection.check.expectation import parameters, settle
from inspection.check.integrity import Figures, load_screen, screen, wide_figures
from inspection.derive.indicator import IndicatorCatalogue, derive, load_catalogue
from inspection.errors import Fault
from inspection.ingest.data_set import DataSet
from inspection.ingest.division import load_divisions
from inspection.ingest.source_map import FIGURE_CATALOGUE, load_source_maps
from inspection.ingest.table import Bureau
from inspection.profile import load_profile
from tasks.expectation import check, load_suites
from tasks.fitness_sums import reduce_fitness
from tasks.reading import read_data_set, survey
from tasks.result_sums import reduce_results

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab" / "answer-key.md"
SEEDS = tuple(f"city-{number:02d}" for number in range(1, 21))
SIZES = Sizes(school_count=12, students_per_school=20, answers_per_school=20)
# Signs need a city in which a school can be held against others.
LARGE = Sizes(school_count=60, students_per_school=120, answers_per_school=3)
LOOKED_AT = ("schools", "indicators", "figures", "spot_checks")
"""The data sets that the screen's figures are made of."""
PROFILE = load_profile(HOME / "profile.yaml")
MAPS = load_source_maps(PROFILE.folders.sources)
DIVISIONS = load_divisions(PROFILE.folders.sources / "divisions.csv")
ROW_FAULTS = {"IN-121", "IN-122"}

Place = tuple[str, int, str]


def ingested(inbox: Path, wanted: Iterable[str] = MAPS) -> tuple[list[Fault], dict[str, DataSet]]:
    """Read and check everything in an inbox, or what is wanted of it."""
    found = survey(inbox, MAPS)
    sets: dict[str, DataSet] = {}
    for name in _rosters_first(wanted):
        known = {"schools": sets["schools"].known("school_code")} if sets else {}
        bureau = Bureau(PROFILE, known, bytes(range(32)), DIVISIONS)
        if paths := found.files[name]:
            reduce = reduce_fitness if MAPS[name].fitness else reduce_results
            read = reduce if MAPS[name].is_reduced else read_data_set
            sets[name] = read(paths, MAPS[name], bureau, inbox=inbox)
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


def asked(seed: str) -> tuple[Counter[str], Counter[str], int]:
    """Return what signs were planted and asked about, by check, and how many other schools were asked."""
    sets = {}
    with tempfile.TemporaryDirectory() as folder:
        for term in (PREVIOUS_TERM, CURRENT_TERM):
            key = write_term(Path(folder) / term, seed=seed, sizes=LARGE, term=term)
            sets[term] = ingested(Path(folder) / term, LOOKED_AT)[1]
    policy = load_screen(PROFILE.folders.expectations)
    assert policy is not None
    folders = PROFILE.folders
    catalogue = load_catalogue(folders.rubrics / "indicators.yaml", folders.sources / FIGURE_CATALOGUE)
    catalogue = catalogue.used({name.partition(":")[0] for name in policy.names})
    now, before = (wide_figures(_derived(sets[term], catalogue)) for term in (CURRENT_TERM, PREVIOUS_TERM))
    signals, _ = screen(Figures(now, before, sets[CURRENT_TERM]["schools"].rows), policy)
    told = set(zip(signals["check_id"], signals["school_code"], strict=True))
    planted = {(sign.check_id, sign.school_code) for sign in key.signs}
    schools = {school for _, school in planted}
    caught = Counter(check for check, _ in planted & told)
    return Counter(check for check, _ in planted), caught, len({s for _, s in told} - schools)


def _derived(sets: dict[str, DataSet], catalogue: IndicatorCatalogue) -> pd.DataFrame:
    frames = {name: item.rows for name, item in sets.items()}
    for name, item in sets.items():
        frames |= {f"{name}_{part}": frame for part, frame in item.beside.items()}
    return derive(catalogue, frames, {name: item.missing for name, item in sets.items()})


def _signs() -> list[str]:
    planted: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    elsewhere = 0
    for seed in SEEDS:
        here, there, others = asked(seed)
        planted, caught, elsewhere = planted + here, caught + there, elsewhere + others
    return [
        "",
        "## 完整性提示",
        "",
        f"每个种子另写出一座{LARGE.school_count}所学校的城市，预埋各处都不算差错、但须请学校补充佐证的数据，按完整性筛查规则筛查。",
        "",
        "| 检查项 | 预埋 | 提示 |",
        "|---|---|---|",
        *(f"| `{check}` | {count} | {caught[check]} |" for check, count in sorted(planted.items())),
        f"| 合计 | {planted.total()} | {caught.total()} |",
        "",
        f"没有预埋的学校中，{len(SEEDS)}个种子共有{elsewhere}所得到提示。",
    ]


def page() -> str:
    """Return the page: planted, caught and invented faults by kind and by seed, then the screen's signs."""
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
        *_signs(),
    ]
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
