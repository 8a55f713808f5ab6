"""The database itself refuses to change what is on record, by whatever statement."""

import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from inspection.store.append_only import APPEND_ONLY, protect, unprotected
from inspection.store.engine import MIGRATIONS, engine, migrate, writing
from inspection.store.tables import PolicyVersion
from inspection.store.writing import append

REVISIONS = [item.revision for item in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
ROW = {"digest": "d" * 64, "kind": "plan", "name": "p", "content": "first"}


def test_every_append_only_table_has_its_triggers_after_the_newest_migration(store_url: str) -> None:
    with engine(store_url).connect() as connection:
        assert unprotected(connection) == []


def test_after_every_migration_the_triggers_exist_and_bite(request: pytest.FixtureRequest, tmp_path) -> None:
    for url in (f"sqlite:///{tmp_path}/steps.db", request.getfixturevalue("postgresql_url")):
        for revision in REVISIONS:
            with engine(url).execution_options(is_writing=True).begin() as connection:
                config = Config()
                config.set_main_option("script_location", str(MIGRATIONS))
                config.attributes["connection"] = connection
                command.upgrade(config, revision)
            with engine(url).connect() as connection:
                present = inspect(connection).get_table_names()
                missing = [name for name in unprotected(connection) if name.rpartition("_no_")[0] in present]
            assert missing == [], f"after {revision}"
            _bites(url, revision)


def _bites(url: str, revision: str) -> None:
    row = {"digest": revision.ljust(64, "-"), "kind": "plan", "name": "p", "content": "first"}
    with writing(url) as session:
        append(session, PolicyVersion, [row])
    for statement in ("UPDATE policy_version SET content = 'second'", "DELETE FROM policy_version"):
        with pytest.raises(DBAPIError, match="append-only"), writing(url) as session:
            session.execute(text(statement))


def test_a_batch_migration_that_recreates_the_ledger_is_noticed(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    migrate(url)
    with engine(url).execution_options(is_writing=True).begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("ledger_entry", recreate="always"):
            pass
    with engine(url).connect() as connection:
        assert unprotected(connection) == [f"ledger_entry_no_{k}" for k in ("update", "delete", "replace")]
    with engine(url).execution_options(is_writing=True).begin() as connection:
        protect(connection)
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
def test_truncate_is_refused_on_postgresql(postgresql_store_url: str, table: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), writing(postgresql_store_url) as session:
        session.execute(text(f"TRUNCATE {table} CASCADE"))
