"""The pool of a draw in the store: what earlier inspections mean for it.

Which schools may not be drawn again this year, which ones the cycle has not reached, who was where last term. Once
a campaign is committed, its own commitment and annex tell: what other campaigns find later changes nothing.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.draw.pool import DUE, LAST_TERM, Relation
from inspection.store import draw as draws
from inspection.store.tables import Campaign, Draw, TeamMember, Term, VisitResult

ALREADY_INSPECTED = "本年度已就同一事项抽查"


def inspected(session: Session, campaign_id: str, matters: Sequence[str], *, year: int) -> dict[str, str]:
    """Return the schools that drawn inspections have visited in a calendar year for the same matter, and why.

    Special inspections are no drawn ones and do not count. Once a campaign is committed, its own commitment
    tells: what other campaigns find later does not change it.
    """
    if draws.is_committed(session, campaign_id):
        excluded = draws.record_of(session, campaign_id)["commitment"]["excluded"]
        return {line["school"]: line["reason"] for line in excluded}
    return dict.fromkeys(inspected_elsewhere(session, campaign_id, matters, year=year), ALREADY_INSPECTED)


def inspected_elsewhere(session: Session, campaign_id: str, matters: Sequence[str], *, year: int) -> set[str]:
    """Return the schools that drawn inspections of other campaigns have visited by now, as `inspected` counts."""
    return {code for code, _, on in _visited(session, campaign_id, matters) if on.year == year}


def reached(session: Session, campaign_id: str, matters: Sequence[str], *, cycle_id: str) -> set[str]:
    """Return the schools that drawn inspections of a cycle have visited for the same matter.

    Once a campaign is committed, its own commitment tells which schools were not due.
    """
    if draws.is_committed(session, campaign_id):
        made = draws.commitment(session, campaign_id)
        due = {
            line["stratum"]
            for line in made.annex["strata"]
            if any(key[-1:] and key[-1].endswith(DUE) for key in line["keys"])
        }
        return {line["school"] for line in made.record["pool"] if line["stratum"] not in due}
    own = set(session.execute(select(Campaign.campaign_id).where(Campaign.cycle_id == cycle_id)).scalars())
    return {code for code, other, _ in _visited(session, campaign_id, matters) if other in own}


def _visited(session: Session, campaign_id: str, matters: Sequence[str]) -> Iterator[tuple[str, str, date]]:
    """Yield school, campaign and day of each visit that other drawn inspections made for the same matter."""
    results = select(VisitResult.school_code, Draw.campaign_id, Draw.commitment, VisitResult.visited_on).join(
        Draw, Draw.campaign_id == VisitResult.campaign_id
    )
    for code, other, promised, visited_on in session.execute(results.where(Draw.campaign_id != campaign_id)):
        if set(json.loads(promised)["matters"]) & set(matters):
            yield code, other, visited_on


def visitors_last_term(session: Session, campaign_id: str, *, starts_on: date) -> list[Relation]:
    """Return who inspected which school in the term before: nobody goes to a school two terms running.

    Once a campaign is committed, its own annex tells.

    Args:
        session: open for reading.
        campaign_id: the campaign that is to be drawn.
        starts_on: the first day of its term.
    """
    if draws.is_committed(session, campaign_id):
        lines = draws.commitment(session, campaign_id).annex["reasons"]
        return [
            Relation(line["id"], line["school"], LAST_TERM) for line in lines if LAST_TERM in line["reasons"]
        ]
    before = select(Term.term_id).where(Term.starts_on < starts_on).order_by(Term.starts_on.desc()).limit(1)
    went = (
        select(TeamMember.inspector_id, VisitResult.school_code)
        .join(
            VisitResult,
            (VisitResult.campaign_id == TeamMember.campaign_id)
            & (VisitResult.team_code == TeamMember.team_code),
        )
        .join(Campaign, Campaign.campaign_id == VisitResult.campaign_id)
        .where(Campaign.term_id == before.scalar_subquery())
    )
    return sorted({Relation(person, school, LAST_TERM) for person, school in session.execute(went)})
