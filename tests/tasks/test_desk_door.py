"""The clerk's door: no rows of another unit's schools; requests to hand in later and what became of them."""

import html
import io
from pathlib import Path

import openpyxl
import pytest

from inspection.ingest.source_map import load_source_maps
from tests.desk_names import CAMPAIGN, PROFILE, SCHOOL_A, SCHOOL_B, Bureau
from tests.desk_office import build
from tests.desk_person import signed_in
from tests.migrated_store import sqlite_store

INDICATORS = f"/uploads/{CAMPAIGN}/indicators"
HEADINGS = [
    column.title for column in load_source_maps(PROFILE.folders.sources)["indicators"].columns.values()
]


@pytest.fixture
def small(tmp_path: Path) -> Bureau:
    url = sqlite_store(tmp_path)
    return build(url, tmp_path / "workspace")


def workbook(*codes: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "报表"
    book.active.append(HEADINGS)
    for code in codes:
        book.active.append([code, "学校", "小学"])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize(
    ("account_id", "unit", "wanted", "got"),
    [
        ("school-a", SCHOOL_A, f"本校的标识码 {SCHOOL_A}", f"其他学校的标识码 {SCHOOL_B}"),
        ("district-01", "379901", "本区县学校的标识码", f"其他区县学校的标识码 {SCHOOL_B}"),
    ],
)
def test_a_file_that_names_another_units_school_is_refused_at_the_door(
    small: Bureau, account_id: str, unit: str, wanted: str, got: str
) -> None:
    inbox = small.office.workspace / "inbox"
    before = sorted(path for path in inbox.rglob("*") if path.is_file())
    answer = signed_in(small, account_id).upload(
        INDICATORS, "报表.xlsx", workbook(SCHOOL_A, SCHOOL_B), unit=unit
    )
    assert answer.status_code == 422
    assert (
        f"报表.xlsx 报表 第3行 “学校标识码”：应为{wanted}，实为{got}。"
        "请删去其他单位学校的行，或者改正标识码，再重新上报。（UPL-003）"
    ) in html.unescape(answer.text)
    assert sorted(path for path in inbox.rglob("*") if path.is_file()) == before


def test_ones_own_schools_pass_the_door(small: Bureau) -> None:
    for account_id, unit in (("school-a", SCHOOL_A), ("district-01", "379901")):
        answer = signed_in(small, account_id).upload(INDICATORS, "表.xlsx", workbook(SCHOOL_A), unit=unit)
        assert answer.status_code == 303
    assert not list((small.office.workspace / "inbox" / "arriving").iterdir())


def test_a_request_to_hand_in_later_is_decided_by_the_office_and_moves_the_day(small: Bureau) -> None:
    district = signed_in(small, "district-01")
    wrong = district.submit(f"{INDICATORS}/extension", page=INDICATORS, until="2020-01-01", reason="")
    assert wrong.status_code == 422
    assert "延期申请 “理由”：应为300字以内的理由，实为0字。请改正后重新提交。（EXT-001）" in wrong.text
    asked = {"until": "2026-06-05", "reason": "两所学校合并，数据正在核对。"}
    assert district.submit(f"{INDICATORS}/extension", page=INDICATORS, **asked).status_code == 303
    assert "待批复" in district.get("/extensions").text
    assert "没有延期申请" in signed_in(small, "school-a").get("/extensions").text
    assert signed_in(small, "inspector-01").get("/extensions").status_code == 403
    office = signed_in(small, "office-01")
    page = office.get("/extensions").text
    number = page.split('action="/extensions/')[1][:16]
    refused = district.submit(f"/extensions/{number}", page=INDICATORS, decision="granted")
    assert refused.status_code == 403
    granted = office.submit(
        f"/extensions/{number}", page="/extensions", decision="granted", reason="情况属实"
    )
    assert granted.status_code == 303
    assert "同意延期" in district.get("/extensions").text
    assert "报送期限 2026年6月5日" in district.get(INDICATORS).text
    again = office.submit(f"/extensions/{number}", page="/account", decision="declined", reason="重复")
    assert again.status_code == 409
    assert "应为尚未批复的延期申请，实为已经批复。" in again.text
