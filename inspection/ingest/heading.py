"""Finds the header of a sheet: which rows it takes and which physical column is which of ours.

A header may stand anywhere in the first rows, span several rows with group headings above, and use any of the
headings that the source map lists. What the cells below it mean is not known here.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inspection.errors import Fault
from inspection.ingest.cell import normal
from inspection.ingest.fault_code import Spot, fault
from inspection.ingest.sheet import Merge, RawSheet
from inspection.ingest.source_map import NUMERIC_KINDS, Column, SourceMap

_BLANKS = re.compile(r"\s+")
_UNIT = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]$")
# 百人, 万元: what figures would have to be multiplied with, where the map does not say that they may be.
_MULTIPLE = re.compile(r"[十百千万亿]+[人名元个件份册]?")
Grid = list[list[str]]


@dataclass(frozen=True)
class Heading:
    """Where one of our columns stands in a sheet, and how it is headed there."""

    position: int
    text: str


@dataclass(frozen=True)
class Header:
    """The header of a sheet.

    `found` holds every physical column that bears a heading of ours (more than one is a fault); `unused` the
    headings we have no use for.
    """

    first_row: int
    last_row: int
    found: Mapping[str, tuple[Heading, ...]]
    unused: tuple[str, ...]
    width: int

    def __getitem__(self, column: str) -> Heading:
        return self.found[column][0]


def same_heading(text: str) -> str:
    """Return a heading as it is compared: half width, without blanks, marks of obligation and units."""
    plain = _plain(text)
    return _UNIT.sub("", plain) or plain


def _plain(text: str) -> str:
    return normal(text).strip("*:·").casefold()


def heading_unit(text: str) -> str:
    """Return the unit in brackets at the end of a heading, "" where there is none."""
    found = _UNIT.search(_BLANKS.sub("", unicodedata.normalize("NFKC", text)).strip("*:·"))
    return found[0][1:-1].removeprefix("单位").strip(":") if found else ""


def find_header(sheet: RawSheet, source_map: SourceMap) -> Header | None:
    """Return the header of a sheet, or None where no row looks like one.

    The block of rows wins that holds most of our columns; of equals the shortest, then the first. It must
    hold at least half of the columns that may not be absent.
    """
    best = max(_headers(sheet, source_map), key=_merit, default=None)
    owed = [name for name, column in source_map.columns.items() if not column.may_be_absent]
    if best is None or 2 * sum(name in best.found for name in owed) < len(owed):
        return None
    return best


def header_faults(header: Header, source_map: SourceMap, *, place: str, sheet: str) -> list[Fault]:
    """Return a fault for each column that is absent, and for each that stands there twice."""
    faults = []
    for name, column in source_map.columns.items():
        spot = Spot(place, sheet, header.last_row, column.title)
        if name not in header.found and not column.may_be_absent:
            others = "、".join(column.headings[1:])
            remedy = f"请补上这一列（表头也可写作：{others}）。" if others else ""
            faults.append(
                fault(
                    "column-absent",
                    spot,
                    wanted=f"有“{column.title}”列的表格",
                    got="没有这一列",
                    remedy=remedy,
                )
            )
        elif len(header.found.get(name, ())) > 1:
            count = len(header.found[name])
            faults.append(fault("heading-repeated", spot, wanted="只有一列", got=f"有{count}列"))
        elif (unit := _strange_unit(header, column, name)) is not None:
            spot = Spot(place, sheet, header.last_row, header[name].text)
            units = "、".join(column.units)
            wanted = f"单位为{units}之一" if units else "不成倍的单位"
            faults.append(fault("heading-unit", spot, wanted=wanted, got=unit))
    return faults


def _strange_unit(header: Header, column: Column, name: str) -> str | None:
    """Return the unit of a heading where the map lists units and not this one, or none and it is a multiple."""
    if column.kind not in NUMERIC_KINDS or name not in header.found:
        return None
    unit = heading_unit(header[name].text)
    is_strange = unit not in column.units if column.units else _MULTIPLE.fullmatch(unit)
    return unit if unit and is_strange else None


def order_faults(header: Header, source_map: SourceMap, *, place: str, sheet: str) -> list[Fault]:
    """Return a hint for each heading that does not stand where the form has it, relative to the one before.

    Only for forms whose columns keep their order: there, a heading elsewhere may stand over the wrong figures.
    """
    if not source_map.header.keeps_order:
        return []
    names = [name for name in source_map.columns if name in header.found]
    ranked = sorted(names, key=lambda name: header[name].position)
    return [
        fault(
            "heading-moved",
            Spot(place, sheet, header.last_row, header[found].text),
            wanted=f"第{rank}列为“{source_map.title_of(wanted)}”（只数规定的列）",
            got=header[found].text,
        )
        for rank, (wanted, found) in enumerate(zip(names, ranked, strict=True), start=1)
        if wanted != found
    ]


def _merit(header: Header) -> tuple[int, int, int]:
    return len(header.found), header.first_row - header.last_row, -header.first_row


def _headers(sheet: RawSheet, source_map: SourceMap) -> Iterable[Header]:
    """Yield every block of the first rows that bears a heading of ours."""
    within, most = source_map.header.within_rows, source_map.header.most_rows
    merges = [(first, last) for first, last in sheet.merges if first[0] < within + most]
    head = sheet.cells.iloc[: within + most - 1]
    grid = [[_BLANKS.sub("", str(text)) for text in row] for row in head.to_numpy(object)]
    numbers = [int(number) for number in head.index]
    wanted = {
        same_heading(text): name for name, column in source_map.columns.items() for text in column.headings
    }
    for start in range(min(within, len(grid))):
        for end in range(start, min(start + most, len(grid))):
            columns = _stacks(grid, start, end, merges)
            found, unused = _found(columns, wanted)
            if found:
                width = max((place for place, parts in enumerate(columns) if parts), default=-1) + 1
                yield Header(numbers[start], numbers[end], found, unused, width)


def _stacks(grid: Grid, start: int, end: int, merges: Sequence[Merge]) -> list[list[str]]:
    """Return, for each physical column, its headings from top to bottom; group headings reach over theirs."""
    rows = [list(row) for row in grid[start : end + 1]]
    for (top, left), (bottom, right) in merges:
        for row in range(max(top, start), min(bottom, end) + 1):
            width = min(right, len(grid[row]) - 1) - left + 1
            rows[row - start][left : left + width] = (
                [grid[top][left]] * width if top < len(grid) else [""] * width
            )
    own = rows[-1]
    spread = [row if merges else _spread(row) for row in rows[:-1]]
    stacks = []
    for place, bottom_text in enumerate(own):
        over = [row[place] for row in spread if row[place]]
        alone = [row[place] for row in rows if row[place]][-1:]
        parts = [*over, bottom_text] if bottom_text else alone
        stacks.append([part for at, part in enumerate(parts) if at == 0 or part != parts[at - 1]])
    return stacks


def _spread(row: list[str]) -> list[str]:
    """Let each group heading reach to the next one, where the file does not say which cells are merged."""
    spread, last = [], ""
    for text in row:
        last = text or last
        spread.append(last)
    return spread


def _found(
    columns: list[list[str]], wanted: Mapping[str, str]
) -> tuple[dict[str, tuple[Heading, ...]], tuple[str, ...]]:
    """Give each physical column to the column of ours whose heading is the longest that fits.

    在校生数 is not there twice because 在校生数（女） stands beside it.
    """
    found: dict[str, tuple[Heading, ...]] = {}
    unused = []
    for place, parts in enumerate(columns):
        candidates = ["".join(parts[at:]) for at in range(len(parts))]
        heading = next((text for text in candidates if same_heading(text) in wanted), "")
        if heading:
            name = wanted[same_heading(heading)]
            found[name] = (*found.get(name, ()), Heading(place, heading))
        elif parts:
            unused.append("".join(parts))
    for name, several in found.items():
        exact = tuple(heading for heading in several if _plain(heading.text) in wanted)
        if len(several) > len(exact) == 1:
            found[name] = exact
            unused += [heading.text for heading in several if heading not in exact]
    return found, tuple(unused)
