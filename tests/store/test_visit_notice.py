"""Notices to drawn schools on both databases: one series of numbers, the newest edition, whether its visit stands."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from inspection.errors import ProtocolError
from inspection.store import visit_notice
from inspection.store.engine import reading, writing
from inspection.store.special_tables import Special, SpecialNotice
from inspection.store.writing import append, put
from tests.tasks.special_office import CAMPAIGN, SCHOOLS, bureau

AT = datetime(2026, 5, 13, 4, tzinfo=UTC)
VISITED_ON = date(2026, 5, 25)  # the one visit of the bureau, at its first school
KEPT = {"facts": "{}", "facts_digest": "a" * 64, "template_digest": "b" * 64, "issued_on": date(2026, 5, 13)}


def row(school_code: str, number: int, edition: int = 1, visit_on: date = VISITED_ON) -> dict[str, Any]:
    own = {"campaign_id": CAMPAIGN, "school_code": school_code, "edition": edition, "visit_on": visit_on}
    return own | KEPT | {"year": 2026, "number": number, "due_on": date(2026, 5, 20)}


def file(school_code: str, edition: int = 1) -> dict[str, Any]:
    own = {"campaign_id": CAMPAIGN, "school_code": school_code, "edition": edition}
    return own | {"file_name": f"visit-notices/{edition}.pdf", "content_digest": "c" * 64}


def test_the_newest_edition_counts_and_numbers_are_one_series_with_special_notices(
    tmp_path: Path, store_url: str
) -> None:
    with bureau(tmp_path, store_url):
        special = {
            "special_id": "s-1",
            "campaign_id": CAMPAIGN,
            "request": "{}",
            "request_digest": "d" * 64,
            "mode": "thematic",
            "state": "DISPATCHED",
            "is_urgent": False,
            "requester_id": "office-01",
            "requested_on": date(2026, 5, 1),
            "dispatched_on": None,
            "approval_due_on": None,
        }
        other = {"special_id": "s-1", "school_code": SCHOOLS[1], "year": 2026, "number": 7}
        with writing(store_url) as session:
            put(session, Special, [special])
            append(session, SpecialNotice, [other | KEPT])
            assert visit_notice.next_number(session, 2026) == 8
            rows = [row(SCHOOLS[0], 8, visit_on=date(2026, 5, 22)), row(SCHOOLS[1], 9)]
            visit_notice.enter(session, CAMPAIGN, rows, digest="e" * 64, at=AT)
            visit_notice.enter(session, CAMPAIGN, [row(SCHOOLS[0], 10, 2)], digest="f" * 64, at=AT)
            visit_notice.enter_files(session, [file(SCHOOLS[0]), file(SCHOOLS[1]), file(SCHOOLS[0], 2)])
            assert visit_notice.next_number(session, 2026) == 11
            assert visit_notice.next_number(session, 2027) == 1
        with reading(store_url) as session:
            lines = visit_notice.lines(session, campaign_id=CAMPAIGN)
            assert [(line.school_code, line.edition, line.is_standing) for line in lines] == [
                (SCHOOLS[0], 2, True),
                (SCHOOLS[1], 1, False),
            ]
            assert {code: item.edition for code, item in visit_notice.newest(session, CAMPAIGN).items()} == {
                SCHOOLS[0]: 2,
                SCHOOLS[1]: 1,
            }
        with pytest.raises(ProtocolError, match="已存档的记录不得更改"), writing(store_url) as session:
            visit_notice.enter(session, CAMPAIGN, [row(SCHOOLS[1], 12)], digest="0" * 64, at=AT)
