"""Findings in the store: what teams found and concluded. Append-only."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from sqlalchemy.orm import Session

from inspection.canonical import digest, digest_rows
from inspection.decide.case import veiled
from inspection.store import ledger
from inspection.store.frames import frame_of
from inspection.store.tables import Finding, VisitResult
from inspection.store.writing import Row, append


def enter(
    session: Session,
    campaign_id: str,
    found: Sequence[Row],
    results: Sequence[Row],
    *,
    key: str,
    at: datetime,
) -> int:
    """Append findings and results, each school with a ledger entry of its own; return how many were new.

    `key` is the campaign's own: the ledger is public, and while a case is open it must not tell the result.

    Raises:
        ProtocolError: something else stands on record for the same item at the same school.
    """
    added = append(session, Finding, found) + append(session, VisitResult, results)
    for result in sorted(results, key=lambda row: str(row["school_code"])):
        code = str(result["school_code"])
        own = [_said(row) for row in found if row["school_code"] == code]
        said = digest({"key": key, "result": result["result"], "findings": digest_rows(own)})
        subject = f"{campaign_id}-{veiled(key, code)}"
        ledger.record(session, kind="finding", subject=subject, payload={"findings": said}, at=at)
    return added


def items(session: Session, campaign_id: str) -> pd.DataFrame:
    """Return every finding of a campaign."""
    return frame_of(session, Finding, campaign_id=campaign_id)


def verified_items(session: Session, campaign_id: str, *, quorum: int) -> pd.DataFrame:
    """Return the findings at schools that at least `quorum` inspectors went to; a smaller team verifies nothing."""
    visits = results(session, campaign_id)
    is_quorate = [len(present.split("、")) >= quorum for present in visits["present"]]
    found = items(session, campaign_id)
    return found[found["school_code"].isin(visits.loc[is_quorate, "school_code"])].reset_index(drop=True)


def results(session: Session, campaign_id: str) -> pd.DataFrame:
    """Return the result of every visited school."""
    return frame_of(session, VisitResult, campaign_id=campaign_id)


def _said(row: Row) -> list[str]:
    """Return what a finding says, without the file it came in."""
    return [str(value) for name, value in row.items() if name != "submission_id"]
