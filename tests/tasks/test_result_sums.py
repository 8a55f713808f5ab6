"""Student results: read piece by piece, nothing kept but sums, repeated rows found wherever they stand."""

from pathlib import Path

import openpyxl
import pytest

from inspection.derive.result_sums import COUNTS, KEY
from inspection.errors import SettingError
from inspection.ingest.data_set import DataSet
from inspection.ingest.source_map import load_source_maps
from inspection.ingest.table import HIDDEN, Bureau
from inspection.profile import load_profile
from tasks.result_sums import pair_results, reduce_results
from tasks.student_files import StudentFiles

ROOT = Path(__file__).resolve().parents[2]
MAP = load_source_maps(ROOT / "sources")["results"]
PROFILE = load_profile(ROOT / "examples" / "demo_city" / "profile.yaml")
CODES = [f"213799000{number}" for number in range(1, 4)]
BUREAU = Bureau(PROFILE, {"schools": frozenset(CODES)}, bytes(range(32)))
HEADER = "学籍号,姓名,学校标识码,学段,年级,学科,成绩,满分"


def line(student: int, score: str, *, school: str = CODES[0], subject: str = "语文") -> str:
    """Return one row of a results file."""
    return f"X37990100{student:04d},囍小明,{school},小学,5,{subject},{score},100"


def write(path: Path, lines: list[str], encoding: str = "gb18030") -> Path:
    """Write a results file."""
    path.write_bytes(("\r\n".join([HEADER, *lines]) + "\r\n").encode(encoding))
    return path


def reduced(*paths: Path, bureau: Bureau = BUREAU) -> DataSet:
    """Reduce files of one inbox."""
    return reduce_results(paths, MAP, bureau, inbox=paths[0].parent)


def test_results_become_sums_and_nothing_else(tmp_path: Path) -> None:
    lines = [line(1, "80"), line(2, "59.5"), line(3, "-2"), line(4, "缺考"), line(5, "免考"), line(6, "-3.0")]
    found = reduced(write(tmp_path / "学业质量监测成绩.csv", lines))
    assert found.rows[[*KEY, *COUNTS]].to_numpy().tolist() == [
        [CODES[0], "primary", 5, "语文", 6, 2, 2, 0, 2, 1, 1, 13950, 8000**2 + 5950**2]
    ]
    assert found.faults == ()
    assert found.received("t", {})[0].accepted_count == 6


def test_a_subject_is_the_same_however_far_apart_it_is_typed(tmp_path: Path) -> None:
    lines = [line(1, "80"), line(2, "70", subject="语 文"), line(3, "60", subject="　语文 ")]
    found = reduced(write(tmp_path / "学业质量监测成绩.csv", lines))
    assert found.rows[["subject", "entered_count"]].to_numpy().tolist() == [["语文", 3]]


def test_no_name_and_no_id_is_in_anything_that_is_kept(tmp_path: Path) -> None:
    lines = [line(1, "80"), line(2, "约90"), line(3, "150"), line(1, "80"), "囍小明,x,1,2,3,4,5,6"]
    found = reduced(write(tmp_path / "学业质量监测成绩.csv", lines))
    kept = f"{found.rows.to_csv()}{found.quarantined.to_csv()}{found.missing.to_csv()}{found.faults}{found.files}"
    assert "小明" not in kept
    assert "X3799" not in kept
    assert {fault.got for fault in found.faults if fault.column in {"学籍号", "成绩"}} == {HIDDEN}


def test_row_faults_are_found_and_leave_the_sums_alone(tmp_path: Path) -> None:
    lines = [
        line(1, "80"),
        line(2, "约90"),
        line(3, "101"),
        line(4, "-1"),
        line(5, "70", school="2137999999"),
        line(6, "60").replace("小学", ""),
    ]
    found = reduced(write(tmp_path / "学业质量监测成绩.csv", lines))
    assert [(fault.row, fault.column, fault.code) for fault in found.faults] == [
        (3, "成绩", "IN-103"),
        (4, "成绩", "IN-112"),
        (5, "成绩", "IN-111"),
        (6, "学校标识码", "IN-113"),
        (7, "学段", "IN-101"),
    ]
    assert found.rows["entered_count"].tolist() == [1]
    assert found.quarantined["source_row"].tolist() == [3, 4, 5, 6, 7]


def test_repeated_rows_are_taken_out_of_the_sums_wherever_they_stand(tmp_path: Path) -> None:
    first = [line(1, "80"), line(2, "70"), line(3, "60"), line(3, "60", subject="数学")]
    second = [line(1, "80"), line(2, "71"), line(4, "90")]
    paths = [write(tmp_path / f"学业质量监测成绩-{n}.csv", rows) for n, rows in enumerate((first, second))]
    found = reduced(*paths)
    sums = found.rows.set_index("subject")
    assert sums.loc["语文", ["sat_count", "score_sum_centi"]].tolist() == [3, 8000 + 6000 + 9000]
    assert sums.loc["数学", "sat_count"] == 1
    assert [fault.sentence for fault in found.faults] == [
        "学业质量监测成绩-1.csv 第2行：应为同一学籍号、学科只报一行，实为与“学业质量监测成绩-0.csv”第2行完全相同。"
        "请删去重复的行。（IN-121）",
        "学业质量监测成绩-1.csv 第3行：应为同一学籍号、学科只报一行，"
        "实为与“学业质量监测成绩-0.csv”第3行重复，“成绩”不同。"
        "请确认哪一行正确，删去另一行；改正前两行均不采用。（IN-122）",
    ]
    assert [item.accepted_count for item in found.received("t", {})] == [3, 1]


