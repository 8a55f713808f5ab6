"""What the pages of the desk say, and what every answer carries."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from inspection.canonical import digest_bytes
from inspection.store.engine import writing
from tests.desk_names import CAMPAIGN, HOSTILE_NAME, INDICATORS_A, TERM, TOLD_A, WARNED_A, WARNED_B, Bureau
from tests.desk_office import build
from tests.desk_person import Person, quiet, signed_in
from tests.migrated_store import sqlite_store


@pytest.fixture
def small(tmp_path: Path) -> Bureau:
    url = sqlite_store(tmp_path)
    return build(url, tmp_path / "workspace")


def test_a_hostile_school_name_is_shown_as_text(small: Bureau) -> None:
    page = signed_in(small, "office-01").get("/cases").text
    assert HOSTILE_NAME not in page
    assert "南河&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;小学" in page


def test_every_answer_carries_the_safe_headers(small: Bureau) -> None:
    person = signed_in(small, "office-01")
    notice = f"/documents/cases/{WARNED_A}/notice"
    for path in ("/", "/login", "/desk.css", "/no-such-page", "/cases/none", notice):
        headers = person.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == ("max-age=3600" if path == "/desk.css" else "no-store")
    assert person.get(notice).headers["content-disposition"].startswith("inline; filename*=UTF-8''%E6%96%87")
    workbook = person.get(f"/documents/teams/{CAMPAIGN}/t01/findings-workbook").headers
    assert workbook["content-disposition"].startswith("attachment; ")


def test_pages_ask_for_nothing_from_outside_and_bring_no_script(small: Bureau) -> None:
    person = signed_in(small, "office-01")
    for path in ("/", f"/campaigns/{CAMPAIGN}", "/submissions", f"/uploads/{CAMPAIGN}/hearings"):
        page = person.get(path).text
        assert not re.search(r"<script|<style|style=|https?://|onclick", page), path


def test_refusals_name_the_place_and_offer_a_way_back(small: Bureau) -> None:
    page = signed_in(small, "inspector-01").get(f"/campaigns/{CAMPAIGN}/teams/t02")
    assert page.status_code == 403
    assert "这份材料不属于您所在的检查组。您只能查阅与自己有关的检查组。" in page.text
    assert 'href="/">返回首页' in page.text


def test_a_bug_is_an_apology_without_details(small: Bureau) -> None:
    with writing(small.office.database_url) as session:
        session.execute(text("DROP TABLE visit_result"))
    answer = quiet(signed_in(small, "office-01")).get(f"/campaigns/{CAMPAIGN}")
    assert answer.status_code == 500
    assert "请稍后再试；仍不行的，请把发生的时间告诉数据工程师。" in answer.text
    assert "visit_result" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_store_that_cannot_be_reached_is_said_without_its_password(small: Bureau) -> None:
    away = replace(small.office, database_url="postgresql://desk:hush@127.0.0.1:1/none")
    person = Person(Bureau(away, small.clock))
    person.cookies.set("desk", "anything")
    answer = person.get("/")
    assert answer.status_code == 503
    assert "无法使用业务数据库" in answer.text
    assert "hush" not in answer.text


def test_the_quality_report_of_a_term_is_found_by_its_own_name(small: Bureau) -> None:
    page = signed_in(small, "district-01").get("/quality").text
    assert "报告-379901.pdf" in page
    assert "报告-379902.pdf" not in page
    assert "体质合格人数不大于体质监测人数" not in page
    whole = signed_in(small, "engineer-01").get("/quality").text
    assert "体质合格人数不大于体质监测人数" in whole
    for address in (f"terms/{TERM}/corrections/indicators", f"terms/{TERM}/quality/data-docs/index.html"):
        assert f"/documents/{address}" in whole
        assert f"/documents/{address}" not in page
        assert signed_in(small, "district-01").get(f"/documents/{address}").status_code == 403


def test_a_submission_lists_its_faults_with_what_to_do(small: Bureau) -> None:
    page = signed_in(small, "district-01").get(f"/submissions/{small.receipts[INDICATORS_A]}").text
    for words in (
        small.receipts[INDICATORS_A],
        digest_bytes((small.office.workspace / "inbox" / TERM / INDICATORS_A).read_bytes()),
        "部分接受",
        "工作表“学期指标”　第7行“体质合格人数”栏",
        "不大于体质监测人数（88）",
        "91",
        "请核对两栏人数后更正。",
        "IND-004",
    ):
        assert words in page, words


def test_a_school_reads_where_its_case_stands_in_its_own_words(small: Bureau) -> None:
    page = signed_in(small, "school-a").get(f"/cases/{TOLD_A}").text
    assert "已告知，待贵校陈述申辩" in page
    assert "请于2026年5月27日前提出书面意见" in page
    assert "提出日期" not in page
    small.clock.pass_by(days=10)
    late = signed_in(small, "school-a").get(f"/cases/{TOLD_A}").text
    assert "陈述申辩期限已于2026年5月27日届满" in late


def test_the_director_finds_what_waits_for_approval(small: Bureau) -> None:
    page = signed_in(small, "director-01").get("/").text
    assert "等候您审批的案件（1件）" in page
    assert WARNED_B in page
    assert TOLD_A not in page
