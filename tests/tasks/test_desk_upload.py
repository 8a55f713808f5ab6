"""Handing files in at the desk: who may, for whom, whole or not at all, under one receipt number."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from inspection.canonical import digest_bytes
from inspection.ingest.submission import Received
from inspection.store.engine import reading, writing
from inspection.store.submission import enter
from inspection.store.tables import Campaign
from inspection.store.upload import of_submission
from tests.desk_names import CAMPAIGN, FINDINGS_A, INDICATORS_A, OPENED, SCHOOL_A, SCHOOL_B, TERM, Bureau
from tests.desk_office import build
from tests.desk_person import Person, signed_in
from tests.migrated_store import sqlite_store

XLSX = b"PK\x03\x04 not opened here"
INDICATORS, FINDINGS = f"/uploads/{CAMPAIGN}/indicators", f"/uploads/{CAMPAIGN}/findings"
RESULTS, HEARINGS = f"/uploads/{CAMPAIGN}/results", f"/uploads/{CAMPAIGN}/hearings"


@pytest.fixture
def bureau(store_url: str, tmp_path: Path) -> Bureau:
    return build(store_url, tmp_path / "workspace")


@pytest.fixture
def small(tmp_path: Path) -> Bureau:
    """On SQLite alone, for what does not depend on the database."""
    url = sqlite_store(tmp_path)
    return build(url, tmp_path / "workspace")


def snapshot(bureau: Bureau) -> dict[str, bytes]:
    inbox = bureau.office.workspace / "inbox"
    return {str(path.relative_to(inbox)): path.read_bytes() for path in inbox.rglob("*") if path.is_file()}


def receipt_of(answer) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).removeprefix("/submissions/")


def test_a_file_is_kept_by_its_content_and_put_where_ingest_finds_it(bureau: Bureau) -> None:
    person = signed_in(bureau, "district-01")
    receipt = receipt_of(person.upload(INDICATORS, r"C:\报表\终稿.xlsx", XLSX, unit="379901"))
    digest = digest_bytes(XLSX)
    inbox = bureau.office.workspace / "inbox"
    for path in (inbox / "received" / f"{digest}.xlsx", inbox / TERM / INDICATORS_A):
        assert path.read_bytes() == XLSX
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list(inbox.rglob(".part-*"))
    page = person.get(f"/submissions/{receipt}").text
    for words in (receipt, digest, "已收到", f"district-01（2026年5月20日 10:00，{len(XLSX)} 字节）"):
        assert words in page, words
    with reading(bureau.office.database_url) as session:
        (kept,) = of_submission(session, receipt)
    assert (kept.unit, kept.file_name, kept.content_digest) == ("379901", INDICATORS_A, digest)
    assert kept.recorded_at == bureau.clock()


def test_the_receipt_number_is_that_of_the_submission_once_it_is_read(bureau: Bureau) -> None:
    person = signed_in(bureau, "district-01")
    receipt = receipt_of(person.upload(INDICATORS, "终稿.xlsx", XLSX, unit="379901"))
    read = Received(
        term_id=TERM,
        data_set="indicators",
        file_name=INDICATORS_A,
        content_digest=digest_bytes(XLSX),
        read_count=40,
        accepted_count=40,
    )
    assert read.submission_id == receipt
    with writing(bureau.office.database_url) as session:
        enter(session, TERM, [read], at=OPENED)
    page = person.get(f"/submissions/{receipt}").text
    assert "已接受" in page
    assert "未发现差错，无需更正。" in page


def test_a_workbook_of_findings_comes_back_under_its_team(bureau: Bureau) -> None:
    receipt = receipt_of(
        signed_in(bureau, "inspector-01").upload(FINDINGS, "检查记录.xlsx", XLSX, unit="t01")
    )
    path = bureau.office.workspace / "inbox" / CAMPAIGN / "findings" / FINDINGS_A
    assert path.read_bytes() == XLSX
    read = Received(
        term_id=CAMPAIGN, data_set="findings", file_name=FINDINGS_A, content_digest=digest_bytes(XLSX)
    )
    assert read.submission_id == receipt
    assert signed_in(bureau, "school-a").get(f"/submissions/{receipt}").status_code == 403


def test_a_corrected_file_takes_the_place_of_the_first_and_both_receipts_stay(small: Bureau) -> None:
    person = signed_in(small, "school-a")
    first = receipt_of(person.upload(INDICATORS, "a.xlsx", XLSX, unit=SCHOOL_A))
    small.clock.pass_by(minutes=5)
    second = receipt_of(person.upload(INDICATORS, "b.csv", "学校标识码\n".encode(), unit=SCHOOL_A))
    assert first != second
    assert [person.get(f"/submissions/{receipt}").status_code for receipt in (first, second)] == [200, 200]
    names = [name for name in snapshot(small) if SCHOOL_A in name]
    assert names == [f"{TERM}/学期指标报表-{SCHOOL_A}.csv"]
    assert f"received/{digest_bytes(XLSX)}.xlsx" in snapshot(small)


def test_the_same_file_twice_is_one_receipt(bureau: Bureau) -> None:
    person = signed_in(bureau, "district-01")
    receipts = {
        receipt_of(person.upload(INDICATORS, name, XLSX, unit="379901")) for name in ("a.xlsx", "b.xlsx")
    }
    assert len(receipts) == 1
    with reading(bureau.office.database_url) as session:
        assert len(of_submission(session, receipts.pop())) == 1


def test_a_file_with_student_rows_is_kept_once_and_never_shown(small: Bureau) -> None:
    person = signed_in(small, "district-01")
    content = "学籍号,姓名\n20260001,某某\n".encode("gb18030")
    assert "本材料含学生个人数据" in person.get(RESULTS).text
    receipt = receipt_of(person.upload(RESULTS, "成绩.csv", content, unit="379901"))
    kept = [name for name, held in snapshot(small).items() if held == content]
    assert kept == [f"{TERM}/学业质量监测成绩-示例市东湖区.csv"]
    page = person.get(f"/submissions/{receipt}").text
    assert "original" not in page
    assert person.get(f"/documents/submissions/{receipt}/original").status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("报表.exe", b"MZ", "报表.exe：应为.xlsx、.csv 文件，实为.exe。"),
        ("报表", XLSX, "报表：应为.xlsx、.csv 文件，实为没有扩展名。"),
        ("报表.xlsx", b"<html>", "报表.xlsx：应为真正的 .xlsx 文件，实为内容不符（可能只改了扩展名）。"),
        (
            "报表.csv",
            b"PK\x03\x04\x00\x00",
            "报表.csv：应为真正的 .csv 文件，实为内容不符（可能只改了扩展名）。",
        ),
        ("报表.csv", b"", "报表.csv：应为有内容的文件，实为0 字节。"),
        ("../../outbox/x.csv", b"", "x.csv：应为有内容的文件，实为0 字节。"),
    ],
)
def test_a_file_of_another_kind_is_refused_and_leaves_nothing(
    small: Bureau, name: str, content: bytes, said: str
) -> None:
    before = snapshot(small)
    answer = signed_in(small, "district-01").upload(INDICATORS, name, content, unit="379901")
    assert answer.status_code == 422
    assert f"{said}请核对后重新选择文件上报。（UPL-002）" in answer.text
    assert snapshot(small) == before


def test_a_form_without_a_file_says_so(small: Bureau) -> None:
    answer = signed_in(small, "district-01").submit(INDICATORS, unit="379901")
    assert answer.status_code == 422
    assert "文件：应为选定的一个文件，实为未选择。请选择文件后再上报。（UPL-001）" in answer.text


def test_a_file_that_is_too_large_is_refused_before_it_is_kept(small: Bureau) -> None:
    limited = Bureau(replace(small.office, upload_limit_bytes=2048), small.clock)
    before = snapshot(small)
    person = signed_in(limited, "district-01")
    slightly = person.upload(INDICATORS, "a.csv", b"1" * 3000, unit="379901")
    assert slightly.status_code == 422
    assert "a.csv：应为不超过 2 KB，实为2 KB。" in slightly.text
    greatly = person.upload(INDICATORS, "a.csv", b"1" * 300_000, unit="379901")
    assert greatly.status_code == 413
    assert "一次提交的内容不得超过 2 KB。" in greatly.text
    assert snapshot(small) == before


@pytest.mark.parametrize(
    ("account_id", "path", "unit"),
    [
        ("district-01", INDICATORS, "379902"),
        ("district-01", INDICATORS, ""),
        ("school-a", INDICATORS, SCHOOL_B),
        ("school-a", INDICATORS, "../../x"),
        ("inspector-01", FINDINGS, "t02"),
    ],
)
def test_nobody_sends_in_for_another_unit(small: Bureau, account_id: str, path: str, unit: str) -> None:
    before = snapshot(small)
    answer = signed_in(small, account_id).upload(path, "报表.xlsx", XLSX, unit=unit)
    assert answer.status_code == 422
    assert f"报表.xlsx：应为本人可以报送的单位，实为{unit or '未选择'}。" in answer.text
    assert snapshot(small) == before


@pytest.mark.parametrize(
    ("account_id", "path"),
    [
        ("school-a", RESULTS),
        ("school-a", FINDINGS),
        ("district-01", HEARINGS),
        ("inspector-01", INDICATORS),
        ("director-01", INDICATORS),
        ("engineer-01", RESULTS),
        ("discipline-01", FINDINGS),
        ("office-01", f"/uploads/{CAMPAIGN}/no-such-data"),
        ("office-01", "/uploads/no-such-campaign/indicators"),
    ],
)
def test_who_may_not_send_something_in_gets_no_form_and_is_not_heard(
    small: Bureau, account_id: str, path: str
) -> None:
    person = signed_in(small, account_id)
    before = snapshot(small)
    assert person.get(path).status_code == 403
    form = {"form_token": person.token("/"), "unit": ""}
    answer = person.post(path, data=form, files={"file": ("报表.xlsx", XLSX)})
    assert answer.status_code == 403
    assert "不在您的报送范围内，或者不在报送期间。" in answer.text
    assert snapshot(small) == before


def test_findings_come_in_only_while_teams_are_out(small: Bureau) -> None:
    for state, status in (("DRAWN", 403), ("VISITING", 200), ("CLOSED", 403)):
        with writing(small.office.database_url) as session:
            found = session.get(Campaign, CAMPAIGN)
            assert found is not None
            found.state = state
        assert signed_in(small, "inspector-01").get(FINDINGS).status_code == status, state


def test_the_office_sends_in_for_any_district_and_for_the_bureau(small: Bureau) -> None:
    person = signed_in(small, "office-01")
    receipt_of(person.upload(INDICATORS, "a.xlsx", XLSX, unit="379902"))
    receipt_of(person.upload(HEARINGS, "b.xlsx", XLSX))
    inbox = small.office.workspace / "inbox"
    assert (inbox / TERM / "学期指标报表-示例市西岭县.xlsx").read_bytes() == XLSX
    assert (inbox / CAMPAIGN / "hearings" / "告知答复登记表.xlsx").read_bytes() == XLSX


@pytest.mark.parametrize("planted", ["link", "pipe", "folder", "linked-inbox"])
def test_nothing_is_written_through_a_link_or_over_anything_but_a_file(small: Bureau, planted: str) -> None:
    workspace = small.office.workspace
    slot, target = workspace / "inbox" / TERM / INDICATORS_A, workspace / "outbox" / "target.xlsx"
    target.write_bytes(b"untouched")
    slot.unlink()
    if planted == "link":
        slot.symlink_to(target)
    elif planted == "pipe":
        os.mkfifo(slot)
    elif planted == "folder":
        slot.mkdir()
    else:
        (workspace / "inbox" / TERM).rename(workspace / "elsewhere")
        (workspace / "inbox" / TERM).symlink_to(workspace / "elsewhere")
    answer = signed_in(small, "district-01").upload(INDICATORS, "a.xlsx", XLSX, unit="379901")
    assert answer.status_code == 422
    assert "a.xlsx：应为可以写入的收件箱" in answer.text
    assert target.read_bytes() == b"untouched"
    assert not list(workspace.rglob(".part-*"))
    assert not (workspace / "elsewhere" / INDICATORS_A).exists()


def test_what_one_may_send_in_is_listed_with_its_deadline(small: Bureau) -> None:
    page = signed_in(small, "district-01").get("/submissions").text
    for words in ("学期指标报表", "家长满意度调查", "学业质量监测成绩", "2026年4月24日", INDICATORS):
        assert words in page, words
    assert "检查人员名录" not in page
    assert page.count("学期指标报表</th>") == 1
    assert (
        "报送期限已过。现在上报的文件仍会收下，并注明收到时间。"
        in signed_in(small, "district-01").get(INDICATORS).text
    )


def test_nobody_sends_anything_in_without_logging_in(small: Bureau) -> None:
    before = snapshot(small)
    answer = Person(small).post(INDICATORS, data={"unit": "379901"}, files={"file": ("a.xlsx", XLSX)})
    assert answer.status_code == 303
    assert snapshot(small) == before
