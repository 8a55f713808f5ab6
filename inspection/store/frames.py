"""Frames in and rows out, and back: the one place where pandas meets the tables."""

from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.canonical import digest_rows
from inspection.store.tables import Table

_OUTSIDE_DIGEST = {"recorded_at"}


def rows_of(frame: pd.DataFrame, **constants: str) -> list[dict[str, Any]]:
    """Return a frame's rows as plain values, missing ones as None, each with the constants added."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{**constants, **row} for row in plain.to_dict(orient="records")]


def frame_of(session: Session, table: type[Table], **where: str) -> pd.DataFrame:
    """Return the rows of a table that match, in key order, without the columns that `where` fixes."""
    columns = [column for column in table.__table__.columns if column.name not in where]
    statement = select(*columns).filter_by(**where).order_by(*table.__table__.primary_key)
    return pd.DataFrame(session.execute(statement).all(), columns=[column.name for column in columns])


def table_digest(session: Session, table: type[Table], **where: str) -> str:
    """Return the content digest of the rows that match: equal content, equal digest, on any database."""
    columns = [column for column in table.__table__.columns if column.name not in _OUTSIDE_DIGEST]
    return digest_rows(tuple(row) for row in session.execute(select(*columns).filter_by(**where)))
