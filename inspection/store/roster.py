"""Rosters in the store: the schools, inspectors and recusals of a term, and the indicators of its schools."""

import pandas as pd
from sqlalchemy import String, Text, select
from sqlalchemy.orm import Session

from inspection.store.frames import frame_of, rows_of
from inspection.store.tables import Indicator, Inspector, Recusal, School
from inspection.store.writing import replace_slice

_FRAMES = {"schools": School, "inspectors": Inspector, "recusals": Recusal}


def enter(session: Session, term_id: str, data_set: str, frame: pd.DataFrame) -> bool:
    """Make `frame` the roster of a term; return whether anything changed."""
    table = _FRAMES[data_set]
    columns = [column for column in table.__table__.columns if column.name != "term_id"]
    # A bureau's roster may lack what its rubrics do not ask for.
    rows = frame.reindex(columns=[column.name for column in columns])
    texts = {column.name: "" for column in columns if isinstance(column.type, (String, Text))}
    for name, empty in texts.items():
        rows[name] = rows[name].astype(object).where(rows[name].notna(), empty)
    return replace_slice(session, table, rows_of(rows, term_id=term_id), term_id=term_id)


def enter_indicators(session: Session, term_id: str, frame: pd.DataFrame) -> bool:
    """Make `frame` the indicators of a term; return whether anything changed."""
    return replace_slice(session, Indicator, rows_of(frame, term_id=term_id), term_id=term_id)


def schools(session: Session, term_id: str) -> pd.DataFrame:
    """Return a term's schools, by code."""
    return frame_of(session, School, term_id=term_id)


def inspectors(session: Session, term_id: str) -> pd.DataFrame:
    """Return a term's inspectors, by id."""
    return frame_of(session, Inspector, term_id=term_id)


def recusals(session: Session, term_id: str) -> pd.DataFrame:
    """Return a term's recusals, by inspector and school."""
    return frame_of(session, Recusal, term_id=term_id)


def indicators(session: Session, term_id: str) -> pd.DataFrame:
    """Return a term's indicators, long; empty when the term is not on record."""
    return frame_of(session, Indicator, term_id=term_id)


def terms_of_season(session: Session, term_id: str) -> list[str]:
    """Return the terms of one season up to this one that have indicators, oldest first.

    First terms are compared with first terms and second with second, since much is measured once a year.
    """
    season = term_id.rpartition("-")[2]
    told = select(Indicator.term_id).distinct().where(Indicator.term_id <= term_id)
    return sorted(found for found in session.scalars(told) if found.rpartition("-")[2] == season)


def school(session: Session, term_id: str, school_code: str) -> School:
    """Return one school of a term's roster."""
    return session.get_one(School, (term_id, school_code))
