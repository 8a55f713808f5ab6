"""Scores in the store: lines with their arithmetic, the band of every school-stage, how firmly it stands."""

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.school_stage import KEY
from inspection.score.scoring import Scored
from inspection.store.frames import frame_of, rows_of
from inspection.store.score_tables import OwnTrend, PeerPlace, ScoreFragility
from inspection.store.tables import PolicyVersion, Score, ScoreLine
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


def used_rubrics(session: Session, name: str) -> list[str]:
    """Return the texts of every version of a rubric that something was scored under."""
    statement = select(PolicyVersion.content).filter_by(kind="rubric", name=name)
    return list(session.scalars(statement.order_by(PolicyVersion.digest)))


def totals(session: Session, campaign_id: str, basis: str) -> pd.DataFrame:
    """Return the band of every school-stage."""
    return frame_of(session, Score, campaign_id=campaign_id, basis=basis)


def lines(session: Session, campaign_id: str, basis: str) -> pd.DataFrame:
    """Return every score line."""
    return frame_of(session, ScoreLine, campaign_id=campaign_id, basis=basis)


def enter_fragility(session: Session, campaign_id: str, basis: str, frame: pd.DataFrame) -> bool:
    """Make `frame` what is known of how firmly the bands stand; return whether anything changed."""
    constants = {"campaign_id": campaign_id, "basis": basis}
    return replace_slice(session, ScoreFragility, rows_of(frame, **constants), **constants)


def fragility(session: Session, campaign_id: str, basis: str, scope: str = "public") -> pd.DataFrame:
    """Return how firmly the band of every school-stage stands, in one scope (internal or public)."""
    return frame_of(session, ScoreFragility, campaign_id=campaign_id, basis=basis, scope=scope)


def enter_beside(session: Session, campaign_id: str, *, places: pd.DataFrame, trends: pd.DataFrame) -> None:
    """Make these frames the places among like schools and the own trends of a campaign's figures."""
    for table, frame in ((PeerPlace, places), (OwnTrend, trends)):
        replace_slice(session, table, rows_of(frame, campaign_id=campaign_id), campaign_id=campaign_id)


def places(session: Session, campaign_id: str) -> pd.DataFrame:
    """Return where each figure of each school-stage stands among like schools; for inside the bureau."""
    return frame_of(session, PeerPlace, campaign_id=campaign_id)


def trends(session: Session, campaign_id: str) -> pd.DataFrame:
    """Return how each figure of each school-stage moved over its own terms; for inside the bureau."""
    return frame_of(session, OwnTrend, campaign_id=campaign_id)


def firm_totals(session: Session, campaign_id: str, basis: str) -> pd.DataFrame:
    """Return the totals with the `stay_rate` of the public band beside them."""
    stays = fragility(session, campaign_id, basis)[["school_code", "stage", "stay_rate"]]
    return totals(session, campaign_id, basis).merge(stays, on=KEY, how="left")


def latest_basis(session: Session, campaign_id: str) -> str:
    """Return `verified` once findings have been scored, else `reported`."""
    statement = select(func.count()).where(Score.campaign_id == campaign_id, Score.basis == "verified")
    return "verified" if session.execute(statement).scalar_one() else "reported"
