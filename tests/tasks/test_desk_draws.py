"""What the desk offers of a draw beside its record: cancelled promises, and the notices to drawn schools."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from inspection.canonical import digest_bytes
from inspection.store import draw as draws
from inspection.store import visit_notice
from inspection.store.engine import reading, writing
from inspection.store.special_tables import Special, SpecialNotice, SpecialNoticeFile, SpecialVisit
from inspection.store.tables import Campaign
from inspection.store.writing import put
from inspection.verify.annex import verify_annex
from tests.desk_names import CAMPAIGN, SCHOOL_A, SCHOOL_B, Bureau
from tests.desk_office import build
from tests.desk_person import signed_in
from tests.migrated_store import sqlite_store
from tests.rules.draw.test_relaxation import anew

AT = datetime(2026, 5, 12, 4, tzinfo=UTC)
PDF = b"%PDF-1.7 a notice"
SPECIAL = "2025-2026-2-special-1"


@pytest.fixture
def small(tmp_path: Path) -> Bureau:
    return build(sqlite_store(tmp_path), tmp_path / "workspace")


def withdraw(bureau: Bureau) -> None:
    """Let the campaign have promised a draw, and have cancelled that promise for another."""
    first, second = anew()
    with writing(bureau.office.database_url) as session:
        drawn = draws.get(session, CAMPAIGN)
        session.delete(drawn)
        session.flush()
        draws.commit(session, CAMPAIGN, first, at=AT)
        draws.withdraw(session, CAMPAIGN, second, decided={"rules": ["load"]}, at=AT)


def tell(bureau: Bureau, *schools: str) -> None:
    """Enter a notice and its file for each school."""
    rows, files = [], []
    with reading(bureau.office.database_url) as session:
        days = {row["school_code"]: row["visit_on"] for row in draws.visits(session, CAMPAIGN)}
    for number, code in enumerate(schools, start=1):
        own = {"campaign_id": CAMPAIGN, "school_code": code, "edition": 1}
        told = {"visit_on": days[code], "due_on": date(2026, 5, 20), "issued_on": date(2026, 5, 13)}
        kept = {"facts": "{}", "facts_digest": f"{number}" * 64, "template_digest": "b" * 64}
        rows.append(own | told | kept | {"year": 2026, "number": number})
        name = f"visit-notices/{number}.pdf"
        path = bureau.office.workspace / "outbox" / CAMPAIGN / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PDF)
        files.append(own | {"file_name": name, "content_digest": digest_bytes(PDF)})
    with writing(bureau.office.database_url) as session:
        visit_notice.enter(session, CAMPAIGN, rows, digest="c" * 64, at=AT)
        visit_notice.enter_files(session, files)


def test_the_annex_of_a_cancelled_promise_is_offered_to_the_discipline_office_alone(small: Bureau) -> None:
    withdraw(small)
    place = f"/documents/campaigns/{CAMPAIGN}/withdrawn/1"
    discipline = signed_in(small, "discipline-01")
    page = discipline.get("/records").text
    assert "已撤销的抽取方案（第1次）" in page
    assert "已撤销方案的抽取附件（第1次）" in page
    assert f"{place}/draw-annex" in page
    record, annex = (discipline.get(f"{place}/draw-{part}").json() for part in ("record", "annex"))
    said = verify_annex(record, annex, commitment=anew()[0].digest)
    assert {step.code: step.message for step in said if step.outcome == "fail"} == {}
    assert discipline.get(f"/documents/campaigns/{CAMPAIGN}/withdrawn/2/draw-annex").status_code == 404
    for account, wanted in (("office-01", 403), ("director-01", 403), ("engineer-01", 403)):
        other = signed_in(small, account)
        assert other.get(f"{place}/draw-annex").status_code == wanted
        assert "已撤销方案的抽取附件" not in other.get("/records").text
    assert signed_in(small, "office-01").get(f"{place}/draw-record").json() == record


def test_a_notice_is_for_its_school_its_district_and_the_bureau(small: Bureau) -> None:
    tell(small, SCHOOL_A, SCHOOL_B)
    own, other = (f"/documents/campaigns/{CAMPAIGN}/visit-notices/{code}" for code in (SCHOOL_A, SCHOOL_B))
    statuses = {
        account: [signed_in(small, account).get(address).status_code for address in (own, other)]
        for account in (
            "office-01",
            "director-01",
            "school-a",
            "district-01",
            "inspector-01",
            "discipline-01",
        )
    }
    assert statuses == {
        "office-01": [200, 200],
        "director-01": [200, 200],
        "school-a": [200, 403],
        "district-01": [200, 403],
        "inspector-01": [403, 403],
        "discipline-01": [403, 403],
    }
    page = signed_in(small, "office-01").get(f"/campaigns/{CAMPAIGN}").text
    assert "督导通知（2份）" in page
    assert page.partition("督导通知（2份）")[2].count("5月20日") == 2
    home = signed_in(small, "school-a").get("/").text
    assert "贵校的督导通知（1份）" in home
    assert own in home
    assert other not in home
    assert "不再到校" not in home + page
    assert "最迟送达" not in home
    assert "督导通知" not in signed_in(small, "inspector-01").get(f"/campaigns/{CAMPAIGN}").text


def arrange_special(bureau: Bureau, state: str) -> None:
    """Let a special inspection tell a school of its visit, and stand in some state."""
    own = {"special_id": SPECIAL, "school_code": SCHOOL_A}
    with writing(bureau.office.database_url) as session:
        known = session.get(Campaign, CAMPAIGN)
        assert known is not None
        kept = {column.name: getattr(known, column.name) for column in Campaign.__table__.columns}
        put(session, Campaign, [kept | {"campaign_id": SPECIAL}])
        asked = {"special_id": SPECIAL, "campaign_id": CAMPAIGN, "request": "{}", "request_digest": "d" * 64}
        rest = {"mode": "thematic", "is_urgent": False, "requester_id": "office-01"}
        days = {"requested_on": date(2026, 5, 1), "dispatched_on": date(2026, 5, 13), "approval_due_on": None}
        put(session, Special, [asked | rest | days | {"state": state}])
        put(session, SpecialVisit, [own | {"team_code": "t01", "visit_on": date(2026, 5, 28)}])
        said = {"facts": "{}", "facts_digest": "a" * 64, "template_digest": "b" * 64}
        put(
            session, SpecialNotice, [own | said | {"year": 2026, "number": 9, "issued_on": date(2026, 5, 13)}]
        )
        put(
            session,
            SpecialNoticeFile,
            [own | {"file_name": "notices/1.pdf", "content_digest": digest_bytes(PDF)}],
        )
    path = bureau.office.workspace / "outbox" / SPECIAL / "notices" / "1.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(PDF)


def test_a_school_finds_the_notice_of_a_special_inspection_on_its_page(small: Bureau) -> None:
    arrange_special(small, "DISPATCHED")
    own = signed_in(small, "school-a")
    home = own.get("/").text
    address = f"/documents/specials/{SPECIAL}/notices/{SCHOOL_A}"
    assert "贵校的督导通知（1份）" in home
    assert address in home
    assert own.get(address).content == PDF
    assert "不再到校" not in home
    assert address not in signed_in(small, "inspector-01").get("/").text
    page = signed_in(small, "office-01").get(f"/campaigns/{SPECIAL}").text
    assert "督导通知（1份）" in page
    assert "派出时送达" in page


def test_a_notice_of_a_special_inspection_that_was_called_off_says_so(small: Bureau) -> None:
    arrange_special(small, "WITHDRAWN")
    assert "已撤回，不再到校" in signed_in(small, "school-a").get("/").text
