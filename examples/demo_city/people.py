"""Plays the people of the term: inspectors who fill in findings, the office that registers replies.

They work as people do, with a spreadsheet program in the forms the system sent out: they go by the headings,
pick from the drop-downs and leave everything else alone.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import openpyxl  # type: ignore[import-untyped]

from examples.demo_city.city import quality

_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
FINDINGS_PATTERN = "检查记录*.xlsx"
FIRST_VISIT_ON = date(2026, 5, 18)
# What inspectors come upon, by criterion and stage.
_GRAVE = {
    "RZ-02": {
        "小学": "查阅课表和五年级2个班的课堂记录，每周应开4节体育与健康课，实际只上3节，另1节改上数学，与公示课表不一致。",
        "初中": "查阅课表和教学进度记录，九年级第9周起停上音乐、美术课，改为中考科目复习，与课程方案不符。",
    },
    "RZ-11": dict.fromkeys(
        ("小学", "初中"),
        "查阅信访登记并向当事人核实，1名教师本学期对学生有不当管教行为，学校未按规定处理和报告。",
    ),
}
_SLIGHT = {
    "RZ-05": dict.fromkeys(("小学", "初中"), "抽查3个班级，其中1个班级部分学生未能在校内完成书面作业。"),
    "RZ-07a": dict.fromkeys(
        ("小学", "初中"), "查看大课间活动，因场地维修缩短15分钟，当日校内锻炼时间不足1小时。"
    ),
}
_REPLIES = (
    "学校对检查认定的事实没有异议，已恢复正常安排，请求从轻处理。",
    "学校认为有关情况系临时调整所致，现已整改到位，请求不予处理。",
)
_REASON = "有关事实由两名检查人员现场核实，有佐证材料，学校亦予确认；事后改正不影响事实认定，已在确定措施时予以考虑。"


@dataclass(frozen=True)
class Visits:
    """What the inspectors of all teams go by.

    `weak` lists the schools where something is found, the weakest first: the first half (rounded up) has a
    grave violation, the rest a slight one. `members` gives each team's inspector ids by team code, `days` the
    day of each school's visit.
    """

    seed: str
    weak: tuple[str, ...]
    members: Mapping[str, Sequence[str]] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)

    def is_grave(self, school_code: str) -> bool:
        """Whether what is found at a school is grave."""
        return school_code in self.weak[: -(-len(self.weak) // 2)]


def school_codes(workbook: Path) -> tuple[str, ...]:
    """Return the schools of a findings workbook, in its order."""
    results = _Form(openpyxl.load_workbook(workbook)["检查结果"])
    return tuple(str(results.value(row, "学校标识码")) for row in results.rows)


def weak_schools(codes: Iterable[str], *, seed: str) -> tuple[str, ...]:
    """Return the schools where inspectors find something: the weakest quarter, the weakest first.

    Of two schools or more at least one is weak and at least one is not.
    """
    ranked = sorted(set(codes), key=lambda code: (quality(seed, code), code))
    return tuple(ranked[: max(1, round(len(ranked) / 4))])


def fill_all(
    outbox: Path,
    inbox: Path,
    *,
    seed: str,
    members: Mapping[str, Sequence[str]] | None = None,
    days: Mapping[str, date] | None = None,
) -> tuple[Path, ...]:
    """Fill in every findings workbook below `outbox` and put it into `inbox` under its own name.

    Args:
        outbox: where the system put the teams' workbooks, in whatever folders.
        inbox: the term's inbox.
        seed: the city's seed: what is found follows from what the schools are really like.
        members: each team's inspector ids, by team code; without them 检查人员 stays empty.
        days: the day of each school's visit, by its code; without it days from `FIRST_VISIT_ON` on.

    Returns:
        The filled workbooks, in order of the forms' paths.
    """
    workbooks = sorted(outbox.rglob(FINDINGS_PATTERN))
    codes = [code for workbook in workbooks for code in school_codes(workbook)]
    visits = Visits(seed, weak_schools(codes, seed=seed), members or {}, days or {})
    inbox.mkdir(parents=True, exist_ok=True)
    filled = tuple(inbox / workbook.name for workbook in workbooks)
    for workbook, out in zip(workbooks, filled, strict=True):
        fill_findings(workbook, out, visits)
    return filled


def fill_findings(workbook_path: Path, out_path: Path, visits: Visits) -> None:
    """Fill in one team's workbook as its inspectors would, the same way each time."""
    book = openpyxl.load_workbook(workbook_path)
    records, results = _Form(book["检查记录"]), _Form(book["检查结果"])
    for number, row in enumerate(results.rows):
        code = str(results.value(row, "学校标识码"))
        result = _fill_records(records, code, visits)
        results.put(row, "检查结果", result)
        unplanned = FIRST_VISIT_ON + timedelta(days=number // 5 * 7 + number % 5)
        results.put(row, "检查日期", visits.days.get(code, unplanned))
        results.put(row, "检查人员", "、".join(visits.members.get(str(results.value(row, "检查组编号")), ())))
        results.put(row, "紧急情况", "否")
    _save(book, out_path)


def _save(book: Any, path: Path) -> None:
    """Save without the clock: the same entries give the same bytes, and the file is there whole or not at all."""
    saved = io.BytesIO()
    book.save(saved)
    part = path.with_suffix(".part")
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>2026-06-08T00:00:00Z\g<2>", content)
            target.writestr(zipfile.ZipInfo(name), content)
    part.replace(path)


def fill_hearings(
    register_path: Path, out_path: Path, *, seed: str, replied_on: date = date(2026, 6, 24)
) -> None:
    """Fill in the register of replies: every school answers in writing, and is told why it changes nothing.

    A school answers five days after it was told, or on `replied_on` where the register leaves that day open.
    """
    book = openpyxl.load_workbook(register_path)
    form = _Form(book["告知答复登记表"])
    for row in form.rows:
        told_on = form.value(row, "告知日期")
        rng = Random(f"{seed}/hearing/{form.value(row, '案号')}")
        form.put(row, "答复方式", "书面答复")
        form.put(
            row, "答复日期", told_on + timedelta(days=5) if isinstance(told_on, datetime) else replied_on
        )
        form.put(row, "答复要点", rng.choice(_REPLIES))
        form.put(row, "采纳情况", "不采纳")
        form.put(row, "理由", _REASON)
    _save(book, out_path)


def _fill_records(records: "_Form", code: str, visits: Visits) -> str:
    """Fill in one school's items and return the result of the visit."""
    rng = Random(f"{visits.seed}/visit/{code}")
    rows = [row for row in records.rows if str(records.value(row, "学校标识码")) == code]
    is_weak, is_grave = code in visits.weak, visits.is_grave(code)
    for row in rows:
        is_rated = "5" in records.choices(row, "检查结论")
        good = rng.choice((3, 4) if is_weak else (4, 5))
        records.put(row, "检查结论", good if is_rated else "符合")
    problems = _GRAVE if is_grave else _SLIGHT
    wrong = [row for row in rows if records.value(row, "指标编号") in problems] if is_weak else []
    if not wrong:
        return "未发现问题"
    row = rng.choice(wrong)
    told = problems[str(records.value(row, "指标编号"))]
    records.put(row, "检查结论", "不符合")
    records.put(row, "问题描述", told[str(records.value(row, "学段"))])
    records.put(row, "佐证编号", f"{code}-1")
    records.put(row, "处置", "建议限期整改" if is_grave else "当场责令改正")
    return "发现问题待后续处理" if is_grave else "发现问题已责令改正"


class _Form:
    """A sheet to fill in: a title, a row of headings, rows with a school or a case each."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._places = {str(cell.value): cell.column for cell in sheet[2]}
        self.rows = [row for row in range(3, sheet.max_row + 1) if sheet.cell(row, 1).value]

    def value(self, row: int, heading: str) -> object:
        """Return what stands under a heading."""
        found: object = self._sheet.cell(row, self._places[heading]).value
        return found

    def put(self, row: int, heading: str, value: str | int | date) -> None:
        """Write under a heading."""
        self._sheet.cell(row, self._places[heading]).value = value

    def choices(self, row: int, heading: str) -> tuple[str, ...]:
        """Return what a cell's drop-down offers; nothing where it has none."""
        cell = self._sheet.cell(row, self._places[heading]).coordinate
        for rule in self._sheet.data_validations.dataValidation:
            if rule.type == "list" and cell in rule.sqref:
                return tuple(str(rule.formula1).strip('"').split(","))
        return ()
