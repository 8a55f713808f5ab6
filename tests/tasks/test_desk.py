"""The office desk on a real store: who gets what, how one gets in, what it says when the answer is no."""

import logging
import os
import re
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from desk.documents import locate
from inspection.access import Kind, Reach, Role, Verdict, reach
from inspection.store import access, account
from inspection.store.engine import reading, writing
from tests.desk_names import (
    CAMPAIGN,
    FINDINGS_A,
    FINDINGS_B,
    OTHER,
    PASSWORD,
    PEOPLE,
    RESULTS_A,
    SCHOOL_A,
    SCHOOL_B,
    SCHOOL_FILE_A,
    SCHOOL_FILE_B,
    TERM,
    TOLD_A,
    UNTOLD_A,
    WARNED_A,
    WARNED_B,
    Bureau,
)
from tests.desk_office import build
from tests.desk_person import Person, signed_in
from tests.migrated_store import sqlite_store


@pytest.fixture
def bureau(store_url: str, tmp_path: Path) -> Bureau:
    return build(store_url, tmp_path / "workspace")


@pytest.fixture
def small(tmp_path: Path) -> Bureau:
    """On SQLite alone, for what does not depend on the database."""
    url = sqlite_store(tmp_path)
    return build(url, tmp_path / "workspace")


def addresses(bureau: Bureau, role: Role) -> dict[Kind, tuple[str, str]]:
    """Return, for each kind, the address of one thing that is the role's own and of one that is another's."""
    receipts = bureau.receipts
    is_inspector = role is Role.INSPECTOR
    own = receipts[FINDINGS_A if is_inspector else SCHOOL_FILE_A]
    other = receipts[FINDINGS_B if is_inspector else SCHOOL_FILE_B]
    teams = (f"{CAMPAIGN}/t01", f"{CAMPAIGN}/t02")
    student = f"/documents/submissions/{receipts[RESULTS_A]}/original"
    return {
        Kind.CAMPAIGN: (f"/campaigns/{CAMPAIGN}", f"/campaigns/{OTHER}"),
        Kind.TEAM: (f"/campaigns/{CAMPAIGN}/teams/t01", f"/campaigns/{CAMPAIGN}/teams/t02"),
        Kind.DOSSIER: (f"/documents/teams/{teams[0]}/dossier", f"/documents/teams/{teams[1]}/dossier"),
        Kind.FINDINGS_WORKBOOK: (
            f"/documents/teams/{teams[0]}/findings-workbook",
            f"/documents/teams/{teams[1]}/findings-workbook",
        ),
        Kind.CASE: (f"/cases/{WARNED_A}", f"/cases/{WARNED_B}"),
        Kind.DRAFT: (f"/documents/cases/{WARNED_A}/draft", f"/documents/cases/{WARNED_B}/draft"),
        Kind.HEARING_LETTER: (
            f"/documents/cases/{WARNED_A}/hearing-letter",
            f"/documents/cases/{WARNED_B}/hearing-letter",
        ),
        Kind.HEARING_REGISTER: (f"/documents/campaigns/{CAMPAIGN}/hearing-register",) * 2,
        Kind.NOTICE: (f"/documents/cases/{WARNED_A}/notice", f"/documents/cases/{WARNED_B}/notice"),
        Kind.SUBMISSION: (f"/submissions/{own}", f"/submissions/{other}"),
        Kind.SUBMITTED_FILE: (
            f"/documents/submissions/{own}/original",
            f"/documents/submissions/{other}/original",
        ),
        Kind.STUDENT_ORIGINAL: (student, student),
        Kind.CORRECTION_WORKBOOK: (
            f"/documents/submissions/{own}/correction-workbook",
            f"/documents/submissions/{other}/correction-workbook",
        ),
        Kind.BLANK_WORKBOOK: (
            f"/documents/terms/{TERM}/blanks/学期指标报表-379901.xlsx",
            f"/documents/terms/{TERM}/blanks/学期指标报表-379902.xlsx",
        ),
        Kind.QUALITY_REPORT: (
            f"/documents/terms/{TERM}/quality/报告-379901.pdf",
            f"/documents/terms/{TERM}/quality/报告-379902.pdf",
        ),
        Kind.SCORE_SHEET: (
            f"/documents/campaigns/{CAMPAIGN}/scores/{SCHOOL_A}-primary.pdf",
            f"/documents/campaigns/{CAMPAIGN}/scores/{SCHOOL_B}-primary.pdf",
        ),
        Kind.QUALITY_ANALYSIS: tuple(
            f"/documents/terms/{TERM}/analyses/{name}.pdf"
            for name in (
                ("district-379901", "district-379902")
                if role is Role.DISTRICT
                else (f"school-{SCHOOL_A}", f"school-{SCHOOL_B}")
            )
        ),
        Kind.TEACHING_PROCESS: (
            f"/documents/terms/{TERM}/analyses/process-{SCHOOL_A}.pdf",
            f"/documents/terms/{TERM}/analyses/process-{SCHOOL_B}.pdf",
        ),
        Kind.RECUSAL: ("/recusals",) * 2,
        Kind.DRAW_RECORD: (f"/documents/campaigns/{CAMPAIGN}/draw-record",) * 2,
        Kind.DRAW_ANNEX: (f"/documents/campaigns/{CAMPAIGN}/draw-annex",) * 2,
        Kind.LEDGER: ("/documents/ledger",) * 2,
        Kind.ACCESS_LOG: ("/access-log",) * 2,
    }