def test_the_order_of_rows_and_files_changes_nothing(tmp_path: Path) -> None:
    rows = [line(n, str(50 + n), school=CODES[n % 3]) for n in range(30)]
    for folder, lines in (("a", rows), ("b", rows[::-1])):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "学业质量监测成绩.csv", lines)
    one, two = (reduced(tmp_path / folder / "学业质量监测成绩.csv").rows for folder in "ab")
    assert one.equals(two)


def test_a_file_that_cannot_be_read_adds_nothing(tmp_path: Path) -> None:
    good = write(tmp_path / "学业质量监测成绩-1.csv", [line(1, "80")])
    bad = tmp_path / "学业质量监测成绩-2.csv"
    bad.write_bytes(good.read_bytes() + b"\xff\xff")
    headless = tmp_path / "学业质量监测成绩-3.csv"
    headless.write_bytes("备忘\r\n".encode())
    found = reduced(good, bad, headless)
    assert found.rows["sat_count"].tolist() == [1]
    assert [(fault.place, fault.code) for fault in found.faults] == [
        ("学业质量监测成绩-2.csv", "IN-007"),
        ("学业质量监测成绩-3.csv", "IN-011"),
    ]
    assert [item.status for item in found.received("t", {})] == ["accepted", "refused", "refused"]


def test_without_a_key_no_student_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "学业质量监测成绩.csv", [line(1, "80")])
    with pytest.raises(SettingError, match="without a pseudonym key"):
        reduced(path, bureau=Bureau(PROFILE))


def test_who_passed_every_subject_is_known_though_the_rows_lie_in_two_files(tmp_path: Path) -> None:
    first = [line(1, "80"), line(2, "80"), line(3, "80"), line(4, "80"), line(5, "缺考"), line(6, "150")]
    second = [
        line(n, score, subject="数学")
        for n, score in enumerate(["60", "59", "免考", "-2", "60", "60"], start=1)
    ]
    paths = [write(tmp_path / f"学业质量监测成绩-{n}.csv", rows) for n, rows in enumerate((first, second))]
    students = reduced(*paths).beside["students"]
    assert students.to_numpy().tolist() == [[CODES[0], "primary", 5, 6, 3, 2]]
    assert students.dtypes.astype(str).tolist() == ["str", "str", "int64", "int64", "int64", "int64"]


def test_a_student_with_a_repeated_row_is_counted_by_the_row_that_stays(tmp_path: Path) -> None:
    exact = [line(1, "80"), line(1, "80"), line(1, "50", subject="数学")]
    conflict = [line(2, "80"), line(2, "81"), line(2, "70", subject="数学")]
    found = reduced(write(tmp_path / "学业质量监测成绩.csv", [*exact, *conflict, line(3, "90")]))
    assert found.beside["students"].to_numpy().tolist() == [[CODES[0], "primary", 5, 3, 3, 2]]


def test_a_file_refused_in_the_middle_leaves_nothing_by_student_either(tmp_path: Path) -> None:
    good = write(tmp_path / "学业质量监测成绩-1.csv", [line(1, "80"), line(2, "80"), line(2, "81")])
    bad = tmp_path / "学业质量监测成绩-2.csv"
    bad.write_bytes(write(bad, [line(n, "10") for n in range(300)]).read_bytes() + b"\xff\xff")
    assert reduced(good, bad).beside["students"].to_numpy().tolist() == [[CODES[0], "primary", 5, 1, 1, 1]]


def test_nothing_that_waits_on_disk_can_be_found_there(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    path = write(inbox / "学业质量监测成绩.csv", [line(n, "80") for n in range(50)])
    reduced(path)
    assert list(inbox.iterdir()) == [path]


def test_entry_and_exit_are_paired_by_student_and_subject(tmp_path: Path) -> None:
    sides = []
    for name, lines in (
        ("入口", [line(1, "50"), line(2, "-2"), line(3, "70"), line(4, "60"), line(4, "61")]),
        (
            "出口",
            [line(1, "60", school=CODES[1]), line(2, "90"), line(3, "66.5"), line(4, "90"), line(5, "90")],
        ),
    ):
        folder = tmp_path / name
        folder.mkdir()
        path = write(folder / "学业质量监测成绩.csv", lines)
        sides.append(StudentFiles([path], MAP, BUREAU, folder))
    assert pair_results(*sides).to_numpy().tolist() == [
        [CODES[0], "primary", 5, "语文", 1, 7000, 6650, 7000**2, 6650**2, 7000 * 6650],
        [CODES[1], "primary", 5, "语文", 1, 5000, 6000, 5000**2, 6000**2, 5000 * 6000],
    ]


def test_a_second_sheet_of_students_is_told_since_it_is_not_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet, number in ((book.active, 1), (book.create_sheet("五年级2班"), 2)):
        for row in (HEADER, line(number, "80")):
            sheet.append(row.split(","))
    book.save(tmp_path / "学业质量监测成绩.xlsx")
    found = reduced(tmp_path / "学业质量监测成绩.xlsx")
    assert found.rows["entered_count"].tolist() == [1]
    assert [(item.code, item.sheet, item.got) for item in found.faults] == [
        ("IN-205", "五年级2班", "这一工作表另有1行，未读取")
    ]
