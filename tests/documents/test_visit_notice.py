"""The written notice to a drawn school: what it tells, and what it keeps to itself."""

import re
from dataclasses import fields, replace
from io import BytesIO

from pypdf import PdfReader

from inspection.dispatch.visit_notice import VisitNoticeFacts
from tasks.document import render_pdf, sample


def facts() -> VisitNoticeFacts:
    found = sample("visit_notice")
    assert isinstance(found, VisitNoticeFacts)
    return found


def words(told: VisitNoticeFacts) -> str:
    content = render_pdf("visit_notice", told, as_of=told.issued_on)
    marks = re.compile(r"— \d+ —|演示数据·非真实文书")
    pages = PdfReader(BytesIO(content)).pages
    return re.sub(r"\s", "", "".join(marks.sub("", page.extract_text()) for page in pages))


def test_the_notice_tells_what_when_by_how_many_and_that_the_school_was_drawn() -> None:
    told = facts()
    text = words(told)
    for wanted in (
        "示教督通字〔2026〕6号",
        "开展综合督导的通知",
        "根据《教育督导条例》第十六条、第十七条和已经公布的抽查计划，经公开随机抽取，"
        "决定由示例市人民政府教育督导室组织检查组，对你校开展综合督导。",
        "检查组于2026年5月27日到校，由3名检查人员组成，入校时出示督导证件。",
        "（一）请你校对照检查事项开展自评",
        told.ledger_head[:16],
        told.record_digest[:16],
    ):
        assert wanted in text, wanted
    assert not re.search("得分|总分|名次|排名|风险|同时废止|递补", text)


def test_a_substitute_is_told_so_and_a_new_day_takes_the_place_of_the_old_one() -> None:
    text = words(replace(facts(), is_substitute=True, replaces="示教督通字〔2026〕3号"))
    assert "因原抽中的学校不能接受检查，按抽取号码顺序由你校递补，决定由" in text
    assert "随机抽取" not in text
    assert "此前印发的通知（示教督通字〔2026〕3号）同时废止，到校时间以本通知为准。" in text


def test_the_notice_has_no_room_for_people() -> None:
    assert not {field.name for field in fields(VisitNoticeFacts)} & {"members", "reason", "team_code"}
