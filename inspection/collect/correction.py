"""The correction workbook 更正表: which cells of a submission are marked, and what is taken of one that returns.

Here: marks and their sentences, the summary, how a returned workbook is recognised and laid over its original.
Not here: how the workbook is written and where originals are kept (`tasks.correction`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from inspection.canonical import digest
from inspection.collect.mark import WHOLE_ROW, HeaderMarks, Mark, mark_sentence
from inspection.errors import Fault, SourceError
from inspection.ingest.data_set import DataSet
from inspection.ingest.fault_code import EFFECT_WORDS, Spot, fault
from inspection.ingest.sheet import RawFile, RawSheet
from inspection.ingest.source_map import SourceMap
from inspection.ingest.submission import REFUSING, Received
from inspection.ingest.table import Layout

EXPLANATION = "更正说明"
NUMBER_LABEL = "更正表编号"
SUMMARY_HEADINGS = ("序号", "单元格", "行", "栏目", "应为", "实为", "怎样改", "处理", "编号")
MOST_LINES = 5000
_NUMBER = re.compile(r"[0-9a-f]{16}")
_EFFECTS = {
    "critical": EFFECT_WORDS["refuse-file"],
    "warning": EFFECT_WORDS["quarantine-row"],
    "info": EFFECT_WORDS["report"],
}
_REPEATED = "本行与另一行重复，改正前两行均不采用。请确认哪一行正确，保留的行不动，另一行清空内容。"
# What stands in more marked rows than these, such as a kind of school, tells none of them from the others.
_MOST_ALIKE = 50
Cells = Mapping[int, tuple[str, ...]]


@dataclass(frozen=True)
class DueDay:
    """Until when a data set is owed, and the later day that one unit has been granted."""

    due_on: date | None
    put_off_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What the correction workbook of one submission says; `rows` are those that may change on return.

    `is_whole`: the file was sent back as a whole, so that all of what returns counts, whatever is marked. `is_list`: the original
    has student rows and is not given back; the workbook holds the summary alone.
    """

    submission_id: str
    term_id: str
    data_set: str
    title: str
    file_name: str
    original_digest: str
    due_on: date | None
    put_off_to: date | None = None
    sheet: str = ""
    width: int = 0
    rows: tuple[int, ...] = ()
    marks: tuple[Mark, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    fault_count: int = 0
    is_whole: bool = False
    is_list: bool = False

    @property
    def correction_id(self) -> str:
        """The number by which the workbook is known when it returns: the same marks, the same number."""
        marks = [[mark.row, mark.column, mark.sentence, str(mark.is_hint)] for mark in self.marks]
        facts = [self.file_name, self.sheet, str(self.due_on), str(self.is_whole), str(self.is_list)]
        facts += [str(self.put_off_to)] if self.put_off_to else []
        return digest(
            [self.submission_id, facts, list(self.rows), marks, [list(line) for line in self.lines]]
        )[:16]

    @property
    def heading_lines(self) -> tuple[tuple[str, str], ...]:
        """What stands above the summary: whose workbook it is, until when, how to mend it."""
        due = _day(self.due_on) if self.due_on else "以通知为准"
        if self.put_off_to:
            due = f"{_day(self.put_off_to)}（原为{due}，已同意延期）"
        count = f"{self.fault_count}处，涉及{len(self.rows)}行" if self.rows else f"{self.fault_count}处"
        return (
            (NUMBER_LABEL, self.correction_id),
            ("回执号", self.submission_id),
            ("报送材料", self.title),
            ("原文件名", self.file_name),
            ("原件校验值", f"SHA-256 {self.original_digest}"),
            ("报送期限", due),
            ("差错", count),
            *(("" if number else "怎样改", line) for number, line in enumerate(self._instructions())),
        )

    def _instructions(self) -> tuple[str, ...]:
        if self.is_list:
            return (
                "本材料含学生个人数据，更正表不附原件，只列行号、栏目和差错。",
                "请在本单位留存的原件上改正，改完把整个文件重新上报；请勿上报本表。",
            )
        if self.is_whole and self.marks:
            return (
                "该文件的表头不合规定，整个文件退回：黄色须更正，蓝色请核对；批注写明应填什么。",
                "请把表头改为规定的写法，缺少的列连同各行数据一并补上；批注处的空白列可移到别处。",
                "改完保存为 Excel 工作簿（.xlsx），由原单位在工作台“数据上报”中上报本文件，不必另报原件。",
            )
        if self.is_whole:
            return (
                "该文件未能读取，请按下表逐项改正。",
                "改完保存为 Excel 工作簿（.xlsx），由原单位在工作台“数据上报”中上报。",
            )
        return (
            "请改正着色的单元格：黄色须更正，蓝色请核对；批注写明应填什么。整行着色的，请核对该行。",
            "只采用着色各行的改动，其他行请勿改动；请勿增删行、列，作废的行请清空内容。",
            "改完保存为 Excel 工作簿（.xlsx），由原单位在工作台“数据上报”中上报本文件，不必另报原件。",
        )


@dataclass(frozen=True)
class Mended:
    """A file as it is to be read: laid over its original where it is a correction.

    `corrects` is the receipt number of the original, `untaken` the cells (row, column, text) as they stood
    there, of rows that were changed without having been marked.
    """

    raw: RawFile
    faults: tuple[Fault, ...] = ()
    corrects: str = ""
    untaken: tuple[tuple[int, int, str], ...] = ()


def correction_of(
    received: Received,
    found: DataSet,
    source_map: SourceMap,
    *,
    layout: Layout | HeaderMarks | None,
    due: DueDay,
) -> Correction:
    """Say what must be mended in a submission.

    `layout` says where the rows lie; of a file sent back for its header what is marked of that; None where
    there is neither, or the file is not given back.
    """
    is_list = is_student_level(source_map)
    base = Correction(
        submission_id=received.submission_id,
        term_id=received.term_id,
        data_set=received.data_set,
        title=source_map.title,
        file_name=received.file_name,
        original_digest=received.content_digest,
        due_on=due.due_on,
        put_off_to=due.put_off_to,
        fault_count=len(received.faults),
        is_whole=not isinstance(layout, Layout) and not is_list,
        is_list=is_list,
    )
    places = _positions(layout, source_map)
    faults = [(item, severity) for item, severity in received.faults]
    base = replace(base, lines=tuple(_summary(faults, places, is_list=is_list)))
    if isinstance(layout, HeaderMarks):
        return replace(base, sheet=layout.sheet, width=layout.width, marks=layout.marks)
    if layout is None:
        return base
    kept_out = found.quarantined.loc[found.quarantined["source_file"] == received.file_name, "source_row"]
    marked = {item.row for item, _ in faults if item.row}
    marks = [_mark(item, severity, places) for item, severity in faults if item.row]
    unnamed = sorted(set(map(int, kept_out)) - {item.row for item, kind in faults if kind in REFUSING})
    marks += [Mark(row, WHOLE_ROW, _REPEATED, is_hint=False) for row in unnamed]
    return replace(
        base,
        sheet=layout.sheet,
        width=layout.header.width,
        rows=tuple(sorted(marked | set(unnamed))),
        marks=tuple(sorted(marks)),
    )


def is_student_level(source_map: SourceMap) -> bool:
    """Say whether a data set's files have a row for each student."""
    handled = (column.handling for column in source_map.columns.values())
    return source_map.reduce is not None or "pseudonymise" in handled


def correction_number(raw: RawFile) -> str:
    """Return the number of the correction workbook that a file is, or empty for any other file."""
    for sheet in raw.sheets:
        if is_explanation(sheet):
            for row in _texts(sheet).values():
                if row[:1] == (NUMBER_LABEL,) and len(row) > 1 and _NUMBER.fullmatch(row[1]):
                    return row[1]
    return ""


def is_explanation(sheet: RawSheet) -> bool:
    """Say whether a sheet is the summary of a correction workbook."""
    return sheet.name.startswith(EXPLANATION)


def data_sheets(raw: RawFile) -> RawFile:
    """Return a file without the summary of a correction workbook."""
    return replace(raw, sheets=tuple(sheet for sheet in raw.sheets if not is_explanation(sheet)))


def lay_over(original: RawFile, returned: RawFile, correction: Correction) -> Mended:
    """Take the marked rows of a returned workbook into its original; a change elsewhere is a question.

    Raises:
        SourceError: the sheet is gone, or its rows no longer stand where they stood.
    """
    told = data_sheets(returned)
    if correction.is_whole:
        return Mended(told, corrects=correction.submission_id)
    before = next(sheet for sheet in original.sheets if sheet.name == correction.sheet)
    after = next((sheet for sheet in told.sheets if sheet.name == correction.sheet), None)
    after = after or next(iter(told.sheets), None)
    if after is None:
        raise _unlike(returned, f"保留“{correction.sheet or '数据'}”工作表", "没有数据工作表")
    old, new = _texts(before), _texts(after)
    marked = set(correction.rows)
    changed = sorted(row for row in old.keys() | new.keys() if old.get(row, ()) != new.get(row, ()))
    taken = {row: new.get(row, ()) for row in marked}
    questions = [row for row in changed if row not in marked]
    if moved := _moved(questions, {row: old.get(row, ()) for row in marked}, old, new):
        got = f"第{moved[0]}行是原件第{moved[1]}行的内容"
        raise _unlike(returned, "各行与原件次序相同、没有增删行的更正表", got)
    faults = tuple(_question(returned.file_name, before.name, row, old, new) for row in questions)
    sheets = tuple(
        _with_rows(sheet, taken) if sheet is before else sheet for sheet in data_sheets(original).sheets
    )
    return Mended(
        replace(returned, sheets=sheets),
        faults,
        correction.submission_id,
        tuple(cell for row in questions for cell in _restored(row, old, new)),
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _positions(layout: Layout | HeaderMarks | None, source_map: SourceMap) -> Mapping[str, int]:
    """Return where each column stands, by its title and by its heading in the file."""
    if not isinstance(layout, Layout):
        return layout.places if layout else {}
    places = {}
    for name, found in layout.header.found.items():
        places[source_map.title_of(name)] = found[0].position
        places[found[0].text] = found[0].position
    return places


def _mark(item: Fault, severity: str, places: Mapping[str, int]) -> Mark:
    column = places.get(item.column, WHOLE_ROW)
    return Mark(item.row, column, mark_sentence(item), is_hint=severity not in REFUSING)


def _summary(
    faults: Sequence[tuple[Fault, str]], places: Mapping[str, int], *, is_list: bool
) -> Iterable[tuple[str, ...]]:
    for number, (item, severity) in enumerate(faults[:MOST_LINES], start=1):
        place = places.get(item.column)
        cell = f"{_letters(place)}{item.row}" if place is not None and item.row else ""
        row = str(item.row) if item.row else "整个文件"
        got = "（不显示）" if is_list and item.row else item.got
        told = (item.wanted, got, item.remedy, _EFFECTS[severity], item.code)
        yield (str(number), cell, row, item.column or "整行", *told)
    if len(faults) > MOST_LINES:
        rest = f"另有{len(faults) - MOST_LINES}处未列出，请先改正以上各处后上报。"
        yield ("", "", "", "", "", "", rest, "", "")


def _letters(position: int) -> str:
    """Return a column's letters.

    >>> [_letters(position) for position in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters = ""
    while position >= 0:
        letters = chr(65 + position % 26) + letters
        position = position // 26 - 1
    return letters


def _texts(sheet: RawSheet) -> Cells:
    """Return the rows of a sheet that hold anything, without blanks at either end of a cell or of a row."""
    values = sheet.cells.astype(object).to_numpy()
    rows = {}
    for row, cells in zip(sheet.cells.index, values, strict=True):
        texts = [str(cell).strip() for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            rows[int(row)] = tuple(texts)
    return rows


def _with_rows(sheet: RawSheet, taken: Cells) -> RawSheet:
    width = max([sheet.cells.shape[1], *(len(texts) for texts in taken.values())])
    frame = sheet.cells.astype(object).reindex(columns=range(width), fill_value="")
    frame = frame.reindex(index=frame.index.union(sorted(taken)), fill_value="")
    for row, texts in taken.items():
        frame.loc[row] = np.array([*texts, *[""] * (width - len(texts))], dtype=object)
    return replace(sheet, cells=pd.DataFrame(frame.astype("str").astype("category")))


def _restored(row: int, old: Cells, new: Cells) -> list[tuple[int, int, str]]:
    was, became = old.get(row, ()), new.get(row, ())
    pairs = enumerate(
        (was[place] if place < len(was) else "", became[place] if place < len(became) else "")
        for place in range(max(len(was), len(became)))
    )
    return [(row, place, before) for place, (before, after) in pairs if before != after]


def _question(file_name: str, sheet: str, row: int, old: Cells, new: Cells) -> Fault:
    count = len(_restored(row, old, new))
    got = f"该行未标注，有{count}个单元格与原件不同，未采用"
    return fault("changed-unmarked", Spot(file_name, sheet, row), wanted="与原件相同", got=got)


def _moved(rows: Iterable[int], marked: Cells, old: Cells, new: Cells) -> tuple[int, int] | None:
    """Return a row that holds what stood in a marked one, and that one; None where no row has moved.

    Rows are sorted, added or deleted in spite of what the workbook says; a marked row would then take what
    belongs to another, and its own be lost. A mended row is known by most of its cells, and has moved where fewer
    of them stand in its own place.
    """
    places: dict[tuple[int, str], list[int]] = {}
    for row, texts in marked.items():
        for cell in enumerate(texts):
            places.setdefault(cell, []).append(row)
    for row in rows:
        cells = [cell for cell in enumerate(new.get(row, ())) if cell[1]]
        telling = [cell for cell in cells if len(places.get(cell, ())) <= _MOST_ALIKE]
        alike = Counter(other for cell in telling for other in places.get(cell, ()))
        other, count = max(alike.items(), key=lambda item: item[1], default=(0, 0))
        stayed = max(_alike_count(row, old, new), _alike_count(other, old, new))
        if 2 * count > len(telling) and count > stayed:
            return row, other
    return None


def _alike_count(row: int, old: Cells, new: Cells) -> int:
    """Return how many cells of a row are as they were."""
    return len(set(enumerate(new.get(row, ()))) & set(enumerate(old.get(row, ()))))


def _unlike(returned: RawFile, wanted: str, got: str) -> SourceError:
    found = fault("correction-unknown", Spot(returned.file_name), wanted=wanted, got=got)
    return SourceError(f"文件“{returned.file_name}”退回", [found])
