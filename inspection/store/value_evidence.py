"""Evidence of public values in the store: which files were handed in for a campaign, by whom."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.store.account import utc
from inspection.store.gate_tables import ValueEvidence


@dataclass(frozen=True, kw_only=True)
class EvidenceLine:
    """A file that was handed in: its SHA-256, what it is (pdf, jpg, png), who brought it when."""

    content_digest: str
    kind: str
    byte_count: int
    account_id: str
    recorded_at: datetime


def enter(session: Session, campaign_id: str, line: EvidenceLine) -> None:
    """Enter a file that was handed in; the same file again stays that of who brought it first."""
    if session.get(ValueEvidence, (campaign_id, line.content_digest)) is None:
        at = line.recorded_at.astimezone(UTC)
        session.add(ValueEvidence(campaign_id=campaign_id, **{**vars(line), "recorded_at": at}))


def evidence(session: Session, campaign_id: str) -> list[EvidenceLine]:
    """Return the files of a campaign, in the order they were handed in."""
    statement = select(ValueEvidence).where(ValueEvidence.campaign_id == campaign_id)
    order = (ValueEvidence.recorded_at, ValueEvidence.content_digest)
    return [
        EvidenceLine(
            content_digest=row.content_digest,
            kind=row.kind,
            byte_count=row.byte_count,
            account_id=row.account_id,
            recorded_at=utc(row.recorded_at),
        )
        for row in session.execute(statement.order_by(*order)).scalars()
    ]


def digests(session: Session, campaign_id: str) -> set[str]:
    """Return the digests of a campaign's files."""
    return {row.content_digest for row in evidence(session, campaign_id)}


def kind_of(session: Session, campaign_id: str, digest: str) -> str:
    """Return what a file is (pdf, jpg, png), or empty when it was not handed in."""
    row = session.get(ValueEvidence, (campaign_id, digest))
    return row.kind if row else ""
