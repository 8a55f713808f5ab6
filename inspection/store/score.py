"""Scores in the store: the lines with their arithmetic, and the band of every school-stage."""

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.scoring import Scored
from inspection.store.frames import frame_of, rows_of
from inspection.store.tables import Score, ScoreLine
from inspection.store.writing import replace_slice


def enter(session: Session, campaign_id: str, basis: str, scored: Scored, *, rubric_digest: str) -> bool:
    """Make `scored` the scores of a campaign on one basis; return whether anything changed.

    `basis` is `reported` (the schools' own figures) or `verified` (with what teams found on site).
    """
    constants = {"campaign_id": campaign_id, "basis": basis}
    lines = rows_of(scored.lines, **constants)
    totals = rows_of(scored.totals, rubric_digest=rubric_digest, **constants)
    changed = replace_slice(session, ScoreLine, lines, **constants)
    return replace_slice(session, Score, totals, **constants) or changed


def totals(session: Session, campaign_id: str, basis: str) -> pd.DataFrame:
    """Return the band of every school-stage."""
    return frame_of(session, Score, campaign_id=campaign_id, basis=basis)


def lines(session: Session, campaign_id: str, basis: str) -> pd.DataFrame:
    """Return every score line."""
    return frame_of(session, ScoreLine, campaign_id=campaign_id, basis=basis)


def latest_basis(session: Session, campaign_id: str) -> str:
    """Return `verified` once findings have been scored, else `reported`."""
    statement = select(func.count()).where(Score.campaign_id == campaign_id, Score.basis == "verified")
    return "verified" if session.execute(statement).scalar_one() else "reported"
