"""Administrative divisions 行政区划: county codes with the day from which a code is no longer one.

Here: the table (`sources/divisions.csv`), what a code means on a day, and the class and region parts of a
school's code. Not here: the bureau's own districts (`profile`).
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from inspection.errors import DocumentError, Fault

SCHOOL_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "11": "幼儿园",
        "21": "小学",
        "22": "成人小学",
        "31": "普通初中",
        "32": "职业初中",
        "33": "成人初中",
        "34": "普通高中",
        "35": "成人高中",
        "36": "中等职业学校",
        "37": "工读学校",
        "51": "特殊教育学校",
    }
)
"""The first two digits of a school's code."""
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
    ]
)
CLASSES_OF_TYPE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "primary-school": frozenset({"21"}),
        "teaching-point": frozenset({"21"}),
        "junior-school": frozenset({"31", "32"}),
        "nine-year-school": frozenset({"21", "31"}),
        "senior-school": frozenset({"34"}),
        "complete-secondary-school": frozenset({"31", "34"}),
        "twelve-year-school": frozenset({"21", "31", "34"}),
    }
)
_COLUMNS = ["code", "name", "valid_to", "successor"]


@dataclass(frozen=True)
class Division:
    """A county or district; `valid_to` is the year in which the code ended ("" while it holds)."""

    code: str
    name: str
    valid_to: str = ""
    successor: str = ""

    @property
    def is_abolished(self) -> bool:
        """Whether the code is one no longer."""
        return bool(self.valid_to)

    @property
    def words(self) -> str:
        """What the code is or was, for whoever typed it."""
        if not self.is_abolished:
            return f"{self.code}是{self.name}的代码"
        after = f"，现用代码{self.successor}" if self.successor else ""
        return f"{self.code}（{self.name}）已于{self.valid_to}年撤销{after}"


def load_divisions(path: Path) -> dict[str, Division]:
    """Return the divisions of a table by their code.

    Raises:
        DocumentError: the table is absent, or a line is wrong or stands twice.
    """
    if not path.is_file():
        raise DocumentError("没有行政区划表", [_fault(path, 0, "行政区划表（divisions.csv）", "没有找到")])
    with path.open(encoding="utf-8", newline="") as lines:
        table = list(csv.reader(lines))
    if not table or table[0] != _COLUMNS:
        raise DocumentError("行政区划表有误", [_fault(path, 1, ",".join(_COLUMNS), "另外的列名")])
    found: dict[str, Division] = {}
    faults = []
    for number, row in enumerate(table[1:], start=2):
        is_sound = len(row) == len(_COLUMNS) and len(row[0]) == 6 and row[0].isdecimal() and bool(row[1])
        if not is_sound or row[0][:2] not in PROVINCES or row[0] in found:
            faults.append(_fault(path, number, "6位代码（不重复）、名称、撤销年份、现用代码", ",".join(row)))
            continue
        found[row[0]] = Division(*row)
    if faults:
        raise DocumentError(f"行政区划表有 {len(faults)} 处需要改正", faults)
    return found


def school_code_problem(code: str, school_type: str, provinces: frozenset[str]) -> str:
    """Say what is wrong with the class and region parts of a 10-digit school code; "" if nothing is.

    `provinces` are the bureau's own (the first two digits of its districts' codes).
    """
    kind, province = code[:2], code[2:4]
    if kind not in SCHOOL_CLASSES:
        return f"前两位{kind}不是学校类别码"
    if province not in PROVINCES:
        return f"第3、4位{province}不是省级区划码"
    if provinces and province not in provinces:
        return f"第3、4位{province}不是本省的区划码"
    if kind not in CLASSES_OF_TYPE.get(school_type, frozenset({kind})):
        return f"前两位{kind}（{SCHOOL_CLASSES[kind]}）与办学类型不符"
    return ""


def district_faults(districts: Mapping[str, str], divisions: Mapping[str, Division]) -> list[Fault]:
    """Return what is wrong with a bureau's districts (code to name), as far as the table has their province.

    Codes that are not of six digits are a bureau's own and not looked up.
    """
    covered = {code[:4] for code in divisions}
    faults = []
    for code, name in districts.items():
        found = divisions.get(code)
        if found and found.is_abolished:
            faults.append(_district(name, code, found.words))
        elif not found and len(code) == 6 and code[:4] in covered:
            faults.append(_district(name, code, f"{code}，区划表中没有"))
    return faults


def _district(name: str, code: str, got: str) -> Fault:
    remedy = "请核对代码；区划表未及时更新的，先补入 divisions.csv。"
    return Fault(
        place=f"配置文件的区县 {name}",
        column=code,
        code="DOC-015",
        wanted="行政区划表中现用的代码",
        got=got,
        remedy=remedy,
    )


def _fault(path: Path, row: int, wanted: str, got: str) -> Fault:
    return Fault(
        place=path.name, row=row, code="DOC-016", wanted=wanted, got=got, remedy="请核对行政区划表后重试。"
    )
