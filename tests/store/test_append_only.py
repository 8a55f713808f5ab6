"""The database itself refuses to change what is on record, by whatever statement."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inspection.store.append_only import APPEND_ONLY, unprotected
from inspection.store.engine import engine, migrate, writing
from inspection.store.tables import PolicyVersion
from inspection.store.writing import append

ROW = {"digest": "d" * 64, "kind": "plan", "name": "p", "content": "first"}


def test_every_append_only_table_has_its_triggers_after_the_newest_migration(store_url: str) -> None:
    with engine(store_url).connect() as connection:
        assert unprotected(connection) == []


def test_a_lost_trigger_is_noticed(store_url: str) -> None:
    with writing(store_url) as session:
        suffix = " ON finding" if "postgresql" in store_url else ""
        name = "finding_no_change" if suffix else "finding_no_delete"
        session.execute(text(f"DROP TRIGGER {name}{suffix}"))
    with engine(store_url).connect() as connection:
        assert unprotected(connection) == [name]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE policy_version SET content = 'second'",
        "DELETE FROM policy_version",
        "INSERT INTO policy_version (digest, kind, name, content) VALUES (:digest, 'plan', 'p', 'second') "
        "ON CONFLICT (digest) DO UPDATE SET content = excluded.content",
    ],
)
def test_update_delete_and_upsert_are_refused(store_url: str, statement: str) -> None:
    with writing(store_url) as session:
        append(session, PolicyVersion, [ROW])
    with pytest.raises(DBAPIError, match="append-only"), writing(store_url) as session:
        session.execute(text(statement), ROW if ":digest" in statement else {})


def test_replace_is_refused_on_sqlite(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    migrate(url)
    with writing(url) as session:
        append(session, PolicyVersion, [ROW])
    with pytest.raises(DBAPIError, match="append-only"), writing(url) as session:
        session.execute(
            text("INSERT OR REPLACE INTO policy_version VALUES (:digest, :kind, :name, 'x')"), ROW
        )


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_truncate_is_refused_on_postgresql(postgresql_url: str, table: str) -> None:
    migrate(postgresql_url)
    with pytest.raises(DBAPIError, match="append-only"), writing(postgresql_url) as session:
        session.execute(text(f"TRUNCATE {table} CASCADE"))
