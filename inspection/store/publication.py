"""Publications in the store: which site stood when."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.store.tables import Publication


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


def results_first_on(session: Session, campaign_id: str) -> date | None:
    """Return the day the campaign's results were first published, or none while they were not."""
    statement = select(func.min(Publication.published_on)).where(
        Publication.campaign_id == campaign_id, Publication.has_results
    )
    return session.execute(statement).scalar_one_or_none()


def latest(session: Session, campaign_id: str) -> Publication | None:
    """Return the newest publication of a campaign, or none."""
    statement = select(Publication).where(Publication.campaign_id == campaign_id)
    newest = statement.order_by(Publication.published_on.desc()).limit(1)
    return session.execute(newest).scalar_one_or_none()
