"""Publications in the store: which site stood when, and which school's result was first public on which day."""

import json
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.canonical import canonical, digest_bytes
from inspection.store.tables import PolicyVersion, Publication
from inspection.store.writing import append

FIRST_RESULTS = "first-published-results"


def enter(
    session: Session, campaign_id: str, *, digest: str, file_count: int, has_results: bool, on: date
) -> None:
    """Enter that a site was published, once a content."""
    if session.get(Publication, (campaign_id, digest)) is None:
        session.add(
            Publication(
                campaign_id=campaign_id,
                content_digest=digest,
                file_count=file_count,
                has_results=has_results,
                published_on=on,
            )
        )


def enter_results(session: Session, campaign_id: str, schools: Iterable[str], *, on: date) -> None:
    """Keep which schools' results are public as of a day and were not before; the first day stands."""
    fresh = sorted(set(schools) - _listed(session, campaign_id).keys())
    if not fresh:
        return
    content = canonical({"campaign": campaign_id, "on": on.isoformat(), "schools": fresh})
    row = {"digest": digest_bytes(content.encode()), "kind": FIRST_RESULTS, "name": campaign_id}
    append(session, PolicyVersion, [row | {"content": content}])


def results_first_on(session: Session, campaign_id: str, visited: Mapping[str, date]) -> dict[str, date]:
    """Return the day on which each school's result was first published; without those that never were.

    `visited` holds the days of the visits. Sites from before schools were listed are taken to have held the
    results of all that had been visited by then.
    """
    listed = _listed(session, campaign_id)
    statement = select(func.min(Publication.published_on)).where(
        Publication.campaign_id == campaign_id, Publication.has_results
    )
    unlisted_on = session.execute(statement).scalar_one_or_none()
    if unlisted_on is None or unlisted_on >= min(listed.values(), default=date.max):
        return listed
    return {code: unlisted_on for code, day in visited.items() if day <= unlisted_on} | listed


def _listed(session: Session, campaign_id: str) -> dict[str, date]:
    statement = select(PolicyVersion.content).where(
        PolicyVersion.kind == FIRST_RESULTS, PolicyVersion.name == campaign_id
    )
    lists = [json.loads(text) for text in session.execute(statement).scalars()]
    return {code: date.fromisoformat(one["on"]) for one in lists for code in one["schools"]}


def latest(session: Session, campaign_id: str) -> Publication | None:
    """Return the newest publication of a campaign, or none."""
    statement = select(Publication).where(Publication.campaign_id == campaign_id)
    newest = statement.order_by(Publication.published_on.desc()).limit(1)
    return session.execute(newest).scalar_one_or_none()
