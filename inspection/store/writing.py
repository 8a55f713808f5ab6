"""How rows are written so that doing it again changes nothing.

`append` for what may never change, `put` for what a key names, `replace_slice` for what is derived whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, and_, delete, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inspection.errors import Fault, ProtocolError
from inspection.store.tables import Table

Row = Mapping[str, Any]
_BATCH = 500
# When and in which file a row came is no content: the first to bring it stands.
_PROVENANCE = {"recorded_at", "submission_id"}


def append(session: Session, table: type[Table], rows: Sequence[Row]) -> int:
    """Add the rows that are not yet there; return how many were.

    Raises:
        ProtocolError: a row stands on record with the same key and other content.
    """
    known = _present(session, table, rows)
    fresh = [row for row in rows if _key(table, row) not in known]
    changed = [row for row in rows if _differs(row, known.get(_key(table, row)))]
    if changed:
        raise ProtocolError("已存档的记录不得更改", [_changed(table, row) for row in changed])
    if fresh:
        session.execute(insert(table), [dict(row) for row in fresh])
    return len(fresh)


def put(session: Session, table: type[Table], rows: Sequence[Row]) -> None:
    """Insert the rows, or bring those with the same key to this content."""
    for start in range(0, len(rows), _BATCH):
        batch = [dict(row) for row in rows[start : start + _BATCH]]
        session.execute(_upsert(session, table, batch[0].keys()), batch)


def replace_slice(session: Session, table: type[Table], rows: Sequence[Row], **slice_key: str) -> bool:
    """Make `rows` all there is of the slice `slice_key` names; return whether anything changed."""
    where = and_(*(getattr(table, name) == value for name, value in slice_key.items()))
    columns = table.__table__.columns.keys()
    present = session.execute(select(*table.__table__.columns).where(where)).all()
    wanted = {tuple(row[name] for name in columns) for row in rows}
    if {tuple(row) for row in present} == wanted:
        return False
    session.execute(delete(table).where(where))
    if rows:
        session.execute(insert(table), [dict(row) for row in rows])
    return True


def _upsert(session: Session, table: type[Table], names: Iterable[str]) -> Insert:
    statement = _insert(session, table)
    keys = _key_names(table)
    rest = {name: statement.excluded[name] for name in names if name not in keys and name != "recorded_at"}
    if not rest:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


def _insert(session: Session, table: type[Table]) -> sqlite.Insert | postgresql.Insert:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


def _present(session: Session, table: type[Table], rows: Sequence[Row]) -> dict[tuple[Any, ...], Row]:
    columns = [table.__table__.columns[name] for name in _key_names(table)]
    found: dict[tuple[Any, ...], Row] = {}
    for start in range(0, len(rows), _BATCH):
        keys = [_key(table, row) for row in rows[start : start + _BATCH]]
        statement = select(*table.__table__.columns).where(tuple_(*columns).in_(keys))
        found |= {_key(table, row): row for row in map(dict, session.execute(statement).mappings())}
    return found


def _differs(row: Row, known: Row | None) -> bool:
    return known is not None and any(row[name] != known[name] for name in row if name not in _PROVENANCE)


def _key_names(table: type[Table]) -> list[str]:
    return [column.name for column in table.__table__.primary_key]


def _key(table: type[Table], row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _key_names(table))


def _changed(table: type[Table], row: Row) -> Fault:
    return Fault(
        place="／".join(str(part) for part in _key(table, row)),
        code="STO-001",
        wanted="与存档内容一致",
        got=f"{table.__tablename__} 中已有同一编号、不同内容的记录",
        remedy="存档记录只能追加；如确需更正，请按程序另行登记更正说明。",
    )
