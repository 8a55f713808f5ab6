"""What the page about a draw shows, read from its public record: promises, values, tickets, who was drawn.

Here: shapes for one template. Not here: checking the record (`verify`), making it (`record`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inspection.canonical import digest_bytes
from inspection.draw.relaxation import PUBLISHED_RULES
from inspection.draw.selection import school_id
from inspection.draw.substitution import INSPECTOR, SCHOOL
from inspection.publish.publication import SchoolFacts

DRAWN, SUBSTITUTE, REPLACED, NOT_DRAWN = "抽中", "递补", "已被替换", "未抽中"


@dataclass(frozen=True)
class PoolSchool:
    """A school of the pool: its ticket (empty before the draw is open) and what became of it."""

    school_code: str
    school_name: str
    district_name: str
    ticket: str
    outcome: str

    @property
    def is_drawn(self) -> bool:
        """Whether it is to be visited."""
        return self.outcome in {DRAWN, SUBSTITUTE}


@dataclass(frozen=True)
class PoolStratum:
    """An opaque stratum: its schools by code, how many are drawn, the chance of each."""

    code: str
    size: int
    schools: tuple[PoolSchool, ...]


@dataclass(frozen=True)
class SourceValue:
    """A public source and, once it has one, its value."""

    name: str
    announced_at: datetime
    value: str
    evidence: str


@dataclass(frozen=True)
class Exclusion:
    """A school left out of the pool before the draw, with the reason on record."""

    school_code: str
    school_name: str
    reason: str


@dataclass(frozen=True)
class Substitution:
    """A drawn school replaced by the next ticket of its stratum, with the reason on record."""

    school_name: str
    substitute_name: str
    reason: str


@dataclass(frozen=True)
class Replacement:
    """A seat that one inspector gave up and another got, by pseudonym, with the reason on record."""

    school_name: str
    inspector: str
    successor: str
    reason: str


@dataclass(frozen=True)
class Example:
    """One drawn school's ticket worked out in steps that any SHA-256 tool repeats."""

    school_name: str
    school_id: str
    seed_digest: str
    id_digest: str
    ticket: str


@dataclass(frozen=True)
class Relaxed:
    """What a promise made anew says: which one it replaces, what gave way, who decided it, why."""

    replaces: str
    rules: tuple[str, ...]
    decided_by: str
    reason: str


@dataclass(frozen=True)
class DrawPage:
    """The whole page. `seed`, tickets and outcomes are empty until the record tells them."""

    state: str
    pool_count: int
    total: int
    sources: tuple[SourceValue, ...]
    strata: tuple[PoolStratum, ...]
    has_own_ratios: bool
    exclusions: tuple[Exclusion, ...]
    substitutions: tuple[Substitution, ...]
    replacements: tuple[Replacement, ...]
    seed: str
    result_hash: str
    result_digest: str
    example: Example | None
    relaxed: Relaxed | None

    @property
    def is_drawn(self) -> bool:
        """Whether the record tells who was drawn."""
        return bool(self.seed)


def draw_page(record: Mapping[str, Any], schools: Iterable[SchoolFacts]) -> DrawPage:
    """Return the page of a public draw record; `schools` names the schools it knows by code."""
    known = {school.school_code: school for school in schools}
    commitment = record["commitment"]
    strata = _strata(record, known)
    return DrawPage(
        state=record["state"],
        pool_count=len(commitment["pool"]),
        total=commitment["sizing"]["total"],
        sources=_sources(record),
        strata=strata,
        has_own_ratios=len({line.get("ratio", "") for line in commitment["strata"]}) > 1,
        exclusions=tuple(
            Exclusion(line["school"], _name(known, line["school"]), line["reason"])
            for line in commitment["excluded"]
        ),
        substitutions=tuple(
            Substitution(_name(known, item["school"]), _name(known, item["substitute"]), item["reason"])
            for item in record.get("substitutions", ())
            if item["kind"] == SCHOOL
        ),
        replacements=tuple(
            Replacement(_name(known, seat["school"]), item["inspector"], seat["inspector"], item["reason"])
            for item in record.get("substitutions", ())
            if item["kind"] == INSPECTOR
            for seat in item["seats"]
        ),
        seed=record.get("seed", ""),
        result_hash=record.get("result_hash", ""),
        result_digest=record.get("result_digest", ""),
        example=_example(record.get("seed", ""), strata),
        relaxed=_relaxed(commitment),
    )


def _relaxed(commitment: Mapping[str, Any]) -> Relaxed | None:
    said = commitment.get("relaxed")
    if said is None:
        return None
    rules = tuple(PUBLISHED_RULES[rule] for rule in said["rules"])
    return Relaxed(said["replaces"], rules, said["decided_by"], said["reason"])


def _strata(record: Mapping[str, Any], known: Mapping[str, SchoolFacts]) -> tuple[PoolStratum, ...]:
    commitment = record["commitment"]
    tickets = {line["school"]: line["ticket"] for line in record.get("tickets", ())}
    outcomes = _outcomes(record)
    members: dict[str, list[PoolSchool]] = {line["stratum"]: [] for line in commitment["strata"]}
    for line in sorted(commitment["pool"], key=lambda line: str(line["school"])):
        code = line["school"]
        members[line["stratum"]].append(
            PoolSchool(
                school_code=code,
                school_name=_name(known, code),
                district_name=known[code].district_name if code in known else "",
                ticket=tickets.get(code, ""),
                outcome=outcomes.get(code, NOT_DRAWN if tickets else ""),
            )
        )
    return tuple(
        PoolStratum(line["stratum"], line["size"], tuple(members[line["stratum"]]))
        for line in commitment["strata"]
    )


def _example(seed: str, strata: Iterable[PoolStratum]) -> Example | None:
    drawn = [(stratum.code, school) for stratum in strata for school in stratum.schools if school.is_drawn]
    if not drawn:
        return None
    stratum, school = drawn[0]
    name, seed_digest = school_id(stratum, school.school_code), digest_bytes(seed.encode())
    return Example(
        school_name=school.school_name,
        school_id=name,
        seed_digest=seed_digest,
        id_digest=digest_bytes((seed_digest + name).encode()),
        ticket=school.ticket,
    )


def _outcomes(record: Mapping[str, Any]) -> dict[str, str]:
    outcomes = {line["school"]: DRAWN for line in record.get("selection", ())}
    for item in record.get("substitutions", ()):
        if item["kind"] == SCHOOL:
            outcomes[item["school"]] = REPLACED
            outcomes[item["substitute"]] = SUBSTITUTE
    return outcomes


def _sources(record: Mapping[str, Any]) -> tuple[SourceValue, ...]:
    values = {line["source"]: line for line in record.get("values", ())}
    return tuple(
        SourceValue(
            name=line["name"],
            announced_at=datetime.fromisoformat(line["announced_at"]),
            value=values.get(line["source"], {}).get("value", ""),
            evidence=values.get(line["source"], {}).get("evidence", ""),
        )
        for line in record["commitment"]["sources"]
    )


def _name(known: Mapping[str, SchoolFacts], code: str) -> str:
    return known[code].school_name if code in known else code
