"""A small draw whose every number is fixed: the tests tamper with it, `docs/record-format.md` prints it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from inspection import ledger
from inspection.draw import record
from inspection.draw.commitment import Commitment, commit
from inspection.draw.pool import DrawSetup, PoolInspector, PoolSchool, Relation
from inspection.draw.seed import PublicSource, ValueEntry, public_values

BEIJING = timezone(timedelta(hours=8))
COMMITTED_AT = datetime(2026, 3, 16, 9, tzinfo=BEIJING)
DRAWN_AT = datetime(2026, 3, 20, 10, 30, tzinfo=BEIJING)
SALT = "5a" * 32
SECRET = "c3" * 32
LOTTERY = "03 08 12 19 26 31+07"
DICE = "214442143432146534645141642252566546666263152645"

SOURCES = (
    PublicSource(
        source_id="ssq-2026031",
        kind="lottery-ssq",
        name="双色球第2026031期开奖号码",
        announced_at=datetime(2026, 3, 19, 21, 15, tzinfo=BEIJING),
    ),
    PublicSource(
        source_id="dice",
        kind="dice",
        name="现场公开掷骰48次",
        announced_at=datetime(2026, 3, 20, 10, tzinfo=BEIJING),
        throws=48,
    ),
)


def school(number: int, district: str, **changes: Any) -> PoolSchool:
    given = PoolSchool(
        code=f"37110200{number:02d}",
        stratum=(district, "primary"),
        district_code=district,
        requires=("primary",),
        risk_class="B",
    )
    return replace(given, **changes)


SCHOOLS = (
    *(school(number, "371102") for number in range(1, 6)),
    *(school(number, "371103") for number in range(6, 9)),
    school(9, "371103", exclusion="本年度已就同一事项抽查"),
)
INSPECTORS = tuple(
    PoolInspector(
        inspector_id=f"t{number:03d}",
        is_leader=number % 2 == 0,
        expertise=("primary",) if number % 3 else ("junior",),
        load=2,
        district_code="371102" if number < 4 else "371103",
        employer_code="3711020001" if number == 1 else "",
    )
    for number in range(1, 7)
)
RELATIONS = (
    Relation("t002", "3711020007", "relative_enrolled"),
    Relation("t004", "3711020002", "former_school"),
)


def setup(**changes: Any) -> DrawSetup:
    """Return the example's setup; everything may be changed."""
    given = DrawSetup(
        campaign_id="2025-2026-2-basic",
        mode="double-random",
        kind="open",
        matters=("conduct",),
        schools=SCHOOLS,
        inspectors=INSPECTORS,
        relations=RELATIONS,
        sources=SOURCES,
        ratio="0.4",
        strata_by=("district", "stage"),
    )
    return replace(given, **changes)


def entries(**texts: str) -> list[ValueEntry]:
    """Return what two people typed for the example's sources."""
    typed = {"ssq-2026031": LOTTERY, "dice": DICE} | texts
    return [
        ValueEntry(source_id=source_id, actor_id=actor, text=text)
        for source_id, text in typed.items()
        for actor in ("zhang", "li")
    ]


def committed(kind: str = "open", **changes: Any) -> Commitment:
    secret = SECRET if kind == "sealed" else ""
    return commit(setup(kind=kind, **changes), salt=SALT, secret=secret, as_of=COMMITTED_AT)


def drawn(kind: str = "open", *, links: Mapping[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """Return the whole record of the example."""
    made = committed(kind, **changes)
    values = public_values(record.sources(made.record), entries(), as_of=DRAWN_AT)
    secret = SECRET if kind == "sealed" else ""
    return record.draw(made.record, values, secret=secret, ledger=links)


def in_ledger(kind: str = "open") -> tuple[dict[str, Any], list[ledger.Entry]]:
    """Return the record of the example linked into a ledger, and that ledger."""
    chain: list[ledger.Entry] = []

    def append(step: str, payload: Mapping[str, Any]) -> str:
        chain.append(ledger.entry(step, payload, after=chain[-1] if chain else None))
        return chain[-1].entry_hash

    append("recusal", {"subject": "2025-2026-2-basic", "digest": "ab" * 32})
    made = drawn(kind)
    alone = record.committed(made["commitment"])
    links = {"commit": append("commit", record.payload("commit", alone))}
    links["seed"] = append("seed", record.payload("seed", made))
    made = drawn(kind, links=links)
    append("draw", record.payload("draw", made))
    return made, chain
