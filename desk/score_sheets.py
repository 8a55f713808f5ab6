"""The score sheets that a person may open: for each school and stage the sheet and the same facts as data."""

import re
from dataclasses import dataclass

from sqlalchemy.orm import Session

from desk.documents import offered
from desk.files import names_inside
from desk.page import Call
from inspection.school_stage import STAGE_TITLES
from inspection.store import waiting

ALL_LINES_TITLE = "全部得分明细（Parquet）"
_SHEET = re.compile(r"(\d{10})-([a-z]+)\.pdf")


@dataclass(frozen=True)
class SheetLine:
    """One sheet as a list shows it; `address` lacks the ending, `.pdf` to read or `.json` to compute with."""

    school_name: str
    school_code: str
    stage_title: str
    address: str


def score_sheets(session: Session, call: Call, campaign_id: str) -> list[SheetLine]:
    """Return the sheets of a campaign that the person may open, by school code and stage."""
    names = names_inside(call.office.workspace, ("outbox", campaign_id, "scores"))
    found = [matched for name in names if (matched := _SHEET.fullmatch(name))]
    asked = [(f"campaigns/{campaign_id}/scores/{item[0]}", item[1]) for item in found]
    stages = {address: item[2] for (address, _), item in zip(asked, found, strict=True)}
    named = waiting.school_names(session)
    return [
        SheetLine(
            named.get(code, code),
            code,
            STAGE_TITLES.get(stages[address], stages[address]),
            address.removesuffix(".pdf"),
        )
        for address, code in offered(call, session, asked)
    ]


def all_lines(session: Session, call: Call, campaign_id: str) -> list[tuple[str, str]]:
    """Return the (address, title) of the file of all lines, where it is there and the person may open it."""
    return offered(call, session, [(f"campaigns/{campaign_id}/score-lines", ALL_LINES_TITLE)])
