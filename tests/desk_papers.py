"""The papers of the small bureau: cases with their hearings and notices, files that came in, a draw."""

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from inspection.canonical import canonical, digest, digest_bytes
from inspection.errors import Fault
from inspection.ingest.submission import Received
from inspection.store import submission
from inspection.store.case_tables import Case, Hearing, Notice, NoticeFile, Rectification
from inspection.store.tables import CheckResult, Draw
from tests.desk_names import (
    CAMPAIGN,
    FINDINGS_A,
    FINDINGS_B,
    INDICATORS_A,
    INDICATORS_B,
    OPENED,
    PDF,
    RESULTS_A,
    SCHOOL_A,
    SCHOOL_B,
    SCHOOL_FILE_A,
    SCHOOL_FILE_B,
    TERM,
    TOLD_A,
    UNTOLD_A,
    WARNED_A,
    WARNED_B,
    put_rows,
)


def enter_cases(session: Session, files: dict[str, str]) -> None:
    reasons = [
        {
            "stage": "primary",
            "criterion_id": "RZ-03",
            "clause": "第3项",
            "sentence": "经入校核实，五年级劳动课连续三周被语文课占用，不符合课程开设要求。",
        }
    ]
    cases = [
        (WARNED_A, SCHOOL_A, "warning-circular", "adverse", "RECTIFYING"),
        (TOLD_A, SCHOOL_A, "criticism-circular", "adverse", "PROPOSED"),
        (WARNED_B, SCHOOL_B, "warning-circular", "adverse", "HEARD"),
        (UNTOLD_A, SCHOOL_A, "watch", "neutral", "CLOSED"),
    ]
    put_rows(
        session,
        Case,
        [
            {
                "case_id": number,
                "campaign_id": CAMPAIGN,
                "school_code": school,
                "measure": measure,
                "direction": direction,
                "state": state,
                "reasons": canonical(reasons),
                "reasons_digest": digest(reasons),
                "proposed_on": date(2026, 5, 12),
            }
            for number, school, measure, direction, state in cases
        ],
    )
    hearing = {
        "notified_on": date(2026, 5, 13),
        "expires_on": date(2026, 5, 27),
        "outcome": "",
        "reason_text": "",
    }
    answered = {
        "reply_kind": "written",
        "replied_on": date(2026, 5, 18),
        "reply_text": "已于5月15日调整课表，恢复劳动课。",
        "outcome": "partly",
        "reason_text": "整改情况属实，但问题确曾存在。",
    }
    silent = {"reply_kind": "", "replied_on": None, "reply_text": ""}
    put_rows(session, Hearing, [{"case_id": TOLD_A, **hearing, **silent}])
    put_rows(session, Hearing, [{"case_id": WARNED_A, **hearing, **answered}])
    put_rows(session, Hearing, [{"case_id": WARNED_B, **hearing, **answered}])
    for number, (case_id, kind) in enumerate(
        [(WARNED_A, "hearing"), (WARNED_B, "hearing"), (WARNED_A, "warning"), (WARNED_B, "warning")], start=1
    ):
        name = f"cases/{case_id}/hearing-letter.pdf" if kind == "hearing" else f"notices/{case_id}.pdf"
        _enter_notice(session, case_id, kind, number)
        put_rows(
            session,
            NoticeFile,
            [
                {
                    "notice_id": f"{case_id}-{kind}",
                    "file_name": name,
                    "content_digest": files[f"outbox/{CAMPAIGN}/{name}"],
                }
            ],
        )
    put_rows(
        session,
        Rectification,
        [{"case_id": WARNED_A, "served_on": date(2026, 5, 14), "due_on": date(2026, 6, 26), "state": "due"}],
    )


def _enter_notice(session: Session, case_id: str, kind: str, number: int) -> None:
    put_rows(
        session,
        Notice,
        [
            {
                "notice_id": f"{case_id}-{kind}",
                "case_id": case_id,
                "year": 2026,
                "number": number,
                "kind": kind,
                "facts": "{}",
                "facts_digest": "f" * 64,
                "template_digest": "e" * 64,
                "issued_on": date(2026, 5, 14),
                "ledger_head": "0" * 64,
            }
        ],
    )


def enter_submissions(session: Session, workspace: Path) -> dict[str, str]:
    fault = Fault(
        place=INDICATORS_A,
        sheet="学期指标",
        row=7,
        column="体质合格人数",
        code="IND-004",
        wanted="不大于体质监测人数（88）",
        got="91",
        remedy="请核对两栏人数后更正。",
    )
    whole = Fault(
        place=RESULTS_A, code="IN-012", wanted="学科一栏", got="没有这一栏", remedy="请补上这一列。"
    )
    sent = [
        ("indicators", INDICATORS_A, (fault, "warning"), 39),
        ("indicators", INDICATORS_B, None, 40),
        ("results", RESULTS_A, (whole, "critical"), 0),
        ("schools", "学校基本情况一览表.xlsx", None, 60),
        ("indicators", SCHOOL_FILE_A, None, 1),
        ("indicators", SCHOOL_FILE_B, None, 1),
        ("findings", FINDINGS_A, None, 9),
        ("findings", FINDINGS_B, None, 9),
    ]
    receipts = {}
    for data_set, name, found, accepted_count in sent:
        is_returned = data_set == "findings"
        term_id = CAMPAIGN if is_returned else TERM
        path = workspace / "inbox" / term_id / ("findings" if is_returned else "") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PDF + name.encode())
        received = Received(
            term_id=term_id,
            data_set=data_set,
            file_name=name,
            content_digest=digest_bytes(path.read_bytes()),
            read_count=max(accepted_count, 40),
            accepted_count=accepted_count,
            excluded_count=1,
            faults=(found,) if found else (),
        )
        submission.enter(session, term_id, [received], at=OPENED - timedelta(hours=len(receipts) + 1))
        receipts[name] = received.submission_id
        correction = workspace / "outbox" / term_id / "corrections" / f"{received.submission_id}.xlsx"
        correction.parent.mkdir(parents=True, exist_ok=True)
        correction.write_bytes(b"PK\x03\x04 correction")
    put_rows(
        session,
        CheckResult,
        [
            {
                "term_id": TERM,
                "data_set": "indicators",
                "rule_id": "IND-004",
                "severity": "warning",
                "reason": "体质合格人数不大于体质监测人数",
                "checked_count": 80,
                "unexpected_count": 1,
            }
        ],
    )
    return receipts


COMMITMENT = {
    "campaign": CAMPAIGN,
    "sources": [
        {
            "source": "dice",
            "kind": "dice",
            "name": "现场公开掷骰60次",
            "announced_at": "2026-05-12T21:30:00+08:00",
            "throws": 60,
        }
    ],
}


def enter_draw(session: Session) -> None:
    put_rows(
        session,
        Draw,
        [
            {
                "campaign_id": CAMPAIGN,
                "state": "drawn",
                "commitment": canonical(COMMITMENT),
                "commitment_digest": digest(COMMITMENT),
                "annex": canonical({"salt": "secret-salt"}),
                "record": canonical({"campaign": CAMPAIGN, "state": "drawn"}),
                "record_digest": "d" * 64,
            }
        ],
    )