@pytest.mark.parametrize("account_id", PEOPLE)
def test_each_role_gets_its_own_and_what_it_is_granted(bureau: Bureau, account_id: str) -> None:
    role = PEOPLE[account_id][0]
    person = signed_in(bureau, account_id)
    asked = addresses(bureau, role)
    assert set(asked) == set(Kind)
    wanted, got = {}, {}
    for kind, (own, other) in asked.items():
        granted = reach(role, kind)
        wanted[kind] = (200 if granted else 403, 200 if granted is Reach.ANY else 403)
        got[kind] = (person.get(own).status_code, person.get(other).status_code)
    assert got == wanted


def test_score_sheets_are_listed_by_school_to_read_and_to_compute_with(bureau: Bureau) -> None:
    page = signed_in(bureau, "office-01").get(f"/campaigns/{CAMPAIGN}").text
    for code in (SCHOOL_A, SCHOOL_B):
        assert f"/documents/campaigns/{CAMPAIGN}/scores/{code}-primary.pdf" in page
        assert f"/documents/campaigns/{CAMPAIGN}/scores/{code}-primary.json" in page
    assert "评价得分明细表（2份）" in page
    assert "全部得分明细（Parquet）" in page


def test_a_school_gets_its_own_sheet_and_never_the_lines_of_all(bureau: Bureau) -> None:
    person = signed_in(bureau, "school-a")
    page = person.get("/").text
    assert f"/scores/{SCHOOL_A}-primary.json" in page
    assert SCHOOL_B not in page
    assert person.get(f"/documents/campaigns/{CAMPAIGN}/score-lines").status_code == 403
    assert person.get(f"/documents/campaigns/{CAMPAIGN}/scores/{SCHOOL_B}-primary.json").status_code == 403
    office = signed_in(bureau, "office-01").get(f"/documents/campaigns/{CAMPAIGN}/score-lines")
    assert office.status_code == 200
    assert "attachment" in office.headers["content-disposition"]


@pytest.mark.parametrize("account_id", PEOPLE)
def test_a_list_shows_nothing_that_its_pages_would_refuse(bureau: Bureau, account_id: str) -> None:
    person = signed_in(bureau, account_id)
    for start in (
        "/",
        "/campaigns",
        "/cases",
        "/submissions",
        "/quality",
        "/analyses",
        "/records",
        f"/campaigns/{CAMPAIGN}",
    ):
        page = person.get(start)
        if page.status_code == 403:
            continue
        links = set(re.findall(r'href="(/[^"]*)"', page.text))
        refused = {link: status for link in links if (status := person.get(link).status_code) != 200}
        assert not refused, start


@pytest.mark.parametrize("account_id", PEOPLE)
def test_the_bureau_alone_reads_why_a_run_was_refused(small: Bureau, account_id: str) -> None:
    kept = small.office.workspace / "outbox" / CAMPAIGN / "refusals" / "0123456789ab.csv"
    kept.parent.mkdir(parents=True)
    kept.write_text("文件,实为\r\n", encoding="utf-8-sig")
    person, address = signed_in(small, account_id), f"/documents/campaigns/{CAMPAIGN}/refusals/0123456789ab"
    is_bureau = bool(reach(PEOPLE[account_id][0], Kind.DRAFT))
    page = person.get(f"/campaigns/{CAMPAIGN}")
    assert ("运行被退回的原因 0123456789ab" in page.text) == is_bureau
    answer = person.get(address)
    assert answer.status_code == (200 if is_bureau else 403)
    assert (answer.content == kept.read_bytes()) == is_bureau


