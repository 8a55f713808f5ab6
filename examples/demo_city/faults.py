"""Plants a known number of faults of each kind and keeps the answer key.

Each fault has a row of its own, so that whatever is reported has exactly one cause. Faults of the roster lie
in rows of schools that no other file knows; a school loses at most the row that one fault hit.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

from examples.demo_city.table import Cell, Row, Table, readable_count

Test = Callable[[Row], bool]
_ABOLISHED = "370125"
"""A county's code until 2018."""


@dataclass(frozen=True, order=True)
class PlantedFault:
    """One planted fault and where a clerk finds it; row 0 is the whole file, column "" the whole row."""

    kind: str
    data_set: str
    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""


@dataclass(frozen=True, order=True)
class PlantedSign:
    """Figures of a school that the integrity screen must ask about: no cell of them is wrong by itself."""

    check_id: str
    school_code: str


@dataclass(frozen=True)
class AnswerKey:
    """Every fault that was planted, and every sign for the integrity screen, sorted."""

    faults: tuple[PlantedFault, ...] = ()
    signs: tuple[PlantedSign, ...] = ()

    def counts(self) -> dict[str, int]:
        """Return how many faults of each kind there are."""
        kinds = sorted({fault.kind for fault in self.faults})
        return {kind: sum(fault.kind == kind for fault in self.faults) for kind in kinds}

    def write(self, path: Path) -> None:
        """Write the key as JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_answer_key(path: Path) -> AnswerKey:
    """Read a key that `AnswerKey.write` wrote."""
    told = json.loads(path.read_text(encoding="utf-8"))
    faults = tuple(PlantedFault(**item) for item in told["faults"])
    return AnswerKey(faults, tuple(PlantedSign(**item) for item in told["signs"]))


@dataclass
class Planter:
    """Plants faults one by one and remembers them until the tables are final."""

    rng: Random
    spared_codes: frozenset[str]
    _planted: list[tuple[str, Table, Row, str]] = field(default_factory=list)
    _totals: list[tuple[Table, str]] = field(default_factory=list)
    _files: list[str] = field(default_factory=list)
    _touched: set[int] = field(default_factory=set)

    def spoil(self, kind: str, table: Table, column: str, value: Cell, *, row: Row | None = None) -> Row:
        """Put a wrong value under a heading of `row`, or of a row nobody has touched yet."""
        row = self.pick(table) if row is None else row
        table.set_cell(row, column, value)
        self._note(kind, table, row, column)
        return row

    def add(self, kind: str, table: Table, row: Row, column: str) -> None:
        """Add a row that exists for its fault only, somewhere among the others."""
        table.rows.insert(self.rng.randint(1, len(table.rows)), row)
        self._note(kind, table, row, column)

    def add_below(self, kind: str, table: Table, row: Row, column: str, *, first: Row) -> None:
        """Add a row that exists for its fault only, somewhere below the row it goes with."""
        place = next(place for place, known in enumerate(table.rows) if known is first)
        table.rows.insert(self.rng.randint(place + 1, len(table.rows)), row)
        self._note(kind, table, row, column)

    def untouched(self, table: Table) -> list[Row]:
        """Return the rows that no fault has touched, of schools that are not spared."""
        return [
            row
            for row in table.rows
            if row[0] is not None
            and id(row) not in self._touched
            and str(table.cell(row, "学校标识码")) not in self.spared_codes
        ]

    def repeat(self, kind: str, table: Table, changes: Sequence[tuple[str, Cell]] = ()) -> None:
        """Repeat a row further down, the same or with other values under the same key."""
        first = self.pick(
            table, lambda row: all(table.cell(row, column) != value for column, value in changes)
        )
        self.repeat_row(kind, table, first, changes)

    def repeat_row(self, kind: str, table: Table, first: Row, changes: Sequence[tuple[str, Cell]]) -> None:
        """Repeat this very row further down, the same or with other values under the same key."""
        self._touched.add(id(first))
        second = list(first)
        for column, value in changes:
            table.set_cell(second, column, value)
        place = next(place for place, row in enumerate(table.rows) if row is first)
        table.rows.insert(min(len(table.rows), place + self.rng.randint(2, 9)), second)
        self._note(kind, table, second, "")

    def misadd(self, table: Table, column: str, offset: int) -> None:
        """Let the totals row say something else than the rows."""
        table.total_offsets[column] = offset
        self._totals.append((table, column))

    def stray(self, file: str) -> None:
        """Remember a file that belongs to no data set."""
        self._files.append(file)

    def pick(self, table: Table, test: Test = lambda _: True) -> Row:
        """Return a row no fault has touched, of a school that is not spared."""
        for _ in range(10_000):
            row = self.rng.choice(table.rows)
            is_spared = str(table.cell(row, "学校标识码")) in self.spared_codes
            is_blank = row[0] is None
            if id(row) not in self._touched and not is_spared and not is_blank and test(row):
                return row
        raise AssertionError(f"no sound row is left in {table.file}")

    def answer_key(self) -> AnswerKey:
        """Return the key, rows counted in the tables as they are now."""
        cells = [
            PlantedFault(kind, table.data_set, table.file, table.sheet, table.row_number(row), column)
            for kind, table, row, column in self._planted
        ]
        totals = [
            PlantedFault(
                "control-total", table.data_set, table.file, table.sheet, table.total_row_number, column
            )
            for table, column in self._totals
        ]
        files = [PlantedFault("unknown-file", "", file) for file in self._files]
        return AnswerKey(tuple(sorted([*cells, *totals, *files])))

    def _note(self, kind: str, table: Table, row: Row, column: str) -> None:
        self._touched.add(id(row))
        self._planted.append((kind, table, row, column))


def plant_in_schools(planter: Planter, table: Table, *, template: Row, unused_codes: Iterable[str]) -> None:
    """Add schools that exist for one fault each, and spoil one total.

    Args:
        planter: keeps the record.
        table: the roster.
        template: a sound row of the roster.
        unused_codes: codes that no school of the city has.
    """
    codes = iter(unused_codes)

    def extra(name: str, column: str = "", value: Cell = None) -> Row:
        row = list(template)
        for heading, cell in (("学校标识码", next(codes)), ("学校名称", name), ("备注", "新登记")):
            table.set_cell(row, heading, cell)
        if column:
            table.set_cell(row, column, value)
        return row

    district = str(table.cell(template, "所属区县"))
    gone, misclassed = extra(f"{district}城南小学", "所属区县", _ABOLISHED), extra(f"{district}城北小学")
    planter.add("abolished-division", table, gone, "所属区县")
    code = str(table.cell(misclassed, "学校标识码"))
    table.set_cell(misclassed, "学校标识码", f"31{code[2:]}")
    planter.add("school-code-parts", table, misclassed, "学校标识码")
    short, lettered = extra(f"{district}迎春路小学"), extra(f"{district}迎宾路小学")
    for row, wrong in (
        (short, lambda code: int(code[:-1])),
        (lettered, lambda code: code.replace("0", "O", 1)),
    ):
        table.set_cell(row, "学校标识码", wrong(str(table.cell(row, "学校标识码"))))
        planter.add("malformed-code", table, row, "学校标识码")
    for kind, name, column, value in (
        ("unknown-district", "示例市高新区创业路小学", "所属区县", "示例市高新区"),
        ("unknown-choice", f"{district}外国语中学", "办学类型", "一贯制学校"),
        ("text-in-number", f"{district}东苑小学", "在校生数", "约500"),
        ("negative-count", f"{district}西苑小学", "班级数", -3),
    ):
        planter.add(kind, table, extra(name, column, value), column)
    _plant_twin(planter, table, template, next(codes))
    number_rows(table)
    planter.misadd(table, "专任教师数", 10)


def _plant_twin(planter: Planter, table: Table, template: Row, code: str) -> None:
    """Enter a school of the roster a second time under another code; a second fault keeps it out of the pool."""
    first = next(
        row for row in table.rows if table.cell(row, "学校标识码") == table.cell(template, "学校标识码")
    )
    twin = list(template)
    table.set_cell(twin, "学校标识码", code)
    planter.add_below("same-school", table, twin, "学校标识码", first=first)
    planter.spoil("negative-count", table, "班级数", -2, row=twin)


def plant_in_indicators(
    planter: Planter, tables: Sequence[Table], *, strangers: Sequence[Row], is_large: bool
) -> None:
    """Spoil figures of the districts' workbooks; in a small city fewer schools lose their row.

    Args:
        planter: keeps the record.
        tables: the five districts' tables, in order of the districts.
        strangers: a row of a school that is not on the roster for the second and for the fourth district.
        is_large: whether kinds that cost a school its row may be planted twice.
    """
    east, west, south, north, coast = tables

    def over(table: Table, part: str, whole: str, extra: int) -> None:
        row = planter.pick(table, lambda row: all(isinstance(table.cell(row, h), int) for h in (part, whole)))
        planter.spoil("part-over-whole", table, part, readable_count(table.cell(row, whole)) + extra, row=row)

    misnamed = list(east.rows[0])
    east.set_cell(misnamed, "学段", "中学")
    planter.add("unknown-choice", east, misnamed, "学段")
    unnamed, unlisted = strangers
    west.set_cell(unnamed, "学校标识码", None)
    planter.add("missing-required", west, unnamed, "学校标识码")
    planter.add("unknown-school", north, unlisted, "学校标识码")
    for table in tables:
        number_rows(table)
    planter.spoil("text-in-number", east, "参评学生数", "约500")
    planter.spoil("percent-over-100", west, "随堂监测达标率", 104.5)
    typed_with_sign = planter.pick(coast, lambda row: isinstance(coast.cell(row, "近视人数"), int))
    count = readable_count(coast.cell(typed_with_sign, "近视人数"))
    planter.spoil("negative-count", coast, "近视人数", -count, row=typed_with_sign)
    over(north, "近视人数", "视力筛查人数", 5)
    if is_large:
        planter.spoil("percent-over-100", north, "掌握一项艺术特长学生比例", "102.5%")
        over(east, "体质合格人数", "体质监测人数", 7)
    planter.repeat("exact-duplicate", south)
    planter.misadd(south, "近视人数", 9)


def number_rows(table: Table) -> None:
    """Number the rows anew, as a clerk does after inserting some."""
    typed = [row for row in table.rows if row[0] is not None]
    for number, row in enumerate(typed, start=1):
        table.set_cell(row, "序号", number)


def plant_in_people(planter: Planter, inspectors: Table, recusals: Table) -> None:
    """Spoil the roster of inspectors and the register of recusals, in rows added for it."""
    row = list(inspectors.rows[0])
    for column, value in (("人员编号", "dx-9001"), ("姓名", "沈立新"), ("所属区县", "示例市新城区")):
        inspectors.set_cell(row, column, value)
    inspectors.set_cell(row, "所在单位标识码", None)
    planter.add("unknown-district", inspectors, row, "所属区县")
    stranger: Row = ["dx-9999", recusals.cell(recusals.rows[0], "学校标识码"), "近亲属任职"]
    planter.add("bad-recusal", recusals, stranger, "人员编号")


def plant_in_survey(planter: Planter, table: Table, unused_codes: Iterable[str]) -> None:
    """Spoil single answers of the parents' survey."""
    codes = iter(unused_codes)
    planter.spoil("malformed-code", table, "学校标识码", next(codes)[:-1])
    planter.spoil("unknown-school", table, "学校标识码", next(codes))
    planter.spoil("missing-required", table, "学校标识码", "")
    planter.spoil("unknown-choice", table, "学段", "中学")
    planter.spoil("unknown-answer", table, "总体满意度", "还行")
    planter.spoil("unknown-answer", table, "总体满意度", "一般般")
    planter.repeat("exact-duplicate", table)
    planter.repeat("conflicting-duplicate", table, [("总体满意度", "不满意")])


def plant_in_results(planter: Planter, table: Table, unused_codes: Iterable[str]) -> None:
    """Spoil single scores of the term's monitoring."""
    planter.spoil("text-in-number", table, "成绩", "约90")
    planter.spoil("unknown-school", table, "学校标识码", next(iter(unused_codes)))
    planter.spoil("missing-required", table, "学段", "")
    planter.spoil("score-over-full", table, "成绩", "132")
    planter.spoil("score-over-full", table, "成绩", "150.5")
    planter.repeat("exact-duplicate", table)
    planter.repeat("conflicting-duplicate", table, [("成绩", "59")])
