"""The one way to a file: an address becomes a kind, an owner and a place; the rule is asked; the log is kept.

Here: every address under `/documents/`. No other module of the desk opens what lies in the workspace for
somebody to read.
"""

import logging
import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from desk import draw_documents
from desk.files import is_inside, read_inside
from desk.found import Found
from desk.office import Office
from desk.page import Call, refuse
from inspection.access import KIND_TITLES, Kind, Owner, Verdict, admit
from inspection.canonical import digest_bytes
from inspection.errors import Fault, ProtocolError
from inspection.store import access, special, visit_notice
from inspection.store.engine import reading, writing
from inspection.store.upload import submissions

logger = logging.getLogger(__name__)

INLINE = {
    ".pdf": "application/pdf",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".woff2": "font/woff2",
}
ATTACHED = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".json": "application/json",
}
# A report made elsewhere may carry its own styles; it gets no script, no form and nothing from outside.
REPORT_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def document(call: Call) -> Response:
    """Hand out the document at an address, if the person may see it; either way it is logged."""
    found, content = open_document(call, call.part("document_id"))
    suffix = PurePosixPath(found.name).suffix.lower()
    way = "inline" if suffix in INLINE else "attachment"
    media_type = INLINE.get(suffix) or ATTACHED.get(suffix, "application/octet-stream")
    headers = {
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(found.name)}",
        "Content-Security-Policy": REPORT_POLICY,
    }
    return Response(content, media_type=media_type, headers=headers)


def open_document(call: Call, document_id: str) -> tuple[Found, bytes]:
    """Return a document and its content: the rule is asked, the path held inside, the request logged.

    Raises:
        HTTPException: 403 or 404.
        ProtocolError: the file is not the one on record.
    """
    with reading(call.office.database_url) as session:
        found = locate(session, call.office, document_id)
    if found is None:
        raise HTTPException(404, "没有这个地址。请从页面上的链接进入。")
    verdict = admit(call.viewer, found.kind, found.owner)
    content = b""
    if verdict is Verdict.ALLOWED:
        try:
            content = found.text.encode() or read_inside(call.office.workspace, found.parts)
        except OSError:
            verdict = Verdict.ABSENT
    with writing(call.office.database_url) as session:
        access.enter(
            session,
            account_id=call.viewer.account_id,
            document_id=document_id,
            outcome=verdict,
            at=call.at,
        )
    logger.info("%s asked for %s: %s", call.viewer.account_id, document_id, verdict.value)
    refuse(call.viewer, found.kind, verdict)
    if found.digest and digest_bytes(content) != found.digest:
        raise ProtocolError("文件与登记的内容不一致，暂不提供", [_altered(found)])
    return found, content