def test_without_logging_in_nothing_of_the_workspace_can_be_had(bureau: Bureau) -> None:
    visitor = Person(bureau)
    files = [path for path in bureau.office.workspace.rglob("*") if path.is_file()]
    assert len(files) > 20
    places = [str(path.relative_to(bureau.office.workspace)) for path in files]
    pages = {address for role in Role for pair in addresses(bureau, role).values() for address in pair}
    for address in {*(f"/{place}" for place in places), *(f"/documents/{place}" for place in places), *pages}:
        answer = visitor.get(address)
        assert answer.status_code in {303, 404}, address
        assert b"kept-inside" not in answer.content
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/login")


def test_a_school_does_not_learn_of_a_case_before_it_is_told(bureau: Bureau) -> None:
    school = signed_in(bureau, "school-a")
    refusal = "这份材料不是发给贵校或者由贵校报送的。您只能查阅与自己有关的案件。"
    for number in (UNTOLD_A, WARNED_B, f"{CAMPAIGN}-{SCHOOL_B}-watch", "no-such-case"):
        answer = school.get(f"/cases/{number}")
        assert (answer.status_code, refusal in answer.text) == (403, True)
    told = school.get("/cases").text
    assert TOLD_A in told
    assert UNTOLD_A not in told
    assert WARNED_B not in told


def test_the_office_is_told_that_a_case_does_not_exist(small: Bureau) -> None:
    answer = signed_in(small, "office-01").get("/cases/no-such-case")
    assert answer.status_code == 404
    assert "没有找到这份案件。它可能尚未生成，也可能地址有误。" in answer.text


def test_the_engineer_sees_how_far_a_campaign_is_but_neither_schools_nor_people(small: Bureau) -> None:
    page = signed_in(small, "engineer-01").get(f"/campaigns/{CAMPAIGN}").text
    assert "已派组入校" in page
    assert "郑文远" not in page
    assert "示例市东湖区实验小学" not in page


def test_an_inspector_sees_the_own_team_alone(small: Bureau) -> None:
    page = signed_in(small, "inspector-01").get(f"/campaigns/{CAMPAIGN}").text
    assert "郑文远" in page
    assert "宋立行" not in page
    assert SCHOOL_B not in page


def test_the_annex_is_the_discipline_offices_alone(small: Bureau) -> None:
    address = f"/documents/campaigns/{CAMPAIGN}/draw-annex"
    assert signed_in(small, "discipline-01").get(address).json() == {"salt": "secret-salt"}
    refused = signed_in(small, "director-01").get(address)
    assert refused.status_code == 403
    assert "您的身份是审批负责人，抽取附件不对这一身份开放。" in refused.text


def test_originals_with_student_rows_are_refused_with_a_reason(small: Bureau) -> None:
    address = f"/documents/submissions/{small.receipts[RESULTS_A]}/original"
    refused = signed_in(small, "office-01").get(address)
    assert refused.status_code == 403
    assert "含学生个人数据的上报原件不提供查阅，任何账号均不能打开。" in refused.text


OUTWARD = [
    "../../../inbox/private/students.csv",
    "..%2f..%2f..%2finbox%2fprivate%2fstudents.csv",
    "%2e%2e/%2e%2e/%2e%2e/inbox/private/students.csv",
    "terms/2025-2026-2/quality/..%2f..%2f..%2finbox%2fprivate%2fstudents.csv",
    "terms/2025-2026-2/quality/%2e%2e%2f%2e%2e%2f%2e%2e%2finbox%2fprivate%2fstudents.csv",
    "terms/..%2f../quality/index.html",
    "terms/2025-2026-2/quality/link.csv",
    "terms/2025-2026-2/quality/folder/students.csv",
    "terms/2025-2026-2/quality/pipe.pdf",
    "terms/2025-2026-2/quality/.hidden.pdf",
    "teams/2025-2026-2-basic/..%2ft02/dossier",
    "/etc/passwd",
    "inbox/private/students.csv",
]


def test_no_address_leads_out_of_its_folder(small: Bureau) -> None:
    workspace = small.office.workspace
    quality, private = workspace / "outbox" / TERM / "quality", workspace / "inbox" / "private"
    (quality / "link.csv").symlink_to(private / "students.csv")
    (quality / "folder").symlink_to(private)
    (quality / ".hidden.pdf").write_bytes(b"%PDF kept-inside")
    os.mkfifo(quality / "pipe.pdf")
    person = signed_in(small, "office-01")
    for path in OUTWARD:
        answer = person.get(f"/documents/{path}")
        assert answer.status_code == 404, path
        assert b"kept-inside" not in answer.content, path


