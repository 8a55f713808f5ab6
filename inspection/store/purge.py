"""What the store knows of a term's student files, and how it forgets what stood in them.

Digests, counts and receipts of the files stay, and so do the sums made of them; what was quoted from a file
goes. Deleted rows are overwritten, not only unlinked, so that no page of the database still holds them.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, make_url, select, text
from sqlalchemy.orm import Session

from inspection.errors import Fault, ProtocolError
from inspection.purge import TermFacts
from inspection.store import ledger
from inspection.store.case_tables import Case, Notice, Rectification
from inspection.store.desk_tables import Upload
from inspection.store.engine import engine
from inspection.store.tables import Campaign, Submission, SubmissionFault, Table, Term


def facts_of(session: Session, term_id: str) -> TermFacts:
    """Return what decides whether a term may be purged.

    Raises:
        ProtocolError: the term is not on record.
    """
    term = session.get(Term, term_id)
    if term is None:
        fault = Fault(
            place=f"学期 {term_id}",
            code="PUR-005",
            wanted="已登记的学期",
            got="未登记",
            remedy="请核对学期编号。",
        )
        raise ProtocolError(f"没有学期 {term_id}", [fault])
    campaigns = select(Campaign).where(Campaign.term_id == term_id).order_by(Campaign.campaign_id)
    states = {row.campaign_id: row.state for row in session.execute(campaigns).scalars()}
    cases = select(Case).where(Case.campaign_id.in_(states)).order_by(Case.case_id)
    case_states = {row.case_id: row.state for row in session.execute(cases).scalars()}
    return TermFacts(
        term_id=term_id,
        ends_on=term.ends_on,
        campaigns=states,
        cases=case_states,
        served_on=_served_on(session, list(case_states)),
    )


def _served_on(session: Session, case_ids: Sequence[str]) -> dict[str, date]:
    """Return when each case's notice reached the school: the day of service where known, else of issue."""
    issued = select(Notice.case_id, Notice.issued_on).where(Notice.case_id.in_(case_ids))
    served = select(Rectification.case_id, Rectification.served_on).where(Rectification.case_id.in_(case_ids))
    found: dict[str, date] = {}
    for case_id, day in [*session.execute(issued), *session.execute(served)]:
        found[case_id] = max(day, found.get(case_id, day))
    return dict(sorted(found.items()))


def received_digests(session: Session, term_id: str, data_sets: Sequence[str]) -> dict[str, str]:
    """Return the content digest of every file of these data sets that ever came in, by receipt number."""
    found: dict[str, str] = {}
    for table in (Submission, Upload):
        statement = select(table.submission_id, table.content_digest).where(
            table.term_id == term_id, table.data_set.in_(data_sets)
        )
        found |= {row.submission_id: row.content_digest for row in session.execute(statement)}
    return dict(sorted(found.items()))


def forget_quotes(session: Session, submission_ids: Sequence[str]) -> int:
    """Delete what was quoted from these files in their lists of faults; return how many rows went."""
    where = SubmissionFault.submission_id.in_(submission_ids)
    found = session.execute(select(SubmissionFault.ordinal).where(where)).all()
    if found and session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))
    session.execute(delete(SubmissionFault).where(where))
    return len(found)


def enter(session: Session, term_id: str, *, files_digest: str, file_count: int, at: datetime) -> str:
    """Enter in the ledger that files went: how many, and the digest of the list of their digests."""
    payload = {"term": term_id, "files": file_count, "digest": files_digest}
    return ledger.record(
        session, kind="purge", subject=f"{term_id}-{files_digest[:16]}", payload=payload, at=at
    )


def compact(url: str) -> None:
    """Write the store anew without what was deleted, its log included."""
    free = engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with free.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f'VACUUM FULL "{SubmissionFault.__tablename__}"'))
            return
        raw = connection.connection.driver_connection
        assert raw is not None
        if raw.in_transaction:
            raw.execute("COMMIT")
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            raw.execute(statement)


def holds(session: Session, needles: Sequence[str]) -> list[str]:
    """Return the tables in which one of these texts stands somewhere, whatever the column."""
    found = []
    for table in Table.metadata.sorted_tables:
        for row in session.execute(select(table)):
            said = " ".join(map(str, row))
            if any(needle in said for needle in needles):
                found.append(table.name)
                break
    return found


def database_files(url: str) -> tuple[str, ...]:
    """Return the files of a SQLite store, log and shared memory included; none for PostgreSQL."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        return ()
    return tuple(address.database + ending for ending in ("", "-wal", "-shm"))
