"""Source maps: what they match, and how a wrong one is told, with file and line."""

from pathlib import Path

import pandas as pd
import pytest

from inspection.errors import DocumentError
from inspection.ingest.cell import Spellings, convert
from inspection.ingest.source_map import SourceMap, load_source_maps

SOUND = """\
data_set: schools
title: 学校名录
files: ["学校*.xlsx"]
key: [school_code]
columns:
  school_code:
    headings: [学校标识码]
    kind: code
    pattern: '\\d{10}'
    is_required: true
  student_count:
    headings: [在校生数]
    kind: count
"""


def load(folder: Path, text: str, name: str = "schools.yaml") -> SourceMap:
    """Write a map and load it."""
    (folder / name).write_text(text, encoding="utf-8")
    return load_source_maps(folder)["schools"]


def faults(folder: Path, text: str) -> list[str]:
    """Return what a wrong map is told."""
    with pytest.raises(DocumentError) as caught:
        load(folder, text)
    return [fault.sentence for fault in caught.value.faults]


def test_a_map_matches_files_by_name(tmp_path: Path) -> None:
    found = load(tmp_path, SOUND)
    assert found.matches("学校基本情况.xlsx")
    assert found.matches("学校基本情况.XLSX")
    assert not found.matches("学期指标.xlsx")


def test_a_map_that_is_not_valid_in_the_term_makes_room_for_another(tmp_path: Path) -> None:
    load(tmp_path, SOUND + "valid_to: 2024-2025-2\n")
    (tmp_path / "schools-2025.yaml").write_text(
        SOUND.replace("学校标识码", "学校代码") + "valid_from: 2025-2026-1\n", encoding="utf-8"
    )
    headings = [
        load_source_maps(tmp_path, term)["schools"].columns["school_code"].title
        for term in ("2024-2025-2", "2025-2026-2")
    ]
    assert headings == ["学校标识码", "学校代码"]


def test_a_misspelt_key_is_told_with_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="来源说明有 2 处需要改正") as caught:
        load(tmp_path, SOUND.replace("headings: [在校生数]", "heading: [在校生数]"))
    assert [(fault.place, fault.row, fault.column) for fault in caught.value.faults] == [
        ("schools.yaml", 11, "columns.student_count.headings"),
        ("schools.yaml", 12, "columns.student_count.heading"),
    ]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (("key: [school_code]", "key: [school_id]"), "key 提到的列 school_id 未在 columns 中定义"),
        (("headings: [在校生数]", "headings: [学校标识码]"), "表头 学校标识码 同时属于两列"),
        (("kind: count", "kind: choice"), "选项列须填 choices 或 choices_from 之一"),
        (
            ("kind: count", "kind: count\n    is_personal: true"),
            "个人信息列须写明使用目的 purpose，不需要的写 handling: drop",
        ),
        (
            ("kind: count", "kind: count\n    handling: drop"),
            "handling 只用于个人信息列，请同时写 is_personal: true",
        ),
        (("'\\d{10}'", "'(\\d'"), "正则表达式 (\\d 有误"),
    ],
)
def test_a_map_that_contradicts_itself_is_refused(
    tmp_path: Path, change: tuple[str, str], wanted: str
) -> None:
    assert wanted in faults(tmp_path, SOUND.replace(*change))[0]


def test_two_maps_for_one_data_set_are_refused(tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(SOUND, encoding="utf-8")
    assert faults(tmp_path, SOUND) == [
        "schools.yaml “data_set”：应为每个数据集只有一份来源说明，实为schools 另有一份。"
        "请合并两份说明，或改用另一个数据集名称。（DOC-012）"
    ]


def test_a_folder_without_maps_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="来源说明有 1 处需要改正") as caught:
        load_source_maps(tmp_path)
    assert caught.value.faults[0].remedy == "请检查配置文件中 folders.sources 的路径。"


def test_staged_columns_leave_out_what_is_dropped_and_add_what_follows(tmp_path: Path) -> None:
    more = """\
  person_name:
    headings: [姓名]
    is_personal: true
    handling: drop
constants: {stage: primary}
derived:
  size: {source: student_count, values: {"0": none}}
"""
    assert load(tmp_path, SOUND + more).staged_columns == ("school_code", "student_count", "stage", "size")


def test_the_maps_of_this_repository_know_what_offices_write() -> None:
    maps = load_source_maps(Path(__file__).resolve().parents[3] / "sources")
    share = maps["matters"].columns["share_rate"]
    read = convert(pd.Series(["0.05", "0.1"], dtype="str").astype("category"), share, Spellings({}, {}))
    assert read.values.tolist() == [5, 10]
    for name in ("results", "entry_results"):
        missing = maps[name].columns["score"].missing
        assert {missing[word] for word in ("舞弊", "作弊", "违纪", "-4")} == {"cheated"}
