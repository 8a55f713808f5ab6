"""Publications in the store: which site stood when."""

from datetime import date

from sqlalchemy.orm import Session

from inspection.store.tables import Publication


def enter(session: Session, campaign_id: str, *, digest: str, file_count: int, on: date) -> None:
    """Enter that a site was published, once a content."""
    if session.get(Publication, (campaign_id, digest)) is None:
        row = Publication(
            campaign_id=campaign_id, content_digest=digest, file_count=file_count, published_on=on
        )
        session.add(row)
