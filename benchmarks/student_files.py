"""Synthetic files of student results, the same for a seed: GB18030 CSV, Parquet, xlsx."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.student_codes import SCHOOL_STUDENTS, SUBJECTS, school_codes

HEADER = ["学籍号", "姓名", "学校标识码", "学段", "年级", "学科", "成绩", "满分"]
SEED = 20260706
_SURNAMES = np.array(list("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"))
_GIVEN = np.array(list("子涵雨欣浩宇梓萱一诺俊杰思远佳怡明轩嘉懿若曦天佑"))


def batches(row_count: int) -> Iterator[pd.DataFrame]:
    """Yield one school after the other, subject by subject, so that a student's rows lie apart."""
    for number, code in enumerate(school_codes(row_count)):
        rows = min(row_count - number * SCHOOL_STUDENTS * len(SUBJECTS), SCHOOL_STUDENTS * len(SUBJECTS))
        yield _school(code, np.random.default_rng([SEED, number])).head(rows)


def _school(code: str, rng: np.random.Generator) -> pd.DataFrame:
    students = np.arange(SCHOOL_STUDENTS)
    ids = [f"G3799{code[4:]}2015{student:04d}" for student in students]
    given = _GIVEN[rng.integers(len(_GIVEN), size=(2, SCHOOL_STUDENTS))]
    names = np.char.add(
        np.char.add(_SURNAMES[rng.integers(len(_SURNAMES), size=SCHOOL_STUDENTS)], given[0]), given[1]
    )
    ability = rng.normal(0, 9, SCHOOL_STUDENTS)
    parts = []
    for subject in SUBJECTS:
        points = np.clip(np.round(2 * (75 + ability + rng.normal(0, 8, SCHOOL_STUDENTS))) / 2, 3, 100)
        scores = np.array([f"{point:g}" for point in points], object)
        place = rng.random(SCHOOL_STUDENTS)
        scores[place < 0.01] = "缺考" if int(code) % 2 else "-2"
        scores[place > 0.999] = "免考"
        grades = np.where(students % 2 == 0, "5", "6")
        parts.append(
            pd.DataFrame(
                dict(zip(HEADER, [ids, names, code, "小学", grades, subject, scores, "100"], strict=True))
            )
        )
    return pd.concat(parts, ignore_index=True)


def write_csv(path: Path, row_count: int) -> None:
    """Write a GB18030 CSV file as a spreadsheet saves it."""
    with path.open("w", encoding="gb18030", newline="") as file:
        file.write(",".join(HEADER) + "\r\n")
        for frame in batches(row_count):
            frame.to_csv(file, header=False, index=False, lineterminator="\r\n")


def write_parquet(path: Path, row_count: int) -> None:
    """Write a Parquet file in row groups of about a hundred thousand rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in HEADER])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        waiting: list[pd.DataFrame] = []
        for frame in batches(row_count):
            waiting.append(frame)
            if sum(map(len, waiting)) >= 100_000:
                writer.write_table(pa.Table.from_pandas(pd.concat(waiting), schema, preserve_index=False))
                waiting = []
        if waiting:
            writer.write_table(pa.Table.from_pandas(pd.concat(waiting), schema, preserve_index=False))


def write_xlsx(path: Path, row_count: int) -> None:
    """Write a workbook with figures as numbers, as a system exports it."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("成绩")
        sheet.write_row(0, 0, HEADER)
        number = 1
        for frame in batches(row_count):
            for row in frame.to_numpy().tolist():
                for column, cell in enumerate(row):
                    is_figure = column in {4, 6, 7} and cell[-1].isdigit()
                    sheet.write(number, column, float(cell)) if is_figure else sheet.write_string(
                        number, column, cell
                    )
                number += 1
