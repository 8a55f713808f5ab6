"""Opens the store: SQLite or PostgreSQL, reading or writing, and brings it to the newest migration."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from inspection.errors import Fault, SettingError

MIGRATIONS = Path(__file__).parent / "migrations"
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "busy_timeout=30000",
)


@cache
def engine(url: str) -> Engine:
    """Return the engine of a store; one a process and address."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if address.database not in (None, "", ":memory:"):
        Path(str(address.database)).resolve().parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(address)
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by the event below
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A read that turns into a write fails at once whatever the timeout, so writers say so first.
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def reading(url: str) -> Iterator[Session]:
    """Give a session that only reads.

    Raises:
        SettingError: the database cannot be reached.
    """
    with _session(url, is_writing=False) as session:
        yield session


@contextmanager
def writing(url: str) -> Iterator[Session]:
    """Give a session whose work is committed whole or not at all.

    Raises:
        SettingError: the database cannot be reached.
    """
    with _session(url, is_writing=True) as session:
        yield session
        session.commit()


@contextmanager
def _session(url: str, *, is_writing: bool) -> Iterator[Session]:
    bound = engine(url).execution_options(is_writing=is_writing)
    with Session(bound, expire_on_commit=False) as session:
        try:
            session.connection()
        except OperationalError as error:
            raise unreachable(url, error) from error
        try:
            yield session
        except OperationalError as error:
            if not error.connection_invalidated:
                raise
            raise unreachable(url, error) from error


def unreachable(url: str, error: DBAPIError) -> SettingError:
    """Say that the store cannot be reached, without its password."""
    place = make_url(url).render_as_string(hide_password=True)
    fault = Fault(
        place="INSPECTION_DATABASE_URL",
        code="SET-001",
        wanted="可连接的数据库",
        got=f"{place}：{str(error.orig).splitlines()[0]}",
        remedy="请确认数据库已启动、地址和账号正确，然后重新运行。",
    )
    return SettingError("无法使用业务数据库", [fault])


def migrate(url: str) -> None:
    """Bring the store to the newest migration; doing it again changes nothing.

    Raises:
        SettingError: the database cannot be reached.
    """
    try:
        with engine(url).execution_options(is_writing=True).begin() as connection:
            _lock(connection)
            command.upgrade(_config(connection), "head")
    except OperationalError as error:
        raise unreachable(url, error) from error


def has_table(url: str, name: str) -> bool:
    """Say whether the store has a table yet; one that was never migrated has none.

    Raises:
        SettingError: the database cannot be reached.
    """
    try:
        with engine(url).connect() as connection:
            return inspect(connection).has_table(name)
    except OperationalError as error:
        raise unreachable(url, error) from error


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(7231001)"))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    return config
