"""Reads a finished HTML page as its reader does: blocks of text, tables, embedded data.

For the guard. Inline tags do not split a block, so that a word and its figure stay together.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_TAGS = """
address article aside blockquote body button caption dd details div dl dt fieldset figcaption figure
footer form h1 h2 h3 h4 h5 h6 header html label legend li main nav ol option p pre section summary
table tbody td tfoot th thead title tr ul text
"""
_BLOCKS = frozenset(_TAGS.split())
_SHOWN_ATTRIBUTES = ("alt", "title", "content", "aria-label", "value", "placeholder")


@dataclass
class HtmlTable:
    """A table of a page: caption, headings (of its head, or else its first row), the other rows, all as text."""

    caption: str = ""
    headings: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = field(default_factory=list)


@dataclass
class PageContent:
    """What a page says. `data` holds the JSON texts embedded in it."""

    blocks: list[str] = field(default_factory=list)
    tables: list[HtmlTable] = field(default_factory=list)
    data: list[str] = field(default_factory=list)


def page_content(html: str) -> PageContent:
    """Return what a page says: text, the visible attributes, tables, embedded data."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return reader.content


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.content = PageContent()
        self._text: list[str] = []
        self._cells: list[str] = []
        self._code = ""  # the kind of script or style being passed over
        self._is_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.content.blocks += [str(values[name]) for name in _SHOWN_ATTRIBUTES if values.get(name)]
        if tag in {"script", "style"}:
            self._code = values.get("type") or tag
        elif tag == "br":
            self._text.append(" ")
        elif tag in _BLOCKS:
            self.end_block()
            self._start_block(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._code = ""
        if tag not in _BLOCKS:
            return
        text = self.end_block()
        if tag == "caption":
            self.content.tables[-1].caption = text
        elif tag in {"td", "th"}:
            self._cells.append(text)
        elif tag == "tr":
            self._end_row()
        elif tag == "thead":
            self._is_head = False

    def handle_data(self, data: str) -> None:
        if self._code == "application/json":
            self.content.data.append(data)
        elif not self._code:
            self._text.append(data)

    def end_block(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text = []
        if text:
            self.content.blocks.append(text)
        return text

    def _start_block(self, tag: str) -> None:
        if tag == "table":
            self.content.tables.append(HtmlTable())
        elif tag == "thead":
            self._is_head = True
        elif tag == "tr":
            self._cells = []

    def _end_row(self) -> None:
        table = self.content.tables[-1]
        if self._is_head or not table.headings:
            table.headings = tuple(self._cells)
        else:
            table.rows.append(tuple(self._cells))
