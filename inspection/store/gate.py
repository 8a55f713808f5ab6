"""Overrides of the rules of procedure in the store: kept, entered in the ledger, never changed."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.canonical import canonical, digest
from inspection.draw.gate import Settled, Step
from inspection.store import ledger
from inspection.store.gate_tables import GateOverride
from inspection.store.writing import append


@dataclass(frozen=True, kw_only=True)
class Decided:
    """At which step of which campaign, and on which day, rules are overridden.

    `key` (hexadecimal) keeps the ledger from telling which schools: of a sealed draw a plain digest could be
    tested against a guess.
    """

    campaign_id: str
    step: Step
    on: date
    key: str


def keep(session: Session, settled: Iterable[Settled], decided: Decided, *, at: datetime) -> None:
    """Keep overrides and enter each in the ledger; doing it again changes nothing."""
    for one in settled:
        subjects = canonical(list(one.subjects))
        row = {
            "campaign_id": decided.campaign_id,
            "rule": one.rule,
            "subjects_digest": digest(list(one.subjects)),
            "subjects": subjects,
            "step": decided.step,
            "clause_id": one.clause_id,
            "person_id": one.person_id,
            "reason": one.reason,
            "decided_on": decided.on,
            "recorded_at": at,
        }
        append(session, GateOverride, [row])
        veiled = hmac.new(bytes.fromhex(decided.key), subjects.encode(), hashlib.sha256).hexdigest()
        payload = {
            "campaign": decided.campaign_id,
            "rule": one.rule,
            "clause": one.clause_id,
            "step": decided.step,
            "person": one.person_id,
            "reason": digest(one.reason),
            "subjects": veiled,
        }
        subject = f"{decided.campaign_id}-{one.rule}-{veiled[:16]}"
        ledger.record(session, kind="override", subject=subject, payload=payload, at=at)


def overrides(session: Session, campaign_id: str) -> list[GateOverride]:
    """Return the overrides of a campaign, in the order of days and rules."""
    statement = select(GateOverride).where(GateOverride.campaign_id == campaign_id)
    order = (GateOverride.decided_on, GateOverride.rule, GateOverride.subjects_digest)
    return list(session.execute(statement.order_by(*order)).scalars())


def overridden(session: Session, campaign_id: str) -> dict[str, set[str]]:
    """Return the subjects for which each rule stands overridden."""
    found: dict[str, set[str]] = {}
    for row in overrides(session, campaign_id):
        found.setdefault(row.rule, set()).update(json.loads(row.subjects))
    return found
