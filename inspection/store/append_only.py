"""Triggers that make the database itself refuse to change what is on record.

Both databases leave holes that these close: SQLite's `INSERT OR REPLACE` slips past a delete trigger, and
PostgreSQL's `TRUNCATE` past row triggers. A migration that re-creates a table drops its triggers, so
every migration ends with `protect`, and `unprotected` lets a test say that they are all there.
"""

from sqlalchemy import Connection, inspect, text

APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "access_log": ("entry_id",),
    "approval": ("case_id", "decision_number"),
    "closure": ("case_id",),
    "extension": ("extension_id",),
    "extension_decision": ("extension_id",),
    "finding": ("campaign_id", "school_code", "stage", "item_code"),
    "gate_override": ("campaign_id", "rule", "subjects_digest"),
    "ledger_entry": ("seq",),
    "notice": ("notice_id",),
    "policy_version": ("digest",),
    "public_value": ("campaign_id", "source_id", "entered_by"),
    "recusal_answer": ("question_id",),
    "recusal_correction": ("question_id", "correction_number"),
    "recheck": ("case_id", "recheck_number"),
    "restudy": ("case_id", "decision_number"),
    "special_decision": ("special_id", "answer_id"),
    "special_notice": ("special_id", "school_code"),
    "upload": ("submission_id", "account_id"),
    "value_evidence": ("campaign_id", "content_digest"),
    "visit_notice": ("campaign_id", "school_code", "edition"),
    "visit_result": ("campaign_id", "school_code"),
}
"""Every append-only table with its key."""
_PG_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%: rows are append-only', TG_TABLE_NAME; END $$
"""


def protect(connection: Connection) -> None:
    """Create the triggers on every append-only table that the migrations have reached so far."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_PG_FUNCTION))
    statements = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    reached = inspect(connection)
    for table in sorted(APPEND_ONLY.keys() & set(reached.get_table_names())):
        columns = {column["name"] for column in reached.get_columns(table)}
        for statement in statements(table, [name for name in APPEND_ONLY[table] if name in columns]):
            connection.execute(text(statement))


def unprotected(connection: Connection) -> list[str]:
    """Return the names of the triggers that should exist and do not."""
    is_postgresql = connection.dialect.name == "postgresql"
    source = "SELECT tgname FROM pg_trigger" if is_postgresql else "SELECT name FROM sqlite_master"
    present = set(connection.execute(text(source)).scalars())
    kinds = ("change", "truncate") if is_postgresql else ("update", "delete", "replace")
    wanted = [f"{table}_no_{kind}" for table in APPEND_ONLY for kind in kinds]
    return [name for name in wanted if name not in present]


def _postgresql(table: str, _key: list[str]) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


def _sqlite(table: str, names: list[str]) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table}: rows are append-only'); END"
    key = " AND ".join(f"{name} = NEW.{name}" for name in names)
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_update",
        f"DROP TRIGGER IF EXISTS {table}_no_delete",
        f"DROP TRIGGER IF EXISTS {table}_no_replace",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key}) {refuse}",
    ]
