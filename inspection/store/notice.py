"""Notices in the store: the number is taken and the entry written in one transaction; the PDF follows."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.store import ledger
from inspection.store.case_tables import Case, Notice, NoticeFile


@dataclass(frozen=True, kw_only=True)
class NoticeDraft:
    """A notice before it is entered: which case, what kind, facts as JSON text with their digests."""

    case_id: str
    kind: str
    facts: str
    facts_digest: str
    template_digest: str
    issued_on: date
    ledger_head: str

    @property
    def notice_id(self) -> str:
        """A case has one notice of a kind."""
        return f"{self.case_id}-{self.kind}"


def find(session: Session, case_id: str, kind: str) -> Notice | None:
    """Return a case's notice of a kind, or none."""
    return session.get(Notice, f"{case_id}-{kind}")


def next_number(session: Session, year: int) -> int:
    """Return the number that comes next in a year; call it in the transaction that takes it.

    The ledger's lock is taken first, so that two transactions cannot see the same last number.
    """
    ledger.serialise(session)
    last = session.execute(select(func.max(Notice.number)).where(Notice.year == year)).scalar_one_or_none()
    return (last or 0) + 1


def enter(session: Session, draft: NoticeDraft, *, number: int, at: datetime) -> None:
    """Enter a notice under its number, and its digests in the ledger."""
    session.add(Notice(notice_id=draft.notice_id, year=draft.issued_on.year, number=number, **vars(draft)))
    session.flush()
    facts = {
        "case": draft.case_id,
        "number": f"{draft.issued_on.year}-{number}",
        "facts": draft.facts_digest,
        "template": draft.template_digest,
    }
    ledger.record(session, kind="notice", subject=draft.notice_id, payload=facts, at=at)


def notices(session: Session, campaign_id: str) -> list[tuple[Notice, Case]]:
    """Return a campaign's notices with their cases, by number."""
    statement = (
        select(Notice, Case)
        .join(Case, Case.case_id == Notice.case_id)
        .where(Case.campaign_id == campaign_id)
        .order_by(Notice.year, Notice.number)
    )
    return [(notice, case) for notice, case in session.execute(statement)]


def enter_file(session: Session, notice_id: str, *, file_name: str, digest: str, at: datetime) -> None:
    """Enter the rendered PDF of a notice, once; its digest is a ledger entry of its own."""
    if session.get(NoticeFile, notice_id) is None:
        session.add(NoticeFile(notice_id=notice_id, file_name=file_name, content_digest=digest))
        session.flush()
        ledger.record(session, kind="notice-file", subject=notice_id, payload={"file": digest}, at=at)
