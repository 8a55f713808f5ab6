"""Draw records, annexes, the ledger and the log of who looked at what."""

from collections.abc import Iterator

from sqlalchemy.orm import Session
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
            asked = [record, sheet, annex, *_withdrawn(session, line.campaign_id)]
            draws.append((line, offered(call, session, asked)))
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


def _withdrawn(session: Session, campaign_id: str) -> Iterator[tuple[str, str]]:
    """Yield (address, title) of every cancelled promise of a campaign, the oldest first."""
    for item in draw.withdrawn(session, campaign_id):
        place, number = f"campaigns/{campaign_id}/withdrawn/{item['number']}", item["number"]
        yield f"{place}/draw-record", f"已撤销的抽取方案（第{number}次）"
        yield f"{place}/draw-annex", f"已撤销方案的抽取附件（第{number}次）"


@page
def access_log(call: Call) -> Response:
    """Show who asked for which document, newest first."""
    call.require_any(Kind.ACCESS_LOG)
    with reading(call.office.database_url) as session:
        asked = access.log(session, limit=_SHOWN)
    return call.render("access_log.html", {"asked": asked, "shown": _SHOWN})
