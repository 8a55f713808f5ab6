"""Two rubrics compared: every difference in a sentence, and silence where there is none."""

from pathlib import Path

import pytest

from inspection.score.rubric import Rubric, load_rubric
from inspection.score.rubric_diff import differences
from tasks.rubric_diff import SAME, main
from tests.rules.score.test_rubric import CATALOGUE, SOUND


def read(folder: Path, text: str) -> Rubric:
    path = folder / "sample.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rubric(path, CATALOGUE)


def told(folder: Path, *changes: tuple[str, str]) -> list[str]:
    text = SOUND
    for right, wrong in changes:
        assert right in text
        text = text.replace(right, wrong, 1)
    return differences(read(folder, SOUND), read(folder, text), CATALOGUE)


def test_a_rubric_does_not_differ_from_itself(tmp_path: Path) -> None:
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ([("version: 1", "version: 2")], ["版本由“1”改为“2”。"]),
        ([("period: term", "period: school-year")], ["评价周期由“学期”改为“学年”。"]),
        (
            [("at_least: 60, below: 90", "at_least: 65, below: 90"), ("below: 60", "below: 65")],
            ["“合格”由60分至不满90分改为65分至不满90分。", "“不合格”由0分至不满60分改为0分至不满65分。"],
        ),
        (
            [("weight: 60", "weight: 55"), ("weight: 40", "weight: 45")],
            ["AA-01 甲：分值由“60分”改为“55分”。", "AA-02 乙：分值由“40分”改为“45分”。"],
        ),
        (
            [("pass_rate, at_least: 80}", "pass_rate, at_least: {primary: 85, junior: 80}}")],
            ["AA-01 甲：要求由“不低于80”改为“小学不低于85；初中不低于80”。"],
        ),
        (
            [("indicator: pass_rate", "indicator: people_count"), ("phrase: 甲达到80%以上", "phrase: 甲有人")],
            ["AA-01 甲：所用指标由“pass_rate”改为“people_count”；文件原文有改动。"],
        ),
        (
            [("id: AA-02", "id: AA-03")],
            ["删去指标项 AA-02 乙。", "新增指标项 AA-03 乙，分值40分。"],
        ),
        (
            [("at_least: 80}", "at_least: 80}\n    when_missing: not-applicable\n    coverage: {indicator: people_count, at_least: 90}")],
            ["AA-01 甲：所用指标由“pass_rate”改为“pass_rate、people_count”；没有数据时由“未评定”改为“不适用”；覆盖面下限由“无”改为“90%”。"],
        ),
        (
            [("{kind: threshold, indicator: pass_rate, at_least: 80}", "{kind: zero-tolerance, indicator: case_count}")],
            ["AA-01 甲：所用指标由“pass_rate”改为“case_count”；要求由“不低于80”改为“为0（零容忍）”；一票否决由“不否决”改为“入校核实才否决”。"],
        ),
    ],
)  # fmt: skip
def test_a_difference_is_told_in_words(
    tmp_path: Path, changes: list[tuple[str, str]], sentences: list[str]
) -> None:
    assert told(tmp_path, *changes) == sentences


def test_the_command_compares_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubrics = Path(__file__).parents[3] / "rubrics"
    old = rubrics / "rizhao-basic-requirements.yaml"
    assert main([str(old), str(old)]) == 0
    assert capsys.readouterr().out == f"{SAME}\n"
    new = tmp_path / old.name
    new.write_text(old.read_text(encoding="utf-8").replace("version: 1", "version: 2"), encoding="utf-8")
    catalogue = (rubrics / "indicators.yaml").read_text(encoding="utf-8")
    (tmp_path / "indicators.yaml").write_text(catalogue, encoding="utf-8")
    assert main([str(old), str(new)]) == 0
    assert capsys.readouterr().out == "版本由“1”改为“2”。\n"


def test_a_wrong_file_is_refused_with_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]) == 12
    assert "请确认" in capsys.readouterr().err