def test_a_team_code_in_the_store_cannot_lead_out_either(small: Bureau) -> None:
    with reading(small.office.database_url) as session:
        found = locate(session, small.office, "teams/a/b/dossier")
    assert found is not None
    assert (found.owner, found.digest) == (None, "")


def test_a_file_that_is_not_the_one_on_record_is_not_handed_out(small: Bureau) -> None:
    path = small.office.workspace / "outbox" / CAMPAIGN / "notices" / f"{WARNED_A}.pdf"
    path.write_bytes(b"%PDF forged")
    answer = signed_in(small, "school-a").get(f"/documents/cases/{WARNED_A}/notice")
    assert answer.status_code == 409
    assert "文件与登记的内容不一致，暂不提供" in answer.text
    assert "请勿使用该文件，并请数据工程师重新生成或者恢复原件。（DSK-001）" in answer.text
    assert b"forged" not in answer.content


def test_a_document_not_made_yet_is_absent(small: Bureau) -> None:
    (small.office.workspace / "outbox" / CAMPAIGN / "teams" / "t01" / "dossier.pdf").unlink()
    person = signed_in(small, "inspector-01")
    answer = person.get(f"/documents/teams/{CAMPAIGN}/t01/dossier")
    assert answer.status_code == 404
    assert "没有找到这份检查组工作手册。它可能尚未生成，也可能地址有误。" in answer.text
    assert "dossier" not in person.get("/").text


def test_every_request_for_a_document_is_logged_whatever_the_answer(bureau: Bureau) -> None:
    inspector = signed_in(bureau, "inspector-01")
    for team in ("t01", "t02"):
        inspector.get(f"/documents/teams/{CAMPAIGN}/{team}/dossier")
    signed_in(bureau, "office-01").get(f"/documents/teams/{CAMPAIGN}/t77/dossier")
    with reading(bureau.office.database_url) as session:
        asked = access.log(session, limit=10)
    assert [(item.account_id, item.document_id, item.outcome) for item in asked] == [
        ("office-01", f"teams/{CAMPAIGN}/t77/dossier", Verdict.ABSENT),
        ("inspector-01", f"teams/{CAMPAIGN}/t02/dossier", Verdict.REFUSED),
        ("inspector-01", f"teams/{CAMPAIGN}/t01/dossier", Verdict.ALLOWED),
    ]
    assert {item.at for item in asked} == {bureau.clock()}
    page = signed_in(bureau, "discipline-01").get("/access-log").text
    assert page.count(f"teams/{CAMPAIGN}/t02/dossier") == 1


@pytest.mark.parametrize("table", ["access_log", "upload"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET account_id = 'x'", "DELETE FROM {}"])
def test_the_record_of_who_looked_and_who_sent_cannot_be_changed(
    bureau: Bureau, table: str, statement: str
) -> None:
    person = signed_in(bureau, "district-01")
    person.get("/documents/ledger")
    person.upload(f"/uploads/{CAMPAIGN}/indicators", "报表.xlsx", b"PK\x03\x04 x", unit="379901")
    with pytest.raises(DBAPIError, match="append-only"), writing(bureau.office.database_url) as session:
        session.execute(text(statement.format(table)))


def test_nothing_personal_or_secret_is_logged(small: Bureau, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    person = signed_in(small, "inspector-01")
    token = person.cookies["desk"]
    person.get(f"/campaigns/{CAMPAIGN}/teams/t01")
    person.get(f"/documents/teams/{CAMPAIGN}/t01/dossier")
    said = caplog.text
    assert f"inspector-01 asked for teams/{CAMPAIGN}/t01/dossier: allowed" in said
    for secret in (PASSWORD, token, small.office.secret, "郑文远", "示例市东湖区实验小学"):
        assert secret not in said


def test_a_disabled_account_is_out_at_once(bureau: Bureau) -> None:
    person = signed_in(bureau, "school-a")
    with writing(bureau.office.database_url) as session:
        account.set_active(session, "school-a", is_active=False)
    assert person.get("/").status_code == 303
    assert person.log_in("school-a").status_code == 401


def test_the_schools_own_file_is_known_by_its_code(bureau: Bureau) -> None:
    with reading(bureau.office.database_url) as session:
        owner = access.owner_of_submission(
            session, bureau.receipts[SCHOOL_FILE_A], districts=bureau.office.districts
        )
    assert owner is not None
    assert (owner.school_code, owner.district_code) == (SCHOOL_A, "379901")
