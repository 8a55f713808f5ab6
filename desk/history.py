"""What the checks found at one school over the terms, for the office and for the school's own district."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from desk.page import Call, page
from inspection.access import Kind, Owner, Role
from inspection.store import quality
from inspection.store.engine import reading
from inspection.store.quality import SchoolTotal

READERS = frozenset({Role.DIRECTOR, Role.OFFICE, Role.DISTRICT})


@dataclass(frozen=True)
class RuleHistory:
    """How many rows of a school broke one rule, term by term; None where the rule was not checked."""

    data_set: str
    reason: str
    counts: tuple[int | None, ...]


@page
def school_list(call: Call) -> Response:
    """List the schools that the person may look up, with how much was wrong in each term."""
    _require_reader(call)
    with reading(call.office.database_url) as session:
        found = [line for line in quality.school_totals(session) if _may_see(call, line.district_code)]
    terms = sorted({term_id for line in found for term_id in line.counts})
    return call.render("school_histories.html", {"schools": found, "terms": terms})


@page
def school(call: Call) -> Response:
    """Show what each rule found at a school, term by term."""
    _require_reader(call)
    school_code = call.part("school_code")
    with reading(call.office.database_url) as session:
        line = next(
            (item for item in quality.school_totals(session) if item.school_code == school_code), None
        )
        owner = Owner(district_code=line.district_code) if line else None
        call.require(Kind.QUALITY_REPORT, owner)
        assert line
        terms = sorted(line.counts)
        facts = {"school": line, "terms": terms, "rules": _rules(session, line, terms)}
    return call.render("school_history.html", facts)


def _rules(session: Session, line: SchoolTotal, terms: list[str]) -> list[RuleHistory]:
    """Return the rules that the school broke in any term, those of one data set and reason together."""
    reasons = quality.reasons(session)
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for row in quality.history(session, line.school_code).to_dict("records"):
        reason = reasons.get((row["data_set"], row["rule_id"]), row["rule_id"])
        told = counts.setdefault((row["data_set"], reason), {})
        told[row["term_id"]] = told.get(row["term_id"], 0) + int(row["unexpected_count"])
    return [
        RuleHistory(data_set, reason, tuple(told.get(term_id) for term_id in terms))
        for (data_set, reason), told in counts.items()
        if any(told.values())
    ]


def _require_reader(call: Call) -> None:
    if call.viewer.role not in READERS:
        raise HTTPException(403, "各校核查历史只对教育督导室和所属区县开放。")


def _may_see(call: Call, district_code: str) -> bool:
    return call.may(Kind.QUALITY_REPORT, Owner(district_code=district_code))
