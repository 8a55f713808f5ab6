"""The ledger in the store: appended one at a time, never changed, read in order."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inspection import ledger as rules
from inspection.canonical import canonical
from inspection.errors import Fault, ProtocolError
from inspection.store.tables import LedgerEntry


def record(session: Session, *, kind: str, subject: str, payload: Mapping[str, Any], at: datetime) -> str:
    """Append an entry and return its hash; the same kind, subject and payload again is the same entry.

    `payload` holds ids and digests only: names lie in erasable tables. `subject` is what the entry is about
    and stands in the payload too, so that the hash binds it.

    Raises:
        ProtocolError: kind and subject stand on record with another payload.
    """
    serialise(session)
    facts = {"subject": subject, **payload}
    statement = select(LedgerEntry).where(LedgerEntry.kind == kind, LedgerEntry.subject == subject)
    known = session.execute(statement).scalar_one_or_none()
    if known is not None:
        if known.payload != canonical(facts):
            raise ProtocolError("台账已有同一事项的不同记录", [_conflict(kind, subject)])
        return known.entry_hash
    last = session.execute(select(LedgerEntry).order_by(LedgerEntry.seq.desc()).limit(1)).scalar_one_or_none()
    made = rules.entry(kind, facts, after=_entry(last) if last else None)
    row = {**vars(made), "payload": canonical(facts), "subject": subject, "recorded_at": at}
    session.add(LedgerEntry(**row))
    session.flush()
    return made.entry_hash


def head(session: Session) -> str:
    """Return the hash of the newest entry, or the genesis hash of an empty ledger."""
    statement = select(LedgerEntry.entry_hash).order_by(LedgerEntry.seq.desc()).limit(1)
    return session.execute(statement).scalar_one_or_none() or rules.GENESIS


def entries(session: Session) -> list[rules.Entry]:
    """Return the whole ledger, oldest first."""
    return [_entry(row) for row in session.execute(select(LedgerEntry).order_by(LedgerEntry.seq)).scalars()]


def entry_hash(session: Session, *, kind: str, subject: str) -> str:
    """Return the hash of an entry, or the empty string when there is none."""
    statement = select(LedgerEntry.entry_hash).where(LedgerEntry.kind == kind, LedgerEntry.subject == subject)
    return session.execute(statement).scalar_one_or_none() or ""


def _entry(row: LedgerEntry) -> rules.Entry:
    return rules.Entry(
        seq=row.seq,
        kind=row.kind,
        payload=json.loads(row.payload),
        prev_hash=row.prev_hash,
        entry_hash=row.entry_hash,
    )


def serialise(session: Session) -> None:
    """Let one transaction at a time append; the lock goes with the transaction."""
    # SQLite's writing session already holds the database; PostgreSQL needs a lock of our own.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(7231002)"))


def _conflict(kind: str, subject: str) -> Fault:
    return Fault(
        place=f"台账 {kind} {subject}",
        code="STO-002",
        wanted="同一事项只有一条记录",
        got="已存档的内容与本次不同",
        remedy="台账不得改写；请核对本次输入是否与存档时一致。",
    )
