"""Files are hostile until read: each ends in rows or in one fault that says what to do, within its limits."""

import os
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from inspection.errors import SourceError
from tasks.reading import LIMITS, read_batches, read_data_set, read_file, survey
from tests.tasks.roster_files import BOTH, BUREAU, MAP, ROWS, TEXT, codes, refusal, workbook


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "学校.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert codes(path) == BOTH


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_a_text_file_is_read_with_its_delimiter(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "学校.txt"
    path.write_text(TEXT.replace(",", mark), encoding="utf-8")
    assert codes(path) == BOTH


def test_a_workbook_is_read_whatever_its_name_claims(tmp_path: Path) -> None:
    path = workbook(tmp_path / "学校.xlsx", ROWS)
    assert codes(path) == BOTH
    path.rename(tmp_path / "学校.csv")
    assert codes(tmp_path / "学校.csv") == BOTH


def test_rows_are_counted_as_the_clerk_sees_them(tmp_path: Path) -> None:
    path = workbook(tmp_path / "学校.xlsx", ROWS, first_row=3)
    text = tmp_path / "学校.csv"
    text.write_text('一览表\r\n"说明：第一行\n第二行"\r\n\r\n' + TEXT, encoding="utf-8")
    for file in (path, text):
        found = read_data_set([file], MAP, BUREAU, inbox=tmp_path)
        assert found.rows["source_row"].tolist() == [5, 6]


def test_rows_of_another_width_are_kept_in_their_place(tmp_path: Path) -> None:
    path = tmp_path / "学校.csv"
    lines = [f"{2137990000 + number},校{number},{number}" for number in range(1, 400)]
    lines[300] += ",多,余"
    lines[350] = "2137990351"
    path.write_text("\n".join(["学校标识码,学校名称,在校生数", *lines]), encoding="utf-8")
    found = read_data_set([path], MAP, BUREAU, inbox=tmp_path)
    assert [(fault.code, fault.row) for fault in found.faults] == [("IN-109", 302)]
    assert found.rows["source_row"].tolist() == [row for row in range(2, 401) if row != 302]
    assert found.rows.set_index("source_row")["school_code"].loc[352] == "2137990351"


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "学校.xlsx", ROWS)
    book = openpyxl.load_workbook(path)
    book["名录"].title = "旧"
    book["旧"].sheet_state = "hidden"
    sheet = book.create_sheet("新")
    for row in [ROWS[0], [2137990009, "新", 1]]:
        sheet.append(row)
    book.save(path)
    assert codes(path) == ["2137990009"]


def test_a_file_read_in_pieces_is_the_file(tmp_path: Path) -> None:
    path = tmp_path / "学校.csv"
    path.write_bytes(TEXT.encode("gb18030"))
    pieces = list(read_batches(path, MAP, inbox=tmp_path))
    assert sum(len(piece.sheets[0].cells) for piece in pieces) == 3
    assert {piece.content_digest for piece in pieces} == {read_file(path, MAP, inbox=tmp_path).content_digest}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = workbook(tmp_path / "target.xlsx", ROWS)
    link = tmp_path / "学校.xlsx"
    link.symlink_to(target)
    assert refusal(link) == (
        "学校.xlsx：应为可以打开的普通文件，实为链接或无法打开的文件。"
        "请放入文件本身，不要放快捷方式、链接或其他特殊文件。（IN-003）"
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "学校.csv")
    assert "应为普通文件，实为文件夹、管道或设备" in refusal(tmp_path / "学校.csv")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "学校.xlsx").mkdir()
    assert "应为普通文件，实为文件夹、管道或设备" in refusal(tmp_path / "学校.xlsx")


def test_a_file_outside_the_inbox_is_not_opened(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    outside = workbook(tmp_path / "学校.xlsx", ROWS)
    assert "应为收件箱内的文件，实为在收件箱之外" in refusal(outside, inbox)
    assert "在收件箱之外" in refusal(inbox / ".." / "学校.xlsx", inbox)


def test_a_sheet_with_one_far_cell_is_sent_back(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "学校.xlsx"))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "学校标识码")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    assert refusal(tmp_path / "学校.xlsx") == (
        "学校.xlsx：应为200000行以内、没有多余行列的表格，实为表中最末一行是第1048576行，上限为200100行。"
        "请删去表格以外的多余行列；数据行数超过上限的请改用 CSV 报送。（IN-005）"
    )


def test_a_wide_and_long_sheet_is_sent_back(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "学校.xlsx"))
    sheet = book.add_worksheet()
    sheet.write(0, 16_383, "学校标识码")
    sheet.write(150_000, 0, "x")
    book.close()
    assert "实为表的范围为150001行×16384列" in refusal(tmp_path / "学校.xlsx")


