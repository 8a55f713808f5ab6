"""Fitness tests: read piece by piece, nothing kept but sums, repeated students found wherever they stand."""

from pathlib import Path

import openpyxl

from inspection.derive.fitness_sums import COUNTS, KEY
from inspection.ingest.data_set import DataSet
from inspection.ingest.source_map import load_source_maps
from inspection.ingest.table import HIDDEN, Bureau
from inspection.profile import load_profile
from tasks.fitness_sums import reduce_fitness
from tasks.ingest import content_digest

ROOT = Path(__file__).resolve().parents[2]
MAP = load_source_maps(ROOT / "sources")["fitness"]
PROFILE = load_profile(ROOT / "examples" / "demo_city" / "profile.yaml")
CODES = [f"213799000{number}" for number in range(1, 4)]
BUREAU = Bureau(PROFILE, {"schools": frozenset(CODES)}, bytes(range(32)))
HEADER = "学籍号,姓名,学校标识码,学段,年级,总分,是否近视"


def line(student: int, total: str, *, myopic: str = "否") -> str:
    return f"G{student:07d},囍小明,{CODES[student % 3]},小学,{1 + student % 6},{total},{myopic}"


def reduced(folder: Path, *files: list[str]) -> DataSet:
    """Reduce files of one inbox."""
    folder.mkdir()
    for number, lines in enumerate(files):
        path = folder / f"体质健康测试-{number}.csv"
        path.write_bytes(("\r\n".join([HEADER, *lines]) + "\r\n").encode("gb18030"))
    return reduce_fitness(sorted(folder.iterdir()), MAP, BUREAU, inbox=folder)


def test_the_same_sums_and_digest_whatever_the_pieces(tmp_path: Path) -> None:
    # More than two megabytes: the child hands them over in several pieces.
    totals = [f"{40 + number % 61}" if number % 17 else "-2" for number in range(55_000)]
    lines = [
        line(number, total, myopic="是" if number % 5 == 0 else "否") for number, total in enumerate(totals)
    ]
    whole = reduced(tmp_path / "one", lines)
    assert (tmp_path / "one" / "体质健康测试-0.csv").stat().st_size > 2**21
    parts = reduced(tmp_path / "three", lines[30_000:], lines[:11], lines[11:30_000])
    assert whole.faults == parts.faults == ()
    assert content_digest(whole) == content_digest(parts)
    assert whole.rows["entered_count"].sum() == 55_000
    assert whole.rows["absent_count"].sum() == sum(total == "-2" for total in totals)
    assert whole.received("t", {})[0].accepted_count == 55_000


def test_repeated_students_are_taken_out_of_the_sums_wherever_they_stand(tmp_path: Path) -> None:
    first = [line(3, "80"), line(6, "70"), line(9, "60")]
    second = [line(3, "80"), line(6, "71"), line(12, "95"), line(15, "121")]
    found = reduced(tmp_path / "in", first, second)
    sums = found.rows.groupby("school_code")[["entered_count", "score_sum_centi"]].sum()
    assert sums.loc[CODES[0]].tolist() == [3, 8000 + 6000 + 9500]
    assert [(item.place[-5], item.row, item.code) for item in found.faults] == [
        ("1", 2, "IN-121"),
        ("1", 3, "IN-122"),
        ("1", 5, "IN-112"),
    ]
    assert [item.accepted_count for item in found.received("t", {})] == [2, 1]


def test_no_name_no_id_and_no_score_is_in_anything_that_is_kept(tmp_path: Path) -> None:
    found = reduced(tmp_path / "in", [line(3, "80"), line(6, "约90"), line(3, "80"), "囍小明,x,1,2,3,4,5,6"])
    kept = f"{found.rows.to_csv()}{found.quarantined.to_csv()}{found.missing.to_csv()}{found.faults}{found.files}"
    assert not [text for text in ("小明", "G00000", "约90") if text in kept]
    assert {item.got for item in found.faults if item.column == "总分"} == {HIDDEN}
    assert list(found.rows[[*KEY, *COUNTS]].iloc[0])[:4] == [CODES[0], "primary", 4, 1]


def test_a_file_that_cannot_be_read_adds_nothing(tmp_path: Path) -> None:
    found = reduced(tmp_path / "in", [line(3, "80")], ["备忘"])
    (tmp_path / "in" / "体质健康测试-2.csv").write_bytes("备忘\r\n".encode())
    (tmp_path / "in" / "体质健康测试-1.csv").unlink()
    found = reduce_fitness(sorted((tmp_path / "in").iterdir()), MAP, BUREAU, inbox=tmp_path / "in")
    assert found.rows["tested_count"].tolist() == [1]
    assert [(item.place, item.code) for item in found.faults] == [("体质健康测试-2.csv", "IN-011")]
    assert [item.status for item in found.received("t", {})] == ["accepted", "refused"]


def test_a_second_sheet_of_students_is_told_since_it_is_not_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet, number in ((book.active, 1), (book.create_sheet("五年级2班"), 2)):
        for row in (HEADER, line(number, "80")):
            sheet.append(row.split(","))
    book.save(tmp_path / "体质健康测试.xlsx")
    found = reduce_fitness([tmp_path / "体质健康测试.xlsx"], MAP, BUREAU, inbox=tmp_path)
    assert found.rows["entered_count"].tolist() == [1]
    assert [(item.code, item.sheet, item.got) for item in found.faults] == [
        ("IN-205", "五年级2班", "这一工作表另有1行，未读取")
    ]
