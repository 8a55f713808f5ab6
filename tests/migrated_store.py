"""Stores as the newest migration leaves them: migrated once in a process, then copied for each test."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import text

from inspection.store.engine import engine, migrate

TEMPLATE = "migrated_template"


def sqlite_store(folder: Path) -> str:
    """Return the URL of an empty, migrated store in a folder."""
    path = folder / "store.db"
    shutil.copyfile(_sqlite_template(), path)
    return f"sqlite:///{path}"


@cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = f"sqlite:///{folder / 'template.db'}"
    migrate(url)
    with engine(url).connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine(url).dispose()
    return folder / "template.db"


@cache
def postgresql_template(server_url: str) -> str:
    """Make a migrated database on a server, once, and return its name: others are copied from it."""
    admin = engine(server_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
    url = server_url.replace("/postgres?", f"/{TEMPLATE}?")
    migrate(url)
    engine(url).dispose()
    return TEMPLATE
