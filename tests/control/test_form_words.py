"""A form's faults are explained in Chinese, whatever the schema found, and without the value."""

from typing import Any

import pytest
from prefect.utilities.schema_tools.validation import build_error_obj, preprocess_schema, validate

from control.form_words import in_chinese, refusal, translated
from inspection.dispatch.special_request import SpecialAnswer, SpecialRequest
from tests.tasks.special_office import asked


def said(values: Any, form: type[SpecialRequest | SpecialAnswer]) -> list[Any]:
    """Return what the form says on values, as Prefect's server judges them."""
    schema = preprocess_schema(form.model_json_schema())
    found: list[Any] = translated(build_error_obj(validate(values, schema, preprocess=False)))["errors"]
    return found


def request(**changes: Any) -> dict[str, Any]:
    return asked().model_dump(mode="json") | changes


def test_a_sound_form_has_nothing_said_against_it() -> None:
    assert said(request(), SpecialRequest) == []
    unnamed_day = {name: value for name, value in request().items() if name != "as_of"}
    assert said(unnamed_day, SpecialRequest) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"campaign_id": "2025 第二学期"}, "格式不符，请按本栏说明填写"),
        ({"campaign_id": None}, "必填，请填写"),
        ({"mode": "surprise"}, "只能从列表中选择"),
        ({"matters": []}, "至少填写一项"),
        ({"team_size": 1}, "不得小于2"),
        ({"team_size": 13}, "不得大于12"),
        ({"team_size": "三"}, "请填写数字"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changes: dict[str, Any], words: str) -> None:
    assert said(request(**changes), SpecialRequest) == [{"property": next(iter(changes)), "errors": [words]}]


def test_a_short_reason_is_said_inside_its_part() -> None:
    cause = request()["cause"] | {"reason": "有人反映"}
    part = {"property": "reason", "errors": ["字数不足，请按本栏说明补充"]}
    assert said(request(cause=cause), SpecialRequest) == [{"property": "cause", "errors": [part]}]


def test_an_answer_without_anybody_asks_who_decides() -> None:
    assert said({"decision": "approve"}, SpecialAnswer) == [
        {"property": "approver_id", "errors": ["必填，请填写"]}
    ]


def test_what_is_unknown_is_said_as_it_was() -> None:
    assert in_chinese("something new") == "something new"


@pytest.mark.parametrize(
    ("field", "fault", "words"),
    [
        (
            "request.cause.reason",
            "'有人反映' is too short",
            "“启动依据—事由”一栏：字数不足，请按本栏说明补充",
        ),
        (
            "request.schools.school_codes[1]",
            "'x' does not match '^[0-9A-Za-z]{6,10}$'",
            "“学校—名单：学校标识码—第2项”一栏：格式不符，请按本栏说明填写",
        ),
        ("request.values", "[] is too short", "“公开数值”一栏：至少填写一项"),
        ("request.elsewhere", "something new", "“request.elsewhere”一栏：something new"),
    ],
)
def test_a_refused_start_names_the_field_by_its_title(field: str, fault: str, words: str) -> None:
    said = f"Error creating flow run: Validation failed for field '{field}'. Failure reason: {fault}"
    assert refusal(said) == f"未提交。{words}"
    assert refusal("Deployment not found") == "Deployment not found"