def test_an_archive_that_unpacks_beyond_measure_is_sent_back(tmp_path: Path) -> None:
    path = tmp_path / "学校.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (80 * 2**20))
    assert "实为压缩比超过300倍" in refusal(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "应为有内容的文件，实为文件没有内容。请核对是否放错文件，重新报送。（IN-009）"),
        (b"PK\x03\x04" + b"\x01" * 200, "实为压缩包已损坏"),
        (b"\xd0\xcf\x11\xe0" + b"\x02" * 600, "实为工作簿已损坏"),
        (b"\x00\x01\x02\x03" * 50, "实为不是文字文件"),
        ("学校标识码,学校名称\n2137990001,".encode("gb18030") + b"\xff\xff", "实为utf-8-sig、gb18030"),
        (b"<html><p>x</p></html>", "实为网页中没有表格"),
        (b"PAR1" + b"\x02" * 600, "实为Parquet 文件已损坏"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "实为网页中没有表格"),
        ('学校标识码,学校名称,在校生数\n2137990001,"东湖,1'.encode() + b"x" * 200_000, "IN-0"),
    ],
)
def test_a_damaged_file_is_sent_back_with_its_reason(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "学校.xlsx"
    path.write_bytes(content)
    assert sentence in refusal(path)


def test_a_truncated_workbook_is_sent_back(tmp_path: Path) -> None:
    path = workbook(tmp_path / "学校.xlsx", ROWS)
    path.write_bytes(path.read_bytes()[:-300])
    assert "（IN-004）" in refusal(path)


def test_reading_stops_at_its_limits(tmp_path: Path) -> None:
    path = workbook(tmp_path / "学校.xlsx", ROWS)
    for limits in (replace(LIMITS, memory_bytes=2**20 * 20), replace(LIMITS, wall_seconds=0.001)):
        with pytest.raises(SourceError) as caught:
            read_file(path, MAP, inbox=tmp_path, limits=limits)
        assert caught.value.faults[0].code in {"IN-005", "IN-006"}


def test_a_child_stopped_over_its_work_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "学校.csv"
    path.write_text(TEXT + "2137990001,东湖小学,5\r\n" * 400_000, encoding="utf-8")
    pieces = read_batches(path, MAP, inbox=tmp_path, limits=replace(LIMITS, cpu_seconds=1, wall_seconds=0.45))
    with pytest.raises(SourceError) as caught:
        [threading.Event().wait(0.3) for _ in pieces]
    assert caught.value.faults[0].sentence == (
        "学校.csv：应为0秒、3072MB内存内能读完的文件，实为读取中止。"
        "请把表格内容复制到新的工作簿后重新报送。（IN-006）"
    )


def test_a_file_changed_while_it_is_read_is_sent_back(tmp_path: Path) -> None:
    path = tmp_path / "学校.csv"
    path.write_text(TEXT, encoding="utf-8")
    pieces = read_batches(path, MAP, inbox=tmp_path)
    next(pieces)
    path.write_text(TEXT + "2137990003,丙,1\r\n", encoding="utf-8")
    with pytest.raises(SourceError, match="退回") as caught:
        list(pieces)
    assert caught.value.faults[0].code == "IN-008"


def test_one_bad_file_does_not_keep_the_others_out(tmp_path: Path) -> None:
    workbook(tmp_path / "学校甲.xlsx", ROWS)
    (tmp_path / "学校乙.xlsx").write_bytes(b"PK\x03\x04")
    found = read_data_set(sorted(tmp_path.iterdir()), MAP, BUREAU, inbox=tmp_path)
    assert len(found.rows) == 2
    assert [(item.file_name, item.status) for item in found.received("t", {})] == [
        ("学校乙.xlsx", "refused"),
        ("学校甲.xlsx", "accepted"),
    ]


def test_an_inbox_is_surveyed_by_file_name(tmp_path: Path) -> None:
    for name in ("学校.xlsx", "~$学校.xlsx", ".DS_Store", "备忘.txt"):
        (tmp_path / name).touch()
    found = survey(tmp_path, {"schools": MAP})
    assert found.files == {"schools": (tmp_path / "学校.xlsx",)}
    assert [fault.sentence for fault in found.faults] == [
        "备忘.txt：应为规定的文件名（学校*），实为备忘.txt。"
        "请核对文件名；与本次上报无关的文件请移出收件箱。（IN-002）"
    ]


@pytest.mark.parametrize("is_there", [True, False])
def test_an_empty_inbox_says_what_to_do(tmp_path: Path, is_there: bool) -> None:
    inbox = tmp_path if is_there else tmp_path / "none"
    with pytest.raises(SourceError) as caught:
        survey(inbox, {"schools": MAP})
    assert str(caught.value) == (
        f"收件箱 {inbox} 中没有可读取的文件\n- {inbox}：应为本学期各单位报送的文件，实为没有文件。"
        "请把本学期各单位报送的文件放入收件箱后重新运行。（IN-001）"
    )
