"""Which near-matches of names become questions, and when a draw may be promised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.draw.recusal import (
    FORMER_WORKPLACE,
    NOT_RELATED,
    SAME_NAME,
    Answer,
    Correction,
    ListedInspector,
    ListedSchool,
    Question,
    check_answer,
    check_correction,
    listed,
    plain,
    questions,
    require_answered,
    require_correctable,
)
from inspection.errors import ProtocolError

SCHOOL = ListedSchool(code="2137990001", name="东湖区第一小学", leaders=("王建国", "阿依古丽·买买提"))
OTHER = ListedSchool(code="2137990002", name="西岭县实验学校", leaders=("李 敏",))


def person(name: str = "张伟", *workplaces: str) -> ListedInspector:
    return ListedInspector(inspector_id="dx-0001", name=name, workplaces=workplaces)


def found(*people: ListedInspector, apart: set[tuple[str, str]] | None = None) -> list[tuple[str, str, str]]:
    asked = questions("2025-2026-2", schools=[OTHER, SCHOOL], inspectors=people, apart=apart or set())
    return [(item.school_code, item.kind, item.words) for item in asked]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("王建国", [(SCHOOL.code, SAME_NAME, "王建国")]),
        ("王　建国", [(SCHOOL.code, SAME_NAME, "王建国")]),
        ("李敏", [(OTHER.code, SAME_NAME, "李敏")]),
        ("阿依古丽•买买提", [(SCHOOL.code, SAME_NAME, "阿依古丽·买买提")]),
        ("王建", []),
        ("", []),
    ],
)
def test_the_name_of_a_leader_is_a_question(name: str, wanted: list[tuple[str, str, str]]) -> None:
    assert found(person(name)) == wanted


@pytest.mark.parametrize(
    ("workplace", "wanted"),
    [
        ("东湖区第一小学", True),
        ("示例市东湖区第一小学教导处", True),
        ("第一小学", True),
        ("一小学", False),
        ("小学", False),
        ("东湖区第二小学", False),
    ],
)
def test_a_former_workplace_is_a_question_when_one_name_holds_the_other(workplace: str, wanted: bool) -> None:
    assert found(person("张伟", workplace)) == (
        [(SCHOOL.code, FORMER_WORKPLACE, workplace)] if wanted else []
    )


def test_who_is_kept_apart_by_id_raises_no_question() -> None:
    both = person("王建国", "东湖区第一小学")
    assert len(found(both)) == 2
    assert found(both, apart={("dx-0001", SCHOOL.code)}) == []


def test_a_cell_may_list_several_names() -> None:
    assert listed("王建国、李 敏，张三;李敏 / 赵六") == ("王建国", "李敏", "张三", "赵六")
    assert listed(" ") == ()


_NAMES = st.text(st.sampled_from("第一二实验东湖区小学中 "), max_size=9)


@given(names=st.lists(_NAMES, max_size=6), workplaces=st.lists(_NAMES, max_size=6))
def test_the_index_of_names_finds_what_comparing_all_pairs_finds(
    names: list[str], workplaces: list[str]
) -> None:
    schools = [ListedSchool(code=f"{place:010d}", name=name) for place, name in enumerate(names)]
    asked = questions("t", schools=schools, inspectors=[person("", *workplaces)], apart=set())
    wanted = {
        (school.code, plain(place))
        for school in schools
        for place in workplaces
        for one, other in [(plain(place), plain(school.name))]
        if (one in other and len(one) >= 4) or (other in one and len(other) >= 4)
    }
    assert {(item.school_code, item.words) for item in asked} == wanted


def test_another_name_is_another_question() -> None:
    first = Question("t", "dx-0001", SCHOOL.code, SAME_NAME, "王建国")
    assert first.question_id != Question("t", "dx-0001", SCHOOL.code, SAME_NAME, "李敏").question_id


def test_a_draw_is_promised_only_when_every_question_is_answered_and_names_no_one() -> None:
    asked = questions("t", schools=[SCHOOL], inspectors=[person("王建国")], apart=set())
    with pytest.raises(ProtocolError) as caught:
        require_answered(asked)
    assert caught.value.full_text == (
        "有1个回避问题尚未答复，不能公布抽取方案\n"
        f"- 回避问题 {asked[0].question_id}：应为教育督导室已经答复，实为尚未答复。"
        "请在工作台“回避核实”页逐项答复，再公布抽取方案。（RCS-001）"
    )
    require_answered([])


@pytest.mark.parametrize(
    ("relation", "reason", "sentence"),
    [
        (NOT_RELATED, "", "应为写明不需回避的依据，实为未填写。"),
        (NOT_RELATED, "经" * 201, "应为200字以内的依据，实为201字。"),
        ("", "经核对", "实为未选择。"),
        ("own_district", "经核对", "实为“own_district”。"),
    ],
)
def test_an_answer_that_decides_nothing_is_refused(relation: str, reason: str, sentence: str) -> None:
    question = Question("t", "dx-0001", SCHOOL.code, SAME_NAME, "王建国")
    given_answer = Answer(
        question_id=question.question_id, relation=relation, reason=reason, account_id="office-01"
    )
    with pytest.raises(ProtocolError) as caught:
        check_answer(question, given_answer)
    assert sentence in caught.value.full_text


@pytest.mark.parametrize(
    ("relation", "reason", "cause", "codes"),
    [
        ("former_school", "", "查档发现曾任职", []),
        (NOT_RELATED, "经查，同名不同人", "原依据不准", []),
        (NOT_RELATED, "经核对", "看错了", ["RCS-006"]),
        ("former_school", "", "", ["RCS-005"]),
        ("former_school", "", "错" * 201, ["RCS-005"]),
        ("", "", "", ["RCS-002", "RCS-005"]),
    ],
)
def test_a_correction_says_why_and_changes_something(
    relation: str, reason: str, cause: str, codes: list[str]
) -> None:
    question = Question("t", "dx-0001", SCHOOL.code, SAME_NAME, "王建国")
    number = question.question_id
    standing = Answer(question_id=number, relation=NOT_RELATED, reason="经核对", account_id="office-01")
    given_answer = Correction(
        question_id=number, relation=relation, reason=reason, account_id="office-01", cause=cause
    )
    found = []
    try:
        check_correction(question, given_answer, standing=standing)
    except ProtocolError as error:
        found = [fault.code for fault in error.faults]
    assert found == codes


def test_an_answer_is_corrected_only_while_no_promise_rests_on_it() -> None:
    require_correctable("q", [])
    with pytest.raises(ProtocolError, match="回避问题的答复未更正") as caught:
        require_correctable("q", ["b", "a"])
    assert "实为检查批次 a、b 的抽取方案已经公布。" in caught.value.full_text
