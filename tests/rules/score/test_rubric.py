"""Rubrics: every mistake is refused with its line and what to write."""

from pathlib import Path

import pytest

from inspection.derive.indicator import IndicatorCatalogue
from inspection.errors import DocumentError
from inspection.score.rubric import Rubric, check_unchanged, load_rubric

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


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    wrong = (
        SOUND.replace("version: 1", "version: 0").replace("    phrase: 乙\n", "").replace("title: 例\n", "")
    )
    with pytest.raises(DocumentError) as caught:
        load(wrong, tmp_path)
    assert [fault.column for fault in caught.value.faults] == ["title", "version", "criteria.1.phrase"]


def test_a_version_once_used_is_never_edited(tmp_path: Path) -> None:
    path = tmp_path / "sample.yaml"
    path.write_text(f"# 另加说明\n{SOUND}", encoding="utf-8")
    check_unchanged(path, [SOUND])
    changed = SOUND.replace("at_least: 80}", "at_least: 75}")
    with pytest.raises(DocumentError) as caught:
        check_unchanged(path, [changed.replace("version: 1", "version: 3"), changed])
    assert str(caught.value) == (
        "细则 sample.yaml 用过以后被修改\n"
        "- sample.yaml 第1行 “version”：应为用过以后不再修改的版本，实为第 1 版已用于评分，现在内容不同。"
        "请恢复原文；确需修改的，把 version 改为 4。（RUB-004）"
    )
    check_unchanged(path, [changed.replace("version: 1", "version: 2")])
