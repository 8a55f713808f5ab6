"""The record sheet 抽取记录单: a draw on two pages of paper, for witnesses to compare and sign by hand.

What a draw promised, from which values it came and what came out, with the digests that tie the paper to the
published record. Here: the facts. Not here: layout and QR code (`report_templates`, `tasks.document`), the
whole record (`record`), the page of the site (`draw_page`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from inspection.draw.seed import ValueEntry

MOST_STRATA = 24
MOST_SCHOOLS = 126
MOST_SOURCES = 4
_LONGEST_VALUE = 120
_SOURCES_BESIDE_SEED = 2


@dataclass(frozen=True, kw_only=True)
class SheetSource:
    """A public source: its value in the spelling that entered the seed, and who typed it (ids)."""

    name: str
    announced_at: datetime
    value: str
    evidence: str
    entered_by: tuple[str, ...]

    @property
    def shown_value(self) -> str:
        """The value as the paper holds it: long digits in groups of ten, very long ones cut short."""
        if len(self.value) > _LONGEST_VALUE:
            return f"{self.value[:40]}…（全文载于抽取记录）"
        if not self.value.isdigit() or len(self.value) <= 16:
            return self.value
        return " ".join(self.value[place : place + 10] for place in range(0, len(self.value), 10))


@dataclass(frozen=True, kw_only=True)
class SheetStratum:
    """An opaque stratum: schools in the pool, schools drawn."""

    code: str
    pool_count: int
    size: int


@dataclass(frozen=True, kw_only=True)
class DrawRecordSheetFacts:
    """The sheet of one draw.

    `state` is drawn (an open draw), sealed (names still kept back: no seed, no school) or opened. `result` is
    the digest of the result, while sealed its salted hash; `ledger_head` the ledger's entry of the draw.
    """

    bureau_name: str
    office_name: str
    campaign_id: str
    campaign_title: str
    term_title: str
    mode_title: str
    state: Literal["drawn", "sealed", "opened"]
    issued_on: date
    is_synthetic: bool
    pool_count: int
    excluded_count: int
    total: int
    team_size: int
    commitment_digest: str
    result: str
    ledger_head: str
    sources: tuple[SheetSource, ...]
    seed: str
    strata: tuple[SheetStratum, ...]
    selection: tuple[str, ...]
    site_address: str

    @property
    def title(self) -> str:
        """The title of the document."""
        return "随机抽取记录单"

    @property
    def is_sealed(self) -> bool:
        """Whether the names are still kept back."""
        return self.state == "sealed"

    @property
    def kind_title(self) -> str:
        """Which kind of draw, and how far it has come, in words."""
        titles = {
            "drawn": "公开抽取",
            "sealed": "密封抽取（名单尚未公布）",
            "opened": "密封抽取（名单已公布）",
        }
        return titles[self.state]

    @property
    def code_text(self) -> str:
        """What the QR code says: the address of the published record, and the digest of its result."""
        place = f"{self.site_address}/data/draw-record.json" if self.site_address else self.campaign_id
        return f"{place}#sha256={self.result}"

    @property
    def listed_sources(self) -> tuple[SheetSource, ...]:
        """The first sources, as many as the paper holds."""
        return self.sources[:MOST_SOURCES]

    @property
    def listed_seed(self) -> str:
        """The seed in full, or empty where there is no room for it or it is still sealed."""
        is_short = all(len(source.value) <= _LONGEST_VALUE for source in self.sources)
        return self.seed if is_short and len(self.sources) <= _SOURCES_BESIDE_SEED else ""

    @property
    def listed_strata(self) -> tuple[SheetStratum, ...]:
        """The strata, or none where they are more than the paper holds."""
        return self.strata if len(self.strata) <= MOST_STRATA else ()

    @property
    def listed_selection(self) -> tuple[str, ...]:
        """The drawn schools by code, or none where they are more than the paper holds."""
        return self.selection if len(self.selection) <= MOST_SCHOOLS else ()

    @property
    def plain_text(self) -> str:
        """The words of the sheet that depend on the draw, for the guard of what is published."""
        sources = [f"{source.name} {' '.join(source.entered_by)}" for source in self.sources]
        return "\n".join([self.title, self.campaign_title, self.term_title, *sources, *self.selection])


def in_fours(text: str) -> str:
    """Return a digest in groups of four, which eyes can compare.

    >>> in_fours("0123456789")
    '0123 4567 89'
    """
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def drawn_facts(
    record: Mapping[str, Any], entries: Iterable[ValueEntry], *, is_opened: bool
) -> dict[str, Any]:
    """Return what a sheet takes from a record that holds a result.

    Args:
        record: a whole record.
        entries: what was typed for it.
        is_opened: whether a sealed draw may be told: without, the sheet holds no seed and no school.
    """
    commitment = record["commitment"]
    is_told = is_opened or not record["secret"]
    return {
        "state": ("opened" if is_opened else "sealed") if record["secret"] else "drawn",
        "pool_count": len(commitment["pool"]),
        "excluded_count": len(commitment["excluded"]),
        "total": int(commitment["sizing"]["total"]),
        "team_size": int(commitment["team_size"]),
        "commitment_digest": record["commitment_digest"],
        "result": record["result_digest"] if is_told else record["result_hash"],
        "sources": tuple(_sources(record, entries)),
        "seed": record["seed"] if is_told else "",
        "strata": tuple(
            SheetStratum(code=line["stratum"], pool_count=line["pool"], size=line["size"])
            for line in commitment["strata"]
        ),
        "selection": tuple(sorted(line["school"] for line in record["selection"])) if is_told else (),
    }


def _sources(record: Mapping[str, Any], entries: Iterable[ValueEntry]) -> Iterator[SheetSource]:
    people: dict[str, list[str]] = {}
    for entry in entries:
        people.setdefault(entry.source_id, []).append(entry.actor_id)
    values = {line["source"]: line for line in record["values"]}
    for line in record["commitment"]["sources"]:
        yield SheetSource(
            name=line["name"],
            announced_at=datetime.fromisoformat(line["announced_at"]),
            value=values[line["source"]]["value"],
            evidence=values[line["source"]]["evidence"],
            entered_by=tuple(sorted(people.get(line["source"], ()))),
        )
