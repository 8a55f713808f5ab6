"""Rubrics: every mistake is refused with its line and what to write."""

from pathlib import Path

import pytest

from inspection.errors import DocumentError
from inspection.indicator import IndicatorCatalogue
from inspection.rubric import Rubric, load_rubric

CATALOGUE = IndicatorCatalogue.model_validate(
    {
        "catalogue": "sample",
        "title": "例",
        "indicators": [
            {
                "id": name,
                "title": name,
                "data_set": "d",
                "exam_result": name == "marks_rate",
                "formula": {"kind": "column", "column": name},
            }
            for name in ("pass_rate", "marks_rate", "people_count", "case_count")
        ]
        + [
            {
                "id": "least_rate",
                "title": "l",
                "data_set": "d",
                "formula": {"kind": "lowest", "columns": ["a", "b"]},
            }
        ],
    }
)
SOUND = """\
rubric: sample
version: 1
title: 例
document: {title: 例, issuer: 例}
stages: [primary, junior]
period: term
bands:
  - {band: excellent, at_least: 90}
  - {band: pass, at_least: 60, below: 90}
  - {band: fail, at_least: 0, below: 60}
criteria:
  - id: AA-01
    clause: 第1条
    title: 甲
    phrase: 甲达到80%以上
    weight: 60
    exam_result: false
    rule: {kind: threshold, indicator: pass_rate, at_least: 80}
  - id: AA-02
    clause: 第2条
    title: 乙
    phrase: 乙
    weight: 40
    exam_result: true
    rule: {kind: threshold, indicator: marks_rate, at_least: 60}
"""


def load(text: str, folder: Path) -> Rubric:
    path = folder / "sample.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rubric(path, CATALOGUE)


def test_a_sound_rubric_is_read(tmp_path: Path) -> None:
    rubric = load(SOUND, tmp_path)
    assert [band.band for band in rubric.bands] == ["fail", "pass", "excellent"]
    assert [rubric.band_of(points) for points in (0, 5999, 6000, 8999, 9000, 10000)] == [
        "fail",
        "fail",
        "pass",
        "pass",
        "excellent",
        "excellent",
    ]
    assert rubric.by_id["AA-01"].max_centi == 6000


@pytest.mark.parametrize(
    ("right", "wrong", "row", "wanted"),
    [
        ("weight: 60", "weight: 59", 11, "学段 primary 的分值合计 100 分（现为 99 分）"),
        ("weight: 60", "weight: 60.005", 16, "至多两位小数的分值"),
        ("weight: 60", "weight: 六十", 16, "数字"),
        ("weight: 40", "weight: 40\n    stages: [junior]", 11, "学段 primary 的分值合计 100 分（现为 60 分）"),
        ("below: 90", "below: 85", 7, "首尾相接的等级（pass 与 excellent 之间有空档）"),
        ("below: 90", "below: 95", 7, "首尾相接的等级（pass 与 excellent 之间有重叠）"),
        ("at_least: 0,", "at_least: 10,", 7, "从 0 分起、到 100 分止的等级"),
        ("band: pass", "band: fail", 7, "互不相同的等级"),
        ("band: pass, at_least: 60, below: 90", "band: good, at_least: 0, below: 60", 7, "分数按 fail、pass、good、excellent 的次序升高"),
        ("id: AA-02", "id: AA-01", 11, "互不相同的指标编号（AA-01 重复）"),
        ("id: AA-02", "id: 乙", 19, "符合格式 ^[A-Z]{2,4}-\\d{2,3}[a-z]?$"),
        ("    phrase: 乙\n", "", 19, "该项必填"),
        ("    exam_result: true\n", "", 19, "该项必填"),
        ("at_least: 80}", "at_least: 80, ceiling: 90}", 18, "此处没有这个名称的项"),
        ("at_least: 80}", "at_least: {primary: 80}}", 1, "各学段都有的规定值（AA-01 缺学段 junior）"),
        ("at_least: 80}", "at_least: 80}\n    stages: [primary, junior, senior]", 1, "本细则所列的学段（AA-01 另有 senior）"),
        (
            "marks_rate, at_least: 60}",
            "marks_rate, at_least: 60}\n    red_line: {indicator: case_count}",
            19,
            "不设零容忍、不设一票否决的考试成绩类指标",
        ),
        (
            "{kind: threshold, indicator: pass_rate, at_least: 80}",
            "{kind: checklist}\n    coverage: {indicator: pass_rate, at_least: 80}",
            12,
            "不设 red_line 和 coverage 的入校检查指标",
        ),
        (
            "{kind: threshold, indicator: pass_rate, at_least: 80}",
            "{kind: count, indicator: pass_rate, at_least: 1, per: term}\n    sampled: {population: people_count}",
            12,
            "只用于 threshold 规则的抽样说明 sampled",
        ),
        ("kind: threshold, indicator: pass_rate", "kind: at-least, indicator: pass_rate", 18, "取值为 'threshold'"),
    ],
)  # fmt: skip
def test_a_wrong_rubric_names_line_and_wish(
    tmp_path: Path, right: str, wrong: str, row: int, wanted: str
) -> None:
    assert right in SOUND
    with pytest.raises(DocumentError) as caught:
        load(SOUND.replace(right, wrong, 1), tmp_path)
    (fault,) = caught.value.faults
    assert (fault.place, fault.row) == ("sample.yaml", row)
    assert fault.wanted.startswith(wanted)


def test_an_indicator_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        load(SOUND.replace("indicator: pass_rate", "indicator: passing_rate"), tmp_path)
    assert str(caught.value) == (
        "文件 sample.yaml 与指标目录 sample 不符\n"
        "- sample.yaml 第12行 “AA-01”：应为指标目录中的指标，实为没有 passing_rate 这一指标。"
        "请核对指标编号，或先在指标目录中列出该指标。（RUB-001）"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "    exam_result: false\n    rule: {kind: threshold, indicator: marks_rate, at_least: 60}",
        "    exam_result: false\n    rule: {kind: zero-tolerance, indicator: case_count}\n"
        "    coverage: {indicator: marks_rate, at_least: 60}",
    ],
)
def test_an_examination_result_cannot_pass_as_something_else(tmp_path: Path, wrong: str) -> None:
    right = "    exam_result: true\n    rule: {kind: threshold, indicator: marks_rate, at_least: 60}"
    with pytest.raises(DocumentError) as caught:
        load(SOUND.replace(right, wrong), tmp_path)
    assert str(caught.value) == (
        "文件 sample.yaml 与指标目录 sample 不符\n"
        "- sample.yaml 第19行 “AA-02”：应为不含考试成绩的指标，实为用到考试成绩类指标 marks_rate。"
        "考试成绩不得用于处理措施和公开等级，请改为 exam_result: true。（RUB-002）"
    )


def test_a_sample_needs_to_know_its_size(tmp_path: Path) -> None:
    wrong = "indicator: least_rate, at_least: 80}\n    sampled: {population: people_count}"
    with pytest.raises(DocumentError) as caught:
        load(SOUND.replace("indicator: pass_rate, at_least: 80}", wrong), tmp_path)
    assert [fault.code for fault in caught.value.faults] == ["RUB-003"]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    wrong = (
        SOUND.replace("version: 1", "version: 0").replace("    phrase: 乙\n", "").replace("title: 例\n", "")
    )
    with pytest.raises(DocumentError) as caught:
        load(wrong, tmp_path)
    assert [fault.column for fault in caught.value.faults] == ["title", "version", "criteria.1.phrase"]
