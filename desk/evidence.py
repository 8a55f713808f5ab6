"""Evidence of public values: a photograph or page is handed in, kept under its content address, and named by it.

The digest that is shown here is what the two people who type the values put into the form of the draw.
"""

import json
from collections.abc import Sequence

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from desk import words
from desk.files import digest_of, write_inside
from desk.page import Call, page
from inspection.access import VALUE_ROLES, Kind
from inspection.draw.record import sources
from inspection.draw.value_evidence import MOST_BYTES, evidence_kind
from inspection.errors import Fault, SourceError
from inspection.store import draw, value_evidence, waiting
from inspection.store.engine import reading, writing
from inspection.store.value_evidence import EvidenceLine

SENDERS = frozenset(VALUE_ROLES)
FOLDER = "evidence"


@page
def evidence_page(call: Call) -> Response:
    """Show the sources of a draw, the files handed in for it and, to those who may send one, the form."""
    return _shown(call, _campaign(call))


def take_in(call: Call, form: FormData) -> Response:
    """Keep a file whole or not at all."""
    campaign_id = _campaign(call)
    if call.viewer.role not in SENDERS:
        raise HTTPException(403, "公开数值的凭证由教育督导室或者纪检监督上传。")
    try:
        sent, kind = _require_file(form.get("file"))
    except SourceError as error:
        return _shown(call, campaign_id, faults=error.faults, status_code=422)
    digest = digest_of(sent.file)
    write_inside(call.office.workspace, evidence_parts(campaign_id, digest, kind), sent.file)
    line = EvidenceLine(
        content_digest=digest,
        kind=kind,
        byte_count=sent.size or 0,
        account_id=call.viewer.account_id,
        recorded_at=call.at,
    )
    with writing(call.office.database_url) as session:
        value_evidence.enter(session, campaign_id, line)
    return RedirectResponse(f"/evidence/{campaign_id}", status_code=303)


def evidence_parts(campaign_id: str, digest: str, kind: str) -> tuple[str, ...]:
    """Return where a file of evidence lies in the workspace."""
    return ("inbox", FOLDER, campaign_id, f"{digest}.{kind}")


def _campaign(call: Call) -> str:
    """Return the campaign asked for: one whose draw is promised, for somebody who may see its record."""
    call.require_any(Kind.DRAW_RECORD)
    campaign_id = call.part("campaign_id")
    with reading(call.office.database_url) as session:
        if not draw.is_committed(session, campaign_id):
            raise HTTPException(404, "这个批次还没有公布抽取方案。")
    return campaign_id


def _shown(call: Call, campaign_id: str, *, faults: Sequence[Fault] = (), status_code: int = 200) -> Response:
    with reading(call.office.database_url) as session:
        facts = {
            "campaign": waiting.campaign(session, campaign_id),
            "campaign_id": campaign_id,
            "sources": sources(json.loads(draw.get(session, campaign_id).commitment)),
            "files": value_evidence.evidence(session, campaign_id),
            "may_send": call.viewer.role in SENDERS,
            "limit": words.size(MOST_BYTES),
            "faults": faults,
        }
    return call.render("evidence.html", facts, status_code=status_code)


def _require_file(given: object) -> tuple[UploadFile, str]:
    if not isinstance(given, UploadFile) or not given.filename:
        raise SourceError("文件未接收", [_fault("选定的一个文件", "未选择")])
    given.file.seek(0)
    kind = evidence_kind(given.file.read(16))
    faults = []
    if not kind:
        faults.append(_fault("PDF 文件或者 JPG、PNG 照片", "其他文件"))
    if (given.size or 0) > MOST_BYTES:
        faults.append(_fault(f"不超过 {words.size(MOST_BYTES)}", words.size(given.size or 0)))
    if faults:
        raise SourceError("文件未接收", faults)
    return given, kind


def _fault(wanted: str, got: str) -> Fault:
    return Fault(place="凭证", code="UPL-004", wanted=wanted, got=got, remedy="请核对后重新选择文件上传。")
