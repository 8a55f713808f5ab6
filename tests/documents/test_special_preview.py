"""The preview of a special inspection: one page that stands alone, says what cannot be done, and runs nothing."""

from datetime import date

from inspection.dispatch.special_preview import PreviewFacts, PreviewMember, PreviewSchool
from tasks.special_preview import render_preview

HOSTILE = '示例<script>alert("x")</script>小学'


def facts(**changes: object) -> PreviewFacts:
    content: dict[str, object] = {
        "bureau_name": "示例市教育局",
        "office_name": "示例市人民政府教育督导室",
        "special_id": "2025-2026-2-small-s0123456789",
        "state_title": "待批准",
        "outlook": "经负责人批准后派组。",
        "campaign_title": "示例批次",
        "mode_title": "专项督导",
        "chosen_title": "按名单",
        "trigger_title": "投诉举报",
        "evidence_ids": (),
        "reason": "多名家长反映课程表与实际授课不一致。",
        "matter_names": ("课程开设与规范办学",),
        "starts_on": date(2026, 5, 20),
        "ends_on": date(2026, 5, 29),
        "announcement": "书面通知，至少提前3个工作日",
        "team_size": 3,
        "requester_id": "office-01",
        "schools": (
            PreviewSchool(
                school_code="2137990001",
                school_name=HOSTILE,
                district_name="示例市东湖区",
                stage_titles=("小学",),
                team_code="t01",
                visit_on=date(2026, 5, 22),
            ),
        ),
        "members": (
            PreviewMember(team_code="t01", inspector_id="dx-01", inspector_name="示督学", role_title="组长"),
        ),
        "notice_count": 1,
        "problems": (),
        "as_of": date(2026, 5, 18),
        "is_synthetic": True,
    }
    return PreviewFacts(**(content | changes))  # type: ignore[arg-type]


def test_the_preview_says_what_would_be_done() -> None:
    text = render_preview(facts())
    for wanted in (
        "涉及1所学校、1个检查组（每组3人），入校1个工作日，督导通知1份。经负责人批准后派组。",
        "2026年5月20日至29日",
        "2026年5月22日",
        "示督学",
        "未填写",
        "演示数据·非真实文书",
    ):
        assert wanted in text


def test_what_cannot_be_arranged_is_listed() -> None:
    unarranged = PreviewSchool(
        school_code="2137990001", school_name="示例小学", district_name="示例区", stage_titles=("小学",)
    )
    text = render_preview(facts(problems=("某岗位无人可派。",), schools=(unarranged,), members=()))
    assert "有1处不能安排，未登记、未派组。" in text
    assert "<li>某岗位无人可派。</li>" in text
    assert "未定" in text
    assert "检查组安排" not in text


def test_a_name_is_text_and_nothing_comes_from_outside() -> None:
    text = render_preview(facts())
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "http" not in text
