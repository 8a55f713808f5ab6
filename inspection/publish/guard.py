"""The one guard that every public output passes before anyone can see it.

It reads finished files, as a reader would, and trusts nothing about how they were made. Here: what must never
be public (examination figures, totals and places of a school, risk classes, personal data), which columns a
list of schools may have, and its order. Not here: which facts are due (`publication`), small cells
(`suppression`).
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from inspection.errors import Fault, ProtocolError
from inspection.publish.page_text import HtmlTable, page_content

# What a list of schools may tell, by heading of a table or CSV file and by key of a JSON object.
_HEADINGS = """
学校标识码 学校名称 所属区县 检查组 抽查事项 检查结果 检查日期 后续处理 公示日期 抽取号码 抽取情况
文书编号 文书名称 文书种类 制发日期 主要内容 文书原文 状态 排除理由
"""
_KEYS = """
school_code school_name district_name team_code matter category category_title inspected_on disposal
published_on status number title kind issued_on sentence document is_withdrawn
"""
SCHOOL_HEADINGS = frozenset(_HEADINGS.split())
SCHOOL_KEYS = frozenset(_KEYS.split())
CODE_HEADING, CODE_KEY = "学校标识码", "school_code"

# A draw record is published byte for byte as it was hashed, in the order its format lays down.
_RECORDS = re.compile(r"data/draw-(record|withdrawn-[0-9]+)\.json")
_CODE_FILES = frozenset({".py", ".js", ".css"})

_SUBJECTS = "语文|数学|英语|外语|物理|化学|生物|历史|地理|政治|道德与法治|科学|学科|各科|单科|全科|核心素养"
# A number that is no year, date, clause or criterion id.
_FIGURE = r"[^。;!?]{0,14}?(?<![\d.第〔-])\d+(\.\d+)?(?![\d.]*[年月日条款号次项科门届〕])"
_EXAM = re.compile(
    rf"((考试|测试|测验|检测|期中|期末|学业)[^。;]{{0,6}}(成绩|分数|水平)|学业质量监测|平均分|均分|及格率|优分率|低分率"
    rf"|升学率|上线率|学业达标率|标准分|中考|高考|统考"
    rf"|({_SUBJECTS})[^。;,]{{0,8}}(合格率|优良率|优秀率|良好率|及格率|成绩|分数)){_FIGURE}"
)
_TOTAL = re.compile(rf"(总分|总得分|综合得分|得分|综合评分|评分|总评分|分值){_FIGURE}")
_POINTS = re.compile(r"(?<![\d.时点第:])\d{1,3}(\.\d+)?分(?![钟之为别析类层组秒布批期])")
_PLACE = re.compile(
    r"第[\d一二三四五六七八九十百]+名|倒数第|百分位[^。;,]{0,10}\d|(前|后)\d+(名|%)"
    r"|(排名|名次|位次|排位|位列|位居)[^。;,]{0,8}[第前后首末\d]"
)
_RISK = re.compile(
    r"风险(等级|类别|级别|分类|评分|得分|分级|画像)|(极高|较高|中高|高|中|较低|低)风险|[A-D][类级](学校|风险|信用)"
    r"|risk_?(class|level|score|rank|grade)",
    re.IGNORECASE,
)
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z.])[GLJ]?[1-9]\d{5}(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX](?![0-9A-Za-z])",
    re.IGNORECASE,
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z.])(\+?86-?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])")
_PERSONAL_NAME = re.compile(
    r"(student|pupil|parent|guardian|inspector|teacher)_?(id|name|phone)|id_?card|id_?number|mobile|birth"
    r"|身份证|学籍号|学生姓名|家长姓名|检查人员姓名|监护人|手机号|出生日期",
    re.IGNORECASE,
)
_SCORE_NAME = re.compile(
    r"(^|_)(score|points?|total|mark|rank|percentile|position|average|mean|exam|pass_rate|good_rate)(_|$)"
    r"|总分|得分|排名|名次|位次|百分位|平均分|成绩",
    re.IGNORECASE,
)

# code, what must not stand there, what to do
_PROSE_RULES = (
    ("PUB-101", _EXAM, "不含考试成绩及由考试成绩得出的数据", "考试成绩类数据不得对外公布，请从来源中删去。"),
    ("PUB-102", _TOTAL, "不含学校总分、得分", "学校得分只在局内和对该校使用，请删去。"),
    ("PUB-102", _POINTS, "不含学校总分、得分", "学校得分只在局内和对该校使用，请删去。"),
    ("PUB-103", _PLACE, "不含学校名次、位次、百分位", "不得对学校排名，请删去。"),
    ("PUB-104", _RISK, "不含学校内部分类", "内部分类只在附件中向纪检机构和申诉受理机构开放，请删去。"),
)
_PERSON_RULES = (
    ("PUB-105", _IDENTITY, "不含身份证号、学籍号", "个人信息不得对外公布，请删去。"),
    ("PUB-106", _MOBILE, "不含手机号码", "请改用办公电话，或删去。"),
)
# The same for headings and keys; a draw record counts schools under names such as `total`.
_RECORD_NAMES = (
    ("PUB-104", _RISK, "不含学校内部分类"),
    ("PUB-107", _PERSONAL_NAME, "不含个人信息的列"),
)
_NAMES = (*_RECORD_NAMES, ("PUB-108", _SCORE_NAME, "不含分数、名次的列"))


@dataclass(frozen=True)
class _Table:
    """A table as any of the formats carries it: where it stands, its headings, its rows of text."""

    place: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def require_publishable(files: Mapping[str, bytes], *, texts: Mapping[str, str] | None = None) -> None:
    """Refuse to publish unless every file may be seen by anyone.

    Args:
        files: the bytes of each file by its path in the site.
        texts: for each PDF, by its path, the text it was rendered from, which is read in its place.

    Raises:
        ProtocolError: one fault for each thing that must not be public, in all files at once.
    """
    stand_ins = texts or {}
    faults: list[Fault] = []
    for path in sorted(files):
        if PurePosixPath(path).suffix == ".pdf":
            faults += text_faults(stand_ins[path], place=path)
        else:
            faults += file_faults(path, files[path])
    if faults:
        raise ProtocolError(f"有 {len(faults)} 处内容不得对外公布，公示网站未更新", faults)


def file_faults(path: str, content: bytes) -> list[Fault]:
    """Return what must not be public in one file of text; unknown kinds are refused."""
    suffix = PurePosixPath(path).suffix
    text = content.decode("utf-8-sig")
    if suffix in _CODE_FILES:
        return list(_matches(text, path, _PERSON_RULES))
    if suffix == ".json":
        return list(_json_faults(path, json.loads(text), is_record=bool(_RECORDS.fullmatch(path))))
    if suffix == ".csv":
        return list(_csv_faults(path, text))
    if suffix == ".html":
        return list(_html_faults(path, text))
    if suffix == ".txt" or PurePosixPath(path).name == "SHA256SUMS":
        return text_faults(text, place=path)
    raise AssertionError(f"no rule says how to read {path}")


def text_faults(text: str, *, place: str) -> list[Fault]:
    """Return what must not be public in running text, line by line; for documents published as PDF, too."""
    return [fault for line in text.splitlines() for fault in _prose(line, place)]


def _prose(text: str, place: str) -> Iterator[Fault]:
    plain = unicodedata.normalize("NFKC", text)
    yield from _matches(plain, place, _PERSON_RULES)
    yield from _matches(re.sub(r"\s+", "", plain), place, _PROSE_RULES)


def _matches(
    text: str, place: str, rules: Iterable[tuple[str, re.Pattern[str], str, str]]
) -> Iterator[Fault]:
    for code, pattern, wanted, remedy in rules:
        for match in pattern.finditer(text):
            yield Fault(place=place, code=code, wanted=wanted, got=f"“{_masked(match[0])}”", remedy=remedy)


def _masked(found: str) -> str:
    """Keep a message from repeating what must not be shown."""
    return re.sub(r"\d{5,}", lambda digits: digits[0][:3] + "*" * (len(digits[0]) - 3), found)[:40]


def _json_faults(path: str, value: Any, *, is_record: bool) -> Iterator[Fault]:
    for name, item in _members(value):
        yield from _name_faults(name, path, _RECORD_NAMES if is_record else _NAMES)
        if isinstance(item, str):
            yield from _prose(item, path)
    if is_record:
        yield from _sealed_faults(path, value)
    else:
        for rows in _lists_of_schools(value):
            yield from _school_list_faults(_as_table(path, rows), SCHOOL_KEYS, CODE_KEY)


def _sealed_faults(path: str, record: Any) -> Iterator[Fault]:
    """A sealed draw that was not opened stays inside the bureau whole; what is published is its sealed record."""
    if isinstance(record, dict) and record.get("state") == "unopened":
        yield Fault(
            place=path,
            code="PUB-111",
            wanted="不含尚未启封的抽取结果",
            got="密封抽取的完整记录",
            remedy="启封前只公布密封公布件。",
        )


def _members(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _members(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _members(item, name)
    else:
        yield name, value


def _lists_of_schools(value: Any) -> Iterator[list[dict[str, Any]]]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _lists_of_schools(item)
    elif isinstance(value, list):
        if value and all(isinstance(item, dict) and CODE_KEY in item for item in value):
            yield value
        for item in value:
            yield from _lists_of_schools(item)


def _as_table(path: str, rows: list[dict[str, Any]]) -> _Table:
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    return _Table(path, names, tuple(tuple(str(row.get(name, "")) for name in names) for row in rows))


def _csv_faults(path: str, text: str) -> Iterator[Fault]:
    rows = [tuple(row) for row in csv.reader(io.StringIO(text))]
    yield from _table_faults(_Table(path, rows[0], tuple(rows[1:])) if rows else _Table(path, (), ()))
    for row in rows:
        for cell in row:
            yield from _prose(cell, path)


def _html_faults(path: str, text: str) -> Iterator[Fault]:
    page = page_content(text)
    for block in page.blocks:
        yield from _prose(block, path)
    for table in page.tables:
        yield from _table_faults(_from_page(path, table))
    for data in page.data:
        yield from _json_faults(path, json.loads(data), is_record=True)


def _from_page(path: str, table: HtmlTable) -> _Table:
    return _Table(f"{path} 表“{table.caption}”", table.headings, tuple(table.rows))


def _table_faults(table: _Table) -> Iterator[Fault]:
    for heading in table.headings:
        yield from _name_faults(heading, table.place, _NAMES)
    yield from _school_list_faults(table, SCHOOL_HEADINGS, CODE_HEADING)


def _name_faults(name: str, place: str, rules: Iterable[tuple[str, re.Pattern[str], str]]) -> Iterator[Fault]:
    for code, pattern, wanted in rules:
        if pattern.search(name):
            yield _column_fault(place, name, code, wanted, "请删去这一列。")


def _school_list_faults(table: _Table, allowed: frozenset[str], code_column: str) -> Iterator[Fault]:
    if code_column not in table.headings:
        return
    for name in sorted(set(table.headings) - allowed):
        yield _column_fault(
            table.place, name, "PUB-109", "学校名单只列规定的项目", "请删去这一列，或经审定后列入规定项目。"
        )
    place = table.headings.index(code_column)
    codes = [row[place] for row in table.rows]
    for row, (before, after) in enumerate(pairwise(codes), start=2):
        if after < before:
            yield Fault(
                place=table.place,
                row=row,
                column=code_column,
                code="PUB-110",
                wanted="学校名单按学校标识码排列",
                got=f"{after} 排在 {before} 之后",
                remedy="请按学校标识码重新排列。",
            )
            return


def _column_fault(place: str, name: str, code: str, wanted: str, remedy: str) -> Fault:
    return Fault(place=place, column=name, code=code, wanted=wanted, got=f"出现“{name}”", remedy=remedy)
