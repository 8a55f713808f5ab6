"""What the pages of the publication site show, worked out from public facts: rows, sums, bars, words.

Here: shapes for templates. Not here: which facts are public (`publication`), pages and files (`tasks.site`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from inspection.deploy.campaign import CampaignState
from inspection.publish.publication import BandCount, ResultFacts
from inspection.school_stage import STAGE_TITLES
from inspection.score.rubric import BAND_TITLES

STEPS = ("公布计划", "核查数据", "公布抽取方案", "公开抽取", "入校检查", "公示结果", "处理整改")
_STEP_NOW = {
    CampaignState.PLANNED: 1,
    CampaignState.CHECKED: 2,
    CampaignState.SCORED: 2,
    CampaignState.COMMITTED: 3,
    CampaignState.DRAWN: 4,
    CampaignState.VISITING: 4,
    CampaignState.FOUND: 5,
    CampaignState.DECIDED: 6,
    CampaignState.CLOSED: 7,
}
BAR_WIDTH = 1000


@dataclass(frozen=True)
class Step:
    """A step of the campaign as the public follows it."""

    title: str
    progress: Literal["done", "now", "ahead"]


@dataclass(frozen=True)
class Bar:
    """A piece of a bar of `BAR_WIDTH` units that shows how many schools hold a band."""

    band: str
    title: str
    count: int
    left: int
    width: int


@dataclass(frozen=True)
class BandRow:
    """A district's schools per band, in the order of `BAND_TITLES`."""

    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class BandTable:
    """The schools of a stage: a row per district, totals, one bar for all districts together."""

    title: str
    rows: tuple[BandRow, ...]

    @property
    def totals(self) -> tuple[int, ...]:
        """Schools per band over all districts."""
        return tuple(sum(column) for column in zip(*(row.counts for row in self.rows), strict=True))

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The pieces of the bar, bands without schools left out; edges round down, so pieces meet."""
        whole, bars, before = sum(self.totals), [], 0
        for (band, title), count in zip(BAND_TITLES.items(), self.totals, strict=True):
            left, right = before * BAR_WIDTH // whole, (before + count) * BAR_WIDTH // whole
            before += count
            if count:
                bars.append(Bar(band, title, count, left, right - left))
        return tuple(bars)

    @property
    def spoken(self) -> str:
        """The bar in words."""
        return "，".join(f"{bar.title}{bar.count}所" for bar in self.bars)


def steps(state: CampaignState) -> tuple[Step, ...]:
    """Return the public steps of a campaign in `state`."""
    now = _STEP_NOW[state]
    return tuple(
        Step(title, "done" if place < now else "now" if place == now else "ahead")
        for place, title in enumerate(STEPS)
    )


def band_tables(cells: Iterable[BandCount]) -> tuple[BandTable, ...]:
    """Return a table for each stage that has schools, districts in the order of their codes."""
    by_stage: dict[str, list[BandCount]] = {}
    for cell in cells:
        if cell.school_count:
            by_stage.setdefault(cell.stage, []).append(cell)
    return tuple(
        BandTable(title, _band_rows(by_stage[stage]))
        for stage, title in STAGE_TITLES.items()
        if stage in by_stage
    )


def _band_rows(cells: Iterable[BandCount]) -> tuple[BandRow, ...]:
    districts: dict[tuple[str, str], Counter[str]] = {}
    for cell in cells:
        counts = districts.setdefault((cell.district_code, cell.district_name), Counter())
        counts[cell.band] += cell.school_count
    return tuple(
        BandRow(name, tuple(counts[band] for band in BAND_TITLES))
        for (_, name), counts in sorted(districts.items())
    )


def result_counts(results: Iterable[ResultFacts]) -> tuple[tuple[str, int], ...]:
    """Return how many results each category has, most first, equals by title."""
    counts = Counter(result.category_title for result in results)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
