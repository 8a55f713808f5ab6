"""The states of a case: no adverse measure without a hearing, no notice without an approval.

教育督导条例 Art 20, 行政处罚法 Art 44-45: the school is told and heard before the decision.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from inspection.errors import Fault


class CaseState(StrEnum):
    """Where a case stands."""

    PROPOSED = "PROPOSED"
    HEARD = "HEARD"
    APPROVED = "APPROVED"
    RETURNED = "RETURNED"
    SERVED = "SERVED"
    RECTIFYING = "RECTIFYING"
    RECHECKED = "RECHECKED"
    CLOSED = "CLOSED"


TITLES = {
    CaseState.PROPOSED: "待告知、待陈述申辩",
    CaseState.HEARD: "已听取意见，待审批",
    CaseState.APPROVED: "已批准，待制发",
    CaseState.RETURNED: "已退回，需重新研究",
    CaseState.SERVED: "已送达",
    CaseState.RECTIFYING: "整改中",
    CaseState.RECHECKED: "复查通过，待销号",
    CaseState.CLOSED: "已办结",
}


def case_number(campaign_id: str, school_code: str, measure: str, *, key: str) -> str:
    """Return the number of a case 案号: the same for the same proposal, and telling nothing to who has no key.

    Numbers stand in the public ledger and in the Prefect UI while the school is still being heard. `key` is
    the campaign's own, in hexadecimal.
    """
    return f"{campaign_id}-{veiled(key, school_code, measure)}"


def turn_subject(case_id: str, decision_number: int) -> str:
    """Return what the ledger calls a case at its first, second … decision: one entry of a kind each."""
    return case_id if decision_number == 1 else f"{case_id}-{decision_number}"


def veiled(key: str, *parts: str) -> str:
    """Return sixteen hexadecimal digits that stand for `parts` where the public can see."""
    return hmac.new(bytes.fromhex(key), ":".join(parts).encode(), hashlib.sha256).hexdigest()[:16]


@dataclass(frozen=True)
class HearingFacts:
    """What the school was told, and what came back; `reply_kind` is empty while nothing has."""

    expires_on: date
    reply_kind: str = ""
    outcome: str = ""
    reason_text: str = ""


def is_heard(hearing: HearingFacts, *, as_of: date) -> bool:
    """Say whether the hearing is over.

    It is when the reply was waived in writing, when the time has run out without a reply, or when a
    reply was answered with reasons.
    """
    if hearing.reply_kind == "waived":
        return True
    if hearing.reply_kind == "written":
        return bool(hearing.outcome and hearing.reason_text)
    return as_of > hearing.expires_on


def may_approve(
    *, approver_id: str, approvers: tuple[str, ...], team: tuple[str, ...], case_id: str
) -> list[Fault]:
    """Return why this person may not approve this case; empty when nothing stands against it.

    The approver is named in the profile and was not on the team.
    """
    faults = []
    if approver_id not in approvers:
        faults.append(_approver_fault(case_id, "列入审批人员名单的负责人", f"{approver_id} 不在名单中"))
    if approver_id in team:
        faults.append(_approver_fault(case_id, "未参加该校检查的人员", f"{approver_id} 是该校检查组成员"))
    return faults


def _approver_fault(case_id: str, wanted: str, got: str) -> Fault:
    return Fault(
        place=f"案 {case_id}",
        code="CAS-001",
        wanted=wanted,
        got=got,
        remedy="请由机构配置中列明、且与本案无关的负责人审批。",
    )
