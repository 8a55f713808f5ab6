"""A team's dossier: who goes where, what to look at, blank boxes and signature lines, no risk class."""

import re
from dataclasses import fields, replace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from inspection.dispatch.dossier import DossierFacts, VisitSchool
from inspection.errors import DocumentError
from tasks.document import render_pdf, sample

AS_OF = date(2026, 5, 15)


def dossier() -> DossierFacts:
    facts = sample("dossier")
    assert isinstance(facts, DossierFacts)
    return facts


def texts(facts: DossierFacts) -> list[str]:
    reader = PdfReader(BytesIO(render_pdf("dossier", facts, as_of=AS_OF)))
    return [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]


def test_it_names_team_members_schools_days_and_items() -> None:
    facts = dossier()
    text = "".join(texts(facts))
    for member in facts.members:
        assert member.inspector_id + member.inspector_name + member.role_title in text
    for school in facts.schools:
        assert school.school_code in text
        assert school.school_name in text
        assert f"{school.student_count}名学生，{school.class_count}个班" in text
        assert all(item.criterion_id in text for item in school.items)
    assert "2026年5月18日" in text
    assert facts.workbook_name in text
    assert facts.urgent_contact in text


def test_a_number_that_the_roster_leaves_out_is_said_to_be_left_out_and_is_no_nought() -> None:
    facts = dossier()
    school = replace(facts.schools[0], student_count=None, class_count=None, teacher_count=None)
    text = "".join(texts(replace(facts, schools=(school,))))
    assert "学生数未填报，班级数未填报" in text
    assert "专任教师人数未填报" in text
    assert "None" not in text


def test_every_school_begins_on_a_page_of_its_own_with_blank_boxes_and_signature_lines() -> None:
    facts = dossier()
    starts = [page for page in texts(facts) if "三、入校检查（" in page]
    assert len(starts) == len(facts.schools)
    text = "".join(texts(facts))
    plain = sum(not item.is_rated for school in facts.schools for item in school.items)
    assert text.count("□符合□不符合□不适用") == plain
    assert text.count("圈选评分12345□不适用") == 4
    for blank in ("检查人员签名：", "学校负责人签名（盖章）：", "学校对检查记录有异议的，请在此注明："):
        assert text.count(blank) == len(facts.schools)


def test_the_recusal_declaration_stands_on_one_page_with_a_line_per_member() -> None:
    facts = dossier()
    (page,) = [text for text in texts(facts) if "二、回避声明" in text]
    assert "近三年内也未曾在所检查学校任职" in page
    assert all(member.inspector_name in page for member in facts.members)
    assert "本人签名" in page


def test_inspectors_never_see_the_risk_class() -> None:
    assert not [field.name for field in fields(VisitSchool) if "risk" in field.name]
    assert "风险" not in "".join(texts(dossier()))


def test_a_school_with_twenty_five_items_and_one_without_a_day_are_rendered() -> None:
    facts = dossier()
    school = facts.schools[0]
    many = replace(school, items=(school.items * 3)[:25], visit_on=None)
    pages = texts(replace(facts, schools=(many,)))
    text = "".join(pages)
    assert "由组长商定" in text
    assert text.count("□不符合") + text.count("圈选评分") == 25
    assert all(f"第{number}页共{len(pages)}页" in page for number, page in enumerate(pages, start=1))


def test_a_team_of_seven_schools_is_one_document() -> None:
    facts = dossier()
    assert (
        len(
            [
                page
                for page in texts(replace(facts, schools=(facts.schools * 4)[:7]))
                if "三、入校检查（" in page
            ]
        )
        == 7
    )


def test_the_same_facts_give_the_same_bytes() -> None:
    assert render_pdf("dossier", dossier(), as_of=AS_OF) == render_pdf("dossier", dossier(), as_of=AS_OF)


def test_a_name_that_no_font_can_set_is_refused_with_the_dossier_named() -> None:
    facts = dossier()
    member = replace(facts.members[0], inspector_name="张𠮷")
    with pytest.raises(DocumentError) as caught:
        render_pdf("dossier", replace(facts, members=(member,)), as_of=AS_OF)
    (fault,) = caught.value.faults
    assert fault.place == "2026年春季学期义务教育学校“双随机、一公开”抽查入校检查工作手册（t03组）"
    assert fault.got == "字库缺字：“𠮷”（U+20BB7）"


def test_hostile_text_is_printed_as_it_is() -> None:
    facts = dossier()
    school = replace(facts.schools[0], school_name="<script>alert(1)</script>")
    assert "<script>alert(1)</script>" in "".join(texts(replace(facts, schools=(school,))))


def test_records_to_see_are_named_without_a_reason() -> None:
    facts = dossier()
    first, *others = facts.schools
    asked = replace(first, records_to_see=("近视率", "体质健康监测合格率"))
    text = "".join(texts(replace(facts, schools=(asked, *others))))
    sentence = "请查阅以下数据的原始登记表，核对与上报数据是否一致：近视率、体质健康监测合格率。"
    assert text.count(sentence) == 1
    assert "请查阅以下数据的原始登记表" not in "".join(texts(facts))
