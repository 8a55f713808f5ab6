"""The tables of the office desk: accounts, sessions, wrong passwords, files handed in, files looked at.

What the desk shows comes from `tables`; here is only what the desk itself must remember. No names, no
passwords, no session tokens: a person is an account id, a secret stands as a hash.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from inspection.store.tables import Code, Digest, Key, Table


class Account(Table):
    """A person's way in. `scope` is an inspector id, school code or district code, or empty."""

    __tablename__ = "account"
    account_id: Mapped[Key]
    role: Mapped[Code]
    scope: Mapped[Code]
    password_hash: Mapped[str]
    is_active: Mapped[bool]
    is_initial: Mapped[bool]
    recorded_at: Mapped[datetime]


class DeskSession(Table):
    """A person logged in; the key is a keyed hash of the token that the browser holds."""

    __tablename__ = "desk_session"
    session_digest: Mapped[Key]
    account_id: Mapped[str] = mapped_column(ForeignKey("account.account_id"))
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class LoginFailure(Table):
    """Wrong passwords in a row, for an account id or an address, each as a keyed hash."""

    __tablename__ = "login_failure"
    subject_digest: Mapped[Key]
    failure_count: Mapped[int]
    failed_at: Mapped[datetime]


class Upload(Table):
    """A file handed in at the desk: by whom, for which unit, under which receipt number. Append-only."""

    __tablename__ = "upload"
    submission_id: Mapped[Key]
    account_id: Mapped[Key]
    campaign_id: Mapped[Code]
    term_id: Mapped[Code]
    data_set: Mapped[Code]
    unit: Mapped[Code]
    file_name: Mapped[str]
    content_digest: Mapped[Digest]
    byte_count: Mapped[int]
    recorded_at: Mapped[datetime]


class AccessEntry(Table):
    """A document that somebody asked for: opened, refused or absent. Append-only; ids alone."""

    __tablename__ = "access_log"
    entry_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[Code]
    document_id: Mapped[str]
    outcome: Mapped[Code]
    recorded_at: Mapped[datetime]
