"""Tables of a web page as rows of text, whatever the file calls itself: many systems export a page as `.xls`.

Part of the child process that opens a hostile file (`sheet`); imports nothing of this project. Nothing is
fetched, no entity is expanded, and depth, size and the reach of a merged cell are bounded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,20})", re.IGNORECASE)
_SIMPLIFIED = frozenset({"gb2312", "gbk", "gb_2312-80", "x-gbk", "cp936"})
_UNREAD = frozenset({"script", "style", "table", "template"})
_MOST_DEPTH = 200
_MOST_SPAN = 1_000
_SNIFFED_BYTES = 4096
Corner = tuple[int, int]


class PageError(Exception):
    """A page that is not read: `kind` is the reason, `detail` what was found."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


@dataclass(frozen=True)
class Reach:
    """What a page may hold."""

    most_bytes: int
    most_rows: int
    most_cells: int


@dataclass
class PageTable:
    """One table: what a reader calls it, its rows of text, its merged ranges (first and last corner, from 0)."""

    title: str
    rows: list[list[str]] = field(default_factory=list)
    merges: list[tuple[Corner, Corner]] = field(default_factory=list)


def announced_encoding(start: bytes) -> str:
    """Return the encoding that a page states in its head, "" where it states none."""
    found = _META_CHARSET.search(start[:_SNIFFED_BYTES])
    name = found[1].decode().casefold() if found else ""
    return "gb18030" if name in _SIMPLIFIED else name


def page_tables(text: str, reach: Reach) -> Iterator[PageTable]:
    """Yield the tables of a page that have rows, those inside a cell of another one after it.

    Raises:
        PageError: the page has no table, or is nested, long or wide beyond measure.
    """
    root = _parsed(text)
    count = 0
    for number, element in enumerate(root.iter("table"), start=1):
        table = _table(element, number, reach)
        if table.rows:
            count += 1
            yield table
    if not count:
        raise PageError("unreadable", "网页中没有表格")


def _parsed(text: str) -> Any:
    from lxml import etree

    parser = etree.HTMLParser(
        encoding="utf-8",
        no_network=True,
        recover=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.ParseError as error:
        raise PageError("unreadable", "网页已损坏") from error
    if root is None:
        raise PageError("unreadable", "网页中没有表格")
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _MOST_DEPTH:
            raise PageError("unreadable", f"网页嵌套超过{_MOST_DEPTH}层")
    return root


def _table(element: Any, number: int, reach: Reach) -> PageTable:
    """Lay the cells of one table out on a grid, as a browser does."""
    table = PageTable(_title(element) or f"表格{number}")
    taken: dict[int, int] = {}
    cell_count = 0
    for line in _own_rows(element):
        row, place = [], 0
        top = len(table.rows)
        for cell in line.iterchildren("td", "th"):
            while taken.get(place, 0) > top:
                row.append("")
                place += 1
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            if down * across > 1:
                table.merges.append(((top, place), (top + down - 1, place + across - 1)))
            row += [_text(cell), *[""] * (across - 1)]
            taken |= dict.fromkeys(range(place, place + across), top + down) if down > 1 else {}
            place += across
        table.rows.append(row)
        cell_count += len(row)
        if len(table.rows) > reach.most_rows:
            raise PageError("too-large", f"超过{reach.most_rows}行")
        if cell_count > reach.most_cells:
            raise PageError("too-large", f"超过{reach.most_cells}个单元格")
    return table


def _own_rows(element: Any) -> Iterator[Any]:
    for child in element.iterchildren("tr", "thead", "tbody", "tfoot"):
        if child.tag == "tr":
            yield child
        else:
            yield from child.iterchildren("tr")


def _title(element: Any) -> str:
    caption = next(element.iterchildren("caption"), None)
    return "" if caption is None else _text(caption)[:31]


def _span(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return min(max(int(text), 1), _MOST_SPAN) if re.fullmatch(r"[0-9]{1,6}", text) else 1


def _text(cell: Any) -> str:
    """Return what a reader sees in a cell; a table inside it is read on its own."""
    parts = [cell.text or ""]
    for child in cell.iterchildren("*"):
        if child.tag == "br":
            parts.append("\n")
        elif child.tag not in _UNREAD:
            parts.append(_text(child))
        parts.append(child.tail or "")
    text = "".join(parts)
    return text if text.isspace() else text.strip()
