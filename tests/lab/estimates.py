"""How often the 95 % interval of an estimate holds the truth, over simulated draws.

Run as `python -m tests.lab.estimates`; writes `docs/lab/estimates.md`. Cities are made by seed, schools drawn
by ticket as in a real draw, with the seeds 1 to 2,000.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pandas as pd

from inspection.draw.estimate import EVERYWHERE, Stratum, estimates
from inspection.draw.selection import allocate, school_id, select, tickets

DRAWS = 2_000
LOW_RATE, HIGH_RATE = 93.0, 97.0
"""Between which a coverage passes for the nominal 95 %."""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab" / "estimates.md"


@dataclass(frozen=True)
class Case:
    """Schools per stratum (stratum = district × stage), how many are drawn, how many meet the item, in %."""

    title: str
    pools: tuple[int, ...]
    drawn: int
    rates: tuple[float, ...]


CASES = (
    Case("600 所抽 120 所，六层，达标率 40—70", (160, 140, 110, 90, 60, 40), 120, (70, 65, 60, 55, 50, 40)),
    Case("600 所抽 60 所，六层，达标率 60—90", (160, 140, 110, 90, 60, 40), 60, (90, 85, 80, 75, 70, 60)),
    Case("200 所抽 40 所，四层，达标率 50—80", (80, 60, 40, 20), 40, (80, 70, 60, 50)),
    Case("300 所抽 45 所，其中三层各抽 1 所", (120, 90, 66, 8, 8, 8), 45, (75, 60, 50, 50, 50, 50)),
    Case("600 所抽 300 所，六层，达标率 50—80", (160, 140, 110, 90, 60, 40), 300, (80, 75, 70, 65, 60, 50)),
)


def city(case: Case) -> pd.DataFrame:
    """Return the schools of a case: code, stratum, district (two strata each), whether the item is met."""
    chance = Random(case.title)
    rows = []
    for number, (pool, rate) in enumerate(zip(case.pools, case.rates, strict=True), 1):
        met = [place < round(pool * rate / 100) for place in range(pool)]
        chance.shuffle(met)
        rows += [
            (f"{3711000000 + 1000 * number + n}", f"s{number:02d}", f"d{(number + 1) // 2}", is_met)
            for n, is_met in enumerate(met)
        ]
    return pd.DataFrame(rows, columns=["school_code", "stratum", "district_code", "is_met"])


def coverage(case: Case) -> dict[str, tuple[int, int, float]]:
    """Return per district how many intervals held the truth, of how many, and their mean width in points."""
    schools = city(case)
    strata = dict(zip(schools.school_code, schools.stratum, strict=True))
    pools = schools.stratum.value_counts().to_dict()
    sizes = allocate(pools, case.drawn, minimum=1)
    frame = {code: Stratum(pools[code], sizes[code]) for code in pools}
    ids = [school_id(stratum, code) for code, stratum in strata.items()]
    truth = {EVERYWHERE: 100 * schools.is_met.mean()}
    truth |= (100 * schools.groupby("district_code").is_met.mean()).to_dict()
    found: dict[str, tuple[int, int, float]] = dict.fromkeys(truth, (0, 0, 0.0))
    indexed = schools.set_index("school_code", drop=False).assign(item_code="item")
    for seed in range(1, DRAWS + 1):
        chosen = select(dict(zip(strata, tickets(str(seed), ids), strict=True)), strata, sizes)
        for one in estimates(indexed.loc[list(chosen)].reset_index(drop=True), frame):
            held, all_of_them, width = found[one.district_code]
            is_held = one.low_rate <= truth[one.district_code] <= one.high_rate
            found[one.district_code] = (
                held + is_held,
                all_of_them + 1,
                width + one.high_rate - one.low_rate,
            )
    return {code: (held, count, width / count) for code, (held, count, width) in found.items()}


def schools_of(case: Case, code: str) -> tuple[int, int]:
    """Return how many schools a district (or the city) has and how many of them are drawn."""
    pools = {f"s{number:02d}": pool for number, pool in enumerate(case.pools, 1)}
    sizes = allocate(pools, case.drawn, minimum=1)
    own = [name for name in pools if code in {EVERYWHERE, f"d{(int(name[1:]) + 1) // 2}"}]
    return sum(pools[name] for name in own), sum(sizes[name] for name in own)


def verdict(rate: float, *, pool: int, drawn: int) -> str:
    """Say whether a measured coverage is near the nominal one, and why it is not."""
    if LOW_RATE <= rate <= HIGH_RATE:
        return "相符"
    if rate > HIGH_RATE:
        return f"偏高：只抽到{drawn}所，符合的比例只有几种可能的取值，区间很宽，偏于保守，用处不大"
    return f"偏低：{pool}所抽{drawn}所，区间窄，符合的比例却只能一所一所地跳，实际把握达不到95%"


def page(measured: Sequence[Mapping[str, tuple[int, int, float]]]) -> str:
    """Return the page of what was measured for each case."""
    rows = [
        (case, code, round(100 * held / count, 1), width)
        for case, found in zip(CASES, measured, strict=True)
        for code, (held, count, width) in found.items()
    ]
    near = sum(LOW_RATE <= rate <= HIGH_RATE for _, _, rate, _ in rows)
    lines = [
        "# 由样本推断全部学校：置信区间的覆盖率",
        "",
        "<!-- 本页由 python -m tests.lab.estimates 生成，请勿直接修改。 -->",
        "",
        f"每种情形模拟抽取 {DRAWS} 次（种子为文本“1”至“{DRAWS}”），看名义 95% 的区间有多少次包含真值。",
        f"“全部”为全市合计，d1、d2、d3 为区县。覆盖率在 {LOW_RATE:.0f}—{HIGH_RATE:.0f}% 的为相符："
        f"{len(rows)} 项中相符的 {near} 项。{DRAWS} 次模拟本身的误差约为 ±1 个百分点。",
        "",
        "全市合计的区间可以按 95% 使用。区县的区间只在抽到的学校较多、又远未抽遍时可以这样用："
        "只抽到两三所的，区间宽得说明不了什么；抽到一半的小区县，区间偏窄。",
        "",
        "| 情形 | 范围 | 学校 | 抽取 | 覆盖率（%） | 区间平均宽度（百分点） | 结论 |",
        "|---|---|---|---|---|---|---|",
    ]
    for case, code, rate, width in rows:
        pool, drawn = schools_of(case, code)
        where = "全部" if code == EVERYWHERE else code
        said = verdict(rate, pool=pool, drawn=drawn)
        lines.append(f"| {case.title} | {where} | {pool} | {drawn} | {rate:.1f} | {width:.1f} | {said} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page([coverage(case) for case in CASES]), encoding="utf-8")


if __name__ == "__main__":
    main()
