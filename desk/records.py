"""Draw records, annexes, the ledger and the log of who looked at what."""

from starlette.responses import Response

from desk.documents import offered
from desk.page import Call, page
from inspection.access import Kind
from inspection.store import access, draw, ledger, waiting
from inspection.store.engine import reading

_SHOWN = 200


@page
def records(call: Call) -> Response:
    """List each campaign's draw record (and annex, for those who may open it) and the ledger's head."""
    call.require_any(Kind.DRAW_RECORD)
    with reading(call.office.database_url) as session:
        draws = []
        for line in waiting.campaigns(session):
            record = (f"campaigns/{line.campaign_id}/draw-record", "抽取记录")
            annex = (f"campaigns/{line.campaign_id}/draw-annex", "抽取附件")
            sheet = (f"campaigns/{line.campaign_id}/record-sheet", "抽取记录单（PDF，供见证人签名）")
            draws.append((line, offered(call, session, [record, sheet, annex])))
        facts = {
            "draws": [(line, ready) for line, ready in draws if ready],
            "promised": [
                line.campaign_id for line, _ in draws if draw.is_committed(session, line.campaign_id)
            ],
            "may_open_annex": call.has_any(Kind.DRAW_ANNEX),
            "ledger_head": ledger.head(session),
            "entry_count": len(ledger.entries(session)),
        }
    return call.render("records.html", facts)


@page
def access_log(call: Call) -> Response:
    """Show who asked for which document, newest first."""
    call.require_any(Kind.ACCESS_LOG)
    with reading(call.office.database_url) as session:
        asked = access.log(session, limit=_SHOWN)
    return call.render("access_log.html", {"asked": asked, "shown": _SHOWN})
