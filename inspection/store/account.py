"""Accounts of the office desk: who may log in, who is logged in, who typed wrong passwords.

Hashes come in ready-made; neither a password nor a session token is ever seen here.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from inspection.access import wait_seconds
from inspection.errors import Fault, ProtocolError
from inspection.store.desk_tables import Account, DeskSession, LoginFailure

FORGOTTEN_AFTER = timedelta(days=1)
SEEN_EVERY = timedelta(minutes=1)


def utc(instant: datetime) -> datetime:
    """Return an instant of the store with its zone: SQLite keeps none."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def add(
    session: Session, *, account_id: str, role: str, scope: str, password_hash: str, at: datetime
) -> None:
    """Enter an account with its first password.

    Raises:
        ProtocolError: the id is taken.
    """
    if session.get(Account, account_id) is not None:
        raise ProtocolError("账号已存在", [_fault(account_id, "尚未使用的账号", "已存在")])
    made = Account(
        account_id=account_id,
        role=role,
        scope=scope,
        password_hash=password_hash,
        is_active=True,
        is_initial=True,
        recorded_at=at.astimezone(UTC),
    )
    session.add(made)


def get(session: Session, account_id: str) -> Account:
    """Return an account.

    Raises:
        ProtocolError: there is none.
    """
    account = session.get(Account, account_id)
    if account is None:
        raise ProtocolError("没有这个账号", [_fault(account_id, "已登记的账号", "未登记")])
    return account


def find(session: Session, account_id: str) -> Account | None:
    """Return an account that may log in, or None."""
    account = session.get(Account, account_id)
    return account if account is not None and account.is_active else None


def accounts(session: Session) -> list[Account]:
    """Return all accounts by id."""
    return list(session.execute(select(Account).order_by(Account.account_id)).scalars())


def set_active(session: Session, account_id: str, *, is_active: bool) -> None:
    """Let an account log in, or keep it out and end its sessions.

    Raises:
        ProtocolError: there is no such account.
    """
    get(session, account_id).is_active = is_active
    if not is_active:
        session.execute(delete(DeskSession).where(DeskSession.account_id == account_id))


def set_password(session: Session, account_id: str, password_hash: str, *, is_initial: bool) -> None:
    """Replace an account's password and end its sessions; initial is one that somebody else chose.

    Raises:
        ProtocolError: there is no such account.
    """
    account = get(session, account_id)
    account.password_hash, account.is_initial = password_hash, is_initial
    session.execute(delete(DeskSession).where(DeskSession.account_id == account_id))


def open_session(session: Session, session_digest: str, *, account_id: str, at: datetime) -> None:
    """Log a person in, and forget sessions long gone."""
    long_ago = at.astimezone(UTC) - FORGOTTEN_AFTER
    session.execute(delete(DeskSession).where(DeskSession.seen_at < long_ago))
    opened = at.astimezone(UTC)
    session.add(
        DeskSession(session_digest=session_digest, account_id=account_id, opened_at=opened, seen_at=opened)
    )


def session_of(
    session: Session, session_digest: str, *, at: datetime, idle: timedelta, longest: timedelta
) -> tuple[Account, bool] | None:
    """Return whose a session is, and whether it is time to `touch` it; None when it is over."""
    found = session.get(DeskSession, session_digest)
    if found is None or at - utc(found.seen_at) > idle or at - utc(found.opened_at) > longest:
        return None
    account = find(session, found.account_id)
    return (account, at - utc(found.seen_at) >= SEEN_EVERY) if account else None


def touch(session: Session, session_digest: str, *, at: datetime) -> None:
    """Note that a session is in use."""
    found = session.get(DeskSession, session_digest)
    if found is not None:
        found.seen_at = at.astimezone(UTC)


def close_session(session: Session, session_digest: str) -> None:
    """Log a person out."""
    session.execute(delete(DeskSession).where(DeskSession.session_digest == session_digest))


def begin_attempt(session: Session, subject_digest: str, *, free_count: int, at: datetime) -> int:
    """Count an attempt as failed before it is made; return the seconds to wait instead, if any.

    Counting first means that attempts made side by side cannot outrun the count; `forgive` takes it back.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(7231003)"))
    found = session.get(LoginFailure, subject_digest)
    if found is None:
        session.add(
            LoginFailure(subject_digest=subject_digest, failure_count=1, failed_at=at.astimezone(UTC))
        )
        session.flush()
        return 0
    elapsed = at - utc(found.failed_at)
    if elapsed > FORGOTTEN_AFTER:
        found.failure_count = 0
    left = wait_seconds(found.failure_count, free_count=free_count) - int(elapsed.total_seconds())
    if left > 0:
        return left
    found.failure_count, found.failed_at = found.failure_count + 1, at.astimezone(UTC)
    session.flush()
    return 0


def forgive(session: Session, subject_digest: str, *, wholly: bool) -> None:
    """Take back one counted attempt that proved right, or (wholly) all of a subject's."""
    found = session.get(LoginFailure, subject_digest)
    if found is None:
        return
    if wholly or found.failure_count <= 1:
        session.delete(found)
    else:
        found.failure_count -= 1


def _fault(account_id: str, wanted: str, got: str) -> Fault:
    return Fault(
        place=f"账号 {account_id}",
        code="ACC-003",
        wanted=wanted,
        got=got,
        remedy="请用 python -m desk account list 核对。",
    )
