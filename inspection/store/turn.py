"""A turn: one holder at a time over all processes, given back by the system itself when its holder dies.

PostgreSQL keeps it in a session of its own, SQLite in a locked file beside the database, which only processes
of one machine can share anyway. Neither is a row that a killed process could leave behind.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import OperationalError

from inspection.store.engine import engine, unreachable

# A client machine that vanishes closes nothing; the server must find out within a minute.
_PROBES = ("tcp_keepalives_idle = 30", "tcp_keepalives_interval = 10", "tcp_keepalives_count = 3")
_TAKE = text("SELECT pg_try_advisory_lock(7231002, hashtext(:name))")
_GIVE_BACK = text("SELECT pg_advisory_unlock(7231002, hashtext(:name))")


@contextmanager
def turn(url: str, name: str) -> Iterator[bool]:
    """Take the turn called `name` if it is free: true, and held until the block ends; else false.

    Raises:
        SettingError: the database cannot be reached, or went away while the turn was held.
    """
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        with _session_turn(url, name) as is_taken:
            yield is_taken
        return
    assert address.database
    with _file_turn(Path(address.database), name) as is_taken:
        yield is_taken


@contextmanager
def _file_turn(database: Path, name: str) -> Iterator[bool]:
    # The file stays: whoever removed it could part two holders of the same name.
    path = database.with_name(f"{database.name}-{name}.turn")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _session_turn(url: str, name: str) -> Iterator[bool]:
    try:
        connection = engine(url).execution_options(isolation_level="AUTOCOMMIT").connect()
    except OperationalError as error:
        raise unreachable(url, error) from error
    # Detached, closing it ends the session and with it the turn, whatever happened in between.
    connection.detach()
    with connection:
        is_taken = _asked(connection, url, name)
        yield is_taken
        if is_taken:
            _give_back(connection, url, name)


def _asked(connection: Connection, url: str, name: str) -> bool:
    try:
        for probe in _PROBES:
            connection.exec_driver_sql(f"SET {probe}")
        return bool(connection.execute(_TAKE, {"name": name}).scalar_one())
    except OperationalError as error:
        raise unreachable(url, error) from error


def _give_back(connection: Connection, url: str, name: str) -> None:
    """Give the turn back; a session that has gone lost it, and what was done under it must be done again."""
    try:
        connection.execute(_GIVE_BACK, {"name": name})
    except OperationalError as error:
        raise unreachable(url, error) from error
