"""Files handed in: what somebody may send, for which unit, and how a file is taken in whole or not at all.

A file is kept under its content address, and put into the inbox under a name made here, one for each data set
and unit: a corrected file takes the place of the first. What is in it is found out by ingest, in a child
process; here only whose schools it names (`desk.door`). Files with student rows are kept once, readable by this account only.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import BinaryIO

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from desk import extensions, words
from desk.door import require_own_schools
from desk.extensions import own_extensions
from desk.files import digest_of, remove_inside, write_inside
from desk.owed import Owed, owed
from desk.page import Call, page
from inspection.access import Role
from inspection.errors import Fault, InspectionError, SourceError
from inspection.ingest.submission import Received
from inspection.store import upload
from inspection.store.engine import reading, writing

_BEGINNINGS = {".xlsx": b"PK\x03\x04"}


@page
def upload_page(call: Call) -> Response:
    """Show the form of one data set."""
    return _form(call, _asked(call))


def take_in(call: Call, form: FormData) -> Response:
    """Take a file in, whole or not at all, and show its receipt."""
    wanted = _asked(call)
    unit = str(form.get("unit", ""))
    try:
        sent = _require_file(call, form.get("file"), wanted)
        if wanted.units and unit not in dict(wanted.units):
            raise SourceError("文件未接收", [_fault(sent, "本人可以报送的单位", unit or "未选择")])
        require_own_schools(call, wanted.data_set, sent)
        receipt = _keep(call, wanted, unit, sent)
    except InspectionError as error:
        return _form(call, wanted, faults=error.faults, status_code=422)
    return RedirectResponse(f"/submissions/{receipt}", status_code=303)


def ask_extension(call: Call, form: FormData) -> Response:
    """Enter a unit's request to hand a data set in later."""
    wanted = _asked(call)
    try:
        extensions.ask(call, wanted, form)
    except InspectionError as error:
        return _form(call, wanted, faults=error.faults, status_code=422)
    return RedirectResponse("/extensions", status_code=303)


def _asked(call: Call) -> Owed:
    campaign_id, data_set = call.part("campaign_id"), call.part("data_set")
    with reading(call.office.database_url) as session:
        for found in owed(session, call):
            if (found.campaign.campaign_id, found.data_set) == (campaign_id, data_set):
                return found
    title = words.data_set(data_set)
    raise HTTPException(403, f"您现在不能报送《{title}》：不在您的报送范围内，或者不在报送期间。")


def _form(call: Call, wanted: Owed, *, faults: Sequence[Fault] = (), status_code: int = 200) -> Response:
    facts = {
        "owed": wanted,
        "extensions": own_extensions(call, wanted) if not wanted.is_returned else [],
        "may_ask": call.viewer.role in {Role.SCHOOL, Role.DISTRICT} and not wanted.is_returned,
        "faults": faults,
        "limit": words.size(call.office.upload_limit_bytes),
        "is_student_level": call.office.is_student_level(wanted.data_set),
    }
    return call.render("upload.html", facts, status_code=status_code)


def _require_file(call: Call, given: object, wanted: Owed) -> UploadFile:
    if not isinstance(given, UploadFile) or not given.filename:
        fault = Fault(
            place="文件", code="UPL-001", wanted="选定的一个文件", got="未选择", remedy="请选择文件后再上报。"
        )
        raise SourceError("文件未接收", [fault])
    faults = []
    suffix = _suffix(given)
    if suffix not in wanted.suffixes:
        faults.append(_fault(given, "、".join(wanted.suffixes) + " 文件", suffix or "没有扩展名"))
    elif not _begins_well(given.file, suffix):
        faults.append(_fault(given, f"真正的 {suffix} 文件", "内容不符（可能只改了扩展名）"))
    if not given.size:
        faults.append(_fault(given, "有内容的文件", "0 字节"))
    elif given.size > call.office.upload_limit_bytes:
        faults.append(
            _fault(given, f"不超过 {words.size(call.office.upload_limit_bytes)}", words.size(given.size))
        )
    if faults:
        raise SourceError("文件未接收", faults)
    return given


def _begins_well(source: BinaryIO, suffix: str) -> bool:
    source.seek(0)
    beginning = source.read(4096)
    if suffix in _BEGINNINGS:
        return beginning.startswith(_BEGINNINGS[suffix])
    return b"\0" not in beginning


def _keep(call: Call, wanted: Owed, unit: str, sent: UploadFile) -> str:
    suffix, line = _suffix(sent), wanted.campaign
    digest = digest_of(sent.file)
    names = _slots(call, wanted, unit)
    name = names[suffix]
    receipt = Received(
        term_id=wanted.received_as, data_set=wanted.data_set, file_name=name, content_digest=digest
    ).submission_id
    try:
        if not call.office.is_student_level(wanted.data_set):
            write_inside(call.office.workspace, ("inbox", "received", digest + suffix), sent.file)
        write_inside(call.office.workspace, (*_folder(wanted), name), sent.file)
        for other in set(names.values()) - {name}:
            remove_inside(call.office.workspace, (*_folder(wanted), other))
    except OSError as error:
        raise SourceError(
            "文件未接收", [_fault(sent, "可以写入的收件箱", error.__class__.__name__)]
        ) from error
    handed_in = upload.HandedIn(
        submission_id=receipt,
        account_id=call.viewer.account_id,
        campaign_id=line.campaign_id,
        term_id=wanted.received_as,
        data_set=wanted.data_set,
        unit=unit,
        file_name=name,
        content_digest=digest,
        byte_count=sent.size or 0,
        recorded_at=call.at,
    )
    with writing(call.office.database_url) as session:
        upload.enter(session, handed_in)
    return receipt


def _folder(wanted: Owed) -> tuple[str, ...]:
    return ("inbox", wanted.received_as, *((wanted.data_set,) if wanted.is_returned else ()))


def _slots(call: Call, wanted: Owed, unit: str) -> dict[str, str]:
    """Return the one name, for each suffix, under which a unit's file of a data set lies in the inbox."""
    label = call.office.districts.get(unit, unit)
    patterns = call.office.source_maps[wanted.data_set].files
    stems = {PurePosixPath(pattern).suffix: PurePosixPath(pattern).stem for pattern in reversed(patterns)}
    return {
        suffix: stem.replace("*", f"-{label}" if label else "") + suffix for suffix, stem in stems.items()
    }


def _suffix(sent: UploadFile) -> str:
    return PurePosixPath(sent.filename or "").suffix.lower()


def _fault(sent: UploadFile, wanted: str, got: str) -> Fault:
    name = (sent.filename or "").replace("\\", "/").rpartition("/")[2][:80]
    return Fault(place=name, code="UPL-002", wanted=wanted, got=got, remedy="请核对后重新选择文件上报。")