def offered(call: Call, session: Session, asked: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those of the (address, title) pairs that are there and the person may open, for links."""
    return [item for item in asked if _may_have(call, session, item[0])]


def _may_have(call: Call, session: Session, document_id: str) -> bool:
    found = locate(session, call.office, document_id)
    if found is None or not call.may(found.kind, found.owner):
        return False
    return bool(found.text) or is_inside(call.office.workspace, found.parts)


def locate(session: Session, office: Office, document_id: str) -> Found | None:
    """Return what an address stands for, or None when it stands for nothing at all."""
    for pattern, locator in _ADDRESSES:
        matched = pattern.fullmatch(document_id)
        if matched:
            return locator(session, office, *matched.groups())
    return None


def _dossier(session: Session, _office: Office, campaign_id: str, team_code: str) -> Found:
    name = f"检查组{team_code}工作手册.pdf"
    return _dispatched(session, Kind.DOSSIER, campaign_id, team_code, name)


def _findings(session: Session, _office: Office, campaign_id: str, team_code: str) -> Found:
    name = f"检查记录-{team_code}.xlsx"
    return _dispatched(session, Kind.FINDINGS_WORKBOOK, campaign_id, team_code, name)


def _dispatched(session: Session, kind: Kind, campaign_id: str, team_code: str, name: str) -> Found:
    recorded = "dossier" if kind is Kind.DOSSIER else "findings"
    file_name, digest = access.dispatched(session, campaign_id, team_code, kind=recorded)
    return Found(
        kind=kind,
        owner=access.owner_of_team(session, campaign_id, team_code),
        name=name,
        parts=("outbox", campaign_id, *file_name.split("/")),
        digest=digest,
    )


def _letter(session: Session, _office: Office, case_id: str) -> Found:
    return _issued(session, case_id, Kind.HEARING_LETTER, f"告知书-{case_id}.pdf")


def _notice(session: Session, _office: Office, case_id: str) -> Found:
    return _issued(session, case_id, Kind.NOTICE, f"文书-{case_id}.pdf")


def _issued(session: Session, case_id: str, kind: Kind, name: str) -> Found:
    is_hearing = kind is Kind.HEARING_LETTER
    file_name, digest = access.issued(session, case_id, is_hearing=is_hearing)
    parts = ("outbox", access.campaign_of(session, case_id), *file_name.split("/"))
    return Found(
        kind=kind, owner=access.owner_of_case(session, case_id), name=name, parts=parts, digest=digest
    )


def _draft(session: Session, _office: Office, case_id: str) -> Found:
    return Found(
        kind=Kind.DRAFT,
        owner=access.owner_of_case(session, case_id),
        name=f"草稿-{case_id}.pdf",
        parts=("outbox", access.campaign_of(session, case_id), "cases", case_id, "draft.pdf"),
    )


def _register(session: Session, _office: Office, campaign_id: str) -> Found:
    return Found(
        kind=Kind.HEARING_REGISTER,
        owner=access.owner_of_campaign(session, campaign_id),
        name=f"告知答复登记表-{campaign_id}.xlsx",
        parts=("outbox", campaign_id, "告知答复登记表.xlsx"),
    )


def _special(_session: Session, _office: Office, campaign_id: str, special_id: str) -> Found:
    return Found(
        kind=Kind.DRAFT,
        owner=Owner(),
        name=f"专项督导方案-{special_id}.html",
        parts=("outbox", campaign_id, "specials", f"{special_id}.html"),
    )


def _refusal(_session: Session, _office: Office, campaign_id: str, name: str) -> Found:
    return Found(
        kind=Kind.DRAFT,
        owner=Owner(),
        name=f"退回原因-{campaign_id}-{name}.csv",
        parts=("outbox", campaign_id, "refusals", f"{name}.csv"),
    )


def _special_notice(session: Session, _office: Office, special_id: str, school_code: str) -> Found:
    found = special.notice_file(session, special_id, school_code)
    name = f"督导通知-{special_id}-{school_code}.pdf"
    if found is None:
        return Found(kind=Kind.NOTICE, owner=None, name=name)
    return Found(
        kind=Kind.NOTICE,
        owner=Owner(school_code=found.school_code, district_code=found.district_code),
        name=name,
        parts=("outbox", special_id, *found.file_name.split("/")),
        digest=found.content_digest,
    )


def _visit_notice(session: Session, _office: Office, campaign_id: str, school_code: str) -> Found:
    line = next(iter(visit_notice.lines(session, campaign_id=campaign_id, school_code=school_code)), None)
    name = f"督导通知-{campaign_id}-{school_code}.pdf"
    if line is None:
        return Found(kind=Kind.NOTICE, owner=None, name=name)
    return Found(
        kind=Kind.NOTICE,
        owner=Owner(school_code=line.school_code, district_code=line.district_code),
        name=name,
        parts=("outbox", campaign_id, *line.file_name.split("/")),
        digest=line.content_digest,
    )


def _quality(_session: Session, office: Office, term_id: str, path: str) -> Found:
    names = tuple(path.split("/"))
    unit = access.unit_of(names[-1])
    return Found(
        kind=Kind.QUALITY_REPORT,
        owner=Owner(district_code=unit if unit in office.districts and len(names) == 1 else ""),
        name=names[-1],
        parts=("outbox", term_id, "quality", *names),
    )


def _blank(_session: Session, office: Office, term_id: str, name: str) -> Found:
    unit = access.unit_of(name)
    return Found(
        kind=Kind.BLANK_WORKBOOK,
        owner=Owner(district_code=unit if unit in office.districts else ""),
        name=name,
        parts=("outbox", term_id, "blanks", name),
    )


def _score_sheet(_session: Session, _office: Office, campaign_id: str, school_code: str, name: str) -> Found:
    return Found(
        kind=Kind.SCORE_SHEET,
        owner=Owner(school_code=school_code),
        name=f"评价得分明细表-{school_code}-{name}",
        parts=("outbox", campaign_id, "scores", f"{school_code}-{name}"),
    )


def _score_lines(_session: Session, _office: Office, campaign_id: str) -> Found:
    """Every school's lines in one file: nobody's own, so the bureau's alone."""
    return Found(
        kind=Kind.SCORE_SHEET,
        owner=Owner(),
        name=f"得分明细-{campaign_id}.parquet",
        parts=("outbox", campaign_id, "scores", "score-lines.parquet"),
    )


def _analysis(_session: Session, _office: Office, term_id: str, level: str, code: str) -> Found:
    is_process, is_school = level == "process", level != "district"
    title = KIND_TITLES[kind := Kind.TEACHING_PROCESS if is_process else Kind.QUALITY_ANALYSIS]
    return Found(
        kind=kind,
        owner=Owner(school_code=code) if is_school else Owner(district_code=code),
        name=f"{title}-{code}.pdf",
        parts=("outbox", term_id, "analyses", f"{level}-{code}.pdf"),
    )


def _fault_list(_session: Session, office: Office, term_id: str, data_set: str) -> Found:
    title = office.source_maps[data_set].title if data_set in office.source_maps else data_set
    return Found(
        kind=Kind.QUALITY_REPORT,
        owner=Owner(),
        name=f"{title}-问题清单.csv",
        parts=("outbox", term_id, "corrections", f"{data_set}-问题清单.csv"),
    )


def _correction(session: Session, office: Office, submission_id: str) -> Found:
    line = next(iter(submissions(session, submission_id=submission_id)), None)
    return Found(
        kind=Kind.CORRECTION_WORKBOOK,
        owner=access.owner_of_submission(session, submission_id, districts=office.districts),
        name=f"更正表-{submission_id}.xlsx",
        parts=("outbox", line.term_id if line else "", "corrections", f"{submission_id}.xlsx"),
    )


def _original(session: Session, office: Office, submission_id: str) -> Found:
    line = next(iter(submissions(session, submission_id=submission_id)), None)
    if line is None:
        return Found(kind=Kind.SUBMITTED_FILE, owner=None)
    stored = ("inbox", "received", line.content_digest + PurePosixPath(line.file_name).suffix)
    by_hand = (
        "inbox",
        line.term_id,
        *(("findings",) if line.data_set in access.FROM_TEAMS else ()),
        line.file_name,
    )
    is_student_level = office.is_student_level(line.data_set)
    return Found(
        kind=Kind.STUDENT_ORIGINAL if is_student_level else Kind.SUBMITTED_FILE,
        owner=access.owner_of_submission(session, submission_id, districts=office.districts),
        name=line.file_name,
        parts=stored if is_inside(office.workspace, stored) else by_hand,
        digest=line.content_digest,
    )


def _altered(found: Found) -> Fault:
    return Fault(
        place=found.name,
        code="DSK-001",
        wanted=f"登记的 SHA-256 {found.digest[:16]}…",
        got="内容不同",
        remedy="请勿使用该文件，并请数据工程师重新生成或者恢复原件。",
    )


_ID = r"([A-Za-z0-9][A-Za-z0-9-]{0,127})"
_NAME = r"(?!\.)[\w.()（）-]{1,120}"
_ADDRESSES: tuple[tuple[re.Pattern[str], Callable[..., Found]], ...] = (
    (re.compile(rf"teams/{_ID}/{_ID}/dossier"), _dossier),
    (re.compile(rf"teams/{_ID}/{_ID}/findings-workbook"), _findings),
    (re.compile(rf"cases/{_ID}/hearing-letter"), _letter),
    (re.compile(rf"cases/{_ID}/notice"), _notice),
    (re.compile(rf"cases/{_ID}/draft"), _draft),
    (re.compile(rf"campaigns/{_ID}/hearing-register"), _register),
    (re.compile(rf"campaigns/{_ID}/specials/{_ID}"), _special),
    (re.compile(rf"campaigns/{_ID}/refusals/{_ID}"), _refusal),
    (re.compile(rf"campaigns/{_ID}/scores/(\d{{10}})-([a-z]{{1,16}}\.(?:pdf|json))"), _score_sheet),
    (re.compile(rf"campaigns/{_ID}/score-lines"), _score_lines),
    (re.compile(rf"specials/{_ID}/notices/{_ID}"), _special_notice),
    (re.compile(rf"campaigns/{_ID}/visit-notices/{_ID}"), _visit_notice),
    (re.compile(rf"campaigns/{_ID}/draw-record"), draw_documents.record_document),
    (re.compile(rf"campaigns/{_ID}/record-sheet"), draw_documents.record_sheet_document),
    (re.compile(rf"campaigns/{_ID}/evidence/([0-9a-f]{{64}})"), draw_documents.evidence_document),
    (re.compile(rf"campaigns/{_ID}/draw-annex"), draw_documents.annex_document),
    (re.compile(rf"terms/{_ID}/quality/({_NAME}(?:/{_NAME}){{0,7}})"), _quality),
    (re.compile(rf"terms/{_ID}/blanks/({_NAME})"), _blank),
    (re.compile(rf"terms/{_ID}/analyses/(school|district|process)-(\w{{3,10}})\.pdf"), _analysis),
    (re.compile(rf"terms/{_ID}/corrections/([a-z_]{{1,64}})"), _fault_list),
    (re.compile(rf"submissions/{_ID}/correction-workbook"), _correction),
    (re.compile(rf"submissions/{_ID}/original"), _original),
    (
        re.compile(rf"campaigns/{_ID}/withdrawn/([1-9][0-9]{{0,3}})/draw-record"),
        draw_documents.withdrawn_record,
    ),
    (
        re.compile(rf"campaigns/{_ID}/withdrawn/([1-9][0-9]{{0,3}})/draw-annex"),
        draw_documents.withdrawn_annex,
    ),
    (re.compile(r"ledger"), draw_documents.ledger_document),
)
