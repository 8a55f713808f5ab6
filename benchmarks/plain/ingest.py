"""The plain script: pandas reads a file of student results and reduces it; no checks, no pseudonyms."""

import sys

import pandas as pd

HEADER = ["学籍号", "学校标识码", "学段", "年级", "学科", "成绩", "满分"]
KEY = ["学校标识码", "学段", "年级", "学科"]
REASONS = {
    "-2": "absent",
    "缺考": "absent",
    "-3": "exempt",
    "免考": "exempt",
    "-4": "cheated",
    "舞弊": "cheated",
}


def read(path: str) -> pd.DataFrame:
    if path.endswith(".csv"):
        return pd.read_csv(
            path, encoding="gb18030", engine="pyarrow", usecols=HEADER, dtype=dict.fromkeys(HEADER, "str")
        )
    if path.endswith(".parquet"):
        return pd.read_parquet(path, columns=HEADER)
    return pd.read_excel(path, engine="calamine", usecols=HEADER, dtype=dict.fromkeys(HEADER, "str"))


def reduce(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    reason = rows["成绩"].map(REASONS)
    score = pd.to_numeric(rows["成绩"].where(reason.isna()))
    full = pd.to_numeric(rows["满分"])
    centi = (score.fillna(0) * 100).round().astype("int64")
    rows = rows.assign(
        entered=1,
        absent=reason == "absent",
        exempt=reason == "exempt",
        cheated=reason == "cheated",
        sat=score.notna(),
        passed=score >= 0.6 * full,
        good=score >= 0.8 * full,
        total=centi,
        squares=centi * centi,
    )
    sums = rows.groupby(KEY)[
        ["entered", "absent", "exempt", "cheated", "sat", "passed", "good", "total", "squares"]
    ].sum()
    taken = rows[reason != "exempt"]
    students = taken.groupby([*KEY[:3], "学籍号"])["passed"].all().reset_index()
    return sums, students.groupby(KEY[:3])["passed"].agg(["size", "sum"])


if __name__ == "__main__":
    sums, students = reduce(read(sys.argv[1]))
    print(len(sums), int(sums["total"].sum()), int(students["sum"].sum()))
