"""A wrong document is refused with every mistake, each at its line."""

from pathlib import Path

import pytest

from inspection import policy_file
from inspection.deploy.plan import Plan, load_plan
from inspection.errors import DocumentError
from inspection.profile import Profile, load_profile

PROFILE = """\
profile: demo
bureau:
  name: 示例市教育局
  office: 示例市人民政府教育督导室
  document_code: 示教督字
districts:
  - {code: "379901", name: 东湖区}
deadlines:
  hearing_workdays: 0
colour: red
"""


def test_every_mistake_is_named_with_its_line() -> None:
    with pytest.raises(DocumentError) as caught:
        policy_file.parse(Profile, PROFILE, place="profile.yaml")
    assert str(caught.value) == (
        "文件 profile.yaml 有 2 处需要改正\n"
        "- profile.yaml 第9行 “deadlines.hearing_workdays”：应为不小于 1，实为0。请改写这一项。（DOC-003）\n"
        "- profile.yaml 第10行 “colour”：应为此处可填的项，实为没有规定的“colour”。请检查拼写，或删去这一行。（DOC-003）"
    )


def test_text_that_is_no_yaml_is_refused_at_its_line() -> None:
    with pytest.raises(DocumentError) as caught:
        policy_file.parse(Profile, "a: [1\nb: 2", place="profile.yaml")
    assert [(fault.row, fault.code) for fault in caught.value.faults] == [(2, "DOC-002")]


def test_an_absent_document_names_the_path_to_mend(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"请确认 .*nowhere.yaml 存在且可读。（DOC-001）"):
        load_plan(tmp_path, "nowhere")


def test_folders_of_a_profile_lie_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(
        PROFILE.replace("  hearing_workdays: 0\ncolour: red\n", "  hearing_workdays: 3\n"), encoding="utf-8"
    )
    profile = load_profile(path)
    assert profile.folders.plans == tmp_path / "plans"
    assert profile.district_name("379901") == "东湖区"
    assert profile.district_name("000000") == "000000"


def test_a_plan_says_ratio_or_size_but_not_both() -> None:
    text = "ratio: '0.2'\nsize: 3\nsources: [{id: dice, kind: dice, name: 掷骰, announced_at: 2026-05-12T21:30:00+08:00}]"
    from inspection.deploy.plan import DrawPlan

    with pytest.raises(DocumentError, match="抽查比例 ratio、抽查数量 size、分级比例 ratios 须填且只填一项"):
        policy_file.parse(DrawPlan, text, place="plan.yaml")


def test_a_plan_that_draws_says_what_is_inspected_and_when() -> None:
    text = """\
campaign: 2025-2026-2-basic
title: 双随机抽查
cycle: 2025-2028
term: {id: 2025-2026-2, title: 第二学期, starts_on: 2026-02-24, ends_on: 2026-07-10}
rubric: rizhao-basic-requirements
data: [{data_set: schools, due_on: 2026-04-30}]
draw: {ratio: "0.2", sources: [{id: dice, kind: dice, name: 掷骰, announced_at: 2026-05-12T21:30:00+08:00}]}
"""
    with pytest.raises(DocumentError, match="安排抽取的计划须同时列明抽查事项 matters 和入校时间 visits"):
        policy_file.parse(Plan, text, place="plan.yaml")
