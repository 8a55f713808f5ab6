"""Campaigns in the store: the cycle, the term and the plan they belong to, and how far they have come."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from inspection import policy_file
from inspection.deploy.campaign import CampaignState, furthest, has_reached
from inspection.deploy.plan import Plan
from inspection.errors import Fault, ProtocolError
from inspection.store import ledger
from inspection.store.tables import Campaign, Cycle, PolicyVersion, Term
from inspection.store.writing import append, put


def keep_policy(session: Session, *, kind: str, path: Path) -> str:
    """Keep a document as it stands, so that what was done under it can always be explained; return its digest."""
    found = policy_file.file_digest(path)
    row = {"digest": found, "kind": kind, "name": path.stem, "content": path.read_text(encoding="utf-8")}
    append(session, PolicyVersion, [row])
    return found


def register(session: Session, plan: Plan, *, plan_digest: str, at: datetime) -> str:
    """Enter a plan's cycle, term and campaign, and record the plan in the ledger; return its entry's hash.

    Raises:
        ProtocolError: the campaign is on record under another plan.
    """
    term = plan.term
    put(session, Cycle, [{"cycle_id": plan.cycle, "phase": plan.phase}])
    put(
        session,
        Term,
        [{"term_id": term.id, "title": term.title, "starts_on": term.starts_on, "ends_on": term.ends_on}],
    )
    if session.get(Campaign, plan.campaign) is None:
        session.add(
            Campaign(
                campaign_id=plan.campaign,
                term_id=term.id,
                cycle_id=plan.cycle,
                title=plan.title,
                mode=plan.mode,
                plan_digest=plan_digest,
                state=CampaignState.PLANNED,
            )
        )
        session.flush()
    payload = {"plan": plan_digest, "mode": plan.mode, "term": term.id}
    return ledger.record(session, kind="plan", subject=plan.campaign, payload=payload, at=at)


def get(session: Session, campaign_id: str) -> Campaign:
    """Return a campaign.

    Raises:
        ProtocolError: it has not been registered.
    """
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        fault = Fault(
            place=f"检查批次 {campaign_id}",
            code="CAM-002",
            wanted="已登记的检查批次",
            got="未登记",
            remedy="请先运行 inspect-term，或核对批次编号。",
        )
        raise ProtocolError(f"没有检查批次 {campaign_id}", [fault])
    return campaign


def advance(session: Session, campaign_id: str, reached: CampaignState) -> None:
    """Take a campaign to `reached`, unless it is already further."""
    campaign = get(session, campaign_id)
    campaign.state = furthest(campaign.state, reached)


def is_committed(session: Session, campaign_id: str) -> bool:
    """Say whether a campaign's draw is promised, after which its pool cannot change."""
    campaign = session.get(Campaign, campaign_id)
    return campaign is not None and has_reached(campaign.state, CampaignState.COMMITTED)
